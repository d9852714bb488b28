#!/usr/bin/env bats
# However a run ends, nothing is left of it but a folder that tells what was done and how to go on.
load lib

# endless: e.yaml, two quick cells (they come last: the endless ones cost as much and are first in the file) and
# three that chatter until their limit.
endless() {
	cat >e.yaml <<-'EOF'
		about: takes its time
		limit: 30s
		axes:
		  memory: [64M, 65M, 66M]
		  kernel:
		    - {name: quick, probe: {protocol: 2.15}}
		    - {name: chat, probe: {protocol: 2.15, act: chatter}}
		except: [{when: {kernel: quick, memory: 66M}, why: "two are enough"}]
		expect: [{serial: '^dkprobe: (end|never)$'}]
		end:
		  - {when: {kernel: quick}, how: poweroff}
		  - poweroff
	EOF
}

# start RUN [OPTION...]: the run in the background, its pid in $runner; returns when an endless guest chatters.
start() {
	local run=$1
	shift
	endless
	"$DKBOOT" run e.yaml -j2 -o "$run" "$@" >"$run.out" 2>"$run.err" 3>&- &
	runner=$!
	await 10 chatting "$run"
}

chatting() { grep -qs 'still here' "$1"/cells/*chat/serial.log; }

# ended: the runner is gone; its status is in $ended.
ended() {
	ended=0
	timeout 10 tail --pid="$runner" -f /dev/null
	wait "$runner" || ended=$?
}

# complete RUN: makes the endless cells quick, so that the rest of the run comes to its end.
quicken() { sed -i 's/, act: chatter//' e.yaml "$1/cases/e.yaml"; }

@test "survive: kill -9 of the runner leaves no emulator, and a journal that can be read" {
	start out
	has_emulators out
	kill -KILL "$runner"
	ended
	same 137 "$ended"
	await 5 no_emulators out
	same run "$(head -n 1 out/journal.jsonl | jq -r .type)"
	jq -e . out/journal.jsonl >/dev/null
	same 0 "$(jq 'select(.type == "summary")' out/journal.jsonl | wc -l)"
}

@test "survive: --resume completes a killed run, and repeats nothing that was done" {
	start out --shuffle=1
	await 10 grep -q '"cell"' out/journal.jsonl || true
	kill -KILL "$runner"
	ended
	await 5 no_emulators out
	before=$(jq -r 'select(.id).id' out/journal.jsonl | sort)
	stamps=$(jq -r 'select(.id).folder' out/journal.jsonl | while read -r f; do stat -c '%n %y' "out/$f/verdict.json"; done)
	quicken out
	run -0 dk run --resume out
	expect_has '5 passed, 0 failed'
	same "$(dk list e.yaml | sort)" "$(jq -r 'select(.id).id' out/journal.jsonl | sort)"
	same "$stamps" "$(jq -r 'select(.id).folder' out/journal.jsonl | head -n "$(wc -w <<<"$before")" | while read -r f; do stat -c '%n %y' "out/$f/verdict.json"; done)"
	same 1 "$(jq 'select(.type == "summary").passed' out/journal.jsonl | wc -l)"
}

@test "survive: a resumed run counts every cell in its summary, and its status is of them all" {
	endless
	sed -i 's/, act: chatter/, act: panic/' e.yaml
	run -1 dk run e.yaml -o out -j1 --fail-fast -q
	done=$(judged out | wc -l)
	[ "$done" -lt 5 ]
	run -1 dk run --resume out
	same 5 "$(judged out | wc -l)"
	same '2 3' "$(jq -r 'select(.type == "summary") | "\(.passed) \(.failed)"' out/journal.jsonl | tail -n 1)"
	run -1 dk run --resume out
	same 5 "$(judged out | wc -l)"
}

@test "survive: a journal that was cut in the middle of a line is read, and gone on with" {
	endless
	quicken_all() { sed -i 's/, act: chatter//' e.yaml; }
	quicken_all
	run -0 dk run e.yaml -o out -j1 -q
	lines=$(wc -l <out/journal.jsonl)
	same 7 "$lines"
	head -n 3 out/journal.jsonl >cut
	sed -n 4p out/journal.jsonl | head -c 100 >>cut
	cp cut out/journal.jsonl
	run -0 dk run --resume out
	expect_has '5 passed'
	same 5 "$(grep -c '"type":"cell"' <(jq -cR 'fromjson? // empty' out/journal.jsonl))"
	run -0 dk run --resume out
	expect_has '5 passed'
}

@test "survive: a broken cell is booted again by --resume" {
	printf 'about: a\naxes:\n  kernel: [{name: k, file: %s/p.img}]\n' "$PWD" >b.yaml
	probe_case p
	dk run p.yaml --keep -q -o made
	run -3 dk run b.yaml -o out
	cp -L made/cells/*/kernel p.img
	run -0 dk run --resume out
	expect_has '1 passed' '0 broken'
}

