/* fec_work.c - how codes are worked by hand: tables of parity, steps of a shift register, the trellis, syndromes and locators. */

#include "1-physical/modem-sim/fec_work.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/conv.h"
#include "1-physical/fec.h"
#include "1-physical/hamming.h"
#include "1-physical/interleave.h"
#include "1-physical/rs.h"
#include "io.h"
#include "tool.h"

enum {
	PARTS = 8,
	SHOW_STATES = 16,
	SHOW_STEPS = 64,  /* of a trellis */
	SHOW_PLACES = 63, /* of a Hamming word */
	SHOW_CELLS = 32   /* of a table's row */
};

struct chain {
	struct fec *part[PARTS];
	char name[PARTS][64];
	size_t n;
};

/* The codes of a chain, each alone. fec_new took the text already. */
static void split(struct chain *c, const char *text)
{
	struct err e;
	c->n = 0;
	for (const char *s = text; c->n < PARTS; s++) {
		size_t n = strcspn(s, "+");
		snprintf(c->name[c->n], sizeof c->name[c->n], "%.*s", (int)n, s);
		c->part[c->n] = fec_new(c->name[c->n], &e);
		if (!c->part[c->n])
			tool_die(EX_BAD, "%s", e.msg);
		c->n++;
		s += n;
		if (!*s)
			return;
	}
}

static void free_chain(struct chain *c)
{
	for (size_t i = 0; i < c->n; i++)
		fec_free(c->part[i]);
}

static void print_bits(const uint8_t *bits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		putchar('0' + bits[i]);
}

/* --- Hamming -------------------------------------------------------------------------------------------- */

static bool is_check(uint32_t p) { return (p & (p - 1)) == 0; }

/* A line for each check bit: what it covers, the bits there and their sum. with: the check bit itself counts. */
static void show_checks(const struct hamming *h, const uint8_t *word, bool with)
{
	for (unsigned j = 0; j < h->r; j++) {
		uint32_t check = UINT32_C(1) << j, last = h->n - h->extended;
		unsigned sum = 0;
		bool first = true;
		printf("  p%-4u positions", (unsigned)check);
		for (uint32_t p = check; p <= last; p++)
			if (p & check)
				printf(" %u", (unsigned)p);
		printf(": ");
		for (uint32_t p = check; p <= last; p++)
			if ((p & check) && (with || p != check)) {
				unsigned bit = word[hamming_index(h, p)];
				printf(first ? "%u" : "+%u", bit);
				sum ^= bit;
				first = false;
			}
		printf("%s= %u\n", first ? "0 " : " ", sum);
	}
}

/* The positions, what stands there and the bits. */
static void show_places(const struct hamming *h, const uint8_t *word)
{
	uint32_t last = h->n - h->extended, data = 0;
	printf("  position");
	for (uint32_t p = 1; p <= last; p++)
		printf(" %3u", (unsigned)p);
	printf(h->extended ? " all\n          " : "\n          ");
	for (uint32_t p = 1; p <= last; p++) {
		char name[16];
		snprintf(name, sizeof name, "%c%u", is_check(p) ? 'p' : 'd', (unsigned)(is_check(p) ? p : ++data));
		printf(" %3s", name);
	}
	printf(h->extended ? "   p\n  bit     " : "\n  bit     ");
	for (uint32_t p = 1; p <= last; p++)
		printf(" %3u", word[hamming_index(h, p)]);
	if (h->extended)
		printf(" %3u", word[h->n - 1]);
	putchar('\n');
}

static void encode_hamming(const struct hamming *h, const uint8_t *data)
{
	uint8_t *word = xmalloc(h->n);
	hamming_encode(h, data, word);
	printf("  data ");
	print_bits(data, h->k);
	putchar('\n');
	if (h->n <= SHOW_PLACES) {
		show_checks(h, word, false);
		show_places(h, word);
	}
	printf("  word ");
	print_bits(word, h->n);
	putchar('\n');
	free(word);
}

