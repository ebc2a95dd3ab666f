/* text.c - packet text, pkt(5): the canonical writer and the reader. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "num.h"
#include "pkt.h"
#include "reg.h"

/* --- time ----------------------------------------------------------------------------------------------- */

char *stamp_write(char *p, const struct stamp *t)
{
	static const uint32_t scale[10] = {1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	p = num_dec(p, t->sec);
	if (t->digits) {
		*p++ = '.';
		p = num_dec0(p, t->nsec / scale[t->digits], t->digits);
	}
	return p;
}

int stamp_read(const char *s, size_t n, struct stamp *t, bool *relative, struct err *e)
{
	const char *at = s, *end = s + n;
	*relative = n && *s == '+';
	*t = (struct stamp){.set = true};
	if (n && *s == '-')
		return err_set(e, "%.*s: a time is not negative", n > 40 ? 40 : (int)n, s);
	if (*relative)
		s++;
	const char *first = s;
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		if (t->sec > (UINT64_MAX / 2 - 9) / 10)
			return err_set(e, "%.*s: too late a time", n > 40 ? 40 : (int)n, at);
		t->sec = 10 * t->sec + (uint64_t)(*s - '0');
	}
	if (s == first)
		return err_set(e, "%.*s: not a time, a layer, a field or a note", n > 40 ? 40 : (int)n, at);
	if (s < end && *s == '.') {
		for (s++; s < end && *s >= '0' && *s <= '9' && t->digits < 9; s++, t->digits++)
			t->nsec = 10 * t->nsec + (uint32_t)(*s - '0');
		if (!t->digits)
			return err_set(e, "%.*s: digits are missing after the point", n > 40 ? 40 : (int)n, at);
	}
	if (s < end)
		return err_set(e, "%.*s: a time is SECONDS or SECONDS.FRACTION with at most 9 digits",
		               n > 40 ? 40 : (int)n, at);
	for (int i = t->digits; i < 9; i++)
		t->nsec *= 10;
	return 0;
}

void stamp_add(struct stamp *t, const struct stamp *d)
{
	t->sec += d->sec;
	t->nsec += d->nsec;
	if (t->nsec >= 1000000000) {
		t->nsec -= 1000000000;
		t->sec++;
	}
	if (d->digits > t->digits)
		t->digits = d->digits;
	t->set = true;
}

/* --- writing -------------------------------------------------------------------------------------------- */

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
		p = put_str(p, w->name);
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
	if (p == value && (role == ROLE_HEADER || role == ROLE_PAD || (l->hlen && role != ROLE_BITS)))
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
	size_t n = 512;
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

static char *write_notes(char *p, const struct pkt *k)
{
	for (unsigned i = 0; i < k->nnotes; i++) {
		*p++ = ' ';
		*p++ = '@';
		memcpy(p, k->notes[i].s, k->notes[i].n);
		p += k->notes[i].n;
	}
	return p;
}

char *pkt_write(char *start, const struct pkt *k, bool qualified)
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
	p = write_notes(p, k);
	/* The first word's space is left out. */
	if (body == start && p > start) {
		memmove(start, start + 1, (size_t)(p - start - 1));
		p--;
	}
	return p;
}

/* --- reading -------------------------------------------------------------------------------------------- */

enum { END_SEEN = 1, FRAME_SEEN = 2, OCTETS_SEEN = 4, LEN_SEEN = 8 };

struct reader {
	struct pkt *k;
	struct err *e;
	struct layer *l;         /* the one opened last */
	const struct pinfo *pi;  /* its protocol, `frame` included; NULL before any */
	uint64_t written;        /* of `frame` */
	const struct op *guess;  /* the field that comes next in canonical text */
	const char *end;         /* of the line */
	unsigned seen;
	bool fcs_computed;
	uint64_t fcs;
	uint32_t wire;
};

uint8_t *pkt_append(struct pkt *k, uint32_t n, struct err *e)
{
	if (n > PKT_MAX - k->len) {
		err_set(e, "the packet has more than %d octets", PKT_MAX);
		return NULL;
	}
	if (!k->own || k->len + n > k->cap) { /* no octets have a place too */
		uint32_t cap = k->cap ? k->cap : 4096;
		while (cap < k->len + n)
			cap *= 2;
		k->own = xrealloc(k->own, cap + NUM_SLACK);
		k->cap = cap;
	}
	uint8_t *p = k->own + k->len;
	memset(p, 0, n);
	k->len += n;
	k->p = k->own;
	return p;
}

