#!/usr/bin/env bats
# The hunt: a commit, a version or a size at which a cell broke.
load lib
# shellcheck disable=SC2154 # $stderr is of bats

# The history of the ROM (cases/e2e/history), a case for it, and a build that keeps each ROM by the state of its sources.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	"$BATS_TEST_DIRNAME/history" history "$PRODUCT/source/rom" "$PRODUCT/source/rom/mutants/03-initrd-first-byte.patch"
	mkdir roms
	cat >build <<-EOF
		#!/bin/sh
		rom=$BATS_FILE_TMPDIR/roms/\$(git rev-parse HEAD:rom)
		[ -e "\$rom" ] || { make -s build/rom/dkboot.rom && cp build/rom/dkboot.rom "\$rom"; } || exit
		mkdir -p build/rom && cp "\$rom" build/rom/dkboot.rom
	EOF
	chmod +x build
	cat >rom.yaml <<-'EOF'
		about: a kernel of the Linux protocol with an initrd
		limit: 60s
		axes:
		  engine: [qemu, xen]
		  source: [fwcfg-pio]
		  rom: [dkboot]
		  memory: [64M]
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  initrd:
		    - {name: r, random: 4K, seed: 9}
		expect:
		  - debug: '^dkprobe: initrd at=\S+ size=(?<size>\d+) crc32=(?<crc>\S+)$'
		    equals: {size: "${initrd.size}", crc: "${initrd.crc32}"}
		  - debug: '^dkprobe: end$'
	EOF
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ulimit -c 0
	export DK_LIMIT=200 FILES=$BATS_FILE_TMPDIR
}

hunt() { dk bisect -o out "$@"; }

rom_hunt() { # ENGINE [OPTION...]
	local cell="rom:engine=$1,rom=dkboot,source=fwcfg-pio,memory=64m,kernel=p,initrd=r"
	shift
	hunt --git "$FILES/history" --build "$FILES/build" --set rom=build/rom/dkboot.rom \
		--cell "$cell" "$FILES/rom.yaml" "$@"
}

# state REPOSITORY: all that a hunt in it must not change.
state() {
	git -C "$1" for-each-ref
	git -C "$1" status --short --ignored --branch
	git -C "$1" worktree list
	find "$1" -type f -not -path '*/.git/index' -printf '%p %s %T@\n' | sort
}

found() { # COMMIT: it is said to be the first bad one, on the screen and in the file
	local commit
	commit=$(git -C "${REPOSITORY:-$FILES/history}" rev-parse "$1")
	expect_has "first bad commit: $commit"
	same "found $commit" "$(jq -r '"\(.answer) \(.first_bad)"' out/hunt.json)"
}

# stand_ins: a history of shell scripts in place of an emulator; e06 is the first bad one, e03 makes nothing, e04 does
# not build. `f:...` is a cell that boots the kernel with one of them, and $FAKE the options of a hunt among them.
stand_ins() {
	fake_case f say
	mkdir r state
	git -c init.defaultBranch=main init -q r
	local number says build
	for number in 01 02 03 04 05 06 07 08; do
		says='all is well' build='mkdir -p out && cp emulator out/'
		[ "$number" -lt 6 ] || says='all is lost'
		[ "$number" != 03 ] || build=true
		[ "$number" != 04 ] || build='echo no such thing; exit 7'
		printf '#!/bin/sh\n%s\n' "$build" >r/build
		cat >r/emulator <<-EOF
			#!/bin/sh
			# $number
			mkdir -p $PWD/state/$number
			echo '$says' >$PWD/state/$number/says
			FAKE_STATE=$PWD/state/$number exec "$PRODUCT/e2e/fake-qemu" "\$@"
		EOF
		chmod +x r/emulator r/build
		git -C r add .
		git -C r -c user.name=A -c user.email=a@example.org commit -q -m "Commit $number"
		git -C r tag "e$number"
	done
	REPOSITORY=$PWD/r
	FAKE=(--git r --build ./build --set qemu=out/emulator --cell 'f:memory=1m,kernel=p,cmdline=c' f.yaml)
}

# tested: "VERDICT SUBJECT" of each step.
tested() { jq -r '"\(.verdict) \(.subject)"' out/steps.jsonl; }

