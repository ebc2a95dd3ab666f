/* audio_fuzz.c - any samples into the receiver of start-stop characters, in blocks of any size, in any form of characters: it gives
 * octets or none, at times within the signal, and ends. The first octets are the configuration; then four a sample, a float as it
 * lies, or (by a bit of the configuration) two, of 16 bits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/async.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

static void check(int ok)
{
	if (!ok)
		abort();
}

struct heard {
	double until_s;
	bool open;
};

static void on_start(void *arg, double t_s)
{
	struct heard *h = arg;
	check(!h->open && isfinite(t_s));
	h->open = true;
}

static void on_byte(void *arg, uint8_t c, double confidence, double t_s)
{
	struct heard *h = arg;
	(void)c;
	check(h->open && t_s > -1 && t_s < h->until_s && !isnan(confidence));
}

static void on_stop(void *arg, const struct lock *lock)
{
	struct heard *h = arg;
	check(h->open && lock->end_s >= lock->start_s);
	h->open = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	static const char *const names[] = {"bell103", "bell202", "v21", "v23", "rtty", "tdd", "same", "msk"};
	enum { HEADER = 6, MOST = 1 << 16 };
	struct async_cfg c;
	struct err e;
	struct heard heard = {.until_s = 1e9};
	if (n < HEADER)
		return 0;
	async_default(&c, scheme_find(names[b[0] & 7]));
	c.rate_hz = 8000 + 100 * (b[1] & 127);
	c.invert = b[0] & 8;
	c.noncoherent = b[0] & 16;
	if (b[0] & 32) {
		c.data_bits = 5 + (b[2] & 3);
		c.parity = b[2] >> 2 & 3;
		c.stop_bits = 1 + (b[2] >> 4) / 4.0;
		c.baudot = b[1] & 128;
		c.sync = false;
	}
	bool wide = b[0] & 64;
	size_t block = 1u + b[3], size = wide ? sizeof(float) : 2, samples = (n - HEADER) / size;
	struct async_rx *rx = async_rx_new(&c, (struct byte_sink){on_start, on_byte, on_stop, &heard}, &e);
	if (!rx)
		return 0;
	float *x = malloc((samples ? samples : 1) * sizeof *x);
	check(x != NULL);
	samples = samples < MOST ? samples : MOST;
	for (size_t j = 0; j < samples; j++) {
		int16_t s = 0;
		if (wide)
			memcpy(&x[j], b + HEADER + j * size, size);
		else
			memcpy(&s, b + HEADER + j * size, size);
		if (!wide)
			x[j] = (float)s / 32768;
	}
	heard.until_s = (double)samples * ((b[4] & 3) + 1) / c.rate_hz + 1;
	for (int again = b[4] & 3; again >= 0; again--)
		for (size_t j = 0; j < samples; j += block)
			async_rx_push(rx, x + j, samples - j < block ? samples - j : block);
	heard.until_s = 1e9;
	async_rx_end(rx);
	async_rx_free(rx);
	check(!heard.open);
	free(x);
	return 0;
}
