/* plant.c - udpck --fix, --flip and --undetected: checksums mended, errors planted, and those that no checksum sees. */

#include "4-transport/udpck/plant.h"

#include <stdio.h>
#include <string.h>

#include "num.h"
#include "shown.h"

static uint8_t copy[PKT_MAX];
static struct pkt changed;

/* The checksum of layer i, NULL: it has none. */
static const struct field *sum_of(const struct pkt *k, unsigned i)
{
	const struct layer *l = &k->layer[i];
	for (uint64_t sums = l->info->sum_ops; sums; sums &= sums - 1) {
		const struct field *f = l->info->ops[__builtin_ctzll(sums)].f;
		if (field_place(l, k, f) >= 0)
			return f;
	}
	return NULL;
}

/* Writes the octets of copy as a packet like the one at hand. */
static void write_copy(struct pipe *p, const char *notes)
{
	pkt_arrive(&changed, &p->pkt, copy);
	pipe_write(p, &changed, "udpck", notes);
}

bool fix_pass(struct pipe *p)
{
	const struct pkt *k = &p->pkt;
	char notes[300] = "";
	memcpy(copy, k->p, k->len);
	pkt_arrive(&changed, k, copy);
	/* The innermost first: an ICMP message covers the packet that it quotes. */
	for (unsigned i = changed.nlayers; i-- > 0;) {
		const struct layer *l = &changed.layer[i];
		const struct field *f = sum_of(&changed, i);
		uint64_t want;
		if (!f || judge_field(&changed, i, f, &want) != WRONG)
			continue;
		put16(copy + l->off + field_place(l, &changed, f) / 8, (uint32_t)want);
		size_t n = strlen(notes);
		snprintf(notes + n, sizeof notes - n, "%s%s", n ? "," : " @udpck.fixed=", l->proto->name);
	}
	if (*notes)
		write_copy(p, notes);
	else
		pipe_pass(p, "udpck", "");
	return *notes;
}

/* The innermost layer that has a checksum over more than its header, else the innermost with any; -1: none. */
static int innermost(const struct pkt *k)
{
	int found = -1;
	for (unsigned i = 0; i < k->nlayers; i++) {
		const struct field *f = sum_of(k, i);
		if (f && (found < 0 || !f->header))
			found = (int)i;
	}
	return found;
}

/* The octets that the checksum of layer i covers. */
static uint32_t covered(const struct pkt *k, unsigned i)
{
	const struct layer *l = &k->layer[i];
	return sum_of(k, i)->header ? l->hlen : l->end - l->off;
}

void flip_pass(struct pipe *p, struct rng *rng, unsigned bits)
{
	const struct pkt *k = &p->pkt;
	int i = innermost(k);
	if (i < 0) {
		pipe_pass(p, "udpck", "");
		return;
	}
	uint32_t off = k->layer[i].off, n = 8 * covered(k, (unsigned)i);
	memcpy(copy, k->p, k->len);
	/* Each bit once: selection in order (Knuth, vol. 2, 3.4.2, algorithm S). */
	for (uint32_t at = 0, left = bits < n ? bits : n; left; at++) {
		if (rng_below(rng, n - at) >= left)
			continue;
		copy[off + at / 8] ^= (uint8_t)(0x80 >> at % 8);
		left--;
		if (opt_verbose)
			tool_warn("%s: bit %u of octet %u of %s", pipe_where(p), at % 8, at / 8, k->layer[i].proto->name);
	}
	write_copy(p, "");
}

/* ---- what the checksum does not see ---- */

/* Two words in octets from..end, of which the first has `set` in it and the second not; 0xffff: that differ. False: none. */
static bool find_pair(const uint8_t *b, uint32_t from, uint32_t end, uint16_t set, uint32_t *first, uint32_t *second)
{
	for (uint32_t i = from; i + 2 <= end; i += 2)
		for (uint32_t j = from; j + 2 <= end && j < from + 256; j += 2) {
			uint16_t x = (uint16_t)be16(b + i), y = (uint16_t)be16(b + j);
			if (set == 0xffff ? i < j && x != y : x & set && !(y & set)) {
				*first = i;
				*second = j;
				return true;
			}
		}
	return false;
}

