/* hopopt.c - IPv6 Hop-by-Hop Options header (RFC 8200, 4.3): options for every node on the path.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next Header  |  Hdr Ext Len  |            Options            |
 * |                              ...                              |
 */

#include "ip6ext.h"

static const struct field hopopt_fields[] = {
	{"nh", 0, 8, DEC, NEXT, .help = "Next Header"},
	{"len", 8, 8, DEC, HLEN, .unit = 8, .base = 8, .help = "Hdr Ext Len: 8-octet units beyond the first"},
	{"opt", MOVED, 0, LIST, OPTIONAL,
	 .help = "Options: pad1 padn tel ra calipso pdm qs minmtu jumbo hao, others kN:HEX; filled up with padding"},
	{0},
};

static const struct bind hopopt_binds[] = {{"ip6.nh", 0}, {0}};

const struct proto hopopt_proto = {
	.name = "hopopt", .title = "IPv6 Hop-by-Hop Options", .osi = 3, .standard = "RFC 8200, 4.3",
	.hlen = IP6OPT_HLEN, .fields = hopopt_fields, .binds = hopopt_binds, .space = IP6_SPACES,
	.diagram_note = "options follow, up to a multiple of 8 octets",
	.size = ip6opt_size, .print = ip6opt_print, .build = ip6opt_build,
};
