/* octet_stuff.h - frames in a stream of octets: escapes of PPP and HDLC (RFC 1662, 4; ISO/IEC 13239, 4.3.2), SLIP (RFC 1055), COBS
 * (Cheshire and Baker, Consistent Overhead Byte Stuffing, IEEE/ACM Trans. Networking 7(2), 1999). Sans-I/O. */
#ifndef OSIKIT_OCTET_STUFF_H
#define OSIKIT_OCTET_STUFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PPP_FLAG = 0x7e, PPP_ESC = 0x7d, PPP_XOR = 0x20 };                          /* RFC 1662, 4.1, 4.2 */
enum { SLIP_END = 0xc0, SLIP_ESC = 0xdb, SLIP_ESC_END = 0xdc, SLIP_ESC_ESC = 0xdd }; /* RFC 1055 */
enum { COBS_END = 0, COBS_RUN = 254 };                                             /* octets of a run without a zero at most */

/* Octets with those that mean something escaped, without flags around them; returns their number. accm: bit i set: the control
 * character i, 0 to 31, is escaped too (RFC 1662, 7.1). Room in out: 2 n for ppp and slip, n + n / 254 + 1 for cobs. */
size_t ppp_stuff(uint8_t *out, const uint8_t *p, size_t n, uint32_t accm);
size_t slip_stuff(uint8_t *out, const uint8_t *p, size_t n);
size_t cobs_stuff(uint8_t *out, const uint8_t *p, size_t n);
/* The inverse, of octets between two flags; -1: they are not of this code, and *bad is the index of the octet that is wrong. out may
 * be p. */
long ppp_unstuff(uint8_t *out, const uint8_t *p, size_t n, size_t *bad);
long slip_unstuff(uint8_t *out, const uint8_t *p, size_t n, size_t *bad);
long cobs_unstuff(uint8_t *out, const uint8_t *p, size_t n, size_t *bad);

enum octet_code { OCTETS_PPP, OCTETS_SLIP, OCTETS_COBS };

/* Why what stood between two flags is no frame. */
enum octet_drop {
	OCTETS_SHORT,   /* fewer than min octets */
	OCTETS_ABORT,   /* an escape before the flag: the sender gave it up (RFC 1662, 4.3) */
	OCTETS_BAD,     /* an escape, or a COBS code, that cannot be */
	OCTETS_LONG,    /* more than max octets */
	OCTETS_CHECK,   /* told by the caller's frame function */
	OCTETS_CUT      /* the stream ended in it */
};

/* A receiver. */
struct octet_rx {
	enum octet_code code;
	size_t min, max;                                              /* octets of a frame */
	uint32_t accm;                                                /* PPP: control characters that are no data unless escaped */
	bool (*frame)(void *arg, const uint8_t *p, size_t n);         /* false: damaged, by a check that it has */
	/* At most max octets; escapes are still in where they are wrong, or where the frame was cut, given up or too long. */
	void (*drop)(void *arg, enum octet_drop why, const uint8_t *p, size_t n);
	void *arg;
	/* private */
	uint8_t *buf;          /* as it came, without flags */
	size_t n, cap;
	bool inside, lost;     /* behind a flag; longer than it can be */
};

/* What stands above is the caller's. PPP begins at the first flag, the others at once. */
void octet_rx_init(struct octet_rx *r);
void octet_rx_push(struct octet_rx *r, const uint8_t *p, size_t n);
/* The stream ends: what is inside is cut. */
void octet_rx_end(struct octet_rx *r);
void octet_rx_free(struct octet_rx *r);

#endif
