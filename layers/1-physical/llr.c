/* llr.c - the table behind llr.h. */
#include "llr.h"

float llr_table[LLR_STEPS * LLR_MOST + 2];

/* Made before main, so that threads find it. */
__attribute__((constructor)) static void make_table(void)
{
	for (int i = 0; i < LLR_STEPS * LLR_MOST + 2; i++)
		llr_table[i] = (float)log1p(exp(-(double)i / LLR_STEPS));
}
