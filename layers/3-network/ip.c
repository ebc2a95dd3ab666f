/* ip.c - Internet Protocol, version 4 (RFC 791).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|  IHL  |   DSCP    |ECN|          Total Length         |
 * |         Identification        |Flags|     Fragment Offset     |
 * |  Time to Live |    Protocol   |        Header Checksum        |
 * |                         Source Address                        |
 * |                      Destination Address                      |
 * |                    Options                    |    Padding    |
 */

#include "num.h"
#include "tlv.h"

enum { IP_HLEN = 20, IP_HLEN_MAX = 60 }; /* RFC 791, 3.1: IHL counts 32-bit words, 5 to 15 */
enum { OPT_LSRR = 131, OPT_SSRR = 137 }; /* RFC 791, 3.1: Loose and Strict Source and Record Route */

static const struct word ip_flags[] = {{1, "MF"}, {2, "DF"}, {0}};
static const struct word ip_ecn[] = {{0, "not ECN-capable"}, {1, "ECT(1)"}, {2, "ECT(0)"}, {3, "CE"}, {0}};

static const struct field ip_fields[] = {
	{"ver", 0, 4, DEC, CONST, .dflt = 4, .help = "Version"},
	{"ihl", 4, 4, DEC, HLEN, .unit = 4, .help = "Internet Header Length, in 32-bit words"},
	{"dscp", 8, 6, DEC, OPTIONAL, .help = "Differentiated Services Code Point (RFC 2474)"},
	{"ecn", 14, 2, DEC, OPTIONAL, .words = ip_ecn, .help = "Explicit Congestion Notification (RFC 3168)"},
	{"len", 16, 16, DEC, LENGTH, .help = "Total Length of header and payload, in octets"},
	{"id", 32, 16, DEC, ALWAYS, .help = "Identification, the same in all fragments of a datagram"},
	{"flags", 48, 3, FLAGS, OPTIONAL, .words = ip_flags, .help = "DF: Don't Fragment; MF: More Fragments"},
	{"frag", 51, 13, DEC, OPTIONAL, .help = "Fragment Offset, in units of 8 octets"},
	{"ttl", 64, 8, DEC, ALWAYS, .dflt = 64, .help = "Time to Live"},
	{"proto", 72, 8, DEC, NEXT, .help = "Protocol of the payload"},
	{"sum", 80, 16, HEX, SUM, .header = true, .help = "Header Checksum"},
	{"src", 96, 32, IP4, ALWAYS, .help = "Source Address"},
	{"dst", 128, 32, IP4, ALWAYS, .help = "Destination Address"},
	{"opt", MOVED, 0, LIST, OPTIONAL, .help = "Options: eol nop rr lsrr ssrr ts sec sid ra, others kN:HEX"},
	{0},
};

static const struct bind ip_binds[] = {
	{"eth.type", 0x0800}, {"ip.proto", 4}, {"link4", 101 << 4 | 4}, {"link", 228}, {"link4", 12 << 4 | 4},
	{"link4", 14 << 4 | 4}, {"icmp.quote", 4},
	{"ppp.proto", 0x0021}, {"mpls.version", 4}, {"null.family", 2}, {"llc.sap", 0x06},
	{"ax25.pid", 0xcc}, {0},
};

/* RFC 791, 3.1; 94 is the commercial security option's successor; Router Alert is RFC 2113. rr, lsrr and ssrr: pointer, addresses. */
static const struct tlv_kind ip_kinds[] = {
	{0, "eol", "", true}, {1, "nop", "", true}, {7, "rr", "ba*", false}, {OPT_LSRR, "lsrr", "ba*", false},
	{OPT_SSRR, "ssrr", "ba*", false}, {68, "ts", "bbx", false}, {130, "sec", "x", false}, {136, "sid", "h", false},
	{148, "ra", "h", false}, {0, NULL, NULL, false},
};
static const struct tlv ip_tlv = {.kinds = ip_kinds, .head = 2, .unit = 1, .align = 4, .fill = 0};

static int ip_size(const uint8_t *h, size_t left)
{
	unsigned hlen = 4u * (h[0] & 15);
	(void)left;
	return h[0] >> 4 == 4 && hlen >= IP_HLEN ? (int)hlen : -1;
}

/* A fragment past the first is data. The extension headers of IPv6 do not follow IPv4, but AH and ESP do. */
static int ip_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	*key = h[9];
	return be16(h + 6) & 0x1fff ? -1 : 0;
}

static bool ip_partial(const uint8_t *h, size_t hlen)
{
	(void)hlen;
	return (be16(h + 6) & 0x3fff) != 0; /* MF or an offset */
}

static uint64_t ip_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	(void)f;
	return pkt_checksum(k->p + l->off, l->hlen, 10, 0);
}

static writer ip_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	return tlv_write(p, &ip_tlv, h + IP_HLEN, hlen - IP_HLEN);
}

static int ip_build(struct pkt *k, struct layer *l, struct err *e)
{
	return tlv_build(k, &ip_tlv, pkt_var(l, "opt"), IP_HLEN_MAX - IP_HLEN, e);
}

/* The destination that the checksum speaks of: behind an unfinished source route its last address (RFC 1122, 4.1.3.2 and 3.2.1.8). */
static const uint8_t *final_destination(const uint8_t *h, size_t hlen)
{
	for (size_t at = IP_HLEN; at + 2 <= hlen;) {
		size_t n = h[at] < 2 ? 1 : h[at + 1];
		if (h[at] == 0 || n < 1 || (h[at] >= 2 && n < 2) || n > hlen - at)
			break;
		/* The route is finished when the pointer is beyond the last address. */
		if ((h[at] == OPT_LSRR || h[at] == OPT_SSRR) && n >= 7 && h[at + 2] <= n - 3)
			return h + at + 3 + (n - 7) / 4 * 4;
		at += n;
	}
	return h + 16;
}

static uint32_t ip_pseudo(const struct pkt *k, const struct layer *l, uint32_t proto, uint32_t len)
{
	const uint8_t *h = k->p + l->off;
	const uint8_t *dst = l->hlen > IP_HLEN ? final_destination(h, l->hlen) : h + 16;
	uint32_t s = proto + (len >> 16) + (len & 0xffff);
	return s + be16(h + 12) + be16(h + 14) + be16(dst) + be16(dst + 2);
}

const struct proto ip_proto = {
	.name = "ip", .title = "Internet Protocol version 4", .osi = 3, .standard = "RFC 791, 3.1",
	.hlen = IP_HLEN, .fields = ip_fields, .binds = ip_binds, .space = {"ip.proto"},
	.diagram_note = "options follow when ihl is more than 5",
	.size = ip_size, .next = ip_next, .partial = ip_partial, .derive = ip_derive, .print = ip_print, .build = ip_build,
	.pseudo = ip_pseudo,
};
