/* async_test.c - start-stop characters: what is sent is received, and what is not sent is not. */
#include <math.h>

#include "1-physical/async.h"
#include "1-physical/baudot.h"
#include "rng.h"
#include "test.h"

enum { MOST = 1 << 22 };

static float wave[MOST];
static size_t waves;
static uint8_t got[4096];
static size_t gots;

static void put_wave(void *arg, const float *x, size_t n)
{
	(void)arg;
	if (waves + n <= MOST)
		memcpy(wave + waves, x, n * sizeof *x);
	waves += n;
}

static void put_byte(void *arg, uint8_t c, double confidence, double t_s)
{
	(void)arg;
	(void)confidence;
	(void)t_s;
	if (gots < sizeof got)
		got[gots++] = c;
}

static void send(const struct async_cfg *c, const void *p, size_t n)
{
	struct err e;
	struct async_tx *tx = async_tx_new(c, (struct wave_sink){put_wave, NULL}, &e);
	waves = 0;
	CHECK(tx != NULL);
	async_tx_send(tx, p, n);
	async_tx_end(tx);
	async_tx_free(tx);
	CHECK(waves < MOST);
}

static void receive(const struct async_cfg *c, size_t block)
{
	struct err e;
	struct async_rx *rx = async_rx_new(c, (struct byte_sink){.byte = put_byte}, &e);
	gots = 0;
	CHECK(rx != NULL);
	for (size_t j = 0; j < waves; j += block)
		async_rx_push(rx, wave + j, waves - j < block ? waves - j : block);
	async_rx_end(rx);
	async_rx_free(rx);
}

static struct async_cfg config(const char *name, double rate_hz)
{
	struct async_cfg c;
	async_default(&c, scheme_find(name));
	c.rate_hz = rate_hz;
	return c;
}

TEST(every_octet_arrives)
{
	static const char *const names[] = {"bell103", "bell202", "v21", "v23"};
	static const double rates[] = {8000, 44100, 48000};
	uint8_t all[256];
	for (int j = 0; j < 256; j++)
		all[j] = (uint8_t)j;
	for (size_t j = 0; j < 4; j++)
		for (size_t k = 0; k < 3; k++) {
			struct async_cfg c = config(names[j], rates[k]);
			send(&c, all, 256);
			receive(&c, 1000);
			CHECK_INT(gots, 256);
			CHECK_MEM(got, all, 256);
		}
}

RUN_TESTS
