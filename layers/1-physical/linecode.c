/* linecode.c - line codes: pulse codes bit by bit, and what is common to all. */

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsp.h"
#include "io.h"
#include "linecode_impl.h"
#include "rng.h"

void line_bad(struct line *l, size_t i, const char *fmt, ...)
{
	char why[160];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	l->violations++;
	if (l->violation)
		l->violation(l->arg, l->at + i * l->scale, why);
}

static int8_t sign(bool up) { return up ? 1 : -1; }

/* ---- NRZ ---- */

enum { CHANGE_ON_0, CHANGE_ON_1 };

static void level_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	int8_t low = l->pulse->levels[1] == '0' ? 0 : -1;
	(void)mark;
	for (size_t i = 0; i < n; i++)
		y[i] = s[i] & 1 ? 1 : low;
}

static void level_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	(void)l;
	for (size_t i = 0; i < n; i++)
		s[i] = y[i] > 0;
}

static void change_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	(void)mark;
	for (size_t i = 0; i < n; i++)
		y[i] = l->level = (s[i] & 1) == l->pulse->variant ? (int8_t)-l->level : l->level;
}

static void change_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++) {
		s[i] = (y[i] != l->level) == (l->pulse->variant == CHANGE_ON_1);
		l->level = y[i];
	}
}

/* ---- RZ: a pulse in the first half, 0 in the second ---- */

static void rz_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	int8_t low = l->pulse->levels[2] == '-' ? -1 : 0;
	(void)mark;
	for (size_t i = 0; i < n; i++) {
		*y++ = s[i] & 1 ? 1 : low;
		*y++ = 0;
	}
}

static void rz_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++, y += 2) {
		s[i] = y[0] > 0;
		if (y[0] == 0 && l->pulse->levels[2] == '-')
			line_bad(l, 2 * i, "no pulse");
		if (y[1] != 0)
			line_bad(l, 2 * i + 1, "no return to zero");
	}
}

/* ---- Manchester: a change in the middle of each bit; variant: the first half of a 1 ---- */

static void manchester_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	(void)mark;
	for (size_t i = 0; i < n; i++) {
		int8_t first = (int8_t)(s[i] & 1 ? l->pulse->variant : -l->pulse->variant);
		*y++ = first;
		*y++ = (int8_t)-first;
	}
}

static void manchester_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++, y += 2) {
		s[i] = y[0] == l->pulse->variant;
		if (y[0] == y[1]) {
			line_bad(l, 2 * i, "no transition in the middle of the bit");
			s[i] |= LINE_BAD;
		}
	}
}

/* IEEE 802.5, 5.1: a 0 changes at its start, a 1 does not; J and K lack the change in the middle. */
static void differential_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	(void)mark;
	for (size_t i = 0; i < n; i++) {
		bool stays = s[i] & LINE_CONTROL ? s[i] == LINE_J : s[i] & 1;
		int8_t first = stays ? l->level : (int8_t)-l->level;
		*y++ = first;
		*y++ = l->level = s[i] & LINE_CONTROL ? first : (int8_t)-first;
	}
}

static void differential_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++, y += 2) {
		s[i] = y[0] == l->level;
		if (y[0] == y[1]) {
			s[i] = y[0] == l->level ? LINE_J : LINE_K;
			line_bad(l, 2 * i, "no transition in the middle of the bit: %c", s[i] == LINE_J ? 'J' : 'K');
		}
		l->level = y[1];
	}
}

/* ---- bipolar codes: pulses alternate; variant: the bit that is a pulse ---- */

static void ami_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	(void)mark;
	for (size_t i = 0; i < n; i++) {
		bool pulse = (s[i] & 1) == l->pulse->variant;
		if (pulse)
			l->level = (int8_t)-l->level;
		y[i] = pulse ? l->level : 0;
	}
}

static void bipolar_violation(struct line *l, size_t i)
{
	char c = l->level > 0 ? '+' : '-';
	line_bad(l, i, "bipolar violation: %c follows %c", c, c);
}

static void ami_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++) {
		s[i] = (uint16_t)((y[i] != 0) == l->pulse->variant);
		if (y[i] && y[i] == l->level)
			bipolar_violation(l, i);
		if (y[i])
			l->level = y[i];
	}
}

