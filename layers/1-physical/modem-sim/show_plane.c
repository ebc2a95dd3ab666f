/* show_plane.c - modem-sim show constellation: symbols in the plane of amplitude and phase, beside the ideal ones. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/linear.h"
#include "1-physical/modem-sim/show.h"
#include "1-physical/psk.h"
#include "io.h"

enum {
	SYMBOLS = 2000,
	POINTS_MOST = 5000, /* more are drawn as density */
	CELLS = 150,
	LABELS_MOST = 64 /* points of which the bits can be read */
};
#define SECONDS 20.0
#define REACH 1.35 /* of the picture, against the outermost point, or so many standard deviations beyond it: */
#define SIGMAS 3.5

/* The points there are, each with its bits or "". */
struct ideal {
	struct cf point[CONSTELLATION_MAX];
	char label[CONSTELLATION_MAX][9];
	unsigned n;
};

static void ideal_add(struct ideal *d, struct cf point, unsigned label, unsigned bits)
{
	unsigned i = d->n++;
	d->point[i] = point;
	for (unsigned b = 0; b < bits; b++)
		d->label[i][b] = (char)('0' + (label >> (bits - 1 - b) & 1));
	d->label[i][bits] = '\0';
}

static void circle(struct ideal *d, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ideal_add(d, cf_polar(TAU * i / n), 0, 0);
}

/* The points of linear modulation. Differential schemes: those of symbols, without bits, or of changes. */
static void ideal_linear(struct ideal *d, const struct linear_kind *k, bool changes)
{
	struct constellation c;
	constellation_init(&c, k->shape, k->bits);
	if (k->differential && !changes && k->swapped) { /* pi/4: any of eight, in turn */
		circle(d, 8);
		return;
	}
	for (unsigned i = 0; i < c.size; i++) {
		struct cf p = k->swapped ? (struct cf){c.point[i].im, c.point[i].re} : c.point[i];
		ideal_add(d, p, i, k->differential && !changes ? 0 : k->bits);
	}
}

static void ideal_psk(struct ideal *d, const struct psk_code *k, bool changes)
{
	bool turned = k->turn != PSK_STRAIGHT;
	if (!changes)
		circle(d, k->phases * (turned ? 2 : 1));
	for (unsigned v = 0; changes && v < k->phases; v++)
		ideal_add(d, cf_polar(TAU * (k->step[v] + (turned ? 0.5 : 0)) / k->phases), v, k->bits);
}

static const struct cf *nearest(const struct ideal *d, struct cf y)
{
	unsigned best = 0;
	for (unsigned i = 1; i < d->n; i++)
		if (cf_power(cf_sub(y, d->point[i])) < cf_power(cf_sub(y, d->point[best])))
			best = i;
	return &d->point[best];
}

/* Error vector magnitude, of the root mean square of the ideal points (as IEEE 802.11-2020, 17.3.9.7). */
static double error_vector(const struct ideal *d, const struct cf *y, size_t n)
{
	double error = 0, power = 0;
	for (size_t i = 0; i < n; i++)
		error += (double)cf_power(cf_sub(y[i], *nearest(d, y[i])));
	for (unsigned i = 0; i < d->n; i++)
		power += (double)cf_power(d->point[i]);
	return sqrt(error / (double)n / (power / d->n));
}

static void draw_received(struct plot *p, const struct cf *y, size_t n, double reach)
{
	if (n > POINTS_MOST) {
		double *count = memset(xmalloc(CELLS * CELLS * sizeof *count), 0, CELLS * CELLS * sizeof *count);
		for (size_t i = 0; i < n; i++) {
			double cx = ((double)y[i].re / reach + 1) / 2 * CELLS,
			       cy = ((double)y[i].im / reach + 1) / 2 * CELLS;
			if (cx >= 0 && cx < CELLS && cy >= 0 && cy < CELLS)
				count[(size_t)cy * CELLS + (size_t)cx]++;
		}
		plot_density(p, "received", -reach, reach, CELLS, -reach, reach, CELLS, count);
		free(count);
		return;
	}
	double *re = xmalloc(n * sizeof *re), *im = xmalloc(n * sizeof *im);
	for (size_t i = 0; i < n; i++) {
		re[i] = (double)y[i].re;
		im[i] = (double)y[i].im;
	}
	plot_points(p, "received", re, im, n)->mark = PLOT_DOT;
	free(re);
	free(im);
}

