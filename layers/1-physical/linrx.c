/* linrx.c - the receiver of linear modulation.
 *
 * Samples go to complex baseband at 2 or 3 a symbol (front.h). There, searching, everything is matched-filtered and correlated with the
 * unique word; what is found is measured (frequency, timing, phase, gain, noise: maximum likelihood, the word being known), and from
 * its end on the burst is followed symbol by symbol: one sum for the matched filter's output at the symbol's moment and its slope
 * there, and loops for phase and timing, each the gradient of the likelihood with the mean of the symbol given what was received in
 * the place of the symbol (U. Mengali, A. D'Andrea, Synchronization Techniques for Digital Receivers, 1997, chapters 5 and 7; the mean:
 * an EM step, N. Noels et al., "A theoretical framework for soft-information-based synchronization in iterative (turbo) receivers",
 * EURASIP JWCN 2005). Pilots are symbols that are known, and undo slips. The loops' gains are those of a least-squares line through all
 * symbols so far, until these are MEMORY (growing, then fading memory: N. Morrison, Introduction to Sequential Smoothing and
 * Prediction, 1969).
 */

#include <stdlib.h>
#include <string.h>

#include "front.h"
#include "io.h"
#include "linear.h"
#include "rrc.h"
#include "scramble.h"

enum {
	HOLD = 8192,               /* baseband samples at hand */
	SCAN = 256,                /* moments that a search looks at together */
	PHASE_MEMORY = 160,        /* symbols: their mean phase's noise costs 2/160, 0.05 dB, and wandering at up to some thousandths of
	                            * the baud is followed */
	TIME_MEMORY = 2048,        /* clocks wander slowly */
	LEVEL_MEMORY = 128,        /* fading is faster: it costs 1/256 of the largest amplitudes' energy */
	PILOT_MEMORY = 4,          /* pilots whose mean says that the phase slipped, 10 where a slip is of 45 degrees only */
	LOST = 32,                 /* pilots: after so many without their signal a burst has ended before its end */
	SEGMENT = 4,               /* symbols of the unique word that are summed before frequencies are tried: at 5% of the baud off
	                            * 0.6 dB lost */
	SEGMENTS = LINEAR_UW / SEGMENT,
	BINS = 15,                 /* frequencies tried, 1/(2 * 64) of the baud apart: +-5.5% */
	MIDDLE_BIN = BINS / 2,
	EYE = 8,                   /* moments a symbol of eye diagrams */
};

#define OFFSET_MAX 0.055       /* of the baud */
#define CLOCK_MAX 0.02

/* The search's first look is a differential correlation, which no frequency disturbs, over the power: its square is about
 * 1/64 exp(-64 x) in noise (2% above this), 0.36 at Es/N0 = 2 dB. */
#define GLANCE 0.06f
/* Then the correlation squared over the powers: in noise above this once in (3/4)^-63, and (S/(S+N)) in a signal. */
#define FOUND 0.25f

enum state { SEARCH, HEADER, PAYLOAD };

struct linear_rx {
	struct modem_cfg c;
	const struct linear_kind *kind;
	struct constellation points, bpsk;
	struct soft_sink out;
	struct front *front;
	struct rrc_bank match;
	int per_symbol;
	double slope_energy;       /* of a pulse: what timing errors are scaled by */
	double most;               /* samples of baseband that are signal, HUGE_VAL before the end */
	uint64_t pushed;           /* samples in */

	/* baseband; filtered: matched-filtered while searching, turned by the burst's frequency while following */
	struct cf *y, *filtered;
	size_t have, done;         /* of y, of filtered */
	int64_t first;             /* number of y[0]; those before 0 are silence */
	enum state state;

	/* search */
	size_t at;                 /* looks at y[at] next as the unique word's first symbol */
	float uw[LINEAR_UW];
	struct cf bin[BINS][SEGMENTS];

