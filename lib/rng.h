/* rng.h - random numbers that are the same on every machine for the same seed. */
#ifndef OSIKIT_RNG_H
#define OSIKIT_RNG_H

#include <stddef.h>
#include <stdint.h>

/* xoshiro256** by Blackman and Vigna (2018), seeded by splitmix64. */
struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_u64(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n);  /* uniform in 0..n-1, without bias; n > 0 */
double rng_unit(struct rng *r);                 /* uniform in [0,1), 53 bits */
/* n samples of a normal variable with mean 0 and standard deviation sigma. Only operations that IEEE 754 rounds exactly
 * (no libm functions whose last bit differs between systems), so the same seed gives the same samples everywhere. */
void rng_normal(struct rng *r, float *x, size_t n, float sigma);
/* A seed from the system's entropy, for tools run without --seed (they print it under -v). */
uint64_t rng_entropy(void);

#endif
