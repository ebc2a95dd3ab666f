/* reassemble_test.c - fragments in any order; what ends a datagram, as Linux has it (shared with the captures of frag/ by
 * tests/interop/checksums.bats); time and room in virtual time. */
#include "3-network/reassemble.h"

#include "num.h"
#include "rng.h"
#include "test.h"

#define SECOND UINT64_C(1000000000)

enum { LEN = 1000 };

static uint8_t data[65536], head4[24], head6[48];

static void begin(void)
{
	for (uint32_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	memset(head4, 0, sizeof head4);
	head4[0] = 0x45;
	head4[9] = 17;
	memset(head6, 0, sizeof head6);
	head6[0] = 0x60;
	head6[6] = 44;
}

/* Octets from..to of the datagram, the last if they reach LEN. */
static struct fragment piece(bool six, uint32_t from, uint32_t to)
{
	struct fragment f = {.six = six, .id = 1, .proto = 17, .more = to < LEN, .off = from, .head = six ? head6 : head4,
	                     .hlen = six ? 40 : 20, .next = 6, .data = data + from, .len = to - from};
	return f;
}

static struct datagram whole;

static enum reassembly give(struct reassembler *r, struct fragment f) { return reassemble(r, &f, 0, &whole); }
static enum reassembly part(struct reassembler *r, uint32_t from, uint32_t to) { return give(r, piece(false, from, to)); }

TEST(any_order_makes_the_same_datagram)
{
	struct rng rng;
	rng_seed(&rng, 1);
	begin();
	for (int round = 0; round < 200; round++) {
		bool six = round % 2;
		struct reassembler *r = reassembler_new(0, 0);
		uint32_t at[LEN / 8 + 1], n = 0, order[LEN / 8 + 1];
		for (uint32_t from = 0; from < LEN; from += 8 * (1 + (uint32_t)rng_below(&rng, 20)))
			at[n++] = from;
		at[n] = LEN;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t j = (uint32_t)rng_below(&rng, i + 1);
			order[i] = order[j];
			order[j] = i;
		}
		for (uint32_t i = 0; i < n; i++)
			CHECK_INT(give(r, piece(six, at[order[i]], at[order[i] + 1])), i + 1 < n ? REASSEMBLY_WAITS : REASSEMBLY_WHOLE);
		CHECK_INT(whole.len, LEN + (six ? 40 : 20));
		CHECK_INT(whole.fragments, n);
		CHECK_MEM(whole.p + (six ? 40 : 20), data, LEN);
		CHECK_INT(reassembler_state(r).octets, 0);
		reassembler_free(r);
	}
}

TEST(the_header_is_that_of_a_packet_that_was_never_a_fragment)
{
	begin();
	struct reassembler *r = reassembler_new(0, 0);
	put16(head4 + 6, 0x6000); /* DF, MF */
	put16(head4 + 10, 0x1234);
	part(r, 0, 400);
	CHECK_INT(part(r, 400, LEN), REASSEMBLY_WHOLE);
	CHECK_INT(be16(whole.p + 2), 1020);
	CHECK_INT(be16(whole.p + 6), 0x4000);
	CHECK_INT(sum16(whole.p, 20, 0), 0xffff);
	/* IPv6: a routing header before the Fragment header stays, and names what the fragments are of. */
	struct fragment f = piece(true, 0, 400), last = piece(true, 400, LEN);
	head6[6] = 43;
	head6[40] = 44;
	f.hlen = 48;
	f.next = 40;
	last.proto = 6; /* the first one's counts (RFC 8200, 4.5) */
	CHECK_INT(give(r, last), REASSEMBLY_WAITS);
	CHECK_INT(give(r, f), REASSEMBLY_WHOLE);
	CHECK_INT(whole.len, 48 + LEN);
	CHECK_INT(be16(whole.p + 4), 8 + LEN);
	CHECK_INT(whole.p[6], 43);
	CHECK_INT(whole.p[40], 17);
	reassembler_free(r);
}

