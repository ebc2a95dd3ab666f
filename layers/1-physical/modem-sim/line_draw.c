/* line_draw.c - pictures and tables of line codes. */

#include "line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/dsp.h"
#include "tool.h"

enum { MARGIN = 4 };

/* ---- the waveform in characters ----
 *
 * An element is `wide` columns: its border, where the level changes, and its body. Levels are rows; between them is
 * one more, for what joins them. */

struct canvas {
	const struct coded *c;
	int wide;          /* columns of an element */
	size_t first, end; /* elements in this row of the picture */
	uint16_t *bits;    /* of a block code's groups */
	char *line;        /* of characters, blank when a row begins */
	size_t columns;
};

static void blank_row(struct canvas *v) { memset(v->line, ' ', v->columns); }

static void put_row(struct canvas *v, struct out *o, const char *head)
{
	size_t n = v->columns;
	while (n && v->line[n - 1] == ' ')
		n--;
	if (n)
		out_printf(o, "%-*s", MARGIN, head);
	else
		out_puts(o, head);
	out_write(o, v->line, n);
	out_write(o, "\n", 1);
}

/* Text in the middle of n elements from the i-th on, moved right to the body of the first. */
static void centre(struct canvas *v, size_t i, size_t n, const char *text)
{
	size_t room = n * (size_t)v->wide - 1, len = strlen(text), at = (i - v->first) * (size_t)v->wide + 1;
	if (len < room)
		at += (room - len) / 2;
	for (size_t j = 0; j < len && at + j < v->columns; j++)
		v->line[at + j] = text[j];
}

void line_label(const struct line *l, uint16_t s, char label[LINE_LABEL_MAX])
{
	char name[LINE_NAME_MAX];
	line_symbol_name(l, s, name);
	if (l->block == &line_8b10b && s < LINE_CONTROL)
		snprintf(label, LINE_LABEL_MAX, "D%u.%u %s", s & 31U, s >> 5, name);
	else
		snprintf(label, LINE_LABEL_MAX, "%s", name);
}

static void symbol_row(struct canvas *v, struct out *o)
{
	const struct coded *c = v->c;
	const struct line *l = c->line;
	blank_row(v);
	for (size_t i = v->first; i < v->end; i += l->elements) {
		char label[LINE_LABEL_MAX];
		line_label(l, c->s[i / l->elements], label);
		centre(v, i, l->elements, label);
	}
	put_row(v, o, "");
}

uint16_t *line_group_bits(const struct coded *c)
{
	struct line back = *c->line;
	size_t n = c->n * back.block->elements;
	uint16_t *bits = xmalloc(n * sizeof *bits + 1);
	back.violation = NULL;
	line_start(&back, back.begun, false);
	back.pulse->decode(&back, c->y, n, bits);
	return bits;
}

static void group_row(struct canvas *v, struct out *o)
{
	unsigned step = v->c->line->pulse->elements;
	blank_row(v);
	for (size_t i = v->first; i < v->end; i += step)
		centre(v, i, step, v->bits[i / step] & 1 ? "1" : "0");
	put_row(v, o, "");
}

static void mark_row(struct canvas *v, struct out *o)
{
	blank_row(v);
	for (size_t i = v->first; i < v->end; i++)
		centre(v, i, 1, (char[]){v->c->mark[i], '\0'});
	put_row(v, o, "");
}

/* The row of a level, or (twice the level being odd) the one between two. */
static void level_row(struct canvas *v, struct out *o, double level, const char *head)
{
	blank_row(v);
	for (size_t i = v->first; i < v->end; i++) {
		double y = v->c->y[i], before = i ? v->c->y[i - 1] : y;
		char *at = v->line + (i - v->first) * (size_t)v->wide;
		if (y != before && level >= fmin(y, before) && level <= fmax(y, before))
			*at = level == y || level == before ? '+' : '|';
		else if (y == level)
			*at = '-';
		if (y == level)
			memset(at + 1, '-', (size_t)v->wide - 1);
	}
	put_row(v, o, head);
}

