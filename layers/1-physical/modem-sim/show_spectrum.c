/* show_spectrum.c - modem-sim show spectrum: the power of a signal over frequency, beside theory. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "1-physical/fsk.h"
#include "1-physical/modem-sim/show.h"
#include "1-physical/psk.h"
#include "1-physical/spectrum.h"
#include "io.h"

enum { SYMBOLS = 20000, LINES_A_BAUD = 24, SEGMENT_LEAST = 1024, SEGMENT_MOST = 65536, MASK_MOST = 32 };
#define SECONDS 60.0
#define DEPTH_DB 70.0 /* of the picture below its highest line, */
#define FLOOR_DB 15.0 /* or so much below what nearly all lines are above */

struct lines {
	double *f, *psd, *db;
	size_t n;
	double step_hz, power;
};

static void lines_free(struct lines *l)
{
	free(l->f);
	free(l->psd);
	free(l->db);
}

static struct lines measure(const struct shot *s, const float *x)
{
	size_t segment = SEGMENT_LEAST, from = 0, to = s->n;
	double want = s->has_scheme ? s->c.rate_hz / s->c.baud * LINES_A_BAUD : 4096;
	while ((double)segment < want && segment < SEGMENT_MOST && segment * 8 < s->n)
		segment *= 2;
	if (!s->file && !isnan(s->first_s)) { /* the payload only */
		from = (size_t)fmax(0, s->first_s * s->c.rate_hz);
		to = (size_t)(shot_symbol_s(s, shot_symbols(s)) * s->c.rate_hz);
		to = to < s->n ? to : s->n;
		from = from < to ? from : 0;
	}
	struct welch *w = welch_new(segment, s->c.rate_hz);
	struct lines l = {.n = segment / 2 + 1, .step_hz = s->c.rate_hz / (double)segment};
	l.f = xmalloc(l.n * sizeof *l.f);
	l.psd = xmalloc(l.n * sizeof *l.psd);
	l.db = xmalloc(l.n * sizeof *l.db);
	welch_push(w, x + from, to - from);
	welch_density(w, l.psd);
	welch_free(w);
	for (size_t k = 0; k < l.n; k++) {
		l.f[k] = (double)k * l.step_hz;
		l.db[k] = l.psd[k] > 0 ? to_db(l.psd[k]) : NAN;
	}
	l.power = spectrum_power(l.psd, l.n, l.step_hz);
	return l;
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* What 19 of 20 lines are above. */
static double floor_db(const struct lines *l)
{
	double *sorted = xmalloc(l->n * sizeof *sorted);
	memcpy(sorted, l->psd, l->n * sizeof *sorted);
	qsort(sorted, l->n, sizeof *sorted, by_value);
	double value = sorted[l->n / 20];
	free(sorted);
	return value > 0 ? to_db(value) : -INFINITY;
}

static void draw_theory(const struct shot *s, struct plot *p, const struct lines *l, double power)
{
	struct cpm_theory *cpm = NULL;
	const char *what = NULL;
	double baud = s->c.baud;
	if (shot_is(s, "linear")) {
		what = "theory: raised cosine";
	} else if (shot_is(s, "psk")) {
		what = "theory: rectangular pulses, sinc^2";
	} else if (shot_is(s, "scrambled baseband")) {
		what = "theory: pulses of a raised cosine in time";
	} else if (shot_is(s, "fsk")) {
		const struct fsk_param *k = s->c.scheme->param;
		cpm = cpm_theory_new(k->tones, s->c.shift_hz / (k->tones - 1) / baud, k->bt);
		what = cpm ? "theory: continuous phase (Aulin, Sundberg)" : NULL;
		if (!cpm)
			plot_condition(p, "no theory drawn: with a modulation index that is a whole number the "
			                  "spectrum has lines");
	}
	if (!what)
		return;
	double *y = xmalloc(l->n * sizeof *y);
	for (size_t i = 0; i < l->n; i++) {
		/* about the carrier; its mirror image at negative frequencies; and, of what is sampled, that from beyond half the rate */
		const double off[3] = {l->f[i] - s->c.centre_hz, l->f[i] + s->c.centre_hz,
		                       s->c.rate_hz - l->f[i] - s->c.centre_hz};
		double d = 0;
		for (int j = 0; j < 3; j++)
			d += shot_is(s, "linear")  ? theory_rrc(off[j], baud, s->c.rolloff)
			     : shot_is(s, "scrambled baseband") ? theory_hann(off[j], baud)
			     : cpm                 ? cpm_theory_at(cpm, off[j], baud)
			                           : theory_rect(off[j], baud);
		y[i] = d > 0 ? to_db(d * power) : NAN;
	}
	plot_line(p, what, l->f, y, l->n)->dashed = true;
	cpm_theory_free(cpm);
	free(y);
}

/* Limits from the carrier outwards, against the highest line. */
struct mask {
	double off[MASK_MOST], down[MASK_MOST];
	int n;
};

/* HZ:DB,HZ:DB... */
static void mask_read(struct mask *m, const char *text)
{
	m->n = 0;
	for (const char *p = text;; p++) {
		char *mid, *end;
		double off = strtod(p, &mid), down = *mid == ':' ? strtod(mid + 1, &end) : NAN;
		bool good = mid != p && *mid == ':' && end != mid + 1 && isfinite(off) && isfinite(down) &&
		            (!*end || *end == ',');
		if (!good || off < (m->n ? m->off[m->n - 1] : 0) || m->n == MASK_MOST)
			tool_die(EX_BAD,
			         "--mask: \"%s\" is not 2 to %d of HZ:DB, with commas between them and rising HZ", text,
			         MASK_MOST);
		m->off[m->n] = off;
		m->down[m->n++] = down;
		p = end;
		if (!*p)
			break;
	}
	if (m->n < 2)
		tool_die(EX_BAD, "--mask: \"%s\" is one point; a mask has two or more", text);
}

/* The limit at this distance from the carrier; INFINITY beyond it. */
static double mask_at(const struct mask *m, double off)
{
	for (int i = 0; i + 1 < m->n; i++) {
		double wide = m->off[i + 1] - m->off[i];
		if (off >= m->off[i] && off <= m->off[i + 1] && wide > 0)
			return m->down[i] + (off - m->off[i]) / wide * (m->down[i + 1] - m->down[i]);
	}
	return INFINITY;
}

static void draw_mask(const struct shot *s, struct plot *p, const struct lines *l)
{
	struct mask m;
	double f[2 * MASK_MOST], db[2 * MASK_MOST], worst = -INFINITY, where = 0;
	size_t top = spectrum_peak(l->psd, l->n);
	double peak = to_db(l->psd[top]), centre = s->has_scheme ? s->c.centre_hz : l->f[top];
	mask_read(&m, s->opts->mask);
	for (int i = 0; i < m.n; i++) {
		f[m.n - 1 - i] = centre - m.off[i];
		f[m.n + i] = centre + m.off[i];
		db[m.n - 1 - i] = db[m.n + i] = peak + m.down[i];
	}
	for (size_t k = 0; k < l->n; k++) {
		double above = l->db[k] - peak - mask_at(&m, fabs(l->f[k] - centre));
		if (above > worst) {
			worst = above;
			where = l->f[k];
		}
	}
	plot_line(p, "mask", f, db, 2 * (size_t)m.n)->color = 3;
	plot_condition(p,
	               worst > 0 ? "above the mask, most at %.0f Hz: by %.1f dB"
	                         : "below the mask; nearest at %.0f Hz: by %.1f dB",
	               where, fabs(worst));
}

struct plot *show_spectrum(const struct show_opts *o)
{
	struct shot s;
	char title[128], label[96];
	double low, high, low3, high3, low20, high20;
	shot_make(&s, o, SYMBOLS, SECONDS);
	struct lines l = measure(&s, s.x), sent = measure(&s, s.sent && !s.file ? s.sent : s.x);
	snprintf(title, sizeof title, "Spectrum of %.100s", s.file ? o->path : s.c.scheme->name);
	struct plot *p = plot_new(title);
	shot_conditions(&s, p);
	if (!(l.power > 0))
		tool_die(EX_NO, "silence has no spectrum: every sample is 0");
	spectrum_occupied(sent.psd, sent.n, sent.step_hz, 0.99, &low, &high);
	spectrum_width(l.psd, l.n, l.step_hz, 3, &low3, &high3);
	spectrum_width(l.psd, l.n, l.step_hz, 20, &low20, &high20);
	plot_condition(p,
	               "power %.1f dB of full scale; highest at %.0f Hz; 3 dB wide %.0f Hz, 20 dB %.0f Hz; one line is "
	               "%.1f Hz",
	               to_db(l.power), l.f[spectrum_peak(l.psd, l.n)], high3 - low3, high20 - low20, l.step_hz);
	plot_axis(p, PLOT_X, "frequency", "Hz", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "density, dB of full scale a Hz", "", PLOT_LINEAR);
	snprintf(label, sizeof label, "99 %% %sin %.0f to %.0f Hz, %.0f Hz wide",
	         s.sent && !s.file ? "of what is sent " : "", low, high, high - low);
	plot_band_x(p, low, high, label);
	plot_line(p, "measured (Welch)", l.f, l.db, l.n);
	if (s.has_scheme)
		draw_theory(&s, p, &l, sent.power);
	if (o->mask)
		draw_mask(&s, p, &l);
	double top = to_db(l.psd[spectrum_peak(l.psd, l.n)]);
	plot_range(p, PLOT_Y, fmax(top - DEPTH_DB, floor_db(&l) - FLOOR_DB), top + 6);
	if (s.has_scheme && !s.file)
		plot_range(p, PLOT_X, 0, fmin(s.c.rate_hz / 2, s.c.centre_hz + 5 * (s.c.shift_hz + s.c.baud)));
	lines_free(&l);
	lines_free(&sent);
	shot_free(&s);
	return p;
}
