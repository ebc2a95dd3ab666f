/* ber.c - bit error rates by simulation. */
#include "ber.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

enum {
	BLOCKS = 128,                   /* of a point: so that the spread between them is known within an eighth */
	IDEAL_LEAST = 2048, IDEAL_MOST = 1 << 20, /* bits of a block */
	BURST_LEAST = 1000, BURST_MOST = 50000, /* bits of a burst through a receiver */
	QUIET = 64,                     /* symbols of silence around it */
	LEAD = 128, TRAIL = 64,         /* bits of a line in front and behind that do not count */
	WINDOW = 256,                   /* bits that are compared at once */
	REACH = 64, FAR = 1024,         /* how far from where they should be they are looked for first, and at last */
	SURE = WINDOW * 3 / 10          /* wrong at most where the place is right: by chance it would be half, +-8 */
};

/* ---- blocks ---- */

static uint64_t whole_block(const struct ber_conf *c)
{
	uint64_t least = c->recovered ? BURST_LEAST : IDEAL_LEAST, most = c->recovered ? BURST_MOST : IDEAL_MOST;
	uint64_t n = c->bits / BLOCKS, unit = c->modem.scheme->bits;
	n = n < least ? least : n > most ? most : n;
	return (n + unit - 1) / unit * unit;
}

uint64_t ber_blocks(const struct ber_conf *c)
{
	uint64_t n = c->bits / whole_block(c);
	return n ? n : 1;
}

uint64_t ber_block_bits(const struct ber_conf *c, uint64_t i)
{
	/* The last one has what the others leave, so that none is too short to be aligned. */
	uint64_t blocks = ber_blocks(c), unit = c->modem.scheme->bits, n = c->bits / blocks / unit * unit;
	return i + 1 < blocks ? n : c->bits - (blocks - 1) * n;
}

/* A stream of its own for every scheme, Eb/N0 and block, so that neither points nor schemes are alike by chance. */
static void stream(struct rng *r, const struct ber_conf *c, double ebn0_db, uint64_t i)
{
	uint64_t keys[] = {c->seed, (uint64_t)(int64_t)llround(ebn0_db * 1e6), i, c->recovered}, state = 0;
	for (const char *s = c->modem.scheme->name; *s; s++)
		state = state * 257 + (unsigned char)*s;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		rng_seed(r, state ^ keys[k]);
		state = rng_u64(r);
	}
	rng_seed(r, state);
}

/* ---- bits that were received against those that were sent ---- */

static size_t differing(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t wrong = 0;
	for (size_t i = 0; i < n; i++)
		wrong += (a[i] ^ b[i]) & 1;
	return wrong;
}

/* Wrong bits where sent[0..n) is expected at got[at..]; what is outside got counts half, rounded up. */
static size_t wrong_at(const uint8_t *sent, size_t n, const uint8_t *got, size_t m, int64_t at)
{
	size_t before = at < 0 ? (size_t)-at : 0;
	if (before >= n || (at >= 0 && (size_t)at >= m))
		return (n + 1) / 2;
	size_t from = (size_t)(at + (int64_t)before), there = n - before < m - from ? n - before : m - from;
	return (n - there + 1) / 2 + differing(sent + before, got + from, there);
}

/* The place in low..high at which sent fits best. */
static int64_t search(const uint8_t *sent, size_t n, const uint8_t *got, size_t m, int64_t low, int64_t high, size_t *wrong)
{
	int64_t best = low;
	*wrong = SIZE_MAX;
	for (int64_t at = low; at <= high && *wrong; at++) {
		size_t w = wrong_at(sent, n, got, m, at);
		if (w < *wrong) {
			*wrong = w;
			best = at;
		}
	}
	return best;
}

