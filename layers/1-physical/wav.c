/* wav.c - audio files: RIFF WAVE (IBM and Microsoft, Multimedia Programming Interface 1.0, 1991; RF64: EBU Tech 3306). */

#include "wav.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PCM = 1, IEEE_FLOAT = 3, ALAW = 6, ULAW = 7, EXTENSIBLE = 0xfffe, /* RFC 2361; mmreg.h */
	FMT_MIN = 16, FMT_EXT = 40,                                    /* octets of a fmt chunk, plain and extensible */
	FMT_MAX = 4096,
	HEADER = 44,
	CHANNELS_MAX = 1024,
	RATE_MAX = 100000000,
	ABSURD = 16                                                    /* times full scale: no signal, a wrong format */
};

static const unsigned octets_of[SAMPLES] = {1, 2, 3, 4, 4, 8, 1, 1};

static uint32_t le16(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t le32(const uint8_t *p) { return le16(p) | le16(p + 2) << 16; }
static uint64_t le64(const uint8_t *p) { return le32(p) | (uint64_t)le32(p + 4) << 32; }
static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}
static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}

/* ---- the header ---- */

/* Makes n octets of the header available. */
static int need(struct in *in, size_t n, struct err *e)
{
	int r = in_fill(in, n, e);
	if (r == IN_EOF)
		return err_set(e, "%s: ends within its WAVE header, after %llu octets", in->name,
		               (unsigned long long)(in_offset(in) + in_left(in)));
	return r == IN_OK ? 0 : -1;
}

static int skip(struct in *in, uint64_t n, struct err *e)
{
	while (n) {
		if (need(in, 1, e) != 0)
			return -1;
		size_t m = in_left(in) < n ? in_left(in) : (size_t)n;
		in->pos += m;
		n -= m;
	}
	return 0;
}

/* The sample format that a tag and a width mean; SAMPLES: none that we know. */
static enum sample sample_of(uint32_t tag, uint32_t bits)
{
	if (tag == PCM)
		return bits == 8 ? SAMPLE_U8 : bits == 16 ? SAMPLE_S16 : bits == 24 ? SAMPLE_S24 : bits == 32 ? SAMPLE_S32 : SAMPLES;
	if (tag == IEEE_FLOAT)
		return bits == 32 ? SAMPLE_F32 : bits == 64 ? SAMPLE_F64 : SAMPLES;
	if (bits == 8 && (tag == ULAW || tag == ALAW))
		return tag == ULAW ? SAMPLE_ULAW : SAMPLE_ALAW;
	return SAMPLES;
}

static int read_fmt(struct wav_in *w, uint64_t size, struct err *e)
{
	struct in *in = w->in;
	if (size < FMT_MIN || size > FMT_MAX)
		return err_set(e, "%s: its fmt chunk has %llu octets: damaged", in->name, (unsigned long long)size);
	if (need(in, (size_t)size, e) != 0)
		return -1;
	const uint8_t *p = in_at(in);
	uint32_t tag = le16(p), bits = le16(p + 14), block = le16(p + 12);
	if (tag == EXTENSIBLE && size >= FMT_EXT)
		tag = le16(p + 24); /* the first octets of SubFormat's GUID */
	w->format.channels = le16(p + 2);
	w->format.rate_hz = le32(p + 4);
	w->format.sample = sample_of(tag, bits);
	if (w->format.sample == SAMPLES)
		return err_set(e, "%s: samples of format %u with %u bits are not read; convert it to 16-bit PCM (sox IN -b 16 OUT.wav)",
		               in->name, tag, bits);
	if (!w->format.channels || w->format.channels > CHANNELS_MAX || !w->format.rate_hz || w->format.rate_hz > RATE_MAX)
		return err_set(e, "%s: its header says %u channels at %u Hz: damaged", in->name, w->format.channels, w->format.rate_hz);
	if (block != w->format.channels * octets_of[w->format.sample])
		return err_set(e, "%s: its header says %u octets a frame, and %u channels of %u: damaged", in->name, block,
		               w->format.channels, octets_of[w->format.sample]);
	in->pos += (size_t)size;
	return skip(in, size & 1, e);
}

