/* g3ruh_test.c - scrambled baseband: the pulse, loops of transmitter and receiver under all that a line does, error rates. */
#include <math.h>

#include "1-physical/g3ruh.h"
#include "1-physical/scramble.h"
#include "loop.h"

static struct modem_cfg cfg(double rate_hz) { return (struct modem_cfg){.scheme = scheme_find("g3ruh9600"), .rate_hz = rate_hz}; }

TEST(levels_and_changes)
{
	/* Ten samples a bit. A level is +-amplitude, a change half a period of a cosine; the levels descramble to the bits. */
	struct scheme plain = *scheme_find("g3ruh9600");
	plain.nrzi = false;
	struct modem_cfg c = {.scheme = &plain, .rate_hz = 96000, .amplitude = 0.8};
	struct scrambler d = {.taps = SCRAMBLE_G3RUH};
	uint8_t b[BITS];
	random_bits(b, BITS, 1);
	length = 0;
	send(&c, b, BITS);
	for (int k = 0; k < 96 + BITS; k++) {
		unsigned bit = descramble_bit(&d, wave[10 * (k + 1)] > 0);
		CHECK(fabs(fabs((double)wave[10 * (k + 1)]) - 0.8) < 1e-6);
		CHECK_INT(bit, k < 96 ? 1 : b[k - 96]);
		for (int i = 1; i < 10 && k > 0; i++) {
			double p = cos(TAU / 2 * i / 10), from = (double)wave[10 * k], to = (double)wave[10 * (k + 1)];
			CHECK(fabs((double)wave[10 * k + i] - ((from + to) / 2 + (from - to) / 2 * p)) < 1e-5);
		}
	}
}

TEST(loop_at_all_rates_and_blocks)
{
	static const double rates[] = {21600, 22050, 24000, 44100, 48000, 96000, 192000};
	static const size_t blocks[] = {4096, 7, 1};
	uint8_t b[BITS];
	random_bits(b, BITS, 1);
	for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
		struct modem_cfg c = cfg(rates[r]);
		length = 0;
		silence((size_t)(rates[r] / 20));
		send(&c, b, BITS);
		silence((size_t)(rates[r] / 20));
		receive(&c, blocks[r % 3]);
		CHECK_INT(times_heard(b, BITS), 1);
		CHECK(starts <= 2); /* the end of a burst may look like another */
	}
}

TEST(polarity_does_not_matter)
{
	struct modem_cfg c = cfg(44100);
	uint8_t b[BITS];
	random_bits(b, BITS, 2);
	length = 0;
	silence(1000);
	send(&c, b, BITS);
	silence(1000);
	for (size_t i = 0; i < length; i++)
		wave[i] = -wave[i];
	receive(&c, 4096);
	CHECK_INT(times_heard(b, BITS), 1);
}

TEST(bursts_that_differ_in_everything)
{
	/* Clock in ppm, level over 60 dB, offset of the whole over the level. */
	static const double bursts[][3] = {{200, 0.5, 0}, {-200, 0.0005, 0.3}, {1000, 0.05, -0.3}, {100, 0.9, 0.1}};
	struct modem_cfg c = cfg(48000);
	uint8_t b[BITS];
	length = 0;
	for (uint64_t k = 0; k < 4; k++) {
		struct modem_cfg t = c;
		size_t from = length;
		t.baud = c.scheme->baud * (1 + bursts[k][0] * 1e-6);
		t.amplitude = bursts[k][1];
		random_bits(b, BITS, k);
		silence(1500 + 17 * k);
		send(&t, b, BITS);
		for (size_t i = from; i < length; i++)
			wave[i] += (float)(bursts[k][1] * bursts[k][2]);
	}
	silence(1500);
	receive(&c, 512);
	for (uint64_t k = 0; k < 4; k++) {
		random_bits(b, BITS, k);
		CHECK_INT(times_heard(b, BITS), 1);
	}
}

/* Many bits at Eb/N0: how many were wrong, -1: lost; the soft bits in heard. */
static long errors_at(double ebn0_db, const uint8_t *b, size_t n)
{
	struct scheme plain = *scheme_find("g3ruh9600");
	plain.nrzi = false;
	struct modem_cfg c = {.scheme = &plain, .rate_hz = 48000};
	long best = -1;
	size_t at = 0;

	length = 0;
	silence(1000);
	send(&c, b, n);
	silence(1000);
	noise(&c, ebn0_db, 7);
	receive(&c, 4096);
	for (size_t i = 0; i + n <= bits_heard && i < 400; i++) {
		long wrong = 0;
		for (size_t j = 0; j < n; j++)
			wrong += (heard[i + j] < 0) != b[j];
		if (wrong < (long)n / 4 && (best < 0 || wrong < best)) {
			best = wrong;
			at = i;
		}
	}
	if (best >= 0)
		memmove(heard, heard + at, n * sizeof *heard);
	return best;
}

