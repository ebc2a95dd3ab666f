/* fec.c - chains of codes by name. */

#include "fec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conv.h"
#include "hamming.h"
#include "interleave.h"
#include "io.h"
#include "num.h"
#include "rs.h"

enum { STAGES = 8, TEXT = 64 };

struct stage;

/* What a kind of code can do. */
struct kind {
	const char *name;
	int (*parse)(struct stage *s, char *args, struct err *e);
	size_t (*coded)(const struct stage *s, size_t n);
	bool (*data)(const struct stage *s, size_t m, size_t *n);
	void (*encode)(const struct stage *s, const uint8_t *bits, size_t n, uint8_t *out);
	/* m soft bits, of n of data; gives bits and, for the code outside this one, soft bits. */
	void (*decode)(const struct stage *s, const float *llr, size_t m, uint8_t *bits, size_t n, float *soft,
	               struct fec_found *found);
};

struct stage {
	const struct kind *kind;
	struct conv *conv;
	struct rs *rs;
	struct hamming hamming;
	bool hard;
	struct interleave il;
};

struct fec {
	struct stage stage[STAGES]; /* the outermost first */
	size_t n;
};

/* --- soft bits between codes ---------------------------------------------------------------------------- */

enum { SURE = 8 }; /* a bit that a decoder decided; one of a word that it could not repair has 1 */

static void harden(const uint8_t *bits, size_t n, float sure, float *soft)
{
	for (size_t i = 0; i < n; i++)
		soft[i] = bits[i] ? -sure : sure;
}

/* A NAN, or a 0, is neither. */
static inline uint8_t hard(float llr) { return llr < 0; }

static uint64_t turned(const float *llr, const uint8_t *bits, size_t n)
{
	uint64_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += (llr[i] < 0) != bits[i];
	return count;
}

/* --- words of a text ------------------------------------------------------------------------------------ */

/* Cuts the first word off a list with commas; NULL: no more. */
static char *next_word(char **list)
{
	char *word = *list;
	if (!word)
		return NULL;
	char *comma = strchr(word, ',');
	if (comma)
		*comma++ = 0;
	*list = comma;
	return word;
}

static bool number(const char *s, uint64_t max, unsigned *v)
{
	uint64_t x;
	if (!s || num_read(s, strlen(s), &x) != 0 || x > max)
		return false;
	*v = (unsigned)x;
	return true;
}

