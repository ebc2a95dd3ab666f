/* cap.c - capture files: pcap and pcapng, read and written without libpcap.
 *
 * draft-ietf-opsawg-pcap, section 4 (file header) and 5 (packet record):
 *
 *     magic u32, major u16, minor u16, reserved u32 x 2, snaplen u32,
 *     FCS length 4 bits, R, P, reserved 10 bits, link type 16 bits
 *     then records: seconds u32, fraction u32, captured u32, original u32, octets
 *
 * draft-ietf-opsawg-pcapng, section 3.1 (general block structure):
 *
 *     type u32, total length u32, body padded to 32 bits, total length u32
 *
 * Every number is in the octet order of the machine that wrote the file or section.
 */
#include <stdlib.h>
#include <string.h>

#include "cap.h"

/* Magic numbers of a pcap (draft-ietf-opsawg-pcap, 4; Kuznetzov's: libpcap, sf-pcap.c). */
static const uint32_t MAGIC_USEC = 0xa1b2c3d4, MAGIC_NSEC = 0xa1b23c4d, MAGIC_KUZNETZOV = 0xa1b2cd34;
static const uint32_t BYTE_ORDER_MAGIC = 0x1a2b3c4d; /* draft-ietf-opsawg-pcapng, 4.1 */
static const uint32_t LINK_FCS_PRESENT = 1u << 26;   /* the P bit of draft-ietf-opsawg-pcap, 4 */

enum {
	PCAP_HLEN = 24,            /* draft-ietf-opsawg-pcap, 4 */
	PCAP_RECLEN = 16,          /* the same, 5 */
	KUZNETZOV_RECLEN = 24,     /* libpcap, struct pcap_sf_patched_pkthdr */
	DGUX_MAJOR = 543,          /* DG/UX tcpdump (libpcap, sf-pcap.c) */
	BLOCK_MIN = 12,            /* draft-ietf-opsawg-pcapng, 3.1 */
	BLOCK_MAX = 16 << 20,      /* octets: libpcap's limit too */
	SHB_MIN = 28,              /* 4.1 */
	IFACES_MAX = 1 << 20,      /* of one section: a bound on what a hostile file makes us keep */
	RESOL_BINARY = 0x80        /* if_tsresol: 2^-n, not 10^-n (4.2) */
};

enum block_type { /* draft-ietf-opsawg-pcapng, 11.1 */
	BLOCK_SHB = 0x0a0d0d0a,
	BLOCK_IDB = 1,
	BLOCK_PB = 2,
	BLOCK_SPB = 3,
	BLOCK_EPB = 6
};

enum option { /* 3.5, 4.2, 4.3 */
	OPT_END = 0,
	OPT_PKT_FLAGS = 2, /* of EPB and PB */
	OPT_TSRESOL = 9,
	OPT_FCSLEN = 13,
	OPT_TSOFFSET = 14
};

static const uint64_t TEN[20] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
	10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
	1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000, 10000000000000000000u};

/* ---- octets ---- */

static uint32_t swap32(uint32_t v)
{
	return v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24;
}

static uint32_t get32(const struct cap *c, const uint8_t *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof v);
	return c->swapped ? swap32(v) : v;
}

static uint16_t get16(const struct cap *c, const uint8_t *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof v);
	return (uint16_t)(c->swapped ? v >> 8 | v << 8 : v);
}

/* The octets of a block that are not yet read. Views are taken from it, never computed. */
struct view {
	const uint8_t *p;
	size_t n;
	bool bad; /* more was asked for than there was */
};

static const uint8_t *take(struct view *v, size_t n)
{
	static const uint8_t zeros[8];
	if (v->bad || n > v->n) {
		v->bad = true;
		return n <= sizeof zeros ? zeros : NULL;
	}
	const uint8_t *p = v->p;
	v->p += n;
	v->n -= n;
	return p;
}

static uint32_t take32(const struct cap *c, struct view *v)
{
	return get32(c, take(v, 4));
}

static uint16_t take16(const struct cap *c, struct view *v)
{
	return get16(c, take(v, 2));
}

/* The low word comes second in a pcapng time, whatever the octet order (4.3). */
static uint64_t take_time(const struct cap *c, struct view *v)
{
	uint64_t high = take32(c, v);
	return high << 32 | take32(c, v);
}

