/* registry_bad_test.c - a registry that contradicts itself is refused with the reason.
 *
 * This program has a registry of its own: two good protocols, of which each test spoils one. The tables are compiled once a process, so
 * each spoilt registry is looked at in a child.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "pkt.h"
#include "test.h"

static struct field a_fields[] = {
	{"one", 0, 8, DEC, ALWAYS, .help = "1"}, {"two", 8, 8, DEC, ALWAYS, .help = "2"}, {0},
};
static struct field b_fields[] = {{"one", 0, 16, DEC, ALWAYS, .help = "1"}, {0}};
static struct bind a_binds[3] = {{"link", 1}, {0}};
static struct bind b_binds[] = {{"a.two", 1}, {0}};

static struct proto a = {.name = "a", .title = "A", .standard = "none", .hlen = 2, .fields = a_fields, .binds = a_binds,
			 .space = {"a.two"}};
static struct proto b = {.name = "b", .title = "B", .standard = "none", .hlen = 2, .fields = b_fields, .binds = b_binds};

const struct proto *const registry[] = {&a, &b, NULL};

/* What registry_init says in a child: "" when it is content. */
static const char *verdict(void (*spoil)(void))
{
	static struct err e;
	int fd[2], status;
	fflush(stdout);
	if (pipe(fd) != 0)
		return "no pipe";
	pid_t child = fork();
	if (child == 0) {
		e.msg[0] = 0;
		spoil();
		int bad = registry_init(&e) != 0;
		ssize_t n = write(fd[1], e.msg, sizeof e.msg);
		_exit(n == sizeof e.msg ? bad : 9);
	}
	close(fd[1]);
	memset(&e, 0, sizeof e);
	ssize_t got = child < 0 ? -1 : read(fd[0], e.msg, sizeof e.msg);
	close(fd[0]);
	if (got != sizeof e.msg || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return "the child did not say";
	return WEXITSTATUS(status) == (e.msg[0] != 0) ? e.msg : "the status is not what the message is";
}

static void nothing(void) {}
static void same_name(void) { b.name = "a"; }
static void long_name(void) { b.name = "ninechars"; }
static void upper_name(void) { b.name = "B"; }
static void no_name(void) { b.name = ""; }
static void same_key(void) { b_binds[0] = a_binds[0]; }
static void key_twice(void) { a_binds[1] = a_binds[0]; }
static void same_field(void) { a_fields[1].name = "one"; }
static void bad_field(void) { a_fields[1].name = "t wo"; }
static void beyond(void) { b_fields[0].bit = 8; }
static void no_width(void) { b_fields[0].width = 0; }
static void default_large(void) { a_fields[0].dflt = 256; }
static void long_header(void) { b.hlen = 65; }
static void no_build(void) { b_fields[0].bit = MOVED; }
static void short_mac(void) { b_fields[0].fmt = MAC; }

TEST(a_good_registry_is_taken) { CHECK_STR(verdict(nothing), ""); }

TEST(names)
{
	CHECK_STR(verdict(same_name), "the name a is there twice");
	CHECK_STR(verdict(long_name), "\"ninechars\" is not a layer name of 1 to 8 characters");
	CHECK_STR(verdict(upper_name), "\"B\" is not a layer name of 1 to 8 characters");
	CHECK_STR(verdict(no_name), "\"\" is not a layer name of 1 to 8 characters");
	CHECK_STR(verdict(same_field), "a: the name one is there twice");
	CHECK_STR(verdict(bad_field), "a: \"t wo\" is not a field name of 1 to 8 characters");
}

TEST(keys)
{
	CHECK_STR(verdict(same_key), "a and b both claim link=1");
	CHECK_STR(verdict(key_twice), "a and a both claim link=1");
}

TEST(fields)
{
	CHECK_STR(verdict(beyond), "b.one lies beyond the header");
	CHECK_STR(verdict(no_width), "b.one lies beyond the header");
	CHECK_STR(verdict(default_large), "a.one: the default does not fit");
	CHECK_STR(verdict(long_header), "b: a fixed header of more than 64 octets");
	CHECK_STR(verdict(no_build), "b.one has no place and b no hook to build it");
	CHECK_STR(verdict(short_mac), "b.one: an address of the wrong width or place");
}

RUN_TESTS
