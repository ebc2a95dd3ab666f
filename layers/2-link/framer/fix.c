/* fix.c - framer --fix: damaged frames mended by the confidences of their bits.
 *
 * The sets of errors that the confidences make likeliest are tried, the likeliest first, until the frame fits its check: the third of
 * the algorithms of Chase ("A class of algorithms for decoding block codes with channel measurement information", IEEE Trans. Inf.
 * Theory 18, 1972), with a list in order of likelihood (Fossorier, Lin, "Soft-decision decoding of linear block codes based on ordered
 * statistics", 1995). A demodulator's errors come as events: a wrong path through its trellis, and then NRZI (one wrong level turns two
 * bits), makes two to four bits near each other wrong together, which have the same confidence, that of the event. So what is
 * inverted together is events: single bits, and neighbours that are sure to the same degree.
 */

#include "2-link/framer/framing.h"
#include "2-link/hdlc.h"

/* Measured on noisy Bell 202 (300 frames of 76 octets at Eb/N0 of 6 dB, 116 without errors): 16 trials mend 88 more, 64 mend 112, 256 mend
 * 121, 1024 mend 129; but each trial is a chance of 1 in 65,536 to make a wrong frame. */
enum {
	TRIALS = 256,
	EVENTS = 40,        /* the likeliest ones */
	TOGETHER = 5,       /* events at most */
	UNSURE = 12,        /* a bit that is surer is not wrong */
	COST_MAX = 16,      /* of a set, in nats */
	PART = 3,           /* how much less likely a part of a cluster is than all of it, in nats */
	SPAN = 8, GAP = 3,  /* bits of an event: in all, and from one that is wrong to the next */
	QUEUE = 8 * TRIALS + 2,   /* each set leaves two others for one */
};

struct event {
	uint32_t at;     /* of its first bit */
	uint8_t mask;    /* its bits, from there on */
	uint8_t cost;    /* nats */
};

/* A set of events, in their order. */
struct set {
	uint16_t cost;
	uint8_t n, event[TOGETHER];
};

struct search {
	struct event event[EVENTS];
	unsigned events;
	struct set queue[QUEUE]; /* a heap, the cheapest on top */
	unsigned n;
};

unsigned framer_fix_trials(void) { return TRIALS; }

static void add_event(struct search *s, size_t at, unsigned mask, unsigned cost)
{
	if (s->events == EVENTS && cost >= s->event[EVENTS - 1].cost)
		return;
	unsigned j = s->events < EVENTS ? s->events++ : EVENTS - 1;
	for (; j > 0 && s->event[j - 1].cost > cost; j--)
		s->event[j] = s->event[j - 1];
	s->event[j] = (struct event){(uint32_t)at, (uint8_t)mask, (uint8_t)cost};
}

/* The bits near `at` that are as sure as it, as a mask from there on: each at most GAP behind the one before. */
static unsigned cluster(const uint8_t *conf, size_t at, size_t n)
{
	unsigned mask = 1, last = 0;
	for (unsigned i = 1; i < SPAN && i <= last + GAP && at + i < n; i++)
		if (conf[at + i] == conf[at]) {
			mask |= 1u << i;
			last = i;
		}
	return mask;
}

/* A whole cluster is likeliest to be one event; then two of its bits; then one. */
static void find_events(struct search *s, const uint8_t *conf, size_t n)
{
	unsigned before = 0; /* the bits of the last cluster, from i on */
	s->events = 0;
	for (size_t i = 0; i < n; i++, before >>= 1) {
		if (conf[i] > UNSURE)
			continue;
		unsigned mask = cluster(conf, i, n), part = before & 1 ? PART : 0;
		bool alone = mask == 1 && !part;
		if (!(before & 1))
			add_event(s, i, mask, conf[i]);
		for (unsigned k = 1; k <= GAP; k++)
			if (mask >> k & 1 && (before & 1 || mask != (1 | 1u << k)))
				add_event(s, i, 1 | 1u << k, conf[i] + PART);
		if (!alone)
			add_event(s, i, 1, conf[i] + PART);
		if (!(before & 1))
			before = mask;
	}
}

