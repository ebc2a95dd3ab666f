/* constellation.c - points, labels and decisions of linear modulations. */

#include "constellation.h"

#include <math.h>
#include <string.h>

static unsigned gray(unsigned i) { return i ^ i >> 1; }

/* 2^k amplitudes at odd multiples of step, the most positive labelled 0. */
static void axis_init(struct constellation *c, unsigned k, double step)
{
	c->levels = 1u << k;
	c->step = (float)step;
	for (unsigned i = 0; i < c->levels; i++)
		c->level[gray(i)] = (float)(((double)c->levels - 1 - 2 * i) * step);
}

void constellation_init(struct constellation *c, enum constellation_shape shape, unsigned bits)
{
	*c = (struct constellation){.shape = shape, .bits = bits, .size = 1u << bits, .real = shape < SHAPE_PSK};
	double m = c->size;
	if (shape == SHAPE_ASK) /* the mean of the odd squares up to (M-1)^2 is (M^2-1)/3 */
		axis_init(c, bits, sqrt(3 / (m * m - 1)));
	if (shape == SHAPE_QAM)
		axis_init(c, bits / 2, sqrt(1.5 / (m - 1)));
	for (unsigned i = 0; i < c->size; i++)
		switch (shape) {
		case SHAPE_OOK: c->point[i] = (struct cf){i ? (float)sqrt(2) : 0, 0}; break;
		case SHAPE_ASK: c->point[i] = (struct cf){c->level[i], 0}; break;
		case SHAPE_PSK: c->point[gray(i)] = cf_polar(TAU * i / m); break;
		case SHAPE_QAM: c->point[i] = (struct cf){c->level[i >> bits / 2], c->level[i & (c->levels - 1)]}; break;
		}
}

/* ---- hard ---- */

/* 1: negative (also -0, whose place on the border does not matter). */
static inline unsigned sign(float x)
{
	uint32_t u;
	memcpy(&u, &x, 4);
	return u >> 31;
}

/* The label of the nearest of the levels of an axis; of NaN, some label. */
static inline unsigned axis_hard(float x, float scale, float top)
{
	float i = top - x * scale; /* 0.5 too much, so that truncation rounds */
	i = i > 0 ? i : 0;
	i = i < 2 * top - 1 ? i : 2 * top - 1;
	return gray((unsigned)(int)i);
}

void constellation_hard(const struct constellation *c, uint8_t *label, const struct cf *y, size_t n)
{
	const float cos8 = 0.923879533f, sin8 = 0.382683432f; /* of 22.5 degrees */
	const float scale = c->step > 0 ? 0.5f / c->step : 0, top = 0.5f * (float)c->levels;
	const unsigned half = c->bits / 2;

	if (c->shape == SHAPE_OOK)
		for (size_t i = 0; i < n; i++)
			label[i] = y[i].re > 0.70710678f;
	else if (c->shape == SHAPE_ASK && c->bits == 1)
		for (size_t i = 0; i < n; i++)
			label[i] = (uint8_t)sign(y[i].re);
	else if (c->shape == SHAPE_ASK)
		for (size_t i = 0; i < n; i++)
			label[i] = (uint8_t)axis_hard(y[i].re, scale, top);
	else if (c->shape == SHAPE_PSK) /* turned by half a sector, each bit is a comparison */
		for (size_t i = 0; i < n; i++) {
			float re = y[i].re * cos8 - y[i].im * sin8, im = y[i].re * sin8 + y[i].im * cos8;
			label[i] = (uint8_t)(sign(im) << 2 | sign(re) << 1 | (fabsf(im) > fabsf(re)));
		}
	else if (c->bits == 2)
		for (size_t i = 0; i < n; i++)
			label[i] = (uint8_t)(sign(y[i].re) << 1 | sign(y[i].im));
	else
		for (size_t i = 0; i < n; i++)
			label[i] = (uint8_t)(axis_hard(y[i].re, scale, top) << half | axis_hard(y[i].im, scale, top));
}

/* ---- soft ---- */

/* ln(e^a + e^b), or the greater of the two. */
static inline float join(float a, float b, bool exact)
{
	float most = a > b ? a : b, gap = fabsf(a - b);
	return exact && gap < 20 ? most + log1pf(expf(-gap)) : most;
}

/* The soft bits of m points with log-likelihoods w, k bits each. */
static void marginals(float *llr, const float *w, unsigned k, bool exact)
{
	for (unsigned b = 0; b < k; b++) {
		unsigned mask = 1u << (k - 1 - b);
		float of[2] = {-INFINITY, -INFINITY};
		for (unsigned i = 0; i < 1u << k; i++) {
			float *sum = &of[(i & mask) != 0];
			*sum = *sum == -INFINITY ? w[i] : join(*sum, w[i], exact);
		}
		llr[b] = of[0] - of[1];
	}
}

void constellation_marginals(float *llr, const float *w, unsigned bits) { marginals(llr, w, bits, true); }

static void axis_soft(const struct constellation *c, float *llr, float x, unsigned k, float over_n0, bool exact)
{
	float w[CONSTELLATION_MAX];
	for (unsigned i = 0; i < c->levels; i++)
		w[i] = -(x - c->level[i]) * (x - c->level[i]) * over_n0;
	marginals(llr, w, k, exact);
}

