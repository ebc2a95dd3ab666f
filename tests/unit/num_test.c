/* num_test.c - numbers, hex, addresses and percent strings: known texts, independent models, twins against each other. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "num.h"
#include "test.h"

static uint64_t state = 1;

/* Knuth's MMIX generator: enough variety, and independent of lib/rng.c. */
static uint32_t rnd(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 32);
}

/* n octets that end where their allocation ends, so that ASan sees a read beyond; free with drop. */
static uint8_t *room(size_t n, size_t align)
{
	uint8_t *m = malloc(align + n + (align + n == 0));
	if (!m)
		abort();
	return m + align;
}
static void drop(uint8_t *b, size_t align) { free(b - align); }

static char text[400];

/* Ends what a writer wrote; fails when it scribbled further than it may. */
static const char *written(char *end)
{
	static const char clean[NUM_SLACK - 32] = {0};
	CHECK(end - text < 400 - NUM_SLACK);
	CHECK(memcmp(end + 32, clean, sizeof clean) == 0);
	memset(end, 0, 32);
	return text;
}
static void fresh(void) { memset(text, 0, sizeof text); }

static const char *dec(uint64_t v)
{
	fresh();
	return written(num_dec(text, v));
}

static bool same_dec(uint64_t v)
{
	char want[24];
	snprintf(want, sizeof want, "%" PRIu64, v);
	if (strcmp(dec(v), want) == 0)
		return true;
	printf("# %s: %s\n", want, text);
	return false;
}

TEST(dec_every_16_bit_value)
{
	int bad = 0;
	for (uint32_t v = 0; v < 0x10000; v++)
		bad += !same_dec(v);
	CHECK_INT(bad, 0);
}

TEST(dec_at_powers_of_ten)
{
	int bad = 0;
	for (uint64_t k = 1, i = 0; i < 20; i++, k *= 10)
		for (int d = -3; d <= 3; d++) {
			bad += !same_dec(k + (uint64_t)d);
			bad += !same_dec(9 * k + (uint64_t)d);
		}
	CHECK_INT(bad, 0);
	CHECK_STR(dec(UINT64_MAX), "18446744073709551615");
	CHECK_STR(dec(0), "0");
}

TEST(dec_random_of_every_width)
{
	int bad = 0;
	for (int i = 0; i < 200000; i++)
		bad += !same_dec(((uint64_t)rnd() << 32 | rnd()) >> (i & 63));
	CHECK_INT(bad, 0);
}

TEST(dec0_pads_to_the_width)
{
	int bad = 0;
	for (int digits = 1; digits <= 19; digits++) {
		uint64_t mod = 1;
		for (int i = 0; i < digits; i++)
			mod *= 10;
		for (int i = 0; i < 3000; i++) {
			uint64_t v = (((uint64_t)rnd() << 32 | rnd()) >> (i & 63)) % mod;
			char want[32];
			v = i == 0 ? 0 : i == 1 ? mod - 1 : v;
			snprintf(want, sizeof want, "%0*" PRIu64, digits, v);
			fresh();
			bad += strcmp(written(num_dec0(text, v, digits)), want) != 0;
		}
	}
	CHECK_INT(bad, 0);
}

TEST(hex_of_every_width)
{
	int bad = 0;
	for (int digits = 0; digits <= 20; digits++)
		for (int i = 0; i < 3000; i++) {
			uint64_t v = i == 0 ? 0 : ((uint64_t)rnd() << 32 | rnd()) >> (i & 63);
			char want[32];
			snprintf(want, sizeof want, "%0*" PRIx64, digits ? digits : 1, v);
			fresh();
			bad += strcmp(written(num_hex(text, v, digits)), want) != 0;
		}
	CHECK_INT(bad, 0);
}

