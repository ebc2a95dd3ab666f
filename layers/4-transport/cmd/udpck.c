/* udpck.c - verifies the checksums of every header in each packet, and shows, mends and spoils them: udpck(1). */

#include <stdio.h>

#include "4-transport/udpck/plant.h"
#include "4-transport/udpck/verdict.h"
#include "4-transport/udpck/work.h"

static uint64_t counts[VERDICTS], fixed;
static bool fix, undetected, updates;
static int64_t flip, seed = -1;
static struct rng rng;

static const char *const usage[] = {
	"[-q] [--work | --fix | --flip BITS [--seed N] | --undetected] [FILE...]",
	"--update OLD NEW",
	"--update SUM OLD NEW",
	NULL,
};
static const struct opt opts[] = {
	{0, "work", NULL, OPT_FLAG, &verdict_work, 0, 0, "print the computation of each checksum instead of packets"},
	{0, "fix", NULL, OPT_FLAG, &fix, 0, 0, "compute wrong checksums anew"},
	{0, "flip", "BITS", OPT_INT, &flip, 1, 1000000, "turn so many bits over in what each packet's innermost checksum covers"},
	{0, "seed", "N", OPT_INT, &seed, 0, 9e15, "of the bits that --flip takes (from the system; -v says which)"},
	{0, "undetected", NULL, OPT_FLAG, &undetected, 0, 0, "write packets that are changed, and their checksum right nevertheless"},
	{0, "update", NULL, OPT_FLAG, &updates, 0, 0, "show how a changed word changes a checksum (RFC 1624)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Reads captures and packet text, passes each packet on with @udpck.sum=ok|bad|none|unverifiable",
	"and, when bad, @udpck.bad=LAYER,... and @udpck.want=SUM,... With -q it prints no packets.",
	"OLD and NEW are packets, as words in quotes or the first ones of files, or words in hex.",
	"Exit status: 0 none is bad; 1 one is; 2 usage, malformed input or a system error.", NULL,
};

static void check(struct pipe *p, void *arg)
{
	static const char *const plain[] = {[OK] = " @udpck.sum=ok", [NONE] = " @udpck.sum=none",
	                                    [UNVERIFIABLE] = " @udpck.sum=unverifiable"};
	struct finding found;
	char notes[640];
	(void)arg;
	verdict_find(p, &found);
	counts[found.worst]++;
	if (p->silent)
		return;
	if (found.worst != BAD) {
		pipe_pass(p, "udpck", plain[found.worst]);
		return;
	}
	snprintf(notes, sizeof notes, " @udpck.sum=bad @udpck.bad=%s @udpck.want=%s", found.bad, found.want);
	pipe_pass(p, "udpck", notes);
}

static void change(struct pipe *p, void *arg)
{
	(void)arg;
	if (undetected)
		undetected_pass(p);
	else if (flip)
		flip_pass(p, &rng, (unsigned)flip);
	else
		fixed += fix_pass(p);
}

/* The counts are the answer, so -q does not silence them. */
static int report(void)
{
	offload_report();
	uint64_t all = counts[OK] + counts[BAD] + counts[NONE] + counts[UNVERIFIABLE];
	fprintf(stderr, "udpck: %llu packet%s: %llu ok, %llu bad, %llu none, %llu unverifiable\n", (unsigned long long)all, plural(all),
	        (unsigned long long)counts[OK], (unsigned long long)counts[BAD], (unsigned long long)counts[NONE],
	        (unsigned long long)counts[UNVERIFIABLE]);
	return counts[BAD] ? EX_NO : EX_YES;
}

static void begin_flip(void)
{
	uint64_t s = seed >= 0 ? (uint64_t)seed : rng_entropy() >> 1;
	rng_seed(&rng, s);
	if (opt_verbose)
		tool_warn("--seed %llu", (unsigned long long)s);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"udpck", usage, "verify the checksums in packets", opts, more, NULL, NULL};
	static struct pipe p;
	int n = opt_parse(&tool, argc, argv);
	if (verdict_work + fix + (flip > 0) + undetected + updates > 1)
		tool_die(EX_BAD, "one of --work, --fix, --flip, --undetected and --update at a time");
	if (seed >= 0 && !flip)
		tool_die(EX_BAD, "--seed goes with --flip");
	if (updates)
		return update_main(argv + 1, n);
	p.silent = opt_quiet || verdict_work;
	if (flip)
		begin_flip();
	bool changes = fix || flip || undetected;
	pipe_run(&p, argv + 1, n, changes ? change : check, NULL);
	verdict_end();
	if (fix)
		tool_say("%llu packet%s mended", (unsigned long long)fixed, plural(fixed));
	return changes ? EX_YES : report();
}
