/* capacity_test.c - the examples that textbooks have. */
#include <math.h>
#include <stdbool.h>

#include "1-physical/capacity.h"
#include "test.h"

static bool near(double got, double want, double within)
{
	if (fabs(got - want) <= within)
		return true;
	printf("# %.15g, not %.15g within %g\n", got, want, within);
	return false;
}

/* Forouzan, Data Communications and Networking, 3.5: examples 3.34 to 3.36. */
TEST(nyquist)
{
	CHECK(near(nyquist_rate(3000, 2), 6000, 1e-9));
	CHECK(near(nyquist_rate(3000, 4), 12000, 1e-9));
	CHECK(near(nyquist_levels(265000, 20000), 98.7, 0.05));
	CHECK(near(nyquist_bandwidth(12000, 4), 3000, 1e-9));
}

/* Forouzan 3.38 (3000 Hz, S/N 3162: 34,860 bit/s with a rounded logarithm), 3.37 (no signal); Tanenbaum, Computer Networks, 2.1.3 (30
 * dB); Stallings, Data and Computer Communications, 3.4 (24 dB, 1 MHz: 8 Mbit/s with 16 levels). */
TEST(shannon)
{
	CHECK(near(shannon_rate(3000, 3162), 34881, 1));
	CHECK(near(shannon_rate(3000, 0), 0, 0));
	CHECK(near(shannon_rate(3100, 1000), 30898.4, 0.1));
	CHECK(near(shannon_rate(1e6, 251), 7977280, 1));
	CHECK(near(nyquist_levels(8e6, 1e6), 16, 1e-9));
	CHECK(near(shannon_snr(30898.4, 3100), 1000, 0.05));
	CHECK(near(shannon_bandwidth(30898.4, 1000), 3100, 0.01));
	CHECK(near(shannon_snr(1, 1e12) * 1e12, SHANNON_LIMIT, 1e-9)); /* no digits are lost where the band is wide */
}

/* 1 bit/s/Hz needs 0 dB, 2 need 1.76 dB, 6 need 10.21 dB (Proakis, figure 4.6-1). */
TEST(least_energy_of_a_bit)
{
	CHECK(near(10 * log10(SHANNON_LIMIT), -1.5917, 1e-4));
	CHECK(near(shannon_ebn0(0), SHANNON_LIMIT, 0));
	CHECK(near(shannon_ebn0(1e-9), SHANNON_LIMIT, 1e-9));
	CHECK(near(shannon_ebn0(1), 1, 1e-12));
	CHECK(near(10 * log10(shannon_ebn0(2)), 1.7609, 1e-4));
	CHECK(near(10 * log10(shannon_ebn0(6)), 10.2119, 1e-4));
	for (double e = 1e-3; e < 20; e *= 3)
		CHECK(near(shannon_efficiency(shannon_ebn0(e)) / e, 1, 1e-9));
	CHECK(near(shannon_efficiency(0.69), 0, 0));
	CHECK(near(shannon_efficiency(NAN), 0, 0));
}

RUN_TESTS
