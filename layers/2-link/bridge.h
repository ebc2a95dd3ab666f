/* bridge.h - a bridge that learns: the ports that a frame leaves by (IEEE 802.1Q, 8; before 2014 IEEE 802.1D, 7).
 *
 * No I/O and no clock: a frame's addresses and tag go in with the time, and what becomes of it comes back. Without VLANs a tag is payload.
 * With them each VLAN has addresses of its own (independent learning, 8.8.9) and a port belongs to those that bridge_member says.
 *
 * Ports are numbered from 0; a set of ports is a bit each. Time is in nanoseconds, not negative; time that goes back stands still.
 */
#ifndef OSIKIT_BRIDGE_H
#define OSIKIT_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BRIDGE_PORTS = 64,
	BRIDGE_VIDS = 4096,      /* 9.6, table 9-2: 0 is no VLAN, 4095 is reserved */
	BRIDGE_ADDRS = 8192,     /* addresses in the table where nothing else is said; the standard leaves it to the maker */
	BRIDGE_ADDRS_MAX = 1 << 20
};

struct bridge_conf {
	unsigned nports;         /* 1 to BRIDGE_PORTS */
	int64_t age_ns;          /* an address not heard of for so long is forgotten: 300 s is recommended (8.8.3, table 8-6) */
	uint32_t addrs;          /* addresses in the table at most, 1 to BRIDGE_ADDRS_MAX; further ones are not learned */
	bool vlans;              /* each port begins as member of VLAN 1, untagged (table 9-2, default PVID) */
	bool provider;           /* of service tags: the reserved addresses of table 8-2 instead of 8-1 */
};

struct bridge_frame {
	const uint8_t *da, *sa;
	bool tagged;             /* with the bridge's kind of tag; not looked at without vlans */
	uint16_t vid;            /* 0: only a priority */
};

/* Why a frame is not forwarded. */
enum bridge_drop {
	BRIDGE_PASS,
	BRIDGE_BLOCKED,          /* the port is blocked (8.6.1) */
	BRIDGE_SOURCE,           /* no station's address: a group's, or zero */
	BRIDGE_RESERVED,         /* to 01-80-C2-00-00-0x, which stays on its link (8.6.3) */
	BRIDGE_UNTAGGED,         /* no tag, and the port has no PVID (6.9) */
	BRIDGE_VLAN,             /* of a VLAN that the port does not belong to (8.6.2) */
	BRIDGE_SAME,             /* to a station on the port it came from (8.6.1) */
	BRIDGE_STATIC,           /* a static entry says so (8.8.1) */
	BRIDGE_NOWHERE,          /* no other port belongs to the VLAN (8.6.4) */
	BRIDGE_DROPS
};

enum bridge_learned {
	BRIDGE_NOTHING,
	BRIDGE_NEW,
	BRIDGE_AGAIN,            /* known, its age is 0 again */
	BRIDGE_MOVED,            /* known from another port */
	BRIDGE_FULL              /* new, and no room for it */
};

struct bridge_verdict {
	enum bridge_drop drop;
	enum bridge_learned learned;
	bool known;              /* the destination was in the table */
	unsigned before;         /* MOVED: from this port */
	uint16_t vid;            /* the VLAN of the frame; 0 without vlans, or when it has none */
	uint64_t out;            /* ports that it leaves by; none when dropped */
	uint64_t untagged;       /* those of out on which it has no tag */
};

/* An address in the table. */
struct bridge_addr {
	uint8_t mac[6];
	uint16_t vid;
	bool fixed;              /* a static entry */
	uint64_t ports;          /* a dynamic one has one port */
	int64_t age_ns;
};

struct bridge;

struct bridge *bridge_new(const struct bridge_conf *c);
void bridge_free(struct bridge *b);

/* The VLAN of frames without tag (and of those with VID 0) that come in by a port; 0: they are dropped. */
void bridge_pvid(struct bridge *b, unsigned port, uint16_t vid);
/* Makes the port a member of a VLAN, 1 to 4094, whose frames leave by it with a tag or without; forget: of no VLAN at all. */
void bridge_member(struct bridge *b, unsigned port, uint16_t vid, bool tagged);
void bridge_forget_members(struct bridge *b, unsigned port);
/* A port that neither passes frames nor learns, as the spanning tree leaves it (8.4, Discarding). */
void bridge_block(struct bridge *b, unsigned port);
/* Frames to mac of this VLAN (0 without vlans) leave by these ports alone; no ports: they are dropped. Such an entry never ages and
 * is never learned anew (8.8.1). -1: the table is full. */
int bridge_static(struct bridge *b, const uint8_t mac[6], uint16_t vid, uint64_t ports);

/* A frame comes in by a port at a time. */
void bridge_frame(struct bridge *b, unsigned port, const struct bridge_frame *f, int64_t now_ns, struct bridge_verdict *v);

/* The number of addresses in the table as of the last frame, and all of them, by VLAN and address. */
size_t bridge_count(const struct bridge *b);
void bridge_table(const struct bridge *b, struct bridge_addr *list);

/* "vlan", "reserved", ... for notes; and a clause for people, with the section of IEEE 802.1Q. */
const char *bridge_drop_name(enum bridge_drop d);
const char *bridge_drop_text(enum bridge_drop d);

#endif
