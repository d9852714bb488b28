#!/usr/bin/env bats
# dkboot run: exit statuses, verdicts, the run's folder, which cells and in which order, overrides.
load lib

# two_by_two: four cells of which all pass.
two_by_two() {
	cat >m.yaml <<-'EOF'
		about: four cells
		tags: [small]
		axes:
		  machine: [pc, q35]
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  initrd:
		    - none
		    - {name: r, random: 5000, seed: 1}
		  cmdline:
		    - {name: c, text: "console=ttyS0 a=b"}
		expect:
		  - serial: '^dkprobe: cmdline at=[0-9a-f]{8} size=(?<size>\d+) crc32=(?<crc>[0-9a-f]{8})$'
		    equals: {size: "${cmdline.size}", crc: "${cmdline.crc32}"}
		  - serial: '^dkprobe: initrd at=[0-9a-f]{8} size=(?<size>\d+) crc32=(?<crc>[0-9a-f]{8})$'
		    equals: {size: "${initrd.size}", crc: "${initrd.crc32}"}
		  - serial: '^dkprobe: end$'
	EOF
}

@test "run: one cell that passes: status 0, and what the folder holds" {
	probe_case a
	run -0 --separate-stderr dk run a.yaml -o out
	same '' "$stderr"
	expect_has '1 passed, 0 failed, 0 xfailed, 0 xpassed, 0 skipped, 0 broken' 'run folder: out'
	same 'a:kernel=p,cmdline=c pass -' "$(judged out)"
	folder=$(cell_folder out)
	[[ ${folder##*/} =~ ^[0-9a-f]{8}-a-kernel-p-cmdline-c$ ]]
	grep -q "^dkprobe: cmdline text=probe=a$" "$folder/serial.log"
	grep -Eq '^\[ +[0-9]+\.[0-9]{6}\] dkprobe: end$' "$folder/serial.timed"
	[ -x "$folder/repro.sh" ]
	sh -n "$folder/repro.sh"
	same 'pass' "$(jq -r .outcome "$folder/verdict.json")"
	cmp a.yaml out/cases/a.yaml
	same '["run","a.yaml","-o","out"]' "$(jq -c .arguments out/run.json)"
}

@test "run: the journal has the run, each cell, the summary, in this order" {
	two_by_two
	run -0 dk run m.yaml -o out -q
	same 'run cell cell cell cell summary' "$(jq -r .type out/journal.jsonl | xargs)"
	same 4 "$(jq 'select(.type == "run").planned' out/journal.jsonl)"
	same 4 "$(jq 'select(.type == "summary").passed' out/journal.jsonl)"
	same 4 "$(jq -r 'select(.type == "cell").id' out/journal.jsonl | sort -u | wc -l)"
	run jq -r 'select(.type == "run") | .emulator, .rom, .accelerator, .started' out/journal.jsonl
	expect_has 'QEMU' 'sha256='
	run jq -e 'select(.type == "cell") | (.kernel | test("sha256=[0-9a-f]{64}")) and .seconds > 0' out/journal.jsonl
	expect_has_not false
}

@test "run: an expectation that is not met: status 1, class serial, and what is missing" {
	probe_case a
	echo '  - serial: "^the cows come home$"' >>a.yaml
	run -1 dk run a.yaml -o out
	same 'fail serial' "$(verdict out)"
	expect_has 'the cows come home' "again: dkboot repro out/cells/" '0 passed, 1 failed'
}

@test "run: forbidden text fails a cell that has all it expects" {
	probe_case a
	printf 'forbid:\n  - serial: "tail intact"\n' >>a.yaml
	run -1 dk run a.yaml -o out
	same 'fail serial' "$(verdict out)"
	[[ $(reason out) == *'tail intact'* ]]
}

# compares FIELD VALUE: a case whose guest must report FIELD of its payload (cmdline crc32) as VALUE.
compares() {
	cat >c.yaml <<-EOF
		about: compares what arrived
		axes:
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  initrd:
		    - {name: r, random: 5000, seed: 1}
		  cmdline:
		    - {name: c, text: "a=b"}
		expect:
		  - serial: '^dkprobe: ${1% *} .*${1#* }=(?<found>[0-9a-f]+)'
		    equals: {found: "$2"}
	EOF
}

@test "run: what arrived is compared with what was asked for" {
	for field in 'cmdline size' 'cmdline crc32' 'initrd size' 'initrd crc32' 'image size' 'image crc32'; do
		compares "$field" "\${${field/ /.}}"
		run -0 dk run c.yaml -o good -q
		compares "$field" 0badc0de
		run -1 dk run c.yaml -o bad -q
		same 'fail serial' "$(verdict bad)"
		expect_has 0badc0de
	done
}

@test "run: broken is loud: a catalogue entry that was never fetched gives status 3" {
	printf 'about: a\naxes:\n  kernel: [installer-i386]\n' >a.yaml
	XDG_CACHE_HOME=$PWD/cache run -3 dk run a.yaml -o out
	same 'broken -' "$(verdict out)"
	expect_has 'not in the cache' '`dkboot fetch installer-i386`' '1 broken'
	printf 'about: a\naxes:\n  kernel: [linux-9.9]\n' >a.yaml
	run -3 dk run a.yaml -o out2
	expect_has 'has no "linux-9.9", expected one of: linux-6.1-cloud'
}

@test "run: a failed cell beside a broken one gives status 1" {
	printf 'about: a\naxes:\n  kernel: [linux-9.9]\n' >broken.yaml
	probe_case failed panic
	run -1 dk run broken.yaml failed.yaml -o out
	same 'broken:kernel=linux-9.9 broken -
failed:kernel=p,cmdline=c fail panic' "$(judged out)"
}

@test "run: xfail, xpass, another class than declared, and broken is never xfail" {
	cat >x.yaml <<-'EOF'
		about: declared failures
		axes:
		  kernel:
		    - {name: as-declared, probe: {protocol: 2.15, act: panic}}
		    - {name: other-class, probe: {protocol: 2.15, act: triple}}
		    - {name: passes, probe: {protocol: 2.15}}
		    - {name: broken, catalogue: linux-9.9}
		expect: [{serial: '^dkprobe: end$'}]
		expect_fail:
		  - {class: panic, why: "cannot be otherwise", bug: "B99"}
	EOF
	run -1 dk run x.yaml -o out --keep
	same 'x:kernel=as-declared xfail panic
x:kernel=broken broken -
x:kernel=other-class fail reset
x:kernel=passes xpass -' "$(judged out)"
	expect_has 'cannot be otherwise' 'B99' '0 passed, 1 failed, 1 xfailed, 1 xpassed, 0 skipped, 1 broken'
	[[ $(jq -r 'select(.outcome == "fail").reason' out/journal.jsonl) == 'was declared to fail as panic, but: '* ]]
	run -0 dk run x.yaml --filter kernel=as-declared -o out2
	expect_has '0 passed, 0 failed, 1 xfailed' 'cannot be otherwise'
	run -1 dk run x.yaml --filter kernel=passes -o out3
}

@test "run: a skipped cell is not booted, and its reason is shown" {
	two_by_two
	printf 'skip: [{when: {machine: q35, initrd: r}, why: "the moon is full"}]\n' >>m.yaml
	printf 'except: [{when: {machine: pc, initrd: r}, why: "no such thing"}]\n' >>m.yaml
	run -0 dk run m.yaml -o out
	same 'm:machine=pc,kernel=p,initrd=none,cmdline=c pass -
m:machine=q35,kernel=p,initrd=none,cmdline=c pass -
m:machine=q35,kernel=p,initrd=r,cmdline=c skip -' "$(judged out)"
	expect_has 'the moon is full' '2 passed, 0 failed, 0 xfailed, 0 xpassed, 1 skipped'
	same 2 "$(printf '%s\n' out/cells/* | wc -l)"
	run -0 dk list m.yaml
	expect_has '# skip: the moon is full'
}

@test "run: --filter keeps the cells that fit" {
	two_by_two
	same 'm:machine=q35,kernel=p,initrd=r,cmdline=c' "$(dk list m.yaml --filter 'machine=q35 and initrd!=none')"
	same 2 "$(dk list m.yaml --filter 'tag=small && (machine=pc)' | wc -l)"
	same 0 "$(dk list m.yaml --filter 'tag=large or memory>1G' 2>/dev/null | wc -l)"
	run -0 dk run m.yaml --filter 'machine=q35 and initrd=r' -o out
	same 'm:machine=q35,kernel=p,initrd=r,cmdline=c pass -' "$(judged out)"
}

@test "run: the shards of a run are disjoint, and together all of it" {
	all=$(dk list "$PRODUCT/cases" | sort)
	[ "$(wc -l <<<"$all")" -ge 120 ]
	for of in 1 3 8; do
		parts=$(for ((i = 1; i <= of; i++)); do dk list "$PRODUCT/cases" --shard "$i/$of"; done | sort)
		same "$all" "$parts"
	done
	two_by_two
	run -0 dk run m.yaml --shard 1/2 -o one -q
	run -0 dk run m.yaml --shard 2/2 -o two -q
	same "$(dk list m.yaml | sort)" "$(cat one/journal.jsonl two/journal.jsonl | jq -r 'select(.id).id' | sort)"
	same 1/2 "$(jq -r 'select(.type == "run").shard' one/journal.jsonl)"
}

order() { jq -r 'select(.id).id' "$1/journal.jsonl"; }

@test "run: --shuffle=SEED gives the same order each time, and another seed another" {
	two_by_two
	run -0 --separate-stderr dk run m.yaml --shuffle=7 -j1 -q -o a
	same 'shuffled with --shuffle=7' "$stderr"
	run -0 dk run m.yaml --shuffle=7 -j1 -q -o b
	same "$(order a)" "$(order b)"
	same "$(dk list m.yaml | sort)" "$(order a | sort)"
	different=0
	for seed in 8 9 10; do
		run -0 dk run m.yaml "--shuffle=$seed" -j1 -q -o "s$seed"
		[ "$(order a)" = "$(order "s$seed")" ] || different=1
	done
	[ "$different" -eq 1 ]
	run -0 dk run m.yaml --shuffle -j1 -q -o r
	[[ $output =~ shuffled\ with\ --shuffle=[0-9]+ ]]
}

@test "run: --retry: a cell that passes later is a pass, marked flaky, with its attempts" {
	fake_case f flaky
	run -0 fake f.yaml --retry 2
	expect_has FLAKY 'passed at attempt 2' '1 passed, 0 failed'
	same 'pass true fail pass' "$(jq -r 'select(.id) | "\(.outcome) \(.flaky) \([.attempts[].outcome] | join(" "))"' out/journal.jsonl)"
	same 1 "$(jq 'select(.type == "summary").flaky' out/journal.jsonl)"
}

@test "run: without --retry a flaky cell fails, and --retry does not save one that always fails" {
	fake_case f flaky
	run -1 fake f.yaml
	same 'fail silent' "$(verdict out)"
	probe_case p panic
	run -1 dk run p.yaml --retry 2 -o out2
	same 'fail panic' "$(verdict out2)"
	same 3 "$(jq 'select(.id).attempts | length' out2/journal.jsonl)"
}

@test "run: a case may ask for a second try of one class of failure; of that class alone, and once" {
	fake_case f flaky
	echo 'retry: [{class: silent, why: a loose cable, bug: none}]' >>f.yaml
	run -0 fake f.yaml
	expect_has FLAKY 'passed at attempt 2' '1 passed, 0 failed'
	probe_case p panic
	echo 'retry: [{class: hang, why: a loose cable, bug: none}]' >>p.yaml
	run -1 dk run p.yaml -o out2
	same 1 "$(jq 'select(.id).attempts | length' out2/journal.jsonl)"
	sed -i 's/class: hang/class: panic/' p.yaml
	run -1 dk run p.yaml -o out3
	same 2 "$(jq 'select(.id).attempts | length' out3/journal.jsonl)"
}

@test "run: --fail-fast starts nothing more, and says what was not run" {
	two_by_two
	sed -i "s/dkprobe: end/never/" m.yaml
	run -1 dk run m.yaml --fail-fast -j1 -o out
	same 1 "$(judged out | wc -l)"
	same 'run cell' "$(jq -r .type out/journal.jsonl | xargs)"
	expect_has '1 of 4 cells are done'
}

@test "run: -j1 and -j2 give the same verdicts, and -j2 boots two at a time" {
	two_by_two
	run -0 dk run m.yaml -j1 -o one -q
	run -0 dk run m.yaml -j2 -o two -q
	same "$(judged one)" "$(judged two)"
	cat >t.yaml <<-'EOF'
		about: two that take their time
		limit: 1s
		axes:
		  memory: [64M, 65M]
		  kernel:
		    - {name: p, probe: {protocol: 2.15, act: chatter}}
		expect: [{serial: '^never$'}]
	EOF
	run -1 dk run t.yaml -j2 -o pair -q
	together=$(jq 'select(.type == "summary").seconds' pair/journal.jsonl)
	apart=$(jq -s 'map(select(.id).seconds) | add' pair/journal.jsonl)
	jq -ne "$together < 0.75 * $apart"
}

@test "run: an override replaces the axis of every cell" {
	two_by_two
	run -0 dk run m.yaml --machine q35 --memory 96M --cmdline 'x y  "z"' --rom stock --source fwcfg-pio -o out -q
	same 'm:machine=q35,kernel=p,initrd=none,cmdline=text-7bb5107f pass -
m:machine=q35,kernel=p,initrd=r,cmdline=text-7bb5107f pass -' "$(judged out | sed 's/text-[0-9a-f]*/text-7bb5107f/')"
	for script in out/cells/*/repro.sh; do
		run cat "$script"
		expect_has ' -M q35 ' ' -m 96M ' ' fw_cfg_io.dma_enabled=off' "'x y  \"z\"'"
		expect_has_not ' -L '
		run cat "${script%/*}/serial.log"
		expect_has 'dkprobe: cmdline text=x y  "z"'
	done
}

@test "run: our ROM is used, or stock's, or the file that is named" {
	probe_case a
	run -0 dk run a.yaml -o ours -q
	grep -q ' -L rom ' ours/cells/*/repro.sh
	cmp ours/cells/*/rom/linuxboot.bin "$PRODUCT/build/rom/stock-names/linuxboot.bin"
	head -c 512 /dev/zero >zero.rom
	run -1 dk run a.yaml --rom zero.rom --timeout-scale 0.2 -o zero -q
	cmp zero/cells/*/rom/linuxboot_dma.bin zero.rom
	[[ $(verdict zero) == fail* ]]
}

@test "run: --kernel and --initrd take files" {
	probe_case a
	run -0 dk run a.yaml --keep -o first -q
	cp -L first/cells/*/kernel probe.img
	head -c 12345 /dev/urandom >some.initrd
	cat >k.yaml <<-'EOF'
		about: replaced on the command line
		axes:
		  kernel: [linux-9.9]
		expect:
		  - serial: '^dkprobe: initrd at=[0-9a-f]{8} size=12345 crc32=(?<crc>[0-9a-f]{8})$'
		    equals: {crc: "${initrd.crc32}"}
	EOF
	run -0 dk run k.yaml --kernel probe.img --initrd some.initrd -o out
	same 'pass -' "$(verdict out)"
	expect_has 'kernel=probe.img'
}

@test "run: payloads of passed cells are dropped, unless --keep; those of failed ones stay" {
	two_by_two
	run -0 dk run m.yaml -o out -q
	[ ! -e out/blobs ]
	[ -z "$(find out/cells -name kernel)" ]
	run -0 dk run m.yaml -o kept -q --keep
	same 4 "$(find kept/cells -name kernel | wc -l)"
	same 2 "$(find kept/blobs -type f | wc -l)" # one kernel, one initrd, each stored once
	for blob in kept/blobs/*; do
		same "${blob##*/}" "$(sha256sum "$blob" | cut -d' ' -f1)"
	done
	sed -i "s/dkprobe: end/never/" m.yaml
	run -1 dk run m.yaml -o failed -q
	same 4 "$(find failed/cells -name kernel | wc -l)"
}

@test "run: without -o the folder is dkboot-runs/TIME, and latest points to it" {
	probe_case a
	run -0 dk run a.yaml
	[[ $output =~ run\ folder:\ (dkboot-runs/[0-9]{8}-[0-9]{6}-[0-9]+) ]]
	[ -s "${BASH_REMATCH[1]}/journal.jsonl" ]
	cmp dkboot-runs/latest/journal.jsonl "${BASH_REMATCH[1]}/journal.jsonl"
}

@test "run: what a reset before the verdict shows is judged too" {
	cat >r.yaml <<-'EOF'
		about: boots again
		axes:
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  resets: [2]
		expect: [{serial: '^dkprobe: end$'}]
	EOF
	run -0 dk run r.yaml -o out
	same 3 "$(grep -c '^dkprobe: end' out/cells/*/serial.log)"
}

@test "run: writes nothing beside its run and cache folders, and the emulator is in a sandbox" {
	probe_case a
	before=$(find "$PRODUCT" "$HOME" -newer a.yaml -type f | grep -v "^$HOME/.cache/dkboot/" || true)
	run -0 dk run a.yaml -o out -q
	[ "$(id -u)" -ne 0 ] || skip "started by root without cases/e2e/run"
	same "$before" "$(find "$PRODUCT" "$HOME" -newer a.yaml -type f | grep -v "^$HOME/.cache/dkboot/" || true)"
	grep -q -- '-sandbox on,spawn=deny' out/cells/*/repro.sh
}
