/* cap_test.c - capture files, built octet by octet and compared with what is read and written.
 *
 * Every good file is read three times: from a regular file, from a pipe that gets one octet at a time (live, nonblock),
 * and, cut at each octet and damaged at each octet, to see that nothing but the records before the damage comes out.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cap.h"
#include "test.h"

/* ---- building files ---- */

static struct {
	uint8_t b[8192];
	size_t n;
	bool big; /* octet order of u16 and u32 */
} f;

static void start(bool big)
{
	memset(f.b, 0xa5, sizeof f.b);
	f.n = 0;
	f.big = big;
}

static void num(uint64_t v, int octets)
{
	for (int i = 0; i < octets; i++)
		f.b[f.n++] = (uint8_t)(v >> 8 * (f.big ? octets - 1 - i : i));
}

static void u16(uint32_t v)
{
	num(v, 2);
}

static void u32(uint32_t v)
{
	num(v, 4);
}

static void bytes(const char *s, size_t n)
{
	memcpy(f.b + f.n, s, n);
	f.n += n;
}

static void pcap_head(bool big, uint32_t magic, unsigned major, unsigned minor, uint32_t link)
{
	start(big);
	u32(magic);
	u16(major);
	u16(minor);
	u32(0);
	u32(0);
	u32(65535);
	u32(link);
}

static void pcap_rec(uint32_t sec, uint32_t frac, uint32_t a, uint32_t b, const char *s)
{
	u32(sec);
	u32(frac);
	u32(a);
	u32(b);
	bytes(s, strlen(s));
}

static size_t block_at;

static void block(uint32_t type)
{
	block_at = f.n;
	u32(type);
	u32(0); /* patched by end_block */
}

static void end_block(void)
{
	while (f.n % 4)
		f.b[f.n++] = 0;
	uint32_t total = (uint32_t)(f.n - block_at + 4);
	size_t end = f.n;
	f.n = block_at + 4;
	u32(total);
	f.n = end;
	u32(total);
}

static void shb(bool big, unsigned major, unsigned minor)
{
	f.big = big;
	block(0x0a0d0d0a);
	u32(0x1a2b3c4d);
	u16(major);
	u16(minor);
	u32(UINT32_MAX);
	u32(UINT32_MAX);
	end_block();
}

static void opt(unsigned code, unsigned n, uint64_t v)
{
	u16(code);
	u16(n);
	num(v, (int)n);
	while (f.n % 4)
		f.b[f.n++] = 0;
}

/* tsresol and fcs: below 0 for no option; offset: 0 for none. */
static void idb(uint32_t link, uint32_t snaplen, int tsresol, int fcs, int64_t offset)
{
	block(1);
	u16(link);
	u16(0);
	u32(snaplen);
	opt(2, 4, 0x65746830); /* if_name */
	if (tsresol >= 0)
		opt(9, 1, (uint64_t)tsresol);
	if (fcs >= 0)
		opt(13, 1, (uint64_t)fcs);
	if (offset)
		opt(14, 8, (uint64_t)offset);
	opt(0, 0, 0);
	end_block();
}

static void epb(uint32_t iface, uint64_t units, uint32_t wire, const char *s)
{
	block(6);
	u32(iface);
	u32((uint32_t)(units >> 32));
	u32((uint32_t)units);
	u32((uint32_t)strlen(s));
	u32(wire);
	bytes(s, strlen(s));
	end_block();
}

static void spb(uint32_t wire, const char *s)
{
	block(3);
	u32(wire);
	bytes(s, strlen(s));
	end_block();
}

static void pb(unsigned iface, uint64_t units, uint32_t wire, const char *s)
{
	block(2);
	u16(iface);
	u16(7); /* drops */
	u32((uint32_t)(units >> 32));
	u32((uint32_t)units);
	u32((uint32_t)strlen(s));
	u32(wire);
	bytes(s, strlen(s));
	end_block();
}

static void other_block(size_t n)
{
	block(0x0bad);
	memset(f.b + f.n, 'o', n);
	f.n += n;
	end_block();
}

/* ---- reading them ---- */

static char text[65536];
static size_t text_n;

static __attribute__((format(printf, 1, 2))) void add(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(text + text_n, sizeof text - text_n, fmt, ap);
	va_end(ap);
	text_n += (size_t)n;
	if (text_n > sizeof text - 1)
		text_n = sizeof text - 1;
}

/* SEC.NSEC/DIGITS (or -) LINK FCS LEN/WIRE OCTETS, a line a record. */
static void add_rec(const struct cap_rec *r)
{
	if (r->time.set)
		add("%llu.%09u/%u", (unsigned long long)r->time.sec, r->time.nsec, r->time.digits);
	else
		add("-");
	add(" %u %d %u/%u %.*s\n", r->link, r->fcs, r->len, r->wire, (int)(r->len < 40 ? r->len : 40), (const char *)r->p);
}

