/* pkt.c - layers in octets, and what the encoder computes. See pkt.h for the idea. */

#include "pkt.h"

#include <stdlib.h>
#include <string.h>

#include "num.h"
#include "reg.h"

enum { MIN_PAYLOAD = 46 };  /* IEEE 802.3: octets of the smallest payload; a shorter one is padded */

void pkt_init(struct pkt *k)
{
	memset(k, 0, sizeof *k);
}

void pkt_free(struct pkt *k)
{
	free(k->own);
	free(k->scratch);
	free(k->notes);
	free(k->line);
	free(k->qown);
	pkt_init(k);
}

static inline uint32_t missing(const struct pkt *k)
{
	return k->wire > k->len ? k->wire - k->len : 0;
}

/* --- how far a layer reaches ---------------------------------------------------------------------------- */

/* Octets from the header's first to the end of the payload as the header says; -1: it does not say, -2: what it says
 * is less than the header itself. rest: octets there are behind the header, absent ones included. */
static int64_t said_length(const struct pinfo *pi, const uint8_t *h, uint32_t hlen, uint64_t rest)
{
	if (pi->p->payload) {
		int64_t n = pi->p->payload(h, hlen);
		return n < 0 ? n : n + hlen;
	}
	if (pi->lenop < 0)
		return -1;
	const struct op *o = &pi->ops[pi->lenop];
	uint64_t v = op_load(o, h);
	int64_t n = (int64_t)(v * (o->f->unit ? o->f->unit : 1) + o->f->base);
	if (o->f->cls == LENGTH)
		return v == 0 ? -1 : n < hlen ? -2 : n;
	return v == 0 && rest > MIN_PAYLOAD ? -1 : n + hlen;
}

struct reach {
	uint32_t limit;  /* no layer's payload reaches beyond this */
	uint32_t end;    /* where the payload ends as far as lengths have said */
	bool absent;
};

/* Advances r over layer l, whose off and hlen are set, and sets end, absent and badlen. Returns false when the length
 * is less than the header. The same for octets and for text. */
static bool reach(const struct pkt *k, struct layer *l, struct reach *r)
{
	const uint8_t *h = k->p + l->off;
	uint32_t head = l->off + l->hlen;
	if (l->info->lenop < 0 && !l->proto->payload && !l->proto->partial && r->end >= head) {
		l->end = r->end;
		l->absent = r->absent;
		l->badlen = false;
		return true;
	}
	int64_t said = said_length(l->info, h, l->hlen, (head <= r->limit ? r->limit - head : 0) + (uint64_t)missing(k));
	bool possible = said != -2;
	l->badlen = false;
	if (said >= 0 && said <= (int64_t)r->limit - l->off) {
		r->limit = r->end = l->off + (uint32_t)said;
	} else if (said >= 0) {
		r->absent = true;
		l->badlen = said - ((int64_t)r->limit - l->off) > missing(k);
	} else {
		l->badlen = !possible || l->info->lenop >= 0;
	}
	l->end = r->end >= head ? r->end : k->tail > head ? k->tail : head;
	l->absent = r->absent;
	if (l->proto->partial && l->proto->partial(h, l->hlen))
		r->absent = true;
	return possible;
}

/* Sets end, absent and badlen of all layers from their lengths as they stand in the octets. */
void pkt_layout(struct pkt *k)
{
	struct reach r = {k->len - k->fcs, k->tail, false};
	for (unsigned i = 0; i < k->nlayers; i++) {
		struct layer *l = &k->layer[i];
		if (l->proto->role == ROLE_HEADER)
			reach(k, l, &r);
		else
			l->end = l->off + l->hlen;
	}
}

/* --- decoding ------------------------------------------------------------------------------------------- */

static const struct pinfo *next_layer(const struct pkt *k, const struct layer *l)
{
	const struct pinfo *pi = l->info;
	uint32_t key;
	int s = 0;
	if (pi->p->next)
		s = pi->p->next(k, l, &key);
	else if (pi->nextop >= 0)
		key = (uint32_t)op_load(&pi->ops[pi->nextop], k->p + l->off);
	else
		return NULL;
	for (; s >= 0 && s < pi->nspaces; s++) {
		const struct pinfo *child = reg_bound(pi->space[s], key);
		if (child)
			return child;
	}
	return NULL;
}

static void put_octets(struct pkt *k, const struct pinfo *pi, uint32_t off, uint32_t end)
{
	struct layer *l = &k->layer[k->nlayers++];
	l->info = pi;
	l->proto = pi->p;
	l->off = off;
	l->hlen = end - off;
	l->end = end;
	l->absent = l->badlen = false;
}

/* Octets of FCS at the end of a frame of n octets: what the capture says, else found by its value where there is a trailer that
 * could hold one. */
