/* channel_filter.h - the filters of a simulated channel: long, linear in phase, and exact rather than fast. */
#ifndef OSIKIT_CHANNEL_FILTER_H
#define OSIKIT_CHANNEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last samples of a signal, in one piece. */
struct history {
	float *x;
	size_t keep, len, cap;
};

void history_init(struct history *h, size_t keep);
void history_free(struct history *h);
/* Appends n samples; returns the place of the first of them, before which there are keep older ones. It dies with the next call. */
const float *history_put(struct history *h, const float *x, size_t n);

/* A filter with an odd number of taps, taps / 2 samples late. */
struct fir {
	float *tap;             /* the oldest sample's first */
	size_t taps;
	struct history past;
	bool hilbert;           /* every other tap is zero: tap[] has those between */
	float *apart;           /* samples with even numbers and, behind them, those with odd ones: room for cap */
	size_t cap;
};

/* gain(arg, f): the amplitude at f, in cycles a sample, 0 to 0.5; edge: the width of its steps there (60 dB down beyond, Kaiser). */
void fir_init(struct fir *f, double edge, double (*gain)(const void *arg, double f), const void *arg);
/* Turns the phase of all that is between edge and 0.5 - edge back by a quarter cycle. */
void fir_init_hilbert(struct fir *f, double edge);
void fir_free(struct fir *f);
/* y may be x. */
void fir_run(struct fir *f, const float *x, float *y, size_t n);

float dot(const float *a, const float *b, size_t n);

/* Writes taps (even) samples of the interpolating kernel: what weighs the samples around a moment that is frac (0..1) behind the sample
 * number taps/2 - 1 of them. cutoff: in cycles a sample, at most 0.5. */
void sinc_kernel(float *h, size_t taps, double frac, double cutoff);

/* Another clock. */
struct resampler {
	float *kernels;         /* of RESAMPLER_PHASES + 1 places between two samples */
	struct history past;
	double drift;           /* the step between outputs is 1 + drift samples */
	uint64_t in, out;       /* samples so far */
};

enum { RESAMPLER_TAPS = 96, RESAMPLER_PHASES = 256 };

void resampler_init(struct resampler *r, double drift);
void resampler_free(struct resampler *r);
/* Output sample m is the input at m (1 + drift). Takes n samples; returns how many came out, at most n * 1.06 + 2 (drift > -0.05). */
size_t resampler_run(struct resampler *r, const float *x, size_t n, float *y);
/* A first order high frequency emphasis 1 + s tau, and its inverse, de-emphasis: gain 1 at 1 kHz. */
struct emphasis {
	double pole, zero, gain, x, y;
};

void emphasis_init(struct emphasis *e, double tau_s, double rate_hz, bool up);
void emphasis_run(struct emphasis *e, float *x, size_t n);

#endif
