#!/usr/bin/env bats
# What other programs read: JSON lines, TAP 14, JUnit XML; also when a guest says what no format likes.
load lib

schema=$PRODUCT/record/schema.json

# every_kind: x.yaml, a cell of each outcome.
every_kind() {
	cat >x.yaml <<-'EOF'
		about: every outcome
		axes:
		  memory: [64M, 96M]
		  kernel:
		    - {name: passes, probe: {protocol: 2.15}}
		    - {name: panics, probe: {protocol: 2.15, act: panic}}
		    - {name: broken, catalogue: linux-9.9}
		except: [{when: {kernel: broken, memory: 96M}, why: "one is enough"}]
		skip: [{when: {kernel: passes, memory: 96M}, why: "no # reason, \"quoted\" <&> \\ \u00fc"}]
		expect: [{serial: '^dkprobe: end$'}]
		expect_fail:
		  - {when: {kernel: panics, memory: 96M}, class: panic, why: "known ]]> # for long", bug: "B<1>&#2"}
		  - {when: {kernel: passes, memory: 64M}, class: hang, why: "was to hang", bug: "B2"}
	EOF
}

# nasty: n.yaml, whose emulator prints control bytes, NULs, broken UTF-8 and the ends of CDATA sections; what the
# report quotes of them is the line of a panic.
nasty() {
	fake_case n say
	printf 'forbid:\n  - serial: "trap"\n' >>n.yaml
	{
		printf 'all is well\n\033[2J\033]0;owned\007 \000\000 ]]> <![CDATA[ &amp; \377\376 \302\233 1~\r\n'
		printf '# not ok 99 - injected\nok 99\n1..1\nBail out!\n  ---\n  ...\n'
		printf 'trap \033[31m]]> \000 \377 \xef\xbf\xbf \xed\xa0\x80 "\\" <b> & # SKIP \t \010\177\302\205 \xe2\x80\xa8 end\n'
	} >says
}

@test "formats: the check of the schema does complain" {
	for line in '{"type": "cell"}' '{"type": "summary", "passed": -1}' '{"type": "run", "scale": "1", "planned": 1.5}' '{}' \
		'{"type": "run", "scale": 1, "planned": 1, "more": 1}' '{"type": "run", "scale": 1, "planned": 1, "shard": "x"}'; do
		[ -n "$(jq -r --slurpfile schema "$schema" -f "$BATS_TEST_DIRNAME/schema.jq" <<<"$line")" ]
	done
	same '' "$(jq -r --slurpfile schema "$schema" -f "$BATS_TEST_DIRNAME/schema.jq" <<<'{"type": "run", "scale": 1, "planned": 1}')"
}

@test "formats: json: one object a line, a cell for each verdict, one summary at the end" {
	every_kind
	run -1 --separate-stderr dk run x.yaml --format json -o out
	same '' "$stderr"
	printf '%s\n' "$output" >lines
	same "$(wc -l <lines)" "$(jq -c . lines | wc -l)"
	well_formed lines
	same 'run cell cell cell cell cell summary' "$(jq -r .type lines | xargs)"
	same '0 1 1 1 1 1' "$(tail -n 1 lines | jq -r '"\(.passed) \(.failed) \(.xfailed) \(.xpassed) \(.skipped) \(.broken)"')"
	same 'x:memory=64m,kernel=broken broken
x:memory=64m,kernel=panics fail panic
x:memory=64m,kernel=passes xpass
x:memory=96m,kernel=panics xfail panic
x:memory=96m,kernel=passes skip' "$(jq -r 'select(.id) | "\(.id) \(.outcome) \(.failure // "")"' lines | sed 's/ $//' | sort)"
	same 96m "$(jq -r 'select(.outcome == "skip").at.memory' lines)"
	same "no # reason, \"quoted\" <&> \\ ü" "$(jq -r 'select(.outcome == "skip").why' lines)"
}

