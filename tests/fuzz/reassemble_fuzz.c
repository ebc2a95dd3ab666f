/* reassemble_fuzz.c - fragments of a few datagrams in any order and shape: what comes out whole is, octet by octet, what a plain
 * table of the datagram's octets says. */
#include <stdlib.h>
#include <string.h>

#include "3-network/reassemble.h"
#include "num.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { IDS = 4, FRAGMENT = 6, SIZE = 65536 + 8 };

/* Octets of each datagram that came since it began; 0 where none is. */
static uint8_t table[IDS][SIZE];
static bool here[IDS][SIZE];

static void forget(unsigned id)
{
	memset(here[id], 0, sizeof here[id]);
}

static void want(bool holds)
{
	if (!holds)
		abort();
}

/* Six octets are a fragment: flags and number of the datagram, ECN, offset, length, what it is filled with. */
static void one(struct reassembler *r, const uint8_t *p, uint64_t ns)
{
	static uint8_t data[2048], head[60];
	struct datagram d;
	unsigned id = p[0] & 3;
	struct fragment f = {.six = id & 1, .id = id, .proto = 17, .ecn = p[1] & 3, .more = p[0] & 4, .cut = (p[0] & 0xf8) == 0xf8,
	                     .off = 8u * (be16(p + 2) & (p[0] & 8 ? 0x1fff : 15)), .head = head, .hlen = id & 1 ? 40 : 20,
	                     .next = 6, .data = data, .len = p[4] * (p[0] & 16 ? 8u : 1u)};
	memset(data, p[5], sizeof data);
	struct reassembler_state before = reassembler_state(r);
	enum reassembly is = reassemble(r, &f, ns, &d);
	struct reassembler_state after = reassembler_state(r);
	want(after.octets <= REASSEMBLE_LIMIT && after.datagrams <= IDS);
	if (after.expired != before.expired)
		for (unsigned i = 0; i < IDS; i++)
			forget(i); /* of those that were given up; the others are no longer compared, which is seen by `here` */
	if (is == REASSEMBLY_WAITS || is == REASSEMBLY_WHOLE)
		for (uint32_t i = 0; i < (f.more && !f.six ? f.len & ~7u : f.len) && f.off + i < SIZE; i++) {
			table[id][f.off + i] = p[5];
			here[id][f.off + i] = true;
		}
	if (is == REASSEMBLY_WHOLE) {
		want(d.len <= 65535 + 40 && d.len > f.hlen);
		for (uint32_t i = 0; i < d.len - f.hlen; i++)
			want(!here[id][i] || d.p[f.hlen + i] == table[id][i]);
	}
	if (is == REASSEMBLY_WHOLE || is >= REASSEMBLY_OVERLAP)
		forget(id);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct reassembler *r = reassembler_new(0, 1);
	for (unsigned i = 0; i < IDS; i++)
		forget(i);
	for (size_t i = 0; i + FRAGMENT <= n && i < 600; i += FRAGMENT)
		one(r, p + i, i / FRAGMENT * UINT64_C(50000000));
	reassembler_free(r);
	return 0;
}
