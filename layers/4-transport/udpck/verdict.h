/* verdict.h - what udpck finds out about the checksums of a packet; for udpck's files only. */
#ifndef OSIKIT_UDPCK_VERDICT_H
#define OSIKIT_UDPCK_VERDICT_H

#include "filter.h"

enum verdict { OK, NONE, UNVERIFIABLE, BAD, VERDICTS }; /* from best to worst */

struct finding {
	enum verdict worst;
	const char *why;          /* it is unverifiable: in words, where there is more to be said; or NULL */
	char bad[256], want[256]; /* layers with a wrong checksum, and what it should be, joined by commas */
};

/* --work: the computation of each checksum is written. */
extern bool verdict_work;

/* Judges all checksums of the packet at hand, and where it is the last fragment to arrive of a datagram those of the datagram. Says what
 * is wrong under -v. */
void verdict_find(struct pipe *p, struct finding *found);
/* Frees what verdict_find keeps of fragments. */
void verdict_end(void);

/* Says which senders' transport checksums are all wrong, as those of a host that leaves them to its network card. */
void offload_report(void);
/* Notes a transport checksum of layer i, right or wrong. */
void offload_note(const struct pkt *k, unsigned i, uint64_t have, bool wrong);

#endif
