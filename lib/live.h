/* live.h - live capture, injection and capture filters: the one file that calls libpcap. */
#ifndef OSIKIT_LIVE_H
#define OSIKIT_LIVE_H

#include "cap.h"

/* Capture filters (pcap-filter(7)) on packets in memory, whatever they came from. A program is compiled for each
 * link type that turns up, once. */
struct filter;

/* Checks the expression against link type Ethernet and keeps it. NULL with e set when it does not parse. An expression that
 * makes no sense for Ethernet but may for another link type is accepted here and judged on first use. */
struct filter *filter_new(const char *expr, struct err *e);
/* 1: r passes, 0: it does not, -1: the expression cannot be compiled for r->link (e set). */
int filter_match(struct filter *f, const struct cap_rec *r, struct err *e);
void filter_free(struct filter *f);

struct live;

/* Opens an interface for capture with nanosecond times where it can, non-blocking; a packet waits 1 ms at most, in which
 * the kernel packs more behind it.
 * snaplen in octets, 0 for PKT_MAX; promiscuous unless promisc is false. When privilege is missing the message ends with the exact command:
 * "setcap cap_net_raw+ep /path/of/this/tool". */
struct live *live_open(const char *iface, int snaplen, bool promisc, struct err *e);
/* The kernel-side filter; optional. */
int live_filter(struct live *l, const char *expr, struct err *e);
/* The descriptor to poll. */
int live_fd(struct live *l);
/* 1: a packet, 2: none waiting, 0: the interface went away, -1: error. */
int live_next(struct live *l, struct cap_rec *r, struct err *e);
/* Sends one frame of the interface's link type. */
int live_send(struct live *l, const uint8_t *p, size_t n, struct err *e);
uint32_t live_link(const struct live *l);
/* Packets that the kernel dropped since the opening, or 0 when it cannot say. */
uint64_t live_drops(struct live *l);
void live_close(struct live *l);

/* Lists the interfaces: calls each(arg, name, description or "", addresses joined by commas, up). */
int live_list(void (*each)(void *arg, const char *name, const char *desc, const char *addrs, bool up), void *arg, struct err *e);

/* Gives up every capability, sets no_new_privs: call after opening, before reading any input.
 * Returns 0 or -1. Where the system has no such thing it does nothing. */
int priv_drop(struct err *e);

#endif
