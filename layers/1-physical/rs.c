/* rs.c - Reed-Solomon codes over GF(2^8): Berlekamp and Massey, Chien, Forney. */

#include "rs.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
	ORDER = 255, /* of the multiplicative group */
	LOG_0 = 511, /* what stands for the logarithm of 0: exponents from it on give 0 */
	POINTS = 256 /* room for a value at each place of a word */
};

struct rs {
	struct rs_code code;
	unsigned checks; /* n - k */
	unsigned words;  /* of 8 octets, for the check symbols */
	unsigned wide;   /* checks, rounded up to 32 */
	uint16_t log[256];
	uint8_t exp[2 * LOG_0 + 1];
	uint8_t nibble[256][32]; /* c times 0 to 15, then c times 0, 16, ..., 240 */
	uint8_t to_dual[256], from_dual[256];
	uint8_t generator[256];  /* the highest coefficient first */
	uint64_t *step1, *step2; /* the shift register's feedback of an octet, one and two steps later: words each */
	uint8_t *power; /* [d][j]: X_d^(fcr + j), d < checks: what coefficient d adds to syndrome j; wide each */
	uint8_t *point; /* [i][d]: X_d^-i, i <= checks: the powers at which polynomials are evaluated; POINTS each */
};

/* --- the field ------------------------------------------------------------------------------------------ */

static inline uint8_t mul(const struct rs *rs, uint8_t a, uint8_t b) { return rs->exp[rs->log[a] + rs->log[b]]; }
static inline uint8_t inverse(const struct rs *rs, uint8_t a) { return rs->exp[ORDER - rs->log[a]]; }
/* alpha^e; e may be large. */
static inline uint8_t alpha(const struct rs *rs, unsigned e) { return rs->exp[e % ORDER]; }

uint8_t rs_multiply(const struct rs *rs, uint8_t a, uint8_t b) { return mul(rs, a, b); }

/* -1: the polynomial is not primitive. */
static int make_field(struct rs *rs)
{
	unsigned v = 1;
	for (unsigned i = 0; i < ORDER; i++) {
		if (i > 0 && v == 1)
			return -1;
		rs->exp[i] = rs->exp[i + ORDER] = (uint8_t)v;
		rs->log[v] = (uint16_t)i;
		v = v << 1 ^ (v & 0x80 ? rs->code.poly : 0);
	}
	rs->log[0] = LOG_0;
	for (unsigned c = 0; c < 256; c++)
		for (unsigned x = 0; x < 16; x++) {
			rs->nibble[c][x] = mul(rs, (uint8_t)c, (uint8_t)x);
			rs->nibble[c][16 + x] = mul(rs, (uint8_t)c, (uint8_t)(x << 4));
		}
	return v == 1 ? 0 : -1;
}

typedef uint8_t octets __attribute__((vector_size(32)));

void rs_mul_add_c(const struct rs *rs, uint8_t *acc, const uint8_t *v, uint8_t c, size_t n)
{
	octets by[8];
	for (unsigned b = 0; b < 8; b++)
		by[b] = mul(rs, c, (uint8_t)(1U << b)) | (octets){0};
	for (; n > 0; n -= sizeof(octets), v += sizeof(octets), acc += sizeof(octets)) {
		octets x, sum;
		memcpy(&x, v, sizeof x);
		memcpy(&sum, acc, sizeof sum);
		for (unsigned b = 0; b < 8; b++)
			sum ^= (octets)((x & (uint8_t)(1U << b)) != 0) & by[b];
		memcpy(acc, &sum, sizeof sum);
	}
}

#if defined(__x86_64__)
static bool avx2;

/* Asks the processor before main, so that threads find it known. */
__attribute__((constructor)) static void ask_processor(void)
{
	__builtin_cpu_init();
	avx2 = __builtin_cpu_supports("avx2");
}

/* Two look-ups of 4 bits, 32 octets at a time (Plank, Greenan, Miller, "Screaming fast Galois field arithmetic using Intel SIMD
 * instructions", FAST 2013). */
__attribute__((target("avx2"))) static void mul_add_avx2(const uint8_t table[32], uint8_t *acc, const uint8_t *v,
							 size_t n)
{
	__m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
	__m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(table + 16)));
	__m256i mask = _mm256_set1_epi8(15);
	for (; n > 0; n -= 32, v += 32, acc += 32) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)v),
			y = _mm256_loadu_si256((const __m256i *)(void *)acc);
		y = _mm256_xor_si256(y, _mm256_shuffle_epi8(low, _mm256_and_si256(x, mask)));
		y = _mm256_xor_si256(y, _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(x, 4), mask)));
		_mm256_storeu_si256((__m256i *)(void *)acc, y);
	}
}
#endif

