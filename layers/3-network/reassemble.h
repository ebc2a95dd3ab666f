/* reassemble.h - puts the fragments of IPv4 and IPv6 datagrams together again (RFC 791, 3.2; RFC 815; RFC 8200, 4.5).
 *
 * Fragments go in, whole datagrams come out; the caller has the clock. Where RFCs leave a choice it is Linux's:
 *
 *  - Fragments that overlap end the datagram, what has come of it is thrown away (RFC 5722, 3; RFC 8200, 4.5), and so in IPv4.
 *    One whose octets are all there already, and the same, is a duplicate and is passed over (RFC 8200, 4.5).
 *  - So do two last fragments with different ends, data behind the end, and a fragment of no octets.
 *  - A fragment before the last with a length that is not a multiple of 8 is shortened to one in IPv4 and thrown away in
 *    IPv6 (RFC 8200, 4.5).
 *  - Fragments of a datagram are all ECN-capable or none is (RFC 3168, 5.3).
 *
 * A datagram that was ended is forgotten: a later fragment of it begins a new one, which is never whole.
 */
#ifndef OSIKIT_REASSEMBLE_H
#define OSIKIT_REASSEMBLE_H

#include "pkt.h"

enum {
	REASSEMBLE_SECONDS = 60,            /* RFC 8200, 4.5; RFC 1122, 3.3.2: between 60 and 120 seconds */
	REASSEMBLE_LIMIT = 4 * 1024 * 1024  /* octets for all datagrams that are not whole; as Linux's ipfrag_high_thresh */
};

/* A fragment. Its octets are borrowed. */
struct fragment {
	bool six;                /* IPv6 */
	uint8_t src[16], dst[16];/* IPv4: the first 4 octets, the others 0 */
	uint32_t id;
	uint8_t proto;           /* IPv4: Protocol, which is a part of the key; IPv6: Next Header, which is not */
	uint8_t ecn;             /* two bits */
	bool more;               /* MF or M */
	bool cut;                /* not all of its octets are here */
	uint32_t off;            /* in octets */
	const uint8_t *head;     /* what goes before the whole: the IPv4 header, or all up to the Fragment header */
	uint32_t hlen;
	uint32_t next;           /* IPv6: where in head the number of the Fragment header stands */
	const uint8_t *data;
	uint32_t len;
};

/* Whether layer i of k is what makes a packet a fragment, the header of IPv4 or IPv6's Fragment header; then *f is filled. */
bool fragment_of(const struct pkt *k, unsigned i, struct fragment *f);
/* The outermost such layer, -1: none. The packet that an ICMP error quotes is not looked at. */
int fragment_layer(const struct pkt *k);

/* What became of a fragment. */
enum reassembly {
	REASSEMBLY_WAITS,        /* kept; others are missing */
	REASSEMBLY_WHOLE,        /* it was the last that was missing */
	REASSEMBLY_DUPLICATE,    /* passed over */
	REASSEMBLY_CUT,          /* passed over: its octets are not here, or IPv6 with a length that is not a multiple of 8 */
	/* The datagram ends here: */
	REASSEMBLY_OVERLAP, REASSEMBLY_ENDS, REASSEMBLY_EMPTY, REASSEMBLY_LONG, REASSEMBLY_ECN,
	REASSEMBLIES
};
/* In words, as "the fragments overlap (RFC 5722, 3)". */
extern const char *const reassembly_words[REASSEMBLIES];

struct reassembler;

/* limit: octets that it may keep, 0: REASSEMBLE_LIMIT; when more are needed the oldest datagrams go. seconds: how long after its first
 * fragment a datagram is given up, 0: REASSEMBLE_SECONDS. */
struct reassembler *reassembler_new(size_t limit, unsigned seconds);
void reassembler_free(struct reassembler *r);

/* A datagram put together: a packet without link header. Borrowed until the next call. */
struct datagram {
	const uint8_t *p;
	uint32_t len;
	unsigned fragments;      /* how many it came in, duplicates not counted */
};
/* Takes fragment f at time ns (of any origin; a clock that goes back stands still). *whole is filled when it is REASSEMBLY_WHOLE:
 * the header of the first fragment with lengths, flags and checksum of a packet that never was a fragment (RFC 791, 3.2;
 * RFC 8200, 4.5). */
enum reassembly reassemble(struct reassembler *r, const struct fragment *f, uint64_t ns, struct datagram *whole);
/* Gives up the oldest datagram whose time is over: true, and first (borrowed until the next call) is what is to be quoted by an ICMP
 * "fragment reassembly time exceeded", with len 0 where the first fragment has not come (RFC 792; RFC 4443, 3.3). */
bool reassembler_expire(struct reassembler *r, uint64_t ns, struct datagram *first);
/* Octets kept at the moment, and datagrams; and how many were given up for want of time or room so far. */
struct reassembler_state {
	size_t octets, datagrams;
	uint64_t expired, evicted;
};
struct reassembler_state reassembler_state(const struct reassembler *r);

#endif
