/* bridge.c - learning, ageing, filtering and forwarding of a bridge (IEEE 802.1Q, 8). */

#include "bridge.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "num.h"

enum { NONE = UINT32_MAX, FIRST_ROOM = 64 };

/* Entries that age are in one list, by when they were last heard of: the oldest is the next to go. */
struct entry {
	uint64_t key;            /* VID, then the address */
	uint64_t ports;
	int64_t heard;
	uint32_t next;           /* of its hash chain, or of the free ones */
	uint32_t older, newer;
	bool fixed;
};

struct bridge {
	struct bridge_conf conf;
	uint64_t all, blocked;
	uint16_t pvid[BRIDGE_PORTS];
	uint64_t member[BRIDGE_VIDS], untagged[BRIDGE_VIDS];
	int64_t now;
	struct entry *e;
	uint32_t *chain;         /* room of them, a power of two */
	uint32_t room, used, count, free, oldest, newest;
};

static uint64_t bit(unsigned port) { return (uint64_t)1 << port; }

/* ---- the table (8.8) ---- */

static uint64_t key_of(const uint8_t mac[6], uint16_t vid) { return (uint64_t)vid << 48 | (uint64_t)be16(mac) << 32 | be32(mac + 2); }

/* The finalizer of splitmix64 (Steele, Lea, Flood 2014). */
static uint32_t *chain_of(const struct bridge *b, uint64_t key)
{
	key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9;
	key = (key ^ key >> 27) * 0x94d049bb133111eb;
	return &b->chain[(key ^ key >> 31) & (b->room - 1)];
}

static struct entry *find(const struct bridge *b, uint64_t key)
{
	for (uint32_t i = *chain_of(b, key); i != NONE; i = b->e[i].next)
		if (b->e[i].key == key)
			return &b->e[i];
	return NULL;
}

static void resize(struct bridge *b, uint32_t room)
{
	b->room = room;
	b->e = xrealloc(b->e, room * sizeof *b->e);
	b->chain = xrealloc(b->chain, room * sizeof *b->chain);
	memset(b->chain, 0xff, room * sizeof *b->chain);
	for (uint32_t i = 0; i < b->used; i++) { /* none of them is free, or there would be room */
		uint32_t *c = chain_of(b, b->e[i].key);
		b->e[i].next = *c;
		*c = i;
	}
}

/* Takes an entry out of the list of those that age, puts it in as the newest. */
static void unlist(struct bridge *b, struct entry *e)
{
	*(e->older == NONE ? &b->oldest : &b->e[e->older].newer) = e->newer;
	*(e->newer == NONE ? &b->newest : &b->e[e->newer].older) = e->older;
}

static void enlist(struct bridge *b, struct entry *e)
{
	uint32_t i = (uint32_t)(e - b->e);
	e->heard = b->now;
	e->older = b->newest;
	e->newer = NONE;
	*(b->newest == NONE ? &b->oldest : &b->e[b->newest].newer) = i;
	b->newest = i;
}

/* A new entry, in its chain; NULL: the table is full. */
static struct entry *add(struct bridge *b, uint64_t key, uint64_t ports, bool fixed)
{
	if (b->count == b->conf.addrs)
		return NULL;
	if (b->free == NONE && b->used == b->room)
		resize(b, 2 * b->room);
	uint32_t i = b->free == NONE ? b->used++ : b->free, *c = chain_of(b, key);
	struct entry *e = &b->e[i];
	if (i == b->free)
		b->free = e->next;
	*e = (struct entry){.key = key, .ports = ports, .fixed = fixed, .next = *c};
	*c = i;
	b->count++;
	return e;
}

static void drop(struct bridge *b, struct entry *e)
{
	uint32_t i = (uint32_t)(e - b->e), *c = chain_of(b, e->key);
	while (*c != i)
		c = &b->e[*c].next;
	*c = e->next;
	unlist(b, e);
	e->next = b->free;
	b->free = i;
	b->count--;
}

