/* show_signal.c - the signals that modem-sim show draws: made here or read, and what a receiver makes of them. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/front.h"
#include "1-physical/fsk.h"
#include "1-physical/level.h"
#include "1-physical/linear.h"
#include "1-physical/modem-sim/show.h"
#include "1-physical/rrc.h"
#include "1-physical/scramble.h"
#include "1-physical/wav.h"
#include "filter.h"

enum {
	BITS_MOST = 1000000,
	BLOCK = 4096,
	POINTS_MOST = 2000000, /* values from a receiver that are kept */
	DISCRIMINATOR = 16     /* values a symbol */
};
#define SECONDS_MOST 120.0 /* of a signal, held at a time */
#define SILENCE_S 0.1      /* before and behind a signal that is made, for the receiver to see where it ends */

/* ---- samples ---- */

struct samples {
	float *x;
	size_t n, cap;
};

static void samples_put(void *arg, const float *x, size_t n)
{
	struct samples *s = arg;
	if (s->cap < s->n + n) {
		s->cap = 2 * (s->n + n);
		s->x = xrealloc(s->x, s->cap * sizeof *s->x);
	}
	memcpy(s->x + s->n, x, n * sizeof *x);
	s->n += n;
}

bool shot_is(const struct shot *s, const char *family)
{
	return s->has_scheme && strcmp(s->c.scheme->modem->family, family) == 0;
}

static double bt(const struct shot *s)
{
	return shot_is(s, "fsk") ? ((const struct fsk_param *)s->c.scheme->param)->bt : 0;
}

/* ---- made ---- */

static void random_bits(struct shot *s, size_t n)
{
	struct rng r;
	rng_seed(&r, s->seed);
	s->nbits = n;
	s->bits = xmalloc(n);
	for (size_t i = 0; i < n; i++)
		s->bits[i] = (uint8_t)(rng_u64(&r) >> 63);
}

static void given_bits(struct shot *s, const char *text)
{
	s->bits = xmalloc(strlen(text));
	for (; *text; text++) {
		if (*text != '0' && *text != '1' && *text != ' ' && *text != '_')
			tool_die(EX_BAD, "--data: \"%s\" is not bits, 0 and 1", s->opts->data);
		if (*text == '0' || *text == '1')
			s->bits[s->nbits++] = *text == '1';
	}
	if (!s->nbits)
		tool_die(EX_BAD, "--data: no bits in \"%s\"", s->opts->data);
}

/* First difference of two signals, seconds. */
static double differ_s(const struct samples *a, const struct samples *b, double rate_hz)
{
	size_t i = 0;
	while (i < a->n && i < b->n && a->x[i] == b->x[i])
		i++;
	return i < a->n && i < b->n ? (double)i / rate_hz : NAN;
}

/* Linear bursts scramble their payload (linear.h), which scrambling it before undoes: pictures are of the bits of symbols. */
static void scramble(const struct shot *s, uint8_t *to, const uint8_t *bits, size_t n)
{
	uint16_t state = SCRAMBLE_PN;
	for (size_t i = 0; i < n; i++)
		to[i] = bits[i] ^ (uint8_t)(shot_is(s, "linear") ? scramble_pn(&state) : 0);
}

/* The signal whose symbols have these bits. */
static struct samples transmit(const struct shot *s, const uint8_t *bits, size_t n)
{
	struct samples out = {0};
	struct err e;
	const struct modem *m = s->c.scheme->modem;
	void *tx = m->tx_new(&s->c, (struct wave_sink){samples_put, &out}, &e);
	if (!tx)
		tool_die(EX_BAD, "%s", e.msg);
	uint8_t *payload = xmalloc(n);
	scramble(s, payload, bits, n);
	m->tx_send(tx, payload, n);
	m->tx_free(tx);
	free(payload);
	return out;
}

/* When the interval of the first bit's symbol begins. Bursts of linear modulation: by their layout (linear.h) and the length of a pulse;
 * FSK: with the tone, a symbol later where it has one in front; else where another first bit makes a difference. */
