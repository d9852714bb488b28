# The PVH probe.

GUESTS += $(O)/guests/probe-pvh.elf

$(O)/guests/probe-pvh.elf: $(addprefix $(O)/guests/probe/pvh/,head.o report.o)
