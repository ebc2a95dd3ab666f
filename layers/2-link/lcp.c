/* lcp.c - Link Control Protocol of PPP (RFC 1661, 5 and 6; options of RFC 1662, 7, RFC 1570 and RFC 1990). See cp.h for its header. */

#include "cp.h"

enum { MAGIC_LEN = 4, PROTOCOL_LEN = 2 };
enum { F_CODE, F_ID, F_LEN, F_PROTO, F_MAGIC, F_OPT };

static const struct field lcp_fields[] = {
	[F_CODE] = CP_CODE,
	[F_ID] = CP_ID,
	[F_LEN] = CP_LEN,
	[F_PROTO] = {"proto", MOVED, 16, HEX, ALWAYS, .help = "Rejected-Protocol (8 Protocol-Reject only)"},
	[F_MAGIC] = {"magic", MOVED, 32, HEX, ALWAYS, .help = "Magic-Number (9 Echo-Request, 10 Echo-Reply, 11 Discard-Request, 12, 13)"},
	[F_OPT] = {"opt", MOVED, 0, LIST, OPTIONAL,
	           .help = "Options: mru accm auth quality magic pfc acfc fcs callback mrru ssn endpoint, others kN:HEX"},
	{0},
};

static const struct bind lcp_binds[] = {{"ppp.proto", 0xc021}, {0}};

static const struct tlv_kind lcp_kinds[] = {
	{1, "mru", "h", 0}, {2, "accm", "x", 0}, {3, "auth", "x", 0}, {4, "quality", "x", 0}, {5, "magic", "x", 0}, {7, "pfc", "", 0},
	{8, "acfc", "", 0}, {9, "fcs", "b", 0}, {10, "pad", "b", 0}, {13, "callback", "x", 0}, {17, "mrru", "h", 0}, {18, "ssn", "", 0},
	{19, "endpoint", "x", 0}, {0},
};
static const struct tlv lcp_options = {lcp_kinds, 2, 1, 1, 0, 0};

static size_t more(uint8_t code)
{
	return code == CP_PROTOCOL_REJECT ? PROTOCOL_LEN : code >= CP_ECHO && code <= CP_TIME_REMAINING ? MAGIC_LEN : 0;
}

static int lcp_size(const uint8_t *h, size_t left) { return cp_size(h, left, more(h[0])); }

static int lcp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	if (f->bit != MOVED)
		return f->bit;
	size_t n = f == &lcp_fields[F_PROTO] ? PROTOCOL_LEN : MAGIC_LEN;
	return more(h[0]) == n && hlen == CP_HLEN + n ? 8 * CP_HLEN : -1;
}

static writer lcp_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	return cp_print(p, &lcp_options, h, hlen);
}

static int lcp_build(struct pkt *k, struct layer *l, struct err *e)
{
	if (!pkt_append(k, (uint32_t)more(k->own[l->off]), e) || pkt_put_vars(k, l, e) != 0)
		return -1;
	return cp_build(k, l, &lcp_options, e);
}

const struct proto lcp_proto = {
	.name = "lcp", .title = "PPP Link Control Protocol", .osi = 2, .standard = "RFC 1661, 5",
	.hlen = CP_HLEN, .fields = lcp_fields, .binds = lcp_binds,
	.diagram_note = "options follow in codes 1 to 4, the rejected protocol in 8, the magic number in 9 to 13",
	.size = lcp_size, .place = lcp_place, .print = lcp_print, .build = lcp_build,
};
