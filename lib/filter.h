/* filter.h - what tools that pass packets on share: one loop over packets, and notes on lines.
 *
 * A filter passes an unchanged packet's text through as it came, with notes added (pkt(5), rules 2 and 8); comments
 * pass too. Packets from captures come out as canonical text. Only mains call this: errors end the process.
 */
#ifndef OSIKIT_FILTER_H
#define OSIKIT_FILTER_H

#include "source.h"
#include "tool.h"

struct pipe {
	struct source src;
	struct out out;
	struct pkt pkt;           /* the packet at hand */
	const struct rec *rec;    /* and where it came from */
	bool silent;              /* write nothing */
	/* Behind the last packet, before the output is closed; pkt still has its time, no more. May be NULL. */
	void (*end)(struct pipe *p, void *arg);
};

/* Calls each(p, arg) for every packet of the n files (none: standard input), p->pkt filled; writes comments through.
 * Opens standard output first and closes it last. Malformed input, or an output that fails, is the end: everything before it
 * is flushed, exit 2. */
void pipe_run(struct pipe *p, char **paths, int n, void (*each)(struct pipe *p, void *arg), void *arg);

/* Passes the packet at hand on as it came, without the notes "@tool." and "@tool=" that it has, with the words of notes
 * (" @tool.key=value ...", or "") added. Several names are joined by commas: "framer,if". */
void pipe_pass(struct pipe *p, const char *tool, const char *notes);
/* Writes k in canonical form, the same notes left out, with the words of notes added. */
void pipe_write(struct pipe *p, const struct pkt *k, const char *tool, const char *notes);
/* Writes what pkt_compose makes of k, the same way, and faster where the words before and behind are canonical and leave no doubt of what
 * the layers are. When it cannot be, it is the end. */
void pipe_compose(struct pipe *p, const struct pkt *k, unsigned first, unsigned end, const char *before, const char *after,
		  const char *tool);
/* Where the packet at hand stands, for messages: "FILE:LINE" or "FILE: packet N". Valid until the next call. */
const char *pipe_where(const struct pipe *p);
/* A packet that cannot be handled: "WHERE: why", flushed, exit 2. */
void pipe_die(struct pipe *p, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

#endif
