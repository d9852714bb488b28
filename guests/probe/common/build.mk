# What the probes share: i486 code without data, for flat 32-bit mode. Finished kernels are linked at 2 MiB.

PROBE_COMMON     := guests/probe/common
PROBE_COMMON_OUT := $(O)/guests/probe/common
PROBE_CFLAGS     := -std=c11 -m32 -march=i486 -mtune=generic -Os $(WARN) -ffreestanding -fpie \
	-fvisibility=hidden -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-jump-tables -fno-delete-null-pointer-checks -mno-sse -mno-mmx -mno-80387 -nostdinc \
	-isystem $(shell $(CC) -print-file-name=include 2>/dev/null) -I$(PROBE_COMMON) -MMD -MP

# For a probe with an image and a stack of its own; each has a report.c and a head besides.
PROBE_FLAT_OBJS := $(addprefix $(PROBE_COMMON_OUT)/,entry.o params.o report.o machine.o say.o out.o xen.o crc.o act.o)
PROBE_FLAT_LINK = ld -m elf_i386 -N -nostdlib --no-warn-rwx-segments --orphan-handling=error \
	--build-id=none -T $(PROBE_COMMON)/flat.lds

$(PROBE_COMMON_OUT)/crc.o: PROBE_CFLAGS += -O2

$(O)/guests/probe/%.o: guests/probe/%.c $(PROBE_COMMON)/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -c -o $@ $<

$(O)/guests/probe/%.o: guests/probe/%.S $(PROBE_COMMON)/build.mk
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -c -o $@ $<

# The kinds of head that one file has: HEAD-KIND.o is head.S with KIND defined.
$(O)/guests/probe/%/head-flat.o: guests/probe/%/head.S $(PROBE_COMMON)/build.mk
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -DFLAT -c -o $@ $<

$(O)/guests/probe/%/head-reloc.o: guests/probe/%/head.S $(PROBE_COMMON)/build.mk
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -DRELOC -c -o $@ $<

# A finished kernel as ELF, and as the same bytes without structure.
$(O)/guests/%.elf: $(PROBE_FLAT_OBJS) $(PROBE_COMMON)/flat.lds
	$(call say,LD,$@)
	$(Q)$(PROBE_FLAT_LINK) -o $@ $(filter %.o,$^)

$(O)/guests/%-flat.bin: $(O)/guests/%-flat.elf
	$(call say,OBJCOPY,$@)
	$(Q)objcopy -O binary $< $@

-include $(wildcard $(O)/guests/probe/*/*.d)

.SECONDARY: $(PROBE_FLAT_OBJS)
