/* eth.c - framer -t eth and vlan: Ethernet frames (IEEE 802.3), with LLC, SNAP and VLAN tags. */

#include "2-link/eth.h"

#include <stdio.h>
#include <string.h>

#include "2-link/framer/framing.h"
#include "num.h"

enum {
	ETH_MIN = 60,           /* IEEE 802.3, 4.4.2: minFrameSize is 64 octets with the FCS */
	LENGTH_MAX = 1500,      /* 3.2.6: a longer payload has no length, only a type */
	TAG = 4, TAGS = 2,      /* IEEE 802.1Q, 9.5: a customer's tag in a service tag */
	LINK_ETHERNET = 1
};

static bool is(const struct layer *l, const char *name) { return strcmp(l->proto->name, name) == 0; }

static bool trailer(const struct pkt *k)
{
	return k->layer[k->nlayers - 1].proto->role == ROLE_PAD;
}

static unsigned tags_of(const struct pkt *k)
{
	unsigned n = 0;
	while (1 + n < k->nlayers && is(&k->layer[1 + n], "vlan"))
		n++;
	return n;
}

/* Octets of payload beyond --mtu: told, nothing more. */
static void measure(struct pipe *p, uint32_t payload)
{
	if (!framer.mtu || payload <= framer.mtu)
		return;
	counts.giants++;
	if (opt_verbose)
		tool_warn("%s: a payload of %u octets is longer than %lld", pipe_where(p), payload, (long long)framer.mtu);
}

/* ---- into frames ---- */

/* What the options put in front of a packet: words, and their octets. */
static struct {
	bool made;
	char service[16];       /* " type=0x88a8" */
	char tags[TAGS * 48];
	char inner[64];         /* " llc ... snap ..." */
	unsigned ntags, octets; /* of tags and inner */
	char eth[128];          /* from `eth` to the check sequence, where the packet says nothing of it */
	struct pkt sample;      /* all of them as layers */
} head;

/* "VID[:PCP[:DEI]]" */
static char *put_tag(char *p, const char *text)
{
	static const struct {
		const char *name;
		unsigned max;
	} part[] = {{"vid", 4095}, {"pcp", 7}, {"dei", 1}};
	uint64_t v[3] = {0};
	const char *s = text;
	for (size_t i = 0, n; i < 3; i++, s += n + 1) {
		n = strcspn(s, ":");
		if (num_read(s, n, &v[i]) != 0 || v[i] > part[i].max)
			tool_die(EX_BAD, "--vlan %s: VID[:PCP[:DEI]], and %s is 0 to %u", text, part[i].name, part[i].max);
		if (!s[n])
			break;
		if (i == 2)
			tool_die(EX_BAD, "--vlan %s: VID[:PCP[:DEI]] is all", text);
	}
	p = stpcpy(p, " vlan");
	p += v[1] ? sprintf(p, " pcp=%u", (unsigned)v[1]) : 0;
	p += v[2] ? sprintf(p, " dei=1") : 0;
	return p + sprintf(p, " vid=%u", (unsigned)v[0]);
}

