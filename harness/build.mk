# The runner: one binary, build/dkboot; one unit-test binary for each harness/tests/test_*.c.

harness_pkgs   := libuv jansson yaml-0.1 libpcre2-8 libarchive libelf libxml-2.0 zlib libcrypto liblzma liblz4
harness_sources := $(wildcard harness/*/*.c)
harness_tests   := $(wildcard harness/tests/test_*.c)
harness_tools   := $(wildcard harness/tests/tool_*.c)
harness_objects := $(patsubst %.c,$(O)/%.o,$(filter-out harness/tests/%,$(harness_sources)))

# The sender of streams is the one that users have.
harness_objects += $(O)/harness/guests/sender.o

$(O)/harness/guests/sender.o: guests/stubdom/stream/sender.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(harness_CFLAGS) -MMD -MP -c -o $@ $<

harness_CFLAGS  = -std=gnu11 -O2 -g $(WARN) -Iharness -D_GNU_SOURCE -DDKBOOT_VERSION='"$(VERSION)"' \
		  $(shell pkg-config --cflags $(harness_pkgs) 2>/dev/null) $(CFLAGS) $(SANITIZE)
harness_LIBS    = $(shell pkg-config --libs $(harness_pkgs) 2>/dev/null) $(HARNESS_EXTRA_LIBS) -lm
VERSION        ?= 0.1

harness_CFLAGS := $(harness_CFLAGS)
harness_LIBS   := $(harness_LIBS)

# Before ci/setup has run there is no pkg-config to ask, and nothing that needs the answer.
.PRECIOUS: $(O)/harness/tests/%.o

all: $(O)/dkboot

$(O)/dkboot: $(O)/harness/main.o $(harness_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(harness_LIBS)

$(O)/harness/%.o: harness/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(harness_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/tests/%: $(O)/harness/tests/%.o $(harness_objects)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(harness_LIBS) -lcmocka

unit_tests := $(patsubst harness/tests/%.c,$(O)/tests/%,$(harness_tests))
test_tools := $(patsubst harness/tests/%.c,$(O)/tests/%,$(harness_tools))

# The assembler reads these, and no compiler tells make.
$(O)/harness/record/assets.o: $(wildcard harness/record/page/*)

-include $(patsubst %.o,%.d,$(harness_objects) $(O)/harness/main.o)
-include $(patsubst harness/%.c,$(O)/harness/%.d,$(harness_tests) $(harness_tools))

.PHONY: unit-binaries
unit-binaries: $(unit_tests)

all: $(test_tools)

# PREFIX/bin/dkboot finds its parts in PREFIX/share/dkboot. DESTDIR is for packages.
.PHONY: install
shared := $(DESTDIR)$(PREFIX)/share/dkboot
install: all
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(shared)/rom/stock-names $(shared)/guests $(shared)/cases
	$(Q)install -m 755 $(O)/dkboot $(DESTDIR)$(PREFIX)/bin/dkboot
	$(Q)install -m 644 $(O)/rom/stock-names/* $(shared)/rom/stock-names/
	$(Q)install -m 644 $(GUESTS) $(shared)/guests/
	$(Q)install -d $(shared)/guests/dom0 $(shared)/guests/stubdom
	$(Q)install $(addprefix $(O)/guests/dom0/,agent build files init packages) $(shared)/guests/dom0/
	$(Q)install $(addprefix $(O)/guests/stubdom/,files init send truncate.so) $(shared)/guests/stubdom/
	$(Q)install -m 644 cases/*.yaml $(shared)/cases/

# Kernel files of any bytes, with clang's libFuzzer: a target of `make fuzz` (rom/fuzz/build.mk).
fuzz_executable := $(ROM_FUZZ)/fuzz_executable

$(fuzz_executable): harness/tests/fuzz_executable.c harness/payload/executable.c harness/payload/linux_header.c harness/base/error.c \
		$(wildcard harness/payload/*.h harness/base/*.h)
	$(call say,FUZZCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(WARN) -Iharness -D_GNU_SOURCE \
		-o $@ $(filter %.c,$^)

fuzz: $(fuzz_executable) $(ROM_FUZZ)/corpus/fuzz_executable
