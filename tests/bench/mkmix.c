/* mkmix.c - makes traffic to measure with: mkmix [-x] [PACKETS] > mix.pcap
 *
 * The same octets on every machine: 55 % TCP, 20 % UDP, 8 % ICMP, 5 % ARP, 12 % IPv6 (TCP, UDP, ICMPv6) in Ethernet
 * frames of 60 to 1514 octets, 514 on average; some VLAN tags, some fragments, all checksums right. A million packets
 * (the default) are 530 MB. A smaller mix is the beginning of a larger one. -x: a hex dump such as text2pcap(1) reads.
 *
 * It shares no code with what it measures.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETH_MIN = 60, ETH_MAX = 1514, MTU = 1500, FLOWS = 1024 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static uint64_t state = 20260101;

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t rnd(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t below(uint32_t n) { return (uint32_t)((rnd() >> 32) * n >> 32); }
static bool percent(uint32_t p) { return below(100) < p; }

/* The frame being made. */
static uint8_t buf[2 * 65536];
static size_t len;
static bool hexdump;
static long made, wanted = 1000000;
static uint64_t now = 1700000000u * (uint64_t)1000000;  /* microseconds */

static void u8(uint32_t v) { buf[len++] = (uint8_t)v; }
static void u16(uint32_t v) { u8(v >> 8); u8(v); }
static void u32(uint32_t v) { u16(v >> 16); u16(v); }
static void put16(size_t at, uint32_t v) { buf[at] = (uint8_t)(v >> 8); buf[at + 1] = (uint8_t)v; }

/* The Internet checksum (RFC 1071) of octets from..to-1, added to s. */
static uint32_t sum(size_t from, size_t to, uint64_t s)
{
	for (; to - from > 1; from += 2)
		s += (uint32_t)buf[from] << 8 | buf[from + 1];
	if (from < to)
		s += (uint32_t)buf[from] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s ^ 0xffff;
}

static void le32(uint32_t v)
{
	for (int i = 0; i < 4; i++, v >>= 8)
		putchar((int)(v & 0xff));
}

static void emit(void)
{
	if (made == wanted)
		return;
	made++;
	while (len < ETH_MIN)
		u8(0);
	now += 1 + below(20);
	if (!hexdump) {
		le32((uint32_t)(now / 1000000));
		le32((uint32_t)(now % 1000000));
		le32((uint32_t)len);
		le32((uint32_t)len);
		fwrite(buf, 1, len, stdout);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (i % 16 == 0)
			printf(i ? "\n%06x" : "%06x", (unsigned)i);
		printf(" %02x", buf[i]);
	}
	puts("\n");
}

/* Two hosts; a flow's addresses and ports follow from its number. */
struct flow {
	uint32_t id;
	bool back;
};

static void eth(struct flow f, uint32_t type)
{
	len = 0;
	for (int i = 0; i < 2; i++) {
		u16(0x0200);
		u32((i == 0) != f.back ? 0x00000001 : 0x00010000 + f.id % 97);
	}
	if (f.id % 25 == 0) {
		u16(0x8100);
		u16(100 + f.id % 7);
	}
	u16(type);
}

static uint32_t ip4_address(struct flow f, bool dst)
{
	return dst == f.back ? 0x0a000000 + f.id * 7 % 5000 : 0xc6336400 + f.id % 200;  /* 10.0.0.0/8, 198.51.100.0/24 */
}

/* Returns where the header begins; its length and checksum are written by ip4_end. */
static size_t ip4(struct flow f, uint32_t proto, uint32_t id, uint32_t frag)
{
	eth(f, 0x0800);
	size_t at = len;
	u16(0x4500 | (f.id % 50 == 0 ? 0x28 : 0));
	u16(0);
	u16(id);
	u16(frag);
	u8(f.back ? 57 : 64);
	u8(proto);
	u16(0);
	u32(ip4_address(f, false));
	u32(ip4_address(f, true));
	return at;
}

static void ip4_end(size_t at)
{
	put16(at + 2, (uint32_t)(len - at));
	put16(at + 10, sum(at, at + 20, 0));
}

