/* dsss_test.c - spreading codes by their defining correlations, users that share a band, loops of transmitter and receiver. */
#include <math.h>

#include "1-physical/dsss.h"
#include "loop.h"

/* Correlation of a with b shifted by s chips, round about. */
static int correlation(const struct dsss_code *a, const struct dsss_code *b, unsigned s)
{
	int sum = 0;
	for (unsigned i = 0; i < a->n; i++)
		sum += a->chip[i] * b->chip[(i + s) % b->n];
	return sum;
}

TEST(barker)
{
	struct dsss_code c;
	dsss_barker11(&c);
	for (unsigned s = 0; s < 11; s++) {
		int open = 0; /* not round about */
		for (unsigned i = 0; i + s < 11; i++)
			open += c.chip[i] * c.chip[i + s];
		CHECK_INT(open, s == 0 ? 11 : s % 2 == 0 ? -1 : 0);
	}
}

TEST(walsh)
{
	struct dsss_code a, b;
	for (unsigned n = 2; n <= 64; n *= 2)
		for (unsigned j = 0; j < n; j++)
			for (unsigned k = 0; k < n; k++) {
				dsss_walsh(&a, n, j);
				dsss_walsh(&b, n, k);
				CHECK_INT(correlation(&a, &b, 0), j == k ? n : 0);
			}
}

TEST(gold)
{
	static const struct {
		unsigned degree, codes;
		int t;
	} families[] = {{5, 33, 9}, {7, 12, 17}};
	for (int f = 0; f < 2; f++)
		for (unsigned j = 0; j < families[f].codes; j++)
			for (unsigned k = 0; k < families[f].codes; k++) {
				struct dsss_code a, b;
				int t = families[f].t, wrong = 0;
				dsss_gold(&a, families[f].degree, j);
				dsss_gold(&b, families[f].degree, k);
				for (unsigned s = 0; s < a.n; s++) {
					int c = correlation(&a, &b, s);
					wrong += !(j == k && s == 0 ? c == (int)a.n : c == -1 || c == -t || c == t - 2);
				}
				CHECK_INT(wrong, 0);
			}
}

TEST(users_in_step_do_not_hear_each_other)
{
	enum { USERS = 16, SENT = 100 };
	static float x[16 * SENT];
	static uint8_t b[USERS][SENT];
	float y[SENT];
	struct dsss_code c;
	for (unsigned u = 0; u < USERS; u++) {
		random_bits(b[u], SENT, u);
		dsss_walsh(&c, 16, u);
		dsss_spread(&c, u % 2 ? 1 : 0.01f, b[u], SENT, x);
	}
	for (unsigned u = 0; u < USERS; u++) {
		dsss_walsh(&c, 16, u);
		dsss_despread(&c, x, SENT, y);
		for (int j = 0; j < SENT; j++)
			CHECK(fabsf(y[j] - (b[u][j] ? -1 : 1) * (u % 2 ? 1 : 0.01f)) < 1e-5f);
	}
}

static const char *const names[] = {"dsss", "cdma1", "cdma2", "cdma3"};

static struct modem_cfg cfg(const char *name, double rate_hz)
{
	return (struct modem_cfg){.scheme = scheme_find(name), .rate_hz = rate_hz};
}

TEST(loop_at_all_rates_and_blocks)
{
	static const double rates[] = {9600, 11025, 22050, 48000, 192000};
	static const size_t blocks[] = {4096, 7, 1};
	uint8_t b[200];
	random_bits(b, 200, 1);
	for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
		struct modem_cfg c = cfg("dsss", rates[r]), t = c;
		t.centre_hz = c.scheme->centre_hz + 10;
		t.baud = c.scheme->baud * 1.0001;
		t.amplitude = r % 2 ? 0.5 : 0.001;
		length = 0;
		silence((size_t)(rates[r] / 20));
		send(&t, b, 200);
		silence((size_t)(rates[r] / 20));
		receive(&c, blocks[r % 3]);
		CHECK_INT(times_heard(b, 200), 1);
		CHECK_INT(starts, 1);
		CHECK(fabs(lock.offset_hz - 10) < 2);
	}
}

