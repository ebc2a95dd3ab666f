/* icmp6.c - Internet Control Message Protocol for IPv6 (RFC 4443), with Neighbor Discovery (RFC 4861) and Multicast Listener
 * Discovery (RFC 2710, RFC 3810).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |          Checksum             |
 * |  unreachable, time exceeded:  | Length |       unused         |
 * |  packet too big:                        MTU                   |
 * |  parameter problem:                   Pointer                 |
 * |  echo:          Identifier    |        Sequence Number        |
 * |  router advertisement: Hop | M O H Prf P | Router Lifetime    |
 * |    Reachable Time   Retrans Timer   Options                   |
 * |  neighbor advertisement: R S O |        Reserved              |
 * |    Target Address   Options; a solicitation has no flags      |
 * |  redirect:      Reserved   Target Address   Destination   Opt |
 * |  listener query, report: Max Response Delay | Reserved        |
 * |    Multicast Address; v2 query: | Resv |S| QRV | QQIC | N |   |
 * |    Source Address [1..N]                                      |
 * |  v2 report:     Reserved | M     Multicast Address Record [M] |
 */

#include "addrs.h"
#include "num.h"
#include "tlv.h"

/* IANA, ICMPv6 "type" Numbers: RFC 4443 (1 to 4, 128, 129), 2710 (130 to 132), 4861 (133 to 137), 3810 (143), 8335 (160, 161) */
enum {
	UNREACHABLE = 1, TOO_BIG = 2, EXCEEDED = 3, PARAMETER = 4, ECHO = 128, ECHO_REPLY = 129, MLD_QUERY = 130, MLD_REPORT = 131,
	MLD_DONE = 132, ROUTER_SOL = 133, ROUTER_ADV = 134, NEIGHBOR_SOL = 135, NEIGHBOR_ADV = 136, REDIRECT = 137,
	MLD2_REPORT = 143, XECHO = 160, XECHO_REPLY = 161,
};
enum { ICMP6_HLEN = 8, ICMP6_PROTO = 58 };
/* Octets before the options or sources: RFC 4861, 4.1 to 4.5; RFC 2710, 3; RFC 3810, 5.1. */
enum { RA_HLEN = 16, NEIGHBOR_HLEN = 24, REDIRECT_HLEN = 40, MLD_HLEN = 24, MLD2_QUERY_HLEN = 28 };

enum {
	F_TYPE, F_CODE, F_SUM, F_ID, F_SEQ, F_XSEQ, F_XFLAGS, F_LEN, F_UNUSED, F_MTU, F_PTR, F_HOP, F_RAFLAGS,
	F_LIFETIME, F_REACH, F_RETRANS,
	F_RSV, F_NAFLAGS, F_TARGET, F_DST, F_MAXDELAY, F_RSV2, F_GROUP, F_RESV, F_S, F_QRV, F_QQIC, F_RSV1, F_NUM, F_REST,
	F_SRC, F_REC, F_OPT,
};

static const struct word icmp6_types[] = {
	{UNREACHABLE, "destination unreachable"}, {TOO_BIG, "packet too big"}, {EXCEEDED, "time exceeded"},
	{PARAMETER, "parameter problem"}, {ECHO, "echo request"}, {ECHO_REPLY, "echo reply"},
	{MLD_QUERY, "multicast listener query"}, {MLD_REPORT, "multicast listener report"},
	{MLD_DONE, "multicast listener done"}, {ROUTER_SOL, "router solicitation"}, {ROUTER_ADV, "router advertisement"},
	{NEIGHBOR_SOL, "neighbor solicitation"}, {NEIGHBOR_ADV, "neighbor advertisement"}, {REDIRECT, "redirect"},
	{MLD2_REPORT, "multicast listener report v2"}, {XECHO, "extended echo request"},
	{XECHO_REPLY, "extended echo reply"}, {0},
};

/* RFC 4861, 4.2; H: RFC 6275, 7.1; Prf (1: high, 3: low): RFC 4191, 2.2; P: RFC 4389, 4.1.3.3. */
static const struct word ra_flags[] = {
	{0x80, "M"}, {0x40, "O"}, {0x20, "H"}, {0x10, "Prf1"}, {0x08, "Prf0"}, {0x04, "P"}, {0},
};
static const struct word na_flags[] = {{0x80000000, "R"}, {0x40000000, "S"}, {0x20000000, "O"}, {0}}; /* RFC 4861, 4.4 */

