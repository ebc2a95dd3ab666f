/* ah.c - IP Authentication Header (RFC 4302, 2).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next Header  |  Payload Len  |            RESERVED           |
 * |                Security Parameters Index (SPI)                |
 * |                     Sequence Number Field                     |
 * |              Integrity Check Value-ICV (variable)             |
 */

#include "ip6ext.h"
#include "num.h"

enum { AH_HLEN = 12, AH_HLEN_MAX = 4 * (255 + 2) }; /* RFC 4302, 2.2: Payload Len is 32-bit words less 2 */

static const struct field ah_fields[] = {
	{"nh", 0, 8, DEC, NEXT, .help = "Next Header"},
	{"len", 8, 8, DEC, HLEN, .unit = 4, .base = 8, .help = "Payload Len: the header's length in 32-bit words, less 2"},
	{"rsv", 16, 16, HEX, OPTIONAL, .help = "Reserved"},
	{"spi", 32, 32, HEX, ALWAYS, .help = "Security Parameters Index"},
	{"seq", 64, 32, DEC, ALWAYS, .help = "Sequence Number"},
	{"icv", MOVED, 0, OCTETS, ALWAYS, .help = "Integrity Check Value and padding, in hex"},
	{0},
};

static const struct bind ah_binds[] = {{"ip.proto", 51}, {0}};

static int ah_size(const uint8_t *h, size_t left)
{
	int hlen = 4 * (h[1] + 2);
	(void)left;
	return hlen >= AH_HLEN ? hlen : -1;
}

static writer ah_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	hex_write(p, h + AH_HLEN, hlen - AH_HLEN);
	return p + 2 * (hlen - AH_HLEN);
}

static int ah_build(struct pkt *k, struct layer *l, struct err *e)
{
	return pkt_put_hex(k, pkt_var(l, "icv"), "icv", AH_HLEN_MAX - AH_HLEN, e);
}

const struct proto ah_proto = {
	.name = "ah", .title = "IP Authentication Header", .osi = 3, .standard = "RFC 4302, 2",
	.hlen = AH_HLEN, .fields = ah_fields, .binds = ah_binds, .space = IP6_SPACES,
	.diagram_note = "the ICV follows",
	.size = ah_size, .print = ah_print, .build = ah_build,
};
