/* shown.c - what the forms of output share: a packet's title, values as short text, what is wrong. */

#include <stdio.h>
#include <string.h>

#include "shown.h"

void show_title(struct out *o, const struct pkt *k, const char *before)
{
	out_puts(o, before);
	char *start = out_room(o, NUM_SLACK), *p = start;
	if (k->time.set)
		p = stamp_write(p, &k->time);
	out_done(o, (size_t)(p - start));
	const char *space = k->time.set ? " " : "";
	if (k->has_link && (!k->nlayers || k->layer[0].info->link != (int64_t)k->link)) {
		out_printf(o, "%sframe dlt=%u", space, k->link);
		space = " ";
	}
	for (unsigned i = 0; i < k->nlayers; i++, space = " ")
		out_printf(o, "%s%s", space, k->layer[i].proto->name);
	/* No number is a word of its own: text2pcap(1) would take it for an offset. */
	if (k->bits)
		out_printf(o, " (%u bits)\n", 8 * (k->len - 1) + k->bits);
	else if (k->wire != k->len)
		out_printf(o, " (%u octets of %u)\n", k->len, k->wire);
	else
		out_printf(o, " (%u octet%s)\n", k->len, k->len == 1 ? "" : "s");
}

/* --- values --------------------------------------------------------------------------------------------- */

static void shorten(struct value *v, const char *s, size_t n, size_t max)
{
	v->n = n > max ? max : n;
	memcpy(v->text, s, v->n);
	if (n > max)
		memcpy(v->text + max - 3, "...", 3);
	v->text[v->n] = 0;
}

void value_octets(struct value *v, const uint8_t *b, size_t n, size_t max)
{
	size_t some = n > sizeof v->text / 2 ? sizeof v->text / 2 : n;
	char s[sizeof v->text + NUM_SLACK];
	hex_write(s, b, some);
	shorten(v, s, 2 * some, max);
	if (2 * n > max)
		memcpy(v->text + max - 3, "...", 3);
}

bool value_text(struct out *o, struct value *v, const struct pkt *k, unsigned i, const struct field *f, size_t max)
{
	const struct layer *l = &k->layer[i];
	bool header = l->proto->role == ROLE_HEADER;
	v->n = 0;
	v->text[0] = 0;
	if (header && !is_hooked(f) && !has_field(k, i, f))
		return false;
	char *p = out_room(o, value_room(l)), *end = field_write(p, k, i, f);
	/* Empty payload is written too. */
	if (end == p && (header || l->hlen || (f != l->proto->fields && l->proto->role != ROLE_OCTETS)))
		return false;
	shorten(v, p, (size_t)(end - p), max);
	return true;
}

void number_text(struct value *v, const struct field *f, uint64_t n)
{
	unsigned long long u = n;
	int digits = (f->width + 3) / 4;
	v->n = (size_t)(f->fmt == DEC || f->fmt == FLAGS ? snprintf(v->text, sizeof v->text, "%llu", u)
	                                                 : snprintf(v->text, sizeof v->text, "0x%0*llx", digits, u));
}

/* --- what is wrong -------------------------------------------------------------------------------------- */

/* The protocol that any of the layer's key spaces, the first one first, has for a number. */
static const struct pinfo *bound_to(const struct layer *l, uint64_t v)
{
	for (int s = 0; s < l->info->nspaces && v <= UINT32_MAX; s++) {
		const struct pinfo *pi = reg_bound(l->info->space[s], (uint32_t)v);
		if (pi)
			return pi;
	}
	return NULL;
}

static const struct layer *header_behind(const struct pkt *k, unsigned i)
{
	return i + 1 < k->nlayers && k->layer[i + 1].proto->role == ROLE_HEADER ? &k->layer[i + 1] : NULL;
}

const struct proto *named_next(const struct pkt *k, unsigned i, const struct field *f)
{
	if ((f->cls != NEXT && f->cls != NEXT_OR && f->cls != HOOK) || (f->fmt != DEC && f->fmt != HEX))
		return NULL;
	const struct layer *behind = header_behind(k, i);
	const struct pinfo *pi = bound_to(&k->layer[i], field_value(k, &k->layer[i], f));
	return pi && (f->cls == NEXT || (behind && behind->info == pi)) ? pi->p : NULL;
}

/* Whether layer 3 around layer i forbids to leave a checksum out. */
static bool sum_required(const struct pkt *k, unsigned i)
{
	while (i-- > 0)
		if (k->layer[i].proto->pseudo)
			return k->layer[i].proto->sum_required;
	return false;
}

static enum judgement judge_sum(const struct pkt *k, unsigned i, const struct field *f, uint64_t have, uint64_t want)
{
	const struct layer *l = &k->layer[i];
	uint32_t ignored;
	if (have == 0 && f->none0 && !sum_required(k, i))
		return LEFT_OUT;
	if (sum_lacks(l, f) || (l->badlen && !f->header) || (l->proto->pseudo_sum && !pkt_pseudo(k, i, 0, 0, &ignored)))
		return UNCHECKED;
	return have == want ? RIGHT : WRONG;
}

enum judgement judge_field(const struct pkt *k, unsigned i, const struct field *f, uint64_t *want)
{
	const struct layer *l = &k->layer[i];
	if (!field_derived(f) || l->proto->role != ROLE_HEADER || is_hooked(f) || f->width > 64)
		return INDEPENDENT;
	uint64_t have = field_value(k, l, f);
	*want = pkt_derive(k, i, f);
	if (f->cls == SUM)
		return judge_sum(k, i, f, have, *want);
	if (f->fmt == FCS && k->wire > k->len)
		return UNCHECKED;
	if (have == *want)
		return RIGHT;
	if (f->cls == NEXT || f->cls == NEXT_OR || f->cls == HOOK) {
		const struct layer *behind = header_behind(k, i);
		if (behind ? bound_to(l, have) == behind->info : *want == 0)
			return behind ? RIGHT : INDEPENDENT;
	}
	if ((f->cls == LENGTH || f->cls == PAYLEN) && have > *want)
		return BEYOND;
	return f->cls == CONST ? UNUSUAL : WRONG;
}

/* --- lines ---------------------------------------------------------------------------------------------- */

void put_spaces(struct out *o, unsigned n) { out_printf(o, "%*s", (int)n, ""); }

/* Columns of n characters: those of colour take none. */
static unsigned columns(const char *s, size_t n)
{
	unsigned w = 0;
	bool escape = false;
	for (size_t i = 0; i < n; i++) {
		escape = escape || s[i] == '\033';
		w += !escape;
		escape = escape && s[i] != 'm';
	}
	return w;
}

void put_words(struct out *o, const char *s, unsigned at, unsigned indent)
{
	for (bool first = true; *s; first = false) {
		size_t n = strcspn(s, " ");
		unsigned w = columns(s, n);
		if (!first && at + 1 + w > 80) {
			out_puts(o, "\n");
			put_spaces(o, at = indent);
		} else if (!first) {
			out_puts(o, " ");
			at++;
		}
		for (size_t j = 0; j < n; j++)
			out_write(o, s[j] == UNBROKEN[0] ? " " : s + j, 1);
		at += w;
		s += n + (s[n] == ' ');
	}
	out_puts(o, "\n");
}
