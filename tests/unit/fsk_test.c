/* fsk_test.c - continuous-phase FSK: the transmitter's samples, closed forms against detectors, and signals back to their bits. */

#include "1-physical/fsk.h"

#include "test.h"

enum { SAMPLES = 4000000, LLRS = 400000 };

static float x[SAMPLES], noise[SAMPLES];
static size_t n;

static void put(void *arg, const float *v, size_t m)
{
	(void)arg;
	for (size_t j = 0; j < m && n < SAMPLES; j++)
		x[n++] = v[j];
}

static void quiet(size_t m)
{
	static const float zero[1000];
	for (; m; m -= m < 1000 ? m : 1000)
		put(NULL, zero, m < 1000 ? m : 1000);
}

static void random_bits(uint8_t *b, size_t m, uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	for (size_t j = 0; j < m; j++)
		b[j] = rng_u64(&r) >> 40 & 1;
}

static void send(const struct modem_cfg *c, const uint8_t *b, size_t m)
{
	struct err e;
	void *tx = c->scheme->modem->tx_new(c, (struct wave_sink){put, NULL}, &e);
	CHECK(tx != NULL);
	if (!tx)
		return;
	c->scheme->modem->tx_send(tx, b, m);
	c->scheme->modem->tx_free(tx);
}

static void add_noise(const struct modem_cfg *c, double ebn0_db, uint64_t seed)
{
	struct rng r;
	float sigma = (float)sqrt(c->scheme->modem->bit_energy(c) / from_db(ebn0_db) / 2 * c->rate_hz);
	rng_seed(&r, seed);
	rng_normal(&r, noise, n, sigma);
	for (size_t j = 0; j < n; j++)
		x[j] += noise[j];
}

static float llr[LLRS];
static size_t heard;
static unsigned runs;
static struct lock last;

static void on_start(void *arg, double start_s)
{
	(void)arg;
	(void)start_s;
	runs++;
}

static void on_bits(void *arg, const float *l, size_t m)
{
	(void)arg;
	for (size_t j = 0; j < m && heard < LLRS; j++)
		llr[heard++] = l[j];
}

static void on_stop(void *arg, const struct lock *l)
{
	(void)arg;
	last = *l;
}

/* All of x through a receiver, block samples at a time (0: of random sizes). */
static void receive(const struct scheme *s, double rate_hz, size_t block)
{
	const struct modem_cfg c = {.scheme = s, .rate_hz = rate_hz};
	struct err e = {""};
	struct rng r;
	void *rx = s->modem->rx_new(&c, (struct soft_sink){.start = on_start, .bits = on_bits, .stop = on_stop}, &e);

	CHECK_STR(e.msg, "");
	heard = runs = 0;
	if (!rx)
		return;
	rng_seed(&r, 5);
	for (size_t at = 0, m; at < n; at += m) {
		m = block ? block : rng_below(&r, 5) ? 1 + rng_below(&r, 50) : 1 + rng_below(&r, 20000);
		m = m < n - at ? m : n - at;
		s->modem->rx_push(rx, x + at, m);
	}
	s->modem->rx_end(rx);
	s->modem->rx_free(rx);
}

/* How many bits of b are wrong, or missing, where they fit best in what was heard. */
static size_t errors(const uint8_t *b, size_t m)
{
	size_t least = m, most_late = heard < 400 ? heard : 400;
	for (long d = -80; d < (long)most_late; d++) {
		size_t bad = 0;
		for (size_t j = 0; j < m && bad < least; j++) {
			long k = (long)j + d;
			bad += k < 0 || k >= (long)heard || (llr[k] < 0) != b[j];
		}
		least = bad < least ? bad : least;
	}
	return least;
}

/* ---- transmitter ---- */

TEST(the_phase_goes_on)
{
	uint8_t b[500];
	random_bits(b, sizeof b, 1);
	for (const struct scheme *s = fsk_schemes; s->name; s++) {
		const struct modem_cfg c = {.scheme = s, .rate_hz = 44100, .amplitude = 1};
		n = 0;
		send(&c, b, s->baud < 100 ? 60 : sizeof b);
		/* no two samples are further apart than the highest tone turns; at the ends a tone begins at 0 and stops anywhere */
		double step = 2 * sin(TAU / 2 * (s->centre_hz + s->shift_hz / 2) / 44100), most = 0;
		size_t first = 0, end = n;
		for (; x[first] == 0; first++)
			;
		for (; x[end - 1] == 0; end--)
			;
		for (size_t j = first + 1; j < end; j++)
			most = fmax(most, fabs((double)x[j] - (double)x[j - 1]));
		CHECK(most <= step + 1e-6);
		CHECK(most > step * 0.8);
	}
}

