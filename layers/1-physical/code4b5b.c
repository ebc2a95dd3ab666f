/* code4b5b.c - 4B/5B (FDDI: ISO/IEC 9314-1; 100BASE-X: IEEE 802.3, table 24-1). */

#include "linecode_impl.h"

/* Code groups, the bit sent first the most significant. */
static const uint8_t data_groups[16] = {
	0x1e, 0x09, 0x14, 0x15, 0x0a, 0x0b, 0x0e, 0x0f, 0x12, 0x13, 0x16, 0x17, 0x1a, 0x1b, 0x1c, 0x1d,
};

/* I idle, J K start of a stream, T R its end (FDDI: T ends, R reset, S set), H halt or error, Q quiet, L of FDDI-II. */
static const struct control {
	char name;
	uint8_t group;
} controls[] = {
	{'I', 0x1f}, {'J', 0x18}, {'K', 0x11}, {'T', 0x0d}, {'R', 0x07},
	{'H', 0x04}, {'Q', 0x00}, {'S', 0x19}, {'L', 0x06}, {0},
};

uint16_t code4b5b_control(char name)
{
	for (const struct control *c = controls; c->name; c++)
		if (c->name == name)
			return (uint16_t)(LINE_CONTROL | c->group);
	return LINE_BAD;
}

char code4b5b_name(uint16_t s)
{
	for (const struct control *c = controls; c->name; c++)
		if ((LINE_CONTROL | c->group) == s)
			return c->name;
	return '?';
}

void code4b5b_encode(struct line *l, const uint16_t *s, size_t n, uint16_t *bits)
{
	(void)l;
	for (size_t i = 0; i < n; i++) {
		unsigned group = s[i] & LINE_CONTROL ? s[i] & 31U : data_groups[s[i] & 15];
		for (unsigned j = 0; j < 5; j++)
			*bits++ = group >> (4 - j) & 1;
	}
}

void code4b5b_decode(struct line *l, const uint16_t *bits, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++, bits += 5) {
		unsigned group = 0;
		for (unsigned j = 0; j < 5; j++)
			group = group << 1 | (bits[j] & 1);
		s[i] = (uint16_t)(LINE_CONTROL | group);
		for (unsigned d = 0; d < 16; d++)
			if (data_groups[d] == group)
				s[i] = (uint16_t)d;
		if (s[i] & LINE_CONTROL && code4b5b_name(s[i]) == '?') {
			line_bad(l, 5 * i, "no symbol has the code group %u%u%u%u%u", bits[0] & 1, bits[1] & 1,
			         bits[2] & 1, bits[3] & 1, bits[4] & 1);
			s[i] = LINE_BAD;
		}
	}
}

const struct line_code line_4b5b = {
	.name = "4b5b",
	.alias = "4b/5b 4b-5b",
	.title = "4B/5B",
	.standard = "ISO/IEC 9314-1 (FDDI); IEEE 802.3, 24.2.2",
	.rule = "4 bits to a group of 5 with at most 3 zeros in a row",
	.block = true,
	.bits = 4,
	.elements = 5,
};
