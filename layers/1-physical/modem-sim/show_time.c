/* show_time.c - modem-sim show wave and eye: a signal over time, and over the time of a symbol. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/fsk.h"
#include "1-physical/linear.h"
#include "1-physical/modem-sim/show.h"
#include "io.h"

enum {
	WAVE_SYMBOLS = 12,
	WAVE_MOST = 64, /* of a picture whose symbols can be told apart */
	BASEBAND = 16,  /* values a symbol */
	EYE_SYMBOLS = 2000,
	EYE_COLS = 240,
	EYE_ROWS = 120, /* cells */
	STEPS = 8,      /* of a curve, from value to value */
	TRACES = 64    /* more than this is drawn as density */
};
#define WAVE_SECONDS 10.0
#define EYE_SECONDS 20.0

/* ---- wave ---- */

/* The samples from *from on that a picture of the first symbols has. */
static size_t window(const struct shot *s, size_t *from, double *origin_s)
{
	size_t k = shot_symbols(s);
	*from = 0;
	*origin_s = s->file ? s->opts->start_s : 0;
	if (isnan(s->first_s) || s->file)
		return s->n;
	double begin = s->first_s - 0.5 / s->c.baud,
	       end = shot_symbol_s(s, k < WAVE_MOST ? k : WAVE_MOST) + 0.5 / s->c.baud;
	*from = (size_t)fmax(0, ceil(begin * s->c.rate_hz));
	size_t to = (size_t)(end * s->c.rate_hz) + 1;
	*origin_s = (double)*from / s->c.rate_hz - s->first_s;
	return (to < s->n ? to : s->n) - (*from < s->n ? *from : s->n);
}

/* Limits of symbols, with their bits over the first panel. */
static void limits(const struct shot *s, struct plot *p, bool labels)
{
	char label[16];
	for (size_t k = 0; k < shot_symbols(s) && k < WAVE_MOST && !isnan(s->first_s); k++) {
		double t = shot_symbol_s(s, k) - s->first_s;
		struct plot_look *l = plot_band_x(p, t, t + 1 / s->c.baud, labels ? shot_label(s, k, label) : NULL);
		if (k % 2)
			l->size = -1;
	}
}

/* What the carrier carries: the amplitudes of its two phases. */
static void components(const struct shot *s, struct plot *p, const struct cf *y, size_t n, double rate_hz,
		       double amplitude)
{
	double *t = xmalloc(n * sizeof *t), *re = xmalloc(n * sizeof *re), *im = xmalloc(n * sizeof *im), most = 0;
	for (size_t i = 0; i < n; i++) {
		t[i] = (double)i / rate_hz - s->first_s;
		re[i] = (double)y[i].re / amplitude;
		im[i] = (double)y[i].im / amplitude;
		most = fmax(most, fabs(im[i]));
	}
	plot_panel(p, "Baseband");
	plot_axis(p, PLOT_Y, "amplitude", "", PLOT_LINEAR);
	plot_line(p, "in phase", t, re, n)->color = 1;
	if (most > 0.02)
		plot_line(p, "quadrature", t, im, n)->color = 2;
	free(t);
	free(re);
	free(im);
}

static void frequencies(const struct shot *s, struct plot *p, const struct cf *y, size_t n, double rate_hz)
{
	const struct fsk_param *k = s->c.scheme->param;
	double *f = shot_frequency(s, y, n, rate_hz), *t = xmalloc(n * sizeof *t);
	char label[32];
	for (size_t i = 0; i < n; i++)
		t[i] = ((double)i - 0.5) / rate_hz - s->first_s;
	plot_panel(p, "Instantaneous frequency");
	plot_axis(p, PLOT_Y, "frequency", "Hz", PLOT_LINEAR);
	plot_range(p, PLOT_Y, fmax(0, s->c.centre_hz - 1.1 * s->c.shift_hz), s->c.centre_hz + 1.1 * s->c.shift_hz);
	plot_line(p, NULL, t, f, n)->color = 1;
	for (unsigned i = 0; i < k->tones && k->tones <= 8; i++) {
		double tone = s->c.centre_hz + s->c.shift_hz * ((double)i / (k->tones - 1) - 0.5);
		if (k->tones == 2)
			snprintf(label, sizeof label, "%s %g", k->mark_low == (i == 0) ? "mark" : "space", tone);
		else
			snprintf(label, sizeof label, "%g", tone);
		plot_mark_y(p, tone, label)->dashed = true;
	}
	free(f);
	free(t);
}

