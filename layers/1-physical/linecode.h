/* linecode.h - line codes: symbols to levels on a wire, and back. Sans-I/O.
 *
 * A code takes symbols: of one bit (NRZ, Manchester, AMI, ...), two (2B1Q), four (4B/5B) or eight (8b/10b), and makes
 * levels of them: -3, -1, 0, +1 or +3 (units: the pulse height), each held for an element. A block code (4B/5B,
 * 8b/10b) makes bits of symbols, which a pulse code then puts on the wire: "4b5b+mlt-3".
 */
#ifndef OSIKIT_LINECODE_H
#define OSIKIT_LINECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A symbol is its data bits as a number, the bit written first the most significant; or one of these with bits added. */
enum {
	LINE_CONTROL = 0x100,  /* and 4B/5B's code group, the octet of 8b/10b's K.x.y, 802.5's J (0) or K (1) */
	LINE_J = LINE_CONTROL, /* no transition in the middle; the level as before */
	LINE_K,                /* the same; the level changed at the start */
	LINE_BAD = 0x200       /* from a decoder: no symbol of the code; the bits are its guess */
};

enum {
	LINE_ELEMENTS_MAX = 20, /* a symbol: 8b/10b in Manchester */
	LINE_NAME_MAX = 24      /* characters of a symbol's name, or of a code's with its pulse code, NUL included */
};

struct line;

/* A row of the table of codes. */
struct line_code {
	const char *name, *alias; /* "manchester"; other words for it, with spaces, or "" */
	const char *title, *standard;
	const char *rule;   /* how it works, a line */
	bool block;         /* makes bits, not levels */
	unsigned bits;      /* of data a symbol */
	unsigned elements;  /* levels a symbol; block codes: bits */
	const char *levels; /* what it has, from the top: "+-", "+0-", "3113" */
	double null_hz; /* the first null of the spectrum above 0 Hz, at 1 bit/s; pulses fill their element */
	unsigned run;      /* the longest run of elements without a transition that data can make; 0: any length */
	bool dc_free;      /* the running digital sum is bounded for all data */
	const char *lacks; /* what stops the clock, where run is 0: "0s" */
	int variant;       /* the code's own */
	void (*encode)(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark);
	void (*decode)(struct line *l, const int8_t *y, size_t n, uint16_t *s);
	/* The continuous part of the power spectral density for random bits, W s (1 ohm) at f Hz and 1 bit/s,
	 * two-sided; NULL where there is no closed form here. */
	double (*psd)(const struct line_code *c, double f);
	const char *psd_what; /* the formula and its source */
};

/* How a line begins: the level before the first (NRZ-M, NRZ-S, differential Manchester), the polarity of the pulse
 * before the first (AMI, pseudoternary, B8ZS, HDB3), the last that was not 0 (MLT-3), the running disparity (8b/10b).
 * HDB3: and whether the pulses since the last violation were even or odd in number. */
struct line_begin {
	int level; /* -1 or +1; 0: unsaid: -1, and a decoder goes by what it hears first where it can */
	bool odd;
};

/* A coder or decoder: use one for each direction. The caller's; nothing to free. */
struct line {
	const struct line_code *block; /* or NULL */
	const struct line_code *pulse;
	char name[LINE_NAME_MAX];
	unsigned bits, elements; /* a symbol, in all */
	/* What a decoder finds wrong: the element (from 0, since line_start) and why. May be NULL. */
	void (*violation)(void *arg, uint64_t element, const char *why);
	void *arg;
	uint64_t at; /* elements so far */
	uint64_t violations;
	struct line_begin begun; /* as line_start was told */
	/* private: the state of the codes */
	int8_t level;        /* the last level, or polarity of the last pulse; 0: not known (decoders) */
	int8_t last_v;       /* polarity of the last violation; 0: not known */
	uint8_t odd;         /* HDB3: pulses since then, modulo 2 */
	uint8_t phase;       /* MLT-3: 0 + 0 - as 0 to 3 */
	int8_t disparity;    /* 8b/10b: -1 or +1; 0: not known */
	unsigned zeros, gap; /* in a row, as decoded: since the last pulse, and before it */
	unsigned scale;      /* elements that line_bad counts in */
};

/* The codes, a row each, ended by one without a name. */
extern const struct line_code line_codes[];
extern const struct line_code line_4b5b, line_8b10b;

/* Makes l ready for the code of that name: "hdb3", an alias of it, a block code ("4b5b": on NRZ-I; "8b10b": on
 * NRZ-L), or a block and a pulse code ("4b5b+mlt-3"). -1 with e set when there is none. */
int line_open(struct line *l, const char *name, struct err *e);
/* Back to the beginning. decoder: what b leaves unsaid is not known, rather than -1. */
void line_start(struct line *l, struct line_begin b, bool decoder);

/* Encodes n symbols to n * l->elements levels at y. mark, where it is not NULL, gets a character a level: 'V' for a
 * bipolar violation made on purpose, 'B' for a pulse put in to balance it, else ' '. Substitutions (B8ZS, HDB3) do
 * not reach over the end of a call. */
void line_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark);
/* Decodes n levels, of any values, to n / l->elements symbols, which it returns; elements left over are a violation. */
size_t line_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s);

/* Reads symbols as people write them: 0 and 1; hex: hex digits of four bits each. Control symbols: J and K
 * (differential Manchester), IJKTRHQSL (4B/5B), K28.5 and D21.5 (8b/10b). Blanks and _ separate. There is room for
 * strlen(text) * 4 symbols at s. -1: malformed. */
int line_read(const struct line *l, const char *text, bool hex, uint16_t *s, size_t *n, struct err *e);
/* Groups bits in order of transmission, as octets[j / 8] >> j % 8 & 1, to symbols: block codes take the first as the
 * least significant (IEEE 802.3, 24.2.2.1 and 36.2.4), 2B1Q as the sign (T1.601). Room for bits symbols. Returns
 * their number; bits that do not fill a symbol are left out. */
size_t line_group(const struct line *l, const uint8_t *octets, size_t bits, uint16_t *s);
/* The other way: sets n * l->bits bits of octets, whose others are cleared. Symbols that are no data are left out;
 * returns the number of bits. */
size_t line_ungroup(const struct line *l, const uint16_t *s, size_t n, uint8_t *octets);
/* "1", "10", "K28.5", "J", or "?" for what is no symbol. */
void line_symbol_name(const struct line *l, uint16_t s, char name[LINE_NAME_MAX]);

/* Reads levels: + - 0, +1 -1 +3 -3, H and L for + and -; blanks, commas and | separate. Room for strlen(text) levels.
 * -1: malformed. */
int line_levels_read(const char *text, int8_t *y, size_t *n, struct err *e);
/* The text of a level: "+", "0", "-"; wide (2B1Q): "+3", "+1", "-1", "-3". */
const char *line_level_name(int8_t y, bool wide);

struct line_report {
	size_t elements;
	size_t transitions; /* between one element and the next */
	size_t run;         /* the most elements without one between them */
	int64_t sum, sum_min,
		sum_max; /* running digital sum: at the end, and its extremes; before the first level it is 0 */
};

struct line_report line_measure(const int8_t *y, size_t n);

/* The power spectral density, as psd of struct line_code, measured: bits random bits of seed through the code. points
 * values at f = 0, step, 2 step, ... times the bit rate. The discrete lines (a clock, a direct component) are taken
 * out; their powers, at 0, 1 and 2 times the rate of the symbols, are in tones. */
void line_spectrum(const char *name, uint64_t seed, size_t bits, double step, size_t points, double *psd,
		   double tones[3]);

#endif
