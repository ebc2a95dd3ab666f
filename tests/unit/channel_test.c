/* channel_test.c - each impairment of the channel, measured as one would measure it on a bench. */
#include <math.h>

#include "1-physical/channel.h"
#include "1-physical/channel_filter.h"
#include "1-physical/fading.h"
#include "io.h"
#include "test.h"

#define RATE 48000.0

enum { N = 48000, ROOM = 4 * N };

static float in[ROOM], out[ROOM], other[ROOM];

struct got {
	float *x;
	size_t n;
};

static void put(void *arg, const float *x, size_t n)
{
	struct got *g = arg;
	if (n > ROOM - g->n)
		n = ROOM - g->n;
	memcpy(g->x + g->n, x, n * sizeof *x);
	g->n += n;
}

/* Sends n samples of in through the channel, step at a time; returns how many came out to y. */
static size_t through(struct channel_conf f, float *y, size_t n, size_t step)
{
	struct got g = {y, 0};
	struct err e = {""};
	f.rate_hz = RATE;
	f.seed = f.seed ? f.seed : 1;
	struct channel *c = channel_new(&f, (struct wave_sink){put, &g}, &e);
	CHECK_STR(e.msg, "");
	if (!c)
		return 0;
	for (size_t i = 0; i < n; i += step)
		channel_push(c, in + i, n - i < step ? n - i : step);
	channel_end(c);
	channel_free(c);
	return g.n;
}

static void tone(double hz, double phase, size_t n)
{
	for (size_t i = 0; i < n; i++)
		in[i] = (float)cos(TAU * hz * (double)i / RATE + phase);
}

/* What of y[from..to) is at hz: amplitude and phase, as a tone from sample 0 on would have, under a Hann window. */
static struct cf at(const float *y, double hz, size_t from, size_t to)
{
	double re = 0, im = 0, sum = 0;
	for (size_t i = from; i < to; i++) {
		double w = 1 - cos(TAU * ((double)(i - from) + 0.5) / (double)(to - from)), p = TAU * hz * (double)i / RATE;
		re += w * y[i] * cos(p);
		im -= w * y[i] * sin(p);
		sum += w;
	}
	return (struct cf){(float)(2 * re / sum), (float)(2 * im / sum)};
}

static double power(const float *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (double)x[i] * x[i];
	return sum / (double)n;
}

static double gain_db(struct channel_conf f, double hz)
{
	tone(hz, 0, N);
	size_t n = through(f, out, N, N);
	return to_db((double)cf_power(at(out, hz, 6000, n - 6000)));
}

static bool near(double got, double want, double within)
{
	if (fabs(got - want) <= within)
		return true;
	printf("# %.9g, not %.9g within %g\n", got, want, within);
	return false;
}

TEST(nothing_changes_nothing)
{
	tone(1000, 1, N);
	CHECK_INT(through((struct channel_conf){0}, out, N, 100), N);
	CHECK_MEM(out, in, N * sizeof *in);
}

/* All at once, in pieces of any size. */
TEST(pieces_do_not_matter)
{
	struct channel_conf f = {.clock = 0.013, .preemphasis_s = 75e-6, .deemphasis_s = 75e-6, .clip = 0.7, .low_hz = 300,
	                         .high_hz = 3400, .tilt_db = -3, .attenuation_db = 6, .delay_s = 1e-5, .echoes = 2,
	                         .echo = {{0.001, -6, 0}, {0.00213, -9, 77}}, .fading = true, .doppler_hz = 20, .offset_hz = 12.3,
	                         .phase_deg = 45, .noise_power = 0.01, .burst_power = 1, .good_s = 0.01, .bad_s = 0.001, .quantise = 12};
	static const size_t steps[] = {1, 7, 1023, 1024, 1025, 5000};
	const size_t n = 6000;
	tone(1234, 0, n);
	size_t all = through(f, out, n, n);
	CHECK_INT(all, (long)ceil((double)n / 1.013) + (long)floor((0.00213 + 1e-5) * RATE));
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		CHECK_INT(through(f, other, n, steps[i]), all);
		CHECK_MEM(other, out, all * sizeof *out);
	}
	f.seed = 2;
	through(f, other, n, n);
	CHECK(memcmp(other, out, all * sizeof *out) != 0);
	for (size_t m = 0; m < 60; m++)
		CHECK_INT(through(f, out, m, 10), (long)ceil((double)m / 1.013) + 102);
}

