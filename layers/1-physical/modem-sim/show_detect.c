/* show_detect.c - plain detectors, for the pictures of receivers that show nothing of what is inside of them. */

#include <math.h>
#include <stdlib.h>

#include "1-physical/modem-sim/show.h"
#include "1-physical/psk.h"
#include "io.h"

enum { PHASE_SYMBOLS = 32 };      /* on each side, over which a carrier's phase is taken from the symbols */

double shot_between(double a, double b, double c, double d, double t)
{
	return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/* Where there is a carrier: where the mean power over a symbol is near that of the strongest symbol. */
static bool *carriers(const struct cf *y, size_t n)
{
	bool *is = xmalloc(n + 1);
	double *sum = xmalloc((n + 1) * sizeof *sum), most = 0;
	sum[0] = 0;
	for (size_t i = 0; i < n; i++) {
		double power = (double)cf_power(y[i]);
		sum[i + 1] = sum[i] + (isfinite(power) ? power : 0);
	}
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			size_t from = i > SHOT_FINE / 2 ? i - SHOT_FINE / 2 : 0, to = i + SHOT_FINE / 2 < n ? i + SHOT_FINE / 2 : n;
			double power = (sum[to] - sum[from]) / (double)(to - from);
			most = pass ? most : fmax(most, power);
			is[i] = power > 0.3 * most && isfinite(y[i].re);
		}
	}
	free(sum);
	return is;
}

double *shot_frequency(const struct shot *s, const struct cf *y, size_t n, double rate_hz)
{
	double *f = xmalloc((n + 1) * sizeof *f);
	bool *carrier = carriers(y, n);
	for (size_t i = 0; i < n; i++) {
		struct cf turn = i ? cf_mulc(y[i], y[i - 1]) : (struct cf){NAN, NAN};
		f[i] = carrier[i] ? s->c.centre_hz + atan2((double)turn.im, (double)turn.re) / TAU * rate_hz : NAN;
	}
	free(carrier);
	return f;
}

/* Where symbols are decided, as a place 0..1 of the SHOT_FINE values from y[0] on: where values are farthest from their mean, or
 * (highest) where their mean is the highest. */
static double decision(const double *y, size_t n, bool highest)
{
	double best = -INFINITY, at = 0, sum[SHOT_FINE] = {0}, square[SHOT_FINE] = {0}, count[SHOT_FINE] = {0};
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(y[i]))
			continue;
		sum[i % SHOT_FINE] += y[i];
		square[i % SHOT_FINE] += y[i] * y[i];
		count[i % SHOT_FINE]++;
	}
	for (unsigned j = 0; j < SHOT_FINE; j++) {
		double all = fmax(count[j], 1), mean = sum[j] / all, value = highest ? mean : square[j] / all - mean * mean;
		if (value > best) {
			best = value;
			at = (double)j / SHOT_FINE;
		}
	}
	return at;
}

/* The mean over half a symbol, no value beyond the tones by more than their distance; NAN within a symbol of where there is no
 * carrier, since filters ring there. */
static double *smooth(const struct shot *s, const double *f, size_t n)
{
	double *mean = xmalloc((n + 1) * sizeof *mean), reach = 1.5 * s->c.shift_hz;
	size_t good = 0;
	for (size_t i = 0; i < n; i++) {
		good = isfinite(f[i]) ? good + 1 : 0;
		mean[i] = NAN;
		if (good <= 2 * SHOT_FINE)
			continue;
		size_t at = i - SHOT_FINE; /* as much good behind it as before */
		double sum = 0;
		for (size_t k = at - SHOT_FINE / 4; k < at + SHOT_FINE / 4; k++)
			sum += fmax(fmin(f[k] - s->c.centre_hz, reach), -reach);
		mean[at] = s->c.centre_hz + sum / (SHOT_FINE / 2.0);
	}
	return mean;
}

/* FSK: the frequency itself over time. */
static void discriminate(struct shot *s)
{
	double rate_hz;
	size_t n;
	struct cf *y = shot_baseband(s, s->x, SHOT_FINE, &n, &rate_hz);
	double *f = shot_frequency(s, y, n, rate_hz), *mean = smooth(s, f, n);
	for (size_t i = 0; i < n; i++)
		y[i] = (struct cf){(float)mean[i], 0};
	s->eye_phase = fmod(1.5 - decision(mean, n, false), 1);
	s->per_symbol = SHOT_FINE;
	s->eye = y;
	s->neye = n;
	s->eye_hertz = true;
	s->detector = "Discriminator, the mean over half a symbol";
	free(f);
	free(mean);
}

/* PSK in rectangular pulses: the mean over a symbol, in place. */
static void integrate(struct cf *y, size_t n)
{
	struct cf *mean = xmalloc((n + 1) * sizeof *mean);
	double re = 0, im = 0;
	for (size_t i = 0; i < n; i++) { /* of the SHOT_FINE values up to i, for the moment in their middle */
		re += (double)y[i].re - (i >= SHOT_FINE ? (double)y[i - SHOT_FINE].re : 0);
		im += (double)y[i].im - (i >= SHOT_FINE ? (double)y[i - SHOT_FINE].im : 0);
		if (i >= SHOT_FINE / 2)
			mean[i - SHOT_FINE / 2] = (struct cf){(float)(re / SHOT_FINE), (float)(im / SHOT_FINE)};
	}
	for (size_t i = 0; i < n; i++)
		y[i] = i + SHOT_FINE / 2 < n ? mean[i] : (struct cf){NAN, NAN};
	free(mean);
}

