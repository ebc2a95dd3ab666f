/* tcp_tshark.c - the rules by which tshark 4.0 names TCP segments, in its order. */

#include "tcp_tshark.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

enum {
	UNACKED_MAX = 10000,       /* segments of a direction that tshark remembers */
	FAST_NS = 20000000,        /* a fast retransmission comes so soon after the duplicate acknowledgment */
	REORDER_NS = 3000000       /* out of order rather than retransmitted, where the round trip is not known */
};
static const uint32_t FLIGHT_MAX = 2000000000; /* more is no flight but a mistake */

const char *const tshark_words[TS_VERDICTS] = {
	"retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "duplicate_ack", "lost_segment",
	"ack_lost_segment", "zero_window", "zero_window_probe", "zero_window_probe_ack", "window_full", "window_update",
	"keep_alive", "keep_alive_ack", "reused_ports",
};

void tshark_init(struct tshark_conn *c)
{
	memset(c, 0, sizeof *c);
	for (unsigned i = 0; i < 2; i++) {
		c->flow[i].window = -1;
		c->flow[i].scale = TS_SCALE_UNKNOWN;
		c->flow[i].flight_known = true;
	}
}

void tshark_free(struct tshark_conn *c)
{
	free(c->flow[0].unacked.v);
	free(c->flow[1].unacked.v);
	c->flow[0].unacked = c->flow[1].unacked = (struct tshark_list){0};
}

/* --- the segments that are not acknowledged -------------------------------------------------------------- */

/* Whether b may follow a in a list by sequence numbers that begins at start. */
static bool in_order(uint32_t start, const struct tshark_sent *a, const struct tshark_sent *b)
{
	uint32_t seq = b->seq - start, end = b->end - start;
	return seq >= a->seq - start && end >= a->end - start && seq <= end && end <= INT32_MAX;
}

/* Room for one more behind the last. */
static void list_room(struct tshark_list *l)
{
	if (l->first + l->n < l->cap)
		return;
	/* Sliding back when at most half is used costs nothing a segment on average. */
	if (l->n > l->cap / 2 || !l->cap) {
		l->cap = l->cap ? 2 * l->cap : 2;
		l->v = xrealloc(l->v, l->cap * sizeof *l->v);
	}
	if (l->first)
		memmove(l->v, l->v + l->first, l->n * sizeof *l->v);
	l->first = 0;
}

static void list_add(struct tshark_list *l, uint32_t seq, uint32_t end, uint64_t ns)
{
	if (l->n == UNACKED_MAX)
		return;
	list_room(l);
	struct tshark_sent *v = l->v + l->first, s = {seq, end, l->orders++, ns};
	uint32_t at = l->n;
	while (at > 0 && !l->mixed && seq_lt(seq, v[at - 1].seq))
		at--;
	uint32_t start = at ? v[0].seq : seq;
	if (at && !in_order(start, &v[at - 1], &s))
		l->mixed = true;
	if (at < l->n && !(in_order(start, &s, &v[at]) && v[l->n - 1].end - start <= INT32_MAX))
		l->mixed = true;
	memmove(v + at + 1, v + at, (l->n - at) * sizeof *v);
	v[at] = s;
	l->n++;
}

/* Where s ends at the acknowledgment: a sample, unless there is one of a segment captured before it (*order). */
static void sample(const struct tshark_sent *s, uint64_t ns, struct tshark_said *said, uint32_t *order)
{
	if (said->has_rtt && s->order >= *order)
		return;
	said->has_rtt = true;
	said->rtt_ns = (int64_t)(ns - s->ns);
	*order = s->order;
}

/* Those in front that are acknowledged, of a list in order. */
static void list_ack_front(struct tshark_list *l, uint32_t ack, uint64_t ns, struct tshark_said *said)
{
	uint32_t order = 0;
	while (l->n && seq_le(l->v[l->first].end, ack)) {
		if (l->v[l->first].end == ack)
			sample(&l->v[l->first], ns, said, &order);
		l->first++;
		l->n--;
	}
	for (uint32_t i = 0; i < l->n && seq_lt(l->v[l->first + i].seq, ack); i++)
		l->v[l->first + i].seq = ack;
}

/* The same of any list: all of it is looked at, and it is told anew whether it is in order. */
static void list_ack_any(struct tshark_list *l, uint32_t ack, uint64_t ns, struct tshark_said *said)
{
	struct tshark_sent *v = l->v + l->first;
	uint32_t kept = 0, order = 0;
	l->mixed = false;
	for (uint32_t i = 0; i < l->n; i++) {
		struct tshark_sent s = v[i];
		if (s.end == ack)
			sample(&s, ns, said, &order);
		if (seq_le(s.end, ack))
			continue;
		if (seq_lt(s.seq, ack))
			s.seq = ack;
		if (kept && !in_order(v[0].seq, &v[kept - 1], &s))
			l->mixed = true;
		v[kept++] = s;
	}
	l->n = kept;
}

