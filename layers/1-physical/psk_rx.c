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
 * Following, in batches of symbols, each with what lies before and behind it known: phase by the M-th power over a window of 65 symbols,
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

#include "io.h"
#include "scramble.h"

enum {
	GRID = 8,               /* moments a symbol where the search looks */
	HOP = 16,               /* symbols between looks, and a batch */
	LONG = 128, SHORT = 48, /* symbols of the search's windows */
	WAIT = 4,               /* looks after the first that finds something, for a better one */
	LOOK = 32,              /* symbols before and behind that phase is estimated from */
	SPAN = HOP + 2 * LOOK,
	KEEP = 512,             /* symbols of signal that are kept */
	FFT = 256,
	MIX = 256,              /* samples turned to baseband at a time */
	PHASES = 8
};

#define POINTS 32 /* running sums a symbol, at least, where there are as many samples */

/* A line's power over the power of all: of noise alone it exceeds s with the probability exp(-s) in each of as many independent places as there
 * are symbols. */
static const double SCORE = 20;
static const double MOST_DRIFT = 0.005; /* of the symbol clock */
static const double CLOCK_LINE = 0.05; /* of random data it is 0.13 at Es/N0 of 10 dB; of noise 0.03 */

struct pair {
	double re, im;
};

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
	double rate_hz, centre_hz;
	double omega;             /* carrier, radians a sample */
	double spp, sym;          /* samples a point, points a symbol */
	unsigned every;

	/* Running sums: sums[u & mask] of all samples before point u. */
	struct pair *sums, sum;
	uint64_t points, mask;
	unsigned pending;         /* samples since the last point */
	uint64_t samples;

	/* The search. */
	struct cf *grid;          /* integrals around GRID moments a symbol, LONG symbols, a ring */
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
	uint64_t decided;
	float before[PHASES];     /* probabilities of the last symbol's phases */
	bool nrzi;
	float last;               /* soft bit */
	struct lock lock;
	double sum_noise;
};

/* ---- samples to running sums ---- */

static void advance(struct psk_rx *rx);

void *psk_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	struct psk_rx *rx = xmalloc(sizeof *rx);
	double baud = c->baud > 0 ? c->baud : c->scheme->baud;
	uint64_t cap = 1;

	(void)e;
	*rx = (struct psk_rx){.out = out, .code = c->scheme->param, .rate_hz = c->rate_hz, .nrzi = c->scheme->nrzi};
	rx->m = rx->code->phases;
	rx->centre_hz = c->centre_hz > 0 ? c->centre_hz : c->scheme->centre_hz;
	rx->omega = TAU * rx->centre_hz / c->rate_hz;
	rx->every = c->rate_hz / baud > 2 * POINTS ? (unsigned)(c->rate_hz / baud / POINTS) : 1;
	rx->spp = rx->every;
	rx->sym = c->rate_hz / baud / rx->spp;
	while ((double)cap < (KEEP + 2) * rx->sym + MIX)
		cap *= 2;
	rx->mask = cap - 1;
	rx->sums = xmalloc(cap * sizeof *rx->sums);
	memset(rx->sums, 0, cap * sizeof *rx->sums);
	rx->grid = xmalloc(LONG * GRID * sizeof *rx->grid);
	for (int i = 0; i < FFT / 2; i++)
		rx->twiddle[i] = cf_polar(-TAU * i / FFT);
	rx->wait = -1;
	rx->points = 1;
	return rx;
}

void psk_rx_free(void *arg)
{
	struct psk_rx *rx = arg;
	if (!rx)
		return;
	free(rx->sums);
	free(rx->grid);
	free(rx);
}

