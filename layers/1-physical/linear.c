/* linear.c - linear modulation: the schemes, bursts, the transmitter, and detection with perfect synchronisation. */

#include "linear.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "rrc.h"
#include "scramble.h"

#define ROLLOFF 0.25

/* ---- schemes ---- */

static const struct modem linear_modem;

/* 2400 baud on 1800 Hz with rolloff 0.25 are 300 to 3300 Hz: what a telephone channel carries (300 to 3400 Hz, ITU-T G.712), at the
 * figures of ITU-T V.32. */
#define BAUD 2400.0

enum { OOK, ASK4, ASK8, BPSK, DBPSK, QPSK, OQPSK, PI4DQPSK, PSK8, QAM16, QAM64, QAM256 };

static const struct linear_kind kinds[] = {
	[OOK] = {.shape = SHAPE_OOK, .bits = 1},
	[ASK4] = {.shape = SHAPE_ASK, .bits = 2},
	[ASK8] = {.shape = SHAPE_ASK, .bits = 3},
	[BPSK] = {.shape = SHAPE_ASK, .bits = 1},
	[DBPSK] = {.shape = SHAPE_ASK, .bits = 1, .differential = true},
	[QPSK] = {.shape = SHAPE_QAM, .bits = 2},
	[OQPSK] = {.shape = SHAPE_QAM, .bits = 2, .offset = true},
	[PI4DQPSK] = {.shape = SHAPE_QAM, .bits = 2, .differential = true, .swapped = true},
	[PSK8] = {.shape = SHAPE_PSK, .bits = 3},
	[QAM16] = {.shape = SHAPE_QAM, .bits = 4},
	[QAM64] = {.shape = SHAPE_QAM, .bits = 6},
	[QAM256] = {.shape = SHAPE_QAM, .bits = 8},
};

#define SCHEME(kind, kind_bits, kind_name, kind_title, kind_standard)                                                          \
	{.name = kind_name, .title = kind_title, .standard = kind_standard, .modem = &linear_modem, .bits = kind_bits, .baud = BAUD, \
	 .centre_hz = 1800, .bandwidth_hz = BAUD * (1 + ROLLOFF), .variant = kind, .param = &kinds[kind]}

const struct scheme linear_schemes[] = {
	SCHEME(OOK, 1, "ook", "on-off keying, coherent", ""),
	SCHEME(ASK4, 2, "4ask", "4-level amplitude shift keying, bipolar", ""),
	SCHEME(ASK8, 3, "8ask", "8-level amplitude shift keying, bipolar", ""),
	SCHEME(BPSK, 1, "bpsk", "binary phase shift keying", ""),
	SCHEME(DBPSK, 1, "dbpsk", "differential BPSK, differentially detected", ""),
	SCHEME(QPSK, 2, "qpsk", "quadrature phase shift keying", ""),
	SCHEME(OQPSK, 2, "oqpsk", "offset QPSK", ""),
	SCHEME(PI4DQPSK, 2, "pi4dqpsk", "pi/4-DQPSK, differentially detected", "ETSI EN 300 392-2"),
	SCHEME(PSK8, 3, "8psk", "8-ary phase shift keying", ""),
	SCHEME(QAM16, 4, "16qam", "16-ary quadrature amplitude modulation", ""),
	SCHEME(QAM64, 6, "64qam", "64-ary quadrature amplitude modulation", ""),
	SCHEME(QAM256, 8, "256qam", "256-ary quadrature amplitude modulation", ""),
	{.name = NULL},
};

int linear_configure(struct modem_cfg *full, const struct modem_cfg *c, struct err *e)
{
	*full = *c;
	if (!(full->baud > 0))
		full->baud = c->scheme->baud;
	if (!(full->centre_hz > 0))
		full->centre_hz = c->scheme->centre_hz;
	if (!(full->rolloff > 0))
		full->rolloff = ROLLOFF;
	if (!(full->amplitude > 0))
		full->amplitude = 0.5;
	if (!(full->rolloff >= 0.1 && full->rolloff <= 1))
		return err_set(e, "rolloff %g: 0.1 to 1 can be", full->rolloff);
	double half = (1 + full->rolloff) / 2 * full->baud;
	if (!(full->centre_hz >= half))
		return err_set(e, "a carrier of %g Hz: %g baud with rolloff %g need %g Hz on each side", full->centre_hz, full->baud,
		               full->rolloff, half);
	if (!(full->centre_hz + half <= full->rate_hz / 2))
		return err_set(e, "%g samples a second carry up to %g Hz: %g baud on %g Hz go up to %g Hz", full->rate_hz,
		               full->rate_hz / 2, full->baud, full->centre_hz, full->centre_hz + half);
	return 0;
}