TEST(one_process_leaves_the_numbers_of_the_others)
{
	struct channel_conf f = {.noise_power = 0.04};
	memset(in, 0, sizeof in);
	through(f, out, N, N);
	f.offset_hz = 100; /* its filter has a delay */
	f.low_hz = 300;
	f.fading = true;
	f.echoes = 1;
	f.burst_power = 1e-20;
	f.good_s = f.bad_s = 0.1;
	through(f, other, N, N);
	CHECK_MEM(out, other, 1000 * sizeof *out);
}

TEST(white_noise_has_its_power_and_is_white)
{
	memset(in, 0, sizeof in);
	size_t n = through((struct channel_conf){.noise_power = 0.04}, out, 2 * N, N);
	double p = power(out, n), bound = 4 / sqrt((double)n);
	CHECK(near(p / 0.04, 1, bound * sqrt(2)));
	for (size_t lag = 1; lag < 50; lag++) {
		double sum = 0;
		for (size_t i = lag; i < n; i++)
			sum += (double)out[i] * out[i - lag];
		CHECK(near(sum / (double)n / p, 0, bound));
	}
}

/* 1 V^2 at 1200 bit/s is an energy of 1/1200 a bit; at 10 dB N0 is a tenth, over 24 kHz. */
TEST(levels)
{
	struct channel_conf f = {.rate_hz = RATE};
	CHECK(near(channel_noise_ebn0(&f, 1.0 / 1200, 10), 2, 1e-12));
	CHECK(near(channel_noise_snr(&f, 0.5, 20), 0.005, 1e-12));
	f.attenuation_db = 20;
	CHECK(near(channel_noise_ebn0(&f, 1.0 / 1200, 10), 0.02, 1e-12));
	CHECK(near(channel_noise_snr(&f, 0.5, 20), 0.00005, 1e-12));
	f.attenuation_db = 0;
	f.clock = 0.05; /* the bits are shorter */
	CHECK(near(channel_noise_ebn0(&f, 1.0 / 1200, 10), 2 / 1.05, 1e-12));
}

TEST(carrier_offset_moves_all_frequencies_alike)
{
	static const double hz[] = {200, 1200, 2200, 10000, 23000};
	for (size_t i = 0; i < sizeof hz / sizeof *hz; i++) {
		tone(hz[i], 0.5, N);
		CHECK_INT(through((struct channel_conf){.offset_hz = -37.5, .phase_deg = 30}, out, N, N), N);
		struct cf y = at(out, hz[i] - 37.5, 6000, N - 6000);
		CHECK(near(cf_power(y), 1, 0.01));
		CHECK(near(atan2((double)y.im, (double)y.re), 0.5 + TAU / 12, 0.003));
		CHECK(to_db((double)cf_power(at(out, hz[i] + 37.5, 6000, N - 6000))) < -55); /* the image */
		CHECK(to_db((double)cf_power(at(out, hz[i], 6000, N - 6000))) < -55);
	}
}

/* After a fit of the tone that is expected nothing is left. */
TEST(a_fast_clock_raises_frequencies_and_ends_sooner)
{
	static const double drift[] = {1e-4, 0.01, 0.05, -0.05, -1e-6};
	for (size_t i = 0; i < sizeof drift / sizeof *drift; i++) {
		double hz = i % 2 ? 9000 : 20000, moved = hz * (1 + drift[i]);
		tone(hz, 0.7, N);
		size_t n = through((struct channel_conf){.clock = drift[i]}, out, N, 1000);
		CHECK_INT(n, (long)ceil(N / (1 + drift[i])));
		struct cf y = at(out, moved, 1000, n - 1000);
		CHECK(near(atan2((double)y.im, (double)y.re), 0.7, 1e-4)); /* sample 0 is sample 0 */
		for (size_t k = 0; k < n; k++)
			out[k] -= (float)cos(TAU * moved * (double)k / RATE + 0.7);
		CHECK(to_db(power(out + 1000, n - 2000) / 0.5) < -70);
	}
}

