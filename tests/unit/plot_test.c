/* plot_test.c - figures: ticks, numbers, limits, what is left of many points, and both drawings of small figures. */
#include <math.h>
#include <unistd.h>

#include "plotted.h"
#include "rng.h"
#include "test.h"

static char text[1 << 22];

/* What a drawing writes. */
static const char *drawn(struct plot *p, bool svg, unsigned cols, unsigned rows, bool utf8, bool color)
{
	char path[] = "/tmp/plot_test.XXXXXX";
	struct out o;
	struct err e;
	int fd = mkstemp(path);
	CHECK(fd >= 0 && out_open(&o, path, &e) == 0);
	if (svg)
		plot_svg(p, &o);
	else
		plot_text(p, &o, cols, rows, utf8, color);
	CHECK(out_close(&o, &e) == 0);
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	unlink(path);
	return text;
}

static const char *svg(struct plot *p) { return drawn(p, true, 0, 0, false, false); }

/* How often part is in s. */
static int count(const char *s, const char *part)
{
	int n = 0;
	for (; (s = strstr(s, part)); s += strlen(part))
		n++;
	return n;
}

/* ---- ticks ---- */

static struct axis axis(double low, double high, enum plot_scale scale, const char *unit)
{
	static char label[] = "label", name[8]; /* of one axis at a time */
	struct axis a = {.label = label, .unit = name, .scale = scale, .low = low, .high = high};
	snprintf(name, sizeof name, "%s", unit);
	return a;
}

/* The labels, with spaces between them. */
static const char *labels(struct axis *a, unsigned max)
{
	static char all[4096];
	size_t n = 0;
	axis_ticks(a, max);
	all[0] = '\0';
	for (unsigned i = 0; i < a->nticks; i++)
		if (a->ticks[i].major)
			n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", n ? " " : "", a->ticks[i].label);
	return all;
}

static const char *linear(double low, double high, unsigned max, const char *unit)
{
	struct axis a = axis(low, high, PLOT_LINEAR, unit);
	return labels(&a, max);
}

TEST(steps_are_1_2_5)
{
	static const double spans[] = {1e-9, 0.013, 0.7, 1, 1.01, 3, 9.99, 10, 4711, 3e12};
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
		for (unsigned max = 1; max <= 20; max++) {
			double step = tick_step(spans[i], max), digit = step / pow(10, floor(log10(step) + 1e-9));
			CHECK(fabs(digit - 1) < 1e-6 || fabs(digit - 2) < 1e-6 || fabs(digit - 5) < 1e-6);
			CHECK(spans[i] / step <= max * (1 + 1e-6) && spans[i] / step > max / 2.5001 - 1e-6);
		}
}

TEST(linear_ticks)
{
	CHECK_STR(linear(0, 10, 5, ""), "0 2 4 6 8 10");
	CHECK_STR(linear(-1.3, 1.3, 3, ""), "-1 0 1");
	CHECK_STR(linear(0.05, 0.95, 5, ""), "0.2 0.4 0.6 0.8");
	CHECK_STR(linear(-0.1, 0.1, 4, ""), "-0.10 -0.05 0.00 0.05 0.10");
	CHECK_STR(linear(0, 100000, 2, ""), "0 50000 100000");
}

TEST(units_get_prefixes)
{
	struct axis a = axis(0, 0.012, PLOT_LINEAR, "s");
	CHECK_STR(labels(&a, 3), "0 5 10");
	CHECK_STR(a.title, "label, ms");
	a = axis(0, 4700, PLOT_LINEAR, "Hz");
	CHECK_STR(labels(&a, 5), "0 1 2 3 4");
	CHECK_STR(a.title, "label, kHz");
	a = axis(0, 4700, PLOT_LINEAR, "s"); /* but no kiloseconds */
	CHECK_STR(labels(&a, 5), "0 1000 2000 3000 4000");
	CHECK_STR(a.title, "label, s");
	a = axis(0, 4700, PLOT_LINEAR, "dB");
	labels(&a, 5);
	CHECK_STR(a.title, "label, dB");
	a = axis(0, 2.5e-7, PLOT_LINEAR, "s");
	CHECK_STR(labels(&a, 3), "0 100 200");
	CHECK_STR(a.title, "label, ns");
	a = axis(0, 3e7, PLOT_LINEAR, "");
	CHECK_STR(labels(&a, 3), "0 10 20 30");
	CHECK_STR(a.title, "label, 10^6 ");
}

