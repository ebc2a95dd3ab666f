/* diagram.c - headers as their RFCs draw them, 32 bits a row, two columns a bit, with a packet's values or empty.
 *
 *        0                   1                   2                   3
 *        0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     0 |          sport 40000          |           dport 7             |
 *       +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * First every field becomes a box of bits; each flag is one of its own. Then the boxes are drawn row by row. What does not fit
 * into its box goes into a line below.
 */

#include <stdio.h>
#include <string.h>

#include "shown.h"

enum {
	ROW = 32,                /* bits */
	COLS = 2 * ROW + 1,      /* columns of a row, borders included */
	ROWS_MAX = 64,           /* what lies beyond is drawn as text */
	BITS_MAX = ROW * ROWS_MAX,
	BOXES_MAX = 192,
	TALL = 10,               /* lines of text in a row at most */
	FLAG_TALL = 5,           /* letters of a flag that is drawn upright */
	VALUE_MAX = 64,          /* characters of a value in a box: an IPv6 address, 32 bits */
	TEXT_LINES = 4           /* lines of a long value at most */
};

#define MARGIN "      "

enum { NOBODY = 0, OUTSIDE = 0xff };  /* owners of bits besides the boxes, which count from 1 */

struct box {
	const struct field *f;   /* NULL: bits without a name among flags */
	const char *name;
	char value[VALUE_MAX];   /* "" when empty */
	unsigned bit, width;
	bool flag, wrong;
};

struct drawing {
	struct out *o;
	bool color;
	const struct pkt *k;     /* NULL: empty */
	unsigned i;              /* its layer */
	unsigned nboxes;
	struct box box[BOXES_MAX];
	unsigned bits;           /* drawn */
	uint8_t owner[BITS_MAX]; /* box + 1, or NOBODY */
};

/* --- boxes ---------------------------------------------------------------------------------------------- */

static bool is_free(const struct drawing *d, unsigned bit, unsigned width)
{
	for (unsigned b = bit; b < bit + width; b++)
		if (d->owner[b] != NOBODY)
			return false;
	return true;
}

/* NULL when there is no place for it in the picture. */
static struct box *add_box(struct drawing *d, const struct field *f, unsigned bit, unsigned width)
{
	if (d->nboxes == BOXES_MAX || bit >= BITS_MAX || width > BITS_MAX - bit || !width || !is_free(d, bit, width))
		return NULL;
	struct box *b = &d->box[d->nboxes++];
	*b = (struct box){.f = f, .name = f->name, .bit = bit, .width = width};
	memset(d->owner + bit, (int)d->nboxes, width);
	if (bit + width > d->bits)
		d->bits = bit + width;
	return b;
}

/* Every single bit of it that has a name has one that can stand upright. */
static bool is_upright(const struct field *f)
{
	if (f->fmt != FLAGS || f->width > 32 || !f->words->name)
		return false;
	for (const struct word *w = f->words; w->name; w++)
		if (strlen(w->name) > FLAG_TALL || (w->value & (w->value - 1)) || !w->value)
			return false;
	return true;
}

static const char *bit_name(const struct field *f, unsigned n)
{
	const char *s = field_word(f, (uint32_t)1 << n);
	return s ? s : "";
}

/* A box a named flag, one for each run of bits without a name. v: the value, at most 32 bits. */
static void add_flags(struct drawing *d, const struct field *f, unsigned bit, uint64_t v)
{
	for (unsigned n = f->width; n > 0;) {
		unsigned run = 1;
		const char *name = bit_name(f, n - 1);
		while (!*name && n > run && !*bit_name(f, n - run - 1))
			run++;
		struct box *b = add_box(d, f, bit + f->width - n, run);
		if (!b)
			return;
		b->flag = true;
		b->name = name;
		for (unsigned j = 0; j < run && d->k && 2 * j + 2 < VALUE_MAX; j++) {
			b->value[2 * j] = (char)('0' + (v >> (n - 1 - j) & 1));
			b->value[2 * j + 1] = j + 1 < run ? ' ' : 0;
		}
		n -= run;
	}
}