static const struct field icmp6_fields[] = {
	[F_TYPE] = {"type", 0, 8, DEC, ALWAYS, .dflt = ECHO, .words = icmp6_types, .help = "Type of message"},
	[F_CODE] = {"code", 8, 8, DEC, ALWAYS, .help = "Code: which message of its type"},
	[F_SUM] = {"sum", 16, 16, HEX, SUM, .help = "Checksum over pseudo-header and message"},
	[F_ID] = {"id", 32, 16, DEC, ALWAYS, .help = "Identifier (echo, extended echo)"},
	[F_SEQ] = {"seq", 48, 16, DEC, ALWAYS, .help = "Sequence Number (echo)"},
	[F_XSEQ] = {"xseq", 48, 8, DEC, ALWAYS, .help = "Sequence Number (extended echo; RFC 8335)"},
	[F_XFLAGS] = {"xflags", 56, 8, HEX, OPTIONAL, .help = "L, or State, A, 4 and 6 (extended echo; RFC 8335)"},
	[F_LEN] = {"len", 32, 8, DEC, OPTIONAL,
	           .help = "Length of the quoted packet in 64-bit words where extensions follow it (types 1 and 3; RFC 4884)"},
	[F_UNUSED] = {"unused", 40, 24, HEX, OPTIONAL, .help = "Unused (types 1 and 3)"},
	[F_MTU] = {"mtu", 32, 32, DEC, ALWAYS, .help = "MTU of the next-hop link (type 2)"},
	[F_PTR] = {"ptr", 32, 32, DEC, ALWAYS, .help = "Pointer to the octet in error (type 4)"},
	[F_HOP] = {"hop", 32, 8, DEC, ALWAYS, .help = "Cur Hop Limit (router advertisement)"},
	[F_RAFLAGS] = {"raflags", 40, 8, FLAGS, OPTIONAL, .words = ra_flags,
	               .help = "M: addresses, O: other things by DHCPv6, H: home agent, Prf0: high, Prf1,Prf0: low preference, P: proxy"},
	[F_LIFETIME] = {"lifetime", 48, 16, DEC, ALWAYS, .help = "Router Lifetime in seconds; 0: no default router (router advertisement)"},
	[F_REACH] = {"reach", MOVED, 32, DEC, ALWAYS, .help = "Reachable Time in milliseconds (router advertisement)"},
	[F_RETRANS] = {"retrans", MOVED, 32, DEC, ALWAYS, .help = "Retrans Timer in milliseconds (router advertisement)"},
	[F_RSV] = {"rsv", 32, 32, HEX, OPTIONAL, .help = "Reserved (solicitations, redirect)"},
	[F_NAFLAGS] = {"naflags", 32, 32, FLAGS, OPTIONAL, .words = na_flags,
	               .help = "R: router, S: solicited, O: override (neighbor advertisement)"},
	[F_TARGET] = {"target", MOVED, 128, IP6, ALWAYS, .help = "Target Address (neighbor messages, redirect)"},
	[F_DST] = {"dst", MOVED, 128, IP6, ALWAYS, .help = "Destination Address (redirect)"},
	[F_MAXDELAY] = {"maxdelay", 32, 16, DEC, ALWAYS,
	                .help = "Maximum Response Delay in milliseconds (listener messages); in v2 from 32768 on a floating-point number"},
	[F_RSV2] = {"rsv2", 48, 16, HEX, OPTIONAL, .help = "Reserved (listener messages)"},
	[F_GROUP] = {"group", MOVED, 128, IP6, ALWAYS, .help = "Multicast Address (listener messages)"},
	[F_RESV] = {"resv", MOVED, 4, DEC, OPTIONAL, .help = "Reserved (v2 query)"},
	[F_S] = {"s", MOVED, 1, DEC, OPTIONAL, .help = "Suppress Router-Side Processing (v2 query)"},
	[F_QRV] = {"qrv", MOVED, 3, DEC, ALWAYS, .dflt = 2, .help = "Querier's Robustness Variable (v2 query)"},
	[F_QQIC] = {"qqic", MOVED, 8, DEC, ALWAYS, .dflt = 125, .help = "Querier's Query Interval Code, in seconds (v2 query)"},
	[F_RSV1] = {"rsv1", 32, 16, HEX, OPTIONAL, .help = "Reserved (v2 report)"},
	[F_NUM] = {"num", MOVED, 16, DEC, HOOK, .help = "Number of sources (v2 query) or of records (v2 report)"},
	[F_REST] = {"rest", 32, 32, HEX, OPTIONAL, .help = "Octets 4 to 7 of any other type"},
	[F_SRC] = {"src", MOVED, 0, LIST, OPTIONAL, .help = "Source addresses (v2 query)"},
	[F_REC] = {"rec", MOVED, 0, LIST, OPTIONAL,
	           .help = "Records TYPE/GROUP/SOURCE/... (v2 report); TYPE is is_in, is_ex, to_in, to_ex, allow, block or a number"},
	[F_OPT] = {"opt", MOVED, 0, LIST, OPTIONAL,
	           .help = "Options of Neighbor Discovery: slla tlla prefix redir mtu nonce route rdnss dnssl, others kN:HEX"},
	{0},
};

