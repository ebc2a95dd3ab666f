/* async_trellis.c - the likeliest sequence of characters (async_trellis.h).
 *
 * Lengths of time are in steps. Metrics are in symbols: a symbol that is just as expected counts 1, and silence counts 1/2 in the
 * same time, so that a difference d is 2 Es/N0 d nats. Survivors that differ only in how many spaces they had lie side by side, so
 * that one operation serves them all.
 */

#include "async_trellis.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

enum {
	G = ASYNC_STEPS,
	LANES = 8,            /* phases at once */
	PHASES = 6,           /* at most */
	PLACES = 9,           /* bits of a character, with parity, at most */
	MASK = 255,
	PAST = MASK + 1,      /* steps of tones to look back to; more than a sync word */
	DONE_MASK = 31,       /* steps that a stop bit can be long */
	NODES = 1 << 13,      /* events kept; a power of 2 */
	SYNC_BITS = 16,       /* of preamble that open a synchronous signal */
	SLIPS = 2,            /* steps that an octet may be early or late */
	QUEUE = 64,
};

/* Gains of the phase loops: the first behind a start, the least, and that of frequency over phase squared. */
static const float GAIN_FIRST = 0.5f, GAIN_LEAST = 0.1f, GAIN_FREQ = 0.2f;
/* Radians a symbol that a survivor's carrier may be off. Less than a character's worth of turning from one phase to the next,
 * TAU / PHASES / 10, or it follows a carrier that is not there, at the price of an error a character. */
static const float OFF_MOST = 0.09f;
/* What it costs, in nats, to believe that a signal begins and ends. */
static const double COST_START = 20, COST_STOP = 4;
/* And what a symbol must be worth, since its data and its moment could be anything: ln 2 and a little; without phase, the logarithm
 * of a Bessel function less its argument. */
static const double COST_BIT = 1, COST_BIT_ALONE = 2.5;
/* Where there is less noise than this, what differs from the expectation is not noise, and costs do not fall further. */
static const double COST_ES_N0 = 8;
/* What an octet that begins a step early or late costs, in symbols. */
static const float SLIP = 0.1f;
/* And a break: space that goes on where a stop bit should be, which is no character. */
static const float COST_BREAK = 0.5f;
/* A preamble: nats, since octets in the middle of a signal look a little like one; and how much of it must be as expected. */
static const double COST_SYNC = 40;
static const float SYNC_LEAST = 0.8f * SYNC_BITS;
static const float NEVER = -1e9f;

/* gcc warns that vectors are passed otherwise where there are no registers for them; here they are passed to inline functions only. */
#pragma GCC diagnostic ignored "-Wpsabi"
typedef float vf __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t vi __attribute__((vector_size(LANES * sizeof(int32_t))));
#define INLINE static inline __attribute__((always_inline))

/* Survivors side by side, by the number of spaces. m: metric; ur, ui: the phase of mark, a unit vector; w: radians a symbol; a: gain;
 * c: by how much the character beat its rival. */
struct side {
	vf m, ur, ui, w, a, c;
	vi bits, node;
};

/* The same in memory: lane k at [k + 1], and the last phase again at [0], so that one lane less is one place before. */
struct row {
	float m[LANES + 1], ur[LANES + 1], ui[LANES + 1], w[LANES + 1], a[LANES + 1], c[LANES + 1];
	int32_t bits[LANES + 1], node[LANES + 1];
};

/* One of them. */
struct path {
	float m, ur, ui, w, a, c;
	int32_t bits, node;
};

struct node {
	uint32_t id, before;
	enum async_kind kind;
	int32_t bits;
	int64_t step;
	float w, c;
};

struct sums;
typedef void advance_fn(struct async_trellis *t, int slot, const struct sums *x);

