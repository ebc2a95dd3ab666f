/* kiss.c - KISS, between a computer and its packet radio controller (Chepponis, Karn, The KISS TNC, 1987).
 *
 *  0 1 2 3 4 5 6 7
 * +-------+-------+
 * | port  |command|
 * +-------+-------+
 */

#include "kiss.h"

#include "num.h"
#include "pkt.h"

static const struct word kiss_commands[] = {
	{0, "data"}, {1, "TXDELAY"}, {2, "persistence"}, {3, "slot time"}, {4, "TXtail"}, {5, "full duplex"}, {6, "hardware"},
	{15, "return"}, {0},
};

static const struct field kiss_fields[] = {
	{"port", 0, 4, DEC, ALWAYS, .help = "the controller's radio port"},
	{"cmd", 4, 4, DEC, ALWAYS, .words = kiss_commands,
	 .help = "Command: 0 is a frame to send or heard, without its frame check sequence"},
	{0},
};

static const struct bind kiss_binds[] = {{"link", 202}, {0}}; /* LINKTYPE_AX25_KISS */

static int kiss_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	*key = k->p[l->off] & 15;
	return 0;
}

const struct proto kiss_proto = {
	.name = "kiss", .title = "KISS", .osi = 2, .standard = "The KISS TNC (Chepponis and Karn, 1987)",
	.hlen = 1, .fields = kiss_fields, .binds = kiss_binds, .space = {"kiss.cmd"}, .next = kiss_next,
};
