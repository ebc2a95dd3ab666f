/* integrate.h - integrals of a signal at baseband over any stretch of time, from running sums: the matched filter of rectangular pulses. */
#ifndef OSIKIT_INTEGRATE_H
#define OSIKIT_INTEGRATE_H

#include <stddef.h>
#include <stdint.h>

#include "dsp.h"

/* A point is where a running sum is kept: point u is the sum of all samples before sample u * spp. */
struct integrator {
	double omega;       /* carrier, radians a sample */
	double spp;         /* samples a point */
	unsigned every;
	unsigned pending;   /* samples since the last point */
	struct integral { double re, im; } *sums, sum; /* a ring */
	uint64_t points, mask, samples;
};

/* keep: points that are remembered at least. */
void integrator_init(struct integrator *g, double omega, unsigned every, double keep);
void integrator_free(struct integrator *g);
/* At most INTEGRATOR_BLOCK samples; what is not a number, or beyond +-16, counts as 0. */
enum { INTEGRATOR_BLOCK = 256 };
void integrator_push(struct integrator *g, const float *x, size_t n);
/* The running sum at a point, between points in a straight line. */
struct integral integrator_at(const struct integrator *g, double u);
/* Mean of the baseband signal from point a to b: a carrier of amplitude A and phase p gives A exp(ip), and its image. */
struct cf integrator_mean(const struct integrator *g, double a, double b);
/* The first point that is remembered, and the last that is known. */
static inline double integrator_first(const struct integrator *g)
{
	double kept = (double)g->mask - 2 - INTEGRATOR_BLOCK;
	return (double)g->points > kept ? (double)g->points - kept : 0;
}
static inline double integrator_last(const struct integrator *g) { return (double)g->points - 2; }

#endif
