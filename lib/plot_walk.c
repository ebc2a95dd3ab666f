/* plot_walk.c - where the data of a figure lie in its picture, and no more of them than can be seen. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plotted.h"

enum {
	FEW = 4000,      /* values of a series that are all drawn; of more, what a column of the picture can show */
	RUNS_MAX = 30000 /* strokes for the segments of one series */
};
#define MARGIN 0.5 /* around the frame, in which pieces still go on */
#define FAR 1e9    /* frames from here: as good as infinitely far */

static double place(const struct axis *a, double v)
{
	double at = (v - a->low) / (a->high - a->low);
	if (a->scale == PLOT_LOG)
		at = v > 0 ? log(v / a->low) / log(a->high / a->low) : NAN;
	return at > FAR ? FAR : at < -FAR ? -FAR : at;
}

double view_x(const struct view *v, double x) { return v->left + v->w * place(v->x, x); }

double view_y(const struct view *v, double y) { return v->top + v->h * (1 - place(v->y, y)); }

/* Liang and Barsky (1984): the part of t = 0..1 that is inside of every edge. */
bool piece_clip(double p[4], double x0, double y0, double x1, double y1)
{
	double dx = p[2] - p[0], dy = p[3] - p[1], from = 0, to = 1;
	const double step[4] = {-dx, dx, -dy, dy}, room[4] = {p[0] - x0, x1 - p[0], p[1] - y0, y1 - p[1]};
	for (int i = 0; i < 4; i++) {
		if (step[i] == 0 && room[i] < 0)
			return false;
		if (step[i] < 0)
			from = fmax(from, room[i] / step[i]);
		else if (step[i] > 0)
			to = fmin(to, room[i] / step[i]);
	}
	if (!(from <= to))
		return false;
	double q[4] = {p[0] + from * dx, p[1] + from * dy, p[0] + to * dx, p[1] + to * dy};
	memcpy(p, q, sizeof q);
	return true;
}

/* A pen that goes from point to point; of many points, it visits of each column the first, the lowest, the highest and the last. */
struct walk {
	void (*piece)(void *arg, const double p[4]);
	void *arg;
	double box[4];
	double at[2];     /* the pen */
	bool down, alone; /* it is somewhere; and has drawn nothing there yet */
	bool columns;
	double column;
	double first[2], low[2], high[2], last[2];
	bool low_later; /* the lowest came after the highest */
	bool holds;     /* a column is being gathered */
};

static void walk_piece(struct walk *w, double x0, double y0, double x1, double y1)
{
	double p[4] = {x0, y0, x1, y1};
	if (piece_clip(p, w->box[0], w->box[1], w->box[2], w->box[3]))
		w->piece(w->arg, p);
}

static void walk_to(struct walk *w, const double p[2])
{
	if (w->down && w->at[0] == p[0] && w->at[1] == p[1])
		return;
	if (w->down)
		walk_piece(w, w->at[0], w->at[1], p[0], p[1]);
	w->alone = !w->down;
	w->down = true;
	w->at[0] = p[0];
	w->at[1] = p[1];
}

static void walk_column(struct walk *w)
{
	if (!w->holds)
		return;
	walk_to(w, w->first);
	walk_to(w, w->low_later ? w->high : w->low);
	walk_to(w, w->low_later ? w->low : w->high);
	walk_to(w, w->last);
	w->holds = false;
}

static void walk_gap(struct walk *w)
{
	walk_column(w);
	if (w->down && w->alone)
		walk_piece(w, w->at[0], w->at[1], w->at[0], w->at[1]);
	w->down = false;
}

static void walk_point(struct walk *w, double x, double y)
{
	const double p[2] = {x, y};
	if (isnan(x) || isnan(y)) {
		walk_gap(w);
		return;
	}
	if (!w->columns) {
		walk_to(w, p);
		return;
	}
	double column = floor(x);
	if (!w->holds || column != w->column) {
		walk_column(w);
		w->holds = true;
		w->column = column;
		memcpy(w->first, p, sizeof p);
		memcpy(w->low, p, sizeof p);
		memcpy(w->high, p, sizeof p);
	} else if (y < w->low[1]) {
		memcpy(w->low, p, sizeof p);
		w->low_later = true;
	} else if (y > w->high[1]) {
		memcpy(w->high, p, sizeof p);
		w->low_later = false;
	}
	memcpy(w->last, p, sizeof p);
}

static void walk_line(const struct series *s, const struct view *v, struct walk *w, const double *ys)
{
	double y = NAN;
	for (size_t i = 0; i < s->n; i++) {
		double x = series_x(s, i);
		bool has = fabs(x) < BEYOND && fabs(ys[i]) < BEYOND;
		double px = has ? view_x(v, x) : NAN;
		if (s->kind == STEP && !isnan(y) && has)
			walk_point(w, px, y);
		y = has ? view_y(v, ys[i]) : NAN;
		walk_point(w, px, y);
	}
	walk_gap(w);
}

/* Segments: all, where they are few. */
static void walk_few(const struct series *s, const struct view *v, struct walk *w)
{
	for (size_t i = 0; i < s->n; i++) {
		double x0, y0, x1 = s->v[2][i], y1 = s->v[3][i];
		if (!series_has(s, i, &x0, &y0) || !(fabs(x1) < BEYOND) || !(fabs(y1) < BEYOND))
			continue;
		double p[4] = {view_x(v, x0), view_y(v, y0), view_x(v, x1), view_y(v, y1)};
		if (!isnan(p[0] + p[1] + p[2] + p[3]))
			walk_piece(w, p[0], p[1], p[2], p[3]);
	}
}