TEST(ip4_and_mac)
{
	int bad = 0;
	for (int i = 0; i < 100000; i++) {
		uint8_t a[6], back[6];
		char want[24];
		for (int k = 0; k < 6; k++)
			a[k] = (uint8_t)(rnd() >> (rnd() & 7) & 0xff);
		snprintf(want, sizeof want, "%d.%d.%d.%d", a[0], a[1], a[2], a[3]);
		fresh();
		bad += strcmp(written(num_ip4(text, a)), want) != 0;
		bad += num_read_ip4(want, strlen(want), back) != 0 || memcmp(a, back, 4) != 0;
		snprintf(want, sizeof want, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
		fresh();
		bad += strcmp(written(num_mac(text, a)), want) != 0;
		bad += num_read_mac(want, strlen(want), back) != 0 || memcmp(a, back, 6) != 0;
	}
	CHECK_INT(bad, 0);
}

/* Reads from memory that ends after the last character. */
static int read_num(const char *s, uint64_t *v)
{
	size_t n = strlen(s);
	uint8_t *b = room(n, 0);
	memcpy(b, s, n);
	int r = num_read((char *)b, n, v);
	drop(b, 0);
	return r;
}

TEST(read_numbers)
{
	static const struct {
		const char *s;
		uint64_t v;
	} good[] = {{"0", 0}, {"7", 7}, {"007", 7}, {"010", 10}, {"65535", 65535}, {"0x0", 0}, {"0xfFa9", 0xffa9},
		    {"18446744073709551615", UINT64_MAX}, {"000000000000000000000018446744073709551615", UINT64_MAX},
		    {"0xffffffffffffffff", UINT64_MAX}, {"0x00000000000000000000000001", 1}};
	static const char *bad[] = {"", "0x", "x", "0X1", "-1", "+1", " 1", "1 ", "1.", "12a", "0xg", "0x-1", "1e3", "a", "/", ":",
				    "18446744073709551616", "18446744073709551620", "99999999999999999999", "0x10000000000000000"};
	uint64_t v;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		v = ~good[i].v;
		CHECK_INT(read_num(good[i].s, &v), 0);
		CHECK_INT(v, good[i].v);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(read_num(bad[i], &v), -1);
	}
	for (int i = 0; i < 100000; i++) {
		uint64_t want = ((uint64_t)rnd() << 32 | rnd()) >> (i & 63);
		char s[32];
		snprintf(s, sizeof s, i & 64 ? "%" PRIu64 : "0x%" PRIx64, want);
		CHECK(num_read(s, strlen(s), &v) == 0 && v == want);
	}
}

typedef int reader(const char *s, size_t n, uint8_t *a);
static int rd4(const char *s, size_t n, uint8_t *a) { return num_read_ip4(s, n, a); }
static int rd6(const char *s, size_t n, uint8_t *a) { return num_read_ip6(s, n, a); }
static int rdm(const char *s, size_t n, uint8_t *a) { return num_read_mac(s, n, a); }

static int read_addr(reader *f, const char *s, uint8_t *a)
{
	size_t n = strlen(s);
	uint8_t *b = room(n, 0);
	memcpy(b, s, n);
	int r = f((char *)b, n, a);
	drop(b, 0);
	return r;
}

TEST(read_ip4_is_strict)
{
	static const char *bad[] = {"", "1", "1.2.3", "1.2.3.", ".1.2.3", "1.2.3.4.", "1.2.3.4.5", "1..3.4", "256.1.1.1", "1.1.1.256",
				    "01.2.3.4", "1.2.3.00", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4x", "1.2.3.-4", "1.2.3.1234", "0x1.2.3.4",
				    "4294967297.1.1.1", "1,2,3,4"};
	uint8_t a[4];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(read_addr(rd4, bad[i], a), -1);
	CHECK_INT(read_addr(rd4, "0.0.0.0", a), 0);
	CHECK_INT(read_addr(rd4, "255.255.255.255", a), 0);
	CHECK_MEM(a, "\xff\xff\xff\xff", 4);
}

TEST(read_mac)
{
	static const char *bad[] = {"", "1", "1:2:3:4:5", "1:2:3:4:5:", ":1:2:3:4:5", "1:2:3:4:5:6:", "1:2:3:4:5:6:7", "1:2:3:4:5:006",
				    "1:2:3-4:5:6", "1.2.3.4.5.6", "g:1:2:3:4:5", "1::3:4:5:6", "020000000001", "1:2:3:4:5:6 "};
	uint8_t a[6];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(read_addr(rdm, bad[i], a), -1);
	CHECK_INT(read_addr(rdm, "2:0:aB:Cd:0:f", a), 0);
	CHECK_MEM(a, "\x02\x00\xab\xcd\x00\x0f", 6);
	CHECK_INT(read_addr(rdm, "02-00-5E-10-00-ff", a), 0);
	CHECK_MEM(a, "\x02\x00\x5e\x10\x00\xff", 6);
}

