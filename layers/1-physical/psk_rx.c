/* psk_rx.c - the receiver of differential phase modulation in rectangular pulses, coherent.
 *
 * The matched filter of a rectangular pulse is an integral over a symbol: a difference of two running sums of the signal turned
 * to baseband, to be had for any moment at the price of one subtraction. So nothing is filtered, and timing is a number.
 *
 * Searching: timing from the energy of the integrals at eight moments a symbol (the spectral line at the symbol rate: M. Oerder, H. Meyr,
 * IEEE Trans. Comm. 36(5), 1988); then phases times M, whose modulation is gone (A. Viterbi, A. Viterbi, IEEE Trans. IT 29(4), 1983),
 * and the strongest line of their spectrum: the carrier's offset, and by its height whether there is a signal. Then back in time to
 * where it began.
 *
 * Following, in batches of symbols, each with what lies before and behind it known: phase by the M-th power over a window of 80 symbols,
 * then once more from the decisions; timing from the jumps between decided symbols. The soft bits are the exact ones of
 * coherent detection followed by differential decoding: P(step) = sum over phases of P(phase before) P(phase + step).
 *
 * With few carrier cycles a symbol (V.27: 1.125) the mirror image of the spectrum falls into the integral: with phase p a signal gives
 * exp(ip) + g exp(-ip), g the mean of exp(-2i omega t) over the symbol. The likelihood of the real signal accounts for it:
 * (2 Es/N0) (Re(y exp(-ip)) - (1 + Re(g exp(-2ip))) / 2).
 */
#include "psk.h"

#include <stdlib.h>
#include <string.h>

#include "integrate.h"
#include "io.h"
#include "llr.h"

enum {
	GRID = 8,               /* moments a symbol where the search looks */
	HOP = 16,               /* symbols between looks, and a batch */
	LONG = 128, SHORT = 48, /* symbols of the search's windows */
	WAIT = 4,               /* looks after the first that finds something, for a better one */
	LOOK = 48,              /* symbols behind that phase is estimated from */
	AHEAD = HOP + 32,       /* symbols of a batch and before it; less than the pauses between packets that direwolf makes */
	KEEP = 512,             /* symbols of signal that are kept */
	FFT = 256,
	SETTLED = 4 * HOP,      /* symbols after which the clock is measured */
	PHASES = 8
};

#define POINTS 32 /* running sums a symbol, at least, where there are as many samples */

/* A line's power over the power of all: noise alone exceeds s with the probability exp(-s), in each of as many independent places
 * as there are symbols. */
static const double SCORE = 20;
static const double POOREST = 0.18; /* coherence, over about 500 symbols: noise has 0.1, eight phases at 7 dB 0.34 */
static const double MOST_DRIFT = 0.005; /* of the symbol clock */
static const double CLOCK_LINE = 0.05; /* of random data it is 0.13 at Es/N0 of 10 dB; of noise 0.03 */

struct found {
	double at;       /* point: middle of a symbol */
	double turn;     /* of the phase a symbol, radians: by the code, and by the carrier's offset */
	double own;      /* of it by the code */
	double score;    /* of the spectral line */
	double level;    /* mean amplitude */
};

struct psk_rx {
	struct soft_sink out;
	const struct psk_code *code;
	unsigned m;
	struct cf unit[PHASES];   /* the phases */
	double rate_hz, centre_hz;
	double sym;               /* points a symbol */

	struct integrator in;

	/* The search. */
	uint64_t looked;          /* moments looked at */
	double from;              /* point of moment 0 */
	double energy[LONG / HOP][GRID];
	struct cf twiddle[FFT / 2];
	struct found best;
	int wait;                 /* looks left; -1: nothing found yet */

	/* A run. */
	bool running, ending;
	double at;                /* point: middle of the next symbol to decide */
	double turn, own, phase;  /* a symbol, as in struct found; phase: of the last symbol decided */
	double period;            /* points a symbol, as tracked */
	double level, noise;      /* amplitude; mean square of the rest, over level^2 */
	double coherence;
	double settled_at;        /* point: at, after SETTLED symbols */
	uint64_t decided;
	struct cf past[LOOK];     /* symbols without modulation */
	float before[PHASES];     /* probabilities of the last symbol's phases */
	bool nrzi;
	float last;               /* soft bit */
	struct lock lock;
	double sum_noise, sum_batches, last_noise;
};

