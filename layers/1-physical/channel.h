/* channel.h - what happens to a signal between two modems. Sans-I/O, streaming, the same for the same seed.
 *
 * In this order:
 *   transmitter   clock offset, pre-emphasis, clipping
 *   path          band limit, twist and tilt; attenuation; delay, echoes and fading; frequency and phase offset
 *   noise         white; bursts (Gilbert-Elliott)
 *   receiver      de-emphasis, quantisation
 * The delays of the filters are taken off: without an echo or a delay, sample k that goes in comes out as sample k.
 * Each random process has a stream of numbers of its own, so that one that is switched on does not change the others.
 */
#ifndef OSIKIT_CHANNEL_H
#define OSIKIT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "modem.h"

enum { CHANNEL_ECHOES = 16 };
#define CHANNEL_DELAY_MAX 2.0   /* seconds, of the path and of an echo */
#define CHANNEL_CLOCK_MAX 0.05  /* relative */
#define CHANNEL_EDGE_HZ 150.0   /* the width of the filters' edges; and what must be turned in phase must be above it */

struct channel_echo {
	double delay_s;      /* behind the direct path */
	double gain_db;      /* against it */
	double phase_deg;    /* of the carrier, against it */
};

/* All zero: the signal passes as it is. */
struct channel_conf {
	double rate_hz;      /* samples a second */
	uint64_t seed;
	double clock;        /* the transmitter's clock against the receiver's: 1e-6 is 1 ppm fast. All of its frequencies rise with it */
	double preemphasis_s, deemphasis_s; /* time constants (FM voice: 750e-6, TIA-603); gain 1 at 1 kHz */
	double clip;         /* samples beyond +-this are cut to it */
	double low_hz, high_hz; /* the band that passes, 6 dB down at the edges; high_hz 0: no upper edge */
	double tilt_db;      /* an octave, without phase; 0 dB at 1 kHz */
	double twist_db;     /* how much stronger twist_high_hz arrives than twist_low_hz (ITU-T Q.24); together they keep their power */
	double twist_low_hz, twist_high_hz;
	double attenuation_db;
	double delay_s;
	struct channel_echo echo[CHANNEL_ECHOES];
	unsigned echoes;
	bool fading;         /* each path by itself, with the spectrum of Jakes and the mean power 1 */
	double doppler_hz;   /* the largest shift, speed / wavelength */
	double rice_k;       /* the steady part of the direct path over its scattered part, as a ratio; 0: Rayleigh */
	double offset_hz, phase_deg; /* of the carrier */
	double noise_power;  /* variance of white noise, full scale^2 */
	double burst_power;  /* of that which bursts add */
	double good_s, bad_s; /* mean times between bursts, and of one */
	unsigned quantise;   /* bits a sample, of full scale +-1; 0: not */
};

struct channel;

/* NULL with e: a value that cannot be at this rate. */
struct channel *channel_new(const struct channel_conf *conf, struct wave_sink out, struct err *e);
/* Any number of samples; how they are divided does not matter. What is not a number, or beyond +-1e6, counts as 0. */
void channel_push(struct channel *c, const float *x, size_t n);
/* Gives what is still on its way: after n samples, n / (1 + clock) and the longest delay have come out. */
void channel_end(struct channel *c);
void channel_free(struct channel *c);

/* The variance of white noise, a sample, for a signal whose bits have the energy bit_energy (full scale^2 a Hz: mean power / bit rate)
 * when it is sent: the density is N0 from 0 Hz to half the rate. What attenuation and clock do to the energy is counted. */
double channel_noise_ebn0(const struct channel_conf *conf, double bit_energy, double ebn0_db);
/* The same for a mean power, and signal to noise ratio over the full band. */
double channel_noise_snr(const struct channel_conf *conf, double power, double snr_db);

#endif
