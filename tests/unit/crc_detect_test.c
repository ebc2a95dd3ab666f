/* crc_detect_test.c - factors, orders and Hamming distances of polynomials: by brute force for small ones, by published tables. */
#include <stdint.h>

#include "2-link/crc_detect.h"
#include "test.h"

static unsigned times(unsigned a, unsigned b)
{
	unsigned r = 0;
	for (; b; b >>= 1, a <<= 1)
		r ^= b & 1 ? a : 0;
	return r;
}

static int length_of(unsigned v) { return v ? 32 - __builtin_clz(v) : 0; }

static unsigned rest(unsigned a, unsigned b)
{
	while (length_of(a) >= length_of(b))
		a ^= b << (length_of(a) - length_of(b));
	return a;
}

static bool is_irreducible(unsigned p)
{
	for (unsigned d = 2; 2 * length_of(d) <= length_of(p) + 1; d++)
		if (rest(p, d) == 0)
			return false;
	return true;
}

TEST(factors_of_all_small_polynomials)
{
	int bad = 0;
	for (unsigned p = 2; p < 4096; p++) {
		struct crc_factors f;
		unsigned product = 1;
		crc_factorize(p, &f);
		for (int i = 0; i < f.n; i++) {
			bad += !is_irreducible((unsigned)f.f[i].poly) || f.f[i].degree != (unsigned)length_of((unsigned)f.f[i].poly) - 1;
			bad += i && f.f[i].degree < f.f[i - 1].degree;
			for (unsigned k = 0; k < f.f[i].times; k++)
				product = times(product, (unsigned)f.f[i].poly);
		}
		bad += product != p;
	}
	CHECK_INT(bad, 0);
}

static uint64_t order(crc_word p)
{
	struct crc_factors f;
	crc_factorize(p, &f);
	return crc_order(&f);
}

/* By multiplying with x until it is 1 again. */
static unsigned slow_order(unsigned p)
{
	unsigned r = rest(2, p), one = rest(1, p), top = 1u << (length_of(p) - 1), e = 1;
	for (; r != one; e++)
		r = r << 1 & top ? r << 1 ^ p : r << 1;
	return e;
}

TEST(orders_of_all_small_polynomials)
{
	int bad = 0;
	for (unsigned p = 3; p < 4096; p += 2)
		bad += order(p) != slow_order(p);
	CHECK_INT(bad, 0);
	CHECK_INT(order(0x100000a5), slow_order(0x100000a5)); /* irreducible, (2^28 - 1) / 29 */
	CHECK_INT(order(0x10000131), slow_order(0x10000131)); /* / 113 */
}

TEST(known_orders)
{
	CHECK_INT(order(0x104c11db7), 4294967295);               /* IEEE 802.3: primitive */
	CHECK_INT(order(0x11edc6f41), 2147483647);               /* Castagnoli: (x + 1) times a primitive one of degree 31 */
	CHECK_INT(order(0x18005), 32767);
	CHECK_INT(order((crc_word)1 << 61 | 0x27), INT64_MAX >> 2); /* x^61 + x^5 + x^2 + x + 1 is primitive: Zierler, Brillhart, 1968 */
#if CRC_WIDTH_MAX > 64
	CHECK(order((crc_word)1 << 64 | 0x1b) == UINT64_MAX);    /* x^64 + x^4 + x^3 + x + 1: primitive */
#endif
}

/* The least weight of all words of a code, by all of them. */
static unsigned least_weight(unsigned p, int data)
{
	unsigned least = 99;
	for (unsigned m = 1; m < 1u << data; m++) {
		unsigned w = (unsigned)__builtin_popcount(times(m, p));
		least = w < least ? w : least;
	}
	return least;
}

static const struct crc_span *at(const struct crc_distances *d, uint64_t data)
{
	for (int i = 0; i < d->n; i++)
		if (d->span[i].from <= data && data <= d->span[i].to)
			return &d->span[i];
	return NULL;
}

TEST(distances_of_all_small_polynomials)
{
	int bad = 0;
	for (unsigned p = 5; p < 256; p += 2) {
		struct crc_distances d;
		uint64_t e = order(p), width = (uint64_t)length_of(p) - 1;
		crc_distances(p, e, 1, 1000, 1000000, &d);
		for (int data = 1; data <= 11; data++) {
			unsigned want = least_weight(p, data);
			const struct crc_span *s = at(&d, (uint64_t)data);
			bool beyond = (uint64_t)data + width > e;
			bad += beyond != (s == NULL) || beyond != (want == 2) || (s && (s->hd != want || !s->exact));
		}
	}
	CHECK_INT(bad, 0);
}

/* The longest data with at least this distance. */
static uint64_t longest(const struct crc_distances *d, unsigned hd)
{
	uint64_t n = 0;
	for (int i = 0; i < d->n; i++)
		if (d->span[i].hd >= hd && d->span[i].to > n)
			n = d->span[i].to;
	return n;
}

