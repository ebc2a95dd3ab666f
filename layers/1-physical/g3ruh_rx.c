/* g3ruh_rx.c - the receiver of scrambled baseband: matched filter, the trellis of what pulses leave in each other, soft descrambler.
 *
 * Pulses are two symbols long, so behind the matched filter y(k) = A (a(k) + r (a(k-1) + a(k+1))) + noise, r = 1/6. The sequence is
 * found over the two states of a trellis with the metric of G. Ungerboeck (IEEE Trans. Comm. 22(5), 1974), forward and
 * backward (L. Bahl, J. Cocke, F. Jelinek, J. Raviv, IEEE Trans. IT 20(2), 1974), which gives soft bits; nothing is lost against pulses
 * that do not meet.
 *
 * Searching: correlation with half a period of a cosine finds changes between levels; at the right moment of each symbol it is nothing or
 * all, so its square has a strong line at the symbol rate, and hears neither level nor offset. Following, in batches: from the decisions
 * come level, offset (a discriminator's, off frequency), timing, r and noise.
 */
#include "g3ruh.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "scramble.h"

enum {
	GRID = 4,                /* moments a symbol where the search looks */
	HOP = 16,                /* symbols between looks, and a batch */
	WINDOW = 128,            /* symbols of the search */
	WAIT = 8,                /* looks after the first that finds something, for a better one */
	LOOK = 8,                /* symbols behind a batch that its soft bits are made with */
	SPAN = HOP + LOOK,
	KEEP = 640,              /* symbols of signal that are kept */
	SETTLED = 8 * HOP,       /* symbols after which the clock is measured */
	FILTERS = 32,            /* moments a sample at which the filters are there */
	CHUNK = 256              /* samples between looks for work */
};

static const double CLOCK_LINE = 0.2; /* random data has 0.4 without noise, 0.24 at 6 dB; noise exceeds this once in two minutes */
static const double MOST_DRIFT = 0.005; /* of the symbol clock */
static const double POOREST = 3;        /* level^2 over noise: below, it is noise (which has 1.8) */

struct g3ruh_rx {
	struct soft_sink out;
	double rate_hz, sym;       /* samples a symbol */
	struct soft_scrambler descrambler;
	float last;                /* soft bit before, for NRZI */
	bool nrzi;

	float *ring;               /* mask + 1 samples, and the first taps of them again, so that any taps lie side by side */
	uint64_t samples, mask;
	unsigned taps, change_taps;
	float *pulse, *change;     /* FILTERS of taps each */

	/* The search. */
	double from;               /* sample of moment 0 */
	uint64_t looked;
	double energy[WINDOW / HOP][GRID];
	double best_line, best_at;
	int wait;

	/* A run. */
	bool running;
	double at, period;         /* sample: middle of the next symbol to decide */
	double level, offset, overlap, noise, quality;
	float forward;             /* log-ratio of the last symbol decided: what is known before the batch */
	double settled_at;         /* sample: at, after SETTLED symbols */
	uint64_t decided;
	struct lock lock;
	double sum_noise, sum_batches, last_noise;
};

/* ---- filters ---- */

/* taps coefficients of shape(t, width of a sample) at each of FILTERS places between two samples, t in symbols; times scale. */
static float *make_filters(const struct g3ruh_rx *rx, unsigned taps, double (*shape)(double, double), double scale)
{
	float *h = xmalloc(FILTERS * taps * sizeof *h);
	unsigned centre = taps / 2;
	for (unsigned f = 0; f < FILTERS; f++)
		for (unsigned i = 0; i < taps; i++) {
			double t = ((double)i - centre - (double)f / FILTERS) / rx->sym;
			h[f * taps + i] = (float)(shape(t, 1 / rx->sym) * scale / rx->sym);
		}
	return h;
}

static double pulse_shape(double t, double width)
{
	(void)width;
	return g3ruh_pulse(t);
}

/* The mean over a sample, so that the sum of all is nothing wherever they are: a level is not a change. */
static double change_shape(double t, double width)
{
	double from = fmin(fmax(t - width / 2, -0.5), 0.5), to = fmin(fmax(t + width / 2, -0.5), 0.5);
	return (cos(TAU / 2 * to) - cos(TAU / 2 * from)) / (TAU / 2 * width);
}

/* Filter h around a moment. */
static double filtered(const struct g3ruh_rx *rx, const float *h, unsigned taps, double u)
{
	double v = u + 0.5 / FILTERS, whole = floor(v);
	const float *c = h + (unsigned)((v - whole) * FILTERS) * taps;
	const float *x = rx->ring + (((uint64_t)whole - taps / 2) & rx->mask);
	float sum[4] = {0, 0, 0, 0};
	for (unsigned i = 0; i < taps; i += 4)
		for (unsigned j = 0; j < 4; j++)
			sum[j] += c[i + j] * x[i + j];
	return (double)(sum[0] + sum[1] + sum[2] + sum[3]);
}

