/* crc_detect.c - which errors a CRC polynomial detects: its factors, its order, Hamming distances by length. */

#include "crc_detect.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

/* ---- polynomials over GF(2) ---- */

int gf2_degree(crc_word v)
{
	int d = -1;
	for (; v; v >>= 1)
		d++;
	return d;
}

static crc_word mod(crc_word a, crc_word b)
{
	int db = gf2_degree(b);
	for (int d = gf2_degree(a); d >= db; d = gf2_degree(a))
		a ^= b << (d - db);
	return a;
}

static crc_word quotient(crc_word a, crc_word b)
{
	crc_word q = 0;
	int db = gf2_degree(b);
	for (int d = gf2_degree(a); d >= db; d = gf2_degree(a)) {
		a ^= b << (d - db);
		q |= (crc_word)1 << (d - db);
	}
	return q;
}

static crc_word gcd(crc_word a, crc_word b)
{
	while (b) {
		crc_word r = mod(a, b);
		a = b;
		b = r;
	}
	return a;
}

/* a b mod p, both less than p. */
static crc_word multiply(crc_word a, crc_word b, crc_word p)
{
	int d = gf2_degree(p);
	crc_word r = 0;
	for (; b; b >>= 1) {
		if (b & 1)
			r ^= a;
		a <<= 1;
		if (a >> d & 1)
			a ^= p;
	}
	return r;
}

/* x^e mod p */
static crc_word power_of_x(uint64_t e, crc_word p)
{
	crc_word r = mod(1, p), square = mod(2, p);
	for (; e; e >>= 1) {
		if (e & 1)
			r = multiply(r, square, p);
		square = multiply(square, square, p);
	}
	return r;
}

/* ---- factors ---- */

static void found(crc_word f, crc_word *left, struct crc_factors *out)
{
	unsigned times = 0;
	for (; mod(*left, f) == 0; times++)
		*left = quotient(*left, f);
	out->f[out->n].poly = f;
	out->f[out->n].degree = (unsigned)gf2_degree(f);
	out->f[out->n++].times = times;
}

/* Takes g, a product of different irreducible polynomials of degree d, apart: the trace of some power of x is 0 modulo some of them and
 * 1 modulo the others. (E. R. Berlekamp, "Factoring polynomials over large finite fields", Math. Comp. 24, 1970.) */
static void take_apart(crc_word g, int d, crc_word *left, struct crc_factors *out)
{
	int n = gf2_degree(g);
	for (int i = 0; n > d && i < n; i++) {
		crc_word a = mod((crc_word)1 << i, g), trace = a;
		for (int k = 1; k < d; k++) {
			a = multiply(a, a, g);
			trace ^= a;
		}
		crc_word part = gcd(g, trace);
		if (part != 1 && part != g) {
			take_apart(part, d, left, out);
			take_apart(quotient(g, part), d, left, out);
			return;
		}
	}
	found(g, left, out);
}

void crc_factorize(crc_word p, struct crc_factors *out)
{
	crc_word left = p;
	out->n = 0;
	for (int d = 1; 2 * d <= gf2_degree(left); d++) {
		crc_word h = mod(2, left); /* x^(2^d) + x is the product of all irreducible polynomials whose degree divides d */
		for (int i = 0; i < d; i++)
			h = multiply(h, h, left);
		crc_word g = gcd(left, h ^ mod(2, left));
		if (g != 1)
			take_apart(g, d, &left, out);
	}
	if (left != 1)
		found(left, &left, out);
}

/* ---- the order ---- */

/* The primes that divide 2^d - 1, d at most 64: those that divide no 2^m - 1 for a smaller m that divides d are 1 more than a multiple
 * of d (Fermat), so few candidates are to be tried. */
