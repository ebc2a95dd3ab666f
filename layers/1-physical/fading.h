/* fading.h - the gain of a path with many scatterers around the receiver: Rayleigh fading with the spectrum of Jakes. */
#ifndef OSIKIT_FADING_H
#define OSIKIT_FADING_H

#include <stddef.h>

#include "rng.h"

enum { FADING_WAVES = 64, FADING_LANES = 8 };

/* Waves from all around, each with the Doppler shift of its angle. */
struct fading {
	double re[FADING_WAVES], im[FADING_WAVES];       /* each now; together they have the power 1 */
	double turn_re[FADING_WAVES], turn_im[FADING_WAVES];
	double steady, scattered;                        /* amplitudes */
};

/* doppler: the largest shift over the sampling rate. k: power of a steady part over that of the scattered (Rice); 0: none. */
void fading_init(struct fading *f, double doppler, double k, struct rng *r);
/* The next n complex gains: mean power 1, autocorrelation of the scattered part J0(2 pi doppler lag). */
void fading_run(struct fading *f, float *re, float *im, size_t n);

#endif
