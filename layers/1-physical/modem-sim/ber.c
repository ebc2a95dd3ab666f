/* ber.c - modem-sim ber: measured error rates beside those of theory. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "1-physical/ber.h"
#include "1-physical/modem-sim/cmds.h"
#include "1-physical/modem-sim/impair.h"
#include "1-physical/modem-sim/setup.h"
#include "crew.h"
#include "plot.h"

enum { POINTS_MAX = 1000, TEXT = 0, TSV = 1, JSON = 2, IDEAL = 0, RECOVERED = 1, UNSAID = -1 };

static struct modem_opts modem;
static struct impair_opts impair = IMPAIR_INIT;
static const char *range = "0:10:1", *svg;
static int64_t bits = 1000000, errors, seed = -1;
static double rate_hz, confidence = 0.95;
static int format, sync_mode = UNSAID;
static bool drawn;

static const char *const usage[] = {
	"-m SCHEME [--ebn0 FROM:TO:STEP] [--bits N] [--seed N] [-T FORMAT] [--svg FILE]",
	"-m SCHEME --sync recovered [impairments] ...", NULL,
};
static const struct opt opts[] = {
	MODEM_OPTS(modem),
	{0, "ebn0", "FROM:TO:STEP", OPT_STR, &range, 0, 0, "energy a bit over noise density, dB; also 3, 0:10 or 2,4,8 (0:10:1)"},
	{0, "bits", "N", OPT_INT, &bits, 1, 1e12, "to send at each point (1000000)"},
	{0, "errors", "N", OPT_INT, &errors, 1, 1e12, "go on to the next point once so many bits were wrong"},
	{0, "seed", "N", OPT_INT, &seed, 0, 9e15, "random numbers of all this (from the system; -v says which)"},
	{0, "sync", "ideal|recovered", OPT_ENUM, &sync_mode, 0, 0, "timing and phase: known, or found by the receiver (known)"},
	{'r', "rate", "HZ", OPT_REAL, &rate_hz, 1000, 1e7, "samples a second, recovered (as many as the scheme needs)"},
	{'T', "form", "text|tsv|json", OPT_ENUM, &format, 0, 0, "of the table (text)"},
	{0, "confidence", "P", OPT_REAL, &confidence, 0.5, 0.999999, "with which the interval holds the rate (0.95)"},
	{0, "plot", NULL, OPT_FLAG, &drawn, 0, 0, "draw the picture in the terminal, below the table"},
	{0, "svg", "FILE", OPT_STR, &svg, 0, 0, "write a picture, theory beside measurement"},
	IMPAIR_OPTS(impair),
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Each point has an interval that holds the true rate in 95% of all cases (--confidence): Clopper and Pearson's, exact for",
	"errors that are independent, and as much wider as errors are seen to come in clusters. Through a receiver, delay and phase of",
	"each burst are random, and of what it does not find half the bits count as wrong; what a burst has besides its bits has no",
	"energy here. The loss is how much less Eb/N0 the detector of theory would need.",
	"Exit status: 0 done; 2 usage or a system error.", NULL,
};

struct point {
	double ebn0_db, theory;
	struct tally tally;
	uint64_t lost, bursts, slips;
	bool done;
};

struct job {
	struct point *point;
	double ebn0_db;
	uint64_t block;
	struct ber_count count;
	struct err err;
	bool failed;
};

static struct point points[POINTS_MAX];
static size_t npoints;
static struct ber_conf conf;
static const char *formula = "";
static uint64_t blocks_done, blocks_all;
static bool progress;

/* ---- Eb/N0 ---- */

static void bad_range(void)
{
	tool_die(EX_BAD, "--ebn0: \"%s\" is not dB such as 6, 0:10, 4:10:2 or 2,4,8, at most %d from -30 to 100", range, POINTS_MAX);
}

