/* spectrum.h - the discrete Fourier transform of real signals, how a signal's power is spread over frequency, and how theory says that it
 * is. Sans-I/O. Densities are one-sided: a signal's mean power is their sum over 0 Hz to half the rate, times the distance of the lines. */
#ifndef OSIKIT_SPECTRUM_H
#define OSIKIT_SPECTRUM_H

#include <stddef.h>
#include <stdint.h>

struct fft;

enum { FFT_MOST = 1 << 22 };

/* For n real values, n a power of two from 4 to FFT_MOST; NULL: it is none. The caller's, who frees it. */
struct fft *fft_new(size_t n);
void fft_free(struct fft *f);
/* X[k] = sum over j of x[j] exp(-2 pi i jk/n), k = 0..n/2; re and im have n/2 + 1 values. */
void fft_real(struct fft *f, const double *x, double *re, double *im);

/* The power spectral density of a signal by Welch's method (IEEE Trans. Audio Electroacoust. 15(2), 1967): the mean of the periodograms of
 * segments that overlap by half, each under a Hann window. */
struct welch;

/* Segments of n samples (as fft_new); rate_hz samples a second. */
struct welch *welch_new(size_t n, double rate_hz);
void welch_free(struct welch *w);
/* Any number of samples; what is not finite counts as 0. */
void welch_push(struct welch *w, const float *x, size_t n);
/* Density, power a Hz, at k rate/n Hz for k = 0..n/2, into psd. Returns the number of segments; 0: there was not one whole one, and
 * psd is that of the samples there are, zeros behind them (all 0 without samples). */
uint64_t welch_density(struct welch *w, double *psd);

/* What there is in psd[0..n) with lines step_hz apart, the first at 0 Hz. */
double spectrum_power(const double *psd, size_t n, double step_hz);
/* The line with the most. */
size_t spectrum_peak(const double *psd, size_t n);
/* The band that holds share (0.99) of the power, as much of the rest below it as above it: occupied bandwidth (ITU-R SM.328, 1.2). */
void spectrum_occupied(const double *psd, size_t n, double step_hz, double share, double *low_hz, double *high_hz);
/* The band outside of which the density is nowhere above that of its peak less down_db: x-dB bandwidth (ITU-R SM.328, 1.14). */
void spectrum_width(const double *psd, size_t n, double step_hz, double down_db, double *low_hz, double *high_hz);

/* Densities in theory, for random bits and a signal of power 1 about a carrier, at f_hz from it (so the integral over all f is 1).
 * Linear modulation (Proakis 4.4-12) with root-raised-cosine pulses (9.2-26), with rectangular ones, with those of a raised cosine in time
 * two symbols long. */
double theory_rrc(double f_hz, double baud, double rolloff);
double theory_rect(double f_hz, double baud);
double theory_hann(double f_hz, double baud);

/* Phase modulation with a continuous phase, by the autocorrelation (Proakis 4.4-53 to -58; Aulin, Sundberg, IEE Proc. F 130(3),
 * 1983). levels: 2, 4, 8... symbols -1, +1 or -3, -1, 1, 3, ...; h: the modulation index; bt: of a Gaussian filter in front, 0: none. */
struct cpm_theory;
/* NULL where there are lines in the spectrum (h whole). */
struct cpm_theory *cpm_theory_new(unsigned levels, double h, double bt);
void cpm_theory_free(struct cpm_theory *c);
double cpm_theory_at(const struct cpm_theory *c, double f_hz, double baud);

#endif
