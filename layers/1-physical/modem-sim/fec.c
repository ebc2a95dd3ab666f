/* fec.c - modem-sim fec: packets, or bits as they are, into words of error-correcting codes and back. */

#include "1-physical/fec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/modem-sim/cmds.h"
#include "1-physical/modem-sim/fec_work.h"
#include "filter.h"
#include "num.h"

static bool decoding, keep, raw, hex, work;

static const char *const usage[] = {
	"CODE [FILE...]",
	"-d CODE [--keep] [FILE...]",
	"--raw [-d] CODE [--hex] [--work] [BITS...]",
	NULL,
};
static const struct opt opts[] = {
	{'d', "decode", NULL, OPT_FLAG, &decoding, 0, 0, "bits as they arrived, with their confidences q=, to packets"},
	{0, "keep", NULL, OPT_FLAG, &keep, 0, 0,
	 "-d: pass on what could not be restored, as it came, with @modem-sim.drop=WHY"},
	{0, "raw", NULL, OPT_FLAG, &raw, 0, 0,
	 "bits from the operands or lines of standard input; nothing is added to them"},
	{0, "hex", NULL, OPT_FLAG, &hex, 0, 0, "--raw: octets in hex instead of bits"},
	{0, "work", NULL, OPT_FLAG, &work, 0, 0, "--raw: show how it is done by hand"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"CODE is one of these, or several joined by +, the first the outermost:",
	"  conv[:RATE]       K=7, 171 and 133, soft Viterbi; RATE 1/2 2/3 3/4 5/6 7/8; and ,g=7/5 ,ccsds ,cut ,ring",
	"  hamming:N,K       7,4 15,11 ... 8,4 16,11 ..., shortened ones; and ,systematic ,hard",
	"  rs:N,K            Reed-Solomon over octets, as FX.25; and ,ccsds ,dual ,poly=0x11d ,fcr=1 ,prim=1",
	"  interleave:RxC    by rows in, by columns out; and ,octets",
	"A packet that was restored has the note @modem-sim.fixed=N: the bits that were turned.",
	"Exit status: 0 done; 1 something could not be restored; 2 usage, malformed input or a system error.",
	NULL,
};

static struct fec *code;
static const char *code_name;
static uint64_t packets, lost, fixed_bits, words, failed_words;

/* Room for n of each, grown and kept. */
static struct {
	uint8_t *bits, *coded, *octets;
	float *llr;
	size_t cap;
} room;

static void make_room(size_t n)
{
	if (room.cap >= n)
		return;
	room.cap = n + n / 2 + 64;
	room.bits = xrealloc(room.bits, room.cap);
	room.coded = xrealloc(room.coded, room.cap);
	room.octets = xrealloc(room.octets, room.cap);
	room.llr = xrealloc(room.llr, room.cap * sizeof *room.llr);
}

static void to_bits(const uint8_t *octets, size_t n, uint8_t *bits)
{
	for (size_t i = 0; i < n; i++)
		bits[i] = octets[i / 8] >> i % 8 & 1;
}

static void to_octets(const uint8_t *bits, size_t n, uint8_t *octets)
{
	memset(octets, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++)
		octets[i / 8] |= (uint8_t)(bits[i] << i % 8);
}

/* --- packets -------------------------------------------------------------------------------------------- */

static void encode(struct pipe *p, void *arg)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	size_t n = pkt_bits(k);
	bool plain = role == ROLE_BITS || role == ROLE_OCTETS || !k->has_link;
	struct fec_head head = {(uint32_t)n,
	                        role == ROLE_BITS ? FEC_BITS
	                        : plain           ? FEC_OCTETS
	                                          : FEC_FRAME,
	                        plain ? 0 : k->fcs, 0};
	(void)arg;
	if (k->wire > k->len)
		pipe_die(p, "a packet whose capture was cut short cannot be coded");
	if (!plain && k->link > UINT16_MAX)
		pipe_die(p, "link type %u has more than 16 bits", k->link);
	head.link = plain ? 0 : k->link;
	size_t m = fec_coded_bits(code, FEC_HEAD_BITS + n);
	if (m > 8 * (size_t)PKT_MAX)
		pipe_die(p, "%zu bits become %zu, more than a packet holds (%d)", n, m, 8 * PKT_MAX);
	make_room(m + FEC_HEAD_BITS + n);
	fec_head_put(&head, room.bits);
	to_bits(k->p, n, room.bits + FEC_HEAD_BITS);
	fec_encode(code, room.bits, FEC_HEAD_BITS + n, room.coded);
	to_octets(room.coded, m, room.octets);
	pkt_medium(&out, ROLE_BITS, room.octets, (uint32_t)((m + 7) / 8), m % 8, k);
	pipe_write(p, &out, "modem-sim", "");
	packets++;
}

