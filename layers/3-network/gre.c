/* gre.c - Generic Routing Encapsulation: version 0 (RFC 2784, RFC 2890), and version 1, which carries PPTP (RFC 2637, 4.1).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |C| |K|S| Reserved0       | Ver |         Protocol Type         |
 * |      Checksum (optional)      |       Reserved1 (optional)    |
 * |                         Key (optional)                        |
 * |                 Sequence Number (optional)                    |
 *
 * In version 1 the key is the payload's length and a call's number, A among the reserved bits is a flag, and an acknowledgment number
 * may follow the sequence number.
 */

#include "num.h"
#include "pkt.h"

enum { GRE_HLEN = 4, GRE_PROTO = 47 };
/* RFC 2784, 2.1 and RFC 2890, 2; ROUTING is RFC 1701's, obsolete: such a header is data. */
enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, VERSION = 7 };
enum { ACK = 0x0080, PPTP = 1 }; /* RFC 2637, 4.1: a flag and the version */

enum { F_FLAGS, F_VER, F_PROTO, F_SUM, F_RSV, F_KEY, F_PLEN, F_CALL, F_SEQ, F_ACK };

/* Of the 13 bits before the version. */
static const struct word gre_flags[] = {
	{CHECKSUM >> 3, "C"}, {ROUTING >> 3, "R"}, {KEY >> 3, "K"}, {SEQUENCE >> 3, "S"}, {ACK >> 3, "A"}, {0},
};

static const struct field gre_fields[] = {
	[F_FLAGS] = {"flags", 0, 13, FLAGS, HOOK, .words = gre_flags,
	             .help = "C, K, S, A: there is a checksum, a key, a sequence number, an acknowledgment; computed from the others"},
	[F_VER] = {"ver", 13, 3, DEC, CONST, .help = "Version Number: 0, or 1 for PPTP"},
	[F_PROTO] = {"proto", 16, 16, HEX, NEXT, .help = "Protocol Type: an EtherType"},
	[F_SUM] = {"sum", MOVED, 16, HEX, SUM, .help = "Checksum over header and payload; computed where flags has C"},
	[F_RSV] = {"rsv", MOVED, 16, HEX, OPTIONAL, .help = "Reserved1, behind the checksum"},
	[F_KEY] = {"key", MOVED, 32, HEX, ALWAYS, .help = "Key"},
	[F_PLEN] = {"plen", MOVED, 16, DEC, HOOK, .help = "Payload Length in octets (version 1)"},
	[F_CALL] = {"call", MOVED, 16, DEC, ALWAYS, .help = "Call ID of the peer (version 1)"},
	[F_SEQ] = {"seq", MOVED, 32, DEC, ALWAYS, .help = "Sequence Number"},
	[F_ACK] = {"ack", MOVED, 32, DEC, ALWAYS, .help = "Acknowledgment Number (version 1)"},
	{0},
};

static const struct bind gre_binds[] = {{"ip.proto", GRE_PROTO}, {0}};

static bool pptp(unsigned bits)
{
	return (bits & VERSION) == PPTP;
}

/* Octets of the optional words. */
static int optional(unsigned bits)
{
	return 4 * (!!(bits & CHECKSUM) + !!(bits & KEY) + !!(bits & SEQUENCE) + (pptp(bits) && bits & ACK));
}

static int gre_size(const uint8_t *h, size_t left)
{
	unsigned bits = be16(h);
	(void)left;
	if (bits & ROUTING || (bits & VERSION) > PPTP || (pptp(bits) && bits & CHECKSUM))
		return -1;
	return GRE_HLEN + optional(bits);
}

/* Version 1 says how long its payload is. */
static int64_t gre_payload(const uint8_t *h, size_t hlen)
{
	unsigned bits = be16(h);
	return pptp(bits) && bits & KEY && hlen >= GRE_HLEN + 4 ? be16(h + GRE_HLEN) : -1;
}

static int gre_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	unsigned bits = be16(h);
	int key = 8 * GRE_HLEN + (bits & CHECKSUM ? 32 : 0), seq = key + (bits & KEY ? 32 : 0);
	bool call = bits & KEY && pptp(bits);
	(void)hlen;
	switch (f - gre_fields) {
	case F_SUM: return bits & CHECKSUM ? 8 * GRE_HLEN : -1;
	case F_RSV: return bits & CHECKSUM ? 8 * GRE_HLEN + 16 : -1;
	case F_KEY: return bits & KEY && !call ? key : -1;
	case F_PLEN: return call ? key : -1;
	case F_CALL: return call ? key + 16 : -1;
	case F_SEQ: return bits & SEQUENCE ? seq : -1;
	case F_ACK: return bits & ACK && pptp(bits) ? seq + (bits & SEQUENCE ? 32 : 0) : -1;
	default: return f->bit;
	}
}

/* The flags that the other fields in the text tell: key and seq always print, a right checksum does not. */
static uint64_t gre_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *h = k->p + l->off;
	if (f == &gre_fields[F_FLAGS])
		return (be16(h) & (unsigned)(KEY | SEQUENCE | (pptp(be16(h)) ? ACK : 0))) >> 3;
	if (f == &gre_fields[F_PLEN]) {
		uint32_t n = pkt_payload(k, i);
		return n <= UINT16_MAX ? n : 0;
	}
	return pkt_checksum(h, l->end - l->off, GRE_HLEN, 0);
}

static int gre_build(struct pkt *k, struct layer *l, struct err *e)
{
	static const struct { int field; unsigned bit; } sets[] = {
		{F_SUM, CHECKSUM}, {F_RSV, CHECKSUM}, {F_KEY, KEY}, {F_PLEN, KEY}, {F_CALL, KEY},
		{F_SEQ, SEQUENCE}, {F_ACK, ACK},
	};
	uint8_t *h = k->own + l->off;
	unsigned bits = be16(h);
	if (!(l->written >> F_FLAGS & 1))
		for (unsigned j = 0; j < sizeof sets / sizeof *sets; j++)
			if (l->written >> sets[j].field & 1)
				bits |= sets[j].bit;
	/* derive does not know of a checksum: as if flags=C had been written. */
	if (bits & CHECKSUM)
		l->written |= 1u << F_FLAGS;
	put16(h, bits);
	return pkt_append(k, (uint32_t)optional(bits), e) ? pkt_put_vars(k, l, e) : -1;
}

const struct proto gre_proto = {
	.name = "gre", .title = "Generic Routing Encapsulation", .osi = 3, .standard = "RFC 2784, 2; RFC 2890, 2; RFC 2637, 4.1",
	.hlen = GRE_HLEN, .fields = gre_fields, .binds = gre_binds, .space = {"eth.type", "gre.proto"},
	.diagram_note = "sum and rsv follow where flags has C, key where K, seq where S; in version 1 plen and call where K, ack where A",
	.size = gre_size, .payload = gre_payload, .derive = gre_derive, .place = gre_place, .build = gre_build,
};
