/* filter_test.c - capture filters on packets in memory (lib/live.h). */
#include "../../lib/live.h"

#include "test.h"

/* LINKTYPE values, as capture files have them (https://www.tcpdump.org/linktypes.html). */
enum {
	LINK_NULL = 0, LINK_ETHERNET = 1, LINK_PPP = 9, LINK_RAW = 101, LINK_WLAN = 105, LINK_LOOP = 108,
	LINK_SLL = 113, LINK_IP4 = 228, LINK_IP6 = 229, LINK_SLL2 = 276, LINK_NONE = 0x7fff
};

/* 192.0.2.1 > 192.0.2.53, UDP 40001 > 7, "abcd"; the Ethernet header may be left out. */
enum { ETH_HLEN = 14 };
static const uint8_t udp4[] = {
	0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00,
	0x45, 0, 0, 32, 0, 7, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 53,
	0x9c, 0x41, 0, 7, 0, 12, 0, 0, 'a', 'b', 'c', 'd',
};

/* ff02::1, hop-by-hop nothing, next header 58 (ICMPv6 echo). */
static const uint8_t icmp6[] = {
	0x60, 0, 0, 0, 0, 8, 58, 64,
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	128, 0, 0, 0, 0, 0, 0, 0,
};

static struct err err;

/* One expression against one packet: what filter_match says; -2: the expression was refused. */
static int match(const char *expr, uint32_t link, const uint8_t *p, size_t n)
{
	struct cap_rec r = {.link = link, .fcs = -1, .wire = (uint32_t)n, .len = (uint32_t)n, .p = p};
	struct filter *f = filter_new(expr, &err);
	if (!f)
		return -2;
	int m = filter_match(f, &r, &err);
	filter_free(f);
	return m;
}

/* The packet behind a link header of n octets. */
static int match_behind(const char *expr, uint32_t link, const uint8_t *head, size_t n)
{
	uint8_t p[64];
	memcpy(p, head, n);
	memcpy(p + n, udp4 + ETH_HLEN, sizeof udp4 - ETH_HLEN);
	return match(expr, link, p, n + sizeof udp4 - ETH_HLEN);
}