static void carried(const struct shot *s, struct plot *p)
{
	double rate_hz;
	size_t n;
	if (s->c.centre_hz <= 0 || isnan(s->first_s))
		return;
	struct cf *y = shot_baseband(s, s->sent ? s->sent : s->x, SHOT_FINE, &n, &rate_hz);
	double begin = s->first_s - 0.5 / s->c.baud,
	       end = shot_symbol_s(s, shot_symbols(s) < WAVE_MOST ? shot_symbols(s) : WAVE_MOST);
	size_t from = (size_t)fmax(0, ceil(begin * rate_hz)), to = (size_t)fmax(0, (end + 0.5 / s->c.baud) * rate_hz);
	to = to < n ? to : n;
	for (size_t i = 0; i < from && i < n; i++) /* outside of the picture */
		y[i] = (struct cf){NAN, NAN};
	if (shot_is(s, "fsk"))
		frequencies(s, p, y, to, rate_hz);
	else
		components(s, p, y, to, rate_hz, shot_is(s, "linear") ? linear_gain(&s->c) : s->c.amplitude);
	plot_axis(p, PLOT_X, "time", "s", PLOT_LINEAR);
	limits(s, p, false);
	free(y);
}

struct plot *show_wave(const struct show_opts *o)
{
	struct shot s;
	char title[128];
	size_t from;
	double origin;
	struct show_opts mine = *o;
	if (mine.rate_hz <= 0 && mine.modem.name) { /* so that the curve looks like one */
		struct modem_cfg c;
		modem_setup(&mine.modem, &c);
		double baud = c.baud > 0 ? c.baud : c.scheme->baud,
		       centre = c.centre_hz > 0 ? c.centre_hz : c.scheme->centre_hz;
		mine.rate_hz = ceil(fmax(fmax(32 * baud, 16 * (centre + c.scheme->shift_hz)), modem_rate(&c)));
	}
	shot_make(&s, &mine, WAVE_SYMBOLS, WAVE_SECONDS);
	size_t n = window(&s, &from, &origin);
	snprintf(title, sizeof title, s.file ? "Signal in %.100s" : "Signal of %.100s",
	         s.file ? o->path : s.c.scheme->name);
	struct plot *p = plot_new(title);
	shot_conditions(&s, p);
	if (shot_symbols(&s) > WAVE_MOST)
		plot_condition(p, "the first %d of %zu symbols", WAVE_MOST, shot_symbols(&s));
	plot_link(p);
	plot_panel(p, s.file ? "" : "Signal");
	plot_axis(p, PLOT_X, "time", "s", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "full scale", "", PLOT_LINEAR);
	limits(&s, p, true);
	plot_wave(p, s.sent ? "received" : NULL, origin, 1 / s.c.rate_hz, s.x + from, n)->color = 0;
	if (s.sent && !s.file)
		plot_wave(p, "sent", origin, 1 / s.c.rate_hz, s.sent + from, n)->color = 3;
	if (!s.file)
		carried(&s, p);
	shot_free(&s);
	return p;
}

/* ---- eye ---- */

static double part(const struct shot *s, size_t i, bool im) { return (double)(im ? s->eye[i].im : s->eye[i].re); }

/* Symbols from a decision to value i, -0.5..0.5. */
static double place(const struct shot *s, size_t i) { return fmod(s->eye_phase + (double)i / s->per_symbol, 1) - 0.5; }

/* The smooth curve at t = 0..1 of the way from value i to the next. */
static double height(const struct shot *s, size_t i, double t, bool im)
{
	size_t before = i ? i - 1 : i, behind = i + 2 < s->neye ? i + 2 : i + 1;
	return shot_between(part(s, before, im), part(s, i, im), part(s, i + 1, im), part(s, behind, im), t);
}

struct eye_view {
	double low, high;
	double *count; /* EYE_ROWS times EYE_COLS */
	double *x, *y; /* lines, with gaps */
	size_t n;
};

/* Counts where the curve is in the middle of each column that it crosses, two symbols wide. */
static void count_trace(const struct shot *s, struct eye_view *v, size_t i, bool im)
{
	double phase = place(s, i), wide = 2.0 / EYE_COLS;
	for (int shift = -1; shift <= 1; shift++) {
		double from = (phase + shift + 1) / wide - 0.5, to = from + 1 / s->per_symbol / wide;
		for (double col = fmax(ceil(from), 0); col < to && col < EYE_COLS; col++) {
			double y = (height(s, i, (col - from) / (to - from), im) - v->low) / (v->high - v->low) *
			           EYE_ROWS;
			if (y >= 0 && y < EYE_ROWS)
				v->count[(size_t)y * EYE_COLS + (size_t)col]++;
		}
	}
}

