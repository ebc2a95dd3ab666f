/* ipsend.c - crafts a packet from the words of the command line: ipsend(1). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "live.h"
#include "pkt.h"
#include "tool.h"

static bool dry_run;
static const char *iface;

static const char *const usage[] = {"-n LAYER [FIELD=VALUE...] ...", "-i IFACE LAYER [FIELD=VALUE...] ...", NULL};
static const struct opt opts[] = {
	{'n', "dry-run", NULL, OPT_FLAG, &dry_run, 0, 0, "write the packet as packet text instead of sending it"},
	{'i', "interface", "IFACE", OPT_STR, &iface, 0, 0, "send it as a frame on IFACE, exactly as written"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"The words are packet text, pkt(5); what is not written is computed. Characters that pkt(5)",
	"escapes may stand as they are in a value: data str='hello world'.",
	"Exit status: 0 done; 2 usage, a malformed packet or a system error.", NULL,
};

static bool inert(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._-+,:/=@%", c));
}

/* The words joined by spaces; what is behind the = of a word is escaped where it must be. */
static char *join(char **words, int n)
{
	size_t size = 1;
	for (int i = 0; i < n; i++)
		size += 3 * strlen(words[i]) + 1;
	char *line = xmalloc(size), *p = line;
	for (int i = 0; i < n; i++) {
		const char *value = strchr(words[i], '=');
		for (const char *s = words[i]; *s; s++) {
			if (value && s > value && !inert(*s))
				p += sprintf(p, "%%%02X", (unsigned)(unsigned char)*s);
			else
				*p++ = *s;
		}
		if (i + 1 < n)
			*p++ = ' ';
	}
	*p = 0;
	return line;
}

static void print(const struct pkt *k)
{
	struct out o;
	struct err e;
	if (out_open(&o, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	char *p = out_room(&o, pkt_bound(k)), *end = pkt_write(p, k, false);
	*end++ = '\n';
	out_done(&o, (size_t)(end - p));
	if (out_close(&o, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

static void send_frame(struct live *l, const struct pkt *k)
{
	struct cap_rec r;
	struct err e;
	if (pkt_record(k, &r, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (r.link != live_link(l))
		tool_die(EX_BAD, "%s takes link type %u and this packet is of type %u: put the right layer around it", iface,
		         live_link(l), r.link);
	if (live_send(l, r.p, r.len, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (opt_verbose)
		tool_say("sent %u octets on %s", r.len, iface);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"ipsend", usage, "craft packets", opts, more, NULL, NULL};
	static struct pkt k;
	struct live *l = NULL;
	struct err e;
	int n = opt_parse(&tool, argc, argv);
	if (dry_run == (iface != NULL))
		tool_die(EX_BAD, "say one of -n (write the packet) and -i IFACE (send it)");
	if (n == 0)
		tool_die(EX_BAD, "no packet: write one, such as: ipsend -n ip dst=192.0.2.7 udp dport=7 data str=hello");
	if (iface && (!(l = live_open(iface, 0, false, &e)) || priv_drop(&e) != 0))
		tool_die(EX_BAD, "%s", e.msg);
	if (registry_init(&e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	char *line = join(argv + 1, n);
	pkt_init(&k);
	if (pkt_read(&k, line, strlen(line), &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (l)
		send_frame(l, &k);
	else
		print(&k);
	if (opt_verbose && !l)
		tool_say("%u octets in %u layers", k.len, k.nlayers);
	pkt_free(&k);
	free(line);
	if (l)
		live_close(l);
	return EX_YES;
}
