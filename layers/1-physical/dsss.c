/* dsss.c - direct-sequence spread spectrum with differential phase (as IEEE 802.11-1997, clause 15, at 1 Mbit/s, only slower).
 *
 * A 1 turns the phase by 180 degrees against the symbol before (15.4.6.4), a 0 leaves it; each symbol is multiplied by the code's
 * chips, rectangular pulses on a carrier. The receiver correlates with the code at four moments a chip, finds the moment that
 * stands out, and detects differentially: phase is never needed. Others in the same band with other codes are noise, of a power
 * divided by the code's length.
 */
#include "dsss.h"

#include <stdlib.h>
#include <string.h>

#include "integrate.h"
#include "io.h"

/* ---- codes ---- */

void dsss_barker11(struct dsss_code *c)
{
	*c = (struct dsss_code){11, {1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1}};
}

void dsss_walsh(struct dsss_code *c, unsigned n, unsigned k)
{
	c->n = n;
	for (unsigned i = 0; i < n; i++)
		c->chip[i] = __builtin_parity(i & k) ? -1 : 1;
}

/* One period of the m-sequence whose recurrence adds the bits that taps marks, bit i: i + 1 chips ago. */
static void m_sequence(uint8_t *b, unsigned degree, unsigned taps)
{
	unsigned state = 1;
	for (unsigned i = 0; i < (1u << degree) - 1; i++) {
		unsigned bit = (unsigned)__builtin_parity(state & taps);
		state = (state << 1 | bit) & ((1u << degree) - 1);
		b[i] = (uint8_t)bit;
	}
}

void dsss_gold(struct dsss_code *c, unsigned degree, unsigned k)
{
	/* preferred pairs: 45 and 75, 211 and 217 (octal; Gold; Proakis table 12.2-1) */
	static const unsigned taps[2][2] = {{0x12, 0x1e}, {0x44, 0x47}};
	uint8_t a[DSSS_MOST], b[DSSS_MOST];
	const unsigned *pair = taps[degree == 7];

	c->n = (1u << degree) - 1;
	m_sequence(a, degree, pair[0]);
	m_sequence(b, degree, pair[1]);
	for (unsigned i = 0; i < c->n; i++) {
		unsigned bit = k == 0 ? a[i] : k == 1 ? b[i] : a[i] ^ b[(i + k - 2) % c->n];
		c->chip[i] = bit ? -1 : 1;
	}
}

void dsss_spread(const struct dsss_code *c, float amplitude, const uint8_t *bits, size_t nbits, float *x)
{
	for (size_t j = 0; j < nbits; j++)
		for (unsigned i = 0; i < c->n; i++)
			x[j * c->n + i] += (bits[j] ? -amplitude : amplitude) * c->chip[i];
}

void dsss_despread(const struct dsss_code *c, const float *x, size_t nbits, float *y)
{
	for (size_t j = 0; j < nbits; j++) {
		float sum = 0;
		for (unsigned i = 0; i < c->n; i++)
			sum += c->chip[i] * x[j * c->n + i];
		y[j] = sum / (float)c->n;
	}
}

/* ---- configuration ---- */

enum { BARKER, GOLD }; /* scheme.variant: BARKER, or GOLD + k */

static void scheme_code(const struct scheme *s, struct dsss_code *c)
{
	if (s->variant == BARKER)
		dsss_barker11(c);
	else
		dsss_gold(c, 5, (unsigned)(s->variant - GOLD));
}

static double cfg_or(double value, double standard) { return value > 0 ? value : standard; }
static double cfg_baud(const struct modem_cfg *c) { return cfg_or(c->baud, c->scheme->baud); }
static double cfg_centre(const struct modem_cfg *c) { return cfg_or(c->centre_hz, c->scheme->centre_hz); }
static double cfg_amplitude(const struct modem_cfg *c) { return cfg_or(c->amplitude, 0.5); }

static int check(const struct modem_cfg *c, const struct dsss_code *k, struct err *e)
{
	double chips = cfg_baud(c) * k->n, least = fmax(3 * chips, 2 * (cfg_centre(c) + chips / 2));
	if (!(c->rate_hz >= least))
		return err_set(e, "%s at %g chips a second needs at least %.0f samples a second, not %g", c->scheme->name, chips,
		               ceil(least), c->rate_hz);
	return 0;
}

/* ---- transmitter ---- */

enum { LEAD = 64, TAIL = 8, TX_BLOCK = 512 };