	/* a burst */
	double start, clock;       /* of the unique word, in samples from y[0]; samples from symbol to symbol, now */
	double pos;                /* of the next symbol */
	double offset;             /* cycles a symbol that filtered is turned back by */
	struct cf nco;             /* of the next sample */
	double turn, rate;         /* radians, the loop's: since the start, and a symbol */
	struct cf phasor;          /* of turn */
	double told;               /* how much a symbol says of the phase, over what a known one would */
	double gain, n0;           /* amplitude at a symbol of energy 1; complex noise's variance */
	uint64_t symbols;          /* since the unique word's beginning */
	uint64_t groups;
	uint64_t left;             /* bits */
	uint16_t scramble;
	unsigned in_group;
	struct cf last;            /* the symbol before, as received, its energy about 1 */
	struct cf pilots;          /* their mean product */
	float pilot_signal, pilot_power; /* for LOST */
	float head[LINEAR_HEADER];
	double sum_gain, sum_n0;   /* of the squares */
	float llr[LINEAR_GROUP * 8];
	size_t nllr;
	struct cf shown[LINEAR_GROUP];
	size_t nshown;
};

/* ---- baseband at hand ---- */

/* Forgets what is before y[from]. */
static void drop(struct linear_rx *x, size_t from)
{
	memmove(x->y, x->y + from, sizeof *x->y * (x->have - from));
	if (x->done > from)
		memmove(x->filtered, x->filtered + from, sizeof *x->filtered * (x->done - from));
	x->have -= from;
	x->done = x->done > from ? x->done - from : 0;
	x->at = x->at > from ? x->at - from : 0;
	x->start -= (double)from;
	x->pos -= (double)from;
	x->first += (int64_t)from;
}

static double seconds(const struct linear_rx *x, double pos)
{
	return ((double)x->first + pos) / (x->per_symbol * x->c.baud);
}

/* ---- search ---- */

/* Matched-filters all there is. */
static void filter_all(struct linear_rx *x)
{
	size_t half = (size_t)x->match.half, end = x->have > half ? x->have - half : 0;
	size_t from = x->done > half ? x->done : half;
	struct cf slope;
	for (size_t i = from; i < end; i++)
		x->filtered[i] = rrc_bank_at(&x->match, x->y + i + 1 - half, 0, &slope);
	for (size_t i = x->done; i < from && i < end; i++)
		x->filtered[i] = (struct cf){0, 0};
	if (end > x->done)
		x->done = end;
}

/* The correlation, squared and over its bound, of filtered[at] on with the unique word, at the best of the frequencies. */
static float correlate(const struct linear_rx *x, size_t at, int *best)
{
	struct cf sum[SEGMENTS];
	float energy = 0, most = 0;
	for (int s = 0, i = 0; s < SEGMENTS; s++) {
		sum[s] = (struct cf){0, 0};
		for (int k = 0; k < SEGMENT; k++, i++) {
			struct cf v = x->filtered[at + (size_t)(i * x->per_symbol)];
			sum[s] = cf_add(sum[s], cf_scale(v, x->uw[i]));
			energy += cf_power(v);
		}
	}
	for (int b = 0; b < BINS; b++) {
		struct cf c = {0, 0};
		for (int s = 0; s < SEGMENTS; s++)
			c = cf_add(c, cf_mulc(sum[s], x->bin[b][s]));
		if (cf_power(c) > most) {
			most = cf_power(c);
			*best = b;
		}
	}
	return energy > 0 ? most / (LINEAR_UW * energy) : 0;
}

