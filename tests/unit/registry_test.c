/* registry_test.c - what must be true of every protocol's table, whatever it is a table of. */
#include <ctype.h>

#include "pkt.h"
#include "rng.h"
#include "test.h"

enum { NAME_LEN = 8, HEADER_MAX = 128, HEADERS = 3000 };

static void init(void)
{
	struct err e;
	if (registry_init(&e) != 0) {
		printf("# %s\n", e.msg);
		exit(1);
	}
}

/* A check that says which field of which protocol it is about. */
static void must(bool is, const struct proto *p, const struct field *f, const char *what)
{
	if (!is)
		printf("# %s%s%s: %s\n", p->name, f ? "." : "", f ? f->name : "", what);
	CHECK(is);
}

static bool name_ok(const char *s)
{
	size_t n = strlen(s);
	return n >= 1 && n <= NAME_LEN && islower((unsigned char)s[0]) &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == n;
}

static bool hooked(const struct field *f) { return f->fmt == OCTETS || f->fmt == STR || f->fmt == LIST; }

static uint64_t max_of(const struct field *f)
{
	return f->width == 0 || f->width >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << f->width) - 1;
}

TEST(names_are_valid_and_unique)
{
	for (const struct proto *const *p = registry; *p; p++) {
		must(name_ok((*p)->name), *p, NULL, "not a name of 1 to 8 characters");
		for (const struct proto *const *q = registry; q < p; q++)
			must(strcmp((*p)->name, (*q)->name) != 0, *p, NULL, "there twice");
		for (const struct field *f = (*p)->fields; f->name; f++) {
			must(name_ok(f->name), *p, f, "not a name of 1 to 8 characters");
			for (const struct field *g = (*p)->fields; g < f; g++)
				must(strcmp(f->name, g->name) != 0, *p, f, "there twice");
		}
	}
}

TEST(everything_is_described)
{
	for (const struct proto *const *p = registry; *p; p++) {
		must((*p)->title && *(*p)->title, *p, NULL, "no title");
		must((*p)->standard && *(*p)->standard, *p, NULL, "no standard");
		must((*p)->osi >= 0 && (*p)->osi <= 7, *p, NULL, "no such layer of the reference model");
		for (const struct field *f = (*p)->fields; f->name; f++)
			must(f->help && *f->help, *p, f, "no help");
	}
}

TEST(names_find_their_protocols)
{
	init();
	for (const struct proto *const *p = registry; *p; p++) {
		CHECK(registry_find((*p)->name, strlen((*p)->name)) == *p);
		for (const struct field *f = (*p)->fields; f->name; f++)
			must(proto_field(*p, f->name, strlen(f->name)) == f, *p, f, "not found by its name");
	}
	CHECK(registry_find("nosuch", 6) == NULL);
	CHECK(registry_find("", 0) == NULL);
	CHECK(registry_find("ninechars", 9) == NULL);
}

/* The words of a value, a FLAGS field's masks and a default must fit in the field. */
TEST(values_fit)
{
	for (const struct proto *const *p = registry; *p; p++)
		for (const struct field *f = (*p)->fields; f->name; f++) {
			uint64_t seen = 0;
			must(f->dflt <= max_of(f), *p, f, "the default does not fit");
			must(f->fmt != FLAGS || f->words, *p, f, "flags without names");
			for (const struct word *w = f->words; w && w->name; w++) {
				must(w->value <= max_of(f), *p, f, "a word's value does not fit");
				if (f->fmt != FLAGS)
					continue;
				must(w->value && !(w->value & (w->value - 1)), *p, f, "a flag that is not one bit");
				must(!(w->value & seen), *p, f, "a flag that is there twice");
				must(*w->name && !strpbrk(w->name, ",% "), *p, f, "a flag whose name cannot be written");
				seen |= w->value;
			}
		}
}

