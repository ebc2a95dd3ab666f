/* baudot.c - the five-unit teleprinter code: International Telegraph Alphabet No. 2 (ITU-T S.1, table 1), with the figures that
 * teleprinters in the United States have on D, F, G, H, J, S, V and Z ("US TTY"). */

#include "baudot.h"

enum { SPACE = 0x04, FIGURES = 0x1b, LETTERS = 0x1f };

/* By code; 0: prints nothing. */
static const uint8_t table[2][32] = {
	{0, 'E', '\n', 'A', ' ', 'S', 'I', 'U', '\r', 'D', 'R', 'J', 'N', 'F', 'C', 'K',
	 'T', 'Z', 'L', 'W', 'H', 'Y', 'P', 'Q', 'O', 'B', 'G', 0, 'M', 'X', 'V', 0},
	{0, '3', '\n', '-', ' ', '\a', '8', '7', '\r', '$', '4', '\'', ',', '!', ':', '(',
	 '5', '"', ')', '2', '#', '6', '0', '1', '9', '?', '&', 0, '.', '/', ';', 0},
};

/* The code of c in one of the shifts; 0: it has none. */
static uint8_t find(int shift, uint8_t c)
{
	for (uint8_t k = 1; k < 32; k++)
		if (table[shift][k] && table[shift][k] == c)
			return k;
	return 0;
}

size_t baudot_encode(struct baudot *b, uint8_t c, uint8_t code[2])
{
	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	uint8_t letter = find(0, c), figure = find(1, c);
	bool figures = letter && figure ? b->figures : !letter;
	size_t n = 0;
	if (!letter && !figure)
		return 0;
	if (!b->known || figures != b->figures)
		code[n++] = figures ? FIGURES : LETTERS;
	b->known = true;
	b->figures = figures;
	code[n++] = figures ? figure : letter;
	if (c == ' ' && b->usos && b->figures)
		*b = (struct baudot){.usos = true}; /* receivers differ in where they are now: the next character says it */
	return n;
}

bool baudot_decode(struct baudot *b, uint8_t code, uint8_t *c)
{
	code &= 0x1f;
	if (code == FIGURES || code == LETTERS)
		b->figures = code == FIGURES;
	else if (code == SPACE && b->usos)
		b->figures = false;
	*c = table[b->figures][code];
	return *c != 0;
}
