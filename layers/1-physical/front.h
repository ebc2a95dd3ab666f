/* front.h - a receiver's front end: real samples at any rate to complex baseband at another, in one polyphase filter.
 *
 * Each output sample is the input turned to baseband and low-passed, at the moment of that sample: one dot product with complex
 * taps an output, nothing at the input's rate (f. harris, Multirate Signal Processing for Communication Systems, chapters 6, 7).
 *
 * The gain: A cos(2 pi (centre + d) t + p) becomes A exp(i (2 pi d t + p)) for |d| <= pass_hz. So a signal of power P becomes one
 * of mean |y|^2 = 2P, and real white noise of two-sided density N0/2 (variance N0/2 in_hz a sample) becomes complex noise of density 2 N0:
 * N0 in each component. A symbol's energy is half the integral of |y|^2 dt, and white noise of variance s^2 has N0 = 2 s^2 / in_hz.
 */
#ifndef OSIKIT_FRONT_H
#define OSIKIT_FRONT_H

#include "dsp.h"
#include "err.h"

struct front_cfg {
	double in_hz;      /* input rate, samples a second */
	double centre_hz;  /* becomes 0 Hz */
	double out_hz;     /* output rate; below or above in_hz, any ratio. Cheapest where it divides in_hz */
	double pass_hz;    /* flat (0.01 dB) within +-this of the centre */
	double stop_hz;    /* 60 dB down beyond +-this; stop_hz > pass_hz */
};

struct front;

/* The filter's memory is about 4 in_hz / (stop_hz - pass_hz) samples. NULL with e when the figures cannot be. */
struct front *front_new(const struct front_cfg *c, struct err *e);
void front_free(struct front *f);
/* Takes n samples and gives the outputs that they complete, in blocks, to put(arg, y, n): the same ones however the input is cut
 * into blocks. What is not a number, or beyond +-1e6, counts as 0. The signal is 0 before the first sample; who wants what the last samples
 * still lead to pushes front_delay of silence. */
void front_push(struct front *f, const float *x, size_t n, void (*put)(void *arg, const struct cf *y, size_t m), void *arg);
/* Seconds of input at the moment of output sample number k (the filter's delay taken off: a symbol at t seconds of the input
 * is seen at the k for which this is t): k / out_hz. */
double front_time_s(const struct front *f, uint64_t k);
/* How many samples behind the moment of an output the filter needs to see. */
size_t front_delay(const struct front *f);

/* The sums of x re and x im over n values, a multiple of 8: the form that any processor has, and the best for this one. They
 * give the same, bit for bit. */
typedef struct cf front_dot_fn(const float *x, const float *re, const float *im, size_t n);
front_dot_fn front_dot_c;
front_dot_fn *front_dot_best(void);

#endif
