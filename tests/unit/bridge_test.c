/* bridge_test.c - the engine of a learning bridge: one rule of IEEE 802.1Q a test, and a model that does without tables. */
#include "2-link/bridge.h"

#include "num.h"
#include "rng.h"
#include "test.h"

#define S INT64_C(1000000000)

enum { P1 = 1, P2 = 2, P3 = 4, P4 = 8 };

static struct bridge *b;
static struct bridge_verdict v;

static void begin(bool vlans)
{
	bridge_free(b);
	b = bridge_new(&(struct bridge_conf){.nports = 4, .age_ns = 300 * S, .addrs = 100, .vlans = vlans});
}

/* Addresses of stations: 02-00-00-00-00-n; from 0x100 on groups. */
static const uint8_t *mac(unsigned n)
{
	static uint8_t m[4][6];
	static unsigned i;
	uint8_t *p = m[i++ % 4];
	memcpy(p, n >= 0x100 ? "\x01\x00\x5e\x00\x00" : "\x02\x00\x00\x00\x00", 5);
	p[5] = (uint8_t)n;
	return p;
}

/* A frame on port (1 to 4): the ports that it leaves by, or minus the reason why it is dropped. */
static int send_vid(unsigned port, unsigned from, unsigned to, int vid, int64_t t)
{
	bridge_frame(b, port - 1, &(struct bridge_frame){mac(to), mac(from), vid >= 0, (uint16_t)vid}, t, &v);
	CHECK(!v.drop == (v.out != 0));
	return v.drop ? -(int)v.drop : (int)v.out;
}

static int send(unsigned port, unsigned from, unsigned to, int64_t t) { return send_vid(port, from, to, -1, t); }

static int send_mac(unsigned port, const char *da, const char *sa)
{
	bridge_frame(b, port - 1, &(struct bridge_frame){(const uint8_t *)da, (const uint8_t *)sa, false, 0}, 0, &v);
	return v.drop ? -(int)v.drop : (int)v.out;
}

TEST(what_is_not_known_goes_everywhere_else)
{
	begin(false);
	CHECK_INT(send(1, 1, 2, 0), P2 | P3 | P4);
	CHECK(!v.known);
	CHECK_INT(send(3, 3, 0x101, 0), P1 | P2 | P4);
	CHECK_INT(send_mac(2, "\xff\xff\xff\xff\xff\xff", "\x02\0\0\0\0\2"), P1 | P3 | P4);
}

TEST(what_was_heard_goes_where_it_was_heard)
{
	begin(false);
	send(1, 1, 2, 0);
	CHECK_INT(v.learned, BRIDGE_NEW);
	CHECK_INT(send(2, 2, 1, 1), P1);
	CHECK(v.known);
	CHECK_INT(send(1, 1, 2, 2), P2);
	CHECK_INT(v.learned, BRIDGE_AGAIN);
	CHECK_INT(send(3, 3, 2, 3), P2);
	CHECK_INT(bridge_count(b), 3);
}

TEST(what_is_on_the_same_port_stays_there)
{
	begin(false);
	send(1, 1, 9, 0);
	CHECK_INT(send(1, 2, 1, 0), -BRIDGE_SAME);
	CHECK_INT(send(1, 1, 1, 0), -BRIDGE_SAME);
	CHECK_INT(send(2, 3, 2, 0), P1);
}

TEST(a_station_that_moves_is_found_again)
{
	begin(false);
	send(1, 1, 9, 0);
	CHECK_INT(send(2, 2, 1, 0), P1);
	send(4, 1, 9, 0);
	CHECK_INT(v.learned, BRIDGE_MOVED);
	CHECK_INT(v.before, 0);
	CHECK_INT(send(2, 2, 1, 0), P4);
	CHECK_INT(bridge_count(b), 2);
}

TEST(an_address_is_forgotten_just_when_its_time_is_over)
{
	begin(false);
	send(1, 1, 9, 5 * S);
	CHECK_INT(send(2, 2, 1, 305 * S - 1), P1);
	CHECK_INT(send(2, 2, 1, 305 * S), P1 | P3 | P4);
	CHECK_INT(bridge_count(b), 1);
	send(1, 1, 9, 400 * S);
	send(1, 1, 9, 600 * S); /* heard again: young again */
	CHECK_INT(send(2, 2, 1, 899 * S), P1);
	CHECK_INT(send(2, 2, 1, 900 * S), P1 | P3 | P4);
}