TEST(ip6_of_rfc_5952)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{"2001:0db8::0001", "2001:db8::1"}, /* 4.1 */
		{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"}, /* 4.2.1 */
		{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, /* 4.2.2 */
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"}, /* 4.2.3 */
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"}, /* 4.2.3 */
		{"2001:DB8::A", "2001:db8::a"}, /* 4.3 */
		{"::", "::"}, {"::1", "::1"}, {"1::", "1::"}, {"0:0:1::", "0:0:1::"}, {"1:0:0:0:0:0:0:0", "1::"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"}, {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"0:0:1:1:1:1:0:0", "::1:1:1:1:0:0"}, {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"::ffff:c000:0201", "::ffff:192.0.2.1"}, {"::ffff:192.0.2.1", "::ffff:192.0.2.1"}, {"::ffff:0:0", "::ffff:0.0.0.0"},
		{"::192.0.2.1", "::c000:201"}, {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"}, {"::fffe:1:2", "::fffe:1:2"},
		{"1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"}, {"0:0:0:0:ffff::", "::ffff:0:0:0"}, {"1:0:0:2::", "1:0:0:2::"},
		{"::ffff:0:192.0.2.1", "::ffff:0:c000:201"},
	};
	uint8_t a[16];
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		memset(a, 0xa5, sizeof a);
		CHECK_INT(read_addr(rd6, t[i].in, a), 0);
		fresh();
		CHECK_STR(written(num_ip6(text, a)), t[i].out);
	}
}

TEST(read_ip6_is_strict)
{
	static const char *bad[] = {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
				    "1:2:3:4::5:6:7:8", "1::2::3", "1:::2", ":1:2:3:4:5:6:7:8", ":1::",
				    "1:2:3:4:5:6:7:", "1::2:", "12345::", "g::", "::1%lo",
				    "::1 ", " ::1", "::1/64", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::1.2.3",
				    "::1.2.3.4:5", "::1.2.3.400",
				    "1.2.3.4", "::01.2.3.4", "::.1.2.3", "1:2:3:4:5:6:1.2.3.4:", "[::1]"};
	uint8_t a[16];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (read_addr(rd6, bad[i], a) != -1)
			printf("# accepted: %s\n", bad[i]);
		CHECK_INT(read_addr(rd6, bad[i], a), -1);
	}
}

/* Random addresses rich in zero groups, libc as the referee. It differs from RFC 5952 in one thing: it prints the
 * v4-compatible ::a.b.c.d in dotted form too (and reads it, so the way back still compares). */
TEST(ip6_as_libc)
{
	int bad = 0;
	for (int i = 0; i < 400000; i++) {
		uint8_t a[16] = {0}, back[16];
		char want[INET6_ADDRSTRLEN];
		uint32_t shape = rnd(), bits = rnd();
		for (int k = 0; k < 8; k++)
			if (shape >> k & 1)
				put16(a + 2 * k, rnd() >> (16 + (bits >> 2 * k & 3) * 4));
		if ((shape >> 8 & 15) == 0) {
			memset(a, 0, 10);
			memset(a + 10, 0xff, 2);
		}
		inet_ntop(AF_INET6, a, want, sizeof want);
		fresh();
		const char *got = written(num_ip6(text, a));
		bool compat = strncmp(want, "::", 2) == 0 && strchr(want, '.') && strncmp(want, "::ffff:", 7) != 0;
		if (compat ? inet_pton(AF_INET6, got, back) != 1 || memcmp(back, a, 16) != 0 || strchr(got, '.') : strcmp(got, want) != 0) {
			if (bad++ < 5)
				printf("# %s, not %s\n", got, want);
		}
		bad += num_read_ip6(want, strlen(want), back) != 0 || memcmp(back, a, 16) != 0;
		bad += num_read_ip6(got, strlen(got), back) != 0 || memcmp(back, a, 16) != 0;
	}
	CHECK_INT(bad, 0);
}

