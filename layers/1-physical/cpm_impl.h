/* cpm_impl.h - what the files of the continuous-phase receiver share (cpm.h). Time is in ticks, an eighth of a nominal symbol. */
#ifndef OSIKIT_CPM_IMPL_H
#define OSIKIT_CPM_IMPL_H

#include "cpm.h"

enum {
	TICKS = 8,         /* a nominal symbol */
	MOST_TONES = 8,
	MOST_SPS = 64,
	STATES = 8,        /* of the phase trellis, at most */
	CHUNK = 512,       /* samples that are correlated at a time */
	MOST_WINDOW = 64,  /* symbols */
	RING = 256,        /* symbols that are remembered of a run: a power of 2 */
};

/* ---- cpm_corr.c: matched filters ---- */

/* Sums of half a symbol's samples, turned by the tone; chunk by chunk. */
struct corr {
	unsigned tones, sps;
	double index[MOST_TONES];              /* tones, cycles a symbol */
	double nco;                            /* a frequency offset to take off, cycles a symbol */
	float tre[MOST_TONES][CHUNK + MOST_SPS], tim[MOST_TONES][CHUNK + MOST_SPS]; /* exp(-2 pi i (index + nco) n / sps) */
	float re[MOST_TONES][CHUNK + MOST_SPS], im[MOST_TONES][CHUNK + MOST_SPS];
	uint64_t first;                        /* number of the first sample */
	struct cf carrier;                     /* the offset's phase there, taken back */
	size_t n;                              /* symbols may begin at so many samples from there */
};

/* The samples that there are: y[j] is number base + j. */
struct samples {
	struct cf *y;
	uint64_t base;
	size_t have, cap;
};

void corr_tune(struct corr *q, double nco);
/* Makes symbols that begin at sample n, and somewhat later, available. What is not there is silence. */
void corr_need(struct corr *q, const struct samples *in, uint64_t n);
/* The filters for the symbol that begins at tick s, into z: relative to the tones' phases at that time. */
void corr_symbol(struct corr *q, const struct samples *in, double s, struct cf *z);
/* |z|^2 of the strongest tone for symbols that begin half a sample before from, from + 1, .. (n of them), into peak. */
void corr_peaks(struct corr *q, const struct samples *in, uint64_t from, float *peak, size_t n);

/* ---- cpm_trellis.c: the Viterbi detector ---- */

/* State j is the phase j times that by which the upper tone is ahead of the lower after a symbol. */
struct trellis {
	unsigned states;
	float metric[STATES];
	float re[STATES], im[STATES];          /* the survivors' references: amplitude and phase at the symbol's beginning */
	float spin[STATES];                    /* and their phase a symbol, beyond what all turn */
	double total;                          /* metric of the best so far: the others are relative to it */
};

/* A number of states for the index h, and how far off its multiples are: the smallest that fits well. */
unsigned trellis_states(double h);
void trellis_start(struct trellis *t, struct cf ref);
/* One symbol: for each state the best way into it. turn[m]: what tone m gains in phase. up[j]: 1 where the upper tone led into
 * state j. The references follow with gain, their spin with gain2. */
void trellis_step(struct trellis *t, const struct cf z[2], const struct cf turn[2], float gain, float gain2, uint8_t up[STATES]);
unsigned trellis_best(const struct trellis *t);

/* ---- cpm_find.c: the beginning ---- */

/* What the phases of symbols along a path tell: the carrier's phase against the path, its advance a symbol beyond that, the true beginning
 * of a symbol, and the true period. */
enum {
	FAILURES = 3       /* coherent runs in a row that ended at once, until none is tried */
};
enum { PHASE, TURN, TIME, PERIOD, UNKNOWNS };

struct found {
	double s, period;                      /* ticks: the first symbol */
	double nco, omega;                     /* frequency offset: cycles a symbol in the filters, and radians a symbol left over */
	double amplitude, noise;               /* of a filter's output, and its variance */
	double phase;                          /* at the first symbol */
	double p[UNKNOWNS][UNKNOWNS];          /* covariance of what was found */
	double score;                          /* the part of the tones' energy that its path explains */
	double es;                             /* Es/N0 by its energy */
	bool coherent;
};

