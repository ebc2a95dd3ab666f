/* ax25.c - AX.25, the link protocol of amateur packet radio (AX.25 Link Access Protocol 2.2, 3).
 *
 * +---------------+---------------+--------------------+---------+-----+------+
 * | destination 7 | source 7      | repeaters, 7 each  | control | PID | info |
 * +---------------+---------------+--------------------+---------+-----+------+
 *
 * An address is six characters, blanks behind, each shifted left by one, and an octet C R R S S I D E: C says command or
 * response (of a repeater H, "has repeated"), RR is reserved and 11, E ends the list (3.12).
 */

#include "ax25.h"

#include <string.h>

#include "num.h"
#include "pkt.h"

enum {
	ADDRESS = 7, CALL = 6, SSID = 6,       /* octets of an address, of its call sign; where its last one stands */
	DST_SRC = 2 * ADDRESS,
	VIA_MAX = 8,                           /* 2.0 had eight repeaters, 2.2 has two; eight are heard */
	ADDRESSES = 2 + VIA_MAX,
	C_BIT = 0x80, RESERVED = 0x60, END = 0x01,
	UI = 0x03, PF = 0x10, NO_LAYER_3 = 0xf0, /* 4.3.3.6; 3.4 */
	LINK_AX25 = 3
};
enum { F_DST, F_SRC, F_VIA, F_CR, F_RES, F_CTL, F_PID, F_FCS };

static const struct word ax25_controls[] = {
	{0x01, "RR"}, {0x05, "RNR"}, {0x09, "REJ"}, {0x0d, "SREJ"}, {0x03, "UI"}, {0x13, "UI, P/F"}, {0x2f, "SABM"},
	{0x3f, "SABM, P"}, {0x6f, "SABME"}, {0x7f, "SABME, P"}, {0x43, "DISC"}, {0x53, "DISC, P"}, {0x63, "UA"}, {0x73, "UA, F"},
	{0x0f, "DM"}, {0x1f, "DM, F"}, {0x87, "FRMR"}, {0x97, "FRMR, F"}, {0xaf, "XID"}, {0xbf, "XID, P/F"}, {0xe3, "TEST"},
	{0xf3, "TEST, P/F"}, {0},
};
static const struct word ax25_pids[] = {
	{0x01, "X.25 packet layer"}, {0x06, "Van Jacobson compressed"}, {0x07, "Van Jacobson uncompressed"}, {0x08, "segment"},
	{0xc3, "TEXNET"}, {0xc4, "link quality"}, {0xca, "AppleTalk"}, {0xcb, "AppleTalk ARP"}, {0xcc, "IPv4"}, {0xcd, "ARP"},
	{0xce, "FlexNet"}, {0xcf, "NET/ROM"}, {0xf0, "no layer 3"}, {0},
};

static const struct field ax25_fields[] = {
	[F_DST] = {"dst", MOVED, 0, LIST, ALWAYS, .help = "Destination: a call sign of up to six characters, -1 to -15 behind it"},
	[F_SRC] = {"src", MOVED, 0, LIST, ALWAYS, .help = "Source"},
	[F_VIA] = {"via", MOVED, 0, LIST, OPTIONAL, .help = "Repeaters, up to eight; a + behind one: it has repeated the frame"},
	[F_CR] = {"cr", MOVED, 0, LIST, OPTIONAL,
	          .help = "C bits of destination and source: 10 command, the default; 01 response; 00 or 11 before version 2"},
	[F_RES] = {"res", MOVED, 0, LIST, OPTIONAL,
	           .help = "Reserved bits, a digit 0 to 3 an address; 3 everywhere, the default, is not printed"},
	[F_CTL] = {"ctl", MOVED, 8, HEX, ALWAYS, .dflt = UI, .words = ax25_controls,
	           .help = "Control: 0x03 UI; even: I, N(R) P N(S) 0; 0x01, 5, 9, 0xd: N(R) and RR, RNR, REJ, SREJ"},
	[F_PID] = {"pid", MOVED, 8, HEX, NEXT_OR, .words = ax25_pids, .help = "Protocol Identifier, in I and UI frames; 0xf0: no layer 3"},
	[F_FCS] = {"fcs", MOVED, 16, FCS, HOOK, .help = "Frame Check Sequence, CRC-16, behind the frame: crc, or the two octets as sent"},
	{0},
};

static const struct bind ax25_binds[] = {{"link", LINK_AX25}, {"kiss.cmd", 0}, {0}};

/* Whether frames with this control field have a PID (3.4). */
static bool has_pid(uint8_t ctl) { return !(ctl & 1) || (ctl & ~PF) == UI; }