static size_t pad4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static unsigned long long at(const struct cap *c)
{
	return in_offset(c->in);
}

/* in_fill, with the file's end made an error: what is the thing that says need octets. */
static int need(struct cap *c, size_t n, const char *what, struct err *e)
{
	int r = in_fill(c->in, n, e);
	if (r != IN_EOF)
		return r;
	return err_set(e, "offset %llu: the %s says %zu octets, the file has %zu: cut short", at(c), what, n,
	               in_left(c->in));
}

/* ---- reading: pcap ---- */

enum cap_format cap_sniff(const uint8_t *p, size_t n)
{
	if (n < 4)
		return CAP_NONE;
	uint32_t v;
	memcpy(&v, p, sizeof v);
	if (v == BLOCK_SHB) /* a palindrome */
		return CAP_PCAPNG;
	for (int i = 0; i < 2; i++, v = swap32(v))
		if (v == MAGIC_USEC || v == MAGIC_NSEC || v == MAGIC_KUZNETZOV)
			return CAP_PCAP;
	return CAP_NONE;
}

static int pcap_begin(struct cap *c, struct err *e)
{
	int r = need(c, PCAP_HLEN, "file header", e);
	if (r != IN_OK)
		return r;
	const uint8_t *p = in_at(c->in);
	uint32_t magic = get32(c, p);
	c->swapped = magic != MAGIC_USEC && magic != MAGIC_NSEC && magic != MAGIC_KUZNETZOV;
	magic = get32(c, p);
	unsigned major = get16(c, p + 4), minor = get16(c, p + 6);
	if (!(major == 2 && minor <= 4) && !(major == DGUX_MAJOR && minor == 0))
		return err_set(e, "offset 4: pcap version %u.%u, and only 2.0 to 2.4 and 543.0 are known", major, minor);
	c->minor = (uint8_t)minor;
	c->digits = magic == MAGIC_NSEC ? 9 : 6;
	c->rechdr = magic == MAGIC_KUZNETZOV ? KUZNETZOV_RECLEN : PCAP_RECLEN;
	c->link = get32(c, p + 20);
	c->fcs = c->link & LINK_FCS_PRESENT ? (int)(c->link >> 28) * 2 : -1; /* in words of 16 bits */
	c->in->pos += PCAP_HLEN;
	c->begun = true;
	return IN_OK;
}

/* Before 2.3 the original length came first, and some that say 2.3 still have it so (libpcap, sf-pcap.c). */
static bool lengths_swapped(const struct cap *c, uint32_t captured, uint32_t original)
{
	return c->minor < 3 || (c->minor == 3 && captured > original);
}

static int too_big(const struct cap *c, const char *what, uint32_t n, struct err *e)
{
	return err_set(e, "offset %llu: the %s says %u octets, more than the %d that a packet can have", at(c), what, n,
	               PKT_MAX);
}

static int pcap_next(struct cap *c, struct cap_rec *r, struct err *e)
{
	struct in *in = c->in;
	if (in_left(in) < c->rechdr) {
		int got = in_fill(in, c->rechdr, e);
		if (got == IN_EOF && in_left(in) == 0)
			return IN_EOF;
		if (got == IN_EOF)
			return err_set(e, "offset %llu: a record header has %u octets, the file has %zu: cut short", at(c),
			               c->rechdr, in_left(in));
		if (got != IN_OK)
			return got;
	}
	const uint8_t *p = in_at(in);
	uint32_t sec = get32(c, p), frac = get32(c, p + 4), len = get32(c, p + 8), wire = get32(c, p + 12);
	if (c->minor < 4 && lengths_swapped(c, len, wire)) {
		uint32_t t = len;
		len = wire;
		wire = t;
	}
	if (len > PKT_MAX)
		return too_big(c, "record", len, e);
	if (in_left(in) - c->rechdr < len) {
		int got = in_fill(in, c->rechdr + (size_t)len, e);
		if (got == IN_EOF)
			return err_set(e, "offset %llu: the record says %u octets, the file has %zu: cut short", at(c), len,
			               in_left(in) - c->rechdr);
		if (got != IN_OK)
			return got;
	}
	uint32_t whole = c->digits == 9 ? 1000000000 : 1000000;
	r->time.sec = sec;
	if (frac >= whole) { /* carries (pkt(5), rule 5) */
		r->time.sec += frac / whole;
		frac %= whole;
	}
	r->time.nsec = c->digits == 9 ? frac : frac * 1000;
	r->time.digits = c->digits;
	r->time.set = true;
	r->link = c->link;
	r->fcs = c->fcs;
	r->wire = wire;
	r->len = len;
	r->p = in_at(in) + c->rechdr;
	in->pos += c->rechdr + (size_t)len;
	return IN_OK;
}

