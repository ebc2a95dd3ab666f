/* conv.c - convolutional codes; the Viterbi algorithm in windows, with metrics that wrap around. */

#include "conv.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
	WINDOW = 2048, /* steps that are decided at once */
	/* ... and this many constraint lengths later. 15 lose nothing that can be seen even at rate 7/8 (Yasuda, Kashiki, Hirata,
	 * "High-rate punctured convolutional codes for soft decision Viterbi decoding", IEEE Trans. Comm. 32, 1984). */
	DEPTHS = 32,
	LEVELS = 2 * CONV_FULL + 1,
	FAST_K = 7,
	FAST_STATES = 64
};

struct conv {
	struct conv_code code;
	unsigned states; /* 2^(K-1) */
	unsigned spread; /* metrics of two states never differ by more than this times CONV_FULL */
	uint8_t *output; /* of the last K bits, the last in the lowest: what is sent, inverted where asked for */
	uint8_t *weight; /* of a state: 1s on the way there from state 0 at least, or as many 0s where inverted */
	uint8_t *expect[CONV_MAX_OUT]; /* output j of each branch, 0 or 255, in the order of add_compare_select */
	uint32_t *cost; /* two outputs: of the levels of a step, what each of the four pairs costs, an octet each */
	size_t before[CONV_MAX_PERIOD + 1]; /* outputs that are sent before step t of a period */
};

/* --- codes ---------------------------------------------------------------------------------------------- */

int conv_standard(struct conv_code *c, const char *rate, struct err *e)
{
	/* X is output 0, Y output 1: EN 300 421, table 2. */
	static const struct {
		const char *rate;
		unsigned period;
		uint8_t keep[CONV_MAX_PERIOD];
	} table[] = {
		{"1/2", 0, {0}},
		{"2/3", 2, {3, 2}},                /* X 10      Y 11 */
		{"3/4", 3, {3, 2, 1}},             /* X 101     Y 110 */
		{"5/6", 5, {3, 2, 1, 2, 1}},       /* X 10101   Y 11010 */
		{"7/8", 7, {3, 2, 2, 2, 1, 2, 1}}, /* X 1000101 Y 1111010 */
	};
	*c = (struct conv_code){.k = 7, .outputs = 2, .generator = {0171, 0133}};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(rate, table[i].rate) == 0) {
			c->period = table[i].period;
			memcpy(c->keep, table[i].keep, sizeof c->keep);
			return 0;
		}
	return err_set(e, "no rate %.20s: 1/2, 2/3, 3/4, 5/6 or 7/8", rate);
}

/* The generator's taps with that on the last bit in the lowest. */
static unsigned taps(const struct conv_code *c, unsigned j)
{
	unsigned t = 0;
	for (unsigned b = 0; b < c->k; b++)
		t |= (c->generator[j] >> b & 1) << (c->k - 1 - b);
	return t;
}

static void make_outputs(struct conv *c)
{
	const struct conv_code *code = &c->code;
	c->output = xmalloc(2 * (size_t)c->states);
	for (unsigned reg = 0; reg < 2 * c->states; reg++) {
		unsigned v = 0;
		for (unsigned j = 0; j < code->outputs; j++)
			v |= (unsigned)__builtin_parity(reg & taps(code, j)) << j;
		c->output[reg] = (uint8_t)(v ^ code->invert);
	}
	/* Branches into states 2i, then into 2i+1, each from i first and then from i + states / 2. */
	unsigned half = c->states / 2;
	for (unsigned j = 0; j < code->outputs; j++) {
		c->expect[j] = xmalloc(2 * (size_t)c->states);
		for (unsigned b = 0; b < 2; b++)
			for (unsigned high = 0; high < 2; high++)
				for (unsigned i = 0; i < half; i++)
					c->expect[j][(2 * b + high) * half + i] =
						c->output[(i + high * half) << 1 | b] >> j & 1 ? 255 : 0;
	}
}

/* The least 1s on a way from state 0 to each state, by relaxing until nothing changes. A way into any state goes through states that
 * are reached; generators without a common factor or not. */