static bool zeros(const uint16_t *s, size_t left, size_t want)
{
	for (size_t i = 0; i < want; i++)
		if (i >= left || s[i] & 1)
			return false;
	return true;
}

/* n levels of a substitution: V as the last pulse, B the other way. */
static void substitute(struct line *l, const char *form, int8_t *y, char *mark)
{
	for (size_t j = 0; form[j]; j++) {
		if (form[j] == 'B')
			l->level = (int8_t)-l->level;
		y[j] = form[j] == '0' ? 0 : l->level;
		if (mark)
			mark[j] = form[j] == '0' ? ' ' : form[j];
	}
}

/* ANSI T1.102, ITU-T G.703 annex: eight zeros are 000VB0VB. */
static void b8zs_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	for (size_t i = 0; i < n;) {
		if (zeros(s + i, n - i, 8)) {
			substitute(l, "000VB0VB", y + i, mark ? mark + i : NULL);
			i += 8;
			continue;
		}
		if (s[i] & 1)
			l->level = (int8_t)-l->level;
		y[i] = s[i] & 1 ? l->level : 0;
		i++;
	}
}

/* Whether 000VB0VB stands at y, of left levels; last: the polarity before it, 0 where that is not known. */
static bool is_b8zs(const int8_t *y, size_t left, int8_t last)
{
	if (left < 8 || y[0] || y[1] || y[2] || !y[3] || (last && y[3] != last))
		return false;
	return y[4] == -y[3] && !y[5] && y[6] == y[4] && y[7] == y[3];
}

static void b8zs_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n;) {
		if (is_b8zs(y + i, n - i, l->level)) {
			memset(s + i, 0, 8 * sizeof *s);
			if (l->zeros)
				line_bad(l, i + 3,
				         "000VB0VB behind a zero, which would have been the first of its eight");
			l->level = y[i + 7];
			l->zeros = 0;
			i += 8;
			continue;
		}
		s[i] = y[i] != 0;
		l->zeros = y[i] ? 0 : l->zeros + 1;
		if (l->zeros == 8)
			line_bad(l, i, "eight zeros in a row");
		if (y[i] && y[i] == l->level)
			bipolar_violation(l, i);
		if (y[i])
			l->level = y[i];
		i++;
	}
}

/* ITU-T G.703, annex A: four zeros are 000V, or B00V where an even number of pulses came since the last V; so
 * violations alternate. */
static void hdb3_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	for (size_t i = 0; i < n;) {
		if (zeros(s + i, n - i, 4)) {
			substitute(l, l->odd ? "000V" : "B00V", y + i, mark ? mark + i : NULL);
			l->odd = 0;
			i += 4;
			continue;
		}
		if (s[i] & 1) {
			l->level = (int8_t)-l->level;
			l->odd ^= 1;
		}
		y[i] = s[i] & 1 ? l->level : 0;
		i++;
	}
}

static void hdb3_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++) {
		bool violation = y[i] && y[i] == l->level, meant = violation && (l->zeros == 2 || l->zeros == 3);
		s[i] = y[i] && !meant;
		if (violation && !meant)
			bipolar_violation(l, i);
		if (meant && l->last_v == y[i])
			line_bad(l, i, "violation of the same polarity as the one before: %c", y[i] > 0 ? '+' : '-');
		if (meant && l->zeros == 2 && l->gap)
			line_bad(l, i, "B00V behind a zero, which would have been the first of its four");
		if (meant && l->zeros == 2 && i >= 3)
			s[i - 3] = 0; /* the B of B00V */
		if (meant)
			l->last_v = y[i];
		if (y[i]) {
			l->level = y[i];
			l->gap = l->zeros;
		}
		l->zeros = y[i] ? 0 : l->zeros + 1;
		if (l->zeros == 4)
			line_bad(l, i, "four zeros in a row");
	}
}

/* ---- several levels ---- */

/* ANSI T1.601, 5.3: the first bit is the sign, the second the magnitude. */
static const int8_t quats[4] = {-3, -1, 3, 1};

static void quat_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	(void)l, (void)mark;
	for (size_t i = 0; i < n; i++)
		y[i] = quats[s[i] & 3];
}

