/* line_modem.c - line codes as baseband schemes: transmitter, soft bits, theory.
 *
 * Levels are rectangular pulses; a sample is the mean of the level over its time, so that pulses may begin between
 * samples. Each run begins with 1100 1100 ..., which changes the level often in every code and has both symbols, and
 * ends with some of it.
 */
#include "line_modem.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "scramble.h"

enum { LEAD = 352, TAIL = 32, TX_BLOCK = 512, PIECE = 1024 }; /* bits; samples; bits */

struct line_tx {
	struct wave_sink out;
	struct line line;
	double element;          /* samples */
	double amplitude;        /* of level 1 */
	double sum, filled;      /* of the sample in the making: level times time, and time */
	float block[TX_BLOCK];
	size_t n;
};

static const struct line_scheme *param(const struct scheme *s) { return s->param; }

static double cfg_baud(const struct modem_cfg *c) { return c->baud > 0 ? c->baud : c->scheme->baud; }

static void *tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e)
{
	struct line l;
	if (line_open(&l, param(c->scheme)->code, e) != 0)
		return NULL;
	double element = c->rate_hz / (cfg_baud(c) * l.elements), least = 4 * cfg_baud(c) * l.elements;
	if (!(element >= 4)) {
		err_set(e, "%s at %g baud needs at least %.0f samples a second, not %g", c->scheme->name, cfg_baud(c),
			ceil(least), c->rate_hz);
		return NULL;
	}
	struct line_tx *tx = xmalloc(sizeof *tx);
	*tx = (struct line_tx){.out = out, .line = l, .element = element};
	tx->amplitude = (c->amplitude > 0 ? c->amplitude : 0.5) / (l.pulse->levels[0] == '3' ? 3 : 1);
	return tx;
}

static void flush(struct line_tx *tx)
{
	if (tx->n && tx->out.put)
		tx->out.put(tx->out.arg, tx->block, tx->n);
	tx->n = 0;
}

static void tx_level(struct line_tx *tx, double level, double samples)
{
	while (samples > 1e-9) {
		double take = fmin(samples, 1 - tx->filled);
		tx->sum += take * level;
		tx->filled += take;
		samples -= take;
		if (tx->filled < 1 - 1e-9)
			continue;
		tx->block[tx->n++] = (float)(tx->amplitude * tx->sum);
		tx->sum = tx->filled = 0;
		if (tx->n == TX_BLOCK)
			flush(tx);
	}
}

/* n symbols of the code, n <= PIECE. */
static void tx_symbols(struct line_tx *tx, const uint16_t *s, size_t n)
{
	int8_t y[2 * PIECE];
	line_encode(&tx->line, s, n, y, NULL);
	for (size_t i = 0; i < n * tx->line.elements; i++)
		tx_level(tx, y[i], tx->element);
}

/* n bits, zeros added where a symbol is not full. */
static void tx_bits(struct line_tx *tx, const uint8_t *bits, size_t n)
{
	uint16_t s[PIECE];
	size_t m = 0;
	for (size_t j = 0; j < n; j += tx->line.bits) {
		unsigned v = 0;
		for (unsigned k = 0; k < tx->line.bits; k++)
			v = v << 1 | (j + k < n ? bits[j + k] & 1U : 0);
		s[m++] = (uint16_t)v;
		if (m == PIECE || j + tx->line.bits >= n) {
			tx_symbols(tx, s, m);
			m = 0;
		}
	}
}

static void training(struct line_tx *tx, unsigned n)
{
	uint8_t bits[LEAD];
	for (unsigned j = 0; j < n; j++)
		bits[j] = j % 4 < 2;
	tx_bits(tx, bits, n);
}

static void tx_send(void *arg, const uint8_t *bits, size_t n)
{
	struct line_tx *tx = arg;
	line_start(&tx->line, (struct line_begin){0}, false);
	training(tx, LEAD);
	tx_bits(tx, bits, n);
	training(tx, TAIL);
	tx_level(tx, 0, 1 - tx->filled);
	flush(tx);
}

static void add_squares(void *arg, const float *x, size_t n)
{
	double *sum = arg;
	for (size_t i = 0; i < n; i++)
		*sum += (double)x[i] * (double)x[i];
}

static double bit_energy(const struct modem_cfg *c)
{
	enum { BITS = 1 << 14 };
	double sum = 0;
	struct line_tx *tx = tx_new(c, (struct wave_sink){add_squares, &sum}, NULL);
	struct rng r;
	uint8_t bits[BITS];
	if (!tx)
		return NAN;
	rng_seed(&r, 1);
	for (size_t j = 0; j < BITS; j++)
		bits[j] = (uint8_t)(rng_u64(&r) >> 63);
	tx_bits(tx, bits, BITS);
	flush(tx);
	free(tx);
	return sum / c->rate_hz / BITS;
}

