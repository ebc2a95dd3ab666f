/* sll2.c - Linux "cooked" capture, version 2 (LINKTYPE_LINUX_SLL2): with the interface.
 *
 * +---------------------------+
 * |        Protocol type      |
 * |         (2 octets)        |
 * +---------------------------+
 * |    Reserved (2 octets)    |
 * +---------------------------+
 * |      Interface index      |
 * |         (4 octets)        |
 * +---------------------------+
 * |        ARPHRD_ type       |
 * |         (2 octets)        |
 * +---------------------------+
 * |  Packet type (1 octet)    |
 * +---------------------------+
 * | Link-layer address length |
 * |         (1 octet)         |
 * +---------------------------+
 * |    Link-layer address     |
 * |         (8 octets)        |
 * +---------------------------+
 */

#include "sll.h"
#include "num.h"

enum { SLL2_HLEN = 20 };

static const struct field sll2_fields[] = {
	{"proto", 0, 16, HEX, NEXT, .help = "Protocol type: an EtherType, or 4 for LLC"},
	{"rsv", 16, 16, HEX, OPTIONAL, .help = "Reserved"},
	{"ifindex", 32, 32, DEC, ALWAYS, .help = "Interface index, on the capturing machine"},
	{"hatype", 64, 16, DEC, ALWAYS, .dflt = 1, .words = sll_hatypes, .help = "ARPHRD_ type of the device: 1 Ethernet, 772 loopback"},
	{"type", 80, 8, DEC, ALWAYS, .words = sll_types, .help = "Packet type: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 from us"},
	{"halen", 88, 8, DEC, CONST, .dflt = SLL_ETH_ALEN, .help = "Octets of the link-layer address"},
	{"addr", 96, 48, MAC, ALWAYS, .help = "Link-layer address of the sender, when halen is 6"},
	{"unused", 144, 16, HEX, OPTIONAL, .help = "the two octets behind an address of 6"},
	{"addr8", 96, 64, EUI64, OPTIONAL, .help = "the whole address field in hex, when halen is not 6"},
	{0},
};

static const struct bind sll2_binds[] = {{"link", 276}, {0}};

static int sll2_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	return sll_next_key(be16(h + 8), be16(h), key);
}

static int sll2_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)hlen;
	return f >= sll2_fields + 6 ? sll_addr_place(h[11], f) : f->bit;
}

const struct proto sll2_proto = {
	.name = "sll2", .title = "Linux cooked capture, version 2", .osi = 2, .standard = "LINKTYPE_LINUX_SLL2, tcpdump.org",
	.hlen = SLL2_HLEN, .fields = sll2_fields, .binds = sll2_binds, .space = SLL_SPACES,
	.diagram_note = "addr8 takes the place of addr and unused when halen is not 6",
	.next = sll2_next, .place = sll2_place,
};
