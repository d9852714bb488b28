# What boots when the ROM has refused: a disk of one sector and nothing else.

GUESTS += $(O)/guests/next-boot.img

$(O)/guests/next/sector.o: guests/next/sector.S guests/next/build.mk
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -m32 -c -o $@ $<

$(O)/guests/next-boot.img: $(O)/guests/next/sector.o
	$(call say,LD,$@)
	$(Q)ld -m elf_i386 -Ttext 0x7c00 -e start --oformat binary -o $@ $<
	$(Q)truncate -s 1M $@