static double symbol_at(const struct g3ruh_rx *rx, double u) { return filtered(rx, rx->pulse, rx->taps, u); }
static double change_at(const struct g3ruh_rx *rx, double u) { return filtered(rx, rx->change, rx->change_taps, u); }
static double horizon(const struct g3ruh_rx *rx) { return (double)rx->samples - 0.5 * rx->taps - 3; }
static double memory(const struct g3ruh_rx *rx)
{
	double kept = (double)(rx->mask + 1);
	return ((double)rx->samples > kept ? (double)rx->samples - kept : 0) + rx->taps;
}

/* ---- made and fed ---- */

static void search_from(struct g3ruh_rx *rx, double sample)
{
	rx->running = false;
	rx->from = sample;
	rx->looked = 0;
	rx->wait = -1;
	rx->best_line = 0;
}

static unsigned whole_fours(double n) { return 4 * (unsigned)ceil(n / 4); }

void *g3ruh_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	struct g3ruh_rx *rx = xmalloc(sizeof *rx);
	uint64_t cap = 1;

	(void)e;
	*rx = (struct g3ruh_rx){.out = out, .rate_hz = c->rate_hz, .nrzi = c->scheme->nrzi};
	rx->sym = c->rate_hz / (c->baud > 0 ? c->baud : c->scheme->baud);
	rx->taps = whole_fours(2 * rx->sym + 2);
	rx->change_taps = whole_fours(rx->sym + 2);
	rx->pulse = make_filters(rx, rx->taps, pulse_shape, 1 / G3RUH_ENERGY);
	rx->change = make_filters(rx, rx->change_taps, change_shape, 2);
	while ((double)cap < KEEP * rx->sym + CHUNK + rx->taps)
		cap *= 2;
	rx->mask = cap - 1;
	rx->ring = xmalloc((cap + rx->taps) * sizeof *rx->ring);
	memset(rx->ring, 0, (cap + rx->taps) * sizeof *rx->ring);
	search_from(rx, rx->taps);
	return rx;
}

void g3ruh_rx_free(void *arg)
{
	struct g3ruh_rx *rx = arg;
	if (!rx)
		return;
	free(rx->ring);
	free(rx->pulse);
	free(rx->change);
	free(rx);
}

/* ---- a run ---- */

static double seconds(const struct g3ruh_rx *rx, double u) { return (u - rx->sym / 2) / rx->rate_hz; }

/* Level and offset of the symbols from a moment on: the means of those above and below, twice. */
static void measure(struct g3ruh_rx *rx, double at, int n)
{
	rx->offset = 0;
	for (int pass = 0; pass < 3; pass++) {
		double sum[2] = {0, 0}, count[2] = {1e-9, 1e-9};
		for (int k = 0; k < n; k++) {
			double y = symbol_at(rx, at + k * rx->sym);
			sum[y < rx->offset] += y;
			count[y < rx->offset]++;
		}
		double high = sum[0] / count[0], low = sum[1] / count[1];
		rx->offset = (high + low) / 2;
		rx->level = (high - low) / 2;
	}
	if (!(rx->level > 1e-9))
		rx->level = 1e-9;
}

static void begin_run(struct g3ruh_rx *rx)
{
	double earliest = rx->from > memory(rx) ? rx->from : memory(rx), at = rx->best_at;
	int quiet = 0;

	measure(rx, at - 0.5 * WINDOW * rx->sym, WINDOW / 2);
	while (quiet < 2 && at - 16 * rx->sym > earliest) {
		double sum = 0;
		for (int k = 0; k < 16; k++, at -= rx->sym)
			sum += fabs(symbol_at(rx, at) - rx->offset);
		quiet = sum / 16 < 0.6 * rx->level || sum / 16 > 1.6 * rx->level ? quiet + 1 : 0;
	}
	at += quiet * 8 * rx->sym;
	rx->running = true;
	rx->at = at;
	rx->period = rx->sym;
	rx->overlap = G3RUH_OVERLAP;
	rx->noise = 0.1;
	rx->quality = 1 / rx->noise;
	rx->forward = 0;
	rx->decided = 0;
	rx->sum_noise = rx->sum_batches = 0;
	rx->descrambler = (struct soft_scrambler){.taps = SCRAMBLE_G3RUH};
	rx->last = 0;
	rx->lock = (struct lock){.start_s = seconds(rx, at), .offset_hz = NAN, .coherent = true, .complete = true};
	if (rx->out.start)
		rx->out.start(rx->out.arg, rx->lock.start_s);
}

