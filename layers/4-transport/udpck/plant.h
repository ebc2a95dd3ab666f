/* plant.h - changes to packets that concern their checksums: mended, damaged, and unseen; for udpck's files only. */
#ifndef OSIKIT_UDPCK_PLANT_H
#define OSIKIT_UDPCK_PLANT_H

#include "4-transport/udpck/verdict.h"
#include "rng.h"

/* Passes the packet at hand on with all checksums right that can be verified. True when it had a wrong one. */
bool fix_pass(struct pipe *p);
/* Passes it on with `bits` wrong bits in what its innermost checksum covers. */
void flip_pass(struct pipe *p, struct rng *rng, unsigned bits);
/* Writes packets that differ from it in data which its innermost checksum covers, and in which that is right nevertheless. */
void undetected_pass(struct pipe *p);

#endif
