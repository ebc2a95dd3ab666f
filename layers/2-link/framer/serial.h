/* serial.h - frames of serial lines, which have a CRC behind them: ax25, hdlc, ppp. As bits: flags and zero-bit insertion
 * (ISO/IEC 13239, 4.3.1); as octets: flags and escapes (ISO/IEC 13239, 4.3.2; RFC 1662, 4). */
#ifndef OSIKIT_SERIAL_H
#define OSIKIT_SERIAL_H

#include "2-link/framer/framing.h"

struct serial {
	const struct proto *proto;
	uint32_t link;                                     /* link type of a frame without its check sequence */
	size_t min, max;                                   /* its octets */
	bool octets;                                       /* it has a form of octets; else octets are bits, the lowest first */
	bool strip;                                        /* -d takes the header off a packet of an upper layer */
	const struct pkt *(*header)(struct pipe *p);       /* the packet at hand with a header of this kind; it has none */
	bool (*plausible)(const uint8_t *p, size_t n);     /* what is checked of a frame that was guessed at; NULL: nothing */
	double plausible_noise;                            /* how often noise is that */
};

void serial_frame(struct pipe *p, const struct serial *s);
void serial_deframe(struct pipe *p, const struct serial *s);
void serial_end(struct pipe *p, const struct serial *s);

/* The octets of the packet at hand as a frame, its check sequence behind; their number. Lent until the next call. */
size_t serial_octets(struct pipe *p, const struct serial *s, const uint8_t **b);
/* Writes the packet of a frame, its check sequence behind; false: that does not fit. */
bool serial_found(struct pipe *p, const struct serial *s, const uint8_t *b, size_t n, const char *note);
/* More bits of a medium; q: their confidences as hex digits, or NULL. */
void serial_bits(struct pipe *p, const struct serial *s, const uint8_t *b, size_t n, const char *q);

extern const struct serial ax25_serial;

/* The control characters that are escaped in the octets of k. */
uint32_t ppp_accm(const struct pkt *k);

#endif
