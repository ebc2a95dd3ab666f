/* text_write.c - the canonical writer of packet text, pkt(5). */

#include <string.h>

#include "num.h"
#include "pkt.h"
#include "reg.h"

static char *put_str(char *p, const char *s)
{
	size_t n = strlen(s);
	memcpy(p, s, n);
	return p + n;
}

static char *put_flags(char *p, const struct field *f, uint64_t v)
{
	if (!v) {
		*p++ = '0';
		return p;
	}
	for (const struct word *w = f->words; v && w->name; w++) {
		if (!(v & w->value))
			continue;
		v &= ~(uint64_t)w->value;
		for (const char *s = w->name; *s; s++)
			*p++ = *s;
		if (v)
			*p++ = ',';
	}
	if (v) {
		*p++ = '0';
		*p++ = 'x';
		p = num_hex(p, v, 1);
	}
	return p;
}

/* A number or an address, from its value or, beyond 64 bits or for MAC, from its octets. */
static char *put_value(char *p, const struct op *o, uint64_t v, const uint8_t *h)
{
	uint8_t moved[4];
	switch (o->fmt) {
	case DEC: return num_dec(p, v);
	case IP4:
		put32(moved, (uint32_t)v);
		return num_ip4(p, moved);
	case MAC: return num_mac(p, h + o->off);
	case IP6: return num_ip6(p, h + o->off);
	case FLAGS: return put_flags(p, o->f, v);
	case EUI64: return num_hex(p, v, 16);
	default:
		*p++ = '0';
		*p++ = 'x';
		return num_hex(p, v, o->digits);
	}
}

/* The octets of data, pad, octets and bits. Returns p when this field is not the one that prints. */
static char *put_octets_field(char *p, const struct pkt *k, const struct layer *l, const struct field *f)
{
	const uint8_t *b = k->p + l->off;
	size_t n = l->hlen, j = (size_t)(f - l->proto->fields);
	bool zero = true;
	if (l->proto->role == ROLE_BITS && j == 1) {
		if (k->q && l == k->layer) {
			memcpy(p, k->q, k->nq);
			p += k->nq;
		}
		return p;
	}
	switch (l->proto->role) {
	case ROLE_DATA:
		if (str_plain(b, n) != (j == 0))
			return p;
		if (j == 0)
			return str_write(p, b, n);
		break;
	case ROLE_PAD:
		for (size_t i = 0; i < n && zero; i++)
			zero = b[i] == 0;
		if (zero != (j == 0))
			return p;
		if (j == 0)
			return num_dec(p, n);
		break;
	case ROLE_BITS:
		for (size_t i = 0; i < 8 * n - (k->bits && l->off + n == k->len ? 8 - k->bits : 0); i++)
			*p++ = (char)('0' + (b[i / 8] >> (i % 8) & 1));
		return p;
	default: break;
	}
	hex_write(p, b, n);
	return p + 2 * n;
}

char *field_write(char *p, const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *h = k->p + l->off;
	const struct op *o = &l->info->ops[f - l->proto->fields];
	if (l->proto->role != ROLE_HEADER)
		return put_octets_field(p, k, l, f);
	if (f->fmt == FCS) {
		uint64_t v = field_value(k, l, f);
		if (i != 0 || !k->fcs)
			return p;
		if (v == pkt_derive(k, i, f))
			return put_str(p, "crc");
		p = put_str(p, "0x");
		return num_hex(p, v, 2 * (int)k->fcs);
	}
	if (f->fmt == OCTETS || f->fmt == STR || f->fmt == LIST)
		return l->proto->print(p, h, l->hlen, f);
	int at = field_place(l, k, f);
	if (at < 0)
		return p;
	if (o->var >= 0)
		h += at / 8; /* of an address */
	return put_value(p, o, o->f->width > 64 ? 0 : field_value(k, l, f), h);
}

static inline char *put_name(char *p, const struct op *o, bool qualified)
{
	if (qualified) {
		memcpy(p, o->qname, sizeof o->qname);
		return p + o->qlen;
	}
	memcpy(p, o->name, sizeof o->name);
	return p + o->nlen;
}

/* Everything that is not a plain number at a fixed place. */
static char *put_slow(char *p, const struct pkt *k, unsigned i, const struct op *o, bool qualified)
{
	const struct layer *l = &k->layer[i];
	char *start = p;
	if (!field_prints(k, i, o->f))
		return p;
	char *value = put_name(p, o, qualified);
	p = field_write(value, k, i, o->f);
	enum role role = l->proto->role;
	if (p == value && (role == ROLE_HEADER || role == ROLE_PAD || (l->hlen && role != ROLE_BITS) ||
	                   (role == ROLE_BITS && o->f->cls == OPTIONAL)))
		return start;
	return p;
}

/* Whether the value is what the encoder computes. end: where the counted octets end, absent ones included. Quick answers
 * for the common cases; they are the same as pkt_derive's. */
static inline bool as_computed(const struct pkt *k, unsigned i, const struct op *o, uint64_t v, uint64_t end)
{
	const struct layer *l = &k->layer[i];
	switch (o->act) {
	case ACT_DIFFERS: return v == o->dflt;
	case ACT_NEXT:
		if (i + 1 < k->nlayers && l->info->key[0][k->layer[i + 1].info->id] == (int64_t)v)
			return true;
		break;
	case ACT_LENGTH:
		if (v * o->unit + o->base == end - l->off)
			return true;
		break;
	case ACT_PAYLEN:
		if (v * o->unit + o->base == end - l->off - l->hlen)
			return true;
		break;
	case ACT_HLEN:
		if (v * o->unit + o->base == l->hlen)
			return true;
		break;
	case ACT_SUM: return v == l->proto->derive(k, i, o->f) && !sum_lacks(l, o->f);
	default: break;
	}
	return v == pkt_derive(k, i, o->f);
}

