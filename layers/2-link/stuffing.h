/* stuffing.h - stuffing as it is taught: what each kind puts into data so that its delimiters cannot stand in them, and where. Sans-I/O.
 *
 * hdlc    a 0 behind five 1s (ISO/IEC 13239, 4.3.1); its units are bits, one in each octet here, those of the others octets
 * ppp     7d before 7e, 7d and what the ACCM names, which are sent exclusive-or 20 (RFC 1662, 4.2)
 * slip    c0 as db dc, db as db dd (RFC 1055)
 * cobs    each zero as the distance to the next (Cheshire and Baker 1999)
 * dle     DLE doubled between DLE STX and DLE ETX (ISO 1745, ISO 2111; Tanenbaum, Computer Networks, 3rd ed., 3.1.2)
 * esc     ESC before FLAG and ESC, which stay as they are (Tanenbaum and Wetherall, Computer Networks, 5th ed., 3.1.2)
 * count   the number of octets, with itself, in front (the same)
 */
#ifndef OSIKIT_STUFFING_H
#define OSIKIT_STUFFING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stuff_kind { STUFF_HDLC, STUFF_PPP, STUFF_SLIP, STUFF_COBS, STUFF_DLE, STUFF_ESC, STUFF_COUNT, STUFF_KINDS };

enum { STX = 0x02, ETX = 0x03, DLE = 0x10, ESC = 0x1b };  /* ASCII (ISO/IEC 646) */
enum { COUNT_MAX = 254 };                                 /* octets that a count of one octet, itself included, speaks of */

/* What a unit of stuffed data is. */
enum stuff_mark {
	STUFF_DATA,
	STUFF_ADDED,    /* put in: it goes when stuffing is undone */
	STUFF_CHANGED   /* sent instead of another value */
};

struct stuffing {
	const char *name, *rule, *standard;
	uint8_t open[8], close[8]; /* the delimiters around a frame */
	uint8_t nopen, nclose;     /* their units; 0: it has none */
};
extern const struct stuffing stuffings[STUFF_KINDS];

/* Units that n become at most. */
size_t stuff_room(enum stuff_kind kind, size_t n);
/* Stuffs n units, without delimiters; out has stuff_room. Returns how many, -1 where count cannot say so many. accm: of ppp. */
long stuff_encode(enum stuff_kind kind, uint8_t *out, const uint8_t *p, size_t n, uint32_t accm);

/* What is wrong with stuffed data. */
struct stuff_fault {
	size_t at;          /* the index of the unit */
	const char *why;    /* a phrase */
};
/* The inverse, of the n units between two delimiters; out has n. Returns how many, or -1 and *f. accm: control characters that something
 * on the way put in, and that are taken out (RFC 1662, 4.2). */
long stuff_decode(enum stuff_kind kind, uint8_t *out, const uint8_t *p, size_t n, uint32_t accm, struct stuff_fault *f);
/* What each of n units is that stuff_decode takes. */
void stuff_marks(enum stuff_kind kind, const uint8_t *p, size_t n, uint32_t accm, uint8_t *marks);

/* Finds the next frame between delimiters from *from on: its units are p[*at] to p[*at + *n - 1], *from goes behind them (a closing
 * delimiter may be the next opening one). Empty frames are passed over. 1: found; 0: no more; -1: it is not closed, or hdlc: given up,
 * told by *f. */
int stuff_next(enum stuff_kind kind, const uint8_t *p, size_t all, size_t *from, size_t *at, size_t *n, struct stuff_fault *f);

#endif
