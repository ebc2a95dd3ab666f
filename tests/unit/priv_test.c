/* priv_test.c - what is left of a process after priv_drop (lib/live.h), as the kernel says it. */
#include "../../lib/live.h"

#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

/* True when a line "name:<blanks>value" is in /proc/self/status. */
static bool status_is(const char *name, const char *value)
{
	char line[256];
	bool is = false;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f)) {
		size_t n = strlen(name);
		if (strncmp(line, name, n) != 0 || line[n] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		is = strcmp(line + n + 1 + strspn(line + n + 1, " \t"), value) == 0;
	}
	if (f)
		fclose(f);
	return is;
}

/* In a child, so that a leak checker that needs its rights still finds them in this process. */
static int dropped(void)
{
	static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapAmb"};
	struct err e;
	int wrong = 0;
	if (priv_drop(&e) != 0 || priv_drop(&e) != 0)  /* twice is no error */
		return 100;
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		wrong += !status_is(sets[i], "0000000000000000");
	return wrong + 10 * !status_is("NoNewPrivs", "1");
}

TEST(nothing_is_left)
{
	int status = 0;
	if (access("/proc/self/status", R_OK) != 0)
		SKIP("no /proc/self/status");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		_exit(dropped());
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
}

RUN_TESTS
