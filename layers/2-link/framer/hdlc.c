/* hdlc.c - framer -t hdlc: frames of High-level Data Link Control (ISO/IEC 13239). */

#include "2-link/hdlc_frame.h"

#include "2-link/framer/serial.h"

enum { LINK_SDLC = 268, HDLC_MIN = 2, HDLC_MAX = 65536 }; /* 13239 has no upper limit */

static const struct pkt *with_header(struct pipe *p)
{
	static struct pkt out;
	struct err e;
	if (pkt_compose(&out, &p->pkt, 0, p->pkt.nlayers, "hdlc", "", &e) != 0)
		pipe_die(p, "%s", e.msg);
	return &out;
}

static const struct serial hdlc = {
	.proto = &hdlc_proto, .link = LINK_SDLC, .min = HDLC_MIN, .max = HDLC_MAX, .octets = true, .header = with_header,
};

static void hdlc_frame(struct pipe *p) { serial_frame(p, &hdlc); }
static void hdlc_deframe(struct pipe *p) { serial_deframe(p, &hdlc); }
static void hdlc_end(struct pipe *p) { serial_end(p, &hdlc); }

const struct framing hdlc_framing = {
	"hdlc", TAKES_BITS | TAKES_OCTETS | TAKES_FIX | TAKES_FCS | TAKES_ACCM, hdlc_frame, hdlc_deframe, hdlc_end,
};
