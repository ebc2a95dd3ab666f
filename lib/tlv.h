/* tlv.h - options: lists of kind, length and value, as IP, TCP, IPv6 and Neighbour Discovery have them.
 *
 * In text a list is `opt=mss:1460,nop,ws:7`: items joined by commas, the parts of an item by colons. What a kind's
 * row cannot say prints as k253:00112233 (its octets in hex), and what is no option at all, to the end, as raw:00ff.
 * So any octets print, and what prints gives the same octets.
 */
#ifndef OSIKIT_TLV_H
#define OSIKIT_TLV_H

#include "pkt.h"

/* One kind. args, a letter a part: b 8 bits, h 16 bits, w 32 bits (decimal); a an IPv4 address; 6 an IPv6 address and m a MAC address (last
 * part only); x octets in hex to the end; z two reserved octets, which are zero and not written; a * after the last letter: as
 * often as it is there (at least once; IPv6 addresses have a / between them). "" is an option with a length and no value. */
struct tlv_kind {
	uint8_t kind;
	const char *name;     /* ended by a row without a name */
	const char *args;
	bool single;          /* one octet, no length (nop) */
};

struct tlv {
	const struct tlv_kind *kinds;
	uint8_t head;         /* what the length octet counts besides the value: 2, or 0 (IPv6 options) */
	uint8_t unit;         /* octets that the length counts by: 1, or 8 (Neighbour Discovery) */
	uint8_t align;        /* the list is filled up to a multiple of this many octets: 4, 8, or 1 */
	int fill;             /* with: the kind that is a single octet (0: end of options), or TLV_PADN */
	uint8_t bias;         /* octets before the list that this multiple counts too */
};

enum { TLV_PADN = -1 };   /* RFC 8200, 4.2: Pad1 (kind 0) or PadN (kind 1) */

/* Writes the list b[0..n); returns p unchanged when n is 0. */
writer tlv_write(writer p, const struct tlv *t, const uint8_t *b, size_t n);

/* Appends the list written in v (still escaped) to the packet, filled up. max: octets at most. 0 or -1. */
int tlv_build(struct pkt *k, const struct tlv *t, const struct var *v, uint32_t max, struct err *e);

#endif
