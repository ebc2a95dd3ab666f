/* net_protos_test.c - the protocols of layer 3: texts and their octets, and that octets, any octets, come back from their text.
 *
 * tshark 4.0 with all checksum validation on has found nothing wrong with the packets of the table but what they say
 * (a DVMRP message and a Frame Relay payload without content, deprecated routing, a jumbo option in a small packet).
 */
#include "num.h"
#include "pkt.h"
#include "rng.h"
#include "test.h"

#ifndef MUTANTS
#define MUTANTS 20000
#endif

enum { RAW = 101, ETHERNET = 1 }; /* link types */

static const struct { const char *text, *hex; } packets[] = {
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=8 id=1 seq=2 data str=abcdefgh",
	 "450000240000000040018e9dc0000201c633640708006667000100026162636465666768"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=0 id=1 seq=2 data str=abcdefg",
	 "450000230000000040018e9ec0000201c633640700006ecf0001000261626364656667"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=3 code=4 mtu=1400 ip id=7 src=198.51.100.7 dst=192.0.2.1 udp"
	 " sport=1 dport=2 data str=abcdefgh",
	 "450000400000000040018e81c0000201c63364070304e3e100000578450000240007000040118e86c6336407c000020100010002"
	 "001081f96162636465666768"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=3 code=1 ip id=7 len=60 src=198.51.100.7 dst=192.0.2.1 proto"
	 "=6 data hex=0050003500000001",
	 "450000380000000040018e89c0000201c63364070301fc78000000004500003c0007000040068e79c6336407c000020100500035"
	 "00000001"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=5 code=1 gw=192.0.2.254 ip id=7 src=198.51.100.7 dst=192.0.2"
	 ".1 icmp type=8 id=3 seq=4",
	 "450000380000000040018e89c0000201c633640705013800c00002fe4500001c0007000040018e9ec6336407c00002010800f7f8"
	 "00030004"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=11 ip id=7 ttl=1 src=198.51.100.7 dst=192.0.2.1 udp sport=40"
	 "000 dport=33434",
	 "450000380000000040018e89c0000201c63364070b00e155000000004500001c000700000111cd8ec6336407c00002019c40829a"
	 "0008f4c6"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=12 ptr=20 ip id=7 src=198.51.100.7 dst=192.0.2.1 opt=nop,rr:"
	 "4:0.0.0.0 udp sport=40000 dport=33434",
	 "450000400000000040018e81c0000201c63364070c00cc551400000047000024000700004011847bc6336407c000020101070704"
	 "000000009c40829a0008f4c6"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=13 id=5 seq=6 data hex=0000000100000002ffffffff",
	 "450000280000000040018e99c0000201c63364070d00f2f1000500060000000100000002ffffffff"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=17 id=5 seq=6 data hex=ffffff00",
	 "450000200000000040018ea1c0000201c63364071100eff300050006ffffff00"},
	{"ip src=192.0.2.1 dst=198.51.100.7 icmp type=9 rest=0x01020708 data hex=c000020100000000",
	 "450000240000000040018e9dc0000201c633640709002cf401020708c000020100000000"},
	{"ip src=192.0.2.1 dst=224.0.0.1 ttl=1 opt=ra:0 igmp type=0x11 maxresp=100 group=0.0.0.0",
	 "4600002000000000010282d5c0000201e0000001940400001164ee9b00000000"},
	{"ip src=192.0.2.1 dst=224.0.0.1 ttl=1 igmp type=0x12 group=239.1.2.3",
	 "4500001c00000000010217dec0000201e00000011200fcfaef010203"},
	{"ip src=192.0.2.1 dst=224.0.0.1 ttl=1 igmp type=0x16 group=239.1.2.3",
	 "4500001c00000000010217dec0000201e00000011600f8faef010203"},
	{"ip src=192.0.2.1 dst=224.0.0.2 ttl=1 igmp type=0x17 group=239.1.2.3",
	 "4500001c00000000010217ddc0000201e00000021700f7faef010203"},
	{"ip src=192.0.2.1 dst=239.1.2.3 ttl=1 igmp type=0x11 maxresp=10 group=239.1.2.3 s=1 qrv=3 qqic=60 src=192"
	 ".0.2.7,192.0.2.8",
	 "4500002800000000010206cfc0000201ef010203110a6ea2ef0102030b3c0002c0000207c0000208"},
	{"ip src=192.0.2.1 dst=224.0.0.22 ttl=1 opt=ra:0 igmp type=0x22 rec=to_ex/239.1.2.3,allow/232.1.1.1/192.0."
	 "2.9/192.0.2.10",
	 "4600003800000000010282a8c0000201e000001694040000220076df0000000204000000ef01020305000002e8010101c0000209"
	 "c000020a"},
	{"ip src=192.0.2.1 dst=224.0.0.4 ttl=1 igmp type=0x13 code=1 rest=0x00000c03",
	 "4500001c00000000010217dbc0000201e00000041301e0fb00000c03"},
	{"ip src=192.0.2.1 dst=198.51.100.7 gre ip id=3 src=10.0.0.1 dst=10.0.0.2 icmp id=1 seq=1",
	 "4500003400000000402f8e5fc0000201c6336407000008004500001c00030000400166dc0a0000010a0000020800f7fd00010001"},
	{"ip src=192.0.2.1 dst=198.51.100.7 gre flags=C ip id=3 src=10.0.0.1 dst=10.0.0.2 udp sport=1 dport=2 data"
	 " str=x",
	 "4500003900000000402f8e5ac0000201c6336407800008008c1c00004500001d00030000401166cb0a0000010a00000200010002"
	 "000973d678"},
	{"ip src=192.0.2.1 dst=198.51.100.7 gre key=0x12345678 eth da=02:00:00:00:00:02 sa=02:00:00:00:00:01 ip id"
	 "=3 src=10.0.0.1 dst=10.0.0.2 udp sport=1 dport=2",
	 "4500004600000000402f8e4dc0000201c6336407200065581234567802000000000202000000000108004500001c000300004011"
	 "66cc0a0000010a000002000100020008ebd8"},
	{"ip src=192.0.2.1 dst=198.51.100.7 gre flags=C,K,S key=0x7 seq=9 ip6 src=2001:db8::1 dst=2001:db8::2 udp "
	 "sport=1 dport=2 data str=x",
	 "4500005500000000402f8e3ec0000201c6336407b00086dd57e200000000000700000009600000000009114020010db800000000"
	 "000000000000000120010db80000000000000000000000020001000200092c6478"},
	{"ip src=192.0.2.1 dst=198.51.100.7 gre ver=1 call=5 seq=1 ack=2 ppp addr=0xff ctl=0x03 ip id=3 src=10.0.0.1 "
	 "dst=10.0.0.2 udp sport=1 dport=2 data str=hi",
	 "4500004600000000402f8e4dc0000201c63364073081880b002200050000000100000002ff0300214500001e00030000401166ca0a00"
	 "00010a00000200010002000a836b6869"},
	{"ip src=192.0.2.1 dst=198.51.100.7 gre ver=1 proto=0x880b call=5 ack=2",
	 "4500002000000000402f8e73c0000201c63364072081880b0000000500000002"},
	{"ip src=192.0.2.1 dst=198.51.100.7 gre seq=9 proto=0x6559 data hex=01020304",
	 "4500002000000000402f8e73c0000201c6336407100065590000000901020304"},
	{"ip src=192.0.2.1 dst=198.51.100.7 ah spi=0x100 seq=1 icv=000102030405060708090a0b udp sport=1 dport=2 da"
	 "ta str=hi",
	 "450000360000000040338e59c0000201c6336407110400000000010000000001000102030405060708090a0b00010002000aab31"
	 "6869"},
	{"ip6 src=fe80::1 dst=ff02::1 hop=255 icmp6 type=134 hop=64 raflags=M,O,Prf0 lifetime=1800 reach=30000 ret"
	 "rans=1000 opt=slla:02:00:00:00:00:01,mtu:1500,prefix:64:192:86400:14400:2001:db8::,rdnss:3600:2001:db8::"
	 "53/2001:db8::54,dnssl:3600:076578616d706c6503636f6d00000000,route:48:8:600:20010db800010000",
	 "6000000000903afffe800000000000000000000000000001ff0200000000000000000000000000018600bcdd40c8070800007530"
	 "000003e8010102000000000105010000000005dc030440c000015180000038400000000020010db8000000000000000000000000"
	 "1905000000000e1020010db800000000000000000000005320010db80000000000000000000000541f03000000000e1007657861"
	 "6d706c6503636f6d00000000180230080000025820010db800010000"},
	{"ip6 src=fe80::1 dst=ff02::2 hop=255 icmp6 type=133 opt=slla:02:00:00:00:00:01",
	 "6000000000103afffe800000000000000000000000000001ff02000000000000000000000000000285007a2c0000000001010200"
	 "00000001"},
	{"ip6 src=fe80::1 dst=ff02::1:ff00:2 hop=255 icmp6 type=135 target=fe80::2 opt=slla:02:00:00:00:00:01",
	 "6000000000203afffe800000000000000000000000000001ff0200000000000000000001ff00000287007a9700000000fe800000"
	 "0000000000000000000000020101020000000001"},
	{"ip6 src=:: dst=ff02::1:ff00:2 hop=255 icmp6 type=135 target=fe80::2 opt=nonce:010203040506",
	 "6000000000203aff00000000000000000000000000000000ff0200000000000000000001ff0000028700650e00000000fe800000"
	 "0000000000000000000000020e01010203040506"},
	{"ip6 src=fe80::2 dst=fe80::1 hop=255 icmp6 type=136 naflags=R,S,O target=fe80::2 opt=tlla:02:00:00:00:00:"
	 "02",
	 "6000000000203afffe800000000000000000000000000002fe80000000000000000000000000000188009819e0000000fe800000"
	 "0000000000000000000000020201020000000002"},
	{"ip6 src=fe80::2 dst=fe80::1 hop=255 icmp6 type=137 target=fe80::3 dst=2001:db8::9 opt=tlla:02:00:00:00:0"
	 "0:02,redir:6000000000003b402001000000000000000000000000000120010000000000000000000000000002",
	 "6000000000603afffe800000000000000000000000000002fe800000000000000000000000000001890069cb00000000fe800000"
	 "00000000000000000000000320010db8000000000000000000000009020102000000000204060000000000006000000000003b40"
	 "2001000000000000000000000000000120010000000000000000000000000002"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=128 id=1 seq=2 data str=hello",
	 "60000000000d3a4020010db800000000000000000000000120010db80000000000000000000000028000e06d0001000268656c6c"
	 "6f"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=129 id=1 seq=2",
	 "6000000000083a4020010db800000000000000000000000120010db80000000000000000000000028100234500010002"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=2 mtu=1280 ip6 src=2001:db8::2 dst=2001:db8::1 len=1400 t"
	 "cp sport=1 dport=2 seq=3 ack=4 flags=ACK win=5 data str=hello",
	 "6000000000493a4020010db800000000000000000000000120010db80000000000000000000000020200316e0000050060000000"
	 "0578064020010db800000000000000000000000220010db800000000000000000000000100010002000000030000000450100005"
	 "107a000068656c6c6f"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=1 code=4 ip6 src=2001:db8::2 dst=2001:db8::1 udp sport=1 "
	 "dport=2 data str=hello",
	 "60000000003d3a4020010db800000000000000000000000120010db8000000000000000000000002010431e00000000060000000"
	 "000d114020010db800000000000000000000000220010db800000000000000000000000100010002000d608a68656c6c6f"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=3 ip6 src=2001:db8::2 dst=2001:db8::1 udp sport=1 dport=2"
	 " data str=hello",
	 "60000000003d3a4020010db800000000000000000000000120010db800000000000000000000000203002fe40000000060000000"
	 "000d114020010db800000000000000000000000220010db800000000000000000000000100010002000d608a68656c6c6f"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=4 code=1 ptr=40 ip6 src=2001:db8::2 dst=2001:db8::1 hopop"
	 "t opt=k77:0011,padn: udp sport=1 dport=2 data str=hello",
	 "6000000000453a4020010db800000000000000000000000120010db80000000000000000000000020401e0970000002860000000"
	 "0015004020010db800000000000000000000000220010db800000000000000000000000111004d020011010000010002000d608a"
	 "68656c6c6f"},
	{"ip6 src=fe80::1 dst=ff02::1 hop=1 hopopt opt=ra:0 icmp6 type=130 maxdelay=10000 group=::",
	 "6000000000200001fe800000000000000000000000000001ff0200000000000000000000000000013a0005020000010082005917"
	 "2710000000000000000000000000000000000000"},
	{"ip6 src=fe80::1 dst=ff02::1 hop=1 hopopt opt=ra:0 icmp6 type=131 group=ff02::1:ff00:2",
	 "6000000000200001fe800000000000000000000000000001ff0200000000000000000000000000013a0005020000010083008120"
	 "00000000ff0200000000000000000001ff000002"},
	{"ip6 src=fe80::1 dst=ff02::2 hop=1 hopopt opt=ra:0 icmp6 type=132 group=ff02::1:ff00:2",
	 "6000000000200001fe800000000000000000000000000001ff0200000000000000000000000000023a000502000001008400801f"
	 "00000000ff0200000000000000000001ff000002"},
	{"ip6 src=fe80::1 dst=ff02::1 hop=1 hopopt opt=ra:0 icmp6 type=130 maxdelay=1000 group=ff02::db8:1 s=1 qrv"
	 "=7 qqic=20 src=2001:db8::1,2001:db8::2",
	 "6000000000440001fe800000000000000000000000000001ff0200000000000000000000000000013a00050200000100820004d4"
	 "03e80000ff02000000000000000000000db800010f14000220010db800000000000000000000000120010db80000000000000000"
	 "00000002"},
	{"ip6 src=fe80::1 dst=ff02::16 hop=1 hopopt opt=ra:0 icmp6 type=143 rec=to_ex/ff02::1:ff00:2,block/ff3e::8"
	 "000:1/2001:db8::1/2001:db8::2",
	 "6000000000580001fe800000000000000000000000000001ff0200000000000000000000000000163a000502000001008f009019"
	 "0000000204000000ff0200000000000000000001ff00000206000002ff3e000000000000000000008000000120010db800000000"
	 "000000000000000120010db8000000000000000000000002"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 type=151 code=20 rest=0x00140002",
	 "6000000000083a4020010db800000000000000000000000120010db800000000000000000000000297140d1e00140002"},
	{"ip6 tc=0xb8 flow=0x12345 src=2001:db8::1 dst=2001:db8::2 hopopt opt=pad1,padn:00,jumbo:70000 dstopt opt="
	 "tel:4 udp sport=1 dport=2 data str=x",
	 "6b8123450021004020010db800000000000000000000000120010db80000000000000000000000023c0100010100c20400011170"
	 "0102000011000401040101000001000200092c6478"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 hopopt udp sport=1 dport=2 data str=x",
	 "600000000011004020010db800000000000000000000000120010db8000000000000000000000002110001040000000000010002"
	 "00092c6478"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6rt type=0 left=1 seg=2001:db8::a,2001:db8::b udp sport=1 dport=2 "
	 "data str=x",
	 "6000000000312b4020010db800000000000000000000000120010db8000000000000000000000002110400010000000020010db8"
	 "00000000000000000000000a20010db800000000000000000000000b0001000200092c5b78"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6rt type=2 left=1 seg=2001:db8::a udp sport=1 dport=2 data str=x",
	 "6000000000212b4020010db800000000000000000000000120010db8000000000000000000000002110202010000000020010db8"
	 "00000000000000000000000a0001000200092c5c78"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6rt type=4 left=1 flags=0x8 tag=0x7 seg=2001:db8::a,2001:db8::b op"
	 "t=hmac:0:1:0000000000000000000000000000000000000000000000000000000000000000 tcp sport=1 dport=2",
	 "6000000000642b4020010db800000000000000000000000120010db8000000000000000000000002060904010108000720010db8"
	 "00000000000000000000000a20010db800000000000000000000000b052600000000000100000000000000000000000000000000"
	 "000000000000000000000000000000000001000200000000000000005000000054650000"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6rt type=4 left=0 seg=2001:db8::a,2001:db8::2 tcp sport=1 dport=2",
	 "60000000003c2b4020010db800000000000000000000000120010db8000000000000000000000002060404000100000020010db8"
	 "00000000000000000000000a20010db800000000000000000000000200010002000000000000000050000000546d0000"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6rt type=3 left=1 rest=0xff200000 body=0a0b000000000000 udp sport="
	 "1 dport=2 data str=x",
	 "6000000000192b4020010db800000000000000000000000120010db800000000000000000000000211010301ff2000000a0b0000"
	 "000000000001000200092c6678"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6frag id=99 udp sport=1 dport=2 data str=x",
	 "6000000000112c4020010db800000000000000000000000120010db8000000000000000000000002110000000000006300010002"
	 "00092c6478"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6frag flags=M id=99 udp sport=1 dport=2 len=40 sum=0x1234 data str"
	 "=abcdefgh",
	 "6000000000182c4020010db800000000000000000000000120010db8000000000000000000000002110000010000006300010002"
	 "002812346162636465666768"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ip6frag nh=17 frag=2 id=99 data str=abcdefgh",
	 "6000000000102c4020010db800000000000000000000000120010db8000000000000000000000002110000100000006361626364"
	 "65666768"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 dstopt opt=padn:,hao:2001:db8::77 udp sport=1 dport=2 data str=x",
	 "6000000000213c4020010db800000000000000000000000120010db800000000000000000000000211020100c91020010db80000"
	 "0000000000000000007701000001000200092bee78"},
	{"ip6 src=2001:db8::1 dst=2001:db8::2 ah spi=0x1234 seq=7 icv=00112233445566778899aabb tcp sport=1 dport=2",
	 "60000000002c334020010db800000000000000000000000120010db8000000000000000000000002060400000000123400000007"
	 "00112233445566778899aabb00010002000000000000000050000000546d0000"},
	{"ip src=192.0.2.1 dst=198.51.100.7 ip6 src=2001:db8::1 dst=2001:db8::2 icmp6 id=1 seq=1",
	 "450000440000000040298e55c0000201c63364076000000000083a4020010db800000000000000000000000120010db800000000"
	 "00000000000000028000244600010001"},
};

