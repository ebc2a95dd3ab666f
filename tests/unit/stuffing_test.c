/* stuffing_test.c - stuffing of every kind: there and back, marks, delimiters, faults and their places, noise. */

#include "2-link/stuffing.h"

#include "2-link/hdlc.h"
#include "io.h"
#include "rng.h"
#include "test.h"

enum { MOST = 700 };

static struct rng rng;

/* Units that are often what is stuffed: of hdlc 1s. */
static size_t units(enum stuff_kind kind, uint8_t *p, size_t most)
{
	static const uint8_t hot[] = {0x7e, 0x7d, 0xc0, 0xdb, 0x00, 0x10, 0x02, 0x03, 0x1b, 0x5e, 0xdc, 0xdd};
	unsigned rare = (unsigned)rng_below(&rng, 3);
	size_t n = rng_below(&rng, most + 1);
	for (size_t i = 0; i < n; i++) {
		uint64_t v = rng_u64(&rng) >> 32;
		if (kind == STUFF_HDLC)
			p[i] = v % 5 != 0;
		else if (rare == 0)
			p[i] = hot[v % sizeof hot];
		else
			p[i] = (uint8_t)(rare == 1 ? v : 1 + v % 255); /* the last: long runs without a zero */
	}
	return n;
}

TEST(there_and_back_with_marks)
{
	static uint8_t p[MOST], line[2 * MOST + 8], back[2 * MOST + 8], marks[2 * MOST + 8];
	rng_seed(&rng, 1);
	for (unsigned trial = 0; trial < 7000; trial++) {
		enum stuff_kind kind = (enum stuff_kind)(trial % STUFF_KINDS);
		uint32_t accm = kind == STUFF_PPP && trial % 2 ? 0xffffffff : 0;
		struct stuff_fault f;
		size_t n = units(kind, p, kind == STUFF_COUNT ? COUNT_MAX : MOST), at = 0;
		long m = stuff_encode(kind, line, p, n, accm);
		CHECK(m >= (long)n && m <= (long)stuff_room(kind, n));
		CHECK_INT(stuff_decode(kind, back, line, (size_t)m, accm, &f), n);
		CHECK_MEM(back, p, n);
		/* Without what was added, and with what was changed changed back, the line is the data. */
		stuff_marks(kind, line, (size_t)m, accm, marks);
		int bad = 0;
		for (long i = 0; i < m; i++) {
			if (marks[i] == STUFF_ADDED)
				continue;
			bad += at >= n || (marks[i] == STUFF_DATA) != (line[i] == p[at]);
			at++;
		}
		CHECK_INT(bad, 0);
		CHECK_INT(at, n);
	}
}

/* A code of 254 stands for a zero behind it, one of 255 does not. */
TEST(runs_of_253_and_254)
{
	for (size_t run = 253; run <= 254; run++) {
		uint8_t p[256], line[260], marks[260];
		memset(p, 1, sizeof p);
		p[run] = 0;
		long m = stuff_encode(STUFF_COBS, line, p, run + 2, 0);
		stuff_marks(STUFF_COBS, line, (size_t)m, 0, marks);
		CHECK_INT(marks[0], STUFF_ADDED);
		CHECK_INT(marks[run + 1], run == 253 ? STUFF_CHANGED : STUFF_ADDED);
		CHECK_INT(m, run == 253 ? 256 : 258);
	}
}

TEST(bits_are_those_of_hdlc)
{
	uint8_t octets[60], bits[480], line[960];
	rng_seed(&rng, 2);
	for (unsigned trial = 0; trial < 200; trial++) {
		struct bits b = {NULL, 0, 0};
		unsigned ones = 0;
		size_t n = rng_below(&rng, sizeof octets + 1);
		for (size_t i = 0; i < n; i++) {
			octets[i] = (uint8_t)(rng_u64(&rng) | rng_u64(&rng));
			for (unsigned j = 0; j < 8; j++)
				bits[8 * i + j] = octets[i] >> j & 1;
		}
		hdlc_put_octets(&b, octets, n, &ones);
		CHECK_INT(stuff_encode(STUFF_HDLC, line, bits, 8 * n, 0), b.n);
		int bad = 0;
		for (size_t i = 0; i < b.n; i++)
			bad += line[i] != (b.p[i / 8] >> i % 8 & 1);
		CHECK_INT(bad, 0);
		bits_free(&b);
	}
}

