/* front.c - real samples at any rate to complex baseband at another (front.h). */

#include <stdlib.h>
#include <string.h>

#include "front.h"
#include "io.h"

/* The low-pass is a sinc under a Kaiser window: J. Kaiser, R. Schafer, "On the use of the I0-sinh window for spectrum analysis",
 * IEEE Trans. ASSP 28(1), 1980; length and beta by Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5.3. */
#define STOP_DB 63.0
/* A branch of the bank is off by up to half a step in time, which turns up as noise this much below the signal. */
#define JITTER_DB 66.0

enum {
	LANES = 8,             /* sums that a dot product keeps apart */
	MOST_TAPS = 1 << 18,
	MOST_PHASES = 1024,
	TURNS = 64,            /* outputs from one exact rotation to the next */
	BLOCK_IN = 4096,       /* samples at a time */
	BLOCK_OUT = 256,
};

typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

struct front {
	double out_hz;
	front_dot_fn *dot;
	size_t taps;           /* a multiple of LANES */
	size_t ahead;          /* samples of the window that are later than the output's moment */
	size_t phases;
	float *re, *im;        /* [phase][tap]: the low-pass times exp(-2 pi i centre tap / in) */
	double cycles;         /* of the centre frequency a sample of input */

	uint64_t step;         /* whole samples of input from an output to the next */
	double step_rest;      /* and the fraction */
	uint64_t at;           /* sample of input at or before the next output's moment, */
	double at_rest;        /* and what is between them, 0..1 */
	struct cf turn, turns[2]; /* back to the phase of sample 0 from the last output's window; by step and step + 1 samples more */
	uint64_t turned;       /* the last output's window's first sample, and how many outputs there were */
	uint64_t outputs;

	float *x;              /* what windows may still want. Samples are counted from taps: so many zeros come before the signal */
	size_t have;
	uint64_t first;        /* number of x[0] */
};

__attribute__((always_inline)) static inline struct cf dot(const float *x, const float *re, const float *im, size_t n)
{
	lanes a = {0}, b = {0}, c = {0}, d = {0};
	size_t j = 0;

	for (; j + 2 * LANES <= n; j += 2 * LANES) {
		lanes x0, x1, r0, r1, i0, i1;
		memcpy(&x0, x + j, sizeof x0);
		memcpy(&x1, x + j + LANES, sizeof x1);
		memcpy(&r0, re + j, sizeof r0);
		memcpy(&r1, re + j + LANES, sizeof r1);
		memcpy(&i0, im + j, sizeof i0);
		memcpy(&i1, im + j + LANES, sizeof i1);
		a += x0 * r0;
		b += x0 * i0;
		c += x1 * r1;
		d += x1 * i1;
	}
	if (j < n) {
		lanes x0, r0, i0;
		memcpy(&x0, x + j, sizeof x0);
		memcpy(&r0, re + j, sizeof r0);
		memcpy(&i0, im + j, sizeof i0);
		a += x0 * r0;
		b += x0 * i0;
	}
	a += c;
	b += d;
	return (struct cf){
		((a[0] + a[4]) + (a[1] + a[5])) + ((a[2] + a[6]) + (a[3] + a[7])),
		((b[0] + b[4]) + (b[1] + b[5])) + ((b[2] + b[6]) + (b[3] + b[7])),
	};
}

struct cf front_dot_c(const float *x, const float *re, const float *im, size_t n) { return dot(x, re, im, n); }

#if defined(__x86_64__)

/* The same operations in the same order, eight at once: the same result, bit for bit. */
__attribute__((target("avx2"))) static struct cf dot_avx2(const float *x, const float *re, const float *im, size_t n)
{
	return dot(x, re, im, n);
}

front_dot_fn *front_dot_best(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2") ? dot_avx2 : front_dot_c;
}

#else

front_dot_fn *front_dot_best(void) { return front_dot_c; }

#endif

