/* framer.c - puts packets into frames, and takes them out again when the frame is whole: framer(1). */

#include <stdio.h>
#include <string.h>

#include "2-link/framer/cmds.h"
#include "2-link/framer/framing.h"
#include "num.h"

struct framer_opts framer = {
	.flags = 32, .accm = -1, .sync = "0x2dd4", .da = "02:00:00:00:00:02", .sa = "02:00:00:00:00:01", .dst = "NOCALL", .src = "NOCALL",
};
struct framer_counts counts;

static int type;
static const struct framing *const kinds[] = { /* in the order of -t */
	&eth_framing, &vlan_framing, &hdlc_framing, &ppp_framing, &slip_framing, &cobs_framing, &kiss_framing, &ax25_framing, &fx25_framing,
	&sync_framing,
};

static const char *const usage[] = {"[-t TYPE] [options] [FILE...]", "-d [-t TYPE] [--keep] [--fix] [FILE...]", NULL};
static const struct opt opts[] = {
	{'d', "deframe", NULL, OPT_FLAG, &framer.unframe, 0, 0, "check frames and take the packets out of them"},
	{'t', "frame-type", "eth|vlan|hdlc|ppp|slip|cobs|kiss|ax25|fx25|sync", OPT_ENUM, &type, 0, 0, "the kind of frame (eth)"},
	{0, "bits", NULL, OPT_FLAG, &framer.bits, 0, 0, "the frame as bits, flags around it; with -d: octets are bits"},
	{0, "octets", NULL, OPT_FLAG, &framer.octets, 0, 0, "the frame as octets of a line, with escapes and flags"},
	{0, "flags", "N", OPT_INT, &framer.flags, 1, 10000, "flags that open a frame of --bits (32)"},
	{0, "da", "MAC", OPT_STR, &framer.da, 0, 0, "eth: destination address (02:00:00:00:00:02)"},
	{0, "sa", "MAC", OPT_STR, &framer.sa, 0, 0, "eth: source address (02:00:00:00:00:01)"},
	{0, "type", "N", OPT_STR, &framer.ethertype, 0, 0, "eth: EtherType, for a payload that has none of its own"},
	{0, "no-pad", NULL, OPT_FLAG, &framer.no_pad, 0, 0, "eth: do not fill a short frame up to 64 octets"},
	{0, "vlan", "VID[:PCP[:DEI]]", OPT_LIST, &framer.vlan, 0, 0, "eth, vlan: a tag; twice: a service tag, 0x88a8, and a tag (1)"},
	{0, "llc", NULL, OPT_FLAG, &framer.llc, 0, 0, "eth, vlan: a length and LLC instead of an EtherType"},
	{0, "sap", "N", OPT_STR, &framer.sap, 0, 0, "eth, vlan: SAP of --llc, for a payload that has none of its own"},
	{0, "snap", NULL, OPT_FLAG, &framer.snap, 0, 0, "eth, vlan: the same, with the EtherType behind it in SNAP"},
	{0, "mtu", "N", OPT_INT, &framer.mtu, 1, PKT_MAX, "eth, vlan: tell frames whose payload is longer than N (1500; jumbo: 9000)"},
	{0, "fcs", "16|32", OPT_ENUM, &framer.fcs, 0, 0, "hdlc, ppp, sync: bits of the check sequence (16)"},
	{0, "accm", "N", OPT_INT, &framer.accm, 0, UINT32_MAX, "ppp, hdlc: control characters to escape (0xffffffff, 0)"},
	{0, "pfc", NULL, OPT_FLAG, &framer.pfc, 0, 0, "ppp: protocol numbers in one octet where they fit, but of LCP"},
	{0, "acfc", NULL, OPT_FLAG, &framer.acfc, 0, 0, "ppp: no address and control, but of LCP"},
	{0, "port", "N", OPT_INT, &framer.port, 0, 15, "kiss: the port of the radio (0)"},
	{0, "check", "16|32|64", OPT_ENUM, &framer.check, 0, 0, "fx25: check symbols of a block (16)"},
	{0, "dst", "CALL", OPT_STR, &framer.dst, 0, 0, "ax25: destination address (NOCALL)"},
	{0, "src", "CALL", OPT_STR, &framer.src, 0, 0, "ax25: source address (NOCALL)"},
	{0, "via", "CALL,...", OPT_STR, &framer.via, 0, 0, "ax25: repeaters (none)"},
	{0, "sync", "WORD", OPT_STR, &framer.sync, 0, 0, "sync: the word, as 0x2dd4 or in bits (0x2dd4)"},
	{0, "length", "16|8", OPT_ENUM, &framer.length, 0, 0, "sync: bits of the length (16)"},
	{0, "errors", "N", OPT_INT, &framer.errors, 0, 16, "sync: wrong bits of the word that -d passes over (0)"},
	{0, "keep", NULL, OPT_FLAG, &framer.keep, 0, 0, "pass damaged frames on, as octets hex=... @framer.drop=fcs"},
	{0, "fix", NULL, OPT_FLAG, &framer.fix, 0, 0, "mend damaged frames by the confidences q= of their bits"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"A packet that is a frame of this kind already only gets what it lacks: padding, frame check sequence.",
	"Exit status: 0 done; 1 a frame was damaged; 2 usage, malformed input or a system error.", NULL,
};

static const struct sub subs[] = {
	{"crc", framer_crc, "compute and check cyclic redundancy checks, and show how"},
	{"parity", framer_parity, "parity bits, of words and of tables"},
	{"hamming", framer_hamming, "Hamming codes: words, errors found and repaired"},
	{"checksum", framer_checksum, "sums: Internet, Fletcher, Adler"},
	{"stuff", framer_stuff, "bit and byte stuffing, shown"},
	{"unstuff", framer_unstuff, "the inverse"},
	{"bridge", framer_bridge, "learn addresses, and say by which ports frames leave"},
	{NULL, NULL, NULL},
};

void framer_want_whole(struct pipe *p)
{
	const struct pkt *k = &p->pkt;
	if (!k->nlayers)
		pipe_die(p, "octets of link type %u that are not understood cannot go into a frame", k->link);
	if (k->bits || k->wire > k->len)
		pipe_die(p, "%s cannot go into a frame",
		         k->bits ? "bits that are not whole octets" : "a packet whose capture was cut short");
}

void framer_write_medium(struct pipe *p, enum role role, const uint8_t *b, size_t n)
{
	struct pkt out;
	size_t len = role == ROLE_BITS ? (n + 7) / 8 : n;
	if (len > PKT_MAX)
		pipe_die(p, "a frame of %zu octets is more than a packet can have", len);
	pkt_init(&out);
	pkt_medium(&out, role, b, (uint32_t)len, role == ROLE_BITS ? n % 8 : 0, &p->pkt);
	out.relative = p->pkt.relative;
	pipe_write(p, &out, "framer", "");
	pkt_free(&out);
}

enum { LINK_RAW = 101, IP_HLEN = 20, IP6_HLEN = 40 };

/* Whether octets are an IP packet of just this length: by itself it would not be known from text. */
static bool is_ip(const uint8_t *b, size_t n)
{
	if (n >= IP_HLEN && b[0] >> 4 == 4)
		return (b[0] & 15u) * 4 >= IP_HLEN && be16(b + 2) == n;
	return n >= IP6_HLEN && b[0] >> 4 == 6 && be16(b + 4) + (size_t)IP6_HLEN == n;
}

void framer_write_payload(struct pipe *p, const uint8_t *b, size_t n)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	struct cap_rec r = {.time = k->time, .link = LINK_RAW, .wire = (uint32_t)n, .len = (uint32_t)n, .p = b};
	if (is_ip(b, n)) {
		pkt_decode(&out, &r);
		pkt_notes(&out, k);
	} else {
		pkt_medium(&out, ROLE_DATA, b, (uint32_t)n, 0, k);
	}
	out.relative = k->relative;
	pipe_write(p, &out, "framer", "");
}

