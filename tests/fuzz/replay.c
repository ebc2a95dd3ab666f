/* replay.c - runs a fuzz target over files, without a fuzzer: NAME_fuzz FILE|FOLDER...
 *
 * It prints TAP: one test. A folder stands for every file in it and below. Each file's name is printed before it is
 * tried, so that the last one names the culprit of a crash. No file at all is a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long files, unreadable;

static void complain(const char *path)
{
	printf("# %s: %s\n", path, strerror(errno));
	unreadable++;
}

static void replay(const char *path, FILE *f)
{
	uint8_t *buf = NULL;
	size_t len = 0, cap = 0, n;
	do {
		if (cap - len < 4096 && !(buf = realloc(buf, cap = 2 * cap + 65536)))
			abort();
		n = fread(buf + len, 1, cap - len, f);
		len += n;
	} while (n > 0);
	if (ferror(f)) {
		complain(path);
	} else {
		/* An allocation of just this size, so that the sanitizer sees a read beyond its end. */
		uint8_t *exact = malloc(len ? len : 1);
		if (!exact)
			abort();
		memcpy(exact, buf, len);
		printf("# %s\n", path);
		LLVMFuzzerTestOneInput(exact, len);
		files++;
		free(exact);
	}
	free(buf);
}

static void visit(const char *path)
{
	DIR *d = opendir(path);
	if (!d) {
		FILE *f = fopen(path, "rb");
		if (!f) {
			complain(path);
			return;
		}
		replay(path, f);
		fclose(f);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		size_t n = strlen(path) + strlen(e->d_name) + 2;
		char *name = malloc(n);
		if (!name)
			abort();
		snprintf(name, n, "%s/%s", path, e->d_name);
		visit(name);
		free(name);
	}
	closedir(d);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		visit(argv[i]);
	bool good = files > 0 && unreadable == 0;
	printf("%sok 1 - %ld inputs\n1..1\n", good ? "" : "not ", files);
	return good ? 0 : 1;
}