/* ---- cpm_run.c, cpm_plain.c: a signal ---- */

struct kalman {
	double x[UNKNOWNS], p[UNKNOWNS][UNKNOWNS];
};

/* A symbol of a run, as the first pass found it. */
struct symbol {
	struct cf z[2];            /* matched filters' outputs */
	double s, period;          /* where they were taken, and the period that the path counted on */
	struct cf turn[2];         /* what it counted on */
	uint8_t up[STATES];        /* the trellis' choices */
	uint8_t tone, state;       /* decided; the trellis' state at its beginning */
	struct cf path;            /* the decided path's phase at its beginning */
	struct cf r;               /* the decided tone's filter, turned back along the path */
};

struct cpm {
	struct soft_sink out;
	struct cpm_cfg c;
	unsigned tones, bits, sps;
	size_t window, hop;        /* of the search, symbols */
	size_t block, ahead;       /* of a run: taken at a time, looked at before a symbol is put out */
	double threshold;          /* the part of the energy that must be in the tones */
	struct samples in;
	struct corr corr;          /* tuned to the signal */

	/* search */
	struct corr scan;          /* tuned to the nominal tones */
	float *peak;               /* as in.y: what corr_peaks gives */
	uint64_t scanned;          /* up to this sample */
	uint64_t pos;              /* sample where the next window begins */
	uint64_t floor;            /* nothing before this belongs to the next signal */
	double best, best_part;
	uint64_t best_pos;
	unsigned tries, failed;

	/* run */
	bool locked, coherent;
	double start_s;
	double s, period;          /* start of the next symbol and length of one, ticks */
	double omega, nco;
	double scale;              /* makes the amplitude about 1 */
	double amplitude, slow, heard, noise; /* of the filters, scaled: amplitude, slowly, power, and variance of noise */
	double cusum, cusum_most;  /* nats that speak for a signal */
	uint64_t cusum_at;
	uint64_t k, decided, given; /* symbols so far: heard, decided, put out */

	/* coherent */
	size_t depth, span;        /* symbols */
	struct trellis trellis;
	double gain, gain_least;   /* of the references */
	double faster;             /* what a strong signal allows */
	double least;              /* the part that a path must explain */
	double thermal;            /* noise, whatever the phase does */
	struct cf common;          /* what the lower tone's filter hears of the upper */
	struct symbol sym[RING];
	struct cf path;            /* of the symbol number decided, and its state */
	unsigned state;
	struct kalman kalman;
	struct cf before;          /* smoothed r up to symbol number given */
	float alpha[STATES];       /* of the second pass, in front of symbol number given; and the symbol before that: */
	float last_alpha[STATES], last_gamma[2 * STATES];

	/* by energies */
	float llr[RING][3];        /* of a symbol's bits; NRZI: of its tone */
	double size[MOST_TONES];   /* a tone's amplitude */
	double pull;               /* gain of the timing */
};

enum found_what { FOUND_WAIT, FOUND_NOTHING, FOUND_SIGNAL };

/* Looks at the next window: what is in it, or that samples are missing. A signal is followed back to its first symbol. */
enum found_what cpm_search(struct cpm *r, struct found *f);

/* ln I0(x), x >= 0. */
float cpm_log_i0(float x);
/* Whether tones of this Es/N0 are better told apart by their energy than by a path that gets no more than the second out of them. */
bool cpm_jumps(double es, double path);
/* What the tones gain in phase over a symbol of so many ticks. */
void cpm_turns(const struct cpm *r, struct cf turn[2], double period, double omega);

/* A run of either kind begins; takes a block of it (false: samples are missing); puts out its symbols before upto. */
void cpm_run_start(struct cpm *r, const struct found *f);
bool cpm_run_block(struct cpm *r);
void cpm_soft(struct cpm *r, uint64_t upto);
void cpm_plain_start(struct cpm *r, const struct found *f);
bool cpm_plain_block(struct cpm *r);
void cpm_plain_give(struct cpm *r, uint64_t upto);
/* How much likelier a symbol is with the signal than without, in nats: whether the signal ended (at cusum_at). */
bool cpm_ended(struct cpm *r, double nats);

#endif
