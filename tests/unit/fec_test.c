/* fec_test.c - chains of codes by name: lengths, round trips, what is repaired, and the header of packets. */
#include <math.h>

#include "1-physical/fec.h"
#include "1-physical/interleave.h"
#include "rng.h"
#include "test.h"

static struct rng rng;

static const char *const chains[] = {
	"conv",
	"conv:2/3",
	"conv:7/8,cut",
	"conv:g=7/5",
	"conv:g=133/145/175,cut",
	"conv:ccsds",
	"conv:1/2,ring",
	"hamming:7,4",
	"hamming:8,4,systematic",
	"hamming:15,11,hard",
	"hamming:72,64",
	"hamming:3,1",
	"rs:255,223",
	"rs:255,239,ccsds",
	"rs:48,32",
	"rs:255,223,dual",
	"rs:15,11,poly=0x187,fcr=3,prim=7",
	"interleave:8x32",
	"interleave:5x3,octets",
	"rs:255,223+conv",
	"rs:48,32+interleave:3x48,octets+conv:3/4",
	"hamming:7,4+interleave:7x16",
	"conv+hamming:8,4+conv:2/3",
	"rs:255,251+rs:255,223",
	"interleave:1x1",
};
enum { CHAINS = sizeof chains / sizeof *chains, MOST = 3000, ROOM = 40000 };

static uint8_t bits[MOST], got[ROOM], coded[ROOM];
static float llr[ROOM];

static struct fec *of(const char *text)
{
	struct err e;
	struct fec *f = fec_new(text, &e);
	if (!f) {
		printf("# %s: %s\n", text, e.msg);
		exit(1);
	}
	return f;
}

static void random_bits(size_t n)
{
	for (size_t i = 0; i < n; i++)
		bits[i] = (uint8_t)(rng_u64(&rng) >> 63);
}

/* Encodes n random bits; the soft bits of a clean channel. */
static size_t send(const struct fec *f, size_t n)
{
	size_t m = fec_coded_bits(f, n);
	random_bits(n);
	fec_encode(f, bits, n, coded);
	for (size_t i = 0; i < m; i++)
		llr[i] = coded[i] ? -4.0f : 4.0f;
	return m;
}

TEST(what_is_clean_comes_back)
{
	rng_seed(&rng, 1);
	for (unsigned i = 0; i < CHAINS; i++) {
		struct fec *f = of(chains[i]);
		int bad = 0;
		for (size_t n = 0; n <= MOST; n += n < 130 ? 1 : 287) {
			struct fec_found found;
			size_t m = send(f, n), back = 0;
			if (strstr(chains[i], "ring") && n < 60)
				continue; /* shorter than the code's memory: ambiguous */
			bad += fec_decode(f, llr, m, got, &back, &found, NULL) != 0;
			bad += back < n || back > n + 7 || memcmp(got, bits, n) != 0 || found.fixed || found.failed;
			for (size_t j = n; j < back; j++)
				bad += got[j] != 0;
			bad += fec_coded_bits(f, back) != m;
		}
		CHECK_INT(bad, 0);
		fec_free(f);
	}
}

TEST(lengths_that_cannot_be)
{
	struct err e;
	size_t n;
	for (unsigned i = 0; i < CHAINS; i++) {
		struct fec *f = of(chains[i]);
		int bad = 0;
		for (size_t m = 0; m < 700; m++) {
			bool can = fec_data_bits(f, m, &n);
			bad += can != (fec_decode(f, llr, m, got, &n, NULL, &e) == 0);
			bad += can && fec_coded_bits(f, n) != m;
		}
		CHECK_INT(bad, 0);
		fec_free(f);
	}
}

