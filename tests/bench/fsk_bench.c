/* fsk_bench.c - speed of the continuous-phase receiver, and what it loses to its detector with all known: fsk_bench [SECONDS]
 *
 * Prints for some schemes at 44100 samples a second, random bits at Eb/N0 of 10 dB: nanoseconds of processor time a sample (best of 5) and
 * times real time; and the bit error rate at 6 dB beside that of the ideal detector.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "1-physical/fsk.h"
#include "io.h"

struct wave {
	float *x;
	size_t n, cap;
};

static void put(void *arg, const float *x, size_t n)
{
	struct wave *w = arg;
	if (w->n + n > w->cap)
		w->x = xrealloc(w->x, (w->cap = 2 * (w->n + n)) * sizeof *w->x);
	memcpy(w->x + w->n, x, n * sizeof *x);
	w->n += n;
}

static void put_llr(void *arg, const float *l, size_t n) { put(arg, l, n); }

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void make(struct wave *w, const struct modem_cfg *c, const uint8_t *bits, size_t n, double ebn0_db)
{
	static const float quiet[4410];
	struct rng r;
	struct err e;
	w->n = 0;
	put(w, quiet, 4410);
	void *tx = c->scheme->modem->tx_new(c, (struct wave_sink){put, w}, &e);
	c->scheme->modem->tx_send(tx, bits, n);
	c->scheme->modem->tx_free(tx);
	put(w, quiet, 4410);
	rng_seed(&r, 2);
	float *noise = xmalloc(w->n * sizeof *noise);
	rng_normal(&r, noise, w->n, (float)sqrt(c->scheme->modem->bit_energy(c) / from_db(ebn0_db) / 2 * c->rate_hz));
	for (size_t j = 0; j < w->n; j++)
		w->x[j] += noise[j];
	free(noise);
}

static double receive(const struct modem_cfg *c, const struct wave *w, struct wave *llr)
{
	struct err e;
	double start = cpu_s();
	llr->n = 0;
	void *rx = c->scheme->modem->rx_new(c, (struct soft_sink){.bits = put_llr, .arg = llr}, &e);
	for (size_t j = 0; j < w->n; j += 4096)
		c->scheme->modem->rx_push(rx, w->x + j, w->n - j < 4096 ? w->n - j : 4096);
	c->scheme->modem->rx_end(rx);
	c->scheme->modem->rx_free(rx);
	return cpu_s() - start;
}

/* Errors where the bits fit best; a slip later on counts in full. */
static size_t errors(const struct wave *llr, const uint8_t *bits, size_t n)
{
	size_t least = n;
	for (long d = -40; d <= 80; d++) {
		size_t bad = 0;
		for (size_t j = 0; j < n && bad < least; j++) {
			long k = (long)j + d;
			bad += k < 0 || k >= (long)llr->n || (llr->x[k] < 0) != bits[j];
		}
		least = bad < least ? bad : least;
	}
	return least;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"bell202", "cpfsk", "msk", "v21", "bfsk", "mfsk4"};
	double seconds = argc > 1 ? atof(argv[1]) : 60;
	struct wave w = {0}, llr = {0};
	struct rng r;

	printf("%-8s %10s %12s %12s %12s\n", "scheme", "ns/sample", "x real time", "BER at 6 dB", "ideal");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct modem_cfg c = {.scheme = scheme_find(names[i]), .rate_hz = 44100};
		size_t n = (size_t)(seconds * c.scheme->baud * c.scheme->bits);
		uint8_t *bits = xmalloc(n);
		double best = 1e9;
		rng_seed(&r, 1);
		for (size_t j = 0; j < n; j++)
			bits[j] = rng_u64(&r) >> 40 & 1;
		make(&w, &c, bits, n, 10);
		for (int k = 0; k < 5; k++)
			best = fmin(best, receive(&c, &w, &llr));
		double ns = best * 1e9 / (double)w.n, times = (double)w.n / c.rate_hz / best;
		make(&w, &c, bits, n, 6);
		receive(&c, &w, &llr);
		printf("%-8s %10.1f %12.0f %12.2e %12.2e\n", c.scheme->name, ns, times, (double)errors(&llr, bits, n) / (double)n,
		       (double)c.scheme->modem->ideal(c.scheme, 6, 400000, &r) / 400000);
		free(bits);
	}
	free(w.x);
	free(llr.x);
	return 0;
}