/* Looks at SCAN moments from filtered[at] on, which are there; marks[i] says whether the i-th is worth a closer look. */
static void glance(const struct linear_rx *x, size_t at, bool marks[SCAN])
{
	enum { FROM = (LINEAR_UW - 1) * 3 };
	float re[SCAN + FROM], im[SCAN + FROM], power[SCAN + FROM + 3], d_re[SCAN] = {0}, d_im[SCAN] = {0}, sum[SCAN] = {0};
	const struct cf *f = x->filtered + at;
	const int r = x->per_symbol, width = SCAN + (LINEAR_UW - 1) * r;

	for (int i = 0; i < width; i++)
		power[i] = cf_power(f[i]);
	for (int i = 0; i < width - r; i++) {
		struct cf d = cf_mulc(f[i + r], f[i]);
		re[i] = d.re;
		im[i] = d.im;
	}
	for (int k = 0; k < LINEAR_UW; k++)
		for (int i = 0; i < SCAN; i++)
			sum[i] += power[i + k * r];
	for (int k = 1; k < LINEAR_UW; k++) {
		float sign = x->uw[k] * x->uw[k - 1];
		for (int i = 0; i < SCAN; i++) {
			d_re[i] += sign * re[i + (k - 1) * r];
			d_im[i] += sign * im[i + (k - 1) * r];
		}
	}
	for (int i = 0; i < SCAN; i++)
		marks[i] = d_re[i] * d_re[i] + d_im[i] * d_im[i] > GLANCE * sum[i] * sum[i];
}

static bool acquire(struct linear_rx *x, size_t at, double offset);

/* The middle of the parabola through values at -1, 0, 1. */
static double vertex(double a, double b, double c)
{
	double bend = a - 2 * b + c;
	return bend < 0 ? 0.5 * (a - c) / bend : 0;
}

/* A moment passed: the best one of the two symbols that follow it is the unique word's. */
static bool look(struct linear_rx *x, size_t at)
{
	int bin = 0, b = 0;
	size_t best = at;
	float most = correlate(x, at, &bin);
	if (most < FOUND)
		return false;
	for (size_t i = at + 1; i <= at + 2 * (size_t)x->per_symbol; i++) {
		float r = correlate(x, i, &b);
		if (r > most) {
			most = r;
			best = i;
			bin = b;
		}
	}
	return acquire(x, best, (bin - MIDDLE_BIN) / (2.0 * LINEAR_UW));
}

/* false: more samples are wanted. */
static bool search(struct linear_rx *x)
{
	const size_t width = (size_t)((LINEAR_UW + 2) * x->per_symbol) + SCAN, margin = (size_t)(x->match.half + x->per_symbol + 2);
	bool marks[SCAN];

	filter_all(x);
	if (x->at < margin)
		x->at = margin;
	while (x->at + width <= x->done) {
		glance(x, x->at, marks);
		for (size_t i = 0; i < SCAN; i++)
			if (marks[i] && look(x, x->at + i))
				return true;
		x->at += SCAN;
	}
	return false;
}

/* ---- what a unique word says ---- */

/* The frequency, in cycles a symbol within +-width of 0, at which the v[i] add up to most; *sum: what they add up to. */
static double frequency(const struct cf v[LINEAR_UW], double width, struct cf *sum)
{
	enum { STEPS = 8 };
	double power[2 * STEPS + 1], f = 0;
	int best = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (int k = pass ? 2 * STEPS : 0; k <= 2 * STEPS; k++) {
			if (!pass)
				f = (k - STEPS) * width / STEPS;
			struct cf turn = {1, 0}, step = cf_polar(-TAU * f);
			*sum = (struct cf){0, 0};
			for (int i = 0; i < LINEAR_UW; i++) {
				*sum = cf_add(*sum, cf_mul(v[i], turn));
				turn = cf_mul(turn, step);
			}
			if (pass)
				return f;
			power[k] = (double)cf_power(*sum);
			if (power[k] > power[best])
				best = k;
		}
		f = (best - STEPS) * width / STEPS;
		if (best > 0 && best < 2 * STEPS)
			f += vertex(power[best - 1], power[best], power[best + 1]) * width / STEPS;
	}
	return f;
}