/* Random strings of the characters of addresses: the readers accept what inet_pton accepts, with the same octets. */
TEST(readers_accept_what_libc_accepts)
{
	static const char alphabet[] = "::::..0123faF9g ";
	int bad = 0, accepted = 0;
	for (int i = 0; i < 1000000; i++) {
		uint8_t a[16], b[16];
		char s[48];
		size_t n = 0, parts = rnd() % 10;
		for (size_t k = 0; k < parts; k++) { /* groups and separators, now and then any character */
			uint32_t r = rnd();
			if (k == 7 && r & 1) {
				n += (size_t)snprintf(s + n, 10, "%u.%u.%u.%u", r >> 8 & 7, r >> 11 & 1, r >> 12 & 3, r >> 14 & 7);
				continue;
			}
			if (r >> 4 & 7)
				n += (size_t)snprintf(s + n, 5, "%x", r >> 16 >> (r & 12));
			if ((r >> 8 & 63) == 0)
				s[n++] = alphabet[r >> 20 & 15];
			else if (k + 1 < parts || (r >> 9 & 7) == 0)
				s[n++] = i & 1 ? ':' : "::::::.."[r >> 25 & 7];
		}
		s[n] = 0;
		int want = inet_pton(AF_INET6, s, a) == 1, got = num_read_ip6(s, n, b) == 0;
		accepted += want;
		if (want != got || (want && memcmp(a, b, 16) != 0)) {
			if (bad++ < 5)
				printf("# %s: libc %d, num_read_ip6 %d\n", s, want, got);
		}
		want = inet_pton(AF_INET, s, a) == 1;
		got = num_read_ip4(s, n, b) == 0;
		if (want != got || (want && memcmp(a, b, 4) != 0)) {
			if (bad++ < 5)
				printf("# %s: libc %d, num_read_ip4 %d\n", s, want, got);
		}
	}
	CHECK_INT(bad, 0);
	CHECK(accepted > 10000);
}

/* ---- functions over many octets: every length to MAX_LEN, every alignment to 31 (one length at a time) ---- */

enum { MAX_LEN = 600 };
#define EACH_SHAPE(n, align) \
	for (size_t n = 0; n <= MAX_LEN; n++) \
		for (size_t align = n % 8; align < 32; align += 8)

typedef void hex_writer(char *, const uint8_t *, size_t);
typedef size_t hex_reader(uint8_t *, const char *, size_t);

static int hex_write_errors(hex_writer *f)
{
	int bad = 0;
	EACH_SHAPE(n, align)
	{
		uint8_t *b = room(n, align), *p = room(2 * n + 32, align);
		for (size_t i = 0; i < n; i++)
			b[i] = (uint8_t)(n < 512 ? rnd() : i);
		f((char *)p, b, n);
		for (size_t i = 0; i < n; i++)
			bad += p[2 * i] != "0123456789abcdef"[b[i] >> 4] || p[2 * i + 1] != "0123456789abcdef"[b[i] & 15];
		drop(b, align);
		drop(p, align);
	}
	return bad;
}
TEST(hex_write_is_right) { CHECK_INT(hex_write_errors(hex_write), 0); }
TEST(hex_write_c_is_right) { CHECK_INT(hex_write_errors(hex_write_c), 0); }

