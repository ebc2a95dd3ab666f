/* eth.h - Ethernet, for tools that make and check frames. */
#ifndef OSIKIT_ETH_H
#define OSIKIT_ETH_H

#include "proto.h"

extern const struct proto eth_proto;

#endif
