/* channel.c - what happens to a signal between two modems.
 *
 * Paths and fading are the tapped delay line of G. L. Turin, "Introduction to spread-spectrum antimultipath techniques", Proc. IEEE 68(3),
 * 1980; bursts are those of E. N. Gilbert, "Capacity of a burst-noise channel", BSTJ 39(5), 1960, and E. O. Elliott, "Estimates of
 * error rates for codes on burst-noise channels", BSTJ 42(5), 1963.
 */
#include "channel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "channel_filter.h"
#include "fading.h"
#include "io.h"

enum {
	BLOCK = 1024,                       /* samples at a time */
	OUT_MAX = BLOCK + BLOCK / 16 + 4,   /* that the resampler makes of them */
	PATHS = CHANNEL_ECHOES + 1,
	KERNEL = 64                         /* taps of a delay that is not whole */
};

/* The streams of random numbers. */
enum { NOISE, BURST_STATE, BURST_NOISE, FADING };

struct path {
	size_t delay;            /* samples */
	struct cf gain;
	float kernel[KERNEL];
	struct fading fading;
};

struct channel {
	struct channel_conf conf;
	struct wave_sink out;
	struct resampler clock;
	struct emphasis pre, de;
	struct fir shape;        /* band, tilt and twist */
	struct fir hilbert;
	bool shaped, analytic, pathed;
	struct history re, im;   /* in front of the paths */
	struct path path[PATHS];
	unsigned paths;
	size_t skip_shape, skip_paths; /* samples of the filters' delays still to be dropped */
	size_t late;             /* what both were at first */
	size_t tail;             /* samples that come out beyond those that went in */
	double cycle;            /* of the carrier offset */
	struct rng noise, burst_state, burst_noise;
	bool bad;
	float sigma, burst_sigma, amplitude;
};

/* ---- setting up ---- */

static double linear(double db) { return pow(10, db / 20); }

static void stream(struct rng *r, uint64_t seed, unsigned which)
{
	struct rng seeds;
	rng_seed(&seeds, seed);
	for (unsigned i = 0; i < which; i++)
		(void)rng_u64(&seeds);
	rng_seed(r, rng_u64(&seeds));
}

/* The amplitude of band, tilt and twist at f cycles a sample. */
static double shape_gain(const void *arg, double f)
{
	const struct channel_conf *c = arg;
	double hz = f * c->rate_hz, octaves = log2(fmax(hz, 50) / 1000), db = c->tilt_db * octaves;
	if (hz < c->low_hz || (c->high_hz > 0 && hz > c->high_hz))
		return 0;
	if (c->twist_db != 0) { /* the slope goes on a little beyond the tones */
		double range = log2(c->twist_high_hz / c->twist_low_hz), middle = log2(c->twist_low_hz * c->twist_high_hz / 1e6) / 2;
		double mean = (from_db(c->twist_db / 2) + from_db(-c->twist_db / 2)) / 2;
		db += fmax(-1, fmin(1, (octaves - middle) / range)) * c->twist_db - to_db(mean);
	}
	return linear(fmax(-80, fmin(40, db)));
}

static void path_init(struct channel *c, struct path *p, double delay_s, double gain_db, double phase_deg)
{
	double samples = delay_s * c->conf.rate_hz, whole = floor(samples);
	double a = linear(gain_db) * linear(-c->conf.attenuation_db), turn = phase_deg / 360 * TAU;
	p->delay = (size_t)whole;
	p->gain = (struct cf){(float)(a * cos(turn)), (float)(a * sin(turn))};
	sinc_kernel(p->kernel, KERNEL, 1 - (samples - whole), 0.5);
	if (c->conf.fading) {
		struct rng r;
		unsigned n = (unsigned)(p - c->path);
		stream(&r, c->conf.seed, FADING + n);
		fading_init(&p->fading, c->conf.doppler_hz / c->conf.rate_hz, n ? 0 : c->conf.rice_k, &r);
	}
	if (p->delay > c->tail)
		c->tail = p->delay;
}

