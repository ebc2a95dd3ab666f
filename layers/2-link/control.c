/* control.c - the control field of HDLC and its kin, modulo 8, in words (ISO/IEC 13239, 5.3). */

#include "control.h"

#include <string.h>

#include "num.h"

enum { U_MASK = 0xef, S_MASK = 0x0f };

/* ISO/IEC 13239, 5.3.3 and table 4, commands and responses. Some octets are both: 0x43 DISC is RD in a response, 0x07 SIM is RIM there,
 * and 0x0f DM is SARM in a command. */
static const struct word kinds[] = {
	{0x01, "RR"}, {0x05, "RNR"}, {0x09, "REJ"}, {0x0d, "SREJ"},
	{0x03, "UI"}, {0x07, "SIM"}, {0x0f, "DM"},
	{0x23, "UP"}, {0x2f, "SABM"}, {0x43, "DISC"}, {0x4f, "SARME"}, {0x63, "UA"}, {0x6f, "SABME"},
	{0x83, "SNRM"}, {0x87, "FRMR"}, {0x8f, "RSET"}, {0xaf, "XID"}, {0xcf, "SNRME"}, {0xe3, "TEST"}, {0xef, "UIH"}, {0},
};

writer control_write(writer p, uint8_t c)
{
	if (control_is_i(c)) {
		*p++ = 'I';
		return p;
	}
	c &= control_is_u(c) ? U_MASK : S_MASK;
	for (const struct word *w = kinds; w->name; w++)
		if (w->value == c) {
			size_t n = strlen(w->name);
			memcpy(p, w->name, n);
			return p + n;
		}
	*p++ = '0';
	*p++ = 'x';
	return num_hex(p, c, 2);
}

int control_read(const char *s, size_t n)
{
	uint64_t v;
	if (n == 1 && *s == 'I')
		return 0;
	for (const struct word *w = kinds; w->name; w++)
		if (strlen(w->name) == n && memcmp(w->name, s, n) == 0)
			return (int)w->value;
	if (num_read(s, n, &v) != 0 || (v & U_MASK) != v || !control_is_u((uint8_t)v))
		return -1;
	return (int)v;
}

int control_place(uint8_t c, int at, const char *name)
{
	switch (name[0]) {
	case 'n':
		if (control_is_u(c) || (name[1] == 's' && !control_is_i(c)))
			return -1;
		return name[1] == 's' ? at + 4 : at;
	default: return at + 3;
	}
}
