/* line.h - what the files of `modem-sim line` share. */
#ifndef OSIKIT_MODEM_LINE_H
#define OSIKIT_MODEM_LINE_H

#include "1-physical/linecode.h"
#include "io.h"

/* A coded message. */
struct coded {
	const struct line *line;
	const uint16_t *s; /* n symbols */
	size_t n;
	const int8_t *y;  /* their n * line->elements levels */
	const char *mark; /* and a mark for each: V, B, '!' or blank */
};

/* The waveform in characters, at most width columns a row (but for a symbol that is wider), each row from a new
 * symbol on. */
void line_draw(struct out *o, const struct coded *c, int width);
/* Two lines: what the levels are like; %s in front of each. */
void line_summary(struct out *o, const struct coded *c);
/* A line a level, with its header before when record is 1. */
void line_tsv(struct out *o, const struct coded *c, uint64_t record);
/* The levels in a line. */
void line_levels(struct out *o, const int8_t *y, size_t n, bool wide);
/* A symbol's name in pictures: 8b/10b's data are "D16.2 01010000". */
enum { LINE_LABEL_MAX = 2 * LINE_NAME_MAX };
void line_label(const struct line *l, uint16_t s, char label[LINE_LABEL_MAX]);
/* Of a block code: the bits that the symbols became, 0 or 1; the caller frees them. */
uint16_t *line_group_bits(const struct coded *c);
/* The waveform as an SVG file: 0 or -1. */
int line_save(const struct coded *c, const char *path, struct err *e);
static inline bool line_wide(const struct line *l) { return l->pulse->levels[0] == '3'; }

/* All codes, a line each. */
void line_list(struct out *o, bool tsv);

/* A measured spectrum, at 0 to 2 bit rates. */
#define LINE_STEP 0.025
enum { LINE_POINTS = 81 };

struct line_density {
	uint64_t seed;
	size_t bits;
	double psd[LINE_POINTS], tones[3];                        /* see line_spectrum */
	double (*theory)(const struct line_code *c, double f);    /* NULL: none */
};

/* Beside the closed form, as a table; as an SVG file: 0 or -1. */
void line_show_spectrum(struct out *o, const struct line *l, const struct line_density *d, bool tsv);
int line_save_spectrum(const struct line *l, const struct line_density *d, const char *path, struct err *e);

#endif
