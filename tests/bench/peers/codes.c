/* codes.c - what liquid-dsp and libfec take for what linear_bench and fec_bench measure. Compiled by tests/bench/modems where they are
 * there (Debian: libliquid-dev, libfec-dev); no part of the project's build. Best of several rounds of processor time. */
#include <complex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fec.h>
#include <liquid/liquid.h>

enum { SYMBOLS = 1 << 18, BITS = 20000, WORDS = 64, ROUNDS = 15 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define BEST(var, statement)                              \
	double var = 1e9;                                 \
	for (int round_ = 0; round_ < ROUNDS; round_++) { \
		double t_ = now();                        \
		statement;                                \
		t_ = now() - t_;                          \
		if (t_ < var)                             \
			var = t_;                         \
	}

static void qpsk(void)
{
	static float complex x[SYMBOLS];
	modemcf m = modemcf_create(LIQUID_MODEM_QPSK);
	unsigned s, sum = 0;
	unsigned char soft[2];
	for (int i = 0; i < SYMBOLS; i++) {
		modemcf_modulate(m, (unsigned)rand() & 3, &x[i]);
		x[i] += 0.3f * (randnf() + _Complex_I * randnf());
	}
	BEST(hard, for (int i = 0; i < SYMBOLS; i++) { modemcf_demodulate(m, x[i], &s); sum += s; })
	BEST(softly, for (int i = 0; i < SYMBOLS; i++) { modemcf_demodulate_soft(m, x[i], &s, soft); sum += soft[0]; })
	printf("liquid-dsp: QPSK decisions, hard %.1f, soft %.1f M symbols/s%s\n", SYMBOLS / hard / 1e6, SYMBOLS / softly / 1e6,
	       sum ? "" : "!");
	modemcf_destroy(m);
}

static void viterbi(void)
{
	static unsigned char symbols[2 * (BITS + 6)], out[BITS / 8 + 2];
	int poly[2] = {V27POLYA, V27POLYB};
	for (size_t i = 0; i < sizeof symbols; i++)
		symbols[i] = (unsigned char)rand();
	set_viterbi27_polynomial(poly);
	void *v = create_viterbi27(BITS);
	BEST(t, { init_viterbi27(v, 0); update_viterbi27_blk(v, symbols, BITS + 6); chainback_viterbi27(v, out, BITS, 0); })
	printf("libfec: Viterbi K=7 1/2 %.1f Mbit/s\n", BITS / t / 1e6);
	delete_viterbi27(v);
}

static void reed_solomon(void)
{
	static unsigned char word[255], damaged[WORDS][255];
	void *r = init_rs_char(8, 0x11d, 1, 1, 32, 0);
	double t = 1e9;
	for (int i = 0; i < 223; i++)
		word[i] = (unsigned char)rand();
	encode_rs_char(r, word, word + 223);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < WORDS; i++) {
			memcpy(damaged[i], word, 255);
			for (int j = 0; j < 16; j++)
				damaged[i][(i + 15 * j) % 255] ^= (unsigned char)(1 + j);
		}
		double start = now();
		for (int i = 0; i < WORDS; i++)
			if (decode_rs_char(r, damaged[i], NULL, 0) != 16)
				exit(1);
		double took = (now() - start) / WORDS;
		t = took < t ? took : t;
	}
	printf("libfec: RS(255,223) with 16 errors %.1f MB/s of data\n", 223 / t / 1e6);
}

int main(void)
{
	qpsk();
	viterbi();
	reed_solomon();
	return 0;
}
