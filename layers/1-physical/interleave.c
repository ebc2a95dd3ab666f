/* interleave.c - block interleaving. */

#include "interleave.h"

/* The order of n elements of `width` bits, from bit number first on. */
static uint32_t *order(const struct interleave *il, size_t n, size_t first, unsigned width, uint32_t *from)
{
	for (size_t c = 0; c < il->columns && c < n; c++)
		for (size_t i = c; i < n; i += il->columns)
			for (unsigned b = 0; b < width; b++)
				*from++ = (uint32_t)(first + i * width + b);
	return from;
}

void interleave_order(const struct interleave *il, size_t n, uint32_t *from)
{
	unsigned width = il->octets ? 8 : 1;
	size_t all = n / width, cells = (size_t)il->rows * il->columns;
	for (size_t i = 0; i < all; i += cells)
		from = order(il, all - i < cells ? all - i : cells, i * width, width, from);
	for (size_t i = all * width; i < n; i++)
		*from++ = (uint32_t)i;
}