enum { PACKETS = sizeof packets / sizeof *packets, OCTETS_MAX = 4096 };

static struct pkt in, back;

__attribute__((constructor)) static void tables(void)
{
	struct err e;
	if (registry_init(&e) != 0)
		printf("# %s\n", e.msg);
	pkt_init(&in);
	pkt_init(&back);
}

static uint32_t octets_of(const char *hex, uint8_t *b)
{
	size_t n = strlen(hex) / 2;
	return hex_read(b, hex, n) == 2 * n ? (uint32_t)n : 0;
}

static struct cap_rec record(uint32_t link, const uint8_t *b, uint32_t len, uint32_t wire)
{
	return (struct cap_rec){.link = link, .fcs = -1, .p = b, .len = len, .wire = wire};
}

/* Octets to text to octets; true when they are the same. Both texts must be the same too. The octets are in a block of their own,
 * so that a read beyond them is seen. */
static bool comes_back(uint32_t link, const uint8_t *octets, uint32_t len, uint32_t wire)
{
	struct err e = {""};
	uint8_t *b = malloc(len ? len : 1);
	memcpy(b, octets, len);
	struct cap_rec r = record(link, b, len, wire), got;
	pkt_decode(&in, &r);
	size_t bound = pkt_bound(&in);
	char *text = malloc(bound + NUM_SLACK);
	size_t n = (size_t)(pkt_write(text, &in, false) - text);
	bool same = n <= bound && pkt_read(&back, text, n, &e) == 0 && pkt_record(&back, &got, &e) == 0 && got.link == link &&
	            got.wire == wire && got.len == len && memcmp(got.p, b, len) == 0;
	if (same) {
		char *again = malloc(pkt_bound(&back) + NUM_SLACK);
		same = (size_t)(pkt_write(again, &back, false) - again) == n && memcmp(again, text, n) == 0;
		free(again);
	}
	if (!same)
		printf("# link %u, %u of %u octets: %s\n# %.*s\n", link, len, wire, e.msg, (int)n, text);
	free(text);
	free(b);
	return same;
}

