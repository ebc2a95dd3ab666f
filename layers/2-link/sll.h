/* sll.h - what the two Linux "cooked" headers, sll and sll2, have in common. */
#ifndef OSIKIT_SLL_H
#define OSIKIT_SLL_H

#include "pkt.h"

enum { SLL_ETH_ALEN = 6 };        /* octets of an address that prints as MAC */

/* Key spaces: EtherTypes, and the numbers below them (Linux, if_ether.h: "non DIX types"). */
#define SLL_SPACES {"eth.type", "sll.type", "eth.pppoe"}

extern const struct word sll_types[], sll_hatypes[];

/* The hook next, from the header's ARPHRD_ type and its protocol. */
int sll_next_key(uint16_t hatype, uint16_t proto, uint32_t *key);

/* The hook place: of addr and unused (addresses of 6 octets), and of addr8 (all others), only one kind is there. */
int sll_addr_place(unsigned halen, const struct field *f);

#endif
