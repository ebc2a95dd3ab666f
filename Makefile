# osikit: `make help` lists the targets. Adding a tool, a protocol, a test or a manual page edits nothing here.
#
# Every layers/*/cmd/NAME.c is a tool bin/NAME: its own object, those of layers/*/NAME/*.c where it has more than one file,
# and an archive of lib/*.c, layers/*/*.c and a generated registry of each `const struct proto NAME_proto` in them.
# Objects are in bin/.obj, as the sources lie.

PREFIX     ?= /usr/local
CFLAGS     ?= -O3 -g
PKG_CONFIG ?= pkg-config
JOBS       ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
FUZZ_SECONDS ?= 60

O := bin/.obj
B := bin

ALWAYS := -std=c17 -D_GNU_SOURCE -pthread -ffp-contract=off -Ilib -Ilayers -MMD -MP \
	-Wall -Wextra -Wshadow -Wconversion -Wvla $(if $(filter 1,$(WERROR)),-Werror)

CMDS   := $(wildcard layers/*/cmd/*.c)
SRCS   := $(wildcard lib/*.c layers/*/*.c)
UNITS  := $(patsubst %.c,$(O)/%,$(wildcard tests/unit/*_test.c))
BENCHS := $(patsubst %.c,$(O)/%,$(wildcard tests/bench/*.c))
FUZZES := $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/*_fuzz.c))
TOOLS  := $(addprefix $(B)/,$(basename $(notdir $(CMDS))))
MANS   := $(wildcard man/*.[1-8])

# Goals run one after the other, so `make deps test` and `make clean all` mean what they say; compiling is parallel.
# compile: a make that compiles. SAN, fuzzing: another build, in its own folder of objects; without -Werror, since gcc
# warns of what its sanitizers themselves put in.
ifndef COMPILING
.NOTPARALLEL:
endif
compile   = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS)) COMPILING=1
SAN_FLAGS = $(shell mkdir -p $(O); f=-fsanitize=address,undefined; echo 'int main(void) { return 0; }' | \
	$(CC) $$f -x c - -o $(O)/san-probe 2>/dev/null && $(O)/san-probe && echo $$f -fno-sanitize-recover=all -fno-omit-frame-pointer)
SAN       = O=bin/.obj/san B=bin/.obj/san/bin WERROR=0 CFLAGS="-O1 -g $(SAN_FLAGS)"
FUZZ_CC   = $(firstword $(shell command -v clang) $(shell ls /usr/bin/clang-[0-9]* 2>/dev/null) clang)
fuzzing   = $(compile) O=bin/.obj/fuzz B=bin/.obj/fuzz/bin CC=$(FUZZ_CC) WERROR=0 FUZZ_MAIN= LDFLAGS=-fsanitize=fuzzer \
	CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
runs      = OSIKIT_BIN="$(abspath $(B))" OSIKIT_OBJ=$(O) JOBS=$(JOBS)

.PHONY: all demo test unit cli interop deps deps-lint deps-interop sanitize fuzz fuzz-replay bench lint format \
	install uninstall clean help tools units benchs fuzzes FORCE

all: ## build the tools into bin/
	+@$(compile) tools

deps: ## install what building and testing need
	@tests/deps build
deps-lint: ## install what `make lint` and `make fuzz` need
	@tests/deps lint
deps-interop: ## install the peers that `make interop` and `make bench` talk to
	@tests/deps interop

demo: all ## send a real exchange through the layers and back
	@$(runs) tests/demo

test: ## run everything that needs no peer and no privilege
	+@$(compile) tools units
	+@$(compile) $(SAN) fuzzes
	@$(runs) tests/run unit cli man fuzz
unit: ## run tests/unit
	+@$(compile) units
	@$(runs) tests/run unit
cli: all ## run tests/cli, tests/golden and the examples of the manuals
	@$(runs) tests/run cli man
interop: all ## run tests/interop, against real peers
	@$(runs) tests/run interop
sanitize: ## run `make test` under AddressSanitizer and UBSan
	@test -n "$(SAN_FLAGS)" || { echo "$(CC) cannot link or run with -fsanitize=address,undefined" >&2; exit 1; }
	+@$(MAKE) --no-print-directory $(SAN) test
fuzz-replay: ## run every fuzz target over its committed corpus
	+@$(compile) $(SAN) fuzzes
	@$(runs) tests/run fuzz
fuzz: ## run every fuzz target FUZZ_SECONDS (60) long; new inputs go to bin/.obj/fuzz
	+@$(fuzzing) fuzzes
	@FUZZ_SECONDS=$(FUZZ_SECONDS) OSIKIT_OBJ=bin/.obj/fuzz tests/fuzz/run.sh
bench: all ## measure speed and memory against the peers
	+@$(compile) benchs
	@$(runs) tests/bench/run; a=$$?; $(runs) tests/bench/modems && exit $$a
lint: all ## check style, includes, scripts, manuals and option tables
	@$(runs) tests/lint
format: ## lay out the C sources by .clang-format
	clang-format -i lib/*.[ch] $(wildcard layers/*/*.[ch] layers/*/*/*.[ch] tests/*/*.[ch])

install: all ## install into DESTDIR/PREFIX (/usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin"
	$(if $(TOOLS),install $(TOOLS) "$(DESTDIR)$(PREFIX)/bin")
	@for m in $(MANS); do d="$(DESTDIR)$(PREFIX)/share/man/man$${m##*.}"; \
		echo "install $$m $$d"; install -d "$$d" && install -m 644 $$m "$$d" || exit 1; done
uninstall: ## remove what install put there
	rm -f $(foreach t,$(notdir $(TOOLS)),"$(DESTDIR)$(PREFIX)/bin/$t") \
		$(foreach m,$(MANS),"$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $m))/$(notdir $m)")
clean: ## remove all that was built
	rm -rf bin
help: ## say this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

# From here on: what the compiling make does.

tools: $(TOOLS); @:
units: $(UNITS); @:
benchs: $(BENCHS); @:
fuzzes: $(FUZZES); @:

say   = @$(if $(V),set -x;,echo "$1 $@";)
link  = $(call say,  link) mkdir -p $(@D); . ./$(O)/config; $$cc $$cflags $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $$libs
renew = { mkdir -p $(@D); cat >$@.new; if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; $1 fi; }

parts = $(wildcard $(dir $(patsubst %/,%,$(dir $1)))$(basename $(notdir $1))/*.c)
$(foreach c,$(CMDS),$(eval $(B)/$(basename $(notdir $c)): $(patsubst %.c,$(O)/%.o,$c $(call parts,$c))))
FUZZ_MAIN = $(O)/tests/fuzz/replay.o
$(UNITS) $(BENCHS) $(FUZZES): %: %.o
$(FUZZES): $(FUZZ_MAIN)
$(TOOLS) $(UNITS) $(BENCHS) $(FUZZES): $(O)/libosikit.a
	$(link)

$(O)/libosikit.a: $(SRCS:%.c=$(O)/%.o) $(O)/registry.o $(O)/sources
	$(call say,  ar  ) rm -f $@; ar qcs $@ $(filter %.o,$^)

$(O)/%.o: %.c $(O)/config
	$(call say,  cc  ) mkdir -p $(@D); . ./$(O)/config; $$cc $$cflags -c -o $@ $<
$(O)/registry.o: $(O)/registry.c $(O)/config
	$(call say,  cc  ) . ./$(O)/config; $$cc $$cflags -c -o $@ $<

# These three are looked at every time and written when they would change.
$(O)/sources: FORCE
	@echo $(SRCS) | $(call renew)

$(O)/registry.c: FORCE
	@LC_ALL=C awk '/^const struct proto [a-z0-9_]+_proto/ { sub(/[^a-z0-9_].*/, "", $$4); print FILENAME, $$4 }' \
		/dev/null $(wildcard layers/*/*.c) | LC_ALL=C sort | awk ' \
		BEGIN { print "/* Made by the Makefile from layers/: every protocol. */\n#include \"proto.h\"\n" } \
		{ print "extern const struct proto " $$2 ";"; list = list "\t&" $$2 ",\n" } \
		END { print "\nextern const struct proto *const registry[];" \
			"\nconst struct proto *const registry[] = {\n" list "\t0\n};" }' | $(call renew)

