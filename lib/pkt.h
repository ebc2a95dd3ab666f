/* pkt.h - a packet: its octets, the layers found in them, and its text, pkt(5).
 *
 * pkt_decode finds layers in octets; pkt_read makes octets and layers from text; pkt_write prints
 * either. Both directions end in the same struct, and a derived field is computed by one
 * function, pkt_derive, of the layers and the octets. The writer leaves a field out only where
 * that function gives what the packet has; so what it prints encodes to the same octets.
 */
#ifndef OSIKIT_PKT_H
#define OSIKIT_PKT_H

#include "cap.h"
#include "proto.h"

enum {
	LAYERS_MAX = 64,         /* deeper ones are data */
	VARS_MAX = 16,           /* MOVED fields a protocol can have */
	LINE_LIMIT = 8388608     /* octets of a line of text at most */
};

/* What the registry knows of a protocol at run time. */
struct pinfo;
/* A hash table from names of at most 8 characters to small numbers. */
struct names;

struct var {                     /* a MOVED field as it was written */
	const char *s;           /* its value, still escaped; NULL: not written */
	uint32_t n;
	uint64_t num;            /* of numeric formats */
};

struct layer {
	const struct proto *proto;
	const struct pinfo *info;
	uint32_t off;            /* of its header in the packet */
	uint32_t hlen;           /* octets of the header; of the octets for data and pad */
	uint32_t end;            /* where its payload ends for a receiver: as the length fields say, where they can be true */
	bool absent;             /* some octets that its lengths or its fragment speak of are not here */
	bool badlen;             /* its own length field cannot be true */
	uint64_t written;        /* from text: bit j: field j was written */
	struct var var[VARS_MAX];
};

struct note {
	const char *s;           /* "tool.key=value", without the @, as written */
	uint32_t n;
};

struct pkt {
	struct stamp time;
	bool relative;           /* from text: the time is after the record before */
	uint32_t link;           /* link type, 32 bits */
	bool has_link;           /* it is known: by the capture, `frame`, or the first layer */
	const uint8_t *p;        /* the octets; borrowed after pkt_decode, own after pkt_read */
	uint32_t len;            /* octets present */
	uint32_t wire;           /* octets on the wire */
	uint32_t tail;           /* where the trailer (pad, then FCS) begins; len when there is none */
	uint32_t fcs;            /* octets of FCS at the end */
	uint32_t bits;           /* bits in the last octet that count, 1 to 7; 0: all 8 */
	const char *q;           /* of `bits`: how sure its receiver was of each bit, nq hex digits; NULL: not said. Borrowed after
	                          * pkt_medium, own (qown) after pkt_read */
	uint32_t nq, capq;
	char *qown;
	unsigned nlayers;        /* 0: the octets are not understood: raw */
	struct layer layer[LAYERS_MAX];
	struct note *notes;
	unsigned nnotes, capnotes;
	uint8_t *own;            /* buffer of pkt_read */
	uint32_t cap;
	char *scratch;           /* unescaped values */
	uint32_t capscratch;
	char *line;              /* text of pkt_compose */
};

/* Builds the tables; call once, before anything else. A registry that contradicts itself (a name twice, a key twice, a field beyond its
 * header) is -1 with the reason. */
int registry_init(struct err *e);
/* By word; NULL when there is none. */
const struct proto *registry_find(const char *name, size_t n);
/* The protocol that follows where key space `space` has value; NULL. For lessons and tests. */
const struct proto *registry_bound(const char *space, uint32_t value);
/* The link type that a first layer implies: true and *link, or false. */
bool registry_link(const struct proto *p, uint32_t *link);

void pkt_init(struct pkt *k);
void pkt_free(struct pkt *k);

/* Finds the layers of the octets of r, which are borrowed. Always succeeds. */
void pkt_decode(struct pkt *k, const struct cap_rec *r);

/* Reads a line of packet text (no LF): octets, layers, notes. -1: malformed, e says what and where ("ip.ttl=300: ..."). Slices in k point
 * into line. */
int pkt_read(struct pkt *k, const char *line, size_t n, struct err *e);

/* True when the line is blank or a comment. */
bool pkt_is_comment(const char *line, size_t n);

/* As a capture record: octets, lengths, time, link type. -1 when it cannot be in a capture (no link
 * type, bits that are not whole octets). */
int pkt_record(const struct pkt *k, struct cap_rec *r, struct err *e);

/* Characters that pkt_write may need at most. */
size_t pkt_bound(const struct pkt *k);
/* Writes the canonical text, no LF; returns the end. qualified: ip.ttl=64. There is room for pkt_bound characters. */
char *pkt_write(char *p, const struct pkt *k, bool qualified);
/* The same without the notes. */
char *pkt_write_body(char *p, const struct pkt *k, bool qualified);
/* Only the layers first to end-1, each word with a space before it. */
char *pkt_write_layers(char *p, const struct pkt *k, unsigned first, unsigned end, bool qualified);
/* Makes a packet from another's layers first to end-1 with other words before and behind them ("eth da=... sa=...", " pad n=6"), as
 * editing its text would: what is derived is computed anew. Time and notes are from's. 0 or -1. */
