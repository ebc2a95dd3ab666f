/* fsk.c - frequency shift keying of continuous phase: schemes, transmitter and modem (Proakis, Digital Communications, 3.3-1). */

#include <stdlib.h>
#include <string.h>

#include "cpm.h"
#include "front.h"
#include "fsk.h"
#include "io.h"

enum {
	BLOCK = 1024,  /* samples at a time */
	STEPS = 64,    /* changes of level that the Gaussian filter remembers */
	GAP = 6,       /* symbols of silence before and after a burst */
};

/* ---- transmitter ---- */

/* A change of level: at a time, in symbols, by so many half shifts. */
struct step {
	double t, by;
};

/* Time is in symbols since the origin, phase in cycles. Without steps the phase at t is base + (centre + level dev) t. */
struct fsk_tx {
	struct wave_sink out;
	unsigned tones;
	bool mark_low, nrzi;
	unsigned bits;
	double amplitude, rate_hz;
	double tick;               /* symbols a sample */
	double centre, dev;        /* cycles a symbol: the carrier, half the shift */
	double sigma, look;        /* the Gaussian filter's standard deviation, and how far it looks each way; 0: none */

	bool keyed;
	double t, edge;            /* of the next sample; of the end of what was keyed */
	double base, level;
	double now;                /* the level keyed last */
	struct step steps[STEPS];
	size_t nsteps;

	float x[BLOCK];
	size_t have;
};

void fsk_tx_flush(struct fsk_tx *tx)
{
	if (tx->have && tx->out.put)
		tx->out.put(tx->out.arg, tx->x, tx->have);
	tx->have = 0;
}

static inline void put(struct fsk_tx *tx, float x)
{
	tx->x[tx->have++] = x;
	if (tx->have == BLOCK)
		fsk_tx_flush(tx);
}

/* The integral of a step at 0 that went through the filter, up to time t. */
static double ramp(double t, double sigma)
{
	if (sigma <= 0)
		return t > 0 ? t : 0;
	double u = t / sigma;
	return t * q_function(-u) + sigma * exp(-u * u / 2) / sqrt(TAU);
}

/* The origin moves to t: steps that are wholly past become part of base and level. */
static void fold(struct fsk_tx *tx, double t)
{
	size_t past = 0;
	while (past < tx->nsteps && (tx->steps[past].t + tx->look <= t || tx->nsteps - past == STEPS)) {
		tx->base -= tx->dev * tx->steps[past].by * tx->steps[past].t;
		tx->level += tx->steps[past++].by;
	}
	tx->base += (tx->centre + tx->dev * tx->level) * t;
	tx->base -= floor(tx->base);
	tx->nsteps -= past;
	memmove(tx->steps, tx->steps + past, tx->nsteps * sizeof *tx->steps);
	for (size_t j = 0; j < tx->nsteps; j++)
		tx->steps[j].t -= t;
	tx->t -= t;
	tx->edge -= t;
}

static void emit(struct fsk_tx *tx, double end)
{
	for (; tx->t < end; tx->t += tx->tick) {
		double phase = tx->base + (tx->centre + tx->dev * tx->level) * tx->t;
		for (size_t j = 0; j < tx->nsteps; j++)
			phase += tx->dev * tx->steps[j].by * ramp(tx->t - tx->steps[j].t, tx->sigma);
		put(tx, (float)(tx->amplitude * sin(TAU * (phase - floor(phase)))));
	}
}

/* Where a level is between the lowest tone, -1, and the highest, +1. */
static double place(const struct fsk_tx *tx, unsigned level)
{
	if (tx->tones == 2)
		return (level & 1) ^ tx->mark_low ? 1 : -1;
	unsigned tone = 0;
	for (level %= tx->tones; level; level >>= 1) /* Gray code to number: F. Gray, US patent 2632058 */
		tone ^= level;
	return 2.0 * tone / (tx->tones - 1) - 1;
}

void fsk_tx_level(struct fsk_tx *tx, unsigned level, double symbols)
{
	if (!(symbols > 0) || symbols > 1e6)
		return;
	double to = place(tx, level);
	if (!tx->keyed) {
		tx->keyed = true;
		tx->t = tx->edge = tx->base = 0;
		tx->nsteps = 0;
		tx->level = tx->now = to;
	}
	if (to != tx->now) {
		if (tx->nsteps == STEPS)
			fold(tx, tx->t);
		tx->steps[tx->nsteps++] = (struct step){tx->edge, to - tx->now};
		tx->now = to;
	}
	tx->edge += symbols;
	emit(tx, tx->edge - tx->look);
	fold(tx, tx->t);
}

void fsk_tx_silence(struct fsk_tx *tx, double symbols)
{
	if (tx->keyed)
		emit(tx, tx->edge);
	tx->keyed = false;
	for (double n = symbols <= 1e6 ? ceil(symbols / tx->tick) : 0; n > 0; n--)
		put(tx, 0);
	fsk_tx_flush(tx);
}