/* The octets of a text as hex; the message where it is refused. */
static const char *encoded(const char *text)
{
	static char hex[2 * OCTETS_MAX + 1];
	struct err e;
	if (pkt_read(&back, text, strlen(text), &e) != 0) {
		snprintf(hex, sizeof hex, "%s", e.msg);
		return hex;
	}
	hex_write(hex, back.p, back.len);
	hex[2 * back.len] = 0;
	return hex;
}

/* What canonical text has from its layer `from` on. */
static const char *decoded(const char *hex, const char *from)
{
	static char text[65536];
	uint8_t b[OCTETS_MAX];
	uint32_t n = octets_of(hex, b);
	struct cap_rec r = record(RAW, b, n, n);
	pkt_decode(&in, &r);
	*pkt_write(text, &in, false) = 0;
	const char *at = strstr(text, from);
	return at ? at : text;
}

TEST(texts_give_the_octets_that_tshark_checked)
{
	for (size_t i = 0; i < PACKETS; i++)
		CHECK_STR(encoded(packets[i].text), packets[i].hex);
}

TEST(octets_come_back)
{
	uint8_t b[OCTETS_MAX];
	for (size_t i = 0; i < PACKETS; i++) {
		uint32_t n = octets_of(packets[i].hex, b);
		for (uint32_t cut = 0; cut <= n; cut++) {
			CHECK(comes_back(RAW, b, cut, n));
			CHECK(comes_back(RAW, b, cut, cut));
		}
	}
}

