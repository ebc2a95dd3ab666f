/* decode_fuzz.c - any octets of any link type, through the decoders, the writer and the reader, must come back the same.
 *
 * Input: link type (2 octets), wire length less octets present (2 octets, biased), a flag octet, the packet.
 */
#include <stdlib.h>
#include <string.h>

#include "num.h"
#include "show.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

static void same(const struct pkt *k, const struct pkt *back)
{
	if (k->len != back->len || k->wire != back->wire || !back->has_link || k->link != back->link ||
	    memcmp(k->p, back->p, k->len) != 0 || k->time.set != back->time.set ||
	    (k->time.set && k->time.nsec != back->time.nsec))
		abort();
}

/* Every other form must take it too; what they print is not looked at here. */
static void show_all(const struct pkt *k)
{
	static struct out null;
	static struct tsv *tsv;
	struct err e;
	if (!null.buf && out_open(&null, "/dev/null", &e) != 0)
		abort();
	if (!tsv && !(tsv = tsv_new("time,len,layers,ip.src,ip.dst,ip.opt,tcp.flags,tcp.opt,udp.dport,data.hex", &e)))
		abort();
	show_json(&null, k);
	tsv_row(&null, tsv, k);
	show_hex(&null, k, true);
	show_diagram(&null, k, false);
	show_tree(&null, k, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	static struct pkt k, back, again;
	struct err e;
	if (registry_init(&e) != 0)
		abort();
	if (n < 5 || n - 5 > PKT_MAX)
		return 0;
	/* The packet ends where its allocation ends, so that a read beyond is seen. */
	uint8_t *p = malloc(n - 5 + !(n - 5));
	memcpy(p, b + 5, n - 5);
	uint32_t len = (uint32_t)(n - 5), more = be16(b + 2);
	struct cap_rec r = {.time = {.sec = 1, .nsec = 500, .digits = 9, .set = b[4] & 1}, .link = be16(b),
	                    .fcs = b[4] & 2 ? 4 : -1, .wire = b[4] & 4 ? len + more : len, .len = len, .p = p};
	pkt_decode(&k, &r);
	char *text = malloc(pkt_bound(&k)), *end = pkt_write(text, &k, b[4] & 8);
	if ((size_t)(end - text) > pkt_bound(&k) || pkt_read(&back, text, (size_t)(end - text), &e) != 0)
		abort();
	same(&k, &back);
	/* Canonical text is a fixed point of reading and writing. */
	char *text2 = malloc(pkt_bound(&back)), *end2 = pkt_write(text2, &back, b[4] & 8);
	if (pkt_read(&again, text2, (size_t)(end2 - text2), &e) != 0)
		abort();
	same(&back, &again);
	show_all(&k);
	free(text2);
	free(text);
	free(p);
	return 0;
}