/* ---- reading: times of pcapng (4.2, if_tsresol and if_tsoffset) ---- */

/* units of 10^-n seconds; true when something finer than a nanosecond was lost. */
static bool decimal_time(uint64_t units, unsigned n, struct stamp *t)
{
	t->digits = (uint8_t)(n < 9 ? n : 9);
	t->sec = n < 20 ? units / TEN[n] : 0; /* 10^20 > 2^64 */
	uint64_t frac = n < 20 ? units % TEN[n] : units;
	if (n <= 9) {
		t->nsec = (uint32_t)(frac * TEN[9 - n]);
		return false;
	}
	if (n - 9 >= 20) {
		t->nsec = 0;
		return frac != 0;
	}
	t->nsec = (uint32_t)(frac / TEN[n - 9]);
	return frac % TEN[n - 9] != 0;
}

/* units of 2^-n seconds. The fraction is taken out decimal digit by digit, in two limbs of which low has 32 bits,
 * so that nothing overflows. 2^-n has exactly n decimal places. */
static bool binary_time(uint64_t units, unsigned n, struct stamp *t)
{
	bool lost = false;
	if (n > 92) { /* 2^-92 s is far below a nanosecond: what is finer only counts as lost. n <= 127 */
		lost = (units & ((UINT64_C(1) << (n - 92)) - 1)) != 0;
		units >>= n - 92;
		n = 92;
	}
	t->digits = (uint8_t)(n < 9 ? n : 9);
	t->sec = n < 64 ? units >> n : 0;
	if (n < 64)
		units -= t->sec << n;
	if (n < 32) { /* to two limbs, the point above bit 32 of the whole */
		units <<= 32 - n;
		n = 32;
	}
	uint64_t high = units >> 32, low = units & UINT32_MAX;
	t->nsec = 0;
	for (int i = 0; i < 9; i++) {
		low *= 10;
		high = high * 10 + (low >> 32);
		low &= UINT32_MAX;
		t->nsec = t->nsec * 10 + (uint32_t)(high >> (n - 32));
		high &= (UINT64_C(1) << (n - 32)) - 1;
	}
	return lost || high || low;
}

static int iface_time(struct cap *c, const struct cap_iface *f, uint64_t units, struct stamp *t, struct err *e)
{
	bool lost = f->tsresol & RESOL_BINARY ? binary_time(units, f->tsresol & 0x7fu, t)
	                                      : decimal_time(units, f->tsresol, t);
	uint64_t back = f->tsoffset < 0 ? 0 - (uint64_t)f->tsoffset : 0;
	uint64_t forth = f->tsoffset > 0 ? (uint64_t)f->tsoffset : 0;
	if (back > t->sec)
		return err_set(e, "offset %llu: a time before 1970 (if_tsoffset is %lld)", at(c), (long long)f->tsoffset);
	if (forth > UINT64_MAX - t->sec)
		return err_set(e, "offset %llu: a time over 64 bits of seconds (if_tsoffset is %lld)", at(c),
		               (long long)f->tsoffset);
	t->sec += forth - back;
	t->set = true;
	c->cut += lost;
	return IN_OK;
}

/* ---- reading: pcapng ---- */

/* The next option (3.5): true with its code and value, false at the end or when the rest is no option (v->bad). */
static bool next_option(const struct cap *c, struct view *v, unsigned *code, struct view *value)
{
	if (v->n == 0)
		return false;
	*code = take16(c, v);
	size_t n = take16(c, v);
	value->p = take(v, n);
	value->n = n;
	value->bad = v->bad;
	size_t pad = pad4(n) - n;
	take(v, pad < v->n ? pad : v->n);
	return !v->bad && *code != OPT_END;
}

/* if_fcslen counts bits, says the draft, and gives the example 4; Wireshark takes octets. No FCS has 16 octets,
 * and none has fewer than 8 bits. */
static int fcs_octets(unsigned v)
{
	return (int)(v >= 16 && v % 8 == 0 ? v / 8 : v);
}

