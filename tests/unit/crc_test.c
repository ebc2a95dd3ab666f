/* crc_test.c - every CRC of the catalogue: check value and residue; the engine against a register bit by bit, its twins, splits, bits. */
#include "crc.h"

#include <stdint.h>

#include "2-link/crc_catalog.h"
#include "num.h"
#include "rng.h"
#include "test.h"

static const uint8_t digits[] = "123456789";

/* Williams' "reference" register, a bit at a time and nothing shared with the engine: bits of the message from the top. */
static crc_word slow(const struct crc_params *p, const uint8_t *b, size_t n)
{
	crc_word top = (crc_word)1 << (p->width - 1), all = top | (top - 1), r = p->init, out = 0;
	for (size_t i = 0; i < 8 * n; i++) {
		unsigned bit = b[i / 8] >> (p->refin ? i % 8 : 7 - i % 8) & 1;
		bool carry = ((r & top) != 0) != (bit != 0);
		r = (r << 1 & all) ^ (carry ? p->poly : 0);
	}
	for (unsigned i = 0; i < p->width; i++)
		out |= (r >> i & 1) << (p->width - 1 - i);
	return (p->refout ? out : r) ^ p->xorout;
}

static void to_bits(const struct crc_params *p, const uint8_t *b, size_t n, uint8_t *bits)
{
	for (size_t i = 0; i < 8 * n; i++)
		bits[i] = b[i / 8] >> (p->refin ? i % 8 : 7 - i % 8) & 1;
}

TEST(check_values_and_residues_of_the_catalogue)
{
	int n = 0;
	for (const struct crc_entry *k = crc_catalog; k->name; k++, n++) {
		struct crc *c = crc_new(&k->p, NULL);
		if (crc_of(c, digits, 9) != k->check || slow(&k->p, digits, 9) != k->check || crc_residue(c) != k->residue)
			printf("# %s\n", k->name);
		CHECK(crc_of(c, digits, 9) == k->check);
		CHECK(slow(&k->p, digits, 9) == k->check);
		CHECK(crc_residue(c) == k->residue);
		CHECK(crc_same(&k->p) && crc_same(&k->p)->check == k->check);
		crc_free(c);
	}
	CHECK_INT(n, CRC_WIDTH_MAX > 64 ? 113 : 112);
}

/* The residue for real: a message, its check bits behind it, another register at the end. */
TEST(a_message_with_its_check_bits_leaves_the_residue)
{
	int bad = 0;
	for (const struct crc_entry *k = crc_catalog; k->name; k++) {
		uint8_t bits[72 + CRC_WIDTH_MAX];
		struct crc *c = crc_new(&k->p, NULL);
		to_bits(&k->p, digits, 9, bits);
		crc_sent(&k->p, k->check, bits + 72);
		bad += crc_unsent(&k->p, bits + 72) != k->check;
		bad += (crc_end(c, crc_bits(c, crc_start(c), bits, 72 + k->p.width)) ^ k->p.xorout) != k->residue;
		for (unsigned i = 0; i < 72 + k->p.width; i++) {
			bits[i] ^= 1;
			bad += (crc_end(c, crc_bits(c, crc_start(c), bits, 72 + k->p.width)) ^ k->p.xorout) == k->residue;
			bits[i] ^= 1;
		}
		crc_free(c);
	}
	CHECK_INT(bad, 0);
}

enum { LONG = 1100 };
static uint8_t noise[LONG + 32];
static struct rng rng;

static void make_noise(uint64_t seed)
{
	rng_seed(&rng, seed);
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)rng_u64(&rng);
}

/* All paths of the engine: below and above what carry-less multiplication takes, at lengths that leave every odd rest. */
static int engine_errors(const struct crc_params *p)
{
	int bad = 0;
	struct crc *c = crc_new(p, NULL);
	for (size_t n = 0; n <= LONG; n += n < 80 ? 1 : 1 + rng_below(&rng, 23)) {
		const uint8_t *b = noise + rng_below(&rng, 32);
		crc_word want = slow(p, b, n), start = crc_start(c);
		size_t split = rng_below(&rng, (uint32_t)n + 1);
		bad += crc_of(c, b, n) != want;
		bad += crc_end(c, crc_octets_c(c, start, b, n)) != want;
		bad += crc_end(c, crc_octets(c, crc_octets(c, start, b, split), b + split, n - split)) != want;
		bad += crc_end(c, crc_octets_c(c, crc_octets_c(c, start, b, split), b + split, n - split)) != want;
	}
	crc_free(c);
	return bad;
}

TEST(the_engine_is_the_register_for_every_kind)
{
	make_noise(1);
	for (const struct crc_entry *k = crc_catalog; k->name; k++) {
		int bad = engine_errors(&k->p);
		if (bad)
			printf("# %s: %d\n", k->name, bad);
		CHECK_INT(bad, 0);
	}
}

