/* deframe_test.c - 10,000 damaged streams of bits, and of octets in each code: what a receiver passes is what a second one finds, which
 * is made from the text of the standards and splits the whole stream at its flags; and every frame that came whole is there. */

#include "io.h"
#include "num.h"
#include "rng.h"
#include "test.h"
#include "2-link/hdlc.h"
#include "2-link/octet_stuff.h"

enum { STREAMS = 10000, FRAMES = 6, LONGEST = 40, MIN = 6, ROOM = 8192, FOUND = 600 };

struct list {
	size_t n, len[FOUND];
	uint8_t b[FOUND][2 * LONGEST];
	bool over;
};

static void note(struct list *l, const uint8_t *b, size_t n)
{
	if (l->n == FOUND || n > 2 * LONGEST) {
		l->over = true;
		return;
	}
	memcpy(l->b[l->n], b, n);
	l->len[l->n++] = n;
}

static bool holds(const struct list *l, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->len[i] == n && memcmp(l->b[i], b, n) == 0)
			return true;
	return false;
}

/* A bit at a time, over the frame and its check sequence: the remainder is 0xf0b8 (RFC 1662, C.1). */
static bool crc_fits(const uint8_t *b, size_t n)
{
	unsigned crc = 0xffff;
	for (size_t i = 0; i < 8 * n; i++) {
		unsigned bit = (crc ^ b[i / 8] >> i % 8) & 1;
		crc = crc >> 1 ^ (bit ? 0x8408 : 0);
	}
	return n >= MIN && crc == 0xf0b8;
}

/* A frame: its number, random octets with many flags and escapes among them, and the check sequence. */
static size_t make(uint8_t *b, uint64_t number, struct rng *r)
{
	static const uint8_t special[] = {0x7e, 0x7d, 0xc0, 0xdb, 0xdc, 0xdd, 0x00, 0xff, 0xf8, 0x1f};
	size_t n = 4 + rng_below(r, LONGEST - 6);
	put32(b, (uint32_t)number * 2654435761u);
	for (size_t i = 4; i < n; i++)
		b[i] = rng_below(r, 2) ? special[rng_below(r, sizeof special)] : (uint8_t)rng_u64(r);
	uint16_t crc = crc16_x25(b, n);
	b[n] = (uint8_t)crc;
	b[n + 1] = (uint8_t)(crc >> 8);
	return n + 2;
}

/* A stream, an element (a bit or an octet) an octet, and whose it is: the number of a frame, or -1. A flag between two frames is of
 * both: `also`. */
static struct {
	uint8_t v[ROOM];
	int of[ROOM], also[ROOM];
	size_t n;
	bool whole[FRAMES];
} s;

static void put(unsigned v, int of, int also)
{
	s.v[s.n] = (uint8_t)v;
	s.of[s.n] = of;
	s.also[s.n++] = also;
}

static void touch(size_t at)
{
	if (s.of[at] >= 0)
		s.whole[s.of[at]] = false;
	if (s.also[at] >= 0)
		s.whole[s.also[at]] = false;
}

static void drop(size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		touch(at + i);
	for (size_t i = at; i + n < s.n; i++) {
		s.v[i] = s.v[i + n];
		s.of[i] = s.of[i + n];
		s.also[i] = s.also[i + n];
	}
	s.n -= n;
}

/* n elements again, behind themselves. What stands on both sides of the place is no longer one piece. */
static void twice(size_t at, size_t n)
{
	touch(at + n - 1);
	if (at + n < s.n)
		touch(at + n);
	for (size_t i = s.n; i-- > at + n;) {
		s.v[i + n] = s.v[i];
		s.of[i + n] = s.of[i];
		s.also[i + n] = s.also[i];
	}
	for (size_t i = 0; i < n; i++) {
		s.v[at + n + i] = s.v[at + i];
		s.of[at + n + i] = s.also[at + n + i] = -1;
	}
	s.n += n;
}

static void damage(struct rng *r, unsigned values)
{
	for (int i = 0; i < FRAMES; i++)
		s.whole[i] = true;
	for (uint64_t k = rng_below(r, 5); k-- > 0;) {
		size_t at = rng_below(r, s.n - 20), n = 1 + rng_below(r, 12);
		switch (rng_below(r, 4)) {
		case 0: drop(at, n); break;
		case 1: twice(at, n); break;
		default:
			touch(at);
			s.v[at] = (uint8_t)((s.v[at] + 1 + rng_below(r, values - 1)) % values);
		}
	}
}

static struct list got, want;

static bool on_octets(void *arg, const uint8_t *p, size_t n)
{
	const bool *checked = arg;
	if (!*checked || (n >= MIN && crc16_x25(p, n - 2) == (p[n - 2] | p[n - 1] << 8)))
		note(&got, p, n);
	return true;
}

static bool on_bits(void *arg, const uint8_t *p, size_t n, const uint8_t *raw, const uint8_t *conf, size_t nraw)
{
	(void)raw, (void)conf, (void)nraw;
	return on_octets(arg, p, n);
}

