/* async_rx.c - the receiver of start-stop characters (async.h).
 *
 * Audio goes through the front end to complex baseband, and there against both tones in steps of an eighth of a symbol. A detector that
 * knows neither phase nor timing watches how much of the energy of a dozen symbols is in the tones, against what is not. When it
 * wakes, trellises (async_trellis.h) at a row of carrier offsets search the last symbols, and the best of them goes through
 * all that is remembered, so that nothing before the detection is lost, and then follows the signal.
 */

#include <stdlib.h>
#include <string.h>

#include "async.h"
#include "async_trellis.h"
#include "baudot.h"
#include "front.h"
#include "fsk.h"
#include "io.h"

enum {
	G = ASYNC_STEPS,
	PAST = 2048,          /* steps remembered; a power of 2 */
	WINDOW = 12,          /* symbols that the detector looks at */
	LOOK = 2 * WINDOW + 6, /* symbols that a row of trellises searches: from before what woke the detector */
	AGAIN = 4,            /* symbols from a false alarm to the next detection */
	HISTORY = PAST / G - 2 * WINDOW, /* symbols that a new search goes back at most */
	CONTEST = 8, CONTEST_LAST = 128,
	RIVALS = 5,           /* carrier offsets on each side */
	SETTLE = 20,          /* symbols behind a character until it is believed */
};

/* Energy of a symbol in the tones over noise density, that wakes. */
static const double WAKE = 3.6;
/* Carrier offsets that are looked for, Hz, but no more than so many cycles a symbol, this far apart. */
static const double OFFSET_HZ = 60, OFFSET_MOST = 0.35, OFFSET_STEP = 0.01, OFFSET_FAR = 0.04;
/* A signal so many times as strong as the one that is followed is another; and symbols that the strength is averaged over. */
static const double STRONGER = 4, LOUDER = 2.5, TRACK = 16;
/* Without phase nothing comes of Es/N0 less than this; and by which part of its likelihood it must be likelier than with. */
static const double ALONE_LEAST = 4, PREFER = 0.4;
static const double CONTRAST = 0.6;   /* a symbol's other tone has this much of its energy at most, on average */
static const double NOISE = 64;       /* symbols that noise is averaged over */
static const double SURE = 16;         /* nats that a detection must be likelier than silence, its costs paid */
/* Beyond this index of modulation a sixteenth of a symbol's error of timing spoils the phase between the tones. */
static const double H_MOST = 1.5;
static const double ES_N0_MOST = 300; /* what an undisturbed signal counts as */

struct async_rx {
	struct async_cfg c;
	struct byte_sink out;
	struct front *front;
	double baud;
	int sub;                      /* samples of baseband a step */
	double dims;                  /* complex dimensions of noise a symbol that the front end lets through */

	uint64_t samples;             /* of baseband */
	int have;                     /* of the step that is under way */
	double mark_cycles;           /* of the mark tone a sample of baseband, its middle at 0 Hz; space is as far on the other side */
	struct cf mark_nco, space_nco, mark_spin, space_spin;
	struct cf mark_part, space_part;
	float energy_part;

	int64_t step;                 /* complete ones */
	struct cf mark[PAST], space[PAST];
	float energy[PAST];
	float tones[PAST], other[PAST], rest[PAST]; /* of a symbol that ends there: in the likelier tone, the other one, and outside */

	struct async_trellis *trellis;
	bool may_cohere;              /* the phase can be followed in this scheme */
	bool locked, coherent;        /* coherent: and it is */
	double offset;                /* cycles a symbol */
	struct cf turn, turn_spin;    /* takes the offset off */
	double es, n0;                /* of a symbol */
	double noise, least;          /* noise density of late, unless locked; of this symbol */
	double symbols;               /* of noise heard */
	int64_t armed;                /* when the detector woke; 0: not */
	int64_t from;                 /* before that all is said */
	int64_t quiet_until;          /* no detection before */
	int64_t silent_since, locked_at, began; /* began: where the search for it started */
	int64_t contest;              /* symbols behind locked_at to the next one */

	bool started, content;        /* sync: behind the preamble */
	double started_s, es_n0_sum, offset_sum;
	uint64_t chars;
	struct baudot baudot;
};