struct dsss_tx {
	struct wave_sink out;
	struct dsss_code code;
	double chips_a_sample, at;  /* of the next sample behind the beginning of its chip, chips */
	double carrier, turns_a_sample, amplitude;
	int sign, before;           /* of the symbol; of the chip before */
	float block[TX_BLOCK];
	size_t n;
};

static void *tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e)
{
	struct dsss_code code;
	scheme_code(c->scheme, &code);
	if (check(c, &code, e) < 0)
		return NULL;
	struct dsss_tx *tx = xmalloc(sizeof *tx);
	*tx = (struct dsss_tx){.out = out,
	                       .code = code,
	                       .chips_a_sample = cfg_baud(c) * code.n / c->rate_hz,
	                       .turns_a_sample = cfg_centre(c) / c->rate_hz,
	                       .amplitude = cfg_amplitude(c),
	                       .sign = 1};
	return tx;
}

static void tx_flush(struct dsss_tx *tx)
{
	if (tx->n && tx->out.put)
		tx->out.put(tx->out.arg, tx->block, tx->n);
	tx->n = 0;
}

/* A chip; a sample that lies in two is the mean of both, weighted by time. */
static void tx_chip(struct dsss_tx *tx, int chip)
{
	for (; tx->at < 1; tx->at += tx->chips_a_sample) {
		double share = fmin(tx->at / tx->chips_a_sample, 1), level = share * chip + (1 - share) * tx->before;
		tx->block[tx->n++] = (float)(tx->amplitude * level * sin(TAU * tx->carrier));
		tx->carrier += tx->turns_a_sample;
		tx->carrier -= floor(tx->carrier);
		if (tx->n == TX_BLOCK)
			tx_flush(tx);
	}
	tx->at -= 1;
	tx->before = chip;
}

static void tx_bit(struct dsss_tx *tx, unsigned bit)
{
	tx->sign = bit ? -tx->sign : tx->sign;
	for (unsigned i = 0; i < tx->code.n; i++)
		tx_chip(tx, tx->sign * tx->code.chip[i]);
}

static void tx_send(void *arg, const uint8_t *bits, size_t n)
{
	struct dsss_tx *tx = arg;
	tx->before = 0;
	for (int i = 0; i < LEAD; i++)
		tx_bit(tx, 1);
	for (size_t j = 0; j < n; j++)
		tx_bit(tx, bits[j]);
	for (int i = 0; i < TAIL; i++)
		tx_bit(tx, 1);
	tx_flush(tx);
}

/* ---- receiver ---- */

enum {
	PER_CHIP = 4,        /* moments a chip where the search looks */
	WINDOW = 48,         /* symbols of the search */
	MOMENTS = DSSS_MOST * PER_CHIP,
	SUMS = 1024,         /* more than MOMENTS */
	KEEP = 2 * WINDOW,   /* symbols of signal that are kept */
};

/* Energy at the best moment over the mean of all: of noise alone it is 1 with a standard deviation of WINDOW^-1/2 = 0.14. */
static const double STANDS_OUT = 2.2;
static const double QUIET = 0.16;    /* of the power it began with: it has ended */
static const float POOREST = 0.25f;  /* coherence between symbols: over 50 symbols, noise has 0.13 */

struct dsss_rx {
	struct soft_sink out;
	struct dsss_code code;
	double rate_hz, sym;          /* points a symbol */
	struct integrator in;

	double from;                  /* point of the search's moment 0 */
	uint64_t looked;
	struct integral sums[SUMS];   /* at the moments, half a symbol earlier, up to known */
	uint64_t known;
	float energy[WINDOW][MOMENTS], total[WINDOW];

	bool running;
	double at;                    /* point: middle of the next symbol */
	double early, late;           /* mean power half a chip before and behind */
	struct cf last, product;      /* symbol before; mean of (symbol * conj(before))^2 */
	double power, noise;          /* amplitude^2 of a symbol's correlation, and the mean square of its noise */
	double first_power;
	double sum_power, sum_noise;  /* of a run, signal with noise and noise alone */
	float weight;                 /* what product would be, were all alike */
	uint64_t decided;
	struct lock lock;
};

static struct cf correlate(const struct dsss_rx *rx, double u)
{
	struct cf sum = {0, 0};
	double chip = rx->sym / rx->code.n;
	for (unsigned i = 0; i < rx->code.n; i++) {
		double a = u - rx->sym / 2 + i * chip;
		sum = cf_add(sum, cf_scale(integrator_mean(&rx->in, a, a + chip), rx->code.chip[i]));
	}
	return cf_scale(sum, 1 / (float)rx->code.n);
}