/* ---- soft bits ---- */

static double log_cosh(double x) { return fabs(x) + log1p(exp(-2 * fabs(x))) - 0.69314718055994530942; }

/* ln(exp(a) + exp(b)) */
static double log_add(double a, double b) { return fmax(a, b) + log1p(exp(-fabs(a - b))); }

/* T1.601: the first bit is the sign, the second 0 for 3 and 1 for 1. */
static void quaternary(double z, double a, double v, float *llr)
{
	double m[4];
	for (int i = 0; i < 4; i++)
		m[i] = -(z - (2 * i - 3) * a) * (z - (2 * i - 3) * a) / (2 * v);
	llr[0] = (float)(log_add(m[0], m[1]) - log_add(m[2], m[3]));
	llr[1] = (float)(log_add(m[0], m[3]) - log_add(m[1], m[2]));
}

void line_soft(const struct line_scheme *p, double z, double a, double v, float *last, float *llr)
{
	double l;
	if (p->kind == KIND_QUATERNARY) {
		quaternary(z, a, v, llr);
		return;
	}
	if (p->kind == KIND_ANTIPODAL)
		l = -2 * a * z / v;
	else if (p->kind == KIND_ON_OFF)
		l = -(a * z - a * a / 2) / v;
	else /* half of the symbols 0, a quarter each pulse */
		l = a * a / (2 * v) - log_cosh(a * z / v);
	float soft = (float)fmax(-1e4, fmin(1e4, l));
	*llr = p->differential ? llr_sum(soft, *last) : soft;
	*last = soft;
	if (p->inverted)
		*llr = -*llr;
}

/* ---- error rates: symbol by symbol, threshold half way between levels ---- */

static double theory(const struct scheme *s, double ebn0_db, const char **what)
{
	const struct line_scheme *p = param(s);
	double g = from_db(ebn0_db), q = q_function(sqrt(g)), q3 = q_function(3 * sqrt(g));
	double ber = q_function(sqrt(2 * g)), a = sqrt(0.8 * g);
	const char *words = "Q(sqrt(2 Eb/N0)); Proakis 4.3-13";
	if (p->kind == KIND_ON_OFF) {
		ber = q;
		words = "Q(sqrt(Eb/N0)); Couch 7-2";
	} else if (p->kind == KIND_TERNARY) {
		ber = 1.5 * q - 0.5 * q3;
		words = "3/2 Q(sqrt(Eb/N0)) - 1/2 Q(3 sqrt(Eb/N0)); Couch 7-2, the least term added";
	} else if (p->kind == KIND_QUATERNARY) {
		ber = 0.75 * q_function(a) + 0.5 * q_function(3 * a) - 0.25 * q_function(5 * a);
		words = "(3 Q(a) + 2 Q(3a) - Q(5a))/4, a = sqrt(4/5 Eb/N0); K. Cho, D. Yoon, IEEE Trans. Comm. 50(7), 2002";
	}
	if (p->differential) {
		ber = 2 * ber * (1 - ber);
		words = p->kind == KIND_TERNARY ? "2p(1-p), p = 3/2 Q(sqrt(Eb/N0)) - 1/2 Q(3 sqrt(Eb/N0)): one of two levels wrong"
		                                : "2p(1-p), p = Q(sqrt(2 Eb/N0)): one of two levels wrong";
	}
	if (what)
		*what = words;
	return ber;
}

/* The level of a symbol in the mean energy of a bit, and what a threshold half way makes of it. */
static uint64_t ideal_quaternary(double ebn0_db, uint64_t n, struct rng *r)
{
	double d = sqrt(0.4), sigma = sqrt(0.5 / from_db(ebn0_db));
	uint64_t wrong = 0;
	for (uint64_t done = 0; done < n; done += 2) {
		unsigned v = (unsigned)(rng_u64(r) >> 62), got;
		static const int levels[4] = {-3, -1, 3, 1};
		float noise;
		rng_normal(r, &noise, 1, (float)sigma);
		double z = d * levels[v] + (double)noise;
		got = (unsigned)(z > 0) << 1 | (fabs(z) < 2 * d);
		wrong += (got ^ v) >> 1;
		wrong += done + 1 < n && ((got ^ v) & 1);
	}
	return wrong;
}

