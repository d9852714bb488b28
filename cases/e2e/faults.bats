#!/usr/bin/env bats
# Guests and emulators that misbehave: each has its class, and none passes.
load lib

# guest ACT CLASS [LIMIT]: a probe that reports, which is all that the case expects, and then misbehaves.
guest() {
	probe_case g "$1" "${3:-20s}"
	run -1 --separate-stderr dk run g.yaml --timeout-scale 0.1 -q -o out --format tap --junit out.xml
	same "fail $2" "$(verdict out)"
	reported out
	printf '%s\n' "$output" >tap
	sound
}

quicker_than() { jq -es "map(select(.id))[0].seconds < $1" out/journal.jsonl; } # SECONDS

@test "faults: a guest that halts with interrupts off: hang, and at once" {
	guest halt hang
	[[ $(reason out) == *'halted with interrupts off'* ]]
	quicker_than 2
}

@test "faults: a guest that spins silently: hang" { guest spin hang; }

@test "faults: a guest that resets itself: reset" { guest reset reset; }

@test "faults: a guest with a triple fault: reset" { guest triple reset; }

@test "faults: a guest that panics: panic, and at once" {
	guest panic panic
	[[ $(reason out) == *'Kernel panic - not syncing'* ]]
	quicker_than 2
}

@test "faults: a guest that talks on and on: slow" { guest chatter slow 10s; }

@test "faults: a guest that ends in another way than it was to" {
	probe_case g
	echo 'end: reset' >>g.yaml
	run -1 dk run g.yaml -q -o out
	same 'fail exit' "$(verdict out)"
	probe_case g reset
	echo 'end: reset' >>g.yaml
	run -0 dk run g.yaml -q -o out2
	probe_case g
	echo 'end: {how: refused, refusal: "."}' >>g.yaml
	run -1 dk run g.yaml -q -o out3
}

# faked STATUS [OPTION...]: runs f.yaml with the fake emulator; whatever happened, the reports can be read.
faked() {
	local status=$1
	shift
	run "-$status" --separate-stderr fake f.yaml -q --format tap --junit out.xml "$@"
	printf '%s\n' "$output" >tap
	sound
}

# emulator ACT CLASS: the fake emulator; its guest has said what `says` holds.
emulator() {
	fake_case f "$1"
	faked 1 --timeout-scale 0.1
	same "fail $2" "$(verdict out)"
}

@test "faults: the fake emulator can pass: what it says is heard" {
	fake_case f say
	echo 'all is well' >says
	faked 0
	same 'pass -' "$(verdict out)"
}

@test "faults: an emulator that exits at once with 0: exit" { emulator exit-0 exit; }

@test "faults: an emulator that exits at once with 1 and a word: refused, in its words" {
	emulator exit-1 refused
	[[ $(reason out) == *'could not initialise the flux capacitor'* ]]
}

@test "faults: an emulator that hangs before its monitor answers: silent" { emulator mute silent; }

@test "faults: an emulator whose monitor speaks no QMP is never a pass" {
	fake_case f babble
	faked 3 --timeout-scale 0.1
	same 'broken -' "$(verdict out)"
	[[ $(reason out) == *'what is no QMP'*'this is no QMP'* ]]
}

@test "faults: an emulator that dies of a signal after all was said: crash" { emulator segv crash; }

@test "faults: an emulator that exits with 0 after all was said: exit" {
	echo 'all is well' >says
	emulator say-exit exit
}

@test "faults: an emulator that is killed after all was said: crash" {
	echo 'all is well' >says
	emulator say-killed crash
}

@test "faults: a guest that switches itself off without a word: silent" { emulator off silent; }

@test "faults: a guest that never says a word: silent" { emulator idle silent; }

@test "faults: a guest that says what is expected and does not end: hang" {
	echo 'all is well' >says
	emulator say-on hang
}

@test "faults: an emulator that cannot be started, or is none: never a pass" {
	probe_case p
	for program in ./nothing /etc/passwd /bin/true /bin/false /bin/cat; do
		run dk run p.yaml -q -o out --qemu "$program" --timeout-scale 0.1
		[ "$status" -eq 1 ] || [ "$status" -eq 3 ]
		expect_has_not '1 passed'
		rm -rf out
	done
}

@test "faults: the expected text, and a panic behind it: panic" {
	printf 'all is well\nKernel panic - not syncing: Attempted to kill init!\n' >says
	emulator say panic
	emulator say-on panic
}

@test "faults: a panic in the middle of an unfinished line, or without a line end: panic" {
	printf 'all is well\n[    1.0] foo bar Kernel panic - not syncing: x' >says
	emulator say-on panic
}

@test "faults: the expected text in two halves, with a line of the kernel between: not met" {
	emulator halves serial
	[[ $(reason out) == *'/^all is well$/'* ]]
}

@test "faults: a line end within the expected text: not met" {
	printf 'all is\n well\nall is\r well\n' >says
	emulator say serial
}

@test "faults: the expected text as part of the command line that the guest repeats" {
	printf 'Command line: all is well\n' >says
	emulator say serial
}

@test "faults: a pattern that backtracks for ever: an error, not a stall, not a pass" {
	printf '%0100d!\n' 0 | tr 0 a >says
	fake_case f say '^(a+)+$'
	faked 1
	same 'fail serial' "$(verdict out)"
	[[ $(reason out) == *'backtracks too far'* ]]
	quicker_than 10
}

