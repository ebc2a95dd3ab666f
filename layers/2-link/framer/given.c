/* given.c - bits, hex and files that are given to subcommands. */

#include "2-link/framer/given.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "pkt.h"
#include "tool.h"

static int digit(char c)
{
	int low = c | 0x20;
	return c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* The bits or octets of a text; their number. to has room for 4 of each character. */
static size_t read_text(enum given_form form, const char *s, size_t n, uint8_t *to)
{
	size_t m = 0, digits = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == ' ' || s[i] == '\t' || s[i] == '_')
			continue;
		int v = digit(s[i]);
		if (v < 0 || (form == GIVEN_BITS && v > 1))
			tool_die(EX_BAD, "\"%.*s\": not %s", n > 60 ? 60 : (int)n, s, form == GIVEN_BITS ? "bits" : "hex digits");
		if (form == GIVEN_BITS) {
			to[m++] = (uint8_t)v;
		} else if (form == GIVEN_DIGITS) {
			for (int b = 3; b >= 0; b--)
				to[m++] = (uint8_t)(v >> b & 1);
		} else if (digits++ % 2 == 0) {
			to[m] = (uint8_t)(v << 4);
		} else {
			to[m++] |= (uint8_t)v;
		}
	}
	if (digits % 2)
		tool_die(EX_BAD, "\"%.*s\": an odd number of hex digits is not whole octets", n > 60 ? 60 : (int)n, s);
	return m;
}

static void text(enum given_form form, const char *s, size_t n, uint64_t number, void (*each)(const struct given *g, void *arg), void *arg)
{
	uint8_t *p = xmalloc(4 * n + 1);
	struct given g = {p, read_text(form, s, n, p), s, number};
	each(&g, arg);
	free(p);
}

static void lines(enum given_form form, void (*each)(const struct given *g, void *arg), void *arg)
{
	struct in in;
	struct err e;
	const char *line;
	size_t n, whole;
	uint64_t number = 0;
	int got;
	if (in_open(&in, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	while ((got = in_line(&in, &line, &n, &whole, LINE_LIMIT, &e)) == IN_OK) {
		if (strspn(line, " \t") >= n)
			continue;
		char *s = xmalloc(n + 1);
		memcpy(s, line, n);
		s[n] = 0;
		text(form, s, n, ++number, each, arg);
		free(s);
		fflush(stdout);
	}
	if (got == IN_ERR)
		tool_die(EX_BAD, "%s", e.msg);
	in_close(&in);
}

/* Octets as they are: io.h would inflate gzip. */
static int open_file(const char *path)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		tool_die(EX_BAD, "%s: %s", path, strerror(errno));
	return fd;
}

/* At most n octets, as many as there are without waiting for more; 0 at the end. */
static size_t read_some(int fd, const char *path, uint8_t *p, size_t n)
{
	ssize_t got;
	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		tool_die(EX_BAD, "%s: %s", path, strerror(errno));
	return (size_t)got;
}

static void close_file(int fd)
{
	if (fd != STDIN_FILENO)
		close(fd);
}

static void whole_file(const char *path, uint64_t number, void (*each)(const struct given *g, void *arg), void *arg)
{
	size_t n = 0, cap = 0, got;
	uint8_t *p = NULL;
	int fd = open_file(path);
	do {
		if (cap - n < IO_BUF)
			p = xrealloc(p, cap = 2 * cap + 2 * (size_t)IO_BUF);
		n += got = read_some(fd, path, p + n, IO_BUF);
		if (n > GIVEN_MAX)
			tool_die(EX_BAD, "%s: more than %d octets", path, GIVEN_MAX);
	} while (got);
	struct given g = {p, n, path, number};
	each(&g, arg);
	free(p);
	close_file(fd);
}

void given_each(enum given_form form, char **operands, int n, void (*each)(const struct given *g, void *arg), void *arg)
{
	if (form != GIVEN_FILES && n == 0)
		lines(form, each, arg);
	if (form == GIVEN_FILES && n == 0)
		whole_file("-", 1, each, arg);
	for (int i = 0; i < n; i++)
		if (form == GIVEN_FILES)
			whole_file(operands[i], (uint64_t)i + 1, each, arg);
		else
			text(form, operands[i], strlen(operands[i]), (uint64_t)i + 1, each, arg);
}

static void one_file(const char *path, uint64_t number, void (*each)(const struct given *block, void *arg, const char *name), void *arg)
{
	static uint8_t buf[IO_BUF];
	size_t got;
	int fd = open_file(path);
	while ((got = read_some(fd, path, buf, sizeof buf)) > 0) {
		struct given g = {buf, got, path, number};
		each(&g, arg, path);
	}
	each(NULL, arg, path);
	close_file(fd);
}

void given_blocks(char **paths, int n, void (*each)(const struct given *block, void *arg, const char *name), void *arg)
{
	if (n == 0)
		one_file("-", 1, each, arg);
	for (int i = 0; i < n; i++)
		one_file(paths[i], (uint64_t)i + 1, each, arg);
}

void given_end(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		tool_die(EX_BAD, "cannot write standard output");
}
