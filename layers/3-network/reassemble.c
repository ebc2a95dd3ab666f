/* reassemble.c - puts the fragments of IPv4 and IPv6 datagrams together again (RFC 791, 3.2; RFC 815; RFC 8200, 4.5). */

#include "reassemble.h"

#include <stdlib.h>
#include <string.h>

#include "ip6ext.h"
#include "num.h"

enum {
	BUCKETS = 4096,
	IP4_MAX = 65535,         /* RFC 791, 3.1: Total Length; RFC 8200, 3: Payload Length */
	IP6_HLEN = 40, IP6_SRC = 8, IP6_DST = 24, IP6_NEXT = 6,
	IP6FRAG_HLEN = 8
};
enum { NOT_ECT = 1 << 0 };       /* RFC 3168, 5: 00 of the four values that two bits have */

extern const struct proto ip_proto, ip6_proto, icmp_proto, icmp6_proto;

const char *const reassembly_words[REASSEMBLIES] = {
	[REASSEMBLY_WAITS] = "other fragments are missing",
	[REASSEMBLY_WHOLE] = "the datagram is whole",
	[REASSEMBLY_DUPLICATE] = "a duplicate of a fragment",
	[REASSEMBLY_CUT] = "the fragment's own length is wrong or not all of it is here",
	[REASSEMBLY_OVERLAP] = "fragments overlap: the datagram is dropped (RFC 5722, 3)",
	[REASSEMBLY_ENDS] = "fragments do not agree where the datagram ends: it is dropped",
	[REASSEMBLY_EMPTY] = "a fragment without data: the datagram is dropped",
	[REASSEMBLY_LONG] = "the datagram would be longer than 65535 octets: it is dropped (RFC 791, 3.1; RFC 8200, 4.5)",
	[REASSEMBLY_ECN] = "only some fragments are ECN-capable: the datagram is dropped (RFC 3168, 5.3)",
};

/* Octets from..to of the datagram are here. */
struct run {
	uint32_t from, to;
};

/* A datagram that is not whole. */
struct partial {
	struct partial *chain;           /* in its bucket */
	struct partial *older, *newer;   /* by time of the first fragment, which is when its time is over */
	uint64_t since;
	uint8_t key[40];
	uint32_t bucket;
	uint8_t ecn;                     /* a bit for each of the four values that was seen */
	uint8_t first_proto;
	bool six, has_last;
	uint32_t end;                    /* where the datagram ends if has_last, else the furthest octet */
	uint32_t next;                   /* IPv6: where in head the Next Header before the Fragment header is */
	uint32_t hlen;                   /* octets of head; 0: the first fragment has not come */
	uint32_t first_len;              /* data octets of the first fragment */
	unsigned fragments;
	uint8_t *head, *data;
	uint32_t capdata;
	struct run *runs;                /* in order, none touches the next */
	uint32_t nruns, capruns;
};

struct reassembler {
	struct partial *buckets[BUCKETS];
	struct partial *oldest, *newest;
	size_t limit;
	uint64_t lifetime, now;
	struct reassembler_state state;
	uint8_t *whole;                  /* lent out */
	size_t capwhole;
};

struct reassembler *reassembler_new(size_t limit, unsigned seconds)
{
	struct reassembler *r = xmalloc(sizeof *r);
	memset(r, 0, sizeof *r);
	r->limit = limit ? limit : (size_t)REASSEMBLE_LIMIT;
	r->lifetime = UINT64_C(1000000000) * (seconds ? seconds : (unsigned)REASSEMBLE_SECONDS);
	return r;
}

static size_t cost(const struct partial *d)
{
	return sizeof *d + d->hlen + d->capdata + d->capruns * sizeof *d->runs;
}

static void drop(struct reassembler *r, struct partial *d)
{
	struct partial **at = &r->buckets[d->bucket];
	while (*at != d)
		at = &(*at)->chain;
	*at = d->chain;
	*(d->older ? &d->older->newer : &r->oldest) = d->newer;
	*(d->newer ? &d->newer->older : &r->newest) = d->older;
	r->state.octets -= cost(d);
	r->state.datagrams--;
	free(d->head);
	free(d->data);
	free(d->runs);
	free(d);
}

void reassembler_free(struct reassembler *r)
{
	if (!r)
		return;
	while (r->oldest)
		drop(r, r->oldest);
	free(r->whole);
	free(r);
}

/* RFC 791, 3.2: source, destination, protocol and identification; RFC 8200, 4.5: without the protocol. */
static uint32_t make_key(uint8_t key[40], const struct fragment *f)
{
	uint64_t h = 0, w;
	memset(key, 0, 40);
	memcpy(key, f->src, 16);
	memcpy(key + 16, f->dst, 16);
	put32(key + 32, f->id);
	key[36] = f->six ? 0 : f->proto;
	key[37] = f->six;
	for (size_t i = 0; i < 40; i += 8) {
		memcpy(&w, key + i, 8);
		h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 over the golden ratio: Knuth, vol. 3, 6.4 */
		h ^= h >> 29;
	}
	return (uint32_t)(h >> 7) % BUCKETS;
}