static double step_s(const struct async_rx *rx, int64_t step)
{
	double k = (double)step * rx->sub - 0.5;
	return k / (rx->baud * G * rx->sub);
}

/* The filter lets the main lobes of both tones through, as far as there is audio for them. */
static struct front *open_front(const struct async_rx *rx, double centre, double shift, struct err *e)
{
	double edge = rx->c.rate_hz / 2, pass = shift / 2 + 0.8 * rx->baud, stop = shift / 2 + 1.5 * rx->baud;
	if (centre + shift / 2 + 0.4 * rx->baud > edge) {
		err_set(e, "tones up to %g Hz at %g baud need at least %.0f samples a second", centre + shift / 2, rx->baud,
		        2 * (centre + shift / 2 + 0.4 * rx->baud));
		return NULL;
	}
	if (centre + pass > edge)
		pass = edge - centre;
	struct front_cfg f = {
		.in_hz = rx->c.rate_hz, .centre_hz = centre, .out_hz = rx->baud * G * rx->sub, .pass_hz = pass, .stop_hz = stop,
	};
	return front_new(&f, e);
}

struct async_rx *async_rx_new(const struct async_cfg *cfg, struct byte_sink out, struct err *e)
{
	if (async_check(cfg, e))
		return NULL;
	const struct scheme *s = cfg->scheme;
	const struct fsk_param *p = s->param;
	struct async_rx *rx = xmalloc(sizeof *rx);
	memset(rx, 0, sizeof *rx);
	rx->c = *cfg;
	rx->out = out;
	rx->baud = cfg->baud > 0 ? cfg->baud : s->baud;
	double centre = cfg->centre_hz > 0 ? cfg->centre_hz : s->centre_hz;
	double shift = cfg->shift_hz > 0 ? cfg->shift_hz : s->shift_hz * rx->baud / s->baud;
	double h = shift / rx->baud;
	rx->sub = 1 + (int)((h + 2.5) / G);
	if (!(rx->front = open_front(rx, centre, shift, e))) {
		free(rx);
		return NULL;
	}
	rx->dims = h + 2.3;
	rx->may_cohere = !cfg->noncoherent && h <= H_MOST;
	bool mark_low = p->mark_low != cfg->invert;
	double mark = (mark_low ? -0.5 : 0.5) * h, per = 1.0 / (G * rx->sub);
	rx->mark_spin = cf_polar(-TAU * mark * per);
	rx->space_spin = cf_polar(TAU * mark * per);
	rx->mark_cycles = mark * per;
	struct async_trellis_cfg t = {
		.turn = 2 * mark, .data_bits = cfg->data_bits, .parity = cfg->parity, .stop_bits = cfg->stop_bits - 0.25,
		.sync = cfg->sync, .sync_octet = 0xab,
	};
	rx->trellis = async_trellis_new(&t);
	rx->from = 0;
	return rx;
}

void async_rx_free(struct async_rx *rx)
{
	if (rx) {
		async_trellis_free(rx->trellis);
		front_free(rx->front);
	}
	free(rx);
}

/* ---- what is found ---- */

static void stop(struct async_rx *rx, double t_s)
{
	if (!rx->started)
		return;
	double n = rx->chars ? (double)rx->chars : NAN;
	struct lock lock = {
		.start_s = rx->started_s, .end_s = t_s, .ebn0_db = to_db(rx->es_n0_sum / n), .offset_hz = rx->offset_sum / n * rx->baud,
		.clock_ppm = NAN, .coherent = rx->coherent, .complete = true,
	};
	rx->started = false;
	if (rx->out.stop && rx->chars)
		rx->out.stop(rx->out.arg, &lock);
}

static void start(struct async_rx *rx, double t_s)
{
	stop(rx, t_s);
	rx->started = true;
	rx->content = false;
	rx->started_s = t_s;
	rx->es_n0_sum = rx->offset_sum = 0;
	rx->chars = 0;
	rx->baudot = (struct baudot){.usos = rx->c.usos};
}

