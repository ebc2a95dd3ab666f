/* ip6ext.c - options of IPv6 (RFC 8200, 4.2), as the hop-by-hop and the destination options header hold them. */

#include "ip6ext.h"

#include "num.h"
#include "tlv.h"

enum {
	UNIT = 8,              /* RFC 8200, 4.3: Hdr Ext Len counts 8-octet units beyond the first */
	OPTIONS_MAX = 8 * 256 - 2,
	HOME_ADDRESS = 201,    /* RFC 6275, 6.3 */
};

/* IANA, Destination Options and Hop-by-Hop Options: RFC 8200 (0, 1), 2473 (4), 2711 (5), 5570 (7), 8250 (15), 4782 (38), 9268 (48),
 * 2675 (194), 6275 (201). */
static const struct tlv_kind kinds[] = {
	{0, "pad1", "", true}, {1, "padn", "x", false}, {4, "tel", "b", false}, {5, "ra", "h", false},
	{7, "calipso", "x", false}, {15, "pdm", "bbhhhh", false}, {38, "qs", "x", false}, {48, "minmtu", "hh", false},
	{194, "jumbo", "w", false}, {HOME_ADDRESS, "hao", "6", false}, {0, NULL, NULL, false},
};
static const struct tlv ip6_tlv = {kinds, .head = 0, .unit = 1, .align = UNIT, .fill = TLV_PADN, .bias = IP6OPT_HLEN};

int ip6opt_size(const uint8_t *h, size_t left)
{
	(void)left;
	return UNIT * (1 + h[1]);
}

writer ip6opt_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	return hlen < IP6OPT_HLEN ? p : tlv_write(p, &ip6_tlv, h + IP6OPT_HLEN, hlen - IP6OPT_HLEN);
}

/* A header without options is six octets of PadN. */
int ip6opt_build(struct pkt *k, struct layer *l, struct err *e)
{
	const struct var *v = pkt_var(l, "opt");
	if (v && v->n)
		return tlv_build(k, &ip6_tlv, v, OPTIONS_MAX, e);
	uint8_t *b = pkt_append(k, UNIT - IP6OPT_HLEN, e);
	if (!b)
		return -1;
	b[0] = 1;
	b[1] = UNIT - IP6OPT_HLEN - 2;
	return 0;
}

const uint8_t *ip6opt_home(const uint8_t *h, size_t hlen)
{
	for (size_t at = IP6OPT_HLEN; at + 2 <= hlen;) {
		size_t n = h[at] ? h[at + 1] + 2u : 1;
		if (n > hlen - at)
			break;
		if (h[at] == HOME_ADDRESS && n == 2 + 16)
			return h + at + 2;
		at += n;
	}
	return NULL;
}
