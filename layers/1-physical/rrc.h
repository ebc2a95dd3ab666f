/* rrc.h - root-raised-cosine pulses, and sums of them at any moment. */
#ifndef OSIKIT_RRC_H
#define OSIKIT_RRC_H

#include <stddef.h>

#include "dsp.h"

/* The pulse at t symbols from its middle, of energy 1 (the integral of its square over t): the root of a raised cosine with
 * rolloff 0 < r <= 1 (Proakis 9.2-28; in time: Chennakeshu and Saulnier, IEEE Trans. Veh. Tech. 42(4), 1993). */
double rrc(double t, double rolloff);
/* Its slope there. */
double rrc_slope(double t, double rolloff);
/* Symbols on each side after which a pulse may be cut: what is lost makes two pulses' product miss Nyquist's zeros by less than
 * -50 dB altogether. */
int rrc_span(double rolloff);

/* Pulses at phases of a grid, for sums over values at distances of 1/per_symbol: sum of x[j] rrc((at - j) / per_symbol) / per_symbol.
 * With one value a symbol this shapes symbols, with several it is the filter that matches them. */
struct rrc_bank {
	int half;       /* values used before and behind the moment */
	int phases;
	double symbol;  /* symbols from a value to the next */
	struct cf (*both)(const float *v, const float *p, int n, struct cf *slope);
	float *taps;    /* of a phase: 2 * half pulses, each twice, then as many slopes (by symbols) */
};

void rrc_bank_init(struct rrc_bank *b, double rolloff, int span, int per_symbol);
void rrc_bank_free(struct rrc_bank *b);
/* The sum at x[half - 1 + fraction], 0 <= fraction < 1; x has 2 * half values. *slope: of the sum, a symbol. Between the phases of the
 * grid it goes on along the slope. */
struct cf rrc_bank_at(const struct rrc_bank *b, const struct cf *x, double fraction, struct cf *slope);
/* From now on without the processor's extensions, of which no result depends: for a test. */
void rrc_bank_portable(struct rrc_bank *b);

#endif