/* P. Koopman, "Best CRC Polynomials", users.ece.cmu.edu/~koopman/crc: the longest data of HD 3, 4, ...; and his paper with T. Chakravarty,
 * "Cyclic redundancy code (CRC) polynomial selection for embedded networks", DSN 2004 (CAN); "32-bit cyclic redundancy codes for Internet
 * applications", DSN 2002 (IEEE 802.3, Castagnoli). */
static const struct {
	uint64_t poly;
	uint64_t data[14];
} published[] = {
	{0xb, {4}}, {0x13, {11}}, {0x25, {26}}, {0x67, {57, 5}}, {0xcb, {120, 14, 3}}, {0x1cf, {247, 19, 1, 1, 1}}, {0x14d, {247, 15, 6}},
	{0x233, {502, 52, 4}}, {0x287, {502, 10, 10}}, {0x26f, {502, 4, 4, 4, 1}}, {0x64f, {1013, 73, 10, 5, 1}},
	{0x5fb, {1013, 16, 16, 5, 1, 1, 1}}, {0x58f, {1013, 7, 7, 6, 1}}, {0xbb7, {2036, 132, 16, 2, 2, 2, 1}},
	{0xbaf, {2036, 28, 26, 3, 2, 2, 1}}, {0x8e7, {2036, 46, 9, 9, 1}}, {0xc57, {2036, 53, 17, 5, 5}}, {0x130f, {4083, 159, 17, 8, 1}},
	{0x17bf, {4083, 59, 33, 6, 1, 1, 1, 1, 1}}, {0x107d, {4083, 22, 15, 15, 1}}, {0x1467, {4083, 149, 10, 6, 6}},
	{0x357f, {8178, 324, 31, 6, 2, 2, 1, 1, 1}}, {0xc599, {112, 112, 112, 112}},
	{0x104c11db7, {4294967263, 91607, 2974, 268, 171, 91, 57}},
	{0x11edc6f41, {2147483615, 2147483615, 5243, 5243, 177, 177}},
};

TEST(published_distances)
{
	for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
		struct crc_distances d;
		crc_distances(published[i].poly, order(published[i].poly), 1, 100000, 16000000, &d);
		for (unsigned k = 0; k < 14 && published[i].data[k]; k++)
			CHECK_INT(longest(&d, 3 + k), published[i].data[k]);
	}
}

TEST(one_length)
{
	static const struct {
		uint64_t data;
		unsigned hd;
	} asked[] = {{8, 13}, {268, 6}, {269, 5}, {2974, 5}, {2975, 4}, {12112, 4}, {91607, 4}, {91608, 3}};
	uint64_t e = order(0x104c11db7);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct crc_distances d;
		crc_distances(0x104c11db7, e, asked[i].data, asked[i].data, 16000000, &d);
		CHECK(at(&d, asked[i].data));
		if (asked[i].hd < 13 && at(&d, asked[i].data))
			CHECK_INT(at(&d, asked[i].data)->exact ? at(&d, asked[i].data)->hd : 0, asked[i].hd);
	}
}

/* What a small budget leaves open is said to be so, and is no more than what is true. */
static void check_bounds(uint64_t p)
{
	struct crc_distances all, some;
	uint64_t e = order(p), width = (uint64_t)gf2_degree(p);
	int bad = 0, open = 0;
	crc_distances(p, e, 1, 100000, 6000000, &all);
	for (uint64_t budget = 1; budget < 3000000; budget *= 6) {
		crc_distances(p, e, 1, 100000, budget, &some);
		for (int i = 0; i < some.n; i++) {
			const struct crc_span *a = at(&all, some.span[i].from), *b = at(&all, some.span[i].to);
			open += !some.span[i].exact;
			bad += !a || !b || b->hd < some.span[i].hd || (some.span[i].exact && (!a->exact || a->hd != some.span[i].hd));
			bad += i && some.span[i].to + 1 != some.span[i - 1].from;
			bad += !(p & 2) && some.span[i].hd % 2; /* Castagnoli's is a multiple of x + 1: even distances only */
		}
		bad += some.n == 0 || some.span[0].to != e - width || some.span[some.n - 1].from != 1;
	}
	CHECK_INT(bad, 0);
	CHECK(open > 5);
}
TEST(bounds_of_a_small_budget) { check_bounds(0x104c11db7); }
TEST(bounds_of_even_distances) { check_bounds(0x11edc6f41); }

/* Wherever the search stops, also in the middle of a degree. */
TEST(bounds_of_every_budget)
{
	struct crc_distances all, some;
	uint64_t e = order(0x64f);
	int bad = 0;
	crc_distances(0x64f, e, 1, 2000, 1000000, &all);
	for (uint64_t budget = 1; budget < 6000; budget++) {
		crc_distances(0x64f, e, 1, 2000, budget, &some);
		for (int i = 0; i < some.n; i++) {
			const struct crc_span *s = at(&all, some.span[i].from), *t = at(&all, some.span[i].to);
			bad += !s || !t || t->hd < some.span[i].hd || (some.span[i].exact && s->hd != some.span[i].hd);
		}
	}
	CHECK_INT(bad, 0);
}

RUN_TESTS
