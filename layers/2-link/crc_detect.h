/* crc_detect.h - which errors a CRC polynomial detects: its factors, its order, Hamming distances by length. Sans-I/O.
 *
 * An error pattern goes unseen when it is a multiple of the polynomial P: W. W. Peterson, D. T. Brown, "Cyclic codes for error detection",
 * Proc. IRE 49(1), 1961. Polynomials here have all their terms, the highest too, and a term 1.
 */
#ifndef OSIKIT_CRC_DETECT_H
#define OSIKIT_CRC_DETECT_H

#include "crc.h"

enum {
	CRC_ORDER_MAX = CRC_WIDTH_MAX > 64 ? 64 : CRC_WIDTH_MAX - 1,  /* of what width orders and distances are computed */
	CRC_HD_MAX = 16,                                              /* the highest Hamming distance that is looked for */
	CRC_SPANS = CRC_HD_MAX + 2
};

struct crc_factors {
	int n;
	struct {
		crc_word poly;
		unsigned degree, times;
	} f[CRC_WIDTH_MAX];
};

/* The degree of a polynomial; -1: it is 0. */
int gf2_degree(crc_word v);

/* The irreducible factors of p, whose degree is 1 to CRC_WIDTH_MAX - 1, those of low degree first. */
void crc_factorize(crc_word p, struct crc_factors *out);

/* The order of x modulo the product of these, of degree 1 to CRC_ORDER_MAX: the least e for which it divides x^e + 1. Two single errors
 * are unseen when they are a multiple of e bits apart. */
uint64_t crc_order(const struct crc_factors *f);

/* Messages of `from` to `to` bits of data have this Hamming distance, or, where not exact, at least this. */
struct crc_span {
	unsigned hd;
	bool exact;
	uint64_t from, to;
};

struct crc_distances {
	int n;
	struct crc_span span[CRC_SPANS];  /* the longest messages first */
};

/* Hamming distances of messages of `from` (1 or more) to `to` bits of data: looks for the shortest multiples of p that have 3, 4, ... terms
 * (its order given), in about `budget` steps. Where that does not do, distances are lower bounds. Spans may go on beyond what was
 * asked for, and end where order says: longer messages have 2. */
void crc_distances(crc_word p, uint64_t order, uint64_t from, uint64_t to, uint64_t budget, struct crc_distances *out);

#endif
