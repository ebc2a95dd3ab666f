/* linear_test.c - linear modulation: theory against figures computed otherwise, detection with perfect synchronisation against theory,
 * and transmitter to receiver through carrier and clock offsets, gain and noise. Seeds are fixed. */
#include "1-physical/linear.h"
#include "io.h"
#include "rng.h"
#include "test.h"

#define EACH_SCHEME(s) for (const struct scheme *s = linear_schemes; s->name; s++)

enum { QPSK = 5, QAM16 = 9, DBPSK = 4, PI4DQPSK = 7 };

/* ---- statistics ---- */

/* ln of the chance of exactly k of n. */
static double log_binomial(uint64_t k, uint64_t n, double p)
{
	double m = (double)n, j = (double)k;
	return lgamma(m + 1) - lgamma(j + 1) - lgamma(m - j + 1) + j * log(p) + (m - j) * log1p(-p);
}

/* The chance of k or more wrong bits of n, and of k or fewer. */
static double at_least(uint64_t k, uint64_t n, double p)
{
	double sum = 0;
	for (uint64_t j = k; j <= n && j < k + 20000; j++)
		sum += exp(log_binomial(j, n, p));
	return sum;
}
static double at_most(uint64_t k, uint64_t n, double p)
{
	double sum = 0;
	for (uint64_t j = k + 1; j-- > 0 && k - j < 20000;)
		sum += exp(log_binomial(j, n, p));
	return sum;
}

/* p is inside the Clopper-Pearson interval of 99.99% around k of n. */
static bool inside(uint64_t k, uint64_t n, double p) { return at_least(k, n, p) > 5e-5 && at_most(k, n, p) > 5e-5; }

/* ---- theory and perfect synchronisation ---- */

TEST(theory_is_right)
{
	/* By Python: the normal distribution, enumeration of all pairs of levels, integration of the phase's density (Proakis 5.2-55) over
	 * the sectors, and the noncentral chi-squared distribution for Marcum's Q. At 0, 4, 8 and 12 dB. */
	static const struct {
		const char *name;
		double ber[4];
	} want[] = {
		{"ook", {0.158655254, 0.0564953017, 0.0060043864, 3.43026239e-05}},
		{"4ask", {0.140981635, 0.0586237373, 0.00924721374, 0.000138658689}},
		{"8ask", {0.199841352, 0.118522697, 0.0523338628, 0.00972398508}},
		{"bpsk", {0.0786496035, 0.012500818, 0.000190907774, 9.00601035e-09}},
		{"dbpsk", {0.183939721, 0.0405575384, 0.000909404448, 6.5443471e-08}},
		{"qpsk", {0.0786496035, 0.012500818, 0.000190907774, 9.00601035e-09}},
		{"oqpsk", {0.0786496035, 0.012500818, 0.000190907774, 9.00601035e-09}},
		{"pi4dqpsk", {0.16390753, 0.0487488622, 0.00364294313, 9.05258912e-06}},
		{"8psk", {0.122692761, 0.0458949185, 0.00618105608, 6.33787882e-05}},
		{"16qam", {0.140981635, 0.0586237373, 0.00924721374, 0.000138658689}},
		{"64qam", {0.199841352, 0.118522697, 0.0523338628, 0.00972398508}},
		{"256qam", {0.254607199, 0.178317669, 0.107889943, 0.0520758223}},
	};
	size_t i = 0;
	EACH_SCHEME(s)
	{
		CHECK_STR(s->name, want[i].name);
		for (int k = 0; k < 4; k++) {
			const char *what = NULL;
			double got = s->modem->theory(s, 4 * k, &what);
			CHECK(fabs(got / want[i].ber[k] - 1) < 1e-7 && what && *what);
		}
		CHECK(s->modem->theory(s, -30, NULL) > 0.4 && s->modem->theory(s, 60, NULL) >= 0 && s->modem->theory(s, 60, NULL) < 1e-20);
		CHECK_INT(s->bits, ((const struct linear_kind *)s->param)->bits);
		i++;
	}
	CHECK_INT(i, sizeof want / sizeof *want);
}

