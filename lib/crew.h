/* crew.h - work in bulk on all processors, delivered in order.
 *
 * The caller fills jobs one after the other; threads of the crew, and the caller when it would have to wait, work on them; the
 * caller gets them back in the order in which it filled them. A job's memory is used again and again.
 */
#ifndef OSIKIT_CREW_H
#define OSIKIT_CREW_H

#include <stddef.h>

struct crew;

/* Jobs of size octets, zeroed once. work(job) is called on any thread and touches nothing but its job; done(arg, job) is called on the
 * caller's, in order. Threads: one fewer than there are processors, and 3 at most; with a single processor all is done by the caller. */
struct crew *crew_new(size_t size, void (*work)(void *job), void (*done)(void *arg, void *job), void *arg);
/* The job to fill next. It stays the same until crew_go. */
void *crew_job(struct crew *c);
/* Hands the filled job over; delivers jobs that are done while no other is free. */
void crew_go(struct crew *c);
/* Waits for all jobs handed over and delivers them. */
void crew_drain(struct crew *c);
/* Calls done(arg, job) no more; ends the threads; release(job) for each job's memory. */
void crew_free(struct crew *c, void (*release)(void *job));

#endif
