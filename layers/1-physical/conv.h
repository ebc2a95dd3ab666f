/* conv.h - convolutional codes and their decoding by the Viterbi algorithm from soft bits (Viterbi, "Error bounds for convolutional codes
 * and an asymptotically optimum decoding algorithm", IEEE Trans. Inf. Theory 13, 1967; Forney, "The Viterbi algorithm", Proc. IEEE 61,
 * 1973). Sans-I/O.
 *
 * A code of constraint length K sends, for each bit, the parities of as many selections of the last K bits as it has generators. A
 * generator is written in octal as everywhere: its highest bit of K is the tap on the bit that comes in, its lowest the one K - 1 bits
 * back. Generators 171 and 133, K = 7, are the code of Voyager, CCSDS 131.0-B 3, DVB (EN 300 421, 4.4.3) and IEEE 802.11 (17.3.5.6).
 * Puncturing leaves some outputs out, in a pattern that repeats.
 */
#ifndef OSIKIT_CONV_H
#define OSIKIT_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
	CONV_MAX_K = 12,
	CONV_MAX_OUT = 4,    /* generators */
	CONV_MAX_PERIOD = 8, /* of puncturing */
	CONV_FULL = 12       /* a soft bit that is sure, +-; see conv_quantise */
};

enum conv_end {
	CONV_TAIL, /* K - 1 zeros follow the data, so that the coder ends where it began */
	CONV_CUT,  /* nothing follows: the last bits are less protected */
	CONV_BITE  /* the coder begins as it will end (tail biting): the trellis is a ring */
};

struct conv_code {
	unsigned k;       /* constraint length, 2 to CONV_MAX_K */
	unsigned outputs; /* 1 to CONV_MAX_OUT */
	unsigned generator[CONV_MAX_OUT];
	unsigned invert;               /* bit j: output j is sent inverted (CCSDS: that of 133) */
	unsigned period;               /* of puncturing; 0: none */
	uint8_t keep[CONV_MAX_PERIOD]; /* bit j of step t: output j is sent; at least one of each step is */
	enum conv_end end;
};

/* K = 7, generators 171 and 133 in this order. rate: 1/2, or 2/3, 3/4, 5/6, 7/8 punctured as DVB does (EN 300 421, table 2; IEEE 802.11
 * has the same patterns with 133 sent first). -1 with e set for another one. */
int conv_standard(struct conv_code *c, const char *rate, struct err *e);

struct conv;

/* NULL with e set where there is no such code. The caller frees it; it does not change, so threads may share it. */
struct conv *conv_new(const struct conv_code *code, struct err *e);
void conv_free(struct conv *c);
const struct conv_code *conv_about(const struct conv *c);

/* What a step sends: bit j is output j, inverted where that is asked for; *state, K - 1 bits with the last bit in the lowest, goes on. */
unsigned conv_step(const struct conv *c, unsigned *state, unsigned bit);
/* Whether output j of step t is sent. */
bool conv_kept(const struct conv *c, size_t t, unsigned j);
/* The least number of 1s that differ between two ways through the trellis that part and meet (Viterbi and Omura 1979, 4.3), of
 * the code that is not punctured. */
unsigned conv_free_distance(const struct conv *c);

/* Bits that n bits of data become; 0 for 0. */
size_t conv_coded_bits(const struct conv *c, size_t n);
/* The n of which conv_coded_bits is m, into *n; false: there is none. */
bool conv_data_bits(const struct conv *c, size_t m, size_t *n);

/* n bits, octets of 0 or 1, to conv_coded_bits of them. */
void conv_encode(const struct conv *c, const uint8_t *bits, size_t n, uint8_t *out);

/* Soft bits to the levels that the decoder takes, -CONV_FULL to CONV_FULL (positive: the bit 0). The scale is such that the mean of
 * |L| is two thirds of full, whatever unit L has; what is beyond is clipped, NaN is 0. */
void conv_quantise(const float *llr, size_t m, int8_t *level);
/* The most likely n bits of data for conv_coded_bits(c, n) levels, each within +-CONV_FULL. */
void conv_decode(const struct conv *c, const int8_t *level, size_t n, uint8_t *bits);
/* The same in portable C, bit for bit: what conv_decode is where the processor has no better. */
void conv_decode_c(const struct conv *c, const int8_t *level, size_t n, uint8_t *bits);

#endif
