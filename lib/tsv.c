/* tsv.c - packets as a table: a header line, a row a packet, columns by name (pkt(5), rule 12).
 *
 * Names are resolved once. For a row the layers are gone through once, which leaves for each protocol the first layer and for
 * each layer the next one of its protocol; a column then takes what it needs from there.
 */

#include <stdlib.h>
#include <string.h>

#include "shown.h"

enum what { TIME, LEN, CAPLEN, LAYERS, LINK, RAW, FIELD, ANY, NOTE };

enum { NONE = 0xff, NUMBER_ROOM = 48 }; /* characters: an IPv6 address is the longest value that is not a hook's */

struct column {
	enum what what;
	const struct op *op;     /* FIELD */
	uint8_t id;              /* FIELD: of its protocol */
	bool fast;               /* FIELD: at a fixed place, and a number or an IPv4 address */
	uint8_t *any;            /* ANY: by protocol the index of the field, or NONE */
	const char *name;        /* slice of struct tsv.names */
	size_t n;
};

struct tsv {
	char *names;
	struct column *col;
	size_t ncols;
};

/* What is no field of a layer. Without a dot a name that is not here is a field of every layer that has one of that name. */
static const struct word specials[] = {
	{TIME, "time"}, {LEN, "len"}, {CAPLEN, "caplen"}, {LAYERS, "layers"}, {0, NULL},
};

/* Both sides of a conversation, whatever the protocols call their own. */
static const char default_columns[] = "time,len,layers,src,dst,sport,dport";

/* --- names ---------------------------------------------------------------------------------------------- */

static int unknown_field(const struct proto *p, const struct column *c, struct err *e)
{
	char names[300] = "";
	size_t at = 0;
	for (const struct field *f = p->fields; f->name && at + 16 < sizeof names; f++) {
		names[at++] = ' ';
		memcpy(names + at, f->name, strlen(f->name) + 1);
		at += strlen(f->name);
	}
	return err_set(e, "%.*s: %s has no such field; it has%s", c->n > 60 ? 60 : (int)c->n, c->name, p->name, names);
}

static int resolve_field(struct column *c, const char *dot, struct err *e)
{
	const char *field = dot + 1;
	size_t layer = (size_t)(dot - c->name), n = c->n - layer - 1;
	const struct proto *p = registry_find(c->name, layer);
	if (!p)
		return err_set(e, "%.*s: unknown layer \"%.*s\" (pktcat --layers lists them)", c->n > 60 ? 60 : (int)c->n,
		               c->name, layer > 60 ? 60 : (int)layer, c->name);
	const struct field *f = proto_field(p, field, n);
	if (!f)
		return unknown_field(p, c, e);
	const struct pinfo *pi = reg_info(p);
	c->op = &pi->ops[f - p->fields];
	c->id = (uint8_t)pi->id;
	c->fast = c->op->ld && !p->place && (is_number(f) || f->fmt == IP4);
	c->what = FIELD;
	if (p->role == ROLE_FRAME)
		c->what = f == p->fields ? LINK : RAW;
	return 0;
}

static int resolve_any(struct column *c, struct err *e)
{
	bool found = false;
	c->what = ANY;
	c->any = xmalloc(PROTOS_MAX);
	memset(c->any, NONE, PROTOS_MAX);
	for (const struct proto *const *p = registry; *p; p++) {
		const struct field *f = (*p)->role == ROLE_FRAME ? NULL : proto_field(*p, c->name, c->n);
		if (f)
			c->any[reg_info(*p)->id] = (uint8_t)(f - (*p)->fields);
		found = found || f;
	}
	if (found)
		return 0;
	return err_set(e, "%.*s: no layer has such a field; a column is LAYER.FIELD, FIELD of any layer, @NOTE, time, len, "
	               "caplen or layers (pktcat --layers, pktcat --help LAYER)", c->n > 60 ? 60 : (int)c->n, c->name);
}

