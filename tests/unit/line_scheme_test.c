/* line_scheme_test.c - line codes as baseband schemes: their closed forms, and the receiver, which knows nothing but
 * the scheme. */
#include <math.h>
#include <stdlib.h>

#include "1-physical/line_modem.h"
#include "io.h"
#include "test.h"

enum { BITS = 2000, ROOM = 400000, HEARD = 6000 };

static float wave[ROOM];
static size_t samples;
static float heard[HEARD];
static size_t nheard, runs;
static uint8_t bits[BITS];
static struct rng rng;

static void put(void *arg, const float *x, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n && samples < ROOM; i++)
		wave[samples++] = x[i];
}

static void take(void *arg, const float *llr, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n && nheard < HEARD; i++)
		heard[nheard++] = llr[i];
}

static void started(void *arg, double at)
{
	(void)arg, (void)at;
	runs++;
}

static void quiet(size_t n)
{
	for (size_t i = 0; i < n && samples < ROOM; i++)
		wave[samples++] = 0;
}

/* A burst of random bits between silence, at this rate. */
static void send(const struct modem_cfg *c, size_t before)
{
	struct err e;
	samples = 0;
	quiet(before);
	void *tx = c->scheme->modem->tx_new(c, (struct wave_sink){put, NULL}, &e);
	CHECK(tx);
	for (size_t j = 0; j < BITS; j++)
		bits[j] = (uint8_t)(rng_u64(&rng) >> 63);
	c->scheme->modem->tx_send(tx, bits, BITS);
	c->scheme->modem->tx_free(tx);
	quiet(4000);
}

static void hear(const struct modem_cfg *c, size_t block)
{
	struct err e;
	nheard = runs = 0;
	void *rx = c->scheme->modem->rx_new(c, (struct soft_sink){.start = started, .bits = take}, &e);
	CHECK(rx);
	for (size_t i = 0; i < samples; i += block)
		c->scheme->modem->rx_push(rx, wave + i, samples - i < block ? samples - i : block);
	c->scheme->modem->rx_end(rx);
	c->scheme->modem->rx_free(rx);
}

static void add_noise(const struct modem_cfg *c, double ebn0_db)
{
	float *noise = xmalloc(samples * sizeof *noise);
	double eb = c->scheme->modem->bit_energy(c);
	rng_normal(&rng, noise, samples, (float)sqrt(eb / from_db(ebn0_db) / 2 * c->rate_hz));
	for (size_t i = 0; i < samples; i++)
		wave[i] += noise[i];
	free(noise);
}

/* The fewest bits that differ, wherever among those heard the sent ones are. */
static size_t wrong_bits(void)
{
	size_t best = BITS;
	for (size_t at = 0; at + BITS <= nheard; at++) {
		size_t wrong = 0;
		for (size_t j = 0; j < BITS && wrong < best; j++)
			wrong += (heard[at + j] < 0) != bits[j];
		best = wrong < best ? wrong : best;
	}
	return best;
}

TEST(every_scheme_is_heard_clean_at_awkward_rates_in_blocks_of_any_size)
{
	static const double rates[] = {19200, 22050, 48000, 44100 * 1.0003};
	rng_seed(&rng, 1);
	for (const struct scheme *s = linecode_schemes; s->name; s++) {
		for (size_t k = 0; k < 4; k++) {
			struct modem_cfg c = {.scheme = s, .rate_hz = rates[k]};
			send(&c, 1000 + 37 * k);
			c.rate_hz = k == 3 ? 44100 : c.rate_hz; /* a clock 300 ppm off */
			hear(&c, k == 0 ? 1 : 7000);
			size_t wrong = wrong_bits();
			if (wrong || runs != 1)
				printf("# %s at %g: %zu wrong, %zu runs\n", s->name, rates[k], wrong, runs);
			CHECK(wrong == 0 && runs == 1);
		}
	}
}

TEST(in_noise_the_receiver_is_near_the_closed_form)
{
	rng_seed(&rng, 2);
	for (const struct scheme *s = linecode_schemes; s->name; s++) {
		struct modem_cfg c = {.scheme = s, .rate_hz = 22050};
		double db = 0;
		while (s->modem->theory(s, db, NULL) > 0.01)
			db += 0.1;
		size_t wrong = 0, n = 0;
		for (unsigned k = 0; k < 10; k++, n += BITS) {
			send(&c, 1000 + 101 * k);
			add_noise(&c, db);
			hear(&c, 4096);
			size_t w = wrong_bits();
			if (w > BITS / 10)
				printf("# %s, burst %u: %zu wrong, %zu runs, %zu heard\n", s->name, k, w, runs, nheard);
			wrong += w;
		}
		double ber = (double)wrong / (double)n;
		if (ber > 0.015)
			printf("# %s at %.1f dB: %.4f\n", s->name, db, ber);
		CHECK(ber < 0.015 && ber > 0.006);
	}
}

TEST(the_ideal_detector_meets_the_closed_form)
{
	rng_seed(&rng, 3);
	for (const struct scheme *s = linecode_schemes; s->name; s++) {
		const char *what = NULL;
		double n = 200000, p = s->modem->theory(s, 4, &what), e = (double)s->modem->ideal(s, 4, (uint64_t)n, &rng);
		/* differential codes' errors come in pairs: twice the variance */
		double sigma = sqrt(2 * n * p * (1 - p));
		CHECK(what && fabs(e - n * p) < 4 * sigma);
	}
}

TEST(noise_silence_and_what_is_no_number_make_no_bits_and_no_harm)
{
	rng_seed(&rng, 4);
	for (const struct scheme *s = linecode_schemes; s->name; s++) {
		struct modem_cfg c = {.scheme = s, .rate_hz = 22050};
		samples = ROOM / 2;
		rng_normal(&rng, wave, samples, 0.3f);
		hear(&c, 1000);
		CHECK(runs <= 1);
		memset(wave, 0, sizeof wave);
		hear(&c, 1000);
		CHECK_INT(runs, 0);
		for (size_t i = 0; i < samples; i++)
			wave[i] = i % 3 ? INFINITY : i % 2 ? NAN : 1e30f;
		hear(&c, 1000);
		CHECK_INT(runs, 0);
		for (size_t i = 0; i < samples; i++)
			wave[i] = 9999 * (float)(rng_u64(&rng) & 1);
		hear(&c, 1000); /* anything may be heard */
	}
}

TEST(too_low_a_rate_is_refused)
{
	struct err e;
	struct modem_cfg c = {.scheme = scheme_find("manchester"), .rate_hz = 8000};
	CHECK(!c.scheme->modem->tx_new(&c, (struct wave_sink){0}, &e));
	CHECK_STR(e.msg, "manchester at 2400 baud needs at least 19200 samples a second, not 8000");
	CHECK(!c.scheme->modem->rx_new(&c, (struct soft_sink){0}, &e));
	c.rate_hz = NAN;
	CHECK(!c.scheme->modem->rx_new(&c, (struct soft_sink){0}, &e));
}

RUN_TESTS
