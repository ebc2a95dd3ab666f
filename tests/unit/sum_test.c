/* sum_test.c - the Internet checksum and CRC-32: published values, a model an octet at a time, twins against each other. */
#include <stdint.h>

#include "num.h"
#include "test.h"

enum { MAX_LEN = 2000 };

static uint64_t state = 7;

/* Knuth's MMIX generator. */
static uint8_t rnd(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint8_t)(state >> 56);
}

typedef uint32_t summer(const uint8_t *, size_t, uint32_t);

/* RFC 1071, 1, to the letter: add the 16-bit words, then end-around carries until none is left. */
static uint32_t slow_sum(const uint8_t *b, size_t n, uint32_t start)
{
	uint64_t s = start;
	for (size_t i = 0; i < n; i++)
		s += i & 1 ? b[i] : (uint32_t)b[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s;
}

/* Every length, at an alignment that goes round all 32 in each run of lengths, the octets ending where their memory ends. */
static int sum_errors(summer *f)
{
	int bad = 0;
	for (size_t n = 0; n <= MAX_LEN; n++)
		for (size_t align = n % 8; align < 32; align += n < 300 ? 1 : 8) {
			uint8_t *m = malloc(align + n + 1), *b = m + align + 1;
			unsigned kind = rnd() & 3;
			uint32_t start = kind == 1 ? 0 : kind == 2 ? 0xffffffff : (uint32_t)rnd() << 24 | rnd() * 257u;
			for (size_t i = 0; i < n; i++)
				b[i] = kind == 1 ? 0 : kind == 2 ? 0xff : rnd();
			bad += f(b, n, start) != slow_sum(b, n, start);
			bad += f(b, n, 0) != slow_sum(b, n, 0);
			free(m);
		}
	return bad;
}
TEST(sum16_is_right) { CHECK_INT(sum_errors(sum16), 0); }
TEST(sum16_c_is_right) { CHECK_INT(sum_errors(sum16_c), 0); }

TEST(sum16_known)
{
	static const uint8_t rfc1071[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}; /* RFC 1071, 3 */
	static const uint8_t ip[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
				     0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
	CHECK_INT(sum16(rfc1071, 8, 0), 0xddf2);
	CHECK_INT(sum16(ip, sizeof ip, 0), 0xffff); /* a header whose checksum is right */
	CHECK_INT(sum16((const uint8_t *)"\x12", 1, 0), 0x1200);
	CHECK_INT(sum16(ip, 0, 0), 0);
	CHECK_INT(sum16(ip, 0, 0x1fffe), 0xffff);
}

TEST(sum16_of_a_large_block)
{
	size_t n = 262144;
	uint8_t *b = malloc(n);
	memset(b, 0xff, n);
	CHECK_INT(sum16(b, n, 0), 0xffff);
	CHECK_INT(sum16_c(b, n - 1, 5), slow_sum(b, n - 1, 5));
	CHECK_INT(sum16(b, n - 1, 5), slow_sum(b, n - 1, 5));
	free(b);
}

/* A bit at a time: the shift register of IEEE 802.3, 3.2.9, reflected. */
static uint32_t slow_crc(const uint8_t *b, size_t n, uint32_t start)
{
	uint32_t c = ~start;
	for (size_t i = 0; i < n; i++)
		for (int bit = 0; bit < 8; bit++)
			c = c >> 1 ^ ((c ^ b[i] >> bit) & 1 ? 0xedb88320 : 0);
	return ~c;
}

TEST(crc32_known)
{
	static const uint8_t digits[] = "123456789"; /* the check value of the CRC catalogue */
	uint8_t frame[64] = {0};
	summer *f[] = {crc32_ieee, crc32_ieee_c};
	for (int i = 0; i < 2; i++) {
		CHECK_INT(f[i](digits, 9, 0), 0xcbf43926);
		CHECK_INT(f[i](digits, 0, 0), 0);
		CHECK_INT(f[i](frame, 32, 0), 0x190a55ad); /* 32 zeros */
		uint32_t c = f[i](frame, 60, 0); /* an FCS, least octet first, leaves the residue of 802.3 */
		for (int k = 0; k < 4; k++)
			frame[60 + k] = (uint8_t)(c >> 8 * k);
		CHECK_INT(f[i](frame, 64, 0), 0x2144df1c);
		memset(frame, 0, sizeof frame);
	}
}

TEST(crc32_twins_agree_at_every_length_and_alignment)
{
	int bad = 0;
	static uint8_t m[MAX_LEN + 64];
	for (size_t i = 0; i < sizeof m; i++)
		m[i] = rnd();
	for (size_t align = 0; align < 16; align++)
		for (size_t n = 0; n <= MAX_LEN; n++) {
			uint32_t start = n & 1 ? (uint32_t)n * 2654435761u : 0;
			bad += crc32_ieee(m + align, n, start) != crc32_ieee_c(m + align, n, start);
		}
	for (size_t n = 0; n <= 300; n++) { /* the twin against the definition, and ends of memory */
		uint8_t *b = malloc(n + 1);
		memcpy(b + 1, m, n);
		bad += crc32_ieee(b + 1, n, 5) != slow_crc(m, n, 5);
		bad += crc32_ieee_c(b + 1, n, 5) != slow_crc(m, n, 5);
		free(b);
	}
	CHECK_INT(bad, 0);
}

TEST(crc32_goes_on_over_every_split)
{
	int bad = 0;
	uint8_t b[300];
	for (size_t i = 0; i < sizeof b; i++)
		b[i] = rnd();
	uint32_t whole = slow_crc(b, sizeof b, 0);
	for (size_t i = 0; i <= sizeof b; i++) {
		bad += crc32_ieee(b + i, sizeof b - i, crc32_ieee(b, i, 0)) != whole;
		bad += crc32_ieee_c(b + i, sizeof b - i, crc32_ieee_c(b, i, 0)) != whole;
	}
	CHECK_INT(bad, 0);
}

RUN_TESTS