@test "bisect: among thirty commits of the ROM, two of which do not build, the one with the fault" {
	local before
	before=$(state "$FILES/history")
	cd "$FILES/history" # relative names are those of the folder where it was called
	run -0 --separate-stderr dk bisect -o "$BATS_TEST_TMPDIR/out" --git . --good c01 --bad c30 --build "$FILES/build" \
		--set rom=build/rom/dkboot.rom ../rom.yaml \
		--cell "rom:engine=qemu,rom=dkboot,source=fwcfg-pio,memory=64m,kernel=p,initrd=r"
	cd "$BATS_TEST_TMPDIR"
	same '' "$stderr"
	found c19
	expect_has 'Load an initrd faster (A U Thor, 2026-01-19)' 'fails as serial' \
		'does not build (status 2): see ' '29 commits'
	# Whether git comes by one of the two or by both depends on the hashes, so on the ROM of today.
	skipped=$(jq 'select(.verdict == "skip").commit' out/steps.jsonl | wc -l)
	[[ $skipped == [12] ]]
	same "$skipped" "$(grep -c '^skipped' <<<"$output")"
	same "$skipped" "$(grep -l 'half of an idea' out/builds/*.log | wc -l)"
	same "$before" "$(state "$FILES/history")"
	[ ! -e out/tree ]
	[[ $output =~ again:\ dkboot\ (repro\ [^$'\n']*) ]]
	# shellcheck disable=SC2086 # words
	run -1 dk ${BASH_REMATCH[1]} -q -o again
	same 'fail serial' "$(verdict again)"
}

@test "bisect: the same under a nested Xen" {
	compgen -G "$XDG_CACHE_HOME/dkboot/dom0/by-*" >/dev/null || skip "there is no image of dom0: dkboot fetch"
	run -0 rom_hunt xen --good c10 --bad c24 --layout off
	found c19
}

