/* roundtrip_test.c - octets -> packet text -> octets is the identity (pkt(5), rule 3): for every record of every capture below
 * OSIKIT_DATA, and for mutants of these and of packets of our own.
 */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cap.h"
#include "num.h"
#include "pkt.h"
#include "rng.h"
#include "test.h"

#ifndef MUTANTS
#define MUTANTS 100000
#endif

enum { SEEDS_MAX = 4096, SHOWN = 5, LINKS_MAX = 64 };

/* A record of our own. */
struct seed {
	struct cap_rec r;
	uint8_t *p;
};

static struct seed seeds[SEEDS_MAX];
static unsigned nseeds;
static uint64_t nrecords, nfiles, faults;

/* Keeps some of the records, of all files: the later ones replace others (Vitter's algorithm R). */
static void keep(const struct cap_rec *r, struct rng *rng)
{
	static uint64_t seen;
	uint64_t i = seen++ < SEEDS_MAX ? nseeds++ : rng_below(rng, seen);
	if (i >= SEEDS_MAX)
		return;
	free(seeds[i].p);
	seeds[i].p = malloc(r->len + 1u);
	seeds[i].r = *r;
	memcpy(seeds[i].p, r->p, r->len);
	seeds[i].r.p = seeds[i].p;
}

static bool same_time(const struct stamp *a, const struct stamp *b)
{
	return a->set == b->set && (!a->set || (a->sec == b->sec && a->nsec == b->nsec && a->digits == b->digits));
}

static const char *difference(const struct cap_rec *a, const struct cap_rec *b)
{
	return a->len != b->len                                 ? "octets present"
	       : a->len && memcmp(a->p, b->p, a->len) != 0      ? "octets"
	       : a->wire != b->wire                             ? "length on the wire"
	       : a->link != b->link                             ? "link type"
	       : !same_time(&a->time, &b->time)                 ? "time"
	                                                        : NULL;
}

static void fault(const struct cap_rec *r, const char *where, const char *what, const char *text, size_t n)
{
	if (faults++ >= SHOWN)
		return;
	printf("# %s: %s\n# link type %u, %u octets of %u, fcs %d: ", where, what, r->link, r->len, r->wire, r->fcs);
	for (uint32_t i = 0; i < r->len && i < 200; i++)
		printf("%02x", r->p[i]);
	printf("\n# text: %.*s\n", n > 1000 ? 1000 : (int)n, text);
}

/* Through text and back: the same record; and the same text, when that is written again. */
static void check(const struct cap_rec *r, const char *where, bool qualified)
{
	static struct pkt k, back;
	static char *text, *again;
	static size_t room;
	struct cap_rec got;
	struct err e = {""};
	pkt_decode(&k, r);
	size_t bound = pkt_bound(&k);
	if (bound > room) {
		room = 2 * bound;
		text = realloc(text, room);
		again = realloc(again, room);
	}
	size_t n = (size_t)(pkt_write(text, &k, qualified) - text), m;
	const char *what;
	if (n > bound)
		what = "pkt_bound is too small";
	else if (memchr(text, '\n', n) || memchr(text, 0, n))
		what = "the text is not a line";
	else if (pkt_read(&back, text, n, &e) != 0 || pkt_record(&back, &got, &e) != 0)
		what = e.msg;
	else if (!(what = difference(r, &got)) && pkt_bound(&back) > room)
		what = "the packet that was read has another bound";
	else if (!what && ((m = (size_t)(pkt_write(again, &back, qualified) - again)) != n || memcmp(text, again, n) != 0))
		what = "the text changes when it is written again";
	if (what)
		fault(r, where, what, text, n);
}

/* --- the captures of others ----------------------------------------------------------------------------- */