/* Characters of a call sign, -1 when it is none: letters and digits, then blanks only. */
static int call_length(const uint8_t *a)
{
	int n = 0;
	for (int i = 0; i < CALL; i++) {
		uint8_t c = a[i] >> 1;
		if (a[i] & 1)
			return -1;
		if (c == ' ')
			continue;
		if (n < i || !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
			return -1;
		n++;
	}
	return n ? n : -1;
}

/* Addresses in b[0..n), -1 when they are none. */
static int count_addresses(const uint8_t *b, size_t n)
{
	for (int i = 0; i < ADDRESSES && n >= ADDRESS; i++, b += ADDRESS, n -= ADDRESS) {
		if (call_length(b) < 0)
			return -1;
		if (b[SSID] & END)
			return i ? i + 1 : -1;
	}
	return -1;
}

static int ax25_size(const uint8_t *h, size_t left)
{
	int n = count_addresses(h, left);
	if (n < 0 || left < (size_t)n * ADDRESS + 1)
		return -1;
	size_t hlen = (size_t)n * ADDRESS + 1;
	hlen += has_pid(h[hlen - 1]);
	return hlen <= left ? (int)hlen : -1;
}

bool ax25_plausible(const uint8_t *b, size_t n)
{
	int size = ax25_size(b, n);
	if (size < 0)
		return false;
	for (const uint8_t *a = b;; a += ADDRESS) {
		for (int i = 0; i < CALL; i++)
			if (a[i] >= 'a' << 1)
				return false;
		if (a[SSID] & END)
			break;
	}
	return n <= 400;
}

static int ax25_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	int addresses = count_addresses(h, hlen);
	if (addresses < 0)
		return -1;
	int ctl = addresses * ADDRESS;
	if (f == &ax25_fields[F_CTL])
		return 8 * ctl;
	return (size_t)ctl + 1 < hlen ? 8 * (ctl + 1) : -1;
}

static int ax25_next(const struct pkt *k, const struct layer *l, uint32_t *key)
{
	const uint8_t *h = k->p + l->off;
	int at = ax25_place(h, l->hlen, &ax25_fields[F_PID]);
	if (at < 0)
		return -1;
	*key = h[at / 8];
	return 0;
}

static uint64_t ax25_derive(const struct pkt *k, unsigned i, const struct field *f)
{
	(void)k;
	(void)i;
	(void)f;
	return NO_LAYER_3;
}

/* ---- addresses in text ---- */

static writer write_address(writer p, const uint8_t *a)
{
	int n = call_length(a), ssid = a[SSID] >> 1 & 15;
	for (int i = 0; i < n; i++)
		*p++ = (char)(a[i] >> 1);
	if (ssid) {
		*p++ = '-';
		p = num_dec(p, (uint64_t)ssid);
	}
	return p;
}

static writer write_res(writer p, const uint8_t *h, int n)
{
	bool plain = true;
	for (int i = 0; i < n; i++)
		plain = plain && (h[i * ADDRESS + SSID] & RESERVED) == RESERVED;
	for (int i = 0; i < n && !plain; i++)
		*p++ = (char)('0' + (h[i * ADDRESS + SSID] >> 5 & 3));
	return p;
}

static writer ax25_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	int n = count_addresses(h, hlen);
	bool to = h[SSID] & C_BIT, from = h[ADDRESS + SSID] & C_BIT;
	switch (f - ax25_fields) {
	case F_DST: return write_address(p, h);
	case F_SRC: return write_address(p, h + ADDRESS);
	case F_RES: return write_res(p, h, n);
	case F_CR:
		if (to && !from)
			return p;
		*p++ = to ? '1' : '0';
		*p++ = from ? '1' : '0';
		return p;
	default: break;
	}
	for (int i = 2; i < n; i++) {
		const uint8_t *a = h + i * ADDRESS;
		if (i > 2)
			*p++ = ',';
		p = write_address(p, a);
		if (a[SSID] & C_BIT)
			*p++ = '+';
	}
	return p;
}

