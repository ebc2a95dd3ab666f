/* reg.h - the registry's compiled tables, for lib/ only. */
#ifndef OSIKIT_REG_H
#define OSIKIT_REG_H

#include "num.h"
#include "proto.h"

enum {
	OPS_MAX = 48,     /* fields of a protocol at most */
	HLEN_MAX = 64,    /* octets of a fixed header at most */
	NAME_MAX_ = 8,    /* characters of a layer's or a field's name at most */
	PROTOS_MAX = 250
};

/* How the writer treats a field: decided once. The first ones always print; those up to ACT_SUM print unless their value is
 * the computed one; the rest is for hooks. */
enum act {
	ACT_DEC, ACT_MAC, ACT_IP4, ACT_IP6, ACT_ALWAYS,
	ACT_DIFFERS, ACT_NEXT, ACT_LENGTH, ACT_PAYLEN, ACT_HLEN, ACT_DERIVE, ACT_SUM,
	ACT_LIST, ACT_SLOW
};

/* A field, compiled: how to load it, when to print it, its name ready to copy. */
struct op {
	uint8_t act;              /* enum act */
	uint8_t fmt, unit, base;  /* of the field, at hand */
	uint8_t ld;               /* octets to load: 8 where the header has them, else 1, 2 or 4; 0: not a number in the fixed header */
	uint8_t shift;
	uint16_t off;             /* octet offset of the load, or of an address */
	uint64_t mask, dflt;
	uint8_t nlen, qlen;
	uint8_t digits;           /* of HEX */
	uint8_t index;            /* of the field in its table */
	int8_t var;               /* index in layer.var, -1: has a place in the fixed header */
	char name[16];            /* " ttl=" */
	const struct field *f;
	uint64_t word, word_mask; /* the first octets of "ttl=" as a 64-bit load gives them; mask 0: a name of 8 */
	char qname[32];           /* " ip.ttl=" */
};

/* A perfect hash of names of up to eight characters, each held in a 64-bit word. */
struct names {
	uint64_t mul;
	uint8_t shift;
	uint64_t *key;
	uint8_t *val;
};

struct pinfo {
	const struct proto *p;
	unsigned id;
	unsigned nops;
	struct op ops[OPS_MAX];
	struct names fields;
	uint8_t tmpl[HLEN_MAX];      /* the fixed header with its defaults */
	/* The fields to look at: all, and without those that plain_mask, applied to whole words of the header, shows to be
	 * at their defaults. */
	const struct op *all_ops[OPS_MAX + 1], *short_ops[OPS_MAX + 1]; /* each ended by NULL */
	uint64_t derived_ops, sum_ops; /* what the encoder computes: before the checksums, and these */
	uint64_t plain_mask[HLEN_MAX / 8];
	unsigned plain_words;
	uint8_t wlen;
	char word[16];               /* " ip" */
	int lenop, nextop, fcsop;    /* index of the LENGTH or PAYLEN, NEXT and FCS field, -1 */
	int nspaces;
	int space[3];                /* ids of the key spaces */
	const int64_t *key[3];       /* by protocol id: what binds it in that space, -1: nothing */
	int64_t link;                /* implied link type, -1: none */
};

/* Packs a name of 1 to 8 characters. */
static inline uint64_t name_key(const char *s, size_t n)
{
	uint64_t k = 0;
	for (size_t i = 0; i < n; i++)
		k |= (uint64_t)(uint8_t)s[i] << (8 * i);
	return k;
}

/* The value, or -1. */
static inline int names_get(const struct names *t, uint64_t key)
{
	size_t i = (size_t)((key * t->mul) >> t->shift);
	return t->key[i] == key ? t->val[i] : -1;
}

static inline uint64_t op_load(const struct op *o, const uint8_t *h)
{
	uint64_t v;
	h += o->off;
	if (__builtin_expect(o->ld == 8, 1)) {
		v = be64(h);
	} else {
		switch (o->ld) {
		case 1: v = h[0]; break;
		case 2: v = be16(h); break;
		default: v = be32(h); break;
		}
	}
	return v >> o->shift & o->mask;
}

void op_store(const struct op *o, uint8_t *h, uint64_t v);

/* The layer named by the packed key, or NULL. */
const struct pinfo *reg_layer(uint64_t key);
/* The bindings: a hash table with open addressing, by (space << 32 | value). */
enum { BOUND_BITS = 10, BOUND_SLOTS = 1 << BOUND_BITS };
struct bound {
	uint64_t key;
	const struct pinfo *info;
};
extern struct bound reg_bounds[BOUND_SLOTS];

static inline struct bound *bound_slot(uint64_t key)
{
	size_t i = (size_t)((key * 0x9e3779b97f4a7c15) >> (64 - BOUND_BITS));
	while (reg_bounds[i].info && reg_bounds[i].key != key)
		i = (i + 1) % BOUND_SLOTS;
	return &reg_bounds[i];
}

/* What follows where key space id has value, or NULL. */
static inline const struct pinfo *reg_bound(int space, uint32_t value)
{
	return bound_slot((uint64_t)space << 32 | value)->info;
}
const struct pinfo *reg_root(uint32_t link, const uint8_t *p, uint32_t len);
const struct pinfo *reg_info(const struct proto *p);
/* The first protocol of a role. */
const struct pinfo *reg_role(enum role role);

/* text_read.c: an empty packet. text_write.c: the notes, each with a space before it. */
void pkt_begin(struct pkt *k);
char *pkt_write_notes(char *p, const struct pkt *k);
/* pkt.c, for text_read.c: the ends of the layers; and all that was not written. */
void pkt_layout(struct pkt *k);
void pkt_finish(struct pkt *k);

#endif
