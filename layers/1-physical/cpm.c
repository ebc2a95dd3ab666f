/* cpm.c - the receiver of continuous-phase FSK (cpm.h). */

#include <stdlib.h>
#include <string.h>

#include "cpm.h"
#include "io.h"

/* A run ends where its symbols are so much likelier to be noise: in nats; and what a single symbol may say of that at most. */
#define END_NATS 18.0
#define SURE_MOST 6.0
#define SURE_SCORE 0.74
#define LEAST_SCORE 0.5
#define SPIN 0.25
#define LOCK_LEAST 0.45

enum {
	SPS = CPM_SPS,
	MOST_TONES = 8,
	STATES = 8,        /* of the phase trellis, at most */
	CHUNK = 512,       /* samples that are correlated at a time */
	PHASES = SPS,      /* timings that the search tells apart */
	MOST_WINDOW = 64,  /* symbols */
	SPAN = 64,         /* symbols: a block of the second pass, at most */
	TRIES = 6,         /* windows that are tried until the best of them is good enough */
	CLOCKS = 5,
	RING = 512,        /* symbols that are remembered of a run: a power of 2 */
};

/* ---- correlators ---- */

/* For each sample n of a chunk, and each tone, the sum of the SPS samples from n on, turned by the tone: what a matched filter for a
 * symbol that begins half a sample before n gives, but for the tone's phase at that time. */
struct corr {
	double hz[MOST_TONES];                 /* cycles a sample: the tone and the frequency offset */
	float tre[MOST_TONES][CHUNK + SPS], tim[MOST_TONES][CHUNK + SPS]; /* exp(-2 pi i hz n) */
	float re[MOST_TONES][CHUNK + SPS], im[MOST_TONES][CHUNK + SPS];
	uint64_t first;                        /* number of the first sample */
	size_t n;                              /* how many there are, 0: none yet */
};

/* A symbol of a run, as the first pass found it. */
struct symbol {
	struct cf z[MOST_TONES];   /* matched filters' outputs, relative to the symbol's beginning */
	struct cf r;               /* that of the decided tone, turned back along the decided path */
	struct cf path;            /* the decided path's phase at its beginning */
	double s, period, omega;   /* where z was taken, and what the path counted on */
	uint8_t tone, state;       /* decided; the trellis state at its beginning */
};

/* A Kalman filter of what the phases of symbols along the decided path tell: the carrier's phase against the path, its advance a symbol,
 * the true beginning of the symbol and the true period (both in samples). */
enum { PHASE, TURN, TIME, PERIOD, UNKNOWNS };

struct kalman {
	double x[UNKNOWNS], p[UNKNOWNS][UNKNOWNS];
};

struct cpm {
	struct soft_sink out;
	struct cpm_cfg c;
	unsigned tones, bits;
	unsigned states, hop_state; /* of the trellis; neighbouring tones differ by hop_state / states turns a symbol */
	double index[MOST_TONES];  /* tone's frequency in cycles a symbol */
	size_t window, hop, blk, depth, ahead, span; /* symbols */

	struct cf *y;              /* samples base .. base + have */
	size_t have, cap;
	uint64_t base;

	struct corr corr;

	/* search */
	uint64_t pos;              /* where the next window begins */
	uint64_t floor;            /* nothing before this belongs to the next run */
	double best;
	uint64_t best_pos;
	unsigned tries;

	/* run */
	bool locked, started;
	double s, period;          /* start of the next symbol and length of one, samples */
	double omega;              /* phase advance a symbol that is not the tones' */
	double nco;                /* cycles a symbol: frequency offset taken off before the correlators */
	double scale;              /* makes the amplitude about 1 */
	double start_s;
	float metric[STATES], cre[STATES], cim[STATES], spin[STATES]; /* spin: phase a symbol beyond omega, a survivor's own */
	float total;               /* metric of the best state so far: the others are relative to it */
	uint64_t hist[STATES];
	struct symbol sym[RING];
	uint64_t k, decided, given; /* symbols so far: seen, decided, put out */
	struct cf path;            /* phase of the decided path at symbol number decided */
	unsigned state;            /* and its state */
	struct kalman kalman;      /* at symbol number decided */
	double amplitude;
	float alpha[STATES];
	float last_alpha[STATES];
	double noise;              /* variance of z (scaled), both components */
	double slow;               /* |ref|, slowly */
	double heard;              /* power of the decided tones' filters */
	double cusum, cusum_max;
	uint64_t cusum_at;
	double gain;
};

