/* source.c - one stream of packets from files, pipes and interfaces. */

#include "source.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t stopped;

void source_stop(void)
{
	stopped = 1;
}

void source_init(struct source *s, char **paths, int n, void (*idle)(void *), void *arg)
{
	static char dash[] = "-", *standard_input[] = {dash};
	*s = (struct source){.paths = n ? paths : standard_input, .npaths = n ? n : 1, .idle = idle, .idle_arg = arg};
	s->pair = &s->in;
}

void source_live(struct source *s, struct live *l, void (*idle)(void *), void *arg)
{
	*s = (struct source){.live = l, .name = "live", .idle = idle, .idle_arg = arg};
}

/* Tells captures from text with no more look-ahead than the octets so far demand, since a person may be typing. */
static int open_next(struct source *s, struct err *e)
{
	static const uint8_t first[] = {0xa1, 0xd4, 0x4d, 0x34, 0x0a};
	s->name = s->paths[s->at++];
	if (in_open(&s->in, s->name, e) != 0)
		return -1;
	s->open = true;
	s->in.idle = s->idle;
	s->in.idle_arg = s->idle_arg;
	s->line = 0;
	size_t need = 1;
	int got;
	while ((got = in_fill(&s->in, need, e)) == IN_OK && need < 4) {
		const uint8_t *p = in_at(&s->in);
		if (need == 1 ? !memchr(first, p[0], sizeof first) : p[0] == 0x0a && p[1] != 0x0d)
			break;
		need++;
	}
	if (got == IN_ERR)
		return err_prefix(e, "%s: ", s->name);
	s->text = cap_sniff(in_at(&s->in), in_left(&s->in)) == CAP_NONE;
	if (!s->text && cap_open(&s->cap, &s->in, e) != 0)
		return err_prefix(e, "%s: ", s->name);
	if (s->opened)
		s->opened(s);
	return 0;
}

static void close_file(struct source *s)
{
	if (!s->open)
		return;
	if (!s->text) {
		s->cut += s->cap.cut;
		cap_close(&s->cap);
	}
	in_close(&s->in);
	s->open = false;
}

static int next_line(struct source *s, struct rec *r, struct err *e)
{
	int got = in_line(&s->in, &r->line, &r->n, &r->raw, LINE_LIMIT, e);
	s->line++;
	if (got == IN_ERR)
		return err_prefix(e, "%s:%llu: ", s->name, (unsigned long long)s->line);
	if (got != IN_OK)
		return 0;
	r->kind = pkt_is_comment(r->line, r->n) ? REC_COMMENT : REC_TEXT;
	return 1;
}

static int next_live(struct source *s, struct rec *r, struct err *e)
{
	for (;;) {
		int got = stopped ? 0 : live_next(s->live, &r->cap, e);
		if (got != 2) {
			r->kind = REC_CAP;
			return got;
		}
		if (s->idle)
			s->idle(s->idle_arg);
		struct pollfd p = {.fd = live_fd(s->live), .events = POLLIN};
		/* The time-out only bounds how long a signal between the test above and here goes unseen. */
		if (poll(&p, 1, 500) < 0 && errno != EINTR)
			return err_sys(e, "poll");
	}
}

int source_next(struct source *s, struct rec *r, struct err *e)
{
	if (s->live)
		return next_live(s, r, e);
	for (;;) {
		if (!s->open) {
			if (s->at == s->npaths)
				return 0;
			if (open_next(s, e) != 0)
				return -1;
		}
		int got;
		if (s->text) {
			got = next_line(s, r, e);
		} else {
			got = cap_next(&s->cap, &r->cap, e);
			r->kind = REC_CAP;
			if (got == 1 && r->cap.time.set)
				s->last = r->cap.time; /* also where the packet itself is not wanted */
			if (got < 0)
				err_prefix(e, "%s: ", s->name);
		}
		if (got)
			return got;
		close_file(s);
	}
}

int source_packet(struct source *s, const struct rec *r, struct pkt *k, struct err *e)
{
	if (r->kind == REC_CAP) {
		pkt_decode(k, &r->cap);
	} else {
		if (pkt_read(k, r->line, r->n, e) != 0)
			return err_prefix(e, "%s:%llu: ", s->name, (unsigned long long)s->line);
		if (k->relative) {
			struct stamp t = s->last;
			stamp_add(&t, &k->time);
			k->time = t;
			k->relative = false;
		}
	}
	if (k->time.set)
		s->last = k->time;
	return 0;
}

void source_close(struct source *s)
{
	close_file(s);
	if (s->live)
		live_close(s->live);
	s->live = NULL;
}