/* The chunks up to the samples. */
static int read_header(struct wav_in *w, struct err *e)
{
	struct in *in = w->in;
	uint64_t data64 = 0;
	bool fmt = false;
	int r = in_fill(in, 12, e);
	if (r == IN_ERR)
		return -1;
	if (r == IN_EOF && in_left(in) == 0)
		return err_set(e, "%s: empty, not a WAVE file", in->name);
	const uint8_t *p = in_at(in);
	if (r == IN_EOF || (memcmp(p, "RIFF", 4) != 0 && memcmp(p, "RF64", 4) != 0) || memcmp(p + 8, "WAVE", 4) != 0)
		return err_set(e, "%s: not a WAVE file (raw samples are read with --raw)", in->name);
	in->pos += 12;
	for (;;) {
		if (need(in, 8, e) != 0)
			return -1;
		char id[5] = "";
		memcpy(id, in_at(in), 4);
		uint64_t size = le32(in_at(in) + 4);
		in->pos += 8;
		if (strcmp(id, "ds64") == 0 && size >= 16) {
			if (need(in, 16, e) != 0)
				return -1;
			data64 = le64(in_at(in) + 8);
		}
		if (strcmp(id, "fmt ") == 0) {
			if (read_fmt(w, size, e) != 0)
				return -1;
			fmt = true;
		} else if (strcmp(id, "data") == 0) {
			if (!fmt)
				return err_set(e, "%s: its data chunk comes before its fmt chunk: damaged", in->name);
			/* A pipe's writer did not know the length: 0xffffffff, or 0 as some write; or it is in ds64. */
			w->left = size != UINT32_MAX && size != 0 ? size : data64 ? data64 : UINT64_MAX;
			return 0;
		} else if (skip(in, size + (size & 1), e) != 0) {
			return -1;
		}
	}
}

int wav_open(struct wav_in *w, struct in *in, const struct wav_format *raw, unsigned channel, struct err *e)
{
	*w = (struct wav_in){.in = in, .channel = channel, .left = UINT64_MAX};
	if (raw)
		w->format = *raw;
	else if (read_header(w, e) != 0)
		return -1;
	if (channel >= w->format.channels)
		return err_set(e, "%s: has %u channel%s, there is no channel %u", in->name, w->format.channels,
		               w->format.channels == 1 ? "" : "s", channel + 1);
	return 0;
}

/* ---- samples ---- */

/* ITU-T G.711: 8 bits to linear, full scale about 1. */
static float ulaw(uint8_t c)
{
	c = (uint8_t)~c;
	int v = (((c & 15) << 3) + 132) << (c >> 4 & 7);
	return (float)(c & 0x80 ? 132 - v : v - 132) / 32768;
}
static float alaw(uint8_t c)
{
	c ^= 0x55;
	int exponent = c >> 4 & 7, v = (c & 15) << 4;
	v = exponent ? (v + 264) << (exponent - 1) : v + 8;
	return (float)(c & 0x80 ? v : -v) / 32768;
}

static float f32(const uint8_t *p)
{
	uint32_t u = le32(p);
	float f;
	memcpy(&f, &u, sizeof f);
	return f;
}
static float f64(const uint8_t *p)
{
	uint64_t u = le64(p);
	double f;
	memcpy(&f, &u, sizeof f);
	return (float)f;
}

/* n samples at p, step octets apart. */
static void to_float(float *x, const uint8_t *p, size_t n, size_t step, enum sample s)
{
	switch (s) {
	case SAMPLE_S16:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = (float)(int16_t)le16(p) / 32768;
		break;
	case SAMPLE_S24:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = (float)(int32_t)(le16(p) << 8 | (uint32_t)p[2] << 24) / 2147483648.0f;
		break;
	case SAMPLE_S32:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = (float)(int32_t)le32(p) / 2147483648.0f;
		break;
	case SAMPLE_F32:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = f32(p);
		break;
	case SAMPLE_F64:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = f64(p);
		break;
	case SAMPLE_ULAW:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = ulaw(*p);
		break;
	case SAMPLE_ALAW:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = alaw(*p);
		break;
	default:
		for (size_t i = 0; i < n; i++, p += step)
			x[i] = ((float)*p - 128) / 128;
	}
	if (s == SAMPLE_F32 || s == SAMPLE_F64)
		for (size_t i = 0; i < n; i++)
			if (!(fabsf(x[i]) <= ABSURD))
				x[i] = 0;
}

long wav_read(struct wav_in *w, float *x, size_t n, struct err *e)
{
	struct in *in = w->in;
	size_t size = octets_of[w->format.sample], frame = size * w->format.channels;
	if (w->left < frame) {
		w->left = 0;
		return 0;
	}
	int r = in_fill(in, frame, e);
	if (r == IN_ERR)
		return -1;
	if (r == IN_EOF) {
		w->cut = w->left != UINT64_MAX || in_left(in) != 0;
		return 0;
	}
	uint64_t frames = in_left(in) / frame;
	if (frames > n)
		frames = n;
	if (w->left != UINT64_MAX && frames > w->left / frame)
		frames = w->left / frame;
	to_float(x, in_at(in) + w->channel * size, (size_t)frames, frame, w->format.sample);
	in->pos += (size_t)frames * frame;
	w->frames += frames;
	if (w->left != UINT64_MAX)
		w->left -= frames * frame;
	return (long)frames;
}

/* ---- output ---- */