/* ---- bursts ---- */

/* An m-sequence and the beginning of its next period, bit 0 first: a[n+6] = a[n+1] + a[n] from 1, 0, 0, 0, 0, 0, since x^6 + x + 1 is
 * primitive (Golomb, Shift Register Sequences). It agrees with itself shifted, cut off at the ends, in at most 6 places too many. */
#define M_SEQUENCE UINT64_C(0xfd59bb49c5e51841)

float linear_uw(unsigned i) { return M_SEQUENCE >> i & 1 ? -1 : 1; }

float linear_pilot(uint64_t i) /* the same sequence, 63 long */
{
	return linear_uw((unsigned)(i % 63));
}

/* CRC-14 of GSM (3GPP TS 43.064, x^14+x^13+x^5+x^3+x^2+1, inverted), begun with the scheme, so that only its own receiver takes a burst. */
static uint32_t header_crc(uint32_t count, int variant)
{
	uint32_t crc = (uint32_t)variant;
	for (int i = LINEAR_COUNT_BITS - 1; i >= 0; i--) {
		uint32_t top = (crc >> 13 ^ count >> i) & 1;
		crc = (crc << 1 & 0x3fff) ^ (top ? 0x202d : 0);
	}
	return crc ^ 0x3fff;
}

/* Symbol i of a word: five bits choose a row of the Hadamard matrix, the sixth its sign; the unique word's beginning, multiplied in,
 * keeps words from being tones. */
void linear_header(float symbols[LINEAR_HEADER], uint32_t count, int variant)
{
	uint64_t all = (uint64_t)count << LINEAR_CRC_BITS | header_crc(count, variant);
	for (unsigned w = 0; w < LINEAR_WORDS; w++) {
		unsigned six = all >> 6 * (LINEAR_WORDS - 1 - w) & 63;
		for (unsigned i = 0; i < LINEAR_WORD; i++) {
			unsigned minus = (unsigned)__builtin_popcount(six & i) + (six >> 5) + (unsigned)(M_SEQUENCE >> i & 1);
			*symbols++ = minus & 1 ? -1 : 1;
		}
	}
}

/* The most likely word: the row with the greatest correlation, of either sign, by a fast Hadamard transform. */
static unsigned word_read(const float *symbols)
{
	float v[LINEAR_WORD];
	unsigned best = 0;
	for (unsigned i = 0; i < LINEAR_WORD; i++)
		v[i] = M_SEQUENCE >> i & 1 ? -symbols[i] : symbols[i];
	for (unsigned d = 1; d < LINEAR_WORD; d *= 2)
		for (unsigned i = 0; i < LINEAR_WORD; i++)
			if (!(i & d)) {
				float a = v[i], b = v[i + d];
				v[i] = a + b;
				v[i + d] = a - b;
			}
	for (unsigned i = 1; i < LINEAR_WORD; i++)
		if (fabsf(v[i]) > fabsf(v[best]))
			best = i;
	return best | (v[best] < 0 ? 32 : 0);
}

int64_t linear_header_read(const float symbols[LINEAR_HEADER], int variant)
{
	uint64_t all = 0;
	for (unsigned w = 0; w < LINEAR_WORDS; w++)
		all = all << 6 | word_read(symbols + w * LINEAR_WORD);
	uint32_t count = (uint32_t)(all >> LINEAR_CRC_BITS);
	return count <= LINEAR_BITS_MAX && (all & 0x3fff) == header_crc(count, variant) ? (int64_t)count : -1;
}

/* ---- the transmitter ---- */

enum { BLOCK = 512 }; /* samples */

struct linear_tx {
	struct modem_cfg c;
	const struct linear_kind *kind;
	struct constellation points;
	struct rrc_bank pulses;
	struct wave_sink out;
	/* of a burst */
	float head[LINEAR_UW + LINEAR_HEADER];
	const uint8_t *bits;
	size_t left;             /* bits */
	uint64_t at;             /* symbols so far */
	uint16_t scramble;
	struct cf last;
};

/* What the largest of a signal's samples are over its largest symbol: one in about 10^4 is above. */
#define OVERSHOOT 1.5

