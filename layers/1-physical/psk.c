/* psk.c - differential phase modulation by telephone and packet radio modems (ITU-T V.26, V.27).
 *
 * The bits of a symbol say how far the carrier's phase moves between it and the symbol before. Pulses are rectangular: the carrier
 * runs through and its phase jumps, as direwolf transmits and expects.
 */
#include "psk.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

/* ---- the codes ---- */

static const uint8_t V26_STEP[4] = {0, 1, 3, 2};             /* V.26, table 1: 00 0, 01 90, 11 180, 10 270 degrees; B: 45 more */
static const uint8_t V27_STEP[8] = {1, 0, 2, 3, 6, 7, 5, 4}; /* V.27, table 1: 001 0, 000 45, 010 90, 011 135, 111 180 ... */

static const struct psk_code
	v26 = {2, 4, V26_STEP, PSK_EITHER},
	v26a = {2, 4, V26_STEP, PSK_STRAIGHT},
	v26b = {2, 4, V26_STEP, PSK_TURNED},
	v27 = {3, 8, V27_STEP, PSK_STRAIGHT};

/* ---- transmitter ---- */

/* Ones before and behind the bits of a burst: phase reversals, from which a receiver finds timing (V.27 sends such too), and the idle
 * state of HDLC. */
enum { LEAD = 48, TAIL = 12 }; /* symbols */
enum { TX_BLOCK = 512 };

struct psk_tx {
	struct wave_sink out;
	const struct psk_code *code;
	double step;                /* symbols a sample */
	double amplitude;
	double turns_a_sample;      /* of the carrier */
	double carrier;             /* its phase now, turns */
	double at;                  /* of the next sample, in symbols from the beginning of the present one */
	unsigned phase, phase_old;  /* in units of half a step: this symbol's, that of the one before */
	bool nrzi;
	unsigned last;              /* bit */
	float block[TX_BLOCK];
	size_t n;
};

static double cfg_or(double value, double standard) { return value > 0 ? value : standard; }
static double cfg_baud(const struct modem_cfg *c) { return cfg_or(c->baud, c->scheme->baud); }
static double cfg_centre(const struct modem_cfg *c) { return cfg_or(c->centre_hz, c->scheme->centre_hz); }
static double cfg_amplitude(const struct modem_cfg *c) { return cfg_or(c->amplitude, 0.5); }

/* -1 with e where rate, symbol rate and carrier do not go together. */
static int check(const struct modem_cfg *c, struct err *e)
{
	double baud = cfg_baud(c), least = baud * PSK_OVERSAMPLING, nyquist = 2 * (cfg_centre(c) + baud / 2);
	least = least > nyquist ? least : nyquist;
	if (!(c->rate_hz >= least))
		return err_set(e, "%s at %g baud needs at least %.0f samples a second, not %g", c->scheme->name, baud, ceil(least),
		               c->rate_hz);
	return 0;
}

static void *tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e)
{
	if (check(c, e) < 0)
		return NULL;
	struct psk_tx *tx = xmalloc(sizeof *tx);
	*tx = (struct psk_tx){.out = out,
	                      .code = c->scheme->param,
	                      .step = cfg_baud(c) / c->rate_hz,
	                      .amplitude = cfg_amplitude(c),
	                      .nrzi = c->scheme->nrzi,
	                      .last = 1,
	                      .turns_a_sample = cfg_centre(c) / c->rate_hz};
	return tx;
}

static void tx_flush(struct psk_tx *tx)
{
	if (tx->n && tx->out.put)
		tx->out.put(tx->out.arg, tx->block, tx->n);
	tx->n = 0;
}

static void tx_sample(struct psk_tx *tx, double x)
{
	tx->block[tx->n++] = (float)x;
	if (tx->n == TX_BLOCK)
		tx_flush(tx);
}

/* One symbol of phase steps. A sample in which the phase jumps is the mean of both, weighted by time, so that the jump is where it should
 * be, not only at the next sample. */
static void tx_symbol(struct psk_tx *tx, unsigned steps)
{
	unsigned halves = 2 * tx->code->phases;
	tx->phase_old = tx->phase;
	tx->phase = (tx->phase + 2 * steps + (tx->code->turn != PSK_STRAIGHT)) % halves;
	for (; tx->at < 1; tx->at += tx->step) {
		double s = sin(TAU * (tx->carrier + (double)tx->phase / halves));
		if (tx->at < tx->step) {
			double share = tx->at / tx->step;
			s = share * s + (1 - share) * sin(TAU * (tx->carrier + (double)tx->phase_old / halves));
		}
		tx_sample(tx, tx->amplitude * s);
		tx->carrier += tx->turns_a_sample;
		tx->carrier -= floor(tx->carrier);
	}
	tx->at -= 1;
}

/* The next bit of the line. */
static unsigned tx_bit(struct psk_tx *tx, unsigned bit)
{
	tx->last = tx->nrzi ? tx->last ^ !bit : bit;
	return tx->last;
}

static void tx_send(void *arg, const uint8_t *bits, size_t n)
{
	struct psk_tx *tx = arg;
	const struct psk_code *k = tx->code;
	for (int i = 0; i < LEAD; i++)
		tx_symbol(tx, k->step[k->phases - 1]);
	for (size_t j = 0; j < n; j += k->bits) {
		unsigned v = 0;
		for (size_t b = j; b < j + k->bits; b++)
			v = v << 1 | tx_bit(tx, b < n ? bits[b] : 1);
		tx_symbol(tx, k->step[v]);
	}
	for (int i = 0; i < TAIL; i++)
		tx_symbol(tx, k->step[k->phases - 1]);
	tx_flush(tx);
}

