/* ppp.h - PPP, for tools that make and check frames. */
#ifndef OSIKIT_PPP_H
#define OSIKIT_PPP_H

#include "proto.h"

extern const struct proto ppp_proto;

#endif