void rs_mul_add(const struct rs *rs, uint8_t *acc, const uint8_t *v, uint8_t c, size_t n)
{
#if defined(__x86_64__)
	if (avx2) {
		mul_add_avx2(rs->nibble[c], acc, v, n);
		return;
	}
#endif
	rs_mul_add_c(rs, acc, v, c, n);
}

/* --- a code --------------------------------------------------------------------------------------------- */

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LITTLE(x) __builtin_bswap64(x)
#else
#define LITTLE(x) (x)
#endif

/* g(x), the product of x - root over all roots. */
static void make_generator(struct rs *rs)
{
	uint8_t *g = rs->generator;
	g[0] = 1;
	for (unsigned i = 0; i < rs->checks; i++) {
		uint8_t root = alpha(rs, rs->code.prim * (rs->code.fcr + i));
		g[i + 1] = 0;
		for (unsigned j = i + 1; j > 0; j--)
			g[j] ^= mul(rs, g[j - 1], root);
	}
}

/* The register is a row of check symbols, the highest power in the first octet. */
static void make_steps(struct rs *rs)
{
	size_t row = rs->words;
	rs->step1 = xmalloc(256 * row * 8);
	rs->step2 = xmalloc(256 * row * 8);
	memset(rs->step1, 0, 256 * row * 8);
	for (unsigned v = 0; v < 256; v++)
		for (unsigned j = 0; j < rs->checks; j++)
			rs->step1[v * row + j / 8] |= (uint64_t)mul(rs, (uint8_t)v, rs->generator[j + 1]) << j % 8 * 8;
	for (unsigned v = 0; v < 256; v++) {
		const uint64_t *one = rs->step1 + v * row, *feedback = rs->step1 + (one[0] & 255) * row;
		for (size_t w = 0; w < row; w++)
			rs->step2[v * row + w] = (one[w] >> 8 | (w + 1 < row ? one[w + 1] << 56 : 0)) ^ feedback[w];
	}
}

static void make_powers(struct rs *rs)
{
	const struct rs_code *c = &rs->code;
	rs->power = xmalloc((size_t)rs->checks * rs->wide);
	rs->point = xmalloc((size_t)(rs->checks + 1) * POINTS);
	for (unsigned d = 0; d < rs->checks; d++)
		for (unsigned j = 0; j < rs->wide; j++)
			rs->power[d * rs->wide + j] = j < rs->checks ? alpha(rs, c->prim * d % ORDER * (c->fcr + j))
			                                             : 0;
	for (unsigned i = 0; i <= rs->checks; i++)
		for (unsigned d = 0; d < POINTS; d++)
			rs->point[i * POINTS + d] = alpha(rs, (ORDER - c->prim * d % ORDER) * i);
}

/* From the conventional basis to Berlekamp's dual one and back: the matrix of CCSDS 131.0-B, annex F, a row for each bit from the
 * highest; bit i of a row's octet belongs to the symbol's bit i. */
static void make_dual(struct rs *rs)
{
	static const uint8_t row[8] = {0x8d, 0xef, 0xec, 0x86, 0xfa, 0x99, 0xaf, 0x7b};
	for (unsigned v = 0; v < 256; v++) {
		unsigned w = 0;
		for (unsigned b = 0; b < 8; b++)
			w ^= v >> b & 1 ? row[7 - b] : 0U;
		rs->to_dual[v] = (uint8_t)w;
		rs->from_dual[w] = (uint8_t)v;
	}
}

static unsigned common_divisor(unsigned a, unsigned b) { return b ? common_divisor(b, a % b) : a; }

struct rs *rs_new(const struct rs_code *c, struct err *e)
{
	if (c->k < 1 || c->k >= c->n || c->n > ORDER) {
		err_set(e, "no Reed-Solomon code %u,%u over octets: 1 <= k < n <= 255", c->n, c->k);
		return NULL;
	}
	if (c->fcr >= ORDER || c->prim < 1 || c->prim >= ORDER || common_divisor(c->prim, ORDER) != 1) {
		err_set(e,
		        "a first root of 0 to 254 and a step of 1 to 254 without a common divisor with 255 are "
		        "possible, not %u and %u",
		        c->fcr, c->prim);
		return NULL;
	}
	struct rs *rs = xmalloc(sizeof *rs);
	memset(rs, 0, sizeof *rs);
	rs->code = *c;
	rs->checks = c->n - c->k;
	rs->words = (rs->checks + 7) / 8;
	rs->wide = (rs->checks + 31) & ~31U;
	if (c->poly >> 8 != 1 || make_field(rs) != 0 || (c->dual && c->poly != 0x187)) {
		err_set(e,
		        c->dual ? "the dual basis is that of the field 0x187, not 0x%x"
		                : "0x%x is no primitive polynomial of degree 8",
		        c->poly);
		free(rs);
		return NULL;
	}
	make_generator(rs);
	make_steps(rs);
	make_powers(rs);
	make_dual(rs);
	return rs;
}

