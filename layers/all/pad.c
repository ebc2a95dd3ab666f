/* pad.c - octets behind the packet that no length counts: a trailer. */

#include "proto.h"

static const struct field pad_fields[] = {
	{"n", 0, 0, DEC, ALWAYS, .help = "so many zero octets"},
	{"hex", 0, 0, OCTETS, ALWAYS, .help = "the octets in hex, when one is not zero"},
	{0},
};

const struct proto pad_proto = {
	.name = "pad", .title = "Trailer", .osi = 0, .standard = "pkt(5), rule 7", .role = ROLE_PAD,
	.fields = pad_fields,
};
