/* linear_bench.c - how fast linear modulation is: decisions alone, and the receiver from audio to soft bits. Best of several rounds,
 * by the processor's time. Not a test: nothing depends on the figures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "1-physical/linear.h"
#include "io.h"
#include "rng.h"

enum { SYMBOLS = 1 << 16, ROUNDS = 25, BITS = 400000 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The least seconds that one run of the statement takes. */
#define BEST(var, statement)                             \
	double var = 1e9;                                \
	for (int round_ = 0; round_ < ROUNDS; round_++) { \
		double t_ = now();                       \
		statement;                               \
		t_ = now() - t_;                         \
		if (t_ < var)                            \
			var = t_;                        \
	}

static struct rng rng;
static struct cf y[SYMBOLS];
static uint8_t label[SYMBOLS], bits[BITS];
static float llr[8 * SYMBOLS];
static float *wave;
static size_t nwave, nllr;

static void decisions(void)
{
	for (const struct scheme *s = linear_schemes; s->name; s++) {
		const struct linear_kind *k = s->param;
		struct constellation c;
		constellation_init(&c, k->shape, k->bits);
		rng_normal(&rng, &y[0].re, 2 * SYMBOLS, 0.3f);
		for (size_t i = 0; i < SYMBOLS; i++)
			y[i] = cf_add(y[i], c.point[rng_below(&rng, c.size)]);
		BEST(hard, constellation_hard(&c, label, y, SYMBOLS))
		BEST(soft, constellation_maxlog(&c, llr, y, SYMBOLS, 0.2f))
		printf("%-9s hard %7.1f  soft %7.1f million symbols/s\n", s->name, SYMBOLS / hard / 1e6, SYMBOLS / soft / 1e6);
	}
}

static void put(void *arg, const float *x, size_t n)
{
	(void)arg;
	wave = xrealloc(wave, sizeof *wave * (nwave + n));
	memcpy(wave + nwave, x, sizeof *x * n);
	nwave += n;
}

static void count(void *arg, const float *x, size_t n)
{
	(void)arg, (void)x;
	nllr += n;
}

static void through(const struct modem_cfg *c)
{
	const struct modem *m = c->scheme->modem;
	void *rx = m->rx_new(c, (struct soft_sink){.bits = count}, NULL);
	m->rx_push(rx, wave, nwave);
	m->rx_end(rx);
	m->rx_free(rx);
}

static void receiver(const char *name, double rate_hz)
{
	struct modem_cfg c = {.scheme = scheme_find(name), .rate_hz = rate_hz};
	double symbols = (double)BITS / c.scheme->bits;
	float noise[1000];
	nwave = 0;
	void *tx = c.scheme->modem->tx_new(&c, (struct wave_sink){put, NULL}, NULL);
	c.scheme->modem->tx_send(tx, bits, BITS);
	c.scheme->modem->tx_free(tx);
	float sigma = (float)sqrt(c.scheme->modem->bit_energy(&c) / from_db(8) / 2 * rate_hz);
	for (size_t i = 0; i < nwave; i++) {
		if (i % 1000 == 0)
			rng_normal(&rng, noise, 1000, sigma);
		wave[i] += noise[i % 1000];
	}
	nllr = 0;
	BEST(t, through(&c))
	if (nllr != ROUNDS * (size_t)BITS)
		printf("%zu bits found, not %zu\n", nllr, ROUNDS * (size_t)BITS);
	printf("%-9s from %6g Hz: %5.2f million symbols/s, %6.2f million samples/s, %5.0f times real time\n", name, rate_hz,
	       symbols / t / 1e6, (double)nwave / t / 1e6, (double)nwave / rate_hz / t);
}

int main(void)
{
	rng_seed(&rng, 1);
	for (size_t i = 0; i < BITS; i++)
		bits[i] = rng_u64(&rng) & 1;
	decisions();
	receiver("qpsk", 8000);
	receiver("qpsk", 48000);
	receiver("dbpsk", 8000);
	receiver("16qam", 8000);
	receiver("256qam", 8000);
	rng_normal(&rng, wave, nwave, 0.1f);
	struct modem_cfg c = {.scheme = scheme_find("qpsk"), .rate_hz = 8000};
	BEST(t, through(&c))
	printf("search in noise from 8000 Hz: %.2f million samples/s, %.0f times real time\n", (double)nwave / t / 1e6,
	       (double)nwave / 8000 / t);
	free(wave);
	return 0;
}