static void make_weights(struct conv *c)
{
	c->weight = xmalloc(c->states);
	memset(c->weight, 255, c->states);
	c->weight[0] = 0;
	for (bool changed = true; changed;) {
		changed = false;
		for (unsigned reg = 0; reg < 2 * c->states; reg++) {
			unsigned from = reg >> 1, to = reg & (c->states - 1);
			unsigned w = c->weight[from] + (unsigned)__builtin_popcount(c->output[reg] ^ c->code.invert);
			if (c->weight[from] < 255 && w < c->weight[to]) {
				c->weight[to] = (uint8_t)w;
				changed = true;
			}
		}
	}
	c->spread = 0;
	for (unsigned s = 0; s < c->states; s++)
		c->spread = c->weight[s] > c->spread ? c->weight[s] : c->spread;
}

unsigned conv_free_distance(const struct conv *c)
{
	/* A way leaves state 0 by a 1 and comes back by state 10...0. */
	unsigned *w = xmalloc(c->states * sizeof *w), best, mask = c->states - 1;
	for (unsigned s = 0; s < c->states; s++)
		w[s] = UINT32_MAX / 2;
	w[1 & mask] = (unsigned)__builtin_popcount(c->output[1] ^ c->code.invert);
	for (bool changed = true; changed;) {
		changed = false;
		for (unsigned reg = 2; reg < 2 * c->states; reg++) {
			unsigned v = w[reg >> 1] + (unsigned)__builtin_popcount(c->output[reg] ^ c->code.invert);
			if ((reg & mask) != 0 && v < w[reg & mask]) {
				w[reg & mask] = v;
				changed = true;
			}
		}
	}
	best = w[c->states / 2] + (unsigned)__builtin_popcount(c->output[c->states] ^ c->code.invert);
	free(w);
	return best;
}

/* What sending 0 or 1 costs where the level says the other: how sure it was. */
static void make_costs(struct conv *c)
{
	c->cost = xmalloc(sizeof *c->cost * LEVELS * LEVELS);
	for (int x = -CONV_FULL; x <= CONV_FULL; x++)
		for (int y = -CONV_FULL; y <= CONV_FULL; y++) {
			uint32_t x0 = x < 0 ? (uint32_t)-x : 0, x1 = x > 0 ? (uint32_t)x : 0;
			uint32_t y0 = y < 0 ? (uint32_t)-y : 0, y1 = y > 0 ? (uint32_t)y : 0;
			c->cost[(x + CONV_FULL) * LEVELS + y + CONV_FULL] = (x0 + y0) | (x1 + y0) << 8 |
			                                                    (x0 + y1) << 16 | (x1 + y1) << 24;
		}
}

static int check(const struct conv_code *code, struct err *e)
{
	if (code->k < 2 || code->k > CONV_MAX_K)
		return err_set(e, "a constraint length of 2 to %d is possible, not %u", CONV_MAX_K, code->k);
	if (code->outputs < 1 || code->outputs > CONV_MAX_OUT || code->period > CONV_MAX_PERIOD)
		return err_set(e, "1 to %d generators are possible, not %u", CONV_MAX_OUT, code->outputs);
	for (unsigned j = 0; j < code->outputs; j++)
		if (code->generator[j] < 1 || code->generator[j] >> code->k)
			return err_set(e, "generator %o does not fit constraint length %u", code->generator[j],
			               code->k);
	for (unsigned t = 0; t < code->period; t++)
		if (code->keep[t] == 0 || code->keep[t] >> code->outputs)
			return err_set(e, "each step of a puncturing pattern sends one output at least");
	return code->invert >> code->outputs ? err_set(e, "there is no output to invert") : 0;
}

struct conv *conv_new(const struct conv_code *code, struct err *e)
{
	if (check(code, e) != 0)
		return NULL;
	struct conv *c = xmalloc(sizeof *c);
	memset(c, 0, sizeof *c);
	c->code = *code;
	if (!c->code.period) {
		c->code.period = 1;
		c->code.keep[0] = (uint8_t)((1U << code->outputs) - 1);
	}
	for (unsigned t = 0; t < c->code.period; t++)
		c->before[t + 1] = c->before[t] + (unsigned)__builtin_popcount(c->code.keep[t]);
	c->states = 1U << (code->k - 1);
	make_outputs(c);
	make_weights(c);
	make_costs(c);
	return c;
}

void conv_free(struct conv *c)
{
	if (!c)
		return;
	free(c->output);
	free(c->weight);
	free(c->cost);
	for (unsigned j = 0; j < CONV_MAX_OUT; j++)
		free(c->expect[j]);
	free(c);
}

const struct conv_code *conv_about(const struct conv *c) { return &c->code; }