/* The phase of the carrier at each symbol, 0 to 2 pi / phases, from the M-th powers of those around it (A. J. Viterbi, A. M. Viterbi,
 * IEEE Trans. Inf. Theory 29(4), 1983), followed without jumps. turned: every symbol half a step more than its bits say. */
static double *carrier_phase(const struct cf *v, size_t n, unsigned phases, bool turned)
{
	double *phase = xmalloc((n + 1) * sizeof *phase), last = 0;
	for (size_t k = 0; k < n; k++) {
		double re = 0, im = 0;
		for (size_t j = k > PHASE_SYMBOLS ? k - PHASE_SYMBOLS : 0; j < n && j <= k + PHASE_SYMBOLS; j++) {
			double power = (double)cf_power(v[j]), angle = phases * atan2((double)v[j].im, (double)v[j].re);
			double sign = turned && j % 2 ? -1 : 1;
			re += sign * power * cos(angle);
			im += sign * power * sin(angle);
		}
		double now = atan2(im, re) / phases, step = TAU / phases;
		last = k ? now + step * round((last - now) / step) : now;
		phase[k] = last;
	}
	return phase;
}

/* Symbols and eye of PSK, turned so that the points are where they belong, at their mean power. */
static void detect_psk(struct shot *s)
{
	const struct psk_code *code = s->c.scheme->param;
	double rate_hz, power = 0, *mean;
	size_t n, k = 0;
	struct cf *y = shot_baseband(s, s->x, SHOT_FINE, &n, &rate_hz);
	bool *carrier = carriers(y, n);
	integrate(y, n);
	mean = xmalloc((n + 1) * sizeof *mean);
	for (size_t i = 0; i < n; i++)
		mean[i] = carrier[i] && i > SHOT_FINE && carrier[i - SHOT_FINE] ? sqrt((double)cf_power(y[i])) : NAN;
	size_t at = (size_t)lround(decision(mean, n, true) * SHOT_FINE) % SHOT_FINE, first = 0;
	free(s->symbol);
	s->symbol = xmalloc((n / SHOT_FINE + 1) * sizeof *s->symbol);
	for (size_t i = at; i < n; i += SHOT_FINE) {
		if (!isfinite(mean[i]) || !isfinite(y[i].re))
			continue;
		first = k ? first : i;
		s->symbol[k++] = y[i];
		power += (double)cf_power(y[i]);
	}
	double scale = k ? sqrt((double)k / power) : 1;
	double *phase = carrier_phase(s->symbol, k, code->phases, code->turn != PSK_STRAIGHT);
	for (size_t i = 0; i < n; i++) {
		size_t symbol = i >= first ? (i - first + SHOT_FINE / 2) / SHOT_FINE : k;
		bool in = symbol < k && isfinite(mean[i]);
		y[i] = in ? cf_scale(cf_mulc(y[i], cf_polar(phase[symbol])), (float)scale) : (struct cf){NAN, NAN};
	}
	for (size_t j = 0; j < k; j++)
		s->symbol[j] = cf_scale(cf_mulc(s->symbol[j], cf_polar(phase[j])), (float)scale);
	s->nsymbols = k;
	s->eye = y;
	s->neye = n;
	s->eye_phase = fmod(1.5 - (double)at / SHOT_FINE, 1);
	s->per_symbol = SHOT_FINE;
	free(phase);
	free(mean);
	free(carrier);
}

/* Baseband: the signal as it comes, at SHOT_FINE values a symbol. */
static void detect_levels(struct shot *s)
{
	double step = s->c.rate_hz / s->c.baud / SHOT_FINE, most = 0;
	size_t n = s->n > 4 ? (size_t)((double)(s->n - 4) / step) : 0;
	double *v = xmalloc((n + 1) * sizeof *v);
	for (size_t i = 0; i < s->n; i++)
		most = fmax(most, fabs((double)s->x[i]));
	s->eye = xmalloc((n + 1) * sizeof *s->eye);
	for (size_t i = 0; i < n; i++) {
		double at = (double)i * step;
		const float *x = s->x + (size_t)at;
		v[i] = shot_between((double)x[0], (double)x[1], (double)x[2], (double)x[3], at - floor(at));
	}
	double level = 0; /* mean size over some symbols: silence is left out */
	for (size_t i = 0; i < n; i++) {
		level += (fabs(v[i]) - level) / (4 * SHOT_FINE);
		s->eye[i] = (struct cf){level > 0.2 * most ? (float)v[i] : NAN, 0};
	}
	s->eye_phase = fmod(1.5 - decision(v, n, false), 1);
	s->per_symbol = SHOT_FINE;
	s->neye = n;
	s->detector = "The signal, unfiltered";
	free(v);
}

void shot_detect(struct shot *s)
{
	if (shot_is(s, "fsk"))
		discriminate(s);
	else if (shot_is(s, "psk"))
		detect_psk(s);
	else if (!(s->c.centre_hz > 0))
		detect_levels(s);
}