/* ---- made and fed ---- */

static void advance(struct psk_rx *rx);

void *psk_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	struct psk_rx *rx = xmalloc(sizeof *rx);
	double baud = c->baud > 0 ? c->baud : c->scheme->baud;

	(void)e;
	*rx = (struct psk_rx){.out = out, .code = c->scheme->param, .rate_hz = c->rate_hz, .nrzi = c->scheme->nrzi};
	rx->m = rx->code->phases;
	rx->centre_hz = c->centre_hz > 0 ? c->centre_hz : c->scheme->centre_hz;
	unsigned every = c->rate_hz / baud > 2 * POINTS ? (unsigned)(c->rate_hz / baud / POINTS) : 1;
	rx->sym = c->rate_hz / baud / every;
	integrator_init(&rx->in, TAU * rx->centre_hz / c->rate_hz, every, KEEP * rx->sym);
	for (int i = 0; i < FFT / 2; i++)
		rx->twiddle[i] = cf_polar(-TAU * i / FFT);
	for (unsigned i = 0; i < rx->m; i++)
		rx->unit[i] = cf_polar(TAU * i / rx->m);
	rx->wait = -1;
	return rx;
}

void psk_rx_free(void *arg)
{
	struct psk_rx *rx = arg;
	if (!rx)
		return;
	integrator_free(&rx->in);
	free(rx);
}

void psk_rx_push(void *arg, const float *x, size_t n)
{
	struct psk_rx *rx = arg;
	while (n) {
		size_t m = n < INTEGRATOR_BLOCK ? n : INTEGRATOR_BLOCK;
		integrator_push(&rx->in, x, m);
		advance(rx);
		x += m;
		n -= m;
	}
}

static struct cf symbol_at(const struct psk_rx *rx, double u)
{
	return integrator_mean(&rx->in, u - rx->sym / 2, u + rx->sym / 2);
}

/* Between these moments symbols can be seen. */
static double horizon(const struct psk_rx *rx) { return integrator_last(&rx->in) - rx->sym / 2; }
static double memory(const struct psk_rx *rx) { return integrator_first(&rx->in) + rx->sym; }

/* Mean of exp(-2i omega t) over an integral of width points around u. */
static struct cf image(const struct psk_rx *rx, double u, double width)
{
	double half = rx->in.omega * width * rx->in.spp, where = u * rx->in.spp - 0.5;
	double sinc = half > 0 ? sin(half) / half : 1;
	return cf_scale(cf_polar(-fmod(2 * rx->in.omega * where, TAU)), (float)sinc);
}

/* ---- searching ---- */

static void fft(const struct psk_rx *rx, struct cf *x)
{
	for (unsigned i = 1, j = 0; i < FFT; i++) {
		unsigned bit = FFT / 2;
		for (; j & bit; bit /= 2)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			struct cf t = x[i];
			x[i] = x[j];
			x[j] = t;
		}
	}
	for (unsigned half = 1; half < FFT; half *= 2)
		for (unsigned base = 0; base < FFT; base += 2 * half)
			for (unsigned i = 0; i < half; i++) {
				struct cf *a = &x[base + i], *b = a + half, t = cf_mul(*b, rx->twiddle[i * (FFT / 2 / half)]);
				*b = cf_sub(*a, t);
				*a = cf_add(*a, t);
			}
}

/* A symbol without its modulation: phase times M, amplitude as it was. */
static struct cf power(struct cf y, unsigned m)
{
	float a = sqrtf(cf_power(y));
	struct cf u = a > 0 ? cf_scale(y, 1 / a) : (struct cf){0, 0};
	for (unsigned k = 1; k < m; k *= 2)
		u = cf_mul(u, u);
	return cf_scale(u, a);
}

