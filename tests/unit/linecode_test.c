/* linecode_test.c - line codes: their defining properties over all short inputs, long random ones, and whatever a
 * wire may bring. */
#include <math.h>
#include <stdlib.h>

#include "1-physical/linecode.h"
#include "rng.h"
#include "test.h"

enum { LONG = 20000 };

static struct line tx, rx;
static uint16_t sent[LONG], got[LONG + 1];
static int8_t levels[LONG * LINE_ELEMENTS_MAX];
static char marks[LONG * LINE_ELEMENTS_MAX];
static uint64_t told;
static char last_why[160];

static void tell(void *arg, uint64_t element, const char *why)
{
	(void)arg, (void)element;
	told++;
	snprintf(last_why, sizeof last_why, "%s", why);
}

static void begin(const char *code, struct line_begin b)
{
	struct err e;
	CHECK(line_open(&tx, code, &e) == 0 && line_open(&rx, code, &e) == 0);
	rx.violation = tell;
	line_start(&tx, b, false);
	line_start(&rx, b, true);
	told = 0;
}

static const char *const codes[] = {
	"nrz-l", "nrz-m", "nrz-s", "unipolar", "rz", "rz-polar", "manchester", "thomas", "diff-manchester", "ami",
	"pseudoternary", "b8zs", "hdb3", "2b1q", "mlt-3", "4b5b", "4b5b+mlt-3", "8b10b", "8b10b+manchester", NULL,
};

/* Whether n symbols survive, without a violation told. */
static bool survives(size_t n)
{
	line_encode(&tx, sent, n, levels, marks);
	return line_decode(&rx, levels, n * tx.elements, got) == n && memcmp(sent, got, n * sizeof *sent) == 0 &&
	       told == 0;
}

TEST(every_sequence_of_up_to_14_bits_in_every_code_comes_back)
{
	for (const char *const *c = codes; *c; c++) {
		unsigned lost = 0;
		begin(*c, (struct line_begin){0});
		unsigned most = 14 / tx.bits;
		for (unsigned n = 1; n <= most; n++) {
			for (unsigned v = 0; v < 1U << n * tx.bits; v++) {
				for (unsigned i = 0; i < n; i++)
					sent[i] = (uint16_t)(v >> i * tx.bits & ((1U << tx.bits) - 1));
				line_start(&tx, (struct line_begin){0}, false);
				line_start(&rx, (struct line_begin){0}, true);
				lost += !survives(n);
			}
		}
		if (lost)
			printf("# %s\n", *c);
		CHECK_INT(lost, 0);
	}
}

static void random_symbols(struct rng *r, size_t n, unsigned one_in)
{
	for (size_t i = 0; i < n; i++)
		sent[i] = tx.bits > 1 ? (uint16_t)(rng_u64(r) >> (64 - tx.bits)) : rng_below(r, one_in) == 0;
}

TEST(long_random_ones_too_from_either_start_with_few_ones_and_with_many)
{
	struct rng r;
	rng_seed(&r, 1);
	for (const char *const *c = codes; *c; c++) {
		for (int k = 0; k < 16; k++) {
			begin(*c, (struct line_begin){.level = k & 1 ? 1 : -1, .odd = k & 2});
			random_symbols(&r, LONG, k < 4 ? 2 : 6 * (unsigned)k);
			sent[LONG - 1] = tx.bits == 1; /* substitutions end with the call */
			CHECK(survives(LONG));
			CHECK(survives(1000)); /* from the state that this left */
		}
	}
}