TEST(symbols_last_what_they_should)
{
	const struct scheme *s = scheme_find("rtty");
	const struct modem_cfg c = {.scheme = s, .rate_hz = 44100};
	struct err e;
	struct fsk_tx *tx = fsk_tx_new(&c, (struct wave_sink){put, NULL}, &e);

	n = 0;
	for (int j = 0; j < 200; j++) { /* characters of 7.5 symbols */
		for (unsigned k = 0; k < 6; k++)
			fsk_tx_level(tx, k & 1, 1);
		fsk_tx_level(tx, 1, 1.5);
	}
	fsk_tx_flush(tx);
	fsk_tx_free(tx);
	CHECK(fabs((double)n - 200 * 7.5 * 44100 / s->baud) <= 1);
	n = 0;
	tx = fsk_tx_new(&c, (struct wave_sink){put, NULL}, &e);
	fsk_tx_level(tx, 1, -1);
	fsk_tx_level(tx, 1, NAN);
	fsk_tx_level(tx, 1, INFINITY);
	fsk_tx_silence(tx, NAN);
	fsk_tx_silence(tx, -3);
	fsk_tx_free(tx);
	CHECK_INT(n, 0);
}

/* The part of a signal's energy at frequencies from low to high, by a discrete Fourier transform every 10 Hz of a piece. */
static double energy_within(double rate_hz, double low, double high)
{
	enum { PIECE = 4800 };
	double in = 0, all = 0;
	for (double f = 0; f < rate_hz / 2; f += rate_hz / PIECE) {
		double re = 0, im = 0;
		struct cf w = {1, 0}, turn = cf_polar(TAU * f / rate_hz);
		for (size_t j = 0; j < PIECE; j++) {
			double v = (double)x[n / 2 - PIECE / 2 + j] * (0.5 - 0.5 * cos(TAU * (double)j / PIECE));
			re += v * (double)w.re;
			im += v * (double)w.im;
			w = cf_mul(w, turn);
		}
		all += re * re + im * im;
		in += f >= low && f <= high ? re * re + im * im : 0;
	}
	return in / all;
}

TEST(energy_and_spectrum)
{
	static const char *const names[] = {"bell202", "msk", "gmsk", "mfsk8"};
	uint8_t b[1200];
	random_bits(b, sizeof b, 2);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct scheme *s = scheme_find(names[i]);
		const struct modem_cfg c = {.scheme = s, .rate_hz = 9600};
		double sum = 0;
		n = 0;
		send(&c, b, sizeof b);
		for (size_t j = 0; j < n; j++)
			sum += (double)x[j] * (double)x[j] / 9600;
		CHECK(fabs(sum / (double)sizeof b / s->modem->bit_energy(&c) - 1) < 0.01);
		double within = energy_within(9600, s->centre_hz - s->bandwidth_hz / 2, s->centre_hz + s->bandwidth_hz / 2);
		if (within < 0.95)
			printf("# %s: %.3f of the energy in Carson's bandwidth\n", s->name, within);
		CHECK(within > 0.95);
	}
	double wide = 0, narrow = 0;
	const struct modem_cfg msk = {.scheme = scheme_find("msk"), .rate_hz = 9600};
	const struct modem_cfg gmsk = {.scheme = scheme_find("gmsk"), .rate_hz = 9600};
	n = 0;
	send(&msk, b, sizeof b);
	wide = 1 - energy_within(9600, 500, 2500);
	n = 0;
	send(&gmsk, b, sizeof b);
	narrow = 1 - energy_within(9600, 500, 2500);
	CHECK(narrow < wide / 3);
}

TEST(what_cannot_be_sent_is_said)
{
	struct err e;
	const struct scheme *s = scheme_find("bell202");
	const struct modem_cfg slow = {.scheme = s, .rate_hz = 4000}, none = {.scheme = s, .rate_hz = NAN};
	const struct modem_cfg low = {.scheme = s, .rate_hz = 48000, .centre_hz = 300};
	CHECK(!fsk_tx_new(&slow, (struct wave_sink){put, NULL}, &e));
	CHECK_STR(e.msg, "tones up to 2200 Hz at 1200 baud need at least 5600 samples a second");
	CHECK(!slow.scheme->modem->rx_new(&slow, (struct soft_sink){0}, &e));
	CHECK_STR(e.msg, "tones up to 2200 Hz at 1200 baud need at least 5600 samples a second");
	CHECK(!fsk_tx_new(&low, (struct wave_sink){put, NULL}, &e));
	CHECK_STR(e.msg, "the lowest tone would be at -200 Hz");
	CHECK(!fsk_tx_new(&none, (struct wave_sink){put, NULL}, &e));
}