TEST(classes_have_their_hooks)
{
	for (const struct proto *const *p = registry; *p; p++) {
		if ((*p)->role != ROLE_HEADER)
			continue;
		for (const struct field *f = (*p)->fields; f->name; f++) {
			bool asks = f->cls == SUM || f->cls == NEXT_OR || (f->cls == HOOK && f->fmt != FCS);
			must(!asks || (*p)->derive, *p, f, "derived by a hook that is not there");
			must(!hooked(f) || ((*p)->print && (*p)->build), *p, f, "no hook to print or build it");
			must(hooked(f) || f->fmt == FCS || f->bit != MOVED || ((*p)->place && (*p)->build), *p, f,
			     "no hook to place or build it");
			must(f->fmt != FCS || ((*p)->fcs && (*p)->fcs_len), *p, f, "no frame check sequence");
			must((f->cls != NEXT && f->cls != NEXT_OR) || (*p)->space[0], *p, f, "no key space");
		}
	}
}

static bool space_known(const char *key)
{
	if (strcmp(key, "link") == 0 || strcmp(key, "link4") == 0)
		return true;
	for (const struct proto *const *p = registry; *p; p++)
		for (int s = 0; s < 3 && (*p)->space[s]; s++)
			if (strcmp((*p)->space[s], key) == 0)
				return true;
	return false;
}

TEST(no_key_is_claimed_twice)
{
	init();
	for (const struct proto *const *p = registry; *p; p++)
		for (const struct bind *b = (*p)->binds; b && b->key; b++) {
			if (!space_known(b->key))
				printf("# %s=%u\n", b->key, b->value);
			must(space_known(b->key), *p, NULL, "follows in a key space where nobody looks");
			must(registry_bound(b->key, b->value) == *p, *p, NULL, "is not what its key finds");
			for (const struct proto *const *q = registry; q <= p; q++)
				for (const struct bind *c = (*q)->binds; c && c->key && c != b; c++)
					must(c->value != b->value || strcmp(c->key, b->key) != 0, *p, NULL, "claims a key that is taken");
		}
}

/* --- the bits of a header ------------------------------------------------------------------------------- */

static int place_of(const struct proto *p, const uint8_t *h, size_t hlen, const struct field *f)
{
	if (hooked(f) || f->fmt == FCS)
		return -1;
	return p->place ? p->place(h, hlen, f) : f->bit == MOVED ? -1 : f->bit;
}

/* Counts how many fields each bit of h[0..hlen) belongs to; false when a field reaches beyond. */
static bool cover(const struct proto *p, const uint8_t *h, size_t hlen, uint8_t *fields)
{
	memset(fields, 0, 8 * hlen);
	for (const struct field *f = p->fields; f->name; f++) {
		int at = place_of(p, h, hlen, f);
		if (at < 0)
			continue;
		if ((size_t)at + f->width > 8 * hlen)
			return false;
		for (unsigned i = 0; i < f->width; i++)
			fields[(unsigned)at + i]++;
	}
	return true;
}

/* Header octets: those of the empty text with some changed, or random ones. */
static void make_header(struct rng *g, const struct pkt *empty, uint8_t *h)
{
	uint64_t odds = 1 + rng_below(g, 8);
	for (size_t i = 0; i < HEADER_MAX; i++) {
		h[i] = i < empty->len ? empty->p[i] : 0;
		if (rng_below(g, odds) == 0)
			h[i] = (uint8_t)rng_u64(g);
	}
}

static void check_cover(struct rng *g, const struct proto *p)
{
	struct pkt empty = {0};
	struct err e = {""};
	unsigned tried = 0;
	must(pkt_read(&empty, p->name, strlen(p->name), &e) == 0, p, NULL, e.msg);
	for (unsigned n = 0; n < HEADERS; n++) {
		uint8_t h[HEADER_MAX], fields[8 * HEADER_MAX];
		make_header(g, &empty, h);
		int hlen = p->size ? p->size(h, sizeof h) : p->hlen;
		if (hlen < 0 || hlen > HEADER_MAX)
			continue;
		tried++;
		bool within = cover(p, h, (size_t)hlen, fields), all = true, once = true;
		for (int i = 0; within && i < 8 * hlen; i++) {
			all = all && (fields[i] || i >= 8 * p->hlen);
			once = once && fields[i] <= 1;
		}
		if (!within || !all || !once) {
			must(within, p, NULL, "a field lies beyond the header");
			must(all, p, NULL, "a bit of the fixed header that is in no field");
			must(once, p, NULL, "a bit that is in two fields");
			pkt_free(&empty);
			return;
		}
	}
	must(tried > HEADERS / 100, p, NULL, "hardly ever a header in what was tried");
	pkt_free(&empty);
}