/* ---- sets of events, the cheapest first ---- */

static void push(struct search *s, struct set x)
{
	if (s->n == QUEUE)
		return;
	unsigned i = s->n++;
	for (; i > 0 && s->queue[(i - 1) / 2].cost > x.cost; i = (i - 1) / 2)
		s->queue[i] = s->queue[(i - 1) / 2];
	s->queue[i] = x;
}

static struct set pop(struct search *s)
{
	struct set top = s->queue[0], x = s->queue[--s->n];
	unsigned i = 0;
	for (;;) {
		unsigned c = 2 * i + 1;
		if (c >= s->n)
			break;
		if (c + 1 < s->n && s->queue[c + 1].cost < s->queue[c].cost)
			c++;
		if (s->queue[c].cost >= x.cost)
			break;
		s->queue[i] = s->queue[c];
		i = c;
	}
	s->queue[i] = x;
	return top;
}

/* What comes behind a set: its last event changed for the next one, and the next one added (every set has one that comes before it). */
static void push_next(struct search *s, const struct set *x)
{
	unsigned last = x->event[x->n - 1];
	if (last + 1 >= s->events)
		return;
	struct set y = *x;
	y.event[y.n - 1] = (uint8_t)(last + 1);
	y.cost = (uint16_t)(x->cost - s->event[last].cost + s->event[last + 1].cost);
	push(s, y);
	if (x->n == TOGETHER)
		return;
	y = *x;
	y.event[y.n++] = (uint8_t)(last + 1);
	y.cost = (uint16_t)(x->cost + s->event[last + 1].cost);
	push(s, y);
}

static void invert(uint8_t *raw, const struct search *s, const struct set *x)
{
	for (unsigned k = 0; k < x->n; k++)
		for (unsigned i = 0; i < 8; i++)
			if (s->event[x->event[k]].mask >> i & 1)
				raw[s->event[x->event[k]].at + i] ^= 1;
}

/* Whether two events of a set share a bit: that is another set. */
static bool overlap(const struct search *s, const struct set *x)
{
	for (unsigned k = 0; k < x->n; k++) {
		for (unsigned j = 0; j < k; j++) {
			const struct event *a = &s->event[x->event[j]], *b = &s->event[x->event[k]];
			const struct event *low = a->at <= b->at ? a : b, *high = low == a ? b : a;
			if (high->at - low->at < 8 && (low->mask >> (high->at - low->at) & high->mask))
				return true;
		}
	}
	return false;
}

size_t framer_fix(uint8_t *out, uint8_t *raw, const uint8_t *conf, size_t nraw,
		  bool (*good)(void *arg, const uint8_t *p, size_t n), void *arg, unsigned *flipped)
{
	static struct search s;
	s.n = 0;
	find_events(&s, conf, nraw);
	if (!s.events)
		return 0;
	push(&s, (struct set){.cost = s.event[0].cost, .n = 1, .event = {0}});
	for (unsigned trials = 0, sets = 0; s.n && trials < TRIALS && sets < 8 * TRIALS; sets++) {
		struct set x = pop(&s);
		if (x.cost > COST_MAX)
			break;
		push_next(&s, &x);
		if (overlap(&s, &x))
			continue;
		trials++;
		invert(raw, &s, &x);
		long n = hdlc_unstuff(out, raw, nraw);
		if (n > 0 && good(arg, out, (size_t)n)) {
			*flipped = 0;
			for (unsigned k = 0; k < x.n; k++)
				*flipped += (unsigned)__builtin_popcount(s.event[x.event[k]].mask);
					return (size_t)n;
		}
		invert(raw, &s, &x);
	}
	return 0;
}
