/* ber_test.c - measured error rates against closed forms, for every scheme that has one; and the way through a receiver, with a
 * receiver of its own that can lose, add and invert bits at will. */
#include <math.h>

#include "1-physical/ber.h"
#include "test.h"

/* ---- every scheme against theory ---- */

static struct tally measure(const struct scheme *s, double ebn0_db, uint64_t bits, uint64_t seed)
{
	struct ber_conf c = {.modem = {.scheme = s}, .bits = bits, .seed = seed};
	struct tally t = {0};
	for (uint64_t b = 0; b < ber_blocks(&c); b++) {
		struct ber_count n;
		struct err e = {""};
		CHECK(ber_run(&c, ebn0_db, b, &n, &e) == 0);
		CHECK_INT(n.bits, ber_block_bits(&c, b));
		CHECK(n.errors <= n.bits);
		tally_add(&t, n.bits, n.errors);
	}
	CHECK_INT(t.bits, bits);
	return t;
}

static bool holds(const struct tally *t, double rate, double confidence)
{
	struct interval i = tally_interval(t, confidence);
	return rate >= i.low && rate <= i.high;
}

/* What the formula says it is where it is not the rate, but what the rate comes near to at high Eb/N0. */
static bool exact(const struct scheme *s)
{
	const char *what = "";
	return s->modem->ideal && s->modem->theory && !isnan(s->modem->theory(s, 0, &what)) && !strstr(what, "asymptote");
}

/* Where at least 10 errors are to be expected. 90 % of the points within 95 %, and all within 99.99 %. */
TEST(every_scheme_with_a_closed_form_meets_it)
{
	enum { BITS = 20000, TO_DB = 16 };
	const struct scheme *s;
	int points = 0, within = 0, schemes = 0;
	for (size_t i = 0; (s = scheme_at(i)); i++) {
		if (!exact(s))
			continue;
		schemes++;
		for (int db = i % 2; db <= TO_DB; db += 2) {
			double rate = s->modem->theory(s, db, NULL);
			if (!(rate * BITS >= 10))
				continue;
			struct tally t = measure(s, db, BITS, 2);
			points++;
			within += holds(&t, rate, 0.95);
			CHECK(holds(&t, rate, 0.9999));
			if (!holds(&t, rate, 0.9999))
				printf("# %s at %d dB: %g, not %g\n", s->name, db, tally_rate(&t), rate);
		}
	}
	CHECK(schemes >= 20);
	CHECK(points >= 5 * schemes);
	CHECK(within >= 0.9 * points);
}

/* At 6 dB more errors than those of the least distance are half of all. */
TEST(schemes_with_an_asymptote_are_a_little_above_it)
{
	const struct scheme *s;
	int schemes = 0;
	for (size_t i = 0; (s = scheme_at(i)); i++) {
		if (!s->modem->ideal || !s->modem->theory || exact(s))
			continue;
		double rate = s->modem->theory(s, 6, NULL);
		if (isnan(rate))
			continue;
		struct tally t = measure(s, 6, 40000, 2);
		schemes++;
		CHECK(tally_interval(&t, 0.9999).high > rate);
		CHECK(tally_interval(&t, 0.9999).low < 2.5 * rate);
	}
	CHECK(schemes >= 4);
}

TEST(blocks_are_whole_symbols_and_together_all_bits)
{
	static const uint64_t bits[] = {1, 5, 2047, 2048, 2049, 1000003, 1000000000};
	struct ber_conf c = {.modem = {.scheme = scheme_find("8psk")}};
	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
		uint64_t sum = 0;
		c.bits = bits[i];
		for (uint64_t b = 0; b < ber_blocks(&c); b++) {
			uint64_t n = ber_block_bits(&c, b);
			CHECK(n > 0 && (n % 3 == 0 || b + 1 == ber_blocks(&c)));
			sum += n;
		}
		CHECK_INT(sum, bits[i]);
	}
}

TEST(points_and_seeds_differ_and_repeat)
{
	const struct scheme *s = scheme_find("bpsk");
	double a = measure(s, 0, 100000, 1).errors;
	CHECK_INT(measure(s, 0, 100000, 1).errors, a);
	CHECK(fabs(measure(s, 0, 100000, 2).errors - a) > 0.5);
	CHECK(fabs(measure(scheme_find("qpsk"), 0, 100000, 1).errors - a) > 0.5);
}

/* ---- alignment ---- */

enum { N = 20000, EXTRA = 2000 };
static uint8_t sent[N], got[N + EXTRA];
static size_t ngot;
static struct rng rng;

