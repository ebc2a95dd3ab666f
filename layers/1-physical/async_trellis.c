/* async_trellis.c - the likeliest sequence of characters (async_trellis.h).
 *
 * Lengths of time are in steps. Metrics are in symbols: a symbol that is just as expected counts 1, and silence counts 1/2 in the
 * same time, so that a difference d is 2 Es/N0 d nats.
 */

#include "async_trellis.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

enum {
	G = ASYNC_STEPS,
	PHASES = 6,
	LANES = 8,            /* data bits at once */
	WIDTH = LANES + 4,    /* places of a row: behind the start bit, behind each data bit, behind parity */
	MASK = 255,
	PAST = MASK + 1,           /* steps of tones to look back to; a power of 2, more than a sync word */
	NODES = 1 << 13,      /* events kept; a power of 2 */
	SYNC_BITS = 16,       /* of preamble that open a synchronous signal */
	SLIPS = 2,            /* steps that an octet may be early or late */
	QUEUE = 64,
};

/* Gains of the phase loops: the first behind a start, the least, and that of frequency over phase squared. */
static const float GAIN_FIRST = 0.5f, GAIN_LEAST = 0.06f, GAIN_FREQ = 0.2f;
/* Radians a symbol that a survivor's carrier may be off. Less than a character's worth of turning from one phase to the next,
 * TAU / PHASES / 10, or it follows a carrier that is not there, at the price of an error a character. */
static const float OFF_MOST = 0.09f;
/* What it costs, in nats, to believe that a signal begins and ends. */
static const double COST_START = 16, COST_STOP = 4;
/* And what a symbol must be worth, since its data and its moment could be anything: ln 2, and a little. */
/* Where there is less noise than this, what differs from the expectation is not noise, and costs do not fall further. */
static const double COST_ES_N0 = 8;
static const double COST_BIT = 1, COST_BIT_ALONE = 2.5;
/* What an octet that begins a step early or late costs, in symbols. */
static const float SLIP = 0.25f;
static const float NEVER = -1e9f;

/* Survivors, an array a property. u: the phase of mark, |u| = 1; w: radians a symbol; a: gain. */
struct row {
	float m[WIDTH], ur[WIDTH], ui[WIDTH], w[WIDTH], a[WIDTH];
	uint32_t bits[WIDTH], node[WIDTH];
};

/* One of them. */
struct path {
	float m, ur, ui, w, a;
	uint32_t bits, node;
};

struct node {
	uint32_t id, before;
	enum async_kind kind;
	uint32_t bits;
	int64_t step;
	float w;
};

struct async_trellis {
	struct async_trellis_cfg c;
	int phases, places;           /* place [places] is a character without its stop bit */
	int stop_steps;
	struct cf rho;                /* what a space does to the phase */
	struct cf spin, spun;         /* the same in a step; and up to now */
	int64_t step;
	float scale, es_n0, silence;

	struct cf mark[PAST], space[PAST];     /* scaled, a step each */
	struct cf hold[PAST];                  /* what a step of rest is worth */
	struct cf mark_sum[PAST], space_sum[PAST]; /* over the symbol that ends */
	float silent_past[PAST];
	struct row chars[G][2][PHASES];        /* by moment, in turn */
	uint8_t turn[G];
	struct path begun[G][PHASES];          /* at rest, at each moment: where characters begin */
	struct path done[PAST][PHASES];        /* characters that lack their stop bit */
	struct path rest[PHASES];
	float silent;
	uint32_t silent_node;
	bool best_silent;
	float quiet;                           /* metric of silence since the beginning */
	struct path best;                      /* of the last symbol, metric less the time gone since */
	int64_t best_step;
	uint32_t nodes;
	struct node node[NODES];
	int64_t taken;                         /* events up to this step are given, or will never be */
	struct async_event queue[QUEUE];
	size_t head, count;
};

/* The least number of phases, up to PHASES, that comes nearest to what spaces turn the signal through. */
static int count_phases(double turn)
{
	int best = 1;
	double least = 1;
	for (int q = 1; q <= PHASES; q++) {
		double off = fabs(q * turn - round(q * turn)) / q;
		if (off < least - 1e-3) {
			least = off;
			best = q;
		}
	}
	return best;
}