static void quat_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	(void)l;
	for (size_t i = 0; i < n; i++)
		s[i] = (uint16_t)((y[i] > 0) << 1 | (y[i] == 1 || y[i] == -1));
}

/* ANSI X3.263, 7: each 1 goes on in 0 + 0 -. */
static const int8_t mlt3_levels[4] = {0, 1, 0, -1};

static void mlt3_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	(void)mark;
	for (size_t i = 0; i < n; i++) {
		l->phase = (l->phase + (s[i] & 1)) & 3;
		y[i] = mlt3_levels[l->phase];
	}
}

static void mlt3_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	for (size_t i = 0; i < n; i++) {
		int8_t before = mlt3_levels[l->phase], next = mlt3_levels[(l->phase + 1) & 3];
		s[i] = y[i] != before;
		if (y[i] == before)
			continue;
		if (y[i] == next)
			l->phase = (l->phase + 1) & 3;
		else if (l->level) { /* else: the first pulse, of either polarity */
			line_bad(l, i, before ? "from %s straight to %s" : "from %s to %s again, out of turn",
			         line_level_name(before, false), line_level_name(y[i], false));
		}
		if (y[i]) {
			l->phase = y[i] > 0 ? 1 : 3;
			l->level = y[i];
		}
	}
}

/* ---- spectra: of pulses as wide as their element, random bits, levels as they are ----
 *
 * Couch, Digital and Analog Communication Systems, 3-5 (eq. 3-39 to 3-46); T = 1 s. Codes of pulses of half a bit
 * there are of whole ones here. */

static double sinc2(double x)
{
	double px = TAU / 2 * x;
	return fabs(px) < 1e-9 ? 1 : sin(px) * sin(px) / (px * px);
}

static double sin2(double x) { return sin(TAU / 2 * x) * sin(TAU / 2 * x); }

static double psd_polar(const struct line_code *c, double f) { return (void)c, sinc2(f); }
static double psd_unipolar(const struct line_code *c, double f) { return (void)c, sinc2(f) / 4; }
static double psd_rz(const struct line_code *c, double f) { return (void)c, sinc2(f / 2) / 16; }
static double psd_rz_polar(const struct line_code *c, double f) { return (void)c, sinc2(f / 2) / 4; }
static double psd_manchester(const struct line_code *c, double f) { return (void)c, sinc2(f / 2) * sin2(f / 2); }
static double psd_ami(const struct line_code *c, double f) { return (void)c, sinc2(f) * sin2(f); }
static double psd_2b1q(const struct line_code *c, double f) { return (void)c, 10 * sinc2(2 * f); }

/* The level is sin(pi p/2) of a phase p that goes on by one for half of the bits: R(k) = Re z^|k| / 2, z = (1 + j)/2;
 * with w = 2 pi f, its transform is Re[1/(1 - z e^jw) + 1/(1 - z e^-jw) - 1] / 2. */
static double psd_mlt3(const struct line_code *c, double f)
{
	double sum = -1;
	(void)c;
	for (int s = -1; s <= 1; s += 2) {
		double w = s * TAU * f, re = 1 - (cos(w) - sin(w)) / 2, im = -(cos(w) + sin(w)) / 2;
		sum += re / (re * re + im * im);
	}
	return sinc2(f) * sum / 2;
}

/* ---- the table ---- */

/* clang-format off */
#define CODE(encode_, decode_) .encode = encode_, .decode = decode_
#define PSD(f, what) .psd = f, .psd_what = what "; Couch, Digital and Analog Communication Systems, 3-5"

