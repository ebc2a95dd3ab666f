/* pppoe.c - PPP over Ethernet, discovery and session (RFC 2516, 4).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  VER  | TYPE  |      CODE     |          SESSION_ID           |
 * |            LENGTH             |           payload             ~
 *
 * The payload of a discovery packet (CODE is not 0) is a list of tags, each of TAG_TYPE and TAG_LENGTH, 16 bits, and a value; here
 * they are part of the header: tag=service-name:,host-uniq:0a1b. What is no tag, to the end, prints as raw:HEX.
 */

#include "num.h"
#include "pkt.h"

enum { PPPOE_HLEN = 6, PPPOE_TAG_HLEN = 4, PPPOE_TAGS_MAX = 65535 }; /* RFC 2516, 4: LENGTH has 16 bits */
enum { CODE_SESSION = 0 };                                           /* 6 */

static const struct word pppoe_codes[] = {
	{CODE_SESSION, "session"}, {0x09, "PADI"}, {0x07, "PADO"}, {0x19, "PADR"}, {0x65, "PADS"}, {0xa7, "PADT"}, {0},
};

static const struct field pppoe_fields[] = {
	{"ver", 0, 4, DEC, CONST, .dflt = 1, .help = "VER"},
	{"type", 4, 4, DEC, CONST, .dflt = 1, .help = "TYPE"},
	{"code", 8, 8, HEX, ALWAYS, .words = pppoe_codes, .help = "CODE: 0 session; 0x09 PADI, 0x07 PADO, 0x19 PADR, 0x65 PADS, 0xa7 PADT"},
	{"sid", 16, 16, HEX, ALWAYS, .help = "SESSION_ID"},
	{"len", 32, 16, DEC, LENGTH, .base = PPPOE_HLEN, .help = "LENGTH of the payload or of the tags, in octets"},
	{"tag", MOVED, 0, LIST, OPTIONAL,
	 .help = "Tags of discovery: service-name ac-name host-uniq ac-cookie relay-session-id ..., others kN:HEX"},
	{0},
};

/* RFC 2516, 5 and 6: sessions, discovery. */
static const struct bind pppoe_binds[] = {{"eth.pppoe", 0x8864}, {"eth.pppoe", 0x8863}, {"link", 51}, {0}};

/* RFC 2516, appendix A; RFC 4638, 4 (0x0120). */
static const struct tag {
	uint16_t type;
	const char *name;
	enum { TAG_HEX, TAG_TEXT, TAG_NUM16, TAG_EMPTY } value;
} tags[] = {
	{0x0101, "service-name", TAG_TEXT}, {0x0102, "ac-name", TAG_TEXT}, {0x0103, "host-uniq", TAG_HEX},
	{0x0104, "ac-cookie", TAG_HEX}, {0x0105, "vendor-specific", TAG_HEX}, {0x0110, "relay-session-id", TAG_HEX},
	{0x0120, "ppp-max-payload", TAG_NUM16}, {0x0201, "service-name-error", TAG_TEXT},
	{0x0202, "ac-system-error", TAG_TEXT}, {0x0203, "generic-error", TAG_TEXT}, {0x0000, "end-of-list", TAG_EMPTY},
	{0, NULL, TAG_HEX},
};

/* Tags that are cut short are data. */
static int pppoe_size(const uint8_t *h, size_t left)
{
	size_t len = be16(h + 4);
	if (h[0] != 0x11)
		return -1;
	return h[1] == CODE_SESSION || len > left - PPPOE_HLEN ? PPPOE_HLEN : (int)(PPPOE_HLEN + len);
}

static int pppoe_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	*key = k->p[l->off + 1];
	return 0;
}

/* A length of 0 says that there is nothing but Ethernet's padding: a PADT without tags. */
static int64_t pppoe_payload(const uint8_t *h, size_t hlen)
{
	int64_t n = (int64_t)be16(h + 4) + PPPOE_HLEN - (int64_t)hlen;
	return n < 0 ? -1 : n;
}

/* --- tags to text --------------------------------------------------------------------------------------- */

/* A comma or a colon in a value is escaped: they part the list. */
static writer put_text(writer p, const uint8_t *b, size_t n)
{
	while (n) {
		size_t i = 0;
		while (i < n && b[i] != ',' && b[i] != ':')
			i++;
		p = str_write(p, b, i);
		if (i < n) {
			memcpy(p, b[i] == ',' ? "%2C" : "%3A", 3);
			p += 3;
			i++;
		}
		b += i;
		n -= i;
	}
	return p;
}

static writer put_hex(writer p, const uint8_t *b, size_t n)
{
	hex_write(p, b, n);
	return p + 2 * n;
}

static writer put_word(writer p, const char *s)
{
	size_t n = strlen(s);
	memcpy(p, s, n);
	return p + n;
}

