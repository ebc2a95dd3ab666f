/* ppp.c - Point-to-Point Protocol: the encapsulation (RFC 1661, 2) and, where it is there, the HDLC header before it (RFC 1662, 3.1).
 *
 * +----------+----------+-----------+-------------+---------+
 * | Address  | Control  | Protocol  | Information | Padding |
 * | 11111111 | 00000011 | 8/16 bits |      *      |    *    |
 * +----------+----------+-----------+-------------+---------+
 *
 * Address and Control may be left out (RFC 1661, 6.6), and the Protocol shortened to its second octet (6.5): all numbers
 * have an even first octet and an odd second one, so a receiver can tell. The number of octets says what is there:
 * 1 pfc; 2 proto; 3 addr ctl pfc; 4 addr ctl proto.
 */

#include "ppp.h"

#include "num.h"
#include "pkt.h"

enum { PPP_ALLSTATIONS = 0xff, PPP_UI = 0x03 }; /* RFC 1662, 3.1 */
enum { ADDR, CTL, PFC, PROTO, FCS_ };           /* of ppp_fields */

/* IANA, PPP DLL Protocol Numbers. */
static const struct word ppp_protos[] = {
	{0x0021, "IPv4"}, {0x0057, "IPv6"}, {0x002d, "Van Jacobson compressed"}, {0x002f, "Van Jacobson uncompressed"},
	{0x003d, "Multilink"}, {0x00fd, "compressed datagram"}, {0x0281, "MPLS unicast"}, {0x0283, "MPLS multicast"},
	{0x8021, "IPCP"}, {0x8057, "IPV6CP"}, {0x80fd, "CCP"}, {0xc021, "LCP"}, {0xc023, "PAP"},
	{0xc025, "LQR"}, {0xc223, "CHAP"}, {0xc227, "EAP"}, {0},
};

static const struct word ppp_short[] = {
	{0x21, "IPv4"}, {0x57, "IPv6"}, {0x2d, "Van Jacobson compressed"}, {0x2f, "Van Jacobson uncompressed"},
	{0x3d, "Multilink"}, {0xfd, "compressed datagram"}, {0},
};

static const struct field ppp_fields[] = {
	[ADDR] = {"addr", MOVED, 8, HEX, ALWAYS, .dflt = PPP_ALLSTATIONS, .help = "Address, 0xff: all stations; not there unless written"},
	[CTL] = {"ctl", MOVED, 8, HEX, ALWAYS, .dflt = PPP_UI, .help = "Control, 0x03: unnumbered information; not there unless written"},
	[PFC] = {"pfc", MOVED, 8, HEX, ALWAYS, .words = ppp_short,
	         .help = "Protocol in one octet (Protocol-Field-Compression), in place of proto"},
	[PROTO] = {"proto", MOVED, 16, HEX, NEXT, .words = ppp_protos, .help = "Protocol of the payload"},
	[FCS_] = {"fcs", MOVED, 16, FCS, HOOK, .help = "Frame Check Sequence, CRC-16, behind the frame: crc, or the two octets as sent"},
	{0},
};

/* Links: PPP; PPP in HDLC-like framing, which always begins with the address (0x0f and 0x8f there are Cisco's, another protocol). */
static const struct bind ppp_binds[] = {
	{"link", 9}, {"pppoe.code", 0}, {"link4", 50 << 4 | 0xf}, {"gre.proto", 0x880b}, {0},
};

static int ppp_size(const uint8_t *h, size_t left)
{
	int at = left > 2 && h[0] == PPP_ALLSTATIONS && h[1] == PPP_UI ? 2 : 0;
	return at + (h[at] & 1 ? 1 : 2);
}

static int ppp_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	*key = l->hlen % 2 ? h[l->hlen - 1] : be16(h + l->hlen - 2);
	return 0;
}

static int ppp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)h;
	switch (f - ppp_fields) {
	case ADDR: return hlen > 2 ? 0 : -1;
	case CTL: return hlen > 2 ? 8 : -1;
	case PFC: return hlen % 2 ? 8 * (int)hlen - 8 : -1;
	default: return hlen % 2 ? -1 : 8 * (int)hlen - 16;
	}
}

static int ppp_build(struct pkt *k, struct layer *l, struct err *e)
{
	uint32_t framing = pkt_var(l, "addr") || pkt_var(l, "ctl") ? 2 : 0, proto = pkt_var(l, "pfc") ? 1 : 2;
	/* One octet, the fixed header, is there. */
	return pkt_append(k, framing + proto - 1, e) ? pkt_put_vars(k, l, e) : -1;
}

/* The CRC goes least significant octet first (RFC 1662, C). */
static uint64_t ppp_fcs(const uint8_t *b, size_t n)
{
	uint16_t crc = crc16_x25(b, n);
	return (uint64_t)(crc & 0xff) << 8 | crc >> 8;
}

const struct proto ppp_proto = {
	.name = "ppp", .title = "Point-to-Point Protocol", .osi = 2, .standard = "RFC 1661, 2",
	.hlen = 1, .fields = ppp_fields, .binds = ppp_binds, .space = {"ppp.proto"},
	.diagram_note = "addr and ctl may stand before the protocol, which is one octet (pfc) or two (proto)",
	.size = ppp_size, .next = ppp_next, .place = ppp_place, .build = ppp_build, .fcs_len = 2, .fcs = ppp_fcs,
};