static double first_symbol_s(const struct shot *s, const struct samples *signal)
{
	if (shot_is(s, "linear")) {
		struct rrc_bank pulses;
		rrc_bank_init(&pulses, s->c.rolloff, rrc_span(s->c.rolloff), 1);
		double symbols = pulses.half + 1 + LINEAR_UW + LINEAR_HEADER + 1 - 0.5;
		rrc_bank_free(&pulses);
		return symbols / s->c.baud;
	}
	if (shot_is(s, "fsk")) {
		size_t i = 0;
		while (i < signal->n && signal->x[i] == 0)
			i++;
		bool lead = s->c.scheme->nrzi || bt(s) > 0;
		return ((double)i - 1) / s->c.rate_hz + (lead ? 1 / s->c.baud : 0);
	}
	uint8_t *other = xmalloc(s->nbits);
	memcpy(other, s->bits, s->nbits);
	other[0] ^= 1;
	struct samples b = transmit(s, other, s->nbits);
	double t = differ_s(signal, &b, s->c.rate_hz) + (shot_is(s, "scrambled baseband") ? 0.5 / s->c.baud : 0); /* a pulse of two */
	free(b.x);
	free(other);
	return t;
}

static double bit_energy(const struct shot *s, double power)
{
	const struct modem *m = s->c.scheme->modem;
	return m->bit_energy ? m->bit_energy(&s->c) : power / (s->c.baud * s->c.scheme->bits);
}

/* "Eb/N0 9 dB, offset 50 Hz": what the options do to the signal. */
static void channel_words(const struct impair_opts *o, char *text, size_t size)
{
	const struct {
		const char *form;
		double value, none;
	} numbers[] = {
		{"Eb/N0 %g dB", o->ebn0_db, HUGE_VAL},
		{"signal to noise ratio %g dB", o->snr_db, HUGE_VAL},
		{"noise %g dB", o->noise_db, HUGE_VAL},
		{"attenuation %g dB", o->attenuation_db, 0},
		{"carrier offset %g Hz", o->offset_hz, 0},
		{"carrier phase %g degrees", o->phase_deg, 0},
		{"delay %g ms", o->delay_ms, 0},
		{"tilt %g dB an octave", o->tilt_db, 0},
		{"preemphasis %g us", o->preemphasis_us, 0},
		{"deemphasis %g us", o->deemphasis_us, 0},
		{"clipped at %g", o->clip, 0},
		{"%g bits a sample", (double)o->quantise, 0},
	};
	const struct {
		const char *form, *value;
	} words[] = {{"clock %s", o->clock}, {"fading %s", o->fading}, {"bursts %s", o->bursts},
		     {"band %s", o->band}, {"twist %s", o->twist}};
	size_t n = 0;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers && n < size; i++) {
		if (numbers[i].value == numbers[i].none)
			continue;
		n += (size_t)snprintf(text + n, size - n, "%s", n ? ", " : "");
		n += n < size ? (size_t)snprintf(text + n, size - n, numbers[i].form, numbers[i].value) : 0;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words && n < size; i++) {
		if (!words[i].value)
			continue;
		n += (size_t)snprintf(text + n, size - n, "%s", n ? ", " : "");
		n += n < size ? (size_t)snprintf(text + n, size - n, words[i].form, words[i].value) : 0;
	}
	for (int i = 0; i < o->echo.n && n < size; i++)
		n += (size_t)snprintf(text + n, size - n, "%secho %s", n ? ", " : "", o->echo.v[i]);
}

/* The signal through the channel that the options ask for; *x stays where they ask for none. */
static void impair(struct shot *s, struct samples *x)
{
	static struct level level;
	const struct impair_opts *o = &s->opts->impair;
	struct channel_conf conf;
	char words[400] = "";
	struct samples out = {0};
	struct err e;
	impair_setup(o, &conf);
	level_init(&level, s->c.rate_hz);
	level_push(&level, x->x, x->n);
	double power = level_power(&level);
	conf.rate_hz = s->c.rate_hz;
	impair_noise(o, power, s->has_scheme ? bit_energy(s, power) : NAN, &conf);
	channel_words(o, words, sizeof words);
	if (!*words)
		return;
	conf.seed = s->seed;
	struct channel *c = channel_new(&conf, (struct wave_sink){samples_put, &out}, &e);
	if (!c)
		tool_die(EX_BAD, "%s", e.msg);
	channel_push(c, x->x, x->n);
	channel_end(c);
	channel_free(c);
	s->sent = x->x;
	*x = out;
}