static uint64_t ideal(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r)
{
	enum { BLOCK = 1024 };
	const struct line_scheme *p = param(s);
	float noise[BLOCK], sigma = (float)sqrt(0.5 / from_db(ebn0_db));
	float a = p->kind == KIND_ANTIPODAL ? 1 : 1.41421356f; /* half of the others' symbols are nothing */
	unsigned sent = 0, got = 0;
	uint64_t wrong = 0, random = 0;
	if (p->kind == KIND_QUATERNARY)
		return ideal_quaternary(ebn0_db, n, r);
	for (uint64_t done = 0; done < n;) {
		rng_normal(r, noise, BLOCK, sigma);
		for (int i = 0; i < BLOCK && done < n; i++, done++, random >>= 1) {
			if (done % 64 == 0)
				random = rng_u64(r);
			unsigned symbol = random & 1, heard;
			float z = (symbol ? a : p->kind == KIND_ANTIPODAL ? -a : 0) + noise[i];
			heard = p->kind == KIND_ANTIPODAL ? z > 0 : (p->kind == KIND_TERNARY ? fabsf(z) : z) > a / 2;
			wrong += p->differential ? (symbol ^ sent) != (heard ^ got) : symbol != heard;
			sent = symbol;
			got = heard;
		}
	}
	return wrong;
}

/* ---- the table ---- */

static void *rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	void *tx = tx_new(c, (struct wave_sink){0}, e); /* the same figures are possible */
	free(tx);
	return tx ? line_rx_new(c, out, e) : NULL;
}

static const struct modem line_modem = {
	.family = "line code",
	.tx_new = tx_new, .tx_send = tx_send, .tx_free = free,
	.rx_new = rx_new, .rx_push = line_rx_push, .rx_end = line_rx_end, .rx_free = line_rx_free,
	.ideal = ideal, .bit_energy = bit_energy, .theory = theory,
};

#define SCHEME(name_, title_, standard_, bits_, baud_, null_, look_, kind_, power_, differential_, inverted_)                     \
	{                                                                                                                         \
		.name = name_, .title = title_, .standard = standard_, .modem = &line_modem, .bits = bits_, .baud = baud_,        \
		.bandwidth_hz = null_, .line = true,                                                                              \
		.param = &(const struct line_scheme){name_, look_, kind_, power_, differential_, inverted_},                      \
	}

/* 2400 bit/s; the band is that up to the first null. */
const struct scheme linecode_schemes[] = {
	SCHEME("nrz-l", "NRZ-L", "IRIG 106, 4", 1, 2400, 2400, LOOK_LEVEL, KIND_ANTIPODAL, 1, false, false),
	SCHEME("nrz-m", "NRZ-M (NRZ-I)", "IRIG 106, 4", 1, 2400, 2400, LOOK_LEVEL, KIND_ANTIPODAL, 1, true, false),
	SCHEME("nrz-s", "NRZ-S", "IRIG 106, 4", 1, 2400, 2400, LOOK_LEVEL, KIND_ANTIPODAL, 1, true, true),
	SCHEME("unipolar", "unipolar NRZ", "", 1, 2400, 2400, LOOK_LEVEL, KIND_ON_OFF, 0.5, false, false),
	SCHEME("rz", "unipolar RZ", "IRIG 106, 4", 1, 2400, 4800, LOOK_FIRST, KIND_ON_OFF, 0.25, false, false),
	SCHEME("rz-polar", "polar RZ", "", 1, 2400, 4800, LOOK_FIRST, KIND_ANTIPODAL, 0.5, false, false),
	SCHEME("manchester", "Manchester", "IEEE 802.3, 7.3.1.1", 1, 2400, 4800, LOOK_HALVES, KIND_ANTIPODAL, 1, false, true),
	SCHEME("thomas", "Manchester (G. E. Thomas)", "IRIG 106, 4", 1, 2400, 4800, LOOK_HALVES, KIND_ANTIPODAL, 1, false, false),
	SCHEME("diff-manchester", "differential Manchester", "IEEE 802.5, 5.1", 1, 2400, 4800, LOOK_HALVES, KIND_ANTIPODAL, 1, true, false),
	SCHEME("ami", "alternate mark inversion", "ITU-T G.703", 1, 2400, 2400, LOOK_LEVEL, KIND_TERNARY, 0.5, false, false),
	SCHEME("pseudoternary", "pseudoternary", "ITU-T I.430, 8.5", 1, 2400, 2400, LOOK_LEVEL, KIND_TERNARY, 0.5, false, true),
	SCHEME("mlt-3", "MLT-3", "ANSI X3.263", 1, 2400, 2400, LOOK_LEVEL, KIND_TERNARY, 0.5, true, false),
	SCHEME("2b1q", "2B1Q", "ANSI T1.601", 2, 1200, 1200, LOOK_LEVEL, KIND_QUATERNARY, 5, false, false),
	{0},
};
