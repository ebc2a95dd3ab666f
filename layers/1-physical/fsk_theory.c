/* fsk_theory.c - bit error rates of frequency shift keying over white Gaussian noise: in closed form, and of the detectors that they
 * speak of, with phase and timing known. */

#include <string.h>

#include "fsk.h"

enum { MOST_TONES = 64, STATES = 8, DEPTH = 32, BLOCK = 512 };

double fsk_index(const struct scheme *s)
{
	const struct fsk_param *p = s->param;
	return s->shift_hz / (p->tones - 1) / s->baud;
}

bool fsk_coherent(const struct scheme *s)
{
	return fsk_index(s) < COHERENT_BELOW;
}

/* The correlation of two tones over a symbol, x symbol rates apart, that begin at the same phase. */
static struct cf correlation(double x)
{
	double a = TAU / 2 * x;
	return fabs(a) < 1e-9 ? (struct cf){1, 0} : cf_scale(cf_polar(a), (float)(sin(a) / a));
}

/* ---- closed forms ---- */

/* Two tones of equal energy and correlation rho, noncoherent: Proakis (4th) 5.4-53, as an integral (M. Simon, M.-S. Alouini, Digital
 * Communication over Fading Channels, 8.2). Periodic, so that equal steps converge exponentially. */
static double two_tones(double g, double rho)
{
	enum { N = 512 };
	double root = sqrt(1 - rho * rho), a2 = g / 2 * (1 - root), b2 = g / 2 * (1 + root), z = sqrt(a2 / b2), sum = 0;
	for (int i = 0; i < N; i++) {
		double d = 1 + 2 * z * sin(TAU * i / N) + z * z;
		sum += exp(-b2 * d / 2) / d;
	}
	return (1 - z * z) * sum / (2 * N);
}

/* M orthogonal tones, noncoherent: Proakis (4th) 5.4-46, and M/2 of the M-1 wrong symbols have a given bit wrong. */
static double orthogonal(double es, unsigned m)
{
	double sum = 0, choose = 1;
	for (unsigned k = 1; k < m; k++) {
		choose *= (double)(m - k) / k;
		sum += (k % 2 ? 1 : -1) * choose / (k + 1) * exp(-es * k / (k + 1));
	}
	return sum * m / 2 / (m - 1);
}

double fsk_theory(const struct scheme *s, double ebn0_db, const char **what)
{
	const struct fsk_param *p = s->param;
	const char *unused;
	double g = from_db(ebn0_db), h = fsk_index(s);

	what = what ? what : &unused;
	if (p->bt > 0) {
		*what = "Q(sqrt(d1 Eb/N0)) + Q(sqrt(d2 Eb/N0)), asymptote: the two nearest errors; Anderson, Aulin, Sundberg, "
			"Digital Phase Modulation, 2.2";
		return q_function(sqrt(p->d2[0] * g)) + q_function(sqrt(p->d2[1] * g));
	}
	if (!fsk_coherent(s) && p->tones == 2) {
		double rho = sqrt(cf_power(correlation(h)));
		*what = rho < 1e-3 ? "exp(-Eb/2N0)/2; Proakis (4th) 5.4-47"
			: "two tones of correlation sin(pi h)/(pi h), noncoherent; Proakis (4th) 5.4-53";
		return two_tones(g, rho);
	}
	if (!fsk_coherent(s)) {
		*what = "orthogonal tones, noncoherent; Proakis (4th) 5.4-46";
		return orthogonal(g * s->bits, p->tones);
	}
	if (fabs(h - 0.5) < 1e-9) {
		double q = q_function(sqrt(2 * g));
		*what = "2 q (1 - q), q = Q(sqrt(2 Eb/N0)): each bit is the product of two antipodal ones; Proakis (4th) 5.2-70 and 4.3-5";
		return 2 * q * (1 - q);
	}
	*what = "Q(sqrt(d2 Eb/N0)), d2 = 2 (1 - sin(2 pi h)/(2 pi h)): asymptote of the Viterbi detector; Proakis (4th) 5.3-32";
	return q_function(sqrt(2 * (1 - sin(TAU * h) / (TAU * h)) * g));
}

/* ---- detectors ---- */

/* One symbol's statistics: what the matched filters of both tones give when tone was sent at phase 0, with noise of
 * variance 1/(Es/N0) in each, of the right correlation. */
static void hear(struct cf z[2], unsigned tone, struct cf rho, const float noise[4])
{
	float rest = sqrtf(1 - cf_power(rho));
	struct cf a = {noise[0], noise[1]}, b = {noise[2], noise[3]}, one = {1, 0};
	/* z[j] = <y, tone j>: tone 1 seen by filter 0 is rho, tone 0 by filter 1 its conjugate; so is their noise */
	z[0] = cf_add(tone ? rho : one, a);
	z[1] = cf_add(tone ? one : (struct cf){rho.re, -rho.im}, cf_add(cf_mul((struct cf){rho.re, -rho.im}, a), cf_scale(b, rest)));
}

