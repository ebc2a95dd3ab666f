/* crew_test.c - jobs come back in order, each worked on once. */

#include "crew.h"

#include "test.h"

struct job {
	unsigned n, worked;
};

static unsigned delivered, disorder, undone;

static void work(void *arg)
{
	struct job *j = arg;
	volatile unsigned spin = j->n * 7919 % 5000;
	while (spin)
		spin--;
	j->worked++;
}

static void done(void *arg, void *job)
{
	struct job *j = job;
	(void)arg;
	disorder += j->n != delivered;
	undone += j->worked != 1;
	delivered++;
	j->worked = 0;
}

static void release(void *job)
{
	(void)job;
}

static void send_jobs(unsigned jobs)
{
	struct crew *c = crew_new(sizeof(struct job), work, done, NULL);
	delivered = disorder = undone = 0;
	for (unsigned n = 0; n < jobs; n++) {
		struct job *j = crew_job(c);
		j->n = n;
		crew_go(c);
	}
	crew_drain(c);
	crew_drain(c);
	crew_free(c, release);
}

TEST(jobs_come_back_in_order_and_once)
{
	send_jobs(20000);
	CHECK_INT(delivered, 20000);
	CHECK_INT(disorder, 0);
	CHECK_INT(undone, 0);
}

TEST(none_and_one)
{
	send_jobs(0);
	CHECK_INT(delivered, 0);
	send_jobs(1);
	CHECK_INT(delivered, 1);
	CHECK_INT(undone, 0);
}

TEST(drain_between_jobs_delivers_all_before)
{
	struct crew *c = crew_new(sizeof(struct job), work, done, NULL);
	delivered = disorder = undone = 0;
	for (unsigned n = 0; n < 50; n++) {
		struct job *j = crew_job(c);
		j->n = n;
		crew_go(c);
		crew_drain(c);
		CHECK_INT(delivered, n + 1);
	}
	crew_free(c, release);
}

RUN_TESTS
