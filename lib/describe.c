/* describe.c - what the protocol tables say of a protocol, in words. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shown.h"

enum { HELP_COLUMN = 11, CHILDREN_MAX = 256 };

/* Text that grows; what does not fit is left out. */
struct text {
	char s[4096];
	size_t n;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(t->s + t->n, sizeof t->s - t->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->n = t->n + (size_t)n < sizeof t->s ? t->n + (size_t)n : sizeof t->s - 1;
}

/* Under a word of at most 10 characters in the margin. */
static void put_item(struct out *o, const char *word, const struct text *t)
{
	out_printf(o, "%-11s", word);
	put_words(o, t->s, HELP_COLUMN, HELP_COLUMN);
}

/* --- what is below and above ------------------------------------------------------------------------------ */

/* A number of a key space as the field writes it that the space is named after ("eth.type": in hex). */
static void add_key(struct text *t, const char *space, uint32_t v)
{
	const char *dot = strchr(space, '.');
	const struct proto *p = dot ? registry_find(space, (size_t)(dot - space)) : NULL;
	const struct field *f = p ? proto_field(p, dot + 1, strlen(dot + 1)) : NULL;
	if (f && f->fmt == HEX)
		add(t, "0x%0*x", (f->width + 3) / 4, v);
	else
		add(t, "%u", v);
}

static void put_bindings(struct out *o, const struct proto *p)
{
	struct text t = {.n = 0};
	for (const struct bind *b = p->binds; b && b->key; b++) {
		const char *comma = t.n ? ", " : "";
		if (strcmp(b->key, "link") == 0) {
			add(&t, "%slink type %u", comma, b->value);
		} else if (strcmp(b->key, "link4") == 0) {
			add(&t, "%slink type %u (first 4 bits: %u)", comma, b->value >> 4, b->value & 15);
		} else {
			add(&t, "%s%s=", comma, b->key);
			add_key(&t, b->key, b->value);
		}
	}
	if (t.n)
		put_item(o, "Follows", &t);
}

struct child {
	uint32_t value;
	const char *name;
};

static int by_value(const void *a, const void *b)
{
	const struct child *x = a, *y = b;
	return (x->value > y->value) - (x->value < y->value);
}

/* What the numbers of a key space lead to. */
static void put_children(struct out *o, const char *space)
{
	struct child child[CHILDREN_MAX];
	struct text t = {.n = 0};
	unsigned n = 0;
	for (const struct proto *const *p = registry; *p; p++)
		for (const struct bind *b = (*p)->binds; b && b->key; b++)
			if (strcmp(b->key, space) == 0 && n < CHILDREN_MAX)
				child[n++] = (struct child){b->value, (*p)->name};
	qsort(child, n, sizeof *child, by_value);
	add(&t, "by %s:%s", space, n ? "" : " none yet");
	for (unsigned i = 0; i < n; i++) {
		add(&t, "%s ", i ? "," : "");
		add_key(&t, space, child[i].value);
		add(&t, UNBROKEN "%s", child[i].name);
	}
	put_item(o, "Carries", &t);
}

/* --- fields --------------------------------------------------------------------------------------------- */

static const char *format_name(enum fmt f)
{
	switch (f) {
	case DEC: return "decimal";
	case HEX: return "hex";
	case FLAGS: return "flags";
	case MAC: return "MAC address";
	case IP4: return "IPv4 address";
	case IP6: return "IPv6 address";
	case EUI64: return "16 hex digits";
	case OCTETS: return "octets in hex";
	case STR: return "percent-encoded text";
	case LIST: return "list";
	default: return "crc, or 0x...";
	}
}

static void add_default(struct text *t, const struct field *f)
{
	unsigned long long v = f->dflt;
	switch (f->fmt) {
	case HEX: add(t, "0x%0*llx", (f->width + 3) / 4, v); break;
	case EUI64: add(t, "%016llx", v); break;
	case MAC: add(t, "00:00:00:00:00:00"); break;
	case IP4: add(t, "%llu.%llu.%llu.%llu", v >> 24 & 255, v >> 16 & 255, v >> 8 & 255, v & 255); break;
	case IP6: add(t, "::"); break;
	case OCTETS:
	case STR:
	case LIST: add(t, "empty"); break;
	default: add(t, "%llu", v);
	}
}

/* "octets of header and payload, less 8, / 4" */
static void add_count(struct text *t, const struct field *f)
{
	add(t, "octets of %s", f->cls == LENGTH ? "header and payload" : f->cls == PAYLEN ? "payload" : "header");
	if (f->base)
		add(t, ", less %u", f->base);
	if (f->unit > 1)
		add(t, ", / %u", f->unit);
}

/* When it prints, and what it is when it is not written. */
static void add_class(struct text *t, const struct field *f)
{
	if (f->fmt == FCS || (f->cls == OPTIONAL && is_hooked(f))) {
		add(t, "printed when present");
		return;
	}
	if (f->cls == ALWAYS || f->cls == OPTIONAL) {
		add(t, f->cls == ALWAYS ? "always printed; default " : "printed when not ");
		add_default(t, f);
		return;
	}
	add(t, "derived: ");
	switch (f->cls) {
	case CONST: add_default(t, f); break;
	case NEXT:
	case NEXT_OR: add(t, "the number of the next layer"); break;
	case SUM: add(t, "the checksum"); break;
	case HOOK: add(t, "from the packet"); break;
	default: add_count(t, f);
	}
	add(t, "; printed when it differs");
}

static void put_field(struct out *o, const struct field *f)
{
	struct text t = {.n = 0};
	char name[16];
	if (f->fmt == FCS)
		add(&t, "%u bits behind the frame, ", f->width);
	else if (f->bit != MOVED && f->width)
		add(&t, "bit %u:%u, ", f->bit, f->width);
	else if (f->width)
		add(&t, f->width == 1 ? "%u bit, " : "%u bits, ", f->width);
	else
		add(&t, "variable, ");
	add(&t, "%s, ", format_name(f->fmt));
	add_class(&t, f);
	snprintf(name, sizeof name, "  %s", f->name);
	put_item(o, name, &t);
	put_spaces(o, HELP_COLUMN);
	put_words(o, f->help, HELP_COLUMN, HELP_COLUMN);
}

/* The words of an enumeration or of flags. */
static void put_enumeration(struct out *o, const struct field *f)
{
	struct text t = {.n = 0};
	char name[16];
	for (const struct word *w = f->words; w && w->name; w++) {
		add(&t, "%s", t.n ? "; " : "");
		if (f->fmt == FLAGS || f->fmt == HEX)
			add(&t, "0x%0*x" UNBROKEN "%s", (f->width + 3) / 4, w->value, w->name);
		else
			add(&t, "%u" UNBROKEN "%s", w->value, w->name);
	}
	snprintf(name, sizeof name, "  %s", f->name);
	if (t.n)
		put_item(o, name, &t);
}

/* --- a protocol, all protocols ------------------------------------------------------------------------------ */

bool show_proto(struct out *o, const char *name)
{
	const struct proto *p = registry_find(name, strlen(name));
	bool any = false;
	if (!p)
		return false;
	out_printf(o, "%s - %s\n\n", p->name, p->title);
	if (p->osi)
		out_printf(o, "Layer      %d\n", p->osi);
	out_printf(o, "Standard   %s\n", p->standard);
	put_bindings(o, p);
	for (unsigned s = 0; s < 3 && p->space[s]; s++)
		put_children(o, p->space[s]);
	if (p->about) {
		out_puts(o, "\n");
		put_words(o, p->about, 0, 0);
	}
	out_puts(o, "\nFields, in the order of packet text (bit OFFSET:WIDTH):\n");
	for (const struct field *f = p->fields; f->name; f++) {
		put_field(o, f);
		any = any || f->words;
	}
	if (p->role == ROLE_HEADER) {
		out_puts(o, "\n");
		show_empty_diagram(o, p);
	}
	if (p->diagram_note) {
		put_spaces(o, 6);
		put_words(o, p->diagram_note, 6, 6);
	}
	if (any)
		out_puts(o, "\nValues:\n");
	for (const struct field *f = p->fields; f->name; f++)
		put_enumeration(o, f);
	return true;
}

static void put_row(struct out *o, const struct proto *p, int width)
{
	out_printf(o, "%-9s", p->name);
	if (p->osi)
		out_printf(o, "%-7d", p->osi);
	else
		out_puts(o, "-      ");
	out_printf(o, "%-*s%s\n", width + 2, p->title, p->standard);
}

void show_layers(struct out *o)
{
	int width = 0;
	for (const struct proto *const *p = registry; *p; p++)
		width = (int)strlen((*p)->title) > width ? (int)strlen((*p)->title) : width;
	out_printf(o, "%-9s%-7s%-*s%s\n", "WORD", "LAYER", width + 2, "TITLE", "STANDARD");
	for (int osi = 1; osi <= 8; osi++)
		for (const struct proto *const *p = registry; *p; p++)
			if ((*p)->osi == osi % 8)
				put_row(o, *p, width);
}