/* The trellis of two tones with phase known: state j is the phase j hop / states turns, against a common rotation. */
struct viterbi {
	unsigned states, hop;
	struct cf at[STATES];
	float metric[STATES];
	uint64_t hist[STATES];
};

static bool viterbi_init(struct viterbi *v, double h)
{
	*v = (struct viterbi){.states = 0};
	for (unsigned q = 1; q <= STATES && !v->states; q++)
		if (fabs(h * q - round(h * q)) < 1e-6)
			v->states = q;
	for (unsigned j = 0; j < v->states; j++) {
		v->at[j] = cf_polar(TAU * h * j);
		v->metric[j] = j ? -1e9f : 0;
	}
	return v->states > 0;
}

static void viterbi_step(struct viterbi *v, const struct cf z[2])
{
	float metric[STATES], top = -1e30f;
	uint64_t hist[STATES];
	for (unsigned t = 0; t < v->states; t++) {
		unsigned j = (t + v->states - 1) % v->states; /* tone 1 goes a state up */
		float stay = v->metric[t] + z[0].re * v->at[t].re + z[0].im * v->at[t].im;
		float up = v->metric[j] + z[1].re * v->at[j].re + z[1].im * v->at[j].im;
		bool one = up > stay;
		metric[t] = one ? up : stay;
		hist[t] = v->hist[one ? j : t] << 1 | one;
		top = metric[t] > top ? metric[t] : top;
	}
	for (unsigned t = 0; t < v->states; t++) {
		v->metric[t] = metric[t] - top;
		v->hist[t] = hist[t];
	}
}

/* The tone that was sent DEPTH symbols ago, on the best way. */
static unsigned viterbi_tone(const struct viterbi *v)
{
	unsigned best = 0;
	for (unsigned j = 1; j < v->states; j++)
		if (v->metric[j] > v->metric[best])
			best = j;
	return v->hist[best] >> DEPTH & 1;
}

static uint64_t coherent_errors(double h, bool nrzi, double es_n0, uint64_t n, struct rng *r)
{
	struct viterbi v;
	struct cf rho = correlation(h), z[2];
	float noise[BLOCK][4], sigma = (float)sqrt(0.5 / es_n0);
	uint64_t sent = 0, errors = 0, random = 0;
	unsigned state = 0, last_sent = 0, last_heard = 0;

	if (!viterbi_init(&v, h))
		return 0;
	for (uint64_t k = 0; k < n + DEPTH + 1; k++) {
		if (k % BLOCK == 0)
			rng_normal(r, noise[0], sizeof noise / sizeof noise[0][0], sigma);
		if (k % 64 == 0)
			random = rng_u64(r);
		unsigned tone = random >> k % 64 & 1;
		hear(z, tone, rho, noise[k % BLOCK]);
		z[0] = cf_mul(z[0], v.at[state]);
		z[1] = cf_mul(z[1], v.at[state]);
		viterbi_step(&v, z);
		state = (state + tone) % v.states;
		sent = sent << 1 | tone;
		if (k < DEPTH)
			continue;
		unsigned was = sent >> DEPTH & 1, heard = viterbi_tone(&v);
		if (k > DEPTH)
			errors += nrzi ? (was ^ last_sent) != (heard ^ last_heard) : was != heard;
		last_sent = was;
		last_heard = heard;
	}
	return errors;
}

/* M tones whose energies are compared; two may be correlated, more are orthogonal. */
static uint64_t noncoherent_errors(const struct scheme *s, double es_n0, uint64_t n, struct rng *r)
{
	const struct fsk_param *p = s->param;
	struct cf rho = correlation(fsk_index(s));
	float noise[MOST_TONES * 2], sigma = (float)sqrt(0.5 / es_n0);
	uint64_t errors = 0;

	for (uint64_t k = 0; k < n; k += s->bits) {
		unsigned tone = (unsigned)rng_below(r, p->tones), best = 0;
		float most = -1;
		struct cf z[2];
		rng_normal(r, noise, 2 * (size_t)p->tones, sigma);
		hear(z, tone, rho, noise);
		for (unsigned m = 0; m < p->tones; m++) {
			struct cf y = p->tones == 2 ? z[m] : (struct cf){noise[2 * m] + (m == tone), noise[2 * m + 1]};
			if (cf_power(y) > most) {
				most = cf_power(y);
				best = m;
			}
		}
		unsigned wrong = (best ^ best >> 1) ^ (tone ^ tone >> 1);
		if (n - k < s->bits)
			wrong >>= s->bits - (n - k); /* the first bit sent is the most significant */
		errors += (uint64_t)__builtin_popcount(wrong);
	}
	return errors;
}

uint64_t fsk_ideal(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r)
{
	double es_n0 = from_db(ebn0_db) * s->bits;
	return fsk_coherent(s) ? coherent_errors(fsk_index(s), s->nrzi, es_n0, n, r) : noncoherent_errors(s, es_n0, n, r);
}