static uint8_t fcslen_of(int octets)
{
	return (uint8_t)(octets >= 16 && octets < 32 ? octets * 8 : octets);
}

static int64_t get_offset(const struct cap *c, const uint8_t *p)
{
	uint64_t a = get32(c, p), b = get32(c, p + 4);
	uint16_t one = 1;
	uint8_t first;
	memcpy(&first, &one, 1);
	bool little = (first == 1) != c->swapped;
	uint64_t v = little ? b << 32 | a : a << 32 | b;
	int64_t s;
	memcpy(&s, &v, sizeof s);
	return s;
}

static int idb_options(struct cap *c, struct cap_iface *f, struct view *v, struct err *e)
{
	unsigned code;
	struct view o;
	while (next_option(c, v, &code, &o)) {
		size_t want = code == OPT_TSRESOL || code == OPT_FCSLEN ? 1 : code == OPT_TSOFFSET ? 8 : o.n;
		if (o.n != want)
			return err_set(e, "offset %llu: interface option %u has %zu octets, not %zu", at(c), code, o.n, want);
		if (code == OPT_TSRESOL)
			f->tsresol = *take(&o, 1);
		else if (code == OPT_FCSLEN)
			f->fcs = fcs_octets(*take(&o, 1));
		else if (code == OPT_TSOFFSET)
			f->tsoffset = get_offset(c, take(&o, 8));
	}
	if (v->bad)
		return err_set(e, "offset %llu: an interface option goes beyond its block", at(c));
	return IN_OK;
}

static struct cap_iface *add_iface(struct cap_iface **list, size_t *n, size_t *cap)
{
	if (*n == *cap) {
		*cap = *cap ? *cap * 2 : 4;
		*list = xrealloc(*list, *cap * sizeof **list);
	}
	struct cap_iface *f = &(*list)[(*n)++];
	*f = (struct cap_iface){.fcs = -1, .tsresol = 6};
	return f;
}

/* Interface Description Block (4.2). */
static int read_idb(struct cap *c, struct view *v, struct err *e)
{
	if (c->nifaces == IFACES_MAX)
		return err_set(e, "offset %llu: more than %d interfaces in a section", at(c), IFACES_MAX);
	struct cap_iface f = {.fcs = -1, .tsresol = 6};
	f.link = take16(c, v);
	f.link |= (uint32_t)take16(c, v) << 16; /* reserved; see write_idb */
	f.snaplen = take32(c, v);
	if (v->bad)
		return err_set(e, "offset %llu: an Interface Description Block is too short", at(c));
	if (idb_options(c, &f, v, e) < 0)
		return -1;
	*add_iface(&c->ifaces, &c->nifaces, &c->capifaces) = f;
	return IN_OK;
}

static const struct cap_iface *iface_at(const struct cap *c, uint32_t i, struct err *e)
{
	if (i < c->nifaces)
		return &c->ifaces[i];
	err_set(e, "offset %llu: a packet of interface %u, but the section has described %zu so far", at(c), i, c->nifaces);
	return NULL;
}

/* The octets of a packet, and the FCS length that its options may name (4.3.1, bits 5 to 8 of epb_flags). */
static int packet_data(struct cap *c, struct view *v, struct cap_rec *r, struct err *e)
{
	if (v->bad)
		return err_set(e, "offset %llu: a packet block is too short", at(c));
	if (r->len > PKT_MAX)
		return too_big(c, "packet block", r->len, e);
	if (r->len > v->n)
		return err_set(e, "offset %llu: the packet says %u octets, its block has %zu", at(c), r->len, v->n);
	r->p = take(v, r->len);
	size_t pad = pad4(r->len) - r->len;
	take(v, pad < v->n ? pad : v->n);
	unsigned code;
	struct view o;
	while (next_option(c, v, &code, &o)) /* a damaged option costs no packet: nothing else of them is used */
		if (code == OPT_PKT_FLAGS && o.n == 4 && (get32(c, o.p) >> 5 & 15))
			r->fcs = (int)(get32(c, o.p) >> 5 & 15);
	return IN_OK;
}

