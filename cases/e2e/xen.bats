#!/usr/bin/env bats
# The nested Xen: what no case can ask for. The first test that boots one freezes a dom0 (some 10 s); each boot takes
# some seconds after that.
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ulimit -c 0
	export DK_LIMIT=150
	compgen -G "$XDG_CACHE_HOME/dkboot/dom0/by-*" >/dev/null || skip "there is no image of dom0: dkboot fetch"
}

# probe_image ACT: p.img, a probe kernel as a file that no case names.
probe_image() {
	probe_case p "$1" 1s
	dk run p.yaml --keep -q -o made >made.log || true
	cp -fL made/cells/*/kernel p.img
}

xen() { dk boot --engine xen --source fwcfg-pio --memory 64M --kernel p.img -o out "$@"; }

# xen_cases ACT: x.yaml, two cells that differ in command line and initrd.
xen_cases() {
	cat >x.yaml <<-EOF
		about: a test
		limit: 60s
		quiet: 20s
		axes:
		  engine: [xen]
		  source: [fwcfg-pio]
		  memory: [64M]
		  kernel: [{name: p, probe: {protocol: 2.15, act: $1}}]
		  cmdline: [{name: left, text: "I am left"}, {name: right, text: "I am right, and longer"}]
		  initrd: [{name: l, random: 8K, seed: 1}, {name: r, random: 9K, seed: 2}]
		except:
		  - {when: {cmdline: left, initrd: r}, why: two are enough}
		  - {when: {cmdline: right, initrd: l}, why: two are enough}
		expect:
		  - debug: '^dkprobe: cmdline text=\${cmdline}\$'
		  - debug: '^dkprobe: initrd at=\S+ size=(?<size>\d+) crc32=(?<crc>\S+)\$'
		    equals: {size: "\${initrd.size}", crc: "\${initrd.crc32}"}
		  - debug: '^dkprobe: end\$'
	EOF
}

# dying N: an emulator that is killed when it is to be a clone, N times. One path, so that its dom0 is frozen once.
dying() {
	export DYING=$BATS_TEST_TMPDIR/dying
	seq "$1" >"$DYING"
	cat >"$BATS_FILE_TMPDIR/qemu.new" <<-'EOF'
		#!/usr/bin/env bash
		case "$*" in *-incoming*)
			if [ -s "$DYING" ]; then
				sed -i 1d "$DYING"
				kill -KILL $$
			fi
			;;
		esac
		exec qemu-system-x86_64 "$@"
	EOF
	chmod +x "$BATS_FILE_TMPDIR/qemu.new"
	[ -e "$BATS_FILE_TMPDIR/qemu" ] || mv "$BATS_FILE_TMPDIR/qemu.new" "$BATS_FILE_TMPDIR/qemu"
}

attempts() { jq -r 'select(.type == "cell") | .attempts | map(.outcome + " " + (.failure // "-")) | join(", ")' "$1/journal.jsonl"; }

@test "xen: a kernel that no case names boots, is judged, and is heard where --expect says" {
	probe_image chatter
	run -0 xen --layout full --expect 'debug:^dkprobe: end$' --expect 'debug:still here'
	same 'pass -' "$(verdict out)"
	grep -q 'dkprobe: still here' out/cells/*/debug.log
	grep -q '(XEN) ' out/cells/*/host.log
}

@test "xen: without a channel --expect listens to the PV console, where a probe says nothing" {
	probe_image poweroff
	run -1 xen --expect 'dkprobe: end'
	same 'fail serial' "$(verdict out)"
	expect_has '/dkprobe: end/'
	run -0 xen --expect 'serial:dkprobe: end' -o out2
	expect_has 'dkprobe: end' # shown while it happens
}

@test "xen: --cold boots dom0 for real, and freezes nothing" {
	probe_image poweroff
	mkdir -p cache/dkboot
	ln -s "$XDG_CACHE_HOME/dkboot/dom0" cache/dkboot/dom0
	XDG_CACHE_HOME=$PWD/cache run -0 xen --cold
	same 'pass -' "$(verdict out)"
	[ ! -e cache/dkboot/frozen ]
	expect_has_not 'frozen'
}

@test "xen: a frozen dom0 that was damaged is made again" {
	probe_image poweroff
	mkdir -p cache/dkboot
	ln -s "$XDG_CACHE_HOME/dkboot/dom0" cache/dkboot/dom0
	export XDG_CACHE_HOME=$PWD/cache
	run -0 xen
	expect_has 'dom0 is booted once and frozen'
	printf 'x' | dd of="$(echo cache/dkboot/frozen/*/ram)" bs=1 seek=1234567 conv=notrunc status=none
	run -0 xen -o out3
	expect_has 'dom0 is booted once and frozen'
	run -0 xen -o out4
	expect_has_not 'dom0 is booted once and frozen'
	same 'pass -' "$(verdict out4)"
	same 1 "$(find cache/dkboot/frozen -name ram | wc -l)"
}

@test "xen: without an image of dom0 a cell is broken, and is told how to get one" {
	probe_image poweroff
	XDG_CACHE_HOME=$PWD/cache run -3 xen
	same 'broken -' "$(verdict out)"
	# shellcheck disable=SC2016 # no command
	expect_has 'there is no image of dom0' 'run `dkboot fetch`'
}

@test "xen: two cells side by side do not see each other" {
	xen_cases poweroff
	run -0 dk run x.yaml -j2 -o out --layout full
	same 2 "$(judged out | grep -c ' pass -')"
	for side in left right; do
		grep -q "text=I am $side" out/cells/*"$side"*/debug.log
	done
	same 0 "$(cat out/cells/*left*/*.log | grep -c 'I am right')"
}

