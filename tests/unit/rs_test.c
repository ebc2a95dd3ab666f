/* rs_test.c - Reed-Solomon codes: known words, errors and erasures up to what can be repaired and beyond. */
#include "1-physical/rs.h"
#include "rng.h"
#include "test.h"

static struct rng rng;

static struct rs *of(struct rs_code c)
{
	struct err e;
	struct rs *rs = rs_new(&c, &e);
	if (!rs) {
		printf("# %s\n", e.msg);
		exit(1);
	}
	return rs;
}

TEST(fields)
{
	/* The definition: shift and reduce. */
	static const unsigned polys[] = {0x11d, 0x187, 0x12b, 0x1f5};
	for (size_t p = 0; p < sizeof polys / sizeof *polys; p++) {
		struct rs *rs = of((struct rs_code){.n = 255, .k = 251, .poly = polys[p], .prim = 1});
		int bad = 0;
		for (unsigned a = 0; a < 256; a++)
			for (unsigned b = 0; b < 256; b++) {
				unsigned product = 0, x = a;
				for (unsigned i = 0; i < 8; i++) {
					product ^= b >> i & 1 ? x : 0;
					x = x << 1 ^ (x & 0x80 ? polys[p] : 0);
				}
				bad += rs_multiply(rs, (uint8_t)a, (uint8_t)b) != product;
			}
		CHECK_INT(bad, 0);
		rs_free(rs);
	}
}

TEST(generators)
{
	/* QR codes (ISO/IEC 18004, annex A), 7 check symbols, roots alpha^0 on: exponents 0 87 229 146 149 238 102 21. */
	static const uint8_t exponent[] = {0, 87, 229, 146, 149, 238, 102, 21};
	uint8_t g[256];
	struct rs *rs = of((struct rs_code){.n = 26, .k = 19, .poly = 0x11d, .fcr = 0, .prim = 1});
	rs_generator(rs, g);
	for (unsigned i = 0; i < sizeof exponent; i++) {
		uint8_t v = 1;
		for (unsigned j = 0; j < exponent[i]; j++)
			v = rs_multiply(rs, v, 2);
		CHECK_INT(g[i], v);
	}
	rs_free(rs);
	/* CCSDS 131.0-B, 4.3.9: g is a palindrome; the exponents of alpha of its first half and its middle. */
	static const uint8_t ccsds[] = {0, 249, 59, 66, 4, 43, 126, 251, 97, 30, 3, 213, 50, 66, 170, 5, 24};
	rs = of(RS_CCSDS(255, 223, false));
	rs_generator(rs, g);
	for (unsigned i = 0; i < sizeof ccsds; i++) {
		uint8_t v = 1;
		for (unsigned j = 0; j < ccsds[i]; j++)
			v = rs_multiply(rs, v, 2);
		CHECK_INT(g[i], v);
		CHECK_INT(g[32 - i], v);
	}
	rs_free(rs);
}

TEST(known_words)
{
	/* The QR code of "HELLO WORLD", version 1-M (ISO/IEC 18004): data, then its 10 check symbols. */
	static const uint8_t hello[26] = {32, 91,  11, 120, 209, 114, 220, 77,  67,  64,  236, 17, 236,
	                                  17, 236, 17, 196, 35,  39,  119, 235, 215, 231, 226, 93, 23};
	uint8_t word[26];
	struct rs *rs = of((struct rs_code){.n = 26, .k = 16, .poly = 0x11d, .fcr = 0, .prim = 1});
	rs_encode(rs, hello, 16, word);
	CHECK_MEM(word, hello + 16, 10);
	memcpy(word, hello, 26);
	for (unsigned i = 0; i < 5; i++)
		word[5 * i] ^= (uint8_t)(i + 1);
	CHECK_INT(rs_decode(rs, word, 26, NULL, 0), 5);
	CHECK_MEM(word, hello, 26);
	rs_free(rs);
}

