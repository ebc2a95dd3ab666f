/* show_trellis.c - modem-sim show trellis: the phases that CPM can take and takes, and Viterbi's decoding of a convolutional code. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/fsk.h"
#include "1-physical/modem-sim/show.h"
#include "io.h"

enum {
	STEPS_MOST = 48,
	PHASES_MOST = 32, /* of a trellis that can be read */
	CODES_MOST = 4,
	LENGTH_MOST = 9,
	DRAWN_MOST = 5, /* generators; constraint length; of a picture */
	BRANCHES_MOST = 1 << 16,
	FINE = 32 /* values of a path, a symbol */
};

/* Straight pieces that are to be drawn. */
struct pieces {
	double *x0, *y0, *x1, *y1;
	size_t n;
};

static void pieces_init(struct pieces *s)
{
	double **v[] = {&s->x0, &s->y0, &s->x1, &s->y1};
	for (int i = 0; i < 4; i++)
		*v[i] = xmalloc(BRANCHES_MOST * sizeof(double));
	s->n = 0;
}

static void pieces_add(struct pieces *s, double x0, double y0, double x1, double y1)
{
	if (s->n == BRANCHES_MOST)
		return;
	s->x0[s->n] = x0;
	s->y0[s->n] = y0;
	s->x1[s->n] = x1;
	s->y1[s->n++] = y1;
}

static struct plot_look *pieces_draw(struct pieces *s, struct plot *p, const char *name)
{
	struct plot_look *l = plot_segments(p, name, s->x0, s->y0, s->x1, s->y1, s->n);
	free(s->x0);
	free(s->y0);
	free(s->x1);
	free(s->y1);
	return l;
}

/* Whole numbers along the x axis. */
static void count_steps(struct plot *p, size_t steps)
{
	char label[24];
	for (size_t k = 0; k <= steps; k += steps / 24 + 1) {
		snprintf(label, sizeof label, "%zu", k);
		plot_tick(p, PLOT_X, (double)k, label);
	}
	plot_range(p, PLOT_X, 0, (double)steps);
}

/* Bits to draw: --data, or random ones. */
static size_t bits_of(const struct show_opts *o, uint8_t *bits, size_t most, size_t usual)
{
	struct rng r;
	size_t n = 0;
	rng_seed(&r, o->seed < 0 ? 1 : (uint64_t)o->seed);
	if (o->path)
		tool_die(EX_BAD, "a trellis is of bits, not of a file: give them with --data");
	for (const char *d = o->data; d && *d; d++) {
		if ((*d != '0' && *d != '1') || n == most)
			tool_die(EX_BAD, "--data: \"%s\" is not 1 to %zu bits, 0 and 1", o->data, most);
		bits[n++] = *d == '1';
	}
	size_t want = o->data ? n : o->bits ? (size_t)o->bits : usual;
	if (want > most)
		tool_die(EX_BAD, "--bits: a trellis is drawn of %zu at most", most);
	while (n < want)
		bits[n++] = (uint8_t)(rng_u64(&r) >> 63);
	return n;
}

/* ---- phases ---- */

struct cpm {
	struct modem_cfg c;
	unsigned levels, bits; /* tones; bits a symbol */
	double h;
	unsigned p, q; /* h = p/q, q 0: not a ratio of small numbers */
	bool mark_low, nrzi;
	uint8_t symbol[STEPS_MOST * 8]; /* the bits to send */
	size_t n, steps;
	int move[STEPS_MOST]; /* -(M-1), ..., M-1: by how many times 180 h degrees the phase moves */
};

static void ratio(struct cpm *m)
{
	for (m->q = 1; m->q <= PHASES_MOST / 2; m->q++) {
		double p = m->h * m->q;
		if (fabs(p - round(p)) < 1e-9 * m->q) {
			m->p = (unsigned)lround(p);
			return;
		}
	}
	m->q = 0;
}