static void sum_samples(struct psk_rx *rx, const float *x, size_t n)
{
	double phase = fmod(rx->omega * (double)rx->samples, TAU);
	struct pair turn = {cos(phase), -sin(phase)}, step = {cos(rx->omega), -sin(rx->omega)};
	struct pair sum = rx->sum;

	for (size_t i = 0; i < n; i++) {
		double v = fabsf(x[i]) <= 16 ? (double)x[i] : 0; /* false for NaN */
		sum.re += v * turn.re;
		sum.im += v * turn.im;
		turn = (struct pair){turn.re * step.re - turn.im * step.im, turn.re * step.im + turn.im * step.re};
		if (++rx->pending == rx->every) {
			rx->pending = 0;
			rx->sums[rx->points++ & rx->mask] = sum;
		}
	}
	rx->sum = sum;
	rx->samples += n;
}

void psk_rx_push(void *arg, const float *x, size_t n)
{
	struct psk_rx *rx = arg;
	while (n) {
		size_t m = n < MIX ? n : MIX;
		sum_samples(rx, x, m);
		advance(rx);
		x += m;
		n -= m;
	}
}

/* The running sum at a point, between points in a straight line. */
static struct pair sum_at(const struct psk_rx *rx, double u)
{
	double whole = floor(u), f = u - whole;
	uint64_t i = (uint64_t)whole;
	struct pair a = rx->sums[i & rx->mask], b = rx->sums[(i + 1) & rx->mask];
	return (struct pair){a.re + f * (b.re - a.re), a.im + f * (b.im - a.im)};
}

/* Mean of the baseband signal from point a to b: a carrier of amplitude A and phase p gives A exp(ip) and its image. */
static struct cf mean(const struct psk_rx *rx, double a, double b)
{
	struct pair p = sum_at(rx, a), q = sum_at(rx, b);
	double k = 2 / ((b - a) * rx->spp);
	return (struct cf){(float)(k * (q.re - p.re)), (float)(k * (q.im - p.im))};
}

static struct cf symbol_at(const struct psk_rx *rx, double u) { return mean(rx, u - rx->sym / 2, u + rx->sym / 2); }

/* What is wholly known: integrals around moments before this. */
static double horizon(const struct psk_rx *rx) { return (double)rx->points - 1 - rx->sym / 2 - 1; }
/* The earliest moment that is still kept. */
static double memory(const struct psk_rx *rx)
{
	double kept = (double)rx->mask - 2 - MIX;
	return ((double)rx->points > kept ? (double)rx->points - kept : 0) + rx->sym;
}

/* Mean of exp(-2i omega t) over an integral of width points around u. */
static struct cf image(const struct psk_rx *rx, double u, double width)
{
	double half = rx->omega * width * rx->spp, where = u * rx->spp - 0.5;
	double sinc = half > 0 ? sin(half) / half : 1;
	return cf_scale(cf_polar(-fmod(2 * rx->omega * where, TAU)), (float)sinc);
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
	struct pair line = {0, 0};
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
static double seconds(const struct psk_rx *rx, double u) { return (u - rx->sym / 2) * rx->spp / rx->rate_hz; }

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
	rx->sum_noise = 0;
	rx->last = 0;
	for (unsigned i = 0; i < rx->m; i++)
		rx->before[i] = 1.0f / (float)rx->m;
	rx->lock = (struct lock){.start_s = seconds(rx, at), .coherent = true, .complete = true};
	if (rx->out.start)
		rx->out.start(rx->out.arg, rx->lock.start_s);
}

static void end_run(struct psk_rx *rx)
{
	double n = (double)rx->decided, baud = rx->rate_hz / (rx->sym * rx->spp);
	rx->lock.end_s = seconds(rx, rx->at);
	rx->lock.ebn0_db = n > 0 && rx->sum_noise > 0 ? to_db(n / rx->sum_noise / rx->code->bits) : NAN;
	rx->lock.offset_hz = (rx->turn - rx->own) / TAU * baud;
	rx->lock.clock_ppm = (rx->sym / rx->period - 1) * 1e6;
	if (rx->out.stop)
		rx->out.stop(rx->out.arg, &rx->lock);
	search_from(rx, rx->at);
}