/* Turns more of y back by the burst's frequency. */
static void turn_back(struct linear_rx *x)
{
	struct cf step = cf_polar(-TAU * x->offset / x->per_symbol), t = x->nco;
	for (size_t i = x->done; i < x->have; i++) {
		x->filtered[i] = cf_mul(x->y[i], t);
		t = cf_mul(t, step);
		t = cf_scale(t, 1.5f - 0.5f * cf_power(t));
	}
	x->nco = t;
	if (x->have > x->done)
		x->done = x->have;
}

/* The matched filter's output at pos, turned back; its slope. */
static struct cf output(const struct linear_rx *x, double pos, struct cf *slope)
{
	int i = (int)pos;
	return rrc_bank_at(&x->match, x->filtered + i + 1 - x->match.half, pos - i, slope);
}

/* The unique word's symbols, each times what was sent, its first one at pos. */
static void word_at(const struct linear_rx *x, double pos, struct cf v[LINEAR_UW])
{
	struct cf slope;
	for (int i = 0; i < LINEAR_UW; i++)
		v[i] = cf_scale(output(x, pos + i * x->per_symbol, &slope), x->uw[i]);
}

static struct cf total(const struct cf v[LINEAR_UW])
{
	struct cf sum = {0, 0};
	for (int i = 0; i < LINEAR_UW; i++)
		sum = cf_add(sum, v[i]);
	return sum;
}

/* The moment, from within one sample of at, at which the unique word correlates best. */
static double moment(const struct linear_rx *x, double at)
{
	enum { STEPS = 6 };
	struct cf v[LINEAR_UW];
	double power[2 * STEPS + 1];
	int best = 0;
	for (int k = 0; k <= 2 * STEPS; k++) {
		word_at(x, at + (double)(k - STEPS) / STEPS, v);
		power[k] = (double)cf_power(total(v));
		if (power[k] > power[best])
			best = k;
	}
	at += (double)(best - STEPS) / STEPS;
	return best > 0 && best < 2 * STEPS ? at + vertex(power[best - 1], power[best], power[best + 1]) / STEPS : at;
}

/* Begins to follow the burst whose unique word is about at y[at], about offset off. */
static bool acquire(struct linear_rx *x, size_t at, double offset)
{
	struct cf v[LINEAR_UW], sum, step = cf_polar(-TAU * offset), t = {1, 0};
	for (int i = 0; i < LINEAR_UW; i++) {
		v[i] = cf_scale(cf_mul(x->filtered[at + (size_t)(i * x->per_symbol)], t), x->uw[i]);
		t = cf_mul(t, step);
	}
	x->offset = offset + frequency(v, 1.0 / (2 * LINEAR_UW), &sum);
	x->nco = (struct cf){1, 0};
	x->at = at; /* where the search goes on if this was none */
	x->done = at - (size_t)(x->match.half + x->per_symbol + 1);
	turn_back(x);
	x->start = moment(x, (double)at);
	word_at(x, x->start, v);
	x->rate = TAU * frequency(v, 1.0 / (4 * LINEAR_UW), &sum);

	double power = 0;
	for (int i = 0; i < LINEAR_UW; i++)
		power += (double)cf_power(v[i]) / LINEAR_UW;
	x->gain = sqrt((double)cf_power(sum)) / LINEAR_UW;
	x->n0 = fmax(power - x->gain * x->gain, 1e-6 * power) * LINEAR_UW / (LINEAR_UW - 2);
	x->turn = 0;
	x->phasor = cf_mul(cf_polar(atan2((double)sum.im, (double)sum.re)), cf_polar(x->rate * (LINEAR_UW - 1)));
	x->told = 1;
	x->clock = x->per_symbol;
	x->pos = x->start + LINEAR_UW * x->clock;
	x->symbols = LINEAR_UW;
	x->sum_gain = x->sum_n0 = 0;
	x->state = HEADER;
	return true;
}

/* ---- following ---- */