/* The modified Bessel function of order 0 (Abramowitz and Stegun 9.6.12). */
static double bessel_i0(double x)
{
	double term = 1, sum = 1;
	for (int k = 1; term > 1e-12 * sum; k++) {
		term *= x * x / 4 / k / k;
		sum += term;
	}
	return sum;
}

/* The low-pass at t samples from its middle, half a window long on each side; cut: its corner in cycles a sample. */
static double lowpass(double t, double half, double cut)
{
	double beta = 0.1102 * (STOP_DB - 8.7), u = t / half;
	if (fabs(u) >= 1)
		return 0;
	double sinc = fabs(t) < 1e-9 ? 2 * cut : sin(TAU * cut * t) / (TAU / 2 * t);
	return sinc * bessel_i0(beta * sqrt(1 - u * u)) / bessel_i0(beta);
}

/* Branch p: what a moment p/phases of a sample behind the window's sample number taps-1-ahead sees. */
static void make_branch(struct front *f, size_t p, double half, double cut)
{
	float *re = f->re + p * f->taps, *im = f->im + p * f->taps;
	double late = (double)p / (double)f->phases, sum = 0;

	for (size_t j = 0; j < f->taps; j++)
		sum += lowpass((double)j - (double)(f->taps - 1 - f->ahead) - late, half, cut);
	for (size_t j = 0; j < f->taps; j++) {
		double h = 2 * lowpass((double)j - (double)(f->taps - 1 - f->ahead) - late, half, cut) / sum;
		re[j] = (float)(h * cos(TAU * f->cycles * (double)j));
		im[j] = (float)(-h * sin(TAU * f->cycles * (double)j));
	}
}

/* How many moments between two samples are told apart: exactly as many as there are where the ratio of the rates is one of
 * small numbers, else as many as keep the jitter below JITTER_DB for a signal at the edge of the band. */
static size_t choose_phases(const struct front_cfg *c)
{
	double ratio = c->in_hz / c->out_hz, enough = TAU * c->stop_hz / c->in_hz / (2 * sqrt(3)) * pow(10, JITTER_DB / 20);
	size_t most = 4;
	while ((double)most < enough && most < MOST_PHASES)
		most *= 2;
	for (size_t p = 1; p <= most; p++) {
		double x = ratio * (double)p;
		if (fabs(x - round(x)) < 1e-9 * x)
			return p;
	}
	return most;
}

static int check(const struct front_cfg *c, struct err *e)
{
	const double all[] = {c->in_hz, c->centre_hz, c->out_hz, c->pass_hz, c->stop_hz};
	for (size_t j = 0; j < sizeof all / sizeof *all; j++)
		if (!isfinite(all[j]) || all[j] < 0 || all[j] > 1e9)
			return err_set(e, "a frequency is out of range");
	if (c->in_hz <= 0 || c->out_hz <= 0 || c->stop_hz <= c->pass_hz)
		return err_set(e, "rates and widths of a filter must be positive");
	if (c->in_hz / c->out_hz > 1e6 || c->out_hz / c->in_hz > 1e6)
		return err_set(e, "rates of %g Hz and %g Hz are too far apart", c->in_hz, c->out_hz);
	if (c->centre_hz + c->pass_hz > c->in_hz / 2)
		return err_set(e, "a signal up to %.0f Hz needs more than %.0f samples a second",
			c->centre_hz + c->pass_hz, 2 * (c->centre_hz + c->pass_hz));
	return 0;
}

struct front *front_new(const struct front_cfg *c, struct err *e)
{
	if (check(c, e))
		return NULL;
	double width = (c->stop_hz - c->pass_hz) / c->in_hz, cut = (c->stop_hz + c->pass_hz) / 2 / c->in_hz;
	double half = (STOP_DB - 7.95) / (2.285 * TAU * width) / 2 + 1;
	if (2 * half > MOST_TAPS - 2 * LANES) {
		err_set(e, "a filter from %g to %g Hz is too narrow for %g samples a second", c->pass_hz, c->stop_hz, c->in_hz);
		return NULL;
	}

