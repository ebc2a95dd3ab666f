/* framing.h - what the kinds of frames of framer share: options, counts, and how each is called. Part of a tool: errors end it. */
#ifndef OSIKIT_FRAMING_H
#define OSIKIT_FRAMING_H

#include "filter.h"

/* The options, as given. */
struct framer_opts {
	bool unframe, keep, no_pad, bits, octets, fix, pfc, acfc;
	int64_t flags;                           /* that open a frame of --bits */
	int64_t accm;                            /* control characters that are escaped, a bit each (RFC 1662, 7.1); -1: not given */
	int64_t port;                            /* kiss */
	int fcs;                                 /* 0: 16 bits, 1: 32 */
	int check;                               /* fx25: check symbols; 0: 16, 1: 32, 2: 64 */
	const char *sync;                        /* sync: its word */
	int length;                              /* sync: 0: 16 bits, 1: 8 */
	int64_t errors;                          /* sync: bits of the word that may be wrong */
	const char *da, *sa, *ethertype, *sap;   /* eth */
	bool llc, snap;
	int64_t mtu;                             /* 0: any length */
	struct opt_list vlan;                    /* tags, the outer one first */
	const char *dst, *src, *via;             /* ax25 */
};
extern struct framer_opts framer;

struct framer_counts {
	uint64_t whole, damaged, unchecked, already, fixed;
	uint64_t runts, giants;          /* eth: shorter than 64 octets, longer than --mtu */
};
extern struct framer_counts counts;

/* Options that not every kind has. */
enum {
	TAKES_BITS = 1, TAKES_OCTETS = 2, TAKES_FIX = 4, TAKES_FCS = 8, TAKES_ACCM = 16, TAKES_COMPRESSION = 32, TAKES_CHECK = 64,
	TAKES_SYNC = 128, TAKES_ETH = 256
};

/* A kind of frame. */
struct framing {
	const char *name;
	unsigned takes;
	void (*frame)(struct pipe *p);    /* puts the packet at hand into a frame and writes that */
	void (*deframe)(struct pipe *p);  /* finds frames in the packet at hand (bits and octets of a medium go on from one to the
	                                   * next) and writes what is in them */
	void (*end)(struct pipe *p);      /* behind the last packet; may be NULL */
};
extern const struct framing eth_framing, vlan_framing, hdlc_framing, ppp_framing, slip_framing, cobs_framing, kiss_framing, ax25_framing,
	fx25_framing, sync_framing;

/* A packet that can go into a frame: whole octets, all there, understood; else it is the end. */
void framer_want_whole(struct pipe *p);

/* Writes octets or bits (role; n of them in b) of a medium in place of the packet at hand. */
void framer_write_medium(struct pipe *p, enum role role, const uint8_t *b, size_t n);

/* Writes n octets that were in a frame which does not say what they are: an IP packet where its length is just theirs, else data. */
void framer_write_payload(struct pipe *p, const uint8_t *b, size_t n);

/* A damaged frame of n octets: counted, told under -v, and with --keep passed on as octets (where they are not NULL), why as its note
 * @framer.drop. */
void framer_drop(struct pipe *p, const uint8_t *octets, size_t n, const char *why, const char *text);

/* Tries to mend a frame whose check does not fit by inverting the bits that its receiver was least sure of. raw: its bits with
 * stuffing, one an octet; conf: the confidences. good(arg, octets, n): whether it fits now. out: room for nraw / 8 octets.
 * Returns the octets of the mended frame, and in *flipped the bits inverted; 0: none was found. */
size_t framer_fix(uint8_t *out, uint8_t *raw, const uint8_t *conf, size_t nraw,
		  bool (*good)(void *arg, const uint8_t *p, size_t n), void *arg, unsigned *flipped);
/* How many trials framer_fix makes at most. */
unsigned framer_fix_trials(void);

#endif