/* Why frames were dropped, in the order of the first. */
static struct {
	const char *why;
	uint64_t n;
} reasons[16];

static void count_reason(const char *why)
{
	unsigned i = 0;
	while (reasons[i].why && strcmp(reasons[i].why, why) != 0)
		i++;
	reasons[i].why = why;
	reasons[i].n++;
}

void framer_drop(struct pipe *p, const uint8_t *octets, size_t n, const char *why, const char *text)
{
	counts.damaged++;
	count_reason(why);
	if (opt_verbose)
		tool_warn("%s: a frame of %zu octets dropped: %s", pipe_where(p), n, text);
	if (!framer.keep || p->silent || !octets)
		return;
	struct pkt out;
	char note[40];
	pkt_init(&out);
	pkt_medium(&out, ROLE_OCTETS, octets, (uint32_t)n, 0, &p->pkt);
	snprintf(note, sizeof note, " @framer.drop=%s", why);
	pipe_write(p, &out, "framer", note);
	pkt_free(&out);
}

static void each(struct pipe *p, void *arg)
{
	const struct framing *f = arg;
	(framer.unframe ? f->deframe : f->frame)(p);
}

static void last(struct pipe *p, void *arg)
{
	const struct framing *f = arg;
	if (framer.unframe && f->end)
		f->end(p);
}

