/* verdict.c - judges the checksums of a packet, and of the datagram that a fragment completes. */

#include "4-transport/udpck/verdict.h"

#include <stdio.h>
#include <string.h>

#include "3-network/reassemble.h"
#include "4-transport/udpck/work.h"
#include "num.h"

enum { LINK_RAW = 101, NESTED_MAX = 16 }; /* fragments in fragments */

bool verdict_work;

static struct reassembler *reassembler;
static struct pkt whole[2];  /* a datagram, and one that a fragment in it completes */

static void add_word(char *list, size_t size, const char *word)
{
	size_t n = strlen(list);
	snprintf(list + n, size - n, "%s%s", n ? "," : "", word);
}

/* What the library says of a checksum, in this tool's words. */
static enum verdict verdict_of(enum judgement is)
{
	return is == RIGHT ? OK : is == WRONG ? BAD : is == LEFT_OUT ? NONE : UNVERIFIABLE;
}

static void say(const struct pipe *p, const struct pkt *k, const struct layer *l, uint64_t have, uint64_t want)
{
	bool zero = have == 0 && strcmp(l->proto->name, "udp") == 0;
	tool_warn("%s: %s.sum is 0x%04llx and should be 0x%04llx (%s; RFC 1071)%s%s", pipe_where(p), l->proto->name,
	          (unsigned long long)have, (unsigned long long)want, l->proto->standard,
	          zero ? "; UDP over IPv6 must have one (RFC 8200, 8.1)" : "",
	          k == &p->pkt ? "" : " in the datagram that this fragment completes");
}

/* Quick for most: all that the checksum covers is here, and it is not one that may be left out. */
static bool certain(const struct pkt *k, unsigned i, const struct field *f, uint64_t have)
{
	const struct layer *l = &k->layer[i];
	if (f->header)
		return true;
	if (l->absent || l->badlen)
		return false;
	return l->proto->pseudo_sum ? have != 0 && i > 0 && k->layer[i - 1].proto->pseudo : !f->none0;
}

static void judge(struct pipe *p, const struct pkt *k, unsigned i, const struct field *f, int place, struct finding *found)
{
	const struct layer *l = &k->layer[i];
	uint64_t want = l->proto->derive(k, i, f), have = be16(k->p + l->off + place / 8);
	enum judgement is = have == want && certain(k, i, f, have) ? RIGHT : judge_field(k, i, f, &want);
	enum verdict v = verdict_of(is);
	if (v > found->worst)
		found->worst = v;
	if (l->proto->pseudo_sum && (is == RIGHT || is == WRONG))
		offload_note(k, i, have, is == WRONG);
	if (verdict_work)
		work_show(&p->out, k, i, f, is, have, want);
	if (v != BAD)
		return;
	char sum[24];
	snprintf(sum, sizeof sum, "0x%04llx", (unsigned long long)want);
	add_word(found->bad, sizeof found->bad, l->proto->name);
	add_word(found->want, sizeof found->want, sum);
	if (opt_verbose)
		say(p, k, l, have, want);
}

/* Whether layer i, of IP, announces a header with a checksum and what is there cannot be one: cut short, or of a false length. */
static bool header_lacks(const struct pkt *k, unsigned i)
{
	const struct layer *l = &k->layer[i];
	const struct pinfo *pi = l->info;
	uint32_t key = 0;
	int s = 0;
	if (!l->proto->pseudo || i + 1 >= k->nlayers || k->layer[i + 1].proto->role != ROLE_DATA)
		return false;
	if (l->proto->next)
		s = l->proto->next(k, l, &key);
	else if (pi->nextop >= 0)
		key = (uint32_t)op_load(&pi->ops[pi->nextop], k->p + l->off);
	else
		return false;
	for (; s >= 0 && s < pi->nspaces; s++) {
		const struct pinfo *next = reg_bound(pi->space[s], key);
		if (next)
			return next->sum_ops != 0;
	}
	return false;
}

/* Judges layers first to end-1; whether there was a checksum. */
static bool judge_layers(struct pipe *p, const struct pkt *k, unsigned first, unsigned end, struct finding *found)
{
	bool any = false;
	for (unsigned i = first; i < end; i++) {
		const struct layer *l = &k->layer[i];
		for (uint64_t sums = l->info->sum_ops; sums; sums &= sums - 1) {
			const struct field *f = l->info->ops[__builtin_ctzll(sums)].f;
			int place = field_place(l, k, f);
			if (place < 0)
				continue;
			any = true;
			judge(p, k, i, f, place, found);
		}
		if (header_lacks(k, i)) {
			any = true;
			found->worst = found->worst > UNVERIFIABLE ? found->worst : UNVERIFIABLE;
		}
	}
	return any;
}

static uint64_t moment(const struct stamp *t)
{
	return t->set ? t->sec * UINT64_C(1000000000) + t->nsec : 0;
}

/* Takes the fragment whose header is layer i: true when the datagram is whole, and is `to` then. */
static bool complete(const struct pkt *k, unsigned i, const struct stamp *t, struct pkt *to, struct finding *found)
{
	struct fragment f;
	struct datagram d;
	if (!reassembler)
		reassembler = reassembler_new(0, 0);
	if (!fragment_of(k, i, &f))
		return false;
	enum reassembly is = reassemble(reassembler, &f, moment(t), &d);
	if (is != REASSEMBLY_WHOLE) {
		found->why = reassembly_words[is];
		return false;
	}
	struct cap_rec r = {.link = LINK_RAW, .fcs = 0, .wire = d.len, .len = d.len, .p = d.p};
	pkt_decode(to, &r);
	return true;
}

void verdict_find(struct pipe *p, struct finding *found)
{
	const struct pkt *k = &p->pkt;
	unsigned first = 0;
	bool any = false, waits = false;
	found->worst = OK;
	found->why = NULL;
	found->bad[0] = found->want[0] = 0;
	if (verdict_work)
		show_title(&p->out, k, "");
	for (int depth = 0; depth < NESTED_MAX; depth++) {
		int i = fragment_layer(k);
		any |= judge_layers(p, k, first, i < 0 ? k->nlayers : (unsigned)i + 1, found);
		if (i < 0)
			break;
		struct pkt *to = &whole[depth % 2];
		/* A receiver drops a fragment with a wrong header: it is in no datagram. */
		waits = found->worst == BAD || !complete(k, (unsigned)i, &p->pkt.time, to, found);
		if (waits)
			break;
		k = to;
		if (verdict_work)
			show_title(&p->out, k, "the datagram is whole: ");
		first = 1; /* the header in front was made by the reassembler */
	}
	if (!any)
		found->worst = NONE;
	if (waits && verdict_work && found->why)
		out_printf(&p->out, "a fragment: %s\n", found->why);
	if (waits && found->worst < UNVERIFIABLE)
		found->worst = UNVERIFIABLE;
	if (found->why && opt_verbose > 1)
		tool_warn("%s: a fragment: %s", pipe_where(p), found->why);
}

void verdict_end(void)
{
	reassembler_free(reassembler);
	pkt_free(&whole[0]);
	pkt_free(&whole[1]);
}
