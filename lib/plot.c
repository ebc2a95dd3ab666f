/* plot.c - figures as data: what a caller adds, and what both ways to draw need: limits, ticks, the geometry of series. */
#include "plot.h"

#include <float.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plotted.h"

enum {
	FEW = 4000,          /* values of a series that are all drawn; of more, what a column of the picture can show */
	RUNS_MAX = 30000,    /* strokes for the segments of one series */
	DOTS_FROM = 500      /* points of a series that are dots, not circles */
};
#define BEYOND 1e150         /* as good as infinite: differences and products of what is below are finite */
#define MARGIN 0.5           /* around the frame, in which pieces still go on */
#define FAR 1e9              /* frames from here: as good as infinitely far */

/* ---- the figure ---- */

static char *copy(const char *s)
{
	return xstrdup(s ? s : "");
}

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

static struct panel *last_panel(struct plot *p)
{
	return &p->panel[p->npanels - 1];
}

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

void plot_height(struct plot *p, double height)
{
	last_panel(p)->height = height >= 20 && height <= 4000 ? height : 0;
}

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

static struct plot_look *series_of(struct plot *p, enum kind kind, const char *name, size_t n, const double *a, const double *b,
				   const double *c, const double *d)
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

struct plot_look *plot_fill(struct plot *p, const char *name, const double *x, const double *low, const double *high, size_t n)
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

double series_x(const struct series *s, size_t i)
{
	return s->v[0] ? s->v[0][i] : (double)i;
}

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

/* ---- numbers and words ---- */

/* A process may have set a locale whose decimal point is a comma. */
static void plain_point(char *s)
{
	for (; *s; s++)
		if (!strchr("0123456789+-einfa", *s))
			*s = '.';
}

int number_fixed(char *s, size_t size, double v, int decimals)
{
	int n = snprintf(s, size, "%.*f", decimals, v);
	plain_point(s);
	if (*s == '-' && s[strspn(s, "-0.")] == '\0') { /* no minus zero */
		memmove(s, s + 1, strlen(s));
		n--;
	}
	return n;
}

int number_short(char *s, size_t size, double v)
{
	snprintf(s, size, "%.3g", v);
	plain_point(s);
	char *e = strchr(s, 'e');
	if (e) { /* "1e-06": "1e-6" */
		char *digits = e + 1 + (e[1] == '-' || e[1] == '+'), *to = e + 1 + (e[1] == '-');
		digits += strspn(digits, "0");
		memmove(to, digits, strlen(digits) + 1);
	}
	return (int)strlen(s);
}

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
	bool bad = (n > 1 && c < least[n]) || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || (c >= 0xfffe && c <= 0xffff);
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

/* ---- ticks ---- */

double tick_step(double span, unsigned max)
{
	double rough = span / (max ? max : 1), power = pow(10, floor(log10(rough)));
	static const double steps[] = {1, 2, 5, 10};
	for (int i = 0; i < 4; i++)
		if (steps[i] * power >= rough * (1 - 1e-9))
			return steps[i] * power;
	return 10 * power;
}

/* The prefix for values up to most: its power of ten; 0 where the unit takes none. */
static int si_power(const char *unit, double most)
{
	static const char *const units[] = {"s", "Hz", "bit/s", "B/s", "Bd", "V", "W", "B", "bit"};
	bool known = false, large = strcmp(unit, "s") != 0; /* nobody speaks of kiloseconds */
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		known |= strcmp(unit, units[i]) == 0;
	bool whole = *unit == 'B' || *unit == 'b'; /* there are no millibits */
	if (!known || !(most > 0))
		return 0;
	int k = 3 * (int)floor(log10(most * (1 + 1e-9)) / 3);
	if (k < 0 && whole)
		return 0;
	return k > 0 && !large ? 0 : k < -15 ? -15 : k > 15 ? 15 : k;
}

static const char *si_prefix(int power)
{
	static const char *const names[] = {"f", "p", "n", "\302\265", "m", "", "k", "M", "G", "T", "P"};
	return names[power / 3 + 5];
}