TEST(perfect_synchronisation_meets_theory)
{
	struct rng r;
	rng_seed(&r, 1);
	EACH_SCHEME(s)
		for (double db = 0; db <= 9; db += 3) {
			const uint64_t n = 100001; /* no multiple of any symbol's bits */
			uint64_t wrong = s->modem->ideal(s, db, n, &r);
			CHECK(inside(wrong, n, s->modem->theory(s, db, NULL)));
		}
}

TEST(perfect_synchronisation_counts_no_more_bits_than_asked)
{
	struct rng r;
	rng_seed(&r, 2);
	EACH_SCHEME(s)
	{
		uint64_t wrong = 0;
		for (int i = 0; i < 2000; i++) {
			uint64_t w = s->modem->ideal(s, -60, 1, &r);
			CHECK(w <= 1);
			wrong += w;
		}
		CHECK(inside(wrong, 2000, 0.5));
		CHECK_INT(s->modem->ideal(s, 60, 1001, &r), 0);
	}
}

/* ---- a signal and what a receiver makes of it ---- */

static struct rng rng;
static float wave[8000000];
static size_t nwave;
static uint8_t sent[400000];
static float llr[400000];
static size_t nllr;
static int starts, stops;
static struct lock lock;
static struct cf shown[400000];
static size_t nshown;

static void put(void *arg, const float *x, size_t n)
{
	(void)arg;
	memcpy(wave + nwave, x, sizeof *x * n);
	nwave += n;
}

static void silence(size_t n)
{
	memset(wave + nwave, 0, sizeof *wave * n);
	nwave += n;
}

static void on_start(void *arg, double start_s)
{
	(void)arg, (void)start_s;
	starts++;
	nllr = 0;
}

static void on_bits(void *arg, const float *x, size_t n)
{
	(void)arg;
	CHECK(nllr + n <= sizeof llr / sizeof *llr);
	memcpy(llr + nllr, x, sizeof *x * n);
	nllr += n;
}

static void on_stop(void *arg, const struct lock *l)
{
	(void)arg;
	stops++;
	lock = *l;
}

static void on_symbols(void *arg, const struct cf *s, size_t n)
{
	(void)arg;
	memcpy(shown + nshown, s, sizeof *s * n);
	nshown += n;
}

static const struct soft_sink sink = {.start = on_start, .bits = on_bits, .stop = on_stop, .symbols = on_symbols};

struct path {
	double ebn0_db, offset_hz, ppm, gain; /* the received clock is faster by ppm */
};

/* Adds a burst of n random bits, with silence and noise around it. */
static void burst(const struct modem_cfg *c, size_t n, struct path p)
{
	struct modem_cfg there = *c;
	struct err e;
	static float noise[1000];
	const double centre = c->centre_hz > 0 ? c->centre_hz : c->scheme->centre_hz;
	there.rate_hz = c->rate_hz / (1 + p.ppm * 1e-6); /* made at this rate and heard at the other, all is faster */
	there.centre_hz = (centre + p.offset_hz) / (1 + p.ppm * 1e-6);
	void *tx = c->scheme->modem->tx_new(&there, (struct wave_sink){put, NULL}, &e);
	CHECK(tx != NULL);
	if (!tx)
		return;
	for (size_t i = 0; i < n; i++)
		sent[i] = rng_u64(&rng) & 1;
	size_t from = nwave;
	silence(100 + (size_t)rng_below(&rng, 100));
	c->scheme->modem->tx_send(tx, sent, n);
	c->scheme->modem->tx_free(tx);
	silence(300);
	CHECK(nwave <= sizeof wave / sizeof *wave);
	float sigma = (float)sqrt(c->scheme->modem->bit_energy(&there) / from_db(p.ebn0_db) / 2 * c->rate_hz);
	for (size_t i = from; i < nwave; i++) {
		if ((i - from) % 1000 == 0)
			rng_normal(&rng, noise, 1000, sigma);
		wave[i] = (float)p.gain * (wave[i] + (p.ebn0_db < 100 ? noise[(i - from) % 1000] : 0));
	}
}

static void receive(const struct modem_cfg *c, size_t block)
{
	struct err e;
	const struct modem *m = c->scheme->modem;
	void *rx = m->rx_new(c, sink, &e);
	starts = stops = 0;
	nllr = nshown = 0;
	for (size_t i = 0; i < nwave; i += block)
		m->rx_push(rx, wave + i, nwave - i < block ? nwave - i : block);
	m->rx_end(rx);
	m->rx_free(rx);
}

