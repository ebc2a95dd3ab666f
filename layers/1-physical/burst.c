/* burst.c - packets among the bits of a line: where one begins, how long it is, and what it is. */

#include "burst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "scramble.h"

enum {
	FLAGS = 16, SYNC = 64, LENGTH = 24, CRC = 16, HEADER = LENGTH + CRC, COPIES = 7,
	LEAD = FLAGS * 8,                   /* bits before a sync word that belong to it */
	WINDOW = SYNC + COPIES * HEADER,    /* bits in which a burst is recognised */
	HELD = LEAD + WINDOW,
	ROOM = 4096                         /* of held bits, moved down when full */
};
enum { SEARCH, PAYLOAD, TAIL };

/* The first 64 bits of the binary expansion of pi's fraction: balanced enough, and nobody chose them. */
static const uint64_t sync_word = 0x243f6a8885a308d3;
/* A sync word is one when so much of the confidence agrees with it (1: all; a random stream: 0, with deviation 1/8). The header's CRC,
 * over seven copies added up, decides the rest. */
static const float agree = 0.45f;
enum { WRONG = 20 }; /* bits of it that may be; a random stream has so few once in 750 places, and only there the sums are made */

/* CRC-16/IBM-SDLC (ITU-T V.42, 8.1.1.6.1) over n bits. */
static uint32_t crc16(const uint8_t *bits, int n)
{
	uint32_t c = 0xffff;
	for (int i = 0; i < n; i++)
		c = (c >> 1) ^ (((c ^ bits[i]) & 1) ? 0x8408 : 0);
	return c ^ 0xffff;
}

static uint8_t *put_bits(uint8_t *out, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		*out++ = (uint8_t)(v >> (n - 1 - i) & 1);
	return out;
}

size_t burst_wrap(uint8_t *out, const uint8_t *bits, size_t n)
{
	uint8_t header[HEADER], *p = out;
	for (int i = 0; i < FLAGS; i++)
		p = put_bits(p, 0x7e, 8);
	p = put_bits(p, sync_word, SYNC);
	put_bits(header, n, LENGTH);
	put_bits(header + LENGTH, crc16(header, LENGTH), CRC);
	for (int i = 0; i < COPIES; i++, p += HEADER)
		memcpy(p, header, HEADER);
	uint16_t pn = SCRAMBLE_PN;
	for (size_t i = 0; i < n; i++)
		*p++ = (uint8_t)(bits[i] ^ scramble_pn(&pn));
	p = put_bits(p, 0x7e, 8);
	return (size_t)(p - out);
}

/* The bits of copies copies of n soft bits each. */
static void combine(uint8_t *bits, const float *llr, int n, int copies)
{
	for (int i = 0; i < n; i++) {
		float sum = 0;
		for (int c = 0; c < copies; c++)
			sum += llr[c * n + i];
		bits[i] = sum < 0;
	}
}

static uint32_t get_bits(const uint8_t *bits, int n)
{
	uint32_t v = 0;
	for (int i = 0; i < n; i++)
		v = v << 1 | bits[i];
	return v;
}

/* Whether the WINDOW soft bits at w are a sync word and a header: the payload's bits, or -1. */
static long recognise(const float *w)
{
	uint8_t header[HEADER];
	float with = 0, all = 0;
	for (int i = 0; i < SYNC; i++) {
		with += sync_word >> (SYNC - 1 - i) & 1 ? -w[i] : w[i];
		all += fabsf(w[i]);
	}
	if (!(with > agree * all))
		return -1;
	combine(header, w + SYNC, HEADER, COPIES);
	if (crc16(header, LENGTH) != get_bits(header + LENGTH, CRC))
		return -1;
	return (long)get_bits(header, LENGTH);
}

void burst_rx_init(struct burst_rx *b)
{
	b->held = xmalloc(ROOM * sizeof *b->held);
	b->payload = NULL;
	b->nheld = b->n = b->want = b->cap = 0;
	b->late = 0;
	b->state = SEARCH;
}

void burst_rx_free(struct burst_rx *b)
{
	free(b->held);
	free(b->payload);
	b->held = b->payload = NULL;
}

/* Gives away the oldest n held bits. */
static void release(struct burst_rx *b, size_t n)
{
	if (n && b->line)
		b->line(b->arg, b->held, n);
	b->nheld -= n;
	memmove(b->held, b->held + n, b->nheld * sizeof *b->held);
}

static void payload_done(struct burst_rx *b, bool complete)
{
	if (b->packet)
		b->packet(b->arg, b->payload, b->n, complete);
	b->state = TAIL;
	b->want = 8; /* the closing flag */
}

static size_t payload_push(struct burst_rx *b, const float *llr, size_t n)
{
	size_t m = b->want - b->n < n ? b->want - b->n : n;
	if (b->cap < b->n + m) {
		b->cap = 2 * (b->n + m);
		b->payload = xrealloc(b->payload, b->cap * sizeof *b->payload);
	}
	for (size_t i = 0; i < m; i++)
		b->payload[b->n++] = scramble_pn(&b->pn) ? -llr[i] : llr[i];
	if (b->n == b->want)
		payload_done(b, true);
	return m;
}

void burst_rx_push(struct burst_rx *b, const float *llr, size_t n)
{
	while (n) {
		if (b->state == PAYLOAD) {
			size_t m = payload_push(b, llr, n);
			llr += m;
			n -= m;
			continue;
		}
		if (b->state == TAIL) {
			llr++;
			n--;
			if (--b->want == 0)
				b->state = SEARCH;
			continue;
		}
		if (b->nheld == ROOM)
			release(b, ROOM - HELD);
		b->held[b->nheld++] = *llr++;
		n--;
		if (b->nheld > WINDOW - SYNC)
			b->late = b->late << 1 | (b->held[b->nheld - 1 - (WINDOW - SYNC)] < 0);
		if (b->nheld < WINDOW || __builtin_popcountll(b->late ^ sync_word) > WRONG)
			continue;
		long want = recognise(b->held + b->nheld - WINDOW);
		if (want < 0)
			continue;
		release(b, b->nheld > HELD ? b->nheld - HELD : 0);
		b->nheld = b->n = 0;
		b->want = (size_t)want;
		b->state = PAYLOAD;
		b->pn = SCRAMBLE_PN;
		payload_push(b, llr, 0);
	}
	if (b->state == SEARCH && b->nheld > HELD)
		release(b, b->nheld - HELD);
}

void burst_rx_end(struct burst_rx *b)
{
	if (b->state == PAYLOAD)
		payload_done(b, false);
	release(b, b->nheld);
	b->state = SEARCH;
}

void envelope_write(uint8_t *out, const struct envelope *v)
{
	for (int i = 0; i < COPIES; i++)
		out = put_bits(out, v->link << 8 | v->fcs << 4, ENVELOPE_BITS / COPIES);
}

void envelope_read(struct envelope *v, const float *llr)
{
	uint8_t bits[ENVELOPE_BITS / COPIES];
	combine(bits, llr, ENVELOPE_BITS / COPIES, COPIES);
	v->link = get_bits(bits, 16);
	v->fcs = get_bits(bits + 16, 4);
}
