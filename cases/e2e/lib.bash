# shellcheck shell=bash disable=SC2154 # $output is of bats
# What every *.bats file here loads. Each test runs in an empty folder of its own; boots are TCG, of a small probe.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ulimit -c 0
}

# The product, with a limit on its time: a test that hangs is a failure, not a wait.
dk() { timeout --kill-after=5 "${DK_LIMIT:-40}" "$DKBOOT" "$@"; }

# expect_has TEXT...: $output contains each of them.
expect_has() {
	local text
	for text; do
		[[ $output == *"$text"* ]] || {
			printf 'expected to find: %s\nin:\n%s\n' "$text" "$output"
			return 1
		}
	done
}

expect_has_not() {
	local text
	for text; do
		[[ $output != *"$text"* ]] || {
			printf 'expected not to find: %s\nin:\n%s\n' "$text" "$output"
			return 1
		}
	done
}

# same EXPECTED ACTUAL
same() {
	[ "$1" = "$2" ] || {
		printf 'expected: %s\nfound:    %s\n' "$1" "$2"
		return 1
	}
}

# probe_case NAME [ACT [LIMIT]]: NAME.yaml, one cell, whose guest reports and then does ACT. More lines come from
# standard input when it is no terminal and not empty.
probe_case() {
	{
		printf 'about: a test\nlimit: %s\naxes:\n' "${3:-20s}"
		printf '  kernel:\n    - {name: p, probe: {protocol: 2.15, act: %s}}\n' "${2:-poweroff}"
		printf '  cmdline:\n    - {name: c, text: "probe=%s"}\n' "$1"
		printf 'expect:\n  - serial: "^dkprobe: end$"\n'
	} >"$1.yaml"
}

# fake_case NAME ACT: a cell whose emulator is fake-qemu; the file `says` is what its serial port prints. The pattern
# is /all is well/ unless a third argument names one.
fake_case() {
	cat >"$1.yaml" <<-EOF
		about: an emulator that misbehaves
		limit: 20s
		axes:
		  memory: [1M]
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  cmdline:
		    - {name: c, text: "fake=$2"}
		expect:
		  - serial: '${3:-^all is well$}'
	EOF
}

fake() { # run a case with the fake emulator: fake CASE [OPTION...]
	FAKE_STATE=$BATS_TEST_TMPDIR dk run "$@" --qemu "$PRODUCT/e2e/fake-qemu" -o out
}

# judged RUN: "ID OUTCOME CLASS" for each cell of the journal, sorted.
judged() {
	jq -r 'select(.type == "cell") | "\(.id) \(.outcome) \(.failure // "-")"' "$1/journal.jsonl" | sort
}

# verdict RUN: outcome and class of the only cell.
verdict() {
	jq -r 'select(.type == "cell") | "\(.outcome) \(.failure // "-")"' "$1/journal.jsonl"
}

reason() { jq -r 'select(.type == "cell") | .reason' "$1/journal.jsonl"; }

cell_folder() { printf '%s\n' "$1"/cells/*; }

# emulators RUN: the processes that stand in a cell's folder of that run.
emulators() { find /proc/[0-9]*/cwd -maxdepth 0 -lname "$(realpath "$1")/*" 2>/dev/null | cut -d/ -f3; }

no_emulators() { [ -z "$(emulators "$1")" ]; }
has_emulators() { [ -n "$(emulators "$1")" ]; }

# await SECONDS COMMAND...: polls until the command succeeds; fails when the time is over.
await() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS <= end)) || {
			echo "still not: $*"
			return 1
		}
		sleep 0.02
	done
}

# says FILE: its serial log holds a whole probe's report, so the guest is in its last act.
reported() { grep -qs '^dkprobe: end' "$1"/cells/*/serial.log; }

# harmless FILE: UTF-8 without any control character but line ends, C1 included (a terminal obeys those too).
harmless() {
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null
	! LC_ALL=C grep -aqP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1"
}

# well_formed JOURNAL: nothing in it that the schema does not promise, and no control byte.
well_formed() {
	same '' "$(jq -r --slurpfile schema "$PRODUCT/record/schema.json" -f "$BATS_TEST_DIRNAME/schema.jq" "$1")"
	same 0 "$(LC_ALL=C tr -d '\n\040-\176' <"$1" | wc -c)"
}

# sound [RUN]: what a run printed into `tap`, its JUnit file out.xml and its journal can be read by strict readers.
sound() {
	"$PRODUCT/build/tests/tool_tap14" <tap
	xmllint --noout out.xml
	well_formed "${1:-out}/journal.jsonl"
}