/* A complex number of energy 1 turned by a small angle. */
static struct cf turned(struct cf p, double angle)
{
	float a = (float)angle;
	p = cf_mul(p, (struct cf){1 - 0.5f * a * a, a});
	return cf_scale(p, 1.5f - 0.5f * cf_power(p));
}

struct reading {
	struct cf z;       /* the symbol as received, its energy about 1 */
	struct cf slope;   /* of z, a symbol */
	struct cf across;  /* for the phase: the imaginary part at the moment of z's real part, and the real part at that of the
	                    * imaginary one */
};

/* Reads the symbol at pos. Offset QPSK: the quadrature part half a symbol later. */
static struct reading read_symbol(struct linear_rx *x)
{
	struct reading r;
	float scale = (float)(1 / x->gain);
	x->phasor = turned(x->phasor, x->rate);
	x->turn += x->rate;
	struct cf back = {x->phasor.re * scale, -x->phasor.im * scale};
	r.across = r.z = cf_mul(output(x, x->pos, &r.slope), back);
	r.slope = cf_mul(r.slope, back);
	if (x->kind->offset && x->state == PAYLOAD) {
		struct cf slope, z = cf_mul(output(x, x->pos + x->clock / 2, &slope), back);
		slope = cf_mul(slope, back);
		r.z.im = z.im;
		r.slope.im = slope.im;
		r.across.re = z.re;
	}
	return r;
}

static inline double between(double least, double x, double most) { return x < least ? least : x > most ? most : x; }

/* Moves the loops by what the symbol says; mean: of what was sent, energy: of its square. */
static void follow(struct linear_rx *x, const struct reading *r, struct cf mean, float energy)
{
	double n = (double)(x->symbols < PHASE_MEMORY ? x->symbols : PHASE_MEMORY);
	double m = (double)(x->symbols < TIME_MEMORY ? x->symbols : TIME_MEMORY);
	double early = (double)(r->slope.re * mean.re + r->slope.im * mean.im) / x->slope_energy * x->per_symbol;

	/* Where z and across are not one, what the one component adds to the other's error cancels over some symbols: pulses are even. */
	double phase_error = (double)(r->across.im * mean.re - r->across.re * mean.im);
	phase_error = between(-1, phase_error, 1);
	early = between(-1, early, 1);
	/* Fisher's information in a symbol is the mean square of this gradient; over that of a known symbol, 2 / noise, it is under 1
	 * where the noise hides which one was sent. Then the line is one through as many fewer symbols, and stays well damped. */
	x->told += (2 * phase_error * phase_error * x->gain * x->gain / x->n0 - x->told) / PHASE_MEMORY;
	x->told = between(0.03, x->told, 1);
	double step = phase_error * 2 * (2 * n - 1) / (n * (n + 1));
	x->turn += step;
	x->phasor = turned(x->phasor, step);
	x->rate += phase_error * x->told * 6 / (n * (n + 1));
	x->pos += x->clock + early * 2 * (2 * m - 1) / (m * (m + 1));
	x->clock += early * 6 / (m * (m + 1));
	x->clock = between(x->per_symbol * (1 - CLOCK_MAX), x->clock, x->per_symbol * (1 + CLOCK_MAX));

	double k = 1.0 / (double)(x->symbols < LEVEL_MEMORY ? x->symbols : LEVEL_MEMORY);
	double along = (double)(r->z.re * mean.re + r->z.im * mean.im);
	double noise = (double)cf_power(r->z) - 2 * along + (double)energy;
	x->n0 += k * (noise * x->gain * x->gain - x->n0);
	x->gain *= between(0.5, 1 + k * (along - (double)energy), 2);
	x->n0 = between(1e-7 * x->gain * x->gain, x->n0, HUGE_VAL);
	x->sum_gain += x->gain * x->gain;
	x->sum_n0 += x->n0;
	x->symbols++;
}

