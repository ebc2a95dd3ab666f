/* addrs.h - lists of addresses and of multicast group records, which several protocols of this layer have.
 *
 * In text addresses are joined by commas, src=192.0.2.1,192.0.2.2; the group records of IGMPv3 and MLDv2 too, and
 * within a record a / stands between its type, its group and each source: rec=to_ex/239.1.2.3,allow/232.1.1.1/192.0.2.1.
 */
#ifndef OSIKIT_ADDRS_H
#define OSIKIT_ADDRS_H

#include "pkt.h"

enum { ADDR4 = 4, ADDR6 = 16 }; /* octets of an address: what is called alen here */

/* Writes the n / alen addresses at b. */
writer addrs_write(writer p, const uint8_t *b, size_t n, size_t alen);
/* In build: appends the addresses written in v; nothing when v is NULL. 0 or -1. */
int addrs_build(struct pkt *k, const struct var *v, size_t alen, struct err *e);

/* Group records (RFC 3376, 4.2.4; RFC 3810, 5.2.5): octets of the first ones of b[0..left), `max` of them at most, that are
 * all there and have no auxiliary data; how many these are in *count. */
size_t records_size(const uint8_t *b, size_t left, size_t alen, unsigned max, unsigned *count);
/* Writes b[0..n), which is whole records. */
writer records_write(writer p, const uint8_t *b, size_t n, size_t alen);
/* In build: appends the records written in v; nothing when v is NULL. 0 or -1. */
int records_build(struct pkt *k, const struct var *v, size_t alen, struct err *e);

#endif
