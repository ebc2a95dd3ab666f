/* burst_test.c - packets among the bits of a line: found again through noise, cut short, and never found where there are none. */

#include "io.h"
#include "rng.h"
#include "test.h"
#include "1-physical/burst.h"

/* All that came out: the bits of the line, and packets behind one another. */
static uint8_t line[200000], packet[200000];
static size_t nline, npacket, packets, whole;

static void on_line(void *arg, const float *llr, size_t n)
{
	(void)arg;
	for (size_t i = 0; i < n && nline < sizeof line; i++)
		line[nline++] = llr[i] < 0;
}
static void on_packet(void *arg, const float *llr, size_t n, bool complete)
{
	(void)arg;
	for (size_t i = 0; i < n && npacket < sizeof packet; i++)
		packet[npacket++] = llr[i] < 0;
	packets++;
	whole += complete;
}

/* Pushes n bits in blocks of `block`, as soft bits of strength 4 with noise of deviation sigma. */
static void hear(const uint8_t *bits, size_t n, size_t block, float sigma, struct rng *r)
{
	struct burst_rx b = {.line = on_line, .packet = on_packet};
	float *llr = xmalloc((n + 1) * sizeof *llr);
	nline = npacket = packets = whole = 0;
	rng_normal(r, llr, n, sigma);
	for (size_t i = 0; i < n; i++)
		llr[i] += bits[i] ? -4 : 4;
	burst_rx_init(&b);
	for (size_t i = 0; i < n; i += block)
		burst_rx_push(&b, llr + i, n - i < block ? n - i : block);
	burst_rx_end(&b);
	burst_rx_free(&b);
	free(llr);
}

static size_t random_bits(uint8_t *b, size_t n, struct rng *r)
{
	for (size_t i = 0; i < n; i++)
		b[i] = (uint8_t)(rng_u64(r) >> 63);
	return n;
}

TEST(bursts_and_what_is_between_them)
{
	static const size_t blocks[] = {1, 7, 1000, 100000};
	static uint8_t payload[3][5000], all[30000];
	static const size_t len[3] = {5000, 0, 1};
	struct rng r;
	rng_seed(&r, 1);
	for (int b = 0; b < 4; b++) {
		size_t n = random_bits(all, 6000, &r);
		for (int i = 0; i < 3; i++) {
			n += burst_wrap(all + n, payload[i], random_bits(payload[i], len[i], &r));
			n += random_bits(all + n, 300, &r);
		}
		hear(all, n, blocks[b], 0, &r);
		CHECK_INT(packets, 3);
		CHECK_INT(whole, 3);
		CHECK_INT(npacket, 5001);
		CHECK_MEM(packet, payload[0], 5000);
		CHECK_MEM(packet + 5000, payload[2], 1);
		CHECK_INT(nline, 6000 + 3 * 300);
		CHECK_MEM(line, all, 6000);
	}
}

/* 4 of 64 bits of the sync word wrong on average (Eb/N0 of 1.2 dB): 99 of 100 are found. */
TEST(through_noise)
{
	static uint8_t payload[100], all[1000];
	struct rng r;
	size_t found = 0;
	rng_seed(&r, 2);
	for (int i = 0; i < 300; i++) {
		size_t n = burst_wrap(all, payload, random_bits(payload, 100, &r));
		hear(all, n, 64, 2.6f, &r);
		found += packets == 1 && npacket == 100;
	}
	CHECK(found >= 297);
}

TEST(none_in_random_bits)
{
	static uint8_t b[100000];
	struct rng r;
	size_t found = 0;
	rng_seed(&r, 3);
	for (int i = 0; i < 20; i++) {
		hear(b, random_bits(b, sizeof b, &r), 4096, 3, &r);
		found += packets;
		CHECK_INT(nline, sizeof b);
	}
	CHECK_INT(found, 0);
	memset(b, 0, sizeof b);
	hear(b, sizeof b, 4096, 0, &r);
	CHECK_INT(packets, 0);
}

TEST(cut_short)
{
	static uint8_t payload[1000], all[2000];
	struct rng r;
	rng_seed(&r, 4);
	size_t n = burst_wrap(all, payload, random_bits(payload, 1000, &r));
	for (size_t cut = 9; cut < 1000; cut += 90) {
		hear(all, n - cut, 50, 0, &r);
		CHECK_INT(packets, 1);
		CHECK_INT(whole, 0);
		CHECK_INT(npacket, 1000 - (cut - 8));
		CHECK_MEM(packet, payload, npacket);
	}
	/* Within the header: nothing but line. */
	hear(all, 16 * 8 + 100, 50, 0, &r);
	CHECK_INT(packets, 0);
	CHECK_INT(nline, 16 * 8 + 100);
}

TEST(envelopes)
{
	static const struct envelope v[] = {{1, 4}, {0, 0}, {149, 0}, {65535, 15}, {101, 2}};
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		uint8_t bits[ENVELOPE_BITS];
		float llr[ENVELOPE_BITS];
		struct envelope got;
		envelope_write(bits, &v[i]);
		for (int j = 0; j < ENVELOPE_BITS; j++)
			llr[j] = bits[j] ? -1 : 1;
		for (int j = 0; j < 3 * ENVELOPE_BITS / 7; j++) /* three of the seven are all wrong, and sure of nothing */
			llr[j] *= -0.9f;
		envelope_read(&got, llr);
		CHECK_INT(got.link, v[i].link);
		CHECK_INT(got.fcs, v[i].fcs);
	}
}

RUN_TESTS