static void make_head(bool tagged)
{
	static const char *one[] = {"1"};
	struct opt_list tags = framer.vlan;
	const char *type = framer.ethertype, *sap = framer.sap;
	char *p = head.tags, words[512];
	struct err e;
	if (tagged && !tags.n)
		tags = (struct opt_list){one, 1, 1};
	if (tags.n > TAGS)
		tool_die(EX_BAD, "--vlan: a frame has %d tags at most", TAGS);
	for (int i = 0; i < tags.n; i++)
		p = put_tag(p, tags.v[i]);
	head.ntags = (unsigned)tags.n;
	strcpy(head.service, tags.n == TAGS ? " type=0x88a8" : "");
	if (framer.llc || framer.snap)
		snprintf(head.inner, sizeof head.inner, sap ? " llc dsap=%1$.10s ssap=%1$.10s ctl=0x03" : " llc ctl=0x03", sap ? sap : "");
	if (framer.snap)
		snprintf(strchr(head.inner, '\0'), 40, type ? " snap oui=0x000000 type=%.10s" : " snap oui=0x000000", type ? type : "");
	else if (type)
		snprintf(tags.n ? p : head.service, 20, " type=%.12s", type);
	head.octets = TAG * head.ntags + (framer.llc || framer.snap ? 3 : 0) + (framer.snap ? 5 : 0);
	snprintf(words, sizeof words, "eth da=%.40s sa=%.40s", framer.da, framer.sa);
	if (pkt_read(&head.sample, words, strlen(words), &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	p = pkt_write(head.eth, &head.sample, false);
	stpcpy(stpcpy(p, head.service), " fcs=crc");
	snprintf(words, sizeof words, "%s%s%s", head.eth, head.tags, head.inner);
	if (pkt_read(&head.sample, words, strlen(words), &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	head.made = true;
}

/* Whether a number says which layer follows the sample's: in one of the three key spaces that it may have. */
static bool numbered(const struct pkt *k)
{
	static struct pkt s;
	uint32_t key;
	unsigned n = head.sample.nlayers;
	memcpy(s.layer, head.sample.layer, n * sizeof *s.layer);
	s.layer[n] = k->layer[0];
	s.nlayers = n + 1;
	for (unsigned i = 0; i < 3; i++)
		if (pkt_next_key(&s, n - 1, i, &key))
			return true;
	return false;
}

static void write_frame(struct pipe *p, unsigned first, const char *before, uint32_t n, bool sure)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	char pad[32] = "";
	struct err e;
	if (n < ETH_MIN && !framer.no_pad && !trailer(k))
		snprintf(pad, sizeof pad, " pad n=%u", ETH_MIN - n);
	counts.whole++;
	if (sure) {
		pipe_compose(p, k, first, k->nlayers, before, pad, "framer");
		return;
	}
	/* A written number may be the one that is computed: then it does not print. */
	if (pkt_compose(&out, k, first, k->nlayers, before, pad, &e) != 0)
		pipe_die(p, "%s", e.msg);
	pipe_write(p, &out, "framer", "");
}

static void frame_packet(struct pipe *p)
{
	const struct pkt *k = &p->pkt;
	bool given = framer.ethertype && !framer.llc, has = is(&k->layer[0], "llc"), sap = framer.sap && !framer.snap;
	char before[512];
	if (k->fcs)
		pipe_die(p, "%s with a check sequence of its own cannot go into an Ethernet frame", k->layer[0].proto->name);
	if (has)
		given = true;
	else if (!given && !sap && !numbered(k))
		pipe_die(p, framer.snap || !framer.llc ? "%s has no EtherType of its own: give one with --type"
		                                       : "%s has no SAP of its own: give one with --sap", k->layer[0].proto->name);
	uint32_t n = k->len + (has ? TAG * head.ntags : head.octets);
	if ((has || framer.llc || framer.snap) && n - TAG * head.ntags > LENGTH_MAX)
		pipe_die(p, "%u octets of LLC are more than the length of a frame can say, %d", n - TAG * head.ntags, LENGTH_MAX);
	stpcpy(stpcpy(stpcpy(before, head.eth), head.tags), has ? "" : head.inner);
	measure(p, n - TAG * head.ntags);
	write_frame(p, 0, before, n + eth_proto.hlen, !framer.ethertype && !framer.sap);
}

static char *put_word(char *p, const struct pkt *k, const char *name)
{
	const struct field *f = proto_field(&eth_proto, name, strlen(name));
	if (!field_prints(k, 0, f))
		return p;
	return field_write(p + sprintf(p, " %s=", name), k, 0, f);
}

/* A frame: tags where it has none, and a check sequence. */
static void frame_frame(struct pipe *p)
{
	const struct pkt *k = &p->pkt;
	unsigned has = tags_of(k), tags = has ? 0 : head.ntags;
	char before[1024], *at;
	if (k->fcs && !tags) {
		counts.already++;
		pipe_pass(p, "framer", "");
		return;
	}
	if (!tags) {
		strcpy(pkt_write_layers(before, k, 0, 1, false), " fcs=crc");
	} else {
		at = put_word(put_word(stpcpy(before, " eth"), k, "da"), k, "sa");
		at = stpcpy(at, head.ntags == TAGS ? " type=0x88a8" : "");
		at = k->fcs ? put_word(at, k, "fcs") : stpcpy(at, " fcs=crc");
		*put_word(stpcpy(at, head.tags), k, "type") = '\0';
	}
	measure(p, k->len - k->fcs - eth_proto.hlen - TAG * has);
	write_frame(p, 1, before + 1, k->len - k->fcs + TAG * tags, true);
}

static void make_frame(struct pipe *p, bool tagged)
{
	if (!head.made)
		make_head(tagged);
	framer_want_whole(p);
	if (p->pkt.layer[0].proto == &eth_proto)
		frame_frame(p);
	else
		frame_packet(p);
}

static void eth_frame(struct pipe *p) { make_frame(p, false); }
static void vlan_frame(struct pipe *p) { make_frame(p, true); }

/* ---- out of frames ---- */

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

static bool is_damaged(const struct pkt *k)
{
	const struct field *fcs = proto_field(&eth_proto, "fcs", 3);
	return k->fcs && field_value(k, &k->layer[0], fcs) != pkt_derive(k, 0, fcs);
}

/* A frame that is whole and yet too short: 4.2.4.2.2 has it dropped as what a collision left. Here it is told. */
static void look_for_runt(struct pipe *p, const struct pkt *k)
{
	if (!k->fcs || k->wire >= ETH_MIN + k->fcs)
		return;
	counts.runts++;
	if (opt_verbose)
		tool_warn("%s: a frame of %u octets is shorter than 64", pipe_where(p), k->wire);
}

static void take_out(struct pipe *p, bool untag)
{
	const struct pkt *k = as_frame(p);
	bool medium = k != &p->pkt;
	if (!k->nlayers || (medium && k->wire < (uint32_t)(eth_proto.hlen + eth_proto.fcs_len))) {
		framer_drop(p, k->p, k->len, "fcs", "too short for a header and a frame check sequence");
		return;
	}
	if (is_damaged(k)) {
		framer_drop(p, k->p, k->len, "fcs", "the frame check sequence does not fit");
		return;
	}
	if (!k->fcs)
		counts.unchecked++;
	look_for_runt(p, k);
	unsigned tags = tags_of(k), first = untag ? 1 + tags : 1, end = k->nlayers - trailer(k);
	uint32_t before = eth_proto.hlen + TAG * (first - 1);
	measure(p, k->wire - k->fcs - eth_proto.hlen - TAG * tags);
	/* Octets that the capture lacks are still counted, unless they belong to the trailer. */
	char lacks[32] = "";
	if (k->wire > k->len && end == k->nlayers)
		snprintf(lacks, sizeof lacks, " @len=%u", k->wire - before);
	pipe_compose(p, k, first, end, end > first ? "" : "data hex=", lacks, "framer");
	counts.whole++;
}

static void eth_deframe(struct pipe *p) { take_out(p, false); }
static void vlan_deframe(struct pipe *p) { take_out(p, true); }

const struct framing eth_framing = {"eth", TAKES_ETH, eth_frame, eth_deframe, NULL};
const struct framing vlan_framing = {"vlan", TAKES_ETH, vlan_frame, vlan_deframe, NULL};
