/* hamming.c - Hamming codes of any length. */

#include "hamming.h"

#include <math.h>
#include <string.h>

/* --- codes ---------------------------------------------------------------------------------------------- */

/* The least r with room for k data bits among the positions 1 to 2^r - 1. */
static unsigned checks_for(uint32_t k)
{
	unsigned r = 2;
	while ((UINT32_C(1) << r) - r - 1 < k)
		r++;
	return r;
}

void hamming_of(struct hamming *h, uint32_t k, bool extended, bool systematic)
{
	unsigned r = checks_for(k);
	*h = (struct hamming){.n = k + r + extended, .k = k, .r = r, .extended = extended, .systematic = systematic};
}

int hamming_init(struct hamming *h, uint32_t n, uint32_t k, bool systematic, struct err *e)
{
	if (k < 1 || k > HAMMING_MAX_K)
		return err_set(e, "a Hamming code has 1 to %d bits of data, not %u", HAMMING_MAX_K, (unsigned)k);
	hamming_of(h, k, false, systematic);
	if (n == h->n + 1)
		hamming_of(h, k, true, systematic);
	if (n != h->n)
		return err_set(e,
		               "no Hamming code %u,%u: with %u bits of data there are %u,%u and, with a parity bit "
		               "over all, %u,%u",
		               (unsigned)n, (unsigned)k, (unsigned)k, (unsigned)h->n, (unsigned)k, (unsigned)h->n + 1,
		               (unsigned)k);
	return 0;
}

uint32_t hamming_place(uint32_t i)
{
	unsigned j = 2;
	while (i >= (UINT32_C(1) << j) - j - 1)
		j++;
	return i + j + 1;
}

static bool power_of_two(uint32_t p) { return (p & (p - 1)) == 0; }

static unsigned log2_of(uint32_t p)
{
	unsigned j = 0;
	while (p >>= 1)
		j++;
	return j;
}

uint32_t hamming_index(const struct hamming *h, uint32_t p)
{
	if (p == 0)
		return h->n - 1;
	if (!h->systematic)
		return p - 1;
	return power_of_two(p) ? h->k + log2_of(p) : p - log2_of(p) - 2;
}

/* --- a word --------------------------------------------------------------------------------------------- */

/* The highest position. */
static uint32_t last_place(const struct hamming *h) { return h->n - h->extended; }

void hamming_encode(const struct hamming *h, const uint8_t *data, uint8_t *word)
{
	uint32_t sum = 0, last = last_place(h);
	unsigned parity = 0;
	for (uint32_t p = 3, i = 0; p <= last; p++) {
		if (power_of_two(p))
			continue;
		unsigned bit = data[i++] & 1;
		word[hamming_index(h, p)] = (uint8_t)bit;
		sum ^= bit ? p : 0;
		parity ^= bit;
	}
	for (unsigned j = 0; j < h->r; j++) {
		unsigned bit = sum >> j & 1;
		word[hamming_index(h, UINT32_C(1) << j)] = (uint8_t)bit;
		parity ^= bit;
	}
	if (h->extended)
		word[h->n - 1] = (uint8_t)parity;
}

uint32_t hamming_syndrome(const struct hamming *h, const uint8_t *word, unsigned *parity)
{
	uint32_t sum = 0, last = last_place(h);
	unsigned all = h->extended ? word[h->n - 1] & 1 : 0;
	for (uint32_t p = 1; p <= last; p++) {
		unsigned bit = word[hamming_index(h, p)] & 1;
		sum ^= bit ? p : 0;
		all ^= bit;
	}
	*parity = all;
	return sum;
}

static void take_data(const struct hamming *h, const uint8_t *word, uint8_t *data)
{
	uint32_t last = last_place(h);
	for (uint32_t p = 3; p <= last; p++)
		if (!power_of_two(p))
			*data++ = word[hamming_index(h, p)];
}

int hamming_decode(const struct hamming *h, uint8_t *word, uint8_t *data, uint32_t *at)
{
	unsigned parity;
	uint32_t s = hamming_syndrome(h, word, &parity);
	int found = s != 0 || (h->extended && parity);
	if (found && ((h->extended && !parity) || s > last_place(h)))
		found = -1;
	if (found > 0) {
		uint32_t i = hamming_index(h, s);
		word[i] ^= 1;
		if (at)
			*at = i;
	}
	if (data)
		take_data(h, word, data);
	return found;
}

/* --- soft ----------------------------------------------------------------------------------------------- */

enum { CHASE = 4 }; /* bits that are tried both ways */

static float sureness(float llr) { return isnan(llr) ? 0 : fabsf(llr); }

