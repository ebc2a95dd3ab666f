/* data.c - octets that no protocol here has a name for. */

#include "proto.h"

static const struct field data_fields[] = {
	{"str", 0, 0, STR, ALWAYS, .help = "the octets as text, percent-encoded: when each is 0x20 to 0x7e, TAB, LF or CR"},
	{"hex", 0, 0, OCTETS, ALWAYS, .help = "the octets in hex: in all other cases"},
	{0},
};

static const struct bind data_binds[] = {{"link", 147}, {0}}; /* LINKTYPE_USER0: private use */

const struct proto data_proto = {
	.name = "data", .title = "Payload", .osi = 0, .standard = "pkt(5), rule 4", .role = ROLE_DATA,
	.fields = data_fields, .binds = data_binds,
};