/* ---- closed forms ---- */

TEST(ideal_detectors_have_the_errors_of_theory)
{
	static const struct {
		const char *name;
		double ebn0_db, slack;   /* what the rate may be over an asymptote */
		uint64_t bits;
	} cases[] = {
		{"bfsk", 7, 1, 30000}, {"mfsk4", 5, 1, 30000}, {"mfsk8", 4, 1, 30000}, {"rtty", 8, 1, 30000}, {"tdd", 8, 1, 30000},
		{"same", 7, 1, 30000}, {"msk", 5, 1, 100000}, {"cpfsk", 6.5, 1.4, 200000}, {"bell103", 6.5, 1.4, 200000},
		{"bell202", 7, 1.7, 200000},
	};
	struct rng r;
	rng_seed(&r, 3);
	for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
		const struct scheme *s = scheme_find(cases[j].name);
		const char *what = NULL;
		double p = s->modem->theory(s, cases[j].ebn0_db, &what), want = p * (double)cases[j].bits;
		double got = (double)s->modem->ideal(s, cases[j].ebn0_db, cases[j].bits, &r), slack = cases[j].slack;
		if (got < want - 4.5 * sqrt(2 * want) || got > want * slack + 4.5 * sqrt(2 * want * slack))
			printf("# %s: %g errors, theory %g\n", s->name, got, want);
		CHECK(got > want - 4.5 * sqrt(2 * want)); /* errors come in pairs */
		CHECK(got < want * slack + 4.5 * sqrt(2 * want * slack));
		CHECK(what && strlen(what) > 10);
	}
}

/* ---- receiver ---- */

TEST(every_scheme_comes_back_at_every_rate)
{
	static const double rates[] = {8000, 11025, 22050, 44100, 48000, 192000};
	uint8_t b[300];
	random_bits(b, sizeof b, 4);
	for (const struct scheme *s = fsk_schemes; s->name; s++)
		for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
			const struct modem_cfg c = {.scheme = s, .rate_hz = rates[i]};
			size_t m = s->baud < 100 ? 90 : sizeof b;
			if (s->baud < 400 && rates[i] > 100000 && s->baud != 300)
				continue;
			n = 0;
			quiet((size_t)rates[i] / 10);
			send(&c, b, m);
			quiet((size_t)rates[i] / 10);
			receive(s, rates[i], 4096);
			size_t bad = errors(b, m), allowed = s->modem == scheme_find("gmsk")->modem ? 2 : 0;
			if (bad > allowed || runs != 1)
				printf("# %s at %g: %zu wrong of %zu, %u runs\n", s->name, rates[i], bad, m, runs);
			CHECK(bad <= allowed);
			CHECK_INT(runs, 1);
			CHECK(last.coherent == fsk_coherent(s));
			CHECK(fabs(last.start_s - 0.1 - 6 / s->baud) < 4 / s->baud);
		}
}

TEST(blocks_make_no_difference)
{
	static const char *const names[] = {"bell202", "mfsk4"};
	static float whole[LLRS];
	uint8_t b[600];
	random_bits(b, sizeof b, 5);
	for (size_t i = 0; i < 2; i++) {
		const struct modem_cfg c = {.scheme = scheme_find(names[i]), .rate_hz = 22050};
		n = 0;
		quiet(5000);
		send(&c, b, sizeof b);
		quiet(3000);
		add_noise(&c, 9, 6);
		receive(c.scheme, 22050, SAMPLES);
		size_t m = heard;
		memcpy(whole, llr, m * sizeof *llr);
		CHECK(m >= sizeof b);
		for (size_t block = 0; block < 8; block += 7) {
			receive(c.scheme, 22050, block);
			CHECK_INT(heard, m);
			size_t differ = 0;
			for (size_t j = 0; j < m; j++)
				differ += fabsf(llr[j] - whole[j]) > 0.02f + 0.01f * fabsf(whole[j]);
			CHECK_INT(differ, 0);
		}
	}
}

