/* psk_test.c - V.26 and V.27: phases sent, loops of transmitter and receiver under all that a line does, error rates against theory. */
#include <math.h>

#include "1-physical/psk.h"
#include "loop.h"

static const char *const names[] = {"psk2400", "psk2400a", "psk2400b", "psk4800"};
enum { NAMES = sizeof names / sizeof *names };

static struct modem_cfg cfg(const char *name, double rate_hz)
{
	const struct scheme *s = scheme_find(name);
	CHECK(s != NULL);
	return (struct modem_cfg){.scheme = s, .rate_hz = rate_hz};
}

/* The phase of the carrier around the middle of symbol k, degrees. */
static double phase_of(const struct modem_cfg *c, int k)
{
	double sym = c->rate_hz / c->scheme->baud, re = 0, im = 0;
	int from = (int)ceil(k * sym) + 2, n = (int)lround(c->rate_hz / c->scheme->centre_hz);
	for (int i = from; i < from + n; i++) {
		re += (double)wave[i] * sin(TAU * c->scheme->centre_hz * i / c->rate_hz);
		im += (double)wave[i] * cos(TAU * c->scheme->centre_hz * i / c->rate_hz);
	}
	return atan2(im, re) * 360 / TAU;
}

TEST(the_phase_steps_of_the_recommendations)
{
	/* V.26 table 1: A and B; V.27 table 1 */
	static const struct {
		const char *name;
		int degrees[8]; /* by the bits */
	} tables[] = {{"psk2400a", {0, 90, 270, 180}},
	              {"psk2400b", {45, 135, 315, 225}},
	              {"psk4800", {45, 0, 90, 135, 270, 315, 225, 180}}};
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
		struct scheme plain = *scheme_find(tables[t].name);
		plain.nrzi = false;
		struct modem_cfg c = {.scheme = &plain, .rate_hz = 72000};
		uint8_t b[24];
		for (unsigned i = 0; i < 24; i++)
			b[i] = i / plain.bits >> (plain.bits - 1 - i % plain.bits) & 1;
		length = 0;
		send(&c, b, plain.bits << plain.bits);
		for (int v = 0; v < 1 << plain.bits; v++) { /* 48 symbols come first */
			double step = phase_of(&c, 48 + v) - phase_of(&c, 47 + v) - tables[t].degrees[v];
			CHECK(fabs(remainder(step, 360)) < 1);
		}
	}
}

TEST(loop_at_all_rates_and_blocks)
{
	static const double rates[] = {8000, 11025, 22050, 44100, 48000, 96000, 192000};
	static const size_t blocks[] = {4096, 7, 1};
	uint8_t b[BITS];
	random_bits(b, BITS, 1);
	for (int s = 0; s < NAMES; s++)
		for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
			struct modem_cfg c = cfg(names[s], rates[r]);
			length = 0;
			silence((size_t)(rates[r] / 20));
			send(&c, b, BITS);
			silence((size_t)(rates[r] / 20));
			receive(&c, blocks[r % 3]);
			CHECK_INT(times_heard(b, BITS), 1);
			CHECK_INT(starts, 1);
			CHECK(lock.ebn0_db > 12);
			CHECK(fabs(lock.offset_hz) < 1);
			CHECK(lock.start_s > 0.03 && lock.start_s < 0.06);
		}
}

TEST(blocks_make_no_difference)
{
	static float first[MOST];
	struct modem_cfg c = cfg("psk4800", 44100);
	uint8_t b[BITS];
	random_bits(b, BITS, 1);
	length = 0;
	silence(3000);
	send(&c, b, BITS);
	silence(3000);
	noise(&c, 12, 1);
	receive(&c, 4096);
	size_t n = bits_heard;
	memcpy(first, heard, n * sizeof *first);
	for (size_t block = 1; block < 1000; block = block * 7 + 1) {
		receive(&c, block);
		CHECK_INT(bits_heard, n);
		CHECK_MEM(heard, first, n * sizeof *first);
	}
}