static void draw(struct plot *p, const struct ideal *d, const struct cf *y, size_t n, double evm)
{
	double re[CONSTELLATION_MAX], im[CONSTELLATION_MAX], reach = 0, closest = 2;
	for (unsigned i = 0; i < d->n; i++) {
		re[i] = (double)d->point[i].re;
		im[i] = (double)d->point[i].im;
		reach = fmax(reach, fmax(fabs(re[i]), fabs(im[i])));
		for (unsigned j = 0; j < i; j++)
			closest = fmin(closest, hypot(re[i] - re[j], im[i] - im[j]));
	}
	reach = fmax(REACH * reach, reach + SIGMAS * evm / sqrt(2));
	plot_equal(p);
	plot_axis(p, PLOT_X, "in phase", "", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "quadrature", "", PLOT_LINEAR);
	plot_range(p, PLOT_X, -reach, reach);
	plot_range(p, PLOT_Y, -reach, reach);
	draw_received(p, y, n, reach);
	struct plot_look *l = plot_points(p, "ideal", re, im, d->n);
	l->mark = PLOT_PLUS;
	l->size = d->n > LABELS_MOST ? 3 : 5;
	for (unsigned i = 0; i < d->n && d->n <= LABELS_MOST; i++)
		plot_words(p, re[i], im[i] + fmin(0.3 * closest, 0.12 * reach), 0, d->label[i]);
}

/* Each symbol against the one before. */
static struct cf *changes_of(const struct shot *s)
{
	struct cf *y = xmalloc(s->nsymbols * sizeof *y);
	for (size_t i = 0; i + 1 < s->nsymbols; i++)
		y[i] = cf_mulc(s->symbol[i + 1], s->symbol[i]);
	return y;
}

static void check(const struct show_opts *o)
{
	const struct scheme *s = o->modem.name ? scheme_find(o->modem.name) : NULL;
	if (!o->modem.name)
		tool_die(EX_BAD, "a constellation is of symbols: say with -m which scheme's");
	if (s && strcmp(s->modem->family, "linear") != 0 && strcmp(s->modem->family, "psk") != 0)
		tool_die(EX_BAD, "%s has no constellation: its symbols are %s; try modem-sim show eye%s -m %s", s->name,
		         s->shift_hz > 0 ? "tones, not points" : "no points in the plane",
		         s->shift_hz > 0 ? ", wave or trellis" : " or wave", s->name);
}

struct plot *show_constellation(const struct show_opts *o)
{
	struct shot s;
	struct ideal points = {.n = 0}, changes = {.n = 0};
	char title[128];
	bool differential = false;
	check(o);
	shot_make(&s, o, SYMBOLS, SECONDS);
	bool found = shot_receive(&s);
	if (!s.nsymbols)
		shot_detect(&s);
	if (!s.nsymbols)
		tool_die(EX_NO, found ? "the receiver of %s shows no symbols" : "no %s signal found", s.c.scheme->name);
	if (shot_is(&s, "linear")) {
		const struct linear_kind *k = s.c.scheme->param;
		differential = k->differential;
		ideal_linear(&points, k, false);
		ideal_linear(&changes, k, true);
	} else {
		differential = true;
		ideal_psk(&points, s.c.scheme->param, false);
		ideal_psk(&changes, s.c.scheme->param, true);
	}
	snprintf(title, sizeof title, "Constellation of %.100s", s.c.scheme->name);
	struct plot *p = plot_new(title);
	shot_conditions(&s, p);
	double evm = error_vector(&points, s.symbol, s.nsymbols);
	plot_condition(
		p, "%zu symbols; error vector magnitude %.1f %%, modulation error ratio %.1f dB (to the nearest point)",
		s.nsymbols, 100 * evm, -20 * log10(evm));
	plot_panel(p, differential ? "Symbols" : "");
	draw(p, &points, s.symbol, s.nsymbols, evm);
	if (differential && s.nsymbols > 1) {
		struct cf *y = changes_of(&s);
		plot_panel(p, "From each symbol to the next: what the bits are in");
		draw(p, &changes, y, s.nsymbols - 1, sqrt(2) * evm);
		free(y);
	}
	shot_free(&s);
	return p;
}