const struct var *pkt_var(const struct layer *l, const char *name)
{
	for (unsigned j = 0; j < l->info->nops; j++) {
		const struct op *o = &l->info->ops[j];
		if (o->var >= 0 && strcmp(o->f->name, name) == 0)
			return l->written >> j & 1 ? &l->var[o->var] : NULL;
	}
	return NULL;
}

static char *scratch(struct pkt *k, size_t n)
{
	if (n + NUM_SLACK > k->capscratch) {
		k->capscratch = (uint32_t)(2 * n + 256);
		k->scratch = xrealloc(k->scratch, k->capscratch);
	}
	return k->scratch;
}

/* Stores a field that has no fixed place at bit `at` of the header h. */
static int put_var(struct pkt *k, const struct layer *l, const struct field *f, const struct var *v, unsigned at, struct err *e)
{
	uint8_t *h = k->own + l->off;
	const char *s = v ? v->s : NULL;
	size_t n = v ? v->n : 0;
	if (f->fmt == MAC || f->fmt == IP6) { /* read_value has seen that it is one */
		if (!v)
			return 0;
		if (memchr(s, '%', n) && pkt_unescape(k, s, n, &s, &n, e) != 0)
			return -1;
		return f->fmt == MAC ? num_read_mac(s, n, h + at / 8) : num_read_ip6(s, n, h + at / 8);
	}
	uint64_t num = v ? v->num : f->dflt;
	for (unsigned bit = at + f->width; bit-- > at; num >>= 1) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);
		h[bit / 8] = (uint8_t)(num & 1 ? h[bit / 8] | mask : h[bit / 8] & ~mask);
	}
	return 0;
}

int pkt_put_vars(struct pkt *k, struct layer *l, struct err *e)
{
	for (unsigned j = 0; j < l->info->nops; j++) {
		const struct op *o = &l->info->ops[j];
		const struct field *f = o->f;
		bool written = l->written >> j & 1;
		if (o->var < 0 || !f->width)
			continue;
		int at = l->proto->place(k->own + l->off, k->len - l->off, f);
		if (at < 0 && written)
			return err_set(e, "%s=: a header of this kind has no such field", f->name);
		if (at >= 0 && (written || f->cls <= CONST))
			if (put_var(k, l, f, written ? &l->var[o->var] : NULL, (unsigned)at, e) != 0)
				return -1;
	}
	return 0;
}

int pkt_put_hex(struct pkt *k, const struct var *v, const char *name, uint32_t max, struct err *e)
{
	if (!v)
		return 0;
	const char *s = v->s;
	size_t n = v->n;
	if (memchr(s, '%', n) && pkt_unescape(k, s, n, &s, &n, e) != 0)
		return err_prefix(e, "%s: ", name);
	if (n % 2 || n / 2 > max)
		return err_set(e, n % 2 ? "%s: an odd number of hex digits" : "%s: more than %u octets", name, max);
	uint8_t *b = pkt_append(k, (uint32_t)(n / 2), e);
	if (!b)
		return -1;
	size_t good = hex_read(b, s, n / 2);
	if (good == n)
		return 0;
	return err_set(e, "%s: character %zu (0x%02x) is not a hex digit", name, good + 1, (uint8_t)s[good]);
}

int pkt_unescape(struct pkt *k, const char *s, size_t n, const char **out, size_t *on, struct err *e)
{
	size_t at;
	char *to = scratch(k, n);
	long r = str_read((uint8_t *)to, s, n, &at);
	if (r < 0)
		return err_set(e, s[at] == '%' ? "a %% without two hex digits behind it"
		                               : "the character 0x%02x must be written %%%02X",
		               (uint8_t)s[at], (uint8_t)s[at]);
	*out = to;
	*on = (size_t)r;
	return 0;
}

/* "layer.field=value" for messages, the value shortened. */
static int bad_value(struct reader *r, const struct field *f, const char *s, size_t n, const char *why)
{
	char limits[64] = "";
	if (f->width && f->width < 64 && (f->fmt == DEC || f->fmt == HEX))
		snprintf(limits, sizeof limits, f->fmt == DEC ? " (0 to %llu)" : " (0 to 0x%llx)",
		         (1ULL << f->width) - 1);
	return err_set(r->e, "%s.%s=%.*s%s: %s%s", r->pi->p->name, f->name, n > 60 ? 60 : (int)n, s,
	               n > 60 ? "..." : "", why, limits);
}

