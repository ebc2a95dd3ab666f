/* rrc.c - root-raised-cosine pulses, and sums of them at any moment. */

#include "rrc.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

#define PI 3.14159265358979323846

enum { LANES = 8 };
typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));
typedef struct cf both_fn(const float *v, const float *p, int n, struct cf *slope);

double rrc(double t, double r)
{
	double q = 4 * r * t;

	if (fabs(t) < 1e-8)
		return 1 - r + 4 * r / PI;
	if (fabs(fabs(q) - 1) < 1e-8) /* both parts of the fraction go to 0 there */
		return r * sqrt(0.5) * ((1 + 2 / PI) * sin(PI / (4 * r)) + (1 - 2 / PI) * cos(PI / (4 * r)));
	return (sin(PI * t * (1 - r)) + q * cos(PI * t * (1 + r))) / (PI * t * (1 - q * q));
}

double rrc_slope(double t, double r)
{
	const double h = 1e-4; /* what a central difference misses, h^2/6 of the third slope, is under 1e-7 */
	return (rrc(t + h, r) - rrc(t - h, r)) / (2 * h);
}

int rrc_span(double rolloff)
{
	int n = (int)ceil(3 / rolloff);
	return n < 6 ? 6 : n > 48 ? 48 : n;
}

/* Sum and slope in one pass over n floats, a multiple of 8. Components are side by side, so each lane has one or the other. */
__attribute__((always_inline)) static inline struct cf both(const float *v, const float *p, int n, struct cf *slope)
{
	lanes s = {0}, d = {0};
	const float *q = p + n;
	for (int j = 0; j < n; j += LANES) {
		lanes a, b, c;
		memcpy(&a, v + j, sizeof a);
		memcpy(&b, p + j, sizeof b);
		memcpy(&c, q + j, sizeof c);
		s += a * b;
		d += a * c;
	}
	*slope = (struct cf){d[0] + d[2] + (d[4] + d[6]), d[1] + d[3] + (d[5] + d[7])};
	return (struct cf){s[0] + s[2] + (s[4] + s[6]), s[1] + s[3] + (s[5] + s[7])};
}

static struct cf both_c(const float *v, const float *p, int n, struct cf *slope) { return both(v, p, n, slope); }

#if defined(__x86_64__)

/* The same operations in the same order, eight at once: the same result, bit for bit. */
__attribute__((target("avx2"))) static struct cf both_avx2(const float *v, const float *p, int n, struct cf *slope)
{
	return both(v, p, n, slope);
}

static both_fn *both_best(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2") ? both_avx2 : both_c;
}

#else

static both_fn *both_best(void) { return both_c; }

#endif

void rrc_bank_init(struct rrc_bank *b, double rolloff, int span, int per_symbol)
{
	b->half = (span * per_symbol + 1) / 2 * 2; /* even, for the vectors below */
	b->symbol = 1.0 / per_symbol;
	b->phases = 64; /* what the line between two leaves, 1/8 of the phases' distance squared times the curvature: -85 dB */
	b->both = both_best();
	b->taps = xmalloc(sizeof *b->taps * (size_t)(b->phases + 1) * 8 * (size_t)b->half);
	float *p = b->taps;
	for (int f = 0; f <= b->phases; f++, p += 8 * b->half)
		for (int j = 0; j < 2 * b->half; j++) {
			double t = (b->half - 1 - j + (double)f / b->phases) / per_symbol;
			p[2 * j] = p[2 * j + 1] = (float)(rrc(t, rolloff) / per_symbol);
			p[4 * b->half + 2 * j] = p[4 * b->half + 2 * j + 1] = (float)(rrc_slope(t, rolloff) / per_symbol);
		}
}

void rrc_bank_free(struct rrc_bank *b)
{
	free(b->taps);
	b->taps = NULL;
}

struct cf rrc_bank_at(const struct rrc_bank *b, const struct cf *x, double fraction, struct cf *slope)
{
	int f = (int)(fraction * b->phases + 0.5), n = 4 * b->half;
	float rest = (float)((fraction - (double)f / b->phases) * b->symbol);
	struct cf y = b->both(&x[0].re, b->taps + (size_t)f * 2 * (size_t)n, n, slope);
	return (struct cf){y.re + rest * slope->re, y.im + rest * slope->im};
}

void rrc_bank_portable(struct rrc_bank *b) { b->both = both_c; }
