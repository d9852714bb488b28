#!/usr/bin/env bats
# Streams for stub domains: the sender by itself, on this machine, and faults under the nested Xen.
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ulimit -c 0
	send=$PRODUCT/build/guests/stubdom/send
	receive=$PRODUCT/build/guests/stubdom/receive
	head -c 3000001 /dev/urandom >kernel
	head -c 100000 /dev/urandom >initrd
	mkdir got
}

# serve OPTION...: a sender in the background on the socket `s`, its words in `words`.
serve() {
	"$send" -k kernel -i initrd "$@" s >words 2>&1 3>&- &
	sender=$!
	await 10 grep -qs ready words
}

served() { grep -qs "$1" words; }

@test "send: kernel, initrd, command line and files arrive, as often as they are asked for" {
	serve -c 'a "b" c' -f /in/the/guest=initrd -f "$PWD/kernel"
	for _ in 1 2; do
		run -0 timeout 20 "$receive" s got
		cmp kernel got/1
		cmp initrd got/2
		same 'a "b" c' "$(cat got/3)"
		same "/in/the/guest $PWD/kernel" "$(tr '\n' ' ' <got/256 | sed 's/ $//')"
		cmp initrd got/257
		cmp kernel got/258
		rm got/*
	done
	await 5 served 'delivered: 6200.* MB/s'
	same 2 "$(grep -c delivered words)"
	kill "$sender"
	wait "$sender"
	[ ! -e s ]
}

@test "send: with --once it ends with its receiver, and says how that went" {
	serve --once
	run -0 timeout 20 "$receive" s got
	wait "$sender"
	serve --once --fault lie@7
	run -1 timeout 20 "$receive" s got
	expect_has "kernel, byte 3000001 of 3000001: its SHA-256 is not the table's"
	run -1 wait "$sender"
	served "failed: kernel, byte 3000001: its SHA-256 is not the table's"
}

@test "send: a second one on a socket is told that there is one already" {
	serve
	run -2 "$send" -k kernel s
	expect_has 'dkboot-send: s: another sender serves it'
	run -0 timeout 20 "$receive" s got
	kill "$sender"
}

@test "send: what it cannot do is named" {
	run -2 "$send" -k nowhere s
	expect_has 'dkboot-send: nowhere: No such file or directory'
	run -2 "$send" s
	expect_has 'usage: dkboot-send'
	run -2 "$send" -k kernel "$(printf '%0200d' 0)"
	expect_has 'the path is too long'
	run -2 "$send" -k kernel --fault nonsense s
	expect_has 'no such fault'
}

@test "send: one that dies in the middle is found out, and the next serves the same receivers" {
	serve --fault die@1500000
	run -1 timeout 30 "$receive" s got
	expect_has 'kernel, byte 1441792 of 3000001: asked 8 times, and nothing came'
	serve
	run -0 timeout 20 "$receive" s got
	cmp kernel got/1
	kill "$sender"
}

@test "send: a receiver that goes away is told, and the next is served" {
	serve
	timeout --signal=KILL 0.02 "$receive" s got || true
	run -0 timeout 20 "$receive" s got
	kill "$sender"
}

# ---- under the nested Xen ----

need_image() { compgen -G "$XDG_CACHE_HOME/dkboot/dom0/by-*" >/dev/null || skip "there is no image of dom0: dkboot fetch"; }

# play STEP...: in one clone of dom0, see harness/tests/tool_dom0.c
play() {
	run timeout 300 "$PRODUCT/build/tests/tool_dom0" folder '>unpack 1' '<ok unpack' '>left' '<ok left:' "$@"
	[ "$status" -eq 0 ] || {
		printf '%s\n' "$output" | tail -60
		return 1
	}
}

# Steps that several plays have. A guest that was given up: nothing of it is left.
readonly CREATE=('>create' '<(stubdom) dkboot: stubdom: asks')
readonly GIVE_UP=('>cancel' '<error create' '>destroy cell' '<ok destroy' '>left' '<ok left:')
readonly NEXT_BOOTS=("${CREATE[@]}" '<ok create' '>destroy cell' '<ok destroy' '>left' '<ok left:')

# The answers to `left`: all alike, so that what was there before the first guest is all there is.
nothing_is_left() {
	same 1 "$(grep '^answer: ok left:' <<<"$output" | sort -u | wc -l)"
	[ "$(grep -c '^answer: ok left:' <<<"$output")" -ge 2 ]
}

@test "stubdom: a sender that dies or sends a wrong byte ends the boot in words, nothing is left, the next guest boots" {
	need_image
	play '>stream --fault=die@100000' '<ok ready' "${CREATE[@]}" '<asked 8 times, and nothing came' "${GIVE_UP[@]}" \
		'>stream --fault=lie@5' '<ok ready' "${CREATE[@]}" "<its SHA-256 is not the table's" "${GIVE_UP[@]}" \
		'>stream-end' '<ok stream-end' '<the sender ended' '>stream' '<ok ready' "${NEXT_BOOTS[@]}"
	nothing_is_left
	expect_has 'dkboot: stubdom: initrd, byte 65536 of 300000: asked 8 times, and nothing came' \
		'event: stream failed: '
}

@test "stubdom: a second sender is refused; a stub domain that dies before or in the stream is told of, nothing is left" {
	need_image
	play '>stream --fault=stall@100000' '<ok ready' '>stream' '<error ' '<another sender serves it' '<the sender ended' \
		'>create' '<device-model connected' '>crash 2' '<stubdom 2 gone' "${GIVE_UP[@]}" \
		"${CREATE[@]}" '>crash 4' '<stubdom 4 gone' "${GIVE_UP[@]}"
	nothing_is_left
}

@test "stubdom: a guest is destroyed in the stream, a stub domain dies after it: nothing is left, the next guest boots" {
	need_image
	play '>stream --fault=stall@100000' '<ok ready' \
		"${CREATE[@]}" '>destroy cell' '<the receiver went away' '<ok destroy' '>cancel' '<error create' '>left' '<ok left:' \
		'>stream-end' '<ok stream-end' '<the sender ended' '>stream' '<ok ready' \
		"${CREATE[@]}" '<ok create' '>unpause 3' '<still here' '>crash 4' '<stubdom 4 gone' \
		'>destroy cell' '<ok destroy' '>left' '<ok left:' \
		"${CREATE[@]}" '<ok create' '>unpause 5' '<still here' '>destroy cell' '<ok destroy' '>left' '<ok left:'
	nothing_is_left
}

@test "stubdom: a sender that stalls, sends too little or too much ends the boot in words; nothing is left" {
	need_image
	local fault steps=()
	for fault in stall@100000 short@100000 long@100000; do
		steps+=(">stream --fault=$fault" '<ok ready' "${CREATE[@]}" '<asked 8 times, and ' "${GIVE_UP[@]}"
			'>stream-end' '<ok stream-end' '<the sender ended')
	done
	play "${steps[@]}"
	nothing_is_left
	same 3 "$(grep -c '^event: stubdom [0-9]* gone initrd, byte [0-9]* of 300000: asked 8 times, and \(nothing came\|what came was damaged\)' <<<"$output")"
}
