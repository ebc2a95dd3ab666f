/* scramble.h - self-synchronising scramblers: a shift register whose taps are added to the data, modulo 2.
 *
 *     scrambler    y(k) = x(k) + sum over taps i of y(k - i)
 *     descrambler  x(k) = y(k) + sum over taps i of y(k - i)
 *
 * The descrambler has no loop: it is right as soon as it has heard as many bits as the register is long, and an error on the line becomes
 * as many errors as there are taps, and one (Lee, Messerschmitt, Digital Communication, 3rd ed., 12.5).
 */
#ifndef OSIKIT_SCRAMBLE_H
#define OSIKIT_SCRAMBLE_H

#include <stdint.h>

#include "llr.h"

/* A polynomial is its taps: bit i - 1 is the power i; the 1 is understood. */
#define SCRAMBLE_TAP(i) (UINT64_C(1) << ((i) - 1))
#define SCRAMBLE_G3RUH (SCRAMBLE_TAP(12) | SCRAMBLE_TAP(17)) /* 1 + x^12 + x^17: J. Miller G3RUH, 1988 */
#define SCRAMBLE_V27 (SCRAMBLE_TAP(6) | SCRAMBLE_TAP(7))     /* 1 + x^-6 + x^-7: ITU-T V.27, without its guard against repetitions */
#define SCRAMBLE_V29 (SCRAMBLE_TAP(18) | SCRAMBLE_TAP(23))   /* 1 + x^-18 + x^-23: ITU-T V.29 */

/* The last 64 bits on the line, the latest in bit 0. Zero at the beginning. */
struct scrambler {
	uint64_t taps;
	uint64_t line;
};

/* One bit, 0 or 1. */
static inline unsigned scramble_bit(struct scrambler *s, unsigned x)
{
	unsigned y = (x ^ (unsigned)__builtin_parityll(s->line & s->taps)) & 1;
	s->line = s->line << 1 | y;
	return y;
}

static inline unsigned descramble_bit(struct scrambler *s, unsigned y)
{
	unsigned x = (y ^ (unsigned)__builtin_parityll(s->line & s->taps)) & 1;
	s->line = s->line << 1 | (y & 1);
	return x;
}

/* The same for soft bits (log-likelihood ratios, modem.h): the sum of independent bits. What was not heard yet is 0, unknown. */
struct soft_scrambler {
	uint64_t taps;
	unsigned now;
	float line[64]; /* a ring */
};

/* The other kind, for bursts, whose beginning both ends know: bits are added to a pseudo-random sequence, 1 + x^14 + x^15 (ETSI EN 300 421,
 * 4.4.1), and a bit in error is one. state begins as SCRAMBLE_PN. */
enum { SCRAMBLE_PN = 0x4a80 };
static inline unsigned scramble_pn(uint16_t *state)
{
	unsigned bit = (*state >> 14 ^ *state >> 13) & 1u;
	*state = (uint16_t)((unsigned)*state << 1 | bit);
	return bit;
}

float descramble_soft(struct soft_scrambler *s, float llr);

#endif
