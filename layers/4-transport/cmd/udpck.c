/* udpck.c - verifies the checksums of every header in each packet: udpck(1). */

#include <stdio.h>

#include "4-transport/udpck/verdict.h"

static uint64_t counts[VERDICTS];

static const char *const usage[] = {"[-q] [FILE...]", NULL};
static const struct opt opts[] = {{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL}};
static const char *const more[] = {
	"Reads captures and packet text, passes each packet on with @udpck.sum=ok|bad|none|unverifiable",
	"and, when bad, @udpck.bad=LAYER,... and @udpck.want=SUM,... With -q it prints no packets.",
	"Exit status: 0 none is bad; 1 one is; 2 usage, malformed input or a system error.", NULL,
};

static void check(struct pipe *p, void *arg)
{
	struct finding found;
	char notes[640];
	(void)arg;
	verdict_find(p, &found);
	counts[found.worst]++;
	int n = snprintf(notes, sizeof notes, " @udpck.sum=%s", verdict_words[found.worst]);
	if (found.worst == BAD)
		snprintf(notes + n, sizeof notes - (size_t)n, " @udpck.bad=%s @udpck.want=%s", found.bad, found.want);
	pipe_pass(p, "udpck", notes);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"udpck", usage, "verify the checksums in packets", opts, more, NULL, NULL};
	static struct pipe p;
	int n = opt_parse(&tool, argc, argv);
	p.silent = opt_quiet;
	pipe_run(&p, argv + 1, n, check, NULL);
	verdict_end();
	offload_report();
	/* The counts are the answer, so -q does not silence them. */
	uint64_t all = counts[OK] + counts[BAD] + counts[NONE] + counts[UNVERIFIABLE];
	fprintf(stderr, "udpck: %llu packet%s: %llu ok, %llu bad, %llu none, %llu unverifiable\n", (unsigned long long)all, plural(all),
	        (unsigned long long)counts[OK], (unsigned long long)counts[BAD], (unsigned long long)counts[NONE],
	        (unsigned long long)counts[UNVERIFIABLE]);
	return counts[BAD] ? EX_NO : EX_YES;
}
