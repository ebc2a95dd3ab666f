/* front_test.c - gain, flatness, images and time of the front end, and that blocks make no difference. */

#include "1-physical/front.h"
#include "rng.h"

#include "test.h"

enum { MOST = 1 << 17 };

static struct cf y[MOST];
static size_t got;

static void put(void *arg, const struct cf *v, size_t n)
{
	(void)arg;
	for (size_t j = 0; j < n && got < MOST; j++)
		y[got++] = v[j];
}

/* A tone of amplitude 1 and phase 0.7 through the front end, 0.2 s and more of it. */
static struct front *hear(const struct front_cfg *c, double tone_hz)
{
	static float x[MOST];
	struct err e;
	struct front *f = front_new(c, &e);
	size_t n = (size_t)(0.2 * c->in_hz) + 2 * front_delay(f);

	for (size_t j = 0; j < n; j++)
		x[j] = (float)cos(TAU * fmod(tone_hz / c->in_hz * (double)j, 1) + 0.7);
	got = 0;
	front_push(f, x, n, put, NULL);
	return f;
}

/* The output is exp(i (2 pi (tone - centre) t + 0.7)): the worst distance from it, past the filter's beginning. */
static double worst(const struct front *f, const struct front_cfg *c, double tone_hz)
{
	double most = 0;
	size_t first = (size_t)((double)front_delay(f) / c->in_hz * c->out_hz) + 2;
	for (size_t k = first; k < got; k++) {
		double t = front_time_s(f, k);
		double d = sqrt(cf_power(cf_sub(y[k], cf_polar(TAU * fmod((tone_hz - c->centre_hz) * t, 1) + 0.7))));
		if (d > most)
			most = d;
	}
	CHECK(got > first + 10);
	return most;
}

static const struct front_cfg cases[] = {
	{44100, 2400, 8820, 1600, 3000},   /* one in five */
	{48000, 2400, 9600, 1600, 3000},
	{8000, 2000, 9600, 1600, 2300},    /* upwards */
	{11025, 2400, 9600, 1600, 2500},   /* 147 in 128 */
	{22050, 2400, 7200.5, 1600, 3000}, /* no ratio of small numbers */
	{192000, 1500, 400, 120, 200},     /* narrow */
	{48000, 0, 24000, 5000, 8000},     /* baseband */
	{96000, 12345.678, 20000, 4000, 7000},
};

TEST(tones_come_through_at_their_time_and_size)
{
	for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
		const struct front_cfg *c = &cases[j];
		for (int d = -2; d <= 2; d++) {
			double tone = c->centre_hz + c->pass_hz * d / 2;
			if (c->centre_hz == 0)
				continue;
			struct front *f = hear(c, tone);
			double w = worst(f, c, tone);
			if (w > 1.5e-3)
				printf("# case %zu, tone %g: off by %g\n", j, tone, w);
			CHECK(w < 1.5e-3); /* 0.01 dB, and what is left of 2 centre + d */
			front_free(f);
		}
	}
}

TEST(what_is_outside_is_60_db_down)
{
	for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
		const struct front_cfg *c = &cases[j];
		const double tones[] = {c->centre_hz + c->stop_hz * 1.01, c->centre_hz + c->out_hz,
			c->centre_hz - c->out_hz, c->in_hz * 0.49, c->centre_hz - c->stop_hz * 1.01};
		for (size_t k = 0; k < sizeof tones / sizeof *tones; k++) {
			double tone = fabs(tones[k]), sum = 0;
			if (fabs(tone - c->centre_hz) < c->stop_hz || tone > c->in_hz / 2)
				continue;
			struct front *f = hear(c, tone);
			size_t first = (size_t)((double)front_delay(f) / c->in_hz * c->out_hz) + 2;
			for (size_t i = first; i < got; i++)
				sum += cf_power(y[i]) / (double)(got - first);
			if (sum > from_db(-60))
				printf("# case %zu, tone %g: %.1f dB\n", j, tone, to_db(sum));
			CHECK(sum < from_db(-60));
			front_free(f);
		}
	}
}

