/* ipcp.c - Internet Protocol Control Protocol of PPP (RFC 1332; name servers: RFC 1877). See cp.h for its header. */

#include "cp.h"

static const struct field ipcp_fields[] = {
	CP_CODE,
	CP_ID,
	CP_LEN,
	{"opt", MOVED, 0, LIST, OPTIONAL, .help = "Options: addrs vj addr dns1 nbns1 dns2 nbns2, others kN:HEX"},
	{0},
};

static const struct bind ipcp_binds[] = {{"ppp.proto", 0x8021}, {0}};

static const struct tlv_kind ipcp_kinds[] = {
	{1, "addrs", "aa", 0}, {2, "vj", "x", 0}, {3, "addr", "a", 0}, {129, "dns1", "a", 0}, {130, "nbns1", "a", 0},
	{131, "dns2", "a", 0}, {132, "nbns2", "a", 0}, {0},
};
static const struct tlv ipcp_options = {ipcp_kinds, 2, 1, 1, 0, 0};

static int ipcp_size(const uint8_t *h, size_t left) { return cp_size(h, left, 0); }

static int ipcp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)h;
	(void)hlen;
	return f->bit == MOVED ? -1 : f->bit;
}

static writer ipcp_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	return cp_print(p, &ipcp_options, h, hlen);
}

static int ipcp_build(struct pkt *k, struct layer *l, struct err *e) { return cp_build(k, l, &ipcp_options, e); }

const struct proto ipcp_proto = {
	.name = "ipcp", .title = "PPP Internet Protocol Control Protocol", .osi = 2, .standard = "RFC 1332, 3",
	.hlen = CP_HLEN, .fields = ipcp_fields, .binds = ipcp_binds, .diagram_note = "options follow in codes 1 to 4",
	.size = ipcp_size, .place = ipcp_place, .print = ipcp_print, .build = ipcp_build,
};