/* One item of the list; *s goes behind it. The i-th point is computed, not summed up. */
static void add_range(const char **s)
{
	double v[3] = {0, 0, 1};
	int n = 0;
	for (;; n++, (*s)++) {
		char *end;
		v[n] = strtod(*s, &end);
		if (end == *s || !(v[n] >= (n == 2 ? 1e-3 : -30) && v[n] <= 100))
			bad_range();
		*s = end;
		if (*end != ':' || n == 2)
			break;
	}
	double last = n ? v[1] : v[0];
	if (last < v[0])
		bad_range();
	for (int i = 0; v[0] + i * v[2] <= last + v[2] * 1e-6; i++) {
		if (npoints == POINTS_MAX)
			bad_range();
		points[npoints++].ebn0_db = v[0] + i * v[2];
	}
}

static void read_range(void)
{
	const char *s = range;
	for (;; s++) {
		add_range(&s);
		if (*s != ',')
			break;
	}
	if (*s)
		bad_range();
}

/* ---- measuring ---- */

static void say_progress(const struct point *p)
{
	if (progress)
		fprintf(stderr, "\r%3.0f%%  %.10g dB ", 100 * (double)blocks_done / (double)blocks_all, p->ebn0_db);
}

static void work(void *job)
{
	struct job *j = job;
	j->failed = ber_run(&conf, j->ebn0_db, j->block, &j->count, &j->err) != 0;
}

/* In order: what comes behind the end of a point is dropped, so that threads do not matter. */
static void done(void *arg, void *job)
{
	const struct job *j = job;
	struct point *p = j->point;
	(void)arg;
	blocks_done++;
	if (p->done)
		return;
	if (j->failed)
		tool_die(EX_BAD, "%s", j->err.msg);
	tally_add(&p->tally, j->count.bits, j->count.errors);
	p->bursts++;
	p->lost += j->count.lost;
	p->slips += j->count.slips;
	p->done = errors > 0 && p->tally.errors >= (double)errors;
	say_progress(p);
}

static void release(void *job) { (void)job; }