static size_t errors(size_t n)
{
	size_t wrong = 0;
	for (size_t i = 0; i < n && i < nllr; i++)
		wrong += (llr[i] < 0) != sent[i];
	return wrong;
}

#define CLEAN ((struct path){.ebn0_db = 100, .gain = 1})

TEST(every_scheme_at_every_rate)
{
	static const double rates[] = {8000, 11025, 44100, 48000, 192000};
	rng_seed(&rng, 3);
	EACH_SCHEME(s)
		for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
			struct modem_cfg c = {.scheme = s, .rate_hz = rates[i]};
			nwave = 0;
			burst(&c, 301, CLEAN);
			receive(&c, 4096);
			CHECK_INT(starts, 1);
			CHECK_INT(stops, 1);
			CHECK_INT(nllr, 301);
			CHECK_INT(errors(301), 0);
			CHECK(lock.complete && lock.ebn0_db > 25 && fabs(lock.offset_hz) < 0.05 && fabs(lock.clock_ppm) < 100);
		}
}

TEST(other_bauds_carriers_and_rolloffs)
{
	static const struct modem_cfg all[] = {
		{.rate_hz = 48000, .baud = 9600, .centre_hz = 12000, .rolloff = 0.2},
		{.rate_hz = 8000, .baud = 300, .centre_hz = 1000, .rolloff = 1},
		{.rate_hz = 44100, .baud = 1000, .centre_hz = 15000, .rolloff = 0.1},
		{.rate_hz = 96000, .baud = 19200, .centre_hz = 24000, .rolloff = 0.75},
		{.rate_hz = 8000, .baud = 3200, .centre_hz = 2000, .rolloff = 0.25}, /* the whole band */
	};
	rng_seed(&rng, 4);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (int k = 0; k < 2; k++) {
			struct modem_cfg c = all[i];
			c.scheme = &linear_schemes[k ? QAM16 : QPSK];
			nwave = 0;
			burst(&c, 1000, CLEAN);
			receive(&c, 999);
			CHECK_INT(nllr, 1000);
			CHECK_INT(errors(1000), 0);
		}
}

/* Bursts one after the other, each with a carrier, a clock and a level of its own: each is found, with its own figures. */
TEST(offsets_clocks_and_gains)
{
	static const struct path paths[] = {
		{100, 0, 0, 1}, {100, 100, 1000, 0.001}, {100, -100, -1000, 1}, {20, 50, -500, 0.03}, {20, -3, 300, 0.001},
	};
	rng_seed(&rng, 5);
	EACH_SCHEME(s)
		for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
			struct modem_cfg c = {.scheme = s, .rate_hz = 8000};
			const struct path *p = &paths[i];
			nwave = 0;
			burst(&c, 200, CLEAN);
			burst(&c, 2000, *p);
			receive(&c, 1000);
			CHECK_INT(starts, 2);
			CHECK_INT(nllr, 2000);
			if (p->ebn0_db > 50 || s->bits < 6)
				CHECK_INT(errors(2000), 0);
			CHECK(lock.complete && fabs(lock.offset_hz - p->offset_hz) < 0.2);
			/* A deviation over 250 symbols of 256-QAM is 30 ppm by its self-noise. */
			CHECK(fabs(lock.clock_ppm - p->ppm) < (p->ebn0_db > 50 ? s->bits == 8 ? 100 : 60 : 200));
		}
}

TEST(blocks_make_no_difference)
{
	static float first[3000];
	static const size_t blocks[] = {1, 7, 4096};
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 11025};
	rng_seed(&rng, 6);
	nwave = 0;
	burst(&c, 3000, (struct path){6, 10, 100, 1});
	for (int i = 0; i < 3; i++) {
		receive(&c, blocks[i]);
		CHECK_INT(nllr, 3000);
		if (i)
			CHECK_MEM(first, llr, sizeof first);
		memcpy(first, llr, sizeof first);
	}
}

