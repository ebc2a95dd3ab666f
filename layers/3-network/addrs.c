/* addrs.c - lists of addresses and of multicast group records.
 *
 * A group record (RFC 3376, 4.2.4; with addresses of 16 octets RFC 3810, 5.2.5):
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Record Type  |  Aux Data Len |     Number of Sources (N)     |
 * |                       Multicast Address                       |
 * |                      Source Address [1..N]                    |
 * |                         Auxiliary Data                        |
 */

#include "addrs.h"

#include <string.h>

#include "num.h"

enum { RECORD_HEAD = 4 };

/* RFC 3376, 4.2.12: MODE_IS_INCLUDE to BLOCK_OLD_SOURCES. Others print as numbers. */
static const char *const record_types[] = {NULL, "is_in", "is_ex", "to_in", "to_ex", "allow", "block"};
enum { RECORD_TYPES = 7 };

static writer put_addr(writer p, const uint8_t *b, size_t alen)
{
	return alen == ADDR4 ? num_ip4(p, b) : num_ip6(p, b);
}

/* Appends the address in [s, s+n). */
static int read_addr(struct pkt *k, const char *s, size_t n, size_t alen, struct err *e)
{
	uint8_t *b = pkt_append(k, (uint32_t)alen, e);
	if (!b)
		return -1;
	if ((alen == ADDR4 ? num_read_ip4(s, n, b) : num_read_ip6(s, n, b)) != 0)
		return err_set(e, "\"%.*s\" is not an IPv%d address", n > 60 ? 60 : (int)n, s, alen == ADDR4 ? 4 : 6);
	return 0;
}

typedef int reader(struct pkt *k, const char *s, size_t n, size_t alen, struct err *e);

/* Calls item for every part between commas, unescaped. */
static int each_item(struct pkt *k, const struct var *v, size_t alen, struct err *e, reader *item)
{
	if (!v || !v->n)
		return 0;
	for (const char *s = v->s, *end = s + v->n; s <= end;) {
		const char *comma = memchr(s, ',', (size_t)(end - s));
		size_t n = (size_t)((comma ? comma : end) - s), un = n;
		const char *text = s;
		if (memchr(s, '%', n) && pkt_unescape(k, s, n, &text, &un, e) != 0)
			return -1;
		if (item(k, text, un, alen, e) != 0)
			return -1;
		s += n + 1;
	}
	return 0;
}

/* --- addresses ------------------------------------------------------------------------------------------- */

writer addrs_write(writer p, const uint8_t *b, size_t n, size_t alen)
{
	for (size_t at = 0; n - at >= alen; at += alen) {
		if (at)
			*p++ = ',';
		p = put_addr(p, b + at, alen);
	}
	return p;
}

int addrs_build(struct pkt *k, const struct var *v, size_t alen, struct err *e)
{
	return each_item(k, v, alen, e, read_addr);
}

/* --- group records --------------------------------------------------------------------------------------- */

size_t records_size(const uint8_t *b, size_t left, size_t alen, unsigned max, unsigned *count)
{
	size_t at = 0;
	for (*count = 0; *count < max && left - at >= RECORD_HEAD + alen; (*count)++) {
		size_t n = RECORD_HEAD + alen * (1u + be16(b + at + 2));
		if (b[at + 1] || n > left - at)
			break;
		at += n;
	}
	return at;
}

writer records_write(writer p, const uint8_t *b, size_t n, size_t alen)
{
	for (size_t at = 0; n - at >= RECORD_HEAD + alen;) {
		unsigned type = b[at], addresses = 1u + be16(b + at + 2);
		if (at)
			*p++ = ',';
		if (type && type < RECORD_TYPES) {
			memcpy(p, record_types[type], 5);
			p += 5;
		} else {
			p = num_dec(p, type);
		}
		at += RECORD_HEAD;
		for (; addresses && n - at >= alen; addresses--, at += alen) {
			*p++ = '/';
			p = put_addr(p, b + at, alen);
		}
	}
	return p;
}

static int record_type(const char *s, size_t n)
{
	uint64_t v;
	for (int i = 1; i < RECORD_TYPES; i++)
		if (n == 5 && memcmp(s, record_types[i], 5) == 0)
			return i;
	return num_read(s, n, &v) == 0 && v < 256 ? (int)v : -1;
}

static int read_record(struct pkt *k, const char *s, size_t n, size_t alen, struct err *e)
{
	const char *end = s + n, *slash = memchr(s, '/', n);
	int type = record_type(s, slash ? (size_t)(slash - s) : n);
	uint32_t at = k->len;
	if (type < 0 || !slash)
		return err_set(e, "\"%.*s\" is not TYPE/GROUP or TYPE/GROUP/SOURCE/... (TYPE: is_in is_ex to_in to_ex allow "
		               "block or a number)", n > 60 ? 60 : (int)n, s);
	if (!pkt_append(k, RECORD_HEAD, e))
		return -1;
	for (s = slash + 1; s <= end; s = slash + 1) {
		slash = memchr(s, '/', (size_t)(end - s));
		if (!slash)
			slash = end;
		if (read_addr(k, s, (size_t)(slash - s), alen, e) != 0)
			return -1;
	}
	k->own[at] = (uint8_t)type;
	put16(k->own + at + 2, (uint32_t)((k->len - at - RECORD_HEAD) / alen - 1));
	return 0;
}

int records_build(struct pkt *k, const struct var *v, size_t alen, struct err *e)
{
	return each_item(k, v, alen, e, read_record);
}
