/* loop.c - OpenBSD's loopback encapsulation (LINKTYPE_LOOP): the address family in network octet order.
 *
 * +---------------------------+
 * | protocol family (4 octets)|
 * +---------------------------+
 */

#include "proto.h"

/* The families bind in "null.family": IP is AF_INET, 2 everywhere. */
static const struct field loop_fields[] = {
	{"family", 0, 32, DEC, NEXT, .help = "Protocol family, AF_ of the capturing system: 2 IPv4; 24, 28, 30 or 10 IPv6"},
	{0},
};

static const struct bind loop_binds[] = {{"link", 108}, {0}};

const struct proto loop_proto = {
	.name = "loop", .title = "Loopback, network order", .osi = 2, .standard = "LINKTYPE_LOOP, tcpdump.org",
	.hlen = 4, .fields = loop_fields, .binds = loop_binds, .space = {"null.family"},
};
