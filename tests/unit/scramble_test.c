/* scramble_test.c - scramblers against their definition, soft bits against the exact formulas. */
#include <math.h>

#include "1-physical/llr.h"
#include "1-physical/scramble.h"
#include "rng.h"
#include "test.h"

enum { N = 4000 };

static const struct {
	uint64_t taps;
	int a, b;
	unsigned period; /* all three polynomials are primitive */
} codes[] = {{SCRAMBLE_G3RUH, 12, 17, (1u << 17) - 1}, {SCRAMBLE_V27, 6, 7, (1u << 7) - 1}, {SCRAMBLE_V29, 18, 23, (1u << 23) - 1}};

TEST(the_recurrence)
{
	static unsigned x[N], y[N];
	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		struct scrambler s = {.taps = codes[c].taps}, d = s;
		struct rng r;
		rng_seed(&r, c);
		for (int k = 0; k < N; k++) {
			x[k] = (unsigned)rng_below(&r, 2);
			y[k] = x[k] ^ (k >= codes[c].a ? y[k - codes[c].a] : 0) ^ (k >= codes[c].b ? y[k - codes[c].b] : 0);
			CHECK_INT(scramble_bit(&s, x[k]), y[k]);
			CHECK_INT(descramble_bit(&d, y[k]), x[k]);
		}
	}
}

TEST(g3ruh_bits_of_a_single_one)
{
	/* 1 / (1 + x^12 + x^17) = 1 + (x^12 + x^17) + (x^12 + x^17)^2 + ...: powers 0, 12, 17, 24, 34, 36 ... below 41 */
	struct scrambler s = {.taps = SCRAMBLE_G3RUH};
	char got[42] = "";
	for (int k = 0; k < 41; k++)
		got[k] = scramble_bit(&s, k == 0) ? '1' : '0';
	CHECK_STR(got, "10000000000010000100000010000000001010000");
}

TEST(the_registers_run_through_all_states)
{
	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
		struct scrambler s = {.taps = codes[c].taps, .line = 1};
		uint64_t state = (UINT64_C(1) << codes[c].b) - 1;
		unsigned n = 0;
		do {
			scramble_bit(&s, 0);
			n++;
		} while ((s.line & state) != 1 && n <= codes[c].period);
		CHECK_INT(n, codes[c].period);
	}
}

TEST(a_descrambler_finds_itself_and_an_error_becomes_three)
{
	struct scrambler s = {.taps = SCRAMBLE_G3RUH, .line = 0x1234}, d = {.taps = SCRAMBLE_G3RUH, .line = UINT64_MAX};
	struct rng r;
	rng_seed(&r, 1);
	for (int k = 0; k < N; k++) {
		unsigned x = (unsigned)rng_below(&r, 2), wrong = descramble_bit(&d, scramble_bit(&s, x) ^ (k == 100)) ^ x;
		if (k >= 17)
			CHECK_INT(wrong, k == 100 || k == 112 || k == 117);
	}
}

TEST(the_sum_of_soft_bits)
{
	for (float a = -14; a <= 14; a += 0.37f)
		for (float b = -14; b <= 14; b += 0.41f) {
			double exact = 2 * atanh(tanh((double)a / 2) * tanh((double)b / 2));
			CHECK(fabs((double)llr_sum(a, b) - exact) < 1e-3);
			CHECK(fabs((double)llr_add(a, b) - log(exp((double)a) + exp((double)b))) < 3e-4);
		}
	CHECK(llr_sum(1e30f, -3) == -3 && llr_sum(0, 1e30f) == 0);
	CHECK(llr_sum(INFINITY, -INFINITY) == -INFINITY);
}

TEST(soft_bits_through_the_descrambler)
{
	struct scrambler hard = {.taps = SCRAMBLE_G3RUH};
	struct soft_scrambler soft = {.taps = SCRAMBLE_G3RUH};
	struct rng r;
	float line[N];
	rng_seed(&r, 1);
	rng_normal(&r, line, N, 4);
	for (int k = 0; k < N; k++) {
		float got = descramble_soft(&soft, line[k]);
		unsigned bit = descramble_bit(&hard, line[k] < 0);
		if (k < 17) {
			CHECK(got == 0); /* unknown: not all of its bits were heard */
			continue;
		}
		CHECK(got == 0 || (got < 0) == bit);
		CHECK(fabsf(got - llr_sum(llr_sum(line[k], line[k - 12]), line[k - 17])) < 1e-5f);
	}
}

RUN_TESTS