static void paths_init(struct channel *c)
{
	const struct channel_conf *f = &c->conf;
	path_init(c, &c->path[c->paths++], f->delay_s, 0, 0);
	c->analytic = f->fading || f->offset_hz != 0 || f->phase_deg != 0;
	for (unsigned i = 0; i < f->echoes; i++) {
		const struct channel_echo *e = &f->echo[i];
		path_init(c, &c->path[c->paths++], f->delay_s + e->delay_s, e->gain_db, e->phase_deg);
		c->analytic |= e->phase_deg != 0;
	}
	c->pathed = c->analytic || f->echoes || f->delay_s > 0;
	if (!c->pathed)
		return;
	if (c->analytic)
		fir_init_hilbert(&c->hilbert, CHANNEL_EDGE_HZ / f->rate_hz);
	c->skip_paths = (c->analytic ? c->hilbert.taps / 2 : 0) + KERNEL / 2;
	size_t keep = c->tail + c->skip_paths + KERNEL;
	history_init(&c->re, keep);
	history_init(&c->im, keep);
}

/* A value that is not in its range, NaN included, is an error. */
static int need(struct err *e, const char *what, double v, double min, double max)
{
	return v >= min && v <= max ? 0 : err_set(e, "%s: %g is not within %g and %g", what, v, min, max);
}

static int check(const struct channel_conf *f, struct err *e)
{
	double half = f->rate_hz / 2;
	if (need(e, "samples a second", f->rate_hz, 1000, 10e6) ||
	    need(e, "clock offset", f->clock, -CHANNEL_CLOCK_MAX, CHANNEL_CLOCK_MAX) ||
	    need(e, "pre-emphasis, s", f->preemphasis_s, 0, 1) || need(e, "de-emphasis, s", f->deemphasis_s, 0, 1) ||
	    need(e, "clipping level", f->clip, 0, 1e6) || need(e, "lower edge of the band, Hz", f->low_hz, 0, half) ||
	    need(e, "upper edge of the band, Hz", f->high_hz, 0, half) || need(e, "tilt, dB an octave", f->tilt_db, -24, 24) ||
	    need(e, "twist, dB", f->twist_db, -60, 60) || need(e, "attenuation, dB", f->attenuation_db, -200, 200) ||
	    need(e, "delay, s", f->delay_s, 0, CHANNEL_DELAY_MAX) || need(e, "Doppler shift, Hz", f->doppler_hz, 0, half) ||
	    need(e, "Rice factor", f->rice_k, 0, 1e10) || need(e, "carrier offset, Hz", f->offset_hz, -half, half) ||
	    need(e, "phase, degrees", f->phase_deg, -1e6, 1e6) || need(e, "noise power", f->noise_power, 0, 1e12) ||
	    need(e, "power of noise bursts", f->burst_power, 0, 1e12) || need(e, "bits a sample", f->quantise, 0, 32) ||
	    need(e, "echoes", f->echoes, 0, CHANNEL_ECHOES))
		return -1;
	if (f->high_hz > 0 && f->high_hz <= f->low_hz)
		return err_set(e, "no band between %g and %g Hz", f->low_hz, f->high_hz);
	if (f->twist_db != 0 && (need(e, "lower tone of the twist, Hz", f->twist_low_hz, 50, half) ||
	    need(e, "upper tone of the twist, Hz", f->twist_high_hz, f->twist_low_hz * 1.001, half)))
		return -1;
	if (f->burst_power > 0 && (need(e, "time between bursts, s", f->good_s, 1 / f->rate_hz, 1e6) ||
	    need(e, "time of a burst, s", f->bad_s, 1 / f->rate_hz, 1e6)))
		return -1;
	for (unsigned i = 0; i < f->echoes; i++)
		if (need(e, "delay of an echo, s", f->echo[i].delay_s, 0, CHANNEL_DELAY_MAX) ||
		    need(e, "gain of an echo, dB", f->echo[i].gain_db, -200, 60) ||
		    need(e, "phase of an echo, degrees", f->echo[i].phase_deg, -1e6, 1e6))
			return -1;
	return 0;
}

