/* crc.c - cyclic redundancy checks of any kind, by tables and by carry-less multiplication.
 *
 * A CRC of width w <= 64 by P is computed as one of width 64 by G = P x^(64-w): the register is that of the CRC at its left end.
 * Reflected registers are the mirror image of this, so that one set of functions does both. Wider ones have tables only.
 */
#include "crc.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "num.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Octets that a table takes at once: M. Kounavis, F. Berry, "Novel table lookup-based algorithms for high-performance CRC
 * generation", IEEE Trans. Computers 57(11), 2008. */
enum { SLICES = 16, WORD = 8 * sizeof(crc_word) };

struct crc {
	/* What a register of 128 bits is multiplied by to stand D bits earlier in the message: x^D and x^(D+64), for its halves. */
	_Alignas(16) uint64_t fold_128[2], fold_256[2], fold_512[2], fold_1024[2];
	uint64_t reduce, quotient, generator;   /* x^128 mod G; x^128 div G; G: without their x^64 (see remainder_of) */
	struct crc_params p;
	crc_word poly;                          /* at the left end of the register; with refin the mirror image */
	union {
		uint64_t narrow[SLICES][256];   /* [k][v]: the register behind octet v and k octets of zero */
		crc_word wide[SLICES][256];
	} t;
};

#define INLINE __attribute__((always_inline)) static inline

static bool is_wide(const struct crc *c) { return c->p.width > 64; }

crc_word crc_reflect(crc_word v, unsigned n)
{
	crc_word r = 0;
	for (unsigned i = 0; i < n; i++)
		r |= (v >> i & 1) << (n - 1 - i);
	return r;
}

/* ---- making ---- */

/* The register, 64 bits or all that a word has. */
static unsigned span(const struct crc *c) { return is_wide(c) ? WORD : 64; }

static crc_word step_bit(const struct crc *c, crc_word r)
{
	if (c->p.refin)
		return r >> 1 ^ (r & 1 ? c->poly : 0);
	crc_word top = (crc_word)1 << (span(c) - 1), all = top | (top - 1);
	return (r << 1 & all) ^ (r & top ? c->poly : 0);
}

static void make_narrow(struct crc *c)
{
	uint64_t (*t)[256] = c->t.narrow;
	for (unsigned v = 0; v < 256; v++) {
		crc_word r = c->p.refin ? v : (crc_word)v << 56;
		for (int i = 0; i < 8; i++)
			r = step_bit(c, r);
		t[0][v] = (uint64_t)r;
	}
	for (int k = 1; k < SLICES; k++) {
		for (int v = 0; v < 256; v++) {
			uint64_t r = t[k - 1][v];
			t[k][v] = c->p.refin ? r >> 8 ^ t[0][r & 255] : r << 8 ^ t[0][r >> 56];
		}
	}
}

static void make_wide(struct crc *c)
{
	crc_word (*t)[256] = c->t.wide;
	for (unsigned v = 0; v < 256; v++) {
		crc_word r = c->p.refin ? v : (crc_word)v << (WORD - 8);
		for (int i = 0; i < 8; i++)
			r = step_bit(c, r);
		t[0][v] = r;
	}
	for (int k = 1; k < SLICES; k++) {
		for (int v = 0; v < 256; v++) {
			crc_word r = t[k - 1][v];
			t[k][v] = c->p.refin ? r >> 8 ^ t[0][r & 255] : r << 8 ^ t[0][r >> (WORD - 8) & 255];
		}
	}
}

/* x^n mod G. */
static uint64_t power(uint64_t g, unsigned n)
{
	uint64_t r = 1;
	while (n--)
		r = r << 1 ^ (r >> 63 ? g : 0);
	return r;
}

/* The quotient of x^128 by G but for its x^64. */
static uint64_t divide(uint64_t g)
{
	uint64_t q = 0, r = g;
	for (int i = 0; i < 64; i++) {
		q = q << 1 | r >> 63;
		r = r << 1 ^ (r >> 63 ? g : 0);
	}
	return q;
}

static uint64_t mirror(uint64_t v) { return (uint64_t)crc_reflect(v, 64); }

