/* cpm_trellis.c - a Viterbi detector of two tones of continuous phase, each survivor with its own reference (cpm_impl.h). */

#include "cpm_impl.h"

unsigned trellis_states(double h)
{
	double off = 1;
	unsigned states = 1;
	for (unsigned q = 1; q <= STATES; q++) {
		double d = fabs(h - round(h * q) / q);
		if (d < off - 2e-3) {
			off = d;
			states = q;
		}
	}
	return states;
}

void trellis_start(struct trellis *t, struct cf ref)
{
	t->total = 0;
	for (unsigned j = 0; j < STATES; j++) {
		t->metric[j] = j ? -1e9f : 0;
		t->re[j] = ref.re;
		t->im[j] = ref.im;
		t->spin[j] = 0;
	}
}

/* The lanes of one tone: metric and reference behind the symbol, for each state before it. */
struct lanes {
	float metric[STATES + 1], re[STATES + 1], im[STATES + 1], spin[STATES + 1];
};

static inline void branch(const struct trellis *t, struct cf z, struct cf turn, float gain, float gain2, float *restrict metric,
	float *restrict re, float *restrict im, float *restrict spin)
{
	for (unsigned j = 0; j < STATES; j++) {
		float cr = t->re[j], ci = t->im[j];
		float in = z.re * cr + z.im * ci, across = z.im * cr - z.re * ci, power = cr * cr + ci * ci;
		metric[j] = t->metric[j] + in - 0.5f * power;
		spin[j] = t->spin[j] + gain2 * across;
		float a = cr + gain * (z.re - cr), b = ci + gain * (z.im - ci);
		float c = a - spin[j] * b, d = b + spin[j] * a;
		re[j] = c * turn.re - d * turn.im;
		im[j] = c * turn.im + d * turn.re;
	}
}

void trellis_step(struct trellis *t, const struct cf z[2], const struct cf turn[2], float gain, float gain2, uint8_t up[STATES])
{
	struct lanes a, b;
	unsigned q = t->states;
	uint32_t one[STATES];

	/* the lower tone stays in its state, the upper goes one up */
	branch(t, z[0], turn[0], gain, gain2, a.metric, a.re, a.im, a.spin);
	branch(t, z[1], turn[1], gain, gain2, b.metric + 1, b.re + 1, b.im + 1, b.spin + 1);
	b.metric[0] = b.metric[q];
	b.re[0] = b.re[q];
	b.im[0] = b.im[q];
	b.spin[0] = b.spin[q];
	for (unsigned j = 0; j < STATES; j++)
		one[j] = b.metric[j] > a.metric[j];
	for (unsigned j = 0; j < STATES; j++) {
		t->metric[j] = one[j] ? b.metric[j] : a.metric[j];
		t->re[j] = one[j] ? b.re[j] : a.re[j];
		t->im[j] = one[j] ? b.im[j] : a.im[j];
		t->spin[j] = one[j] ? b.spin[j] : a.spin[j];
	}
	float top = t->metric[0];
	for (unsigned j = 1; j < q; j++)
		top = t->metric[j] > top ? t->metric[j] : top;
	t->total += (double)top;
	for (unsigned j = 0; j < STATES; j++) {
		t->metric[j] = j < q ? t->metric[j] - top : -1e9f;
		up[j] = (uint8_t)one[j];
	}
}

unsigned trellis_best(const struct trellis *t)
{
	unsigned best = 0;
	for (unsigned j = 1; j < t->states; j++)
		if (t->metric[j] > t->metric[best])
			best = j;
	return best;
}
