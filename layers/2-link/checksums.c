/* checksums.c - the Internet checksum, Fletcher-16 and -32, Adler-32. */

#include "checksums.h"

#include "num.h"

enum {
	FLETCHER16_MOD = 255, FLETCHER32_MOD = 65535,
	ADLER_MOD = 65521  /* the largest prime below 2^16 (RFC 1950, 8.2) */
};
enum { BLOCK = 32 };   /* octets that a processor sums abreast */

void checksum_init(struct checksum *c, enum checksum_kind kind)
{
	*c = (struct checksum){.kind = kind, .a = kind == CHECKSUM_ADLER32};
}

/* Blocks of octets: a grows by their sum, b by BLOCK times the a before them and each octet as often as it is added again. 1000 of
 * them fit into 64 bits by far. */
static void add_octets(struct checksum *c, const uint8_t *p, size_t n, uint32_t mod)
{
	uint64_t a = c->a, b = c->b;
	while (n >= BLOCK) {
		size_t blocks = n / BLOCK < 1000 ? n / BLOCK : 1000;
		n -= blocks * BLOCK;
		for (; blocks > 0; blocks--, p += BLOCK) {
			uint32_t sum = 0, weighted = 0;
			for (uint32_t i = 0; i < BLOCK; i++) {
				sum += p[i];
				weighted += (BLOCK - i) * p[i];
			}
			b += BLOCK * a + weighted;
			a += sum;
		}
		a %= mod;
		b %= mod;
	}
	for (; n > 0; n--) {
		a += *p++;
		b += a;
	}
	c->a = (uint32_t)(a % mod);
	c->b = (uint32_t)(b % mod);
}

static uint32_t word_at(const uint8_t *p) { return (uint32_t)(p[0] | p[1] << 8); }

/* The same for words of two octets. */
static void add_words(struct checksum *c, const uint8_t *p, size_t words)
{
	uint64_t a = c->a, b = c->b;
	while (words >= BLOCK / 2) {
		size_t blocks = words / (BLOCK / 2) < 1000 ? words / (BLOCK / 2) : 1000;
		words -= blocks * (BLOCK / 2);
		for (; blocks > 0; blocks--, p += BLOCK) {
			uint32_t sum = 0, weighted = 0;
			for (uint32_t i = 0; i < BLOCK / 2; i++) {
				sum += word_at(p + (size_t)2 * i);
				weighted += (BLOCK / 2 - i) * word_at(p + (size_t)2 * i);
			}
			b += BLOCK / 2 * a + weighted;
			a += sum;
		}
		a %= FLETCHER32_MOD;
		b %= FLETCHER32_MOD;
	}
	for (; words > 0; words--, p += 2) {
		a += word_at(p);
		b += a;
	}
	c->a = (uint32_t)(a % FLETCHER32_MOD);
	c->b = (uint32_t)(b % FLETCHER32_MOD);
}

static void add_pairs(struct checksum *c, const uint8_t *p, size_t words)
{
	if (c->kind == CHECKSUM_FLETCHER32)
		add_words(c, p, words);
	else
		c->a = sum16(p, 2 * words, c->a);
}

void checksum_add(struct checksum *c, const uint8_t *p, size_t n)
{
	if (c->kind == CHECKSUM_FLETCHER16 || c->kind == CHECKSUM_ADLER32) {
		add_octets(c, p, n, c->kind == CHECKSUM_ADLER32 ? ADLER_MOD : FLETCHER16_MOD);
		return;
	}
	if (n > 0 && c->half) {
		uint8_t pair[2] = {c->held, *p++};
		n--;
		c->half = false;
		add_pairs(c, pair, 1);
	}
	add_pairs(c, p, n / 2);
	if (n % 2) {
		c->held = p[n - 1];
		c->half = true;
	}
}

uint32_t checksum_value(const struct checksum *c)
{
	struct checksum whole = *c;
	uint8_t pair[2] = {c->held, 0};
	if (c->half)
		add_pairs(&whole, pair, 1);
	switch (c->kind) {
	case CHECKSUM_INTERNET: return ~whole.a & 0xffff;
	case CHECKSUM_FLETCHER16: return whole.b << 8 | whole.a;
	default: return whole.b << 16 | whole.a;
	}
}

unsigned checksum_width(enum checksum_kind kind)
{
	return kind == CHECKSUM_INTERNET || kind == CHECKSUM_FLETCHER16 ? 16 : 32;
}

uint32_t ones_sum(const uint32_t *words, size_t n, unsigned width)
{
	uint64_t sum = 0, top = UINT64_C(1) << width;
	for (size_t i = 0; i < n; i++) {
		sum += words[i];
		if (sum >= top)
			sum += 1 - top;
	}
	return (uint32_t)sum;
}
