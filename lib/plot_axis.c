/* plot_axis.c - what the axes of a figure reach from and to, their ticks and how numbers are written. */
#include <stdio.h>
#include <string.h>

#include "plotted.h"

/* ---- numbers ---- */

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
	snprintf(a->title, sizeof a->title, "%.90s%s%s%s%.20s%s", a->label, unit && *a->label ? ", " : "", factor,
	         prefix, a->unit, from);
	return base;
}

static void linear_ticks(struct axis *a, unsigned max)
{
	double span = a->high - a->low, step = tick_step(span, max);
	while (floor(a->high / step + 1e-6) - ceil(a->low / step - 1e-6) < 1 && step > span / 8) /* one tick says little */
		step = tick_step(span, ++max);
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
	bool padded; /* what is drawn reaches beyond the values */
};

static void widen(struct limits *l, double v)
{
	if (!(fabs(v) < BEYOND) || (l->log && !(v > 1 / BEYOND)))
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
	case DENSITY: widen_all(l, s->v[0] + (d == PLOT_X ? 0 : 2), 2); return;
	case MARK_X:
	case BAND_X:
	case MARK_Y:
	case BAND_Y:
		if ((s->kind == MARK_X || s->kind == BAND_X) == (d == PLOT_X)) {
			widen(l, s->v[0][0]);
			widen(l, s->v[1][0]);
		}
		return;
	default: break;
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
	a->low = isnan(a->want[0]) || (l.log && !(a->want[0] > 1 / BEYOND)) ? l.low : a->want[0];
	a->high = isnan(a->want[1]) || (l.log && !(a->want[1] > 1 / BEYOND)) ? l.high : a->want[1];
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
				series_limits(&q->series[j], (enum plot_dim)d, &l);
			axis_settle(&q->axis[d], (enum plot_dim)d, p->link && d == PLOT_X ? all : l);
		}
		if (q->equal)
			make_equal(q);
	}
}
