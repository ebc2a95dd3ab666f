/* parity.c - framer parity: parity bits of words, and of the rows and columns of a table. */

#include "2-link/parity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "2-link/framer/cmds.h"
#include "2-link/framer/given.h"
#include "io.h"
#include "tool.h"

static bool odd, check, table, hex, work;
static int64_t columns;
static bool wrong;

static const char *const usage[] = {
	"[--odd] [options] [BITS...]", "--check [--odd] [options] [BITS...]", "--2d [--check] [--odd] [options] [ROW...]", NULL,
};
static const struct opt opts[] = {
	{0, "odd", NULL, OPT_FLAG, &odd, 0, 0, "odd parity: an odd number of 1s (even)"},
	{0, "check", NULL, OPT_FLAG, &check, 0, 0, "the last bit of each word, --2d: the last row and column, is parity"},
	{0, "2d", NULL, OPT_FLAG, &table, 0, 0, "words are the rows of a table: parity of rows and of columns"},
	{0, "columns", "N", OPT_INT, &columns, 1, 65536, "--2d: cut what is given into rows of N bits"},
	{0, "hex", NULL, OPT_FLAG, &hex, 0, 0, "words in hex, four bits a digit, as written"},
	{0, "work", NULL, OPT_FLAG, &work, 0, 0, "show the sums"},
	{0, NULL, NULL, OPT_FLAG, NULL, 0, 0, NULL},
};
static const char *const more[] = {
	"Words are operands, or lines of standard input; each is printed with its parity bit behind it, --check: without it, if right.",
	"--2d --check repairs one wrong bit of a table. Two are only found; four at the corners of a rectangle are not even that.",
	"Exit status: 0 done; 1 --check: something was wrong; 2 usage, malformed input or a system error.", NULL,
};

static void print_bits(const uint8_t *bits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		putchar('0' + bits[i]);
	putchar('\n');
}

/* ---- words ---- */

/* "1+0+1 = 2 ones, even" */
static void show_sum(const uint8_t *bits, size_t n)
{
	size_t ones = 0;
	printf("  ");
	for (size_t i = 0; i < n; i++) {
		printf(i ? "+%u" : "%u", bits[i]);
		ones += bits[i];
	}
	printf("%s= %zu, %s", n ? " " : "0 ", ones, ones % 2 ? "odd" : "even");
}

static void word(const struct given *g, void *arg)
{
	(void)arg;
	if (check && !g->n)
		tool_die(EX_BAD, "a word of no bits has no parity bit");
	unsigned p = parity_bit(g->p, g->n, odd);
	if (work)
		show_sum(g->p, g->n);
	if (!check) {
		if (work)
			printf(": for %s parity the bit is %u\n", odd ? "odd" : "even", p);
		for (size_t i = 0; i < g->n; i++)
			putchar('0' + g->p[i]);
		printf("%u\n", p);
		return;
	}
	if (work)
		printf(p ? ": wrong; one bit, or any odd number of them\n" : ": right; or an even number of bits is wrong\n");
	if (!p) {
		print_bits(g->p, g->n - 1);
		return;
	}
	wrong = true;
	fflush(stdout);
	tool_warn("%.60s: wrong: the number of 1s is %s", g->name, odd ? "even" : "odd");
}

/* ---- tables ---- */

/* The rows as they come, all of a length. */
static struct rows {
	uint8_t *bits;
	size_t n, columns, cap;
} rows;

static void keep_row(const uint8_t *p, size_t n, const struct given *g)
{
	if (!n || (rows.columns && n != rows.columns))
		tool_die(EX_BAD, "%.60s: a row of %zu bits, where the first has %zu", g->name, n, rows.columns);
	rows.columns = n;
	if ((rows.n + 2) * (n + 1) > rows.cap) {
		rows.cap = 2 * (rows.n + 2) * (n + 1);
		if (rows.cap > GIVEN_MAX)
			tool_die(EX_BAD, "a table of more than %d bits", GIVEN_MAX / 2);
		rows.bits = xrealloc(rows.bits, rows.cap);
	}
	memcpy(rows.bits + rows.n++ * n, p, n);
}

