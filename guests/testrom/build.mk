# Option ROMs that serve a made-up memory map: one for each file of maps/.

TESTROM_MAPS := $(wildcard guests/testrom/maps/*.inc)
TESTROMS     := $(TESTROM_MAPS:guests/testrom/maps/%.inc=$(O)/guests/testrom/%.rom)

GUESTS += $(TESTROMS)

$(O)/guests/testrom/%.rom: guests/testrom/maps/%.inc guests/testrom/testrom.S guests/testrom/sum guests/testrom/build.mk
	$(call say,ROM,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -m32 -march=i486 -DMAP='"maps/$*.inc"' -c -o $(@:.rom=.o) guests/testrom/testrom.S
	$(Q)objcopy -O binary -j .text $(@:.rom=.o) $@
	$(Q)guests/testrom/sum $@
