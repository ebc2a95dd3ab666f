/* line.c - draws a line code for given bits, and takes levels back to bits: modem-sim(1), line. */

#include "line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmds.h"
#include "filter.h"
#include "rng.h"

enum { COLUMNS = 80, SAID_MAX = 20 }; /* violations that are said one by one */

static bool decode, hex, levels, spectrum, list;
static int form, start;
static const char *svg;
static int64_t seed = -1, random_bits = 1000000, width;

static const char *const usage[] = {
	"[options] CODE [BITS...]",
	"-d [options] CODE [LEVELS...]",
	"--spectrum CODE",
	"--list", NULL,
};
static const struct opt opts[] = {
	{'d', "decode", NULL, OPT_FLAG, &decode, 0, 0, "from levels to bits; code violations are told"},
	{0, "hex", NULL, OPT_FLAG, &hex, 0, 0, "BITS are hex digits, of four bits each"},
	{0, "start", "-|+|-odd|+odd", OPT_ENUM, &start, 0, 0,
	 "level or pulse before the first, running disparity (-); HDB3: -odd"},
	{0, "levels", NULL, OPT_FLAG, &levels, 0, 0, "print the levels: +0-0+"},
	{'T', "form", "text|tsv", OPT_ENUM, &form, 0, 0, "a drawing, or a row a level"},
	{0, "width", "N", OPT_INT, &width, 16, 10000, "columns of the drawing (the terminal's, else 80)"},
	{0, "svg", "FILE", OPT_STR, &svg, 0, 0, "draw it as an SVG file too (of packets the first)"},
	{0, "spectrum", NULL, OPT_FLAG, &spectrum, 0, 0, "measure the power spectral density on random bits"},
	{0, "bits", "N", OPT_INT, &random_bits, 1000, 1e8, "how many of them (1000000)"},
	{0, "seed", "N", OPT_INT, &seed, 0, 9e15, "random bits of --spectrum (from the system; -v says which)"},
	{0, "list", NULL, OPT_FLAG, &list, 0, 0, "list the codes"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"BITS as written: the first of a group is its most significant. Control symbols: J and K in diff-manchester, I "
	"J K T R H",
	"Q S L in 4b5b, K28.5 (and D21.5) in 8b10b. Without BITS packet text is read, each octet least significant bit "
	"first,",
	"and every packet drawn; -d reads lines of levels and writes `bits b=`. LEVELS: + - 0, in 2b1q +3 +1 -1 -3.",
	"Exit status: 0 done; 1 code violations were found; 2 usage, malformed input or a system error.",
	NULL,
};
static const struct tool tool = {
	"modem-sim line", usage, "draw a line code for given bits, and read it back", opts, more, NULL, NULL};

static bool start_said;
static struct line line;
static uint64_t violations, records;

static void begin(bool decoder)
{
	struct line_begin b = {.level = !start_said ? 0 : start & 1 ? 1 : -1, .odd = start >= 2};
	line_start(&line, b, decoder);
}

static int columns(void)
{
	struct winsize w;
	if (width)
		return (int)width;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : COLUMNS;
}

/* ---- to levels ---- */

static void show(struct out *o, const struct coded *c)
{
	struct err e;
	if (svg && records == 1 && line_save(c, svg, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (levels) {
		line_levels(o, c->y, c->n * line.elements, line_wide(&line));
	} else if (form == 1) {
		line_tsv(o, c, records);
	} else {
		line_draw(o, c, columns());
		line_summary(o, c);
	}
}

static void encode(struct out *o, const uint16_t *s, size_t n)
{
	size_t all = n * line.elements;
	int8_t *y = xmalloc(all + 1);
	char *mark = xmalloc(all + 1);
	begin(false);
	line_encode(&line, s, n, y, mark);
	records++;
	show(o, &(struct coded){&line, s, n, y, mark});
	free(y);
	free(mark);
}

static void packet(struct pipe *p, void *arg)
{
	const struct pkt *k = &p->pkt;
	size_t bits = 8 * (size_t)k->len - (k->bits ? 8 - k->bits : 0);
	uint16_t *s = xmalloc(bits * sizeof *s + 1);
	(void)arg;
	if (bits % line.bits)
		pipe_die(p, "%s takes %u bits at a time; %zu are left over", line.name, line.bits, bits % line.bits);
	encode(&p->out, s, line_group(&line, k->p, bits, s));
	free(s);
}

/* ---- from levels ---- */

struct found {
	const char *where; /* "-:1: ", or "" */
	char *mark;
	size_t n;
};

static void violation(void *arg, uint64_t element, const char *why)
{
	struct found *f = arg;
	if (element < f->n)
		f->mark[element] = '!';
	if (++violations <= SAID_MAX)
		tool_warn("%slevel %llu (bit %llu): %s", f->where, (unsigned long long)element + 1,
		          (unsigned long long)(element * line.bits / line.elements) + 1, why);
}

static void put_symbols(struct out *o, const uint16_t *s, size_t n)
{
	bool after_control = false; /* a control symbol stands alone, data join */
	for (size_t i = 0; i < n; i++) {
		char name[LINE_NAME_MAX];
		bool control = s[i] & LINE_CONTROL;
		line_symbol_name(&line, s[i], name);
		if (i && (control || after_control))
			out_write(o, " ", 1);
		out_puts(o, name);
		after_control = control;
	}
	out_write(o, "\n", 1);
}

static void put_bits(struct out *o, const uint16_t *s, size_t n)
{
	uint8_t *b = xmalloc(n * line.bits / 8 + 1);
	size_t bits = line_ungroup(&line, s, n, b);
	out_puts(o, "bits b=");
	for (size_t j = 0; j < bits; j++)
		out_write(o, b[j / 8] >> j % 8 & 1 ? "1" : "0", 1);
	out_write(o, "\n", 1);
	free(b);
}

/* Levels as text; where: for messages, with ": " behind; NULL: an operand. */
static void decode_text(struct out *o, const char *text, const char *where)
{
	struct err e;
	size_t n;
	int8_t *y = xmalloc(strlen(text) + 1);
	if (line_levels_read(text, y, &n, &e) != 0)
		tool_die(EX_BAD, "%s%s", where ? where : "", e.msg);
	struct found f = {where ? where : "", xmalloc(n + 1), n};
	uint16_t *s = xmalloc((n / line.elements + 1) * sizeof *s);
	memset(f.mark, ' ', n);
	line.violation = violation;
	line.arg = &f;
	begin(true);
	size_t symbols = line_decode(&line, y, n, s);
	records++;
	if (levels || form == 1 || opt_verbose || svg)
		show(o, &(struct coded){&line, s, symbols, y, f.mark});
	else if (where)
		put_bits(o, s, symbols);
	else
		put_symbols(o, s, symbols);
	free(y);
	free(s);
	free(f.mark);
}

static void flush(void *arg)
{
	struct out *o = arg;
	if (out_flush(o) != 0)
		tool_die(EX_BAD, "%s", o->err.msg);
}

static void decode_lines(struct out *o)
{
	struct in in;
	struct err e;
	const char *text;
	size_t n, raw;
	int got;
	uint64_t number = 0;
	if (in_open(&in, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	in.idle = flush;
	in.idle_arg = o;
	out_pair(o, &in);
	while ((got = in_line(&in, &text, &n, &raw, LINE_LIMIT, &e)) == IN_OK) {
		char where[40], *copy = xmalloc(n + 1);
		snprintf(where, sizeof where, "-:%llu: ", (unsigned long long)++number);
		memcpy(copy, text, n);
		copy[n] = '\0';
		if (strlen(copy) != n)
			tool_die(EX_BAD, "%sa NUL is no level", where);
		if (*copy != '#')
			decode_text(o, copy, where);
		free(copy);
	}
	if (got == IN_ERR)
		tool_die(EX_BAD, "%s", e.msg);
	in_close(&in);
}

/* ---- the command line ---- */

/* Operands joined by blanks. */
static char *joined(char **words, int n)
{
	size_t len = 1;
	for (int i = 0; i < n; i++)
		len += strlen(words[i]) + 1;
	char *text = xmalloc(len), *p = text;
	for (int i = 0; i < n; i++)
		p = stpcpy(stpcpy(p, words[i]), " ");
	*p = '\0';
	return text;
}

/* Levels such as -+0- are no options: a blank before them says so. */
static void spare_levels(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || strlen(argv[i]) < 2 || strcmp(argv[i], "--") == 0 ||
		    strspn(argv[i], "+-013 |,") < strlen(argv[i]))
			continue;
		char *word = xmalloc(strlen(argv[i]) + 2);
		stpcpy(stpcpy(word, " "), argv[i]);
		argv[i] = word;
	}
}

static void from_operands(struct out *o, char **words, int n)
{
	struct err e;
	char *text = joined(words, n);
	size_t symbols;
	uint16_t *s = xmalloc(4 * strlen(text) * sizeof *s);
	if (decode)
		decode_text(o, text, NULL);
	else if (line_read(&line, text, hex, s, &symbols, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	else
		encode(o, s, symbols);
	free(text);
	free(s);
}

static void measure(struct out *o)
{
	struct line_density d = {.seed = seed < 0 ? rng_entropy() >> 12 : (uint64_t)seed, .bits = (size_t)random_bits,
	                         .theory = line.block ? NULL : line.pulse->psd};
	struct err e;
	if (opt_verbose)
		tool_say("seed %llu", (unsigned long long)d.seed);
	line_spectrum(line.name, d.seed, d.bits, LINE_STEP, LINE_POINTS, d.psd, d.tones);
	line_show_spectrum(o, &line, &d, form == 1);
	if (svg && line_save_spectrum(&line, &d, svg, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

int modem_line(int argc, char **argv)
{
	static struct pipe p;
	static struct out o;
	struct err e;
	spare_levels(argc, argv);
	start = -1;
	int n = opt_parse(&tool, argc, argv);
	start_said = start >= 0;
	if (!list && n < 1)
		tool_die(EX_BAD, "which code? modem-sim line --list lists them");
	if (!list && line_open(&line, argv[1], &e) != 0)
		tool_die(EX_BAD, "%s: modem-sim line --list lists them", e.msg);
	if (!list && !spectrum && !decode && n == 1) {
		pipe_run(&p, NULL, 0, packet, NULL);
		return EX_YES;
	}
	if (out_open(&o, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (list)
		line_list(&o, form == 1);
	else if (spectrum)
		measure(&o);
	else if (n > 1)
		from_operands(&o, argv + 2, n - 1);
	else
		decode_lines(&o);
	if (out_close(&o, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (violations > SAID_MAX)
		tool_warn("%llu code violations in all", (unsigned long long)violations);
	return violations ? EX_NO : EX_YES;
}
