/* plot_svg.c - a figure as SVG 1.1: text, paths and a style sheet that knows light and dark. No scripts, no identifiers (so that
 * several figures can stand in one page), nothing from elsewhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "num.h"
#include "plotted.h"

enum {
	WIDTH = 800, /* of the figure, in CSS pixels */
	HEIGHT_ONE = 340,
	HEIGHT_MANY = 220,  /* of a frame */
	SIDE_EQUAL = 460,   /* of a square frame */
	EDGE = 16,          /* free around everything */
	LINE_STEP = 17,     /* from line to line of text */
	TICK_WIDTH = 70,    /* from label to label, at least */
	TICK_HEIGHT = 34,
	LABEL_ROWS = 3,     /* over a frame at most */
	POINTS_MAX = 16000, /* of a series */
	DENSITY_LEVELS = 8,
	SAMPLE = 24 /* width of a legend's sample */
};
#define CHAR_WIDTH 6.6 /* of most letters at 12 px, generously: fonts differ */

/* Classes begin with .pl, so that a page that has the figure in it keeps its own. h title, b heading, q condition, m and e anchors;
 * p paper, l line, f area, o hollow mark, g n grid, a axes, w words. Colours: the first two are Okabe and Ito's (2008); all have
 * a contrast of 3.5:1 at least to the paper (WCAG 2.1, 1.4.11, wants 3:1), and no two are nearer than 20 in CIELAB, seen with any
 * one kind of cones missing (Machado, Oliveira, Fernandes 2009). */
/* clang-format off */
static const char style[] =
	"<style>\n"
	".pl{color:#1b1f24;background:#fff;color-scheme:light dark;max-width:100%;height:auto;"
		"font:12px system-ui,-apple-system,'Segoe UI','Liberation Sans','DejaVu Sans',Arial,sans-serif}\n"
	".pl text{fill:currentColor}\n"
	".pl .h{font-size:16px;font-weight:600}\n"
	".pl .b{font-weight:600}\n"
	".pl .q{opacity:.75}\n"
	".pl .m{text-anchor:middle}\n"
	".pl .e{text-anchor:end}\n"
	".pl .p{fill:#fff}\n"
	".pl .l{fill:none;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}\n"
	".pl .f{fill:currentColor}\n"
	".pl .o{fill:#fff;stroke:currentColor;stroke-width:1.6}\n"
	".pl .g{fill:none;stroke:currentColor;stroke-opacity:.16}\n"
	".pl .n{stroke-opacity:.07}\n"
	".pl .a{fill:none;stroke:currentColor;stroke-opacity:.55}\n"
	".pl .w{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}\n"
	".pl .c0{color:#0072b2}.pl .c1{color:#d55e00}.pl .c2{color:#004d38}"
		".pl .c3{color:#c26fa0}.pl .c4{color:#6a5b2f}.pl .c5{color:#2a0fd6}\n"
	"@media(prefers-color-scheme:dark){\n"
	".pl{color:#e6e9ed;background:#14171a}\n"
	".pl .p,.pl .o{fill:#14171a}\n"
	".pl .w{stroke:#14171a}\n"
	".pl .g{stroke-opacity:.2}\n"
	".pl .n{stroke-opacity:.1}\n"
	".pl .c0{color:#56b4f0}.pl .c1{color:#ff8f4a}.pl .c2{color:#2f8f5b}"
		".pl .c3{color:#a8729f}.pl .c4{color:#f0e442}.pl .c5{color:#7a63f2}}\n"
	"</style>\n";
/* clang-format on */

/* ---- numbers and text ---- */

/* A length to tenths, shortest; sep: goes between it and a number before it. */
static void put_length(struct out *o, double v, char sep)
{
	char *start = out_room(o, NUM_SLACK), *p = start;
	long t = lround(v * 10);
	unsigned long u = (unsigned long)labs(t);
	if (t < 0)
		*p++ = '-';
	else if (sep)
		*p++ = sep;
	if (u >= 10 || u == 0)
		p = num_dec(p, u / 10);
	if (u % 10) {
		*p++ = '.';
		*p++ = (char)('0' + u % 10);
	}
	out_done(o, (size_t)(p - start));
}

static void put_attr(struct out *o, const char *name, double v)
{
	out_printf(o, " %s=\"", name);
	put_length(o, v, 0);
	out_puts(o, "\"");
}