@test "formats: json: standard output is the journal" {
	every_kind
	dk run x.yaml --format json -o out >lines || true
	same "$(jq -cS 'select(.type != "summary")' out/journal.jsonl)" "$(jq -cS 'select(.type != "summary")' lines)"
	well_formed out/journal.jsonl
	for verdict in out/cells/*/verdict.json; do
		well_formed "$verdict"
	done
}

@test "formats: tap: version 14, read strictly" {
	every_kind
	run -1 --separate-stderr dk run x.yaml --format tap -o out
	printf '%s\n' "$output" >tap
	run -0 "$PRODUCT/build/tests/tool_tap14" <tap
	same 5 "$(grep -cE '^(not )?ok ' tap)"
	same 'TAP version 14' "$(head -n 1 tap)"
	grep -qxF '1..5' tap
	grep -qE '^ok [0-9] - x:memory=96m,kernel=passes # SKIP no ' tap
	grep -qE '^not ok [0-9] - x:memory=96m,kernel=panics # TODO known ' tap
	grep -qE '^not ok [0-9] - x:memory=64m,kernel=passes$' tap
	grep -qE '^not ok [0-9] - x:memory=64m,kernel=panics$' tap
	grep -qE '^not ok [0-9] - x:memory=64m,kernel=broken$' tap
}

@test "formats: tap: the strict reader does complain" {
	for text in 'ok 1' $'TAP version 14\nok 1' $'TAP version 14\n1..2\nok 1' $'TAP version 14\n1..1\nok 2'; do
		run "$PRODUCT/build/tests/tool_tap14" <<<"$text"
		[ "$status" -ne 0 ]
	done
}

@test "formats: junit: well-formed, and it has every cell" {
	every_kind
	run -1 dk run x.yaml --junit out.xml -o out -q
	xmllint --noout out.xml
	count() { xmllint --xpath "count($1)" out.xml; }
	same 5 "$(count //testcase)"
	same 1 "$(count '//testcase[error]')"
	same 2 "$(count '//testcase[failure]')"
	same 2 "$(count '//testcase[skipped]')"
	same 5 "$(xmllint --xpath 'sum(//testsuite/@tests)' out.xml)"
	same 2 "$(xmllint --xpath 'sum(//testsuite/@failures)' out.xml)"
	same 1 "$(xmllint --xpath 'sum(//testsuite/@errors)' out.xml)"
	[[ $(xmllint --xpath 'string(//testcase[failure][contains(@name, "panics")]/failure/@message)' out.xml) == *'asked to panic'* ]]
	[[ $(xmllint --xpath 'string(//testcase[skipped][contains(@name, "passes")]/skipped/@message)' out.xml) == *'no # reason, "quoted" <&> \ ü'* ]]
}

@test "formats: every format stays well-formed whatever a guest says" {
	nasty
	for format in json tap tty; do
		rm -rf out
		run -1 --separate-stderr fake n.yaml --format "$format" --junit out.xml
		printf '%s\n' "$output" >"$format"
		same 'fail serial' "$(verdict out)"
		xmllint --noout out.xml
		well_formed out/journal.jsonl
		printf '%s\n' "$stderr" >err
		harmless "$format"
		harmless err
	done
	well_formed json
	run -0 "$PRODUCT/build/tests/tool_tap14" <tap
	same 1 "$(grep -cE '^(not )?ok ' tap)"
	[[ $(reason out) == *'trap \x1b[31m]]>'* ]]
}

@test "formats: the raw log has the guest's bytes as they were, the timed one none that a terminal obeys" {
	nasty
	run -1 fake n.yaml
	cmp says out/cells/*/serial.log
	harmless "$(cell_folder out)/serial.timed"
	run -0 dk show out/cells/*
	printf '%s\n' "$output" >shown
	harmless shown
	expect_has 'fail: serial' 'trap \x1b[31m' 'dkboot repro out/cells/'
	printf '\302\233' >c1
	run ! harmless c1
	run ! harmless says
}

@test "formats: an interrupted run's reports say that it did not come to its end" {
	every_kind
	sed -i '/^expect_fail/,$d; /^skip/d' x.yaml
	run -1 dk run x.yaml --fail-fast -j1 --filter 'kernel=pa*' --shuffle=1 --format tap --junit out.xml -o out
	xmllint --noout out.xml
	expect_has 'Bail out!' 'cells are done'
	printf '%s\n' "$output" | grep -v '^shuffled' >tap
	run "$PRODUCT/build/tests/tool_tap14" <tap
	[ "$status" -ne 0 ]
	run -1 dk run x.yaml --fail-fast -j1 --filter 'kernel=panics' --format json -o out2
	well_formed out2/journal.jsonl
	same 0 "$(jq 'select(.type == "summary")' out2/journal.jsonl | wc -l)"
}
