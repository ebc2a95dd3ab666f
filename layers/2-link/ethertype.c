/* ethertype.c - the Length/Type field (IEEE 802.3, 3.2.6). */

#include "ethertype.h"

int ethertype_next(uint16_t type, uint32_t *key)
{
	*key = type < ETHERTYPE_MIN ? 0 : type;
	return type < ETHERTYPE_MIN ? 1 : 0;
}

int64_t ethertype_payload(uint16_t type)
{
	return type && type <= LLC_MAX ? type : -1;
}

uint64_t ethertype_derive(const struct pkt *k, unsigned i)
{
	uint32_t key;
	if (pkt_next_key(k, i, 0, &key))
		return key;
	if (pkt_next_key(k, i, 1, &key)) {
		uint32_t n = pkt_payload(k, i);
		return n <= LLC_MAX ? n : 0;
	}
	return 0;
}
