/* work.h - a checksum as it is computed by hand; for udpck's files only. */
#ifndef OSIKIT_UDPCK_WORK_H
#define OSIKIT_UDPCK_WORK_H

#include "shown.h"

/* Words of 16 bits at most: the pseudo-header of IPv6, then a packet. */
enum { PSEUDO_WORDS = 20, WORDS_MAX = PSEUDO_WORDS + PKT_MAX / 2 };

/* What a checksum is the sum of. */
struct words {
	unsigned n, pseudo;      /* words, and how many of them are the pseudo-header's, which come first */
	unsigned at;             /* the checksum's own, which is 0 here */
	uint16_t w[WORDS_MAX];
};

/* Lists the words that field f, a checksum of layer i that is here, covers. */
void words_list(struct words *v, const struct pkt *k, unsigned i, const struct field *f);
/* Writes the computation. */
void work_show(struct out *o, const struct pkt *k, unsigned i, const struct field *f, enum judgement is, uint64_t have,
	       uint64_t want);
/* udpck --update: OLD NEW, packets or files; or SUM OLD NEW, words. The exit status. */
int update_main(char **argv, int n);

#endif
