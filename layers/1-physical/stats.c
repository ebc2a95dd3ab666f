/* stats.c - how far a measured error rate can be trusted. */
#include "stats.h"

#include <math.h>

/* The continued fraction of the incomplete beta function, DLMF 8.17.22, by the method of Lentz: x below the mean. */
static double fraction(double a, double b, double x)
{
	enum { TERMS = 1000000 };
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), f;
	d = 1 / (fabs(d) < tiny ? tiny : d);
	f = d;
	for (int i = 1; i < TERMS; i++) {
		double m = i, step;
		for (int odd = 0; odd < 2; odd++) {
			double k = odd ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
			               : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
			d = 1 + k * d;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = 1 + k / c;
			c = fabs(c) < tiny ? tiny : c;
			step = c * d;
			f *= step;
		}
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return f;
}

double beta_inc(double a, double b, double x)
{
	if (!(x > 0))
		return 0;
	if (x >= 1)
		return 1;
	double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * fraction(a, b, x) / a;
	return 1 - front * fraction(b, a, 1 - x) / b;
}

/* Halving in the logarithm, since error rates are small. */
double beta_quantile(double a, double b, double p)
{
	double low = -745, high = 0;
	for (int i = 0; i < 200 && high - low > 1e-14 * fmax(1, -low); i++) {
		double middle = (low + high) / 2;
		if (beta_inc(a, b, exp(middle)) < p)
			low = middle;
		else
			high = middle;
	}
	return exp((low + high) / 2);
}

/* P(|T| > t) = I_x(df/2, 1/2) with x = df / (df + t^2). */
double student_quantile(double df, double p)
{
	double x = beta_quantile(df / 2, 0.5, 2 * (1 - p));
	return sqrt(df * (1 - x) / x);
}

struct interval clopper_pearson(double k, double n, double confidence)
{
	double tail = (1 - confidence) / 2;
	if (!(n > 0))
		return (struct interval){0, 1};
	return (struct interval){k > 0 ? beta_quantile(k, n - k + 1, tail) : 0, k < n ? beta_quantile(k + 1, n - k, 1 - tail) : 1};
}

void tally_add(struct tally *t, uint64_t bits, uint64_t errors)
{
	if (!bits)
		return;
	t->bits += (double)bits;
	t->errors += (double)errors;
	t->squares += (double)errors * (double)errors / (double)bits;
	t->blocks++;
}

double tally_rate(const struct tally *t)
{
	return t->bits > 0 ? t->errors / t->bits : 0;
}

/* Pearson's chi-square for equal rates, over its degrees of freedom. */
double tally_clustering(const struct tally *t)
{
	double p = tally_rate(t), expected = p * (1 - p) * (double)(t->blocks - 1);
	if (t->blocks < 2 || !(expected > 0))
		return 1;
	return fmax(1, (t->squares - t->errors * p) / expected);
}

struct interval tally_interval(const struct tally *t, double confidence)
{
	double worth = 1 / tally_clustering(t), p = 1 - (1 - confidence) / 2;
	if (worth < 1) {
		double ratio = student_quantile(1e6, p) / student_quantile((double)(t->blocks - 1), p);
		worth *= ratio * ratio;
	}
	return clopper_pearson(t->errors * worth, t->bits * worth, confidence);
}
