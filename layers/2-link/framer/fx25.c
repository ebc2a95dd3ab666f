/* fx25.c - framer -t fx25: AX.25 frames in blocks of Reed-Solomon codes (FX.25, Stensat Group, draft of 2006).
 *
 * +-----------+--------------------+---------------------------------------+---------------+
 * | flags     | correlation tag, 8 | flag, AX.25 frame, flag, flags again  | check symbols |
 * +-----------+--------------------+---------------------------------------+---------------+
 *                                    k octets of bits with stuffing          n - k octets
 *
 * Everything goes least significant bit first. Receivers that know AX.25 alone find the frame in the block. The code is one of 255
 * octets: zeros that are not sent stand between the block and its check symbols.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/rs.h"
#include "2-link/ax25.h"
#include "2-link/framer/serial.h"
#include "2-link/hdlc.h"

enum {
	TAG_BITS = 64, TAG_ERRORS = 8,  /* tags differ in 32 bits or more; more than 8 wrong ones make noise likely */
	RS_LEN = 255, ROOTS_MAX = 64, FX25_ROOTS = 3,
};

/* The draft, table 1: the tag as a number whose lowest bit is sent first. */
static const struct tag {
	uint64_t word;
	uint8_t n, k;
} tags[] = {
	{0xb74db7df8a532f3e, 255, 239}, {0x26ff60a600cc8fde, 144, 128}, {0xc7dc0508f3d9b09e, 80, 64}, {0x8f056eb4369660ee, 48, 32},
	{0x6e260b1ac5835fae, 255, 223}, {0xff94dc634f1cff4e, 160, 128}, {0x1eb7b9cdbc09c00e, 96, 64}, {0xdbf869bd2dbb1776, 64, 32},
	{0x3adb0c13deae2836, 255, 191}, {0xab69db6a543188d6, 192, 128}, {0x4a4abec4a724b796, 128, 64},
};
enum { TAGS = sizeof tags / sizeof *tags };

static const struct rs *code_of(const struct tag *t)
{
	static struct rs *codes[FX25_ROOTS];
	unsigned roots = (unsigned)t->n - t->k, i = roots == 16 ? 0 : roots == 32 ? 1 : 2;
	struct err e;
	if (!codes[i] && !(codes[i] = rs_new(&RS_FX25(RS_LEN, RS_LEN - roots), &e)))
		tool_die(EX_BAD, "%s", e.msg);
	return codes[i];
}

/* ---- into frames ---- */

/* The shortest block with that many check symbols that holds so many bits; NULL: none. */
static const struct tag *choose(size_t bits)
{
	static const unsigned roots[FX25_ROOTS] = {16, 32, 64};
	const struct tag *best = NULL;
	for (const struct tag *t = tags; t < tags + TAGS; t++)
		if ((unsigned)t->n - t->k == roots[framer.check] && 8u * t->k >= bits && (!best || t->k < best->k))
			best = t;
	return best;
}

/* The frame's bits, flags around them and behind them up to the end, and the check symbols. */
static void put_block(struct bits *out, const struct tag *t, struct bits *frame)
{
	uint8_t word[RS_LEN] = {0};
	unsigned roots = (unsigned)t->n - t->k;
	hdlc_put_flags(frame, t->k - frame->n / 8);
	memcpy(word, frame->p, t->k);
	rs_encode(code_of(t), word, RS_LEN - roots, word + RS_LEN - roots);
	for (unsigned i = 0; i < t->k; i++)
		bits_put(out, word[i], 8);
	for (unsigned i = RS_LEN - roots; i < RS_LEN; i++)
		bits_put(out, word[i], 8);
}

static void fx25_frame(struct pipe *p)
{
	struct bits frame = {0}, out = {0};
	const uint8_t *b;
	unsigned ones = 0;
	framer_want_whole(p);
	size_t n = serial_octets(p, &ax25_serial, &b);
	hdlc_put_flags(&frame, 1);
	hdlc_put_octets(&frame, b, n, &ones);
	hdlc_put_flags(&frame, 1);
	const struct tag *t = choose(frame.n);
	if (!t)
		pipe_die(p, "a frame of %zu bits is longer than any block of FX.25 with so many check symbols", frame.n);
	hdlc_put_flags(&out, (size_t)framer.flags);
	bits_put(&out, t->word & 0xffffffff, 32);
	bits_put(&out, t->word >> 32, 32);
	put_block(&out, t, &frame);
	hdlc_put_flags(&out, 1);
	framer_write_medium(p, ROLE_BITS, out.p, out.n);
	bits_free(&frame);
	bits_free(&out);
	counts.whole++;
}

/* ---- out of frames ---- */

/* Bits that may be a block are kept back until that is known; what is none goes on to the receiver of AX.25. */
static struct {
	struct pipe *p;
	uint64_t last;                    /* the last 64 bits */
	const struct tag *tag;            /* whose block is being collected; NULL: none */
	unsigned n;                       /* its bits so far */
	uint8_t bit[8 * RS_LEN], conf[8 * RS_LEN];
	bool found;                       /* a frame, in the block */
	uint64_t blocks, repaired, octets;
	char note[40];
} rx;

static bool in_block(void *arg, const uint8_t *b, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)arg, (void)raw, (void)conf, (void)nraw;
	bool good = serial_found(rx.p, &ax25_serial, b, n, rx.note);
	rx.found = rx.found || good;
	return good;
}

