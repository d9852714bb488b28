#!/usr/bin/env bats
# The gate: two runs compared, shards joined.
load lib

# three: x.yaml, three cells of which one fails; what a test appends makes it another one.
three() {
	cat >x.yaml <<-'EOF'
		about: three cells
		axes:
		  memory: [64M, 80M, 96M]
		  kernel: [{name: p, probe: {protocol: 2.15}}]
		expect: [{serial: '^dkprobe: end$'}]
		forbid: [{when: {memory: 80M}, serial: '^dkprobe: end$'}]
	EOF
}

changes() { jq -r 'select(.type == "change") | "\(.change) \(.id)"' | sort; }

@test "gate: compare: two runs, two JUnit files, one of each; regressions alone are status 1" {
	three
	run -1 dk run x.yaml -o a -q --junit a.xml
	sed -i 's/forbid: .*/forbid: [{when: {memory: 96M}, serial: "^dkprobe: end$"}]/; s/64M, //' x.yaml
	run -1 dk run x.yaml -o b -q --junit b.xml --baseline a
	expect_has 'regressed  1 cell' 'x:memory=96m,kernel=p' 'pass -> fail: serial: ' "again: dkboot repro b/cells/" \
		'1 regressed, 0 broken, 1 fixed, 0 new, 1 gone, 0 flaky, 0 slower; 2 cells judged in both'
	for pair in 'a b' 'a b.xml' 'a.xml b' 'a.xml b.xml' 'a/journal.jsonl b.xml'; do
		# shellcheck disable=SC2086 # two words
		run -1 --separate-stderr dk compare $pair --format json
		same '' "$stderr"
		printf '%s\n' "$output" >lines
		same 'fixed x:memory=80m,kernel=p
gone x:memory=64m,kernel=p
regressed x:memory=96m,kernel=p' "$(changes <lines)"
		same '' "$(jq -r --slurpfile schema "$PRODUCT/record/schema-compare.json" -f "$BATS_TEST_DIRNAME/schema.jq" lines)"
	done
	# The other way round a cell is new; with itself a run that is red is as it was.
	run -1 dk compare b a
	expect_has '1 regressed, 0 broken, 1 fixed, 1 new'
	run -0 dk compare b b.xml
	expect_has '0 regressed' '1 still not as expected'
}

@test "gate: run --baseline: a failure that was there before is none, a broken cell is loud" {
	three
	run -1 dk run x.yaml -o a -q
	run -0 dk run x.yaml -o b -q --baseline a --filter 'memory=80M'
	expect_has '1 failed' '0 regressed' '1 still not as expected' '0 gone'
	sed -i 's/  kernel: .*/  kernel: [{name: p, catalogue: linux-9.9}]/' x.yaml
	run -3 dk run x.yaml -o c -q --baseline a --format tap
	expect_has 'broken  3 cells' '0 regressed, 3 broken'
}

@test "gate: what cannot be compared is said in one line, before anything boots" {
	three
	fails() { # TEXT ARGUMENT...
		local text=$1
		shift
		run -2 --separate-stderr dk "$@"
		same '' "$output"
		[[ $stderr == "dkboot: $text"* ]] && [ "${#stderr_lines[@]}" -eq 1 ] || { echo "$stderr"; return 1; }
	}
	printf '<?xml version="1.0"?>\n<testsuites>\n<testcase name="a"/>\n' >torn.xml
	printf '<html/>\n' >page.html
	printf '<testsuites><testcase name="a"><failure/></testcase></testsuites>\n' >one.xml
	touch empty
	mkdir folder
	fails 'torn.xml:' compare one.xml torn.xml
	fails 'page.html:1: no JUnit file' compare page.html one.xml
	fails 'empty: empty, expected JUnit XML or a journal' compare one.xml empty
	fails 'folder: not the folder of a run' compare folder one.xml
	fails 'nowhere: cannot be opened' compare nowhere one.xml
	fails 'x.yaml:1: no JSON object' compare one.xml x.yaml
	fails 'compare: give two runs' compare one.xml
	fails "--slower: '0.5,1s' is not" compare one.xml one.xml --slower 0.5,1s
	fails "--format: 'tap' is not" compare one.xml one.xml --format tap
	fails '--baseline: torn.xml:' run x.yaml -o out --baseline torn.xml
	[ ! -e out ]
	printf '<testsuites><testcase name="b"/></testsuites>\n' >other.xml
	run -3 dk compare one.xml other.xml
	expect_has '0 cells judged in both'
}
