/* rusage.c - runs a command and says what it took: rusage FILE COMMAND [ARGUMENT...]
 *
 * Appends "SECONDS CPU KIB" to FILE: time on the wall, of the processor, and the largest resident set. Exits as the
 * command did.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	double start = seconds();
	pid_t pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	int status;
	struct rusage r;
	if (pid < 0 || wait4(pid, &status, 0, &r) != pid)
		return 2;
	double took = seconds() - start;
	double cpu = (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	             (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
	FILE *f = fopen(argv[1], "a");
	if (!f || fprintf(f, "%.6f %.6f %ld\n", took, cpu, r.ru_maxrss) < 0 || fclose(f) != 0)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
