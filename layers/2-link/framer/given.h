/* given.h - what is given to the subcommands that work by hand: bits or hex as operands, lines of them, or files of octets. Part of a
 * tool: errors end it. */
#ifndef OSIKIT_GIVEN_H
#define OSIKIT_GIVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum given_form {
	GIVEN_BITS,     /* 0s and 1s: one in each octet */
	GIVEN_DIGITS,   /* hex digits, short for four bits each, the highest first: the same */
	GIVEN_HEX,      /* two hex digits an octet */
	GIVEN_FILES     /* octets of files */
};
enum { GIVEN_MAX = 1 << 26 }; /* octets of a file that are taken as one */

struct given {
	const uint8_t *p;
	size_t n;           /* bits or octets, as the form is */
	const char *name;   /* of the file ("-"), or the text itself */
	uint64_t number;    /* from 1 */
};

/* Calls each(g, arg) for every operand; without operands for every line of standard input that is not blank, or for standard input as a
 * file. In text blanks and underscores pass. */
void given_each(enum given_form form, char **operands, int n, void (*each)(const struct given *g, void *arg), void *arg);
/* Files in blocks as they come, then each(NULL, arg, name) at the end of one. No file: standard input. */
void given_blocks(char **paths, int n, void (*each)(const struct given *block, void *arg, const char *name), void *arg);

/* Standard output, checked; the subcommands print with stdio. */
void given_end(void);

#endif
