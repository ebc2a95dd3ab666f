/* octet_stuff.c - frames in a stream of octets: escapes of PPP and HDLC, SLIP, COBS. */

#include "octet_stuff.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

/* ---- sending ---- */

size_t ppp_stuff(uint8_t *out, const uint8_t *p, size_t n, uint32_t accm)
{
	uint8_t *o = out;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		if (c == PPP_FLAG || c == PPP_ESC || (c < 32 && accm >> c & 1)) {
			*o++ = PPP_ESC;
			c ^= PPP_XOR;
		}
		*o++ = c;
	}
	return (size_t)(o - out);
}

size_t slip_stuff(uint8_t *out, const uint8_t *p, size_t n)
{
	uint8_t *o = out;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == SLIP_END || p[i] == SLIP_ESC) {
			*o++ = SLIP_ESC;
			*o++ = p[i] == SLIP_END ? SLIP_ESC_END : SLIP_ESC_ESC;
		} else {
			*o++ = p[i];
		}
	}
	return (size_t)(o - out);
}

/* A code c is c - 1 octets without a zero, and a zero behind them; 255: 254 octets, no zero. The zero behind the last is not sent. */
size_t cobs_stuff(uint8_t *out, const uint8_t *p, size_t n)
{
	uint8_t *code = out, *o = out + 1;
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			*o++ = p[i];
		if (p[i] && (o - code <= COBS_RUN || i + 1 == n))
			continue;
		*code = (uint8_t)(o - code);
		code = o++;
	}
	*code = (uint8_t)(o - code);
	return (size_t)(o - out);
}

/* ---- the inverse ---- */

long ppp_unstuff(uint8_t *out, const uint8_t *p, size_t n, size_t *bad)
{
	uint8_t *o = out;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		if (c == PPP_ESC) {
			if (++i == n) {
				*bad = i - 1;
				return -1;
			}
			c = p[i] ^ PPP_XOR;
		}
		*o++ = c;
	}
	return o - out;
}

long slip_unstuff(uint8_t *out, const uint8_t *p, size_t n, size_t *bad)
{
	uint8_t *o = out;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];
		if (c == SLIP_ESC) {
			*bad = i;
			if (++i == n || (p[i] != SLIP_ESC_END && p[i] != SLIP_ESC_ESC))
				return -1;
			c = p[i] == SLIP_ESC_END ? SLIP_END : SLIP_ESC;
		}
		*o++ = c;
	}
	return o - out;
}

long cobs_unstuff(uint8_t *out, const uint8_t *p, size_t n, size_t *bad)
{
	uint8_t *o = out;
	for (size_t i = 0; i < n;) {
		size_t run = p[i];
		*bad = i;
		if (run == 0 || run > n - i)
			return -1;
		for (size_t j = 1; j < run; j++) {
			if (p[i + j] == COBS_END) {
				*bad = i + j;
				return -1;
			}
			*o++ = p[i + j];
		}
		i += run;
		if (run <= COBS_RUN && i < n)
			*o++ = 0;
	}
	return o - out;
}

/* ---- receiving ---- */

static uint8_t flag_of(enum octet_code code)
{
	static const uint8_t flags[] = {[OCTETS_PPP] = PPP_FLAG, [OCTETS_SLIP] = SLIP_END, [OCTETS_COBS] = COBS_END};
	return flags[code];
}

void octet_rx_init(struct octet_rx *r)
{
	r->buf = NULL;
	r->n = r->cap = 0;
	r->inside = r->code != OCTETS_PPP;
	r->lost = false;
}

void octet_rx_free(struct octet_rx *r)
{
	free(r->buf);
	r->buf = NULL;
}

static void keep(struct octet_rx *r, const uint8_t *p, size_t n)
{
	size_t limit = 2 * r->max + 16;
	if (n > limit - r->n) {
		r->lost = true;
		n = limit - r->n;
	}
	if (r->n + n > r->cap) {
		r->cap = 2 * (r->n + n) + 256;
		r->buf = xrealloc(r->buf, 2 * r->cap); /* the second half is for what finish decodes */
	}
	if (n)
		memcpy(r->buf + r->n, p, n);
	r->n += n;
}

/* Characters that something on the way put in (RFC 1662, 4.2). */
static void strip(struct octet_rx *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->buf[i] >= 32 || !(r->accm >> r->buf[i] & 1))
			r->buf[n++] = r->buf[i];
	r->n = n;
}

static void say(struct octet_rx *r, enum octet_drop why, const uint8_t *p, size_t n)
{
	if (r->drop)
		r->drop(r->arg, why, p, n < r->max ? n : r->max);
}

/* A flag has come. */
static void finish(struct octet_rx *r)
{
	static long (*const decode[])(uint8_t *, const uint8_t *, size_t, size_t *) = {ppp_unstuff, slip_unstuff, cobs_unstuff};
	size_t bad;
	if (r->code == OCTETS_PPP && r->accm)
		strip(r);
	if (!r->n)
		return;
	uint8_t *out = r->buf + r->cap;
	if (r->code == OCTETS_PPP && r->buf[r->n - 1] == PPP_ESC) {
		say(r, OCTETS_ABORT, r->buf, r->n);
		return;
	}
	long n = r->lost ? 0 : decode[r->code](out, r->buf, r->n, &bad);
	if (r->lost || n > (long)r->max)
		say(r, OCTETS_LONG, r->buf, r->n);
	else if (n < 0)
		say(r, OCTETS_BAD, r->buf, r->n);
	else if ((size_t)n < r->min)
		say(r, OCTETS_SHORT, out, (size_t)n);
	else if (!r->frame(r->arg, out, (size_t)n))
		say(r, OCTETS_CHECK, out, (size_t)n);
}

void octet_rx_push(struct octet_rx *r, const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n;
	while (p < end) {
		const uint8_t *flag = memchr(p, flag_of(r->code), (size_t)(end - p));
		if (r->inside)
			keep(r, p, (size_t)((flag ? flag : end) - p));
		if (!flag)
			return;
		if (r->inside)
			finish(r);
		r->inside = true;
		r->n = 0;
		r->lost = false;
		p = flag + 1;
	}
}

void octet_rx_end(struct octet_rx *r)
{
	if (r->n)
		say(r, OCTETS_CUT, r->buf, r->n);
	r->n = 0;
}
