/* tcp_segment.h - what an observer of TCP needs to know of a packet (RFC 9293, 3.1; RFC 7323; RFC 2018).
 *
 * Read out of the layers that pkt_decode or pkt_read found, without text in between.
 */
#ifndef OSIKIT_TCP_SEGMENT_H
#define OSIKIT_TCP_SEGMENT_H

#include "pkt.h"

enum tcp_flag { /* RFC 9293, 3.1, Control bits */
	TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32, TCP_ECE = 64, TCP_CWR = 128
};

enum {
	TCP_SACKS = 4,         /* RFC 2018, 3: blocks that fit into 40 octets of options at most */
	TCP_SCALE_MAX = 14     /* RFC 7323, 2.3 */
};

/* An end of a connection: address and port, as octets in the order of the network. IPv4: the last 12 octets of addr are 0. */
struct tcp_end {
	uint8_t addr[16];
	uint8_t port[2];
	uint8_t family;            /* 4 or 6; 0: no IP around it */
	uint8_t zero;
};

struct tcp_sack { uint32_t left, right; }; /* RFC 2018, 3 */

struct tcp_segment {
	struct tcp_end src, dst;
	uint64_t ns;               /* when: nanoseconds since the epoch, modulo 2^64; 0 without a time */
	uint32_t seq, ack;
	uint32_t len;              /* octets of data on the wire, as IP's lengths say, whatever was captured */
	uint16_t flags;            /* enum tcp_flag */
	uint16_t win;              /* as it stands, not scaled */
	uint16_t mss;              /* option; 0: absent */
	int8_t scale;              /* option Window Scale, at most TCP_SCALE_MAX; -1: absent */
	bool sack_ok, has_ts;      /* options */
	uint8_t nsacks;            /* SACK blocks */
	uint32_t tsval, tsecr;
	struct tcp_sack sack[TCP_SACKS];
};

/* Sequence numbers are compared modulo 2^32 (RFC 9293, 3.4). */
static inline bool seq_lt(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool seq_le(uint32_t a, uint32_t b) { return (int32_t)(a - b) <= 0; }

/* Octets of sequence space: the data, and one where SYN or FIN is set (both together count as one here, as in tshark). */
static inline uint32_t segment_space(const struct tcp_segment *s)
{
	return s->len + ((s->flags & (TCP_SYN | TCP_FIN)) != 0);
}

/* Finds the next segment of k from layer *at on (0 at first), sets *at behind it and fills s: true; false when there is none left.
 * Left out are the quotes of ICMP errors, fragments, and headers whose lengths cannot be true. A header cut short by the
 * capture counts as long as its fixed part is there. */
bool segment_next(const struct pkt *k, unsigned *at, struct tcp_segment *s);

#endif
