/* tlv.c - options as lists of kind, length and value. */

#include "tlv.h"

#include <string.h>

#include "num.h"

/* --- octets to text --------------------------------------------------------------------------------------- */

static unsigned part_size(char c)
{
	switch (c) {
	case 'b': return 1;
	case 'h': case 'z': return 2;
	case 'w': case 'a': return 4;
	case 'm': return 6;
	case '6': return 16;
	default: return 0;
	}
}

/* Whether the value b[0..n) is what args say. */
static bool fits(const char *args, const uint8_t *b, size_t n)
{
	size_t want = 0;
	for (const char *a = args; *a; a++) {
		if (*a == 'x')
			return n >= want;
		if (*a == '*')
			return n >= want && (n - want) % part_size(a[-1]) == 0;
		want += part_size(*a);
		if (*a == 'z' && (n < want || be16(b + want - 2) != 0))
			return false;
	}
	return n == want;
}

static writer put_part(writer p, char c, const uint8_t *b, size_t n)
{
	switch (c) {
	case 'b': return num_dec(p, b[0]);
	case 'h': return num_dec(p, be16(b));
	case 'w': return num_dec(p, be32(b));
	case 'a': return num_ip4(p, b);
	case 'm': return num_mac(p, b);
	case '6': return num_ip6(p, b);
	default: hex_write(p, b, n); return p + 2 * n;
	}
}

static writer put_parts(writer p, const char *args, const uint8_t *b, size_t n)
{
	bool again = false;
	for (const char *a = args; *a && (n || *a == 'x');) {
		size_t size = *a == 'x' ? n : part_size(*a);
		if (*a != 'z') {
			*p++ = again && *a == '6' ? '/' : ':';
			p = put_part(p, *a, b, size);
		}
		b += size;
		n -= size;
		again = a[1] == '*';
		if (!again)
			a++;
	}
	return p;
}

static writer put_word(writer p, const char *s)
{
	while (*s)
		*p++ = *s++;
	return p;
}

static const struct tlv_kind *by_kind(const struct tlv *t, uint8_t kind)
{
	for (const struct tlv_kind *o = t->kinds; o->name; o++)
		if (o->kind == kind)
			return o;
	return NULL;
}

static bool all_zero(const uint8_t *b, size_t n)
{
	while (n && !*b)
		b++, n--;
	return !n;
}

/* Whether b[0..n), the end of a list, is what fill_up would put there. */
static bool is_fill(const struct tlv *t, const uint8_t *b, size_t n)
{
	if (n >= t->align)
		return false;
	if (t->fill == TLV_PADN && n > 1)
		return b[0] == 1 && b[1] == n - 2 && all_zero(b + 2, n - 2);
	return (t->fill == 0 || t->fill == TLV_PADN) && all_zero(b, n);
}

/* Octets of the option at b, 0 when it cannot be. */
static size_t item_size(const struct tlv *t, const uint8_t *b, size_t n)
{
	if (n < 2)
		return 0;
	size_t size = (size_t)b[1] * t->unit + (2u - t->head);
	return size < 2 || size > n ? 0 : size;
}

writer tlv_write(writer p, const struct tlv *t, const uint8_t *b, size_t n)
{
	writer start = p;
	bool ended = false;
	while (n) {
		const struct tlv_kind *o = by_kind(t, b[0]);
		size_t size = 1;
		/* What the builder would fill in itself is not printed, but a list is never empty. */
		if (p != start && is_fill(t, b, n))
			break;
		if (p != start)
			*p++ = ',';
		if (o && o->single && !(ended && b[0])) {
			p = put_word(p, o->name);
			ended = ended || (b[0] == 0 && t->fill == 0); /* IPv6: Pad1, no end */
		} else if (!ended && (size = item_size(t, b, n)) != 0) {
			bool known = o && !o->single && fits(o->args, b + 2, size - 2);
			if (known) {
				p = put_parts(put_word(p, o->name), o->args, b + 2, size - 2);
			} else {
				*p++ = 'k';
				p = num_dec(p, b[0]);
				p = put_parts(p, "x", b + 2, size - 2);
			}
		} else {
			p = put_word(p, "raw:");
			hex_write(p, b, n);
			return p + 2 * n;
		}
		b += size;
		n -= size;
	}
	return p;
}

/* --- text to octets --------------------------------------------------------------------------------------- */

struct list {
	struct pkt *k;
	const struct tlv *t;
	struct err *e;
	uint32_t start, max;
};

static uint8_t *more(struct list *l, size_t n)
{
	if (n > l->max || l->k->len - l->start > l->max - n) {
		err_set(l->e, "more than %u octets", l->max);
		return NULL;
	}
	return pkt_append(l->k, (uint32_t)n, l->e);
}

static int bad_part(struct list *l, const char *s, size_t n, const char *name)
{
	return err_set(l->e, "opt: \"%.*s\" is not what %s takes", n > 40 ? 40 : (int)n, s, name);
}