static int hex_read_errors(hex_reader *f)
{
	static const char *bad_chars = "/:@G`g\x80\xff\xb0\xc1 \n%\x10\x01\x11"; /* the neighbours of digits, and near bits */
	int bad = 0;
	EACH_SHAPE(n, align)
	{
		uint8_t *s = room(2 * n, align), *b = room(n, align), *want = room(n, 0);
		for (size_t i = 0; i < 2 * n; i++)
			s[i] = (uint8_t)"0123456789abcdef0123456789ABCDEF"[rnd() >> 27];
		for (size_t i = 0; i < n; i++) {
			char two[3] = {(char)s[2 * i], (char)s[2 * i + 1], 0};
			want[i] = (uint8_t)strtoul(two, NULL, 16);
		}
		bad += f(b, (char *)s, n) != 2 * n || (n && memcmp(b, want, n) != 0);
		for (int k = 0; k < 4 && n; k++) { /* one, then several bad characters: the first counts */
			size_t at = rnd() % (2 * n), more = at + rnd() % (2 * n - at);
			uint8_t keep = s[at];
			s[at] = (uint8_t)bad_chars[rnd() % 16];
			bad += f(b, (char *)s, n) != at;
			uint8_t keep2 = s[more];
			s[more] = 'x';
			bad += f(b, (char *)s, n) != at;
			s[more] = keep2;
			s[at] = keep;
		}
		drop(s, align);
		drop(b, align);
		drop(want, 0);
	}
	for (int c = 0; c < 256; c++) /* every character in every place of a block */
		for (size_t at = 0; at < 96; at++) {
			uint8_t s[96], b[48];
			bool digit = c && strchr("0123456789abcdefABCDEF", c);
			memset(s, '8', sizeof s);
			s[at] = (uint8_t)c;
			bad += f(b, (char *)s, 48) != (digit ? 96 : at);
		}
	return bad;
}
TEST(hex_read_is_right) { CHECK_INT(hex_read_errors(hex_read), 0); }
TEST(hex_read_c_is_right) { CHECK_INT(hex_read_errors(hex_read_c), 0); }

static bool plain(int c) { return (c >= 0x20 && c <= 0x7e) || c == 9 || c == 10 || c == 13; }

static int str_plain_errors(bool (*f)(const uint8_t *, size_t))
{
	int bad = 0;
	EACH_SHAPE(n, align)
	{
		uint8_t *b = room(n, align);
		for (size_t i = 0; i < n; i++) {
			uint8_t c = rnd() & 0x7f;
			b[i] = plain(c) ? c : '\n';
		}
		bad += !f(b, n);
		for (int k = 0; k < 6 && n; k++) {
			size_t at = k ? rnd() % n : n - 1;
			uint8_t keep = b[at];
			b[at] = (uint8_t)rnd();
			bad += f(b, n) != plain(b[at]);
			b[at] = keep;
		}
		drop(b, align);
	}
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 80; at++) {
			uint8_t b[80];
			memset(b, 'a', sizeof b);
			b[at] = (uint8_t)c;
			bad += f(b, sizeof b) != plain(c);
		}
	return bad;
}
TEST(str_plain_is_right) { CHECK_INT(str_plain_errors(str_plain), 0); }
TEST(str_plain_c_is_right) { CHECK_INT(str_plain_errors(str_plain_c), 0); }

static bool inert(int c)
{
	return c && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+,:/=@", c);
}

/* The percent-encoded form, by the grammar of pkt(5). */
static size_t percent(char *p, const uint8_t *b, size_t n)
{
	char *start = p;
	for (size_t i = 0; i < n; i++)
		if (inert(b[i]))
			*p++ = (char)b[i];
		else
			p += sprintf(p, "%%%02X", b[i]);
	return (size_t)(p - start);
}

/* Random octets of several kinds: any, inert only, text like HTTP's, mostly not inert. */
static void fill(uint8_t *b, size_t n, unsigned kind)
{
	static const char http[] = "GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/8.5 (x86)\r\nAccept: */*\r\n\r\n";
	for (size_t i = 0; i < n; i++)
		switch (kind & 3) {
		case 0:
			b[i] = (uint8_t)rnd();
			break;
		case 1:
			b[i] = (uint8_t)"abcXYZ019._-+,:/=@"[rnd() % 18];
			break;
		case 2:
			b[i] = (uint8_t)http[(i + n) % (sizeof http - 1)];
			break;
		case 3:
			b[i] = rnd() & 7 ? (uint8_t)" %\xff\n{~"[rnd() % 6] : (uint8_t)(rnd() & 0x7f);
		}
}

