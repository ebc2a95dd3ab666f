/* ber.h - bit error rates by simulation, in blocks that are each a function of the seed alone. Sans-I/O. */
#ifndef OSIKIT_BER_H
#define OSIKIT_BER_H

#include <stdbool.h>
#include <stdint.h>

#include "channel.h"
#include "modem.h"
#include "stats.h"

struct ber_conf {
	struct modem_cfg modem;
	bool recovered;             /* through transmitter, channel and receiver; false: ideal(), timing and phase known */
	struct channel_conf channel; /* recovered: what happens besides white noise. Rate, seed and noise are filled in here */
	uint64_t bits;              /* a point */
	uint64_t seed;
};

/* What became of a block. */
struct ber_count {
	uint64_t bits, errors;
	unsigned lost;              /* bursts that the receiver did not find, or not as long as they were: what is missing is half wrong, as
	                             * if guessed */
	unsigned slips;             /* lines: places where bits came or went */
};

/* In how many blocks the bits of a point are sent, and how many bits the i-th has: whole symbols, but for the last. */
uint64_t ber_blocks(const struct ber_conf *c);
uint64_t ber_block_bits(const struct ber_conf *c, uint64_t i);

/* Sends the i-th block of the point at this Eb/N0: random bits, and through a receiver a random delay and carrier phase.
 * -1 with e: the modem or the channel cannot be so. May run in several threads, after one call that sets up what is shared. */
int ber_run(const struct ber_conf *c, double ebn0_db, uint64_t i, struct ber_count *count, struct err *e);

/* Wrong bits among n that were sent when got[0..m) was received: bits may have been added in front, left out or added between.
 * What never came is half wrong. *slips: how often the place changed. Linear in n + m. */
uint64_t ber_align(const uint8_t *sent, size_t n, const uint8_t *got, size_t m, unsigned *slips);

#endif