/* From radians a symbol of the M-th power to those of the phase. */
static void set_turn(const struct psk_rx *rx, struct found *f, double turn)
{
	enum psk_turn t = rx->code->turn;
	if (t == PSK_EITHER)
		t = fabs(remainder(turn, TAU)) < TAU / 4 ? PSK_STRAIGHT : PSK_TURNED;
	double own = t == PSK_STRAIGHT ? 0 : TAU / 2;
	f->own = own / rx->m;
	f->turn = (remainder(turn - own, TAU) + own) / rx->m;
}

/* Looks for a carrier in the length symbols up to that around point last. */
static void look(const struct psk_rx *rx, struct found *f, double last, unsigned length)
{
	struct cf z[FFT] = {{0, 0}}, s[LONG], sum[2] = {{0, 0}, {0, 0}};
	double amplitudes = 0, best = 0, all = 0;
	unsigned peak = 0;

	for (unsigned k = 0; k < length; k++) {
		struct cf y = symbol_at(rx, last - (length - 1 - k) * rx->sym);
		z[k] = s[k] = power(y, rx->m);
		all += (double)cf_power(y);
		amplitudes += length - k <= SHORT ? sqrt((double)cf_power(y)) : 0;
	}
	fft(rx, z);
	for (unsigned i = 0; i < FFT; i++)
		if ((double)cf_power(z[i]) > best) {
			best = (double)cf_power(z[i]);
			peak = i;
		}
	double turn = TAU * peak / FFT;
	for (unsigned k = 0; k < length; k++) {
		struct cf d = cf_mulc(s[k], cf_polar(fmod(turn * k, TAU)));
		sum[k >= length / 2] = cf_add(sum[k >= length / 2], d);
	}
	struct cf rest = cf_mulc(sum[1], sum[0]);
	turn += 2 * atan2(rest.im, rest.re) / length;
	*f = (struct found){.at = last, .level = amplitudes / SHORT, .score = all > 0 ? best / all : 0};
	set_turn(rx, f, turn);
}

/* Timing from the energies of hops looks: the place of the last symbol's middle behind the last moment but GRID, in moments. False
 * where there is no line at the symbol rate. */
static bool timing(const struct psk_rx *rx, unsigned hops, double *place)
{
	double total = 0;
	struct { double re, im; } line = {0, 0};
	uint64_t now = rx->looked / GRID / HOP;

	for (unsigned h = 1; h <= hops; h++)
		for (int j = 0; j < GRID; j++) {
			double e = rx->energy[(now - h) % (LONG / HOP)][j];
			total += e;
			line.re += e * cos(TAU * j / GRID);
			line.im += e * sin(TAU * j / GRID);
		}
	*place = atan2(line.im, line.re) / TAU * GRID;
	if (*place < 0)
		*place += GRID;
	return total > 0 && hypot(line.re, line.im) > CLOCK_LINE * total;
}

static void begin_run(struct psk_rx *rx, const struct found *f);

static void search_from(struct psk_rx *rx, double point)
{
	rx->running = false;
	rx->from = point;
	rx->looked = 0;
	rx->wait = -1;
	rx->best = (struct found){0};
}

/* The last HOP symbols have come in: is there a signal? */
static void search(struct psk_rx *rx)
{
	uint64_t hops = rx->looked / GRID / HOP;
	double place, last = rx->from + (double)(rx->looked - GRID) * rx->sym / GRID;
	struct found f = {0}, g = {0};

	if (hops >= LONG / HOP && timing(rx, LONG / HOP, &place))
		look(rx, &f, last + (place - (place > GRID - 1 ? GRID : 0)) * rx->sym / GRID, LONG);
	if (hops >= SHORT / HOP && timing(rx, SHORT / HOP, &place))
		look(rx, &g, last + (place - (place > GRID - 1 ? GRID : 0)) * rx->sym / GRID, SHORT);
	if (g.score > f.score)
		f = g;
	if (f.score > SCORE && f.score > rx->best.score)
		rx->best = f;
	if (rx->wait < 0 && f.score > SCORE)
		rx->wait = WAIT;
	if (rx->wait >= 0 && rx->wait-- == 0) {
		f = rx->best;
		begin_run(rx, &f);
	}
}

/* ---- a run ---- */

/* When the symbol around a point begins. */
static double seconds(const struct psk_rx *rx, double u) { return (u - rx->sym / 2) * rx->in.spp / rx->rate_hz; }

