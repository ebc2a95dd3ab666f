/* show.c - modem-sim show: pictures of signals. */

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "1-physical/modem-sim/cmds.h"
#include "1-physical/modem-sim/show.h"

static struct show_opts o = {.impair = IMPAIR_INIT, .seed = -1, .channel = 1};
static const char *svg;
static bool text;
static int format; /* 1: tsv */

static const char *const usage[] = {
	"wave|eye|constellation|spectrum -m SCHEME [--data BITS | --bits N] [CHANNEL...] [--svg FILE]",
	"wave|eye|constellation|spectrum [-m SCHEME] [CHANNEL...] [--svg FILE] FILE",
	"trellis [-m SCHEME | --code G,G] [--data BITS] [--flip N,N...] [--svg FILE]", NULL};
static const struct opt opts[] = {
	MODEM_OPTS(o.modem),
	{0, "data", "BITS", OPT_STR, &o.data, 0, 0, "send these, 0 and 1"},
	{0, "bits", "N", OPT_INT, &o.bits, 1, 1000000, "send so many random ones (what suits the picture)"},
	{0, "seed", "N", OPT_INT, &o.seed, 0, 9e15,
	 "random numbers of bits and channel (from the system; the picture says which)"},
	{'r', "rate", "HZ", OPT_REAL, &o.rate_hz, 1000, 1e7,
	 "samples a second of a signal that is made (what suits the scheme)"},
	{'c', "channel", "N", OPT_INT, &o.channel, 1, 1024, "of a FILE with more than one (1)"},
	{0, "start", "SECONDS", OPT_REAL, &o.start_s, 0, 1e9, "show a FILE from there on (0)"},
	{0, "length", "SECONDS", OPT_REAL, &o.length_s, 1e-6, 120,
	 "and so much of it (10, eye and constellation 20, spectrum 60)"},
	{0, "svg", "FILE", OPT_STR, &svg, 0, 0, "draw into an SVG file"},
	{0, "plot", NULL, OPT_FLAG, &text, 0, 0, "draw in the terminal (where there is no --svg, this)"},
	{'T', "form", "text|tsv", OPT_ENUM, &format, 0, 0, "a drawing, or its data as a table, to draw it elsewhere (text)"},
	{0, "mask", "HZ:DB,...", OPT_STR, &o.mask, 0, 0,
	 "spectrum: limits, by distance from the carrier and dB of the highest line"},
	{0, "code", "G,G", OPT_STR, &o.code, 0, 0, "trellis: of a convolutional code, generators in octal (7,5)"},
	{0, "flip", "N,N...", OPT_STR, &o.flips, 0, 0, "trellis: coded bits that are received wrong, from 1"},
	{0, "tree", NULL, OPT_FLAG, &o.tree, 0, 0, "trellis: the phase unwrapped, as a tree"},
	{0, "states", NULL, OPT_FLAG, &o.states, 0, 0, "trellis: list states and branches, draw nothing"},
	NOISE_OPTS(o.impair),
	IMPAIR_OPTS(o.impair),
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"wave           the signal of some bits, where its symbols end, and what the carrier carries",
	"eye            behind the receiver's matched filter, symbol over symbol",
	"constellation  symbols as the receiver decides them, beside the ideal ones; error vector magnitude",
	"spectrum       power over frequency beside theory; occupied bandwidth",
	"trellis        the phases of FSK, or the decoding of a convolutional code",
	"FILE is a WAVE file or packet text; -: standard input.",
	"Exit status: 0 done; 1 no signal found in FILE; 2 usage, malformed input or a system error.",
	NULL,
};

static const struct {
	const char *name;
	struct plot *(*draw)(const struct show_opts *o);
} kinds[] = {
	{"wave", show_wave},         {"eye", show_eye},         {"constellation", show_constellation},
	{"spectrum", show_spectrum}, {"trellis", show_trellis},
};

static struct plot *(*find(const char *name))(const struct show_opts *)
{
	for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].draw;
	if (name)
		tool_die(EX_BAD, "no picture \"%s\": wave, eye, constellation, spectrum, trellis", name);
	tool_die(EX_BAD, "which picture? wave, eye, constellation, spectrum or trellis (see modem-sim show --help)");
}

int modem_show(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim show", usage, "pictures of signals", opts, more, NULL, NULL};
	struct out out;
	struct err e;
	int n = opt_parse(&tool, argc, argv);
	struct plot *(*draw)(const struct show_opts *) = find(n ? argv[1] : NULL);
	if (n > 2)
		tool_die(EX_BAD, "one FILE at most: %s and %s are two", argv[2], argv[3]);
	o.path = n > 1 ? argv[2] : NULL;
	struct plot *p = draw(&o);
	if (!p)
		return EX_YES;
	if (svg && plot_save(p, svg, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (!svg || text || format) {
		if (out_open(&out, "-", &e) != 0)
			tool_die(EX_BAD, "%s", e.msg);
		if (format)
			plot_tsv(p, &out);
		else
			plot_draw(p, &out, opt_color(STDOUT_FILENO));
		if (out_close(&out, &e) != 0)
			tool_die(EX_BAD, "%s", e.msg);
	}
	plot_free(p);
	return EX_YES;
}
