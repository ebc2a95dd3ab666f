/* cpm.h - the receiver of continuous-phase FSK: from complex baseband to soft bits. Sans-I/O; fsk.c puts a front end before it.
 *
 * A signal is found without its phase: by how much of the energy is in the tones at the best of eight timings. Two tones less than a
 * symbol rate apart are then followed coherently, by a Viterbi detector over the phase trellis with a phase reference for each
 * survivor (R. Raheli, A. Polydoros, C.-K. Tzou, "Per-survivor processing", IEEE Trans. Comm. 43(2/3/4), 1995); a Kalman filter
 * learns timing and frequency from the path that it decides. A second pass, forward and backward, makes soft bits with
 * references smoothed from both sides (BCJR in its max-log form: P. Robertson, E. Villebrun, P. Hoeher, ICC 1995). Wider tones,
 * more than two, and tones whose phase does not go on from symbol to symbol are told apart by their energies.
 */
#ifndef OSIKIT_CPM_H
#define OSIKIT_CPM_H

#include "modem.h"

struct cpm_cfg {
	unsigned tones;    /* 2, 4, 8 */
	bool mark_low;     /* two tones: the bit 1 is the lower */
	bool nrzi;         /* two tones: the bit 0 is a change */
	bool coherent;     /* follow the phase, where it can be followed */
	double baud;
	double h;          /* modulation index: the distance of neighbouring tones over the symbol rate */
	double width;      /* noise bandwidth of what comes, over the symbol rate */
};

struct cpm;

/* Samples a symbol of the baseband that it takes: 8, 16, .. up to 64, enough for the tones; 0: there is none. */
unsigned cpm_sps(const struct cpm_cfg *c);

struct cpm *cpm_new(const struct cpm_cfg *c, struct soft_sink out);
void cpm_free(struct cpm *r);
/* Takes n samples of baseband, the tones symmetric around 0 Hz. Times that it reports count from the first. */
void cpm_push(struct cpm *r, const struct cf *y, size_t n);
/* No more: gives what is still inside. */
void cpm_end(struct cpm *r);

#endif
