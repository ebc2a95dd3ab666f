/* spectrum.c - the discrete Fourier transform of real signals, and spectra, measured and in theory. */

#include "spectrum.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp.h"
#include "io.h"

/* ---- Fourier ---- */

struct cd {
	double re, im;
};

struct fft {
	size_t n; /* real values; m complex ones */
	size_t m;
	struct cd *turn;  /* exp(-2 pi i k/n), k < n/2 */
	struct cd *a, *b; /* m values each */
};

struct fft *fft_new(size_t n)
{
	if (n < 4 || n > FFT_MOST || (n & (n - 1)))
		return NULL;
	struct fft *f = xmalloc(sizeof *f);
	*f = (struct fft){.n = n, .m = n / 2};
	f->turn = xmalloc(f->m * sizeof *f->turn);
	f->a = xmalloc(f->m * sizeof *f->a);
	f->b = xmalloc(f->m * sizeof *f->b);
	for (size_t k = 0; k < f->m; k++)
		f->turn[k] = (struct cd){cos(TAU * (double)k / (double)n), -sin(TAU * (double)k / (double)n)};
	return f;
}

void fft_free(struct fft *f)
{
	if (!f)
		return;
	free(f->turn);
	free(f->a);
	free(f->b);
	free(f);
}

static inline struct cd cd_mul(struct cd a, struct cd b)
{
	return (struct cd){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/* exp(-2 pi i k/n) for k < n. */
static inline struct cd turn_at(const struct fft *f, size_t k)
{
	return k < f->m ? f->turn[k] : (struct cd){-f->turn[k - f->m].re, -f->turn[k - f->m].im};
}

/* One stage of four: transforms of length `left` become four of left / 4, interleaved s deep. */
static void stage_four(const struct fft *f, size_t left, size_t s, const struct cd *x, struct cd *y)
{
	size_t quarter = left / 4;
	for (size_t p = 0; p < quarter; p++) {
		struct cd w1 = turn_at(f, 2 * s * p), w2 = turn_at(f, 4 * s * p), w3 = turn_at(f, 6 * s * p);
		for (size_t q = 0; q < s; q++) {
			struct cd a = x[q + s * p], b = x[q + s * (p + quarter)], c = x[q + s * (p + 2 * quarter)],
				  d = x[q + s * (p + 3 * quarter)];
			struct cd ac = {a.re + c.re, a.im + c.im}, a_c = {a.re - c.re, a.im - c.im};
			struct cd bd = {b.re + d.re, b.im + d.im}, ib_d = {-(b.im - d.im), b.re - d.re};
			struct cd *to = y + q + s * 4 * p;
			to[0] = (struct cd){ac.re + bd.re, ac.im + bd.im};
			to[s] = cd_mul(w1, (struct cd){a_c.re - ib_d.re, a_c.im - ib_d.im});
			to[2 * s] = cd_mul(w2, (struct cd){ac.re - bd.re, ac.im - bd.im});
			to[3 * s] = cd_mul(w3, (struct cd){a_c.re + ib_d.re, a_c.im + ib_d.im});
		}
	}
}

/* f->a to its transform, in f->a: Stockham's order, so that nothing is to be sorted. */
static void transform(struct fft *f)
{
	size_t s = 1, left = f->m;
	for (; left >= 4; left /= 4, s *= 4) {
		stage_four(f, left, s, f->a, f->b);
		struct cd *t = f->a;
		f->a = f->b;
		f->b = t;
	}
	for (size_t q = 0; left == 2 && q < s; q++) {
		struct cd a = f->a[q], b = f->a[q + s];
		f->a[q] = (struct cd){a.re + b.re, a.im + b.im};
		f->a[q + s] = (struct cd){a.re - b.re, a.im - b.im};
	}
}

/* Even samples as real parts, odd ones as imaginary parts; the spectra of both are told apart by their symmetry (Sorensen et al.,
 * IEEE Trans. ASSP 35(6), 1987). */
void fft_real(struct fft *f, const double *x, double *re, double *im)
{
	for (size_t k = 0; k < f->m; k++)
		f->a[k] = (struct cd){x[2 * k], x[2 * k + 1]};
	transform(f);
	for (size_t k = 0; k <= f->m; k++) {
		struct cd z = f->a[k % f->m], y = f->a[(f->m - k) % f->m];
		struct cd even = {(z.re + y.re) / 2, (z.im - y.im) / 2}, odd = {(z.im + y.im) / 2, (y.re - z.re) / 2};
		struct cd turned = cd_mul(turn_at(f, k), odd);
		re[k] = even.re + turned.re;
		im[k] = even.im + turned.im;
	}
}

/* ---- Welch ---- */

struct welch {
	size_t n, have;
	double rate_hz, window_energy;
	struct fft *fft;
	double *x, *window, *work, *re, *im, *sum;
	uint64_t segments;
};

struct welch *welch_new(size_t n, double rate_hz)
{
	struct fft *f = fft_new(n);
	if (!f)
		return NULL;
	struct welch *w = xmalloc(sizeof *w);
	*w = (struct welch){.n = n, .rate_hz = rate_hz, .fft = f};
	double **arrays[] = {&w->x, &w->window, &w->work, &w->re, &w->im, &w->sum};
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		*arrays[i] = memset(xmalloc(n * sizeof(double)), 0, n * sizeof(double));
	for (size_t i = 0; i < n; i++) {
		w->window[i] = 0.5 - 0.5 * cos(TAU * (double)i / (double)n);
		w->window_energy += w->window[i] * w->window[i];
	}
	return w;
}

void welch_free(struct welch *w)
{
	if (!w)
		return;
	double *arrays[] = {w->x, w->window, w->work, w->re, w->im, w->sum};
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		free(arrays[i]);
	fft_free(w->fft);
	free(w);
}

static void periodogram(struct welch *w, double *to)
{
	for (size_t i = 0; i < w->n; i++)
		w->work[i] = w->x[i] * w->window[i];
	fft_real(w->fft, w->work, w->re, w->im);
	for (size_t k = 0; k <= w->n / 2; k++) {
		double twice = k == 0 || k == w->n / 2 ? 1 : 2;
		to[k] += twice * (w->re[k] * w->re[k] + w->im[k] * w->im[k]) / (w->rate_hz * w->window_energy);
	}
}

void welch_push(struct welch *w, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		w->x[w->have++] = isfinite(x[i]) ? (double)x[i] : 0;
		if (w->have < w->n)
			continue;
		periodogram(w, w->sum);
		w->segments++;
		w->have = w->n / 2;
		memmove(w->x, w->x + w->n / 2, w->have * sizeof *w->x);
	}
}

uint64_t welch_density(struct welch *w, double *psd)
{
	size_t lines = w->n / 2 + 1;
	if (w->segments) {
		for (size_t k = 0; k < lines; k++)
			psd[k] = w->sum[k] / (double)w->segments;
		return w->segments;
	}
	memset(w->x + w->have, 0, (w->n - w->have) * sizeof *w->x);
	memset(psd, 0, lines * sizeof *psd);
	if (w->have == 0)
		return 0;
	double energy = 0, *whole = w->window, window_energy = w->window_energy, *own = xmalloc(w->n * sizeof *own);
	for (size_t i = 0; i < w->n; i++) { /* a window as long as what there is */
		own[i] = i < w->have ? 0.5 - 0.5 * cos(TAU * ((double)i + 0.5) / (double)w->have) : 0;
		energy += own[i] * own[i];
	}
	w->window = own;
	w->window_energy = energy;
	periodogram(w, psd);
	w->window = whole;
	w->window_energy = window_energy;
	free(own);
	return 0;
}

/* ---- what is in a spectrum ---- */

double spectrum_power(const double *psd, size_t n, double step_hz)
{
	double sum = 0;
	for (size_t k = 0; k < n; k++)
		sum += psd[k];
	return sum * step_hz;
}

size_t spectrum_peak(const double *psd, size_t n)
{
	size_t best = 0;
	for (size_t k = 1; k < n; k++)
		if (psd[k] > psd[best])
			best = k;
	return best;
}

/* Where the power from 0 Hz on reaches `want` of the sum; each line stands for the band half way to its neighbours. */
static double quantile(const double *psd, size_t n, double want)
{
	double sum = 0;
	for (size_t k = 0; k < n; k++) {
		if (sum + psd[k] >= want && psd[k] > 0)
			return (double)k - 0.5 + (want - sum) / psd[k];
		sum += psd[k];
	}
	return (double)n - 0.5;
}

void spectrum_occupied(const double *psd, size_t n, double step_hz, double share, double *low_hz, double *high_hz)
{
	double all = 0, low, high;
	for (size_t k = 0; k < n; k++)
		all += psd[k];
	low = quantile(psd, n, all * (1 - share) / 2);
	high = quantile(psd, n, all * (1 + share) / 2);
	*low_hz = step_hz * fmax(low, 0);
	*high_hz = step_hz * fmin(high, (double)n - 1);
}

void spectrum_width(const double *psd, size_t n, double step_hz, double down_db, double *low_hz, double *high_hz)
{
	size_t first = 0, last = n ? n - 1 : 0;
	*low_hz = *high_hz = 0;
	if (!n)
		return;
	double limit = psd[spectrum_peak(psd, n)] * from_db(-down_db);
	while (first < last && psd[first] < limit)
		first++;
	while (last > first && psd[last] < limit)
		last--;
	double before = first ? (psd[first] - limit) / (psd[first] - psd[first - 1]) : 0;
	double behind = last + 1 < n ? (psd[last] - limit) / (psd[last] - psd[last + 1]) : 0;
	*low_hz = step_hz * ((double)first - (before > 0 ? before : 0));
	*high_hz = step_hz * ((double)last + (behind > 0 ? behind : 0));
}

/* ---- theory ---- */

double theory_rrc(double f_hz, double baud, double rolloff)
{
	double f = fabs(f_hz) / baud, flat = (1 - rolloff) / 2, end = (1 + rolloff) / 2;
	if (f >= end)
		return 0;
	return (f <= flat ? 1 : 0.5 * (1 + cos(TAU / 2 / rolloff * (f - flat)))) / baud;
}

double theory_rect(double f_hz, double baud)
{
	double x = TAU / 2 * f_hz / baud, s = fabs(x) < 1e-9 ? 1 : sin(x) / x;
	return s * s / baud;
}

double theory_hann(double f_hz, double baud)
{
	double x = 2 * f_hz / baud, a = TAU / 2 * x, s = fabs(a) < 1e-9 ? 1 : sin(a) / a;
	double p = fabs(fabs(x) - 1) < 1e-6 ? 0.5 : s / (1 - x * x);
	return p * p / 0.75 / baud;
}

enum { CPM_STEPS = 64 }; /* of the autocorrelation, a symbol */

struct cpm_theory {
	int length;   /* symbols that a frequency pulse lasts */
	double again; /* the mean of exp(i pi h symbol): what is left of the phase after one more symbol */
	int n;        /* values of r: (length + 1) symbols */
	double *r;    /* mean autocorrelation of the envelope, even and real; from 0 on */
};

/* The share of its phase that a frequency pulse has turned, t symbols from its middle (-length/2 .. length/2): rising from 0 to 1.
 * Gauss: the integral of a rectangle through a Gaussian low-pass of bandwidth bt (3GPP TS 45.004, 2.4 and 2.5). */
static double phase_share(double t, double bt)
{
	if (bt <= 0)
		return t <= -0.5 ? 0 : t >= 0.5 ? 1 : t + 0.5;
	double sigma = sqrt(log(2)) / (TAU * bt), sum = 0;
	for (int side = 1; side >= -1; side -= 2) { /* the integral of Q: x Q(x) - its density */
		double x = (t + side * 0.5) / sigma;
		sum += side * (x * (1 - q_function(x)) + exp(-x * x / 2) / sqrt(TAU)) * sigma;
	}
	return sum < 0 ? 0 : sum > 1 ? 1 : sum;
}

/* The mean of exp(i pi h I x) over the symbols I = -(M-1), ..., M-1. */
static double symbol_mean(unsigned levels, double angle)
{
	double sum = 0;
	for (unsigned i = 1; i < levels; i += 2)
		sum += cos(angle * i);
	return 2 * sum / levels;
}

/* R(tau) = mean over a symbol of the product over all symbols of the mean of exp(i pi h I (q(t + tau - kT) - q(t - kT))). */
static double correlation(unsigned levels, double h, double bt, int length, double tau)
{
	double sum = 0;
	for (int j = 0; j < CPM_STEPS; j++) {
		double t = ((double)j + 0.5) / CPM_STEPS, product = 1;
		for (int k = -length - 1; k <= (int)tau + length + 2; k++)
			product *= symbol_mean(levels,
			                       TAU / 2 * h * (phase_share(t + tau - k, bt) - phase_share(t - k, bt)));
		sum += product;
	}
	return sum / CPM_STEPS;
}

struct cpm_theory *cpm_theory_new(unsigned levels, double h, double bt)
{
	double again = symbol_mean(levels, TAU / 2 * h);
	if (fabs(again) > 0.999)
		return NULL;
	struct cpm_theory *c = xmalloc(sizeof *c);
	*c = (struct cpm_theory){.length = bt > 0 ? (int)ceil(1.5 / bt) : 1, .again = again};
	c->n = (c->length + 1) * CPM_STEPS + 1;
	c->r = xmalloc((size_t)c->n * sizeof *c->r);
	for (int i = 0; i < c->n; i++)
		c->r[i] = correlation(levels, h, bt, c->length, (double)i / CPM_STEPS);
	return c;
}

void cpm_theory_free(struct cpm_theory *c)
{
	if (c)
		free(c->r);
	free(c);
}

/* The transform of r from symbol `from` on, `symbols` long (trapezoids), times exp(2 pi i f from). */
static struct cd part(const struct cpm_theory *c, double f, int from, int symbols)
{
	struct cd sum = {0, 0};
	int n = symbols * CPM_STEPS;
	for (int i = 0; i <= n; i++) {
		double weight = (i == 0 || i == n ? 0.5 : 1) / CPM_STEPS * c->r[from * CPM_STEPS + i],
		       angle = TAU * f * i / CPM_STEPS;
		sum.re += weight * cos(angle);
		sum.im -= weight * sin(angle);
	}
	return sum;
}

/* Behind `length` symbols r repeats itself, each time times `again`: a geometric series. */
double cpm_theory_at(const struct cpm_theory *c, double f_hz, double baud)
{
	double f = f_hz / baud;
	struct cd head = part(c, f, 0, c->length), tail = part(c, f, c->length, 1);
	struct cd shift = {cos(TAU * f * c->length), -sin(TAU * f * c->length)};
	struct cd below = {1 - c->again * cos(TAU * f), c->again * sin(TAU * f)};
	double size = below.re * below.re + below.im * below.im;
	struct cd series = cd_mul(shift, (struct cd){below.re / size, -below.im / size});
	return 2 * (head.re + cd_mul(tail, series).re) / baud;
}
