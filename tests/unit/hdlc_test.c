/* hdlc_test.c - zero-bit insertion and flags: against a bit-by-bit reference, in any blocks, through damage. */

#include "io.h"
#include "rng.h"
#include "test.h"
#include "2-link/hdlc.h"

enum { MIN = 4, MAX = 1000, FRAMES = 40 };

/* What came out. */
static uint8_t got[FRAMES * 2][MAX + 32];
static size_t got_n[FRAMES * 2], ngot, ndrop, drops[5];
static bool raw_good;

static bool on_frame(void *arg, const uint8_t *p, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)arg;
	if (raw) {
		uint8_t again[2 * MAX];
		raw_good = raw_good && hdlc_unstuff(again, raw, nraw) == (long)n && memcmp(again, p, n) == 0;
		for (size_t i = 0; i < nraw; i++)
			raw_good = raw_good && conf[i] == (raw[i] ? 9 : 3);
	}
	if (ngot < FRAMES * 2) {
		memcpy(got[ngot], p, n);
		got_n[ngot++] = n;
	}
	return true;
}
static void on_drop(void *arg, enum hdlc_drop why, const uint8_t *p, size_t bits, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)arg, (void)p, (void)bits, (void)raw, (void)conf, (void)nraw;
	drops[why]++;
	ndrop++;
}

static void receive(const struct bits *b, size_t block, bool keep_raw)
{
	struct hdlc_rx h = {.min = MIN, .max = MAX, .frame = on_frame, .drop = on_drop, .keep_raw = keep_raw};
	char *q = xmalloc(b->n + 1);
	for (size_t i = 0; i < b->n; i++)
		q[i] = b->p[i / 8] >> (i % 8) & 1 ? '9' : '3';
	ngot = ndrop = 0;
	memset(drops, 0, sizeof drops);
	raw_good = true;
	hdlc_rx_init(&h);
	for (size_t i = 0; i < b->n; i += block)
		hdlc_rx_push(&h, b->p, i, b->n - i < block ? b->n - i : block, q + i);
	hdlc_rx_free(&h);
	free(q);
}

/* The same by the text of the standard, a bit at a time. */
static void reference(struct bits *b, const uint8_t *p, size_t n)
{
	unsigned ones = 0;
	for (size_t i = 0; i < 8 * n; i++) {
		unsigned bit = p[i / 8] >> (i % 8) & 1;
		bits_put(b, bit, 1);
		ones = bit ? ones + 1 : 0;
		if (ones == 5) {
			bits_put(b, 0, 1);
			ones = 0;
		}
	}
}

/* Octets with many 1s in a row. */
static size_t octets(uint8_t *p, size_t n, struct rng *r)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(rng_below(r, 2) ? 0xff : rng_u64(r) >> 56);
	return n;
}

TEST(stuffing_is_that_of_the_standard)
{
	struct rng r;
	uint8_t p[300];
	rng_seed(&r, 1);
	for (int i = 0; i < 300; i++) {
		struct bits a = {0}, b = {0};
		unsigned ones = 0;
		size_t n = octets(p, rng_below(&r, sizeof p), &r), cut = rng_below(&r, n + 1);
		reference(&a, p, n);
		hdlc_put_octets(&b, p, cut, &ones);
		hdlc_put_octets(&b, p + cut, n - cut, &ones);
		CHECK_INT(a.n, b.n);
		if (a.n == b.n && a.n)
			CHECK_MEM(a.p, b.p, (a.n + 7) / 8);
		bits_free(&a);
		bits_free(&b);
	}
}

TEST(frames_there_and_back)
{
	static const size_t blocks[] = {1, 7, 8, 64, 100000};
	static uint8_t sent[FRAMES][MAX];
	size_t len[FRAMES];
	struct rng r;
	struct bits b = {0};
	rng_seed(&r, 2);
	bits_put(&b, 0x5a5a5a, 21);
	hdlc_put_flags(&b, 2);
	for (int i = 0; i < FRAMES; i++) {
		unsigned ones = 0;
		len[i] = octets(sent[i], MIN + rng_below(&r, MAX - MIN + 1), &r);
		hdlc_put_octets(&b, sent[i], len[i], &ones);
		hdlc_put_flags(&b, 1 + rng_below(&r, 2));
		if (i % 5 == 1) { /* 011111101111110: two flags that share a 0 */
			b.n--;
			b.p[b.n / 8] &= (uint8_t)~(1u << b.n % 8);
			hdlc_put_flags(&b, 1);
		}
	}
	for (int i = 0; i < 10; i++) {
		receive(&b, blocks[i / 2], i % 2);
		CHECK_INT(ngot, FRAMES);
		CHECK(raw_good);
		for (size_t j = 0; j < FRAMES && j < ngot; j++) {
			CHECK_INT(got_n[j], len[j]);
			CHECK_MEM(got[j], sent[j], len[j]);
		}
	}
	bits_free(&b);
}

TEST(what_is_no_frame)
{
	struct bits b = {0};
	unsigned ones = 0;
	uint8_t p[MAX + 10] = {1, 2, 3, 4, 5, 6};
	hdlc_put_flags(&b, 1);
	hdlc_put_octets(&b, p, 3, &ones);
	hdlc_put_flags(&b, 1);
	ones = 0;
	hdlc_put_octets(&b, p, 6, &ones);
	bits_put(&b, 0x5, 3);
	hdlc_put_flags(&b, 1);
	ones = 0;
	hdlc_put_octets(&b, p, 6, &ones);
	bits_put(&b, 0x7f, 7);
	bits_put(&b, 0, 30); /* behind an abort nothing is data until there is a flag */
	hdlc_put_flags(&b, 1);
	ones = 0;
	hdlc_put_octets(&b, p, MAX + 1, &ones);
	hdlc_put_flags(&b, 1);
	ones = 0;
	hdlc_put_octets(&b, p, MAX, &ones);
	hdlc_put_flags(&b, 1);
	receive(&b, 1000, false);
	CHECK_INT(drops[HDLC_SHORT], 1);
	CHECK_INT(drops[HDLC_ODD], 1);
	CHECK_INT(drops[HDLC_ABORT], 1);
	CHECK_INT(drops[HDLC_LONG], 1);
	CHECK_INT(ngot, 1);
	CHECK_INT(got_n[0], MAX);
	bits_free(&b);
}

/* Any octets in any blocks: the same frames, kept raw or not; nothing beyond its bounds (run under sanitizers). */
TEST(noise_in_any_blocks)
{
	struct rng r;
	struct bits b = {0};
	rng_seed(&r, 3);
	for (int i = 0; i < 20000; i++)
		bits_put(&b, rng_u64(&r) | rng_u64(&r), 56);
	receive(&b, 1, true);
	size_t n = ngot, d = ndrop;
	CHECK(n > 5 && d > 100);
	for (size_t block = 8; block < 100000; block = block * 5 + 3) {
		receive(&b, block, false);
		CHECK_INT(ngot, n);
		CHECK_INT(ndrop, d);
	}
	bits_free(&b);
}

RUN_TESTS