TEST(the_longest_run_and_the_sum_are_what_the_table_says)
{
	struct rng r;
	rng_seed(&r, 2);
	for (const struct line_code *c = line_codes; c->name; c++) {
		size_t run = 0;
		int64_t widest = 0;
		for (unsigned k = 0; k < 8; k++) {
			begin(c->name, (struct line_begin){0});
			random_symbols(&r, LONG, k + 2);
			if (k == 6)
				memset(sent, 0, sizeof sent);
			for (size_t i = 0; k == 7 && i < LONG; i++)
				sent[i] = 1;
			line_encode(&tx, sent, LONG, levels, NULL);
			struct line_report m = line_measure(levels, LONG * tx.elements);
			run = m.run > run ? m.run : run;
			widest = m.sum_max - m.sum_min > widest ? m.sum_max - m.sum_min : widest;
		}
		if ((c->run ? run != c->run : run < 60) || (widest < 4) != c->dc_free)
			printf("# %s: run %zu, sum over %lld\n", c->name, run, (long long)widest);
		CHECK(c->run ? run == c->run : run >= 60);
		CHECK(c->dc_free ? widest < 4 : widest > 100);
	}
}

/* ---- 8b/10b: what defines it (Widmer, Franaszek 1983) ---- */

static unsigned group(unsigned s, int rd)
{
	uint16_t symbol = (uint16_t)s;
	unsigned v = 0;
	begin("8b10b", (struct line_begin){.level = rd});
	line_encode(&tx, &symbol, 1, levels, NULL);
	for (int j = 0; j < 10; j++)
		v = v << 1 | (levels[j] > 0);
	return v;
}

static const unsigned k_symbols[12] = {0x11c, 0x13c, 0x15c, 0x17c, 0x19c, 0x1bc,
		0x1dc, 0x1fc, 0x1f7, 0x1fb, 0x1fd, 0x1fe};

/* All 268 symbols. */
static unsigned symbol_at(unsigned i) { return i < 256 ? i : k_symbols[i - 256]; }

TEST(code_8b10b_has_4_to_6_ones_and_the_two_forms_balance)
{
	for (unsigned i = 0; i < 268; i++) {
		unsigned a = group(symbol_at(i), -1), b = group(symbol_at(i), 1);
		int na = __builtin_popcount(a), nb = __builtin_popcount(b);
		CHECK((na == 5 && nb == 5) || (na == 6 && nb == 4));
		/* each half is balanced or off by two, too */
		CHECK(abs(__builtin_popcount(a >> 4) - 3) <= 1 && abs(__builtin_popcount(a & 15) - 2) <= 1);
	}
}

TEST(code_8b10b_decodes_every_symbol_at_both_disparities_and_no_other_group)
{
	for (int rd = -1; rd <= 1; rd += 2) {
		unsigned good = 0, bad = 0;
		static bool used[1024];
		memset(used, 0, sizeof used);
		for (unsigned i = 0; i < 268; i++) {
			unsigned v = group(symbol_at(i), rd);
			CHECK(!used[v]);
			used[v] = true;
			CHECK_INT(line_decode(&rx, levels, 10, got), 1);
			CHECK_INT(got[0], symbol_at(i));
			CHECK_INT(told, 0);
		}
		for (unsigned v = 0; v < 1024; v++) {
			begin("8b10b", (struct line_begin){.level = rd});
			for (int j = 0; j < 10; j++)
				levels[j] = v >> (9 - j) & 1 ? 1 : -1;
			line_decode(&rx, levels, 10, got);
			good += told == 0;
			bad += told == 1;
			CHECK(used[v] == (told == 0));
		}
		CHECK_INT(good, 268);
		CHECK_INT(bad, 1024 - 268);
	}
}

