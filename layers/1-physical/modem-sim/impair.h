/* impair.h - the options of a channel, which the subcommand channel, the filter and ber share. Only mains call it. */
#ifndef OSIKIT_MODEM_IMPAIR_H
#define OSIKIT_MODEM_IMPAIR_H

#include <math.h>

#include "1-physical/channel.h"
#include "tool.h"

struct impair_opts {
	double ebn0_db, snr_db, noise_db;   /* HUGE_VAL: none */
	double attenuation_db, offset_hz, phase_deg, delay_ms, tilt_db, preemphasis_us, deemphasis_us, clip;
	int64_t quantise;
	const char *clock, *fading, *bursts, *band, *twist;
	struct opt_list echo;
};

#define IMPAIR_INIT {.ebn0_db = HUGE_VAL, .snr_db = HUGE_VAL, .noise_db = HUGE_VAL}

/* Rows for a table of options; o is a struct impair_opts variable. */
#define NOISE_OPTS(o)                                                                                                       \
	{0, "ebn0", "DB", OPT_REAL, &(o).ebn0_db, -30, 100, "add white noise: energy a bit over noise density, dB (none)"}, \
	{0, "snr", "DB", OPT_REAL, &(o).snr_db, -60, 120, "add white noise: signal to noise ratio up to half the rate, dB"}, \
	{0, "noise", "DB", OPT_REAL, &(o).noise_db, -200, 60, "add white noise: its power, dB of full scale"}
#define IMPAIR_OPTS(o)                                                                                                      \
	{0, "clock", "D", OPT_STR, &(o).clock, 0, 0, "transmitter's clock is fast by 100ppm, 1%, -0.5%"},                     \
	{0, "preemphasis", "US", OPT_REAL, &(o).preemphasis_us, 0, 1e6, "time constant, microseconds (FM voice: 750)"},       \
	{0, "clip", "LEVEL", OPT_REAL, &(o).clip, 0, 1e6, "cut samples beyond this (full scale is 1)"},                        \
	{0, "band", "LOW:HIGH", OPT_STR, &(o).band, 0, 0, "Hz that pass (a telephone: 300:3400)"},                             \
	{0, "tilt", "DB", OPT_REAL, &(o).tilt_db, -24, 24, "by the octave, 0 dB at 1 kHz"},                                    \
	{0, "twist", "DB[:LOW:HIGH]", OPT_STR, &(o).twist, 0, 0, "tone HIGH arrives so much above LOW (1200:2200 Hz)"},        \
	{0, "attenuation", "DB", OPT_REAL, &(o).attenuation_db, -200, 200, "weaken the signal, not the noise of --noise"},     \
	{0, "delay", "MS", OPT_REAL, &(o).delay_ms, 0, 1000 * CHANNEL_DELAY_MAX, "of the direct path, milliseconds"},          \
	{0, "echo", "MS:DB[:DEG]", OPT_LIST, &(o).echo, 0, 0, "one more path: later, gain, carrier phase; up to 16 times"},    \
	{0, "fading", "HZ[:K]", OPT_STR, &(o).fading, 0, 0, "Doppler shift up to HZ, Rayleigh; K: dB of a steady part (Rice)"}, \
	{0, "offset", "HZ", OPT_REAL, &(o).offset_hz, -1e6, 1e6, "carrier offset: all frequencies move by this"},              \
	{0, "phase", "DEG", OPT_REAL, &(o).phase_deg, -360, 360, "of the carrier"},                                           \
	{0, "bursts", "EVERY:MS:SNR", OPT_STR, &(o).bursts, 0, 0, "noise bursts: mean ms between, ms of one, dB in one"},      \
	{0, "deemphasis", "US", OPT_REAL, &(o).deemphasis_us, 0, 1e6, "time constant, microseconds; behind the noise"},       \
	{0, "quantise", "BITS", OPT_INT, &(o).quantise, 1, 32, "bits a sample"}

/* Fills c, but for rate_hz, seed and the powers of noise. Ends the tool when a value makes no sense. */
void impair_setup(const struct impair_opts *o, struct channel_conf *c);
/* True when anything but white noise is asked for. */
bool impair_any(const struct impair_opts *o);
/* True when the level of the signal matters: noise relative to it. */
bool impair_relative(const struct impair_opts *o);
/* The powers of noise, for a signal of this mean power (full scale^2) and energy a bit (the same, a Hz); NAN where not known: ends the tool
 * when it is needed. */
void impair_noise(const struct impair_opts *o, double power, double bit_energy, struct channel_conf *c);

#endif
