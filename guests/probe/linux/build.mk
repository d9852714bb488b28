# The Linux probe: a flat template, made into kernels by harness/payload/probe.c. i486 code without data.

PROBE_LINUX      := guests/probe/linux
PROBE_LINUX_OUT  := $(O)/guests/probe/linux
PROBE_LINUX_OBJS := $(addprefix $(PROBE_LINUX_OUT)/,setup.o report.o header.o out.o crc.o act.o xen.o)
PROBE_CFLAGS     := -std=c11 -m32 -march=i486 -mtune=generic -Os $(WARN) -ffreestanding -fpie \
	-fvisibility=hidden -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-jump-tables -fno-delete-null-pointer-checks -mno-sse -mno-mmx -mno-80387 -nostdinc \
	-isystem $(shell $(CC) -print-file-name=include 2>/dev/null) -MMD -MP

GUESTS += $(O)/guests/probe-linux.bin

$(PROBE_LINUX_OUT)/crc.o: PROBE_CFLAGS += -O2

$(PROBE_LINUX_OUT)/%.o: $(PROBE_LINUX)/%.c $(PROBE_LINUX)/build.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -c -o $@ $<

$(PROBE_LINUX_OUT)/%.o: $(PROBE_LINUX)/%.S $(PROBE_LINUX)/build.mk
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -c -o $@ $<

$(PROBE_LINUX_OUT)/probe.elf: $(PROBE_LINUX_OBJS) $(PROBE_LINUX)/probe.lds
	$(call say,LD,$@)
	$(Q)ld -m elf_i386 -nostdlib --no-warn-rwx-segments --orphan-handling=error -T $(PROBE_LINUX)/probe.lds -o $@ $(PROBE_LINUX_OBJS)

$(O)/guests/probe-linux.bin: $(PROBE_LINUX_OUT)/probe.elf
	$(call say,OBJCOPY,$@)
	$(Q)objcopy -O binary -j .setup -j .code32 $< $@

-include $(PROBE_LINUX_OBJS:.o=.d)
