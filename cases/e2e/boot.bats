#!/usr/bin/env bats
# dkboot boot: one kernel that no case names.
load lib

# probe_image ACT: p.img, a probe kernel as a file.
probe_image() {
	probe_case p "$1" 1s
	dk run p.yaml --keep -q -o made >made.log || true
	cp -fL made/cells/*/kernel p.img
}

real_kernel() {
	kernel=linux-6.1-cloud
	[ -e "$XDG_CACHE_HOME/dkboot/packages/$kernel.json" ] || skip "$kernel is not in the cache: dkboot fetch"
}

@test "boot: a guest that switches itself off passes, and its console is shown" {
	probe_image poweroff
	run -0 --separate-stderr dk boot --kernel p.img --cmdline 'hello there' --memory 96M --machine q35 -o out
	same '' "$stderr"
	expect_has 'dkprobe: cmdline text=hello there' 'dkprobe: end' '1 passed, 0 failed' 'run folder: out'
	same 'pass -' "$(verdict out)"
}

@test "boot: --expect, met: the guest may go on running" {
	probe_image chatter
	run -0 dk boot --kernel p.img --expect '^dkprobe: begin' --expect 'still here' -o out
	same 'pass -' "$(verdict out)"
}

@test "boot: --expect, not met: what is missing is said" {
	probe_image poweroff
	run -1 dk boot --kernel p.img --expect 'dkprobe: begin' --expect 'the cows' -o out
	same 'fail serial' "$(verdict out)"
	expect_has '/the cows/' '(1 of 2 met)'
}

@test "boot: patterns are asked for in their order" {
	probe_image poweroff
	run -1 dk boot --kernel p.img --expect 'dkprobe: end' --expect 'dkprobe: begin' -o out
	same 'fail serial' "$(verdict out)"
}

@test "boot: a guest that keeps running without being asked for anything does not pass" {
	probe_image chatter
	run -1 dk boot --kernel p.img --limit 1s -o out
	same 'fail slow' "$(verdict out)"
	probe_image spin
	run -1 dk boot --kernel p.img --timeout-scale 0.1 -o out2
	same 'fail hang' "$(verdict out2)"
}

@test "boot: expected text and then a panic, a reset or a halt: never a pass without --expect" {
	for act in panic triple halt; do
		probe_image "$act"
		run -1 dk boot --kernel p.img -o "$act"
	done
	same 'fail panic' "$(verdict panic)"
	same 'fail reset' "$(verdict triple)"
	same 'fail hang' "$(verdict halt)"
}

@test "boot: --initrd is handed over as it is" {
	probe_image poweroff
	head -c 70001 /dev/urandom >initrd
	run -0 dk boot --kernel p.img --initrd initrd -o out
	expect_has "size=70001 crc32=$(gzip -c initrd | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')"
	run -0 dk boot --kernel p.img --initrd none -o out2
	expect_has 'dkprobe: initrd at=00000000 size=0'
}

@test "boot: the initrd and the kernel may change or vanish while the guest boots" {
	probe_image poweroff
	head -c 3000000 /dev/zero >initrd
	crc=$(gzip -c initrd | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')
	cat >emulator <<-'EOF'
		#!/usr/bin/env bash
		case "$*" in *-append*) : >"$FAKE_STATE/initrd"; rm -f "$FAKE_STATE/p.img" ;; esac
		exec qemu-system-x86_64 "$@"
	EOF
	chmod +x emulator
	FAKE_STATE=$PWD run -0 dk boot --kernel p.img --initrd initrd --cmdline x --qemu ./emulator -o out
	expect_has "size=3000000 crc32=$crc"
	[ ! -e p.img ]
	[ ! -s initrd ]
}

@test "boot: a text file is refused, with QEMU's words" {
	echo 'I am no kernel' >text
	run -1 dk boot --kernel text -o out
	same 'fail refused' "$(verdict out)"
	expect_has 'invalid kernel header'
}

@test "boot: an empty file never passes" {
	: >empty
	run dk boot --kernel empty -o out
	[ "$status" -eq 1 ] || [ "$status" -eq 3 ]
	[[ $(verdict out) != pass* ]]
}

@test "boot: a catalogue name that does not exist is broken, and the names are listed" {
	run -3 dk boot --kernel linux-9.9 -o out
	expect_has 'has no "linux-9.9", expected one of: linux-6.1-cloud'
}

@test "boot: the 6.1 cloud kernel panics without an initrd: the verdict comes long before the limit" {
	real_kernel
	start=$SECONDS
	run -1 dk boot --kernel "$kernel" --cmdline 'console=ttyS0' --limit 500s -o out
	same 'fail panic' "$(verdict out)"
	expect_has 'Linux version 6.1' 'Kernel panic - not syncing'
	((SECONDS - start < 40))
}

@test "boot: the 6.1 cloud kernel and our initrd: it runs, and reports the command line it got" {
	real_kernel
	cat >l.yaml <<-EOF
		about: a real kernel
		axes:
		  kernel: [$kernel]
		  initrd:
		    - {name: i, archives: [{compress: gzip, blob: 64K}]}
		  cmdline:
		    - {name: c, text: "console=ttyS0 quiet \"a b\""}
		expect:
		  - serial: '^dkinit: cmdline size=(?<size>\d+) crc32=(?<crc>[0-9a-f]{8})$'
		    equals: {size: "\${cmdline.size}", crc: "\${cmdline.crc32}"}
		  - serial: '^dkinit: blob size=(?<size>\d+) crc32=(?<crc>[0-9a-f]{8})$'
		    equals: {size: "\${blob.size}", crc: "\${blob.crc32}"}
		  - serial: '^dkinit: end$'
	EOF
	run -0 dk run l.yaml -o out
	same 'pass -' "$(verdict out)"
}

@test "boot: --map draws what lies where, behind the console" {
	probe_image poweroff
	head -c 70001 /dev/urandom >initrd
	run -0 --separate-stderr dk boot --kernel p.img --initrd initrd --cmdline 'hello there' --map -o out
	same '' "$stderr"
	printf '%s\n' "$output" | sed '1,/^dkprobe: end/d' >behind
	grep -qxE '  000020000-00002000b       12 B  command line' behind
	grep -qxE '  [0-9a-f]{9}-[0-9a-f]{9}   68.4 KiB +initrd' behind
	grep -qxE '[0-9]+ rules checked, 0 violations' behind
	same "$(sed -n '/^memory map/,/rules checked/p' behind | tail -n +2)" "$(cat out/cells/*/layout.txt)"
	run -0 dk boot --kernel p.img -o out2
	expect_has_not 'memory map'
	[ ! -e "$(cell_folder out2)/layout.txt" ]
}