/* The scheme's figures, or those that were asked for instead. */
static struct modem_cfg complete(const struct modem_cfg *c)
{
	struct modem_cfg full = *c;
	if (!(full.baud > 0))
		full.baud = c->scheme->baud;
	if (!(full.centre_hz > 0))
		full.centre_hz = c->scheme->centre_hz;
	if (!(full.shift_hz > 0))
		full.shift_hz = c->scheme->shift_hz * full.baud / c->scheme->baud;
	if (!(full.amplitude > 0))
		full.amplitude = 0.5;
	return full;
}

static int check(const struct modem_cfg *c, struct err *e)
{
	double low = c->centre_hz - c->shift_hz / 2, high = c->centre_hz + c->shift_hz / 2;
	if (!isfinite(c->rate_hz) || !isfinite(c->baud) || !isfinite(high) || c->rate_hz <= 0)
		return err_set(e, "rates and frequencies must be positive numbers");
	if (low <= 0)
		return err_set(e, "the lowest tone would be at %g Hz", low);
	if (high + c->baud / 2 > c->rate_hz / 2)
		return err_set(e, "tones up to %g Hz at %g baud need at least %.0f samples a second", high, c->baud, 2 * high + c->baud);
	return 0;
}

struct fsk_tx *fsk_tx_new(const struct modem_cfg *cfg, struct wave_sink out, struct err *e)
{
	struct modem_cfg c = complete(cfg);
	const struct fsk_param *p = c.scheme->param;
	if (check(&c, e))
		return NULL;

	struct fsk_tx *tx = xmalloc(sizeof *tx);
	*tx = (struct fsk_tx){
		.out = out, .tones = p->tones, .mark_low = p->mark_low, .nrzi = c.scheme->nrzi, .bits = c.scheme->bits,
		.amplitude = c.amplitude, .rate_hz = c.rate_hz, .tick = c.baud / c.rate_hz,
		.centre = c.centre_hz / c.baud, .dev = c.shift_hz / 2 / c.baud,
	};
	if (p->bt > 0) {
		tx->sigma = sqrt(log(2)) / (TAU * p->bt); /* in symbols: K. Murota, K. Hirade, IEEE Trans. Comm. 29(7), 1981 */
		tx->look = 5 * tx->sigma;
	}
	return tx;
}

void fsk_tx_free(struct fsk_tx *tx)
{
	free(tx);
}

/* ---- modem ---- */

static void *tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e) { return fsk_tx_new(c, out, e); }
static void tx_free(void *tx) { fsk_tx_free(tx); }

/* A line: the bits as they are. In front of them one symbol of mark, from which NRZI's first change is seen; the Gaussian filter
 * has time to settle at both ends. */
static void tx_send(void *arg, const uint8_t *bits, size_t n)
{
	struct fsk_tx *tx = arg;
	unsigned level = 1;

	fsk_tx_silence(tx, GAP);
	if (tx->nrzi || tx->look > 0)
		fsk_tx_level(tx, level, 1);
	for (size_t j = 0; j < n; j += tx->bits) {
		unsigned symbol = 0;
		for (size_t k = j; k < j + tx->bits; k++)
			symbol = symbol << 1 | (k < n && bits[k]);
		level = tx->nrzi ? level ^ !symbol : symbol;
		fsk_tx_level(tx, level, 1);
	}
	if (tx->look > 0)
		fsk_tx_level(tx, level, 1);
	fsk_tx_silence(tx, GAP);
}

struct rx {
	struct front *front;
	struct cpm *cpm;
};

static void rx_free(void *arg)
{
	struct rx *rx = arg;
	if (!rx)
		return;
	front_free(rx->front);
	cpm_free(rx->cpm);
	free(rx);
}

static void *rx_new(const struct modem_cfg *cfg, struct soft_sink out, struct err *e)
{
	struct modem_cfg c = complete(cfg);
	const struct fsk_param *p = c.scheme->param;
	if (check(&c, e))
		return NULL;
	struct cpm_cfg r = {.tones = p->tones, .mark_low = p->mark_low, .nrzi = c.scheme->nrzi, .baud = c.baud,
		.h = c.shift_hz / (p->tones - 1) / c.baud};
	double low = c.centre_hz - c.shift_hz / 2, side = c.shift_hz / 2;
	struct front_cfg f = {.in_hz = c.rate_hz, .centre_hz = c.centre_hz, .out_hz = c.baud * cpm_sps(&r)};
	f.stop_hz = fmin(side + 2.2 * c.baud, c.centre_hz + low - 0.1 * c.baud); /* -low, the lowest tone's image, is kept out */
	f.pass_hz = fmin(fmin(side + 0.85 * c.baud, f.stop_hz - 0.6 * c.baud), c.rate_hz / 2 - c.centre_hz);
	r.coherent = p->tones == 2 && r.h < COHERENT_BELOW;
	r.width = (f.pass_hz + f.stop_hz) / c.baud;
	if (f.out_hz <= 0 || f.pass_hz <= 0) {
		err_set(e, "tones from %g to %g Hz do not go with %g baud", low, low + c.shift_hz, c.baud);
		return NULL;
	}
	struct rx *rx = xmalloc(sizeof *rx);
	*rx = (struct rx){.front = front_new(&f, e)};
	if (!rx->front) {
		rx_free(rx);
		return NULL;
	}
	rx->cpm = cpm_new(&r, out);
	return rx;
}