static int primes(unsigned d, uint64_t *q)
{
	int n = 0;
	for (unsigned m = 2; m <= d; m++) {
		if (d % m)
			continue;
		uint64_t v = ~(uint64_t)0 >> (64 - m);
		for (int i = 0; i < n; i++)
			while (v % q[i] == 0)
				v /= q[i];
		uint64_t step = m % 2 ? 2 * m : m;
		for (uint64_t t = 1 + step; t <= UINT32_MAX && t * t <= v; t += step)
			if (v % t == 0) {
				q[n++] = t;
				while (v % t == 0)
					v /= t;
			}
		if (v > 1)
			q[n++] = v;
	}
	return n;
}

static uint64_t order_of_irreducible(crc_word f, unsigned d)
{
	uint64_t q[64], e = ~(uint64_t)0 >> (64 - d);
	int n = primes(d, q);
	for (int i = 0; i < n; i++)
		while (e % q[i] == 0 && power_of_x(e / q[i], f) == mod(1, f))
			e /= q[i];
	return e;
}

/* R. Lidl, H. Niederreiter, "Finite Fields", theorem 3.11: the least common multiple of the orders, times the least power of 2 that is no
 * less than the greatest multiplicity. */
uint64_t crc_order(const struct crc_factors *f)
{
	uint64_t order = 1, twice = 1;
	for (int i = 0; i < f->n; i++) {
		uint64_t e = order_of_irreducible(f->f[i].poly, f->f[i].degree), a = order, b = e;
		while (b) {
			uint64_t r = a % b;
			a = b;
			b = r;
		}
		order *= e / a;
		while (twice < f->f[i].times)
			twice *= 2;
	}
	return order * twice;
}

/* ---- Hamming distances ---- */

/* A multiple of k terms and degree d, with a term 1 (else it is one of lower degree, moved), is 1 + x^d + k - 2 powers between. Half of
 * these are looked up in a table of the sums of all such halves: "meet in the middle". Were a power in both halves, it would fall out,
 * and leave a multiple of fewer terms, which has been excluded by then. */
struct search {
	uint64_t *r;            /* x^i mod p */
	uint64_t *table;        /* of sums, open addressing; 0: free */
	size_t entries, size;   /* a power of 2 */
	unsigned shift;         /* 64 - log2(size) */
	uint64_t steps, budget, entries_max;
};

enum {
	ENTRIES_MAX = 1 << 22,  /* 64 MB */
	STEPS_AN_ENTRY = 32     /* of the budget: a large table takes time too */
};

static size_t slot(const struct search *s, uint64_t v) { return (size_t)(v * UINT64_C(0x9e3779b97f4a7c15) >> s->shift); }

static void put(struct search *s, uint64_t v)
{
	size_t i = slot(s, v);
	while (s->table[i] && s->table[i] != v)
		i = (i + 1) & (s->size - 1);
	s->entries += s->table[i] == 0;
	s->table[i] = v;
}

static void resize(struct search *s, size_t size)
{
	uint64_t *old = s->table;
	size_t had = s->size;
	s->table = xmalloc(size * sizeof *s->table);
	memset(s->table, 0, size * sizeof *s->table);
	s->size = size;
	s->entries = 0;
	for (s->shift = 64; size > 1; size /= 2)
		s->shift--;
	for (size_t i = 0; i < had; i++)
		if (old[i])
			put(s, old[i]);
	free(old);
}

static bool has(struct search *s, uint64_t v)
{
	size_t i = slot(s, v);
	s->steps++;
	while (s->table[i] && s->table[i] != v)
		i = (i + 1) & (s->size - 1);
	return v && s->table[i] == v;
}

static void add(struct search *s, uint64_t v)
{
	s->steps++;
	if (2 * (s->entries + 1) > s->size)
		resize(s, 2 * s->size);
	if (v)
		put(s, v);
}

/* Adds sum + each sum of n of the powers 1 to below. */
static void add_sums(struct search *s, unsigned n, uint64_t below, uint64_t sum)
{
	if (n == 0) {
		add(s, sum);
		return;
	}
	for (uint64_t i = n; i <= below && s->entries < s->entries_max && s->steps < s->budget; i++)
		add_sums(s, n - 1, i - 1, sum ^ s->r[i]);
}