static int read_flags(const struct field *f, const char *s, size_t n, uint64_t *v)
{
	*v = 0;
	if (!n)
		return -1;
	for (const char *end = s + n; s <= end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		size_t len = (size_t)((comma ? comma : end) - s);
		const struct word *w = f->words;
		uint64_t x = 0;
		while (w->name && (strlen(w->name) != len || memcmp(w->name, s, len) != 0))
			w++;
		if (w->name)
			x = w->value;
		else if (num_read(s, len, &x) != 0)
			return -1;
		*v |= x;
		s += len + 1;
	}
	return 0;
}

/* A number of format f from all of [s, s+n). */
static int read_number(const struct field *f, const char *s, size_t n, uint64_t *v)
{
	uint8_t a[4];
	switch (f->fmt) {
	case FLAGS: return read_flags(f, s, n, v);
	case IP4:
		if (num_read_ip4(s, n, a) != 0)
			return -1;
		*v = be32(a);
		return 0;
	case EUI64: {
		uint8_t b[8];
		if (n != 16 || hex_read(b, s, 8) != 16)
			return -1;
		*v = be64(b);
		return 0;
	}
	default: return num_read(s, n, v);
	}
}

static const char *what_is(enum fmt f)
{
	switch (f) {
	case MAC: return "not a MAC address such as 02:00:00:00:00:01";
	case IP4: return "not an IPv4 address such as 192.0.2.1";
	case IP6: return "not an IPv6 address such as 2001:db8::1";
	case FLAGS: return "not flags (names joined by commas, or a number; --help lists them)";
	case EUI64: return "not 16 hex digits";
	case FCS: return "neither crc nor a number of the right size";
	default: return "not a number";
	}
}

static int read_hex(struct reader *r, const struct field *f, const char *s, size_t n)
{
	if (n % 2)
		return bad_value(r, f, s, n, "an odd number of hex digits");
	if (n / 2 > PKT_MAX)
		return err_set(r->e, "%s.%s: more than %d octets", r->pi->p->name, f->name, PKT_MAX);
	uint8_t *b = pkt_append(r->k, (uint32_t)(n / 2), r->e);
	if (!b)
		return -1;
	size_t good = hex_read(b, s, n / 2);
	if (good == n)
		return 0;
	return err_set(r->e, "%s.%s: character %zu (0x%02x) is not a hex digit", r->pi->p->name, f->name, good + 1,
	               (uint8_t)s[good]);
}

static int read_str(struct reader *r, const struct field *f, const char *s, size_t n)
{
	size_t at;
	char *to = scratch(r->k, n);
	long got = str_read((uint8_t *)to, s, n, &at);
	if (got < 0)
		return err_set(r->e, s[at] == '%' ? "%s.%s: character %zu is a %% without two hex digits"
		                                  : "%s.%s: character %zu (0x%02x) must be written as %%XX",
		               r->pi->p->name, f->name, at + 1, (uint8_t)s[at]);
	if (got > PKT_MAX)
		return err_set(r->e, "%s.%s: more than %d octets", r->pi->p->name, f->name, PKT_MAX);
	uint8_t *b = pkt_append(r->k, (uint32_t)got, r->e);
	if (!b)
		return -1;
	memcpy(b, to, (size_t)got);
	return 0;
}

static int read_bits(struct reader *r, const struct field *f, const char *s, size_t n)
{
	if (n > 8 * (size_t)PKT_MAX)
		return err_set(r->e, "%s.%s: more than %d octets", r->pi->p->name, f->name, PKT_MAX);
	uint8_t *b = pkt_append(r->k, (uint32_t)((n + 7) / 8), r->e);
	if (!b)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '0' && s[i] != '1')
			return err_set(r->e, "%s.%s: character %zu is neither 0 nor 1", r->pi->p->name, f->name, i + 1);
		b[i / 8] |= (uint8_t)((s[i] - '0') << (i % 8));
	}
	r->k->bits = n % 8;
	if (n % 8)
		r->seen |= END_SEEN;
	return 0;
}

