/* registry.c - the protocols, compiled once at the start: hashed names, hashed bindings, load and store recipes. */

#include "reg.h"

#include <stdio.h>
#include <string.h>

#include "io.h"
#include "pkt.h"

enum { SPACES_MAX = 64 };

static struct pinfo *infos;
static unsigned ninfos;
static struct names layers;
static const struct pinfo *roles[ROLES];

static const char *space_names[SPACES_MAX];
static int nspaces, space_link, space_link4;
static int64_t *space_keys[SPACES_MAX];    /* [space][protocol id] */

struct bound reg_bounds[BOUND_SLOTS];

/* --- names ---------------------------------------------------------------------------------------------- */

static bool name_ok(const char *s)
{
	size_t n = strlen(s);
	if (n < 1 || n > NAME_MAX_ || s[0] < 'a' || s[0] > 'z')
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == n;
}

/* Builds a perfect hash: tries odd multipliers until no two names share a slot. */
static int names_build(struct names *t, const char *const *name, unsigned n, struct err *e)
{
	unsigned bits = 3;
	while ((1u << bits) < 4 * n)
		bits++;
	t->shift = (uint8_t)(64 - bits);
	t->key = xmalloc(sizeof *t->key << bits);
	t->val = xmalloc((size_t)1 << bits);
	for (uint64_t mul = 0x9e3779b97f4a7c15; ; mul += 0x5851f42d4c957f2e) {
		memset(t->key, 0, sizeof *t->key << bits);
		t->mul = mul;
		unsigned i;
		for (i = 0; i < n; i++) {
			uint64_t key = name_key(name[i], strlen(name[i]));
			size_t slot = (size_t)((key * mul) >> t->shift);
			if (t->key[slot] == key)
				return err_set(e, "the name %s is there twice", name[i]);
			if (t->key[slot])
				break;
			t->key[slot] = key;
			t->val[slot] = (uint8_t)i;
		}
		if (i == n)
			return 0;
	}
}

/* --- key spaces ----------------------------------------------------------------------------------------- */

static int space_id(const char *name, struct err *e)
{
	for (int i = 0; i < nspaces; i++)
		if (strcmp(space_names[i], name) == 0)
			return i;
	if (nspaces == SPACES_MAX)
		return err_set(e, "more than %d key spaces", SPACES_MAX);
	space_names[nspaces] = name;
	space_keys[nspaces] = xmalloc(sizeof(int64_t) * PROTOS_MAX);
	for (int i = 0; i < PROTOS_MAX; i++)
		space_keys[nspaces][i] = -1;
	return nspaces++;
}

const struct pinfo *reg_root(uint32_t link, const uint8_t *p, uint32_t len)
{
	/* The upper half of a pcap's link type field speaks of the FCS (draft-ietf-opsawg-pcap). */
	uint32_t type = link & 0xffff;
	const struct pinfo *pi = reg_bound(space_link, type);
	if (!pi && len)
		pi = reg_bound(space_link4, type << 4 | p[0] >> 4);
	return pi;
}

static int bind_all(struct pinfo *pi, struct err *e)
{
	static unsigned used;
	for (const struct bind *b = pi->p->binds; b && b->key; b++) {
		int s = space_id(b->key, e);
		if (s < 0)
			return -1;
		struct bound *slot = bound_slot((uint64_t)s << 32 | b->value);
		if (slot->info)
			return err_set(e, "%s and %s both claim %s=%u", slot->info->p->name, pi->p->name,
			               b->key, b->value);
		if (++used > BOUND_SLOTS / 2)
			return err_set(e, "more than %d bindings", BOUND_SLOTS / 2);
		slot->key = (uint64_t)s << 32 | b->value;
		slot->info = pi;
		if (space_keys[s][pi->id] < 0)
			space_keys[s][pi->id] = b->value;
		if (pi->link < 0 && s == space_link)
			pi->link = b->value;
		if (pi->link < 0 && s == space_link4)
			pi->link = b->value >> 4;
	}
	return 0;
}

/* --- fields --------------------------------------------------------------------------------------------- */

void op_store(const struct op *o, uint8_t *h, uint64_t v)
{
	h += o->off;
	uint64_t m = ~(o->mask << o->shift);
	v <<= o->shift;
	switch (o->ld) {
	case 1: h[0] = (uint8_t)((h[0] & m) | v); break;
	case 2: put16(h, (uint32_t)((be16(h) & m) | v)); break;
	case 4: put32(h, (uint32_t)((be32(h) & m) | v)); break;
	default: put64(h, (be64(h) & m) | v); break;
	}
}

