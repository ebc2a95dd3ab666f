/* g3ruh.h - scrambled baseband, as packet radio at 9600 bit/s sends it. */
#ifndef OSIKIT_G3RUH_H
#define OSIKIT_G3RUH_H

#include "modem.h"

extern const struct scheme g3ruh_schemes[];

/* The receiver, for g3ruh.c's table (see struct modem). */
void *g3ruh_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e);
void g3ruh_rx_push(void *rx, const float *x, size_t n);
void g3ruh_rx_end(void *rx);
void g3ruh_rx_free(void *rx);

/* The pulse: a raised cosine in time, so that a run of equal bits is a level and a change half a period of a cosine. t in symbols. */
static inline double g3ruh_pulse(double t) { return fabs(t) < 1 ? 0.5 + 0.5 * cos(TAU / 2 * t) : 0; }
/* Its energy is 3/4 symbols, its correlation with itself one symbol later 1/8, and with itself at any random bits its mean power 3/4. */
#define G3RUH_ENERGY 0.75
#define G3RUH_OVERLAP (0.125 / 0.75)

#endif
