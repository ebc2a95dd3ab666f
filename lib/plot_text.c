/* plot_text.c - a figure as text: curves in braille dots (Unicode 6.0, U+2800), densities in shades; or all of it in ASCII. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "plotted.h"

enum {
	COLS_LEAST = 30,
	COLS_MOST = 500,
	ROWS_LEAST = 5,
	ROWS_MOST = 200, /* of a frame */
	ROWS_ONE = 18,
	ROWS_MANY = 10, /* where nothing is said */
	TICK_COLS = 10,
	TICK_ROWS = 3,    /* from label to label, about */
	BESIDE_MOST = 24, /* columns for labels beside a frame */
	SHADES = 4,
	THICK = 3, /* lines as wide in the SVG are two dots wide */
	POINTS_MOST = 1000000000
};

/* What is drawn in: cells of characters, in each of them dots. */
struct sheet {
	struct out *o;
	bool utf8, color;
	unsigned cols;                /* of the whole */
	size_t w, h;                  /* cells of the frame */
	unsigned dx, dy;              /* dots in a cell */
	unsigned char *dots;          /* a bit for each, row by row */
	unsigned char *shade;         /* 0 to SHADES */
	unsigned long *over;          /* a character that covers the dots, or 0 */
	signed char *ink;             /* its colour */
	const struct plot_look *look; /* of what is being drawn */
	double run;                   /* how far the line has come, for dashes */
	struct view view;
};

static const char *const colors[PLOT_COLORS] = {"\033[36m", "\033[31m", "\033[32m", "\033[35m", "\033[33m", "\033[34m"};

/* ---- characters ---- */

