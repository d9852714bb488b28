# The probe of Linux's 32-bit and 64-bit entries: a finished bzImage.

PROBE_ENTRIES := $(O)/guests/probe/linux-entries

GUESTS += $(O)/guests/probe-linux-entries.bin

$(O)/guests/probe/common/entry-64.o: guests/probe/common/entry.S guests/probe/common/build.mk
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PROBE_CFLAGS) -DENTRY64 -c -o $@ $<

$(PROBE_ENTRIES)/image.elf: $(PROBE_ENTRIES)/head.o $(PROBE_ENTRIES)/report.o $(O)/guests/probe/linux/header.o \
	$(subst entry.o,entry-64.o,$(PROBE_FLAT_OBJS)) guests/probe/common/flat.lds
	$(call say,LD,$@)
	$(Q)$(PROBE_FLAT_LINK) -o $@ $(filter %.o,$^)

$(PROBE_ENTRIES)/image.bin: $(PROBE_ENTRIES)/image.elf
	$(Q)objcopy -O binary $< $@

# The setup says how many paragraphs follow it.
$(PROBE_ENTRIES)/setup.bin: guests/probe/linux-entries/setup.S $(PROBE_ENTRIES)/image.bin
	$(Q)$(CC) $(PROBE_CFLAGS) -DSYSSIZE="$$(($$(wc -c <$(PROBE_ENTRIES)/image.bin) / 16))" -c -o $(@:.bin=.o) $<
	$(Q)objcopy -O binary -j .head $(@:.bin=.o) $@

$(O)/guests/probe-linux-entries.bin: $(PROBE_ENTRIES)/setup.bin $(PROBE_ENTRIES)/image.bin
	$(call say,CAT,$@)
	$(Q)cat $^ >$@
