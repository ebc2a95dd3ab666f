/* fading.c - a sum of sinusoids (W. C. Jakes, "Microwave Mobile Communications", 1974, 1.7).
 *
 * Angles of arrival are equally likely all around: one in each of equal sectors, at random within it, with a random phase (as in
 * Y. R. Zheng, C. Xiao, "Simulation models with correct statistical properties for Rayleigh fading channels", IEEE Trans. Comm. 51(6),
 * 2003). With 64 waves the sum is Gaussian for all practical purposes.
 */
#include "fading.h"

#include "dsp.h"

void fading_init(struct fading *f, double doppler, double k, struct rng *r)
{
	for (int m = 0; m < FADING_WAVES; m++) {
		double angle = TAU * (m + rng_unit(r)) / FADING_WAVES, phase = TAU * rng_unit(r);
		double turn = TAU * doppler * cos(angle);
		f->re[m] = cos(phase) / sqrt(FADING_WAVES);
		f->im[m] = sin(phase) / sqrt(FADING_WAVES);
		f->turn_re[m] = cos(turn);
		f->turn_im[m] = sin(turn);
	}
	f->steady = sqrt(k / (k + 1));
	f->scattered = sqrt(1 / (k + 1));
}

/* Every wave a sample on. A rounding error of 1e-16 a step is 1e-7 after a billion steps. */
static void step(struct fading *f, double *re, double *im)
{
	double sum_re[FADING_LANES] = {0}, sum_im[FADING_LANES] = {0};
	for (int m = 0; m < FADING_WAVES; m += FADING_LANES)
		for (int j = 0; j < FADING_LANES; j++) {
			double a = f->re[m + j], b = f->im[m + j], c = f->turn_re[m + j], s = f->turn_im[m + j];
			sum_re[j] += a;
			sum_im[j] += b;
			f->re[m + j] = a * c - b * s;
			f->im[m + j] = a * s + b * c;
		}
	*re = *im = 0;
	for (int j = 0; j < FADING_LANES; j++) {
		*re += sum_re[j];
		*im += sum_im[j];
	}
}

void fading_run(struct fading *f, float *re, float *im, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double a, b;
		step(f, &a, &b);
		re[i] = (float)(f->steady + f->scattered * a);
		im[i] = (float)(f->scattered * b);
	}
}
