/* cpm_run.c - following a signal coherently, and its soft bits (cpm_impl.h). */

#include <string.h>

#include "cpm_impl.h"

/* Gains of the survivors' references: at first, later, and at most; and of their spin, over the square of that. A strong signal lets
 * them be greater, with the root of its Es/N0 over that of ES: then they also follow a transmitter whose symbols are whole
 * samples. */
static const double GAIN_FIRST = 0.08, GAIN = 0.06, GAIN_MOST = 0.35, SPIN = 0.25, ES = 5;
/* A path that explains less of the tones' energy than the first is a wrong one; of a strong signal's, than up to the second. */
static const double LOCK = 0.45, LOCK_STRONG = 0.62;
/* Gain of the references of the second pass, on each side. */
static const double SMOOTH = 0.05;

/* ---- Kalman filter (R. E. Kalman, J. Basic Engineering 82, 1960) ---- */

/* A symbol's phase was e more than expected; its tone turns c radians a tick; noise: variance of a phase. */
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
static void kalman_step(struct kalman *f, double c, double omega, double period, double faster)
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
		f->p[i][i] += drift[i] * (i == PHASE ? faster * faster : 1);
	}
}

/* ---- first pass ---- */

void cpm_run_start(struct cpm *r, const struct found *f)
{
	r->s = f->s;
	r->period = f->period;
	r->omega = f->omega;
	r->nco = f->nco;
	r->scale = 1 / f->amplitude;
	r->amplitude = r->slow = 1;
	r->noise = f->noise * r->scale * r->scale;
	r->heard = 1 + r->noise;
	r->thermal = fmin(1, 1 / f->es);
	double x = TAU / 2 * r->c.h;
	r->common = cf_scale(cf_polar(x), (float)(sin(x) / x));
	r->faster = fmax(1, fmin(25, f->es / ES));
	r->gain_least = fmin(GAIN_MOST, GAIN * sqrt(r->faster));
	r->gain = fmax(GAIN_FIRST, r->gain_least);
	r->least = fmax(LOCK, fmin(LOCK_STRONG, 0.75 * f->es / (f->es + 1)));
	trellis_start(&r->trellis, cf_polar(f->phase));
	r->path = (struct cf){1, 0};
	r->state = 0;
	r->kalman = (struct kalman){.x = {f->phase, f->omega, f->s, f->period}};
	memcpy(r->kalman.p, f->p, sizeof f->p);
	r->before = cf_polar(f->phase);
	for (unsigned j = 0; j < STATES; j++)
		r->alpha[j] = j ? -1e9f : 0;
}

/* What the filter of the other tone hears is noise, but for what it has in common with the decided one's. */
static double noise_of(const struct cpm *r, const struct symbol *y)
{
	struct cf common = {r->common.re, y->tone ? r->common.im : -r->common.im};
	struct cf rest = cf_sub(y->z[!y->tone], cf_mul(y->z[y->tone], common));
	return (double)(cf_power(rest) / (1 - cf_power(common)));
}

/* What the decided symbol y says of phase and timing, of noise, and of there being a signal: whether it ended. */
static bool learn(struct cpm *r, const struct symbol *y)
{
	struct kalman *f = &r->kalman;
	double c = TAU * r->corr.index[y->tone] / TICKS, a = r->amplitude;
	float phase = (float)remainder(f->x[PHASE] + c * (y->s - f->x[TIME]), TAU);
	struct cf e = cf_mulc(y->r, (struct cf){cosf(phase), sinf(phase)});
	double re = (double)e.re, im = (double)e.im;

	if (re > 0.2 * a)
		kalman_hear(f, fmax(-1, fmin(1, im / a)), c, r->noise / (2 * a * a) + 1e-3);
	kalman_step(f, c, r->omega, y->period, r->faster);
	f->x[PERIOD] = fmax(0.97 * TICKS, fmin(1.03 * TICKS, f->x[PERIOD]));
	r->noise += 0.01 * (2 * im * im - r->noise);
	r->amplitude = fmax(0.05, r->amplitude + 0.01 * (re - r->amplitude));
	r->heard += 0.02 * ((double)cf_power(y->z[y->tone]) - r->heard);
	r->slow += 0.005 * (r->amplitude - r->slow);
	double weight = fmin(6, 2 * r->slow * r->slow / (r->noise + 1e-6));
	r->thermal += 0.01 * (noise_of(r, y) - r->thermal);
	bool ended = cpm_ended(r, weight * fmax(-1, fmin(1, re / r->slow - 0.5)));
	double power = r->amplitude * r->amplitude;
	if (power >= r->least * r->heard)
		return ended;
	if (r->decided > r->window && cpm_jumps(power / (r->thermal + 0.01), power / r->noise))
		r->failed = FAILURES; /* the next run does without phases */
	return true;
}