static float digit_llr(char c)
{
	int v = c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
	return v ? (float)v : 0.25f; /* rounded to 0: less than a half */
}

/* Soft bits of what arrived; without q= all are equally sure. */
static size_t soft_bits(const struct pkt *k)
{
	size_t n = pkt_bits(k);
	make_room(n + 8);
	for (size_t i = 0; i < n; i++) {
		float sure = k->q && i < k->nq ? digit_llr(k->q[i]) : 8;
		room.llr[i] = k->p[i / 8] >> i % 8 & 1 ? -sure : sure;
	}
	return n;
}

static void drop(struct pipe *p, const char *why, const char *sentence)
{
	char note[48];
	lost++;
	if (opt_verbose || !keep)
		tool_say("%s: %s", pipe_where(p), sentence);
	snprintf(note, sizeof note, " @modem-sim.drop=%s", why);
	if (keep)
		pipe_pass(p, "modem-sim", note);
}

/* Makes the packet that the header speaks of. */
static void restore(struct pkt *to, const struct fec_head *h, const uint8_t *octets, const struct pkt *from)
{
	uint32_t len = (h->bits + 7) / 8;
	if (h->kind == FEC_FRAME) {
		struct cap_rec r = {
			.time = from->time, .link = h->link, .fcs = (int)h->fcs, .wire = len, .len = len, .p = octets};
		pkt_decode(to, &r);
		pkt_notes(to, from);
	} else {
		pkt_medium(to, h->kind == FEC_BITS ? ROLE_BITS : ROLE_OCTETS, octets, len, h->bits % 8, from);
	}
	to->relative = from->relative;
}

static void decode(struct pipe *p, void *arg)
{
	static struct pkt out;
	struct fec_found found;
	struct fec_head head;
	struct err e;
	size_t n;
	char note[64];
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	(void)arg;
	if (role != ROLE_BITS && role != ROLE_OCTETS)
		pipe_die(p, "not what a medium carries: the first layer is %s, not bits or octets",
		         k->nlayers ? k->layer[0].proto->name : "unknown");
	packets++;
	size_t m = soft_bits(k);
	if (fec_decode(code, room.llr, m, room.bits, &n, &found, &e) != 0) {
		drop(p, "length", e.msg);
		return;
	}
	fixed_bits += found.fixed;
	words += found.words;
	failed_words += found.failed;
	if (found.failed) {
		snprintf(e.msg, sizeof e.msg, "%llu of %llu words have more errors than %s repairs",
		         (unsigned long long)found.failed, (unsigned long long)found.words, code_name);
		drop(p, "errors", e.msg);
		return;
	}
	if (!fec_head_get(&head, room.bits, n)) {
		drop(p, "header", "the header of the packet in the code is damaged");
		return;
	}
	to_octets(room.bits + FEC_HEAD_BITS, head.bits, room.octets);
	restore(&out, &head, room.octets, k);
	snprintf(note, sizeof note, " @modem-sim.fixed=%llu", (unsigned long long)found.fixed);
	pipe_write(p, &out, "modem-sim", note);
}

/* --- bits as they are ----------------------------------------------------------------------------------- */

/* The bits of a text: 0, 1 and, for decoding, ? of which nothing is known; as hex digits, octets that go least significant bit first
 * (?? is unknown). Blanks pass. Into room.bits and room.llr; their number. */
static size_t read_text(const char *text)
{
	size_t n = 0;
	make_room(4 * strlen(text) + 8);
	for (const char *s = text; *s; s++) {
		if (*s == ' ' || *s == '\t' || *s == '\r')
			continue;
		uint8_t octet = 0;
		bool unknown = *s == '?' && (!hex || s[1] == '?');
		if (unknown ? !decoding : hex ? hex_read(&octet, s, 1) != 2 : *s != '0' && *s != '1')
			tool_die(EX_BAD, "\"%.60s\": %s", text,
			         hex       ? "not octets in hex"
			         : unknown ? "? is for -d"
			                   : "not bits");
		for (unsigned b = 0; b < (hex ? 8U : 1U); b++) {
			room.bits[n] = hex ? octet >> b & 1 : *s == '1';
			room.llr[n] = unknown ? 0 : room.bits[n] ? -1.0f : 1.0f;
			n++;
		}
		s += hex;
	}
	return n;
}