/* The least sure bits, the least first; how many there are. */
static unsigned least_sure(const float *llr, uint32_t n, uint32_t at[CHASE])
{
	unsigned found = 0;
	for (uint32_t i = 0; i < n; i++) {
		unsigned j = found < CHASE ? found++ : CHASE;
		for (; j > 0 && sureness(llr[i]) < sureness(llr[at[j - 1]]); j--)
			if (j < CHASE)
				at[j] = at[j - 1];
		if (j < CHASE)
			at[j] = i;
	}
	return found;
}

/* Turns the bits of at that pattern has, decodes, and says at what cost; the bits that changed: in changed, their number returned,
 * -1: no word, or one that another pattern finds. word is left as it was. */
static int try_pattern(const struct hamming *h, uint8_t *word, const float *llr, const uint32_t *at, unsigned pattern,
		       uint32_t changed[CHASE + 1], float *cost)
{
	int n = 0;
	uint32_t fixed;
	for (unsigned j = 0; j < CHASE; j++)
		if (pattern >> j & 1) {
			word[at[j]] ^= 1;
			changed[n++] = at[j];
		}
	int got = hamming_decode(h, word, NULL, &fixed);
	for (unsigned j = 0; j < CHASE; j++)
		if (pattern >> j & 1)
			word[at[j]] ^= 1;
	if (got < 0)
		return -1;
	if (got > 0) {
		word[fixed] ^= 1;
		for (int j = 0; j < n; j++)
			if (changed[j] == fixed)
				return -1; /* back again: the pattern without it finds the same word */
		changed[n++] = fixed;
	}
	*cost = 0;
	for (int j = 0; j < n; j++)
		*cost += sureness(llr[changed[j]]);
	return n;
}

int hamming_decode_soft(const struct hamming *h, const float *llr, uint8_t *word, uint8_t *data)
{
	uint32_t at[CHASE], changed[CHASE + 1], best[CHASE + 1];
	int found = -1;
	float least = 0, cost;
	for (uint32_t i = 0; i < h->n; i++)
		word[i] = llr[i] < 0;
	unsigned tries = least_sure(llr, h->n, at);
	for (unsigned pattern = 0; pattern < 1U << tries; pattern++) {
		int n = try_pattern(h, word, llr, at, pattern, changed, &cost);
		if (n >= 0 && (found < 0 || cost < least)) {
			found = n;
			least = cost;
			memcpy(best, changed, sizeof best);
		}
	}
	for (int j = 0; j < found; j++)
		word[best[j]] ^= 1;
	if (data)
		take_data(h, word, data);
	return found;
}

/* --- octets --------------------------------------------------------------------------------------------- */

enum { FIXED = 256, FAILED = 32768, TABLE_N = 13 };

static void split(uint32_t v, unsigned n, uint8_t bits[TABLE_N])
{
	for (unsigned i = 0; i < n && i < TABLE_N; i++)
		bits[i] = v >> i & 1;
}

static uint32_t join(const uint8_t *bits, unsigned n)
{
	uint32_t v = 0;
	for (unsigned i = 0; i < n; i++)
		v |= (uint32_t)bits[i] << i;
	return v;
}

int hamming_table_init(struct hamming_table *t, const struct hamming *h, struct err *e)
{
	uint8_t word[TABLE_N], data[TABLE_N];
	if (h->k > 8 || 8 % h->k != 0)
		return err_set(e, "%u bits of data a word do not divide an octet", (unsigned)h->k);
	t->n = h->n;
	t->k = h->k;
	t->systematic = h->systematic;
	for (uint32_t v = 0; v < 256; v++) {
		t->word[v] = 0;
		for (unsigned i = 0; i < 8 / t->k; i++) {
			split(v >> i * t->k, t->k, data);
			hamming_encode(h, data, word);
			t->word[v] |= join(word, t->n) << i * t->n;
		}
	}
	for (uint32_t v = 0; v < 1U << t->n; v++) {
		split(v, t->n, word);
		int found = hamming_decode(h, word, data, NULL);
		t->data[v] = (uint16_t)(join(data, t->k) | (found > 0 ? FIXED : found < 0 ? FAILED : 0));
	}
	return 0;
}

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LITTLE(x) __builtin_bswap64(x)
#else
#define LITTLE(x) (x)
#endif

static inline uint64_t load(const uint8_t *b, size_t n)
{
	uint64_t v = 0;
	memcpy(&v, b, n);
	return LITTLE(v);
}

static inline void store(uint8_t *b, uint64_t v, size_t n)
{
	v = LITTLE(v);
	memcpy(b, &v, n);
}

/* k octets of data make 8 words, which are n octets: 13 at most. */
__extension__ typedef unsigned __int128 words;

