/* stats_test.c - special functions against tables, and intervals against how often they are right. */
#include <math.h>
#include <stdbool.h>

#include "1-physical/stats.h"
#include "rng.h"
#include "test.h"

static bool near(double got, double want, double within)
{
	if (fabs(got - want) <= within)
		return true;
	printf("# %.15g, not %.15g within %g\n", got, want, within);
	return false;
}

TEST(incomplete_beta_function)
{
	CHECK(near(beta_inc(2, 3, 0.5), 0.6875, 1e-14)); /* a polynomial */
	CHECK(near(beta_inc(0.5, 0.5, 0.25), 1.0 / 3, 1e-13)); /* 2/pi asin(sqrt(x)) */
	for (double x = 0.1; x < 1; x += 0.2) {
		CHECK(near(beta_inc(7, 1, x), pow(x, 7), 1e-14));
		CHECK(near(beta_inc(1, 7, x), 1 - pow(1 - x, 7), 1e-14));
		CHECK(near(beta_inc(3.5, 81, x) + beta_inc(81, 3.5, 1 - x), 1, 1e-12));
		CHECK(near(beta_inc(3, 90, beta_quantile(3, 90, x)), x, 1e-10));
	}
	CHECK(near(beta_inc(1, 2, 0), 0, 0));
	CHECK(near(beta_inc(1, 2, 1), 1, 0));
}

/* A table that every book has. */
TEST(student)
{
	CHECK(near(student_quantile(1, 0.975), 12.706205, 1e-5));
	CHECK(near(student_quantile(4, 0.975), 2.776445, 1e-5));
	CHECK(near(student_quantile(30, 0.95), 1.697261, 1e-5));
	CHECK(near(student_quantile(1e6, 0.975), 1.959964, 1e-4));
}

/* 0 of n: 1 - 0.025^(1/n); 5 of 100: Clopper and Pearson's chart, as 0.0164 and 0.1128. */
TEST(clopper_and_pearson)
{
	struct interval i = clopper_pearson(0, 100, 0.95);
	CHECK(near(i.low, 0, 0));
	CHECK(near(i.high, 1 - pow(0.025, 0.01), 1e-9));
	i = clopper_pearson(5, 100, 0.95);
	CHECK(near(i.low, 0.016432, 1e-6));
	CHECK(near(i.high, 0.112835, 1e-6));
	i = clopper_pearson(100, 100, 0.95);
	CHECK(near(i.low, pow(0.025, 0.01), 1e-9));
	CHECK(near(i.high, 1, 0));
	i = clopper_pearson(0, 0, 0.95);
	CHECK(near(i.low, 0, 0) && near(i.high, 1, 0));
	i = clopper_pearson(1e6, 1e9, 0.95); /* as normal as can be */
	CHECK(near(i.low, 1e-3 - 1.96 * sqrt(1e-3 * 0.999 / 1e9), 2e-9));
	CHECK(near(i.high, 1e-3 + 1.96 * sqrt(1e-3 * 0.999 / 1e9), 2e-9));
}

/* 2000 measurements of some blocks of 120 bits with errors in clusters; how many intervals miss the rate. */
static int missed(double rate, unsigned cluster, int blocks, double confidence, double *clustering)
{
	struct rng r;
	int n = 0;
	rng_seed(&r, 7 * cluster + 1);
	*clustering = 0;
	for (int m = 0; m < 2000; m++) {
		struct tally t = {0};
		for (int b = 0; b < blocks; b++) {
			uint64_t errors = 0;
			for (unsigned i = 0; i < 120; i += cluster)
				errors += rng_unit(&r) < rate ? cluster : 0;
			tally_add(&t, 120, errors);
		}
		struct interval i = tally_interval(&t, confidence);
		n += rate < i.low || rate > i.high;
		*clustering += tally_clustering(&t) / 2000;
	}
	return n;
}

TEST(intervals_hold_the_rate_as_often_as_they_say_whether_or_not_errors_come_in_clusters)
{
	static const unsigned clusters[] = {1, 2, 6};
	for (size_t i = 0; i < 3; i++) {
		double clustering;
		int n = missed(0.02, clusters[i], 64, 0.95, &clustering);
		CHECK(n > 40 && n < 130); /* 100 of 2000; an exact interval is right a little more often */
		CHECK(near(clustering / clusters[i], 1, 0.08));
		CHECK(missed(0.05, clusters[i], 64, 0.9999, &clustering) <= 2);
	}
}

/* What is known of the clustering from four blocks is little, and is allowed for. */
TEST(intervals_from_few_blocks_are_wider)
{
	double clustering;
	int n = missed(0.1, 3, 4, 0.95, &clustering);
	CHECK(n < 160);
}

TEST(a_tally_without_errors_or_blocks)
{
	struct tally t = {0};
	CHECK(near(tally_rate(&t), 0, 0));
	struct interval i = tally_interval(&t, 0.95);
	CHECK(near(i.low, 0, 0) && near(i.high, 1, 0));
	tally_add(&t, 0, 0);
	tally_add(&t, 1000, 0);
	tally_add(&t, 1000, 0);
	CHECK(near(tally_clustering(&t), 1, 0));
	i = tally_interval(&t, 0.95);
	CHECK(near(i.high, 1 - pow(0.025, 1.0 / 2000), 1e-9));
	t = (struct tally){0};
	tally_add(&t, 10, 10); /* nothing right */
	CHECK(near(tally_interval(&t, 0.95).high, 1, 0));
}

RUN_TESTS