static enum act act_of(const struct proto *p, const struct field *f, const struct op *o)
{
	bool address = f->fmt == MAC || f->fmt == IP6;
	if (f->fmt == LIST && p->role == ROLE_HEADER && !p->place)
		return ACT_LIST;
	if (p->place || f->bit == MOVED || (!o->ld && !(address && f->cls == ALWAYS)))
		return ACT_SLOW;
	switch (f->cls) {
	case ALWAYS:
		return f->fmt == MAC ? ACT_MAC : f->fmt == IP6 ? ACT_IP6 : f->fmt == DEC ? ACT_DEC
		     : f->fmt == IP4 && f->bit % 8 == 0 ? ACT_IP4 : ACT_ALWAYS;
	case OPTIONAL:
	case CONST: return ACT_DIFFERS;
	case NEXT:
	case NEXT_OR: return ACT_NEXT;
	case LENGTH: return ACT_LENGTH;
	case PAYLEN: return ACT_PAYLEN;
	case HLEN: return ACT_HLEN;
	case SUM: return ACT_SUM;
	default: return ACT_DERIVE;
	}
}

/* Chooses the octets within the fixed header that are loaded: eight where it has them, so that all loads are alike. */
static int load_recipe(struct op *o, const struct field *f, unsigned hlen)
{
	unsigned first = f->bit / 8, last = (f->bit + f->width - 1u) / 8;
	for (unsigned ld = 8; ld >= 1; ld /= 2) {
		unsigned off = first + ld > hlen ? hlen - ld : first;
		if (ld > hlen || last >= off + ld)
			continue;
		o->ld = (uint8_t)ld;
		o->off = (uint16_t)off;
		o->shift = (uint8_t)(8 * (off + ld) - (f->bit + f->width));
		o->mask = f->width == 64 ? ~(uint64_t)0 : ((uint64_t)1 << f->width) - 1;
		return 0;
	}
	return -1;
}

/* Flags are seldom at their default, so they are always looked at. */
static void plain_op(struct pinfo *pi, const struct op *o)
{
	uint8_t mask[HLEN_MAX] = {0};
	const struct field *f = o->f;
	unsigned n = 0;
	while (pi->all_ops[n])
		n++;
	pi->all_ops[n] = o;
	pi->plain_words = pi->p->hlen / 8u;
	if (o->act == ACT_DIFFERS && o->fmt != FLAGS && f->bit + f->width <= 64 * pi->plain_words) {
		for (unsigned bit = f->bit; bit < f->bit + f->width; bit++)
			mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		for (unsigned j = 0; j < pi->plain_words; j++) {
			uint64_t x;
			memcpy(&x, mask + 8 * j, 8);
			pi->plain_mask[j] |= x;
		}
	} else {
		for (n = 0; pi->short_ops[n]; n++)
			;
		pi->short_ops[n] = o;
	}
}

static int op_compile(struct pinfo *pi, const struct field *f, int *vars, struct err *e)
{
	const struct proto *p = pi->p;
	struct op *o = &pi->ops[pi->nops];
	bool hooked = f->fmt == OCTETS || f->fmt == STR || f->fmt == LIST;
	if (!name_ok(f->name))
		return err_set(e, "%s: \"%s\" is not a field name of 1 to %d characters", p->name, f->name, NAME_MAX_);
	*o = (struct op){.f = f, .var = -1, .index = (uint8_t)pi->nops, .digits = (uint8_t)((f->width + 3) / 4),
	                 .fmt = (uint8_t)f->fmt, .unit = f->unit ? f->unit : 1, .base = f->base, .dflt = f->dflt};
	o->nlen = (uint8_t)snprintf(o->name, sizeof o->name, " %s=", f->name);
	o->qlen = (uint8_t)snprintf(o->qname, sizeof o->qname, " %s.%s=", p->name, f->name);
	if (f->bit == MOVED || hooked || p->role != ROLE_HEADER) {
		if (f->fmt != FCS && p->role == ROLE_HEADER) {
			if (*vars == VARS_MAX)
				return err_set(e, "%s: more than %d moved fields", p->name, VARS_MAX);
			o->var = (int8_t)(*vars)++;
			if (!p->build)
				return err_set(e, "%s.%s has no place and %s no hook to build it", p->name, f->name, p->name);
		}
		o->mask = f->width == 0 || f->width >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << f->width) - 1;
	} else if (f->width == 0 || f->bit + f->width > 8u * p->hlen) {
		return err_set(e, "%s.%s lies beyond the header", p->name, f->name);
	} else if (f->fmt == MAC || f->fmt == IP6) {
		if (f->bit % 8 || f->width != (f->fmt == MAC ? 48 : 128))
			return err_set(e, "%s.%s: an address of the wrong width or place", p->name, f->name);
		o->off = f->bit / 8;
	} else if (f->width > 64 || load_recipe(o, f, p->hlen) != 0) {
		return err_set(e, "%s.%s cannot be loaded", p->name, f->name);
	} else if (f->cls == ALWAYS || f->cls == OPTIONAL || f->cls == CONST) {
		if (f->dflt > o->mask)
			return err_set(e, "%s.%s: the default does not fit", p->name, f->name);
		op_store(o, pi->tmpl, f->dflt);
	}
	o->act = (uint8_t)act_of(p, f, o);
	int n = (int)pi->nops++;
	plain_op(pi, o);
	if (f->cls == SUM)
		pi->sum_ops |= (uint64_t)1 << n;
	else if (f->cls > CONST && f->fmt != FCS)
		pi->derived_ops |= (uint64_t)1 << n;
	if (o->nlen <= 9) {
		memcpy(&o->word, o->name + 1, 8);
		memset(&o->word_mask, 0xff, o->nlen - 1u);
		o->word &= o->word_mask;
	}
	if (f->cls == LENGTH || f->cls == PAYLEN)
		pi->lenop = n;
	if (f->cls == NEXT || f->cls == NEXT_OR)
		pi->nextop = n;
	if (f->fmt == FCS)
		pi->fcsop = n;
	return 0;
}