/* The symbols around the batch, each turned back by the carrier's phase as far as it is known. */
struct batch {
	struct cf y[SPAN];       /* over level; y[LOOK] is the first to decide */
	struct cf g[HOP];
	double phase[HOP];       /* estimated, less turn * k */
	struct cf ideal[HOP];    /* decided, turned to phase */
	unsigned decided[HOP];
	unsigned n;              /* to decide */
};

static void take_symbols(const struct psk_rx *rx, struct batch *b)
{
	double first = memory(rx), end = horizon(rx);
	for (int i = 0; i < SPAN; i++) {
		int k = i - LOOK;
		double u = rx->at + k * rx->period;
		b->y[i] = (struct cf){0, 0};
		if (u < first || u > end || (k < 0 && (uint64_t)-k > rx->decided))
			continue;
		struct cf y = cf_scale(symbol_at(rx, u), (float)(1 / rx->level));
		b->y[i] = cf_mulc(y, cf_polar(fmod(rx->turn * k, TAU)));
		if (k >= 0 && k < HOP)
			b->g[k] = cf_mul(image(rx, u, rx->sym), cf_polar(fmod(-2 * rx->turn * k, TAU)));
	}
}

/* Phases by the M-th power over a sliding window, each next to the one before. */
static double follow_phase(const struct psk_rx *rx, struct batch *b)
{
	struct cf z[SPAN], sum = {0, 0};
	double phase = rx->phase, unit = TAU / rx->m, line = 0, all = 0;

	for (int i = 0; i < SPAN; i++)
		z[i] = power(b->y[i], rx->m);
	for (int i = 0; i < 2 * LOOK; i++)
		sum = cf_add(sum, z[i]);
	for (int k = 0; k < HOP; k++) {
		sum = cf_add(sum, z[k + 2 * LOOK]);
		double p = atan2(sum.im, sum.re) / rx->m;
		if (rx->decided + (uint64_t)k == 0)
			phase = p;
		phase += remainder(p - phase, unit);
		b->phase[k] = phase;
		struct cf d = cf_mulc(z[k + LOOK], cf_polar(phase * rx->m));
		line += (double)d.re;
		all += sqrt((double)cf_power(d));
		sum = cf_sub(sum, z[k]);
	}
	return all > 0 ? line / all : 0;
}

/* What a phase gives behind the integral, image and all. */
static struct cf expected(struct cf s, struct cf g) { return cf_add(s, cf_mulc(g, s)); }

/* The likelihood of phase s (of magnitude 1) but for the factor 2 Es/N0. */
static float likelihood(struct cf y, struct cf s, struct cf g)
{
	struct cf ss = cf_mul(s, s);
	return y.re * s.re + y.im * s.im - 0.5f * (g.re * ss.re + g.im * ss.im);
}

static void decide(const struct psk_rx *rx, struct batch *b)
{
	for (unsigned k = 0; k < HOP; k++) {
		float best = -INFINITY;
		for (unsigned i = 0; i < rx->m; i++) {
			struct cf s = cf_polar(b->phase[k] + TAU * i / rx->m);
			float l = likelihood(b->y[LOOK + k], s, b->g[k]);
			if (l > best) {
				best = l;
				b->ideal[k] = s;
				b->decided[k] = i;
			}
		}
	}
}