bool conv_kept(const struct conv *c, size_t t, unsigned j) { return c->code.keep[t % c->code.period] >> j & 1; }

unsigned conv_step(const struct conv *c, unsigned *state, unsigned bit)
{
	unsigned reg = *state << 1 | bit;
	*state = reg & (c->states - 1);
	return c->output[reg];
}

/* --- lengths and encoding ------------------------------------------------------------------------------- */

static size_t tail_of(const struct conv *c) { return c->code.end == CONV_TAIL ? c->code.k - 1 : 0; }

/* Outputs that are sent in the first t steps. */
static size_t sent_in(const struct conv *c, size_t t)
{
	return t / c->code.period * c->before[c->code.period] + c->before[t % c->code.period];
}

size_t conv_coded_bits(const struct conv *c, size_t n) { return n ? sent_in(c, n + tail_of(c)) : 0; }

bool conv_data_bits(const struct conv *c, size_t m, size_t *n)
{
	size_t all = c->before[c->code.period], rest = m % all, t = 0;
	while (t < c->code.period && c->before[t] < rest)
		t++;
	size_t steps = m / all * c->code.period + t;
	*n = 0;
	if (m == 0)
		return true;
	if (c->before[t] != rest || steps <= tail_of(c))
		return false;
	*n = steps - tail_of(c);
	return true;
}

void conv_encode(const struct conv *c, const uint8_t *bits, size_t n, uint8_t *out)
{
	unsigned state = 0, outputs = c->code.outputs, phase = 0;
	if (c->code.end == CONV_BITE) /* the last K - 1 bits; of fewer, as often as it takes */
		for (unsigned j = 0; n && j < c->code.k - 1; j++)
			state |= (unsigned)bits[n - 1 - j % n] << j;
	for (size_t t = 0, steps = n ? n + tail_of(c) : 0; t < steps; t++) {
		unsigned v = conv_step(c, &state, t < n ? bits[t] : 0), keep = c->code.keep[phase];
		for (unsigned j = 0; j < outputs; j++)
			if (keep >> j & 1)
				*out++ = v >> j & 1;
		if (++phase == c->code.period)
			phase = 0;
	}
}

/* --- soft bits ------------------------------------------------------------------------------------------ */

/* Floats as IEEE 754 has them, since without their sign they compare as integers do, which vectorises. */
enum { SIGN = 31, INFINITE = 0x7f800000 };

static inline uint32_t word_of(float v)
{
	uint32_t w;
	memcpy(&w, &v, sizeof w);
	return w;
}

static inline float float_of(uint32_t w)
{
	float v;
	memcpy(&v, &w, sizeof v);
	return v;
}

/* All ones where it is true: the compiler does not make a branch of it. */
static inline uint32_t choose(bool b) { return -(uint32_t)b; }

/* |L| where it is finite, else 0. */
static inline float sureness(float llr)
{
	uint32_t w = word_of(llr) & INT32_MAX;
	return float_of(w & choose(w < INFINITE));
}

/* The mean of |L| over those that are finite and not 0; 0: there are none. In sums that do not wait for each other. */
static double mean_sureness(const float *llr, size_t m)
{
	enum { SUMS = 16 };
	double sum[SUMS] = {0};
	uint32_t count[SUMS] = {0};
	size_t i = 0, all = 0;
	for (; i + SUMS <= m; i += SUMS)
		for (size_t j = 0; j < SUMS; j++) {
			float sure = sureness(llr[i + j]);
			sum[j] += (double)sure;
			count[j] += word_of(sure) > 0;
		}
	for (; i < m; i++) {
		sum[0] += (double)sureness(llr[i]);
		count[0] += sureness(llr[i]) > 0;
	}
	for (size_t j = 1; j < SUMS; j++)
		sum[0] += sum[j];
	for (size_t j = 0; j < SUMS; j++)
		all += count[j];
	return all ? sum[0] / (double)all : 0;
}

void conv_quantise(const float *llr, size_t m, int8_t *restrict level)
{
	double mean = mean_sureness(llr, m), by = mean > 0 ? CONV_FULL * (2.0 / 3) / mean : 1;
	float scale = by < FLT_MAX ? (float)by : FLT_MAX;
	uint32_t full = word_of(CONV_FULL);
	for (size_t i = 0; i < m; i++) {
		uint32_t w = word_of(llr[i] * scale), sure = w & INT32_MAX;
		int32_t minus = -(int32_t)(w >> SIGN);
		sure &= choose(sure <= INFINITE); /* more is no number */
		sure = full ^ ((sure ^ full) & choose(sure < full));
		level[i] = (int8_t)(((int32_t)(float_of(sure) + 0.5f) ^ minus) - minus);
	}
}