/* Enhanced Packet Block (4.3) and the obsolete Packet Block (Appendix A), whose interface has 16 bits. */
static int read_packet(struct cap *c, uint32_t type, struct view *v, struct cap_rec *r, struct err *e)
{
	uint32_t i;
	if (type == BLOCK_EPB) {
		i = take32(c, v);
	} else {
		i = take16(c, v);
		take16(c, v); /* drops count */
	}
	uint64_t units = take_time(c, v);
	r->len = take32(c, v);
	r->wire = take32(c, v);
	const struct cap_iface *f = v->bad ? NULL : iface_at(c, i, e);
	if (!v->bad && !f)
		return -1;
	r->fcs = f ? f->fcs : -1;
	r->link = f ? f->link : 0;
	if (packet_data(c, v, r, e) < 0)
		return -1;
	return iface_time(c, f, units, &r->time, e);
}

/* Simple Packet Block (4.4): of interface 0, cut at its snapshot length, without a time. */
static int read_simple(struct cap *c, struct view *v, struct cap_rec *r, struct err *e)
{
	r->wire = take32(c, v);
	const struct cap_iface *f = v->bad ? NULL : iface_at(c, 0, e);
	if (!v->bad && !f)
		return -1;
	r->len = f && f->snaplen && f->snaplen < r->wire ? f->snaplen : r->wire;
	r->fcs = f ? f->fcs : -1;
	r->link = f ? f->link : 0;
	r->time = (struct stamp){.digits = 6};
	if (!v->bad && r->len <= v->n) /* it has no options */
		v->n = pad4(r->len);
	return packet_data(c, v, r, e);
}

/* Section Header Block (4.1): settles the octet order, which the block's own length needs already. */
static int section_header(struct cap *c, struct view *v, struct err *e)
{
	take(v, 4);
	unsigned major = take16(c, v), minor = take16(c, v);
	take(v, 8);
	if (v->bad)
		return err_set(e, "offset %llu: a Section Header Block is too short", at(c));
	if (major != 1 || (minor != 0 && minor != 2)) /* 1.2 means 1.0 (4.1) */
		return err_set(e, "offset %llu: pcapng version %u.%u, and only 1.0 and 1.2 are known", at(c), major, minor);
	c->nifaces = 0;
	return IN_OK;
}

static int section_order(struct cap *c, struct err *e)
{
	int r = need(c, BLOCK_MIN, "Section Header Block", e);
	if (r != IN_OK)
		return r;
	uint32_t magic;
	memcpy(&magic, in_at(c->in) + 8, sizeof magic);
	if (magic != BYTE_ORDER_MAGIC && magic != swap32(BYTE_ORDER_MAGIC))
		return err_set(e, "offset %llu: the byte-order magic of a Section Header Block is %02x%02x%02x%02x", at(c) + 8,
		               in_at(c->in)[8], in_at(c->in)[9], in_at(c->in)[10], in_at(c->in)[11]);
	c->swapped = magic != BYTE_ORDER_MAGIC;
	return IN_OK;
}

/* Reads type and total length of the block at hand. */
static int block_head(struct cap *c, uint32_t *type, uint32_t *total, struct err *e)
{
	int r = in_fill(c->in, 8, e);
	if (r == IN_EOF && in_left(c->in))
		return err_set(e, "offset %llu: a block header has 8 octets, the file has %zu: cut short", at(c),
		               in_left(c->in));
	if (r != IN_OK)
		return r;
	*type = get32(c, in_at(c->in));
	if (*type == BLOCK_SHB && (r = section_order(c, e)) != IN_OK)
		return r;
	*total = get32(c, in_at(c->in) + 4);
	uint32_t least = *type == BLOCK_SHB ? SHB_MIN : BLOCK_MIN;
	if (*total < least || *total > BLOCK_MAX || *total % 4)
		return err_set(e, "offset %llu: a block says %u octets: %s", at(c), *total,
		               *total < least       ? "too short"
		               : *total > BLOCK_MAX ? "more than 16 MiB"
		                                    : "not a multiple of 4");
	return IN_OK;
}

static int trailer(struct cap *c, const uint8_t *p, uint32_t total, struct err *e)
{
	if (get32(c, p) == total)
		return IN_OK;
	return err_set(e, "offset %llu: a block says %u octets at its start and %u at its end", at(c), total, get32(c, p));
}