/* Of n bits the first that are at the place before and the others at the next one: at the best border. */
static size_t split(const uint8_t *sent, size_t n, const uint8_t *got, size_t m, int64_t before, int64_t next)
{
	size_t wrong = wrong_at(sent, n, got, m, next), least = wrong;
	for (size_t i = 0; i < n; i++) {
		size_t here = (size_t)(before + (int64_t)i), there = (size_t)(next + (int64_t)i);
		wrong += here < m ? (sent[i] ^ got[here]) & 1 : 1; /* a negative place is beyond m */
		wrong -= there < m ? (sent[i] ^ got[there]) & 1 : 0;
		least = wrong < least ? wrong : least;
	}
	return least;
}

/* Where a window is that should be at at: nearby, else further away. */
static int64_t find(const uint8_t *sent, size_t n, const uint8_t *got, size_t m, int64_t at, size_t *wrong)
{
	int64_t best = search(sent, n, got, m, at - REACH, at + REACH, wrong);
	return *wrong <= SURE ? best : search(sent, n, got, m, at - FAR, at + FAR, wrong);
}

/* A window of bits after the other, each at the place of the one before as long as it fits there. Where it does not, the border
 * may be in the one before, whose bits are counted again. */
uint64_t ber_align(const uint8_t *sent, size_t n, const uint8_t *got, size_t m, unsigned *slips)
{
	uint64_t wrong = 0;
	int64_t shift = 0;            /* got[i + shift] is sent[i] */
	size_t k, before = 0, cost = 0; /* before: bits of the window before, whose errors are cost; 0 until the place is known */
	*slips = 0;
	for (size_t i = 0; i < n; i += k) {
		k = n - i < WINDOW ? n - i : WINDOW;
		int64_t at = (int64_t)i + shift, best = at;
		size_t here = wrong_at(sent + i, k, got, m, at), there = here;
		if (!before || (here > SURE && k == WINDOW))
			best = find(sent + i, k, got, m, at, &there);
		if (best != at && there <= SURE && before) {
			here = split(sent + i - before, before + k, got, m, at - (int64_t)before, best - (int64_t)before);
			wrong -= cost;
			++*slips;
		} else if (there <= SURE) {
			here = there;
		}
		if (there <= SURE)
			shift = best - (int64_t)i;
		if (before || there <= SURE)
			before = k;
		wrong += here;
		cost = there < here ? there : here;
	}
	return wrong;
}

/* ---- through a receiver ---- */

struct burst {
	uint8_t *sent, *got, *best;    /* best: of several bursts the one that is nearest to what was sent */
	size_t nsent, ngot, nbest, cap;
	bool any, line;
	void *rx;
	const struct modem *modem;
	struct channel *channel;
};

static void on_start(void *arg, double start_s)
{
	struct burst *b = arg;
	(void)start_s;
	if (!b->line)
		b->ngot = 0;
}

/* Bounded by twice what was sent: a receiver that hears more hears noise. */
static void on_bits(void *arg, const float *llr, size_t n)
{
	struct burst *b = arg;
	for (size_t i = 0; i < n && b->ngot < b->cap; i++)
		b->got[b->ngot++] = llr[i] < 0;
}

static size_t distance(const struct burst *b, size_t n)
{
	return n < b->nsent ? b->nsent - n : n - b->nsent;
}

static void on_stop(void *arg, const struct lock *lock)
{
	struct burst *b = arg;
	(void)lock;
	if (b->line || (b->any && distance(b, b->ngot) >= distance(b, b->nbest)))
		return;
	memcpy(b->best, b->got, b->ngot);
	b->nbest = b->ngot;
	b->any = true;
}

static void to_rx(void *arg, const float *x, size_t n)
{
	struct burst *b = arg;
	b->modem->rx_push(b->rx, x, n);
}

static void to_channel(void *arg, const float *x, size_t n)
{
	struct burst *b = arg;
	channel_push(b->channel, x, n);
}

static void silence(struct burst *b, double samples)
{
	static const float zero[1024];
	for (size_t n = (size_t)samples, m; n; n -= m) {
		m = n < 1024 ? n : 1024;
		channel_push(b->channel, zero, m);
	}
}

/* Whether the phase of its carrier can be turned: baseband has none, and the rectangular pulses of PSK over a line reach below 0 Hz, where
 * what is turned is no longer what a modem sends. */
