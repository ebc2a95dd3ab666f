/* fix.c - framer --fix: damaged frames mended by the confidences of their bits (Chase, A class of algorithms for decoding block codes with
 * channel measurement information, 1972: the second of them). */

#include "2-link/framer/framing.h"
#include "2-link/hdlc.h"

enum {
	WEAK = 12,      /* bits that are tried */
	FLIPS = 4       /* inverted together at most */
};

/* Trials: all sets of 1 to FLIPS of WEAK. */
unsigned framer_fix_trials(void)
{
	unsigned sum = 0, choose = 1;
	for (unsigned k = 1; k <= FLIPS; k++) {
		choose = choose * (WEAK - k + 1) / k;
		sum += choose;
	}
	return sum;
}

/* The places of the bits that the receiver was least sure of, the least sure first; their number. */
static unsigned weakest(size_t *at, const uint8_t *conf, size_t n)
{
	unsigned found = 0;
	for (size_t i = 0; i < n; i++) {
		if (found == WEAK && conf[i] >= conf[at[WEAK - 1]])
			continue;
		unsigned j = found < WEAK ? found++ : WEAK - 1;
		for (; j > 0 && conf[at[j - 1]] > conf[i]; j--)
			at[j] = at[j - 1];
		at[j] = i;
	}
	return found;
}

struct search {
	uint8_t *out, *raw;
	const uint8_t *conf;
	size_t n, at[WEAK];
	unsigned weak;
	bool (*good)(void *arg, const uint8_t *p, size_t n);
	void *arg;
	unsigned best_cost, best_flips;
	unsigned best_set;
};

/* All sets of `left` more bits, from the weak bit number `from` on; the set of the least confidence that fits wins. */
static void try_sets(struct search *s, unsigned from, unsigned left, unsigned set, unsigned cost, unsigned flips)
{
	if (left == 0) {
		long n = cost < s->best_cost ? hdlc_unstuff(s->out, s->raw, s->n) : -1;
		if (n > 0 && s->good(s->arg, s->out, (size_t)n)) {
			s->best_cost = cost;
			s->best_set = set;
			s->best_flips = flips;
		}
		return;
	}
	for (unsigned i = from; i < s->weak; i++) {
		s->raw[s->at[i]] ^= 1;
		try_sets(s, i + 1, left - 1, set | 1u << i, cost + s->conf[s->at[i]], flips);
		s->raw[s->at[i]] ^= 1;
	}
}

size_t framer_fix(uint8_t *out, uint8_t *raw, const uint8_t *conf, size_t nraw,
		  bool (*good)(void *arg, const uint8_t *p, size_t n), void *arg, unsigned *flipped)
{
	struct search s = {.out = out, .raw = raw, .conf = conf, .n = nraw, .good = good, .arg = arg, .best_cost = UINT32_MAX};
	s.weak = weakest(s.at, conf, nraw);
	for (unsigned k = 1; k <= FLIPS; k++)
		try_sets(&s, 0, k, 0, 0, k);
	if (s.best_cost == UINT32_MAX)
		return 0;
	for (unsigned i = 0; i < s.weak; i++)
		raw[s.at[i]] ^= s.best_set >> i & 1;
	*flipped = s.best_flips;
	return (size_t)hdlc_unstuff(out, raw, nraw);
}
