/* cpm_corr.c - matched filters of the continuous-phase receiver: a symbol of each tone, beginning at any time (cpm_impl.h). */

#include <string.h>

#include "cpm_impl.h"

void corr_tune(struct corr *q, double nco)
{
	q->nco = nco;
	q->n = 0;
	for (unsigned m = 0; m < q->tones; m++) {
		double a = -TAU * (q->index[m] + nco) / q->sps, re = 1, im = 0, cre = cos(a), cim = sin(a);
		for (size_t j = 0; j < CHUNK + q->sps; j++) {
			q->tre[m][j] = (float)re;
			q->tim[m][j] = (float)im;
			double t = re * cre - im * cim;
			im = re * cim + im * cre;
			re = t;
		}
	}
}

/* out[j] = in[j] + in[j + by] */
static void add_later(float *restrict out, const float *in, size_t by, size_t n)
{
	for (size_t j = 0; j < n; j++)
		out[j] = in[j] + in[j + by];
}

/* n samples y: sums of half a symbol for each tone, by doubling. */
static void half_sums(struct corr *q, const struct cf *y, size_t n)
{
	float re[CHUNK + MOST_SPS], im[CHUNK + MOST_SPS];

	for (unsigned m = 0; m < q->tones; m++) {
		float *qre = q->re[m], *qim = q->im[m];
		const float *tre = q->tre[m], *tim = q->tim[m];
		for (size_t j = 0; j < n; j++) {
			qre[j] = y[j].re * tre[j] - y[j].im * tim[j];
			qim[j] = y[j].re * tim[j] + y[j].im * tre[j];
		}
		size_t left = n;
		for (unsigned by = 1; by < q->sps / 2; by *= 2) {
			left -= by;
			add_later(re, qre, by, left);
			add_later(im, qim, by, left);
			by *= 2;
			left -= by < q->sps / 2 ? by : 0;
			if (by < q->sps / 2) {
				add_later(qre, re, by, left);
				add_later(qim, im, by, left);
			} else {
				memcpy(qre, re, left * sizeof *re);
				memcpy(qim, im, left * sizeof *im);
			}
		}
	}
}

void corr_need(struct corr *q, const struct samples *in, uint64_t n)
{
	struct cf padded[CHUNK + MOST_SPS];
	size_t want = CHUNK + q->sps;

	if (q->n && n >= q->first && n - q->first < q->n)
		return;
	q->first = n < in->base ? in->base : n;
	size_t at = (size_t)(q->first - in->base), left = at < in->have ? in->have - at : 0;
	q->n = CHUNK - 1;
	q->carrier = cf_polar(-TAU * fmod(q->nco * (double)q->first / q->sps, 1));
	if (left >= want) {
		half_sums(q, in->y + at, want);
		return;
	}
	memcpy(padded, in->y + at, left * sizeof *padded);
	memset(padded + left, 0, (want - left) * sizeof *padded);
	half_sums(q, padded, want);
	q->n = left > q->sps ? left - q->sps : 1; /* the rest is asked for again when it is there */
}

void corr_symbol(struct corr *q, const struct samples *in, double s, struct cf *z)
{
	double at = s * q->sps / TICKS + 0.5, whole = floor(at);
	float mu = (float)(at - whole);
	uint64_t n = whole > (double)in->base ? (uint64_t)whole : in->base;
	corr_need(q, in, n);
	size_t j = (size_t)(n - q->first), half = q->sps / 2;
	/* turned by the sample in the chunk; now by the symbol's beginning. Tones are symmetric: one turn serves two */
	double since = s / TICKS - (double)q->first / q->sps;
	struct cf turn = {1, 0};

	for (unsigned m = q->tones; m-- > 0;) {
		const float *re = q->re[m] + j, *im = q->im[m] + j;
		struct cf a = {re[0] + re[half], im[0] + im[half]}, b = {re[1] + re[half + 1], im[1] + im[half + 1]};
		struct cf v = {a.re + mu * (b.re - a.re), a.im + mu * (b.im - a.im)};
		if (q->tones == 2 && m == 0) {
			turn.im = -turn.im;
		} else {
			double turns = q->index[m] * since;
			float angle = (float)(TAU * (turns - rint(turns)));
			turn = (struct cf){cosf(angle), sinf(angle)};
		}
		z[m] = cf_mul(v, cf_mul(turn, q->carrier));
	}
}

void corr_peaks(struct corr *q, const struct samples *in, uint64_t from, float *peak, size_t n)
{
	size_t half = q->sps / 2;
	while (n) {
		corr_need(q, in, from);
		size_t at = (size_t)(from - q->first), m = q->n - at < n ? q->n - at : n;
		memset(peak, 0, m * sizeof *peak);
		for (unsigned t = 0; t < q->tones; t++) {
			const float *re = q->re[t] + at, *im = q->im[t] + at;
			for (size_t j = 0; j < m; j++) {
				float a = re[j] + re[j + half], b = im[j] + im[j + half], p = a * a + b * b;
				peak[j] = p > peak[j] ? p : peak[j];
			}
		}
		from += m;
		peak += m;
		n -= m;
	}
}
