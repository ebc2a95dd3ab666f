/* stuff.c - framer stuff, framer unstuff: what stuffing puts in, in brackets, and takes out again. */

#include "2-link/stuffing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/framer/cmds.h"
#include "2-link/framer/given.h"
#include "io.h"
#include "tool.h"

static bool bits, hex, plain, flags;
static int64_t accm;
static int type = -1;
static enum stuff_kind kind;
static bool wrong;

#define KINDS "hdlc|ppp|slip|cobs|dle|esc|count" /* in the order of enum stuff_kind */

static const char *const stuff_usage[] = {"[-t TYPE] [options] [FILE...]", "--bits|--hex [-t TYPE] [options] [DATA...]", NULL};
static const struct opt stuff_opts[] = {
	{'t', "stuffing", KINDS, OPT_ENUM, &type, 0, 0, "the kind of stuffing (--bits: hdlc; else ppp)"},
	{0, "bits", NULL, OPT_FLAG, &bits, 0, 0, "operands, or lines of standard input, are bits"},
	{0, "hex", NULL, OPT_FLAG, &hex, 0, 0, "operands, or lines of standard input, are octets in hex"},
	{0, "accm", "N", OPT_INT, &accm, 0, UINT32_MAX, "ppp: control characters that are escaped, bit 0 for 0x00 (0)"},
	{0, "flags", NULL, OPT_FLAG, &flags, 0, 0, "with the delimiters around the frame: put on, or found and taken off"},
	{0, "plain", NULL, OPT_FLAG, &plain, 0, 0, "only the result; of files as octets, for pipes"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const stuff_more[] = {
	"Two lines for each DATA or FILE: what goes over the line, with [what is put in] and (what is changed), and the result.",
	"TYPE: hdlc  a 0 behind five 1s; octets go least significant bit first",
	"      ppp   7d before 7e, 7d and --accm, which are sent exclusive-or 20 (RFC 1662)",
	"      slip  c0 as db dc, db as db dd (RFC 1055)",
	"      cobs  each zero as the distance to the next (Cheshire and Baker 1999)",
	"      dle   10 (DLE) twice; --flags: between 10 02 (DLE STX) and 10 03 (DLE ETX)",
	"      esc   1b (ESC) before 7e (FLAG) and 1b",
	"      count the number of octets, with its own, in front",
	"Exit status: 0 done; 1 unstuff: something was wrong; 2 usage, malformed input or a system error.", NULL,
};

/* ---- output ---- */

static void print_marked(const uint8_t *p, const uint8_t *marks, size_t n)
{
	static const char *const forms[2][3] = {{"%02x", "[%02x]", "(%02x)"}, {"%u", "[%u]", "(%u)"}};
	bool of_bits = kind == STUFF_HDLC;
	for (size_t i = 0; i < n; i++) {
		if (i && !of_bits)
			putchar(' ');
		printf(forms[of_bits][marks[i]], p[i]);
	}
	putchar('\n');
}

static void print_plain(const uint8_t *p, size_t n)
{
	if (plain && !hex && !bits && kind != STUFF_HDLC) {
		tool_no_tty(1, "a stream of octets");
		fwrite(p, 1, n, stdout);
		return;
	}
	for (size_t i = 0; i < n; i++)
		printf(kind == STUFF_HDLC ? "%u" : "%02x", p[i]);
	putchar('\n');
}

static void say(const char *what, size_t n, size_t m, const uint8_t *marks, size_t nmarks)
{
	size_t added = 0;
	for (size_t i = 0; i < nmarks; i++)
		added += marks[i] == STUFF_ADDED;
	tool_say("%s: %s (%s): %zu %s %s %zu; %zu %s", stuffings[kind].name, stuffings[kind].rule, stuffings[kind].standard, n,
	         kind == STUFF_HDLC ? "bits" : "octets", what, m, added, *what == 'b' ? "put in" : "taken out");
}

/* The line and the result; marks are of the line. */
static void show(const uint8_t *line, size_t nline, uint8_t *marks, const uint8_t *result, size_t n)
{
	if (!plain)
		print_marked(line, marks, nline);
	print_plain(result, n);
}

/* ---- there ---- */

/* Units of what was given: for hdlc octets become bits. The caller frees. */
static uint8_t *units(const struct given *g, size_t *n)
{
	uint8_t *p;
	if (kind != STUFF_HDLC || bits) {
		p = xmalloc(g->n + 1);
		if (g->n)
			memcpy(p, g->p, g->n);
		*n = g->n;
		return p;
	}
	*n = 8 * g->n;
	p = xmalloc(*n + 1);
	for (size_t i = 0; i < *n; i++)
		p[i] = g->p[i / 8] >> i % 8 & 1;
	return p;
}

static void stuff_one(const struct given *g, void *arg)
{
	const struct stuffing *s = &stuffings[kind];
	size_t n, open = flags ? s->nopen : 0, close = flags ? s->nclose : 0;
	uint8_t *p = units(g, &n), *out = xmalloc(open + stuff_room(kind, n) + close + 1);
	(void)arg;
	long m = stuff_encode(kind, out + open, p, n, (uint32_t)accm);
	if (m < 0)
		tool_die(EX_BAD, "%zu octets: a count of one octet, itself included, speaks of at most %d", n, COUNT_MAX);
	size_t all = open + (size_t)m + close;
	uint8_t *marks = xmalloc(all + 1);
	memcpy(out, s->open, open);
	memcpy(out + open + m, s->close, close);
	memset(marks, STUFF_ADDED, all);
	stuff_marks(kind, out + open, (size_t)m, 0, marks + open);
	show(out, all, marks, out, all);
	if (opt_verbose)
		say("become", n, all, marks, all);
	free(marks);
	free(out);
	free(p);
}

/* ---- and back ---- */

static void say_fault(const struct given *g, const struct stuff_fault *f, size_t base)
{
	wrong = true;
	fflush(stdout);
	tool_warn("%.60s: %s %zu (from 0): %s", g->name, kind == STUFF_HDLC ? "bit" : "octet", base + f->at, f->why);
}

/* n units from p + at on. */
static void unstuff_frame(const struct given *g, const uint8_t *p, size_t at, size_t n)
{
	struct stuff_fault f;
	uint8_t *out = xmalloc(n + 1), *marks = xmalloc(n + 1);
	long m = stuff_decode(kind, out, p + at, n, (uint32_t)accm, &f);
	if (m < 0) {
		say_fault(g, &f, at);
	} else {
		stuff_marks(kind, p + at, n, (uint32_t)accm, marks);
		show(p + at, n, marks, out, (size_t)m);
		if (opt_verbose)
			say("give", n, (size_t)m, marks, n);
	}
	free(marks);
	free(out);
}

static void unstuff_one(const struct given *g, void *arg)
{
	struct stuff_fault f;
	size_t all, from = 0, at, n;
	int found;
	uint8_t *p = units(g, &all);
	(void)arg;
	if (!flags && kind != STUFF_COUNT)
		unstuff_frame(g, p, 0, all);
	else
		while ((found = stuff_next(kind, p, all, &from, &at, &n, &f)) != 0) {
			if (found < 0)
				say_fault(g, &f, 0);
			else
				unstuff_frame(g, p, at, n);
		}
	free(p);
}

/* ---- both ---- */

static int run(const struct tool *tool, int argc, char **argv, void (*each)(const struct given *g, void *arg))
{
	int n = opt_parse(tool, argc, argv);
	if (bits && hex)
		tool_die(EX_BAD, "--bits or --hex, not both");
	kind = type >= 0 ? (enum stuff_kind)type : bits ? STUFF_HDLC : STUFF_PPP;
	if (bits && kind != STUFF_HDLC)
		tool_die(EX_BAD, "-t %s stuffs octets: give them with --hex, or a file", stuffings[kind].name);
	if (accm && kind != STUFF_PPP)
		tool_die(EX_BAD, "--accm goes with -t ppp");
	if (flags && kind == STUFF_COUNT)
		tool_die(EX_BAD, "-t count has no delimiters, so no --flags");
	given_each(bits ? GIVEN_BITS : hex ? GIVEN_HEX : GIVEN_FILES, argv + 1, n, each, NULL);
	given_end();
	return wrong ? EX_NO : EX_YES;
}

int framer_stuff(int argc, char **argv)
{
	static const struct tool tool = {"framer stuff", stuff_usage, "bit and byte stuffing, with what is put in shown in brackets",
	                                 stuff_opts, stuff_more, NULL, NULL};
	return run(&tool, argc, argv, stuff_one);
}

int framer_unstuff(int argc, char **argv)
{
	static const struct tool tool = {"framer unstuff", stuff_usage, "take stuffing out again, and say where it cannot be",
	                                 stuff_opts, stuff_more, NULL, NULL};
	return run(&tool, argc, argv, unstuff_one);
}
