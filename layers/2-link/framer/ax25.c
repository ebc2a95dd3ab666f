/* ax25.c - framer -t ax25: AX.25 frames, as bits of a radio channel. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/ax25.h"
#include "2-link/framer/framing.h"
#include "num.h"

enum {
	LINK_AX25 = 3,
	FCS_LEN = 2,
	AX25_MIN = 15 + FCS_LEN,     /* two addresses and a control field: 3.9 says 136 bits without flags */
	AX25_MAX = 1024 + FCS_LEN    /* information of 256 octets (6.7.2.3), and more by agreement */
};

/* ---- into frames ---- */

/* The packet at hand with an AX.25 header. */
static const struct pkt *with_header(struct pipe *p)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	char before[512];
	struct err e;
	if (!k->nlayers)
		pipe_die(p, "octets of link type %u that are not understood cannot go into a frame", k->link);
	if (k->bits || k->wire > k->len)
		pipe_die(p, "%s cannot go into a frame", k->bits ? "bits that are not whole octets" : "a packet whose capture was cut short");
	if (k->layer[0].proto == &ax25_proto)
		return k;
	snprintf(before, sizeof before, "ax25 dst=%.40s src=%.40s %s%.200s", framer.dst, framer.src, framer.via ? "via=" : "",
	         framer.via ? framer.via : "");
	if (pkt_compose(&out, k, 0, k->nlayers, before, "", &e) != 0)
		pipe_die(p, "%s", e.msg);
	return &out;
}

static void write_bits(struct pipe *p, const struct pkt *k)
{
	static struct bits b;
	struct pkt out;
	uint8_t fcs[FCS_LEN];
	unsigned ones = 0;
	uint32_t n = k->len - k->fcs;
	uint64_t crc = ax25_proto.fcs(k->p, n);
	fcs[0] = (uint8_t)(crc >> 8);
	fcs[1] = (uint8_t)crc;
	if (b.p)
		memset(b.p, 0, b.cap);
	b.n = 0;
	hdlc_put_flags(&b, (size_t)framer.flags);
	hdlc_put_octets(&b, k->p, n, &ones);
	hdlc_put_octets(&b, k->fcs ? k->p + n : fcs, FCS_LEN, &ones);
	hdlc_put_flags(&b, 1);
	if (b.n > 8 * (size_t)PKT_MAX)
		pipe_die(p, "a frame of %zu bits is more than a packet can have", b.n);
	pkt_init(&out);
	pkt_medium(&out, ROLE_BITS, b.p, (uint32_t)((b.n + 7) / 8), b.n % 8, k);
	pipe_write(p, &out, "framer", "");
	pkt_free(&out);
}

static void ax25_frame(struct pipe *p)
{
	static struct pkt out;
	struct err e;
	const struct pkt *k = with_header(p);
	char head[2048];
	if (framer.bits) {
		write_bits(p, k);
	} else if (k->fcs) {
		counts.already++;
		pipe_pass(p, "framer", "");
		return;
	} else {
		strcpy(pkt_write_layers(head, k, 0, 1, false), " fcs=crc");
		if (pkt_compose(&out, k, 1, k->nlayers, head, "", &e) != 0)
			pipe_die(p, "%s", e.msg);
		pipe_write(p, &out, "framer", "");
	}
	counts.whole++;
}

/* ---- out of frames ---- */

static bool fits(const uint8_t *p, size_t n)
{
	return n >= AX25_MIN && ax25_proto.fcs(p, n - FCS_LEN) == be16(p + n - FCS_LEN);
}

/* The same for a frame that was guessed at: an FCS alone fits one guess in 65,536. */
static bool fits_well(const uint8_t *p, size_t n)
{
	return fits(p, n) && ax25_plausible(p, n - FCS_LEN);
}

static void write_frame(struct pipe *p, const uint8_t *b, size_t n, const char *note)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	struct cap_rec r = {.time = k->time, .link = LINK_AX25, .fcs = 0, .wire = (uint32_t)n, .len = (uint32_t)n, .p = b};
	pkt_decode(&out, &r);
	pkt_notes(&out, k);
	out.relative = k->relative;
	pipe_write(p, &out, "framer", note);
	counts.whole++;
}

