# Dupin. `make demo` and `make test` set up what they need; `make` alone builds build/dupin.
# B is the build folder, SAN the sanitizer flags, V=1 shows the commands.
CC     ?= cc
CLANG  ?= clang
PYTHON ?= /usr/bin/python3
B      ?= build
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
VERSION := 0.1.0

ifneq ($(V),1)
Q := @
endif

PKGS   := libcurl jansson yaml-0.1 libpcre2-8 sqlite3 libutf8proc libcrypto
CFLAGS ?= -O2 -g
WARN   := -Wall -Wextra -Wshadow -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
          -Wold-style-definition -Wvla -Wformat=2 -Wundef -Wpointer-arith -Werror
# Texts are cut to the size of their field on purpose; clang does not know this warning.
ifeq ($(findstring clang,$(CC)),)
WARN   += -Wno-format-truncation
endif
HARDEN := -fno-strict-aliasing -fstack-protector-strong -fPIE
ifeq ($(SAN),)
HARDEN += -D_FORTIFY_SOURCE=2
endif
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS))
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE -I. -DDUPIN_VERSION='"$(VERSION)"' $(WARN) $(HARDEN) -fvisibility=hidden \
             -ffunction-sections -fdata-sections -pthread -MMD -MP $(PKG_CFLAGS) $(CFLAGS) $(SAN)
ALL_LDFLAGS = -pthread -pie -Wl,-z,relro,-z,now,--gc-sections,--as-needed $(LDFLAGS) $(SAN)
LIBS       = $(PKG_LIBS) -ldl -lm