/* How the bits move the phase: as fsk.c keys them. */
static void moves(struct cpm *m)
{
	unsigned level = 1;
	m->steps = m->n / m->bits;
	for (size_t k = 0; k < m->steps; k++) {
		unsigned symbol = 0, tone = 0;
		for (unsigned b = 0; b < m->bits; b++)
			symbol = symbol << 1 | m->symbol[k * m->bits + b];
		level = m->nrzi ? level ^ !symbol : symbol;
		if (m->levels == 2)
			tone = level ^ m->mark_low;
		for (unsigned g = level; m->levels > 2 && g; g >>= 1)
			tone ^= g;
		m->move[k] = 2 * (int)tone - (int)(m->levels - 1);
	}
}

static void cpm_setup(struct cpm *m, const struct show_opts *o)
{
	modem_setup(&o->modem, &m->c);
	const struct scheme *s = m->c.scheme;
	if (strcmp(s->modem->family, "fsk") != 0)
		tool_die(EX_BAD,
		         "%s has no phase trellis: it is not FSK; try modem-sim show eye -m %s",
		         s->name, s->name);
	const struct fsk_param *k = s->param;
	double baud = m->c.baud > 0 ? m->c.baud : s->baud,
	       shift = m->c.shift_hz > 0 ? m->c.shift_hz : s->shift_hz * baud / s->baud;
	m->levels = k->tones;
	m->bits = s->bits;
	m->mark_low = k->mark_low;
	m->nrzi = s->nrzi;
	m->h = shift / (k->tones - 1) / baud;
	ratio(m);
	m->n = bits_of(o, m->symbol, STEPS_MOST * (size_t)m->bits, 8 * (size_t)m->bits);
	while (m->n % m->bits)
		m->symbol[m->n++] = 0;
	moves(m);
}

/* Into -180..180 degrees; the upper end is the lower one. */
static double wrap(double degrees) { return degrees - 360 * floor((degrees + 180) / 360); }