/* Removes what ack acknowledges; the sample of the round trip is that of the oldest segment which ends there. */
static void list_ack(struct tshark_list *l, uint32_t ack, uint64_t ns, struct tshark_said *said)
{
	if (!l->n)
		return;
	const struct tshark_sent *old = &l->v[l->first], *new = &l->v[l->first + l->n - 1];
	/* In order, and the order is still that of their distances from ack. */
	if (!l->mixed && (int32_t)(old->seq - ack) <= (int32_t)(new->end - ack))
		list_ack_front(l, ack, ns, said);
	else
		list_ack_any(l, ack, ns, said);
	if (!l->n) {
		l->first = 0;
		l->mixed = false;
	}
}

/* From the lowest to the highest sequence number in the list, as they lie behind base. */
static uint32_t list_span(const struct tshark_list *l, uint32_t base)
{
	const struct tshark_sent *v = l->v + l->first;
	uint32_t low = v[0].seq - base, high = v[l->n - 1].end - base;
	if (!l->mixed && low <= high)
		return high - low;
	low = UINT32_MAX;
	high = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t seq = v[i].seq - base, end = v[i].end - base;
		low = seq < low ? seq : low;
		high = end > high ? end : high;
	}
	return high - low;
}

/* --- the rules ------------------------------------------------------------------------------------------- */