static writer put_tag(writer p, uint16_t type, const uint8_t *b, size_t n)
{
	const struct tag *t = tags;
	while (t->name && t->type != type)
		t++;
	if (!t->name || (t->value == TAG_NUM16 && n != 2) || (t->value == TAG_EMPTY && n)) {
		*p++ = 'k';
		p = num_dec(p, type);
		*p++ = ':';
		return put_hex(p, b, n);
	}
	p = put_word(p, t->name);
	if (t->value == TAG_EMPTY)
		return p;
	*p++ = ':';
	return t->value == TAG_TEXT ? put_text(p, b, n) : t->value == TAG_NUM16 ? num_dec(p, be16(b)) : put_hex(p, b, n);
}

static writer pppoe_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)f;
	for (size_t at = PPPOE_HLEN; at < hlen;) {
		size_t left = hlen - at, n = left < PPPOE_TAG_HLEN ? 0 : be16(h + at + 2);
		if (at > PPPOE_HLEN)
			*p++ = ',';
		if (left < PPPOE_TAG_HLEN || n > left - PPPOE_TAG_HLEN)
			return put_hex(put_word(p, "raw:"), h + at, left);
		p = put_tag(p, be16(h + at), h + at + PPPOE_TAG_HLEN, n);
		at += PPPOE_TAG_HLEN + n;
	}
	return p;
}

/* --- text to tags --------------------------------------------------------------------------------------- */

static int read_hex(struct pkt *k, const char *s, size_t n, struct err *e)
{
	uint8_t *b = n % 2 ? NULL : pkt_append(k, (uint32_t)(n / 2), e);
	if (n % 2)
		return err_set(e, "tag: \"%.*s\" has an odd number of hex digits", n > 40 ? 40 : (int)n, s);
	if (!b)
		return -1;
	return hex_read(b, s, n / 2) == n ? 0 : err_set(e, "tag: \"%.*s\" is not hex", n > 40 ? 40 : (int)n, s);
}

static int read_tag_value(struct pkt *k, const struct tag *t, const char *s, size_t n, struct err *e)
{
	uint64_t v;
	uint8_t *b;
	if (pkt_unescape(k, s, n, &s, &n, e) != 0)
		return err_prefix(e, "tag: ");
	switch (t->value) {
	case TAG_TEXT:
		if ((b = pkt_append(k, (uint32_t)n, e)) != NULL)
			memcpy(b, s, n);
		return b ? 0 : -1;
	case TAG_NUM16:
		if (num_read(s, n, &v) != 0 || v > 0xffff)
			return err_set(e, "tag: %s takes a number up to 65535", t->name);
		if ((b = pkt_append(k, 2, e)) != NULL)
			put16(b, (uint32_t)v);
		return b ? 0 : -1;
	case TAG_EMPTY: return n ? err_set(e, "tag: %s takes no value", t->name) : 0;
	default: return read_hex(k, s, n, e);
	}
}

/* kN:HEX or a tag by name. */
static int read_tag(struct pkt *k, const char *s, size_t n, struct err *e)
{
	const char *colon = memchr(s, ':', n);
	size_t word = colon ? (size_t)(colon - s) : n;
	const char *value = colon ? colon + 1 : s + n;
	size_t vn = (size_t)(s + n - value);
	const struct tag *t = tags;
	uint16_t type;
	uint64_t v;
	if (word == 3 && memcmp(s, "raw", 3) == 0)
		return read_hex(k, value, vn, e);
	while (t->name && (strlen(t->name) != word || memcmp(t->name, s, word) != 0))
		t++;
	if (t->name)
		type = t->type;
	else if (word > 1 && s[0] == 'k' && num_read(s + 1, word - 1, &v) == 0 && v <= 0xffff)
		type = (uint16_t)v;
	else
		return err_set(e, "tag: unknown tag \"%.*s\"", word > 40 ? 40 : (int)word, s);
	uint32_t at = k->len;
	if (!pkt_append(k, PPPOE_TAG_HLEN, e) || read_tag_value(k, t, value, vn, e) != 0)
		return -1;
	if (k->len - at - PPPOE_TAG_HLEN > 0xffff)
		return err_set(e, "tag: a value of more than 65535 octets");
	put16(k->own + at, type);
	put16(k->own + at + 2, k->len - at - PPPOE_TAG_HLEN);
	return 0;
}

static int pppoe_build(struct pkt *k, struct layer *l, struct err *e)
{
	const struct var *v = pkt_var(l, "tag");
	if (!v || !v->n)
		return 0;
	for (const char *s = v->s, *end = s + v->n; s <= end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		size_t n = (size_t)((comma ? comma : end) - s);
		if (read_tag(k, s, n, e) != 0)
			return -1;
		s += n + 1;
	}
	if (k->len - l->off - PPPOE_HLEN > PPPOE_TAGS_MAX)
		return err_set(e, "tag: more than %d octets of tags", PPPOE_TAGS_MAX);
	return 0;
}

const struct proto pppoe_proto = {
	.name = "pppoe", .title = "PPP over Ethernet", .osi = 2, .standard = "RFC 2516, 4",
	.hlen = PPPOE_HLEN, .fields = pppoe_fields, .binds = pppoe_binds, .space = {"pppoe.code"},
	.diagram_note = "tags follow when code is not 0",
	.size = pppoe_size, .next = pppoe_next, .payload = pppoe_payload, .print = pppoe_print, .build = pppoe_build,
};
