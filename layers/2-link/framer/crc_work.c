/* crc_work.c - the long division behind a CRC as one does it on paper: framer(1), crc --work. */

#include <string.h>

#include "2-link/framer/crc.h"

enum { DIGITS = CRC_WORK_BITS + CRC_WIDTH_MAX };

char *crc_binary(char *text, const uint8_t *bits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text[i] = (char)('0' + bits[i]);
	text[n] = '\0';
	return text;
}

static void row(struct out *o, int indent, const uint8_t *bits, size_t n)
{
	char text[DIGITS + 1];
	out_printf(o, "%*s%s\n", indent, "", crc_binary(text, bits, n));
}

static void rule(struct out *o, int indent, size_t n)
{
	char text[DIGITS + 1];
	memset(text, '-', n);
	text[n] = '\0';
	out_printf(o, "%*s%s\n", indent, "", text);
}

/* Divides d, n + width bits, by g, width + 1 bits: under each 1 that leads what is left the divisor, and what is left then, down to
 * its next 1. The last width bits of d are the remainder. */
static void divide(struct out *o, uint8_t *d, size_t n, const uint8_t *g, unsigned width)
{
	int edge = (int)width + 4; /* the columns of "divisor ) " */
	uint8_t quotient[CRC_WORK_BITS];
	char divisor[CRC_WIDTH_MAX + 2], dividend[DIGITS + 1];
	bool began = false;
	crc_binary(divisor, g, width + 1);
	crc_binary(dividend, d, n + width);
	/* The quotient stands above, so it is worked out before: its digit i is the leading bit when the divisor stands at i. */
	uint8_t left[DIGITS];
	memcpy(left, d, n + width);
	for (size_t i = 0; i < n; i++) {
		quotient[i] = left[i];
		for (unsigned k = 0; quotient[i] && k <= width; k++)
			left[i + k] ^= g[k];
	}
	row(o, edge + (int)width, quotient, n);
	rule(o, edge - 2, n + width + 2);
	out_printf(o, "%s ) %s\n", divisor, dividend);
	for (size_t i = 0; i < n; i++) {
		if (!d[i])
			continue;
		if (began)
			row(o, edge + (int)i, d + i, width + 1);
		row(o, edge + (int)i, g, width + 1);
		rule(o, edge + (int)i, width + 1);
		began = true;
		for (unsigned k = 0; k <= width; k++)
			d[i + k] ^= g[k];
	}
	row(o, edge + (int)n, d + n, width);
}

/* The bits of v that a register of p holds, highest power first. */
static void spread(crc_word v, unsigned width, uint8_t *bits)
{
	for (unsigned i = 0; i < width; i++)
		bits[i] = (uint8_t)(v >> (width - 1 - i) & 1);
}

void crc_show_work(struct out *o, const struct crc_params *p, const uint8_t *bits, size_t n)
{
	unsigned w = p->width;
	uint8_t g[CRC_WIDTH_MAX + 1] = {1}, d[DIGITS] = {0}, value[CRC_WIDTH_MAX];
	char text[CRC_TEXT], message[DIGITS + 1];
	crc_word xorout = p->refout ? crc_reflect(p->xorout, w) : p->xorout;
	spread(p->poly, w, g + 1);
	crc_binary(message, bits, n);
	memcpy(d, bits, n);
	out_printf(o, "message    %s\n", message);
	out_printf(o, "divisor    %s, that is %s\n", crc_binary(text, g, w + 1), crc_terms(message, p->poly, w));
	out_printf(o, "dividend   the message and %u zero%s", w, w == 1 ? "" : "s");
	if (p->init) {
		spread(p->init, w, value);
		for (unsigned i = 0; i < w; i++)
			d[i] ^= value[i];
		out_printf(o, ", %s added to its first bits (init)", crc_binary(text, value, w));
	}
	out_puts(o, "\n\n");
	divide(o, d, n, g, w);
	out_printf(o, "\nremainder  %s\n", crc_binary(text, d + n, w));
	if (xorout) {
		spread(xorout, w, value);
		out_printf(o, "xorout     %s\n", crc_binary(text, value, w));
	}
	for (unsigned i = 0; i < w; i++)
		value[i] = (uint8_t)(d[n + i] ^ (xorout >> (w - 1 - i) & 1));
	out_printf(o, "to send    %s", crc_binary(message, bits, n));
	out_printf(o, " %s\n", crc_binary(text, value, w));
	if (p->refout)
		out_printf(o, "reflected  %s\n", crc_hex(text, crc_unsent(p, value), w));
}