static void character(struct async_rx *rx, const struct async_event *e)
{
	double t_s = step_s(rx, e->step - (rx->c.sync ? 0 : G));
	uint8_t c = (uint8_t)e->bits;
	if (!rx->started)
		start(rx, t_s);
	if (rx->c.sync && !rx->content && c == 0xab)
		return;
	rx->content = true;
	if (!rx->chars++ && rx->out.start)
		rx->out.start(rx->out.arg, rx->started_s);
	rx->es_n0_sum += rx->es / rx->n0;
	rx->offset_sum += rx->offset + e->offset;
	if ((!rx->c.baudot || baudot_decode(&rx->baudot, (uint8_t)e->bits, &c)) && rx->out.byte)
		rx->out.byte(rx->out.arg, c, e->confidence, t_s);
}

/* Passes on what happened until so many steps ago. */
static void give(struct async_rx *rx, int64_t delay)
{
	struct async_event e;
	while (async_trellis_take(rx->trellis, delay, &e)) {
		if (e.kind == ASYNC_START)
			start(rx, step_s(rx, e.step));
		else if (e.kind == ASYNC_STOP)
			stop(rx, step_s(rx, e.step));
		else
			character(rx, &e);
	}
}

/* ---- detection ---- */

/* Means over the window that ends at a step: of energy in tones and outside. */
static void measure(const struct async_rx *rx, int64_t step, double *tones, double *n0)
{
	float x = 0, r = 0;
	for (int j = 0; j < WINDOW; j++) {
		x += rx->tones[(step - j * G) & (PAST - 1)];
		r += rx->rest[(step - j * G) & (PAST - 1)];
	}
	*tones = x / WINDOW;
	*n0 = r / WINDOW / (rx->dims - 1.25);
}

/* Of the last symbols one tone stands out, rather than something between them. */
static bool contrast(const struct async_rx *rx)
{
	double least = 1;
	for (int j = 1; j <= G; j++) {
		float x = 0, y = 0;
		for (int k = 0; k < WINDOW; k++) {
			x += rx->tones[(rx->step - j - k * G) & (PAST - 1)];
			y += rx->other[(rx->step - j - k * G) & (PAST - 1)];
		}
		least = x > 0 && y / x < least ? y / x : least;
	}
	return least < CONTRAST;
}

static void set_offset(struct async_rx *rx, double offset, int64_t step)
{
	rx->offset = offset;
	rx->turn = cf_polar(-TAU * fmod(offset / G * ((double)step + 0.5), 1));
	rx->turn_spin = cf_polar(-TAU * offset / G);
}

static void feed(struct async_rx *rx, int64_t step)
{
	if (step % 64 == 0)
		set_offset(rx, rx->offset, step);
	async_trellis_step(rx->trellis, cf_mul(rx->mark[step & (PAST - 1)], rx->turn), cf_mul(rx->space[step & (PAST - 1)], rx->turn));
	rx->turn = cf_mul(rx->turn, rx->turn_spin);
}

/* Runs the trellis from a step to now. */
static void run(struct async_rx *rx, double offset, int64_t from, int64_t taken)
{
	async_trellis_reset(rx->trellis, from, taken, rx->coherent);
	async_trellis_scale(rx->trellis, sqrt(rx->es * G * rx->sub), rx->es / rx->n0);
	set_offset(rx, offset, from);
	for (int64_t s = from; s < rx->step; s++)
		feed(rx, s);
}

static int64_t since(const struct async_rx *rx, int64_t symbols)
{
	int64_t from = rx->step - symbols * G;
	return from > rx->from ? from : rx->from;
}

/* As far back as can be remembered, but not to where it was much louder. */
static int64_t long_since(const struct async_rx *rx)
{
	double now, then, n0;
	int64_t at = rx->step - 1;
	measure(rx, at, &now, &n0);
	now += n0 * rx->dims;
	while (at - WINDOW * G > since(rx, HISTORY)) {
		measure(rx, at - WINDOW * G, &then, &n0);
		if (then + n0 * rx->dims > LOUDER * now)
			return at;
		at -= WINDOW * G;
	}
	return since(rx, HISTORY);
}

/* How much likelier than silence a run over the last symbols makes a signal, be it over by now; less where the survivor had to leave
 * the offset, since then it was behind the phase on its way. */
