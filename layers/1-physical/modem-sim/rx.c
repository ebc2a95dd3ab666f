/* rx.c - modem-sim rx: a signal to packets, or to octets. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/modem-sim/cmds.h"
#include "1-physical/modem-sim/setup.h"
#include "1-physical/wav.h"
#include "filter.h"

enum { BLOCK = 4096, CHUNK = 2048, CLEAN_DB = 30 }; /* beyond CLEAN_DB Eb/N0 is the arithmetic's, not the channel's */

static struct modem_opts modem;
static double rate_hz = 48000;
static int64_t channel = 1;
static bool raw, no_soft;
static struct byte_opts bytes;
static int sample = SAMPLE_S16;

static const char *const usage[] = {
	"-m SCHEME [-c CHANNEL] [--hard] [FILE]",
	"-m SCHEME --bytes [-c CHANNEL] [FILE]",
	"-m SCHEME --raw [-r RATE] [--format FORMAT] ... [FILE]", NULL,
};
static const struct opt opts[] = {
	MODEM_OPTS(modem),
	BYTE_OPTS(bytes),
	{0, "hard", NULL, OPT_FLAG, &no_soft, 0, 0, "bits without their confidences q="},
	{'c', "channel", "N", OPT_INT, &channel, 1, 1024, "of a file with more than one (1)"},
	{0, "raw", NULL, OPT_FLAG, &raw, 0, 0, "the input is samples without a WAVE header"},
	{'r', "rate", "HZ", OPT_REAL, &rate_hz, 1000, 1e7, "samples a second of --raw (48000)"},
	{0, "format", "u8|s16|s24|s32|f32|f64|ulaw|alaw", OPT_ENUM, &sample, 0, 0, "of samples of --raw (s16)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Each line begins with the second of the signal at which its first bit was heard; framer -d finds frames in bits.",
	"The last line of a signal has the notes @modem-sim.ebn0 (dB, as the receiver measured it), .offset (Hz) and .clock (ppm).",
	"Exit status: 0 done; 1 no signal found, or the file is cut short; 2 usage, not a WAVE file, or a system error.", NULL,
};

static struct out out;
static struct heard_buf buf;
static struct pkt pkt;
static uint64_t heard, signals;
static char *pending;       /* the line before, which may get the notes of a signal's end */
static size_t npending, cappending;

static void flush(void *arg)
{
	(void)arg;
	if (out_flush(&out) != 0)
		tool_die(EX_BAD, "%s", out.err.msg);
}

static void put_pending(const char *notes)
{
	if (!npending)
		return;
	out_write(&out, pending, npending);
	out_puts(&out, notes);
	out_write(&out, "\n", 1);
	npending = 0;
}

static void on_heard(void *arg, const struct heard *h)
{
	(void)arg;
	put_pending("");
	if (!heard_packet(&pkt, h, &buf))
		return;
	if (no_soft)
		pkt.q = NULL;
	double t = h->time_s > 0 ? h->time_s : 0;
	pkt.time = (struct stamp){.set = true, .sec = (uint64_t)t, .nsec = (uint32_t)((t - floor(t)) * 1e6) * 1000, .digits = 6};
	size_t bound = pkt_bound(&pkt) + 32;
	if (cappending < bound) {
		cappending = bound;
		pending = xrealloc(pending, bound);
	}
	npending = (size_t)(pkt_write(pending, &pkt, false) - pending);
	heard++;
}

/* The notes of a signal, where they are known. */
static void on_stop(void *arg, const struct lock *lock)
{
	char notes[160] = "";
	size_t n = 0;
	(void)arg;
	signals++;
	if (isfinite(lock->ebn0_db) && lock->ebn0_db < CLEAN_DB)
		n += (size_t)snprintf(notes, sizeof notes, " @modem-sim.ebn0=%.1f", lock->ebn0_db);
	if (isfinite(lock->offset_hz))
		n += (size_t)snprintf(notes + n, sizeof notes - n, " @modem-sim.offset=%.1f", lock->offset_hz);
	if (isfinite(lock->clock_ppm))
		n += (size_t)snprintf(notes + n, sizeof notes - n, " @modem-sim.clock=%.0f", lock->clock_ppm);
	if (!lock->complete)
		snprintf(notes + n, sizeof notes - n, " @modem-sim.cut=yes");
	put_pending(notes);
	if (opt_verbose)
		tool_say("%.3f to %.3f s: a signal,%s %s", lock->start_s, lock->end_s, notes,
		         lock->coherent ? "coherent" : "not coherent");
}

/* What is in the file where no signal was found: its loudest sample, dB of full scale. */
static void nothing_found(const char *name, const char *scheme, float peak, double seconds)
{
	if (seconds <= 0)
		tool_warn("%s: no samples in it", name);
	else if (peak <= 0)
		tool_warn("%s: silence, %.1f s of it: every sample is 0", name, seconds);
	else
		tool_warn("%s: no %s signal in %.1f s of sound (peak %.1f dB of full scale)", name, scheme, seconds,
		          20 * log10((double)peak));
}

static void on_byte(void *arg, uint8_t c, double confidence, double t_s)
{
	(void)arg;
	(void)confidence;
	(void)t_s;
	out_write(&out, &c, 1);
	heard++;
}

/* A receiver of either kind: only one of the two is there. */
static struct async_rx *byte_rx;
static void *modem_rx_;

static void start(const struct modem_cfg *c, struct hear *h, const char *name)
{
	struct err e;
	if (bytes.on) {
		struct async_cfg a;
		byte_setup(&bytes, c, &a);
		byte_rx = async_rx_new(&a, (struct byte_sink){.byte = on_byte, .stop = on_stop}, &e);
	} else {
		modem_rx_ = c->scheme->modem->rx_new(c, hear_init(h), &e);
	}
	if (!byte_rx && !modem_rx_)
		tool_die(EX_BAD, "%s: %s", name, e.msg);
}

static void end(const struct modem_cfg *c, struct hear *h)
{
	if (bytes.on) {
		async_rx_end(byte_rx);
		async_rx_free(byte_rx);
	} else {
		c->scheme->modem->rx_end(modem_rx_);
		c->scheme->modem->rx_free(modem_rx_);
		hear_free(h);
	}
}

/* The loudest of n samples, or least. In lanes, which the compiler makes one operation of. */
static float loudest(const float *x, size_t n, float least)
{
	enum { LANES = 8 };
	float most[LANES] = {0};
	size_t i = 0;
	for (; i + LANES <= n; i += LANES)
		for (int j = 0; j < LANES; j++)
			most[j] = fabsf(x[i + (size_t)j]) > most[j] ? fabsf(x[i + (size_t)j]) : most[j];
	for (; i < n; i++)
		least = fabsf(x[i]) > least ? fabsf(x[i]) : least;
	for (int j = 0; j < LANES; j++)
		least = most[j] > least ? most[j] : least;
	return least;
}

static int receive(const struct modem_cfg *c, struct wav_in *w)
{
	static float x[BLOCK];
	struct hear h = {.scheme = c->scheme, .chunk = CHUNK, .put = on_heard, .stop = on_stop};
	struct err e;
	float peak = 0;
	long n;
	h.bit_s = 1 / ((c->baud > 0 ? c->baud : c->scheme->baud) * c->scheme->bits);
	start(c, &h, w->in->name);
	while ((n = wav_read(w, x, BLOCK, &e)) > 0) {
		peak = loudest(x, (size_t)n, peak);
		if (bytes.on)
			async_rx_push(byte_rx, x, (size_t)n);
		else
			c->scheme->modem->rx_push(modem_rx_, x, (size_t)n);
	}
	end(c, &h);
	put_pending("");
	flush(NULL);
	if (n < 0)
		tool_die(EX_BAD, "%s", e.msg);
	double seconds = (double)w->frames / c->rate_hz;
	if (w->cut)
		tool_warn("%s: cut short: it ends after %llu samples, its header speaks of more", w->in->name,
		          (unsigned long long)w->frames);
	if (!heard)
		nothing_found(w->in->name, c->scheme->name, peak, seconds);
	if (opt_verbose)
		tool_say("%llu signal%s in %.3f s of sound", (unsigned long long)signals, plural(signals), seconds);
	return w->cut || !heard ? EX_NO : EX_YES;
}

int modem_rx(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim rx", usage, "a signal to packets, or to octets", opts, more, NULL, NULL};
	struct modem_cfg c;
	struct in in;
	struct wav_in w;
	struct err e;
	int n = opt_parse(&tool, argc, argv);
	if (n > 1)
		tool_die(EX_BAD, "one FILE at most: %s and %s are two", argv[1], argv[2]);
	modem_setup(&modem, &c);
	if (registry_init(&e) != 0 || out_open(&out, "-", &e) != 0 || in_open(&in, n ? argv[1] : "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	in.idle = flush;
	out_pair(&out, &in);
	pkt_init(&pkt);
	struct wav_format format = {(unsigned)lround(rate_hz), channel < 2 ? 1 : (unsigned)channel, (enum sample)sample};
	if (wav_open(&w, &in, raw ? &format : NULL, (unsigned)channel - 1, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	c.rate_hz = raw ? rate_hz : w.format.rate_hz;
	int status = receive(&c, &w);
	in_close(&in);
	pkt_free(&pkt);
	if (out_close(&out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	return status;
}
