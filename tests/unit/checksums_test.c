/* checksums_test.c - sums by their definitions, in pieces; values that others publish. */

#include "2-link/checksums.h"

#include "num.h"
#include "rng.h"
#include "test.h"

static struct rng rng;

static uint32_t of(enum checksum_kind kind, const void *p, size_t n)
{
	struct checksum c;
	checksum_init(&c, kind);
	checksum_add(&c, p, n);
	return checksum_value(&c);
}

/* As RFC 1071, 1146 and 1950 define them, a step at a time. */
static uint32_t slow(enum checksum_kind kind, const uint8_t *p, size_t n)
{
	uint32_t a = kind == CHECKSUM_ADLER32, b = 0;
	bool words = kind == CHECKSUM_INTERNET || kind == CHECKSUM_FLETCHER32;
	uint32_t mod = kind == CHECKSUM_FLETCHER16 ? 255 : kind == CHECKSUM_ADLER32 ? 65521 : 65535;
	for (size_t i = 0; i < n; i += words ? 2 : 1) {
		uint32_t next = i + 1 < n ? p[i + 1] : 0;
		uint32_t v = kind == CHECKSUM_INTERNET ? (uint32_t)p[i] << 8 | next : words ? p[i] | next << 8 : p[i];
		if (kind == CHECKSUM_INTERNET) {
			a += v;
			a = (a & 0xffff) + (a >> 16);
		} else {
			a = (a + v) % mod;
			b = (b + a) % mod;
		}
	}
	return kind == CHECKSUM_INTERNET ? ~a & 0xffff : kind == CHECKSUM_FLETCHER16 ? b << 8 | a : b << 16 | a;
}

TEST(by_definition_in_any_pieces)
{
	static uint8_t p[200000];
	rng_seed(&rng, 1);
	for (unsigned trial = 0; trial < 300; trial++) {
		bool big = trial % 50 == 0, full = trial % 3 == 0;
		size_t n = rng_below(&rng, big ? sizeof p : 300);
		for (size_t i = 0; i < n; i++)
			p[i] = full ? 255 : (uint8_t)rng_u64(&rng); /* 255: the sums are as large as they get */
		for (unsigned kind = 0; kind < CHECKSUM_KINDS; kind++) {
			uint32_t want = slow(kind, p, n);
			struct checksum c;
			CHECK_INT(of(kind, p, n), want);
			checksum_init(&c, kind);
			for (size_t i = 0, some; i < n; i += some) {
				some = rng_below(&rng, big ? 70000 : 5);
				some = some < n - i ? some : n - i;
				checksum_add(&c, p + i, some);
				checksum_value(&c); /* changes nothing */
			}
			CHECK_INT(checksum_value(&c), want);
		}
	}
}

TEST(published_values)
{
	static const struct {
		enum checksum_kind kind;
		const char *text;
		uint32_t want;
	} table[] = {
		{CHECKSUM_ADLER32, "Wikipedia", 0x11e60398},
		{CHECKSUM_ADLER32, "", 1},
		{CHECKSUM_FLETCHER16, "abcde", 0xc8f0},
		{CHECKSUM_FLETCHER16, "abcdef", 0x2057},
		{CHECKSUM_FLETCHER16, "abcdefgh", 0x0627},
		{CHECKSUM_FLETCHER32, "abcde", 0xf04fc729},
		{CHECKSUM_FLETCHER32, "abcdef", 0x56502d2a},
		{CHECKSUM_FLETCHER32, "abcdefgh", 0xebe19591},
		{CHECKSUM_INTERNET, "Forouzan", 0x7038},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		CHECK_INT(of(table[i].kind, table[i].text, strlen(table[i].text)), table[i].want);
}

/* The checksum in the data makes the sum all 1s (RFC 1071, 1). */
TEST(what_has_its_checksum_sums_to_nothing)
{
	uint8_t p[40];
	rng_seed(&rng, 2);
	for (unsigned trial = 0; trial < 100; trial++) {
		size_t at = 2 * rng_below(&rng, 20);
		for (size_t i = 0; i < 40; i++)
			p[i] = (uint8_t)rng_u64(&rng);
		put16(p + at, 0);
		put16(p + at, of(CHECKSUM_INTERNET, p, 40));
		CHECK_INT(of(CHECKSUM_INTERNET, p, 40), 0);
	}
}

TEST(words_of_any_width)
{
	static const uint32_t four[] = {7, 11, 12, 0, 6}, whole[] = {0xffffffff, 2, 0x80000000};
	CHECK_INT(ones_sum(four, 5, 4), 6);
	CHECK_INT(ones_sum(whole, 3, 32), 0x80000002);
	CHECK_INT(ones_sum((uint32_t[]){1, 1, 1}, 3, 1), 1);
	CHECK_INT(ones_sum(NULL, 0, 16), 0);
	for (unsigned kind = 0; kind < CHECKSUM_KINDS; kind++)
		CHECK_INT(checksum_width(kind), kind == CHECKSUM_FLETCHER32 || kind == CHECKSUM_ADLER32 ? 32 : 16);
}

RUN_TESTS
