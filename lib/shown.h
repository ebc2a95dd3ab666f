/* shown.h - what the forms of output share: fields as numbers and as text, and room for them; for show's files only. */
#ifndef OSIKIT_SHOWN_H
#define OSIKIT_SHOWN_H

#include <string.h>

#include "reg.h"
#include "show.h"

/* Characters that field_write may need for any field of this layer (pkt.h), for bits one a bit. */
static inline size_t value_room(const struct layer *l)
{
	return (l->proto->role == ROLE_HEADER ? 32 : 8) * (size_t)l->hlen + NUM_SLACK;
}

static inline char *put_str(char *p, const char *s)
{
	size_t n = strlen(s);
	memcpy(p, s, n);
	return p + n;
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
#define COLOR_BAD "\033[1;31m"
#define COLOR_END "\033[0m"

/* "TIME eth ip udp (60 octets)", the line over a packet. before: what the line begins with. */
void show_title(struct out *o, const struct pkt *k, const char *before);

/* A value as text, shortened. */
struct value {
	char text[512];
	size_t n;
};

/* The value of field f in layer i as packet text has it, at most max (under 500) characters, "..." in place of the end
 * of what is longer; false, and nothing, where there is none. o lends the room. */
bool value_text(struct out *o, struct value *v, const struct pkt *k, unsigned i, const struct field *f, size_t max);
/* A number as a field of this format shows it. */
void number_text(struct value *v, const struct field *f, uint64_t n);
/* Octets in hex. */
void value_octets(struct value *v, const uint8_t *b, size_t n, size_t max);

/* What is to be said of a derived field that is there. */
enum judgement {
	INDEPENDENT,  /* nothing: it is none, or it says what follows and that is not understood */
	RIGHT,        /* as it would be computed, or another number for the same layer */
	UNCHECKED,    /* a checksum over octets that are not here, or of which the length is in doubt */
	LEFT_OUT,     /* a checksum that is allowed not to be there, and is not */
	/* From here on worth a line: */
	BEYOND,       /* a length of more than is here, *want: wrong, or the rest was cut off, not quoted, or is in other fragments */
	UNUSUAL,      /* another value than the one that is written by itself, *want */
	WRONG         /* not so: *want is what would be */
};
enum judgement judge_field(const struct pkt *k, unsigned i, const struct field *f, uint64_t *want);

/* The layer that field f of layer i names by its value as what follows, or NULL. */
const struct proto *named_next(const struct pkt *k, unsigned i, const struct field *f);
/* Words in lines of 80 columns, from column `at` on and the next lines from column indent, and a line feed. UNBROKEN is a space at which
 * no line ends. */
#define UNBROKEN "\037"
void put_words(struct out *o, const char *s, unsigned at, unsigned indent);
/* So many spaces. */
void put_spaces(struct out *o, unsigned n);

/* The bit diagram of the default header, names only. */
void show_empty_diagram(struct out *o, const struct proto *p);

#endif
