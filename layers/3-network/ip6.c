/* ip6.c - Internet Protocol, version 6 (RFC 8200).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version| Traffic Class |           Flow Label                  |
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * |                         Source Address                        |
 * |                          (128 bits)                           |
 * |                       Destination Address                     |
 * |                          (128 bits)                           |
 */

#include <string.h>

#include "ip6ext.h"
#include "num.h"

enum { IP6_HLEN = 40, SRC = 8, DST = 24 }; /* RFC 8200, 3 */

static const struct field ip6_fields[] = {
	{"ver", 0, 4, DEC, CONST, .dflt = 6, .help = "Version"},
	{"tc", 4, 8, HEX, OPTIONAL, .help = "Traffic Class: DSCP (RFC 2474) and ECN (RFC 3168)"},
	{"flow", 12, 20, HEX, OPTIONAL, .help = "Flow Label (RFC 6437)"},
	{"len", 32, 16, DEC, PAYLEN, .help = "Payload Length, extension headers included, in octets; 0 in a jumbogram"},
	{"nh", 48, 8, DEC, NEXT, .help = "Next Header"},
	{"hop", 56, 8, DEC, ALWAYS, .dflt = 64, .help = "Hop Limit"},
	{"src", 64, 128, IP6, ALWAYS, .help = "Source Address"},
	{"dst", 192, 128, IP6, ALWAYS, .help = "Destination Address"},
	{0},
};

static const struct bind ip6_binds[] = {
	{"eth.type", 0x86dd}, {"ip.proto", 41}, {"link4", 101 << 4 | 6}, {"link", 229}, {"link4", 12 << 4 | 6},
	{"link4", 14 << 4 | 6}, {"icmp6.quote", 6},
	{"ppp.proto", 0x0057}, {"mpls.version", 6},
	/* AF_INET6 of macOS, NetBSD and OpenBSD, FreeBSD, and Linux (tcpdump.org, LINKTYPE_NULL). */
	{"null.family", 30}, {"null.family", 24}, {"null.family", 28}, {"null.family", 10}, {0},
};

static int ip6_size(const uint8_t *h, size_t left)
{
	(void)left;
	return h[0] >> 4 == 6 ? IP6_HLEN : -1;
}

/* The pseudo-header of RFC 8200, 8.1: its destination is the final one of a routing header, its source the home address where that
 * option stands (RFC 6275, 9.3.1). */
static uint32_t ip6_pseudo(const struct pkt *k, const struct layer *l, uint32_t proto, uint32_t len)
{
	const uint8_t *h = k->p + l->off, *src = h + SRC;
	const struct layer *end = k->layer + k->nlayers;
	uint8_t dst[16];
	memcpy(dst, h + DST, sizeof dst);
	for (l++; l < end; l++) {
		const uint8_t *x = k->p + l->off;
		if (l->proto == &ip6rt_proto) {
			ip6rt_final(x, l->hlen, dst);
		} else if (l->proto == &dstopt_proto) {
			const uint8_t *home = ip6opt_home(x, l->hlen);
			src = home ? home : src;
		} else if (l->proto != &hopopt_proto && l->proto != &ip6frag_proto && l->proto != &ah_proto) {
			break;
		}
	}
	return sum16(dst, 16, sum16(src, 16, proto + (len >> 16) + (len & 0xffff)));
}

const struct proto ip6_proto = {
	.name = "ip6", .title = "Internet Protocol version 6", .osi = 3, .standard = "RFC 8200, 3",
	.hlen = IP6_HLEN, .fields = ip6_fields, .binds = ip6_binds, .space = IP6_SPACES,
	.size = ip6_size, .pseudo = ip6_pseudo, .sum_required = true,
};
