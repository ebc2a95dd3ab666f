/* rng_test.c - known answers, uniformity, and the normal distribution against theory. Seeds are fixed, so no test is
 * a matter of luck; the bounds are those that a right generator misses once in a million seeds. */
#include <math.h>
#include <stdbool.h>

#include "rng.h"
#include "test.h"

TEST(splitmix64_known)
{
	/* The reference implementation's first numbers from state 1234567. */
	static const uint64_t want[4] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
					 UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)};
	struct rng r;
	rng_seed(&r, 1234567);
	for (int i = 0; i < 4; i++)
		CHECK(r.s[i] == want[i]);
}

TEST(xoshiro256ss_known)
{
	/* The reference implementation's first numbers from state 1, 2, 3, 4. */
	static const uint64_t want[10] = {UINT64_C(11520), UINT64_C(0), UINT64_C(1509978240), UINT64_C(1215971899390074240),
					  UINT64_C(1216172134540287360), UINT64_C(607988272756665600), UINT64_C(16172922978634559625),
					  UINT64_C(8476171486693032832), UINT64_C(10595114339597558777), UINT64_C(2904607092377533576)};
	struct rng r = {{1, 2, 3, 4}};
	for (int i = 0; i < 10; i++) {
		CHECK(rng_u64(&r) == want[i]);
	}
}

TEST(below_is_in_range_and_uniform)
{
	struct rng r;
	unsigned count[10] = {0};
	double chi2 = 0;
	static const uint64_t n[] = {1, 2, 3, 1000, UINT64_C(1) << 32, (UINT64_C(1) << 63) + 1, UINT64_MAX};
	rng_seed(&r, 1);
	for (size_t i = 0; i < sizeof n / sizeof *n; i++)
		for (int k = 0; k < 1000; k++)
			CHECK(rng_below(&r, n[i]) < n[i]);
	for (int i = 0; i < 1000000; i++)
		count[rng_below(&r, 10)]++;
	for (int i = 0; i < 10; i++)
		chi2 += (count[i] - 1e5) * (count[i] - 1e5) / 1e5;
	CHECK(chi2 < 45); /* 9 degrees of freedom */
	unsigned third = 0; /* 4 numbers to 3 values: without rejection every third value comes twice as often */
	for (int i = 0; i < 300000; i++)
		third += rng_below(&r, UINT64_C(3) << 62) % 3 == 0;
	CHECK(fabs(third - 1e5) < 5 * sqrt(300000 * 2.0 / 9));
}

TEST(unit_is_in_range_and_uniform)
{
	struct rng r;
	double sum = 0, sum2 = 0, least = 1, most = 0;
	int n = 1000000;
	rng_seed(&r, 2);
	for (int i = 0; i < n; i++) {
		double x = rng_unit(&r);
		sum += x;
		sum2 += x * x;
		least = fmin(least, x);
		most = fmax(most, x);
	}
	CHECK(least >= 0 && least < 1e-4 && most < 1 && most > 1 - 1e-4);
	CHECK(fabs(sum / n - 0.5) < 5 * sqrt(1.0 / 12 / n));
	CHECK(fabs(sum2 / n - 1.0 / 3) < 5 * sqrt(4.0 / 45 / n));
}

/* The sum of a hash over samples: equal on every machine. */
static uint64_t digest(uint64_t seed, float sigma, size_t n)
{
	struct rng r;
	static float x[100000];
	uint64_t h = UINT64_C(14695981039346656037);
	rng_seed(&r, seed);
	rng_normal(&r, x, n, sigma);
	for (size_t i = 0; i < n; i++) {
		uint32_t u;
		memcpy(&u, &x[i], 4);
		h = (h ^ u) * UINT64_C(1099511628211);
	}
	return h ^ rng_u64(&r);
}

TEST(normal_is_the_same_everywhere)
{
	CHECK_INT(digest(1, 1.0f, 100000), INT64_C(-3437962950851054208));
	CHECK_INT(digest(2, 0.1f, 100000), INT64_C(5093362357883577572));
}

TEST(normal_goes_on_over_pieces)
{
	struct rng r, q;
	float x[1000], y[1000];
	rng_seed(&r, 3);
	q = r;
	rng_normal(&r, x, 1000, 2.5f);
	for (size_t i = 0, n; i < 1000; i += n) {
		n = 1 + i % 7 < 1000 - i ? 1 + i % 7 : 1000 - i;
		rng_normal(&q, y + i, n, 2.5f);
	}
	CHECK_MEM(x, y, sizeof x);
	CHECK_MEM(&r, &q, sizeof r);
}

/* ---- ten million samples ---- */

enum { N = 10000000, PIECE = 10000, BINS = 200 };