static void report(void)
{
	uint64_t whole = counts.whole, damaged = counts.damaged;
	char list[400] = "";
	/* Most are dropped for their check sequence; other reasons are named. */
	for (size_t i = 0, at = 0; i < sizeof reasons / sizeof *reasons && reasons[i].why && at < sizeof list; i++)
		if (reasons[1].why || strcmp(reasons[i].why, "fcs") != 0)
			at += (size_t)snprintf(list + at, sizeof list - at, "%s%llu %s", i ? ", " : " (", (unsigned long long)reasons[i].n,
			                       reasons[i].why);
	if (*list)
		strcat(list, ")");
	if (framer.unframe && (damaged || opt_verbose))
		tool_say("%llu frame%s: %llu good, %llu damaged and dropped%s, %llu without a check sequence",
		         (unsigned long long)(whole + damaged), plural(whole + damaged), (unsigned long long)(whole - counts.unchecked),
		         (unsigned long long)damaged, list, (unsigned long long)counts.unchecked);
	if (counts.giants)
		tool_say("%llu frame%s longer than %lld octets", (unsigned long long)counts.giants, plural(counts.giants),
		         (long long)framer.mtu + 18);
	if (counts.runts)
		tool_say("%llu frame%s shorter than 64 octets", (unsigned long long)counts.runts, plural(counts.runts));
	if (!framer.unframe && opt_verbose)
		tool_say("%llu packet%s framed, %llu had a check sequence already", (unsigned long long)whole, plural(whole),
		         (unsigned long long)counts.already);
}

/* Options that say nothing here are told, not passed over. */
static void check_options(const struct framing *f)
{
	static const struct {
		bool *given;
		unsigned takes;
		const char *name;
	} some[] = {
		{&framer.bits, TAKES_BITS, "--bits"}, {&framer.octets, TAKES_OCTETS, "--octets"}, {&framer.fix, TAKES_FIX, "--fix"},
		{&framer.pfc, TAKES_COMPRESSION, "--pfc"}, {&framer.acfc, TAKES_COMPRESSION, "--acfc"},
		{&framer.llc, TAKES_ETH, "--llc"}, {&framer.snap, TAKES_ETH, "--snap"},
	};
	for (size_t i = 0; i < sizeof some / sizeof *some; i++)
		if (*some[i].given && !(f->takes & some[i].takes))
			tool_die(EX_BAD, "-t %s has no %s", f->name, some[i].name);
	if ((framer.vlan.n || framer.mtu) && !(f->takes & TAKES_ETH))
		tool_die(EX_BAD, "-t %s has no %s", f->name, framer.mtu ? "--mtu" : "--vlan");
	if (framer.sap && (!framer.llc || framer.snap))
		tool_die(EX_BAD, "--sap goes with --llc");
	if (framer.llc && !framer.snap && framer.ethertype)
		tool_die(EX_BAD, "--type goes with --snap, --llc wants --sap");
	if (framer.unframe && (framer.llc || framer.snap || framer.vlan.n))
		tool_die(EX_BAD, "--llc, --snap and --vlan are for making frames, not for -d (-d -t vlan takes tags off)");
	if (framer.accm >= 0 && !(f->takes & TAKES_ACCM))
		tool_die(EX_BAD, "-t %s has no --accm", f->name);
	if (framer.fcs && !(f->takes & TAKES_FCS))
		tool_die(EX_BAD, "-t %s has no --fcs 32", f->name);
	if (framer.check && !(f->takes & TAKES_CHECK))
		tool_die(EX_BAD, "-t %s has no --check", f->name);
	if ((framer.length || framer.errors) && !(f->takes & TAKES_SYNC))
		tool_die(EX_BAD, "-t %s has no %s", f->name, framer.length ? "--length" : "--errors");
	if (framer.port && strcmp(f->name, "kiss") != 0)
		tool_die(EX_BAD, "-t %s has no --port", f->name);
	if (framer.bits && framer.octets)
		tool_die(EX_BAD, "--bits or --octets, not both");
	if (framer.unframe && (framer.ethertype || framer.no_pad || framer.pfc || framer.acfc))
		tool_die(EX_BAD, "--type, --no-pad, --pfc and --acfc are for making frames, not for -d");
	if ((framer.keep || framer.fix) && !framer.unframe)
		tool_die(EX_BAD, "%s goes with -d", framer.keep ? "--keep" : "--fix");
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"framer", usage, "put packets into frames and take them out", opts, more, NULL, subs};
	static struct pipe p;
	int status;
	if (tool_sub(&tool, argc, argv, &status))
		return status;
	int n = opt_parse(&tool, argc, argv);
	const struct framing *f = kinds[type];
	check_options(f);
	p.end = last;
	pipe_run(&p, argv + 1, n, each, (void *)(uintptr_t)f);
	report();
	return counts.damaged ? EX_NO : EX_YES;
}