@test "faults: 200 MB without a line end: bounded memory, bounded disk, not a pass" {
	fake_case f flood
	faked 1
	same 'fail serial' "$(verdict out)"
	[ "$(du -sm out | cut -f1)" -lt 40 ]
	[ "$(awk '/^VmHWM:/ { print $2 }' runner-status)" -lt 60000 ]
	grep -aq 'further bytes are not kept' out/cells/*/serial.log
	[[ $(reason out) == *'cut at 64 KiB'* ]]
}

@test "faults: 20 MB of empty lines and of control bytes: bounded disk" {
	fake_case f say
	for byte in '\n' '\1'; do
		head -c 20M /dev/zero | tr '\0' "$byte" >says
		faked 1
		[ "$(du -sm out | cut -f1)" -lt 40 ]
	done
}

@test "faults: a line of 64 KiB is matched, and what is longer is cut and said" {
	fake_case f say 'x{100}end$'
	head -c 60000 /dev/zero | tr '\0' x >says
	echo end >>says
	faked 0
	head -c 70000 /dev/zero | tr '\0' x >says
	echo end >>says
	faked 1
	[[ $(reason out) == *'cut at 64 KiB'* ]]
}

@test "faults: terminal escapes, NULs and broken UTF-8 around the expected text: it is found, and nothing raw is shown" {
	printf '\033[2J\033[H\000\377\n\033[1mall is well\033[0m\n' >says
	emulator say serial
	printf '\033]0;owned\007\000\377\302\233\nall is well\r\n' >says
	fake_case f say
	FAKE_STATE=$PWD run -0 dk run f.yaml --qemu "$PRODUCT/e2e/fake-qemu" -o out2
	printf '%s\n' "$output" >shown
	harmless shown
}

@test "faults: a forbidden text, even when it comes last" {
	printf 'all is well\nbad thing' >says
	fake_case f say
	printf 'forbid: [{serial: "bad thing"}]\n' >>f.yaml
	faked 1
	same 'fail serial' "$(verdict out)"
}

@test "faults: text that comes too late: not met" {
	fake_case f late
	echo "    within: 50ms" >>f.yaml
	faked 1
	[[ $(reason out) == *'within 50 ms'* ]]
}

@test "faults: a ROM that hangs, one that is no ROM, and one of nothing: never a pass" {
	probe_case p
	head -c 2048 /dev/zero >zero
	{ printf '\125\252\004\353\376'; head -c 2043 /dev/zero; } >hang
	: >nothing
	for rom in zero hang nothing; do
		run dk run p.yaml --rom "$rom" --timeout-scale 0.1 -q -o "out-$rom"
		[ "$status" -eq 1 ] || [ "$status" -eq 3 ]
		[[ $(verdict "out-$rom") != pass* ]]
	done
}

@test "faults: a firmware that is none: never a pass" {
	probe_case p
	head -c 65536 /dev/zero >bios
	run -1 dk run p.yaml --firmware ./bios --timeout-scale 0.1 -q -o out
	[[ $(verdict out) == fail* ]]
}

# clock_that_jumps: jump.so, under which the wall clock leaps by years, to and fro, at every look at it.
clock_that_jumps() {
	cat >jump.c <<-'END'
		#define _GNU_SOURCE
		#include <stdatomic.h>
		#include <sys/syscall.h>
		#include <sys/time.h>
		#include <time.h>
		#include <unistd.h>

		static atomic_uint looks;

		int clock_gettime(clockid_t clock, struct timespec *now)
		{
			int status = (int)syscall(SYS_clock_gettime, clock, now);

			if (!status && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
				now->tv_sec += atomic_fetch_add(&looks, 1) % 2 ? -500l * 86400 : 5000l * 86400;
			return status;
		}

		time_t time(time_t *out)
		{
			struct timespec now;

			clock_gettime(CLOCK_REALTIME, &now);
			if (out)
				*out = now.tv_sec;
			return now.tv_sec;
		}

		int gettimeofday(struct timeval *restrict out, void *restrict zone)
		{
			struct timespec now;

			(void)zone;
			clock_gettime(CLOCK_REALTIME, &now);
			*out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
			return 0;
		}
	END
	gcc -shared -fPIC -o jump.so jump.c
}

@test "faults: a clock that jumps: no limit moves, no verdict changes" {
	clock_that_jumps
	cat >j.yaml <<-'EOF'
		about: limits while the wall clock jumps
		limit: 10s
		axes:
		  kernel:
		    - {name: off, probe: {protocol: 2.15}}
		    - {name: spin, probe: {protocol: 2.15, act: spin}}
		    - {name: chatter, probe: {protocol: 2.15, act: chatter}}
		expect:
		  - serial: '^dkprobe: end$'
	EOF
	run -1 --separate-stderr timeout 40 env LD_PRELOAD="$PWD/jump.so" "$DKBOOT" run j.yaml --timeout-scale 0.1 -q \
		-o out --format tap --junit out.xml
	printf '%s\n' "$output" >tap
	sound
	# it did jump: the run believes to be of another year
	[ "$(jq -r 'select(.type == "run").started[:4]' out/journal.jsonl)" != "$(date -u +%Y)" ]
	same 'j:kernel=chatter fail slow
j:kernel=off pass -
j:kernel=spin fail hang' "$(judged out)"
	same true "$(jq -s 'map(select(.id).seconds) | all(. > 0.01 and . < 10)' out/journal.jsonl)"
	same true "$(jq -s 'map(select(.at.kernel? == "chatter").seconds)[0] >= 1' out/journal.jsonl)"
	for timed in out/cells/*/serial.timed; do # seconds since power-on, never backwards
		sed 's/^\[ *\([0-9.]*\)\].*/\1/' "$timed" | sort -cg
		awk -F '[][ ]+' '$2 < 0 || $2 > 10 { exit 1 }' "$timed"
	done
}

@test "faults: the expected text and then a reset by the guest: reset" {
	echo 'all is well' >says
	emulator say-reset reset
}
