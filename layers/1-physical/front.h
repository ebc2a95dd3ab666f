/* front.h - a receiver's front end: real samples at any rate to complex baseband at another, in one polyphase filter.
 *
 * Each output sample is the input filtered by a low-pass that is moved to the centre frequency, at the moment of that sample,
 * then turned back to baseband: one dot product with complex taps an output, nothing at the input's rate.
 */
#ifndef OSIKIT_FRONT_H
#define OSIKIT_FRONT_H

#include "dsp.h"
#include "err.h"

struct front_cfg {
	double in_hz;      /* input rate, samples a second */
	double centre_hz;  /* becomes 0 Hz */
	double out_hz;     /* output rate; below or above in_hz, any ratio */
	double pass_hz;    /* flat within +-this of the centre */
	double stop_hz;    /* 60 dB down beyond +-this; stop_hz > pass_hz */
};

struct front;

struct front *front_new(const struct front_cfg *c, struct err *e);
void front_free(struct front *f);
/* Takes n samples and gives the outputs that they complete, in blocks, to put(arg, y, n). A tone A cos(2 pi centre t + p) becomes
 * A exp(ip): noise of density N0/2 becomes N0 a complex component... (see front.c for the exact gain). */
void front_push(struct front *f, const float *x, size_t n, void (*put)(void *arg, const struct cf *y, size_t m), void *arg);
/* Seconds of input at the moment of output sample number k (the filter's delay taken off: a symbol at t seconds of the input
 * is seen at the k for which this is t). */
double front_time_s(const struct front *f, uint64_t k);

#endif