static float noise(const struct linear_rx *x) { return (float)(x->n0 / (x->gain * x->gain)); }

static void end_burst(struct linear_rx *x, bool complete)
{
	struct lock l = {.coherent = !x->kind->differential, .complete = complete};
	double symbols = (double)x->symbols - LINEAR_UW;
	if (x->out.bits && x->nllr)
		x->out.bits(x->out.arg, x->llr, x->nllr);
	if (x->out.symbols && x->nshown)
		x->out.symbols(x->out.arg, x->shown, x->nshown);
	l.start_s = seconds(x, x->start);
	l.end_s = seconds(x, x->pos);
	l.ebn0_db = to_db(x->sum_gain / x->sum_n0 / x->kind->bits);
	l.offset_hz = (x->offset + x->turn / symbols / TAU) * x->c.baud;
	l.clock_ppm = ((double)x->symbols * x->per_symbol / (x->pos - x->start) - 1) * 1e6;
	if (x->out.stop)
		x->out.stop(x->out.arg, &l);
	x->nllr = x->nshown = 0;
	x->state = SEARCH;
	x->at = (size_t)x->pos;
	x->done = 0;
}

static void begin_payload(struct linear_rx *x, int64_t count)
{
	x->state = PAYLOAD;
	x->scramble = SCRAMBLE_PN;
	x->left = (uint64_t)count;
	x->groups = 0;
	x->in_group = LINEAR_GROUP;
	x->pilots = (struct cf){1, 0};
	x->pilot_signal = x->pilot_power = 1;
	if (x->out.start)
		x->out.start(x->out.arg, seconds(x, x->start));
	if (!count)
		end_burst(x, true);
}

static void header_symbol(struct linear_rx *x)
{
	float energy;
	struct reading r = read_symbol(x);
	struct cf mean = constellation_read(&x->bpsk, r.z, noise(x), NULL, &energy);
	x->head[x->symbols - LINEAR_UW] = r.z.re;
	follow(x, &r, mean, energy);
	if (x->symbols < LINEAR_UW + LINEAR_HEADER)
		return;
	int64_t count = linear_header_read(x->head, x->c.scheme->variant);
	if (count >= 0) {
		begin_payload(x, count);
		return;
	}
	x->state = SEARCH;
	x->at++;
	x->done = 0;
}

/* Undoes slips: turns by which the points come to lie on each other show in the pilots' mean. false: the signal is lost. */
static bool pilot_symbol(struct linear_rx *x)
{
	static const double turns[] = {[SHAPE_OOK] = TAU, [SHAPE_ASK] = TAU / 2, [SHAPE_PSK] = TAU / 8, [SHAPE_QAM] = TAU / 4};
	float p = linear_pilot(x->groups++);
	struct reading r = read_symbol(x);
	struct cf product = {r.z.re * p, r.across.im * p};
	x->last = r.z;
	follow(x, &r, (struct cf){p, 0}, 1);
	x->in_group = 0;

	const float share = 1.0f / (x->kind->shape == SHAPE_PSK ? 10 : PILOT_MEMORY);
	x->pilots = cf_add(x->pilots, cf_scale(cf_sub(product, x->pilots), share));
	double unit = turns[x->kind->shape], slip = round(atan2((double)x->pilots.im, (double)x->pilots.re) / unit) * unit;
	if (slip != 0 && x->kind->shape != SHAPE_OOK && cf_power(x->pilots) > 0.25f) {
		x->phasor = cf_mul(x->phasor, cf_polar(slip));
		x->pilots = cf_mulc(x->pilots, cf_polar(slip));
		x->turn += slip;
	}
	const float k = 1.0f / LOST;
	x->pilot_signal += k * (product.re - x->pilot_signal);
	x->pilot_power += k * (cf_power(r.z) - x->pilot_power);
	return x->pilot_signal > 0 && x->pilot_signal * x->pilot_signal > 0.06f * x->pilot_power;
}

