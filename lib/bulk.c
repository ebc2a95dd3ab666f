/* bulk.c - batches of packets for a crew. */

#include "bulk.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_OCTETS = 64 * 1024, BATCH_PACKETS = 512 };  /* of a batch: small enough for a level-2 cache */

struct store {
	char *p;
	size_t n, cap;
};

struct bulk {
	struct crew *crew;
	struct out *out;
	bool qualified;
	void (*packet)(void *arg, const struct bulk_packet *p);
	void *arg;
};

/* A batch is of records or of lines. */
struct batch {
	struct bulk *bulk;
	bool lines;
	unsigned n;
	struct bulk_packet packet[BATCH_PACKETS];
	size_t at[BATCH_PACKETS];                  /* its octets or its line in `in`, then its octets in `made` */
	size_t len[BATCH_PACKETS];
	struct store in, made;
	struct pkt pkt;
	struct err err;                      /* of the last packet, when it is malformed */
};

static char *room(struct store *s, size_t n)
{
	if (s->cap - s->n < n) {
		s->cap = s->n + n + BATCH_OCTETS;
		s->p = xrealloc(s->p, s->cap);
	}
	return s->p + s->n;
}

/* --- on any thread -------------------------------------------------------------------------------------- */

static void to_text(struct batch *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		struct cap_rec *r = &b->packet[i].rec;
		r->p = (const uint8_t *)b->in.p + b->at[i];
		pkt_decode(&b->pkt, r);
		char *p = room(&b->made, pkt_bound(&b->pkt) + 1), *end = pkt_write(p, &b->pkt, b->bulk->qualified);
		*end++ = '\n';
		b->made.n += (size_t)(end - p);
	}
}

static void to_records(struct batch *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		struct bulk_packet *p = &b->packet[i];
		if (pkt_read(&b->pkt, b->in.p + b->at[i], b->len[i], &b->err) != 0 ||
		    pkt_record(&b->pkt, &p->rec, &b->err) != 0) {
			p->error = &b->err;
			b->n = i + 1;
			return;
		}
		p->relative = b->pkt.relative;
		p->notes = b->pkt.nnotes + (b->pkt.q != NULL);
		b->at[i] = b->made.n;
		if (p->rec.len)
			memcpy(room(&b->made, p->rec.len), p->rec.p, p->rec.len);
		b->made.n += p->rec.len;
	}
}

static void work(void *job)
{
	struct batch *b = job;
	b->made.n = 0;
	(b->lines ? to_records : to_text)(b);
}

/* --- on the caller's -------------------------------------------------------------------------------------- */

static void done(void *arg, void *job)
{
	struct bulk *k = arg;
	struct batch *b = job;
	if (!b->lines)
		out_lend(k->out, b->made.p, b->made.n);
	for (unsigned i = 0; b->lines && i < b->n; i++) {
		b->packet[i].rec.p = (const uint8_t *)b->made.p + b->at[i];
		k->packet(k->arg, &b->packet[i]);
	}
	b->n = 0;
	b->in.n = 0;
}

static void release(void *job)
{
	struct batch *b = job;
	free(b->in.p);
	free(b->made.p);
	pkt_free(&b->pkt);
}

struct bulk *bulk_new(struct out *out, bool qualified, void (*packet)(void *arg, const struct bulk_packet *p), void *arg)
{
	struct bulk *k = xmalloc(sizeof *k);
	*k = (struct bulk){.out = out, .qualified = qualified, .packet = packet, .arg = arg};
	k->crew = crew_new(sizeof(struct batch), work, done, k);
	return k;
}

/* The batch to add to, which is of this kind. */
static struct batch *open_batch(struct bulk *k, bool lines)
{
	struct batch *b = crew_job(k->crew);
	if (b->n && b->lines != lines) {
		crew_go(k->crew);
		b = crew_job(k->crew);
	}
	b->bulk = k;
	b->lines = lines;
	return b;
}

static void add(struct batch *b, const void *p, size_t n, const struct bulk_packet *packet)
{
	char *to = room(&b->in, n);
	if (n)
		memcpy(to, p, n);
	b->at[b->n] = b->in.n;
	b->len[b->n] = n;
	b->packet[b->n++] = *packet;
	b->in.n += n;
	if (b->in.n >= BATCH_OCTETS || b->n == BATCH_PACKETS)
		crew_go(b->bulk->crew);
}

void bulk_record(struct bulk *k, const struct cap_rec *r)
{
	add(open_batch(k, false), r->p, r->len, &(struct bulk_packet){.rec = *r});
}

void bulk_line(struct bulk *k, const char *line, size_t n, const char *name, uint64_t number)
{
	add(open_batch(k, true), line, n, &(struct bulk_packet){.name = name, .line = number});
}

void bulk_flush(struct bulk *k)
{
	if (!k)
		return;
	if (((struct batch *)crew_job(k->crew))->n)
		crew_go(k->crew);
	crew_drain(k->crew);
}

void bulk_free(struct bulk *k)
{
	if (!k)
		return;
	crew_free(k->crew, release);
	free(k);
}