/* Where the field stands in the packet's header, or in the default one; -1: nowhere that can be drawn. */
static int place_of(const struct drawing *d, const struct proto *p, const struct field *f)
{
	if (f->fmt == FCS || !f->width)
		return -1;
	if (is_hooked(f) || (!d->k && !p->place))
		return f->bit == MOVED ? -1 : f->bit;
	if (d->k)
		return field_place(&d->k->layer[d->i], d->k, f);
	return p->place(reg_info(p)->tmpl, p->hlen, f);
}

/* Fields that are drawn as boxes; true in drawn[] for each. end: bits that the header has. */
static void add_fields(struct drawing *d, const struct proto *p, unsigned end, bool *drawn)
{
	struct value v;
	for (unsigned j = 0; p->fields[j].name; j++) {
		const struct field *f = &p->fields[j];
		int at = place_of(d, p, f);
		drawn[j] = false;
		if (at < 0 || (unsigned)at >= end || f->width > end - (unsigned)at)
			continue;
		if (is_upright(f)) {
			add_flags(d, f, (unsigned)at, d->k ? field_value(d->k, &d->k->layer[d->i], f) : 0);
			drawn[j] = !d->k; /* its names go below the picture */
			continue;
		}
		struct box *b = add_box(d, f, (unsigned)at, f->width);
		if (!b)
			continue;
		drawn[j] = true;
		if (!d->k)
			continue;
		value_text(d->o, &v, d->k, d->i, f, VALUE_MAX - 1);
		memcpy(b->value, v.text, v.n + 1);
		uint64_t want;
		b->wrong = judge_field(d->k, d->i, f, &want) == WRONG;
	}
}

/* --- rows ----------------------------------------------------------------------------------------------- */

static unsigned owner(const struct drawing *d, int row, unsigned bit)
{
	unsigned at = (unsigned)row * ROW + bit;
	return row < 0 || bit >= ROW || at >= d->bits ? OUTSIDE : d->owner[at];
}

static unsigned rows_of(const struct drawing *d) { return (d->bits + ROW - 1) / ROW; }

/* Lines of characters with what is to stand out in them. */
struct canvas {
	char text[TALL][COLS];
	uint8_t mark[TALL][COLS]; /* 0; 1: a value; 2: a wrong one */
	unsigned lines;
};

/* margin: 6 characters. */
static void put_line(const struct drawing *d, const char *margin, const char *text, const uint8_t *mark)
{
	static const char *const colors[] = {COLOR_END, COLOR_BOLD, COLOR_BAD};
	char *start = out_room(d->o, 16 * COLS), *p = put_str(start, margin);
	unsigned n = COLS;
	uint8_t now = 0;
	while (n && text[n - 1] == ' ')
		n--;
	for (unsigned c = 0; c < n; c++) {
		uint8_t m = d->color ? mark[c] : 0;
		if (m != now)
			p = put_str(p, colors[m]);
		now = m;
		*p++ = text[c];
	}
	p = put_str(p, now ? COLOR_END "\n" : "\n");
	out_done(d->o, (size_t)(p - start));
}

static const char *octet_margin(char *margin, int octet)
{
	snprintf(margin, 16, "%5d ", octet);
	return margin;
}

/* The edge above a row: a line wherever the fields above and below are not the same one. */
static void edge(const struct drawing *d, int row, struct canvas *c)
{
	memset(c, 0, sizeof *c);
	memset(c->text[0], ' ', COLS);
	for (unsigned b = 0; b <= ROW; b++) {
		bool here = b < ROW && owner(d, row - 1, b) != owner(d, row, b);
		bool before = b && owner(d, row - 1, b - 1) != owner(d, row, b - 1);
		bool inside = (b < ROW && owner(d, row, b) != OUTSIDE) || (b && owner(d, row, b - 1) != OUTSIDE);
		bool up = owner(d, row - 1, b) != owner(d, row - 1, b - 1), down = owner(d, row, b) != owner(d, row, b - 1);
		if (here || before || (inside && (up || down)))
			c->text[0][2 * b] = '+';
		if (here)
			c->text[0][2 * b + 1] = '-';
	}
}