/* Goes on through a block that means nothing to us, without keeping it: c->skip octets are left. */
static int skip_block(struct cap *c, struct err *e)
{
	struct in *in = c->in;
	while (c->skip) {
		size_t want = c->skip > 4 ? 1 : 4; /* the trailer stays for the check */
		int r = in_fill(in, want, e);
		if (r == IN_EOF)
			return err_set(e, "offset %llu: a block says %u octets more, the file has %zu: cut short", at(c), c->skip,
			               in_left(in));
		if (r != IN_OK)
			return r;
		if (c->skip == 4 && trailer(c, in_at(in), c->block, e) < 0)
			return -1;
		size_t k = c->skip > 4 ? c->skip - 4 : 4;
		if (k > in_left(in))
			k = in_left(in);
		in->pos += k;
		c->skip -= (uint32_t)k;
	}
	return IN_OK;
}

/* Reads the block at hand. Returns as in_fill, with *packet set when it held one. */
static int read_block(struct cap *c, struct cap_rec *rec, bool *packet, struct err *e)
{
	uint32_t type = 0, total = 0;
	int r = block_head(c, &type, &total, e);
	if (r != IN_OK)
		return r;
	*packet = type == BLOCK_EPB || type == BLOCK_SPB || type == BLOCK_PB;
	if (!*packet && type != BLOCK_SHB && type != BLOCK_IDB) {
		c->block = c->skip = total;
		return skip_block(c, e);
	}
	if (in_left(c->in) < total && (r = need(c, total, "block", e)) != IN_OK)
		return r;
	const uint8_t *p = in_at(c->in);
	if (trailer(c, p + total - 4, total, e) < 0)
		return -1;
	struct view v = {.p = p + 8, .n = total - BLOCK_MIN};
	r = type == BLOCK_SHB   ? section_header(c, &v, e)
	    : type == BLOCK_IDB ? read_idb(c, &v, e)
	    : type == BLOCK_SPB ? read_simple(c, &v, rec, e)
	                        : read_packet(c, type, &v, rec, e);
	if (r == IN_OK)
		c->in->pos += total;
	return r;
}

static int pcapng_next(struct cap *c, struct cap_rec *rec, struct err *e)
{
	bool packet = false;
	do {
		int r = c->skip ? skip_block(c, e) : read_block(c, rec, &packet, e);
		if (r != IN_OK)
			return r;
	} while (!packet);
	return IN_OK;
}

/* ---- reading ---- */

/* Reads what must come before the first record. */
static int begin(struct cap *c, struct err *e)
{
	int r = in_fill(c->in, 4, e);
	if (r == IN_ERR || r == IN_WAIT)
		return r;
	c->format = cap_sniff(in_at(c->in), in_left(c->in));
	if (c->format == CAP_PCAP)
		return pcap_begin(c, e);
	bool packet;
	if (c->format == CAP_NONE)
		return err_set(e, "offset %llu: no capture file: it begins with neither a pcap nor a pcapng magic number", at(c));
	r = read_block(c, NULL, &packet, e);
	c->begun = r == IN_OK;
	return r;
}

int cap_open(struct cap *c, struct in *in, struct err *e)
{
	memset(c, 0, sizeof *c);
	c->in = in;
	c->fcs = -1;
	return begin(c, e) == IN_ERR ? -1 : 0;
}

int cap_next(struct cap *c, struct cap_rec *r, struct err *e)
{
	if (!c->begun) {
		int b = begin(c, e);
		if (b != IN_OK)
			return b;
	}
	int got = c->format == CAP_PCAP ? pcap_next(c, r, e) : pcapng_next(c, r, e);
	c->records += got == IN_OK;
	return got;
}

void cap_close(struct cap *c)
{
	free(c->ifaces);
	c->ifaces = NULL;
	c->nifaces = c->capifaces = 0;
}

/* ---- writing: little-endian on every machine, so that the same packets give the same file ---- */

static char *le16(char *p, uint32_t v)
{
	p[0] = (char)(v & 0xff);
	p[1] = (char)(v >> 8 & 0xff);
	return p + 2;
}

static char *le32(char *p, uint32_t v)
{
	return le16(le16(p, v & 0xffff), v >> 16);
}

void capw_init(struct capw *w, struct out *out, enum cap_format format)
{
	memset(w, 0, sizeof *w);
	w->out = out;
	w->format = format;
}

