/* compose_test.c - packets made of others: where pkt_movable says so, their layers print at once as pkt_compose's packet does. */
#include "num.h"
#include "pkt.h"
#include "rng.h"
#include "test.h"

static char want[1 << 20], got[1 << 20];
static unsigned moved, stayed;

/* Layers first to end-1 between words, in one step and in two. */
static void compare(const struct pkt *k, unsigned first, unsigned end, const char *before, const char *after)
{
	static struct pkt out;
	struct err e;
	if (!pkt_movable(k) || first >= end) {
		stayed++;
		return;
	}
	moved++;
	*stpcpy(pkt_write_layers(stpcpy(got, before), k, first, end, false), after) = '\0';
	CHECK_INT(pkt_compose(&out, k, first, end, before, after, &e), 0);
	out.nnotes = 0;
	out.time.set = false;
	*pkt_write(want, &out, false) = '\0';
	const char *s = got + (*got == ' ');
	if (strcmp(s, want) != 0)
		CHECK_STR(s, want);
}

static bool pad_last(const struct pkt *k) { return k->layer[k->nlayers - 1].proto->role == ROLE_PAD; }

/* Into a frame with and without padding, out of one, and a tag more or less. */
static void wrap_and_unwrap(const uint8_t *b, uint32_t n, uint32_t link)
{
	static struct pkt k;
	struct cap_rec r = {.link = link, .fcs = -1, .wire = n, .len = n, .p = b};
	pkt_decode(&k, &r);
	if (!k.nlayers)
		return;
	const char *name = k.layer[0].proto->name;
	if (strcmp(name, "eth") != 0) {
		if (k.fcs || strcmp(name, "ip") != 0)
			return;
		const char *mac = "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 fcs=crc";
		compare(&k, 0, k.nlayers, mac, pad_last(&k) ? "" : " pad n=9");
		compare(&k, 0, k.nlayers, mac, "");
		compare(&k, 0, k.nlayers, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 vlan vid=3 llc ctl=0x03 snap oui=0x000000", "");
		return;
	}
	unsigned end = k.nlayers - pad_last(&k);
	char head[200];
	compare(&k, 1, end, "", "");
	*pkt_write_layers(head, &k, 0, 1, false) = '\0';
	compare(&k, 1, k.nlayers, head + 1, k.fcs || pad_last(&k) ? "" : " pad n=20");
}

static const char *const packets[] = {
	"eth ip src=1.2.3.4 dst=5.6.7.8 udp sport=1 dport=2 data str=hello",
	"eth ip src=1.2.3.4 dst=5.6.7.8 tcp sport=1 dport=2 flags=SYN opt=mss:1460,sackok,nop,ws:7 data hex=000102",
	"eth ip6 src=::1 dst=::2 udp sport=1 dport=2 data str=hello pad n=5",
	"eth ip6 src=::1 dst=::2 hopopt opt=ra:0 icmp6 type=128 id=1 seq=1 data str=x",
	"eth fcs=crc ip flags=MF src=1.2.3.4 dst=5.6.7.8 udp len=100 data str=hello pad n=18",
	"eth vlan pcp=5 vid=7 arp op=1 spa=1.2.3.4 tpa=5.6.7.8 pad hex=000100",
	"eth llc snap ip src=1.2.3.4 dst=5.6.7.8 icmp type=8 id=1 seq=1 data str=ping pad n=3",
	"eth llc dsap=0x42 ssap=0x42 data hex=0000000000 pad n=38",
	"eth type=0x88a8 vlan vid=1 vlan vid=2 ip ip ip6 udp data str=deep",
	"eth ip icmp type=3 code=3 ip src=1.2.3.4 dst=5.6.7.8 udp sport=1 dport=9 data str=quoted",
	"eth ip gre eth ip udp data str=x",
	"eth ip udp dport=4789 vxlan vni=5 eth arp",
	"eth pppoe code=0 sid=3 ppp ip udp data str=x pad n=7",
	"eth mpls label=16 ip udp",
	"eth type=0x1234 data str=abc",
	"eth ip6 len=0 src=::1 dst=::2 udp sport=1 dport=2 data str=0123456789012345678901234567890123 pad n=10",
	"eth ip6 len=0 src=::1 dst=::2 udp sport=1 dport=2 data str=0123456789012345678901234567890123",
};

/* What lengths, types and checksums say is changed at random, and what is behind them cut off. */
TEST(layers_print_the_same_wherever_pkt_movable_says_so)
{
	struct pkt k;
	struct rng r;
	struct err e;
	uint8_t b[512];
	pkt_init(&k);
	rng_seed(&r, 1);
	CHECK_INT(registry_init(&e), 0);
	for (unsigned i = 0; i < sizeof packets / sizeof *packets; i++) {
		if (pkt_read(&k, packets[i], strlen(packets[i]), &e) != 0)
			CHECK_STR(e.msg, "");
		unsigned before = moved;
		wrap_and_unwrap(k.p, k.len, 1);
		wrap_and_unwrap(k.p + 14, k.len - 14 - k.fcs, 101);
		CHECK(moved > before || i == 4 || i >= 15);
		for (unsigned j = 0; j < 4000 && !test_failures; j++) {
			memcpy(b, k.p, k.len);
			for (uint64_t n = rng_below(&r, 4); n > 0; n--)
				b[rng_below(&r, k.len)] = (uint8_t)(rng_below(&r, 2) ? rng_below(&r, 64) : rng_u64(&r));
			uint32_t n = rng_below(&r, 3) ? k.len : 1 + (uint32_t)rng_below(&r, k.len);
			wrap_and_unwrap(b, n, 1);
			if (n > 14)
				wrap_and_unwrap(b + 14, n - 14, 101);
		}
	}
	CHECK(moved > 30000);
	CHECK(stayed > 3000);
	pkt_free(&k);
}

RUN_TESTS
