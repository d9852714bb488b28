#!/usr/bin/env bats
# The way past the ROM: firmware, master boot record and GRUB, from a disk that holds a cell's payload.
load lib

# disk_case NAME CMDLINE: NAME.yaml, the probe from a disk, with an initrd.
disk_case() {
	cat >"$1.yaml" <<-EOF
		about: from a disk
		axes:
		  via: [disk16]
		  memory: [64M]
		  kernel: [{name: p, probe: {protocol: 2.15}}]
		  initrd: [{name: r, random: 100K, seed: 3}]
		  cmdline: [{name: c, text: "$2"}]
		expect:
		  - serial: '^dkprobe: field .*\btype_of_loader=72\b'
		  - serial: '^dkprobe: cmdline text=BOOT_IMAGE=/kernel \${cmdline}$'
		  - serial: '^dkprobe: initrd at=\S+ size=(?<size>\d+) crc32=(?<crc>\S+)$'
		    equals: {size: "\${initrd.size}", crc: "\${initrd.crc32}"}
		  - serial: '^dkprobe: end$'
	EOF
}

# pair VALUE VALUE LAWFUL...: p.yaml, one probe with two sizes of memory, reports compared.
pair() {
	{
		cat <<-EOF
			about: one pair
			axes:
			  memory: [$1, $2]
			  kernel: [{name: p, probe: {protocol: 2.15}}]
			expect: [{serial: '^dkprobe: end$'}]
			compare:
			  axis: memory
			  facts: report
		EOF
		shift 2
		[ $# -eq 0 ] || echo '  lawful:'
		for fact; do echo "    - {fact: $fact, why: it may}"; done
	} >p.yaml
}

results() { jq -r 'select(.id) | [.outcome, .failure // "-", .rule // "-"] | join(" ")' "$1/journal.jsonl" | sort; }

@test "disk: kernel, initrd and every word of the command line arrive by GRUB" {
	disk_case d 'a  $x ${y} ; <b> #c ü=* '
	run -0 dk run d.yaml -q -o out
	same 'pass -' "$(verdict out)"
}

@test "disk: a command line that GRUB would change breaks the cell, in words" {
	disk_case d "a='b c'"
	run -3 dk run d.yaml -q -o out
	same 'broken -' "$(verdict out)"
	[[ $(reason out) == *'GRUB cannot hand a quote, backslash or newline over as it is'*'at byte 3' ]]
}

@test "disk: what GRUB cannot boot is refused, its words are in the log" {
	printf 'no kernel at all' >k
	run -1 dk boot --kernel k --via disk -o out
	same 'fail refused' "$(verdict out)"
	grep -q '^error: ' out/cells/*/serial.log
}

@test "disk: repro.sh boots a kept cell without dkboot, and dkboot repro boots it again" {
	disk_case d 'quiet'
	run -0 dk run d.yaml --keep -q -o out
	run -0 timeout 20 "$(cell_folder out)/repro.sh"
	expect_has 'dkprobe: cmdline text=BOOT_IMAGE=/kernel quiet' 'dkprobe: end'
	run -0 dk repro out/cells/* -q -o again
	same 'pass -' "$(verdict again)"
}

@test "disk: a disk boots again after a reset" {
	disk_case d 'quiet'
	run -0 dk run d.yaml --resets 2 -q -o out
	same 'pass -' "$(verdict out)"
}

@test "report: a fact that differs fails the second of a pair" {
	pair 64M 65M
	run -1 dk run p.yaml -q -j1 -o out
	same 'fail layout compare
pass - -' "$(results out)"
	output=$(jq -r 'select(.outcome == "fail").reason' out/journal.jsonl)
	expect_has 'e820: ' '0x100000-0x3fdffff:1' '0x100000-0x40dffff:1' 'e801: '
	expect_has_not int12 vectors
}

@test "report: declared differences pass, and one that is none fails" {
	pair 64M 65M e820 e801
	run -0 dk run p.yaml -q -o out
	pair 64M 65M e820 e801 int12
	run -1 dk run p.yaml -q -o again
	output=$(jq -r 'select(.outcome == "fail").reason' again/journal.jsonl)
	same 'int12: the same twice, but declared to differ lawfully (it may)' "$output"
}

@test "report: a guest that reports nothing leaves nothing to compare" {
	pair 64M 65M e820 e801
	probe_case mute
	dk run mute.yaml --keep -q -o made
	LC_ALL=C sed 's/begin/bagin/' made/cells/*/kernel >mute.img
	sed -i 's/{name: p, .*/{name: p, file: mute.img}]/' p.yaml
	run -3 dk run p.yaml -q -j1 -o out
	same 'broken - -
pass - -' "$(results out)"
	output=$(jq -r 'select(.outcome == "broken").reason' out/journal.jsonl)
	same 'nothing to compare: this boot left no facts in report.json' "$output"
}

@test "report: a kernel whose ACPI tables were changed on the way is found" {
	kernel=linux-6.1-cloud
	[ -e "$XDG_CACHE_HOME/dkboot/packages/$kernel.json" ] || skip "$kernel is not in the cache: dkboot fetch"
	# one of two machines has a table more
	printf 'a table' >table
	cat >a.yaml <<-EOF
		about: tables
		axes:
		  devices: [none, {name: more, args: [-acpitable, "sig=TEST,data=$PWD/table"]}]
		  kernel: [$kernel]
		  initrd: [{name: i, archives: [{compress: none}]}]
		  cmdline: [{name: c, text: "console=ttyS0 quiet"}]
		expect: [{serial: '^dkinit: end$'}]
		compare: {axis: devices, facts: report}
	EOF
	run -1 dk run a.yaml -q -j1 -o out
	output=$(jq -r 'select(.outcome == "fail").reason' out/journal.jsonl)
	expect_has 'acpi.TEST: ' 'nothing with none' 'acpi-at.TEST: '
	expect_has_not acpi.DSDT cmdline
}
