/* plot_tsv.c - the data of a figure, for other programs to plot. */
#include <stdio.h>

#include "plotted.h"

/* What columns there are behind panel, series, x and y. */
struct columns {
	bool interval, piece;
};

static bool has_interval(const struct series *s) { return s->kind == ERRORS || s->kind == FILL || s->kind == DENSITY; }

static bool has_piece(const struct series *s) { return s->kind == SEGMENTS || s->kind == BAND_X || s->kind == BAND_Y; }

/* A word in a field: no tabs, no control characters. */
static void put_word(struct out *o, const char *s)
{
	for (const char *p = s; text_next(&p) != 0; s = p)
		if ((unsigned char)*s < 0x20)
			out_puts(o, " ");
		else
			out_write(o, s, (size_t)(p - s));
}

static void put_number(struct out *o, double v)
{
	char s[40] = "";
	if (isfinite(v))
		snprintf(s, sizeof s, "%.9g", v == 0 ? 0 : v); /* no minus zero */
	for (char *p = s; *p; p++)
		*p = *p == ',' ? '.' : *p;
	out_printf(o, "\t%s", s);
}

static void put_row(struct out *o, const struct columns *c, const struct panel *q, const struct series *s,
		    const double v[6])
{
	put_word(o, q->title);
	out_puts(o, "\t");
	put_word(o, s->name);
	put_number(o, v[0]);
	put_number(o, v[1]);
	for (int i = 2; i < 4 && c->interval; i++)
		put_number(o, v[i]);
	for (int i = 4; i < 6 && c->piece; i++)
		put_number(o, v[i]);
	out_puts(o, "\n");
}

static void put_density(struct out *o, const struct columns *c, const struct panel *q, const struct series *s)
{
	const double *l = s->v[0];
	for (size_t iy = 0; iy < s->ny; iy++) {
		for (size_t ix = 0; ix < s->nx; ix++) {
			double count = s->v[1][iy * s->nx + ix];
			double x = l[0] + (l[1] - l[0]) * ((double)ix + 0.5) / (double)s->nx,
			       y = l[2] + (l[3] - l[2]) * ((double)iy + 0.5) / (double)s->ny;
			if (count > 0)
				put_row(o, c, q, s, (double[6]){x, y, count, NAN, NAN, NAN});
		}
	}
}

static void put_series(struct out *o, const struct columns *c, const struct panel *q, const struct series *s)
{
	if (s->kind == DENSITY) {
		put_density(o, c, q, s);
		return;
	}
	if (s->kind >= MARK_X && !*s->name)
		return;
	for (size_t i = 0; i < s->n; i++) {
		double v[6] = {series_x(s, i), s->v[1][i], NAN, NAN, NAN, NAN};
		if (s->kind == ERRORS || s->kind == FILL) {
			v[2] = s->kind == FILL ? v[1] : s->v[2][i];
			v[3] = s->kind == FILL ? s->v[2][i] : s->v[3][i];
			v[1] = s->kind == FILL ? NAN : v[1];
		} else if (s->kind == SEGMENTS) {
			v[4] = s->v[2][i];
			v[5] = s->v[3][i];
		} else if (s->kind == MARK_X || s->kind == BAND_X) {
			v[4] = s->kind == BAND_X ? v[1] : NAN;
			v[1] = NAN;
		} else if (s->kind == MARK_Y || s->kind == BAND_Y) {
			v[5] = s->kind == BAND_Y ? v[1] : NAN;
			v[1] = v[0];
			v[0] = NAN;
		}
		put_row(o, c, q, s, v);
	}
}

void plot_tsv(struct plot *p, struct out *o)
{
	struct columns c = {false, false};
	for (size_t i = 0; i < p->npanels; i++) {
		for (size_t j = 0; j < p->panel[i].nseries; j++) {
			c.interval |= has_interval(&p->panel[i].series[j]);
			c.piece |= has_piece(&p->panel[i].series[j]) && *p->panel[i].series[j].name;
			c.piece |= p->panel[i].series[j].kind == SEGMENTS;
		}
	}
	out_printf(o, "panel\tseries\tx\ty%s%s\n", c.interval ? "\tlow\thigh" : "", c.piece ? "\tx1\ty1" : "");
	for (size_t i = 0; i < p->npanels; i++)
		for (size_t j = 0; j < p->panel[i].nseries; j++)
			put_series(o, &c, &p->panel[i], &p->panel[i].series[j]);
}
