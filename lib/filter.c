/* filter.c - the loop of a tool that passes packets on. */

#include "filter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void flush(void *arg)
{
	struct pipe *p = arg;
	if (out_flush(&p->out) != 0)
		tool_die(EX_BAD, "%s", p->out.err.msg);
}

void pipe_run(struct pipe *p, char **paths, int n, void (*each)(struct pipe *p, void *arg), void *arg)
{
	struct err e;
	struct rec rec = {0};
	int got;
	if (registry_init(&e) != 0 || out_open(&p->out, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	source_init(&p->src, paths, n, flush, p);
	out_pair(&p->out, p->src.pair);
	pkt_init(&p->pkt);
	p->rec = &rec;
	while ((got = source_next(&p->src, &rec, &e)) == 1) {
		if (rec.kind == REC_COMMENT) {
			if (!p->silent) {
				out_write(&p->out, rec.line, rec.raw);
				out_write(&p->out, "\n", 1);
			}
			continue;
		}
		if (source_packet(&p->src, &rec, &p->pkt, &e) != 0) {
			got = -1;
			break;
		}
		each(p, arg);
	}
	if (got < 0) {
		flush(p);
		tool_die(EX_BAD, "%s", e.msg);
	}
	if (p->end) {
		p->pkt.nnotes = 0; /* they were in a line that is gone */
		p->end(p, arg);
	}
	source_close(&p->src);
	pkt_free(&p->pkt);
	if (out_close(&p->out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

/* Whether the word at s is a note of one of these names, or of a tool that is called so. */
static bool own_note(const char *s, size_t n, const char *names)
{
	for (size_t t; *names; names += t + (names[t] == ',')) {
		t = strcspn(names, ",");
		if (n > t + 1 && memcmp(s, names, t) == 0 && (s[t] == '.' || s[t] == '='))
			return true;
	}
	return false;
}

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

void pipe_pass(struct pipe *p, const char *tool, const char *notes)
{
	if (p->silent)
		return;
	if (p->rec->kind == REC_CAP) {
		pipe_write(p, &p->pkt, tool, notes);
		return;
	}
	const char *s = p->rec->line, *end = s + p->rec->n;
	while (end > s && blank(end[-1]))
		end--;
	while (s < end) {
		const char *at = memchr(s, '@', (size_t)(end - s)), *w;
		if (!at || at == p->rec->line || !blank(at[-1]))
			w = at ? at + 1 : end;
		else
			for (w = at; w < end && !blank(*w);)
				w++;
		if (at && w > at + 1 && own_note(at + 1, (size_t)(w - at - 1), tool)) {
			while (at > s && blank(at[-1]))
				at--;
			out_write(&p->out, s, (size_t)(at - s));
		} else {
			out_write(&p->out, s, (size_t)(w - s));
		}
		s = w;
	}
	out_puts(&p->out, notes);
	out_write(&p->out, "\n", 1);
}

/* Notes but those of tool, new ones, and the end of the line. */
static void write_notes(struct pipe *p, const struct pkt *k, const char *tool, const char *notes)
{
	for (unsigned i = 0; i < k->nnotes; i++) {
		const struct note *n = &k->notes[i];
		if (own_note(n->s, n->n, tool))
			continue;
		out_write(&p->out, " @", 2);
		out_write(&p->out, n->s, n->n);
	}
	out_puts(&p->out, notes);
	out_write(&p->out, "\n", 1);
}

void pipe_write(struct pipe *p, const struct pkt *k, const char *tool, const char *notes)
{
	if (p->silent)
		return;
	char *at = out_room(&p->out, pkt_bound(k));
	out_done(&p->out, (size_t)(pkt_write_body(at, k, false) - at));
	write_notes(p, k, tool, notes);
}

/* What is written between are octets: no more than a packet has. */
static bool fits(const struct pkt *k, const char *before, const char *after)
{
	return k->nlayers < LAYERS_MAX / 2 && k->len < PKT_MAX / 2 && strlen(before) < 1000 && strlen(after) < 1000;
}

void pipe_compose(struct pipe *p, const struct pkt *k, unsigned first, unsigned end, const char *before, const char *after,
		  const char *tool)
{
	static struct pkt out;
	struct err e;
	if (p->silent)
		return;
	if (first == end || !fits(k, before, after) || !pkt_movable(k)) {
		if (pkt_compose(&out, k, first, end, before, after, &e) != 0)
			pipe_die(p, "%s", e.msg);
		pipe_write(p, &out, tool, "");
		return;
	}
	char *start = out_room(&p->out, pkt_bound(k) + strlen(before) + strlen(after) + 64), *at = start;
	if (k->time.set)
		at = stpcpy(stamp_write(at, &k->time), *before ? " " : "");
	at = pkt_write_layers(stpcpy(at, before), k, first, end, false);
	if (*start == ' ') /* the first word brought it */
		memmove(start, start + 1, (size_t)(--at - start));
	at = stpcpy(at, after);
	out_done(&p->out, (size_t)(at - start));
	write_notes(p, k, tool, "");
}

const char *pipe_where(const struct pipe *p)
{
	static char where[300];
	if (p->rec->kind == REC_TEXT)
		snprintf(where, sizeof where, "%s:%llu", p->src.name, (unsigned long long)p->src.line);
	else
		snprintf(where, sizeof where, "%s: packet %llu", p->src.name, (unsigned long long)p->src.cap.records);
	return where;
}

void pipe_die(struct pipe *p, const char *fmt, ...)
{
	char why[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	flush(p);
	tool_die(EX_BAD, "%s: %s", pipe_where(p), why);
}
