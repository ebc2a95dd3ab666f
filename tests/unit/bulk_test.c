/* bulk_test.c - what goes through a crew in batches is what one packet at a time gives, in the same order. */

#include "bulk.h"

#include <stdlib.h>
#include <unistd.h>

#include "test.h"

enum { LINES = 3000 };

static unsigned delivered, wrong;
static char first_error[512];
static uint64_t error_line;

static void take(void *arg, const struct bulk_packet *p)
{
	struct pkt *k = arg;
	char line[200];
	struct err e;
	if (first_error[0])
		return;
	delivered++;
	if (p->error) {
		snprintf(first_error, sizeof first_error, "%s", p->error->msg);
		error_line = p->line;
		return;
	}
	snprintf(line, sizeof line, "ip id=%u ttl=9 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=%u",
	         delivered & 0xffff, delivered * 7919);
	wrong += pkt_read(k, line, strlen(line), &e) != 0 || p->rec.len != k->len || memcmp(p->rec.p, k->p, k->len) != 0;
	wrong += p->line != delivered || p->relative != (delivered % 3 == 0) || p->notes != (delivered % 5 == 0);
}

static void put_lines(struct bulk *b, unsigned bad)
{
	char line[200];
	for (unsigned n = 1; n <= LINES; n++) {
		snprintf(line, sizeof line, "%s ip id=%u ttl=%s src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=2 data str=%u%s",
		         n % 3 ? "1.5" : "+0.5", n & 0xffff, n == bad ? "900" : "9", n * 7919, n % 5 ? "" : " @a=b");
		bulk_line(b, line, strlen(line), "file", n);
	}
	bulk_flush(b);
}

static void start(void)
{
	struct err e;
	CHECK_INT(registry_init(&e), 0);
	delivered = wrong = 0;
	first_error[0] = 0;
}

TEST(lines_become_records_in_order)
{
	struct pkt k;
	start();
	pkt_init(&k);
	struct bulk *b = bulk_new(NULL, false, take, &k);
	put_lines(b, 0);
	CHECK_INT(delivered, LINES);
	CHECK_INT(wrong, 0);
	CHECK_STR(first_error, "");
	bulk_free(b);
	pkt_free(&k);
}

TEST(a_bad_line_comes_after_all_before_it)
{
	struct pkt k;
	start();
	pkt_init(&k);
	struct bulk *b = bulk_new(NULL, false, take, &k);
	put_lines(b, 1777);
	CHECK_INT(delivered, 1777);
	CHECK_INT(wrong, 0);
	CHECK_INT(error_line, 1777);
	CHECK_STR(first_error, "ip.ttl=900: out of range (0 to 255)");
	bulk_free(b);
	pkt_free(&k);
}

TEST(records_become_text_in_order)
{
	char path[] = "/tmp/bulk_test.XXXXXX", want[200];
	int fd = mkstemp(path);
	struct out out;
	struct in in;
	struct err e;
	const char *line;
	size_t n, raw;
	struct pkt k;
	struct cap_rec r;
	start();
	pkt_init(&k);
	CHECK(fd >= 0 && out_open(&out, path, &e) == 0);
	struct bulk *b = bulk_new(&out, false, take, NULL);
	for (unsigned j = 1; j <= LINES; j++) {
		snprintf(want, sizeof want, "%u.000000 ip id=%u ttl=9 src=192.0.2.1 dst=192.0.2.2", j, j & 0xffff);
		CHECK(pkt_read(&k, want, strlen(want), &e) == 0 && pkt_record(&k, &r, &e) == 0);
		bulk_record(b, &r);
	}
	bulk_flush(b);
	CHECK_INT(out_close(&out, &e), 0);
	CHECK_INT(in_open(&in, path, &e), 0);
	unsigned lines = 0;
	while (in_line(&in, &line, &n, &raw, 1000, &e) == IN_OK) {
		lines++;
		snprintf(want, sizeof want, "%u.000000 ip id=%u ttl=9 src=192.0.2.1 dst=192.0.2.2", lines, lines & 0xffff);
		wrong += n != strlen(want) || memcmp(line, want, n) != 0;
	}
	CHECK_INT(lines, LINES);
	CHECK_INT(wrong, 0);
	in_close(&in);
	bulk_free(b);
	pkt_free(&k);
	close(fd);
	unlink(path);
}

RUN_TESTS