static void say_verdict(const struct hamming *h, int found, uint32_t s, unsigned parity)
{
	printf("  syndrome %u", (unsigned)s);
	if (h->extended)
		printf(", parity of all %u", parity);
	if (found < 0)
		printf(": %s\n", h->extended && !parity ? "two bits are wrong; they cannot be found"
		                                        : "no such position: more than one bit is wrong");
	else if (found > 0 && s)
		printf(": the bit at position %u is wrong\n", (unsigned)s);
	else
		printf(found > 0 ? ": the parity bit itself is wrong\n" : ": no error\n");
}

static void decode_hamming(const struct hamming *h, const float *llr)
{
	uint8_t *word = xmalloc(h->n), *data = xmalloc(h->k);
	unsigned parity;
	for (uint32_t i = 0; i < h->n; i++)
		word[i] = llr[i] < 0;
	printf("  received ");
	print_bits(word, h->n);
	putchar('\n');
	if (h->n <= SHOW_PLACES) {
		show_places(h, word);
		show_checks(h, word, true);
	}
	uint32_t s = hamming_syndrome(h, word, &parity);
	say_verdict(h, hamming_decode(h, word, data, NULL), s, parity);
	printf("  data ");
	print_bits(data, h->k);
	putchar('\n');
	free(word);
	free(data);
}

/* The code of the word that begins at bit i of n of data. */
static struct hamming word_at(const struct hamming *h, size_t i, size_t n)
{
	struct hamming w = *h;
	if (n - i < h->k)
		hamming_of(&w, (uint32_t)(n - i), h->extended, h->systematic);
	return w;
}

/* --- convolutional -------------------------------------------------------------------------------------- */

/* The last bits, the newest first, as generators are written. */
static void print_state(const struct conv_code *c, unsigned state)
{
	for (unsigned j = 0; j + 1 < c->k; j++)
		putchar('0' + (state >> j & 1));
}

static void encode_conv(const struct conv *conv, const uint8_t *bits, size_t n)
{
	const struct conv_code *c = conv_about(conv);
	size_t steps = n ? n + (c->end == CONV_TAIL ? c->k - 1 : 0) : 0;
	unsigned state = 0;
	if (c->end == CONV_BITE)
		for (unsigned j = 0; n && j < c->k - 1; j++)
			state |= (unsigned)bits[n - 1 - j % n] << j;
	printf("  step  bit  register %*s sent\n", (int)c->k - 7 > 0 ? (int)c->k - 7 : 0, "");
	for (size_t t = 0; t < steps && t < SHOW_STEPS; t++) {
		unsigned bit = t < n ? bits[t] : 0, before = state, v = conv_step(conv, &state, bit);
		printf("  %4zu  %3u  %u ", t + 1, bit, bit);
		print_state(c, before);
		printf("%*s ", (int)c->k < 7 ? 7 - (int)c->k : 0, "");
		for (unsigned j = 0; j < c->outputs; j++)
			printf(conv_kept(conv, t, j) ? "%u" : "(%u)", v >> j & 1);
		printf(t >= n ? "  (tail)\n" : "\n");
	}
	if (steps > SHOW_STEPS)
		printf("  ... %zu steps in all\n", steps);
}

/* The cost of sending output v at step t for the soft bits there: the sureness of those that say otherwise. */
static double step_cost(const struct conv *conv, size_t t, unsigned v, const float *llr)
{
	double cost = 0;
	for (unsigned j = 0; j < conv_about(conv)->outputs; j++)
		if (conv_kept(conv, t, j)) {
			cost += (*llr < 0) != (v >> j & 1) ? fabs((double)*llr) : 0;
			llr++;
		}
	return cost;
}

static unsigned sent_at(const struct conv *conv, size_t t)
{
	unsigned n = 0;
	for (unsigned j = 0; j < conv_about(conv)->outputs; j++)
		n += conv_kept(conv, t, j);
	return n;
}

