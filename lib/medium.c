/* medium.c - what happens to packets between two programs.
 *
 * Bursts are those of E. N. Gilbert, "Capacity of a burst-noise channel", BSTJ 39(5), 1960, and E. O. Elliott,
 * "Estimates of error rates for codes on burst-noise channels", BSTJ 42(5), 1963, with packets in place of bits.
 */
#include "medium.h"

#include <stddef.h>

void medium_init(struct medium *m, enum medium_mode mode, const struct medium_conf conf[2], uint64_t seed)
{
	struct rng seeds;
	rng_seed(&seeds, seed);
	*m = (struct medium){.mode = mode};
	for (int d = 0; d < 2; d++) {
		m->dir[d].conf = conf[d];
		rng_seed(&m->dir[d].fate, rng_u64(&seeds));
		rng_seed(&m->dir[d].noise, rng_u64(&seeds));
	}
}

/* ---- the parcels under way ---- */

/* Behind all that arrive no later: nearly always at the end. */
static void insert(struct medium_dir *d, struct parcel *p)
{
	struct parcel *before = d->flying_last;
	while (before && before->at > p->at)
		before = before->prev;
	p->prev = before;
	p->next = before ? before->next : d->flying;
	*(p->next ? &p->next->prev : &d->flying_last) = p;
	*(before ? &before->next : &d->flying) = p;
}

static void hold(struct medium_dir *d, struct parcel *p)
{
	p->prev = d->held_last;
	p->next = NULL;
	*(d->held_last ? &d->held_last->next : &d->held) = p;
	d->held_last = p;
}

static struct parcel *unhold(struct medium_dir *d)
{
	struct parcel *p = d->held;
	d->held = p->next;
	*(d->held ? &d->held->prev : &d->held_last) = NULL;
	return p;
}

/* What is held arrives when it would have, but not before t. */
static void release(struct medium_dir *d, int64_t t)
{
	while (d->held) {
		struct parcel *p = unhold(d);
		p->at -= MEDIUM_HOLD_NS;
		if (p->at < t)
			p->at = t;
		insert(d, p);
	}
}

/* ---- fates ---- */

/* One transition of the two states, then the packet's own draw: a burst that begins takes the packet that it begins with. */
static bool lose(struct medium_dir *d, struct parcel *p)
{
	const struct medium_conf *c = &d->conf;
	double turn = rng_unit(&d->fate), draw = rng_unit(&d->fate);
	if (turn < (d->in_burst ? c->burst_leave : c->burst_enter))
		d->in_burst = !d->in_burst;
	p->burst = d->in_burst && draw < c->burst_loss;
	return p->burst || draw < c->loss;
}

/* From its first bit sent to its last bit arrived a packet has the medium for itself, or collides. */
static void collide(struct parcel *list, struct parcel *p, int64_t hold_ns)
{
	for (; list; list = list->next) {
		int64_t end = list->at - hold_ns;
		if (!list->packet || !((list->start < p->at && p->start < end) || list->start == p->start))
			continue;
		list->lost = list->collided = p->lost = p->collided = true;
		list->twice = p->twice = false;
	}
}

/* The time on the air and on the way. Returns what is random of it. */
static void travel(struct medium_dir *d, struct parcel *p)
{
	const struct medium_conf *c = &d->conf;
	double late = rng_unit(&d->fate) * (double)c->jitter_ns;
	p->start = p->sent > d->free ? p->sent : d->free;
	d->free = p->start + (c->rate > 0 ? (int64_t)((double)p->bits * 1e9 / c->rate + 0.5) : 0);
	p->at = d->free + c->delay_ns + (int64_t)late;
	if (p->at < d->last)
		p->at = d->last;
}

void medium_send(struct medium *m, int dir, struct parcel *p, int64_t now)
{
	struct medium_dir *d = &m->dir[dir], *other = &m->dir[!dir];
	p->sent = p->start = now;
	p->lost = p->burst = p->collided = p->twice = p->late = false;
	if (!p->packet) {
		p->at = now > d->last ? now : d->last;
		insert(d, p);
		return;
	}
	p->lost = lose(d, p);
	p->twice = rng_unit(&d->fate) < d->conf.dup && !p->lost;
	p->late = rng_unit(&d->fate) < d->conf.reorder && !p->lost;
	travel(d, p);
	if (m->mode == MEDIUM_HALF) {
		collide(other->flying, p, 0);
		collide(other->held, p, MEDIUM_HOLD_NS);
	}
	if (p->late) {
		p->at += MEDIUM_HOLD_NS;
		hold(d, p);
		return;
	}
	d->last = p->at;
	insert(d, p);
	if (!p->lost)
		release(d, p->at);
}

void medium_close(struct medium *m, int dir, int64_t now) { release(&m->dir[dir], now); }

int64_t medium_next(const struct medium *m, int dir)
{
	const struct parcel *f = m->dir[dir].flying, *h = m->dir[dir].held;
	if (f && h)
		return f->at <= h->at ? f->at : h->at;
	return f ? f->at : h ? h->at : MEDIUM_NEVER;
}

struct parcel *medium_take(struct medium *m, int dir, int64_t now)
{
	struct medium_dir *d = &m->dir[dir];
	struct parcel *p = d->flying;
	if (medium_next(m, dir) > now || (!p && !d->held))
		return NULL;
	if (!p || (d->held && d->held->at < p->at))
		return unhold(d);
	d->flying = p->next;
	*(p->next ? &p->next->prev : &d->flying_last) = NULL;
	return p;
}

uint64_t medium_damage(struct medium *m, int dir, uint8_t *b, uint64_t nbits)
{
	/* Of the 2^53 equally likely numbers, so many flip a bit. */
	uint64_t flips = (uint64_t)(m->dir[dir].conf.ber * 0x1p53), wrong = 0;
	if (!flips)
		return 0;
	for (uint64_t i = 0; i < nbits; i++)
		if (rng_u64(&m->dir[dir].noise) >> 11 < flips) {
			b[i / 8] ^= (uint8_t)(1 << i % 8);
			wrong++;
		}
	return wrong;
}