TEST(an_echo_is_a_second_impulse)
{
	memset(in, 0, sizeof in);
	in[100] = 1;
	size_t n = through((struct channel_conf){.echoes = 2, .echo = {{0.001, -6, 0}, {0.003, -20, 180}}, .attenuation_db = 20},
	                   out, 1000, 9);
	CHECK_INT(n, 1144);
	for (size_t i = 0; i < n; i++)
		CHECK(near(out[i], i == 100 ? 0.1 : i == 148 ? 0.0501187 : i == 244 ? -0.01 : 0, i == 244 ? 2e-3 : 2e-5));
}

/* 1 + a exp(-j (2 pi f d - p)) at a few frequencies, the delay not a whole number of samples. */
TEST(an_echo_between_samples_has_its_comb)
{
	struct channel_conf f = {.echoes = 1, .echo = {{0.00051234, -3, 40}}};
	for (double hz = 300; hz < 18000; hz *= 1.7) {
		double p = -TAU * hz * 0.00051234 + TAU / 9, a = pow(10, -0.15);
		CHECK(near(gain_db(f, hz), to_db(1 + a * a + 2 * a * cos(p)), 0.05));
	}
}

TEST(a_delay_is_exact_between_samples)
{
	for (double d = 0; d < 1; d += 0.13) {
		tone(5000, 0.1, N);
		through((struct channel_conf){.delay_s = (5 + d) / RATE}, out, N, 777);
		struct cf y = at(out, 5000, 1000, N - 1000);
		CHECK(near(remainder(atan2((double)y.im, (double)y.re) - 0.1 + TAU * 5000 * (5 + d) / RATE, TAU), 0, 1e-3));
	}
}

/* ---- fading ---- */

static float g_re[4 * ROOM], g_im[4 * ROOM];

/* Doppler 0.02 of the rate: 4 * ROOM samples are 15000 wavelengths, and each seed is a street of its own. */
static void fade(double k, uint64_t seed)
{
	static struct fading f;
	struct rng r;
	rng_seed(&r, seed);
	fading_init(&f, 0.02, k, &r);
	fading_run(&f, g_re, g_im, 1000);
	fading_run(&f, g_re + 1000, g_im + 1000, 4 * ROOM - 1000);
}

/* The mean of g[i + lag] conj(g[i]). */
static struct cf correlation(size_t lag)
{
	double re = 0, im = 0;
	const size_t n = 4 * ROOM - lag;
	for (size_t i = 0; i < n; i++) {
		re += (double)g_re[i + lag] * g_re[i] + (double)g_im[i + lag] * g_im[i];
		im += (double)g_im[i + lag] * g_re[i] - (double)g_re[i + lag] * g_im[i];
	}
	return (struct cf){(float)(re / (double)n), (float)(im / (double)n)};
}

TEST(fading_has_unit_power_and_the_autocorrelation_of_jakes)
{
	fade(0, 3);
	CHECK(near(correlation(0).re, 1, 0.02));
	for (size_t lag = 1; lag < 150; lag += 7) { /* up to 3 wavelengths */
		struct cf c = correlation(lag);
		CHECK(near(c.re, j0(TAU * 0.02 * (double)lag), 0.07));
		CHECK(near(c.im, 0, 0.1));
	}
}

