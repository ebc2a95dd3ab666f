/* octets.c - framer -t slip, cobs and kiss: frames in a stream of octets, without a check sequence. */

#include <stdio.h>
#include <string.h>

#include "2-link/framer/framing.h"
#include "2-link/kiss.h"
#include "2-link/octet_stuff.h"

enum { LINK_KISS = 202 };

struct octet_framing {
	enum octet_code code;
	uint8_t flag;
	bool opens;                                    /* a flag stands before a frame too */
	size_t (*stuff)(uint8_t *out, const uint8_t *p, size_t n);
	const struct pkt *(*header)(struct pipe *p);   /* the packet at hand as it goes into the frame; NULL: as it is */
	bool kiss;
};

/* ---- into frames ---- */

static void into(struct pipe *p, const struct octet_framing *f)
{
	static uint8_t out[2 * PKT_MAX + 2];
	framer_want_whole(p);
	const struct pkt *k = f->header ? f->header(p) : &p->pkt;
	size_t n = 0;
	if (f->opens)
		out[n++] = f->flag;
	n += f->stuff(out + n, k->p, k->len);
	out[n++] = f->flag;
	framer_write_medium(p, ROLE_OCTETS, out, n);
	counts.whole++;
}

/* KISS carries AX.25 without its check sequence. */
static const struct pkt *kiss_header(struct pipe *p)
{
	static struct pkt out;
	struct err e;
	const struct pkt *k = &p->pkt;
	char before[2048], *end = before;
	bool bare = k->layer[0].proto != &kiss_proto;
	if (!bare && !k->fcs)
		return k;
	end += sprintf(end, "kiss port=%d cmd=0", (int)framer.port);
	if (k->fcs) {
		end = pkt_write_layers(end, k, 0, 1, false);
		char *fcs = strstr(before, " fcs=");
		*(fcs ? fcs : end) = '\0';
	}
	if (pkt_compose(&out, k, k->fcs > 0, k->nlayers, before, "", &e) != 0)
		pipe_die(p, "%s", e.msg);
	return &out;
}

/* ---- out of frames ---- */

struct at {
	struct pipe *p;
	const struct octet_framing *f;
};

static bool on_frame(void *arg, const uint8_t *b, size_t n)
{
	static struct pkt out;
	const struct at *a = arg;
	const struct pkt *k = &a->p->pkt;
	counts.whole++;
	counts.unchecked++;
	if (!a->f->kiss) {
		framer_write_payload(a->p, b, n);
		return true;
	}
	struct cap_rec r = {.time = k->time, .link = LINK_KISS, .wire = (uint32_t)n, .len = (uint32_t)n, .p = b};
	pkt_decode(&out, &r);
	pkt_notes(&out, k);
	out.relative = k->relative;
	pipe_write(a->p, &out, "framer", "");
	return true;
}

static void on_drop(void *arg, enum octet_drop why, const uint8_t *b, size_t n)
{
	const struct at *a = arg;
	switch (why) {
	case OCTETS_CUT: framer_drop(a->p, b, n, "cut", "the input ends in it"); break;
	case OCTETS_LONG: framer_drop(a->p, b, n, "long", "it is longer than a packet can be"); break;
	default: framer_drop(a->p, b, n, "escape", a->f->code == OCTETS_COBS ? "a code says more than there is" : "an escape of nothing");
	}
}

static struct octet_rx rx;

static struct octet_rx *receiver(struct pipe *p, const struct octet_framing *f)
{
	static struct at at;
	at = (struct at){p, f};
	if (!rx.max) {
		rx = (struct octet_rx){.code = f->code, .min = 1, .max = PKT_MAX, .frame = on_frame, .drop = on_drop, .arg = &at};
		octet_rx_init(&rx);
	}
	return &rx;
}

static void out_of(struct pipe *p, const struct octet_framing *f)
{
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	if (role == ROLE_OCTETS || (role == ROLE_BITS && !k->bits))
		octet_rx_push(receiver(p, f), k->p, k->len);
	else if (f->kiss && k->nlayers && k->layer[0].proto == &kiss_proto)
		on_frame(receiver(p, f)->arg, k->p, k->len);
	else
		pipe_die(p, "not octets of a medium: the first layer is %s", k->nlayers ? k->layer[0].proto->name : "unknown");
}

static void ending(struct pipe *p)
{
	(void)p;
	if (rx.max)
		octet_rx_end(&rx);
	octet_rx_free(&rx);
}

static const struct octet_framing slip = {OCTETS_SLIP, SLIP_END, true, slip_stuff, NULL, false};
static const struct octet_framing cobs = {OCTETS_COBS, COBS_END, false, cobs_stuff, NULL, false};
static const struct octet_framing kiss = {OCTETS_SLIP, SLIP_END, true, slip_stuff, kiss_header, true};

static void slip_frame(struct pipe *p) { into(p, &slip); }
static void slip_deframe(struct pipe *p) { out_of(p, &slip); }
static void cobs_frame(struct pipe *p) { into(p, &cobs); }
static void cobs_deframe(struct pipe *p) { out_of(p, &cobs); }
static void kiss_frame(struct pipe *p) { into(p, &kiss); }
static void kiss_deframe(struct pipe *p) { out_of(p, &kiss); }

const struct framing slip_framing = {"slip", TAKES_OCTETS, slip_frame, slip_deframe, ending};
const struct framing cobs_framing = {"cobs", TAKES_OCTETS, cobs_frame, cobs_deframe, ending};
const struct framing kiss_framing = {"kiss", TAKES_OCTETS, kiss_frame, kiss_deframe, ending};
