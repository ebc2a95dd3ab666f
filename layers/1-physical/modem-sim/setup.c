/* setup.c - what tx, rx and the filter share: the options of a modem, and packets as its bits. */

#include "1-physical/modem-sim/setup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"

enum { LINK_OCTETS = 148, LINK_BITS = 149 }; /* octets.c, bits.c */

/* ---- options ---- */

void modem_setup(const struct modem_opts *o, struct modem_cfg *c)
{
	if (!o->name)
		tool_die(EX_BAD, "no scheme: give one with -m (modem-sim --schemes lists them)");
	const struct scheme *s = scheme_find(o->name);
	if (!s)
		tool_die(EX_BAD, "-m: there is no scheme \"%s\" (modem-sim --schemes lists them)", o->name);
	*c = (struct modem_cfg){.scheme = s, .baud = o->baud, .centre_hz = o->centre_hz, .shift_hz = o->shift_hz,
	                        .rolloff = o->rolloff};
}

void byte_setup(const struct byte_opts *o, const struct modem_cfg *c, struct async_cfg *a)
{
	const struct scheme *s = c->scheme;
	if (s->bits != 1 || !(s->shift_hz > 0))
		tool_die(EX_BAD, "-m %s --bytes: asynchronous characters need two tones: bell103, bell202, v21, v23, rtty, tdd, same",
		         s->name);
	async_default(a, s);
	a->rate_hz = c->rate_hz;
	a->baud = c->baud;
	a->centre_hz = c->centre_hz;
	a->shift_hz = c->shift_hz;
	a->amplitude = c->amplitude;
	if (o->data_bits)
		a->data_bits = (int)o->data_bits;
	if (o->parity)
		a->parity = o->parity - 1;
	if (o->stop_bits > 0)
		a->stop_bits = o->stop_bits;
	if (o->data_bits && a->data_bits != 5)
		a->baudot = false;
	if (o->usos)
		a->usos = o->usos == 2;
	a->invert = o->invert;
}

void modem_list(void)
{
	const struct scheme *s;
	printf("%-11s %8s %9s %8s %8s %9s  %s\n", "scheme", "baud", "bit/s", "centre", "shift", "bandwidth", "what it is");
	for (size_t i = 0; (s = scheme_at(i)); i++) {
		char centre[16] = "-", shift[16] = "-";
		if (s->centre_hz > 0)
			snprintf(centre, sizeof centre, "%.5g", s->centre_hz);
		if (s->shift_hz > 0)
			snprintf(shift, sizeof shift, "%.5g", s->shift_hz);
		printf("%-11s %8.5g %9.5g %8s %8s %9.5g  %s%s%s\n", s->name, s->baud, s->baud * s->bits, centre, shift, s->bandwidth_hz,
		       s->title, s->standard && *s->standard ? ": " : "", s->standard ? s->standard : "");
	}
}

double modem_rate(const struct modem_cfg *c)
{
	static const double usual[] = {8000, 9600, 11025, 16000, 19200, 22050, 32000, 44100, 48000, 96000, 192000};
	const struct scheme *s = c->scheme;
	double baud = c->baud > 0 ? c->baud : s->baud, scale = baud / s->baud;
	double centre = c->centre_hz > 0 ? c->centre_hz : s->centre_hz;
	/* The rectangular pulses of PSK over a line have much spectrum beyond their band, which must not come back as images. */
	double per_symbol = s->line && s->centre_hz > 0 && s->shift_hz <= 0 ? 24 : 8;
	double least = fmax(per_symbol * baud, 2.2 * (centre + s->bandwidth_hz * scale / 2 + baud / 2));
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (usual[i] >= least)
			return usual[i];
	return ceil(least);
}

/* ---- packets to bits ---- */

long modem_bits(const struct scheme *s, const struct pkt *k, uint8_t **b, size_t *cap)
{
	size_t n = pkt_bits(k), room = n + ENVELOPE_BITS;
	bool bits = k->nlayers && k->layer[0].proto->role == ROLE_BITS, plain = s->line && bits;
	if (n + ENVELOPE_BITS >= BURST_MAX)
		return -1;
	if (*cap < 2 * room + BURST_EXTRA) {
		*cap = 2 * room + BURST_EXTRA;
		*b = xrealloc(*b, *cap);
	}
	uint8_t *payload = plain || !s->line ? *b : *b + room + BURST_EXTRA, *p = payload;
	if (!plain) {
		struct envelope v = {bits ? LINK_BITS : k->has_link && k->link <= UINT16_MAX ? k->link : LINK_OCTETS, k->fcs};
		envelope_write(p, &v);
		p += ENVELOPE_BITS;
	}
	for (size_t i = 0; i < n; i++)
		*p++ = k->p[i / 8] >> (i % 8) & 1;
	n = (size_t)(p - payload);
	return (long)(s->line && !plain ? burst_wrap(*b, payload, n) : n);
}

