/* crc_detects.c - which errors a polynomial detects, in words: framer(1), crc --detects. */

#include "2-link/framer/crc.h"

void crc_show_detects(struct out *o, const struct crc_params *p, uint64_t length)
{
	char text[CRC_TEXT];
	(void)length;
	out_printf(o, "%s\n", crc_terms(text, p->poly, p->width));
}
