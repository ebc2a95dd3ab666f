/* stuffing.c - stuffing as it is taught: bits of HDLC; octets of PPP, SLIP and COBS; characters; counts. */

#include "stuffing.h"

#include <stdlib.h>
#include <string.h>

#include "hdlc.h"
#include "io.h"
#include "octet_stuff.h"

enum { STUFF_ONES = 5, FLAG_BITS = 8 }; /* ISO/IEC 13239, 4.3.1: a 0 goes behind five 1s; the flag is 01111110 */

const struct stuffing stuffings[STUFF_KINDS] = {
	[STUFF_HDLC] = {"hdlc", "a 0 behind five 1s", "ISO/IEC 13239, 4.3.1",
	                {0, 1, 1, 1, 1, 1, 1, 0}, {0, 1, 1, 1, 1, 1, 1, 0}, 8, 8},
	[STUFF_PPP] = {"ppp", "7d before 7e, 7d and what --accm names, which are sent exclusive-or 20", "RFC 1662, 4.2",
	               {PPP_FLAG}, {PPP_FLAG}, 1, 1},
	[STUFF_SLIP] = {"slip", "c0 as db dc, db as db dd", "RFC 1055", {SLIP_END}, {SLIP_END}, 1, 1},
	[STUFF_COBS] = {"cobs", "each zero as the distance to the next, 255 for 254 octets without one", "Cheshire and Baker 1999",
	                {0}, {COBS_END}, 0, 1},
	[STUFF_DLE] = {"dle", "10 (DLE) twice", "ISO 1745", {DLE, STX}, {DLE, ETX}, 2, 2},
	[STUFF_ESC] = {"esc", "1b (ESC) before 7e (the flag) and 1b", "Tanenbaum and Wetherall, 5th ed., 3.1.2",
	               {PPP_FLAG}, {PPP_FLAG}, 1, 1},
	[STUFF_COUNT] = {"count", "the number of octets, with its own, in front", "Tanenbaum and Wetherall, 5th ed., 3.1.2",
	                 {0}, {0}, 0, 0},
};

/* ---- there ---- */

size_t stuff_room(enum stuff_kind kind, size_t n)
{
	return kind == STUFF_COBS ? n + n / COBS_RUN + 1 : kind == STUFF_COUNT ? n + 1 : 2 * n;
}

/* The engine of hdlc.h takes octets: the 0s that fill the last one get nothing inserted, and go again. */
static size_t stuff_bits(uint8_t *out, const uint8_t *p, size_t n)
{
	struct bits b = {NULL, 0, 0};
	unsigned ones = 0;
	size_t octets = (n + 7) / 8;
	uint8_t *packed = xmalloc(octets + 1);
	memset(packed, 0, octets);
	for (size_t i = 0; i < n; i++)
		packed[i / 8] |= (uint8_t)(p[i] << i % 8);
	hdlc_put_octets(&b, packed, octets, &ones);
	size_t m = b.n - (8 * octets - n);
	for (size_t i = 0; i < m; i++)
		out[i] = b.p[i / 8] >> i % 8 & 1;
	free(packed);
	bits_free(&b);
	return m;
}

/* An escape before itself and one other value, which stay as they are. */
static size_t stuff_chars(uint8_t *out, const uint8_t *p, size_t n, uint8_t escape, uint8_t other)
{
	size_t m = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == escape || p[i] == other)
			out[m++] = escape;
		out[m++] = p[i];
	}
	return m;
}

long stuff_encode(enum stuff_kind kind, uint8_t *out, const uint8_t *p, size_t n, uint32_t accm)
{
	switch (kind) {
	case STUFF_HDLC: return (long)stuff_bits(out, p, n);
	case STUFF_PPP: return (long)ppp_stuff(out, p, n, accm);
	case STUFF_SLIP: return (long)slip_stuff(out, p, n);
	case STUFF_COBS: return (long)cobs_stuff(out, p, n);
	case STUFF_DLE: return (long)stuff_chars(out, p, n, DLE, DLE);
	case STUFF_ESC: return (long)stuff_chars(out, p, n, ESC, PPP_FLAG);
	default: break;
	}
	if (n > COUNT_MAX)
		return -1;
	out[0] = (uint8_t)(n + 1);
	if (n)
		memcpy(out + 1, p, n);
	return (long)n + 1;
}

/* ---- and back ---- */

static long fault(struct stuff_fault *f, size_t at, const char *why)
{
	*f = (struct stuff_fault){at, why};
	return -1;
}