struct channel *channel_new(const struct channel_conf *conf, struct wave_sink out, struct err *e)
{
	if (check(conf, e) != 0)
		return NULL;
	struct channel *c = xmalloc(sizeof *c);
	memset(c, 0, sizeof *c);
	c->conf = *conf;
	c->out = out;
	if (conf->clock != 0)
		resampler_init(&c->clock, conf->clock);
	if (conf->preemphasis_s > 0)
		emphasis_init(&c->pre, conf->preemphasis_s, conf->rate_hz, true);
	if (conf->deemphasis_s > 0)
		emphasis_init(&c->de, conf->deemphasis_s, conf->rate_hz, false);
	c->shaped = conf->low_hz > 0 || conf->high_hz > 0 || conf->tilt_db != 0 || conf->twist_db != 0;
	if (c->shaped) {
		fir_init(&c->shape, CHANNEL_EDGE_HZ / conf->rate_hz, shape_gain, conf);
		c->skip_shape = c->shape.taps / 2;
	}
	paths_init(c);
	c->late = c->skip_shape + c->skip_paths;
	stream(&c->noise, conf->seed, NOISE);
	stream(&c->burst_state, conf->seed, BURST_STATE);
	stream(&c->burst_noise, conf->seed, BURST_NOISE);
	c->sigma = (float)sqrt(conf->noise_power);
	c->burst_sigma = (float)sqrt(conf->burst_power);
	c->amplitude = (float)linear(-conf->attenuation_db);
	return c;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	resampler_free(&c->clock);
	fir_free(&c->shape);
	fir_free(&c->hilbert);
	history_free(&c->re);
	history_free(&c->im);
	free(c);
}

/* ---- the way of n samples, OUT_MAX at most ---- */

static void clip(float *x, size_t n, float at)
{
	for (size_t i = 0; i < n; i++)
		x[i] = x[i] > at ? at : x[i] < -at ? -at : x[i];
}

/* Drops the samples that a filter's delay put in front; returns how many are left. */
static size_t drop(size_t *skip, float *x, size_t n)
{
	size_t k = *skip < n ? *skip : n;
	*skip -= k;
	memmove(x, x + k, (n - k) * sizeof *x);
	return n - k;
}

/* Adds what arrives by p; re and im are at the samples of the direct path. */
static void path_run(struct channel *c, struct path *p, const float *re, const float *im, struct cf *sum, size_t n)
{
	float fade_re[OUT_MAX], fade_im[OUT_MAX];
	if (c->conf.fading)
		fading_run(&p->fading, fade_re, fade_im, n);
	re -= p->delay + KERNEL / 2;
	im -= p->delay + KERNEL / 2;
	for (size_t i = 0; i < n; i++) {
		struct cf z = {dot(re + i, p->kernel, KERNEL), c->analytic ? dot(im + i, p->kernel, KERNEL) : 0};
		z = cf_mul(z, p->gain);
		sum[i] = cf_add(sum[i], c->conf.fading ? cf_mul(z, (struct cf){fade_re[i], fade_im[i]}) : z);
	}
}

static void turn(struct channel *c, const struct cf *z, float *x, size_t n)
{
	double step = c->conf.offset_hz / c->conf.rate_hz, phase = c->conf.phase_deg / 360;
	struct cf carrier = cf_polar(TAU * phase);
	for (size_t i = 0; i < n; i++) {
		if (c->conf.offset_hz != 0)
			carrier = cf_polar(TAU * (c->cycle + phase));
		x[i] = z[i].re * carrier.re - z[i].im * carrier.im;
		c->cycle += step - floor(c->cycle + step);
	}
}

/* The paths at the moments that are skip samples back. */
static size_t paths_run(struct channel *c, float *x, size_t n)
{
	float quarter[OUT_MAX] = {0};
	struct cf sum[OUT_MAX] = {{0, 0}};
	size_t half = c->analytic ? c->hilbert.taps / 2 : 0, late = c->skip_paths < n ? c->skip_paths : n;
	const float *re = history_put(&c->re, x, n);
	if (c->analytic)
		fir_run(&c->hilbert, x, quarter, n);
	const float *im = history_put(&c->im, quarter, n);
	c->skip_paths -= late;
	n -= late;
	for (unsigned i = 0; i < c->paths; i++)
		path_run(c, &c->path[i], re + late - half - KERNEL / 2, im + late - KERNEL / 2, sum, n);
	if (c->analytic)
		turn(c, sum, x, n);
	else
		for (size_t i = 0; i < n; i++)
			x[i] = sum[i].re;
	return n;
}