/* The constants of carry-less multiplication. A product of mirror images is that of the product times x, so theirs have an x less. */
static void make_fold(struct crc *c)
{
	uint64_t g = (uint64_t)c->p.poly << (64 - c->p.width), q = divide(g);
	uint64_t *by[] = {c->fold_128, c->fold_256, c->fold_512, c->fold_1024};
	for (unsigned i = 0; i < 4; i++) {
		unsigned distance = 128u << i;
		by[i][0] = c->p.refin ? mirror(power(g, distance + 63)) : power(g, distance);
		by[i][1] = c->p.refin ? mirror(power(g, distance - 1)) : power(g, distance + 64);
	}
	c->reduce = c->p.refin ? mirror(power(g, 127)) : power(g, 128);
	c->quotient = c->p.refin ? mirror(q >> 1 | (uint64_t)1 << 63) : q;
	c->generator = c->p.refin ? mirror(g) : g;
}

static void make(struct crc *c, const struct crc_params *p)
{
	c->p = *p;
	c->poly = p->refin ? crc_reflect(p->poly, p->width) : p->poly << (span(c) - p->width);
	if (is_wide(c)) {
		make_wide(c);
	} else {
		make_narrow(c);
		make_fold(c);
	}
}

struct crc *crc_new(const struct crc_params *p, struct err *e)
{
	if (p->width < 1 || p->width > CRC_WIDTH_MAX) {
		err_set(e, "a CRC of %u bits: 1 to %d are possible", p->width, CRC_WIDTH_MAX);
		return NULL;
	}
	crc_word over = p->width == WORD ? 0 : ~(crc_word)0 << p->width;
	if ((p->poly | p->init | p->xorout) & over) {
		err_set(e, "the %s has more than %u bits", p->poly & over ? "polynomial" : p->init & over ? "initial value" : "final xor",
		        p->width);
		return NULL;
	}
	struct crc *c = aligned_alloc(_Alignof(struct crc), sizeof *c);
	if (!c) {
		err_set(e, "out of memory");
		return NULL;
	}
	make(c, p);
	return c;
}

void crc_free(struct crc *c) { free(c); }

const struct crc_params *crc_params(const struct crc *c) { return &c->p; }

/* ---- by tables ---- */

INLINE uint64_t eight(const uint8_t *b, bool refin)
{
	if (!refin)
		return be64(b);
	return (uint64_t)b[7] << 56 | (uint64_t)b[6] << 48 | (uint64_t)b[5] << 40 | (uint64_t)b[4] << 32 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[2] << 16 | (uint64_t)b[1] << 8 | b[0];
}

/* The registers behind octets `from` to `to` of eight, the last of the eight with k octets of zero behind it, added. */
INLINE uint64_t slice(const uint64_t (*t)[256], uint64_t v, int from, int to, int k, bool refin)
{
	uint64_t r = 0;
#pragma GCC unroll 8
	for (int i = from; i < to; i++)
		r ^= t[k + 7 - i][(refin ? v >> 8 * i : v >> (56 - 8 * i)) & 255];
	return r;
}

/* small: the width is at most 32. Then only four octets wait for the register before. */
INLINE uint64_t narrow(const struct crc *c, uint64_t r, const uint8_t *b, size_t n, bool refin, bool small)
{
	const uint64_t (*t)[256] = c->t.narrow;
	for (; n >= 16; n -= 16, b += 16) {
		uint64_t v = eight(b, refin), w = r ^ v;
		r = slice(t, small ? v : w, 4, 8, 8, refin) ^ slice(t, eight(b + 8, refin), 0, 8, 0, refin);
		r ^= slice(t, w, 0, 4, 8, refin);
	}
	if (n >= 8) {
		r = slice(t, r ^ eight(b, refin), 0, 8, 0, refin);
		n -= 8;
		b += 8;
	}
	for (; n > 0; n--)
		r = refin ? r >> 8 ^ t[0][(r ^ *b++) & 255] : r << 8 ^ t[0][r >> 56 ^ *b++];
	return r;
}

static uint64_t narrow_c(const struct crc *c, uint64_t r, const uint8_t *b, size_t n)
{
	if (c->p.width <= 32)
		return c->p.refin ? narrow(c, r, b, n, true, true) : narrow(c, r, b, n, false, true);
	return c->p.refin ? narrow(c, r, b, n, true, false) : narrow(c, r, b, n, false, false);
}

