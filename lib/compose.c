/* compose.c - packets made of other packets. */

#include <string.h>

#include "io.h"
#include "pkt.h"
#include "reg.h"

int pkt_compose(struct pkt *to, const struct pkt *from, unsigned first, unsigned end, const char *before,
		const char *after, struct err *e)
{
	size_t room = pkt_bound(from) + strlen(before) + strlen(after) + 64;
	to->line = xrealloc(to->line, room);
	char *p = stpcpy(to->line, before);
	p = pkt_write_layers(p, from, first, end, false);
	p = stpcpy(p, after);
	p = pkt_write_notes(p, from);
	if (pkt_read(to, to->line, (size_t)(p - to->line), e) != 0)
		return -1;
	to->time = from->time;
	return 0;
}

/* Lengths and checksums are computed up to tail, by which they print or not. A length that cannot be true here might elsewhere. */
bool pkt_movable(const struct pkt *k)
{
	bool good = k->wire == k->len && !k->bits && k->nlayers;
	for (unsigned i = 0; i < k->nlayers && good; i++) {
		const struct layer *l = &k->layer[i];
		good = l->proto->role == ROLE_HEADER ? !l->badlen && l->end == k->tail
		                                     : l->proto->role == ROLE_DATA || l->proto->role == ROLE_PAD;
	}
	return good;
}

void pkt_notes(struct pkt *to, const struct pkt *from)
{
	if (to->capnotes < from->nnotes) {
		to->capnotes = from->nnotes;
		to->notes = xrealloc(to->notes, to->capnotes * sizeof *to->notes);
	}
	if (from->nnotes)
		memcpy(to->notes, from->notes, from->nnotes * sizeof *from->notes);
	to->nnotes = from->nnotes;
}

void pkt_medium(struct pkt *to, enum role role, const uint8_t *b, uint32_t n, uint32_t bits, const struct pkt *from)
{
	struct layer *l = &to->layer[0];
	pkt_begin(to);
	l->info = reg_role(role);
	l->proto = l->info->p;
	l->off = 0;
	l->hlen = l->end = n;
	l->absent = l->badlen = false;
	to->nlayers = 1;
	to->p = b;
	to->len = to->wire = to->tail = n;
	to->bits = bits;
	to->time = from->time;
	pkt_notes(to, from);
}

void pkt_arrive(struct pkt *to, const struct pkt *sent, const uint8_t *b)
{
	enum role role = sent->nlayers ? sent->layer[0].proto->role : ROLE_FRAME;
	if (!sent->has_link || role == ROLE_BITS || role == ROLE_OCTETS) {
		pkt_medium(to, role == ROLE_BITS ? ROLE_BITS : ROLE_OCTETS, b, sent->len, sent->bits, sent);
	} else {
		struct cap_rec r = {.time = sent->time, .link = sent->link, .fcs = (int)sent->fcs, .wire = sent->wire,
		                    .len = sent->len, .p = b};
		pkt_decode(to, &r);
		pkt_notes(to, sent);
	}
	to->relative = sent->relative;
}