TEST(far_from_zero_ticks_count_from_a_round_number)
{
	struct axis a = axis(1700000000.25, 1700000000.95, PLOT_LINEAR, "s");
	CHECK_STR(labels(&a, 4), "400 600 800");
	CHECK_STR(a.title, "label, ms + 1700000000");
}

TEST(logarithmic_ticks)
{
	struct axis a = axis(1e-6, 1, PLOT_LOG, "");
	CHECK_STR(labels(&a, 8), "10^-6 10^-5 10^-4 10^-3 10^-2 10^-1 10^0");
	CHECK_INT(a.nticks, 6 * 9 + 1);
	CHECK_STR(labels(&a, 3), "10^-6 10^-3 10^0");
	a = axis(0.3, 30, PLOT_LOG, "");
	CHECK_STR(labels(&a, 8), "10^0 10^1");
	a = axis(3, 40, PLOT_LOG, "");
	CHECK_STR(labels(&a, 8), "5 10^1 20");
	a = axis(20, 20000, PLOT_LOG, "Hz");
	CHECK_STR(labels(&a, 8), "100 1k 10k");
	a = axis(1e-300, 1e300, PLOT_LOG, "");
	CHECK(strlen(labels(&a, 8)) > 0 && a.nticks <= TICKS_MAX);
	a = axis(2, 3, PLOT_LOG, ""); /* less than a decade: as if linear */
	CHECK_STR(labels(&a, 5), "2.0 2.2 2.4 2.6 2.8 3.0");
}

TEST(numbers_are_short)
{
	static const struct {
		double v;
		const char *text;
	} cases[] = {{0, "0"}, {0.5, "0.5"}, {1.25, "1.25"}, {1e-6, "1e-6"}, {-2.5e-12, "-2.5e-12"}, {1234, "1.23e3"},
		     {1e20, "1e20"}, {100, "100"}};
	char s[40];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		number_short(s, sizeof s, cases[i].v);
		CHECK_STR(s, cases[i].text);
	}
	number_fixed(s, sizeof s, -0.0004, 2);
	CHECK_STR(s, "0.00");
	number_fixed(s, sizeof s, -1.25, 1);
	CHECK_STR(s, "-1.2");
}

/* ---- limits ---- */

static void limits(struct plot *p, enum plot_dim d, double low, double high)
{
	plot_settle(p);
	const struct axis *a = &p->panel[0].axis[d];
	if (fabs(a->low - low) > 1e-9 * (fabs(low) + 1) || fabs(a->high - high) > 1e-9 * (fabs(high) + 1)) {
		printf("# %g to %g, not %g to %g\n", a->low, a->high, low, high);
		test_failures++;
	}
}

TEST(limits_follow_the_data)
{
	const double x[] = {1, 2, NAN, 4, 1e200}, y[] = {-10, 10, 1000, INFINITY, 1};
	struct plot *p = plot_new("");
	limits(p, PLOT_X, 0, 1); /* nothing there */
	plot_line(p, "", x, y, 5);
	limits(p, PLOT_X, 1, 2); /* only points that can be drawn count */
	limits(p, PLOT_Y, -11, 11);
	plot_range(p, PLOT_Y, -20, NAN);
	limits(p, PLOT_Y, -20, 11);
	plot_mark_x(p, 7, "");
	limits(p, PLOT_X, 1, 7);
	plot_free(p);
}

