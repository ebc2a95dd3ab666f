/* serial.c - framer -t ax25, hdlc and ppp: what frames of serial lines have in common. */

#include "2-link/framer/serial.h"

#include <stdio.h>
#include <string.h>

#include "2-link/hdlc.h"
#include "2-link/octet_stuff.h"
#include "num.h"

enum { FCS16 = 2, FCS32 = 4, FIX_MAX = 2048 }; /* octets of a longer frame are not guessed at */

/* ---- the check sequence ---- */

static size_t fcs_len(void) { return framer.fcs ? FCS32 : FCS16; }

/* As it is sent: the least significant octet first (RFC 1662, C). */
static void put_fcs(const struct serial *s, uint8_t *to, const uint8_t *b, size_t n)
{
	if (framer.fcs) {
		uint32_t crc = crc32_ieee(b, n, 0);
		for (int i = 0; i < FCS32; i++)
			to[i] = (uint8_t)(crc >> (8 * i));
	} else {
		put16(to, (uint32_t)s->proto->fcs(b, n));
	}
}

static bool fits(const struct serial *s, const uint8_t *b, size_t n)
{
	uint8_t fcs[FCS32];
	if (n < s->min + fcs_len())
		return false;
	put_fcs(s, fcs, b, n - fcs_len());
	return memcmp(fcs, b + n - fcs_len(), fcs_len()) == 0;
}

/* Frames that fit a check sequence of the other length. */
static uint64_t other_fcs;

static void note_other_fcs(const struct serial *s, const uint8_t *b, size_t n)
{
	if (!s->octets) /* AX.25 has one length */
		return;
	framer.fcs = !framer.fcs;
	other_fcs += fits(s, b, n);
	framer.fcs = !framer.fcs;
}

/* ---- into frames ---- */

/* The octets of a frame and its check sequence, as written in k or computed; their number. */
static size_t whole_frame(struct pipe *p, const struct serial *s, const struct pkt *k, const uint8_t **b)
{
	static uint8_t buf[PKT_MAX + FCS32];
	uint32_t n = k->len - k->fcs;
	if (n < s->min || n > s->max)
		pipe_die(p, "a frame of %u octets: %s has %zu to %zu", n, s->proto->name, s->min, s->max);
	if (k->fcs && framer.fcs)
		pipe_die(p, "the frame has a check sequence of 16 bits, not 32");
	*b = k->p;
	if (k->fcs)
		return k->len;
	memcpy(buf, k->p, k->len);
	put_fcs(s, buf + k->len, k->p, k->len);
	*b = buf;
	return k->len + fcs_len();
}

size_t serial_octets(struct pipe *p, const struct serial *s, const uint8_t **b)
{
	return whole_frame(p, s, p->pkt.layer[0].proto == s->proto ? &p->pkt : s->header(p), b);
}

static void write_bits(struct pipe *p, const uint8_t *b, size_t n)
{
	static struct bits bits;
	unsigned ones = 0;
	if (bits.p)
		memset(bits.p, 0, bits.n / 8 + 1);
	bits.n = 0;
	hdlc_put_flags(&bits, (size_t)framer.flags);
	hdlc_put_octets(&bits, b, n, &ones);
	hdlc_put_flags(&bits, 1);
	framer_write_medium(p, ROLE_BITS, bits.p, bits.n);
}

static void write_octets(struct pipe *p, const struct pkt *k, const uint8_t *b, size_t n)
{
	static uint8_t out[2 * (PKT_MAX + FCS32) + 2];
	size_t len = ppp_stuff(out + 1, b, n, ppp_accm(k));
	out[0] = out[len + 1] = HDLC_FLAG;
	framer_write_medium(p, ROLE_OCTETS, out, len + 2);
}