TEST(the_oldest_go_first_whatever_the_order_of_hearing)
{
	begin(false);
	for (unsigned i = 1; i <= 5; i++)
		send(1, i, 9, i * S);
	send(1, 2, 9, 100 * S);
	send(1, 4, 9, 101 * S);
	send(2, 50, 9, 303 * S); /* 1 and 3 are 302 and 300 seconds old */
	CHECK_INT(bridge_count(b), 4);
	CHECK_INT(send(2, 50, 2, 303 * S), P1);
	CHECK_INT(send(2, 50, 5, 303 * S), P1);
	CHECK_INT(send(2, 50, 3, 303 * S), P1 | P3 | P4);
}

TEST(time_that_goes_back_stands_still)
{
	begin(false);
	struct bridge_addr a[2];
	send(1, 1, 9, 1000 * S);
	send(1, 2, 9, 1 * S);
	bridge_table(b, a);
	CHECK(a[0].age_ns == 0 && a[1].age_ns == 0);
	CHECK_INT(send(2, 3, 2, 1299 * S), P1);
	CHECK_INT(send(2, 3, 2, 1300 * S), P1 | P3 | P4);
	CHECK_INT(send(2, 3, 1, INT64_MAX), P1 | P3 | P4);
	CHECK_INT(send(2, 3, 1, 0), P1 | P3 | P4);
}

TEST(a_full_table_learns_no_more_until_one_is_forgotten)
{
	begin(false);
	for (unsigned i = 0; i < 100; i++)
		send(1, i, 0xff, (int64_t)i * S);
	CHECK_INT(v.learned, BRIDGE_NEW);
	send(2, 200, 1, 100 * S);
	CHECK_INT(v.learned, BRIDGE_FULL);
	CHECK_INT(bridge_count(b), 100);
	CHECK_INT(send(1, 1, 200, 101 * S), P2 | P3 | P4);
	send(2, 200, 1, 300 * S);
	CHECK_INT(v.learned, BRIDGE_NEW);
	CHECK_INT(send(1, 1, 200, 300 * S), P2);
	CHECK_INT(bridge_count(b), 100);
}

TEST(reserved_addresses_stay_on_their_link)
{
	char da[] = "\x01\x80\xc2\x00\x00\x00";
	begin(false);
	for (int i = 0; i < 16; i++) {
		da[5] = (char)i;
		CHECK_INT(send_mac(1, da, "\x02\0\0\0\0\7"), -BRIDGE_RESERVED);
		CHECK_INT(v.learned, i == 1 ? BRIDGE_NOTHING : i == 0 ? BRIDGE_NEW : BRIDGE_AGAIN);
	}
	da[5] = 16;
	CHECK_INT(send_mac(1, da, "\x02\0\0\0\0\7"), P2 | P3 | P4);
	CHECK_INT(send(2, 2, 7, 0), P1); /* who sent them was learned (8.7) */
}

TEST(a_provider_forwards_what_is_for_customers_bridges)
{
	char da[] = "\x01\x80\xc2\x00\x00\x00";
	int passed = 0;
	bridge_free(b);
	b = bridge_new(&(struct bridge_conf){.nports = 2, .age_ns = S, .addrs = 9, .vlans = true, .provider = true});
	for (int i = 0; i < 16; i++) {
		da[5] = (char)i;
		passed |= (send_mac(1, da, "\x02\0\0\0\0\7") == P2) << i;
	}
	CHECK_INT(passed, 0xb801); /* table 8-2: 0, B, C, D and F are not in it */
}

TEST(no_station_has_a_groups_address)
{
	begin(false);
	CHECK_INT(send(1, 0x101, 2, 0), -BRIDGE_SOURCE);
	CHECK_INT(send_mac(1, "\x02\0\0\0\0\2", "\0\0\0\0\0\0"), -BRIDGE_SOURCE);
	CHECK_INT(bridge_count(b), 0);
}

TEST(a_blocked_port_neither_passes_nor_learns)
{
	begin(false);
	bridge_block(b, 1);
	CHECK_INT(send(2, 2, 1, 0), -BRIDGE_BLOCKED);
	CHECK_INT(bridge_count(b), 0);
	CHECK_INT(send(1, 1, 2, 0), P3 | P4);
}

