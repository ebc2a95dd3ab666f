/* ethertype.h - the Length/Type field of IEEE 802.3, 3.2.6, which eth and vlan share.
 *
 * From 0x0600 on it is an EtherType; up to 1500 the length of an LLC payload, behind which there may be padding.
 */
#ifndef OSIKIT_ETHERTYPE_H
#define OSIKIT_ETHERTYPE_H

#include "pkt.h"

enum { ETHERTYPE_MIN = 0x0600, LLC_MAX = 1500 };

/* Key spaces: what an EtherType names, what follows a length, and PPPoE, of whose two EtherTypes its header says which. */
#define ETHERTYPE_SPACES {"eth.type", "eth.len", "eth.pppoe"}

int ethertype_next(uint16_t type, uint32_t *key);       /* as the hook next */
int64_t ethertype_payload(uint16_t type);               /* as the hook payload */
uint64_t ethertype_derive(const struct pkt *k, unsigned i); /* what it is where no EtherType names the next layer */

#endif
