/* stuffing_fuzz.c - any octets as data to stuff, as a stuffed frame and as a stream with delimiters, for every kind. The first octet names
 * the kind and whether there is an ACCM. */
#include <stdlib.h>
#include <string.h>

#include "2-link/stuffing.h"
#include "io.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

static void check(int ok)
{
	if (!ok)
		abort();
}

/* What is stuffed comes back, and its marks say what was done. */
static void there_and_back(enum stuff_kind kind, const uint8_t *p, size_t n, uint32_t accm)
{
	uint8_t *line = xmalloc(stuff_room(kind, n) + 1);
	struct stuff_fault f;
	long m = stuff_encode(kind, line, p, n, accm);
	if (m < 0) {
		check(kind == STUFF_COUNT && n > COUNT_MAX);
		free(line);
		return;
	}
	uint8_t *back = xmalloc((size_t)m + 1), *marks = xmalloc((size_t)m + 1);
	check((size_t)m <= stuff_room(kind, n) && stuff_decode(kind, back, line, (size_t)m, accm, &f) == (long)n);
	check(n == 0 || memcmp(back, p, n) == 0);
	stuff_marks(kind, line, (size_t)m, accm, marks);
	size_t at = 0;
	for (long i = 0; i < m; i++)
		if (marks[i] != STUFF_ADDED) {
			check(at < n && (marks[i] == STUFF_DATA) == (line[i] == p[at]));
			at++;
		}
	check(at == n);
	free(line);
	free(back);
	free(marks);
}

/* A stream: frames lie in it, in order, and there are no more than units. */
static void frames(enum stuff_kind kind, const uint8_t *p, size_t all, uint32_t accm)
{
	size_t from = 0, at = 0, n = 0, before = 0, calls = 0;
	struct stuff_fault f;
	int found;
	while ((found = stuff_next(kind, p, all, &from, &at, &n, &f)) != 0) {
		check(++calls <= all && from <= all && from >= before);
		before = from;
		if (found < 0) {
			check(f.at < all);
			continue;
		}
		uint8_t *out = xmalloc(n + 1), *marks = xmalloc(n + 1);
		check(at <= all && n <= all - at);
		long m = stuff_decode(kind, out, p + at, n, accm, &f);
		check(m <= (long)n && (m >= 0 || f.at < n + !n));
		stuff_marks(kind, p + at, n, accm, marks);
		free(out);
		free(marks);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	if (!n)
		return 0;
	enum stuff_kind kind = (enum stuff_kind)(*b % STUFF_KINDS);
	uint32_t accm = kind == STUFF_PPP && *b >= 128 ? 0xffffffff : 0;
	size_t units = kind == STUFF_HDLC ? 8 * (n - 1) : n - 1;
	uint8_t *p = xmalloc(units + 1), *out = xmalloc(units + 1), *marks = xmalloc(units + 1);
	struct stuff_fault f;
	for (size_t i = 0; i < units; i++)
		p[i] = kind == STUFF_HDLC ? b[1 + i / 8] >> i % 8 & 1 : b[1 + i];
	there_and_back(kind, p, units, accm);
	frames(kind, p, units, accm);
	long m = stuff_decode(kind, out, p, units, accm, &f);
	check(m <= (long)units && (m >= 0 || f.at < units + !units));
	stuff_marks(kind, p, units, accm, marks);
	free(p);
	free(out);
	free(marks);
	return 0;
}