int pkt_compose(struct pkt *to, const struct pkt *from, unsigned first, unsigned end, const char *before,
		const char *after, struct err *e);
/* Whether layers of k print the same between other words, whatever these are: all octets are here, and every length says where the
 * payload ends. Then pkt_write_layers gives at once what pkt_compose's packet would print, if the words are canonical. */
bool pkt_movable(const struct pkt *k);
/* Makes `octets` or `bits` (role; bits: how many of the last octet count, 0: all) of b[0..n), which is borrowed,
 * with from's time and notes. */
void pkt_medium(struct pkt *to, enum role role, const uint8_t *b, uint32_t n, uint32_t bits, const struct pkt *from);
/* Makes what a receiver finds in b, the octets of sent as they arrived (as many; borrowed): layers again where the link type is
 * known, else octets or bits. Time and notes are sent's. */
void pkt_arrive(struct pkt *to, const struct pkt *sent, const uint8_t *b);
/* Copies the list of notes (the notes themselves stay where they are). */
void pkt_notes(struct pkt *to, const struct pkt *from);
char *stamp_write(char *p, const struct stamp *t);
int stamp_read(const char *s, size_t n, struct stamp *t, bool *relative, struct err *e);
/* t += d; the finer precision of the two. */
void stamp_add(struct stamp *t, const struct stamp *d);

/* Bits in its octets: 8 each, but for a last octet that is not whole. */
static inline size_t pkt_bits(const struct pkt *k) { return 8 * (size_t)k->len - (k->bits ? 8 - k->bits : 0); }

/* --- fields, for every form of output ------------------------------------------------------------------- */

/* The number of fields of a layer's protocol, and whether this header has field f (its place, or -1). */
int field_place(const struct layer *l, const struct pkt *k, const struct field *f);
/* The numeric value of a field of at most 64 bits that is there. FCS: the value in the frame. */
uint64_t field_value(const struct pkt *k, const struct layer *l, const struct field *f);
/* True when it would print in canonical text (present, and not as computed or default). */
bool field_prints(const struct pkt *k, unsigned i, const struct field *f);
/* Writes the value as in packet text; returns p unchanged when the header has no such field. At most 32 characters an octet of the header
 * and NUM_SLACK; for data, pad and octets 3 an octet. */
char *field_write(char *p, const struct pkt *k, unsigned i, const struct field *f);
/* The value that the encoder computes when the field is not written (CONST and OPTIONAL: dflt). */
uint64_t pkt_derive(const struct pkt *k, unsigned i, const struct field *f);
bool field_derived(const struct field *f);
/* Whether a SUM field covers octets that are not here: then it always prints, and nothing can be said of it. */
static inline bool sum_lacks(const struct layer *l, const struct field *f) { return l->absent && !f->header; }
/* By name; NULL. */
const struct field *proto_field(const struct proto *p, const char *name, size_t n);
/* The name of a word of the field for value v, or NULL. */
const char *field_word(const struct field *f, uint64_t v);

/* --- for hooks ------------------------------------------------------------------------------------------ */

/* The key that binds the layer after i in its key space number s: true and *key; false when nothing known follows. */
bool pkt_next_key(const struct pkt *k, unsigned i, unsigned s, uint32_t *key);
/* Octets of payload behind layer i that are to be counted by lengths (absent ones included, trailers not). */
uint32_t pkt_payload(const struct pkt *k, unsigned i);
/* The Internet checksum (RFC 1071) of b[0..n) whose own 16 bits stand at b + at, with the sum `start` before it (a pseudo-header). */
uint16_t pkt_checksum(const uint8_t *b, size_t n, size_t at, uint32_t start);
/* The pseudo-header's sum for layer i from the nearest layer 3 around it; false when there is none. */
bool pkt_pseudo(const struct pkt *k, unsigned i, uint32_t proto, uint32_t len, uint32_t *sum);

/* In build: room for n more octets at the end of the packet, zeroed; NULL with e set when the packet would be longer than PKT_MAX.
 * The buffer may move: h is k->own + l->off again afterwards. */
uint8_t *pkt_append(struct pkt *k, uint32_t n, struct err *e);
/* In build: how the MOVED field was written, NULL when it was not. */
const struct var *pkt_var(const struct layer *l, const char *name);
/* In build, when the header has all its octets: stores the MOVED numbers and addresses where the hook place says, as written or
 * their default. -1: one was written that this header has no place for. */
int pkt_put_vars(struct pkt *k, struct layer *l, struct err *e);
/* In build: appends the octets that v says in hex; max of them at most. NULL: none. name: the field, for messages. */
int pkt_put_hex(struct pkt *k, const struct var *v, const char *name, uint32_t max, struct err *e);
/* Undoes the percent escapes of a value into k->scratch (which the next call reuses); -1 on a bad escape. */
int pkt_unescape(struct pkt *k, const char *s, size_t n, const char **out, size_t *on, struct err *e);

#endif