TEST(near_theory_and_soft_bits_mean_what_they_say)
{
	enum { N = 150000 };
	static uint8_t b[N];
	const struct scheme *s = scheme_find("g3ruh9600");
	double count[6] = {0}, wrong[6] = {0}, expect[6] = {0}, most = N * s->modem->theory(s, 5.6, NULL);
	random_bits(b, N, 5);
	long errors = errors_at(6, b, N);
	CHECK(errors > 0);
	CHECK((double)errors < most + 4 * sqrt(3 * most));
	for (size_t i = 0; i < N; i++) {
		double l = fabs((double)heard[i]);
		int bin = l < 5.99 ? (int)l : 5;
		count[bin]++;
		wrong[bin] += (heard[i] < 0) != b[i];
		expect[bin] += 1 / (1 + exp(l));
	}
	for (int k = 0; k < 5; k++) {
		CHECK(count[k] > 200);
		CHECK(fabs(wrong[k] - expect[k]) < 0.4 * expect[k] + 5 * sqrt(3 * expect[k]));
	}
}

TEST(ideal_meets_theory)
{
	const struct scheme *s = scheme_find("g3ruh9600");
	struct rng r;
	rng_seed(&r, 1);
	for (double db = 0; db <= 8; db += 2) {
		uint64_t n = 500000;
		double p = s->modem->theory(s, db, NULL), got = (double)s->modem->ideal(s, db, n, &r);
		CHECK(fabs(got - (double)n * p) < 4.5 * sqrt((double)n * p * 3)); /* errors come in threes */
	}
}

TEST(energy_of_a_bit)
{
	struct modem_cfg c = cfg(48000);
	static uint8_t b[30000];
	double sum = 0;
	random_bits(b, sizeof b, 9);
	length = 0;
	send(&c, b, sizeof b);
	for (size_t k = 0; k < length; k++)
		sum += (double)wave[k] * (double)wave[k];
	double share = sizeof b / (sizeof b + 120.0);
	CHECK(fabs(sum * share / 48000 / sizeof b / c.scheme->modem->bit_energy(&c) - 1) < 0.015);
}

TEST(nothing_in_silence_little_in_noise)
{
	struct modem_cfg c = cfg(22050);
	length = 0;
	silence(22050 * 20);
	receive(&c, 4096);
	CHECK_INT(starts, 0);
	noise(&c, 10, 3);
	receive(&c, 4096);
	CHECK(starts <= 2);
	CHECK(bits_heard < 2000);
}

TEST(hostile_samples)
{
	struct rng r;
	rng_seed(&r, 1);
	for (int kind = 0; kind < 4; kind++) {
		struct modem_cfg c = cfg(48000);
		uint8_t b[BITS];
		random_bits(b, BITS, 1);
		length = 0;
		silence(500);
		send(&c, b, BITS);
		for (size_t k = 0; k < length; k++) {
			uint32_t any = (uint32_t)rng_u64(&r);
			if (kind == 0)
				wave[k] = NAN;
			else if (kind == 1)
				memcpy(&wave[k], &any, 4);
			else if (any % 500 == 0)
				wave[k] = kind == 2 ? INFINITY : 1e30f;
		}
		receive(&c, 333);
		if (kind >= 2) /* one sample in 500 lost is nothing */
			CHECK_INT(times_heard(b, BITS), 1);
	}
}

TEST(rates_that_cannot_be)
{
	struct err e;
	struct modem_cfg c = cfg(11025);
	CHECK(c.scheme->modem->tx_new(&c, (struct wave_sink){put, NULL}, &e) == NULL);
	CHECK_STR(e.msg, "g3ruh9600 at 9600 baud needs at least 21600 samples a second, not 11025");
	CHECK(c.scheme->modem->rx_new(&c, (struct soft_sink){0}, &e) == NULL);
	c.rate_hz = NAN;
	CHECK(c.scheme->modem->rx_new(&c, (struct soft_sink){0}, &e) == NULL);
}

RUN_TESTS
