/* tx.c - modem-sim tx: packets, or octets, to a signal. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/modem-sim/cmds.h"
#include "1-physical/modem-sim/setup.h"
#include "1-physical/wav.h"
#include "source.h"

enum { RATE = 48000, SILENCE = 1024 };

static struct modem_opts modem;
static double rate_hz = RATE, gap_s = 0.1, level_db = -6;
static const char *file = "-";
static bool raw;
static struct byte_opts bytes;
static int sample = SAMPLE_S16;

static const char *const usage[] = {
	"-m SCHEME [-r RATE] [-w FILE] [--format FORMAT] [--raw] [PACKETS...]",
	"-m SCHEME --bytes [-r RATE] [-w FILE] [--format FORMAT] [--raw] [FILE]", NULL,
};
static const struct opt opts[] = {
	MODEM_OPTS(modem),
	BYTE_OPTS(bytes),
	{'r', "rate", "HZ", OPT_REAL, &rate_hz, 1000, 1e7, "samples a second (48000)"},
	{'w', "write", "FILE", OPT_STR, &file, 0, 0, "write the signal there (standard output)"},
	{0, "format", "u8|s16|s24|s32|f32|f64|ulaw|alaw", OPT_ENUM, &sample, 0, 0, "of samples (s16)"},
	{0, "raw", NULL, OPT_FLAG, &raw, 0, 0, "write samples without a WAVE header"},
	{0, "level", "DB", OPT_REAL, &level_db, -80, 0, "peak of the signal, dB of full scale (-6)"},
	{0, "gap", "SECONDS", OPT_REAL, &gap_s, 0, 3600, "silence before, between and behind packets (0.1)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Packets are packet text or a capture. Bits of a line scheme are sent as they are; other packets have a preamble, a sync word",
	"and their length around them, by which modem-sim rx finds them again.",
	"Exit status: 0 done; 2 usage, malformed input or a system error.", NULL,
};

static struct out out;
static struct wav_out wav;

static void flush(void *arg)
{
	(void)arg;
	if (out_flush(&out) != 0)
		tool_die(EX_BAD, "%s", out.err.msg);
}

static void put(void *arg, const float *x, size_t n)
{
	(void)arg;
	wav_write(&wav, x, n);
}

static void silence(void)
{
	static const float zeros[SILENCE];
	for (size_t n = (size_t)llround(gap_s * rate_hz), m; n; n -= m) {
		m = n < SILENCE ? n : SILENCE;
		wav_write(&wav, zeros, m);
	}
}

static void send_packets(const struct modem_cfg *c, char **paths, int n)
{
	struct source src;
	struct rec rec;
	struct pkt k;
	struct err e;
	uint8_t *bits = NULL;
	size_t cap = 0, sent = 0;
	int got;
	const struct modem *m = c->scheme->modem;
	void *tx = m->tx_new(c, (struct wave_sink){put, NULL}, &e);
	if (!tx || registry_init(&e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	source_init(&src, paths, n, flush, NULL);
	pkt_init(&k);
	silence();
	while ((got = source_next(&src, &rec, &e)) == 1) {
		if (rec.kind == REC_COMMENT)
			continue;
		if ((got = source_packet(&src, &rec, &k, &e)) != 0)
			break;
		long len = modem_bits(c->scheme, &k, &bits, &cap);
		if (len < 0)
			tool_die(EX_BAD, "%s: a packet of %zu bits is longer than a burst can be", src.name, pkt_bits(&k));
		m->tx_send(tx, bits, (size_t)len);
		silence();
		sent++;
	}
	flush(NULL);
	if (got < 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (opt_verbose)
		tool_say("%zu packet%s in %.3f s of signal", sent, plural(sent), (double)wav.frames / rate_hz);
	source_close(&src);
	pkt_free(&k);
	free(bits);
	m->tx_free(tx);
}

/* What is inside goes out before the input blocks: somebody may be typing. */
static void byte_idle(void *arg)
{
	async_tx_flush(arg);
	flush(NULL);
}

static void send_bytes(const struct modem_cfg *c, const char *path)
{
	struct async_cfg a;
	struct in in;
	struct err e;
	int got;
	byte_setup(&bytes, c, &a);
	struct async_tx *tx = async_tx_new(&a, (struct wave_sink){put, NULL}, &e);
	if (!tx || in_open(&in, path, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	in.idle = byte_idle;
	in.idle_arg = tx;
	out_pair(&out, &in);
	silence();
	while ((got = in_fill(&in, 1, &e)) == IN_OK) {
		async_tx_send(tx, in_at(&in), in_left(&in));
		in.pos = in.len;
	}
	async_tx_end(tx);
	silence();
	flush(NULL);
	if (got == IN_ERR)
		tool_die(EX_BAD, "%s", e.msg);
	uint64_t skipped = async_tx_skipped(tx);
	if (skipped)
		tool_say("%llu octet%s left out: the code of %s has no character for %s", (unsigned long long)skipped, plural(skipped),
		         c->scheme->name, skipped == 1 ? "it" : "them");
	async_tx_free(tx);
	in_close(&in);
}

int modem_tx(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim tx", usage, "packets, or octets, to a signal", opts, more, NULL, NULL};
	struct modem_cfg c;
	struct err e;
	int n = opt_parse(&tool, argc, argv);
	modem_setup(&modem, &c);
	c.rate_hz = rate_hz;
	c.amplitude = pow(10, level_db / 20);
	if (bytes.on && n > 1)
		tool_die(EX_BAD, "--bytes: one FILE at most");
	if (out_open(&out, file, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	tool_no_tty(out.fd, "a signal");
	wav_begin(&wav, &out, &(struct wav_format){(unsigned)lround(rate_hz), 1, (enum sample)sample}, raw);
	if (bytes.on)
		send_bytes(&c, n ? argv[1] : "-");
	else
		send_packets(&c, argv + 1, n);
	if (wav_finish(&wav, &e) != 0 || out_close(&out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (wav.clipped)
		tool_say("%llu sample%s clipped: a lower --level avoids that", (unsigned long long)wav.clipped, plural(wav.clipped));
	return EX_YES;
}
