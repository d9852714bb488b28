#!/usr/bin/env bats
# A wrong case file is told with file, line, what, and what was expected; status 2, and nothing boots.
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	# An emulator that leaves a trace when somebody starts it.
	printf '#!/bin/sh\n: >"%s/booted"\n' "$BATS_TEST_TMPDIR" >emulator
	chmod +x emulator
}

# refused MESSAGE: x.yaml, from standard input, is refused by run, list and show with one line that begins so.
refused() {
	cat >x.yaml
	for command in "run --qemu ./emulator -o out" list 'show y'; do
		# shellcheck disable=SC2086 # words
		run -2 --separate-stderr dk $command x.yaml
		same '' "$output"
		same 1 "${#stderr_lines[@]}"
		[[ $stderr == "dkboot: $1"* ]] || {
			same "dkboot: $1..." "$stderr"
		}
	done
	[ ! -e out ]
	[ ! -e dkboot-runs ]
	[ ! -e booted ]
}

head='about: a
axes:
  kernel: [linux-6.1-cloud]
  memory: [64M, 1G]'

@test "case errors: the emulator of these tests does leave a trace" {
	probe_case a
	run dk run a.yaml --qemu ./emulator -o out
	[ "$status" -ne 0 ]
	[ -e booted ]
}

@test "case errors: an empty file and one that is no case" {
	refused 'x.yaml:1: an empty file, expected a case' </dev/null
	refused 'x.yaml:1: a case is a list, expected a map of keys' <<<'- a'
	refused 'x.yaml:1: a case without "axes", expected that key' <<<'about: a'
}

@test "case errors: YAML that cannot be parsed" {
	refused "x.yaml:2: did not find expected ',' or '}' while parsing a flow mapping, expected YAML" <<<'about: {a: b'
	printf 'about: a\n\taxes:\n' >tab
	refused 'x.yaml:2: a tab, expected spaces (inside double quotes write \t)' <tab
	printf 'about: a\033[2J\n' >escape
	refused 'x.yaml:1: control byte 0x1b, expected text' <escape
}

@test "case errors: an unknown key and axis, with what was meant" {
	run cat <<-EOF
		$head
		taggs: [x]
	EOF
	refused 'x.yaml:5: unknown key "taggs", did you mean "tags"? Expected one of: about, tags, axes, ' <<<"$output"
	refused 'x.yaml:4: unknown key "memroy", did you mean "memory"? Expected one of: engine, machine, ' <<-EOF
		about: a
		axes:
		  kernel: [a]
		  memroy: [64M]
	EOF
}

@test "case errors: values of the wrong kind" {
	refused 'x.yaml:4: memory is "big", expected a size (512, 64K, 1M, 5G)' <<<"${head/64M/big}"
	refused 'x.yaml:5: limit is "20", expected a time above zero (250ms, 10s, 1.5m)' <<<"$head"$'\nlimit: 20'
	refused 'x.yaml:4: memory: value "1g" again, expected once (it is in line 4)' <<<"${head/64M/1024M}"
}

@test "case errors: a pattern that is none, and a variable that does not exist" {
	refused 'x.yaml:6: serial: the pattern: missing closing parenthesis, at byte 1' <<<"$head"$'\nexpect:\n  - serial: "("'
	cat >x.yaml <<<"$head"$'\nexpect:\n  - serial: "${nothing}"'
	run -2 dk list x.yaml
	expect_has 'x.yaml:6: ' '${nothing}'
}

@test "case errors: an exception without a reason, one that is about nothing, and one that leaves nothing" {
	refused 'x.yaml:5: an exception without "why", expected that key' <<<"$head"$'\nexcept: [{when: {memory: 64M}}]'
	refused 'x.yaml:5: memory "128M" fits no value, expected one of: 64m, 1g' <<<"$head"$'\nexcept: [{when: {memory: 128M}, why: x}]'
	cat >x.yaml <<<"$head"$'\nexcept: [{when: {kernel: "*"}, why: x}]'
	run -2 dk run x.yaml
	expect_has 'x.yaml: no cell is left'
}

@test "case errors: an expected failure needs class, reason and reference" {
	refused 'x.yaml:5: an expected failure without "bug", expected that key' <<<"$head"$'\nexpect_fail: [{class: panic, why: x}]'
	refused 'x.yaml:5: an expected failure without "why", expected that key' <<<"$head"$'\nexpect_fail: [{class: panic, bug: x}]'
	cat >x.yaml <<<"$head"$'\nexpect_fail: [{class: panick, why: x, bug: y}]'
	run -2 dk list x.yaml
	expect_has 'x.yaml:5: class is "panick", did you mean "panic"?'
}

@test "case errors: one wrong file among good ones stops the whole run" {
	probe_case good
	mkdir cases
	mv good.yaml cases/
	echo 'about: a' >cases/wrong.yaml
	run -2 dk run
	same 'dkboot: cases/wrong.yaml:1: a case without "axes", expected that key' "$output"
	[ ! -e dkboot-runs ]
}

@test "case errors: nothing of a case file is given to a shell" {
	cat >x.yaml <<-'EOF'
		about: "$(touch owned)"
		axes:
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  cmdline:
		    - {name: c, text: "`touch owned` $(touch owned); touch owned"}
		expect:
		  - serial: "cmdline text=.*owned"
	EOF
	run -0 dk run x.yaml -o out --keep
	[ ! -e owned ]
	run timeout 20 out/cells/*/repro.sh
	expect_has 'dkprobe: cmdline text=`touch owned` $(touch owned); touch owned'
	[ -z "$(find . -name owned)" ]
}