struct async_trellis {
	struct async_trellis_cfg c;
	advance_fn *advance;
	bool coherent;
	int phases, places;
	int stop_steps;
	struct cf rho;                /* what a space does to the phase */
	struct cf spin, spun, spin7;  /* the same in a step; and up to now; in all steps of a symbol but one */
	int64_t step;
	float scale, es_n0, silence;  /* silence: what a step of it counts */
	double true_es_n0;

	struct cf mark[PAST], space[PAST];         /* scaled, a step each */
	struct cf mark_sum[PAST], space_sum[PAST]; /* over the symbol that ends */
	struct row chars[G][PLACES + 1];           /* by moment and place: behind the start bit, behind each bit */
	struct row begun[G];                       /* at rest, at each moment: where characters begin */
	struct row done[DONE_MASK + 1];                    /* characters that lack their stop bit */
	float top[LANES];                          /* the best characters of a step */
	struct row rest, ended;                    /* at rest; at rest since just now, behind a stop bit */
	struct row hold;                           /* in a break */
	float silent, quiet;                       /* metrics: silent now, silent since the beginning */
	float silent_past[PAST];
	uint32_t silent_node;
	bool best_silent;
	struct path best;                          /* of the last symbol */
	int64_t best_step;

	uint32_t nodes;
	struct node node[NODES];
	int64_t taken;                             /* events up to this step are given, or will never be */
	struct async_event queue[QUEUE];
	size_t head, count;
};

/* ---- survivors ---- */

INLINE vf load(const float *p)
{
	vf v;
	memcpy(&v, p, sizeof v);
	return v;
}

INLINE vi load_int(const int32_t *p)
{
	vi v;
	memcpy(&v, p, sizeof v);
	return v;
}

INLINE vf all(float x) { return (vf){x, x, x, x, x, x, x, x}; }
INLINE vf pick(vi which, vf yes, vf no) { return (vf)(((vi)yes & which) | ((vi)no & ~which)); }
INLINE vi pick_int(vi which, vi yes, vi no) { return (yes & which) | (no & ~which); }
INLINE vf least(vf a, vf b) { return pick(a < b, a, b); }
INLINE vf most(vf a, vf b) { return pick(a > b, a, b); }

/* less: 0, or 1 for those with a space less. */
INLINE struct side read_row(const struct row *r, int less)
{
	int j = 1 - less;
	return (struct side){load(r->m + j), load(r->ur + j), load(r->ui + j), load(r->w + j), load(r->a + j), load(r->c + j),
	                     load_int(r->bits + j), load_int(r->node + j)};
}

INLINE void write_row(struct row *r, struct side s, int phases)
{
	memcpy(r->m + 1, &s.m, sizeof s.m);
	memcpy(r->ur + 1, &s.ur, sizeof s.ur);
	memcpy(r->ui + 1, &s.ui, sizeof s.ui);
	memcpy(r->w + 1, &s.w, sizeof s.w);
	memcpy(r->a + 1, &s.a, sizeof s.a);
	memcpy(r->c + 1, &s.c, sizeof s.c);
	memcpy(r->bits + 1, &s.bits, sizeof s.bits);
	memcpy(r->node + 1, &s.node, sizeof s.node);
	r->m[0] = r->m[phases];
	r->ur[0] = r->ur[phases];
	r->ui[0] = r->ui[phases];
	r->w[0] = r->w[phases];
	r->a[0] = r->a[phases];
	r->c[0] = r->c[phases];
	r->bits[0] = r->bits[phases];
	r->node[0] = r->node[phases];
}

static struct path get(const struct row *r, int k)
{
	return (struct path){
		.m = r->m[k + 1], .ur = r->ur[k + 1], .ui = r->ui[k + 1], .w = r->w[k + 1], .a = r->a[k + 1], .c = r->c[k + 1],
		.bits = r->bits[k + 1], .node = r->node[k + 1],
	};
}

