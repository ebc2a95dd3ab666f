/* pktcat.c - packets from capture files, packet text or an interface, in any of these and other forms: pktcat(1). */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "show.h"
#include "source.h"
#include "tool.h"

enum form { TEXT, JSON, TSV, HEXDUMP, DIAGRAM, TREE };

static const char *iface, *filter_text, *fields, *write_to, *read_from;
static bool list_ifaces, list_layers, qualified, pcapng, no_promisc;
static int form = TEXT;
static int64_t count, snaplen;

static const char *const usage[] = {
	"[-Q] [-T FORM] [-e FIELDS] [-f FILTER] [-c COUNT] [-s SNAPLEN] [-w FILE] [-r FILE | FILE...]",
	"-i IFACE [-p] [...]", "-D | --layers | --help LAYER", NULL,
};

static const struct opt opts[] = {
	{'i', "interface", "IFACE", OPT_STR, &iface, 0, 0, "capture live from IFACE (-D lists them)"},
	{'D', "interfaces", NULL, OPT_FLAG, &list_ifaces, 0, 0, "list the interfaces"},
	{'p', "no-promiscuous", NULL, OPT_FLAG, &no_promisc, 0, 0, "capture only what concerns this machine"},
	{'f', "filter", "FILTER", OPT_STR, &filter_text, 0, 0, "pass what the capture filter matches, pcap-filter(7)"},
	{'T', "form", "text|json|tsv|hex|diagram|tree", OPT_ENUM, &form, 0, 0, "form of the output (text)"},
	{'e', "fields", "FIELDS", OPT_STR, &fields, 0, 0, "columns of -T tsv: time,ip.src,udp.dport,..."},
	{'w', "write", "FILE", OPT_STR, &write_to, 0, 0, "write a capture file, pcap or NAME.pcapng (-: stdout)"},
	{0, "pcapng", NULL, OPT_FLAG, &pcapng, 0, 0, "write pcapng whatever the name"},
	{'c', "count", "COUNT", OPT_INT, &count, 1, 1e18, "stop after COUNT packets"},
	{'s', "snaplen", "SNAPLEN", OPT_INT, &snaplen, 1, PKT_MAX, "keep the first SNAPLEN octets of each packet"},
	{'Q', "qualified", NULL, OPT_FLAG, &qualified, 0, 0, "print qualified names: ip.ttl=64"},
	{'r', "read", "FILE", OPT_STR, &read_from, 0, 0, "read FILE, as an operand does"},
	{0, "layers", NULL, OPT_FLAG, &list_layers, 0, 0, "list the layers (--help LAYER describes one)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};

static const char *const more[] = {
	"Exit status: 0 done; 2 usage, malformed input or a system error.", NULL,
};

struct run {
	struct source src;
	struct out out;           /* text of any form */
	struct out file;          /* the capture */
	struct capw cap;
	bool printing, writing;
	struct bulk *bulk;        /* made when first needed */
	struct filter *filter;
	struct tsv *tsv;
	struct pkt pkt;
	bool color;
	uint64_t packets, notes_lost, truncated;
};

static void flush(void *arg)
{
	struct run *r = arg;
	bulk_flush(r->bulk);
	bool bad = r->printing && out_flush(&r->out) != 0;
	if (bad || (r->writing && out_flush(&r->file) != 0))
		tool_die(EX_BAD, "%s", bad ? r->out.err.msg : r->file.err.msg);
}

/* What was complete before an error goes out first. */
static void die(struct run *r, const struct err *e)
{
	struct err why = *e, ignored;
	bulk_flush(r->bulk);
	if (r->writing && r->cap.begun)
		capw_end(&r->cap, &ignored);
	flush(r);
	tool_die(EX_BAD, "%s", why.msg);
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);
	return n >= t && strcmp(s + n - t, tail) == 0;
}

/* --- help ----------------------------------------------------------------------------------------------- */

static bool topic(const char *word)
{
	struct out o;
	struct err e;
	if (registry_init(&e) != 0 || out_open(&o, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	bool known = show_proto(&o, word);
	if (out_close(&o, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	return known;
}

static void print_layers(void)
{
	struct out o;
	struct err e;
	if (out_open(&o, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	show_layers(&o);
	if (out_close(&o, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

static void print_iface(void *arg, const char *name, const char *desc, const char *addrs, bool up)
{
	out_printf(arg, "%s\t%s\t%s\t%s\n", name, up ? "up" : "down", addrs, desc);
}

static void print_ifaces(void)
{
	struct out o;
	struct err e;
	if (out_open(&o, "-", &e) != 0 || live_list(print_iface, &o, &e) != 0 || out_close(&o, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

/* --- in bulk -------------------------------------------------------------------------------------------- */

/* What a line of a file became: goes into the capture. */
static void write_record(void *arg, const struct bulk_packet *p)
{
	struct run *r = arg;
	struct cap_rec rec = p->rec;
	struct err e;
	if (p->error)
		e = *p->error;
	if (!p->error && p->relative) {
		rec.time = r->src.last;
		stamp_add(&rec.time, &p->rec.time);
	}
	if (p->error || capw_put(&r->cap, &rec, &e) != 0) {
		err_prefix(&e, "%s:%llu: ", p->name, (unsigned long long)p->line);
		r->bulk = NULL; /* what is behind it is not delivered */
		die(r, &e);
	}
	if (rec.time.set)
		r->src.last = rec.time;
	r->notes_lost += p->notes;
}

/* Whether the record is one of many: a file can be read without waiting, so that a batch of packets can be worked on at
 * a time; a pipe or an interface wants each packet at once. Then nothing of it needs the packet itself here. */
static bool in_bulk(struct run *r, bool is_cap)
{
	bool to_text = is_cap && r->printing && !r->writing && form == TEXT;
	bool to_cap = !is_cap && r->writing && !r->printing && !r->filter && !snaplen;
	bool bulk = (to_text || to_cap) && r->src.open && r->src.in.regular;
	if (bulk && !r->bulk)
		r->bulk = bulk_new(&r->out, qualified, write_record, r);
	if (!bulk)
		bulk_flush(r->bulk);
	return bulk;
}

/* --- one packet ----------------------------------------------------------------------------------------- */

static void print_packet(struct run *r)
{
	struct out *o = &r->out;
	const struct pkt *k = &r->pkt;
	switch ((enum form)form) {
	case TEXT: {
		char *p = out_room(o, pkt_bound(k)), *end = pkt_write(p, k, qualified);
		*end++ = '\n';
		out_done(o, (size_t)(end - p));
		break;
	}
	case JSON: show_json(o, k); break;
	case TSV: tsv_row(o, r->tsv, k); break;
	case HEXDUMP: show_hex(o, k, r->color); break;
	case DIAGRAM: show_diagram(o, k, r->color); break;
	case TREE: show_tree(o, k, r->color); break;
	}
}

/* Decides whether the packet passes; cuts it to the snap length. The record is made only where it is needed. In bulk
 * the packet is decoded later. */
static bool select_packet(struct run *r, struct cap_rec *cap, bool is_cap, bool bulk)
{
	struct err e;
	struct pkt *k = &r->pkt;
	bool cut = snaplen && (is_cap ? cap->len : k->len) > snaplen;
	if (!is_cap && (r->filter || r->writing || cut) && pkt_record(k, cap, &e) != 0) {
		err_prefix(&e, "%s:%llu: ", r->src.name, (unsigned long long)r->src.line);
		die(r, &e);
	}
	if (r->filter) {
		int pass = filter_match(r->filter, cap, &e);
		if (pass < 0)
			die(r, &e);
		if (!pass)
			return false;
	}
	if (cut) {
		cap->len = (uint32_t)snaplen;
		cap->fcs = -1;
	}
	if (cut && !bulk) {
		unsigned notes = is_cap ? 0 : k->nnotes;
		pkt_decode(k, cap);
		k->nnotes = notes; /* they are in the line, and their list in k */
	}
	return true;
}

/* Returns false when COUNT is reached. */
static bool handle(struct run *r, struct rec *rec)
{
	struct err e;
	if (rec->kind == REC_COMMENT) {
		if (r->printing && form == TEXT) {
			bulk_flush(r->bulk);
			out_write(&r->out, rec->line, rec->raw);
			out_write(&r->out, "\n", 1);
		}
		return true;
	}
	if (r->out.failed || r->file.failed)
		flush(r); /* says so and ends: the rest would be for nothing */
	bool is_cap = rec->kind == REC_CAP;
	bool bulk = in_bulk(r, is_cap);
	bool decode = !bulk && (r->printing || !is_cap);
	r->packets++;
	if (bulk && !is_cap) {
		bulk_line(r->bulk, rec->line, rec->n, r->src.name, r->src.line);
		return !count || r->packets < (uint64_t)count;
	}
	if (decode && source_packet(&r->src, rec, &r->pkt, &e) != 0)
		die(r, &e);
	struct cap_rec cap = rec->cap;
	if (!select_packet(r, &cap, is_cap, bulk)) {
		r->packets--;
		return true;
	}
	if (bulk)
		bulk_record(r->bulk, &cap);
	else if (r->printing)
		print_packet(r);
	if (r->writing) {
		if (capw_put(&r->cap, &cap, &e) != 0) {
			err_prefix(&e, is_cap ? "%s: " : "%s:%llu: ", r->src.name, (unsigned long long)r->src.line);
			die(r, &e);
		}
		r->notes_lost += decode ? r->pkt.nnotes + (r->pkt.q != NULL) : 0;
	}
	r->truncated += cap.wire > cap.len && is_cap;
	return !count || r->packets < (uint64_t)count;
}

/* --- beginning and end ---------------------------------------------------------------------------------- */

static void on_signal(int sig)
{
	(void)sig;
	source_stop();
}

/* -v: what each input is. */
static void tell_input(struct source *s)
{
	const struct cap *c = &s->cap;
	if (s->text)
		tool_say("%s: packet text", s->name);
	else if (c->format == CAP_PCAP)
		tool_say("%s: pcap, %s octet order, link type %u, %s", s->name, c->swapped ? "the other" : "this machine's", c->link,
		         c->digits == 9 ? "nanoseconds" : "microseconds");
	else
		tool_say("%s: pcapng, %s octet order", s->name, c->swapped ? "the other" : "this machine's");
}

static void open_live(struct run *r)
{
	struct err e;
	struct live *l = live_open(iface, (int)snaplen, !no_promisc, &e);
	if (!l || (filter_text && live_filter(l, filter_text, &e) != 0) || priv_drop(&e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	struct sigaction sa = {.sa_handler = on_signal};
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	source_live(&r->src, l, flush, r);
	tool_say("listening on %s", iface);
}

static void open_output(struct run *r, bool form_given)
{
	struct err e;
	r->writing = write_to != NULL;
	r->printing = !r->writing || form_given;
	if (r->writing) {
		bool to_stdout = strcmp(write_to, "-") == 0;
		if (to_stdout && r->printing)
			tool_die(EX_BAD, "-w - and -T both want standard output: name a file");
		if (to_stdout)
			tool_no_tty(1, "a capture");
		if (out_open(&r->file, write_to, &e) != 0)
			tool_die(EX_BAD, "%s", e.msg);
		capw_init(&r->cap, &r->file, pcapng || ends_with(write_to, ".pcapng") ? CAP_PCAPNG : CAP_PCAP);
	}
	if (r->printing && out_open(&r->out, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (r->src.pair)
		out_pair(r->printing ? &r->out : &r->file, r->src.pair);
	r->color = opt_color(1);
	if (r->tsv)
		tsv_header(&r->out, r->tsv);
}

static void finish(struct run *r)
{
	struct err e;
	bulk_flush(r->bulk);
	if (r->writing && capw_end(&r->cap, &e) != 0)
		die(r, &e);
	bool bad = r->printing && out_close(&r->out, &e) != 0;
	if (bad || (r->writing && out_close(&r->file, &e) != 0))
		tool_die(EX_BAD, "%s", e.msg);
	uint64_t cut = r->src.cut + (r->src.open && !r->src.text ? r->src.cap.cut : 0);
	if (cut)
		tool_say("%llu time%s finer than nanoseconds truncated", (unsigned long long)cut, plural(cut));
	if (r->notes_lost)
		tool_say("%llu note%s left out: a capture file has no place for notes", (unsigned long long)r->notes_lost,
		         plural(r->notes_lost));
	if (opt_verbose && !r->src.live)
		tool_say("%llu packet%s", (unsigned long long)r->packets, plural(r->packets));
	if (r->src.live)
		tool_say("%llu packet%s captured, %llu of them cut short, %llu dropped by the kernel",
		         (unsigned long long)r->packets, plural(r->packets), (unsigned long long)r->truncated,
		         (unsigned long long)live_drops(r->src.live));
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"pktcat", usage, "show, convert and filter packets", opts, more, topic, NULL};
	static struct run r;
	struct err e;
	form = -1;
	int n = opt_parse(&tool, argc, argv);
	bool form_given = form >= 0;
	if (!form_given)
		form = TEXT;
	if (registry_init(&e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (list_layers || list_ifaces) {
		list_layers ? print_layers() : print_ifaces();
		return EX_YES;
	}
	char *one[] = {(char *)(uintptr_t)read_from, NULL};
	if ((read_from || iface) && n)
		tool_die(EX_BAD, "%s and %s: one source of packets, please", iface ? "-i" : "-r", argv[1]);
	if (form == TSV && !(r.tsv = tsv_new(fields ? fields : "", &e)))
		tool_die(EX_BAD, "-e: %s", e.msg);
	if (fields && form != TSV)
		tool_die(EX_BAD, "-e chooses the columns of -T tsv");
	if (iface)
		open_live(&r);
	else
		source_init(&r.src, read_from ? one : argv + 1, read_from ? 1 : n, flush, &r);
	if (opt_verbose)
		r.src.opened = tell_input;
	if (filter_text && !iface && !(r.filter = filter_new(filter_text, &e)))
		tool_die(EX_BAD, "-f: %s", e.msg);
	open_output(&r, form_given);
	pkt_init(&r.pkt);
	struct rec rec;
	int got;
	while ((got = source_next(&r.src, &rec, &e)) == 1 && handle(&r, &rec))
		;
	if (got < 0)
		die(&r, &e);
	finish(&r);
	source_close(&r.src);
	bulk_free(r.bulk);
	filter_free(r.filter);
	tsv_free(r.tsv);
	pkt_free(&r.pkt);
	return EX_YES;
}
