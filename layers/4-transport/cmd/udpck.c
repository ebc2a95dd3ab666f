/* udpck.c - verifies the checksums of every header in each packet: udpck(1). */

#include <stdio.h>
#include <string.h>

#include "filter.h"
#include "shown.h"

enum verdict { OK, NONE, UNVERIFIABLE, BAD, VERDICTS }; /* from best to worst */

static const char *const words[VERDICTS] = {"ok", "none", "unverifiable", "bad"};
static uint64_t counts[VERDICTS];

static const char *const usage[] = {"[-q] [FILE...]", NULL};
static const struct opt opts[] = {{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL}};
static const char *const more[] = {
	"Reads captures and packet text, passes each packet on with @udpck.sum=ok|bad|none|unverifiable",
	"and, when bad, @udpck.bad=LAYER,... and @udpck.want=SUM,... With -q it prints no packets.",
	"Exit status: 0 none is bad; 1 one is; 2 usage, malformed input or a system error.", NULL,
};

struct finding {
	enum verdict worst;
	char bad[256], want[256];
};

static void add_word(char *list, size_t size, const char *word)
{
	size_t n = strlen(list);
	snprintf(list + n, size - n, "%s%s", n ? "," : "", word);
}

/* What the library says of a checksum, in this tool's words. */
static enum verdict judge(const struct pkt *k, unsigned i, const struct field *f, uint64_t *want)
{
	switch (judge_field(k, i, f, want)) {
	case RIGHT: return OK;
	case WRONG: return BAD;
	case LEFT_OUT: return NONE;
	default: return UNVERIFIABLE;
	}
}

static void look(const struct pipe *p, struct finding *found)
{
	const struct pkt *k = &p->pkt;
	bool any = false;
	*found = (struct finding){.worst = OK};
	for (unsigned i = 0; i < k->nlayers; i++) {
		const struct layer *l = &k->layer[i];
		for (const struct field *f = l->proto->fields; f->name; f++) {
			if (f->cls != SUM || field_place(l, k, f) < 0)
				continue;
			uint64_t want;
			enum verdict v = judge(k, i, f, &want);
			any = true;
			if (v > found->worst)
				found->worst = v;
			if (v == BAD && opt_verbose)
				tool_warn("%s: %s.sum is 0x%04llx and should be 0x%04llx (%s; RFC 1071)", pipe_where(p), l->proto->name,
				          (unsigned long long)field_value(k, l, f), (unsigned long long)want, l->proto->standard);
			if (v == BAD) {
				char sum[24];
				snprintf(sum, sizeof sum, "0x%04llx", (unsigned long long)want);
				add_word(found->bad, sizeof found->bad, l->proto->name);
				add_word(found->want, sizeof found->want, sum);
			}
		}
	}
	if (!any)
		found->worst = NONE;
}

static void check(struct pipe *p, void *arg)
{
	struct finding found;
	char notes[640];
	(void)arg;
	look(p, &found);
	counts[found.worst]++;
	int n = snprintf(notes, sizeof notes, " @udpck.sum=%s", words[found.worst]);
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
	/* The counts are the answer, so -q does not silence them. */
	uint64_t all = counts[OK] + counts[BAD] + counts[NONE] + counts[UNVERIFIABLE];
	fprintf(stderr, "udpck: %llu packet%s: %llu ok, %llu bad, %llu none, %llu unverifiable\n", (unsigned long long)all, plural(all),
	        (unsigned long long)counts[OK], (unsigned long long)counts[BAD], (unsigned long long)counts[NONE],
	        (unsigned long long)counts[UNVERIFIABLE]);
	return counts[BAD] ? EX_NO : EX_YES;
}
