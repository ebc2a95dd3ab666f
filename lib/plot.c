/* plot.c - figures as data: panels, axes, series and words. */
#include "plot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plotted.h"

enum { DOTS_FROM = 500 }; /* points of a series that are dots, not circles */

/* ---- the figure ---- */

static char *copy(const char *s) { return xstrdup(s ? s : ""); }

static double *copy_values(const double *v, size_t n)
{
	return v && n ? memcpy(xmalloc(n * sizeof *v), v, n * sizeof *v) : NULL;
}

static void axis_init(struct axis *a)
{
	memset(a, 0, sizeof *a);
	a->label = copy("");
	a->unit = copy("");
	a->want[0] = a->want[1] = NAN;
}

static struct panel *last_panel(struct plot *p) { return &p->panel[p->npanels - 1]; }

static void panel_add(struct plot *p, const char *title)
{
	p->panel = xrealloc(p->panel, (p->npanels + 1) * sizeof *p->panel);
	struct panel *q = &p->panel[p->npanels++];
	memset(q, 0, sizeof *q);
	q->title = copy(title);
	axis_init(&q->axis[PLOT_X]);
	axis_init(&q->axis[PLOT_Y]);
}

struct plot *plot_new(const char *title)
{
	struct plot *p = xmalloc(sizeof *p);
	memset(p, 0, sizeof *p);
	p->title = copy(title);
	panel_add(p, "");
	return p;
}

static void panel_free(struct panel *q)
{
	for (size_t i = 0; i < q->nseries; i++) {
		free(q->series[i].name);
		for (size_t j = 0; j < 4; j++)
			free(q->series[i].v[j]);
	}
	free(q->series);
	free(q->title);
	for (int d = 0; d < 2; d++) {
		free(q->axis[d].label);
		free(q->axis[d].unit);
		free(q->axis[d].own);
	}
}

void plot_free(struct plot *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->npanels; i++)
		panel_free(&p->panel[i]);
	for (unsigned i = 0; i < p->nconditions; i++)
		free(p->condition[i]);
	free(p->panel);
	free(p->title);
	free(p);
}

void plot_condition(struct plot *p, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (p->nconditions < CONDITIONS_MAX)
		p->condition[p->nconditions++] = copy(line);
}

void plot_panel(struct plot *p, const char *title)
{
	struct panel *q = last_panel(p);
	bool untouched = p->npanels == 1 && !q->nseries && !*q->title && !*q->axis[0].label && !*q->axis[1].label;
	if (untouched) {
		free(q->title);
		q->title = copy(title);
	} else {
		panel_add(p, title);
	}
}

void plot_height(struct plot *p, double height) { last_panel(p)->height = height >= 20 && height <= 4000 ? height : 0; }

void plot_equal(struct plot *p) { last_panel(p)->equal = true; }

void plot_link(struct plot *p) { p->link = true; }

void plot_axis(struct plot *p, enum plot_dim d, const char *label, const char *unit, enum plot_scale scale)
{
	struct axis *a = &last_panel(p)->axis[d];
	free(a->label);
	free(a->unit);
	a->label = copy(label);
	a->unit = copy(unit);
	a->scale = scale;
}

void plot_range(struct plot *p, enum plot_dim d, double low, double high)
{
	struct axis *a = &last_panel(p)->axis[d];
	a->want[0] = fabs(low) < BEYOND ? low : NAN;
	a->want[1] = fabs(high) < BEYOND ? high : NAN;
}

void plot_tick(struct plot *p, enum plot_dim d, double at, const char *label)
{
	struct axis *a = &last_panel(p)->axis[d];
	if (a->nown == TICKS_MAX)
		return;
	a->own = xrealloc(a->own, (a->nown + 1) * sizeof *a->own);
	struct tick *t = &a->own[a->nown++];
	t->at = at;
	t->major = true;
	snprintf(t->label, sizeof t->label, "%s", label ? label : "");
}

/* ---- series ---- */

static struct series *series_add(struct plot *p, enum kind kind, const char *name, size_t n)
{
	struct panel *q = last_panel(p);
	int next = 0, before = 0;
	for (size_t i = 0; i < q->nseries; i++) {
		if (q->series[i].kind >= MARK_X)
			continue;
		next += *q->series[i].name != '\0';
		before = q->series[i].look.color;
	}
	q->series = xrealloc(q->series, (q->nseries + 1) * sizeof *q->series);
	struct series *s = &q->series[q->nseries++];
	memset(s, 0, sizeof *s);
	s->kind = kind;
	s->name = copy(name);
	s->n = n;
	s->look.color = kind >= MARK_X ? PLOT_INK : name && *name ? next % PLOT_COLORS : before;
	if (kind == POINTS || kind == ERRORS)
		s->look.mark = n > DOTS_FROM ? PLOT_DOT : PLOT_CIRCLE;
	return s;
}

static struct plot_look *series_of(struct plot *p, enum kind kind, const char *name, size_t n, const double *a,
				   const double *b, const double *c, const double *d)
{
	struct series *s = series_add(p, kind, name, n);
	const double *v[4] = {a, b, c, d};
	for (int j = 0; j < 4; j++)
		s->v[j] = copy_values(v[j], n);
	return &s->look;
}

struct plot_look *plot_line(struct plot *p, const char *name, const double *x, const double *y, size_t n)
{
	return series_of(p, LINE, name, n, x, y, NULL, NULL);
}

struct plot_look *plot_step(struct plot *p, const char *name, const double *x, const double *y, size_t n)
{
	return series_of(p, STEP, name, n, x, y, NULL, NULL);
}