static void begin_run(struct psk_rx *rx, const struct found *f)
{
	double earliest = rx->from > memory(rx) ? rx->from : memory(rx);
	double at = f->at;
	int quiet = 0;

	/* Back while the amplitude is a signal's: halves of a hop, two of them quiet or loud end it. */
	while (quiet < 2 && at - 8 * rx->sym > earliest) {
		double sum = 0;
		for (int k = 0; k < 8; k++, at -= rx->sym)
			sum += sqrt((double)cf_power(symbol_at(rx, at)));
		quiet = sum / 8 < 0.6 * f->level || sum / 8 > 1.6 * f->level ? quiet + 1 : 0;
	}
	at += quiet * 4 * rx->sym;
	rx->running = true;
	rx->ending = false;
	rx->at = at;
	rx->turn = f->turn;
	rx->own = f->own;
	rx->period = rx->sym;
	rx->level = f->level;
	rx->noise = 0.1;
	rx->coherence = 0.5;
	rx->decided = 0;
	rx->sum_noise = rx->sum_batches = 0;
	rx->last = 0;
	memset(rx->past, 0, sizeof rx->past);
	for (unsigned i = 0; i < rx->m; i++)
		rx->before[i] = 1.0f / (float)rx->m;
	rx->lock = (struct lock){.start_s = seconds(rx, at), .coherent = true, .complete = true};
	if (rx->out.start)
		rx->out.start(rx->out.arg, rx->lock.start_s);
}

static void end_run(struct psk_rx *rx)
{
	double baud = rx->rate_hz / (rx->sym * rx->in.spp), n = (double)rx->decided - SETTLED;
	rx->lock.end_s = seconds(rx, rx->at);
	rx->lock.ebn0_db = rx->sum_noise > 0 ? to_db(rx->sum_batches / rx->sum_noise / rx->code->bits) : NAN;
	rx->lock.clock_ppm = n > 0 ? (n * rx->sym / (rx->at - rx->settled_at) - 1) * 1e6 : NAN;
	rx->lock.offset_hz = (rx->turn - rx->own) / TAU * baud;
	if (rx->out.stop)
		rx->out.stop(rx->out.arg, &rx->lock);
	search_from(rx, rx->at);
}

/* A batch of symbols, with those ahead of it by which its phase is estimated. All are turned back by turn * k. */
struct batch {
	struct cf y[AHEAD];           /* over level */
	struct cf g[AHEAD];           /* the image of each */
	double phase[AHEAD];          /* by the M-th power; of the batch then from decisions */
	struct cf u[HOP], v[HOP];     /* y and g, turned back by phase as well */
	float like[HOP][PHASES];      /* likelihoods but for the factor 2 Es/N0 */
	unsigned decided[HOP];
};

static void take_symbols(const struct psk_rx *rx, struct batch *b)
{
	double end = horizon(rx);
	struct cf back = {1, 0}, step = cf_polar(-rx->turn), g = image(rx, rx->at, rx->sym);
	struct cf g_step = cf_polar(remainder(-2 * (rx->in.omega * rx->period * rx->in.spp + rx->turn), TAU));
	float scale = (float)(1 / rx->level);

	for (int k = 0; k < AHEAD; k++) {
		double u = rx->at + k * rx->period;
		b->y[k] = u < end ? cf_mul(cf_scale(symbol_at(rx, u), scale), back) : (struct cf){0, 0};
		b->g[k] = g;
		back = cf_mul(back, step);
		g = cf_mul(g, g_step);
	}
}