/* Frames one behind the other, with the closing delimiter of one often the opening one of the next. */
static size_t stream(enum stuff_kind kind, uint8_t *to, uint8_t sent[][MOST], size_t *len, size_t frames)
{
	const struct stuffing *s = &stuffings[kind];
	bool shared = s->nopen && memcmp(s->open, s->close, s->nopen) == 0;
	size_t n = 0;
	for (size_t i = 0; i < frames; i++) {
		do
			len[i] = units(kind, sent[i], 40);
		while (!len[i]);
		if (i == 0 || !shared || rng_below(&rng, 2)) {
			memcpy(to + n, s->open, s->nopen);
			n += s->nopen;
		}
		n += (size_t)stuff_encode(kind, to + n, sent[i], len[i], 0);
		memcpy(to + n, s->close, s->nclose);
		n += s->nclose;
		if (kind == STUFF_HDLC && rng_below(&rng, 2)) {
			n--;
			memcpy(to + n, s->open, s->nopen); /* 011111101111110: they share a 0 */
			n += s->nopen;
		}
	}
	return n;
}

TEST(frames_between_delimiters)
{
	enum { FRAMES = 20 };
	static uint8_t sent[FRAMES][MOST], to[FRAMES * MOST], back[MOST];
	size_t len[FRAMES];
	rng_seed(&rng, 3);
	for (unsigned trial = 0; trial < 700; trial++) {
		enum stuff_kind kind = (enum stuff_kind)(trial % STUFF_KINDS);
		size_t all = stream(kind, to, sent, len, FRAMES), from = 0, at, n, i = 0;
		struct stuff_fault f;
		int found;
		for (; (found = stuff_next(kind, to, all, &from, &at, &n, &f)) != 0 && i < FRAMES; i++) {
			CHECK_INT(found, 1);
			CHECK_INT(stuff_decode(kind, back, to + at, n, 0, &f), len[i]);
			CHECK_MEM(back, sent[i], len[i]);
		}
		CHECK_INT(i, FRAMES);
		CHECK_INT(found, 0);
	}
}

/* Hex digits; of hdlc the low bit of each is a bit. */
static size_t of_text(enum stuff_kind kind, const char *s, uint8_t *p)
{
	size_t n = 0;
	for (; *s; s += kind == STUFF_HDLC ? 1 : 2)
		p[n++] = kind == STUFF_HDLC ? *s == '1' : (uint8_t)strtoul((char[]){s[0], s[1], 0}, NULL, 16);
	return n;
}