/* Is sum + a sum of n of the powers 1 to below in the table? */
static bool has_sum(struct search *s, unsigned n, uint64_t below, uint64_t sum)
{
	if (n == 0)
		return has(s, sum);
	for (uint64_t i = n; i <= below && s->steps < s->budget; i++)
		if (has_sum(s, n - 1, i - 1, sum ^ s->r[i]))
			return true;
	return false;
}

/* The least degree up to `reach` of a multiple of k terms; 0: there is none; *reach is then how far that is sure. */
static uint64_t shortest(struct search *s, unsigned k, uint64_t *reach)
{
	unsigned stored = (k - 1) / 2, looked_up = k - 2 - stored;
	uint64_t found_at = 0, d;
	s->table = NULL;
	s->size = s->entries = 0;
	resize(s, 1024);
	for (d = 1; d <= *reach && !found_at; d++) {
		if (d > 1)
			add_sums(s, stored - 1, d - 2, s->r[d - 1]);
		if (s->entries >= s->entries_max || s->steps >= s->budget)
			break;
		if (d >= k - 1 && has_sum(s, looked_up, d - 1, 1 ^ s->r[d]))
			found_at = d;
		else if (s->steps >= s->budget)
			break;
	}
	if (!found_at)
		*reach = d - 1;
	free(s->table);
	return found_at;
}

/* Words of degree above `shorter` up to `longest`. p is a word itself, so that there is no distance beyond its terms. */
static void span(struct crc_distances *out, crc_word p, unsigned hd, bool exact, uint64_t shorter, uint64_t longest)
{
	unsigned width = (unsigned)gf2_degree(p), terms = 0;
	for (crc_word left = p; left; left >>= 1)
		terms += (unsigned)(left & 1);
	exact |= hd == terms;
	uint64_t from = shorter + 2 > width ? shorter + 2 - width : 1, to = longest + 1 > width ? longest + 1 - width : 0;
	if (from <= to)
		out->span[out->n++] = (struct crc_span){hd, exact, from, to};
}

void crc_distances(crc_word p, uint64_t order, uint64_t from, uint64_t to, uint64_t budget, struct crc_distances *out)
{
	unsigned width = (unsigned)gf2_degree(p), k;
	uint64_t low = (uint64_t)(p ^ (crc_word)1 << width), all = ~(uint64_t)0 >> (64 - width);
	uint64_t least = from + width - 1, limit = to + width - 1, reach = order - 1; /* degrees */
	bool even = mod(p, 3) == 0; /* a multiple of x + 1 has an even number of terms */
	struct search s = {.budget = budget, .entries_max = budget / STEPS_AN_ENTRY};
	if (s.entries_max > ENTRIES_MAX)
		s.entries_max = ENTRIES_MAX;
	limit = limit < reach ? limit : reach;
	s.r = xmalloc((limit + 1) * sizeof *s.r);
	s.r[0] = (uint64_t)mod(1, p);
	for (uint64_t i = 1; i <= limit; i++)
		s.r[i] = (s.r[i - 1] << 1 & all) ^ (s.r[i - 1] >> (width - 1) & 1 ? low : 0);
	out->n = 0;
	for (k = 3; k < CRC_HD_MAX && reach >= least && s.steps < s.budget; k++) {
		uint64_t sure = reach < limit ? reach : limit, d;
		if (even && k % 2)
			continue;
		d = shortest(&s, k, &sure);
		if (d) {
			span(out, p, k, true, d - 1, reach);
			reach = d - 1;
		} else if (sure < reach) { /* of those between, nothing more is known */
			span(out, p, k, false, sure, reach);
			reach = sure;
		}
	}
	while (even && k % 2)
		k++;
	if (reach >= least)
		span(out, p, k, false, 0, reach);
	free(s.r);
}
