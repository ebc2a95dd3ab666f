/* offload.c - recognises hosts that leave their checksums to the network card. */

#include <stdio.h>
#include <string.h>

#include "4-transport/udpck/verdict.h"
#include "num.h"

enum { SENDERS = 1024, ENOUGH = 3 };  /* as many wrong ones, and no right one, before anything is said */

static struct sender {
	const struct proto *network;
	uint8_t address[16];
	uint64_t wrong;
	uint64_t halves;         /* wrong ones that are the sum of the pseudo-header alone */
} senders[SENDERS];

/* Senders of right ones, a bit each by a hash of their address: in the rare case that two share one it keeps silent. */
static uint8_t right[1 << 13];
static bool any_right;

/* The field with the sender's address; asked for so often that the last answer is kept. */
static const struct field *source_field(const struct proto *p)
{
	static const struct proto *last;
	static const struct field *field;
	if (p != last) {
		last = p;
		field = proto_field(p, "src", 3);
	}
	return field;
}

/* The layer 3 header around layer i and the sender's address in it. */
static const struct layer *network_of(const struct pkt *k, unsigned i, uint8_t address[16])
{
	while (i-- > 0) {
		const struct layer *l = &k->layer[i];
		const struct field *f = l->proto->pseudo ? source_field(l->proto) : NULL;
		if (!f)
			continue;
		const uint8_t *a = k->p + l->off + f->bit / 8;
		memset(address, 0, 16);
		if (f->width == 32)
			memcpy(address, a, 4);
		else
			memcpy(address, a, 16);
		return l;
	}
	return NULL;
}

static uint32_t hash_of(const uint8_t address[16])
{
	uint64_t a, b;
	memcpy(&a, address, 8);
	memcpy(&b, address + 8, 8);
	return (uint32_t)((a * 3 ^ b) * UINT64_C(0x9e3779b97f4a7c15) >> 48);
}

/* Open addressing; beyond so many senders nothing is noted of more. */
static struct sender *sender_of(const struct layer *l, const uint8_t address[16])
{
	uint32_t h = hash_of(address);
	for (unsigned n = 0; n < 16; n++) {
		struct sender *s = &senders[(h + n) % SENDERS];
		if (!s->network) {
			s->network = l->proto;
			memcpy(s->address, address, 16);
		}
		if (s->network == l->proto && memcmp(s->address, address, 16) == 0)
			return s;
	}
	return NULL;
}

/* Linux leaves the folded sum of the pseudo-header in the field, to which the card adds the rest (CHECKSUM_PARTIAL of its skbuff.h). */
static bool is_half(const struct pkt *k, unsigned i, uint64_t have)
{
	const struct layer *l = &k->layer[i];
	uint32_t proto = 0, sum;
	for (const struct bind *b = l->proto->binds; b && b->key; b++)
		if (strcmp(b->key, "ip.proto") == 0)
			proto = b->value;
	return pkt_pseudo(k, i, proto, l->end - l->off, &sum) && sum_fold(sum) == have;
}

void offload_note(const struct pkt *k, unsigned i, uint64_t have, bool wrong)
{
	uint8_t address[16];
	const struct layer *l = network_of(k, i, address);
	if (!l)
		return;
	if (!wrong) {
		uint32_t h = hash_of(address);
		right[h / 8] |= (uint8_t)(1u << h % 8);
		any_right = true;
		return;
	}
	struct sender *s = sender_of(l, address);
	if (!s)
		return;
	s->wrong++;
	s->halves += is_half(k, i, have);
}

void offload_report(void)
{
	for (unsigned i = 0; i < SENDERS; i++) {
		const struct sender *s = &senders[i];
		uint32_t h = hash_of(s->address);
		if (right[h / 8] >> h % 8 & 1 || s->wrong < ENOUGH || (!any_right && s->halves < s->wrong))
			continue;
		char text[NUM_SLACK], most[120] = "";
		*(source_field(s->network)->fmt == IP4 ? num_ip4(text, s->address) : num_ip6(text, s->address)) = 0;
		if (s->halves)
			snprintf(most, sizeof most, "; %llu hold%s the sum of the pseudo-header alone", (unsigned long long)s->halves,
			         s->halves == 1 ? "s" : "");
		tool_warn("all %llu transport checksums from %s are bad, as when its network card computes them behind the "
		         "capture (checksum offload)%s", (unsigned long long)s->wrong, text, most);
	}
}