static void pcap_header(struct capw *w)
{
	char *start = out_room(w->out, PCAP_HLEN), *p = start;
	p = le32(p, w->nano ? MAGIC_NSEC : MAGIC_USEC);
	p = le16(p, 2);
	p = le16(p, 4);
	p = le32(p, 0);
	p = le32(p, 0);
	p = le32(p, PKT_MAX);
	p = le32(p, w->link);
	out_done(w->out, (size_t)(p - start));
	w->begun = true;
}

static void section(struct capw *w)
{
	char *start = out_room(w->out, SHB_MIN), *p = start;
	p = le32(p, BLOCK_SHB);
	p = le32(p, SHB_MIN);
	p = le32(p, BYTE_ORDER_MAGIC);
	p = le16(p, 1);
	p = le16(p, 0);
	p = le32(p, UINT32_MAX); /* section length -1: not known */
	p = le32(p, UINT32_MAX);
	p = le32(p, SHB_MIN);
	out_done(w->out, (size_t)(p - start));
	w->begun = true;
}

/* The digits that a time needs: those it was written with, more if its nanoseconds have more. */
static unsigned digits_of(const struct stamp *t)
{
	unsigned d = t->digits < 9 ? t->digits : 9;
	while (t->nsec % TEN[9 - d])
		d++;
	return d;
}

static int pcap_misfit(const struct capw *w, const struct cap_rec *r, unsigned digits, struct err *e)
{
	static const char advice[] = "write pcapng (-w X.pcapng), which takes all";
	if (r->time.set && r->time.sec > UINT32_MAX)
		return err_set(e, "the time %llu s needs more than the 32 bits of a pcap: %s", (unsigned long long)r->time.sec,
		               advice);
	if (w->begun && r->link != w->link)
		return err_set(e, "this record has link type %u but the pcap began with %u: %s", r->link, w->link, advice);
	if (w->begun && digits > 6 && !w->nano)
		return err_set(e, "this record's time has %u digits but the pcap began with microseconds: %s", digits, advice);
	return 0;
}

static int pcap_put(struct capw *w, const struct cap_rec *r, struct err *e)
{
	unsigned digits = r->time.set ? digits_of(&r->time) : 0;
	if (pcap_misfit(w, r, digits, e) < 0)
		return -1;
	if (!w->begun) {
		w->nano = digits > 6;
		w->link = r->link;
		pcap_header(w);
	}
	char *start = out_room(w->out, PCAP_RECLEN + (size_t)r->len), *p = start;
	p = le32(p, r->time.set ? (uint32_t)r->time.sec : 0);
	p = le32(p, !r->time.set ? 0 : w->nano ? r->time.nsec : r->time.nsec / 1000);
	p = le32(p, r->len);
	p = le32(p, r->wire);
	if (r->len)
		memcpy(p, r->p, r->len);
	out_done(w->out, (size_t)(p - start) + r->len);
	return 0;
}

/* Whether sec, counted from the interface's offset in units of 10^-digits seconds, fits the 64 bits of a block. */
static bool in_reach(uint64_t sec, int64_t offset, unsigned digits)
{
	return !digits || (sec >= (uint64_t)offset && sec - (uint64_t)offset < UINT64_MAX / TEN[digits]);
}

static void write_idb(struct capw *w, const struct cap_iface *f)
{
	uint32_t options = (f->tsresol != 6 ? 8u : 0) + (f->fcs >= 0 ? 8u : 0) + (f->tsoffset ? 12u : 0);
	uint32_t total = 20 + options + (options ? 4 : 0);
	char *start = out_room(w->out, total), *p = start;
	p = le32(p, BLOCK_IDB);
	p = le32(p, total);
	/* The upper half of a pcap's link type field (FCS length and reserved bits) has no place in a pcapng but the 16 reserved
	 * bits behind the link type, which other readers ignore: so that every record can be kept as it is. */
	p = le16(p, f->link & 0xffff);
	p = le16(p, f->link >> 16);
	p = le32(p, f->snaplen);
	if (f->tsresol != 6) {
		p = le16(p, OPT_TSRESOL);
		p = le16(p, 1);
		p = le32(p, f->tsresol);
	}
	if (f->fcs >= 0) {
		p = le16(p, OPT_FCSLEN);
		p = le16(p, 1);
		p = le32(p, fcslen_of(f->fcs));
	}
	if (f->tsoffset) {
		p = le16(p, OPT_TSOFFSET);
		p = le16(p, 8);
		p = le32(p, (uint32_t)f->tsoffset);
		p = le32(p, (uint32_t)((uint64_t)f->tsoffset >> 32));
	}
	if (options)
		p = le32(p, OPT_END);
	p = le32(p, total);
	out_done(w->out, (size_t)(p - start));
}