static void make(struct shot *s, size_t symbols)
{
	const struct show_opts *o = s->opts;
	size_t most = (size_t)(0.8 * SECONDS_MOST * s->c.baud);
	if (!s->bits && o->data)
		given_bits(s, o->data);
	else if (!s->bits)
		random_bits(s, o->bits ? (size_t)o->bits : (symbols < most ? symbols : most) * s->c.scheme->bits);
	if ((double)s->nbits / s->c.scheme->bits / s->c.baud > SECONDS_MOST)
		tool_die(EX_BAD, "%zu bits at %g baud last longer than the %g s that a picture is of: fewer --bits",
		         s->nbits, s->c.baud, SECONDS_MOST);
	struct samples x = {0}, signal = transmit(s, s->bits, s->nbits);
	size_t silence = (size_t)(SILENCE_S * s->c.rate_hz);
	float *zeros = xmalloc(silence * sizeof *zeros);
	memset(zeros, 0, silence * sizeof *zeros);
	samples_put(&x, zeros, silence);
	samples_put(&x, signal.x, signal.n);
	samples_put(&x, zeros, silence);
	s->first_s = first_symbol_s(s, &signal) + (double)silence / s->c.rate_hz;
	free(zeros);
	free(signal.x);
	size_t n = x.n;
	impair(s, &x);
	s->x = x.x;
	s->n = s->sent && x.n > n ? n : x.n;
}

/* ---- read ---- */