static long unstuff_bits(uint8_t *out, const uint8_t *p, size_t n, struct stuff_fault *f)
{
	unsigned ones = 0;
	size_t m = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] && ones == STUFF_ONES)
			return fault(f, i - STUFF_ONES, i + 1 < n && p[i + 1] ? "seven 1s: the sender gave the frame up"
			                                                      : "six 1s: a flag, not data");
		if (p[i] || ones != STUFF_ONES)
			out[m++] = p[i];
		ones = p[i] ? ones + 1 : 0;
	}
	return (long)m;
}

static long unstuff_chars(uint8_t *out, const uint8_t *p, size_t n, uint8_t escape, uint8_t other, struct stuff_fault *f)
{
	size_t m = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == escape) {
			if (++i == n)
				return fault(f, n - 1, "an escape, and nothing behind it");
			if (p[i] != escape && p[i] != other)
				return fault(f, i - 1, "an escape before what needs none");
		} else if (p[i] == other) {
			return fault(f, i, "a flag that is not escaped");
		}
		out[m++] = p[i];
	}
	return (long)m;
}

static bool stripped(uint8_t c, uint32_t accm) { return c < 32 && accm >> c & 1; }

/* The control characters of the ACCM go first, wherever they stand. */
static long unstuff_ppp(uint8_t *out, const uint8_t *p, size_t n, uint32_t accm, struct stuff_fault *f)
{
	size_t m = 0, bad, last = 0;
	for (size_t i = 0; i < n; i++) {
		if (stripped(p[i], accm))
			continue;
		last = i;
		out[m++] = p[i];
	}
	long got = ppp_unstuff(out, out, m, &bad);
	return got < 0 ? fault(f, last, "an escape, and nothing behind it: the sender gave the frame up") : got;
}

static long uncount(uint8_t *out, const uint8_t *p, size_t n, struct stuff_fault *f)
{
	if (n == 0 || p[0] == 0)
		return fault(f, 0, n ? "a count of 0, less than its own octet" : "no count");
	if (p[0] != n)
		return fault(f, 0, p[0] > n ? "a count of more octets than there are" : "a count of fewer octets than there are");
	memcpy(out, p + 1, n - 1);
	return (long)n - 1;
}

static long unstuff_slip(uint8_t *out, const uint8_t *p, size_t n, struct stuff_fault *f)
{
	size_t bad;
	long m = slip_unstuff(out, p, n, &bad);
	return m < 0 ? fault(f, bad, bad + 1 < n ? "db before what is neither dc nor dd" : "an escape, and nothing behind it") : m;
}

static long unstuff_cobs(uint8_t *out, const uint8_t *p, size_t n, struct stuff_fault *f)
{
	size_t bad;
	long m = cobs_unstuff(out, p, n, &bad);
	return m < 0 ? fault(f, bad, p[bad] ? "a code that points beyond the end" : "a zero") : m;
}

long stuff_decode(enum stuff_kind kind, uint8_t *out, const uint8_t *p, size_t n, uint32_t accm, struct stuff_fault *f)
{
	if (kind == STUFF_PPP || kind == STUFF_SLIP) {
		const uint8_t *flag = n ? memchr(p, stuffings[kind].open[0], n) : NULL;
		if (flag)
			return fault(f, (size_t)(flag - p), "a flag, not data");
	}
	switch (kind) {
	case STUFF_HDLC: return unstuff_bits(out, p, n, f);
	case STUFF_PPP: return unstuff_ppp(out, p, n, accm, f);
	case STUFF_SLIP: return unstuff_slip(out, p, n, f);
	case STUFF_COBS: return unstuff_cobs(out, p, n, f);
	case STUFF_DLE: return unstuff_chars(out, p, n, DLE, DLE, f);
	case STUFF_ESC: return unstuff_chars(out, p, n, ESC, PPP_FLAG, f);
	default: return uncount(out, p, n, f);
	}
}

/* ---- what each unit is ---- */

static void mark_bits(const uint8_t *p, size_t n, uint8_t *marks)
{
	unsigned ones = 0;
	for (size_t i = 0; i < n; i++) {
		marks[i] = ones == STUFF_ONES ? STUFF_ADDED : STUFF_DATA;
		ones = p[i] ? ones + 1 : 0;
	}
}

/* Of each pair the first is added; the second is what follow says. */
static void mark_pairs(const uint8_t *p, size_t n, uint8_t escape, uint32_t accm, enum stuff_mark follow, uint8_t *marks)
{
	bool escaped = false;
	for (size_t i = 0; i < n; i++) {
		bool added = stripped(p[i], accm) || (p[i] == escape && !escaped);
		marks[i] = (uint8_t)(added ? STUFF_ADDED : escaped ? follow : STUFF_DATA);
		if (!stripped(p[i], accm))
			escaped = p[i] == escape && !escaped;
	}
}

