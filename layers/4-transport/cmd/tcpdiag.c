/* tcpdiag.c - tells what happened to the TCP connections of a trace: tcpdiag(1). */

#include <stdio.h>
#include <string.h>

#include "../tcp_table.h"
#include "filter.h"
#include "num.h"

enum { WIRESHARK };
enum {
	ROW_ROOM = 1024        /* characters: a row or the notes of a packet */
};

static bool frames, summary;
static int as = -1;
static struct tcp_table table;
static uint64_t frame;

static const char *const usage[] = {
	"[--as wireshark] [FILE...]", "--as wireshark --frames [FILE...]", "--summary [FILE...]", NULL,
};
static const struct opt opts[] = {
	{0, "as", "wireshark", OPT_ENUM, &as, 0, 0, "name segments as Wireshark's analysis would"},
	{0, "frames", NULL, OPT_FLAG, &frames, 0, 0, "print TSV, a line a segment that has a verdict or an RTT sample"},
	{0, "summary", NULL, OPT_FLAG, &summary, 0, 0, "print TSV, a line a connection"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Reads captures and packet text, and passes each packet on with the notes @tcpdiag.conn=N, the connection from 0,",
	"and under --as wireshark @tcpdiag.verdict=WORD,... @tcpdiag.rtt=SECONDS @tcpdiag.flight=OCTETS, where there are any.",
	"Exit status: 0 done; 2 usage, malformed input or a system error.", NULL,
};

static char *put_text(char *p, const char *s)
{
	size_t n = strlen(s);
	memcpy(p, s, n);
	return p + n;
}

static char *put_verdicts(char *p, uint32_t v)
{
	for (const char *sep = ""; v; v &= v - 1, sep = ",") {
		p = put_text(p, sep);
		p = put_text(p, tshark_words[__builtin_ctz(v)]);
	}
	return p;
}

static char *put_seconds(char *p, int64_t ns)
{
	uint64_t a = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	if (ns < 0)
		*p++ = '-';
	p = num_dec(p, a / 1000000000);
	*p++ = '.';
	return num_dec0(p, a % 1000000000, 9);
}

/* 192.0.2.1:80, [2001:db8::1]:80; without an address -:80. */
static char *put_end(char *p, const struct tcp_end *e)
{
	if (e->family == 4) {
		p = num_ip4(p, e->addr);
	} else if (e->family == 6) {
		*p++ = '[';
		p = num_ip6(p, e->addr);
		*p++ = ']';
	} else {
		*p++ = '-';
	}
	*p++ = ':';
	return num_dec(p, be16(e->port));
}

/* --- --frames -------------------------------------------------------------------------------------------- */

static void put_row(struct out *o, const struct tshark_said *said)
{
	char *row = out_room(o, ROW_ROOM), *p = num_dec(row, frame);
	*p++ = '\t';
	p = put_verdicts(p, said->verdicts);
	*p++ = '\t';
	if (said->has_rtt)
		p = put_seconds(p, said->rtt_ns);
	*p++ = '\t';
	if (said->flight)
		p = num_dec(p, said->flight);
	*p++ = '\n';
	out_done(o, (size_t)(p - row));
}

/* --- --summary ------------------------------------------------------------------------------------------- */

/* How it began: the SYN, its answer and the ACK of that (RFC 9293, 3.5). */
static const char *handshake_word(const struct tcp_conn *c)
{
	if (c->handshake)
		return "complete";
	if (!c->syn && !c->synack)
		return "unseen";
	if (!c->syn)
		return "syn-unseen";
	if (c->synack)
		return "unfinished";
	return c->side[!c->opener].rsts ? "refused" : "unanswered";
}

/* How it ended; a is the end that opened it. */
static const char *close_word(const struct tcp_conn *c)
{
	const struct tcp_side *a = &c->side[c->opener], *b = &c->side[!c->opener];
	if (a->rsts)
		return "rst-a";
	if (b->rsts)
		return "rst-b";
	if (!a->fins && !b->fins)
		return "open";
	bool by_a = c->first_fin == c->opener;
	if (a->fin_acked && b->fin_acked)
		return by_a ? "fin-a" : "fin-b";
	if (a->fins && b->fins)
		return "closing";
	return by_a ? "half-a" : "half-b";
}

static void put_summary(const struct tcp_conn *c, void *arg)
{
	struct out *o = &((struct pipe *)arg)->out;
	const struct tcp_side *a = &c->side[c->opener], *b = &c->side[!c->opener];
	char *row = out_room(o, ROW_ROOM), *p = num_dec(row, c->number);
	*p++ = '\t';
	p = put_end(p, &c->end[c->opener]);
	*p++ = '\t';
	p = put_end(p, &c->end[!c->opener]);
	const uint64_t counts[] = {a->packets, b->packets, a->bytes, b->bytes};
	for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
		*p++ = '\t';
		p = num_dec(p, counts[i]);
	}
	*p++ = '\t';
	p = put_seconds(p, (int64_t)(c->last_ns - c->first_ns));
	*p++ = '\t';
	p = put_text(p, handshake_word(c));
	*p++ = '\t';
	p = put_text(p, close_word(c));
	*p++ = '\n';
	out_done(o, (size_t)(p - row));
}

