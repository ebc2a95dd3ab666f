/* sum.c - the Internet checksum (RFC 1071) and the CRC-32 of IEEE 802.3.
 *
 * Both have a portable form (NAME_c) and one for newer x86-64 processors, which are asked for before main.
 */
#include <string.h>

#include "num.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* ---- the Internet checksum ---- */

/* Four 64-bit words that are added at once: GCC and clang make of it what the processor has. */
typedef uint64_t words __attribute__((vector_size(32)));

static inline uint64_t load(const uint8_t *b, size_t n)
{
	uint64_t w = 0;
	memcpy(&w, b, n);
	return w;
}

/* Adds blocks of 64 octets in the machine's own order of octets (RFC 1071, 2(B)) and in 32-bit halves, which do not
 * overflow 64 bits in any memory (2(C)). */
__attribute__((always_inline)) static inline uint64_t add_blocks(const uint8_t *b, size_t n)
{
	words even = {0}, odd = {0};

	for (; n >= 64; n -= 64, b += 64) {
		words x, y;
		memcpy(&x, b, 32);
		memcpy(&y, b + 32, 32);
		even += (x & 0xffffffff) + (x >> 32);
		odd += (y & 0xffffffff) + (y >> 32);
	}
	even += odd;
	even = (even & 0xffffffff) + (even >> 32); /* so that the four add without overflow */
	return even[0] + even[1] + even[2] + even[3];
}

static uint64_t add_blocks_c(const uint8_t *b, size_t n) { return add_blocks(b, n); }

/* Adds the last n octets, at most 63, to s, and start to the whole; n may have been odd only here. */
static inline uint32_t sum_rest(uint64_t s, const uint8_t *b, size_t n, uint32_t start)
{
	for (; n >= 8; n -= 8, b += 8) {
		uint64_t w = load(b, 8);
		s += (w & 0xffffffff) + (w >> 32);
	}
	if (n & 4) {
		s += load(b, 4);
		b += 4;
	}
	if (n & 2) {
		s += load(b, 2);
		b += 2;
	}
	if (n & 1)
		s += load(b, 1);
	s = (s & 0xffffffff) + (s >> 32);
	s = (s & 0xffff) + (s >> 16 & 0xffff) + (s >> 32);
	uint16_t own = sum_fold((uint32_t)s);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	own = __builtin_bswap16(own);
#endif
	return sum_fold((start & 0xffff) + (start >> 16) + own);
}

uint32_t sum16_c(const uint8_t *b, size_t n, uint32_t start)
{
	return sum_rest(n < 64 ? 0 : add_blocks_c(b, n), b + (n & ~(size_t)63), n & 63, start);
}

/* ---- CRC-32 by tables ---- */

/* table[k][v] is the remainder of octet v followed by k octets of zero: M. Kounavis, F. Berry, "Novel table lookup-based
 * algorithms for high-performance CRC generation", IEEE Trans. Computers 57(11), 2008. */
enum { SLICES = 16 };
static uint32_t table[SLICES][256];

/* Made before main, so that threads find it. */
__attribute__((constructor)) static void make_table(void)
{
	for (uint32_t v = 0; v < 256; v++) {
		uint32_t c = v;
		for (int i = 0; i < 8; i++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0); /* 0x04c11db7, reflected */
		table[0][v] = c;
	}
	for (int k = 1; k < SLICES; k++)
		for (int v = 0; v < 256; v++)
			table[k][v] = table[k - 1][v] >> 8 ^ table[0][table[k - 1][v] & 255];
}

/* The remainders of four octets, k octets of zero behind the last. */
static inline uint32_t slice4(uint32_t v, int k)
{
	return table[k + 3][v & 255] ^ table[k + 2][v >> 8 & 255] ^ table[k + 1][v >> 16 & 255] ^ table[k][v >> 24];
}

static inline uint32_t le32(const uint8_t *b)
{
	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

uint32_t crc32_ieee_c(const uint8_t *b, size_t n, uint32_t start)
{
	uint32_t c = ~start;

	for (; n >= 16; n -= 16, b += 16)
		c = slice4(c ^ le32(b), 12) ^ slice4(le32(b + 4), 8) ^ slice4(le32(b + 8), 4) ^ slice4(le32(b + 12), 0);
	for (; n >= 4; n -= 4, b += 4)
		c = slice4(c ^ le32(b), 0);
	for (; n > 0; n--)
		c = c >> 8 ^ table[0][(c ^ *b++) & 255];
	return ~c;
}

/* ---- x86-64 ---- */

#if defined(__x86_64__)

enum { AVX2 = 1, CLMUL = 2 };

static int processor;

/* Asks the processor before main, so that threads find it known. */
__attribute__((constructor)) static void ask_processor(void)
{
	__builtin_cpu_init();
	processor = __builtin_cpu_supports("avx2") ? AVX2 : 0;
	processor |= __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1") ? CLMUL : 0;
}

__attribute__((target("avx2"))) static uint64_t add_blocks_avx2(const uint8_t *b, size_t n) { return add_blocks(b, n); }

/* CRC by carry-less multiplication: V. Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ
 * instruction", Intel, 2009. A register of 16 octets is a polynomial of degree 127, its first octet's lowest bit
 * the highest power. Multiplied by x^D mod P it stands D bits earlier in the message, congruent to itself, and
 * is added to the octets there. Constants are 33-bit reflections of x^k mod P. */
#define CLMUL_FN __attribute__((target("pclmul,sse4.1")))

static const uint64_t
	FOLD_512[2] = {0x154442bd4, 0x1c6e41596}, /* x^(512+32), x^(512-32): first and second half, by four registers */
	FOLD_128[2] = {0x1751997d0, 0x0ccaa009e}, /* x^(128+32), x^(128-32): by one register */
	FOLD_64[2] = {0x163cd6124, 0},            /* x^64 */
	BARRETT[2] = {0x1db710641, 0x1f7011641};  /* P, and x^64 div P */

CLMUL_FN static inline __m128i load128(const void *p) { return _mm_loadu_si128((const __m128i *)p); }

CLMUL_FN static inline __m128i fold(__m128i x, __m128i by, __m128i onto)
{
	return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x, by, 0x00), _mm_clmulepi64_si128(x, by, 0x11)), onto);
}