static bool has_phase(const struct modem_cfg *m)
{
	return (m->centre_hz > 0 || m->scheme->centre_hz > 0) && (!m->scheme->line || m->scheme->shift_hz > 0);
}

/* Phase and delay at random. */
static void configure(const struct ber_conf *c, double ebn0_db, struct rng *r, struct channel_conf *f)
{
	const struct modem_cfg *m = &c->modem;
	double phase = rng_unit(r), delay = rng_unit(r);
	*f = c->channel;
	f->rate_hz = m->rate_hz;
	f->seed = rng_u64(r);
	f->delay_s += delay / m->rate_hz;
	if (has_phase(m))
		f->phase_deg += 360 * phase;
	f->noise_power = channel_noise_ebn0(f, m->scheme->modem->bit_energy(m), ebn0_db);
}

static void send(struct burst *b, const struct ber_conf *c, void *tx, struct rng *r)
{
	double symbol = c->modem.rate_hz / (c->modem.baud > 0 ? c->modem.baud : c->modem.scheme->baud);
	silence(b, symbol * QUIET * (1 + rng_unit(r)));
	b->modem->tx_send(tx, b->sent, b->nsent);
	silence(b, symbol * QUIET);
	channel_end(b->channel);
	b->modem->rx_end(b->rx);
}

static void tally_burst(const struct burst *b, struct ber_count *count)
{
	if (b->line) {
		/* The lead and what trails help to find the place, and nothing else: windows begin where what counts begins. */
		count->errors = ber_align(b->sent + LEAD, b->nsent - LEAD - TRAIL, b->got, b->ngot, &count->slips);
		count->lost = b->ngot < (b->nsent - LEAD - TRAIL) / 2;
		return;
	}
	size_t n = b->any ? b->nbest : 0, both = n < b->nsent ? n : b->nsent;
	count->errors = (b->nsent - both + 1) / 2 + differing(b->sent, b->best, both);
	count->lost = n != b->nsent;
}

static int run_recovered(const struct ber_conf *c, double ebn0_db, struct rng *r, struct ber_count *count, struct err *e)
{
	const struct modem *m = c->modem.scheme->modem;
	struct burst b = {.line = c->modem.scheme->line, .modem = m, .nsent = (size_t)count->bits};
	struct channel_conf f;
	int result = -1;
	b.nsent += b.line ? LEAD + TRAIL : 0;
	b.cap = 2 * b.nsent + 1024;
	b.sent = xmalloc(b.nsent + 2 * b.cap);
	b.got = b.sent + b.nsent;
	b.best = b.got + b.cap;
	for (size_t i = 0; i < b.nsent; i++)
		b.sent[i] = (uint8_t)(rng_u64(r) >> 63);
	configure(c, ebn0_db, r, &f);
	b.channel = channel_new(&f, (struct wave_sink){to_rx, &b}, e);
	void *tx = b.channel ? m->tx_new(&c->modem, (struct wave_sink){to_channel, &b}, e) : NULL;
	b.rx = tx ? m->rx_new(&c->modem, (struct soft_sink){.start = on_start, .bits = on_bits, .stop = on_stop, .arg = &b}, e) : NULL;
	if (b.rx) {
		send(&b, c, tx, r);
		tally_burst(&b, count);
		m->rx_free(b.rx);
		result = 0;
	}
	if (tx)
		m->tx_free(tx);
	channel_free(b.channel);
	free(b.sent);
	return result;
}

int ber_run(const struct ber_conf *c, double ebn0_db, uint64_t i, struct ber_count *count, struct err *e)
{
	struct rng r;
	stream(&r, c, ebn0_db, i);
	*count = (struct ber_count){.bits = ber_block_bits(c, i)};
	if (c->recovered)
		return run_recovered(c, ebn0_db, &r, count, e);
	if (!c->modem.scheme->modem->ideal)
		return err_set(e, "%s: nothing is known of its detector with perfect synchronisation", c->modem.scheme->name);
	count->errors = c->modem.scheme->modem->ideal(c->modem.scheme, ebn0_db, count->bits, &r);
	return 0;
}
