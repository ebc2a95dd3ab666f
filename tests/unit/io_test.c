/* io_test.c - the input with look-ahead and the buffered output, over real pipes, sockets and devices.
 *
 * Nothing sleeps: where a read or write has to find its pipe empty or full, the test makes it so. alarm(2) ends
 * the program where a fault would make it wait for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "test.h"

enum { HANG_S = 60 };

/* ---- helpers ---- */

struct duct {
	int rd, wr;
	char path[32]; /* of the read end, for in_open */
};

static struct duct duct(void)
{
	struct duct d;
	int p[2];
	alarm(HANG_S);
	if (pipe(p) < 0)
		abort();
	d.rd = p[0];
	d.wr = p[1];
	snprintf(d.path, sizeof d.path, "/dev/fd/%d", d.rd);
	return d;
}

/* An input that reads a new pipe; *wr is its other end. */
static void in_duct(struct in *in, int *wr)
{
	struct duct d = duct();
	struct err e;
	CHECK_INT(in_open(in, d.path, &e), 0);
	in->name = "pipe"; /* d.path dies */
	close(d.rd);
	*wr = d.wr;
}

static void say(int fd, const void *p, size_t n)
{
	CHECK_INT(write(fd, p, n), (ssize_t)n);
}

/* An input that reads a regular file with these octets. */
static void in_file(struct in *in, const void *p, size_t n)
{
	char path[32];
	struct err e;
	int fd = memfd_create("io_test", 0);
	alarm(HANG_S);
	say(fd, p, n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	CHECK_INT(in_open(in, path, &e), 0);
	in->name = "file";
	close(fd);
}

static uint8_t pattern(size_t i)
{
	return (uint8_t)(i * 2654435761u >> 11);
}

static uint8_t *pattern_new(size_t n)
{
	uint8_t *p = xmalloc(n);
	for (size_t i = 0; i < n; i++)
		p[i] = pattern(i);
	return p;
}

static void write_all(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t k = write(fd, p, n);
		if (k <= 0)
			_exit(9);
		p += k;
		n -= (size_t)k;
	}
}

/* Reads n octets of the pattern; false when they differ or end. */
static bool read_pattern(int fd, size_t n)
{
	uint8_t b[4096];
	for (size_t i = 0; i < n;) {
		ssize_t k = read(fd, b, n - i < sizeof b ? n - i : sizeof b);
		if (k <= 0)
			return false;
		for (ssize_t j = 0; j < k; j++, i++)
			if (b[j] != pattern(i))
				return false;
	}
	return true;
}

static int wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Forks; the child's standard output is the descriptor given. */
static pid_t fork_with_stdout(int fd)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		alarm(HANG_S);
		if (fd >= 0)
			dup2(fd, 1);
		else
			close(1);
	}
	return pid;
}

/* ---- in_fill ---- */

TEST(fill_gives_what_is_there_and_tells_the_end)
{
	struct in in;
	struct err e;
	in_file(&in, "abcdef", 6);
	CHECK_INT(in_fill(&in, 0, &e), IN_OK);
	CHECK_INT(in_fill(&in, 4, &e), IN_OK);
	CHECK_MEM(in_at(&in), "abcdef", 4);
	in.pos += 4;
	CHECK_INT(in_offset(&in), 4);
	CHECK_INT(in_fill(&in, 3, &e), IN_EOF);
	CHECK_INT(in_left(&in), 2);
	CHECK_MEM(in_at(&in), "ef", 2);
	CHECK_INT(in_fill(&in, 2, &e), IN_OK);
	in.pos += 2;
	CHECK_INT(in_fill(&in, 1, &e), IN_EOF);
	CHECK_INT(in_offset(&in), 6);
	in_close(&in);
}

TEST(fill_grows_only_for_a_bigger_need)
{
	enum { N = 3 * IO_BUF + 77 };
	uint8_t *p = pattern_new(N);
	struct in in;
	struct err e;
	in_file(&in, p, N);
	for (size_t i = 0; i < IO_BUF * 2; i += 100) {
		CHECK_INT(in_fill(&in, 100, &e), IN_OK);
		CHECK_MEM(in_at(&in), p + i, 100);
		in.pos += 100;
	}
	CHECK_INT(in.cap, IO_BUF);
	size_t at = (size_t)in_offset(&in);
	CHECK_INT(in_fill(&in, N, &e), IN_EOF);
	CHECK_INT(in_left(&in), N - at);
	CHECK_MEM(in_at(&in), p + at, N - at);
	in_close(&in);
	in_file(&in, p, N);
	CHECK_INT(in_fill(&in, N, &e), IN_OK);
	CHECK(in.cap >= N && in.cap < 2 * N);
	CHECK_MEM(in_at(&in), p, N);
	in_close(&in);
	free(p);
}

