/* show.h - what the pictures of modem-sim show have in common: the signal that they are of. Only mains call it. */
#ifndef OSIKIT_MODEM_SHOW_H
#define OSIKIT_MODEM_SHOW_H

#include "1-physical/modem-sim/impair.h"
#include "1-physical/modem-sim/setup.h"
#include "plot.h"

enum { SHOT_FINE = 16 };          /* values a symbol of detectors */

/* What the options say. */
struct show_opts {
	struct modem_opts modem;
	struct impair_opts impair;
	double rate_hz;           /* of a signal that is made; 0: one that suits the scheme */
	int64_t seed;             /* -1: from the system */
	int64_t bits;             /* random ones to send; 0: what suits the picture */
	const char *data;         /* bits to send, as 0 and 1; or NULL */
	const char *path;         /* a signal or packet text, "-": standard input; or NULL */
	int64_t channel;          /* of a file with several, from 1 */
	double start_s, length_s; /* the part of a signal; length 0: what suits the picture */
	const char *mask, *code, *flips;
	bool tree, states, closed;
};

/* A signal, where it comes from, and what a receiver made of it. */
struct shot {
	const struct show_opts *opts;
	bool has_scheme;
	struct modem_cfg c;       /* the scheme's figures filled in; rate_hz is the signal's */
	bool file;                /* read; else sent by us: */
	uint8_t *bits;
	size_t nbits;
	double first_s;           /* when the interval of the first bit's symbol begins; NAN: not known */
	float *sent;              /* before the channel; NULL where there is none */
	float *x;                 /* what arrived */
	size_t n;
	uint64_t seed;
	/* show_receive: */
	struct cf *symbol;
	size_t nsymbols, capsymbols;
	struct cf *eye;           /* behind the matched filter, per_symbol a symbol; the first one's place in its symbol, 0..1 */
	size_t neye, capeye;
	double eye_phase, per_symbol;
	bool eye_hertz;           /* it is a frequency, re in Hz */
	const char *detector;     /* what it comes from where not from the receiver; NULL: that */
	struct lock lock;         /* of the longest run */
	bool locked;
};

/* Symbols, as many as suit a picture, in place of --bits and --length. */
void shot_make(struct shot *s, const struct show_opts *o, size_t symbols, double length_s);
void shot_free(struct shot *s);
/* Gives the signal to the scheme's receiver; false: it found nothing. */
bool shot_receive(struct shot *s);
/* Scheme, seed, channel and what the receiver found, as conditions under the title. */
void shot_conditions(const struct shot *s, struct plot *p);
/* "fsk", "linear", "psk". */
bool shot_is(const struct shot *s, const char *family);
/* When the interval of symbol k begins, and its bits as text (at most 15, "" behind the last). */
double shot_symbol_s(const struct shot *s, size_t k);
const char *shot_label(const struct shot *s, size_t k, char label[16]);
size_t shot_symbols(const struct shot *s);
/* The complex baseband of x at *rate_hz, about per_symbol values a symbol; freed by the caller. Sample k is at k / *rate_hz s. */
struct cf *shot_baseband(const struct shot *s, const float *x, double per_symbol, size_t *n, double *rate_hz);
/* Frequency at the n moments of a baseband, from the phase of one value to the next; NAN where there is no carrier. The caller's. */
double *shot_frequency(const struct shot *s, const struct cf *y, size_t n, double rate_hz);
/* Fills symbols and eye by detectors of its own, for receivers that show none; leaves them where it knows no way. */
void shot_detect(struct shot *s);
/* A curve through a, b, c, d at equal distances, t = 0..1 of the way from b to c (Catmull and Rom 1974). */
double shot_between(double a, double b, double c, double d, double t);

/* The pictures. NULL never: what makes no sense ends the tool. */
struct plot *show_wave(const struct show_opts *o);
struct plot *show_eye(const struct show_opts *o);
struct plot *show_constellation(const struct show_opts *o);
struct plot *show_spectrum(const struct show_opts *o);
struct plot *show_trellis(const struct show_opts *o);

#endif
