/* scramble.c - soft bits through a descrambler. */
#include "scramble.h"

float descramble_soft(struct soft_scrambler *s, float llr)
{
	float x = llr;
	for (uint64_t left = s->taps; left; left &= left - 1)
		x = llr_sum(x, s->line[(s->now - 1 - (unsigned)__builtin_ctzll(left)) % 64]);
	s->line[s->now++ % 64] = llr;
	return x;
}
