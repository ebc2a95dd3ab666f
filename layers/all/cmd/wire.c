/* wire.c - a medium between two programs: wire(1). */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "medium.h"
#include "num.h"
#include "pkt.h"
#include "tool.h"

#define SECOND INT64_C(1000000000)

enum {
	OUT_LIMIT = 64 * 1024, /* octets waiting for a program to read them */
	UNDER_WAY = 4 * IN_AHEAD, /* octets of memory in a direction of the medium, beyond which its program has to wait */
	WAYS = 2,
	KIDS = 4               /* A, B, and the pipeline of each direction */
};

static int mode;
static int64_t seed = -1;
static const char *through, *log_path;
static const char *delay, *jitter, *rate, *loss, *dup_, *reorder, *corrupt, *bursts;

static const char *const usage[] = {"[options] 'PROGRAM A' 'PROGRAM B'", NULL};
static const struct opt opts[] = {
	{0, "mode", "full|half|simplex", OPT_ENUM, &mode, 0, 0, "both ways; one at a time, or packets collide; A to B only"},
	{0, "delay", "T", OPT_STR, &delay, 0, 0, "a packet takes so long: 10ms, 0.5, 2s, 300us"},
	{0, "jitter", "T", OPT_STR, &jitter, 0, 0, "and up to so much longer, at random"},
	{0, "rate", "BITS", OPT_STR, &rate, 0, 0, "bits a second, one packet after the other: 9600, 64k, 10M"},
	{0, "loss", "P", OPT_STR, &loss, 0, 0, "lose a packet with this probability: 0.01 or 1%"},
	{0, "dup", "P", OPT_STR, &dup_, 0, 0, "deliver it twice"},
	{0, "reorder", "P", OPT_STR, &reorder, 0, 0, "hold it back until another has passed it (0.1 s at most)"},
	{0, "corrupt", "BER", OPT_STR, &corrupt, 0, 0, "flip each bit with this probability"},
	{0, "bursts", "EVERY,LENGTH[,P]", OPT_STR, &bursts, 0, 0, "after EVERY packets on average lose LENGTH, each with P (1)"},
	{0, "seed", "N", OPT_INT, &seed, 0, 9e15, "random numbers of all this (from the system; -v says which)"},
	{0, "through", "'PIPELINE'", OPT_STR, &through, 0, 0, "run it once each way: what a program writes goes through it"},
	{0, "log", "FILE", OPT_STR, &log_path, 0, 0, "write every packet with its time and fate (-: standard output)"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"The programs are run by sh; what each writes, packet text, the other reads. Values may differ by direction:",
	"--rate 64k/1M is 64 kbit/s from A to B and 1 Mbit/s back.",
	"Exit status: 0 all programs succeeded; 1 one failed (a message says which and how); 2 usage, malformed packet",
	"text or a system error.", NULL,
};

struct line {
	struct parcel parcel;    /* first: medium_take returns it */
	char *text;
	size_t n;
	uint64_t errors;         /* bits that were flipped */
};

/* One direction: from a program, or the pipeline behind it, through the medium to the other program. */
struct way {
	const char *name, *said;    /* a-b; A to B */
	struct in in;
	bool reading;            /* in is open */
	bool full;               /* lines were left in it, since too much is under way */
	struct child *feeder;    /* who writes into it */
	struct child *sink;      /* the program that gets the packets */
	int to;                  /* its standard input, or -1 */
	char *out;               /* out[pos..len): what has arrived and it has not yet read */
	size_t pos, len, cap;
	size_t under_way;        /* octets of the lines in the medium */
	uint64_t lines;
	uint64_t packets, bits, lost, collided, twice, late, hit, errors;
};

static struct way ways[WAYS] = {{.name = "a-b", .said = "A to B", .to = -1}, {.name = "b-a", .said = "B to A", .to = -1}};
static struct child kids[KIDS];
static const char *const kid_names[KIDS] = {"A", "B", "pipeline from A to B", "pipeline from B to A"};
static struct medium medium;
static struct out log_out;
static int64_t began, epoch, logged;
static int null_fd;

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static int64_t now(void) { return clock_ns(CLOCK_MONOTONIC) - began; }

/* ---- values of options ---- */

/* A number that is not negative; *rest: what follows it. */
static bool number(const char *s, double *v, const char **rest)
{
	char *end;
	if (!((*s >= '0' && *s <= '9') || *s == '.'))
		return false;
	*v = strtod(s, &end);
	*rest = end;
	return end != s && *v <= 1e15;
}

static bool suffixed(const char *s, double *v, const char *const *names, const double *scales)
{
	const char *rest;
	if (!number(s, v, &rest))
		return false;
	for (; *names; names++, scales++)
		if (strcmp(rest, *names) == 0) {
			*v *= *scales;
			return true;
		}
	return false;
}

static bool read_time(const char *s, int64_t *ns)
{
	static const char *const names[] = {"", "s", "ms", "us", "ns", NULL};
	static const double scales[] = {1e9, 1e9, 1e6, 1e3, 1};
	double v;
	if (!suffixed(s, &v, names, scales) || v > 1e15)
		return false;
	*ns = (int64_t)(v + 0.5);
	return true;
}

static bool read_chance(const char *s, double *p)
{
	static const char *const names[] = {"", "%", NULL};
	static const double scales[] = {1, 0.01};
	return suffixed(s, p, names, scales) && *p <= 1;
}

static bool set_delay(const char *s, struct medium_conf *c) { return read_time(s, &c->delay_ns); }
static bool set_jitter(const char *s, struct medium_conf *c) { return read_time(s, &c->jitter_ns); }
static bool set_loss(const char *s, struct medium_conf *c) { return read_chance(s, &c->loss); }
static bool set_dup(const char *s, struct medium_conf *c) { return read_chance(s, &c->dup); }
static bool set_reorder(const char *s, struct medium_conf *c) { return read_chance(s, &c->reorder); }
static bool set_corrupt(const char *s, struct medium_conf *c) { return read_chance(s, &c->ber); }

static bool set_rate(const char *s, struct medium_conf *c)
{
	static const char *const names[] = {"", "k", "M", "G", NULL};
	static const double scales[] = {1, 1e3, 1e6, 1e9};
	return suffixed(s, &c->rate, names, scales) && c->rate >= 1;
}

static bool set_bursts(const char *s, struct medium_conf *c)
{
	double every, length;
	if (!number(s, &every, &s) || *s++ != ',' || !number(s, &length, &s) || every < 1 || length < 1)
		return false;
	c->burst_enter = 1 / every;
	c->burst_leave = 1 / length;
	c->burst_loss = 1;
	return *s == '\0' || (*s == ',' && read_chance(s + 1, &c->burst_loss));
}

/* "V", or "V/V": from A to B, and back. */
static void configure(struct medium_conf conf[WAYS], const char *name, const char *given, const char *wants,
		      bool (*set)(const char *s, struct medium_conf *c))
{
	char first[64];
	if (!given)
		return;
	size_t n = strcspn(given, "/");
	const char *second = given[n] ? given + n + 1 : first;
	snprintf(first, sizeof first, "%.*s", n < sizeof first ? (int)n : 0, given);
	if (!set(first, &conf[0]) || !set(second, &conf[1]))
		tool_die(EX_BAD, "--%s: \"%.80s\" is not %s, or two with a / between", name, given, wants);
}

static void configure_all(struct medium_conf conf[WAYS])
{
	static const char a_time[] = "a time such as 10ms, 0.5 or 2s, 0 to 1000000 s",
	                  a_chance[] = "a probability: 0 to 1, or 0% to 100%";
	configure(conf, "delay", delay, a_time, set_delay);
	configure(conf, "jitter", jitter, a_time, set_jitter);
	configure(conf, "rate", rate, "bits a second, 1 or more, such as 9600, 64k or 10M", set_rate);
	configure(conf, "loss", loss, a_chance, set_loss);
	configure(conf, "dup", dup_, a_chance, set_dup);
	configure(conf, "reorder", reorder, a_chance, set_reorder);
	configure(conf, "corrupt", corrupt, a_chance, set_corrupt);
	configure(conf, "bursts", bursts, "EVERY,LENGTH[,P]: packets, 1 or more, and a probability", set_bursts);
}

/* ---- the log ---- */

/* The words of a line but for its time and for notes that are ours. */
static void log_words(const char *s, size_t n)
{
	for (size_t i = 0, w; i < n; i += w) {
		size_t blanks = 0;
		while (i < n && strchr(" \t\r", s[i]))
			i++, blanks++;
		for (w = 0; i + w < n && !strchr(" \t\r", s[i + w]);)
			w++;
		const char *word = s + i;
		bool is_time = i == blanks && w && (*word == '+' || (*word >= '0' && *word <= '9'));
		bool ours = (w > 6 && memcmp(word, "@wire.", 6) == 0) || (w > 5 && memcmp(word, "@dir=", 5) == 0);
		if (!w || is_time || ours)
			continue;
		out_write(&log_out, " ", 1);
		out_write(&log_out, word, w);
	}
}

static void log_line(const struct way *w, const struct line *l, bool gone, bool copy)
{
	const struct parcel *p = &l->parcel;
	if (!log_path)
		return;
	/* The order of the log is that of time, also where a program that does not read has delayed things. */
	if (logged < p->at && !gone)
		logged = p->at;
	int64_t us = (epoch + logged) / 1000, took = (p->at - p->sent) / 1000;
	out_printf(&log_out, "%lld.%06lld", (long long)(us / 1000000), (long long)(us % 1000000));
	log_words(l->text, l->n);
	out_printf(&log_out, " @dir=%s @wire.delay=%lld.%06lld", w->name, (long long)(took / 1000000),
	           (long long)(took % 1000000));
	if (p->lost || gone)
		out_puts(&log_out, " @wire.lost=yes");
	if (p->burst)
		out_puts(&log_out, " @wire.burst=yes");
	if (p->collided)
		out_puts(&log_out, " @wire.collision=yes");
	if (gone)
		out_puts(&log_out, " @wire.closed=yes");
	if (copy)
		out_puts(&log_out, " @wire.dup=yes");
	if (p->late)
		out_puts(&log_out, " @wire.late=yes");
	if (l->errors)
		out_printf(&log_out, " @wire.errors=%llu", (unsigned long long)l->errors);
	out_write(&log_out, "\n", 1);
}

/* Before we wait. Where the log's reader has gone away we must end our programs before we die of it. */
static void log_flush(void)
{
	if (!log_path || !log_out.len)
		return;
	struct pollfd p = {.fd = log_out.fd};
	if (log_out.pipe && poll(&p, 1, 0) > 0 && p.revents & POLLERR)
		children_end(kids, KIDS);
	if (out_flush(&log_out) != 0)
		tool_die(EX_BAD, "%s", log_out.err.msg);
}

/* ---- into the medium ---- */

/* The octets of the packet at hand with errors, as text, in place of the line's. */
static void damage(int d, struct line *l, const struct pkt *sent)
{
	static uint8_t b[PKT_MAX];
	static struct pkt got;
	if (medium.dir[d].conf.ber <= 0 || sent->len == 0)
		return;
	memcpy(b, sent->p, sent->len);
	l->errors = medium_damage(&medium, d, b, l->parcel.bits);
	if (!l->errors)
		return;
	pkt_arrive(&got, sent, b);
	char *text = xmalloc(pkt_bound(&got) + NUM_SLACK);
	l->n = (size_t)(pkt_write(text, &got, false) - text);
	free(l->text);
	l->text = xrealloc(text, l->n);
}

static void deliver(void);

/* The line last read is the end; what came before it goes its way. */
static void malformed(const struct way *w, const char *why)
{
	deliver();
	log_flush();
	tool_die(EX_BAD, "%s:%llu: %s", w->in.name, (unsigned long long)w->lines, why);
}

static size_t weight(const struct line *l) { return sizeof *l + l->n + 32 /* for malloc */; }

static void send_line(int d, const char *s, size_t n, size_t raw)
{
	static struct pkt k;
	struct way *w = &ways[d];
	struct err e;
	bool packet = !pkt_is_comment(s, n);
	if (packet && pkt_read(&k, s, n, &e) != 0)
		malformed(w, e.msg);
	struct line *l = xmalloc(sizeof *l);
	*l = (struct line){.text = memcpy(xmalloc(raw), s, raw), .n = raw};
	l->parcel.packet = packet;
	if (packet)
		l->parcel.bits = 8 * (uint64_t)k.len - (k.bits ? 8 - k.bits : 0);
	medium_send(&medium, d, &l->parcel, now());
	if (packet && !l->parcel.lost)
		damage(d, l, &k);
	w->under_way += weight(l);
	w->packets += packet;
	w->bits += l->parcel.bits;
}

static void stop_reading(int d)
{
	if (!ways[d].reading)
		return;
	in_close(&ways[d].in);
	ways[d].reading = false;
	medium_close(&medium, d, now());
}

/* Takes what is there, as far as the medium has room. */
static void read_lines(int d)
{
	struct way *w = &ways[d];
	w->full = false;
	while (w->reading) {
		const char *s;
		size_t n, raw;
		struct err e;
		if (w->under_way >= UNDER_WAY) {
			w->full = true;
			return;
		}
		int got = in_line(&w->in, &s, &n, &raw, LINE_LIMIT, &e);
		w->lines += got == IN_OK || got == IN_ERR;
		if (got == IN_ERR)
			malformed(w, e.msg);
		if (got == IN_OK) {
			send_line(d, s, n, raw);
		} else if (got == IN_EOF) {
			stop_reading(d);
		} else if (w->feeder->ended) {
			dup2(null_fd, w->in.fd); /* what it left behind may hold the pipe open: the next read ends it */
		} else {
			return;
		}
	}
}

/* ---- out of the medium ---- */

static size_t pending(const struct way *w) { return w->len - w->pos; }

static void put(struct way *w, const char *s, size_t n)
{
	if (w->cap - w->len < n + 1 && w->pos) {
		memmove(w->out, w->out + w->pos, pending(w));
		w->len -= w->pos;
		w->pos = 0;
	}
	if (w->cap - w->len < n + 1) {
		w->cap = 2 * w->cap + n + 1;
		w->out = xrealloc(w->out, w->cap);
	}
	memcpy(w->out + w->len, s, n);
	w->out[w->len + n] = '\n';
	w->len += n + 1;
}

static void arrive(struct way *w, struct line *l)
{
	const struct parcel *p = &l->parcel;
	bool gone = w->to < 0 && !p->lost;
	for (int copy = 0; copy <= p->twice; copy++) {
		if (p->packet)
			log_line(w, l, gone, copy);
		if (!p->lost && !gone)
			put(w, l->text, l->n);
	}
	w->lost += p->lost || (gone && p->packet);
	w->collided += p->collided;
	w->twice += p->twice;
	w->late += p->late;
	w->hit += l->errors > 0;
	w->errors += l->errors;
	w->under_way -= weight(l);
	free(l->text);
	free(l);
}

static void hang_up(struct way *w)
{
	if (w->to >= 0)
		close(w->to);
	w->to = -1;
	w->pos = w->len = 0;
}

static void write_out(struct way *w)
{
	while (w->to >= 0 && pending(w)) {
		ssize_t n = write(w->to, w->out + w->pos, pending(w));
		if (n >= 0)
			w->pos += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		else if (errno != EINTR)
			hang_up(w); /* it closed its input: what comes now is lost */
	}
	w->pos = w->len = 0;
}

/* The direction whose next packet arrives first and can be handed over; *at: when. */
static int earliest(int64_t *at)
{
	int first = 0;
	*at = MEDIUM_NEVER;
	for (int d = 0; d < WAYS; d++) {
		int64_t t = pending(&ways[d]) < OUT_LIMIT ? medium_next(&medium, d) : MEDIUM_NEVER;
		if (t < *at) {
			*at = t;
			first = d;
		}
	}
	return first;
}

/* Who has closed its input will not hear what arrives now. */
static void notice_closed(void)
{
	struct pollfd p[WAYS];
	for (int d = 0; d < WAYS; d++)
		p[d] = (struct pollfd){.fd = ways[d].to};
	if (poll(p, WAYS, 0) > 0)
		for (int d = 0; d < WAYS; d++)
			if (p[d].revents & POLLERR)
				hang_up(&ways[d]);
}

static void deliver(void)
{
	int64_t at, t = now();
	int d;
	notice_closed();
	while (d = earliest(&at), at <= t) {
		arrive(&ways[d], (struct line *)medium_take(&medium, d, t));
		if (pending(&ways[d]) >= OUT_LIMIT)
			write_out(&ways[d]);
	}
	for (d = 0; d < WAYS; d++)
		write_out(&ways[d]);
}

/* The end of a direction: nobody is there to hear, or all has been said. */
static void finish(int d)
{
	struct way *w = &ways[d];
	struct parcel *p;
	if (w->sink->ended) {
		hang_up(w);
		stop_reading(d);
		while ((p = medium_take(&medium, d, MEDIUM_NEVER)))
			arrive(w, (struct line *)p);
	}
	if (!w->reading && medium_next(&medium, d) == MEDIUM_NEVER && !pending(w))
		hang_up(w);
}

/* ---- the loop ---- */

static bool done(void)
{
	for (int d = 0; d < WAYS; d++)
		if (ways[d].reading || ways[d].to >= 0 || medium_next(&medium, d) != MEDIUM_NEVER)
			return false;
	for (int i = 0; i < KIDS; i++)
		if (kids[i].pid && !kids[i].ended)
			return false;
	return true;
}

static void wait_for_something(const sigset_t *during)
{
	struct pollfd p[2 * WAYS];
	int64_t at, left;
	earliest(&at);
	for (int d = 0; d < WAYS; d++) {
		struct way *w = &ways[d];
		bool room = w->reading && w->under_way < UNDER_WAY;
		p[2 * d] = (struct pollfd){.fd = room ? w->in.fd : -1, .events = POLLIN};
		p[2 * d + 1] = (struct pollfd){.fd = w->to, .events = pending(w) ? POLLOUT : 0};
		if (room && w->full)
			at = 0; /* lines that have been read wait for the room */
	}
	left = at == MEDIUM_NEVER ? 0 : at - now();
	if (left < 0)
		left = 0;
	struct timespec t = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
	if (ppoll(p, 2 * WAYS, at == MEDIUM_NEVER ? NULL : &t, during) < 0 && errno != EINTR)
		tool_die(EX_BAD, "poll: %s", strerror(errno));
}

static void run(const sigset_t *during)
{
	for (;;) {
		/* First, so that of a program which has ended all is read. */
		children_reap(kids, KIDS);
		for (int d = 0; d < WAYS; d++)
			read_lines(d);
		deliver();
		for (int d = 0; d < WAYS; d++)
			finish(d);
		log_flush();
		if (children_signal() || done())
			return;
		wait_for_something(during);
	}
}

/* ---- beginning and end ---- */

static void make_pipe(int *from, int *to)
{
	int fd[2];
	if (pipe2(fd, O_CLOEXEC) != 0)
		tool_die(EX_BAD, "pipe: %s", strerror(errno));
	*from = fd[0];
	*to = fd[1];
}

static void not_blocking(int fd) { fcntl(fd, F_SETFL, O_NONBLOCK); }

/* Pipes from program d to the other; in and out: the ends that the children get. */
static void connect_way(int d, int in[KIDS], int out[KIDS])
{
	struct way *w = &ways[d];
	int r, k = d;
	make_pipe(&r, &out[d]);
	if (through) {
		k = WAYS + d;
		in[k] = r;
		make_pipe(&r, &out[k]);
	}
	not_blocking(r);
	in_attach(&w->in, r, kid_names[k]);
	w->in.nonblock = w->reading = true;
	w->feeder = &kids[k];
	make_pipe(&in[!d], &w->to);
	not_blocking(w->to);
}

/* Descriptors 0 to 2 are open afterwards, so that no pipe becomes one of them. */
static void open_null(void)
{
	do
		null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (null_fd >= 0 && null_fd <= STDERR_FILENO);
	if (null_fd < 0)
		tool_die(EX_BAD, "open /dev/null: %s", strerror(errno));
}

static void start(char **commands)
{
	int in[KIDS] = {-1, -1, -1, -1}, out[KIDS] = {-1, -1, -1, -1};
	struct err e;
	const char *const all[KIDS] = {commands[0], commands[1], through, through};
	for (int d = 0; d < WAYS; d++) {
		ways[d].sink = &kids[!d];
		if (d == 0 || mode != MEDIUM_SIMPLEX)
			connect_way(d, in, out);
	}
	if (mode == MEDIUM_SIMPLEX) { /* nobody speaks to A; what B writes is not for the wire */
		in[0] = fcntl(null_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		out[1] = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	}
	for (int i = 0; i < KIDS; i++)
		if (in[i] >= 0 && out[i] >= 0 && child_start(&kids[i], all[i], in[i], out[i], &e) != 0)
			tool_die(EX_BAD, "%s", e.msg);
	for (int i = 0; i < KIDS; i++) {
		if (in[i] >= 0)
			close(in[i]);
		if (out[i] >= 0)
			close(out[i]);
	}
}

/* However we end. */
static void end_children(void) { children_end(kids, KIDS); }

static void explain(void)
{
	for (int d = 0; d < (mode == MEDIUM_SIMPLEX ? 1 : WAYS); d++) {
		const struct way *w = &ways[d];
		tool_say("%s: %llu packets, %llu bits: %llu lost (%llu of them collided), %llu twice, %llu held back, "
		         "%llu with errors (%llu bits)",
		         w->said, (unsigned long long)w->packets, (unsigned long long)w->bits, (unsigned long long)w->lost,
		         (unsigned long long)w->collided, (unsigned long long)w->twice, (unsigned long long)w->late,
		         (unsigned long long)w->hit, (unsigned long long)w->errors);
	}
}

/* The exit status by those of the programs. */
static int judge(void)
{
	int status = EX_YES;
	char why[80];
	for (int i = 0; i < KIDS; i++)
		if (kids[i].pid && !child_succeeded(&kids[i], why, sizeof why)) {
			tool_warn("%s: %s", kid_names[i], why);
			status = EX_NO;
		}
	return status;
}

static void die_of(int sig)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, sig);
	signal(sig, SIG_DFL);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
	static const struct tool tool = {"wire", usage, "a medium between two programs", opts, more, NULL, NULL};
	struct medium_conf conf[WAYS] = {{0}};
	struct err e;
	sigset_t during;
	if (opt_parse(&tool, argc, argv) != 2)
		tool_die(EX_BAD, "give two programs, each as one word: wire 'PROGRAM A' 'PROGRAM B' (see wire --help)");
	configure_all(conf);
	uint64_t s = seed < 0 ? rng_entropy() >> 12 : (uint64_t)seed;
	medium_init(&medium, (enum medium_mode)mode, conf, s);
	if (opt_verbose)
		tool_say("seed %llu", (unsigned long long)s);
	if (registry_init(&e) != 0 || (log_path && out_open(&log_out, log_path, &e) != 0))
		tool_die(EX_BAD, "%s", e.msg);
	open_null();
	if (children_init(&during, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	atexit(end_children);
	began = clock_ns(CLOCK_MONOTONIC);
	epoch = clock_ns(CLOCK_REALTIME);
	start(argv + 1);
	run(&during);
	end_children();
	if (log_path && out_close(&log_out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (children_signal())
		die_of(children_signal());
	if (opt_verbose)
		explain();
	return judge();
}