static double trial(struct async_rx *rx, double offset, bool coherent, int64_t symbols)
{
	rx->coherent = coherent;
	run(rx, offset, since(rx, symbols), 0);
	return async_trellis_score(rx->trellis) * (1 - fabs(async_trellis_offset(rx->trellis)) / OFFSET_FAR);
}

/* The likeliest carrier offset among so many from lo on, or without phase, by the last symbols. Leaves it in rx and returns its
 * likelihood. */
static double search(struct async_rx *rx, double lo, int n, int64_t symbols)
{
	double best = rx->es > ALONE_LEAST * rx->n0 ? trial(rx, rx->offset, false, symbols) : -1, offset = rx->offset;
	if (rx->may_cohere)
		best -= PREFER * fabs(best);
	bool coherent = false;
	for (int j = 0; j < n && rx->may_cohere; j++) {
		double score = trial(rx, lo + j * OFFSET_STEP, true, symbols);
		if (score > best && fabs(lo + j * OFFSET_STEP) <= OFFSET_MOST) {
			best = score;
			coherent = true;
			offset = lo + j * OFFSET_STEP;
		}
	}
	rx->coherent = coherent;
	rx->offset = offset;
	return best;
}

static void acquire(struct async_rx *rx)
{
	double most = OFFSET_HZ / rx->baud < OFFSET_MOST ? OFFSET_HZ / rx->baud : OFFSET_MOST;
	int n = (int)ceil(most / OFFSET_STEP);
	rx->quiet_until = rx->step + AGAIN * G;
	rx->offset = 0;
	if (!contrast(rx) || search(rx, -n * OFFSET_STEP, 2 * n + 1, LOOK) < SURE)
		return;
	rx->began = long_since(rx);
	run(rx, rx->offset, rx->began, rx->from);
	rx->locked = async_trellis_score(rx->trellis) >= SURE;
	rx->silent_since = rx->locked_at = rx->step;
	rx->contest = CONTEST;
}

/* The carrier offset that looked best at first may be another's by a phase a character. As more is heard, the neighbours are
 * tried again. */
static void contest(struct async_rx *rx)
{
	int64_t taken = async_trellis_taken(rx->trellis), from = since(rx, HISTORY);
	double now = rx->offset + (rx->coherent ? async_trellis_offset(rx->trellis) : 0);
	search(rx, now - RIVALS * OFFSET_STEP, 2 * RIVALS + 1, rx->contest + LOOK);
	run(rx, rx->offset, rx->began > from ? rx->began : from, taken);
	rx->contest *= 2;
}

/* The noise of late, from the least of each symbol's eight: the others may have a signal's changes of tone in them. */
static void watch_noise(struct async_rx *rx, double n0)
{
	rx->least = rx->step % G == 1 ? n0 : fmin(rx->least, n0);
	if (rx->step % G)
		return;
	rx->noise += (rx->least - rx->noise) / (rx->symbols < NOISE ? rx->symbols + 1 : NOISE);
	rx->symbols++;
}

static void detect(struct async_rx *rx)
{
	double tones, n0;
	if (rx->step < rx->quiet_until || rx->step < rx->from + WINDOW * G)
		return;
	measure(rx, rx->step - 1, &tones, &n0);
	watch_noise(rx, n0);
	n0 = fmax(n0, rx->noise);
	if (tones > 0 && tones > WAKE * n0) {
		n0 = fmax(n0, tones / ES_N0_MOST);
		if (!rx->armed) {
			rx->armed = rx->step;
			rx->es = rx->n0 = 1;
		}
		if (tones / n0 > rx->es / rx->n0 + 1) {
			rx->es = tones - n0;
			rx->n0 = n0;
		}
	}
	if (rx->armed && rx->step >= rx->armed + WINDOW * G) {
		rx->armed = 0;
		acquire(rx);
	}
}

static int64_t delay(const struct async_rx *rx)
{
	return (int64_t)((async_char_bits(&rx->c) + SETTLE) * G);
}