static void row(const struct given *g, void *arg)
{
	size_t width = columns ? (size_t)columns : g->n;
	(void)arg;
	if (!g->n || g->n % width)
		tool_die(EX_BAD, "%.60s: %zu bits are not whole rows of %zu", g->name, g->n, width);
	for (size_t i = 0; i < g->n; i += width)
		keep_row(g->p + i, width, g);
}

/* "1 0 1 | 0" with a rule above the last row; checked: what is wrong is pointed at. at: a bit that was repaired. */
static void show_table(const struct parity_table *t, bool checked, const struct parity_found *at)
{
	for (size_t r = 0; r < t->rows; r++) {
		if (r + 1 == t->rows) {
			printf("  ");
			for (size_t c = 0; c + 1 < t->columns; c++)
				printf("--");
			printf("+--\n");
		}
		printf("  ");
		for (size_t c = 0; c < t->columns; c++) {
			bool last = c + 1 == t->columns, here = at && r == at->row && c == at->column;
			printf("%s%u%s", last ? "| " : "", t->bits[r * t->columns + c], here ? "*" : last ? "" : " ");
		}
		printf(checked && !parity_row_good(t, r) ? " <\n" : "\n");
	}
	bool any = false;
	for (size_t c = 0; checked && c < t->columns; c++)
		any = any || !parity_column_good(t, c);
	for (size_t c = 0, blanks = 2; any && c < t->columns; c++) {
		blanks += c + 1 == t->columns ? 2 : 0;
		if (!parity_column_good(t, c)) {
			printf("%*s^", (int)blanks, "");
			blanks = 0;
		} else {
			blanks++;
		}
		blanks++;
	}
	if (any)
		putchar('\n');
}

static void add_parity(void)
{
	struct parity_table t = {NULL, rows.n + 1, rows.columns + 1, odd};
	t.bits = xmalloc(t.rows * t.columns);
	for (size_t r = 0; r < rows.n; r++)
		memcpy(t.bits + r * t.columns, rows.bits + r * rows.columns, rows.columns);
	parity_fill(&t);
	if (work)
		show_table(&t, false, NULL);
	for (size_t r = 0; r < t.rows; r++)
		print_bits(t.bits + r * t.columns, t.columns);
	free(t.bits);
}

static void check_table(void)
{
	struct parity_table t = {rows.bits, rows.n, rows.columns, odd};
	struct parity_found f;
	if (rows.n < 2 || rows.columns < 2)
		tool_die(EX_BAD, "a table of %zu by %zu bits has no parity row and column", rows.n, rows.columns);
	if (work)
		show_table(&t, true, NULL);
	int found = parity_repair(&t, &f);
	wrong = found != 0;
	if (work && found > 0) {
		printf("  the bit where they cross is turned, *:\n");
		show_table(&t, true, &f);
	}
	if (work && !found)
		printf("  all sums are right; so they would be with four wrong bits at the corners of a rectangle\n");
	for (size_t r = 0; found >= 0 && r + 1 < t.rows; r++)
		print_bits(t.bits + r * t.columns, t.columns - 1);
	fflush(stdout);
	if (found > 0)
		tool_warn("row %zu, column %zu: wrong, repaired (or three bits are wrong that are corners of a rectangle with it)",
		          f.row + 1, f.column + 1);
	else if (found < 0)
		tool_warn("%zu row%s and %zu column%s are wrong: more than one bit, which cannot be found", f.rows, plural(f.rows),
		          f.columns, plural(f.columns));
}

int framer_parity(int argc, char **argv)
{
	static const struct tool tool = {"framer parity", usage, "parity bits, of words and of tables", opts, more, NULL, NULL};
	int n = opt_parse(&tool, argc, argv);
	if (columns && !table)
		tool_die(EX_BAD, "--columns goes with --2d");
	given_each(hex ? GIVEN_DIGITS : GIVEN_BITS, argv + 1, n, table ? row : word, NULL);
	if (table && !rows.n)
		tool_die(EX_BAD, "no rows");
	if (table && check)
		check_table();
	else if (table)
		add_parity();
	free(rows.bits);
	given_end();
	return wrong ? EX_NO : EX_YES;
}
