/* tcp_tshark.h - what tshark's tcp.analysis would say of each segment of a connection.
 *
 * The rules are those of tshark 4.0 with its defaults: sequence numbers, acknowledgments, windows and times alone decide; SACK,
 * timestamps, IP identification and the side of the capture are not looked at. They are wrong in known ways (fast retransmissions
 * that repair several holes in one round trip become out-of-order, duplicates by the network become retransmissions): this is
 * the verdict to compare with, not the better one.
 */
#ifndef OSIKIT_TCP_TSHARK_H
#define OSIKIT_TCP_TSHARK_H

#include "tcp_segment.h"

/* The verdicts: bit i is word i of tshark_words. */
enum tshark_verdict {
	TS_RETRANSMISSION = 1 << 0,
	TS_FAST = 1 << 1,                /* together with TS_RETRANSMISSION, as is the next */
	TS_SPURIOUS = 1 << 2,
	TS_OUT_OF_ORDER = 1 << 3,
	TS_DUP_ACK = 1 << 4,
	TS_LOST = 1 << 5,
	TS_ACK_LOST = 1 << 6,
	TS_ZERO_WINDOW = 1 << 7,
	TS_ZERO_PROBE = 1 << 8,
	TS_ZERO_PROBE_ACK = 1 << 9,
	TS_WINDOW_FULL = 1 << 10,
	TS_WINDOW_UPDATE = 1 << 11,
	TS_KEEP_ALIVE = 1 << 12,
	TS_KEEP_ALIVE_ACK = 1 << 13,
	TS_REUSED_PORTS = 1 << 14,
	TS_VERDICTS = 15
};

/* The names of the fields of tcp.analysis, without that prefix. */
extern const char *const tshark_words[TS_VERDICTS];

struct tshark_sent {               /* a segment that is not acknowledged */
	uint32_t seq, end;
	uint32_t order;            /* in which it was captured */
	uint64_t ns;
};

/* Those of one direction, by sequence number: then an acknowledgment looks only at those that it removes. Where a segment lies within
 * another, or the numbers span more than half of their space, the list is mixed: it is looked through as a whole. */
struct tshark_list {
	struct tshark_sent *v;     /* owned; v[first .. first+n-1] */
	uint32_t first, n, cap;
	uint32_t orders;           /* segments so far */
	bool mixed;
};

/* One direction. Numbers are raw; 0 in next, max_ack and last_ack says "none yet", as in tshark. */
struct tshark_flow {
	uint32_t base;             /* initial sequence number, or one before the first number seen */
	uint32_t next;             /* highest sequence number seen, and one */
	uint32_t max_ack;          /* end of what was seen without a gap */
	uint32_t last_ack;         /* of the last segment */
	uint32_t dup_acks;         /* UINT32_MAX: after an acknowledgment of what was not seen */
	uint32_t last_flags;       /* verdicts of the last segment */
	int32_t window;            /* of the last segment, not scaled; -1: none yet */
	int8_t scale;              /* see TS_SCALE_* */
	bool based;                /* base is known */
	bool first_window;         /* the window is that of a SYN, which is never scaled (RFC 7323, 2.2) */
	bool flight_known;         /* bytes in flight are not in doubt by a gap in the capture */
	uint32_t sacked;           /* octets in the SACK blocks of the last segment */
	uint64_t next_ns, last_ack_ns; /* when next and last_ack were set */
	struct tshark_list unacked;
};

enum { TS_SCALE_UNKNOWN = -1, TS_SCALE_UNUSED = -2 };

struct tshark_conn {
	struct tshark_flow flow[2];
	uint64_t syn_ns;           /* latest SYN without ACK; 0: none */
	uint64_t irtt_ns;          /* from it to the first ACK without SYN; 0: not known */
};

struct tshark_said {
	uint32_t verdicts;         /* enum tshark_verdict */
	uint32_t flight;           /* octets in flight behind this segment; 0: not said */
	bool has_rtt;
	int64_t rtt_ns;            /* since the segment that this one acknowledges; clocks that run backwards make it negative */
};

void tshark_init(struct tshark_conn *c);
/* Frees what the connection owns. */
void tshark_free(struct tshark_conn *c);
/* Whether segment s in direction `way` (0 or 1) begins a new connection between the same ends: a SYN with another initial sequence
 * number. The caller then starts with a new struct, and sets TS_REUSED_PORTS in what the next function says of s. */
bool tshark_begins(const struct tshark_conn *c, const struct tcp_segment *s, unsigned way);
/* What tshark would say of s, the next segment of the connection; way: its direction, 0 or 1. */
void tshark_segment(struct tshark_conn *c, const struct tcp_segment *s, unsigned way, struct tshark_said *said);

#endif
