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
static inline bool line_wide(const struct line *l) { return l->pulse->levels[0] == '3'; }

/* All codes, a line each. */
void line_list(struct out *o, bool tsv);
/* The measured spectrum beside the closed form. */
void line_show_spectrum(struct out *o, const struct line *l, uint64_t seed, size_t bits, bool tsv);

#endif