TEST(ethernet)
{
	static const struct {
		const char *expr;
		int want;
	} cases[] = {
		{"", 1}, {"udp", 1}, {"tcp", 0}, {"udp port 7", 1}, {"port 8", 0}, {"src host 192.0.2.1", 1},
		{"src host 192.0.2.53", 0}, {"ether dst 02:00:00:00:00:02", 1}, {"ip6", 0}, {"len == 46", 1},
		{"udp[8:4] = 0x61626364", 1}, {"not udp or greater 100", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_INT(match(cases[i].expr, LINK_ETHERNET, udp4, sizeof udp4), cases[i].want);
}

TEST(raw_ip)
{
	const uint8_t *p = udp4 + ETH_HLEN;
	size_t n = sizeof udp4 - ETH_HLEN;
	CHECK_INT(match("udp dst port 7", LINK_RAW, p, n), 1);
	CHECK_INT(match("udp dst port 8", LINK_RAW, p, n), 0);
	CHECK_INT(match("ip and host 192.0.2.53", LINK_IP4, p, n), 1);
	CHECK_INT(match("icmp6 and dst host ff02::1", LINK_RAW, icmp6, sizeof icmp6), 1);
	CHECK_INT(match("icmp6", LINK_IP6, icmp6, sizeof icmp6), 1);
	CHECK_INT(match("ip", LINK_RAW, icmp6, sizeof icmp6), 0);
}

TEST(other_link_headers)
{
	static const uint8_t loop[] = {0, 0, 0, 2}, ppp[] = {0xff, 3, 0, 0x21};
	static const uint8_t sll[16] = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0};
	static const uint8_t sll2[20] = {8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1};
	uint32_t family = 2;  /* AF_INET, in the order of the machine that captured: this one's */
	uint8_t null[4];
	memcpy(null, &family, sizeof null);
	CHECK_INT(match_behind("udp port 7", LINK_NULL, null, sizeof null), 1);
	CHECK_INT(match_behind("udp port 7", LINK_LOOP, loop, sizeof loop), 1);
	CHECK_INT(match_behind("udp port 7", LINK_PPP, ppp, sizeof ppp), 1);
	CHECK_INT(match_behind("udp port 7", LINK_SLL, sll, sizeof sll), 1);
	CHECK_INT(match_behind("udp port 7", LINK_SLL2, sll2, sizeof sll2), 1);
	CHECK_INT(match_behind("udp port 8", LINK_SLL2, sll2, sizeof sll2), 0);
}

/* The bits above 16 of a pcap's link type field are not the link type. */
TEST(fcs_bits_are_ignored)
{
	CHECK_INT(match("udp", 0x14000000 | LINK_ETHERNET, udp4, sizeof udp4), 1);
	CHECK_INT(match("udp", 0x14000000 | LINK_RAW, udp4 + ETH_HLEN, sizeof udp4 - ETH_HLEN), 1);
}

TEST(cut_packets)
{
	struct cap_rec r = {.link = LINK_ETHERNET, .wire = 1500, .len = sizeof udp4, .p = udp4};
	struct filter *f = filter_new("udp and greater 1500", &err);
	CHECK(f != NULL);
	CHECK_INT(filter_match(f, &r, &err), 1);  /* the length on the wire counts */
	r.len = 20;                               /* the protocol octet is not there */
	CHECK_INT(filter_match(f, &r, &err), 0);
	r.len = 0;
	CHECK_INT(filter_match(f, &r, &err), 0);
	filter_free(f);
}

TEST(expressions_that_do_not_parse)
{
	static const char *const wrong[] = {"udp and and", "port", "(", "udp port 99999", "frobnicate"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		err.msg[0] = '\0';
		CHECK(filter_new(wrong[i], &err) == NULL);
		CHECK(strncmp(err.msg, "filter: ", 8) == 0 && strlen(err.msg) > 8);
	}
	filter_free(NULL);
}

/* Nothing for Ethernet, something for 802.11: judged when a packet comes. */
TEST(expressions_for_another_link)
{
	static const uint8_t beacon[24] = {0x80, 0};
	CHECK_INT(match("wlan type mgt", LINK_WLAN, beacon, sizeof beacon), 1);
	CHECK_INT(match("wlan type data", LINK_WLAN, beacon, sizeof beacon), 0);
	err.msg[0] = '\0';
	CHECK_INT(match("wlan type mgt", LINK_ETHERNET, udp4, sizeof udp4), -1);
	CHECK(strncmp(err.msg, "filter: ", 8) == 0 && strlen(err.msg) > 8);
}

TEST(unknown_link_type)
{
	err.msg[0] = '\0';
	CHECK_INT(match("udp", LINK_NONE, udp4, sizeof udp4), -1);
	CHECK(strstr(err.msg, "32767") != NULL);
	CHECK_INT(match("vlan 5", LINK_RAW, udp4 + ETH_HLEN, sizeof udp4 - ETH_HLEN), -1);
}

/* More link types than programs are kept, mixed, with a failure between: each answer stays its own. */
TEST(many_link_types)
{
	static const uint32_t links[] = {1, 101, 228, 9, 113, 276, 108, 105, 127, 50, 51, 104, 0x7fff, 122};
	enum { N = sizeof links / sizeof *links };
	struct filter *f = filter_new("udp port 7", &err);
	CHECK(f != NULL);
	for (size_t round = 0; round < 50; round++) {
		for (size_t i = 0; i < N; i++) {
			uint32_t link = links[(i * (round % 5 + 1) + round) % N];
			bool eth = link == 1, raw = link == 101 || link == 228;
			struct cap_rec r = {.link = link, .wire = sizeof udp4, .len = sizeof udp4, .p = udp4};
			if (raw) {
				r.p += ETH_HLEN;
				r.len = r.wire -= ETH_HLEN;
			}
			CHECK_INT(filter_match(f, &r, &err), link == 0x7fff ? -1 : eth || raw);
		}
	}
	filter_free(f);
}

RUN_TESTS
