/* ip6frag.c - IPv6 Fragment header (RFC 8200, 4.5).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next Header  |   Reserved    |      Fragment Offset    |Res|M|
 * |                         Identification                        |
 */

#include "ip6ext.h"
#include "num.h"

enum { OFFSET = 0xfff8, MORE = 1 }; /* RFC 8200, 4.5: in octets 2 and 3 */

static const struct word ip6frag_flags[] = {{1, "M"}, {0}};

static const struct field ip6frag_fields[] = {
	{"nh", 0, 8, DEC, NEXT, .help = "Next Header: of what the fragments are parts of"},
	{"rsv", 8, 8, HEX, OPTIONAL, .help = "Reserved octet"},
	{"frag", 16, 13, DEC, OPTIONAL, .help = "Fragment Offset, in units of 8 octets"},
	{"res", 29, 2, DEC, OPTIONAL, .help = "Reserved bits"},
	{"flags", 31, 1, FLAGS, OPTIONAL, .words = ip6frag_flags, .help = "M: more fragments follow"},
	{"id", 32, 32, DEC, ALWAYS, .help = "Identification, the same in all fragments of a packet"},
	{0},
};

static const struct bind ip6frag_binds[] = {{"ip6.nh", 44}, {0}};

/* A fragment past the first is data. */
static int ip6frag_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	*key = h[0];
	return be16(h + 2) & OFFSET ? -1 : 0;
}

static bool ip6frag_partial(const uint8_t *h, size_t hlen)
{
	(void)hlen;
	return (be16(h + 2) & (OFFSET | MORE)) != 0;
}

const struct proto ip6frag_proto = {
	.name = "ip6frag", .title = "IPv6 Fragment", .osi = 3, .standard = "RFC 8200, 4.5",
	.hlen = 8, .fields = ip6frag_fields, .binds = ip6frag_binds, .space = IP6_SPACES,
	.next = ip6frag_next, .partial = ip6frag_partial,
};
