/* llc.c - Logical Link Control (IEEE 802.2, 3.2).
 *
 * +--------------+--------------+--------------------+
 * | DSAP address | SSAP address | control, 1 or 2    |
 * +--------------+--------------+--------------------+
 *
 * Control (5.2): I   0 N(S):7      N(R):7 P/F     least significant bit first in the first octet;
 *                S   1 0 SS 0000   N(R):7 P/F     two octets, of which the second is nr and pf here,
 *                U   1 1 MM P/F MMM               one octet.
 */

#include "num.h"
#include "pkt.h"

enum { LLC_HLEN = 3, LLC_CTL = 2, LLC_UI = 0x03 }; /* 3.2; 5.4.1.1.1: Unnumbered Information */
enum { LLC_NR_BIT = 24, LLC_PF_BIT = 31 };

static const struct word llc_saps[] = {
	{0x00, "null"}, {0x06, "IP"}, {0x42, "spanning tree"}, {0xaa, "SNAP"}, {0xe0, "NetWare"}, {0xf0, "NetBIOS"},
	{0xfe, "OSI network layer"}, {0xff, "all"}, {0},
};
static const struct word llc_controls[] = {
	{0x01, "RR"}, {0x05, "RNR"}, {0x09, "REJ"}, {0x03, "UI"}, {0x13, "UI, P"}, {0x0f, "DM"}, {0x1f, "DM, F"},
	{0x43, "DISC"}, {0x53, "DISC, P"}, {0x63, "UA"}, {0x73, "UA, F"}, {0x6f, "SABME"}, {0x7f, "SABME, P"},
	{0x87, "FRMR"}, {0x97, "FRMR, F"}, {0xaf, "XID"}, {0xbf, "XID, P/F"}, {0xe3, "TEST"}, {0xf3, "TEST, P/F"}, {0},
};

static const struct field llc_fields[] = {
	{"dsap", 0, 8, HEX, NEXT, .words = llc_saps, .help = "Destination Service Access Point; the lowest bit: a group"},
	{"ssap", 8, 8, HEX, NEXT, .words = llc_saps, .help = "Source Service Access Point; the lowest bit: a response"},
	{"ctl", 16, 8, HEX, ALWAYS, .dflt = LLC_UI, .words = llc_controls,
	 .help = "Control, first octet: 0x03 UI; even: I with N(S) in the upper 7 bits; 0x01, 5, 9: RR, RNR, REJ"},
	{"nr", MOVED, 7, DEC, ALWAYS, .help = "N(R), the number of the frame expected next (I and S only)"},
	{"pf", MOVED, 1, DEC, ALWAYS, .help = "Poll/Final bit (I and S only; in U it is 0x10 of ctl)"},
	{0},
};

static const struct bind llc_binds[] = {{"eth.len", 0}, {"sll.type", 4}, {0}};

static bool numbered(uint8_t ctl) { return (ctl & 3) != 3; }

/* Two SAPs of all ones are none: that is Novell's "raw" 802.3, an IPX header and its unused checksum. */
static int llc_size(const uint8_t *h, size_t left)
{
	(void)left;
	if (h[0] == 0xff && h[1] == 0xff)
		return -1;
	return LLC_HLEN + numbered(h[LLC_CTL]);
}

/* What one SAP says to the same SAP in a UI frame is known by its number. */
static int llc_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	*key = h[0];
	return h[0] == h[1] && h[LLC_CTL] == LLC_UI ? 0 : -1;
}

static int llc_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)h;
	if (f->bit != MOVED)
		return f->bit;
	if (hlen == LLC_HLEN)
		return -1;
	return f->width == 1 ? LLC_PF_BIT : LLC_NR_BIT;
}

static int llc_build(struct pkt *k, struct layer *l, struct err *e)
{
	if (numbered(k->own[l->off + LLC_CTL]) && !pkt_append(k, 1, e))
		return -1;
	return pkt_put_vars(k, l, e);
}

const struct proto llc_proto = {
	.name = "llc", .title = "Logical Link Control", .osi = 2, .standard = "IEEE 802.2, 3.2",
	.hlen = LLC_HLEN, .fields = llc_fields, .binds = llc_binds, .space = {"llc.sap"},
	.diagram_note = "nr and pf follow when ctl does not end in binary 11",
	.size = llc_size, .next = llc_next, .place = llc_place, .build = llc_build,
};
