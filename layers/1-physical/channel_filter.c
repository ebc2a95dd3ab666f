/* channel_filter.c - the filters of a simulated channel.
 *
 * Windows are Kaiser's; lengths by his formula (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974;
 * Oppenheim, Schafer, "Discrete-Time Signal Processing", 7.5.3).
 */
#include "channel_filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp.h"
#include "io.h"

#define STOP_DB 60.0   /* of the long filters */
#define BETA 5.65326   /* Kaiser's for STOP_DB: 0.1102 (60 - 8.7) */
#define BETA_SINC 7.857 /* for 80 dB */
enum { TAPS_MAX = 16383, ROOM = 4096 };

/* The modified Bessel function of the first kind and order 0, by its series. */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; term > sum * 1e-17; k++) {
		term *= (x / (2 * k)) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* u: -1 at one end of the window, 1 at the other. */
static double kaiser(double u, double beta)
{
	return fabs(u) >= 1 ? 0 : bessel_i0(beta * sqrt(1 - u * u)) / bessel_i0(beta);
}

static double sinc(double x)
{
	return fabs(x) < 1e-12 ? 1 : sin(TAU / 2 * x) / (TAU / 2 * x);
}

/* ---- history ---- */

void history_init(struct history *h, size_t keep)
{
	*h = (struct history){.keep = keep, .len = keep, .cap = 2 * keep + ROOM};
	h->x = xmalloc(h->cap * sizeof *h->x);
	memset(h->x, 0, keep * sizeof *h->x);
}

void history_free(struct history *h)
{
	free(h->x);
	h->x = NULL;
}

const float *history_put(struct history *h, const float *x, size_t n)
{
	if (n > h->cap - h->len) {
		memmove(h->x, h->x + h->len - h->keep, h->keep * sizeof *h->x);
		h->len = h->keep;
	}
	if (n > h->cap - h->len) {
		h->cap = h->len + n;
		h->x = xrealloc(h->x, h->cap * sizeof *h->x);
	}
	memcpy(h->x + h->len, x, n * sizeof *x);
	h->len += n;
	return h->x + h->len - n;
}

/* ---- long filters ---- */

/* Sixteen sums, that the compiler may keep in vectors: the order of additions does not depend on how it does. */
float dot(const float *a, const float *b, size_t n)
{
	enum { LANES = 16 };
	float sum[LANES] = {0}, rest = 0;
	const size_t whole = n - n % LANES;
	for (size_t i = 0; i < whole; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			sum[j] += a[i + j] * b[i + j];
	for (size_t i = whole; i < n; i++)
		rest += a[i] * b[i];
	for (int half = LANES / 2; half; half /= 2)
		for (int j = 0; j < half; j++)
			sum[j] += sum[j + half];
	return sum[0] + rest;
}

/* An odd number of taps whose middle is a sample. Kaiser: taps - 1 = (A - 8) / (2.285 dw). */
static void fir_alloc(struct fir *f, double edge)
{
	double taps = (STOP_DB - 8) / (2.285 * TAU * edge);
	size_t half = taps >= TAPS_MAX ? TAPS_MAX / 2 : (size_t)ceil(taps / 2);
	memset(f, 0, sizeof *f);
	f->taps = 2 * (half | 1) + 1; /* so that a Hilbert transformer's first tap is not 0 */
	f->tap = xmalloc(f->taps * sizeof *f->tap);
	history_init(&f->past, f->taps - 1);
}

void fir_init(struct fir *f, double edge, double (*gain)(const void *arg, double f), const void *arg)
{
	fir_alloc(f, edge);
	size_t half = f->taps / 2, grid = 4 * f->taps;
	double *h = xmalloc((half + 1) * sizeof *h);
	memset(h, 0, (half + 1) * sizeof *h);
	/* h[k] is the integral of gain cos(2 pi f k), the cosines by their recurrence. */
	for (size_t g = 0; g < grid; g++) {
		double at = 0.5 * ((double)g + 0.5) / (double)grid, a = gain(arg, at) / (double)grid;
		double turn = 2 * cos(TAU * at), now = 1, before = turn / 2;
		for (size_t k = 0; k <= half; k++) {
			double next = turn * now - before;
			h[k] += a * now;
			before = now;
			now = next;
		}
	}
	for (size_t k = 0; k <= half; k++)
		f->tap[half + k] = f->tap[half - k] = (float)(h[k] * kaiser((double)k / ((double)half + 1), BETA));
	free(h);
}

/* The ideal one has 2 / (pi k) at odd k (Oppenheim, Schafer, 12.4). */
void fir_init_hilbert(struct fir *f, double edge)
{
	fir_alloc(f, edge);
	size_t half = f->taps / 2;
	f->hilbert = true;
	for (size_t k = 1; k <= half; k += 2) {
		float h = (float)(4 / (TAU * (double)k) * kaiser((double)k / ((double)half + 1), BETA));
		f->tap[(half - k) / 2] = h; /* an older sample */
		f->tap[(half + k) / 2] = -h;
	}
}

void fir_free(struct fir *f)
{
	free(f->tap);
	free(f->apart);
	f->tap = f->apart = NULL;
	history_free(&f->past);
}

/* The samples of one output are all even ones, or all odd ones. */
static void run_hilbert(struct fir *f, const float *p, float *y, size_t n)
{
	size_t all = n + f->taps, half = (all + 1) / 2;
	if (f->cap < 2 * half) {
		f->cap = 2 * half;
		f->apart = xrealloc(f->apart, f->cap * sizeof *f->apart);
	}
	for (size_t i = 0; i < all - 1; i++)
		f->apart[i / 2 + i % 2 * half] = p[i];
	for (size_t i = 0; i < n; i++)
		y[i] = dot(f->apart + i / 2 + i % 2 * half, f->tap, (f->taps + 1) / 2);
}

void fir_run(struct fir *f, const float *x, float *y, size_t n)
{
	const float *p = history_put(&f->past, x, n) - (f->taps - 1);
	if (f->hilbert) {
		run_hilbert(f, p, y, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		y[i] = dot(p + i, f->tap, f->taps);
}

/* ---- between the samples ---- */

void sinc_kernel(float *h, size_t taps, double frac, double cutoff)
{
	double half = (double)taps / 2, sum = 0;
	for (size_t i = 0; i < taps; i++) {
		double at = (double)i - (half - 1) - frac;
		h[i] = (float)(2 * cutoff * sinc(2 * cutoff * at) * kaiser(at / half, BETA_SINC));
		sum += (double)h[i];
	}
	for (size_t i = 0; i < taps; i++)
		h[i] = (float)((double)h[i] / sum);
}

/* The window's transition of (80 - 8) / (2.285 * 2 pi taps) = 0.052 cycles a sample ends at half the lower of both rates. */
void resampler_init(struct resampler *r, double drift)
{
	double nyquist = drift > 0 ? 0.5 / (1 + drift) : 0.5, cutoff = nyquist - 0.026;
	r->kernels = xmalloc((RESAMPLER_PHASES + 1) * RESAMPLER_TAPS * sizeof *r->kernels);
	for (size_t p = 0; p <= RESAMPLER_PHASES; p++)
		sinc_kernel(r->kernels + p * RESAMPLER_TAPS, RESAMPLER_TAPS, (double)p / RESAMPLER_PHASES, cutoff);
	history_init(&r->past, RESAMPLER_TAPS);
	r->drift = drift;
	r->in = r->out = 0;
}

void resampler_free(struct resampler *r)
{
	free(r->kernels);
	r->kernels = NULL;
	history_free(&r->past);
}

/* p: the samples around the moment; place: 0..1 between the middle two. */
static float between(const struct resampler *r, const float *p, double place)
{
	double at = place * RESAMPLER_PHASES;
	size_t phase = (size_t)at;
	float a = (float)(at - (double)phase);
	const float *k = r->kernels + phase * RESAMPLER_TAPS;
	return (1 - a) * dot(p, k, RESAMPLER_TAPS) + a * dot(p, k + RESAMPLER_TAPS, RESAMPLER_TAPS);
}

size_t resampler_run(struct resampler *r, const float *x, size_t n, float *y)
{
	const float *p = history_put(&r->past, x, n);
	size_t m = 0;
	r->in += n;
	for (;; r->out++) {
		double late = (double)r->out * r->drift, whole = floor(late);
		uint64_t at = (uint64_t)((int64_t)r->out + (int64_t)whole); /* the sample before the moment */
		if (at + RESAMPLER_TAPS / 2 >= r->in)
			return m;
		y[m++] = between(r, p + n - (r->in - at) - (RESAMPLER_TAPS / 2 - 1), late - whole);
	}
}

/* ---- emphasis ---- */

/* The pole of exp(-1 / (tau rate)) is the analogue one's; the zero makes the gain at half the rate the analogue one too. */
void emphasis_init(struct emphasis *e, double tau_s, double rate_hz, bool up)
{
	double pole = exp(-1 / (tau_s * rate_hz)), w = TAU / 2 * rate_hz * tau_s;
	double ratio = (1 + pole) / (1 - pole) / sqrt(1 + w * w), zero = (ratio - 1) / (ratio + 1);
	double c = cos(TAU * 1000 / rate_hz);
	double gain = sqrt((1 - 2 * pole * c + pole * pole) / (1 - 2 * zero * c + zero * zero));
	*e = up ? (struct emphasis){zero, pole, 1 / gain, 0, 0} : (struct emphasis){pole, zero, gain, 0, 0};
}

void emphasis_run(struct emphasis *e, float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double in = (double)x[i];
		e->y = e->gain * (in - e->zero * e->x) + e->pole * e->y;
		e->x = in;
		x[i] = (float)e->y;
	}
}
