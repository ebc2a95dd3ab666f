/* baudot.h - the five-unit teleprinter code: International Telegraph Alphabet No. 2 (ITU-T S.1), figures as in the United States. */
#ifndef OSIKIT_BAUDOT_H
#define OSIKIT_BAUDOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct baudot {
	bool figures;  /* the shift */
	bool known;    /* sender: the shift has been sent */
	bool usos;     /* a space shifts back to letters ("unshift on space") */
};

/* Converts an ASCII character (lower case to upper) to 0 to 2 codes of 5 bits, the first sent in the least significant bit: a shift
 * where it is needed, and the character. Returns how many; 0: the code has no such character. */
size_t baudot_encode(struct baudot *b, uint8_t c, uint8_t code[2]);
/* Converts a code (its 5 low bits) to a character. Returns false for a shift and for the blank, which print nothing. */
bool baudot_decode(struct baudot *b, uint8_t code, uint8_t *c);

#endif