/* As the issue asks: recovered, QPSK within 0.2 dB and 16-QAM within 0.4 dB of the ideal; lock at 2 dB. The rest within 0.3 dB. */
TEST(recovery_loses_little)
{
	rng_seed(&rng, 7);
	EACH_SCHEME(s)
		for (double db = 2; db <= 6; db += 4) {
			const size_t n = 40000;
			double most = s == &linear_schemes[QPSK] ? 0.2 : s == &linear_schemes[QAM16] ? 0.4 : 0.3;
			struct modem_cfg c = {.scheme = s, .rate_hz = 8000};
			nwave = 0;
			burst(&c, n, (struct path){db, 7, 50, 0.1});
			receive(&c, 4096);
			CHECK_INT(nllr, n);
			CHECK(at_least(errors(n), n, s->modem->theory(s, db - most, NULL)) > 1e-3);
			/* 256-QAM at 2 dB has one bit in five wrong, and errs by the points that it takes for right. */
			CHECK(fabs(lock.ebn0_db - db) < (s->bits == 8 ? 0.5 : 0.3));
			CHECK(lock.complete && fabs(lock.offset_hz - 7) < 0.05 && fabs(lock.clock_ppm - 50) < 10);
		}
}

/* Of the bits with |L| in a bin, 1/(1 + exp |L|) are wrong on average. */
TEST(soft_bits_are_calibrated)
{
	enum { BINS = 6 };
	rng_seed(&rng, 8);
	EACH_SCHEME(s)
	{
		const size_t n = 60000;
		struct modem_cfg c = {.scheme = s, .rate_hz = 8000};
		double expect[BINS] = {0}, wrong[BINS] = {0};
		nwave = 0;
		burst(&c, n, (struct path){4, 5, 20, 1});
		receive(&c, 4096);
		CHECK_INT(nllr, n);
		for (size_t i = 0; i < nllr; i++) {
			int bin = (int)fabsf(llr[i]);
			if (bin >= BINS)
				continue;
			expect[bin] += 1 / (1 + exp(fabs((double)llr[i])));
			wrong[bin] += (llr[i] < 0) != sent[i];
		}
		for (int i = 0; i < BINS; i++)
			CHECK(fabs(wrong[i] - expect[i]) < 4 * sqrt(expect[i]) + 0.05 * expect[i]);
	}
}

/* Long bursts at 2 dB: no slip, the second half as good as the first. */
TEST(lock_holds)
{
	const size_t n = 300000;
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000};
	rng_seed(&rng, 9);
	nwave = 0;
	burst(&c, n, (struct path){2, 30, 1000, 1});
	receive(&c, 4096);
	CHECK_INT(nllr, n);
	CHECK(at_least(errors(n), n, c.scheme->modem->theory(c.scheme, 1.8, NULL)) > 1e-3);
}

/* A burst's first sample is the signal's first, or even its first symbol's. */
TEST(no_silence_before)
{
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000};
	rng_seed(&rng, 21);
	for (int k = 0; k < 2; k++) {
		nwave = 0;
		burst(&c, 100, CLEAN);
		size_t from = 0;
		while (fabsf(wave[from]) == 0)
			from++;
		from += k ? (size_t)(12 / 2400.0 * 8000) : 0;
		nwave -= from;
		memmove(wave, wave + from, sizeof *wave * nwave);
		receive(&c, 4096);
		CHECK_INT(nllr, 100);
		CHECK_INT(errors(100), 0);
		CHECK(fabs(lock.start_s - (k ? 0 : 12 / 2400.0)) < 1 / 2400.0);
	}
}

TEST(short_bursts)
{
	rng_seed(&rng, 10);
	EACH_SCHEME(s)
		for (size_t n = 0; n <= 9; n++) {
			struct modem_cfg c = {.scheme = s, .rate_hz = 8000};
			nwave = 0;
			burst(&c, n, CLEAN);
			nwave -= 280; /* the end is at once behind the last symbol's pulse */
			receive(&c, 64);
			CHECK_INT(starts, 1);
			CHECK_INT(stops, 1);
			CHECK_INT(nllr, n);
			CHECK_INT(errors(n), 0);
			CHECK(lock.complete);
		}
}