void rs_free(struct rs *rs)
{
	if (!rs)
		return;
	free(rs->step1);
	free(rs->step2);
	free(rs->power);
	free(rs->point);
	free(rs);
}

const struct rs_code *rs_about(const struct rs *rs) { return &rs->code; }
void rs_generator(const struct rs *rs, uint8_t *g) { memcpy(g, rs->generator, rs->checks + 1); }

/* --- encoding ------------------------------------------------------------------------------------------- */

/* The remainder of data, shifted up by the check symbols, after division by the generator: two octets a step, whose feedback is looked
 * up apart (slicing, as for CRCs: Kounavis, Berry 2008). words is a constant where speed matters. */
__attribute__((always_inline)) static inline void divide(const struct rs *rs, unsigned words, const uint8_t *data,
							 unsigned m, uint64_t *reg)
{
	if (m & 1) { /* the register is 0 */
		memcpy(reg, rs->step1 + *data++ * words, words * 8);
		m--;
	}
	for (; m > 0; m -= 2, data += 2) {
		const uint64_t *two = rs->step2 + ((uint8_t)reg[0] ^ data[0]) * words;
		const uint64_t *one = rs->step1 + ((uint8_t)(reg[0] >> 8) ^ data[1]) * words;
		for (unsigned w = 0; w + 1 < words; w++)
			reg[w] = (reg[w] >> 16 | reg[w + 1] << 48) ^ two[w] ^ one[w];
		reg[words - 1] = reg[words - 1] >> 16 ^ two[words - 1] ^ one[words - 1];
	}
}

static void remainder_of(const struct rs *rs, const uint8_t *data, unsigned m, uint8_t *check)
{
	uint64_t reg[32] = {0};
	switch (rs->words) {
	case 2: divide(rs, 2, data, m, reg); break;
	case 4: divide(rs, 4, data, m, reg); break;
	case 8: divide(rs, 8, data, m, reg); break;
	default: divide(rs, rs->words, data, m, reg);
	}
	for (unsigned w = 0; w < rs->words; w++)
		reg[w] = LITTLE(reg[w]);
	memcpy(check, reg, rs->checks);
}

void rs_encode(const struct rs *rs, const uint8_t *data, unsigned m, uint8_t *check)
{
	uint8_t conventional[ORDER];
	if (!rs->code.dual) {
		remainder_of(rs, data, m, check);
		return;
	}
	for (unsigned i = 0; i < m; i++)
		conventional[i] = rs->from_dual[data[i]];
	remainder_of(rs, conventional, m, check);
	for (unsigned i = 0; i < rs->checks; i++)
		check[i] = rs->to_dual[check[i]];
}

/* --- decoding ------------------------------------------------------------------------------------------- */

/* The syndromes, from the remainder of the word (which has the same). False: all are 0. */
static bool syndromes(const struct rs *rs, const uint8_t *word, unsigned m, uint8_t *s)
{
	uint8_t check[ORDER], any = 0;
	remainder_of(rs, word, m - rs->checks, check);
	for (unsigned i = 0; i < rs->checks; i++)
		any |= check[i] ^= word[m - rs->checks + i];
	memset(s, 0, rs->wide);
	if (!any)
		return false;
	for (unsigned d = 0; d < rs->checks; d++)
		rs_mul_add(rs, s, rs->power + d * rs->wide, check[rs->checks - 1 - d], rs->wide);
	return true;
}

/* The locator of the erasures, the product of 1 - X x over them; how many there are, 255 at most. */
static unsigned erasure_locator(const struct rs *rs, unsigned m, const uint8_t *erased, unsigned nerased,
				uint8_t *locator)
{
	bool seen[256] = {false};
	unsigned n = 0;
	locator[0] = 1;
	for (unsigned i = 0; i < nerased; i++) {
		if (erased[i] >= m || seen[erased[i]])
			continue;
		seen[erased[i]] = true;
		uint8_t x = alpha(rs, rs->code.prim * (m - 1 - erased[i]));
		locator[++n] = 0;
		for (unsigned j = n; j > 0; j--)
			locator[j] ^= mul(rs, locator[j - 1], x);
	}
	return n;
}

/* Berlekamp and Massey, begun with the locator of the erasures (Blahut, 9.1): the shortest feedback that generates the syndromes.
 * Returns the length of the register. locator has room for POINTS and is 0 above what the erasures have. */
