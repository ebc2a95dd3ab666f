/* cap.h - capture files: pcap and pcapng, read and written without libpcap.
 *
 * libpcap cuts packets at the snap length and hides the precision of times, so the
 * library has its own reader and writer. Sources: draft-ietf-opsawg-pcap,
 * draft-ietf-opsawg-pcapng, and pcap-savefile(5) for the old variants.
 */
#ifndef OSIKIT_CAP_H
#define OSIKIT_CAP_H

#include <stdbool.h>
#include <stdint.h>

#include "io.h"

enum { PKT_MAX = 262144 };  /* octets of one packet at most (pkt(5), rule 9) */

/* A moment, or "no time". digits is the precision with which it was written: 0 to 9. */
struct stamp {
	uint64_t sec;    /* since 1970-01-01T00:00:00Z */
	uint32_t nsec;   /* 0 .. 999999999 */
	uint8_t digits;  /* 6: microseconds, 9: nanoseconds */
	bool set;        /* false: the record has no time */
};

/* One packet as a capture file has it. The octets are borrowed until the next call. */
struct cap_rec {
	struct stamp time;
	uint32_t link;     /* the whole 32-bit link type field of a pcap; of a pcapng interface with the 16 reserved bits above */
	int fcs;           /* octets of link FCS at the end, -1: the file does not say */
	uint32_t wire;     /* octets that the packet had on the wire, as the file says */
	uint32_t len;      /* octets present */
	const uint8_t *p;
};

enum cap_format { CAP_NONE, CAP_PCAP, CAP_PCAPNG };

/* Tells from the first n octets (4 suffice; fewer say CAP_NONE) what a stream is. */
enum cap_format cap_sniff(const uint8_t *p, size_t n);

struct cap_iface {            /* one pcapng interface */
	uint32_t link;
	uint32_t snaplen;
	int fcs;
	uint8_t tsresol;          /* as in the option if_tsresol; 6 when absent */
	int64_t tsoffset;         /* seconds */
};

struct cap {
	struct in *in;            /* borrowed */
	enum cap_format format;
	bool swapped;             /* the file's octet order is not the machine's */
	uint8_t digits;           /* pcap: 6 or 9 */
	uint8_t rechdr;           /* pcap: octets of a record header: 16 or 24 (Kuznetzov) */
	uint8_t minor;            /* pcap: version_minor, for the swapped lengths before 2.4 */
	uint32_t link;            /* pcap: the header's field */
	int fcs;
	struct cap_iface *ifaces; /* pcapng: of this section */
	size_t nifaces, capifaces;
	uint64_t cut;             /* how many times were finer than nanoseconds and truncated */
	uint64_t records;
	/* private to cap.c */
	bool begun;               /* the header was read (cap_open left it to cap_next: IN_WAIT) */
	uint32_t block;           /* pcapng: total length of a block that is being skipped */
	uint32_t skip;            /* pcapng: how much of it is left, 0: none */
};

/* Reads the file or section header from in (which is at its first octet). Returns 0 or -1 with a message that
 * names the offset. Reads pcap of both octet orders, microseconds (a1b2c3d4), nanoseconds (a1b23c4d),
 * Kuznetzov's (a1b2cd34) and versions before 2.4; pcapng of both orders, several sections and interfaces.
 * With in->nonblock and no whole header there yet it returns 0 and cap_next goes on from there. */
int cap_open(struct cap *c, struct in *in, struct err *e);

/* The next packet: 1, 0 at a clean end, 2 when in->nonblock and no whole record is there yet, or -1 (cut short,
 * impossible length, unknown interface, ...) with a message such as
 * "offset 1234: the record says 70000 octets, the file has 12: cut short". All whole records before
 * the damage have been delivered. pcapng: Enhanced, Simple (no time: time.set is false) and the obsolete Packet Block;
 * other blocks are skipped. Fractions of a second or more carry into the seconds. */
int cap_next(struct cap *c, struct cap_rec *r, struct err *e);

void cap_close(struct cap *c);

struct capw {
	struct out *out;          /* borrowed */
	enum cap_format format;
	bool begun;
	bool nano;                /* pcap: precision fixed by the first record */
	uint32_t link;            /* pcap: fixed by the first record */
	struct cap_iface *ifaces; /* pcapng: those written so far, one a link type and precision */
	size_t nifaces, capifaces;
	uint64_t records;
};

/* Prepares to write to out; nothing is written before the first record. */
void capw_init(struct capw *w, struct out *out, enum cap_format format);

/* Writes a record. pcap: the first record fixes link type and precision (digits > 6 means nanoseconds); a misfit
 * (another link type, a finer time, a time from 2^32 seconds on) is -1 with a message that names pcapng. pcapng: an interface is added when
 * needed; a record without a time becomes a Simple Packet Block if its interface is number 0 and its octets are all there
 * (wire == len), else time 0. */
int capw_put(struct capw *w, const struct cap_rec *r, struct err *e);

/* Ends the file: an empty pcap (link type 1) or an empty section when there was no record, so that what was
 * written is a valid file. Does not close out. */
int capw_end(struct capw *w, struct err *e);

#endif
