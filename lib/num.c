/* num.c - numbers, octets and addresses to and from text.
 *
 * The writers of single values take whole pieces of text from tables and store four or eight octets at once, so they
 * write a little too far (num.h). The functions over many octets have a portable twin (NAME_c) and, on x86-64, an
 * AVX2 form (NAME_avx2), for which the processor is asked before main.
 */
#include <string.h>

#include "num.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,popcnt")))
#endif

/* ---- tables ---- */

/* What pkt(5) and the hex readers want to know of a character: inert in a value, a hex digit, and its value then. */
enum { INERT = 0x20, HEX = 0x10 };

static const uint8_t char_class[256] = {
	['0'] = INERT | HEX | 0, ['1'] = INERT | HEX | 1, ['2'] = INERT | HEX | 2, ['3'] = INERT | HEX | 3,
	['4'] = INERT | HEX | 4, ['5'] = INERT | HEX | 5, ['6'] = INERT | HEX | 6, ['7'] = INERT | HEX | 7,
	['8'] = INERT | HEX | 8, ['9'] = INERT | HEX | 9,
	['a'] = INERT | HEX | 10, ['b'] = INERT | HEX | 11, ['c'] = INERT | HEX | 12,
	['d'] = INERT | HEX | 13, ['e'] = INERT | HEX | 14, ['f'] = INERT | HEX | 15,
	['A'] = INERT | HEX | 10, ['B'] = INERT | HEX | 11, ['C'] = INERT | HEX | 12,
	['D'] = INERT | HEX | 13, ['E'] = INERT | HEX | 14, ['F'] = INERT | HEX | 15,
	['G' ... 'Z'] = INERT, ['g' ... 'z'] = INERT,
	['.'] = INERT, ['_'] = INERT, ['-'] = INERT, ['+'] = INERT, [','] = INERT,
	[':'] = INERT, ['/'] = INERT, ['='] = INERT, ['@'] = INERT,
};

/* The tables of num.h, written out by macros: T1 gives the entry of a number, T5 five from there, and so on. */
#define T5(T1, v) T1(v), T1(v + 1), T1(v + 2), T1(v + 3), T1(v + 4)
#define T50(T1, v) T5(T1, v), T5(T1, v + 5), T5(T1, v + 10), T5(T1, v + 15), T5(T1, v + 20), \
	T5(T1, v + 25), T5(T1, v + 30), T5(T1, v + 35), T5(T1, v + 40), T5(T1, v + 45)
#define T250(T1, v) T50(T1, v), T50(T1, v + 50), T50(T1, v + 100), T50(T1, v + 150), T50(T1, v + 200)
#define T256(T1) T250(T1, 0), T5(T1, 250), T1(255)
#define T1000(T1) T250(T1, 0), T250(T1, 250), T250(T1, 500), T250(T1, 750)

/* The decimal digit of v at 100, 10 or 1; the hex digit of a nibble. FROM_LEFT: v without leading zeros, then for one
 * digit a, b, c in the other places, for two b, c, for three d. */
#define DIGIT(v, at) (char)('0' + (v) / (at) % 10)
#define NIBBLE(v) (char)((v) < 10 ? '0' + (v) : 'a' - 10 + (v))
#define FROM_LEFT(v, a, b, c, d)                                      \
	{(v) > 99 ? DIGIT(v, 100) : (v) > 9 ? DIGIT(v, 10) : DIGIT(v, 1),  \
	 (v) > 99 ? DIGIT(v, 10) : (v) > 9 ? DIGIT(v, 1) : (a),            \
	 (v) > 99 ? DIGIT(v, 1) : (b), (v) > 99 ? (d) : (c)}

#define DEC(v) FROM_LEFT(v, 0, 0, (v) > 9 ? 2 : 1, 3)
#define DEC0(v) {DIGIT(v, 100), DIGIT(v, 10), DIGIT(v, 1), 3}
#define DOT(v) FROM_LEFT(v, '.', (v) > 9 ? '.' : 0, 0, '.')
#define HEX2(v) {NIBBLE((v) >> 4), NIBBLE((v) & 15), ':', 0}

const char num_dec_table[2000][4] = {T1000(DEC), T1000(DEC0)};
const char num_dot_table[256][4] = {T256(DOT)};
const char num_hex_table[256][4] = {T256(HEX2)};

