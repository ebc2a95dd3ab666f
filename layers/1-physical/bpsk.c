/* bpsk.c - binary phase shift keying over white Gaussian noise. */

#include "bpsk.h"

#include <math.h>

enum { BLOCK = 1024 }; /* noise samples at a time */

void bpsk_modulate(float *x, const uint8_t *bits, size_t n)
{
	for (size_t j = 0; j < n; j++)
		x[j] = 1.0f - 2.0f * (float)bits[j];
}

void bpsk_detect(uint8_t *bits, const float *y, size_t n)
{
	for (size_t j = 0; j < n; j++)
		bits[j] = y[j] < 0;
}

double bpsk_ber(double ebn0_db)
{
	return 0.5 * erfc(sqrt(pow(10, ebn0_db / 10)));
}

float awgn_sigma(double ebn0_db)
{
	return (float)sqrt(0.5 / pow(10, ebn0_db / 10));
}

void awgn_add(struct rng *r, float *x, size_t n, float sigma)
{
	float noise[BLOCK];
	while (n) {
		size_t m = n < BLOCK ? n : BLOCK;
		rng_normal(r, noise, m, sigma);
		for (size_t j = 0; j < m; j++)
			x[j] += noise[j];
		x += m;
		n -= m;
	}
}