struct async_trellis *async_trellis_new(const struct async_trellis_cfg *c)
{
	struct async_trellis *t = xmalloc(sizeof *t);
	memset(t, 0, sizeof *t);
	t->c = *c;
	if (!c->coherent)
		t->c.turn = 0;
	t->phases = count_phases(t->c.turn);
	t->places = c->data_bits + (c->parity != 0);
	t->stop_steps = (int)(c->stop_bits * G + 0.5);
	t->rho = cf_polar(-TAU * t->c.turn);
	t->spin = cf_polar(-TAU * t->c.turn / G);
	async_trellis_scale(t, 1, 1);
	async_trellis_reset(t, 0, 0);
	return t;
}

void async_trellis_free(struct async_trellis *t)
{
	free(t);
}

static struct path nowhere(void) { return (struct path){.m = NEVER, .ur = 1}; }

void async_trellis_reset(struct async_trellis *t, int64_t step, int64_t taken)
{
	memset(t->mark, 0, sizeof t->mark);
	memset(t->space, 0, sizeof t->space);
	memset(t->mark_sum, 0, sizeof t->mark_sum);
	memset(t->space_sum, 0, sizeof t->space_sum);
	memset(t->chars, 0, sizeof t->chars);
	memset(t->turn, 0, sizeof t->turn);
	for (int k = 0; k < PHASES; k++) {
		for (int s = 0; s < G; s++) {
			for (int j = 0; j < WIDTH; j++)
				t->chars[s][0][k].m[j] = t->chars[s][1][k].m[j] = NEVER;
			t->begun[s][k] = nowhere();
		}
		for (int s = 0; s < PAST; s++)
			t->done[s][k] = nowhere();
		t->rest[k] = nowhere();
	}
	for (int s = 0; s < PAST; s++)
		t->silent_past[s] = NEVER;
	t->silent = 0;
	t->silent_node = 0;
	t->best = (struct path){.m = 0};
	t->best_step = t->step = step;
	t->quiet = 0;
	t->best_silent = true;
	t->spun = cf_polar(-TAU * fmod(t->c.turn / G * (double)(step + 1 - G), 1));
	t->nodes = 1; /* number 0: before everything */
	memset(t->node, 0, sizeof t->node);
	t->taken = taken;
	t->head = t->count = 0;
}

void async_trellis_scale(struct async_trellis *t, double amplitude, double es_n0)
{
	t->scale = amplitude > 0 ? (float)(1 / amplitude) : 0;
	t->es_n0 = (float)(es_n0 < COST_ES_N0 ? es_n0 : COST_ES_N0);
	es_n0 = t->es_n0;
	t->silence = (float)((0.5 + (t->c.coherent ? COST_BIT : COST_BIT_ALONE) / (2 * es_n0)) / G);
}

static uint32_t add_node(struct async_trellis *t, enum async_kind kind, int64_t step, const struct path *p)
{
	uint32_t id = t->nodes++;
	t->node[id % NODES] = (struct node){.id = id, .before = p->node, .kind = kind, .bits = p->bits, .step = step, .w = p->w};
	return id;
}

static inline float limit(float w) { return w > OFF_MOST ? OFF_MOST : w < -OFF_MOST ? -OFF_MOST : w; }

/* Follows a piece of signal c, share of a symbol long, that the path expected. Turns the phase. */
static inline void follow(struct path *p, struct cf c, float share, float least)
{
	p->m += p->ur * c.re + p->ui * c.im;
	float e = p->ur * c.im - p->ui * c.re;
	p->w = limit(p->w + GAIN_FREQ * p->a * p->a * e);
	float angle = p->w * share + p->a * e;
	float re = p->ur - angle * p->ui, im = p->ui + angle * p->ur;
	float norm = 1.5f - 0.5f * (re * re + im * im);
	p->ur = re * norm;
	p->ui = im * norm;
	float less = p->a - 0.7f * p->a * p->a * share;
	p->a = less > least ? less : least;
}

static inline void turn(struct path *p, struct cf by)
{
	float re = p->ur * by.re - p->ui * by.im;
	p->ui = p->ur * by.im + p->ui * by.re;
	p->ur = re;
}

static void set(struct row *r, int j, const struct path *p)
{
	r->m[j] = p->m;
	r->ur[j] = p->ur;
	r->ui[j] = p->ui;
	r->w[j] = p->w;
	r->a[j] = p->a;
	r->bits[j] = p->bits;
	r->node[j] = p->node;
}