TEST(white_noise_has_twice_the_density)
{
	static float x[MOST];
	const struct front_cfg c = {48000, 12000, 8000, 2000, 2200};
	struct rng r;
	struct err e;
	struct front *f = front_new(&c, &e);
	double power = 0;

	rng_seed(&r, 1);
	rng_normal(&r, x, MOST, 1);
	got = 0;
	front_push(f, x, MOST, put, NULL);
	front_free(f);
	/* N0 = 2/48000; complex density 2 N0, over about pass + stop */
	for (size_t j = 0; j < got; j++)
		power += cf_power(y[j]) / (double)got;
	CHECK(fabs(power / (4.0 / 48000 * 4200) - 1) < 0.04);
}

TEST(blocks_of_any_size_give_the_same)
{
	static float x[30000];
	static struct cf whole[MOST];
	struct rng r;
	struct err e;

	rng_seed(&r, 2);
	rng_normal(&r, x, 30000, 1);
	for (size_t j = 0; j < sizeof cases / sizeof *cases; j++) {
		struct front *f = front_new(&cases[j], &e);
		got = 0;
		front_push(f, x, 30000, put, NULL);
		front_free(f);
		size_t n = got;
		memcpy(whole, y, n * sizeof *y);

		f = front_new(&cases[j], &e);
		got = 0;
		for (size_t at = 0, m; at < 30000; at += m) {
			m = rng_below(&r, 4) ? rng_below(&r, 20) : rng_below(&r, 9000);
			m = m < 30000 - at ? m : 30000 - at;
			front_push(f, x + at, m, put, NULL);
		}
		front_free(f);
		CHECK_INT(got, n);
		CHECK_MEM(y, whole, n * sizeof *y);
	}
}

TEST(every_processor_gives_the_same)
{
	static float v[3][1000];
	struct rng r;
	rng_seed(&r, 3);
	rng_normal(&r, v[0], 3000, 1);
	for (size_t n = 0; n <= 1000; n += 8) {
		struct cf a = front_dot_c(v[0], v[1], v[2], n), b = front_dot_best()(v[0], v[1], v[2], n);
		double re = 0;
		for (size_t j = 0; j < n; j++)
			re += (double)v[0][j] * (double)v[1][j];
		CHECK_MEM(&a, &b, sizeof a);
		CHECK(fabs((double)a.re - re) < 1e-4);
	}
}

TEST(what_is_no_number_is_nothing)
{
	static float x[10000];
	struct err e;
	struct front *f = front_new(&cases[0], &e);

	for (size_t j = 0; j < 10000; j++)
		x[j] = j % 3 == 0 ? NAN : j % 3 == 1 ? INFINITY : -3e38f;
	got = 0;
	front_push(f, x, 10000, put, NULL);
	front_free(f);
	CHECK(got > 1900);
	for (size_t j = 0; j < got; j++)
		CHECK(y[j].re == 0 && y[j].im == 0);
}

TEST(what_cannot_be_is_said)
{
	static const struct {
		struct front_cfg c;
		const char *why;
	} bad[] = {
		{{2000, 1700, 8000, 600, 1200}, "a signal up to 2300 Hz needs more than 4600 samples a second"},
		{{8000, NAN, 8000, 600, 1200}, "a frequency is out of range"},
		{{8000, 1700, 0, 600, 1200}, "rates and widths of a filter must be positive"},
		{{8000, 1700, 8000, 1200, 600}, "rates and widths of a filter must be positive"},
		{{192000, 1700, 1, 0.2, 0.5}, "a filter from 0.2 to 0.5 Hz is too narrow for 192000 samples a second"},
	};
	for (size_t j = 0; j < sizeof bad / sizeof *bad; j++) {
		struct err e = {"none"};
		CHECK(!front_new(&bad[j].c, &e));
		CHECK_STR(e.msg, bad[j].why);
	}
}

RUN_TESTS