TEST(three_users_in_one_band)
{
	static float sum[MOST];
	uint8_t b[3][150];
	size_t all = 0;
	memset(sum, 0, sizeof sum);
	for (uint64_t u = 0; u < 3; u++) {
		struct modem_cfg c = cfg(names[1 + u], 22050);
		random_bits(b[u], 150, u);
		length = 0;
		silence(1000 + 137 * u);
		c.amplitude = 0.2;
		send(&c, b[u], 150);
		silence(3000);
		for (size_t i = 0; i < length; i++)
			sum[i] += wave[i];
		all = length > all ? length : all;
	}
	memcpy(wave, sum, sizeof wave);
	length = all;
	struct modem_cfg any = cfg("cdma1", 22050);
	any.amplitude = 0.2;
	noise(&any, 15, 1);
	for (int u = 0; u < 3; u++) {
		struct modem_cfg c = cfg(names[1 + u], 22050);
		receive(&c, 4096);
		CHECK_INT(times_heard(b[u], 150), 1);
	}
}

TEST(near_theory_and_soft_bits_mean_what_they_say)
{
	enum { N = 8000 };
	static uint8_t b[N];
	struct modem_cfg c = cfg("dsss", 44100);
	double wrong = 0, expect = 0, p = c.scheme->modem->theory(c.scheme, 5.2, NULL);
	random_bits(b, N, 2);
	length = 0;
	silence(1000);
	send(&c, b, N);
	noise(&c, 6, 4);
	receive(&c, 4096);
	size_t at = 0, best = N;
	for (size_t i = 0; i < 100 && i + N <= bits_heard; i++) {
		size_t n = 0;
		for (size_t j = 0; j < N; j++)
			n += (heard[i + j] < 0) != b[j];
		if (n < best) {
			best = n;
			at = i;
		}
	}
	CHECK((double)best < N * p + 4 * sqrt(N * p));
	for (size_t j = 0; j < N && at + j < bits_heard; j++) {
		double l = fabs((double)heard[at + j]);
		if (l > 0.5 && l < 4) {
			wrong += (heard[at + j] < 0) != b[j];
			expect += 1 / (1 + exp(l));
		}
	}
	CHECK(fabs(lock.ebn0_db - 6) < 0.7);
	CHECK(expect > 20);
	CHECK(fabs(wrong - expect) < 0.3 * expect + 5 * sqrt(expect));
}

TEST(ideal_meets_theory)
{
	struct rng r;
	rng_seed(&r, 1);
	for (double db = 0; db <= 8; db += 4)
		for (int i = 0; i < 2; i++) {
			const struct scheme *s = scheme_find(names[i]);
			uint64_t n = 40000;
			double p = s->modem->theory(s, db, NULL), got = (double)s->modem->ideal(s, db, n, &r);
			CHECK(fabs(got - (double)n * p) < 4.5 * sqrt((double)n * p * 2));
		}
}

TEST(nothing_in_noise_silence_and_rubbish)
{
	struct rng r;
	rng_seed(&r, 1);
	for (int i = 0; i < 2; i++) {
		struct modem_cfg c = cfg(names[i], 16000);
		length = 0;
		silence(16000 * 10);
		receive(&c, 4096);
		CHECK_INT(starts, 0);
		noise(&c, 10, 3);
		receive(&c, 4096);
		CHECK_INT(starts, 0);
		for (size_t k = 0; k < length; k++) {
			uint32_t any = (uint32_t)rng_u64(&r);
			memcpy(&wave[k], &any, 4);
		}
		receive(&c, 333);
		for (size_t k = 0; k < length; k++)
			wave[k] = NAN;
		receive(&c, 333);
	}
	struct err e;
	struct modem_cfg low = cfg("cdma1", 8000);
	CHECK(low.scheme->modem->rx_new(&low, (struct soft_sink){0}, &e) == NULL);
	CHECK(strstr(e.msg, "needs at least") != NULL);
}

RUN_TESTS