static struct tick *tick_add(struct axis *a, double at, bool major)
{
	if (a->nticks == TICKS_MAX)
		return NULL;
	struct tick *t = &a->ticks[a->nticks++];
	*t = (struct tick){.at = at, .major = major};
	return t;
}

/* What the numbers of a linear axis are divided by, 10^*power, and counted from: what its title says then. */
static double linear_base(struct axis *a, double step, int *power)
{
	char factor[64] = "", from[64] = "";
	double most = fmax(fabs(a->low), fabs(a->high)), span = a->high - a->low, base = 0;
	if (most / step > 1e6) { /* more digits than can be read: count from a round number */
		double round = pow(10, ceil(log10(span)));
		base = floor(a->low / round) * round;
		most = fmax(a->high - base, 0);
		snprintf(from, sizeof from, " %c %.15g", base < 0 ? '-' : '+', fabs(base));
		plain_point(from + 3);
	}
	*power = si_power(a->unit, most);
	const char *prefix = si_prefix(*power);
	if (*power == 0 && (most >= 1e6 || most < 1e-3) && most > 0) {
		*power = 3 * (int)floor(log10(most * (1 + 1e-9)) / 3);
		snprintf(factor, sizeof factor, "10^%d ", *power);
		prefix = "";
	}
	bool unit = *a->unit || *factor || *from;
	snprintf(a->title, sizeof a->title, "%.90s%s%s%s%.20s%s", a->label, unit && *a->label ? ", " : "", factor, prefix, a->unit, from);
	return base;
}

static void linear_ticks(struct axis *a, unsigned max)
{
	double step = tick_step(a->high - a->low, max);
	int power;
	double base = linear_base(a, step, &power), unit = pow(10, power);
	int decimals = (int)fmax(0, -floor(log10(step / unit) + 1e-9));
	double first = ceil((a->low - base) / step - 1e-6), last = floor((a->high - base) / step + 1e-6);
	for (double k = first; k <= last && a->nticks < TICKS_MAX; k++) {
		struct tick *t = tick_add(a, base + k * step, true);
		number_fixed(t->label, sizeof t->label, k * step / unit, decimals < 15 ? decimals : 15);
	}
}

static void log_label(const struct axis *a, struct tick *t, int decade, double digit)
{
	int si = si_power(a->unit, t->at);
	if (*a->unit && si_power(a->unit, 1e-3) != si_power(a->unit, 1e3)) {
		number_short(t->label, sizeof t->label, t->at / pow(10, si));
		strncat(t->label, si_prefix(si), 3);
	} else if (digit > 1) {
		number_short(t->label, sizeof t->label, t->at);
	} else {
		snprintf(t->label, sizeof t->label, "10^%d", decade);
	}
}

static void log_ticks(struct axis *a, unsigned max)
{
	int first = (int)floor(log10(a->low) + 1e-9), last = (int)floor(log10(a->high) + 1e-9), every = 1;
	while ((unsigned)((last - first) / every + 1) > (max < 8 ? max : 8))
		every++;
	bool between = last - first < 2; /* few decades: 2 and 5 have labels too */
	for (int d = first; d <= last; d++) {
		for (int m = 1; m <= (every == 1 ? 9 : 1); m++) {
			double at = m * pow(10, d);
			if (at < a->low * (1 - 1e-9) || at > a->high * (1 + 1e-9))
				continue;
			bool major = m == 1 ? (d - first) % every == 0 : between && (m == 2 || m == 5);
			struct tick *t = major || every == 1 ? tick_add(a, at, major) : NULL;
			if (t && major)
				log_label(a, t, d, m);
		}
	}
	snprintf(a->title, sizeof a->title, "%.120s%s%.30s", a->label, *a->label && *a->unit ? ", " : "", a->unit);
}