static void set_at(struct row *r, int j, const struct path *p)
{
	r->m[j] = p->m;
	r->ur[j] = p->ur;
	r->ui[j] = p->ui;
	r->w[j] = p->w;
	r->a[j] = p->a;
	r->c[j] = p->c;
	r->bits[j] = p->bits;
	r->node[j] = p->node;
}

static void set(struct row *r, int k, const struct path *p, int phases)
{
	set_at(r, k + 1, p);
	if (k == phases - 1)
		set_at(r, 0, p);
}

static void clear(struct row *r)
{
	const struct path p = {.m = NEVER, .ur = 1, .a = GAIN_FIRST, .c = -NEVER};
	for (int j = 0; j <= LANES; j++)
		set_at(r, j, &p);
}

/* Follows signal that was as expected: c is what it has along each survivor's tone, share its length in symbols. The metric is the
 * caller's. */
INLINE struct side follow(struct side s, vf cr, vf ci, float share)
{
	vf e = s.ur * ci - s.ui * cr;
	s.w = most(least(s.w + GAIN_FREQ * s.a * s.a * e, all(OFF_MOST)), all(-OFF_MOST));
	vf angle = s.w * share + s.a * e;
	vf re = s.ur - angle * s.ui, im = s.ui + angle * s.ur;
	vf norm = 1.5f - 0.5f * (re * re + im * im);
	s.ur = re * norm;
	s.ui = im * norm;
	s.a = most(s.a - 0.7f * s.a * s.a * share, all(GAIN_LEAST));
	return s;
}

INLINE vf along(struct side s, struct cf c) { return s.ur * c.re + s.ui * c.im; }

INLINE struct side turn(struct side s, vf re, vf im)
{
	vf was = s.ur;
	s.ur = was * re - s.ui * im;
	s.ui = was * im + s.ui * re;
	return s;
}

/* A data bit: from as many spaces, by a mark (which is bit `one` of the character), or from one space less, by a space. */
INLINE struct side add_bit(struct side one, struct side zero, struct cf mark, struct cf space, struct cf rho, int32_t bit)
{
	vf mm = one.m + along(one, mark), ms = zero.m + along(zero, space);
	vi s = ms > mm;
	struct side x = {
		.m = pick(s, ms, mm), .ur = pick(s, zero.ur, one.ur), .ui = pick(s, zero.ui, one.ui),
		.w = pick(s, zero.w, one.w), .a = pick(s, zero.a, one.a), .node = pick_int(s, zero.node, one.node),
		.bits = pick_int(s, zero.bits, one.bits | bit),
		.c = least(pick(s, zero.c, one.c), pick(s, ms - mm, mm - ms)),
	};
	x = follow(x, pick(s, all(space.re), all(mark.re)), pick(s, all(space.im), all(mark.im)), 1);
	return turn(x, pick(s, all(rho.re), all(1)), pick(s, all(rho.im), all(0)));
}

/* The start bit. */
INLINE struct side add_start(struct side s, struct cf space, struct cf rho)
{
	s.m += along(s, space);
	s.bits = (vi){0};
	s.c = all(-NEVER);
	return turn(follow(s, all(space.re), all(space.im), 1), all(rho.re), all(rho.im));
}

/* Mark that the survivors know of. */
INLINE struct side add_mark(struct side s, struct cf mark, float share)
{
	s.m += along(s, mark);
	return follow(s, all(mark.re), all(mark.im), share);
}

/* The parity bit, which a survivor's data bits decide. */
INLINE struct side add_parity(struct side one, struct side zero, struct cf mark, struct cf space, struct cf rho, int32_t odd)
{
	vi p = one.bits ^ one.bits >> 4, q = zero.bits ^ zero.bits >> 4;
	p ^= p >> 2;
	q ^= q >> 2;
	one.m = pick(((p ^ p >> 1 ^ odd) & 1) == 1, one.m, all(NEVER));
	zero.m = pick(((q ^ q >> 1 ^ odd) & 1) == 0, zero.m, all(NEVER));
	return add_bit(one, zero, mark, space, rho, 0);
}

