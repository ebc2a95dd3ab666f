/* err.h - how the library reports failure.
 *
 * A function that can fail returns -1 (or NULL) and leaves one line, without the
 * name of the tool and without a line feed, in the caller's struct err. The
 * library never prints and never exits; a tool's main decides (tool.h).
 */
#ifndef OSIKIT_ERR_H
#define OSIKIT_ERR_H

struct err {
	char msg[512];
};

/* Formats the message as printf does (cut to the size of msg). Always returns -1,
 * so that a function can end with `return err_set(e, ...)`. e may be NULL. */
int err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same with ": " and strerror(errno) after it. */
int err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts more words before a message that is there. Always returns -1. */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