TEST(ccsds_words)
{
	/* The octets 0 to 222, and the check symbols that libfec (Karn) gives them, in both bases. */
	static const uint8_t conventional[32] = {0x2f, 0xbd, 0x4f, 0xb4, 0x74, 0x84, 0x94, 0xb9, 0xac, 0xd5, 0x54,
	                                         0x62, 0x72, 0x12, 0xee, 0xb3, 0xeb, 0xed, 0x41, 0x19, 0x1d, 0xe1,
	                                         0xd3, 0x63, 0x20, 0xea, 0x49, 0x29, 0x0b, 0x25, 0xab, 0xcf};
	static const uint8_t dual[32] = {0x4f, 0xfb, 0x92, 0xdd, 0x55, 0x7e, 0xc6, 0x7f, 0x27, 0xfb, 0x89,
	                                 0x82, 0xcf, 0x58, 0xf8, 0xfd, 0x02, 0x8a, 0xd1, 0x17, 0xfc, 0xef,
	                                 0x6b, 0x27, 0x93, 0xd0, 0x41, 0x88, 0x26, 0x57, 0x86, 0x51};
	uint8_t word[255];
	for (unsigned i = 0; i < 223; i++)
		word[i] = (uint8_t)i;
	for (unsigned basis = 0; basis < 2; basis++) {
		struct rs *rs = of(RS_CCSDS(255, 223, basis));
		rs_encode(rs, word, 223, word + 223);
		CHECK_MEM(word + 223, basis ? dual : conventional, 32);
		rs_free(rs);
	}
}

/* Codes of FX.25, CCSDS, DVB and odd ones. */
static const struct rs_code codes[] = {
	{255, 239, 0x11d, 1, 1, false},   {255, 223, 0x11d, 1, 1, false},   {255, 191, 0x11d, 1, 1, false},
	{144, 128, 0x11d, 1, 1, false},   {48, 32, 0x11d, 1, 1, false},     {255, 223, 0x187, 112, 11, false},
	{255, 223, 0x187, 112, 11, true}, {255, 239, 0x187, 120, 11, true}, {204, 188, 0x11d, 0, 1, false},
	{255, 1, 0x11d, 1, 1, false},     {255, 254, 0x11d, 1, 1, false},   {2, 1, 0x11d, 0, 1, false},
	{200, 101, 0x187, 3, 2, false},   {20, 3, 0x187, 254, 254, false},  {100, 77, 0x12b, 7, 7, false},
};
enum { CODES = sizeof codes / sizeof *codes };

static void fill(uint8_t *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		b[i] = (uint8_t)rng_u64(&rng);
}

/* A word with e errors and f erasures at places that all differ (some erasures happen to be right); its length. */
static unsigned damaged(const struct rs *rs, unsigned m, unsigned e, unsigned f, uint8_t *sent, uint8_t *got,
			uint8_t *erased)
{
	const struct rs_code *c = rs_about(rs);
	uint8_t place[255];
	fill(sent, m);
	rs_encode(rs, sent, m, sent + m);
	m += c->n - c->k;
	memcpy(got, sent, m);
	for (unsigned i = 0; i < m; i++)
		place[i] = (uint8_t)i;
	for (unsigned i = 0; i < e + f; i++) {
		unsigned j = i + (unsigned)rng_below(&rng, m - i);
		uint8_t at = place[j];
		place[j] = place[i];
		place[i] = at;
		if (i < f)
			erased[i] = at;
		got[at] ^= (uint8_t)(i < f ? rng_below(&rng, 256) : 1 + rng_below(&rng, 255));
	}
	return m;
}

TEST(all_that_can_be_repaired_is)
{
	rng_seed(&rng, 1);
	for (unsigned i = 0; i < CODES; i++) {
		struct rs *rs = of(codes[i]);
		unsigned checks = codes[i].n - codes[i].k;
		int bad = 0;
		for (int tries = 0; tries < 150; tries++) {
			uint8_t sent[255], got[255], erased[255];
			unsigned m = 1 + (unsigned)rng_below(&rng, codes[i].k);
			unsigned f = tries & 1 ? (unsigned)rng_below(&rng, checks + 1) : 0;
			unsigned e = tries & 2 ? (checks - f) / 2 : (unsigned)rng_below(&rng, (checks - f) / 2 + 1);
			if (e + f > m + checks)
				continue;
			m = damaged(rs, m, e, f, sent, got, erased);
			int changed = rs_decode(rs, got, m, erased, f);
			bad += changed < (int)e || changed > (int)(e + f) || memcmp(got, sent, m) != 0;
		}
		CHECK_INT(bad, 0);
		rs_free(rs);
	}
}

TEST(the_dual_basis_is_the_same_code)
{
	/* Both are linear, and conversion is one to one: it keeps sums and the words of the code. */
	struct rs *rs = of(RS_CCSDS(255, 223, false)), *dual = of(RS_CCSDS(255, 223, true));
	uint8_t a[255], b[255], sum[255], check[32];
	rng_seed(&rng, 3);
	fill(a, 223);
	fill(b, 223);
	rs_encode(dual, a, 223, a + 223);
	rs_encode(dual, b, 223, b + 223);
	for (unsigned i = 0; i < 255; i++)
		sum[i] = a[i] ^ b[i];
	rs_encode(dual, sum, 223, check);
	CHECK_MEM(check, sum + 223, 32);
	rs_encode(rs, a, 223, check);
	CHECK(memcmp(check, a + 223, 32) != 0);
	rs_free(rs);
	rs_free(dual);
}