void axis_ticks(struct axis *a, unsigned max)
{
	a->nticks = 0;
	if (max < 2)
		max = 2;
	if (a->scale == PLOT_LOG && a->high / a->low > 4)
		log_ticks(a, max);
	else
		linear_ticks(a, max);
	if (!a->nown)
		return;
	a->nticks = 0;
	for (unsigned i = 0; i < a->nown; i++)
		if (a->own[i].at >= a->low && a->own[i].at <= a->high)
			a->ticks[a->nticks++] = a->own[i];
	snprintf(a->title, sizeof a->title, "%.120s", a->label);
}

/* ---- limits ---- */

struct limits {
	double low, high;
	bool log, any;
	bool padded;             /* what is drawn reaches beyond the values */
};

static void widen(struct limits *l, double v)
{
	if (!(fabs(v) < BEYOND) || (l->log && !(v > 0)))
		return;
	l->low = l->any ? fmin(l->low, v) : v;
	l->high = l->any ? fmax(l->high, v) : v;
	l->any = true;
}

static void widen_all(struct limits *l, const double *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++)
		widen(l, v[i]);
}

static void series_limits(const struct series *s, enum plot_dim d, struct limits *l)
{
	switch (s->kind) {
	case DENSITY:
		widen_all(l, s->v[0] + (d == PLOT_X ? 0 : 2), 2);
		return;
	case MARK_X:
	case BAND_X:
	case MARK_Y:
	case BAND_Y:
		if ((s->kind == MARK_X || s->kind == BAND_X) == (d == PLOT_X)) {
			widen(l, s->v[0][0]);
			widen(l, s->v[1][0]);
		}
		return;
	default:
		break;
	}
	for (size_t i = 0; i < s->n; i++) {
		double v[2];
		if (series_has(s, i, &v[0], &v[1]))
			widen(l, v[d]);
	}
	if (s->kind == SEGMENTS)
		widen_all(l, s->v[d + 2], s->n);
	if ((s->kind == ERRORS || s->kind == FILL) && d == PLOT_Y) {
		widen_all(l, s->v[2], s->n);
		widen_all(l, s->v[3], s->n);
	}
	if (s->kind == BARS && d == PLOT_Y)
		widen(l, 0);
	if (s->kind == BARS && d == PLOT_X && l->any) {
		widen(l, l->low - bars_half(s));
		widen(l, l->high + bars_half(s));
	}
	l->padded |= d == PLOT_Y || s->kind == POINTS || s->kind == ERRORS || s->kind == SEGMENTS;
}

static void pad_log(struct limits *l, enum plot_dim d)
{
	if (l->high / l->low < 1.01) {
		l->low /= 2;
		l->high *= 2;
	} else if (d == PLOT_Y && l->high / l->low > 20) { /* whole decades, but not a new one for a rounding error */
		l->low = pow(10, floor(log10(l->low) + 1e-6));
		l->high = pow(10, ceil(log10(l->high) - 1e-6));
	} else if (l->padded) {
		l->low /= 1.1;
		l->high *= 1.1;
	}
}

static void pad_linear(struct limits *l)
{
	double span = l->high - l->low, most = fmax(fabs(l->low), fabs(l->high));
	bool zero = l->low == 0;
	if (!(span > most * 1e-12)) {
		double half = most > 0 ? 0.1 * most : 0.5;
		l->low -= half;
		l->high += half;
	} else if (l->padded) {
		l->low -= zero ? 0 : 0.05 * span;
		l->high += 0.05 * span;
	}
}

static void axis_settle(struct axis *a, enum plot_dim d, struct limits l)
{
	if (!l.any) {
		l.low = l.log ? 1 : 0;
		l.high = l.log ? 10 : 1;
	} else if (l.log) {
		pad_log(&l, d);
	} else {
		pad_linear(&l);
	}
	a->low = isnan(a->want[0]) || (l.log && !(a->want[0] > 0)) ? l.low : a->want[0];
	a->high = isnan(a->want[1]) || (l.log && !(a->want[1] > 0)) ? l.high : a->want[1];
	if (a->low > a->high && !isnan(a->want[0]) && isnan(a->want[1]))
		a->high = l.log ? a->low * 10 : a->low + 1;
	if (a->low > a->high && isnan(a->want[0]))
		a->low = l.log ? a->high / 10 : a->high - 1;
	if (!(a->high - a->low > 1e-13 * fmax(fabs(a->low), fabs(a->high)))) { /* also the wrong way round */
		double middle = a->low, half = fmax(fabs(middle) * 0.1, l.log ? 0 : 0.5);
		a->low = middle - half;
		a->high = middle + half;
	}
}

