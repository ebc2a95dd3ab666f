/* crc_catalog.h - the CRC algorithms in use, by name. */
#ifndef OSIKIT_CRC_CATALOG_H
#define OSIKIT_CRC_CATALOG_H

#include "crc.h"

/* A row of G. Cook, "Catalogue of parametrised CRC algorithms". */
struct crc_entry {
	const char *name;
	struct crc_params p;
	crc_word check;         /* of the nine octets "123456789" */
	crc_word residue;       /* crc_residue */
	const char *aliases;    /* separated by blanks; NULL: none */
};

enum { CRC_NEAR = 5 };

/* All, ended by a row without a name. */
extern const struct crc_entry crc_catalog[];

/* The entry of this name or alias, upper or lower case; NULL: none. */
const struct crc_entry *crc_find(const char *name);
/* The entry of just these parameters, or NULL. */
const struct crc_entry *crc_same(const struct crc_params *p);
/* Names that are like a wrong one, the nearest first: how many, at most CRC_NEAR. */
int crc_near(const char *name, const char *near[CRC_NEAR]);

#endif