/* At 2 dB of the payload's QPSK headers do not fail. */
TEST(headers_at_2_db)
{
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000};
	int found = 0;
	rng_seed(&rng, 11);
	for (int k = 0; k < 100; k++) {
		nwave = 0;
		burst(&c, 20, (struct path){2, 240 * rng_unit(&rng) - 120, 2000 * rng_unit(&rng) - 1000, 1});
		receive(&c, 4096);
		found += starts == 1 && lock.complete && nllr == 20;
	}
	CHECK_INT(found, 100);
}

TEST(headers)
{
	float h[LINEAR_HEADER], n[LINEAR_HEADER];
	rng_seed(&rng, 12);
	for (uint32_t i = 0; i <= LINEAR_BITS_MAX; i = i * 2 + 1) {
		linear_header(h, i, 3);
		CHECK_INT(linear_header_read(h, 3), i);
		CHECK_INT(linear_header_read(h, 4), -1); /* another scheme's */
		for (int k = 0; k < 7; k++)
			h[32 * (i % 7) + 5 * (unsigned)k] *= -1; /* a word's distance is 16 */
		CHECK_INT(linear_header_read(h, 3), i);
	}
	linear_header(h, LINEAR_BITS_MAX, 3);
	CHECK_INT(linear_header_read(h, 3), LINEAR_BITS_MAX);
	linear_header(h, LINEAR_BITS_MAX + 1, 3);
	CHECK_INT(linear_header_read(h, 3), -1);
	int taken = 0;
	for (int i = 0; i < 20000; i++) {
		rng_normal(&rng, n, LINEAR_HEADER, 1);
		taken += linear_header_read(n, 3) >= 0;
	}
	CHECK(taken <= 5); /* 2^-15 each */
}

TEST(cut_short)
{
	rng_seed(&rng, 13);
	for (int noisy = 0; noisy < 2; noisy++)
		for (int followed = 0; followed < 2; followed++) {
			struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000};
			nwave = 0;
			burst(&c, 20000, (struct path){noisy ? 7 : 100, 0, 0, 1});
			nwave /= 2;
			if (followed) {
				silence(40000);
				rng_normal(&rng, wave + nwave - 40000, 40000, noisy ? 0.1f : 0);
			}
			receive(&c, 4096);
			CHECK_INT(stops, 1);
			CHECK(!lock.complete && nllr > 9000 && nllr < (followed ? 20000 : 10000));
			CHECK(errors(9000) < (noisy ? 40 : 1));
		}
}

/* Behind a burst that was cut, the next one is found. */
TEST(found_again)
{
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000};
	rng_seed(&rng, 14);
	nwave = 0;
	burst(&c, 60000, (struct path){10, 20, 0, 1});
	nwave /= 2;
	silence(30000);
	burst(&c, 500, (struct path){10, -20, 0, 0.5});
	receive(&c, 4096);
	CHECK_INT(starts, 2);
	CHECK_INT(stops, 2);
	CHECK_INT(nllr, 500);
	CHECK(lock.complete);
	CHECK_INT(errors(500), 0);
}

TEST(no_bursts_in_noise_or_other_signals)
{
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000}, other = c;
	other.scheme = &linear_schemes[QAM16];
	rng_seed(&rng, 15);
	nwave = 0;
	silence(800000);
	rng_normal(&rng, wave, nwave, 0.1f);
	for (size_t i = 400000; i < nwave; i++) /* tones of 1 s */
		wave[i] += (float)sin(TAU * (200 + 100.0 * (double)(i / 8000 % 32)) * (double)i / 8000);
	burst(&other, 3000, CLEAN);
	receive(&c, 4096);
	CHECK_INT(starts, 0);
	CHECK_INT(stops, 0);
}

TEST(garbage)
{
	rng_seed(&rng, 16);
	EACH_SCHEME(s)
	{
		struct modem_cfg c = {.scheme = s, .rate_hz = 8000};
		nwave = 0;
		burst(&c, 4000, CLEAN);
		for (size_t i = 0; i < nwave; i++) {
			static const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e-30f, 1e6f};
			uint64_t x = rng_below(&rng, 400);
			if (x < 6 && i > 4000) /* inside the payload, or from the beginning */
				wave[i] = bad[x];
			if (i > 6000 && i < 6100)
				wave[i] *= 1e4f;
		}
		receive(&c, 100);
		CHECK(starts == stops);
		for (size_t i = 0; i < nllr; i++)
			CHECK(!isnan(llr[i]));
	}
}