/* Both axes as long as the longer. */
static void make_equal(struct panel *q)
{
	double x = q->axis[0].high - q->axis[0].low, y = q->axis[1].high - q->axis[1].low;
	struct axis *a = x < y ? &q->axis[0] : &q->axis[1];
	double more = fabs(x - y) / 2;
	a->low -= more;
	a->high += more;
}

void plot_settle(struct plot *p)
{
	struct limits all = {.log = p->panel[0].axis[PLOT_X].scale == PLOT_LOG};
	for (size_t i = 0; i < p->npanels; i++)
		for (size_t j = 0; j < p->panel[i].nseries; j++)
			series_limits(&p->panel[i].series[j], PLOT_X, &all);
	for (size_t i = 0; i < p->npanels; i++) {
		struct panel *q = &p->panel[i];
		for (int d = 0; d < 2; d++) {
			struct limits l = {.log = q->axis[d].scale == PLOT_LOG};
			for (size_t j = 0; j < q->nseries; j++)
				series_limits(&q->series[j], d, &l);
			axis_settle(&q->axis[d], d, p->link && d == PLOT_X ? all : l);
		}
		if (q->equal)
			make_equal(q);
	}
}

/* ---- geometry ---- */

static double place(const struct axis *a, double v)
{
	double at = (v - a->low) / (a->high - a->low);
	if (a->scale == PLOT_LOG)
		at = v > 0 ? log(v / a->low) / log(a->high / a->low) : NAN;
	return at > FAR ? FAR : at < -FAR ? -FAR : at;
}

double view_x(const struct view *v, double x) { return v->left + v->w * place(v->x, x); }

double view_y(const struct view *v, double y) { return v->top + v->h * (1 - place(v->y, y)); }

/* Liang and Barsky (1984): the part of t = 0..1 that is inside of every edge. */
bool piece_clip(double p[4], double x0, double y0, double x1, double y1)
{
	double dx = p[2] - p[0], dy = p[3] - p[1], from = 0, to = 1;
	const double step[4] = {-dx, dx, -dy, dy}, room[4] = {p[0] - x0, x1 - p[0], p[1] - y0, y1 - p[1]};
	for (int i = 0; i < 4; i++) {
		if (step[i] == 0 && room[i] < 0)
			return false;
		if (step[i] < 0)
			from = fmax(from, room[i] / step[i]);
		else if (step[i] > 0)
			to = fmin(to, room[i] / step[i]);
	}
	if (!(from <= to))
		return false;
	double q[4] = {p[0] + from * dx, p[1] + from * dy, p[0] + to * dx, p[1] + to * dy};
	memcpy(p, q, sizeof q);
	return true;
}

/* A pen that goes from point to point; of many points, it visits of each column the first, the lowest, the highest and the last. */
struct walk {
	void (*piece)(void *arg, const double p[4]);
	void *arg;
	double box[4];
	double at[2];              /* the pen */
	bool down, alone;          /* it is somewhere; and has drawn nothing there yet */
	bool columns;
	double column;
	double first[2], low[2], high[2], last[2];
	bool low_later;            /* the lowest came after the highest */
	bool holds;                /* a column is being gathered */
};

static void walk_piece(struct walk *w, double x0, double y0, double x1, double y1)
{
	double p[4] = {x0, y0, x1, y1};
	if (piece_clip(p, w->box[0], w->box[1], w->box[2], w->box[3]))
		w->piece(w->arg, p);
}

