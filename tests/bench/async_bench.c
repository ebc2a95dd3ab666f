/* async_bench.c - character errors against noise, of this receiver and minimodem's: async_bench [OPTION...] MODE EBN0...
 *
 * MODE is one of minimodem's: 300, 1200, rtty, tdd, same. minimodem transmits random characters (-t: this project does), for each
 * Eb/N0 (dB; Eb a line bit) white noise is added, and what a receiver gives is compared by edit distance, so that a slip counts what
 * it costs.
 *   -n N  characters a point    -r HZ  samples a second    -O HZ  carrier offset    -C PERCENT  clock offset (with -t)    -s SEED
 *   -k N  in messages of N characters, noise alone between them (with -t)
 *   -m    minimodem receives too    -N SECONDS  only noise: false characters    -x noncoherent
 * Prints a line a point: Eb/N0, characters, errors and their rate, times real time; with -m errors and rate of minimodem.
 * `make bench` does not run it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "1-physical/async.h"
#include "1-physical/wav.h"
#include "tool.h"

static int64_t chars = 2000, seed = 1, message;
static double rate_hz = 48000, offset_hz, clock_percent, noise_s;
static bool own, peer, noncoherent;
static char dir[] = "/tmp/async_bench.XXXXXX";

struct octets {
	uint8_t *p;
	size_t n, cap;
};

struct wave {
	float *x;
	size_t n, cap;
};

static void add_octet(struct octets *o, uint8_t c)
{
	if (o->n == o->cap)
		o->p = xrealloc(o->p, o->cap = 2 * o->cap + 4096);
	o->p[o->n++] = c;
}

static void put_wave(void *arg, const float *x, size_t n)
{
	struct wave *w = arg;
	if (w->n + n > w->cap)
		w->x = xrealloc(w->x, (w->cap = 2 * (w->n + n)) * sizeof *w->x);
	memcpy(w->x + w->n, x, n * sizeof *x);
	w->n += n;
}

static void put_octet(void *arg, uint8_t c, double confidence, double t_s)
{
	(void)t_s;
	(void)confidence;
	add_octet(arg, c);
}

/* Edit distance in a band (Wagner and Fischer 1974); beyond it, the greater length. */
static size_t distance(const struct octets *a, const struct octets *b)
{
	enum { BAND = 400 };
	size_t most = a->n > b->n ? a->n : b->n, *row = xmalloc((b->n + 1) * sizeof *row);
	if (a->n > b->n + BAND || b->n > a->n + BAND)
		return most;
	for (size_t j = 0; j <= b->n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a->n; i++) {
		size_t lo = i > BAND ? i - BAND : 1, hi = i + BAND < b->n ? i + BAND : b->n;
		size_t diagonal = row[lo - 1];
		row[lo - 1] = lo == 1 ? i : most;
		for (size_t j = lo; j <= hi; j++) {
			size_t change = diagonal + (a->p[i - 1] != b->p[j - 1]);
			size_t above = (j == i + BAND ? most : row[j]) + 1, left = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = change < above ? (change < left ? change : left) : (above < left ? above : left);
		}
	}
	size_t d = row[b->n];
	free(row);
	return d;
}

static void need(int bad, const struct err *e)
{
	if (bad) {
		fprintf(stderr, "async_bench: %s\n", e ? e->msg : "failed");
		exit(2);
	}
}

static void shell(const char *command)
{
	if (system(command) != 0) {
		fprintf(stderr, "async_bench: %s\n", command);
		exit(2);
	}
}

static void read_wav(const char *path, struct wave *w)
{
	static float x[4096];
	struct err e;
	struct in in;
	struct wav_in wav;
	long n;
	need(in_open(&in, path, &e), &e);
	need(wav_open(&wav, &in, NULL, 0, &e), &e);
	while ((n = wav_read(&wav, x, 4096, &e)) > 0)
		put_wave(w, x, (size_t)n);
	in_close(&in);
}