static double seconds(const struct dsss_rx *rx, double u) { return (u - rx->sym / 2) * rx->in.spp / rx->rate_hz; }

static void search_from(struct dsss_rx *rx, double point)
{
	rx->running = false;
	rx->from = point;
	rx->looked = rx->known = 0;
}

static void *rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	struct dsss_code code;
	scheme_code(c->scheme, &code);
	if (check(c, &code, e) < 0)
		return NULL;
	struct dsss_rx *rx = xmalloc(sizeof *rx);
	double samples = c->rate_hz / cfg_baud(c), a_chip = samples / code.n;
	unsigned every = a_chip > 16 ? (unsigned)(a_chip / 8) : 1;
	*rx = (struct dsss_rx){.out = out, .code = code, .rate_hz = c->rate_hz, .sym = samples / every};
	integrator_init(&rx->in, TAU * cfg_centre(c) / c->rate_hz, every, KEEP * rx->sym);
	search_from(rx, rx->sym);
	return rx;
}

static void rx_free(void *arg)
{
	struct dsss_rx *rx = arg;
	if (rx)
		integrator_free(&rx->in);
	free(rx);
}

static void begin_run(struct dsss_rx *rx, double at, double power, double noise)
{
	double earliest = fmax(rx->from, integrator_first(&rx->in) + rx->sym);
	/* back to where the window begins to be loud, at most to its first symbol */
	at -= (WINDOW - 1) * rx->sym;
	while (at < earliest || (double)cf_power(correlate(rx, at)) < power / 4)
		at += rx->sym;
	rx->running = true;
	rx->at = at;
	rx->power = rx->first_power = power;
	rx->noise = noise;
	rx->early = rx->late = 0;
	rx->product = (struct cf){0, 0};
	rx->last = (struct cf){0, 0};
	rx->weight = 0;
	rx->sum_power = rx->sum_noise = 0;
	rx->decided = 0;
	rx->lock = (struct lock){.start_s = seconds(rx, at), .coherent = false, .complete = true, .clock_ppm = NAN};
	if (rx->out.start)
		rx->out.start(rx->out.arg, rx->lock.start_s);
}

static void end_run(struct dsss_rx *rx)
{
	double turn = atan2((double)rx->product.im, (double)rx->product.re) / 2;
	rx->lock.end_s = seconds(rx, rx->at);
	rx->lock.ebn0_db = rx->sum_noise > 0 && rx->sum_power > rx->sum_noise ? to_db(rx->sum_power / rx->sum_noise - 1) : NAN;
	rx->lock.offset_hz = turn / TAU * rx->rate_hz / (rx->sym * rx->in.spp);
	if (rx->out.stop)
		rx->out.stop(rx->out.arg, &rx->lock);
	search_from(rx, rx->at);
}

/* The same at the next moment of the search, from running sums that are looked up once for all the moments that need them. */
static struct cf correlate_next(struct dsss_rx *rx)
{
	unsigned n = rx->code.n * PER_CHIP;
	double re = 0, im = 0;
	for (; rx->known <= rx->looked + n; rx->known++)
		rx->sums[rx->known % SUMS] = integrator_at(&rx->in, rx->from + (double)rx->known * rx->sym / n - rx->sym / 2);
	for (unsigned i = 0; i < rx->code.n; i++) {
		struct integral a = rx->sums[(rx->looked + PER_CHIP * (uint64_t)i) % SUMS];
		struct integral b = rx->sums[(rx->looked + PER_CHIP * (uint64_t)(i + 1)) % SUMS];
		re += rx->code.chip[i] * (b.re - a.re);
		im += rx->code.chip[i] * (b.im - a.im);
	}
	double scale = 2 / (rx->sym * rx->in.spp);
	return (struct cf){(float)(re * scale), (float)(im * scale)};
}

/* Power at moment j of a symbol and, in *noise, away from it by a chip and more: means over the window. */
static double measure(const struct dsss_rx *rx, unsigned j, double *noise)
{
	unsigned n = rx->code.n * PER_CHIP;
	double power = 0, elsewhere = 0, count = 1e-9;
	for (unsigned k = 0; k < WINDOW; k++)
		for (unsigned i = 0; i < n; i++) {
			unsigned apart = (i + n - j) % n;
			power += apart == 0 ? (double)rx->energy[k][i] : 0;
			if (apart >= PER_CHIP && apart <= n - PER_CHIP) {
				elsewhere += (double)rx->energy[k][i];
				count++;
			}
		}
	*noise = elsewhere / count;
	return power / WINDOW;
}