static unsigned find_locator(const struct rs *rs, const uint8_t *s, unsigned erasures, uint8_t *locator)
{
	uint8_t shifted[POINTS + 1] = {0}, *before = shifted + 1, next[POINTS];
	unsigned len = erasures, room = (rs->checks + 1 + 31) & ~31U;
	memcpy(before, locator, room);
	for (unsigned r = erasures + 1; r <= rs->checks; r++) {
		uint8_t d = 0;
		for (unsigned i = 0; i <= len && i < r; i++)
			d ^= mul(rs, locator[i], s[r - 1 - i]);
		if (!d) {
			memmove(before, before - 1, room);
			continue;
		}
		memcpy(next, locator, room);
		rs_mul_add(rs, next, before - 1, d, room); /* x times before: the octet in front of it is 0 */
		if (2 * len <= r + erasures - 1) {
			len = r + erasures - len;
			memset(before, 0, room);
			rs_mul_add(rs, before, locator, inverse(rs, d), room);
		} else {
			memmove(before, before - 1, room);
		}
		memcpy(locator, next, room);
	}
	return len;
}

/* The values of a polynomial's coefficients first, first + step, ... to degree, at the inverse of every place's X. */
static void evaluate(const struct rs *rs, const uint8_t *p, unsigned first, unsigned step, unsigned degree,
		     unsigned room, uint8_t *value)
{
	memset(value, 0, room);
	for (unsigned i = first; i <= degree; i += step)
		if (p[i])
			rs_mul_add(rs, value, rs->point + (size_t)i * POINTS, p[i], room);
}

/* Searches the roots of the locator (Chien) and finds what is wrong there (Forney). With X the root's inverse and the locator split into
 * its even and its odd powers, x times its derivative is the odd part, so e = X^-fcr evaluator(1/X) / odd(1/X). False: there are not as
 * many roots in the word as the degree says. */
static bool find_errors(const struct rs *rs, unsigned m, struct rs_work *w)
{
	uint8_t even[POINTS], odd[POINTS], evaluator[256], over[POINTS];
	unsigned room = (m + 31) & ~31U, degree = w->degree;
	evaluate(rs, w->locator, 0, 2, degree, room, even);
	evaluate(rs, w->locator, 1, 2, degree, room, odd);
	w->errors = 0;
	for (unsigned d = 0; d < m; d++)
		if (even[d] == odd[d]) {
			if (w->errors == degree)
				return false;
			w->at[w->errors++] = (uint8_t)(m - 1 - d);
		}
	if (w->errors != degree)
		return false;
	for (unsigned i = 0; i < degree; i++) {
		evaluator[i] = 0;
		for (unsigned j = 0; j <= i; j++)
			evaluator[i] ^= mul(rs, w->locator[j], w->syndrome[i - j]);
	}
	evaluate(rs, evaluator, 0, 1, degree - 1, room, over);
	for (unsigned i = 0; i < w->errors; i++) {
		unsigned d = m - 1 - w->at[i];
		uint8_t shift = alpha(rs, (ORDER - rs->code.prim * d % ORDER) * rs->code.fcr);
		w->value[i] = mul(rs, shift, mul(rs, over[d], inverse(rs, odd[d])));
	}
	return true;
}

static int decode(const struct rs *rs, uint8_t *word, unsigned m, const uint8_t *erased, unsigned nerased,
		  struct rs_work *w)
{
	uint8_t s[256];
	w->checks = rs->checks;
	w->degree = w->errors = 0;
	memset(w->locator, 0, sizeof w->locator);
	w->locator[0] = 1;
	bool wrong = syndromes(rs, word, m, s);
	memcpy(w->syndrome, s, rs->checks);
	if (!wrong)
		return 0;
	unsigned known = erasure_locator(rs, m, erased, nerased, w->locator);
	if (known > rs->checks)
		return -1;
	unsigned len = find_locator(rs, s, known, w->locator);
	for (unsigned i = 0; i <= rs->checks; i++)
		if (w->locator[i])
			w->degree = i;
	if (w->degree != len || !w->degree || !find_errors(rs, m, w))
		return -1;
	int changed = 0;
	for (unsigned i = 0; i < w->errors; i++) {
		word[w->at[i]] ^= w->value[i];
		changed += w->value[i] != 0;
	}
	return changed;
}

int rs_decode_work(const struct rs *rs, uint8_t *word, unsigned m, const uint8_t *erased, unsigned nerased,
		   struct rs_work *w)
{
	if (m <= rs->checks || m > rs->code.n)
		return -1;
	if (!rs->code.dual)
		return decode(rs, word, m, erased, nerased, w);
	for (unsigned i = 0; i < m; i++)
		word[i] = rs->from_dual[word[i]];
	int got = decode(rs, word, m, erased, nerased, w);
	for (unsigned i = 0; i < m; i++)
		word[i] = rs->to_dual[word[i]];
	return got;
}

int rs_decode(const struct rs *rs, uint8_t *word, unsigned m, const uint8_t *erased, unsigned nerased)
{
	struct rs_work w;
	return rs_decode_work(rs, word, m, erased, nerased, &w);
}
