/* hamming_test.c - Hamming codes: words of the books, and every error of every word where they can be gone through. */
#include "1-physical/hamming.h"
#include "rng.h"
#include "test.h"

static struct rng rng;

static void of_text(const char *s, uint8_t *bits)
{
	while (*s)
		*bits++ = *s++ == '1';
}

static void number(uint32_t v, uint32_t n, uint8_t *bits)
{
	for (uint32_t i = 0; i < n; i++)
		bits[i] = v >> i & 1;
}

TEST(book_words)
{
	/* Tanenbaum, Wetherall, Computer Networks, 5th ed., 3.2.1 (11,7): ASCII A and H, positions 1 2 4 8 are checks. */
	static const struct {
		uint32_t n, k;
		bool systematic;
		const char *data, *word;
	} table[] = {
		{7, 4, false, "1011", "0110011"},
		{7, 4, false, "0000", "0000000"},
		{7, 4, false, "1111", "1111111"},
		{8, 4, false, "1011", "01100110"},
		{7, 4, true, "1011", "1011010"},
		{11, 7, false, "1000001", "00100001001"},
		{11, 7, false, "1001000", "00110010000"},
		{3, 1, false, "1", "111"},
		{4, 1, false, "1", "1111"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct hamming h;
		struct err e;
		uint8_t data[16], word[16], want[16];
		CHECK_INT(hamming_init(&h, table[i].n, table[i].k, table[i].systematic, &e), 0);
		of_text(table[i].data, data);
		of_text(table[i].word, want);
		hamming_encode(&h, data, word);
		CHECK_MEM(word, want, table[i].n);
	}
}

/* Every word of a code: no error, each single error, and, where there are few, each double one. */
static int word_errors(const struct hamming *h, uint32_t v)
{
	uint8_t data[32], word[32], got[32], back[32];
	uint32_t at;
	int bad = 0;
	number(v, h->k, data);
	hamming_encode(h, data, word);
	memcpy(got, word, h->n);
	bad += hamming_decode(h, got, back, &at) != 0 || memcmp(back, data, h->k) != 0;
	for (uint32_t i = 0; i < h->n; i++) {
		memcpy(got, word, h->n);
		got[i] ^= 1;
		bad += hamming_decode(h, got, back, &at) != 1 || at != i || memcmp(got, word, h->n) != 0 ||
		       memcmp(back, data, h->k) != 0;
		for (uint32_t j = 0; h->extended && j < i; j++) {
			memcpy(got, word, h->n);
			got[i] ^= 1;
			got[j] ^= 1;
			bad += hamming_decode(h, got, back, &at) != -1;
		}
	}
	return bad;
}

TEST(every_error_of_every_word)
{
	for (uint32_t k = 1; k <= 11; k++)
		for (unsigned form = 0; form < 4; form++) {
			struct hamming h;
			int bad = 0;
			hamming_of(&h, k, form & 1, form & 2);
			for (uint32_t v = 0; v < 1U << k; v++)
				bad += word_errors(&h, v);
			CHECK_INT(bad, 0);
		}
}

TEST(long_codes)
{
	static const uint32_t codes[][2] = {{31, 26},     {72, 64},       {39, 32},      {127, 120},
	                                    {1023, 1013}, {65535, 65519}, {65536, 65519}};
	static uint8_t data[65536], word[65536], got[65536], back[65536];
	struct err e;
	rng_seed(&rng, 1);
	for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
		for (unsigned form = 0; form < 2; form++) {
			struct hamming h;
			CHECK_INT(hamming_init(&h, codes[c][0], codes[c][1], form, &e), 0);
			for (uint32_t i = 0; i < h.k; i++)
				data[i] = (uint8_t)rng_below(&rng, 2);
			hamming_encode(&h, data, word);
			for (int tries = 0; tries < 20; tries++) {
				uint32_t i = (uint32_t)rng_below(&rng, h.n), at = 0;
				memcpy(got, word, h.n);
				got[i] ^= 1;
				CHECK_INT(hamming_decode(&h, got, back, &at), 1);
				CHECK_INT(at, i);
				CHECK_MEM(back, data, h.k);
			}
		}
}

TEST(a_position_that_is_not_there)
{
	/* 12,8: errors at positions 1 and 12 look like one at 13, 2 and 12 like one at 14. */
	for (uint32_t p = 1; p < 3; p++) {
		struct hamming h;
		uint8_t word[13] = {0}, data[8], before[13];
		hamming_of(&h, 8, false, false);
		word[p - 1] = word[11] = 1;
		memcpy(before, word, sizeof word);
		CHECK_INT(hamming_decode(&h, word, data, NULL), -1);
		CHECK_MEM(word, before, sizeof word);
	}
}

TEST(which_codes_there_are)
{
	struct hamming h;
	struct err e;
	CHECK_INT(hamming_init(&h, 8, 4, false, &e), 0);
	CHECK_INT(h.extended, 1);
	CHECK_INT(hamming_init(&h, 12, 8, false, &e), 0);
	CHECK_INT(h.extended, 0);
	CHECK_INT(h.r, 4);
	CHECK_INT(hamming_init(&h, 9, 4, false, &e), -1);
	CHECK_STR(e.msg, "no Hamming code 9,4: with 4 bits of data there are 7,4 and, with a parity bit over all, 8,4");
	CHECK_INT(hamming_init(&h, 7, 0, false, &e), -1);
	CHECK_INT(hamming_init(&h, 70000, 65520, false, &e), -1);
}

/* By trying all words. */
static void most_likely(const struct hamming *h, const float *llr, uint8_t *best)
{
	double most = -1e9;
	for (uint32_t v = 0; v < 1U << h->k; v++) {
		uint8_t data[16], word[32];
		double fit = 0;
		number(v, h->k, data);
		hamming_encode(h, data, word);
		for (uint32_t i = 0; i < h->n; i++)
			fit += word[i] ? -llr[i] : llr[i];
		if (fit > most) {
			most = fit;
			memcpy(best, data, h->k);
		}
	}
}

TEST(soft_decoding_is_nearly_the_most_likely)
{
	/* At 2 dB a hard decoder of 7,4 differs from the most likely word in about 5 of 100; Chase's, with 4 bits of 7 or 8, never here. */
	for (unsigned extended = 0; extended < 2; extended++) {
		struct hamming h;
		int soft = 0, hard = 0;
		rng_seed(&rng, 5);
		hamming_of(&h, 4, extended, false);
		for (int i = 0; i < 4000; i++) {
			float llr[8];
			uint8_t word[8], data[8], best[8];
			rng_normal(&rng, llr, h.n, 0.7f);
			for (uint32_t j = 0; j < h.n; j++)
				llr[j] = 4 * (llr[j] + 1); /* the word of zeros was sent */
			most_likely(&h, llr, best);
			int turned = hamming_decode_soft(&h, llr, word, data);
			for (uint32_t j = 0; j < h.n; j++)
				turned -= word[j] != (llr[j] < 0);
			soft += turned != 0 || memcmp(data, best, 4) != 0;
			for (uint32_t j = 0; j < h.n; j++)
				word[j] = llr[j] < 0;
			hamming_decode(&h, word, data, NULL);
			hard += memcmp(data, best, 4) != 0;
		}
		CHECK_INT(soft, 0);
		CHECK(hard > 100);
	}
}

/* Octets by the tables, of any number, in memory that ends with them; against words one by one. */
static int octet_errors(uint32_t k, bool extended, bool systematic)
{
	static struct hamming_table t;
	struct hamming h;
	struct err e;
	int bad = 0;
	hamming_of(&h, k, extended, systematic);
	bad += hamming_table_init(&t, &h, &e) != 0;
	for (size_t n = 0; n < 260; n += n < 70 ? 1 : 37) {
		size_t words = 8 * n / k, bits = words * h.n, size = (bits + 7) / 8;
		uint8_t *data = malloc(n + 1), *coded = malloc(size + 1), *want = calloc(size + 1, 1),
			*back = malloc(n + 1);
		uint64_t fixed, failed, hurt = 0;
		for (size_t i = 0; i < n; i++)
			data[i] = (uint8_t)rng_u64(&rng);
		for (size_t w = 0; w < words; w++) {
			uint8_t in[32], out[32];
			number((uint32_t)(data[w * k / 8] >> w * k % 8), k, in);
			hamming_encode(&h, in, out);
			for (size_t j = 0; j < h.n; j++)
				want[(w * h.n + j) / 8] |= (uint8_t)(out[j] << (w * h.n + j) % 8);
		}
		bad += hamming_encode_octets(&t, data, n, coded) != size || memcmp(coded, want, size) != 0;
		for (size_t w = 0; w < words; w++)
			if (rng_below(&rng, 3) == 0) {
				size_t at = w * h.n + rng_below(&rng, h.n);
				coded[at / 8] ^= (uint8_t)(1U << at % 8);
				hurt++;
			}
		if (bits % 8 && n)
			coded[size - 1] |= (uint8_t)(255U << bits % 8); /* spare bits do not count */
		hamming_decode_octets(&t, coded, back, n, &fixed, &failed);
		bad += memcmp(back, data, n) != 0 || fixed != hurt || failed != 0;
		free(data);
		free(coded);
		free(want);
		free(back);
	}
	return bad;
}

TEST(octets)
{
	rng_seed(&rng, 2);
	for (uint32_t k = 1; k <= 8; k *= 2)
		for (unsigned form = 0; form < 4; form++)
			CHECK_INT(octet_errors(k, form & 1, form & 2), 0);
}

TEST(every_word_of_many_is_hurt)
{
	static struct hamming_table t;
	static uint8_t data[9000], coded[18000], back[9000];
	struct err e;
	uint64_t fixed, failed;
	for (unsigned extended = 0; extended < 2; extended++) {
		struct hamming h;
		hamming_of(&h, 4, extended, false);
		CHECK_INT(hamming_table_init(&t, &h, &e), 0);
		hamming_encode_octets(&t, data, sizeof data, coded);
		for (size_t i = 0; i < 2 * sizeof data; i++)
			coded[i * h.n / 8] ^= (uint8_t)(1U << i * h.n % 8);
		hamming_decode_octets(&t, coded, back, sizeof data, &fixed, &failed);
		CHECK_INT(fixed, 18000);
		CHECK_INT(failed, 0);
		CHECK_MEM(back, data, sizeof data);
	}
}

TEST(octets_that_cannot_be_repaired)
{
	static struct hamming_table t;
	struct hamming h;
	struct err e;
	uint8_t data[1000], coded[2000];
	uint64_t fixed, failed;
	hamming_of(&h, 4, true, false);
	CHECK_INT(hamming_table_init(&t, &h, &e), 0);
	memset(data, 0xa5, sizeof data);
	hamming_encode_octets(&t, data, sizeof data, coded);
	for (size_t i = 0; i < 900; i++)
		coded[i] ^= i % 3 == 0 ? 0x82 : i % 3 == 1 ? 0x01 : 0;
	hamming_decode_octets(&t, coded, data, sizeof data, &fixed, &failed);
	CHECK_INT(fixed, 300);
	CHECK_INT(failed, 300);
	hamming_of(&h, 3, false, false);
	CHECK_INT(hamming_table_init(&t, &h, &e), -1);
}

RUN_TESTS