/* ---- words of octets, the first octet lowest ---- */

static inline uint64_t le64(uint64_t x)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

static inline uint64_t load_le64(const void *p)
{
	uint64_t x;
	memcpy(&x, p, 8);
	return le64(x);
}

static inline uint64_t load_le32(const void *p)
{
	uint32_t x;
	memcpy(&x, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap32(x);
#endif
	return x;
}

static inline void store_le64(void *p, uint64_t x)
{
	x = le64(x);
	memcpy(p, &x, 8);
}

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* ---- single values to text ---- */

char *num_dec_large(char *p, uint64_t v)
{
	uint32_t low = (uint32_t)(v % 1000000);
	p = num_dec(p, v / 1000000);
	memcpy(p, num_dec_table[1000 + low / 1000], 4);
	memcpy(p + 3, num_dec_table[1000 + low % 1000], 4);
	return p + 6;
}

char *num_dec0(char *p, uint64_t v, int digits)
{
	char *end = p + digits;

	for (; digits >= 3; digits -= 3, v /= 1000)
		memcpy(p + digits - 3, num_dec_table[1000 + v % 1000], 3);
	for (; digits > 0; digits--, v /= 10)
		p[digits - 1] = (char)('0' + v % 10);
	return end;
}

/* Octets 0 to 15 to hex digits. Adding 6 carries into bit 4 from 10 on; 'a' is 39 after the octet that follows '9'. */
static inline uint64_t nibbles_text(uint64_t x)
{
	return x + EACH('0') + 39 * (((x + EACH(6)) >> 4) & EACH(1));
}

/* Four octets to their eight hex digits. */
static inline uint64_t hex8(uint64_t x)
{
	x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
	x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
	return nibbles_text((x >> 4 & UINT64_C(0x000f000f000f000f)) | (x << 8 & UINT64_C(0x0f000f000f000f00)));
}

char *num_hex(char *p, uint64_t v, int digits)
{
	int n = (67 - __builtin_clzll(v | 1)) / 4; /* what v needs, at least one */
	if (n < digits)
		n = digits;
	for (; n > 16; n--)
		*p++ = '0';
	if (n > 8) {
		p = num_hex(p, v >> 32, n - 8);
		n = 8;
	}
	store_le64(p, hex8(__builtin_bswap32((uint32_t)v)) >> 8 * (8 - n));
	return p + n;
}

/* Groups first to end of an IPv6 address without leading zeros (RFC 5952, 4.1), and ':' after each. */
static inline char *hex_groups(char *p, const uint8_t a[16], int first, int end)
{
	for (int i = first; i < end; i++) {
		uint32_t v = be16(a + 2 * i);
		uint64_t text = load_le32(num_hex_table[v & 255]) << 16; /* the low digits and ':' */
		text |= load_le32(num_hex_table[v >> 8]) & 0xffff;
		uint32_t top = (uint32_t)__builtin_clz(v | 1) ^ 31; /* the highest bit's place, in nibble top / 4 */
		store_le64(p, text >> (24 - 2 * (top & 12)));
		p += (size_t)(top >> 2) + 2;
	}
	return p;
}

/* Bit i: 16-bit group i of the four in x is zero. Adding 0x7fff carries into the top bit of all others; the
 * product brings bit 16i to 48+i. */
static inline uint32_t zero_groups(uint64_t x)
{
	uint64_t low = UINT64_C(0x7fff7fff7fff7fff);
	uint64_t zero = ~(((x & low) + low) | x | low) >> 15;
	return (uint32_t)(zero * UINT64_C(0x0001000200040008) >> 48) & 15;
}

char *num_ip6(char *p, const uint8_t a[16])
{
	uint32_t zero = zero_groups(load_le64(a)) | zero_groups(load_le64(a + 8)) << 4, run, at = 0;
	int start, len = 0;

	if ((zero & 0x1f) == 0x1f && be16(a + 10) == 0xffff) { /* RFC 5952, 5; RFC 4291, 2.5.5.2 */
		memcpy(p, "::ffff:", 7);
		return num_ip4(p + 7, a + 12);
	}
	/* After k rounds, the bits left are where more than k zero groups begin. The last to remain
	 * begin the longest runs, and the lowest of them the first run (RFC 5952, 4.2.3). */
	for (run = zero; run; run &= run >> 1, len++)
		at = run;
	if (len < 2) /* 4.2.2: not for one group */
		return hex_groups(p, a, 0, 8) - 1;
	start = __builtin_ctz(at);
	p = hex_groups(p, a, 0, start);
	memcpy(p, "::", 2);
	p += start ? 1 : 2; /* a group before has written its ':' */
	return start + len == 8 ? p : hex_groups(p, a, start + len, 8) - 1;
}

/* ---- text to single values ---- */

int num_read(const char *s, size_t n, uint64_t *v)
{
	uint64_t x = 0;
	size_t i = 0;

	if (n > 2 && s[0] == '0' && s[1] == 'x') {
		for (i = 2; i < n; i++) {
			uint8_t c = char_class[(uint8_t)s[i]];
			if (!(c & HEX) || x >> 60)
				return -1;
			x = x << 4 | (c & 15);
		}
		*v = x;
		return 0;
	}
	for (; i < n; i++) {
		unsigned d = (unsigned)(uint8_t)s[i] - '0';
		if (d > 9 || x > UINT64_MAX / 10 || (x == UINT64_MAX / 10 && d > UINT64_MAX % 10))
			return -1;
		x = x * 10 + d;
	}
	*v = x;
	return n ? 0 : -1;
}

int num_read_ip4(const char *s, size_t n, uint8_t a[4])
{
	size_t i = 0;

	for (int k = 0; k < 4; k++) {
		unsigned v = 0;
		size_t first;
		if (k > 0 && (i == n || s[i++] != '.'))
			return -1;
		for (first = i; i < n && i - first < 4; i++) {
			unsigned d = (unsigned)(uint8_t)s[i] - '0';
			if (d > 9)
				break;
			v = v * 10 + d;
		}
		if (i == first || v > 255 || (s[first] == '0' && i - first > 1))
			return -1;
		a[k] = (uint8_t)v;
	}
	return i == n ? 0 : -1;
}

/* Reads hex digits, at most max of them; returns how many, 0 when there is none. */
static size_t hex_digits(const char *s, size_t n, size_t max, uint32_t *v)
{
	size_t i;

	for (i = 0, *v = 0; i < n && i < max && char_class[(uint8_t)s[i]] & HEX; i++)
		*v = *v << 4 | (char_class[(uint8_t)s[i]] & 15);
	return i;
}

int num_read_ip6(const char *s, size_t n, uint8_t a[16])
{
	uint8_t g[16] = {0};
	size_t i = 0, len = 0, gap = SIZE_MAX; /* octets read; where "::" stood among them */

	if (n >= 2 && s[0] == ':' && s[1] == ':') {
		gap = 0;
		i = 2;
	}
	while (i < n) {
		uint32_t v;
		size_t k = hex_digits(s + i, n - i, 4, &v);
		if (k == 0 || len == 16)
			return -1;
		if (k < n - i && s[i + k] == '.') { /* form 3: the last 32 bits as an IPv4 address */
			if (len > 12 || num_read_ip4(s + i, n - i, g + len) != 0)
				return -1;
			len += 4;
			break;
		}
		put16(g + len, v);
		len += 2;
		i += k;
		if (i == n)
			break;
		if (s[i++] != ':' || i == n)
			return -1;
		if (s[i] == ':') {
			if (gap != SIZE_MAX)
				return -1;
			gap = len;
			i++;
		}
	}
	if (gap == SIZE_MAX ? len != 16 : len > 14) /* "::" is one or more groups */
		return -1;
	memset(a, 0, 16);
	if (gap == SIZE_MAX)
		gap = 16;
	memcpy(a, g, gap);
	if (gap < len)
		memcpy(a + 16 - (len - gap), g + gap, len - gap);
	return 0;
}

/* The common form, two digits a group and colons: every character is looked at, and judged at the end. */
static bool read_mac_plain(const char *s, uint8_t a[6])
{
	unsigned hex = HEX, colons = 0;

	for (int k = 0; k < 6; k++) {
		unsigned first = char_class[(uint8_t)s[3 * k]], second = char_class[(uint8_t)s[3 * k + 1]];
		hex &= first & second;
		a[k] = (uint8_t)(first << 4 | (second & 15));
	}
	for (int k = 0; k < 5; k++)
		colons |= (unsigned)(s[3 * k + 2] ^ ':');
	return hex && !colons;
}

int num_read_mac(const char *s, size_t n, uint8_t a[6])
{
	size_t i = 0;
	char sep = 0;

	if (n == 17 && read_mac_plain(s, a))
		return 0;
	for (int k = 0; k < 6; k++) {
		uint32_t v;
		size_t d;
		if (k == 1 && i < n)
			sep = s[i];
		if (k > 0 && (i == n || s[i++] != sep))
			return -1;
		d = hex_digits(s + i, n - i, 2, &v);
		if (d == 0)
			return -1;
		a[k] = (uint8_t)v;
		i += d;
	}
	return i == n && (sep == ':' || sep == '-') ? 0 : -1;
}

/* ---- hex ---- */

void hex_write_c(char *p, const uint8_t *b, size_t n)
{
	for (; n >= 4; n -= 4, b += 4, p += 8)
		store_le64(p, hex8(load_le32(b)));
	for (; n > 0; n--, b++, p += 2)
		memcpy(p, num_hex_table[*b], 2);
}

size_t hex_read_c(uint8_t *b, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		uint8_t hi = char_class[(uint8_t)s[2 * i]], lo = char_class[(uint8_t)s[2 * i + 1]];
		if (!(hi & lo & HEX))
			return 2 * i + (hi & HEX ? 1 : 0);
		b[i] = (uint8_t)(hi << 4 | (lo & 15));
	}
	return 2 * n;
}