/* Phases by the M-th power over a sliding window, each next to the one before. Returns how much of the power is there: 1 without noise. */
static double follow_phase(const struct psk_rx *rx, struct batch *b)
{
	struct cf z[LOOK + AHEAD], sum = {0, 0}, line = {0, 0};
	double phase = rx->phase, unit = TAU / rx->m;
	float all = 0;

	for (int i = 0; i < LOOK + AHEAD; i++)
		z[i] = power(i < LOOK ? rx->past[i] : b->y[i - LOOK], rx->m);
	for (int i = 0; i < LOOK + AHEAD - HOP; i++)
		sum = cf_add(sum, z[i]);
	for (int k = 0; k < AHEAD; k++) {
		if (k < HOP)
			sum = cf_add(sum, z[k + LOOK + AHEAD - HOP]);
		double p = (double)atan2f(sum.im, sum.re) / rx->m;
		if (rx->decided + (uint64_t)k == 0)
			phase = p;
		phase += remainder(p - phase, unit);
		b->phase[k] = phase;
		if (k < HOP) {
			line = cf_add(line, cf_mulc(z[k + LOOK], cf_scale(sum, 1 / sqrtf(cf_power(sum) + 1e-30f))));
			all += sqrtf(cf_power(z[k + LOOK]));
		}
		sum = cf_sub(sum, z[k]);
	}
	return all > 0 ? (double)(line.re / all) : 0;
}

/* What a phase gives behind the integral, image and all. */
static struct cf expected(struct cf s, struct cf g) { return cf_add(s, cf_mulc(g, s)); }

/* y without its image and its modulation, taken for the phase nearest to it. */
static struct cf strip(const struct psk_rx *rx, struct cf y, struct cf g, double phase)
{
	struct cf turn = cf_polar(phase), u = cf_mulc(y, turn);
	unsigned i = (unsigned)lrintf(atan2f(u.im, u.re) * (float)(rx->m / TAU) + (float)rx->m) % rx->m;
	struct cf s = cf_mul(rx->unit[i], turn);
	return cf_mulc(cf_sub(y, cf_mulc(g, s)), rx->unit[i]);
}

/* Phases once more, from what is left of each symbol when its decision is taken off. */
static void refine_phase(const struct psk_rx *rx, struct batch *b)
{
	struct cf c[LOOK + AHEAD], sum = {0, 0};

	memcpy(c, rx->past, sizeof rx->past);
	for (int k = 0; k < AHEAD; k++)
		c[LOOK + k] = strip(rx, b->y[k], b->g[k], b->phase[k]);
	for (int i = 0; i < LOOK + AHEAD - HOP; i++)
		sum = cf_add(sum, c[i]);
	for (int k = 0; k < HOP; k++) {
		sum = cf_add(sum, c[k + LOOK + AHEAD - HOP]);
		b->phase[k] += remainder((double)atan2f(sum.im, sum.re) - b->phase[k], TAU);
		sum = cf_sub(sum, c[k]);
	}
}

static void decide(const struct psk_rx *rx, struct batch *b)
{
	for (unsigned k = 0; k < HOP; k++) {
		struct cf turn = cf_polar(b->phase[k]), u = cf_mulc(b->y[k], turn), v = cf_mulc(cf_mulc(b->g[k], turn), turn);
		float *like = b->like[k];
		unsigned best = 0;
		for (unsigned i = 0; i < rx->m; i++) {
			struct cf s = rx->unit[i], ss = rx->unit[2 * i % rx->m];
			like[i] = u.re * s.re + u.im * s.im - 0.5f * (v.re * ss.re + v.im * ss.im);
			best = like[i] > like[best] ? i : best;
		}
		b->u[k] = u;
		b->v[k] = v;
		b->decided[k] = best;
	}
}

/* Soft bits from the likelihoods of a symbol's phases: see the head of this file. */
static void soft_bits(struct psk_rx *rx, const float *like, float top, float *llr)
{
	const struct psk_code *code = rx->code;
	unsigned m = rx->m;
	float p[PHASES], by_step[PHASES], scale = (float)(2 / rx->noise), total = 0;

	for (unsigned i = 0; i < m; i++)
		total += p[i] = expf(scale * (like[i] - top)) + 1e-20f;
	for (unsigned i = 0; i < m; i++)
		p[i] /= total;
	for (unsigned d = 0; d < m; d++) {
		by_step[d] = 0;
		for (unsigned i = 0; i < m; i++)
			by_step[d] += rx->before[i] * p[(i + d) % m];
	}
	memcpy(rx->before, p, m * sizeof *p);
	for (unsigned j = 0; j < code->bits; j++) {
		float by[2] = {0, 0};
		for (unsigned v = 0; v < m; v++)
			by[v >> (code->bits - 1 - j) & 1] += by_step[code->step[v]];
		float bit = logf(by[0] / by[1]);
		llr[j] = rx->nrzi ? -llr_sum(bit, rx->last) : bit; /* NRZI: no change is 1 */
		rx->last = bit;
	}
}

