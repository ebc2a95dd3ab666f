/* hdlc_frame.h - HDLC, for tools that make and check frames. */
#ifndef OSIKIT_HDLC_FRAME_H
#define OSIKIT_HDLC_FRAME_H

#include "proto.h"

extern const struct proto hdlc_proto;

#endif
