# The Linux probe: a flat template, made into kernels by harness/payload/probe.c.

PROBE_LINUX      := guests/probe/linux
PROBE_LINUX_OUT  := $(O)/guests/probe/linux
PROBE_LINUX_OBJS := $(addprefix $(PROBE_LINUX_OUT)/,setup.o report.o header.o) \
	$(addprefix $(O)/guests/probe/common/,say.o out.o xen.o crc.o act.o)

GUESTS += $(O)/guests/probe-linux.bin

$(PROBE_LINUX_OUT)/probe.elf: $(PROBE_LINUX_OBJS) $(PROBE_LINUX)/probe.lds
	$(call say,LD,$@)
	$(Q)ld -m elf_i386 -nostdlib --no-warn-rwx-segments --orphan-handling=error -T $(PROBE_LINUX)/probe.lds -o $@ $(PROBE_LINUX_OBJS)

$(O)/guests/probe-linux.bin: $(PROBE_LINUX_OUT)/probe.elf
	$(call say,OBJCOPY,$@)
	$(Q)objcopy -O binary -j .setup -j .code32 $< $@
