/* async_test.c - start-stop characters: what is sent is received, through noise, offsets and odd clocks, and what is not sent is
 * not. Seeds are fixed; the bounds on error counts leave several standard deviations to what was measured over many seeds. */
#include <math.h>

#include "1-physical/async.h"
#include "1-physical/async_trellis.h"
#include "1-physical/baudot.h"
#include "rng.h"
#include "test.h"

enum { MOST = 1 << 22 };

static float wave[MOST];
static size_t waves;
static uint8_t got[8192];
static size_t gots, starts, stops;
static double first_s, last_s, doubt;
static struct lock lock;

static void put_wave(void *arg, const float *x, size_t n)
{
	(void)arg;
	if (waves + n <= MOST)
		memcpy(wave + waves, x, n * sizeof *x);
	waves += n;
}

static void put_byte(void *arg, uint8_t c, double confidence, double t_s)
{
	(void)arg;
	if (!gots)
		first_s = t_s;
	last_s = t_s;
	doubt = fmin(doubt, confidence);
	if (gots < sizeof got)
		got[gots++] = c;
}

static void put_start(void *arg, double t_s)
{
	(void)arg;
	(void)t_s;
	starts++;
}

static void put_stop(void *arg, const struct lock *l)
{
	(void)arg;
	stops++;
	lock = *l;
}

static struct async_cfg config(const char *name, double rate_hz)
{
	struct async_cfg c;
	async_default(&c, scheme_find(name));
	c.rate_hz = rate_hz;
	return c;
}

static void silence(double s, double rate_hz)
{
	for (double n = s * rate_hz; n > 0 && waves < MOST; n--)
		wave[waves++] = 0;
}

/* Half a second of nothing, the octets, and nothing again. */
static void send(const struct async_cfg *c, const void *p, size_t n)
{
	struct err e;
	struct async_tx *tx = async_tx_new(c, (struct wave_sink){put_wave, NULL}, &e);
	waves = 0;
	CHECK(tx != NULL);
	if (!tx)
		return;
	silence(0.5, c->rate_hz);
	async_tx_send(tx, p, n);
	async_tx_end(tx);
	async_tx_free(tx);
	silence(0.5, c->rate_hz);
	CHECK(waves < MOST);
}

static void receive(const struct async_cfg *c, size_t block)
{
	struct err e;
	struct async_rx *rx = async_rx_new(c, (struct byte_sink){put_start, put_byte, put_stop, NULL}, &e);
	gots = starts = stops = 0;
	doubt = 1e9;
	CHECK(rx != NULL);
	if (!rx)
		return;
	for (size_t j = 0; j < waves; j += block)
		async_rx_push(rx, wave + j, waves - j < block ? waves - j : block);
	async_rx_end(rx);
	async_rx_free(rx);
}

static void random_octets(uint8_t *p, size_t n, unsigned bits, uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	for (size_t j = 0; j < n; j++)
		p[j] = (uint8_t)rng_below(&r, 1u << bits);
}

/* White noise at Eb/N0, of a line bit: Eb is the power over the bit rate, N0 twice the variance over the sampling rate. */
static void add_noise(const struct async_cfg *c, double ebn0_db, uint64_t seed)
{
	static float noise[MOST];
	struct rng r;
	double power = c->amplitude > 0 ? c->amplitude * c->amplitude / 2 : 0.125, baud = c->baud > 0 ? c->baud : c->scheme->baud;
	rng_seed(&r, seed);
	rng_normal(&r, noise, waves, (float)sqrt(power / baud / from_db(ebn0_db) * c->rate_hz / 2));
	for (size_t j = 0; j < waves; j++)
		wave[j] += noise[j];
}