TEST(and_for_random_kinds_of_every_width)
{
	make_noise(2);
	for (unsigned width = 1; width <= CRC_WIDTH_MAX; width++) {
		crc_word all = (((crc_word)1 << (width - 1)) - 1) << 1 | 1;
#define WORD() ((((crc_word)rng_u64(&rng) << (CRC_WIDTH_MAX - 64)) ^ rng_u64(&rng)) & all)
		struct crc_params p = {width, WORD(), WORD(), rng_below(&rng, 2), rng_below(&rng, 2), WORD()};
		int bad = engine_errors(&p);
		if (bad)
			printf("# width %u, refin %d: %d\n", width, p.refin, bad);
		CHECK_INT(bad, 0);
	}
}

TEST(bits_are_octets)
{
	int bad = 0;
	make_noise(3);
	for (const struct crc_entry *k = crc_catalog; k->name; k++) {
		uint8_t bits[8 * 20];
		struct crc *c = crc_new(&k->p, NULL);
		to_bits(&k->p, noise, 20, bits);
		bad += crc_end(c, crc_bits(c, crc_octets(c, crc_start(c), noise, 13), bits + 8 * 13, 8 * 7)) != crc_of(c, noise, 20);
		crc_free(c);
	}
	CHECK_INT(bad, 0);
}

TEST(all_ends_of_memory)
{
	int bad = 0;
	struct crc *c[] = {crc_new(&crc_find("CRC-32")->p, NULL), crc_new(&crc_find("CRC-64")->p, NULL)};
	make_noise(4);
	for (size_t n = 0; n <= 700; n++) { /* under sanitizers no octet before or behind may be read */
		uint8_t *m = malloc(n + 1);
		memcpy(m + 1, noise, n);
		for (int i = 0; i < 2; i++)
			bad += crc_of(c[i], m + 1, n) != crc_end(c[i], crc_octets_c(c[i], crc_start(c[i]), noise, n));
		free(m);
	}
	crc_free(c[0]);
	crc_free(c[1]);
	CHECK_INT(bad, 0);
}

TEST(the_two_of_the_kit)
{
	CHECK_INT(crc32_ieee(digits, 9, 0), 0xcbf43926);
	CHECK_INT(crc16_x25(digits, 9), 0x906e);
	make_noise(5);
	const struct crc_params *sdlc = &crc_find("x-25")->p, *hdlc = &crc_find("pkzip")->p;
	int bad = 0;
	for (size_t n = 0; n < LONG; n++) {
		bad += crc16_x25(noise, n) != slow(sdlc, noise, n);
		bad += crc32_ieee(noise, n, 0) != slow(hdlc, noise, n);
	}
	CHECK_INT(bad, 0);
}

TEST(what_is_no_crc)
{
	struct err e;
	CHECK(!crc_new(&(struct crc_params){0, 0, 0, false, false, 0}, &e));
	CHECK(!crc_new(&(struct crc_params){CRC_WIDTH_MAX + 1, 0, 0, false, false, 0}, &e));
	CHECK(!crc_new(&(struct crc_params){4, 0x13, 0, false, false, 0}, &e));
	CHECK_STR(e.msg, "the polynomial has more than 4 bits");
	CHECK(!crc_new(&(struct crc_params){4, 0x3, 0x10, false, false, 0}, &e));
	CHECK(!crc_new(&(struct crc_params){4, 0x3, 0, false, false, 0x10}, &e));
	CHECK_STR(e.msg, "the final xor has more than 4 bits");
}

TEST(names_aliases_and_near_ones)
{
	const char *near[CRC_NEAR];
	CHECK_STR(crc_find("crc-32/iso-hdlc")->name, "CRC-32/ISO-HDLC");
	CHECK_STR(crc_find("CRC-32C")->name, "CRC-32/ISCSI");
	CHECK_STR(crc_find("xmodem")->name, "CRC-16/XMODEM");
	CHECK_STR(crc_find("CRC-16")->name, "CRC-16/ARC");
	CHECK(!crc_find("CRC"));
	CHECK(!crc_find(""));
	CHECK(!crc_find("CRC-16 CRC-16/LHA"));
	CHECK(crc_near("CRC32", near) > 0);
	CHECK_STR(near[0], "CRC-32/ISO-HDLC");
	CHECK(crc_near("crc-16/x.25", near) > 0);
	CHECK_STR(near[0], "CRC-16/IBM-SDLC");
	CHECK(crc_near("castagnoly", near) > 0);
	CHECK_STR(near[0], "CRC-32/ISCSI");
	CHECK_INT(crc_near("", near), 0);
	CHECK_INT(crc_near("zzzzzzzz", near), 0);
	/* No name or alias is that of two. */
	for (const struct crc_entry *k = crc_catalog; k->name; k++)
		CHECK(crc_find(k->name) == k);
}

RUN_TESTS