double linear_gain(const struct modem_cfg *full)
{
	const struct linear_kind *k = full->scheme->param;
	struct constellation c;
	float peak = 1;
	constellation_init(&c, k->shape, k->bits);
	for (unsigned i = 0; i < c.size; i++)
		peak = fmaxf(peak, sqrtf(cf_power(c.point[i])));
	return full->amplitude / ((double)peak * OVERSHOOT);
}

static double linear_bit_energy(const struct modem_cfg *c)
{
	struct modem_cfg full;
	if (linear_configure(&full, c, NULL))
		return NAN;
	double a = linear_gain(&full);
	return a * a / 2 / full.baud / c->scheme->bits;
}

static void *linear_tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e)
{
	struct modem_cfg full;
	if (linear_configure(&full, c, e))
		return NULL;
	struct linear_tx *t = xmalloc(sizeof *t);
	*t = (struct linear_tx){.c = full, .kind = full.scheme->param, .out = out};
	constellation_init(&t->points, t->kind->shape, t->kind->bits);
	rrc_bank_init(&t->pulses, full.rolloff, rrc_span(full.rolloff), 1);
	for (unsigned i = 0; i < LINEAR_UW; i++)
		t->head[i] = linear_uw(i);
	return t;
}

static void linear_tx_free(void *tx)
{
	struct linear_tx *t = tx;
	if (!t)
		return;
	rrc_bank_free(&t->pulses);
	free(t);
}

static struct cf payload_symbol(struct linear_tx *t)
{
	unsigned label = 0;
	for (unsigned b = 0; b < t->kind->bits; b++) {
		label = label << 1 | (t->left ? (*t->bits & 1) ^ scramble_pn(&t->scramble) : 0);
		t->bits += t->left > 0;
		t->left -= t->left > 0;
	}
	struct cf s = t->points.point[label];
	if (t->kind->swapped)
		s = (struct cf){s.im, s.re};
	return t->kind->differential ? cf_mul(t->last, s) : s;
}

/* The burst's next symbol; false: there is none. */
static bool next_symbol(struct linear_tx *t, struct cf *s)
{
	const unsigned head = LINEAR_UW + LINEAR_HEADER;
	if (t->at >= head && !t->left)
		return false;
	if (t->at < head)
		t->last = (struct cf){t->head[t->at], 0};
	else if ((t->at - head) % (LINEAR_GROUP + 1) == 0)
		t->last = (struct cf){linear_pilot((t->at - head) / (LINEAR_GROUP + 1)), 0};
	else
		t->last = payload_symbol(t);
	t->at++;
	*s = t->last;
	return true;
}

/* The samples of the carrier from the moment n on, m <= BLOCK of them, with the baseband y. */
static void to_carrier(const struct linear_tx *t, const struct cf *y, uint64_t n, size_t m, float gain)
{
	float x[BLOCK];
	double step = TAU * t->c.centre_hz / t->c.rate_hz, start = fmod((double)n * (t->c.centre_hz / t->c.rate_hz), 1) * TAU;
	double c = cos(start), s = sin(start), dc = cos(step), ds = sin(step);
	for (size_t i = 0; i < m; i++) {
		x[i] = gain * (float)(y[i].re * c - y[i].im * s);
		double turned = c * dc - s * ds;
		s = s * dc + c * ds;
		c = turned;
	}
	t->out.put(t->out.arg, x, m);
}

static void linear_tx_send(void *tx, const uint8_t *bits, size_t n)
{
	struct linear_tx *t = tx;
	enum { AHEAD = 256 };
	struct cf s[2 * 48 + 4 + AHEAD], y[BLOCK], slope; /* symbols at hand, and behind the end zeros */
	const int half = t->pulses.half, width = 2 * half;
	const float gain = (float)linear_gain(&t->c);
	const double step = t->c.baud / t->c.rate_hz;
	uint64_t base = 0, sample = 0, end = UINT64_MAX;  /* base: place of s[0], half + 1 symbols before which the first one is */
	size_t m = 0;

	t->bits = bits;
	t->scramble = SCRAMBLE_PN;
	t->left = n < LINEAR_BITS_MAX ? n : LINEAR_BITS_MAX;
	t->at = 0;
	linear_header(t->head + LINEAR_UW, (uint32_t)t->left, t->c.scheme->variant);
	memset(s, 0, sizeof s);
	for (int have = width; sample < end; sample++) {
		double at = (double)sample * step - (double)base; /* of s[half - 1], in symbols */
		while ((int)at + width + 1 > have) {
			if (have == (int)(sizeof s / sizeof *s)) {
				int drop = (int)at - 1;
				memmove(s, s + drop, sizeof *s * (size_t)(have - drop));
				have -= drop;
				base += (uint64_t)drop;
				at -= drop;
			}
			if (!next_symbol(t, &s[have])) {
				s[have] = (struct cf){0, 0};
				if (end == UINT64_MAX) /* the last pulse's end, and a few symbols of silence */
					end = sample + (uint64_t)((width + 10) / step);
			}
			have++;
		}
		int i = (int)at;
		y[m] = rrc_bank_at(&t->pulses, s + i, at - i, &slope);
		if (t->kind->offset) {
			at = at >= 0.5 ? at - 0.5 : 0;
			i = (int)at;
			y[m].im = rrc_bank_at(&t->pulses, s + i, at - i, &slope).im;
		}
		if (++m == BLOCK) {
			to_carrier(t, y, sample + 1 - m, m, gain);
			m = 0;
		}
	}
	to_carrier(t, y, sample - m, m, gain);
}