/* "name=value": the value, where that is the name. */
static const char *valued(const char *word, const char *name)
{
	size_t n = strlen(name);
	return strncmp(word, name, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

/* --- conv ----------------------------------------------------------------------------------------------- */

static int parse_generators(struct conv_code *c, const char *s, struct err *e)
{
	*c = (struct conv_code){.end = c->end};
	do {
		unsigned long g = 0;
		const char *from = s;
		for (; *s >= '0' && *s <= '7' && g < 1UL << 16; s++)
			g = g << 3 | (unsigned long)(*s - '0');
		if (s == from || (*s && *s != '/') || c->outputs == CONV_MAX_OUT)
			return err_set(e, "g= takes 1 to %d generators in octal, as in g=7/5", CONV_MAX_OUT);
		c->generator[c->outputs++] = (unsigned)g;
		while (c->k < 32 && g >> c->k)
			c->k++;
	} while (*s++);
	return 0;
}

static int parse_conv(struct stage *s, char *args, struct err *e)
{
	struct conv_code c;
	const char *value;
	char *word;
	if (conv_standard(&c, "1/2", e) != 0)
		return -1;
	while ((word = next_word(&args)) != NULL) {
		enum conv_end end = c.end;
		unsigned invert = c.invert;
		if (strcmp(word, "cut") == 0)
			c.end = CONV_CUT;
		else if (strcmp(word, "ring") == 0)
			c.end = CONV_BITE;
		else if (strcmp(word, "ccsds") == 0)
			c.invert = 2;
		else if ((value = valued(word, "g")) != NULL) {
			if (parse_generators(&c, value, e) != 0)
				return -1;
		} else if (strchr("0123456789", word[0]) && word[0]) {
			if (conv_standard(&c, word, e) != 0)
				return -1;
			c.end = end;
			c.invert = invert;
		} else {
			return err_set(e, "conv has no %.20s: a rate, g=7/5, ccsds, cut or ring", word);
		}
	}
	s->conv = conv_new(&c, e);
	return s->conv ? 0 : -1;
}

static size_t coded_conv(const struct stage *s, size_t n) { return conv_coded_bits(s->conv, n); }
static bool data_conv(const struct stage *s, size_t m, size_t *n) { return conv_data_bits(s->conv, m, n); }
static void encode_conv(const struct stage *s, const uint8_t *bits, size_t n, uint8_t *out)
{
	conv_encode(s->conv, bits, n, out);
}

static void decode_conv(const struct stage *s, const float *llr, size_t m, uint8_t *bits, size_t n, float *soft,
			struct fec_found *found)
{
	int8_t *level = xmalloc(m + 1);
	uint8_t *again = xmalloc(m + 1);
	conv_quantise(llr, m, level);
	conv_decode(s->conv, level, n, bits);
	conv_encode(s->conv, bits, n, again);
	found->fixed += turned(llr, again, m);
	harden(bits, n, SURE, soft);
	free(level);
	free(again);
}

/* --- hamming -------------------------------------------------------------------------------------------- */

static int parse_hamming(struct stage *s, char *args, struct err *e)
{
	unsigned n, k;
	bool systematic = false;
	const char *first = next_word(&args), *second = next_word(&args);
	char *word;
	if (!number(first, UINT32_MAX, &n) || !number(second, UINT32_MAX, &k))
		return err_set(e, "hamming needs the bits of a word and those of its data, as in hamming:7,4");
	while ((word = next_word(&args)) != NULL) {
		if (strcmp(word, "systematic") == 0)
			systematic = true;
		else if (strcmp(word, "hard") == 0)
			s->hard = true;
		else
			return err_set(e, "hamming has no %.20s: systematic or hard", word);
	}
	return hamming_init(&s->hamming, n, k, systematic, e);
}

/* The code of the last word, of k bits of data. */
static struct hamming shorter(const struct stage *s, size_t k)
{
	struct hamming h;
	hamming_of(&h, (uint32_t)k, s->hamming.extended, s->hamming.systematic);
	return h;
}

static size_t coded_hamming(const struct stage *s, size_t n)
{
	size_t rest = n % s->hamming.k;
	return n / s->hamming.k * s->hamming.n + (rest ? shorter(s, rest).n : 0);
}

static bool data_hamming(const struct stage *s, size_t m, size_t *n)
{
	size_t rest = m % s->hamming.n;
	*n = m / s->hamming.n * s->hamming.k;
	if (rest == 0)
		return true;
	/* The last word's length grows with its data. */
	size_t least = 1, most = s->hamming.k;
	while (least < most) {
		size_t k = (least + most) / 2;
		if (shorter(s, k).n < rest)
			least = k + 1;
		else
			most = k;
	}
	*n += least;
	return shorter(s, least).n == rest;
}

static void encode_hamming(const struct stage *s, const uint8_t *bits, size_t n, uint8_t *out)
{
	for (; n >= s->hamming.k; n -= s->hamming.k, bits += s->hamming.k, out += s->hamming.n)
		hamming_encode(&s->hamming, bits, out);
	if (n) {
		struct hamming h = shorter(s, n);
		hamming_encode(&h, bits, out);
	}
}

/* Whether all bits are as sure: then signs say all, and an extended code's can say that two are wrong. */
static bool all_as_sure(const float *llr, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (fabsf(llr[i]) != fabsf(llr[0]))
			return false;
	return true;
}

static void decode_word(const struct hamming *h, bool from_signs, const float *llr, uint8_t *word, uint8_t *bits,
			float *soft, struct fec_found *found)
{
	int got;
	if (from_signs || all_as_sure(llr, h->n)) {
		for (uint32_t i = 0; i < h->n; i++)
			word[i] = hard(llr[i]);
		got = hamming_decode(h, word, bits, NULL);
	} else {
		got = hamming_decode_soft(h, llr, word, bits);
	}
	found->words++;
	found->failed += got < 0;
	found->fixed += got > 0 ? (uint64_t)got : 0;
	harden(bits, h->k, got < 0 ? 1 : SURE, soft);
}

static void decode_hamming(const struct stage *s, const float *llr, size_t m, uint8_t *bits, size_t n, float *soft,
			   struct fec_found *found)
{
	uint8_t *word = xmalloc(s->hamming.n);
	(void)m;
	for (; n >= s->hamming.k; n -= s->hamming.k, bits += s->hamming.k, soft += s->hamming.k, llr += s->hamming.n)
		decode_word(&s->hamming, s->hard, llr, word, bits, soft, found);
	if (n) {
		struct hamming h = shorter(s, n);
		decode_word(&h, s->hard, llr, word, bits, soft, found);
	}
	free(word);
}

/* --- rs ------------------------------------------------------------------------------------------------- */

static int parse_rs(struct stage *s, char *args, struct err *e)
{
	struct rs_code c = RS_FX25(0, 0);
	const char *first = next_word(&args), *second = next_word(&args), *value;
	char *word;
	if (!number(first, 65535, &c.n) || !number(second, 65535, &c.k))
		return err_set(e, "rs needs the octets of a word and those of its data, as in rs:255,223");
	while ((word = next_word(&args)) != NULL) {
		bool good = true;
		unsigned roots = c.n > c.k ? c.n - c.k : 0;
		if (strcmp(word, "ccsds") == 0 || strcmp(word, "dual") == 0) /* roots symmetrical about alpha^128 */
			c = (struct rs_code){c.n, c.k, 0x187, 128 - roots / 2 % 128, 11, word[0] == 'd'};
		else if ((value = valued(word, "poly")) != NULL)
			good = number(value, 65535, &c.poly);
		else if ((value = valued(word, "fcr")) != NULL)
			good = number(value, 65535, &c.fcr);
		else if ((value = valued(word, "prim")) != NULL)
			good = number(value, 65535, &c.prim);
		else
			good = false;
		if (!good)
			return err_set(e, "rs has no %.20s: ccsds, dual, poly=0x11d, fcr=1 or prim=1", word);
	}
	s->rs = rs_new(&c, e);
	return s->rs ? 0 : -1;
}

static size_t coded_rs(const struct stage *s, size_t n)
{
	const struct rs_code *c = rs_about(s->rs);
	size_t octets = (n + 7) / 8, words = (octets + c->k - 1) / c->k;
	return 8 * (octets + words * (c->n - c->k));
}

static bool data_rs(const struct stage *s, size_t m, size_t *n)
{
	const struct rs_code *c = rs_about(s->rs);
	size_t octets = m / 8, rest = octets % c->n, checks = c->n - c->k;
	*n = 8 * (octets / c->n * c->k + (rest > checks ? rest - checks : 0));
	return m % 8 == 0 && (rest == 0 || rest > checks);
}

static uint8_t octet_of(const uint8_t *bits, size_t n)
{
	unsigned v = 0;
	for (size_t i = 0; i < n && i < 8; i++)
		v |= (unsigned)bits[i] << i;
	return (uint8_t)v;
}

static void bits_of(const uint8_t *octets, size_t n, uint8_t *bits)
{
	for (size_t i = 0; i < 8 * n; i++)
		bits[i] = octets[i / 8] >> i % 8 & 1;
}

static void encode_rs(const struct stage *s, const uint8_t *bits, size_t n, uint8_t *out)
{
	const struct rs_code *c = rs_about(s->rs);
	uint8_t word[255];
	for (size_t octets = (n + 7) / 8, at = 0; octets > 0;) {
		unsigned m = octets < c->k ? (unsigned)octets : c->k;
		for (unsigned i = 0; i < m; i++, at += 8)
			word[i] = octet_of(bits + at, n - at);
		rs_encode(s->rs, word, m, word + m);
		bits_of(word, m + c->n - c->k, out);
		out += (size_t)8 * (m + c->n - c->k);
		octets -= m;
	}
}

/* Octets with a bit of which nothing is known are erasures. */
static unsigned find_erasures(const float *llr, unsigned octets, uint8_t *erased)
{
	unsigned n = 0;
	for (unsigned i = 0; i < octets; i++) {
		bool unknown = false;
		for (unsigned b = 0; b < 8; b++)
			unknown |= !(llr[8 * i + b] < 0 || llr[8 * i + b] > 0);
		if (unknown)
			erased[n++] = (uint8_t)i;
	}
	return n;
}

static void decode_rs(const struct stage *s, const float *llr, size_t m, uint8_t *bits, size_t n, float *soft,
		      struct fec_found *found)
{
	const struct rs_code *c = rs_about(s->rs);
	unsigned checks = c->n - c->k;
	uint8_t word[255], erased[255], coded[8 * 255];
	for (size_t left = m / 8, got; left > 0; left -= got) {
		got = left < c->n ? left : c->n;
		unsigned octets = (unsigned)got, data = octets - checks;
		for (size_t i = 0; i < 8 * got; i++)
			coded[i] = hard(llr[i]);
		for (unsigned i = 0; i < octets; i++)
			word[i] = octet_of(coded + (size_t)8 * i, 8);
		unsigned unknown = find_erasures(llr, octets, erased);
		int changed = rs_decode(s->rs, word, octets, erased, unknown <= checks ? unknown : 0);
		if (changed >= 0) {
			bits_of(word, got, coded);
			found->fixed += turned(llr, coded, 8 * got);
		}
		found->words++;
		found->failed += changed < 0;
		size_t take = (size_t)8 * data < n ? (size_t)8 * data : n;
		memcpy(bits, coded, take);
		harden(bits, take, changed < 0 ? 1 : SURE, soft);
		bits += take;
		soft += take;
		n -= take;
		llr += 8 * got;
	}
}

/* --- interleave ----------------------------------------------------------------------------------------- */

static int parse_interleave(struct stage *s, char *args, struct err *e)
{
	char *size = next_word(&args), *word = next_word(&args), *x = size ? strchr(size, 'x') : NULL;
	if (x)
		*x++ = 0;
	if (!number(size, 65535, &s->il.rows) || !number(x, 65535, &s->il.columns) || !s->il.rows || !s->il.columns)
		return err_set(e, "interleave needs rows and columns, as in interleave:8x32");
	s->il.octets = word && strcmp(word, "octets") == 0;
	return word && (!s->il.octets || args) ? err_set(e, "interleave has no %.20s: octets", word) : 0;
}

static size_t coded_same(const struct stage *s, size_t n) { return (void)s, n; }
static bool data_same(const struct stage *s, size_t m, size_t *n) { return (void)s, *n = m, true; }

static void encode_interleave(const struct stage *s, const uint8_t *bits, size_t n, uint8_t *out)
{
	uint32_t *from = xmalloc((n + 1) * sizeof *from);
	interleave_order(&s->il, n, from);
	for (size_t i = 0; i < n; i++)
		out[i] = bits[from[i]];
	free(from);
}

static void decode_interleave(const struct stage *s, const float *llr, size_t m, uint8_t *bits, size_t n, float *soft,
			      struct fec_found *found)
{
	uint32_t *from = xmalloc((n + 1) * sizeof *from);
	(void)m;
	(void)found;
	interleave_order(&s->il, n, from);
	for (size_t i = 0; i < n; i++) {
		soft[from[i]] = llr[i];
		bits[from[i]] = hard(llr[i]);
	}
	free(from);
}

/* --- chains --------------------------------------------------------------------------------------------- */

static const struct kind kinds[] = {
	{"conv", parse_conv, coded_conv, data_conv, encode_conv, decode_conv},
	{"hamming", parse_hamming, coded_hamming, data_hamming, encode_hamming, decode_hamming},
	{"rs", parse_rs, coded_rs, data_rs, encode_rs, decode_rs},
	{"interleave", parse_interleave, coded_same, data_same, encode_interleave, decode_interleave},
};

/* Whether a chain's words are whole octets up to here. */
static bool keeps_octets(const struct stage *s)
{
	return s->kind->encode == encode_rs || s->kind->encode == encode_interleave;
}

static int parse_stage(struct fec *f, const char *text, size_t n, struct err *e)
{
	char copy[TEXT];
	struct stage *s = &f->stage[f->n];
	if (n >= sizeof copy || f->n == STAGES)
		return err_set(e, "at most %d codes of %d characters make a chain", STAGES, TEXT - 1);
	memcpy(copy, text, n);
	copy[n] = 0;
	char *args = strchr(copy, ':');
	if (args)
		*args++ = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(copy, kinds[i].name) == 0)
			s->kind = &kinds[i];
	if (!s->kind)
		return err_set(e, "no code %.40s: conv, hamming, rs or interleave", *copy ? copy : "without a name");
	f->n++;
	if (s->kind->parse(s, args, e) != 0)
		return -1;
	for (size_t i = 0; s->rs && i + 1 < f->n; i++)
		if (!keeps_octets(&f->stage[i]))
			return err_set(e, "rs takes whole octets: it stands before %s", f->stage[i].kind->name);
	return 0;
}

struct fec *fec_new(const char *text, struct err *e)
{
	struct fec *f = xmalloc(sizeof *f);
	memset(f, 0, sizeof *f);
	for (;; text++) {
		size_t n = strcspn(text, "+");
		if (parse_stage(f, text, n, e) != 0) {
			fec_free(f);
			return NULL;
		}
		text += n;
		if (!*text)
			return f;
	}
}

void fec_free(struct fec *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++) {
		conv_free(f->stage[i].conv);
		rs_free(f->stage[i].rs);
	}
	free(f);
}