/* A few octets changed, the packet cut short or grown, the wire length changed or not. */
static uint32_t mutate(struct rng *r, uint8_t *b, uint32_t n)
{
	for (uint64_t changes = 1 + rng_below(r, 8); changes; changes--) {
		uint8_t *at = &b[rng_below(r, n)];
		switch (rng_below(r, 4)) {
		case 0: *at = (uint8_t)rng_u64(r); break;
		case 1: *at ^= (uint8_t)(1u << rng_below(r, 8)); break;
		case 2: *at = (uint8_t)rng_below(r, 8); break;
		default: *at = (uint8_t)(rng_below(r, 2) ? 0xff : 0); break;
		}
	}
	if (rng_below(r, 4) == 0)
		n = (uint32_t)rng_below(r, n + 1);
	if (rng_below(r, 8) == 0)
		for (uint64_t more = rng_below(r, 40); more; more--)
			b[n++] = rng_below(r, 2) ? 0 : (uint8_t)rng_u64(r);
	return n;
}

TEST(mutants_come_back)
{
	struct rng r;
	uint8_t b[OCTETS_MAX];
	unsigned bad = 0;
	rng_seed(&r, 2026);
	for (unsigned i = 0; i < MUTANTS && bad < 10; i++) {
		uint32_t whole = octets_of(packets[i % PACKETS].hex, b), n = mutate(&r, b, whole);
		uint32_t wire = rng_below(&r, 4) ? n : n + (uint32_t)rng_below(&r, 100);
		bad += !comes_back(RAW, b, n, wire);
	}
	CHECK_INT(bad, 0);
}