TEST(limits_of_one_value_and_of_nonsense)
{
	const double x[] = {3}, y[] = {5};
	struct plot *p = plot_new("");
	plot_points(p, "", x, y, 1);
	limits(p, PLOT_Y, 4.5, 5.5);
	plot_range(p, PLOT_Y, 9, 2); /* the wrong way round */
	plot_settle(p);
	CHECK(p->panel[0].axis[PLOT_Y].low < p->panel[0].axis[PLOT_Y].high);
	plot_axis(p, PLOT_Y, "", "", PLOT_LOG);
	plot_range(p, PLOT_Y, -1, 0); /* not of a logarithmic axis */
	plot_settle(p);
	CHECK(p->panel[0].axis[PLOT_Y].low > 0 && p->panel[0].axis[PLOT_Y].low < p->panel[0].axis[PLOT_Y].high);
	plot_free(p);
}

TEST(logarithmic_limits_are_decades)
{
	const double x[] = {0, 1, 2, 3}, y[] = {0.08, 0.002, 0, 3e-5};
	struct plot *p = plot_new("");
	plot_axis(p, PLOT_Y, "", "", PLOT_LOG);
	plot_line(p, "", x, y, 4);
	limits(p, PLOT_Y, 1e-5, 0.1);
	plot_free(p);
}

TEST(linked_panels_share_x)
{
	const double a[] = {0, 5}, b[] = {3, 20}, y[] = {1, 2};
	struct plot *p = plot_new("");
	plot_link(p);
	plot_line(p, "", a, y, 2);
	plot_panel(p, "two");
	plot_line(p, "", b, y, 2);
	limits(p, PLOT_X, 0, 20);
	CHECK_INT(p->npanels, 2);
	plot_free(p);
}

/* ---- what is drawn ---- */

TEST(pieces_are_cut_to_the_frame)
{
	double in[4] = {-1, 5, 11, 5}, corner[4] = {-5, 5, 5, -5}, out[4] = {-1, 0, -1, 9}, point[4] = {3, 3, 3, 3};
	CHECK(piece_clip(in, 0, 0, 10, 10) && in[0] == 0 && in[1] == 5 && in[2] == 10 && in[3] == 5);
	CHECK(piece_clip(corner, 0, 0, 10, 10) && corner[0] == 0 && corner[1] == 0);
	CHECK(!piece_clip(out, 0, 0, 10, 10));
	CHECK(piece_clip(point, 0, 0, 10, 10));
}

TEST(text_is_escaped)
{
	struct plot *p = plot_new("a<b>&\"c\"\x01\xff\xc3\xa9\xed\xa0\x80");
	const double y[] = {1, 2};
	plot_condition(p, "10^-3 & %s", "<x>");
	plot_line(p, "</text><script>", NULL, y, 2);
	plot_words(p, 0.5, 1.5, 0, "]]>");
	const char *s = svg(p);
	CHECK(strstr(s, "<title>a&lt;b&gt;&amp;&quot;c&quot;??\xc3\xa9") != NULL);
	CHECK(strstr(s, "<script") == NULL && strstr(s, "]]>") == NULL);
	CHECK(strstr(s, "10<tspan dy=\"-5\" font-size=\"9\">\xe2\x88\x92" "3</tspan><tspan dy=\"5\"> &amp; &lt;x&gt;</tspan>") != NULL);
	plot_free(p);
}

TEST(text_reads_utf8)
{
	const char *s = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc0\x80\x80\n";
	static const unsigned long want[] = {'a', 0xe9, 0x20ac, 0x1f600, '?', '?', '?', 0};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		CHECK_INT(text_next(&s), want[i]);
	CHECK_INT(text_len("a\xc3\xa9" "b"), 3);
	CHECK_INT(text_line("one two three", 9), 7);
	CHECK_INT(text_line("one two", 9), 7);
	CHECK_INT(text_line("incomprehensible", 5), 5);
	CHECK_INT(text_line("two three", 3), 3);
}