static void copy(size_t from, size_t to)
{
	memcpy(got + ngot, sent + from, to - from);
	ngot += to - from;
}

static void noise(size_t n)
{
	while (n--)
		got[ngot++] = (uint8_t)(rng_u64(&rng) >> 63);
}

static void begin(void)
{
	rng_seed(&rng, 1);
	for (size_t i = 0; i < N; i++)
		sent[i] = (uint8_t)(rng_u64(&rng) >> 63);
	ngot = 0;
}

static uint64_t align(unsigned slips)
{
	unsigned found;
	uint64_t wrong = ber_align(sent, N, got, ngot, &found);
	CHECK_INT(found, slips);
	return wrong;
}

TEST(bits_that_are_as_they_were_have_no_errors)
{
	begin();
	copy(0, N);
	CHECK_INT(align(0), 0);
	got[0] ^= 1;
	got[777] ^= 1;
	got[N - 1] ^= 1;
	CHECK_INT(align(0), 3);
}

TEST(what_is_heard_before_and_behind_does_not_count)
{
	static const size_t leads[] = {1, 64, 65, 300, 1000};
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		begin();
		noise(leads[i]);
		copy(0, N);
		noise(500);
		got[leads[i] + 5000] ^= 1;
		CHECK_INT(align(0), 1);
	}
}

TEST(what_is_not_heard_is_half_wrong)
{
	begin();
	copy(100, N);
	CHECK_INT(align(0), 50);
	begin();
	copy(0, N - 1001);
	CHECK_INT(align(0), 501);
	begin();
	CHECK(ber_align(sent, N, got, 0, &(unsigned){0}) >= N / 2);
}

/* A slip costs the bits that were lost, or what is around it, but not the rest. */
TEST(bits_lost_and_added_cost_no_more_than_themselves)
{
	begin();
	copy(0, 3000);
	copy(3001, 9000);
	noise(1);
	copy(9000, 15000);
	copy(15040, N);
	CHECK(align(3) <= 1 + 1 + 40 + 6);
}

TEST(at_many_errors_the_place_is_kept)
{
	uint64_t flipped = 0;
	begin();
	noise(77);
	copy(0, N);
	for (size_t i = 77; i < ngot; i++) {
		bool flip = rng_unit(&rng) < 0.15;
		got[i] ^= flip;
		flipped += flip;
	}
	CHECK_INT(align(0), flipped);
}

TEST(bits_of_something_else_are_half_wrong)
{
	begin();
	noise(N);
	double wrong = (double)align(0);
	CHECK(fabs(wrong - N / 2) < 4 * sqrt(N) / 2);
}

/* ---- a receiver that does as it is told ---- */

enum kind { FAITHFUL, DEAF, SHORT, TWICE, SLIPPING };
static enum kind kind;
static double pushed_power;
static uint64_t pushed;

struct toy_tx {
	struct wave_sink out;
};

/* A sample a bit, at 8000 samples a second: the energy of a bit is 1/8000. */
static void *toy_tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e)
{
	struct toy_tx *t = malloc(sizeof *t);
	(void)c;
	(void)e;
	if (t)
		t->out = out;
	return t;
}

static uint8_t toy_bits[2 * N];
static size_t toy_n;

static void toy_tx_send(void *tx, const uint8_t *bits, size_t n)
{
	struct toy_tx *t = tx;
	for (size_t i = 0; i < n; i++) {
		float x = bits[i] ? -1 : 1;
		toy_bits[i] = bits[i];
		t->out.put(t->out.arg, &x, 1);
	}
	toy_n = n;
}

static struct soft_sink toy_sink;
static void *toy_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	(void)c;
	(void)e;
	toy_sink = out;
	return malloc(1);
}

static void toy_rx_push(void *rx, const float *x, size_t n)
{
	(void)rx;
	for (size_t i = 0; i < n; i++)
		pushed_power += (double)x[i] * x[i];
	pushed += n;
}

static void toy_give(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		toy_sink.bits(toy_sink.arg, &(float){toy_bits[i] ? -2 : 2}, 1);
}

static void toy_run(size_t n)
{
	struct lock lock = {.complete = true};
	toy_sink.start(toy_sink.arg, 0);
	toy_give(0, n);
	toy_sink.stop(toy_sink.arg, &lock);
}

static void toy_rx_end(void *rx)
{
	(void)rx;
	if (kind == DEAF)
		return;
	if (kind == SLIPPING) {
		struct lock lock = {.complete = true};
		toy_sink.start(toy_sink.arg, 0);
		toy_give(toy_n / 2, toy_n / 2 + 30); /* something else */
		toy_give(50, toy_n / 2);
		toy_give(toy_n / 2 + 1, toy_n);
		toy_sink.stop(toy_sink.arg, &lock);
		return;
	}
	if (kind == TWICE)
		toy_run(7);
	toy_run(kind == SHORT ? toy_n - 100 : toy_n);
	if (kind == TWICE)
		toy_run(9);
}