/* --- the filter ------------------------------------------------------------------------------------------ */

static char *put_notes(char *p, const struct tcp_conn *c, const struct tshark_said *said)
{
	p = put_text(p, " @tcpdiag.conn=");
	p = num_dec(p, c->number);
	if (as != WIRESHARK)
		return p;
	if (said->verdicts) {
		p = put_text(p, " @tcpdiag.verdict=");
		p = put_verdicts(p, said->verdicts);
	}
	if (said->has_rtt) {
		p = put_text(p, " @tcpdiag.rtt=");
		p = put_seconds(p, said->rtt_ns);
	}
	if (said->flight) {
		p = put_text(p, " @tcpdiag.flight=");
		p = num_dec(p, said->flight);
	}
	return p;
}

/* The header line of a table, once. */
static void put_header(struct pipe *p)
{
	static bool done;
	if (!done && frames)
		out_puts(&p->out, "frame\tverdicts\tack_rtt\tbytes_in_flight\n");
	if (!done && summary)
		out_puts(&p->out, "conn\ta\tb\tpackets_a\tpackets_b\tbytes_a\tbytes_b\tseconds\thandshake\tclose\n");
	done = true;
}

static void look(struct pipe *p, void *arg)
{
	char notes[ROW_ROOM] = "";
	struct tcp_segment s;
	unsigned at = 0, way;
	bool reused;
	(void)arg;
	frame++;
	put_header(p);
	while (segment_next(&p->pkt, &at, &s)) {
		struct tshark_said said;
		struct tcp_conn *c = table_find(&table, &s, &way, &reused);
		tshark_segment(&c->tshark, &s, way, &said);
		if (reused)
			said.verdicts |= TS_REUSED_PORTS;
		if (frames && (said.verdicts || said.has_rtt))
			put_row(&p->out, &said);
		if (!p->silent)
			*put_notes(notes, c, &said) = '\0';
		table_count(&table, c, &s, way);
	}
	pipe_pass(p, "tcpdiag", notes);
}

static void finish(struct pipe *p, void *arg)
{
	(void)arg;
	put_header(p);
	table_free(&table);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"tcpdiag", usage, "diagnose the TCP connections of a trace", opts, more, NULL, NULL};
	static struct pipe p;
	int n = opt_parse(&tool, argc, argv);
	if (frames && summary)
		tool_die(EX_BAD, "--frames and --summary exclude each other (see tcpdiag --help)");
	if (frames && as < 0)
		tool_die(EX_BAD, "--frames: say whose verdicts: --as wireshark (see tcpdiag --help)");
	table_init(&table, summary ? put_summary : NULL, &p);
	p.silent = frames || summary || opt_quiet;
	p.end = finish;
	pipe_run(&p, argv + 1, n, look, NULL);
	return EX_YES;
}
