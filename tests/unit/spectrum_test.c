/* spectrum_test.c - the transform against its definition, densities of signals that are known, and theory against itself. */
#include <math.h>

#include "1-physical/dsp.h"
#include "1-physical/spectrum.h"
#include "io.h"
#include "rng.h"
#include "test.h"

enum { MOST = 65536 };

static double x[MOST], re[MOST], im[MOST], psd[MOST];
static float signal[1 << 18];

static void random_values(size_t n, uint64_t seed)
{
	struct rng r;
	rng_seed(&r, seed);
	for (size_t i = 0; i < n; i++)
		x[i] = 2 * rng_unit(&r) - 1;
}

/* The greatest difference of fft_real from the sum that defines it. */
static double error_of(size_t n)
{
	struct fft *f = fft_new(n);
	double worst = 0;
	fft_real(f, x, re, im);
	for (size_t k = 0; k <= n / 2; k++) {
		double a = 0, b = 0;
		for (size_t j = 0; j < n; j++) {
			double angle = TAU * (double)(j * k % n) / (double)n;
			a += x[j] * cos(angle);
			b -= x[j] * sin(angle);
		}
		worst = fmax(worst, fmax(fabs(a - re[k]), fabs(b - im[k])));
	}
	fft_free(f);
	return worst;
}

TEST(the_transform_is_its_definition)
{
	random_values(2048, 1);
	for (size_t n = 4; n <= 2048; n *= 2)
		CHECK(error_of(n) < 1e-11 * (double)n);
}

TEST(only_powers_of_two_have_one)
{
	static const size_t wrong[] = {0, 1, 2, 3, 6, 1000, (size_t)2 * FFT_MOST};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		CHECK(fft_new(wrong[i]) == NULL);
		CHECK(welch_new(wrong[i], 1) == NULL);
	}
	fft_free(NULL);
	welch_free(NULL);
}

TEST(energy_is_the_same_in_both_domains) /* Parseval */
{
	random_values(MOST, 2);
	struct fft *f = fft_new(MOST);
	double time = 0, frequency = 0;
	fft_real(f, x, re, im);
	for (size_t i = 0; i < MOST; i++)
		time += x[i] * x[i];
	for (size_t k = 0; k <= MOST / 2; k++)
		frequency += (k == 0 || k == MOST / 2 ? 1 : 2) * (re[k] * re[k] + im[k] * im[k]);
	CHECK(fabs(frequency / MOST / time - 1) < 1e-12);
	CHECK(im[0] == 0 && fabs(im[MOST / 2]) < 1e-9);
	fft_free(f);
}

TEST(a_tone_has_its_power_at_its_place)
{
	enum { N = 1024, LINES = N / 2 + 1 };
	const double rate = 8000, tone = 1000, amplitude = 0.5;
	struct welch *w = welch_new(N, rate);
	for (size_t i = 0; i < 40000; i++)
		signal[i] = (float)(amplitude * cos(TAU * tone / rate * (double)i));
	for (size_t i = 0, n = 1; i < 40000; i += n, n = n % 700 + 1)  /* in pieces of any size */
		welch_push(w, signal + i, i + n < 40000 ? n : 40000 - i);
	CHECK_INT(welch_density(w, psd), (40000 - N) / (N / 2) + 1);
	CHECK_INT(spectrum_peak(psd, LINES), 128);
	CHECK(fabs(spectrum_power(psd, LINES, rate / N) / (amplitude * amplitude / 2) - 1) < 1e-6);
	/* A Hann window spreads a line to its neighbours: half the amplitude, a quarter of the density; none beyond. */
	CHECK(fabs(psd[127] / psd[128] - 0.25) < 1e-4 && fabs(psd[129] / psd[128] - 0.25) < 1e-4 && psd[131] < 1e-9 * psd[128]);
	welch_free(w);
}

TEST(white_noise_is_flat_and_has_its_power)
{
	enum { N = 512, LINES = N / 2 + 1, COUNT = 1 << 18 };
	const double rate = 48000, sigma = 0.1;
	struct welch *w = welch_new(N, rate);
	struct rng r;
	rng_seed(&r, 3);
	rng_normal(&r, signal, COUNT, (float)sigma);
	welch_push(w, signal, COUNT);
	uint64_t segments = welch_density(w, psd);
	CHECK_INT(segments, COUNT / (N / 2) - 1);
	CHECK(fabs(spectrum_power(psd, LINES, rate / N) / (sigma * sigma) - 1) < 0.02);
	/* Each line: sigma^2 / (rate / 2). Segments that overlap by half are as good as 0.95 of so many in a row (Welch 1967). */
	double want = sigma * sigma / (rate / 2), spread = 1 / sqrt((double)segments / 2 * 1.8);
	for (size_t k = 1; k + 1 < LINES; k++)
		CHECK(fabs(psd[k] / want - 1) < 5 * spread);
	for (size_t k = 0; k < LINES; k += LINES - 1) /* which have no twin at a negative frequency */
		CHECK(fabs(psd[k] / want - 0.5) < 5 * spread);
	double low, high;
	spectrum_occupied(psd, LINES, rate / N, 0.99, &low, &high);
	CHECK(fabs(low - 0.005 * rate / 2) < 60 && fabs(high - 0.995 * rate / 2) < 60);
	welch_free(w);
}