@test "xen: kill -9 of the runner leaves no process, and no file outside its folders" {
	xen_cases chatter
	sed -i 's/: end/: never/' x.yaml
	mkdir home tmp
	find "$XDG_CACHE_HOME" -type f | sort >before
	HOME=$PWD/home TMPDIR=$PWD/tmp "$DKBOOT" run x.yaml -j2 -o out >log 2>err 3>&- &
	runner=$!
	both_chatter() { [ "$(grep -ls 'still here' out/cells/*/debug.log | wc -l)" -eq 2 ]; }
	await 100 both_chatter
	has_emulators out
	kill -KILL "$runner"
	wait "$runner" || true
	await 5 no_emulators out
	same '' "$(find home tmp -type f)"
	find "$XDG_CACHE_HOME" -type f -not -path '*/frozen/*' | sort >after
	same "$(grep -v /frozen/ before)" "$(cat after)"
	run -0 bash -c 'jq -e . out/journal.jsonl'
}

@test "xen: a machine that died is replaced once: a pass then is flaky" {
	probe_image poweroff
	dying 1
	run -0 xen --qemu "$BATS_FILE_TMPDIR/qemu"
	same 'pass -' "$(verdict out)"
	same 'fail crash, pass -' "$(attempts out)"
	expect_has flaky
}

@test "xen: a machine that dies again is a crash" {
	probe_image poweroff
	dying 9
	run -1 xen --qemu "$BATS_FILE_TMPDIR/qemu"
	same 'fail crash' "$(verdict out)"
	same 'fail crash, fail crash' "$(attempts out)"
	[[ $(reason out) == *'the outer emulator died of signal 9'* ]]
	same 7 "$(wc -l <"$DYING")"
}

# told FAULT PATTERN: what the engine says when that is planted in a guest that runs.
told() {
	run -0 --separate-stderr timeout 100 "$PRODUCT/build/tests/tool_xen_faults" "$1" faults
	# shellcheck disable=SC2053 # a pattern
	[[ $output == $2 ]] || {
		printf '%s: expected: %s\nfound: %s\n' "$1" "$2" "$output"
		return 1
	}
}

@test "xen: the guest's crash is the guest's, and its alone" {
	told guest 'stopped panic: the hypervisor reports that the domain crashed'
}

@test "xen: what carries the guest is named when it dies: device model, dom0, hypervisor, outer machine" {
	told model 'ended crash: the device model died'
	told dom0 "ended crash: dom0's kernel panicked: *sysrq triggered crash*"
	told xen 'ended crash: Xen panicked: (XEN) FATAL TRAP: *NMI*'
	told reset 'ended crash: the outer machine was reset*'
	told outer 'ended crash: the outer emulator died of signal 9 (Killed)'
}

@test "xen: when our agent fails, that is our failure" {
	told agent "ended engine: dom0's init gave up: dkboot: init: the agent ended with status 0*"
	told nonsense 'ended engine: error no order is called no-such-order'
}

@test "xen: two payloads out of one frozen guest at the same time; one that gets the other's is accused" {
	cat >two.yaml <<-'EOF'
		about: two payloads, one frozen guest
		limit: 60s
		quiet: 20s
		axes:
		  engine: [xen]
		  source: [volume]
		  memory: [64M]
		  kernel: [{name: one, probe: {protocol: 2.06, image_size: 100K}}, {name: two, probe: {protocol: 2.15}}]
		  initrd: [{name: r, random: 64K, seed: 5}]
		expect:
		  - debug: '^dkprobe: image at=[0-9a-f]{8} size=(?<size>\d+) crc32=(?<crc>[0-9a-f]{8})$'
		    equals: {size: "${image.size}", crc: "${image.crc32}"}
		  - debug: '^dkprobe: end$'
		layout: full
	EOF
	run -0 --separate-stderr timeout 150 "$PRODUCT/build/tests/tool_xen_fork" two.yaml out
	expect_has 'frozen: ROM 1, kernel 0, initrd 0' 'own one: pass -' 'own two: pass -' 'other one: fail serial: forbidden /^dkboot-rom: payload '
}

@test "xen: a failed cell is repeated from its moved run, by dkboot and by repro.sh, with the same modules" {
	head -c 5000 /dev/urandom >m1
	cat >x.yaml <<-'END'
		about: a test
		limit: 60s
		quiet: 20s
		axes:
		  engine: [xen]
		  source: [fwcfg-pio]
		  memory: [64M]
		  kernel: [{name: p, probe: {protocol: multiboot}}]
		  cmdline: [{name: c, text: "a='b c' d"}]
		  initrd: [{name: two, modules: [{file: m1, arguments: "first a=b"}, {random: 1, seed: 3}]}]
		expect: [{debug: '^never$'}]
	END
	run -1 dk run x.yaml -q -o out
	mv out moved
	rm m1 x.yaml
	reported() { tr -d "\r" | sed -n "s/^\\((d[0-9]*) \\)\\{0,1\\}\\(dkprobe: .*\\)/\\2/p" | grep -v " clock "; }
	first=$(reported <"$(cell_folder moved)/debug.log")
	[[ $first == *module* ]]
	run -1 dk repro moved/cells/* -q -o again
	same 'fail serial' "$(verdict again)"
	same "$first" "$(reported <"$(cell_folder again)/debug.log")"
	# Nothing of the cache: what it starts is in the run's folder.
	run ! grep -q "$XDG_CACHE_HOME" moved/cells/*/repro.sh
	timeout 120 moved/cells/*/repro.sh </dev/null >said 2>&1
	same "$first" "$(grep -a "^(d1) " said | reported)"
}