/* What is expected: the symbol that ends now, as either tone; as mark the step that ends now, and the stop bit;
 * as space the step. */
struct sums {
	struct cf mark, space, step, stop, hold;
};

/* A step of all survivors: of characters with a bit that ends at this moment, and at rest. */
INLINE void advance(struct async_trellis *t, int slot, const struct sums *x)
{
	struct row *row = t->chars[slot];
	int n = t->phases;
	vf top = all(NEVER);
	for (int j = t->places; j > 0; j--) {
		struct side one = read_row(&row[j - 1], 0), zero = read_row(&row[j - 1], 1);
		struct side s = j > t->c.data_bits ? add_parity(one, zero, x->mark, x->space, t->rho, t->c.parity == 1)
		                                   : add_bit(one, zero, x->mark, x->space, t->rho, 1 << (j - 1));
		write_row(&row[j], s, n);
		top = most(top, s.m);
	}
	if (!t->c.sync) {
		write_row(&row[0], add_start(read_row(&t->begun[slot], 1), x->space, t->rho), n);
		write_row(&t->rest, add_mark(read_row(&t->rest, 0), x->step, 1.0f / G), n);
		struct side s = read_row(&t->done[(t->step - t->stop_steps) & DONE_MASK], 0);
		write_row(&t->ended, add_mark(s, x->stop, (float)t->stop_steps / G), n);
		struct side h = read_row(&t->hold, 0);
		h.m += along(h, x->hold);
		h = follow(h, all(x->hold.re), all(x->hold.im), 1.0f / G);
		write_row(&t->hold, turn(h, all(t->spin.re), all(t->spin.im)), n);
		top = most(top, load(row[0].m + 1));
	}
	memcpy(t->top, &top, sizeof top);
}

static void advance_c(struct async_trellis *t, int slot, const struct sums *x) { advance(t, slot, x); }

#if defined(__x86_64__)

/* The same operations in the same order, eight at once: the same result, bit for bit. */
__attribute__((target("avx2"))) static void advance_avx2(struct async_trellis *t, int slot, const struct sums *x)
{
	advance(t, slot, x);
}

static advance_fn *advance_best(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2") ? advance_avx2 : advance_c;
}

#else

static advance_fn *advance_best(void) { return advance_c; }

#endif

void async_trellis_plain(struct async_trellis *t)
{
	t->advance = advance_c;
}

/* ---- events ---- */

static uint32_t add_node(struct async_trellis *t, enum async_kind kind, int64_t step, const struct path *p)
{
	uint32_t id = t->nodes++;
	t->node[id % NODES] = (struct node){
		.id = id, .before = (uint32_t)p->node, .kind = kind, .bits = p->bits, .step = step, .w = p->w, .c = p->c,
	};
	return id;
}

/* The last symbol's best stays until one is better by what it would have gained since. */
static bool is_best(const struct async_trellis *t, float m)
{
	return m > t->best.m + (float)(t->step - t->best_step) / G || t->step - t->best_step >= G;
}

static void offer(struct async_trellis *t, const struct path *p, bool silent)
{
	if (!is_best(t, p->m))
		return;
	t->best = *p;
	t->best_step = t->step;
	t->best_silent = silent;
}

/* The best of the characters with a bit that ended now. */
static void offer_characters(struct async_trellis *t, int slot)
{
	float top = NEVER;
	for (int k = 0; k < t->phases; k++)
		top = t->top[k] > top ? t->top[k] : top;
	if (!is_best(t, top))
		return;
	for (int j = t->c.sync; j <= t->places; j++)
		for (int k = 0; k < t->phases; k++)
			if (t->chars[slot][j].m[k + 1] == top) {
				struct path p = get(&t->chars[slot][j], k);
				offer(t, &p, false);
			}
}

