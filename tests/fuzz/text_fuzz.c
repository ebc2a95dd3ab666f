/* text_fuzz.c - any line: it is refused with a message, or it is a packet whose canonical text is the same packet. */
#include <stdlib.h>
#include <string.h>

#include "show.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	static struct pkt k, back;
	static struct out null;
	struct err e = {""};
	if (registry_init(&e) != 0 || (!null.buf && out_open(&null, "/dev/null", &e) != 0))
		abort();
	char *line = malloc(n + !n);
	memcpy(line, b, n);
	if (memchr(line, '\n', n) || pkt_is_comment(line, n) || pkt_read(&k, line, n, &e) != 0) {
		free(line);
		return 0;
	}
	struct cap_rec r;
	char *text = malloc(pkt_bound(&k)), *end = pkt_write(text, &k, false);
	if ((size_t)(end - text) > pkt_bound(&k) || pkt_read(&back, text, (size_t)(end - text), &e) != 0)
		abort();
	if (k.len != back.len || k.wire != back.wire || k.bits != back.bits || k.nnotes != back.nnotes ||
	    k.has_link != back.has_link || (k.has_link && k.link != back.link) || k.relative != back.relative ||
	    (k.len && memcmp(k.p, back.p, k.len) != 0))
		abort();
	char *text2 = malloc(pkt_bound(&back)), *end2 = pkt_write(text2, &back, false);
	if (end2 - text2 != end - text || memcmp(text, text2, (size_t)(end - text)) != 0)
		abort();
	show_json(&null, &k);
	show_hex(&null, &k, false);
	show_diagram(&null, &k, false);
	show_tree(&null, &k, false);
	/* What the octets decode to prints them again. */
	if (pkt_record(&k, &r, &e) == 0) {
		struct pkt *d = &back;
		uint8_t *copy = malloc(r.len + !r.len);
		if (r.len)
			memcpy(copy, r.p, r.len);
		r.p = copy;
		pkt_decode(d, &r);
		show_tree(&null, d, false);
		free(copy);
	}
	free(text2);
	free(text);
	free(line);
	return 0;
}
