/* cap_fuzz.c - any stream as a capture file: records or one error; what was read is written as pcapng and read again the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cap.h"

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);

static void check(int ok)
{
	if (!ok)
		abort();
}

/* Opens a file in memory with these octets. */
static void open_memory(struct in *in, int fd, const void *b, size_t n)
{
	static char path[32]; /* borrowed by in */
	struct err e;
	check(ftruncate(fd, 0) == 0 && pwrite(fd, b, n, 0) == (ssize_t)n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	check(in_open(in, path, &e) == 0);
}

struct copy {
	struct cap_rec r;
	uint8_t *p;
};

int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n)
{
	static int fd = -1, fd2 = -1;
	struct err e;
	struct in in;
	struct cap c;
	struct cap_rec r;
	struct copy *all = NULL;
	size_t count = 0;
	if (fd < 0)
		check((fd = memfd_create("in", 0)) >= 0 && (fd2 = memfd_create("out", 0)) >= 0);
	open_memory(&in, fd, b, n);
	if (in_fill(&in, 4, &e) == IN_ERR || cap_sniff(in_at(&in), in_left(&in)) == CAP_NONE || cap_open(&c, &in, &e) != 0) {
		in_close(&in);
		return 0;
	}
	/* Written as it is read; what cannot be written (a link type of more than 16 bits, a time out of range) is left out. */
	static char path[32];
	struct out out;
	struct capw w;
	check(ftruncate(fd2, 0) == 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd2);
	check(out_open(&out, path, &e) == 0);
	capw_init(&w, &out, CAP_PCAPNG);
	while (cap_next(&c, &r, &e) == 1) {
		check(r.len <= PKT_MAX && r.time.nsec < 1000000000 && r.time.digits <= 9);
		if (capw_put(&w, &r, &e) != 0)
			continue;
		check((all = realloc(all, (count + 1) * sizeof *all)) != NULL);
		all[count].r = r;
		check((all[count].p = malloc(r.len + !r.len)) != NULL);
		memcpy(all[count++].p, r.p, r.len);
	}
	cap_close(&c);
	in_close(&in);
	check(capw_end(&w, &e) == 0 && out_close(&out, &e) == 0);
	check(in_open(&in, path, &e) == 0 && in_fill(&in, 4, &e) == IN_OK && cap_open(&c, &in, &e) == 0);
	for (size_t i = 0; i < count; i++) {
		const struct cap_rec *x = &all[i].r;
		check(cap_next(&c, &r, &e) == 1 && r.len == x->len && r.wire == x->wire && r.link == x->link);
		check(memcmp(r.p, all[i].p, r.len) == 0);
		check(!x->time.set || (r.time.sec == x->time.sec && r.time.nsec == x->time.nsec && r.time.digits == x->time.digits));
		free(all[i].p);
	}
	check(cap_next(&c, &r, &e) == 0);
	cap_close(&c);
	in_close(&in);
	free(all);
	return 0;
}
