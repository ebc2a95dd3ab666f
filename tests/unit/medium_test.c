/* medium_test.c - the medium in virtual time: exact times where nothing is random, and statistics against theory. Seeds are
 * fixed; the bounds are those that a right engine misses once in a million seeds. */
#include <math.h>

#include "medium.h"
#include "test.h"

#define MS INT64_C(1000000)

enum { N = 100000 };

static struct medium m;
static struct parcel parcels[N];

static void begin(enum medium_mode mode, struct medium_conf ab, struct medium_conf ba)
{
	struct medium_conf conf[2] = {ab, ba};
	medium_init(&m, mode, conf, 1);
}

static struct parcel *send(int i, int dir, uint64_t bits, int64_t t)
{
	parcels[i] = (struct parcel){.bits = bits, .packet = true};
	medium_send(&m, dir, &parcels[i], t);
	return &parcels[i];
}

/* The number of the next parcel to arrive, -1: none by t. */
static int take(int dir, int64_t t)
{
	struct parcel *p = medium_take(&m, dir, t);
	return p ? (int)(p - parcels) : -1;
}

/* How many of N packets, one a millisecond, are marked as said. */
static int count(int dir, bool (*marked)(const struct parcel *p))
{
	int n = 0;
	for (int i = 0; i < N; i++)
		send(i, dir, 8, i * MS);
	medium_close(&m, dir, N * MS);
	for (int i = 0; i < N; i++) {
		struct parcel *p = medium_take(&m, dir, MEDIUM_NEVER);
		CHECK(p != NULL);
		n += p && marked(p);
	}
	CHECK(medium_take(&m, dir, MEDIUM_NEVER) == NULL);
	return n;
}

static bool lost(const struct parcel *p) { return p->lost; }
static bool twice(const struct parcel *p) { return p->twice; }
static bool late(const struct parcel *p) { return p->late; }

/* Within 4.9 standard deviations of n p. */
static bool near(double got, double n, double p) { return fabs(got - n * p) < 4.9 * sqrt(n * p * (1 - p)); }

TEST(a_perfect_wire_passes_all_at_once)
{
	begin(MEDIUM_FULL, (struct medium_conf){0}, (struct medium_conf){0});
	CHECK(medium_next(&m, 0) == MEDIUM_NEVER);
	for (int i = 0; i < 3; i++)
		send(i, 0, 1000, 5);
	CHECK_INT(medium_next(&m, 0), 5);
	CHECK(medium_next(&m, 1) == MEDIUM_NEVER);
	CHECK_INT(take(0, 4), -1);
	CHECK_INT(take(1, 5), -1);
	for (int i = 0; i < 3; i++)
		CHECK_INT(take(0, 5), i);
	CHECK_INT(take(0, MEDIUM_NEVER), -1);
}

TEST(delay_is_exact_and_each_direction_has_its_own)
{
	begin(MEDIUM_FULL, (struct medium_conf){.delay_ns = 10 * MS}, (struct medium_conf){.delay_ns = 3 * MS});
	send(0, 0, 8, 7 * MS);
	send(1, 1, 8, 7 * MS);
	CHECK_INT(medium_next(&m, 0), 17 * MS);
	CHECK_INT(medium_next(&m, 1), 10 * MS);
	CHECK_INT(take(0, 17 * MS - 1), -1);
	CHECK_INT(take(0, 17 * MS), 0);
	CHECK_INT(take(1, 10 * MS), 1);
}

TEST(at_a_rate_packets_follow_each_other)
{
	/* 1000 bits at 1 Mbit/s are 1 ms; then 5 ms on the way. */
	begin(MEDIUM_FULL, (struct medium_conf){.rate = 1e6, .delay_ns = 5 * MS}, (struct medium_conf){0});
	for (int i = 0; i < 3; i++) {
		CHECK_INT(send(i, 0, 1000, 0)->start, i * MS);
		CHECK_INT(parcels[i].at, (i + 1) * MS + 5 * MS);
	}
	CHECK_INT(send(3, 0, 500, 100 * MS)->at, 105 * MS + MS / 2); /* the transmitter was idle */
	CHECK_INT(send(4, 0, 0, 100 * MS)->start, 100 * MS + MS / 2); /* an empty packet waits too */
}

