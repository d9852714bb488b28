# Each guest brings a build.mk that adds its products to GUESTS.

GUESTS :=

include $(sort $(wildcard guests/*/build.mk guests/*/*/build.mk))

.PHONY: guests
guests: $(GUESTS)
all: guests

GUESTS += $(O)/guests/catalogue.yaml

$(O)/guests/catalogue.yaml: guests/catalogue.yaml
	$(Q)mkdir -p $(@D)
	$(Q)cp $< $@

all: $(O)/guests/catalogue.yaml