@test "bisect: the cell by its folder in a run, as it was there" {
	cp "$FILES/roms/$(git -C "$FILES/history" rev-parse c19:rom)" bad.rom
	run -1 dk run "$FILES/rom.yaml" --filter engine=qemu --memory 65M --rom ./bad.rom -q -o first
	run -0 hunt --git "$FILES/history" --good c17 --bad c20 --build "$FILES/build" --set rom=build/rom/dkboot.rom \
		--cell first/cells/*
	found c19
	grep -q -- '-m 65M' out/boots/*/cells/*/repro.sh
}

@test "bisect: a fault that shows once in ten boots, and how sure the answer is" {
	stand_ins
	mkdir lost
	echo 'all is lost' >lost/says
	cat >spoil <<-EOF # one boot in ten
		exec 9>>$PWD/count
		flock 9
		echo >&9
		((\$(wc -l <$PWD/count) % 10)) || state=$PWD/lost
		exec 9>&-
	EOF
	git -C r checkout -q --orphan rare
	echo true >r/build
	for number in 1 2 3 4 5 6 7 8; do
		printf '#!/bin/bash\n# %s\nstate=%s/state/01\n' $number "$PWD" >r/emulator
		[ $number -lt 5 ] || printf 'case " $* " in *" fake="*) . %s/spoil ;; esac\n' "$PWD" >>r/emulator
		printf 'FAKE_STATE=$state exec "%s/e2e/fake-qemu" "$@"\n' "$PRODUCT" >>r/emulator
		git -C r add .
		git -C r -c user.name=A -c user.email=a@example.org commit -q -m "Rare $number"
		git -C r tag "rare$number"
	done
	mkdir -p state/01
	echo 'all is well' >state/01/says
	run -0 hunt --git r --set qemu=emulator --cell f:memory=1m,kernel=p,cmdline=c f.yaml --good rare1 --bad rare8 --confidence 0.9
	found rare5
	expect_has 'a bad commit fails ' ' passes make a commit good' 'sure of it: 9'
	jq -e '.rate > 0.05 and .rate < 0.2 and .boots_needed >= 30 and .certainty > 0.9' out/hunt.json
	# Stopped early: one failure is enough, and comes within ten boots or as many lanes more.
	same '' "$(jq -r 'select(.verdict == "bad" and .failed + .passed > 12) | .subject' out/steps.jsonl | tail -n +2)"
	same 5 "$(jq -s '.[0].failed' out/steps.jsonl)"
}

@test "bisect: honest codes for git bisect run" {
	stand_ins
	git -C r checkout -q e05
	run -0 dk bisect --step "${FAKE[@]}" -o s
	expect_has 'good  '
	git -C r checkout -q e06
	run -1 dk bisect --step "${FAKE[@]}" -o s
	expect_has 'bad   ' 'all is well'
	git -C r checkout -q e03
	run -125 dk bisect --step "${FAKE[@]}" -o s # out/emulator is still there, from e06
	expect_has 'skip  ' 'the build made no out/emulator'
	git -C r checkout -q e04
	run -125 dk bisect --step "${FAKE[@]}" -o s
	expect_has 'does not build (status 7)'
	git -C r checkout -q e05
	sed -i 's/fake=say/fake=babble/' f.yaml # what is no QMP is no word on the guest
	run -125 dk bisect --step "${FAKE[@]}" -o s
	expect_has '2 broken'
	run -128 dk bisect --step "${FAKE[@]}" --cell nothing -o s
	run -128 dk bisect --step --frob
	run -128 dk bisect --step "${FAKE[@]}" -o /proc/nowhere
	sed -i "s/fake=babble/fake=say/" f.yaml
	git -C r bisect start e08 e01
	run -0 git -C r bisect run env -C "$PWD" "$DKBOOT" bisect --step "${FAKE[@]}" -o s
	expect_has "$(git -C r rev-parse e06) is the first bad commit"
}

@test "bisect: ends that are not what they are said to be" {
	stand_ins
	run -1 hunt "${FAKE[@]}" --good e01 --bad e05
	expect_has "nothing to find: the bad end, $(git -C r rev-parse --short=12 e05), passes"
	rm -rf out
	run -1 hunt "${FAKE[@]}" --good e06 --bad e08
	expect_has 'nothing to find: the good end, ' 'fails already' 'all is well'
	rm -rf out
	run -3 hunt "${FAKE[@]}" --good e04 --bad e08
	expect_has 'undecided: the good end, ' 'cannot be tested: does not build'
	same 'undecided null' "$(jq -r '"\(.answer) \(.first_bad)"' out/hunt.json)"
}

@test "bisect: what cannot be tested beside the fault leaves several commits" {
	stand_ins
	# From e02 on to e05, which is now the bad end: e03 and e04 cannot be tested.
	git -C r checkout -q -B late e04
	cp r/emulator keep
	sed 's/all is well/all is lost/' keep >r/emulator
	printf '#!/bin/sh\nmkdir -p out && cp emulator out/\n' >r/build
	git -C r -c user.name=A -c user.email=a@example.org commit -qa -m 'Late'
	run -3 hunt "${FAKE[@]}" --good e02 --bad late
	expect_has 'the first bad commit is one of 3' 'skip  Commit 03' 'skip  Commit 04' 'bad  Late'
	same 3 "$(jq '.candidates | length' out/hunt.json)"
}

begun() { grep -qs begun out/builds/*.log; }

@test "bisect: however it ends, nothing is left but its folder" {
	stand_ins
	local before signal pid
	before=$(state r)
	printf '#!/bin/sh\nsetsid sleep 321 &\necho begun\nsleep 321\n' >slow
	for signal in TERM HUP INT KILL; do
		rm -rf out
		env --default-signal=INT,HUP,TERM "$DKBOOT" bisect -o out "${FAKE[@]}" --good e01 --bad e08 \
			--build "sh $PWD/slow" 2>told 3>&- &
		pid=$!
		await 20 begun
		kill "-$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		same $((128 + $(kill -l $signal))) "$status"
		await 5 no_emulators .
		[ "$signal" = KILL ] || [ ! -e out/tree ]
		[ "$signal" = KILL ] || grep -q '^dkboot: interrupted' told
	done
	same "$before" "$(state r)"
}

# wrong TEXT ARGUMENT...: status 2, one line that has TEXT, and no folder.
wrong() {
	local text=$1
	shift
	run -2 --separate-stderr dk bisect "$@"
	same '' "$output"
	same 1 "${#stderr_lines[@]}"
	output=$stderr
	expect_has "$text"
	[ ! -e dkboot-runs ]
	[ ! -e out ]
}

@test "bisect: wrong usage is told before anything is cloned" {
	stand_ins
	local history=(--git r --good e01 --bad e08 --set qemu=emulator)
	wrong '--cell is missing' "${history[@]}" f.yaml
	wrong "'x:y=z' is neither a cell's folder nor the id" "${history[@]}" f.yaml --cell x:y=z
	wrong 'expected --git DIR --good A --bad B' "${FAKE[@]}" --good e01
	wrong '--set is missing' --git r --good e01 --bad e08 --cell f:memory=1m,kernel=p,cmdline=c f.yaml
	wrong "--set: 'disk=x', expected PART=FILE" "${FAKE[@]}" --good e01 --bad e08 --set disk=x
	wrong "--good: 'nix' is no commit of" "${FAKE[@]}" --good nix --bad e08
	wrong '--good: e08 is no ancestor of e01' "${FAKE[@]}" --good e08 --bad e01
	wrong '--good and --bad are the same commit' "${FAKE[@]}" --good e08 --bad e08
	wrong '--git: state: git: fatal: not a git repository' "${FAKE[@]}" --good e01 --bad e08 --git state
	wrong '--git: nix: No such file' "${FAKE[@]}" --good e01 --bad e08 --git nix
	wrong "--confidence: '2' is not a chance" "${FAKE[@]}" --good e01 --bad e08 --confidence 2
	wrong '--boots, --failures and --rates: only with --step' "${FAKE[@]}" --good e01 --bad e08 --boots 3
}

# edge: "BELOW ABOVE" of each edge, by the names of the points.
edge() { jq -r '.edges[] | "\(.below.name) \(.below.verdict) \(.above.name) \(.above.verdict)"' out/hunt.json; }

# A real kernel as far as its console; the cell with all values in one place.
early_case() {
	[ -e "$XDG_CACHE_HOME/dkboot/packages/linux-6.1-cloud.json" ] || skip 'the kernel is not fetched: dkboot fetch'
	cat >early.yaml <<-'EOF'
		about: a real kernel, as far as its console
		limit: 60s
		axes:
		  memory: [512M]
		  kernel: [linux-6.1-cloud]
		  cmdline:
		    - {name: plain, text: "console=ttyS0"}
		expect:
		  - serial: 'Linux version'
		end: none
	EOF
	CELL='early:memory=512m,kernel=linux-6.1-cloud,cmdline=plain'
}

@test "bisect: the memory that a real kernel needs" {
	early_case
	run -0 hunt --axis memory=40M..88M --cell "$CELL" early.yaml
	expect_has 'edge: memory ' 'early:memory=6' 'hunt folder: '
	read -r below bad above good <<<"$(edge)"
	same 'fail pass' "$bad $good"
	same 1 "$((${above%M} - ${below%M}))"
	((${below%M} >= 64 && ${above%M} <= 72))
}

@test "bisect: the length of a command line that a real kernel takes" {
	early_case
	run -0 hunt --axis cmdline-length=0..8192 --cell "$CELL" early.yaml --format json
	same '2047 pass 2048 fail' "$(edge)"
	same "$output" "$(cat out/hunt.json)"
	same 'early:memory=512m,kernel=linux-6.1-cloud,cmdline=length-2047' "$(jq -r '.edges[0].below.cell' out/hunt.json)"
}

@test "bisect: more than one edge, of a size; a broken point is none" {
	cat >size.yaml <<-'EOF'
		about: an initrd that is refused in the middle
		limit: 20s
		axes:
		  memory: [64M]
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  initrd:
		    - {name: r, random: 4K, seed: 9}
		expect:
		  - serial: '^dkprobe: initrd at=\S+ size=(?:\d{1,2}|1[0-4]\d|[3-9]\d\d) crc32='
		  - serial: '^dkprobe: end$'
	EOF
	run -0 hunt --axis initrd-size=100..400 --cell size:memory=64m,kernel=p,initrd=r size.yaml
	same $'149 pass 150 fail\n299 fail 300 pass' "$(edge)"
	rm -rf out
	run -1 hunt --axis initrd-size=10..13 --cell size:memory=64m,kernel=p,initrd=r size.yaml
	expect_has 'no edge: every point that was looked at passes' '4 points'
	fake_case f babble
	rm -rf out
	run -3 hunt --axis memory=1M..4M --cell f:memory=1m,kernel=p,cmdline=c f.yaml --qemu "$PRODUCT/e2e/fake-qemu" \
		--timeout-scale 0.1
	expect_has 'undecided: memory 2M: ' 'no QMP'
}

# mirror: apt and dpkg-deb of a mirror of our own: 6.1.0-9 to 6.12.90 of a kernel; from 6.12.8 on it panics.
mirror() {
	probe_case good
	probe_case lost panic 1s
	dk run good.yaml --keep -q -o good
	dk run lost.yaml --keep -q -o lost || true
	mkdir mirror cache
	for version in 6.1.0-9 6.1.0-10 6.12.7+deb12 6.12.8+deb12 6.12.90+deb12; do
		cp -L good/cells/*/kernel "mirror/linux-image-$version-cloud-amd64"
	done
	cp -Lf lost/cells/*/kernel mirror/linux-image-6.12.8+deb12-cloud-amd64
	cp -Lf lost/cells/*/kernel mirror/linux-image-6.12.90+deb12-cloud-amd64
	mkdir bin
	cat >bin/apt-cache <<-EOF
		#!/bin/sh
		[ "\$1" != pkgnames ] || exec ls $PWD/mirror
		echo "Package: \$3"; echo 'Version: 1'; echo 'Architecture: amd64'; echo 'Size: 1'
		echo "SHA256: \$(sha256sum <$PWD/mirror/\$3 | cut -c1-64)"
	EOF
	cat >bin/apt-get <<-EOF
		#!/bin/sh
		for name; do :; done
		echo "\$name" >>$PWD/fetched
		cp "$PWD/mirror/\${name%=*}" ./one.deb
	EOF
	printf '#!/bin/sh\nmkdir -p "$3/boot" && cp "$2" "$3/boot/vmlinuz-1"\n' >bin/dpkg-deb
	chmod +x bin/*
	sed 's/about: a test/about: a kernel/; s/- {name: p.*/- linux-6.1-cloud/' good.yaml >k.yaml
}