static void corr_tune(struct corr *q, unsigned tones, const double *index, double nco)
{
	for (unsigned m = 0; m < tones; m++) {
		q->hz[m] = (index[m] + nco) / SPS;
		for (size_t j = 0; j < CHUNK + SPS; j++) {
			double a = TAU * fmod(q->hz[m] * (double)j, 1);
			q->tre[m][j] = (float)cos(a);
			q->tim[m][j] = (float)-sin(a);
		}
	}
	q->n = 0;
}

/* Correlates CHUNK samples from number first on; y[0] is that sample, and CHUNK + SPS - 1 of them are there. */
static void corr_run(struct corr *q, unsigned tones, const struct cf *y, uint64_t first)
{
	float sre[CHUNK + SPS], sim[CHUNK + SPS];
	for (unsigned m = 0; m < tones; m++) {
		struct cf b = cf_polar(-TAU * fmod(q->hz[m] * (double)first, 1));
		float *re = q->re[m], *im = q->im[m];
		for (size_t j = 0; j < CHUNK + SPS - 1; j++) {
			float cr = q->tre[m][j] * b.re - q->tim[m][j] * b.im, ci = q->tre[m][j] * b.im + q->tim[m][j] * b.re;
			re[j] = y[j].re * cr - y[j].im * ci;
			im[j] = y[j].re * ci + y[j].im * cr;
		}
		for (size_t j = 0; j < CHUNK + SPS - 2; j++) {
			sre[j] = re[j] + re[j + 1];
			sim[j] = im[j] + im[j + 1];
		}
		for (size_t j = 0; j < CHUNK + SPS - 4; j++) {
			re[j] = sre[j] + sre[j + 2];
			im[j] = sim[j] + sim[j + 2];
		}
		for (size_t j = 0; j < CHUNK; j++) {
			sre[j] = re[j] + re[j + 4];
			sim[j] = im[j] + im[j + 4];
		}
		memcpy(re, sre, CHUNK * sizeof *re);
		memcpy(im, sim, CHUNK * sizeof *im);
	}
	q->first = first;
	q->n = CHUNK;
}

/* Makes sample number n available in the correlators (and CHUNK - SPS behind); the caller knows that it is in y. */
static void corr_need(struct cpm *r, uint64_t n)
{
	struct corr *q = &r->corr;
	if (q->n && n >= q->first && n + 2 <= q->first + q->n)
		return;
	uint64_t first = n;
	/* y may not reach so far: what is missing is taken as silence */
	struct cf tmp[CHUNK + SPS];
	size_t at = (size_t)(first - r->base), left = r->have - at, want = CHUNK + SPS - 1;
	if (left >= want) {
		corr_run(q, r->tones, r->y + at, first);
		return;
	}
	memcpy(tmp, r->y + at, left * sizeof *tmp);
	memset(tmp + left, 0, (want - left) * sizeof *tmp);
	corr_run(q, r->tones, tmp, first);
	q->n = left > SPS ? left - SPS + 1 : 0;
}

/* The matched filters for the symbol that begins at s (in samples), into z: relative to the tones' phase there. */
static void correlate(struct cpm *r, double s, struct cf *z)
{
	double at = s + 0.5, whole = floor(at);
	float mu = (float)(at - whole);
	corr_need(r, (uint64_t)whole);
	size_t j = (size_t)((uint64_t)whole - r->corr.first);

	for (unsigned m = 0; m < r->tones; m++) {
		const float *re = r->corr.re[m], *im = r->corr.im[m];
		struct cf v = {re[j] + mu * (re[j + 1] - re[j]), im[j] + mu * (im[j + 1] - im[j])};
		double turns = r->index[m] / SPS * s;
		z[m] = cf_mul(v, cf_polar(TAU * (turns - floor(turns))));
	}
}

/* ---- trellis ---- */

static void trellis_start(struct cpm *r, struct cf ref)
{
	r->total = 0;
	for (unsigned j = 0; j < STATES; j++) {
		r->metric[j] = j ? -1e9f : 0;
		r->cre[j] = ref.re;
		r->cim[j] = ref.im;
		r->spin[j] = 0;
		r->hist[j] = 0;
	}
}

