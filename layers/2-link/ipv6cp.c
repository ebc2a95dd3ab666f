/* ipv6cp.c - IP version 6 Control Protocol of PPP (RFC 5072). See cp.h for its header. */

#include "cp.h"

static const struct field ipv6cp_fields[] = {
	CP_CODE,
	CP_ID,
	CP_LEN,
	{"opt", MOVED, 0, LIST, OPTIONAL, .help = "Options: id, others kN:HEX"},
	{0},
};

static const struct bind ipv6cp_binds[] = {{"ppp.proto", 0x8057}, {0}};

static const struct tlv_kind ipv6cp_kinds[] = {
	{1, "id", "x", 0}, {0},
};
static const struct tlv ipv6cp_options = {ipv6cp_kinds, 2, 1, 1, 0, 0};

static int ipv6cp_size(const uint8_t *h, size_t left) { return cp_size(h, left, 0); }

static int ipv6cp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)h;
	(void)hlen;
	return f->bit == MOVED ? -1 : f->bit;
}

static writer ipv6cp_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	return cp_print(p, &ipv6cp_options, h, hlen);
}

static int ipv6cp_build(struct pkt *k, struct layer *l, struct err *e) { return cp_build(k, l, &ipv6cp_options, e); }

const struct proto ipv6cp_proto = {
	.name = "ipv6cp", .title = "PPP IPv6 Control Protocol", .osi = 2, .standard = "RFC 5072, 4",
	.hlen = CP_HLEN, .fields = ipv6cp_fields, .binds = ipv6cp_binds, .diagram_note = "options follow in codes 1 to 4",
	.size = ipv6cp_size, .place = ipv6cp_place, .print = ipv6cp_print, .build = ipv6cp_build,
};
