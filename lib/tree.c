/* tree.c - a packet in words: every field with its name in the standard, and what is right and wrong in it. */

#include <stdio.h>
#include <string.h>

#include "shown.h"

enum { VALUE_COLUMN = 20, SHORT = 60 };

struct tree {
	struct out *o;
	const struct pkt *k;
	bool color;
};

static const char *if_color(const struct tree *t, const char *s) { return t->color ? s : ""; }

/* " (request)", " (tcp)", or nothing. */
static void meaning(const struct tree *t, unsigned i, const struct field *f, char *to, size_t size)
{
	const struct proto *next = named_next(t->k, i, f);
	const char *word = is_number(f) && f->fmt != FLAGS ? field_word(f, field_value(t->k, &t->k->layer[i], f)) : NULL;
	to[0] = 0;
	if (next || word)
		snprintf(to, size, " (%s)", next ? next->name : word);
}

static void judgement(const struct tree *t, unsigned i, const struct field *f, char *to, size_t size)
{
	struct value v;
	uint64_t want = 0;
	enum judgement is = judge_field(t->k, i, f, &want);
	number_text(&v, f, want);
	to[0] = 0;
	switch (is) {
	case INDEPENDENT: break;
	case RIGHT: snprintf(to, size, " (correct)"); break;
	case UNCHECKED: snprintf(to, size, " (cannot be checked: octets are missing)"); break;
	case LEFT_OUT: snprintf(to, size, " (none was sent)"); break;
	case BEYOND: snprintf(to, size, " (says more than is here: %.40s)", v.text); break;
	case UNUSUAL: snprintf(to, size, " (usually %.40s)", v.text); break;
	case WRONG:
		snprintf(to, size, " %s(wrong: should be %.40s)%s", if_color(t, COLOR_BAD), v.text, if_color(t, COLOR_END));
	}
}

/* name = value (word)  Its name in the standard (correct) */
static void field(const struct tree *t, unsigned i, const struct field *f, unsigned width)
{
	struct value v;
	char word[80], says[120], help[400];
	if (!value_text(t->o, &v, t->k, i, f, SHORT))
		return;
	bool header = t->k->layer[i].proto->role == ROLE_HEADER;
	if (header)
		meaning(t, i, f, word, sizeof word);
	else
		word[0] = 0;
	judgement(t, i, f, says, sizeof says);
	unsigned indent = 4 + width + 3 + VALUE_COLUMN + 1, at = 4 + width + 3 + (unsigned)(v.n + strlen(word));
	out_printf(t->o, "    %-*s = %s%s%s%s", (int)width, f->name, if_color(t, COLOR_BOLD), v.text, word,
	           if_color(t, COLOR_END));
	if (at >= indent) {
		out_puts(t->o, "\n");
		at = 0;
	}
	put_spaces(t->o, indent - at);
	snprintf(help, sizeof help, "%s%s", f->help, says);
	put_words(t->o, help, indent, indent);
}

static void layer(const struct tree *t, unsigned i)
{
	const struct layer *l = &t->k->layer[i];
	const struct proto *p = l->proto;
	unsigned width = 0;
	char line[400], at[64] = ", no octets";
	if (l->hlen)
		snprintf(at, sizeof at, l->hlen > 1 ? ", octets %u to %u" : ", octet %u", l->off, l->off + l->hlen - 1);
	int n = snprintf(line, sizeof line, "%s (%s)", p->title, p->standard);
	if (p->osi)
		n += snprintf(line + n, sizeof line - (size_t)n, ", layer %d", p->osi);
	snprintf(line + n, sizeof line - (size_t)n, "%s", at);
	out_printf(t->o, "\n%s%s%s  ", if_color(t, layer_color(i)), p->name, if_color(t, COLOR_END));
	put_words(t->o, line, (unsigned)strlen(p->name) + 2, 4);
	for (const struct field *f = p->fields; f->name; f++)
		width = strlen(f->name) > width ? (unsigned)strlen(f->name) : width;
	for (const struct field *f = p->fields; f->name; f++)
		field(t, i, f, width);
}

static void notes(const struct tree *t)
{
	out_puts(t->o, "\nnotes  about the packet, not part of it (pkt(5), rule 8)\n");
	for (unsigned i = 0; i < t->k->nnotes; i++) {
		const struct note *n = &t->k->notes[i];
		size_t name = (size_t)((const char *)memchr(n->s, '=', n->n) - n->s);
		out_puts(t->o, "    @");
		out_write(t->o, n->s, name);
		out_puts(t->o, " = ");
		out_write(t->o, n->s + name + 1, n->n - name - 1);
		out_puts(t->o, "\n");
	}
}

void show_tree(struct out *o, const struct pkt *k, bool color)
{
	struct tree t = {o, k, color};
	show_title(o, k, "");
	if (!k->nlayers) {
		struct value v;
		value_octets(&v, k->p, k->len, SHORT);
		out_printf(o, "    %s\n    No layer is known that begins such a packet.\n", v.text);
	}
	for (unsigned i = 0; i < k->nlayers; i++)
		layer(&t, i);
	if (k->nnotes)
		notes(&t);
	out_puts(o, "\n");
}
