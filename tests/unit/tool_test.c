/* tool_test.c - options of every type, help, version and messages (lib/tool.h). */
#include "../../lib/tool.h"

#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

enum { CAPTURE_MAX = 8192 };

static struct {
	bool flag;
	int level, mode;
	const char *file;
	int64_t count, big, least;
	double rate, any;
	struct opt_list set;
	bool list;
} got;

static const struct opt opts[] = {
	{'f', "flag", NULL, OPT_FLAG, &got.flag, 0, 0, "a flag"},
	{'l', "level", NULL, OPT_COUNT, &got.level, 0, 0, "a level"},
	{'w', "write", "FILE", OPT_STR, &got.file, 0, 0, "write a capture to FILE"},
	{'n', "count", "N", OPT_INT, &got.count, -9, 65535, "stop after N packets"},
	{'b', "big", "N", OPT_INT, &got.big, 0, 0, "a number without limits"},
	{0, "least", "N", OPT_INT, &got.least, 1, INFINITY, "a number with one limit"},
	{'r', "rate", "HZ", OPT_REAL, &got.rate, 0.5, 2e6, "a rate"},
	{0, "any", "X", OPT_REAL, &got.any, 0, 0, "any real number"},
	{'T', "to", "text|tsv|json", OPT_ENUM, &got.mode, 0, 0, "form of the output"},
	{'s', "set", "FIELD=VALUE", OPT_LIST, &got.set, 0, 0, "change a field"},
	{'D', NULL, NULL, OPT_FLAG, &got.list, 0, 0, "list the interfaces"},
	{0, "a-name-that-is-too-long-for-the-column", "N", OPT_INT, &got.big, 0, 0, "out of line"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};

static const char *const usage[] = {"[options] [FILE...]", "-D", NULL};
static const char *const more[] = {"exit status: 0 yes, 1 no, 2 trouble", NULL};

static bool topic(const char *word)
{
	if (strcmp(word, "udp") != 0)
		return false;
	printf("udp is a protocol\n");
	return true;
}

static const struct tool tool = {"demo", usage, "shows what options can do", opts, more, topic, NULL};
static const struct tool bare = {"bare", NULL, NULL, NULL, NULL, NULL, NULL};

static char *args[16];
static int nargs;
static struct err err;

/* Parses a fresh copy of the words, which NULL ends, into a fresh got. */
static int try_words(const struct tool *t, const char *const *words)
{
	static char store[16][700];
	free(got.set.v);
	memset(&got, 0, sizeof got);
	opt_verbose = 0;
	opt_quiet = false;
	err.msg[0] = '\0';
	args[0] = store[0];
	strcpy(store[0], "argv0");
	for (nargs = 1; *words; nargs++, words++) {
		args[nargs] = store[nargs];
		snprintf(store[nargs], sizeof store[nargs], "%s", *words);
	}
	args[nargs] = NULL;
	return opt_try(t, nargs, args, &err);
}
#define TRY(...) try_words(&tool, (const char *const[]){__VA_ARGS__, NULL})

#define CHECK_BAD(want, ...)                                  \
	do {                                                  \
		CHECK_INT(TRY(__VA_ARGS__), -1);              \
		CHECK_STR(err.msg, want " (see demo --help)"); \
	} while (0)

/* ---- a child whose output is kept ---- */

static char out[CAPTURE_MAX], errs[CAPTURE_MAX];

static void read_back(FILE *f, char *buf)
{
	rewind(f);
	buf[fread(buf, 1, CAPTURE_MAX - 1, f)] = '\0';
	fclose(f);
}

/* Runs f in a child with stdout in out (or on path) and stderr in errs; returns its exit status. */
static int child(void (*f)(void), const char *path)
{
	FILE *o = tmpfile(), *e = tmpfile();
	int status = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(path ? open(path, O_WRONLY) : fileno(o), 1);
		dup2(fileno(e), 2);
		f();
		fflush(stdout);
		_exit(77);
	}
	waitpid(pid, &status, 0);
	read_back(o, out);
	read_back(e, errs);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- options ---- */

TEST(nothing_given)
{
	CHECK_INT(try_words(&tool, (const char *const[]){NULL}), 0);
	CHECK_INT(try_words(&bare, (const char *const[]){"-vq", "x", NULL}), 1);
	CHECK_INT(opt_verbose, 1);
}

TEST(flags_and_counts)
{
	CHECK_INT(TRY("-f", "-l", "-ll", "--level", "-D"), 0);
	CHECK(got.flag && got.list);
	CHECK_INT(got.level, 4);
	CHECK_INT(TRY("-vv", "-vq", "--verbose"), 0);
	CHECK_INT(opt_verbose, 4);
	CHECK(opt_quiet);
	CHECK_INT(TRY("--flag", "--flag"), 0);
	CHECK(got.flag);
}

TEST(strings)
{
	CHECK_INT(TRY("-w", "a", "--write=b"), 0);
	CHECK_STR(got.file, "b");
	CHECK_INT(TRY("--write", "--flag"), 0);
	CHECK_STR(got.file, "--flag");
	CHECK(!got.flag);
	CHECK_INT(TRY("-w-"), 0);
	CHECK_STR(got.file, "-");
	CHECK_INT(TRY("--write="), 0);
	CHECK_STR(got.file, "");
	CHECK_INT(TRY("--write=a=b"), 0);
	CHECK_STR(got.file, "a=b");
	CHECK_INT(TRY("-flwx"), 0);
	CHECK_STR(got.file, "x");
	CHECK(got.flag && got.level == 1);
}

TEST(integers)
{
	static const struct {
		const char *word;
		int64_t want;
	} good[] = {
		{"0", 0}, {"007", 7}, {"+7", 7}, {"0x1F", 31}, {"-5", -5}, {"-0x10", -16},
		{"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK_INT(TRY("-b", good[i].word), 0);
		CHECK_INT(got.big, good[i].want);
	}
	CHECK_INT(TRY("-n5"), 0);
	CHECK_INT(got.count, 5);
	CHECK_INT(TRY("-n-9", "--count", "-8"), 0);
	CHECK_INT(got.count, -8);
	CHECK_INT(TRY("--count=65535"), 0);
	CHECK_INT(got.count, 65535);
	CHECK_INT(TRY("--least", "1"), 0);
	CHECK_INT(got.least, 1);
}

TEST(wrong_integers)
{
	static const char *const junk[] = {"", "-", "abc", "5x", " 5", "5 ", "+-5", "-+5", "--5", "0x", "0xg", "-0x"};
	char want[128];
	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
		CHECK_INT(TRY("-b", junk[i]), -1);
		snprintf(want, sizeof want, "-b: \"%s\" is not a number (see demo --help)", junk[i]);
		CHECK_STR(err.msg, want);
	}
	CHECK_BAD("--big: \"1.5\" is not a whole number", "--big=1.5");
	CHECK_BAD("--big: 9223372036854775808 is out of range", "--big=9223372036854775808");
	CHECK_BAD("--big: -9223372036854775809 is out of range", "--big", "-9223372036854775809");
	CHECK_BAD("--big: 0x10000000000000000 is out of range", "--big", "0x10000000000000000");
	CHECK_BAD("--count: \"abc\" is not a number: allowed is -9 to 65535", "--count=abc");
	CHECK_BAD("-n: 65536 is out of range: allowed is -9 to 65535", "-n65536");
	CHECK_BAD("-n: -10 is out of range: allowed is -9 to 65535", "-n", "-10");
	CHECK_BAD("--least: 0 is out of range: allowed is 1 or more", "--least=0");
	CHECK_INT(got.least, 0);
}

TEST(reals)
{
	CHECK_INT(TRY("-r0.5"), 0);
	CHECK(got.rate == 0.5);
	CHECK_INT(TRY("--rate", "2e6", "--any=-1.25"), 0);
	CHECK(got.rate == 2e6 && got.any == -1.25);
	CHECK_BAD("-r: 0.4 is out of range: allowed is 0.5 to 2000000", "-r", "0.4");
	CHECK_BAD("--any: \"\" is not a number", "--any=");
	CHECK_BAD("--any: \" 1\" is not a number", "--any", " 1");
	CHECK_BAD("--any: \"1,5\" is not a number", "--any=1,5");
	CHECK_BAD("--any: \"1.5x\" is not a number", "--any=1.5x");
	CHECK_BAD("--any: \"nan\" is not a finite number", "--any=nan");
	CHECK_BAD("--any: \"-inf\" is not a finite number", "--any", "-inf");
	CHECK_BAD("--any: \"1e999\" is not a finite number", "--any=1e999");
	CHECK_BAD("--rate: \"nan\" is not a finite number: allowed is 0.5 to 2000000", "--rate=nan");
}

TEST(reals_in_a_locale_with_a_comma)
{
	static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8"};
	size_t i = 0;
	while (i < 4 && !setlocale(LC_NUMERIC, names[i]))
		i++;
	if (i == 4)
		SKIP("no locale with a decimal comma is installed");
	CHECK_INT(TRY("--any=1.5"), 0);
	CHECK(got.any == 1.5);
	CHECK_INT(TRY("--any=1,5"), -1);
	setlocale(LC_NUMERIC, "C");
}

TEST(words)
{
	CHECK_INT(TRY("-T", "text"), 0);
	CHECK_INT(got.mode, 0);
	CHECK_INT(TRY("-Ttsv"), 0);
	CHECK_INT(got.mode, 1);
	CHECK_INT(TRY("-T", "tsv", "--to=json"), 0);
	CHECK_INT(got.mode, 2);
	CHECK_BAD("--to: \"xml\" is not one of text, tsv, json", "--to=xml");
	CHECK_BAD("-T: \"js\" is not one of text, tsv, json", "-Tjs");
	CHECK_BAD("-T: \"\" is not one of text, tsv, json", "-T", "");
	CHECK_BAD("-T: \"text|tsv\" is not one of text, tsv, json", "-T", "text|tsv");
	CHECK_BAD("--color: \"yes\" is not one of auto, always, never", "--color=yes");
}

TEST(lists_keep_all)
{
	CHECK_INT(TRY("-s", "a=1", "--set=b=2", "x", "-sc"), 1);
	CHECK_INT(got.set.n, 3);
	CHECK_STR(got.set.v[0], "a=1");
	CHECK_STR(got.set.v[1], "b=2");
	CHECK_STR(got.set.v[2], "c");
	CHECK_INT(TRY("-s1", "-s2", "-s3", "-s4", "-s5", "-s6", "-s7", "-s8", "-s9"), 0);
	CHECK_INT(got.set.n, 9);
	CHECK_STR(got.set.v[8], "9");
}

TEST(operands_come_first)
{
	CHECK_INT(TRY("a", "-n", "1", "-", "--flag", "b", "--", "-f", "--"), 5);
	CHECK_STR(args[0], "argv0");
	CHECK_STR(args[1], "a");
	CHECK_STR(args[2], "-");
	CHECK_STR(args[3], "b");
	CHECK_STR(args[4], "-f");
	CHECK_STR(args[5], "--");
	CHECK(args[6] == NULL);
	CHECK_INT(TRY("a", "b"), 2);
	CHECK(args[3] == NULL);
	CHECK_INT(TRY("--"), 0);
	CHECK_INT(TRY(""), 1);
	CHECK_INT(TRY("-w", "--", "-f"), 0);
	CHECK_STR(got.file, "--");
	CHECK(got.flag);
}

TEST(missing_and_surplus_arguments)
{
	CHECK_BAD("--count: needs an argument, N", "--count");
	CHECK_BAD("-w: needs an argument, FILE", "x", "-fw");
	CHECK_BAD("--flag: takes no argument", "--flag=1");
	CHECK_BAD("--level: takes no argument", "--level=");
}

TEST(unknown_options)
{
	CHECK_BAD("--zzz: unknown option", "--zzz");
	CHECK_BAD("--zzz: unknown option", "--zzz=3");
	CHECK_BAD("--: unknown option", "--=3");
	CHECK_BAD("-x: unknown option", "-fx5");
	CHECK_BAD("-5: unknown option", "-5");
	CHECK_BAD("--cuont: unknown option; did you mean --count?", "--cuont=3");
	CHECK_BAD("--coun: unknown option; did you mean --count?", "--coun");
	CHECK_BAD("--hepl: unknown option", "--hepl");  /* two of four letters are wrong */
	CHECK_BAD("--versoin: unknown option; did you mean --version?", "--versoin");
	CHECK_BAD("-e: unknown option; did you mean --verbose?", "-verbose");
	CHECK_BAD("--Flag: unknown option; did you mean --flag?", "--Flag");
	char dashes[600], want[700];
	memset(dashes, '-', sizeof dashes - 1);
	dashes[sizeof dashes - 1] = '\0';
	CHECK_INT(TRY(dashes), -1);
	snprintf(want, sizeof want, "%.50s: unknown option (see demo --help)", dashes);
	CHECK_STR(err.msg, want);
}

TEST(long_words_are_cut_in_messages)
{
	char word[600], want[700];
	memset(word, 'a', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	CHECK_INT(TRY("-b", word), -1);
	snprintf(want, sizeof want, "-b: \"%.80s\" is not a number (see demo --help)", word);
	CHECK_STR(err.msg, want);
}

/* ---- help and version ---- */

static void ask_help(void) { TRY("--flag", "file", "--help"); }
static void ask_h(void) { TRY("-fh", "-v"); }
static void ask_topic(void) { TRY("-h", "udp"); }
static void ask_topic_joined(void) { TRY("--help=udp"); }
static void ask_version(void) { TRY("--version"); }
static void ask_bare(void) { try_words(&bare, (const char *const[]){"--help", "udp", NULL}); }
static void parse_words(const char *word, const char *next)
{
	char name[] = "demo", a[64], b[64];
	snprintf(a, sizeof a, "%s", word);
	snprintf(b, sizeof b, "%s", next);
	opt_parse(&tool, 3, (char *[]){name, a, b, NULL});
}
static void parse_bad_topic(void) { parse_words("--help", "xyz"); }
static void parse_help(void) { parse_words("-f", "--help"); }
static void parse_version(void) { parse_words("-f", "--version"); }
static void parse_bad(void) { parse_words("-n", "\033[1m\n\x80"); }

static const char help_text[] =
	"usage: demo [options] [FILE...]\n"
	"       demo -D\n"
	"shows what options can do\n"
	"\n"
	"  -f, --flag                     a flag\n"
	"  -l, --level                    a level\n"
	"  -w, --write FILE               write a capture to FILE\n"
	"  -n, --count N                  stop after N packets\n"
	"  -b, --big N                    a number without limits\n"
	"      --least N                  a number with one limit\n"
	"  -r, --rate HZ                  a rate\n"
	"      --any X                    any real number\n"
	"  -T, --to text|tsv|json         form of the output\n"
	"  -s, --set FIELD=VALUE          change a field\n"
	"  -D                             list the interfaces\n"
	"      --a-name-that-is-too-long-for-the-column N  out of line\n"
	"  -v, --verbose                  explain what happens (repeat for more)\n"
	"  -q, --quiet                    say only what went wrong\n"
	"      --color auto|always|never  colour the output\n"
	"  -h, --help [TOPIC]             show this help\n"
	"      --version                  show the version\n"
	"\n"
	"exit status: 0 yes, 1 no, 2 trouble\n";

TEST(help_is_printed)
{
	CHECK_INT(child(ask_help, NULL), 0);
	CHECK_STR(out, help_text);
	CHECK_STR(errs, "");
	CHECK_INT(child(ask_h, NULL), 0);
	CHECK_STR(out, help_text);
}

TEST(help_without_a_table)
{
	CHECK_INT(child(ask_bare, NULL), 0);
	CHECK_STR(out, "usage: bare\n"
	               "\n"
	               "  -v, --verbose                  explain what happens (repeat for more)\n"
	               "  -q, --quiet                    say only what went wrong\n"
	               "      --color auto|always|never  colour the output\n"
	               "  -h, --help                     show this help\n"
	               "      --version                  show the version\n");
}

TEST(help_on_a_topic)
{
	CHECK_INT(child(ask_topic, NULL), 0);
	CHECK_STR(out, "udp is a protocol\n");
	CHECK_INT(child(ask_topic_joined, NULL), 0);
	CHECK_STR(out, "udp is a protocol\n");
	CHECK_INT(child(parse_bad_topic, NULL), 2);
	CHECK_STR(errs, "demo: no help on \"xyz\" (see demo --help)\n");
	CHECK_STR(out, "");
}

TEST(the_version)
{
	CHECK_INT(child(ask_version, NULL), 0);
	CHECK(strncmp(out, "demo (osikit) ", 14) == 0 && strlen(out) > 15);
}

TEST(a_full_stdout_is_an_error)
{
	if (access("/dev/full", W_OK) != 0)
		SKIP("no /dev/full");
	CHECK_INT(child(parse_help, "/dev/full"), 2);
	CHECK_STR(errs, "demo: standard output: No space left on device\n");
	CHECK_INT(child(parse_version, "/dev/full"), 2);
	CHECK_STR(errs, "demo: standard output: No space left on device\n");
}

TEST(a_wrong_option_ends_the_tool)
{
	CHECK_INT(child(parse_bad, NULL), 2);
	CHECK_STR(errs, "demo: -n: \"\\x1b[1m\\x0a\\x80\" is not a number: allowed is -9 to 65535 (see demo --help)\n");
	CHECK_STR(out, "");
}

/* A tool that gives -v another meaning keeps --verbose. */
TEST(own_letters_win)
{
	static bool invert;
	static const struct opt own[] = {
		{'v', "invert", NULL, OPT_FLAG, &invert, 0, 0, "invert"},
		{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
	};
	static const struct tool t = {"own", NULL, NULL, own, NULL, NULL, NULL};
	CHECK_INT(try_words(&t, (const char *const[]){"-v", "--verbose", NULL}), 0);
	CHECK(invert);
	CHECK_INT(opt_verbose, 1);
}

/* ---- messages and colour ---- */

static void warn(void)
{
	TRY("-q");
	tool_warn("%s: %d\t\x7f", "a\nb", 7);
	tool_say("not this");
	opt_quiet = false;
	tool_say("this");
	tool_die(EX_NO, "%s", "the end \xc3\xa9");
}

static void warn_long(void)
{
	tool_warn("%05000d", 1);
	tool_warn("%*s", 300, "\001\002");
}

TEST(messages_are_one_visible_line)
{
	CHECK_INT(child(warn, NULL), EX_NO);
	CHECK_STR(errs, "demo: a\\x0ab: 7\\x09\\x7f\ndemo: this\ndemo: the end \\xc3\\xa9\n");
}

TEST(long_messages_are_cut_visibly)
{
	CHECK_INT(child(warn_long, NULL), 77);
	char *lf = strchr(errs, '\n');
	CHECK(lf && memcmp(lf - 4, "0...", 4) == 0);
	CHECK(lf && strstr(lf, " \\x01\\x02\n"));
}

TEST(color)
{
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	int null = open("/dev/null", O_WRONLY), pty = posix_openpt(O_RDWR | O_NOCTTY);
	CHECK_INT(TRY("--color=auto"), 0);
	CHECK(!opt_color(null));
	CHECK(pty < 0 || opt_color(pty));
	setenv("NO_COLOR", "1", 1);
	CHECK(!opt_color(pty));
	setenv("NO_COLOR", "", 1);
	CHECK(pty < 0 || opt_color(pty));
	setenv("TERM", "dumb", 1);
	CHECK(!opt_color(pty));
	CHECK_INT(TRY("--color", "always"), 0);
	CHECK(opt_color(null));
	CHECK_INT(TRY("--color=never"), 0);
	CHECK(!opt_color(pty));
	CHECK_INT(TRY("--color=auto"), 0);
	close(null);
	close(pty);
}

static void tty(void)
{
	TRY("-f");
	int null = open("/dev/null", O_WRONLY), pty = posix_openpt(O_RDWR | O_NOCTTY);
	tool_no_tty(null, "a capture");
	tool_no_tty(pty, "a capture");
}

TEST(no_octets_to_a_terminal)
{
	int pty = posix_openpt(O_RDWR | O_NOCTTY);
	if (pty < 0)
		SKIP("no pseudo terminals");
	close(pty);
	CHECK_INT(child(tty, NULL), EX_BAD);
	CHECK_STR(errs, "demo: will not write a capture to a terminal: send it to a file or a pipe\n");
}

RUN_TESTS
