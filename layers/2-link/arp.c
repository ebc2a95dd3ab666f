/* arp.c - Address Resolution Protocol for IPv4 over Ethernet (RFC 826). */

#include "num.h"
#include "proto.h"

static const struct word arp_ops[] = {
	{1, "request"}, {2, "reply"}, {3, "reverse request"}, {4, "reverse reply"}, {8, "InARP request"},
	{9, "InARP reply"}, {0},
};

static const struct field arp_fields[] = {
	{"htype", 0, 16, DEC, CONST, .dflt = 1, .help = "Hardware type (ar$hrd)"},
	{"ptype", 16, 16, HEX, CONST, .dflt = 0x0800, .help = "Protocol type (ar$pro)"},
	{"hlen", 32, 8, DEC, CONST, .dflt = 6, .help = "Octets of a hardware address (ar$hln)"},
	{"plen", 40, 8, DEC, CONST, .dflt = 4, .help = "Octets of a protocol address (ar$pln)"},
	{"op", 48, 16, DEC, ALWAYS, .dflt = 1, .words = arp_ops, .help = "Opcode (ar$op)"},
	{"sha", 64, 48, MAC, ALWAYS, .help = "Sender hardware address"},
	{"spa", 112, 32, IP4, ALWAYS, .help = "Sender protocol address"},
	{"tha", 144, 48, MAC, ALWAYS, .help = "Target hardware address"},
	{"tpa", 192, 32, IP4, ALWAYS, .help = "Target protocol address"},
	{0},
};

static const struct bind arp_binds[] = {{"eth.type", 0x0806}, {"eth.type", 0x8035}, {0}};

/* Addresses of other lengths stand elsewhere: such a packet is data. What is behind the addresses is a trailer. */
static int arp_size(const uint8_t *h, size_t left)
{
	(void)left;
	return h[4] == 6 && h[5] == 4 ? 28 : -1;
}

static int64_t arp_payload(const uint8_t *h, size_t hlen)
{
	(void)h, (void)hlen;
	return 0;
}

const struct proto arp_proto = {
	.name = "arp", .title = "Address Resolution Protocol", .osi = 2, .standard = "RFC 826",
	.hlen = 28, .fields = arp_fields, .binds = arp_binds, .size = arp_size, .payload = arp_payload,
};
