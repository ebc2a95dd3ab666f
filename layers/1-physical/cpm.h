/* cpm.h - the receiver of continuous-phase FSK: from complex baseband to soft bits. Sans-I/O; fsk.c puts a front end before it.
 *
 * Found by noncoherent search, then followed coherently by a Viterbi detector over the phase trellis with a phase reference for each
 * survivor (R. Raheli, A. Polydoros, C.-K. Tzou, "Per-survivor processing", IEEE Trans. Comm. 43(2/3/4), 1995), and made into soft bits
 * by a second, forward and backward pass (BCJR in its max-log form) with references that were smoothed from both sides.
 */
#ifndef OSIKIT_CPM_H
#define OSIKIT_CPM_H

#include "modem.h"

enum { CPM_SPS = 8 }; /* samples a symbol of the baseband that cpm_push takes */

struct cpm_cfg {
	unsigned tones;   /* 2, 4, 8 */
	bool mark_low;    /* two tones: the bit 1 is the lower tone */
	bool nrzi;        /* the bit 0 is a change of tone */
	double baud;
	double h;         /* modulation index: the distance of neighbouring tones over the symbol rate */
};

struct cpm;

struct cpm *cpm_new(const struct cpm_cfg *c, struct soft_sink out);
void cpm_free(struct cpm *r);
void cpm_push(struct cpm *r, const struct cf *y, size_t n);
void cpm_end(struct cpm *r);

#endif