/* One symbol: for each state the best way into it, with its own reference. turn[m]: the phase that tone m gains. */
static void trellis_step(struct cpm *r, const struct cf *z, const struct cf *turn, float gain, float gain2)
{
	float cand[MOST_TONES][STATES], nre[MOST_TONES][STATES], nim[MOST_TONES][STATES];
	float ure[STATES], uim[STATES], metric[STATES], cre[STATES], cim[STATES], spin[STATES], nsp[MOST_TONES][STATES];
	uint64_t hist[STATES];
	unsigned q = r->states;
	float inv[STATES];

	for (unsigned j = 0; j < STATES; j++) {
		inv[j] = 1 / sqrtf(r->cre[j] * r->cre[j] + r->cim[j] * r->cim[j] + 1e-12f);
		ure[j] = r->cre[j] * inv[j];
		uim[j] = r->cim[j] * inv[j];
	}
	for (unsigned m = 0; m < r->tones; m++)
		for (unsigned j = 0; j < STATES; j++) {
			float a = r->cre[j] + gain * (z[m].re - r->cre[j]), b = r->cim[j] + gain * (z[m].im - r->cim[j]);
			cand[m][j] = r->metric[j] + z[m].re * ure[j] + z[m].im * uim[j];
			float e = (z[m].im * ure[j] - z[m].re * uim[j]) * inv[j];
			float w = r->spin[j] + gain2 * (e > 1 ? 1 : e < -1 ? -1 : e), c = a - w * b, d = b + w * a;
			nsp[m][j] = w;
			nre[m][j] = c * turn[m].re - d * turn[m].im;
			nim[m][j] = c * turn[m].im + d * turn[m].re;
		}
	float top = -1e30f;
	for (unsigned t = 0; t < q; t++) {
		unsigned bm = 0, bj = t;
		for (unsigned m = 1; m < r->tones; m++) {
			unsigned j = (t + q * MOST_TONES - m) % q;
			if (cand[m][j] > cand[bm][bj]) {
				bm = m;
				bj = j;
			}
		}
		metric[t] = cand[bm][bj];
		cre[t] = nre[bm][bj];
		cim[t] = nim[bm][bj];
		spin[t] = nsp[bm][bj];
		hist[t] = r->hist[bj] << r->bits | bm;
		if (metric[t] > top)
			top = metric[t];
	}
	r->total += top;
	for (unsigned t = 0; t < q; t++) {
		r->metric[t] = metric[t] - top;
		r->cre[t] = cre[t];
		r->cim[t] = cim[t];
		r->spin[t] = spin[t];
		r->hist[t] = hist[t];
	}
}

static unsigned trellis_best(const struct cpm *r)
{
	unsigned best = 0;
	for (unsigned j = 1; j < r->states; j++)
		if (r->metric[j] > r->metric[best])
			best = j;
	return best;
}

static void turns(const struct cpm *r, struct cf *turn, double period, double omega)
{
	for (unsigned m = 0; m < r->tones; m++)
		turn[m] = cf_polar(TAU * r->index[m] * period / SPS + omega);
}

/* ---- search ---- */

/* How much of the window's energy its best noncoherent explanation has, 0 to 1, with symbols starting at s, s + period, .. */
static double explained(struct cpm *r, double s, double period, size_t n)
{
	double sum = 0;
	for (size_t k = 0; k < n; k++) {
		double at = s + (double)k * period + 0.5;
		uint64_t j = (uint64_t)at;
		float mu = (float)(at - (double)j), most = 0;
		corr_need(r, j);
		j -= r->corr.first;
		for (unsigned m = 0; m < r->tones; m++) {
			const float *re = r->corr.re[m], *im = r->corr.im[m];
			struct cf v = {re[j] + mu * (re[j + 1] - re[j]), im[j] + mu * (im[j + 1] - im[j])};
			float p = cf_power(v);
			most = p > most ? p : most;
		}
		sum += most;
	}
	return sum / SPS;
}

static double energy(const struct cpm *r, uint64_t from, size_t n)
{
	double sum = 0;
	const struct cf *y = r->y + (from - r->base);
	for (size_t j = 0; j < n; j++)
		sum += cf_power(y[j]);
	return sum;
}

struct found {
	double s, period, nco, omega, amplitude, noise;
	struct cf ref;  /* at the window's first symbol */
	double phase;   /* at the first symbol */
	double p[UNKNOWNS][UNKNOWNS];
	double score;
};

/* The timing that explains the window best, for a period. */
static double search_timing(struct cpm *r, uint64_t pos, double period)
{
	double most = -1, best = 0, mid = (double)r->window / 2;
	for (unsigned t = 0; t < PHASES; t++) {
		double s = (double)pos + SPS / 2.0 + t + mid * (SPS - period), x = explained(r, s, period, r->window);
		if (x > most) {
			most = x;
			best = s;
		}
	}
	return best;
}

