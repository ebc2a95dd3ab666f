/* hdlc_frame.c - frames of High-level Data Link Control: address and control, modulo 8 (ISO/IEC 13239, 4 and 5).
 * The bits around them: hdlc.h.
 *
 *  0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7
 * +---------------+---------------+-------------+--------------+
 * | Address       | Control       | information | FCS, 2 or 4  |
 * +---------------+---------------+-------------+--------------+
 *
 * The frame alone does not say whether addresses are longer than an octet, or numbers are modulo 128: here they are not.
 */

#include "hdlc_frame.h"

#include "control.h"
#include "num.h"

enum { HDLC_ADDRESS = 1, HDLC_CTL = 1, HDLC_HLEN = 2, LINK_SDLC = 268, ALL_STATIONS = 0xff };
enum { F_ADDR, F_TYPE, F_NS, F_NR, F_PF, F_FCS };

static const struct field hdlc_fields[] = {
	[F_ADDR] = {"addr", 0, 8, HEX, ALWAYS, .dflt = ALL_STATIONS, .help = "Address of the secondary; in LAPB 0x03 and 0x01; 0xff: all"},
	[F_TYPE] = {"type", MOVED, 0, LIST, ALWAYS,
	            .help = "Control: I, RR RNR REJ SREJ, UI SABM SABME SNRM DISC UA DM FRMR XID TEST and others, 0x...; not written: UI"},
	[F_NS] = {"ns", MOVED, 3, DEC, ALWAYS, .help = "N(S), the number of this frame (I only)"},
	[F_NR] = {"nr", MOVED, 3, DEC, ALWAYS, .help = "N(R), the number of the frame expected next (I and S only)"},
	[F_PF] = {"pf", MOVED, 1, DEC, ALWAYS, .help = "Poll/Final bit"},
	[F_FCS] = {"fcs", MOVED, 16, FCS, HOOK, .help = "Frame Check Sequence, CRC-16, behind the frame: crc, or the two octets as sent"},
	{0},
};

static const struct bind hdlc_binds[] = {{"link", LINK_SDLC}, {0}};

static int hdlc_size(const uint8_t *h, size_t left)
{
	(void)h;
	return left < HDLC_HLEN ? -1 : HDLC_HLEN;
}

static int hdlc_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)hlen;
	if (f->bit != MOVED)
		return f->bit;
	return control_place(h[HDLC_CTL], 8 * HDLC_CTL, f->name);
}

static writer hdlc_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	(void)hlen;
	(void)f;
	return control_write(p, h[HDLC_CTL]);
}

static int hdlc_build(struct pkt *k, struct layer *l, struct err *e)
{
	const struct var *v = pkt_var(l, "type");
	int c = v ? control_read(v->s, v->n) : CONTROL_UI;
	if (c < 0)
		return err_set(e, "type=%.*s: not a kind of frame", v->n > 40 ? 40 : (int)v->n, v->s);
	uint8_t *ctl = pkt_append(k, HDLC_HLEN - HDLC_ADDRESS, e);
	if (!ctl)
		return -1;
	*ctl = (uint8_t)c;
	return pkt_put_vars(k, l, e);
}

/* The CRC goes least significant octet first (4.2.5.2). */
static uint64_t hdlc_fcs(const uint8_t *b, size_t n)
{
	uint16_t crc = crc16_x25(b, n);
	return (uint64_t)(crc & 0xff) << 8 | crc >> 8;
}

const struct proto hdlc_proto = {
	.name = "hdlc", .title = "High-level Data Link Control", .osi = 2, .standard = "ISO/IEC 13239, 4",
	.hlen = HDLC_ADDRESS, .fields = hdlc_fields, .binds = hdlc_binds,
	.diagram_note = "the control octet holds N(R) or modifiers, P/F, N(S) or the kind, from its high bit on",
	.size = hdlc_size, .place = hdlc_place, .print = hdlc_print, .build = hdlc_build, .fcs_len = 2, .fcs = hdlc_fcs,
};