/* P(|g|^2 < x) = 1 - exp(-x); upward crossings of |g| = r a wavelength: sqrt(2 pi) r exp(-r^2) (Jakes, 1.3). */
/* The first sample is as random as any: over many seeds the mean is 0 and the power 1. */
TEST(fading_begins_anywhere)
{
	double re = 0, im = 0, power_ = 0;
	for (uint64_t seed = 1; seed <= 1000; seed++) {
		struct fading f;
		struct rng r;
		float a, b;
		rng_seed(&r, seed);
		fading_init(&f, 0.01, 0, &r);
		fading_run(&f, &a, &b, 1);
		re += (double)a / 1000;
		im += (double)b / 1000;
		power_ += (double)(a * a + b * b) / 1000;
	}
	CHECK(near(re, 0, 0.1));
	CHECK(near(im, 0, 0.1));
	CHECK(near(power_, 1, 0.15));
}

TEST(rayleigh_fades_are_as_deep_and_as_frequent_as_they_should_be)
{
	static const double below[] = {0.01, 0.1, 1, 3};
	fade(0, 4);
	for (size_t k = 0; k < 4; k++) {
		double share = 0, up = 0;
		bool was = false;
		for (size_t i = 0; i < 4 * ROOM; i++) {
			bool is = (double)(g_re[i] * g_re[i] + g_im[i] * g_im[i]) < below[k];
			share += is;
			up += was && !is;
			was = is;
		}
		CHECK(near(share / (4.0 * ROOM) / (1 - exp(-below[k])), 1, 0.1));
		CHECK(near(up / (4.0 * ROOM * 0.02) / (sqrt(TAU * below[k]) * exp(-below[k])), 1, 0.1));
	}
}

/* The mean is the steady part: K / (K + 1) of the power. */
TEST(rician_fading_has_its_steady_part)
{
	double re = 0, im = 0;
	fade(4, 5);
	for (size_t i = 0; i < 4 * ROOM; i++) {
		re += (double)g_re[i];
		im += (double)g_im[i];
	}
	CHECK(near(re / (4 * ROOM), sqrt(0.8), 0.01));
	CHECK(near(im / (4 * ROOM), 0, 0.01));
	CHECK(near(correlation(0).re, 1, 0.02));
}

TEST(paths_fade_each_by_itself_and_carry_the_power_of_their_gains)
{
	struct channel_conf f = {.fading = true, .doppler_hz = 200, .echoes = 1, .echo = {{0.01, 0, 0}}};
	double direct = 0, both = 0;
	for (unsigned s = 1; s < 9; s++) {
		tone(5000, 0, N);
		f.seed = s;
		f.echoes = 0;
		size_t n = through(f, out, N, N);
		direct += power(out, n) / 8;
		f.echoes = 1;
		n = through(f, other, N, N);
		both += power(other + 1000, N - 1000) / 8;
	}
	CHECK(near(direct / 0.5, 1, 0.1));
	CHECK(near(both / 0.5, 2, 0.2)); /* not 4, nor 0 */
}

/* What an echo adds comes and goes, however steady the direct path is. */
TEST(echoes_have_no_steady_part)
{
	struct channel_conf f = {.fading = true, .doppler_hz = 20, .rice_k = 1e9, .echoes = 1, .echo = {{0.001, 0, 0}}};
	double least = HUGE_VAL, most = 0;
	tone(5000, 0, N);
	through(f, out, N, N);
	f.echoes = 0;
	through(f, other, N, N);
	for (size_t i = 0; i < N; i++)
		out[i] -= other[i];
	for (size_t i = 2400; i < N - 2400; i += 480) {
		CHECK(near(power(other + i, 480), 0.5, 0.01));
		least = fmin(least, power(out + i, 480));
		most = fmax(most, power(out + i, 480));
	}
	CHECK(least < 0.1 && most > 0.7);
}

/* ---- noise that comes and goes ---- */

