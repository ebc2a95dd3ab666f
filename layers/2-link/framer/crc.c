/* crc.c - framer crc: computes and checks cyclic redundancy checks of any kind, and shows how: framer(1). */

#include "2-link/framer/crc.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "2-link/framer/cmds.h"
#include "num.h"
#include "tool.h"

static const char *algorithm, *poly, *init, *xorout, *check;
static bool refin, refout, as_bits, as_hex, residue, work, detects, list;
static int64_t width, length;
static int form;

static const char *const usage[] = {
	"[-a NAME] [FILE...]",
	"[-a NAME | --poly P [--width N] ...] --bits|--hex [MESSAGE...]",
	"[-a NAME | --poly P [--width N]] --detects [--length N]",
	"--list",
	NULL,
};
static const struct opt opts[] = {
	{'a', "algorithm", "NAME", OPT_STR, &algorithm, 0, 0, "of the catalogue, or an alias, as CRC-16/X-25 (CRC-32/ISO-HDLC)"},
	{0, "width", "N", OPT_INT, &width, 1, CRC_WIDTH_MAX, "bits of the check"},
	{0, "poly", "P", OPT_STR, &poly, 0, 0, "polynomial without its highest term, 0x3; or whole: 0b10011, x^4+x+1"},
	{0, "init", "V", OPT_STR, &init, 0, 0, "what the register holds at first (0)"},
	{0, "refin", NULL, OPT_FLAG, &refin, 0, 0, "octets go in with their least significant bit first"},
	{0, "refout", NULL, OPT_FLAG, &refout, 0, 0, "the register is read least significant bit first"},
	{0, "xorout", "V", OPT_STR, &xorout, 0, 0, "is added to the register at the end (0)"},
	{0, "bits", NULL, OPT_FLAG, &as_bits, 0, 0, "MESSAGE or lines of stdin are bits as they are sent"},
	{0, "hex", NULL, OPT_FLAG, &as_hex, 0, 0, "MESSAGE or lines of stdin are octets in hex"},
	{0, "check", "VALUE", OPT_STR, &check, 0, 0, "is this the check? (exit status 1 when not)"},
	{0, "residue", NULL, OPT_FLAG, &residue, 0, 0, "the message ends with its check: is it right? Prints the register"},
	{0, "work", NULL, OPT_FLAG, &work, 0, 0, "show the long division"},
	{0, "detects", NULL, OPT_FLAG, &detects, 0, 0, "say which error patterns the polynomial detects"},
	{0, "length", "N", OPT_INT, &length, 1, 1e9, "--detects: the Hamming distance of messages of N bits"},
	{0, "list", NULL, OPT_FLAG, &list, 0, 0, "list the catalogue"},
	{'T', "form", "text|tsv", OPT_ENUM, &form, 0, 0, "--list: a table, or tab-separated values"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"A check of octets is printed as a number, one of --bits as the bits to send behind them. Without FILE or MESSAGE",
	"standard input is read: octets to its end, or lines of bits or hex. With FILE each line says its name after the check.",
	"Exit status: 0 done; 1 a check was wrong; 2 usage, malformed input or a system error.",
	NULL,
};
static const struct tool tool = {
	"framer crc", usage, "compute and check cyclic redundancy checks, and show how", opts, more, NULL, NULL};

static struct crc_params params;
static const char *name;        /* of the algorithm, or NULL */
static struct crc *crc;
static struct out out;
static bool wrong;

/* ---- numbers and text ---- */

char *crc_hex(char *text, crc_word v, unsigned bits)
{
	char *p = text;
	*p++ = '0';
	*p++ = 'x';
	for (int i = (int)((bits + 3) / 4) - 1; i >= 0; i--)
		*p++ = "0123456789abcdef"[(unsigned)(v >> 4 * i) & 15];
	*p = '\0';
	return text;
}

char *crc_terms(char *text, crc_word v, unsigned bits)
{
	char *p = text + sprintf(text, bits == 1 ? "x" : "x^%u", bits);
	for (unsigned i = bits; i-- > 0;)
		if (v >> i & 1)
			p += i == 0 ? sprintf(p, " + 1") : i == 1 ? sprintf(p, " + x") : sprintf(p, " + x^%u", i);
	return text;
}

/* 0x... of up to CRC_WIDTH_MAX bits, 0b..., or decimal. -1: none of these. */
static int read_word(const char *s, crc_word *v)
{
	uint64_t small;
	bool binary = strncasecmp(s, "0b", 2) == 0;
	if (!binary && strncasecmp(s, "0x", 2) != 0) {
		int r = num_read(s, strlen(s), &small);
		*v = small;
		return r;
	}
	*v = 0;
	for (const char *p = s + 2; *p; p++) {
		if (binary ? *p != '0' && *p != '1' : !isxdigit((unsigned char)*p))
			return -1;
		if (*v >> (CRC_WIDTH_MAX - (binary ? 1 : 4)))
			return -1;
		*v = *v << (binary ? 1 : 4) | (unsigned)(*p <= '9' ? *p - '0' : (*p | 0x20) - 'a' + 10);
	}
	return s[2] ? 0 : -1;
}

static crc_word want_word(const char *option, const char *s)
{
	crc_word v;
	if (read_word(s, &v) != 0)
		tool_die(EX_BAD, "%s: \"%s\" is not a number of at most %d bits", option, s, CRC_WIDTH_MAX);
	return v;
}

/* x^4+x+1: true, the bits below the highest power in *v and that in *top. */
static bool read_terms(const char *s, crc_word *v, unsigned *top)
{
	bool seen[CRC_WIDTH_MAX + 1] = {false};
	*top = 0;
	*v = 0;
	for (;;) {
		unsigned long power = 0;
		char *end;
		s += strspn(s, " ");
		if (*s == 'x' || *s == 'X') {
			power = 1;
			if (*++s == '^') {
				if (!isdigit((unsigned char)s[1]))
					return false;
				power = strtoul(s + 1, &end, 10);
				s = end;
			}
		} else if (*s++ != '1') {
			return false;
		}
		if (power > CRC_WIDTH_MAX || seen[power])
			return false;
		seen[power] = true;
		*top = power > *top ? (unsigned)power : *top;
		s += strspn(s, " ");
		if (!*s)
			break;
		if (*s++ != '+')
			return false;
	}
	for (unsigned i = 0; i < *top; i++)
		*v |= (crc_word)seen[i] << i;
	return *top > 0;
}

/* ---- which algorithm ---- */

static void find_algorithm(void)
{
	const struct crc_entry *k = crc_find(algorithm);
	if (poly || width || init || xorout || refin || refout)
		tool_die(EX_BAD, "-a says all of the algorithm: no --width, --poly, --init, --refin, --refout, --xorout with it");
	if (!k) {
		const char *near[CRC_NEAR];
		char names[400] = "";
		int n = crc_near(algorithm, near);
		for (int i = 0; i < n; i++)
			snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
			         i == 0 ? "; did you mean " : i + 1 < n ? ", " : " or ", near[i]);
		tool_die(EX_BAD, "no algorithm \"%.*s\"%s%s (framer crc --list has all)", 80, algorithm, names, n ? "?" : "");
	}
	params = k->p;
	name = k->name;
}