static void print_text(const uint8_t *bits, size_t n)
{
	for (size_t i = 0; i < n; i += hex ? 8 : 1) {
		unsigned v = 0;
		for (size_t b = 0; b < (hex ? 8U : 1U) && i + b < n; b++)
			v |= (unsigned)bits[i + b] << b;
		printf(hex ? "%02x" : "%u", v);
	}
	putchar('\n');
}

static void raw_text(const char *text)
{
	struct fec_found found;
	struct err e;
	size_t n = read_text(text), m;
	packets++;
	if (!decoding) {
		m = fec_coded_bits(code, n);
		if (m > FEC_MAX_BITS)
			tool_die(EX_BAD, "%zu bits become %zu, more than %d", n, m, FEC_MAX_BITS);
		make_room(m);
		if (work)
			work_encode(code_name, room.bits, n);
		fec_encode(code, room.bits, n, room.coded);
		print_text(room.coded, m);
		return;
	}
	if (work)
		work_decode(code_name, room.llr, n);
	if (fec_decode(code, room.llr, n, room.bits, &m, &found, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	print_text(room.bits, m);
	fixed_bits += found.fixed;
	words += found.words;
	failed_words += found.failed;
	lost += found.failed > 0;
	if (found.failed) {
		fflush(stdout);
		tool_say("%llu of %llu words have more errors than %s repairs", (unsigned long long)found.failed,
		         (unsigned long long)found.words, code_name);
	}
}

static void raw_lines(void)
{
	struct in in;
	struct err e;
	const char *line;
	char *text;
	size_t n, whole;
	int got;
	if (in_open(&in, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	while ((got = in_line(&in, &line, &n, &whole, LINE_LIMIT, &e)) == IN_OK) {
		text = xmalloc(n + 1);
		memcpy(text, line, n);
		text[n] = 0;
		raw_text(text);
		free(text);
	}
	if (got == IN_ERR)
		tool_die(EX_BAD, "%s", e.msg);
	in_close(&in);
}

/* --- all ------------------------------------------------------------------------------------------------ */

static void check_options(int n)
{
	if (n < 1)
		tool_die(EX_BAD, "which code? conv, hamming:7,4, rs:255,223, interleave:8x32 or several joined by +; "
		                 "see modem-sim fec --help");
	if (!raw && (hex || work))
		tool_die(EX_BAD, "--%s goes with --raw", hex ? "hex" : "work");
	if (keep && (raw || !decoding))
		tool_die(EX_BAD, "--keep goes with -d, without --raw");
}

static void report(void)
{
	const char *s = plural(packets);
	if (decoding)
		tool_say("%llu packet%s: %llu restored, %llu bit%s turned; %llu of %llu words beyond repair",
		         (unsigned long long)packets, s, (unsigned long long)(packets - lost),
		         (unsigned long long)fixed_bits, plural(fixed_bits), (unsigned long long)failed_words,
		         (unsigned long long)words);
	else
		tool_say("%llu packet%s coded", (unsigned long long)packets, s);
}

int modem_fec(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim fec",
	                                 usage,
	                                 "packets into words of error-correcting codes and back",
	                                 opts,
	                                 more,
	                                 NULL,
	                                 NULL};
	static struct pipe p;
	struct err e;
	int n = opt_parse(&tool, argc, argv);
	check_options(n);
	code_name = argv[1];
	code = fec_new(code_name, &e);
	if (!code)
		tool_die(EX_BAD, "%s", e.msg);
	if (opt_verbose)
		work_about(code_name);
	if (raw && n == 1)
		raw_lines();
	for (int i = 2; raw && i <= n; i++)
		raw_text(argv[i]);
	if (!raw)
		pipe_run(&p, argv + 2, n - 1, decoding ? decode : encode, NULL);
	if (opt_verbose)
		report();
	if (fflush(stdout) != 0 || ferror(stdout))
		tool_die(EX_BAD, "cannot write standard output");
	fec_free(code);
	return lost ? EX_NO : EX_YES;
}