/* ---- bits to packets ---- */

static void start(void *arg, double start_s)
{
	struct hear *h = arg;
	h->n = 0;
	h->found = false;
	h->time_s = start_s;
}

static void give(struct hear *h, bool line, bool complete, const float *llr, size_t n)
{
	struct heard heard = {line, complete, h->time_s, llr, n};
	h->put(h->arg, &heard);
	h->time_s += (double)n * h->bit_s;
}

static void keep(struct hear *h, const float *llr, size_t n)
{
	if (h->cap < h->n + n) {
		h->cap = 2 * (h->n + n);
		h->llr = xrealloc(h->llr, h->cap * sizeof *h->llr);
	}
	memcpy(h->llr + h->n, llr, n * sizeof *llr);
	h->n += n;
}

static void give_kept(struct hear *h, bool line, bool complete)
{
	size_t n = h->n;
	h->n = 0;
	if (n || !line)
		give(h, line, complete, h->llr, n);
}

/* Bits of a line, in pieces. */
static void on_line(void *arg, const float *llr, size_t n)
{
	struct hear *h = arg;
	while (n) {
		size_t m = h->chunk - h->n < n ? h->chunk - h->n : n;
		keep(h, llr, m);
		llr += m;
		n -= m;
		if (h->n == h->chunk)
			give_kept(h, true, true);
	}
}

/* The few bits of the line around packets are the modem's own, to lock on and to end. */
static void forget_kept(struct hear *h)
{
	h->time_s += (double)h->n * h->bit_s;
	h->n = 0;
}

static void on_packet(void *arg, const float *llr, size_t n, bool complete)
{
	struct hear *h = arg;
	forget_kept(h);
	h->found = true;
	h->time_s += (BURST_EXTRA - 8) * h->bit_s;
	give(h, false, complete, llr, n);
}

static void on_bits(void *arg, const float *llr, size_t n)
{
	struct hear *h = arg;
	if (h->scheme->line)
		burst_rx_push(&h->burst, llr, n);
	else
		keep(h, llr, n);
}

static void on_stop(void *arg, const struct lock *lock)
{
	struct hear *h = arg;
	if (h->scheme->line) {
		burst_rx_end(&h->burst);
		if (h->found)
			forget_kept(h);
		give_kept(h, true, true);
	} else {
		give_kept(h, false, lock->complete);
	}
	if (h->stop)
		h->stop(h->arg, lock);
}

struct soft_sink hear_init(struct hear *h)
{
	h->burst = (struct burst_rx){.line = on_line, .packet = on_packet, .arg = h};
	burst_rx_init(&h->burst);
	h->llr = NULL;
	h->n = h->cap = 0;
	h->time_s = 0;
	return (struct soft_sink){.start = start, .bits = on_bits, .stop = on_stop, .arg = h};
}

void hear_free(struct hear *h)
{
	burst_rx_free(&h->burst);
	free(h->llr);
	h->llr = NULL;
}

/* A confidence as packet text has it: bits.q in bits.c. */
static char digit(float llr)
{
	float a = fabsf(llr) + 0.5f;
	return "0123456789abcdef"[a < 15 ? (int)a : a >= 15 ? 15 : 0];
}

bool heard_packet(struct pkt *k, const struct heard *h, struct heard_buf *buf)
{
	static const struct pkt nothing;
	struct envelope v = {LINK_BITS, 0};
	const float *llr = h->llr;
	size_t n = h->n;
	if (!h->line) {
		if (n < ENVELOPE_BITS)
			return false;
		envelope_read(&v, llr);
		llr += ENVELOPE_BITS;
		n -= ENVELOPE_BITS;
	}
	if (n > 8 * (size_t)PKT_MAX)
		n = 8 * (size_t)PKT_MAX;
	if (buf->cap < n + 8) {
		buf->cap = n + n / 2 + 64;
		buf->octets = xrealloc(buf->octets, buf->cap);
		buf->q = xrealloc(buf->q, buf->cap);
	}
	memset(buf->octets, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++) {
		buf->octets[i / 8] |= (uint8_t)((llr[i] < 0) << (i % 8));
		buf->q[i] = digit(llr[i]);
	}
	uint32_t len = (uint32_t)((n + 7) / 8);
	if (v.link == LINK_BITS || n % 8) {
		pkt_medium(k, ROLE_BITS, buf->octets, len, n % 8, &nothing);
		k->q = buf->q;
		k->nq = (uint32_t)n;
	} else if (v.link == LINK_OCTETS) {
		pkt_medium(k, ROLE_OCTETS, buf->octets, len, 0, &nothing);
	} else {
		struct cap_rec r = {.link = v.link, .fcs = (int)v.fcs, .wire = len, .len = len, .p = buf->octets};
		pkt_decode(k, &r);
		k->nnotes = 0;
	}
	return true;
}