static size_t ip6(struct flow f, uint32_t next)
{
	eth(f, 0x86dd);
	size_t at = len;
	u32(0x60000000 | f.id * 999);
	u16(0);
	u8(next);
	u8(f.back ? 57 : 64);
	for (int dst = 0; dst < 2; dst++) {
		u32(0x20010db8);  /* 2001:db8::/32 */
		u32(dst == f.back ? 0 : 0x00010000 + f.id % 9);
		u32(dst == f.back ? 0 : 0x021122ff);
		u32(dst == f.back ? 1 + f.id % 300 : 0xfe334400 + f.id % 200);
	}
	return at;
}

/* Checksum of what an IPv4 or IPv6 header at ip carries from `at` on, stored at `to`: with the pseudo-header of
 * RFC 9293, 3.1 and RFC 8200, 8.1. */
static void transport_sum(size_t ip, bool six, uint32_t proto, size_t at, size_t to)
{
	uint64_t s = proto + (len - at);
	for (size_t i = ip + (six ? 8 : 12); i < ip + (six ? 40 : 20); i += 2)
		s += (uint32_t)buf[i] << 8 | buf[i + 1];
	uint32_t c = sum(at, len, s);
	put16(to, c || proto != 17 ? c : 0xffff);
	if (six)
		put16(ip + 4, (uint32_t)(len - ip - 40));
	else
		ip4_end(ip);
}

/* n octets, half of the times random, half of the times as HTTP has them. */
static void payload(size_t n)
{
	size_t end = len + n;
	if (percent(50)) {
		for (uint64_t r = 0; len < end; r >>= 8) {
			if (r < 256)
				r = rnd() | (uint64_t)1 << 63;
			u8((uint32_t)r);
		}
		return;
	}
	static const char *const lines[] = {
		"HTTP/1.1 200 OK\r\n", "GET /articles/%u/index.html?page=%u HTTP/1.1\r\n", "Host: www.example.com\r\n",
		"Content-Length: %u\r\n", "Content-Type: text/html; charset=utf-8\r\n", "Date: Tue, %u Nov 2023 22:13:%u GMT\r\n",
		"<p class=\"note\">%u apples, %u pears &amp; a quince</p>\n", "Set-Cookie: session=%08x%08x; Path=/; HttpOnly\r\n",
		"<a href=\"/shop/item-%u.html\">item (%u)</a>\n", "Accept-Encoding: identity\r\n",
	};
	while (len < end) {
		char line[128];
		uint32_t which = below(sizeof lines / sizeof *lines), a = below(60), b = below(60);
		int m = snprintf(line, sizeof line, lines[which], a, b);
		for (int i = 0; i < m && len < end; i++)
			u8((uint8_t)line[i]);
	}
}

/* Octets for a frame that has `have`: half of the frames are small, a quarter is full. */
static size_t room(size_t have)
{
	uint32_t p = below(100);
	size_t full = MTU + 14, want = p < 50 ? 60 + below(110) : p < 76 ? 170 + below(830) : full;
	return want > have ? want - have : 0;
}

static void timestamps(uint32_t now_ms)
{
	u16(0x080a);
	u32(now_ms);
	u32(now_ms - below(200));
}

static void tcp(struct flow f, bool six)
{
	static const uint8_t kinds[] = {ACK, ACK, ACK, ACK, ACK | PSH, ACK | PSH, ACK | PSH,
	                                SYN, SYN | ACK, FIN | ACK, RST | ACK, RST};
	bool common = percent(80);
	uint32_t flags = kinds[below(common ? 7 : sizeof kinds)], id = below(65536), ms = (uint32_t)(now / 1000);
	size_t ip = six ? ip6(f, 6) : ip4(f, 6, id, 0x4000), at = len;
	uint32_t port = 32768 + f.id * 13 % 28000, service = f.id % 3 ? 443 : 80;
	u16(f.back ? service : port);
	u16(f.back ? port : service);
	u32((uint32_t)rnd());
	u32(flags & ACK ? (uint32_t)rnd() : 0);
	u16(flags);
	u16(flags & SYN ? 64240 : 200 + below(2000));
	u32(0);
	if (flags & SYN) {
		u32(six ? 0x020405a0 : 0x020405b4);
		u16(0x0402);
		timestamps(ms);
		u32(0x01030307);
	} else if (!(flags & RST) && f.id % 4) {
		u16(0x0101);
		timestamps(ms);
		if (percent(4)) {
			uint32_t left = (uint32_t)rnd();
			u32(0x0101050a);
			u32(left);
			u32(left + 1448);
		}
	}
	put16(at + 12, (uint32_t)(len - at) / 4 << 12 | flags);
	if (flags & PSH || flags == ACK)
		payload(room(len - (f.id % 25 ? 0 : 4)));
	transport_sum(ip, six, 6, at, at + 16);
	emit();
}

