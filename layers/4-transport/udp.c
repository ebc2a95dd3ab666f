/* udp.c - User Datagram Protocol (RFC 768).
 *
 *  0      7 8     15 16    23 24    31
 * +--------+--------+--------+--------+
 * |   Source Port   | Destination Port|
 * +--------+--------+--------+--------+
 * |     Length      |    Checksum     |
 * +--------+--------+--------+--------+
 */

#include "num.h"
#include "pkt.h"

enum { UDP_HLEN = 8, UDP_PROTO = 17 }; /* RFC 768, Fields */

static const struct field udp_fields[] = {
	{"sport", 0, 16, DEC, ALWAYS, .help = "Source Port"},
	{"dport", 16, 16, DEC, ALWAYS, .help = "Destination Port"},
	{"len", 32, 16, DEC, LENGTH, .help = "Length of header and data, in octets"},
	{"sum", 48, 16, HEX, SUM, .none0 = true, .help = "Checksum over pseudo-header, header and data; 0: none"},
	{0},
};

static const struct bind udp_binds[] = {{"ip.proto", UDP_PROTO}, {0}};

static int udp_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	*key = be16(k->p + l->off + 2);
	return 0;
}

/* The checksum covers Length octets. A computed zero is sent as all ones (RFC 768); without addresses there is none. */
static uint64_t udp_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	uint32_t len = l->end - l->off, start;
	(void)f;
	if (!pkt_pseudo(k, i, UDP_PROTO, len, &start))
		return 0;
	uint16_t sum = pkt_checksum(k->p + l->off, len, 6, start);
	return sum ? sum : 0xffff;
}

const struct proto udp_proto = {
	.name = "udp", .title = "User Datagram Protocol", .osi = 4, .standard = "RFC 768",
	.hlen = UDP_HLEN, .fields = udp_fields, .binds = udp_binds, .space = {"udp.port"},
	.next = udp_next, .derive = udp_derive, .pseudo_sum = true,
};
