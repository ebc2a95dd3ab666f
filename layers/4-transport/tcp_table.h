/* tcp_table.h - the connections of a trace, found by their ends.
 *
 * The table grows with the connections that are open, not with the trace: those that were closed stay for a while, since
 * segments that come late belong to them, and are then ended from the one that closed first.
 */
#ifndef OSIKIT_TCP_TABLE_H
#define OSIKIT_TCP_TABLE_H

#include "tcp_tshark.h"

enum {
	CLOSED_KEPT = 4096,        /* closed connections that are kept in any case */
	CLOSED_MAX = 65536         /* and at most */
};
static const uint64_t CLOSED_NS = 240000000000; /* and between those, for 2 MSL (RFC 9293, 3.4.2: MSL is 2 minutes) */

/* What one end sent. */
struct tcp_side {
	uint64_t packets, bytes;   /* segments; octets of data in them, repeats included */
	uint32_t fins, rsts;
	uint32_t fin_end;          /* sequence number behind the first FIN */
	bool fin_acked;
};

struct tcp_conn {
	struct tcp_end end[2];     /* in the order of their octets; a way is the index of the end that sends */
	uint64_t number;           /* from 0, in the order of their first segments */
	uint64_t first_ns, last_ns;
	unsigned opener;           /* the end that sent the SYN; without one, the first segment */
	bool syn, synack;          /* were seen; */
	bool handshake;            /* and the acknowledgment of both */
	bool closed;
	unsigned first_fin;        /* the end that sent its FIN first, where side[] has FINs */
	struct tcp_side side[2];
	struct tshark_conn tshark;
	/* the table's */
	struct tcp_conn *chain;    /* in its bucket */
	struct tcp_conn *older, *newer; /* among those that are closed */
	uint64_t hash;
	uint64_t closed_ns;
};

struct tcp_table {
	struct tcp_conn **bucket;
	size_t buckets, n;         /* a power of two; connections in the table */
	uint64_t numbers;          /* connections so far */
	struct tcp_conn *oldest, *newest; /* of the closed ones */
	size_t closed;
	struct tcp_conn *spare;    /* freed structs */
	void (*ended)(const struct tcp_conn *c, void *arg); /* before a connection leaves the table; may be NULL */
	void *arg;
};

void table_init(struct tcp_table *t, void (*ended)(const struct tcp_conn *c, void *arg), void *arg);
/* The connection to which s belongs, a new one where there is none, and *way: the index of the end that sent it. *reused: another
 * connection of the same ends was ended for it. Valid until the next call. */
struct tcp_conn *table_find(struct tcp_table *t, const struct tcp_segment *s, unsigned *way, bool *reused);
/* Counts s among what c knows, and tells when it has been closed: by a RST, or by a FIN of each end acknowledged. */
void table_count(struct tcp_table *t, struct tcp_conn *c, const struct tcp_segment *s, unsigned way);
/* Ends all connections, in the order of their numbers, and frees the table. */
void table_free(struct tcp_table *t);

#endif