	struct front *f = xmalloc(sizeof *f);
	*f = (struct front){.out_hz = c->out_hz, .dot = front_dot_best(), .phases = choose_phases(c), .cycles = c->centre_hz / c->in_hz};
	f->ahead = (size_t)ceil(half) + 1;
	f->taps = (2 * f->ahead + LANES) / LANES * LANES;
	f->re = xmalloc(f->phases * f->taps * sizeof *f->re);
	f->im = xmalloc(f->phases * f->taps * sizeof *f->im);
	for (size_t p = 0; p < f->phases; p++)
		make_branch(f, p, half, cut < 0.5 ? cut : 0.5);
	f->step = (uint64_t)floor(c->in_hz / c->out_hz);
	f->step_rest = c->in_hz / c->out_hz - (double)f->step;
	for (int j = 0; j < 2; j++)
		f->turns[j] = cf_polar(-TAU * fmod(f->cycles * ((double)f->step + j), 1));
	f->have = f->taps;
	f->x = xmalloc((f->taps + BLOCK_IN) * sizeof *f->x);
	memset(f->x, 0, f->taps * sizeof *f->x);
	return f;
}

void front_free(struct front *f)
{
	if (!f)
		return;
	free(f->re);
	free(f->im);
	free(f->x);
	free(f);
}

double front_time_s(const struct front *f, uint64_t k)
{
	return (double)k / f->out_hz;
}

size_t front_delay(const struct front *f)
{
	return f->ahead + 1;
}

/* exp(-2 pi i centre t) at the first sample of a window: exact now and then, by rotation in between. */
static struct cf turn(struct front *f, uint64_t start)
{
	if (f->outputs++ % TURNS == 0)
		f->turn = cf_polar(-TAU * fmod(f->cycles * ((double)start - (double)f->taps), 1));
	else
		f->turn = cf_mul(f->turn, f->turns[start - f->turned - f->step]);
	f->turned = start;
	return f->turn;
}

/* Gives the outputs whose windows are complete. */
static void give(struct front *f, void (*put)(void *arg, const struct cf *y, size_t m), void *arg)
{
	struct cf y[BLOCK_OUT];
	size_t m = 0;

	for (;;) {
		size_t p = (size_t)(f->at_rest * (double)f->phases + 0.5), whole = p == f->phases;
		uint64_t start = f->at + whole + f->ahead + 1;
		if (start - f->first + f->taps > f->have)
			break;
		p -= whole * f->phases;
		struct cf v = f->dot(f->x + (start - f->first), f->re + p * f->taps, f->im + p * f->taps, f->taps);
		y[m++] = cf_mul(v, turn(f, start));
		if (m == BLOCK_OUT) {
			put(arg, y, m);
			m = 0;
		}
		f->at += f->step;
		f->at_rest += f->step_rest;
		if (f->at_rest >= 1) {
			f->at_rest -= 1;
			f->at++;
		}
	}
	if (m)
		put(arg, y, m);
}

/* Keeps what the next output's window needs. */
static void forget(struct front *f)
{
	uint64_t from = f->at + f->ahead + 1;
	size_t gone = from > f->first ? (size_t)(from - f->first < f->have ? from - f->first : f->have) : 0;
	memmove(f->x, f->x + gone, (f->have - gone) * sizeof *f->x);
	f->have -= gone;
	f->first += gone;
}

void front_push(struct front *f, const float *x, size_t n, void (*put)(void *arg, const struct cf *y, size_t m), void *arg)
{
	while (n) {
		size_t room = f->taps + BLOCK_IN - f->have, m = n < room ? n : room;
		for (size_t j = 0; j < m; j++)
			f->x[f->have + j] = fabsf(x[j]) <= 1e6f ? x[j] : 0;
		f->have += m;
		x += m;
		n -= m;
		give(f, put, arg);
		forget(f);
	}
}