/* Phase advance a symbol beyond that of the strongest tones: from the differences of neighbouring symbols. */
static double search_offset(struct cpm *r, double s, double period)
{
	struct cf last = {0, 0}, sum = {0, 0}, turn[MOST_TONES], z[MOST_TONES];
	unsigned tone = 0;

	turns(r, turn, period, 0);
	for (size_t k = 0; k < r->window; k++) {
		unsigned best = 0;
		correlate(r, s + (double)k * period, z);
		for (unsigned m = 1; m < r->tones; m++)
			if (cf_power(z[m]) > cf_power(z[best]))
				best = m;
		if (k)
			sum = cf_add(sum, cf_mulc(z[best], cf_mul(last, turn[tone])));
		last = z[best];
		tone = best;
	}
	return atan2(sum.im, sum.re);
}

/* A window's symbols along the path that the trellis chose. */
struct traced {
	size_t n;
	uint8_t tone[MOST_WINDOW];
	struct cf r[MOST_WINDOW];  /* matched filter of the tone, turned back along the path */
	struct cf end;             /* the path's phase behind the last symbol */
};

/* Runs the trellis over the window, from an unknown phase where ref is 0. */
static void trace(struct cpm *r, const struct found *f, struct cf ref, struct traced *t)
{
	struct cf turn[MOST_TONES], z[MOST_WINDOW][MOST_TONES], path = {1, 0};

	turns(r, turn, f->period, f->omega);
	t->n = r->window;
	for (size_t k = 0; k < t->n; k++)
		correlate(r, f->s + (double)k * f->period, z[k]);
	trellis_start(r, ref);
	bool known = cf_power(ref) > 0;
	for (size_t k = 0; k < t->n; k++)
		trellis_step(r, z[k], turn, k < 15 && !known ? 1 / (float)(k + 1) : 1 / 16.0f, 0);
	unsigned best = trellis_best(r);
	for (size_t k = 0; k < t->n; k++) {
		t->tone[k] = (uint8_t)(r->hist[best] >> (t->n - 1 - k) * r->bits & (r->tones - 1));
		t->r[k] = cf_mulc(z[k][t->tone[k]], path);
		path = cf_mul(path, turn[t->tone[k]]);
	}
	t->end = path;
}

/* The frequency at which the symbols along the path add up best, radians a symbol; *size: to how much. */
static double spin(const struct traced *t, double *size)
{
	double best = 0, power[41], step = TAU / 2 / MOST_WINDOW / 2;
	int top = 0;
	for (int f = 0; f < 41; f++) {
		struct cf w = {1, 0}, turn = cf_polar(-(f - 20) * step), sum = {0, 0};
		for (size_t k = 0; k < t->n; k++) {
			sum = cf_add(sum, cf_mul(t->r[k], w));
			w = cf_mul(w, turn);
		}
		power[f] = cf_power(sum);
		if (power[f] > best) {
			best = power[f];
			top = f;
		}
	}
	*size = sqrt(best) / (double)t->n;
	return (top - 20) * step;
}

/* Inverts a symmetric positive matrix in place. */
static void invert(double a[UNKNOWNS][UNKNOWNS])
{
	for (int k = 0; k < UNKNOWNS; k++) { /* Gauss-Jordan, no pivoting needed */
		double d = 1 / a[k][k];
		a[k][k] = 1;
		for (int j = 0; j < UNKNOWNS; j++)
			a[k][j] *= d;
		for (int i = 0; i < UNKNOWNS; i++) {
			if (i == k)
				continue;
			double t = a[i][k];
			a[i][k] = 0;
			for (int j = 0; j < UNKNOWNS; j++)
				a[i][j] -= t * a[k][j];
		}
	}
}

/* Fits phase, frequency and timing to the path by least squares: what the Kalman filter will follow, at the first symbol.
 * omega: about what the path turns a symbol. */