static void level_rows(struct canvas *v, struct out *o)
{
	static const char *const names[] = {" -3", "", " -1", " 0", " +1", "", " +3"};
	const char *levels = v->c->line->pulse->levels;
	if (levels[0] == '3') {
		for (int y = 3; y >= -3; y -= 2) {
			level_row(v, o, y, names[y + 3]);
			if (y > -3)
				level_row(v, o, y - 1, "");
		}
		return;
	}
	level_row(v, o, 1, " +");
	if (strchr(levels, '0')) {
		level_row(v, o, 0.5, "");
		level_row(v, o, 0, " 0");
	}
	if (strchr(levels, '-')) {
		level_row(v, o, -0.5, "");
		level_row(v, o, -1, " -");
	}
}

/* The clock: where symbols begin, and the elements in them. */
static void tick_row(struct canvas *v, struct out *o)
{
	blank_row(v);
	for (size_t i = v->first; i <= v->end; i++)
		v->line[(i - v->first) * (size_t)v->wide] = i % v->c->line->elements ? '.' : '|';
	put_row(v, o, "");
}

void line_draw(struct out *o, const struct coded *c, int width)
{
	const struct line *l = c->line;
	struct canvas v = {.c = c, .wide = l->elements > 1 ? 3 : 4};
	size_t all = c->n * l->elements, each = l->elements * (size_t)v.wide;
	size_t fit = width > MARGIN + 1 ? ((size_t)width - MARGIN - 1) / each : 1, step = (fit ? fit : 1) * l->elements;
	bool marks = false;
	for (size_t i = 0; c->mark && i < all; i++)
		marks |= c->mark[i] != ' ';
	v.columns = step * (size_t)v.wide + 1;
	v.line = xmalloc(v.columns);
	v.bits = l->block ? line_group_bits(c) : NULL;
	for (v.first = 0; v.first < all; v.first += step) {
		v.end = v.first + step < all ? v.first + step : all;
		symbol_row(&v, o);
		if (l->block)
			group_row(&v, o);
		if (marks)
			mark_row(&v, o);
		level_rows(&v, o);
		tick_row(&v, o);
		if (v.end < all)
			out_puts(o, "\n");
	}
	free(v.line);
	free(v.bits);
}

void line_summary(struct out *o, const struct coded *c)
{
	size_t all = c->n * c->line->elements, bits = c->n * c->line->bits;
	struct line_report r = line_measure(c->y, all);
	out_printf(o, "%zu bit%s, %zu level%s: %g baud per bit/s\n", bits, plural(bits), all, plural(all),
	           (double)c->line->elements / c->line->bits);
	out_printf(o, "transitions: %zu; longest run without one: %zu level%s\n", r.transitions, r.run, plural(r.run));
	out_printf(o, "running digital sum: %lld to %lld, %lld at the end\n", (long long)r.sum_min,
	           (long long)r.sum_max, (long long)r.sum);
}

/* ---- tables ---- */

void line_tsv(struct out *o, const struct coded *c, uint64_t record)
{
	const struct line *l = c->line;
	size_t all = c->n * l->elements;
	int64_t sum = 0;
	if (record == 1)
		out_puts(o, "record\tn\ttime_bits\tsymbol\tlevel\tmark\tsum\n");
	for (size_t i = 0; i < all; i++) {
		char name[LINE_NAME_MAX] = "";
		if (i % l->elements == 0)
			line_symbol_name(l, c->s[i / l->elements], name);
		sum += c->y[i];
		out_printf(o, "%llu\t%zu\t%g\t%s\t%d\t%.1s\t%lld\n", (unsigned long long)record, i + 1,
		           (double)i * l->bits / l->elements, name, c->y[i],
		           c->mark && c->mark[i] != ' ' ? c->mark + i : "", (long long)sum);
	}
}

void line_levels(struct out *o, const int8_t *y, size_t n, bool wide)
{
	for (size_t i = 0; i < n; i++) {
		if (wide && i)
			out_write(o, " ", 1);
		out_puts(o, line_level_name(y[i], wide));
	}
	out_write(o, "\n", 1);
}