const struct line_code line_codes[] = {
	{
		.name = "nrz-l", .alias = "nrz nrzl", .title = "NRZ-L: non-return to zero, level",
		.standard = "IRIG 106, 4; polarity as drawn there", .rule = "1 is +, 0 is -",
		.bits = 1, .elements = 1, .levels = "+-", .null_hz = 1, .lacks = "equal bits",
		CODE(level_encode, level_decode), PSD(psd_polar, "sinc^2(f)"),
	},
	{
		.name = "nrz-m", .alias = "nrz-i nrzi nrzm",
		.title = "NRZ-M: non-return to zero, mark (NRZ-I, NRZI of FDDI and 100BASE-FX)",
		.standard = "IRIG 106, 4; ISO/IEC 9314-1", .rule = "1 changes the level, 0 does not",
		.bits = 1, .elements = 1, .levels = "+-", .null_hz = 1, .lacks = "0s", .variant = CHANGE_ON_1,
		CODE(change_encode, change_decode), PSD(psd_polar, "sinc^2(f)"),
	},
	{
		.name = "nrz-s", .alias = "nrzs", .title = "NRZ-S: non-return to zero, space (NRZI of HDLC, AX.25 and USB)",
		.standard = "IRIG 106, 4; USB 2.0, 7.1.8", .rule = "0 changes the level, 1 does not",
		.bits = 1, .elements = 1, .levels = "+-", .null_hz = 1, .lacks = "1s", .variant = CHANGE_ON_0,
		CODE(change_encode, change_decode), PSD(psd_polar, "sinc^2(f)"),
	},
	{
		.name = "unipolar", .alias = "nrz-u on-off", .title = "unipolar NRZ", .standard = "Couch, 3-5",
		.rule = "1 is +, 0 is 0",
		.bits = 1, .elements = 1, .levels = "+0", .null_hz = 1, .lacks = "equal bits",
		CODE(level_encode, level_decode), PSD(psd_unipolar, "sinc^2(f)/4, and a line of 1/4 at 0"),
	},
	{
		.name = "rz", .alias = "rz-unipolar unipolar-rz", .title = "unipolar RZ: return to zero",
		.standard = "IRIG 106, 4", .rule = "1 is + for half the bit, 0 is 0",
		.bits = 1, .elements = 2, .levels = "+0", .null_hz = 2, .lacks = "0s",
		CODE(rz_encode, rz_decode), PSD(psd_rz, "sinc^2(f/2)/16, and lines at 0, 1, 3, 5, ..."),
	},
	{
		.name = "rz-polar", .alias = "polar-rz", .title = "polar RZ", .standard = "Couch, 3-5",
		.rule = "1 is +, 0 is -, for half the bit",
		.bits = 1, .elements = 2, .levels = "+0-", .null_hz = 2, .run = 1,
		CODE(rz_encode, rz_decode), PSD(psd_rz_polar, "sinc^2(f/2)/4"),
	},
	{
		.name = "manchester", .alias = "802.3 manchester-802.3", .title = "Manchester",
		.standard = "IEEE 802.3, 7.3.1.1", .rule = "1 is - then +, 0 is + then -",
		.bits = 1, .elements = 2, .levels = "+-", .null_hz = 2, .run = 2, .dc_free = true, .variant = -1,
		CODE(manchester_encode, manchester_decode), PSD(psd_manchester, "sinc^2(f/2) sin^2(pi f/2)"),
	},
	{
		.name = "thomas", .alias = "manchester-thomas ge-thomas bi-phase-l biphase-l",
		.title = "Manchester as G. E. Thomas had it (bi-phase-L)",
		.standard = "IRIG 106, 4", .rule = "1 is + then -, 0 is - then +",
		.bits = 1, .elements = 2, .levels = "+-", .null_hz = 2, .run = 2, .dc_free = true, .variant = 1,
		CODE(manchester_encode, manchester_decode), PSD(psd_manchester, "sinc^2(f/2) sin^2(pi f/2)"),
	},
	{
		.name = "diff-manchester", .alias = "differential-manchester 802.5", .title = "differential Manchester",
		.standard = "IEEE 802.5, 5.1",
		.rule = "changes in the middle of each bit, and at the start of a 0; J and K do not change in the middle",
		.bits = 1, .elements = 2, .levels = "+-", .null_hz = 2, .run = 2, .dc_free = true,
		CODE(differential_encode, differential_decode), PSD(psd_manchester, "sinc^2(f/2) sin^2(pi f/2)"),
	},
	{
		.name = "ami", .alias = "bipolar bipolar-ami", .title = "AMI: alternate mark inversion",
		.standard = "ITU-T G.701, G.703", .rule = "1 is + and - in turn, 0 is 0",
		.bits = 1, .elements = 1, .levels = "+0-", .null_hz = 1, .dc_free = true, .lacks = "0s", .variant = 1,
		CODE(ami_encode, ami_decode), PSD(psd_ami, "sinc^2(f) sin^2(pi f)"),
	},
	{
		.name = "pseudoternary", .alias = "pseudo-ternary", .title = "pseudoternary",
		.standard = "ITU-T I.430, 8.5", .rule = "0 is + and - in turn, 1 is 0",
		.bits = 1, .elements = 1, .levels = "+0-", .null_hz = 1, .dc_free = true, .lacks = "1s", .variant = 0,
		CODE(ami_encode, ami_decode), PSD(psd_ami, "sinc^2(f) sin^2(pi f)"),
	},
	{
		.name = "b8zs", .alias = "", .title = "B8ZS: bipolar with eight-zeros substitution",
		.standard = "ANSI T1.102; ITU-T G.703", .rule = "AMI; eight 0s are 000VB0VB",
		.bits = 1, .elements = 1, .levels = "+0-", .null_hz = 1, .run = 7, .dc_free = true,
		CODE(b8zs_encode, b8zs_decode),
	},
	{
		.name = "hdb3", .alias = "hdb-3", .title = "HDB3: high-density bipolar of order 3",
		.standard = "ITU-T G.703, annex A",
		.rule = "AMI; four 0s are 000V, or B00V after an even number of pulses since the last V",
		.bits = 1, .elements = 1, .levels = "+0-", .null_hz = 1, .run = 3, .dc_free = true,
		CODE(hdb3_encode, hdb3_decode),
	},
	{
		.name = "2b1q", .alias = "", .title = "2B1Q: two bits, one quaternary", .standard = "ANSI T1.601, 5.3",
		.rule = "10 is +3, 11 is +1, 01 is -1, 00 is -3",
		.bits = 2, .elements = 1, .levels = "3113", .null_hz = 0.5, .lacks = "equal pairs",
		CODE(quat_encode, quat_decode), .psd = psd_2b1q, .psd_what = "10 sinc^2(2f): levels independent, mean square 5",
	},
	{
		.name = "mlt-3", .alias = "mlt3", .title = "MLT-3: multi-level transmit, 3 levels",
		.standard = "ANSI X3.263 (TP-PMD); 100BASE-TX", .rule = "1 goes on in 0 + 0 -, 0 stays",
		.bits = 1, .elements = 1, .levels = "+0-", .null_hz = 1, .lacks = "0s",
		CODE(mlt3_encode, mlt3_decode), .psd = psd_mlt3,
		.psd_what = "sinc^2(f) Re[1/(1 - z e^jw) + 1/(1 - z e^-jw) - 1]/2, z = (1 + j)/2, w = 2 pi f: its Markov chain",
	},
	{0},
};
/* clang-format on */