/* ---- percent strings ---- */

/* What may print as str=: 0x20 to 0x7e, TAB, LF, CR. */
static bool plain_octet(uint8_t c)
{
	return (c >= 0x20 && c <= 0x7e) || c == '\t' || c == '\n' || c == '\r';
}

/* The high bit of every octet of x (all below 0x80) that is zero. */
static inline uint64_t zero_octets(uint64_t x) { return ~(x + EACH(0x7f)) & EACH(0x80); }

bool str_plain_c(const uint8_t *b, size_t n)
{
	uint64_t bad = 0;

	for (; n >= 8; n -= 8, b += 8) {
		uint64_t x = load_le64(b), low = x & EACH(0x7f);
		uint64_t good = (low + EACH(0x60)) & ~(low + EACH(1)); /* high bits: at least 0x20; below 0x7f */
		good |= zero_octets(low ^ EACH('\t')) | zero_octets(low ^ EACH('\n')) | zero_octets(low ^ EACH('\r'));
		bad |= (x | ~good) & EACH(0x80);
		if (bad)
			return false;
	}
	for (; n > 0; n--)
		if (!plain_octet(*b++))
			return false;
	return true;
}

char *str_write_c(char *p, const uint8_t *b, size_t n)
{
	for (; n > 0; n--, b++) {
		if (char_class[*b] & INERT) {
			*p++ = (char)*b;
			continue;
		}
		p[0] = '%';
		p[1] = "0123456789ABCDEF"[*b >> 4];
		p[2] = "0123456789ABCDEF"[*b & 15];
		p += 3;
	}
	return p;
}