bool tshark_begins(const struct tshark_conn *c, const struct tcp_segment *s, unsigned way)
{
	const struct tshark_flow *f = &c->flow[way];
	return (s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && f->based && s->seq != f->base;
}

/* Initial sequence numbers and the like: what is known before the rules are asked. Returns verdicts. */
static uint32_t open_up(struct tshark_flow *f, struct tshark_flow *r, const struct tcp_segment *s)
{
	uint32_t verdicts = 0;
	bool syn = s->flags & TCP_SYN, ack = s->flags & TCP_ACK;
	if (syn && !ack && f->based)
		f->next = f->max_ack;      /* the same SYN again */
	if (syn && ack && f->based && f->base != s->seq) {
		f->base = s->seq;
		verdicts |= TS_REUSED_PORTS;
	}
	if (!f->based) {
		f->base = syn ? s->seq : s->seq - 1;
		f->based = true;
	}
	if (!r->based && ack && !syn) {
		r->base = s->ack - 1;
		r->based = true;
	}
	if (syn)
		f->first_window = true;
	else if (ack)
		f->first_window = false;
	if (ack)
		r->flight_known = true;
	return verdicts;
}

/* Rules 1 to 8: windows, gaps, keep-alives, duplicate acknowledgments. */
static uint32_t judge_windows(struct tshark_flow *f, const struct tshark_flow *r, const struct tcp_segment *s)
{
	bool plain = !(s->flags & (TCP_SYN | TCP_FIN | TCP_RST));
	bool at_next = s->seq == f->next, same_ack = s->ack == f->last_ack, same_window = s->win == f->window;
	uint32_t v = 0;
	if (s->len == 1 && at_next && r->window == 0)
		return TS_ZERO_PROBE;
	if (s->win == 0 && plain)
		v |= TS_ZERO_WINDOW;
	if (f->next && seq_lt(f->next, s->seq) && !(s->flags & TCP_RST)) {
		v |= TS_LOST;
		f->flight_known = false;
	}
	if (s->len <= 1 && s->seq == f->next - 1 && plain)
		v |= TS_KEEP_ALIVE;
	bool bare = s->len == 0 && at_next && same_ack && plain;
	if (bare && s->win != 0 && !same_window)
		v |= TS_WINDOW_UPDATE;
	if (s->len > 0 && plain && r->scale != TS_SCALE_UNKNOWN && r->window >= 0) {
		int shift = r->first_window || r->scale == TS_SCALE_UNUSED ? 0 : r->scale;
		if (s->seq + s->len == r->last_ack + ((uint32_t)r->window << shift))
			v |= TS_WINDOW_FULL;
	}
	if (bare && same_window) {
		if (s->win != 0 && (r->last_flags & TS_KEEP_ALIVE))
			return v | TS_KEEP_ALIVE_ACK;
		if (s->win == 0 && (r->last_flags & TS_ZERO_PROBE))
			return v | TS_ZERO_PROBE_ACK;
		if (s->win != 0) {
			f->dup_acks = f->dup_acks == UINT32_MAX ? 1 : f->dup_acks + 1;
			v |= TS_DUP_ACK;
		}
	}
	return v;
}

/* Rules 9 and 10: an acknowledgment of what was never seen. */
static uint32_t judge_ack(struct tshark_flow *f, struct tshark_flow *r, const struct tcp_segment *s)
{
	if (s->ack != f->last_ack)
		f->dup_acks = 0;
	if (!(s->flags & TCP_ACK) || !r->max_ack || seq_le(s->ack, r->max_ack))
		return 0;
	if (seq_lt(r->max_ack, r->next)) {
		r->max_ack = r->next;
		return TS_ACK_LOST;
	}
	uint32_t v = r->dup_acks == 0 ? TS_ACK_LOST : 0;
	r->dup_acks = UINT32_MAX;
	return v;
}

/* Rule 11: what occupies sequence numbers that were seen before. */
static uint32_t judge_repeat(uint64_t irtt_ns, const struct tshark_flow *f, const struct tshark_flow *r, const struct tcp_segment *s)
{
	bool old = f->next && seq_lt(s->seq, f->next);
	if (s->len > 1 && s->seq == f->next - 1)
		old = false;               /* data behind the octet of a window probe */
	if (s->len > 0 && r->last_ack && seq_le(s->seq + s->len, r->last_ack))
		return TS_RETRANSMISSION | TS_SPURIOUS;
	if (!old)
		return 0;
	/* Clocks that run backwards wrap around, and are late. */
	if (r->dup_acks >= 2 && s->seq == r->last_ack && s->ns - r->last_ack_ns < FAST_NS)
		return TS_RETRANSMISSION | TS_FAST;
	if (s->ns - f->next_ns < (irtt_ns ? irtt_ns : REORDER_NS) && s->seq + segment_space(s) != f->next)
		return TS_OUT_OF_ORDER;
	return TS_RETRANSMISSION;
}

/* Rule 12: what the segment leaves behind. */
static void remember(struct tshark_flow *f, const struct tcp_segment *s, uint32_t verdicts)
{
	uint32_t end = s->seq + segment_space(s);
	bool probe = verdicts & TS_ZERO_PROBE;
	if (end != s->seq)
		list_add(&f->unacked, s->seq, end, s->ns);
	if ((!f->next || seq_lt(f->next, end)) && !probe) {
		f->next = end;
		f->next_ns = s->ns;
	}
	if ((!f->max_ack || s->seq == f->max_ack) && !probe)
		f->max_ack = f->next;
	f->window = s->win;
	f->last_ack = s->ack;
	f->last_ack_ns = s->ns;
	f->last_flags = verdicts;
}

/* The first round trip: from the SYN to the ACK of whichever end, both ways together. */
static void note_irtt(struct tshark_conn *c, const struct tcp_segment *s)
{
	if ((s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		c->syn_ns = s->ns;
	if ((s->flags & (TCP_SYN | TCP_ACK)) == TCP_ACK && !c->irtt_ns && c->syn_ns)
		c->irtt_ns = s->ns - c->syn_ns;
}

/* Both ends scale their windows, or none does (RFC 7323, 2.2). */
static void note_scale(struct tshark_flow *f, struct tshark_flow *r, const struct tcp_segment *s)
{
	if (!(s->flags & TCP_SYN))
		return;
	f->scale = s->scale < 0 ? TS_SCALE_UNUSED : s->scale;
	if ((s->flags & TCP_ACK) && (f->scale == TS_SCALE_UNUSED || r->scale == TS_SCALE_UNUSED))
		f->scale = r->scale = TS_SCALE_UNUSED;
}

static void judge_flight(const struct tshark_flow *f, const struct tshark_flow *r, const struct tcp_segment *s, struct tshark_said *said)
{
	if (!s->len || !f->unacked.n || !f->flight_known)
		return;
	uint32_t flight = list_span(&f->unacked, f->base) - r->sacked - ((s->flags & TCP_FIN) != 0);
	if (flight > 0 && flight < FLIGHT_MAX)
		said->flight = flight;
}

void tshark_segment(struct tshark_conn *c, const struct tcp_segment *s, unsigned way, struct tshark_said *said)
{
	struct tshark_flow *f = &c->flow[way], *r = &c->flow[!way];
	*said = (struct tshark_said){.verdicts = open_up(f, r, s)};
	uint32_t v = judge_windows(f, r, s);
	v |= judge_ack(f, r, s);
	if ((s->len || (s->flags & (TCP_SYN | TCP_FIN))) && !(v & TS_KEEP_ALIVE))
		v |= judge_repeat(c->irtt_ns, f, r, s);
	remember(f, s, v);
	list_ack(&r->unacked, s->ack, s->ns, said);
	if (said->rtt_ns == 0)
		said->has_rtt = false;
	f->sacked = 0;
	judge_flight(f, r, s, said);
	for (unsigned i = 0; i < s->nsacks; i++)
		f->sacked += s->sack[i].right - s->sack[i].left;
	note_scale(f, r, s);
	note_irtt(c, s);
	said->verdicts |= v;
}
