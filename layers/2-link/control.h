/* control.h - the control field of HDLC and its kin, modulo 8, in words (ISO/IEC 13239, 5.3; AX.25 2.2, 4.2; ITU-T X.25, 2.3).
 *
 *   bit    7  6  5    4     3  2  1    0
 *   I     | N(R)   | P/F | N(S)    |  0 |    information
 *   S     | N(R)   | P/F | S  S | 0   1 |    supervision
 *   U     | M M M  | P/F | M  M | 1   1 |    unnumbered
 */
#ifndef OSIKIT_CONTROL_H
#define OSIKIT_CONTROL_H

#include <stdbool.h>

#include "pkt.h"

enum { CONTROL_PF = 0x10, CONTROL_UI = 0x03 };

static inline bool control_is_i(uint8_t c) { return !(c & 1); }
static inline bool control_is_u(uint8_t c) { return (c & 3) == 3; }

/* The kind of frame: I, RR, RNR, REJ, SREJ, or the name of an unnumbered one; where it has none the octet in hex, without P/F. */
writer control_write(writer p, uint8_t c);
/* The octet of a kind, its numbers and P/F zero; -1: there is no such kind. */
int control_read(const char *s, size_t n);
/* The place in an octet that begins at bit `at` of N(S) (name "ns"), N(R) ("nr") and P/F ("pf"); -1: a frame of this kind has none. */
int control_place(uint8_t c, int at, const char *name);

#endif