TEST(what_makes_a_datagram_another_one)
{
	begin();
	struct reassembler *r = reassembler_new(0, 0);
	part(r, 0, 400);
	for (int i = 0; i < 4; i++) {
		struct fragment f = piece(false, 400, LEN);
		f.src[0] = i == 0;
		f.dst[3] = i == 1;
		f.id += i == 2;
		f.proto = i == 3 ? 1 : 17;
		CHECK_INT(give(r, f), REASSEMBLY_WAITS);
	}
	struct fragment four = piece(false, 0, 400);
	four.proto = 0; /* as IPv6 has it, whose key is without it */
	CHECK_INT(give(r, four), REASSEMBLY_WAITS);
	CHECK_INT(give(r, piece(true, 400, LEN)), REASSEMBLY_WAITS);
	CHECK_INT(reassembler_state(r).datagrams, 7);
	CHECK_INT(part(r, 400, LEN), REASSEMBLY_WHOLE);
	reassembler_free(r);
}

TEST(overlaps_end_it_and_duplicates_do_not)
{
	begin();
	struct reassembler *r = reassembler_new(0, 0);
	part(r, 0, 400);
	CHECK_INT(part(r, 0, 400), REASSEMBLY_DUPLICATE);
	CHECK_INT(part(r, 80, 160), REASSEMBLY_DUPLICATE);
	CHECK_INT(part(r, 392, 800), REASSEMBLY_OVERLAP);
	CHECK_INT(reassembler_state(r).datagrams, 0);
	/* What it has is thrown away. */
	CHECK_INT(part(r, 400, LEN), REASSEMBLY_WAITS);
	CHECK_INT(part(r, 0, 400), REASSEMBLY_WHOLE);
	part(r, 0, 400);
	struct fragment f = piece(false, 80, 160);
	f.data = data + 81; /* in its place other octets */
	CHECK_INT(give(r, f), REASSEMBLY_OVERLAP);
	/* Over a hole. */
	part(r, 0, 80);
	part(r, 160, 240);
	CHECK_INT(part(r, 80, 168), REASSEMBLY_OVERLAP);
	reassembler_free(r);
}

TEST(ends_that_do_not_agree)
{
	begin();
	struct reassembler *r = reassembler_new(0, 0);
	struct fragment f = piece(false, 800, 808);
	f.more = false;
	part(r, 800, LEN);
	CHECK_INT(give(r, f), REASSEMBLY_ENDS);
	part(r, 800, LEN);
	f = piece(false, 1000, 1080);
	f.more = true;
	CHECK_INT(give(r, f), REASSEMBLY_ENDS);
	part(r, 800, LEN);
	f.more = false;
	CHECK_INT(give(r, f), REASSEMBLY_ENDS);
	part(r, 0, 400);
	f = piece(false, 24, 48);
	f.more = false;
	CHECK_INT(give(r, f), REASSEMBLY_ENDS);
	reassembler_free(r);
}

TEST(lengths)
{
	begin();
	struct reassembler *r = reassembler_new(0, 0);
	CHECK_INT(part(r, 80, 80), REASSEMBLY_EMPTY);
	CHECK_INT(give(r, piece(true, 80, 80)), REASSEMBLY_EMPTY);
	/* Not a multiple of 8 before the last: shortened, or passed over (RFC 8200, 4.5). */
	CHECK_INT(part(r, 0, 403), REASSEMBLY_WAITS);
	CHECK_INT(part(r, 400, LEN), REASSEMBLY_WHOLE);
	CHECK_MEM(whole.p + 20, data, LEN);
	CHECK_INT(give(r, piece(true, 0, 403)), REASSEMBLY_CUT);
	CHECK_INT(part(r, 0, 7), REASSEMBLY_EMPTY);
	/* 65535 octets with the header are the most (RFC 791, 3.1); those of IPv6's header do not count (RFC 8200, 3). */
	struct fragment f = piece(false, 65480, 65515);
	CHECK_INT(give(r, f), REASSEMBLY_WAITS);
	f.len = 36;
	f.id = 2;
	CHECK_INT(give(r, f), REASSEMBLY_LONG);
	f = piece(true, 65480, 65535);
	CHECK_INT(give(r, f), REASSEMBLY_WAITS);
	f.len = 56;
	f.id = 2;
	CHECK_INT(give(r, f), REASSEMBLY_LONG);
	/* Options of the first fragment alone make it too long. */
	f = piece(false, 64000, 65515);
	f.id = 3;
	CHECK_INT(give(r, f), REASSEMBLY_WAITS);
	f = piece(false, 0, 64000);
	f.id = 3;
	f.more = true;
	f.hlen = 24;
	CHECK_INT(give(r, f), REASSEMBLY_LONG);
	f = piece(false, 0, 400);
	f.cut = true;
	CHECK_INT(give(r, f), REASSEMBLY_CUT);
	reassembler_free(r);
}