static struct path get(const struct row *r, int j)
{
	return (struct path){r->m[j], r->ur[j], r->ui[j], r->w[j], r->a[j], r->bits[j], r->node[j]};
}

/* A data bit, at all places of a character at once: from one with as many spaces, by a mark; from one with a space less, by a space. */
static void advance(struct row *restrict to, const struct row *restrict one, const struct row *restrict zero, struct cf mark,
                    struct cf space, struct cf rho)
{
	for (int j = 0; j < LANES; j++) {
		float mm = one->m[j] + one->ur[j] * mark.re + one->ui[j] * mark.im;
		float ms = zero->m[j] + zero->ur[j] * space.re + zero->ui[j] * space.im;
		int s = ms > mm;
		float ur = s ? zero->ur[j] : one->ur[j], ui = s ? zero->ui[j] : one->ui[j];
		float w = s ? zero->w[j] : one->w[j], a = s ? zero->a[j] : one->a[j];
		float cr = s ? space.re : mark.re, ci = s ? space.im : mark.im;
		float tr = s ? rho.re : 1, ti = s ? rho.im : 0;
		uint32_t bits = s ? zero->bits[j] : one->bits[j] | 1u << j;
		float e = ur * ci - ui * cr;
		w = limit(w + GAIN_FREQ * a * a * e);
		float angle = w + a * e, re = ur - angle * ui, im = ui + angle * ur;
		float norm = 1.5f - 0.5f * (re * re + im * im), less = a - 0.7f * a * a;
		re *= norm;
		im *= norm;
		to->m[j + 1] = s ? ms : mm;
		to->ur[j + 1] = re * tr - im * ti;
		to->ui[j + 1] = re * ti + im * tr;
		to->w[j + 1] = w;
		to->a[j + 1] = less > GAIN_LEAST ? less : GAIN_LEAST;
		to->bits[j + 1] = bits;
		to->node[j + 1] = s ? zero->node[j] : one->node[j];
	}
}

/* The parity bit, which the survivor's data bits decide. */
static void add_parity(const struct async_trellis *t, struct row *to, const struct row *from, struct cf mark, struct cf space)
{
	int n = t->c.data_bits;
	for (int k = 0; k < t->phases; k++)
		to[k].m[n + 1] = NEVER;
	for (int k = 0; k < t->phases; k++) {
		struct path p = get(&from[k], n);
		bool one = (__builtin_popcount(p.bits) + (t->c.parity == 1)) & 1;
		int next = one ? k : (k + 1) % t->phases;
		follow(&p, one ? mark : space, 1, GAIN_LEAST);
		if (!one)
			turn(&p, t->rho);
		if (p.m > to[next].m[n + 1])
			set(&to[next], n + 1, &p);
	}
}

static void offer_best(struct async_trellis *t, const struct path *p, bool silent)
{
	/* The last symbol's best stays until one is better by what it would have gained since. */
	float aged = t->best.m + (float)(t->step - t->best_step) / G;
	if (p->m > aged || t->step - t->best_step >= G) {
		t->best = *p;
		t->best_step = t->step;
		t->best_silent = silent;
	}
}

/* All characters that are at the end of a bit now. */
static void step_characters(struct async_trellis *t, int slot, struct cf mark, struct cf space)
{
	struct row *from = t->chars[slot][t->turn[slot]], *to = t->chars[slot][t->turn[slot] ^= 1];
	for (int k = 0; k < t->phases; k++) {
		int less = k ? k - 1 : t->phases - 1;
		advance(&to[k], &from[k], &from[less], mark, space, t->rho);
		if (t->c.sync)
			continue;
		struct path p = t->begun[slot][less];
		p.bits = 0;
		follow(&p, space, 1, GAIN_LEAST);
		turn(&p, t->rho);
		set(&to[k], 0, &p);
	}
	if (t->c.parity)
		add_parity(t, to, from, mark, space);
	for (int k = 0; k < t->phases; k++)
		t->done[t->step & MASK][k] = get(&to[k], t->places);
	for (int k = 0; k < t->phases; k++) {
		int best = 0;
		for (int j = 1; j <= t->places; j++)
			best = to[k].m[j] > to[k].m[best] ? j : best;
		struct path p = get(&to[k], best);
		offer_best(t, &p, false);
	}
}

