/* tcp_tshark_test.c - the list of unacknowledged segments against a plain one, and the table of connections. */

#include "4-transport/tcp_table.h"
#include "rng.h"
#include "test.h"

/* What tshark keeps, as plainly as can be: newest last, looked through as a whole. */
struct plain {
	struct { uint32_t seq, end; uint64_t ns; } v[4096];
	unsigned n;
};

static bool plain_ack(struct plain *l, uint32_t ack, uint64_t ns, int64_t *rtt)
{
	bool found = false;
	unsigned kept = 0;
	for (unsigned i = 0; i < l->n; i++) {
		if (l->v[i].end == ack && !found) {
			found = true;
			*rtt = (int64_t)(ns - l->v[i].ns);
		}
		if (seq_le(l->v[i].end, ack))
			continue;
		if (seq_lt(l->v[i].seq, ack))
			l->v[i].seq = ack;
		l->v[kept++] = l->v[i];
	}
	l->n = kept;
	return found && *rtt != 0;
}

static uint32_t plain_span(const struct plain *l, uint32_t base)
{
	uint32_t low = UINT32_MAX, high = 0;
	for (unsigned i = 0; i < l->n; i++) {
		low = l->v[i].seq - base < low ? l->v[i].seq - base : low;
		high = l->v[i].end - base > high ? l->v[i].end - base : high;
	}
	return high - low;
}

static uint32_t below(struct rng *r, uint32_t n)
{
	return (uint32_t)rng_below(r, n);
}

/* Two ends that send, repeat, overlap and acknowledge at random around start; wild: any number now and then. */
static void compare(uint64_t seed, uint32_t start, bool wild)
{
	static struct plain list[2];
	struct tshark_conn c;
	struct rng r;
	uint32_t at[2] = {start, start + 77};
	uint64_t ns = 1000;
	rng_seed(&r, seed);
	tshark_init(&c);
	list[0].n = list[1].n = 0;
	for (int i = 0; i < 3000; i++) {
		unsigned way = below(&r, 2);
		struct tcp_segment s = {.flags = TCP_ACK, .win = 1000, .scale = -1};
		struct tshark_said said;
		int64_t rtt = 0;
		s.ns = ns += below(&r, 3);
		s.len = below(&r, 3) * 50;
		s.seq = at[way] - (below(&r, 4) ? 0 : 25 * below(&r, 20));
		s.ack = at[!way] - (below(&r, 2) ? 0 : 25 * below(&r, 20));
		if (wild && !below(&r, 50))
			s.seq = (uint32_t)rng_u64(&r);
		if (wild && !below(&r, 50))
			s.ack = (uint32_t)rng_u64(&r);
		if (seq_lt(at[way], s.seq + s.len) && !wild)
			at[way] = s.seq + s.len;
		else if (s.seq == at[way])
			at[way] += s.len;
		tshark_segment(&c, &s, way, &said);
		if (s.len) {
			struct plain *l = &list[way];
			l->v[l->n].seq = s.seq;
			l->v[l->n].end = s.seq + s.len;
			l->v[l->n++].ns = s.ns;
		}
		CHECK_INT(said.has_rtt, plain_ack(&list[!way], s.ack, s.ns, &rtt));
		if (said.has_rtt)
			CHECK_INT(said.rtt_ns, rtt);
		CHECK_INT(c.flow[!way].unacked.n, list[!way].n);
		if (s.len && c.flow[way].flight_known && list[way].n) {
			uint32_t span = plain_span(&list[way], c.flow[way].base);
			CHECK_INT(said.flight, span < 2000000000 ? span : 0);
		}
	}
	tshark_free(&c);
}

TEST(list_tame)
{
	for (uint64_t seed = 1; seed <= 20; seed++)
		compare(seed, 1000000, false);
}

TEST(list_wraps)
{
	for (uint64_t seed = 1; seed <= 20; seed++)
		compare(seed, UINT32_MAX - 30000, false);
}

TEST(list_wild)
{
	for (uint64_t seed = 1; seed <= 20; seed++)
		compare(seed, UINT32_MAX - 30000, true);
}

TEST(list_is_bounded)
{
	struct tshark_conn c;
	struct tshark_said said;
	tshark_init(&c);
	for (uint32_t i = 0; i < 20000; i++) {
		struct tcp_segment s = {.flags = TCP_ACK, .seq = i + 1, .len = 1, .scale = -1, .ns = i + 1};
		tshark_segment(&c, &s, 0, &said);
	}
	CHECK_INT(c.flow[0].unacked.n, 10000);
	CHECK(c.flow[0].unacked.cap <= 16384);
	tshark_free(&c);
}

static struct tcp_segment between(unsigned a, unsigned b, uint16_t flags)
{
	struct tcp_segment s = {.flags = flags, .scale = -1};
	memcpy(s.src.addr, &a, sizeof a);
	memcpy(s.dst.addr, &b, sizeof b);
	s.src.family = s.dst.family = 4;
	return s;
}

static uint64_t ended, last_number;
static void count_end(const struct tcp_conn *c, void *arg)
{
	CHECK(arg == &ended);
	CHECK(ended == 0 || c->number > last_number);
	last_number = c->number;
	ended++;
}

TEST(table_finds_both_ways)
{
	struct tcp_table t;
	bool reused;
	unsigned way, back;
	ended = 0;
	table_init(&t, count_end, &ended);
	for (unsigned i = 0; i < 5000; i++) {
		struct tcp_segment s = between(i, i + 100000, TCP_ACK), r = between(i + 100000, i, TCP_ACK);
		struct tcp_conn *c = table_find(&t, &s, &way, &reused);
		CHECK_INT(c->number, i);
		CHECK(table_find(&t, &r, &back, &reused) == c);
		CHECK_INT(back, !way);
		CHECK_INT(c->opener, way);
	}
	CHECK_INT(t.n, 5000);
	CHECK_INT(ended, 0);
	table_free(&t);
	CHECK_INT(ended, 5000);
}

TEST(table_one_end_to_itself)
{
	struct tcp_table t;
	bool reused;
	unsigned way;
	struct tcp_segment s = between(7, 7, TCP_ACK);
	table_init(&t, NULL, NULL);
	table_find(&t, &s, &way, &reused);
	CHECK_INT(way, 0);
	table_find(&t, &s, &way, &reused);
	CHECK_INT(way, 0);
	CHECK_INT(t.n, 1);
	table_free(&t);
}

/* Closed connections are kept while they are few or young, and 65,536 at most. */
TEST(table_forgets_closed_ones)
{
	struct tcp_table t;
	bool reused;
	unsigned way;
	ended = 0;
	table_init(&t, count_end, &ended);
	for (unsigned i = 0; i < 70000; i++) {
		struct tcp_segment s = between(i, i + 100000, TCP_RST);
		s.ns = 5;
		struct tcp_conn *c = table_find(&t, &s, &way, &reused);
		table_count(&t, c, &s, way);
	}
	CHECK_INT(t.n, CLOSED_MAX);
	struct tcp_segment s = between(1, 2, TCP_RST);
	s.ns = 6 + CLOSED_NS;
	struct tcp_conn *c = table_find(&t, &s, &way, &reused);
	table_count(&t, c, &s, way);
	CHECK_INT(t.n, CLOSED_KEPT);
	CHECK_INT(t.closed, CLOSED_KEPT);
	table_free(&t);
	CHECK_INT(ended, 70001);
}

RUN_TESTS
