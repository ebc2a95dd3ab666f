/* ppp.c - framer -t ppp: PPP in HDLC-like framing (RFC 1661, RFC 1662). */

#include "2-link/ppp.h"

#include <stdio.h>
#include <string.h>

#include "2-link/framer/serial.h"

enum { LINK_PPP = 9, PPP_MIN = 2, PPP_MAX = 65535 + 4 }; /* RFC 1662, 3.1: shorter ones are noise; RFC 1661, 6.1: a MRU has 16 bits */
#define ACCM_ALL 0xffffffffu                              /* RFC 1662, 7.1: the default */

/* Frames of LCP are sent as if nothing had been negotiated (RFC 1661, 6.5 and 6.6; RFC 1662, 7.1). */
static bool is_lcp(const struct pkt *k)
{
	for (unsigned i = 0; i < 2 && i < k->nlayers; i++)
		if (strcmp(k->layer[i].proto->name, "lcp") == 0)
			return true;
	return false;
}

uint32_t ppp_accm(const struct pkt *k)
{
	bool ppp = k->layer[0].proto == &ppp_proto;
	if (framer.accm < 0 || (ppp && is_lcp(k)))
		return ppp ? ACCM_ALL : 0;
	return (uint32_t)framer.accm;
}

static const struct pkt *with_header(struct pipe *p)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	char before[100];
	struct err e;
	uint32_t key;
	bool lcp = is_lcp(k);
	const char *framing = framer.acfc && !lcp ? "ppp" : "ppp addr=0xff ctl=0x03";
	if (pkt_compose(&out, k, 0, k->nlayers, framing, "", &e) != 0)
		pipe_die(p, "%s", e.msg);
	if (!pkt_next_key(&out, 0, 0, &key))
		pipe_die(p, "%s has no protocol number in PPP: write the header, \"ppp addr=0xff ctl=0x03 proto=N %s\"",
		         k->layer[0].proto->name, k->layer[0].proto->name);
	if (framer.pfc && !lcp && key < 0x100) {
		snprintf(before, sizeof before, "%s pfc=0x%02x", framing, key);
		if (pkt_compose(&out, k, 0, k->nlayers, before, "", &e) != 0)
			pipe_die(p, "%s", e.msg);
	}
	return &out;
}

/* The address and the control that are always the same, and a protocol number, whose lowest bits are 0 and 1 (RFC 1661, 2). */
static bool ppp_plausible(const uint8_t *b, size_t n)
{
	return n >= 4 && b[0] == 0xff && b[1] == 0x03 && !(b[2] & 1) && b[3] & 1;
}

static const struct serial ppp = {
	.proto = &ppp_proto, .link = LINK_PPP, .min = PPP_MIN, .max = PPP_MAX, .octets = true, .strip = true, .header = with_header,
	.plausible = ppp_plausible, .plausible_noise = 0x1p-18,
};

static void ppp_frame(struct pipe *p) { serial_frame(p, &ppp); }
static void ppp_deframe(struct pipe *p) { serial_deframe(p, &ppp); }
static void ppp_end(struct pipe *p) { serial_end(p, &ppp); }

const struct framing ppp_framing = {
	"ppp", TAKES_BITS | TAKES_OCTETS | TAKES_FIX | TAKES_FCS | TAKES_ACCM | TAKES_COMPRESSION, ppp_frame, ppp_deframe, ppp_end,
};
