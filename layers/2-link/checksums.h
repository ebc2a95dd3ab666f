/* checksums.h - sums over octets: of the Internet (RFC 1071), Fletcher's (IEEE Trans. Commun. 30(1), 1982; RFC 1146), Adler-32 (RFC 1950).
 * In pieces of any size. Sans-I/O. */
#ifndef OSIKIT_CHECKSUMS_H
#define OSIKIT_CHECKSUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum checksum_kind {
	CHECKSUM_INTERNET,   /* ones' complement of the ones'-complement sum of 16-bit words, the first octet high */
	CHECKSUM_FLETCHER16, /* of octets modulo 255, from 0: the sum of sums high */
	CHECKSUM_FLETCHER32, /* of 16-bit words, the first octet low, modulo 65535, from 0 */
	CHECKSUM_ADLER32,    /* of octets modulo 65521, from 1 and 0 */
	CHECKSUM_KINDS
};

struct checksum {
	enum checksum_kind kind;
	uint32_t a, b;       /* the sum, and the sum of the sums */
	uint8_t held;        /* the first half of a word */
	bool half;
};

void checksum_init(struct checksum *c, enum checksum_kind kind);
void checksum_add(struct checksum *c, const uint8_t *p, size_t n);
/* Of what was added; an odd last octet is half of a word whose other octet is 0. More may be added. */
uint32_t checksum_value(const struct checksum *c);
/* Its bits. */
unsigned checksum_width(enum checksum_kind kind);

/* The ones'-complement sum of n words of `width` (1 to 32) bits: the carry out of the top is added at the bottom. */
uint32_t ones_sum(const uint32_t *words, size_t n, unsigned width);

#endif
