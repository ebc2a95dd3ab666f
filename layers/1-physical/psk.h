/* psk.h - phase modulation as telephone modems and packet radio do it: a differential phase step a symbol, in rectangular pulses. */
#ifndef OSIKIT_PSK_H
#define OSIKIT_PSK_H

#include "modem.h"

/* How many half steps of 2 pi / phases each symbol turns besides what its bits say: none (V.26 alternative A, V.27), one (V.26
 * alternative B), or, in a receiver, whichever it finds. */
enum psk_turn { PSK_STRAIGHT, PSK_TURNED, PSK_EITHER };

struct psk_code {
	unsigned bits;        /* a symbol */
	unsigned phases;      /* 2^bits */
	const uint8_t *step;  /* by the bits, first bit highest: how far the phase moves, in units of 2 pi / phases */
	enum psk_turn turn;   /* PSK_EITHER transmits as PSK_TURNED does */
};

extern const struct scheme psk_schemes[];

/* The receiver, for psk.c's table (see struct modem). */
void *psk_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e);
void psk_rx_push(void *rx, const float *x, size_t n);
void psk_rx_end(void *rx);
void psk_rx_free(void *rx);

/* The least samples a symbol. */
#define PSK_OVERSAMPLING 4.5

#endif