long str_read_c(uint8_t *b, const char *s, size_t n, size_t *at)
{
	uint8_t *out = b;

	for (size_t i = 0; i < n;) {
		if (char_class[(uint8_t)s[i]] & INERT) {
			*out++ = (uint8_t)s[i++];
			continue;
		}
		uint8_t hi = n - i > 2 ? char_class[(uint8_t)s[i + 1]] : 0;
		uint8_t lo = n - i > 2 ? char_class[(uint8_t)s[i + 2]] : 0;
		if (s[i] != '%' || !(hi & lo & HEX)) {
			*at = i;
			return -1;
		}
		*out++ = (uint8_t)(hi << 4 | (lo & 15));
		i += 3;
	}
	return (long)(out - b);
}

/* ---- the AVX2 forms ---- */

#if defined(__x86_64__)

/* Sixteen octets to 32 digits: each octet in a 16-bit lane, its upper nibble below its lower one. */
AVX2 static inline __m256i hex32(__m128i octets, __m256i digits)
{
	__m256i x = _mm256_cvtepu8_epi16(octets);
	x = _mm256_or_si256(_mm256_srli_epi16(x, 4), _mm256_slli_epi16(x, 8));
	return _mm256_shuffle_epi8(digits, _mm256_and_si256(x, _mm256_set1_epi8(15)));
}