size_t fec_coded_bits(const struct fec *f, size_t n)
{
	for (size_t i = 0; i < f->n; i++)
		n = f->stage[i].kind->coded(&f->stage[i], n);
	return n;
}

bool fec_data_bits(const struct fec *f, size_t m, size_t *n)
{
	*n = 0;
	for (size_t i = f->n; i-- > 0;)
		if (!f->stage[i].kind->data(&f->stage[i], m, &m))
			return false;
	*n = m;
	return true;
}

void fec_encode(const struct fec *f, const uint8_t *bits, size_t n, uint8_t *out)
{
	size_t room = n + 1, m = n;
	for (size_t i = 0; i < f->n; i++) {
		m = f->stage[i].kind->coded(&f->stage[i], m);
		room = m > room ? m : room;
	}
	uint8_t *a = xmalloc(room), *b = xmalloc(room);
	memcpy(a, bits, n);
	for (size_t i = 0; i < f->n; i++) {
		f->stage[i].kind->encode(&f->stage[i], a, n, b);
		n = f->stage[i].kind->coded(&f->stage[i], n);
		uint8_t *swap = a;
		a = b;
		b = swap;
	}
	memcpy(out, a, n);
	free(a);
	free(b);
}

int fec_decode(const struct fec *f, const float *llr, size_t m, uint8_t *bits, size_t *n, struct fec_found *found,
	       struct err *e)
{
	struct fec_found none;
	found = found ? found : &none;
	*found = (struct fec_found){0};
	if (m > FEC_MAX_BITS || !fec_data_bits(f, m, n))
		return err_set(e, "%zu bits are not whole words of this code", m);
	float *a = xmalloc((m + 1) * sizeof *a), *b = xmalloc((m + 1) * sizeof *b);
	memcpy(a, llr, m * sizeof *a);
	for (size_t i = f->n; i-- > 0;) {
		size_t data;
		f->stage[i].kind->data(&f->stage[i], m, &data);
		f->stage[i].kind->decode(&f->stage[i], a, m, bits, data, b, found);
		m = data;
		float *swap = a;
		a = b;
		b = swap;
	}
	free(a);
	free(b);
	return 0;
}

