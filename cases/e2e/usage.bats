#!/usr/bin/env bats
# What is typed wrong is told in one line, with status 2, and nothing is booted.
load lib

commands='merge compare run boot list show repro bisect fetch'

# wrong TEXT ARGUMENT...: status 2, nothing on standard output, one line on standard error that has TEXT, no run folder.
wrong() {
	local text=$1
	shift
	run -2 --separate-stderr dk "$@"
	same '' "$output"
	same 1 "${#stderr_lines[@]}" || { printf '%s\n' "$stderr"; return 1; }
	output=$stderr
	expect_has "$text"
	[ ! -e dkboot-runs ]
	[ ! -e out ]
}

@test "usage: dkboot --help names every command" {
	run -0 --separate-stderr dk --help
	same '' "$stderr"
	for command in $commands; do
		[[ $output == *"  $command "* ]]
	done
}

@test "usage: every command has a --help of its own" {
	for command in $commands; do
		run -0 --separate-stderr dk "$command" --help
		same '' "$stderr"
		[[ ${lines[0]} == "Usage: dkboot $command "* ]]
	done
}

@test "usage: run --help names the options that are promised" {
	run -0 dk run --help
	for option in kernel initrd cmdline memory machine rom engine layout filter jobs shard shuffle retry timeout-scale \
		fail-fast resume format junit output keep qemu firmware; do
		expect_has "--$option"
	done
	expect_has 'Exit status: 0'
	run -0 dk boot --help
	expect_has --expect --kernel --limit --map
}

@test "usage: --version is one line" {
	run -0 dk --version
	[[ $output =~ ^dkboot\ [0-9]+\.[0-9]+$ ]]
}

@test "usage: no command, and one that does not exist" {
	run -2 --separate-stderr dk
	same '' "$output"
	[[ $stderr == 'usage: dkboot COMMAND'* ]]
	run -2 --separate-stderr dk rnu
	same '' "$output"
	same "dkboot: no command 'rnu'" "${stderr_lines[0]}"
}

@test "usage: unknown options, and options without their value" {
	probe_case a
	wrong "unrecognized option '--frob'" run --frob a.yaml
	wrong "requires an argument -- 'j'" run a.yaml -j
	wrong "'--kernel' requires an argument" boot --kernel
	wrong "'--keep' doesn't allow an argument" run --keep=yes a.yaml
	wrong "ambiguous" run --ke a.yaml
	wrong "unrecognized option '--filter'" boot --filter x
	wrong "invalid option -- 'j'" list -j2 a.yaml
}

@test "usage: a bad value of an option says what was expected" {
	probe_case a
	wrong "-j: '0' is not a number from 1" run -j 0 a.yaml
	wrong "-j: 'two' is not a number from 1" run -j two a.yaml
	wrong "-j: '4097' is not a number from 1 to 4096" run -j 4097 a.yaml
	wrong "--retry: '-1' is not a number" run --retry=-1 a.yaml
	wrong "--shard: '3/2' is not I/N" run --shard 3/2 a.yaml
	wrong "--shard: '0/2' is not I/N" run --shard 0/2 a.yaml
	wrong "--shard: '1/-2' is not I/N" run --shard 1/-2 a.yaml
	wrong "--shard: '1/2x' is not I/N" list --shard 1/2x a.yaml
	wrong "--shuffle: 'x' is not a number" run --shuffle=x a.yaml
	wrong "--timeout-scale: '0' is not a factor above 0" run --timeout-scale 0 a.yaml
	wrong "--timeout-scale: 'nan' is not a factor" run --timeout-scale nan a.yaml
	wrong "--timeout-scale: '2x' is not a factor" run --timeout-scale 2x a.yaml
	wrong "--format: 'xml' is not tty, tap or json" run --format xml a.yaml
	wrong "--limit: 'x' is not a time such as 90s" boot --kernel a.yaml --limit x
}

@test "usage: a bad value for an axis says what was expected" {
	probe_case a
	wrong '--memory: memory "big", expected a size (512M, 5G)' run --memory big a.yaml
	wrong '--memory: memory 1K, expected 1M to' run --memory 1K a.yaml
	wrong '--vcpus: vcpus 0, expected 1 to 255' run --vcpus 0 a.yaml
	wrong '--resets: resets "x", expected a number' run --resets x a.yaml
	wrong '--source: source "x", expected one of: fwcfg-dma, fwcfg-pio' run --source x a.yaml
	wrong '--engine: engine "kvmtool", expected one of: qemu' run --engine kvmtool a.yaml
	wrong '--rom: rom "stok", expected one of: dkboot, stock' run --rom stok a.yaml
}

@test "usage: a file that does not exist is wrong usage, not a broken cell" {
	probe_case a
	wrong '--kernel: ./nothing: No such file' run --kernel ./nothing a.yaml
	wrong '--kernel: ./nothing: No such file' boot --kernel ./nothing
	wrong '--initrd: ./nothing: No such file' boot --kernel a.yaml --initrd ./nothing
	wrong '--rom: ./nothing: No such file' run --rom ./nothing a.yaml
	wrong '--firmware: ./nothing: No such file' run --firmware ./nothing a.yaml
}

@test "usage: a filter that cannot be read, and one that fits nothing" {
	probe_case a
	wrong 'position 8' run --filter 'kernel=' a.yaml
	wrong 'expected "memory"' list --filter 'memroy=1G' a.yaml
	wrong 'no cell fits --filter kernel=zzz' run --filter 'kernel=zzz' a.yaml
}

@test "usage: boot wants a kernel, no case, and patterns that can be read" {
	probe_case a
	wrong '--kernel is missing' boot
	wrong "'b.yaml': a case is for" boot --kernel a.yaml b.yaml
	wrong "--expect: " boot --kernel a.yaml --expect '('
}

@test "usage: show, repro and resume of what is not there" {
	probe_case a
	wrong 'show: which cell?' show
	wrong "'zzz' is neither a cell's folder nor the id of a cell" show zzz a.yaml
	wrong "one cell's folder" repro
	wrong 'nothing/verdict.json' repro nothing
	wrong 'nothing: not the folder of a run' run --resume nothing
	wrong '--resume' run --resume nothing a.yaml
}

@test "usage: cases that do not exist" {
	wrong 'nothing.yaml: No such file' run nothing.yaml
	run -0 dk list --filter case=gate # without ./cases, those that came with dkboot
	mkdir empty
	wrong 'empty: no case file (*.yaml) in this folder' run empty
	probe_case a
	wrong "a case named 'a' was already read" run a.yaml ./a.yaml
}