/* --- the algorithm, for any code ------------------------------------------------------------------------ */

/* Metrics, smaller is better, are taken modulo the size of their type: two of them never differ by more than half of it, so that the sign
 * of a difference is right (Hekstra, "An alternative to metric rescaling in Viterbi decoders", IEEE Trans. Comm. 37, 1989). They differ
 * by at most spread * CONV_FULL, since a state can be reached from the best one's way at that cost. */
struct trellis {
	const struct conv *c;
	uint16_t *metric, *next;      /* of each state */
	uint8_t *chose;               /* [step][state]: 1: the way came from the higher of the two states before */
	uint8_t metric8[FAST_STATES]; /* the same of the fast path */
	uint64_t *chose64;            /* [step]: a bit for each state, 1 where the lower was chosen */
};

/* One step: for the states 2i and 2i + 1 the better of the ways from i and i + half. level: one for each output. */
static void add_compare_select(struct trellis *t, const int8_t *level, uint8_t *restrict chose)
{
	const struct conv *c = t->c;
	unsigned half = c->states / 2;
	uint8_t cost[2 << CONV_MAX_K];
	uint16_t *restrict next = t->next;
	const uint16_t *metric = t->metric;
	memset(cost, 0, 2 * (size_t)c->states);
	for (unsigned j = 0; j < c->code.outputs; j++) {
		const uint8_t *expect = c->expect[j];
		uint8_t flip = level[j] < 0 ? 255 : 0, sure = (uint8_t)(level[j] < 0 ? -level[j] : level[j]);
		for (unsigned i = 0; i < 2 * c->states; i++)
			cost[i] = (uint8_t)(cost[i] + ((expect[i] ^ flip) & sure));
	}
	for (unsigned i = 0; i < half; i++)
		for (unsigned b = 0; b < 2; b++) {
			const uint8_t *branch = cost + (size_t)2 * b * half;
			uint16_t low = (uint16_t)(metric[i] + branch[i]),
				 high = (uint16_t)(metric[i + half] + branch[half + i]);
			bool from_high = (int16_t)(low - high) >= 0;
			next[2 * i + b] = from_high ? high : low;
			chose[2 * i + b] = from_high;
		}
	t->next = t->metric;
	t->metric = next;
}

static void run_c(struct trellis *t, const int8_t *level, size_t at, size_t steps)
{
	for (size_t i = 0; i < steps; i++)
		add_compare_select(t, level + i * t->c->code.outputs, t->chose + (at + i) * t->c->states);
}

static unsigned best_c(const struct trellis *t)
{
	unsigned best = 0;
	for (unsigned s = 1; s < t->c->states; s++)
		if ((int16_t)(t->metric[s] - t->metric[best]) < 0)
			best = s;
	return best;
}

/* Goes back from a state behind the last of steps decisions; the bits of the first n steps. */
static void trace_c(const struct trellis *t, size_t steps, unsigned state, uint8_t *bits, size_t n)
{
	unsigned k = t->c->code.k;
	for (size_t i = steps; i-- > 0;) {
		if (i < n)
			bits[i] = state & 1;
		state = state >> 1 | (unsigned)t->chose[i * t->c->states + state] << (k - 2);
	}
}

/* --- the algorithm, for K = 7 and two outputs, in 32 octets at a time ----------------------------------- */

#if defined(__x86_64__)
static bool avx2;

/* Asks the processor before main, so that threads find it known. */
__attribute__((constructor)) static void ask_processor(void)
{
	__builtin_cpu_init();
	avx2 = __builtin_cpu_supports("avx2");
}

