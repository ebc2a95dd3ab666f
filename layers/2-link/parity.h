/* parity.h - parity bits of words, and of the rows and columns of a table (Peterson and Davie, Computer Networks, 5th ed., 2.4.1;
 * Kurose and Ross, Computer Networking, 6th ed., 5.2.1). Bits are octets of 0 or 1. Sans-I/O. */
#ifndef OSIKIT_PARITY_H
#define OSIKIT_PARITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parity bit of n bits: with it their number of 1s is even, or odd. */
unsigned parity_bit(const uint8_t *bits, size_t n, bool odd);

/* A table of rows rows of columns bits, the last row and the last column parity; row after row. */
struct parity_table {
	uint8_t *bits;
	size_t rows, columns;
	bool odd;
};

/* Computes the last row and the last column. With odd parity the corner makes its row odd; its column is then what follows from the
 * others (odd where the table has as many rows as columns, or two more or fewer and so on). */
void parity_fill(struct parity_table *t);
/* Whether a row, or a column, is as parity_fill makes it. */
bool parity_row_good(const struct parity_table *t, size_t row);
bool parity_column_good(const struct parity_table *t, size_t column);

/* Which rows and columns are wrong: how many, and the last of each. */
struct parity_found {
	size_t rows, columns, row, column;
};
/* 0: nothing. 1: a row and a column, so one bit, where they cross: it is repaired. -1: more bits, which cannot be found. Three wrong
 * bits at corners of a rectangle look like one at the fourth, which is then "repaired", and four like none. */
int parity_repair(struct parity_table *t, struct parity_found *f);

#endif
