/* plotted.h - what the two ways to draw a figure (plot_svg.c, plot_text.c) share: the figure itself, its axes settled, and the
 * geometry of its series in the units of the picture. */
#ifndef OSIKIT_PLOTTED_H
#define OSIKIT_PLOTTED_H

#include <math.h>

#include "plot.h"

#define BEYOND 1e150  /* as good as infinite: differences and products of what is below are finite */

enum { TICKS_MAX = 64, TICK_LABEL = 48, CONDITIONS_MAX = 8 };

enum kind { LINE, STEP, POINTS, ERRORS, BARS, FILL, SEGMENTS, DENSITY, MARK_X, MARK_Y, BAND_X, BAND_Y, WORDS };

struct series {
	enum kind kind;
	char *name;              /* or the label, or the words; "" : none */
	struct plot_look look;
	int align;               /* WORDS */
	size_t n;
	double *v[4];            /* x, y and two more; NULL: none (x: 0, 1, 2...). DENSITY: v[1] is count, v[0] the limits */
	size_t nx, ny;           /* DENSITY */
};

struct tick {
	double at;
	bool major;              /* with a label and a line across */
	char label[TICK_LABEL];  /* "10^-3" has its exponent behind '^' */
};

struct axis {
	char *label, *unit;
	enum plot_scale scale;
	double want[2];          /* plot_range */
	double low, high;        /* settled: low < high, positive where logarithmic */
	struct tick *own;        /* plot_tick */
	unsigned nown;
	struct tick ticks[TICKS_MAX];
	unsigned nticks;
	char title[160];         /* "time, ms" */
};

struct panel {
	char *title;
	double height;           /* 0: not said */
	bool equal;
	struct axis axis[2];
	struct series *series;
	size_t nseries;
};

struct plot {
	char *title;
	char *condition[CONDITIONS_MAX];
	unsigned nconditions;
	struct panel *panel;
	size_t npanels;
	bool link;
	struct plot_look ignored;  /* for series that cannot be */
};

/* Where a panel's data lie in the picture: x from left to left + w, y (upwards) from top + h to top. */
struct view {
	const struct axis *x, *y;
	double left, top, w, h;
};

/* Limits of all axes, from the data and what was asked for. */
void plot_settle(struct plot *p);
/* Ticks of an axis: at most max with labels (at least two). */
void axis_ticks(struct axis *a, unsigned max);
/* The distance of ticks, 1, 2 or 5 times a power of ten, at which span has at most max steps. */
double tick_step(double span, unsigned max);
/* A number in at most size - 1 characters, with so many decimals, '-' as minus and '.' as point whatever the locale. */
int number_fixed(char *s, size_t size, double v, int decimals);
/* A number with three significant digits, shortest: "0.5", "1.25", "1e-6". */
int number_short(char *s, size_t size, double v);

/* Place of a value in the picture; NAN where it has none. */
double view_x(const struct view *v, double x);
double view_y(const struct view *v, double y);
double series_x(const struct series *s, size_t i);
bool series_has(const struct series *s, size_t i, double *x, double *y);

/* The straight pieces of a LINE, STEP, SEGMENTS, ERRORS or the limits of FILL, cut to the frame and a little more, no more than can
 * be seen at one unit; in order, one beginning where the one before ended while there is no gap. */
void series_walk(const struct series *s, const struct view *v, void (*piece)(void *arg, const double p[4]), void *arg);
/* The points of a series that are in the frame, of those that fall into one cell of the picture the first; cells are as much larger
 * than asked as is needed to have at most max. */
void series_points(const struct series *s, const struct view *v, double cell, size_t max,
		   void (*point)(void *arg, double x, double y), void *arg);
/* Cuts p (x0 y0 x1 y1) to the box; false: nothing is left. */
bool piece_clip(double p[4], double x0, double y0, double x1, double y1);
/* The half width of bars, in data. */
double bars_half(const struct series *s);
/* How strongly a density's cell is drawn, 0 (not) to levels. */
unsigned density_level(double count, double most, unsigned levels);
double density_most(const struct series *s);

/* The next character of s as UTF-8, s moved on; what is none, and control characters, are '?'. 0: the end. */
unsigned long text_next(const char **s);
/* Characters. */
size_t text_len(const char *s);
/* How many octets of s go into a line of so many columns, broken at a space where there is one. */
size_t text_line(const char *s, size_t cols);

#endif
