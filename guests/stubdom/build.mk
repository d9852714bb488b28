# The stub domain's programs: its first process, and the sender in dom0. The image around them is made with dom0's
# (guests/dom0/build), by `make fetch`.

STUBDOM        := $(O)/guests/stubdom
STUBDOM_INIT   := $(filter-out %/truncate.c,$(wildcard guests/stubdom/init/*.c)) guests/stubdom/stream/receiver.c guests/stubdom/stream/words.c
STUBDOM_SEND   := $(addprefix guests/stubdom/stream/,send.c serve.c sender.c words.c)
STUBDOM_HEADER := $(wildcard guests/stubdom/*/*.h)

# The same bytes whatever the build folder is called: the image is cached by what is in it.
STUBDOM_FLAGS := -std=gnu11 -D_GNU_SOURCE -Os $(WARN) -Wl,--build-id=none -s

$(STUBDOM)/init: $(STUBDOM_INIT) $(STUBDOM_HEADER) guests/stubdom/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STUBDOM_FLAGS) -o $@ $(STUBDOM_INIT) -lxenstore -lxengnttab -lxenevtchn -lxenvchan -lcrypto -lz

$(STUBDOM)/send: $(STUBDOM_SEND) $(STUBDOM_HEADER) guests/stubdom/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STUBDOM_FLAGS) -o $@ $(STUBDOM_SEND) -lxenvchan -lcrypto -lz

$(STUBDOM)/truncate.so: guests/stubdom/init/truncate.c guests/stubdom/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STUBDOM_FLAGS) -shared -fPIC -o $@ $<

$(STUBDOM)/files: guests/stubdom/files
	$(Q)mkdir -p $(@D)
	$(Q)cp -p $< $@

all: $(addprefix $(STUBDOM)/,init send truncate.so files)

# Unit tests of both ends, on this machine: `make stream-test`.
STUBDOM_TESTS := $(patsubst guests/stubdom/tests/%.c,$(STUBDOM)/tests/%,$(wildcard guests/stubdom/tests/test_*.c))
STUBDOM_PURE  := $(addprefix guests/stubdom/stream/,receiver.c sender.c words.c)

$(STUBDOM)/tests/%: guests/stubdom/tests/%.c $(STUBDOM_PURE) $(STUBDOM_HEADER) guests/stubdom/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all $(WARN) \
		-Iguests/stubdom/stream -o $@ $< $(STUBDOM_PURE) -lcmocka -lcrypto -lz

.PHONY: stream-test
stream-test: $(STUBDOM_TESTS)
	$(Q)ci/unit $(STUBDOM)/tests

# A receiver for end-to-end tests of the sender.
$(STUBDOM)/receive: guests/stubdom/tests/receive.c $(STUBDOM_PURE) $(STUBDOM_HEADER) guests/stubdom/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O1 -g $(WARN) -Iguests/stubdom/stream -o $@ $< $(STUBDOM_PURE) -lcrypto -lz

all: $(STUBDOM)/receive
