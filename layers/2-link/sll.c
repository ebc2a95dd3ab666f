/* sll.c - Linux "cooked" capture (LINKTYPE_LINUX_SLL), which the device "any" gives.
 *
 * +---------------------------+
 * |         Packet type       |
 * |         (2 octets)        |
 * +---------------------------+
 * |        ARPHRD_ type       |
 * |         (2 octets)        |
 * +---------------------------+
 * | Link-layer address length |
 * |         (2 octets)        |
 * +---------------------------+
 * |    Link-layer address     |
 * |         (8 octets)        |
 * +---------------------------+
 * |        Protocol type      |
 * |         (2 octets)        |
 * +---------------------------+
 */

#include "sll.h"
#include "num.h"

enum { SLL_HLEN = 16 };
enum { SLL_TYPES = 0x0600 };      /* below there are no EtherTypes (IEEE 802.3, 3.2.6) */
enum { ARPHRD_FRAD_ = 770, ARPHRD_RADIOTAP = 803, ARPHRD_NETLINK_ = 824 };  /* Linux, if_arp.h */

const struct word sll_types[] = {
	{0, "to us"}, {1, "broadcast"}, {2, "multicast"}, {3, "to another"}, {4, "from us"}, {0, NULL},
};
const struct word sll_hatypes[] = {
	{1, "Ethernet"}, {512, "PPP"}, {768, "IPIP tunnel"}, {ARPHRD_FRAD_, "Frame Relay"}, {772, "loopback"}, {778, "GRE"},
	{801, "802.11"}, {ARPHRD_RADIOTAP, "802.11 radiotap"}, {ARPHRD_NETLINK_, "netlink"}, {65534, "no link header"}, {0, NULL},
};

static const struct field sll_fields[] = {
	{"type", 0, 16, DEC, ALWAYS, .words = sll_types, .help = "Packet type: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 from us"},
	{"hatype", 16, 16, DEC, ALWAYS, .dflt = 1, .words = sll_hatypes, .help = "ARPHRD_ type of the device: 1 Ethernet, 772 loopback"},
	{"halen", 32, 16, DEC, CONST, .dflt = SLL_ETH_ALEN, .help = "Octets of the link-layer address"},
	{"addr", 48, 48, MAC, ALWAYS, .help = "Link-layer address of the sender, when halen is 6"},
	{"unused", 96, 16, HEX, OPTIONAL, .help = "the two octets behind an address of 6"},
	{"addr8", 48, 64, EUI64, OPTIONAL, .help = "the whole address field in hex, when halen is not 6"},
	{"proto", 112, 16, HEX, NEXT, .help = "Protocol type: an EtherType, or 4 for LLC"},
	{0},
};

static const struct bind sll_binds[] = {{"link", 113}, {0}};

/* Of some devices the protocol is not what follows (tcpdump.org, LINKTYPE_LINUX_SLL). */
int sll_next_key(uint16_t hatype, uint16_t proto, uint32_t *key)
{
	*key = proto;
	if (hatype == ARPHRD_FRAD_ || hatype == ARPHRD_RADIOTAP || hatype == ARPHRD_NETLINK_)
		return -1;
	return proto < SLL_TYPES ? 1 : 0;
}

int sll_addr_place(unsigned halen, const struct field *f)
{
	bool mac = halen == SLL_ETH_ALEN;
	if (f->fmt == EUI64)
		return mac ? -1 : f->bit;
	return mac ? f->bit : -1;
}

static int sll_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	return sll_next_key(be16(h + 2), be16(h + 14), key);
}

static int sll_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)hlen;
	return f >= sll_fields + 3 && f <= sll_fields + 5 ? sll_addr_place(be16(h + 4), f) : f->bit;
}

const struct proto sll_proto = {
	.name = "sll", .title = "Linux cooked capture", .osi = 2, .standard = "LINKTYPE_LINUX_SLL, tcpdump.org",
	.hlen = SLL_HLEN, .fields = sll_fields, .binds = sll_binds, .space = SLL_SPACES,
	.diagram_note = "addr8 takes the place of addr and unused when halen is not 6",
	.next = sll_next, .place = sll_place,
};