/* A million values, of every kind: an SVG below 1 MB, and the extremes are in it. */
TEST(many_values_stay_small)
{
	enum { N = 1000000 };
	static double x[N], y[N], x1[N], y1[N];
	struct rng r;
	rng_seed(&r, 1);
	for (size_t i = 0; i < N; i++) {
		x[i] = (double)i / N;
		y[i] = rng_unit(&r);
		x1[i] = x[i];
		y1[i] = y[i] + 0.01;
	}
	y[500000] = 3;
	for (int kind = 0; kind < 7; kind++) {
		struct plot *p = plot_new("many");
		struct plot_look *l = kind == 0   ? plot_line(p, "k", x, y, N)
		                      : kind == 1 ? plot_step(p, "k", x, y, N)
		                      : kind == 2 ? plot_points(p, "k", y, y1, N)
		                      : kind == 3 ? plot_segments(p, "k", x, y, x1, y1, N)
		                      : kind == 6 ? plot_segments(p, "k", y, y + 1, y, y + 1, N / 5)
		                      : kind == 4 ? plot_fill(p, "k", x, y, y1, N)
		                                  : plot_points(p, "k", y, x, N);
		if (kind == 5)
			l->mark = PLOT_DIAMOND;
		const char *s = svg(p);
		CHECK(strlen(s) > 10000 && strlen(s) < (kind == 6 ? 500000 : 1000000));
		plot_free(p);
	}
}

static double lowest_piece, highest_piece;

static void note_piece(void *arg, const double p[4])
{
	++*(int *)arg;
	lowest_piece = fmin(lowest_piece, fmin(p[1], p[3]));
	highest_piece = fmax(highest_piece, fmax(p[1], p[3]));
}

TEST(a_column_keeps_its_extremes)
{
	enum { N = 100000 };
	static double y[N];
	struct axis ax = axis(0, N - 1, PLOT_LINEAR, ""), ay = axis(0, 1, PLOT_LINEAR, "");
	struct view v = {&ax, &ay, 0, 0, 100, 100};
	struct series s = {.kind = LINE, .n = N, .v = {NULL, y}};
	for (size_t i = 0; i < N; i++)
		y[i] = 0.5;
	for (int order = 0; order < 2; order++) {
		int n = 0;
		y[54321] = order;
		y[54322] = 1 - order;
		lowest_piece = 1e9;
		highest_piece = -1e9;
		series_walk(&s, &v, note_piece, &n);
		CHECK(n <= 400);
		CHECK(fabs(lowest_piece) < 1e-9 && fabs(highest_piece - 100) < 1e-9);
	}
}

TEST(a_gap_is_not_bridged_and_a_point_alone_is_seen)
{
	const double y[] = {1, 2, NAN, 4, NAN, 6, 7};
	struct axis ax = axis(0, 6, PLOT_LINEAR, ""), ay = axis(0, 8, PLOT_LINEAR, "");
	struct view v = {&ax, &ay, 0, 0, 100, 100};
	struct series s = {.kind = LINE, .n = 7, .v = {NULL, (double *)(uintptr_t)y}};
	int n = 0;
	series_walk(&s, &v, note_piece, &n);
	CHECK_INT(n, 3);
}