AVX2 static void hex_write_avx2(char *p, const uint8_t *b, size_t n)
{
	__m256i digits = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)"0123456789abcdef"));
	size_t i;

	if (n < 16) {
		hex_write_c(p, b, n);
		return;
	}
	for (i = 0; i + 16 <= n; i += 16)
		_mm256_storeu_si256((__m256i *)(p + 2 * i), hex32(_mm_loadu_si128((const __m128i *)(b + i)), digits));
	if (i < n) /* the last sixteen, some of them once more */
		_mm256_storeu_si256((__m256i *)(p + 2 * n - 32), hex32(_mm_loadu_si128((const __m128i *)(b + n - 16)), digits));
}

/* 0xff in every octet of x that is at most max, unsigned. */
AVX2 static inline __m256i at_most(__m256i x, char max)
{
	return _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(max)), x);
}

AVX2 static inline __m256i is_hex(__m256i c)
{
	__m256i digit = at_most(_mm256_sub_epi8(c, _mm256_set1_epi8('0')), 9);
	__m256i letter = at_most(_mm256_sub_epi8(_mm256_or_si256(c, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a')), 5);
	return _mm256_or_si256(digit, letter);
}

/* The values of hex digits: a letter, which bit 6 tells, has 1 to 6 in its low nibble. */
AVX2 static inline __m256i hex_value(__m256i c)
{
	__m256i nine = _mm256_and_si256(_mm256_srli_epi16(c, 6), _mm256_set1_epi8(1));
	nine = _mm256_add_epi8(nine, _mm256_slli_epi16(nine, 3));
	return _mm256_add_epi8(_mm256_and_si256(c, _mm256_set1_epi8(15)), nine);
}

AVX2 static size_t hex_read_avx2(uint8_t *b, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i + 16 <= n; i += 16) {
		__m256i c = _mm256_loadu_si256((const __m256i *)(s + 2 * i));
		unsigned good = (unsigned)_mm256_movemask_epi8(is_hex(c));
		if (good != 0xffffffff)
			return 2 * i + (unsigned)__builtin_ctz(~good);
		__m256i v = _mm256_maddubs_epi16(hex_value(c), _mm256_set1_epi16(0x0110)); /* 16 * first + second */
		v = _mm256_permute4x64_epi64(_mm256_packus_epi16(v, v), 0x08);
		_mm_storeu_si128((__m128i *)(b + i), _mm256_castsi256_si128(v));
	}
	return 2 * i + hex_read_c(b + i, s + 2 * i, n - i);
}

/* 0xff in every octet that str= may carry. A shuffle takes x & 15 as its index, and gives 0 where x is 0x80 or more;
 * so only TAB, LF and CR find themselves. */
AVX2 static inline __m256i is_plain(__m256i x)
{
	__m256i self = _mm256_broadcastsi128_si256(_mm_setr_epi8(-1, 0, 0, 0, 0, 0, 0, 0, 0, 9, 10, 0, 0, 13, 0, 0));
	__m256i graphic = _mm256_cmpgt_epi8(_mm256_add_epi8(x, _mm256_set1_epi8(1)), _mm256_set1_epi8(0x20));
	return _mm256_or_si256(graphic, _mm256_cmpeq_epi8(_mm256_shuffle_epi8(self, x), x));
}

AVX2 static bool str_plain_avx2(const uint8_t *b, size_t n)
{
	size_t i;

	if (n < 32)
		return str_plain_c(b, n);
	for (i = 0; i + 64 <= n; i += 64) {
		__m256i x = is_plain(_mm256_loadu_si256((const __m256i *)(b + i)));
		__m256i y = is_plain(_mm256_loadu_si256((const __m256i *)(b + i + 32)));
		if (_mm256_movemask_epi8(_mm256_and_si256(x, y)) != -1)
			return false;
	}
	if (i + 32 <= n && _mm256_movemask_epi8(is_plain(_mm256_loadu_si256((const __m256i *)(b + i)))) != -1)
		return false;
	return _mm256_movemask_epi8(is_plain(_mm256_loadu_si256((const __m256i *)(b + n - 32)))) == -1;
}

/* 0xff in every inert octet. The tables say which rows of the ASCII chart hold an inert character in this column
 * (bit 0: 0x20 to 0x2f ... bit 5: 0x70 to 0x7f), and which bit is a row's. */
AVX2 static inline __m256i is_inert(__m256i c)
{
	__m256i column = _mm256_broadcastsi128_si256(_mm_setr_epi8(0x2e, 0x3e, 0x3e, 0x3e, 0x3e, 0x3e, 0x3e, 0x3e, 0x3e, 0x3e,
	                                                           0x3e, 0x15, 0x15, 0x17, 0x15, 0x1d));
	__m256i row = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0));
	__m256i low = _mm256_set1_epi8(15);
	__m256i x = _mm256_and_si256(_mm256_shuffle_epi8(column, _mm256_and_si256(c, low)),
	                             _mm256_shuffle_epi8(row, _mm256_and_si256(_mm256_srli_epi16(c, 4), low)));
	return _mm256_cmpgt_epi8(x, _mm256_setzero_si256());
}

