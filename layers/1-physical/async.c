/* async.c - characters with start and stop bits on continuous-phase FSK: their forms, and the transmitter (async.h). */

#include <stdlib.h>
#include <string.h>

#include "async.h"
#include "baudot.h"
#include "fsk.h"
#include "io.h"

/* Symbols of silence before a preamble: minimodem, which looks for it in steps of half a bit, often joins half a bit late
 * when it begins with the file. */
static const double HUSH = 1.1;

enum {
	LEADER = 2,         /* bits of mark before the first character and behind the last, as minimodem sends them */
	PREAMBLE = 16,      /* octets: 47 CFR 11.31(a)(1) */
	SYNC_OCTET = 0xab,
};

void async_default(struct async_cfg *c, const struct scheme *s)
{
	*c = (struct async_cfg){.scheme = s, .data_bits = 8, .stop_bits = 1};
	if (strcmp(s->name, "rtty") == 0 || strcmp(s->name, "tdd") == 0) {
		c->data_bits = 5;
		c->baudot = c->usos = true;
		c->stop_bits = strcmp(s->name, "rtty") == 0 ? 1.5 : 2; /* TIA-825-A: 1.5 to 2 */
	}
	c->sync = strcmp(s->name, "same") == 0;
}

double async_char_bits(const struct async_cfg *c)
{
	return c->sync ? c->data_bits : 1 + c->data_bits + (c->parity != 0) + c->stop_bits;
}

int async_check(const struct async_cfg *c, struct err *e)
{
	const struct fsk_param *p = c->scheme->param;
	if (!(c->scheme->shift_hz > 0) || c->scheme->bits != 1 || !p || p->tones != 2 || p->bt > 0)
		return err_set(e, "%s does not carry start-stop characters: that takes two tones", c->scheme->name);
	if (c->data_bits < 5 || c->data_bits > 8 || c->parity < 0 || c->parity > 2 || !(c->stop_bits >= 1 && c->stop_bits <= 3))
		return err_set(e, "a character has 5 to 8 data bits and 1 to 3 stop bits");
	if (c->sync && (c->data_bits != 8 || c->parity))
		return err_set(e, "characters without start and stop bits have 8 data bits and no parity");
	return 0;
}

struct async_tx {
	struct async_cfg c;
	struct fsk_tx *fsk;
	struct baudot baudot;
	bool sending;
	uint64_t skipped;
};

struct async_tx *async_tx_new(const struct async_cfg *c, struct wave_sink out, struct err *e)
{
	struct modem_cfg m = {.scheme = c->scheme, .rate_hz = c->rate_hz, .baud = c->baud, .centre_hz = c->centre_hz,
	                      .shift_hz = c->shift_hz, .amplitude = c->amplitude};
	struct fsk_tx *fsk;
	if (async_check(c, e) || !(fsk = fsk_tx_new(&m, out, e)))
		return NULL;
	struct async_tx *tx = xmalloc(sizeof *tx);
	*tx = (struct async_tx){.c = *c, .fsk = fsk};
	return tx;
}

void async_tx_free(struct async_tx *tx)
{
	if (tx)
		fsk_tx_free(tx->fsk);
	free(tx);
}

uint64_t async_tx_skipped(const struct async_tx *tx) { return tx->skipped; }
void async_tx_flush(struct async_tx *tx) { fsk_tx_flush(tx->fsk); }

static void level(struct async_tx *tx, unsigned bit, double symbols)
{
	fsk_tx_level(tx->fsk, bit ^ tx->c.invert, symbols);
}

static void send_character(struct async_tx *tx, unsigned code)
{
	unsigned ones = (unsigned)__builtin_popcount(code);
	if (!tx->c.sync)
		level(tx, 0, 1);
	for (int j = 0; j < tx->c.data_bits; j++)
		level(tx, code >> j & 1, 1);
	if (tx->c.parity)
		level(tx, (ones + (tx->c.parity == 1)) & 1, 1); /* odd: the ones, this one included, are an odd number */
	if (!tx->c.sync)
		level(tx, 1, tx->c.stop_bits);
}

static void begin(struct async_tx *tx)
{
	if (tx->sending)
		return;
	tx->sending = true;
	tx->baudot = (struct baudot){.usos = tx->c.usos};
	if (!tx->c.sync)
		level(tx, 1, LEADER);
	else
		fsk_tx_silence(tx->fsk, HUSH);
	for (int j = 0; tx->c.sync && j < PREAMBLE; j++)
		send_character(tx, SYNC_OCTET);
}

void async_tx_send(struct async_tx *tx, const uint8_t *p, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		uint8_t code[2] = {p[j]};
		size_t codes = 1;
		begin(tx);
		if (tx->c.baudot)
			codes = baudot_encode(&tx->baudot, p[j], code);
		else if (p[j] >> tx->c.data_bits)
			codes = 0;
		tx->skipped += codes == 0;
		for (size_t k = 0; k < codes; k++)
			send_character(tx, code[k]);
	}
}

void async_tx_idle(struct async_tx *tx, double bits)
{
	begin(tx);
	level(tx, 1, bits);
}

void async_tx_end(struct async_tx *tx)
{
	if (tx->sending)
		level(tx, 1, LEADER);
	tx->sending = false;
	fsk_tx_silence(tx->fsk, 0);
}
