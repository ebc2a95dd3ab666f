/* wav.h - audio files: RIFF WAVE in and out, and raw samples; any sample format to float and back. Streams. */
#ifndef OSIKIT_WAV_H
#define OSIKIT_WAV_H

#include "err.h"
#include "io.h"

enum sample { SAMPLE_U8, SAMPLE_S16, SAMPLE_S24, SAMPLE_S32, SAMPLE_F32, SAMPLE_F64, SAMPLE_ULAW, SAMPLE_ALAW, SAMPLES };

struct wav_format {
	unsigned rate_hz;
	unsigned channels;
	enum sample sample;
};

struct wav_in {
	struct in *in;             /* borrowed */
	struct wav_format format;
	unsigned channel;          /* which of the channels, from 0 */
	uint64_t left;             /* octets of samples to come; UINT64_MAX: until the input ends */
	uint64_t frames;           /* read so far */
	bool cut;                  /* the input ended before the header said */
};

/* Reads the header from in (which the caller opened, and closes). raw: the input has no header but this format; NULL: it is a
 * WAVE file. channel: from 0. -1 with e: not a WAVE file, a compressed one, a channel that it does not have, cut in its header. */
int wav_open(struct wav_in *w, struct in *in, const struct wav_format *raw, unsigned channel, struct err *e);
/* Reads 1 to n samples of the channel, full scale +-1, as many as can be had without waiting longer than for one. What is not a number,
 * or beyond +-16 full scale, becomes 0. Returns their number; 0 at the end (then cut says whether samples that the header
 * announced are missing); -1. */
long wav_read(struct wav_in *w, float *x, size_t n, struct err *e);

struct wav_out {
	struct out *out;           /* borrowed */
	struct wav_format format;
	bool raw;                  /* no header */
	uint64_t clipped;          /* samples that were beyond full scale */
	uint64_t frames;
};

/* Writes a header with lengths "unknown" (0xffffffff, as ffmpeg and sox do in pipes); wav_finish puts the true ones in where the output
 * is a file. One channel. */
void wav_begin(struct wav_out *w, struct out *out, const struct wav_format *format, bool raw);
void wav_write(struct wav_out *w, const float *x, size_t n);
/* Flushes, and mends the header of a regular file. 0 or -1 with e. */
int wav_finish(struct wav_out *w, struct err *e);

#endif
