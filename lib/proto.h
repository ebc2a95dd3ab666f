/* proto.h - one table a protocol: what a protocol file fills in.
 *
 * A protocol file ends in one constant, `const struct proto NAME_proto`. From its field table
 * come reading and writing packet text, decoding and encoding, --help PROTOCOL, the bit
 * diagram, JSON and TSV, and the tables of pkt(5). Nothing else has to be edited: the
 * Makefile collects the constants, registry.c hashes them. The file name, the protocol name
 * and the word in packet text are the same.
 *
 * What a table cannot say is a hook. Hooks read only octets that lie within the header
 * (h[0..hlen)), keep no state, and must be the same function of the octets whether they came
 * from a wire or from text; then whatever prints encodes to the same octets.
 */
#ifndef OSIKIT_PROTO_H
#define OSIKIT_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct pkt;
struct layer;
struct field;

/* How a value is written. */
enum fmt {
	DEC,    /* decimal */
	HEX,    /* 0x and as many digits as the width needs */
	FLAGS,  /* names from words (value: the bit's mask) joined by commas, in the order of words; bits without a name
	         * together as 0x...; none at all: 0 */
	MAC,    /* 48 bits: 02:00:00:00:00:01 */
	IP4,    /* 32 bits: 192.0.2.1 */
	IP6,    /* 128 bits: RFC 5952 */
	EUI64,  /* 64 bits: hex without 0x */
	OCTETS, /* hook print/build: octets as hex */
	STR,    /* hook: percent-encoded octets */
	LIST,   /* hook: parts joined by commas and colons */
	FCS     /* the frame check sequence behind the packet: crc, or 0x... (struct proto: fcs) */
};

/* When a field prints, and what it is when it is not written. */
enum cls {
	ALWAYS,   /* independent: always prints; dflt when not written */
	OPTIONAL, /* prints when present and not dflt */
	CONST,    /* derived: dflt (a version number) */
	NEXT,     /* derived: the key that binds the next layer in the first key space that has one, else 0 */
	NEXT_OR,  /* derived: the key in key space 0, where there is one; else hook derive */
	LENGTH,   /* derived: (octets of header and payload - base) / unit */
	PAYLEN,   /* derived: (octets of payload - base) / unit */
	HLEN,     /* derived: (octets of header - base) / unit */
	SUM,      /* derived, after all others, innermost layer first: hook derive */
	HOOK      /* derived: hook derive */
};

/* A field has no place in the fixed header: hooks size, place, print and build know it. */
enum { MOVED = 0xffff };

/* A word for a value (tree, help) or for a mask (FLAGS). Ended by a row whose name is NULL. */
struct word {
	uint32_t value;
	const char *name;
};

struct field {
	const char *name;          /* 1 to 8 characters of pkt(5)'s name */
	uint16_t bit;              /* offset of its most significant bit in the header, or MOVED */
	uint16_t width;            /* bits; 0 for what only hooks know */
	enum fmt fmt;
	enum cls cls;
	const char *help;          /* the standard's name of it and what it means, a line */
	uint64_t dflt;
	uint8_t unit, base;        /* LENGTH, PAYLEN, HLEN; unit 0 is 1 */
	const struct word *words;
	bool none0;                /* SUM: 0 in it says that there is no checksum, where the layer below allows that */
	bool header;               /* SUM: it covers the header alone, which is here even where payload is absent */
};

/* "This protocol follows where key space KEY has VALUE." A key space is named after the field that first used it:
 * "eth.type", "ip.proto", "udp.port". Two names are the library's: "link" is the link type of a capture,
 * "link4" is (link type << 4 | first nibble of the packet). The first row of a space is what is computed
 * for the parent's field; the first "link" or "link4" row is the link type that the layer implies. */
struct bind {
	const char *key;
	uint32_t value;
};