static void udp(struct flow f, bool six)
{
	uint32_t id = below(65536);
	size_t ip = six ? ip6(f, 17) : ip4(f, 17, id, 0), at = len;
	uint32_t port = 32768 + f.id * 17 % 28000, service = f.id % 2 ? 4433 : 443;
	u16(f.back ? service : port);
	u16(f.back ? port : service);
	u32(0);
	bool large = !six && percent(2);
	payload(large ? 1600 + below(2000) : room(len - (f.id % 25 ? 0 : 4)));
	put16(at + 4, (uint32_t)(len - at));
	transport_sum(ip, six, 17, at, at + 6);
	if (!large) {
		emit();
		return;
	}
	/* Too large for one: fragments of 1480 octets (RFC 791, 3.2). */
	static uint8_t whole[65536];
	size_t n = len - at;
	memcpy(whole, buf + at, n);
	for (size_t done = 0; done < n; done += MTU - 20) {
		size_t part = n - done < MTU - 20 ? n - done : MTU - 20;
		ip = ip4(f, 17, id, (uint32_t)(done / 8) | (done + part < n ? 0x2000 : 0));
		memcpy(buf + len, whole + done, part);
		len += part;
		ip4_end(ip);
		emit();
	}
}

static void icmp(struct flow f)
{
	size_t ip = ip4(f, 1, below(65536), 0), at = len;
	if (percent(70)) {
		u32(f.back ? 0 : 0x08000000);
		u32(f.id << 16 | below(1000));
		payload(room(len - (f.id % 25 ? 0 : 4)));
	} else {
		/* Port unreachable or time exceeded, quoting a UDP datagram's first 28 octets. */
		uint32_t port = 33434 + below(90), source = 40000 + below(999);
		u32(percent(50) ? 0x03030000 : 0x0b000000);
		u32(0);
		size_t quoted = len;
		u32(0x45000054);
		u32(below(65536) << 16);
		u32(0x01110000);
		u32(ip4_address(f, true));
		u32(ip4_address(f, false));
		put16(quoted + 10, sum(quoted, quoted + 20, 0));
		u32(source << 16 | port);
		u32(0x00400000 | below(65536));
	}
	put16(at + 2, sum(at, len, 0));
	ip4_end(ip);
	emit();
}

static void icmp6(struct flow f)
{
	size_t ip = ip6(f, 58), at = len;
	if (percent(80)) {
		u32(f.back ? 0x81000000 : 0x80000000);
		u32(f.id << 16 | below(1000));
		payload(room(len - (f.id % 25 ? 0 : 4)));
	} else {
		/* Neighbour solicitation with the source's link-layer address (RFC 4861, 4.3). */
		u32(0x87000000);
		u32(0);
		for (int i = 24; i < 40; i++)
			u8(buf[ip + (size_t)i]);
		u32(0x01010200);
		u32(0x00010000 + f.id);
		buf[ip + 7] = 255;
	}
	transport_sum(ip, true, 58, at, at + 2);
	emit();
}

static void arp(struct flow f)
{
	eth(f, 0x0806);
	u32(0x00010800);
	u32(0x06040000 | (f.back ? 2 : 1));
	u16(0x0200);
	u32(f.id);
	u32(ip4_address(f, false));
	u16(0);
	u32(0);
	u32(ip4_address(f, true));
	emit();
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "-x") == 0) {
		hexdump = true;
		argc--;
		argv++;
	}
	if (argc > 1)
		wanted = strtol(argv[1], NULL, 10);
	if (!hexdump) {
		le32(0xa1b2c3d4);
		le32(0x00040002);
		le32(0);
		le32(0);
		le32(262144);
		le32(1);
	}
	while (made < wanted) {
		struct flow f = {.id = below(FLOWS)};
		f.back = percent(50);
		uint32_t p = below(100);
		if (p < 55)
			tcp(f, false);
		else if (p < 75)
			udp(f, false);
		else if (p < 83)
			icmp(f);
		else if (p < 88)
			arp(f);
		else if (p < 94)
			tcp(f, true);
		else if (p < 98)
			udp(f, true);
		else
			icmp6(f);
	}
	return fclose(stdout) != 0;
}
