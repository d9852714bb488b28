# The option ROM, the directory to be given to `qemu -L`, and its host tests.
#
#   rom        the image           rom-test   unit tests and lint of the built image
#                                  rom-boots  every probe on plain QEMU

ROM       := $(O)/rom
ROM_IMAGE := $(ROM)/dkboot.rom
ROM_STOCK := $(addprefix $(ROM)/stock-names/,linuxboot.bin linuxboot_dma.bin \
	multiboot.bin multiboot_dma.bin pvh.bin)
ROM_SECTOR := $(ROM)/stock-names/bootsector.bin

# Pure parts are compiled twice: for the ROM and for the host's tests.
ROM_PURE := map place refuse handover rsdp source/files source/crc32 source/volume source/sha256 source/stream boot/cmdline boot/linux boot/linux_plan boot/linux_params \
	boot/multiboot boot/pvh boot/elf boot/multiboot2 boot/multiboot2_info
ROM_REST := main console memory source/fw_cfg source/disk source/pci source/virtio source/virtio_blk source/virtio_serial source/volume_disk source/stream_port boot/boot boot/linux_start boot/multiboot_start \
	boot/multiboot2_start boot/pvh_start

# The assembler is told i486, too: it then refuses what is newer, wherever it comes from.
ROM_ARCH   := -m32 -march=i486 -Wa,-march=i486+387
ROM_CFLAGS := $(ROM_ARCH) -std=c11 -Oz -ffreestanding -fpie -fvisibility=hidden -mregparm=3 \
	-fomit-frame-pointer -mpreferred-stack-boundary=2 -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
	-fno-jump-tables -fno-common -flto -malign-data=abi \
	-fno-inline-functions-called-once -fno-tree-dominator-opts -fno-tree-ter \
	-fno-move-loop-invariants -mno-80387 $(WARN) -Irom
ROM_LDFLAGS := -nostdlib -pie -Wl,--no-dynamic-linker,-z,text,-z,norelro,--build-id=none \
	-Wl,--gc-sections,--no-warn-rwx-segments,-T,rom/rom.ld

ROM_OBJECTS := $(ROM)/entry.o $(ROM)/long.o $(ROM_PURE:%=$(ROM)/%.o) $(ROM_REST:%=$(ROM)/%.o)

ROM_HOST_CFLAGS := -std=c11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	$(WARN) -Irom
ROM_HOST_OBJECTS := $(ROM_PURE:%=$(ROM)/host/%.o) $(ROM)/host/tools/image.o
ROM_TESTS := $(patsubst rom/tests/%.c,$(ROM)/tests/%,$(wildcard rom/tests/test_*.c))

.PHONY: rom rom-test rom-lint
all: rom
rom: $(ROM_IMAGE) $(ROM_STOCK) $(ROM_SECTOR) $(O)/rom-pci

$(ROM)/%.o: rom/%.c rom/build.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ROM_CFLAGS) -MMD -MP -c -o $@ $<

$(ROM)/%.o: rom/%.S rom/build.mk
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ROM_ARCH) $(WARN) -Irom -MMD -MP -c -o $@ $<

$(ROM)/dkboot.elf: $(ROM_OBJECTS) rom/rom.ld
	$(call say,LD,$@)
	$(Q)$(CC) $(ROM_CFLAGS) $(ROM_LDFLAGS) -o $@ $(ROM_OBJECTS)

$(ROM)/dkboot.code: $(ROM)/dkboot.elf
	$(Q)objcopy -O binary -j .head -j .text -j .above486 -j .rodata $< $@

$(ROM)/host/%.o: rom/%.c rom/build.mk
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ROM_HOST_CFLAGS) -MMD -MP -c -o $@ $<

$(ROM)/finish $(ROM)/lint: $(ROM)/%: $(ROM)/host/tools/%.o $(ROM)/host/tools/image.o
	$(Q)$(CC) $(ROM_HOST_CFLAGS) -o $@ $^

ROM_PCI := $(O)/rom-pci

$(ROM_PCI): $(ROM)/host/tools/rom_pci.o $(ROM)/host/tools/image.o
	$(Q)$(CC) $(ROM_HOST_CFLAGS) -o $@ $^

$(ROM_IMAGE): $(ROM)/dkboot.code $(ROM)/finish
	$(call say,ROM,$@)
	$(Q)$(ROM)/finish $< $@

$(ROM_STOCK): $(ROM_IMAGE)
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

# Its place in memory is the BIOS's choice, not ours: linked there, and nowhere else does it run.
$(ROM_SECTOR): $(ROM)/sector.o
	$(call say,SECTOR,$@)
	$(Q)mkdir -p $(@D)
	$(Q)ld -m elf_i386 -Ttext 0x7c00 -e sector --oformat binary -o $@ $<

.SECONDARY: $(ROM_HOST_OBJECTS)
$(ROM)/tests/%: rom/tests/%.c $(ROM_HOST_OBJECTS)
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ROM_HOST_CFLAGS) -MMD -MP -o $@ $< $(ROM_HOST_OBJECTS) -lcmocka

# What lint cannot see in the bytes: relocations, and instructions an i486 does not know.
ROM_TOO_NEW := cmov|cpuid|rdtsc|rdmsr|wrmsr|cmpxchg8b|sysenter|syscall|ud2|endbr|fcomi|fxsave|nopw|nopl|prefetch|[sml]fence|%(xmm|mm|ymm)[0-7]

rom-lint: $(ROM_IMAGE) $(ROM)/lint
	$(call say,LINT,$(ROM_IMAGE))
	$(Q)$(ROM)/lint $(ROM_IMAGE) $(ROM_STOCK)
	$(Q)rom/tests/lint-elf $(ROM)/dkboot.elf '$(ROM_TOO_NEW)'

rom-test: rom rom-lint $(ROM_TESTS)
	$(Q)ci/unit $(ROM)/tests

# Every probe on plain QEMU, without the harness.
.PHONY: rom-boots
rom-boots: rom guests
	$(Q)rom/tests/boots $(O)

-include $(shell find $(ROM) -name '*.d' 2>/dev/null)

# Faults planted in the ROM, one at a time, for the gate to find. MUTANTS: see rom/mutants/README.md.
.PHONY: mutants
mutants: all
	$(Q)rom/mutants/run $(O) '$(MUTANTS)'