static void fit(struct cpm *r, struct found *f, const struct traced *t, double omega)
{
	double a[UNKNOWNS][UNKNOWNS] = {{0}}, b[UNKNOWNS] = {0}, x[UNKNOWNS] = {0}, mag = 0, var = 0, way, all;
	struct cf sum = {0, 0};

	for (size_t k = 0; k < t->n; k++)
		sum = cf_add(sum, cf_mul(t->r[k], cf_polar(-omega * (double)k)));
	double theta = atan2(sum.im, sum.re), size = sqrt(cf_power(sum)) / (double)t->n + 1e-30;
	for (int pass = 0; pass < 2; pass++) {
		mag = var = way = all = 0;
		for (size_t k = 0; k < t->n; k++) {
			double c = TAU * r->index[t->tone[k]] / SPS, u = (double)k, row[UNKNOWNS] = {1, u, -c, way - u * c}, ph = theta + omega * u;
			for (int i = 0; i < UNKNOWNS; i++)
				ph += row[i] * x[i];
			struct cf d = cf_mul(t->r[k], cf_polar(-ph));
			way += c;
			mag += d.re;
			var += d.im * d.im;
			all += cf_power(t->r[k]);
			if (pass)
				continue;
			double e = d.im / size, w = d.re / size;
			w = w < 0 ? 0 : w > 1 ? 1 : w;
			e = e > 1 ? 1 : e < -1 ? -1 : e;
			for (int i = 0; i < UNKNOWNS; i++) {
				for (int j = 0; j < UNKNOWNS; j++)
					a[i][j] += w * row[i] * row[j];
				b[i] += w * row[i] * e;
			}
		}
		if (pass)
			break;
		/* before it was heard: any phase; frequency, time and clock known to 0.1 rad, 1 sample and 1 % (against 0.1 rad^2) */
		static const double prior[UNKNOWNS] = {1e-3, 10, 0.1, 20};
		for (int i = 0; i < UNKNOWNS; i++)
			a[i][i] += prior[i];
		invert(a);
		for (int i = 0; i < UNKNOWNS; i++)
			for (int j = 0; j < UNKNOWNS; j++)
				x[i] += a[i][j] * b[j];
	}
	f->amplitude = mag / (double)t->n;
	f->noise = 2 * var / (double)t->n;
	f->s += x[TIME];
	f->period += x[PERIOD];
	f->omega += omega + x[TURN];
	f->phase = theta + x[PHASE];
	f->ref = cf_scale(cf_mul(t->end, cf_polar(theta + x[PHASE] + (omega + x[TURN]) * (double)t->n + way * x[PERIOD])), (float)f->amplitude);
	f->score = f->amplitude * f->amplitude * (double)t->n / (all + 1e-30);
	double phase_var = f->noise / (2 * f->amplitude * f->amplitude + 1e-30);
	for (int i = 0; i < UNKNOWNS; i++)
		for (int j = 0; j < UNKNOWNS; j++)
			f->p[i][j] = a[i][j] * (phase_var + 0.01);
}

/* The signal in the window with that clock: timing, then frequency, then all at once along the best path. */
static void acquire_clock(struct cpm *r, uint64_t pos, double period, struct found *f)
{
	*f = (struct found){.period = period};
	corr_tune(&r->corr, r->tones, r->index, 0);
	f->s = search_timing(r, pos, period);
	f->nco = search_offset(r, f->s, period) / TAU;
	corr_tune(&r->corr, r->tones, r->index, f->nco);

	struct traced t, best_t = {0};
	double most = 0, best_omega = 0, rest = 0;
	for (int h = -2; h <= 2; h++) {
		double size;
		f->omega = 0.07 * h;
		trace(r, f, (struct cf){0, 0}, &t);
		double w = spin(&t, &size);
		if (size > most) {
			most = size;
			best_omega = f->omega;
			rest = w;
			best_t = t;
		}
	}
	f->omega = best_omega;
	fit(r, f, &best_t, rest);
	trace(r, f, (struct cf){0, 0}, &t);
	rest = spin(&t, &most);
	fit(r, f, &t, rest);
}

/* With the first n of the clocks, until one explains all that there is. */
static bool acquire(struct cpm *r, uint64_t pos, size_t n, struct found *f)
{
	static const double clocks[CLOCKS] = {0, -0.006, 0.006, -0.012, 0.012};
	struct found g;

	f->score = -1;
	for (size_t c = 0; c < n && f->score < SURE_SCORE; c++) {
		acquire_clock(r, pos, SPS * (1 + clocks[c]), &g);
		if (g.score > f->score)
			*f = g;
	}
	return f->score > SURE_SCORE;
}

/* Follows the signal from the end of the window back to where it began, at most so many symbols. Returns how many symbols before
 * the window's end that is; *ref: the reference at that moment. */