TEST(offset_and_clock_cost_little)
{
	static const struct {
		const char *name;
		double offset_hz, clock;
	} cases[] = {
		{"bell202", 100, 0}, {"bell202", -100, 0.01}, {"bell202", 50, -0.01}, {"v21", 50, 0.01}, {"v21", -50, -0.01},
		{"msk", 60, 0.01}, {"cpfsk", 0, 0.01}, {"bfsk", 60, 0.005}, {"mfsk4", 30, -0.005},
	};
	static uint8_t b[2000];
	random_bits(b, sizeof b, 7);
	for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
		const struct scheme *s = scheme_find(cases[j].name);
		const struct modem_cfg c = {.scheme = s, .rate_hz = 9600, .centre_hz = s->centre_hz + cases[j].offset_hz,
			.baud = s->baud * (1 + cases[j].clock), .shift_hz = s->shift_hz};
		n = 0;
		quiet(1000);
		send(&c, b, sizeof b);
		quiet(1000);
		add_noise(&c, fsk_coherent(s) ? 10 : 13, 8);
		receive(s, 9600, 1000);
		size_t bad = errors(b, sizeof b);
		if (bad > 6 || fabs(last.offset_hz - cases[j].offset_hz) > 12 || fabs(last.clock_ppm - cases[j].clock * 1e6) > 1500)
			printf("# %s %+g Hz %+g: %zu wrong; found %+.1f Hz %+.0f ppm\n", s->name, cases[j].offset_hz, cases[j].clock, bad,
			       last.offset_hz, last.clock_ppm);
		CHECK(bad <= 6);
		CHECK(fabs(last.offset_hz - cases[j].offset_hz) < 12);
		CHECK(fabs(last.clock_ppm - cases[j].clock * 1e6) < 1500);
		CHECK(fabs(last.ebn0_db - (fsk_coherent(s) ? 10 : 13)) < 2.5);
	}
}

TEST(error_rate_is_within_half_a_decibel_of_the_asymptote)
{
	static const struct {
		const char *name;
		double ebn0_db;
	} cases[] = {{"cpfsk", 6}, {"bell202", 7}, {"msk", 6}};
	static uint8_t b[20000];
	random_bits(b, sizeof b, 9);
	for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
		const struct scheme *s = scheme_find(cases[j].name);
		const struct modem_cfg c = {.scheme = s, .rate_hz = 9600};
		n = 0;
		quiet(4000);
		send(&c, b, sizeof b);
		quiet(1000);
		add_noise(&c, cases[j].ebn0_db, 10);
		receive(s, 9600, 4096);
		double got = (double)errors(b, sizeof b), want = s->modem->theory(s, cases[j].ebn0_db - 0.5, NULL) * (double)sizeof b;
		if (got > want + 3 * sqrt(2 * want))
			printf("# %s: %g errors, theory half a decibel worse %g\n", s->name, got, want);
		CHECK(got <= want + 3 * sqrt(2 * want));
	}
}

/* Of the bits with a log-likelihood ratio from l to l+1, 1/(1+exp(l+0.5)) should be wrong. */
TEST(confidence_is_calibrated)
{
	static const struct {
		const char *name;
		double ebn0_db;
	} cases[] = {{"cpfsk", 4.5}, {"mfsk4", 5.5}};
	static uint8_t b[30000];
	random_bits(b, sizeof b, 11);
	for (size_t i = 0; i < 2; i++) {
		const struct scheme *s = scheme_find(cases[i].name);
		const struct modem_cfg c = {.scheme = s, .rate_hz = s->baud * 16};
		size_t count[5] = {0}, wrong[5] = {0}, d = 0, least = sizeof b;
		n = 0;
		quiet((size_t)s->baud);
		send(&c, b, sizeof b);
		add_noise(&c, cases[i].ebn0_db, 12);
		receive(s, c.rate_hz, 4096);
		for (size_t k = 0; k < 100; k++) { /* where the bits fit */
			size_t bad = 0;
			for (size_t j = 0; j < 1000; j++)
				bad += (llr[j + k] < 0) != b[j];
			if (bad < least) {
				least = bad;
				d = k;
			}
		}
		for (size_t j = 0; j < sizeof b && j + d < heard; j++) {
			unsigned q = (unsigned)fminf(4, fabsf(llr[j + d]));
			count[q]++;
			wrong[q] += (llr[j + d] < 0) != b[j];
		}
		for (unsigned q = 0; q < 4; q++) {
			double want = 1 / (1 + exp(q + 0.5)), got = (double)wrong[q] / (double)(count[q] + 1);
			if (count[q] < 50 || got > 1.4 * want || got < 0.6 * want)
				printf("# %s, %u to %u: %zu of %zu wrong, not %.3f\n", s->name, q, q + 1, wrong[q], count[q], want);
			CHECK(count[q] >= 50 && got < 1.4 * want && got > 0.6 * want);
		}
	}
}