/* One more moment of the search; behind the last of a symbol, whether one stands out. Symbols count alike, loud or not. */
static void search(struct dsss_rx *rx)
{
	unsigned n = rx->code.n * PER_CHIP, best = 0;
	uint64_t symbol = rx->looked / n;
	double u = rx->from + (double)rx->looked * rx->sym / n, share[MOMENTS] = {0}, noise;
	float *row = rx->energy[symbol % WINDOW];

	row[rx->looked % n] = cf_power(correlate_next(rx));
	if (++rx->looked % n != 0)
		return;
	rx->total[symbol % WINDOW] = 0;
	for (unsigned j = 0; j < n; j++)
		rx->total[symbol % WINDOW] += row[j];
	if (symbol + 1 < WINDOW)
		return;
	for (unsigned k = 0; k < WINDOW; k++)
		for (unsigned j = 0; j < n && rx->total[k] > 0; j++)
			share[j] += (double)(rx->energy[k][j] / rx->total[k]);
	for (unsigned j = 0; j < n; j++)
		best = share[j] > share[best] ? j : best;
	if (share[best] * n > STANDS_OUT * WINDOW) {
		double power = measure(rx, best, &noise);
		begin_run(rx, u - (n - 1 - best) * rx->sym / n, power, noise);
	}
}

/* ln I0(x) for x >= 0, within 1%: its series and asymptote (Abramowitz, Stegun 9.6.12, 9.7.1). */
static float log_bessel(float x)
{
	return x < 2 ? logf(1 + x * x / 4 + x * x * x * x / 64 + x * x * x * x * x * x / 2304)
	             : x - 0.5f * logf(6.2831853f * x) + logf(1 + 1 / (8 * x) + 9 / (128 * x * x));
}

/* Two symbols of one unknown phase: their sum is long where the bit is 0, their difference where it is 1; noncoherent detection of what
 * is orthogonal over the pair (Proakis 5.4). */
static float soft_bit(const struct dsss_rx *rx, struct cf y, struct cf before)
{
	float k = (float)(2 * sqrt(rx->power) / rx->noise);
	float same = sqrtf(cf_power(cf_add(y, before))), other = sqrtf(cf_power(cf_sub(y, before)));
	return log_bessel(fminf(k * same, 1e6f)) - log_bessel(fminf(k * other, 1e6f));
}

static void track(struct dsss_rx *rx, struct cf y, struct cf rest)
{
	double half = rx->sym / rx->code.n / 2, power = (double)cf_power(y);
	rx->early += 0.05 * ((double)cf_power(correlate(rx, rx->at - half)) - rx->early);
	rx->late += 0.05 * ((double)cf_power(correlate(rx, rx->at + half)) - rx->late);
	double sum = rx->early + rx->late, error = sum > 0 ? (rx->late - rx->early) / sum : 0;
	rx->at += 0.05 * error * half;
	rx->power += 0.05 * (fmax(power - rx->noise, 0) - rx->power);
	if (rx->decided > 1 && rx->power > rx->first_power / 2) {
		rx->sum_power += power;
		rx->sum_noise += (double)cf_power(rest) / 2;
	}
	if (rx->decided > 1)
		rx->noise += 0.03 * ((double)cf_power(rest) / 2 - rx->noise); /* two symbols' noise */
	rx->noise = fmax(rx->noise, 1e-4 * rx->first_power);
}

static void run_symbol(struct dsss_rx *rx)
{
	struct cf y = correlate(rx, rx->at), last = rx->last, d = cf_mulc(y, last), square = cf_mul(d, d);
	float a = cf_power(d) > 0 ? 1 / sqrtf(cf_power(d)) : 0;

	rx->product = cf_add(cf_scale(rx->product, 0.98f), cf_scale(square, a));
	rx->weight = 0.98f * rx->weight + sqrtf(cf_power(d));
	float coherence = rx->weight > 0 ? sqrtf(cf_power(rx->product)) / rx->weight : 0;
	if (rx->decided > 20) /* the carrier's offset: half the phase of the squares */
		last = cf_mul(last, cf_polar(0.5 * atan2((double)rx->product.im, (double)rx->product.re)));
	float llr = soft_bit(rx, y, last);
	if (rx->decided > 0 && rx->out.bits)
		rx->out.bits(rx->out.arg, &llr, 1);
	if (rx->out.symbols) {
		struct cf s = cf_scale(cf_mulc(y, last), a);
		rx->out.symbols(rx->out.arg, &s, 1);
	}
	track(rx, y, llr < 0 ? cf_add(y, last) : cf_sub(y, last));
	rx->last = y;
	rx->at += rx->sym;
	rx->decided++;
	if (rx->decided > 20 && (rx->power < QUIET * rx->first_power || coherence < POOREST))
		end_run(rx);
}

