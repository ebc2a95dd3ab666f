/* line_svg.c - line codes and their spectra as figures. */

#include "line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plot.h"
#include "tool.h"

enum {
	ROW = 40,     /* elements in a panel, about: what is readable across a page */
	ROWS_MAX = 50 /* panels of a figure */
};

/* ---- the waveform ---- */

static double bits_at(const struct line *l, size_t element) { return (double)element * l->bits / l->elements; }

static void level_axis(struct plot *p, const struct line *l)
{
	double high = line_wide(l) ? 3 : 1, low = strchr(l->pulse->levels, '-') || line_wide(l) ? -high : 0;
	double room = 0.25 * (high - low);
	plot_axis(p, PLOT_Y, "level", "", PLOT_LINEAR);
	plot_range(p, PLOT_Y, low - room, high + 2 * room);
	for (int y = -3; y <= 3; y++)
		if (strchr(l->pulse->levels, line_wide(l) ? '0' + abs(y) : *line_level_name((int8_t)y, false)) &&
		    (line_wide(l) || abs(y) < 2))
			plot_tick(p, PLOT_Y, y, line_level_name((int8_t)y, line_wide(l)));
}

/* Names of the symbols above, the border of each, the bits of its group, and the marks of elements. */
static void label_row(struct plot *p, const struct coded *c, size_t first, size_t end)
{
	const struct line *l = c->line;
	double high = line_wide(l) ? 3 : 1, low = strchr(l->pulse->levels, '-') || line_wide(l) ? -high : 0;
	double top = high + 0.36 * (high - low), under = high + 0.14 * (high - low);
	for (size_t i = first; i < end; i += l->elements) {
		char label[LINE_LABEL_MAX];
		line_label(l, c->s[i / l->elements], label);
		plot_words(p, bits_at(l, i) + l->bits / 2.0, top, 0, label);
		if (i > first) {
			struct plot_look *look = plot_mark_x(p, bits_at(l, i), NULL);
			look->faint = look->dashed = true;
		}
	}
	uint16_t *bits = l->block ? line_group_bits(c) : NULL;
	unsigned step = l->pulse->elements;
	for (size_t i = first; bits && i < end; i += step)
		plot_words(p, bits_at(l, i) + bits_at(l, step) / 2, under, 0, bits[i / step] & 1 ? "1" : "0");
	free(bits);
	for (size_t i = first; c->mark && i < end; i++)
		if (c->mark[i] != ' ')
			plot_words(p, bits_at(l, i) + bits_at(l, 1) / 2, under, 0, (char[]){c->mark[i], '\0'});
}

static void level_panel(struct plot *p, const struct coded *c, size_t first, size_t end)
{
	const struct line *l = c->line;
	size_t n = end - first;
	double *x = xmalloc((n + 1) * sizeof *x), *y = xmalloc((n + 1) * sizeof *y);
	for (size_t i = 0; i <= n; i++) {
		x[i] = bits_at(l, first + i);
		y[i] = c->y[i < n ? first + i : end - 1];
	}
	level_axis(p, l);
	label_row(p, c, first, end);
	plot_step(p, NULL, x, y, n + 1)->size = 2.2;
	free(x);
	free(y);
}

static void sum_panel(struct plot *p, const struct coded *c)
{
	size_t n = c->n * c->line->elements;
	double *x = xmalloc((n + 1) * sizeof *x), *y = xmalloc((n + 1) * sizeof *y), sum = 0;
	for (size_t i = 0; i <= n; i++) {
		x[i] = bits_at(c->line, i);
		y[i] = sum;
		sum += i < n ? c->y[i] : 0;
	}
	plot_axis(p, PLOT_Y, "running digital sum", "", PLOT_LINEAR);
	plot_line(p, NULL, x, y, n + 1)->mark = PLOT_CIRCLE;
	free(x);
	free(y);
}

int line_save(const struct coded *c, const char *path, struct err *e)
{
	const struct line *l = c->line;
	size_t all = c->n * l->elements, fit = ROW / l->elements, row = (fit ? fit : 1) * l->elements, rows = 0;
	const struct line_code *top = l->block ? l->block : l->pulse;
	struct plot *p = plot_new(top->title);
	struct line_report r = line_measure(c->y, all);
	plot_condition(p, "%s: %s", top->standard, top->rule);
	plot_condition(p, "%zu bit%s, %zu level%s; transitions: %zu; running digital sum: %lld to %lld, %lld at the end", c->n * l->bits,
	               plural(c->n * l->bits), all, plural(all), r.transitions, (long long)r.sum_min, (long long)r.sum_max,
	               (long long)r.sum);
	if (all > row * ROWS_MAX)
		plot_condition(p, "the first %zu levels", row * ROWS_MAX);
	for (size_t first = 0; first < all && rows < ROWS_MAX; first += row, rows++) {
		if (rows)
			plot_panel(p, NULL);
		plot_height(p, 150);
		level_panel(p, c, first, first + row < all ? first + row : all);
		plot_range(p, PLOT_X, bits_at(l, first), bits_at(l, all < row ? all : first + row));
		plot_axis(p, PLOT_X, "time", "bits", PLOT_LINEAR);
	}
	if (rows == 1) {
		plot_panel(p, NULL);
		plot_height(p, 150);
		sum_panel(p, c);
		plot_axis(p, PLOT_X, "time", "bits", PLOT_LINEAR);
		plot_link(p);
	}
	int status = plot_save(p, path, e);
	plot_free(p);
	return status;
}

/* ---- the spectrum ---- */

int line_save_spectrum(const struct line *l, const struct line_density *d, const char *path, struct err *e)
{
	struct plot *p = plot_new(l->block ? l->block->title : l->pulse->title);
	double x[LINE_POINTS], theory[LINE_POINTS];
	plot_condition(p, "power spectral density, two-sided, levels in V into 1 ohm; %zu random bits, seed %llu", d->bits,
	               (unsigned long long)d->seed);
	for (unsigned i = 0; i < LINE_POINTS; i++) {
		x[i] = LINE_STEP * i;
		theory[i] = d->theory ? d->theory(l->pulse, x[i]) : NAN;
	}
	plot_axis(p, PLOT_X, "frequency over bit rate", "", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "density times bit rate", "W", PLOT_LINEAR);
	plot_range(p, PLOT_Y, 0, NAN);
	if (d->theory)
		plot_line(p, l->pulse->psd_what, x, theory, LINE_POINTS);
	plot_points(p, "measured", x, d->psd, LINE_POINTS);
	for (unsigned k = 0; k < 3; k++) {
		char words[40];
		double f = k * (double)l->elements / l->bits / l->pulse->elements;
		snprintf(words, sizeof words, "line, %.3g W", d->tones[k]);
		if (d->tones[k] > 1e-4)
			plot_mark_x(p, f, words)->dashed = true;
	}
	int status = plot_save(p, path, e);
	plot_free(p);
	return status;
}
