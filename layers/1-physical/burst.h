/* burst.h - packets among the bits of a line: where one begins, how long it is, and what it is.
 *
 * Schemes whose bits are a line's (struct scheme: line) know nothing of packets. A packet that is not itself `bits` goes over them
 * as
 *
 *   16 flags 01111110      for the receiver to lock on
 *   64 bits                the sync word
 *   7 x 40 bits            the number of payload bits (24) and a CRC-16 over it, seven times, added up softly
 *   payload                added to a pseudo-random sequence, since over some lines long runs of equal bits are silence
 *   01111110               so that the receiver's delay is no loss
 *
 * Schemes that send bursts of their own do without that. In both the payload of a packet is an envelope (link type and length of FCS,
 * seven times, so that a frame is a frame again) and the packet's bits, octets least significant bit first.
 */
#ifndef OSIKIT_BURST_H
#define OSIKIT_BURST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BURST_EXTRA = 16 * 8 + 64 + 7 * 40 + 8, /* bits around the payload */
	BURST_MAX = 1 << 24,                     /* bits of a payload, less one */
	ENVELOPE_BITS = 7 * 24
};

/* Writes the n bits of payload with all that goes around them to out, which has room for n + BURST_EXTRA. Returns that. */
size_t burst_wrap(uint8_t *out, const uint8_t *bits, size_t n);

/* Looks for bursts in soft bits (log-likelihood ratios, negative: 1). */
struct burst_rx {
	void (*line)(void *arg, const float *llr, size_t n);     /* bits that belong to no burst, in order, late by at most HELD */
	void (*packet)(void *arg, const float *llr, size_t n, bool complete); /* a burst's payload */
	void *arg;
	/* private */
	float *held;           /* the latest bits: no sync word in them so far */
	size_t nheld;
	uint64_t late;         /* the hard bits that would be a sync word, were the latest bit the last of a header */
	float *payload;
	size_t n, want, cap;
	int state;
	uint16_t pn;
};

/* The functions may be NULL. burst_rx_free frees what grew inside. */
void burst_rx_init(struct burst_rx *b);
void burst_rx_push(struct burst_rx *b, const float *llr, size_t n);
/* The signal ended: what is held is given out, a payload that is not whole too. */
void burst_rx_end(struct burst_rx *b);
void burst_rx_free(struct burst_rx *b);

/* What a packet's bits are: link type (below 2^16) and octets of FCS at its end (0 to 15). */
struct envelope {
	uint32_t link;
	unsigned fcs;
};

/* ENVELOPE_BITS bits to out. */
void envelope_write(uint8_t *out, const struct envelope *v);
/* From the ENVELOPE_BITS soft bits at llr; the sum of the seven decides. */
void envelope_read(struct envelope *v, const float *llr);

#endif