static inline char *write_data(char *p, const struct pkt *k, const struct layer *l, bool qualified)
{
	const uint8_t *b = k->p + l->off;
	if (str_plain(b, l->hlen))
		return str_write(put_name(p, &l->info->ops[0], qualified), b, l->hlen);
	p = put_name(p, &l->info->ops[1], qualified);
	hex_write(p, b, l->hlen);
	return p + 2 * (size_t)l->hlen;
}

/* Whether every field that prints only when it is not its default is its default. */
static inline bool plain_header(const struct pinfo *pi, const uint8_t *h)
{
	uint64_t differs = 0, x, t;
	for (unsigned j = 0; j < pi->plain_words; j++) {
		memcpy(&x, h + 8 * j, 8);
		memcpy(&t, pi->tmpl + 8 * j, 8);
		differs |= (x ^ t) & pi->plain_mask[j];
	}
	return !differs;
}

/* Made twice by the compiler, for plain and for qualified names. */
static inline __attribute__((always_inline)) char *put_layer(char *p, const struct pkt *k, unsigned i, bool qualified,
							     uint64_t counted)
{
	const struct layer *l = &k->layer[i];
	const struct pinfo *pi = l->info;
	const uint8_t *h = k->p + l->off;
	memcpy(p, pi->word, sizeof pi->word);
	p += pi->wlen;
	if (pi->p->role == ROLE_DATA)
		return write_data(p, k, l, qualified);
	for (const struct op *const *q = plain_header(pi, h) ? pi->short_ops : pi->all_ops; *q; q++) {
		const struct op *o = *q;
		uint64_t v;
		switch (o->act) {
		case ACT_DEC: p = num_dec(put_name(p, o, qualified), op_load(o, h)); continue;
		case ACT_MAC: p = num_mac(put_name(p, o, qualified), h + o->off); continue;
		case ACT_IP4: p = num_ip4(put_name(p, o, qualified), h + o->f->bit / 8); continue;
		case ACT_IP6: p = num_ip6(put_name(p, o, qualified), h + o->off); continue;
		case ACT_LIST:
			if (l->hlen > pi->p->hlen)
				p = put_slow(p, k, i, o, qualified);
			continue;
		case ACT_SLOW:
			if (o->fmt != FCS || k->fcs)
				p = put_slow(p, k, i, o, qualified);
			continue;
		default: v = op_load(o, h);
		}
		if (o->act != ACT_ALWAYS && as_computed(k, i, o, v, counted))
			continue;
		p = put_value(put_name(p, o, qualified), o, v, h);
	}
	return p;
}

static char *write_layer(char *p, const struct pkt *k, unsigned i, bool qualified, uint64_t counted)
{
	return qualified ? put_layer(p, k, i, true, counted) : put_layer(p, k, i, false, counted);
}

size_t pkt_bound(const struct pkt *k)
{
	size_t n = 512 + k->nq;
	for (unsigned i = 0; i < k->nlayers; i++)
		n += k->layer[i].proto->role == ROLE_HEADER ? 32 * (size_t)k->layer[i].hlen + 128
		   : 8 * (size_t)k->layer[i].hlen + 64;
	if (!k->nlayers)
		n += 2 * (size_t)k->len;
	for (unsigned i = 0; i < k->nnotes; i++)
		n += k->notes[i].n + 2u;
	return n;
}

static char *write_link(char *p, const struct pkt *k)
{
	if (!k->has_link || (k->nlayers && k->layer[0].info->link == (int64_t)k->link))
		return p;
	p = put_str(p, " frame dlt=");
	p = num_dec(p, k->link);
	if (!k->nlayers) {
		p = put_str(p, " hex=");
		hex_write(p, k->p, k->len);
		p += 2 * (size_t)k->len;
	}
	return p;
}

char *pkt_write_layers(char *p, const struct pkt *k, unsigned first, unsigned end, bool qualified)
{
	/* Every word brings the space before it. */
	uint64_t counted = k->nlayers ? (uint64_t)k->layer[0].off + k->layer[0].hlen + pkt_payload(k, 0) : 0;
	for (unsigned i = first; i < end; i++)
		p = write_layer(p, k, i, qualified, counted);
	return p;
}

char *pkt_write_notes(char *p, const struct pkt *k)
{
	for (unsigned i = 0; i < k->nnotes; i++) {
		*p++ = ' ';
		*p++ = '@';
		memcpy(p, k->notes[i].s, k->notes[i].n);
		p += k->notes[i].n;
	}
	return p;
}

char *pkt_write_body(char *start, const struct pkt *k, bool qualified)
{
	char *p = start;
	if (k->time.set) {
		if (k->relative)
			*p++ = '+';
		p = stamp_write(p, &k->time);
	}
	char *body = p;
	p = write_link(p, k);
	p = pkt_write_layers(p, k, 0, k->nlayers, qualified);
	if (k->wire != k->len) {
		p = put_str(p, " @len=");
		p = num_dec(p, k->wire);
	}
	/* The first word's space is left out. */
	if (body == start && p > start) {
		memmove(start, start + 1, (size_t)(p - start - 1));
		p--;
	}
	return p;
}

char *pkt_write(char *p, const struct pkt *k, bool qualified)
{
	return pkt_write_notes(pkt_write_body(p, k, qualified), k);
}
