/* kiss.h - KISS, for tools that make and check frames. */
#ifndef OSIKIT_KISS_H
#define OSIKIT_KISS_H

#include "proto.h"

extern const struct proto kiss_proto;

#endif
