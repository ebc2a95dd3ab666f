/* ax25.c - framer -t ax25: AX.25 frames, as bits of a radio channel. */

#include "2-link/ax25.h"

#include <stdio.h>

#include "2-link/framer/serial.h"

enum {
	LINK_AX25 = 3,
	AX25_MIN = 15,     /* two addresses and a control field: 3.9 says 136 bits with the check sequence, without flags */
	AX25_MAX = 1024    /* information of 256 octets (6.7.2.3), and more by agreement */
};

static const struct pkt *with_header(struct pipe *p)
{
	static struct pkt out;
	char before[512];
	struct err e;
	snprintf(before, sizeof before, "ax25 dst=%.40s src=%.40s %s%.200s", framer.dst, framer.src, framer.via ? "via=" : "",
	         framer.via ? framer.via : "");
	if (pkt_compose(&out, &p->pkt, 0, p->pkt.nlayers, before, "", &e) != 0)
		pipe_die(p, "%s", e.msg);
	return &out;
}

/* Noise is plausible where 12 octets are characters of call signs: one in 37 of 256, (37 / 256)^12. */
const struct serial ax25_serial = {
	.proto = &ax25_proto, .link = LINK_AX25, .min = AX25_MIN, .max = AX25_MAX, .header = with_header,
	.plausible = ax25_plausible, .plausible_noise = 8.3e-11,
};

static void ax25_frame(struct pipe *p) { serial_frame(p, &ax25_serial); }
static void ax25_deframe(struct pipe *p) { serial_deframe(p, &ax25_serial); }
static void ax25_end(struct pipe *p) { serial_end(p, &ax25_serial); }

const struct framing ax25_framing = {"ax25", TAKES_BITS | TAKES_FIX, ax25_frame, ax25_deframe, ax25_end};
