# The matrices: fetched, booted, listed.

.PHONY: run run-stages fetch

run: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory run-stages

run-stages: fetch
	$(Q)$(O)/dkboot run cases --filter 'not tag=long'

fetch: $(O)/dkboot
	$(Q)$(O)/dkboot fetch
