/* eth.c - framer -t eth: Ethernet frames. */

#include <stdio.h>
#include <string.h>

#include "2-link/eth.h"
#include "2-link/framer/framing.h"

enum { ETH_MIN = 60, LINK_ETHERNET = 1 }; /* IEEE 802.3, 4.4.2: minFrameSize is 64 octets with the FCS */

static bool trailer(const struct pkt *k)
{
	return k->layer[k->nlayers - 1].proto->role == ROLE_PAD;
}

/* --- into frames ---------------------------------------------------------------------------------------- */

static void eth_frame(struct pipe *p)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	char before[2048], pad[32] = "";
	struct err e;
	uint32_t key;
	if (!k->nlayers)
		pipe_die(p, "octets of link type %u that are not understood cannot go into a frame", k->link);
	if (k->bits || k->wire > k->len)
		pipe_die(p, "%s cannot go into a frame", k->bits ? "bits that are not whole octets"
		                                                 : "a packet whose capture was cut short");
	if (k->fcs) {
		counts.already++;
		pipe_pass(p, "framer", "");
		return;
	}
	bool already = k->layer[0].proto == &eth_proto;
	if (already)
		strcpy(pkt_write_layers(before, k, 0, 1, false), " fcs=crc");
	else
		snprintf(before, sizeof before, "eth da=%.40s sa=%.40s %s%.40s fcs=crc", framer.da, framer.sa, framer.ethertype ? "type=" : "",
		         framer.ethertype ? framer.ethertype : "");
	uint32_t n = k->len + (already ? 0 : eth_proto.hlen);
	if (n < ETH_MIN && !framer.no_pad && !trailer(k))
		snprintf(pad, sizeof pad, " pad n=%u", ETH_MIN - n);
	if (pkt_compose(&out, k, already, k->nlayers, before, pad, &e) != 0)
		pipe_die(p, "%s", e.msg);
	if (!already && !framer.ethertype && !pkt_next_key(&out, 0, 0, &key) && !pkt_next_key(&out, 0, 1, &key))
		pipe_die(p, "%s has no EtherType of its own: give one with --type", k->layer[0].proto->name);
	pipe_write(p, &out, "framer", "");
	counts.whole++;
}

/* --- out of frames -------------------------------------------------------------------------------------- */

/* Octets or bits that a medium delivered are one frame with its FCS. */
static const struct pkt *as_frame(struct pipe *p)
{
	static struct pkt frame;
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	if (role == ROLE_HEADER && k->layer[0].proto == &eth_proto)
		return k;
	if ((role != ROLE_OCTETS && role != ROLE_BITS) || k->nlayers != 1 || k->bits)
		pipe_die(p, "not an Ethernet frame: the first layer is %s",
		         k->nlayers ? k->layer[0].proto->name : "unknown");
	struct cap_rec r = {.time = k->time, .link = LINK_ETHERNET, .fcs = eth_proto.fcs_len, .wire = k->wire,
	                    .len = k->len, .p = k->p};
	pkt_decode(&frame, &r);
	pkt_notes(&frame, k);
	return &frame;
}

static void eth_deframe(struct pipe *p)
{
	static struct pkt out;
	struct err e;
	const struct pkt *k = as_frame(p);
	bool medium = k != &p->pkt;
	if (!k->nlayers || (medium && k->wire < (uint32_t)(eth_proto.hlen + eth_proto.fcs_len))) {
		framer_drop(p, k->p, k->len, "fcs", "too short for a header and a frame check sequence");
		return;
	}
	const struct field *fcs = proto_field(&eth_proto, "fcs", 3);
	if (k->fcs && field_value(k, &k->layer[0], fcs) != pkt_derive(k, 0, fcs)) {
		framer_drop(p, k->p, k->len, "fcs", "the frame check sequence does not fit");
		return;
	}
	if (!k->fcs)
		counts.unchecked++;
	/* Octets that the capture lacks are still counted, unless they belong to the trailer. */
	unsigned end = k->nlayers - trailer(k);
	char lacks[32] = "";
	if (k->wire > k->len && end == k->nlayers)
		snprintf(lacks, sizeof lacks, " @len=%u", k->wire - k->layer[0].hlen);
	if (pkt_compose(&out, k, 1, end, end > 1 ? "" : "data hex=", lacks, &e) != 0)
		pipe_die(p, "%s", e.msg);
	pipe_write(p, &out, "framer", "");
	counts.whole++;
}

const struct framing eth_framing = {"eth", 0, eth_frame, eth_deframe, NULL};