/* All pairs of symbols (K28.7 before few others only: IEEE 802.3, 36.2.4.9) from both disparities. */
TEST(code_8b10b_runs_are_5_at_most_and_the_comma_stands_only_in_k28_1_5_and_7)
{
	unsigned commas = 0;
	size_t run = 0;
	for (int rd = -1; rd <= 1; rd += 2) {
		for (unsigned i = 0; i < 268 * 268; i++) {
			uint16_t pair[2] = {(uint16_t)symbol_at(i / 268), (uint16_t)symbol_at(i % 268)};
			begin("8b10b", (struct line_begin){.level = rd});
			line_encode(&tx, pair, 2, levels, NULL);
			struct line_report m = line_measure(levels, 20);
			unsigned v = 0;
			run = m.run > run ? m.run : run;
			CHECK(m.sum >= -4 && m.sum <= 4 && m.sum_max - m.sum_min <= 6);
			for (int j = 0; j < 20; j++)
				v = v << 1 | (levels[j] > 0);
			for (int at = 0; at + 7 <= 20; at++) {
				unsigned seven = v >> (13 - at) & 127;
				unsigned from = pair[at >= 10];
				if (seven != 0x1f && seven != 0x60)
					continue;
				commas++;
				bool in_k = (from == 0x13c || from == 0x1bc || from == 0x1fc) && at % 10 == 0;
				CHECK(in_k || (at > 0 && pair[0] == 0x1fc)); /* K28.7 makes more with what follows it */
			}
		}
	}
	CHECK_INT(run, 5);
	CHECK(commas > 2 * 2 * 268 * 3);
}

