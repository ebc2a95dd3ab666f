/* interleave.h - block interleaving: a burst of errors is spread over many words of a code (Ramsey, "Realization of optimum
 * interleavers", IEEE Trans. Inf. Theory 16, 1970). Sans-I/O. */
#ifndef OSIKIT_INTERLEAVE_H
#define OSIKIT_INTERLEAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Elements are written into a table row by row and sent column by column: a burst of up to `rows` of them hits each row once, rows *
 * columns at a time. The last table may not be full; its empty cells are passed over, so that as many elements go out as came in. */
struct interleave {
	uint32_t rows, columns; /* 1 to 65535 each */
	bool octets;            /* an element is 8 bits; up to 7 bits behind the last stay at the end. Else a bit */
};

/* from[i], for i < n bits: which bit goes out as number i. from has room for n; n < 2^32. */
void interleave_order(const struct interleave *il, size_t n, uint32_t *from);

#endif