/* An address of text s[0..n) to a. */
static int read_address(uint8_t *a, const char *s, size_t n, const char *name, struct err *e)
{
	const char *dash = memchr(s, '-', n);
	size_t call = dash ? (size_t)(dash - s) : n;
	uint64_t ssid = 0;
	if (dash && (num_read(dash + 1, n - call - 1, &ssid) != 0 || ssid > 15))
		return err_set(e, "%s=%.*s: what follows - is a number from 0 to 15", name, n > 40 ? 40 : (int)n, s);
	for (size_t i = 0; i < CALL; i++)
		a[i] = (uint8_t)(i < call ? (uint8_t)s[i] << 1 : ' ' << 1);
	a[SSID] = (uint8_t)(RESERVED | ssid << 1);
	bool plain = call && call <= CALL;
	for (size_t i = 0; i < call && plain; i++)
		plain = !(s[i] & 0x80);
	if (!plain || call_length(a) != (int)call)
		return err_set(e, "%s=%.*s: a call sign is 1 to 6 letters and digits, and may have -1 to -15 behind it", name,
		               n > 40 ? 40 : (int)n, s);
	return 0;
}

static int read_via(struct pkt *k, struct layer *l, const struct var *v, struct err *e)
{
	const char *s = v->s, *end = s + v->n;
	for (int i = 0; s <= end; i++) {
		const char *comma = memchr(s, ',', (size_t)(end - s)), *stop = comma ? comma : end;
		bool repeated = stop > s && stop[-1] == '+';
		if (i == VIA_MAX)
			return err_set(e, "via=: more than %d repeaters", VIA_MAX);
		uint8_t *a = pkt_append(k, ADDRESS, e);
		if (!a || read_address(a, s, (size_t)(stop - s) - repeated, "via", e) != 0)
			return -1;
		if (repeated)
			a[SSID] |= C_BIT;
		s = stop + 1;
	}
	(void)l;
	return 0;
}

static int read_flags(uint8_t *h, int n, const struct var *cr, const struct var *res, struct err *e)
{
	const char *c = cr ? cr->s : "10";
	if ((cr && cr->n != 2) || (c[0] != '0' && c[0] != '1') || (c[1] != '0' && c[1] != '1'))
		return err_set(e, "cr=%.*s: two bits: 10 command, 01 response, 00, 11", cr->n > 40 ? 40 : (int)cr->n, cr->s);
	h[SSID] |= c[0] == '1' ? C_BIT : 0;
	h[ADDRESS + SSID] |= c[1] == '1' ? C_BIT : 0;
	if (!res)
		return 0;
	if (res->n != (size_t)n)
		return err_set(e, "res=: %u digits for %d addresses", res->n, n);
	for (int i = 0; i < n; i++) {
		if (res->s[i] < '0' || res->s[i] > '3')
			return err_set(e, "res=: a digit of 0 to 3 for each address");
		uint8_t *o = &h[i * ADDRESS + SSID];
		*o = (uint8_t)((*o & ~RESERVED) | (res->s[i] - '0') << 5);
	}
	return 0;
}

static int ax25_build(struct pkt *k, struct layer *l, struct err *e)
{
	static const struct var nobody = {"NOCALL", 6, 0};
	const struct var *dst = pkt_var(l, "dst"), *src = pkt_var(l, "src"), *via = pkt_var(l, "via"), *ctl = pkt_var(l, "ctl");
	uint8_t *h = pkt_append(k, DST_SRC, e);
	dst = dst ? dst : &nobody;
	src = src ? src : &nobody;
	if (!h || read_address(h, dst->s, dst->n, "dst", e) != 0 || read_address(h + ADDRESS, src->s, src->n, "src", e) != 0 ||
	    (via && read_via(k, l, via, e) != 0))
		return -1;
	h = k->own + l->off;
	int n = (int)((k->len - l->off) / ADDRESS);
	h[n * ADDRESS - 1] |= END;
	if (read_flags(h, n, pkt_var(l, "cr"), pkt_var(l, "res"), e) != 0)
		return -1;
	uint8_t control = ctl ? (uint8_t)ctl->num : UI;
	uint8_t *end = pkt_append(k, has_pid(control) ? 2 : 1, e);
	if (!end)
		return -1;
	*end = control;
	return pkt_put_vars(k, l, e);
}

/* The CRC goes least significant octet first (ISO/IEC 13239, 4.2.5). */
static uint64_t ax25_fcs(const uint8_t *b, size_t n)
{
	uint16_t crc = crc16_x25(b, n);
	return (uint64_t)(crc & 0xff) << 8 | crc >> 8;
}

const struct proto ax25_proto = {
	.name = "ax25", .title = "AX.25 Link Access Protocol", .osi = 2, .standard = "AX.25 2.2, 3",
	.fields = ax25_fields, .binds = ax25_binds, .space = {"ax25.pid"},
	.diagram_note = "addresses of seven octets each, control, and in I and UI frames the PID",
	.size = ax25_size, .next = ax25_next, .place = ax25_place, .print = ax25_print, .build = ax25_build,
	.derive = ax25_derive, .fcs_len = 2, .fcs = ax25_fcs,
};