static int read_octets(struct list *l, const char *s, size_t n, const char *name)
{
	uint8_t *b = n % 2 ? NULL : more(l, n / 2);
	if (n % 2)
		return err_set(l->e, "opt: %s has an odd number of hex digits", name);
	if (!b)
		return -1;
	return hex_read(b, s, n / 2) == n ? 0 : bad_part(l, s, n, name);
}

static int read_part(struct list *l, char c, const char *s, size_t n, const char *name)
{
	uint64_t v = 0;
	int bad = 0;
	uint8_t *b;
	if (c == 'x')
		return read_octets(l, s, n, name);
	if (!(b = more(l, part_size(c))))
		return -1;
	switch (c) {
	case 'a': bad = num_read_ip4(s, n, b); break;
	case '6': bad = num_read_ip6(s, n, b); break;
	case 'm': bad = num_read_mac(s, n, b); break;
	default:
		bad = num_read(s, n, &v) != 0 || v >> (8 * part_size(c));
		for (unsigned i = part_size(c); i-- > 0; v >>= 8)
			b[i] = (uint8_t)v;
	}
	return bad ? bad_part(l, s, n, name) : 0;
}

static int read_parts(struct list *l, const char *args, const char *s, const char *end, const char *name)
{
	bool again = false;
	for (const char *a = args; *a;) {
		bool last = a[1] == 0;
		if (*a == 'z') {
			if (!more(l, part_size(*a++)))
				return -1;
			continue;
		}
		if (again && s > end)
			return 0;
		if (s > end)
			return err_set(l->e, "opt: %s lacks a part", name);
		const char *stop = last ? NULL : memchr(s, *a == '6' ? '/' : ':', (size_t)(end - s));
		if (!stop)
			stop = end;
		if (read_part(l, *a, s, (size_t)(stop - s), name) != 0)
			return -1;
		s = stop + 1;
		if (a[1] == '*')
			again = true;
		else
			a++;
	}
	return s > end ? 0 : err_set(l->e, "opt: %s has a part too many", name);
}

/* kN:HEX or a kind by name. */
static int read_item(struct list *l, const char *s, size_t n)
{
	const struct tlv *t = l->t;
	const char *end = s + n, *colon = memchr(s, ':', n);
	size_t word = colon ? (size_t)(colon - s) : n;
	struct tlv_kind any = {.args = "x", .name = "an option by number"};
	const struct tlv_kind *o = t->kinds;
	uint64_t v;
	if (word == 3 && memcmp(s, "raw", 3) == 0)
		return read_octets(l, s + 4 > end ? end : s + 4, n > 4 ? n - 4 : 0, "raw");
	while (o->name && (strlen(o->name) != word || memcmp(o->name, s, word) != 0))
		o++;
	if (!o->name && word > 1 && s[0] == 'k' && num_read(s + 1, word - 1, &v) == 0 && v < 256) {
		any.kind = (uint8_t)v;
		o = &any;
	}
	if (!o->name)
		return err_set(l->e, "opt: unknown option \"%.*s\"", word > 40 ? 40 : (int)word, s);
	uint32_t at = l->k->len;
	uint8_t *b = more(l, o->single ? 1 : 2);
	if (!b)
		return -1;
	b[0] = o->kind;
	if (o->single)
		return colon ? err_set(l->e, "opt: %s takes no value", o->name) : 0;
	if (o == &any && !colon)
		colon = end - 1;
	if (*o->args || colon)
		if (read_parts(l, o->args, colon ? colon + 1 : end + 1, end, o->name) != 0)
			return -1;
	size_t size = l->k->len - at - (2u - t->head);
	if (size % t->unit || size / t->unit > 255)
		return err_set(l->e, "opt: %s is not of a length that can be written", o->name);
	l->k->own[at + 1] = (uint8_t)(size / t->unit);
	return 0;
}

static int fill_up(struct list *l)
{
	uint32_t over = (l->k->len - l->start + l->t->bias) % l->t->align;
	if (!over)
		return 0;
	uint32_t n = l->t->align - over;
	uint8_t *b = more(l, n);
	if (!b)
		return -1;
	if (l->t->fill == TLV_PADN && n > 1) {
		b[0] = 1;
		b[1] = (uint8_t)(n - 2);
	}
	return 0;
}

int tlv_build(struct pkt *k, const struct tlv *t, const struct var *v, uint32_t max, struct err *e)
{
	struct list l = {k, t, e, k->len, max};
	if (!v || !v->n)
		return 0;
	for (const char *s = v->s, *end = s + v->n; s <= end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		size_t n = (size_t)((comma ? comma : end) - s), un = n;
		const char *item = s;
		if (memchr(s, '%', n) && pkt_unescape(k, s, n, &item, &un, e) != 0)
			return err_prefix(e, "opt: ");
		if (read_item(&l, item, un) != 0)
			return -1;
		s += n + 1;
	}
	return fill_up(&l);
}
