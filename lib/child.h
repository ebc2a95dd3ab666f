/* child.h - programs that a tool starts by the shell: started, awaited, and ended with all that they started themselves.
 *
 * Each is a process group of its own. A program has ended when its shell has; whatever it leaves behind is ended too. Where the
 * system can (Linux) the orphans become ours, so that none is left even if it has left its group.
 */
#ifndef OSIKIT_CHILD_H
#define OSIKIT_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"

struct child {
	pid_t pid;      /* of the shell and of its group; 0: was not started */
	int status;     /* of waitpid(2), when it has ended */
	bool ended;
};

/* Blocks SIGCHLD, SIGINT, SIGTERM and SIGHUP, whose handlers only note them, and ignores SIGPIPE; call once, before the others.
 * Those of the signals that end which were ignored stay ignored. *during: the mask for ppoll(2), in which they come through. */
int children_init(sigset_t *during, struct err *e);
/* The signal that came and wants the process to end, or 0. */
int children_signal(void);

/* Runs `sh -c command` with standard input in and standard output out (each above 2 and close-on-exec; they stay open here). 0 or -1. */
int child_start(struct child *c, const char *command, int in, int out, struct err *e);
/* Reaps what has ended, and orphans; sets status and ended of the n children. */
void children_reap(struct child *c, int n);
/* Ends all that is left: SIGTERM, after two seconds SIGKILL; and reaps it. */
void children_end(struct child *c, int n);
/* True when it ended well: with 0, or because nobody reads what it writes (SIGPIPE). Else what is the matter is in
 * why: "exit status 3", "killed by signal 9 (Killed)". */
bool child_succeeded(const struct child *c, char *why, size_t size);

#endif
