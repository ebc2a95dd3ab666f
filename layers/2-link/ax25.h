/* ax25.h - AX.25, for tools that make and check frames. */
#ifndef OSIKIT_AX25_H
#define OSIKIT_AX25_H

#include "proto.h"

extern const struct proto ax25_proto;

/* Whether the octets can be the addresses, control and PID of a frame: what a receiver that guesses at damaged bits checks. */
bool ax25_plausible(const uint8_t *b, size_t n);

#endif