/* A text with some words of other texts put in, left out or changed: what is read is written as a text that gives the same octets. */
static size_t mutate_text(struct rng *r, char *to, size_t room, const char *s)
{
	size_t n = 0;
	while (*s && n + 600 < room) {
		size_t len = strcspn(s, " ");
		const char *w = s, *other = packets[rng_below(r, PACKETS)].text;
		s += len + (s[len] == ' ');
		uint64_t what = rng_below(r, 24);
		if (what == 0)
			continue;
		if (what == 1) {
			w = other + rng_below(r, strlen(other));
			w = strchr(w, ' ') ? strchr(w, ' ') + 1 : other;
			len = strcspn(w, " ");
		}
		memcpy(to + n, w, len);
		if (what == 2 && len)
			to[n + rng_below(r, len)] = "0123456789abcdef,:/.-k=%"[rng_below(r, 24)];
		n += len;
		to[n++] = ' ';
	}
	return n;
}

TEST(mutated_texts_keep_their_octets)
{
	struct rng r;
	struct err e;
	static char text[65536], canonical[4 * 65536];
	unsigned bad = 0, good = 0;
	rng_seed(&r, 4);
	for (unsigned i = 0; i < MUTANTS && bad < 10; i++) {
		size_t n = mutate_text(&r, text, sizeof text, packets[i % PACKETS].text);
		if (pkt_read(&in, text, n, &e) != 0)
			continue;
		good++;
		size_t m = (size_t)(pkt_write(canonical, &in, false) - canonical);
		if (pkt_read(&back, canonical, m, &e) == 0 && back.len == in.len && memcmp(back.p, in.p, in.len) == 0)
			continue;
		bad++;
		printf("# %.*s\n# -> %.*s\n", (int)n, text, (int)m, canonical);
	}
	CHECK_INT(bad, 0);
	CHECK(good > MUTANTS / 10);
}