TEST(jitter_keeps_the_order_and_is_uniform)
{
	double sum = 0;
	begin(MEDIUM_FULL, (struct medium_conf){.delay_ns = MS, .jitter_ns = 10 * MS}, (struct medium_conf){0});
	for (int i = 0; i < N; i++) { /* 20 ms apart: none is kept back by the one before */
		const struct parcel *p = send(i, 0, 8, i * 20 * MS);
		int64_t took = p->at - p->sent;
		CHECK(took >= MS && took < 11 * MS);
		sum += (double)took / (double)MS;
		CHECK_INT(take(0, MEDIUM_NEVER), i);
	}
	CHECK(fabs(sum / N - 6) < 4.9 * 10 / sqrt(12.0 * N));
	begin(MEDIUM_FULL, (struct medium_conf){.jitter_ns = 10 * MS}, (struct medium_conf){0});
	for (int i = 0; i < 1000; i++)
		send(i, 0, 8, i);
	for (int i = 0; i < 1000; i++)
		CHECK_INT(take(0, MEDIUM_NEVER), i);
}

TEST(loss_and_duplication_are_as_frequent_as_asked)
{
	begin(MEDIUM_FULL, (struct medium_conf){.loss = 0.1}, (struct medium_conf){.dup = 0.3, .loss = 0.5});
	CHECK(near(count(0, lost), N, 0.1));
	CHECK(near(count(1, twice), N, 0.3 * 0.5)); /* only what arrives does so twice */
	begin(MEDIUM_FULL, (struct medium_conf){.loss = 1}, (struct medium_conf){.dup = 1});
	CHECK_INT(count(0, lost), N);
	CHECK_INT(count(1, twice), N);
}

TEST(bursts_have_their_length_and_distance)
{
	int runs = 0, all = 0;
	begin(MEDIUM_FULL, (struct medium_conf){.burst_enter = 1.0 / 90, .burst_leave = 1.0 / 10, .burst_loss = 1},
	      (struct medium_conf){.burst_enter = 1.0 / 10, .burst_leave = 1.0 / 10, .burst_loss = 0.5, .loss = 0.2});
	all = count(0, lost);
	for (int i = 0; i < N; i++) {
		CHECK(parcels[i].lost == parcels[i].burst);
		runs += parcels[i].lost && (i == 0 || !parcels[i - 1].lost);
	}
	/* A renewal process: a cycle of 100 packets, standard deviation sqrt(90 * 89 + 10 * 9), so 1000 +- 28.5 cycles. */
	CHECK(fabs((double)runs - 1000) < 4.9 * 28.5);
	/* A run's length has mean 10 and standard deviation sqrt(90). */
	CHECK(fabs((double)all / runs - 10) < 4.9 * sqrt(90.0 / runs));
	/* Half the time in a burst and lost with 0.5, else with 0.2; that packets come in runs widens it. */
	CHECK(fabs(count(1, lost) / (double)N - 0.35) < 4.9 * 0.35 * sqrt(20.0 / N));
}

TEST(a_packet_held_back_goes_behind_the_next)
{
	int passed = 0;
	begin(MEDIUM_FULL, (struct medium_conf){.reorder = 0.2, .delay_ns = MS}, (struct medium_conf){.reorder = 1});
	CHECK(near(count(0, late), N, 0.2));
	begin(MEDIUM_FULL, (struct medium_conf){.reorder = 0.2, .delay_ns = MS}, (struct medium_conf){.reorder = 1});
	for (int i = 0; i < 1000; i++)
		send(i, 0, 8, i * MS);
	for (int i = 0, greatest = -1; i < 1000; i++) {
		int k = take(0, MEDIUM_NEVER);
		CHECK(k >= 0 && parcels[k].late == (k < greatest)); /* those and only those were overtaken */
		if (k >= 0 && parcels[k].late)
			CHECK_INT(parcels[k].at, parcels[greatest].at);
		passed += k < greatest;
		greatest = k > greatest ? k : greatest;
	}
	CHECK(passed > 100);
}

TEST(without_a_next_a_packet_is_held_only_so_long)
{
	begin(MEDIUM_FULL, (struct medium_conf){.reorder = 1, .delay_ns = MS}, (struct medium_conf){.reorder = 1});
	send(0, 0, 8, 0);
	CHECK_INT(medium_next(&m, 0), MS + MEDIUM_HOLD_NS);
	CHECK_INT(take(0, MS + MEDIUM_HOLD_NS - 1), -1);
	CHECK_INT(take(0, MS + MEDIUM_HOLD_NS), 0);
	send(1, 0, 8, 0);
	medium_close(&m, 0, 0);
	CHECK_INT(medium_next(&m, 0), MS);
	CHECK_INT(take(0, MS), 1);
}

