/* test.h - a unit test is a program: tests/unit/NAME_test.c, with TEST functions and RUN_TESTS at its end.
 *
 * It prints TAP (one "ok N - name" or "not ok N - name" a test, "1..N" last), a "# FILE:LINE: what" for every
 * check that failed, and exits 1 when one did. A check that fails does not end its test.
 */
#ifndef OSIKIT_TEST_H
#define OSIKIT_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
	struct test_case *next;
};

static struct test_case *test_first, **test_last = &test_first;
static int test_failures;
static const char *test_skip_why;

#define TEST(id)                                                                  \
	static void id(void);                                                     \
	static struct test_case id##_case = {#id, id, NULL};                      \
	__attribute__((constructor)) static void id##_register(void)              \
	{                                                                         \
		*test_last = &id##_case;                                          \
		test_last = &id##_case.next;                                      \
	}                                                                         \
	static void id(void)

#define CHECK(cond)                                                               \
	do {                                                                      \
		if (!(cond)) {                                                    \
			test_failures++;                                          \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);       \
		}                                                                 \
	} while (0)

#define CHECK_INT(got, want)                                                                       \
	do {                                                                                       \
		long long got_ = (long long)(got), want_ = (long long)(want);                      \
		if (got_ != want_) {                                                               \
			test_failures++;                                                           \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, got_, want_); \
		}                                                                                  \
	} while (0)

#define CHECK_STR(got, want)                                                                       \
	do {                                                                                       \
		const char *got_ = (got), *want_ = (want);                                         \
		if (strcmp(got_, want_) != 0) {                                                    \
			test_failures++;                                                           \
			printf("# %s:%d: %s is\n#   %s\n# not\n#   %s\n", __FILE__, __LINE__, #got, got_, want_); \
		}                                                                                  \
	} while (0)

#define CHECK_MEM(got, want, n)                                                                    \
	do {                                                                                       \
		if (memcmp((got), (want), (n)) != 0) {                                             \
			test_failures++;                                                           \
			printf("# %s:%d: %s differs from %s\n", __FILE__, __LINE__, #got, #want);  \
		}                                                                                  \
	} while (0)

/* Ends the test that calls it as skipped: data or a privilege is missing. */
#define SKIP(why)                \
	do {                     \
		test_skip_why = (why); \
		return;          \
	} while (0)

static int test_main(void)
{
	int n = 0, bad = 0;
	for (struct test_case *t = test_first; t; t = t->next) {
		test_failures = 0;
		test_skip_why = NULL;
		t->run();
		n++;
		bad += test_failures != 0;
		printf("%s %d - %s%s%s\n", test_failures ? "not ok" : "ok", n, t->name,
		       test_skip_why ? " # SKIP " : "", test_skip_why ? test_skip_why : "");
		fflush(stdout);
	}
	printf("1..%d\n", n);
	return bad || n == 0;
}

#define RUN_TESTS             \
	int main(void)        \
	{                     \
		return test_main(); \
	}

#endif