/* Folds n octets, 1 to 15, that end at end: with x they are 16 + n octets, of which the first n are
 * folded onto the last 16. At least 16 octets must stand before end. */
CLMUL_FN static inline __m128i fold_tail(__m128i x, const uint8_t *end, size_t n, __m128i by)
{
	static const uint8_t slide[48] = {
		128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
	};
	__m128i first = _mm_shuffle_epi8(x, load128(slide + n)), rest = load128(slide + 16 + n);
	return fold(first, by, _mm_blendv_epi8(_mm_shuffle_epi8(x, rest), load128(end - 16), rest));
}

/* The remainder of 128 bits: to 96, to 64, then Barrett's reduction (op. cit., steps 3 and 4). */
CLMUL_FN static inline uint32_t reduce(__m128i x)
{
	__m128i low32 = _mm_setr_epi32(-1, 0, 0, 0), barrett = load128(BARRETT), q;

	x = _mm_xor_si128(_mm_clmulepi64_si128(x, load128(FOLD_128), 0x10), _mm_srli_si128(x, 8));
	x = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(x, low32), load128(FOLD_64), 0x00), _mm_srli_si128(x, 4));
	q = _mm_clmulepi64_si128(_mm_and_si128(x, low32), barrett, 0x10);
	q = _mm_clmulepi64_si128(_mm_and_si128(q, low32), barrett, 0x00);
	return (uint32_t)_mm_extract_epi32(_mm_xor_si128(x, q), 1);
}

/* n >= 16 */
CLMUL_FN static uint32_t crc32_clmul(const uint8_t *b, size_t n, uint32_t start)
{
	const uint8_t *end = b + n;
	__m128i by1 = load128(FOLD_128), by4 = load128(FOLD_512);
	__m128i x = _mm_xor_si128(load128(b), _mm_cvtsi32_si128((int)~start));

	if (n >= 64) {
		__m128i x1 = load128(b + 16), x2 = load128(b + 32), x3 = load128(b + 48);
		for (b += 64; end - b >= 64; b += 64) {
			x = fold(x, by4, load128(b));
			x1 = fold(x1, by4, load128(b + 16));
			x2 = fold(x2, by4, load128(b + 32));
			x3 = fold(x3, by4, load128(b + 48));
		}
		x = fold(fold(fold(x, by1, x1), by1, x2), by1, x3);
	} else {
		b += 16;
	}
	for (; end - b >= 16; b += 16)
		x = fold(x, by1, load128(b));
	if (b < end)
		x = fold_tail(x, end, (size_t)(end - b), by1);
	return ~reduce(x);
}

uint32_t sum16(const uint8_t *b, size_t n, uint32_t start)
{
	if (n < 128 || !(processor & AVX2))
		return sum16_c(b, n, start);
	return sum_rest(add_blocks_avx2(b, n), b + (n & ~(size_t)63), n & 63, start);
}

uint32_t crc32_ieee(const uint8_t *b, size_t n, uint32_t start)
{
	return n >= 16 && processor & CLMUL ? crc32_clmul(b, n, start) : crc32_ieee_c(b, n, start);
}

#else

uint32_t sum16(const uint8_t *b, size_t n, uint32_t start) { return sum16_c(b, n, start); }
uint32_t crc32_ieee(const uint8_t *b, size_t n, uint32_t start) { return crc32_ieee_c(b, n, start); }

#endif

/* ---- CRC-16 of HDLC ---- */

static uint16_t crc16_table[256];
__attribute__((constructor)) static void make_crc16(void)
{
	for (unsigned i = 0; i < 256; i++) {
		unsigned c = i;
		for (int j = 0; j < 8; j++)
			c = c >> 1 ^ (c & 1 ? 0x8408 : 0); /* x^16 + x^12 + x^5 + 1, reflected */
		crc16_table[i] = (uint16_t)c;
	}
}

uint16_t crc16_x25(const uint8_t *b, size_t n)
{
	unsigned c = 0xffff;
	for (size_t i = 0; i < n; i++)
		c = c >> 8 ^ crc16_table[(c ^ b[i]) & 0xff];
	return (uint16_t)~c;
}
