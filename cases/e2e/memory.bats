#!/usr/bin/env bats
# The ROM's memory model: the table of rom/README.md against what lies where in guests of every protocol.
load lib

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	cat >m.yaml <<-YAML
		about: one guest of every kind that the table knows
		axes:
		  memory: [64M]
		  kernel:
		    - {name: high, probe: {protocol: 2.15}}
		    - {name: low, probe: {protocol: 2.04, load: low}}
		    - {name: old, probe: {protocol: none}}
		    - {name: "32", probe: {protocol: linux-entries}}
		    - {name: "64", probe: {protocol: linux-entries}}
		    - {name: multiboot, probe: {protocol: multiboot}}
		    - {name: multiboot2, probe: {protocol: multiboot2}}
		    - {name: reloc, probe: {protocol: multiboot2, kind: reloc}}
		    - {name: pvh, probe: {protocol: pvh}}
		  initrd: [none, {name: odd, random: 70001}]
		  cmdline: [{name: c, text: "console=ttyS0"}]
		  entry: [16, 32, 64]
		except:
		  - {when: {kernel: old, initrd: odd}, why: it knows none}
		  - {when: {kernel: [high, low, "32", "64", multiboot, multiboot2, reloc, pvh], initrd: none}, why: with one}
		  - {when: {kernel: [high, low, old, multiboot, multiboot2, reloc, pvh], entry: [32, 64]}, why: it has one entry}
		  - {when: {kernel: "32", entry: [16, 64]}, why: the name says which}
		  - {when: {kernel: "64", entry: [16, 32]}, why: the name says which}
		expect: [{serial: '^dkprobe: end$'}]
		layout: full
	YAML
	timeout 120 "$DKBOOT" run m.yaml --keep -q -o out || return
	for cell in out/cells/*/; do
		name=$(jq -r '.id | capture("kernel=(?<name>[^,]*)").name' "$cell/verdict.json")
		jq -r '.regions[] | "\(.start) \(.end) \(.name)"' "$cell/layout.json" >"$name.regions"
	done
}

# compare README: what it and the guests do not agree on
compare() { awk -f "$PRODUCT/e2e/memory.awk" "$1" "$BATS_FILE_TMPDIR"/*.regions; }

model() { echo "$PRODUCT/source/rom/README.md"; }

@test "memory: what every protocol leaves lies where the table of rom/README.md has it, and each row is seen" {
	same 9 "$(find "$BATS_FILE_TMPDIR" -name '*.regions' | wc -l)"
	run -0 compare "$(model)"
	same '' "$output"
}

# changed SED-COMMAND: what is said of a table with one change
changed() {
	sed "$1" "$(model)" >changed.md
	! cmp -s changed.md "$(model)"
	run -0 compare changed.md
}

@test "memory: a bound that is a byte off, a row too few or too many, a range nobody may write are found" {
	changed 's/^| 0x11000-0x1112f |/| 0x11000-0x1112e |/'
	expect_has '32: descriptors and stack at 0x11000-0x1112f is in no row' '64: descriptors and stack'
	changed '/page tables/d'
	expect_has '64: page tables at 0x12000-0x17fff is in no row'
	changed 's/| symbols | multiboot2, reloc |/| symbols | multiboot2, reloc, pvh |/'
	same 'pvh has no symbols: row 0x100000-ram' "$output"
	changed 's/^| 0x0-0x4ff |/| 0x0-0x10000 |/'
	expect_has 'high: setup, heap and stack at 0x10000-0x1ffff is where nothing is written'
	changed 's/^| 0x20000-low | command line/| 0x20000-0x20000 | command line/'
	expect_has 'high: command line at 0x20000-0x2000d is in no row'
}