enum role {
	ROLE_HEADER, /* a protocol with a header */
	ROLE_DATA,   /* octets: fields [0] str, [1] hex */
	ROLE_PAD,    /* a trailer: [0] n, [1] hex */
	ROLE_FRAME,  /* [0] dlt, [1] hex */
	ROLE_BITS,   /* [0] b, [1] q */
	ROLE_OCTETS, /* [0] hex */
	ROLES
};

/* Where text goes: hooks write at p and return the new end. The caller has room for 32 characters an
 * octet of the header and for NUM_SLACK more. */
typedef char *writer;

struct proto {
	const char *name;          /* the word; 1 to 8 characters */
	const char *title;         /* "Transmission Control Protocol" */
	int osi;                   /* 1 to 7; 0: of no layer */
	const char *standard;      /* "RFC 9293" */
	const char *about;         /* a paragraph for the manual; may be NULL */
	enum role role;
	uint16_t hlen;             /* octets of the fixed header */
	const struct field *fields;/* in the order of printing; ended by a row without a name; 48 at most */
	const struct bind *binds;  /* ended by a row without a key; may be NULL */
	const char *space[3];      /* key spaces in which the next layer is looked up, in this order */
	const char *diagram_note;  /* a line under the bit diagram (what is variable); may be NULL */

	/* Octets of the whole header, options included, from the fixed header at h; left >= hlen octets are
	 * there. -1: it cannot be (too short for itself, wrong version): the layer is data. NULL: hlen. */
	int (*size)(const uint8_t *h, size_t left);

	/* The key for the next layer and the space to look it up in (index into space[], all from there on are tried);
	 * -1: nothing known follows. NULL: the NEXT field's value, space 0. */
	int (*next)(const struct pkt *k, const struct layer *l, uint32_t *key);

	/* Octets of payload as the header says; -1: it does not say. NULL: the LENGTH or PAYLEN field says, 0 in it meaning
	 * "not known" (segmentation offload writes that). */
	int64_t (*payload)(const uint8_t *h, size_t hlen);

	/* True when the payload is not the whole of what its checksums cover (a fragment). NULL: never. */
	bool (*partial)(const uint8_t *h, size_t hlen);

	/* The value of a HOOK or SUM field as the encoder computes it; i is the layer's index. */
	uint64_t (*derive)(const struct pkt *k, unsigned i, const struct field *f);

	/* The bit offset of field f in the header h of hlen octets, -1 when the header has no such field. For fields
	 * that are MOVED or there only in some headers. NULL: f->bit. Never called for OCTETS, STR and LIST. */
	int (*place)(const uint8_t *h, size_t hlen, const struct field *f);

	/* Writes the value of an OCTETS, STR or LIST field; returns p unchanged where the header has no such field
	 * (then it is not printed). */
	writer (*print)(writer p, const uint8_t *h, size_t hlen, const struct field *f);

	/* Text to octets, when the whole layer has been read: the fixed header stands at the end of the packet's buffer with
	 * its fixed fields in it. Appends or inserts what is variable (pkt_append, pkt_var, pkt_var_num). Returns 0 or -1. */
	int (*build)(struct pkt *k, struct layer *l, struct err *e);

	/* Adds the pseudo-header's part (RFC 768, RFC 8200 8.1) to a ones'-complement sum for an upper layer of this
	 * protocol number and length in octets. Layer 3 only. */
	uint32_t (*pseudo)(const struct pkt *k, const struct layer *l, uint32_t proto, uint32_t len);
	bool sum_required;         /* layer 3: a checksum above it may not be left out (RFC 8200, 8.1) */
	bool pseudo_sum;           /* its SUM covers a pseudo-header */

	/* A frame check sequence behind the packet: its octets, and its value (octets in order of transmission read as
	 * one big-endian number) over b[0..n). */
	int fcs_len;
	uint64_t (*fcs)(const uint8_t *b, size_t n);
};

/* All protocols, NULL at the end. Generated by the Makefile. */
extern const struct proto *const registry[];

#endif
