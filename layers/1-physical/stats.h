/* stats.h - how far a measured error rate can be trusted. */
#ifndef OSIKIT_STATS_H
#define OSIKIT_STATS_H

#include <stdint.h>

struct interval {
	double low, high;
};

/* The regularised incomplete beta function I_x(a, b), a and b > 0, 0 <= x <= 1 (DLMF 8.17). */
double beta_inc(double a, double b, double x);
/* Its inverse: the x at which it is p. */
double beta_quantile(double a, double b, double p);
/* Of Student's distribution with df degrees of freedom, p from 0.5 to 1. */
double student_quantile(double df, double p);

/* The exact interval for a probability after k events in n independent trials (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934);
 * neither need be whole. confidence: 0.95. n <= 0: 0 to 1. */
struct interval clopper_pearson(double k, double n, double confidence);

/* Errors counted block by block, so that one sees whether they come in clusters. */
struct tally {
	double bits, errors;
	uint64_t blocks;
	double squares;          /* sum of errors^2 / bits over the blocks */
};

void tally_add(struct tally *t, uint64_t bits, uint64_t errors);
/* Errors a bit; 0 when there were no bits. */
double tally_rate(const struct tally *t);
/* How many times the variance between blocks is that of independent errors; 1 where it is less, or cannot be known. */
double tally_clustering(const struct tally *t);
/* The interval of Clopper and Pearson for as many independent trials as are worth the same: bits and errors over the clustering, and
 * with Student's distribution for what is unknown of that (E. L. Korn, B. I. Graubard, "Confidence intervals for proportions with
 * small expected number of positive counts estimated from survey data", Survey Methodology 24, 1998). Right as long as blocks
 * are much longer than clusters. */
struct interval tally_interval(const struct tally *t, double confidence);

#endif
