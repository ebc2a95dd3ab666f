/* tool.c - what every tool's main shares: options from one table, help, and the ways to end. */
#include "tool.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "num.h"

#ifndef OSIKIT_VERSION
#define OSIKIT_VERSION "0.1"
#endif

enum {
	MSG_MAX = 2048,   /* octets of a message on stderr before escaping */
	SHOWN_MAX = 80,   /* octets of a wrong word that a message repeats */
	LEFT_MAX = 32,    /* columns: the help of a longer option does not line up */
	NEAR = 2,         /* edits at which an option is still suggested */
	NAME_MAX_LEN = 48 /* octets of a long option's name */
};

enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };  /* the words of --color, in order */

int opt_verbose;
bool opt_quiet;

static const char *tool_name = "osikit";  /* until opt_try knows better */
static int color;
static bool want_help, want_version;

static const struct opt common[] = {
	{'v', "verbose", NULL, OPT_COUNT, &opt_verbose, 0, 0, "explain what happens (repeat for more)"},
	{'q', "quiet", NULL, OPT_FLAG, &opt_quiet, 0, 0, "say only what went wrong"},
	{0, "color", "auto|always|never", OPT_ENUM, &color, 0, 0, "colour the output"},
	{'h', "help", NULL, OPT_FLAG, &want_help, 0, 0, "show this help"},
	{0, "version", NULL, OPT_FLAG, &want_version, 0, 0, "show the version"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const struct opt *const common_end = &common[sizeof common / sizeof *common - 1];

/* ---- the table ---- */

/* The row after o, or the first for NULL: the tool's own rows come before the common ones, so that
 * a tool may give a letter another meaning. NULL: no more. */
static const struct opt *opt_next(const struct tool *t, const struct opt *o)
{
	if (o)
		o++;
	else
		o = t->opts ? t->opts : common;
	if (o == common_end)
		return NULL;
	return o->s || o->name ? o : common;
}

static const struct opt *find_short(const struct tool *t, char c)
{
	for (const struct opt *o = opt_next(t, NULL); o; o = opt_next(t, o))
		if (o->s == c)
			return o;
	return NULL;
}

static const struct opt *find_long(const struct tool *t, const char *name, size_t n)
{
	for (const struct opt *o = opt_next(t, NULL); o; o = opt_next(t, o))
		if (o->name && strlen(o->name) == n && memcmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

static bool takes_arg(const struct opt *o)
{
	return o->type != OPT_FLAG && o->type != OPT_COUNT;
}

static int min3(int a, int b, int c)
{
	int m = a < b ? a : b;
	return m < c ? m : c;
}

/* Levenshtein's distance (1966) of a[0..na) and b[0..nb), a row at a time; nb at most NAME_MAX_LEN. */
static int distance(const char *a, size_t na, const char *b, size_t nb)
{
	int row[NAME_MAX_LEN + 1];
	for (size_t j = 0; j <= nb; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= na; i++) {
		int diagonal = row[0];
		row[0] = (int)i;
		for (size_t j = 1; j <= nb; j++) {
			int above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[nb];
}

/* The long name that name[0..n) may have meant, or NULL. A name of one or two letters is near to
 * everything, so more of it must be right than wrong. */
static const char *nearest(const struct tool *t, const char *name, size_t n)
{
	const char *best = NULL;
	int least = NEAR + 1;
	for (const struct opt *o = opt_next(t, NULL); o; o = opt_next(t, o)) {
		size_t len = o->name ? strlen(o->name) : 0;
		if (len == 0 || len > NAME_MAX_LEN)
			continue;
		int d = distance(name, n, o->name, len);
		if (d < least && 2 * (size_t)d < len) {
			least = d;
			best = o->name;
		}
	}
	return best;
}

/* ---- help ---- */

/* The left column: "  -n, --count N". A common letter that the tool uses for something else is left out. */
static int help_left(char *buf, size_t size, const struct tool *t, const struct opt *o)
{
	bool s = o->s && find_short(t, o->s) == o;
	const char *arg = takes_arg(o) ? o->arg : NULL;
	if (o->dst == &want_help && t->topic)
		arg = "[TOPIC]";
	return snprintf(buf, size, "  %c%c%s%s%s%s%s", s ? '-' : ' ', s ? o->s : ' ',
	                !o->name ? "" : s ? ", " : "  ", o->name ? "--" : "", o->name ? o->name : "",
	                arg ? " " : "", arg ? arg : "");
}

static void help_opts(const struct tool *t)
{
	char left[256];
	int width = 0;
	for (const struct opt *o = opt_next(t, NULL); o; o = opt_next(t, o)) {
		int n = help_left(left, sizeof left, t, o);
		if (n > width && n <= LEFT_MAX)
			width = n;
	}
	for (const struct opt *o = opt_next(t, NULL); o; o = opt_next(t, o)) {
		help_left(left, sizeof left, t, o);
		printf("%-*s  %s\n", width, left, o->help);
	}
}

static void help_print(const struct tool *t)
{
	static const char *const none[] = {"", NULL};
	const char *const *u = t->usage && *t->usage ? t->usage : none;
	for (const char *lead = "usage:"; *u; u++, lead = "      ")
		printf("%s %s%s%s\n", lead, t->name, **u ? " " : "", *u);
	if (t->summary)
		printf("%s\n", t->summary);
	putchar('\n');
	bool subs = t->subs && t->subs->name;
	for (const struct sub *c = t->subs; c && c->name; c++)
		printf("%s  %-12s  %s\n", c == t->subs ? "Commands, each with a --help of its own:\n" : "", c->name, c->summary);
	if (subs)
		puts("\nOptions without a command:");
	help_opts(t);
	if (t->more && *t->more)
		putchar('\n');
	for (const char *const *m = t->more; m && *m; m++)
		printf("%s\n", *m);
}

/* Ends the process, when what was printed could be printed. */
static int stdout_done(struct err *e)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		if (errno == 0)
			errno = EIO;
		return err_sys(e, "standard output");
	}
	exit(EX_YES);
}

/* ---- parsing ---- */

struct parse {
	const struct tool *t;
	int argc;
	char **argv;
	int i;              /* argv[i] is being read */
	const char *topic;  /* of --help, or NULL */
	struct err *e;
};

/* A wrong option: the message and where to read more. */
__attribute__((format(printf, 2, 3))) static int bad(struct parse *p, const char *fmt, ...)
{
	char msg[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof msg, fmt, ap);
	va_end(ap);
	return err_set(p->e, "%s (see %s --help)", msg, p->t->name);
}

/* A number with a sign. 0: good, 1: it is a number, but not of 64 bits, -1: it is none. */
static int int_read(const char *s, int64_t *v)
{
	bool minus = *s == '-';
	uint64_t u;
	s += minus || *s == '+';
	if (num_read(s, strlen(s), &u) != 0) {
		bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
		const char *digits = hex ? "0123456789abcdefABCDEF" : "0123456789";
		s += hex ? 2 : 0;
		return *s && s[strspn(s, digits)] == '\0' ? 1 : -1;
	}
	if (u > (uint64_t)INT64_MAX + minus)
		return 1;
	*v = (int64_t)(minus ? 0 - u : u);
	return 0;
}

/* The same for a real number, with '.' whatever the locale of the process. 1: not finite. */
static int real_read(const char *s, double *v)
{
	char *end;
	if (!*s || strchr(" \t\n\v\f\r", *s))
		return -1;
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t old = c ? uselocale(c) : (locale_t)0;
	*v = strtod(s, &end);
	if (c) {
		uselocale(old);
		freelocale(c);
	}
	if (*end)
		return -1;
	return isfinite(*v) ? 0 : 1;
}

/* ": allowed is 1 to 9" for messages; "" where only the type is the limit. */
static const char *limits(const struct opt *o, char *buf, size_t size)
{
	const double huge = 9.2e18;  /* as good as the ends of int64_t: nobody means the number */
	const char *f = o->type == OPT_INT ? "%.0f" : "%.15g";
	char lo[32], hi[32];
	snprintf(lo, sizeof lo, f, o->min > -huge ? o->min : 0);
	snprintf(hi, sizeof hi, f, o->max < huge ? o->max : 0);
	bool below = o->min > -huge, above = o->max < huge;
	buf[0] = '\0';
	if ((o->min == 0 && o->max == 0) || (!below && !above))
		return buf;
	snprintf(buf, size, ": allowed is %s%s%s", below ? lo : hi,
	         below && above ? " to " : below ? " or more" : " or less", below && above ? hi : "");
	return buf;
}

static bool within(const struct opt *o, double v)
{
	return (o->min == 0 && o->max == 0) || (v >= o->min && v <= o->max);
}

static int set_int(struct parse *p, const struct opt *o, const char *as, const char *v)
{
	char range[96];
	int64_t i;
	double d;
	int r = int_read(v, &i);
	if (r < 0)
		return bad(p, "%s: \"%.*s\" is not a %snumber%s", as, SHOWN_MAX, v,
		           real_read(v, &d) == 0 ? "whole " : "", limits(o, range, sizeof range));
	if (r > 0 || !within(o, (double)i))
		return bad(p, "%s: %.*s is out of range%s", as, SHOWN_MAX, v, limits(o, range, sizeof range));
	*(int64_t *)o->dst = i;
	return 0;
}

static int set_real(struct parse *p, const struct opt *o, const char *as, const char *v)
{
	char range[96];
	double d;
	int r = real_read(v, &d);
	if (r < 0)
		return bad(p, "%s: \"%.*s\" is not a number%s", as, SHOWN_MAX, v, limits(o, range, sizeof range));
	if (r > 0)
		return bad(p, "%s: \"%.*s\" is not a finite number%s", as, SHOWN_MAX, v,
		           limits(o, range, sizeof range));
	if (!within(o, d))
		return bad(p, "%s: %.*s is out of range%s", as, SHOWN_MAX, v, limits(o, range, sizeof range));
	*(double *)o->dst = d;
	return 0;
}

static int set_enum(struct parse *p, const struct opt *o, const char *as, const char *v)
{
	char words[256];
	size_t len = strlen(v), used = 0;
	int i = 0;
	for (const char *w = o->arg;; i++) {
		size_t n = strcspn(w, "|");
		if (n == len && memcmp(w, v, n) == 0) {
			*(int *)o->dst = i;
			return 0;
		}
		if (used < sizeof words)
			used += (size_t)snprintf(words + used, sizeof words - used, "%s%.*s", i ? ", " : "", (int)n, w);
		if (!w[n])
			break;
		w += n + 1;
	}
	return bad(p, "%s: \"%.*s\" is not one of %s", as, SHOWN_MAX, v, words);
}

static void list_add(struct opt_list *l, const char *v)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 8;
		l->v = xrealloc(l->v, (size_t)l->cap * sizeof *l->v);
	}
	l->v[l->n++] = v;
}

/* Stores the value v of o; as is the option as it was given, for messages. */
static int set(struct parse *p, const struct opt *o, const char *as, const char *v)
{
	switch (o->type) {
	case OPT_FLAG:
		*(bool *)o->dst = true;
		break;
	case OPT_COUNT:
		++*(int *)o->dst;
		break;
	case OPT_STR:
		*(const char **)o->dst = v;
		break;
	case OPT_INT:
		return set_int(p, o, as, v);
	case OPT_REAL:
		return set_real(p, o, as, v);
	case OPT_ENUM:
		return set_enum(p, o, as, v);
	case OPT_LIST:
		list_add(o->dst, v);
		break;
	}
	return 0;
}

static int unknown(struct parse *p, const char *as, const char *meant)
{
	if (meant)
		return bad(p, "%.*s: unknown option; did you mean --%s?", SHOWN_MAX, as, meant);
	return bad(p, "%.*s: unknown option", SHOWN_MAX, as);
}

/* The next word is the argument of o, whatever it looks like: that is how a negative number gets through. */
static int set_next(struct parse *p, const struct opt *o, const char *as)
{
	if (p->i + 1 >= p->argc)
		return bad(p, "%s: needs an argument, %s", as, o->arg ? o->arg : "a value");
	return set(p, o, as, p->argv[++p->i]);
}

static int parse_long(struct parse *p)
{
	const char *word = p->argv[p->i], *name = word + 2;
	size_t n = strcspn(name, "=");
	const char *v = name[n] ? name + n + 1 : NULL;
	const struct opt *o = find_long(p->t, name, n);
	char as[NAME_MAX_LEN + 3];
	snprintf(as, sizeof as, "%.*s", (int)n + 2, word);
	if (!o)
		return unknown(p, as, nearest(p->t, name, n));
	if (o->dst == &want_help && p->t->topic && v) {
		p->topic = v;
		v = NULL;
	}
	if (v && !takes_arg(o))
		return bad(p, "%s: takes no argument", as);
	return v || !takes_arg(o) ? set(p, o, as, v) : set_next(p, o, as);
}

/* -v, -vq, -n5, -n 5, -vn5 */
static int parse_short(struct parse *p)
{
	const char *word = p->argv[p->i];
	for (const char *c = word + 1; *c; c++) {
		const char as[] = {'-', *c, '\0'};
		const struct opt *o = find_short(p->t, *c);
		if (!o)  /* -version: a dash is missing */
			return unknown(p, as, word[2] ? nearest(p->t, word + 1, strlen(word + 1)) : NULL);
		if (takes_arg(o))
			return c[1] ? set(p, o, as, c + 1) : set_next(p, o, as);
		if (set(p, o, as, NULL) != 0)
			return -1;
	}
	return 0;
}

/* After --help: what follows, unless it is an option, is the topic. */
static int help(struct parse *p)
{
	const char *next = p->i + 1 < p->argc ? p->argv[p->i + 1] : NULL;
	if (!p->topic && p->t->topic && next && next[0] != '-')
		p->topic = next;
	want_help = false;
	errno = 0;
	if (!p->topic)
		help_print(p->t);
	else if (!p->t->topic(p->topic))
		return bad(p, "no help on \"%.*s\"", SHOWN_MAX, p->topic);
	return stdout_done(p->e);
}

static int version(struct parse *p)
{
	want_version = false;
	errno = 0;
	printf("%s (osikit) %s\n", p->t->name, OSIKIT_VERSION);
	return stdout_done(p->e);
}

int opt_try(const struct tool *t, int argc, char **argv, struct err *e)
{
	struct parse p = {t, argc, argv, 1, NULL, e};
	bool options = true;
	int n = 0;
	tool_name = t->name;
	for (; p.i < argc; p.i++) {
		char *word = argv[p.i];
		if (!options || word[0] != '-' || word[1] == '\0') {
			argv[++n] = word;
			continue;
		}
		if (strcmp(word, "--") == 0)
			options = false;
		else if ((word[1] == '-' ? parse_long : parse_short)(&p) != 0)
			return -1;
		if (want_help)
			return help(&p);
		if (want_version)
			return version(&p);
	}
	if (n + 1 < argc)
		argv[n + 1] = NULL;
	return n;
}

int opt_parse(const struct tool *t, int argc, char **argv)
{
	struct err e;
	int n = opt_try(t, argc, argv, &e);
	if (n < 0)
		tool_die(EX_BAD, "%s", e.msg);
	return n;
}

bool tool_sub(const struct tool *t, int argc, char **argv, int *status)
{
	for (const struct sub *c = t->subs; argc > 1 && c && c->name; c++) {
		if (strcmp(argv[1], c->name) == 0) {
			*status = c->main(argc - 1, argv + 1);
			return true;
		}
	}
	return false;
}

bool opt_color(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	if ((no && *no) || !term || strcmp(term, "dumb") == 0)  /* no-color.org: set and not empty */
		return false;
	return isatty(fd) == 1;
}

/* ---- messages ---- */

/* One line in one write, so that the messages of a pipe's tools do not mix. Octets that are not
 * printable ASCII become \xNN: names and data from outside may hold terminal escapes. */
static void say(const char *fmt, va_list ap)
{
	char msg[MSG_MAX], line[4 * MSG_MAX + 80];
	int n = vsnprintf(msg, sizeof msg, fmt, ap);
	if (n < 0)
		msg[0] = '\0';
	else if (n >= MSG_MAX)
		memcpy(msg + sizeof msg - 4, "...", 4);
	char *q = line + snprintf(line, 72, "%.64s: ", tool_name);
	for (const char *p = msg; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c >= 0x20 && c < 0x7f)
			*q++ = *p;
		else
			q += snprintf(q, 5, "\\x%02x", c);
	}
	memcpy(q, "\n", 2);
	fputs(line, stderr);
}

void tool_warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void tool_say(const char *fmt, ...)
{
	va_list ap;
	if (opt_quiet)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void tool_die(int status, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(status);
}

void tool_no_tty(int fd, const char *what)
{
	if (isatty(fd) == 1)
		tool_die(EX_BAD, "will not write %s to a terminal: send it to a file or a pipe", what);
}
