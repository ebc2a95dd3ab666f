/* fec.h - forward error correction as a stage: a code, or a chain of codes, named by text. Sans-I/O.
 *
 *     chain = code *("+" code)              the first is the outermost: its words are the data of the next
 *     code  = "conv" [":" rate] *("," ...)  rate 1/2 2/3 3/4 5/6 7/8; g=7/5 (generators in octal, then without rate), ccsds (the second
 *                                           output inverted), cut (no tail), ring (tail biting)
 *           | "hamming:" n "," k *("," ...) systematic, hard (no use of soft bits)
 *           | "rs:" n "," k *("," ...)      over octets, 0x11d and roots from alpha^1 (FX.25); ccsds, dual; poly=0x11d, fcr=1, prim=1
 *           | "interleave:" R "x" C [",octets"]
 *
 * Every code takes any number of bits and gives a number from which that follows (rs: to the octet, so rs comes first, or behind what
 * keeps octets whole). Of rs and hamming the last word is shortened. A code's words are not aligned to anything.
 */
#ifndef OSIKIT_FEC_H
#define OSIKIT_FEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct conv;
struct fec;
struct hamming;
struct rs;

/* NULL with e set where the text names no code; e says what can be. The caller frees it; it does not change. */
struct fec *fec_new(const char *text, struct err *e);
void fec_free(struct fec *f);

/* Bits that n bits of data become; n <= FEC_MAX_BITS. */
size_t fec_coded_bits(const struct fec *f, size_t n);
/* The largest n of which fec_coded_bits is m, into *n; false: there is none. Where the chain begins with rs the data may have been up to
 * 7 bits shorter, and those were zeros. */
bool fec_data_bits(const struct fec *f, size_t m, size_t *n);

enum { FEC_MAX_BITS = 1 << 26 };

/* Bits are octets of 0 or 1. n of data to fec_coded_bits of them. */
void fec_encode(const struct fec *f, const uint8_t *bits, size_t n, uint8_t *out);

/* What a decoder has to say. */
struct fec_found {
	uint64_t fixed; /* bits that it turned: of the channel's, and of those that an inner code still had wrong */
	uint64_t words,
		failed; /* of block codes, and those that had more errors than can be repaired (their data is as received) */
};

/* m soft bits, L = ln(P(0) / P(1)) (0 or NAN: an erasure), to *n = fec_data_bits of them; bits has room for m. -1 with e set when
 * m can be no coded length. found may be NULL. */
int fec_decode(const struct fec *f, const float *llr, size_t m, uint8_t *bits, size_t *n, struct fec_found *found,
	       struct err *e);

/* --- packets -------------------------------------------------------------------------------------------- */

/* What stands before a packet's bits in the data of a code, so that a decoder can give the packet back as it was: 8 octets, each least
 * significant bit first, numbers big-endian: 3 the number of bits, 1 what they are (2 bits), octets of FCS at their end (3 bits),
 * 2 the link type, 2 the low half of the CRC-32 (IEEE 802.3) of these six. */
enum { FEC_HEAD_BITS = 64 };
enum fec_kind { FEC_FRAME, FEC_OCTETS, FEC_BITS };
struct fec_head {
	uint32_t bits;      /* below 2^24 */
	enum fec_kind kind; /* a packet of a link type; octets; bits */
	unsigned fcs;       /* 0 to 7 */
	uint32_t link;      /* below 2^16; 0 for octets and bits */
};
void fec_head_put(const struct fec_head *h, uint8_t bits[FEC_HEAD_BITS]);
/* data: all that a decoder gave, n bits. False: it does not begin with a header that fits it. */
bool fec_head_get(struct fec_head *h, const uint8_t *data, size_t n);

/* --- for lessons ---------------------------------------------------------------------------------------- */

/* The codes of a chain: their number, and the i-th; each pointer is NULL but for that kind of code. */
struct fec_part {
	const char *name; /* "conv" */
	const struct conv *conv;
	const struct hamming *hamming;
	const struct rs *rs;
	const struct interleave *interleave;
};
size_t fec_parts(const struct fec *f);
struct fec_part fec_part(const struct fec *f, size_t i);

#endif
