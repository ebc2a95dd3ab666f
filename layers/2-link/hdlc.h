/* hdlc.h - frames in a stream of bits: flags, zero-bit insertion, abort (ISO/IEC 13239, 4.3; AX.25 2.2, 3.6). Sans-I/O.
 *
 * Bits are packed, the first in the least significant bit, as packet text and struct pkt have them and as HDLC sends octets.
 */
#ifndef OSIKIT_HDLC_H
#define OSIKIT_HDLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HDLC_FLAG = 0x7e };

/* A growing string of bits. */
struct bits {
	uint8_t *p;     /* bits behind the last are 0 */
	size_t n;       /* bits */
	size_t cap;     /* octets */
};

void bits_put(struct bits *b, uint64_t v, unsigned n);   /* the n (at most 57) low bits of v, the lowest first */
void bits_free(struct bits *b);

/* Appends flags. */
void hdlc_put_flags(struct bits *b, size_t flags);
/* Appends octets with a 0 inserted behind five 1s, without flags; *ones, 0 behind a flag, goes from one call to the next. */
void hdlc_put_octets(struct bits *b, const uint8_t *p, size_t n, unsigned *ones);

/* Why what stood between two flags is no frame. */
enum hdlc_drop {
	HDLC_SHORT,     /* fewer octets than a frame has: noise, or flags that share a 0 */
	HDLC_ODD,       /* not whole octets */
	HDLC_ABORT,     /* seven 1s */
	HDLC_LONG,      /* more than max octets */
	HDLC_CHECK      /* its frame check sequence does not fit (told by the caller's frame function) */
};

/* A receiver. */
struct hdlc_rx {
	size_t min, max;                                              /* octets of a frame, its check sequence included */
	/* A frame of whole octets, check sequence included: true when it fits. raw: its bits as they came, stuffing included, one an octet,
	 * and conf how sure the receiver was of each (0 to 15), where keep_raw is set; else NULL. */
	bool (*frame)(void *arg, const uint8_t *p, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw);
	void (*drop)(void *arg, enum hdlc_drop why, const uint8_t *p, size_t bits, const uint8_t *raw, const uint8_t *conf, size_t nraw);
	void *arg;
	bool keep_raw;
	/* private */
	uint8_t *buf;          /* the frame so far */
	uint64_t acc;          /* its last bits */
	unsigned nacc;
	size_t n;              /* octets in buf */
	unsigned ones;         /* 1s in a row, up to 7 */
	bool inside;           /* a flag has been seen, and no abort since */
	uint8_t *raw, *conf;
	size_t nraw, capraw;
};

/* min, max, frame, drop, arg and keep_raw are the caller's. */
void hdlc_rx_init(struct hdlc_rx *h);
/* n bits from bit `at` of p on; q: their confidences as hex digits (of bit `at` first), or NULL: sure. */
void hdlc_rx_push(struct hdlc_rx *h, const uint8_t *p, size_t at, size_t n, const char *q);
/* The stream is interrupted: what is inside is no frame. */
void hdlc_rx_reset(struct hdlc_rx *h);
void hdlc_rx_free(struct hdlc_rx *h);

/* Takes the stuffing out of n bits (one an octet) between flags. Octets written to out (room for n / 8), or -1 when they are not whole,
 * or a flag or abort stands in them. */
long hdlc_unstuff(uint8_t *out, const uint8_t *raw, size_t n);

#endif
