/* linecode_impl.h - what the files of the line codes share. */
#ifndef OSIKIT_LINECODE_IMPL_H
#define OSIKIT_LINECODE_IMPL_H

#include "linecode.h"

/* A violation at element i of the call (of a block code: at its bit i). */
void line_bad(struct line *l, size_t i, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

void code4b5b_encode(struct line *l, const uint16_t *s, size_t n, uint16_t *bits);
void code4b5b_decode(struct line *l, const uint16_t *bits, size_t n, uint16_t *s);
uint16_t code4b5b_control(char name); /* LINE_BAD: none */
char code4b5b_name(uint16_t s);       /* '?': none */

void code8b10b_encode(struct line *l, const uint16_t *s, size_t n, uint16_t *bits);
void code8b10b_decode(struct line *l, const uint16_t *bits, size_t n, uint16_t *s);
bool code8b10b_is_k(unsigned octet);
/* The ten bits of a symbol at running disparity rd, -1 or +1; the first sent the most significant. */
unsigned code8b10b_group(uint16_t s, int rd);

#endif