static void rx_push(void *arg, const float *x, size_t n)
{
	struct dsss_rx *rx = arg;
	while (n) {
		size_t m = n < INTEGRATOR_BLOCK ? n : INTEGRATOR_BLOCK;
		integrator_push(&rx->in, x, m);
		while ((rx->running ? rx->at : rx->from + (double)(rx->looked + 1) * rx->sym / (rx->code.n * PER_CHIP)) + rx->sym <
		       integrator_last(&rx->in)) {
			if (rx->running)
				run_symbol(rx);
			else
				search(rx);
		}
		x += m;
		n -= m;
	}
}

static void rx_end(void *arg)
{
	struct dsss_rx *rx = arg;
	static const float silence[INTEGRATOR_BLOCK];
	for (double n = (WINDOW + 40) * rx->sym * rx->in.spp; n > 0; n -= INTEGRATOR_BLOCK)
		rx_push(rx, silence, INTEGRATOR_BLOCK);
	if (rx->running)
		end_run(rx);
}

/* ---- error rates ---- */

static double bit_energy(const struct modem_cfg *c)
{
	double a = cfg_amplitude(c);
	return a * a / 2 / cfg_baud(c);
}

static double theory(const struct scheme *s, double ebn0_db, const char **what)
{
	(void)s;
	if (what)
		*what = "exp(-Eb/N0)/2, differentially detected, as without spreading; Proakis 4.5-60";
	return exp(-from_db(ebn0_db)) / 2;
}

/* Chip by chip, with phase unknown. */
static uint64_t ideal(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r)
{
	struct dsss_code code;
	scheme_code(s, &code);
	float noise[2 * DSSS_MOST], sigma = (float)sqrt(code.n * 0.5 / from_db(ebn0_db)), sign = 1;
	struct cf before = {0, 0};
	uint64_t wrong = 0;

	for (uint64_t j = 0; j <= n; j++) { /* the first is the reference */
		unsigned bit = (unsigned)(rng_u64(r) >> 63);
		struct cf y = {0, 0};
		sign = bit ? -sign : sign;
		rng_normal(r, noise, 2 * code.n, sigma);
		for (unsigned i = 0; i < code.n; i++) {
			struct cf x = {sign * code.chip[i] + noise[2 * i], noise[2 * i + 1]};
			y = cf_add(y, cf_scale(x, code.chip[i]));
		}
		wrong += j > 0 && (cf_mulc(y, before).re < 0) != bit;
		before = y;
	}
	return wrong;
}

/* ---- the table ---- */

static const struct modem dsss_modem = {
	.family = "spread spectrum",
	.tx_new = tx_new,
	.tx_send = tx_send,
	.tx_free = free,
	.rx_new = rx_new,
	.rx_push = rx_push,
	.rx_end = rx_end,
	.rx_free = rx_free,
	.ideal = ideal,
	.bit_energy = bit_energy,
	.theory = theory,
};

#define GOLD31(NAME, K)                                                                                                          \
	{.name = NAME, .title = "spread by 31 chips of Gold's code " #K ", to share a band", .standard = "", .modem = &dsss_modem, \
	 .bits = 1, .baud = 100, .centre_hz = 3400, .bandwidth_hz = 6200, .variant = GOLD + K, .line = true}

const struct scheme dsss_schemes[] = {
	{.name = "dsss", .title = "spread by Barker's 11 chips, differential BPSK", .standard = "as IEEE 802.11-1997, 15",
	 .modem = &dsss_modem, .bits = 1, .baud = 200, .centre_hz = 2400, .bandwidth_hz = 4400, .variant = BARKER, .line = true},
	GOLD31("cdma1", 2),
	GOLD31("cdma2", 3),
	GOLD31("cdma3", 4),
	{0},
};
