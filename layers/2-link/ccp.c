/* ccp.c - Compression Control Protocol of PPP (RFC 1962). See cp.h for its header. */

#include "cp.h"

static const struct field ccp_fields[] = {
	CP_CODE,
	CP_ID,
	CP_LEN,
	{"opt", MOVED, 0, LIST, OPTIONAL, .help = "Options: oui mppe bsd deflate, others kN:HEX"},
	{0},
};

static const struct bind ccp_binds[] = {{"ppp.proto", 0x80fd}, {0}};

static const struct tlv_kind ccp_kinds[] = {
	{0, "oui", "x", 0}, {18, "mppe", "x", 0}, {21, "bsd", "x", 0}, {26, "deflate", "x", 0}, {0},
};
static const struct tlv ccp_options = {ccp_kinds, 2, 1, 1, 0, 0};

static int ccp_size(const uint8_t *h, size_t left) { return cp_size(h, left, 0); }

static int ccp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)h;
	(void)hlen;
	return f->bit == MOVED ? -1 : f->bit;
}

static writer ccp_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	return cp_print(p, &ccp_options, h, hlen);
}

static int ccp_build(struct pkt *k, struct layer *l, struct err *e) { return cp_build(k, l, &ccp_options, e); }

const struct proto ccp_proto = {
	.name = "ccp", .title = "PPP Compression Control Protocol", .osi = 2, .standard = "RFC 1962, 2",
	.hlen = CP_HLEN, .fields = ccp_fields, .binds = ccp_binds, .diagram_note = "options follow in codes 1 to 4",
	.size = ccp_size, .place = ccp_place, .print = ccp_print, .build = ccp_build,
};