TEST(bursts_last_and_return_as_long_as_they_should_on_average)
{
	double bad = 0, starts = 0, sum = 0, n = 0;
	memset(in, 0, sizeof in);
	for (unsigned s = 1; s <= 4; s++) {
		size_t m = through((struct channel_conf){.seed = s, .burst_power = 4, .good_s = 0.003, .bad_s = 0.001}, out, ROOM, N);
		n += (double)m;
		for (size_t i = 0; i < m; i++) {
			bool now = fpclassify(out[i]) != FP_ZERO, before = i && fpclassify(out[i - 1]) != FP_ZERO;
			bad += now;
			starts += now && !before;
			sum += (double)out[i] * out[i];
		}
	}
	CHECK(near(bad / n, 0.25, 0.01));
	CHECK(near(bad / starts / RATE, 0.001, 5e-5));
	CHECK(near(sum / bad, 4, 0.05));
	through((struct channel_conf){.noise_power = 4}, other, 10, N); /* other numbers than the white noise's */
	size_t first = 0;
	through((struct channel_conf){.burst_power = 4, .good_s = 1 / RATE, .bad_s = 1}, out, 1000, N);
	while (fpclassify(out[first]) == FP_ZERO)
		first++;
	CHECK(fabsf(out[first] - other[0]) > 1e-6F);
}

/* ---- filters ---- */

TEST(a_band_passes_and_stops)
{
	struct channel_conf f = {.low_hz = 300, .high_hz = 3400};
	CHECK(gain_db(f, 200) < -55);
	CHECK(near(gain_db(f, 300), -6.02, 0.3));
	CHECK(near(gain_db(f, 400), 0, 0.02));
	CHECK(near(gain_db(f, 3300), 0, 0.02));
	CHECK(near(gain_db(f, 3400), -6.02, 0.3));
	CHECK(gain_db(f, 3500) < -55);
	CHECK(gain_db(f, 20000) < -55);
	f = (struct channel_conf){.low_hz = 1000};
	CHECK(gain_db(f, 900) < -55);
	CHECK(near(gain_db(f, 23000), 0, 0.02));
	tone(1000, 0.3, N); /* linear phase, delay taken off */
	through((struct channel_conf){.high_hz = 3400}, out, N, N);
	struct cf y = at(out, 1000, 6000, N - 6000);
	CHECK(near(atan2((double)y.im, (double)y.re), 0.3, 1e-4));
}

TEST(tilt_is_by_the_octave)
{
	struct channel_conf f = {.tilt_db = -6};
	for (double hz = 250; hz < 20000; hz *= 2)
		CHECK(near(gain_db(f, hz), -6 * log2(hz / 1000), 0.15));
}

TEST(twist_is_between_its_tones_whose_power_stays)
{
	struct channel_conf f = {.twist_db = -8, .twist_low_hz = 1200, .twist_high_hz = 2200};
	double low = gain_db(f, 1200), high = gain_db(f, 2200);
	CHECK(near(high - low, -8, 0.05));
	CHECK(near((from_db(low) + from_db(high)) / 2, 1, 0.02));
	CHECK(near(gain_db(f, 600), low + 4, 0.2)); /* the slope goes on, but not for ever */
	CHECK(near(gain_db(f, 300), low + 4, 0.2));
	CHECK(near(gain_db(f, 9000), high - 4, 0.2));
}

/* A resistor and a capacitor: 1 / sqrt(1 + (2 pi f tau)^2), against 1 kHz. */
TEST(emphasis_is_that_of_a_time_constant)
{
	const double tau = 750e-6, at_1k = 1 + pow(TAU * 1000 * tau, 2);
	for (double hz = 100; hz < 13000; hz *= 2) { /* above an eighth of the rate a digital filter is a little off */
		double want = to_db((1 + pow(TAU * hz * tau, 2)) / at_1k);
		CHECK(near(gain_db((struct channel_conf){.deemphasis_s = tau}, hz), -want, hz < RATE / 8 ? 0.1 : 0.7));
		CHECK(near(gain_db((struct channel_conf){.preemphasis_s = tau}, hz), want, hz < RATE / 8 ? 0.1 : 0.7));
		CHECK(near(gain_db((struct channel_conf){.preemphasis_s = tau, .deemphasis_s = tau}, hz), 0, 1e-4));
	}
}