/* Decides the symbols before upto along the best survivor, and learns from them. True: the signal ended. */
static bool decide(struct cpm *r, uint64_t upto)
{
	unsigned state = trellis_best(&r->trellis);
	bool ended = false;

	for (uint64_t k = r->k; k-- > r->decided;) {
		struct symbol *y = &r->sym[k % RING];
		y->tone = y->up[state];
		state = (state + r->trellis.states - y->tone) % r->trellis.states;
	}
	for (; r->decided < upto; r->decided++) {
		struct symbol *y = &r->sym[r->decided % RING];
		y->path = r->path;
		y->state = (uint8_t)r->state;
		y->r = cf_mulc(y->z[y->tone], r->path);
		if (learn(r, y)) {
			ended = true;
			break;
		}
		r->path = cf_mul(r->path, y->turn[y->tone]);
		r->state = (r->state + y->tone) % r->trellis.states;
	}
	r->path = cf_scale(r->path, 1 / sqrtf(cf_power(r->path)));
	r->period = r->kalman.x[PERIOD];
	r->s = r->kalman.x[TIME] + (double)(r->k - r->decided) * r->period;
	r->gain = fmax(r->gain_least, r->gain * 0.96);
	return ended;
}

bool cpm_run_block(struct cpm *r)
{
	struct cf turn[2];
	float gain = (float)r->gain, gain2 = (float)(r->gain * r->gain * SPIN);

	cpm_turns(r, turn, r->period, r->omega);
	for (size_t j = 0; j < r->block; j++) {
		struct symbol *y = &r->sym[r->k++ % RING];
		y->s = r->s;
		y->period = r->period;
		y->turn[0] = turn[0];
		y->turn[1] = turn[1];
		corr_symbol(&r->corr, &r->in, r->s, y->z);
		for (unsigned m = 0; m < 2; m++)
			y->z[m] = cf_scale(y->z[m], (float)r->scale);
		trellis_step(&r->trellis, y->z, turn, gain, gain2, y->up);
		r->s += r->period;
	}
	if (r->k > r->depth && decide(r, r->k - r->depth))
		return false;
	if (r->decided > r->given + r->span + r->ahead)
		cpm_soft(r, r->given + r->span);
	return true;
}

/* ---- second pass ---- */

/* The decided symbols from given on, n of them: references without the symbol itself, smoothed from both sides; they turn as the Kalman
 * filter says. *before: the forward one behind keep symbols. */
static void references(const struct cpm *r, struct cf *ref, size_t n, struct cf *before, size_t keep)
{
	float gain = (float)fmin(GAIN_MOST, SMOOTH * sqrt(r->faster));
	struct cf c = r->before, on = cf_polar(r->kalman.x[TURN] - r->omega), back = {on.re, -on.im};
	for (size_t k = 0; k < n; k++) {
		ref[k] = c;
		c = cf_mul(cf_add(c, cf_scale(cf_sub(r->sym[(r->given + k) % RING].r, c), gain)), on);
		if (k + 1 == keep)
			*before = c;
	}
	for (size_t k = n; k-- > 0;) {
		c = cf_mul(c, back);
		ref[k] = cf_scale(cf_add(ref[k], c), 0.5f);
		c = cf_add(c, cf_scale(cf_sub(r->sym[(r->given + k) % RING].r, c), gain));
	}
}

/* Log-likelihoods of both tones in each state: the filter's output along the state's phase. */
struct gamma {
	float g[2][STATES];
};

static void gammas(const struct cpm *r, const struct symbol *y, struct cf ref, const struct cf at[STATES], float scale, struct gamma *g)
{
	unsigned q = r->trellis.states;
	struct cf a = cf_mul(ref, y->path);
	for (unsigned m = 0; m < 2; m++) {
		struct cf u = cf_scale(cf_mulc(y->z[m], a), scale);
		for (unsigned j = 0; j < q; j++) {
			struct cf w = at[(j + q - y->state) % q];
			g->g[m][j] = u.re * w.re + u.im * w.im;
		}
	}
}

static inline float greater(float a, float b) { return a > b ? a : b; }

/* alpha of the next symbol. */
static void forward(unsigned q, const struct gamma *g, const float *a, float *next)
{
	float top = -1e30f;
	for (unsigned j = 0; j < q; j++) {
		unsigned low = j ? j - 1 : q - 1;
		next[j] = greater(a[j] + g->g[0][j], a[low] + g->g[1][low]);
		top = greater(top, next[j]);
	}
	for (unsigned j = 0; j < q; j++)
		next[j] -= top;
}

static void backward(unsigned q, const struct gamma *g, const float *next, float *b)
{
	float top = -1e30f;
	for (unsigned j = 0; j < q; j++) {
		unsigned up = j + 1 < q ? j + 1 : 0;
		b[j] = greater(next[j] + g->g[0][j], next[up] + g->g[1][j]);
		top = greater(top, b[j]);
	}
	for (unsigned j = 0; j < q; j++)
		b[j] -= top;
}

