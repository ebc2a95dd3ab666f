/* io.c - byte streams of a live pipe: an input with look-ahead and a buffered output.
 *
 * Octets take this way: read(2) -> [ahead] -> [inflate] -> buf. ahead is empty unless an
 * output was full (read_ahead) or the stream's first octets are being looked at (sniff). It is a buffer
 * of its own because a caller may hold pointers into buf while it flushes.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#include "io.h"

enum {
	GZ_BUF = 64 * 1024,     /* octets of compressed input held at a time */
	AHEAD_STEP = 64 * 1024, /* octets: the capacity of a Linux pipe */
	AHEAD_MAX = IN_AHEAD + IN_AHEAD / 4, /* so that few octets are moved for each one read; all tools stay below 10 MB */
	FD_ENDED = -1           /* struct in.ended: end of file */
};

/* ---- memory ---- */

static void *no_memory(void)
{
	static const char msg[] = "out of memory\n";
	ssize_t n = write(STDERR_FILENO, msg, sizeof msg - 1);
	(void)n;
	_exit(2); /* a system error, design section 4 */
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);
	return p ? p : no_memory();
}

void *xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);
	return q ? q : no_memory();
}

char *xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(xmalloc(n), s, n);
}

/* ---- descriptors ---- */

/* Moves a new descriptor out of 0..2: where a shell closed one of those, a file would otherwise
 * take its number and receive what is meant for standard output. */
static int fd_high(int fd)
{
	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	int high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), no = errno;
	close(fd);
	errno = no;
	return high;
}