/* Finds the frame in the k octets of a block. */
static bool frame_of(const uint8_t *block, unsigned k, int repaired)
{
	struct hdlc_rx h = {.min = ax25_serial.min + 2, .max = RS_LEN, .frame = in_block};
	*rx.note = '\0';
	if (repaired)
		snprintf(rx.note, sizeof rx.note, " @framer.fixed=%d", repaired);
	rx.found = false;
	hdlc_rx_init(&h);
	hdlc_rx_push(&h, block, 0, 8 * (size_t)k, NULL);
	hdlc_rx_free(&h);
	if (rx.found) {
		rx.blocks++;
		rx.repaired += repaired > 0;
		rx.octets += (uint64_t)repaired;
	}
	return rx.found;
}

/* The indices, in the word of 255, of the octets that the receiver was least sure of; their number is max at most. */
static unsigned weak_octets(uint8_t *at, unsigned max, const struct tag *t)
{
	unsigned found = 0, roots = (unsigned)t->n - t->k;
	uint8_t sure[ROOTS_MAX];
	for (unsigned i = 0; i < t->n; i++) {
		uint8_t c = 15;
		for (unsigned j = 8 * i; j < 8 * i + 8; j++)
			c = rx.conf[j] < c ? rx.conf[j] : c;
		if (found == max && sure[max - 1] <= c)
			continue;
		unsigned j = found < max ? found++ : max - 1;
		for (; j > 0 && sure[j - 1] > c; j--) {
			sure[j] = sure[j - 1];
			at[j] = at[j - 1];
		}
		sure[j] = c;
		at[j] = (uint8_t)(i < t->k ? i : i - t->k + RS_LEN - roots);
	}
	return found;
}

static int decode(uint8_t *out, const uint8_t *word, const struct tag *t, const uint8_t *erased, unsigned n)
{
	memcpy(out, word, RS_LEN);
	int repaired = rs_decode(code_of(t), out, RS_LEN, erased, n);
	/* What is not sent is not wrong. */
	for (unsigned i = t->k; i < RS_LEN - ((unsigned)t->n - t->k) && repaired > 0; i++)
		if (out[i])
			repaired = -1;
	return repaired;
}

/* All octets of a block are there: true when it was one. */
static bool block_done(void)
{
	const struct tag *t = rx.tag;
	unsigned roots = (unsigned)t->n - t->k;
	uint8_t word[RS_LEN] = {0}, out[RS_LEN], weak[ROOTS_MAX];
	for (unsigned i = 0; i < 8u * t->n; i++) {
		unsigned octet = i / 8 < t->k ? i / 8 : i / 8 - t->k + RS_LEN - roots;
		word[octet] = (uint8_t)(word[octet] | rx.bit[i] << i % 8);
	}
	int repaired = decode(out, word, t, NULL, 0);
	if (repaired >= 0 && frame_of(out, t->k, repaired))
		return true;
	/* With confidences: erasing 2, 4, ... of the least sure (Forney, Generalized minimum distance decoding, 1966). */
	unsigned n = framer.fix ? weak_octets(weak, roots, t) : 0;
	for (unsigned erased = 2; erased <= n; erased += 2) {
		repaired = decode(out, word, t, weak, erased);
		if (repaired >= 0 && frame_of(out, t->k, repaired))
			return true;
	}
	return false;
}

static void push(unsigned bit, unsigned conf);

static void end_block(void)
{
	unsigned n = rx.n;
	bool good = n == 8u * rx.tag->n && block_done();
	rx.tag = NULL;
	rx.n = 0;
	rx.last = 0;
	if (good)
		return;
	/* No block, or one beyond repair: its bits are looked at again. */
	uint8_t *bits = xmalloc(2 * (size_t)n + 1);
	memcpy(bits, rx.bit, n);
	memcpy(bits + n, rx.conf, n);
	for (unsigned i = 0; i < n; i++)
		push(bits[i], bits[n + i]);
	free(bits);
}

static void push(unsigned bit, unsigned conf)
{
	if (rx.tag) {
		rx.bit[rx.n] = (uint8_t)bit;
		rx.conf[rx.n++] = (uint8_t)conf;
		if (rx.n == 8u * rx.tag->n)
			end_block();
		return;
	}
	uint8_t octet = (uint8_t)bit;
	char q = "0123456789abcdef"[conf];
	serial_bits(rx.p, &ax25_serial, &octet, 1, &q);
	rx.last = rx.last >> 1 | (uint64_t)bit << (TAG_BITS - 1);
	for (const struct tag *t = tags; t < tags + TAGS; t++) {
		if (__builtin_popcountll(rx.last ^ t->word) <= TAG_ERRORS) {
			rx.tag = t;
			return;
		}
	}
}

static void fx25_deframe(struct pipe *p)
{
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	rx.p = p;
	if (role != ROLE_BITS && role != ROLE_OCTETS) {
		serial_deframe(p, &ax25_serial);
		return;
	}
	for (size_t i = 0, n = pkt_bits(k); i < n; i++) {
		char c = k->q ? k->q[i] : 'f';
		push(k->p[i / 8] >> (i % 8) & 1, (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10) & 15);
	}
}

static void fx25_end(struct pipe *p)
{
	rx.p = p;
	if (rx.tag)
		end_block();
	if (opt_verbose)
		tool_say("%llu block%s of FX.25, in %llu of them %llu octet%s repaired", (unsigned long long)rx.blocks, plural(rx.blocks),
		         (unsigned long long)rx.repaired, (unsigned long long)rx.octets, plural(rx.octets));
	serial_end(p, &ax25_serial);
}

const struct framing fx25_framing = {"fx25", TAKES_BITS | TAKES_FIX | TAKES_CHECK, fx25_frame, fx25_deframe, fx25_end};