TEST(faults_have_a_place)
{
	static const struct {
		enum stuff_kind kind;
		const char *line;
		size_t at;
		const char *why;
	} table[] = {
		{STUFF_HDLC, "00111111", 2, "six 1s: a flag, not data"},
		{STUFF_HDLC, "0011111101", 2, "six 1s: a flag, not data"},
		{STUFF_HDLC, "01111101111111", 7, "seven 1s: the sender gave the frame up"},
		{STUFF_PPP, "01027d", 2, "an escape, and nothing behind it: the sender gave the frame up"},
		{STUFF_PPP, "017e02", 1, "a flag, not data"},
		{STUFF_SLIP, "01db02", 1, "db before what is neither dc nor dd"},
		{STUFF_SLIP, "0102db", 2, "an escape, and nothing behind it"},
		{STUFF_SLIP, "01c002", 1, "a flag, not data"},
		{STUFF_COBS, "0311", 0, "a code that points beyond the end"},
		{STUFF_COBS, "0211031122ff", 5, "a code that points beyond the end"},
		{STUFF_COBS, "03110022", 2, "a zero"},
		{STUFF_DLE, "41101042", 99, ""},
		{STUFF_DLE, "41104210", 1, "an escape before what needs none"},
		{STUFF_DLE, "4110", 1, "an escape, and nothing behind it"},
		{STUFF_ESC, "417e42", 1, "a flag that is not escaped"},
		{STUFF_ESC, "411b42", 1, "an escape before what needs none"},
		{STUFF_ESC, "411b7e1b1b1b", 5, "an escape, and nothing behind it"},
		{STUFF_COUNT, "", 0, "no count"},
		{STUFF_COUNT, "0041", 0, "a count of 0, less than its own octet"},
		{STUFF_COUNT, "0341", 0, "a count of more octets than there are"},
		{STUFF_COUNT, "02414243", 0, "a count of fewer octets than there are"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		uint8_t p[32], out[32];
		struct stuff_fault f = {99, ""};
		size_t n = of_text(table[i].kind, table[i].line, p);
		long m = stuff_decode(table[i].kind, out, p, n, 0, &f);
		CHECK_INT(m < 0, table[i].at != 99);
		CHECK_INT(f.at, table[i].at);
		CHECK_STR(f.why, table[i].why);
	}
}

TEST(faults_between_delimiters)
{
	static const struct {
		enum stuff_kind kind;
		const char *line;
		int found[4]; /* what each call says */
		size_t at;    /* of the last fault */
	} table[] = {
		{STUFF_HDLC, "0111111000101", {-1}, 8},                       /* no flag behind it */
		{STUFF_HDLC, "000101", {0}, 99},                              /* no flag at all */
		{STUFF_HDLC, "011111100101111111001111110100101111110", {-1, 1}, 11}, /* given up; found again behind a flag */
		{STUFF_HDLC, "0111111001111110011111101111110", {0}, 99},     /* nothing but flags */
		{STUFF_PPP, "41427e43", {-1}, 3},
		{STUFF_PPP, "41427e437e7e44457e", {1, 1, 0}, 99},
		{STUFF_COBS, "0241000342", {1, -1}, 3},
		{STUFF_DLE, "10024110104210034443", {1, 0}, 99},
		{STUFF_DLE, "1002411010", {-1}, 2},
		{STUFF_ESC, "7e411b7e427e", {1, 0}, 99},
		{STUFF_COUNT, "02410044", {1, -1, 0}, 2},
		{STUFF_COUNT, "024105", {1, -1, 0}, 2},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		uint8_t p[64];
		struct stuff_fault f = {99, ""};
		size_t all = of_text(table[i].kind, table[i].line, p), from = 0, at, n;
		for (unsigned call = 0; call < 4; call++)
			CHECK_INT(stuff_next(table[i].kind, p, all, &from, &at, &n, &f), table[i].found[call]);
		CHECK_INT(f.at, table[i].at);
	}
}

/* Control characters that the line put in, between an escape and what belongs to it too (RFC 1662, 4.2). */
TEST(characters_of_the_accm_go)
{
	static const uint8_t line[] = {0x11, 'a', 0x7d, 0x13, 0x5e, 'b', 0x0a};
	static const uint8_t want[] = {STUFF_ADDED, STUFF_DATA, STUFF_ADDED, STUFF_ADDED, STUFF_CHANGED, STUFF_DATA, STUFF_DATA};
	uint8_t out[8], marks[8];
	struct stuff_fault f;
	CHECK_INT(stuff_decode(STUFF_PPP, out, line, sizeof line, 0x000a0000, &f), 4);
	CHECK_MEM(out, "a\x7e" "b\n", 4);
	stuff_marks(STUFF_PPP, line, sizeof line, 0x000a0000, marks);
	CHECK_MEM(marks, want, sizeof line);
}

TEST(a_count_has_an_end)
{
	uint8_t p[COUNT_MAX + 1] = {0}, out[COUNT_MAX + 2];
	CHECK_INT(stuff_encode(STUFF_COUNT, out, p, COUNT_MAX, 0), 255);
	CHECK_INT(out[0], 255);
	CHECK_INT(stuff_encode(STUFF_COUNT, out, p, COUNT_MAX + 1, 0), -1);
}

/* Memory of just the size; an end in sight (run under sanitizers). */
TEST(noise)
{
	rng_seed(&rng, 4);
	for (unsigned trial = 0; trial < 20000; trial++) {
		enum stuff_kind kind = (enum stuff_kind)(trial % STUFF_KINDS);
		uint8_t line[100];
		size_t all = units(kind, line, sizeof line), from = 0, at = 0, n = all, calls = 0;
		uint8_t *p = xmalloc(all + !all), *out = xmalloc(all + !all), *marks = xmalloc(all + !all);
		struct stuff_fault f;
		memcpy(p, line, all);
		stuff_marks(kind, p, all, 0xffffffff, marks);
		long m = stuff_decode(kind, out, p, all, 0xffffffff, &f);
		CHECK(m >= 0 || f.at < all + !all);
		while (stuff_next(kind, p, all, &from, &at, &n, &f) != 0 && ++calls <= all) {
			CHECK(from <= all && at <= all && n <= all - at);
			stuff_decode(kind, out, p + at, n, 0, &f);
		}
		CHECK(calls <= all);
		free(p);
		free(out);
		free(marks);
	}
}

RUN_TESTS