@test "bisect: the version of a kernel, fetched as needed" {
	mirror
	export XDG_CACHE_HOME=$PWD/cache PATH=$PWD/bin:$PATH
	run -0 hunt --axis kernel=6.1.0-9..6.12.90 --cell k:kernel=linux-6.1-cloud,cmdline=c k.yaml
	same '6.12.7 pass 6.12.8 fail' "$(edge)"
	expect_has 'edge: kernel 6.12.7 passes, 6.12.8 fails' 'k:kernel=6.12.8,cmdline=c' '5 points'
	same 5 "$(wc -l <fetched)"
	rm -rf out # what is fetched stays fetched
	run -0 hunt --axis kernel=6.12.7+deb12..6.12.8 --cell k:kernel=linux-6.1-cloud,cmdline=c k.yaml
	same 5 "$(wc -l <fetched)"
	rm -rf out
	run -2 hunt --axis kernel=6.1.0-9..6.11 --cell k:kernel=linux-6.1-cloud,cmdline=c k.yaml
	expect_has 'kernel 6.11 is not in' 'expected one of: 6.1.0-9, 6.1.0-10, 6.12.7, 6.12.8, 6.12.90'
}

@test "bisect: an axis that is none, and bounds that are none" {
	probe_case a
	local cell=(--cell a:kernel=p,cmdline=c a.yaml)
	wrong "'colour', expected AXIS=A..B with an axis of: memory" "${cell[@]}" --axis colour=1..2
	wrong "'memory=64M', expected AXIS=A..B" "${cell[@]}" --axis memory=64M
	wrong "memory 'x' is not a size" "${cell[@]}" --axis memory=x..64M
	wrong "memory '1000' is not a multiple of 1M" "${cell[@]}" --axis memory=1000..64M
	wrong '64M is not below 32M' "${cell[@]}" --axis memory=64M..32M
	wrong 'vcpus 0..4 is not within' "${cell[@]}" --axis vcpus=0..4
	wrong '--axis: goes without --git' "${cell[@]}" --axis memory=32M..64M --git .
}