/* How much likelier the lower tone is than the upper; a: in front of the symbol, b: behind it. */
static float tone_llr(unsigned q, const struct gamma *g, const float *a, const float *b)
{
	float low = -1e30f, high = -1e30f;
	for (unsigned j = 0; j < q; j++) {
		low = greater(low, a[j] + g->g[0][j] + b[j]);
		high = greater(high, a[j] + g->g[1][j] + b[j + 1 < q ? j + 1 : 0]);
	}
	return low - high;
}

/* How much likelier the tone changed than that it did not, from symbol g0 to g1; a: in front of the first, b: behind the second. */
static float change_llr(unsigned q, const struct gamma *g0, const struct gamma *g1, const float *a, const float *b)
{
	float same = -1e30f, other = -1e30f;
	for (unsigned j = 0; j < q; j++) {
		unsigned up = j + 1 < q ? j + 1 : 0, upper = up + 1 < q ? up + 1 : 0;
		float x0 = a[j] + g0->g[0][j], x1 = a[j] + g0->g[1][j];
		same = greater(same, greater(x0 + g1->g[0][j] + b[j], x1 + g1->g[1][up] + b[upper]));
		other = greater(other, greater(x0 + g1->g[1][j], x1 + g1->g[0][up]) + b[up]);
	}
	return other - same;
}

/* Whether energies tell more than phases about the block: what is left of its symbols along the path, across the references, is much
 * more than noise. A transmitter may jump a little at each change of tone (direwolf at 8000 samples a second, whose
 * symbols are 6 or 7 samples long). */
static bool phase_jumps(const struct cpm *r, const struct cf *ref, size_t n)
{
	double across = 0, power = 0, thermal = 0;
	for (size_t k = 0; k < n; k++) {
		const struct symbol *y = &r->sym[(r->given + k) % RING];
		struct cf e = cf_mulc(y->r, ref[k]);
		double p = (double)cf_power(ref[k]) + 1e-9;
		across += 2 * (double)e.im * (double)e.im / p;
		power += p;
		thermal += noise_of(r, y);
	}
	return across > 2.2 * thermal && cpm_jumps(power / (thermal + 0.01 * power), power / across);
}

/* The tones' log-likelihoods without phase; the same in each state. */
static void plain_gammas(const struct cpm *r, const struct symbol *y, struct gamma *g)
{
	float a = (float)r->amplitude, noise = (float)(r->thermal + 0.01);
	for (unsigned m = 0; m < 2; m++)
		for (unsigned j = 0; j < STATES; j++)
			g->g[m][j] = cpm_log_i0(2 * a * sqrtf(cf_power(y->z[m])) / noise);
}

void cpm_soft(struct cpm *r, uint64_t upto)
{
	unsigned q = r->trellis.states;
	size_t n = (size_t)(r->decided - r->given), give = (size_t)(upto - r->given), out = 0;
	struct gamma g[RING + 1];
	struct cf ref[RING], at[STATES], before = r->before;
	float a[RING + 2][STATES], b[RING + 1][STATES] = {{0}}, llr[RING];
	float scale = (float)(2 / (r->noise + 0.01));
	double step = round(r->c.h * q) / q;
	bool first = r->given == 0;

	if (!give || n > RING)
		return;
	for (unsigned j = 0; j < q; j++)
		at[j] = cf_polar(TAU * step * j);
	references(r, ref, n, &before, give);
	bool plain = phase_jumps(r, ref, n);
	for (size_t k = 0; k < n; k++) {
		const struct symbol *y = &r->sym[(r->given + k) % RING];
		if (plain)
			plain_gammas(r, y, &g[k]);
		else
			gammas(r, y, ref[k], at, scale, &g[k]);
	}
	memcpy(a[0], r->alpha, sizeof a[0]);
	for (size_t k = 0; k < n; k++)
		forward(q, &g[k], a[k], a[k + 1]);
	memset(b[n], 0, sizeof b[n]);
	for (size_t k = n; k-- > 0;)
		backward(q, &g[k], b[k + 1], b[k]);
	for (size_t k = 0; k < give; k++) {
		if (!r->c.nrzi) {
			float l = tone_llr(q, &g[k], a[k], b[k + 1]);
			llr[out++] = r->c.mark_low ? -l : l;
		} else if (k) {
			llr[out++] = change_llr(q, &g[k - 1], &g[k], a[k - 1], b[k + 1]);
		} else if (!first) {
			struct gamma old;
			memcpy(&old, r->last_gamma, sizeof old);
			llr[out++] = change_llr(q, &old, &g[0], r->last_alpha, b[1]);
		}
	}
	memcpy(r->last_gamma, &g[give - 1], sizeof r->last_gamma);
	memcpy(r->last_alpha, a[give - 1], sizeof r->last_alpha);
	memcpy(r->alpha, a[give], sizeof r->alpha);
	r->before = before;
	r->given = upto;
	if (out && r->out.bits)
		r->out.bits(r->out.arg, llr, out);
}
