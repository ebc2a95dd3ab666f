/* rrc_test.c - the pulses against their definition in frequency, Nyquist's zeros, and the bank of filters against plain sums. */
#include "1-physical/rrc.h"
#include "rng.h"
#include "test.h"

static const double rolloffs[] = {0.1, 0.2, 0.25, 0.35, 0.5, 0.75, 1};
enum { ROLLOFFS = sizeof rolloffs / sizeof *rolloffs, FINE = 32 };

/* The pulse is the root's inverse Fourier transform: the integral over f of root(f) cos(2 pi f t). */
TEST(pulse_is_the_transform_of_the_root)
{
	for (int k = 0; k < ROLLOFFS; k++)
		for (double t = 0; t < 5; t += 0.125) {
			double r = rolloffs[k], sum = 0;
			enum { N = 2000 };
			for (int i = 0; i < N; i++) {
				double f = (i + 0.5) / N, edge = (f - (1 - r) / 2) / r;
				double h = edge <= 0 ? 1 : edge >= 1 ? 0 : cos(edge * TAU / 4);
				sum += 2 * h * cos(TAU * f * t) / N;
			}
			CHECK(fabs(sum - rrc(t, r)) < 2e-3);
			CHECK(rrc(t, r) == rrc(-t, r));
		}
}

/* What remains of the two singular places' neighbourhood is smooth. */
TEST(pulse_is_smooth_where_its_formula_is_not)
{
	for (int k = 0; k < ROLLOFFS; k++) {
		double q = 1 / (4 * rolloffs[k]);
		CHECK(fabs(rrc(0, rolloffs[k]) - rrc(1e-6, rolloffs[k])) < 1e-6);
		CHECK(fabs(rrc(q, rolloffs[k]) - rrc(q + 1e-6, rolloffs[k])) < 1e-4);
		CHECK(fabs(rrc_slope(q, rolloffs[k]) - (rrc(q + 1e-3, rolloffs[k]) - rrc(q - 1e-3, rolloffs[k])) / 2e-3) < 1e-3);
	}
}

TEST(pair_of_cut_pulses_is_nyquist)
{
	for (int k = 0; k < ROLLOFFS; k++) {
		double r = rolloffs[k], isi = 0;
		int n = rrc_span(r) * FINE;
		for (int d = 0; d <= 2 * rrc_span(r); d++) {
			double sum = 0;
			for (int i = -n; i <= n; i++)
				if (abs(i - d * FINE) <= n)
					sum += rrc((double)i / FINE, r) * rrc((double)i / FINE - d, r) / FINE;
			if (d == 0)
				CHECK(fabs(sum - 1) < 1e-3);
			else
				isi += 2 * sum * sum;
		}
		CHECK(to_db(isi) < -50);
	}
}

TEST(bank_is_the_sum)
{
	struct rng r;
	struct rrc_bank b;
	struct cf x[256], slope, other_slope;
	rng_seed(&r, 1);
	rng_normal(&r, &x[0].re, 512, 1);
	for (int per_symbol = 1; per_symbol <= 3; per_symbol++) {
		rrc_bank_init(&b, 0.25, 11, per_symbol);
		CHECK(b.half % 2 == 0 && b.half >= 11 * per_symbol);
		for (double at = 0; at < 1; at += 0.0371) {
			double re = 0, im = 0, re2 = 0;
			for (int j = 0; j < 2 * b.half; j++) {
				double p = rrc((b.half - 1 + at - j) / per_symbol, 0.25) / per_symbol;
				re += (double)x[j].re * p;
				im += (double)x[j].im * p;
				re2 += (double)x[j].re * rrc_slope((b.half - 1 + at - j) / per_symbol, 0.25) / per_symbol;
			}
			struct cf y = rrc_bank_at(&b, x, at, &slope);
			CHECK(fabs((double)y.re - re) < 5e-4 && fabs((double)y.im - im) < 5e-4);
			CHECK(fabs((double)slope.re - re2) < 0.05 * sqrt(3.5));
		}
		rrc_bank_free(&b);
	}
	/* With the processor's extensions and without: the same, bit for bit. */
	struct rrc_bank plain;
	rrc_bank_init(&b, 0.35, 9, 2);
	rrc_bank_init(&plain, 0.35, 9, 2);
	rrc_bank_portable(&plain);
	for (double at = 0; at < 1; at += 0.01) {
		struct cf y = rrc_bank_at(&b, x, at, &slope), other = rrc_bank_at(&plain, x, at, &other_slope);
		CHECK(memcmp(&y, &other, sizeof y) == 0 && memcmp(&slope, &other_slope, sizeof slope) == 0);
	}
	rrc_bank_free(&b);
	rrc_bank_free(&plain);
}

RUN_TESTS
