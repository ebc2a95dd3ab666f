/* line_rx.c - the receiver of line codes: integrate and dump, timing from the transitions, soft bits.
 *
 * The matched filter of a rectangular pulse is its integral, which is a difference of two values of the running
 * integral of the signal, at any two moments. Searching: the energy of these integrals is largest where they begin
 * with the pulses, so over the place in an element it has a line at the pulses' rate. Following, in batches: from
 * decisions come amplitude and noise, and from an integral over each change of level, which is 0 on average when it
 * is in the middle, the timing (W. C. Lindsey, R. C. Tausworthe: the data-transition tracking loop; Lindsey, Simon,
 * Telecommunication Systems Engineering, 1973, 9-5).
 */
#include "line_modem.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

enum {
	BATCH = 32,              /* symbols */
	WINDOW = 256,            /* symbols of the search */
	PLACES = 8,              /* in an element, where it looks */
	CHUNK = 256,             /* samples between looks for work */
	ELEMENTS = 2 * BATCH     /* of a batch, at most */
};

/* Over the root of elements a symbol. Random NRZ without noise is at 0.15, at Eb/N0 = 2 dB at 0.1; noise was over it once in
 * 20 s at 2400 bit/s. */
static const double CLOCK_LINE = 0.105;
static const double MOST_DRIFT = 0.01;  /* of the clock */

struct line_rx {
	struct soft_sink out;
	const struct line_scheme *p;
	const char *levels;
	unsigned elements, bits;   /* a symbol */
	double rate_hz, element;   /* samples, nominal */

	double *integral;          /* of the samples before each */
	uint64_t samples, mask;

	double from;               /* sample: what the search has not looked at begins here */

	bool running;
	double at, period;         /* sample: beginning of the next symbol; samples an element */
	double amplitude, noise;   /* of level 1; variance of an element's integral */
	double power;              /* of the elements of late */
	double lock_line;          /* on time less half an element late, over both, of late */
	double last_level;         /* as decided */
	float last;                /* soft bit, for differential codes */
	uint64_t decided;
	double sum_snr;
	struct lock lock;
};

/* The integral from the first sample to moment u. */
static double integral(const struct line_rx *rx, double u)
{
	double whole = floor(u);
	uint64_t n = (uint64_t)whole;
	double a = rx->integral[n & rx->mask];
	return a + (u - whole) * (rx->integral[(n + 1) & rx->mask] - a);
}

/* The mean from moment u for so many samples. */
static double mean(const struct line_rx *rx, double u, double samples)
{
	return (integral(rx, u + samples) - integral(rx, u)) / samples;
}

void *line_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	struct line l;
	struct line_rx *rx = xmalloc(sizeof *rx);
	uint64_t cap = 1;
	*rx = (struct line_rx){.out = out, .p = c->scheme->param, .rate_hz = c->rate_hz};
	if (line_open(&l, rx->p->code, e) != 0) {
		free(rx);
		return NULL;
	}
	rx->levels = l.pulse->levels;
	rx->elements = l.elements;
	rx->bits = l.bits;
	rx->element = c->rate_hz / ((c->baud > 0 ? c->baud : c->scheme->baud) * l.elements);
	while ((double)cap < 2 * WINDOW * rx->element * rx->elements + 2 * CHUNK)
		cap *= 2;
	rx->mask = cap - 1;
	rx->integral = xmalloc(cap * sizeof *rx->integral);
	memset(rx->integral, 0, cap * sizeof *rx->integral);
	return rx;
}

void line_rx_free(void *arg)
{
	struct line_rx *rx = arg;
	if (!rx)
		return;
	free(rx->integral);
	free(rx);
}

/* ---- decisions ---- */

/* The level of the code nearest to y, in units of the amplitude; half: which element of the symbol. */
static double decide(const struct line_rx *rx, double y, unsigned half)
{
	if (half == 1 && rx->p->look == LOOK_FIRST)
		return 0;
	if (rx->p->kind == KIND_QUATERNARY)
		return fabs(y) > 2 ? copysign(3, y) : copysign(1, y);
	if (rx->p->kind == KIND_ON_OFF)
		return y > 0.5;
	if (rx->p->kind == KIND_TERNARY)
		return fabs(y) > 0.5 ? copysign(1, y) : 0;
	return copysign(1, y);
}

/* The levels of a symbol whose elements are at y: a change in the middle helps both halves. */
static void decide_symbol(const struct line_rx *rx, const double *y, double *d)
{
	for (unsigned h = 0; h < rx->elements; h++)
		d[h] = decide(rx, y[h] / rx->amplitude, h);
	if (rx->p->look == LOOK_HALVES) {
		d[0] = copysign(1, y[0] - y[1]);
		d[1] = -d[0];
	}
}