static void to_cpm(void *arg, const struct cf *y, size_t n) { cpm_push(arg, y, n); }

static void rx_push(void *arg, const float *x, size_t n)
{
	struct rx *rx = arg;
	front_push(rx->front, x, n, to_cpm, rx->cpm);
}

static void rx_end(void *arg)
{
	static const float silence[256];
	struct rx *rx = arg;
	for (size_t n = front_delay(rx->front) + 1, m; n; n -= m) {
		m = n < 256 ? n : 256;
		rx_push(rx, silence, m);
	}
	cpm_end(rx->cpm);
}

static double bit_energy(const struct modem_cfg *cfg)
{
	struct modem_cfg c = complete(cfg);
	return c.amplitude * c.amplitude / 2 / c.baud / c.scheme->bits;
}

#define MODEM \
	.family = "fsk", .tx_new = tx_new, .tx_send = tx_send, .tx_free = tx_free, .rx_new = rx_new, \
	.rx_push = rx_push, .rx_end = rx_end, .rx_free = rx_free, .bit_energy = bit_energy, .theory = fsk_theory

static const struct modem fsk_modem = {MODEM, .ideal = fsk_ideal}, gauss_modem = {MODEM};

/* ---- schemes ---- */

static const struct fsk_param
	mark_low = {.tones = 2, .mark_low = true}, mark_high = {.tones = 2}, four = {.tones = 4}, eight = {.tones = 8},
	gauss_03 = {.tones = 2, .bt = 0.3, .d2 = {1.7868, 2.2424}}, gauss_05 = {.tones = 2, .bt = 0.5, .d2 = {1.9405, 2.0621}};

/* name, title, standard; baud; mark and space, or the lowest and the highest tone; (1 - more) extras. Bandwidth by Carson's rule. */
#define FSK(n, t, s, rate, low, high, b, p, ...) \
	{.name = n, .title = t, .standard = s, .bits = b, .baud = rate, .centre_hz = ((low) + (high)) / 2.0, \
	 .shift_hz = (high) - (low), .bandwidth_hz = (high) - (low) + (rate), .param = &p, .line = true, __VA_ARGS__}

#define PLAIN .modem = &fsk_modem
#define NRZI .modem = &fsk_modem, .nrzi = true
#define GAUSS .modem = &gauss_modem

const struct scheme fsk_schemes[] = {
	FSK("bell202", "AFSK 1200, as packet radio (NRZI) and telephone modems use it", "Bell 202; AX.25 2.2",
		1200, 1200, 2200, 1, mark_low, NRZI),
	FSK("afsk300", "AFSK 300, as packet radio on short wave uses it (NRZI)", "AX.25 2.2", 300, 1600, 1800, 1, mark_low, NRZI),
	FSK("bell103", "FSK 300, the calling side", "Bell 103", 300, 1070, 1270, 1, mark_high, PLAIN),
	FSK("v21", "FSK 300, the calling side", "ITU-T V.21", 300, 980, 1180, 1, mark_low, PLAIN),
	FSK("v23", "FSK 1200, the forward channel", "ITU-T V.23", 1200, 1300, 2100, 1, mark_low, PLAIN),
	FSK("rtty", "radio teletype, 45.45 baud", "ITU-R F.436; minimodem's tones", 500.0 / 11, 1415, 1585, 1, mark_high, PLAIN),
	FSK("tdd", "text telephone for the deaf, 45.45 baud", "ITU-T V.18, Annex A; TIA-825", 500.0 / 11, 1400, 1800, 1, mark_low, PLAIN),
	FSK("same", "emergency alerts", "47 CFR 11.31", 3125.0 / 6, 1562.5, 6250.0 / 3, 1, mark_high, PLAIN),
	FSK("bfsk", "two orthogonal tones", "", 1200, 1200, 2400, 1, mark_high, PLAIN),
	FSK("mfsk4", "four orthogonal tones", "", 300, 1050, 1950, 2, four, PLAIN),
	FSK("mfsk8", "eight orthogonal tones", "", 150, 975, 2025, 3, eight, PLAIN),
	FSK("cpfsk", "continuous-phase FSK, h = 2/3", "", 1200, 1100, 1900, 1, mark_high, PLAIN),
	FSK("msk", "minimum shift keying, h = 1/2", "", 1200, 1200, 1800, 1, mark_high, PLAIN),
	FSK("gmsk", "Gaussian minimum shift keying, BT = 0.3", "3GPP TS 45.004", 1200, 1200, 1800, 1, gauss_03, GAUSS),
	FSK("gmsk05", "Gaussian minimum shift keying, BT = 0.5", "", 1200, 1200, 1800, 1, gauss_05, GAUSS),
	{0},
};