/* Timing from the jumps: around the boundary of two symbols the signal is one's before and the other's behind. Returns by how much
 * of a symbol it comes later than thought, times *weight. */
static double jump_error(const struct psk_rx *rx, const struct batch *b, double *weight)
{
	double half = rx->sym / 8 > 1 ? rx->sym / 8 : 1, part = half / rx->sym, error = 0;
	struct cf back = cf_polar(-rx->turn / 2), step = cf_polar(-rx->turn);
	double between = rx->at + 0.5 * rx->period;
	struct cf g = image(rx, between - half / 2, half), h = image(rx, between + half / 2, half);
	struct cf g_step = cf_polar(remainder(-2 * rx->in.omega * rx->period * rx->in.spp, TAU));

	*weight = 0;
	for (int k = 0; k + 1 < HOP; k++) {
		double u = between + k * rx->period;
		struct cf turn = cf_polar((b->phase[k] + b->phase[k + 1]) / 2), all = cf_mulc(back, turn), twice = cf_mul(all, all);
		struct cf s = rx->unit[b->decided[k]], t = rx->unit[b->decided[k + 1]], d = cf_sub(s, t);
		struct cf w = cf_mul(cf_scale(integrator_mean(&rx->in, u - half, u + half), (float)(2 / rx->level)), all);
		w = cf_sub(w, cf_add(expected(s, cf_mul(g, twice)), expected(t, cf_mul(h, twice))));
		error += part * (double)(w.re * d.re + w.im * d.im);
		*weight += (double)cf_power(d);
		back = cf_mul(back, step);
		g = cf_mul(g, g_step);
		h = cf_mul(h, g_step);
	}
	return error;
}

static void track_timing(struct psk_rx *rx, const struct batch *b, double age)
{
	double weight, error = jump_error(rx, b, &weight), gain = age < 4 ? 0.3 : 0.15;
	error = fmin(fmax(error / fmax(weight, HOP), -0.2), 0.2);
	rx->at += gain * error * rx->sym;
	rx->period += gain * gain / 6 / HOP * error * rx->sym;
	rx->period = fmin(fmax(rx->period, (1 - MOST_DRIFT) * rx->sym), (1 + MOST_DRIFT) * rx->sym);
}

/* From decisions, what to do better the next time. */
static void track(struct psk_rx *rx, const struct batch *b)
{
	double amplitude = 0, noise = 0, age = (double)rx->decided / HOP, gain = age < 6 ? 1 / (age + 2) : 0.12;

	for (unsigned k = 0; k < HOP; k++) {
		struct cf s = expected(rx->unit[b->decided[k]], b->v[k]), y = b->u[k], d = cf_sub(y, s);
		amplitude += (double)((y.re * s.re + y.im * s.im) / cf_power(s)) / HOP;
		noise += (double)cf_power(d) / HOP;
	}
	bool other = amplitude < 0.55 || amplitude > 2.2;
	rx->ending = rx->decided > HOP && (other || rx->coherence < POOREST);
	if (other)
		return;
	rx->level *= 1 + gain * (amplitude - 1);
	rx->noise += (age < 20 ? 1 / (age + 2) : 0.05) * (noise - rx->noise);
	rx->noise = rx->noise > 1e-5 ? rx->noise : 1e-5;
	if (age >= 3) { /* settled; and the last batch is not counted, into which the end of the signal may fall */
		rx->sum_noise += rx->last_noise;
		rx->sum_batches++;
	}
	rx->last_noise = noise / (amplitude * amplitude);
	track_timing(rx, b, age);
}

