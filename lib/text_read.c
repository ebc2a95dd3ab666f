/* text_read.c - the reader of packet text, pkt(5). */

#include <stdio.h>
#include <string.h>

#include "io.h"
#include "num.h"
#include "pkt.h"
#include "reg.h"

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

/* The confidences of bits. That there are as many as bits is known at the end. */
static int read_confidence(struct reader *r, const struct field *f, const char *s, size_t n)
{
	struct pkt *k = r->k;
	if (n > 8 * (size_t)PKT_MAX)
		return err_set(r->e, "%s.%s: more than %d octets", r->pi->p->name, f->name, PKT_MAX);
	if (k->capq < n + 1) {
		k->capq = (uint32_t)(n + n / 2 + 64);
		k->qown = xrealloc(k->qown, k->capq);
	}
	for (size_t i = 0; i < n; i++) {
		char c = s[i] >= 'A' && s[i] <= 'F' ? (char)(s[i] + 'a' - 'A') : s[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return err_set(r->e, "%s.%s: character %zu is not a hex digit", r->pi->p->name, f->name, i + 1);
		k->qown[i] = c;
	}
	if (r->l != k->layer)
		return err_set(r->e, "%s.%s: only the outermost layer can have confidences", r->pi->p->name, f->name);
	k->q = k->qown;
	k->nq = (uint32_t)n;
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
	case ROLE_BITS: return j == 0 ? read_bits(r, o->f, s, n) : read_confidence(r, o->f, s, n);
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
	const char *out = NULL;
	size_t on = 0;
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
	if (k->q && k->nq != pkt_bits(k))
		return err_set(r->e, "%s.q: %u confidences of %zu bits", k->layer[0].proto->name, k->nq, pkt_bits(k));
	k->wire = r->seen & LEN_SEEN ? r->wire : k->len;
	pkt_finish(k);
	if (k->fcs) {
		uint64_t v = r->fcs_computed ? k->layer[0].proto->fcs(k->own, k->len - k->fcs) : r->fcs;
		for (uint32_t i = 0; i < k->fcs; i++)
			k->own[k->len - 1 - i] = (uint8_t)(v >> (8 * i));
	}
	return 0;
}

void pkt_begin(struct pkt *k)
{
	k->time = (struct stamp){0};
	k->relative = k->has_link = false;
	k->link = k->len = k->wire = k->tail = k->fcs = k->bits = k->nq = 0;
	k->q = NULL;
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
	pkt_begin(k);
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

bool pkt_is_comment(const char *line, size_t n)
{
	size_t i = 0;
	if (n && line[0] == '#')
		return true;
	while (i < n && (blank(line[i]) || line[i] == '\r'))
		i++;
	return i == n;
}