/* The line at rest: it was before, or a stop bit ends, or a signal begins. */
static void step_rest(struct async_trellis *t, struct cf mark)
{
	struct cf now = t->hold[t->step & MASK], stop = {0};
	for (int j = 0; j < t->stop_steps; j++)
		stop = cf_add(stop, t->mark[(t->step - j) & MASK]);
	if (!t->c.coherent)
		stop = (struct cf){sqrtf(cf_power(stop)), 0};
	for (int k = 0; k < t->phases; k++) {
		struct path p = t->done[(t->step - t->stop_steps) & MASK][k];
		follow(&t->rest[k], now, 1.0f / G, GAIN_LEAST);
		follow(&p, stop, (float)t->stop_steps / G, GAIN_LEAST);
		if (p.m > t->rest[k].m) {
			p.node = add_node(t, ASYNC_CHAR, t->step + 1 - t->stop_steps - (int64_t)t->places * G, &p);
			t->rest[k] = p;
		}
	}
	float length = sqrtf(cf_power(mark));
	float m = t->silent_past[(t->step - G) & MASK] + length - (float)COST_START / (2 * t->es_n0);
	if (m > t->rest[0].m && length > 0) {
		struct path p = {.m = m, .ur = mark.re / length, .ui = mark.im / length, .a = GAIN_FIRST};
		p.node = add_node(t, ASYNC_START, t->step + 1 - G, &p);
		t->rest[0] = p;
	}
}

static void step_silence(struct async_trellis *t)
{
	int best = 0;
	for (int k = 1; k < t->phases; k++)
		best = t->rest[k].m > t->rest[best].m ? k : best;
	float m = t->rest[best].m - (float)COST_STOP / (2 * t->es_n0);
	t->silent += t->silence;
	if (m > t->silent) {
		t->silent = m;
		t->silent_node = add_node(t, ASYNC_STOP, t->step + 1, &t->rest[best]);
	}
	t->silent_past[t->step & MASK] = t->silent;
	offer_best(t, &t->rest[best], false);
	offer_best(t, &(struct path){.m = t->silent, .node = t->silent_node}, true);
}

/* Metrics stay small: the best becomes 0. */
static void rebase(struct async_trellis *t)
{
	float by = t->best.m;
	for (int k = 0; k < PHASES; k++) {
		for (int s = 0; s < G; s++) {
			for (int j = 0; j < WIDTH; j++)
				t->chars[s][t->turn[s]][k].m[j] -= by;
			t->begun[s][k].m -= by;
		}
		for (int s = 0; s < PAST; s++)
			t->done[s][k].m -= by;
		t->rest[k].m -= by;
	}
	for (int s = 0; s < PAST; s++)
		t->silent_past[s] -= by;
	t->silent -= by;
	t->best.m -= by;
	t->quiet -= by;
}

/* An octet that ended now, or a little later or earlier, is followed by one that begins at the moment of slot (place 0 there). */
static void join(struct async_trellis *t, int slot, int64_t ended, float cost)
{
	for (int k = 0; k < t->phases; k++) {
		struct row *to = &t->chars[slot][t->turn[slot]][k];
		struct path p = t->done[ended & MASK][k];
		p.m -= cost;
		if (p.m <= to->m[0])
			continue;
		p.node = add_node(t, ASYNC_CHAR, ended + 1 - (int64_t)t->places * G, &p);
		p.bits = 0;
		set(to, 0, &p);
	}
}

