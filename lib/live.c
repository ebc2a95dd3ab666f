/* live.c - live capture, injection and capture filters: the one file that calls libpcap. */
#include "live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PROGRAMS = 8,                /* filter programs kept: a capture with more link types compiles anew */
	RING_SIZE = 2 * 1024 * 1024, /* octets: the kernel's ring counts as our memory */
	SNAP_MORE = 64,              /* octets: libpcap 1.10 may cut a little short of the snap length */
	SEND_TRIES = 1000,           /* milliseconds that a full transmit queue may take */
	/* 0: immediate mode, one ring slot of the snap length a packet. N: the kernel packs packets
	 * into blocks and hands them over after N ms; loses less in a burst, answers later. */
	WAIT_MS = 1
};

/* ---- link types ---- */

/* Capture files say LINKTYPE_x, libpcap DLT_x. They are the same number except for the few whose DLT differs
 * between systems (https://www.tcpdump.org/linktypes.html). */
static const struct {
	int dlt;
	uint32_t link;
} link_map[] = {
#ifdef DLT_ATM_RFC1483
	{DLT_ATM_RFC1483, 100},
#endif
	{DLT_RAW, 101},
#ifdef DLT_SLIP_BSDOS
	{DLT_SLIP_BSDOS, 102},
#endif
#ifdef DLT_PPP_BSDOS
	{DLT_PPP_BSDOS, 103},
#endif
#ifdef DLT_ATM_CLIP
	{DLT_ATM_CLIP, 106},
#endif
#ifdef DLT_LOOP
	{DLT_LOOP, 108},
#endif
#ifdef DLT_ENC
	{DLT_ENC, 109},
#endif
#ifdef DLT_PFSYNC
	{DLT_PFSYNC, 246},
#endif
#ifdef DLT_PKTAP
	{DLT_PKTAP, 258},
#endif
};
enum { LINK_MAP = sizeof link_map / sizeof *link_map };

static int dlt_of_link(uint32_t link)
{
	link &= 0xffff;  /* draft-ietf-opsawg-pcap, 4: the bits above are FCS length and reserved */
	for (size_t i = 0; i < LINK_MAP; i++)
		if (link_map[i].link == link)
			return link_map[i].dlt;
	return (int)link;
}

static uint32_t link_of_dlt(int dlt)
{
	for (size_t i = 0; i < LINK_MAP; i++)
		if (link_map[i].dlt == dlt)
			return link_map[i].link;
	return (uint32_t)dlt;
}

/* ---- filters ---- */

struct program {
	int dlt;
	struct bpf_program code;
};

struct filter {
	char *expr;
	int n;
	struct program prog[PROGRAMS];  /* the last used first */
};

/* Compiles expr for packets of a link type. 0, or -1 with libpcap's own words in e. */
static int compile(const char *expr, int dlt, struct bpf_program *code, struct err *e)
{
	pcap_t *p = pcap_open_dead_with_tstamp_precision(dlt, PKT_MAX, PCAP_TSTAMP_PRECISION_NANO);
	if (!p)
		return err_set(e, "filter: out of memory");
	int r = pcap_compile(p, code, expr, 1, PCAP_NETMASK_UNKNOWN);
	if (r != 0)
		err_set(e, "filter: %s", pcap_geterr(p));
	pcap_close(p);
	return r == 0 ? 0 : -1;
}

/* True when another link type has what Ethernet has not: 802.11 frames, ATM circuits, SS7 fields,
 * packet filter logs. One that did not parse, or names an unknown host, would fail there too
 * (and look the name up again each time). */
static bool compiles_elsewhere(const char *expr, const char *why)
{
	static const int dlts[] = {DLT_RAW, DLT_IEEE802_11_RADIO, DLT_SUNATM, DLT_MTP2, DLT_PFLOG,
	                           DLT_PPP, DLT_LINUX_SLL2, DLT_ARCNET};
	struct bpf_program code;
	if (strstr(why, "syntax error") || strstr(why, "unknown host"))
		return false;
	for (size_t i = 0; i < sizeof dlts / sizeof *dlts; i++) {
		if (compile(expr, dlts[i], &code, NULL) == 0) {
			pcap_freecode(&code);
			return true;
		}
	}
	return false;
}

struct filter *filter_new(const char *expr, struct err *e)
{
	struct filter *f = xmalloc(sizeof *f);
	struct err why;
	f->n = 0;
	f->prog[0].dlt = DLT_EN10MB;
	if (compile(expr, DLT_EN10MB, &f->prog[0].code, &why) == 0) {
		f->n = 1;
	} else if (!compiles_elsewhere(expr, why.msg)) {
		err_set(e, "%s", why.msg);
		free(f);
		return NULL;
	}
	f->expr = xstrdup(expr);
	return f;
}

