/* ip6rt.c - IPv6 Routing header (RFC 8200, 4.4).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next Header  |  Hdr Ext Len  |  Routing Type | Segments Left |
 * |  types 0 (RFC 5095) and 2 (RFC 6275, 6.4):  Reserved          |
 * |  type 4 (RFC 8754, 2): Last Entry | Flags |        Tag        |
 * |  other types, such as 3 (RFC 6554, 3): whatever they say      |
 * |                  Addresses or other data                      |
 */

#include <string.h>

#include "addrs.h"
#include "ip6ext.h"
#include "num.h"
#include "tlv.h"

enum { RT_HLEN = 8, RT_HLEN_MAX = 8 * 256 };
/* IANA, IPv6 Routing Types */
enum { SOURCE_ROUTE = 0, MOBILITY = 2, RPL = 3, SEGMENTS = 4 };

enum { F_NH, F_LEN, F_TYPE, F_LEFT, F_RSV, F_LAST, F_FLAGS, F_TAG, F_REST, F_SEG, F_OPT, F_BODY };

static const struct word ip6rt_types[] = {
	{SOURCE_ROUTE, "source route (deprecated)"}, {MOBILITY, "mobility"}, {RPL, "RPL source route"}, {SEGMENTS, "segment routing"},
	{0},
};

static const struct field ip6rt_fields[] = {
	[F_NH] = {"nh", 0, 8, DEC, NEXT, .help = "Next Header"},
	[F_LEN] = {"len", 8, 8, DEC, HLEN, .unit = 8, .base = 8, .help = "Hdr Ext Len: 8-octet units beyond the first"},
	[F_TYPE] = {"type", 16, 8, DEC, ALWAYS, .dflt = SEGMENTS, .words = ip6rt_types, .help = "Routing Type"},
	[F_LEFT] = {"left", 24, 8, DEC, ALWAYS, .help = "Segments Left"},
	[F_RSV] = {"rsv", 32, 32, HEX, OPTIONAL, .help = "Reserved (types 0 and 2)"},
	[F_LAST] = {"last", 32, 8, DEC, HOOK, .help = "Last Entry: index of the last element of seg (type 4)"},
	[F_FLAGS] = {"flags", 40, 8, HEX, OPTIONAL, .help = "Flags (type 4)"},
	[F_TAG] = {"tag", 48, 16, HEX, OPTIONAL, .help = "Tag (type 4)"},
	[F_REST] = {"rest", 32, 32, HEX, OPTIONAL, .help = "The four octets of any other type"},
	[F_SEG] = {"seg", MOVED, 0, LIST, ALWAYS, .help = "Addresses; in type 4 the last one to visit comes first"},
	[F_OPT] = {"opt", MOVED, 0, LIST, OPTIONAL, .help = "Options of type 4: pad1 padn hmac, others kN:HEX"},
	[F_BODY] = {"body", MOVED, 0, OCTETS, OPTIONAL, .help = "What is no list of addresses, in hex"},
	{0},
};

static const struct bind ip6rt_binds[] = {{"ip6.nh", 43}, {0}};

/* RFC 8754, 2.1: PadN is type 4 there, so the library cannot fill up. */
static const struct tlv_kind srh_kinds[] = {
	{0, "pad1", "", true}, {4, "padn", "x", false}, {5, "hmac", "hwx", false}, {0, NULL, NULL, false},
};
static const struct tlv srh_tlv = {srh_kinds, .head = 0, .unit = 1, .align = 1, .fill = TLV_PADN};

/* Octets of the list of addresses; 0 when the rest cannot be one. */
static size_t list_size(const uint8_t *h, size_t hlen)
{
	size_t rest = hlen - RT_HLEN, n = ADDR6 * (1u + h[4]);
	if (h[2] == SOURCE_ROUTE || h[2] == MOBILITY)
		return rest % ADDR6 ? 0 : rest;
	return h[2] == SEGMENTS && n <= rest ? n : 0;
}

static int ip6rt_size(const uint8_t *h, size_t left)
{
	(void)left;
	return 8 * (1 + h[1]);
}

static int ip6rt_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	bool has = true;
	(void)hlen;
	switch (f - ip6rt_fields) {
	case F_RSV: has = h[2] == SOURCE_ROUTE || h[2] == MOBILITY; break;
	case F_LAST: case F_FLAGS: case F_TAG: has = h[2] == SEGMENTS; break;
	case F_REST: has = h[2] != SOURCE_ROUTE && h[2] != MOBILITY && h[2] != SEGMENTS; break;
	default: break;
	}
	return has ? f->bit : -1;
}

/* Last Entry is what the list is read by, so where it can be true it is as computed; build has set it from the list. Types that have
 * other things there keep them. */
static uint64_t ip6rt_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *h = k->p + l->off;
	(void)f;
	return h[2] == SEGMENTS && !list_size(h, l->hlen) ? 0 : h[4];
}

static writer ip6rt_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	size_t n = list_size(h, hlen);
	const uint8_t *rest = h + RT_HLEN + n;
	switch (f - ip6rt_fields) {
	case F_SEG: return addrs_write(p, h + RT_HLEN, n, ADDR6);
	case F_OPT: return n ? tlv_write(p, &srh_tlv, rest, hlen - RT_HLEN - n) : p;
	default:
		if (n)
			return p;
		hex_write(p, rest, hlen - RT_HLEN);
		return p + 2 * (hlen - RT_HLEN);
	}
}

static int ip6rt_build(struct pkt *k, struct layer *l, struct err *e)
{
	if (addrs_build(k, pkt_var(l, "seg"), ADDR6, e) != 0)
		return err_prefix(e, "seg: ");
	size_t addresses = (k->len - l->off - RT_HLEN) / ADDR6;
	uint8_t *h = k->own + l->off;
	if (h[2] == SEGMENTS && addresses && !(l->written >> F_LAST & 1))
		h[4] = (uint8_t)(addresses - 1);
	if (tlv_build(k, &srh_tlv, pkt_var(l, "opt"), RT_HLEN_MAX, e) != 0)
		return -1;
	return pkt_put_hex(k, pkt_var(l, "body"), "body", RT_HLEN_MAX, e);
}

void ip6rt_final(const uint8_t *h, size_t hlen, uint8_t dst[16])
{
	size_t n = list_size(h, hlen);
	if (!h[3])
		return;
	if (h[2] == RPL) {
		/* RFC 6554, 3: the last address lacks the CmprE octets that it shares with the destination. */
		size_t shared = h[4] & 15, pad = h[5] >> 4, own = ADDR6 - shared;
		if (own + pad <= hlen - RT_HLEN)
			memcpy(dst + shared, h + hlen - pad - own, own);
	} else if (n) {
		memcpy(dst, h[2] == SEGMENTS ? h + RT_HLEN : h + RT_HLEN + n - ADDR6, ADDR6);
	}
}

const struct proto ip6rt_proto = {
	.name = "ip6rt", .title = "IPv6 Routing", .osi = 3, .standard = "RFC 8200, 4.4",
	.hlen = RT_HLEN, .fields = ip6rt_fields, .binds = ip6rt_binds, .space = IP6_SPACES,
	.diagram_note = "addresses and options follow",
	.size = ip6rt_size, .derive = ip6rt_derive, .place = ip6rt_place, .print = ip6rt_print, .build = ip6rt_build,
};