static void soft(const struct constellation *c, float *llr, const struct cf *y, size_t n, float n0, bool exact)
{
	const float over_n0 = 1 / n0, slope = 4 * c->step * over_n0;
	const unsigned half = c->bits / 2;
	float w[CONSTELLATION_MAX];

	if (c->shape == SHAPE_QAM && c->bits == 2) /* two levels: the squares cancel, and both ways are the same */
		for (size_t i = 0; i < n; i++) {
			llr[2 * i] = y[i].re * slope;
			llr[2 * i + 1] = y[i].im * slope;
		}
	else if (c->shape == SHAPE_ASK && c->bits == 1)
		for (size_t i = 0; i < n; i++)
			llr[i] = y[i].re * slope;
	else if (c->shape == SHAPE_OOK) /* x^2 - (x - sqrt 2)^2, the other way round */
		for (size_t i = 0; i < n; i++)
			llr[i] = (2 - 2.82842712f * y[i].re) * over_n0;
	else if (c->shape == SHAPE_ASK)
		for (size_t i = 0; i < n; i++)
			axis_soft(c, llr + i * c->bits, y[i].re, c->bits, over_n0, exact);
	else if (c->shape == SHAPE_QAM)
		for (size_t i = 0; i < n; i++) {
			axis_soft(c, llr + i * c->bits, y[i].re, half, over_n0, exact);
			axis_soft(c, llr + i * c->bits + half, y[i].im, half, over_n0, exact);
		}
	else
		for (size_t i = 0; i < n; i++) {
			for (unsigned k = 0; k < c->size; k++)
				w[k] = -cf_power(cf_sub(y[i], c->point[k])) * over_n0;
			marginals(llr + i * c->bits, w, c->bits, exact);
		}
}

void constellation_soft(const struct constellation *c, float *llr, const struct cf *y, size_t n, float n0)
{
	soft(c, llr, y, n, n0, true);
}

void constellation_maxlog(const struct constellation *c, float *llr, const struct cf *y, size_t n, float n0)
{
	soft(c, llr, y, n, n0, false);
}

/* ---- means ---- */

/* exp(x) for x <= 0, to 2e-4 of itself, with no call: means need no more. */
static inline float quick_exp(float x)
{
	float t = (x > -80 ? x : -80) * 1.44269504f - 0.5f;
	int k = (int)t; /* toward 0: up, so that f is in [-0.5, 0.5] */
	float f = (t + 0.5f - (float)k) * 0.693147181f, e;
	e = 1 + f * (1 + f * (0.5f + f * (0.16666667f + f * 0.041666667f)));
	uint32_t u = (uint32_t)(k + 127) << 23;
	float scale;
	memcpy(&scale, &u, 4);
	return e * scale;
}

/* Mean and mean square of m levels given x, with noise of variance n0 / 2. */
static float axis_mean(const float *level, unsigned m, float x, float over_n0, float *square)
{
	float sum = 0, first = 0, second = 0, least = INFINITY;
	for (unsigned i = 0; i < m; i++)
		least = fminf(least, (x - level[i]) * (x - level[i]));
	for (unsigned i = 0; i < m; i++) {
		float w = quick_exp((least - (x - level[i]) * (x - level[i])) * over_n0);
		sum += w;
		first += w * level[i];
		second += w * level[i] * level[i];
	}
	*square = second / sum;
	return first / sum;
}

/* Two levels, +-a: a tanh(2 a x / n0). */
static inline float antipodal_mean(float a, float x, float over_n0)
{
	float e = quick_exp(-4 * a * fabsf(x) * over_n0), t = a * (1 - e) / (1 + e);
	return x < 0 ? -t : t;
}

static struct cf plane_mean(const struct constellation *c, struct cf y, float over_n0, float *energy)
{
	float sum = 0, power = 0, least = INFINITY;
	struct cf mean = {0, 0};
	for (unsigned i = 0; i < c->size; i++)
		least = fminf(least, cf_power(cf_sub(y, c->point[i])));
	for (unsigned i = 0; i < c->size; i++) {
		float w = quick_exp((least - cf_power(cf_sub(y, c->point[i]))) * over_n0);
		sum += w;
		mean = cf_add(mean, cf_scale(c->point[i], w));
		power += w * cf_power(c->point[i]);
	}
	*energy = power / sum;
	return cf_scale(mean, 1 / sum);
}

struct cf constellation_mean(const struct constellation *c, struct cf y, float n0, float *energy)
{
	float over_n0 = 1 / n0, square;
	struct cf mean = {0, 0};

	if (c->shape == SHAPE_QAM && c->bits == 2) {
		*energy = 1;
		return (struct cf){antipodal_mean(c->step, y.re, over_n0), antipodal_mean(c->step, y.im, over_n0)};
	}
	if (c->shape == SHAPE_ASK && c->bits == 1) {
		*energy = 1;
		return (struct cf){antipodal_mean(1, y.re, over_n0), 0};
	}
	if (c->shape == SHAPE_PSK || c->shape == SHAPE_OOK)
		return plane_mean(c, y, over_n0, energy);
	mean.re = axis_mean(c->level, c->levels, y.re, over_n0, energy);
	if (c->shape == SHAPE_QAM) {
		mean.im = axis_mean(c->level, c->levels, y.im, over_n0, &square);
		*energy += square;
	}
	return mean;
}