static size_t rewind_to_start(struct cpm *r, const struct found *f, size_t most, struct cf *ref)
{
	struct cf turn[MOST_TONES], back[MOST_TONES], z[MOST_TONES];
	double sum = 0, top = 0, end = f->s + (double)r->window * f->period;
	float scale = (float)(1 / f->amplitude);
	size_t start = 0;

	turns(r, turn, f->period, f->omega);
	for (unsigned m = 0; m < r->tones; m++)
		back[m] = (struct cf){turn[m].re, -turn[m].im};
	trellis_start(r, cf_scale(f->ref, scale));
	*ref = cf_scale(f->ref, scale);
	for (size_t k = 1; k <= most; k++) {
		correlate(r, end - (double)k * f->period, z);
		for (unsigned m = 0; m < r->tones; m++)
			z[m] = cf_scale(cf_mul(z[m], turn[m]), scale);
		float before = r->total;
		trellis_step(r, z, back, 1 / 32.0f, 0);
		sum += (double)(r->total - before) - 0.5;
		if (sum > top) {
			unsigned best = trellis_best(r);
			top = sum;
			start = k;
			*ref = (struct cf){r->cre[best], r->cim[best]};
		}
		if (sum < top - 8)
			break;
	}
	return start;
}

/* ---- a run ---- */

static void run_start(struct cpm *r, const struct found *f, size_t most)
{
	struct found g = *f;
	struct traced t;
	struct cf ref;
	size_t back = rewind_to_start(r, f, most, &ref);
	g.s = f->s + ((double)r->window - (double)back) * f->period;
	trace(r, &g, cf_scale(ref, (float)f->amplitude), &t);
	double size;
	fit(r, &g, &t, spin(&t, &size));

	r->locked = true;
	r->started = false;
	r->period = g.period;
	r->s = g.s;
	r->start_s = r->s;
	r->omega = g.omega;
	r->nco = g.nco;
	r->scale = 1 / g.amplitude;
	ref = cf_polar(g.phase);
	trellis_start(r, ref);
	r->k = r->decided = r->given = 0;
	r->path = (struct cf){1, 0};
	r->state = 0;
	r->amplitude = 1;
	r->kalman = (struct kalman){.x = {g.phase, g.omega, g.s, g.period}};
	memcpy(r->kalman.p, g.p, sizeof g.p);
	r->noise = g.noise * r->scale * r->scale;
	r->slow = 1;
	r->heard = 1 + r->noise;
	r->cusum = r->cusum_max = 0;
	r->cusum_at = 0;
	r->gain = 0.08;
	for (unsigned j = 0; j < STATES; j++)
		r->alpha[j] = j ? -1e9f : 0;
	if (r->out.start)
		r->out.start(r->out.arg, r->s / SPS / r->c.baud);
}

static void give(struct cpm *r, uint64_t upto);

static void run_stop(struct cpm *r, uint64_t end)
{
	if (r->given < end)
		give(r, end);
	struct lock l = {
		.start_s = r->start_s / SPS / r->c.baud, .end_s = r->s / SPS / r->c.baud,
		.ebn0_db = to_db(1 / (r->noise + 1e-12)), .offset_hz = (r->nco + r->kalman.x[TURN] / TAU) * r->c.baud,
		.clock_ppm = (SPS / r->period - 1) * 1e6, .coherent = true, .complete = true,
	};
	if (r->out.stop)
		r->out.stop(r->out.arg, &l);
	r->locked = false;
	double from = r->s - (double)(r->k - end) * r->period;
	r->pos = r->floor = from > 0 ? (uint64_t)from : 0;
	if (r->pos < r->base)
		r->pos = r->base;
	corr_tune(&r->corr, r->tones, r->index, 0);
}

/* What symbol y says, whose tone turns c radians a sample; noise: variance of a phase. */
static void kalman_hear(struct kalman *f, double e, double c, double noise)
{
	double ph[UNKNOWNS], s = noise;
	for (int i = 0; i < UNKNOWNS; i++)
		ph[i] = f->p[i][PHASE] - c * f->p[i][TIME];
	s += ph[PHASE] - c * ph[TIME];
	for (int i = 0; i < UNKNOWNS; i++) {
		f->x[i] += ph[i] / s * e;
		for (int j = 0; j < UNKNOWNS; j++)
			f->p[i][j] -= ph[i] * ph[j] / s;
	}
}

