/* source.h - where a tool's packets come from: capture files, packet text or a live interface, in one stream.
 *
 * Several files follow each other. The format is told by magic number, gzip included. Messages of a malformed input
 * begin with FILE:LINE (text) or FILE (captures).
 */
#ifndef OSIKIT_SOURCE_H
#define OSIKIT_SOURCE_H

#include "cap.h"
#include "live.h"
#include "pkt.h"

enum rec_kind { REC_CAP, REC_TEXT, REC_COMMENT };

struct rec {
	enum rec_kind kind;
	struct cap_rec cap;       /* REC_CAP: borrowed until the next source_next */
	const char *line;         /* REC_TEXT, REC_COMMENT: without LF, borrowed likewise */
	size_t n;                 /* its length without a CR before LF */
	size_t raw;               /* and with it: what a filter passes through */
};

struct source {
	char **paths;             /* borrowed */
	int npaths, at;
	const char *name;         /* of the file being read */
	struct in in;
	struct cap cap;
	struct live *live;
	bool open, text;
	uint64_t line;            /* of text, from 1 */
	struct stamp last;        /* time of the record before, for times that start with + */
	uint64_t cut;             /* times finer than nanoseconds, truncated */
	void (*idle)(void *);
	void *idle_arg;
	void (*opened)(struct source *s); /* called when a file has been opened and its format told; may be NULL */
	struct in *pair;          /* the input, for out_pair */
};

/* Reads the n files in paths (none: standard input); they are opened one after the other. idle(arg) is called
 * before the stream would block (flush there); may be NULL. */
void source_init(struct source *s, char **paths, int n, void (*idle)(void *), void *arg);
/* Reads an opened interface instead. */
void source_live(struct source *s, struct live *l, void (*idle)(void *), void *arg);

/* The next record: 1, 0 at the end, -1 with e set. A signal that interrupts a live capture is an end (live_stop). */
int source_next(struct source *s, struct rec *r, struct err *e);
/* The packet of a record that is not a comment: decoded or read, its time made absolute. 0 or -1. */
int source_packet(struct source *s, const struct rec *r, struct pkt *k, struct err *e);
void source_close(struct source *s);

/* Ask a live capture to end: safe in a signal handler. */
void source_stop(void);

#endif
