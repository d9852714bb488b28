# Set-up and the kinds of tests, added up.

.PHONY: setup test gate lint unit-tests lint-tap

setup:
	$(Q)ci/setup

# The packages may have just been installed: everything that looks for them starts afresh.
test gate: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory $@-stages

.PHONY: test-stages gate-stages
test-stages: fetch
	$(Q)ci/tests $(O)/test-logs \
		'lint=$(MAKE) -s lint' \
		'unit=$(MAKE) -s unit-tests' \
		'rom=$(MAKE) -s rom-test' \
		'stream=$(MAKE) -s stream-test' \
		'boots=$(MAKE) -s rom-boots' \
		'fuzz=$(MAKE) -s fuzz FUZZ_SECONDS=60' \
		'install=ci/install-test $(O)' \
		'end-to-end=cases/e2e/run $(O)' \
		'mutants=rom/mutants/run $(O) 1/4' \
		'matrix=$(O)/dkboot run cases --filter "not tag=long" --shard 1/4 --format tap -o $(O)/test-run'

gate-stages: fetch
	$(Q)ci/tests $(O)/gate-logs \
		'lint=$(MAKE) -s lint tidy' \
		'unit=$(MAKE) -s unit-tests' \
		'rom=$(MAKE) -s rom-test' \
		'stream=$(MAKE) -s stream-test' \
		'boots=$(MAKE) -s rom-boots' \
		'fuzz=$(MAKE) -s fuzz FUZZ_SECONDS=60' \
		'install=ci/install-test $(O)' \
		'end-to-end=cases/e2e/run $(O)' \
		'mutants=rom/mutants/run $(O)' \
		'matrix=$(O)/dkboot run cases --format tap -o $(O)/gate-run' \
		'load=ci/load $(O)'

# Unit tests run under the sanitizers; a leak or an undefined shift is a failure.
unit-tests:
	$(Q)$(MAKE) --no-print-directory O=$(O)/sanitized SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover' \
		unit-binaries >&2
	$(Q)ci/unit $(O)/sanitized/tests

lint:
	$(Q)ci/lint

.PHONY: tidy
tidy:
	$(Q)ci/lint tidy

# A thousand cells beside as many burners as there are processors.
.PHONY: load
load: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)ci/tests $(O)/load-logs 'load=ci/load $(O)'

.PHONY: bench
bench: setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)ci/bench $(O)