TEST(hostile_values_draw_something)
{
	const double bad[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, 1e-308, 0, -0.0, 5, 1e149, -1e149, 4e-324};
	enum { N = sizeof bad / sizeof *bad };
	for (int scale = 0; scale < 4; scale++) {
		struct plot *p = plot_new("bad");
		plot_axis(p, PLOT_X, "x", "s", scale & 1 ? PLOT_LOG : PLOT_LINEAR);
		plot_axis(p, PLOT_Y, "y", "", scale & 2 ? PLOT_LOG : PLOT_LINEAR);
		plot_line(p, "line", bad, bad, N)->mark = PLOT_SQUARE;
		plot_step(p, "step", bad, bad, N);
		plot_errors(p, "errors", bad, bad, bad, bad, N);
		plot_bars(p, "bars", bad, bad, N);
		plot_fill(p, "fill", bad, bad, bad, N);
		plot_segments(p, "segments", bad, bad, bad, bad, N)->arrow = true;
		plot_density(p, "density", 0, 1, 3, 0, 1, 4, bad);
		plot_density(p, "density", NAN, 1, 3, INFINITY, 1, 4, bad);
		for (int i = 0; i < N; i++) {
			plot_mark_x(p, bad[i], "mark");
			plot_band_y(p, bad[i], 1, "band");
			plot_words(p, bad[i], 1, 1, "words");
		}
		CHECK(strstr(svg(p), "nan") == NULL && strstr(text, "inf") == NULL && strstr(text, "</svg>") != NULL);
		CHECK(strlen(drawn(p, false, 60, 0, true, true)) > 100);
		CHECK(strlen(drawn(p, false, 0, 1, false, false)) > 100);
		plot_free(p);
	}
	struct plot *p = plot_new(NULL);
	plot_line(p, NULL, NULL, NULL, 0);
	plot_points(p, NULL, NULL, NULL, 0);
	plot_density(p, NULL, 0, 1, 0, 0, 1, 0, NULL);
	CHECK(strstr(svg(p), "</svg>") != NULL);
	plot_free(p);
	plot_free(NULL);
}

TEST(marks_have_shapes)
{
	const double x[] = {1, 2, 3}, y[] = {1, 2, 3};
	for (int m = PLOT_DOT; m <= PLOT_DASH; m++) {
		struct plot *p = plot_new("");
		plot_points(p, NULL, x, y, 3)->mark = (enum plot_mark)m;
		bool stroke = m == PLOT_DOT || m >= PLOT_CROSS;
		CHECK(strstr(svg(p), stroke ? "<path class=\"l c0\"" : "<path class=\"o c0\"") != NULL);
		plot_free(p);
	}
}

TEST(a_legend_names_each_once)
{
	const double y[] = {1, 2};
	struct plot *p = plot_new("");
	plot_line(p, "same", NULL, y, 2);
	CHECK_INT(plot_line(p, "same", NULL, y, 2)->color, 1);
	CHECK_INT(plot_line(p, NULL, NULL, y, 2)->color, 1);
	CHECK_INT(count(svg(p), ">same</text>"), 1);
	plot_free(p);
}

TEST(as_text)
{
	const double x[] = {0, 1, 2, 3, 4}, y[] = {0, 1, 2, 3, 4};
	struct plot *p = plot_new("Title");
	plot_condition(p, "10^6 bits");
	plot_axis(p, PLOT_X, "time", "s", PLOT_LINEAR);
	plot_axis(p, PLOT_Y, "level", "V", PLOT_LINEAR);
	plot_line(p, "rise", x, y, 5);
	plot_mark_y(p, 2, "half");
	CHECK_STR(drawn(p, false, 30, 12, false, false), "Title\n10^6 bits\nlevel, V\n   --- rise\n"
	                                                 " 4+                  ..--\n"
	                                                 "  |              ..-''\n"
	                                                 " 2+- - - - -.:-:'- - - -  half\n"
	                                                 "  |    ..--'\n"
	                                                 " 0+.--''\n"
	                                                 "  ++----------+---------+\n"
	                                                 "   0          2         4\n"
	                                                 "           time, s\n");
	CHECK(strstr(drawn(p, false, 30, 10, true, false), "10\xe2\x81\xb6 bits") != NULL);
	CHECK(strstr(drawn(p, false, 30, 10, true, true), "\033[36m") != NULL);
	plot_free(p);
}

RUN_TESTS
