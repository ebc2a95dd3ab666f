/* show.h - the forms of output other than packet text; all of them read the protocol tables and name no protocol. */
#ifndef OSIKIT_SHOW_H
#define OSIKIT_SHOW_H

#include "io.h"
#include "pkt.h"

/* One JSON object on a line: {"time":1700000000.123456,"link":1,"len":60,"layers":[{"layer":"eth","da":"02:..","type":2048,...},...],
 * "notes":{"udpck.sum":"ok"}}. Numbers are numbers, derived fields included, flags and addresses and lists strings, octets hex
 * strings. "len" is the length on the wire, "caplen" the octets present where they differ. */
void show_json(struct out *o, const struct pkt *k);

/* Columns of a table: "time", "len", "caplen", "layers", a field "ip.src", or a note "@udpck.sum". */
struct tsv;
/* fields: comma-separated names, as -e takes them. NULL with e set for an unknown one. */
struct tsv *tsv_new(const char *fields, struct err *e);
void tsv_header(struct out *o, const struct tsv *t);
/* A row: numeric values (flags too, in decimal), addresses as text, absent ones empty, derived ones included, those of repeated layers
 * joined by commas. A tab or line feed cannot occur in a value. */
void tsv_row(struct out *o, const struct tsv *t, const struct pkt *k);
void tsv_free(struct tsv *t);

/* An offset dump, 16 octets a line, each layer labelled and (color) in its own colour. */
void show_hex(struct out *o, const struct pkt *k, bool color);
/* Each header as its RFC draws it, 32 bits a row, with the packet's values. */
void show_diagram(struct out *o, const struct pkt *k, bool color);
/* Each field in words, with the standard it comes from. */
void show_tree(struct out *o, const struct pkt *k, bool color);

/* The fields of a protocol: widths, defaults, what is derived, what it binds to, its standard; and its empty diagram. False when
 * there is no such
 * protocol. */
bool show_proto(struct out *o, const char *name);
/* A line a protocol: word, OSI layer, title, standard. */
void show_layers(struct out *o);

#endif
