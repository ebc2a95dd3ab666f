/* g3ruh.c - scrambled baseband for FM radio (J. Miller G3RUH, "9600 baud packet radio modem design", 1988): transmitter, theory.
 *
 * The line's bits are scrambled by 1 + x^12 + x^17 and sent as levels, 1 high, 0 low, through a pulse two bits long that direwolf
 * also uses. Polarity does not matter: the sum of three bits turns over with them, and NRZI does not hear that.
 */
#include "g3ruh.h"

#include <stdlib.h>

#include "io.h"
#include "scramble.h"

/* Ones before and behind the bits of a burst, so that receivers find level, timing and the scrambler's state. */
enum { LEAD = 96, TAIL = 24 };
enum { TX_BLOCK = 512 };

struct g3ruh_tx {
	struct wave_sink out;
	struct scrambler scrambler;
	double step, at;      /* symbols a sample; of the next sample behind the beginning of its symbol */
	double amplitude;
	double level;         /* -1, 1; 0 before and behind a burst */
	bool nrzi;
	unsigned last;        /* bit */
	float block[TX_BLOCK];
	size_t n;
};

static double cfg_or(double value, double standard) { return value > 0 ? value : standard; }
static double cfg_baud(const struct modem_cfg *c) { return cfg_or(c->baud, c->scheme->baud); }
static double cfg_amplitude(const struct modem_cfg *c) { return cfg_or(c->amplitude, 0.5); }

static int check(const struct modem_cfg *c, struct err *e)
{
	double least = 2.25 * cfg_baud(c); /* the spectrum of the pulse ends, but for 1/1000, at the symbol rate */
	if (!(c->rate_hz >= least))
		return err_set(e, "%s at %g baud needs at least %.0f samples a second, not %g", c->scheme->name, cfg_baud(c), ceil(least),
		               c->rate_hz);
	return 0;
}

static void *tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e)
{
	if (check(c, e) < 0)
		return NULL;
	struct g3ruh_tx *tx = xmalloc(sizeof *tx);
	*tx = (struct g3ruh_tx){.out = out,
	                        .scrambler = {.taps = SCRAMBLE_G3RUH},
	                        .step = cfg_baud(c) / c->rate_hz,
	                        .amplitude = cfg_amplitude(c),
	                        .nrzi = c->scheme->nrzi,
	                        .last = 1};
	return tx;
}

static void tx_flush(struct g3ruh_tx *tx)
{
	if (tx->n && tx->out.put)
		tx->out.put(tx->out.arg, tx->block, tx->n);
	tx->n = 0;
}

/* From the level before to this one, in a symbol. */
static void tx_level(struct g3ruh_tx *tx, double level)
{
	for (; tx->at < 1; tx->at += tx->step) {
		double old = g3ruh_pulse(tx->at);
		tx->block[tx->n++] = (float)(tx->amplitude * (old * tx->level + (1 - old) * level));
		if (tx->n == TX_BLOCK)
			tx_flush(tx);
	}
	tx->at -= 1;
	tx->level = level;
}

static void tx_bit(struct g3ruh_tx *tx, unsigned bit)
{
	tx->last = tx->nrzi ? tx->last ^ !bit : bit;
	tx_level(tx, scramble_bit(&tx->scrambler, tx->last) ? 1 : -1);
}

static void tx_send(void *arg, const uint8_t *bits, size_t n)
{
	struct g3ruh_tx *tx = arg;
	for (int i = 0; i < LEAD; i++)
		tx_bit(tx, 1);
	for (size_t j = 0; j < n; j++)
		tx_bit(tx, bits[j]);
	for (int i = 0; i < TAIL; i++)
		tx_bit(tx, 1);
	tx_level(tx, 0);
	tx_flush(tx);
}

/* ---- error rates ---- */

static double bit_energy(const struct modem_cfg *c)
{
	double a = cfg_amplitude(c);
	return a * a * G3RUH_ENERGY / cfg_baud(c);
}

static double theory(const struct scheme *s, double ebn0_db, const char **what)
{
	(void)s;
	double p = q_function(sqrt(2 * from_db(ebn0_db)));
	if (what)
		*what = "an odd number of three bits wrong, (1 - (1-2p)^3) / 2, p = Q(sqrt(2 Eb/N0)) (Proakis 4.3-13); the descrambler "
		        "adds three";
	return (1 - pow(1 - 2 * p, 3)) / 2;
}

/* Antipodal pulses that do not meet, detected one by one, then the descrambler. */
static uint64_t ideal(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r)
{
	enum { BLOCK = 1024 };
	float noise[BLOCK], sigma = (float)sqrt(0.5 / from_db(ebn0_db));
	struct scrambler tx = {.taps = SCRAMBLE_G3RUH}, rx = tx;
	uint64_t wrong = 0, random = 0;

	(void)s;
	for (uint64_t done = 0; done < n;) {
		rng_normal(r, noise, BLOCK, sigma);
		for (int i = 0; i < BLOCK && done < n; i++, done++, random >>= 1) {
			if (done % 64 == 0)
				random = rng_u64(r);
			float level = scramble_bit(&tx, random & 1) ? 1 : -1;
			wrong += descramble_bit(&rx, level + noise[i] > 0) != (random & 1);
		}
	}
	return wrong;
}

/* ---- the table ---- */

static void *rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	if (check(c, e) < 0)
		return NULL;
	return g3ruh_rx_new(c, out, e);
}

static const struct modem g3ruh_modem = {
	.family = "scrambled baseband",
	.tx_new = tx_new,
	.tx_send = tx_send,
	.tx_free = free,
	.rx_new = rx_new,
	.rx_push = g3ruh_rx_push,
	.rx_end = g3ruh_rx_end,
	.rx_free = g3ruh_rx_free,
	.ideal = ideal,
	.bit_energy = bit_energy,
	.theory = theory,
};

const struct scheme g3ruh_schemes[] = {
	{.name = "g3ruh9600", .title = "9600 bit/s scrambled baseband", .standard = "G3RUH 1988", .modem = &g3ruh_modem, .bits = 1,
	 .baud = 9600, .bandwidth_hz = 9600, .nrzi = true, .line = true},
	{0},
};
