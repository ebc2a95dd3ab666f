/* level_test.c - the power of a signal, whatever is around it. */
#include <math.h>
#include <stdbool.h>

#include "1-physical/level.h"
#include "test.h"

enum { RATE = 8000, N = RATE };

static struct level level;
static float x[N];

static bool near(double got, double want, double within)
{
	if (fabs(got - want) <= within)
		return true;
	printf("# %.9g, not %.9g within %g\n", got, want, within);
	return false;
}

/* n samples of a tone of this amplitude. */
static void tone(double amplitude, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(amplitude * sin(0.7853981633974483 * ((double)i + 0.5)));
	level_push(&level, x, n);
}

TEST(a_tone_has_half_the_square_of_its_amplitude)
{
	level_init(&level, RATE);
	tone(0.5, N);
	CHECK(near(level_power(&level), 0.125, 1e-6));
}

TEST(silence_and_what_is_20_dB_below_do_not_count)
{
	level_init(&level, RATE);
	tone(0, N);
	tone(0.02, N);
	tone(0.5, N / 2);
	tone(0, N);
	CHECK(near(level_power(&level), 0.125, 1e-6));
	tone(0.25, N / 2); /* but what is 6 dB below does */
	CHECK(near(level_power(&level), (0.125 + 0.03125) / 2, 1e-6));
}

TEST(pieces_do_not_matter)
{
	double all;
	level_init(&level, RATE);
	tone(0.5, N);
	tone(0.1, 4000);
	all = level_power(&level);
	level_init(&level, RATE);
	for (size_t i = 0; i < N; i++)
		x[i] = (float)(0.5 * sin(0.7853981633974483 * ((double)i + 0.5)));
	for (size_t i = 0; i < N; i += 13)
		level_push(&level, x + i, N - i < 13 ? N - i : 13);
	tone(0.1, 4000);
	CHECK(near(level_power(&level), all, 0));
}

TEST(a_short_signal_and_none)
{
	level_init(&level, RATE);
	CHECK(near(level_power(&level), 0, 0));
	tone(0.5, 8); /* less than a block */
	CHECK(near(level_power(&level), 0.125, 1e-6));
	level_init(&level, RATE);
	tone(0, N);
	CHECK(near(level_power(&level), 0, 0));
	level_init(&level, RATE);
	tone(1e19, N); /* beyond all bins */
	CHECK(near(level_power(&level) / 0.5e38, 1, 1e-6));
	level_init(&level, RATE);
	tone(1e-15, N);
	CHECK(near(level_power(&level) / 0.5e-30, 1, 1e-6));
}

RUN_TESTS
