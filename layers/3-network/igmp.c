/* igmp.c - Internet Group Management Protocol, versions 1 to 3 (RFC 1112, 2236, 3376).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      | Max Resp Code |           Checksum            |
 * |                         Group Address                         |
 * | v3 query: | Resv  |S| QRV |   QQIC  | Number of Sources (N)   |
 * |                       Source Address [1..N]                   |
 * in a v3 report, instead of the group:
 * |           Reserved            |  Number of Group Records (M)  |
 * |                        Group Record [1..M]                    |
 */

#include "addrs.h"
#include "num.h"

/* RFC 3376, 4 */
enum { QUERY = 0x11, V1_REPORT = 0x12, V2_REPORT = 0x16, V2_LEAVE = 0x17, V3_REPORT = 0x22 };
enum { IGMP_HLEN = 8, V3_QUERY_HLEN = 12, IGMP_PROTO = 2 };

enum { F_TYPE, F_MAXRESP, F_CODE, F_SUM, F_GROUP, F_RESV, F_S, F_QRV, F_QQIC, F_RSV, F_REST, F_NUM, F_SRC, F_REC };

static const struct word igmp_types[] = {
	{QUERY, "membership query"}, {V1_REPORT, "v1 membership report"}, {V2_REPORT, "v2 membership report"},
	{V2_LEAVE, "leave group"}, {V3_REPORT, "v3 membership report"}, {0},
};

static const struct field igmp_fields[] = {
	[F_TYPE] = {"type", 0, 8, HEX, ALWAYS, .dflt = QUERY, .words = igmp_types, .help = "Type"},
	[F_MAXRESP] = {"maxresp", 8, 8, DEC, ALWAYS,
	               .help = "Max Resp Code of a query, in tenths of a second; from 128 on a floating-point number; 0: version 1"},
	[F_CODE] = {"code", 8, 8, DEC, OPTIONAL, .help = "The same octet of other types, reserved in reports"},
	[F_SUM] = {"sum", 16, 16, HEX, SUM, .help = "Checksum over the whole message"},
	[F_GROUP] = {"group", 32, 32, IP4, ALWAYS, .help = "Group Address"},
	[F_RESV] = {"resv", MOVED, 4, DEC, OPTIONAL, .help = "Reserved (v3 query)"},
	[F_S] = {"s", MOVED, 1, DEC, OPTIONAL, .help = "Suppress Router-side Processing (v3 query)"},
	[F_QRV] = {"qrv", MOVED, 3, DEC, ALWAYS, .dflt = 2, .help = "Querier's Robustness Variable (v3 query)"},
	[F_QQIC] = {"qqic", MOVED, 8, DEC, ALWAYS, .dflt = 125, .help = "Querier's Query Interval Code, in seconds as maxresp (v3 query)"},
	[F_RSV] = {"rsv", 32, 16, HEX, OPTIONAL, .help = "Reserved (v3 report)"},
	[F_REST] = {"rest", 32, 32, HEX, OPTIONAL, .help = "Octets 4 to 7 of any other type"},
	[F_NUM] = {"num", MOVED, 16, DEC, HOOK, .help = "Number of sources (v3 query) or of records (v3 report)"},
	[F_SRC] = {"src", MOVED, 0, LIST, OPTIONAL, .help = "Source addresses (v3 query)"},
	[F_REC] = {"rec", MOVED, 0, LIST, OPTIONAL,
	           .help = "Group records TYPE/GROUP/SOURCE/... (v3 report); TYPE is is_in, is_ex, to_in, to_ex, allow, block or a number"},
	{0},
};

static const struct bind igmp_binds[] = {{"ip.proto", IGMP_PROTO}, {0}};