TEST(errors_are_repaired_and_counted)
{
	struct fec_found found;
	size_t n;
	struct fec *f = of("hamming:7,4");
	rng_seed(&rng, 2);
	size_t m = send(f, 400);
	for (size_t i = 0; i < m; i += 7)
		llr[i + i / 7 % 7] *= -1;
	CHECK_INT(fec_decode(f, llr, m, got, &n, &found, NULL), 0);
	CHECK_MEM(got, bits, 400);
	CHECK_INT(found.fixed, 100);
	CHECK_INT(found.words, 100);
	fec_free(f);

	f = of("rs:255,223");
	m = send(f, 1784);
	for (size_t i = 0; i < 16; i++)
		llr[8 * 15 * i] *= -1;
	CHECK_INT(fec_decode(f, llr, m, got, &n, &found, NULL), 0);
	CHECK_MEM(got, bits, 1784);
	CHECK_INT(found.fixed, 16);
	/* 32 octets of which nothing is known. */
	for (size_t i = 0; i < m; i++)
		llr[i] = i / 8 % 7 == 3 && i < 1792 ? (i & 1 ? 0 : NAN) : coded[i] ? -1.0f : 1.0f;
	CHECK_INT(fec_decode(f, llr, m, got, &n, &found, NULL), 0);
	CHECK_MEM(got, bits, 1784);
	/* Too many: said, as long as erasures leave checks that can. */
	for (size_t i = 0; i < m; i++)
		llr[i] = i / 8 % 14 == 3 && i < 1792 ? 0 : (coded[i] != 0) == (i % 8 == 0 && i < 320) ? 1.0f : -1.0f;
	CHECK_INT(fec_decode(f, llr, m, got, &n, &found, NULL), 0);
	CHECK_INT(found.failed, 1);
	fec_free(f);
}

TEST(words_of_a_name_in_any_order)
{
	static const char *const same[][2] = {{"conv:cut,3/4", "conv:3/4,cut"},
	                                      {"conv:ccsds,2/3", "conv:2/3,ccsds"},
	                                      {"conv:cut,g=7/5", "conv:g=7/5,cut"}};
	for (size_t i = 0; i < 3; i++) {
		struct fec *a = of(same[i][0]), *b = of(same[i][1]);
		uint8_t x[100], y[100];
		random_bits(30);
		CHECK_INT(fec_coded_bits(a, 30), fec_coded_bits(b, 30));
		fec_encode(a, bits, 30, x);
		fec_encode(b, bits, 30, y);
		CHECK(memcmp(x, y, fec_coded_bits(b, 30)) == 0);
		fec_free(a);
		fec_free(b);
	}
	struct fec *cut = of("conv:cut,1/2");
	CHECK_INT(fec_coded_bits(cut, 30), 60);
	fec_free(cut);
}

TEST(two_errors_are_seen_where_all_bits_are_as_sure)
{
	struct fec *f = of("hamming:8,4");
	struct fec_found found;
	size_t n, m = send(f, 4);
	llr[1] *= -1;
	llr[6] *= -1;
	CHECK_INT(fec_decode(f, llr, m, got, &n, &found, NULL), 0);
	CHECK_INT(found.failed, 1);
	fec_free(f);
}

TEST(a_burst_is_spread)
{
	/* 8 words of 32 bits by columns: a burst of 8 hits each word once. */
	struct fec *f = of("hamming:32,26+interleave:8x32");
	struct fec_found found;
	size_t n, m;
	rng_seed(&rng, 3);
	m = send(f, (size_t)8 * 26);
	CHECK_INT(m, 256);
	for (size_t from = 0; from + 8 <= 256; from++) {
		for (size_t i = 0; i < m; i++)
			llr[i] = (coded[i] ? -4.0f : 4.0f) * (i >= from && i < from + 8 ? -1.0f : 1.0f);
		CHECK_INT(fec_decode(f, llr, m, got, &n, &found, NULL), 0);
		CHECK(memcmp(got, bits, n) == 0 && found.fixed == 8);
	}
	fec_free(f);
}

TEST(interleaving)
{
	uint32_t from[40];
	struct interleave il = {.rows = 2, .columns = 3};
	static const uint32_t want[] = {0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8};
	interleave_order(&il, 11, from);
	CHECK_MEM(from, want, sizeof want);
	il.octets = true;
	interleave_order(&il, 35, from); /* 4 octets in rows of 3, and 3 bits */
	static const uint32_t octets[] = {0, 24, 8, 16, 32};
	for (unsigned i = 0; i < 35; i++)
		CHECK_INT(from[i], octets[i / 8] + i % 8);
}

TEST(all_of_chains_work_in_noise)
{
	/* At 6 dB uncoded bits are wrong 2 times in 1000; these give none wrong here. */
	static const char *const some[] = {"conv", "conv:2/3", "conv:3/4", "rs:255,223+conv", "conv:1/2,ring"};
	rng_seed(&rng, 4);
	for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
		struct fec *f = of(some[i]);
		struct fec_found found;
		size_t n, m = send(f, MOST - MOST % 8);
		double rate = (double)(MOST - MOST % 8) / (double)m;
		rng_normal(&rng, llr, m, (float)sqrt(0.5 / rate / pow(10, 0.6)));
		for (size_t j = 0; j < m; j++)
			llr[j] += coded[j] ? -1.0f : 1.0f;
		CHECK_INT(fec_decode(f, llr, m, got, &n, &found, NULL), 0);
		CHECK(memcmp(got, bits, n) == 0);
		CHECK(found.fixed > 0 && found.failed == 0);
		fec_free(f);
	}
}

