/* bulk.h - many packets at a time between octets and text, on all processors, in order.
 *
 * For files that can be read without waiting: capture records become lines of canonical text, or lines become records.
 */
#ifndef OSIKIT_BULK_H
#define OSIKIT_BULK_H

#include "crew.h"
#include "pkt.h"

struct bulk;

/* What a line became. */
struct bulk_packet {
	struct cap_rec rec;       /* octets borrowed until the callback returns */
	bool relative;            /* its time is after the record before */
	unsigned notes;
	const char *name;         /* of the file it came from, and its line there */
	uint64_t line;
	const struct err *error;  /* not NULL: malformed, or nothing that a capture can hold; rec is nothing then */
};

/* Text goes to out (qualified: with qualified names); packets of lines are delivered to packet(arg, ...). Both on the caller's
 * thread, in the order in which they were put in, at the latest with bulk_flush. */
struct bulk *bulk_new(struct out *out, bool qualified, void (*packet)(void *arg, const struct bulk_packet *p), void *arg);
/* A capture record, to become text; copied. */
void bulk_record(struct bulk *b, const struct cap_rec *r);
/* A line, to become a record; copied, name is borrowed until it is delivered. */
void bulk_line(struct bulk *b, const char *line, size_t n, const char *name, uint64_t number);
void bulk_flush(struct bulk *b);
void bulk_free(struct bulk *b);

#endif