/* poll(2) of one descriptor; true when the next call on it would not block (an error does not block either). */
static bool fd_ready(int fd, short events, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n;
	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

static const char *in_name(const struct in *in)
{
	return strcmp(in->name, "-") == 0 ? "standard input" : in->name;
}

static const char *out_name(const struct out *o)
{
	return o->std ? "standard output" : o->name;
}

/* ---- input: what the descriptor gives ---- */

static size_t ahead_left(const struct in *in)
{
	return in->ahead_len - in->ahead_pos;
}

/* read(2) that notes the end or an error in in->ended. Returns the octets read; 0: none now. */
static size_t read_some(struct in *in, void *p, size_t n)
{
	for (;;) {
		ssize_t got = read(in->fd, p, n);
		if (got > 0)
			return (size_t)got;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		in->ended = got == 0 ? FD_ENDED : errno;
		return 0;
	}
}

/* Appends what is readable to the side buffer. No pointer into in->buf dies. */
static void read_ahead(struct in *in)
{
	if (!in->ahead) { /* all of it at once: memory that is not touched costs nothing, and none is copied to grow */
		in->ahead_cap = AHEAD_MAX;
		in->ahead = xmalloc(in->ahead_cap);
	}
	if (in->ahead_pos == in->ahead_len)
		in->ahead_pos = in->ahead_len = 0;
	if (in->ahead_cap - in->ahead_len < AHEAD_STEP) { /* what is left is less than IN_AHEAD: there is room then */
		memmove(in->ahead, in->ahead + in->ahead_pos, ahead_left(in));
		in->ahead_len = ahead_left(in);
		in->ahead_pos = 0;
	}
	in->ahead_len += read_some(in, in->ahead + in->ahead_len, AHEAD_STEP);
}

/* May an output that is full read on from here? */
static bool wants_ahead(const struct in *in)
{
	return in && in->fd >= 0 && !in->regular && !in->ended && !in->eof && !in->failed &&
	       in_left(in) + ahead_left(in) < IN_AHEAD;
}

static size_t take_ahead(struct in *in, void *p, size_t n)
{
	size_t k = n < ahead_left(in) ? n : ahead_left(in);
	memcpy(p, in->ahead + in->ahead_pos, k);
	in->ahead_pos += k;
	if (in->ahead_pos == in->ahead_len) {
		free(in->ahead);
		in->ahead = NULL;
		in->ahead_pos = in->ahead_len = in->ahead_cap = 0;
	}
	return k;
}

/* Waits for more than the known octets of the side buffer, or for the descriptor. When it would block, the idle
 * hook runs first; that may itself have read ahead. Returns IN_OK or IN_WAIT. */
static int wait_input(struct in *in, size_t known)
{
	if (in->regular || in->ended || ahead_left(in) > known || fd_ready(in->fd, POLLIN, 0))
		return IN_OK;
	if (in->nonblock)
		return IN_WAIT;
	if (in->idle)
		in->idle(in->idle_arg);
	if (!in->ended && ahead_left(in) <= known)
		fd_ready(in->fd, POLLIN, -1);
	return IN_OK;
}

/* Reads at least one octet as the descriptor gives them to p[0..n-1], *got of them. Returns IN_OK, IN_EOF,
 * IN_WAIT, or IN_ERR with in->err set. */
static int raw_read(struct in *in, void *p, size_t n, size_t *got)
{
	for (;;) {
		if (wait_input(in, 0) == IN_WAIT)
			return IN_WAIT;
		if (ahead_left(in)) {
			*got = take_ahead(in, p, n);
			return IN_OK;
		}
		if (!in->ended && (*got = read_some(in, p, n)) > 0)
			return IN_OK;
		if (in->ended == FD_ENDED)
			return IN_EOF;
		if (in->ended) {
			errno = in->ended;
			return err_sys(&in->err, "read %s", in_name(in));
		}
		if (in->nonblock) /* poll promised octets that somebody else took */
			return IN_WAIT;
	}
}

/* ---- input: gzip (RFC 1952) ---- */

#ifdef HAVE_ZLIB

struct gz {
	z_stream z;
	bool member; /* within a member: the end of input is a cut */
	uint8_t buf[GZ_BUF];
};

static int gz_open(struct in *in)
{
	struct gz *g = xmalloc(sizeof *g);
	memset(&g->z, 0, sizeof g->z);
	g->member = true;
	if (inflateInit2(&g->z, 15 + 16) != Z_OK) /* 16: gzip only (zlib.h) */
		no_memory();
	in->gz = g;
	return IN_OK;
}

static void gz_close(struct in *in)
{
	struct gz *g = in->gz;
	if (g)
		inflateEnd(&g->z);
	free(g);
	in->gz = NULL;
}

static int gz_bad(struct in *in, const char *why)
{
	return err_set(&in->err, "%s: gzip data, after %llu octets of content: %s", in_name(in),
	               (unsigned long long)(in->base + in->len), why);
}

/* Between members: a further member may follow (RFC 1952, 2.2), or zeros that fill a block (as gzip(1) takes them).
 * Returns IN_OK when there are octets to inflate. */
static int gz_next_member(struct in *in, struct gz *g)
{
	while (g->z.avail_in && *g->z.next_in == 0) {
		g->z.next_in++;
		g->z.avail_in--;
	}
	if (!g->z.avail_in)
		return IN_WAIT; /* for the caller's loop: read more */
	if (*g->z.next_in != 0x1f)
		return gz_bad(in, "trailing garbage");
	inflateReset(&g->z);
	g->member = true;
	return IN_OK;
}

/* As raw_read, inflated. An error is kept for the next call when octets came before it. */
static int gz_read(struct in *in, uint8_t *p, size_t n, size_t *got)
{
	struct gz *g = in->gz;
	g->z.next_out = p;
	g->z.avail_out = (uInt)(n < UINT_MAX ? n : UINT_MAX);
	uInt room = g->z.avail_out;
	for (;;) {
		if (!g->z.avail_in) {
			size_t more = 0;
			int r = raw_read(in, g->buf, sizeof g->buf, &more);
			if (r == IN_EOF && g->member)
				return gz_bad(in, "cut short");
			if (r != IN_OK)
				return r;
			g->z.next_in = g->buf;
			g->z.avail_in = (uInt)more;
		}
		if (!g->member) {
			int r = gz_next_member(in, g);
			if (r == IN_WAIT)
				continue;
			if (r != IN_OK)
				return r;
		}
		int z = inflate(&g->z, Z_NO_FLUSH);
		*got = room - g->z.avail_out;
		if (z == Z_STREAM_END)
			g->member = false;
		else if (z != Z_OK && z != Z_BUF_ERROR) {
			in->len += *got; /* counts in the message */
			gz_bad(in, g->z.msg ? g->z.msg : "damaged");
			in->len -= *got;
			in->failed = true;
			return *got ? IN_OK : IN_ERR;
		}
		if (*got)
			return IN_OK;
	}
}

#else

static int gz_open(struct in *in)
{
	return err_set(&in->err, "%s: gzip data, and this build has no zlib: unpack it with gzip -dc", in_name(in));
}

static void gz_close(struct in *in)
{
	in->gz = NULL;
}

static int gz_read(struct in *in, uint8_t *p, size_t n, size_t *got)
{
	return raw_read(in, p, n, got);
}

#endif

/* Looks at the first two octets, in the side buffer, for the gzip magic (RFC 1952, 2.3.1). One octet decides when it
 * is not the magic's first, so that a single octet typed into a pipe gets through. */
static int sniff(struct in *in)
{
	for (;;) {
		size_t n = ahead_left(in);
		const uint8_t *p = n ? in->ahead + in->ahead_pos : NULL;
		if (n >= 2 || (n == 1 && p[0] != 0x1f) || in->ended) {
			in->sniffed = true;
			return n >= 2 && p[0] == 0x1f && p[1] == 0x8b ? gz_open(in) : IN_OK;
		}
		if (wait_input(in, n) == IN_WAIT)
			return IN_WAIT;
		if (ahead_left(in) == n && !in->ended)
			read_ahead(in);
		if (ahead_left(in) == n && !in->ended && in->nonblock)
			return IN_WAIT;
	}
}

/* ---- input: the buffer ---- */

int in_open(struct in *in, const char *path, struct err *e)
{
	memset(in, 0, sizeof *in);
	in->name = path;
	in->fd = STDIN_FILENO;
	if (strcmp(path, "-") != 0)
		in->fd = fd_high(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
	struct stat st;
	if (in->fd < 0 || fstat(in->fd, &st) < 0) {
		in->fd = -1;
		return err_sys(e, "open %s", in_name(in));
	}
	if (S_ISDIR(st.st_mode)) {
		in_close(in);
		return err_set(e, "open %s: is a directory", in_name(in));
	}
	in->regular = S_ISREG(st.st_mode);
	in->cap = IO_BUF;
	in->buf = xmalloc(in->cap);
	return 0;
}

void in_attach(struct in *in, int fd, const char *name)
{
	*in = (struct in){.fd = fd, .name = name, .cap = IO_BUF};
	in->buf = xmalloc(in->cap);
}

void in_close(struct in *in)
{
	gz_close(in);
	free(in->buf);
	free(in->ahead);
	in->buf = in->ahead = NULL;
	in->pos = in->len = in->cap = 0;
	in->ahead_pos = in->ahead_len = in->ahead_cap = 0;
	if (in->fd > STDERR_FILENO)
		close(in->fd);
	in->fd = -1;
}

/* Moves what is left to the front and makes room behind it. The buffer doubles rather than growing to what
 * a hostile length asks for: memory follows the octets that really came. */
static void make_room(struct in *in)
{
	if (in->pos) {
		memmove(in->buf, in->buf + in->pos, in_left(in));
		in->base += in->pos;
		in->len -= in->pos;
		in->pos = 0;
	}
	if (in->len == in->cap) {
		in->cap *= 2;
		in->buf = xrealloc(in->buf, in->cap);
	}
}

/* Adds at least one octet to the buffer. */
static int more(struct in *in, struct err *e)
{
	int r = in->failed ? IN_ERR : in->eof ? IN_EOF : IN_OK;
	if (r == IN_OK && !in->sniffed)
		r = sniff(in);
	if (r == IN_OK) {
		size_t got = 0;
		make_room(in);
		uint8_t *to = in->buf + in->len;
		size_t room = in->cap - in->len;
		r = in->gz ? gz_read(in, to, room, &got) : raw_read(in, to, room, &got);
		if (r == IN_OK)
			in->len += got;
	}
	if (r == IN_EOF)
		in->eof = true;
	if (r == IN_ERR) {
		in->failed = true;
		if (e)
			*e = in->err;
	}
	return r;
}

int in_fill(struct in *in, size_t need, struct err *e)
{
	while (in_left(in) < need) {
		int r = more(in, e);
		if (r != IN_OK)
			return r;
	}
	return IN_OK;
}

/* Consumes a line of len octets and the LF after it, if there is one. */
static int give_line(struct in *in, const char **line, size_t *n, size_t *raw, size_t len)
{
	const char *p = (const char *)in_at(in);
	*line = p;
	*raw = len;
	*n = len && p[len - 1] == '\r' ? len - 1 : len;
	in->pos += len + (len < in_left(in));
	return IN_OK;
}

/* Is a line that begins with these n octets, the last of which may be a CR before LF, longer than max? */
static bool too_long(const uint8_t *p, size_t n, size_t max)
{
	return n > max && (n - 1 > max || p[n - 1] != '\r');
}

int in_line(struct in *in, const char **line, size_t *n, size_t *raw, size_t max, struct err *e)
{
	for (;;) {
		const uint8_t *p = in_at(in), *lf = NULL;
		size_t left = in_left(in);
		size_t seen = in->scan > in_offset(in) ? (size_t)(in->scan - in_offset(in)) : 0;
		if (left > seen)
			lf = memchr(p + seen, '\n', left - seen);
		size_t len = lf ? (size_t)(lf - p) : left;
		in->scan = in_offset(in) + len;
		if (too_long(p, len, max))
			return err_set(e, "line is longer than %zu octets", max);
		if (lf)
			return give_line(in, line, n, raw, len);
		int r = more(in, e);
		if (r == IN_EOF && left)
			return give_line(in, line, n, raw, left);
		if (r != IN_OK)
			return r;
	}
}

/* ---- output ---- */

/* Gives a pipe on standard output a file description of its own: O_NONBLOCK belongs to the description, and the one
 * that we inherited is shared with the shell and everybody else. */
static void own_pipe(struct out *o)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/self/fd/%d", o->fd);
	int fd = fd_high(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC));
	if (fd < 0)
		return; /* no /proc, another user's pipe, or no reader any more */
	o->fd = fd;
	o->nonblock = true;
}