static int resolve(struct column *c, struct err *e)
{
	for (const struct word *w = specials; w->name; w++)
		if (strlen(w->name) == c->n && memcmp(w->name, c->name, c->n) == 0) {
			c->what = (enum what)w->value;
			return 0;
		}
	if (!c->n)
		return err_set(e, "a name is missing beside a comma");
	if (c->name[0] == '@') {
		c->what = NOTE;
		return c->n > 1 ? 0 : err_set(e, "@: the name of a note is missing");
	}
	const char *dot = memchr(c->name, '.', c->n);
	return dot ? resolve_field(c, dot, e) : resolve_any(c, e);
}

struct tsv *tsv_new(const char *fields, struct err *e)
{
	struct tsv *t = xmalloc(sizeof *t);
	*t = (struct tsv){.names = xstrdup(fields && *fields ? fields : default_columns)};
	size_t max = 1;
	for (const char *s = t->names; *s; s++)
		max += *s == ',';
	t->col = xmalloc(max * sizeof *t->col);
	const char *s = t->names;
	for (size_t i = 0; i < max; i++) {
		struct column *c = &t->col[t->ncols++];
		*c = (struct column){.name = s, .n = strcspn(s, ",")};
		s += c->n + 1;
		if (resolve(c, e) != 0) {
			tsv_free(t);
			return NULL;
		}
	}
	return t;
}

void tsv_free(struct tsv *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->ncols; i++)
		free(t->col[i].any);
	free(t->col);
	free(t->names);
	free(t);
}

void tsv_header(struct out *o, const struct tsv *t)
{
	for (size_t i = 0; i < t->ncols; i++) {
		out_write(o, t->col[i].name, t->col[i].n);
		out_write(o, i + 1 < t->ncols ? "\t" : "\n", 1);
	}
}

/* --- a row ---------------------------------------------------------------------------------------------- */

/* Where a row is written: what is before p is not yet handed over to o. */
struct row {
	struct out *o;
	const struct pkt *k;
	char *start, *p, *end;
	uint8_t *first;           /* by protocol: its outermost layer, or NONE */
	uint8_t next[LAYERS_MAX]; /* by layer: the next one of its protocol, or NONE */
};

static inline void need(struct row *r, size_t n)
{
	if ((size_t)(r->end - r->p) >= n + NUM_SLACK)
		return;
	out_done(r->o, (size_t)(r->p - r->start));
	r->start = r->p = out_room(r->o, n + NUM_SLACK);
	r->end = r->o->buf + r->o->cap;
}

static inline char *put_op(char *p, const struct pkt *k, unsigned i, const struct op *o)
{
	const struct field *f = o->f;
	if (k->layer[i].proto->role != ROLE_HEADER || is_hooked(f))
		return field_write(p, k, i, f);
	if (!has_field(k, i, f))
		return p;
	return is_number(f) ? num_dec(p, load_field(k, i, o)) : field_write(p, k, i, f);
}

/* The value in layer i, behind those before it. */
static void add_value(struct row *r, unsigned i, const struct op *o, bool another)
{
	const struct layer *l = &r->k->layer[i];
	bool is_long = l->proto->role != ROLE_HEADER || is_hooked(o->f);
	need(r, 1 + (is_long ? value_room(l) : NUMBER_ROOM));
	char *v = r->p + another, *end = put_op(v, r->k, i, o);
	if (another && end != v)
		*r->p = ',';
	if (end != v)
		r->p = end;
}

static void add_field(struct row *r, const struct column *c)
{
	unsigned i = r->first[c->id];
	if (i == NONE)
		return;
	if (c->fast && r->next[i] == NONE) {
		uint64_t v = op_load(c->op, r->k->p + r->k->layer[i].off);
		uint8_t a[4];
		put32(a, (uint32_t)v);
		r->p = c->op->f->fmt == IP4 ? num_ip4(r->p, a) : num_dec(r->p, v);
		return;
	}
	for (bool another = false; i != NONE; i = r->next[i]) {
		size_t before = (size_t)(r->p - r->start) + r->o->total;
		add_value(r, i, c->op, another);
		another = another || (size_t)(r->p - r->start) + r->o->total != before;
	}
}