TEST(bursts_of_different_strength_tune_and_time)
{
	const struct scheme *s = scheme_find("bell202");
	static uint8_t b[8][400];
	size_t found = 0;
	n = 0;
	for (size_t j = 0; j < 8; j++) {
		const struct modem_cfg c = {.scheme = s, .rate_hz = 9600, .amplitude = j % 2 ? 0.9 : 0.0009,
			.centre_hz = s->centre_hz + 20 * (double)j - 80, .baud = 1200 * (1 + 0.001 * (double)j), .shift_hz = 1000};
		random_bits(b[j], sizeof b[j], 20 + j);
		quiet(1500 + 3 * j);
		send(&c, b[j], sizeof b[j]);
	}
	quiet(1000);
	receive(s, 9600, 512);
	CHECK_INT(runs, 8);
	for (size_t j = 0; j < 8; j++) {
		size_t best = sizeof b[j];
		for (size_t d = 0; d + sizeof b[j] <= heard; d++) {
			size_t bad = 0;
			for (size_t k = 0; k < sizeof b[j]; k++)
				bad += (llr[d + k] < 0) != b[j][k];
			best = bad < best ? bad : best;
		}
		found += best == 0;
	}
	CHECK_INT(found, 8);
}

TEST(phases_that_jump_are_told_by_energy)
{
	const struct scheme *s = scheme_find("bell202");
	static uint8_t b[1000];
	struct rng r;
	unsigned tone = 0;

	random_bits(b, sizeof b, 30);
	rng_seed(&r, 31);
	n = 0;
	quiet(4800);
	for (size_t j = 0; j < sizeof b; j++) {
		double phase = rng_unit(&r);
		tone ^= !b[j];
		for (int k = 0; k < 40; k++, n++)
			x[n] = (float)(0.5 * sin(TAU * (phase + (tone ? 2200 : 1200) * k / 48000.0)));
	}
	quiet(4800);
	const struct modem_cfg c = {.scheme = s, .rate_hz = 48000};
	add_noise(&c, 18, 32);
	receive(s, 48000, 4096);
	CHECK_INT(runs, 1);
	CHECK(!last.coherent);
	CHECK(errors(b, sizeof b) <= 2);
}

TEST(a_weak_upper_tone_is_heard)
{
	const struct modem_cfg c = {.scheme = scheme_find("bell202"), .rate_hz = 48000};
	static uint8_t b[1000];
	float y = 0;

	random_bits(b, sizeof b, 33);
	n = 0;
	quiet(4800);
	send(&c, b, sizeof b);
	quiet(4800);
	for (size_t j = 0; j < n; j++) /* 6 dB an octave from 300 Hz: 2200 Hz is 5 dB below 1200 Hz */
		x[j] = y += 0.0385f * (x[j] - y);
	for (size_t j = 0; j < n; j++)
		x[j] *= 4;
	add_noise(&c, 14, 34);
	receive(c.scheme, 48000, 4096);
	CHECK(errors(b, sizeof b) <= 1);
}

TEST(nothing_is_heard_in_nothing)
{
	struct rng r;
	rng_seed(&r, 40);
	for (const struct scheme *s = fsk_schemes; s->name; s++)
		for (int kind = 0; kind < 4; kind++) {
			n = kind ? 20000 : 100000;
			rng_normal(&r, x, n, 0.1f);
			for (size_t j = 0; j < n && kind; j++)
				x[j] = kind == 1 ? 0 : kind == 2 ? 0.3f : j % 3 ? INFINITY : NAN; /* silence, a constant, no numbers */
			receive(s, 9600, 5000);
			if (runs)
				printf("# %s, kind %d: %u runs, %zu bits\n", s->name, kind, runs, heard);
			CHECK_INT(runs, 0);
			CHECK_INT(heard, 0);
		}
}

TEST(numbers_that_are_none_do_no_lasting_harm)
{
	const struct modem_cfg c = {.scheme = scheme_find("bell202"), .rate_hz = 9600};
	uint8_t b[400];
	random_bits(b, sizeof b, 41);
	n = 0;
	quiet(1000);
	send(&c, b, sizeof b);
	for (size_t j = 1200; j < 1400; j++)
		x[j] = j % 2 ? NAN : 1e30f;
	quiet(1000);
	send(&c, b, sizeof b);
	quiet(1000);
	receive(c.scheme, 9600, 333);
	size_t best = sizeof b;
	for (size_t d = 0; d + sizeof b <= heard; d++) {
		size_t bad = 0;
		for (size_t k = 0; k < sizeof b; k++)
			bad += (llr[d + k] < 0) != b[k];
		best = bad < best ? bad : best;
	}
	CHECK_INT(best, 0);
}

RUN_TESTS