/* The part of box b that lies in a row: false when none does. */
static bool part_of(const struct box *b, unsigned row, unsigned *col, unsigned *width)
{
	unsigned from = b->bit > row * ROW ? b->bit : row * ROW;
	unsigned end = b->bit + b->width < (row + 1) * ROW ? b->bit + b->width : (row + 1) * ROW;
	*col = from % ROW;
	*width = from < end ? end - from : 0;
	return from < end;
}

/* Where the text of a box stands: in the middle one of its widest parts, or on the edge below it (*on_edge). */
static unsigned text_row(const struct box *b, bool *on_edge)
{
	unsigned first = b->bit / ROW, last = (b->bit + b->width - 1) / ROW, best = 0, n = 0, at = first, col, width;
	for (unsigned r = first; r <= last; r++) {
		part_of(b, r, &col, &width);
		n = width > best ? 1 : width == best ? n + 1 : n;
		at = width > best ? r : at;
		best = width > best ? width : best;
	}
	*on_edge = n % 2 == 0 && best == ROW;
	return at + (n - 1) / 2;
}

/* The lines of a box in a space of w columns. Returns how many; value: the first line of the value, with its offset in that line. */
struct lines {
	char text[TALL][COLS];
	unsigned n, value, value_at;
	bool fits;               /* the value is there */
};

static void lay_out(const struct box *b, unsigned w, struct lines *l)
{
	size_t name = strlen(b->name), value = strlen(b->value);
	*l = (struct lines){.fits = value <= w};
	if (name + 1 + value <= w && !(b->flag && name)) {
		l->n = 1;
		l->value_at = (unsigned)(name + (name && value));
		sprintf(l->text[0], "%s%s%s", b->name, name && value ? " " : "", b->value);
		return;
	}
	/* As many lines as the name needs, then one for the value. */
	for (size_t at = 0; at < name && l->n < TALL - 1; at += w)
		snprintf(l->text[l->n++], w + 1, "%s", b->name + at);
	l->value = l->n;
	if (value && l->fits)
		snprintf(l->text[l->n++], COLS, "%s", b->value);
}

static void put_text(struct canvas *c, unsigned line, unsigned col, unsigned w, const struct lines *l, unsigned n, const struct box *b)
{
	const char *s = l->text[n];
	unsigned len = (unsigned)strlen(s), at = col + (w - len) / 2;
	memcpy(c->text[line] + at, s, len);
	if (l->fits && n >= l->value)
		for (unsigned j = n == l->value ? l->value_at : 0; j < len; j++)
			c->mark[line][at + j] = b->wrong ? 2 : 1;
}

/* Runs over the parts of a row, the first time to see how high it is. */
static void fill_row(const struct drawing *d, unsigned row, struct canvas *c, bool measure)
{
	for (unsigned j = 0; j < d->nboxes; j++) {
		const struct box *b = &d->box[j];
		unsigned col, width;
		bool on_edge;
		struct lines l;
		if (!part_of(b, row, &col, &width) || text_row(b, &on_edge) != row || on_edge)
			continue;
		lay_out(b, 2 * width - 1, &l);
		if (measure) {
			c->lines = l.n > c->lines ? l.n : c->lines;
			continue;
		}
		unsigned top = b->flag ? c->lines - l.n : (c->lines - l.n) / 2;
		for (unsigned n = 0; n < l.n; n++)
			put_text(c, top + n, 2 * col + 1, 2 * width - 1, &l, n, b);
	}
}