/* ---- error rates ---- */

static double bit_energy(const struct modem_cfg *c)
{
	const struct psk_code *k = c->scheme->param;
	double a = cfg_amplitude(c);
	return a * a / 2 / cfg_baud(c) / k->bits;
}

/* The probability that noise moves a phase by more than angle in one direction, 0 < angle < pi, at Es/N0 (J. W. Craig, "A new,
 * simple and exact result for calculating the probability of error for two-dimensional signal constellations", MILCOM 1991):
 * P = 1/(2 pi) * integral from 0 to pi-angle of exp(-Es/N0 sin^2(angle) / sin^2(t)) dt. */
static double beyond(double angle, double esn0)
{
	enum { STEPS = 2000 };
	double s = sin(angle), sum = 0, width = (TAU / 2 - angle) / STEPS;
	for (int i = 0; i < STEPS; i++) {
		double u = sin((i + 0.5) * width);
		sum += exp(-esn0 * s * s / (u * u));
	}
	return sum * width / TAU;
}

/* shift[d]: the probability that a coherent decision is off by d phases (d modulo the number of phases). */
static void decision_errors(double *shift, unsigned phases, double esn0)
{
	double tail[16] = {0};
	for (unsigned d = 1; 2 * d <= phases; d++)
		tail[d] = beyond((d - 0.5) * TAU / phases, esn0);
	shift[0] = 1 - 2 * tail[1];
	for (unsigned d = 1; 2 * d < phases; d++)
		shift[d] = shift[phases - d] = tail[d] - tail[d + 1];
	shift[phases / 2] = 2 * tail[phases / 2];
}

static double theory(const struct scheme *s, double ebn0_db, const char **what)
{
	const struct psk_code *k = s->param;
	double shift[8], wrong = 0;
	unsigned m = k->phases;

	if (what)
		*what = "coherent detection, then differential decoding: the difference of two decisions, each off by a phase with "
		        "Craig's probability (MILCOM 1991); 2p(1-p) with p = Q(sqrt(2 Eb/N0)) for four phases";
	decision_errors(shift, m, k->bits * from_db(ebn0_db));
	for (unsigned sent = 0; sent < m; sent++)
		for (unsigned heard = 0; heard < m; heard++) {
			unsigned off = (k->step[heard] + m - k->step[sent]) % m;
			double p = 0;
			for (unsigned d = 0; d < m; d++)
				p += shift[d] * shift[(d + off) % m];
			wrong += p * __builtin_popcount(sent ^ heard);
		}
	return wrong / m / k->bits;
}

static unsigned nearest(double re, double im, unsigned phases)
{
	return (unsigned)lround(atan2(im, re) / TAU * phases + phases) % phases;
}

/* Sends the symbols of random bits, detects each phase coherently, then takes differences. A last symbol that is not full of bits counts
 * its first ones. */
static uint64_t ideal(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r)
{
	enum { BLOCK = 512 };
	const struct psk_code *k = s->param;
	unsigned m = k->phases, sent = 0, heard = 0;
	uint8_t bits_of[8];
	float noise[2 * BLOCK], sigma = (float)sqrt(0.5 / (k->bits * from_db(ebn0_db)));
	uint64_t wrong = 0;

	for (unsigned v = 0; v < m; v++)
		bits_of[k->step[v]] = (uint8_t)v;
	for (uint64_t done = 0; done < n;) {
		rng_normal(r, noise, sizeof noise / sizeof *noise, sigma);
		for (int i = 0; i < BLOCK && done < n; i++, done += k->bits) {
			unsigned v = (unsigned)(rng_u64(r) >> 40) % m, before = heard;
			sent = (sent + k->step[v]) % m;
			heard = nearest(cos(TAU * sent / m) + noise[2 * i], sin(TAU * sent / m) + noise[2 * i + 1], m);
			unsigned differ = v ^ bits_of[(heard + m - before) % m];
			if (n - done < k->bits)
				differ >>= k->bits - (n - done);
			wrong += (uint64_t)__builtin_popcount(differ);
		}
	}
	return wrong;
}

/* ---- the table ---- */

static void *rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	if (check(c, e) < 0)
		return NULL;
	return psk_rx_new(c, out, e);
}

static const struct modem psk_modem = {
	.family = "psk",
	.tx_new = tx_new,
	.tx_send = tx_send,
	.tx_free = free,
	.rx_new = rx_new,
	.rx_push = psk_rx_push,
	.rx_end = psk_rx_end,
	.rx_free = psk_rx_free,
	.ideal = ideal,
	.bit_energy = bit_energy,
	.theory = theory,
};

#define V26(NAME, TITLE, PARAM)                                                                                                  \
	{.name = NAME, .title = TITLE, .standard = "ITU-T V.26", .modem = &psk_modem, .bits = 2, .baud = 1200, .centre_hz = 1800, \
	 .bandwidth_hz = 2400, .param = PARAM, .nrzi = true, .line = true}

const struct scheme psk_schemes[] = {
	V26("psk2400", "2400 bit/s in four phases, alternative B; hears A too", &v26),
	V26("psk2400a", "2400 bit/s in four phases, alternative A", &v26a),
	V26("psk2400b", "2400 bit/s in four phases, alternative B", &v26b),
	{.name = "psk4800", .title = "4800 bit/s in eight phases", .standard = "ITU-T V.27", .modem = &psk_modem, .bits = 3,
	 .baud = 1600, .centre_hz = 1800, .bandwidth_hz = 3200, .param = &v27, .nrzi = true, .line = true},
	{0},
};
