/* capacity.c - the laws of Nyquist and Shannon. */
#include "capacity.h"

#include <math.h>

double nyquist_rate(double bandwidth_hz, double levels) { return 2 * bandwidth_hz * log2(levels); }
double nyquist_bandwidth(double rate, double levels) { return rate / (2 * log2(levels)); }
double nyquist_levels(double rate, double bandwidth_hz) { return exp2(rate / (2 * bandwidth_hz)); }

double shannon_rate(double bandwidth_hz, double snr) { return bandwidth_hz * log1p(snr) / SHANNON_LIMIT; }
double shannon_bandwidth(double rate, double snr) { return rate * SHANNON_LIMIT / log1p(snr); }
double shannon_snr(double rate, double bandwidth_hz) { return expm1(rate / bandwidth_hz * SHANNON_LIMIT); }

/* S/N = Eb C / (N0 B), so at capacity 2^(C/B) - 1 = C/B Eb/N0. */
double shannon_ebn0(double efficiency)
{
	return efficiency > 0 ? expm1(efficiency * SHANNON_LIMIT) / efficiency : SHANNON_LIMIT;
}

/* shannon_ebn0 rises: halving. */
double shannon_efficiency(double ebn0)
{
	double low = 0, high = 1;
	if (!(ebn0 > SHANNON_LIMIT))
		return 0;
	while (shannon_ebn0(high) < ebn0)
		high *= 2;
	for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
		double middle = (low + high) / 2;
		if (shannon_ebn0(middle) < ebn0)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}