/* Every type of message over random octets, with a right and a wrong checksum alike, at several lengths. */
TEST(every_type_comes_back)
{
	static const char *const around[] = {
		"ip src=192.0.2.1 dst=192.0.2.2 proto=%d data hex=%s", "ip6 src=fe80::1 dst=fe80::2 nh=%d data hex=%s",
	};
	static const int protos[] = {1, 2, 43, 44, 47, 51, 58, 60};
	struct rng r;
	uint8_t b[OCTETS_MAX], body[80];
	unsigned bad = 0;
	rng_seed(&r, 3);
	for (unsigned i = 0; i < 256 * 64 && bad < 10; i++) {
		char hex[2 * sizeof body + NUM_SLACK], text[512];
		size_t n = rng_below(&r, sizeof body + 1);
		bool zeros = rng_below(&r, 2);
		for (size_t j = 0; j < sizeof body; j++)
			body[j] = (uint8_t)(zeros && rng_below(&r, 3) ? 0 : rng_u64(&r));
		body[0] = (uint8_t)(i / 64);
		hex_write(hex, body, n);
		hex[2 * n] = 0;
		snprintf(text, sizeof text, around[i / 8 % 2], protos[i % 8], hex);
		uint32_t whole = octets_of(encoded(text), b);
		bad += whole == 0 || !comes_back(RAW, b, whole, whole);
	}
	CHECK_INT(bad, 0);
}