/* ---- names ---- */

static bool is_word(const char *words, const char *s, size_t n)
{
	while (*words) {
		size_t w = strcspn(words, " ");
		if (w == n && strncasecmp(words, s, n) == 0)
			return true;
		words += w + (words[w] == ' ');
	}
	return false;
}

static bool is_named(const struct line_code *c, const char *s, size_t n)
{
	return is_word(c->name, s, n) || is_word(c->alias, s, n);
}

static const struct line_code *pulse_code(const char *s, size_t n)
{
	for (const struct line_code *c = line_codes; c->name; c++)
		if (is_named(c, s, n))
			return c;
	return NULL;
}

int line_open(struct line *l, const char *name, struct err *e)
{
	size_t n = strcspn(name, "+");
	const char *second = name[n] ? name + n + 1 : NULL;
	*l = (struct line){0};
	l->block = is_named(&line_4b5b, name, n) ? &line_4b5b : is_named(&line_8b10b, name, n) ? &line_8b10b : NULL;
	if (!l->block && !second)
		l->pulse = pulse_code(name, n);
	else if (l->block && second)
		l->pulse = pulse_code(second, strlen(second));
	else if (l->block) /* FDDI, 100BASE-FX: NRZI; 1000BASE-X: NRZ */
		l->pulse = pulse_code(l->block == &line_4b5b ? "nrz-m" : "nrz-l", 5);
	if (!l->pulse || (l->block && l->pulse->bits != 1))
		return err_set(e, "\"%.40s\" is no line code", name);
	l->bits = l->block ? l->block->bits : l->pulse->bits;
	l->elements = l->block ? l->block->elements * l->pulse->elements : l->pulse->elements;
	snprintf(l->name, sizeof l->name, "%s%s%s", l->block ? l->block->name : l->pulse->name,
	         l->block && second ? "+" : "", l->block && second ? l->pulse->name : "");
	line_start(l, (struct line_begin){0}, false);
	return 0;
}