/* ---- perfect synchronisation ---- */

enum { CHUNK = 1024 }; /* symbols */

/* Labels of n symbols, at random. */
static void random_labels(struct rng *r, uint8_t *label, size_t n, unsigned bits)
{
	uint64_t word = 0;
	for (size_t i = 0; i < n; i++) {
		if (i % 8 == 0)
			word = rng_u64(r);
		label[i] = (uint8_t)(word & ((1u << bits) - 1));
		word >>= 8;
	}
}

static void add_noise(struct rng *r, struct cf *y, size_t n, bool real, float sigma)
{
	float noise[2 * CHUNK];
	rng_normal(r, noise, real ? n : 2 * n, sigma);
	if (real)
		for (size_t i = 0; i < n; i++)
			y[i].re += noise[i];
	else
		for (size_t i = 0; i < n; i++)
			y[i] = cf_add(y[i], (struct cf){noise[2 * i], noise[2 * i + 1]});
}

/* Changes of phase, each between two symbols of its own: in a stream each symbol's noise is in two changes, and errors in pairs, which
 * alters no rate but the spread that intervals of confidence are computed from. */
static void add_noise_to_changes(struct rng *r, struct cf *y, size_t n, float sigma)
{
	struct cf before[CHUNK];
	for (size_t i = 0; i < n; i++)
		before[i] = (struct cf){1, 0};
	add_noise(r, before, n, false, sigma);
	add_noise(r, y, n, false, sigma);
	for (size_t i = 0; i < n; i++)
		y[i] = cf_mulc(y[i], before[i]);
}

static uint64_t linear_ideal(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r)
{
	const struct linear_kind *k = s->param;
	struct constellation c;
	struct cf y[CHUNK];
	uint8_t sent[CHUNK], got[CHUNK];
	uint64_t wrong = 0;
	const float sigma = (float)sqrt(0.5 / (k->bits * from_db(ebn0_db)));

	constellation_init(&c, k->shape, k->bits);
	for (size_t m; n; n -= n < m * k->bits ? n : m * k->bits) {
		uint64_t symbols = (n + k->bits - 1) / k->bits;
		m = symbols < CHUNK ? (size_t)symbols : CHUNK;
		random_labels(r, sent, m, k->bits);
		for (size_t i = 0; i < m; i++)
			y[i] = c.point[sent[i]];
		if (k->differential)
			add_noise_to_changes(r, y, m, sigma);
		else
			add_noise(r, y, m, c.real, sigma);
		constellation_hard(&c, got, y, m);
		if (n < m * k->bits) { /* the last symbol has bits that do not count */
			unsigned spare = (unsigned)(m * k->bits - n);
			sent[m - 1] >>= spare;
			got[m - 1] >>= spare;
		}
		for (size_t i = 0; i < m; i++)
			wrong += (unsigned)__builtin_popcount(sent[i] ^ got[i]);
	}
	return wrong;
}

static const struct modem linear_modem = {
	.family = "linear",
	.tx_new = linear_tx_new,
	.tx_send = linear_tx_send,
	.tx_free = linear_tx_free,
	.rx_new = linear_rx_new,
	.rx_push = linear_rx_push,
	.rx_end = linear_rx_end,
	.rx_free = linear_rx_free,
	.ideal = linear_ideal,
	.bit_energy = linear_bit_energy,
	.theory = linear_theory,
};
