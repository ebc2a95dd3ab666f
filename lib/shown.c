/* shown.c - the line over a packet in the forms of output that have several lines a packet. */

#include "shown.h"

void show_title(struct out *o, const struct pkt *k, const char *before)
{
	out_puts(o, before);
	char *start = out_room(o, NUM_SLACK), *p = start;
	if (k->time.set)
		p = stamp_write(p, &k->time);
	out_done(o, (size_t)(p - start));
	const char *space = k->time.set ? " " : "";
	if (k->has_link && (!k->nlayers || k->layer[0].info->link != (int64_t)k->link)) {
		out_printf(o, "%sframe dlt=%u", space, k->link);
		space = " ";
	}
	for (unsigned i = 0; i < k->nlayers; i++, space = " ")
		out_printf(o, "%s%s", space, k->layer[i].proto->name);
	/* No number is a word of its own: text2pcap(1) would take it for an offset. */
	if (k->bits)
		out_printf(o, " (%u bits)\n", 8 * (k->len - 1) + k->bits);
	else if (k->wire != k->len)
		out_printf(o, " (%u octets of %u)\n", k->len, k->wire);
	else
		out_printf(o, " (%u octet%s)\n", k->len, k->len == 1 ? "" : "s");
}
