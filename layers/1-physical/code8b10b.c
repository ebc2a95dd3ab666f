/* code8b10b.c - 8b/10b (A. X. Widmer, P. A. Franaszek, IBM J. Res. Develop. 27 (5), 1983; IEEE 802.3, 36.2.4).
 *
 * The octet HGFEDCBA is D.x.y with x = EDCBA and y = HGF; x becomes abcdei, y becomes fghj, sent in this order. A
 * group has as many ones as zeros, or two more of one: then it exists in two forms, and the running disparity says
 * which is sent.
 */

#include "linecode_impl.h"

/* With negative running disparity; the bit sent first is the most significant. IEEE 802.3, tables 36-1 and 36-2. */
static const uint8_t six[32] = {
	047, 035, 055, 061, 065, 051, 031, 070, 071, 045, 025, 064, 015, 054, 034, 027,
	033, 043, 023, 062, 013, 052, 032, 072, 063, 046, 026, 066, 016, 056, 036, 053,
};
static const uint8_t four[8] = {013, 011, 05, 014, 015, 012, 06, 016};
static const uint8_t four_k[8] = {013, 06, 012, 014, 015, 05, 011, 07};

enum { SIX_K28 = 017, FOUR_A7 = 07 };

static int ones(unsigned v) { return __builtin_popcount(v); }

/* K28.y, and K.x.7 for x = 23, 27, 29, 30. */
static bool is_k(unsigned octet)
{
	unsigned x = octet & 31, y = octet >> 5;
	return x == 28 || (y == 7 && (x == 23 || x == 27 || x == 29 || x == 30));
}

/* A.7 instead of P.7, or five equal bits would stand in a row over the border. */
static bool alternate(unsigned x, int rd)
{
	return rd < 0 ? x == 17 || x == 18 || x == 20 : x == 11 || x == 13 || x == 14;
}

unsigned code8b10b_group(uint16_t s, int rd)
{
	unsigned x = s & 31, y = s >> 5 & 7;
	bool k = s & LINE_CONTROL;
	unsigned a = k && x == 28 ? SIX_K28 : six[x];
	if (rd > 0 && (ones(a) != 3 || x == 7))
		a ^= 077;
	if (ones(a) != 3)
		rd = -rd;
	unsigned b = k ? four_k[y] : y == 7 && alternate(x, rd) ? FOUR_A7 : four[y];
	if (rd > 0 && (k || ones(b) != 2 || y == 3))
		b ^= 017;
	return a << 4 | b;
}

void code8b10b_encode(struct line *l, const uint16_t *s, size_t n, uint16_t *bits)
{
	if (!l->disparity)
		l->disparity = -1;
	for (size_t i = 0; i < n; i++) {
		unsigned group = code8b10b_group(s[i], l->disparity);
		if (ones(group) != 5)
			l->disparity = (int8_t)-l->disparity;
		for (unsigned j = 0; j < 10; j++)
			*bits++ = group >> (9 - j) & 1;
	}
}

/* The symbols of the groups that begin at disparity rd (LINE_BAD: none), made at the first use. */
static const uint16_t *inverse(int rd)
{
	static uint16_t table[2][1024];
	static bool made;
	for (unsigned g = 0; !made && g < 2048; g++)
		table[g >> 10][g & 1023] = LINE_BAD;
	for (unsigned s = 0; !made && s < 512; s++) {
		if (s >= 256 && !is_k(s & 255))
			continue;
		table[0][code8b10b_group((uint16_t)s, -1)] = (uint16_t)s;
		table[1][code8b10b_group((uint16_t)s, 1)] = (uint16_t)s;
	}
	made = true;
	return table[rd > 0];
}

/* The disparity behind a group, by its halves: what was received counts, right or wrong (IEEE 802.3, 36.2.4.4). */
static int after(unsigned group, int rd)
{
	unsigned a = group >> 4, b = group & 15;
	rd = ones(a) > 3 || a == 007 ? 1 : ones(a) < 3 || a == 070 ? -1 : rd;
	return ones(b) > 2 || b == 003 ? 1 : ones(b) < 2 || b == 014 ? -1 : rd;
}

void code8b10b_decode(struct line *l, const uint16_t *bits, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++, bits += 10) {
		unsigned group = 0;
		char text[11] = "";
		for (unsigned j = 0; j < 10; j++) {
			group = group << 1 | (bits[j] & 1);
			text[j] = bits[j] & 1 ? '1' : '0';
		}
		if (!l->disparity) /* the first: as it is right */
			l->disparity = inverse(-1)[group] == LINE_BAD && inverse(1)[group] != LINE_BAD ? 1 : -1;
		s[i] = inverse(l->disparity)[group];
		if (s[i] == LINE_BAD && inverse(-l->disparity)[group] != LINE_BAD) {
			char name[LINE_NAME_MAX];
			s[i] = inverse(-l->disparity)[group];
			line_symbol_name(l, s[i], name);
			line_bad(l, 10 * i, "disparity error: %s is %s at running disparity %c, which is %c here", text,
			         name, l->disparity > 0 ? '-' : '+', l->disparity > 0 ? '+' : '-');
		} else if (s[i] == LINE_BAD) {
			line_bad(l, 10 * i, "no symbol has the code group %s", text);
		}
		l->disparity = (int8_t)after(group, l->disparity);
	}
}

bool code8b10b_is_k(unsigned octet) { return is_k(octet); }

const struct line_code line_8b10b = {
	.name = "8b10b",
	.alias = "8b/10b 8b-10b",
	.title = "8b/10b",
	.standard = "Widmer, Franaszek 1983; IEEE 802.3, 36.2.4",
	.rule = "8 bits to a group of 10 with 4 to 6 ones, so chosen that the sum stays within bounds",
	.block = true,
	.bits = 8,
	.elements = 10,
};
