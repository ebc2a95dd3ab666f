/* cpm_find.c - how the continuous-phase receiver finds a signal: timing, clock, frequency and phase from a window (cpm_impl.h). */

#include <string.h>

#include "cpm_impl.h"

enum {
	TRIES = 6,    /* windows that are tried until the best of them is taken */
	CLOCKS = 5,
	HALF_SPINS = 8,
	HALF_OFFSETS = 4, /* tenths of the symbol rate, on each side */
};

/* A path that explains so much of the tones' energy is believed at once (of a strong signal's: so much of what it should);
 * one below the third not at all. */
static const double SURE = 0.74, SURE_STRONG = 0.9, LEAST = 0.5;
/* From this Es/N0 on it is asked whether there is a phase to follow. */
static const double STRONG = 6;
/* Energy that is in fewer symbols than these is a click's. */
static const float CLICK = 5;

/* A window's symbols along the path that the trellis chose. */
struct traced {
	size_t n;
	struct cf z[MOST_WINDOW][2];
	uint8_t tone[MOST_WINDOW];
	struct cf r[MOST_WINDOW];  /* matched filter of the tone, turned back along the path */
	struct cf end;             /* the path's phase behind the last symbol */
};

void cpm_turns(const struct cpm *r, struct cf turn[2], double period, double omega)
{
	for (unsigned m = 0; m < 2; m++)
		turn[m] = cf_polar(TAU * r->corr.index[m] * period / TICKS + omega);
}

/* ---- by energies ---- */

/* The timing that explains the window at sample pos best, for a period in ticks. */
static double find_timing(const struct cpm *r, uint64_t pos, double period)
{
	double most = -1, best = 0, tick = (double)r->sps / TICKS, mid = (double)r->window / 2;
	const float *peak = r->peak + (pos - r->in.base);

	for (unsigned t = 0; t < r->sps; t++) {
		double from = t + mid * ((double)r->sps - period * tick) + 0.5 * r->sps, sum = 0;
		for (size_t k = 0; k < r->window; k++)
			sum += (double)peak[(size_t)(from + (double)k * period * tick + 0.5)];
		if (sum > most) {
			most = sum;
			best = from - 0.5;
		}
	}
	return ((double)pos + best) / tick;
}

/* Phase advance a symbol beyond that of the strongest tones: from the differences of neighbouring symbols. */
static double find_offset(struct cpm *r, double s, double period)
{
	struct cf last = {0, 0}, sum = {0, 0}, turn[2], z[2];
	unsigned tone = 0;

	cpm_turns(r, turn, period, 0);
	for (size_t k = 0; k < r->window; k++) {
		corr_symbol(&r->corr, &r->in, s + (double)k * period, z);
		unsigned best = cf_power(z[1]) > cf_power(z[0]);
		if (k)
			sum = cf_add(sum, cf_mulc(z[best], cf_mul(last, turn[tone])));
		last = z[best];
		tone = best;
	}
	return atan2(sum.im, sum.re);
}

/* ---- by phases ---- */

static void hear(struct cpm *r, const struct found *f, struct traced *t)
{
	t->n = r->window;
	for (size_t k = 0; k < t->n; k++)
		corr_symbol(&r->corr, &r->in, f->s + (double)k * f->period, t->z[k]);
}

/* Runs the trellis over what was heard, from an unknown phase where ref is 0. */
static void trace(struct cpm *r, const struct found *f, struct cf ref, struct traced *t)
{
	struct cf turn[2], path = {1, 0};
	uint8_t up[MOST_WINDOW][STATES];
	bool known = cf_power(ref) > 0;

	cpm_turns(r, turn, f->period, f->omega);
	trellis_start(&r->trellis, ref);
	for (size_t k = 0; k < t->n; k++)
		trellis_step(&r->trellis, t->z[k], turn, k < 15 && !known ? 1 / (float)(k + 1) : 1 / 16.0f, 0, up[k]);
	unsigned state = trellis_best(&r->trellis);
	for (size_t k = t->n; k-- > 0;) {
		t->tone[k] = up[k][state];
		state = (state + r->trellis.states - t->tone[k]) % r->trellis.states;
	}
	for (size_t k = 0; k < t->n; k++) {
		t->r[k] = cf_mulc(t->z[k][t->tone[k]], path);
		path = cf_mul(path, turn[t->tone[k]]);
	}
	t->end = path;
}