/* 8.8.3: the ageing time is how long an entry stays without being heard of. */
static void age(struct bridge *b, int64_t now)
{
	if (now > b->now)
		b->now = now;
	while (b->oldest != NONE && b->now - b->e[b->oldest].heard >= b->conf.age_ns)
		drop(b, &b->e[b->oldest]);
}

/* ---- what it is told ---- */

struct bridge *bridge_new(const struct bridge_conf *c)
{
	struct bridge *b = xmalloc(sizeof *b);
	memset(b, 0, sizeof *b);
	b->conf = *c;
	b->all = ~(uint64_t)0 >> (64 - c->nports);
	b->free = b->oldest = b->newest = NONE;
	resize(b, FIRST_ROOM);
	for (unsigned i = 0; c->vlans && i < c->nports; i++) {
		bridge_pvid(b, i, 1);
		bridge_member(b, i, 1, false);
	}
	return b;
}

void bridge_free(struct bridge *b)
{
	if (!b)
		return;
	free(b->e);
	free(b->chain);
	free(b);
}

void bridge_pvid(struct bridge *b, unsigned port, uint16_t vid) { b->pvid[port] = vid; }

void bridge_member(struct bridge *b, unsigned port, uint16_t vid, bool tagged)
{
	b->member[vid] |= bit(port);
	b->untagged[vid] &= ~bit(port);
	if (!tagged)
		b->untagged[vid] |= bit(port);
}

void bridge_forget_members(struct bridge *b, unsigned port)
{
	for (unsigned i = 0; i < BRIDGE_VIDS; i++)
		b->member[i] &= ~bit(port);
	b->pvid[port] = 0;
}

void bridge_block(struct bridge *b, unsigned port) { b->blocked |= bit(port); }

int bridge_static(struct bridge *b, const uint8_t mac[6], uint16_t vid, uint64_t ports)
{
	struct entry *e = find(b, key_of(mac, vid));
	if (e && !e->fixed)
		unlist(b, e);
	if (!e && !(e = add(b, key_of(mac, vid), 0, true)))
		return -1;
	e->fixed = true;
	e->ports = ports;
	return 0;
}

/* ---- a frame ---- */

static bool is_group(const uint8_t *mac) { return mac[0] & 1; }

/* 01-80-C2-00-00-01 is of MAC Control (IEEE 802.3, 31), which takes it before a bridge sees it. */
static bool is_pause(const uint8_t *mac) { return memcmp(mac, "\x01\x80\xc2\x00\x00\x01", 6) == 0; }

/* Tables 8-1 and 8-2: a customer's bridge forwards none of the sixteen; a provider's those that are for customers' bridges and what is
 * behind them. */
static bool is_reserved(const uint8_t *mac, bool provider)
{
	enum { CUSTOMER = 0xffff, PROVIDER = 0x47fe };
	return memcmp(mac, "\x01\x80\xc2\x00\x00", 5) == 0 && mac[5] < 16 && (provider ? PROVIDER : CUSTOMER) >> mac[5] & 1;
}

/* 6.9 and 8.6.2: the VLAN, and whether the port lets it in. */
static enum bridge_drop classify(const struct bridge *b, unsigned port, const struct bridge_frame *f, uint16_t *vid)
{
	*vid = 0;
	if (!b->conf.vlans)
		return BRIDGE_PASS;
	*vid = f->tagged && f->vid ? f->vid & (BRIDGE_VIDS - 1) : b->pvid[port];
	if (!*vid)
		return BRIDGE_UNTAGGED;
	return b->member[*vid] & bit(port) ? BRIDGE_PASS : BRIDGE_VLAN;
}

/* 8.7. */
static void learn(struct bridge *b, unsigned port, const uint8_t *sa, struct bridge_verdict *v)
{
	uint64_t key = key_of(sa, v->vid);
	struct entry *e = find(b, key);
	if (e && e->fixed)
		return;
	if (!e) {
		e = add(b, key, bit(port), false);
		v->learned = e ? BRIDGE_NEW : BRIDGE_FULL;
		if (e)
			enlist(b, e);
		return;
	}
	v->learned = e->ports == bit(port) ? BRIDGE_AGAIN : BRIDGE_MOVED;
	v->before = (unsigned)__builtin_ctzll(e->ports);
	e->ports = bit(port);
	unlist(b, e);
	enlist(b, e);
}

