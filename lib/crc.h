/* crc.h - cyclic redundancy checks of any kind: remainders of octets or bits by a polynomial over GF(2).
 *
 * Kinds are described as in R. N. Williams, "A painless guide to CRC error detection algorithms", 1993, and G. Cook's catalogue.
 * The rows of the catalogue are in layers/2-link/crc_catalog.h; crc32_ieee and crc16_x25 of num.h are of this engine.
 */
#ifndef OSIKIT_CRC_H
#define OSIKIT_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A polynomial or a register, coefficient of x^i in bit i. Without 128 bits (32-bit processors) CRCs wider than 64 are not to be had. */
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 crc_word;
#define CRC_WIDTH_MAX 128
#else
typedef uint64_t crc_word;
#define CRC_WIDTH_MAX 64
#endif

struct crc_params {
	unsigned width;         /* 1 to CRC_WIDTH_MAX */
	crc_word poly;          /* without its x^width */
	crc_word init;          /* of the register, as if octets were not reflected */
	bool refin;             /* octets go in with their least significant bit first */
	bool refout;            /* the register is reflected before xorout */
	crc_word xorout;
};

/* The low n bits in opposite order. */
crc_word crc_reflect(crc_word v, unsigned n);

struct crc; /* tables and constants of one kind, up to 64 KB */

/* NULL and e set: the width is none, or a value is wider. crc_free frees. */
struct crc *crc_new(const struct crc_params *p, struct err *e);
void crc_free(struct crc *c);
const struct crc_params *crc_params(const struct crc *c);

/* A check goes: r = crc_start(c); r = crc_octets(c, r, ...) for each piece; value = crc_end(c, r). In between
 * the register is the engine's. crc_octets multiplies without
 * carries where the processor can and the width is at most 64; crc_octets_c is its portable twin. */
crc_word crc_start(const struct crc *c);
crc_word crc_octets(const struct crc *c, crc_word r, const uint8_t *b, size_t n);
crc_word crc_octets_c(const struct crc *c, crc_word r, const uint8_t *b, size_t n);
/* Bits, one an octet, in the order of transmission: refin says nothing about them. */
crc_word crc_bits(const struct crc *c, crc_word r, const uint8_t *bits, size_t n);
crc_word crc_end(const struct crc *c, crc_word r);

/* The same in one: the value of a whole. */
crc_word crc_of(const struct crc *c, const uint8_t *b, size_t n);

/* The value as the width bits that make message and check a multiple of the polynomial (but for init and xorout): most significant
 * first or, with refout, least significant first. */
void crc_sent(const struct crc_params *p, crc_word value, uint8_t *bits);
/* Bits back to the value. */
crc_word crc_unsent(const struct crc_params *p, const uint8_t *bits);

/* What crc_end gives, without xorout, behind a message followed by its own value (the "residue" of the catalogue). */
crc_word crc_residue(const struct crc *c);

#endif
