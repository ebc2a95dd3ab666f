/* linear.h - linear modulation: amplitude and phase of a carrier keyed symbol by symbol, in root-raised-cosine pulses.
 *
 * Sent in bursts (the layout is this kit's own), at the mean power of the payload throughout:
 *
 *	unique word   64 symbols, BPSK: detection, and the first estimates of timing, phase, frequency and gain
 *	header        7 words of 32 symbols, BPSK: 28 bits of count and 14 of CRC, six bits a word of the biorthogonal code
 *	              (32,6), that is Reed-Muller's RM(1,5): a word is wrong once in 2 million at Es/N0 = 0 dB
 *	payload       groups of a pilot (BPSK, known) and 32 symbols of the scheme, the last group shorter; a last symbol that the
 *	              bits do not fill has zeros. Its bits are added to a pseudo-random sequence, so that no data, such as zeros
 *	              only, is without the transitions that a receiver follows
 *
 * Eb/N0 is that of the payload's symbols: the rest, 288 symbols a burst and 1 in 33, is overhead that it does not count.
 */
#ifndef OSIKIT_LINEAR_H
#define OSIKIT_LINEAR_H

#include "constellation.h"
#include "modem.h"

enum {
	LINEAR_UW = 64,             /* symbols */
	LINEAR_WORD = 32,           /* symbols, of 6 bits */
	LINEAR_WORDS = 7,
	LINEAR_HEADER = LINEAR_WORDS * LINEAR_WORD,
	LINEAR_GROUP = 32,          /* symbols of payload behind each pilot */
	LINEAR_COUNT_BITS = 28,
	LINEAR_CRC_BITS = 14,
	LINEAR_BITS_MAX = 1 << 27,  /* of a burst */
};

/* What a scheme is: variant is one of these, param points to its struct linear_kind. */
struct linear_kind {
	enum constellation_shape shape;
	unsigned bits;
	bool differential;          /* the label is that of the change, this symbol over the one before */
	bool swapped;               /* the change has the real and the imaginary part of its label's point exchanged */
	bool offset;                /* the quadrature component half a symbol later */
};

extern const struct scheme linear_schemes[];

/* Known symbols: the unique word's i-th, and the pilot of the i-th group, each +1 or -1. */
float linear_uw(unsigned i);
float linear_pilot(uint64_t i);
/* The header's symbols for a count of bits of the scheme with this variant, and the way back from what was received, in any scale: the
 * count, or -1 where the CRC does not agree. */
void linear_header(float symbols[LINEAR_HEADER], uint32_t count, int variant);
int64_t linear_header_read(const float symbols[LINEAR_HEADER], int variant);

/* Figures of a configuration with the scheme's in the place of zeros. -1 with e set where it cannot be. */
int linear_configure(struct modem_cfg *full, const struct modem_cfg *c, struct err *e);
/* The amplitude of the carrier at a symbol of energy 1. */
double linear_gain(const struct modem_cfg *full);

/* The receiver: linrx.c. The error rate's closed forms: lintheory.c. See struct modem. */
void *linear_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e);
void linear_rx_push(void *rx, const float *x, size_t n);
void linear_rx_end(void *rx);
void linear_rx_free(void *rx);
double linear_theory(const struct scheme *s, double ebn0_db, const char **what);

#endif
