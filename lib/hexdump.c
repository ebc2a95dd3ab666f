/* hexdump.c - a packet's octets by offset, each layer on lines of its own, as text2pcap(1) reads them too:
 *
 *   1700000000.123456 eth ip udp data (47 octets)
 *   0000  02 00 00 00 00 02 02 00  00 00 00 01 08 00        |..............  | eth
 *   000e  45 00 00 21 00 07 00 00  40 11 f6 83 c0 00 02 01  |E..!....@.......| ip
 */

#include "shown.h"

enum { WIDTH = 16, LINE_ROOM = 160 };

struct dump {
	struct out *o;
	const struct pkt *k;
	bool color;
	int digits;              /* of offsets */
	uint32_t at;             /* octets before this are printed */
	unsigned n;              /* pieces so far, for the colour */
};

/* A line of 1 to WIDTH octets; label: behind the first line of a layer, else "". */
static void line(const struct dump *d, uint32_t off, uint32_t n, const char *label)
{
	const uint8_t *b = d->k->p + off;
	char *start = out_room(d->o, LINE_ROOM), *p = put_str(num_hex(start, off, d->digits), " ");
	if (d->color)
		p = put_str(p, layer_color(d->n));
	for (uint32_t i = 0; i < WIDTH; i++) {
		p = put_str(p, i == WIDTH / 2 ? "  " : " ");
		p = i < n ? num_hex(p, b[i], 2) : put_str(p, "  ");
	}
	p = put_str(p, "  |");
	for (uint32_t i = 0; i < WIDTH; i++)
		*p++ = i >= n ? ' ' : b[i] >= 0x20 && b[i] < 0x7f ? (char)b[i] : '.';
	p = put_str(p, "|");
	if (*label)
		p = put_str(put_str(p, " "), label);
	if (d->color)
		p = put_str(p, COLOR_END);
	*p++ = '\n';
	out_done(d->o, (size_t)(p - start));
}

/* The octets up to end, under a label. */
static void piece(struct dump *d, uint32_t end, const char *label)
{
	if (end <= d->at)
		return;
	while (d->at < end) {
		uint32_t n = end - d->at > WIDTH ? WIDTH : end - d->at;
		line(d, d->at, n, label);
		d->at += n;
		label = "";
	}
	d->n++;
}

static const char *name_of(enum role role)
{
	for (const struct proto *const *p = registry; *p; p++)
		if ((*p)->role == role)
			return (*p)->name;
	return "";
}

void show_hex(struct out *o, const struct pkt *k, bool color)
{
	struct dump d = {.o = o, .k = k, .color = color, .digits = k->len > 0x100000 ? 8 : k->len > 0x10000 ? 5 : 4};
	show_title(o, k, k->time.set && !k->time.digits ? "# " : "");
	for (unsigned i = 0; i < k->nlayers; i++)
		piece(&d, k->layer[i].off + k->layer[i].hlen, k->layer[i].proto->name);
	if (k->fcs && d.at <= k->len - k->fcs) {
		const struct pinfo *pi = k->layer[0].info;
		piece(&d, k->len - k->fcs, "");
		piece(&d, k->len, pi->ops[pi->fcsop].f->name);
	}
	piece(&d, k->len, k->nlayers ? "" : name_of(ROLE_FRAME));
	out_puts(o, "\n");
}