/* Puts the program for dlt in front, compiling it if need be. */
static int program_get(struct filter *f, int dlt, struct err *e)
{
	struct program found;
	int i = 0;
	while (i < f->n && f->prog[i].dlt != dlt)
		i++;
	if (i < f->n) {
		found = f->prog[i];
	} else {
		found.dlt = dlt;
		if (compile(f->expr, dlt, &found.code, e) != 0)
			return -1;
		if (f->n < PROGRAMS)
			i = f->n++;
		else
			pcap_freecode(&f->prog[i = PROGRAMS - 1].code);
	}
	memmove(f->prog + 1, f->prog, (size_t)i * sizeof *f->prog);
	f->prog[0] = found;
	return 0;
}

int filter_match(struct filter *f, const struct cap_rec *r, struct err *e)
{
	int dlt = dlt_of_link(r->link);
	struct pcap_pkthdr h = {.caplen = r->len, .len = r->wire};
	if ((f->n == 0 || f->prog[0].dlt != dlt) && program_get(f, dlt, e) != 0)
		return -1;
	return pcap_offline_filter(&f->prog[0].code, &h, r->p) != 0;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (int i = 0; i < f->n; i++)
		pcap_freecode(&f->prog[i].code);
	free(f->expr);
	free(f);
}

/* ---- live ---- */

struct live {
	pcap_t *p;
	char *iface;
	uint32_t link;
	uint32_t snaplen;
	uint8_t digits;  /* of its times: 6 or 9 */
};

/* Why pcap_activate failed, with what to do about it. */
static int activate_error(const char *iface, pcap_t *p, int status, struct err *e)
{
	char exe[256];
	ssize_t n;
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		n = readlink("/proc/self/exe", exe, sizeof exe);
		if (n <= 0 || (size_t)n >= sizeof exe)
			return err_set(e, "%s: no privilege to capture or send here: run it as root", iface);
		return err_set(e, "%s: no privilege to capture or send here: run it as root, or once: setcap cap_net_raw+ep %.*s",
		               iface, (int)n, exe);
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return err_set(e, "%s: no such interface: pktcat -D lists the interfaces", iface);
	case PCAP_ERROR_IFACE_NOT_UP:
		return err_set(e, "%s: the interface is down: ip link set %s up", iface, iface);
	default:
		if (*pcap_geterr(p))
			return err_set(e, "%s: %s", iface, pcap_geterr(p));
		return err_set(e, "%s: %s", iface, pcap_statustostr(status));
	}
}

/* Activates p as live.h promises. Warnings (no promiscuous mode on "any") are fine. */
static int activate(pcap_t *p, const char *iface, int snaplen, bool promisc, struct err *e)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_set_snaplen(p, snaplen < PKT_MAX - SNAP_MORE ? snaplen + SNAP_MORE : PKT_MAX);
	pcap_set_promisc(p, promisc);
	pcap_set_buffer_size(p, RING_SIZE);
	if (WAIT_MS > 0)
		pcap_set_timeout(p, WAIT_MS);
	else
		pcap_set_immediate_mode(p, 1);
	pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);  /* or it stays at microseconds */
	int status = pcap_activate(p);
	if (status < 0)
		return activate_error(iface, p, status, e);
	if (pcap_setnonblock(p, 1, why) != 0)
		return err_set(e, "%s: %s", iface, why);
	if (pcap_get_selectable_fd(p) < 0)
		return err_set(e, "%s: this interface cannot be polled", iface);
	return 0;
}

/* "any" is cooked: of its two link types the second also says which interface it was. */
static void prefer_sll2(pcap_t *p)
{
	int *dlts;
	int n = pcap_datalink(p) == DLT_LINUX_SLL ? pcap_list_datalinks(p, &dlts) : 0;
	for (int i = 0; i < n; i++)
		if (dlts[i] == DLT_LINUX_SLL2)
			pcap_set_datalink(p, DLT_LINUX_SLL2);
	if (n > 0)
		pcap_free_datalinks(dlts);
}

struct live *live_open(const char *iface, int snaplen, bool promisc, struct err *e)
{
	char why[PCAP_ERRBUF_SIZE];
	if (snaplen <= 0 || snaplen > PKT_MAX)
		snaplen = PKT_MAX;
	pcap_t *p = pcap_create(iface, why);
	if (!p) {
		err_set(e, "%s: %s", iface, why);
		return NULL;
	}
	if (activate(p, iface, snaplen, promisc, e) != 0) {
		pcap_close(p);
		return NULL;
	}
	prefer_sll2(p);
	struct live *l = xmalloc(sizeof *l);
	l->p = p;
	l->iface = xstrdup(iface);
	l->link = link_of_dlt(pcap_datalink(p));
	l->snaplen = (uint32_t)snaplen;
	l->digits = pcap_get_tstamp_precision(p) == PCAP_TSTAMP_PRECISION_NANO ? 9 : 6;
	return l;
}