static void body(const struct drawing *d, unsigned row, struct canvas *c)
{
	char margin[16];
	memset(c, 0, sizeof *c);
	c->lines = 1;
	fill_row(d, row, c, true);
	memset(c->text, ' ', sizeof c->text);
	for (unsigned n = 0; n < c->lines; n++)
		for (unsigned b = 0; b <= ROW; b++)
			if (owner(d, (int)row, b) != (b ? owner(d, (int)row, b - 1) : OUTSIDE))
				c->text[n][2 * b] = '|';
	fill_row(d, row, c, false);
	for (unsigned n = 0; n < c->lines; n++)
		put_line(d, n ? MARGIN : octet_margin(margin, (int)(row * ROW / 8)), c->text[n], c->mark[n]);
}

/* The edge below a row, which may bear the text of a box of an even number of rows. */
static void edge_below(const struct drawing *d, unsigned row, struct canvas *c)
{
	edge(d, (int)row + 1, c);
	for (unsigned j = 0; j < d->nboxes; j++) {
		bool on_edge;
		struct lines l;
		if (text_row(&d->box[j], &on_edge) != row || !on_edge)
			continue;
		lay_out(&d->box[j], 2 * ROW - 1, &l);
		put_text(c, 0, 1, 2 * ROW - 1, &l, 0, &d->box[j]);
	}
	put_line(d, MARGIN, c->text[0], c->mark[0]);
}

static void ruler(const struct drawing *d)
{
	char text[2][COLS];
	static const uint8_t mark[COLS];
	unsigned n = d->bits < ROW ? d->bits : ROW;
	memset(text, ' ', sizeof text);
	for (unsigned b = 0; b < n; b++) {
		text[1][2 * b + 1] = (char)('0' + b % 10);
		if (b % 10 == 0)
			text[0][2 * b + 1] = (char)('0' + b / 10);
	}
	put_line(d, MARGIN, text[0], mark);
	put_line(d, "octet ", text[1], mark);
}

static void boxes(const struct drawing *d)
{
	struct canvas c;
	if (!d->bits)
		return;
	ruler(d);
	edge(d, 0, &c);
	put_line(d, MARGIN, c.text[0], c.mark[0]);
	for (unsigned row = 0; row < rows_of(d); row++) {
		body(d, row, &c);
		edge_below(d, row, &c);
	}
}

/* --- what is no box ------------------------------------------------------------------------------------- */

enum { TEXT_WIDTH = COLS - 4 };

/* Characters of the n at s that a line takes: to the end of a part of a list, if it can be. */
static size_t line_of(const char *s, size_t n)
{
	if (n <= TEXT_WIDTH)
		return n;
	for (size_t m = TEXT_WIDTH; m > TEXT_WIDTH / 2; m--)
		if (s[m - 1] == ',')
			return m;
	return TEXT_WIDTH;
}

static void rule(const struct drawing *d)
{
	static const uint8_t mark[COLS];
	char text[COLS];
	for (unsigned b = 0; b < COLS; b++)
		text[b] = b % 2 ? '-' : '+';
	put_line(d, MARGIN, text, mark);
}

/* A box as wide as a row for what has no fixed place: a name and a value, broken into lines. top: it has an edge above. */
static void text_box(const struct drawing *d, const char *name, const struct value *v, int octet, bool top)
{
	char all[sizeof v->text + 16], margin[16], text[COLS];
	uint8_t mark[COLS];
	size_t lead = strlen(name) + (*name && v->n), n = strlen(name) + (lead > strlen(name)) + v->n;
	snprintf(all, sizeof all, "%s%s%s", name, lead > strlen(name) ? " " : "", v->text);
	if (top)
		rule(d);
	for (size_t at = 0; at < n || at == 0;) {
		size_t m = line_of(all + at, n - at), pad = at == 0 && m == n ? (TEXT_WIDTH - m) / 2 : 0;
		memset(text, ' ', COLS);
		memset(mark, 0, COLS);
		text[0] = text[COLS - 1] = '|';
		memcpy(text + 2 + pad, all + at, m);
		for (size_t j = 0; j < m; j++)
			mark[2 + pad + j] = at + j >= lead;
		put_line(d, at || octet < 0 ? MARGIN : octet_margin(margin, octet), text, mark);
		at += m ? m : 1;
	}
	rule(d);
}