/* 8.6.3 and 8.6.4: the ports that may have it, less those that need not, that do not belong to the VLAN, and its own. */
static void forward(const struct bridge *b, unsigned port, const struct bridge_frame *f, struct bridge_verdict *v)
{
	const struct entry *e = find(b, key_of(f->da, v->vid));
	uint64_t to = e ? e->ports : b->all, may = b->all & ~b->blocked & (b->conf.vlans ? b->member[v->vid] : b->all);
	v->known = e != NULL;
	v->out = to & may & ~bit(port);
	v->untagged = b->conf.vlans ? v->out & b->untagged[v->vid] : 0;
	if (!v->out)
		v->drop = !e ? BRIDGE_NOWHERE : to == bit(port) ? BRIDGE_SAME : e->fixed ? BRIDGE_STATIC : BRIDGE_NOWHERE;
}

void bridge_frame(struct bridge *b, unsigned port, const struct bridge_frame *f, int64_t now_ns, struct bridge_verdict *v)
{
	static const uint8_t zero[6];
	*v = (struct bridge_verdict){0};
	age(b, now_ns);
	if (is_pause(f->da))
		v->drop = BRIDGE_RESERVED;
	else if (b->blocked & bit(port))
		v->drop = BRIDGE_BLOCKED;
	else if (is_group(f->sa) || memcmp(f->sa, zero, 6) == 0)
		v->drop = BRIDGE_SOURCE;
	else
		v->drop = classify(b, port, f, &v->vid);
	if (v->drop)
		return;
	learn(b, port, f->sa, v);
	if (is_reserved(f->da, b->conf.provider))
		v->drop = BRIDGE_RESERVED;
	else
		forward(b, port, f, v);
}

/* ---- what it knows ---- */

size_t bridge_count(const struct bridge *b) { return b->count; }

static int by_address(const void *x, const void *y)
{
	const struct bridge_addr *a = x, *b = y;
	return a->vid != b->vid ? (a->vid > b->vid) - (a->vid < b->vid) : memcmp(a->mac, b->mac, 6);
}

void bridge_table(const struct bridge *b, struct bridge_addr *list)
{
	size_t n = 0;
	for (uint32_t c = 0; c < b->room; c++)
		for (uint32_t i = b->chain[c]; i != NONE; i = b->e[i].next, n++) {
			const struct entry *e = &b->e[i];
			list[n] = (struct bridge_addr){.vid = (uint16_t)(e->key >> 48), .fixed = e->fixed, .ports = e->ports};
			list[n].age_ns = e->fixed ? 0 : b->now - e->heard;
			put16(list[n].mac, (uint32_t)(e->key >> 32));
			put32(list[n].mac + 2, (uint32_t)e->key);
		}
	qsort(list, n, sizeof *list, by_address);
}

static const struct {
	const char *name, *text;
} drops[BRIDGE_DROPS] = {
	[BRIDGE_PASS] = {"", ""},
	[BRIDGE_BLOCKED] = {"blocked", "the port is blocked (8.6.1)"},
	[BRIDGE_SOURCE] = {"source", "its source is no station's address"},
	[BRIDGE_RESERVED] = {"reserved", "its destination is reserved for this link (8.6.3)"},
	[BRIDGE_UNTAGGED] = {"untagged", "it has no tag, and the port no PVID (6.9)"},
	[BRIDGE_VLAN] = {"vlan", "the port does not belong to its VLAN (8.6.2)"},
	[BRIDGE_SAME] = {"same", "its destination is on the port that it came from (8.6.1)"},
	[BRIDGE_STATIC] = {"static", "a static entry keeps it from all other ports (8.8.1)"},
	[BRIDGE_NOWHERE] = {"nowhere", "no other port may have it (8.6.4)"},
};

const char *bridge_drop_name(enum bridge_drop d) { return drops[d].name; }
const char *bridge_drop_text(enum bridge_drop d) { return drops[d].text; }
