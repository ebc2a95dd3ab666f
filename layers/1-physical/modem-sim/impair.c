/* impair.c - the options of a channel. */

#include "1-physical/modem-sim/impair.h"

#include <stdlib.h>
#include <string.h>

/* Reads least to most numbers with ':' between them; returns how many. */
static int numbers(const char *option, const char *s, const char *form, double *v, int least, int most)
{
	int n = 0;
	for (const char *p = s;; p++) {
		char *end;
		v[n] = strtod(p, &end);
		if (end == p || !isfinite(v[n]) || (*end && *end != ':') || (*end && n + 1 == most))
			tool_die(EX_BAD, "--%s: \"%s\" is not %s (see modem-sim channel --help)", option, s, form);
		n++;
		p = end;
		if (!*p)
			break;
	}
	if (n < least)
		tool_die(EX_BAD, "--%s: \"%s\" is not %s (see modem-sim channel --help)", option, s, form);
	return n;
}

static double read_clock(const char *s)
{
	char *end;
	double v = strtod(s, &end), scale = strcmp(end, "ppm") == 0 ? 1e-6 : strcmp(end, "%") == 0 ? 1e-2 : 0;
	if (end == s || scale <= 0 || !(fabs(v * scale) <= CHANNEL_CLOCK_MAX))
		tool_die(EX_BAD, "--clock: \"%s\" is not an offset from -5%% to 5%% such as 100ppm or -0.5%%", s);
	return v * scale;
}

static void read_echoes(const struct opt_list *l, struct channel_conf *c)
{
	if (l->n > CHANNEL_ECHOES)
		tool_die(EX_BAD, "--echo: %d of them, %d at most", l->n, CHANNEL_ECHOES);
	for (int i = 0; i < l->n; i++) {
		double v[3] = {0};
		numbers("echo", l->v[i], "MS:DB or MS:DB:DEGREES", v, 2, 3);
		c->echo[i] = (struct channel_echo){v[0] / 1000, v[1], v[2]};
	}
	c->echoes = (unsigned)l->n;
}

static void read_twist(const char *s, struct channel_conf *c)
{
	double v[3] = {0, 1200, 2200}; /* Bell 202's tones */
	if (numbers("twist", s, "DB or DB:LOW:HIGH", v, 1, 3) == 2)
		tool_die(EX_BAD, "--twist: \"%s\" has a lower tone and no upper one", s);
	c->twist_db = v[0];
	c->twist_low_hz = v[1];
	c->twist_high_hz = v[2];
}

void impair_setup(const struct impair_opts *o, struct channel_conf *c)
{
	double v[3];
	*c = (struct channel_conf){.preemphasis_s = o->preemphasis_us / 1e6, .deemphasis_s = o->deemphasis_us / 1e6, .clip = o->clip,
	                           .tilt_db = o->tilt_db, .attenuation_db = o->attenuation_db, .delay_s = o->delay_ms / 1000,
	                           .offset_hz = o->offset_hz, .phase_deg = o->phase_deg, .quantise = (unsigned)o->quantise};
	if (o->clock)
		c->clock = read_clock(o->clock);
	if (o->band) {
		numbers("band", o->band, "LOW:HIGH, in Hz", v, 2, 2);
		c->low_hz = v[0];
		c->high_hz = v[1];
	}
	if (o->twist)
		read_twist(o->twist, c);
	read_echoes(&o->echo, c);
	if (o->fading) {
		c->rice_k = numbers("fading", o->fading, "HZ or HZ:K", v, 1, 2) == 2 ? from_db(v[1]) : 0;
		c->fading = true;
		c->doppler_hz = v[0];
	}
	if (o->bursts) {
		numbers("bursts", o->bursts, "EVERY:MS:SNR, in ms, ms and dB", v, 3, 3);
		c->good_s = v[0] / 1000;
		c->bad_s = v[1] / 1000;
	}
}

bool impair_any(const struct impair_opts *o)
{
	const double values[] = {o->attenuation_db, o->offset_hz, o->phase_deg, o->delay_ms, o->tilt_db, o->preemphasis_us,
	                         o->deemphasis_us, o->clip};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (values[i] != 0)
			return true;
	return o->quantise || o->clock || o->fading || o->bursts || o->band || o->twist || o->echo.n;
}

bool impair_relative(const struct impair_opts *o)
{
	return o->ebn0_db < HUGE_VAL || o->snr_db < HUGE_VAL || o->bursts;
}

void impair_noise(const struct impair_opts *o, double power, double bit_energy, struct channel_conf *c)
{
	if ((o->ebn0_db < HUGE_VAL) + (o->snr_db < HUGE_VAL) + (o->noise_db < HUGE_VAL) > 1)
		tool_die(EX_BAD, "--ebn0, --snr and --noise all say how strong the white noise is: give one");
	if (o->ebn0_db < HUGE_VAL) {
		if (isnan(bit_energy))
			tool_die(EX_BAD, "--ebn0: give the bit rate too, with --bitrate or -m");
		c->noise_power = channel_noise_ebn0(c, bit_energy, o->ebn0_db);
	} else if (o->snr_db < HUGE_VAL) {
		c->noise_power = channel_noise_snr(c, power, o->snr_db);
	} else if (o->noise_db < HUGE_VAL) {
		c->noise_power = from_db(o->noise_db);
	}
	if (o->bursts) {
		double v[3];
		numbers("bursts", o->bursts, "EVERY:MS:SNR, in ms, ms and dB", v, 3, 3);
		c->burst_power = channel_noise_snr(c, power, v[2]);
	}
}
