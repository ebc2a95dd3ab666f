/* modem.h - what all modems share: the table of schemes, and the interface of transmitters and receivers.
 *
 * Engines are sans-I/O: bits go in and samples come out, samples go in and soft bits come out, in blocks of any size, and nothing
 * passes from a transmitter to a receiver but the samples. A signal is real (what a sound card plays), float, full scale +-1.
 *
 * A soft bit is a log-likelihood ratio, L = ln(P(bit = 0) / P(bit = 1)): its sign is the bit (negative: 1), its magnitude how
 * sure the receiver is, calibrated as well as it can (Hagenauer, Offer, Papke 1996).
 */
#ifndef OSIKIT_MODEM_H
#define OSIKIT_MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp.h"
#include "err.h"
#include "rng.h"

struct modem;

/* A row of the table: what -m takes and --schemes lists. A file of schemes has an array of them, ended by a row without a name,
 * which scheme.c lists. */
struct scheme {
	const char *name;        /* "qpsk" */
	const char *title;       /* "quadrature phase shift keying" */
	const char *standard;    /* "ITU-T V.26", or "" */
	const struct modem *modem;
	unsigned bits;           /* a symbol */
	double baud;             /* symbols a second, where -b does not say otherwise */
	double centre_hz;        /* carrier, or the middle of the tones; 0: baseband */
	double shift_hz;         /* FSK: from the lowest tone to the highest; else 0 */
	double bandwidth_hz;     /* occupied (FSK: by Carson's rule; shaped: (1+rolloff) baud) at these figures */
	int variant;             /* the engine's own */
	const void *param;       /* the engine's own */
	bool nrzi;               /* packet text: 0 is a change, 1 none */
	bool line;               /* its bits are a line's: sent as they are, a receiver gives all it hears. False: in bursts that
	                          * the modem opens, counts and closes, so that a receiver gives what was sent and no bit more */
};

struct modem_cfg {
	const struct scheme *scheme;
	double rate_hz;          /* samples a second */
	double baud;             /* 0: the scheme's; so are the next two */
	double centre_hz, shift_hz;
	double rolloff;          /* of root-raised-cosine pulses; 0: the scheme's */
	double amplitude;        /* transmitters: peak of the samples, about; 0: 0.5 */
};

/* Where a transmitter puts samples. */
struct wave_sink {
	void (*put)(void *arg, const float *x, size_t n);
	void *arg;
};

/* What a receiver knows of a run of bits; NAN where it does not. */
struct lock {
	double start_s, end_s;   /* seconds of signal from the first sample pushed */
	double ebn0_db;          /* as measured by the receiver itself */
	double offset_hz;        /* carrier offset that it found */
	double clock_ppm;        /* symbol clock against the nominal: positive is faster */
	bool coherent;           /* phase was followed; false: the fallback */
	bool complete;           /* bursts: all the bits that were announced are there; lines: always true */
};

/* Where a receiver puts what it finds. Any of the functions may be NULL. */
struct soft_sink {
	void (*start)(void *arg, double start_s);              /* a signal: a run of bits begins */
	void (*bits)(void *arg, const float *llr, size_t n);
	void (*stop)(void *arg, const struct lock *lock);      /* it ended */
	void (*symbols)(void *arg, const struct cf *s, size_t n); /* for pictures: at the moments of decision, carrier removed, the
	                                                        * constellation's mean power 1 */
	void (*eye)(void *arg, const struct cf *y, size_t n, double phase, double per_symbol); /* behind the matched filter: phase is the
	                                                        * first sample's place in its symbol (0..1, 0.5 the decision) */
	void *arg;
};

/* An engine. new: NULL with e set when the configuration cannot be (a rate too low for the tones: the message says what is
 * needed). Objects are the caller's, who frees them. */
struct modem {
	const char *family;
	void *(*tx_new)(const struct modem_cfg *c, struct wave_sink out, struct err *e);
	void (*tx_send)(void *tx, const uint8_t *bits, size_t n);  /* a burst; bits[j] is 0 or 1. It begins and ends in silence */
	void (*tx_free)(void *tx);
	void *(*rx_new)(const struct modem_cfg *c, struct soft_sink out, struct err *e);
	void (*rx_push)(void *rx, const float *x, size_t n);
	void (*rx_end)(void *rx);                                  /* no more: gives what is still inside */
	void (*rx_free)(void *rx);
	/* Sends n random bits through the best detector there is with timing and phase known, at Eb/N0 in dB; how many were wrong.
	 * For schemes whose theory() is exact or an asymptote. Block by block, so that n may be 1e9. */
	uint64_t (*ideal)(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r);
	/* The mean energy of a payload bit, Eb: the sum of the squares of its samples divided by their rate, over a long run of random
	 * bits; what a burst has besides (its beginning, its header, pilots) is not counted. White noise with the standard deviation
	 * sqrt(Eb / 10^(Eb/N0 in dB / 10) / 2 * rate_hz) a sample has N0 = Eb / (Eb/N0). */
	double (*bit_energy)(const struct modem_cfg *c);
	/* The closed form of the bit error rate over white Gaussian noise; NAN where there is none. *what: the formula and its source
	 * ("Q(sqrt(2 Eb/N0)); Proakis 4.3-13"), may be NULL. */
	double (*theory)(const struct scheme *s, double ebn0_db, const char **what);
};

/* By name; NULL. */
const struct scheme *scheme_find(const char *name);
/* The i-th of all, NULL behind the last. */
const struct scheme *scheme_at(size_t i);

#endif