/* A straight piece of the phase; in the trellis, where -180 and 180 degrees are one, cut there. */
static void phase_piece(struct pieces *s, bool tree, double x, double from, double by)
{
	if (tree) {
		pieces_add(s, x, from, x + 1, from + by);
		return;
	}
	from = wrap(from);
	double t = 0;
	while (t < 1 - 1e-9) {
		double room = by > 0 ? 180 - from : from + 180, left = fabs(by) * (1 - t);
		if (room < 1e-9) {
			from = -from;
			continue;
		}
		double dt = left > room + 1e-9 ? room / fabs(by) : 1 - t, to = from + dt * by;
		pieces_add(s, x + t, from, x + t + dt, to);
		t += dt;
		from = to;
	}
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* All the phases that can be after a symbol, of those before it; equal ones once. */
static size_t next_phases(const struct cpm *m, bool tree, double *phase, size_t n)
{
	static double next[8192];
	size_t k = 0, kept = 0;
	for (size_t i = 0; i < n; i++)
		for (int a = 1 - (int)m->levels; a < (int)m->levels && k < 8192; a += 2) {
			double to = phase[i] + 180 * m->h * a;
			next[k++] = tree ? to : wrap(to + 1e-7) - 1e-7;
		}
	qsort(next, k, sizeof *next, by_value);
	for (size_t i = 0; i < k && kept < 512; i++)
		if (!kept || next[i] - phase[kept - 1] > 1e-4)
			phase[kept++] = next[i];
	return kept;
}

static void draw_all(const struct cpm *m, struct plot *p, bool tree)
{
	static double phase[512];
	struct pieces all;
	size_t n = 1;
	phase[0] = 0;
	pieces_init(&all);
	for (size_t k = 0; k < m->steps; k++) {
		for (size_t i = 0; i < n; i++)
			for (int a = 1 - (int)m->levels; a < (int)m->levels; a += 2)
				phase_piece(&all, tree, (double)k, phase[i], 180 * m->h * a);
		n = next_phases(m, tree, phase, n);
	}
	struct plot_look *l = pieces_draw(&all, p, "possible");
	l->color = PLOT_INK;
	l->faint = true;
}

static void draw_path(const struct cpm *m, struct plot *p, bool tree)
{
	struct pieces path;
	double phase = 0;
	pieces_init(&path);
	for (size_t k = 0; k < m->steps; k++) {
		phase_piece(&path, tree, (double)k, phase, 180 * m->h * m->move[k]);
		phase += 180 * m->h * m->move[k];
	}
	struct plot_look *l = pieces_draw(&path, p, "of these bits");
	l->color = 1;
	l->size = 3;
}

/* Gauss: the phase as it moves when the frequency is smoothed. */
static void draw_smooth(const struct cpm *m, struct plot *p, bool tree, double bt)
{
	double sigma = sqrt(log(2)) / (TAU * bt), phase = 0, f = 0;
	size_t n = m->steps * FINE + 1, used = 0;
	double *x = xmalloc(2 * n * sizeof *x), *y = xmalloc(2 * n * sizeof *y);
	for (size_t i = 0; i < n; i++) {
		double t = (double)i / FINE,
		       to = m->mark_low ? -1 : 1; /* before the bits, the mark; behind them, the last of them */
		for (size_t k = 0, was = 0; k < m->steps; was = k++)
			to += (m->move[k] - (k             ? m->move[was]
			                     : m->mark_low ? -1
			                                   : 1)) *
			      q_function(((double)k - t) / sigma);
		phase += i ? 180 * m->h * (f + to) / 2 / FINE : 0;
		f = to;
		double at = tree ? phase : wrap(phase);
		if (used && fabs(at - y[used - 1]) > 180) {
			x[used] = y[used] = NAN;
			used++;
		}
		x[used] = t;
		y[used++] = at;
	}
	plot_line(p, "of these bits, the frequency smoothed", x, y, used)->color = 2;
	free(x);
	free(y);
}

static struct plot *phases(const struct show_opts *o)
{
	static struct cpm m;
	char title[128], label[16], states[64] = "";
	cpm_setup(&m, o);
	const struct fsk_param *k = m.c.scheme->param;
	bool tree = o->tree || !m.q;
	snprintf(title, sizeof title, "Phase %s of %.100s", tree ? "tree" : "trellis", m.c.scheme->name);
	struct plot *p = plot_new(title);
	if (m.q)
		snprintf(states, sizeof states, " = %u/%u: %u phases, %u at a time", m.p, m.q, m.p % 2 ? 2 * m.q : m.q,
		         m.q);
	plot_condition(p, "%s; modulation index h = %.4g%s", m.c.scheme->title, m.h, states);
	plot_condition(p, "a symbol moves the phase by %s times 180 h = %.4g degrees",
	               m.levels == 2 ? "-1 or +1" : "-(M-1), ..., M-1", 180 * m.h);
	plot_axis(p, PLOT_X, "symbols", "", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "phase against the carrier, degrees", "", PLOT_LINEAR);
	if (!tree)
		for (int d = -180; d <= 180; d += 90) {
			snprintf(label, sizeof label, "%d", d);
			plot_tick(p, PLOT_Y, d, label);
		}
	for (size_t i = 0; i < m.steps; i++) {
		for (unsigned b = 0; b < m.bits && b < 15; b++) {
			label[b] = (char)('0' + m.symbol[i * m.bits + b]);
			label[b + 1] = '\0';
		}
		plot_band_x(p, (double)i, (double)i + 1, label)->size = i % 2 ? -1 : 0;
	}
	draw_all(&m, p, tree);
	draw_path(&m, p, tree);
	if (k->bt > 0)
		draw_smooth(&m, p, tree, k->bt);
	count_steps(p, m.steps);
	if (!tree)
		plot_range(p, PLOT_Y, -180, 180);
	return p;
}

/* ---- codes ---- */

struct code {
	unsigned g[CODES_MOST], n; /* generators: the highest bit is that of the newest input */
	unsigned length, states;   /* constraint length; 2^(length - 1) */
};

static void code_read(struct code *c, const char *s)
{
	const char *p = s;
	*c = (struct code){.n = 0};
	for (;; p++) {
		char *end;
		unsigned long g = strtoul(p, &end, 8);
		if (end == p || g == 0 || g >= 1u << LENGTH_MOST || c->n == CODES_MOST || (*end && *end != ','))
			tool_die(EX_BAD, "--code: \"%s\" is not 2 to %d generators, octal, such as 7,5 or 171,133", s,
			         CODES_MOST);
		c->g[c->n++] = (unsigned)g;
		while (g >> c->length)
			c->length++;
		p = end;
		if (!*p)
			break;
	}
	if (c->n < 2 || c->length < 2)
		tool_die(EX_BAD, "--code: \"%s\" is not 2 to %d generators, octal, such as 7,5 or 171,133", s,
		         CODES_MOST);
	c->states = 1u << (c->length - 1);
}

/* The bits that go out for an input in a state (the inputs before, newest first), the first generator's in the highest place. */
static unsigned code_out(const struct code *c, unsigned state, unsigned in)
{
	unsigned all = in << (c->length - 1) | state, out = 0;
	for (unsigned i = 0; i < c->n; i++)
		out = out << 1 | ((unsigned)__builtin_popcount(all & c->g[i]) & 1);
	return out;
}

static unsigned code_next(const struct code *c, unsigned state, unsigned in)
{
	return (in << (c->length - 1) | state) >> 1;
}

static const char *binary(char text[16], unsigned v, unsigned bits)
{
	for (unsigned b = 0; b < bits; b++)
		text[b] = (char)('0' + (v >> (bits - 1 - b) & 1));
	text[bits] = '\0';
	return text;
}

/* What is sent, what arrives, and Viterbi's algorithm (1967) on it with Hamming distances. */
struct decoding {
	struct code code;
	uint8_t in[STEPS_MOST];
	size_t n, steps; /* of data; with the zeros that end it */
	unsigned sent[STEPS_MOST], got[STEPS_MOST];
	unsigned metric[STEPS_MOST + 1][1 << (DRAWN_MOST - 1)];
	uint8_t from[STEPS_MOST + 1][1 << (DRAWN_MOST - 1)]; /* the survivor's state before */
	uint8_t path[STEPS_MOST + 1];
};

enum { NEVER = 1 << 20 };

static void flip(struct decoding *d, const char *flips)
{
	for (const char *p = flips; p && *p;) {
		char *end;
		unsigned long k = strtoul(p, &end, 10), bits = d->steps * d->code.n;
		if (end == p || k < 1 || k > bits || (*end && *end != ','))
			tool_die(EX_BAD, "--flip: \"%s\" is not places 1 to %lu of coded bits, with commas", flips,
			         bits);
		k--;
		d->got[k / d->code.n] ^= 1u << (d->code.n - 1 - k % d->code.n);
		p = *end ? end + 1 : end;
	}
}

static void encode(struct decoding *d, const char *flips)
{
	unsigned state = 0;
	d->steps = d->n + d->code.length - 1;
	for (size_t k = 0; k < d->steps; k++) {
		unsigned in = k < d->n ? d->in[k] : 0;
		d->sent[k] = d->got[k] = code_out(&d->code, state, in);
		state = code_next(&d->code, state, in);
	}
	flip(d, flips);
}

static void decode(struct decoding *d)
{
	const struct code *c = &d->code;
	for (unsigned s = 0; s < c->states; s++)
		d->metric[0][s] = s ? NEVER : 0;
	for (size_t k = 0; k < d->steps; k++) {
		for (unsigned s = 0; s < c->states; s++)
			d->metric[k + 1][s] = NEVER;
		for (unsigned s = 0; s < c->states; s++) {
			for (unsigned in = 0; in < (k < d->n ? 2u : 1u) && d->metric[k][s] < NEVER; in++) {
				unsigned to = code_next(c, s, in);
				unsigned m = d->metric[k][s] +
				             (unsigned)__builtin_popcount(code_out(c, s, in) ^ d->got[k]);
				if (m < d->metric[k + 1][to]) {
					d->metric[k + 1][to] = m;
					d->from[k + 1][to] = (uint8_t)s;
				}
			}
		}
	}
	d->path[d->steps] = 0;
	for (size_t k = d->steps; k > 0; k--)
		d->path[k - 1] = d->from[k][d->path[k]];
}

/* The input that leads to a state is its newest bit. */
static unsigned input_of(const struct code *c, unsigned state) { return state >> (c->length - 2); }

/* State 0 on top. */
static double row(unsigned state) { return -(double)state; }

static void draw_branches(const struct decoding *d, struct plot *p)
{
	const struct code *c = &d->code;
	for (unsigned in = 0; in < 2; in++) {
		struct pieces all;
		pieces_init(&all);
		for (size_t k = 0; k < (in ? d->n : d->steps); k++)
			for (unsigned s = 0; s < c->states; s++)
				if (d->metric[k][s] < NEVER)
					pieces_add(&all, (double)k, row(s), (double)k + 1, row(code_next(c, s, in)));
		struct plot_look *l = pieces_draw(&all, p, in ? "input 1" : "input 0");
		l->color = PLOT_INK;
		l->faint = true;
		l->dashed = in == 1;
	}
}

static void draw_survivors(const struct decoding *d, struct plot *p)
{
	const struct code *c = &d->code;
	struct pieces kept, path;
	pieces_init(&kept);
	pieces_init(&path);
	for (size_t k = 0; k < d->steps; k++) {
		for (unsigned s = 0; s < c->states; s++)
			if (d->metric[k + 1][s] < NEVER)
				pieces_add(&kept, (double)k, row(d->from[k + 1][s]), (double)k + 1, row(s));
		pieces_add(&path, (double)k, row(d->path[k]), (double)k + 1, row(d->path[k + 1]));
	}
	pieces_draw(&kept, p, "survivor of each state")->color = 0;
	struct plot_look *l = pieces_draw(&path, p, "most likely path");
	l->color = 1;
	l->size = 3.5;
}

/* States on the axis, received bits over the steps, distances at the states. */
static void label(const struct decoding *d, struct plot *p)
{
	const struct code *c = &d->code;
	char text[16], steps[48], both[16];
	for (unsigned s = 0; s < c->states; s++)
		plot_tick(p, PLOT_Y, row(s), binary(text, s, c->length - 1));
	for (size_t k = 0; k < d->steps; k++) {
		snprintf(steps, sizeof steps, "%s%s", binary(text, d->got[k], c->n),
		         d->got[k] != d->sent[k] ? "!" : "");
		struct plot_look *l = plot_band_x(p, (double)k, (double)k + 1, steps);
		l->size = k % 2 ? -1 : 0;
		l->color = d->got[k] != d->sent[k] ? 3 : PLOT_INK;
		for (unsigned s = 0; s < c->states; s++) {
			if (d->metric[k + 1][s] >= NEVER)
				continue;
			snprintf(both, sizeof both, "%u", d->metric[k + 1][s]);
			plot_words(p, (double)k + 1, row(s) + 0.16, -1, both);
		}
	}
}

static struct plot *decoding(const struct show_opts *o)
{
	static struct decoding d;
	char title[64], in[STEPS_MOST + 1] = "", out[STEPS_MOST + 1] = "";
	code_read(&d.code, o->code);
	if (d.code.length > DRAWN_MOST)
		tool_die(EX_BAD, "--code: %u states are more than can be drawn (%d): --states lists them",
		         d.code.states, 1 << (DRAWN_MOST - 1));
	d.n = bits_of(o, d.in, STEPS_MOST - LENGTH_MOST, 8);
	encode(&d, o->flips);
	decode(&d);
	unsigned wrong = 0, flipped = 0;
	for (size_t k = 0; k < d.steps; k++)
		flipped += (unsigned)__builtin_popcount(d.got[k] ^ d.sent[k]);
	for (size_t k = 0; k < d.n; k++) {
		unsigned bit = input_of(&d.code, d.path[k + 1]);
		in[k] = (char)('0' + d.in[k]);
		out[k] = (char)('0' + bit);
		wrong += bit != d.in[k];
	}
	snprintf(title, sizeof title, "Viterbi's decoding of the code (%.30s)", o->code);
	struct plot *p = plot_new(title);
	plot_condition(p,
	               "constraint length %u, rate 1/%u, ended by %u zeros; numbers are Hamming distances, a smaller "
	               "one survives",
	               d.code.length, d.code.n, d.code.length - 1);
	plot_condition(p, "sent %s, %u coded bit%s received wrong (!), decoded %s: %u bit%s wrong", in, flipped,
	               plural(flipped), out, wrong, plural(wrong));
	plot_axis(p, PLOT_X, "steps", "", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "state, newest bit first", "", PLOT_LINEAR);
	count_steps(p, d.steps);
	plot_range(p, PLOT_Y, row(d.code.states - 1) - 0.4, 0.4);
	plot_height(p, 60 * d.code.states + 40);
	label(&d, p);
	draw_branches(&d, p);
	draw_survivors(&d, p);
	return p;
}

/* ---- tables ---- */

static void list_code(const char *text)
{
	struct code c;
	char a[16], b[16], out[16];
	code_read(&c, text);
	printf("state\tinput\toutput\tnext\n");
	for (unsigned s = 0; s < c.states; s++)
		for (unsigned in = 0; in < 2; in++)
			printf("%s\t%u\t%s\t%s\n", binary(a, s, c.length - 1), in,
			       binary(out, code_out(&c, s, in), c.n), binary(b, code_next(&c, s, in), c.length - 1));
}

static void list_phases(const struct show_opts *o)
{
	static struct cpm m;
	cpm_setup(&m, o);
	if (!m.q)
		tool_die(EX_BAD, "h = %.6g is no ratio of small numbers: there is no end of phases", m.h);
	unsigned n = m.p % 2 ? 2 * m.q : m.q, unit = m.p % 2 ? 1 : 2; /* phases are multiples of 180 unit / q */
	printf("phase\tfrequency\tnext\n");
	for (unsigned s = 0; s < n; s++) {
		for (int a = 1 - (int)m.levels; a < (int)m.levels; a += 2) {
			double from = 180.0 * unit * s / m.q, to = from + 180 * m.h * a;
			double shift = m.c.shift_hz > 0 ? m.c.shift_hz : m.c.scheme->shift_hz;
			double centre = m.c.centre_hz > 0 ? m.c.centre_hz : m.c.scheme->centre_hz;
			printf("%.6g\t%.6g\t%.6g\n", from, centre + shift / 2 * a / (m.levels - 1),
			       fabs(to - 360 * floor(to / 360 + 1e-9)));
		}
	}
}

struct plot *show_trellis(const struct show_opts *o)
{
	struct show_opts mine = *o;
	if (o->modem.name && o->code)
		tool_die(EX_BAD, "-m draws the phase of a scheme, --code a convolutional code: give one");
	if (!o->modem.name && !o->code)
		mine.code = "7,5"; /* the textbooks' example: Lin, Costello, Error Control Coding, 11.1 */
	if (o->states) {
		if (mine.code)
			list_code(mine.code);
		else
			list_phases(&mine);
		return NULL;
	}
	return mine.code ? decoding(&mine) : phases(&mine);
}