static void walk_to(struct walk *w, const double p[2])
{
	if (w->down && w->at[0] == p[0] && w->at[1] == p[1])
		return;
	if (w->down)
		walk_piece(w, w->at[0], w->at[1], p[0], p[1]);
	w->alone = !w->down;
	w->down = true;
	w->at[0] = p[0];
	w->at[1] = p[1];
}

static void walk_column(struct walk *w)
{
	if (!w->holds)
		return;
	walk_to(w, w->first);
	walk_to(w, w->low_later ? w->high : w->low);
	walk_to(w, w->low_later ? w->low : w->high);
	walk_to(w, w->last);
	w->holds = false;
}

static void walk_gap(struct walk *w)
{
	walk_column(w);
	if (w->down && w->alone)
		walk_piece(w, w->at[0], w->at[1], w->at[0], w->at[1]);
	w->down = false;
}

static void walk_point(struct walk *w, double x, double y)
{
	const double p[2] = {x, y};
	if (isnan(x) || isnan(y)) {
		walk_gap(w);
		return;
	}
	if (!w->columns) {
		walk_to(w, p);
		return;
	}
	double column = floor(x);
	if (!w->holds || column != w->column) {
		walk_column(w);
		w->holds = true;
		w->column = column;
		memcpy(w->first, p, sizeof p);
		memcpy(w->low, p, sizeof p);
		memcpy(w->high, p, sizeof p);
	} else if (y < w->low[1]) {
		memcpy(w->low, p, sizeof p);
		w->low_later = true;
	} else if (y > w->high[1]) {
		memcpy(w->high, p, sizeof p);
		w->low_later = false;
	}
	memcpy(w->last, p, sizeof p);
}

static void walk_line(const struct series *s, const struct view *v, struct walk *w, const double *ys)
{
	double y = NAN;
	for (size_t i = 0; i < s->n; i++) {
		double x = series_x(s, i);
		bool has = fabs(x) < BEYOND && fabs(ys[i]) < BEYOND;
		double px = has ? view_x(v, x) : NAN;
		if (s->kind == STEP && !isnan(y) && has)
			walk_point(w, px, y);
		y = has ? view_y(v, ys[i]) : NAN;
		walk_point(w, px, y);
	}
	walk_gap(w);
}

/* Segments: all, where they are few. */
static void walk_few(const struct series *s, const struct view *v, struct walk *w)
{
	for (size_t i = 0; i < s->n; i++) {
		double x0, y0, x1 = s->v[2][i], y1 = s->v[3][i];
		if (!series_has(s, i, &x0, &y0) || !(fabs(x1) < BEYOND) || !(fabs(y1) < BEYOND))
			continue;
		double p[4] = {view_x(v, x0), view_y(v, y0), view_x(v, x1), view_y(v, y1)};
		if (!isnan(p[0] + p[1] + p[2] + p[3]))
			walk_piece(w, p[0], p[1], p[2], p[3]);
	}
}

/* Cells of the picture that something touches. */
struct raster {
	double left, top, cell;
	size_t w, h;
	uint8_t *set;
};

static struct raster raster_new(const struct view *v, double margin, double cell)
{
	struct raster r = {.left = v->left - margin, .top = v->top - margin, .cell = cell};
	r.w = (size_t)((v->w + 2 * margin) / cell) + 1;
	r.h = (size_t)((v->h + 2 * margin) / cell) + 1;
	r.set = xmalloc(r.w * r.h);
	memset(r.set, 0, r.w * r.h);
	return r;
}

static void raster_piece(void *arg, const double p[4])
{
	struct raster *r = arg;
	double x0 = (p[0] - r->left) / r->cell, y0 = (p[1] - r->top) / r->cell;
	double x1 = (p[2] - r->left) / r->cell, y1 = (p[3] - r->top) / r->cell;
	int n = (int)ceil(fmax(fabs(x1 - x0), fabs(y1 - y0)));
	for (int i = 0; i <= n; i++) {
		double t = n ? (double)i / n : 0, x = x0 + t * (x1 - x0), y = y0 + t * (y1 - y0);
		if (x >= 0 && y >= 0 && x < (double)r->w && y < (double)r->h)
			r->set[(size_t)x * r->h + (size_t)y] = 1;
	}
}