void line_start(struct line *l, struct line_begin b, bool decoder)
{
	const struct line_code *c = l->pulse;
	bool differential = c->encode == change_encode || c->encode == differential_encode;
	int8_t first = (int8_t)(b.level ? b.level : decoder ? 0 : -1);
	l->begun = b;
	l->scale = 1;
	l->at = l->violations = 0;
	l->level = differential && !first ? -1 : first;
	l->disparity = first;
	l->last_v = (int8_t)(b.odd ? -b.level : b.level); /* pulses alternate behind it */
	l->odd = b.odd;
	l->phase = b.level > 0 ? 2 : 0; /* MLT-3: the 0 behind that pulse */
	l->zeros = l->gap = 0;
}

/* ---- whole codes ---- */

void line_encode(struct line *l, const uint16_t *s, size_t n, int8_t *y, char *mark)
{
	size_t elements = n * l->elements;
	if (mark)
		memset(mark, ' ', elements);
	if (l->block) {
		size_t nbits = n * l->block->elements;
		uint16_t *bits = xmalloc(nbits * sizeof *bits + 1);
		(l->block == &line_4b5b ? code4b5b_encode : code8b10b_encode)(l, s, n, bits);
		l->pulse->encode(l, bits, nbits, y, mark);
		free(bits);
	} else {
		l->pulse->encode(l, s, n, y, mark);
	}
	l->at += elements;
}

/* The level of the code that is nearest, of equals the upper. */
static int8_t nearest(const char *levels, int8_t y)
{
	if (levels[0] == '3')
		return y >= 2 ? 3 : y >= 0 ? 1 : y <= -2 ? -3 : -1;
	if (levels[2] == '-')
		return (int8_t)((y > 0) - (y < 0));
	return y > 0 ? 1 : levels[1] == '0' ? 0 : y < 0 ? -1 : 1;
}

size_t line_decode(struct line *l, const int8_t *y, size_t n, uint16_t *s)
{
	size_t symbols = n / l->elements, whole = symbols * l->elements;
	int8_t *clean = xmalloc(whole + 1);
	for (size_t i = 0; i < whole; i++) {
		clean[i] = nearest(l->pulse->levels, y[i]);
		if (clean[i] != y[i])
			line_bad(l, i, "%s has no level %d", l->pulse->name, y[i]);
	}
	if (l->block) {
		size_t nbits = symbols * l->block->elements;
		uint16_t *bits = xmalloc(nbits * sizeof *bits + 1);
		l->pulse->decode(l, clean, nbits, bits);
		l->scale = l->pulse->elements;
		(l->block == &line_4b5b ? code4b5b_decode : code8b10b_decode)(l, bits, symbols, s);
		l->scale = 1;
		free(bits);
	} else {
		l->pulse->decode(l, clean, symbols, s);
	}
	free(clean);
	if (whole < n)
		line_bad(l, whole, "%zu level%s left over: a symbol has %u", n - whole, n - whole == 1 ? "" : "s",
		         l->elements);
	l->at += n;
	return symbols;
}

/* ---- symbols as text, and as octets ---- */

/* Whether p begins with K28.5 or D21.5, which hex digits might do too. */
static bool is_8b10b(const struct line *l, const char *p)
{
	unsigned x, y;
	return l->block == &line_8b10b && strchr("KkDd", *p) && sscanf(p + 1, "%2u.%1u", &x, &y) == 2;
}

/* "K28.5" or "D21.5" at *p; LINE_BAD. */
static uint16_t read_8b10b(const char **p)
{
	unsigned x = 0, y = 0;
	int used = 0;
	if (sscanf(*p + 1, "%2u.%1u%n", &x, &y, &used) < 2 || x > 31 || y > 7)
		return LINE_BAD;
	bool k = toupper((unsigned char)**p) == 'K';
	unsigned octet = y << 5 | x;
	if (k && !code8b10b_is_k(octet))
		return LINE_BAD;
	*p += 1 + used;
	return (uint16_t)((k ? LINE_CONTROL : 0) | octet);
}