/* Tables that are made when they are needed first are made before there are threads. */
static void warm_up(void)
{
	struct ber_conf c = conf;
	struct ber_count count;
	struct err e;
	c.bits = 1000;
	if (ber_run(&c, 10, 0, &count, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
}

static void measure(void)
{
	uint64_t blocks = ber_blocks(&conf);
	warm_up();
	struct crew *crew = crew_new(sizeof(struct job), work, done, NULL);
	blocks_all = blocks * npoints;
	progress = isatty(STDERR_FILENO) && !opt_quiet;
	for (size_t i = 0; i < npoints; i++)
		for (uint64_t b = 0; b < blocks; b++) {
			if (points[i].done) {
				blocks_done += blocks - b;
				break;
			}
			struct job *j = crew_job(crew);
			*j = (struct job){.point = &points[i], .ebn0_db = points[i].ebn0_db, .block = b};
			crew_go(crew);
		}
	crew_drain(crew);
	crew_free(crew, release);
	if (progress)
		fprintf(stderr, "\r%24s\r", "");
}

/* ---- showing ---- */

static double theory(double ebn0_db)
{
	const struct scheme *s = conf.modem.scheme;
	return s->modem->theory ? s->modem->theory(s, ebn0_db, &formula) : NAN;
}

/* By how many dB Eb/N0 is above that at which theory has this rate; NAN: none within 20 dB. */
static double loss_db(double ebn0_db, double rate)
{
	double low = -20, high = 20;
	if (!(theory(ebn0_db - low) < rate && rate < theory(ebn0_db - high)))
		return NAN;
	while (high - low > 1e-4) {
		double middle = (low + high) / 2;
		if (theory(ebn0_db - middle) < rate)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

static void row(struct out *o, const struct point *p, const char *const forms[3], const char *none)
{
	struct interval ci = tally_interval(&p->tally, confidence);
	out_printf(o, forms[0], p->ebn0_db, p->tally.bits, p->tally.errors, tally_rate(&p->tally));
	if (isnan(p->theory))
		out_puts(o, none);
	else
		out_printf(o, forms[1], p->theory);
	out_printf(o, forms[2], ci.low, ci.high);
	double loss = format == TEXT && conf.recovered ? loss_db(p->ebn0_db, tally_rate(&p->tally)) : NAN;
	if (!isnan(loss))
		out_printf(o, "  %6.2f", loss);
	out_puts(o, "\n");
}

static const char *sync_word(void)
{
	return conf.recovered ? "timing and phase found by the receiver" : "timing and phase known";
}

static void table(struct out *o)
{
	static const char *const tsv[] = {"%.10g\t%.0f\t%.0f\t%.6g\t", "%.6g", "\t%.6g\t%.6g"};
	static const char *const json[] = {"{\"ebn0_db\":%.10g,\"bits\":%.0f,\"errors\":%.0f,\"ber\":%.6g,\"theory\":", "%.6g",
	                                   ",\"ci_low\":%.6g,\"ci_high\":%.6g}"};
	static const char *const text[] = {"%10.10g %13.0f %11.0f  %9.3e  ", "%9.3e", "  %9.3e to %9.3e"};
	if (format == TSV)
		out_puts(o, "ebn0_db\tbits\terrors\tber\ttheory\tci_low\tci_high\n");
	if (format == TEXT) {
		out_printf(o, "%s (%s), %s\n", conf.modem.scheme->name, conf.modem.scheme->title, sync_word());
		out_printf(o, "theory: %s\n\n", *formula ? formula : "no closed form");
		char interval[48];
		int n = snprintf(interval, sizeof interval, "%.6g%% interval", 100 * confidence);
		out_printf(o, "%10s %13s %11s  %9s  %9s  %s", "Eb/N0, dB", "bits", "errors", "rate", "theory", interval);
		if (conf.recovered && *formula)
			out_printf(o, "%*s", 32 - n, "loss, dB");
		out_puts(o, "\n");
	}
	for (size_t i = 0; i < npoints; i++)
		row(o, &points[i], format == TSV ? tsv : format == JSON ? json : text,
		    format == TSV ? "" : format == JSON ? "null" : "        -");
}

/* The points, and where no bit was wrong the upper end of the interval. Returns the least rate worth drawing. */
static double draw_points(struct plot *p)
{
	static double x[POINTS_MAX], y[POINTS_MAX], low[POINTS_MAX], high[POINTS_MAX], none[POINTS_MAX];
	char name[64];
	double least = 1;
	bool any = false, all = true;
	for (size_t i = 0; i < npoints; i++) {
		struct interval ci = tally_interval(&points[i].tally, confidence);
		x[i] = points[i].ebn0_db;
		y[i] = tally_rate(&points[i].tally);
		low[i] = fmax(ci.low, y[i] / 100); /* nothing is 0 on a logarithmic axis */
		high[i] = ci.high;
		none[i] = y[i] > 0 ? NAN : ci.high;
		least = fmin(least, y[i] > 0 ? low[i] : ci.high / 10);
		any |= y[i] > 0;
		all &= y[i] > 0;
	}
	snprintf(name, sizeof name, "measured, %.6g%% interval", 100 * confidence);
	if (any)
		plot_errors(p, name, x, y, low, high, npoints)->color = 1;
	if (!all) {
		struct plot_look *look = plot_points(p, "no error: the rate is below", x, none, npoints);
		look->mark = PLOT_DOWN;
		look->color = 1;
	}
	return least;
}

static void draw_theory(struct plot *p, double least)
{
	enum { CURVE = 400 };
	double x[CURVE], y[CURVE], from = points[0].ebn0_db, to = from;
	for (size_t i = 1; i < npoints; i++) {
		from = fmin(from, points[i].ebn0_db);
		to = fmax(to, points[i].ebn0_db);
	}
	for (int i = 0; i < CURVE; i++) {
		x[i] = from + (to - from) * i / (CURVE - 1);
		y[i] = theory(x[i]);
		y[i] = y[i] < least / 10 ? NAN : y[i];
	}
	plot_line(p, formula, x, y, CURVE)->color = 0;
}

static void picture(uint64_t s, struct out *o)
{
	struct plot *p = plot_new("Bit error rate");
	struct err e;
	plot_condition(p, "%s (%s), white noise, %s", conf.modem.scheme->name, conf.modem.scheme->title, sync_word());
	plot_condition(p, "%llu bits a point, seed %llu", (unsigned long long)conf.bits, (unsigned long long)s);
	plot_axis(p, PLOT_X, "Eb/N0", "dB", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "bit error rate", "", PLOT_LOG);
	double least = draw_points(p);
	if (*formula)
		draw_theory(p, least);
	if (drawn) {
		out_puts(o, "\n");
		plot_draw(p, o, opt_color(o->fd));
	}
	if (svg && plot_save(p, svg, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	plot_free(p);
}

static void say_losses(void)
{
	for (size_t i = 0; i < npoints; i++) {
		const struct point *p = &points[i];
		if (p->lost)
			tool_say("%.10g dB: %llu of %llu bursts not whole: of what is missing half counts as wrong", p->ebn0_db,
			         (unsigned long long)p->lost, (unsigned long long)p->bursts);
		if (p->slips)
			tool_say("%.10g dB: %llu place%s where bits came or went", p->ebn0_db, (unsigned long long)p->slips,
			         plural(p->slips));
	}
}

/* ---- the subcommand ---- */

static void setup(uint64_t s)
{
	static struct scheme line; /* theory counts the bits of the line; NRZI, which is packet radio's, would double their errors */
	modem_setup(&modem, &conf.modem);
	line = *conf.modem.scheme;
	line.nrzi = false;
	conf.modem.scheme = &line;
	const struct modem *m = conf.modem.scheme->modem;
	conf.recovered = sync_mode == RECOVERED || (sync_mode == UNSAID && (!m->ideal || impair_any(&impair)));
	if (!conf.recovered && !m->ideal)
		tool_die(EX_BAD, "%s: no detector that knows timing and phase: --sync recovered", conf.modem.scheme->name);
	if (!conf.recovered && impair_any(&impair))
		tool_die(EX_BAD, "--sync ideal has white noise and nothing else: --sync recovered has more");
	conf.modem.rate_hz = rate_hz > 0 ? rate_hz : modem_rate(&conf.modem);
	impair_setup(&impair, &conf.channel);
	double baud = conf.modem.baud > 0 ? conf.modem.baud : conf.modem.scheme->baud;
	if (impair.bursts)
		impair_noise(&impair, m->bit_energy(&conf.modem) * baud * conf.modem.scheme->bits, NAN, &conf.channel);
	conf.bits = (uint64_t)bits;
	conf.seed = s;
	for (size_t i = 0; i < npoints; i++)
		points[i].theory = theory(points[i].ebn0_db);
}

int modem_ber(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim ber", usage, "measured error rates beside those of theory", opts, more, NULL, NULL};
	static struct out out;
	struct err e;
	if (opt_parse(&tool, argc, argv) > 0)
		tool_die(EX_BAD, "%s: it takes no file (see modem-sim ber --help)", argv[1]);
	uint64_t s = seed < 0 ? rng_entropy() >> 12 : (uint64_t)seed;
	read_range();
	setup(s);
	if (out_open(&out, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (opt_verbose)
		tool_say("%s, seed %llu, %llu blocks a point", sync_word(), (unsigned long long)s, (unsigned long long)ber_blocks(&conf));
	measure();
	say_losses();
	table(&out);
	if (svg || drawn)
		picture(s, &out);
	if (out_close(&out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	return EX_YES;
}