void serial_frame(struct pipe *p, const struct serial *s)
{
	static struct pkt out;
	const struct pkt *k = &p->pkt;
	const uint8_t *b;
	char head[2048];
	struct err e;
	framer_want_whole(p);
	if (k->layer[0].proto != s->proto)
		k = s->header(p);
	if (framer.bits || framer.octets) {
		size_t n = whole_frame(p, s, k, &b);
		if (framer.bits)
			write_bits(p, b, n);
		else
			write_octets(p, k, b, n);
	} else if (framer.fcs) {
		pipe_die(p, "a check sequence of 32 bits can be in --bits and --octets, not in the text of %s", s->proto->name);
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

/* Where the callbacks of the receivers are. */
struct at {
	struct pipe *p;
	const struct serial *s;
};

/* A packet k without its check sequence, and without its header where that comes off. */
static void write_packet(struct pipe *p, const struct serial *s, const struct pkt *k, const char *note)
{
	static struct pkt out;
	struct err e;
	char head[2048] = "";
	bool strip = s->strip && k->nlayers > 1 && k->layer[0].proto == s->proto && k->layer[1].proto->role == ROLE_HEADER;
	counts.whole++;
	if (!strip && !k->fcs) {
		pipe_write(p, k, "framer", note);
		return;
	}
	if (!strip) {
		char *end = pkt_write_layers(head, k, 0, 1, false), *fcs = strstr(head, " fcs=");
		*(fcs ? fcs : end) = '\0';
	}
	if (pkt_compose(&out, k, 1, k->nlayers, head, "", &e) != 0)
		pipe_die(p, "%s", e.msg);
	pipe_write(p, &out, "framer", note);
}

/* The octets of a frame, without the check sequence. */
static void write_frame(const struct at *a, const uint8_t *b, size_t n, const char *note)
{
	static struct pkt out;
	const struct pkt *k = &a->p->pkt;
	struct cap_rec r = {.time = k->time, .link = a->s->link, .fcs = 0, .wire = (uint32_t)n, .len = (uint32_t)n, .p = b};
	pkt_decode(&out, &r);
	pkt_notes(&out, k);
	out.relative = k->relative;
	write_packet(a->p, a->s, &out, note);
}

bool serial_found(struct pipe *p, const struct serial *s, const uint8_t *b, size_t n, const char *note)
{
	struct at a = {p, s};
	if (!fits(s, b, n))
		return false;
	write_frame(&a, b, n - fcs_len(), note);
	return true;
}

static bool on_octets(void *arg, const uint8_t *b, size_t n)
{
	const struct at *a = arg;
	return serial_found(a->p, a->s, b, n, "");
}

static bool on_frame(void *arg, const uint8_t *b, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)raw, (void)conf, (void)nraw;
	return on_octets(arg, b, n);
}

/* An FCS alone fits one guess in 65,536, so more is asked for. */
static bool fits_well(void *arg, const uint8_t *b, size_t n)
{
	const struct serial *s = ((const struct at *)arg)->s;
	return fits(s, b, n) && (!s->plausible || s->plausible(b, n - fcs_len()));
}

/* With confidences the frame may be mended; bits lost or gained are beyond that, so whole octets are not asked for. */
static bool mended(struct at *a, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	static uint8_t copy[10 * FIX_MAX], out[2 * FIX_MAX];
	char note[40];
	unsigned flipped;
	if (!raw || nraw > sizeof copy || nraw < 8 * (a->s->min + fcs_len()))
		return false;
	memcpy(copy, raw, nraw);
	size_t n = framer_fix(out, copy, conf, nraw, fits_well, a, &flipped);
	if (!n)
		return false;
	snprintf(note, sizeof note, " @framer.fixed=%u", flipped);
	write_frame(a, out, n - fcs_len(), note);
	counts.fixed++;
	return true;
}

static void on_drop(void *arg, enum hdlc_drop why, const uint8_t *b, size_t bits, const uint8_t *raw, const uint8_t *conf,
		    size_t nraw)
{
	struct at *a = arg;
	if (why == HDLC_SHORT || ((why == HDLC_CHECK || why == HDLC_ODD) && mended(a, raw, conf, nraw)))
		return;
	switch (why) {
	case HDLC_ABORT: framer_drop(a->p, NULL, bits / 8, "abort", "it ends with seven 1s, an abort"); break;
	case HDLC_ODD: framer_drop(a->p, b, bits / 8, "odd", "its bits are not whole octets"); break;
	case HDLC_LONG: framer_drop(a->p, b, a->s->max, "long", "it is longer than any frame"); break;
	default:
		note_other_fcs(a->s, b, bits / 8);
		framer_drop(a->p, b, bits / 8, "fcs", "the frame check sequence does not fit");
	}
}

static void on_octets_drop(void *arg, enum octet_drop why, const uint8_t *b, size_t n)
{
	const struct at *a = arg;
	switch (why) {
	case OCTETS_SHORT: break; /* noise, RFC 1662, 3.1 */
	case OCTETS_ABORT: framer_drop(a->p, b, n, "abort", "it ends with an escape, an abort"); break;
	case OCTETS_LONG: framer_drop(a->p, b, n, "long", "it is longer than any frame"); break;
	case OCTETS_CUT: framer_drop(a->p, b, n, "cut", "the input ends in it"); break;
	default:
		note_other_fcs(a->s, b, n);
		framer_drop(a->p, b, n, "fcs", "the frame check sequence does not fit");
	}
}

static struct at *here(struct pipe *p, const struct serial *s)
{
	static struct at at;
	at = (struct at){p, s};
	return &at;
}

static struct hdlc_rx *bit_receiver(struct pipe *p, const struct serial *s)
{
	static struct hdlc_rx rx;
	if (!rx.max) {
		rx = (struct hdlc_rx){.min = s->min + fcs_len(), .max = s->max + fcs_len(), .frame = on_frame, .drop = on_drop,
		                      .keep_raw = framer.fix, .arg = here(p, s)};
		hdlc_rx_init(&rx);
	}
	return &rx;
}

void serial_bits(struct pipe *p, const struct serial *s, const uint8_t *b, size_t n, const char *q)
{
	here(p, s);
	hdlc_rx_push(bit_receiver(p, s), b, 0, n, q);
}

static struct octet_rx octets;

static struct octet_rx *octet_receiver(struct pipe *p, const struct serial *s)
{
	if (!octets.max) {
		octets = (struct octet_rx){.code = OCTETS_PPP, .min = s->min + fcs_len(), .max = s->max + fcs_len(),
		                           .accm = framer.accm < 0 ? 0 : (uint32_t)framer.accm, .frame = on_octets, .drop = on_octets_drop,
		                           .arg = here(p, s)};
		octet_rx_init(&octets);
	}
	return &octets;
}

void serial_deframe(struct pipe *p, const struct serial *s)
{
	const struct pkt *k = &p->pkt;
	enum role role = k->nlayers ? k->layer[0].proto->role : ROLE_FRAME;
	here(p, s);
	if (role == ROLE_BITS || (role == ROLE_OCTETS && (framer.bits || !s->octets))) {
		hdlc_rx_push(bit_receiver(p, s), k->p, 0, pkt_bits(k), k->q);
		return;
	}
	if (role == ROLE_OCTETS) {
		octet_rx_push(octet_receiver(p, s), k->p, k->len);
		return;
	}
	if (!k->nlayers || k->layer[0].proto != s->proto)
		pipe_die(p, "not a frame of %s: the first layer is %s", s->proto->name,
		         k->nlayers ? k->layer[0].proto->name : "unknown");
	if (!k->fcs) {
		counts.unchecked++;
	} else if (s->proto->fcs(k->p, k->len - k->fcs) != be16(k->p + k->len - FCS16)) {
		framer_drop(p, k->p, k->len, "fcs", "the frame check sequence does not fit");
		return;
	}
	write_packet(p, s, k, "");
}

void serial_end(struct pipe *p, const struct serial *s)
{
	if (octets.max)
		octet_rx_end(octet_receiver(p, s));
	if (other_fcs)
		tool_say("%llu of the damaged frames fit%s a check sequence of %d bits: --fcs %d", (unsigned long long)other_fcs,
		         other_fcs == 1 ? "s" : "", framer.fcs ? 16 : 32, framer.fcs ? 16 : 32);
	if (framer.fix && opt_verbose) {
		double wrong = framer_fix_trials() * (framer.fcs ? 0x1p-32 : 0x1p-16);
		tool_say("%llu frame%s mended; each damaged one was tried in %u ways at most, of which one fits by chance with probability "
		         "%.2g, where it is noise from its first octet on %.2g", (unsigned long long)counts.fixed, plural(counts.fixed),
		         framer_fix_trials(), wrong, wrong * (s->plausible ? s->plausible_noise : 1));
	}
}