TEST(a_hostile_need_costs_no_memory)
{
	struct in in;
	struct err e;
	in_file(&in, "abc", 3);
	CHECK_INT(in_fill(&in, (size_t)1 << 60, &e), IN_EOF);
	CHECK_INT(in.cap, IO_BUF);
	in_close(&in);
}

TEST(nonblock_waits_without_consuming)
{
	struct in in;
	struct err e;
	int wr;
	in_duct(&in, &wr);
	in.nonblock = true;
	CHECK_INT(in_fill(&in, 1, &e), IN_WAIT);
	say(wr, "a", 1);
	CHECK_INT(in_fill(&in, 2, &e), IN_WAIT);
	CHECK_INT(in_left(&in), 1);
	say(wr, "b", 1);
	CHECK_INT(in_fill(&in, 2, &e), IN_OK);
	CHECK_MEM(in_at(&in), "ab", 2);
	CHECK_INT(in_fill(&in, 3, &e), IN_WAIT);
	close(wr);
	CHECK_INT(in_fill(&in, 3, &e), IN_EOF);
	CHECK_INT(in_left(&in), 2);
	in_close(&in);
}

struct idler {
	int calls, wr;
	const char *say;
};

static void idle(void *arg)
{
	struct idler *i = arg;
	i->calls++;
	if (i->say)
		say(i->wr, i->say, strlen(i->say));
	i->say = NULL;
}

TEST(idle_runs_before_a_read_that_blocks_and_only_then)
{
	struct in in;
	struct err e;
	struct idler i = {.say = NULL};
	in_duct(&in, &i.wr);
	in.idle = idle;
	in.idle_arg = &i;
	say(i.wr, "abc", 3);
	CHECK_INT(in_fill(&in, 1, &e), IN_OK);
	CHECK_INT(in_fill(&in, 3, &e), IN_OK);
	CHECK_INT(i.calls, 0);
	i.say = "def";
	CHECK_INT(in_fill(&in, 6, &e), IN_OK);
	CHECK_INT(i.calls, 1);
	close(i.wr);
	CHECK_INT(in_fill(&in, 7, &e), IN_EOF);
	CHECK_INT(i.calls, 1);
	in_close(&in);

	in_file(&in, "abc", 3);
	in.idle = idle;
	in.idle_arg = &i;
	CHECK_INT(in_fill(&in, 9, &e), IN_EOF);
	CHECK_INT(i.calls, 1);
	in_close(&in);
}

TEST(idle_runs_before_the_first_octet_too)
{
	struct in in;
	struct err e;
	struct idler i = {.say = "\x1f"}; /* begins like gzip: a second octet has to be waited for */
	in_duct(&in, &i.wr);
	in.idle = idle;
	in.idle_arg = &i;
	CHECK_INT(in_fill(&in, 0, &e), IN_OK);
	in.nonblock = true;
	CHECK_INT(in_fill(&in, 1, &e), IN_WAIT);
	CHECK_INT(i.calls, 0);
	in.nonblock = false;
	say(i.wr, "\x1f", 1);
	i.say = "x";
	CHECK_INT(in_fill(&in, 1, &e), IN_OK);
	CHECK_INT(i.calls, 1);
	CHECK_MEM(in_at(&in), "\x1fx", 2);
	close(i.wr);
	in_close(&in);
}

TEST(a_descriptor_that_another_made_nonblocking_is_waited_for)
{
	struct in in;
	struct err e;
	struct idler i = {.say = "x"};
	in_duct(&in, &i.wr);
	fcntl(in.fd, F_SETFL, O_NONBLOCK);
	in.idle = idle;
	in.idle_arg = &i;
	CHECK_INT(in_fill(&in, 1, &e), IN_OK);
	close(i.wr);
	in_close(&in);
}

TEST(in_open_says_why_it_cannot)
{
	struct in in;
	struct err e;
	CHECK_INT(in_open(&in, "/", &e), -1);
	CHECK_STR(e.msg, "open /: is a directory");
	CHECK_INT(in_open(&in, "/nonexistent/x", &e), -1);
	CHECK_STR(e.msg, "open /nonexistent/x: No such file or directory");
	in_close(&in); /* harmless */
}

