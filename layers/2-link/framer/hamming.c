/* hamming.c - framer hamming: words of Hamming codes, errors found and repaired; a word at a time, with the working, or streams. */

#include "1-physical/hamming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/framer/cmds.h"
#include "2-link/framer/given.h"
#include "2-link/framer/hamming_work.h"
#include "io.h"
#include "tool.h"

static bool decoding, repairing, checking, extended, systematic, hex, octets, work;
static const char *code_text;
static struct hamming code;
static struct {
	uint64_t words, repaired, failed;
} count;

static const char *const usage[] = {"[options] [BITS...]", "-d|--repair|--check [options] [BITS...]",
	"--octets [-d] [options] [FILE...]", NULL};
static const struct opt opts[] = {
	{'d', "decode", NULL, OPT_FLAG, &decoding, 0, 0, "words of the code, repaired, to their data"},
	{0, "repair", NULL, OPT_FLAG, &repairing, 0, 0, "words of the code to words without error"},
	{0, "check", NULL, OPT_FLAG, &checking, 0, 0, "say what is wrong in words of the code; exit 1 when something is"},
	{'c', "code", "N,K", OPT_STR, &code_text, 0, 0, "words of N bits, K of data: 7,4 8,4 ... (for the word; --octets: 7,4)"},
	{'x', "extended", NULL, OPT_FLAG, &extended, 0, 0, "with a parity bit over all, last: two errors are found (without -c)"},
	{0, "systematic", NULL, OPT_FLAG, &systematic, 0, 0, "data first, then the check bits"},
	{0, "hex", NULL, OPT_FLAG, &hex, 0, 0, "words in hex, four bits a digit, as written"},
	{0, "octets", NULL, OPT_FLAG, &octets, 0, 0, "streams of octets, least significant bit first; K is 1, 2, 4 or 8"},
	{0, "work", NULL, OPT_FLAG, &work, 0, 0, "show the positions, what each check bit covers, the syndrome"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Words are operands, or lines of standard input. Positions count from 1; check bits stand at 1, 2, 4, 8, ..., each over",
	"the positions that have it in their number: those of wrong check bits add up to that of the wrong bit (Hamming 1950).",
	"Exit status: 0 done, errors repaired; 1 a word could not be repaired, --check: was wrong; 2 usage or a system error.",
	NULL,
};

static void print_bits(const uint8_t *bits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		putchar('0' + bits[i]);
}

/* ---- words ---- */

/* The code of which n bits are a word. */
static void code_of_word(size_t n, struct hamming *h)
{
	size_t plain = n - extended;
	for (unsigned r = 2; r <= 16; r++) {
		if (plain < r + 1 || plain - r > HAMMING_MAX_K)
			continue;
		hamming_of(h, (uint32_t)(plain - r), extended, systematic);
		if (h->n == n)
			return;
	}
	tool_die(EX_BAD, "no Hamming code has words of %zu bits%s", n, extended ? " with a parity bit over all" : "");
}

/* The words of what is given are of *h; their bits in a row. */
static size_t code_for(const struct given *g, bool coded, struct hamming *h)
{
	if (!g->n)
		tool_die(EX_BAD, "a word of no bits");
	*h = code;
	if (!code_text && coded)
		code_of_word(g->n, h);
	else if (!code_text && g->n > HAMMING_MAX_K)
		tool_die(EX_BAD, "%zu bits of data: a Hamming code has %d at most", g->n, HAMMING_MAX_K);
	else if (!code_text)
		hamming_of(h, (uint32_t)g->n, extended, systematic);
	size_t n = coded ? h->n : h->k;
	if (g->n % n)
		tool_die(EX_BAD, "%.60s: %zu bits are not whole %s of %zu", g->name, g->n, coded ? "words" : "data", n);
	return n;
}

static void encode(const struct given *g, void *arg)
{
	struct hamming h;
	size_t k = code_for(g, false, &h);
	uint8_t *word = xmalloc(h.n);
	(void)arg;
	for (size_t i = 0; i < g->n; i += k) {
		hamming_encode(&h, g->p + i, word);
		if (work)
			hamming_show_encode(&h, g->p + i, word);
		print_bits(word, h.n);
		count.words++;
	}
	putchar('\n');
	free(word);
}

/* What was found, with its place. */
static void say(const struct given *g, size_t number, size_t words, const struct hamming *h, int found, uint32_t syndrome)
{
	const char *after = checking ? "" : ", repaired";
	char which[40] = "";
	if (words > 1)
		snprintf(which, sizeof which, "word %zu: ", number);
	fflush(stdout);
	if (found > 0 && syndrome)
		tool_say("%.60s: %sthe bit at position %u is wrong%s", g->name, which, (unsigned)syndrome, after);
	else if (found > 0)
		tool_say("%.60s: %sthe parity bit over all is wrong%s", g->name, which, after);
	else
		tool_warn("%.60s: %s%s are wrong, which cannot be found", g->name, which,
		          h->extended ? "two bits, or more," : "more bits than one");
}

static void decode(const struct given *g, void *arg)
{
	struct hamming h;
	size_t n = code_for(g, true, &h);
	uint8_t *word = xmalloc(h.n), *data = xmalloc(h.k);
	(void)arg;
	for (size_t i = 0; i < g->n; i += n) {
		unsigned parity;
		memcpy(word, g->p + i, n);
		uint32_t syndrome = hamming_syndrome(&h, word, &parity);
		int found = hamming_decode(&h, word, data, NULL);
		if (work)
			hamming_show_decode(&h, g->p + i, word, data, found);
		if (found)
			say(g, i / n + 1, g->n / n, &h, found, syndrome);
		for (uint32_t j = 0; found < 0 && decoding && j < h.k; j++)
			putchar('?');
		if (!checking && (found >= 0 || repairing))
			print_bits(repairing ? word : data, repairing ? h.n : h.k);
		count.words++;
		count.repaired += found > 0;
		count.failed += found < 0;
	}
	if (!checking)
		putchar('\n');
	free(word);
	free(data);
}

/* ---- streams ---- */

enum { GROUPS = 8192 }; /* k octets of data each, n of the code: 8 words */

static struct stream {
	struct hamming_table table;
	struct out out;
	uint8_t in[GROUPS * 13];   /* as much as a word of 13 bits makes of an octet */
	size_t n;                  /* octets in it */
	uint8_t to[GROUPS * 13 + 16];
} stream;

/* Codes or decodes the first `used` octets of what is there. */
static void pass(struct stream *s, size_t used)
{
	const struct hamming_table *t = &s->table;
	size_t n = decoding ? used * t->k / t->n : used;
	uint64_t fixed = 0, failed = 0;
	if (decoding)
		hamming_decode_octets(t, s->in, s->to, n, &fixed, &failed);
	size_t m = decoding ? n : hamming_encode_octets(t, s->in, n, s->to);
	count.words += 8 * n / t->k;
	count.repaired += fixed;
	count.failed += failed;
	out_write(&s->out, s->to, m);
	s->n -= used;
	memmove(s->in, s->in + used, s->n);
}

/* The file has ended: words that fill no group, and octets that are none. */
static void finish(struct stream *s, const char *name)
{
	const struct hamming_table *t = &s->table;
	size_t whole = s->n * t->k / t->n, used = (whole * t->n + t->k - 1) / t->k;
	if (decoding && used != s->n) {
		tool_warn("%s: %zu octet%s behind the last word", name, s->n - used, plural(s->n - used));
		count.failed++;
	}
	pass(s, s->n);
}

/* What came is passed on at once, but for the octets of a group that is not whole. */
static void block(const struct given *g, void *arg, const char *name)
{
	struct stream *s = arg;
	size_t group = decoding ? s->table.n : s->table.k, full = GROUPS * group;
	if (!g) {
		finish(s, name);
		return;
	}
	for (size_t i = 0; i < g->n;) {
		size_t some = g->n - i < full - s->n ? g->n - i : full - s->n;
		memcpy(s->in + s->n, g->p + i, some);
		s->n += some;
		i += some;
		pass(s, s->n / group * group);
	}
	out_flush(&s->out);
}

static void streams(char **paths, int n)
{
	struct err e;
	if (hamming_table_init(&stream.table, &code, &e) != 0)
		tool_die(EX_BAD, "--octets: %s", e.msg);
	tool_no_tty(1, "a stream of octets");
	if (out_open(&stream.out, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	given_blocks(paths, n, block, &stream);
	if (out_close(&stream.out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

/* ---- all ---- */

static void read_code(void)
{
	struct err e;
	char *end = NULL;
	unsigned long n = strtoul(code_text, &end, 10), k = *end == ',' ? strtoul(end + 1, &end, 10) : 0;
	if (*end || n > UINT32_MAX || k > HAMMING_MAX_K)
		tool_die(EX_BAD, "--code: \"%.40s\" is not N,K, as 7,4", code_text);
	if (hamming_init(&code, (uint32_t)n, (uint32_t)k, systematic, &e) != 0)
		tool_die(EX_BAD, "--code: %s", e.msg);
}

int framer_hamming(int argc, char **argv)
{
	static const struct tool tool = {"framer hamming", usage, "Hamming codes: words, errors found and repaired", opts, more,
	                                 NULL, NULL};
	int n = opt_parse(&tool, argc, argv);
	if (decoding + repairing + checking > 1)
		tool_die(EX_BAD, "one of -d, --repair and --check");
	if (octets && (repairing || checking || hex || work))
		tool_die(EX_BAD, "--octets goes with -d or without");
	if (code_text && extended)
		tool_die(EX_BAD, "-x or -c: the code says whether there is a parity bit over all");
	if (octets && !code_text)
		code_text = extended ? "8,4" : "7,4";
	if (code_text)
		read_code();
	bool coded = decoding || repairing || checking;
	if (octets)
		streams(argv + 1, n);
	else
		given_each(hex ? GIVEN_DIGITS : GIVEN_BITS, argv + 1, n, coded ? decode : encode, NULL);
	given_end();
	if ((opt_verbose && coded) || (octets && (count.repaired || count.failed)))
		tool_say("%llu word%s: %llu repaired, %llu beyond repair", (unsigned long long)count.words, plural(count.words),
		         (unsigned long long)count.repaired, (unsigned long long)count.failed);
	return count.failed || (checking && count.repaired) ? EX_NO : EX_YES;
}