static void write_if_unseen(struct pipe *p, unsigned i, const char *how)
{
	char notes[60];
	uint64_t want;
	pkt_arrive(&changed, &p->pkt, copy);
	if (i >= changed.nlayers || changed.layer[i].proto != p->pkt.layer[i].proto ||
	    judge_field(&changed, i, sum_of(&p->pkt, i), &want) != RIGHT)
		return;
	snprintf(notes, sizeof notes, " @udpck.unseen=%s", how);
	pipe_write(p, &changed, "udpck", notes);
}

static void swap_words(struct pipe *p, unsigned i, uint32_t from, uint32_t end)
{
	uint32_t a, b;
	if (!find_pair(copy, from, end, 0xffff, &a, &b))
		return;
	uint32_t x = be16(copy + a);
	put16(copy + a, be16(copy + b));
	put16(copy + b, x);
	write_if_unseen(p, i, "swap");
	memcpy(copy, p->pkt.p, p->pkt.len);
}

/* The same bit is cleared in one word and set in another. */
static void move_bit(struct pipe *p, unsigned i, uint32_t from, uint32_t end)
{
	uint32_t a, b;
	for (uint16_t bit = 1; bit; bit = (uint16_t)(bit << 1)) {
		if (!find_pair(copy, from, end, bit, &a, &b))
			continue;
		put16(copy + a, be16(copy + a) - bit);
		put16(copy + b, be16(copy + b) + bit);
		write_if_unseen(p, i, "bits");
		memcpy(copy, p->pkt.p, p->pkt.len);
		return;
	}
}

/* 0 has two forms in ones' complement. */
static void other_zero(struct pipe *p, unsigned i, uint32_t from, uint32_t end)
{
	for (uint32_t a = from; a + 2 <= end; a += 2) {
		uint32_t x = be16(copy + a);
		if (x != 0 && x != 0xffff)
			continue;
		put16(copy + a, x ^ 0xffff);
		write_if_unseen(p, i, "zero");
		memcpy(copy, p->pkt.p, p->pkt.len);
		return;
	}
}

/* Errors of two bits are not seen where both are at the same place of a word and one becomes 1, the other 0. */
static void count_pairs(const struct pipe *p, const struct layer *l, const uint8_t *b, uint32_t n)
{
	uint64_t unseen = 0, all = 8 * (uint64_t)n * (8 * (uint64_t)n - 1) / 2;
	for (unsigned column = 0; column < 16; column++) {
		uint64_t ones = 0, places = 0;
		for (uint32_t j = column / 8; j < n; j += 2, places++)
			ones += b[j] >> (7 - column % 8) & 1;
		unseen += ones * (places - ones);
	}
	tool_warn("%s: %s.sum over %u octets: of %llu errors of two bits it does not see %llu (%.1f%%)", pipe_where(p), l->proto->name, n,
	          (unsigned long long)all, (unsigned long long)unseen, all ? 100.0 * (double)unseen / (double)all : 0.0);
}

void undetected_pass(struct pipe *p)
{
	const struct pkt *k = &p->pkt;
	int i = innermost(k);
	uint64_t want;
	if (i < 0 || judge_field(k, (unsigned)i, sum_of(k, (unsigned)i), &want) != RIGHT)
		return;
	const struct layer *l = &k->layer[i];
	uint32_t end = l->off + covered(k, (unsigned)i), data = l->off + l->hlen;
	memcpy(copy, k->p, k->len);
	swap_words(p, (unsigned)i, data, end);
	move_bit(p, (unsigned)i, data, end);
	other_zero(p, (unsigned)i, data, end);
	count_pairs(p, l, k->p + l->off, end - l->off);
}
