/* frame.c - the capture's link type, where the first layer does not imply it; and raw packets. */

#include "proto.h"

static const struct field frame_fields[] = {
	{"dlt", 0, 32, DEC, ALWAYS, .help = "link type: the whole 32-bit field of a pcap file (LINKTYPE_ registry, tcpdump.org)"},
	{"hex", 0, 0, OCTETS, ALWAYS, .help = "the whole packet in hex, when no layer of it is understood"},
	{0},
};

const struct proto frame_proto = {
	.name = "frame", .title = "Captured frame", .osi = 0, .standard = "pkt(5), rule 6", .role = ROLE_FRAME,
	.fields = frame_fields,
};