lib_src  := $(filter-out agent/main.c,$(wildcard agent/*/*.c agent/*/*/*.c))
tool_src := $(wildcard toolsets/lib/*.c toolsets/*/*.c)
tool_src := $(sort $(tool_src))
toolsets := $(patsubst toolsets/%/toolset.c,%,$(wildcard toolsets/*/toolset.c))
embedded := $(sort $(wildcard prompts/*.md runbooks/*.md))
units    := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/test_*.c))
fuzzers  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
lib_obj  := $(patsubst %.c,$B/%.o,$(lib_src) $(tool_src)) $B/builtin.o $B/embed.o

.PHONY: all demo test asan tsan lint fuzz bench install uninstall clean packages packages-test man units plugin check-packages
all: check-packages $B/dupin

check-packages:
	$(Q)command -v pkg-config >/dev/null && pkg-config --exists $(PKGS) || \
	  { echo "Packages are missing. Run: sh deploy/packages.sh (as root, or with sudo)"; exit 1; }

packages:
	$(Q)sh deploy/packages.sh build
packages-test:
	$(Q)sh deploy/packages.sh build test

$B/dupin: $B/agent/main.o $B/libdupin.a
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -rdynamic -o $@ $^ $(LIBS)

$B/libdupin.a: $(lib_obj)
	@echo "  AR    $@"
	$(Q)rm -f $@ && ar qcs $@ $^

$B/%.o: %.c Makefile
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# A toolset's entry symbol carries its folder's name when it is linked in, so that the same source also builds as a plug-in.
$B/toolsets/%.o: toolsets/%.c Makefile
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -DTOOLSET_ENTRY=toolset_entry_$(notdir $(patsubst %/,%,$(dir $<))) -c -o $@ $<

$B/builtin.c: $(wildcard toolsets/*/toolset.c) Makefile
	@mkdir -p $(@D)
	$(Q){ echo '#include "agent/tools/builtin.h"'; \
	  for t in $(toolsets); do echo "const struct toolset *toolset_entry_$$t(void);"; done; \
	  echo 'toolset_entry_fn *const builtin_toolsets[] = {'; \
	  for t in $(toolsets); do echo "	toolset_entry_$$t,"; done; echo '	0,'; echo '};'; } > $@
$B/builtin.o: $B/builtin.c
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Texts are put in by the assembler; the table is made from the names.
$B/embed.c: $(embedded) Makefile $(wildcard prompts runbooks)
	@mkdir -p $(@D)
	$(Q){ echo '#include "agent/data/embed.h"'; i=0; \
	  for f in $(embedded); do \
	    printf '%s\n' "__asm__(\".section .rodata\\n.global embed_$$i\\nembed_$$i:\\n.incbin \\\"$$f\\\"\\n.global embed_$${i}_end\\nembed_$${i}_end:\\n.byte 0\\n.previous\\n\");"; \
	    echo "extern const char embed_$$i[], embed_$${i}_end[];"; i=$$((i+1)); done; \
	  echo 'const struct embed_file embed_files[] = {'; i=0; \
	  for f in $(embedded); do n=$$(wc -c < $$f); echo "	{\"$$f\", embed_$$i, $$n},"; i=$$((i+1)); done; \
	  echo '	{0, 0, 0},'; echo '};'; } > $@
$B/embed.o: $B/embed.c $(embedded)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$B/unit/%: tests/unit/%.c tests/tap.h $B/libdupin.a
	@mkdir -p $(@D)
	@echo "  TEST  $*"
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -o $@ $< $B/libdupin.a $(ALL_LDFLAGS) $(LIBS)
units: $(units)

# One toolset as a plug-in: make build/plugin/NAME.so; tests/plugin holds toolsets that live outside of the tree.
$B/plugin/%.so: toolsets/%/toolset.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(WARN) -fPIC -shared -fvisibility=hidden $(CFLAGS) -o $@ $(wildcard toolsets/$*/*.c toolsets/lib/*.c) $(shell pkg-config --cflags --libs jansson) -lm
$B/plugin/%.so: tests/plugin/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE -I. $(WARN) -fPIC -shared -fvisibility=hidden $(CFLAGS) -o $@ $< $(shell pkg-config --cflags --libs jansson)
plugins := $(patsubst tests/plugin/%.c,$B/plugin/%.so,$(wildcard tests/plugin/*.c))
plugin: $(plugins)

demo:
	@sh deploy/packages.sh build
	@$(MAKE) -j$(JOBS) --no-print-directory all
	@sh deploy/demo.sh $B/dupin

test:
	@sh deploy/packages.sh build test
	@$(MAKE) -j$(JOBS) --no-print-directory all units plugin
	@$(PYTHON) tests/run.py --build $B

asan:
	@sh deploy/packages.sh build test
	@$(MAKE) -j$(JOBS) --no-print-directory B=build/asan CFLAGS="-O1 -g" SAN="-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined" all units plugin
	@ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 DUPIN_SLOW=5 $(PYTHON) tests/run.py --build build/asan

tsan:
	@$(MAKE) -j$(JOBS) --no-print-directory B=build/tsan CFLAGS="-O1 -g" SAN="-fsanitize=thread" all units
	@TSAN_OPTIONS="suppressions=$(CURDIR)/tests/tsan.supp" $(PYTHON) tests/run.py --build build/tsan --unit-only

lint:
	@sh deploy/packages.sh build lint
	@sh tests/lint/all.sh

# FUZZ_SECONDS for each target; FUZZ="name ..." for some of them.
FUZZ_SECONDS ?= 30
FUZZ ?= $(fuzzers)
fuzz:
	@sh deploy/packages.sh build fuzz
	@$(MAKE) -j$(JOBS) --no-print-directory B=build/fuzz CC=$(CLANG) CFLAGS="-O1 -g" SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" build/fuzz/libdupin.a
	@$(MAKE) -j$(JOBS) --no-print-directory B=build/fuzz CC=$(CLANG) CFLAGS="-O1 -g" SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" $(addprefix build/fuzz/bin/,$(FUZZ))
	@sh tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ)
$B/bin/fuzz_%: tests/fuzz/fuzz_%.c $B/libdupin.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -fsanitize=fuzzer -o $@ $< $B/libdupin.a $(ALL_LDFLAGS) $(LIBS)

bench:
	@sh deploy/packages.sh build test bench
	@$(MAKE) -j$(JOBS) --no-print-directory all
	@$(PYTHON) tests/bench/bench.py --dupin $B/dupin

man: $B/dupin.1
$B/dupin.1: $B/dupin
	$(Q)$B/dupin help --man > $@

install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d $(DESTDIR)$(PREFIX)/include/dupin/toolsets
	install -s -m 755 $B/dupin $(DESTDIR)$(PREFIX)/bin/dupin
	ln -sf dupin $(DESTDIR)$(PREFIX)/bin/kubectl-dupin
	install -m 644 $B/dupin.1 $(DESTDIR)$(PREFIX)/share/man/man1/dupin.1
	install -m 644 toolsets/toolset.h $(DESTDIR)$(PREFIX)/include/dupin/toolsets/toolset.h
	$B/dupin completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dupin
	$B/dupin completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_dupin
	$B/dupin completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/dupin.fish

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/dupin $(DESTDIR)$(PREFIX)/bin/kubectl-dupin $(DESTDIR)$(PREFIX)/share/man/man1/dupin.1 \
	  $(DESTDIR)$(PREFIX)/include/dupin/toolsets/toolset.h $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dupin \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_dupin $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/dupin.fish

clean:
	rm -rf build

-include $(shell test -d $B && find $B -name '*.d' 2>/dev/null)
