/* sum.c - the Internet checksum (RFC 1071): a portable form, and one for newer x86-64 processors, which are asked for before main. */
#include <string.h>

#include "num.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

/* ---- x86-64 ---- */

#if defined(__x86_64__)

static bool has_avx2;

/* Asks the processor before main, so that threads find it known. */
__attribute__((constructor)) static void ask_processor(void)
{
	__builtin_cpu_init();
	has_avx2 = __builtin_cpu_supports("avx2");
}

__attribute__((target("avx2"))) static uint64_t add_blocks_avx2(const uint8_t *b, size_t n) { return add_blocks(b, n); }

uint32_t sum16(const uint8_t *b, size_t n, uint32_t start)
{
	if (n < 128 || !has_avx2)
		return sum16_c(b, n, start);
	return sum_rest(add_blocks_avx2(b, n), b + (n & ~(size_t)63), n & 63, start);
}

#else

uint32_t sum16(const uint8_t *b, size_t n, uint32_t start) { return sum16_c(b, n, start); }

#endif