/* A field of data, pad, frame, bits or octets. */
static int read_special(struct reader *r, const struct op *o, const char *s, size_t n)
{
	unsigned j = (unsigned)(o - r->pi->ops);
	uint64_t v;
	switch (r->pi->p->role) {
	case ROLE_FRAME:
		if (j == 1) {
			r->seen |= OCTETS_SEEN;
			return read_hex(r, o->f, s, n);
		}
		if (num_read(s, n, &v) != 0 || v > UINT32_MAX)
			return bad_value(r, o->f, s, n, "not a link type of 32 bits");
		r->k->link = (uint32_t)v;
		r->k->has_link = true;
		return 0;
	case ROLE_PAD:
		if (j == 1)
			return read_hex(r, o->f, s, n);
		if (num_read(s, n, &v) != 0 || v > PKT_MAX)
			return bad_value(r, o->f, s, n, "not a number of octets (0 to 262144)");
		return pkt_append(r->k, (uint32_t)v, r->e) ? 0 : -1;
	case ROLE_DATA: return j == 0 ? read_str(r, o->f, s, n) : read_hex(r, o->f, s, n);
	case ROLE_BITS: return read_bits(r, o->f, s, n);
	default: return read_hex(r, o->f, s, n);
	}
}

static int read_fcs(struct reader *r, const struct field *f, const char *s, size_t n)
{
	int octets = r->pi->p->fcs_len;
	if (r->l != r->k->layer)
		return err_set(r->e, "%s.fcs: only the outermost layer can have a frame check sequence", r->pi->p->name);
	r->fcs_computed = n == 3 && memcmp(s, "crc", 3) == 0;
	if (!r->fcs_computed && (num_read(s, n, &r->fcs) != 0 || (octets < 8 && r->fcs >> (8 * octets))))
		return bad_value(r, f, s, n, what_is(FCS));
	r->k->fcs = (uint32_t)octets;
	return 0;
}

/* The value of a header's field, without escapes. */
static int read_header_value(struct reader *r, const struct op *o, const char *s, size_t n)
{
	const struct field *f = o->f;
	uint8_t *h = r->k->own + r->l->off;
	uint64_t v;
	if (f->fmt == FCS)
		return read_fcs(r, f, s, n);
	if (f->fmt == MAC || f->fmt == IP6) {
		uint8_t moved[16], *to = o->var >= 0 ? moved : h + o->off;
		int bad = f->fmt == MAC ? num_read_mac(s, n, to) : num_read_ip6(s, n, to);
		return bad ? bad_value(r, f, s, n, what_is(f->fmt)) : 0;
	}
	if (read_number(f, s, n, &v) != 0)
		return bad_value(r, f, s, n, what_is(f->fmt));
	if (v > o->mask)
		return bad_value(r, f, s, n, "out of range");
	if (o->var >= 0)
		r->l->var[o->var].num = v;
	else
		op_store(o, h, v);
	return 0;
}

static int read_value(struct reader *r, const struct op *o, const char *s, size_t n)
{
	const struct field *f = o->f;
	bool header = r->pi->p->role == ROLE_HEADER;
	if (r->pi->p->role == ROLE_DATA && f == r->pi->p->fields)
		return read_str(r, f, s, n);
	if (o->var >= 0) {
		struct var *var = &r->l->var[o->var];
		*var = (struct var){s, (uint32_t)n, 0};
		if (!f->width)
			return 0;
	}
	/* Escapes are rare here: they are undone when the value as it stands does not do. */
	uint32_t len = r->k->len;
	int bad = header ? read_header_value(r, o, s, n) : read_special(r, o, s, n);
	if (!bad || !memchr(s, '%', n))
		return bad;
	r->k->len = len;
	if (pkt_unescape(r->k, s, n, &s, &n, r->e) != 0)
		return err_prefix(r->e, "%s.%s: ", r->pi->p->name, f->name);
	return header ? read_header_value(r, o, s, n) : read_special(r, o, s, n);
}

/* Ends the layer opened last: its variable parts are built. */
static int close_layer(struct reader *r)
{
	struct layer *l = r->l;
	if (!l)
		return 0;
	if (l->proto->build && l->proto->build(r->k, l, r->e) != 0)
		return err_prefix(r->e, "%s: ", l->proto->name);
	l->hlen = r->k->len - l->off;
	if (l->proto->role == ROLE_PAD)
		r->seen |= END_SEEN;
	return 0;
}

