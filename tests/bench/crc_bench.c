/* crc_bench.c - how fast CRCs are: GB/s over 1500 octets and 64 KB in the cache, best of several rounds. Arguments: names, else one of
 * each sort; "all" lists the slowest of the catalogue last. Not a test: nothing depends on the figures. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "2-link/crc_catalog.h"
#include "num.h"
#include "rng.h"

enum { LARGE = 65536, ROUNDS = 20, OCTETS = 2000000 };

static uint8_t octets[LARGE];
static volatile uint64_t sink; /* keeps results alive */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef crc_word taker(const struct crc *c, crc_word r, const uint8_t *b, size_t n);

static crc_word ieee(const struct crc *c, crc_word r, const uint8_t *b, size_t n)
{
	(void)c, (void)r;
	return crc32_ieee(b, n, 0);
}

static double rate(taker *f, const struct crc *c, size_t n)
{
	double best = 1e9;
	crc_word start = c ? crc_start(c) : 0;
	int calls = (int)(OCTETS / n) + 1;
	for (int i = 0; i < ROUNDS; i++) {
		double t = now();
		for (int k = 0; k < calls; k++)
			sink = (uint64_t)f(c, start, octets, n);
		t = (now() - t) / calls;
		best = t < best ? t : best;
	}
	return (double)n * 1e-9 / best;
}

static double line(const char *name, taker *f, const struct crc *c)
{
	double small = rate(f, c, 64), frame = rate(f, c, 1500), large = rate(f, c, LARGE);
	printf("%-32s %7.2f %7.2f %7.2f GB/s\n", name, small, frame, large);
	return frame < large ? frame : large;
}

static void both(const struct crc_entry *k)
{
	struct crc *c = crc_new(&k->p, NULL);
	char name[64];
	line(k->name, crc_octets, c);
	snprintf(name, sizeof name, "%s, tables", k->name);
	line(name, crc_octets_c, c);
	crc_free(c);
}

static void every(void)
{
	double least = 1e9;
	const char *name = "";
	for (const struct crc_entry *k = crc_catalog; k->name; k++) {
		struct crc *c = crc_new(&k->p, NULL);
		double r = line(k->name, crc_octets, c);
		if (r < least) {
			least = r;
			name = k->name;
		}
		crc_free(c);
	}
	printf("the slowest: %s, %.2f GB/s\n", name, least);
}

int main(int argc, char **argv)
{
	static const char *const some[] = {"CRC-32/ISO-HDLC", "CRC-16/IBM-SDLC", "CRC-16/XMODEM", "CRC-3/GSM",
	                                   "CRC-64/XZ",       "CRC-64/WE",       "CRC-82/DARC"};
	struct rng rng;
	rng_seed(&rng, 1);
	for (size_t i = 0; i < LARGE; i++)
		octets[i] = (uint8_t)rng_u64(&rng);
	printf("%-32s %7s %7s %7s\n", "", "64", "1500", "64 KB");
	if (argc > 1 && strcmp(argv[1], "all") == 0) {
		every();
		return 0;
	}
	line("crc32_ieee", ieee, NULL);
	for (size_t i = 0; i < (argc > 1 ? (size_t)argc - 1 : sizeof some / sizeof *some); i++) {
		const char *name = argc > 1 ? argv[i + 1] : some[i];
		if (crc_find(name))
			both(crc_find(name));
	}
	return 0;
}