static int str_write_errors(char *(*f)(char *, const uint8_t *, size_t))
{
	int bad = 0;
	static char want[3 * MAX_LEN + 8];
	EACH_SHAPE(n, align)
	{
		uint8_t *b = room(n, align);
		fill(b, n, (unsigned)(align / 8));
		size_t len = percent(want, b, n);
		uint8_t *p = room(len + 32, align); /* no further than the header allows */
		bad += f((char *)p, b, n) != (char *)p + len || memcmp(p, want, len) != 0;
		drop(b, align);
		drop(p, align);
	}
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 80; at++) {
			uint8_t b[80];
			char p[3 * 80 + NUM_SLACK];
			memset(b, 'a', sizeof b);
			b[at] = (uint8_t)c;
			size_t len = percent(want, b, sizeof b);
			bad += f(p, b, sizeof b) != p + len || memcmp(p, want, len) != 0;
		}
	return bad;
}
TEST(str_write_is_right) { CHECK_INT(str_write_errors(str_write), 0); }
TEST(str_write_c_is_right) { CHECK_INT(str_write_errors(str_write_c), 0); }

typedef long str_reader(uint8_t *, const char *, size_t, size_t *);

/* The decoder by the grammar, an octet at a time. */
static long unpercent(uint8_t *b, const char *s, size_t n, size_t *at)
{
	long len = 0;
	for (size_t i = 0; i < n; i++) {
		if (inert(s[i] & 0xff)) {
			b[len++] = (uint8_t)s[i];
			continue;
		}
		char two[3] = {0};
		memcpy(two, s + i + 1, n - i < 3 ? 0 : 2);
		if (s[i] != '%' || strspn(two, "0123456789abcdefABCDEF") != 2) {
			*at = i;
			return -1;
		}
		b[len++] = (uint8_t)strtoul(two, NULL, 16);
		i += 2;
	}
	return len;
}

static int str_read_differs(str_reader *f, const uint8_t *s, size_t n, size_t align)
{
	static uint8_t want[3 * MAX_LEN + 8];
	uint8_t *b = room(n, align);
	size_t at = 12345, want_at = 12345;
	long len = unpercent(want, (const char *)s, n, &want_at), got = f(b, (const char *)s, n, &at);
	int bad = got != len || at != want_at || (len > 0 && memcmp(b, want, (size_t)len) != 0);
	drop(b, align);
	return bad;
}

static int str_read_errors(str_reader *f)
{
	int bad = 0;
	static char form[3 * MAX_LEN + 8];
	static uint8_t b[MAX_LEN];
	EACH_SHAPE(n, align)
	{
		fill(b, n, (unsigned)(align / 8));
		size_t full = percent(form, b, n), len = full < n ? full : n; /* cut anywhere, also inside an escape */
		uint8_t *s = room(len, align);
		memcpy(s, form, len);
		bad += str_read_differs(f, s, len, align);
		for (int k = 0; k < 4 && len; k++) {
			size_t i = rnd() % len;
			uint8_t keep = s[i];
			s[i] = k & 1 ? (uint8_t)rnd() : (uint8_t)"% g{~\x7f\x80\n"[rnd() & 7];
			bad += str_read_differs(f, s, len, align);
			s[i] = keep;
		}
		for (size_t i = 0; i < len; i++)
			if (s[i] == '%' && rnd() & 1 && i + 2 < len) /* lower-case escapes are read too */
				s[i + 1 + (rnd() & 1)] = (uint8_t)"abcdef09"[rnd() & 7];
		bad += str_read_differs(f, s, len, align);
		drop(s, align);
	}
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 80; at++) {
			uint8_t s[80];
			memset(s, 'a', sizeof s);
			s[at] = (uint8_t)c;
			bad += str_read_differs(f, s, sizeof s, 0);
			s[(at + 1) % 80] = '%';
			bad += str_read_differs(f, s, sizeof s, 0);
			memset(s, '%', 80);
			for (size_t i = 1; i < 80; i += i % 3 == 2 ? 2 : 1)
				s[i] = '4';
			s[at] = (uint8_t)c;
			bad += str_read_differs(f, s, 78, 0);
		}
	return bad;
}
TEST(str_read_is_right) { CHECK_INT(str_read_errors(str_read), 0); }
TEST(str_read_c_is_right) { CHECK_INT(str_read_errors(str_read_c), 0); }

RUN_TESTS