TEST(half_duplex_packets_under_way_at_once_collide)
{
	/* 1 ms on the air and 2 ms on the way: the medium is taken for 3 ms. */
	struct medium_conf c = {.rate = 1e6, .delay_ns = 2 * MS};
	begin(MEDIUM_HALF, c, c);
	send(0, 0, 1000, 0);
	send(1, 1, 1000, 3 * MS - 1);
	CHECK(parcels[0].lost && parcels[0].collided && parcels[1].lost && parcels[1].collided);
	CHECK_INT(take(0, 3 * MS), 0); /* it comes out at its time, and lost */
	CHECK_INT(take(1, 6 * MS), 1);
	send(2, 0, 1000, 10 * MS);
	send(3, 1, 1000, 13 * MS); /* an answer to what has arrived does not collide */
	send(4, 1, 1000, 13 * MS); /* nor does one direction with itself */
	CHECK(!parcels[2].lost && !parcels[3].lost && !parcels[4].lost);
	send(5, 0, 1000, 15 * MS + MS / 2); /* hits both */
	CHECK(parcels[3].collided && parcels[4].collided && parcels[5].collided);
}

TEST(a_collision_spoils_all_else)
{
	struct medium_conf c = {.rate = 1e6, .dup = 1, .reorder = 1};
	begin(MEDIUM_HALF, c, c);
	send(0, 0, 1000, 0);
	send(1, 1, 1000, MS / 2); /* hits one that is held back */
	CHECK(parcels[0].collided && parcels[1].collided && !parcels[0].twice && !parcels[1].twice);
	begin(MEDIUM_HALF, (struct medium_conf){0}, (struct medium_conf){0});
	send(0, 0, 1000, 5);
	send(1, 1, 1000, 5); /* no packet takes any time, yet they were spoken at once */
	CHECK(parcels[0].collided && parcels[1].collided);
	begin(MEDIUM_FULL, c, c);
	send(0, 0, 1000, 0);
	send(1, 1, 1000, 0);
	CHECK(!parcels[0].lost && !parcels[1].lost);
}

TEST(a_comment_keeps_its_place_and_has_no_fate)
{
	begin(MEDIUM_HALF, (struct medium_conf){.delay_ns = 5 * MS}, (struct medium_conf){.loss = 1, .dup = 1});
	send(0, 0, 8, 0);
	parcels[1] = (struct parcel){.packet = false};
	medium_send(&m, 0, &parcels[1], MS);
	CHECK_INT(parcels[1].at, 5 * MS);
	parcels[2] = (struct parcel){.packet = false};
	medium_send(&m, 1, &parcels[2], MS);
	CHECK(!parcels[2].lost && !parcels[2].twice && !parcels[0].lost);
	CHECK_INT(take(0, 5 * MS), 0);
	CHECK_INT(take(0, 5 * MS), 1);
}

TEST(bit_errors_are_as_frequent_as_asked)
{
	static uint8_t b[125000];
	uint64_t wrong, set = 0;
	begin(MEDIUM_FULL, (struct medium_conf){.ber = 1e-3}, (struct medium_conf){.ber = 1});
	wrong = medium_damage(&m, 0, b, 1000000);
	CHECK(near((double)wrong, 1e6, 1e-3));
	for (size_t i = 0; i < sizeof b; i++)
		set += (uint64_t)__builtin_popcount(b[i]);
	CHECK_INT(set, wrong);
	uint8_t c[2] = {0, 0};
	CHECK_INT(medium_damage(&m, 1, c, 11), 11);
	CHECK(c[0] == 0xff && c[1] == 0x07); /* the bits behind the eleventh do not exist */
	begin(MEDIUM_FULL, (struct medium_conf){0}, (struct medium_conf){0});
	CHECK_INT(medium_damage(&m, 0, c, 16), 0);
}

TEST(the_seed_gives_the_fates_whatever_the_times)
{
	static bool first[N];
	struct medium_conf c = {.loss = 0.3, .dup = 0.2}, slow = {.loss = 0.3, .rate = 1e3, .jitter_ns = MS};
	begin(MEDIUM_FULL, c, c);
	count(0, lost);
	for (int i = 0; i < N; i++)
		first[i] = parcels[i].lost;
	int same = 0, both = 0;
	count(1, lost);
	for (int i = 0; i < N; i++)
		same += first[i] == parcels[i].lost;
	CHECK(near(same, N, 0.58)); /* the other direction is independent */
	begin(MEDIUM_FULL, slow, slow);
	for (int i = 0; i < 1000; i++)
		both += send(i, 0, 8, 77 * i)->lost == first[i];
	CHECK_INT(both, 1000);
	medium_init(&m, MEDIUM_FULL, (struct medium_conf[2]){c, c}, 2);
	for (int i = same = 0; i < 1000; i++)
		same += send(i, 0, 8, 0)->lost == first[i];
	CHECK(same < 700);
}

RUN_TESTS