$(O)/config: FORCE
	@command -v $(firstword $(CC)) >/dev/null || { echo "no C compiler $(CC) here: run make deps" >&2; exit 1; }
	@pkg() { $(PKG_CONFIG) "$$@" 2>/dev/null; }; zlib=no tls=no; \
	cflags="$(ALWAYS) $(CFLAGS) $(CPPFLAGS) $$(pkg --cflags libpcap || pcap-config --cflags 2>/dev/null)"; \
	libs="$$(pkg --libs libpcap || pcap-config --libs 2>/dev/null || echo -lpcap) -lm"; \
	if pkg --exists zlib; then zlib=yes; cflags="$$cflags -DHAVE_ZLIB $$(pkg --cflags zlib)"; libs="$$libs $$(pkg --libs zlib)"; fi; \
	if pkg --exists openssl; then tls=yes; fi; \
	echo '#include <pcap.h>' | $(CC) $$cflags -MF /dev/null -E - >/dev/null 2>&1 || \
		{ echo "libpcap's pcap.h is not here: run make deps" >&2; exit 1; }; \
	printf "%s\n" "# $$($(CC) --version | head -n 1); zlib: $$zlib; TLS library: $$tls" \
		"cc='$(CC)' cflags='$$cflags' libs='$$libs'" | $(call renew,sed -n '1s/^#/ with/p' $@;)

-include $(wildcard $(O)/*.d $(O)/*/*.d $(O)/*/*/*.d $(O)/*/*/*/*.d)
