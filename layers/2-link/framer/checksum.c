/* checksum.c - framer checksum: the Internet checksum, Fletcher's and Adler's, with the additions. */

#include "2-link/checksums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/framer/cmds.h"
#include "2-link/framer/given.h"
#include "io.h"
#include "num.h"
#include "tool.h"

static int algorithm;
static bool bits, hex, verify, work;
static int64_t width;
static const char *expected;
static uint64_t want;
static int files;
static bool wrong;

static const char *const usage[] = {"[-a ALGORITHM] [options] [FILE...]", "--hex|--bits [-a ALGORITHM] [options] [DATA...]", NULL};
static const struct opt opts[] = {
	{'a', "algorithm", "internet|fletcher16|fletcher32|adler32", OPT_ENUM, &algorithm, 0, 0, "the sum (internet)"},
	{0, "hex", NULL, OPT_FLAG, &hex, 0, 0, "operands, or lines of standard input, are octets in hex"},
	{0, "bits", NULL, OPT_FLAG, &bits, 0, 0, "operands, or lines, are the bits of one message, highest first; the sum is printed so"},
	{0, "width", "N", OPT_INT, &width, 1, 32, "--bits, internet: bits of a word, as of examples by hand (16)"},
	{0, "check", "VALUE", OPT_STR, &expected, 0, 0, "compare with VALUE; exit 1 when it differs"},
	{0, "verify", NULL, OPT_FLAG, &verify, 0, 0, "internet: the data has its checksum in it; exit 1 when the sum is not all 1s"},
	{0, "work", NULL, OPT_FLAG, &work, 0, 0, "show each addition and its carry"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"  internet    the ones' complement of the ones'-complement sum of 16-bit words (RFC 1071), as in IP, ICMP, UDP and TCP",
	"  fletcher16  sums of octets modulo 255; fletcher32: of words, low octet first, modulo 65535 (Fletcher 1982)",
	"  adler32     sums of octets modulo 65521 (RFC 1950)",
	"An odd last octet is the first of a word whose second is 0.",
	"Exit status: 0 done; 1 --check, --verify: wrong; 2 usage, malformed input or a system error.", NULL,
};

/* ---- additions ---- */

enum { SHOW_WORDS = 64, SHOW_OCTETS = 64 };

static struct checksum sum;
static uint64_t shown;      /* words or octets that have been */

static unsigned word_bits(void) { return width ? (unsigned)width : 16; }

static void print_word(uint32_t v)
{
	if (!bits)
		printf("%04x", (unsigned)v);
	for (unsigned i = word_bits(); bits && i-- > 0;)
		putchar('0' + (int)(v >> i & 1));
}

static void print_rule(void)
{
	printf("\n    ");
	for (unsigned i = 0; i < (bits ? word_bits() : 4) + 2; i++)
		putchar('-');
	putchar('\n');
}

/* One line of the column: total += word, with the carry brought around. */
static void show_addition(uint32_t *total, uint32_t word, uint64_t number)
{
	if (number == 0) {
		printf("      ");
		print_word(*total = word);
		putchar('\n');
		return;
	}
	uint64_t top = UINT64_C(1) << word_bits(), s = (uint64_t)*total + word;
	printf("    + ");
	print_word(word);
	print_rule();
	if (s >= top) {
		printf("    1 ");
		print_word((uint32_t)(s - top));
		printf("  the carry goes around: + 1\n");
		s += 1 - top;
	}
	printf("      ");
	print_word(*total = (uint32_t)s);
	putchar('\n');
}

static void show_sum(uint32_t total, uint64_t words)
{
	if (words > SHOW_WORDS)
		printf("      ... %llu words in all\n", (unsigned long long)words);
	printf("  sum ");
	print_word(total);
	printf(", its ones' complement ");
	print_word((uint32_t)(~(uint64_t)total & ((UINT64_C(1) << word_bits()) - 1)));
	putchar('\n');
}

/* A line for each octet or word: what is added, both sums. */
static void show_sums(const uint8_t *p, size_t n)
{
	struct checksum c = sum;
	size_t step = algorithm == CHECKSUM_FLETCHER32 ? 2 : 1;
	if (shown == 0)
		printf("  %6s  %8s %8s  modulo %s\n", step == 2 ? "word" : "octet", "a", "b",
		       algorithm == CHECKSUM_ADLER32 ? "65521" : step == 2 ? "65535" : "255");
	if (shown == 0)
		printf("  %6s  %8u %8u\n", "", (unsigned)c.a, (unsigned)c.b);
	for (size_t i = 0; i < n && shown < SHOW_OCTETS; i += step, shown++) {
		uint8_t pair[2] = {p[i], i + 1 < n ? p[i + 1] : 0};
		checksum_add(&c, step == 2 ? pair : p + i, step);
		unsigned v = step == 2 ? (unsigned)(pair[0] | pair[1] << 8) : p[i];
		printf("  %*s%0*x  %8u %8u\n", step == 2 ? 2 : 4, "", (int)(2 * step), v, (unsigned)c.a, (unsigned)c.b);
		if (shown + 1 == SHOW_OCTETS && i + step < n)
			printf("  ...\n");
	}
}

/* ---- results ---- */

static void result(uint32_t value, unsigned n, const char *name)
{
	bool good = verify ? value == 0 : value == want;
	if ((expected || verify) && !good) {
		wrong = true;
		fflush(stdout);
		if (verify)
			tool_warn("%.60s: wrong: the sum with the checksum in it is not all 1s", name);
		else
			tool_warn("%.60s: wrong: 0x%0*x, not 0x%0*llx", name, (int)(n + 3) / 4, (unsigned)value, (int)(n + 3) / 4,
			          (unsigned long long)want);
		return;
	}
	if (bits)
		for (unsigned i = n; i-- > 0;)
			putchar('0' + (int)(value >> i & 1));
	else
		printf("0x%0*x", (int)(n + 3) / 4, (unsigned)value);
	if (files)
		printf(" %s", name);
	putchar('\n');
}

/* A piece of a file, or its end. */
static void block(const struct given *g, void *arg, const char *name)
{
	(void)arg;
	if (g) {
		if (work && sum.kind != CHECKSUM_INTERNET && shown < SHOW_OCTETS)
			show_sums(g->p, g->n);
		checksum_add(&sum, g->p, g->n);
		return;
	}
	result(checksum_value(&sum), checksum_width(sum.kind), name);
	checksum_init(&sum, sum.kind);
	shown = 0;
}

/* Words of a whole, added one by one. */
static void show_words(const struct given *g)
{
	uint32_t total = 0;
	uint64_t words = (g->n + 1) / 2;
	for (size_t i = 0; i < g->n; i += 2) {
		uint32_t word = (uint32_t)g->p[i] << 8 | (i + 1 < g->n ? g->p[i + 1] : 0);
		if (i / 2 < SHOW_WORDS)
			show_addition(&total, word, i / 2);
		else
			total = ones_sum((uint32_t[]){total, word}, 2, 16);
	}
	show_sum(total, words);
}

static void whole(const struct given *g, void *arg)
{
	if (work && sum.kind == CHECKSUM_INTERNET)
		show_words(g);
	block(g, arg, g->name);
	block(NULL, arg, g->name);
}

/* ---- bits ---- */

static struct {
	uint8_t *p;
	size_t n;
} all;

static void join(const struct given *g, void *arg)
{
	(void)arg;
	if (all.n + g->n > GIVEN_MAX)
		tool_die(EX_BAD, "more than %d bits", GIVEN_MAX);
	all.p = xrealloc(all.p, all.n + g->n + 1);
	if (g->n)
		memcpy(all.p + all.n, g->p, g->n);
	all.n += g->n;
}

static uint32_t number(const uint8_t *p, size_t n)
{
	uint32_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 1 | p[i];
	return v;
}

/* Words of any width. */
static void sum_words(void)
{
	unsigned w = word_bits();
	uint32_t total = 0;
	if (all.n % w)
		tool_die(EX_BAD, "%zu bits are not whole words of %u", all.n, w);
	for (size_t i = 0; i < all.n; i += w) {
		uint32_t word = number(all.p + i, w);
		if (work && i / w < SHOW_WORDS)
			show_addition(&total, word, i / w);
		else
			total = ones_sum((uint32_t[]){total, word}, 2, w);
	}
	if (work)
		show_sum(total, all.n / w);
	result((uint32_t)(~(uint64_t)total & ((UINT64_C(1) << w) - 1)), w, "the bits");
}

static void sum_bits(char **operands, int n)
{
	given_each(GIVEN_BITS, operands, n, join, NULL);
	if (sum.kind == CHECKSUM_INTERNET) {
		sum_words();
	} else {
		if (all.n % 8)
			tool_die(EX_BAD, "%zu bits are not whole octets", all.n);
		for (size_t i = 0; i < all.n / 8; i++)
			all.p[i] = (uint8_t)number(all.p + 8 * i, 8);
		whole(&(struct given){all.p, all.n / 8, "the bits", 1}, NULL);
	}
	free(all.p);
}

/* ---- all ---- */

static void check_options(void)
{
	if (bits && hex)
		tool_die(EX_BAD, "--bits or --hex, not both");
	if (width && (!bits || algorithm != CHECKSUM_INTERNET))
		tool_die(EX_BAD, "--width goes with --bits and -a internet");
	if (verify && (algorithm != CHECKSUM_INTERNET || expected))
		tool_die(EX_BAD, expected ? "--check or --verify, not both" : "--verify goes with -a internet; others: --check VALUE");
	unsigned n = width ? (unsigned)width : checksum_width(sum.kind);
	if (expected && (num_read(expected, strlen(expected), &want) != 0 || want >> n))
		tool_die(EX_BAD, "--check: \"%.40s\" is not a number of %u bits, as 0x1234", expected, n);
}

int framer_checksum(int argc, char **argv)
{
	static const struct tool tool = {"framer checksum", usage, "sums over octets: Internet, Fletcher, Adler", opts, more, NULL, NULL};
	int n = opt_parse(&tool, argc, argv);
	checksum_init(&sum, (enum checksum_kind)algorithm);
	check_options();
	files = bits || hex ? 0 : n;
	if (bits)
		sum_bits(argv + 1, n);
	else if (hex || work)
		given_each(hex ? GIVEN_HEX : GIVEN_FILES, argv + 1, n, whole, NULL);
	else
		given_blocks(argv + 1, n, block, NULL);
	given_end();
	return wrong ? EX_NO : EX_YES;
}
