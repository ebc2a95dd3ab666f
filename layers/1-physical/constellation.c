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

/* exp(x) for x <= 0, to 5e-5 of itself, with no call, so that loops over it become vectors; below e^-80 it stays there. */
static inline float quick_exp(float x)
{
	float t = (x > -80 ? x : -80) * 1.44269504f - 0.5f;
	int k = (int)t; /* toward 0, so up: what is left is in [-0.5, 0.5] */
	float f = (t + 0.5f - (float)k) * 0.693147181f, e;
	e = 1 + f * (1 + f * (0.5f + f * (0.16666667f + f * 0.041666667f)));
	uint32_t u = (uint32_t)(k + 127) << 23;
	float scale;
	memcpy(&scale, &u, 4);
	return e * scale;
}

/* Log-likelihoods w of m values, whose greatest becomes 0, and the likelihoods p of that. */
static void likelihoods(float *w, float *p, unsigned m)
{
	float most = w[0];
	for (unsigned i = 1; i < m; i++)
		most = w[i] > most ? w[i] : most;
	for (unsigned i = 0; i < m; i++) {
		w[i] -= most;
		p[i] = quick_exp(w[i]);
	}
}

/* ln of the likelihood of all values that have a bit 0 over that of the others: k soft bits. Where all of the one or the other are so
 * unlikely that p does not say how much, or where p is NULL, by the best of them. */
static void marginals(float *llr, const float *w, const float *p, unsigned k)
{
	for (unsigned b = 0; b < k; b++) {
		unsigned mask = 1u << (k - 1 - b);
		float sum[2] = {0}, most[2] = {-INFINITY, -INFINITY};
		for (unsigned i = 0; i < 1u << k; i++) {
			unsigned bit = (i & mask) != 0;
			most[bit] = w[i] > most[bit] ? w[i] : most[bit];
			sum[bit] += p ? p[i] : 0;
		}
		llr[b] = sum[0] > 1e-30f && sum[1] > 1e-30f ? logf(sum[0] / sum[1]) : most[0] - most[1];
	}
}

void constellation_marginals(float *llr, float *w, unsigned bits)
{
	float p[CONSTELLATION_MAX];
	likelihoods(w, p, 1u << bits);
	marginals(llr, w, p, bits);
}

/* Soft bits, where wanted, and the mean of one axis at x: k bits, noise of variance n0 / 2. Returns the mean; *square: of the square. */
static float axis(const struct constellation *c, unsigned k, float x, float over_n0, float *llr, float *square)
{
	float w[16], p[16], sum = 0, first = 0, second = 0;
	const unsigned m = c->levels;
	for (unsigned i = 0; i < m; i++)
		w[i] = -(x - c->level[i]) * (x - c->level[i]) * over_n0;
	likelihoods(w, p, m);
	if (llr)
		marginals(llr, w, p, k);
	for (unsigned i = 0; i < m; i++) {
		sum += p[i];
		first += p[i] * c->level[i];
		second += p[i] * c->level[i] * c->level[i];
	}
	*square = second / sum;
	return first / sum;
}

/* Two levels, +-a: L = 4 a x / n0, and the mean a tanh(L / 2). */
static inline float antipodal(float a, float x, float over_n0, float *llr)
{
	float l = 4 * a * x * over_n0, e = quick_exp(-fabsf(l)), t = a * (1 - e) / (1 + e);
	if (llr)
		*llr = l;
	return x < 0 ? -t : t;
}

/* The same for points anywhere. */
static struct cf plane(const struct constellation *c, struct cf y, float over_n0, float *llr, float *energy)
{
	float w[8], p[8], sum = 0, power = 0;
	struct cf mean = {0, 0};
	for (unsigned i = 0; i < c->size; i++)
		w[i] = -cf_power(cf_sub(y, c->point[i])) * over_n0;
	likelihoods(w, p, c->size);
	if (llr)
		marginals(llr, w, p, c->bits);
	for (unsigned i = 0; i < c->size; i++) {
		sum += p[i];
		mean = cf_add(mean, cf_scale(c->point[i], p[i]));
		power += p[i] * cf_power(c->point[i]);
	}
	*energy = power / sum;
	return cf_scale(mean, 1 / sum);
}

struct cf constellation_read(const struct constellation *c, struct cf y, float n0, float *llr, float *energy)
{
	float over_n0 = 1 / n0, square = 0;
	struct cf mean = {0, 0};

	*energy = 1;
	if (c->shape == SHAPE_PSK || c->shape == SHAPE_OOK)
		return plane(c, y, over_n0, llr, energy);
	if (c->levels == 2) {
		mean.re = antipodal(c->step, y.re, over_n0, llr);
		if (!c->real)
			mean.im = antipodal(c->step, y.im, over_n0, llr ? llr + 1 : NULL);
		return mean;
	}
	unsigned k = c->real ? c->bits : c->bits / 2;
	mean.re = axis(c, k, y.re, over_n0, llr, energy);
	if (!c->real)
		mean.im = axis(c, k, y.im, over_n0, llr ? llr + k : NULL, &square);
	*energy += square;
	return mean;
}

static void axis_maxlog(const struct constellation *c, float *llr, float x, unsigned k, float over_n0)
{
	float w[16];
	for (unsigned i = 0; i < c->levels; i++)
		w[i] = -(x - c->level[i]) * (x - c->level[i]) * over_n0;
	marginals(llr, w, NULL, k);
}

void constellation_maxlog(const struct constellation *c, float *llr, const struct cf *y, size_t n, float n0)
{
	const float over_n0 = 1 / n0, slope = 4 * c->step * over_n0;
	const unsigned half = c->bits / 2;
	float w[8];

	if (c->levels == 2 && !c->real) /* the squares cancel */
		for (size_t i = 0; i < n; i++) {
			llr[2 * i] = y[i].re * slope;
			llr[2 * i + 1] = y[i].im * slope;
		}
	else if (c->levels == 2)
		for (size_t i = 0; i < n; i++)
			llr[i] = y[i].re * slope;
	else if (c->shape == SHAPE_OOK) /* (x - sqrt 2)^2 - x^2 */
		for (size_t i = 0; i < n; i++)
			llr[i] = (2 - 2.82842712f * y[i].re) * over_n0;
	else if (c->shape == SHAPE_ASK)
		for (size_t i = 0; i < n; i++)
			axis_maxlog(c, llr + i * c->bits, y[i].re, c->bits, over_n0);
	else if (c->shape == SHAPE_QAM)
		for (size_t i = 0; i < n; i++) {
			axis_maxlog(c, llr + i * c->bits, y[i].re, half, over_n0);
			axis_maxlog(c, llr + i * c->bits + half, y[i].im, half, over_n0);
		}
	else
		for (size_t i = 0; i < n; i++) {
			for (unsigned k = 0; k < c->size; k++)
				w[k] = -cf_power(cf_sub(y[i], c->point[k])) * over_n0;
			marginals(llr + i * c->bits, w, NULL, c->bits);
		}
}
