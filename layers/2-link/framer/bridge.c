/* bridge.c - framer bridge: frames in by a port, out by others (IEEE 802.1Q). */

#include "2-link/bridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/eth.h"
#include "2-link/framer/cmds.h"
#include "filter.h"
#include "io.h"
#include "num.h"

enum { ETH_MIN = 60, TPID_CUSTOMER = 0x8100, TPID_SERVICE = 0x88a8, NAME_LEN = 32 }; /* 802.3, 4.4.2; 802.1Q, table 9-1 */

static const char *ports_text, *from_text, *block_text;
static struct opt_list vlan_list, static_list;
static double age_s = 300;
static int64_t addrs = BRIDGE_ADDRS;
static bool provider, together, keep;

static const char *const usage[] = {"-p PORTS [--vlan PORT:PVID[,VID...]] [options] [FILE...]", NULL};
static const struct opt opts[] = {
	{'p', "ports", "N|NAME,...", OPT_STR, &ports_text, 0, 0, "the ports: 1 to N, or their names; up to 64"},
	{0, "from", "PORT", OPT_STR, &from_text, 0, 0, "the port of frames that have no @if="},
	{0, "age", "S", OPT_REAL, &age_s, 0, 1000000, "forget an address not heard of for S seconds of packet time (300)"},
	{0, "table", "N", OPT_INT, &addrs, 1, BRIDGE_ADDRS_MAX, "learn N addresses at most (8192)"},
	{0, "vlan", "PORT:VLANS", OPT_LIST, &vlan_list, 0, 0, "VLANs of a port: its PVID (0: none), then those with a tag: 3:1,10,20-29"},
	{0, "provider", NULL, OPT_FLAG, &provider, 0, 0, "tags are service tags, 0x88a8; customers' tags are payload"},
	{0, "static", "MAC[@VID]=PORTS", OPT_LIST, &static_list, 0, 0, "a static entry: frames to MAC leave by PORTS alone; =: by none"},
	{0, "block", "PORT,...", OPT_STR, &block_text, 0, 0, "ports that the spanning tree has blocked"},
	{0, "together", NULL, OPT_FLAG, &together, 0, 0, "one line for ports that get the same frame, with @framer.out=2,3"},
	{0, "keep", NULL, OPT_FLAG, &keep, 0, 0, "pass frames that are not forwarded on, with @framer.drop=WHY"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"A frame's note @if=PORT says by which port it came in; a line is written for each port that it leaves by, with that port in @if=.",
	"Exit status: 0 done; 1 a frame was damaged; 2 usage, malformed input or a system error.", NULL,
};

static struct bridge *bridge;
static char names[BRIDGE_PORTS][NAME_LEN];
static unsigned nports;
static bool vlans;
static uint64_t frames, forwarded, flooded, damaged, dropped[BRIDGE_DROPS];

/* ---- options ---- */

static int port_named(const char *s, size_t n)
{
	for (unsigned i = 0; i < nports; i++)
		if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0)
			return (int)i;
	return -1;
}

static unsigned port_of(const char *option, const char *s, size_t n)
{
	int i = port_named(s, n);
	if (i < 0)
		tool_die(EX_BAD, "%s: there is no port \"%.*s\"", option, n > 60 ? 60 : (int)n, s);
	return (unsigned)i;
}

/* A list of ports, separated by commas; none is none. */
static uint64_t ports_of(const char *option, const char *s)
{
	uint64_t set = 0;
	for (size_t n; *s; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		set |= (uint64_t)1 << port_of(option, s, n);
	}
	return set;
}

