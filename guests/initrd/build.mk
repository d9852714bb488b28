# The static /init of our initrds: musl, because glibc's static start-up alone is 700 KiB.

MUSL_CC     ?= musl-gcc
INIT_SOURCE := $(wildcard guests/initrd/*.c)
INIT_HEADER := $(wildcard guests/initrd/*.h)

# -Wl,--build-id=none and no debug information: the same bytes whatever the build folder is called.
INIT_FLAGS := -std=gnu11 -Os $(WARN) -static -fno-pie -no-pie -ffunction-sections \
	-fdata-sections -fno-asynchronous-unwind-tables -Wl,--gc-sections -Wl,--build-id=none \
	-Wl,-z,noseparate-code -s

$(O)/guests/init: $(INIT_SOURCE) $(INIT_HEADER) guests/initrd/build.mk
	$(call say,MUSL,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(INIT_FLAGS) -o $@ $(INIT_SOURCE)

GUESTS += $(O)/guests/init
