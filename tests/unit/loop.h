/* loop.h - for tests of modems: a signal, made by transmitters, and what a receiver hears of it. */
#ifndef OSIKIT_TEST_LOOP_H
#define OSIKIT_TEST_LOOP_H

#include <math.h>

#include "1-physical/modem.h"
#include "test.h"

enum { MOST = 1 << 21, BITS = 600 };

/* A signal, and what was heard of it. */
static float wave[MOST];
static size_t length;
static float heard[MOST];
static size_t bits_heard;
static int starts, stops;
static struct lock lock;

static void put(void *arg, const float *x, size_t n)
{
	(void)arg;
	n = n < MOST - length ? n : MOST - length;
	memcpy(wave + length, x, n * sizeof *x);
	length += n;
}

static void silence(size_t n)
{
	memset(wave + length, 0, n * sizeof *wave);
	length += n;
}

static void start(void *arg, double t)
{
	(void)arg;
	CHECK(starts++ == stops);
	CHECK(t >= -0.1);
}

static void bits(void *arg, const float *llr, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n && bits_heard < MOST; i++) {
		CHECK(!isnan(llr[i]));
		heard[bits_heard++] = llr[i];
	}
}

static void stop(void *arg, const struct lock *l)
{
	(void)arg;
	stops++;
	lock = *l;
}

static void send(const struct modem_cfg *c, const uint8_t *b, size_t n)
{
	struct err e;
	void *tx = c->scheme->modem->tx_new(c, (struct wave_sink){put, NULL}, &e);
	CHECK(tx != NULL);
	if (!tx)
		return;
	c->scheme->modem->tx_send(tx, b, n);
	c->scheme->modem->tx_free(tx);
}

static void receive(const struct modem_cfg *c, size_t block)
{
	struct err e;
	const struct modem *m = c->scheme->modem;
	void *rx = m->rx_new(c, (struct soft_sink){.start = start, .bits = bits, .stop = stop}, &e);
	CHECK(rx != NULL);
	bits_heard = 0;
	starts = stops = 0;
	if (!rx)
		return;
	for (size_t i = 0; i < length; i += block)
		m->rx_push(rx, wave + i, length - i < block ? length - i : block);
	m->rx_end(rx);
	m->rx_free(rx);
	CHECK_INT(starts, stops);
}

static void random_bits(uint8_t *b, size_t n, uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)rng_below(&r, 2);
}

/* How many times the bits stand in what was heard. */
static int times_heard(const uint8_t *b, size_t n)
{
	int times = 0;
	for (size_t i = 0; i + n <= bits_heard; i++) {
		size_t j = 0;
		while (j < n && (heard[i + j] < 0) == b[j])
			j++;
		times += j == n;
	}
	return times;
}

/* White noise by Eb/N0, on all of the signal. */
static void noise(const struct modem_cfg *c, double ebn0_db, uint64_t seed)
{
	static float x[MOST];
	struct rng r;
	rng_seed(&r, seed);
	rng_normal(&r, x, length, (float)sqrt(c->scheme->modem->bit_energy(c) / from_db(ebn0_db) / 2 * c->rate_hz));
	for (size_t i = 0; i < length; i++)
		wave[i] += x[i];
}

#endif