/* The control symbol at *p, which moves behind it; LINE_BAD. */
static uint16_t read_control(const struct line *l, const char **p)
{
	uint16_t s = LINE_BAD;
	if (l->block == &line_8b10b && strchr("KkDd", **p))
		return read_8b10b(p);
	if (l->block == &line_4b5b)
		s = code4b5b_control(**p);
	else if (!l->block && l->pulse->encode == differential_encode && (**p == 'J' || **p == 'K'))
		s = **p == 'J' ? LINE_J : LINE_K;
	*p += s != LINE_BAD;
	return s;
}

int line_read(const struct line *l, const char *text, bool hex, uint16_t *s, size_t *n, struct err *e)
{
	unsigned have = 0, value = 0;
	*n = 0;
	for (const char *p = text; *p;) {
		unsigned char c = (unsigned char)*p;
		if (isspace(c) || c == '_') {
			p++;
			continue;
		}
		if ((c == '0' || c == '1' || (hex && isxdigit(c))) && !is_8b10b(l, p)) {
			unsigned v = isdigit(c) ? c - (unsigned)'0' : (unsigned)tolower(c) - 'a' + 10,
				 width = hex ? 4 : 1;
			for (unsigned j = width; j-- > 0;) {
				value = value << 1 | (v >> j & 1);
				if (++have == l->bits) {
					s[(*n)++] = (uint16_t)value;
					have = value = 0;
				}
			}
			p++;
			continue;
		}
		if (have)
			return err_set(e, "%s takes %u bits at a time; %u stand before \"%.8s\"", l->name, l->bits,
			               have, p);
		s[*n] = read_control(l, &p);
		if (s[*n] == LINE_BAD)
			return err_set(e, "\"%.8s\" is no %s of %s", p, hex ? "hex digit or symbol" : "bit or symbol",
			               l->name);
		(*n)++;
	}
	if (have)
		return err_set(e, "%s takes %u bits at a time; %u are left over", l->name, l->bits, have);
	return 0;
}

size_t line_group(const struct line *l, const uint8_t *octets, size_t bits, uint16_t *s)
{
	size_t n = bits / l->bits;
	for (size_t i = 0; i < n; i++) {
		unsigned v = 0;
		for (unsigned j = 0; j < l->bits; j++) {
			size_t at = i * l->bits + j;
			v |= (octets[at / 8] >> at % 8 & 1U) << (l->block ? j : l->bits - 1 - j);
		}
		s[i] = (uint16_t)v;
	}
	return n;
}

size_t line_ungroup(const struct line *l, const uint16_t *s, size_t n, uint8_t *octets)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] & LINE_CONTROL)
			continue;
		for (unsigned j = 0; j < l->bits; j++, at++) {
			unsigned bit = s[i] >> (l->block ? j : l->bits - 1 - j) & 1U;
			if (at % 8 == 0)
				octets[at / 8] = 0;
			octets[at / 8] |= (uint8_t)(bit << at % 8);
		}
	}
	return at;
}

void line_symbol_name(const struct line *l, uint16_t s, char name[LINE_NAME_MAX])
{
	if (s & LINE_BAD) {
		snprintf(name, LINE_NAME_MAX, "?");
	} else if (s & LINE_CONTROL && l->block == &line_8b10b) {
		snprintf(name, LINE_NAME_MAX, "K%u.%u", s & 31U, s >> 5 & 7U);
	} else if (s & LINE_CONTROL) {
		snprintf(name, LINE_NAME_MAX, "%c", l->block ? code4b5b_name(s) : s == LINE_J ? 'J' : 'K');
	} else {
		for (unsigned j = 0; j < l->bits; j++)
			name[j] = s >> (l->bits - 1 - j) & 1 ? '1' : '0';
		name[l->bits] = '\0';
	}
}

/* ---- levels ---- */