static void mark_codes(const uint8_t *p, size_t n, uint8_t *marks)
{
	memset(marks, STUFF_DATA, n);
	for (size_t i = 0, before = COBS_RUN + 1; i < n; before = p[i], i += before ? before : 1)
		marks[i] = before > COBS_RUN ? STUFF_ADDED : STUFF_CHANGED;
}

void stuff_marks(enum stuff_kind kind, const uint8_t *p, size_t n, uint32_t accm, uint8_t *marks)
{
	switch (kind) {
	case STUFF_HDLC: mark_bits(p, n, marks); break;
	case STUFF_PPP: mark_pairs(p, n, PPP_ESC, accm, STUFF_CHANGED, marks); break;
	case STUFF_SLIP: mark_pairs(p, n, SLIP_ESC, 0, STUFF_CHANGED, marks); break;
	case STUFF_DLE: mark_pairs(p, n, DLE, 0, STUFF_DATA, marks); break;
	case STUFF_ESC: mark_pairs(p, n, ESC, 0, STUFF_DATA, marks); break;
	case STUFF_COBS: mark_codes(p, n, marks); break;
	default:
		memset(marks, STUFF_DATA, n);
		if (n)
			marks[0] = STUFF_ADDED;
	}
}

/* ---- delimiters ---- */

/* The first place from `from` on where the k units of what stand; all when there is none. An escape and what follows it are passed
 * over together, where they are not what; -1: there is none. */
static size_t find(const uint8_t *p, size_t all, size_t from, const uint8_t *what, size_t k, int escape)
{
	for (size_t i = from; i + k <= all; i++) {
		if (memcmp(p + i, what, k) == 0)
			return i;
		if (p[i] == escape)
			i++;
	}
	return all;
}

/* The flag or abort of hdlc that ends data from `from` on: six 1s. */
static size_t six_ones(const uint8_t *p, size_t all, size_t from)
{
	static const uint8_t ones[] = {1, 1, 1, 1, 1, 1};
	return find(p, all, from, ones, sizeof ones, -1);
}

static int next_bits(const uint8_t *p, size_t all, size_t *from, size_t *at, size_t *n, struct stuff_fault *f)
{
	size_t start = find(p, all, *from, stuffings[STUFF_HDLC].open, FLAG_BITS, -1);
	while (start < all) {
		*at = start + FLAG_BITS;
		size_t ones = six_ones(p, all, *at - 1); /* flags may share a 0 */
		*from = ones ? ones - 1 : 0;
		*n = *from > *at ? *from - *at : 0;
		if (ones + 6 >= all) {
			*from = all;
			return *at < all ? (int)fault(f, *at, "no flag behind it") : 0;
		}
		if (p[ones + 6]) {
			*from = ones + 6;
			return (int)fault(f, ones, "seven 1s: the sender gave the frame up");
		}
		if (*n)
			return 1;
		start = *from;
	}
	*from = all;
	return 0;
}

static int next_count(const uint8_t *p, size_t all, size_t *from, size_t *at, size_t *n, struct stuff_fault *f)
{
	if (*from >= all)
		return 0;
	*at = *from;
	*n = p[*at] < all - *at ? p[*at] : all - *at;
	*from = *n ? *at + *n : all;
	if (*n && *n == p[*at])
		return 1;
	return (int)fault(f, *at, *n ? "a count of more octets than there are" : "a count of 0, less than its own octet");
}

int stuff_next(enum stuff_kind kind, const uint8_t *p, size_t all, size_t *from, size_t *at, size_t *n, struct stuff_fault *f)
{
	const struct stuffing *s = &stuffings[kind];
	if (kind == STUFF_HDLC)
		return next_bits(p, all, from, at, n, f);
	if (kind == STUFF_COUNT)
		return next_count(p, all, from, at, n, f);
	int escape = kind == STUFF_DLE ? DLE : kind == STUFF_ESC ? ESC : -1;
	size_t open = kind == STUFF_SLIP ? 0 : s->nopen; /* of slip a sender need not open with one */
	bool shared = open && memcmp(s->open, s->close, open) == 0;
	for (size_t start = *from;;) {
		if (open)
			start = find(p, all, start, s->open, open, -1);
		if (start >= all)
			break;
		*at = start + open;
		size_t end = find(p, all, *at, s->close, s->nclose, escape);
		*n = end - *at;
		*from = end < all && !shared ? end + s->nclose : end;
		if (end == all) {
			*from = all;
			return *n ? (int)fault(f, *at, "no delimiter behind it") : 0;
		}
		if (*n || kind == STUFF_DLE)
			return 1;
		start = *from;
	}
	*from = all;
	return 0;
}