static void add_noise(struct rng *r, float *x, size_t n, float sigma)
{
	float noise[OUT_MAX];
	rng_normal(r, noise, n, sigma);
	for (size_t i = 0; i < n; i++)
		x[i] += noise[i];
}

/* In the bad state noise comes on top; the state changes in front of a sample. */
static void bursts(struct channel *c, float *x, size_t n)
{
	double enter = 1 / (c->conf.good_s * c->conf.rate_hz), leave = 1 / (c->conf.bad_s * c->conf.rate_hz);
	for (size_t i = 0; i < n; i++) {
		float noise;
		if (rng_unit(&c->burst_state) < (c->bad ? leave : enter))
			c->bad = !c->bad;
		if (!c->bad)
			continue;
		rng_normal(&c->burst_noise, &noise, 1, c->burst_sigma);
		x[i] += noise;
	}
}

static void quantise(float *x, size_t n, unsigned bits)
{
	double steps = ldexp(1, (int)bits - 1), top = steps - 1;
	for (size_t i = 0; i < n; i++) {
		double v = rint((double)x[i] * steps);
		x[i] = (float)((v > top ? top : v < -steps ? -steps : v) / steps);
	}
}

/* Behind the transmitter's clock. x has room for OUT_MAX and is used up. */
static void pass(struct channel *c, float *x, size_t n)
{
	const struct channel_conf *f = &c->conf;
	if (f->preemphasis_s > 0)
		emphasis_run(&c->pre, x, n);
	if (f->clip > 0)
		clip(x, n, (float)f->clip);
	if (c->shaped) {
		fir_run(&c->shape, x, x, n);
		n = drop(&c->skip_shape, x, n);
	}
	if (c->pathed)
		n = paths_run(c, x, n);
	else if (f->attenuation_db != 0)
		for (size_t i = 0; i < n; i++)
			x[i] *= c->amplitude;
	if (f->noise_power > 0)
		add_noise(&c->noise, x, n, c->sigma);
	if (f->burst_power > 0)
		bursts(c, x, n);
	if (f->deemphasis_s > 0)
		emphasis_run(&c->de, x, n);
	if (f->quantise)
		quantise(x, n, f->quantise);
	if (n)
		c->out.put(c->out.arg, x, n);
}

void channel_push(struct channel *c, const float *x, size_t n)
{
	while (n) {
		size_t m = n < BLOCK ? n : BLOCK;
		float in[BLOCK], out[OUT_MAX];
		for (size_t i = 0; i < m; i++)
			in[i] = fabsf(x[i]) <= 1e6F ? x[i] : 0;
		if (c->conf.clock != 0)
			pass(c, out, resampler_run(&c->clock, in, m, out));
		else
			pass(c, in, m);
		x += m;
		n -= m;
	}
}

/* n zeros behind the clock. */
static void trail(struct channel *c, size_t n)
{
	while (n) {
		float zero[OUT_MAX] = {0};
		size_t m = n < BLOCK ? n : BLOCK;
		pass(c, zero, m);
		n -= m;
	}
}

void channel_end(struct channel *c)
{
	if (c->conf.clock != 0) {
		static const float zeros[RESAMPLER_TAPS];
		float out[OUT_MAX];
		uint64_t all = (uint64_t)ceil((double)c->clock.in / (1 + c->conf.clock)), before = c->clock.out;
		size_t m = resampler_run(&c->clock, zeros, RESAMPLER_TAPS, out), left = all > before ? (size_t)(all - before) : 0;
		pass(c, out, m < left ? m : left);
	}
	trail(c, c->late + c->tail);
}

/* ---- levels ---- */

double channel_noise_ebn0(const struct channel_conf *f, double bit_energy, double ebn0_db)
{
	double n0 = bit_energy * from_db(-f->attenuation_db - ebn0_db) / (1 + f->clock);
	return n0 / 2 * f->rate_hz;
}

double channel_noise_snr(const struct channel_conf *f, double power, double snr_db)
{
	return power * from_db(-f->attenuation_db - snr_db);
}
