/* ip6ext.h - what the extension headers of IPv6 share (RFC 8200, 4).
 *
 * Every one begins with the number of the header that follows; its numbers 0, 43, 44 and 60 are a key space of their own,
 * for they follow IPv6 only; all else is a protocol as IPv4 has it.
 */
#ifndef OSIKIT_IP6EXT_H
#define OSIKIT_IP6EXT_H

#include "pkt.h"

#define IP6_SPACES {"ip6.nh", "ip.proto"}

extern const struct proto hopopt_proto, ip6rt_proto, ip6frag_proto, dstopt_proto, ah_proto;

enum { IP6OPT_HLEN = 2 };  /* next header and length; options follow, RFC 8200, 4.3 */

/* The hooks of the two headers that hold options. */
int ip6opt_size(const uint8_t *h, size_t left);
writer ip6opt_print(writer p, const uint8_t *h, size_t hlen, const struct field *f);
int ip6opt_build(struct pkt *k, struct layer *l, struct err *e);
/* The address in the Home Address option (RFC 6275, 6.3), NULL when there is none. */
const uint8_t *ip6opt_home(const uint8_t *h, size_t hlen);

/* Sets dst, which holds the IPv6 header's destination, to the final one where the routing header h still has segments. */
void ip6rt_final(const uint8_t *h, size_t hlen, uint8_t dst[16]);

#endif