static void compare(const uint8_t sent[][LONGEST + 2], const size_t *len, int stream)
{
	bool same = got.n == want.n && !got.over && !want.over;
	for (size_t i = 0; i < got.n && same; i++)
		same = got.len[i] == want.len[i] && memcmp(got.b[i], want.b[i], got.len[i]) == 0;
	CHECK(same);
	if (!same)
		printf("# stream %d: %zu frames, not %zu\n", stream, got.n, want.n);
	for (int i = 0; i < FRAMES; i++)
		CHECK(!s.whole[i] || holds(&got, sent[i], len[i]));
}

/* ---- bits ---- */

static bool flag_at(size_t i)
{
	static const uint8_t flag[] = {0, 1, 1, 1, 1, 1, 1, 0};
	return i + 8 <= s.n && memcmp(s.v + i, flag, 8) == 0;
}

/* What stands between two flags and holds no abort, without the 0 behind five 1s. */
static void between(const uint8_t *v, size_t n)
{
	uint8_t b[ROOM / 8 + 1] = {0};
	size_t bits = 0;
	unsigned ones = 0;
	for (size_t i = 0; i < n; i++) {
		ones = v[i] ? ones + 1 : 0;
		if (ones == 7)
			return;
		if (!v[i] && i >= 5 && v[i - 1] && v[i - 2] && v[i - 3] && v[i - 4] && v[i - 5])
			continue;
		b[bits / 8] = (uint8_t)(b[bits / 8] | v[i] << bits % 8);
		bits++;
	}
	if (bits % 8 == 0 && crc_fits(b, bits / 8))
		note(&want, b, bits / 8);
}

TEST(damaged_streams_of_bits)
{
	bool checked = true;
	struct rng r;
	rng_seed(&r, 11);
	size_t whole = 0;
	for (int stream = 0; stream < STREAMS; stream++) {
		uint8_t sent[FRAMES][LONGEST + 2];
		size_t len[FRAMES];
		struct bits b = {0}, out = {0};
		s.n = 0;
		for (int i = 0; i < 8; i++)
			put(i && i < 7, -1, 0);
		for (int f = 0; f < FRAMES; f++) {
			unsigned ones = 0;
			len[f] = make(sent[f], (uint64_t)(stream * FRAMES + f), &r);
			b.n = 0;
			if (b.p)
				memset(b.p, 0, b.cap);
			hdlc_put_octets(&b, sent[f], len[f], &ones);
			for (size_t i = 0; i < b.n; i++)
				put(b.p[i / 8] >> i % 8 & 1, f, -1);
			for (int i = 0; i < 8; i++)
				put(i && i < 7, f, f + 1 < FRAMES ? f + 1 : -1);
		}
		damage(&r, 2);
		got.n = want.n = 0;
		for (size_t i = 0, at = 0; i < s.n; i++) {
			if (!flag_at(i))
				continue;
			if (at && i > at)
				between(s.v + at, i - at);
			at = i + 8;
		}
		for (size_t i = 0; i < s.n; i++)
			bits_put(&out, s.v[i], 1);
		struct hdlc_rx h = {.min = MIN, .max = 2 * LONGEST, .frame = on_bits, .arg = &checked};
		hdlc_rx_init(&h);
		for (size_t i = 0; i < out.n;) {
			size_t n = 1 + rng_below(&r, 300);
			n = n < out.n - i ? n : out.n - i;
			hdlc_rx_push(&h, out.p, i, n, NULL);
			i += n;
		}
		hdlc_rx_free(&h);
		compare((const uint8_t(*)[LONGEST + 2])sent, len, stream);
		for (int f = 0; f < FRAMES; f++)
			whole += s.whole[f];
		bits_free(&b);
		bits_free(&out);
	}
	CHECK(whole > 2 * STREAMS && whole < (FRAMES - 1) * STREAMS);
}

/* ---- octets ---- */

/* The text of each standard, for octets between two flags; -1: they are nothing. */
static long plain_ppp(uint8_t *b, const uint8_t *v, size_t n)
{
	long k = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i] == 0x7d && i + 1 == n)
			return -1;
		b[k++] = v[i] == 0x7d ? v[++i] ^ 0x20 : v[i];
	}
	return k;
}

static long plain_slip(uint8_t *b, const uint8_t *v, size_t n)
{
	long k = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i] != 0333) {
			b[k++] = v[i];
			continue;
		}
		i++;
		if (i == n || (v[i] != 0334 && v[i] != 0335))
			return -1;
		b[k++] = v[i] == 0334 ? 0300 : 0333;
	}
	return k;
}

static long plain_cobs(uint8_t *b, const uint8_t *v, size_t n)
{
	long k = 0;
	size_t i = 0;
	while (i < n) {
		unsigned code = v[i++];
		if (code - 1 > n - i)
			return -1;
		for (unsigned j = 1; j < code; j++)
			b[k++] = v[i++];
		if (code < 0xff)
			b[k++] = 0;
	}
	return k ? k - 1 : 0; /* the zero at the end was put there by the sender; no run here is as long as 254 */
}

