/* update.c - udpck --update: a checksum brought up to date without the rest of the packet (RFC 1624). */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "4-transport/udpck/work.h"
#include "filter.h"
#include "num.h"

static struct words was, is_now;
static struct out out;

/* ~HC, then + ~m + m' for each word that changes (RFC 1624, 3: equation 3). Returns the new checksum. */
static uint16_t update(uint16_t sum, const uint16_t *from, const uint16_t *to, unsigned n)
{
	uint32_t s = ~sum & 0xffffu;
	out_printf(&out, "    %-10s %04x -> ~%04x = %04x\n", "checksum", sum, sum, s);
	for (unsigned j = 0; j < n; j++) {
		if (from[j] == to[j])
			continue;
		uint32_t minus = ~from[j] & 0xffffu;
		out_printf(&out, "    word %-5u %04x becomes %04x\n", j, from[j], to[j]);
		for (int half = 0; half < 2; half++) {
			uint32_t add = half ? to[j] : minus, t = s + add;
			out_printf(&out, "      + %s%04x%s%04x   ", half ? "" : "~", half ? add : from[j], half ? "        " : " = ", add);
			if (t > 0xffff)
				out_printf(&out, "%05x -> %04x + 1 = %04x\n", t, t & 0xffff, (t & 0xffff) + 1);
			else
				out_printf(&out, " %04x\n", t);
			s = (t & 0xffff) + (t >> 16);
		}
	}
	uint16_t fresh = (uint16_t)~s;
	out_printf(&out, "    %-10s ~%04x = %04x\n", "new", s, fresh);
	return fresh;
}

/* A packet as words of packet text, or the first one of a file. The packet is p's until the next. */
static void take(const char *operand, struct pkt *k)
{
	struct err e;
	static struct source sources[2]; /* open until the end: a packet's octets are borrowed from it */
	static unsigned opened;
	struct source *src = &sources[opened++ % 2];
	struct rec rec;
	bool text = strchr(operand, ' ') != NULL;
	pkt_init(k);
	if (text) {
		if (pkt_read(k, operand, strlen(operand), &e) != 0)
			tool_die(EX_BAD, "\"%s\": %s", operand, e.msg);
		return;
	}
	static char *paths[1];
	paths[0] = (char *)(uintptr_t)operand;
	source_init(src, paths, 1, NULL, NULL);
	int got;
	while ((got = source_next(src, &rec, &e)) == 1 && rec.kind == REC_COMMENT)
		;
	if (got == 1 && source_packet(src, &rec, k, &e) != 0)
		got = -1;
	if (got != 1)
		tool_die(EX_BAD, got < 0 ? "%s" : "%s: no packet in it", got < 0 ? e.msg : operand);
}

static const struct field *sum_of(const struct pkt *k, unsigned i)
{
	for (const struct field *f = k->layer[i].proto->fields; f->name; f++)
		if (f->cls == SUM && field_place(&k->layer[i], k, f) >= 0)
			return f;
	return NULL;
}

static bool known(const struct pkt *k, unsigned i, const struct field *f)
{
	uint64_t want;
	enum judgement j = judge_field(k, i, f, &want);
	return j == RIGHT || j == WRONG;
}

/* Updates the checksum of layer i of a to b; true when it is what b's would be if computed anew. */
static bool update_layer(const struct pkt *a, const struct pkt *b, unsigned i, const struct field *f)
{
	const struct layer *l = &a->layer[i];
	words_list(&was, a, i, f);
	words_list(&is_now, b, i, f);
	while (was.n < is_now.n)
		was.w[was.n++] = 0;
	while (is_now.n < was.n)
		is_now.w[is_now.n++] = 0;
	uint16_t old = (uint16_t)field_value(a, l, f), want = (uint16_t)pkt_derive(b, i, f);
	if (memcmp(was.w, is_now.w, was.n * sizeof *was.w) == 0) {
		out_printf(&out, "%s.sum: nothing that it covers changes: %04x\n", l->proto->name, old);
		return old == want;
	}
	out_printf(&out, "%s.sum: HC' = ~(~HC + ~m + m') (RFC 1624, 3)\n", l->proto->name);
	uint16_t fresh = update(old, was.w, is_now.w, was.n);
	if (fresh == 0 && want == 0xffff) {
		out_printf(&out, "    %-10s 0000 is sent as ffff (RFC 768)\n", "");
		fresh = want;
	}
	out_printf(&out, "    %-10s %04x: %s\n", "anew", want, fresh == want ? "the same" : "another: the old one was not right");
	return fresh == want;
}

static int update_packets(const char *from, const char *to)
{
	static struct pkt a, b; /* what they own lives as long as the tool */
	bool right = true, any = false;
	take(from, &a);
	take(to, &b);
	for (unsigned i = 0; i < a.nlayers && i < b.nlayers && a.layer[i].proto == b.layer[i].proto; i++) {
		const struct field *f = sum_of(&a, i);
		if (!f || !sum_of(&b, i) || !known(&a, i, f) || !known(&b, i, f))
			continue;
		any = true;
		right &= update_layer(&a, &b, i, f);
	}
	if (!any)
		tool_die(EX_BAD, "the two have no checksum in common that can be verified");
	return right ? EX_YES : EX_NO;
}

/* A word in hex, with 0x or without. */
static uint16_t word_of(const char *s)
{
	uint32_t v = 0;
	unsigned n = 0;
	const char *p = s[0] == '0' && (s[1] | 0x20) == 'x' ? s + 2 : s;
	for (; isxdigit((unsigned char)p[n]) && n < 5; n++)
		v = v << 4 | (unsigned)(p[n] <= '9' ? p[n] - '0' : (p[n] | 0x20) - 'a' + 10);
	if (n < 1 || n > 4 || p[n])
		tool_die(EX_BAD, "\"%s\" is not a word of 1 to 4 hex digits", s);
	return (uint16_t)v;
}

int update_main(char **argv, int n)
{
	struct err e;
	int status = EX_YES;
	if (n != 2 && n != 3)
		tool_die(EX_BAD, "--update: OLD NEW, packets or files, or SUM OLD NEW, words in hex");
	if (registry_init(&e) != 0 || out_open(&out, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (n == 3) {
		uint16_t from = word_of(argv[1]), to = word_of(argv[2]);
		out_puts(&out, "HC' = ~(~HC + ~m + m') (RFC 1624, 3)\n");
		update(word_of(argv[0]), &from, &to, 1);
	} else {
		status = update_packets(argv[0], argv[1]);
	}
	if (out_close(&out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	return status;
}
