/* work.c - a checksum as it is computed by hand (RFC 1071, 1). */

#include "4-transport/udpck/work.h"

#include <stdio.h>
#include <string.h>

#include "num.h"
#include "tool.h"

/* The nearest layer 3 around layer i. */
static const struct layer *network_of(const struct pkt *k, unsigned i)
{
	while (i-- > 0)
		if (k->layer[i].proto->pseudo)
			return &k->layer[i];
	return NULL;
}

static uint32_t proto_number(const struct proto *p)
{
	for (const struct bind *b = p->binds; b && b->key; b++)
		if (strcmp(b->key, "ip.proto") == 0)
			return b->value;
	return 0;
}

/* The octets of an address. */
static uint32_t list_address(struct words *v, const struct pkt *k, const struct layer *l, const char *name)
{
	const struct field *f = proto_field(l->proto, name, 3);
	for (unsigned j = 0; j < f->width / 16u; j++)
		v->w[v->n++] = be16(k->p + l->off + f->bit / 8 + 2 * j);
	return f->width / 16u;
}

/* RFC 768: source, destination, zero and protocol, length; RFC 8200, 8.1: the length in 32 bits. */
static void list_pseudo(struct words *v, const struct pkt *k, unsigned i)
{
	const struct layer *l = &k->layer[i], *net = network_of(k, i);
	uint32_t number = proto_number(l->proto), len = l->end - l->off, sum = 0, all;
	unsigned half = list_address(v, k, net, "src");
	list_address(v, k, net, "dst");
	if (half > 2)
		v->w[v->n++] = (uint16_t)(len >> 16);
	if (half == 2)
		v->w[v->n++] = (uint16_t)number;
	v->w[v->n++] = (uint16_t)len;
	if (half > 2) {
		v->w[v->n++] = 0;
		v->w[v->n++] = (uint16_t)number;
	}
	/* A source route or a home address changes an address: then what it changes is put into the last word of that address. */
	for (unsigned j = 0; j < v->n; j++)
		sum += v->w[j];
	pkt_pseudo(k, i, number, len, &all);
	if (sum_fold(sum) != sum_fold(all))
		v->w[2 * half - 1] = sum_fold(v->w[2 * half - 1] + (uint32_t)sum_fold(all) + (0xffffu - sum_fold(sum)));
	v->pseudo = v->n;
}

void words_list(struct words *v, const struct pkt *k, unsigned i, const struct field *f)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *b = k->p + l->off;
	uint32_t n = f->header ? l->hlen : l->end - l->off;
	v->n = v->pseudo = 0;
	if (l->proto->pseudo_sum)
		list_pseudo(v, k, i);
	v->at = v->n + (unsigned)field_place(l, k, f) / 16;
	for (uint32_t j = 0; j < n; j += 2)
		v->w[v->n++] = (uint16_t)(b[j] << 8 | (j + 1 < n ? b[j + 1] : 0));
	v->w[v->at] = 0;
}

/* What word j is: names of the fields that begin in it, or its octets where they are text. */
static void label(char *to, size_t size, const struct pkt *k, unsigned i, const struct words *v, unsigned j)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *b = k->p + l->off;
	unsigned six = v->pseudo > 8, at = 2 * (j - v->pseudo), n = 0;
	*to = 0;
	if (j < v->pseudo) {
		const char *four[] = {"source", "", "destination", "", "protocol", "length"};
		const char *rest[] = {"length", "", "zero", "next header"};
		const char *name = !six ? four[j] : j == 0 ? "source" : j == 8 ? "destination" : j < 16 ? "" : rest[j - 16];
		if (j == 17)
			name = "length";
		snprintf(to, size, "%s", j == 16 ? "" : name);
		return;
	}
	if (j == v->at) {
		snprintf(to, size, "sum, as 0");
		return;
	}
	if (at >= l->hlen) {
		char c = (char)b[at], d = at + 1 < l->end - l->off ? (char)b[at + 1] : 0;
		bool last = d == 0 && j + 1 == v->n && (l->end - l->off) % 2;
		if (c > ' ' && c < 127 && (last || (d >= ' ' && d < 127)))
			snprintf(to, size, last ? "\"%c\", padded" : "\"%c%c\"", c, d);
		else if (last)
			snprintf(to, size, "padded");
		return;
	}
	for (const struct field *f = l->proto->fields; f->name && n + 12 < size; f++) {
		int place = is_hooked(f) ? -1 : field_place(l, k, f);
		if (place >= 0 && (unsigned)place / 16 == at / 2)
			n += (unsigned)snprintf(to + n, size - n, "%s%s", n ? " " : "", f->name);
	}
}

/* The sum of one word after the other; a carry comes in again at the right. */
static uint32_t show_words(struct out *o, const struct pkt *k, unsigned i, const struct words *v)
{
	uint32_t sum = 0;
	for (unsigned j = 0; j < v->n; j++) {
		char text[40];
		if (v->pseudo && (j == 0 || j == v->pseudo))
			out_printf(o, "  %s\n", j ? "header and data" : "pseudo-header");
		label(text, sizeof text, k, i, v, j);
		uint32_t s = sum + v->w[j];
		out_printf(o, "    %-20s %04x  ", text, v->w[j]);
		if (s > 0xffff)
			out_printf(o, "%05x -> %04x + 1 = %04x\n", s, s & 0xffff, (s & 0xffff) + 1);
		else
			out_printf(o, " %04x\n", s);
		sum = (s & 0xffff) + (s >> 16);
	}
	return sum;
}

static const char *reason(const struct layer *l, enum judgement is)
{
	return is == LEFT_OUT       ? "is 0: the sender has computed none (RFC 768)"
	       : l->badlen          ? "cannot be verified: its length cannot be true"
	       : l->absent          ? "cannot be verified: not all octets that it covers are here"
	                            : "cannot be verified: there is no IP header to take the pseudo-header from";
}

void work_show(struct out *o, const struct pkt *k, unsigned i, const struct field *f, enum judgement is, uint64_t have,
	       uint64_t want)
{
	static struct words v;
	const struct layer *l = &k->layer[i];
	if (is != RIGHT && is != WRONG) {
		out_printf(o, "%s.sum %s\n", l->proto->name, reason(l, is));
		return;
	}
	words_list(&v, k, i, f);
	out_printf(o, "%s.sum: the words of 16 bits and their sum (%s; RFC 1071)\n", l->proto->name, l->proto->standard);
	uint32_t sum = show_words(o, k, i, &v), complement = ~sum & 0xffff;
	out_printf(o, "    %-20s      ~%04x = %04x\n", "complement", sum, complement);
	if (complement == 0 && want == 0xffff)
		out_printf(o, "    %-20s       0000 is sent as ffff (RFC 768)\n", "");
	out_printf(o, "    %-20s       %04x: %s\n", "in the packet", (unsigned)have, is == RIGHT ? "right" : "wrong");
}
