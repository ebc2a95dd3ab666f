/* level.c - how strong a signal is, where there is one. */
#include "level.h"

#include <math.h>
#include <string.h>

#include "dsp.h"

enum { LOWEST_DB = -200 }; /* of bin 0 */

void level_init(struct level *l, double rate_hz)
{
	memset(l, 0, sizeof *l);
	l->block = (size_t)fmax(1, rate_hz * LEVEL_BLOCK_S);
}

static void block_end(struct level *l)
{
	double power = l->sum / (double)l->n, db = power > 0 ? to_db(power) - LOWEST_DB : 0;
	size_t bin = db < 0 ? 0 : db >= LEVEL_BINS - 1 ? LEVEL_BINS - 1 : (size_t)db;
	if (power > 0) {
		l->blocks[bin]++;
		l->powers[bin] += power;
	}
	l->peak = fmax(l->peak, power);
	l->n = 0;
	l->sum = 0;
}

void level_push(struct level *l, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		l->sum += (double)x[i] * x[i];
		if (++l->n == l->block)
			block_end(l);
	}
}

double level_power(const struct level *l)
{
	double least = l->peak * from_db(-LEVEL_SILENCE_DB), sum = 0;
	uint64_t n = 0;
	if (l->peak <= 0)
		return l->n ? l->sum / (double)l->n : 0;
	for (size_t i = 0; i < LEVEL_BINS; i++)
		if (l->blocks[i] && l->powers[i] / (double)l->blocks[i] >= least) {
			n += l->blocks[i];
			sum += l->powers[i];
		}
	return sum / (double)n;
}
