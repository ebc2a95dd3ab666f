/* ethertype.c - the Length/Type field (IEEE 802.3, 3.2.6). */

#include "ethertype.h"

/* RFC 2516, 5 and 6: packets of discovery have a CODE that is not 0, and an EtherType of their own. */
enum { PPPOE_CODE = 1, ETHERTYPE_DISCOVERY = 0x8863 };

int ethertype_next(uint16_t type, uint32_t *key)
{
	*key = type < ETHERTYPE_MIN ? 0 : type;
	if (type >= ETHERTYPE_MIN)
		return 0;
	/* 0 and 1501 to 1535 are neither a type nor a length. */
	return ethertype_payload(type) > 0 ? 1 : -1;
}

int64_t ethertype_payload(uint16_t type)
{
	return type && type <= LLC_MAX ? type : -1;
}

uint64_t ethertype_derive(const struct pkt *k, unsigned i)
{
	uint32_t key;
	if (pkt_next_key(k, i, 1, &key)) {
		uint32_t n = pkt_payload(k, i);
		return n <= LLC_MAX ? n : 0;
	}
	if (pkt_next_key(k, i, 2, &key))
		return k->p[k->layer[i + 1].off + PPPOE_CODE] ? ETHERTYPE_DISCOVERY : key;
	return 0;
}