int line_levels_read(const char *text, int8_t *y, size_t *n, struct err *e)
{
	*n = 0;
	for (const char *p = text; *p; p++) {
		if (isspace((unsigned char)*p) || *p == ',' || *p == '|')
			continue;
		if (*p == '0') {
			y[(*n)++] = 0;
		} else if (*p == '+' || *p == '-') {
			int magnitude = p[1] == '3' ? 3 : 1;
			y[(*n)++] = (int8_t)(*p == '+' ? magnitude : -magnitude);
			p += p[1] == '1' || p[1] == '3';
		} else if (strchr("HhLl", *p)) {
			y[(*n)++] = sign(*p == 'H' || *p == 'h');
		} else {
			return err_set(e, "\"%.8s\" is no level: + - 0, +3 +1 -1 -3", p);
		}
	}
	return 0;
}

const char *line_level_name(int8_t y, bool wide)
{
	static const char *const names[] = {"-3", "-2", "-1", "0", "+1", "+2", "+3"};
	if (wide && y >= -3 && y <= 3)
		return names[y + 3];
	return y > 0 ? "+" : y < 0 ? "-" : "0";
}

struct line_report line_measure(const int8_t *y, size_t n)
{
	struct line_report r = {.elements = n};
	size_t run = 0;
	for (size_t i = 0; i < n; i++) {
		bool change = i > 0 && y[i] != y[i - 1];
		r.transitions += change;
		run = change ? 1 : run + 1;
		if (run > r.run)
			r.run = run;
		r.sum += y[i];
		if (r.sum < r.sum_min)
			r.sum_min = r.sum;
		if (r.sum > r.sum_max)
			r.sum_max = r.sum;
	}
	return r;
}

/* ---- measured spectra: the transform of the autocorrelation (Blackman, Tukey) ---- */

enum { LAGS = 128 };

static double correlation(const int8_t *y, size_t n, size_t lag)
{
	int64_t sum = 0;
	for (size_t i = 0; i + lag < n; i += 4096) {
		size_t end = i + 4096 < n - lag ? i + 4096 : n - lag;
		int32_t part = 0;
		for (size_t j = i; j < end; j++)
			part += y[j] * y[j + lag];
		sum += part;
	}
	return (double)sum / (double)(n - lag);
}

/* Mean levels of each place in a pulse code's symbol. */
static void cyclic_mean(const int8_t *y, size_t n, unsigned places, double *mean)
{
	for (unsigned p = 0; p < places; p++) {
		int64_t sum = 0;
		for (size_t i = p; i < n; i += places)
			sum += y[i];
		mean[p] = (double)sum * places / (double)n;
	}
}

static void find_tones(const double *mean, unsigned places, double tones[3])
{
	for (unsigned k = 0; k < 3; k++) {
		double re = 0, im = 0;
		for (unsigned p = 0; p < places; p++) {
			re += mean[p] * cos(TAU * k * p / places) / places;
			im += mean[p] * sin(TAU * k * p / places) / places;
		}
		tones[k] = (re * re + im * im) * sinc2((double)k / places) * (k ? 2 : 1);
	}
}

void line_spectrum(const char *name, uint64_t seed, size_t bits, double step, size_t points, double *psd,
		   double tones[3])
{
	struct line l;
	struct rng r;
	double mean[LINE_ELEMENTS_MAX], c[LAGS];
	if (line_open(&l, name, NULL) != 0)
		return;
	size_t n = bits / l.bits + 1, elements = n * l.elements;
	uint16_t *s = xmalloc(n * sizeof *s);
	int8_t *y = xmalloc(elements);
	rng_seed(&r, seed);
	for (size_t i = 0; i < n; i++)
		s[i] = (uint16_t)(rng_u64(&r) >> (64 - l.bits));
	line_encode(&l, s, n, y, NULL);
	unsigned places = l.pulse->elements;
	cyclic_mean(y, elements, places, mean);
	find_tones(mean, places, tones);
	for (unsigned k = 0; k < LAGS; k++) {
		c[k] = correlation(y, elements, k);
		for (unsigned p = 0; p < places; p++)
			c[k] -= mean[p] * mean[(p + k) % places] / places;
	}
	double te = (double)l.bits / l.elements;
	for (size_t i = 0; i < points; i++) {
		double f = (double)i * step, sum = c[0];
		for (unsigned k = 1; k < LAGS; k++)
			sum += 2 * c[k] * cos(TAU * f * k * te);
		psd[i] = te * sinc2(f * te) * (sum > 0 ? sum : 0);
	}
	free(s);
	free(y);
}