/* RFC 3376, 7.1: a query is version 3 when it has 12 octets or more. */
static int igmp_size(const uint8_t *h, size_t left)
{
	unsigned count;
	if (h[0] == V3_REPORT)
		return IGMP_HLEN + (int)records_size(h + IGMP_HLEN, left - IGMP_HLEN, ADDR4, be16(h + 6), &count);
	if (h[0] != QUERY || left < V3_QUERY_HLEN)
		return IGMP_HLEN;
	size_t sources = (left - V3_QUERY_HLEN) / ADDR4, said = be16(h + 10);
	return (int)(V3_QUERY_HLEN + ADDR4 * (said < sources ? said : sources));
}

static int igmp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	bool query3 = h[0] == QUERY && hlen >= V3_QUERY_HLEN;
	bool group = h[0] == QUERY || h[0] == V1_REPORT || h[0] == V2_REPORT || h[0] == V2_LEAVE;
	switch (f - igmp_fields) {
	case F_TYPE: case F_SUM: return f->bit;
	case F_MAXRESP: return h[0] == QUERY ? f->bit : -1;
	case F_CODE: return h[0] == QUERY ? -1 : f->bit;
	case F_GROUP: return group ? f->bit : -1;
	case F_RSV: return h[0] == V3_REPORT ? f->bit : -1;
	case F_REST: return group || h[0] == V3_REPORT ? -1 : f->bit;
	case F_RESV: return query3 ? 64 : -1;
	case F_S: return query3 ? 68 : -1;
	case F_QRV: return query3 ? 69 : -1;
	case F_QQIC: return query3 ? 72 : -1;
	case F_NUM: return query3 ? 80 : h[0] == V3_REPORT ? 48 : -1;
	default: return -1;
	}
}

static uint64_t igmp_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *h = k->p + l->off;
	unsigned count;
	if (f == &igmp_fields[F_SUM])
		return pkt_checksum(h, l->end - l->off, 2, 0);
	if (h[0] == QUERY)
		return l->hlen < V3_QUERY_HLEN ? 0 : (l->hlen - V3_QUERY_HLEN) / ADDR4 & 0xffff;
	records_size(h + IGMP_HLEN, l->hlen - IGMP_HLEN, ADDR4, 0xffff, &count);
	return count;
}

static writer igmp_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	if (f == &igmp_fields[F_SRC])
		return h[0] == QUERY && hlen > V3_QUERY_HLEN ? addrs_write(p, h + V3_QUERY_HLEN, hlen - V3_QUERY_HLEN, ADDR4) : p;
	return h[0] == V3_REPORT ? records_write(p, h + IGMP_HLEN, hlen - IGMP_HLEN, ADDR4) : p;
}

static int igmp_build(struct pkt *k, struct layer *l, struct err *e)
{
	static const uint64_t query3 = 1u << F_RESV | 1u << F_S | 1u << F_QRV | 1u << F_QQIC | 1u << F_NUM | 1u << F_SRC;
	uint8_t type = k->own[l->off];
	const struct var *src = pkt_var(l, "src"), *rec = pkt_var(l, "rec");
	if ((src && type != QUERY) || (rec && type != V3_REPORT))
		return err_set(e, "%s=: a message of type 0x%02x has no such field", src ? "src" : "rec", type);
	if (type == QUERY && l->written & query3 && !pkt_append(k, V3_QUERY_HLEN - IGMP_HLEN, e))
		return -1;
	if (addrs_build(k, src, ADDR4, e) != 0)
		return err_prefix(e, "src: ");
	if (records_build(k, rec, ADDR4, e) != 0)
		return err_prefix(e, "rec: ");
	return pkt_put_vars(k, l, e);
}

const struct proto igmp_proto = {
	.name = "igmp", .title = "Internet Group Management Protocol", .osi = 3, .standard = "RFC 3376, 4",
	.hlen = IGMP_HLEN, .fields = igmp_fields, .binds = igmp_binds,
	.diagram_note = "the fields of a version 3 query, sources or group records follow",
	.size = igmp_size, .derive = igmp_derive, .place = igmp_place, .print = igmp_print, .build = igmp_build,
};
