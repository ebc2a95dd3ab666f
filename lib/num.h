/* num.h - numbers, octets and addresses to and from text, fast; and sums over octets.
 *
 * Writers put text at p and return the position after it; no NUL is added. They may scribble up to
 * 32 octets beyond what they return, so the caller keeps NUM_SLACK octets of room.
 * Readers take [s, s+n), all of it, and return 0 or -1.
 */
#ifndef OSIKIT_NUM_H
#define OSIKIT_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { NUM_SLACK = 64 };

/* Big-endian loads and stores of any alignment. */
static inline uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint64_t be64(const uint8_t *p) { return (uint64_t)be32(p) << 32 | be32(p + 4); }
static inline void put16(uint8_t *p, uint32_t v) { p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }
static inline void put32(uint8_t *p, uint32_t v) { put16(p, v >> 16); put16(p + 2, v); }
static inline void put64(uint8_t *p, uint64_t v) { put32(p, (uint32_t)(v >> 32)); put32(p + 4, (uint32_t)v); }

/* Of 0 to 999: up to three digits from the left, and in the last octet how many; then three digits each. Of an octet:
 * its decimal digits and a dot; its two hex digits and a colon. */
extern const char num_dec_table[2000][4], num_dot_table[256][4], num_hex_table[256][4];
char *num_dec_large(char *p, uint64_t v); /* num_dec from 10^6 */

static inline char *num_dec(char *p, uint64_t v)    /* decimal, no leading zeros */
{
	if (v < 1000) {
		memcpy(p, num_dec_table[v], 4);
		return p + (size_t)num_dec_table[v][3];
	}
	if (v >= 1000000)
		return num_dec_large(p, v);
	uint32_t high = (uint32_t)v / 1000, low = (uint32_t)v % 1000;
	memcpy(p, num_dec_table[high], 4);
	p += (size_t)num_dec_table[high][3];
	memcpy(p, num_dec_table[1000 + low], 4);
	return p + 3;
}
char *num_dec0(char *p, uint64_t v, int digits);    /* decimal with exactly this many digits, 1 to 19 */
char *num_hex(char *p, uint64_t v, int digits);     /* lower case, at least this many digits, no 0x */
char *num_ip6(char *p, const uint8_t a[16]);        /* RFC 5952, section 4 (and 5: v4-mapped ::ffff:192.0.2.1) */

static inline char *num_ip4(char *p, const uint8_t a[4])   /* 192.0.2.1 */
{
	uint32_t v = be32(a); /* once: for all the compiler knows, p may point to a */
#pragma GCC unroll 4
	for (int shift = 24; shift >= 0; shift -= 8) {
		memcpy(p, num_dot_table[v >> shift & 255], 4);
		p += (size_t)num_dec_table[v >> shift & 255][3] + 1;
	}
	return p - 1;
}

static inline char *num_mac(char *p, const uint8_t a[6])   /* 02:00:00:00:00:01 */
{
#pragma GCC unroll 6
	for (int i = 0; i < 6; i++)
		memcpy(p + 3 * i, num_hex_table[a[i]], 4);
	return p + 17;
}

int num_read(const char *s, size_t n, uint64_t *v); /* decimal or 0x...; a leading 0 is not octal; -1: not a number or over 64 bits */
int num_read_ip4(const char *s, size_t n, uint8_t a[4]);   /* four decimal octets, no leading zeros beyond "0" */
int num_read_ip6(const char *s, size_t n, uint8_t a[16]);  /* RFC 4291, 2.2; no zone */
int num_read_mac(const char *s, size_t n, uint8_t a[6]);   /* six groups of one or two hex digits, ':' or '-' */

/* Octets as lower-case hex: writes 2n characters. The fast path is chosen for the processor before main;
 * hex_write_c is its portable twin. */
void hex_write(char *p, const uint8_t *b, size_t n);
void hex_write_c(char *p, const uint8_t *b, size_t n);
/* Reads 2n hex digits of either case to n octets; returns the index of the first character that is not a hex digit,
 * or 2n when all were good. */
size_t hex_read(uint8_t *b, const char *s, size_t n);
size_t hex_read_c(uint8_t *b, const char *s, size_t n);

/* True when every octet is 0x20..0x7e, TAB, LF or CR (pkt(5), rule 4: such a payload prints as str=). */
bool str_plain(const uint8_t *b, size_t n);
bool str_plain_c(const uint8_t *b, size_t n);
/* The percent-encoded form: inert octets as they are (ALPHA DIGIT . _ - + , : / = @), others %XX in upper case.
 * At most 3n characters. Returns the end. */
char *str_write(char *p, const uint8_t *b, size_t n);
char *str_write_c(char *p, const uint8_t *b, size_t n);
/* Decodes; returns the number of octets, or -1 with *at set to the index of the bad character: one that is not
 * inert, or a % without two hex digits. b has room for n octets, all of which may be written, and does not overlap s. */
long str_read(uint8_t *b, const char *s, size_t n, size_t *at);
long str_read_c(uint8_t *b, const char *s, size_t n, size_t *at);

/* The ones'-complement sum of RFC 1071 over n octets (an odd last octet is padded with zero on its right), folded to 16 bits,
 * NOT complemented, in host order of the big-endian words; start adds to it. Portable 64-bit code that the compiler vectorises. */
uint32_t sum16(const uint8_t *b, size_t n, uint32_t start);
uint32_t sum16_c(const uint8_t *b, size_t n, uint32_t start);
/* Folds a 32-bit ones'-complement sum to 16 bits. */
static inline uint16_t sum_fold(uint32_t s)
{
	s = (s & 0xffff) + (s >> 16);
	return (uint16_t)(s + (s >> 16));
}

/* CRC-32 of IEEE 802.3 (reflected 0x04c11db7, init and xorout all ones). To go on over several pieces: start is the
 * value returned for the pieces before, 0 at first. Carry-less multiply where the processor has it, slicing tables elsewhere (crc32_c). */
uint32_t crc32_ieee(const uint8_t *b, size_t n, uint32_t start);
uint32_t crc32_ieee_c(const uint8_t *b, size_t n, uint32_t start);
/* CRC-16/IBM-SDLC (ITU-T V.42, 8.1.1.6.1; RFC 1662, C.2), the FCS of HDLC, PPP and AX.25, of a whole. */
uint16_t crc16_x25(const uint8_t *b, size_t n);

#endif