int live_filter(struct live *l, const char *expr, struct err *e)
{
	char why[PCAP_ERRBUF_SIZE];
	struct bpf_program code;
	bpf_u_int32 net, mask;
	if (pcap_lookupnet(l->iface, &net, &mask, why) != 0)
		mask = PCAP_NETMASK_UNKNOWN;  /* only "ip broadcast" asks for it */
	if (pcap_compile(l->p, &code, expr, 1, mask) != 0)
		return err_set(e, "filter: %s", pcap_geterr(l->p));
	int r = pcap_setfilter(l->p, &code);
	if (r != 0)
		err_set(e, "filter: %s", pcap_geterr(l->p));
	pcap_freecode(&code);
	return r == 0 ? 0 : -1;
}

int live_fd(struct live *l)
{
	return pcap_get_selectable_fd(l->p);
}

int live_next(struct live *l, struct cap_rec *r, struct err *e)
{
	struct pcap_pkthdr *h;
	const u_char *octets;
	int got = pcap_next_ex(l->p, &h, &octets);
	if (got == 0)
		return 2;
	if (got != 1) {
		if (if_nametoindex(l->iface) == 0 && strcmp(l->iface, "any") != 0)
			return 0;
		return err_set(e, "%s: %s", l->iface, pcap_geterr(l->p));
	}
	*r = (struct cap_rec){
		.time = {.sec = (uint64_t)h->ts.tv_sec, .digits = l->digits, .set = true},
		.link = l->link, .fcs = -1, .wire = h->len,
		.len = h->caplen < l->snaplen ? h->caplen : l->snaplen, .p = octets,
	};
	r->time.nsec = (uint32_t)h->ts.tv_usec * (l->digits == 9 ? 1 : 1000);  /* tv_usec is ns at 9 */
	return 1;
}

int live_send(struct live *l, const uint8_t *p, size_t n, struct err *e)
{
	if (n > PKT_MAX)
		return err_set(e, "%s: a packet of %zu octets is too long to send", l->iface, n);
	for (int i = 0; i < SEND_TRIES; i++) {
		errno = 0;
		if (pcap_inject(l->p, p, n) >= 0)
			return 0;
		if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
			return err_set(e, "%s: a packet of %zu octets: %s", l->iface, n, pcap_geterr(l->p));
		poll(NULL, 0, 1);  /* the socket's POLLOUT says nothing about the interface's queue */
	}
	return err_set(e, "%s: the transmit queue stays full", l->iface);
}

uint32_t live_link(const struct live *l)
{
	return l->link;
}

uint64_t live_drops(struct live *l)
{
	struct pcap_stat s;
	return pcap_stats(l->p, &s) == 0 ? s.ps_drop : 0;
}

void live_close(struct live *l)
{
	if (!l)
		return;
	pcap_close(l->p);
	free(l->iface);
	free(l);
}

/* ---- the list of interfaces ---- */

/* The Internet addresses, joined by commas, in memory that the caller frees. */
static char *addrs_join(const struct pcap_addr *a)
{
	char *s = xstrdup("");
	size_t len = 0;
	for (; a; a = a->next) {
		char text[INET6_ADDRSTRLEN];
		const void *octets = NULL;
		if (a->addr && a->addr->sa_family == AF_INET)
			octets = &((const struct sockaddr_in *)(const void *)a->addr)->sin_addr;
		else if (a->addr && a->addr->sa_family == AF_INET6)
			octets = &((const struct sockaddr_in6 *)(const void *)a->addr)->sin6_addr;
		if (!octets || !inet_ntop(a->addr->sa_family, octets, text, sizeof text))
			continue;
		s = xrealloc(s, len + sizeof text + 1);
		len += (size_t)snprintf(s + len, sizeof text + 1, "%s%s", len ? "," : "", text);
	}
	return s;
}

int live_list(void (*each)(void *arg, const char *name, const char *desc, const char *addrs, bool up), void *arg,
	      struct err *e)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_if_t *all;
	if (pcap_findalldevs(&all, why) != 0)
		return err_set(e, "%s", why);
	for (const pcap_if_t *i = all; i; i = i->next) {
		char *addrs = addrs_join(i->addresses);
		each(arg, i->name, i->description ? i->description : "", addrs, (i->flags & PCAP_IF_UP) != 0);
		free(addrs);
	}
	pcap_freealldevs(all);
	return 0;
}
