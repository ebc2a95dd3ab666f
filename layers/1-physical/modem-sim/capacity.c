/* capacity.c - modem-sim capacity: the laws of Nyquist and Shannon, with the working shown. */

#include "1-physical/capacity.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "1-physical/dsp.h"
#include "1-physical/modem-sim/cmds.h"
#include "io.h"
#include "tool.h"

enum { TEXT = 0, TSV = 1 };

static double bandwidth, bitrate, baud, snr_ratio = NAN, snr_db = NAN, ebn0_db = NAN;
static int64_t levels;
static bool noiseless;
static int format;

static const char *const usage[] = {"[--bandwidth HZ] [--levels M] [--snr-db DB] [--bitrate RATE] [--baud RATE] ...", NULL};
static const struct opt opts[] = {
	{0, "bandwidth", "HZ", OPT_REAL, &bandwidth, 1e-6, 1e15, "width of the band"},
	{0, "levels", "M", OPT_INT, &levels, 2, 1e15, "different symbols"},
	{0, "snr-db", "DB", OPT_REAL, &snr_db, -200, 300, "signal to noise ratio, dB"},
	{0, "snr", "RATIO", OPT_REAL, &snr_ratio, 0, 1e30, "the same as a ratio of powers"},
	{0, "ebn0", "DB", OPT_REAL, &ebn0_db, -100, 300, "energy a bit over noise density, in place of it"},
	{0, "bitrate", "RATE", OPT_REAL, &bitrate, 1e-6, 1e18, "bit/s"},
	{0, "baud", "RATE", OPT_REAL, &baud, 1e-6, 1e15, "symbols a second"},
	{0, "noiseless", NULL, OPT_FLAG, &noiseless, 0, 0, "there is no noise: Nyquist alone"},
	{'T', "form", "text|tsv", OPT_ENUM, &format, 0, 0, "the working, or a table of one row (text)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Give what is known, and the rest is computed: two of bandwidth, levels and bit rate (Nyquist: C = 2 B log2 M); two of",
	"bandwidth, signal to noise ratio and bit rate (Shannon: C = B log2(1 + S/N)). -q prints the answers alone.",
	"Exit status: 0 done; 1 a bit rate or baud that was given is more than the channel can carry; 2 usage.", NULL,
};

/* What is known, given or computed; NAN: not. */
static struct {
	double b, m, s, c, r, nyquist, shannon, efficiency, ebn0, least;
} q = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
static bool impossible;
static char answers[1024];
static size_t nanswers;
static struct out out;

static bool known(double v) { return !isnan(v); }

/* A number of six digits, or all those of a larger one, with no exponent that a reader would stumble on. */
static const char *n(double v)
{
	enum { RING = 8, SIZE = 32 };
	static char text[RING][SIZE];
	static int i;
	char *s = text[i++ % RING];
	snprintf(s, SIZE, fabs(v) >= 1e5 && fabs(v) < 1e15 ? "%.0f" : "%.6g", v);
	return s;
}

/* A ratio in dB, without the last digits of a rounding error. */
static const char *db(double ratio)
{
	double v = to_db(ratio);
	return n(fabs(v) < 1e-9 ? 0 : v);
}

__attribute__((format(printf, 1, 2))) static void work(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	if (format != TEXT || opt_quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	out_puts(&out, line);
	out_puts(&out, "\n");
}

__attribute__((format(printf, 1, 2))) static void answer(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int k = vsnprintf(answers + nanswers, sizeof answers - nanswers, fmt, ap);
	va_end(ap);
	if (k > 0 && (size_t)k + 1 < sizeof answers - nanswers) {
		nanswers += (size_t)k;
		answers[nanswers++] = '\n';
		answers[nanswers] = '\0';
	}
}

/* ---- what was given ---- */

static void read_options(void)
{
	if (known(snr_ratio) + known(snr_db) + known(ebn0_db) > 1)
		tool_die(EX_BAD, "--snr, --snr-db and --ebn0 all say how strong the noise is: give one");
	if (noiseless && (known(snr_ratio) || known(snr_db) || known(ebn0_db)))
		tool_die(EX_BAD, "--noiseless, and a signal to noise ratio: give one");
	q.b = bandwidth > 0 ? bandwidth : NAN;
	q.c = bitrate > 0 ? bitrate : NAN;
	q.r = baud > 0 ? baud : NAN;
	q.m = levels > 0 ? (double)levels : NAN;
	q.s = known(snr_db) ? from_db(snr_db) : snr_ratio;
	q.ebn0 = known(ebn0_db) ? from_db(ebn0_db) : NAN;
	if (known(q.b) + known(q.c) + known(q.r) + known(q.m) + known(q.s) + known(q.ebn0) < 2)
		tool_die(EX_BAD, "give two or more of --bandwidth, --levels, --snr-db, --ebn0, --bitrate and --baud");
	if (!known(q.b) && !known(q.c) && !known(q.r))
		tool_die(EX_BAD, "nothing follows from that: give --bandwidth, --bitrate or --baud too");
}

static void say_noise(void)
{
	if (known(snr_db))
		work("S/N = 10^(%s/10) = %s\n", n(snr_db), n(q.s));
	else if (known(q.s))
		work("S/N = %s = %s dB\n", n(q.s), db(q.s));
}

/* ---- symbols ---- */

static void symbols(void)
{
	if (!known(q.r))
		return;
	if (known(q.b)) {
		work("Nyquist: at most 2 B symbols a second\n  2 x %s = %s baud\n", n(q.b), n(2 * q.b));
		if (q.r > 2 * q.b) {
			impossible = true;
			answer("%s baud is more than a band of %s Hz can carry: %s", n(q.r), n(q.b), n(2 * q.b));
		}
	} else if (!impossible && (!known(q.s) || !known(q.c))) {
		q.b = q.r / 2;
		work("Nyquist: a band of half the symbol rate at least\n  B = %s / 2 = %s Hz\n", n(q.r), n(q.b));
		answer("at least %s Hz", n(q.b));
	}
}

static void bits_a_symbol(void)
{
	if (known(q.r) && known(q.m) && !known(q.c)) {
		q.c = q.r * log2(q.m);
		work("bit rate = baud x log2 M\n  = %s x log2 %s\n  = %s x %s\n  = %s bit/s\n",
		     n(q.r), n(q.m), n(q.r), n(log2(q.m)), n(q.c));
		answer("%s bit/s", n(q.c));
	} else if (known(q.r) && known(q.c) && !known(q.m)) {
		q.m = exp2(q.c / q.r);
		work("bits a symbol = bit rate / baud\n  = %s / %s = %s", n(q.c), n(q.r), n(q.c / q.r));
		work("levels M = 2^%s = %s\n", n(q.c / q.r), n(q.m));
		answer("%s bits a symbol, %s levels", n(q.c / q.r), n(ceil(q.m * (1 - 1e-9))));
	} else if (known(q.c) && known(q.m)) {
		double least = q.c / log2(q.m);
		work("baud = bit rate / log2 M\n  = %s / log2 %s\n  = %s / %s\n  = %s\n",
		     n(q.c), n(q.m), n(q.c), n(log2(q.m)), n(least));
		if (known(q.r) && q.r < least * (1 - 1e-9)) {
			impossible = true;
			answer("%s baud of %s levels are less than %s bit/s", n(q.r), n(q.m), n(q.c));
		} else if (!known(q.r)) {
			q.r = least;
			answer("%s baud", n(q.r));
		}
	}
}

/* ---- the two laws ---- */

static void nyquist(void)
{
	if (known(q.b) && known(q.m)) {
		q.nyquist = nyquist_rate(q.b, q.m);
		work("Nyquist, without noise: C = 2 B log2 M\n  = 2 x %s x log2 %s\n  = 2 x %s x %s\n  = %s bit/s\n",
		     n(q.b), n(q.m), n(q.b),
		     n(log2(q.m)), n(q.nyquist));
	} else if (known(q.c) && known(q.m)) {
		q.b = nyquist_bandwidth(q.c, q.m);
		work("Nyquist, without noise: B = C / (2 log2 M)\n  = %s / (2 x log2 %s)\n  = %s / %s\n  = %s Hz\n",
		     n(q.c), n(q.m), n(q.c),
		     n(2 * log2(q.m)), n(q.b));
		answer("at least %s Hz", n(q.b));
	} else if (known(q.c) && bandwidth > 0 && !(q.c > shannon_rate(q.b, q.s))) {
		double m = nyquist_levels(q.c, q.b), whole = ceil(m * (1 - 1e-9)), power = exp2(ceil(log2(m) - 1e-9));
		work("Nyquist, without noise: M = 2^(C / 2B)\n  = 2^(%s / (2 x %s))\n  = 2^%s\n  = %s\n",
		     n(q.c), n(q.b), n(q.c / 2 / q.b), n(m));
		q.m = whole < 2 ? 2 : whole;
		if (power > q.m)
			answer("at least %s levels (%s, if symbols carry whole bits)", n(q.m), n(power));
		else
			answer("at least %s levels", n(q.m));
	}
}

/* S/N from Eb/N0, where the rate is known. */
static void snr_of_bits(void)
{
	if (!known(q.ebn0))
		return;
	work("Eb/N0 = 10^(%s/10) = %s", n(ebn0_db), n(q.ebn0));
	if (known(q.b) && known(q.c)) {
		q.s = q.ebn0 * q.c / q.b;
		work("S/N = Eb/N0 x C / B\n  = %s x %s / %s\n  = %s = %s dB\n",
		     n(q.ebn0), n(q.c), n(q.b), n(q.s), db(q.s));
		return;
	}
	double most = shannon_efficiency(q.ebn0);
	work("Shannon: (2^e - 1) / e = Eb/N0 at the greatest efficiency e\n  e = %s bit/s/Hz\n", n(most));
	if (!(most > 0)) {
		impossible = true;
		answer("nothing can be sent at an Eb/N0 below ln 2 = -1.59 dB");
	} else if (known(q.b)) {
		q.s = q.ebn0 * most;
	} else if (known(q.c)) {
		q.b = q.c / most;
		answer("at least %s Hz", n(q.b));
	}
}

static void shannon(void)
{
	if (noiseless || (!known(q.s) && (levels > 0 || baud > 0 || known(q.ebn0))))
		return;
	if (known(q.s) && (bandwidth > 0 || !known(q.c)) && known(q.b)) {
		q.shannon = shannon_rate(q.b, q.s);
		work("Shannon, white noise: C = B log2(1 + S/N)\n  = %s x log2(1 + %s)\n  = %s x %s\n  = %s bit/s",
		     n(q.b), n(q.s), n(q.b),
		     n(log2(1 + q.s)), n(q.shannon));
		work("  as many as sqrt(1 + S/N) = %s levels without noise\n", n(sqrt(1 + q.s)));
	} else if (known(q.s) && known(q.c)) {
		double b = shannon_bandwidth(q.c, q.s);
		work("Shannon, white noise: B = C / log2(1 + S/N)\n  = %s / log2(1 + %s)\n  = %s / %s\n  = %s Hz\n",
		     n(q.c), n(q.s), n(q.c),
		     n(log2(1 + q.s)), n(b));
		answer("at least %s Hz at this S/N", n(b));
		q.b = known(q.b) && q.b > b ? q.b : b;
	} else if (known(q.c) && known(q.b)) {
		double s = shannon_snr(q.c, q.b);
		work("Shannon, white noise: S/N = 2^(C/B) - 1\n  = 2^(%s / %s) - 1\n  = 2^%s - 1\n  = %s = %s dB\n",
		     n(q.c), n(q.b), n(q.c / q.b),
		     n(s), db(s));
		answer("a signal to noise ratio of %s dB at least", db(s));
	}
}

/* The bit rate against what either law allows. */
static void verdict(void)
{
	bool both = known(q.nyquist) && known(q.shannon);
	double most = both ? fmin(q.nyquist, q.shannon) : known(q.nyquist) ? q.nyquist : q.shannon;
	const char *law = both && q.nyquist > q.shannon ? "the noise" : both ? "the number of levels" : "";
	if (!known(most) || (known(q.c) && !(bandwidth > 0))) /* a band as wide as the rate needs */
		return;
	if (both)
		work("The smaller holds: %s is the limit.\n", law);
	if (!known(q.c)) {
		answer("at most %s bit/s", n(most));
		q.c = most;
	} else if (q.c > most * (1 + 1e-9)) {
		impossible = true;
		answer("%s bit/s cannot be sent: at most %s", n(q.c), n(most));
	} else {
		answer("%s bit/s can be sent: at most %s", n(q.c), n(most));
	}
}

static void efficiency(void)
{
	if (!known(q.c) || !known(q.b) || impossible)
		return;
	q.efficiency = q.c / q.b;
	q.least = noiseless ? NAN : shannon_ebn0(q.efficiency);
	work("efficiency e = C / B = %s / %s = %s bit/s/Hz", n(q.c), n(q.b), n(q.efficiency));
	if (noiseless)
		return;
	work("  needs Eb/N0 = (2^e - 1) / e = %s = %s dB (in an endless band ln 2 = -1.59 dB)",
	     n(q.least), db(q.least));
	if (known(q.s)) {
		q.ebn0 = q.s * q.b / q.c;
		work("  has Eb/N0 = S/N x B / C = %s = %s dB", n(q.ebn0), db(q.ebn0));
	}
}

/* ---- the end ---- */

static void column(double v, const char *end)
{
	if (known(v))
		out_puts(&out, n(v));
	out_puts(&out, end);
}

static void table(void)
{
	out_puts(&out, "bandwidth_hz\tbaud\tlevels\tbitrate\tsnr\tsnr_db\tnyquist\tshannon\tefficiency\tebn0_db\tebn0_min_db\n");
	const double row[] = {q.b, q.r, q.m, q.c, q.s, to_db(q.s), q.nyquist, q.shannon, q.efficiency, to_db(q.ebn0), to_db(q.least)};
	const size_t last = sizeof row / sizeof *row - 1;
	for (size_t i = 0; i <= last; i++)
		column(row[i], i < last ? "\t" : "\n");
}

int modem_capacity(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim capacity", usage, "how much a channel can carry", opts, more, NULL, NULL};
	struct err e;
	if (opt_parse(&tool, argc, argv) > 0)
		tool_die(EX_BAD, "%s: it takes no file (see modem-sim capacity --help)", argv[1]);
	read_options();
	if (out_open(&out, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	say_noise();
	bits_a_symbol();
	symbols();
	snr_of_bits();
	nyquist();
	shannon();
	verdict();
	efficiency();
	if (format == TSV)
		table();
	else {
		work("%s", "");
		out_puts(&out, answers);
	}
	if (out_close(&out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	return impossible ? EX_NO : EX_YES;
}
