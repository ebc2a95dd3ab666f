/* mpls.c - a label stack entry of Multiprotocol Label Switching (RFC 3032, 2.1; RFC 5462).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                Label                  | TC  |S|       TTL     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

#include "num.h"
#include "pkt.h"

enum { MPLS_HLEN = 4 };
enum { SPACE_STACK, SPACE_VERSION }; /* of mpls_proto.space */

/* IANA, Special-Purpose MPLS Label Values. */
static const struct word mpls_labels[] = {
	{0, "IPv4 Explicit NULL"}, {1, "Router Alert"}, {2, "IPv6 Explicit NULL"}, {3, "Implicit NULL"},
	{7, "Entropy Label Indicator"}, {13, "Generic Associated Channel"}, {14, "OAM Alert"}, {15, "Extension"}, {0},
};

static const struct field mpls_fields[] = {
	{"label", 0, 20, DEC, ALWAYS, .words = mpls_labels, .help = "Label Value"},
	{"tc", 20, 3, DEC, OPTIONAL, .help = "Traffic Class, once called EXP"},
	{"s", 23, 1, DEC, HOOK, .help = "Bottom of Stack: 1 on the last entry, 0 where another follows"},
	{"ttl", 24, 8, DEC, ALWAYS, .dflt = 64, .help = "Time to Live"},
	{0},
};

/* EtherTypes: RFC 5332, 3 (0x8848: once multicast, now labels that the upstream router assigned). PPP: RFC 3032, 4.3. IP: RFC 4023.
 * UDP: RFC 7510. */
static const struct bind mpls_binds[] = {
	{"eth.type", 0x8847}, {"eth.type", 0x8848}, {"ppp.proto", 0x0281}, {"ppp.proto", 0x0283}, {"mpls.stack", 0},
	{"ip.proto", 137}, {"udp.port", 6635}, {"link", 219}, {0},
};

/* Nothing in the header says what the bottom label carries: an IP packet tells itself by its first four bits, which
 * nothing else should have as 4 or 6 (RFC 4928, 3). */
static int mpls_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	*key = 0;
	if (!(h[2] & 1))
		return SPACE_STACK;
	if (l->off + MPLS_HLEN >= l->end || l->off + MPLS_HLEN >= k->len)
		return -1;
	*key = h[MPLS_HLEN] >> 4;
	return SPACE_VERSION;
}

static uint64_t mpls_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	uint32_t key;
	(void)f;
	return !pkt_next_key(k, i, SPACE_STACK, &key);
}

const struct proto mpls_proto = {
	.name = "mpls", .title = "Multiprotocol Label Switching", .osi = 2, .standard = "RFC 3032, 2.1",
	.hlen = MPLS_HLEN, .fields = mpls_fields, .binds = mpls_binds, .space = {"mpls.stack", "mpls.version"},
	.next = mpls_next, .derive = mpls_derive,
};