/* ln I0(x), x >= 0 (Abramowitz and Stegun 9.8.1, 9.8.2). */
static float log_i0(float x)
{
	float t = x / 3.75f;
	if (t < 1) {
		t *= t;
		return logf(1 + t * (3.5156229f + t * (3.0899424f + t * (1.2067492f +
		            t * (0.2659732f + t * (0.0360768f + t * 0.0045813f))))));
	}
	t = 1 / t;
	return x - 0.5f * logf(x) +
	       logf(0.39894228f + t * (0.01328592f + t * (0.00225319f + t * (-0.00157565f + t * (0.00916281f + t * (-0.02057706f +
	       t * (0.02635537f + t * (-0.01647633f + t * 0.00392377f))))))));
}

/* Soft bits of the change from the symbol before, whatever the phase of the two. */
static void soft_change(const struct linear_rx *x, float *llr, struct cf z)
{
	float w[4], k = 2 / noise(x);
	for (unsigned i = 0; i < x->points.size; i++) {
		struct cf p = x->points.point[i];
		if (x->kind->swapped)
			p = (struct cf){p.im, p.re};
		w[i] = log_i0(k * sqrtf(cf_power(cf_add(cf_mulc(z, p), x->last))));
	}
	constellation_marginals(llr, w, x->kind->bits);
}

static void show_eye(const struct linear_rx *x)
{
	struct cf y[EYE], slope, back = {x->phasor.re / (float)x->gain, -x->phasor.im / (float)x->gain};
	for (int i = 0; i < EYE; i++)
		y[i] = cf_mul(output(x, x->pos + ((double)i / EYE - 0.5) * x->clock, &slope), back);
	x->out.eye(x->out.arg, y, EYE, 0, EYE);
}

static void payload_symbol(struct linear_rx *x)
{
	float energy, llr[8];
	struct reading r = read_symbol(x);
	bool axes = x->kind->swapped && x->in_group % 2 == 1; /* pi/4-DQPSK: every other symbol's points, else on the diagonals */
	struct cf eighth = {0.70710678f, 0.70710678f};

	if (x->out.eye)
		show_eye(x);
	struct cf mean = constellation_read(&x->points, axes ? cf_mul(r.z, eighth) : r.z, noise(x), llr, &energy);
	if (axes)
		mean = cf_mulc(mean, eighth);
	if (x->kind->differential)
		soft_change(x, llr, r.z);
	x->last = r.z;
	x->shown[x->nshown++] = r.z;
	for (unsigned b = 0; b < x->kind->bits && x->left; b++, x->left--)
		x->llr[x->nllr++] = scramble_pn(&x->scramble) ? -llr[b] : llr[b];
	follow(x, &r, mean, energy);
	if (++x->in_group < LINEAR_GROUP)
		return;
	if (x->out.bits)
		x->out.bits(x->out.arg, x->llr, x->nllr);
	if (x->out.symbols)
		x->out.symbols(x->out.arg, x->shown, x->nshown);
	x->nllr = x->nshown = 0;
}

static void next_symbol(struct linear_rx *x)
{
	if (x->state == HEADER)
		header_symbol(x);
	else if (x->in_group < LINEAR_GROUP)
		payload_symbol(x);
	else if (!pilot_symbol(x)) {
		end_burst(x, false);
		return;
	}
	if (x->state == PAYLOAD && !x->left)
		end_burst(x, true);
}

/* Does all that can be done with what is there. */
static void work(struct linear_rx *x)
{
	for (;;) {
		if (x->state == SEARCH) {
			if (!search(x))
				return;
			continue;
		}
		turn_back(x);
		double most = fmin((double)x->have - x->match.half - x->per_symbol - 2, x->most - (double)x->first);
		while (x->state != SEARCH && x->pos <= most)
			next_symbol(x);
		if (x->state != SEARCH)
			return;
	}
}