@test "boot: --map of a guest that never got so far says so, and --map with less than the full layout is an error" {
	echo 'I am no kernel' >text
	run -1 dk boot --kernel text --map -o out
	expect_has 'memory map' "none: the kernel's first instruction was not seen"
	run -2 dk boot --kernel text --map --layout entry -o out2
	expect_has '--map: needs --layout full, not entry'
}

@test "boot: --layout is obeyed, by run too, whatever the case says" {
	probe_image poweroff
	echo 'layout: full' >>p.yaml
	for layout in full entry off; do
		run -0 dk run p.yaml --layout "$layout" -q -o "run-$layout"
		run -0 dk boot --kernel p.img --layout "$layout" -q -o "boot-$layout"
	done
	for run in run boot; do
		full=$(jq .rules_checked "$run"-full/cells/*/layout.json)
		entry=$(jq .rules_checked "$run"-entry/cells/*/layout.json)
		((entry > 0 && entry < full))
		[ ! -e "$(cell_folder "$run-off")/layout.json" ]
	done
	run -2 dk run p.yaml --layout some -o out
	expect_has "--layout: 'some' is not full, entry or off"
}

@test "boot: show draws the map of a cell whose layout was judged, and of no other" {
	probe_case p
	run -0 dk run p.yaml --layout full -q -o out
	run -0 dk show out/cells/*
	expect_has "$(cat out/cells/*/layout.txt)" 'protected-mode image'
	run -0 dk run p.yaml -q -o out2
	run -0 dk show out2/cells/*
	expect_has_not 'protected-mode image'
}