struct plot_look *plot_wave(struct plot *p, const char *name, double start, double step, const float *y, size_t n)
{
	struct series *s = series_add(p, LINE, name, n);
	s->v[0] = xmalloc(n * sizeof *s->v[0]);
	s->v[1] = xmalloc(n * sizeof *s->v[1]);
	for (size_t i = 0; i < n; i++) {
		s->v[0][i] = start + step * (double)i;
		s->v[1][i] = (double)y[i];
	}
	return &s->look;
}

struct plot_look *plot_points(struct plot *p, const char *name, const double *x, const double *y, size_t n)
{
	return series_of(p, POINTS, name, n, x, y, NULL, NULL);
}

struct plot_look *plot_errors(struct plot *p, const char *name, const double *x, const double *y, const double *low,
			      const double *high, size_t n)
{
	return series_of(p, ERRORS, name, n, x, y, low, high);
}

struct plot_look *plot_bars(struct plot *p, const char *name, const double *x, const double *y, size_t n)
{
	return series_of(p, BARS, name, n, x, y, NULL, NULL);
}

struct plot_look *plot_fill(struct plot *p, const char *name, const double *x, const double *low, const double *high,
			    size_t n)
{
	return series_of(p, FILL, name, n, x, low, high, NULL);
}

struct plot_look *plot_segments(struct plot *p, const char *name, const double *x0, const double *y0, const double *x1,
				const double *y1, size_t n)
{
	return series_of(p, SEGMENTS, name, n, x0, y0, x1, y1);
}

struct plot_look *plot_density(struct plot *p, const char *name, double x0, double x1, size_t nx, double y0, double y1,
			       size_t ny, const double *count)
{
	const double limits[4] = {x0, x1, y0, y1};
	struct series *s = series_add(p, DENSITY, name, 0);
	s->v[0] = copy_values(limits, 4);
	s->v[1] = copy_values(count, nx * ny);
	s->nx = nx;
	s->ny = ny;
	return &s->look;
}

/* A mark, band or words: one value or two. */
static struct series *label_add(struct plot *p, enum kind kind, double a, double b, const char *label)
{
	struct series *s = series_add(p, kind, label, 1);
	s->v[0] = copy_values(&a, 1);
	s->v[1] = copy_values(&b, 1);
	return s;
}

struct plot_look *plot_mark_x(struct plot *p, double x, const char *label)
{
	return &label_add(p, MARK_X, x, x, label)->look;
}

struct plot_look *plot_mark_y(struct plot *p, double y, const char *label)
{
	return &label_add(p, MARK_Y, y, y, label)->look;
}

struct plot_look *plot_band_x(struct plot *p, double x0, double x1, const char *label)
{
	return &label_add(p, BAND_X, x0, x1, label)->look;
}

struct plot_look *plot_band_y(struct plot *p, double y0, double y1, const char *label)
{
	return &label_add(p, BAND_Y, y0, y1, label)->look;
}

struct plot_look *plot_words(struct plot *p, double x, double y, int align, const char *text)
{
	struct series *s = label_add(p, WORDS, x, y, text);
	s->align = align;
	return &s->look;
}

double series_x(const struct series *s, size_t i) { return s->v[0] ? s->v[0][i] : (double)i; }

bool series_has(const struct series *s, size_t i, double *x, double *y)
{
	*x = series_x(s, i);
	*y = s->v[1][i];
	return fabs(*x) < BEYOND && fabs(*y) < BEYOND;
}

double bars_half(const struct series *s)
{
	double least = INFINITY;
	for (size_t i = 1; i < s->n; i++) {
		double d = fabs(series_x(s, i) - series_x(s, i - 1));
		if (d > 0 && d < least)
			least = d;
	}
	return isinf(least) ? 0.4 : 0.4 * least;
}

double density_most(const struct series *s)
{
	double most = 0;
	for (size_t i = 0; i < s->nx * s->ny; i++)
		if (s->v[1][i] > most && s->v[1][i] < BEYOND)
			most = s->v[1][i];
	return most;
}

/* Of the square root, so that what is rare is seen too. */
unsigned density_level(double count, double most, unsigned levels)
{
	if (!(count > 0) || !(most > 0))
		return 0;
	double share = count < most ? sqrt(count / most) : 1;
	unsigned l = (unsigned)ceil(share * levels);
	return l < 1 ? 1 : l > levels ? levels : l;
}

/* ---- words ---- */

unsigned long text_next(const char **s)
{
	const unsigned char *u = (const unsigned char *)*s;
	static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xf0 && u[0] < 0xf8 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	unsigned long c = n == 1 ? u[0] : u[0] & (0x7fu >> n);
	if (!u[0])
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80 || u[0] < 0xc0 || u[0] >= 0xf8) {
			++*s;
			return '?';
		}
		c = c << 6 | (u[i] & 0x3fu);
	}
	*s += n;
	bool bad = (n > 1 && c < least[n]) || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ||
	           (c >= 0xfffe && c <= 0xffff);
	return bad || c < 0x20 || (c >= 0x7f && c < 0xa0) ? '?' : c;
}

size_t text_len(const char *s)
{
	size_t n = 0;
	while (text_next(&s))
		n++;
	return n;
}

size_t text_line(const char *s, size_t cols)
{
	const char *p = s, *space = NULL;
	for (size_t n = 0; n < cols; n++) {
		if (*p == ' ')
			space = p;
		if (!text_next(&p))
			return (size_t)(p - s);
	}
	if (!*p || *p == ' ' || !space || space == s)
		return (size_t)(p - s);
	return (size_t)(space - s);
}
