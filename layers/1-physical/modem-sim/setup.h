/* setup.h - what tx, rx and the filter share: the options of a modem, and packets as its bits. Only mains call it. */
#ifndef OSIKIT_MODEM_SETUP_H
#define OSIKIT_MODEM_SETUP_H

#include "1-physical/async.h"
#include "1-physical/burst.h"
#include "1-physical/modem.h"
#include "pkt.h"
#include "tool.h"

/* The options -m, --baud, --carrier, --shift and --rolloff. */
struct modem_opts {
	const char *name;
	double baud, centre_hz, shift_hz, rolloff;
};
/* Rows for a table of options; o is a struct modem_opts variable. */
#define MODEM_OPTS(o)                                                                                              \
	{'m', "scheme", "SCHEME", OPT_STR, &(o).name, 0, 0, "modulation (modem-sim --schemes lists them)"},        \
	{'b', "baud", "RATE", OPT_REAL, &(o).baud, 1, 1e7, "symbols a second (the scheme's)"},                     \
	{0, "carrier", "HZ", OPT_REAL, &(o).centre_hz, 1, 1e8, "carrier, or middle of the tones (the scheme's)"},  \
	{0, "shift", "HZ", OPT_REAL, &(o).shift_hz, 1, 1e7, "from the lowest tone to the highest (the scheme's)"}, \
	{0, "rolloff", "R", OPT_REAL, &(o).rolloff, 0.05, 1, "of root-raised-cosine pulses (the scheme's)"}

/* The scheme and the figures that the options give. Ends the tool when there is no -m, or no such scheme. */
void modem_setup(const struct modem_opts *o, struct modem_cfg *c);
/* --schemes: the table. */
void modem_list(void);

/* The options of asynchronous characters. */
struct byte_opts {
	bool on, invert;
	int64_t data_bits;       /* 0: the scheme's; so is stop_bits */
	int parity;              /* 0: the scheme's, then none, odd, even */
	int usos;                /* 0: the scheme's, then no, yes */
	double stop_bits;
};
#define BYTE_OPTS(o)                                                                                                        \
	{0, "bytes", NULL, OPT_FLAG, &(o).on, 0, 0, "octets as asynchronous characters (8N1, or as the scheme has it)"},    \
	{0, "data-bits", "N", OPT_INT, &(o).data_bits, 5, 8, "of a character of --bytes (the scheme's)"},                   \
	{0, "parity", "scheme|none|odd|even", OPT_ENUM, &(o).parity, 0, 0, "of a character of --bytes (the scheme's)"},     \
	{0, "stop-bits", "N", OPT_REAL, &(o).stop_bits, 1, 3, "of a character of --bytes (the scheme's)"},                  \
	{0, "usos", "scheme|no|yes", OPT_ENUM, &(o).usos, 0, 0, "Baudot: a space shifts back to letters (the scheme's)"},   \
	{0, "invert", NULL, OPT_FLAG, &(o).invert, 0, 0, "--bytes: mark and space exchanged"}

/* The characters that the options give. Ends the tool when the scheme cannot carry any. */
void byte_setup(const struct byte_opts *o, const struct modem_cfg *c, struct async_cfg *a);

/* A sampling rate, Hz, that a scheme at these figures fits into with some room: a usual one, not below 8000. */
double modem_rate(const struct modem_cfg *c);

/* Bits to send for a packet: one octet a bit. `bits` over a line are themselves, anything else has an envelope, and on a line
 * a burst around it. *b is grown as needed and the caller's. Returns their number; -1 when it is too long. */
long modem_bits(const struct scheme *s, const struct pkt *k, uint8_t **b, size_t *cap);

/* What a receiver heard. */
struct heard {
	bool line;            /* bits of a line, as they came; false: a packet's */
	bool complete;
	double time_s;        /* of the first bit */
	const float *llr;
	size_t n;
};

/* From soft bits to packets: a sink for receivers. */
struct hear {
	const struct scheme *scheme;
	double bit_s;                                          /* seconds a bit */
	size_t chunk;                                          /* bits of a line in one piece at most */
	void (*put)(void *arg, const struct heard *h);
	void (*stop)(void *arg, const struct lock *lock);      /* behind the last piece of a signal; may be NULL */
	void *arg;
	/* private */
	struct burst_rx burst;
	float *llr;
	size_t n, cap;
	bool found;                                            /* a packet, in this signal */
	double time_s;                                         /* of llr[0], or of the next bit */
};

/* The first five members are the caller's; returns the sink to give to rx_new. */
struct soft_sink hear_init(struct hear *h);
void hear_free(struct hear *h);

/* Makes a packet of what was heard: bits with their confidences, octets, or with a link type the frame again. buf is grown and the
 * caller's; the packet borrows it. False: too short to be one. */
struct heard_buf {
	uint8_t *octets;
	char *q;
	size_t cap;
};
bool heard_packet(struct pkt *k, const struct heard *h, struct heard_buf *buf);

#endif
