# Each guest brings a build.mk that adds its products to GUESTS.

GUESTS :=

include $(sort $(wildcard guests/*/build.mk guests/*/*/build.mk))

.PHONY: guests
guests: $(GUESTS)
all: guests
