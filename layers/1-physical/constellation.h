/* constellation.h - the points of linear modulations, their labels, and decisions on them, hard and soft.
 *
 * All labels are Gray: points that are neighbours differ in one bit. A label's bits go in the order of transmission, the first
 * one most significant; amplitudes are scaled so that the mean energy of a point is 1.
 */
#ifndef OSIKIT_CONSTELLATION_H
#define OSIKIT_CONSTELLATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp.h"

enum { CONSTELLATION_MAX = 256 };

enum constellation_shape {
	SHAPE_OOK,  /* 0: nothing, 1: the carrier */
	SHAPE_ASK,  /* 2, 4, 8... amplitudes at equal distances about 0 (bipolar, also called M-PAM): Proakis 3.2-1. With 2: BPSK */
	SHAPE_PSK,  /* 8 points on the circle, label 0 at angle 0 */
	SHAPE_QAM,  /* a square: the first half of the bits is the in-phase amplitude, the rest the quadrature. With 4: QPSK */
};

struct constellation {
	enum constellation_shape shape;
	unsigned bits;                          /* a symbol, 1..8 */
	unsigned size;                          /* 2^bits */
	bool real;                              /* all points are on the real axis */
	unsigned levels;                        /* of an axis: ASK, QAM */
	float step;                             /* half the distance of neighbours: ASK, QAM */
	struct cf point[CONSTELLATION_MAX];     /* by label */
	float level[16];                        /* amplitude of one axis by its part of the label: ASK, QAM */
};

/* bits: OOK 1, ASK 1..4, PSK 3, QAM 2, 4, 6, 8. */
void constellation_init(struct constellation *c, enum constellation_shape shape, unsigned bits);
/* The nearest points' labels: the decision with the fewest wrong symbols. Scaled so that the mean energy is 1. */
void constellation_hard(const struct constellation *c, uint8_t *label, const struct cf *y, size_t n);
/* Soft bits (modem.h) of n symbols in complex noise of variance n0 (both components together), c->bits each, by the nearest point of
 * either value ("max-log"): their signs are the bits of the nearest points. For BPSK, QPSK and OOK that is exact. */
void constellation_maxlog(const struct constellation *c, float *llr, const struct cf *y, size_t n, float n0);
/* One symbol y: its soft bits, exact, to llr unless it is NULL; returns the mean of the points, each by the chance that it was sent;
 * *energy: the mean of their squares. */
struct cf constellation_read(const struct constellation *c, struct cf y, float n0, float *llr, float *energy);
/* The soft bits of a symbol of which each value, 0 to 2^bits - 1, has the log-likelihood w[value] and any constant, which changes. */
void constellation_marginals(float *llr, float *w, unsigned bits);

#endif