/* Cells of the picture that something touches. */
struct raster {
	double left, top, cell;
	size_t w, h;
	uint8_t *set;
};

static struct raster raster_new(const struct view *v, double margin, double cell)
{
	struct raster r = {.left = v->left - margin, .top = v->top - margin, .cell = cell};
	r.w = (size_t)((v->w + 2 * margin) / cell) + 1;
	r.h = (size_t)((v->h + 2 * margin) / cell) + 1;
	r.set = xmalloc(r.w * r.h);
	memset(r.set, 0, r.w * r.h);
	return r;
}

static void raster_piece(void *arg, const double p[4])
{
	struct raster *r = arg;
	double x0 = (p[0] - r->left) / r->cell, y0 = (p[1] - r->top) / r->cell;
	double x1 = (p[2] - r->left) / r->cell, y1 = (p[3] - r->top) / r->cell;
	int n = (int)ceil(fmax(fabs(x1 - x0), fabs(y1 - y0)));
	for (int i = 0; i <= n; i++) {
		double t = n ? (double)i / n : 0, x = x0 + t * (x1 - x0), y = y0 + t * (y1 - y0);
		if (x >= 0 && y >= 0 && x < (double)r->w && y < (double)r->h)
			r->set[(size_t)x * r->h + (size_t)y] = 1;
	}
}

/* The runs of cells that are set, column by column, as upright strokes: given to the pen, or (NULL) only counted. */
static size_t raster_runs(const struct raster *r, struct walk *w)
{
	size_t n = 0;
	for (size_t x = 0; x < r->w; x++) {
		const uint8_t *column = r->set + x * r->h;
		for (size_t y = 0, end; y < r->h; y = end + 1) {
			end = y;
			while (end < r->h && column[end])
				end++;
			if (end == y)
				continue;
			n++;
			double px = r->left + ((double)x + 0.5) * r->cell, top = r->top + (double)y * r->cell;
			if (w)
				walk_piece(w, px, top, px, top + (double)(end - y) * r->cell);
		}
	}
	return n;
}

/* Segments: many become the cells that they touch. */
static void walk_many(const struct series *s, const struct view *v, struct walk *w)
{
	for (double cell = 1;; cell *= 2) {
		struct raster r = raster_new(v, MARGIN, cell);
		struct walk into = *w;
		into.piece = raster_piece;
		into.arg = &r;
		walk_few(s, v, &into);
		bool fits = raster_runs(&r, NULL) <= RUNS_MAX || cell > 64;
		if (fits)
			raster_runs(&r, w);
		free(r.set);
		if (fits)
			return;
	}
}

/* The intervals of points, upright; where the lower end has no place, from the frame's edge. */
static void walk_errors(const struct series *s, const struct view *v, struct walk *w)
{
	for (size_t i = 0; i < s->n; i++) {
		double x = view_x(v, series_x(s, i)), low = view_y(v, s->v[2][i]), high = view_y(v, s->v[3][i]);
		if (isnan(low))
			low = w->box[3];
		if (!isnan(x) && !isnan(high))
			walk_piece(w, x, low, x, high);
	}
}

/* Points inside of the frame, of a cell the first; given to point, or (NULL) only counted. */
static size_t points_once(const struct series *s, const struct view *v, double cell,
			  void (*point)(void *arg, double x, double y), void *arg)
{
	struct raster r = raster_new(v, MARGIN, cell);
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		double x, y;
		if (!series_has(s, i, &x, &y))
			continue;
		x = view_x(v, x);
		y = view_y(v, y);
		bool in = x >= r.left && y >= r.top && x <= v->left + v->w + MARGIN && y <= v->top + v->h + MARGIN;
		uint8_t *c = in ? r.set + (size_t)((x - r.left) / cell) * r.h + (size_t)((y - r.top) / cell) : NULL;
		if (!c || *c)
			continue;
		*c = 1;
		n++;
		if (point)
			point(arg, x, y);
	}
	free(r.set);
	return n;
}

void series_points(const struct series *s, const struct view *v, double cell, size_t max,
		   void (*point)(void *arg, double x, double y), void *arg)
{
	while (s->n > max && points_once(s, v, cell, NULL, NULL) > max)
		cell *= 1.5;
	points_once(s, v, cell, point, arg);
}

void series_walk(const struct series *s, const struct view *v, void (*piece)(void *arg, const double p[4]), void *arg)
{
	struct walk w = {.piece = piece,
	                 .arg = arg,
	                 .columns = s->n > FEW,
	                 .box = {v->left - MARGIN, v->top - MARGIN, v->left + v->w + MARGIN, v->top + v->h + MARGIN}};
	switch (s->kind) {
	case LINE:
	case STEP: walk_line(s, v, &w, s->v[1]); break;
	case FILL:
		walk_line(s, v, &w, s->v[1]);
		walk_line(s, v, &w, s->v[2]);
		break;
	case ERRORS: walk_errors(s, v, &w); break;
	case SEGMENTS: (s->n > FEW ? walk_many : walk_few)(s, v, &w); break;
	default: break;
	}
}