/* At rest: the line was before, or a stop bit ends, or a signal begins. */
static void step_rest(struct async_trellis *t, struct cf mark)
{
	for (int k = 0; k < t->phases; k++) {
		float more = t->ended.m[k + 1] - t->rest.m[k + 1];
		if (more > 0) {
			struct path p = get(&t->ended, k);
			p.c = p.c < more ? p.c : more;
			p.node = (int32_t)add_node(t, ASYNC_CHAR, t->step + 1 - t->stop_steps - (int64_t)t->places * G, &p);
			set(&t->rest, k, &p, t->phases);
		}
		struct path p = get(&t->chars[t->step & (G - 1)][t->places], k);
		p.m -= COST_BREAK;
		if (p.bits == 0 && p.m > t->hold.m[k + 1])
			set(&t->hold, k, &p, t->phases);
		p = get(&t->hold, k);
		if (p.m > t->rest.m[k + 1])
			set(&t->rest, k, &p, t->phases);
		offer(t, &p, false);
	}
	float length = sqrtf(cf_power(mark));
	float m = t->silent_past[(t->step - G) & MASK] + length - (float)COST_START / (2 * t->es_n0);
	if (m > t->rest.m[1] && length > 0) {
		struct path p = {.m = m, .ur = mark.re / length, .ui = mark.im / length, .a = GAIN_FIRST, .node = (int32_t)t->silent_node};
		p.node = (int32_t)add_node(t, ASYNC_START, t->step + 1 - G, &p);
		set(&t->rest, 0, &p, t->phases);
	}
}

/* An octet that ended at a step, now, or a little later or earlier, is followed by one that begins at the moment of slot. */
static void join(struct async_trellis *t, int slot, int64_t ended, float cost)
{
	for (int k = 0; k < t->phases; k++) {
		struct row *to = &t->chars[slot][0];
		struct path p = get(&t->done[ended & DONE_MASK], k);
		p.m -= cost;
		if (p.m <= to->m[k + 1])
			continue;
		p.node = (int32_t)add_node(t, ASYNC_CHAR, ended + 1 - (int64_t)t->places * G, &p);
		p.bits = 0;
		p.c = -NEVER;
		set(to, k, &p, t->phases);
	}
}

/* The first octets of a synchronous signal, ending now, and what they leave the phase at. */
static struct cf sync_sum(const struct async_trellis *t, struct cf *ref)
{
	struct cf x = {0};
	*ref = (struct cf){1, 0};
	for (int j = 0; j < SYNC_BITS; j++) {
		int64_t at = t->step - (int64_t)(SYNC_BITS - 1 - j) * G;
		bool one = t->c.sync_octet >> j % 8 & 1;
		x = cf_add(x, cf_mulc(one ? t->mark_sum[at & MASK] : t->space_sum[at & MASK], *ref));
		if (!one)
			*ref = cf_mul(*ref, t->rho);
	}
	return x;
}

/* Synchronous: octets follow each other, some steps early or late at times; a signal begins with sync octets. */
static void step_octets(struct async_trellis *t, int slot)
{
	clear(&t->chars[slot][0]);
	for (int j = 0; j <= SLIPS; j++)
		join(t, slot, t->step - j, SLIP * (float)j);
	for (int j = 1; j <= SLIPS; j++)
		join(t, (slot - j) & (G - 1), t->step, (SLIP + 1.0f / G) * (float)j);

	struct cf ref, x = sync_sum(t, &ref);
	float length = sqrtf(cf_power(x));
	float m = t->silent_past[(t->step - SYNC_BITS * G) & MASK] + length - (float)COST_SYNC / (2 * t->es_n0);
	if (m > t->chars[slot][0].m[1] && length > SYNC_LEAST) {
		struct cf u = cf_mul(cf_scale(x, 1 / length), ref);
		struct path p = {.m = m, .ur = u.re, .ui = u.im, .a = GAIN_LEAST, .c = -NEVER, .node = (int32_t)t->silent_node};
		p.node = (int32_t)add_node(t, ASYNC_START, t->step + 1 - SYNC_BITS * G, &p);
		set(&t->chars[slot][0], 0, &p, t->phases);
	}
	t->rest = t->chars[slot][0];
}

