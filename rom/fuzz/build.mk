# Fuzzing of what reads foreign bytes, with clang's libFuzzer: make fuzz FUZZ_SECONDS=60

FUZZ_SECONDS ?= 60

ROM_FUZZ        := $(O)/rom/fuzz
ROM_FUZZ_CFLAGS := -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(WARN) -Irom
ROM_FUZZ_PURE   := $(ROM_PURE:%=rom/%.c) rom/fuzz/check.c
ROM_FUZZERS     := $(patsubst rom/fuzz/%.c,$(ROM_FUZZ)/%,$(wildcard rom/fuzz/fuzz_*.c))

$(ROM_FUZZ)/fuzz_%: rom/fuzz/fuzz_%.c $(ROM_FUZZ_PURE) rom/fuzz/fuzz.h $(wildcard rom/*.h rom/*/*.h) rom/fuzz/build.mk
	$(call say,FUZZCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(ROM_FUZZ_CFLAGS) -o $@ $< $(ROM_FUZZ_PURE)

$(ROM_FUZZ)/corpus/%: rom/fuzz/seeds $(GUESTS)
	$(Q)rom/fuzz/seeds $(O)/guests $(@F) $@

.PHONY: fuzz
fuzz: guests $(ROM_FUZZERS) $(ROM_FUZZERS:$(ROM_FUZZ)/%=$(ROM_FUZZ)/corpus/%)
	$(Q)rom/fuzz/run $(ROM_FUZZ) $(FUZZ_SECONDS)
