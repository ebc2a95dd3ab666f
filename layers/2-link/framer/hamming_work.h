/* hamming_work.h - how a word of a Hamming code is worked by hand. */
#ifndef OSIKIT_HAMMING_WORK_H
#define OSIKIT_HAMMING_WORK_H

#include "1-physical/hamming.h"

/* Prints the table of positions, and each check bit as the sum of the bits that it covers. */
void hamming_show_encode(const struct hamming *h, const uint8_t *data, const uint8_t *word);
/* Prints the table of the word as received, the sums, the syndrome and what it says. word, data, found: from hamming_decode. */
void hamming_show_decode(const struct hamming *h, const uint8_t *received, const uint8_t *word, const uint8_t *data, int found);

#endif
