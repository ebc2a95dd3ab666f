/* cpm_plain.c - tones that are told apart by their energies: the receiver for wide shifts, many tones, and phases that jump
 * (cpm_impl.h; Proakis, Digital Communications, 5.4). */

#include <string.h>

#include "cpm_impl.h"

/* Gains of timing: at first, and later. */
static const double PULL_FIRST = 0.15, PULL = 0.03;

/* (Abramowitz and Stegun 9.8.1, 9.8.2, with fewer terms; off by less than 0.002). */
float cpm_log_i0(float x)
{
	if (x < 3.75f) {
		float t = x * x / 14.0625f;
		return logf(1 + t * (3.5156229f + t * (3.0899424f + t * (1.2067492f + t * (0.2659732f + t * 0.0360768f)))));
	}
	float t = 3.75f / x;
	return x - 0.5f * logf(x) + logf(0.39894228f + t * (0.01328592f + t * 0.00225319f));
}

/* What a symbol's filters say: log-likelihoods of the tones against none. Returns that of any of them. */
static double weigh(const struct cpm *r, const struct cf *z, float *like)
{
	float top = -1e30f, sum = 0;
	for (unsigned m = 0; m < r->tones; m++) {
		float a = (float)r->size[m], n = (float)r->noise;
		like[m] = cpm_log_i0(fminf(2 * a * sqrtf(cf_power(z[m])) / n, 1e4f)) - fminf(a * a / n, 1e4f);
		top = like[m] > top ? like[m] : top;
	}
	for (unsigned m = 0; m < r->tones; m++)
		sum += expf(like[m] - top);
	return (double)(top + logf(sum / (float)r->tones));
}

static unsigned strongest(const struct cpm *r, const float *like)
{
	unsigned best = 0;
	for (unsigned m = 1; m < r->tones; m++)
		if (like[m] > like[best])
			best = m;
	return best;
}

/* The bits of Gray-coded tones, each by the best tone with it and the best without. */
static void bit_llrs(const struct cpm *r, const float *like, float *llr)
{
	for (unsigned b = 0; b < r->bits; b++) {
		float best[2] = {-1e30f, -1e30f};
		for (unsigned m = 0; m < r->tones; m++) {
			unsigned bit = ((m ^ m >> 1) >> (r->bits - 1 - b) & 1) ^ (r->tones == 2 && r->c.mark_low);
			best[bit] = like[m] > best[bit] ? like[m] : best[bit];
		}
		llr[b] = best[0] - best[1];
	}
}

/* The part of a tone's power that the other one's filter gives. */
static double leak(const struct cpm *r)
{
	double x = TAU / 2 * r->c.h;
	return r->tones == 2 ? sin(x) * sin(x) / (x * x) : 0;
}

/* Amplitude and noise from a symbol: tone is the strongest. */
static void measure(struct cpm *r, const struct cf *z, unsigned tone, double gain)
{
	double own = (double)cf_power(z[tone]), other = 0;
	for (unsigned m = 0; m < r->tones; m++)
		if (m != tone)
			other += (double)cf_power(z[m]) / (r->tones - 1);
	double noise = fmax(other - leak(r) * own, 1e-3 * own), size = sqrt(fmax(own - noise, 0.05 * own));
	r->noise += gain * (noise - r->noise);
	/* a tone that is not heard drifts to what the others have */
	for (unsigned m = 0; m < r->tones; m++)
		r->size[m] += gain * (m == tone ? 2 : 0.2) * (size - r->size[m]);
	r->slow += gain * (size - r->slow);
}

void cpm_plain_start(struct cpm *r, const struct found *f)
{
	struct cf z[MOST_TONES];
	float like[MOST_TONES];
	double own = 0, other = 0, sum = 0, top = 0, end = f->s + (double)r->window * f->period;
	uint64_t first = r->floor > r->in.base ? r->floor : r->in.base;
	size_t start = 0;

	corr_tune(&r->corr, f->nco);
	for (size_t k = 0; k < r->window; k++) {
		double all = 0, most = 0;
		corr_symbol(&r->corr, &r->in, f->s + (double)k * f->period, z);
		for (unsigned m = 0; m < r->tones; m++) {
			all += (double)cf_power(z[m]);
			most = fmax(most, (double)cf_power(z[m]));
		}
		own += most / (double)r->window;
		other += (all - most) / (r->tones - 1) / (double)r->window;
	}
	r->noise = fmax(other - leak(r) * own, 1e-3 * own) + 1e-20;
	for (unsigned m = 0; m < r->tones; m++)
		r->size[m] = sqrt(fmax(own - r->noise, 0.1 * own));
	r->slow = r->size[0];
	/* back to where it began */
	for (size_t k = 1; k <= 2 * r->window && sum > top - 16; k++) {
		double s = end - (double)k * f->period;
		if (s * r->sps / TICKS < (double)first + 1)
			break;
		corr_symbol(&r->corr, &r->in, s, z);
		sum += fmax(-6, fmin(6, weigh(r, z, like)));
		if (sum > top) {
			top = sum;
			start = k;
		}
	}
	r->s = end - (double)start * f->period;
	r->period = f->period;
	r->nco = f->nco;
	r->omega = 0;
	r->pull = PULL_FIRST;
}

bool cpm_plain_block(struct cpm *r)
{
	struct cf z[MOST_TONES], early[MOST_TONES], late[MOST_TONES];
	float like[MOST_TONES];

	for (size_t j = 0; j < r->block; j++) {
		corr_symbol(&r->corr, &r->in, r->s - 1, early);
		corr_symbol(&r->corr, &r->in, r->s, z);
		corr_symbol(&r->corr, &r->in, r->s + 1, late);
		double nats = weigh(r, z, like);
		unsigned tone = strongest(r, like);
		if (r->c.nrzi)
			r->llr[r->k % RING][0] = like[0] - like[1];
		else
			bit_llrs(r, like, r->llr[r->k % RING]);
		measure(r, z, tone, 0.02);
		/* half of the edges are there: 0.22 of the power a tick */
		double e = (double)(cf_power(late[tone]) - cf_power(early[tone])) / (0.22 * r->slow * r->slow + 1e-30);
		e = fmax(-4, fmin(4, e));
		r->s += r->period + r->pull * e;
		r->period += r->pull * r->pull / 5 * e;
		r->period = fmax(0.98 * TICKS, fmin(1.02 * TICKS, r->period));
		r->pull = fmax(PULL, r->pull * 0.98);
		r->k++;
		r->decided++;
		if (cpm_ended(r, fmax(-6, fmin(6, nats))))
			return false;
	}
	if (r->decided > r->given + r->ahead)
		cpm_plain_give(r, r->decided - r->ahead);
	return true;
}

void cpm_plain_give(struct cpm *r, uint64_t upto)
{
	float llr[3 * RING];
	size_t n = 0;

	for (; r->given < upto; r->given++) {
		const float *l = r->llr[r->given % RING];
		if (!r->c.nrzi) {
			memcpy(llr + n, l, r->bits * sizeof *llr);
			n += r->bits;
		} else if (r->given) {
			float a = l[0], b = r->llr[(r->given - 1) % RING][0], least = fminf(fabsf(a), fabsf(b));
			llr[n++] = (a < 0) == (b < 0) ? -least : least;
		}
	}
	if (n && r->out.bits)
		r->out.bits(r->out.arg, llr, n);
}