static uint32_t find_fcs(const struct pkt *k, const struct pinfo *pi, int said, uint32_t tail)
{
	uint32_t n = (uint32_t)pi->p->fcs_len;
	if (!n || k->len < pi->p->hlen + n || missing(k))
		return 0;
	if (said >= 0)
		return (uint32_t)said == n ? n : 0;
	if (k->len - tail < n)
		return 0;
	uint64_t have = 0;
	for (uint32_t i = k->len - n; i < k->len; i++)
		have = have << 8 | k->p[i];
	return pi->p->fcs(k->p, k->len - n) == have ? n : 0;
}

/* Walks the layers from the outermost; returns where the last one's payload begins. */
static uint32_t walk(struct pkt *k, const struct pinfo *pi, struct reach *r)
{
	uint32_t off = 0;
	while (pi && pi->p->role == ROLE_HEADER && k->nlayers < LAYERS_MAX - 2) {
		const struct proto *p = pi->p;
		uint32_t left = r->end - off;
		if (left < p->hlen)
			break;
		int hlen = p->size ? p->size(k->p + off, left) : p->hlen;
		if (hlen < 0 || (uint32_t)hlen > left)
			break;
		struct layer *l = &k->layer[k->nlayers];
		l->proto = p;
		l->info = pi;
		l->off = off;
		l->hlen = (uint32_t)hlen;
		struct reach before = *r;
		if (!reach(k, l, r)) {
			*r = before;
			break;
		}
		k->nlayers++;
		off += (uint32_t)hlen;
		pi = next_layer(k, l);
	}
	return off;
}

void pkt_decode(struct pkt *k, const struct cap_rec *r)
{
	k->time = r->time;
	k->relative = false;
	k->link = r->link;
	k->has_link = true;
	k->p = r->p;
	k->len = k->tail = r->len;
	k->wire = r->wire;
	k->fcs = k->bits = k->nq = 0;
	k->q = NULL;
	k->nlayers = k->nnotes = 0;
	const struct pinfo *pi = reg_root(r->link, r->p, r->len);
	if (!pi)
		return;
	if (pi->p->role != ROLE_HEADER) {
		put_octets(k, pi, 0, k->len);
		return;
	}
	if (r->fcs > 0)
		k->fcs = find_fcs(k, pi, r->fcs, 0);
	struct reach re = {k->len - k->fcs, k->len - k->fcs, false};
	uint32_t off = walk(k, pi, &re);
	if (!k->nlayers)
		return;
	k->tail = re.end;
	if (re.end < k->len && !k->fcs)
		k->fcs = find_fcs(k, pi, r->fcs, re.end);
	/* With a trailer the ends are other than they seemed on the way down: lay out as text would. */
	if (k->tail < k->len)
		pkt_layout(k);
	if (off < k->tail)
		put_octets(k, reg_role(ROLE_DATA), off, k->tail);
	if (k->tail < k->len - k->fcs)
		put_octets(k, reg_role(ROLE_PAD), k->tail, k->len - k->fcs);
}

/* --- what the encoder computes -------------------------------------------------------------------------- */

uint32_t pkt_payload(const struct pkt *k, unsigned i)
{
	const struct layer *l = &k->layer[i];
	uint32_t n = k->tail - (l->off + l->hlen);
	return k->tail == k->len ? n + missing(k) : n;
}

bool pkt_next_key(const struct pkt *k, unsigned i, unsigned s, uint32_t *key)
{
	const struct layer *l = &k->layer[i];
	if (i + 1 >= k->nlayers || s >= (unsigned)l->info->nspaces)
		return false;
	int64_t v = l->info->key[s][k->layer[i + 1].info->id];
	*key = (uint32_t)v;
	return v >= 0;
}

static uint64_t counted(const struct field *f, uint64_t octets, uint64_t max)
{
	uint64_t v = octets < f->base ? 0 : (octets - f->base) / (f->unit ? f->unit : 1);
	return v > max ? 0 : v;
}

static uint64_t max_of(const struct field *f)
{
	return f->width >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << f->width) - 1;
}

/* The key of the layer behind, in the first space that has one. */
static uint64_t next_value(const struct pkt *k, unsigned i, const struct field *f)
{
	uint32_t key;
	for (unsigned s = 0; s < 3; s++)
		if (pkt_next_key(k, i, s, &key))
			return key <= max_of(f) ? key : 0;
	return 0;
}

uint64_t pkt_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	if (f->fmt == FCS)
		return l->proto->fcs(k->p, k->len - k->fcs);
	switch (f->cls) {
	case NEXT: return next_value(k, i, f);
	case NEXT_OR: {
		uint32_t key;
		return pkt_next_key(k, i, 0, &key) ? key : l->proto->derive(k, i, f);
	}
	case LENGTH: return counted(f, (uint64_t)l->hlen + pkt_payload(k, i), max_of(f));
	case PAYLEN: return counted(f, pkt_payload(k, i), max_of(f));
	case HLEN: return counted(f, l->hlen, max_of(f));
	case SUM:
	case HOOK: return l->proto->derive(k, i, f);
	default: return f->dflt;
	}
}

