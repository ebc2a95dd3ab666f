/* integrate.c - running sums of a signal turned to baseband. */
#include "integrate.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

void integrator_init(struct integrator *g, double omega, unsigned every, double keep)
{
	uint64_t cap = 1;
	while ((double)cap < keep + 2 + INTEGRATOR_BLOCK)
		cap *= 2;
	*g = (struct integrator){.omega = omega, .spp = every, .every = every, .points = 1, .mask = cap - 1};
	g->sums = xmalloc(cap * sizeof *g->sums);
	memset(g->sums, 0, cap * sizeof *g->sums);
}

void integrator_free(struct integrator *g) { free(g->sums); }

void integrator_push(struct integrator *g, const float *x, size_t n)
{
	double phase = fmod(g->omega * (double)g->samples, TAU);
	struct integral turn = {cos(phase), -sin(phase)}, step = {cos(g->omega), -sin(g->omega)}, sum = g->sum;

	for (size_t i = 0; i < n; i++) {
		double v = fabsf(x[i]) <= 16 ? (double)x[i] : 0; /* false for NaN */
		sum.re += v * turn.re;
		sum.im += v * turn.im;
		turn = (struct integral){turn.re * step.re - turn.im * step.im, turn.re * step.im + turn.im * step.re};
		if (++g->pending == g->every) {
			g->pending = 0;
			g->sums[g->points++ & g->mask] = sum;
		}
	}
	g->sum = sum;
	g->samples += n;
}

struct integral integrator_at(const struct integrator *g, double u)
{
	double whole = floor(u), f = u - whole;
	uint64_t i = (uint64_t)whole;
	struct integral a = g->sums[i & g->mask], b = g->sums[(i + 1) & g->mask];
	return (struct integral){a.re + f * (b.re - a.re), a.im + f * (b.im - a.im)};
}

struct cf integrator_mean(const struct integrator *g, double a, double b)
{
	struct integral p = integrator_at(g, a), q = integrator_at(g, b);
	double k = 2 / ((b - a) * g->spp);
	return (struct cf){(float)(k * (q.re - p.re)), (float)(k * (q.im - p.im))};
}
