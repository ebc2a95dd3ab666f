/* stamp.c - the time of a packet, in text. */

#include "num.h"
#include "pkt.h"

char *stamp_write(char *p, const struct stamp *t)
{
	static const uint32_t scale[10] = {1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	p = num_dec(p, t->sec);
	if (t->digits) {
		*p++ = '.';
		p = num_dec0(p, t->nsec / scale[t->digits], t->digits);
	}
	return p;
}

int stamp_read(const char *s, size_t n, struct stamp *t, bool *relative, struct err *e)
{
	const char *at = s, *end = s + n;
	*relative = n && *s == '+';
	*t = (struct stamp){.set = true};
	if (n && *s == '-')
		return err_set(e, "%.*s: a time is not negative", n > 40 ? 40 : (int)n, s);
	if (*relative)
		s++;
	const char *first = s;
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		if (t->sec > (UINT64_MAX / 2 - 9) / 10)
			return err_set(e, "%.*s: too late a time", n > 40 ? 40 : (int)n, at);
		t->sec = 10 * t->sec + (uint64_t)(*s - '0');
	}
	if (s == first)
		return err_set(e, "%.*s: not a time, a layer, a field or a note", n > 40 ? 40 : (int)n, at);
	if (s < end && *s == '.') {
		for (s++; s < end && *s >= '0' && *s <= '9' && t->digits < 9; s++, t->digits++)
			t->nsec = 10 * t->nsec + (uint32_t)(*s - '0');
		if (!t->digits)
			return err_set(e, "%.*s: digits are missing after the point", n > 40 ? 40 : (int)n, at);
	}
	if (s < end)
		return err_set(e, "%.*s: a time is SECONDS or SECONDS.FRACTION with at most 9 digits",
		               n > 40 ? 40 : (int)n, at);
	for (int i = t->digits; i < 9; i++)
		t->nsec *= 10;
	return 0;
}

void stamp_add(struct stamp *t, const struct stamp *d)
{
	t->sec += d->sec;
	t->nsec += d->nsec;
	if (t->nsec >= 1000000000) {
		t->nsec -= 1000000000;
		t->sec++;
	}
	if (d->digits > t->digits)
		t->digits = d->digits;
	t->set = true;
}
