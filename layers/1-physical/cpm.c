/* cpm.c - the receiver of continuous-phase FSK (cpm.h): samples in, runs of soft bits out. */

#include <stdlib.h>
#include <string.h>

#include "cpm_impl.h"
#include "io.h"

/* A run ends where what came since is so much likelier to be noise, in nats. */
static const double END_NATS = 18;

unsigned cpm_sps(const struct cpm_cfg *c)
{
	double edge = c->h * (c->tones - 1) / 2 + 1.1; /* of the outer tone's main lobe, in symbol rates */
	for (unsigned sps = TICKS; sps <= MOST_SPS; sps *= 2)
		if (2 * edge <= 0.9 * sps)
			return sps;
	return 0;
}

static size_t clamp(double x, size_t least, size_t most)
{
	return x < (double)least ? least : x > (double)most ? most : (size_t)x;
}

struct cpm *cpm_new(const struct cpm_cfg *c, struct soft_sink out)
{
	/* the mean of the greatest of that many exponential variables */
	double greatest = 0;
	struct cpm *r = xmalloc(sizeof *r);
	memset(r, 0, sizeof *r);
	r->out = out;
	r->c = *c;
	r->tones = c->tones;
	r->sps = cpm_sps(c);
	for (r->bits = 1; 1u << r->bits < c->tones; r->bits++)
		;
	for (unsigned m = 0; m < r->tones; m++) {
		r->scan.index[m] = r->corr.index[m] = c->h * (m - (c->tones - 1) / 2.0);
		greatest += 1.0 / (m + 1);
	}
	r->scan.tones = r->corr.tones = r->tones;
	r->scan.sps = r->corr.sps = r->sps;
	corr_tune(&r->scan, 0);
	r->trellis.states = trellis_states(c->h);
	r->window = clamp(0.35 * c->baud, 16, MOST_WINDOW);
	r->hop = r->window / 4;
	r->threshold = (greatest + (c->coherent ? 5.5 : 7) / sqrt((double)r->window)) / c->width;
	r->block = clamp(0.05 * c->baud, 1, 8);
	r->depth = 16;
	r->ahead = clamp(0.15 * c->baud, 8, 36);
	r->span = clamp(0.15 * c->baud, 1, 96);
	return r;
}

void cpm_free(struct cpm *r)
{
	if (!r)
		return;
	free(r->in.y);
	free(r->peak);
	free(r);
}

bool cpm_ended(struct cpm *r, double nats)
{
	r->cusum += nats;
	if (r->cusum > r->cusum_most) {
		r->cusum_most = r->cusum;
		r->cusum_at = r->decided + 1;
	}
	return r->cusum < r->cusum_most - END_NATS;
}

static double seconds(const struct cpm *r, double s)
{
	return s / TICKS / r->c.baud;
}

static void start(struct cpm *r, const struct found *f)
{
	r->k = r->decided = r->given = 0;
	r->cusum = r->cusum_most = 0;
	r->cusum_at = 0;
	r->locked = true;
	r->coherent = f->coherent;
	(f->coherent ? cpm_run_start : cpm_plain_start)(r, f);
	r->start_s = seconds(r, r->s);
	if (r->out.start)
		r->out.start(r->out.arg, r->start_s);
}

/* What is too small to be measured is none, of either sign. */
static double settled(double x, double least)
{
	return fabs(x) < least ? 0 : x;
}

/* The run ended behind symbol number end; the search goes on there. */
static void stop(struct cpm *r, uint64_t end)
{
	if (end > r->given)
		(r->coherent ? cpm_soft : cpm_plain_give)(r, end);
	double s = r->s - (double)(r->k - end) * r->period, a = r->coherent ? r->amplitude : r->slow;
	double n = s * r->sps / TICKS, turn = r->coherent ? (r->kalman.x[TURN]) / TAU : 0;
	struct lock l = {
		.start_s = r->start_s, .end_s = seconds(r, s), .ebn0_db = to_db(a * a / (r->noise * r->bits + 1e-12)),
		.offset_hz = settled((r->nco + turn) * r->c.baud, 0.05), .clock_ppm = settled((TICKS / r->period - 1) * 1e6, 0.5),
		.coherent = r->coherent, .complete = true,
	};
	if (r->out.stop)
		r->out.stop(r->out.arg, &l);
	r->locked = false;
	if (!r->coherent)
		r->failed = 0;
	else if (r->failed < FAILURES)
		r->failed = r->decided < r->window ? r->failed + 1 : 0;
	r->floor = n > (double)r->in.base ? (uint64_t)n : r->in.base;
	r->pos = r->floor;
}

/* A block of the run. False: samples are missing. */
static bool run(struct cpm *r)
{
	double last = (r->s + (double)(r->block + 2) * TICKS * 1.03 + 2) * r->sps / TICKS;
	if (last >= (double)(r->in.base + r->in.have))
		return false;
	if (!(r->coherent ? cpm_run_block : cpm_plain_block)(r))
		stop(r, r->cusum_at > r->given ? r->cusum_at : r->given);
	return true;
}

static bool search(struct cpm *r)
{
	struct found f;
	enum found_what what = cpm_search(r, &f);
	if (what == FOUND_SIGNAL)
		start(r, &f);
	return what != FOUND_WAIT;
}

/* Drops what nothing will look back to. */
static void forget(struct cpm *r)
{
	double now = r->locked ? r->s * r->sps / TICKS : (double)r->pos, back = (double)((4 * r->window + 64) * r->sps);
	uint64_t keep = now > back ? (uint64_t)(now - back) : 0;

	if (keep < r->in.base + 8192)
		return;
	size_t gone = (size_t)(keep - r->in.base);
	r->in.have -= gone;
	r->in.base = keep;
	memmove(r->in.y, r->in.y + gone, r->in.have * sizeof *r->in.y);
	memmove(r->peak, r->peak + gone, r->in.have * sizeof *r->peak);
}

void cpm_push(struct cpm *r, const struct cf *y, size_t n)
{
	struct samples *in = &r->in;
	if (in->have + n > in->cap) {
		in->cap = 2 * (in->have + n);
		in->y = xrealloc(in->y, in->cap * sizeof *in->y);
		r->peak = xrealloc(r->peak, in->cap * sizeof *r->peak);
	}
	memcpy(in->y + in->have, y, n * sizeof *y);
	in->have += n;
	while (r->locked ? run(r) : search(r))
		;
	forget(r);
}

void cpm_end(struct cpm *r)
{
	static const struct cf silence[64];
	for (size_t j = 0; j < (4 * r->window + 128) * r->sps; j += 64)
		cpm_push(r, silence, 64);
	if (r->locked)
		stop(r, r->cusum_at > r->given ? r->cusum_at : r->given);
}
