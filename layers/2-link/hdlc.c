/* hdlc.c - frames in a stream of bits: flags, zero-bit insertion, abort (ISO/IEC 13239, 4.3; AX.25 2.2, 3.6). */

#include "hdlc.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

enum {
	STUFF = 5,              /* 1s in a row behind which a 0 is inserted */
	FLAG_ONES = 6, ABORT_ONES = 7,
	FLAG_LEFT = 6           /* bits of a flag that a receiver has taken for data when it sees its end: 0 and five 1s */
};

/* What eight bits become, in the state of 0 to 5 1s before them. */
static struct step {
	uint16_t bits;          /* out, the lowest first */
	uint8_t n;              /* how many */
	uint8_t ones;           /* behind them; SPECIAL: a flag or an abort is near, bit by bit */
} stuffing[STUFF][256], unstuffing[STUFF + 1][256];
enum { SPECIAL = 0xff };

static struct step stuff_step(unsigned ones, unsigned octet)
{
	struct step s = {0, 0, 0};
	for (int i = 0; i < 8; i++) {
		unsigned bit = octet >> i & 1;
		s.bits = (uint16_t)(s.bits | bit << s.n++);
		ones = bit ? ones + 1 : 0;
		if (ones == STUFF) {
			s.n++;
			ones = 0;
		}
	}
	s.ones = (uint8_t)ones;
	return s;
}

static struct step unstuff_step(unsigned ones, unsigned octet)
{
	struct step s = {0, 0, 0};
	for (int i = 0; i < 8; i++) {
		unsigned bit = octet >> i & 1;
		if (bit && ++ones > STUFF)
			return (struct step){0, 0, SPECIAL};
		if (bit || ones != STUFF)
			s.bits = (uint16_t)(s.bits | bit << s.n++);
		if (!bit)
			ones = 0;
	}
	s.ones = (uint8_t)ones;
	return s;
}

__attribute__((constructor)) static void make_tables(void)
{
	for (unsigned ones = 0; ones <= STUFF; ones++) {
		for (unsigned octet = 0; octet < 256; octet++) {
			if (ones < STUFF)
				stuffing[ones][octet] = stuff_step(ones, octet);
			unstuffing[ones][octet] = unstuff_step(ones, octet);
		}
	}
}

static void store64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* ---- sending ---- */

/* Room for octets more. */
static void reserve(struct bits *b, size_t octets)
{
	size_t need = b->n / 8 + octets + 16;
	if (b->cap >= need)
		return;
	b->p = xrealloc(b->p, 2 * need);
	memset(b->p + b->cap, 0, 2 * need - b->cap);
	b->cap = 2 * need;
}

static inline void put(struct bits *b, uint64_t v, unsigned n)
{
	uint8_t *p = b->p + b->n / 8;
	store64(p, *p | v << (b->n % 8));
	b->n += n;
}

void bits_put(struct bits *b, uint64_t v, unsigned n)
{
	reserve(b, 8);
	put(b, v & (((uint64_t)1 << n) - 1), n);
}

void bits_free(struct bits *b)
{
	free(b->p);
	*b = (struct bits){NULL, 0, 0};
}

void hdlc_put_flags(struct bits *b, size_t flags)
{
	reserve(b, flags);
	while (flags--)
		put(b, HDLC_FLAG, 8);
}

void hdlc_put_octets(struct bits *b, const uint8_t *p, size_t n, unsigned *ones)
{
	unsigned state = *ones;
	reserve(b, n + n / 4 + 1);
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &stuffing[state][p[i]];
		put(b, s->bits, s->n);
		state = s->ones;
	}
	*ones = state;
}

/* ---- receiving ---- */

void hdlc_rx_init(struct hdlc_rx *h)
{
	h->buf = xmalloc(h->max + 32);
	h->raw = h->conf = NULL;
	h->capraw = 0;
	hdlc_rx_reset(h);
}

static void begin(struct hdlc_rx *h)
{
	h->acc = h->nacc = 0;
	h->n = h->nraw = 0;
}

void hdlc_rx_reset(struct hdlc_rx *h)
{
	begin(h);
	h->ones = 0;
	h->inside = false;
}

void hdlc_rx_free(struct hdlc_rx *h)
{
	free(h->buf);
	free(h->raw);
	free(h->conf);
	h->buf = h->raw = h->conf = NULL;
}

/* Data bits, n at most 8. Octets beyond max are counted, and not kept. */
static inline void take(struct hdlc_rx *h, unsigned bits, unsigned n)
{
	h->acc |= (uint64_t)bits << h->nacc;
	h->nacc += n;
	if (h->nacc >= 32) {
		if (h->n + 4 <= h->max + 16) {
			for (int i = 0; i < 4; i++)
				h->buf[h->n + (size_t)i] = (uint8_t)(h->acc >> (8 * i));
			h->n += 4;
		}
		h->acc >>= 32;
		h->nacc -= 32;
	}
}