TEST(a_static_entry_stays_and_is_obeyed)
{
	begin(false);
	CHECK_INT(bridge_static(b, mac(7), 0, P3), 0);
	CHECK_INT(bridge_static(b, mac(0x101), 0, P2 | P3), 0);
	CHECK_INT(bridge_static(b, mac(8), 0, 0), 0);
	CHECK_INT(send(1, 1, 7, 0), P3);
	CHECK_INT(send(1, 1, 0x101, 0), P2 | P3);
	CHECK_INT(send(2, 2, 0x101, 0), P3);
	CHECK_INT(send(1, 1, 8, 0), -BRIDGE_STATIC);
	send(4, 7, 1, 0); /* heard elsewhere: stays where it is */
	CHECK_INT(v.learned, BRIDGE_NOTHING);
	CHECK_INT(send(1, 1, 7, 10000 * S), P3);
	CHECK_INT(send(3, 3, 7, 10000 * S), -BRIDGE_SAME);
	CHECK_INT(bridge_static(b, mac(1), 0, P4), 0); /* and one that was learned becomes one */
	CHECK_INT(send(2, 2, 1, 20000 * S), P4);
}

/* Ports 1 and 2: stations of VLAN 10; 3: of 20; 4: trunk of both. */
static void campus(void)
{
	begin(true);
	for (unsigned i = 0; i < 4; i++)
		bridge_forget_members(b, i);
	for (unsigned i = 0; i < 3; i++) {
		bridge_pvid(b, i, i < 2 ? 10 : 20);
		bridge_member(b, i, i < 2 ? 10 : 20, false);
	}
	bridge_member(b, 3, 10, true);
	bridge_member(b, 3, 20, true);
}

TEST(vlans_keep_to_themselves_and_trunks_carry_tags)
{
	campus();
	CHECK_INT(send(1, 1, 0x101, 0), P2 | P4);
	CHECK_INT(v.vid, 10);
	CHECK_INT(v.untagged, P2);
	CHECK_INT(send(3, 3, 0x101, 0), P4);
	CHECK_INT(v.untagged, 0);
	CHECK_INT(send_vid(4, 4, 0x101, 20, 0), P3);
	CHECK_INT(v.untagged, P3);
	CHECK_INT(send_vid(4, 4, 0x101, 10, 0), P1 | P2);
}

TEST(ports_let_in_their_vlans_only)
{
	campus();
	CHECK_INT(send_vid(4, 4, 1, 30, 0), -BRIDGE_VLAN);
	CHECK_INT(send_vid(1, 1, 4, 20, 0), -BRIDGE_VLAN);
	CHECK_INT(send_vid(1, 1, 4, 4095, 0), -BRIDGE_VLAN);
	CHECK_INT(send(4, 4, 1, 0), -BRIDGE_UNTAGGED);
	CHECK_INT(send_vid(4, 4, 1, 0, 0), -BRIDGE_UNTAGGED);
	CHECK_INT(bridge_count(b), 0);
	CHECK_INT(send_vid(1, 1, 4, 0, 0), P2 | P4); /* a priority only: of the PVID */
	CHECK_INT(v.vid, 10);
	CHECK_INT(send_vid(1, 1, 4, 10, 0), P2 | P4); /* its own VLAN, said */
}

TEST(each_vlan_learns_for_itself)
{
	campus();
	send(2, 1, 0x101, 0);
	CHECK_INT(send_vid(4, 9, 1, 10, 0), P2);
	CHECK_INT(send_vid(4, 9, 1, 20, 0), P3);
	CHECK(!v.known);
	send(3, 1, 0x101, 0); /* the same address in the other: no move */
	CHECK_INT(v.learned, BRIDGE_NEW);
	CHECK_INT(send_vid(4, 9, 1, 10, 0), P2);
	CHECK_INT(send_vid(4, 9, 1, 20, 0), P3);
	CHECK(v.known);
}

TEST(without_vlans_tags_are_payload)
{
	begin(false);
	send_vid(1, 1, 9, 77, 0);
	CHECK_INT(v.vid, 0);
	CHECK_INT(send_vid(2, 2, 1, 4095, 0), P1);
	CHECK_INT(v.untagged, 0);
}

