/* shown.h - what the forms of output share: fields as numbers and as text, and room for them; for show's files only. */
#ifndef OSIKIT_SHOWN_H
#define OSIKIT_SHOWN_H

#include "reg.h"
#include "show.h"

/* Characters that field_write may need for any field of this layer (pkt.h), for bits one a bit. */
static inline size_t value_room(const struct layer *l)
{
	return (l->proto->role == ROLE_HEADER ? 32 : 8) * (size_t)l->hlen + NUM_SLACK;
}

/* Only hooks know how the value is written, and whether there is one. */
static inline bool is_hooked(const struct field *f)
{
	return f->fmt == OCTETS || f->fmt == STR || f->fmt == LIST;
}

/* A number: not an address and not of a hook. */
static inline bool is_number(const struct field *f)
{
	return f->fmt == DEC || f->fmt == HEX || f->fmt == FLAGS || f->fmt == FCS;
}

/* Whether this packet has the field, which is not hooked, in layer i of role ROLE_HEADER. */
static inline bool has_field(const struct pkt *k, unsigned i, const struct field *f)
{
	if (f->fmt == FCS)
		return i == 0 && k->fcs;
	return field_place(&k->layer[i], k, f) >= 0;
}

/* The value of a numeric field that is there. */
static inline uint64_t load_field(const struct pkt *k, unsigned i, const struct op *o)
{
	const struct layer *l = &k->layer[i];
	return o->ld && !l->proto->place ? op_load(o, k->p + l->off) : field_value(k, l, o->f);
}

/* Six colours that are readable on light and on dark, one a layer, and the end of colour. */
static inline const char *layer_color(unsigned i)
{
	static const char *const colors[] = {"\033[36m", "\033[33m", "\033[32m", "\033[35m", "\033[34m", "\033[31m"};
	return colors[i % 6];
}
#define COLOR_BOLD "\033[1m"
#define COLOR_DIM "\033[2m"
#define COLOR_BAD "\033[1;31m"
#define COLOR_END "\033[0m"

/* "TIME  eth ip udp  60 octets", the line over a packet. before: what the line begins with. */
void show_title(struct out *o, const struct pkt *k, const char *before);

#endif