/* n and k are constants where speed matters. */
__attribute__((always_inline)) static inline void encode_groups(const struct hamming_table *t, unsigned n, unsigned k,
								const uint8_t *data, size_t groups, uint8_t *coded)
{
	for (; groups > 0; groups--, data += k, coded += n) {
		words v = 0;
		for (unsigned i = 0; i < k; i++)
			v |= (words)t->word[data[i]] << i * (8 * n / k);
		store(coded, (uint64_t)v, n < 8 ? n : 8);
		if (n > 8)
			store(coded + 8, (uint64_t)(v >> 64), n - 8);
	}
}

__attribute__((always_inline)) static inline void decode_groups(const struct hamming_table *t, unsigned n, unsigned k,
								const uint8_t *coded, size_t groups, uint8_t *data,
								uint64_t *fixed, uint64_t *failed)
{
	uint64_t good = 0, bad = 0;
	for (; groups > 0; groups--, data += k, coded += n) {
		words v = load(coded, n < 8 ? n : 8);
		uint64_t all = 0;
		if (n > 8)
			v |= (words)load(coded + 8, n - 8) << 64;
		for (unsigned i = 0; i < 8; i++) {
			unsigned word = t->data[(unsigned)(v >> i * n) & ((1U << n) - 1)];
			all |= (uint64_t)(word & 255) << i * k;
			good += word >> 8 & 1;
			bad += word >> 15;
		}
		store(data, all, k);
	}
	*fixed += good;
	*failed += bad;
}

/* The codes 7,4 and 8,4: a word in each octet of a register, 32 words at once; GCC and clang make of it what the processor has. */
enum { ABREAST = 4, FLUSH = 255 }; /* groups in a register; additions of 1 that an octet holds */
typedef uint64_t lanes __attribute__((vector_size(8 * ABREAST)));
#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* 56 bits to eight octets of 7. */
__attribute__((always_inline)) static inline void spread(lanes *w)
{
	lanes v = *w;
	v = (v & 0xfffffff) | (v << 4 & UINT64_C(0xfffffff00000000));
	v = (v & UINT64_C(0x3fff00003fff)) | (v << 2 & UINT64_C(0x3fff00003fff0000));
	*w = (v & UINT64_C(0x7f007f007f007f)) | (v << 1 & UINT64_C(0x7f007f007f007f00));
}

/* Eight octets of 4 bits to 32 bits. */
__attribute__((always_inline)) static inline void squeeze(lanes *w)
{
	lanes v = *w;
	v = (v | v >> 4) & UINT64_C(0x00ff00ff00ff00ff);
	v = (v | v >> 8) & UINT64_C(0x0000ffff0000ffff);
	*w = v | v >> 16;
}

/* Adds up the octets of v. */
__attribute__((always_inline)) static inline uint64_t sum_octets(const lanes *w)
{
	uint64_t sum = 0;
	lanes v = (*w & UINT64_C(0x00ff00ff00ff00ff)) + (*w >> 8 & UINT64_C(0x00ff00ff00ff00ff));
	for (int i = 0; i < ABREAST; i++)
		sum += v[i] * UINT64_C(0x0001000100010001) >> 48;
	return sum;
}

/* Puts the data of each word in its place, repaired; adds 1 in good and bad for each that was repaired and that cannot be. */
__attribute__((always_inline)) static inline void correct(unsigned n, lanes *w, lanes *good, lanes *bad)
{
	lanes v = *w, s1 = v ^ v >> 2 ^ v >> 4 ^ v >> 6, s2 = v >> 1 ^ v >> 2 ^ v >> 5 ^ v >> 6,
	      s4 = v >> 3 ^ v >> 4 ^ v >> 5 ^ v >> 6;
	lanes any = (s1 | s2 | s4) & EACH(1);
	if (n == 8) {
		lanes odd = v ^ v >> 4;
		odd ^= odd >> 2;
		odd = (odd ^ odd >> 1) & EACH(1);
		*bad += any & ~odd;
		any = odd;
	}
	*good += any;
	lanes flip = (s1 & s2 & ~s4 & any) | (s1 & ~s2 & s4 & any) << 1 | (~s1 & s2 & s4 & any) << 2 |
	             (s1 & s2 & s4 & any) << 3;
	*w = ((v >> 2 & EACH(1)) | (v >> 3 & EACH(14))) ^ flip;
}

/* Blocks of ABREAST groups. For n = 7 the octet behind them is there. */
__attribute__((always_inline)) static inline void decode_blocks(unsigned n, const uint8_t *coded, size_t blocks,
								uint8_t *data, uint64_t *fixed, uint64_t *failed)
{
	while (blocks > 0) {
		size_t some = blocks < FLUSH ? blocks : FLUSH;
		lanes good = {0}, bad = {0};
		blocks -= some;
		for (; some > 0; some--, coded += ABREAST * n, data += (size_t)ABREAST * 4) {
			lanes v;
			for (unsigned i = 0; i < ABREAST; i++)
				v[i] = load(coded + i * n, 8);
			if (n == 7)
				spread(&v);
			correct(n, &v, &good, &bad);
			squeeze(&v);
			for (unsigned i = 0; i < ABREAST; i++)
				store(data + (size_t)i * 4, v[i], 4);
		}
		*fixed += sum_octets(&good);
		*failed += sum_octets(&bad);
	}
}