static void trellis_row(const struct conv *conv, size_t t, const float *llr, const double *metric, const uint8_t *from)
{
	unsigned states = 1U << (conv_about(conv)->k - 1);
	printf("  %4zu  ", t + 1);
	for (unsigned j = 0, n = sent_at(conv, t); j < n; j++)
		putchar(llr[j] < 0 ? '1' : llr[j] > 0 ? '0' : '?');
	printf("%*s", (int)(conv_about(conv)->outputs - sent_at(conv, t)), "");
	size_t blanks = 0; /* none at the end of the line */
	for (unsigned s = 0; s < states; s++) {
		char cell[24] = "-";
		if (metric[s] < HUGE_VAL)
			snprintf(cell, sizeof cell, "%g", metric[s]);
		bool old = metric[s] < HUGE_VAL && from[s] >= states / 2;
		printf("%*s%5s%s", (int)blanks, "", cell, old ? "'" : "");
		blanks = !old;
	}
	putchar('\n');
}

/* The survivor, traced back from its end; its states in the order of time. */
static void show_path(const struct conv *conv, uint8_t from[][SHOW_STATES], size_t steps, const double *metric)
{
	const struct conv_code *c = conv_about(conv);
	uint8_t path[SHOW_STEPS + 1] = {0};
	for (unsigned s = 1; c->end != CONV_TAIL && s < 1U << (c->k - 1); s++)
		if (metric[s] < metric[path[steps]])
			path[steps] = (uint8_t)s;
	for (size_t t = steps; t-- > 0;)
		path[t] = from[t][path[t + 1]];
	printf("  the way back from the end, metric %g:", metric[path[steps]]);
	for (size_t t = 0; t <= steps; t++) {
		putchar(' ');
		print_state(c, path[t]);
	}
	putchar('\n');
}

/* The metric of every state after every step. A ' marks a survivor that came from the state whose oldest bit is 1. */
static void decode_conv(const struct conv *conv, const float *llr, size_t n)
{
	const struct conv_code *c = conv_about(conv);
	unsigned states = 1U << (c->k - 1);
	size_t steps = n ? n + (c->end == CONV_TAIL ? c->k - 1 : 0) : 0;
	double metric[SHOW_STATES], next[SHOW_STATES];
	uint8_t from[SHOW_STEPS][SHOW_STATES] = {{0}};
	if (states > SHOW_STATES || steps > SHOW_STEPS) {
		printf("  a trellis of %u states and %zu steps, which is not shown (at most %d and %d are)\n", states,
		       steps, SHOW_STATES, SHOW_STEPS);
		return;
	}
	printf("  step  %-*s", (int)c->outputs, "in");
	for (unsigned s = 0; s < states; s++) {
		printf("%*s", (int)(7 - c->k) + (s > 0), "");
		print_state(c, s);
		metric[s] = s && c->end != CONV_BITE ? HUGE_VAL : 0;
	}
	putchar('\n');
	for (size_t t = 0; t < steps; t++) {
		for (unsigned s = 0; s < states; s++)
			next[s] = HUGE_VAL;
		for (unsigned was = 0; was < states; was++)
			for (unsigned bit = 0; bit < (t < n ? 2U : 1U); bit++) {
				unsigned s = was, v = conv_step(conv, &s, bit);
				double m = metric[was] + step_cost(conv, t, v, llr);
				if (m < next[s] || (m <= next[s] && was >= states / 2 && m < HUGE_VAL)) {
					next[s] = m;
					from[t][s] = (uint8_t)was;
				}
			}
		memcpy(metric, next, sizeof metric);
		trellis_row(conv, t, llr, metric, from[t]);
		llr += sent_at(conv, t);
	}
	show_path(conv, from, steps, metric);
}

/* --- Reed-Solomon --------------------------------------------------------------------------------------- */

static void print_hex(const char *what, const uint8_t *b, size_t n)
{
	printf("  %s", what);
	for (size_t i = 0; i < n; i++)
		printf(" %02x", b[i]);
	putchar('\n');
}

static void octets_of(const float *llr, size_t n, uint8_t *octets)
{
	for (size_t i = 0; i < n; i++) {
		octets[i] = 0;
		for (unsigned b = 0; b < 8; b++)
			octets[i] |= (uint8_t)((llr[8 * i + b] < 0) << b);
	}
}

