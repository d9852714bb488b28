#!/usr/bin/env bats
# A payload that the ROM asks for over a port: what is kept of it, how it is repeated, and where it cannot be.
load lib

# stream_case NAME SOURCE END
stream_case() {
	cat >"$1.yaml" <<-EOF
		about: a stream
		axes:
		  source: [$2]
		  memory: [64M]
		  kernel:
		    - {name: p, probe: {protocol: 2.15}}
		  initrd:
		    - {name: r, random: 300001, seed: 9}
		  cmdline:
		    - {name: c, text: "a b"}
		expect: [{serial: '^dkprobe: end$'}]
		end: $3
	EOF
}

# kinds FILE: kind, part and offset of each request
kinds() { od -An -v -w32 -tu2 "$1" | awk '{ print $4, $5, $7 + 65536 * $8 }'; }

@test "stream: the last thing that the ROM says is that all is well, and repro.sh needs no sender" {
	stream_case s stream poweroff
	dk run s.yaml --keep -q -o out
	cell=$(cell_folder out)
	[ "$(kinds "$cell/stream.asked" | head -1)" = '0 0 0' ]
	[ "$(kinds "$cell/stream.asked" | tail -1)" = '2 0 0' ]
	run timeout 10 "$cell/repro.sh"
	expect_has 'dkprobe: initrd at=' 'size=300001' 'dkprobe: cmdline text=a b' 'dkprobe: end'
	# another device with another port, and that comes first
	sed "s|-chardev pipe|-chardev null,id=n -device virtio-serial-pci,id=a -device virtserialport,bus=a.0,chardev=n,name=agent &|" \
		"$cell/repro.sh" >"$cell/again.sh"
	run timeout 10 sh "$cell/again.sh"
	expect_has 'size=300001' 'dkprobe: end'
	run ! grep -q dkboot <(grep -v '^#' "$cell/repro.sh" | sed 's/org\.dkboot\.stream//')
}

@test "stream: a refusal is told to the sender, and repeated with and without dkboot" {
	stream_case s stream-short poweroff
	run -1 dk run s.yaml -q -o out
	expect_has 'sender of the stream cannot go on (part 2, at byte 131072)'
	cell=$(cell_folder out)
	[ "$(kinds "$cell/stream.asked" | tail -1)" = '3 2 131072' ]
	run --separate-stderr timeout 3 "$cell/repro.sh" # it goes on to the next boot device
	expect_has 'dkboot-rom: refused: sender of the stream cannot go on (part 2, at byte 131072)'
	run -1 dk repro "$cell" -o again
	expect_has 'sender of the stream cannot go on (part 2, at byte 131072)'
	same "$(verdict out)" "$(verdict again)"
}

@test "stream: who cannot take one says so" {
	stream_case s stream poweroff
	run -3 dk run s.yaml --rom stock -q -o out
	expect_has 'source stream: no stock ROM asks for one'
	sed -i 's/probe: {protocol: 2.15}/probe: {protocol: pvh, kind: elf}/' s.yaml
	run -3 dk run s.yaml -q -o other
	expect_has 'source stream: only a Linux kernel is booted from one'
}
