/* tcp_segment.c - TCP segments out of packets (RFC 9293, 3.1). */

#include "tcp_segment.h"

#include <string.h>

#include "num.h"

extern const struct proto ip_proto, ip6_proto, icmp_proto, icmp6_proto, tcp_proto;

enum {
	TCP_HLEN = 20,                                        /* RFC 9293, 3.1: octets of the fixed header */
	PROTO = 6,                                        /* IANA, Protocol Numbers */
	IP_LEN = 2, IP_PROTO = 9, IP_SRC = 12, IP_DST = 16,             /* RFC 791, 3.1: octets */
	IP6_LEN = 4, IP6_NEXT = 6, IP6_SRC = 8, IP6_DST = 24, IP6_HLEN = 40, /* RFC 8200, 3 */
	EOL = 0, NOP = 1, MSS = 2, SCALE = 3, SACK_OK = 4, SACK = 5, TIMESTAMPS = 8 /* RFC 9293, 7323, 2018: kinds of options */
};

static void read_sack(struct tcp_segment *s, const uint8_t *o, size_t n)
{
	for (s->nsacks = 0; n >= 8 && s->nsacks < TCP_SACKS; o += 8, n -= 8)
		s->sack[s->nsacks++] = (struct tcp_sack){be32(o), be32(o + 4)};
}

static void read_option(struct tcp_segment *s, unsigned kind, const uint8_t *o, size_t n)
{
	switch (kind) {
	case MSS:
		if (n == 2)
			s->mss = be16(o);
		break;
	case SCALE:
		if (n == 1)
			s->scale = (int8_t)(o[0] > TCP_SCALE_MAX ? TCP_SCALE_MAX : o[0]);
		break;
	case SACK_OK: s->sack_ok = true; break;
	case SACK: read_sack(s, o, n); break;
	case TIMESTAMPS:
		if (n == 8) {
			s->has_ts = true;
			s->tsval = be32(o);
			s->tsecr = be32(o + 4);
		}
		break;
	default: break;
	}
}

static void read_options(struct tcp_segment *s, const uint8_t *o, size_t n)
{
	/* RFC 7323, appendix A: what most segments have. */
	if (n == 12 && be32(o) == 0x0101080a) {
		read_option(s, TIMESTAMPS, o + 4, 8);
		return;
	}
	while (n > 0 && o[0] != EOL) {
		size_t len = o[0] == NOP ? 1 : n < 2 ? 0 : o[1];
		if (o[0] != NOP && (len < 2 || len > n))
			break;
		if (o[0] != NOP)
			read_option(s, o[0], o + 2, len - 2);
		o += len;
		n -= len;
	}
}

/* Where the datagram of the IP header in layer l ends on the wire, as an offset in the packet. A length of 0 is what segmentation
 * offload writes; then, as where the length is more than there was, the packet's own length counts. */
static uint32_t datagram_end(const struct pkt *k, const struct layer *l)
{
	const uint8_t *h = k->p + l->off;
	uint32_t wire = k->wire > k->len ? k->wire : k->len;
	uint32_t said = l->proto == &ip_proto ? be16(h + IP_LEN) : be16(h + IP6_LEN);
	if (said == 0)
		return wire - k->fcs;
	if (l->proto == &ip6_proto)
		said += IP6_HLEN;
	return said > wire - l->off ? wire : l->off + said;
}

static void read_ends(struct tcp_segment *s, const struct pkt *k, const struct layer *ip)
{
	const uint8_t *h = ip ? k->p + ip->off : NULL;
	memset(&s->src, 0, sizeof s->src);
	memset(&s->dst, 0, sizeof s->dst);
	if (ip && ip->proto == &ip_proto) {
		memcpy(s->src.addr, h + IP_SRC, 4);
		memcpy(s->dst.addr, h + IP_DST, 4);
		s->src.family = s->dst.family = 4;
	} else if (ip) {
		memcpy(s->src.addr, h + IP6_SRC, 16);
		memcpy(s->dst.addr, h + IP6_DST, 16);
		s->src.family = s->dst.family = 6;
	}
}

/* The segment whose header is at off, in the datagram of ip (NULL: none); false when its lengths cannot be true. */
static bool read_segment(struct tcp_segment *s, const struct pkt *k, const struct layer *ip, uint32_t off)
{
	const uint8_t *h = k->p + off;
	uint32_t hlen = 4u * (h[12] >> 4), end = ip ? datagram_end(k, ip) : k->tail;
	if (hlen < TCP_HLEN || end < off || hlen > end - off)
		return false;
	read_ends(s, k, ip);
	memcpy(s->src.port, h, 2);
	memcpy(s->dst.port, h + 2, 2);
	s->ns = k->time.sec * 1000000000u + k->time.nsec;
	s->seq = be32(h + 4);
	s->ack = be32(h + 8);
	s->len = end - off - hlen;
	s->flags = be16(h + 12) & 0xfff;
	s->win = be16(h + 14);
	s->mss = 0;
	s->scale = -1;
	s->sack_ok = s->has_ts = false;
	s->nsacks = 0;
	uint32_t there = k->len - off < hlen ? k->len - off : hlen;
	if (there > TCP_HLEN)
		read_options(s, h + TCP_HLEN, there - TCP_HLEN);
	return true;
}

static bool fragment(const struct pkt *k, const struct layer *l)
{
	return l->proto->partial && l->proto->partial(k->p + l->off, l->hlen);
}

/* Whether layer i is an IP header behind which the decoder found no header, since the capture cut TCP's options short. */
static bool cut_short(const struct pkt *k, unsigned i)
{
	const struct layer *l = &k->layer[i];
	const uint8_t *h = k->p + l->off;
	if (i + 1 < k->nlayers && k->layer[i + 1].proto->role == ROLE_HEADER)
		return false;
	if (k->len - (l->off + l->hlen) < TCP_HLEN)
		return false;
	return l->proto == &ip_proto ? h[IP_PROTO] == PROTO : h[IP6_NEXT] == PROTO;
}

bool segment_next(const struct pkt *k, unsigned *at, struct tcp_segment *s)
{
	const struct layer *ip = NULL;
	for (unsigned i = 0; i < k->nlayers; i++) {
		const struct layer *l = &k->layer[i];
		bool found = false;
		if (l->proto == &icmp_proto || l->proto == &icmp6_proto || fragment(k, l))
			break;
		if (l->proto == &ip_proto || l->proto == &ip6_proto) {
			ip = l;
			found = i >= *at && cut_short(k, i) && read_segment(s, k, ip, l->off + l->hlen);
		} else if (l->proto == &tcp_proto) {
			found = i >= *at && read_segment(s, k, ip, l->off);
		}
		if (found) {
			*at = i + 1;
			return true;
		}
	}
	*at = k->nlayers;
	return false;
}