/* As many octets at a time as the register has. */
INLINE crc_word wide(const struct crc *c, crc_word r, const uint8_t *b, size_t n, bool refin)
{
	enum { STEP = WORD / 8 };
	const crc_word (*t)[256] = c->t.wide;
	for (; n >= STEP; n -= STEP, b += STEP) {
		uint64_t first = eight(b, refin) ^ (uint64_t)(refin ? r : r >> (WORD - 64));
		uint64_t rest = eight(b + STEP - 8, refin) ^ (uint64_t)(refin ? r >> (WORD - 64) : r);
		r = 0;
#pragma GCC unroll 8
		for (int i = 0; i < 8; i++) {
			unsigned shift = (unsigned)(refin ? 8 * i : 56 - 8 * i);
			r ^= t[STEP - 1 - i][first >> shift & 255];
			r ^= t[7 - i][rest >> shift & 255];
		}
	}
	for (; n > 0; n--)
		r = refin ? r >> 8 ^ t[0][(r ^ *b++) & 255] : r << 8 ^ t[0][(r >> (WORD - 8) ^ *b++) & 255];
	return r;
}

crc_word crc_octets_c(const struct crc *c, crc_word r, const uint8_t *b, size_t n)
{
	if (!is_wide(c))
		return narrow_c(c, (uint64_t)r, b, n);
	return c->p.refin ? wide(c, r, b, n, true) : wide(c, r, b, n, false);
}

/* ---- by carry-less multiplication (x86-64) ---- */

#if defined(__x86_64__)

/* V. Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ instruction", Intel, 2009. A register of 16 octets is a
 * polynomial of degree 127, the first octet its highest powers. Multiplied by x^D mod G it stands D bits earlier in the message,
 * congruent to itself, and is added to the octets there. */
#define CLMUL_FN __attribute__((target("pclmul,sse4.1")))
#define VCLMUL_FN __attribute__((target("vpclmulqdq,avx2,pclmul,sse4.1")))

enum { CLMUL = 1, VCLMUL = 2, VCLMUL_MIN = 256 };

static int processor;

CLMUL_FN INLINE __m128i load128(const void *p) { return _mm_loadu_si128((const __m128i *)p); }

/* Octets as the powers go: mirror images as they are, others with the first octet on top. */
CLMUL_FN INLINE __m128i order(__m128i x, bool refin)
{
	return refin ? x : _mm_shuffle_epi8(x, _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
}

CLMUL_FN INLINE __m128i fold(__m128i x, __m128i by, __m128i onto)
{
	return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(x, by, 0x00), _mm_clmulepi64_si128(x, by, 0x11)), onto);
}

/* The register r with the first 16 octets of the message, and with those n % 16 that do not fill a block: zeros before a message
 * change nothing, so these come first. Takes them off *b and *n. n >= 16 */
CLMUL_FN INLINE __m128i first_block(const struct crc *c, uint64_t r, const uint8_t **b, size_t *n, bool refin)
{
	static const int8_t slide[48] = {
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	};
	size_t odd = *n % 16;
	__m128i start = _mm_cvtsi64_si128((long long)(refin ? r : __builtin_bswap64(r)));
	__m128i x = _mm_xor_si128(load128(*b), start);
	if (odd) {
		__m128i next = _mm_xor_si128(load128(*b + odd), _mm_shuffle_epi8(start, load128(slide + 16 + odd)));
		x = order(_mm_shuffle_epi8(x, load128(slide + odd)), refin);
		x = fold(x, load128(c->fold_128), order(next, refin));
	} else {
		x = order(x, refin);
	}
	*b += 16 + odd;
	*n -= 16 + odd;
	return x;
}

/* The remainder of x times x^64 by G: to 128 bits, then Barrett's reduction (op. cit.). Of a mirror image of 65 bits
 * the quotient keeps the upper 64, which suffice, and the last product is moved by the bit that it is short of. */