/* To the next symbol; the path counted on omega and period. */
static void kalman_step(struct kalman *f, double c, double omega, double period)
{
	static const double drift[UNKNOWNS] = {3e-5, 3e-7, 1e-5, 1e-9}; /* variances a symbol */
	f->x[PHASE] += f->x[TURN] - omega + c * (f->x[PERIOD] - period);
	f->x[TIME] += f->x[PERIOD];
	for (int j = 0; j < UNKNOWNS; j++) {
		f->p[PHASE][j] += f->p[TURN][j] + c * f->p[PERIOD][j];
		f->p[TIME][j] += f->p[PERIOD][j];
	}
	for (int i = 0; i < UNKNOWNS; i++) {
		f->p[i][PHASE] += f->p[i][TURN] + c * f->p[i][PERIOD];
		f->p[i][TIME] += f->p[i][PERIOD];
		f->p[i][i] += drift[i];
	}
}

/* Decides the symbols before upto along the best survivor, and learns from them. */
static void decide(struct cpm *r, uint64_t upto)
{
	unsigned best = trellis_best(r);
	struct kalman *f = &r->kalman;

	for (; r->decided < upto; r->decided++) {
		struct symbol *y = &r->sym[r->decided % RING];
		y->tone = (uint8_t)(r->hist[best] >> (r->k - 1 - r->decided) * r->bits & (r->tones - 1));
		y->path = r->path;
		y->state = (uint8_t)r->state;
		y->r = cf_mulc(y->z[y->tone], r->path);

		double c = TAU * r->index[y->tone] / SPS;
		struct cf e = cf_mul(y->r, cf_polar(-f->x[PHASE] - c * (y->s - f->x[TIME])));
		double a = r->amplitude, im = e.im / a;
		if (e.re > 0.2 * a)
			kalman_hear(f, im > 1 ? 1 : im < -1 ? -1 : im, c, r->noise / (2 * a * a) + 1e-3);
		kalman_step(f, c, y->omega, y->period);

		r->noise += 0.01 * (2 * e.im * e.im - r->noise);
		r->amplitude += 0.01 * (e.re - r->amplitude);
		if (r->amplitude < 0.05)
			r->amplitude = 0.05;
		r->heard += 0.02 * (cf_power(y->z[y->tone]) - r->heard);
		r->slow += 0.005 * (r->amplitude - r->slow);
		struct cf turn = cf_polar(c * y->period + y->omega);
		r->path = cf_mul(r->path, turn);
		r->state = (r->state + y->tone) % r->states;
		double weight = 2 * r->slow * r->slow / (r->noise + 1e-6), part = e.re / r->slow - 0.5;
		r->cusum += (weight < SURE_MOST ? weight : SURE_MOST) * (part < -1 ? -1 : part > 1 ? 1 : part);
		if (r->cusum > r->cusum_max || r->decided == 0) {
			r->cusum_max = r->cusum;
			r->cusum_at = r->decided + 1;
		}
	}
	r->path = cf_scale(r->path, 1 / sqrtf(cf_power(r->path)));
	r->period = f->x[PERIOD];
	r->s = f->x[TIME] + (double)(r->k - r->decided) * r->period;
	if (r->gain > 0.06)
		r->gain *= 0.93;
}

static void give(struct cpm *r, uint64_t upto)
{
	float llr[RING * 3];
	size_t n = 0;
	for (; r->given < upto; r->given++) {
		const struct symbol *y = &r->sym[r->given % RING];
		unsigned tone = y->tone, before = r->given ? r->sym[(r->given - 1) % RING].tone : 0;
		if (r->c.nrzi)
			llr[n++] = r->given && tone != before ? 4 : -4;
		else
			llr[n++] = (tone ^ r->c.mark_low) ? -4 : 4;
	}
	if (n && r->out.bits)
		r->out.bits(r->out.arg, llr, n);
}

/* A block of symbols. False: the run is over, or samples are missing. */
static bool run_block(struct cpm *r)
{
	double last = r->s + (double)(r->blk + 2) * r->period;
	if (last >= (double)(r->base + r->have))
		return false;
	struct cf turn[MOST_TONES];
	turns(r, turn, r->period, r->omega);
	for (size_t j = 0; j < r->blk; j++) {
		struct symbol *y = &r->sym[r->k++ % RING];
		y->s = r->s;
		y->period = r->period;
		y->omega = r->omega;
		correlate(r, r->s, y->z);
		for (unsigned m = 0; m < r->tones; m++)
			y->z[m] = cf_scale(y->z[m], (float)r->scale);
		trellis_step(r, y->z, turn, (float)r->gain, (float)(r->gain * r->gain * SPIN));
		r->s += r->period;
	}
	if (r->k > r->depth)
		decide(r, r->k - r->depth);
	if (r->cusum < r->cusum_max - END_NATS || r->amplitude * r->amplitude < LOCK_LEAST * r->heard) {
		uint64_t end = r->cusum_at;
		run_stop(r, end > r->given ? end : r->given);
		return true;
	}
	if (r->decided > r->given + r->span + r->ahead)
		give(r, r->given + r->span);
	return true;
}