TEST(a_read_error_is_reported_and_stays)
{
	struct in in;
	struct err e = {""};
	int wr;
	in_duct(&in, &wr);
	say(wr, "ab", 2);
	CHECK_INT(in_fill(&in, 2, &e), IN_OK);
	int keep = in.fd;
	in.fd = 1 << 20; /* not open */
	CHECK_INT(in_fill(&in, 3, &e), IN_ERR);
	CHECK_STR(e.msg, "read pipe: Bad file descriptor");
	in.fd = keep;
	e.msg[0] = 0;
	CHECK_INT(in_fill(&in, 3, &e), IN_ERR);
	CHECK_STR(e.msg, "read pipe: Bad file descriptor");
	CHECK_INT(in_fill(&in, 2, &e), IN_OK);
	in_close(&in);
	close(wr);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void interrupt_self(void *arg)
{
	/* A signal that comes while the read below waits: a child sends it, then the octet. */
	int wr = *(int *)arg;
	pid_t me = getpid();
	if (fork() == 0) {
		for (int i = 0; i < 20; i++)
			kill(me, SIGUSR1);
		say(wr, "x", 1);
		_exit(0);
	}
}

TEST(signals_do_not_end_a_read)
{
	struct in in;
	struct err e;
	int wr;
	struct sigaction sa = {.sa_handler = on_alarm}; /* no SA_RESTART */
	sigaction(SIGUSR1, &sa, NULL);
	in_duct(&in, &wr);
	in.idle = interrupt_self;
	in.idle_arg = &wr;
	CHECK_INT(in_fill(&in, 1, &e), IN_OK);
	while (wait(NULL) < 0 && errno == EINTR)
		;
	signal(SIGUSR1, SIG_DFL);
	close(wr);
	in_close(&in);
}

/* ---- in_line ---- */

static void expect_line(struct in *in, const char *want, size_t raw_want)
{
	const char *line = "";
	size_t n = 0, raw = 0;
	struct err e;
	CHECK_INT(in_line(in, &line, &n, &raw, 1000, &e), IN_OK);
	CHECK_INT(n, strlen(want));
	if (n == strlen(want))
		CHECK_MEM(line, want, n);
	CHECK_INT(raw, raw_want);
}

TEST(lines_end_in_lf_or_crlf_or_the_end)
{
	struct in in;
	struct err e;
	const char *line;
	size_t n, raw;
	static const char text[] = "one\ntwo\r\n\n\r\nfi\rve\r\r\nlast";
	in_file(&in, text, sizeof text - 1);
	expect_line(&in, "one", 3);
	CHECK_INT(in_offset(&in), 4);
	expect_line(&in, "two", 4);
	expect_line(&in, "", 0);
	expect_line(&in, "", 1);
	expect_line(&in, "fi\rve\r", 7);
	expect_line(&in, "last", 4);
	CHECK_INT(in_line(&in, &line, &n, &raw, 1000, &e), IN_EOF);
	CHECK_INT(in_line(&in, &line, &n, &raw, 1000, &e), IN_EOF);
	in_close(&in);
}

TEST(lines_arrive_octet_by_octet)
{
	static const char text[] = "first line\nsecond\r\n\nend";
	struct in in;
	struct err e;
	const char *line;
	size_t n, raw, lines = 0;
	int wr;
	in_duct(&in, &wr);
	in.nonblock = true;
	for (size_t i = 0; i < sizeof text - 1; i++) {
		say(wr, text + i, 1);
		int r = in_line(&in, &line, &n, &raw, 1000, &e);
		CHECK_INT(r, text[i] == '\n' ? IN_OK : IN_WAIT);
		if (r == IN_OK && lines++ == 1) {
			CHECK_INT(n, 6);
			CHECK_INT(raw, 7);
			CHECK_MEM(line, "second\r", 7);
		}
	}
	close(wr);
	expect_line(&in, "end", 3);
	in_close(&in);
}

TEST(a_long_line_is_not_scanned_again)
{
	enum { PIECE = 1000, PIECES = 3000 };
	char piece[PIECE];
	struct in in;
	struct err e;
	const char *line;
	size_t n, raw;
	int wr;
	memset(piece, 'x', sizeof piece);
	in_duct(&in, &wr);
	in.nonblock = true;
	for (int i = 0; i < PIECES; i++) {
		say(wr, piece, PIECE);
		CHECK_INT(in_line(&in, &line, &n, &raw, PIECE * PIECES, &e), IN_WAIT);
		CHECK_INT(in.scan, in_offset(&in) + in_left(&in));
	}
	say(wr, "\nnext\n", 6);
	CHECK_INT(in_line(&in, &line, &n, &raw, PIECE * PIECES, &e), IN_OK);
	CHECK_INT(n, PIECE * PIECES);
	expect_line(&in, "next", 4);
	close(wr);
	in_close(&in);
}

TEST(octets_consumed_by_hand_do_not_confuse_lines)
{
	struct in in;
	struct err e;
	const char *line;
	size_t n, raw;
	int wr;
	in_duct(&in, &wr);
	in.nonblock = true;
	say(wr, "abcdef", 6);
	CHECK_INT(in_line(&in, &line, &n, &raw, 100, &e), IN_WAIT);
	in.pos += 4;
	say(wr, "\nx\n", 3);
	expect_line(&in, "ef", 2);
	expect_line(&in, "x", 1);
	close(wr);
	in_close(&in);
}

TEST(a_line_over_max_is_an_error_as_soon_as_it_is_known)
{
	struct in in;
	struct err e;
	const char *line;
	size_t n, raw;
	int wr;
	in_duct(&in, &wr);
	in.nonblock = true;
	say(wr, "12345\r\n12345\n1234\r", 18);
	CHECK_INT(in_line(&in, &line, &n, &raw, 5, &e), IN_OK);
	CHECK_INT(n, 5);
	CHECK_INT(in_line(&in, &line, &n, &raw, 5, &e), IN_OK);
	CHECK_INT(in_line(&in, &line, &n, &raw, 4, &e), IN_WAIT);
	say(wr, "x", 1);
	CHECK_INT(in_line(&in, &line, &n, &raw, 4, &e), IN_ERR);
	CHECK_STR(e.msg, "line is longer than 4 octets");
	CHECK_INT(in_line(&in, &line, &n, &raw, 4, &e), IN_ERR);
	CHECK_INT(in_line(&in, &line, &n, &raw, 6, &e), IN_WAIT);
	close(wr);
	in_close(&in);
	in_file(&in, "123456", 6);
	CHECK_INT(in_line(&in, &line, &n, &raw, 5, &e), IN_ERR);
	CHECK_INT(in_line(&in, &line, &n, &raw, 6, &e), IN_OK);
	in_close(&in);
}

/* ---- gzip ---- */

static uint32_t crc_of(const uint8_t *p, size_t n)
{
	uint32_t c = UINT32_MAX;
	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

/* A member with one stored block (RFC 1952, 2.3; RFC 1951, 3.2.4), so that the test needs no zlib. Returns its end. */
static uint8_t *member(uint8_t *p, const char *s)
{
	static const uint8_t head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1};
	uint32_t n = (uint32_t)strlen(s), crc = crc_of((const uint8_t *)s, n);
	memcpy(p, head, sizeof head);
	p += sizeof head;
	for (int i = 0; i < 2; i++)
		*p++ = (uint8_t)(n >> 8 * i);
	for (int i = 0; i < 2; i++)
		*p++ = (uint8_t)(~n >> 8 * i);
	memcpy(p, s, n);
	p += n;
	for (int i = 0; i < 4; i++)
		*p++ = (uint8_t)(crc >> 8 * i);
	for (int i = 0; i < 4; i++)
		*p++ = (uint8_t)(n >> 8 * i);
	return p;
}

#ifdef HAVE_ZLIB

static void expect_gz(const uint8_t *p, size_t n, const char *text, int end, const char *msg)
{
	struct in in;
	struct err e = {""};
	in_file(&in, p, n);
	CHECK_INT(in_fill(&in, 1000, &e), end);
	CHECK_INT(in_left(&in), strlen(text));
	if (in_left(&in) == strlen(text))
		CHECK_MEM(in_at(&in), text, strlen(text));
	CHECK_STR(e.msg, msg);
	in_close(&in);
}

TEST(gzip_members_follow_one_another)
{
	uint8_t z[200];
	size_t one = (size_t)(member(z, "hello ") - z);
	size_t two = (size_t)(member(z + one, "world") - z);
	expect_gz(z, one, "hello ", IN_EOF, "");
	expect_gz(z, two, "hello world", IN_EOF, "");
	memset(z + two, 0, 50);
	expect_gz(z, two + 50, "hello world", IN_EOF, "");
	member(z + two + 7, "!"); /* after zeros */
	expect_gz(z, two + 7 + 24, "hello world!", IN_EOF, "");
	memset(z + two, 'x', 50);
	expect_gz(z, two + 50, "hello world", IN_ERR, "file: gzip data, after 11 octets of content: trailing garbage");
}

TEST(gzip_gives_the_good_octets_before_the_damage)
{
	uint8_t z[200];
	size_t n = (size_t)(member(z, "hello\nworld") - z);
	expect_gz(z, n - 1, "hello\nworld", IN_ERR, "file: gzip data, after 11 octets of content: cut short");
	expect_gz(z, n - 12, "hello\nw", IN_ERR, "file: gzip data, after 7 octets of content: cut short");
	expect_gz(z, 5, "", IN_ERR, "file: gzip data, after 0 octets of content: cut short");
	z[n - 5] ^= 1;
	expect_gz(z, n, "hello\nworld", IN_ERR, "file: gzip data, after 11 octets of content: incorrect data check");

	struct in in;
	struct err e;
	const char *line;
	size_t len, raw;
	in_file(&in, z, n);
	expect_line(&in, "hello", 5);
	CHECK_INT(in_line(&in, &line, &len, &raw, 100, &e), IN_ERR);
	CHECK_INT(in_line(&in, &line, &len, &raw, 100, &e), IN_ERR);
	in_close(&in);
}

TEST(gzip_arrives_octet_by_octet)
{
	uint8_t z[200];
	size_t n = (size_t)(member(member(z, "one\ntwo\n"), "three\n") - z), lines = 0;
	struct in in;
	struct err e;
	const char *line;
	size_t len, raw;
	int wr;
	in_duct(&in, &wr);
	in.nonblock = true;
	for (size_t i = 0; i < n; i++) {
		say(wr, z + i, 1);
		int r;
		while ((r = in_line(&in, &line, &len, &raw, 100, &e)) == IN_OK)
			lines++;
		CHECK_INT(r, IN_WAIT);
		if (i == 11 + 4 + 3)
			CHECK_INT(lines, 1); /* live: as soon as its octets are there */
	}
	CHECK_INT(lines, 3);
	close(wr);
	CHECK_INT(in_line(&in, &line, &len, &raw, 100, &e), IN_EOF);
	in_close(&in);
}

#else

TEST(gzip_without_zlib_says_so)
{
	uint8_t z[200];
	struct in in;
	struct err e;
	in_file(&in, z, (size_t)(member(z, "x") - z));
	CHECK_INT(in_fill(&in, 1, &e), IN_ERR);
	CHECK_STR(e.msg, "file: gzip data, and this build has no zlib: unpack it with gzip -dc");
	in_close(&in);
}

#endif

/* ---- out ---- */

TEST(output_reaches_the_file)
{
	char path[] = "/tmp/osikit-io-XXXXXX";
	struct out o;
	struct err e;
	int fd = mkstemp(path);
	say(fd, "old contents", 12);
	CHECK_INT(out_open(&o, path, &e), 0);
	out_puts(&o, "a");
	out_write(&o, "bc", 2);
	out_printf(&o, "%d-%s", 42, "x");
	memcpy(out_room(&o, 3), "end", 3);
	out_done(&o, 3);
	CHECK_INT(o.total, 10);
	CHECK_INT(out_close(&o, &e), 0);
	char got[64];
	ssize_t n = pread(fd, got, sizeof got, 0);
	CHECK_INT(n, 10);
	CHECK_MEM(got, "abc42-xend", 10);
	unlink(path);
	close(fd);
}

TEST(output_larger_than_the_buffer)
{
	enum { N = 3 * IO_BUF + 5 };
	char path[32];
	struct out o;
	struct err e;
	uint8_t *p = pattern_new(N), *got = xmalloc(3 * N);
	char *text = xmalloc(N + 1);
	memset(text, 't', N);
	text[N] = 0;
	int fd = memfd_create("io_test", 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	CHECK_INT(out_open(&o, path, &e), 0);
	out_puts(&o, "x");
	out_write(&o, p, N);
	CHECK_INT(o.cap, IO_BUF);
	memcpy(out_room(&o, N), p, N);
	out_done(&o, N);
	out_printf(&o, "%s", text);
	CHECK_INT(o.total, 3 * N + 1);
	CHECK_INT(out_close(&o, &e), 0);
	CHECK_INT(pread(fd, got, 3 * N, 1), 3 * N);
	CHECK_MEM(got, p, N);
	CHECK_MEM(got + N, p, N);
	CHECK_MEM(got + 2 * N, text, N);
	close(fd);
	free(text);
	free(got);
	free(p);
}

TEST(a_full_disk_is_an_error_each_time)
{
	struct out o;
	struct err e;
	if (access("/dev/full", W_OK) < 0)
		SKIP("no /dev/full");
	CHECK_INT(out_open(&o, "/dev/full", &e), 0);
	out_puts(&o, "x");
	CHECK(!o.failed);
	CHECK_INT(out_flush(&o), -1);
	CHECK(o.failed);
	CHECK_STR(o.err.msg, "write /dev/full: No space left on device");
	out_puts(&o, "y");
	CHECK_INT(out_flush(&o), -1);
	for (int i = 0; i < 3 * IO_BUF / 1024; i++)
		out_room(&o, 1024)[1023] = 0, out_done(&o, 1024);
	CHECK_INT(out_flush(&o), -1);
	CHECK_INT(out_close(&o, &e), -1);
	CHECK_STR(e.msg, "write /dev/full: No space left on device");

	CHECK_INT(out_open(&o, "/dev/full", &e), 0);
	out_puts(&o, "x");
	CHECK_INT(out_close(&o, &e), -1); /* found at the end too */
}

TEST(out_open_says_why_it_cannot)
{
	struct out o;
	struct err e;
	CHECK_INT(out_open(&o, "/nonexistent/x", &e), -1);
	CHECK_STR(e.msg, "open /nonexistent/x: No such file or directory");
	out_puts(&o, "dropped");
	CHECK_INT(out_flush(&o), -1);
	CHECK_INT(out_close(&o, &e), -1);
	CHECK_STR(e.msg, "open /nonexistent/x: No such file or directory");
}

TEST(a_closed_stdout_is_an_error_and_no_file_takes_its_number)
{
	pid_t pid = fork_with_stdout(-1);
	if (pid == 0) {
		struct in in;
		struct out o, file;
		struct err e;
		if (in_open(&in, "/dev/null", &e) < 0 || in.fd <= 2)
			_exit(1);
		if (out_open(&file, "/dev/null", &e) < 0 || file.fd <= 2)
			_exit(2);
		if (out_open(&o, "-", &e) == 0 || strcmp(e.msg, "write standard output: Bad file descriptor") != 0)
			_exit(3);
		_exit(out_close(&o, NULL) == -1 ? 42 : 4);
	}
	CHECK_INT(wait_for(pid), 42);
}

TEST(a_read_only_stdout_is_an_error)
{
	int fd = open("/dev/null", O_RDONLY);
	pid_t pid = fork_with_stdout(fd);
	if (pid == 0) {
		struct out o;
		struct err e;
		if (out_open(&o, "-", &e) < 0)
			_exit(1);
		out_puts(&o, "x");
		_exit(out_close(&o, &e) == -1 && strstr(e.msg, "Bad file descriptor") ? 42 : 2);
	}
	CHECK_INT(wait_for(pid), 42);
	close(fd);
}

static void write_to_a_gone_reader(bool ignored, bool blocked)
{
	struct out o;
	struct err e;
	signal(SIGPIPE, ignored ? SIG_IGN : SIG_DFL);
	if (blocked) {
		sigset_t s;
		sigemptyset(&s);
		sigaddset(&s, SIGPIPE);
		sigprocmask(SIG_BLOCK, &s, NULL);
	}
	out_open(&o, "-", &e);
	out_puts(&o, "x");
	out_flush(&o);
	_exit(0);
}

TEST(a_reader_that_went_away_ends_the_process_by_sigpipe)
{
	for (int how = 0; how < 6; how++) {
		int p[2];
		CHECK_INT(how & 1 ? socketpair(AF_UNIX, SOCK_STREAM, 0, p) : pipe(p), 0);
		close(p[0]);
		pid_t pid = fork_with_stdout(p[1]);
		if (pid == 0)
			write_to_a_gone_reader(how / 2 == 1, how / 2 == 2);
		CHECK_INT(wait_for(pid), 1000 + SIGPIPE);
		close(p[1]);
	}
}

/* Writes the pattern to standard output, in the way that out_open chose or without a description of its own. */
static void write_pattern_out(size_t n, bool fallback)
{
	struct out o;
	struct err e;
	if (out_open(&o, "-", &e) < 0)
		_exit(1);
	if (fcntl(1, F_GETFL) & O_NONBLOCK) /* others share it: it must stay as it was */
		_exit(2);
	if (!o.nonblock || (o.pipe && o.fd == 1))
		_exit(3);
	if (fallback) {
		close(o.fd);
		o.fd = 1;
		o.nonblock = false;
	}
	for (size_t i = 0; i < n; i++) {
		*out_room(&o, 1) = (char)pattern(i);
		out_done(&o, 1);
	}
	_exit(out_close(&o, &e) < 0 ? 4 : 0);
}

TEST(pipes_and_sockets_take_more_than_they_hold)
{
	enum { N = 2000000 };
	for (int how = 0; how < 3; how++) { /* a pipe reopened, a pipe as it is, a socket */
		int p[2];
		CHECK_INT(how == 2 ? socketpair(AF_UNIX, SOCK_STREAM, 0, p) : pipe(p), 0);
		pid_t pid = fork_with_stdout(p[1]);
		if (pid == 0) {
			close(p[0]);
			close(p[1]);
			write_pattern_out(N, how == 1);
		}
		close(p[1]);
		char c;
		CHECK(read_pattern(p[0], N));
		CHECK_INT(read(p[0], &c, 1), 0);
		CHECK_INT(wait_for(pid), 0);
		close(p[0]);
	}
}

TEST(closing_stdout_lets_the_reader_see_the_end)
{
	struct duct out = duct(), back = duct();
	pid_t pid = fork_with_stdout(out.wr);
	if (pid == 0) {
		struct out o;
		struct err e;
		char c;
		close(out.wr);
		close(back.wr);
		out_open(&o, "-", &e);
		out_puts(&o, "x");
		int r = out_close(&o, &e);
		if (open("/dev/null", O_RDONLY) == 1)
			_exit(1); /* the next file must not become standard output */
		_exit(r == 0 && read(back.rd, &c, 1) == 0 ? 42 : 2); /* lives until the parent saw the end */
	}
	char b[8];
	close(out.wr);
	close(back.rd);
	CHECK_INT(read(out.rd, b, sizeof b), 1);
	CHECK_INT(read(out.rd, b, sizeof b), 0);
	close(back.wr);
	CHECK_INT(wait_for(pid), 42);
	close(out.rd);
}

/* ---- reading ahead ---- */

enum { LOOP = 1000000 };

/* The peer of a loop of two pipes: in each of two rounds it writes all that it has before it reads anything. */
static pid_t stubborn_peer(struct duct to_us, struct duct from_us)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	alarm(HANG_S);
	close(to_us.rd);
	close(from_us.wr);
	uint8_t *p = pattern_new(2 * LOOP);
	for (size_t i = 0; i < 2; i++) {
		write_all(to_us.wr, p + i * LOOP, LOOP);
		if (!read_pattern(from_us.rd, LOOP))
			_exit(1);
	}
	_exit(42);
}

static void loop_with_a_stubborn_peer(bool fallback)
{
	struct duct a = duct(), b = duct();
	struct in in;
	struct out o;
	struct err e;
	char path[32];
	pid_t pid = stubborn_peer(a, b);
	close(a.wr);
	CHECK_INT(in_open(&in, a.path, &e), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", b.wr);
	CHECK_INT(out_open(&o, path, &e), 0);
	CHECK(o.nonblock);
	if (fallback) { /* as where /proc is missing */
		fcntl(o.fd, F_SETFL, 0);
		o.nonblock = false;
	}
	close(b.wr);
	close(b.rd);
	close(a.rd);
	out_pair(&o, &in);
	CHECK_INT(in_fill(&in, 1000, &e), IN_OK);
	const uint8_t *held = in_at(&in);
	size_t holds = in_left(&in);
	uint8_t *p = pattern_new(2 * LOOP);
	out_write(&o, p, LOOP); /* would wait for ever: the peer waits for us */
	CHECK_INT(out_flush(&o), 0);
	CHECK(in_at(&in) == held); /* the caller's pointers into the input live on */
	CHECK_INT(in_left(&in), holds);
	CHECK_MEM(held, p, holds);
	CHECK_INT(in_fill(&in, LOOP / 2, &e), IN_OK);
	out_write(&o, p, LOOP); /* again, with octets left that were read ahead */
	CHECK_INT(out_flush(&o), 0);
	CHECK_INT(in_fill(&in, 2 * LOOP, &e), IN_OK); /* nothing was lost or reordered */
	CHECK_MEM(in_at(&in), p, 2 * LOOP);
	CHECK_INT(in_fill(&in, 2 * LOOP + 1, &e), IN_EOF);
	CHECK_INT(out_close(&o, &e), 0);
	CHECK_INT(wait_for(pid), 42);
	in_close(&in);
	free(p);
}

TEST(a_full_output_reads_on_from_its_pair)
{
	loop_with_a_stubborn_peer(false);
}

TEST(a_full_output_reads_on_without_a_description_of_its_own)
{
	loop_with_a_stubborn_peer(true);
}

TEST(reading_ahead_has_a_limit)
{
	struct duct a = duct(), b = duct(), go = duct();
	struct in in;
	struct out o;
	struct err e;
	char path[32];
	uint8_t *p = pattern_new(3 * IN_AHEAD);
	fflush(stdout);
	pid_t writer = fork();
	if (writer == 0) {
		alarm(HANG_S);
		close(a.rd);
		write_all(a.wr, p, IN_AHEAD); /* must all fit: read ahead and in the pipe */
		say(go.wr, "g", 1);
		write_all(a.wr, p + IN_AHEAD, 2 * IN_AHEAD);
		_exit(42);
	}
	pid_t drain = fork();
	if (drain == 0) {
		char c;
		alarm(HANG_S);
		close(b.wr);
		close(a.wr);
		close(a.rd);
		if (read(go.rd, &c, 1) != 1)
			_exit(1);
		_exit(read_pattern(b.rd, LOOP) ? 42 : 2);
	}
	close(a.wr);
	CHECK_INT(in_open(&in, a.path, &e), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", b.wr);
	CHECK_INT(out_open(&o, path, &e), 0);
	out_pair(&o, &in);
	out_write(&o, p, LOOP);
	CHECK_INT(out_flush(&o), 0);
	CHECK(in.ahead_len - in.ahead_pos <= IN_AHEAD + 64 * 1024);
	CHECK_INT(in_fill(&in, 3 * IN_AHEAD, &e), IN_OK);
	CHECK_MEM(in_at(&in), p, 3 * IN_AHEAD);
	CHECK(in.ahead == NULL); /* given back */
	CHECK_INT(out_close(&o, &e), 0);
	CHECK_INT(wait_for(writer), 42);
	CHECK_INT(wait_for(drain), 42);
	in_close(&in);
	int fds[] = {a.rd, b.rd, b.wr, go.rd, go.wr};
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		close(fds[i]);
	free(p);
}

TEST(a_pair_that_ended_is_left_alone)
{
	struct duct a = duct(), b = duct();
	struct in in;
	struct out o;
	struct err e;
	char path[32];
	say(a.wr, "tail", 4);
	close(a.wr);
	CHECK_INT(in_open(&in, a.path, &e), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", b.wr);
	CHECK_INT(out_open(&o, path, &e), 0);
	out_pair(&o, &in);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		close(b.wr);
		close(o.fd);
		_exit(read_pattern(b.rd, LOOP) ? 42 : 1);
	}
	uint8_t *p = pattern_new(LOOP);
	out_write(&o, p, LOOP); /* must keep what came before the end of its pair */
	CHECK_INT(out_flush(&o), 0);
	CHECK_INT(in_fill(&in, 4, &e), IN_OK);
	CHECK_MEM(in_at(&in), "tail", 4);
	CHECK_INT(in_fill(&in, 5, &e), IN_EOF);
	CHECK_INT(out_close(&o, &e), 0);
	CHECK_INT(wait_for(pid), 42);
	in_close(&in);
	close(a.rd);
	close(b.rd);
	close(b.wr);
	free(p);
}

/* ---- memory and errors ---- */

TEST(memory_never_comes_as_null)
{
	void *p = xmalloc(0);
	CHECK(p != NULL);
	p = xrealloc(p, 0);
	CHECK(p != NULL);
	free(p);
	char *s = xstrdup("text");
	CHECK_STR(s, "text");
	free(s);
}

TEST(errors_are_cut_to_their_room)
{
	struct err e;
	char big[2000];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = 0;
	CHECK_INT(err_set(&e, "%s", big), -1);
	CHECK_INT(strlen(e.msg), sizeof e.msg - 1);
	errno = ENOENT;
	CHECK_INT(err_sys(&e, "%.508s", big), -1);
	CHECK_INT(strlen(e.msg), sizeof e.msg - 1);
	CHECK_STR(e.msg + 508, ": N");
	errno = ENOENT;
	CHECK_INT(err_sys(&e, "open %s", "x"), -1);
	CHECK_STR(e.msg, "open x: No such file or directory");
	CHECK_INT(err_set(NULL, "x"), -1);
	CHECK_INT(err_sys(NULL, "x"), -1);
}

RUN_TESTS
