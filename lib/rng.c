/* rng.c - random numbers: xoshiro256** and, by a ziggurat, normal variables.
 *
 * Sources: S. Vigna, D. Blackman, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021;
 * G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (splitmix64);
 * G. Marsaglia, W. W. Tsang, "The ziggurat method for generating random variables", J. Stat. Software 5(8), 2000.
 *
 * Samples must be the same on every machine, so doubles go only through + - * / and sqrt, each of which IEEE 754
 * rounds in one way, never fused (FP_CONTRACT, and -ffp-contract=off for compilers without the pragma), and
 * logarithm and exponential are our own.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rng.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF /* gcc 12 does not know it: the Makefile's flag does the same */
#endif

static inline uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

/* The next number of splitmix64, whose state is a counter. */
static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix64(&seed);
}

static inline uint64_t next(uint64_t s[4])
{
	uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t rng_u64(struct rng *r) { return next(r->s); }

/* The 128-bit product of a and b: returns its upper half. */
static uint64_t mul_high(uint64_t a, uint64_t b, uint64_t *low)
{
#if defined(__SIZEOF_INT128__)
	__extension__ unsigned __int128 p = (unsigned __int128)a * b;
	*low = (uint64_t)p;
	return (uint64_t)(p >> 64);
#else
	uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
	uint64_t mid = a1 * b0 + (a0 * b0 >> 32), mid2 = a0 * b1 + (uint32_t)mid;
	*low = a * b;
	return a1 * b1 + (mid >> 32) + (mid2 >> 32);
#endif
}

/* D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019: of the 2^64 products r * n,
 * those whose lower half is under 2^64 mod n are rejected, so that each upper half has equally many. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint64_t low, high = mul_high(next(r->s), n, &low);

	if (low < n)
		for (uint64_t reject = (0 - n) % n; low < reject;)
			high = mul_high(next(r->s), n, &low);
	return high;
}

double rng_unit(struct rng *r) { return (double)(next(r->s) >> 11) * 0x1p-53; }

/* ---- exponential and logarithm of exactly rounded operations ---- */

#define LN2 0x1.62e42fefa39efp-1

static double bits_double(uint64_t u)
{
	double x;
	memcpy(&x, &u, 8);
	return x;
}

/* ln x for a normal x > 0: x = 2^e m with m in [sqrt(1/2), sqrt 2), and ln m = 2 artanh((m-1)/(m+1)), whose series
 * ends where the next term is under 2^-55. */
static double ln(double x)
{
	uint64_t u;
	memcpy(&u, &x, 8);
	int e = (int)(u >> 52) - 1023;
	double m = bits_double((u & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000));
	if (m > 0x1.6a09e667f3bcdp0) {
		m *= 0.5;
		e++;
	}
	double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
	for (int k = 21; k >= 3; k -= 2)
		sum = (sum + 1.0 / k) * t2;
	return e * LN2 + (2 * t + 2 * t * sum);
}

/* e^x for x in [-700, 0]: x = k ln 2 + f with |f| <= ln(2)/2, and the Taylor series of e^f. */
static double expo(double x)
{
	int k = (int)(x / LN2 - 0.5);
	double f = x - k * LN2, sum = 1;
	for (int i = 14; i >= 1; i--)
		sum = 1 + sum * f / i;
	return sum * bits_double((uint64_t)(k + 1023) << 52);
}

/* ---- the ziggurat ---- */

/* LAYERS regions of equal area V cover the half of e^(-x^2/2) right of 0: rectangles from 0 to edge[i] between the
 * heights of edge[i] and edge[i+1], and at the bottom a strip up to R with the tail beyond it, which is
 * drawn as a rectangle of width edge[0] = V / e^(-R^2/2). R makes edge[LAYERS] come out as 0 (Marsaglia and Tsang, 2). */
enum { LAYERS = 256 };
static const double R = 3.6541528853610088, V = 0.00492867323399141;
static struct layer {
	double scale;   /* edge[i] * 2^-52 */
	uint64_t sure;  /* what times scale is left of edge[i+1], so under the curve */
} layers[LAYERS];
static double edge[LAYERS + 1], height[LAYERS + 1];

static void ziggurat(void)
{
	edge[1] = R;
	height[1] = expo(-R * R / 2);
	edge[0] = V / height[1];
	for (int i = 2; i < LAYERS; i++) {
		height[i] = height[i - 1] + V / edge[i - 1];
		edge[i] = sqrt(-2 * ln(height[i]));
	}
	edge[LAYERS] = 0;
	height[LAYERS] = 1;
	for (int i = 0; i < LAYERS; i++) {
		layers[i].scale = edge[i] * 0x1p-52;
		layers[i].sure = (uint64_t)(edge[i + 1] / edge[i] * 0x1p52);
	}
}

/* Beyond R: Marsaglia's method, whose densities meet there (op. cit.). The uniforms are in (0,1]. */
static double tail(uint64_t s[4])
{
	double x, y;
	do {
		x = -ln((double)((next(s) >> 11) + 1) * 0x1p-53) / R;
		y = -ln((double)((next(s) >> 11) + 1) * 0x1p-53);
	} while (y + y < x * x);
	return R + x;
}

/* The rare rest of a sample: x drawn in layer i is not surely under the curve. Returns false to draw again. */
static bool outside(uint64_t s[4], unsigned i, double *x)
{
	if (i == 0) {
		*x = tail(s);
		return true;
	}
	double y = height[i] + (double)(next(s) >> 11) * 0x1p-53 * (height[i + 1] - height[i]);
	return y < expo(-*x * *x / 2);
}

void rng_normal(struct rng *r, float *x, size_t n, float sigma)
{
	uint64_t s[4] = {r->s[0], r->s[1], r->s[2], r->s[3]};

	if (edge[1] == 0)
		ziggurat();
	for (size_t k = 0; k < n;) {
		/* One number gives the layer (8 bits), the sign (1) and the place across the layer (52). */
		uint64_t u = next(s), place = u >> 12;
		unsigned i = u & (LAYERS - 1);
		double v = (double)(int64_t)place * layers[i].scale;
		if (place >= layers[i].sure && !outside(s, i, &v))
			continue;
		x[k++] = (float)((u & 0x100 ? -v : v) * (double)sigma);
	}
	memcpy(r->s, s, sizeof s);
}

uint64_t rng_entropy(void)
{
	uint64_t seed;

	if (getentropy(&seed, sizeof seed) != 0) { /* an old kernel: at least differ from run to run */
		struct timespec t;
		clock_gettime(CLOCK_REALTIME, &t);
		seed = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec + ((uint64_t)getpid() << 40);
		seed = splitmix64(&seed);
	}
	return seed;
}
