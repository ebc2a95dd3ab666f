/* json.c - a packet as a JSON object on a line (RFC 8259). */

#include "shown.h"

/* ,"NAME": as all members but the first begin. Names are plain (registry.c, pkt(5)). */
static char *put_name(char *p, const char *name)
{
	return put_str(put_str(put_str(p, ",\""), name), "\":");
}

/* Octets as the text that they are, one character an octet (Latin-1); at most 6 characters each. Text of a payload is plain and
 * needs 2 at most. */
static char *put_text(char *p, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = b[i];
		if (c >= 0x20 && c < 0x7f) {
			if (c == '"' || c == '\\')
				*p++ = '\\';
			*p++ = (char)c;
			continue;
		}
		*p++ = '\\';
		switch (c) {
		case '\t': *p++ = 't'; break;
		case '\n': *p++ = 'n'; break;
		case '\r': *p++ = 'r'; break;
		default: p = num_hex(put_str(p, "u"), c, 4);
		}
	}
	return p;
}

/* A percent-encoded value of n characters at s, which lies where nothing is written before it was read. */
static char *put_decoded(char *p, char *s, size_t n)
{
	uint8_t b[512];
	for (size_t i = 0; i < n;) {
		/* A piece does not end within an escape. */
		size_t m = n - i > sizeof b ? sizeof b : n - i, at;
		if (i + m < n)
			m -= s[i + m - 1] == '%' ? 1 : s[i + m - 2] == '%' ? 2 : 0;
		long got = str_read(b, s + i, m, &at);
		if (got < 0)
			got = 0; /* a hook writes none such */
		p = put_text(p, b, (size_t)got);
		i += m;
	}
	return p;
}

/* The payload goes from octets to JSON at once: the same choice between str and hex as packet text makes. */
static char *put_data(char *p, const uint8_t *b, size_t n, const struct field *f)
{
	bool plain = str_plain(b, n);
	p = put_name(p, f[plain ? 0 : 1].name);
	*p++ = '"';
	if (plain) {
		p = put_text(p, b, n);
	} else {
		hex_write(p, b, n);
		p += 2 * n;
	}
	*p++ = '"';
	return p;
}

/* A value as packet text has it, quoted; nothing where there is none. STR is decoded. room: of the value. */
static char *put_string(char *start, const struct pkt *k, unsigned i, const struct field *f, size_t room)
{
	char *p = put_name(start, f->name);
	*p++ = '"';
	if (f->fmt == STR) {
		char *s = p + 6 * room, *end = field_write(s, k, i, f);
		if (end == s)
			return start;
		p = put_decoded(p, s, (size_t)(end - s));
	} else {
		char *end = field_write(p, k, i, f);
		if (end == p)
			return start;
		/* No flags at all: an empty list of names. */
		p = f->fmt == FLAGS && end == p + 1 && *p == '0' ? p : end;
	}
	*p++ = '"';
	return p;
}

static char *put_field(char *p, const struct pkt *k, unsigned i, const struct op *o, size_t room)
{
	const struct field *f = o->f;
	bool header = k->layer[i].proto->role == ROLE_HEADER;
	if (header && !is_hooked(f) && !has_field(k, i, f))
		return p;
	if (is_number(f) && f->fmt != FLAGS && header)
		return num_dec(put_name(p, f->name), load_field(k, i, o));
	if (!header && f->fmt == DEC) { /* pad n= */
		char *v = put_name(p, f->name), *end = field_write(v, k, i, f);
		return end == v ? p : end;
	}
	return put_string(p, k, i, f, room);
}

static void put_layer(struct out *o, const struct pkt *k, unsigned i)
{
	const struct layer *l = &k->layer[i];
	const struct pinfo *pi = l->info;
	size_t room = value_room(l);
	char *start = out_room(o, 64 + room), *p = put_str(start, i ? ",{\"layer\":\"" : "{\"layer\":\"");
	p = put_str(put_str(p, l->proto->name), "\"");
	if (l->proto->role == ROLE_DATA)
		p = put_data(p, k->p + l->off, l->hlen, l->proto->fields);
	for (unsigned j = 0; j < pi->nops && l->proto->role != ROLE_DATA; j++) {
		out_done(o, (size_t)(p - start));
		start = p = out_room(o, 64 + (pi->ops[j].f->fmt == STR ? 8 : 1) * room);
		p = put_field(p, k, i, &pi->ops[j], room);
	}
	*p++ = '}';
	out_done(o, (size_t)(p - start));
}

/* The last of several notes of a name is the one that counts, as for every reader of JSON that keeps one. */
static void put_notes(struct out *o, const struct pkt *k)
{
	out_puts(o, ",\"notes\":");
	for (unsigned i = 0; i < k->nnotes; i++) {
		const struct note *n = &k->notes[i];
		const char *eq = memchr(n->s, '=', n->n);
		size_t name = (size_t)(eq - n->s), value = n->n - name - 1;
		char *start = out_room(o, name + 8 * value + NUM_SLACK), *p = start;
		*p++ = i ? ',' : '{';
		*p++ = '"';
		memcpy(p, n->s, name);
		p = put_str(p + name, "\":\"");
		memcpy(p + 6 * value, eq + 1, value);
		p = put_decoded(p, p + 6 * value, value);
		*p++ = '"';
		out_done(o, (size_t)(p - start));
	}
	out_puts(o, "}");
}

void show_json(struct out *o, const struct pkt *k)
{
	char *start = out_room(o, 512 + 2 * (k->nlayers ? 0 : (size_t)k->len)), *p = start;
	if (k->time.set)
		p = stamp_write(put_name(p, "time"), &k->time);
	if (k->has_link)
		p = num_dec(put_name(p, "link"), k->link);
	p = num_dec(put_name(p, "len"), k->wire);
	if (k->wire != k->len)
		p = num_dec(put_name(p, "caplen"), k->len);
	if (!k->nlayers) {
		p = put_str(put_name(p, "hex"), "\"");
		hex_write(p, k->p, k->len);
		p = put_str(p + 2 * (size_t)k->len, "\"");
	}
	p = put_str(put_name(p, "layers"), "[");
	*start = '{';
	out_done(o, (size_t)(p - start));
	for (unsigned i = 0; i < k->nlayers; i++)
		put_layer(o, k, i);
	out_puts(o, "]");
	if (k->nnotes)
		put_notes(o, k);
	out_puts(o, "}\n");
}
