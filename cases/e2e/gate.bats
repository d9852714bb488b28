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

# shards: s1 and s2, the two shards of x.yaml, a cell of one of which fails.
shards() {
	three
	run dk run x.yaml --shard 1/2 -q -o s1 -j1
	run dk run x.yaml --shard=2/2 -q -o s2 -j1
}

@test "gate: merge: the shards' cells, logs and payloads are one run, which is reported, shown, repeated and compared" {
	shards
	run -1 dk merge s2 s1 -o whole --junit whole.xml
	expect_has 'x  3 cells: 2 pass, 1 fail' '2 passed, 1 failed' 'again: dkboot repro whole/cells/'
	same "$(cat <(judged s1) <(judged s2) | sort)" "$(judged whole)"
	same 3 "$(xmllint --xpath 'count(//testcase)' whole.xml)"
	same null "$(jq -c 'select(.type == "run").shard' whole/journal.jsonl)"
	well_formed whole/journal.jsonl
	# From here on there are no shards.
	rm -rf s1 s2
	cell=$(echo whole/cells/*memory-80m*)
	run -0 dk show "$cell"
	expect_has 'fail: serial' 'dkprobe: end'
	run -1 dk repro "$cell" -q -o again
	same 'x:memory=80m,kernel=p fail serial' "$(judged again)"
	run timeout 20 "$cell/repro.sh"
	expect_has 'dkprobe: end'
	run -1 dk run x.yaml -q -o once
	run -0 dk compare once whole
	expect_has '0 regressed' '3 cells judged in both'
	same "$(judged once)" "$(judged whole)"
	# The whole is resumed as the run it would have been.
	sed -i '/"summary"/d; /memory=96m/d' whole/journal.jsonl
	run -1 dk run --resume whole -q
	same "$(judged once)" "$(judged whole)"
}

@test "gate: merge: a missing, a doubled, a foreign and an unfinished shard is named" {
	shards
	fails() { # TEXT SHARD...
		local text=$1
		shift
		run -2 --separate-stderr dk merge "$@" -o whole
		same '' "$output"
		same "dkboot: $text" "$stderr"
		[ ! -e whole ]
	}
	fails 'missing shard: 1/2' s2
	cp -R s2 again
	fails 's2: shard 2/2, and so is again' s2 again s1
	fails 'nowhere/journal.jsonl: cannot be opened: No such file or directory' nowhere s1
	for other in '--shard 2/3' '--shard 2/2 --filter memory>64M' ''; do
		rm -rf other
		# shellcheck disable=SC2086 # words
		run dk run x.yaml $other -q -o other
		case $other in
		'') text='other: no shard, it was run without --shard' ;;
		*/3) text='other: shard 2/3, but s1 is shard 1/2' ;;
		*) text='other: shard 2/2 of another matrix than s1: other cells' ;;
		esac
		run -2 --separate-stderr dk merge s1 other -o whole
		[[ $stderr == "dkboot: $text"* ]]
	done
	cp -R s2 edited
	echo '# more' >>edited/cases/x.yaml
	fails 'edited: shard of another matrix than s1: cases/x.yaml differs' edited s1
	sed -i '/"summary"/d' s2/journal.jsonl
	run --separate-stderr dk merge s1 s2 -o whole
	[[ $stderr == *'shard 2/2 did not come to its end'*'--resume whole' ]]
	[ "$status" -ne 0 ]
	run -2 dk merge s1 s2 -o whole
	expect_has 'whole: is there already'
}

@test "gate: 100,000 cells are listed, filtered and sharded within 200 MB, pairs included" {
	"$BATS_TEST_DIRNAME/large" >big.yaml
	ulimit -v $((200 * 1024))
	same 100000 "$(dk list big.yaml | wc -l)"
	dk list big.yaml --filter 'memory>64M and (kernel=k7? or *initrd=r4*)' | sort >whole
	same 26820 "$(wc -l <whole)" # (10 kernels x 50 initrds + 90 x 11) x 9 memories x 2 ROMs
	for shard in 1 2 3; do
		dk list big.yaml --filter 'memory>64M and (kernel=k7? or *initrd=r4*)' --shard $shard/3 >part
		[ "$(wc -l <part)" -gt 8000 ]
		cat part >>joined
		# Both ROMs of a pair are in one shard.
		same "$(grep -c rom=stock part)" "$(grep -c rom=dkboot part)"
	done
	cmp whole <(sort joined)
}