TEST(attenuation_scales)
{
	CHECK(near(gain_db((struct channel_conf){.attenuation_db = 13}, 1000), -13, 1e-4));
	CHECK(near(gain_db((struct channel_conf){.attenuation_db = -20}, 1000), 20, 1e-4));
	CHECK(near(gain_db((struct channel_conf){.attenuation_db = 13, .offset_hz = 1e-9}, 1000), -13, 0.02));
}

/* A sine cut at half its height keeps 2/pi (asin(c) + c sqrt(1 - c^2)) of its fundamental. */
TEST(clipping_cuts)
{
	double fundamental = 2 / (TAU / 2) * (asin(0.5) + 0.5 * sqrt(0.75));
	CHECK(near(gain_db((struct channel_conf){.clip = 0.5}, 1000), 2 * to_db(fundamental), 0.02));
	for (size_t i = 0; i < N; i++)
		CHECK(fabsf(out[i]) <= 0.5F);
	CHECK(to_db((double)cf_power(at(out, 3000, 0, N))) > -20);
}

/* Noise of a twelfth of a step's square (Bennett 1948): 6.02 dB a bit. */
TEST(quantisation_makes_steps)
{
	for (unsigned bits = 6; bits <= 16; bits += 5) {
		double step = ldexp(1, 1 - (int)bits);
		tone(997.123, 0, N);
		for (size_t i = 0; i < N; i++)
			in[i] *= 0.9F;
		through((struct channel_conf){.quantise = bits}, out, N, N);
		for (size_t i = 0; i < N; i++) {
			CHECK(near((double)out[i] / step, rint((double)out[i] / step), 1e-9));
			out[i] -= in[i];
		}
		CHECK(near(to_db(power(out, N) / (step * step / 12)), 0, 0.5));
	}
	in[0] = 2;
	in[1] = -2;
	through((struct channel_conf){.quantise = 8}, out, 2, 2);
	CHECK(near(out[0], 127.0 / 128, 0));
	CHECK(near(out[1], -1, 0));
}

/* ---- what must not be ---- */

TEST(samples_that_are_no_signal_count_as_nothing)
{
	static const float bad[] = {NAN, INFINITY, -INFINITY, 3e38F, 1e7F};
	for (size_t i = 0; i < 1000; i++)
		in[i] = bad[i % 5];
	size_t n = through((struct channel_conf){.clock = 0.01, .low_hz = 300, .offset_hz = 5, .fading = true, .deemphasis_s = 1e-4},
	                   out, 1000, 100);
	for (size_t i = 0; i < n; i++)
		CHECK(near(out[i], 0, 0));
}

TEST(values_out_of_range_are_refused)
{
	static const struct {
		struct channel_conf f;
		const char *part;
	} cases[] = {
		{{.rate_hz = 0}, "samples a second"},
		{{.rate_hz = NAN}, "samples a second"},
		{{.rate_hz = RATE, .clock = 0.051}, "clock offset: 0.051"},
		{{.rate_hz = RATE, .low_hz = 3000, .high_hz = 300}, "no band"},
		{{.rate_hz = RATE, .high_hz = 24001}, "upper edge"},
		{{.rate_hz = RATE, .offset_hz = NAN}, "carrier offset"},
		{{.rate_hz = RATE, .delay_s = 3}, "delay"},
		{{.rate_hz = RATE, .echoes = 17}, "echoes"},
		{{.rate_hz = RATE, .echoes = 1, .echo = {{-1, 0, 0}}}, "delay of an echo"},
		{{.rate_hz = RATE, .twist_db = 3}, "lower tone"},
		{{.rate_hz = RATE, .burst_power = 1}, "time between bursts"},
		{{.rate_hz = RATE, .quantise = 33}, "bits a sample"},
		{{.rate_hz = RATE, .noise_power = INFINITY}, "noise power"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = {""};
		CHECK(channel_new(&cases[i].f, (struct wave_sink){0}, &e) == NULL);
		if (!strstr(e.msg, cases[i].part))
			CHECK_STR(e.msg, cases[i].part);
	}
}

RUN_TESTS
