/* parity.c - parity bits in one dimension and in two. */

#include "parity.h"

/* The sum modulo 2 of n bits that stand `step` apart. */
static unsigned sum(const uint8_t *bits, size_t n, size_t step)
{
	unsigned s = 0;
	for (size_t i = 0; i < n; i++)
		s ^= bits[i * step] & 1U;
	return s;
}

unsigned parity_bit(const uint8_t *bits, size_t n, bool odd) { return sum(bits, n, 1) ^ odd; }

void parity_fill(struct parity_table *t)
{
	size_t last_row = t->rows - 1, last = t->columns - 1;
	for (size_t c = 0; c < last; c++)
		t->bits[last_row * t->columns + c] = (uint8_t)(sum(t->bits + c, last_row, t->columns) ^ t->odd);
	for (size_t r = 0; r < t->rows; r++)
		t->bits[r * t->columns + last] = (uint8_t)parity_bit(t->bits + r * t->columns, last, t->odd);
}

bool parity_row_good(const struct parity_table *t, size_t row)
{
	return sum(t->bits + row * t->columns, t->columns, 1) == t->odd;
}

bool parity_column_good(const struct parity_table *t, size_t column)
{
	/* All bits together are the sum of the rows, and of the columns. */
	unsigned want = column + 1 < t->columns ? t->odd : t->odd && (t->rows + t->columns + 1) % 2;
	return sum(t->bits + column, t->rows, t->columns) == want;
}

int parity_repair(struct parity_table *t, struct parity_found *f)
{
	*f = (struct parity_found){0, 0, 0, 0};
	for (size_t r = 0; r < t->rows; r++)
		if (!parity_row_good(t, r)) {
			f->rows++;
			f->row = r;
		}
	for (size_t c = 0; c < t->columns; c++)
		if (!parity_column_good(t, c)) {
			f->columns++;
			f->column = c;
		}
	if (f->rows == 0 && f->columns == 0)
		return 0;
	if (f->rows != 1 || f->columns != 1)
		return -1;
	t->bits[f->row * t->columns + f->column] ^= 1;
	return 1;
}
