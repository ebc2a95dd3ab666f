/* fec_bench.c - how fast the codes are: MB/s and Mbit/s of data, best of several rounds of processor time, since other processes run too.
 * Not a test: nothing depends on the figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "1-physical/conv.h"
#include "1-physical/fec.h"
#include "1-physical/hamming.h"
#include "1-physical/rs.h"
#include "rng.h"

enum { OCTETS = 4096, BITS = 20000, WORDS = 64, ROUNDS = 15 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The least seconds of a run of the statement. */
#define BEST(var, calls, statement)                                                                                    \
	double var = 1e9;                                                                                              \
	for (int round_ = 0; round_ < ROUNDS; round_++) {                                                              \
		double t_ = now();                                                                                     \
		for (int i_ = 0; i_ < (calls); i_++)                                                                   \
			statement;                                                                                     \
		t_ = (now() - t_) / (calls);                                                                           \
		if (t_ < var)                                                                                          \
			var = t_;                                                                                      \
	}

#define RATE(label, amount, unit, calls, statement)                                                                    \
	do {                                                                                                           \
		BEST(sec, calls, statement)                                                                            \
		printf("%-44s %8.1f %s\n", label, (amount)*1e-6 / sec, unit);                                          \
	} while (0)

static struct rng rng;
static struct err e;

static void *or_die(void *p)
{
	if (!p) {
		fprintf(stderr, "%s\n", e.msg);
		exit(2);
	}
	return p;
}

static void hamming_rates(void)
{
	static const uint32_t codes[][2] = {{7, 4}, {8, 4}, {12, 8}, {13, 8}};
	static struct hamming_table t;
	static uint8_t data[OCTETS], coded[2 * OCTETS], back[OCTETS];
	for (size_t c = 0; c < 4; c++) {
		struct hamming h;
		char label[64];
		uint64_t fixed, failed;
		if (hamming_init(&h, codes[c][0], codes[c][1], false, &e) != 0 || hamming_table_init(&t, &h, &e) != 0)
			or_die(NULL);
		for (size_t i = 0; i < OCTETS; i++)
			data[i] = (uint8_t)rng_u64(&rng);
		size_t m = hamming_encode_octets(&t, data, OCTETS, coded);
		for (size_t i = 0; i < m; i += 9)
			coded[i] ^= 4;
		snprintf(label, sizeof label, "hamming %u,%u encode (data)", (unsigned)h.n, (unsigned)h.k);
		RATE(label, (double)OCTETS, "MB/s", 50, hamming_encode_octets(&t, data, OCTETS, coded));
		snprintf(label, sizeof label, "hamming %u,%u decode (data)", (unsigned)h.n, (unsigned)h.k);
		RATE(label, (double)OCTETS, "MB/s", 50,
		     hamming_decode_octets(&t, coded, back, OCTETS, &fixed, &failed));
	}
}

static void conv_rates(void)
{
	static const char *const rates[] = {"1/2", "3/4", "7/8"};
	static uint8_t bits[BITS], coded[2 * BITS + 12];
	static float llr[2 * BITS + 12];
	static int8_t level[2 * BITS + 12];
	for (size_t r = 0; r < 3; r++) {
		struct conv_code code;
		char label[64];
		if (conv_standard(&code, rates[r], &e) != 0)
			or_die(NULL);
		struct conv *c = or_die(conv_new(&code, &e));
		size_t m = conv_coded_bits(c, BITS);
		for (size_t i = 0; i < BITS; i++)
			bits[i] = (uint8_t)(rng_u64(&rng) >> 63);
		conv_encode(c, bits, BITS, coded);
		rng_normal(&rng, llr, m, 0.6f);
		for (size_t i = 0; i < m; i++)
			llr[i] += coded[i] ? -1.0f : 1.0f;
		snprintf(label, sizeof label, "conv %s encode", rates[r]);
		RATE(label, (double)BITS, "Mbit/s", 3, conv_encode(c, bits, BITS, coded));
		snprintf(label, sizeof label, "conv %s soft bits to levels", rates[r]);
		RATE(label, (double)BITS, "Mbit/s", 3, conv_quantise(llr, m, level));
		snprintf(label, sizeof label, "conv %s Viterbi", rates[r]);
		RATE(label, (double)BITS, "Mbit/s", 3, conv_decode(c, level, BITS, bits));
		snprintf(label, sizeof label, "conv %s Viterbi, portable", rates[r]);
		RATE(label, (double)BITS, "Mbit/s", 1, conv_decode_c(c, level, BITS, bits));
		conv_free(c);
	}
}

static uint8_t word[WORDS][255];

static void spoil(unsigned errors)
{
	for (unsigned w = 0; w < WORDS; w++)
		for (unsigned i = 0; i < errors; i++)
			word[w][(w + i * (255 / errors)) % 255] ^= (uint8_t)(1 + rng_below(&rng, 255));
}

static void rs_rates(void)
{
	static const unsigned k[] = {223, 239, 191};
	for (size_t c = 0; c < 3; c++) {
		struct rs *rs = or_die(rs_new(&RS_FX25(255, k[c]), &e));
		unsigned t = (255 - k[c]) / 2;
		char label[64];
		double best = 1e9;
		for (unsigned w = 0; w < WORDS; w++)
			for (unsigned i = 0; i < 255; i++)
				word[w][i] = (uint8_t)rng_u64(&rng);
		snprintf(label, sizeof label, "rs 255,%u encode (data)", k[c]);
		RATE(label, (double)k[c] * WORDS, "MB/s", 5,
		     for (unsigned w = 0; w < WORDS; w++) rs_encode(rs, word[w], k[c], word[w] + k[c]));
		snprintf(label, sizeof label, "rs 255,%u decode, no error (data)", k[c]);
		RATE(label, (double)k[c] * WORDS, "MB/s", 5,
		     for (unsigned w = 0; w < WORDS; w++) rs_decode(rs, word[w], 255, NULL, 0));
		for (int round = 0; round < 5 * ROUNDS; round++) {
			spoil(t);
			double s = now();
			for (unsigned w = 0; w < WORDS; w++)
				if (rs_decode(rs, word[w], 255, NULL, 0) != (int)t)
					or_die(NULL);
			s = now() - s;
			best = s < best ? s : best;
		}
		snprintf(label, sizeof label, "rs 255,%u decode, %u errors (data)", k[c], t);
		printf("%-44s %8.1f MB/s\n", label, k[c] * WORDS * 1e-6 / best);
		rs_free(rs);
	}
}

int main(void)
{
	rng_seed(&rng, 1);
	hamming_rates();
	conv_rates();
	rs_rates();
	return 0;
}