#if defined(__x86_64__)
static bool avx2;

/* Asks the processor before main, so that threads find it known. */
__attribute__((constructor)) static void ask_processor(void)
{
	__builtin_cpu_init();
	avx2 = __builtin_cpu_supports("avx2");
}

__attribute__((target("avx2"))) static void decode_avx2(unsigned n, const uint8_t *coded, size_t blocks, uint8_t *data,
							uint64_t *fixed, uint64_t *failed)
{
	if (n == 7)
		decode_blocks(7, coded, blocks, data, fixed, failed);
	else
		decode_blocks(8, coded, blocks, data, fixed, failed);
}
#endif

static void decode_fast(unsigned n, const uint8_t *coded, size_t blocks, uint8_t *data, uint64_t *fixed,
			uint64_t *failed)
{
#if defined(__x86_64__)
	if (avx2) {
		decode_avx2(n, coded, blocks, data, fixed, failed);
		return;
	}
#endif
	if (n == 7)
		decode_blocks(7, coded, blocks, data, fixed, failed);
	else
		decode_blocks(8, coded, blocks, data, fixed, failed);
}

static void decode_lanes(const struct hamming_table *t, const uint8_t *coded, size_t groups, uint8_t *data,
			 uint64_t *fixed, uint64_t *failed)
{
	size_t blocks = groups > 0 ? (groups - 1) / ABREAST : 0, done = blocks * ABREAST;
	decode_fast(t->n, coded, blocks, data, fixed, failed);
	decode_groups(t, t->n, 4, coded + done * t->n, groups - done, data + done * 4, fixed, failed);
}

static void encode_any(const struct hamming_table *t, const uint8_t *data, size_t groups, uint8_t *coded)
{
	switch (t->n << 4 | t->k) {
	case 7 << 4 | 4: encode_groups(t, 7, 4, data, groups, coded); break;
	case 8 << 4 | 4: encode_groups(t, 8, 4, data, groups, coded); break;
	case 12 << 4 | 8: encode_groups(t, 12, 8, data, groups, coded); break;
	case 13 << 4 | 8: encode_groups(t, 13, 8, data, groups, coded); break;
	default: encode_groups(t, t->n, t->k, data, groups, coded);
	}
}

static void decode_any(const struct hamming_table *t, const uint8_t *coded, size_t groups, uint8_t *data,
		       uint64_t *fixed, uint64_t *failed)
{
	switch (t->systematic ? 0 : t->n << 4 | t->k) {
	case 7 << 4 | 4: decode_lanes(t, coded, groups, data, fixed, failed); break;
	case 8 << 4 | 4: decode_lanes(t, coded, groups, data, fixed, failed); break;
	case 12 << 4 | 8: decode_groups(t, 12, 8, coded, groups, data, fixed, failed); break;
	case 13 << 4 | 8: decode_groups(t, 13, 8, coded, groups, data, fixed, failed); break;
	default: decode_groups(t, t->n, t->k, coded, groups, data, fixed, failed);
	}
}

size_t hamming_encode_octets(const struct hamming_table *t, const uint8_t *data, size_t n, uint8_t *coded)
{
	size_t groups = n / t->k, rest = n % t->k, total = (n * t->n + t->k - 1) / t->k;
	uint8_t in[8] = {0}, out[16];
	encode_any(t, data, groups, coded);
	memcpy(in, data + groups * t->k, rest);
	encode_any(t, in, 1, out); /* data of 0 make words of 0 */
	memcpy(coded + groups * t->n, out, total - groups * t->n);
	return total;
}

void hamming_decode_octets(const struct hamming_table *t, const uint8_t *coded, uint8_t *data, size_t n,
			   uint64_t *fixed, uint64_t *failed)
{
	size_t groups = n / t->k, rest = n % t->k, left = (rest * t->n + t->k - 1) / t->k;
	uint8_t in[16] = {0}, out[8];
	*fixed = *failed = 0;
	decode_any(t, coded, groups, data, fixed, failed);
	if (!rest)
		return;
	memcpy(in, coded + groups * t->n, left);
	unsigned spare = (unsigned)(rest * 8 * t->n / t->k) & 7;
	if (spare)
		in[left - 1] &= (uint8_t)((1U << spare) - 1);
	decode_any(t, in, 1, out, fixed, failed);
	memcpy(data + groups * t->k, out, rest);
}
