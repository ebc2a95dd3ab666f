/* framer.c - puts packets into Ethernet frames, and takes them out again when the frame is whole: framer(1). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/eth.h"
#include "filter.h"
#include "num.h"

enum { ETH_MIN = 60, LINK_ETHERNET = 1 }; /* IEEE 802.3, 4.4.2: minFrameSize is 64 octets with the FCS */

static bool unframe, keep, no_pad;
static int type;
static const char *da = "02:00:00:00:00:02", *sa = "02:00:00:00:00:01", *ethertype;

static const char *const usage[] = {"[-t eth] [--da MAC] [--sa MAC] [--type N] [--no-pad] [FILE...]",
				    "-d [-t eth] [--keep] [FILE...]", NULL};
static const struct opt opts[] = {
	{'d', "deframe", NULL, OPT_FLAG, &unframe, 0, 0, "check frames and take the packets out of them"},
	{'t', "frame-type", "eth", OPT_ENUM, &type, 0, 0, "the kind of frame"},
	{0, "da", "MAC", OPT_STR, &da, 0, 0, "destination address (02:00:00:00:00:02)"},
	{0, "sa", "MAC", OPT_STR, &sa, 0, 0, "source address (02:00:00:00:00:01)"},
	{0, "type", "N", OPT_STR, &ethertype, 0, 0, "EtherType, for a payload that has none of its own"},
	{0, "no-pad", NULL, OPT_FLAG, &no_pad, 0, 0, "do not fill a short frame up to 64 octets"},
	{0, "keep", NULL, OPT_FLAG, &keep, 0, 0, "pass damaged frames on, as octets hex=... @framer.drop=fcs"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"A packet that is an Ethernet frame already only gets its padding and frame check sequence.",
	"Exit status: 0 done; 1 a frame was damaged; 2 usage, malformed input or a system error.", NULL,
};

static uint64_t whole, damaged, unchecked, already_frames;

static bool trailer(const struct pkt *k)
{
	return k->layer[k->nlayers - 1].proto->role == ROLE_PAD;
}

/* --- into frames ---------------------------------------------------------------------------------------- */

static void frame(struct pipe *p, void *arg)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	char before[2048], pad[32] = "";
	struct err e;
	uint32_t key;
	(void)arg;
	if (!k->nlayers)
		pipe_die(p, "octets of link type %u that are not understood cannot go into a frame", k->link);
	if (k->bits || k->wire > k->len)
		pipe_die(p, "%s cannot go into a frame", k->bits ? "bits that are not whole octets"
		                                                 : "a packet whose capture was cut short");
	if (k->fcs) {
		already_frames++;
		pipe_pass(p, "framer", "");
		return;
	}
	bool already = k->layer[0].proto == &eth_proto;
	if (already)
		strcpy(pkt_write_layers(before, k, 0, 1, false), " fcs=crc");
	else
		snprintf(before, sizeof before, "eth da=%.40s sa=%.40s %s%.40s fcs=crc", da, sa, ethertype ? "type=" : "",
		         ethertype ? ethertype : "");
	uint32_t n = k->len + (already ? 0 : eth_proto.hlen);
	if (n < ETH_MIN && !no_pad && !trailer(k))
		snprintf(pad, sizeof pad, " pad n=%u", ETH_MIN - n);
	if (pkt_compose(&out, k, already, k->nlayers, before, pad, &e) != 0)
		pipe_die(p, "%s", e.msg);
	if (!already && !ethertype && !pkt_next_key(&out, 0, 0, &key) && !pkt_next_key(&out, 0, 1, &key))
		pipe_die(p, "%s has no EtherType of its own: give one with --type", k->layer[0].proto->name);
	pipe_write(p, &out, "framer", "");
	whole++;
}

/* --- out of frames -------------------------------------------------------------------------------------- */

static void drop(struct pipe *p, const struct pkt *k, const char *why)
{
	damaged++;
	if (opt_verbose)
		tool_warn("%s: a frame of %u octets dropped: %s", pipe_where(p), k->len, why);
	if (!keep || p->silent)
		return;
	struct pkt out;
	pkt_init(&out);
	pkt_medium(&out, ROLE_OCTETS, k->p, k->len, 0, k);
	pipe_write(p, &out, "framer", " @framer.drop=fcs");
	pkt_free(&out);
}

/* Octets or bits that a medium delivered are one frame with its FCS. */
static const struct pkt *as_frame(struct pipe *p)
{
	static struct pkt frame;
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	if (role == ROLE_HEADER && k->layer[0].proto == &eth_proto)
		return k;
	if ((role != ROLE_OCTETS && role != ROLE_BITS) || k->nlayers != 1 || k->bits)
		pipe_die(p, "not an Ethernet frame: the first layer is %s",
		         k->nlayers ? k->layer[0].proto->name : "unknown");
	struct cap_rec r = {.time = k->time, .link = LINK_ETHERNET, .fcs = eth_proto.fcs_len, .wire = k->wire,
	                    .len = k->len, .p = k->p};
	pkt_decode(&frame, &r);
	pkt_notes(&frame, k);
	return &frame;
}

static void deframe(struct pipe *p, void *arg)
{
	static struct pkt out;
	struct err e;
	(void)arg;
	const struct pkt *k = as_frame(p);
	bool medium = k != &p->pkt;
	if (!k->nlayers || (medium && k->wire < (uint32_t)(eth_proto.hlen + eth_proto.fcs_len))) {
		drop(p, k, "too short for a header and a frame check sequence");
		return;
	}
	const struct field *fcs = proto_field(&eth_proto, "fcs", 3);
	if (k->fcs && field_value(k, &k->layer[0], fcs) != pkt_derive(k, 0, fcs)) {
		drop(p, k, "the frame check sequence does not fit");
		return;
	}
	if (!k->fcs)
		unchecked++;
	/* Octets that the capture lacks are still counted, unless they belong to the trailer. */
	unsigned end = k->nlayers - trailer(k);
	char lacks[32] = "";
	if (k->wire > k->len && end == k->nlayers)
		snprintf(lacks, sizeof lacks, " @len=%u", k->wire - k->layer[0].hlen);
	if (pkt_compose(&out, k, 1, end, end > 1 ? "" : "data hex=", lacks, &e) != 0)
		pipe_die(p, "%s", e.msg);
	pipe_write(p, &out, "framer", "");
	whole++;
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"framer", usage, "put packets into frames and take them out", opts, more, NULL, NULL};
	static struct pipe p;
	int n = opt_parse(&tool, argc, argv);
	if (unframe && (ethertype || no_pad))
		tool_die(EX_BAD, "--type and --no-pad are for making frames, not for -d");
	if (keep && !unframe)
		tool_die(EX_BAD, "--keep goes with -d");
	pipe_run(&p, argv + 1, n, unframe ? deframe : frame, NULL);
	if (unframe && (damaged || opt_verbose))
		tool_say("%llu frame%s: %llu good, %llu damaged and dropped, %llu without a check sequence",
		         (unsigned long long)(whole + damaged), plural(whole + damaged), (unsigned long long)(whole - unchecked),
		         (unsigned long long)damaged, (unsigned long long)unchecked);
	if (!unframe && opt_verbose)
		tool_say("%llu packet%s framed, %llu had a check sequence already", (unsigned long long)whole,
		         plural(whole), (unsigned long long)already_frames);
	return damaged ? EX_NO : EX_YES;
}
