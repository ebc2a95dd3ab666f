/* capacity.h - how much a channel can carry: the laws of Nyquist and Shannon, each solved for each of its quantities.
 *
 * H. Nyquist, "Certain topics in telegraph transmission theory", Trans. AIEE 47, 1928: of M levels 2B a second at most can be told
 * apart in a band of B Hz. C. E. Shannon, "Communication in the presence of noise", Proc. IRE 37, 1949: with white noise no code
 * carries more than B log2(1 + S/N). S/N and Eb/N0 are ratios, not dB.
 */
#ifndef OSIKIT_CAPACITY_H
#define OSIKIT_CAPACITY_H

#define SHANNON_LIMIT 0.69314718055994530942 /* Eb/N0 below which nothing can be sent however wide the band: ln 2, -1.59 dB */

double nyquist_rate(double bandwidth_hz, double levels);           /* bit/s */
double nyquist_bandwidth(double rate, double levels);              /* Hz */
double nyquist_levels(double rate, double bandwidth_hz);           /* not rounded */

double shannon_rate(double bandwidth_hz, double snr);              /* bit/s */
double shannon_bandwidth(double rate, double snr);                 /* Hz */
double shannon_snr(double rate, double bandwidth_hz);

/* The least Eb/N0 for an efficiency in bit/s/Hz; SHANNON_LIMIT at 0. */
double shannon_ebn0(double efficiency);
/* The greatest efficiency at an Eb/N0; 0 below the limit. */
double shannon_efficiency(double ebn0);

#endif
