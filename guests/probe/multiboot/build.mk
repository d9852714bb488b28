# The Multiboot 1 probe, as ELF and with addresses in its header.

GUESTS += $(O)/guests/probe-multiboot.elf $(O)/guests/probe-multiboot-flat.bin

$(O)/guests/probe-multiboot.elf: $(addprefix $(O)/guests/probe/multiboot/,head.o report.o)
$(O)/guests/probe-multiboot-flat.elf: $(addprefix $(O)/guests/probe/multiboot/,head-flat.o report.o)
