#include "show.h"
bool show_proto(struct out *o, const char *name){(void)o;(void)name;return false;}
void show_layers(struct out *o){(void)o;}
