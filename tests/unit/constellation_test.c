/* constellation_test.c - points, labels and decisions, against the definitions worked out the long way in double. */
#include "1-physical/constellation.h"
#include "rng.h"
#include "test.h"

static const struct {
	enum constellation_shape shape;
	unsigned bits;
} all[] = {{SHAPE_OOK, 1}, {SHAPE_ASK, 1}, {SHAPE_ASK, 2}, {SHAPE_ASK, 3}, {SHAPE_PSK, 3},
	{SHAPE_QAM, 2}, {SHAPE_QAM, 4}, {SHAPE_QAM, 6}, {SHAPE_QAM, 8}};

#define EACH(c)                                                               \
	struct constellation c;                                               \
	for (size_t c##_i = 0; c##_i < sizeof all / sizeof *all &&            \
	     (constellation_init(&c, all[c##_i].shape, all[c##_i].bits), 1); c##_i++)

static double distance2(struct cf a, struct cf b)
{
	double re = (double)a.re - (double)b.re, im = (double)a.im - (double)b.im;
	return re * re + im * im;
}

TEST(mean_energy_is_1)
{
	EACH(c)
	{
		double sum = 0;
		for (unsigned i = 0; i < c.size; i++)
			sum += distance2(c.point[i], (struct cf){0, 0});
		CHECK(fabs(sum / c.size - 1) < 1e-6);
	}
}

/* Any two points at the least distance differ in one bit, and so the labels are all of them. */
TEST(neighbours_differ_in_one_bit)
{
	EACH(c)
	{
		double least = 10;
		unsigned pairs = 0;
		for (unsigned i = 0; i < c.size; i++)
			for (unsigned j = 0; j < i; j++)
				least = fmin(least, distance2(c.point[i], c.point[j]));
		for (unsigned i = 0; i < c.size; i++)
			for (unsigned j = 0; j < i; j++)
				if (distance2(c.point[i], c.point[j]) < 1.01 * least) {
					CHECK_INT(__builtin_popcount(i ^ j), 1);
					pairs++;
				}
		CHECK(pairs >= c.size - 1);
	}
}

TEST(labels_are_as_documented)
{
	struct constellation c;
	constellation_init(&c, SHAPE_QAM, 2);
	CHECK(c.point[0].re > 0 && c.point[0].im > 0 && c.point[1].re > 0 && c.point[1].im < 0 && c.point[2].re < 0);
	constellation_init(&c, SHAPE_ASK, 2);
	CHECK(c.point[0].re > c.point[1].re && c.point[1].re > c.point[3].re && c.point[3].re > c.point[2].re);
	CHECK(fabsf(c.point[0].re / c.point[1].re - 3) < 1e-5f);
	constellation_init(&c, SHAPE_PSK, 3);
	CHECK(fabsf(c.point[0].re - 1) < 1e-6f && fabsf(c.point[3].im - 1) < 1e-6f);
}

/* Random places, from near a point to far outside all of them. */
static struct cf place(struct rng *r, const struct constellation *c)
{
	float n[2];
	struct cf p = c->point[rng_below(r, c->size)];
	rng_normal(r, n, 2, rng_below(r, 8) ? 0.3f : 3);
	return (struct cf){p.re + n[0], p.im + n[1]};
}

TEST(hard_decisions_take_the_nearest)
{
	struct rng r;
	rng_seed(&r, 1);
	EACH(c)
		for (int k = 0; k < 4000; k++) {
			struct cf y = place(&r, &c);
			uint8_t got;
			unsigned best = 0;
			for (unsigned i = 1; i < c.size; i++)
				if (distance2(y, c.point[i]) < distance2(y, c.point[best]))
					best = i;
			constellation_hard(&c, &got, &y, 1);
			if (got != best) /* rounding, on the border */
				CHECK(fabs(distance2(y, c.point[got]) - distance2(y, c.point[best])) < 1e-5);
		}
}

TEST(soft_bits_are_the_likelihood_ratio)
{
	struct rng r;
	rng_seed(&r, 2);
	EACH(c)
		for (int k = 0; k < 1000; k++) {
			struct cf y = place(&r, &c);
			const double n0 = 0.02 + 2 * rng_unit(&r);
			float llr[8], quick[8], energy;
			double re = 0, im = 0, power = 0, all_of = 0;
			struct cf mean = constellation_read(&c, y, (float)n0, llr, &energy);
			constellation_maxlog(&c, quick, &y, 1, (float)n0);
			for (unsigned i = 0; i < c.size; i++) {
				double w = exp(-distance2(y, c.point[i]) / n0);
				all_of += w;
				re += w * (double)c.point[i].re;
				im += w * (double)c.point[i].im;
				power += w * distance2(c.point[i], (struct cf){0, 0});
			}
			if (all_of > 1e-200) {
				CHECK(fabs(re / all_of - (double)mean.re) < 1e-3 && fabs(im / all_of - (double)mean.im) < 1e-3);
				CHECK(fabs(power / all_of - (double)energy) < 2e-3);
			}
			for (unsigned b = 0; b < c.bits; b++) {
				double sum[2] = {0}, least[2] = {1e9, 1e9};
				for (unsigned i = 0; i < c.size; i++) {
					unsigned bit = i >> (c.bits - 1 - b) & 1;
					sum[bit] += exp(-distance2(y, c.point[i]) / n0);
					least[bit] = fmin(least[bit], distance2(y, c.point[i]) / n0);
				}
				double want = log(sum[0] / sum[1]), best = least[1] - least[0];
				if (sum[0] > 1e-200 && sum[1] > 1e-200)
					CHECK(fabs(want - (double)llr[b]) < (fabs(want) < 60 ? 2e-3 : 1)); /* above, by the best alone */
				CHECK(fabs(best - (double)quick[b]) < 1e-3 + 1e-4 * fabs(best));
			}
		}
}

/* Beyond where the likelihoods are floats: still the distances' difference, and finite. */
TEST(soft_bits_of_what_is_sure)
{
	struct constellation c;
	float llr[8], energy;
	constellation_init(&c, SHAPE_QAM, 4);
	constellation_read(&c, c.point[5], 1e-4f, llr, &energy);
	for (unsigned b = 0; b < 4; b++) {
		CHECK((llr[b] < 0) == (5u >> (3 - b) & 1));
		CHECK(fabs(fabs((double)llr[b]) - 4e3) < 1); /* (2 * 0.3162)^2 / 1e-4 */
	}
}

/* The labels of what is not a number are labels. */
TEST(decisions_on_nonsense)
{
	const struct cf y[] = {{NAN, NAN}, {INFINITY, -INFINITY}, {1e30f, -1e30f}};
	EACH(c)
		for (size_t i = 0; i < 3; i++) {
			uint8_t label = 255;
			constellation_hard(&c, &label, &y[i], 1);
			CHECK(label < c.size);
		}
}

RUN_TESTS
