# GRUB for disks: harness/payload/disk.c puts it in front of a payload. Both parts are Debian's, as they are: the sector
# that firmware loads, and a core that reads grub.cfg from a tar in the first partition of the disk it came from.

GRUB_PC      := /usr/lib/grub/i386-pc
GRUB_MODULES := biosdisk part_msdos tar normal linux linux16 serial terminfo echo boot

GUESTS += $(O)/guests/disk-mbr.img $(O)/guests/disk-core.img

$(O)/guests/disk-mbr.img: $(GRUB_PC)/boot.img
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

$(O)/guests/disk-core.img: guests/disk/build.mk $(GRUB_PC)/boot.img
	$(call say,GRUB,$@)
	$(Q)mkdir -p $(@D)
	$(Q)grub-mkimage -O i386-pc -p '(,msdos1)' -o $@ $(GRUB_MODULES)
