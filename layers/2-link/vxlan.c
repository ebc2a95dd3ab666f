/* vxlan.c - Virtual eXtensible Local Area Network (RFC 7348, 5): an Ethernet frame in UDP.
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|R|R|R|I|R|R|R|            Reserved                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                VXLAN Network Identifier (VNI) |   Reserved    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

#include "pkt.h"

enum { VXLAN_I = 0x08 }; /* RFC 7348, 5: the VNI is valid */

static const struct word vxlan_flags[] = {{VXLAN_I, "I"}, {0}};

static const struct field vxlan_fields[] = {
	{"flags", 0, 8, FLAGS, ALWAYS, .dflt = VXLAN_I, .words = vxlan_flags,
	 .help = "I: the network identifier is valid; the reserved ones as a number"},
	{"rsv", 8, 24, HEX, OPTIONAL, .help = "Reserved (group policy extension: flags and group)"},
	{"vni", 32, 24, DEC, ALWAYS, .help = "VXLAN Network Identifier"},
	{"rsv2", 56, 8, HEX, OPTIONAL, .help = "Reserved"},
	{0},
};

static const struct bind vxlan_binds[] = {{"udp.port", 4789}, {0}}; /* RFC 7348, 8 */

static int vxlan_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	(void)k, (void)l;
	*key = 0;
	return 0;
}

const struct proto vxlan_proto = {
	.name = "vxlan", .title = "Virtual eXtensible LAN", .osi = 2, .standard = "RFC 7348, 5",
	.hlen = 8, .fields = vxlan_fields, .binds = vxlan_binds, .space = {"vxlan"}, .next = vxlan_next,
};