/* Shuffles that keep the octets of a word that a mask names: for str_write, of "cHL%" four times, all but c
 * where the octet is inert, put in the order %HL; for str_read, of eight characters those whose bit is set. */
static uint8_t write_keep[16][16], write_len[16], read_keep[256][8];

static void keep_tables(void)
{
	for (unsigned mask = 0; mask < 16; mask++) {
		unsigned n = 0;
		for (unsigned k = 0; k < 4; k++) {
			if (mask >> k & 1) {
				write_keep[mask][n++] = (uint8_t)(4 * k);
				continue;
			}
			write_keep[mask][n++] = (uint8_t)(4 * k + 3);
			write_keep[mask][n++] = (uint8_t)(4 * k + 1);
			write_keep[mask][n++] = (uint8_t)(4 * k + 2);
		}
		write_len[mask] = (uint8_t)n;
	}
	for (unsigned mask = 0; mask < 256; mask++)
		for (unsigned k = 0, n = 0; k < 8; k++)
			if (mask >> k & 1)
				read_keep[mask][n++] = (uint8_t)k;
}

/* Four octets, with the digits of each behind it: without branches, since text is a riddle to the branch predictor. */
AVX2 static inline char *write4(char *p, __m128i x, unsigned inert)
{
	_mm_storeu_si128((__m128i *)p, _mm_shuffle_epi8(x, _mm_loadu_si128((const __m128i *)write_keep[inert & 15])));
	return p + write_len[inert & 15];
}

AVX2 static inline char *write16(char *p, __m128i c, unsigned inert)
{
	__m128i digits = _mm_loadu_si128((const __m128i *)"0123456789ABCDEF"), low = _mm_set1_epi8(15);
	__m128i hi = _mm_shuffle_epi8(digits, _mm_and_si128(_mm_srli_epi16(c, 4), low));
	__m128i lo = _mm_shuffle_epi8(digits, _mm_and_si128(c, low));
	__m128i percent = _mm_set1_epi8('%');
	__m128i ch = _mm_unpacklo_epi8(c, hi), lp = _mm_unpacklo_epi8(lo, percent);

	p = write4(p, _mm_unpacklo_epi16(ch, lp), inert);
	p = write4(p, _mm_unpackhi_epi16(ch, lp), inert >> 4);
	ch = _mm_unpackhi_epi8(c, hi), lp = _mm_unpackhi_epi8(lo, percent);
	p = write4(p, _mm_unpacklo_epi16(ch, lp), inert >> 8);
	return write4(p, _mm_unpackhi_epi16(ch, lp), inert >> 12);
}

AVX2 static char *str_write_avx2(char *p, const uint8_t *b, size_t n)
{
	for (; n >= 32; n -= 32, b += 32) {
		__m256i c = _mm256_loadu_si256((const __m256i *)b);
		unsigned inert = (unsigned)_mm256_movemask_epi8(is_inert(c));
		if (inert == 0xffffffff) {
			_mm256_storeu_si256((__m256i *)p, c);
			p += 32;
			continue;
		}
		p = write16(p, _mm256_castsi256_si128(c), inert);
		p = write16(p, _mm256_extracti128_si256(c, 1), inert >> 16);
	}
	if (n >= 16) {
		__m256i c = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)b));
		p = write16(p, _mm256_castsi256_si128(c), (unsigned)_mm256_movemask_epi8(is_inert(c)));
		n -= 16, b += 16;
	}
	return str_write_c(p, b, n);
}