static bool on_frame(void *arg, const uint8_t *b, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)raw, (void)conf, (void)nraw;
	if (!fits(b, n))
		return false;
	write_frame(arg, b, n - FCS_LEN, "");
	return true;
}

/* With confidences the frame may be mended; bits lost or gained are beyond that, so whole octets are not asked for. */
static bool mended(struct pipe *p, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	static uint8_t copy[10 * (AX25_MAX + 32)], out[2 * (AX25_MAX + 32)];
	char note[40];
	unsigned flipped;
	if (!raw || nraw > sizeof copy || nraw < 8 * AX25_MIN)
		return false;
	memcpy(copy, raw, nraw);
	size_t n = framer_fix(out, copy, conf, nraw, fits_well, &flipped);
	if (!n)
		return false;
	snprintf(note, sizeof note, " @framer.fixed=%u", flipped);
	write_frame(p, out, n - FCS_LEN, note);
	counts.fixed++;
	return true;
}

static void on_drop(void *arg, enum hdlc_drop why, const uint8_t *b, size_t bits, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	struct pipe *p = arg;
	if (why == HDLC_SHORT || ((why == HDLC_CHECK || why == HDLC_ODD) && mended(p, raw, conf, nraw)))
		return;
	switch (why) {
	case HDLC_ABORT: framer_drop(p, NULL, bits / 8, "abort", "it ends with seven 1s, an abort"); break;
	case HDLC_ODD: framer_drop(p, b, bits / 8, "odd", "its bits are not whole octets"); break;
	case HDLC_LONG: framer_drop(p, b, AX25_MAX, "long", "it is longer than any frame"); break;
	default: framer_drop(p, b, bits / 8, "fcs", "the frame check sequence does not fit");
	}
}

static struct hdlc_rx *receiver(struct pipe *p)
{
	static struct hdlc_rx rx;
	if (!rx.max) {
		rx = (struct hdlc_rx){.min = AX25_MIN, .max = AX25_MAX, .frame = on_frame, .drop = on_drop, .keep_raw = framer.fix};
		hdlc_rx_init(&rx);
	}
	rx.arg = p;
	return &rx;
}

static void ax25_deframe(struct pipe *p)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	struct err e;
	char head[2048];
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	if (role == ROLE_BITS || role == ROLE_OCTETS) {
		hdlc_rx_push(receiver(p), k->p, 0, pkt_bits(k), k->q);
		return;
	}
	if (!k->nlayers || k->layer[0].proto != &ax25_proto)
		pipe_die(p, "not an AX.25 frame: the first layer is %s", k->nlayers ? k->layer[0].proto->name : "unknown");
	if (!k->fcs) {
		counts.unchecked++;
		counts.whole++;
		pipe_pass(p, "framer", "");
		return;
	}
	if (ax25_proto.fcs(k->p, k->len - k->fcs) != be16(k->p + k->len - FCS_LEN)) {
		framer_drop(p, k->p, k->len, "fcs", "the frame check sequence does not fit");
		return;
	}
	char *end = pkt_write_layers(head, k, 0, 1, false), *fcs = strstr(head, " fcs=");
	*(fcs ? fcs : end) = '\0';
	if (pkt_compose(&out, k, 1, k->nlayers, head, "", &e) != 0)
		pipe_die(p, "%s", e.msg);
	pipe_write(p, &out, "framer", "");
	counts.whole++;
}

static void ax25_end(struct pipe *p)
{
	if (framer.fix && opt_verbose)
		tool_say("%llu frame%s mended; each damaged one was tried in %u ways, of which noise passes one with probability %.2g at most",
		         (unsigned long long)counts.fixed, plural(counts.fixed), framer_fix_trials(),
		         framer_fix_trials() / 65536.0 * pow(37.0 / 128, 12));
	hdlc_rx_free(receiver(p));
}

const struct framing ax25_framing = {"ax25", ax25_frame, ax25_deframe, ax25_end};