/* Synchronous: octets follow each other, some steps early or late at times; a signal begins with sync octets. */
static void step_octets(struct async_trellis *t, int slot)
{
	for (int k = 0; k < t->phases; k++)
		t->chars[slot][t->turn[slot]][k].m[0] = NEVER;
	for (int j = 0; j <= SLIPS; j++)
		join(t, slot, t->step - j, SLIP * (float)j);
	for (int j = 1; j <= SLIPS; j++)
		join(t, (slot - j) & (G - 1), t->step, (SLIP + 1.0f / G) * (float)j);
	struct cf x = {0}, ref = {1, 0};
	for (int j = 0; j < SYNC_BITS; j++) {
		int64_t at = t->step - (int64_t)(SYNC_BITS - 1 - j) * G;
		bool one = t->c.sync_octet >> j % 8 & 1;
		x = cf_add(x, cf_mulc(one ? t->mark_sum[at & MASK] : t->space_sum[at & MASK], ref));
		if (!one)
			ref = cf_mul(ref, t->rho);
	}
	float length = sqrtf(cf_power(x));
	float m = t->silent_past[(t->step - SYNC_BITS * G) & MASK] + length - (float)COST_START / (2 * t->es_n0);
	struct row *to = t->chars[slot][t->turn[slot]];
	if (m > to[0].m[0] && length > 0) {
		struct path p = {.m = m, .ur = x.re / length, .ui = x.im / length, .a = GAIN_LEAST};
		turn(&p, ref);
		p.node = add_node(t, ASYNC_START, t->step + 1 - SYNC_BITS * G, &p);
		set(to, 0, &p);
	}
	for (int k = 0; k < t->phases; k++)
		t->rest[k] = get(&to[k], 0);
}

void async_trellis_step(struct async_trellis *t, struct cf mark, struct cf space)
{
	int slot = (int)(t->step & (G - 1));
	struct cf ms = {0}, ss = {0};

	t->mark[t->step & MASK] = cf_scale(mark, t->scale);
	t->space[t->step & MASK] = cf_scale(space, t->scale);
	for (int j = 0; j < G; j++) {
		ms = cf_add(ms, t->mark[(t->step - j) & MASK]);
		ss = cf_add(ss, t->space[(t->step - j) & MASK]);
	}
	/* The phase that space would have, had mark gone before it: turned as it is where the symbol begins. */
	if (t->step % 64 == 0)
		t->spun = cf_polar(-TAU * fmod(t->c.turn / G * (double)(t->step + 1 - G), 1));
	ss = cf_mul(ss, t->spun);
	t->spun = cf_mul(t->spun, t->spin);
	t->hold[t->step & MASK] = t->mark[t->step & MASK];
	if (!t->c.coherent) { /* magnitudes of phase 0: there is nothing to follow */
		ms = (struct cf){sqrtf(cf_power(ms)), 0};
		ss = (struct cf){sqrtf(cf_power(ss)), 0};
		t->hold[t->step & MASK] = cf_scale(ms, 1.0f / G);
	}
	t->mark_sum[t->step & MASK] = ms;
	t->space_sum[t->step & MASK] = ss;
	t->quiet += t->silence;
	step_characters(t, slot, ms, ss);
	if (t->c.sync)
		step_octets(t, slot);
	else
		step_rest(t, ms);
	step_silence(t);
	memcpy(t->begun[slot], t->rest, sizeof t->rest);
	if (t->step % 128 == 0)
		rebase(t);
	t->step++;
}

double async_trellis_offset(const struct async_trellis *t)
{
	return t->best.w / TAU;
}

int64_t async_trellis_taken(const struct async_trellis *t)
{
	return t->taken;
}

double async_trellis_score(const struct async_trellis *t)
{
	return 2 * t->es_n0 * (double)(t->best.m - t->quiet);
}

bool async_trellis_silent(const struct async_trellis *t)
{
	return t->best_silent;
}

/* Puts what the best survivor says happened up to a moment into the queue. */
static void decide(struct async_trellis *t, int64_t until)
{
	const struct node *list[QUEUE];
	size_t n = 0;
	uint32_t id = t->best.node;
	while (id && n < QUEUE) {
		const struct node *k = &t->node[id % NODES];
		if (k->id != id || k->step <= t->taken)
			break;
		if (k->step <= until)
			list[n++] = k;
		id = k->before;
	}
	while (n) {
		const struct node *k = list[--n];
		unsigned mask = (1u << t->c.data_bits) - 1;
		t->queue[t->count++] = (struct async_event){.kind = k->kind, .step = k->step, .bits = k->bits & mask, .offset = k->w / TAU};
		/* Another survivor may have the same character a little later. */
		t->taken = k->step + (k->kind == ASYNC_CHAR ? t->places * G / 2 : 0);
	}
}

bool async_trellis_take(struct async_trellis *t, int64_t delay, struct async_event *e)
{
	if (t->head == t->count) {
		t->head = t->count = 0;
		decide(t, t->step - delay);
	}
	if (t->head == t->count)
		return false;
	*e = t->queue[t->head++];
	return true;
}
