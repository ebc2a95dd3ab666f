/* hdlc_bench.c - bit stuffing, finding frames in bits, escapes of PPP and finding frames in octets: bits of frames a second, as TSV. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "2-link/hdlc.h"
#include "2-link/octet_stuff.h"
#include "io.h"
#include "num.h"
#include "rng.h"

enum { FRAME = 1500, FRAMES = 2000, ROUNDS = 9 };

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t frames_seen;
static uint32_t sum;

static bool on_octets(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	bool good = crc16_x25(p, n - 2) == (p[n - 2] | p[n - 1] << 8);
	frames_seen += good;
	return good;
}

/* The check sequence is measured by crc_bench. */
static bool count(void *arg, const uint8_t *p, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)arg, (void)raw, (void)conf, (void)nraw;
	frames_seen++;
	sum += p[n - 1];
	return true;
}

static bool on_bits(void *arg, const uint8_t *p, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)raw, (void)conf, (void)nraw;
	return on_octets(arg, p, n);
}

static void line(const char *what, const char *of, double best_s)
{
	printf("%s\t%s\t%.2f\n", what, of, 8e-9 * FRAME * FRAMES / best_s);
}

static void stuff(uint8_t *frames, struct bits *b)
{
	memset(b->p, 0, b->n / 8 + (b->p != NULL));
	b->n = 0;
	hdlc_put_flags(b, 1);
	for (size_t i = 0; i < FRAMES; i++) {
		unsigned ones = 0;
		hdlc_put_octets(b, frames + i * FRAME, FRAME, &ones);
		hdlc_put_flags(b, 1);
	}
}

static void receive(const struct bits *b, size_t at, bool check)
{
	struct hdlc_rx h = {.min = 4, .max = 2000, .frame = check ? on_bits : count};
	hdlc_rx_init(&h);
	frames_seen = 0;
	hdlc_rx_push(&h, b->p, at, b->n - at, NULL);
	hdlc_rx_free(&h);
	if (frames_seen < FRAMES - 1)
		exit(1);
}

static void measure(uint8_t *frames, const char *of)
{
	struct bits b = {NULL, 0, 0}, shifted = {NULL, 0, 0};
	uint8_t *out = xmalloc(2 * FRAME * FRAMES + FRAMES + 1);
	double t[6];
	bits_put(&b, 0, 8);
	for (int i = 0; i < 6; i++)
		t[i] = 1e9;
	for (int round = 0; round < ROUNDS; round++) {
		double s = now_s();
		stuff(frames, &b);
		t[0] = now_s() - s < t[0] ? now_s() - s : t[0];
		s = now_s();
		receive(&b, 0, false);
		t[1] = now_s() - s < t[1] ? now_s() - s : t[1];
		s = now_s();
		receive(&b, 3, false);
		t[2] = now_s() - s < t[2] ? now_s() - s : t[2];
		s = now_s();
		receive(&b, 0, true);
		t[3] = now_s() - s < t[3] ? now_s() - s : t[3];
		s = now_s();
		size_t n = 0;
		for (size_t i = 0; i < FRAMES; i++) {
			out[n++] = PPP_FLAG;
			n += ppp_stuff(out + n, frames + i * FRAME, FRAME, 0);
		}
		out[n++] = PPP_FLAG;
		t[4] = now_s() - s < t[4] ? now_s() - s : t[4];
		s = now_s();
		struct octet_rx r = {.code = OCTETS_PPP, .min = 4, .max = 2000, .frame = on_octets};
		octet_rx_init(&r);
		frames_seen = 0;
		octet_rx_push(&r, out, n);
		octet_rx_free(&r);
		if (frames_seen != FRAMES)
			exit(1);
		t[5] = now_s() - s < t[5] ? now_s() - s : t[5];
	}
	line("hdlc stuff bits", of, t[0]);
	line("hdlc find frames in bits", of, t[1]);
	line("hdlc find frames, begun amid an octet", of, t[2]);
	line("hdlc find and check frames in bits", of, t[3]);
	line("ppp escape", of, t[4]);
	line("ppp find and check frames in octets", of, t[5]);
	bits_free(&b);
	bits_free(&shifted);
	free(out);
}

static void finish_frames(uint8_t *frames)
{
	for (size_t i = 0; i < FRAMES; i++) {
		uint8_t *f = frames + i * FRAME;
		uint16_t crc = crc16_x25(f, FRAME - 2);
		f[FRAME - 2] = (uint8_t)crc;
		f[FRAME - 1] = (uint8_t)(crc >> 8);
	}
}

int main(void)
{
	uint8_t *frames = xmalloc(FRAMES * FRAME);
	struct rng r;
	rng_seed(&r, 1);
	puts("what\tof\tGbit/s");
	for (size_t i = 0; i < FRAMES * FRAME; i++)
		frames[i] = (uint8_t)rng_u64(&r);
	finish_frames(frames);
	measure(frames, "random octets");
	for (size_t i = 0; i < FRAMES * FRAME; i++)
		frames[i] = (uint8_t)("etaoin shrdlu, cmfwyp vbgkjq xz."[rng_u64(&r) % 32]);
	finish_frames(frames);
	measure(frames, "text");
	memset(frames, 0xff, FRAMES * FRAME);
	finish_frames(frames);
	measure(frames, "ones");
	free(frames);
	return 0;
}