static void header(uint8_t h[HEADER], const struct wav_format *f, uint32_t data)
{
	uint32_t size = octets_of[f->sample];
	uint32_t tag = f->sample == SAMPLE_F32 || f->sample == SAMPLE_F64 ? IEEE_FLOAT : f->sample == SAMPLE_ULAW ? ULAW
	             : f->sample == SAMPLE_ALAW ? ALAW : PCM;
	memcpy(h, "RIFF    WAVEfmt ", 16);
	put32(h + 4, data > UINT32_MAX - HEADER ? UINT32_MAX : data + HEADER - 8);
	put32(h + 16, FMT_MIN);
	put16(h + 20, tag);
	put16(h + 22, 1);
	put32(h + 24, f->rate_hz);
	put32(h + 28, f->rate_hz * size);
	put16(h + 32, size);
	put16(h + 34, 8 * size);
	memcpy(h + 36, "data", 4);
	put32(h + 40, data);
}

void wav_begin(struct wav_out *w, struct out *out, const struct wav_format *format, bool raw)
{
	uint8_t h[HEADER];
	*w = (struct wav_out){.out = out, .format = *format, .raw = raw};
	w->format.channels = 1;
	if (raw)
		return;
	header(h, &w->format, UINT32_MAX);
	out_write(out, h, sizeof h);
}

/* v in units of the last bit, rounded to nearest, within -limit to limit - 1. */
static int32_t whole(struct wav_out *w, double v, double limit)
{
	v = nearbyint(v);
	if (v >= limit || v < -limit) {
		w->clipped++;
		v = v < 0 ? -limit : limit - 1;
	}
	return (int32_t)v;
}

/* ITU-T G.711, from a linear sample of 16 bits. */
static uint8_t to_ulaw(int v)
{
	int sign = v < 0 ? 0x80 : 0, e = 7;
	v = (v < 0 ? -v : v) + 132;
	if (v > 32767)
		v = 32767;
	for (int m = 0x4000; e > 0 && !(v & m); m >>= 1)
		e--;
	return (uint8_t)~(sign | e << 4 | (v >> (e + 3) & 15));
}
static uint8_t to_alaw(int v)
{
	int sign = v >= 0 ? 0x80 : 0, e = 7;
	v = v < 0 ? -v - 1 : v;
	for (int m = 0x4000; e > 0 && !(v & m); m >>= 1)
		e--;
	return (uint8_t)((sign | e << 4 | (v >> (e ? e + 3 : 4) & 15)) ^ 0x55);
}

void wav_write(struct wav_out *w, const float *x, size_t n)
{
	size_t size = octets_of[w->format.sample];
	w->frames += n;
	while (n) {
		size_t m = n < 4096 ? n : 4096;
		uint8_t *p = (uint8_t *)out_room(w->out, m * size);
		for (size_t i = 0; i < m; i++, p += size) {
			double d = (double)x[i];
			uint32_t u;
			switch (w->format.sample) {
			case SAMPLE_S16: put16(p, (uint32_t)whole(w, 32768 * d, 32768) & 0xffff); break;
			case SAMPLE_S24:
				u = (uint32_t)whole(w, 8388608 * d, 8388608);
				put16(p, u & 0xffff);
				p[2] = (uint8_t)(u >> 16);
				break;
			case SAMPLE_S32: put32(p, (uint32_t)whole(w, 2147483648.0 * d, 2147483648.0)); break;
			case SAMPLE_F32:
				memcpy(&u, &x[i], sizeof u);
				put32(p, u);
				break;
			case SAMPLE_F64: {
				uint64_t v;
				memcpy(&v, &d, sizeof v);
				put32(p, (uint32_t)v);
				put32(p + 4, (uint32_t)(v >> 32));
				break;
			}
			case SAMPLE_ULAW: *p = to_ulaw(whole(w, 32768 * d, 32768)); break;
			case SAMPLE_ALAW: *p = to_alaw(whole(w, 32768 * d, 32768)); break;
			default: *p = (uint8_t)(whole(w, 128 * d, 128) + 128);
			}
		}
		out_done(w->out, m * size);
		x += m;
		n -= m;
	}
}

int wav_finish(struct wav_out *w, struct err *e)
{
	uint64_t data = w->frames * octets_of[w->format.sample];
	uint8_t h[HEADER];
	struct stat st;
	if (!w->raw && (data & 1))
		out_write(w->out, "", 1);
	if (out_flush(w->out) != 0) {
		*e = w->out->err;
		return -1;
	}
	if (w->raw || data > UINT32_MAX - HEADER || fstat(w->out->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	/* Where the header began; an output in append mode cannot be mended. */
	if (fcntl(w->out->fd, F_GETFL) & O_APPEND)
		return 0;
	off_t end = lseek(w->out->fd, 0, SEEK_CUR), start = end - (off_t)(HEADER + data + (data & 1));
	header(h, &w->format, (uint32_t)data);
	if (end < 0 || start < 0 || pwrite(w->out->fd, h, sizeof h, start) != HEADER)
		return err_sys(e, "%s", w->out->name);
	return 0;
}