static void step_silence(struct async_trellis *t)
{
	int best = 0;
	for (int k = 1; k < t->phases; k++)
		best = t->rest.m[k + 1] > t->rest.m[best + 1] ? k : best;
	struct path p = get(&t->rest, best);
	offer(t, &p, false);
	t->silent += t->silence;
	p.m -= (float)COST_STOP / (2 * t->es_n0);
	if (p.m > t->silent) {
		t->silent = p.m;
		t->silent_node = add_node(t, ASYNC_STOP, t->step + 1, &p);
	}
	t->silent_past[t->step & MASK] = t->silent;
	offer(t, &(struct path){.m = t->silent, .node = (int32_t)t->silent_node}, true);
}

/* ---- the whole ---- */

/* The least number of phases that comes nearest to what spaces turn the signal through. */
static int count_phases(double turn)
{
	int best = 1;
	double nearest = 1;
	for (int q = 1; q <= PHASES; q++) {
		double off = fabs(q * turn - round(q * turn)) / q;
		if (off < nearest - 1e-3) {
			nearest = off;
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
	t->advance = advance_best();
	t->places = c->data_bits + (c->parity != 0);
	t->stop_steps = (int)(c->stop_bits * G + 0.5);
	async_trellis_scale(t, 1, 1);
	async_trellis_reset(t, 0, 0, true);
	return t;
}

void async_trellis_free(struct async_trellis *t)
{
	free(t);
}

static struct cf spun_at(const struct async_trellis *t, int64_t step)
{
	double turn = t->coherent ? t->c.turn / G : 0;
	return cf_polar(-TAU * fmod(turn * (double)(step + 1 - G), 1));
}

void async_trellis_reset(struct async_trellis *t, int64_t step, int64_t taken, bool coherent)
{
	double turn = coherent ? t->c.turn : 0;
	t->coherent = coherent;
	t->phases = count_phases(turn);
	t->rho = cf_polar(-TAU * turn);
	t->spin = cf_polar(-TAU * turn / G);
	t->spin7 = cf_polar(-TAU * turn * (G - 1) / G);
	t->spun = spun_at(t, step);
	memset(t->mark, 0, sizeof t->mark);
	memset(t->space, 0, sizeof t->space);
	memset(t->mark_sum, 0, sizeof t->mark_sum);
	memset(t->space_sum, 0, sizeof t->space_sum);
	for (int s = 0; s < G; s++) {
		for (int j = 0; j <= PLACES; j++)
			clear(&t->chars[s][j]);
		clear(&t->begun[s]);
	}
	for (int s = 0; s <= DONE_MASK; s++)
		clear(&t->done[s]);
	clear(&t->rest);
	clear(&t->hold);
	for (int s = 0; s < PAST; s++)
		t->silent_past[s] = NEVER;
	t->silent = t->quiet = 0;
	t->silent_node = 0;
	t->best = (struct path){.m = 0};
	t->best_silent = true;
	t->best_step = t->step = step;
	t->nodes = 1; /* number 0: before everything */
	memset(t->node, 0, sizeof t->node);
	t->taken = taken;
	t->head = t->count = 0;
}

void async_trellis_scale(struct async_trellis *t, double amplitude, double es_n0)
{
	double cost = t->coherent ? COST_BIT : COST_BIT_ALONE;
	t->scale = amplitude > 0 ? (float)(1 / amplitude) : 0;
	t->true_es_n0 = es_n0;
	t->es_n0 = (float)fmin(es_n0, COST_ES_N0);
	t->silence = (float)((0.5 + cost / (2 * t->es_n0)) / G);
}

/* Metrics stay small: the best becomes 0. */
static void rebase(struct async_trellis *t)
{
	float by = t->best.m;
	for (int j = 0; j <= LANES; j++) {
		for (int s = 0; s < G; s++) {
			for (int k = 0; k <= PLACES; k++)
				t->chars[s][k].m[j] -= by;
			t->begun[s].m[j] -= by;
		}
		for (int s = 0; s <= DONE_MASK; s++)
			t->done[s].m[j] -= by;
		t->rest.m[j] -= by;
		t->hold.m[j] -= by;
	}
	for (int s = 0; s < PAST; s++)
		t->silent_past[s] -= by;
	t->silent -= by;
	t->quiet -= by;
	t->best.m -= by;
}

/* Sums of what the last step completes. */
static struct sums sum(struct async_trellis *t, struct cf mark, struct cf space)
{
	struct sums x = {.step = cf_scale(mark, t->scale)};
	t->mark[t->step & MASK] = x.step;
	t->space[t->step & MASK] = cf_scale(space, t->scale);
	for (int j = 0; j < G; j++) {
		x.mark = cf_add(x.mark, t->mark[(t->step - j) & MASK]);
		x.space = cf_add(x.space, t->space[(t->step - j) & MASK]);
	}
	for (int j = 0; j < t->stop_steps; j++)
		x.stop = cf_add(x.stop, t->mark[(t->step - j) & MASK]);
	/* The phase that space would have, had mark gone before it: turned as it is where the symbol begins. */
	if (t->step % 64 == 0)
		t->spun = spun_at(t, t->step);
	x.space = cf_mul(x.space, t->spun);
	x.hold = cf_mul(t->space[t->step & MASK], cf_mul(t->spun, t->spin7));
	t->spun = cf_mul(t->spun, t->spin);
	if (!t->coherent) { /* magnitudes of phase 0: there is nothing to follow */
		x.mark = (struct cf){sqrtf(cf_power(x.mark)), 0};
		x.space = (struct cf){sqrtf(cf_power(x.space)), 0};
		x.stop = (struct cf){sqrtf(cf_power(x.stop)), 0};
		x.step = cf_scale(x.mark, 1.0f / G);
		x.hold = cf_scale(x.space, 1.0f / G);
	}
	t->mark_sum[t->step & MASK] = x.mark;
	t->space_sum[t->step & MASK] = x.space;
	return x;
}

void async_trellis_step(struct async_trellis *t, struct cf mark, struct cf space)
{
	int slot = (int)(t->step & (G - 1));
	struct sums x = sum(t, mark, space);

	t->quiet += t->silence;
	t->advance(t, slot, &x);
	offer_characters(t, slot);
	t->done[t->step & DONE_MASK] = t->chars[slot][t->places];
	if (t->c.sync)
		step_octets(t, slot);
	else
		step_rest(t, x.mark);
	step_silence(t);
	t->begun[slot] = t->rest;
	if (t->step % 128 == 0)
		rebase(t);
	t->step++;
}

int64_t async_trellis_taken(const struct async_trellis *t) { return t->taken; }
double async_trellis_offset(const struct async_trellis *t) { return t->best.w / TAU; }
bool async_trellis_silent(const struct async_trellis *t) { return t->best_silent; }
double async_trellis_score(const struct async_trellis *t) { return 2 * t->es_n0 * (double)(t->best.m - t->quiet); }

/* Puts what the best survivor says happened up to a moment into the queue. */
static void decide(struct async_trellis *t, int64_t until)
{
	const struct node *list[QUEUE];
	size_t n = 0;
	uint32_t id = (uint32_t)t->best.node;
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
		t->queue[t->count++] = (struct async_event){
			.kind = k->kind, .step = k->step, .bits = (unsigned)k->bits, .confidence = 2 * t->true_es_n0 * k->c,
			.offset = k->w / TAU,
		};
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
