/* wav_test.c - audio files: every sample format out and in, damaged headers, streams of unknown length. */

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "test.h"
#include "1-physical/wav.h"

static char path[] = "/tmp/osikit-wav.XXXXXX";

/* The n samples x as a file of the format, read again into y; returns how many came. */
static long there_and_back(const float *x, float *y, size_t n, enum sample s, bool raw)
{
	struct err e;
	struct out o = {0};
	struct in in = {0};
	struct wav_out w;
	struct wav_in r;
	struct wav_format f = {48000, 1, s};
	long total = 0, got;
	CHECK(out_open(&o, path, &e) == 0);
	wav_begin(&w, &o, &f, raw);
	wav_write(&w, x, n);
	CHECK(wav_finish(&w, &e) == 0);
	CHECK(out_close(&o, &e) == 0);
	CHECK(in_open(&in, path, &e) == 0);
	CHECK(wav_open(&r, &in, raw ? &f : NULL, 0, &e) == 0);
	if (!raw) {
		CHECK_INT(r.format.rate_hz, 48000);
		CHECK_INT(r.format.sample, s);
		CHECK(r.left != UINT64_MAX);
	}
	while ((got = wav_read(&r, y + total, n - (size_t)total > 7 ? 7 : n - (size_t)total, &e)) > 0)
		total += got;
	CHECK_INT(got, 0);
	CHECK(!r.cut);
	in_close(&in);
	return total;
}

TEST(every_format_there_and_back)
{
	enum { N = 1001 };
	static const double step[SAMPLES] = {1.0 / 128, 1.0 / 32768, 1.0 / 8388608, 1e-7, 1e-9, 1e-9, 0.04, 0.04};
	float x[N], y[N];
	for (int i = 0; i < N; i++)
		x[i] = 0.98f * sinf((float)i);
	for (int s = 0; s < SAMPLES; s++) {
		for (int raw = 0; raw < 2; raw++) {
			CHECK_INT(there_and_back(x, y, N, (enum sample)s, raw), N);
			for (int i = 0; i < N; i++)
				if (!(fabs((double)y[i] - (double)x[i]) <= step[s]))
					CHECK_INT(i, -s);
		}
	}
}

/* G.711's own law: 255 codes come back as themselves (mu-law has two zeros). */
TEST(g711_is_its_own_inverse)
{
	for (int s = SAMPLE_ULAW; s <= SAMPLE_ALAW; s++) {
		int wrong = 0;
		struct wav_format f = {8000, 1, (enum sample)s};
		for (int c = 0; c < 256; c++) {
			struct err e;
			struct in in = {0};
			struct out o = {0};
			struct wav_in r;
			struct wav_out w;
			float v = 9;
			uint8_t b = (uint8_t)c, again = 0;
			int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);
			CHECK(write(fd, &b, 1) == 1);
			close(fd);
			CHECK(in_open(&in, path, &e) == 0 && wav_open(&r, &in, &f, 0, &e) == 0 && wav_read(&r, &v, 1, &e) == 1);
			in_close(&in);
			CHECK(out_open(&o, path, &e) == 0);
			wav_begin(&w, &o, &f, true);
			wav_write(&w, &v, 1);
			CHECK(wav_finish(&w, &e) == 0 && out_close(&o, &e) == 0);
			fd = open(path, O_RDONLY);
			CHECK(read(fd, &again, 1) == 1);
			close(fd);
			wrong += again != b;
		}
		CHECK_INT(wrong, s == SAMPLE_ULAW ? 1 : 0);
	}
}

TEST(what_is_beyond_full_scale_is_clipped_and_counted)
{
	struct err e;
	struct out o = {0};
	struct wav_out w;
	const float x[] = {1.5f, -1.5f, 0.5f, -1.0f};
	CHECK(out_open(&o, path, &e) == 0);
	wav_begin(&w, &o, &(struct wav_format){8000, 1, SAMPLE_S16}, true);
	wav_write(&w, x, 4);
	CHECK_INT(w.clipped, 2);
	CHECK(wav_finish(&w, &e) == 0 && out_close(&o, &e) == 0);
	uint8_t b[8];
	int fd = open(path, O_RDONLY);
	CHECK_INT(read(fd, b, 8), 8);
	close(fd);
	CHECK_MEM(b, "\xff\x7f\x00\x80\x00\x40\x00\x80", 8);
}

