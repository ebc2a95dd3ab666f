/* fsk.h - frequency shift keying of continuous phase: the transmitter of all its schemes, and its modem. Sans-I/O.
 *
 * A level is the value of a symbol: for two tones 1 is the mark and 0 the space, whichever is higher in that standard; for M tones
 * the bits of a symbol, the first sent the most significant, Gray-coded to the tones in rising order.
 */
#ifndef OSIKIT_FSK_H
#define OSIKIT_FSK_H

#include "modem.h"

/* What scheme.param points to. */
struct fsk_param {
	unsigned tones;     /* 2, 4, 8, .. 64 */
	bool mark_low;      /* two tones: 1 is the lower */
	double bt;          /* Gaussian filter in front of the modulator: bandwidth (-3 dB) times symbol; 0: none */
	double d2[2];       /* with the filter: squared distances of the nearest two errors, over 2 Eb */
};

extern const struct scheme fsk_schemes[];

/* The distance of neighbouring tones over the symbol rate, h. */
double fsk_index(const struct scheme *s);
#define COHERENT_BELOW 0.99
/* Whether its detector follows the phase: where h < COHERENT_BELOW; from there on the tones are told apart nearly as well without. */
bool fsk_coherent(const struct scheme *s);
/* struct modem's ideal (not with a Gaussian filter) and theory. */
uint64_t fsk_ideal(const struct scheme *s, double ebn0_db, uint64_t n, struct rng *r);
double fsk_theory(const struct scheme *s, double ebn0_db, const char **what);

struct fsk_tx;

/* NULL with e when the tones do not fit below half the rate. */
struct fsk_tx *fsk_tx_new(const struct modem_cfg *c, struct wave_sink out, struct err *e);
void fsk_tx_free(struct fsk_tx *tx);
/* Keys a level for so many symbols of time, 0 to 1e6, which need not be a whole number, nor a whole number of samples: the samples
 * fall where they fall, and no error adds up. The phase goes on from where it was. */
void fsk_tx_level(struct fsk_tx *tx, unsigned level, double symbols);
/* Ends what is keyed, and then nothing for at least so many symbols. The next level starts with phase 0 on a sample. */
void fsk_tx_silence(struct fsk_tx *tx, double symbols);
/* Gives the sink what is certain so far. */
void fsk_tx_flush(struct fsk_tx *tx);

#endif
