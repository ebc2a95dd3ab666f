/* cp.h - what the control protocols of PPP have in common (RFC 1661, 5 and 6): code, identifier, length, and options in Configure packets.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Code      |  Identifier   |            Length             |
 * |  options, or a number of this code, and data                  ~
 */
#ifndef OSIKIT_CP_H
#define OSIKIT_CP_H

#include "tlv.h"

enum { CP_HLEN = 4, CP_REQUEST = 1, CP_REJECT = 4, CP_PROTOCOL_REJECT = 8, CP_ECHO = 9, CP_TIME_REMAINING = 13 };

extern const struct word cp_codes[];

#define CP_CODE {"code", 0, 8, DEC, ALWAYS, .dflt = CP_REQUEST, .words = cp_codes, \
	.help = "Code: 1 to 4 Configure-Request, -Ack, -Nak, -Reject; 5, 6 Terminate-Request, -Ack; 7 Code-Reject"}
#define CP_ID {"id", 8, 8, DEC, ALWAYS, .dflt = 1, .help = "Identifier, by which answers are told apart"}
#define CP_LEN {"len", 16, 16, DEC, LENGTH, .help = "Length of the packet in octets; what is behind it is padding"}

/* Octets of the header: options are part of it, `more` octets behind the first four with other codes. */
int cp_size(const uint8_t *h, size_t left, size_t more);
/* Whether a packet of this code has options. */
static inline bool cp_has_options(uint8_t code) { return code >= CP_REQUEST && code <= CP_REJECT; }
/* Reads opt= of a Configure packet. */
int cp_build(struct pkt *k, struct layer *l, const struct tlv *t, struct err *e);
writer cp_print(writer p, const struct tlv *t, const uint8_t *h, size_t hlen);

#endif
