/* eth.c - Ethernet (IEEE 802.3, clause 3; DIX Ethernet II). */

#include "eth.h"
#include "ethertype.h"
#include "num.h"

static const struct field eth_fields[] = {
	{"da", 0, 48, MAC, ALWAYS, .help = "Destination Address"},
	{"sa", 48, 48, MAC, ALWAYS, .help = "Source Address"},
	{"type", 96, 16, HEX, NEXT_OR, .help = "Length/Type: the EtherType of what follows, or the length of an LLC payload"},
	{"fcs", MOVED, 32, FCS, HOOK, .help = "Frame Check Sequence, CRC-32, behind the frame: crc, or the four octets as sent"},
	{0},
};

static const struct bind eth_binds[] = {{"link", 1}, {"gre.proto", 0x6558}, {"ip.proto", 143}, {"vxlan", 0}, {0}};

static int eth_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	return ethertype_next(be16(k->p + l->off + 12), key);
}

static int64_t eth_payload(const uint8_t *h, size_t hlen)
{
	(void)hlen;
	return ethertype_payload(be16(h + 12));
}

static uint64_t eth_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	(void)f;
	return ethertype_derive(k, i);
}

/* The CRC goes least significant octet first (3.2.9). */
static uint64_t eth_fcs(const uint8_t *b, size_t n)
{
	return __builtin_bswap32(crc32_ieee(b, n, 0));
}

const struct proto eth_proto = {
	.name = "eth", .title = "Ethernet", .osi = 2, .standard = "IEEE 802.3, 3.2",
	.hlen = 14, .fields = eth_fields, .binds = eth_binds, .space = ETHERTYPE_SPACES,
	.next = eth_next, .payload = eth_payload, .derive = eth_derive, .fcs_len = 4, .fcs = eth_fcs,
};
