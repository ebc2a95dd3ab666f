/* fec_fuzz.c - any text as a chain of codes, any soft bits to its decoder: what is decoded and coded again is decoded the same; and any
 * octets as a Reed-Solomon word with erasures: what is repaired is a word of the code. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/fec.h"
#include "1-physical/rs.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

enum { MOST = 1024 }; /* soft bits */

static void check(int ok)
{
	if (!ok)
		abort();
}

/* A float of any kind, or a plain one. */
static float soft(const uint8_t *b, size_t n, size_t i, int plain)
{
	float v = 0;
	if (plain)
		return (float)(b[i % n] - 128);
	for (size_t j = 0; j < sizeof v; j++)
		((uint8_t *)&v)[j] = b[(4 * i + j) % n];
	return v;
}

static void decode_chain(const struct fec *f, const uint8_t *b, size_t n)
{
	size_t m = 1 + (b[0] | b[1] << 8) % MOST, data, again;
	float *llr = malloc(m * sizeof *llr);
	uint8_t *bits = malloc(m), *back;
	struct fec_found found;
	struct fec_head h;
	struct err e;
	check(llr && bits);
	for (size_t i = 0; i < m; i++)
		llr[i] = soft(b, n, i, b[2] & 1);
	if (fec_decode(f, llr, m, bits, &data, &found, &e) == 0) {
		check(fec_coded_bits(f, data) == m && data <= m);
		for (size_t i = 0; i < data; i++)
			check(bits[i] <= 1);
		fec_head_get(&h, bits, data);
		uint8_t *coded = malloc(m);
		back = malloc(m);
		check(coded && back);
		fec_encode(f, bits, data, coded);
		for (size_t i = 0; i < m; i++)
			llr[i] = coded[i] ? -1.0f : 1.0f;
		check(fec_decode(f, llr, m, back, &again, &found, &e) == 0 && again == data);
		/* Of tail biting and of codes that lose information two data words can share a word; the others cannot. */
		check(found.failed == 0);
		free(coded);
		free(back);
	}
	free(llr);
	free(bits);
}

static void decode_rs(const uint8_t *b, size_t n)
{
	struct rs_code c = {b[0], b[1], 0x100U | b[2], b[3], b[4], b[5] & 1};
	uint8_t word[255], before[255], again[255];
	struct err e;
	struct rs *rs = rs_new(&c, &e);
	if (!rs)
		return;
	unsigned checks = c.n - c.k, m = 1 + b[6] % c.n, known = b[7] % (unsigned)(n - 7);
	for (unsigned i = 0; i < m; i++)
		word[i] = b[(8 + i) % n];
	memcpy(before, word, m);
	int got = rs_decode(rs, word, m, b + 8, known > n - 8 ? (unsigned)(n - 8) : known);
	if (got < 0) {
		check(memcmp(word, before, m) == 0);
	} else {
		check(m > checks);
		rs_encode(rs, word, m - checks, again);
		check(memcmp(again, word + m - checks, checks) == 0);
		int changed = 0;
		for (unsigned i = 0; i < m; i++)
			changed += word[i] != before[i];
		check(changed == got);
	}
	rs_free(rs);
}

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	char text[256];
	struct err e;
	const uint8_t *line = n ? memchr(b, '\n', n) : NULL;
	if (!line) {
		if (n > 16)
			decode_rs(b, n);
		return 0;
	}
	size_t len = (size_t)(line - b);
	if (len >= sizeof text || n - len - 1 < 8)
		return 0;
	memcpy(text, b, len);
	text[len] = 0;
	struct fec *f = fec_new(text, &e);
	if (!f) {
		check(*e.msg != 0);
		return 0;
	}
	size_t wide = fec_coded_bits(f, 64);
	if (wide < 64 * 64) /* a chain of 3,1 codes grows without bounds */
		decode_chain(f, line + 1, n - len - 1);
	fec_free(f);
	return 0;
}