static void baseband(void *arg, const struct cf *y, size_t n)
{
	struct linear_rx *x = arg;
	for (; n > HOLD / 8; y += HOLD / 8, n -= HOLD / 8)
		baseband(x, y, HOLD / 8);
	if (x->have + n > HOLD) {
		double from = x->state == SEARCH ? (double)x->at : x->state == HEADER ? fmin(x->start, (double)x->at) : x->pos;
		from -= x->match.half + 3 * x->per_symbol;
		drop(x, from > 0 ? (size_t)from : 0);
	}
	memcpy(x->y + x->have, y, sizeof *y * n);
	x->have += n;
	work(x);
}

void linear_rx_push(void *rx, const float *s, size_t n)
{
	struct linear_rx *x = rx;
	x->pushed += n;
	front_push(x->front, s, n, baseband, x);
}

void linear_rx_end(void *rx)
{
	struct linear_rx *x = rx;
	float silence[256] = {0};
	double per_sample = x->per_symbol * x->c.baud / x->c.rate_hz;
	uint64_t more = (uint64_t)((x->match.half + 2 * SCAN + 16 * x->per_symbol) / per_sample) + front_delay(x->front) + 1;
	x->most = (double)x->pushed * per_sample;
	for (size_t m; more; more -= m) {
		m = more < 256 ? (size_t)more : 256;
		front_push(x->front, silence, m, baseband, x);
	}
	if (x->state == PAYLOAD)
		end_burst(x, false);
}

void linear_rx_free(void *rx)
{
	struct linear_rx *x = rx;
	if (!x)
		return;
	front_free(x->front);
	rrc_bank_free(&x->match);
	free(x->y);
	free(x->filtered);
	free(x);
}

static void tables(struct linear_rx *x)
{
	enum { FINE = 64 };
	for (unsigned i = 0; i < LINEAR_UW; i++)
		x->uw[i] = linear_uw(i);
	for (int b = 0; b < BINS; b++)
		for (int s = 0; s < SEGMENTS; s++)
			x->bin[b][s] = cf_polar(TAU * (b - MIDDLE_BIN) / (2.0 * LINEAR_UW) * s * SEGMENT);
	for (int i = -16 * FINE; i <= 16 * FINE; i++)
		x->slope_energy += pow(rrc_slope((double)i / FINE, x->c.rolloff), 2) / FINE;
}

void *linear_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	struct modem_cfg full;
	if (linear_configure(&full, c, e))
		return NULL;
	int per_symbol = full.rolloff > 0.5 ? 3 : 2;
	double half = ((1 + full.rolloff) / 2 + OFFSET_MAX) * full.baud, room = full.rate_hz / 2 - full.centre_hz;
	struct front *front = front_new(&(struct front_cfg){
		.in_hz = full.rate_hz, .centre_hz = full.centre_hz, .out_hz = per_symbol * full.baud,
		.pass_hz = half < room ? half : room, .stop_hz = per_symbol * full.baud - half,
	}, e);
	if (!front)
		return NULL;
	struct linear_rx *x = xmalloc(sizeof *x);
	*x = (struct linear_rx){.c = full, .kind = full.scheme->param, .out = out, .front = front, .per_symbol = per_symbol};
	x->most = HUGE_VAL;
	constellation_init(&x->points, x->kind->shape, x->kind->bits);
	constellation_init(&x->bpsk, SHAPE_ASK, 1);
	rrc_bank_init(&x->match, full.rolloff, rrc_span(full.rolloff), per_symbol);
	x->y = xmalloc(sizeof *x->y * HOLD);
	x->have = (size_t)(x->match.half + 4 * per_symbol); /* so that a burst may begin with the first sample */
	x->first = -(int64_t)x->have;
	memset(x->y, 0, sizeof *x->y * x->have);
	x->filtered = xmalloc(sizeof *x->filtered * HOLD);
	tables(x);
	return x;
}
