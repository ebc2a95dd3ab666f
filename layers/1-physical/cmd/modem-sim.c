/* modem-sim.c - sends packets through a modulated signal and a noisy channel: modem-sim(1). */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "1-physical/bpsk.h"
#include "1-physical/modem-sim/cmds.h"
#include "filter.h"

enum { BITS = 4096 }; /* a block of the signal */

static int scheme;
static double ebn0_db = HUGE_VAL;
static int64_t seed = -1;

static const char *const usage[] = {"[-m bpsk] [--ebn0 DB] [--seed N] [FILE...]", NULL};
static const struct opt opts[] = {
	{'m', "scheme", "bpsk", OPT_ENUM, &scheme, 0, 0, "modulation"},
	{0, "ebn0", "DB", OPT_REAL, &ebn0_db, -30, 100, "add white noise: energy a bit over noise density, dB (none)"},
	{0, "seed", "N", OPT_INT, &seed, 0, 9e15, "random numbers of the noise (from the system; -v says which)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Each octet goes least significant bit first. A packet that arrives has the notes",
	"@modem-sim.bits=N and @modem-sim.errors=N: the bits sent, and those that were received wrong.",
	"Exit status: 0 done; 2 usage, malformed input or a system error.", NULL,
};

static const struct sub subs[] = {
	{NULL, NULL, NULL},
};

static struct rng rng;
static uint64_t bits_sent, bit_errors, packets_hit;

/* Sends n bits of b through modulator, channel and detector; the received ones replace them. Returns the number of wrong ones. */
static uint64_t transmit(uint8_t *b, size_t n)
{
	uint8_t sent[BITS], got[BITS];
	float signal[BITS];
	uint64_t wrong = 0;
	for (size_t start = 0; start < n; start += BITS) {
		size_t m = n - start < BITS ? n - start : BITS;
		for (size_t j = 0; j < m; j++)
			sent[j] = b[(start + j) / 8] >> ((start + j) % 8) & 1;
		bpsk_modulate(signal, sent, m);
		if (ebn0_db < HUGE_VAL)
			awgn_add(&rng, signal, m, awgn_sigma(ebn0_db));
		bpsk_detect(got, signal, m);
		for (size_t j = 0; j < m; j++) {
			b[(start + j) / 8] ^= (uint8_t)((sent[j] ^ got[j]) << ((start + j) % 8));
			wrong += sent[j] != got[j];
		}
	}
	return wrong;
}

static void through(struct pipe *p, void *arg)
{
	static uint8_t b[PKT_MAX];
	static struct pkt out;
	char notes[96];
	const struct pkt *k = &p->pkt;
	size_t n = 8 * (size_t)k->len - (k->bits ? 8 - k->bits : 0);
	(void)arg;
	memcpy(b, k->p, k->len);
	uint64_t wrong = transmit(b, n);
	snprintf(notes, sizeof notes, " @modem-sim.bits=%zu @modem-sim.errors=%llu", n, (unsigned long long)wrong);
	bits_sent += n;
	bit_errors += wrong;
	packets_hit += wrong > 0;
	if (!wrong) {
		pipe_pass(p, "modem-sim", notes);
		return;
	}
	pkt_arrive(&out, k, b);
	pipe_write(p, &out, "modem-sim", notes);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"modem-sim", usage, "send packets through a modem and a noisy channel", opts, more,
	                                 NULL, subs};
	static struct pipe p;
	int status;
	if (tool_sub(&tool, argc, argv, &status))
		return status;
	int n = opt_parse(&tool, argc, argv);
	uint64_t s = seed < 0 ? rng_entropy() >> 12 : (uint64_t)seed;
	rng_seed(&rng, s);
	if (opt_verbose && ebn0_db < HUGE_VAL)
		tool_say("seed %llu", (unsigned long long)s);
	pipe_run(&p, argv + 1, n, through, NULL);
	if (opt_verbose)
		tool_say("%llu bits sent, %llu wrong (rate %.3g; theory, Q(sqrt(2 Eb/N0)): %.3g), %llu packet%s hit",
		         (unsigned long long)bits_sent, (unsigned long long)bit_errors,
		         bits_sent ? (double)bit_errors / (double)bits_sent : 0.0, bpsk_ber(ebn0_db),
		         (unsigned long long)packets_hit, plural(packets_hit));
	return EX_YES;
}