/* ---- figures ---- */

TEST(energy_of_a_bit)
{
	rng_seed(&rng, 17);
	EACH_SCHEME(s)
	{
		struct modem_cfg c = {.scheme = s, .rate_hz = 11025, .amplitude = 0.7};
		double two[2], got;
		size_t n[2] = {6000 * s->bits, 18000 * s->bits};
		for (int k = 0; k < 2; k++) { /* what is not payload is in both */
			two[k] = 0;
			nwave = 0;
			burst(&c, n[k], CLEAN);
			for (size_t i = 0; i < nwave; i++)
				two[k] += (double)(wave[i] * wave[i]) / c.rate_hz;
		}
		got = (two[1] - two[0]) / (double)(n[1] - n[0]) / (1 + 1.0 / LINEAR_GROUP);
		CHECK(fabs(got / s->modem->bit_energy(&c) - 1) < (strstr(s->name, "psk") ? 0.002 : 0.03));
	}
}

TEST(amplitude_is_about_the_peak)
{
	rng_seed(&rng, 18);
	EACH_SCHEME(s)
	{
		struct modem_cfg c = {.scheme = s, .rate_hz = 8000};
		float peak = 0;
		nwave = 0;
		burst(&c, 5000 * s->bits, CLEAN);
		for (size_t i = 0; i < nwave; i++)
			peak = fmaxf(peak, fabsf(wave[i]));
		CHECK(peak > 0.4f && peak < 0.65f);
	}
}

TEST(symbols_for_pictures)
{
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000};
	rng_seed(&rng, 19);
	nwave = 0;
	burst(&c, 1001, (struct path){100, 30, 0, 0.2});
	receive(&c, 4096);
	CHECK_INT(nshown, 501);
	for (size_t i = 0; i < nshown; i++)
		CHECK(fabsf(fabsf(shown[i].re) - 0.7071f) < 0.05f && fabsf(fabsf(shown[i].im) - 0.7071f) < 0.05f);
}

static size_t eyes;
static float open_to = 9;

static void on_eye(void *arg, const struct cf *y, size_t n, double phase, double per_symbol)
{
	(void)arg;
	for (size_t i = 0; i < n; i++) {
		double place = fmod(phase + (double)i / per_symbol, 1);
		if (fabs(place - 0.5) < 0.01)
			open_to = fminf(open_to, fminf(fabsf(y[i].re), fabsf(y[i].im)));
	}
	eyes += n;
}

TEST(eye_is_open_in_its_middle)
{
	struct modem_cfg c = {.scheme = &linear_schemes[QPSK], .rate_hz = 8000};
	rng_seed(&rng, 20);
	nwave = 0;
	burst(&c, 1000, CLEAN);
	void *rx = c.scheme->modem->rx_new(&c, (struct soft_sink){.eye = on_eye}, NULL);
	c.scheme->modem->rx_push(rx, wave, nwave);
	c.scheme->modem->rx_end(rx);
	c.scheme->modem->rx_free(rx);
	CHECK(eyes >= 500 * 4);
	CHECK(open_to > 0.65f && open_to < 0.71f);
}

TEST(what_cannot_be)
{
	const struct scheme *s = &linear_schemes[QPSK];
	const struct modem_cfg bad[] = {
		{.scheme = s, .rate_hz = 6000},
		{.scheme = s, .rate_hz = 8000, .rolloff = 0.9},
		{.scheme = s, .rate_hz = 8000, .rolloff = 1.5},
		{.scheme = s, .rate_hz = 48000, .baud = 4800},
		{.scheme = s, .rate_hz = 48000, .centre_hz = 1000},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = {""};
		CHECK(!s->modem->tx_new(&bad[i], (struct wave_sink){put, NULL}, &e) && e.msg[0]);
		e.msg[0] = 0;
		CHECK(!s->modem->rx_new(&bad[i], sink, &e) && e.msg[0]);
		CHECK(isnan(s->modem->bit_energy(&bad[i])));
	}
	CHECK(scheme_find("qpsk") == s);
}

RUN_TESTS