static void line_trace(const struct shot *s, struct eye_view *v, size_t i, bool im)
{
	double phase = place(s, i), wide = 1 / s->per_symbol;
	for (int shift = -1; shift <= 1; shift++) {
		if (phase + shift < -1 - 1e-9 || phase + shift + wide > 1 + 1e-9)
			continue;
		for (int k = 0; k <= STEPS; k++) {
			v->x[v->n] = phase + shift + wide * k / STEPS;
			v->y[v->n++] = height(s, i, (double)k / STEPS, im);
		}
		v->x[v->n] = v->y[v->n] = NAN;
		v->n++;
	}
}

/* The limits of what is seen: all but the outermost. */
static void eye_limits(const struct shot *s, bool im, struct eye_view *v)
{
	double sum = 0, square = 0, n = 0, most = 0;
	for (size_t i = 0; i < s->neye; i++) {
		double y = part(s, i, im);
		if (!isfinite(y))
			continue;
		sum += y;
		square += y * y;
		n++;
	}
	double mean = n > 0 ? sum / n : 0, sigma = n > 0 ? sqrt(fmax(square / n - mean * mean, 0)) : 0;
	for (size_t i = 0; i < s->neye; i++)
		if (isfinite(part(s, i, im)))
			most = fmax(most, fabs(part(s, i, im) - mean));
	most = fmin(most, 3.5 * sigma) * 1.1;
	v->low = mean - (most > 0 ? most : 1);
	v->high = mean + (most > 0 ? most : 1);
}

static double values(const struct shot *s)
{
	double n = 0;
	for (size_t i = 0; i < s->neye; i++)
		n += isfinite(s->eye[i].re);
	return n;
}

static void eye_panel(const struct shot *s, struct plot *p, const char *title, bool im)
{
	struct eye_view v = {0};
	bool lines = values(s) <= TRACES * s->per_symbol;
	plot_panel(p, title);
	plot_height(p, 300);
	plot_axis(p, PLOT_X, "symbols from the decision", "", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, s->eye_hertz ? "frequency" : "amplitude", s->eye_hertz ? "Hz" : "", PLOT_LINEAR);
	eye_limits(s, im, &v);
	if (lines) {
		v.x = xmalloc(3 * (STEPS + 2) * s->neye * sizeof *v.x);
		v.y = xmalloc(3 * (STEPS + 2) * s->neye * sizeof *v.y);
	} else {
		v.count = memset(xmalloc(EYE_COLS * EYE_ROWS * sizeof *v.count), 0,
		                 EYE_COLS * EYE_ROWS * sizeof *v.count);
	}
	for (size_t i = 0; i + 1 < s->neye; i++)
		(lines ? line_trace : count_trace)(s, &v, i, im);
	if (lines)
		plot_line(p, NULL, v.x, v.y, v.n)->size = 0.8;
	else
		plot_density(p, "how often", -1, 1, EYE_COLS, v.low, v.high, EYE_ROWS, v.count);
	plot_range(p, PLOT_X, -1, 1);
	plot_range(p, PLOT_Y, v.low, v.high);
	plot_mark_x(p, 0, "decision")->dashed = true;
	free(v.x);
	free(v.y);
	free(v.count);
}

static bool has_quadrature(const struct shot *s)
{
	double re = 0, im = 0;
	for (size_t i = 0; i < s->neye; i++) {
		bool is = isfinite(s->eye[i].re) && isfinite(s->eye[i].im);
		re += is ? (double)(s->eye[i].re * s->eye[i].re) : 0;
		im += is ? (double)(s->eye[i].im * s->eye[i].im) : 0;
	}
	if (shot_is(s, "linear")) {
		const struct linear_kind *k = s->c.scheme->param;
		return k->shape == SHAPE_PSK || k->shape == SHAPE_QAM;
	}
	return im > 1e-3 * re;
}

struct plot *show_eye(const struct show_opts *o)
{
	struct shot s;
	char title[128];
	if (!o->modem.name)
		tool_die(EX_BAD, "an eye is of symbols: say with -m which scheme's");
	shot_make(&s, o, EYE_SYMBOLS, EYE_SECONDS);
	bool found = shot_receive(&s);
	if (!s.neye)
		shot_detect(&s);
	if (!s.neye)
		tool_die(EX_NO, found ? "the receiver of %s shows no eye" : "no %s signal found", s.c.scheme->name);
	snprintf(title, sizeof title, "Eye of %.100s", s.c.scheme->name);
	struct plot *p = plot_new(title);
	shot_conditions(&s, p);
	bool two = !s.eye_hertz && has_quadrature(&s);
	eye_panel(&s, p, s.detector ? s.detector : two ? "In phase" : "", false);
	if (two)
		eye_panel(&s, p, "Quadrature", true);
	shot_free(&s);
	return p;
}
