/* linear_fuzz.c - a burst of any linear scheme, cut up, repeated and spoilt, then any samples at all: the receiver gives no bit before
 * it says that a run begins, ends each run once, gives no more bits than the burst has, and none that is not a number. */
#include <stdlib.h>
#include <string.h>

#include "1-physical/linear.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

static void check(int ok)
{
	if (!ok)
		abort();
}

enum { ROOM = 60000, MOST = 64 }; /* samples, bits */

static float wave[ROOM];
static size_t nwave, nbits;
static int open;

static void put(void *arg, const float *x, size_t n)
{
	(void)arg;
	if (n > ROOM - nwave)
		n = ROOM - nwave;
	memcpy(wave + nwave, x, sizeof *x * n);
	nwave += n;
}

static void start(void *arg, double start_s)
{
	(void)arg;
	check(!open && isfinite(start_s));
	open = 1;
	nbits = 0;
}

static void bits(void *arg, const float *x, size_t n)
{
	(void)arg;
	check(open);
	for (size_t i = 0; i < n; i++)
		check(!isnan(x[i]));
	nbits += n;
}

static void stop(void *arg, const struct lock *l)
{
	(void)arg;
	check(open && l->end_s >= l->start_s && !isnan(l->ebn0_db) && isfinite(l->offset_hz) && isfinite(l->clock_ppm));
	open = 0;
}

static void symbols(void *arg, const struct cf *s, size_t n)
{
	(void)arg, (void)s, (void)n;
	check(open);
}

static void eye(void *arg, const struct cf *y, size_t n, double phase, double per_symbol)
{
	(void)arg, (void)y, (void)n;
	check(open && phase >= 0 && phase < 1 && per_symbol > 0);
}

/* One change of the signal: what and where from three octets. */
static void spoil(const uint8_t *op)
{
	static const float bad[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-38f, 0, 1};
	size_t at = (size_t)(op[1] | (op[2] & 15) << 8) * nwave / 4096, len = (size_t)(op[2] >> 4) * 64, end = at + len;
	if (end > nwave)
		end = nwave;
	switch (op[0] % 5) {
	case 0: wave[at] = bad[op[0] >> 5]; break;
	case 1: /* louder or softer */
		for (size_t i = at; i < end; i++)
			wave[i] *= exp2f((float)(op[0] >> 3) - 16);
		break;
	case 2: /* a piece lost */
		memmove(wave + at, wave + end, sizeof *wave * (nwave - end));
		nwave -= end - at;
		break;
	case 3: /* once more */
		put(NULL, wave + at, end - at);
		break;
	case 4: /* upside down */
		for (size_t i = at; i < end; i++)
			wave[i] = -wave[i];
		break;
	}
}

static struct modem_cfg configure(const uint8_t *b)
{
	static const double rates[] = {8000, 11025, 44100, 48000};
	struct modem_cfg c = {.rate_hz = rates[b[1] & 3], .rolloff = (double)(b[1] >> 2) / 64};
	c.scheme = &linear_schemes[b[0] % 12];
	if (b[2] & 1)
		c.baud = 300 + b[2] * 10;
	return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	struct err e;
	if (n < 4)
		return 0;
	struct modem_cfg c = configure(b);
	size_t count = b[3] % MOST, block = b[3] >> 6 == 1 ? 1 : b[3] >> 6 == 2 ? 100 : ROOM;
	const struct modem *m = c.scheme->modem;
	uint8_t payload[MOST];
	void *tx = m->tx_new(&c, (struct wave_sink){put, NULL}, &e);
	void *rx = m->rx_new(&c, (struct soft_sink){start, bits, stop, symbols, eye, NULL}, &e);
	check(!tx == !rx);
	nwave = 0;
	open = 0;
	if (!tx)
		return 0;
	for (size_t i = 0; i < MOST; i++)
		payload[i] = b[i % n] >> i % 8 & 1;
	m->tx_send(tx, payload, count);
	m->tx_free(tx);
	b += 4;
	n -= 4;
	size_t i = 0;
	for (; i + 3 <= n && i < 60; i += 3)
		if (nwave)
			spoil(b + i);
	for (; i < n && nwave < ROOM; i++)
		wave[nwave++] = (float)(int8_t)b[i] / 128;
	for (i = 0; i < nwave; i += block)
		m->rx_push(rx, wave + i, nwave - i < block ? nwave - i : block);
	m->rx_end(rx);
	m->rx_free(rx);
	check(!open && nbits <= LINEAR_BITS_MAX);
	return 0;
}