/* Keeps the strength of signal and noise up to date. False: something much stronger than what was followed has begun. */
static bool track(struct async_rx *rx)
{
	double best = 0, tones = 0, n0 = 1;
	for (int j = 1; j <= G; j++) {
		double x, n;
		measure(rx, rx->step - j, &x, &n);
		if (x > 0 && x > best * n) {
			n = fmax(n, x / ES_N0_MOST);
			best = x / n;
			tones = x;
			n0 = n;
		}
	}
	double es = tones - n0;
	if (best > WAKE && es > STRONGER * rx->es)
		return false;
	if (async_trellis_silent(rx->trellis) || best < 2 || es < rx->es / STRONGER)
		return true;
	rx->es += (es - rx->es) / TRACK;
	rx->n0 += (n0 - rx->n0) / TRACK;
	async_trellis_scale(rx->trellis, sqrt(rx->es * G * rx->sub), rx->es / rx->n0);
	return true;
}

static void follow(struct async_rx *rx)
{
	feed(rx, rx->step - 1);
	if (rx->step % G)
		return;
	if (!track(rx)) {
		give(rx, delay(rx));
		stop(rx, step_s(rx, rx->step - delay(rx)));
		rx->locked = false;
		rx->from = rx->step - delay(rx);
		rx->quiet_until = rx->armed = 0;
		return;
	}
	if (rx->may_cohere && rx->contest <= CONTEST_LAST && rx->step - rx->locked_at >= rx->contest * G)
		contest(rx);
	give(rx, delay(rx));
	if (!async_trellis_silent(rx->trellis)) {
		rx->silent_since = rx->step;
	} else if (rx->step - rx->silent_since > delay(rx) + G) {
		give(rx, G);
		stop(rx, step_s(rx, rx->silent_since));
		rx->locked = false;
		rx->from = rx->step - WINDOW * G;
	}
}

/* ---- signal ---- */

static void end_step(struct async_rx *rx)
{
	int64_t at = rx->step & (PAST - 1);
	rx->mark[at] = rx->mark_part;
	rx->space[at] = rx->space_part;
	rx->energy[at] = rx->energy_part;
	rx->mark_part = rx->space_part = (struct cf){0};
	rx->energy_part = 0;
	rx->have = 0;
	struct cf m = {0}, s = {0};
	float all = 0;
	for (int j = 0; j < G; j++) {
		int64_t k = (rx->step - j) & (PAST - 1);
		m = cf_add(m, rx->mark[k]);
		s = cf_add(s, rx->space[k]);
		all += rx->energy[k];
	}
	rx->tones[at] = fmaxf(cf_power(m), cf_power(s)) / (float)(G * rx->sub);
	rx->other[at] = fminf(cf_power(m), cf_power(s)) / (float)(G * rx->sub);
	rx->rest[at] = fmaxf(all - rx->tones[at], 0);
	rx->step++;
	if (rx->locked)
		follow(rx);
	else
		detect(rx);
}

static void put(void *arg, const struct cf *y, size_t n)
{
	struct async_rx *rx = arg;
	for (size_t j = 0; j < n; j++) {
		if (rx->samples++ % 256 == 0) {
			double cycles = rx->mark_cycles * ((double)(rx->samples - 1) + 0.5);
			rx->mark_nco = cf_polar(-TAU * fmod(cycles, 1));
			rx->space_nco = cf_polar(TAU * fmod(cycles, 1));
		}
		rx->mark_part = cf_add(rx->mark_part, cf_mul(y[j], rx->mark_nco));
		rx->space_part = cf_add(rx->space_part, cf_mul(y[j], rx->space_nco));
		rx->energy_part += cf_power(y[j]);
		rx->mark_nco = cf_mul(rx->mark_nco, rx->mark_spin);
		rx->space_nco = cf_mul(rx->space_nco, rx->space_spin);
		if (++rx->have == rx->sub)
			end_step(rx);
	}
}

void async_rx_push(struct async_rx *rx, const float *x, size_t n)
{
	front_push(rx->front, x, n, put, rx);
}

void async_rx_end(struct async_rx *rx)
{
	static const float zeros[1024];
	double left = (async_char_bits(&rx->c) * 2 + 2 * SETTLE + WINDOW) / rx->baud * rx->c.rate_hz + 4096;
	for (; left > 0; left -= 1024)
		front_push(rx->front, zeros, 1024, put, rx);
	if (rx->locked) {
		give(rx, 0);
		stop(rx, step_s(rx, rx->step));
	}
	rx->locked = false;
}
