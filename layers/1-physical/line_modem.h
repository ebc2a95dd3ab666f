/* line_modem.h - line codes as baseband schemes: levels in rectangular pulses, and a receiver for them. */
#ifndef OSIKIT_LINE_MODEM_H
#define OSIKIT_LINE_MODEM_H

#include "linecode.h"
#include "modem.h"

extern const struct scheme linecode_schemes[];

/* How a bit shows in the levels of its symbol. */
enum line_look { LOOK_LEVEL, LOOK_HALVES, LOOK_FIRST };
enum line_kind { KIND_ANTIPODAL, KIND_ON_OFF, KIND_TERNARY, KIND_QUATERNARY };

/* What scheme.param points to. */
struct line_scheme {
	const char *code;
	enum line_look look;     /* the level; the difference of two halves; the first half alone */
	enum line_kind kind;
	double power;            /* mean square of the levels, for random bits */
	bool differential;       /* the bit is the change from the symbol before */
	bool inverted;           /* 1 is what the kind has for 0 */
};

/* Soft bits (scheme.bits of them at llr) of a symbol seen as z: amplitude times its level, and noise of that
 * variance. last: the state between symbols of a differential code, the soft bit before; 0 first. */
void line_soft(const struct line_scheme *p, double z, double amplitude, double variance, float *last, float *llr);

/* The receiver, for line_modem.c's table (see struct modem). */
void *line_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e);
void line_rx_push(void *rx, const float *x, size_t n);
void line_rx_end(void *rx);
void line_rx_free(void *rx);

#endif