TEST(too_many_errors_are_found_out)
{
	/* Of words with more errors than t about 1 in t! becomes another word of the code (McEliece, Swanson 1986): none of these at
	 * t = 8 and 16; at t = 2 fewer than 1 in 2. A word that is given up is left as it was. */
	static const struct {
		unsigned n, k;
		double most;
	} table[] = {{255, 223, 0}, {255, 239, 0}, {255, 251, 0.5}, {255, 249, 0.2}};
	rng_seed(&rng, 4);
	for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
		struct rs *rs = of(RS_FX25(table[i].n, table[i].k));
		unsigned t = (table[i].n - table[i].k) / 2, wrong = 0, changed = 0, tries = 500;
		for (unsigned j = 0; j < tries; j++) {
			uint8_t sent[255], got[255], before[255], erased[255];
			damaged(rs, table[i].k, t + 1 + j % 40, 0, sent, got, erased);
			memcpy(before, got, 255);
			int n = rs_decode(rs, got, 255, NULL, 0);
			wrong += n >= 0;
			rs_encode(rs, got, table[i].k, erased);
			CHECK(n < 0 || memcmp(erased, got + table[i].k, table[i].n - table[i].k) == 0); /* another, but a word */
			changed += n < 0 && memcmp(before, got, 255) != 0;
		}
		CHECK(wrong <= table[i].most * tries);
		CHECK_INT(changed, 0);
		rs_free(rs);
	}
}

TEST(too_many_erasures)
{
	struct rs *rs = of(RS_FX25(255, 239));
	uint8_t sent[255], got[255], erased[255];
	rng_seed(&rng, 5);
	damaged(rs, 239, 0, 16, sent, got, erased);
	CHECK(rs_decode(rs, got, 255, erased, 16) >= 0);
	CHECK_MEM(got, sent, 255);
	damaged(rs, 239, 2, 17, sent, got, erased);
	CHECK_INT(rs_decode(rs, got, 255, erased, 17), -1);
	/* Twice the same and beyond the end: passed over. */
	damaged(rs, 239, 3, 10, sent, got, erased);
	memcpy(erased + 10, erased, 10);
	memset(erased + 20, 255, 100);
	CHECK(rs_decode(rs, got, 255, erased, 120) >= 0);
	CHECK_MEM(got, sent, 255);
	rs_free(rs);
}

TEST(lengths_that_cannot_be)
{
	struct rs *rs = of(RS_FX25(48, 32));
	uint8_t word[255] = {0};
	CHECK_INT(rs_decode(rs, word, 16, NULL, 0), -1);
	CHECK_INT(rs_decode(rs, word, 0, NULL, 0), -1);
	CHECK_INT(rs_decode(rs, word, 49, NULL, 0), -1);
	CHECK_INT(rs_decode(rs, word, 17, NULL, 0), 0);
	rs_free(rs);
}

TEST(codes_that_cannot_be)
{
	static const struct rs_code wrong[] = {
		{256, 223, 0x11d, 1, 1, false},   {255, 255, 0x11d, 1, 1, false},      {255, 0, 0x11d, 1, 1, false},
		{255, 223, 0x11b, 1, 1, false},   {255, 223, 0x1d, 1, 1, false},       {255, 223, 0x100, 1, 1, false},
		{255, 223, 0x11d, 255, 1, false}, {255, 223, 0x11d, 1, 0, false},      {255, 223, 0x11d, 1, 3, false},
		{255, 223, 0x11d, 1, 1, true},    {255, 223, 0xffffffff, 1, 1, false},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err e = {{0}};
		struct rs *rs = rs_new(&wrong[i], &e);
		CHECK(rs == NULL && *e.msg);
		rs_free(rs);
	}
}

TEST(the_twins_are_the_same)
{
	struct rs *rs = of(RS_FX25(255, 223));
	uint8_t v[256], a[256], b[256];
	rng_seed(&rng, 6);
	for (unsigned c = 0; c < 256; c++) {
		fill(v, 256);
		fill(a, 256);
		memcpy(b, a, 256);
		rs_mul_add(rs, a, v, (uint8_t)c, 256);
		rs_mul_add_c(rs, b, v, (uint8_t)c, 256);
		CHECK_MEM(a, b, 256);
	}
	rs_free(rs);
}

RUN_TESTS
