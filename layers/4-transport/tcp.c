/* tcp.c - Transmission Control Protocol: the header (RFC 9293, 3.1).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source Port          |       Destination Port        |
 * |                        Sequence Number                        |
 * |                    Acknowledgment Number                      |
 * | Data  |       |C|E|U|A|P|R|S|F|                               |
 * | Offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
 * |       |       |R|E|G|K|H|T|N|N|                               |
 * |           Checksum            |         Urgent Pointer        |
 * |                           [Options]                           |
 */

#include "num.h"
#include "tlv.h"

enum { TCP_HLEN = 20, TCP_HLEN_MAX = 60, TCP_PROTO = 6 }; /* RFC 9293, 3.1 */

static const struct word tcp_flags[] = {
	{1, "FIN"}, {2, "SYN"}, {4, "RST"}, {8, "PSH"}, {16, "ACK"}, {32, "URG"}, {64, "ECE"}, {128, "CWR"}, {256, "AE"}, {0},
};

static const struct field tcp_fields[] = {
	{"sport", 0, 16, DEC, ALWAYS, .help = "Source Port"},
	{"dport", 16, 16, DEC, ALWAYS, .help = "Destination Port"},
	{"seq", 32, 32, DEC, ALWAYS, .help = "Sequence Number of the first data octet; of the SYN itself where that flag is set"},
	{"ack", 64, 32, DEC, ALWAYS, .help = "Acknowledgment Number: the next octet expected, where ACK is set"},
	{"off", 96, 4, DEC, HLEN, .unit = 4, .help = "Data Offset: the header's length in 32-bit words"},
	{"flags", 100, 12, FLAGS, ALWAYS, .words = tcp_flags,
	 .help = "Control bits; AE is RFC 9768; the reserved ones as a number"},
	{"win", 112, 16, DEC, ALWAYS, .help = "Window, not scaled"},
	{"sum", 128, 16, HEX, SUM, .help = "Checksum over pseudo-header, header and data"},
	{"urg", 144, 16, DEC, OPTIONAL, .help = "Urgent Pointer"},
	{"opt", MOVED, 0, LIST, OPTIONAL,
	 .help = "Options: eol nop mss ws sackok sack ts md5 tfo ao mptcp exp, others kN:HEX"},
	{0},
};

static const struct bind tcp_binds[] = {{"ip.proto", TCP_PROTO}, {0}};

/* IANA, TCP Option Kind Numbers: RFC 9293 (0 to 2), 7323 (3, 8), 2018 (4, 5), 2385 (19), 5925 (29), 8684 (30),
 * 7413 (34), 6994 (253, 254). */
static const struct tlv_kind tcp_kinds[] = {
	{1, "nop", "", true}, {8, "ts", "ww", false}, {2, "mss", "h", false}, {4, "sackok", "", false},
	{3, "ws", "b", false}, {5, "sack", "w*", false}, {0, "eol", "", true}, {19, "md5", "x", false},
	{29, "ao", "bbx", false}, {30, "mptcp", "x", false}, {34, "tfo", "x", false}, {253, "exp", "hx", false},
	{0, NULL, NULL, false},
};
static const struct tlv tcp_tlv = {.kinds = tcp_kinds, .head = 2, .unit = 1, .align = 4, .fill = 0};

static int tcp_size(const uint8_t *h, size_t left)
{
	unsigned hlen = 4u * (h[12] >> 4);
	(void)left;
	return hlen >= TCP_HLEN ? (int)hlen : -1;
}

static uint64_t tcp_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	uint32_t len = l->end - l->off, start;
	(void)f;
	if (!pkt_pseudo(k, i, TCP_PROTO, len, &start))
		return 0;
	return pkt_checksum(k->p + l->off, len, 16, start);
}

static writer tcp_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	return tlv_write(p, &tcp_tlv, h + TCP_HLEN, hlen - TCP_HLEN);
}

static int tcp_build(struct pkt *k, struct layer *l, struct err *e)
{
	return tlv_build(k, &tcp_tlv, pkt_var(l, "opt"), TCP_HLEN_MAX - TCP_HLEN, e);
}

const struct proto tcp_proto = {
	.name = "tcp", .title = "Transmission Control Protocol", .osi = 4, .standard = "RFC 9293, 3.1",
	.hlen = TCP_HLEN, .fields = tcp_fields, .binds = tcp_binds,
	.diagram_note = "options follow when off is more than 5",
	.size = tcp_size, .derive = tcp_derive, .print = tcp_print, .build = tcp_build,
	.pseudo_sum = true,
};