CLMUL_FN INLINE uint64_t remainder_of(const struct crc *c, __m128i x, bool refin)
{
	__m128i by = _mm_cvtsi64_si128((long long)c->reduce), q;
	__m128i v = refin ? _mm_clmulepi64_si128(x, by, 0x00) : _mm_clmulepi64_si128(x, by, 0x01);
	uint64_t first, rest, high;
	v = _mm_xor_si128(v, refin ? _mm_srli_si128(x, 8) : _mm_slli_si128(x, 8));
	first = (uint64_t)(refin ? _mm_cvtsi128_si64(v) : _mm_extract_epi64(v, 1));
	rest = (uint64_t)(refin ? _mm_extract_epi64(v, 1) : _mm_cvtsi128_si64(v));
	q = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)first), _mm_cvtsi64_si128((long long)c->quotient), 0x00);
	high = (uint64_t)(refin ? _mm_cvtsi128_si64(q) : _mm_extract_epi64(q, 1)) ^ (refin ? 0 : first);
	q = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)high), _mm_cvtsi64_si128((long long)c->generator), 0x00);
	if (!refin)
		return rest ^ (uint64_t)_mm_cvtsi128_si64(q);
	return rest ^ ((uint64_t)_mm_extract_epi64(q, 1) << 1 | (uint64_t)_mm_cvtsi128_si64(q) >> 63);
}

/* Whole blocks behind x. */
CLMUL_FN INLINE uint64_t last_blocks(const struct crc *c, __m128i x, const uint8_t *b, size_t n, bool refin)
{
	for (; n > 0; n -= 16, b += 16)
		x = fold(x, load128(c->fold_128), order(load128(b), refin));
	return remainder_of(c, x, refin);
}

CLMUL_FN INLINE uint64_t clmul(const struct crc *c, uint64_t r, const uint8_t *b, size_t n, bool refin)
{
	__m128i by1 = load128(c->fold_128), by4 = load128(c->fold_512), x = first_block(c, r, &b, &n, refin);
	if (n >= 48) {
		__m128i x1 = order(load128(b), refin), x2 = order(load128(b + 16), refin), x3 = order(load128(b + 32), refin);
		for (b += 48, n -= 48; n >= 64; b += 64, n -= 64) {
			x = fold(x, by4, order(load128(b), refin));
			x1 = fold(x1, by4, order(load128(b + 16), refin));
			x2 = fold(x2, by4, order(load128(b + 32), refin));
			x3 = fold(x3, by4, order(load128(b + 48), refin));
		}
		x = fold(fold(fold(x, by1, x1), by1, x2), by1, x3);
	}
	return last_blocks(c, x, b, n, refin);
}

CLMUL_FN static uint64_t clmul_refin(const struct crc *c, uint64_t r, const uint8_t *b, size_t n) { return clmul(c, r, b, n, true); }
CLMUL_FN static uint64_t clmul_plain(const struct crc *c, uint64_t r, const uint8_t *b, size_t n) { return clmul(c, r, b, n, false); }

/* The same two blocks at a time. */
VCLMUL_FN INLINE __m256i two(const uint8_t *b, bool refin)
{
	__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)b);
	__m128i swap = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	return refin ? x : _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(swap));
}

VCLMUL_FN INLINE __m256i fold_two(__m256i x, __m256i by, __m256i onto)
{
	return _mm256_xor_si256(_mm256_xor_si256(_mm256_clmulepi64_epi128(x, by, 0x00), onto), _mm256_clmulepi64_epi128(x, by, 0x11));
}

VCLMUL_FN INLINE uint64_t vclmul(const struct crc *c, uint64_t r, const uint8_t *b, size_t n, bool refin)
{
	__m256i by1 = _mm256_broadcastsi128_si256(load128(c->fold_256)), by4 = _mm256_broadcastsi128_si256(load128(c->fold_1024));
	__m128i x = first_block(c, r, &b, &n, refin);
	__m256i y = _mm256_set_m128i(order(load128(b), refin), x);
	__m256i y1 = two(b + 16, refin), y2 = two(b + 48, refin), y3 = two(b + 80, refin);
	for (b += 112, n -= 112; n >= 128; b += 128, n -= 128) {
		y = fold_two(y, by4, two(b, refin));
		y1 = fold_two(y1, by4, two(b + 32, refin));
		y2 = fold_two(y2, by4, two(b + 64, refin));
		y3 = fold_two(y3, by4, two(b + 96, refin));
	}
	y = fold_two(fold_two(fold_two(y, by1, y1), by1, y2), by1, y3);
	for (; n >= 32; b += 32, n -= 32)
		y = fold_two(y, by1, two(b, refin));
	x = fold(_mm256_castsi256_si128(y), load128(c->fold_128), _mm256_extracti128_si256(y, 1));
	return last_blocks(c, x, b, n, refin);
}