/* Variable fields behind the boxes, from octet `at` of the header on. Returns how many. */
static unsigned variable(const struct drawing *d, const struct proto *p, bool *drawn, int at)
{
	unsigned n = 0;
	for (unsigned j = 0; p->fields[j].name; j++) {
		const struct field *f = &p->fields[j];
		struct value v = {"", 0};
		if (drawn[j] || !is_hooked(f))
			continue;
		drawn[j] = true;
		if (d->k && !value_text(d->o, &v, d->k, d->i, f, TEXT_LINES * TEXT_WIDTH - 64))
			continue;
		text_box(d, f->name, &v, n ? -1 : at, !d->bits && !n);
		n++;
	}
	return n;
}

/* Below the picture: values that had no room, the names of flags, and what is wrong. */
static void legend(const struct drawing *d, const struct proto *p, const bool *drawn)
{
	struct value v;
	for (unsigned j = 0; p->fields[j].name; j++) {
		const struct field *f = &p->fields[j];
		uint64_t want = 0;
		bool fits = drawn[j];
		if (f->fmt == FCS || is_hooked(f) || !has_field(d->k, d->i, f))
			continue;
		for (unsigned b = 0; b < d->nboxes && fits; b++) {
			bool on_edge;
			struct lines l;
			unsigned col, width;
			if (d->box[b].f != f || d->box[b].flag)
				continue;
			part_of(&d->box[b], text_row(&d->box[b], &on_edge), &col, &width);
			lay_out(&d->box[b], 2 * width - 1, &l);
			fits = l.fits;
		}
		enum judgement is = judge_field(d->k, d->i, f, &want);
		bool no_flag = is_upright(f) && !field_value(d->k, &d->k->layer[d->i], f);
		if ((fits || no_flag) && is < BEYOND)
			continue;
		value_text(d->o, &v, d->k, d->i, f, VALUE_MAX);
		out_printf(d->o, "      %s = %s", f->name, v.text);
		number_text(&v, f, want);
		if (is == BEYOND || is == UNUSUAL)
			out_printf(d->o, is == BEYOND ? " (says more than is here: %s)" : " (usually %s)", v.text);
		if (is == WRONG)
			out_printf(d->o, "%s (wrong: should be %s)%s", d->color ? COLOR_BAD : "", v.text,
			           d->color ? COLOR_END : "");
		out_puts(d->o, "\n");
	}
}

/* --- a packet ------------------------------------------------------------------------------------------- */

/* title: as far as its first comma. */
static void heading(const struct drawing *d, const char *name, const char *title, const char *standard)
{
	char line[400];
	snprintf(line, sizeof line, "%.*s (%s)", (int)strcspn(title, ","), title, standard);
	out_printf(d->o, "\n%s%s%s  ", d->color ? layer_color(d->i) : "", name, d->color ? COLOR_END : "");
	put_words(d->o, line, (unsigned)strlen(name) + 2, 6);
}