TEST(header_of_packets)
{
	struct fec_head h = {.bits = 1234, .kind = FEC_FRAME, .fcs = 4, .link = 0xbeef}, back;
	uint8_t data[FEC_HEAD_BITS + 1240] = {0};
	fec_head_put(&h, data);
	CHECK(fec_head_get(&back, data, FEC_HEAD_BITS + 1240));
	CHECK_INT(back.bits, 1234);
	CHECK_INT(back.kind, FEC_FRAME);
	CHECK_INT(back.fcs, 4);
	CHECK_INT(back.link, 0xbeef);
	CHECK(fec_head_get(&back, data, FEC_HEAD_BITS + 1234));
	CHECK(!fec_head_get(&back, data, FEC_HEAD_BITS + 1233));
	CHECK(!fec_head_get(&back, data, FEC_HEAD_BITS + 1242));
	CHECK(!fec_head_get(&back, data, FEC_HEAD_BITS - 1));
	int found = 0;
	for (unsigned i = 0; i < FEC_HEAD_BITS; i++)
		for (unsigned j = 0; j <= i; j++) {
			data[i] ^= 1;
			if (j < i)
				data[j] ^= 1;
			found += fec_head_get(&back, data, FEC_HEAD_BITS + 1240);
			data[i] ^= 1;
			if (j < i)
				data[j] ^= 1;
		}
	CHECK_INT(found, 0);
}

TEST(names_that_cannot_be)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{"", "no code without a name: conv, hamming, rs or interleave"},
		{"turbo", "no code turbo: conv, hamming, rs or interleave"},
		{"conv+", "no code without a name: conv, hamming, rs or interleave"},
		{"conv:4/5", "no rate 4/5: 1/2, 2/3, 3/4, 5/6 or 7/8"},
		{"conv:x", "conv has no x: a rate, g=7/5, ccsds, cut or ring"},
		{"conv:", "conv has no : a rate, g=7/5, ccsds, cut or ring"},
		{"conv:g=", "g= takes 1 to 4 generators in octal, as in g=7/5"},
		{"conv:g=7/9", "g= takes 1 to 4 generators in octal, as in g=7/5"},
		{"conv:g=7/5/7/5/7", "g= takes 1 to 4 generators in octal, as in g=7/5"},
		{"conv:g=77777/5", "a constraint length of 2 to 12 is possible, not 15"},
		{"hamming", "hamming needs the bits of a word and those of its data, as in hamming:7,4"},
		{"hamming:7", "hamming needs the bits of a word and those of its data, as in hamming:7,4"},
		{"hamming:7,4,x", "hamming has no x: systematic or hard"},
		{"hamming:9,4",
	         "no Hamming code 9,4: with 4 bits of data there are 7,4 and, with a parity bit over all, 8,4"},
		{"rs:255", "rs needs the octets of a word and those of its data, as in rs:255,223"},
		{"rs:256,223", "no Reed-Solomon code 256,223 over octets: 1 <= k < n <= 255"},
		{"rs:255,223,poly=0x11b", "0x11b is no primitive polynomial of degree 8"},
		{"rs:255,223,fcr=x", "rs has no fcr=x: ccsds, dual, poly=0x11d, fcr=1 or prim=1"},
		{"conv+rs:255,223", "rs takes whole octets: it stands before conv"},
		{"interleave", "interleave needs rows and columns, as in interleave:8x32"},
		{"interleave:8", "interleave needs rows and columns, as in interleave:8x32"},
		{"interleave:0x5", "interleave needs rows and columns, as in interleave:8x32"},
		{"interleave:8x32,bits", "interleave has no bits: octets"},
		{"conv+conv+conv+conv+conv+conv+conv+conv+conv", "at most 8 codes of 63 characters make a chain"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err e = {{0}};
		struct fec *f = fec_new(wrong[i].text, &e);
		CHECK(f == NULL);
		CHECK_STR(e.msg, wrong[i].why);
		fec_free(f);
	}
}

RUN_TESTS