/* Metrics of 8 bits hold: the differences are below 128. */
static bool fast_for(const struct conv *c)
{
	return avx2 && c->code.k == FAST_K && c->code.outputs == 2 && (c->spread + 2) * CONV_FULL < 128;
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load256(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }

/* The same step as above. The cost of a branch is one of four octets, which a shuffle looks up by what the branch sends. */
AVX2 static void run_avx2(struct trellis *t, const int8_t *level, size_t at, size_t steps)
{
	enum { HALF = FAST_STATES / 2 };
	const struct conv *c = t->c;
	__m256i pair[4];
	for (unsigned b = 0; b < 4; b++) {
		uint8_t sends[HALF];
		for (unsigned i = 0; i < HALF; i++)
			sends[i] = (c->expect[0][b * HALF + i] & 1) | (c->expect[1][b * HALF + i] & 2);
		pair[b] = load256(sends);
	}
	__m256i low = load256(t->metric8), high = load256(t->metric8 + HALF);
	for (size_t i = 0; i < steps; i++, level += 2) {
		int cost = (int)c->cost[(level[0] + CONV_FULL) * LEVELS + level[1] + CONV_FULL];
		__m256i costs = _mm256_set1_epi32(cost);
		__m256i low0 = _mm256_add_epi8(low, _mm256_shuffle_epi8(costs, pair[0]));
		__m256i high0 = _mm256_add_epi8(high, _mm256_shuffle_epi8(costs, pair[1]));
		__m256i low1 = _mm256_add_epi8(low, _mm256_shuffle_epi8(costs, pair[2]));
		__m256i high1 = _mm256_add_epi8(high, _mm256_shuffle_epi8(costs, pair[3]));
		__m256i less0 = _mm256_sub_epi8(low0, high0), less1 = _mm256_sub_epi8(low1, high1);
		__m256i even = _mm256_blendv_epi8(high0, low0, less0), odd = _mm256_blendv_epi8(high1, low1, less1);
		t->chose64[at + i] = (uint32_t)_mm256_movemask_epi8(less0) |
		                     (uint64_t)(uint32_t)_mm256_movemask_epi8(less1) << HALF;
		__m256i front = _mm256_unpacklo_epi8(even, odd), back = _mm256_unpackhi_epi8(even, odd);
		low = _mm256_permute2x128_si256(front, back, 0x20);
		high = _mm256_permute2x128_si256(front, back, 0x31);
	}
	_mm256_storeu_si256((__m256i *)(void *)t->metric8, low);
	_mm256_storeu_si256((__m256i *)(void *)(t->metric8 + HALF), high);
}
#else
static bool fast_for(const struct conv *c) { return (void)c, false; }
static void run_avx2(struct trellis *t, const int8_t *level, size_t at, size_t steps)
{
	(void)t, (void)level, (void)at, (void)steps;
}
#endif

static unsigned best_fast(const struct trellis *t)
{
	unsigned best = 0;
	for (unsigned s = 1; s < FAST_STATES; s++)
		if ((int8_t)(t->metric8[s] - t->metric8[best]) < 0)
			best = s;
	return best;
}

/* place is the state turned right by one bit: where its decision stands. */
static void trace_fast(const struct trellis *t, size_t steps, unsigned state, uint8_t *bits, size_t n)
{
	uint64_t place = state >> 1 | (state & 1) << 5;
	for (size_t i = steps; i-- > 0;) {
		if (i < n)
			bits[i] = (uint8_t)(place >> 5);
		uint64_t high = ~t->chose64[i] >> place & 1;
		place = (place >> 1 & 15) | high << 4 | (place & 1) << 5;
	}
}

/* --- windows -------------------------------------------------------------------------------------------- */

static void run(struct trellis *t, bool fast, const int8_t *level, size_t at, size_t steps)
{
	if (fast)
		run_avx2(t, level, at, steps);
	else
		run_c(t, level, at, steps);
}

static void trace(const struct trellis *t, bool fast, bool from_0, size_t steps, uint8_t *bits, size_t n)
{
	if (fast)
		trace_fast(t, steps, from_0 ? 0 : best_fast(t), bits, n);
	else
		trace_c(t, steps, from_0 ? 0 : best_c(t), bits, n);
}

/* Begins as after many zeros that were sure (from_0), or in any state. */
static void begin(struct trellis *t, const struct conv *c, bool fast, size_t room, bool from_0)
{
	*t = (struct trellis){.c = c};
	if (fast)
		t->chose64 = xmalloc(room * sizeof *t->chose64);
	else
		t->chose = xmalloc(room * c->states);
	t->metric = xmalloc(c->states * sizeof *t->metric);
	t->next = xmalloc(c->states * sizeof *t->next);
	for (unsigned s = 0; s < c->states; s++) {
		t->metric[s] = from_0 ? (uint16_t)(c->weight[s] * CONV_FULL) : 0;
		if (fast)
			t->metric8[s] = (uint8_t)t->metric[s];
	}
}

static void end(struct trellis *t)
{
	free(t->chose);
	free(t->chose64);
	free(t->metric);
	free(t->next);
}

/* Keeps the decisions of the last steps of those that there are, at the front. */
static void keep_last(struct trellis *t, bool fast, size_t steps, size_t last)
{
	if (fast)
		memmove(t->chose64, t->chose64 + steps - last, last * sizeof *t->chose64);
	else
		memmove(t->chose, t->chose + (steps - last) * t->c->states, last * t->c->states);
}

/* steps of levels, none left out, to the bits of the first n of them. */
static void decode_steps(const struct conv *c, bool fast, const int8_t *level, size_t steps, bool from_0, bool to_0,
			 uint8_t *bits, size_t n)
{
	size_t depth = (size_t)DEPTHS * c->code.k, held = 0, room = WINDOW + depth < steps ? WINDOW + depth : steps;
	struct trellis t;
	begin(&t, c, fast, room, from_0);
	while (steps > 0) {
		size_t some = room - held < steps ? room - held : steps;
		run(&t, fast, level, held, some);
		level += some * c->code.outputs;
		steps -= some;
		held += some;
		size_t decided = steps > 0 ? held - depth : n;
		decided = decided < n ? decided : n;
		trace(&t, fast, to_0 && steps == 0, held, bits, decided);
		bits += decided;
		n -= decided;
		if (steps > 0) {
			keep_last(&t, fast, held, depth);
			held = depth;
		}
	}
	end(&t);
}

/* Levels of 0 where an output was not sent; whole periods, then the rest. */
static void fill_in(const struct conv *c, const int8_t *level, size_t steps, int8_t *all)
{
	enum { CELLS = CONV_MAX_PERIOD * CONV_MAX_OUT };
	unsigned outputs = c->code.outputs, period = c->code.period, cells = period * outputs;
	uint8_t from[CELLS];
	int8_t sent[CELLS + 1] = {0}; /* the last is what was not sent */
	size_t n = 0, whole = steps / period, rest;
	for (unsigned i = 0; i < cells; i++)
		from[i] = c->code.keep[i / outputs] >> i % outputs & 1 ? (uint8_t)n++ : CELLS;
	for (; whole > 0; whole--, level += n, all += cells) {
		for (size_t i = 0; i < n; i++)
			sent[i] = level[i];
		for (unsigned i = 0; i < cells; i++)
			all[i] = sent[from[i]];
	}
	rest = steps % period;
	memcpy(sent, level, c->before[rest]);
	for (unsigned i = 0; i < rest * outputs; i++)
		all[i] = sent[from[i]];
}

/* The ring, gone through from a little before its begin to a little behind its end (a lap each at most). */
static void decode_ring(const struct conv *c, bool fast, const int8_t *level, size_t n, uint8_t *bits)
{
	size_t outputs = c->code.outputs, more = (size_t)DEPTHS * c->code.k, steps = n + 2 * more;
	int8_t *round = xmalloc(steps * outputs);
	uint8_t *found = xmalloc(steps);
	for (size_t t = 0, from = (n - more % n) % n; t < steps; t++, from = from + 1 == n ? 0 : from + 1)
		memcpy(round + t * outputs, level + from * outputs, outputs);
	decode_steps(c, fast, round, steps, false, false, found, n + more);
	memcpy(bits, found + more, n);
	free(round);
	free(found);
}

static void decode(const struct conv *c, bool fast, const int8_t *level, size_t n, uint8_t *bits)
{
	size_t steps = n + tail_of(c);
	int8_t *all = NULL;
	if (n == 0)
		return;
	if (c->before[c->code.period] < (size_t)c->code.period * c->code.outputs) {
		all = xmalloc(steps * c->code.outputs);
		fill_in(c, level, steps, all);
		level = all;
	}
	if (c->code.end == CONV_BITE)
		decode_ring(c, fast, level, n, bits);
	else
		decode_steps(c, fast, level, steps, true, c->code.end == CONV_TAIL, bits, n);
	free(all);
}

void conv_decode(const struct conv *c, const int8_t *level, size_t n, uint8_t *bits)
{
	decode(c, fast_for(c), level, n, bits);
}
void conv_decode_c(const struct conv *c, const int8_t *level, size_t n, uint8_t *bits)
{
	decode(c, false, level, n, bits);
}
