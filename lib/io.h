/* io.h - byte streams of a live pipe: an input with look-ahead and a buffered output.
 *
 * The rule of every tool: output is flushed whenever the input would block, so that
 * a pipe is fast in bulk and immediate when someone waits (design, 2. Streams).
 *
 *  - Before a read(2) that would block, in_fill calls the input's idle hook, which
 *    a tool points at out_flush of its outputs.
 *  - Two filters in a loop of FIFOs cannot deadlock: while an output pipe is full,
 *    out_flush goes on reading from the input that out_pair named (up to IN_AHEAD octets),
 *    so that the program on the other side can go on.
 */
#ifndef OSIKIT_IO_H
#define OSIKIT_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum {
	IO_BUF = 128 * 1024,       /* octets: what one read or write asks for; fits a level-2 cache */
	IN_AHEAD = 4 * 1024 * 1024 /* octets: read ahead at most while an output is full */
};

struct in {
	int fd;
	const char *name;        /* for messages: the path, or "-" */
	uint8_t *buf;            /* buf[pos] .. buf[len-1] is not yet consumed */
	size_t pos, len, cap;
	uint64_t base;           /* offset in the (uncompressed) stream of buf[0] */
	bool eof;
	bool nonblock;           /* in_fill returns IN_WAIT instead of blocking */
	void *gz;                /* inflater state when the stream is gzip, else NULL */
	void (*idle)(void *arg); /* called before a read that would block; may be NULL */
	void *idle_arg;
	/* private to io.c */
	bool regular;            /* a read never blocks */
	bool sniffed;            /* gzip or not is known */
	bool failed;             /* err was returned and is again */
	uint64_t scan;           /* offset in the stream up to which in_line found no LF */
	uint8_t *ahead;          /* octets as read(2) gave them, before those still in fd; never moves buf */
	size_t ahead_pos, ahead_len, ahead_cap;
	int ended;               /* what read(2) said at the end of ahead: 0 nothing yet, -1 end of file, else errno */
	struct err err;
};

/* What in_fill found. */
enum { IN_ERR = -1, IN_EOF = 0, IN_OK = 1, IN_WAIT = 2 };

/* Opens path ("-": standard input) for reading. A directory is an error here
 * ("is a directory"). If the stream begins with the gzip magic (1f 8b) it is inflated
 * as it is read when zlib was built in; without zlib that is an error that says so.
 * Detection happens in the first in_fill. The caller owns *in and calls in_close;
 * name is borrowed. Returns 0 or -1. */
int in_open(struct in *in, const char *path, struct err *e);

/* The same for a descriptor that is open, which in_close closes. */
void in_attach(struct in *in, int fd, const char *name);

/* Makes at least need octets available at in->buf + in->pos (growing and compacting the
 * buffer as needed; pointers into it die). Returns IN_OK; IN_EOF when the stream ended
 * first (the octets left are in->len - in->pos); IN_WAIT in nonblock mode when a read would block;
 * IN_ERR with e set. A damaged or cut gzip stream is IN_ERR after the good octets were delivered. */
int in_fill(struct in *in, size_t need, struct err *e);

/* Finds a line: returns IN_OK with *line and *n (without LF and without a CR before it; a last line
 * without LF counts) and consumes it; IN_EOF; IN_WAIT; or IN_ERR, also for a line over max octets
 * ("line is longer than N octets"). The pointer dies with the next call on in.
 * Exactly the text before LF is also wanted by filters that pass a line through unchanged:
 * *raw is its length with the CR, if there was one. */
int in_line(struct in *in, const char **line, size_t *n, size_t *raw, size_t max, struct err *e);

static inline const uint8_t *in_at(const struct in *in) { return in->buf + in->pos; }
static inline size_t in_left(const struct in *in) { return in->len - in->pos; }
static inline uint64_t in_offset(const struct in *in) { return in->base + in->pos; }

void in_close(struct in *in);

struct out {
	int fd;
	const char *name;
	char *buf;
	size_t len, cap;
	uint64_t total;      /* octets handed over by out_done so far */
	bool nonblock;       /* fd may be written without blocking */
	bool failed;         /* an error was reported; later output is dropped */
	struct in *pair;     /* read ahead from here while fd is full */
	struct err err;      /* why, when failed */
	bool std;            /* path was "-" (private, like the next two) */
	bool pipe, sock;
};

/* Opens path for writing, truncating ("-": standard output). Where standard output is a pipe it is
 * reopened non-blocking through /proc/self/fd (Linux), so that nobody else's descriptor changes;
 * elsewhere poll(2) and writes of at most PIPE_BUF octets. */
int out_open(struct out *o, const char *path, struct err *e);

/* Names the input to read ahead from while o is full. */
void out_pair(struct out *o, struct in *in);

/* Room for n more octets (flushes or grows as needed; never NULL: a failed allocation aborts with
 * a message, as everywhere). Write there, then say with out_done how many. */
char *out_room_slow(struct out *o, size_t n);
static inline char *out_room(struct out *o, size_t n)
{
	return o->cap - o->len >= n ? o->buf + o->len : out_room_slow(o, n);
}
static inline void out_done(struct out *o, size_t n)
{
	o->len += n;
	o->total += n;
}
void out_write(struct out *o, const void *p, size_t n);
/* The same for much: p is written at once, after what is buffered, without being copied. */
void out_lend(struct out *o, char *p, size_t n);
void out_puts(struct out *o, const char *s);
void out_printf(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Writes everything. Returns 0, or -1 with o->err set (a full disk, a closed descriptor). A reader that
 * went away (EPIPE) ends the process quietly by SIGPIPE, as the shell expects. */
int out_flush(struct out *o);

/* Flushes, closes (checking the result: NFS, /dev/full) and frees. Returns 0 or -1 with e set. */
int out_close(struct out *o, struct err *e);

/* malloc, realloc: abort with "out of memory" instead of NULL. */
void *xmalloc(size_t n);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);

#endif
