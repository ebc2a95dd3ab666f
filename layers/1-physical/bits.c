/* bits.c - what a physical medium carries, bit by bit in the order of transmission. */

#include "proto.h"

static const struct field bits_fields[] = {
	{"b", 0, 0, OCTETS, ALWAYS, .help = "0s and 1s, the first sent first; whole octets go least significant bit first"},
	{"q", 0, 0, OCTETS, OPTIONAL, .help = "how sure the receiver was of each bit: a hex digit a bit, its log-likelihood ratio "
	                                      "|ln P(0)/P(1)| rounded, f for 15 and more"},
	{0},
};

static const struct bind bits_binds[] = {{"link", 149}, {0}}; /* LINKTYPE_USER2: private use */

const struct proto bits_proto = {
	.name = "bits", .title = "Bits on a medium", .osi = 1, .standard = "pkt(5), rule 11", .role = ROLE_BITS,
	.fields = bits_fields, .binds = bits_binds,
};