/* Of the first eight characters of x, those that the mask keeps; then of sixteen. */
AVX2 static inline uint8_t *read8(uint8_t *b, __m128i x, unsigned keep)
{
	__m128i order = _mm_loadl_epi64((const __m128i *)read_keep[keep & 255]);
	_mm_storel_epi64((__m128i *)b, _mm_shuffle_epi8(x, order));
	return b + __builtin_popcount(keep & 255);
}

AVX2 static inline uint8_t *read16(uint8_t *b, __m128i x, unsigned keep)
{
	return read8(read8(b, x, keep), _mm_srli_si128(x, 8), keep >> 8);
}

/* Decodes blocks of 32 characters, looking at the two behind as well. Where escape after escape begins is clear, since
 * no % is a hex digit: each % becomes its value and the two digits behind it go, by the masks. What is wrong, or too near
 * to the end, is left to str_read_c. Writes never overtake reads, so they stay in the n octets of b. */
AVX2 static long str_read_avx2(uint8_t *b, const char *s, size_t n, size_t *at)
{
	uint8_t *out = b;
	size_t i = 0;
	unsigned carry = 0; /* digits that belong to an escape of the block before */

	while (n - i >= 34) {
		__m256i c = _mm256_loadu_si256((const __m256i *)(s + i));
		unsigned inert = (unsigned)_mm256_movemask_epi8(is_inert(c));
		if (inert == 0xffffffff && carry == 0) {
			_mm256_storeu_si256((__m256i *)out, c);
			out += 32;
			i += 32;
			continue;
		}
		__m256i c1 = _mm256_loadu_si256((const __m256i *)(s + i + 1)), c2 = _mm256_loadu_si256((const __m256i *)(s + i + 2));
		__m256i escape = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('%'));
		__m256i good = _mm256_or_si256(is_inert(c), _mm256_and_si256(escape, _mm256_and_si256(is_hex(c1), is_hex(c2))));
		if (_mm256_movemask_epi8(good) != -1)
			break;
		__m256i hi = _mm256_and_si256(_mm256_slli_epi16(hex_value(c1), 4), _mm256_set1_epi8((char)0xf0));
		__m256i v = _mm256_blendv_epi8(c, _mm256_or_si256(hi, hex_value(c2)), escape);
		uint64_t drop = (uint64_t)~inert * 6 | carry;
		unsigned keep = ~(unsigned)drop;
		out = read16(out, _mm256_castsi256_si128(v), keep);
		out = read16(out, _mm256_extracti128_si256(v, 1), keep >> 16);
		carry = (unsigned)(drop >> 32);
		i += 32;
	}
	i += (unsigned)__builtin_popcount(carry);
	long rest = str_read_c(out, s + i, n - i, at);
	if (rest < 0) {
		*at += i;
		return -1;
	}
	return (long)(out - b) + rest;
}

static bool have_avx2;

/* Asks the processor before main, so that threads find it known. */
__attribute__((constructor)) static void ask_processor(void)
{
	__builtin_cpu_init();
	have_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
	keep_tables();
}

#define FASTEST(name, ...) (have_avx2 ? name##_avx2(__VA_ARGS__) : name##_c(__VA_ARGS__))
#else
#define FASTEST(name, ...) name##_c(__VA_ARGS__)
#endif

/* ---- the choice ---- */

void hex_write(char *p, const uint8_t *b, size_t n) { FASTEST(hex_write, p, b, n); }
size_t hex_read(uint8_t *b, const char *s, size_t n) { return FASTEST(hex_read, b, s, n); }
bool str_plain(const uint8_t *b, size_t n) { return FASTEST(str_plain, b, n); }
char *str_write(char *p, const uint8_t *b, size_t n) { return FASTEST(str_write, p, b, n); }
long str_read(uint8_t *b, const char *s, size_t n, size_t *at) { return FASTEST(str_read, b, s, n, at); }