int out_open(struct out *o, const char *path, struct err *e)
{
	memset(o, 0, sizeof *o);
	o->name = path;
	o->std = strcmp(path, "-") == 0;
	o->fd = STDOUT_FILENO;
	if (!o->std)
		o->fd = fd_high(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
	struct stat st;
	if (o->fd < 0 || fstat(o->fd, &st) < 0) {
		o->fd = -1;
		o->failed = true;
		err_sys(&o->err, "%s %s", o->std ? "write" : "open", out_name(o));
		if (e)
			*e = o->err;
		return -1;
	}
	o->pipe = S_ISFIFO(st.st_mode);
	o->sock = S_ISSOCK(st.st_mode);
	if (o->pipe && o->std)
		own_pipe(o);
	else if (o->pipe)
		o->nonblock = fcntl(o->fd, F_SETFL, O_NONBLOCK) == 0;
	if (o->sock)
		o->nonblock = true; /* by MSG_DONTWAIT */
	o->cap = IO_BUF;
	o->buf = xmalloc(o->cap);
	return 0;
}

void out_pair(struct out *o, struct in *in)
{
	o->pair = in;
}

/* Waits until the output takes octets, and reads ahead from the pair meanwhile: the program that should empty
 * our pipe may itself be waiting for us to empty its. */
static void wait_output(struct out *o)
{
	bool ahead = wants_ahead(o->pair);
	struct pollfd p[2] = {{.fd = o->fd, .events = POLLOUT}, {.fd = ahead ? o->pair->fd : -1, .events = POLLIN}};
	if (poll(p, 2, -1) > 0 && p[1].revents)
		read_ahead(o->pair);
}

/* One write. Returns the octets written or -1 with errno; EAGAIN: full. */
static ssize_t put_some(struct out *o, const char *p, size_t n)
{
	if (o->sock)
		return send(o->fd, p, n, MSG_DONTWAIT);
	if (o->pipe && !o->nonblock) {
		/* A pipe that polls writable takes PIPE_BUF octets without blocking (pipe(7)). */
		if (!fd_ready(o->fd, POLLOUT, 0)) {
			errno = EAGAIN;
			return -1;
		}
		n = n < PIPE_BUF ? n : PIPE_BUF;
	}
	return write(o->fd, p, n);
}

/* The reader went away and SIGPIPE was ignored (nohup, some parents): die of it all the same, as the shell expects. */
static void die_of_sigpipe(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int fail(struct out *o, const char *doing)
{
	err_sys(&o->err, "%s %s", doing, out_name(o));
	o->failed = true;
	o->len = 0;
	return -1;
}

int out_flush(struct out *o)
{
	size_t done = 0;
	while (!o->failed && done < o->len) {
		ssize_t n = put_some(o, o->buf + done, o->len - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			wait_output(o);
		else if (errno == EPIPE) {
			die_of_sigpipe();
			errno = EPIPE;
			fail(o, "write");
		} else if (errno != EINTR)
			fail(o, "write");
	}
	o->len = 0;
	return o->failed ? -1 : 0;
}

char *out_room_slow(struct out *o, size_t n)
{
	out_flush(o);
	if (o->cap < n) {
		o->cap = n;
		o->buf = xrealloc(o->buf, n);
	}
	return o->buf;
}

void out_write(struct out *o, const void *p, size_t n)
{
	const char *from = p;
	while (n) {
		size_t room = o->cap - o->len;
		if (!room) {
			out_room_slow(o, 1);
			continue;
		}
		size_t k = n < room ? n : room;
		memcpy(o->buf + o->len, from, k);
		out_done(o, k);
		from += k;
		n -= k;
	}
}

void out_lend(struct out *o, char *p, size_t n)
{
	out_flush(o);
	char *own = o->buf;
	size_t cap = o->cap;
	o->buf = p;
	o->cap = n;
	out_done(o, n);
	out_flush(o);
	o->buf = own;
	o->cap = cap;
	o->len = 0;
}

void out_puts(struct out *o, const char *s)
{
	out_write(o, s, strlen(s));
}

void out_printf(struct out *o, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	size_t room = o->cap - o->len;
	int n = vsnprintf(room ? o->buf + o->len : NULL, room, fmt, ap);
	if (n > 0 && (size_t)n >= room)
		vsnprintf(out_room(o, (size_t)n + 1), (size_t)n + 1, fmt, again);
	if (n > 0)
		out_done(o, (size_t)n);
	va_end(again);
	va_end(ap);
}

/* Closes descriptor 1 and puts /dev/null in its place, so that the next file opened does not become standard output.
 * The result is that of the close: only it tells of a disk that was full on NFS. */
static int close_stdout(void)
{
	int null = fd_high(open("/dev/null", O_WRONLY | O_CLOEXEC));
	int r = close(STDOUT_FILENO), no = errno;
	if (null >= 0) {
		dup2(null, STDOUT_FILENO);
		close(null);
	}
	errno = no;
	return r;
}

int out_close(struct out *o, struct err *e)
{
	out_flush(o);
	int r = 0;
	if (o->fd > STDERR_FILENO)
		r = close(o->fd);
	if (r == 0 && o->std && o->fd >= 0)
		r = close_stdout();
	if (r < 0 && errno != EINTR && !o->failed)
		fail(o, "close");
	free(o->buf);
	o->buf = NULL;
	o->len = o->cap = 0;
	o->fd = -1;
	if (o->failed && e)
		*e = o->err;
	return o->failed ? -1 : 0;
}
