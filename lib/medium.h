/* medium.h - what happens to packets between two programs: delay, rate, loss, duplication, reordering, bit errors,
 * bursts and collisions.
 *
 * The engine does no I/O and has no clock: packets go in with the time now, and come out with the time at which they arrive. Those
 * that are lost come out too, at the time when they would have arrived, marked. Times are nanoseconds from any
 * beginning. A parcel is the caller's; the medium holds it between medium_send and medium_take.
 *
 * Every packet draws the same count of random numbers, whatever the options: so the n-th packet of a direction is lost
 * or not by its number and the seed alone, not by when it was sent.
 */
#ifndef OSIKIT_MEDIUM_H
#define OSIKIT_MEDIUM_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

enum medium_mode {
	MEDIUM_FULL,     /* the directions do not touch each other */
	MEDIUM_HALF,     /* packets of opposite directions that are under way at the same time collide: all are lost */
	MEDIUM_SIMPLEX   /* direction 0 only; the engine does not care */
};

enum {
	MEDIUM_HOLD_NS = 100000000  /* a packet held back for reordering goes on by itself after that */
};
#define MEDIUM_NEVER INT64_MAX

/* One direction. All zero: a perfect wire. */
struct medium_conf {
	int64_t delay_ns;        /* from the last bit sent to the last bit arrived */
	int64_t jitter_ns;       /* further delay, uniform in [0, jitter_ns); packets stay in order */
	double rate;             /* bits a second; packets wait for the one before; 0: no time at all */
	double loss, dup, reorder; /* probabilities 0 to 1, a packet */
	double ber;              /* of each bit, by medium_damage */
	/* Gilbert-Elliott: after a packet, clear turns to burst with burst_enter and back with burst_leave; in a burst a packet is lost
	 * with burst_loss (else with loss). */
	double burst_enter, burst_leave, burst_loss;
};

struct parcel {
	struct parcel *next, *prev;
	uint64_t bits;           /* in: of the packet; a parcel that is no packet (a comment) has packet false */
	bool packet;
	int64_t sent;            /* medium_send was called */
	int64_t start;           /* its first bit was sent */
	int64_t at;              /* it arrives, all of it */
	bool lost;               /* it does not */
	bool burst;              /* since a burst took it */
	bool collided;           /* since one of the other direction was under way */
	bool twice;              /* it arrives twice */
	bool late;               /* it was held back for reordering */
};

struct medium_dir {
	struct medium_conf conf;
	struct rng fate, noise;
	bool in_burst;
	int64_t free;            /* the transmitter is, from then on */
	int64_t last;            /* arrival of the latest packet in order */
	struct parcel *flying, *flying_last;   /* by time of arrival */
	struct parcel *held, *held_last;       /* for reordering, in the order of sending; at: when they go by themselves */
};

struct medium {
	enum medium_mode mode;
	struct medium_dir dir[2];
};

/* Directions 0 and 1 have random numbers of their own. */
void medium_init(struct medium *m, enum medium_mode mode, const struct medium_conf conf[2], uint64_t seed);
/* p->bits and p->packet are set; now is not before that of any call before. Says in p->lost if the packet will not arrive; a collision
 * may still come. Something that is no packet arrives with what was sent before it. */
void medium_send(struct medium *m, int dir, struct parcel *p, int64_t now);
/* Nothing more follows: what is held for reordering need not wait. */
void medium_close(struct medium *m, int dir, int64_t now);
/* When the next parcel arrives; MEDIUM_NEVER. */
int64_t medium_next(const struct medium *m, int dir);
/* The next parcel that has arrived by now, or NULL. */
struct parcel *medium_take(struct medium *m, int dir, int64_t now);
/* Flips each of the first nbits bits of b (of each octet the least significant first, as `bits` has them) with the
 * probability ber of the direction. Returns how many it flipped. */
uint64_t medium_damage(struct medium *m, int dir, uint8_t *b, uint64_t nbits);

#endif
