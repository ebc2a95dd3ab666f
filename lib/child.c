/* child.c - programs that a tool starts by the shell. */

#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum {
	GRACE_S = 2,        /* between SIGTERM and SIGKILL, and for that to work */
	FROM_SHELL = 128    /* added to the signal in a shell's exit status (POSIX, 2.8.2) */
};

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
static sigset_t before;
static volatile sig_atomic_t came;

static void note(int sig)
{
	if (sig != SIGCHLD)
		came = sig;
}

int children_signal(void) { return came; }

int children_init(sigset_t *during, struct err *e)
{
	struct sigaction a = {.sa_handler = note}, old, ignore = {.sa_handler = SIG_IGN};
	sigset_t block;
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	if (sigaction(SIGCHLD, &a, NULL) != 0 || sigaction(SIGPIPE, &ignore, NULL) != 0)
		return err_sys(e, "sigaction");
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
		sigaddset(&block, ending[i]);
		if (sigaction(ending[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(ending[i], &a, NULL);
	}
	if (sigprocmask(SIG_BLOCK, &block, &before) != 0)
		return err_sys(e, "sigprocmask");
	*during = before;
	sigdelset(during, SIGCHLD);
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
		sigdelset(during, ending[i]);
#ifdef __linux__
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
	return 0;
}

/* In the new process. */
static void become(const char *command, int in, int out)
{
	struct sigaction old;
	signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) /* or one that comes before exec would only be noted */
		if (sigaction(ending[i], NULL, &old) == 0 && old.sa_handler == note)
			signal(ending[i], SIG_DFL);
	setpgid(0, 0);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && sigprocmask(SIG_SETMASK, &before, NULL) == 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

int child_start(struct child *c, const char *command, int in, int out, struct err *e)
{
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0)
		become(command, in, out);
	setpgid(pid, pid); /* whichever comes first; it fails when the other has executed */
	*c = (struct child){.pid = pid};
	return 0;
}

/* The shell is still a zombie, so that its number is nobody else's: now its group can be told. */
static void ended(struct child *c, int n, pid_t pid)
{
	int status = 0;
	for (int i = 0; i < n; i++)
		if (c[i].pid == pid)
			kill(-pid, SIGTERM);
	if (waitpid(pid, &status, 0) != pid)
		return;
	for (int i = 0; i < n; i++)
		if (c[i].pid == pid) {
			c[i].status = status;
			c[i].ended = true;
		}
}

/* Returns false when there is no child left. */
static bool reap(struct child *c, int n)
{
	for (;;) {
		siginfo_t info = {0};
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
			return errno != ECHILD;
		if (info.si_pid == 0)
			return true;
		ended(c, n, info.si_pid);
	}
}

void children_reap(struct child *c, int n) { reap(c, n); }

/* To the groups, and to orphans that have become ours. */
static void tell(const struct child *c, int n, int sig)
{
	for (int i = 0; i < n; i++)
		if (c[i].pid && !c[i].ended)
			kill(-c[i].pid, sig);
#ifdef __linux__
	char path[64];
	snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
	FILE *f = fopen(path, "re");
	long pid;
	while (f && fscanf(f, "%ld", &pid) == 1)
		kill((pid_t)pid, sig);
	if (f)
		fclose(f);
#endif
}

void children_end(struct child *c, int n)
{
	static const int signals[] = {SIGTERM, SIGKILL};
	sigset_t chld;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct timespec t;
		clock_gettime(CLOCK_MONOTONIC, &t);
		time_t until = t.tv_sec + GRACE_S;
		/* Who ends may leave new orphans: so all are told again. */
		while (reap(c, n)) {
			tell(c, n, signals[i]);
			clock_gettime(CLOCK_MONOTONIC, &t);
			if (t.tv_sec >= until)
				break;
			sigtimedwait(&chld, NULL, &(struct timespec){.tv_nsec = 100000000});
		}
	}
}

bool child_succeeded(const struct child *c, char *why, size_t size)
{
	if (WIFSIGNALED(c->status)) {
		int sig = WTERMSIG(c->status);
		snprintf(why, size, "killed by signal %d (%s)", sig, strsignal(sig));
		return sig == SIGPIPE;
	}
	int code = WEXITSTATUS(c->status);
	snprintf(why, size, "exit status %d%s", code, code == 127 ? " (no such command)" : "");
	return code == 0 || code == FROM_SHELL + SIGPIPE;
}
