/* dsss.h - direct-sequence spread spectrum: each symbol a sequence of chips; codes that several users share a band with. */
#ifndef OSIKIT_DSSS_H
#define OSIKIT_DSSS_H

#include "modem.h"

enum { DSSS_MOST = 127 }; /* chips a symbol */

struct dsss_code {
	unsigned n;              /* chips */
	int8_t chip[DSSS_MOST];  /* +1 or -1 */
};

/* Barker's sequence of 11 chips, whose correlation with itself shifted is 0 or -1 (IEEE 802.11-1997, 15.4.6.3). */
void dsss_barker11(struct dsss_code *c);
/* Walsh's sequence k of n = 2, 4, ... 64 chips: row k of Sylvester's Hadamard matrix, orthogonal to all others in step. */
void dsss_walsh(struct dsss_code *c, unsigned n, unsigned k);
/* Gold's sequence k of 2^5 - 1 = 31 (degree 5) or 127 (degree 7) chips, k from 0 to 2^degree: two m-sequences, and then their sums at all
 * shifts; any two correlate by -1, -t or t - 2 at any shift, t = 2^((degree+1)/2) + 1 (R. Gold, IEEE Trans. IT 13(4), 1967). */
void dsss_gold(struct dsss_code *c, unsigned degree, unsigned k);

/* Several users in one channel, in step (a base station's downlink): adds amplitude * bit * chip to x[0 .. nbits*n-1]; a bit 0 is +1. */
void dsss_spread(const struct dsss_code *c, float amplitude, const uint8_t *bits, size_t nbits, float *x);
/* What the user of code c hears: y[j] is the mean of chip * x over symbol j. */
void dsss_despread(const struct dsss_code *c, const float *x, size_t nbits, float *y);

extern const struct scheme dsss_schemes[];

#endif
