# The Multiboot 2 probe: as ELF of 32 and 64 bits, with addresses in its header, and relocatable.

GUESTS += $(addprefix $(O)/guests/probe-multiboot2,.elf -64.elf -flat.bin -reloc.elf)

$(O)/guests/probe-multiboot2.elf: $(addprefix $(O)/guests/probe/multiboot2/,head.o report.o)
$(O)/guests/probe-multiboot2-flat.elf: $(addprefix $(O)/guests/probe/multiboot2/,head-flat.o report.o)
$(O)/guests/probe-multiboot2-reloc.elf: $(addprefix $(O)/guests/probe/multiboot2/,head-reloc.o report.o)

$(O)/guests/probe-multiboot2-64.elf: $(O)/guests/probe-multiboot2.elf
	$(call say,OBJCOPY,$@)
	$(Q)objcopy -O elf64-x86-64 $< $@