static struct {
	double m1, m2, m3, m4, lag1, lag1sq;
	unsigned beyond[2][11];  /* further out than k/2 sigma, left and right */
	unsigned bin[BINS];      /* of equal width from -4 to 4 */
} stat;

static void gather(void)
{
	struct rng r;
	static float x[PIECE];
	double last = 0;

	if (stat.m2 > 0)
		return;
	rng_seed(&r, 20240229);
	for (int k = 0; k < N / PIECE; k++) {
		rng_normal(&r, x, PIECE, 1.0f);
		for (int i = 0; i < PIECE; i++) {
			double v = (double)x[i], v2 = v * v;
			stat.m1 += v;
			stat.m2 += v2;
			stat.m3 += v2 * v;
			stat.m4 += v2 * v2;
			stat.lag1 += v * last;
			stat.lag1sq += (v2 - 1) * (last * last - 1);
			last = v;
			for (int b = (int)(fabs(v) * 2); b > 0; b--)
				if (b <= 10)
					stat.beyond[v > 0][b]++;
			int bin = (int)((v + 4) * (BINS / 8));
			if (v >= -4 && bin < BINS)
				stat.bin[bin]++;
		}
	}
}

/* The moments' standard errors: sqrt of 1, 2, 15, 96 over N (Kendall and Stuart, vol. 1, 10.9). */
TEST(normal_moments)
{
	gather();
	CHECK(fabs(stat.m1 / N) < 5 * sqrt(1.0 / N));
	CHECK(fabs(stat.m2 / N - 1) < 5 * sqrt(2.0 / N));
	CHECK(fabs(stat.m3 / N) < 5 * sqrt(15.0 / N));
	CHECK(fabs(stat.m4 / N - 3) < 5 * sqrt(96.0 / N));
	CHECK(fabs(stat.lag1 / N) < 5 * sqrt(1.0 / N));
	CHECK(fabs(stat.lag1sq / N) < 5 * sqrt(4.0 / N));
}

TEST(normal_tails_to_5_sigma)
{
	gather();
	for (int k = 1; k <= 10; k++) {
		double p = erfc(k / 2.0 / sqrt(2)) / 2, want = N * p;
		for (int side = 0; side < 2; side++) {
			double got = stat.beyond[side][k];
			printf("# %s %.1f sigma: %.0f of %.1f\n", side ? "over" : "under -", k / 2.0, got, want);
			CHECK(fabs(got - want) < 5 * sqrt(want * (1 - p)) + 1);
		}
	}
}

/* The shape between: a wrong edge of one ziggurat layer shows here first. */
TEST(normal_histogram)
{
	double chi2 = 0;
	gather();
	for (int b = 0; b < BINS; b++) {
		double from = -4 + b * 8.0 / BINS, to = from + 8.0 / BINS;
		double want = N * (erf(to / sqrt(2)) - erf(from / sqrt(2))) / 2;
		chi2 += (stat.bin[b] - want) * (stat.bin[b] - want) / want;
	}
	printf("# chi-squared of %d bins: %.1f\n", BINS, chi2);
	CHECK(chi2 < 200 + 5 * sqrt(2.0 * BINS));
}

/* Beyond 3.65 sigma samples come from another method than inside: many at a time, to see its shape. */
TEST(normal_far_tail)
{
	struct rng r;
	static float x[PIECE];
	double beyond[4] = {0};
	static const double edge[4] = {3.5, 3.8, 4.0, 4.5};
	rng_seed(&r, 99);
	for (int k = 0; k < 2 * N / PIECE; k++) {
		rng_normal(&r, x, PIECE, 1.0f);
		for (int i = 0; i < PIECE; i++)
			if (fabsf(x[i]) > 3.5f)
				for (int e = 0; e < 4; e++)
					beyond[e] += fabs((double)x[i]) > edge[e];
	}
	for (int e = 0; e < 4; e++) {
		double want = 2.0 * N * erfc(edge[e] / sqrt(2));
		printf("# %.1f sigma: %.0f of %.1f\n", edge[e], beyond[e], want);
		CHECK(fabs(beyond[e] - want) < 5 * sqrt(want));
	}
}

TEST(normal_scales_with_sigma)
{
	struct rng r, q;
	float x[100], y[100];
	rng_seed(&r, 5);
	q = r;
	rng_normal(&r, x, 100, 1.0f);
	rng_normal(&q, y, 100, 4.0f);
	for (int i = 0; i < 100; i++)
		CHECK(y[i] == 4 * x[i]);
	rng_normal(&r, x, 100, 0.0f);
	for (int i = 0; i < 100; i++)
		CHECK(x[i] == 0.0f);
}

TEST(entropy_differs)
{
	CHECK(rng_entropy() != rng_entropy());
}

RUN_TESTS
