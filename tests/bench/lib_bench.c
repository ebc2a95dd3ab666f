/* lib_bench.c - how fast the shared core is: GB/s of input over 1500 octets in the cache, ns a call for single values.
 * Best of several rounds, since other processes run too. Not a test: nothing depends on the figures. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "num.h"
#include "rng.h"

enum { LEN = 1500, ROUNDS = 15, CALLS = 4096 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static volatile uint64_t sink; /* keeps results alive */

/* The least seconds that one run of the statement takes. */
#define BEST(var, calls, statement)                      \
	double var = 1e9;                                \
	for (int round_ = 0; round_ < ROUNDS; round_++) { \
		double t_ = now();                       \
		for (int i = 0; i < (calls); i++)        \
			statement;                       \
		t_ = (now() - t_) / (calls);             \
		if (t_ < var)                            \
			var = t_;                        \
	}

#define RATE(label, octets, statement)                                          \
	do {                                                                    \
		BEST(sec, 2000, statement)                                      \
		printf("%-28s %7.2f GB/s\n", label, (double)(octets) * 1e-9 / sec); \
	} while (0)

#define COST(label, statement)                                  \
	do {                                                    \
		BEST(sec, CALLS, statement)                     \
		printf("%-28s %7.2f ns\n", label, sec * 1e9);   \
	} while (0)

static struct rng rng;
static uint8_t octets[LEN], back[3 * LEN], addr[CALLS][16];
static char text[3 * LEN + NUM_SLACK], http[LEN + 1], form[3 * LEN + NUM_SLACK];
static uint64_t value[CALLS];
static float noise[CALLS];

static void octet_rates(void)
{
	size_t at;
	static const char header[] = "GET /index.html?q=1 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/8.5.0\r\n"
				     "Accept: text/html, */*;q=0.8\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n";

	for (size_t i = 0; i < LEN; i++) {
		octets[i] = (uint8_t)rng_u64(&rng);
		http[i] = header[i % (sizeof header - 1)];
	}
	RATE("hex_write", LEN, hex_write(text, octets, LEN));
	RATE("hex_write_c", LEN, hex_write_c(text, octets, LEN));
	RATE("hex_write, 40 octets", 40, hex_write(text, octets, 40));
	hex_write(text, octets, LEN);
	RATE("hex_read (of text)", 2 * LEN, sink = hex_read(back, text, LEN));
	RATE("hex_read_c (of text)", 2 * LEN, sink = hex_read_c(back, text, LEN));
	RATE("str_plain", LEN, sink = str_plain((uint8_t *)http, LEN));
	RATE("str_plain_c", LEN, sink = str_plain_c((uint8_t *)http, LEN));
	size_t n = (size_t)(str_write(form, (uint8_t *)http, LEN) - form);
	RATE("str_write, HTTP", LEN, sink = (uint64_t)(str_write(form, (uint8_t *)http, LEN) - form));
	RATE("str_write_c, HTTP", LEN, sink = (uint64_t)(str_write_c(form, (uint8_t *)http, LEN) - form));
	RATE("str_read, HTTP (of text)", n, sink = (uint64_t)str_read(back, form, n, &at));
	RATE("str_read_c, HTTP (of text)", n, sink = (uint64_t)str_read_c(back, form, n, &at));
	memset(http, 'a', LEN);
	RATE("str_write, all inert", LEN, sink = (uint64_t)(str_write(form, (uint8_t *)http, LEN) - form));
	RATE("str_read, all inert", LEN, sink = (uint64_t)str_read(back, http, LEN, &at));
	RATE("sum16", LEN, sink = sum16(octets, LEN, 0));
	RATE("sum16_c", LEN, sink = sum16_c(octets, LEN, 0));
	RATE("sum16, 20 octets", 20, sink = sum16(octets, 20, 0));
	RATE("crc32_ieee", LEN, sink = crc32_ieee(octets, LEN, 0));
	RATE("crc32_ieee_c", LEN, sink = crc32_ieee_c(octets, LEN, 0));
	RATE("crc32_ieee, 64 octets", 64, sink = crc32_ieee(octets, 64, 0));
}

/* A fill of the table of values, then the cost of a call over them, each text behind the one before. */
static void dec_cost(const char *label, uint64_t below, int mixed)
{
	char *p = text;
	for (int i = 0; i < CALLS; i++)
		value[i] = rng_u64(&rng) % (mixed ? (uint64_t[]){100, 10000, 65536, UINT64_C(4294967296)}[i * 7 % 11 % 4] : below);
	COST(label, p = num_dec(i % 64 ? p : text, value[i]));
	sink = (uint64_t)(p - text);
}

static void value_costs(void)
{
	char *p = text;
	dec_cost("num_dec, < 256", 256, 0);
	dec_cost("num_dec, < 10000", 10000, 0);
	dec_cost("num_dec, < 65536", 65536, 0);
	dec_cost("num_dec, < 2^32", UINT64_C(4294967296), 0);
	dec_cost("num_dec, mixed as in TCP", 0, 1);
	for (int i = 0; i < CALLS; i++) {
		put64(addr[i], rng_u64(&rng));
		put64(addr[i] + 8, rng_u64(&rng) >> 48);
		put32(addr[i], 0x20010db8);
	}
	COST("num_ip4", p = num_ip4(i % 64 ? p : text, addr[i] + 4));
	COST("num_mac", p = num_mac(i % 64 ? p : text, addr[i] + 2));
	COST("num_ip6", p = num_ip6(i % 64 ? p : text, addr[i]));
	COST("num_hex, 4 digits", p = num_hex(i % 64 ? p : text, value[i] & 0xffff, 4));
	COST("num_dec0, 6 digits", p = num_dec0(i % 64 ? p : text, value[i] % 1000000, 6));
	sink = (uint64_t)(p - text);
	COST("rng_u64", sink = rng_u64(&rng));
	COST("rng_below", sink = rng_below(&rng, 1000));
	BEST(sec, 20, rng_normal(&rng, noise, CALLS, 1.0f))
	printf("%-28s %7.2f M/s\n", "rng_normal", CALLS * 1e-6 / sec);
}

int main(void)
{
	rng_seed(&rng, 1);
	octet_rates();
	value_costs();
	return 0;
}
