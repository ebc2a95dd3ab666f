/* arp.c - Address Resolution Protocol (RFC 826), mostly of IPv4 on Ethernet.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Hardware type         |         Protocol type         |
 * |  Hw addr len  | Prot addr len |            Opcode             |
 * |  Sender hardware, sender protocol, target hardware and target |
 * |  protocol address, of the lengths said above                  |
 */

#include "num.h"
#include "pkt.h"

enum { ARP_HLEN = 8, HARDWARE = 6, PROTOCOL = 4 }; /* octets of the addresses of Ethernet and IPv4 */

enum { F_HTYPE, F_PTYPE, F_HLEN, F_PLEN, F_OP, F_SHA, F_SHX, F_SPA, F_SPX, F_THA, F_THX, F_TPA, F_TPX };

static const struct word arp_ops[] = {
	{1, "request"}, {2, "reply"}, {3, "reverse request"}, {4, "reverse reply"}, {8, "InARP request"},
	{9, "InARP reply"}, {0},
};

static const struct field arp_fields[] = {
	[F_HTYPE] = {"htype", 0, 16, DEC, CONST, .dflt = 1, .help = "Hardware type (ar$hrd)"},
	[F_PTYPE] = {"ptype", 16, 16, HEX, CONST, .dflt = 0x0800, .help = "Protocol type (ar$pro)"},
	[F_HLEN] = {"hlen", 32, 8, DEC, CONST, .dflt = HARDWARE, .help = "Octets of a hardware address (ar$hln)"},
	[F_PLEN] = {"plen", 40, 8, DEC, CONST, .dflt = PROTOCOL, .help = "Octets of a protocol address (ar$pln)"},
	[F_OP] = {"op", 48, 16, DEC, ALWAYS, .dflt = 1, .words = arp_ops, .help = "Opcode (ar$op)"},
	[F_SHA] = {"sha", MOVED, 48, MAC, ALWAYS, .help = "Sender hardware address, when hlen is 6"},
	[F_SHX] = {"shx", MOVED, 0, OCTETS, OPTIONAL, .help = "the same in hex, when it is not"},
	[F_SPA] = {"spa", MOVED, 32, IP4, ALWAYS, .help = "Sender protocol address, when plen is 4"},
	[F_SPX] = {"spx", MOVED, 0, OCTETS, OPTIONAL, .help = "the same in hex, when it is not"},
	[F_THA] = {"tha", MOVED, 48, MAC, ALWAYS, .help = "Target hardware address, when hlen is 6"},
	[F_THX] = {"thx", MOVED, 0, OCTETS, OPTIONAL, .help = "the same in hex, when it is not"},
	[F_TPA] = {"tpa", MOVED, 32, IP4, ALWAYS, .help = "Target protocol address, when plen is 4"},
	[F_TPX] = {"tpx", MOVED, 0, OCTETS, OPTIONAL, .help = "the same in hex, when it is not"},
	{0},
};

static const struct bind arp_binds[] = {{"eth.type", 0x0806}, {"eth.type", 0x8035}, {"ax25.pid", 0xcd}, {0}};

static int arp_size(const uint8_t *h, size_t left)
{
	(void)left;
	return ARP_HLEN + 2 * (h[4] + h[5]);
}

/* What is behind the addresses is a trailer. */
static int64_t arp_payload(const uint8_t *h, size_t hlen)
{
	(void)h, (void)hlen;
	return 0;
}

/* Octets before the address that field f, one of the eight, stands for; and of it. */
static unsigned address(const uint8_t *h, const struct field *f, unsigned *size)
{
	unsigned which = (unsigned)(f - arp_fields - F_SHA) / 2; /* sha, spa, tha, tpa */
	*size = which % 2 ? h[5] : h[4];
	return ARP_HLEN + (which > 1 ? h[4] + h[5] : 0u) + (which % 2 ? h[4] : 0u);
}

static int arp_place(const uint8_t *h, size_t hlen, const struct field *f)
{
	unsigned size;
	(void)hlen;
	if (f - arp_fields < F_SHA)
		return f->bit;
	unsigned at = address(h, f, &size);
	return 8 * size == f->width ? (int)(8 * at) : -1;
}

static writer arp_print(writer p, const uint8_t *h, size_t hlen, const struct field *f)
{
	unsigned size, at = address(h, f, &size);
	/* A part of an address that is cut off at the end of an odd header is not there. */
	if (size == (f < &arp_fields[F_SPA] || f == &arp_fields[F_THX] ? HARDWARE : PROTOCOL) || at + size > hlen)
		return p;
	hex_write(p, h + at, size);
	return p + 2 * size;
}

static int arp_build(struct pkt *k, struct layer *l, struct err *e)
{
	static const char *const names[] = {"shx", "spx", "thx", "tpx"};
	const uint8_t *h = k->own + l->off;
	unsigned lengths[] = {h[4], h[5], h[4], h[5]};
	for (unsigned j = 0; j < 4; j++) {
		const struct var *v = pkt_var(l, names[j]);
		bool usual = lengths[j] == (j % 2 ? PROTOCOL : HARDWARE);
		uint32_t before = k->len;
		if (v && usual)
			return err_set(e, "%s=: an address of %u octets is %.2sa=", names[j], lengths[j], names[j]);
		if (pkt_put_hex(k, v, names[j], lengths[j], e) != 0)
			return -1;
		if (v && k->len - before != lengths[j])
			return err_set(e, "%s=: %u octets, but %s says %u", names[j], k->len - before, j % 2 ? "plen" : "hlen",
			               lengths[j]);
		if (!v && !pkt_append(k, lengths[j], e))
			return -1;
	}
	return pkt_put_vars(k, l, e);
}

const struct proto arp_proto = {
	.name = "arp", .title = "Address Resolution Protocol", .osi = 2, .standard = "RFC 826",
	.hlen = ARP_HLEN, .fields = arp_fields, .binds = arp_binds,
	.diagram_note = "the addresses are as long as hlen and plen say; shx, spx, thx and tpx take the place of sha, spa, tha and tpa",
	.size = arp_size, .payload = arp_payload, .place = arp_place, .print = arp_print, .build = arp_build,
};
