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

void pipe_write(struct pipe *p, const struct pkt *k, const char *tool, const char *notes)
{
	if (p->silent)
		return;
	struct pkt copy = *k;
	unsigned n = 0;
	/* The list of notes is shared with k; leaving some out keeps the others in their order. */
	for (unsigned i = 0; i < k->nnotes; i++)
		if (!own_note(k->notes[i].s, k->notes[i].n, tool))
			copy.notes[n++] = k->notes[i];
	copy.nnotes = n;
	char *at = out_room(&p->out, pkt_bound(&copy));
	out_done(&p->out, (size_t)(pkt_write(at, &copy, false) - at));
	out_puts(&p->out, notes);
	out_write(&p->out, "\n", 1);
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
