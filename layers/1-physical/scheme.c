/* scheme.c - the list of all modulation schemes. */

#include <string.h>

#include "modem.h"

/* A line for each file of schemes: extern const struct scheme NAME_schemes[]; */
extern const struct scheme fsk_schemes[];
extern const struct scheme linear_schemes[];
extern const struct scheme psk_schemes[];
extern const struct scheme g3ruh_schemes[];
extern const struct scheme dsss_schemes[];
extern const struct scheme linecode_schemes[];

static const struct scheme *const tables[] = {
	fsk_schemes,
	linear_schemes,
	psk_schemes,
	g3ruh_schemes,
	dsss_schemes,
	linecode_schemes,
	NULL,
};

const struct scheme *scheme_at(size_t i)
{
	for (size_t t = 0; tables[t]; t++)
		for (const struct scheme *s = tables[t]; s->name; s++)
			if (i-- == 0)
				return s;
	return NULL;
}

const struct scheme *scheme_find(const char *name)
{
	const struct scheme *s;
	for (size_t i = 0; (s = scheme_at(i)) && strcmp(s->name, name) != 0; i++)
		;
	return s;
}