/* The frequency at which the symbols along the path add up best, radians a symbol; *size: to how much. */
static double spin(const struct traced *t, double *size)
{
	struct cf part[MOST_WINDOW / 4];
	size_t n = t->n / 4;
	double best = -1, step = TAU / 4 / MOST_WINDOW;
	int top = 0;

	for (size_t k = 0; k < n; k++)
		part[k] = cf_add(cf_add(t->r[4 * k], t->r[4 * k + 1]), cf_add(t->r[4 * k + 2], t->r[4 * k + 3]));
	for (int f = 0; f <= 2 * HALF_SPINS; f++) {
		struct cf w = {1, 0}, turn = cf_polar(-4 * (f - HALF_SPINS) * step), sum = {0, 0};
		for (size_t k = 0; k < n; k++) {
			sum = cf_add(sum, cf_mul(part[k], w));
			w = cf_mul(w, turn);
		}
		if ((double)cf_power(sum) > best) {
			best = (double)cf_power(sum);
			top = f;
		}
	}
	*size = sqrt(best) / (double)t->n;
	return (top - HALF_SPINS) * step;
}

/* Inverts a symmetric positive matrix in place: Gauss and Jordan, no pivoting needed. */
static void invert(double a[UNKNOWNS][UNKNOWNS])
{
	for (int k = 0; k < UNKNOWNS; k++) {
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

/* The symbols of a path, one by one: how its phase depends on the unknowns at the first symbol, and what it is left with. */
struct left {
	double row[UNKNOWNS];
	struct cf r;
};

static void look(const struct cpm *r, const struct traced *t, size_t k, double theta, double omega, const double *x, double *way,
	struct left *l)
{
	double c = TAU * r->corr.index[t->tone[k]] / TICKS, u = (double)k, phase = theta + omega * u;
	l->row[PHASE] = 1;
	l->row[TURN] = u;
	l->row[TIME] = -c;               /* a symbol that begins later is at an earlier phase when the filter begins */
	l->row[PERIOD] = *way - u * c;   /* the path, and the beginning */
	*way += c;
	for (int i = 0; i < UNKNOWNS; i++)
		phase += l->row[i] * x[i];
	l->r = cf_mul(t->r[k], cf_polar(-phase));
}

/* Fits phase, frequency and timing at the first symbol to the path by least squares. omega: about what it turns a symbol. */
static void fit(const struct cpm *r, struct found *f, const struct traced *t, double omega)
{
	/* before anything was heard: any phase; 0.1 rad a symbol, 1 tick, and 1 % of clock, against a phase noise of 0.1 rad^2 */
	static const double prior[UNKNOWNS] = {1e-3, 10, 0.1, 20};
	double a[UNKNOWNS][UNKNOWNS] = {{0}}, b[UNKNOWNS] = {0}, x[UNKNOWNS] = {0}, mag = 0, var = 0, all = 0, way = 0;
	struct cf sum = {0, 0};
	struct left l;

	for (size_t k = 0; k < t->n; k++)
		sum = cf_add(sum, cf_mul(t->r[k], cf_polar(-omega * (double)k)));
	double theta = atan2(sum.im, sum.re), size = sqrt((double)cf_power(sum)) / (double)t->n + 1e-30;
	for (int i = 0; i < UNKNOWNS; i++)
		a[i][i] = prior[i];
	for (size_t k = 0; k < t->n; k++) {
		look(r, t, k, theta, omega, x, &way, &l);
		double e = fmax(-1, fmin(1, (double)l.r.im / size)), w = fmax(0, fmin(1, (double)l.r.re / size));
		for (int i = 0; i < UNKNOWNS; i++) {
			for (int j = 0; j < UNKNOWNS; j++)
				a[i][j] += w * l.row[i] * l.row[j];
			b[i] += w * l.row[i] * e;
		}
	}
	invert(a);
	for (int i = 0; i < UNKNOWNS; i++)
		for (int j = 0; j < UNKNOWNS; j++)
			x[i] += a[i][j] * b[j];
	way = 0;
	for (size_t k = 0; k < t->n; k++) {
		look(r, t, k, theta, omega, x, &way, &l);
		mag += (double)l.r.re;
		var += (double)l.r.im * (double)l.r.im;
		all += (double)cf_power(t->r[k]);
	}
	f->amplitude = fmax(mag / (double)t->n, 1e-15);
	f->noise = 2 * var / (double)t->n;
	f->score = f->amplitude * f->amplitude * (double)t->n / (all + 1e-30);
	f->s += x[TIME];
	f->period += x[PERIOD];
	f->omega += omega + x[TURN];
	f->phase = theta + x[PHASE];
	double phase_var = f->noise / (2 * f->amplitude * f->amplitude) + 0.01;
	for (int i = 0; i < UNKNOWNS; i++)
		for (int j = 0; j < UNKNOWNS; j++)
			f->p[i][j] = a[i][j] * phase_var;
}

/* The reference behind the window's last symbol, where the fit is right and the path too. */
static struct cf reference_at_end(const struct cpm *r, const struct found *f, const struct traced *t, double period)
{
	double way = 0;
	for (size_t k = 0; k < t->n; k++)
		way += TAU * r->corr.index[t->tone[k]] / TICKS;
	return cf_mul(t->end, cf_polar(f->phase + f->omega * (double)t->n + way * (f->period - period)));
}

/* The signal in the window with that clock: timing, then frequency, then all at once along the best path. *end: the reference
 * behind the window. */
static void acquire_clock(struct cpm *r, uint64_t pos, double period, struct found *f, struct cf *end)
{
	static const double offsets[] = {0, 0.07, -0.07, 0.14, -0.14}; /* what find_offset may be wrong by, radians a symbol */
	struct traced t, best = {.n = 0};
	double most = -1, best_omega = 0, rest = 0, size;

	*f = (struct found){.period = period, .coherent = true};
	corr_tune(&r->corr, 0);
	f->s = find_timing(r, pos, period);
	f->nco = find_offset(r, f->s, period) / TAU;
	corr_tune(&r->corr, f->nco);
	hear(r, f, &t);
	for (size_t h = 0; h < sizeof offsets / sizeof *offsets; h++) {
		f->omega = offsets[h];
		trace(r, f, (struct cf){0, 0}, &t);
		double w = spin(&t, &size);
		if (size > most) {
			most = size;
			best_omega = f->omega;
			rest = w;
			best = t;
		}
	}
	f->omega = best_omega;
	fit(r, f, &best, rest);
	hear(r, f, &t);
	trace(r, f, (struct cf){0, 0}, &t);
	rest = spin(&t, &size);
	period = f->period;
	double turned = f->omega;
	f->omega = 0;
	fit(r, f, &t, rest);
	*end = reference_at_end(r, f, &t, period);
	f->omega += turned;
}

/* With the first n of the clocks, until one explains all that there is. */
static bool acquire(struct cpm *r, uint64_t pos, size_t n, double es, struct found *f, struct cf *end)
{
	static const double clocks[CLOCKS] = {0, -0.006, 0.006, -0.012, 0.012};
	struct found g;
	struct cf e;
	double sure = fmax(SURE, SURE_STRONG * es / (es + 1));

	f->score = -1;
	for (size_t c = 0; c < n && f->score < sure; c++) {
		acquire_clock(r, pos, TICKS * (1 + clocks[c]), &g, &e);
		if (g.score > f->score) {
			*f = g;
			*end = e;
		}
	}
	f->es = es;
	return f->score > sure;
}

/* Follows the signal from the window's end back to where it began, at most so many symbols: a trellis that goes the other way. Returns
 * how many symbols that is; *ref: the reference there. */
static size_t go_back(struct cpm *r, const struct found *f, size_t most, struct cf *ref)
{
	struct cf turn[2], back[2], z[2];
	double sum = 0, top = 0, end = f->s + (double)r->window * f->period;
	double nats = 0.5 * fmin(8, 2 * f->amplitude * f->amplitude / f->noise);
	float scale = (float)(1 / f->amplitude);
	size_t start = 0;
	uint8_t up[STATES];

	cpm_turns(r, turn, f->period, f->omega);
	for (unsigned m = 0; m < 2; m++)
		back[m] = (struct cf){turn[m].re, -turn[m].im};
	*ref = cf_scale(*ref, 1 / sqrtf(cf_power(*ref) + 1e-18f));
	trellis_start(&r->trellis, *ref);
	for (size_t k = 1; k <= most && sum > top - 16; k++) {
		corr_symbol(&r->corr, &r->in, end - (double)k * f->period, z);
		for (unsigned m = 0; m < 2; m++)
			z[m] = cf_scale(cf_mul(z[m], turn[m]), scale);
		double before = r->trellis.total;
		trellis_step(&r->trellis, z, back, 1 / 32.0f, 0, up);
		sum += (r->trellis.total - before) * 2 * nats; /* z c - 1/2: above 0 where there is a signal */
		for (unsigned j = 0; j < r->trellis.states; j++) { /* of the same size all along, so that noise is no signal */
			float size = sqrtf(r->trellis.re[j] * r->trellis.re[j] + r->trellis.im[j] * r->trellis.im[j]) + 1e-9f;
			r->trellis.re[j] /= size;
			r->trellis.im[j] /= size;
		}
		if (sum > top) {
			unsigned best = trellis_best(&r->trellis);
			top = sum;
			start = k;
			*ref = (struct cf){r->trellis.re[best], r->trellis.im[best]};
		}
	}
	return start;
}

/* From the window to the signal's first symbol, and once more all that can be known there. */
static void to_start(struct cpm *r, struct found *f, struct cf ref)
{
	struct traced t;
	double size, tick = (double)r->sps / TICKS, first = (double)(r->floor > r->in.base ? r->floor : r->in.base) / tick;
	double room = floor((f->s - first - 1) / f->period);

	corr_tune(&r->corr, f->nco);
	room = fmax(0, fmin(room, 3 * (double)r->window));
	size_t back = go_back(r, f, r->window + (size_t)room, &ref);
	f->s += ((double)r->window - (double)back) * f->period;
	hear(r, f, &t);
	trace(r, f, cf_scale(ref, (float)f->amplitude), &t);
	double rest = spin(&t, &size);
	fit(r, f, &t, rest);
}

/* Where between -1 and 1 a parabola through three points has its top. */
static double top_of(double left, double mid, double right)
{
	double bend = 2 * mid - left - right;
	return bend > 1e-12 * mid ? (right - left) / (2 * bend) : 0;
}

/* Timing and frequency offset of tones whose phase is not followed. */
static void acquire_plain(struct cpm *r, uint64_t pos, struct found *f)
{
	struct cf z[MOST_TONES];
	double sum[2 * HALF_OFFSETS + 1] = {0};
	int best = 1;

	*f = (struct found){.period = TICKS, .s = find_timing(r, pos, TICKS)};
	for (int h = 0; h <= 2 * HALF_OFFSETS; h++) {
		corr_tune(&r->corr, (h - HALF_OFFSETS) * 0.1);
		for (size_t k = 0; k < r->window; k++) {
			corr_symbol(&r->corr, &r->in, f->s + (double)k * TICKS, z);
			float top = 0;
			for (unsigned m = 0; m < r->tones; m++)
				top = cf_power(z[m]) > top ? cf_power(z[m]) : top;
			sum[h] += (double)top;
		}
		if (h > 0 && h < 2 * HALF_OFFSETS && sum[h] > sum[best])
			best = h;
	}
	f->nco = (best - HALF_OFFSETS + top_of(sum[best - 1], sum[best], sum[best + 1])) * 0.1;
}

/* ---- the search ---- */

/* The part of the window's energy that is in the tones, at its best timing. */
static double in_tones(const struct cpm *r)
{
	const float *peak = r->peak + (r->pos - r->in.base);
	const struct cf *y = r->in.y + (r->pos - r->in.base);
	size_t n = r->window * r->sps;
	float sum[MOST_SPS] = {0}, most = 0, all = 0;

	for (size_t k = 0; k < n; k += r->sps) {
		float part = 0;
		for (unsigned t = 0; t < r->sps; t++) {
			sum[t] += peak[k + t + r->sps / 2];
			part += cf_power(y[k + t + r->sps / 2]);
		}
		all += part;
	}
	unsigned best = 0;
	for (unsigned t = 0; t < r->sps; t++) {
		best = sum[t] > most ? t : best;
		most = sum[t] > most ? sum[t] : most;
	}
	float squares = 0; /* a click is in few symbols */
	for (size_t k = best + r->sps / 2; k < n + r->sps / 2; k += r->sps)
		squares += peak[k] * peak[k];
	return all > 1e-18f && most * most > CLICK * squares ? (double)(most / all) / r->sps : 0;
}

/* Es/N0 of a signal that has this part of the energy in its tones. */
static double strength(const struct cpm *r, double part)
{
	return fmax(0.1, (part * r->c.width - 1.2) / (1 - fmin(part, 0.999)));
}

static enum found_what found(struct cpm *r, enum found_what what)
{
	r->best = 0;
	r->tries = 0;
	return what;
}

bool cpm_jumps(double es, double path)
{
	return path < fmin(es / 2.2, 30);
}

/* The best window of those that were tried: a signal whose phase can be followed, one without, or none. */
static enum found_what settle(struct cpm *r, struct found *f)
{
	struct cf end;
	double es = strength(r, r->best_part);
	acquire(r, r->best_pos, CLOCKS, es, f, &end);
	if (es > STRONG && cpm_jumps(es, f->score / (1.001 - f->score))) {
		acquire_plain(r, r->best_pos, f);
		return found(r, FOUND_SIGNAL);
	}
	if (f->score < LEAST)
		return found(r, FOUND_NOTHING);
	to_start(r, f, end);
	return found(r, FOUND_SIGNAL);
}

enum found_what cpm_search(struct cpm *r, struct found *f)
{
	uint64_t need = r->pos + (r->window + 6) * r->sps, have = r->in.base + r->in.have;
	if (need + r->sps + 2 > have)
		return FOUND_WAIT;
	if (r->scanned < r->pos)
		r->scanned = r->pos;
	if (r->scanned < need) {
		corr_peaks(&r->scan, &r->in, r->scanned, r->peak + (r->scanned - r->in.base), (size_t)(need - r->scanned));
		r->scanned = need;
	}
	double part = in_tones(r);
	struct cf end;
	uint64_t pos = r->pos;
	bool above = part > r->threshold;

	r->pos += r->hop * r->sps;
	if (!above && !r->tries)
		return FOUND_NOTHING;
	if (!r->c.coherent || r->failed >= FAILURES) { /* the best of some windows */
		if (part > r->best) {
			r->best = part;
			r->best_pos = pos;
		}
		if (++r->tries < TRIES)
			return FOUND_NOTHING;
		acquire_plain(r, r->best_pos, f);
		return found(r, FOUND_SIGNAL);
	}
	if (above && acquire(r, pos, 1, strength(r, part), f, &end)) {
		to_start(r, f, end);
		return found(r, FOUND_SIGNAL);
	}
	if (above && f->score > r->best) {
		r->best = f->score;
		r->best_part = part;
		r->best_pos = pos;
	}
	return ++r->tries < TRIES ? FOUND_NOTHING : settle(r, f);
}