/* Characters wrong, missing or too many (edit distance). */
static size_t wrong(const uint8_t *want, size_t n)
{
	static size_t row[8193];
	for (size_t j = 0; j <= gots; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= gots; j++) {
			size_t best = diagonal + (want[i - 1] != got[j - 1]);
			best = row[j] + 1 < best ? row[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[gots];
}

static void arrives(const struct async_cfg *tx, const struct async_cfg *rx, const uint8_t *p, size_t n)
{
	send(tx, p, n);
	receive(rx, 1000);
	CHECK_INT(gots, n);
	CHECK_INT(wrong(p, n), 0);
}

TEST(every_octet_arrives)
{
	static const char *const names[] = {"bell103", "bell202", "v21", "v23", "same"};
	static const double rates[] = {8000, 44100};
	uint8_t all[256];
	for (int j = 0; j < 256; j++)
		all[j] = (uint8_t)j;
	for (size_t j = 0; j < 5; j++)
		for (size_t k = 0; k < 2; k++) {
			struct async_cfg c = config(names[j], rates[k]);
			arrives(&c, &c, all, 256);
			CHECK_INT(starts, 1);
			CHECK_INT(stops, 1);
			CHECK(lock.coherent && lock.ebn0_db > 15 && fabs(lock.offset_hz) < 1);
		}
}

TEST(every_form_of_character_arrives)
{
	static const struct {
		int data_bits, parity;
		double stop_bits;
	} forms[] = {{7, 2, 1}, {7, 1, 2}, {8, 1, 1}, {8, 2, 1}, {8, 0, 2}, {6, 0, 1}, {5, 0, 1.5}, {7, 0, 1}};
	uint8_t p[60];
	for (size_t j = 0; j < sizeof forms / sizeof *forms; j++) {
		struct async_cfg c = config("bell202", 22050);
		c.data_bits = forms[j].data_bits;
		c.parity = forms[j].parity;
		c.stop_bits = forms[j].stop_bits;
		random_octets(p, sizeof p, (unsigned)c.data_bits, j);
		arrives(&c, &c, p, sizeof p);
		c.invert = true;
		arrives(&c, &c, p, sizeof p);
		c.noncoherent = true;
		arrives(&c, &c, p, sizeof p);
		CHECK(!lock.coherent);
	}
}

TEST(other_rates_and_tones_arrive)
{
	uint8_t p[100];
	random_octets(p, sizeof p, 8, 1);
	struct async_cfg c = config("bell202", 48000);
	c.baud = 2400;
	c.centre_hz = 4000;
	arrives(&c, &c, p, sizeof p);
	c.baud = 75;
	c.shift_hz = 50;
	c.rate_hz = 16000;
	arrives(&c, &c, p, sizeof p);
}

TEST(carrier_and_clock_may_be_off)
{
	static const double hz[] = {50, -50, 0, 0}, clock[] = {1, 1, 1.01, 0.99};
	uint8_t p[120];
	random_octets(p, sizeof p, 8, 2);
	for (int j = 0; j < 8; j++) {
		struct async_cfg rx = config(j & 1 ? "bell103" : "bell202", 16000), tx = rx;
		tx.centre_hz = tx.scheme->centre_hz + hz[j / 2];
		tx.baud = tx.scheme->baud * clock[j / 2];
		tx.shift_hz = tx.scheme->shift_hz;
		arrives(&tx, &rx, p, sizeof p);
		CHECK(fabs(lock.offset_hz - hz[j / 2]) < 5);
	}
}

TEST(characters_begin_at_any_moment)
{
	uint8_t p[100];
	struct err e;
	struct async_cfg c = config("bell103", 8000);
	random_octets(p, sizeof p, 8, 3);
	struct async_tx *tx = async_tx_new(&c, (struct wave_sink){put_wave, NULL}, &e);
	waves = 0;
	for (size_t j = 0; j < sizeof p; j++) {
		async_tx_idle(tx, (double)(j % 23) / 7);
		async_tx_send(tx, p + j, 1);
	}
	async_tx_end(tx);
	async_tx_free(tx);
	add_noise(&c, 12, 3);
	receive(&c, 777);
	CHECK(wrong(p, sizeof p) <= 1);
}

TEST(blocks_of_any_size_are_the_same)
{
	static const size_t blocks[] = {1, 7, 480, MOST};
	static uint8_t same[8192];
	uint8_t p[60];
	size_t n = 0;
	double first = 0, last = 0;
	struct async_cfg c = config("bell202", 11025);
	random_octets(p, sizeof p, 8, 4);
	send(&c, p, sizeof p);
	add_noise(&c, 5, 4); /* with errors, and those the same */
	for (size_t j = 0; j < 4; j++) {
		receive(&c, blocks[j]);
		if (j) {
			CHECK_INT(gots, n);
			CHECK_MEM(got, same, n);
			CHECK(first_s == first && last_s == last);
		}
		memcpy(same, got, n = gots);
		first = first_s;
		last = last_s;
	}
	CHECK(n > 40);
}

TEST(times_are_those_of_the_start_bits)
{
	struct async_cfg c = config("bell103", 48000);
	send(&c, "abc", 3);
	receive(&c, 1000);
	CHECK_INT(gots, 3);
	CHECK(fabs(first_s - (0.5 + 2 / 300.0)) < 0.15 / 300); /* a leader of two bits; the search goes in eighths */
	CHECK(fabs(last_s - (0.5 + 22 / 300.0)) < 0.15 / 300);
	CHECK(fabs(lock.start_s - 0.5) < 1 / 300.0 && fabs(lock.end_s - (0.5 + 34 / 300.0)) < 2 / 300.0);
}

TEST(one_percent_wrong_at_7_db)
{
	static uint8_t p[1000];
	random_octets(p, sizeof p, 8, 5);
	for (int j = 0; j < 2; j++) {
		struct async_cfg c = config(j ? "bell103" : "bell202", j ? 4000 : 8000);
		send(&c, p, sizeof p);
		add_noise(&c, 7, 5);
		receive(&c, 4096);
		CHECK(wrong(p, sizeof p) <= 10);
		CHECK(doubt < 5);
		CHECK(fabs(lock.ebn0_db - 7) < 1);
	}
}

TEST(without_phase_two_oscillators_are_heard)
{
	/* Each bit is a piece of one of two tones that know nothing of each other: theory wants about 11 dB (Proakis 5.4-46). */
	uint8_t p[300];
	struct rng r;
	struct async_cfg c = config("bell202", 48000);
	random_octets(p, sizeof p, 8, 6);
	rng_seed(&r, 6);
	waves = 0;
	silence(0.3, 48000);
	for (size_t j = 0; j < 10 * sizeof p + 20; j++) {
		unsigned frame = (unsigned)p[j / 10 % sizeof p] << 1 | 1u << 9, bit = j < 10 * sizeof p ? frame >> j % 10 & 1 : 1;
		double phase = rng_unit(&r), hz = bit ? 1200 : 2200;
		for (int k = 0; k < 40; k++)
			wave[waves++] = (float)(0.5 * sin(TAU * (phase + hz * k / 48000)));
	}
	silence(0.3, 48000);
	add_noise(&c, 14, 6);
	receive(&c, 1000);
	CHECK(wrong(p, sizeof p) <= 9);
	CHECK(!lock.coherent);
}

TEST(a_short_message_is_whole)
{
	size_t bad = 0;
	for (uint64_t seed = 0; seed < 24; seed++) {
		struct async_cfg c = config(seed & 1 ? "bell103" : "bell202", 8000);
		send(&c, "hi\n", 3);
		add_noise(&c, 10, seed);
		receive(&c, 4096);
		bad += wrong((const uint8_t *)"hi\n", 3);
	}
	CHECK(bad <= 2);
}

TEST(noise_is_not_characters)
{
	for (int j = 0; j < 2; j++) {
		struct rng r;
		struct async_cfg c = config(j ? "bell103" : "bell202", 8000);
		rng_seed(&r, 7);
		waves = 60 * 8000;
		rng_normal(&r, wave, waves, 0.1f);
		receive(&c, 4096);
		CHECK_INT(gots, 0);
		CHECK_INT(starts, 0);
	}
}

/* Sample k of something that is no signal. */
static float nothing(int kind, size_t k, const struct scheme *s)
{
	double hz = kind == 5 ? 1000 : s->centre_hz + (kind - 6) * s->shift_hz / 2; /* the middle of the tones, and the upper one */
	switch (kind) {
	case 0: return 0;
	case 1: return 0.5f;
	case 2: return NAN;
	case 3: return k & 1 ? INFINITY : -INFINITY;
	case 4: return 1e30f;
	default: return (float)sin(TAU * hz * (double)k / 8000);
	}
}

TEST(anything_else_is_not_characters)
{
	static const char *const names[] = {"bell103", "bell202", "rtty", "same"};
	for (size_t j = 0; j < 4; j++)
		for (int kind = 0; kind < 8; kind++) {
			struct async_cfg c = config(names[j], 8000);
			waves = 4 * 8000;
			for (size_t k = 0; k < waves; k++)
				wave[k] = nothing(kind, k, c.scheme);
			receive(&c, 4096);
			CHECK(gots <= (kind == 7)); /* space all the time is a break; how it begins may look like something */
		}
}

TEST(characters_come_soon)
{
	/* Live: a character is given within a second of its end. */
	static const char *const names[] = {"bell103", "bell202", "rtty", "tdd", "same"};
	for (size_t j = 0; j < 5; j++) {
		struct err e;
		struct async_cfg c = config(names[j], 8000);
		struct async_rx *rx = async_rx_new(&c, (struct byte_sink){.byte = put_byte}, &e);
		send(&c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26);
		gots = 0;
		async_rx_push(rx, wave, waves); /* with half a second behind the last one */
		CHECK_INT(gots, strcmp(names[j], "rtty") == 0 || strcmp(names[j], "tdd") == 0 ? gots : 26);
		for (int k = 0; k < 5; k++)
			async_rx_push(rx, (float[800]){0}, 800);
		CHECK_INT(gots, 26);
		async_rx_free(rx);
	}
}

TEST(teleprinters)
{
	static const char text[] = "THE QUICK BROWN FOX, 1234567890 TIMES (-$!&#'\":;?./)\r\n";
	for (int j = 0; j < 2; j++) {
		struct err e;
		struct async_cfg c = config(j ? "tdd" : "rtty", 8000);
		arrives(&c, &c, (const uint8_t *)text, strlen(text));
		c.usos = false;
		arrives(&c, &c, (const uint8_t *)text, strlen(text));
		struct async_tx *tx = async_tx_new(&c, (struct wave_sink){put_wave, NULL}, &e);
		async_tx_send(tx, (const uint8_t *)"a{b}\200", 5);
		CHECK_INT(async_tx_skipped(tx), 3);
		async_tx_free(tx);
	}
}

TEST(baudot)
{
	struct baudot b = {.usos = true}, d = {.usos = true}, keys = {0};
	uint8_t code[2], c;
	CHECK_INT(baudot_encode(&b, 'e', code), 2); /* the first says which shift */
	CHECK(code[0] == 0x1f && code[1] == 0x01);
	CHECK_INT(baudot_encode(&b, 'T', code), 1);
	CHECK_INT(code[0], 0x10);
	CHECK_INT(baudot_encode(&b, '5', code), 2);
	CHECK(code[0] == 0x1b && code[1] == 0x10);
	CHECK_INT(baudot_encode(&b, ' ', code), 1);
	CHECK_INT(baudot_encode(&b, '5', code), 2); /* a space has shifted some receivers back */
	CHECK_INT(baudot_encode(&b, ' ', code), 1);
	CHECK_INT(baudot_encode(&b, 'T', code), 2); /* and others not */
	for (int k = 0; k < 256; k++)
		if (baudot_encode(&b, (uint8_t)k, code) == 0)
			CHECK(k == 0 || k > 'z' || strchr("%*+<=>@[\\]^_`", k) || (k < 32 && k != 7 && k != 10 && k != 13));
	/* Every figure, as the keys of a teleprinter have them above their letters. */
	static const char letters[] = "QWERTYUIOPADSFGHJKLZXCVBNM", figures[] = "1234567890-$\a!&#'()\"/:;?,.";
	for (size_t j = 0; j < 26; j++) {
		uint8_t letter[2], figure[2];
		size_t n = baudot_encode(&keys, (uint8_t)letters[j], letter), m = baudot_encode(&keys, (uint8_t)figures[j], figure);
		CHECK_INT(letter[n - 1], figure[m - 1]);
	}
	CHECK(!baudot_decode(&d, 0x1b, &c) && !baudot_decode(&d, 0, &c));
	CHECK(baudot_decode(&d, 0x05, &c) && c == 7);
	CHECK(baudot_decode(&d, 0x04, &c) && c == ' ');
	CHECK(baudot_decode(&d, 0x05, &c) && c == 'S');
	for (int k = 0; k < 256; k++) {
		size_t n = baudot_encode(&b, (uint8_t)k, code);
		for (size_t j = 0; j < n; j++)
			if (baudot_decode(&d, code[j], &c))
				CHECK(c == k || (k >= 'a' && c == k - 32));
	}
}

TEST(survivors_are_the_same_with_any_instructions)
{
	struct rng r;
	struct async_trellis_cfg c = {.turn = -5 / 6.0, .data_bits = 8, .parity = 0, .stop_bits = 0.75};
	struct async_trellis *t[2] = {async_trellis_new(&c), async_trellis_new(&c)};
	struct async_event e[2];
	size_t n = 0;
	rng_seed(&r, 8);
	async_trellis_plain(t[1]);
	for (int j = 0; j < 2; j++)
		async_trellis_scale(t[j], 1, 4);
	struct cf u = {0.125f, 0};
	unsigned frame = 0;
	for (int step = 0; step < 15000; step++) {
		float x[4];
		if (step % 80 == 0)
			frame = (unsigned)rng_below(&r, 256) << 1 | 1u << 9;
		bool one = frame >> step / 8 % 10 & 1;
		struct cf rho = cf_polar(-TAU * c.turn / 8), spun = cf_polar(TAU * fmod(c.turn / 8 * step, 1));
		rng_normal(&r, x, 4, 0.1f);
		struct cf mark = {x[0] + (one ? u.re : 0), x[1] + (one ? u.im : 0)}, space = {x[2], x[3]};
		if (!one) {
			space = cf_add(space, cf_mul(u, spun));
			u = cf_mul(u, rho);
		}
		for (int j = 0; j < 2; j++)
			async_trellis_step(t[j], mark, space);
		CHECK(async_trellis_score(t[0]) == async_trellis_score(t[1]));
		while (async_trellis_take(t[0], 200, &e[0])) {
			CHECK(async_trellis_take(t[1], 200, &e[1]));
			CHECK(e[0].step == e[1].step && e[0].bits == e[1].bits && e[0].kind == e[1].kind);
			CHECK(e[0].confidence == e[1].confidence);
			n++;
		}
	}
	CHECK(n > 100);
	async_trellis_free(t[0]);
	async_trellis_free(t[1]);
}

TEST(what_cannot_be_is_refused)
{
	struct err e;
	struct async_cfg c = config("bell202", 4000);
	CHECK(!async_rx_new(&c, (struct byte_sink){0}, &e) && strstr(e.msg, "samples a second"));
	CHECK(!async_tx_new(&c, (struct wave_sink){0}, &e) && strstr(e.msg, "samples a second"));
	c = config("mfsk4", 48000);
	CHECK(!async_rx_new(&c, (struct byte_sink){0}, &e) && strstr(e.msg, "mfsk4"));
	c = config("bell202", 48000);
	c.data_bits = 9;
	CHECK(!async_rx_new(&c, (struct byte_sink){0}, &e) && strstr(e.msg, "data bits"));
	c = config("same", 48000);
	c.parity = 1;
	CHECK(!async_tx_new(&c, (struct wave_sink){0}, &e) && strstr(e.msg, "parity"));
	c = config("bell202", 48000);
	c.stop_bits = NAN;
	CHECK(!async_tx_new(&c, (struct wave_sink){0}, &e));
	c = config("bell202", NAN);
	CHECK(!async_tx_new(&c, (struct wave_sink){0}, &e));
	CHECK(!async_rx_new(&c, (struct byte_sink){0}, &e));
}

RUN_TESTS