/* The runs of cells that are set, column by column, as upright strokes: given to the pen, or (NULL) only counted. */
static size_t raster_runs(const struct raster *r, struct walk *w)
{
	size_t n = 0;
	for (size_t x = 0; x < r->w; x++) {
		const uint8_t *column = r->set + x * r->h;
		for (size_t y = 0, end; y < r->h; y = end + 1) {
			end = y;
			while (end < r->h && column[end])
				end++;
			if (end == y)
				continue;
			n++;
			double px = r->left + ((double)x + 0.5) * r->cell, top = r->top + (double)y * r->cell;
			if (w)
				walk_piece(w, px, top, px, top + (double)(end - y) * r->cell);
		}
	}
	return n;
}

/* Segments: many become the cells that they touch. */
static void walk_many(const struct series *s, const struct view *v, struct walk *w)
{
	for (double cell = 1;; cell *= 2) {
		struct raster r = raster_new(v, MARGIN, cell);
		struct walk into = *w;
		into.piece = raster_piece;
		into.arg = &r;
		walk_few(s, v, &into);
		bool fits = raster_runs(&r, NULL) <= RUNS_MAX || cell > 64;
		if (fits)
			raster_runs(&r, w);
		free(r.set);
		if (fits)
			return;
	}
}

/* The intervals of points, upright; where the lower end has no place, from the frame's edge. */
static void walk_errors(const struct series *s, const struct view *v, struct walk *w)
{
	for (size_t i = 0; i < s->n; i++) {
		double x = view_x(v, series_x(s, i)), low = view_y(v, s->v[2][i]), high = view_y(v, s->v[3][i]);
		if (isnan(low))
			low = w->box[3];
		if (!isnan(x) && !isnan(high))
			walk_piece(w, x, low, x, high);
	}
}

/* Points inside of the frame, of a cell the first; given to point, or (NULL) only counted. */
static size_t points_once(const struct series *s, const struct view *v, double cell, void (*point)(void *arg, double x, double y),
			  void *arg)
{
	struct raster r = raster_new(v, MARGIN, cell);
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		double x, y;
		if (!series_has(s, i, &x, &y))
			continue;
		x = view_x(v, x);
		y = view_y(v, y);
		bool in = x >= r.left && y >= r.top && x <= v->left + v->w + MARGIN && y <= v->top + v->h + MARGIN;
		uint8_t *c = in ? r.set + (size_t)((x - r.left) / cell) * r.h + (size_t)((y - r.top) / cell) : NULL;
		if (!c || *c)
			continue;
		*c = 1;
		n++;
		if (point)
			point(arg, x, y);
	}
	free(r.set);
	return n;
}

void series_points(const struct series *s, const struct view *v, double cell, size_t max,
		   void (*point)(void *arg, double x, double y), void *arg)
{
	while (s->n > max && points_once(s, v, cell, NULL, NULL) > max)
		cell *= 1.5;
	points_once(s, v, cell, point, arg);
}

void series_walk(const struct series *s, const struct view *v, void (*piece)(void *arg, const double p[4]), void *arg)
{
	struct walk w = {.piece = piece, .arg = arg, .columns = s->n > FEW,
	                 .box = {v->left - MARGIN, v->top - MARGIN, v->left + v->w + MARGIN, v->top + v->h + MARGIN}};
	switch (s->kind) {
	case LINE:
	case STEP:
		walk_line(s, v, &w, s->v[1]);
		break;
	case FILL:
		walk_line(s, v, &w, s->v[1]);
		walk_line(s, v, &w, s->v[2]);
		break;
	case ERRORS:
		walk_errors(s, v, &w);
		break;
	case SEGMENTS:
		(s->n > FEW ? walk_many : walk_few)(s, v, &w);
		break;
	default:
		break;
	}
}