uint16_t pkt_checksum(const uint8_t *b, size_t n, size_t at, uint32_t start)
{
	/* The sum with the field in it, less the field, in ones' complement; the two zeros are told apart. */
	uint32_t s = sum16(b, n, start), have = be16(b + at);
	if (s == have)
		return start || sum16(b, at, 0) || sum16(b + at + 2, n - at - 2, 0) ? 0 : 0xffff;
	return (uint16_t)~sum_fold(s + (~have & 0xffff));
}

bool pkt_pseudo(const struct pkt *k, unsigned i, uint32_t proto, uint32_t len, uint32_t *sum)
{
	while (i-- > 0) {
		const struct layer *l = &k->layer[i];
		if (l->proto->pseudo) {
			*sum = l->proto->pseudo(k, l, proto, len);
			return true;
		}
	}
	return false;
}

/* --- encoding: what pkt_read does when the whole line was read ------------------------------------------- */

static void put_field(struct pkt *k, struct layer *l, const struct op *o, uint64_t v)
{
	uint8_t *h = k->own + l->off;
	if (o->ld) {
		op_store(o, h, v);
		return;
	}
	/* A moved field of whole octets, such as a checksum that is there only sometimes. */
	int at = l->proto->place ? l->proto->place(h, l->hlen, o->f) : -1;
	if (at < 0)
		return;
	for (unsigned j = 0; j < o->f->width / 8u; j++)
		h[(unsigned)at / 8 + j] = (uint8_t)(v >> (o->f->width - 8 - 8 * j));
}

static void put_derived(struct pkt *k, unsigned i, bool sums)
{
	struct layer *l = &k->layer[i];
	if (l->proto->role != ROLE_HEADER)
		return;
	uint64_t left = (sums ? l->info->sum_ops : l->info->derived_ops) & ~l->written;
	for (; left; left &= left - 1) {
		const struct op *o = &l->info->ops[__builtin_ctzll(left)];
		if (!sums || o->ld || field_place(l, k, o->f) >= 0)
			put_field(k, l, o, pkt_derive(k, i, o->f));
	}
}

/* Computes the derived fields that were not written: lengths and numbers first, then checksums from the innermost layer out. */
void pkt_finish(struct pkt *k)
{
	for (unsigned i = 0; i < k->nlayers; i++)
		put_derived(k, i, false);
	pkt_layout(k);
	for (unsigned i = k->nlayers; i-- > 0;)
		put_derived(k, i, true);
}

int pkt_record(const struct pkt *k, struct cap_rec *r, struct err *e)
{
	if (k->bits)
		return err_set(e, "%u bits are not whole octets: a capture file holds octets",
		               8 * (k->len - 1) + k->bits);
	if (!k->has_link)
		return err_set(e, "%s has no link type: put \"frame dlt=N\" before it to put it in a capture",
		               k->nlayers ? k->layer[0].proto->name : "the packet");
	*r = (struct cap_rec){.time = k->time, .link = k->link, .fcs = k->fcs ? (int)k->fcs : -1,
	                      .wire = k->wire, .len = k->len, .p = k->p};
	return 0;
}

/* --- fields --------------------------------------------------------------------------------------------- */

int field_place(const struct layer *l, const struct pkt *k, const struct field *f)
{
	if (l->proto->place)
		return l->proto->place(k->p + l->off, l->hlen, f);
	return f->bit == MOVED ? -1 : f->bit;
}

static uint64_t load_bits(const uint8_t *h, unsigned bit, unsigned width)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < width; i++, bit++)
		v = v << 1 | (h[bit / 8] >> (7 - bit % 8) & 1u);
	return v;
}

uint64_t field_value(const struct pkt *k, const struct layer *l, const struct field *f)
{
	const uint8_t *h = k->p + l->off;
	if (f->fmt == FCS)
		return load_bits(k->p + k->len - k->fcs, 0, 8 * k->fcs);
	int at = field_place(l, k, f);
	return at < 0 || f->width > 64 ? 0 : load_bits(h, (unsigned)at, f->width);
}

bool field_prints(const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	if (f->fmt == FCS)
		return i == 0 && k->fcs;
	if (f->fmt == OCTETS || f->fmt == STR || f->fmt == LIST)
		return true;  /* field_write says whether there is anything */
	if (field_place(l, k, f) < 0)
		return false;
	if (f->cls == ALWAYS)
		return true;
	if (f->cls == SUM && sum_lacks(l, f))
		return true;
	return field_value(k, l, f) != pkt_derive(k, i, f);
}