static int open_frame(struct reader *r)
{
	if (r->seen & FRAME_SEEN || r->l)
		return err_set(r->e, "frame: goes once, before the layers");
	r->seen |= FRAME_SEEN;
	r->written = 0;
	return 0;
}

static int open_layer(struct reader *r, const char *s, size_t n)
{
	struct pkt *k = r->k;
	const struct pinfo *pi = n <= NAME_MAX_ ? reg_layer(name_key(s, n)) : NULL;
	if (!pi)
		return err_set(r->e, "unknown layer \"%.*s\" (pktcat --layers lists them)", n > 60 ? 60 : (int)n, s);
	if (close_layer(r) != 0)
		return -1;
	r->pi = pi;
	r->guess = pi->ops;
	if (pi->p->role == ROLE_FRAME)
		return open_frame(r);
	if (r->seen & OCTETS_SEEN)
		return err_set(r->e, "%s: frame hex= is the whole packet, no layer may follow", pi->p->name);
	if (r->seen & END_SEEN)
		return err_set(r->e, "%s: nothing may follow %s", pi->p->name, r->l->proto->name);
	if (k->nlayers == LAYERS_MAX)
		return err_set(r->e, "more than %d layers", LAYERS_MAX);
	struct layer *l = &k->layer[k->nlayers];
	l->proto = pi->p;
	l->info = pi;
	l->off = k->len;
	l->written = 0;
	uint8_t *h = pkt_append(k, pi->p->hlen, r->e);
	if (!h)
		return -1;
	memcpy(h, pi->tmpl, pi->p->hlen);
	if (pi->p->role == ROLE_PAD)
		k->tail = l->off;
	k->nlayers++;
	r->l = l;
	return 0;
}

static int unknown_field(struct reader *r, const char *s, size_t n)
{
	char names[200] = "";
	size_t at = 0;
	for (unsigned j = 0; j < r->pi->nops && at + 16 < sizeof names; j++)
		at += (size_t)snprintf(names + at, sizeof names - at, " %s", r->pi->ops[j].f->name);
	return err_set(r->e, "%s has no field \"%.*s\": it has%s", r->pi->p->name, n > 60 ? 60 : (int)n, s, names);
}

static int read_op(struct reader *r, const struct op *o, const char *v, size_t vn)
{
	uint64_t *written = r->pi->p->role == ROLE_FRAME ? &r->written : &r->l->written;
	uint64_t bit = (uint64_t)1 << o->index;
	bool either = r->pi->p->role == ROLE_DATA || r->pi->p->role == ROLE_PAD;
	if (either && *written & ~bit)
		return err_set(r->e, "%s has %s= or %s=, not both", r->pi->p->name, r->pi->ops[0].f->name, r->pi->ops[1].f->name);
	if (*written & bit)
		return err_set(r->e, "%s.%s= is written twice", r->pi->p->name, o->f->name);
	*written |= bit;
	r->guess = o + 1;
	return read_value(r, o, v, vn);
}

static int read_field(struct reader *r, const char *s, size_t n, const char *v, size_t vn)
{
	if (!r->pi)
		return err_set(r->e, "the field %.*s= comes before any layer", n > 60 ? 60 : (int)n, s);
	const char *dot = memchr(s, '.', n);
	if (dot) {
		size_t q = (size_t)(dot - s), w = r->pi->wlen - 1u;
		if (q != w || memcmp(s, r->pi->word + 1, w) != 0)
			return err_set(r->e, "%.*s= stands in the layer %s", n > 60 ? 60 : (int)n, s, r->pi->p->name);
		s = dot + 1;
		n -= q + 1;
	}
	if (n > NAME_MAX_ || n == 0)
		return unknown_field(r, s, n);
	int j = names_get(&r->pi->fields, name_key(s, n));
	if (j < 0)
		return unknown_field(r, s, n);
	return read_op(r, &r->pi->ops[j], v, vn);
}

static bool note_name(const char *s, size_t n)
{
	bool start = true;
	for (size_t i = 0; i < n; i++) {
		bool lower = s[i] >= 'a' && s[i] <= 'z';
		bool more = (s[i] >= '0' && s[i] <= '9') || s[i] == '-' || s[i] == '_';
		if (s[i] == '.' && !start)
			start = true;
		else if (lower || (more && !start))
			start = false;
		else
			return false;
	}
	return !start;
}

