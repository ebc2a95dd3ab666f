/* hamming_work.c - the table of positions, the parity groups, the syndrome. */

#include "2-link/framer/hamming_work.h"

#include <stdio.h>
#include <string.h>

enum { SHOW_PLACES = 40, NAME = 16 }; /* a table of more positions is not drawn */

static uint32_t last_place(const struct hamming *h) { return h->n - h->extended; }

static bool is_check(uint32_t p) { return (p & (p - 1)) == 0; }

/* p1 p2 d1 p4 d2 ... */
static void name_of(uint32_t p, uint32_t *data, char name[NAME])
{
	snprintf(name, NAME, "%c%u", is_check(p) ? 'p' : 'd', (unsigned)(is_check(p) ? p : ++*data));
}

/* A row of the table: what each position has, at() of it. */
static void names_row(const struct hamming *h)
{
	uint32_t data = 0;
	char name[NAME];
	printf("  %-9s", "");
	for (uint32_t p = 1; p <= last_place(h); p++) {
		name_of(p, &data, name);
		printf(" %4s", name);
	}
	printf(h->extended ? "    p\n" : "\n");
}

static void numbers_row(const struct hamming *h)
{
	printf("  %-9s", "position");
	for (uint32_t p = 1; p <= last_place(h); p++)
		printf(" %4u", (unsigned)p);
	printf(h->extended ? "  all\n  %-9s" : "\n  %-9s", "in binary");
	for (uint32_t p = 1; p <= last_place(h); p++) {
		printf("%*s", h->r < 5 ? 5 - (int)h->r : 1, "");
		for (unsigned j = h->r; j-- > 0;)
			putchar('0' + (int)(p >> j & 1));
	}
	putchar('\n');
}

static void bits_row(const struct hamming *h, const char *what, const uint8_t *word)
{
	printf("  %-9s", what);
	for (uint32_t p = 1; p <= last_place(h); p++)
		printf(" %4u", word[hamming_index(h, p)]);
	if (h->extended)
		printf(" %4u", word[h->n - 1]);
	putchar('\n');
}

/* What check bit j covers: the bits in their columns. Without the check bit itself, a dot. */
static unsigned group_row(const struct hamming *h, unsigned j, const uint8_t *word, bool with)
{
	uint32_t check = UINT32_C(1) << j, end = check;
	unsigned sum = 0;
	for (uint32_t p = 1; p <= last_place(h); p++)
		if (p & check)
			end = p;
	printf("  p%-8u", (unsigned)check);
	for (uint32_t p = 1; p <= end; p++) {
		if (!(p & check)) {
			printf(" %4s", "");
			continue;
		}
		unsigned bit = word[hamming_index(h, p)];
		bool counts = with || p != check;
		printf(counts ? " %4u" : "    .", bit);
		sum ^= counts ? bit : 0;
	}
	printf("  sum %u\n", sum);
	return sum;
}

/* The same where a table would be too wide. */
static void group_line(const struct hamming *h, unsigned j, const uint8_t *word, bool with)
{
	uint32_t check = UINT32_C(1) << j, ones = 0;
	for (uint32_t p = check; p <= last_place(h); p++)
		if ((p & check) && (with || p != check))
			ones += word[hamming_index(h, p)];
	printf("  p%u: %u 1s among the positions that have %u in their number: sum %u\n", (unsigned)check, (unsigned)ones, (unsigned)check,
	       (unsigned)ones % 2);
}

static void groups(const struct hamming *h, const uint8_t *word, bool with)
{
	for (unsigned j = 0; j < h->r; j++)
		if (h->n <= SHOW_PLACES)
			group_row(h, j, word, with);
		else
			group_line(h, j, word, with);
}

static void head(const struct hamming *h)
{
	printf("  Hamming code %u,%u%s\n", (unsigned)h->n, (unsigned)h->k,
	       h->systematic ? ", systematic: sent in the order d1 d2 ..., p1 p2 p4 ...; by position:" : "");
	if (h->n > SHOW_PLACES)
		return;
	numbers_row(h);
	names_row(h);
}

void hamming_show_encode(const struct hamming *h, const uint8_t *data, const uint8_t *word)
{
	unsigned all = 0;
	(void)data;
	head(h);
	groups(h, word, false);
	if (h->n <= SHOW_PLACES)
		bits_row(h, "word", word);
	for (uint32_t i = 0; i + 1 < h->n; i++)
		all ^= word[i];
	if (h->extended)
		printf("  the sum of all is %u: the parity bit over all, last\n", all);
}

/* "syndrome p4 p2 p1 = 101 = 5" */
static void say_syndrome(const struct hamming *h, uint32_t s)
{
	printf("  syndrome");
	for (unsigned j = h->r; j-- > 0;)
		printf(" p%u", 1U << j);
	printf(" = ");
	for (unsigned j = h->r; j-- > 0;)
		putchar('0' + (int)(s >> j & 1));
	printf(" = %u", (unsigned)s);
}

static void verdict(const struct hamming *h, uint32_t s, unsigned parity, int found)
{
	if (h->extended)
		printf(", sum of all %u", parity);
	if (!found)
		printf(": no error\n");
	else if (found > 0)
		printf(s ? ": the bit at position %u is wrong\n" : ": the parity bit over all is wrong\n", (unsigned)s);
	else if (h->extended && !parity)
		printf(": two bits are wrong, which cannot be found\n");
	else
		printf(": there is no such position: more bits than one are wrong\n");
}

void hamming_show_decode(const struct hamming *h, const uint8_t *received, const uint8_t *word, const uint8_t *data, int found)
{
	unsigned parity;
	uint32_t s = hamming_syndrome(h, received, &parity);
	head(h);
	if (h->n <= SHOW_PLACES)
		bits_row(h, "received", received);
	groups(h, received, true);
	say_syndrome(h, s);
	verdict(h, s, parity, found);
	if (found > 0 && h->n <= SHOW_PLACES)
		bits_row(h, "repaired", word);
	printf("  data ");
	for (uint32_t i = 0; i < h->k && found >= 0; i++)
		putchar('0' + data[i]);
	printf(found < 0 ? "unknown\n" : "\n");
}