static void end_run(struct g3ruh_rx *rx)
{
	rx->lock.end_s = seconds(rx, rx->at);
	rx->lock.ebn0_db = rx->sum_noise > 0 ? to_db(rx->sum_batches / rx->sum_noise / 2) : NAN;
	double n = (double)rx->decided - SETTLED;
	rx->lock.clock_ppm = n > 0 ? (n * rx->sym / (rx->at - rx->settled_at) - 1) * 1e6 : NAN;
	if (rx->out.stop)
		rx->out.stop(rx->out.arg, &rx->lock);
	search_from(rx, rx->at);
}

/* Soft levels: llr[k] = ln(P(a = -1) / P(a = +1)) of n symbols, so that a high level is the bit 1. Metrics are differences between the
 * two states: of the past, before: ln(P(a(k) = +1) / P(a(k) = -1)) as known from the past up to k. */
static void trellis(const struct g3ruh_rx *rx, const float *y, int n, float *llr, float *before)
{
	float scale = (float)(1 / rx->noise), r = (float)rx->overlap * scale, past[SPAN], future = 0, b = rx->forward;

	/* a(k) (y(k) - r a(k-1)) scale: from past state + or -, into + or -; alpha(+) - alpha(-). */
	for (int k = 0; k < n; k++) {
		float u = y[k] * scale;
		float plus = llr_add(b + u - r, u + r), minus = llr_add(b - u + r, -u - r);
		past[k] = b = plus - minus;
		if (k == HOP - 1)
			*before = b;
	}
	for (int k = n - 1; k >= 0; k--) {
		llr[k] = -(past[k] + future);
		float u = y[k] * scale;
		/* beta of a(k-1): sum over a(k) of beta(a(k)) and its metric. */
		future = llr_add(future + u - r, -u + r) - llr_add(future + u + r, -u - r);
	}
}

/* From decisions, what to do better the next time. */
static void track(struct g3ruh_rx *rx, const float *y, const float *llr)
{
	double level = 0, offset = 0, noise = 0, late = 0, meet = 0, meets = 0, quarter = rx->sym / 4;
	float a[SPAN];

	for (int k = 0; k < SPAN; k++)
		a[k] = llr[k] < 0 ? 1 : -1;
	for (int k = 1; k < HOP; k++) {
		double around = (double)(a[k - 1] + a[k + 1]), model = (double)a[k] + rx->overlap * around, rest = (double)y[k] - model;
		double u = rx->at + k * rx->period;
		level += rest * (double)a[k];
		offset += rest;
		noise += rest * rest;
		meet += rest * around;
		meets += around * around;
		late += (double)a[k] * (symbol_at(rx, u + quarter) - symbol_at(rx, u - quarter)) / rx->level;
	}
	double n = HOP - 1; /* symbols */
	double age = (double)rx->decided / HOP, gain = age < 6 ? 1 / (age + 2) : 0.08;
	level /= n;
	noise /= n;
	rx->noise += gain * (noise - rx->noise);
	rx->noise = rx->noise > 1e-5 ? rx->noise : 1e-5;
	double quality = (1 + level) * fabs(1 + level) / (noise > 1e-5 ? noise : 1e-5);
	rx->quality += 0.2 * ((quality < 50 ? quality : 50) - rx->quality);
	if (1 + level < 0.55) {
		rx->quality = rx->decided > 0 ? 0 : rx->quality;
		return;
	}
	rx->offset += gain * rx->level * offset / n;
	rx->overlap += meets > 0 ? 0.05 * meet / (meets + HOP) : 0;
	rx->overlap = fmin(fmax(rx->overlap, 0), 0.4);
	rx->level *= 1 + gain * fmax(level, -0.5);
	if (age >= 3) { /* settled; and the last batch is not counted, into which the end of the signal may fall */
		rx->sum_noise += rx->last_noise;
		rx->sum_batches++;
	}
	rx->last_noise = noise / ((1 + level) * (1 + level));
	/* The mean slope between a quarter before and behind: the pulse's correlation with itself falls by 1.85 a symbol, twice. */
	double error = fmin(fmax(late / n / 1.85, -0.2), 0.2);
	gain = age < 4 ? 0.4 : 0.15;
	rx->at += gain * error * rx->sym;
	rx->period += gain * gain / 6 / HOP * error * rx->sym;
	rx->period = fmin(fmax(rx->period, (1 - MOST_DRIFT) * rx->sym), (1 + MOST_DRIFT) * rx->sym);
}

