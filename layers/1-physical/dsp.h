/* dsp.h - small things of signal processing that the modems share. Header only. */
#ifndef OSIKIT_DSP_H
#define OSIKIT_DSP_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define TAU 6.28318530717958647692

/* A complex sample. Not C's own: its multiplication looks for infinities (C17, G.5.1), which costs more than it does. */
struct cf {
	float re, im;
};

static inline struct cf cf_add(struct cf a, struct cf b) { return (struct cf){a.re + b.re, a.im + b.im}; }
static inline struct cf cf_sub(struct cf a, struct cf b) { return (struct cf){a.re - b.re, a.im - b.im}; }
static inline struct cf cf_mul(struct cf a, struct cf b)
{
	return (struct cf){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
/* a times the conjugate of b */
static inline struct cf cf_mulc(struct cf a, struct cf b)
{
	return (struct cf){a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}
static inline struct cf cf_scale(struct cf a, float k) { return (struct cf){a.re * k, a.im * k}; }
static inline float cf_power(struct cf a) { return a.re * a.re + a.im * a.im; }
static inline struct cf cf_polar(double phase) { return (struct cf){(float)cos(phase), (float)sin(phase)}; }

/* The Gaussian tail, Q(x) = P(N(0,1) > x). */
static inline double q_function(double x) { return 0.5 * erfc(x * 0.70710678118654752440); }
static inline double from_db(double db) { return pow(10, db / 10); }
static inline double to_db(double ratio) { return 10 * log10(ratio); }

#endif