/* ---- a run ---- */

static void begin_run(struct line_rx *rx, double at)
{
	unsigned n = WINDOW / 2 * rx->elements; /* to begin with */
	double squares = 0;
	for (unsigned i = 0; i < n; i++) {
		double y = mean(rx, at + i * rx->element, rx->element);
		squares += y * y / n;
	}
	rx->amplitude = sqrt(squares / rx->p->power);
	for (int pass = 0; pass < 4; pass++) {
		double yd = 0, dd = 1e-9, yy = 0;
		for (unsigned i = 0; i < n; i += rx->elements) {
			double y[2], d[2];
			for (unsigned h = 0; h < rx->elements; h++)
				y[h] = mean(rx, at + (i + h) * rx->element, rx->element);
			decide_symbol(rx, y, d);
			for (unsigned h = 0; h < rx->elements; h++) {
				yd += y[h] * d[h];
				dd += d[h] * d[h];
				yy += y[h] * y[h];
			}
		}
		rx->amplitude = fmax(yd / dd, 1e-6);
		rx->noise = fmax((yy - yd * yd / dd) / n, 1e-5 * rx->amplitude * rx->amplitude);
	}
	rx->running = true;
	rx->at = at;
	rx->period = rx->element;
	rx->power = squares;
	rx->lock_line = 0.3;
	rx->last_level = 0;
	rx->last = 0;
	rx->decided = 0;
	rx->sum_snr = 0;
	rx->lock = (struct lock){.start_s = at / rx->rate_hz, .offset_hz = NAN, .coherent = true, .complete = true};
	if (rx->out.start)
		rx->out.start(rx->out.arg, rx->lock.start_s);
}

static void end_run(struct line_rx *rx)
{
	rx->lock.end_s = rx->at / rx->rate_hz;
	/* a bit has the energy of power * elements / bits pulses of one element, of which each is amplitude^2 over
	 * noise = 2 E/N0 */
	double snr = rx->decided ? rx->sum_snr / (double)rx->decided : NAN;
	rx->lock.ebn0_db = to_db(snr * rx->p->power * rx->elements / rx->bits / 2);
	rx->lock.clock_ppm = (rx->element / rx->period - 1) * 1e6;
	rx->running = false;
	rx->from = rx->at;
	if (rx->out.stop)
		rx->out.stop(rx->out.arg, &rx->lock);
}

/* Amplitude, noise and timing from a batch: n elements y that were decided as d. */
static void track(struct line_rx *rx, const double *y, const double *d, unsigned n)
{
	double yd = 0, dd = 0, rest = 0, slip = 0, slips = 0, power = 0, late = 0, before = rx->last_level;
	for (unsigned i = 0; i < n; i++) {
		double change = d[i] - before, at = rx->at + (i - 0.5) * rx->period;
		double middle = mean(rx, at, rx->period), r = y[i] - rx->amplitude * d[i];
		slip += change * (middle / rx->amplitude - (d[i] + before) / 2);
		slips += change * change;
		yd += y[i] * d[i];
		dd += d[i] * d[i];
		rest += r * r;
		power += y[i] * y[i];
		late += middle * middle;
		before = d[i];
	}
	rx->last_level = before;
	rx->power += 0.4 * (power / n - rx->power);
	if (power / n < 0.3 * rx->amplitude * rx->amplitude * rx->p->power)
		return; /* a run of zeros, or the end: nothing to learn */
	double age = (double)rx->decided / BATCH, gain = age < 6 ? 1 / (age + 2) : 0.12;
	if (dd > n / 8.0)
		rx->amplitude = fmax(rx->amplitude + gain * (yd / dd - rx->amplitude), 1e-6);
	rx->noise += gain * (rest / n - rx->noise);
	rx->noise = fmax(rx->noise, 1e-5 * rx->amplitude * rx->amplitude);
	rx->lock_line += 0.12 * ((power - late) / (power + late + 1e-12) - rx->lock_line);
	/* elements that begin late have more of the next: slip is how late, in elements */
	double error = slips > 0 ? fmin(fmax(slip / (slips + n / 8.0), -0.2), 0.2) : 0;
	gain = age < 4 ? 0.5 : 0.2;
	rx->at -= gain * error * rx->period;
	rx->period -= gain * gain / 6 / n * error * rx->period;
	rx->period = fmin(fmax(rx->period, (1 - MOST_DRIFT) * rx->element), (1 + MOST_DRIFT) * rx->element);
}

/* Whether there is no signal any more: its power is gone, or it is noise, which does not care where an element
 * begins. */