static void add_port(const char *s, size_t n)
{
	if (nports == BRIDGE_PORTS)
		tool_die(EX_BAD, "-p: more than %d ports", BRIDGE_PORTS);
	if (!n || n >= NAME_LEN || strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/@") < n)
		tool_die(EX_BAD, "-p: \"%.*s\" cannot be the name of a port", n > 60 ? 60 : (int)n, s);
	if (port_named(s, n) >= 0)
		tool_die(EX_BAD, "-p: two ports are called %.*s", (int)n, s);
	snprintf(names[nports++], NAME_LEN, "%.*s", (int)n, s);
}

/* "4": ports 1 to 4. "a,b,c": these. */
static void read_ports(void)
{
	uint64_t n;
	char number[NAME_LEN];
	if (!ports_text)
		tool_die(EX_BAD, "-p says which ports there are: -p 4, or -p a,b,c");
	if (num_read(ports_text, strlen(ports_text), &n) == 0) {
		if (n < 1 || n > BRIDGE_PORTS)
			tool_die(EX_BAD, "-p: 1 to %d ports", BRIDGE_PORTS);
		for (uint64_t i = 1; i <= n; i++)
			add_port(number, (size_t)snprintf(number, sizeof number, "%u", (unsigned)i));
		return;
	}
	const char *s = ports_text;
	for (size_t len;; s += len + 1) {
		len = strcspn(s, ",");
		add_port(s, len);
		if (!s[len])
			return;
	}
}

static uint16_t vid_of(const char *option, const char *s, size_t n, unsigned min)
{
	uint64_t v;
	if (num_read(s, n, &v) != 0 || v < min || v > BRIDGE_VIDS - 2)
		tool_die(EX_BAD, "%s: a VLAN is %u to %d, not \"%.*s\"", option, min, BRIDGE_VIDS - 2, n > 60 ? 60 : (int)n, s);
	return (uint16_t)v;
}

/* "PORT:PVID[,VID[-VID][u]...]"; frames of a VLAN marked u leave without a tag, as those of the PVID do. */
static void read_vlan(const char *text)
{
	const char *s = strchr(text, ':');
	if (!s)
		tool_die(EX_BAD, "--vlan: PORT:PVID[,VID...], not \"%.60s\"", text);
	unsigned port = port_of("--vlan", text, (size_t)(s - text));
	bridge_forget_members(bridge, port);
	bool first = true;
	for (size_t n; *s; first = false, s += n) {
		n = strcspn(++s, ",");
		bool untagged = first || (n && s[n - 1] == 'u');
		size_t digits = n - (!first && untagged), dash = first ? digits : strcspn(s, "-");
		uint16_t low = vid_of("--vlan", s, dash < digits ? dash : digits, !first), high = low;
		if (dash < digits)
			high = vid_of("--vlan", s + dash + 1, digits - dash - 1, low);
		if (first)
			bridge_pvid(bridge, port, low);
		for (unsigned v = low; v && v <= high; v++)
			bridge_member(bridge, port, (uint16_t)v, !untagged);
	}
}

/* "MAC[@VID]=PORT,..." */
static void read_static(const char *text)
{
	uint8_t mac[6];
	size_t n = strcspn(text, "@=");
	const char *ports = strchr(text, '=');
	uint16_t vid = vlans ? 1 : 0;
	if (!ports || num_read_mac(text, n, mac) != 0)
		tool_die(EX_BAD, "--static: MAC[@VID]=PORTS, not \"%.60s\"", text);
	if (text[n] == '@')
		vid = vid_of("--static", text + n + 1, (size_t)(ports - text) - n - 1, 1);
	if (vid && !vlans)
		tool_die(EX_BAD, "--static: @%u wants a bridge with VLANs (--vlan)", vid);
	if (bridge_static(bridge, mac, vid, ports_of("--static", ports + 1)) != 0)
		tool_die(EX_BAD, "--static: more than --table %u", (unsigned)addrs);
}

static void set_up(void)
{
	read_ports();
	vlans = vlan_list.n > 0 || provider;
	bridge = bridge_new(&(struct bridge_conf){nports, (int64_t)(age_s * 1e9), (uint32_t)addrs, vlans, provider});
	for (int i = 0; i < vlan_list.n; i++)
		read_vlan(vlan_list.v[i]);
	for (int i = 0; i < static_list.n; i++)
		read_static(static_list.v[i]);
	uint64_t blocked = block_text ? ports_of("--block", block_text) : 0;
	for (unsigned i = 0; i < nports; i++)
		if (blocked >> i & 1)
			bridge_block(bridge, i);
	if (from_text)
		port_of("--from", from_text, strlen(from_text));
}

/* ---- the frame as it leaves ---- */

/* What is in front of a frame's payload. */
struct head {
	bool tagged;
	uint16_t tci;            /* PCP, DEI and VID (9.6) */
	unsigned payload;        /* the first layer behind */
	unsigned typed;          /* the layer whose type is that of the payload: eth or vlan */
};

static uint16_t tpid(void) { return provider ? TPID_SERVICE : TPID_CUSTOMER; }

/* By the octets, whatever the text calls them. */
static struct head head_of(const struct pkt *k)
{
	const uint8_t *tag = k->p + eth_proto.hlen;
	struct head h = {.payload = 1};
	if (vlans && be16(tag - 2) == tpid() && k->len >= eth_proto.hlen + 4u)
		h = (struct head){true, be16(tag), 2, 1};
	return h;
}

static char *put_field(char *p, const struct pkt *k, unsigned layer, const char *name)
{
	const struct field *f = proto_field(k->layer[layer].proto, name, strlen(name));
	if (!field_prints(k, layer, f))
		return p;
	p += sprintf(p, " %s=", name);
	return field_write(p, k, layer, f);
}

/* The header of k with another tag or none. */
static void put_head(char *p, const struct pkt *k, const struct head *h, bool tagged, uint16_t tci)
{
	p = stpcpy(p, "eth");
	p = put_field(p, k, 0, "da");
	p = put_field(p, k, 0, "sa");
	if (tagged && tpid() != TPID_CUSTOMER)
		p += sprintf(p, " type=0x%04x", tpid());
	if (!tagged)
		p = put_field(p, k, h->typed, "type");
	p = stpcpy(p, k->fcs ? " fcs=crc" : "");
	if (tagged) {
		p = stpcpy(p, " vlan");
		p += tci >> 13 ? sprintf(p, " pcp=%u", tci >> 13) : 0;
		p += tci >> 12 & 1 ? sprintf(p, " dei=1") : 0;
		p += sprintf(p, " vid=%u", tci & 0xfff);
		p = put_field(p, k, h->typed, "type");
	}
	*p = '\0';
}

/* A frame that loses its tag is filled up again to what is the shortest; octets that a capture lacks stay counted. Returns the layers
 * that are left of k: its own filling goes into the new one. */
static unsigned put_tail(char *p, const struct pkt *k, int grown)
{
	const struct layer *last = &k->layer[k->nlayers - 1];
	uint32_t n = k->len - k->fcs, want = n + (uint32_t)grown < ETH_MIN && n >= ETH_MIN ? ETH_MIN - n - (uint32_t)grown : 0;
	*p = '\0';
	if (k->wire > k->len) {
		sprintf(p, " @len=%u", k->wire + (uint32_t)grown);
		return k->nlayers;
	}
	if (!want)
		return k->nlayers;
	if (last->proto->role != ROLE_PAD) {
		sprintf(p, " pad n=%u", want);
		return k->nlayers;
	}
	bool zero = true;
	for (uint32_t i = 0; i < last->hlen && zero; i++)
		zero = k->p[last->off + i] == 0;
	if (zero) {
		sprintf(p, " pad n=%u", last->hlen + want);
	} else {
		p = stpcpy(p, " pad hex=");
		hex_write(p, k->p + last->off, last->hlen);
		p += 2 * (size_t)last->hlen;
		memset(p, '0', 2 * (size_t)want);
		p[2 * want] = '\0';
	}
	return k->nlayers - 1;
}

/* The packet at hand with another tag or none, in out. */
static void retag(struct pipe *p, struct pkt *out, const struct head *h, bool tagged, uint16_t vid)
{
	static struct pkt again;
	static char after[2 * PKT_MAX + 64];
	char before[256];
	struct err e;
	const struct pkt *k = &p->pkt;
	if (h->tagged && (k->nlayers < 2 || k->layer[1].off != eth_proto.hlen || strcmp(k->layer[1].proto->name, "vlan") != 0)) {
		struct cap_rec r = {.time = k->time, .link = k->link, .fcs = (int)k->fcs, .wire = k->wire, .len = k->len, .p = k->p};
		pkt_decode(&again, &r);
		pkt_notes(&again, k);
		k = &again;
	}
	put_head(before, k, h, tagged, (uint16_t)((h->tci & 0xf000) | vid));
	unsigned end = put_tail(after, k, 4 * (tagged - h->tagged));
	if (pkt_compose(out, k, h->payload, end, before, after, &e) != 0)
		pipe_die(p, "%s", e.msg);
}

/* ---- what goes out ---- */

/* "2,3" */
static char *put_ports(char *p, uint64_t set)
{
	for (const char *comma = ""; set; set &= set - 1, comma = ",")
		p += sprintf(p, "%s%s", comma, names[__builtin_ctzll(set)]);
	return p;
}

/* The frame leaves by ports, all of them with a tag or all without; as it came where it had that already. made: it is in out. */
static void leave(struct pipe *p, struct pkt *out, bool *made, const struct head *h, unsigned in, const struct bridge_verdict *v,
		  uint64_t ports)
{
	char notes[BRIDGE_PORTS * (NAME_LEN + 1) + 64], list[BRIDGE_PORTS * (NAME_LEN + 1)];
	bool tagged = !(ports & v->untagged);
	*put_ports(list, ports) = '\0';
	snprintf(notes, sizeof notes, together ? " @if=%s @framer.out=%s" : " @if=%2$s @framer.in=%1$s", names[in], list);
	if (!vlans || (tagged == h->tagged && (!tagged || (h->tci & 0xfff) == v->vid))) {
		pipe_pass(p, "framer,if", notes);
		return;
	}
	if (!*made)
		retag(p, out, h, tagged, v->vid);
	*made = true;
	pipe_write(p, out, "framer,if", notes);
}

static void leave_all(struct pipe *p, const struct head *h, unsigned in, const struct bridge_verdict *v)
{
	static struct pkt out[2];
	bool made[2] = {false, false};
	for (uint64_t left = v->out, now; left; left &= ~now) {
		bool untagged = left & -left & v->untagged;
		now = !together ? left & -left : left & (untagged ? v->untagged : ~v->untagged);
		leave(p, &out[untagged], &made[untagged], h, in, v, now);
	}
}

static void tell_table(void)
{
	size_t n = bridge_count(bridge);
	struct bridge_addr *a = xmalloc((n + 1) * sizeof *a);
	bridge_table(bridge, a);
	fprintf(stderr, "  %saddress            age     ports\n", vlans ? "VLAN  " : "");
	for (size_t i = 0; i < n; i++) {
		char mac[32], where[BRIDGE_PORTS * (NAME_LEN + 1)];
		*num_mac(mac, a[i].mac) = '\0';
		*put_ports(where, a[i].ports) = '\0';
		fputs("  ", stderr);
		if (vlans)
			fprintf(stderr, "%4u  ", a[i].vid);
		if (a[i].fixed)
			fprintf(stderr, "%s  static  %s\n", mac, *where ? where : "none");
		else
			fprintf(stderr, "%s  %-6.6g  %s\n", mac, (double)a[i].age_ns / 1e9, where);
	}
	free(a);
}

/* -v: what became of a frame, and the table then. */
static void tell(struct pipe *p, unsigned in, const struct bridge_frame *f, const struct bridge_verdict *v)
{
	static const char *const learned[] = {"", "; source learned", "", "; source moved here from port ", "; no room for its source"};
	char da[32], sa[32], vlan[32] = "", out[BRIDGE_PORTS * (NAME_LEN + 1)];
	*num_mac(da, f->da) = '\0';
	*num_mac(sa, f->sa) = '\0';
	*put_ports(out, v->out) = '\0';
	if (v->vid)
		snprintf(vlan, sizeof vlan, ", VLAN %u", v->vid);
	fprintf(stderr, "%s: port %s%s: %s to %s: %s%s%s%s\n", pipe_where(p), names[in], vlan, sa, da,
	        v->drop ? bridge_drop_text(v->drop) : v->known ? "forwarded to " : "flooded to ", v->drop ? "" : out,
	        learned[v->learned], v->learned == BRIDGE_MOVED ? names[v->before] : "");
	tell_table();
}

static unsigned port_in(struct pipe *p)
{
	for (unsigned i = 0; i < p->pkt.nnotes; i++) {
		const struct note *n = &p->pkt.notes[i];
		if (n->n < 3 || memcmp(n->s, "if=", 3) != 0)
			continue;
		int port = port_named(n->s + 3, n->n - 3);
		if (port < 0)
			pipe_die(p, "@%.*s: there is no such port", n->n > 60 ? 60 : (int)n->n, n->s);
		return (unsigned)port;
	}
	if (!from_text)
		pipe_die(p, "no @if= says by which port it came in (--from PORT is for those)");
	return (unsigned)port_named(from_text, strlen(from_text));
}

/* A damaged frame is no frame (6.7: the MAC does not pass it up). */
static bool is_damaged(const struct pkt *k)
{
	const struct field *fcs = proto_field(&eth_proto, "fcs", 3);
	return k->fcs && field_value(k, &k->layer[0], fcs) != pkt_derive(k, 0, fcs);
}

/* Nanoseconds; 0 where it has no time. */
static int64_t time_of(const struct pkt *k)
{
	const uint64_t ns = 1000000000, last = INT64_MAX / 1000000000 - 1;
	return k->time.set ? (int64_t)((k->time.sec < last ? k->time.sec : last) * ns + k->time.nsec) : 0;
}

static void stay(struct pipe *p, const char *why)
{
	char note[64];
	snprintf(note, sizeof note, " @framer.drop=%s", why);
	if (keep)
		pipe_pass(p, "framer", note);
}

static void each(struct pipe *p, void *arg)
{
	const struct pkt *k = &p->pkt;
	struct bridge_verdict v;
	(void)arg;
	if (!k->nlayers || k->layer[0].proto != &eth_proto)
		pipe_die(p, "not an Ethernet frame: the first layer is %s", k->nlayers ? k->layer[0].proto->name : "unknown");
	unsigned in = port_in(p);
	frames++;
	if (is_damaged(k)) {
		damaged++;
		if (opt_verbose)
			fprintf(stderr, "%s: port %s: the frame check sequence does not fit\n", pipe_where(p), names[in]);
		stay(p, "fcs");
		return;
	}
	struct head h = head_of(k);
	struct bridge_frame f = {k->p, k->p + 6, h.tagged, h.tci & 0xfff};
	bridge_frame(bridge, in, &f, time_of(k), &v);
	if (opt_verbose)
		tell(p, in, &f, &v);
	dropped[v.drop]++;
	forwarded += !v.drop && v.known;
	flooded += !v.drop && !v.known;
	if (v.drop)
		stay(p, bridge_drop_name(v.drop));
	else
		leave_all(p, &h, in, &v);
}

static void report(void)
{
	char list[400] = "";
	size_t at = 0;
	for (unsigned d = BRIDGE_PASS + 1; d < BRIDGE_DROPS; d++)
		if (dropped[d])
			at += (size_t)snprintf(list + at, sizeof list - at, ", %llu %s", (unsigned long long)dropped[d],
			                       bridge_drop_name(d));
	if (damaged)
		snprintf(list + at, sizeof list - at, ", %llu fcs", (unsigned long long)damaged);
	uint64_t gone = frames - forwarded - flooded;
	tool_say("%llu frame%s: %llu forwarded, %llu flooded, %llu dropped%s%s%s", (unsigned long long)frames, plural(frames),
	         (unsigned long long)forwarded, (unsigned long long)flooded, (unsigned long long)gone, gone ? " (" : "",
	         gone ? list + 2 : "", gone ? ")" : "");
}

int framer_bridge(int argc, char **argv)
{
	static const char summary[] = "learn addresses, and say by which ports frames leave";
	static const struct tool tool = {"framer bridge", usage, summary, opts, more, NULL, NULL};
	static struct pipe p;
	int n = opt_parse(&tool, argc, argv);
	set_up();
	pipe_run(&p, argv + 1, n, each, NULL);
	if (opt_verbose || damaged)
		report();
	bridge_free(bridge);
	return damaged ? EX_NO : EX_YES;
}