static void list_row(struct out *o, bool tsv, const char *name, const struct line *l)
{
	const struct line_code *top = l->block ? l->block : l->pulse;
	double baud = (double)l->elements / l->bits;
	unsigned run = l->block == &line_8b10b ? 5
	               : l->block              ? 4
	                                       : l->pulse->run; /* tests/unit/linecode_test.c counts them */
	bool dc_free = l->block ? l->block == &line_8b10b : l->pulse->dc_free;
	char clock[32];
	if (tsv) {
		out_printf(o, "%s\t%g\t%g\t", name, baud, l->block ? baud * l->pulse->null_hz : l->pulse->null_hz);
		if (run)
			out_printf(o, "%u", run);
		out_printf(o, "\t%s\t%s\t%s\t%s\n", dc_free ? "yes" : "no", top->title, top->standard, top->rule);
		return;
	}
	if (run)
		snprintf(clock, sizeof clock, "%u", run);
	else
		snprintf(clock, sizeof clock, "no: %s", l->pulse->lacks);
	out_printf(o, "%-15s %4g %4g  %-15s %-3s  %s (%s)\n", name, baud,
	           l->block ? baud * l->pulse->null_hz : l->pulse->null_hz, clock, dc_free ? "yes" : "no", top->title,
	           top->standard);
}

void line_list(struct out *o, bool tsv)
{
	static const char *const blocks[] = {"4b5b", "4b5b+mlt-3", "8b10b", NULL};
	struct line l;
	if (tsv)
		out_puts(o, "code\tbaud_per_bit\tfirst_null_per_bit\tlongest_run\tdc_free\ttitle\tstandard\trule\n");
	else
		out_puts(o, "code            baud null  clocks itself   DC-free\n");
	for (const struct line_code *c = line_codes; c->name; c++)
		if (line_open(&l, c->name, NULL) == 0)
			list_row(o, tsv, c->name, &l);
	for (const char *const *b = blocks; *b; b++)
		if (line_open(&l, *b, NULL) == 0)
			list_row(o, tsv, *b, &l);
	if (!tsv)
		out_puts(o, "\nbaud: levels a bit. null: the first null of the spectrum above 0 Hz, in bit rates. "
		            "clocks itself: the most\n"
		            "levels in a row without a transition, or the data that has none. DC-free: the sum of the "
		            "levels is bounded.\n"
		            "4b5b and 8b10b go over any code of a bit a level: 4b5b+mlt-3.\n");
}

/* ---- spectra ---- */

enum { BAR = 40 }; /* columns */

static void bar(struct out *o, double v, double most)
{
	int n = most > 0 ? (int)lround(BAR * v / most) : 0;
	for (int i = 0; i < n; i++)
		out_write(o, "#", 1);
}

void line_show_spectrum(struct out *o, const struct line *l, const struct line_density *d, bool tsv)
{
	double most = 0;
	for (unsigned i = 0; i < LINE_POINTS; i++)
		most = fmax(most, d->psd[i]);
	if (tsv)
		out_puts(o, "f\tmeasured\ttheory\n");
	else
		out_printf(o, "f/rate  measured%s\n", d->theory ? "  theory" : "");
	for (unsigned i = 0; i < LINE_POINTS; i += tsv ? 1 : 2) {
		double f = LINE_STEP * i;
		out_printf(o, tsv ? "%.3f\t%.5f\t" : "%6.2f  %8.4f  ", f, d->psd[i]);
		if (d->theory)
			out_printf(o, tsv ? "%.5f" : "%6.4f  ", d->theory(l->pulse, f));
		if (!tsv)
			bar(o, d->psd[i], most);
		out_puts(o, "\n");
	}
	if (tsv)
		return;
	out_puts(o, "power spectral density, two-sided, levels in V into 1 ohm: in W, times the bit rate\n");
	for (unsigned k = 0; k < 3; k++)
		if (d->tones[k] > 1e-4)
			out_printf(o, "and a line at %u times the rate of the pulses: %.4f W\n", k, d->tones[k]);
	if (d->theory)
		out_printf(o, "theory: %s\n", l->pulse->psd_what);
}
