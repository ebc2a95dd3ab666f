/* hamming.h - Hamming codes (Hamming, "Error detecting and error correcting codes", Bell Syst. Tech. J. 29, 1950): of any length,
 * shortened, and extended by a parity bit over all (single error correction, double error detection). Sans-I/O.
 *
 * A word of the code has n bits, of which k are data. Bits have positions from 1; the check bits stand at 1, 2, 4, 8, ..., the
 * data bits in order at 3, 5, 6, 7, 9, ...; the check bit at 2^j makes even the parity of all positions that have 2^j in
 * their number, so that the sum (exclusive or) of the positions of all 1s, the syndrome, is 0 in a word of the code and the number of
 * the position that is wrong in a word with one error. The bit over all, where there is one, comes last. In the systematic
 * form the same bits stand in another order: data, check bits 1, 2, 4, ..., the bit over all.
 *
 * In octets the bit sent first is the lowest, as everywhere in this layer.
 */
#ifndef OSIKIT_HAMMING_H
#define OSIKIT_HAMMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { HAMMING_MAX_K = 65519 }; /* data bits: 16 check bits and a parity bit at most */

struct hamming {
	uint32_t n, k;
	unsigned r;    /* check bits, that over all not counted */
	bool extended; /* there is one over all */
	bool systematic;
};

/* The code of n bits with k of data: 7,4 15,11 31,26 ... 8,4 16,11 ... and shortened ones (12,8 72,64). -1 with e set where
 * there is none; the message names those there are. */
int hamming_init(struct hamming *h, uint32_t n, uint32_t k, bool systematic, struct err *e);
/* The shortest code for k bits of data, 1 to HAMMING_MAX_K. */
void hamming_of(struct hamming *h, uint32_t k, bool extended, bool systematic);

/* Bits are octets of 0 or 1: k of data make a word of n. They do not overlap. */
void hamming_encode(const struct hamming *h, const uint8_t *data, uint8_t *word);
/* The syndrome of a word; *parity: that of all its bits, which is 0 in an extended code's words. */
uint32_t hamming_syndrome(const struct hamming *h, const uint8_t *word, unsigned *parity);
/* Repairs a word in place and gives its data bits (data may be NULL). 0: it was in the code. 1: one bit was repaired. -1: more were
 * wrong (two in an extended code; a position that a shortened code does not have): the word is left as it is. *at (may be NULL):
 * the index in word of the bit that was repaired. */
int hamming_decode(const struct hamming *h, uint8_t *word, uint8_t *data, uint32_t *at);
/* The same from soft bits, L = ln(P(0) / P(1)): of the words that are found when the four least sure bits are turned in all
 * ways the most likely (Chase, "A class of algorithms for decoding block codes with channel measurement information", IEEE Trans. Inf.
 * Theory 18, 1972, algorithm 2). Returns how many bits differ from the signs, or -1 (then word is the signs). */
int hamming_decode_soft(const struct hamming *h, const float *llr, uint8_t *word, uint8_t *data);
/* Word index of position p (0: the bit over all), and the position of the i-th data bit. */
uint32_t hamming_index(const struct hamming *h, uint32_t p);
uint32_t hamming_place(uint32_t i);

/* Whole octets at once, for codes whose k is 1, 2, 4 or 8: tables of a code. */
struct hamming_table {
	unsigned n, k;
	bool systematic;
	uint32_t word[256];  /* the words of an octet, 8 n / k bits */
	uint16_t data[8192]; /* of a word: its data, 256 when a bit was repaired, 32768 when it cannot be */
};
/* -1 when k does not divide 8. */
int hamming_table_init(struct hamming_table *t, const struct hamming *h, struct err *e);
/* n octets to n * t->n / t->k, rounded up (spare bits are 0); that many are returned. */
size_t hamming_encode_octets(const struct hamming_table *t, const uint8_t *data, size_t n, uint8_t *coded);
/* Back to n octets. *fixed, *failed: words that were repaired, and that could not be (their data is as received). */
void hamming_decode_octets(const struct hamming_table *t, const uint8_t *coded, uint8_t *data, size_t n,
			   uint64_t *fixed, uint64_t *failed);

#endif