static size_t stuff_ppp(uint8_t *out, const uint8_t *p, size_t n) { return ppp_stuff(out, p, n, 0xffffffff); }

static void streams_of(enum octet_code code, uint8_t flag, size_t (*stuff)(uint8_t *, const uint8_t *, size_t),
		       long (*plain)(uint8_t *, const uint8_t *, size_t))
{
	bool checked = code == OCTETS_PPP;
	struct rng r;
	rng_seed(&r, 12 + code);
	for (int stream = 0; stream < STREAMS; stream++) {
		uint8_t sent[FRAMES][LONGEST + 2], line[2 * LONGEST + 8], b[ROOM];
		size_t len[FRAMES];
		s.n = 0;
		put(flag, -1, 0);
		for (int f = 0; f < FRAMES; f++) {
			len[f] = make(sent[f], (uint64_t)(stream * FRAMES + f), &r);
			size_t n = stuff(line, sent[f], len[f]);
			for (size_t i = 0; i < n; i++) {
				CHECK(line[i] != flag);
				put(line[i], f, -1);
			}
			put(flag, f, f + 1 < FRAMES ? f + 1 : -1);
		}
		damage(&r, 256);
		got.n = want.n = 0;
		size_t at = 0;
		bool inside = code != OCTETS_PPP;
		for (size_t i = 0; i < s.n; i++) {
			if (s.v[i] != flag)
				continue;
			long n = inside && i > at ? plain(b, s.v + at, i - at) : 0;
			if (n > 0 && n <= 2 * LONGEST && (!checked || crc_fits(b, (size_t)n)))
				note(&want, b, (size_t)n);
			at = i + 1;
			inside = true;
		}
		struct octet_rx rx = {.code = code, .min = 1, .max = 2 * LONGEST, .frame = on_octets, .arg = &checked};
		octet_rx_init(&rx);
		for (size_t i = 0; i < s.n;) {
			size_t n = 1 + rng_below(&r, 60);
			n = n < s.n - i ? n : s.n - i;
			octet_rx_push(&rx, s.v + i, n);
			i += n;
		}
		octet_rx_free(&rx);
		compare((const uint8_t(*)[LONGEST + 2])sent, len, stream);
	}
}

TEST(damaged_streams_of_ppp) { streams_of(OCTETS_PPP, 0x7e, stuff_ppp, plain_ppp); }
TEST(damaged_streams_of_slip) { streams_of(OCTETS_SLIP, 0300, slip_stuff, plain_slip); }
TEST(damaged_streams_of_cobs) { streams_of(OCTETS_COBS, 0, cobs_stuff, plain_cobs); }

/* ---- what is no frame ---- */

static char story[200];

static bool tell_frame(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	if (p[0] == 'x')
		return false;
	snprintf(story + strlen(story), sizeof story - strlen(story), "%.*s ", (int)n, (const char *)p);
	return true;
}

static void tell_drop(void *arg, enum octet_drop why, const uint8_t *p, size_t n)
{
	static const char *const names[] = {"short", "abort", "bad", "long", "check", "cut"};
	(void)arg;
	snprintf(story + strlen(story), sizeof story - strlen(story), "%s:%.*s ", names[why], (int)n, (const char *)p);
}

static const char *tell(enum octet_code code, uint32_t accm, const char *stream, size_t n)
{
	struct octet_rx rx = {.code = code, .min = 2, .max = 5, .accm = accm, .frame = tell_frame, .drop = tell_drop};
	*story = '\0';
	octet_rx_init(&rx);
	for (size_t i = 0; i < n; i++)
		octet_rx_push(&rx, (const uint8_t *)stream + i, 1);
	octet_rx_end(&rx);
	octet_rx_free(&rx);
	return story;
}
#define TELL(code, accm, stream) tell(code, accm, stream, sizeof stream - 1)

TEST(what_is_no_frame)
{
	CHECK_STR(TELL(OCTETS_PPP, 0, "noise~abc~~a~bcd}~}A}B~abcdef~abcde~xyz~ab"),
		  "abc short:a abort:bcd} ab long:abcde abcde check:xyz cut:ab ");
	CHECK_STR(TELL(OCTETS_PPP, 0, "~a\x11g~"), "a\x11g ");
	CHECK_STR(TELL(OCTETS_PPP, 1 << 0x11, "~a\x11g~a}1g~"), "ag a\x11g ");
	CHECK_STR(TELL(OCTETS_PPP, 0, "~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa~bcd~"), "long:aaaaa bcd ");
	CHECK_STR(TELL(OCTETS_SLIP, 0, "abc\300\300\300a\333bc\300bc\300ab\333"), "abc bad:a\333bc bc cut:ab\333 ");
	CHECK_STR(TELL(OCTETS_COBS, 0, "\4abc\0\4ab\0\3ab\0\3ab\2c\0"), "abc bad:\4ab ab ab ");
}

RUN_TESTS
