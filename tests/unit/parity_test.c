/* parity_test.c - parity of words; tables of every size: every single error is repaired, no double one is missed. */

#include "2-link/parity.h"

#include "rng.h"
#include "test.h"

static struct rng rng;

TEST(words)
{
	static const uint8_t bits[] = {1, 0, 1, 1, 0, 1, 0};
	CHECK_INT(parity_bit(bits, 7, false), 0);
	CHECK_INT(parity_bit(bits, 7, true), 1);
	CHECK_INT(parity_bit(bits, 3, false), 0);
	CHECK_INT(parity_bit(bits, 1, false), 1);
	CHECK_INT(parity_bit(bits, 0, false), 0);
	CHECK_INT(parity_bit(bits, 0, true), 1);
}

static struct parity_table make(uint8_t *bits, size_t rows, size_t columns, bool odd)
{
	struct parity_table t = {bits, rows, columns, odd};
	for (size_t i = 0; i < rows * columns; i++)
		bits[i] = (uint8_t)(rng_u64(&rng) >> 63);
	parity_fill(&t);
	return t;
}

/* Every row and column but the last is just what a word with its parity bit is. */
TEST(tables_are_of_words)
{
	uint8_t bits[100], column[10];
	rng_seed(&rng, 1);
	for (unsigned trial = 0; trial < 400; trial++) {
		bool odd = trial & 1;
		size_t rows = 2 + rng_below(&rng, 8), columns = 2 + rng_below(&rng, 8);
		struct parity_table t = make(bits, rows, columns, odd);
		for (size_t r = 0; r < rows; r++)
			CHECK_INT(bits[r * columns + columns - 1], parity_bit(bits + r * columns, columns - 1, odd));
		for (size_t c = 0; c + 1 < columns; c++) {
			for (size_t r = 0; r < rows; r++)
				column[r] = bits[r * columns + c];
			CHECK_INT(column[rows - 1], parity_bit(column, rows - 1, odd));
		}
		for (size_t r = 0; r < rows; r++)
			CHECK(parity_row_good(&t, r));
		for (size_t c = 0; c < columns; c++)
			CHECK(parity_column_good(&t, c));
	}
}

TEST(every_error_of_one_and_two_bits)
{
	uint8_t bits[100], was[100];
	rng_seed(&rng, 2);
	for (unsigned trial = 0; trial < 30; trial++) {
		size_t rows = 2 + rng_below(&rng, 5), columns = 2 + rng_below(&rng, 5), n = rows * columns;
		struct parity_table t = make(bits, rows, columns, trial & 1);
		struct parity_found f;
		memcpy(was, bits, n);
		CHECK_INT(parity_repair(&t, &f), 0);
		for (size_t i = 0; i < n; i++) {
			bits[i] ^= 1;
			CHECK_INT(parity_repair(&t, &f), 1);
			CHECK_INT(f.row * columns + f.column, i);
			CHECK_MEM(bits, was, n);
			for (size_t j = 0; j < i; j++) {
				bits[i] ^= 1;
				bits[j] ^= 1;
				CHECK_INT(parity_repair(&t, &f), -1);
				bits[i] ^= 1;
				bits[j] ^= 1;
			}
		}
	}
}

/* What the header says of rectangles. */
TEST(what_it_cannot_see)
{
	uint8_t bits[30], was[30];
	struct parity_found f;
	rng_seed(&rng, 3);
	struct parity_table t = make(bits, 5, 6, false);
	memcpy(was, bits, 30);
	bits[1 * 6 + 2] ^= 1, bits[1 * 6 + 4] ^= 1, bits[3 * 6 + 2] ^= 1, bits[3 * 6 + 4] ^= 1;
	CHECK_INT(parity_repair(&t, &f), 0);
	bits[0] ^= 1, bits[1] ^= 1, bits[2] ^= 1; /* three in a row */
	CHECK_INT(parity_repair(&t, &f), -1);
	CHECK_INT(f.rows, 1);
	CHECK_INT(f.columns, 3);
	bits[0] ^= 1, bits[1] ^= 1, bits[2] ^= 1;
	bits[1 * 6 + 2] ^= 1; /* three corners */
	CHECK_INT(parity_repair(&t, &f), 1);
	CHECK_INT(f.row, 1);
	CHECK_INT(f.column, 2);
	CHECK(memcmp(bits, was, 30) != 0);
}

RUN_TESTS