static void write_wav(const char *path, const struct wave *w)
{
	struct err e;
	struct out out;
	struct wav_out wav;
	struct wav_format f = {.rate_hz = (unsigned)rate_hz, .channels = 1, .sample = SAMPLE_F32};
	need(out_open(&out, path, &e), &e);
	wav_begin(&wav, &out, &f, false);
	wav_write(&wav, w->x, w->n);
	need(wav_finish(&wav, &e), &e);
	need(out_close(&out, &e), &e);
}

static const struct scheme *scheme_of(const char *mode)
{
	return scheme_find(strcmp(mode, "300") == 0 ? "bell103" : strcmp(mode, "1200") == 0 ? "bell202" : mode);
}

/* Random characters: any octets, or what Baudot has. */
static void make_text(struct octets *text, const struct async_cfg *c, struct rng *r)
{
	static const char some[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ \r\n0123456789-$!&#'()\":;?,./";
	for (int64_t j = 0; j < chars; j++)
		add_octet(text, c->baudot ? (uint8_t)some[rng_below(r, sizeof some - 1)] : (uint8_t)rng_below(r, 256));
}

static void transmit(const char *mode, const struct async_cfg *c, const struct octets *text, struct wave *w)
{
	char command[512], path[64];
	struct err e;
	if (own) {
		struct async_cfg t = *c;
		t.amplitude = 1;
		t.baud = c->scheme->baud * (1 + clock_percent / 100);
		t.shift_hz = c->scheme->shift_hz;
		t.centre_hz = c->scheme->centre_hz + offset_hz;
		struct async_tx *tx = async_tx_new(&t, (struct wave_sink){put_wave, w}, &e);
		need(!tx, &e);
		for (size_t j = 0; j < text->n; j += message ? (size_t)message : text->n) {
			async_tx_send(tx, text->p + j, message && text->n - j > (size_t)message ? (size_t)message : text->n - j);
			async_tx_end(tx);
			for (int64_t gap = message ? (int64_t)(rate_hz * (0.3 + (double)(j % 97) / 97)) : 0; gap > 0; gap--)
				put_wave(w, &(float){0}, 1);
		}
		async_tx_free(tx);
		return;
	}
	bool high = strcmp(mode, "1200") != 0 && strcmp(mode, "tdd") != 0;
	double half = (high ? 0.5 : -0.5) * c->scheme->shift_hz, mark = c->scheme->centre_hz + half, space = c->scheme->centre_hz - half;
	snprintf(path, sizeof path, "%s/text", dir);
	FILE *f = fopen(path, "wb");
	need(!f || fwrite(text->p, 1, text->n, f) != text->n || fclose(f), NULL);
	snprintf(command, sizeof command, "minimodem --tx -R %.0f -M %.3f -S %.3f --float-samples -f %s/tx.wav %s <%s 2>/dev/null", rate_hz,
	         mark + offset_hz, space + offset_hz, dir, mode, path);
	shell(command);
	snprintf(path, sizeof path, "%s/tx.wav", dir);
	read_wav(path, w);
}

static void receive_peer(const char *mode, const struct wave *w, struct octets *got)
{
	char command[512], path[64];
	int c;
	snprintf(path, sizeof path, "%s/rx.wav", dir);
	write_wav(path, w);
	snprintf(command, sizeof command, "minimodem --rx -q -f %s %s 2>/dev/null", path, mode);
	FILE *f = popen(command, "r");
	need(!f, NULL);
	while ((c = getc(f)) != EOF)
		add_octet(got, (uint8_t)c);
	pclose(f);
}

static double receive(const struct async_cfg *c, const struct wave *w, struct octets *got)
{
	struct err e;
	clock_t before = clock();
	struct async_rx *rx = async_rx_new(c, (struct byte_sink){.byte = put_octet, .arg = got}, &e);
	need(!rx, &e);
	for (size_t j = 0; j < w->n; j += 4096)
		async_rx_push(rx, w->x + j, w->n - j < 4096 ? w->n - j : 4096);
	async_rx_end(rx);
	async_rx_free(rx);
	double took = (double)(clock() - before) / CLOCKS_PER_SEC;
	return (double)w->n / rate_hz / took;
}

static void point(const char *mode, const struct async_cfg *c, double ebn0_db, struct rng *r)
{
	struct octets text = {0}, got = {0}, theirs = {0};
	struct wave w = {0}, noisy = {0};
	double power = 0.5;
	make_text(&text, c, r);
	transmit(mode, c, &text, &w);
	size_t lead = (size_t)(rate_hz * 0.5);
	noisy.n = w.n + 2 * lead;
	noisy.x = xmalloc(noisy.n * sizeof *noisy.x);
	/* Eb = power / baud, N0 = 2 sigma^2 / rate */
	double sigma = sqrt(power / c->scheme->baud / pow(10, ebn0_db / 10) * rate_hz / 2);
	rng_normal(r, noisy.x, noisy.n, (float)sigma);
	for (size_t j = 0; j < w.n; j++)
		noisy.x[lead + j] += w.x[j];
	double speed = receive(c, &noisy, &got);
	size_t d = distance(&text, &got);
	printf("%5.2f\t%zu\t%zu\t%.4f\t%.0fx", ebn0_db, text.n, d, (double)d / (double)text.n, speed);
	if (peer) {
		receive_peer(mode, &noisy, &theirs);
		d = distance(&text, &theirs);
		printf("\t%zu\t%.4f", d, (double)d / (double)text.n);
	}
	puts("");
	fflush(stdout);
	free(text.p);
	free(got.p);
	free(theirs.p);
	free(w.x);
	free(noisy.x);
}

static void only_noise(const char *mode, const struct async_cfg *c, struct rng *r)
{
	struct octets got = {0}, theirs = {0};
	struct wave w = {.n = (size_t)(noise_s * rate_hz)};
	w.x = xmalloc(w.n * sizeof *w.x);
	rng_normal(r, w.x, w.n, 0.1f);
	double speed = receive(c, &w, &got);
	printf("noise\t%.0f s\t%zu\t%.5f/s\t%.0fx", noise_s, got.n, (double)got.n / noise_s, speed);
	if (peer) {
		receive_peer(mode, &w, &theirs);
		printf("\t%zu\t%.4f/s", theirs.n, (double)theirs.n / noise_s);
	}
	puts("");
}

int main(int argc, char **argv)
{
	struct async_cfg c;
	struct rng r;
	int o;
	while ((o = getopt(argc, argv, "n:r:O:C:s:N:k:mtx")) != -1) {
		if (o == 'n')
			chars = atoll(optarg);
		else if (o == 'r')
			rate_hz = atof(optarg);
		else if (o == 'O')
			offset_hz = atof(optarg);
		else if (o == 'C')
			clock_percent = atof(optarg);
		else if (o == 's')
			seed = atoll(optarg);
		else if (o == 'N')
			noise_s = atof(optarg);
		else if (o == 'k')
			message = atoll(optarg);
		else if (o == 'm')
			peer = true;
		else if (o == 't')
			own = true;
		else if (o == 'x')
			noncoherent = true;
		else
			return 2;
	}
	const struct scheme *s = optind < argc ? scheme_of(argv[optind]) : NULL;
	if (!s || !mkdtemp(dir)) {
		fprintf(stderr, "async_bench: which mode of minimodem?\n");
		return 2;
	}
	async_default(&c, s);
	c.rate_hz = rate_hz;
	c.noncoherent = noncoherent;
	rng_seed(&r, (uint64_t)seed);
	if (noise_s > 0)
		only_noise(argv[optind], &c, &r);
	for (int j = optind + 1; j < argc; j++)
		point(argv[optind], &c, atof(argv[j]), &r);
	char command[64];
	snprintf(command, sizeof command, "rm -r %s", dir);
	shell(command);
	return 0;
}