/* --- what decides between forms ---------------------------------------------------------------------------- */

#define IP6_TO "ip6 src=2001:db8::1 dst=2001:db8::2 "

TEST(what_is_implausible_is_data)
{
	/* GRE: version 2, version 1 with a checksum, and with the obsolete routing bit. */
	CHECK_STR(decoded(encoded("ip dst=192.0.2.2 gre ver=2 proto=0x880b data hex=00000001"), "proto="),
	          "proto=47 src=0.0.0.0 dst=192.0.2.2 data hex=0002880b00000001");
	CHECK_STR(decoded(encoded("ip dst=192.0.2.2 gre flags=C ver=1 proto=0x880b sum=0"), "data"), "data hex=8001880b00000000");
	CHECK_STR(decoded(encoded("ip dst=192.0.2.2 gre flags=R data hex=00"), "data"), "data hex=4000000000");
	/* A neighbor solicitation without its whole target. */
	CHECK_STR(decoded(encoded(IP6_TO "nh=58 data hex=8700000000000000fe80"), "data"), "data hex=8700000000000000fe80");
	/* An AH shorter than its own fixed part. */
	CHECK_STR(decoded(encoded("ip dst=192.0.2.2 proto=51 data hex=3b0000000000000000000000"), "data"),
	          "data hex=3b0000000000000000000000");
	/* An extension header that is longer than the packet. */
	CHECK_STR(decoded(encoded(IP6_TO "nh=0 data hex=3b01000000000000"), "data"), "data hex=3b01000000000000");
}

TEST(gre_flags_follow_the_fields)
{
	CHECK_STR(encoded("gre proto=0x1234 key=1 seq=2"), "300012340000000100000002");
	CHECK_STR(encoded("gre proto=0x1234 sum=0x1111"), "8000123411110000");
	CHECK_STR(encoded("gre proto=0x1234 flags=C,K"), "a00012344dcb000000000000");
	CHECK_STR(encoded("gre flags=C key=1"), "gre: key=: a header of this kind has no such field");
}

TEST(routing_headers_that_are_no_lists)
{
	/* Last Entry beyond the header; type 0 with half an address. */
	CHECK_STR(decoded(encoded(IP6_TO "ip6rt type=4 last=3 seg=2001:db8::a"), "ip6rt"),
	          "ip6rt type=4 left=0 last=3 body=20010db800000000000000000000000a");
	CHECK_STR(decoded(encoded(IP6_TO "ip6rt type=0 body=0102030405060708"), "ip6rt"),
	          "ip6rt type=0 left=0 body=0102030405060708");
	/* Fewer in the list than there are: the rest is options. */
	CHECK_STR(decoded(encoded(IP6_TO "ip6rt type=4 last=0 seg=2001:db8::a,1e0e::77"), "ip6rt"),
	          "ip6rt type=4 left=0 seg=2001:db8::a opt=k30:0000000000000000000000000077");
}

TEST(options_are_filled_up)
{
	CHECK_STR(encoded("hopopt nh=59"), "3b00010400000000");
	CHECK_STR(encoded("hopopt nh=59 opt=ra:0"), "3b00050200000100");
	CHECK_STR(encoded("hopopt nh=59 opt=ra:0,pad1"), "3b00050200000000");
	CHECK_STR(encoded("hopopt nh=59 opt=jumbo:65536"), "3b00c20400010000");
	CHECK_STR(encoded("dstopt nh=59 opt=k77:00"), "3b004d0100010100");
	CHECK_STR(encoded("dstopt nh=59 opt=k77:0000"), "3b004d0200000100");
	CHECK_STR(encoded("dstopt nh=59 opt=k77:000000"), "3b004d0300000000");
}