static int info_compile(struct pinfo *pi, struct err *e)
{
	const struct proto *p = pi->p;
	const char *name[OPS_MAX];
	int vars = 0;
	if (!name_ok(p->name))
		return err_set(e, "\"%s\" is not a layer name of 1 to %d characters", p->name, NAME_MAX_);
	if (p->hlen > HLEN_MAX)
		return err_set(e, "%s: a fixed header of more than %d octets", p->name, HLEN_MAX);
	pi->wlen = (uint8_t)snprintf(pi->word, sizeof pi->word, " %s", p->name);
	pi->lenop = pi->nextop = pi->fcsop = -1;
	for (const struct field *f = p->fields; f->name; f++) {
		if (pi->nops == OPS_MAX)
			return err_set(e, "%s: more than %d fields", p->name, OPS_MAX);
		name[pi->nops] = f->name;
		if (op_compile(pi, f, &vars, e) != 0)
			return -1;
	}
	for (int s = 0; s < 3 && p->space[s]; s++) {
		if ((pi->space[s] = space_id(p->space[s], e)) < 0)
			return -1;
		pi->key[s] = space_keys[pi->space[s]];
		pi->nspaces++;
	}
	struct err why;
	if (names_build(&pi->fields, name, pi->nops, &why) != 0)
		return err_set(e, "%s: %s", p->name, why.msg);
	return 0;
}

int registry_init(struct err *e)
{
	if (infos)
		return 0;
	const char *name[PROTOS_MAX];
	while (registry[ninfos])
		ninfos++;
	if (ninfos > PROTOS_MAX)
		return err_set(e, "more than %d protocols", PROTOS_MAX);
	infos = xmalloc(ninfos * sizeof *infos);
	memset(infos, 0, ninfos * sizeof *infos);
	space_link = space_id("link", e);
	space_link4 = space_id("link4", e);
	for (unsigned i = 0; i < ninfos; i++) {
		infos[i].p = registry[i];
		infos[i].id = i;
		infos[i].link = -1;
		name[i] = registry[i]->name;
		if (!roles[infos[i].p->role])
			roles[infos[i].p->role] = &infos[i];
		if (bind_all(&infos[i], e) != 0)
			return -1;
	}
	for (unsigned i = 0; i < ninfos; i++)
		if (info_compile(&infos[i], e) != 0)
			return -1;
	return names_build(&layers, name, ninfos, e);
}

/* --- lookups -------------------------------------------------------------------------------------------- */

const struct pinfo *reg_layer(uint64_t key)
{
	int i = names_get(&layers, key);
	return i < 0 ? NULL : &infos[i];
}

const struct pinfo *reg_role(enum role role)
{
	return roles[role];
}

const struct pinfo *reg_info(const struct proto *p)
{
	return reg_layer(name_key(p->name, strlen(p->name)));
}

const struct proto *registry_find(const char *name, size_t n)
{
	const struct pinfo *pi = n < 1 || n > NAME_MAX_ ? NULL : reg_layer(name_key(name, n));
	return pi ? pi->p : NULL;
}

const struct proto *registry_bound(const char *space, uint32_t value)
{
	for (int i = 0; i < nspaces; i++)
		if (strcmp(space_names[i], space) == 0) {
			const struct pinfo *pi = reg_bound(i, value);
			return pi ? pi->p : NULL;
		}
	return NULL;
}

bool registry_link(const struct proto *p, uint32_t *link)
{
	const struct pinfo *pi = reg_info(p);
	if (pi->link < 0)
		return false;
	*link = (uint32_t)pi->link;
	return true;
}

const struct field *proto_field(const struct proto *p, const char *name, size_t n)
{
	const struct pinfo *pi = reg_info(p);
	int i = n < 1 || n > NAME_MAX_ ? -1 : names_get(&pi->fields, name_key(name, n));
	return i < 0 ? NULL : pi->ops[i].f;
}

const char *field_word(const struct field *f, uint64_t v)
{
	for (const struct word *w = f->words; w && w->name; w++)
		if (w->value == v)
			return w->name;
	return NULL;
}

bool field_derived(const struct field *f)
{
	return f->cls >= CONST || f->fmt == FCS;
}