static void read_algorithm(void)
{
	unsigned top = 0;
	if (!poly)
		tool_die(EX_BAD, "which polynomial? --poly 0x3 with --width 4, --poly 0b10011 or --poly x^4+x+1; or -a NAME");
	if (strncasecmp(poly, "0b", 2) == 0) {
		params.poly = want_word("--poly", poly);
		for (top = CRC_WIDTH_MAX - 1; top > 0 && !(params.poly >> top); top--)
			;
		params.poly ^= (crc_word)1 << top;
		if (top == 0)
			tool_die(EX_BAD, "--poly %s: its highest term is to be x or more", poly);
	} else if (!read_terms(poly, &params.poly, &top)) {
		params.poly = want_word("--poly", poly);
		if (!width)
			tool_die(EX_BAD, "--poly %s: say --width too, or write the whole polynomial: 0b10011, x^4+x+1", poly);
		if (width < CRC_WIDTH_MAX && params.poly >> width == 1)
			tool_die(EX_BAD, "--poly %s: its highest term x^%d is not written in this form", poly, (int)width);
	}
	if (top && width && width != top)
		tool_die(EX_BAD, "--poly %s: its width is %u, not %d", poly, top, (int)width);
	params.width = top ? top : (unsigned)width;
	params.init = init ? want_word("--init", init) : 0;
	params.xorout = xorout ? want_word("--xorout", xorout) : 0;
	params.refin = refin;
	params.refout = refout;
}

static void choose(void)
{
	struct err e;
	if (!algorithm && !poly && !width && !init && !xorout && !refin && !refout)
		algorithm = "CRC-32/ISO-HDLC";
	if (algorithm)
		find_algorithm();
	else
		read_algorithm();
	if (!(crc = crc_new(&params, &e)))
		tool_die(EX_BAD, "%s", e.msg);
	if (!name && crc_same(&params))
		name = crc_same(&params)->name;
}