static void encode_rs(const struct rs *rs, const uint8_t *data, unsigned m)
{
	unsigned checks = rs_about(rs)->n - rs_about(rs)->k;
	uint8_t g[256], check[255];
	rs_generator(rs, g);
	rs_encode(rs, data, m, check);
	print_hex("generator (highest power first):", g, checks + 1);
	print_hex("data:", data, m);
	print_hex("check symbols, the remainder of data x^(n-k) by the generator:", check, checks);
}

static void decode_rs(const struct rs *rs, uint8_t *word, unsigned m, const uint8_t *erased, unsigned nerased)
{
	struct rs_work w;
	print_hex("received:", word, m);
	for (unsigned i = 0; i < nerased; i++)
		printf("  octet %u is erased\n", erased[i]);
	int got = rs_decode_work(rs, word, m, erased, nerased, &w);
	print_hex("syndromes:", w.syndrome, w.checks);
	if (got)
		print_hex("locator (constant first):", w.locator, w.degree + 1U);
	for (unsigned i = 0; got >= 0 && i < w.errors; i++)
		printf("  octet %u (from 0) is wrong by %02x\n", w.at[i], w.value[i]);
	if (got < 0)
		printf("  its roots do not fit: more than %u octets are wrong\n", w.checks / 2);
}

/* --- interleaving --------------------------------------------------------------------------------------- */

/* The table, in which rows are written and columns read. */
static void show_table(const struct interleave *il, const uint8_t *bits, size_t n)
{
	unsigned width = il->octets ? 8 : 1;
	size_t shown = il->columns < SHOW_CELLS ? il->columns : SHOW_CELLS, cells = n / width;
	for (size_t r = 0; r < il->rows && r < SHOW_CELLS && r * il->columns < cells; r++) {
		printf("  row %2zu:", r + 1);
		for (size_t c = 0; c < shown && r * il->columns + c < cells; c++) {
			putchar(' ');
			print_bits(bits + (r * il->columns + c) * width, width);
		}
		printf(il->columns > SHOW_CELLS ? " ...\n" : "\n");
	}
}

/* --- chains --------------------------------------------------------------------------------------------- */

static void encode_part(const struct fec_part *p, const uint8_t *bits, size_t n)
{
	if (p->conv)
		encode_conv(p->conv, bits, n);
	for (size_t i = 0; p->hamming && i < n; i += p->hamming->k) {
		struct hamming h = word_at(p->hamming, i, n);
		encode_hamming(&h, bits + i);
	}
	if (p->rs) {
		size_t octets = (n + 7) / 8;
		uint8_t *data = xmalloc(octets + 1);
		memset(data, 0, octets);
		for (size_t i = 0; i < n; i++)
			data[i / 8] |= (uint8_t)(bits[i] << i % 8);
		for (size_t i = 0; i < octets; i += rs_about(p->rs)->k)
			encode_rs(p->rs, data + i,
			          octets - i < rs_about(p->rs)->k ? (unsigned)(octets - i) : rs_about(p->rs)->k);
		free(data);
	}
	if (p->interleave)
		show_table(p->interleave, bits, n);
}

/* Octets with a bit of which nothing is known. */
static unsigned erasures(const float *llr, unsigned m, uint8_t *erased)
{
	unsigned n = 0;
	for (unsigned i = 0; i < m; i++)
		for (unsigned b = 0; b < 8; b++)
			if (!(llr[8 * i + b] < 0 || llr[8 * i + b] > 0)) {
				erased[n++] = (uint8_t)i;
				break;
			}
	return n;
}

