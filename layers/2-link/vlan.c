/* vlan.c - VLAN tag (IEEE 802.1Q, 9.6): 802.1Q, and 802.1ad where it is the outer one of two. */

#include "ethertype.h"
#include "num.h"

static const struct field vlan_fields[] = {
	{"pcp", 0, 3, DEC, OPTIONAL, .help = "Priority Code Point"},
	{"dei", 3, 1, DEC, OPTIONAL, .help = "Drop Eligible Indicator"},
	{"vid", 4, 12, DEC, ALWAYS, .help = "VLAN Identifier; 0: only a priority"},
	{"type", 16, 16, HEX, NEXT_OR, .help = "Length/Type of what follows"},
	{0},
};

/* The first is the one computed: 802.1Q; a service tag (802.1ad) is written type=0x88a8 in the layer before. */
static const struct bind vlan_binds[] = {{"eth.type", 0x8100}, {"eth.type", 0x88a8}, {"eth.type", 0x9100}, {0}};

static int vlan_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	return ethertype_next(be16(k->p + l->off + 2), key);
}

static int64_t vlan_payload(const uint8_t *h, size_t hlen)
{
	(void)hlen;
	return ethertype_payload(be16(h + 2));
}

static uint64_t vlan_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	(void)f;
	return ethertype_derive(k, i);
}

const struct proto vlan_proto = {
	.name = "vlan", .title = "VLAN tag", .osi = 2, .standard = "IEEE 802.1Q, 9.6",
	.hlen = 4, .fields = vlan_fields, .binds = vlan_binds, .space = ETHERTYPE_SPACES,
	.next = vlan_next, .payload = vlan_payload, .derive = vlan_derive,
};
