/* err.c - how the library reports failure. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

int err_set(struct err *e, const char *fmt, ...)
{
	if (!e)
		return -1;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	return -1;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	int no = errno; /* vsnprintf may change it */
	if (!e)
		return -1;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	size_t at = n < 0 ? 0 : (size_t)n;
	if (at < sizeof e->msg)
		snprintf(e->msg + at, sizeof e->msg - at, ": %s", strerror(no));
	errno = no;
	return -1;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	struct err old;
	if (!e)
		return -1;
	old = *e;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	for (size_t i = (size_t)n, j = 0; i + 1 < sizeof e->msg; i++, j++)
		if (!(e->msg[i] = old.msg[j]))
			break;
	e->msg[sizeof e->msg - 1] = 0;
	return -1;
}