/* What the next batch has behind it: the batch's symbols without their modulation. */
static void keep_past(struct psk_rx *rx, const struct batch *b)
{
	struct cf turn = cf_polar(remainder(rx->turn * HOP, TAU));
	for (int i = 0; i < LOOK; i++) {
		int k = i + HOP - LOOK;
		struct cf c = k < 0 ? rx->past[i + HOP] : (struct cf){0, 0};
		if (k >= 0) {
			struct cf s = rx->unit[b->decided[k]];
			c = cf_mul(cf_mulc(cf_sub(b->u[k], cf_mulc(b->v[k], s)), s), cf_polar(b->phase[k]));
		}
		rx->past[i] = cf_mul(c, turn);
	}
}

/* For pictures: the symbols without their images, and the signal around them. */
static void show(const struct psk_rx *rx, const struct batch *b)
{
	enum { PER = 16 };
	struct cf s[HOP], eye[HOP * PER];
	for (unsigned k = 0; k < HOP; k++)
		s[k] = cf_sub(b->u[k], cf_mulc(b->v[k], rx->unit[b->decided[k]]));
	if (rx->out.symbols)
		rx->out.symbols(rx->out.arg, s, HOP);
	for (int i = 0; i < HOP * PER && rx->out.eye; i++) {
		double k = (double)i / PER - 0.5;
		struct cf y = symbol_at(rx, rx->at + k * rx->period);
		eye[i] = cf_mulc(cf_scale(y, (float)(1 / rx->level)), cf_polar(remainder(b->phase[i / PER] + rx->turn * k, TAU)));
	}
	if (rx->out.eye)
		rx->out.eye(rx->out.arg, eye, HOP * PER, 0, PER);
}

static void run_batch(struct psk_rx *rx)
{
	struct batch b;
	float llr[HOP * 3];

	take_symbols(rx, &b);
	rx->coherence += 0.06 * (follow_phase(rx, &b) - rx->coherence);
	refine_phase(rx, &b);
	decide(rx, &b);
	for (unsigned k = 0; k < HOP; k++)
		soft_bits(rx, b.like[k], b.like[k][b.decided[k]], llr + k * rx->code->bits);
	show(rx, &b);
	if (rx->out.bits)
		rx->out.bits(rx->out.arg, llr, (size_t)HOP * rx->code->bits);
	track(rx, &b);
	keep_past(rx, &b);
	/* From here on phase and turn are those of the next batch. */
	rx->phase = remainder(b.phase[HOP - 1] + rx->turn * HOP, TAU);
	rx->turn += 0.1 * (b.phase[HOP - 1] - b.phase[0]) / (HOP - 1);
	rx->at += HOP * rx->period;
	rx->decided += HOP;
	if (rx->decided == SETTLED)
		rx->settled_at = rx->at;
	if (rx->ending)
		end_run(rx);
}

static void fill_grid(struct psk_rx *rx)
{
	uint64_t symbol = rx->looked / GRID;
	unsigned slot = (unsigned)(symbol / HOP) % (LONG / HOP), j = (unsigned)(rx->looked % GRID);
	struct cf y = symbol_at(rx, rx->from + (double)rx->looked * rx->sym / GRID);
	if (symbol % HOP == 0)
		rx->energy[slot][j] = 0;
	rx->energy[slot][j] += (double)cf_power(y);
	rx->looked++;
}

static void advance(struct psk_rx *rx)
{
	for (;;) {
		if (rx->running) {
			if (rx->at + AHEAD * rx->period > horizon(rx))
				return;
			run_batch(rx);
		} else {
			if (rx->from < memory(rx) && rx->looked == 0)
				rx->from = memory(rx);
			if (rx->from + (double)(rx->looked + 1) * rx->sym / GRID > horizon(rx))
				return;
			fill_grid(rx);
			if (rx->looked % ((uint64_t)GRID * HOP) == 0)
				search(rx);
		}
	}
}

/* A symbol's worth of silence after another, until all that is inside has come out. */
void psk_rx_end(void *arg)
{
	struct psk_rx *rx = arg;
	static const float silence[INTEGRATOR_BLOCK];
	double symbols = LONG + 4 * AHEAD;
	for (double n = symbols * rx->sym * rx->in.spp; n > 0; n -= INTEGRATOR_BLOCK)
		psk_rx_push(rx, silence, INTEGRATOR_BLOCK);
	if (rx->running)
		end_run(rx);
}
