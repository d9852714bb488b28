#!/usr/bin/env bats
# Pairs: what two boots were given is compared when the second is done, in this run or a resumed one.
load lib

# pair LAWFUL...: p.yaml, one kernel through both ROMs, with these lawful differences.
pair() {
	{
		cat <<-'EOF'
			about: one pair
			axes:
			  rom: [stock, dkboot]
			  memory: [64M]
			  kernel: [{name: p, probe: {protocol: 2.15}}]
			expect: [{serial: '^dkprobe: end$'}]
			layout: entry
			compare:
			  axis: rom
			  lawful:
		EOF
		for fact; do echo "    - {fact: $fact, why: it may}"; done
	} >p.yaml
}

results() { jq -r 'select(.id) | [.outcome, .failure // "-", .rule // "-"] | join(" ")' "$1/journal.jsonl" | sort; }

@test "compare: a pair whose differences are all declared passes" {
	pair type_of_loader eax esi
	run -0 dk run p.yaml -o out -q
	same 'pass - -
pass - -' "$(results out)"
	same 2 "$(jq -s 'map(select(.facts | length > 20)) | length' out/cells/*/layout.json)"
}

@test "compare: a difference that is not declared fails the second of the pair, which names both values" {
	pair eax esi
	run -1 dk run p.yaml -o out -q -j1
	same 'fail layout compare
pass - -' "$(results out)"
	output=$(jq -r 'select(.outcome == "fail").reason' out/journal.jsonl)
	expect_has 'type_of_loader: ' 'ff with dkboot' 'b0 with stock'
	expect_has_not eax
}

@test "compare: a declared difference that is none fails" {
	pair type_of_loader eax esi ramdisk_size
	run -1 dk run p.yaml -o out -q
	output=$(jq -r 'select(.outcome == "fail").reason' out/journal.jsonl)
	same 'ramdisk_size: the same twice, but declared to differ lawfully (it may)' "$output"
}

@test "compare: a cell without its mate is skipped, never a pass" {
	pair type_of_loader eax esi
	run -0 dk run p.yaml -o out -q --filter rom=dkboot
	same 'skip - -' "$(results out)"
	output=$(jq -r 'select(.id).why' out/journal.jsonl)
	expect_has 'nothing to compare with: p:rom=stock,' 'is not in this run'
}

@test "compare: a mate that did not pass breaks the other one" {
	pair type_of_loader eax esi
	echo "forbid: [{when: {rom: stock}, serial: '^dkprobe: end'}]" >>p.yaml
	run -1 dk run p.yaml -o out -q -j1
	same 'broken - -
fail serial -' "$(results out)"
}

@test "compare: a resumed run compares with what the first part of it left" {
	pair eax esi
	run -1 dk run p.yaml -o out -q -j1
	sed -i -e '3,$d' out/journal.jsonl
	rm -r "out/$(jq -r 'select(.outcome == "fail").folder' out/cells/*/verdict.json)"
	run -1 dk run --resume out -q
	same 'fail layout compare
pass - -' "$(results out)"
}

@test "compare: a cell of a pair is repeated alone" {
	pair eax esi
	run -1 dk run p.yaml -o out -q -j1
	run -0 dk repro "out/$(jq -r 'select(.outcome == "fail").folder' out/journal.jsonl)" -o again
	same 'pass - -' "$(results again)"
}