TEST(bursts_that_differ_in_everything)
{
	/* Offset in Hz, clock in ppm, level: over 60 dB. */
	static const double bursts[][3] = {{30, 200, 0.5}, {-30, -200, 0.0005}, {0, 100, 0.05}, {-12, 1000, 0.9}};
	uint8_t b[BITS];
	for (int s = 0; s < NAMES; s++) {
		struct modem_cfg c = cfg(names[s], 44100);
		length = 0;
		for (uint64_t k = 0; k < 4; k++) {
			struct modem_cfg t = c;
			t.centre_hz = c.scheme->centre_hz + bursts[k][0];
			t.baud = c.scheme->baud * (1 + bursts[k][1] * 1e-6);
			t.amplitude = bursts[k][2];
			random_bits(b, BITS, k);
			silence(4000 + 17 * k);
			send(&t, b, BITS);
		}
		silence(4000);
		receive(&c, 512);
		CHECK_INT(starts, 4);
		for (uint64_t k = 0; k < 4; k++) {
			random_bits(b, BITS, k);
			CHECK_INT(times_heard(b, BITS), 1);
		}
		CHECK(fabs(lock.offset_hz + 12) < 1);
		CHECK(fabs(lock.clock_ppm - 1000) < 400);
	}
}

TEST(either_alternative_is_heard)
{
	uint8_t b[BITS];
	random_bits(b, BITS, 3);
	for (int from = 1; from <= 2; from++)
		for (int to = 0; to <= 2; to++) {
			struct modem_cfg t = cfg(names[from], 48000), c = cfg(names[to], 48000);
			length = 0;
			silence(2000);
			send(&t, b, BITS);
			silence(2000);
			receive(&c, 4096);
			if (to == 0 || to == from) /* B 150 Hz lower is A */
				CHECK_INT(times_heard(b, BITS), 1);
		}
}