/* For pictures: the decided symbols, and the signal around them. */
static void show(const struct g3ruh_rx *rx, const float *y)
{
	enum { PER = 16 };
	struct cf s[HOP], eye[HOP * PER];
	for (int k = 0; k < HOP && rx->out.symbols; k++)
		s[k] = (struct cf){y[k], 0};
	if (rx->out.symbols)
		rx->out.symbols(rx->out.arg, s, HOP);
	for (int i = 0; i < HOP * PER && rx->out.eye; i++) {
		double u = rx->at + ((double)i / PER - 0.5) * rx->period;
		eye[i] = (struct cf){(float)((symbol_at(rx, u) - rx->offset) / rx->level), 0};
	}
	if (rx->out.eye)
		rx->out.eye(rx->out.arg, eye, HOP * PER, 0, PER);
}

static void run_batch(struct g3ruh_rx *rx)
{
	float y[SPAN], llr[SPAN], out[HOP];

	for (int k = 0; k < SPAN; k++) {
		double v = (symbol_at(rx, rx->at + k * rx->period) - rx->offset) / rx->level;
		y[k] = (float)fmax(-100, fmin(100, v));
	}
	trellis(rx, y, SPAN, llr, &rx->forward);
	for (int k = 0; k < HOP; k++) {
		float x = descramble_soft(&rx->descrambler, llr[k]);
		out[k] = rx->nrzi ? -llr_sum(x, rx->last) : x; /* NRZI: no change is 1 */
		rx->last = x;
	}
	if (rx->out.bits)
		rx->out.bits(rx->out.arg, out, HOP);
	show(rx, y);
	track(rx, y, llr);
	rx->at += HOP * rx->period;
	rx->decided += HOP;
	if (rx->decided == SETTLED)
		rx->settled_at = rx->at;
	if (rx->quality < POOREST)
		end_run(rx);
}

/* ---- searching ---- */

/* HOP more symbols have been looked at. */
static void search(struct g3ruh_rx *rx)
{
	uint64_t symbols = rx->looked / GRID;
	double re = 0, im = 0, total = 0, squares = 0;

	if (symbols < WINDOW)
		return;
	for (int h = 0; h < WINDOW / HOP; h++) {
		const double *e = rx->energy[h];
		re += e[0] - e[2];
		im += e[1] - e[3];
		total = e[0] + e[1] + e[2] + e[3];
		squares += total * total;
	}
	double line = squares > 0 ? hypot(re, im) / sqrt(squares * WINDOW / HOP) : 0;
	if (line > CLOCK_LINE && line > rx->best_line) {
		double place = atan2(im, re) / TAU; /* of changes; symbols are half a symbol on */
		rx->best_line = line;
		rx->best_at = rx->from + ((double)symbols - 1.5 + place) * rx->sym;
		if (rx->wait < 0)
			rx->wait = WAIT;
	}
	if (rx->wait >= 0 && rx->wait-- == 0)
		begin_run(rx);
}

static void fill_grid(struct g3ruh_rx *rx)
{
	uint64_t symbol = rx->looked / GRID;
	double *e = &rx->energy[symbol / HOP % (WINDOW / HOP)][rx->looked % GRID];
	double u = change_at(rx, rx->from + (double)rx->looked * rx->sym / GRID);
	if (symbol % HOP == 0)
		*e = 0;
	*e += u * u;
	rx->looked++;
}

static void advance(struct g3ruh_rx *rx)
{
	for (;;) {
		if (rx->running) {
			if (rx->at + (SPAN + 1) * rx->period > horizon(rx))
				return;
			run_batch(rx);
		} else {
			if (rx->from + (double)(rx->looked + 1) * rx->sym / GRID > horizon(rx))
				return;
			fill_grid(rx);
			if (rx->looked % ((uint64_t)GRID * HOP) == 0)
				search(rx);
		}
	}
}

void g3ruh_rx_push(void *arg, const float *x, size_t n)
{
	struct g3ruh_rx *rx = arg;
	while (n) {
		size_t m = n < CHUNK ? n : CHUNK;
		for (size_t i = 0; i < m; i++) {
			uint64_t at = rx->samples++ & rx->mask;
			rx->ring[at] = fabsf(x[i]) <= 16 ? x[i] : 0; /* false for NaN */
			if (at < rx->taps)
				rx->ring[rx->mask + 1 + at] = rx->ring[at];
		}
		advance(rx);
		x += m;
		n -= m;
	}
}

/* Silence, until all that is inside has come out. */
void g3ruh_rx_end(void *arg)
{
	struct g3ruh_rx *rx = arg;
	static const float silence[CHUNK];
	for (double n = (WINDOW + (WAIT + 2) * HOP + 2 * SPAN) * rx->sym; n > 0; n -= CHUNK)
		g3ruh_rx_push(rx, silence, CHUNK);
	if (rx->running)
		end_run(rx);
}
