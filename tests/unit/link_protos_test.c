/* link_protos_test.c - the link layer's headers: text to octets, octets to text and back, whole and damaged.
 *
 * The octets of the first table were looked at with tshark 4.0 once: it calls every packet what its text says.
 */
#include "num.h"
#include "pkt.h"
#include "rng.h"
#include "test.h"

enum { PACKET_MAX = 512, MUTANTS = 20000 };

/* Canonical text and what it is in octets. */
static const struct {
	uint32_t link;
	const char *text, *hex;
} cases[] = {
	{1, "eth da=01:80:c2:00:00:00 sa=02:00:00:00:00:01 llc dsap=0x42 ssap=0x42 ctl=0x03 data "
	 "hex=00000000008000020000000001000000008000020000000001800200001400020000000f00 pad n=8",
	 "0180c2000000020000000001002842420300000000008000020000000001000000008000020000000001800200001400020000000f"
	 "000000000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 llc dsap=0xf0 ssap=0xf1 ctl=0x02 nr=5 pf=1 data str=x pad "
	 "n=41",
	 "0200000000020200000000010005f0f1020b7800000000000000000000000000000000000000000000000000000000000000000000"
	 "00000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 llc dsap=0xf0 ssap=0xf0 ctl=0x05 nr=9 pf=0 pad n=42",
	 "0200000000020200000000010004f0f005120000000000000000000000000000000000000000000000000000000000000000000000"
	 "00000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 vlan vid=7 llc dsap=0xe0 ssap=0xe0 ctl=0x7f pad n=39",
	 "020000000002020000000001810000070003e0e07f0000000000000000000000000000000000000000000000000000000000000000"
	 "00000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 llc ctl=0x03 snap oui=0x000000 arp op=1 "
	 "sha=02:00:00:00:00:01 spa=192.0.2.1 tha=00:00:00:00:00:00 tpa=192.0.2.2 pad n=10",
	 "0200000000020200000000010024aaaa0300000008060001080006040001020000000001c0000201000000000000c0000202000000"
	 "00000000000000"},
	{1, "eth da=01:00:0c:cc:cc:cc sa=02:00:00:00:00:01 llc ctl=0x03 snap oui=0x00000c type=0x2000 data "
	 "hex=02b40000 pad n=34",
	 "01000ccccccc020000000001000caaaa0300000c200002b40000000000000000000000000000000000000000000000000000000000"
	 "00000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 llc ctl=0x03 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp "
	 "sport=1 dport=7 data str=hello pad n=10",
	 "020000000002020000000001002406060345000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f000000"
	 "00000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 type=0x88a8 vlan vid=100 vlan pcp=5 vid=200 ip id=1 ttl=64 "
	 "src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "02000000000202000000000188a800648100a0c8080045000021000100004011f6c7c0000201c000020200010007000d37f668656c"
	 "6c6f"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 mpls label=16000 ttl=64 mpls label=17 tc=5 ttl=63 ip id=1 "
	 "ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "020000000002020000000001884703e8004000011b3f45000021000100004011f6c7c0000201c000020200010007000d37f668656c"
	 "6c6f"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 type=0x8848 mpls label=3 s=0 ttl=1 data hex=0001",
	 "0200000000020200000000018848000030010001"},
	{1, "eth da=ff:ff:ff:ff:ff:ff sa=02:00:00:00:00:01 pppoe code=0x09 sid=0x0000 "
	 "tag=service-name:,host-uniq:0a0b0c0d,ppp-max-payload:1500 pad n=18",
	 "ffffffffffff020000000001886311090000001201010000010300040a0b0c0d0120000205dc000000000000000000000000000000"
	 "000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 pppoe code=0x07 sid=0x0000 "
	 "tag=ac-name:rack%204%2C%20a%3Ab,service-name:isp,ac-cookie:00ff,k291:01,end-of-list",
	 "02000000000202000000000188631107000000250102000b7261636b20342c20613a62010100036973700104000200ff0123000101"
	 "00000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 pppoe code=0xa7 sid=0x0011 pad n=40",
	 "020000000002020000000001886311a700110000000000000000000000000000000000000000000000000000000000000000000000"
	 "00000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 pppoe code=0x00 sid=0x0011 ppp lcp code=1 id=1 "
	 "opt=magic:1234abcd pad n=28",
	 "020000000002020000000001886411000011000cc0210101000a05061234abcd000000000000000000000000000000000000000000"
	 "00000000000000"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 pppoe code=0x00 sid=0x0011 ppp ip id=1 ttl=64 src=192.0.2.1 "
	 "dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "0200000000020200000000018864110000110023002145000021000100004011f6c7c0000201c000020200010007000d37f668656c"
	 "6c6f"},
	{51, "pppoe code=0x00 sid=0x0011 ppp ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data "
	 "str=hello",
	 "110000110023002145000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{9, "ppp addr=0xff ctl=0x03 lcp code=1 id=7 opt=mru:1400,accm:000a0000,auth:c22305,quality:c02500000064,pfc,acfc,fcs:2,k99:00",
	 "ff03c02101070025010405780206000a00000305c223050408c0250000006407020802090302630300"},
	{9, "ppp lcp code=9 id=2 magic=0x01020304 data str=hi",
	 "c0210902000a010203046869"},
	{9, "ppp lcp code=8 id=3 proto=0x8057 data hex=0101",
	 "c0210803000880570101"},
	{9, "ppp lcp code=5 id=4 pad hex=aa",
	 "c02105040004aa"},
	{9, "ppp lcp code=1 id=4 opt=mru:0,raw:05 pad hex=aa",
	 "c021010400090104000005aa"},
	{9, "ppp ipcp code=3 id=2 opt=addr:10.9.0.1,vj:002d0f01,dns1:10.0.0.1",
	 "80210302001603060a0900010206002d0f0181060a000001"},
	{9, "ppp ipv6cp code=1 id=1 opt=id:0102030405060708",
	 "80570101000e010a0102030405060708"},
	{9, "ppp ccp code=1 id=1 opt=deflate:7800",
	 "80fd010100081a047800"},
	{268, "hdlc addr=0x03 type=I ns=3 nr=5 pf=1 data str=x",
	 "03b678"},
	{268, "hdlc addr=0x01 type=REJ nr=7 pf=0",
	 "01e9"},
	{268, "hdlc addr=0x03 type=SABM pf=1",
	 "033f"},
	{268, "hdlc addr=0x03 type=0x4b pf=0",
	 "034b"},
	{9, "ppp ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "002145000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{9, "ppp pfc=0x21 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "2145000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{9, "ppp addr=0xff ctl=0x03 pfc=0x21 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data "
	 "str=hello",
	 "ff032145000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{50, "frame dlt=50 ppp addr=0xff ctl=0x03 mpls label=16 ttl=9 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp "
	 "sport=1 dport=7 data str=hello",
	 "ff0302810001010945000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=49152 "
	 "dport=4789 vxlan flags=I vni=5001 eth da=02:00:00:00:00:04 sa=02:00:00:00:00:03 ip id=2 ttl=64 "
	 "src=198.51.100.1 dst=198.51.100.2 udp sport=1 dport=7 data str=hello",
	 "020000000002020000000001080045000053000100004011f695c0000201c0000202c00012b5003f60250800000000138900020000"
	 "0000040200000000030800450000210002000040112660c6336401c633640200010007000d678f68656c6c6f"},
	{113, "sll type=4 hatype=1 addr=02:00:00:00:00:01 unused=0x0102 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp "
	 "sport=1 dport=7 data str=hello",
	 "0004000100060200000000010102080045000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{113, "sll type=0 hatype=65534 halen=0 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data "
	 "str=hello",
	 "0000fffe00000000000000000000080045000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{113, "sll type=2 hatype=1 addr=02:00:00:00:00:01 llc dsap=0x42 ssap=0x42 ctl=0x03 data "
	 "hex=000002023c00000000000000000000000000000000000000000080000000001400020000000f00",
	 "00020001000602000000000100000004424203000002023c0000000000000000000000000000000000000000008000000000140002"
	 "0000000f00"},
	{113, "sll type=0 hatype=824 halen=0 data hex=14000000",
	 "0000033800000000000000000000000014000000"},
	{276, "sll2 ifindex=3 hatype=1 type=1 addr=02:00:00:00:00:01 vlan vid=9 ip id=1 ttl=64 src=192.0.2.1 "
	 "dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "81000000000000030001010602000000000100000009080045000021000100004011f6c7c0000201c000020200010007000d37f668"
	 "656c6c6f"},
	{276, "sll2 proto=0x1234 rsv=0x0001 ifindex=4294967295 hatype=32 type=3 halen=8 addr8=0102030405060708 data str=x",
	 "12340001ffffffff00200308010203040506070878"},
	{0, "null ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "0200000045000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{0, "null order=be ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "0000000245000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{0, "null order=be family=7 high=0x000001 data str=x",
	 "0000010778"},
	{0, "null family=7 high=0x000001 data str=x",
	 "0700000178"},
	{108, "loop ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "0000000245000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{219, "mpls label=16 ttl=64 ip id=1 ttl=64 src=192.0.2.1 dst=192.0.2.2 udp sport=1 dport=7 data str=hello",
	 "0001014045000021000100004011f6c7c0000201c000020200010007000d37f668656c6c6f"},
	{1, "eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 pppoe code=0x65 sid=0x0001 tag=service-name:x,raw:0102 pad "
	 "n=30",
	 "0200000000020200000000018863116500010007010100017801020000000000000000000000000000000000000000000000000000"
	 "00000000"},
};

/* Octets that are odd in one way or another: they must print, and what prints must be the same octets. */
static const struct {
	const char *why;
	uint32_t link;
	const char *hex;
} odd[] = {
	{"Novell's raw 802.3", 1, "ffffffffffff0200000000010022ffff00220011ffffffffffffffff0452000000000001020000000001400304520000"},
	{"a length longer than the frame", 1, "0200000000020200000000010040424203000000"},
	{"a length shorter than LLC", 1, "0200000000020200000000010002424203000000"},
	{"neither length nor EtherType", 1, "02000000000202000000000105f0424203000000"},
	{"length 0", 1, "0200000000020200000000010000424203000000"},
	{"LLC cut in its control", 1, "0200000000020200000000010003f0f002"},
	{"SNAP cut short", 1, "0200000000020200000000010007aaaa0300000008"},
	{"SNAP of a bridge tunnel", 1, "020000000002020000000001000caaaa030000f8080000000000"},
	{"SNAP response", 1, "0200000000020200000000010008aaab030000000800"},
	{"SNAP in a vlan with padding", 1, "02000000000202000000000181000005000caaaa030000000800450000000000"},
	{"a label stack without an end", 1, "020000000002020000000001884700010040000100400001"},
	{"a bottom label and nothing", 1, "020000000002020000000001884700010140"},
	{"a pseudowire", 1, "02000000000202000000000188470001014000000000020000000004"},
	{"a label says IPv4 that is none", 1, "0200000000020200000000018847000101404f"},
	{"bottom of stack, yet a label by EtherType behind", 1, "02000000000202000000000181000001884800010140600000000000"},
	{"PPPoE tags longer than the frame", 1, "020000000002020000000001886311090000004001010000"},
	{"a PPPoE tag longer than the tags", 1, "02000000000202000000000188631109000000080101000801030000"},
	{"PPPoE end of list with a value", 1, "0200000000020200000000018863110900000009000000010501010000"},
	{"PPPoE number of the wrong size", 1, "020000000002020000000001886311090000000601200002000005dc"},
	{"discovery with the EtherType of sessions", 1, "0200000000020200000000018864110900000004010100000000"},
	{"a session with the EtherType of discovery", 1, "02000000000202000000000188631100001100040021450000000000"},
	{"PPPoE version 2", 1, "0200000000020200000000018864210000110002c021"},
	{"a PPPoE session longer than it says", 1, "0200000000020200000000018864110000110002c02101010004"},
	{"a PPPoE session of one octet", 1, "020000000002020000000001886411000011000121"},
	{"discovery without padding or tags", 51, "11a700010000"},
	{"PPP: address and control alone", 9, "ff03"},
	{"PPP: an address alone", 9, "ff"},
	{"PPP: half a protocol", 9, "ff03c0"},
	{"PPP: another control", 9, "ff130021"},
	{"PPP: another address", 9, "0f030021"},
	{"PPP: nothing but a short protocol", 9, "21"},
	{"Cisco in an HDLC frame", 50, "0f0008004500"},
	{"PPP: bridged Ethernet", 50, "ff0300310001020000000002020000000001"},
	{"cooked, an address of 7", 113, "000000010007020304050607080908004500"},
	{"cooked, raw 802.3", 113, "0003000100060200000000010000" "0001" "ffff00220011"},
	{"cooked, netlink with a protocol like IP", 113, "0004033800000000000000000000" "0800" "4500"},
	{"cooked, one octet short", 113, "00000001000602000000000100000" "8"},
	{"cooked 2, one octet short", 276, "08000000000000030001000602000000000100"},
	{"cooked 2, LLC", 276, "0004000000000003000100060200000000010000" "424203"},
	{"null: three octets", 0, "020000"},
	{"null: zero", 0, "00000000" "45"},
	{"null: big-endian", 0, "00000002" "45"},
	{"null: little-endian", 0, "02000000" "45"},
	{"null: neither", 0, "02000005" "45"},
	{"null: neither, and zero first", 0, "00010203" "45"},
	{"null: zero first and last", 0, "00020000" "45"},
	{"loop: a large family", 108, "02000000" "45"},
	{"VXLAN without I, all reserved set", 1,
	 "0200000000020200000000010800450000320001000040110000c0000201c000020200011" "2b5001e0000f7ffffff000001ff020000000004020000000003"
	 "0800"},
};

enum { CASES = sizeof cases / sizeof cases[0], ODD = sizeof odd / sizeof odd[0] };

static void init(void)
{
	struct err e;
	if (registry_init(&e) != 0) {
		printf("# %s\n", e.msg);
		exit(1);
	}
}

/* Octets of hex to b, which has room for PACKET_MAX. */
static uint32_t from_hex(uint8_t *b, const char *hex)
{
	size_t n = strlen(hex);
	if (n % 2 || n / 2 > PACKET_MAX || hex_read(b, hex, n / 2) != n) {
		printf("# bad hex in the test: %s\n", hex);
		exit(1);
	}
	return (uint32_t)(n / 2);
}

/* The canonical text of the packet, to be freed. */
static char *text_of(const struct pkt *k)
{
	char *s = malloc(pkt_bound(k) + 1);
	if (!s)
		abort();
	*pkt_write(s, k, false) = 0;
	return s;
}

/* Decodes a copy that ends where its memory ends, prints, reads and compares; 1 when all is the same. */
static int round_trip(const struct cap_rec *r)
{
	struct pkt from = {0}, to = {0};
	struct cap_rec got = {0}, in = *r;
	struct err e = {""};
	uint8_t *copy = malloc(r->len ? r->len : 1);
	if (!copy)
		abort();
	memcpy(copy, r->p, r->len);
	in.p = copy;
	pkt_decode(&from, &in);
	char *text = text_of(&from), *again = NULL;
	int ok = pkt_read(&to, text, strlen(text), &e) == 0 && pkt_record(&to, &got, &e) == 0;
	ok = ok && got.link == r->link && got.wire == r->wire && got.len == r->len && memcmp(got.p, r->p, r->len) == 0;
	ok = ok && strcmp(again = text_of(&to), text) == 0;
	if (!ok)
		printf("# link %u, %u of %u octets: %s\n#   %s%s\n", r->link, r->len, r->wire, text, e.msg, again ? again : "");
	free(again);
	free(text);
	free(copy);
	pkt_free(&from);
	pkt_free(&to);
	return ok;
}

TEST(text_gives_these_octets)
{
	init();
	struct pkt k = {0};
	for (unsigned i = 0; i < CASES; i++) {
		struct err e = {""};
		struct cap_rec r = {0};
		uint8_t want[PACKET_MAX];
		uint32_t n = from_hex(want, cases[i].hex);
		if (pkt_read(&k, cases[i].text, strlen(cases[i].text), &e) != 0 || pkt_record(&k, &r, &e) != 0)
			printf("# %s\n# %s\n", cases[i].text, e.msg);
		CHECK_INT(r.len, n);
		CHECK_INT(r.link, cases[i].link);
		if (r.len == n)
			CHECK_MEM(r.p, want, n);
	}
	pkt_free(&k);
}

TEST(octets_give_this_text)
{
	init();
	struct pkt k = {0};
	for (unsigned i = 0; i < CASES; i++) {
		uint8_t b[PACKET_MAX];
		uint32_t n = from_hex(b, cases[i].hex);
		pkt_decode(&k, &(struct cap_rec){.link = cases[i].link, .fcs = -1, .wire = n, .len = n, .p = b});
		char *s = text_of(&k);
		CHECK_STR(s, cases[i].text);
		free(s);
	}
	pkt_free(&k);
}

TEST(odd_octets_come_back)
{
	init();
	for (unsigned i = 0; i < ODD; i++) {
		uint8_t b[PACKET_MAX];
		uint32_t n = from_hex(b, odd[i].hex);
		int ok = round_trip(&(struct cap_rec){.link = odd[i].link, .fcs = -1, .wire = n, .len = n, .p = b});
		if (!ok)
			printf("# %s\n", odd[i].why);
		CHECK(ok);
	}
}

/* Every packet of both tables, cut at every octet, the rest on the wire or nowhere. */
TEST(cut_packets_come_back)
{
	init();
	for (unsigned i = 0; i < CASES + ODD; i++) {
		uint8_t b[PACKET_MAX];
		uint32_t n = from_hex(b, i < CASES ? cases[i].hex : odd[i - CASES].hex);
		struct cap_rec r = {.link = i < CASES ? cases[i].link : odd[i - CASES].link, .fcs = -1, .p = b};
		for (r.len = 0; r.len <= n; r.len++) {
			r.wire = n;
			CHECK(round_trip(&r));
			r.wire = r.len;
			CHECK(round_trip(&r));
		}
	}
}

/* 1 to 8 octets changed or the packet cut; half of the changes near its start, where the headers are. */
static void mutate(struct rng *g, uint8_t *b, struct cap_rec *r)
{
	if (r->len && rng_below(g, 4) == 0) {
		r->len = (uint32_t)rng_below(g, r->len);
		if (rng_below(g, 2))
			r->wire = r->len;
	}
	for (uint64_t n = rng_below(g, 9); n-- > 0 && r->len;) {
		uint32_t range = rng_below(g, 2) && r->len > 24 ? 24 : r->len;
		uint8_t *at = b + rng_below(g, range);
		*at = (uint8_t)(rng_below(g, 2) ? rng_u64(g) : *at ^ 1u << rng_below(g, 8));
	}
	r->fcs = rng_below(g, 8) ? -1 : 4;
}

TEST(mutants_come_back)
{
	init();
	struct rng g;
	rng_seed(&g, 2);
	for (int m = 0; m < MUTANTS; m++) {
		uint8_t b[PACKET_MAX];
		unsigned i = (unsigned)rng_below(&g, CASES + ODD);
		uint32_t n = from_hex(b, i < CASES ? cases[i].hex : odd[i - CASES].hex);
		struct cap_rec r = {.link = i < CASES ? cases[i].link : odd[i - CASES].link, .fcs = -1, .wire = n, .len = n, .p = b};
		mutate(&g, b, &r);
		CHECK(round_trip(&r));
	}
}

static void reads_as(const char *line, const char *want)
{
	struct pkt k = {0};
	struct err e = {""};
	if (pkt_read(&k, line, strlen(line), &e) != 0) {
		CHECK_STR(e.msg, want);
	} else {
		char *s = text_of(&k);
		CHECK_STR(s, want);
		free(s);
	}
	pkt_free(&k);
}

TEST(what_is_not_written_is_computed)
{
	init();
	reads_as("pppoe code=0x19 tag=host-uniq,service-name", "pppoe code=0x19 sid=0x0000 tag=host-uniq:,service-name:");
	reads_as("pppoe code=0x19 len=7", "pppoe code=0x19 sid=0x0000 len=7");
	reads_as("mpls mpls mpls s=0 data str=x",
	         "mpls label=0 ttl=64 mpls label=0 ttl=64 mpls label=0 s=0 ttl=64 data str=x");
	reads_as("ppp ctl=0x13 proto=0xc021", "ppp addr=0xff ctl=0x13 proto=0xc021");
	reads_as("null order=le family=2", "null family=2");
	reads_as("null order=be family=2", "null order=be family=2");
	reads_as("null order=be", "null");
	reads_as("llc ctl=1", "llc ctl=0x01 nr=0 pf=0");
	reads_as("sll halen=4 addr8=c000020100000000", "sll type=0 hatype=1 halen=4 addr8=c000020100000000");
}

TEST(what_cannot_be_is_refused)
{
	init();
	reads_as("llc nr=1", "llc: nr=: a header of this kind has no such field");
	reads_as("ppp pfc=0x21 proto=0x21", "ppp: proto=: a header of this kind has no such field");
	reads_as("null order=BE", "null: order is neither le nor be");
	reads_as("pppoe tag=nix:1", "pppoe: tag: unknown tag \"nix\"");
	reads_as("pppoe tag=host-uniq:0g", "pppoe: tag: \"0g\" is not hex");
	reads_as("pppoe tag=host-uniq:012", "pppoe: tag: \"012\" has an odd number of hex digits");
	reads_as("pppoe tag=end-of-list:1", "pppoe: tag: end-of-list takes no value");
	reads_as("pppoe tag=ppp-max-payload:65536", "pppoe: tag: ppp-max-payload takes a number up to 65535");
	reads_as("pppoe tag=k65536:", "pppoe: tag: unknown tag \"k65536\"");
	reads_as("pppoe tag=", "pppoe code=0x00 sid=0x0000");
	reads_as("pppoe tag=,", "pppoe: tag: unknown tag \"\"");
}

RUN_TESTS
