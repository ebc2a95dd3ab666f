/* bpsk.h - binary phase shift keying, and the white noise it is heard through. Sans-I/O; at one sample a symbol. */
#ifndef OSIKIT_BPSK_H
#define OSIKIT_BPSK_H

#include <stddef.h>
#include <stdint.h>

#include "rng.h"

/* n bits to n antipodal symbols of energy 1: the bit 0 is +1, 1 is -1. bits[j] is 0 or 1. */
void bpsk_modulate(float *x, const uint8_t *bits, size_t n);
/* n received samples to the bits that are most likely (the sign decides). */
void bpsk_detect(uint8_t *bits, const float *y, size_t n);
/* The bit error rate of this pair over white Gaussian noise, Q(sqrt(2 Eb/N0)); Eb/N0 in dB
 * (Proakis, Digital Communications, 4.3-13). */
double bpsk_ber(double ebn0_db);

/* The standard deviation of real white noise for symbols of energy 1 that carry one bit each: sqrt(N0/2). */
float awgn_sigma(double ebn0_db);
/* Adds it to n samples. */
void awgn_add(struct rng *r, float *x, size_t n, float sigma);

#endif
