/* snap.c - Subnetwork Access Protocol (IEEE 802, 9.2; RFC 1042).
 *
 * +--------------------------------+---------------------+
 * | Organizationally Unique Id: 24 | Protocol Id: 16     |
 * +--------------------------------+---------------------+
 */

#include "num.h"
#include "pkt.h"

/* RFC 1042: with the OUI 0 the protocol is an EtherType; IEEE 802.1H: 00-00-f8 tunnels those that bridges must not translate. */
enum { OUI_ETHER = 0x000000, OUI_TUNNEL = 0x0000f8 };

static const struct word snap_ouis[] = {
	{OUI_ETHER, "EtherType"}, {OUI_TUNNEL, "EtherType, bridge tunnel"}, {0x00000c, "Cisco"}, {0x0080c2, "IEEE 802.1"},
	{0x080007, "Apple"}, {0},
};

static const struct field snap_fields[] = {
	{"oui", 0, 24, HEX, ALWAYS, .words = snap_ouis, .help = "Organizationally Unique Identifier: who numbers the protocols"},
	{"type", 24, 16, HEX, NEXT, .help = "Protocol Identifier; an EtherType when oui is 0 or 0x0000f8"},
	{0},
};

static const struct bind snap_binds[] = {{"llc.sap", 0xaa}, {0}};

static int snap_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	uint32_t oui = be32(h) >> 8;
	*key = be16(h + 3);
	return oui == OUI_ETHER || oui == OUI_TUNNEL ? 0 : -1;
}

const struct proto snap_proto = {
	.name = "snap", .title = "Subnetwork Access Protocol", .osi = 2, .standard = "IEEE 802, 9.2",
	.hlen = 5, .fields = snap_fields, .binds = snap_binds, .space = {"eth.type", "eth.pppoe"}, .next = snap_next,
};