@test "survive: SIGINT: status 130, the hint how to go on, no emulator" {
	start out
	kill -INT "$runner"
	ended
	same 130 "$ended"
	no_emulators out
	grep -qF 'interrupted; go on with: dkboot run --resume out' out.err
	quicken out
	run -0 dk run --resume out
	expect_has '5 passed'
}

@test "survive: SIGTERM and SIGHUP: 143 and 129, no emulator" {
	local signals=TERM:143
	# Who was started by nohup ignores this signal, and so does all that it starts.
	if ! ((0x$(awk '/^SigIgn/ { print $2 }' /proc/self/status) & 1)); then
		signals+=" HUP:129"
	fi
	for signal in $signals; do
		start "out-$signal"
		kill "-${signal%:*}" "$runner"
		ended
		same "${signal#*:}" "$ended"
		await 2 no_emulators "out-$signal"
	done
	grep -qF 'interrupted; go on with: dkboot run --resume out-TERM' out-TERM:143.err
}

@test "survive: the interrupted cells are not in the journal: no verdict was known" {
	start out
	kill -TERM "$runner"
	ended
	same '' "$(jq -r 'select(.id) | select(.outcome == "broken" or .outcome == "fail")' out/journal.jsonl)"
}

@test "survive: an interrupted dkboot boot" {
	probe_case p
	dk run p.yaml --keep -q -o made
	sed -i 's/act: poweroff/act: chatter/' p.yaml
	dk run p.yaml --keep -q -o made2 --timeout-scale 0.02 || true
	"$DKBOOT" boot --kernel made2/cells/*/kernel -o out >log 2>err 3>&- &
	runner=$!
	await 10 grep -q 'still here' log
	kill -INT "$runner"
	ended
	same 130 "$ended"
	no_emulators out
	grep -q interrupted err
	run ! grep -q 'dkboot run --resume' err
}

@test "survive: the emulator stopped by SIGSTOP: hang" {
	probe_case p chatter 60s
	"$DKBOOT" run p.yaml -q -o out --timeout-scale 0.2 --format tap --junit out.xml >tap 2>err 3>&- &
	runner=$!
	await 10 reported out
	kill -STOP "$(emulators out)"
	ended
	same 1 "$ended"
	same 'fail hang' "$(verdict out)"
	no_emulators out
	sound
}

@test "survive: the emulator killed by somebody: crash" {
	for signal in KILL SEGV ABRT; do
		probe_case p chatter
		"$DKBOOT" run p.yaml -q -o "out-$signal" --format tap --junit out.xml >tap 2>err 3>&- &
		runner=$!
		await 10 reported "out-$signal"
		kill "-$signal" "$(emulators "out-$signal")"
		ended
		same 1 "$ended"
		same 'fail crash' "$(verdict "out-$signal")"
		[[ $(reason "out-$signal") == *"died of signal $(kill -l "$signal")"* ]]
		sound "out-$signal"
	done
}

# A child of what is --qemu outlives its parent's death unless the runner ends the whole session of it.
wrapper() {
	cat >wrapper <<-'EOF'
		#!/usr/bin/env bash
		qemu-system-x86_64 "$@"
	EOF
	chmod +x wrapper
}

@test "survive: an emulator behind a script that does not exec it: nothing is left after the verdict" {
	wrapper
	probe_case p chatter 1s
	run -1 dk run p.yaml -q -o out --qemu ./wrapper
	same 'fail slow' "$(verdict out)"
	await 2 no_emulators out
}

@test "survive: an emulator behind a script that dies: nothing is left after the verdict" {
	wrapper
	probe_case p chatter
	"$DKBOOT" run p.yaml -q -o out --qemu ./wrapper >log 2>&1 3>&- &
	runner=$!
	await 10 reported out
	for pid in $(emulators out); do
		# Once the script is dead, the rest of its session may be gone before we have looked at it.
		comm=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
		[[ $comm == qemu* ]] || kill -KILL "$pid" 2>/dev/null || true
	done
	ended
	same 'fail crash' "$(verdict out)"
	await 2 no_emulators out
}

@test "survive: an emulator behind a script that does not exec it: nothing is left after kill -9 of the runner" {
	wrapper
	start out --qemu ./wrapper
	kill -KILL "$runner"
	ended
	await 2 no_emulators out
}

@test "survive: a full disk is never a pass: the log of the guest" {
	fake_case f say
	{
		head -c 100000 /dev/zero | tr '\0' '\n'
		echo all is well
	} >says
	run -0 fake f.yaml -q
	sed -i s/fake=say/fake=say-full/ f.yaml
	run -3 --separate-stderr fake f.yaml -q --format tap --junit out.xml
	printf '%s\n' "$output" >tap
	sound
	same 'broken -' "$(verdict out)"
	[[ $(reason out) == *'cannot write the log'* ]]
}

@test "survive: a full disk is never a pass: nothing can be started" {
	probe_case p
	run bash -c "ulimit -f 8000; exec timeout 20 '$DKBOOT' run p.yaml -o out"
	[ "$status" -eq 3 ]
	expect_has_not passed
}

@test "survive: a full disk is never a pass: the journal" {
	probe_case p
	mkdir out
	ln -s /dev/full out/journal.jsonl
	run -3 --separate-stderr dk run p.yaml -o out -q
	[[ $stderr == *'cannot write the journal in '*'No space left on device'* ]]
	[[ $output != *passed* ]]
	run -3 --separate-stderr dk run p.yaml -o out -q --format tap --junit out.xml
	run ! grep -q "^ok" <<<"$output"
	[ ! -e out.xml ] || xmllint --noout out.xml
}

@test "survive: a full disk is never a pass: standard output" {
	probe_case p
	run bash -c "'$DKBOOT' run p.yaml -o out --format tap >/dev/full"
	[ "$status" -eq 3 ]
	run bash -c "'$DKBOOT' list p.yaml >/dev/full"
	[ "$status" -ne 0 ]
}

@test "survive: a run's folder that cannot be made or written" {
	probe_case p
	mkdir locked
	chmod 555 locked
	[ "$(id -u)" -ne 0 ] || skip "started by root without cases/e2e/run"
	run -3 dk run p.yaml -o locked/out
	expect_has 'locked/out' 'Permission denied'
	run -3 dk run p.yaml -o locked
	expect_has 'Permission denied'
	: >file
	run -3 dk run p.yaml -o file
	expect_has 'file'
}

@test "survive: two runs at the same time do not disturb each other" {
	probe_case p
	pids=()
	for i in 1 2 3; do
		"$DKBOOT" run p.yaml -o "out$i" -q >"log$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in 0 1 2; do
		wait "${pids[$i]}"
		same 'pass -' "$(verdict "out$((i + 1))")"
	done
}