static int read_note(struct reader *r, const char *s, size_t n)
{
	struct pkt *k = r->k;
	const char *eq = memchr(s, '=', n);
	if (!eq || !note_name(s + 1, (size_t)(eq - s - 1)))
		return err_set(r->e, "%.*s: a note is @name=value or @tool.name=value", n > 60 ? 60 : (int)n, s);
	const char *out;
	size_t on;
	if (pkt_unescape(k, eq + 1, n - (size_t)(eq + 1 - s), &out, &on, r->e) != 0)
		return err_prefix(r->e, "%.*s: ", (int)(eq - s > 60 ? 60 : eq - s), s);
	if (eq - s == 4 && memcmp(s, "@len", 4) == 0) {
		uint64_t v;
		if (r->seen & LEN_SEEN)
			return err_set(r->e, "@len= is written twice");
		if (num_read(out, on, &v) != 0 || v > UINT32_MAX)
			return err_set(r->e, "@len=%.*s: not a length of 32 bits", on > 60 ? 60 : (int)on, out);
		r->seen |= LEN_SEEN;
		r->wire = (uint32_t)v;
		return 0;
	}
	if (k->nnotes == k->capnotes) {
		k->capnotes = k->capnotes ? 2 * k->capnotes : 16;
		k->notes = xrealloc(k->notes, k->capnotes * sizeof *k->notes);
	}
	k->notes[k->nnotes++] = (struct note){s + 1, (uint32_t)(n - 1)};
	return 0;
}

static inline bool blank(char c) { return c == ' ' || c == '\t'; }

/* In canonical text fields come in the table's order: the word is compared with those that come next before its name is
 * looked up. 8 octets can be loaded at s. */
static inline const struct op *guess(const struct reader *r, const char *s)
{
	enum { TRIES = 6 };
	uint64_t x;
	if (!r->pi)
		return NULL;
	const struct op *end = r->pi->ops + r->pi->nops;
	memcpy(&x, s, 8);
	if (end - r->guess > TRIES)
		end = r->guess + TRIES;
	for (const struct op *o = r->guess; o < end; o++)
		if ((x & o->word_mask) == o->word && o->word_mask)
			return o;
	return NULL;
}