TEST(a_native_vlan_may_leave_with_its_tag)
{
	campus();
	bridge_pvid(b, 3, 10);
	CHECK_INT(send(4, 4, 0x101, 0), P1 | P2);
	bridge_member(b, 1, 10, true); /* said again: with a tag from now on */
	CHECK_INT(send(1, 1, 0x101, 0), P2 | P4);
	CHECK_INT(v.untagged, 0);
	bridge_member(b, 1, 10, false);
	CHECK_INT(send(1, 1, 0x101, 0), P2 | P4);
	CHECK_INT(v.untagged, P2);
}

TEST(alone_in_its_vlan_nothing_leaves)
{
	campus();
	bridge_forget_members(b, 3);
	CHECK_INT(send(3, 3, 0x101, 0), -BRIDGE_NOWHERE);
}

TEST(the_table_is_in_order_with_ages)
{
	struct bridge_addr a[4];
	campus();
	send(3, 1, 9, 1 * S);
	send(2, 2, 9, 2 * S);
	send(1, 1, 9, 4 * S);
	bridge_static(b, mac(3), 10, P1 | P4);
	CHECK_INT(bridge_count(b), 4);
	bridge_table(b, a);
	CHECK_MEM(a[0].mac, mac(1), 6);
	CHECK(a[0].vid == 10 && a[0].ports == P1 && a[0].age_ns == 0 && !a[0].fixed);
	CHECK_MEM(a[1].mac, mac(2), 6);
	CHECK(a[1].vid == 10 && a[1].ports == P2 && a[1].age_ns == 2 * S);
	CHECK_MEM(a[2].mac, mac(3), 6);
	CHECK(a[2].fixed && a[2].ports == (P1 | P4));
	CHECK_MEM(a[3].mac, mac(1), 6);
	CHECK(a[3].vid == 20 && a[3].age_ns == 3 * S);
}

/* Against a model that has no table but the history: a station is where it was last heard of, if that is not too long ago. */
TEST(a_hundred_thousand_frames_go_where_the_history_says)
{
	enum { STATIONS = 120, VLANS = 3, AGE = 50 };
	static int64_t heard[VLANS][STATIONS];
	static unsigned where[VLANS][STATIONS];
	struct rng r;
	rng_seed(&r, 7);
	bridge_free(b);
	b = bridge_new(&(struct bridge_conf){.nports = 4, .age_ns = AGE, .addrs = 10000, .vlans = true});
	memset(heard, 0xff, sizeof heard);
	for (unsigned p = 0; p < 4; p++)
		for (uint16_t vid = 1; vid <= VLANS; vid++)
			bridge_member(b, p, vid, true);
	for (int64_t t = 1000, i = 0; i < 100000; i++, t += (int64_t)rng_below(&r, 3)) {
		unsigned from = (unsigned)rng_below(&r, STATIONS), to = (unsigned)rng_below(&r, STATIONS);
		unsigned vid = (unsigned)rng_below(&r, VLANS);
		unsigned port = rng_below(&r, 8) ? from % 4 : (unsigned)rng_below(&r, 4);
		heard[vid][from] = t;
		where[vid][from] = port;
		int want = 15 & ~(1 << port), got = send_vid(port + 1, from, to, (int)vid + 1, t);
		if (heard[vid][to] >= 0 && t - heard[vid][to] < AGE)
			want = where[vid][to] == port ? -BRIDGE_SAME : 1 << where[vid][to];
		if (got != want) {
			CHECK_INT(got, want);
			break;
		}
	}
}

TEST(a_million_addresses_grow_the_table_no_further_than_said)
{
	uint8_t sa[6] = {2};
	bridge_free(b);
	b = bridge_new(&(struct bridge_conf){.nports = 64, .age_ns = 300 * S, .addrs = 5000});
	for (uint32_t i = 0; i < 1000000; i++) {
		put32(sa + 2, i);
		bridge_frame(b, i % 64, &(struct bridge_frame){sa, sa, false, 0}, i * S / 100, &v);
	}
	CHECK_INT(bridge_count(b), 5000);
	bridge_free(b);
	b = NULL;
}

RUN_TESTS
