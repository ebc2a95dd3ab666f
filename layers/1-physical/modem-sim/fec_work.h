/* fec_work.h - how codes are worked by hand, printed. Only modem-sim fec calls it. */
#ifndef OSIKIT_FEC_WORK_H
#define OSIKIT_FEC_WORK_H

#include <stddef.h>
#include <stdint.h>

/* What codes these are, on stderr: rate, distance, what they repair. text: that of a chain that fec_new takes. */
void work_about(const char *text);
/* Each code's steps in coding n bits, on stdout. */
void work_encode(const char *text, const uint8_t *bits, size_t n);
/* And in decoding m soft bits. */
void work_decode(const char *text, const float *llr, size_t m);

#endif