/* One word of the line. */
static int read_word(struct reader *r, const char *s, size_t n)
{
	const struct op *o = n >= 8 || s + 8 <= r->end ? guess(r, s) : NULL;
	if (o && o->nlen <= n + 1u) {
		size_t name = o->nlen - 1u;
		return read_op(r, o, s + name, n - name);
	}
	if (*s == '@')
		return read_note(r, s, n);
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if ((c >= 'a' && c <= 'z') || (i && ((c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')))
			continue;
		if (c == '=' && i)
			return read_field(r, s, i, s + i + 1, n - i - 1);
		if (i == 0 && ((c >= '0' && c <= '9') || c == '+' || c == '-'))
			return err_set(r->e, "%.*s: a time stands at the start of the line", n > 40 ? 40 : (int)n, s);
		return err_set(r->e, "%.*s: the character 0x%02x cannot stand in a name", n > 40 ? 40 : (int)n, s,
		               (uint8_t)c);
	}
	return open_layer(r, s, n);
}

static int read_end(struct reader *r)
{
	struct pkt *k = r->k;
	if (close_layer(r) != 0)
		return -1;
	if (!r->pi)
		return err_set(r->e, "no layer in this line");
	if (!(r->seen & FRAME_SEEN) && k->layer[0].info->link >= 0) {
		k->link = (uint32_t)k->layer[0].info->link;
		k->has_link = true;
	}
	if (r->seen & FRAME_SEEN && !(r->written & 1))
		return err_set(r->e, "frame: dlt= is missing");
	if (!k->nlayers || k->layer[k->nlayers - 1].proto->role != ROLE_PAD)
		k->tail = k->len;
	if (k->fcs && !pkt_append(k, k->fcs, r->e))
		return -1;
	k->wire = r->seen & LEN_SEEN ? r->wire : k->len;
	pkt_finish(k);
	if (k->fcs) {
		uint64_t v = r->fcs_computed ? k->layer[0].proto->fcs(k->own, k->len - k->fcs) : r->fcs;
		for (uint32_t i = 0; i < k->fcs; i++)
			k->own[k->len - 1 - i] = (uint8_t)(v >> (8 * i));
	}
	return 0;
}

static void begin(struct pkt *k)
{
	k->time = (struct stamp){0};
	k->relative = k->has_link = false;
	k->link = k->len = k->wire = k->tail = k->fcs = k->bits = 0;
	k->nlayers = k->nnotes = 0;
	k->p = k->own;
}

/* The first octet of the eight at s that is a space or a tab: its index, or 8. The first in memory is the lowest on a
 * little-endian machine, where borrows run upwards and so spoil only what comes after the first. */
static inline unsigned first_blank(const char *s, bool tabs)
{
	unsigned j = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t ones = 0x0101010101010101;
	uint64_t x, space, found;
	memcpy(&x, s, 8);
	space = x ^ (ones * ' ');
	found = (space - ones) & ~space;
	if (tabs) {
		uint64_t tab = x ^ (ones * '\t');
		found |= (tab - ones) & ~tab;
	}
	x = found & (ones << 7);
	j = x ? (unsigned)__builtin_ctzll(x) / 8 : 8;
#else
	while (j < 8 && !blank(s[j]))
		j++;
#endif
	return j;
}

/* Most words are short; a long one is a payload. */
static inline const char *word_end(const char *s, const char *end, bool tabs)
{
	for (int tries = 0; tries < 4 && end - s >= 8; tries++) {
		unsigned j = first_blank(s, tabs);
		s += j;
		if (j < 8)
			return s;
	}
	if (!tabs && end - s >= 8) {
		s = memchr(s, ' ', (size_t)(end - s));
		return s ? s : end;
	}
	while (s < end && !blank(*s))
		s++;
	return s;
}

int pkt_read(struct pkt *k, const char *line, size_t n, struct err *e)
{
	struct err none;
	struct reader r = {.k = k, .e = e ? e : &none, .end = line + n};
	const char *s = line, *end = line + n;
	begin(k);
	while (end > s && (blank(end[-1]) || end[-1] == '\r'))
		end--;
	if (s < end && (s = memchr(line, 0, n)) != NULL)
		return err_set(e, "a NUL octet at character %zu", (size_t)(s - line) + 1);
	s = line;
	bool tabs = n && memchr(line, '\t', n);
	while (s < end && blank(*s))
		s++;
	for (bool first = true; s < end; first = false) {
		const char *w = s;
		s = word_end(s, end, tabs);
		size_t len = (size_t)(s - w);
		int bad = first && (*w == '+' || *w == '-' || (*w >= '0' && *w <= '9'))
		        ? stamp_read(w, len, &k->time, &k->relative, e)
		        : read_word(&r, w, len);
		if (bad)
			return -1;
		while (s < end && blank(*s))
			s++;
	}
	return read_end(&r);
}

static void begin(struct pkt *k);

int pkt_compose(struct pkt *to, const struct pkt *from, unsigned first, unsigned end, const char *before,
		const char *after, struct err *e)
{
	size_t room = pkt_bound(from) + strlen(before) + strlen(after) + 64;
	to->line = xrealloc(to->line, room);
	char *p = put_str(to->line, before);
	p = pkt_write_layers(p, from, first, end, false);
	p = put_str(p, after);
	p = write_notes(p, from);
	if (pkt_read(to, to->line, (size_t)(p - to->line), e) != 0)
		return -1;
	to->time = from->time;
	return 0;
}

void pkt_notes(struct pkt *to, const struct pkt *from)
{
	if (to->capnotes < from->nnotes) {
		to->capnotes = from->nnotes;
		to->notes = xrealloc(to->notes, to->capnotes * sizeof *to->notes);
	}
	if (from->nnotes)
		memcpy(to->notes, from->notes, from->nnotes * sizeof *from->notes);
	to->nnotes = from->nnotes;
}

void pkt_medium(struct pkt *to, enum role role, const uint8_t *b, uint32_t n, uint32_t bits, const struct pkt *from)
{
	struct layer *l = &to->layer[0];
	begin(to);
	l->info = reg_role(role);
	l->proto = l->info->p;
	l->off = 0;
	l->hlen = l->end = n;
	l->absent = l->badlen = false;
	to->nlayers = 1;
	to->p = b;
	to->len = to->wire = to->tail = n;
	to->bits = bits;
	to->time = from->time;
	pkt_notes(to, from);
}

bool pkt_is_comment(const char *line, size_t n)
{
	size_t i = 0;
	if (n && line[0] == '#')
		return true;
	while (i < n && (blank(line[i]) || line[i] == '\r'))
		i++;
	return i == n;
}