static void decode_part(const struct fec_part *p, const float *llr, size_t m, const uint8_t *bits, size_t n)
{
	if (p->conv)
		decode_conv(p->conv, llr, n);
	for (size_t i = 0; p->hamming && i < n; i += p->hamming->k, llr += p->hamming->n) {
		struct hamming h = word_at(p->hamming, i, n);
		decode_hamming(&h, llr);
	}
	for (size_t left = m / 8; p->rs && left > 0;) {
		unsigned got = left < rs_about(p->rs)->n ? (unsigned)left : rs_about(p->rs)->n;
		uint8_t word[255], erased[255];
		octets_of(llr, got, word);
		unsigned unknown = erasures(llr, got, erased);
		decode_rs(p->rs, word, got, erased, unknown <= rs_about(p->rs)->n - rs_about(p->rs)->k ? unknown : 0);
		llr += (size_t)8 * got;
		left -= got;
	}
	if (p->interleave)
		show_table(p->interleave, bits, n);
}

void work_encode(const char *text, const uint8_t *bits, size_t n)
{
	struct chain c;
	split(&c, text);
	uint8_t *a = xmalloc(n + 1);
	memcpy(a, bits, n);
	for (size_t i = 0; i < c.n; i++) {
		struct fec_part part = fec_part(c.part[i], 0);
		size_t m = fec_coded_bits(c.part[i], n);
		uint8_t *b = xmalloc(m + 1);
		printf("%s: %zu bits to %zu\n", c.name[i], n, m);
		encode_part(&part, a, n);
		fec_encode(c.part[i], a, n, b);
		free(a);
		a = b;
		n = m;
	}
	free(a);
	free_chain(&c);
}

void work_decode(const char *text, const float *llr, size_t m)
{
	struct chain c;
	struct err e;
	split(&c, text);
	float *a = xmalloc((m + 1) * sizeof *a);
	uint8_t *bits = xmalloc(m + 1);
	memcpy(a, llr, m * sizeof *a);
	for (size_t i = c.n; i-- > 0;) {
		struct fec_part part = fec_part(c.part[i], 0);
		size_t n;
		if (fec_decode(c.part[i], a, m, bits, &n, NULL, &e) != 0)
			break; /* the caller says so */
		printf("%s: %zu bits to %zu\n", c.name[i], m, n);
		decode_part(&part, a, m, bits, n);
		for (size_t j = 0; j < n; j++)
			a[j] = bits[j] ? -1.0f : 1.0f;
		m = n;
	}
	free(a);
	free(bits);
	free_chain(&c);
}

/* --- about ---------------------------------------------------------------------------------------------- */

static void about(const struct fec_part *p, const char *name)
{
	if (p->conv) {
		const struct conv_code *c = conv_about(p->conv);
		tool_say("%s: convolutional, constraint length %u, %u states, free distance %u before puncturing; "
		         "Viterbi decoding of soft bits "
		         "(CCSDS 131.0-B, EN 300 421)",
		         name, c->k, 1U << (c->k - 1), conv_free_distance(p->conv));
	} else if (p->hamming) {
		tool_say("%s: Hamming, %u check bits%s, distance %d: repairs one error a word%s (Hamming 1950)", name,
		         (unsigned)(p->hamming->n - p->hamming->k), p->hamming->extended ? " with that over all" : "",
		         p->hamming->extended ? 4 : 3, p->hamming->extended ? " and finds two" : "");
	} else if (p->rs) {
		const struct rs_code *c = rs_about(p->rs);
		tool_say("%s: Reed-Solomon over GF(2^8) made by 0x%x, first root %u, step %u, distance %u: repairs e "
		         "wrong octets and f erased "
		         "ones of %u while 2e + f <= %u",
		         name, c->poly, c->fcr, c->prim, c->n - c->k + 1, c->n, c->n - c->k);
	} else if (p->interleave) {
		tool_say("%s: %s written into %u rows of %u, read by columns: a burst of %u hits each row once", name,
		         p->interleave->octets ? "octets" : "bits", p->interleave->rows, p->interleave->columns,
		         p->interleave->rows);
	}
}

void work_about(const char *text)
{
	struct chain c;
	split(&c, text);
	for (size_t i = 0; i < c.n; i++) {
		struct fec_part part = fec_part(c.part[i], 0);
		about(&part, c.name[i]);
	}
	free_chain(&c);
}
