/* octets.c - what a physical medium carries, octet by octet. */

#include "proto.h"

static const struct field octets_fields[] = {
	{"hex", 0, 0, OCTETS, ALWAYS, .help = "the octets in hex, the first sent first"},
	{0},
};

static const struct bind octets_binds[] = {{"link", 148}, {0}}; /* LINKTYPE_USER1: private use */

const struct proto octets_proto = {
	.name = "octets", .title = "Octets on a medium", .osi = 1, .standard = "pkt(5), rule 11", .role = ROLE_OCTETS,
	.fields = octets_fields, .binds = octets_binds,
};