VCLMUL_FN static uint64_t vclmul_refin(const struct crc *c, uint64_t r, const uint8_t *b, size_t n) { return vclmul(c, r, b, n, true); }
VCLMUL_FN static uint64_t vclmul_plain(const struct crc *c, uint64_t r, const uint8_t *b, size_t n) { return vclmul(c, r, b, n, false); }

static inline uint64_t narrow_fast(const struct crc *c, uint64_t r, const uint8_t *b, size_t n)
{
	if (n < 16 || !processor)
		return narrow_c(c, r, b, n);
	if (n < VCLMUL_MIN || !(processor & VCLMUL))
		return c->p.refin ? clmul_refin(c, r, b, n) : clmul_plain(c, r, b, n);
	return c->p.refin ? vclmul_refin(c, r, b, n) : vclmul_plain(c, r, b, n);
}

static void ask_processor(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1"))
		processor = CLMUL | (__builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx2") ? VCLMUL : 0);
}

#else

static inline uint64_t narrow_fast(const struct crc *c, uint64_t r, const uint8_t *b, size_t n) { return narrow_c(c, r, b, n); }
static void ask_processor(void) {}

#endif

crc_word crc_octets(const struct crc *c, crc_word r, const uint8_t *b, size_t n)
{
	return is_wide(c) ? crc_octets_c(c, r, b, n) : narrow_fast(c, (uint64_t)r, b, n);
}

/* ---- around the register ---- */

crc_word crc_start(const struct crc *c)
{
	return c->p.refin ? crc_reflect(c->p.init, c->p.width) : c->p.init << (span(c) - c->p.width);
}

crc_word crc_bits(const struct crc *c, crc_word r, const uint8_t *bits, size_t n)
{
	unsigned first = c->p.refin ? 0 : span(c) - 1;
	for (size_t i = 0; i < n; i++)
		r = step_bit(c, r ^ (crc_word)(bits[i] & 1) << first);
	return r;
}

static crc_word reflected(const struct crc *c, crc_word r)
{
	if (!c->p.refin)
		r >>= span(c) - c->p.width;
	return c->p.refin == c->p.refout ? r : crc_reflect(r, c->p.width);
}

crc_word crc_end(const struct crc *c, crc_word r) { return reflected(c, r) ^ c->p.xorout; }

crc_word crc_of(const struct crc *c, const uint8_t *b, size_t n) { return crc_end(c, crc_octets(c, crc_start(c), b, n)); }

void crc_sent(const struct crc_params *p, crc_word value, uint8_t *bits)
{
	for (unsigned i = 0; i < p->width; i++)
		bits[i] = (uint8_t)(value >> (p->refout ? i : p->width - 1 - i) & 1);
}

crc_word crc_unsent(const struct crc_params *p, const uint8_t *bits)
{
	crc_word value = 0;
	for (unsigned i = 0; i < p->width; i++)
		value |= (crc_word)(bits[i] & 1) << (p->refout ? i : p->width - 1 - i);
	return value;
}

crc_word crc_residue(const struct crc *c)
{
	uint8_t bits[CRC_WIDTH_MAX];
	crc_word r = crc_start(c);
	crc_sent(&c->p, crc_end(c, r), bits);
	return reflected(c, crc_bits(c, r, bits, c->p.width));
}

/* ---- two of them for the whole kit ---- */

static struct crc ieee, x25;

/* Before main, so that threads find them. */
__attribute__((constructor)) static void make_both(void)
{
	ask_processor();
	make(&ieee, &(struct crc_params){32, 0x04c11db7, 0xffffffff, true, true, 0xffffffff}); /* IEEE 802.3, 3.2.9 */
	make(&x25, &(struct crc_params){16, 0x1021, 0xffff, true, true, 0xffff});              /* ITU-T V.42, 8.1.1.6.1 */
}

uint32_t crc32_ieee(const uint8_t *b, size_t n, uint32_t start) { return ~(uint32_t)narrow_fast(&ieee, (uint32_t)~start, b, n); }
uint32_t crc32_ieee_c(const uint8_t *b, size_t n, uint32_t start) { return ~(uint32_t)narrow_c(&ieee, (uint32_t)~start, b, n); }
uint16_t crc16_x25(const uint8_t *b, size_t n) { return (uint16_t)~narrow_fast(&x25, 0xffff, b, n); }
