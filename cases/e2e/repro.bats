#!/usr/bin/env bats
# A failed cell is repeated from its run's folder alone, by dkboot and without it.
load lib

# failed_run: moved/, the folder of a run with one failed cell; nothing that it came from is there any more.
failed_run() {
	cat >c.yaml <<-'EOF'
		about: fails with an initrd
		axes:
		  machine: [pc, q35]
		  kernel:
		    - {name: p, probe: {protocol: 2.15, act: panic}}
		  initrd:
		    - {name: r, random: 4321, seed: 9}
		  cmdline:
		    - {name: c, text: "a='b c' $x `y` \"z\" ü"}
		expect: [{serial: '^dkprobe: end$'}]
		except: [{when: {machine: pc}, why: "one is enough"}]
	EOF
	cp "$PRODUCT/build/rom/stock-names/linuxboot.bin" my.rom
	run -1 dk run c.yaml --rom my.rom --memory 80M -o out -q
	mv out moved
	rm c.yaml my.rom
	cell=$(cell_folder moved)
}

@test "repro: the same verdict, from the run's folder alone" {
	failed_run
	run -1 --separate-stderr dk repro "$cell" -o again
	same '' "$stderr"
	expect_has "dkprobe: cmdline text=a='b c' \$x \`y\` \"z\" ü" 'asked to panic'
	same "$(verdict moved)" "$(verdict again)"
	same 'fail panic' "$(verdict again)"
	same "$(jq -r 'select(.id).id' moved/journal.jsonl)" "$(jq -r 'select(.id).id' again/journal.jsonl)"
	hashes() { jq -r 'select(.id) | .kernel, .initrd' "$1" | grep -o 'sha256=.*'; }
	same "$(hashes moved/journal.jsonl)" "$(hashes again/journal.jsonl)"
	same "$(grep -v ' clock ' "$cell/serial.log" | md5sum)" "$(grep -v ' clock ' again/cells/*/serial.log | md5sum)"
}

@test "repro: the command that a report names works as it is printed" {
	probe_case p panic
	run -1 dk run p.yaml
	[[ $output =~ again:\ (dkboot\ repro\ [^$'\n']*) ]]
	mkdir bin
	ln -s "$DKBOOT" bin/dkboot
	PATH=$PWD/bin:$PATH DKBOOT_DATA=$PRODUCT/build run -1 sh -c "${BASH_REMATCH[1]}"
	expect_has 'asked to panic' '0 passed, 1 failed'
}

@test "repro: repro.sh boots it without dkboot" {
	failed_run
	run timeout 2 "$cell/repro.sh"
	same 124 "$status" # it panics, so it stays
	expect_has "dkprobe: cmdline text=a='b c' \$x \`y\` \"z\" ü" 'dkprobe: initrd at=' 'size=4321' 'asked to panic'
	run ! grep -q dkboot <(grep -v '^#' "$cell/repro.sh")
}

@test "repro: a cell of dkboot boot too, with what was expected of it" {
	probe_case p
	dk run p.yaml --keep -q -o made
	cp -fL made/cells/*/kernel p.img
	run -1 dk boot --kernel p.img --memory 70M --expect 'the cows' -o out
	mv out moved
	rm p.img
	run -1 dk repro moved/cells/* -o again
	expect_has 'the cows'
	same "$(verdict moved)" "$(verdict again)"
}

@test "repro: with the emulator of the run" {
	fake_case f segv
	run -1 fake f.yaml
	same 'fail crash' "$(verdict out)"
	FAKE_STATE=$PWD run -1 dk repro out/cells/* -o again
	same 'fail crash' "$(verdict again)"
}

@test "repro: of one cell among many, in a run with a filter, a shard and overrides" {
	cat >m.yaml <<-'EOF'
		about: many
		axes:
		  machine: [pc, q35]
		  memory: [64M, 65M, 66M]
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		expect: [{serial: '^never$'}]
	EOF
	run -1 dk run m.yaml --filter 'memory!=65M' --shard 1/2 --vcpus 2 -q -o out
	[ "$(judged out | wc -l)" -gt 1 ]
	for cell in out/cells/*; do
		id=$(jq -r .id "$cell/verdict.json")
		rm -rf again
		run -1 dk repro "$cell" -o again -q
		same "$id fail serial" "$(judged again)"
		grep -q -- '-smp 2 ' again/cells/*/repro.sh
	done
}

@test "repro: a passed cell without --keep says so" {
	probe_case p
	run -0 dk run p.yaml -q -o out
	run -2 --separate-stderr dk repro out/cells/*
	same '' "$output"
	[[ $stderr == *'was not kept (the cell passed)'*'--keep'* ]]
	grep -q 'its payload was not kept' out/cells/*/repro.sh
	rm -rf out
	run -0 dk run p.yaml -q --keep -o out
	run -0 dk repro out/cells/* -o again
	same 'pass -' "$(verdict again)"
}

@test "repro: show tells how the cell ended, and what a cell is" {
	failed_run
	run -0 dk show "$cell"
	expect_has 'c:machine=q35,kernel=p,initrd=r,cmdline=c' 'fail: panic' 'asked to panic' "dkboot repro $cell"
	probe_case a
	run -0 dk show 'a:kernel=p,cmdline=c' a.yaml
	expect_has 'a test' '/^dkprobe: end$/' 'the guest switches itself off'
}

# dkprobe_lines: what a probe reported, without its clock.
dkprobe_lines() { tr -d '\r' | grep '^dkprobe: ' | grep -v ' clock '; }

# given: the modules and strings among them. QEMU puts the file's name in front of each string of Multiboot 1, and a descriptor
# has another one than a file.
given() { dkprobe_lines | grep -E ' module | text=' | sed 's/text=[^ ]* */text=FILE /'; }

@test "repro: a Multiboot kernel with modules that came from files, in a run that was moved" {
	head -c 5000 /dev/urandom >m1
	head -c 70001 /dev/urandom >m2
	cat >m.yaml <<-'EOF'
		about: modules from files
		axes:
		  memory: [64M]
		  kernel:
		    - {name: one, probe: {protocol: multiboot}}
		    - {name: two, probe: {protocol: multiboot2}}
		  initrd:
		    - {name: files, modules: [{file: m1, arguments: "first a=b"}, {file: m2, arguments: "with,comma and  two"}]}
		    - {name: alone, file: m1}
		  cmdline: [{name: c, text: "a='b c' d,e"}]
		expect: [{serial: '^never$'}]
		except: [{when: {initrd: alone, kernel: two}, why: "one is enough"}]
	EOF
	run -1 dk run m.yaml -q -o out
	mkdir elsewhere
	mv out 'elsewhere/a run'
	rm m1 m2 m.yaml
	for cell in 'elsewhere/a run'/cells/*; do
		rm -rf again
		run -1 dk repro "$cell" -q -o again
		same "$(jq -r .id "$cell/verdict.json") fail serial" "$(judged again)"
		reported=$(dkprobe_lines <"$cell/serial.log")
		[[ $reported == *module* ]]
		same "$reported" "$(cat again/cells/*/serial.log | dkprobe_lines)"
		same "$(given <<<"$reported")" "$(timeout 20 "$cell/repro.sh" 2>/dev/null </dev/null | given)"
	done
}