static void put_char(struct out *o, unsigned long c, bool utf8)
{
	char u[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	if (n > 1 && !utf8) {
		u[0] = c == 0xb5 ? 'u' : '?';
		n = 1;
	} else {
		u[0] = (char)(n == 1 ? c : (0xf00u >> n & 0xf0u) | c >> 6 * (n - 1));
		for (size_t i = 1; i < n; i++)
			u[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
	}
	out_write(o, u, n);
}

/* Exponents are raised where the character set has them. Returns the columns taken. */
static size_t put_text(struct sheet *s, const char *t, size_t most)
{
	static const unsigned long raised[10] = {0x2070, 0xb9,   0xb2,   0xb3,   0x2074,
	                                         0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
	size_t n = 0;
	bool up = false;
	for (unsigned long c; n < most && (c = text_next(&t)) != 0; n++) {
		if (c == '^' && s->utf8 && (*t == '-' || (*t >= '0' && *t <= '9'))) {
			up = true;
			c = text_next(&t);
			put_char(s->o, c == '-' ? 0x207b : raised[c - '0'], true);
			continue;
		}
		up = up && c >= '0' && c <= '9';
		put_char(s->o, up ? raised[c - '0'] : c, s->utf8);
	}
	return n;
}

/* Columns that put_text takes. */
static size_t text_cols(const struct sheet *s, const char *t)
{
	size_t n = 0;
	for (const char *p = t; text_next(&p) != 0; n++)
		;
	for (const char *p = t; s->utf8 && (p = strchr(p, '^')) != NULL; p++)
		n -= p[1] == '-' || (p[1] >= '0' && p[1] <= '9');
	return n;
}

static void put_blanks(struct sheet *s, size_t n)
{
	while (n--)
		out_puts(s->o, " ");
}

static void ink_on(struct sheet *s, int color)
{
	if (s->color && color >= 0)
		out_puts(s->o, colors[color % PLOT_COLORS]);
}

static void ink_off(struct sheet *s, int color)
{
	if (s->color && color >= 0)
		out_puts(s->o, "\033[0m");
}

static unsigned long mark_char(const struct sheet *s, enum plot_mark m)
{
	static const unsigned long fine[] = {' ',    0xb7, 0x25cb, 0x25a1, 0x25c7, 0x25b3,
	                                     0x25bd, 0xd7, '+',    0x2502, 0x2500};
	static const char plain[] = " .o#*^vx+|-";
	return m < 0 || m > PLOT_DASH ? ' ' : s->utf8 ? fine[m] : (unsigned long)plain[m];
}

/* ---- dots ---- */

static void dot(struct sheet *s, long x, long y)
{
	if (x < 0 || y < 0 || x >= (long)(s->w * s->dx) || y >= (long)(s->h * s->dy))
		return;
	size_t cell = (size_t)y / s->dy * s->w + (size_t)x / s->dx;
	s->dots[cell] |= (unsigned char)(1u << ((size_t)y % s->dy * s->dx + (size_t)x % s->dx));
	s->ink[cell] = (signed char)s->look->color;
}

static void piece_dots(void *arg, const double p[4])
{
	struct sheet *s = arg;
	double dx = p[2] - p[0], dy = p[3] - p[1];
	int n = (int)ceil(fmax(fabs(dx), fabs(dy)));
	for (int i = 0; i <= n; i++) {
		double t = n ? (double)i / n : 0, along = fmod(s->run + i, 6);
		long x = lround(p[0] + t * dx), y = lround(p[1] + t * dy);
		if (s->look->faint ? fmod(along, s->look->dashed ? 6 : 3) >= 1 : s->look->dashed && along >= 3)
			continue;
		dot(s, x, y);
		if (s->look->size >= THICK)
			dot(s, x, y + 1);
	}
	s->run += n;
}

static void cover(struct sheet *s, long col, long row, unsigned long c)
{
	if (col < 0 || row < 0 || col >= (long)s->w || row >= (long)s->h)
		return;
	size_t cell = (size_t)row * s->w + (size_t)col;
	s->over[cell] = c;
	s->ink[cell] = (signed char)s->look->color;
}

static void point_dots(void *arg, double x, double y)
{
	struct sheet *s = arg;
	long px = lround(x), py = lround(y);
	if (s->look->mark == PLOT_DOT || s->look->mark == PLOT_NONE)
		dot(s, px, py);
	else
		cover(s, px / s->dx, py / s->dy, mark_char(s, s->look->mark));
}

static void draw_bars(struct sheet *s, const struct series *q)
{
	double half = bars_half(q), foot = s->view.y->scale == PLOT_LOG ? NAN : view_y(&s->view, 0);
	long bottom = isnan(foot) ? (long)(s->h * s->dy) - 1 : lround(foot);
	for (size_t i = 0; i < q->n; i++) {
		double x, y;
		if (!series_has(q, i, &x, &y) || isnan(view_y(&s->view, y)))
			continue;
		long top = lround(fmax(-1, fmin(view_y(&s->view, y), 1e6))),
		     x0 = lround(fmax(0, view_x(&s->view, x - half)));
		long x1 = lround(fmin((double)(s->w * s->dx), view_x(&s->view, x + half)));
		long low = bottom > (long)(s->h * s->dy) ? (long)(s->h * s->dy) : bottom < -1 ? -1 : bottom;
		for (long c = x0; c <= x1; c++)
			for (long r = top < low ? top : low; r <= (top < low ? low : top) && r < (long)(s->h * s->dy);
			     r++)
				dot(s, c, r);
	}
}

/* The value at a share of an axis. */
static double axis_value(const struct axis *a, double t)
{
	return a->scale == PLOT_LOG ? a->low * pow(a->high / a->low, t) : a->low + t * (a->high - a->low);
}

/* The cells of a density from one text cell's edge to its other edge. */
static bool cells_in(const struct axis *a, size_t i, size_t n, double low, double high, size_t cells, size_t *first,
		     size_t *last)
{
	double from = (axis_value(a, (double)i / (double)n) - low) / (high - low) * (double)cells;
	double to = (axis_value(a, (double)(i + 1) / (double)n) - low) / (high - low) * (double)cells;
	if (!(to > 0) || !(from < (double)cells))
		return false;
	*first = from > 0 ? (size_t)from : 0;
	*last = to >= (double)cells ? cells - 1 : (size_t)fmax(ceil(to) - 1, (double)*first);
	return true;
}

static void draw_density(struct sheet *s, const struct series *q)
{
	double most = density_most(q);
	size_t x0, x1, y0, y1;
	for (size_t row = 0; row < s->h; row++) {
		if (!cells_in(s->view.y, s->h - 1 - row, s->h, q->v[0][2], q->v[0][3], q->ny, &y0, &y1))
			continue;
		for (size_t col = 0; col < s->w; col++) {
			double seen = 0;
			if (!cells_in(s->view.x, col, s->w, q->v[0][0], q->v[0][1], q->nx, &x0, &x1))
				continue;
			for (size_t y = y0; y <= y1; y++)
				for (size_t x = x0; x <= x1; x++)
					seen = fmax(seen, q->v[1][y * q->nx + x]);
			s->shade[row * s->w + col] = (unsigned char)density_level(seen, most, SHADES);
			s->ink[row * s->w + col] = (signed char)q->look.color;
		}
	}
}

/* A line across, of every second dot; a band's limits, of every fourth. */
static void draw_mark(struct sheet *s, const struct series *q)
{
	bool x = q->kind == MARK_X || q->kind == BAND_X, band = q->kind == BAND_X || q->kind == BAND_Y;
	for (int end = 0; end <= (band ? 1 : 0); end++) {
		double at = x ? view_x(&s->view, q->v[end][0]) : view_y(&s->view, q->v[end][0]);
		if (!(at >= 0 && at <= (x ? s->view.w : s->view.h) + 0.5) || q->look.size < 0)
			continue;
		for (long i = 0; i < (long)(x ? s->h * s->dy : s->w * s->dx); i += band ? 4 : 2)
			dot(s, x ? lround(at) : i, x ? i : lround(at));
	}
}

static void draw_words(struct sheet *s, const struct series *q)
{
	double x = view_x(&s->view, q->v[0][0]), y = view_y(&s->view, q->v[1][0]);
	if (!(x >= -1 && x <= s->view.w + 1 && y >= -1 && y <= s->view.h + 1))
		return;
	long n = (long)text_len(q->name), col = lround(x) / s->dx - (q->align < 0 ? n : q->align ? -1 : n / 2);
	const char *t = q->name;
	for (unsigned long c; (c = text_next(&t)) != 0; col++)
		cover(s, col, lround(y) / s->dy, c);
}

static void draw_series(struct sheet *s, const struct series *q)
{
	s->look = &q->look;
	s->run = 0;
	switch (q->kind) {
	case LINE:
	case STEP:
	case SEGMENTS:
	case FILL:
	case ERRORS:
		series_walk(q, &s->view, piece_dots, s);
		if (q->look.mark && q->kind != FILL && q->kind != SEGMENTS)
			series_points(q, &s->view, 1, POINTS_MOST, point_dots, s);
		break;
	case POINTS: series_points(q, &s->view, 1, POINTS_MOST, point_dots, s); break;
	case BARS: draw_bars(s, q); break;
	case DENSITY: draw_density(s, q); break;
	case WORDS: draw_words(s, q); break;
	default: draw_mark(s, q); break;
	}
}

/* ---- cells ---- */

/* U+2800 and a bit for each dot, whose order is older than its fourth row. */
static unsigned long braille(unsigned dots)
{
	static const unsigned char bit[8] = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
	unsigned long c = 0x2800;
	for (unsigned i = 0; i < 8; i++)
		if (dots >> i & 1)
			c += bit[i];
	return c;
}

static unsigned long cell_char(const struct sheet *s, size_t cell)
{
	static const unsigned long shades[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
	unsigned dots = s->dots[cell];
	if (s->over[cell])
		return s->over[cell];
	if (!dots)
		return s->utf8 ? shades[s->shade[cell]] : (unsigned long)" .:*#"[s->shade[cell]];
	return s->utf8 ? braille(dots) : (unsigned long)" '-:.::|"[dots & 7];
}

/* whole: with the blanks at its end. */
static void put_row(struct sheet *s, size_t row, bool whole)
{
	size_t end = s->w;
	int ink = PLOT_INK;
	while (!whole && end > 0 && cell_char(s, row * s->w + end - 1) == ' ')
		end--;
	for (size_t col = 0; col < end; col++) {
		size_t cell = row * s->w + col;
		unsigned long c = cell_char(s, cell);
		if (c != ' ' && s->ink[cell] != ink) {
			ink_off(s, ink);
			ink = (int)s->ink[cell];
			ink_on(s, ink);
		}
		put_char(s->o, c, s->utf8);
	}
	ink_off(s, ink);
}

/* ---- around the frame ---- */

/* A line of words, each where it belongs, those left out that would touch one before. */
struct ruler {
	size_t at; /* columns written */
};

static void ruler_put(struct sheet *s, struct ruler *r, double middle, const char *label, int color)
{
	size_t n = text_cols(s, label);
	double start = fmax(0, floor(middle - (double)n / 2 + 0.5));
	if (start + (double)n > (double)s->cols)
		start = (double)s->cols - (double)n;
	if (start < (double)(r->at ? r->at + 1 : 0) || !n)
		return;
	put_blanks(s, (size_t)start - r->at);
	ink_on(s, color);
	put_text(s, label, s->cols);
	ink_off(s, color);
	r->at = (size_t)start + n;
}

static bool named_before(const struct panel *q, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (q->series[j].kind < MARK_X && strcmp(q->series[j].name, q->series[i].name) == 0)
			return true;
	return false;
}

/* One of the three characters of a legend's sample. */
static unsigned long sample_char(const struct sheet *s, const struct series *k, int c)
{
	bool line = k->kind == LINE || k->kind == STEP || k->kind == SEGMENTS || k->kind == FILL;
	if (k->kind == DENSITY)
		return s->utf8 ? 0x2591 + (unsigned long)c : (unsigned long)".:#"[c];
	if (k->kind == BARS)
		return s->utf8 ? 0x2588 : '#';
	if (k->look.mark == PLOT_DOT && !line)
		return mark_char(s, PLOT_DOT);
	if (k->look.mark && c == 1)
		return mark_char(s, k->look.mark);
	if (!line || (k->look.dashed && c == 1))
		return ' ';
	return s->utf8 ? 0x2500 : '-';
}

static void put_legend(struct sheet *s, const struct panel *q, size_t left)
{
	size_t at = 0;
	for (size_t i = 0; i < q->nseries; i++) {
		const struct series *k = &q->series[i];
		size_t n = text_cols(s, k->name) + 4;
		if (k->kind >= MARK_X || !*k->name || named_before(q, i))
			continue;
		if (at == 0 || at + n + 2 > s->cols) {
			out_puts(s->o, at ? "\n" : "");
			put_blanks(s, left);
			at = left;
		} else {
			put_blanks(s, 2);
			at += 2;
		}
		ink_on(s, k->look.color);
		for (int c = 0; c < 3; c++)
			put_char(s->o, sample_char(s, k, c), s->utf8);
		ink_off(s, k->look.color);
		put_blanks(s, 1);
		put_text(s, k->name, s->cols);
		at += n;
	}
	if (at)
		out_puts(s->o, "\n");
}

/* Labels of marks and bands over the frame. */
static void put_over(struct sheet *s, const struct panel *q, size_t left)
{
	struct ruler r = {0};
	for (size_t i = 0; i < q->nseries; i++) {
		const struct series *k = &q->series[i];
		if ((k->kind != MARK_X && k->kind != BAND_X) || !*k->name)
			continue;
		double at = (view_x(&s->view, k->v[0][0]) + view_x(&s->view, k->v[1][0])) / 2;
		if (at >= -0.5 && at <= s->view.w + 0.5)
			ruler_put(s, &r, (double)left + at / s->dx + 0.25, k->name, k->look.color);
	}
	if (r.at)
		out_puts(s->o, "\n");
}

static const struct tick *tick_in_row(const struct sheet *s, size_t row)
{
	for (unsigned i = 0; i < s->view.y->nticks; i++) {
		const struct tick *t = &s->view.y->ticks[i];
		if (t->major && lround(view_y(&s->view, t->at)) / s->dy == (long)row)
			return t;
	}
	return NULL;
}

/* The label of a mark or band beside the row, or NULL. */
static const struct series *beside(const struct sheet *s, const struct panel *q, size_t row)
{
	for (size_t i = 0; i < q->nseries; i++) {
		const struct series *k = &q->series[i];
		if ((k->kind != MARK_Y && k->kind != BAND_Y) || !*k->name)
			continue;
		double at = (view_y(&s->view, k->v[0][0]) + view_y(&s->view, k->v[1][0])) / 2;
		if (at >= -0.5 && at <= s->view.h + 0.5 && lround(at) / s->dy == (long)row)
			return k;
	}
	return NULL;
}

static void put_frame_row(struct sheet *s, const struct panel *q, size_t left, size_t row)
{
	const struct tick *t = tick_in_row(s, row);
	const struct series *label = beside(s, q, row);
	size_t n = t ? text_cols(s, t->label) : 0;
	put_blanks(s, left - 1 - n);
	if (t)
		put_text(s, t->label, n + 1);
	put_char(s->o, !s->utf8 ? (t ? '+' : '|') : t ? 0x2524 : 0x2502, s->utf8);
	put_row(s, row, label != NULL);
	if (label) {
		put_blanks(s, 1);
		put_text(s, label->name, BESIDE_MOST - 1);
	}
	out_puts(s->o, "\n");
}

static void put_x_axis(struct sheet *s, size_t left, bool labels)
{
	struct ruler r = {0};
	put_blanks(s, left - 1);
	put_char(s->o, s->utf8 ? 0x2514 : '+', s->utf8);
	for (size_t col = 0; col < s->w; col++) {
		bool tick = false;
		for (unsigned i = 0; i < s->view.x->nticks; i++)
			tick |= s->view.x->ticks[i].major &&
			        lround(view_x(&s->view, s->view.x->ticks[i].at)) / s->dx == (long)col;
		put_char(s->o, !s->utf8 ? (tick ? '+' : '-') : tick ? 0x252c : 0x2500, s->utf8);
	}
	out_puts(s->o, "\n");
	if (!labels)
		return;
	for (unsigned i = 0; i < s->view.x->nticks; i++)
		if (s->view.x->ticks[i].major)
			ruler_put(s, &r,
			          (double)left +
			                  floor((double)lround(view_x(&s->view, s->view.x->ticks[i].at)) / s->dx) + 0.5,
			          s->view.x->ticks[i].label, PLOT_INK);
	out_puts(s->o, "\n");
	r.at = 0;
	ruler_put(s, &r, (double)left + (double)s->w / 2, s->view.x->title, PLOT_INK);
	out_puts(s->o, r.at ? "\n" : "");
}

/* Words in as many lines as they need. */
static void put_lines(struct sheet *s, const char *t)
{
	char line[4 * COLS_MOST];
	while (*t) {
		size_t n = text_line(t, s->cols);
		snprintf(line, sizeof line, "%.*s", (int)n, t);
		put_text(s, line, s->cols);
		out_puts(s->o, "\n");
		t += n;
		t += strspn(t, " ");
	}
}

/* ---- the figure ---- */

static size_t room_left(struct sheet *s, struct plot *p, size_t rows)
{
	size_t most = 1;
	for (size_t i = 0; i < p->npanels; i++) {
		struct axis *y = &p->panel[i].axis[PLOT_Y];
		axis_ticks(y, (unsigned)(rows / TICK_ROWS));
		for (unsigned k = 0; k < y->nticks; k++)
			if (y->ticks[k].major && text_cols(s, y->ticks[k].label) > most)
				most = text_cols(s, y->ticks[k].label);
	}
	return most + 2;
}

static size_t room_right(const struct plot *p)
{
	size_t most = 0;
	for (size_t i = 0; i < p->npanels; i++)
		for (size_t j = 0; j < p->panel[i].nseries; j++) {
			const struct series *k = &p->panel[i].series[j];
			if ((k->kind == MARK_Y || k->kind == BAND_Y) && *k->name && text_len(k->name) + 1 > most)
				most = text_len(k->name) + 1;
		}
	return most < BESIDE_MOST ? most : BESIDE_MOST;
}

static void put_panel(struct sheet *s, struct plot *p, size_t i, size_t left, size_t right, size_t rows)
{
	struct panel *q = &p->panel[i];
	bool labels = i + 1 == p->npanels || !p->link;
	s->h = rows;
	s->w = s->cols > left + right + 8 ? s->cols - left - right : 8;
	if (q->equal && s->w > 2 * s->h) /* a character is about twice as high as wide */
		s->w = 2 * s->h;
	size_t cells = s->w * s->h;
	s->view = (struct view){&q->axis[0], &q->axis[1], 0, 0, (double)(s->w * s->dx - 1), (double)(s->h * s->dy - 1)};
	s->dots = memset(xmalloc(cells), 0, cells);
	s->shade = memset(xmalloc(cells), 0, cells);
	s->ink = memset(xmalloc(cells), PLOT_INK, cells);
	s->over = memset(xmalloc(cells * sizeof *s->over), 0, cells * sizeof *s->over);
	axis_ticks(&q->axis[PLOT_X], (unsigned)(s->w / TICK_COLS));
	for (int words = 0; words < 2; words++)
		for (size_t j = 0; j < q->nseries; j++)
			if ((q->series[j].kind == WORDS) == (words == 1))
				draw_series(s, &q->series[j]);
	if (*q->title || *q->axis[1].title) {
		put_text(s, q->title, s->cols);
		out_puts(s->o, *q->title && *q->axis[1].title ? ": " : "");
		put_text(s, q->axis[1].title, s->cols);
		out_puts(s->o, "\n");
	}
	put_legend(s, q, left);
	put_over(s, q, left);
	for (size_t row = 0; row < s->h; row++)
		put_frame_row(s, q, left, row);
	put_x_axis(s, left, labels);
	free(s->dots);
	free(s->shade);
	free(s->ink);
	free(s->over);
}

/* Lines of a panel besides its frame. */
static size_t lines_around(const struct plot *p, size_t i)
{
	const struct panel *q = &p->panel[i];
	bool labels = i + 1 == p->npanels || !p->link;
	size_t n = 1u + (*q->title || *q->axis[1].label) + labels + (labels && *q->axis[0].label);
	bool legend = false, over = false;
	for (size_t j = 0; j < q->nseries; j++) {
		legend |= q->series[j].kind < MARK_X && *q->series[j].name;
		over |= (q->series[j].kind == MARK_X || q->series[j].kind == BAND_X) && *q->series[j].name;
	}
	return n + legend + over;
}

void plot_text(struct plot *p, struct out *o, unsigned cols, unsigned rows, bool utf8, bool color)
{
	struct sheet s = {.o = o, .utf8 = utf8, .color = color, .dx = utf8 ? 2 : 1, .dy = utf8 ? 4 : 3};
	size_t around = 1 + p->nconditions, each = p->npanels > 1 ? ROWS_MANY : ROWS_ONE;
	s.cols = cols < COLS_LEAST ? COLS_LEAST : cols > COLS_MOST ? COLS_MOST : cols;
	plot_settle(p);
	for (size_t i = 0; i < p->npanels; i++)
		around += lines_around(p, i);
	if (rows)
		each = rows > around ? (rows - around) / p->npanels : 0;
	each = each < ROWS_LEAST ? ROWS_LEAST : each > ROWS_MOST ? ROWS_MOST : each;
	if (color)
		out_puts(o, "\033[1m");
	put_text(&s, p->title, s.cols);
	out_puts(o, color ? "\033[0m\n" : "\n");
	for (unsigned i = 0; i < p->nconditions; i++)
		put_lines(&s, p->condition[i]);
	size_t left = room_left(&s, p, each), right = room_right(p);
	if (left > s.cols / 2)
		left = s.cols / 2;
	for (size_t i = 0; i < p->npanels; i++)
		put_panel(&s, p, i, left, right, each);
}

void plot_draw(struct plot *p, struct out *o, bool color)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* POSIX, 8.2: the first that is not empty */
	struct winsize size;
	const char *locale = NULL, *columns = getenv("COLUMNS");
	unsigned cols = 80, rows = 0;
	for (int i = 0; i < 3 && (!locale || !*locale); i++)
		locale = getenv(names[i]);
	bool utf8 = locale && (strstr(locale, "UTF-8") || strstr(locale, "utf8") || strstr(locale, "UTF8") ||
	                       strstr(locale, "utf-8"));
	if (ioctl(o->fd, TIOCGWINSZ, &size) == 0 && size.ws_col) {
		cols = size.ws_col - 1u;
		rows = size.ws_row ? size.ws_row - 2u : 0;
	} else if (columns && strtoul(columns, NULL, 10)) {
		cols = (unsigned)strtoul(columns, NULL, 10);
	}
	plot_text(p, o, cols, rows, utf8, color);
}