/* IEEE 802.3, tables 36-1 and 36-2; groups as printed there. */
TEST(code_8b10b_groups_as_the_standard_prints_them)
{
	static const struct {
		unsigned symbol;
		const char *minus, *plus;
	} rows[] = {
		{0x00, "1001110100", "0110001011"},  {0x01, "0111010100", "1000101011"},
		{0x03, "1100011011", "1100010100"},  {0x07, "1110001011", "0001110100"},
		{0xb5, "1010101010", "1010101010"},  {0x50, "0110110101", "1001000101"},
		{0xc5, "1010010110", "1010010110"},  {0x42, "1011010101", "0100100101"},
		{0xf1, "1000110111", "1000110001"},  {0xeb, "1101001110", "1101001000"},
		{0xff, "1010110001", "0101001110"},  {0x4a, "0101010101", "0101010101"},
		{0x11c, "0011110100", "1100001011"}, {0x13c, "0011111001", "1100000110"},
		{0x15c, "0011110101", "1100001010"}, {0x17c, "0011110011", "1100001100"},
		{0x19c, "0011110010", "1100001101"}, {0x1bc, "0011111010", "1100000101"},
		{0x1dc, "0011110110", "1100001001"}, {0x1fc, "0011111000", "1100000111"},
		{0x1f7, "1110101000", "0001010111"}, {0x1fb, "1101101000", "0010010111"},
		{0x1fd, "1011101000", "0100010111"}, {0x1fe, "0111101000", "1000010111"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CHECK_INT(group(rows[i].symbol, -1), strtol(rows[i].minus, NULL, 2));
		CHECK_INT(group(rows[i].symbol, 1), strtol(rows[i].plus, NULL, 2));
	}
}

/* Running disparity is -1 or +1 between symbols, which is a sum of 0 or 2 here. */
TEST(code_8b10b_keeps_the_sum_within_3_of_0_for_ever)
{
	struct rng r;
	rng_seed(&r, 3);
	begin("8b10b", (struct line_begin){0});
	for (size_t i = 0; i < LONG; i++)
		sent[i] = (uint16_t)symbol_at((unsigned)rng_below(&r, 268));
	CHECK(survives(LONG));
	struct line_report m = line_measure(levels, LONG * 10);
	CHECK(m.sum_min >= -2 && m.sum_max <= 4 && m.sum_max - m.sum_min <= 6);
}

/* ---- 4B/5B ---- */

TEST(code_4b5b_has_at_most_3_zeros_in_a_row_and_16_and_9_symbols)
{
	unsigned good = 0;
	begin("4b5b+nrz-l", (struct line_begin){0});
	for (unsigned i = 0; i < 256; i++) {
		sent[0] = (uint16_t)(i / 16);
		sent[1] = (uint16_t)(i % 16);
		line_encode(&tx, sent, 2, levels, NULL);
		unsigned zeros = 0;
		for (int j = 0; j < 10; j++) {
			zeros = levels[j] < 0 ? zeros + 1 : 0;
			CHECK(zeros <= 3);
		}
	}
	for (unsigned v = 0; v < 32; v++) {
		begin("4b5b+nrz-l", (struct line_begin){0});
		for (int j = 0; j < 5; j++)
			levels[j] = v >> (4 - j) & 1 ? 1 : -1;
		line_decode(&rx, levels, 5, got);
		good += told == 0;
		CHECK((got[0] & LINE_BAD) == (told ? LINE_BAD : 0));
	}
	CHECK_INT(good, 16 + 9);
}

/* ---- violations ---- */

/* All sequences of levels: what the encoder never makes must be told, and what it makes must not. */
static void only_codewords(const char *code, unsigned n, unsigned late, struct line_begin b)
{
	int8_t again[10];
	static bool made[59049]; /* 3^10 */
	unsigned wrong = 0, all = 1;
	for (unsigned i = 0; i < n; i++)
		all *= 3;
	memset(made, 0, sizeof made);
	begin(code, b);
	for (unsigned v = 0; v < 1U << n; v++) {
		for (unsigned i = 0; i < n; i++)
			sent[i] = v >> i & 1;
		line_start(&tx, b, false);
		line_encode(&tx, sent, n, levels, NULL);
		unsigned key = 0;
		for (unsigned i = 0; i < n; i++)
			key = 3 * key + (unsigned)(levels[i] + 1);
		made[key] = true;
	}
	for (unsigned key = 0; key < all; key++) {
		unsigned k = key;
		for (unsigned i = n; i-- > 0; k /= 3)
			levels[i] = (int8_t)((int)(k % 3) - 1);
		line_start(&rx, b, true);
		told = 0;
		line_decode(&rx, levels, n, got);
		wrong += made[key] && told;
		if (made[key] || told)
			continue;
		/* Not made and silent: a longer sequence begins so, which is encoded otherwise at the end alone. */
		line_start(&tx, b, false);
		line_encode(&tx, got, n, again, NULL);
		size_t same = 0;
		while (same < n && again[same] == levels[same])
			same++;
		wrong += same + late < n;
	}
	if (wrong)
		printf("# %s\n", code);
	CHECK_INT(wrong, 0);
}

TEST(what_an_encoder_never_makes_is_told_and_nothing_else)
{
	for (int level = -1; level <= 1; level += 2) {
		struct line_begin b = {.level = level};
		only_codewords("ami", 10, 0, b);
		only_codewords("pseudoternary", 10, 0, b);
		only_codewords("mlt-3", 10, 0, b);
		only_codewords("hdb3", 10, 3, b);
		only_codewords("b8zs", 10, 7, b);
	}
}

static void one_violation(const char *code, const char *text, const char *why)
{
	size_t n;
	struct err e;
	begin(code, (struct line_begin){0});
	CHECK_INT(line_levels_read(text, levels, &n, &e), 0);
	line_decode(&rx, levels, n, got);
	CHECK_INT(told, 1);
	CHECK_STR(last_why, why);
}

TEST(violations_say_why)
{
	one_violation("ami", "+0+-", "bipolar violation: + follows +");
	one_violation("hdb3", "-+0+-", "bipolar violation: + follows +");
	one_violation("hdb3", "+0000-", "four zeros in a row");
	one_violation("hdb3", "+000+-+000+", "violation of the same polarity as the one before: +");
	one_violation("b8zs", "+00000000-", "eight zeros in a row");
	one_violation("b8zs", "+000+", "bipolar violation: + follows +");
	one_violation("mlt-3", "0+-", "from + straight to -");
	one_violation("mlt-3", "0+0+", "from 0 to + again, out of turn");
	one_violation("manchester", "+-++", "no transition in the middle of the bit");
	one_violation("diff-manchester", "+-++", "no transition in the middle of the bit: K");
	one_violation("rz", "+0++", "no return to zero");
	one_violation("rz-polar", "+000", "no pulse");
	one_violation("nrz-l", "+-0", "nrz-l has no level 0");
	one_violation("2b1q", "+3-3 0", "2b1q has no level 0");
	one_violation("unipolar", "+0-", "unipolar has no level -1");
	one_violation("8b10b", "--+++++-+- --+++++-+-",
	              "disparity error: 0011111010 is K28.5 at running disparity -, which is + here");
	one_violation("8b10b", "+++++++++-", "no symbol has the code group 1111111110");
	one_violation("4b5b+nrz-l", "---+-", "no symbol has the code group 00010");
	one_violation("manchester", "+-+", "1 level left over: a symbol has 2");
}

TEST(random_levels_and_any_length_harm_nothing)
{
	struct rng r;
	rng_seed(&r, 4);
	for (const char *const *c = codes; *c; c++) {
		for (unsigned k = 0; k < 200; k++) {
			size_t n = rng_below(&r, 200), symbols = 0;
			begin(*c, (struct line_begin){0});
			rx.violation = k & 1 ? tell : NULL;
			for (size_t i = 0; i < n; i++)
				levels[i] = (int8_t)(k < 100 ? (int)rng_below(&r, 3) - 1
				                             : (int)rng_below(&r, 256) - 128);
			symbols = line_decode(&rx, levels, n, got);
			CHECK_INT(symbols, n / rx.elements);
			for (size_t i = 0; i < symbols; i++) {
				char name[LINE_NAME_MAX];
				line_symbol_name(&rx, got[i], name);
				CHECK(strlen(name) < LINE_NAME_MAX && (got[i] & LINE_BAD || got[i] < LINE_BAD));
			}
		}
	}
}

/* ---- text and octets ---- */

TEST(symbols_as_text)
{
	struct err e;
	size_t n;
	begin("8b10b", (struct line_begin){0});
	CHECK_INT(line_read(&tx, "K28.5 D16.2 1111 0000 k23.7", false, sent, &n, &e), 0);
	CHECK(n == 4 && sent[0] == 0x1bc && sent[1] == 0x50 && sent[2] == 0xf0 && sent[3] == 0x1f7);
	CHECK_INT(line_read(&tx, "bc d2 D2.1 d2", true, sent, &n, &e), 0);
	CHECK(n == 4 && sent[0] == 0xbc && sent[1] == 0xd2 && sent[2] == 0x22 && sent[3] == 0xd2);
	CHECK(line_read(&tx, "K28.8", false, sent, &n, &e) == -1 && line_read(&tx, "K5.1", false, sent, &n, &e) == -1);
	CHECK(line_read(&tx, "D32.0", false, sent, &n, &e) == -1 && line_read(&tx, "101", false, sent, &n, &e) == -1);
	CHECK(line_read(&tx, "K", false, sent, &n, &e) == -1 && line_read(&tx, "1K28.5", false, sent, &n, &e) == -1);
	begin("4b5b", (struct line_begin){0});
	CHECK_INT(line_read(&tx, "JK5dTR", true, sent, &n, &e), 0);
	CHECK(n == 6 && sent[0] == 0x118 && sent[1] == 0x111 && sent[2] == 5 && sent[3] == 13 && sent[5] == 0x107);
	CHECK(line_read(&tx, "X", true, sent, &n, &e) == -1 && line_read(&tx, "5", false, sent, &n, &e) == -1);
	begin("ami", (struct line_begin){0});
	CHECK(line_read(&tx, "J", false, sent, &n, &e) == -1 && line_read(&tx, "", false, sent, &n, &e) == 0 && n == 0);
}

TEST(octets_become_symbols_and_octets_again)
{
	uint8_t octets[64], back[64];
	struct rng r;
	rng_seed(&r, 5);
	for (size_t i = 0; i < sizeof octets; i++)
		octets[i] = (uint8_t)rng_u64(&r);
	for (const char *const *c = codes; *c; c++) {
		begin(*c, (struct line_begin){0});
		size_t n = line_group(&tx, octets, 512, sent);
		CHECK_INT(n, 512 / tx.bits);
		CHECK_INT(line_ungroup(&tx, sent, n, back), 512);
		CHECK_MEM(back, octets, 64);
	}
	/* IEEE 802.3, 24.2.2.1: the low nibble first, as a number; 36.2.4: the octet. */
	begin("4b5b", (struct line_begin){0});
	CHECK(line_group(&tx, (const uint8_t *)"\x5d", 8, sent) == 2 && sent[0] == 13 && sent[1] == 5);
	begin("8b10b", (struct line_begin){0});
	CHECK(line_group(&tx, (const uint8_t *)"\xbc", 8, sent) == 1 && sent[0] == 0xbc);
}

TEST(names_and_aliases)
{
	struct line l;
	struct err e;
	CHECK(line_open(&l, "nrz-i", &e) == 0 && strcmp(l.name, "nrz-m") == 0);
	CHECK(line_open(&l, "802.3", &e) == 0 && strcmp(l.name, "manchester") == 0);
	CHECK(line_open(&l, "4B/5B+MLT3", &e) == 0 && strcmp(l.name, "4b5b+mlt-3") == 0);
	CHECK(line_open(&l, "8b/10b", &e) == 0 && l.elements == 10);
	static const char *const wrong[] = {"",          "+",          "nrz",  "x",    "ami+ami", "4b5b+",
	                                    "4b5b+2b1q", "4b5b+8b10b", "+ami", "nrz-", NULL};
	for (const char *const *w = wrong; *w; w++)
		if (strcmp(*w, "nrz") != 0)
			CHECK(line_open(&l, *w, &e) == -1);
}

/* ---- spectra: measured against the closed form, where there is one ---- */

TEST(measured_spectra_lie_on_the_closed_forms)
{
	enum { POINTS = 41 };
	double psd[POINTS], tones[3];
	for (const struct line_code *c = line_codes; c->name; c++) {
		double worst = 0, scale = 0, power = 0;
		line_spectrum(c->name, 1, 400000, 0.05, POINTS, psd, tones);
		for (unsigned i = 0; i < POINTS; i++) {
			scale = fmax(scale, psd[i]);
			power += 2 * 0.05 * psd[i];
			if (c->psd)
				worst = fmax(worst, fabs(psd[i] - c->psd(c, 0.05 * i)));
		}
		CHECK(worst < 0.08 * scale);
		/* the first null, and none before it but at 0 */
		unsigned null_at = (unsigned)lround(c->null_hz / 0.05);
		CHECK(psd[null_at] < 0.001 * scale);
		for (unsigned i = 2; i + 4 < null_at; i++)
			CHECK(psd[i] > 0.001 * scale);
		CHECK((psd[0] < 0.02 * scale) == (c->dc_free != 0));
		CHECK(power > 0);
	}
	/* Couch, 3-5: unipolar NRZ has a line of 1/4 at 0; RZ of 1/16 at 0 and, both sides together, 2 sinc^2(1/2)/16
	 * at the bit rate. */
	line_spectrum("unipolar", 1, 400000, 0.05, POINTS, psd, tones);
	CHECK(fabs(tones[0] - 0.25) < 0.005 && tones[1] < 1e-4);
	line_spectrum("rz", 1, 400000, 0.05, POINTS, psd, tones);
	CHECK(fabs(tones[0] - 1 / 16.0) < 0.002 && fabs(tones[1] - 2 / 16.0 * 0.405285) < 0.002 && tones[2] < 1e-4);
}

RUN_TESTS