static const struct bind icmp6_binds[] = {{"ip.proto", ICMP6_PROTO}, {0}};

/* IANA, IPv6 Neighbor Discovery Option Formats: RFC 4861 (1 to 5), 3971 (14), 4191 (24), 8106 (25, 31). prefix: length,
 * flags (128: on-link, 64: autonomous), valid and preferred lifetime, prefix; route: length, preference, lifetime, prefix;
 * rdnss and dnssl: lifetime first. */
static const struct tlv_kind icmp6_kinds[] = {
	{1, "slla", "m", false}, {2, "tlla", "m", false}, {3, "prefix", "bbwwzz6", false}, {4, "redir", "zzzx", false},
	{5, "mtu", "zw", false}, {14, "nonce", "x", false}, {24, "route", "bbwx", false}, {25, "rdnss", "zw6*", false},
	{31, "dnssl", "zwx", false}, {0, NULL, NULL, false},
};
static const struct tlv icmp6_tlv = {icmp6_kinds, .head = 2, .unit = 8, .align = 1, .fill = 0};

/* --- which message it is ---------------------------------------------------------------------------------- */

static bool has_options(uint8_t type)
{
	return type >= ROUTER_SOL && type <= REDIRECT;
}

/* Octets of the message that are always there. */
static uint32_t least(uint8_t type)
{
	switch (type) {
	case MLD_QUERY: case MLD_REPORT: case MLD_DONE: return MLD_HLEN;
	case ROUTER_ADV: return RA_HLEN;
	case NEIGHBOR_SOL: case NEIGHBOR_ADV: return NEIGHBOR_HLEN;
	case REDIRECT: return REDIRECT_HLEN;
	default: return ICMP6_HLEN;
	}
}

/* The fields that a message has besides type, code and sum; they cover its header but for lists. */
static uint32_t fields_of(const uint8_t *h, size_t hlen)
{
	const uint32_t mld = 1u << F_MAXDELAY | 1u << F_RSV2 | 1u << F_GROUP;
	const uint32_t mld2 = 1u << F_RESV | 1u << F_S | 1u << F_QRV | 1u << F_QQIC | 1u << F_NUM;
	switch (h[0]) {
	case UNREACHABLE: case EXCEEDED: return 1u << F_LEN | 1u << F_UNUSED;
	case TOO_BIG: return 1u << F_MTU;
	case PARAMETER: return 1u << F_PTR;
	case ECHO: case ECHO_REPLY: return 1u << F_ID | 1u << F_SEQ;
	case XECHO: case XECHO_REPLY: return 1u << F_ID | 1u << F_XSEQ | 1u << F_XFLAGS;
	case MLD_QUERY: return hlen >= MLD2_QUERY_HLEN ? mld | mld2 : mld;
	case MLD_REPORT: case MLD_DONE: return mld;
	case ROUTER_SOL: return 1u << F_RSV;
	case ROUTER_ADV: return 1u << F_HOP | 1u << F_RAFLAGS | 1u << F_LIFETIME | 1u << F_REACH | 1u << F_RETRANS;
	case NEIGHBOR_SOL: return 1u << F_RSV | 1u << F_TARGET;
	case NEIGHBOR_ADV: return 1u << F_NAFLAGS | 1u << F_TARGET;
	case REDIRECT: return 1u << F_RSV | 1u << F_TARGET | 1u << F_DST;
	case MLD2_REPORT: return 1u << F_RSV1 | 1u << F_NUM;
	default: return 1u << F_REST;
	}
}

/* RFC 3810, 8.1: a query of 28 octets and more is version 2. Options reach to the end of the message. */
static int icmp6_size(const uint8_t *h, size_t left)
{
	unsigned count;
	if (left < least(h[0]))
		return -1;
	if (has_options(h[0]))
		return (int)left;
	if (h[0] == MLD2_REPORT)
		return ICMP6_HLEN + (int)records_size(h + ICMP6_HLEN, left - ICMP6_HLEN, ADDR6, be16(h + 6), &count);
	if (h[0] != MLD_QUERY || left < MLD2_QUERY_HLEN)
		return (int)least(h[0]);
	size_t sources = (left - MLD2_QUERY_HLEN) / ADDR6, said = be16(h + 26);
	return (int)(MLD2_QUERY_HLEN + ADDR6 * (said < sources ? said : sources));
}