static void explain(void)
{
	char terms[CRC_TEXT], a[CRC_TEXT], b[CRC_TEXT], c[CRC_TEXT], d[CRC_TEXT];
	unsigned w = params.width;
	tool_say("%s: width %u, poly %s, %s", name ? name : "an algorithm of no name", w, crc_hex(a, params.poly, w),
	         crc_terms(terms, params.poly, w));
	tool_say("octets %s significant bit first, register at first %s, %s, then xor %s; residue %s", params.refin ? "least" : "most",
	         crc_hex(b, params.init, w), params.refout ? "read reflected" : "read as it is", crc_hex(c, params.xorout, w),
	         crc_hex(d, crc_residue(crc), w));
}

/* ---- answers ---- */

/* A value in the form of the input: a number, or bits to send. */
static char *shown(char *text, crc_word v)
{
	uint8_t bits[CRC_WIDTH_MAX];
	if (!as_bits)
		return crc_hex(text, v, params.width);
	crc_sent(&params, v, bits);
	return crc_binary(text, bits, params.width);
}

/* The value of --check: as --bits prints it, or a number. */
static crc_word wanted(void)
{
	uint8_t bits[CRC_WIDTH_MAX];
	crc_word v;
	if (as_bits && strlen(check) == params.width && strspn(check, "01") == params.width) {
		for (unsigned i = 0; i < params.width; i++)
			bits[i] = check[i] == '1';
		return crc_unsent(&params, bits);
	}
	v = want_word("--check", check);
	if (params.width < CRC_WIDTH_MAX && v >> params.width)
		tool_die(EX_BAD, "--check: %s has more than %u bits", check, params.width);
	return v;
}

/* The register r is that behind a whole message. */
static void answer(const char *of, crc_word r)
{
	char text[CRC_TEXT], other[CRC_TEXT];
	const char *colon = of ? ": " : "";
	crc_word value = crc_end(crc, r), right = residue ? crc_residue(crc) : value;
	if (residue)
		value ^= params.xorout;
	else if (check)
		right = wanted();
	out_printf(&out, "%s%s%s\n", shown(text, value), of ? " " : "", of ? of : "");
	if (value == right)
		return;
	wrong = true;
	out_flush(&out);
	tool_say(residue ? "%s%sdamaged: the register holds %s, not the residue %s" : "%s%sthe check is %s, not %s", of ? of : "", colon,
	         text, shown(other, right));
}

/* ---- input ---- */

static void show_work(const uint8_t *bits, size_t n)
{
	if (n > CRC_WORK_BITS)
		tool_die(EX_BAD, "--work: %zu bits are too many to be divided on paper: %d at most", n, CRC_WORK_BITS);
	crc_show_work(&out, &params, bits, n);
}

static void work_octets(const uint8_t *b, size_t n)
{
	uint8_t bits[CRC_WORK_BITS];
	for (size_t i = 0; i < 8 * n && i < CRC_WORK_BITS; i++)
		bits[i] = b[i / 8] >> (params.refin ? i % 8 : 7 - i % 8) & 1;
	show_work(bits, 8 * n);
}

/* A message in digits; blanks between them are for the eye. where: for messages. */
static void digits(const char *where, const char *s, size_t n)
{
	static uint8_t *b;
	static size_t cap;
	size_t m = 0;
	if (cap < n + 1) {
		cap = n + n / 2 + 64;
		b = xrealloc(b, cap);
	}
	for (size_t i = 0; i < n; i++) {
		if (isspace((unsigned char)s[i]))
			continue;
		if (as_bits ? s[i] != '0' && s[i] != '1' : !isxdigit((unsigned char)s[i]))
			tool_die(EX_BAD, "%s\"%.*s\" is not %s", where, n > 80 ? 80 : (int)n, s, as_bits ? "bits" : "octets in hex");
		b[m++] = (uint8_t)(s[i] <= '9' ? s[i] - '0' : (s[i] | 0x20) - 'a' + 10);
	}
	if (as_hex && m % 2)
		tool_die(EX_BAD, "%s\"%.*s\": %zu hex digits are not whole octets", where, n > 80 ? 80 : (int)n, s, m);
	for (size_t i = 0; as_hex && i < m / 2; i++)
		b[i] = (uint8_t)(b[2 * i] << 4 | b[2 * i + 1]);
	m = as_hex ? m / 2 : m;
	if (work)
		(as_bits ? show_work : work_octets)(b, m);
	answer(NULL, (as_bits ? crc_bits : crc_octets)(crc, crc_start(crc), b, m));
}