static void check_file(const char *path, struct rng *rng)
{
	struct in in;
	struct cap c;
	struct cap_rec r;
	struct err e;
	if (in_open(&in, path, &e) != 0)
		return;
	if (in_fill(&in, 4, &e) == IN_OK && cap_sniff(in_at(&in), in_left(&in)) != CAP_NONE && cap_open(&c, &in, &e) == 0) {
		nfiles++;
		while (cap_next(&c, &r, &e) == 1) {
			check(&r, path, nrecords++ % 2);
			keep(&r, rng);
		}
		cap_close(&c);
	}
	in_close(&in);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of names, so that the seeds are the same everywhere. */
static void check_folder(const char *path, struct rng *rng)
{
	struct dirent **list;
	int n = scandir(path, &list, NULL, by_name);
	for (int i = 0; i < n; i++) {
		char name[4096];
		struct stat st;
		snprintf(name, sizeof name, "%s/%s", path, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && stat(name, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				check_folder(name, rng);
			else if (S_ISREG(st.st_mode))
				check_file(name, rng);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

TEST(every_record_of_every_capture)
{
	const char *data = getenv("OSIKIT_DATA");
	struct rng rng;
	struct err e;
	CHECK_INT(registry_init(&e), 0);
	rng_seed(&rng, 1);
	if (!data || access(data, R_OK) != 0)
		SKIP("no captures: OSIKIT_DATA names none");
	check_folder(data, &rng);
	printf("# %llu records of %llu files\n", (unsigned long long)nrecords, (unsigned long long)nfiles);
	CHECK(nrecords > 0);
	CHECK_INT(faults, 0);
}

/* --- mutants -------------------------------------------------------------------------------------------- */

/* Packets of every protocol, so that there are mutants without anybody's captures. */
static const char *const own[] = {
	"eth ip udp dport=53 data hex=00ff00", "eth vlan vid=5 vlan vid=7 ip tcp flags=SYN opt=mss:1460,sackok,ts:1:2,nop,ws:7",
	"eth arp op=2", "eth ip icmp type=3 code=3 ip udp dport=9 data str=quoted", "eth ip icmp type=8 id=1 data str=ping",
	"eth ip igmp type=0x16 group=224.0.0.1", "eth ip6 icmp6 type=128 id=1", "eth ip6 icmp6 type=135", "eth ip6 hopopt udp",
	"eth ip6 dstopt udp data str=x", "eth ip6 ip6frag frag=1 flags=M data str=abcdefgh", "eth ip6 ip6rt tcp", "eth ip ah udp",
	"eth ip gre eth ip6 tcp", "eth mpls label=16 mpls label=17 ip", "eth pppoe ppp ip udp", "eth ip udp dport=4789 vxlan eth ip",
	"eth llc snap ip udp", "eth llc data str=x pad n=40", "sll ip tcp", "sll2 ip6 udp", "null ip udp", "loop ip icmp", "ppp ip6 tcp",
	"ip ip ip6 ip udp", "eth fcs=crc ip pad n=26", "eth fcs=0x1 ip pad hex=0102", "ip opt=ra:0 igmp", "data str=plain",
	"ip flags=MF udp len=900 sum=0x1234 data str=abcdefgh", "ip frag=9 data hex=00", "ip len=2000 udp len=7 @len=1000",
};

static void own_seeds(struct rng *rng)
{
	struct pkt k;
	struct err e;
	struct cap_rec r;
	pkt_init(&k);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		bool good = pkt_read(&k, own[i], strlen(own[i]), &e) == 0 && pkt_record(&k, &r, &e) == 0;
		if (!good)
			printf("# %s: %s\n", own[i], e.msg);
		CHECK(good);
		if (!good)
			continue;
		check(&r, own[i], i % 2);
		/* As many as that they count beside the captures of others. */
		for (int j = 0; j < 8; j++)
			keep(&r, rng);
	}
	pkt_free(&k);
}

/* Every link type that a protocol knows. */
static unsigned known_links(uint32_t *links)
{
	unsigned n = 0;
	for (const struct proto *const *p = registry; *p; p++)
		for (const struct bind *b = (*p)->binds; b && b->key && n < LINKS_MAX; b++) {
			if (strcmp(b->key, "link") == 0)
				links[n++] = b->value;
			else if (strcmp(b->key, "link4") == 0)
				links[n++] = b->value >> 4;
		}
	return n;
}

static void scramble(struct rng *rng, uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)rng_u64(rng);
}

/* Values at which length fields and versions are on edge. */
static uint8_t edge(struct rng *rng)
{
	static const uint8_t edges[] = {0, 1, 2, 3, 4, 5, 7, 8, 0x0f, 0x11, 0x29, 0x2c, 0x3c, 0x40,
	                                 0x45, 0x46, 0x4f, 0x60, 0x7f, 0x80, 0xf0, 0xff};
	return edges[rng_below(rng, sizeof edges)];
}

/* One change to the n octets at p, which has room for twice as many and 64; returns their new number. The first octets are hit more
 * often than those of the payload. */
static uint32_t change(struct rng *rng, uint8_t *p, uint32_t n)
{
	uint32_t near = n > 64 && rng_below(rng, 4) ? 64 : n;
	uint32_t at = near ? (uint32_t)rng_below(rng, near) : 0, m;
	switch (rng_below(rng, 8)) {
	case 0: case 1:
		if (n)
			p[at] ^= (uint8_t)(1u << rng_below(rng, 8));
		return n;
	case 2:
		if (n)
			p[at] = edge(rng);
		return n;
	case 3:
		if (n)
			p[at] = (uint8_t)rng_u64(rng);
		return n;
	case 4: return at;
	case 5: /* insert */
		m = (uint32_t)rng_below(rng, 32);
		memmove(p + at + m, p + at, n - at);
		scramble(rng, p + at, m);
		return n + m;
	case 6: /* take out */
		m = n - at < 32 ? (uint32_t)rng_below(rng, n - at + 1u) : (uint32_t)rng_below(rng, 32);
		memmove(p + at, p + at + m, n - at - m);
		return n - m;
	default: /* zeros at the end, as of padding; or random octets, as of a trailer */
		m = (uint32_t)rng_below(rng, 32);
		memset(p + n, 0, m);
		if (rng_below(rng, 2))
			scramble(rng, p + n, m);
		return n + m;
	}
}

/* The mutant's octets are in an allocation of just their size, so that a sanitizer sees a read beyond. */
static void mutant(struct rng *rng, const uint32_t *links, unsigned nlinks, unsigned number)
{
	static uint8_t b[2 * PKT_MAX + 64];
	char where[32];
	struct cap_rec r = seeds[rng_below(rng, nseeds)].r;
	uint32_t n = r.len;
	if (rng_below(rng, 8) == 0) {
		n = (uint32_t)rng_below(rng, 200);
		scramble(rng, b, n);
	} else {
		memcpy(b, r.p, n);
	}
	for (uint64_t i = 1 + rng_below(rng, 4); i > 0; i--)
		n = change(rng, b, n);
	n = n < PKT_MAX ? n : PKT_MAX;
	r.wire = rng_below(rng, 4) ? n + (r.wire > r.len ? r.wire - r.len : 0) : (uint32_t)(rng_u64(rng) >> (32 + rng_below(rng, 32)));
	r.len = n;
	if (rng_below(rng, 4) == 0)
		r.link = rng_below(rng, 8) ? links[rng_below(rng, nlinks)] : (uint32_t)(rng_u64(rng) >> (32 + rng_below(rng, 32)));
	if (rng_below(rng, 4) == 0)
		r.fcs = (int)rng_below(rng, 7) - 1;
	r.time.digits = (uint8_t)rng_below(rng, 10);
	r.time.set = rng_below(rng, 8) != 0;
	r.time.nsec = (uint32_t)rng_below(rng, 1000000000);
	for (uint32_t unit = 1, d = 9; d > r.time.digits; d--) {
		unit *= 10;
		r.time.nsec -= r.time.nsec % unit;
	}
	uint8_t *p = malloc(n ? n : 1);
	memcpy(p, b, n);
	r.p = p;
	snprintf(where, sizeof where, "mutant %u", number);
	check(&r, where, number % 2);
	free(p);
}

TEST(mutants)
{
	struct rng rng;
	struct err e;
	uint32_t links[LINKS_MAX];
	CHECK_INT(registry_init(&e), 0);
	rng_seed(&rng, 2);
	uint64_t before = faults;
	own_seeds(&rng);
	unsigned nlinks = known_links(links);
	CHECK(nlinks > 8);
	for (unsigned i = 0; i < MUTANTS; i++)
		mutant(&rng, links, nlinks, i);
	printf("# %u mutants of %u packets\n", MUTANTS, nseeds);
	CHECK_INT(faults - before, 0);
}

/* --- what comes from a file goes into a file ------------------------------------------------------------- */

TEST(octets_of_every_length_and_first_octet)
{
	struct err e;
	uint32_t links[LINKS_MAX];
	uint8_t b[64];
	struct rng rng;
	CHECK_INT(registry_init(&e), 0);
	rng_seed(&rng, 3);
	uint64_t before = faults;
	unsigned nlinks = known_links(links);
	for (unsigned l = 0; l < nlinks; l++)
		for (unsigned first = 0; first < 256; first += 1 + (unsigned)rng_below(&rng, 4))
			for (uint32_t n = 0; n <= sizeof b; n += 1 + (uint32_t)rng_below(&rng, 3)) {
				scramble(&rng, b, sizeof b);
				b[0] = (uint8_t)first;
				struct cap_rec r = {.link = links[l], .fcs = -1, .wire = n, .len = n, .p = b};
				check(&r, "first octets", n % 2);
			}
	CHECK_INT(faults - before, 0);
}

RUN_TESTS