static int icmp6_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	uint32_t fields = fields_of(h, hlen) | 1u << F_TYPE | 1u << F_CODE | 1u << F_SUM;
	if (!(fields >> (f - icmp6_fields) & 1))
		return -1;
	switch (f - icmp6_fields) {
	case F_REACH: case F_TARGET: case F_GROUP: return 64;
	case F_RETRANS: return 96;
	case F_DST: return 192;
	case F_RESV: return 192;
	case F_S: return 196;
	case F_QRV: return 197;
	case F_QQIC: return 200;
	case F_NUM: return h[0] == MLD_QUERY ? 208 : 48;
	default: return f->bit;
	}
}

/* --- hooks ------------------------------------------------------------------------------------------------- */

/* An error carries the packet that it is about. */
static int icmp6_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	if (h[0] < UNREACHABLE || h[0] > PARAMETER || l->end <= l->off + ICMP6_HLEN)
		return -1;
	*key = h[ICMP6_HLEN] >> 4;
	return 0;
}

static uint64_t icmp6_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *h = k->p + l->off;
	uint32_t len = l->end - l->off, start;
	unsigned count;
	if (f == &icmp6_fields[F_SUM])
		return pkt_pseudo(k, i, ICMP6_PROTO, len, &start) ? pkt_checksum(h, len, 2, start) : 0;
	if (h[0] == MLD_QUERY)
		return l->hlen < MLD2_QUERY_HLEN ? 0 : (l->hlen - MLD2_QUERY_HLEN) / ADDR6;
	records_size(h + ICMP6_HLEN, l->hlen - ICMP6_HLEN, ADDR6, 0xffff, &count);
	return count;
}

static writer icmp6_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	uint32_t at = least(h[0]);
	switch (f - icmp6_fields) {
	case F_OPT: return has_options(h[0]) && hlen > at ? tlv_write(p, &icmp6_tlv, h + at, hlen - at) : p;
	case F_REC: return h[0] == MLD2_REPORT ? records_write(p, h + at, hlen - at, ADDR6) : p;
	default:
		return h[0] == MLD_QUERY && hlen > MLD2_QUERY_HLEN
		     ? addrs_write(p, h + MLD2_QUERY_HLEN, hlen - MLD2_QUERY_HLEN, ADDR6) : p;
	}
}

static int icmp6_build(struct pkt *k, struct layer *l, struct err *e)
{
	static const uint64_t query2 = 1u << F_RESV | 1u << F_S | 1u << F_QRV | 1u << F_QQIC | 1u << F_NUM | 1u << F_SRC;
	uint8_t type = k->own[l->off];
	const struct var *src = pkt_var(l, "src"), *rec = pkt_var(l, "rec"), *opt = pkt_var(l, "opt");
	bool no_src = src && type != MLD_QUERY, no_rec = rec && type != MLD2_REPORT;
	if (no_src || no_rec || (opt && !has_options(type)))
		return err_set(e, "%s=: a message of type %u has no such field", no_src ? "src" : no_rec ? "rec" : "opt", type);
	uint32_t n = type == MLD_QUERY && l->written & query2 ? MLD2_QUERY_HLEN : least(type);
	if (!pkt_append(k, n - ICMP6_HLEN, e))
		return -1;
	if (addrs_build(k, src, ADDR6, e) != 0)
		return err_prefix(e, "src: ");
	if (records_build(k, rec, ADDR6, e) != 0)
		return err_prefix(e, "rec: ");
	if (tlv_build(k, &icmp6_tlv, opt, PKT_MAX, e) != 0)
		return -1;
	return pkt_put_vars(k, l, e);
}

const struct proto icmp6_proto = {
	.name = "icmp6", .title = "Internet Control Message Protocol for IPv6", .osi = 3,
	.standard = "RFC 4443, 2.1; RFC 4861, 4; RFC 3810, 5",
	.hlen = ICMP6_HLEN, .fields = icmp6_fields, .binds = icmp6_binds, .space = {"icmp6.quote"},
	.diagram_note = "what is behind the first 4 octets depends on the type",
	.size = icmp6_size, .next = icmp6_next, .derive = icmp6_derive, .place = icmp6_place, .print = icmp6_print,
	.build = icmp6_build, .pseudo_sum = true,
};
