/* crew.c - a ring of jobs between one caller and some threads. */

#include "crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

enum { THREADS_MAX = 3, JOBS_A_THREAD = 2 }; /* more threads would wait for the one that writes; every job is memory */

enum state { FREE, READY, BUSY, DONE };

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t ready, done_one;  /* for the threads; for the caller */
	pthread_t thread[THREADS_MAX];
	unsigned threads, slots;
	enum state *state;
	char *jobs;
	size_t size;
	size_t first, next;              /* counts of jobs delivered and handed over; a job's slot is its count modulo slots */
	bool over;
	void (*work)(void *job);
	void (*done)(void *arg, void *job);
	void *arg;
};

static void *job_at(struct crew *c, size_t n)
{
	return c->jobs + n % c->slots * c->size;
}

/* Works on the oldest job that nobody has begun; false when there is none. The lock is held, but not during the work. */
static bool work_one(struct crew *c)
{
	for (size_t n = c->first; n < c->next; n++) {
		enum state *s = &c->state[n % c->slots];
		if (*s != READY)
			continue;
		*s = BUSY;
		pthread_mutex_unlock(&c->lock);
		c->work(job_at(c, n));
		pthread_mutex_lock(&c->lock);
		*s = DONE;
		pthread_cond_signal(&c->done_one);
		return true;
	}
	return false;
}

static void *thread_main(void *arg)
{
	struct crew *c = arg;
	pthread_mutex_lock(&c->lock);
	while (!c->over)
		if (!work_one(c))
			pthread_cond_wait(&c->ready, &c->lock);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* Signals are for the caller's thread. */
static void start(struct crew *c, unsigned threads)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (c->threads < threads && pthread_create(&c->thread[c->threads], NULL, thread_main, c) == 0)
		c->threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct crew *crew_new(size_t size, void (*work)(void *job), void (*done)(void *arg, void *job), void *arg)
{
	struct crew *c = xmalloc(sizeof *c);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned threads = processors < 2 ? 0 : processors - 1 > THREADS_MAX ? THREADS_MAX : (unsigned)processors - 1;
	*c = (struct crew){.slots = (threads + 1) * JOBS_A_THREAD, .size = size, .work = work, .done = done, .arg = arg};
	c->jobs = xmalloc(c->slots * size);
	memset(c->jobs, 0, c->slots * size);
	c->state = xmalloc(c->slots * sizeof *c->state);
	for (unsigned i = 0; i < c->slots; i++)
		c->state[i] = FREE;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->ready, NULL);
	pthread_cond_init(&c->done_one, NULL);
	start(c, threads);
	return c;
}

void *crew_job(struct crew *c)
{
	return job_at(c, c->next);
}

/* Delivers the oldest job, working meanwhile rather than waiting. The lock is held, but not during the delivery. */
static void deliver_one(struct crew *c)
{
	enum state *s = &c->state[c->first % c->slots];
	while (*s != DONE)
		if (!work_one(c))
			pthread_cond_wait(&c->done_one, &c->lock);
	pthread_mutex_unlock(&c->lock);
	c->done(c->arg, job_at(c, c->first));
	pthread_mutex_lock(&c->lock);
	*s = FREE;
	c->first++;
}

void crew_go(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->state[c->next++ % c->slots] = READY;
	pthread_cond_signal(&c->ready);
	while (c->next - c->first == c->slots)
		deliver_one(c);
	while (c->first < c->next && c->state[c->first % c->slots] == DONE)
		deliver_one(c);
	pthread_mutex_unlock(&c->lock);
}

void crew_drain(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->first < c->next)
		deliver_one(c);
	pthread_mutex_unlock(&c->lock);
}

void crew_free(struct crew *c, void (*release)(void *job))
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->over = true;
	pthread_cond_broadcast(&c->ready);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->threads; i++)
		pthread_join(c->thread[i], NULL);
	for (unsigned i = 0; i < c->slots; i++)
		release(job_at(c, i));
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->ready);
	pthread_cond_destroy(&c->done_one);
	free(c->state);
	free(c->jobs);
	free(c);
}
