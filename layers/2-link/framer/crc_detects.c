/* crc_detects.c - which errors a polynomial detects, in words: framer(1), crc --detects. */

#include <stdio.h>
#include <string.h>

#include "2-link/crc_detect.h"
#include "2-link/framer/crc.h"
#include "tool.h"

enum {
	LONGEST = 131072,               /* bits of data: more than any frame that a link has (jumbo frames: 9000 octets) */
	BUDGET = 40000000,              /* steps: a second at most */
	BUDGET_LENGTH = 300000000,      /* of a length that was asked for */
	LENGTH_MAX = 1 << 24
};

static void show_factors(struct out *o, const struct crc_factors *f)
{
	char text[CRC_TEXT];
	if (f->n == 1 && f->f[0].times == 1) {
		out_puts(o, "irreducible\n");
		return;
	}
	out_puts(o, "= ");
	for (int i = 0; i < f->n; i++) {
		out_printf(o, "(%s)", crc_terms(text, f->f[i].poly ^ (crc_word)1 << f->f[i].degree, f->f[i].degree));
		if (f->f[i].times > 1)
			out_printf(o, "^%u", f->f[i].times);
	}
	out_puts(o, "\n");
}

/* All but one in 2^n; in percent, with as many digits as it takes to see that it is not 100. */
static void show_share(struct out *o, unsigned n)
{
	double all = 1;
	for (unsigned i = 0; i < n; i++)
		all *= 2;
	if (n == 0) {
		out_puts(o, "none");
		return;
	}
	out_printf(o, "all but one in %.0f", all);
	if (n <= 24)
		out_printf(o, " (%.*f %%)", (int)(0.302 * n + 1), 100 - 100 / all);
}

static void show_bursts(struct out *o, unsigned width)
{
	out_printf(o, "bursts of up to %u bit%s: all\nbursts of %u bits: ", width, plural(width), width + 1);
	show_share(o, width - 1);
	out_puts(o, "; longer: ");
	show_share(o, width);
	out_puts(o, "\n");
}

static void show_order(struct out *o, uint64_t order, unsigned width)
{
	unsigned long long e = order;
	if (order == 1) {
		out_puts(o, "two errors: none\n");
		return;
	}
	out_printf(o, "two errors: all that are not a multiple of %llu bits apart", e);
	if (order > width)
		out_printf(o, ", so all in up to %llu bits of data (and %u of check)\n", e - width, width);
	else
		out_printf(o, "\n");
}

static void show_span(struct out *o, const struct crc_span *s)
{
	unsigned long long from = s->from, to = s->to;
	out_printf(o, "  %s%-2u  %llu", s->exact ? "         " : "at least ", s->hd, from);
	if (from != to)
		out_printf(o, " to %llu", to);
	out_puts(o, "\n");
}

static void show_distances(struct out *o, crc_word p, uint64_t order)
{
	struct crc_distances d;
	unsigned width = (unsigned)gf2_degree(p);
	unsigned long long beyond = order < width ? 1 : order - width + 1;
	crc_distances(p, order, 1, LONGEST, BUDGET, &d);
	out_puts(o, "Hamming distance, by bits of data:\n");
	out_printf(o, "           2   %llu and more\n", beyond);
	for (int i = 0; i < d.n; i++)
		show_span(o, &d.span[i]);
}

static void show_length(struct out *o, crc_word p, uint64_t order, uint64_t length)
{
	struct crc_distances d;
	unsigned width = (unsigned)gf2_degree(p), hd = 2;
	bool exact = true;
	unsigned long long n = length;
	if (length > LENGTH_MAX && length + width <= order)
		tool_die(EX_BAD, "--length: %llu bits are too many: %d at most", n, LENGTH_MAX);
	if (length + width <= order) {
		crc_distances(p, order, length, length, BUDGET_LENGTH, &d);
		for (int i = 0; i < d.n; i++) {
			if (d.span[i].from <= length && length <= d.span[i].to) {
				hd = d.span[i].hd;
				exact = d.span[i].exact;
			}
		}
	}
	out_printf(o, "Hamming distance of %llu bits of data: %s%u: all patterns of up to %u error%s are detected%s\n", n,
	           exact ? "" : "at least ", hd, hd - 1, plural(hd - 1), exact ? "" : " (the search for more stopped there)");
}

void crc_show_detects(struct out *o, const struct crc_params *c, uint64_t length)
{
	char text[CRC_TEXT];
	struct crc_factors f;
	unsigned width = c->width;
	crc_word p = c->poly;
	out_printf(o, "%s\n", crc_terms(text, p, width));
	if (width >= CRC_WIDTH_MAX)
		tool_die(EX_BAD, "--detects: polynomials of a width up to %d", CRC_WIDTH_MAX - 1);
	p |= (crc_word)1 << width;
	for (; !(p & 1); p >>= 1)
		width--;
	if (width < c->width)
		out_printf(o, "no term 1: the last %u check bit%s 0, and it detects what %s does\n", c->width - width,
		           c->width - width == 1 ? " is" : "s are",
		           width ? crc_terms(text, p ^ (crc_word)1 << width, width) : "no check at all");
	if (width == 0)
		return;
	crc_factorize(p, &f);
	uint64_t order = width <= CRC_ORDER_MAX ? crc_order(&f) : 0;
	show_factors(o, &f);
	if (f.n == 1 && f.f[0].times == 1 && order && order == ~(uint64_t)0 >> (64 - width))
		out_puts(o, "primitive\n");
	out_puts(o, "one error: all\n");
	if (order)
		show_order(o, order, width);
	out_printf(o, "odd numbers of errors: %s\n",
	           f.f[0].poly == 3 ? "all, since x + 1 divides it" : "not all, since x + 1 does not divide it");
	show_bursts(o, width);
	if (!order)
		out_printf(o, "its order and Hamming distances are not computed: the width is more than %d\n", CRC_ORDER_MAX);
	else if (length)
		show_length(o, p, order, length);
	else
		show_distances(o, p, order);
}
