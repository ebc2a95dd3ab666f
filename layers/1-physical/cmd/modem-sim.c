/* modem-sim.c - a modem on both ends of a channel, as a filter of packets, and its subcommands: modem-sim(1). */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "1-physical/modem-sim/cmds.h"
#include "1-physical/modem-sim/impair.h"
#include "1-physical/modem-sim/setup.h"
#include "filter.h"

enum {
	BLOCK = 4096,            /* samples at a time */
	LEAD = 24, TAIL = 24,    /* symbols of channel before and behind a packet */
	CLEAN_DB = 30            /* beyond it Eb/N0 is the arithmetic's, not the channel's */
};

static struct modem_opts modem = {.name = "bpsk"};
static struct impair_opts impair = IMPAIR_INIT;
static double rate_hz;
static int64_t seed = -1;
static bool schemes;

static const char *const usage[] = {
	"[-m SCHEME] [--ebn0 DB] [channel options] [--seed N] [FILE...]",
	"COMMAND [options]",
	"--schemes", NULL,
};
static const struct opt opts[] = {
	MODEM_OPTS(modem),
	{'r', "rate", "HZ", OPT_REAL, &rate_hz, 1000, 1e7, "samples a second (as many as the scheme needs)"},
	NOISE_OPTS(impair),
	IMPAIR_OPTS(impair),
	{0, "seed", "N", OPT_INT, &seed, 0, 9e15, "random numbers of the channel (from the system; -v says which)"},
	{0, "schemes", NULL, OPT_FLAG, &schemes, 0, 0, "list the schemes, their bandwidth and standard"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Each packet goes through the transmitter, the channel and a receiver that has to find it. One that arrives has the notes",
	"@modem-sim.bits=N and .errors=N: the bits sent, and those received wrong; .ebn0=DB: as the receiver measured it.",
	"Exit status: 0 done; 2 usage, malformed input or a system error.", NULL,
};
static const struct sub subs[] = {
	{"tx", modem_tx, "packets, or octets, to a signal"},
	{"rx", modem_rx, "a signal to packets, or to octets"},
	{"channel", modem_channel, "a signal to what arrives of it"},
	{"line", modem_line, "draw a line code for given bits, and read it back"},
	{"ber", modem_ber, "measured error rates beside those of theory"},
	{"fec", modem_fec, "packets into words of error-correcting codes and back"},
	{"show", modem_show, "pictures of signals: wave, eye, constellation, spectrum, trellis"},
	{"capacity", modem_capacity, "how much a channel can carry, by Nyquist and Shannon"},
	{NULL, NULL, NULL},
};

/* ---- a packet's way ---- */

static struct modem_cfg cfg;
static struct rng rng;
static uint64_t sent_bits, wrong_bits, sent_packets, lost_packets, hit_packets;

/* The signal of one packet. */
static struct wave {
	float *x;
	size_t n, cap;
	size_t sent;   /* samples that are not silence around it */
} wave;

static void add(void *arg, const float *x, size_t n)
{
	struct wave *w = arg;
	if (w->cap < w->n + n) {
		w->cap = 2 * (w->n + n);
		w->x = xrealloc(w->x, w->cap * sizeof *w->x);
	}
	if (x)
		memcpy(w->x + w->n, x, n * sizeof *x);
	else
		memset(w->x + w->n, 0, n * sizeof *w->x);
	w->n += n;
}

/* What arrived of it. */
struct soft {
	float *llr;
	size_t n, cap;
	bool any;
};
static struct arrival {
	struct soft line, packet;  /* bits of the line around it; the first packet */
	struct lock lock;
} arrival;

static void on_heard(void *arg, const struct heard *h)
{
	struct arrival *a = arg;
	struct soft *s = h->line ? &a->line : &a->packet;
	if (!h->line && s->any)
		return;
	if (s->cap < s->n + h->n) {
		s->cap = 2 * (s->n + h->n);
		s->llr = xrealloc(s->llr, s->cap * sizeof *s->llr);
	}
	if (h->n)
		memcpy(s->llr + s->n, h->llr, h->n * sizeof *h->llr);
	s->n += h->n;
	s->any = true;
}

static void on_stop(void *arg, const struct lock *lock)
{
	struct arrival *a = arg;
	a->lock = *lock;
}

static void die(const struct err *e)
{
	tool_die(EX_BAD, "%s", e->msg);
}

/* What arrives of the signal replaces it. */
static void through_channel(struct wave *w)
{
	static struct wave arrived;
	struct channel_conf conf;
	struct err e;
	double power = 0;
	for (size_t i = 0; i < w->n; i++)
		power += (double)w->x[i] * (double)w->x[i];
	impair_setup(&impair, &conf);
	conf.rate_hz = cfg.rate_hz;
	conf.seed = rng_u64(&rng);
	impair_noise(&impair, power / (double)w->sent, cfg.scheme->modem->bit_energy(&cfg), &conf);
	arrived.n = 0;
	struct channel *c = channel_new(&conf, (struct wave_sink){add, &arrived}, &e);
	if (!c)
		die(&e);
	channel_push(c, w->x, w->n);
	channel_end(c);
	channel_free(c);
	struct wave was = *w;
	*w = arrived;
	arrived = was;
}

/* The signal of n bits, with silence of the length of some symbols around it; where it begins is random. */
static void transmit(const uint8_t *bits, size_t n)
{
	struct err e;
	const struct modem *m = cfg.scheme->modem;
	double per_symbol = cfg.rate_hz / (cfg.baud > 0 ? cfg.baud : cfg.scheme->baud);
	void *tx = m->tx_new(&cfg, (struct wave_sink){add, &wave}, &e);
	if (!tx)
		die(&e);
	wave.n = 0;
	add(&wave, NULL, (size_t)(per_symbol * (LEAD + 2 * rng_unit(&rng))));
	wave.sent = wave.n;
	m->tx_send(tx, bits, n);
	wave.sent = wave.n - wave.sent + 1;
	add(&wave, NULL, (size_t)(per_symbol * TAIL));
	m->tx_free(tx);
}

static void receive(void)
{
	struct err e;
	struct hear h = {.scheme = cfg.scheme, .chunk = BLOCK, .put = on_heard, .stop = on_stop, .arg = &arrival};
	const struct modem *m = cfg.scheme->modem;
	arrival.line.n = arrival.packet.n = 0;
	arrival.line.any = arrival.packet.any = false;
	arrival.lock = (struct lock){.ebn0_db = NAN};
	void *rx = m->rx_new(&cfg, hear_init(&h), &e);
	if (!rx)
		die(&e);
	for (size_t at = 0; at < wave.n; at += BLOCK)
		m->rx_push(rx, wave.x + at, wave.n - at < BLOCK ? wave.n - at : BLOCK);
	m->rx_end(rx);
	m->rx_free(rx);
	hear_free(&h);
}

/* ---- what became of it ---- */

/* Bits of sent[0..n) that got, beginning shift bits later, has wrong or has not. */
static size_t wrong_at(const struct soft *got, const uint8_t *sent, size_t n, long shift, size_t limit)
{
	size_t wrong = 0;
	for (size_t i = 0; i < n && i < limit; i++) {
		long j = (long)i + shift;
		wrong += j < 0 || (size_t)j >= got->n || sent[i] != (got->llr[j] < 0);
	}
	return wrong;
}

/* On a line nobody counts bits: the receiver may hear some before the first, or miss it. */
static size_t line_errors(const struct soft *got, const uint8_t *sent, size_t n)
{
	enum { SHIFT = 256, SOME = 2048 };
	long best = 0;
	size_t least = SIZE_MAX;
	for (long shift = -SHIFT; shift <= SHIFT; shift++) {
		size_t wrong = wrong_at(got, sent, n, shift, SOME);
		if (wrong < least) {
			least = wrong;
			best = shift;
		}
	}
	return wrong_at(got, sent, n, best, n);
}

/* Of a packet that arrived as k. */
static size_t packet_errors(const struct pkt *k, const struct pkt *sent)
{
	size_t n = pkt_bits(k), m = pkt_bits(sent), both = n < m ? n : m, wrong = (n < m ? m : n) - both;
	for (size_t i = 0; i < both; i++)
		wrong += (k->p[i / 8] ^ sent->p[i / 8]) >> (i % 8) & 1;
	return wrong;
}

static void lost(struct pipe *p)
{
	lost_packets++;
	if (opt_verbose)
		tool_say("%s: not received", pipe_where(p));
}

static void through(struct pipe *p, void *arg)
{
	static struct heard_buf buf;
	static struct pkt out;
	static uint8_t *bits;
	static size_t cap;
	char notes[160];
	const struct pkt *k = &p->pkt;
	long n = modem_bits(cfg.scheme, k, &bits, &cap);
	(void)arg;
	if (n < 0)
		pipe_die(p, "a packet of %zu bits is longer than a burst can be", pkt_bits(k));
	transmit(bits, (size_t)n);
	through_channel(&wave);
	receive();
	bool line = cfg.scheme->line && k->nlayers && k->layer[0].proto->role == ROLE_BITS;
	const struct soft *got = line ? &arrival.line : &arrival.packet;
	struct heard h = {line, true, 0, got->llr, got->n};
	sent_packets++;
	sent_bits += pkt_bits(k);
	if (!got->any || !heard_packet(&out, &h, &buf)) {
		lost(p);
		return;
	}
	size_t wrong = line ? line_errors(got, bits, (size_t)n) : packet_errors(&out, k);
	int len = snprintf(notes, sizeof notes, " @modem-sim.bits=%zu @modem-sim.errors=%zu", pkt_bits(k), wrong);
	if (isfinite(arrival.lock.ebn0_db) && arrival.lock.ebn0_db < CLEAN_DB)
		snprintf(notes + len, sizeof notes - (size_t)len, " @modem-sim.ebn0=%.1f", arrival.lock.ebn0_db);
	wrong_bits += wrong;
	hit_packets += wrong > 0;
	/* Bits come with their confidences, right or wrong: no receiver knows which. */
	if (!wrong && pkt_bits(&out) == pkt_bits(k) && !out.q) {
		pipe_pass(p, "modem-sim", notes);
		return;
	}
	out.time = k->time;
	out.relative = k->relative;
	pkt_notes(&out, k);
	pipe_write(p, &out, "modem-sim", notes);
}

static void report(void)
{
	const char *what = "";
	double theory = cfg.scheme->modem->theory ? cfg.scheme->modem->theory(cfg.scheme, impair.ebn0_db, &what) : NAN;
	if (lost_packets && !opt_verbose)
		tool_say("%llu of %llu packet%s not received", (unsigned long long)lost_packets, (unsigned long long)sent_packets,
		         plural(sent_packets));
	if (!opt_verbose)
		return;
	tool_say("%llu packet%s sent, %llu not received, %llu with errors", (unsigned long long)sent_packets, plural(sent_packets),
	         (unsigned long long)lost_packets, (unsigned long long)hit_packets);
	tool_say("%llu bits sent, %llu wrong (rate %.3g)", (unsigned long long)sent_bits, (unsigned long long)wrong_bits,
	         sent_bits ? (double)wrong_bits / (double)sent_bits : 0.0);
	if (isfinite(theory) && impair.ebn0_db < HUGE_VAL)
		tool_say("theory: %.3g (%s)", theory, what);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim", usage, "a modem on both ends of a channel", opts, more, NULL, subs};
	static struct pipe p;
	int status;
	if (tool_sub(&tool, argc, argv, &status))
		return status;
	int n = opt_parse(&tool, argc, argv);
	if (schemes) {
		modem_list();
		return EX_YES;
	}
	modem_setup(&modem, &cfg);
	cfg.rate_hz = rate_hz > 0 ? rate_hz : modem_rate(&cfg);
	uint64_t s = seed < 0 ? rng_entropy() >> 12 : (uint64_t)seed;
	rng_seed(&rng, s);
	if (opt_verbose)
		tool_say("seed %llu, %g samples a second", (unsigned long long)s, cfg.rate_hz);
	pipe_run(&p, argv + 1, n, through, NULL);
	report();
	return EX_YES;
}