static void add_any(struct row *r, const struct column *c)
{
	bool another = false;
	for (unsigned i = 0; i < r->k->nlayers; i++) {
		const struct pinfo *pi = r->k->layer[i].info;
		uint8_t j = c->any[pi->id];
		size_t before = (size_t)(r->p - r->start) + r->o->total;
		if (j != NONE)
			add_value(r, i, &pi->ops[j], another);
		another = another || (size_t)(r->p - r->start) + r->o->total != before;
	}
}

static void add_layers(struct row *r)
{
	need(r, (NAME_MAX_ + 1) * LAYERS_MAX);
	for (unsigned i = 0; i < r->k->nlayers; i++) {
		const struct pinfo *pi = r->k->layer[i].info;
		memcpy(r->p, pi->word, sizeof pi->word); /* " ip" */
		if (i)
			*r->p = ',';
		else
			memmove(r->p, r->p + 1, pi->wlen);
		r->p += i ? pi->wlen : pi->wlen - 1;
	}
}

static void add_notes(struct row *r, const struct column *c)
{
	bool another = false;
	for (unsigned i = 0; i < r->k->nnotes; i++) {
		const struct note *n = &r->k->notes[i];
		size_t name = c->n - 1;
		if (n->n <= name || n->s[name] != '=' || memcmp(n->s, c->name + 1, name) != 0)
			continue;
		need(r, n->n);
		if (another)
			*r->p++ = ',';
		another = true;
		memcpy(r->p, n->s + name + 1, n->n - name - 1);
		r->p += n->n - name - 1;
	}
}

static void add_raw(struct row *r)
{
	if (r->k->nlayers)
		return;
	need(r, 2 * (size_t)r->k->len);
	hex_write(r->p, r->k->p, r->k->len);
	r->p += 2 * (size_t)r->k->len;
}

static void add_column(struct row *r, const struct column *c)
{
	const struct pkt *k = r->k;
	need(r, NUMBER_ROOM);
	switch (c->what) {
	case FIELD: add_field(r, c); break;
	case TIME:
		if (k->time.set)
			r->p = stamp_write(r->p, &k->time);
		break;
	case LEN: r->p = num_dec(r->p, k->wire); break;
	case CAPLEN: r->p = num_dec(r->p, k->len); break;
	case LAYERS: add_layers(r); break;
	case LINK:
		if (k->has_link)
			r->p = num_dec(r->p, k->link);
		break;
	case RAW: add_raw(r); break;
	case ANY: add_any(r, c); break;
	case NOTE: add_notes(r, c); break;
	}
	*r->p++ = '\t';
}

void tsv_row(struct out *o, const struct tsv *t, const struct pkt *k)
{
	/* Between two rows all are NONE. */
	static uint8_t first[PROTOS_MAX];
	static bool begun;
	if (!begun)
		memset(first, NONE, sizeof first);
	begun = true;
	struct row r = {.o = o, .k = k, .first = first};
	r.start = r.p = out_room(o, NUMBER_ROOM);
	r.end = o->buf + o->cap;
	for (unsigned i = k->nlayers; i-- > 0;) {
		r.next[i] = first[k->layer[i].info->id];
		first[k->layer[i].info->id] = (uint8_t)i;
	}
	for (size_t i = 0; i < t->ncols; i++)
		add_column(&r, &t->col[i]);
	for (unsigned i = 0; i < k->nlayers; i++)
		first[k->layer[i].info->id] = NONE;
	r.p[-1] = '\n';
	out_done(o, (size_t)(r.p - r.start));
}