static double toy_bit_energy(const struct modem_cfg *c) { return 1 / c->rate_hz; }

static struct ber_count toy(enum kind k, bool line, struct channel_conf channel)
{
	static const struct modem modem = {.tx_new = toy_tx_new, .tx_send = toy_tx_send, .tx_free = free, .rx_new = toy_rx_new,
	                                   .rx_push = toy_rx_push, .rx_end = toy_rx_end, .rx_free = free, .bit_energy = toy_bit_energy};
	struct scheme s = {.name = "toy", .modem = &modem, .bits = 1, .baud = 8000, .line = line};
	struct ber_conf c = {.modem = {.scheme = &s, .rate_hz = 8000}, .recovered = true, .channel = channel, .bits = 5000, .seed = 1};
	struct ber_count n, all = {0};
	struct err e = {""};
	kind = k;
	pushed_power = 0;
	pushed = 0;
	for (uint64_t b = 0; b < ber_blocks(&c); b++) {
		CHECK(ber_run(&c, 10, b, &n, &e) == 0);
		all.bits += n.bits;
		all.errors += n.errors;
		all.lost += n.lost;
		all.slips += n.slips;
	}
	CHECK_INT(all.bits, 5000);
	return all;
}

TEST(bursts_are_compared_place_by_place)
{
	struct ber_count n = toy(FAITHFUL, false, (struct channel_conf){0});
	CHECK_INT(n.errors, 0);
	CHECK_INT(n.lost, 0);
	n = toy(TWICE, false, (struct channel_conf){0}); /* what is as long as the burst is the burst */
	CHECK_INT(n.errors, 0);
	CHECK_INT(n.lost, 0);
	n = toy(SHORT, false, (struct channel_conf){0});
	CHECK_INT(n.errors, 5 * 50);
	CHECK_INT(n.lost, 5);
	n = toy(DEAF, false, (struct channel_conf){0});
	CHECK_INT(n.errors, 2500);
	CHECK_INT(n.lost, 5);
}

TEST(lines_are_aligned)
{
	struct ber_count n = toy(FAITHFUL, true, (struct channel_conf){0});
	CHECK_INT(n.errors, 0);
	CHECK_INT(n.slips, 0);
	n = toy(SLIPPING, true, (struct channel_conf){0}); /* the 50 that are missing belong to the lead, which does not count */
	CHECK(n.errors <= 5 * 4);
	CHECK_INT(n.slips, 5);
	CHECK_INT(n.lost, 0);
	n = toy(DEAF, true, (struct channel_conf){0});
	CHECK_INT(n.errors, 2500);
	CHECK_INT(n.lost, 5);
}

/* Eb/N0 = 10 dB: N0/2 over the whole band is 1/20 of the power 1 of the samples. */
TEST(the_channel_has_the_noise_of_the_ebn0_and_what_was_asked_for)
{
	toy(FAITHFUL, false, (struct channel_conf){0});
	double silent = (double)pushed - 5000;
	CHECK(fabs((pushed_power - 5000 - silent / 20) / 5000 - 0.05) < 0.02);
	toy(FAITHFUL, false, (struct channel_conf){.attenuation_db = 20}); /* Eb/N0 stays */
	CHECK(fabs((pushed_power * 100 - 5000 - silent / 20) / 5000 - 0.05) < 0.02);
}

TEST(what_cannot_be_is_an_error)
{
	struct scheme s = *scheme_find("bpsk");
	struct modem m = *s.modem;
	struct ber_conf c = {.modem = {.scheme = &s, .rate_hz = 8000}, .bits = 10, .seed = 1};
	struct ber_count n;
	struct err e = {""};
	m.ideal = NULL;
	s.modem = &m;
	CHECK_INT(ber_run(&c, 10, 0, &n, &e), -1);
	CHECK_STR(e.msg, "bpsk: nothing is known of its detector with perfect synchronisation");
	c.recovered = true;
	c.channel.clock = 0.5;
	CHECK_INT(ber_run(&c, 10, 0, &n, &e), -1);
	CHECK(strstr(e.msg, "clock offset") != NULL);
	c.channel.clock = 0;
	c.modem.rate_hz = 1001; /* too low for its carrier */
	CHECK_INT(ber_run(&c, 10, 0, &n, &e), -1);
}

RUN_TESTS