TEST(fields_that_a_type_has_not_are_refused)
{
	CHECK_STR(encoded("icmp6 type=128 target=::1"), "icmp6: target=: a header of this kind has no such field");
	CHECK_STR(encoded("icmp6 type=128 opt=mtu:1"), "icmp6: opt=: a message of type 128 has no such field");
	CHECK_STR(encoded("igmp type=0x16 src=192.0.2.1"), "igmp: src=: a message of type 0x16 has no such field");
	CHECK_STR(encoded("igmp type=0x22 rec=to_ex"),
	          "igmp: rec: \"to_ex\" is not TYPE/GROUP or TYPE/GROUP/SOURCE/... (TYPE: is_in is_ex to_in to_ex allow block or a "
	          "number)");
	CHECK_STR(encoded("igmp type=0x22 rec=to_ex/1.2.3"), "igmp: rec: \"1.2.3\" is not an IPv4 address");
}

TEST(layers_are_found)
{
	/* A fragment past the first is data; the first one is not. */
	CHECK_STR(decoded(encoded(IP6_TO "ip6frag frag=2 nh=17 data hex=0001000200080000"), "ip6frag"),
	          "ip6frag nh=17 frag=2 id=0 data hex=0001000200080000");
	CHECK_STR(decoded(encoded(IP6_TO "ip6frag flags=M udp len=80 sum=0"), "ip6frag"),
	          "ip6frag flags=M id=0 udp sport=0 dport=0 len=80 sum=0x0000");
	/* Pad1 does not end IPv6 options. */
	CHECK_STR(decoded(encoded(IP6_TO "dstopt opt=pad1,padn:00,tel:4,hao:2001:db8::9,k30:0011"), "dstopt"),
	          "dstopt opt=pad1,padn:00,tel:4,hao:2001:db8::9,k30:0011");
	/* What an error quotes is layers, of the version that it says. */
	CHECK_STR(decoded(encoded("ip icmp type=11 ip udp data str=x"), "type="),
	          "type=11 code=0 ip id=0 ttl=64 src=0.0.0.0 dst=0.0.0.0 udp sport=0 dport=0 data str=x");
	CHECK_STR(decoded(encoded("ip icmp type=8 ip"), "type="),
	          "type=8 code=0 id=0 seq=0 data hex=450000140000000040007aeb0000000000000000");
	CHECK_STR(decoded(encoded(IP6_TO "icmp6 type=1 data hex=45"), "type="), "type=1 code=0 data str=E");
	/* A query is version 2 from 28 octets on. */
	CHECK_STR(decoded(encoded(IP6_TO "icmp6 type=130 group=ff02::9 data hex=026400"), "type="),
	          "type=130 code=0 maxdelay=0 group=ff02::9 data hex=026400");
	CHECK_STR(decoded(encoded(IP6_TO "icmp6 type=130 group=ff02::9 data hex=02640000"), "type="),
	          "type=130 code=0 maxdelay=0 group=ff02::9 qrv=2 qqic=100");
}

/* Written counts are law; what is behind the records or sources that are whole is data. */
TEST(counts_that_are_wrong)
{
	CHECK_STR(encoded("igmp type=0x22 num=9 sum=0 rec=to_ex/239.1.2.3"), "220000000000000904000000ef010203");
	CHECK_STR(decoded(encoded("ip igmp type=0x22 num=9 rec=to_ex/239.1.2.3"), "igmp"), "igmp type=0x22 num=9 rec=to_ex/239.1.2.3");
	CHECK_STR(decoded(encoded("ip igmp type=0x22 num=0 rec=to_ex/239.1.2.3"), "igmp"), "igmp type=0x22 data hex=04000000ef010203");
	CHECK_STR(decoded(encoded("ip igmp num=1 src=192.0.2.1,192.0.2.2"), "qrv"), "qrv=2 qqic=125 src=192.0.2.1 data hex=c0000202");
	CHECK_STR(decoded(encoded("ip igmp num=3 src=192.0.2.1"), "qrv"), "qrv=2 qqic=125 num=3 src=192.0.2.1");
}

RUN_TESTS
