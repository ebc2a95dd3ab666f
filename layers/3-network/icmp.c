/* icmp.c - Internet Control Message Protocol (RFC 792).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |          Checksum             |
 * |  echo, timestamp and so on: Identifier | Sequence Number      |
 * |  unreachable:    unused  |  Length  |  unused, Next-Hop MTU   |
 * |  time exceeded:  unused  |  Length  |  unused                 |
 * |  parameter:      Pointer |  Length  |  unused                 |
 * |  redirect:            Gateway Internet Address                |
 * |  The packet that an error is about, or data                   |
 *
 * Length is RFC 4884's, the next-hop MTU RFC 1191's.
 */

#include "num.h"
#include "pkt.h"

/* IANA, ICMP Type Numbers: RFC 792, RFC 950 (17, 18), RFC 8335 (42, 43) */
enum {
	ECHO_REPLY = 0, UNREACHABLE = 3, QUENCH = 4, REDIRECT = 5, ECHO = 8, EXCEEDED = 11, PARAMETER = 12, TIMESTAMP = 13,
	TIMESTAMP_REPLY = 14, INFO = 15, INFO_REPLY = 16, MASK = 17, MASK_REPLY = 18, XECHO = 42, XECHO_REPLY = 43,
};
enum { FRAG_NEEDED = 4 };  /* RFC 792: the code of UNREACHABLE that has an MTU (RFC 1191, 4) */
enum { ICMP_HLEN = 8, ICMP_PROTO = 1 };

enum { F_TYPE, F_CODE, F_SUM, F_ID, F_SEQ, F_XSEQ, F_XFLAGS, F_PTR, F_UNUSED, F_LEN, F_MTU, F_RSV, F_GW, F_REST };

static const struct word icmp_types[] = {
	{ECHO_REPLY, "echo reply"}, {UNREACHABLE, "destination unreachable"}, {QUENCH, "source quench"},
	{REDIRECT, "redirect"}, {ECHO, "echo request"}, {9, "router advertisement"}, {10, "router solicitation"},
	{EXCEEDED, "time exceeded"}, {PARAMETER, "parameter problem"}, {TIMESTAMP, "timestamp request"},
	{TIMESTAMP_REPLY, "timestamp reply"}, {INFO, "information request"}, {INFO_REPLY, "information reply"},
	{MASK, "address mask request"}, {MASK_REPLY, "address mask reply"}, {XECHO, "extended echo request"},
	{XECHO_REPLY, "extended echo reply"}, {0},
};

static const struct field icmp_fields[] = {
	[F_TYPE] = {"type", 0, 8, DEC, ALWAYS, .dflt = ECHO, .words = icmp_types, .help = "Type of message"},
	[F_CODE] = {"code", 8, 8, DEC, ALWAYS, .help = "Code: which message of its type"},
	[F_SUM] = {"sum", 16, 16, HEX, SUM, .help = "Checksum over the whole message"},
	[F_ID] = {"id", 32, 16, DEC, ALWAYS, .help = "Identifier (types 0, 8, 13 to 18, 42, 43)"},
	[F_SEQ] = {"seq", 48, 16, DEC, ALWAYS, .help = "Sequence Number (types 0, 8, 13 to 18)"},
	[F_XSEQ] = {"xseq", 48, 8, DEC, ALWAYS, .help = "Sequence Number (types 42 and 43; RFC 8335)"},
	[F_XFLAGS] = {"xflags", 56, 8, HEX, OPTIONAL, .help = "L, or State, A, 4 and 6 (types 42 and 43; RFC 8335)"},
	[F_PTR] = {"ptr", 32, 8, DEC, ALWAYS, .help = "Pointer to the octet in error (type 12)"},
	[F_UNUSED] = {"unused", 32, 8, HEX, OPTIONAL, .help = "Unused octet (types 3 and 11)"},
	[F_LEN] = {"len", 40, 8, DEC, OPTIONAL,
	           .help = "Length of the quoted packet in 32-bit words where extensions follow it (types 3, 11, 12; RFC 4884)"},
	[F_MTU] = {"mtu", 48, 16, DEC, ALWAYS, .help = "Next-Hop MTU (type 3, code 4; RFC 1191)"},
	[F_RSV] = {"rsv", 48, 16, HEX, OPTIONAL, .help = "Unused (types 3, 11, 12)"},
	[F_GW] = {"gw", 32, 32, IP4, ALWAYS, .help = "Gateway Internet Address (type 5)"},
	[F_REST] = {"rest", 32, 32, HEX, OPTIONAL, .help = "Octets 4 to 7 of any other type"},
	{0},
};

static const struct bind icmp_binds[] = {{"ip.proto", ICMP_PROTO}, {0}};

/* The fields that a message has besides type, code and sum; they cover octets 4 to 7. */
static unsigned fields_of(const uint8_t *h)
{
	switch (h[0]) {
	case ECHO_REPLY: case ECHO: case TIMESTAMP: case TIMESTAMP_REPLY: case INFO: case INFO_REPLY: case MASK: case MASK_REPLY:
		return 1u << F_ID | 1u << F_SEQ;
	case XECHO: case XECHO_REPLY: return 1u << F_ID | 1u << F_XSEQ | 1u << F_XFLAGS;
	case UNREACHABLE: return 1u << F_UNUSED | 1u << F_LEN | 1u << (h[1] == FRAG_NEEDED ? F_MTU : F_RSV);
	case EXCEEDED: return 1u << F_UNUSED | 1u << F_LEN | 1u << F_RSV;
	case PARAMETER: return 1u << F_PTR | 1u << F_LEN | 1u << F_RSV;
	case REDIRECT: return 1u << F_GW;
	default: return 1u << F_REST;
	}
}

static int icmp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	unsigned fields = fields_of(h) | 1u << F_TYPE | 1u << F_CODE | 1u << F_SUM;
	(void)hlen;
	return fields >> (f - icmp_fields) & 1 ? f->bit : -1;
}

/* The key of a quoted packet is its IP version. */
static int icmp_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	bool error = h[0] == UNREACHABLE || h[0] == QUENCH || h[0] == REDIRECT || h[0] == EXCEEDED || h[0] == PARAMETER;
	if (!error || l->end <= l->off + ICMP_HLEN)
		return -1;
	*key = h[ICMP_HLEN] >> 4;
	return 0;
}

static uint64_t icmp_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	(void)f;
	return pkt_checksum(k->p + l->off, l->end - l->off, 2, 0);
}

const struct proto icmp_proto = {
	.name = "icmp", .title = "Internet Control Message Protocol", .osi = 3, .standard = "RFC 792",
	.hlen = ICMP_HLEN, .fields = icmp_fields, .binds = icmp_binds, .space = {"icmp.quote"},
	.diagram_note = "octets 4 to 7 depend on the type",
	.next = icmp_next, .derive = icmp_derive, .place = icmp_place,
};
