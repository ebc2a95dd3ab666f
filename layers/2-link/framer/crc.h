/* crc.h - the parts of framer crc: the working, and what a polynomial detects. Parts of a tool: errors end it. */
#ifndef OSIKIT_FRAMER_CRC_H
#define OSIKIT_FRAMER_CRC_H

#include "2-link/crc_catalog.h"
#include "io.h"

enum { CRC_WORK_BITS = 1024, CRC_TEXT = 8 * CRC_WIDTH_MAX + 64 };

/* Into text, of at least CRC_TEXT octets: 0x and the digits of a value of width bits; the same in binary; x^4 + x + 1. Returns text. */
char *crc_hex(char *text, crc_word v, unsigned width);
char *crc_binary(char *text, const uint8_t *bits, size_t n);
char *crc_terms(char *text, crc_word poly, unsigned width);

/* The long division of a message, bits in the order of transmission, one an octet, at most CRC_WORK_BITS. */
void crc_show_work(struct out *o, const struct crc_params *p, const uint8_t *bits, size_t n);

/* Which errors the polynomial detects; length: bits of data whose Hamming distance is asked for, 0: all lengths. */
void crc_show_detects(struct out *o, const struct crc_params *p, uint64_t length);

#endif
