#!/usr/bin/env bats
# The second view: a guest's own report must agree with what the oracle saw from outside. These guests lie.
load lib

# lie FROM TO FILE COPY: a guest or initrd with one word changed in its code, of equal length.
lie() {
	[ "${#1}" -eq "${#2}" ]
	LC_ALL=C grep -aqF "$1" "$3"
	LC_ALL=C sed "s/$1/$2/g" "$3" >"$4"
}

probe_image() { # p.img
	probe_case p
	dk run p.yaml --keep -q -o made
	cp -fL made/cells/*/kernel p.img
}

rule() { jq -r 'select(.type == "cell") | .rule' "$1/journal.jsonl"; }
checked() { jq .rules_checked "$1"/cells/*/layout.json; }

@test "inside: a probe that tells what the oracle saw passes, by more rules than one that tells nothing" {
	probe_image
	run -0 dk boot --kernel p.img --layout full -q -o out
	lie 'begin' 'bagin' p.img mute.img
	run -0 dk boot --kernel mute.img --layout full -q -o mute
	same 7 $(($(checked out) - $(checked mute)))
}

@test "inside: a probe whose memory map is another: layout, with its rule, in every boot and report" {
	probe_image
	lie 'e820' 'e821' p.img lies.img
	run -1 dk boot --kernel lies.img --layout full -o out
	same 'fail layout' "$(verdict out)"
	same J4 "$(rule out)"
	[[ $(reason out) == *'seen from inside: e820: expected '*' entries, found 0' ]]
	grep -q '^! J4: seen from inside' out/cells/*/layout.txt
	run -0 dk boot --kernel lies.img --layout entry -q -o entry
	run -0 dk boot --kernel lies.img --layout off -q -o off
}

@test "inside: a declared disagreement is xfail, with this rule and no other" {
	probe_image
	lie 'e820' 'e821' p.img lies.img
	for rule in J4:0:xfail J5:1:fail; do
		IFS=: read -r id status outcome <<<"$rule"
		cat >x.yaml <<-YAML
			about: a guest that lies
			layout: full
			axes: {kernel: [{name: k, file: lies.img}]}
			expect: [{serial: '^dkprobe: end$'}]
			expect_fail: [{class: layout, rule: $id, why: "planted", bug: "none"}]
		YAML
		run "-$status" dk run x.yaml -q -o "out-$id"
		same "$outcome layout" "$(verdict "out-$id")"
	done
}

@test "inside: real kernels agree; with an init that tells another map or place they do not" {
	for kernel in linux-6.1-cloud linux-6.12-cloud; do
		[ -e "$XDG_CACHE_HOME/dkboot/packages/$kernel.json" ] || skip "$kernel is not in the cache: dkboot fetch"
		cat >l.yaml <<-EOF
			about: a real kernel
			layout: full
			axes:
			  kernel: [$kernel]
			  initrd: [{name: i, archives: [{blob: 64K}]}]
			  cmdline: [{name: c, text: "console=ttyS0 quiet retain_initrd"}]
			expect: [{serial: '^dkinit: end$'}]
		EOF
		run -0 dk run l.yaml --keep -q -o "$kernel"
		cp -fL "$kernel"/cells/*/initrd plain.cpio
	done
	lie "begin" "bagin" plain.cpio mute.cpio
	run -0 dk run l.yaml --initrd ./mute.cpio -q -o mute
	same 7 $(($(checked "$kernel") - $(checked mute)))
	for lie in e820:e821:J4 ramdisk:ramdisc:J6; do
		IFS=: read -r from to id <<<"$lie"
		lie "$from " "$to " plain.cpio lies.cpio
		run -1 dk run l.yaml --initrd ./lies.cpio -q -o "$id"
		same "fail layout" "$(verdict "$id")"
		same "$id" "$(rule "$id")"
	done
}