static void lines(void)
{
	struct err e;
	struct in in;
	const char *line;
	size_t n, raw, number = 0;
	int r;
	char where[40];
	in_attach(&in, STDIN_FILENO, "-");
	while ((r = in_line(&in, &line, &n, &raw, 64 << 20, &e)) == IN_OK) {
		snprintf(where, sizeof where, "-:%zu: ", ++number);
		digits(where, line, n);
		out_flush(&out);
	}
	if (r == IN_ERR)
		tool_die(EX_BAD, "%s", e.msg);
	in_close(&in);
}

/* The octets of a file as they are: read(2), since struct in would unpack what is compressed. */
static void octets(const char *path)
{
	static uint8_t b[IO_BUF];
	size_t had = 0;
	crc_word r = crc_start(crc);
	bool std = strcmp(path, "-") == 0;
	int fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		tool_die(EX_BAD, "%s: %s", path, strerror(errno));
	for (;;) {
		ssize_t n = read(fd, b + (work ? had : 0), sizeof b - (work ? had : 0));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			tool_die(EX_BAD, "%s: %s", path, strerror(errno));
		if (n == 0)
			break;
		r = crc_octets(crc, r, b + (work ? had : 0), (size_t)n);
		had += (size_t)n;
		if (work && 8 * had > CRC_WORK_BITS)
			show_work(NULL, 8 * had);
	}
	if (!std)
		close(fd);
	if (work)
		work_octets(b, had);
	answer(std ? NULL : path, r);
}

/* ---- the catalogue ---- */

static void list_row(const struct crc_entry *k)
{
	char t[5][CRC_TEXT];
	const crc_word v[5] = {k->p.poly, k->p.init, k->p.xorout, k->check, k->residue};
	for (int i = 0; i < 5; i++)
		crc_hex(t[i], v[i], k->p.width);
	const char *in = k->p.refin ? "true" : "false", *reads = k->p.refout ? "true" : "false";
	const char *aliases = k->aliases ? k->aliases : "";
	if (form == 1)
		out_printf(&out, "%s\t%u\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k->name, k->p.width, t[0], t[1], in, reads, t[2], t[3],
		           t[4], aliases);
	else if (k->p.width <= 64)
		out_printf(&out, "%-25s %5u %-18s %-18s %-5s %-6s %-18s %-18s %-*s%s\n", k->name, k->p.width, t[0], t[1], in, reads, t[2],
		           t[3], *aliases ? 19 : 0, t[4], aliases);
	else
		out_printf(&out, "%-25s %5u %s %s %-5s %-6s %s %s %s\n", k->name, k->p.width, t[0], t[1], in, reads, t[2], t[3], t[4]);
}

static void show_list(void)
{
	if (form == 1)
		out_puts(&out, "name\twidth\tpoly\tinit\trefin\trefout\txorout\tcheck\tresidue\taliases\n");
	else
		out_printf(&out, "%-25s %5s %-18s %-18s %-5s %-6s %-18s %-18s %-18s %s\n", "name", "width", "poly", "init", "refin",
		           "refout", "xorout", "check", "residue", "aliases");
	for (const struct crc_entry *k = crc_catalog; k->name; k++)
		list_row(k);
}

static void check_options(int n)
{
	if (as_bits && as_hex)
		tool_die(EX_BAD, "--bits or --hex, not both");
	if (check && residue)
		tool_die(EX_BAD, "--check or --residue, not both");
	if (form == 1 && !list)
		tool_die(EX_BAD, "-T goes with --list");
	if (length && !detects)
		tool_die(EX_BAD, "--length goes with --detects");
	if ((list || detects) && (n > 0 || as_bits || as_hex || check || residue || work))
		tool_die(EX_BAD, "%s takes no message", list ? "--list" : "--detects");
}

int framer_crc(int argc, char **argv)
{
	struct err e;
	int n = opt_parse(&tool, argc, argv);
	check_options(n);
	if (!list)
		choose();
	if (opt_verbose && !list)
		explain();
	if (out_open(&out, "-", &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	if (list)
		show_list();
	else if (detects)
		crc_show_detects(&out, &params, (uint64_t)length);
	else if (n == 0 && (as_bits || as_hex))
		lines();
	else if (n == 0)
		octets("-");
	for (int i = 1; i <= n; i++) {
		if (as_bits || as_hex)
			digits("", argv[i], strlen(argv[i]));
		else
			octets(argv[i]);
	}
	if (out_close(&out, &e) != 0)
		tool_die(EX_BAD, "%s", e.msg);
	crc_free(crc);
	return wrong ? EX_NO : EX_YES;
}
