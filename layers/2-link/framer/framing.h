/* framing.h - what the kinds of frames of framer share: options, counts, and how each is called. Part of a tool: errors end it. */
#ifndef OSIKIT_FRAMING_H
#define OSIKIT_FRAMING_H

#include "2-link/hdlc.h"
#include "filter.h"

/* The options, as given. */
struct framer_opts {
	bool unframe, keep, no_pad, bits, fix;
	int64_t flags;                           /* that open a frame of --bits */
	const char *da, *sa, *ethertype;         /* eth */
	const char *dst, *src, *via;             /* ax25 */
};
extern struct framer_opts framer;

struct framer_counts {
	uint64_t whole, damaged, unchecked, already, fixed;
};
extern struct framer_counts counts;

/* A kind of frame. */
struct framing {
	const char *name;
	void (*frame)(struct pipe *p);    /* puts the packet at hand into a frame and writes that */
	void (*deframe)(struct pipe *p);  /* finds frames in the packet at hand (bits and octets of a medium go on from one to the
	                                   * next) and writes what is in them */
	void (*end)(struct pipe *p);      /* behind the last packet; may be NULL */
};
extern const struct framing eth_framing, ax25_framing;

/* A damaged frame of n octets: counted, told under -v, and with --keep passed on as octets (where they are not NULL), why as its note
 * @framer.drop. */
void framer_drop(struct pipe *p, const uint8_t *octets, size_t n, const char *why, const char *text);

/* Tries to mend a frame whose check does not fit by inverting the bits that its receiver was least sure of. raw: its bits with stuffing, one an
 * octet; conf: the confidences. good(octets, n): whether it fits now. out: room for nraw / 8 octets.
 * Returns the octets of the mended frame, and in *flipped the bits inverted; 0: none was found. */
size_t framer_fix(uint8_t *out, uint8_t *raw, const uint8_t *conf, size_t nraw, bool (*good)(const uint8_t *p, size_t n), unsigned *flipped);
/* How many trials framer_fix makes at most. */
unsigned framer_fix_trials(void);

#endif