TEST(ecn)
{
	begin();
	/* RFC 3168, 5.3: whether two fragments with these bits go together. */
	static const bool fits[4][4] = {{1, 0, 0, 0}, {0, 1, 1, 1}, {0, 1, 1, 1}, {0, 1, 1, 1}};
	for (uint8_t a = 0; a < 4; a++)
		for (uint8_t b = 0; b < 4; b++) {
			struct reassembler *r = reassembler_new(0, 0);
			struct fragment f = piece(b & 1, 0, 400), g = piece(b & 1, 400, LEN);
			f.ecn = a;
			g.ecn = b;
			CHECK_INT(give(r, f), REASSEMBLY_WAITS);
			CHECK_INT(give(r, g), fits[a][b] ? REASSEMBLY_WHOLE : REASSEMBLY_ECN);
			reassembler_free(r);
		}
}

TEST(time_is_over_after_a_minute)
{
	begin();
	struct reassembler *r = reassembler_new(0, 0);
	struct datagram first;
	struct fragment f = piece(false, 0, 400), g = piece(false, 400, LEN), other = piece(true, 80, 160);
	reassemble(r, &f, 5 * SECOND, &whole);
	reassemble(r, &other, 6 * SECOND, &whole);
	CHECK_INT(reassembler_expire(r, 65 * SECOND - 1, &first), 0);
	CHECK_INT(reassembler_expire(r, 65 * SECOND, &first), 1);
	CHECK_INT(first.len, 420);
	CHECK_MEM(first.p + 20, data, 400);
	CHECK_INT(reassembler_expire(r, 65 * SECOND, &first), 0);
	/* Without the first fragment there is nothing to quote. */
	CHECK_INT(reassembler_expire(r, 66 * SECOND, &first), 1);
	CHECK_INT(first.len, 0);
	CHECK_INT(reassembler_state(r).expired, 2);
	/* It is over for reassemble as well; and a clock that goes back stands still. */
	reassemble(r, &f, 70 * SECOND, &whole);
	CHECK_INT(reassemble(r, &g, 130 * SECOND, &whole), REASSEMBLY_WAITS);
	CHECK_INT(reassemble(r, &f, 3 * SECOND, &whole), REASSEMBLY_WHOLE);
	reassembler_free(r);
}

TEST(room_is_bounded_and_the_oldest_go)
{
	begin();
	struct reassembler *r = reassembler_new(1 << 20, 0);
	for (uint32_t i = 0; i < 20000; i++) {
		struct fragment f = piece(i & 1, 8 * (i % 8000), 8 * (i % 8000) + 8);
		f.more = true;
		f.id = i;
		CHECK_INT(give(r, f), REASSEMBLY_WAITS);
		CHECK(reassembler_state(r).octets <= 1 << 20);
	}
	CHECK(reassembler_state(r).evicted > 15000);
	/* Even one that is all the room. */
	reassembler_free(r);
	r = reassembler_new(100, 0);
	CHECK_INT(part(r, 0, 400), REASSEMBLY_WAITS);
	CHECK_INT(reassembler_state(r).octets, 0);
	reassembler_free(r);
}

TEST(random_fragments_never_harm)
{
	struct rng rng;
	rng_seed(&rng, 2);
	begin();
	struct reassembler *r = reassembler_new(0, 1);
	for (uint32_t i = 0; i < 100000; i++) {
		uint64_t x = rng_u64(&rng);
		struct fragment f = {.six = x & 1, .id = x >> 1 & 255, .proto = 17, .ecn = (x >> 5 & 15) == 0, .more = x >> 9 & 7,
		                     .cut = (x >> 12 & 31) == 0, .off = 8 * (uint32_t)rng_below(&rng, x & 1 << 20 ? 8192 : 16),
		                     .head = x & 1 ? head6 : head4, .hlen = x & 1 ? 40 : 20, .next = 6, .data = data,
		                     .len = (uint32_t)rng_below(&rng, x & 1 << 21 ? 65536 : 40)};
		if (reassemble(r, &f, i * SECOND / 100, &whole) == REASSEMBLY_WHOLE)
			CHECK(whole.len >= 20 && whole.len <= 65575 && sum16(whole.p, whole.len, 0) <= 0xffff);
	}
	CHECK(reassembler_state(r).expired > 10);
	reassembler_free(r);
}

RUN_TESTS
