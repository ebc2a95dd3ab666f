/* async_trellis.h - the likeliest sequence of characters, rests and silences in the tones of a start-stop signal.
 *
 * A Viterbi search in steps of an eighth of a symbol. Its states are what the line may be doing (silent, at rest, so many bits into
 * a character that began at one of the eight moments of a symbol) and how many spaces were sent, modulo the number of phases
 * that they can turn the signal through. Start and stop bits are symbols that the search knows; rests have any length. Each
 * survivor follows the carrier's phase and frequency on its own (R. Raheli, A. Polydoros, C. Tzou, "Per-survivor processing",
 * IEEE Trans. Comm. 43(2/3/4), 1995).
 */
#ifndef OSIKIT_ASYNC_TRELLIS_H
#define OSIKIT_ASYNC_TRELLIS_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp.h"

enum { ASYNC_STEPS = 8 }; /* of the search, a symbol */

struct async_trellis;

struct async_trellis_cfg {
	double turn;        /* cycles by which a space falls behind a mark: (mark - space) / baud */
	int data_bits;      /* 5 to 8 */
	int parity;         /* 0 none, 1 odd, 2 even */
	double stop_bits;   /* the least */
	bool sync;          /* no start and stop bits: octets without gaps behind octets sync_octet */
	uint8_t sync_octet;
};

enum async_kind { ASYNC_START, ASYNC_CHAR, ASYNC_STOP };

struct async_event {
	enum async_kind kind;
	int64_t step;       /* when: of a character the beginning of its first data bit */
	unsigned bits;      /* the first sent in the least significant bit; without parity */
	double confidence;  /* nats: against its rivals that begin at the same moment, and against rest */
	double offset;      /* cycles a symbol of carrier offset that is left */
};

struct async_trellis *async_trellis_new(const struct async_trellis_cfg *c);
void async_trellis_free(struct async_trellis *t);
/* For tests: no instructions but those that all processors have. The results are the same, bit for bit. */
void async_trellis_plain(struct async_trellis *t);
/* Begins anew, in silence, before step number step. What happened up to step taken is not given again.
 * coherent: follows the phase; false: goes by the magnitudes of the tones alone. */
void async_trellis_reset(struct async_trellis *t, int64_t step, int64_t taken, bool coherent);
int64_t async_trellis_taken(const struct async_trellis *t);
/* What a symbol looks like: |sum of a step's samples| times ASYNC_STEPS, and its energy over the noise density. */
void async_trellis_scale(struct async_trellis *t, double amplitude, double es_n0);
/* The next step's samples against the mark tone and the space tone (both of phase 0 at step 0), summed. */
void async_trellis_step(struct async_trellis *t, struct cf mark, struct cf space);
/* How much likelier, in nats, the best of all is than silence all the time. */
double async_trellis_score(const struct async_trellis *t);
/* Cycles a symbol that its carrier is off. */
double async_trellis_offset(const struct async_trellis *t);
/* The best of all is silent now. */
bool async_trellis_silent(const struct async_trellis *t);
/* The next thing that happened at least delay steps ago, in order; false: none. */
bool async_trellis_take(struct async_trellis *t, int64_t delay, struct async_event *e);

#endif
