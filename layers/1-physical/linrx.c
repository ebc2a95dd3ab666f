/* linrx.c - the receiver of linear modulation. */
#include "linear.h"
void *linear_rx_new(const struct modem_cfg *c, struct soft_sink out, struct err *e)
{
	(void)c, (void)out;
	err_set(e, "no receiver of linear modulation yet");
	return NULL;
}
void linear_rx_push(void *rx, const float *x, size_t n) { (void)rx, (void)x, (void)n; }
void linear_rx_end(void *rx) { (void)rx; }
void linear_rx_free(void *rx) { (void)rx; }
