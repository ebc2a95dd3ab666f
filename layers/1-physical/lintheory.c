/* lintheory.c - the bit error rates of linear modulations over white Gaussian noise, in closed form (J. Proakis, Digital Communications,
 * 4th edition, 5.2, and what is cited below). All are exact, for decisions by the nearest point. */

#include "linear.h"

#define PI 3.14159265358979323846

/* M amplitudes at equal distances, Gray labels: K. Cho, D. Yoon, "On the general BER expression of one- and two-dimensional amplitude
 * modulations", IEEE Trans. Commun. 50(7), 2002. distance: from a point to the border, over the noise's standard
 * deviation. Returns the mean over the k = log2 M bits. */
static double ask_ber(unsigned k, double distance)
{
	double m = exp2(k), sum = 0;
	for (unsigned bit = 1; bit <= k; bit++) {
		double weight = exp2(bit - 1.0);
		for (int i = 0; i < (int)(m - m / exp2(bit)); i++) {
			double part = floor(i * weight / m);
			sum += (fmod(part, 2) != 0 ? -1 : 1) * (weight - floor(i * weight / m + 0.5)) * 2 *
			       q_function((2 * i + 1) * distance);
		}
	}
	return sum / m / k;
}

/* The chance that noise turns a symbol by more than angle (0..pi) to one side; es: Es/N0. In polar coordinates around the symbol: J. W.
 * Craig, "A new, simple and exact result for calculating the probability of error for two-dimensional signal constellations",
 * MILCOM 1991. By Simpson's rule: the integrand is smooth, with all slopes 0 at t = 0. */
static double turned(double angle, double es)
{
	enum { N = 2000 };
	double h = (PI - angle) / N, sum = 0;
	for (int i = 1; i <= N; i++)
		sum += (i == N ? 1 : i % 2 ? 4 : 2) * exp(-es * pow(sin(angle) / sin(i * h), 2));
	return sum * h / 3 / (2 * PI);
}

/* 8 phases: the chance of each sector, by the bits in which the labels of the two differ, the mean over all symbols. */
static double psk8_ber(double es)
{
	double ber = 0;
	for (unsigned d = 1; d <= 4; d++) {
		double from = turned((2 * d - 1) * PI / 8, es), to = d < 4 ? turned((2 * d + 1) * PI / 8, es) : -from;
		unsigned differ = 0;
		for (unsigned i = 0; i < 8; i++) {
			unsigned j = (i + d) % 8;
			differ += (unsigned)__builtin_popcount((i ^ i >> 1) ^ (j ^ j >> 1));
		}
		ber += (from - to) * (d < 4 ? 2 : 1) * differ / 8 / 3;
	}
	return ber;
}

/* Q1(a, b) - I0(ab) exp(-(a^2+b^2)/2) / 2, with both functions' integrals over a circle (M. K. Simon, M.-S. Alouini, Digital
 * Communication over Fading Channels, 4.2) put together. The integrand is periodic, so equal steps converge
 * exponentially. */
static double dqpsk_ber(double ebn0)
{
	enum { N = 8192 };
	double a2 = 2 * ebn0 * (1 - sqrt(0.5)), b2 = 2 * ebn0 * (1 + sqrt(0.5)), z = sqrt(a2 / b2), sum = 0;
	for (int i = 0; i < N; i++) {
		double d = 1 + 2 * z * sin(2 * PI * i / N) + z * z;
		sum += exp(-b2 * d / 2) / d;
	}
	return (1 - z * z) * sum / (2 * N);
}

double linear_theory(const struct scheme *s, double ebn0_db, const char **what)
{
	const struct linear_kind *k = s->param;
	const char *unused;
	double g = from_db(ebn0_db), m = exp2(k->bits);

	what = what ? what : &unused;
	if (k->differential && k->bits == 1) {
		*what = "exp(-Eb/N0)/2; Proakis (4th) 5.2-69";
		return exp(-g) / 2;
	}
	if (k->differential) {
		*what = "Q1(a,b) - I0(ab) exp(-(a^2+b^2)/2)/2, a,b = sqrt(2 Eb/N0 (1 -+ sqrt(1/2))); Proakis (4th) 5.2-70";
		return dqpsk_ber(g);
	}
	switch (k->shape) {
	case SHAPE_OOK: *what = "Q(sqrt(Eb/N0)); Proakis (4th) 5.2-11"; return q_function(sqrt(g));
	case SHAPE_PSK:
		*what = "8 phases, Gray, exact: Craig's integral by sector (MILCOM 1991)";
		return psk8_ber(3 * g);
	case SHAPE_ASK:
		*what = k->bits == 1 ? "Q(sqrt(2 Eb/N0)); Proakis (4th) 5.2-5" : "M-ASK, Gray, exact: Cho and Yoon 2002";
		return ask_ber(k->bits, sqrt(6 * k->bits * g / (m * m - 1)));
	case SHAPE_QAM:
		*what = k->bits == 2 ? "Q(sqrt(2 Eb/N0)); Proakis (4th) 5.2-57" : "square M-QAM, Gray, exact: Cho and Yoon 2002";
		return ask_ber(k->bits / 2, sqrt(3 * k->bits * g / (m - 1)));
	}
	return NAN;
}