/* The interface for this record; one is written when there is none. A record without a time goes to any; a time that is too late for
 * 64 bits of its units goes to one with an offset (if_tsoffset). Returns -1 when even that is not enough. */
static ssize_t iface_for(struct capw *w, const struct cap_rec *r, unsigned digits)
{
	uint64_t sec = r->time.sec;
	for (size_t i = 0; i < w->nifaces; i++) {
		const struct cap_iface *f = &w->ifaces[i];
		if (f->link == r->link && f->fcs == r->fcs &&
		    (!r->time.set || (f->tsresol == digits && in_reach(sec, f->tsoffset, digits))))
			return (ssize_t)i;
	}
	int64_t offset = !r->time.set || in_reach(sec, 0, digits) ? 0
	               : sec > INT64_MAX ? INT64_MAX : (int64_t)sec;
	if (r->time.set && !in_reach(sec, offset, digits))
		return -1;
	struct cap_iface *f = add_iface(&w->ifaces, &w->nifaces, &w->capifaces);
	f->link = r->link;
	f->fcs = r->fcs;
	f->tsresol = (uint8_t)(r->time.set ? digits : 6);
	f->tsoffset = offset;
	write_idb(w, f);
	return (ssize_t)w->nifaces - 1;
}

/* The end of a packet block: data, padding, the trailing length. */
static void block_data(struct capw *w, char *start, char *p, const struct cap_rec *r, uint32_t total)
{
	if (r->len)
		memcpy(p, r->p, r->len);
	memset(p + r->len, 0, pad4(r->len) - r->len);
	p = le32(p + pad4(r->len), total);
	out_done(w->out, (size_t)(p - start));
}

static void write_packet(struct capw *w, const struct cap_rec *r, size_t iface, uint64_t units)
{
	bool simple = !r->time.set && iface == 0 && r->wire == r->len;
	uint32_t total = (simple ? 16 : 32) + (uint32_t)pad4(r->len);
	char *start = out_room(w->out, total), *p = start;
	p = le32(p, simple ? BLOCK_SPB : BLOCK_EPB);
	p = le32(p, total);
	if (!simple) {
		p = le32(p, (uint32_t)iface);
		p = le32(p, (uint32_t)(units >> 32));
		p = le32(p, (uint32_t)units);
		p = le32(p, r->len);
	}
	p = le32(p, r->wire);
	block_data(w, start, p, r, total);
}

static int pcapng_put(struct capw *w, const struct cap_rec *r, struct err *e)
{
	unsigned digits = r->time.set ? digits_of(&r->time) : 0;
	uint64_t units = 0;
	if (!w->begun)
		section(w);
	ssize_t iface = iface_for(w, r, digits);
	if (iface < 0)
		return err_set(e, "the time %llu.%09u s needs more than the 64 bits of a pcapng", (unsigned long long)r->time.sec,
		               r->time.nsec);
	if (r->time.set)
		units = (r->time.sec - (uint64_t)w->ifaces[iface].tsoffset) * TEN[digits] + r->time.nsec / TEN[9 - digits];
	write_packet(w, r, (size_t)iface, units);
	return 0;
}

int capw_put(struct capw *w, const struct cap_rec *r, struct err *e)
{
	if (w->out->failed)
		return err_set(e, "%s", w->out->err.msg);
	if (r->len > PKT_MAX)
		return err_set(e, "a packet of %u octets, more than the %d that it can have", r->len, PKT_MAX);
	if (r->time.set && r->time.nsec > 999999999)
		return err_set(e, "a time with %u nanoseconds", r->time.nsec);
	if ((w->format == CAP_PCAP ? pcap_put : pcapng_put)(w, r, e) < 0)
		return -1;
	w->records++;
	return 0;
}

int capw_end(struct capw *w, struct err *e)
{
	if (!w->begun && w->format == CAP_PCAP) {
		w->link = 1;
		pcap_header(w);
	} else if (!w->begun) {
		section(w);
	}
	free(w->ifaces);
	w->ifaces = NULL;
	w->nifaces = w->capifaces = 0;
	return w->out->failed ? err_set(e, "%s", w->out->err.msg) : 0;
}