/* ---- in and out ---- */

struct cpm *cpm_new(const struct cpm_cfg *c, struct soft_sink out)
{
	struct cpm *r = xmalloc(sizeof *r);
	memset(r, 0, sizeof *r);
	r->out = out;
	r->c = *c;
	r->tones = c->tones;
	for (r->bits = 1; 1u << r->bits < c->tones; r->bits++)
		;
	for (unsigned m = 0; m < r->tones; m++)
		r->index[m] = c->h * (m - (c->tones - 1) / 2.0);
	double off = 1;
	for (unsigned q = 1; q <= STATES; q++) {
		double d = fabs(c->h * q - round(c->h * q)) / q;
		if (d < off - 1e-3) {
			off = d;
			r->states = q;
			r->hop_state = (unsigned)llround(c->h * q) % q;
		}
	}
	r->window = (size_t)(c->baud * 0.35);
	r->window = r->window > MOST_WINDOW / r->bits ? MOST_WINDOW / r->bits : r->window < 16 ? 16 : r->window;
	r->hop = r->window / 4;
	r->blk = 8;
	r->depth = 16 / r->bits;
	r->ahead = 48;
	r->span = SPAN;
	corr_tune(&r->corr, r->tones, r->index, 0);
	return r;
}

void cpm_free(struct cpm *r)
{
	if (!r)
		return;
	free(r->y);
	free(r);
}

/* One step of the search. False: samples are missing. */
static bool search(struct cpm *r)
{
	size_t n = (r->window + 3) * SPS;
	if (r->pos + n + (r->hop * 3 + 4) * SPS > r->base + r->have)
		return false;
	double e = energy(r, r->pos, r->window * SPS), top = 0;
	if (e > 1e-18)
		for (unsigned t = 0; t < PHASES; t++) {
			double x = explained(r, (double)(r->pos + t) + 0.5, SPS, r->window);
			top = x > top ? x : top;
		}
	double score = e > 1e-18 ? top / e : 0;
	if (score > 0.6 || r->tries) {
		struct found f;
		bool sure = score > 0.6 && acquire(r, r->pos, 1, &f);
		if (score > 0.6 && f.score > r->best) {
			r->best = f.score;
			r->best_pos = r->pos;
		}
		if (!sure && ++r->tries >= TRIES)
			sure = acquire(r, r->best_pos, CLOCKS, &f) || f.score > LEAST_SCORE;
		if (sure) {
			double room = floor((f.s - (double)(r->floor > r->base ? r->floor : r->base) - 1) / f.period);
			size_t most = r->window + (size_t)(room < 0 ? 0 : room > (double)r->window ? (double)r->window : room);
			corr_tune(&r->corr, r->tones, r->index, f.nco);
			run_start(r, &f, most);
			r->best = 0;
			r->tries = 0;
			return true;
		}
		corr_tune(&r->corr, r->tones, r->index, 0);
		if (r->tries >= TRIES) {
			r->best = 0;
			r->tries = 0;
		}
	}
	r->pos += r->hop * SPS;
	return true;
}

static void work(struct cpm *r)
{
	while (r->locked ? run_block(r) : search(r))
		;
	/* forget */
	uint64_t keep = r->locked ? (uint64_t)(r->s > (RING / 2) * SPS ? r->s - (RING / 2) * SPS : 0) : r->pos;
	uint64_t margin = (3 * r->window + 16) * SPS;
	keep = keep > margin ? keep - margin : 0;
	if (keep > r->base + 4096) {
		size_t gone = (size_t)(keep - r->base);
		memmove(r->y, r->y + gone, (r->have - gone) * sizeof *r->y);
		r->have -= gone;
		r->base = keep;
	}
}

void cpm_push(struct cpm *r, const struct cf *y, size_t n)
{
	if (r->have + n > r->cap) {
		r->cap = 2 * (r->have + n);
		r->y = xrealloc(r->y, r->cap * sizeof *r->y);
	}
	memcpy(r->y + r->have, y, n * sizeof *y);
	r->have += n;
	work(r);
}

void cpm_end(struct cpm *r)
{
	static const struct cf silence[64];
	for (size_t j = 0; j < (3 * r->window + 64) * SPS; j += 64)
		cpm_push(r, silence, 64);
	if (r->locked)
		run_stop(r, r->decided);
}