TEST(what_is_shorter_than_a_segment_is_measured_too)
{
	struct welch *w = welch_new(1024, 1000);
	CHECK_INT(welch_density(w, psd), 0);
	CHECK(psd[0] == 0 && psd[512] == 0);
	for (size_t i = 0; i < 300; i++)
		signal[i] = (float)cos(TAU * 0.125 * (double)i);
	welch_push(w, signal, 300);
	CHECK_INT(welch_density(w, psd), 0);
	CHECK_INT(spectrum_peak(psd, 513), 128);
	CHECK(fabs(spectrum_power(psd, 513, 1000.0 / 1024) / 0.5 - 1) < 0.01);
	welch_free(w);
}

TEST(what_is_no_number_is_silence)
{
	struct welch *w = welch_new(8, 1);
	const float bad[16] = {NAN, INFINITY, -INFINITY, NAN};
	welch_push(w, bad, 16);
	CHECK(welch_density(w, psd) > 0);
	for (int k = 0; k < 5; k++)
		CHECK(psd[k] == 0);
	welch_free(w);
}

TEST(widths_of_a_known_shape)
{
	double low, high;
	/* A trapezium: 0 below line 10, 1 from 20 to 30, 0 from 40 on, straight between. */
	for (int k = 0; k < 64; k++)
		psd[k] = k <= 10 || k >= 40 ? 0 : k < 20 ? (k - 10) / 10.0 : k <= 30 ? 1 : (40 - k) / 10.0;
	spectrum_width(psd, 64, 2, 3.0103, &low, &high); /* half: lines 15 and 35 */
	CHECK(fabs(low - 30) < 1e-3 && fabs(high - 70) < 1e-3);
	spectrum_occupied(psd, 64, 2, 0.99, &low, &high);
	/* 0.5 % of the area of 20 lines is 0.1: below 10 + x with x^2 / 20 = 0.1. Lines are steps, so half a line off at most. */
	CHECK(fabs(low - 2 * (10 + sqrt(2))) < 1 && fabs(high - 2 * (40 - sqrt(2))) < 1);
	for (int k = 0; k < 64; k++)
		psd[k] = 0;
	spectrum_occupied(psd, 64, 2, 0.99, &low, &high);
	CHECK(low >= 0 && high <= 126);
	spectrum_width(psd, 64, 2, 3, &low, &high);
	CHECK(low >= 0 && high <= 126);
}

/* The integral of a density over all frequencies. */
static double total(double (*at)(double f, void *arg), void *arg, double reach)
{
	double sum = 0, step = reach / 4000;
	for (double f = -reach + step / 2; f < reach; f += step)
		sum += at(f, arg) * step;
	return sum;
}

static double at_rrc(double f, void *arg) { return theory_rrc(f, 1200, *(double *)arg); }
static double at_rect(double f, void *arg) { return theory_rect(f, *(double *)arg); }
static double at_hann(double f, void *arg) { return theory_hann(f, *(double *)arg); }
static double at_cpm(double f, void *arg) { return cpm_theory_at(arg, f, 1200); }

TEST(densities_in_theory_have_the_power_1)
{
	double rolloff = 0.35, baud = 1200;
	CHECK(fabs(total(at_rrc, &rolloff, 2000) - 1) < 1e-6);
	CHECK(fabs(total(at_rect, &baud, 1200000) - 1) < 1e-3); /* it falls with 1/f^2 */
	CHECK(fabs(total(at_hann, &baud, 12000) - 1) < 1e-5);
	static const struct {
		unsigned levels;
		double h, bt;
	} cpm[] = {{2, 0.5, 0}, {2, 2.0 / 3, 0}, {2, 5.0 / 6, 0}, {4, 0.3, 0}, {2, 0.5, 0.3}, {2, 0.5, 0.5}};
	for (size_t i = 0; i < sizeof cpm / sizeof *cpm; i++) {
		struct cpm_theory *c = cpm_theory_new(cpm[i].levels, cpm[i].h, cpm[i].bt);
		CHECK(fabs(total(at_cpm, c, 12000) - 1) < 5e-3);
		cpm_theory_free(c);
	}
	CHECK(cpm_theory_new(2, 1, 0) == NULL && cpm_theory_new(4, 2, 0) == NULL);
	cpm_theory_free(NULL);
}

/* MSK: 16/pi^2 T (cos(2 pi f T) / (1 - 16 f^2 T^2))^2 (Gronemeyer, McBride 1976; Proakis 4.4-51). */
TEST(msk_is_the_closed_form)
{
	struct cpm_theory *c = cpm_theory_new(2, 0.5, 0);
	for (double f = 0; f < 3; f += 0.03) {
		double a = cos(TAU * f) / (1 - 16 * f * f), want = 16 / (TAU * TAU / 4) * a * a;
		CHECK(fabs(cpm_theory_at(c, f * 1200, 1200) * 1200 - want) < 2e-3 * (want + 0.05));
	}
	cpm_theory_free(c);
}

RUN_TESTS