TEST(every_bit_is_in_one_field)
{
	init();
	struct rng g;
	rng_seed(&g, 1);
	for (const struct proto *const *p = registry; *p; p++)
		if ((*p)->role == ROLE_HEADER)
			check_cover(&g, *p);
}

/* --- text ----------------------------------------------------------------------------------------------- */

/* The canonical text of the packet, to be freed. */
static char *text_of(const struct pkt *k)
{
	char *s = malloc(pkt_bound(k) + 1);
	if (!s)
		abort();
	*pkt_write(s, k, false) = 0;
	return s;
}

/* The text that a packet has is read as the same packet, and so are its octets where they have a link type. */
static void check_again(const struct proto *p, const struct pkt *k, const char *why)
{
	struct pkt again = {0}, seen = {0};
	struct err e = {""};
	struct cap_rec r;
	char *text = text_of(k), *second = NULL;
	bool same = pkt_read(&again, text, strlen(text), &e) == 0 && again.len == k->len && again.tail == k->tail &&
	            (!k->len || memcmp(again.p, k->p, k->len) == 0);
	same = same && strcmp(second = text_of(&again), text) == 0;
	if (!same)
		printf("# %s\n# %s\n# %s\n# %s\n", why, text, second ? second : "", e.msg);
	must(same, p, NULL, "its text does not give the same packet");
	free(second);
	free(text);
	if (k->has_link && pkt_record(k, &r, &e) == 0) {
		pkt_decode(&seen, &r);
		text = text_of(&seen);
		same = pkt_read(&again, text, strlen(text), &e) == 0 && again.len == k->len &&
		       (!k->len || memcmp(again.p, k->p, k->len) == 0);
		if (!same)
			printf("# %s\n# %s\n# %s\n", why, text, e.msg);
		must(same, p, NULL, "its octets do not come back");
		free(text);
	}
	pkt_free(&again);
	pkt_free(&seen);
}

TEST(a_name_alone_is_a_packet)
{
	init();
	for (const struct proto *const *p = registry; *p; p++) {
		struct pkt k = {0};
		struct err e = {""};
		if ((*p)->role == ROLE_FRAME) /* says what the octets are, and nothing of its own */
			continue;
		int bad = pkt_read(&k, (*p)->name, strlen((*p)->name), &e);
		must(!bad, *p, NULL, e.msg);
		if (!bad)
			check_again(*p, &k, (*p)->name);
		pkt_free(&k);
	}
}

static void check_value(const struct proto *p, const struct field *f, uint64_t v)
{
	char line[64];
	struct pkt k = {0};
	struct err e = {""};
	snprintf(line, sizeof line, f->fmt == EUI64 ? "%s %s=%016llx" : "%s %s=%llu", p->name, f->name, (unsigned long long)v);
	if (pkt_read(&k, line, strlen(line), &e) == 0) {
		const struct layer *l = &k.layer[0];
		/* null's order is seen by which octet is zero: without a family another one may be. */
		bool sent = field_place(l, &k, f) < 0 || field_value(&k, l, f) == v || strncmp(line, "null high=", 10) == 0;
		if (!sent)
			printf("# %s gives %llu\n", line, (unsigned long long)field_value(&k, l, f));
		must(sent, p, f, "is not what was written");
		check_again(p, &k, line);
	} else {
		must(f->bit == MOVED, p, f, e.msg); /* a field that is there only beside others */
	}
	pkt_free(&k);
}

/* What is written is law: any number that fits, in any field, alone. */
TEST(written_numbers_are_sent)
{
	init();
	struct rng g;
	rng_seed(&g, 3);
	for (const struct proto *const *p = registry; *p; p++)
		for (const struct field *f = (*p)->fields; f->name; f++) {
			bool number = f->fmt == DEC || f->fmt == HEX || f->fmt == FLAGS || f->fmt == EUI64;
			if ((*p)->role != ROLE_HEADER || !number)
				continue;
			check_value(*p, f, 0);
			check_value(*p, f, max_of(f));
			for (int i = 0; i < 10; i++)
				check_value(*p, f, rng_u64(&g) & max_of(f));
		}
}

RUN_TESTS