static void say_drop(struct hdlc_rx *h, enum hdlc_drop why, size_t bits)
{
	if (h->drop)
		h->drop(h->arg, why, h->buf, bits, h->keep_raw ? h->raw : NULL, h->conf, h->nraw);
}

/* A flag, or an abort, has come: what is there, less the bits that belong to it. */
static void finish(struct hdlc_rx *h, bool abort)
{
	for (unsigned i = 0; i < h->nacc; i += 8)
		h->buf[h->n + i / 8] = (uint8_t)(h->acc >> i);
	size_t bits = 8 * h->n + h->nacc;
	size_t left = FLAG_LEFT;
	/* Where five 1s stand before the flag its 0 was taken for one that was inserted. */
	if (bits > left && h->buf[(bits - left) / 8] >> ((bits - left) % 8) & 1)
		left--;
	bits = bits > left ? bits - left : 0;
	h->nraw = h->nraw > 8 ? h->nraw - 8 : 0; /* the whole flag */
	size_t octets = bits / 8;
	if (bits == 0)
		;
	else if (octets < h->min)
		say_drop(h, HDLC_SHORT, bits);
	else if (abort)
		say_drop(h, HDLC_ABORT, bits);
	else if (octets > h->max)
		say_drop(h, HDLC_LONG, bits);
	else if (bits % 8)
		say_drop(h, HDLC_ODD, bits);
	else if (!h->frame(h->arg, h->buf, octets, h->keep_raw ? h->raw : NULL, h->conf, h->nraw))
		say_drop(h, HDLC_CHECK, bits);
}

static void keep(struct hdlc_rx *h, unsigned bit, unsigned conf)
{
	if (h->nraw == h->capraw) {
		h->capraw = 2 * h->capraw + 4096;
		h->raw = xrealloc(h->raw, h->capraw);
		h->conf = xrealloc(h->conf, h->capraw);
	}
	h->raw[h->nraw] = (uint8_t)bit;
	h->conf[h->nraw++] = (uint8_t)conf;
}

static void one_bit(struct hdlc_rx *h, unsigned bit)
{
	if (bit) {
		if (h->ones < ABORT_ONES && ++h->ones == ABORT_ONES && h->inside) {
			finish(h, true);
			h->inside = false;
			begin(h);
		}
		if (h->inside && h->ones <= STUFF)
			take(h, 1, 1);
		return;
	}
	unsigned ones = h->ones;
	h->ones = 0;
	if (ones == FLAG_ONES) {
		if (h->inside)
			finish(h, false);
		h->inside = true;
		begin(h);
	} else if (h->inside && ones != STUFF) {
		take(h, 0, 1);
	}
}

static unsigned digit(char c) { return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) & 15; }

static void push_bits(struct hdlc_rx *h, const uint8_t *p, size_t at, size_t n, const char *q)
{
	size_t limit = 10 * (h->max + 16);
	for (size_t i = 0; i < n; i++, at++) {
		unsigned bit = p[at / 8] >> (at % 8) & 1;
		if (h->keep_raw && h->inside && h->nraw < limit)
			keep(h, bit, q ? digit(q[i]) : 15);
		one_bit(h, bit);
	}
}

void hdlc_rx_push(struct hdlc_rx *h, const uint8_t *p, size_t at, size_t n, const char *q)
{
	if (h->keep_raw) {
		push_bits(h, p, at, n, q);
		return;
	}
	size_t head = (8 - at % 8) % 8;
	head = head < n ? head : n;
	push_bits(h, p, at, head, NULL);
	at += head;
	n -= head;
	for (p += at / 8; n >= 8; p++, n -= 8) {
		const struct step *s;
		if (h->inside && h->ones <= STUFF && (s = &unstuffing[h->ones][*p])->ones != SPECIAL) {
			take(h, s->bits, s->n);
			h->ones = s->ones;
		} else {
			for (unsigned i = 0; i < 8; i++)
				one_bit(h, *p >> i & 1);
		}
	}
	push_bits(h, p, 0, n, NULL);
}

long hdlc_unstuff(uint8_t *out, const uint8_t *raw, size_t n)
{
	size_t bits = 0;
	unsigned ones = 0;
	uint8_t octet = 0;
	for (size_t i = 0; i < n; i++) {
		if (raw[i] && ++ones > STUFF)
			return -1;
		if (raw[i] || ones != STUFF) {
			octet = (uint8_t)(octet | raw[i] << (bits % 8));
			if (++bits % 8 == 0) {
				out[bits / 8 - 1] = octet;
				octet = 0;
			}
		}
		if (!raw[i])
			ones = 0;
	}
	return bits % 8 ? -1 : (long)(bits / 8);
}
