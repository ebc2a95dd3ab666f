/* level.h - how strong a signal is, where there is one. Sans-I/O. */
#ifndef OSIKIT_LEVEL_H
#define OSIKIT_LEVEL_H

#include <stddef.h>
#include <stdint.h>

enum { LEVEL_BINS = 256 };
#define LEVEL_BLOCK_S 0.01     /* seconds that are judged together */
#define LEVEL_SILENCE_DB 20.0  /* so far below the loudest of them is silence */

/* Blocks by their power, a bin for each dB. */
struct level {
	size_t block, n;          /* samples of one; in the one at hand */
	double sum;               /* of its squares */
	double peak;
	uint64_t blocks[LEVEL_BINS];
	double powers[LEVEL_BINS];
};

void level_init(struct level *l, double rate_hz);
void level_push(struct level *l, const float *x, size_t n);
/* Mean power of the blocks that are not silence; 0 when all is. The last block counts when it is full, or the only one. */
double level_power(const struct level *l);

#endif
