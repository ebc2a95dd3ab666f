/* async.h - characters with start and stop bits on continuous-phase FSK, as teleprinters, Bell 103 modems and minimodem speak it.
 *
 * A line at rest is mark (1). A character is a start bit (space, 0), its data bits, least significant first, perhaps a parity bit,
 * and a stop bit of mark that is at least so long (ITU-T V.4; TIA-232). Characters begin at any moment. Sans-I/O.
 *
 * SAME (47 CFR 11.31) has no start and stop bits: its octets follow each other behind a preamble of 16 octets 0xab.
 */
#ifndef OSIKIT_ASYNC_H
#define OSIKIT_ASYNC_H

#include "modem.h"

struct async_cfg {
	const struct scheme *scheme; /* of fsk_schemes, with two tones */
	double rate_hz;          /* samples a second */
	double baud;             /* 0: the scheme's; so are the next two */
	double centre_hz, shift_hz;
	double amplitude;        /* transmitter: peak of the samples; 0: 0.5 */
	int data_bits;           /* 5 to 8 */
	int parity;              /* 0 none, 1 odd, 2 even */
	double stop_bits;        /* 1 to 3; a receiver is content with half a bit less */
	bool baudot;             /* 5 data bits: octets are converted (baudot.h) */
	bool usos;               /* baudot: a space shifts back to letters */
	bool sync;               /* no start and stop bits, a preamble instead */
	bool invert;             /* mark and space exchanged */
	bool noncoherent;        /* receiver: never tries to follow the phase */
};

/* 8N1 unless the scheme says otherwise: rtty and tdd are Baudot with 1.5 and 2 stop bits, same is synchronous. */
void async_default(struct async_cfg *c, const struct scheme *s);
/* -1 with e when the scheme or the form of characters cannot be. */
int async_check(const struct async_cfg *c, struct err *e);
/* Line bits of a character: start, data, parity, stop. */
double async_char_bits(const struct async_cfg *c);

struct async_tx;

/* NULL with e when the configuration cannot be. */
struct async_tx *async_tx_new(const struct async_cfg *c, struct wave_sink out, struct err *e);
/* Sends octets, the first behind a leader of two mark bits (sync: the preamble). */
void async_tx_send(struct async_tx *tx, const uint8_t *p, size_t n);
/* So many bits of mark between characters: a pause in which the line rests. */
void async_tx_idle(struct async_tx *tx, double bits);
/* Gives the sink what is certain so far: for live input. */
void async_tx_flush(struct async_tx *tx);
/* Ends the transmission by a trailer of two mark bits; another may follow. */
void async_tx_end(struct async_tx *tx);
/* Octets that had no place in the code (Baudot; more bits than a character has), and were left out. */
uint64_t async_tx_skipped(const struct async_tx *tx);
void async_tx_free(struct async_tx *tx);

/* Where a receiver puts what it finds. Any of the functions may be NULL. */
struct byte_sink {
	void (*start)(void *arg, double t_s);             /* a signal begins */
	/* An octet. confidence: how much likelier it is than the next best, in nats; t_s: of its start bit. */
	void (*byte)(void *arg, uint8_t c, double confidence, double t_s);
	void (*stop)(void *arg, const struct lock *lock); /* it ended */
	void *arg;
};

struct async_rx;

/* NULL with e when the configuration cannot be, or the rate is too low for the tones. */
struct async_rx *async_rx_new(const struct async_cfg *c, struct byte_sink out, struct err *e);
/* Takes n samples, of any value. */
void async_rx_push(struct async_rx *rx, const float *x, size_t n);
/* No more: gives what is still inside. */
void async_rx_end(struct async_rx *rx);
void async_rx_free(struct async_rx *rx);

#endif