static int memory_file(const uint8_t *p, size_t n, char path[32])
{
	int fd = memfd_create("cap_test", 0);
	if (fd < 0 || (n && write(fd, p, n) != (ssize_t)n))
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static uint64_t last_cut;

/* Reads a whole file to text: its records and, at the end, an error. */
static const char *read_bytes(const uint8_t *p, size_t n)
{
	char path[32];
	struct in in;
	struct cap c;
	struct cap_rec r;
	struct err e = {""};
	int fd = memory_file(p, n, path), got;
	text_n = 0;
	text[0] = 0;
	if (in_open(&in, path, &e) < 0)
		abort();
	got = cap_open(&c, &in, &e) < 0 ? -2 : 1;
	while (got > 0 && (got = cap_next(&c, &r, &e)) > 0)
		add_rec(&r);
	if (got < 0)
		add("%s\n", e.msg);
	if (got == -1) { /* an error stays one, and consumes nothing */
		struct err again;
		CHECK_INT(cap_next(&c, &r, &again), -1);
		CHECK_STR(again.msg, e.msg);
	}
	last_cut = c.cut;
	cap_close(&c);
	in_close(&in);
	close(fd);
	return text;
}

/* The same from a pipe that gets an octet at a time; a record must come with its last octet. */
static const char *read_dribble(const uint8_t *p, size_t n)
{
	char path[32];
	struct in in;
	struct cap c;
	struct cap_rec r;
	struct err e = {""};
	int fds[2], got = 2;
	if (pipe(fds) < 0)
		abort();
	snprintf(path, sizeof path, "/dev/fd/%d", fds[0]);
	if (in_open(&in, path, &e) < 0)
		abort();
	in.nonblock = true;
	text_n = 0;
	text[0] = 0;
	CHECK_INT(cap_open(&c, &in, &e), 0);
	CHECK_INT(cap_next(&c, &r, &e), 2);
	for (size_t i = 0; i < n && got == 2; i++) {
		if (write(fds[1], p + i, 1) != 1)
			abort();
		while ((got = cap_next(&c, &r, &e)) == 1)
			add_rec(&r);
	}
	CHECK_INT(got, 2);
	close(fds[1]);
	CHECK_INT(cap_next(&c, &r, &e), 0);
	cap_close(&c);
	in_close(&in);
	close(fds[0]);
	return text;
}

/* Cut at each octet: the records before come out, then an error or the end. Damaged: no more than that it ends. */
static void torment(const char *want)
{
	for (size_t n = 0; n < f.n; n++) {
		const char *got = read_bytes(f.b, n);
		size_t whole = 0;
		while (got[whole] && got[whole] == want[whole])
			whole++;
		if (got[whole] && !strstr(got + whole, "cut short") && n >= 4)
			CHECK_STR(got, "whole records, then cut short");
	}
	for (size_t i = 0; i < f.n; i++) {
		static const uint8_t flips[] = {0xff, 0x04};
		for (size_t k = 0; k < sizeof flips; k++) {
			f.b[i] ^= flips[k];
			read_bytes(f.b, f.n);
			f.b[i] ^= flips[k];
		}
	}
}

static void expect(const char *want)
{
	CHECK_STR(read_dribble(f.b, f.n), want);
	CHECK_STR(read_bytes(f.b, f.n), want);
	uint64_t cut = last_cut;
	torment(want);
	last_cut = cut;
}

/* A file that ends in an error. */
static void expect_error(const char *want)
{
	CHECK_STR(read_bytes(f.b, f.n), want);
}

/* ---- pcap ---- */

TEST(sniff_knows_the_magic_numbers)
{
	CHECK_INT(cap_sniff((const uint8_t *)"\xa1\xb2\xc3\xd4", 4), CAP_PCAP);
	CHECK_INT(cap_sniff((const uint8_t *)"\xd4\xc3\xb2\xa1", 4), CAP_PCAP);
	CHECK_INT(cap_sniff((const uint8_t *)"\xa1\xb2\x3c\x4d", 4), CAP_PCAP);
	CHECK_INT(cap_sniff((const uint8_t *)"\x4d\x3c\xb2\xa1", 4), CAP_PCAP);
	CHECK_INT(cap_sniff((const uint8_t *)"\xa1\xb2\xcd\x34", 4), CAP_PCAP);
	CHECK_INT(cap_sniff((const uint8_t *)"\x34\xcd\xb2\xa1", 4), CAP_PCAP);
	CHECK_INT(cap_sniff((const uint8_t *)"\x0a\x0d\x0d\x0a", 4), CAP_PCAPNG);
	CHECK_INT(cap_sniff((const uint8_t *)"\x0a\x0d\x0d\x0a", 3), CAP_NONE);
	CHECK_INT(cap_sniff((const uint8_t *)"1700", 4), CAP_NONE);
	CHECK_INT(cap_sniff(NULL, 0), CAP_NONE);
}

TEST(pcap_of_both_octet_orders_and_precisions)
{
	for (int big = 0; big < 2; big++) {
		pcap_head(big, 0xa1b2c3d4, 2, 4, 1);
		pcap_rec(1700000000, 123456, 3, 3, "abc");
		pcap_rec(0xffffffff, 999999, 0, 0, "");
		pcap_rec(1, 1000000, 2, 1500, "de"); /* carries */
		pcap_rec(1, 4294967295, 4, 2, "fghi"); /* carries much; more octets than the wire had */
		expect("1700000000.123456000/6 1 -1 3/3 abc\n"
		       "4294967295.999999000/6 1 -1 0/0 \n"
		       "2.000000000/6 1 -1 2/1500 de\n"
		       "4295.967295000/6 1 -1 4/2 fghi\n");
		pcap_head(big, 0xa1b23c4d, 2, 4, 101);
		pcap_rec(1700000000, 123456789, 1, 1, "x");
		pcap_rec(0xffffffff, 4000000001, 1, 1, "y");
		expect("1700000000.123456789/9 101 -1 1/1 x\n4294967299.000000001/9 101 -1 1/1 y\n");
	}
}

TEST(pcap_of_kuznetzov_has_longer_record_headers)
{
	for (int big = 0; big < 2; big++) {
		pcap_head(big, 0xa1b2cd34, 2, 4, 1);
		for (uint32_t i = 0; i < 2; i++) {
			pcap_rec(i, 5, 3, 3, "");
			u32(99); /* interface index, protocol, packet type */
			u32(77);
			bytes("abc", 3);
		}
		expect("0.000005000/6 1 -1 3/3 abc\n1.000005000/6 1 -1 3/3 abc\n");
	}
}

TEST(pcap_versions)
{
	for (unsigned minor = 0; minor < 3; minor++) {
		pcap_head(false, 0xa1b2c3d4, 2, minor, 1);
		pcap_rec(1, 0, 60, 3, "abc"); /* the original length first */
		expect("1.000000000/6 1 -1 3/60 abc\n");
	}
	pcap_head(false, 0xa1b2c3d4, 543, 0, 1);
	pcap_rec(1, 0, 60, 3, "abc");
	expect("1.000000000/6 1 -1 3/60 abc\n");
	pcap_head(false, 0xa1b2c3d4, 2, 3, 1); /* either way: the smaller is what is here */
	pcap_rec(1, 0, 60, 3, "abc");
	pcap_rec(2, 0, 3, 60, "def");
	expect("1.000000000/6 1 -1 3/60 abc\n2.000000000/6 1 -1 3/60 def\n");
	pcap_head(true, 0xa1b2c3d4, 2, 5, 1);
	expect_error("offset 4: pcap version 2.5, and only 2.0 to 2.4 and 543.0 are known\n");
	pcap_head(false, 0xa1b2c3d4, 1, 2, 1);
	expect_error("offset 4: pcap version 1.2, and only 2.0 to 2.4 and 543.0 are known\n");
	pcap_head(false, 0xa1b2c3d4, 543, 1, 1);
	expect_error("offset 4: pcap version 543.1, and only 2.0 to 2.4 and 543.0 are known\n");
}

TEST(pcap_link_type_keeps_32_bits_and_tells_the_fcs)
{
	pcap_head(true, 0xa1b2c3d4, 2, 4, 0x24000001); /* P, two words of 16 bits */
	pcap_rec(1, 0, 1, 1, "x");
	expect("1.000000000/6 603979777 4 1/1 x\n");
	pcap_head(false, 0xa1b2c3d4, 2, 4, 0x04000001); /* P: there is none */
	pcap_rec(1, 0, 1, 1, "x");
	expect("1.000000000/6 67108865 0 1/1 x\n");
	pcap_head(false, 0xa1b2c3d4, 2, 4, 0xf3ff0001); /* not P: the length means nothing */
	pcap_rec(1, 0, 1, 1, "x");
	expect("1.000000000/6 4093575169 -1 1/1 x\n");
}

TEST(pcap_errors_name_the_offset)
{
	pcap_head(false, 0xa1b2c3d4, 2, 4, 1);
	pcap_rec(1, 0, 3, 3, "abc");
	size_t good = f.n;
	pcap_rec(2, 0, 70000, 70000, "twelve octet");
	expect_error("1.000000000/6 1 -1 3/3 abc\n"
	             "offset 43: the record says 70000 octets, the file has 12: cut short\n");
	f.n = good;
	bytes("\1\0\0", 3);
	expect_error("1.000000000/6 1 -1 3/3 abc\n"
	             "offset 43: a record header has 16 octets, the file has 3: cut short\n");
	f.n = good;
	pcap_rec(2, 0, PKT_MAX + 1, 3, "abc");
	expect_error("1.000000000/6 1 -1 3/3 abc\n"
	             "offset 43: the record says 262145 octets, more than the 262144 that a packet can have\n");
	f.n = good;
	pcap_rec(2, 0, UINT32_MAX, UINT32_MAX, "abc");
	expect_error("1.000000000/6 1 -1 3/3 abc\n"
	             "offset 43: the record says 4294967295 octets, more than the 262144 that a packet can have\n");
	f.n = 23;
	expect_error("offset 0: the file header says 24 octets, the file has 23: cut short\n");
	f.n = 3;
	expect_error("offset 0: no capture file: it begins with neither a pcap nor a pcapng magic number\n");
}

TEST(the_largest_packet_is_read)
{
	static uint8_t file[24 + 2 * (16 + PKT_MAX)];
	pcap_head(false, 0xa1b2c3d4, 2, 4, 1);
	size_t n = f.n;
	memcpy(file, f.b, n);
	for (int i = 0; i < 2; i++) {
		f.n = 0;
		pcap_rec((uint32_t)i, 0, PKT_MAX, PKT_MAX, "");
		memcpy(file + n, f.b, 16);
		memset(file + n + 16, 'a' + i, PKT_MAX);
		n += 16 + PKT_MAX;
	}
	CHECK_STR(read_bytes(file, n), "0.000000000/6 1 -1 262144/262144 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
	                               "1.000000000/6 1 -1 262144/262144 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
}

/* ---- pcapng ---- */

TEST(pcapng_blocks_of_both_octet_orders)
{
	for (int big = 0; big < 2; big++) {
		start(big);
		shb(big, 1, 0);
		other_block(5);
		idb(1, 0, -1, -1, 0);
		idb(101, 4, 9, -1, 0);
		epb(0, 1700000000123456, 60, "abcd");
		other_block(0);
		epb(1, 1700000000123456789, 3, "abc");
		spb(3, "xyz");
		pb(1, 5, 9, "old");
		epb(0, 0, 0, "");
		other_block(4);
		expect("1700000000.123456000/6 1 -1 4/60 abcd\n"
		       "1700000000.123456789/9 101 -1 3/3 abc\n"
		       "- 1 -1 3/3 xyz\n"
		       "0.000000005/9 101 -1 3/9 old\n"
		       "0.000000000/6 1 -1 0/0 \n");
	}
}

TEST(pcapng_sections_each_have_their_order_and_interfaces)
{
	start(false);
	shb(false, 1, 0);
	idb(1, 0, -1, -1, 0);
	epb(0, 1000000, 1, "a");
	shb(true, 1, 2);
	idb(228, 0, 3, -1, 0);
	epb(0, 1001, 1, "b");
	shb(false, 1, 0);
	idb(229, 0, 0, -1, 0);
	epb(0, 7, 1, "c");
	expect("1.000000000/6 1 -1 1/1 a\n1.001000000/3 228 -1 1/1 b\n7.000000000/0 229 -1 1/1 c\n");
	shb(false, 1, 0);
	epb(0, 7, 1, "d");
	expect_error("1.000000000/6 1 -1 1/1 a\n1.001000000/3 228 -1 1/1 b\n7.000000000/0 229 -1 1/1 c\n"
	             "offset 332: a packet of interface 0, but the section has described 0 so far\n");
}

TEST(pcapng_simple_packets_are_cut_at_the_snapshot_length)
{
	start(false);
	shb(false, 1, 0);
	idb(1, 6, -1, -1, 0);
	spb(100, "abcdef");
	spb(6, "abcdef");
	spb(2, "ab");
	spb(0, "");
	expect("- 1 -1 6/100 abcdef\n- 1 -1 6/6 abcdef\n- 1 -1 2/2 ab\n- 1 -1 0/0 \n");
	spb(100, "abc");
	expect_error("- 1 -1 6/100 abcdef\n- 1 -1 6/6 abcdef\n- 1 -1 2/2 ab\n- 1 -1 0/0 \n"
	             "offset 144: the packet says 6 octets, its block has 4\n");
	start(false);
	shb(false, 1, 0);
	spb(0, "");
	expect_error("offset 28: a packet of interface 0, but the section has described 0 so far\n");
}

/* One time of so many units of an interface with this resolution and offset. */
static void time_file(int tsresol, int64_t offset, uint64_t units)
{
	start(false);
	shb(false, 1, 0);
	idb(1, 0, tsresol, -1, offset);
	epb(0, units, 1, "t");
}

static void expect_time(int tsresol, int64_t offset, uint64_t units, const char *want, int cut)
{
	time_file(tsresol, offset, units);
	char line[100];
	snprintf(line, sizeof line, "%s 1 -1 1/1 t\n", want);
	expect_error(line); /* which is not one */
	CHECK_INT(last_cut, cut);
}

TEST(pcapng_decimal_times)
{
	expect_time(0, 0, 1700000000, "1700000000.000000000/0", 0);
	expect_time(1, 0, 15, "1.500000000/1", 0);
	expect_time(3, 0, 1700000000123, "1700000000.123000000/3", 0);
	expect_time(8, 0, 123456789, "1.234567890/8", 0);
	expect_time(9, 0, UINT64_MAX, "18446744073.709551615/9", 0);
	expect_time(10, 0, 10000000010, "1.000000001/9", 0);
	expect_time(10, 0, 10000000019, "1.000000001/9", 1);
	expect_time(12, 0, 1999999999999, "1.999999999/9", 1);
	expect_time(19, 0, UINT64_MAX, "1.844674407/9", 1);
	expect_time(20, 0, UINT64_MAX, "0.184467440/9", 1);
	expect_time(28, 0, UINT64_MAX, "0.000000001/9", 1);
	expect_time(28, 0, 0, "0.000000000/9", 0);
	expect_time(29, 0, UINT64_MAX, "0.000000000/9", 1);
	expect_time(127, 0, UINT64_MAX, "0.000000000/9", 1);
}

TEST(pcapng_binary_times)
{
	expect_time(0x80, 0, 17, "17.000000000/0", 0);
	expect_time(0x81, 0, 3, "1.500000000/1", 0);
	expect_time(0x89, 0, 513, "1.001953125/9", 0);
	expect_time(0x8a, 0, 1023, "0.999023437/9", 1); /* 0.9990234375 */
	expect_time(0x8a, 0, 1026, "1.001953125/9", 0);
	expect_time(0x9f, 0, UINT64_MAX, "8589934591.999999999/9", 1);
	expect_time(0xa0, 0, (UINT64_C(1700000000) << 32) + (UINT64_C(1) << 31), "1700000000.500000000/9", 0);
	expect_time(0xa0, 0, (UINT64_C(5) << 32) + 0x40000001, "5.250000000/9", 1);
	expect_time(0xbf, 0, UINT64_MAX, "1.999999999/9", 1);
	expect_time(0xbf, 0, UINT64_C(3) << 62, "1.500000000/9", 0);
	expect_time(0xc0, 0, UINT64_C(1) << 63, "0.500000000/9", 0);
	expect_time(0xc0, 0, UINT64_MAX, "0.999999999/9", 1);
	expect_time(0xc5, 0, UINT64_C(1) << 63, "0.015625000/9", 0);
	expect_time(0xdc, 0, UINT64_MAX, "0.000000003/9", 1); /* 2^-28 */
	expect_time(0xdd, 0, UINT64_MAX, "0.000000001/9", 1); /* 2^-29 */
	expect_time(0xde, 0, UINT64_MAX, "0.000000000/9", 1);
	expect_time(0xff, 0, UINT64_MAX, "0.000000000/9", 1);
	expect_time(0xff, 0, 1, "0.000000000/9", 1);
	expect_time(0xff, 0, 0, "0.000000000/9", 0);
	expect_time(0xbf, 0, UINT64_C(1) << 40, "0.000000119/9", 1); /* 2^-23 = 0.00000011920928955078125 */
}

TEST(pcapng_time_offsets)
{
	expect_time(6, 1700000000, 123456, "1700000000.123456000/6", 0);
	expect_time(6, -1, 1500000, "0.500000000/6", 0);
	expect_time(0, INT64_MAX, UINT64_C(1) << 63, "18446744073709551615.000000000/0", 0);
	expect_time(0, INT64_MIN, UINT64_C(1) << 63, "0.000000000/0", 0);
	time_file(6, -2, 1999999);
	expect_error("offset 80: a time before 1970 (if_tsoffset is -2)\n");
	time_file(0, INT64_MIN, 5);
	expect_error("offset 80: a time before 1970 (if_tsoffset is -9223372036854775808)\n");
	time_file(0, 1, UINT64_MAX);
	expect_error("offset 80: a time over 64 bits of seconds (if_tsoffset is 1)\n");
	for (int big = 0; big < 2; big++) {
		start(big);
		shb(big, 1, 0);
		idb(1, 0, -1, -1, -5000000000);
		epb(0, 6000000000000000, 1, "t");
		expect("1000000000.000000000/6 1 -1 1/1 t\n");
	}
}

TEST(pcapng_fcs_lengths)
{
	start(true);
	shb(true, 1, 0);
	idb(1, 0, -1, 4, 0);  /* octets, as Wireshark has it */
	idb(1, 0, -1, 32, 0); /* bits, as the draft has it */
	idb(1, 0, -1, 0, 0);
	epb(0, 0, 1, "a");
	epb(1, 0, 1, "b");
	epb(2, 0, 1, "c");
	block(6); /* epb_flags has precedence (4.3.1) */
	u32(0);
	u32(0);
	u32(0);
	u32(1);
	u32(1);
	bytes("d\0\0\0", 4);
	opt(1, 3, 0x616263);
	opt(2, 4, 2 << 5 | 1);
	opt(0, 0, 0);
	end_block();
	block(2);
	u16(0);
	u16(0);
	u32(0);
	u32(0);
	u32(1);
	u32(1);
	bytes("e\0\0\0", 4);
	opt(2, 4, 1); /* flags without a length of the FCS */
	u16(1); /* a damaged option costs no packet */
	u16(0xffff);
	end_block();
	expect("0.000000000/6 1 4 1/1 a\n0.000000000/6 1 4 1/1 b\n0.000000000/6 1 0 1/1 c\n"
	       "0.000000000/6 1 2 1/1 d\n0.000000000/6 1 4 1/1 e\n");
}

/* A good beginning of 28 + 36 octets, then the block of the test. */
static void begin_bad(void)
{
	start(false);
	shb(false, 1, 0);
	idb(1, 0, -1, -1, 0);
}

TEST(pcapng_lengths_that_cannot_be_are_errors)
{
	begin_bad();
	CHECK_INT(f.n, 60);
	size_t good = f.n;
	static const struct {
		uint32_t total;
		const char *why;
	} bad[] = {{0, "too short"}, {8, "too short"}, {13, "not a multiple of 4"}, {16777220, "more than 16 MiB"},
	           {UINT32_MAX, "more than 16 MiB"}, {16777214, "not a multiple of 4"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char want[100];
		f.n = good;
		u32(6);
		u32(bad[i].total);
		snprintf(want, sizeof want, "offset 60: a block says %u octets: %s\n", bad[i].total, bad[i].why);
		expect_error(want);
	}
	f.n = good;
	u32(6);
	u32(16777216);
	expect_error("offset 60: the block says 16777216 octets, the file has 8: cut short\n");
	f.n = good;
	u32(99);
	u32(16777216);
	CHECK(strstr(read_bytes(f.b, f.n), "cut short"));
	f.n = good;
	epb(0, 0, 1, "a");
	f.b[f.n - 4] ^= 8;
	expect_error("offset 60: a block says 36 octets at its start and 44 at its end\n");
	f.n = good;
	other_block(4);
	f.b[f.n - 4] ^= 8;
	expect_error("offset 72: a block says 16 octets at its start and 24 at its end\n");
	f.n = good;
	block(6); /* an Enhanced Packet Block without all its fields */
	u32(0);
	end_block();
	expect_error("offset 60: a packet block is too short\n");
	f.n = good;
	block(3);
	end_block();
	expect_error("offset 60: a packet block is too short\n");
	f.n = good;
	block(1);
	u32(1);
	end_block();
	expect_error("offset 60: an Interface Description Block is too short\n");
	f.n = good;
	epb(0, 0, 1, "abcd");
	f.b[good + 20] = 5;
	expect_error("offset 60: the packet says 5 octets, its block has 4\n");
	memset(f.b + good + 20, 0xff, 4);
	expect_error("offset 60: the packet block says 4294967295 octets, more than the 262144 that a packet can have\n");
	f.n = good;
	epb(1, 0, 1, "a");
	expect_error("offset 60: a packet of interface 1, but the section has described 1 so far\n");
}

TEST(pcapng_section_headers_that_cannot_be_are_errors)
{
	start(false);
	shb(false, 1, 1);
	expect_error("offset 0: pcapng version 1.1, and only 1.0 and 1.2 are known\n");
	start(true);
	shb(true, 2, 0);
	expect_error("offset 0: pcapng version 2.0, and only 1.0 and 1.2 are known\n");
	start(false);
	shb(false, 1, 0);
	f.b[8] ^= 0xff;
	expect_error("offset 8: the byte-order magic of a Section Header Block is b23c2b1a\n");
	start(false);
	shb(false, 1, 0);
	f.b[4] = 24;
	expect_error("offset 0: a block says 24 octets: too short\n");
}

TEST(pcapng_interface_options_are_checked)
{
	static const struct {
		unsigned code, n;
		const char *want;
	} bad[] = {{9, 2, "offset 60: interface option 9 has 2 octets, not 1\n"},
	           {9, 0, "offset 60: interface option 9 has 0 octets, not 1\n"},
	           {13, 4, "offset 60: interface option 13 has 4 octets, not 1\n"},
	           {14, 4, "offset 60: interface option 14 has 4 octets, not 8\n"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin_bad();
		block(1);
		u32(1);
		u32(0);
		opt(bad[i].code, bad[i].n, 0);
		end_block();
		expect_error(bad[i].want);
	}
	for (unsigned n = 5; n < 0x10000; n += 0x3ffe) {
		begin_bad();
		block(1);
		u32(1);
		u32(0);
		u16(9);
		u16(n);
		u32(0);
		end_block();
		expect_error("offset 60: an interface option goes beyond its block\n");
	}
	begin_bad(); /* what follows the end of the options is nothing */
	block(1);
	u32(1);
	u32(0);
	opt(0, 0, 0);
	u16(9);
	u16(9999);
	end_block();
	expect("");
}

TEST(pcapng_skips_large_blocks_without_keeping_them)
{
	enum { BIG = 1 << 24 };
	uint8_t *p = calloc(1, BIG + 200);
	char path[32];
	struct in in;
	struct cap c;
	struct cap_rec r;
	struct err e;
	begin_bad();
	size_t at = f.n;
	epb(0, 7000000, 1, "z");
	memcpy(p, f.b, at);
	memcpy(p + at + BIG, f.b + at, f.n - at);
	memcpy(p + at, "\x63\0\0\0\0\0\0\1", 8);
	memcpy(p + at + BIG - 4, "\0\0\0\1", 4);
	int fd = memory_file(p, f.n + BIG, path);
	free(p);
	CHECK_INT(in_open(&in, path, &e), 0);
	CHECK_INT(cap_open(&c, &in, &e), 0);
	CHECK_INT(cap_next(&c, &r, &e), 1);
	CHECK_INT(r.time.sec, 7);
	CHECK_INT(in.cap, IO_BUF);
	CHECK_INT(c.records, 1);
	CHECK_INT(cap_next(&c, &r, &e), 0);
	cap_close(&c);
	in_close(&in);
	close(fd);
}

/* ---- writing ---- */

static struct {
	char path[32];
	int fd;
	struct out out;
	struct capw w;
	struct err e;
} wr;

static void begin_write(enum cap_format format)
{
	wr.fd = memory_file(NULL, 0, wr.path);
	if (out_open(&wr.out, wr.path, &wr.e) < 0)
		abort();
	capw_init(&wr.w, &wr.out, format);
}

static int put(uint64_t sec, uint32_t nsec, int digits, uint32_t link, int fcs, uint32_t wire, const char *s)
{
	struct cap_rec r = {
		.time = {.sec = sec, .nsec = nsec, .digits = (uint8_t)(digits < 0 ? 0 : digits), .set = digits >= 0},
		.link = link,
		.fcs = fcs,
		.wire = wire,
		.len = (uint32_t)strlen(s),
		.p = (const uint8_t *)s,
	};
	wr.e.msg[0] = 0;
	return capw_put(&wr.w, &r, &wr.e);
}

/* Ends the file; its octets go to got, their number is returned. */
static uint8_t got[8192];

static size_t end_write(void)
{
	CHECK_INT(capw_end(&wr.w, &wr.e), 0);
	CHECK_INT(out_close(&wr.out, &wr.e), 0);
	ssize_t n = pread(wr.fd, got, sizeof got, 0);
	close(wr.fd);
	return n < 0 ? 0 : (size_t)n;
}

static void expect_bytes(size_t n)
{
	CHECK_INT(n, f.n);
	if (n == f.n)
		CHECK_MEM(got, f.b, n);
}

TEST(pcap_is_written_little_endian)
{
	begin_write(CAP_PCAP);
	CHECK_INT(put(1700000000, 123456000, 6, 1, -1, 60, "abc"), 0);
	CHECK_INT(put(0xffffffff, 0, 0, 1, -1, 0, ""), 0);
	CHECK_INT(put(0, 0, -1, 1, 4, 1, "d"), 0); /* no time */
	CHECK_INT(wr.w.records, 3);
	size_t n = end_write();
	pcap_head(false, 0xa1b2c3d4, 2, 4, 1);
	f.n = 16;
	u32(262144);
	u32(1);
	pcap_rec(1700000000, 123456, 3, 60, "abc");
	pcap_rec(0xffffffff, 0, 0, 0, "");
	pcap_rec(0, 0, 1, 1, "d");
	expect_bytes(n);

	begin_write(CAP_PCAP);
	CHECK_INT(put(1, 123456789, 9, 0x24000001, -1, 3, "abc"), 0);
	CHECK_INT(put(2, 5000, 6, 0x24000001, -1, 3, "abc"), 0);
	n = end_write();
	pcap_head(false, 0xa1b23c4d, 2, 4, 0x24000001);
	f.n = 16;
	u32(262144);
	u32(0x24000001);
	pcap_rec(1, 123456789, 3, 3, "abc");
	pcap_rec(2, 5000, 3, 3, "abc");
	expect_bytes(n);
}

TEST(pcap_misfits_name_pcapng_and_write_nothing)
{
	begin_write(CAP_PCAP);
	CHECK_INT(put(UINT64_C(1) << 32, 0, 6, 1, -1, 1, "x"), -1);
	CHECK_STR(wr.e.msg, "the time 4294967296 s needs more than the 32 bits of a pcap: write pcapng (-w X.pcapng), which "
	                    "takes all");
	CHECK_INT(wr.out.total, 0);
	CHECK_INT(put(1, 0, 6, 1, -1, 1, "x"), 0);
	uint64_t total = wr.out.total;
	CHECK_INT(put(1, 0, 6, 101, -1, 1, "x"), -1);
	CHECK_STR(wr.e.msg, "this record has link type 101 but the pcap began with 1: write pcapng (-w X.pcapng), which takes "
	                    "all");
	CHECK_INT(put(1, 0, 9, 1, -1, 1, "x"), -1);
	CHECK_STR(wr.e.msg, "this record's time has 9 digits but the pcap began with microseconds: write pcapng (-w X.pcapng), "
	                    "which takes all");
	CHECK_INT(put(1, 1, 6, 1, -1, 1, "x"), -1); /* says 6 digits and has 9 */
	CHECK_INT(put(1, 1000000000, 9, 1, -1, 1, "x"), -1);
	CHECK_STR(wr.e.msg, "a time with 1000000000 nanoseconds");
	CHECK_INT(wr.out.total, total);
	CHECK_INT(wr.w.records, 1);
	CHECK_INT(put(1, 0, 3, 1, -1, 1, "x"), 0);
	CHECK_INT(end_write(), 24 + 2 * 17);
}

TEST(a_packet_over_the_limit_is_not_written)
{
	static char big[PKT_MAX + 2];
	memset(big, 'b', PKT_MAX + 1);
	for (int format = CAP_PCAP; format <= CAP_PCAPNG; format++) {
		begin_write((enum cap_format)format);
		CHECK_INT(put(1, 0, 6, 1, -1, PKT_MAX + 1, big), -1);
		CHECK_STR(wr.e.msg, "a packet of 262145 octets, more than the 262144 that it can have");
		big[PKT_MAX] = 0;
		CHECK_INT(put(1, 0, 6, 1, -1, PKT_MAX, big), 0);
		big[PKT_MAX] = 'b';
		CHECK_INT(end_write(), sizeof got);
	}
}

TEST(an_empty_file_is_a_valid_file)
{
	begin_write(CAP_PCAP);
	size_t n = end_write();
	pcap_head(false, 0xa1b2c3d4, 2, 4, 1);
	f.n = 16;
	u32(262144);
	u32(1);
	expect_bytes(n);
	CHECK_STR(read_bytes(got, n), "");
	begin_write(CAP_PCAPNG);
	n = end_write();
	start(false);
	shb(false, 1, 0);
	expect_bytes(n);
	CHECK_STR(read_bytes(got, n), "");
}

static void plain_idb(uint32_t link, int tsresol, int fcs)
{
	block(1);
	u16(link);
	u16(0);
	u32(0);
	if (tsresol >= 0)
		opt(9, 1, (uint64_t)tsresol);
	if (fcs >= 0)
		opt(13, 1, (uint64_t)fcs);
	if (tsresol >= 0 || fcs >= 0)
		opt(0, 0, 0);
	end_block();
}

TEST(pcapng_is_written_with_an_interface_for_each_kind)
{
	begin_write(CAP_PCAPNG);
	CHECK_INT(put(1700000000, 123456000, 6, 1, -1, 60, "abc"), 0);
	CHECK_INT(put(1700000000, 123456789, 9, 1, -1, 4, "abcd"), 0);
	CHECK_INT(put(1, 2000, 6, 1, -1, 0, ""), 0);
	CHECK_INT(put(1, 0, 6, 101, 4, 1, "x"), 0);
	CHECK_INT(put(1, 0, -1, 1, -1, 2, "no"), 0);    /* no time, interface 0, all there: simple */
	CHECK_INT(put(1, 0, -1, 1, -1, 3, "no"), 0);    /* cut: time 0 */
	CHECK_INT(put(1, 0, -1, 101, 4, 2, "no"), 0);   /* not interface 0 */
	CHECK_INT(put(5, 0, 0, 101, 4, 2, "no"), 0);
	size_t n = end_write();
	start(false);
	shb(false, 1, 0);
	plain_idb(1, -1, -1);
	epb(0, 1700000000123456, 60, "abc");
	plain_idb(1, 9, -1);
	epb(1, 1700000000123456789, 4, "abcd");
	epb(0, 1000002, 0, "");
	plain_idb(101, -1, 4);
	epb(2, 1000000, 1, "x");
	spb(2, "no");
	epb(0, 0, 3, "no");
	epb(2, 0, 2, "no");
	plain_idb(101, 0, 4);
	epb(3, 5, 2, "no");
	expect_bytes(n);
}

TEST(pcapng_gives_back_the_same_digits)
{
	static const uint32_t nsec[] = {0, 500000000, 120000000, 123000000, 123400000, 123450000, 123456000, 123456700,
	                                123456780, 123456789};
	char want[2000];
	size_t n = 0;
	begin_write(CAP_PCAPNG);
	for (int d = 0; d < 10; d++) {
		CHECK_INT(put(1700000000, nsec[d], d, 1, d - 1, 1, "x"), 0);
		n += (size_t)snprintf(want + n, sizeof want - n, "1700000000.%09u/%d 1 %d 1/1 x\n", nsec[d], d, d - 1);
	}
	CHECK_INT(put(1, 7, 3, 1, 30, 1, "x"), 0); /* more nanoseconds than it says: kept */
	CHECK_INT(put(1, 7, 9, 2, 30, 1, "x"), 0);
	CHECK_INT(put(1, 7, 9, 2, 16, 1, "x"), 0);
	snprintf(want + n, sizeof want - n, "1.000000007/9 1 30 1/1 x\n1.000000007/9 2 30 1/1 x\n1.000000007/9 2 16 1/1 x\n");
	size_t len = end_write();
	CHECK_STR(read_bytes(got, len), want);
}

TEST(pcapng_takes_late_times_by_an_offset_of_the_interface)
{
	begin_write(CAP_PCAPNG);
	CHECK_INT(put(18446744072, 709551615, 9, 1, -1, 1, "x"), 0); /* 64 bits of nanoseconds end in the next second */
	CHECK_INT(put(18446744073, 709551616, 9, 1, -1, 1, "x"), 0);
	CHECK_INT(put(1, 1, 9, 1, -1, 1, "x"), 0);
	CHECK_INT(put(INT64_MAX, 500000000, 6, 1, -1, 1, "x"), 0);
	CHECK_INT(put(UINT64_MAX, 0, 0, 1, -1, 1, "x"), 0);
	CHECK_INT(put(UINT64_MAX, 500000000, 6, 1, -1, 1, "x"), -1);
	CHECK_STR(wr.e.msg, "the time 18446744073709551615.500000000 s needs more than the 64 bits of a pcapng");
	CHECK_INT(wr.w.nifaces, 4);
	size_t n = end_write();
	CHECK_STR(read_bytes(got, n), "18446744072.709551615/9 1 -1 1/1 x\n18446744073.709551616/9 1 -1 1/1 x\n"
	                              "1.000000001/9 1 -1 1/1 x\n9223372036854775807.500000000/6 1 -1 1/1 x\n"
	                              "18446744073709551615.000000000/0 1 -1 1/1 x\n");
}

TEST(pcapng_keeps_a_link_type_over_16_bits)
{
	begin_write(CAP_PCAPNG);
	CHECK_INT(put(1, 0, 6, 0x30000001, -1, 1, "x"), 0);
	CHECK_INT(put(1, 0, 6, 65535, -1, 1, "x"), 0);
	size_t n = end_write();
	CHECK_STR(read_bytes(got, n), "1.000000000/6 805306369 -1 1/1 x\n1.000000000/6 65535 -1 1/1 x\n");
}

TEST(a_failed_output_stops_the_writer)
{
	struct capw w;
	struct out o;
	struct err e;
	struct cap_rec r = {.fcs = -1, .link = 1, .len = 1, .wire = 1, .p = (const uint8_t *)"x"};
	if (access("/dev/full", W_OK) < 0)
		SKIP("no /dev/full");
	CHECK_INT(out_open(&o, "/dev/full", &e), 0);
	capw_init(&w, &o, CAP_PCAP);
	CHECK_INT(capw_put(&w, &r, &e), 0);
	CHECK_INT(out_flush(&o), -1);
	CHECK_INT(capw_put(&w, &r, &e), -1);
	CHECK_STR(e.msg, "write /dev/full: No space left on device");
	CHECK_INT(capw_end(&w, &e), -1);
	out_close(&o, &e);
}

RUN_TESTS
