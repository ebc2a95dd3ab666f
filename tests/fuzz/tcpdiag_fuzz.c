/* tcpdiag_fuzz.c - any packets through TCP's table of connections and tshark's rules.
 *
 * Input: packets of link type 101 (raw IP), each after 4 octets: milliseconds since the one before (signed), octets on the wire that are
 * not here, in units of 64, and the length in 2 octets.
 */
#include <stdlib.h>
#include <string.h>

#include "4-transport/tcp_table.h"
#include "num.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

/* A list that is not called mixed is in order, and holds what it says. */
static void check_list(const struct tshark_list *l)
{
	if (l->n > 10000 || l->first + l->n > l->cap)
		abort();
	for (uint32_t i = l->first + 1; i < l->first + l->n && !l->mixed; i++)
		if (seq_lt(l->v[i].seq, l->v[i - 1].seq) || seq_lt(l->v[i].end, l->v[i - 1].end))
			abort();
}

static void take(struct tcp_table *t, const struct pkt *k)
{
	struct tcp_segment s;
	unsigned at = 0, way;
	bool reused;
	while (segment_next(k, &at, &s)) {
		struct tshark_said said;
		struct tcp_conn *c = table_find(t, &s, &way, &reused);
		tshark_segment(&c->tshark, &s, way, &said);
		if (said.verdicts >> TS_VERDICTS)
			abort();
		check_list(&c->tshark.flow[0].unacked);
		check_list(&c->tshark.flow[1].unacked);
		table_count(t, c, &s, way);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	static struct pkt k;
	struct tcp_table t;
	struct err e;
	int64_t ms = 1000000;
	if (registry_init(&e) != 0)
		abort();
	table_init(&t, NULL, NULL);
	while (n >= 4) {
		uint32_t len = be16(b + 2), more = 64u * b[1];
		ms += (int8_t)b[0];
		b += 4;
		n -= 4;
		len = len > n ? (uint32_t)n : len;
		/* The packet ends where its allocation ends, so that a read beyond is seen. */
		uint8_t *p = malloc(len + !len);
		memcpy(p, b, len);
		struct cap_rec r = {.time = {.sec = (uint64_t)ms / 1000, .nsec = (uint32_t)(ms % 1000) * 1000000, .digits = 6, .set = true},
		                    .link = 101, .fcs = -1, .wire = len + more, .len = len, .p = p};
		pkt_decode(&k, &r);
		take(&t, &k);
		free(p);
		b += len;
		n -= len;
	}
	table_free(&t);
	return 0;
}