static void header(struct drawing *d)
{
	const struct layer *l = &d->k->layer[d->i];
	const struct proto *p = l->proto;
	bool drawn[OPS_MAX];
	heading(d, p->name, p->title, p->standard);
	add_fields(d, p, 8 * l->hlen, drawn);
	unsigned fixed = 8u * (p->hlen < l->hlen ? p->hlen : l->hlen);
	if (fixed > d->bits && fixed <= BITS_MAX)
		d->bits = fixed;
	d->bits = (d->bits + 7) / 8 * 8;
	boxes(d);
	if (!variable(d, p, drawn, (int)(d->bits / 8)) && l->hlen > d->bits / 8) {
		struct value v;
		v.n = (size_t)sprintf(v.text, "%u octets more", l->hlen - d->bits / 8);
		text_box(d, "", &v, (int)(d->bits / 8), !d->bits);
	}
	legend(d, p, drawn);
	uint32_t head = l->off + l->hlen, end = l->end > head ? l->end : head;
	out_printf(d->o, "      header %u, payload %u octet%s%s\n", l->hlen, end - head, end - head == 1 ? "" : "s",
	           l->absent ? ": some are not here" : "");
}

/* Payload, trailer, bits: one box. */
static void octets(struct drawing *d)
{
	const struct layer *l = &d->k->layer[d->i];
	struct value v;
	heading(d, l->proto->name, l->proto->title, l->proto->standard);
	for (unsigned j = 0; l->proto->fields[j].name; j++) {
		const struct field *f = &l->proto->fields[j];
		if (value_text(d->o, &v, d->k, d->i, f, TEXT_LINES * TEXT_WIDTH - 64))
			text_box(d, f->name, &v, 0, true);
	}
	out_printf(d->o, "      %u octet%s\n", l->hlen, l->hlen == 1 ? "" : "s");
}

static void check_sequence(struct drawing *d)
{
	const struct pinfo *pi = d->k->layer[0].info;
	const struct field *f = pi->ops[pi->fcsop].f;
	uint64_t want;
	d->i = 0;
	struct box *b = add_box(d, f, 0, 8 * d->k->fcs);
	heading(d, f->name, f->help, pi->p->standard);
	if (b) {
		b->wrong = judge_field(d->k, 0, f, &want) == WRONG;
		snprintf(b->value, sizeof b->value, "0x%0*llx", 2 * (int)d->k->fcs,
		         (unsigned long long)field_value(d->k, &d->k->layer[0], f));
		boxes(d);
		out_printf(d->o, "      %s\n", b->wrong ? "wrong: the frame is damaged" : "right");
	}
}

static void begin(struct drawing *d, unsigned i)
{
	d->i = i;
	d->nboxes = d->bits = 0;
	memset(d->owner, NOBODY, sizeof d->owner);
}

void show_diagram(struct out *o, const struct pkt *k, bool color)
{
	struct drawing d = {.o = o, .color = color, .k = k};
	show_title(o, k, "");
	if (!k->nlayers) {
		struct value v;
		value_octets(&v, k->p, k->len, TEXT_LINES * TEXT_WIDTH - 64);
		text_box(&d, "", &v, 0, true);
	}
	for (unsigned i = 0; i < k->nlayers; i++) {
		begin(&d, i);
		if (k->layer[i].proto->role == ROLE_HEADER)
			header(&d);
		else
			octets(&d);
	}
	begin(&d, 0);
	if (k->fcs)
		check_sequence(&d);
	out_puts(o, "\n");
}

void show_empty_diagram(struct out *o, const struct proto *p)
{
	struct drawing d = {.o = o};
	bool drawn[OPS_MAX];
	begin(&d, 0);
	add_fields(&d, p, 8u * p->hlen, drawn);
	if (8u * p->hlen > d.bits)
		d.bits = 8u * p->hlen;
	boxes(&d);
	variable(&d, p, drawn, p->hlen);
	char others[OPS_MAX * (NAME_MAX_ + 1) + 1] = "", *end = others;
	for (unsigned j = 0; p->fields[j].name; j++)
		if (!drawn[j] && p->fields[j].fmt != FCS)
			end += sprintf(end, " %s", p->fields[j].name);
	if (end == others)
		return;
	out_puts(o, MARGIN "only in other forms of it:");
	put_words(o, others, 32, 6);
}