static struct partial *find(struct reassembler *r, const struct fragment *f)
{
	uint8_t key[40];
	uint32_t bucket = make_key(key, f);
	struct partial *d = r->buckets[bucket];
	while (d && memcmp(d->key, key, sizeof key) != 0)
		d = d->chain;
	if (d)
		return d;
	d = xmalloc(sizeof *d);
	*d = (struct partial){.bucket = bucket, .since = r->now, .six = f->six, .older = r->newest, .chain = r->buckets[bucket]};
	memcpy(d->key, key, sizeof key);
	r->buckets[bucket] = d;
	*(r->newest ? &r->newest->newer : &r->oldest) = d;
	r->newest = d;
	r->state.datagrams++;
	r->state.octets += cost(d);
	return d;
}

/* ---- a fragment's octets ---- */

/* The first run that ends behind from, nruns: none. */
static uint32_t run_at(const struct partial *d, uint32_t from)
{
	uint32_t lo = 0, hi = d->nruns;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (d->runs[mid].to > from)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static void insert_run(struct partial *d, uint32_t i, uint32_t from, uint32_t to)
{
	bool left = i > 0 && d->runs[i - 1].to == from, right = i < d->nruns && d->runs[i].from == to;
	if (left && right) {
		d->runs[i - 1].to = d->runs[i].to;
		memmove(d->runs + i, d->runs + i + 1, (--d->nruns - i) * sizeof *d->runs);
	} else if (left) {
		d->runs[i - 1].to = to;
	} else if (right) {
		d->runs[i].from = from;
	} else {
		if (d->nruns == d->capruns) {
			d->capruns = d->capruns ? 2 * d->capruns : 4;
			d->runs = xrealloc(d->runs, d->capruns * sizeof *d->runs);
		}
		memmove(d->runs + i + 1, d->runs + i, (d->nruns++ - i) * sizeof *d->runs);
		d->runs[i] = (struct run){from, to};
	}
}

static void room(struct partial *d, uint32_t end)
{
	if (end <= d->capdata)
		return;
	d->capdata = end < 2048 ? 2048 : end < 16384 ? 16384 : 65536 + 8;
	d->data = xrealloc(d->data, d->capdata);
}

static enum reassembly put(struct partial *d, const struct fragment *f, uint32_t len)
{
	uint32_t end = f->off + len, i = run_at(d, f->off);
	if (i < d->nruns && d->runs[i].from < end) {
		bool inside = d->runs[i].from <= f->off && end <= d->runs[i].to;
		return inside && memcmp(d->data + f->off, f->data, len) == 0 ? REASSEMBLY_DUPLICATE : REASSEMBLY_OVERLAP;
	}
	room(d, end);
	memcpy(d->data + f->off, f->data, len);
	insert_run(d, i, f->off, end);
	d->fragments++;
	return REASSEMBLY_WAITS;
}

/* Whether the fragment's end fits to what is known of the datagram's. */
static bool end_fits(struct partial *d, bool more, uint32_t end)
{
	if (more ? d->has_last && end > d->end : end < d->end || (d->has_last && end != d->end))
		return false;
	d->has_last = d->has_last || !more;
	d->end = end > d->end ? end : d->end;
	return true;
}

/* RFC 3168, 5.3: not ECN-capable together with anything else. */
static bool ecn_fits(struct partial *d, uint8_t ecn)
{
	d->ecn |= (uint8_t)(1u << (ecn & 3));
	return !(d->ecn & NOT_ECT) || d->ecn == NOT_ECT;
}

static enum reassembly take(struct partial *d, const struct fragment *f)
{
	uint32_t len = f->len;
	if (f->more && !f->six)
		len &= ~7u;
	if (len == 0)
		return REASSEMBLY_EMPTY;
	if (len > IP4_MAX || f->off + len + (f->six ? f->hlen - IP6_HLEN : f->hlen) > IP4_MAX)
		return REASSEMBLY_LONG;
	if (!end_fits(d, f->more, f->off + len))
		return REASSEMBLY_ENDS;
	enum reassembly is = put(d, f, len);
	if (is != REASSEMBLY_WAITS)
		return is;
	if (!ecn_fits(d, f->ecn))
		return REASSEMBLY_ECN;
	if (f->off == 0) {
		d->head = xmalloc(f->hlen);
		memcpy(d->head, f->head, f->hlen);
		d->hlen = f->hlen;
		d->first_proto = f->proto;
		d->first_len = len;
		d->next = f->next;
	}
	return d->has_last && d->runs[0].from == 0 && d->runs[0].to == d->end ? REASSEMBLY_WHOLE : REASSEMBLY_WAITS;
}

/* ---- a whole ---- */

static uint8_t *lend(struct reassembler *r, const struct partial *d, uint32_t len)
{
	size_t n = (size_t)d->hlen + len;
	if (r->capwhole < n) {
		r->capwhole = n;
		r->whole = xrealloc(r->whole, n);
	}
	memcpy(r->whole, d->head, d->hlen);
	memcpy(r->whole + d->hlen, d->data, len);
	return r->whole;
}

/* The header of a packet that is no fragment. */
static void mend(uint8_t *h, const struct partial *d, uint32_t len)
{
	if (d->six) {
		put16(h + 4, d->hlen - IP6_HLEN + len);
		h[d->next] = d->first_proto;
		return;
	}
	put16(h + 2, d->hlen + len);
	put16(h + 6, be16(h + 6) & 0xc000); /* neither MF nor an offset */
	put16(h + 10, pkt_checksum(h, d->hlen, 10, 0));
}

enum reassembly reassemble(struct reassembler *r, const struct fragment *f, uint64_t ns, struct datagram *whole)
{
	struct datagram ignored;
	while (reassembler_expire(r, ns, &ignored))
		;
	if (f->cut || (f->six && f->more && f->len % 8))
		return REASSEMBLY_CUT;
	struct partial *d = find(r, f);
	size_t before = cost(d);
	enum reassembly is = take(d, f);
	r->state.octets += cost(d) - before;
	uint32_t hlen = d->hlen - (d->six && d->hlen ? IP6_HLEN : 0);
	if (is == REASSEMBLY_WHOLE && hlen + d->end > IP4_MAX) /* only the first fragment had options */
		is = REASSEMBLY_LONG;
	if (is == REASSEMBLY_WHOLE) {
		*whole = (struct datagram){lend(r, d, d->end), d->hlen + d->end, d->fragments};
		mend(r->whole, d, d->end);
	}
	if (is == REASSEMBLY_WHOLE || is >= REASSEMBLY_OVERLAP)
		drop(r, d);
	while (r->state.octets > r->limit && r->oldest) {
		r->state.evicted++;
		drop(r, r->oldest);
	}
	return is;
}

bool reassembler_expire(struct reassembler *r, uint64_t ns, struct datagram *first)
{
	struct partial *d = r->oldest;
	if (ns > r->now)
		r->now = ns;
	if (!d || r->now - d->since < r->lifetime)
		return false;
	*first = (struct datagram){.fragments = d->fragments};
	if (d->hlen)
		*first = (struct datagram){lend(r, d, d->first_len), d->hlen + d->first_len, d->fragments};
	r->state.expired++;
	drop(r, d);
	return true;
}

struct reassembler_state reassembler_state(const struct reassembler *r)
{
	return r->state;
}

/* ---- fragments in packets ---- */

static void fill4(const struct pkt *k, const struct layer *l, struct fragment *f)
{
	const uint8_t *h = k->p + l->off;
	memcpy(f->src, h + 12, 4);
	memcpy(f->dst, h + 16, 4);
	f->id = be16(h + 4);
	f->proto = h[9];
	f->ecn = h[1] & 3;
	f->more = be16(h + 6) & 0x2000;
	f->off = 8 * (be16(h + 6) & 0x1fffu);
	f->head = h;
	f->hlen = l->hlen;
}

static bool fill6(const struct pkt *k, unsigned i, struct fragment *f)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *h = k->p + l->off;
	unsigned at = i;
	while (at > 0 && k->layer[at].proto != &ip6_proto)
		at--;
	const struct layer *base = &k->layer[at];
	if (base->proto != &ip6_proto)
		return false;
	f->six = true;
	f->cut = base->badlen;
	f->head = k->p + base->off;
	f->hlen = l->off - base->off;
	memcpy(f->src, f->head + IP6_SRC, 16);
	memcpy(f->dst, f->head + IP6_DST, 16);
	f->id = be32(h + 4);
	f->proto = h[0];
	f->ecn = f->head[1] >> 4 & 3;
	f->more = h[3] & 1;
	f->off = be16(h + 2) & 0xfff8;
	/* Every extension header begins with the number of what follows. */
	f->next = i - 1 == at ? (uint32_t)IP6_NEXT : k->layer[i - 1].off - base->off;
	return true;
}

static bool is_partial(const struct pkt *k, const struct layer *l)
{
	return (l->proto == &ip_proto || l->proto == &ip6frag_proto) && l->proto->partial(k->p + l->off, l->hlen);
}

bool fragment_of(const struct pkt *k, unsigned i, struct fragment *f)
{
	const struct layer *l = &k->layer[i];
	*f = (struct fragment){.six = false};
	if (!is_partial(k, l))
		return false;
	if (l->proto == &ip_proto)
		fill4(k, l, f);
	else if (!fill6(k, i, f))
		return false;
	f->data = k->p + l->off + l->hlen;
	f->len = l->end - l->off - l->hlen;
	f->cut = f->cut || l->absent || l->badlen;
	return true;
}

int fragment_layer(const struct pkt *k)
{
	for (unsigned i = 0; i < k->nlayers && k->layer[i].proto != &icmp_proto && k->layer[i].proto != &icmp6_proto; i++)
		if (is_partial(k, &k->layer[i]))
			return (int)i;
	return -1;
}
