/* plot.h - figures as data: panels with axes and series, which are drawn as a self-contained SVG or as text in a terminal.
 *
 *	struct plot *p = plot_new("Bit error rate of qpsk");
 *	plot_condition(p, "white noise, 10^6 bits a point, seed %d", 1);
 *	plot_axis(p, PLOT_X, "Eb/N0", "dB", PLOT_LINEAR);
 *	plot_axis(p, PLOT_Y, "bit error rate", "", PLOT_LOG);
 *	plot_line(p, "theory, Q(sqrt(2 Eb/N0))", x, theory, n);
 *	plot_errors(p, "measured, 95 % interval", x, ber, low, high, n)->color = 1;
 *	plot_svg(p, &out);
 *	plot_free(p);
 *
 * All arrays and strings are copied; text is UTF-8 (what is not becomes '?') and may hold anything. Values that are not finite, or not
 * positive on a logarithmic axis, are left out: a line has a gap there. Thousands and millions of points become no more
 * than the picture can show: an SVG stays below 1 MB. The same figure gives the same octets on every machine.
 */
#ifndef OSIKIT_PLOT_H
#define OSIKIT_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "io.h"

struct plot;

enum plot_dim { PLOT_X, PLOT_Y };
enum plot_scale { PLOT_LINEAR, PLOT_LOG };   /* logarithmic to base 10 */
enum plot_mark {
	PLOT_NONE, PLOT_DOT, PLOT_CIRCLE, PLOT_SQUARE, PLOT_DIAMOND, PLOT_UP, PLOT_DOWN, PLOT_CROSS, PLOT_PLUS,
	PLOT_TICK,  /* a short vertical line */
	PLOT_DASH   /* a short horizontal one */
};
enum { PLOT_COLORS = 6, PLOT_INK = -1 };     /* distinguishable for all eyes, on light and dark; and that of the text */

/* How a series looks; every function that adds one returns its, for the caller to change (until the next call). */
struct plot_look {
	int color;            /* 0 to PLOT_COLORS - 1 or PLOT_INK. A series with a name has the next colour, one without that of
	                       * the series before; marks, bands and words have PLOT_INK */
	enum plot_mark mark;  /* points: PLOT_CIRCLE (over 500: PLOT_DOT); lines: PLOT_NONE */
	double size;          /* width of lines, 1.6; radius of marks, 3.5; in the SVG's units, of which a figure is 800 wide. 0: that */
	bool dashed;
	bool faint;           /* in the background, thin and pale */
	bool arrow;           /* segments: with a head at their end */
};

/* title: the figure's heading. Freed by plot_free. */
struct plot *plot_new(const char *title);
void plot_free(struct plot *p);
/* A line under the title: scheme, Eb/N0, seed: what was measured and how. */
void plot_condition(struct plot *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Begins the next panel, below the one before; all that follows goes into it. The first is there already: title it, or leave it.
 * title: NULL or "": none. */
void plot_panel(struct plot *p, const char *title);
/* Height of the panel's frame in the SVG (340; with several panels 220). */
void plot_height(struct plot *p, double height);
/* One unit is as long on both axes: a square frame. For constellations. */
void plot_equal(struct plot *p);
/* All panels have one x axis, written once under the last. */
void plot_link(struct plot *p);

/* What an axis measures: label "time", unit "s" ("": none). Ticks of s, Hz, bit/s, V and W get SI prefixes as needed ("time, ms"). */
void plot_axis(struct plot *p, enum plot_dim d, const char *label, const char *unit, enum plot_scale scale);
/* From where to where; NAN: as the data have it. */
void plot_range(struct plot *p, enum plot_dim d, double low, double high);
/* A tick with a name of its own ("state 01"); the axis then has no other ticks. */
void plot_tick(struct plot *p, enum plot_dim d, double at, const char *label);

/* Series of n values. name: for the legend; NULL: not in it. x: NULL is 0, 1, 2 ... */
struct plot_look *plot_line(struct plot *p, const char *name, const double *x, const double *y, size_t n);
/* y[i] from x[i] to x[i+1]; of n values the last is held no longer than its x. */
struct plot_look *plot_step(struct plot *p, const char *name, const double *x, const double *y, size_t n);
/* A signal of n samples, the first at start, each step after the one before. */
struct plot_look *plot_wave(struct plot *p, const char *name, double start, double step, const float *y, size_t n);
struct plot_look *plot_points(struct plot *p, const char *name, const double *x, const double *y, size_t n);
/* Points with an interval each. */
struct plot_look *plot_errors(struct plot *p, const char *name, const double *x, const double *y, const double *low,
			      const double *high, size_t n);
/* From 0 (logarithmic: the axis) to y, as wide as the least distance of two x. */
struct plot_look *plot_bars(struct plot *p, const char *name, const double *x, const double *y, size_t n);
/* The area between low and high. */
struct plot_look *plot_fill(struct plot *p, const char *name, const double *x, const double *low, const double *high, size_t n);
/* Straight pieces from (x0, y0) to (x1, y1). */
struct plot_look *plot_segments(struct plot *p, const char *name, const double *x0, const double *y0, const double *x1,
				const double *y1, size_t n);
/* How often something was seen in each of nx times ny cells between the limits, count[iy * nx + ix], iy from y0 upwards. */
struct plot_look *plot_density(struct plot *p, const char *name, double x0, double x1, size_t nx, double y0, double y1,
			       size_t ny, const double *count);

/* A line across the panel at x (or y) and a label at its end, outside of the frame (NULL: none). size < 0: the label only. */
struct plot_look *plot_mark_x(struct plot *p, double x, const char *label);
struct plot_look *plot_mark_y(struct plot *p, double y, const char *label);
/* The area from x0 to x1 (or y0 to y1), across the panel, and a label over (beside) it. */
struct plot_look *plot_band_x(struct plot *p, double x0, double x1, const char *label);
struct plot_look *plot_band_y(struct plot *p, double y0, double y1, const char *label);
/* Words at a point: align -1 ends there, 0 in the middle, 1 begins there. */
struct plot_look *plot_words(struct plot *p, double x, double y, int align, const char *text);

/* Draws it as SVG (1.1 with CSS, no scripts, nothing from elsewhere); as text of cols columns and about rows lines (0: enough
 * for each panel), in braille dots and blocks when utf8, with ANSI colours when color. */
void plot_svg(struct plot *p, struct out *o);
void plot_text(struct plot *p, struct out *o, unsigned cols, unsigned rows, bool utf8, bool color);

/* Its data as TSV: a header line; panel, series, x, y, then low and high (intervals and areas) and x1 and y1 (pieces, bands) where
 * the figure has such; of densities the cells that are not 0, at their middles, the count in low. Words, marks and bands without a
 * name are left out. */
void plot_tsv(struct plot *p, struct out *o);

/* For tools. plot_svg into a file ("-": standard output). 0 or -1. */
int plot_save(struct plot *p, const char *path, struct err *e);
/* plot_text as the terminal on o->fd has room; 80 columns where it is none; braille when the locale in the environment is UTF-8. */
void plot_draw(struct plot *p, struct out *o, bool color);

#endif
