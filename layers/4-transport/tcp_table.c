/* tcp_table.c - a hash table of connections, with the closed ones in a queue. */

#include "tcp_table.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

enum { BUCKETS_MIN = 1024 };

void table_init(struct tcp_table *t, void (*ended)(const struct tcp_conn *c, void *arg), void *arg)
{
	*t = (struct tcp_table){.buckets = BUCKETS_MIN, .ended = ended, .arg = arg};
	t->bucket = xmalloc(t->buckets * sizeof(struct tcp_conn *));
	memset(t->bucket, 0, t->buckets * sizeof(struct tcp_conn *));
}

/* The product of two words, folded: every bit of both counts. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide w = (wide)a * b;
	return (uint64_t)w ^ (uint64_t)(w >> 64);
}

static uint64_t hash_end(const struct tcp_end *e)
{
	uint64_t a, b;
	uint32_t p;
	memcpy(&a, e->addr, 8);
	memcpy(&b, e->addr + 8, 8);
	memcpy(&p, e->port, 4);
	return mix(a ^ 0x9e3779b97f4a7c15, b ^ p ^ 0xd1b54a32d192ed03);
}

/* The same for both directions. */
static uint64_t hash_ends(const struct tcp_end *a, const struct tcp_end *b)
{
	uint64_t x = hash_end(a), y = hash_end(b);
	return mix(x + y, (x ^ y) | 1);
}

static bool same_end(const struct tcp_end *a, const struct tcp_end *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static void grow(struct tcp_table *t)
{
	size_t n = 4 * t->buckets;
	struct tcp_conn **to = xmalloc(n * sizeof(struct tcp_conn *));
	memset(to, 0, n * sizeof(struct tcp_conn *));
	for (size_t i = 0; i < t->buckets; i++)
		for (struct tcp_conn *c = t->bucket[i], *next; c; c = next) {
			next = c->chain;
			c->chain = to[c->hash & (n - 1)];
			to[c->hash & (n - 1)] = c;
		}
	free(t->bucket);
	t->bucket = to;
	t->buckets = n;
}

static void unqueue(struct tcp_table *t, struct tcp_conn *c)
{
	*(c->older ? &c->older->newer : &t->oldest) = c->newer;
	*(c->newer ? &c->newer->older : &t->newest) = c->older;
	c->older = c->newer = NULL;
	t->closed--;
}

static void end_conn(struct tcp_table *t, struct tcp_conn *c)
{
	struct tcp_conn **at = &t->bucket[c->hash & (t->buckets - 1)];
	while (*at != c)
		at = &(*at)->chain;
	*at = c->chain;
	t->n--;
	if (c->closed)
		unqueue(t, c);
	if (t->ended)
		t->ended(c, t->arg);
	tshark_free(&c->tshark);
	c->chain = t->spare;
	t->spare = c;
}

static struct tcp_conn *begin_conn(struct tcp_table *t, const struct tcp_segment *s, uint64_t hash)
{
	struct tcp_conn *c = t->spare;
	if (c)
		t->spare = c->chain;
	else
		c = xmalloc(sizeof *c);
	memset(c, 0, sizeof *c);
	bool ordered = memcmp(&s->src, &s->dst, sizeof s->src) <= 0;
	c->end[0] = ordered ? s->src : s->dst;
	c->end[1] = ordered ? s->dst : s->src;
	/* An answer to a SYN that was not seen tells who sent that. */
	c->opener = ordered ? 0 : 1;
	if ((s->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		c->opener = !c->opener;
	c->number = t->numbers++;
	c->first_ns = s->ns;
	c->hash = hash;
	tshark_init(&c->tshark);
	if (++t->n > t->buckets)
		grow(t);
	struct tcp_conn **at = &t->bucket[hash & (t->buckets - 1)];
	c->chain = *at;
	*at = c;
	return c;
}

struct tcp_conn *table_find(struct tcp_table *t, const struct tcp_segment *s, unsigned *way, bool *reused)
{
	uint64_t hash = hash_ends(&s->src, &s->dst);
	struct tcp_conn *c = t->bucket[hash & (t->buckets - 1)];
	*reused = false;
	for (; c; c = c->chain) {
		if (c->hash != hash)
			continue;
		if (same_end(&c->end[0], &s->src) && same_end(&c->end[1], &s->dst)) {
			*way = 0;
			break;
		}
		if (same_end(&c->end[1], &s->src) && same_end(&c->end[0], &s->dst)) {
			*way = 1;
			break;
		}
	}
	if (c && tshark_begins(&c->tshark, s, *way)) {
		end_conn(t, c);
		c = NULL;
		*reused = true;
	}
	if (!c) {
		c = begin_conn(t, s, hash);
		*way = same_end(&c->end[0], &s->src) ? 0 : 1;
	}
	return c;
}

static void close_conn(struct tcp_table *t, struct tcp_conn *c)
{
	c->closed = true;
	c->closed_ns = c->last_ns;
	c->older = t->newest;
	*(t->newest ? &t->newest->newer : &t->oldest) = c;
	t->newest = c;
	t->closed++;
	while (t->closed > CLOSED_MAX || (t->closed > CLOSED_KEPT && c->last_ns - t->oldest->closed_ns > CLOSED_NS))
		end_conn(t, t->oldest);
}

/* SYN, FIN and RST: how it begins and ends. */
static void count_controls(struct tcp_conn *c, const struct tcp_segment *s, unsigned way)
{
	struct tcp_side *me = &c->side[way], *peer = &c->side[!way];
	bool ack = s->flags & TCP_ACK;
	if (s->flags & TCP_SYN)
		*(ack ? &c->synack : &c->syn) = true;
	if (s->flags & TCP_RST)
		me->rsts++;
	if ((s->flags & TCP_FIN) && me->fins++ == 0) {
		me->fin_end = s->seq + segment_space(s);
		if (!peer->fins)
			c->first_fin = way;
	}
	if (way == c->opener && c->syn && c->synack && ack && !(s->flags & (TCP_SYN | TCP_RST)))
		c->handshake = true;
}

void table_count(struct tcp_table *t, struct tcp_conn *c, const struct tcp_segment *s, unsigned way)
{
	struct tcp_side *me = &c->side[way], *peer = &c->side[!way];
	me->packets++;
	me->bytes += s->len;
	c->last_ns = s->ns;
	if (!c->handshake || (s->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		count_controls(c, s, way);
	if (peer->fins && (s->flags & TCP_ACK) && seq_le(peer->fin_end, s->ack))
		peer->fin_acked = true;
	if (!c->closed && (me->rsts || (me->fin_acked && peer->fin_acked)))
		close_conn(t, c);
}

static int by_number(const void *a, const void *b)
{
	const struct tcp_conn *const *x = a, *const *y = b;
	return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

void table_free(struct tcp_table *t)
{
	struct tcp_conn **all = xmalloc((t->n + 1) * sizeof(struct tcp_conn *));
	size_t n = 0;
	for (size_t i = 0; i < t->buckets; i++)
		for (struct tcp_conn *c = t->bucket[i]; c; c = c->chain)
			all[n++] = c;
	qsort(all, n, sizeof(struct tcp_conn *), by_number);
	for (size_t i = 0; i < n; i++)
		end_conn(t, all[i]);
	free(all);
	while (t->spare) {
		struct tcp_conn *c = t->spare;
		t->spare = c->chain;
		free(c);
	}
	free(t->bucket);
	*t = (struct tcp_table){0};
}
