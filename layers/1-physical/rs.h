/* rs.h - Reed-Solomon codes over GF(2^8): n symbols (octets) of which k are data, 2t = n - k check symbols. Repairs e wrong symbols at
 * unknown places and f at known ones (erasures) wherever 2e + f <= n - k (Reed, Solomon, "Polynomial codes over certain finite fields",
 * J. SIAM 8, 1960; Blahut, Theory and Practice of Error Control Codes, 1983, chapters 7 and 9). Sans-I/O.
 *
 * The field is made by a primitive polynomial, with alpha a root of it; the roots of the generator are alpha^(prim (fcr + i)) for i from
 * 0 to n - k - 1. The first octet of a word is the coefficient of the highest power. A code with n < 255 is shortened: zeros in
 * front that are not sent.
 */
#ifndef OSIKIT_RS_H
#define OSIKIT_RS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct rs_code {
	unsigned n, k; /* 1 <= k < n <= 255 */
	unsigned poly; /* of the field, with its x^8: 0x11d, 0x187 */
	unsigned fcr;  /* first consecutive root, 0 to 254 */
	unsigned prim; /* 1 to 254, without a common divisor with 255 */
	bool dual;     /* symbols are in the dual basis (CCSDS 131.0-B, annex F); only with poly 0x187 */
};

/* FX.25 ("FX.25: Forward Error Correction Extension to AX.25", 2006): x^8+x^4+x^3+x^2+1, roots alpha^1 on. */
#define RS_FX25(n_, k_) ((struct rs_code){.n = (n_), .k = (k_), .poly = 0x11d, .fcr = 1, .prim = 1})
/* CCSDS 131.0-B, 4: x^8+x^7+x^2+x+1, roots (alpha^11)^112 to (alpha^11)^143 for k = 223. */
#define RS_CCSDS(n_, k_, dual_)                                                                                        \
	((struct rs_code){                                                                                             \
		.n = (n_), .k = (k_), .poly = 0x187, .fcr = 128 - (255 - 223) / 2, .prim = 11, .dual = (dual_)})

struct rs;

/* NULL with e set where there is no such code. The caller frees it; it does not change, so threads may share it. */
struct rs *rs_new(const struct rs_code *c, struct err *e);
void rs_free(struct rs *rs);
const struct rs_code *rs_about(const struct rs *rs);

/* The n - k check symbols of m octets of data, 1 <= m <= k; fewer than k: a word that is shortened further. */
void rs_encode(const struct rs *rs, const uint8_t *data, unsigned m, uint8_t *check);
/* Repairs a word of m octets in place, n - k < m <= n. erased: the indices of octets that are known to be wrong, nerased of them (may
 * be NULL and 0; an index that is not below m, and one that comes twice, is passed over). Returns how many octets were changed, or -1:
 * more are wrong than can be repaired, the word is as it was. With more than t wrong octets a word may become another word of the
 * code instead: of random words about 1 in t! (McEliece, Swanson, "On the decoder error probability for Reed-Solomon codes",
 * IEEE Trans. Inf. Theory 32, 1986). */
int rs_decode(const struct rs *rs, uint8_t *word, unsigned m, const uint8_t *erased, unsigned nerased);

/* What decoding found on its way, for lessons: the same as rs_decode. */
struct rs_work {
	unsigned checks; /* n - k */
	uint8_t syndrome[255];
	unsigned degree;      /* of the locator */
	uint8_t locator[256]; /* coefficients, the constant 1 first */
	unsigned errors;
	uint8_t at[255], value[255]; /* index in the word, and what was wrong there */
};
int rs_decode_work(const struct rs *rs, uint8_t *word, unsigned m, const uint8_t *erased, unsigned nerased,
		   struct rs_work *w);
/* The generator polynomial's n - k + 1 coefficients, the highest (1) first. */
void rs_generator(const struct rs *rs, uint8_t *g);
uint8_t rs_multiply(const struct rs *rs, uint8_t a, uint8_t b);

/* acc[i] ^= c v[i] for i < n, a multiple of 32, by the processor's best and in portable C (for tests: they are the same). */
void rs_mul_add(const struct rs *rs, uint8_t *acc, const uint8_t *v, uint8_t c, size_t n);
void rs_mul_add_c(const struct rs *rs, uint8_t *acc, const uint8_t *v, uint8_t c, size_t n);

#endif
