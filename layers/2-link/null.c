/* null.c - BSD loopback encapsulation (LINKTYPE_NULL): the address family in the octet order of the capturing machine.
 *
 * little-endian:  +--------+--------+--------+--------+    big-endian:  +--------+--------+--------+--------+
 *                 | family |          high            |                 |          high            | family |
 *                 +--------+--------+--------+--------+                 +--------+--------+--------+--------+
 *
 * Nothing in the packet says which order it is. Families are small, so one octet has the number and three are zero:
 * it is big-endian when the first octet is zero and the last is not. The same rule on both ways, so `high`, where
 * it is not zero, loses nothing.
 */

#include "num.h"
#include "pkt.h"

enum { NULL_HLEN = 4 };

static const struct field null_fields[] = {
	{"order", MOVED, 0, LIST, OPTIONAL, .help = "be: written by a big-endian machine; le, the default, is not printed"},
	{"family", MOVED, 8, DEC, NEXT, .help = "Protocol family, AF_ of the capturing system: 2 IPv4; 24, 28, 30 or 10 IPv6"},
	{"high", MOVED, 24, HEX, OPTIONAL, .help = "the other three octets, as they stand"},
	{0},
};

static const struct bind null_binds[] = {{"link", 0}, {0}};

static bool big_endian(const uint8_t *h) { return h[0] == 0 && h[3] != 0; }

static int null_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)hlen;
	if (f->width == 8)
		return big_endian(h) ? 24 : 0;
	return big_endian(h) ? 0 : 8;
}

static int null_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	*key = big_endian(h) ? be32(h) : __builtin_bswap32(be32(h));
	return 0;
}

static writer null_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)hlen, (void)f;
	if (big_endian(h)) {
		*p++ = 'b';
		*p++ = 'e';
	}
	return p;
}

static int null_build(struct pkt *k, struct layer *l, struct err *e)
{
	const struct var *order = pkt_var(l, "order"), *family = pkt_var(l, "family"), *high = pkt_var(l, "high");
	uint8_t *h = k->own + l->off;
	bool be = order && order->n == 2 && memcmp(order->s, "be", 2) == 0;
	if (order && !be && (order->n != 2 || memcmp(order->s, "le", 2) != 0))
		return err_set(e, "order is neither le nor be");
	/* A family that is computed later finds its place by the octet that is not zero. */
	uint32_t low = family ? (uint32_t)family->num : 0xff, rest = high ? (uint32_t)high->num : 0;
	put32(h, be ? rest << 8 | low : low << 24 | rest);
	return 0;
}

const struct proto null_proto = {
	.name = "null", .title = "BSD loopback", .osi = 2, .standard = "LINKTYPE_NULL, tcpdump.org",
	.hlen = NULL_HLEN, .fields = null_fields, .binds = null_binds, .space = {"null.family"},
	.diagram_note = "family is the first octet, or the last with order=be",
	.next = null_next, .place = null_place, .print = null_print, .build = null_build,
};