static void put_char(struct out *o, unsigned long c)
{
	char u[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	if (c == '&' || c == '<' || c == '>' || c == '"') {
		out_puts(o, c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;");
		return;
	}
	u[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xf0u) | c >> 6 * (n - 1));
	for (size_t i = 1; i < n; i++)
		u[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
	out_write(o, u, n);
}

static void put_plain(struct out *o, const char *s)
{
	for (unsigned long c; (c = text_next(&s)) != 0;)
		put_char(o, c);
}

/* The same; "10^-3" gets an exponent. minus: every '-' is a minus sign. */
static void put_text(struct out *o, const char *s, bool minus)
{
	bool up = false;
	for (unsigned long c; (c = text_next(&s)) != 0;) {
		bool exponent = c == '^' && (*s == '-' || (*s >= '0' && *s <= '9'));
		if (exponent) {
			out_puts(o, "<tspan dy=\"-5\" font-size=\"9\">");
			up = true;
			c = text_next(&s);
		} else if (up && !(c >= '0' && c <= '9')) {
			out_puts(o, "</tspan><tspan dy=\"5\">");
			put_char(o, c);
			put_text(o, s, minus);
			out_puts(o, "</tspan>");
			return;
		}
		put_char(o, c == '-' && (minus || exponent) ? 0x2212 : c);
	}
	if (up)
		out_puts(o, "</tspan>");
}

static double text_width(const char *s) { return CHAR_WIDTH * (double)text_len(s); }

static void text_at(struct out *o, double x, double y, const char *class, const char *s, bool minus)
{
	out_puts(o, "<text");
	put_attr(o, "x", x);
	put_attr(o, "y", y);
	if (*class)
		out_printf(o, " class=\"%s\"", class);
	out_puts(o, ">");
	put_text(o, s, minus);
	out_puts(o, "</text>\n");
}

/* ---- paths ---- */

/* A path of many pieces, as short as may be: relative, to tenths. */
struct pen {
	struct out *o;
	long x, y; /* where it is, tenths */
	bool down; /* a path has begun */
	bool line; /* the last command was a line */
};

static void pen_move(struct pen *p, double x, double y)
{
	out_puts(p->o, "M");
	put_length(p->o, x, 0);
	put_length(p->o, y, ' ');
	p->x = lround(x * 10);
	p->y = lround(y * 10);
	p->down = true;
	p->line = false;
}

static void pen_line(struct pen *p, double x, double y)
{
	long dx = lround(x * 10) - p->x, dy = lround(y * 10) - p->y;
	if (dx == 0 || dy == 0) {
		out_puts(p->o, dx == 0 && dy != 0 ? "v" : "h");
		put_length(p->o, (double)(dx ? dx : dy) / 10, 0);
		p->line = false;
	} else {
		if (!p->line)
			out_puts(p->o, "l");
		put_length(p->o, (double)dx / 10, p->line ? ' ' : 0);
		put_length(p->o, (double)dy / 10, ' ');
		p->line = true;
	}
	p->x += dx;
	p->y += dy;
}

static void pen_piece(void *arg, const double q[4])
{
	struct pen *p = arg;
	if (!p->down || lround(q[0] * 10) != p->x || lround(q[1] * 10) != p->y)
		pen_move(p, q[0], q[1]);
	pen_line(p, q[2], q[3]);
}

static void pen_box(struct pen *p, double x0, double y0, double x1, double y1)
{
	pen_move(p, x0, y0);
	pen_line(p, x1, y0);
	pen_line(p, x1, y1);
	pen_line(p, x0, y1);
	out_puts(p->o, "z");
	p->down = p->line = false;
}

/* <path class="... cN" and what a look says. */
static void path_begin(struct out *o, const char *class, const struct plot_look *k, double width)
{
	out_printf(o, "<path class=\"%s", class);
	if (k->color >= 0)
		out_printf(o, " c%d", k->color % PLOT_COLORS);
	out_puts(o, "\"");
	if (width > 0) { /* of more weight than the style sheet */
		out_puts(o, " style=\"stroke-width:");
		put_length(o, width, 0);
		out_puts(o, "\"");
	}
	if (k->dashed)
		out_puts(o, " stroke-dasharray=\"6 4\"");
	if (k->faint)
		out_puts(o, " opacity=\".35\"");
	out_puts(o, " d=\"");
}

/* ---- series ---- */

static double line_width(const struct plot_look *k) { return k->size > 0 ? k->size : k->faint ? 1 : 0; }

struct stamp_of {
	struct pen pen;
	const struct plot_look *look;
	double r;
};

static const struct {
	int n;
	signed char at[8]; /* corners, in quarters of the radius */
	bool closed;
} shapes[] = {
	[PLOT_SQUARE] = {4, {-4, -4, 4, -4, 4, 4, -4, 4}, true},
	[PLOT_DIAMOND] = {4, {0, -5, 5, 0, 0, 5, -5, 0}, true},
	[PLOT_UP] = {3, {0, -5, 5, 4, -5, 4}, true},
	[PLOT_DOWN] = {3, {0, 5, 5, -4, -5, -4}, true},
	[PLOT_CROSS] = {4, {-4, -4, 4, 4, -4, 4, 4, -4}, false},
	[PLOT_PLUS] = {4, {-4, 0, 4, 0, 0, -4, 0, 4}, false},
	[PLOT_TICK] = {2, {0, -4, 0, 4}, false},
	[PLOT_DASH] = {2, {-4, 0, 4, 0}, false},
};

static void mark_point(void *arg, double x, double y)
{
	struct stamp_of *m = arg;
	struct pen *p = &m->pen;
	enum plot_mark k = m->look->mark;
	if (k == PLOT_DOT) {
		pen_piece(p, (double[4]){x, y, x, y});
	} else if (k == PLOT_CIRCLE) {
		pen_move(p, x - m->r, y);
		for (int half = 1; half >= -1; half -= 2) {
			out_puts(p->o, "a");
			put_length(p->o, m->r, 0);
			put_length(p->o, m->r, ' ');
			out_puts(p->o, " 0 1 0");
			put_length(p->o, half * 2 * m->r, ' ');
			out_puts(p->o, " 0");
		}
	} else {
		for (int i = 0; i < shapes[k].n; i++) {
			double px = x + m->r / 4 * shapes[k].at[2 * i], py = y + m->r / 4 * shapes[k].at[2 * i + 1];
			(i == 0 || (!shapes[k].closed && i == 2) ? pen_move : pen_line)(p, px, py);
		}
		out_puts(p->o, shapes[k].closed ? "z" : "");
	}
}

static void put_marks(struct out *o, const struct series *s, const struct view *v)
{
	const struct plot_look *k = &s->look;
	bool dots = k->mark == PLOT_DOT;
	double r = k->size > 0 ? k->size : dots ? 1.2 : 3.5;
	struct stamp_of m = {{.o = o}, k, r};
	if (k->mark <= PLOT_NONE || k->mark > PLOT_DASH)
		return;
	path_begin(o, dots || k->mark >= PLOT_CROSS ? "l" : "o", k, dots ? 2 * r : 0);
	series_points(s, v, dots ? r / 2 : r / 4, dots ? POINTS_MAX : POINTS_MAX / 4, mark_point, &m);
	out_puts(o, "\"/>\n");
}

static void arrow_head(struct pen *p, const double q[4])
{
	double dx = q[2] - q[0], dy = q[3] - q[1], n = hypot(dx, dy);
	if (n < 2)
		return;
	dx *= 5 / n;
	dy *= 5 / n;
	pen_move(p, q[2] - dx - 0.5 * dy, q[3] - dy + 0.5 * dx);
	pen_line(p, q[2], q[3]);
	pen_line(p, q[2] - dx + 0.5 * dy, q[3] - dy - 0.5 * dx);
}

static void arrow_piece(void *arg, const double q[4])
{
	pen_piece(arg, q);
	arrow_head(arg, q);
}

static void cap_piece(void *arg, const double q[4])
{
	struct pen *p = arg;
	pen_piece(p, q);
	for (int end = 1; end < 4; end += 2) {
		pen_move(p, q[0] - 3, q[end]);
		pen_line(p, q[0] + 3, q[end]);
	}
}

static void put_lines(struct out *o, const struct series *s, const struct view *v)
{
	struct pen pen = {.o = o};
	path_begin(o, "l", &s->look,
	           s->kind == ERRORS                 ? 1.2
	           : s->look.mark && s->kind == LINE ? 0
	                                             : line_width(&s->look));
	series_walk(s, v,
	            s->kind == ERRORS                      ? cap_piece
	            : s->look.arrow && s->kind == SEGMENTS ? arrow_piece
	                                                   : pen_piece,
	            &pen);
	out_puts(o, "\"/>\n");
}

static double clamp(double v, double low, double high) { return v > high ? high : v >= low ? v : low; /* also for NAN */ }

static void put_bars(struct out *o, const struct series *s, const struct view *v)
{
	struct pen pen = {.o = o};
	double half = bars_half(s), foot = v->top + v->h;
	if (v->y->scale == PLOT_LINEAR)
		foot = clamp(view_y(v, 0), v->top, foot);
	path_begin(o, "f", &s->look, 0);
	for (size_t i = 0; i < s->n; i++) {
		double x, y;
		if (!series_has(s, i, &x, &y) || isnan(view_y(v, y)))
			continue;
		double x0 = clamp(view_x(v, x - half), v->left, v->left + v->w),
		       x1 = clamp(view_x(v, x + half), v->left, v->left + v->w);
		if (x1 > x0)
			pen_box(&pen, x0, clamp(view_y(v, y), v->top, v->top + v->h), x1, foot);
	}
	out_puts(o, "\" fill-opacity=\".75\"/>\n");
}

/* The area from i to end-1, where both limits are: forth along the upper, back along the lower; more than can be seen is left out. */
static void fill_area(struct pen *p, const struct series *s, const struct view *v, size_t i, size_t end)
{
	size_t n = end - i, step = n > 2000 ? n / 2000 : 1;
	for (int lower = 0; lower < 2; lower++) {
		for (size_t k = 0; k < n; k += step) {
			size_t j = lower ? end - 1 - k : i + k;
			double x = clamp(view_x(v, series_x(s, j)), v->left, v->left + v->w);
			double y = view_y(v, s->v[lower ? 1 : 2][j]);
			y = isnan(y) ? v->top + v->h : clamp(y, v->top, v->top + v->h);
			(k == 0 && !lower ? pen_move : pen_line)(p, x, y);
		}
	}
	out_puts(p->o, "z");
	p->down = p->line = false;
}

static bool fill_has(const struct series *s, size_t i)
{
	return i < s->n && isfinite(series_x(s, i)) && isfinite(s->v[1][i]) && isfinite(s->v[2][i]);
}

static void put_fill(struct out *o, const struct series *s, const struct view *v)
{
	struct pen pen = {.o = o};
	path_begin(o, "f", &s->look, 0);
	for (size_t i = 0, end; i < s->n; i = end + 1) {
		for (end = i; fill_has(s, end); end++)
			;
		if (end > i)
			fill_area(&pen, s, v, i, end);
	}
	out_puts(o, "\" fill-opacity=\".22\"/>\n");
}

/* A path for each level: the runs of cells that have it. */
static void put_density(struct out *o, const struct series *s, const struct view *v)
{
	double most = density_most(s), dx = (s->v[0][1] - s->v[0][0]) / (double)s->nx,
	       dy = (s->v[0][3] - s->v[0][2]) / (double)s->ny;
	for (unsigned level = 1; level <= DENSITY_LEVELS && most > 0; level++) {
		struct pen pen = {.o = o};
		path_begin(o, "f", &s->look, 0);
		for (size_t iy = 0; iy < s->ny; iy++) {
			double y0 = clamp(view_y(v, s->v[0][2] + dy * (double)iy), v->top, v->top + v->h);
			double y1 = clamp(view_y(v, s->v[0][2] + dy * (double)(iy + 1)), v->top, v->top + v->h);
			const double *row = s->v[1] + iy * s->nx;
			for (size_t ix = 0, end; ix < s->nx; ix = end + 1) {
				for (end = ix; end < s->nx && density_level(row[end], most, DENSITY_LEVELS) == level;
				     end++)
					;
				double x0 = clamp(view_x(v, s->v[0][0] + dx * (double)ix), v->left, v->left + v->w);
				double x1 = clamp(view_x(v, s->v[0][0] + dx * (double)end), v->left, v->left + v->w);
				if (end > ix && x1 > x0 && y0 > y1)
					pen_box(&pen, x0, y0, x1, y1);
			}
		}
		out_printf(o, "\" fill-opacity=\".%u\" shape-rendering=\"crispEdges\"/>\n",
		           level == DENSITY_LEVELS ? 95 : 10 + 85 * (level - 1) / (DENSITY_LEVELS - 1));
	}
}

static void put_band(struct out *o, const struct series *s, const struct view *v)
{
	double a = s->v[0][0], b = s->v[1][0];
	double p[4] = {v->left, v->top, v->left + v->w, v->top + v->h};
	int i = s->kind == BAND_X ? 0 : 1;
	double low = i ? view_y(v, a) : view_x(v, a), high = i ? view_y(v, b) : view_x(v, b);
	if (isnan(low) || isnan(high) || s->look.size < 0)
		return;
	double from = p[i], to = p[i + 2];
	p[i] = clamp(fmin(low, high), from, to);
	p[i + 2] = clamp(fmax(low, high), from, to);
	struct pen pen = {.o = o};
	path_begin(o, "f", &s->look, 0);
	pen_box(&pen, p[0], p[1], p[2], p[3]);
	out_puts(o, s->look.color == PLOT_INK ? "\" fill-opacity=\".06\"/>\n" : "\" fill-opacity=\".13\"/>\n");
}

static void put_mark(struct out *o, const struct series *s, const struct view *v)
{
	bool up = s->kind == MARK_X;
	double at = up ? view_x(v, s->v[0][0]) : view_y(v, s->v[0][0]), from = up ? v->left : v->top;
	if (!(at >= from - 0.5 && at <= from + (up ? v->w : v->h) + 0.5) || s->look.size < 0)
		return;
	struct pen pen = {.o = o};
	path_begin(o, "l", &s->look, s->look.size > 0 ? s->look.size : 1);
	pen_move(&pen, up ? at : v->left, up ? v->top : at);
	pen_line(&pen, up ? at : v->left + v->w, up ? v->top + v->h : at);
	out_puts(o, "\"/>\n");
}

static void put_word(struct out *o, const struct series *s, const struct view *v)
{
	double x = view_x(v, s->v[0][0]), y = view_y(v, s->v[1][0]);
	char class[24];
	if (!(x >= v->left - 1 && x <= v->left + v->w + 1 && y >= v->top - 1 && y <= v->top + v->h + 1))
		return;
	snprintf(class, sizeof class, "w%s c%d",
	         s->align < 0 ? " e"
	         : s->align   ? ""
	                      : " m",
	         s->look.color < 0 ? 99 : s->look.color % PLOT_COLORS);
	text_at(o, x, y + 4, class, s->name, false);
}

static void put_series(struct out *o, const struct series *s, const struct view *v)
{
	switch (s->kind) {
	case LINE:
	case STEP:
	case SEGMENTS:
		put_lines(o, s, v);
		if (s->kind != SEGMENTS)
			put_marks(o, s, v);
		break;
	case ERRORS:
		put_lines(o, s, v);
		put_marks(o, s, v);
		break;
	case POINTS: put_marks(o, s, v); break;
	case BARS: put_bars(o, s, v); break;
	case FILL: put_fill(o, s, v); break;
	case DENSITY: put_density(o, s, v); break;
	case MARK_X:
	case MARK_Y: put_mark(o, s, v); break;
	case WORDS: put_word(o, s, v); break;
	default: break;
	}
}

/* ---- axes ---- */

static void put_grid(struct out *o, const struct view *v, bool labels)
{
	for (int d = 0; d < 2; d++) {
		const struct axis *a = d == PLOT_X ? v->x : v->y;
		for (int major = 0; major < 2; major++) {
			struct pen pen = {.o = o};
			out_printf(o, "<path class=\"g%s\" d=\"", major ? "" : " n");
			for (unsigned i = 0; i < a->nticks; i++) {
				if (a->ticks[i].major != (bool)major)
					continue;
				double x = d == PLOT_X ? view_x(v, a->ticks[i].at) : v->left,
				       y = d == PLOT_X ? v->top : view_y(v, a->ticks[i].at);
				pen_move(&pen, x, y);
				pen_line(&pen, d == PLOT_X ? x : x + v->w, d == PLOT_X ? y + v->h : y);
			}
			out_puts(o, "\"/>\n");
		}
		for (unsigned i = 0; i < a->nticks; i++) {
			const struct tick *t = &a->ticks[i];
			if (t->major && d == PLOT_Y)
				text_at(o, v->left - 7, view_y(v, t->at) + 4, "e", t->label, !a->nown);
			else if (t->major && labels)
				text_at(o, view_x(v, t->at), v->top + v->h + 17, "m", t->label, !a->nown);
		}
	}
}

/* room: what the tick labels and the title of the y axis need to the left of the frame. */
static void put_axis_titles(struct out *o, const struct view *v, double room, bool labels)
{
	if (labels && *v->x->title)
		text_at(o, v->left + v->w / 2, v->top + v->h + 36, "m b", v->x->title, false);
	if (!*v->y->title)
		return;
	double y = v->top + v->h / 2;
	out_puts(o, "<text class=\"m b\" transform=\"translate(");
	put_length(o, v->left - room + EDGE + 8, 0);
	put_length(o, y, ' ');
	out_puts(o, ")rotate(-90)\">");
	put_text(o, v->y->title, false);
	out_puts(o, "</text>\n");
}

/* ---- layout ---- */

struct spot { /* a label over or beside a frame */
	const struct series *s;
	double at, width;
	int row; /* over: counted from the frame; -1: there is no room */
};

struct box { /* where a panel is */
	struct view view;
	double room;   /* to the left of the frame */
	double top;    /* of its title */
	double legend; /* baseline of the legend's first row */
	struct spot *over, *beside;
	size_t nover, nbeside;
	int rows; /* of labels over it */
};

static bool is_x(enum kind k) { return k == MARK_X || k == BAND_X; }

static bool in_legend(const struct panel *q, size_t i)
{
	if (q->series[i].kind >= MARK_X || !*q->series[i].name)
		return false;
	for (size_t j = 0; j < i; j++)
		if (q->series[j].kind < MARK_X && strcmp(q->series[j].name, q->series[i].name) == 0)
			return false;
	return true;
}

/* Goes through a legend's entries from left to right, line by line; draws them when o is there. Returns the number of rows. */
static int legend(struct out *o, const struct panel *q, const struct box *b,
		  void (*sample)(struct out *, const struct series *, double, double))
{
	double x = b->view.left, right = WIDTH - EDGE;
	int rows = 0;
	for (size_t i = 0; i < q->nseries; i++) {
		if (!in_legend(q, i))
			continue;
		double width = SAMPLE + 6 + text_width(q->series[i].name) + 16;
		if (!rows || x + width > right + 16) {
			rows++;
			x = b->view.left;
		}
		double y = b->legend + (rows - 1) * LINE_STEP;
		if (o) {
			sample(o, &q->series[i], x, y - 4);
			text_at(o, x + SAMPLE + 6, y, "", q->series[i].name, false);
		}
		x += width;
	}
	return rows;
}

/* A little figure of the series itself. */
static void put_sample(struct out *o, const struct series *s, double x, double y)
{
	static const struct axis unit = {.low = 0, .high = 1};
	const double mid = 0.5;
	double limits[4] = {0, 1, 0, 1}, ramp[4] = {1, 8, 27, 64};
	double xs[2] = {0, 1}, ys[2] = {0.5, 0.5}, low[1] = {0}, high[1] = {1}, bottom[2] = {0, 0}, top[2] = {1, 1};
	struct view v = {&unit, &unit, x, y - 5, SAMPLE, 10};
	struct series t = *s;
	if (t.look.mark == PLOT_DOT)
		t.look.size = 2.5;
	bool two = s->kind == LINE || s->kind == STEP || s->kind == SEGMENTS || s->kind == FILL;
	t.n = two ? 2 : 1;
	t.v[0] = two ? xs : &xs[1];
	t.v[1] = ys;
	if (!two)
		xs[1] = mid;
	if (s->kind == SEGMENTS) {
		static const double from[1] = {0}, to[1] = {1}, level[1] = {0.5};
		t.n = 1;
		double *v4[4] = {(double[1]){from[0]}, (double[1]){level[0]}, (double[1]){to[0]},
		                 (double[1]){level[0]}};
		memcpy(t.v, v4, sizeof v4);
		put_series(o, &t, &v);
		return;
	}
	if (s->kind == ERRORS) {
		t.v[2] = low;
		t.v[3] = high;
	} else if (s->kind == FILL) {
		t.v[1] = bottom;
		t.v[2] = top;
	} else if (s->kind == BARS) {
		ys[0] = 1;
	} else if (s->kind == DENSITY) {
		t.v[0] = limits;
		t.v[1] = ramp;
		t.nx = 4;
		t.ny = 1;
	}
	if (s->kind == LINE && s->look.mark) { /* the mark once, in the middle */
		t.look.mark = PLOT_NONE;
		put_series(o, &t, &v);
		t.kind = POINTS;
		t.look.mark = s->look.mark;
		t.n = 1;
		xs[0] = mid;
	}
	put_series(o, &t, &v);
}

static int by_place(const void *a, const void *b)
{
	const struct spot *p = a, *q = b;
	return (p->at > q->at) - (p->at < q->at);
}

/* The labels of marks and bands: those over the frame (x) or beside it. */
static size_t gather(const struct panel *q, const struct view *v, bool x, struct spot **to)
{
	size_t n = 0;
	*to = xmalloc((q->nseries + 1) * sizeof **to);
	for (size_t i = 0; i < q->nseries; i++) {
		const struct series *s = &q->series[i];
		if (s->kind < MARK_X || s->kind == WORDS || is_x(s->kind) != x || !*s->name)
			continue;
		double a = x ? view_x(v, s->v[0][0]) : view_y(v, s->v[0][0]);
		double b = x ? view_x(v, s->v[1][0]) : view_y(v, s->v[1][0]);
		double low = x ? v->left : v->top, high = low + (x ? v->w : v->h), at = (a + b) / 2;
		if (s->kind == BAND_X || s->kind == BAND_Y)
			at = (clamp(a, low, high) + clamp(b, low, high)) / 2;
		if (at >= low - 0.5 && at <= high + 0.5)
			(*to)[n++] = (struct spot){.s = s, .at = at, .width = text_width(s->name)};
	}
	qsort(*to, n, sizeof **to, by_place);
	return n;
}

/* Gives each label over the frame the lowest row in which it does not touch the one before; returns the rows used. */
static int rows_over(struct box *b)
{
	double end[LABEL_ROWS] = {-1e9, -1e9, -1e9};
	int rows = 0;
	for (size_t i = 0; i < b->nover; i++) {
		struct spot *s = &b->over[i];
		s->at = clamp(s->at, s->width / 2 + 2, WIDTH - s->width / 2 - 2);
		s->row = -1;
		for (int r = 0; r < LABEL_ROWS && s->row < 0; r++)
			if (end[r] + 5 < s->at - s->width / 2)
				s->row = r;
		if (s->row < 0)
			continue;
		end[s->row] = s->at + s->width / 2;
		rows = s->row >= rows ? s->row + 1 : rows;
	}
	return rows;
}

/* Labels beside the frame: pushed down until none touches the one above. */
static void spread(struct box *b)
{
	for (size_t i = 1; i < b->nbeside; i++)
		if (b->beside[i].at < b->beside[i - 1].at + 13)
			b->beside[i].at = b->beside[i - 1].at + 13;
}

static void put_spots(struct out *o, const struct box *b)
{
	char class[16];
	for (size_t i = 0; i < b->nover + b->nbeside; i++) {
		bool over = i < b->nover;
		const struct spot *s = over ? &b->over[i] : &b->beside[i - b->nover];
		const struct view *v = &b->view;
		snprintf(class, sizeof class, "%s c%d", over ? "m" : "",
		         s->s->look.color < 0 ? 99 : s->s->look.color % PLOT_COLORS);
		if (over && s->row >= 0)
			text_at(o, s->at, v->top - 6 - 14 * s->row, class, s->s->name, false);
		else if (!over)
			text_at(o, v->left + v->w + 6, s->at + 4, class, s->s->name, false);
	}
}

/* Room for the widest label beside any frame. */
static double room_right(const struct plot *p)
{
	double most = EDGE;
	for (size_t i = 0; i < p->npanels; i++)
		for (size_t j = 0; j < p->panel[i].nseries; j++) {
			const struct series *s = &p->panel[i].series[j];
			if ((s->kind == MARK_Y || s->kind == BAND_Y) && *s->name)
				most = fmax(most, text_width(s->name) + 12);
		}
	return fmin(most, WIDTH / 3.0);
}

static double frame_height(const struct plot *p, const struct panel *q)
{
	return q->equal ? SIDE_EQUAL : q->height > 0 ? q->height : p->npanels > 1 ? HEIGHT_MANY : HEIGHT_ONE;
}

static double room_left(struct plot *p)
{
	double most = 0;
	for (size_t i = 0; i < p->npanels; i++) {
		struct axis *y = &p->panel[i].axis[PLOT_Y];
		axis_ticks(y, (unsigned)fmax(frame_height(p, &p->panel[i]) / (p->panel[i].equal ? TICK_WIDTH : TICK_HEIGHT), 3));
		for (unsigned k = 0; k < y->nticks; k++)
			most = fmax(most, text_width(y->ticks[k].label) - (y->scale == PLOT_LOG && !y->nown ? 6 : 0));
	}
	return fmin(EDGE + 22 + most + 8, WIDTH / 2.0);
}

/* Writes the conditions, in as many lines as they need, when o is there. Returns the number of lines. */
static int conditions(struct out *o, const struct plot *p)
{
	char line[600];
	int lines = 0;
	for (unsigned i = 0; i < p->nconditions; i++) {
		const char *s = p->condition[i];
		while (*s) {
			size_t n = text_line(s, (size_t)((WIDTH - 2 * EDGE) / CHAR_WIDTH));
			snprintf(line, sizeof line, "%.*s", (int)n, s);
			lines++;
			if (o)
				text_at(o, EDGE, EDGE + 13 + LINE_STEP * lines, "q", line, false);
			s += n;
			s += strspn(s, " ");
		}
	}
	return lines;
}

/* Places all panels; returns the height of the figure. */
static double layout(struct plot *p, struct box *boxes)
{
	double left = room_left(p), right = room_right(p), y = EDGE + 18;
	y += LINE_STEP * conditions(NULL, p) + 4;
	for (size_t i = 0; i < p->npanels; i++) {
		struct panel *q = &p->panel[i];
		struct box *b = &boxes[i];
		bool last = i + 1 == p->npanels || !p->link;
		double h = frame_height(p, q), w = WIDTH - left - right;
		*b = (struct box){.top = y, .room = left, .view = {&q->axis[0], &q->axis[1], left, 0, w, h}};
		if (q->equal) {
			b->view.w = fmin(h, w);
			b->view.h = b->view.w;
			b->view.left = left + (w - b->view.w) / 2;
		}
		axis_ticks(&q->axis[PLOT_X], (unsigned)(b->view.w / TICK_WIDTH));
		y += *q->title ? LINE_STEP + 4 : 0;
		b->legend = y + 10;
		y += LINE_STEP * legend(NULL, q, b, NULL) + 6;
		b->nover = gather(q, &b->view, true, &b->over);
		y += 14 * rows_over(b);
		b->view.top = y;
		b->nbeside = gather(q, &b->view, false, &b->beside);
		spread(b);
		y += b->view.h + (last ? 24 + (*q->axis[PLOT_X].title ? 20 : 0) : 6) + (i + 1 < p->npanels ? 10 : 0);
	}
	return y + EDGE - 6;
}

/* ---- the figure ---- */

/* For those who do not see it: what each panel has. */
static void put_description(struct out *o, const struct plot *p)
{
	out_puts(o, "<title>");
	put_plain(o, p->title);
	out_puts(o, "</title>\n<desc>");
	for (unsigned i = 0; i < p->nconditions; i++) {
		put_plain(o, p->condition[i]);
		out_puts(o, ". ");
	}
	for (size_t i = 0; i < p->npanels; i++) {
		const struct panel *q = &p->panel[i];
		const struct axis *x = &q->axis[0], *y = &q->axis[1];
		out_printf(o, "%s", i ? " " : "");
		put_plain(o, *q->title ? q->title : "Panel");
		out_puts(o, ": ");
		put_plain(o, *y->title ? y->title : "y");
		out_puts(o, " over ");
		put_plain(o, *x->title ? x->title : "x");
		for (size_t j = 0, n = 0; j < q->nseries; j++) {
			if (!in_legend(q, j))
				continue;
			out_puts(o, n++ ? "; " : ": ");
			put_plain(o, q->series[j].name);
		}
		out_puts(o, ".");
	}
	out_puts(o, "</desc>\n");
}

static void put_panel(struct out *o, const struct plot *p, size_t i, const struct box *b)
{
	const struct panel *q = &p->panel[i];
	const struct view *v = &b->view;
	bool labels = i + 1 == p->npanels || !p->link;
	if (*q->title)
		text_at(o, v->left, b->top + 12, "b", q->title, false);
	legend(o, q, b, put_sample);
	for (size_t j = 0; j < q->nseries; j++)
		if (q->series[j].kind == BAND_X || q->series[j].kind == BAND_Y)
			put_band(o, &q->series[j], v);
	put_grid(o, v, labels);
	for (size_t j = 0; j < q->nseries; j++)
		if (q->series[j].kind != WORDS)
			put_series(o, &q->series[j], v);
	struct pen pen = {.o = o};
	out_puts(o, "<path class=\"a\" d=\"");
	pen_box(&pen, v->left, v->top, v->left + v->w, v->top + v->h);
	out_puts(o, "\"/>\n");
	for (size_t j = 0; j < q->nseries; j++)
		if (q->series[j].kind == WORDS)
			put_series(o, &q->series[j], v);
	put_spots(o, b);
	put_axis_titles(o, v, b->room, labels);
}

void plot_svg(struct plot *p, struct out *o)
{
	struct box *boxes = xmalloc(p->npanels * sizeof *boxes);
	plot_settle(p);
	double height = layout(p, boxes);
	out_puts(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pl\" role=\"img\"");
	put_attr(o, "width", WIDTH);
	put_attr(o, "height", ceil(height));
	out_printf(o, " viewBox=\"0 0 %d %.0f\">\n", WIDTH, ceil(height));
	put_description(o, p);
	out_puts(o, style);
	out_printf(o, "<path class=\"p\" d=\"M0 0h%dv%.0fH0z\"/>\n", WIDTH, ceil(height));
	text_at(o, EDGE, EDGE + 12, "h", p->title, false);
	conditions(o, p);
	for (size_t i = 0; i < p->npanels; i++) {
		put_panel(o, p, i, &boxes[i]);
		free(boxes[i].over);
		free(boxes[i].beside);
	}
	out_puts(o, "</svg>\n");
	free(boxes);
}

int plot_save(struct plot *p, const char *path, struct err *e)
{
	struct out o;
	if (out_open(&o, path, e) != 0)
		return -1;
	plot_svg(p, &o);
	return out_close(&o, e);
}