/* Opens the octets as a file; the message, or "" when it opens. cut: what reading to the end says of it. */
static const char *opens(const void *b, size_t n, unsigned channel, struct wav_in *r, bool *cut)
{
	static struct err e;
	struct in in = {0};
	float x[64];
	long got;
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);
	CHECK(write(fd, b, n) == (long)n);
	close(fd);
	CHECK(in_open(&in, path, &e) == 0);
	in.name = "x.wav";
	e.msg[0] = '\0';
	if (wav_open(r, &in, NULL, channel, &e) == 0) {
		while ((got = wav_read(r, x, 64, &e)) > 0)
			;
		*cut = r->cut;
		e.msg[0] = '\0';
	}
	in_close(&in);
	return e.msg;
}

/* clang-format off */
static const uint8_t good[] =
	"RIFF\x2c\0\0\0WAVE" "LIST\x3\0\0\0abc\0" "fmt \x10\0\0\0\1\0\2\0\x40\x1f\0\0\0\x7d\0\0\4\0\x10\0"
	"data\x8\0\0\0\1\0\2\0\3\0\4\0trailer";
/* clang-format on */

TEST(headers_that_are_damaged)
{
	uint8_t b[sizeof good];
	struct wav_in r;
	bool cut = true;
	CHECK_STR(opens(good, sizeof good, 1, &r, &cut), "");
	CHECK_INT(r.frames, 2);
	CHECK(!cut);
	CHECK_STR(opens(good, sizeof good, 2, &r, &cut), "x.wav: has 2 channels, there is no channel 3");
	CHECK_STR(opens("", 0, 0, &r, &cut), "x.wav: empty, not a WAVE file");
	CHECK_STR(opens("GIF89a..........", 16, 0, &r, &cut), "x.wav: not a WAVE file (raw samples are read with --raw)");
	for (size_t n = 12; n < 56; n++)
		CHECK(strstr(opens(good, n, 0, &r, &cut), "x.wav: ends within its WAVE header, after ") != NULL);
	CHECK_STR(opens(good, 61, 0, &r, &cut), "");
	CHECK(cut);
	memcpy(b, good, sizeof good);
	b[32] = 85; /* MP3 */
	CHECK_STR(opens(b, sizeof b, 0, &r, &cut),
	          "x.wav: samples of format 85 with 16 bits are not read; convert it to 16-bit PCM (sox IN -b 16 OUT.wav)");
	memcpy(b, good, sizeof good);
	b[34] = 0;
	CHECK_STR(opens(b, sizeof b, 0, &r, &cut), "x.wav: its header says 0 channels at 8000 Hz: damaged");
	memcpy(b, good, sizeof good);
	b[44] = 3;
	CHECK_STR(opens(b, sizeof b, 0, &r, &cut), "x.wav: its header says 3 octets a frame, and 2 channels of 2: damaged");
	memcpy(b, good, sizeof good);
	memcpy(b + 24, "fmtx", 4);
	CHECK_STR(opens(b, sizeof b, 0, &r, &cut), "x.wav: its data chunk comes before its fmt chunk: damaged");
	memcpy(b, good, sizeof good);
	memset(b + 52, 0xff, 4); /* a pipe's: until the end */
	CHECK_STR(opens(b, sizeof b, 0, &r, &cut), "");
	CHECK_INT(r.frames, 4);
	CHECK(!cut);
}

/* What is no number, or absurd, is silence: it would spoil every filter behind it. */
TEST(floats_that_are_no_samples)
{
	const float x[] = {NAN, INFINITY, -INFINITY, 1e30f, 0.25f, -15.0f};
	float y[6];
	CHECK_INT(there_and_back(x, y, 6, SAMPLE_F32, true), 6);
	CHECK(y[0] == 0 && y[1] == 0 && y[2] == 0 && y[3] == 0 && y[4] == 0.25f && y[5] == -15.0f);
}

__attribute__((constructor)) static void make(void)
{
	int fd = mkstemp(path);
	if (fd >= 0)
		close(fd);
}
__attribute__((destructor)) static void unmake(void) { unlink(path); }

RUN_TESTS
