/* deframe_fuzz.c - any bits and octets into the receivers of frames: within their bounds, and the same frames and drops in whatever
 * pieces the stream comes.
 *
 * Input: the code (0 bits, 1 PPP, 2 SLIP, 3 COBS), a number that the pieces are cut by, the longest frame, the stream.
 */
#include <stdlib.h>
#include <string.h>

#include "2-link/hdlc.h"
#include "2-link/octet_stuff.h"
#include "io.h"
#include "num.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

static void check(int ok)
{
	if (!ok)
		abort();
}

/* What a receiver said, in short. */
struct said {
	uint64_t sum;
	size_t max;
	unsigned frames, drops;
};

static void tell(struct said *s, unsigned what, const uint8_t *p, size_t n)
{
	check(n <= s->max + 8);
	s->sum = s->sum * 0x9e3779b97f4a7c15 + what;
	for (size_t i = 0; i < n; i++)
		s->sum = (s->sum ^ p[i]) * 0x100000001b3;
}

static bool on_octets(void *arg, const uint8_t *p, size_t n)
{
	struct said *s = arg;
	check(n <= s->max);
	tell(s, 1, p, n);
	s->frames++;
	return n < 2 || p[0] != p[1]; /* stands for a check sequence */
}

static bool on_bits(void *arg, const uint8_t *p, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	static uint8_t again[65536];
	if (raw) {
		check(hdlc_unstuff(again, raw, nraw) == (long)n && memcmp(again, p, n) == 0);
		check(nraw == 0 || conf != NULL);
	}
	return on_octets(arg, p, n);
}

static void drop_octets(void *arg, enum octet_drop why, const uint8_t *p, size_t n)
{
	tell(arg, 2 + why, p, n);
	((struct said *)arg)->drops++;
}

static void drop_bits(void *arg, enum hdlc_drop why, const uint8_t *p, size_t bits, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	struct said *s = arg;
	(void)raw, (void)conf, (void)nraw;
	tell(s, 20 + why, p, bits / 8 <= s->max ? bits / 8 : 0);
	s->drops++;
}

static struct said bits(const uint8_t *b, size_t n, size_t max, unsigned piece, bool raw)
{
	struct said s = {.max = max};
	struct hdlc_rx h = {.min = 2, .max = max, .frame = on_bits, .drop = drop_bits, .arg = &s, .keep_raw = raw};
	hdlc_rx_init(&h);
	for (size_t i = 0; i < 8 * n;) {
		size_t k = piece ? 1 + (piece * i * 7 + piece) % 97 : 8 * n;
		k = k < 8 * n - i ? k : 8 * n - i;
		hdlc_rx_push(&h, b, i, k, NULL);
		i += k;
	}
	hdlc_rx_free(&h);
	return s;
}

static struct said octets(enum octet_code code, const uint8_t *b, size_t n, size_t max, unsigned piece)
{
	struct said s = {.max = max};
	struct octet_rx r = {.code = code, .min = 1, .max = max, .accm = max & 1 ? 0x000a0000 : 0, .frame = on_octets,
	                     .drop = drop_octets, .arg = &s};
	octet_rx_init(&r);
	for (size_t i = 0; i < n;) {
		size_t k = piece ? 1 + (piece * i * 7 + piece) % 23 : n;
		k = k < n - i ? k : n - i;
		octet_rx_push(&r, b + i, k);
		i += k;
	}
	octet_rx_end(&r);
	octet_rx_free(&r);
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	if (n < 4)
		return 0;
	unsigned piece = 1u + b[1];
	size_t max = 2 + (size_t)b[2] * (b[0] & 0x80 ? 16 : 1);
	struct said whole, pieces;
	if (b[0] % 4 == 0) {
		whole = bits(b + 3, n - 3, max, 0, false);
		pieces = bits(b + 3, n - 3, max, piece, false);
		struct said raw = bits(b + 3, n - 3, max, piece, true);
		check(raw.frames == whole.frames && raw.drops == whole.drops);
	} else {
		whole = octets(b[0] % 4 - 1, b + 3, n - 3, max, 0);
		pieces = octets(b[0] % 4 - 1, b + 3, n - 3, max, piece);
	}
	check(whole.frames == pieces.frames && whole.drops == pieces.drops && whole.sum == pieces.sum);
	return 0;
}
