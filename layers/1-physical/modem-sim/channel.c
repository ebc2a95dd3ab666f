/* channel.c - modem-sim channel: a signal to what arrives of it. */

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "1-physical/level.h"
#include "1-physical/modem-sim/cmds.h"
#include "1-physical/modem-sim/impair.h"
#include "1-physical/wav.h"

enum { BLOCK = 4096, SAME = -1 };

static struct impair_opts impair = IMPAIR_INIT;
static const char *file = "-", *scheme;
static double bit_rate, power_db = HUGE_VAL, rate_hz = 48000;
static int64_t number = 1, seed = -1;
static bool raw;
static int sample = SAMPLE_S16, to = SAME;

static const char *const usage[] = {"[options] [-w FILE] [FILE]", "--raw [-r RATE] [--format FORMAT] [options] [-w FILE] [FILE]", NULL};
static const struct opt opts[] = {
	NOISE_OPTS(impair),
	{'m', "scheme", "SCHEME", OPT_STR, &scheme, 0, 0, "its bit rate is the one --ebn0 counts by"},
	{0, "bitrate", "RATE", OPT_REAL, &bit_rate, 1e-3, 1e9, "or this one, bit/s"},
	{0, "power", "DB", OPT_REAL, &power_db, -200, 60, "mean power of the signal, dB of full scale (measured first)"},
	IMPAIR_OPTS(impair),
	{0, "seed", "N", OPT_INT, &seed, 0, 9e15, "random numbers of the channel (from the system; -v says which)"},
	{'w', "write", "FILE", OPT_STR, &file, 0, 0, "write the signal there (standard output)"},
	{'c', "channel", "N", OPT_INT, &number, 1, 1024, "of a file with more than one (1)"},
	{0, "raw", NULL, OPT_FLAG, &raw, 0, 0, "input and output are samples without a WAVE header"},
	{'r', "rate", "HZ", OPT_REAL, &rate_hz, 1000, 1e7, "samples a second of --raw (48000)"},
	{0, "format", "u8|s16|s24|s32|f32|f64|ulaw|alaw", OPT_ENUM, &sample, 0, 0, "of samples of --raw (s16)"},
	{0, "to", "u8|s16|s24|s32|f32|f64|ulaw|alaw", OPT_ENUM, &to, 0, 0, "of samples written (those of the input)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"What happens first stands first: clock, pre-emphasis and clipping in the transmitter; band, tilt, twist, attenuation, paths",
	"that fade each by itself, and carrier offset on the way; noise; de-emphasis and quantising in the receiver.",
	"Eb/N0 and SNR are of the direct path, behind the attenuation. The power of a signal is measured where it is not silent: over",
	"all 10 ms within 20 dB of the loudest. A pipe is kept in a temporary file for that; with --power it streams.",
	"Exit status: 0 done; 1 the input is cut short; 2 usage, not a WAVE file, or a system error.", NULL,
};

static struct out out;
static struct in in;
static struct wav_in wav;
static struct wav_out result;
static FILE *spool;           /* samples of a pipe, as floats */

static void flush(void *arg)
{
	(void)arg;
	if (out_flush(&out) != 0)
		tool_die(EX_BAD, "%s", out.err.msg);
}

static void put(void *arg, const float *x, size_t n)
{
	(void)arg;
	wav_write(&result, x, n);
}

static void begin(const char *path)
{
	struct err e;
	struct wav_format format = {(unsigned)lround(rate_hz), 1, (enum sample)sample};
	if (in_open(&in, path, &e) != 0 || wav_open(&wav, &in, raw ? &format : NULL, raw ? 0 : (unsigned)number - 1, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

/* The next samples; 0: no more. */
static size_t next(float *x, size_t n)
{
	struct err e;
	if (spool) {
		size_t got = fread(x, sizeof *x, n, spool);
		if (got == 0 && ferror(spool))
			tool_die(EX_BAD, "temporary file: reading failed");
		return got;
	}
	long got = wav_read(&wav, x, n, &e);
	if (got < 0)
		tool_die(EX_BAD, "%s", e.msg);
	return (size_t)got;
}

/* Reads all of it once, and begins anew: a file is read again, anything else was kept. */
static double measure(const char *path)
{
	static struct level level;
	static float x[BLOCK];
	struct stat st;
	bool again = strcmp(path, "-") != 0 && fstat(in.fd, &st) == 0 && S_ISREG(st.st_mode);
	FILE *keep = again ? NULL : tmpfile();
	if (!again && !keep)
		tool_die(EX_BAD, "no temporary file could be made to keep a pipe in; --power DB needs none");
	level_init(&level, wav.format.rate_hz);
	for (size_t n; (n = next(x, BLOCK));) {
		level_push(&level, x, n);
		if (keep && fwrite(x, sizeof *x, n, keep) != n)
			tool_die(EX_BAD, "temporary file: it could not be written; --power DB needs none");
	}
	if (again) {
		in_close(&in);
		begin(path);
	} else {
		if (fflush(keep) != 0)
			tool_die(EX_BAD, "temporary file: it could not be written; --power DB needs none");
		rewind(keep);
		spool = keep;
	}
	return level_power(&level);
}

/* Writing would empty the file that is read. */
static void check_output(void)
{
	struct stat a, b;
	if (strcmp(file, "-") != 0 && stat(file, &a) == 0 && fstat(in.fd, &b) == 0 && S_ISREG(a.st_mode) && a.st_ino == b.st_ino &&
	    a.st_dev == b.st_dev)
		tool_die(EX_BAD, "-w: %s is the input too", file);
}

/* Bits a second; NAN: nobody said. */
static double rate_of_bits(void)
{
	if (bit_rate > 0)
		return bit_rate;
	if (!scheme)
		return NAN;
	const struct scheme *s = scheme_find(scheme);
	if (!s)
		tool_die(EX_BAD, "-m: there is no scheme \"%s\" (modem-sim --schemes lists them)", scheme);
	return s->baud * s->bits;
}

static void set_noise(struct channel_conf *c, const char *path)
{
	double power = power_db < HUGE_VAL ? from_db(power_db) : 0, bits = rate_of_bits();
	if (impair.ebn0_db < HUGE_VAL && isnan(bits))
		tool_die(EX_BAD, "--ebn0: give the bit rate too, with -m SCHEME or --bitrate");
	if (impair_relative(&impair) && power_db == HUGE_VAL) {
		power = measure(path);
		if (power <= 0)
			tool_warn("%s: silence, so that noise has no strength: --power or --noise gives it one", path);
		else if (opt_verbose)
			tool_say("power of the signal: %.2f dB of full scale", to_db(power));
	}
	impair_noise(&impair, power, power / bits, c);
	if (opt_verbose && c->noise_power > 0)
		tool_say("power of the noise, 0 to %g Hz: %.2f dB of full scale", c->rate_hz / 2, to_db(c->noise_power));
}

static struct channel *prepare(const char *path)
{
	struct channel_conf conf;
	struct err e;
	uint64_t s = seed < 0 ? rng_entropy() >> 12 : (uint64_t)seed;
	impair_setup(&impair, &conf);
	conf.seed = s;
	conf.rate_hz = wav.format.rate_hz;
	if (opt_verbose)
		tool_say("seed %llu", (unsigned long long)s);
	set_noise(&conf, path);
	struct channel *c = channel_new(&conf, (struct wave_sink){put, NULL}, &e);
	if (!c)
		tool_die(EX_BAD, "%s", e.msg);
	return c;
}

static void run(struct channel *c)
{
	static float x[BLOCK];
	for (size_t n; (n = next(x, BLOCK));)
		channel_push(c, x, n);
	channel_end(c);
	channel_free(c);
}

int modem_channel(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim channel", usage, "a signal to what arrives of it", opts, more, NULL, NULL};
	struct err e;
	int n = opt_parse(&tool, argc, argv);
	const char *path = n ? argv[1] : "-";
	if (n > 1)
		tool_die(EX_BAD, "one FILE at most: %s and %s are two", argv[1], argv[2]);
	begin(path);
	check_output();
	struct channel *c = prepare(path);
	if (out_open(&out, file, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	tool_no_tty(out.fd, "a signal");
	struct wav_format format = {wav.format.rate_hz, 1, to == SAME ? wav.format.sample : (enum sample)to};
	wav_begin(&result, &out, &format, raw);
	in.idle = flush;
	out_pair(&out, &in);
	run(c);
	bool cut = wav.cut;
	in_close(&in);
	if (wav_finish(&result, &e) != 0 || out_close(&out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (result.clipped)
		tool_say("%llu sample%s beyond full scale clipped: --attenuation or --to f32 avoids that",
		         (unsigned long long)result.clipped, plural(result.clipped));
	if (cut)
		tool_warn("%s: cut short: it ends after %llu samples, its header speaks of more", path, (unsigned long long)wav.frames);
	return cut ? EX_NO : EX_YES;
}