static bool over(const struct line_rx *rx)
{
	double a2 = rx->amplitude * rx->amplitude, poor = rx->p->kind == KIND_ANTIPODAL ? 4 : 12;
	return rx->power < rx->noise + 0.25 * a2 * rx->p->power || (a2 < poor * rx->noise && rx->lock_line < 0.04);
}

static void run_batch(struct line_rx *rx)
{
	unsigned n = BATCH * rx->elements;
	double y[ELEMENTS], d[ELEMENTS];
	float llr[2 * BATCH];
	for (unsigned i = 0; i < n; i++)
		y[i] = mean(rx, rx->at + i * rx->period, rx->period);
	for (unsigned k = 0; k < BATCH; k++) {
		const double *z = y + k * rx->elements;
		bool halves = rx->p->look == LOOK_HALVES;
		decide_symbol(rx, z, d + k * rx->elements);
		line_soft(rx->p, halves ? (z[0] - z[1]) / 2 : z[0], rx->amplitude, halves ? rx->noise / 2 : rx->noise, &rx->last,
		          llr + k * rx->bits);
	}
	if (rx->out.bits)
		rx->out.bits(rx->out.arg, llr, (size_t)BATCH * rx->bits);
	rx->sum_snr += BATCH * rx->amplitude * rx->amplitude / rx->noise;
	track(rx, y, d, n);
	rx->at += n * rx->period;
	rx->decided += BATCH;
	if (over(rx))
		end_run(rx);
}

/* ---- searching ---- */

/* Which element of the window is the first of a symbol: 0 or 1. */
static unsigned first_half(const struct line_rx *rx, double at)
{
	double odd = 0;
	if (rx->elements < 2)
		return 0;
	for (unsigned i = 0; i + 2 < WINDOW * 2; i++) {
		double a = mean(rx, at + i * rx->element, rx->element), b = mean(rx, at + (i + 1) * rx->element, rx->element);
		double score = rx->p->look == LOOK_HALVES ? (a - b) * (a - b) : a * a - b * b;
		odd += i % 2 ? score : -score;
	}
	return odd > 0;
}

static void search(struct line_rx *rx)
{
	unsigned n = WINDOW * rx->elements - 2;
	double re = 0, im = 0, total = 0, beginning = 0, raw = 0;
	for (unsigned place = 0; place < PLACES; place++) {
		double energy = 0, sum = 0, at = rx->from + place * rx->element / PLACES;
		for (unsigned i = 0; i < n; i++) {
			double y = mean(rx, at + i * rx->element, rx->element);
			energy += y * y;
			sum += y;
			beginning += i < n / 4 ? y * y : 0;
		}
		raw += energy;
		energy -= sum * sum / n; /* a direct component says nothing */
		re += energy * cos(TAU * place / PLACES);
		im += energy * sin(TAU * place / PLACES);
		total += energy;
	}
	/* The whole window must be signal, or a run would begin before it. */
	if (total > 1e-9 * n && hypot(re, im) > CLOCK_LINE / sqrt(rx->elements) * total && 4 * beginning > 0.6 * raw) {
		double place = atan2(im, re) / TAU, at = rx->from + (place < 0 ? place + 1 : place) * rx->element;
		begin_run(rx, at + first_half(rx, at) * rx->element);
		return;
	}
	rx->from += BATCH * rx->elements * rx->element;
}

static void advance(struct line_rx *rx)
{
	double horizon = (double)rx->samples - 2;
	for (;;) {
		if (rx->running && rx->at + (BATCH * rx->elements + 1) * rx->period * (1 + MOST_DRIFT) <= horizon)
			run_batch(rx);
		else if (!rx->running && rx->from + (WINDOW + 1) * rx->elements * rx->element <= horizon)
			search(rx);
		else
			return;
	}
}

void line_rx_push(void *arg, const float *x, size_t n)
{
	struct line_rx *rx = arg;
	for (size_t i = 0; i < n; i++) {
		double v = fabsf(x[i]) < 1e4f ? (double)x[i] : 0; /* not a number, and beyond: nothing */
		double sum = rx->integral[rx->samples & rx->mask] + v;
		rx->samples++;
		rx->integral[rx->samples & rx->mask] = sum;
		if (rx->samples % CHUNK == 0)
			advance(rx);
	}
}

void line_rx_end(void *arg)
{
	static const float silence[CHUNK];
	struct line_rx *rx = arg;
	double all = 3 * WINDOW * rx->elements * rx->element;
	for (double done = 0; done < all; done += CHUNK)
		line_rx_push(rx, silence, CHUNK);
	if (rx->running)
		end_run(rx);
}
