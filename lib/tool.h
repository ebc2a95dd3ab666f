/* tool.h - what every tool's main shares: options from one table, help, and the ways to end.
 *
 * This is the only part of lib/ that prints and exits; only mains call it.
 */
#ifndef OSIKIT_TOOL_H
#define OSIKIT_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

enum { EX_YES = 0, EX_NO = 1, EX_BAD = 2 };  /* design, 4: yes/done; the data says no; usage, malformed, system */

enum opt_type {
	OPT_FLAG,   /* bool *dst: set to true */
	OPT_COUNT,  /* int *dst: plus one each time (-v -v, -vv) */
	OPT_STR,    /* const char **dst */
	OPT_INT,    /* int64_t *dst, min <= v <= max; decimal or 0x */
	OPT_REAL,   /* double *dst, min <= v <= max (finite) */
	OPT_ENUM,   /* int *dst: index into the words of arg, which are separated by '|' */
	OPT_LIST    /* struct opt_list *dst: appended, each time it is given */
};

struct opt_list {
	const char **v;
	int n, cap;
};

struct opt {
	char s;              /* the short letter, or 0 */
	const char *name;    /* the long name, or NULL */
	const char *arg;     /* what --help calls the argument; NULL for FLAG and COUNT */
	enum opt_type type;
	void *dst;
	double min, max;     /* INT and REAL; both 0: no limits but the type's */
	const char *help;    /* one line */
};

/* A subcommand: `TOOL NAME ...`. Its main gets argv from NAME on, and has a struct tool of its own, named "TOOL NAME". */
struct sub {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *summary;        /* one line */
};

struct tool {
	const char *name;
	const char *const *usage;   /* lines of the synopsis without the name, NULL at the end */
	const char *summary;        /* one line: what it does */
	const struct opt *opts;     /* ended by a row with s == 0 and name == NULL */
	const char *const *more;    /* lines after the options (exit status, examples), or NULL */
	/* --help TOPIC: prints and returns true when it knows the topic; may be NULL. */
	bool (*topic)(const char *word);
	/* Its subcommands, ended by a row without a name; NULL: none. --help lists them. */
	const struct sub *subs;
};

/* The options that every tool has are added to its table by opt_parse: -h --help, --version,
 * -v --verbose, -q --quiet, --color=auto|always|never. Their values: */
extern int opt_verbose;
extern bool opt_quiet;

/* True when output on fd may be coloured (--color, a terminal, NO_COLOR, TERM=dumb). */
bool opt_color(int fd);

/* Parses argv by the table; short and long, clustered shorts (-vq), -n5, -n 5, --x V, --x=V, unambiguous only
 * (no abbreviations), before and after operands; "--" ends them; "-" is an operand; a negative number as the argument of an
 * option is fine. Operands are moved to the front of argv[1..], argv[0] is left, and their number is returned.
 * --help prints to stdout and exits 0 (with a following word: that topic); --version likewise. A wrong option: one line
 * on stderr that says what is allowed and names `TOOL --help`, exit 2. */
int opt_parse(const struct tool *t, int argc, char **argv);

/* The same, but returns -1 with e set instead of exiting on a wrong option: for subcommands and tests. */
int opt_try(const struct tool *t, int argc, char **argv, struct err *e);

/* When argv[1] is the name of a subcommand of t: runs it, true, and its exit status in *status. Else false; a file of such a name
 * is given as ./NAME. */
bool tool_sub(const struct tool *t, int argc, char **argv, int *status);

/* "NAME: message\n" on stderr, with control characters made visible (nothing from outside reaches a terminal raw). */
void tool_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same unless -q. */
void tool_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* tool_warn, then exit(status). */
void tool_die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

/* For "%llu packet%s": the s that a number of things other than one has. */
static inline const char *plural(uint64_t n) { return n == 1 ? "" : "s"; }

/* Refuses to write octets that are not text to a terminal: tool_die(EX_BAD) when fd is one. what: "a capture". */
void tool_no_tty(int fd, const char *what);

#endif