/* The bits of the packets in packet text, one after the other. */
static void read_packets(struct shot *s, struct in *in)
{
	const char *line;
	size_t n, raw, cap = 0, room = 0;
	uint8_t *b = NULL;
	struct pkt k;
	struct err e;
	int got, number = 0;
	if (registry_init(&e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	pkt_init(&k);
	while ((got = in_line(in, &line, &n, &raw, LINE_LIMIT, &e)) == IN_OK) {
		number++;
		if (pkt_is_comment(line, n))
			continue;
		if (pkt_read(&k, line, n, &e) != 0)
			tool_die(EX_BAD, "%s:%d: %s", in->name, number, e.msg);
		long m = modem_bits(s->c.scheme, &k, &b, &cap);
		if (m < 0 || s->nbits + (size_t)m > BITS_MOST)
			tool_die(EX_BAD, "%s:%d: more than %d bits, too many for a picture", in->name, number,
			         BITS_MOST);
		if (room < s->nbits + (size_t)m) {
			room = 2 * (s->nbits + (size_t)m);
			s->bits = xrealloc(s->bits, room);
		}
		memcpy(s->bits + s->nbits, b, (size_t)m);
		s->nbits += (size_t)m;
	}
	if (got == IN_ERR)
		tool_die(EX_BAD, "%s", e.msg);
	scramble(s, s->bits, s->bits, s->nbits);
	if (!s->nbits)
		tool_die(EX_BAD, "%s: no packets in it, and it is not a WAVE file", in->name);
	free(b);
	pkt_free(&k);
}

/* The part of a WAVE file that is asked for. */
static void read_audio(struct shot *s, struct in *in, double length_s)
{
	static float block[BLOCK];
	struct samples x = {0};
	struct wav_in w;
	struct err e;
	long n;
	if (wav_open(&w, in, NULL, (unsigned)s->opts->channel - 1, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	s->c.rate_hz = w.format.rate_hz;
	uint64_t first = (uint64_t)(s->opts->start_s * s->c.rate_hz),
		 most = (uint64_t)(fmin(length_s, SECONDS_MOST) * s->c.rate_hz);
	while (x.n < most && (n = wav_read(&w, block, BLOCK, &e)) != 0) {
		if (n < 0)
			tool_die(EX_BAD, "%s", e.msg);
		uint64_t start = w.frames - (uint64_t)n, skip = first > start ? first - start : 0;
		if (skip >= (uint64_t)n)
			continue;
		size_t m = (size_t)n - (size_t)skip;
		samples_put(&x, block + skip, m < most - x.n ? m : most - x.n);
	}
	if (!x.n)
		tool_die(EX_NO, "%s: no samples from %g s on: it has %.3f s", in->name, s->opts->start_s,
		         (double)w.frames / s->c.rate_hz);
	impair(s, &x);
	s->x = x.x;
	s->n = x.n;
	s->file = true;
}

static void read_file(struct shot *s, double length_s)
{
	struct in in;
	struct err e;
	if (in_open(&in, s->opts->path, &e) != 0 || in_fill(&in, 4, &e) == IN_ERR)
		tool_die(EX_BAD, "%s", e.msg);
	bool wave = in_left(&in) >= 4 && (memcmp(in_at(&in), "RIFF", 4) == 0 || memcmp(in_at(&in), "RF64", 4) == 0);
	if (wave)
		read_audio(s, &in, length_s);
	else if (!s->has_scheme)
		tool_die(EX_BAD, "%s is not a WAVE file; for packet text, say with -m how it is to be modulated",
		         s->opts->path);
	else
		read_packets(s, &in);
	in_close(&in);
}

/* ---- both ---- */

static void figures(struct shot *s)
{
	struct modem_cfg *c = &s->c;
	const struct scheme *k = c->scheme;
	if (!(c->baud > 0))
		c->baud = k->baud;
	if (!(c->centre_hz > 0))
		c->centre_hz = k->centre_hz;
	if (!(c->shift_hz > 0))
		c->shift_hz = k->shift_hz * c->baud / k->baud;
	if (shot_is(s, "linear") && !(c->rolloff > 0))
		c->rolloff = k->bandwidth_hz / k->baud - 1;
	c->amplitude = 0.5;
}

void shot_make(struct shot *s, const struct show_opts *o, size_t symbols, double length_s)
{
	*s = (struct shot){.opts = o, .has_scheme = o->modem.name != NULL, .first_s = NAN};
	s->seed = o->seed < 0 ? rng_entropy() >> 12 : (uint64_t)o->seed;
	if (opt_verbose)
		tool_say("seed %llu", (unsigned long long)s->seed);
	if ((o->path != NULL) + (o->data != NULL) + (o->bits > 0) > 1)
		tool_die(EX_BAD, "FILE, --data and --bits each say what to show: give one");
	if (s->has_scheme || !o->path) {
		modem_setup(&o->modem, &s->c);
		figures(s);
		s->c.rate_hz = o->rate_hz > 0 ? o->rate_hz : modem_rate(&s->c);
	}
	if (o->path)
		read_file(s, o->length_s > 0 ? o->length_s : length_s);
	if (!s->file)
		make(s, symbols);
}

void shot_free(struct shot *s)
{
	free(s->bits);
	free(s->sent);
	free(s->x);
	free(s->symbol);
	free(s->eye);
}

size_t shot_symbols(const struct shot *s)
{
	unsigned bits = s->has_scheme ? s->c.scheme->bits : 1;
	return (s->nbits + bits - 1) / bits;
}

double shot_symbol_s(const struct shot *s, size_t k)
{
	size_t pilots = shot_is(s, "linear") ? k / LINEAR_GROUP : 0;
	return s->first_s + (double)(k + pilots) / s->c.baud;
}

const char *shot_label(const struct shot *s, size_t k, char label[16])
{
	unsigned bits = s->c.scheme->bits, n = 0;
	for (; n < bits && n < 15 && k * bits + n < s->nbits; n++)
		label[n] = (char)('0' + s->bits[k * bits + n]);
	label[n] = '\0';
	return label;
}

void shot_conditions(const struct shot *s, struct plot *p)
{
	char what[160] = "", words[400] = "";
	const struct show_opts *o = s->opts;
	if (s->has_scheme)
		snprintf(what, sizeof what, "%s, %.5g baud, ", s->c.scheme->title, s->c.baud);
	if (s->file)
		plot_condition(p, "%s%s, %.5g s from %.5g s on, %g samples a second", what, o->path, (double)s->n / s->c.rate_hz,
		               o->start_s, s->c.rate_hz);
	else
		plot_condition(p, "%s%zu %s bit%s, seed %llu", what, s->nbits, o->data || o->path ? "given" : "random",
		               plural(s->nbits), (unsigned long long)s->seed);
	channel_words(&o->impair, words, sizeof words);
	if (s->sent)
		plot_condition(p, "channel: %s", words);
	size_t n = 0;
	if (s->locked && isfinite(s->lock.ebn0_db))
		n += (size_t)snprintf(words, sizeof words, ", Eb/N0 %.1f dB", s->lock.ebn0_db);
	if (s->locked && isfinite(s->lock.offset_hz))
		n += (size_t)snprintf(words + n, sizeof words - n, ", carrier %+.2f Hz", s->lock.offset_hz);
	if (s->locked && isfinite(s->lock.clock_ppm))
		n += (size_t)snprintf(words + n, sizeof words - n, ", clock %+.0f ppm", s->lock.clock_ppm);
	if (n)
		plot_condition(p, "the receiver found%s", words + 1);
}

/* ---- received ---- */

static void keep(struct cf **to, size_t *n, size_t *cap, const struct cf *v, size_t m)
{
	if (*n + m > POINTS_MOST)
		m = POINTS_MOST - *n;
	if (*cap < *n + m) {
		*cap = 2 * (*n + m);
		*to = xrealloc(*to, *cap * sizeof **to);
	}
	memcpy(*to + *n, v, m * sizeof *v);
	*n += m;
}

static void on_symbols(void *arg, const struct cf *v, size_t n)
{
	struct shot *s = arg;
	keep(&s->symbol, &s->nsymbols, &s->capsymbols, v, n);
}

static void on_eye(void *arg, const struct cf *y, size_t n, double phase, double per_symbol)
{
	struct shot *s = arg;
	if (!s->neye) {
		s->eye_phase = phase;
		s->per_symbol = per_symbol;
	}
	keep(&s->eye, &s->neye, &s->capeye, y, n);
}

static void on_stop(void *arg, const struct lock *lock)
{
	struct shot *s = arg;
	if (!s->locked || lock->end_s - lock->start_s > s->lock.end_s - s->lock.start_s)
		s->lock = *lock;
	s->locked = true;
}

bool shot_receive(struct shot *s)
{
	const struct modem *m = s->c.scheme->modem;
	struct soft_sink sink = {.stop = on_stop, .symbols = on_symbols, .eye = on_eye, .arg = s};
	struct err e;
	void *rx = m->rx_new ? m->rx_new(&s->c, sink, &e) : NULL;
	if (!rx && shot_is(s, "fsk")) /* its eye needs no receiver */
		return false;
	if (!rx)
		tool_die(EX_BAD, "%s", m->rx_new ? e.msg : "this scheme has no receiver");
	m->rx_push(rx, s->x, s->n);
	m->rx_end(rx);
	m->rx_free(rx);
	return s->locked;
}

/* ---- baseband ---- */

static void on_baseband(void *arg, const struct cf *y, size_t n) { samples_put(arg, (const float *)y, 2 * n); }

struct cf *shot_baseband(const struct shot *s, const float *x, double per_symbol, size_t *n, double *rate_hz)
{
	struct samples out = {0};
	struct err e;
	double half = fmax(s->c.scheme->bandwidth_hz * s->c.baud / s->c.scheme->baud, s->c.shift_hz + s->c.baud) / 2;
	double stop = fmin(2 * half, 2 * s->c.centre_hz - half); /* the mirror image is twice the carrier away */
	*rate_hz = per_symbol * s->c.baud;
	struct front_cfg f = {s->c.rate_hz, s->c.centre_hz, *rate_hz, half, fmax(stop, 1.1 * half)};
	struct front *front = front_new(&f, &e);
	if (!front)
		tool_die(EX_BAD, "%s", e.msg);
	front_push(front, x, s->n, on_baseband, &out);
	front_free(front);
	*n = out.n / 2;
	return (struct cf *)out.x;
}