size_t fec_parts(const struct fec *f) { return f->n; }

struct fec_part fec_part(const struct fec *f, size_t i)
{
	const struct stage *s = &f->stage[i];
	return (struct fec_part){.name = s->kind->name,
	                         .conv = s->conv,
	                         .rs = s->rs,
	                         .hamming = s->kind->encode == encode_hamming ? &s->hamming : NULL,
	                         .interleave = s->kind->encode == encode_interleave ? &s->il : NULL};
}

/* --- packets -------------------------------------------------------------------------------------------- */

void fec_head_put(const struct fec_head *h, uint8_t bits[FEC_HEAD_BITS])
{
	uint8_t b[8];
	put32(b, h->bits << 8 | (uint32_t)h->kind | h->fcs << 2);
	put16(b + 4, h->link);
	put16(b + 6, crc32_ieee(b, 6, 0) & 0xffff);
	bits_of(b, sizeof b, bits);
}

bool fec_head_get(struct fec_head *h, const uint8_t *data, size_t n)
{
	uint8_t b[8];
	if (n < FEC_HEAD_BITS)
		return false;
	for (unsigned i = 0; i < sizeof b; i++)
		b[i] = octet_of(data + (size_t)8 * i, 8);
	*h = (struct fec_head){
		.bits = be32(b) >> 8, .kind = (enum fec_kind)(b[3] & 3), .fcs = b[3] >> 2 & 7, .link = be16(b + 4)};
	if (be16(b + 6) != (crc32_ieee(b, 6, 0) & 0xffff) || (b[3] & 3) > FEC_BITS || b[3] >> 5)
		return false;
	return h->bits <= n - FEC_HEAD_BITS && n - FEC_HEAD_BITS - h->bits < 8;
}
