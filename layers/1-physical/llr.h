/* llr.h - arithmetic of log-likelihood ratios (modem.h), quickly. */
#ifndef OSIKIT_LLR_H
#define OSIKIT_LLR_H

#include <math.h>

enum { LLR_STEPS = 16, LLR_MOST = 12 }; /* entries of the table a unit; where it ends */
extern float llr_table[LLR_STEPS * LLR_MOST + 2];

/* ln(1 + exp(-d)) for d >= 0, to within 2e-4: between entries of a table in a straight line. */
static inline float llr_tail(float d)
{
	if (!(d < LLR_MOST))
		return 0;
	float at = d * LLR_STEPS;
	int i = (int)at;
	return llr_table[i] + (at - (float)i) * (llr_table[i + 1] - llr_table[i]);
}

/* ln(exp(a) + exp(b)), so. */
static inline float llr_add(float a, float b) { return fmaxf(a, b) + llr_tail(fabsf(a - b)); }

/* The ratio of the sum modulo 2 of two independent bits, 2 atanh(tanh(a/2) tanh(b/2)) (J. Hagenauer, E. Offer, L. Papke, IEEE Trans.
 * IT 42(2), 1996, (11)), in a form that does not overflow. */
static inline float llr_sum(float a, float b)
{
	float x = fabsf(a), y = fabsf(b), sum = fminf(x, y) + llr_tail(x + y) - llr_tail(fabsf(x - y));
	sum = fmaxf(sum, 0);
	return (a < 0) != (b < 0) ? -sum : sum;
}

#endif