/* Soft bits of symbol k: see the head of this file. */
static void soft_bits(struct psk_rx *rx, const struct batch *b, unsigned k, float *llr)
{
	const struct psk_code *code = rx->code;
	unsigned m = rx->m;
	float p[PHASES], top = -INFINITY, by_step[PHASES], scale = (float)(2 / rx->noise), total = 0;

	for (unsigned i = 0; i < m; i++) {
		p[i] = scale * likelihood(b->y[LOOK + k], cf_polar(b->phase[k] + TAU * i / m), b->g[k]);
		top = p[i] > top ? p[i] : top;
	}
	for (unsigned i = 0; i < m; i++)
		total += p[i] = expf(p[i] - top) + 1e-20f;
	for (unsigned i = 0; i < m; i++)
		p[i] /= total;
	for (unsigned d = 0; d < m; d++) {
		by_step[d] = 0;
		for (unsigned i = 0; i < m; i++)
			by_step[d] += rx->before[i] * p[(i + d) % m];
	}
	memcpy(rx->before, p, sizeof p);
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
	*weight = 0;
	for (int k = 0; k + 1 < HOP; k++) {
		double u = rx->at + (k + 0.5) * rx->period;
		struct cf s = b->ideal[k], t = b->ideal[k + 1], d = cf_sub(s, t);
		struct cf back = cf_polar(fmod(rx->turn * (k + 0.5), TAU));
		struct cf w = cf_mulc(cf_scale(mean(rx, u - half, u + half), (float)(2 * part / rx->level)), back);
		struct cf turned = cf_polar(fmod(-2 * rx->turn * (k + 0.5), TAU));
		struct cf g = cf_mul(image(rx, u - half / 2, half), turned), h = cf_mul(image(rx, u + half / 2, half), turned);
		struct cf model = cf_scale(cf_add(expected(s, g), expected(t, h)), (float)part);
		w = cf_sub(w, model);
		error += (double)(w.re * d.re + w.im * d.im);
		*weight += (double)cf_power(d);
	}
	return error;
}

static void track(struct psk_rx *rx, const struct batch *b)
{
	double weight, error = jump_error(rx, b, &weight), amplitude = 0, noise = 0;
	struct cf sum = {0, 0};

	for (unsigned k = 0; k < HOP; k++) {
		struct cf s = expected(b->ideal[k], b->g[k]), y = b->y[LOOK + k], d = cf_sub(y, s);
		amplitude += (double)((y.re * s.re + y.im * s.im) / cf_power(s));
		noise += (double)cf_power(d);
		sum = cf_add(sum, cf_mulc(y, s));
	}
	amplitude /= HOP;
	noise /= HOP;
	rx->ending = rx->decided > HOP && (amplitude < 0.55 || rx->coherence < 0.25);
	if (amplitude < 0.55)
		return;
	double age = (double)rx->decided / HOP, gain = age < 6 ? 1 / (age + 2) : 0.12;
	rx->level *= 1 + gain * (amplitude - 1);
	rx->noise += gain * (noise - rx->noise);
	rx->noise = rx->noise > 1e-5 ? rx->noise : 1e-5;
	rx->sum_noise += noise * HOP;
	error = fmin(fmax(error / fmax(weight, HOP), -0.2), 0.2);
	gain = age < 4 ? 0.3 : 0.15;
	rx->at += gain * error * rx->sym;
	rx->period += gain * gain / 6 / HOP * error * rx->sym;
	rx->period = fmin(fmax(rx->period, (1 - MOST_DRIFT) * rx->sym), (1 + MOST_DRIFT) * rx->sym);
}

static void run_batch(struct psk_rx *rx)
{
	struct batch b;
	float llr[HOP * 3];

	take_symbols(rx, &b);
	double line = follow_phase(rx, &b);
	decide(rx, &b);
	rx->coherence += 0.3 * (line - rx->coherence);
	for (unsigned k = 0; k < HOP; k++)
		soft_bits(rx, &b, k, llr + k * rx->code->bits);
	if (rx->out.bits)
		rx->out.bits(rx->out.arg, llr, (size_t)HOP * rx->code->bits);
	track(rx, &b);
	/* The phase belongs to turn * k behind the new first symbol. */
	double slope = (b.phase[HOP - 1] - b.phase[0]) / (HOP - 1);
	rx->phase = remainder(b.phase[HOP - 1] + rx->turn * HOP, TAU);
	rx->turn += 0.1 * slope;
	rx->at += HOP * rx->period;
	rx->decided += HOP;
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
			if (rx->at + (HOP + LOOK) * rx->period > horizon(rx))
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
	static const float silence[MIX];
	double symbols = LONG + 2 * SPAN;
	for (double n = symbols * rx->sym * rx->spp; n > 0; n -= MIX)
		psk_rx_push(rx, silence, MIX);
	if (rx->running)
		end_run(rx);
}