/* Sends many bits at Eb/N0 and compares; leaves llr of each in heard, aligned to b. Returns how many were wrong, -1: lost. */
static long errors_at(const char *name, double ebn0_db, uint8_t *b, size_t n)
{
	struct scheme plain = *scheme_find(name);
	plain.nrzi = false;
	struct modem_cfg c = {.scheme = &plain, .rate_hz = 44100};
	long best = -1;
	size_t at = 0;

	random_bits(b, n, 5);
	length = 0;
	silence(1000);
	send(&c, b, n);
	silence(1000);
	noise(&c, ebn0_db, 7);
	receive(&c, 4096);
	for (size_t i = 0; i + n <= bits_heard; i++) {
		long wrong = 0;
		for (size_t j = 0; j < n && wrong < (long)n / 4; j++)
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

TEST(near_theory_with_recovery)
{
	enum { N = 60000 };
	static uint8_t b[N];
	static const struct {
		const char *name;
		double ebn0_db;
	} points[] = {{"psk2400b", 6}, {"psk2400a", 4}, {"psk4800", 9}};
	for (size_t p = 0; p < sizeof points / sizeof *points; p++) {
		const struct scheme *s = scheme_find(points[p].name);
		long wrong = errors_at(points[p].name, points[p].ebn0_db, b, N);
		/* half a decibel of loss, and what chance does to a count */
		double most = N * s->modem->theory(s, points[p].ebn0_db - 0.5, NULL);
		CHECK(wrong > 0);
		CHECK((double)wrong < most + 4 * sqrt(2 * most));
	}
}

TEST(soft_bits_mean_what_they_say)
{
	enum { N = 60000 };
	static uint8_t b[N];
	static const struct {
		const char *name;
		double ebn0_db;
	} points[] = {{"psk2400", 5}, {"psk4800", 9}};
	for (size_t p = 0; p < 2; p++) {
		double count[6] = {0}, wrong[6] = {0}, expect[6] = {0};
		CHECK(errors_at(points[p].name, points[p].ebn0_db, b, N) > 0);
		for (size_t i = 0; i < N; i++) {
			double l = fabs((double)heard[i]);
			int bin = l < 5.99 ? (int)l : 5;
			count[bin]++;
			wrong[bin] += (heard[i] < 0) != b[i];
			expect[bin] += 1 / (1 + exp(l));
		}
		for (int k = 0; k < 5; k++) {
			CHECK(count[k] > 200);
			/* errors come in pairs; a scale off by a quarter would be seen */
			CHECK(fabs(wrong[k] - expect[k]) < 0.4 * expect[k] + 5 * sqrt(2 * expect[k]));
		}
	}
}

TEST(ideal_meets_theory)
{
	struct rng r;
	rng_seed(&r, 1);
	for (int i = 1; i < NAMES; i++) {
		const struct scheme *s = scheme_find(names[i]);
		for (double db = 0; db <= 8; db += 2) {
			uint64_t n = 200000;
			double p = s->modem->theory(s, db, NULL), got = (double)s->modem->ideal(s, db, n, &r);
			/* errors come in pairs: the variance is at most twice that of independent ones, times the bits of a symbol */
			CHECK(fabs(got - (double)n * p) < 4.5 * sqrt((double)n * p * 2 * s->bits));
		}
	}
	const struct scheme *s = scheme_find("psk2400");
	for (double db = -4; db <= 12; db += 2) {
		double q = q_function(sqrt(2 * from_db(db))), p = s->modem->theory(s, db, NULL);
		CHECK(fabs(p / (2 * q * (1 - q)) - 1) < 1e-5);
	}
	CHECK(fabs(scheme_find("psk4800")->modem->theory(scheme_find("psk4800"), -60, NULL) - 0.5) < 0.01);
}

TEST(energy_of_a_bit)
{
	for (int i = 0; i < NAMES; i++) {
		struct modem_cfg c = cfg(names[i], 48000);
		static uint8_t b[30000];
		double sum = 0;
		random_bits(b, sizeof b, 9);
		length = 0;
		send(&c, b, sizeof b);
		for (size_t k = 0; k < length; k++)
			sum += (double)wave[k] * (double)wave[k];
		double symbols = (double)sizeof b / c.scheme->bits, share = symbols / (symbols + 60);
		CHECK(fabs(sum * share / 48000 / sizeof b / c.scheme->modem->bit_energy(&c) - 1) < 0.01);
	}
}

TEST(nothing_in_noise_or_silence)
{
	for (int i = 0; i < NAMES; i++) {
		struct modem_cfg c = cfg(names[i], 11025);
		length = 0;
		silence(11025 * 20);
		receive(&c, 4096);
		CHECK_INT(starts, 0);
		noise(&c, 10, 3);
		receive(&c, 4096);
		CHECK_INT(starts, 0);
	}
}

TEST(hostile_samples)
{
	struct rng r;
	rng_seed(&r, 1);
	for (int i = 0; i < NAMES; i++)
		for (int kind = 0; kind < 4; kind++) {
			struct modem_cfg c = cfg(names[i], 48000);
			uint8_t b[BITS];
			random_bits(b, BITS, 1);
			length = 0;
			send(&c, b, BITS);
			for (size_t k = 0; k < length; k++) {
				uint32_t any = (uint32_t)rng_u64(&r);
				if (kind == 0)
					wave[k] = NAN;
				else if (kind == 1)
					memcpy(&wave[k], &any, 4);
				else if (any % 50 == 0)
					wave[k] = kind == 2 ? INFINITY : 1e30f;
			}
			receive(&c, 333);
			if (kind == 2) /* one sample in 50 lost is nothing */
				CHECK_INT(times_heard(b, BITS), 1);
		}
}

TEST(rates_that_cannot_be)
{
	struct err e;
	for (int i = 0; i < NAMES; i++) {
		struct modem_cfg c = cfg(names[i], 4000);
		CHECK(c.scheme->modem->tx_new(&c, (struct wave_sink){put, NULL}, &e) == NULL);
		CHECK(strstr(e.msg, "needs at least") != NULL);
		CHECK(c.scheme->modem->rx_new(&c, (struct soft_sink){0}, &e) == NULL);
		c.rate_hz = NAN;
		CHECK(c.scheme->modem->rx_new(&c, (struct soft_sink){0}, &e) == NULL);
	}
}

RUN_TESTS
