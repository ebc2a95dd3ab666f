/* sync.c - framer -t sync: frames that a synchronisation word opens and a length ends, as small radios and spacecraft send them.
 *
 * +-----------------+-----------+---------------+---------+----------------+
 * | 1010... before  | sync word | length, 8 or  | octets  | CRC of length  |
 * | it              |           | 16 bits       |         | and octets     |
 * +-----------------+-----------+---------------+---------+----------------+
 *
 * Everything goes most significant bit first. The CRC is CRC-16/IBM-3740 (CCSDS 132.0-B, 4.1.6) or CRC-32/ISO-HDLC.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/framer/framing.h"
#include "2-link/hdlc.h"
#include "num.h"

enum { WORD_MIN = 8, WORD_MAX = 64, LENGTH_MAX = 2, CRC_MAX = 4, OCTETS_MAX = 65535, ALTERNATE = 0xaa };

static struct {
	uint64_t word;      /* the first bit sent is the highest of n */
	unsigned n;
} sync;

/* --sync: 0x and hex digits, or bits. */
static void read_word(void)
{
	const char *s = framer.sync;
	size_t n = strlen(s);
	if (sync.n)
		return;
	if (n > 2 && n <= 2 + WORD_MAX / 4 && s[0] == '0' && s[1] == 'x' && num_read(s, n, &sync.word) == 0) {
		sync.n = 4 * (unsigned)(n - 2);
	} else if (n <= WORD_MAX && strspn(s, "01") == n) {
		for (size_t i = 0; i < n; i++)
			sync.word = sync.word << 1 | (uint64_t)(s[i] - '0');
		sync.n = (unsigned)n;
	}
	if (sync.n < WORD_MIN)
		tool_die(EX_BAD, "--sync %s: a word is 0x and 2 to 16 hex digits, or 8 to 64 bits", s);
}

static uint8_t reverse(uint8_t v)
{
	uint8_t r = 0;
	for (int i = 0; i < 8; i++)
		r = (uint8_t)(r << 1 | (v >> i & 1));
	return r;
}

static size_t crc_len(void) { return framer.fcs ? 4 : 2; }
static size_t length_len(void) { return framer.length ? 1 : 2; }

/* CRC-16/IBM-3740 is that of HDLC for octets the other way round, but for its complement. */
static void put_crc(uint8_t *to, const uint8_t *b, size_t n)
{
	static uint8_t turned[LENGTH_MAX + OCTETS_MAX];
	if (framer.fcs) {
		put32(to, crc32_ieee(b, n, 0));
		return;
	}
	for (size_t i = 0; i < n; i++)
		turned[i] = reverse(b[i]);
	uint16_t crc = (uint16_t)~crc16_x25(turned, n);
	to[0] = reverse((uint8_t)crc);
	to[1] = reverse((uint8_t)(crc >> 8));
}

/* ---- into frames ---- */

static void sync_frame(struct pipe *p)
{
	static uint8_t b[LENGTH_MAX + OCTETS_MAX + CRC_MAX];
	static struct bits out;
	framer_want_whole(p);
	read_word();
	const struct pkt *k = &p->pkt;
	size_t n = length_len();
	if (k->len >> (8 * n))
		pipe_die(p, "%u octets are more than a length of %zu bits can say", k->len, 8 * n);
	put16(b, n == 1 ? k->len << 8 : k->len);
	memcpy(b + n, k->p, k->len);
	n += k->len;
	put_crc(b + n, b, n);
	n += crc_len();
	if (out.p)
		memset(out.p, 0, out.n / 8 + 1);
	out.n = 0;
	for (int64_t i = 0; i < framer.flags; i++)
		bits_put(&out, reverse(ALTERNATE), 8);
	for (unsigned i = sync.n; i-- > 0;)
		bits_put(&out, sync.word >> i & 1, 1);
	for (size_t i = 0; i < n; i++)
		bits_put(&out, reverse(b[i]), 8);
	framer_write_medium(p, ROLE_BITS, out.p, out.n);
	counts.whole++;
}

/* ---- out of frames ---- */

static struct {
	uint8_t *bit;              /* one an octet */
	size_t n, cap;
	size_t at;                 /* what stands before is done with */
	uint64_t last;             /* the sync.n bits before `at` */
	size_t seen;               /* how many of them there are */
} rx;

static uint8_t octet_at(size_t at)
{
	uint8_t v = 0;
	for (size_t i = 0; i < 8; i++)
		v = (uint8_t)(v << 1 | rx.bit[at + i]);
	return v;
}

/* A sync word ends at rx.at: bits of the frame behind it, 0: there was none, -1: not enough of it is here. */
static long try_frame(struct pipe *p, bool ended)
{
	static uint8_t b[LENGTH_MAX + OCTETS_MAX + CRC_MAX];
	size_t head = length_len(), left = (rx.n - rx.at) / 8, n = 0;
	for (size_t i = 0; i < head && i < left; i++)
		n = n << 8 | octet_at(rx.at + 8 * i);
	size_t all = head + n + crc_len();
	bool here = left >= head && left >= all;
	if (!here && !ended)
		return -1;
	uint8_t crc[CRC_MAX];
	size_t have = here ? all : left;
	for (size_t i = 0; i < have; i++)
		b[i] = octet_at(rx.at + 8 * i);
	if (!here) {
		framer_drop(p, left > head ? b + head : NULL, left > head ? left - head : 0, "cut", "the input ends in it");
		return 0;
	}
	put_crc(crc, b, head + n);
	if (memcmp(crc, b + head + n, crc_len()) != 0) {
		framer_drop(p, b + head, n, "fcs", "the check sequence does not fit");
		return 0;
	}
	framer_write_payload(p, b + head, n);
	counts.whole++;
	return (long)(8 * all);
}

/* Frames in the bits that are here; behind one that is none the search goes on just behind its sync word. */
static void search(struct pipe *p, bool ended)
{
	uint64_t mask = sync.n == 64 ? ~(uint64_t)0 : ((uint64_t)1 << sync.n) - 1;
	for (;;) {
		bool found = rx.seen >= sync.n && __builtin_popcountll((rx.last ^ sync.word) & mask) <= framer.errors;
		long n = found ? try_frame(p, ended) : 0;
		if (n < 0)
			break;
		if (n > 0) {
			rx.at += (size_t)n;
			rx.seen = 0;
		} else if (rx.at < rx.n) {
			rx.last = rx.last << 1 | rx.bit[rx.at++];
			rx.seen++;
		} else {
			break;
		}
	}
	memmove(rx.bit, rx.bit + rx.at, rx.n - rx.at);
	rx.n -= rx.at;
	rx.at = 0;
}

static void sync_deframe(struct pipe *p)
{
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	read_word();
	if (role != ROLE_BITS && role != ROLE_OCTETS)
		pipe_die(p, "not bits of a medium: the first layer is %s", k->nlayers ? k->layer[0].proto->name : "unknown");
	size_t n = pkt_bits(k);
	if (rx.n + n > rx.cap) {
		rx.cap = 2 * (rx.n + n);
		rx.bit = xrealloc(rx.bit, rx.cap);
	}
	for (size_t i = 0; i < n; i++)
		rx.bit[rx.n++] = k->p[i / 8] >> (i % 8) & 1;
	if (n)
		search(p, false);
}

static void sync_end(struct pipe *p)
{
	if (rx.n)
		search(p, true);
	free(rx.bit);
	rx.bit = NULL;
}

const struct framing sync_framing = {"sync", TAKES_BITS | TAKES_FCS | TAKES_SYNC, sync_frame, sync_deframe, sync_end};
