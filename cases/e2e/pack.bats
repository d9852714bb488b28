#!/usr/bin/env bats
# dkboot pack: a payload as a disk, booted by nothing but QEMU.
load lib

# made [OPTION...]: volume.img, packed of a probe with an initrd of ours; $boot is what to start QEMU with, as it says.
made() {
	probe_case p
	dk run p.yaml --keep -q -o made >made.log
	cp -fL made/cells/*/kernel kernel
	head -c 5000 /dev/urandom >initrd
	sum=$(gzip -nc initrd | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')
	run -0 dk pack --kernel ./kernel --initrd ./initrd --cmdline 'a "b" c' "$@" -o volume.img
	[[ $output =~ ^volume.img:\ ([0-9]+)\ bytes:\ (-drive\ .*)$ ]]
	same "$(stat -c %s volume.img)" "${BASH_REMATCH[1]}"
	boot=${BASH_REMATCH[2]}
}

# qemu ARGUMENT...: what comes out of its serial port until it ends, or a loader refuses, which ends nothing.
qemu() {
	rm -f said
	timeout 30 qemu-system-x86_64 -nodefaults -display none -vga none -no-reboot -accel tcg -m 64 -serial file:said "$@" \
		</dev/null &
	local pid=$!
	await 30 over "$pid"
	kill "$pid" 2>/dev/null
	wait "$pid" || true
	tr -d '\r' <said
}

over() { grep -qs '^dkboot-rom: refused' said || ! kill -0 "$1" 2>/dev/null; }

booted() {
	expect_has 'dkprobe: cmdline text=a "b" c' "size=5000 crc32=$sum" 'dkprobe: end'
}

# byte OFFSET COUNT: of volume.img, in hexadecimal.
byte() { od -An -v -tx1 -j"$1" -N"$2" volume.img | tr -d ' \n'; }

@test "pack: a volume that our ROM boots, where QEMU has no kernel" {
	made
	same e9fd00444b564f4c "$(byte 0 8)"
	same 00 "$(byte 256 256 | sed 's/\(00\)*/00/')"
	# shellcheck disable=SC2086 # words
	run qemu $boot -option-rom "$PRODUCT/build/rom/stock-names/linuxboot.bin,bootindex=0"
	booted
}

@test "pack --bootsector: a disk that boots by itself, behind virtio and behind IDE" {
	made --bootsector
	same 55aa "$(byte 510 2)"
	same "$(printf '0%.0s' {1..128})" "$(byte 446 64)"
	# shellcheck disable=SC2086 # words
	run qemu $boot
	booted
	run qemu -M q35 -drive file=volume.img,format=raw,if=ide,snapshot=on
	booted
}

@test "pack --bootsector: of two such disks each boots its own payload" {
	made --bootsector
	mv volume.img second.img
	run -0 dk pack --kernel ./kernel --cmdline "the first" --bootsector -o first.img
	run qemu -drive file=first.img,format=raw,if=none,id=a,readonly=on -device virtio-blk-pci,drive=a,bootindex=2 \
		-drive file=second.img,format=raw,if=none,id=b,readonly=on -device virtio-blk-pci,drive=b,bootindex=1
	booted
}

@test "pack --bootsector: what the sector cannot do it says in a line" {
	made --bootsector
	run qemu -drive file=volume.img,format=raw,if=floppy -boot a
	expect_has 'dkboot-rom: refused: boot sector: no INT 13h extensions'
	cp volume.img whole
	truncate -s 1024 volume.img && truncate -s 1M volume.img
	run qemu -drive file=volume.img,format=raw,if=ide,snapshot=on
	expect_has 'dkboot-rom: refused: boot sector: loader is damaged'
	cp whole volume.img
	printf '\x7f' | dd of=volume.img bs=1 seek=36 conv=notrunc status=none # the loader's place, beyond the disk
	printf '\x7f' | dd of=volume.img bs=1 seek=39 conv=notrunc status=none
	run qemu -drive file=volume.img,format=raw,if=ide,snapshot=on
	expect_has 'dkboot-rom: refused: boot sector: loader cannot be read'
}

@test "pack: of a cell, by its id; the same bytes each time" {
	probe_case p
	id=$(dk list p.yaml)
	run -0 dk pack "$id" p.yaml -o one
	run -0 dk pack "$id" p.yaml -o two
	cmp one two
	run -0 dk pack "$id" p.yaml --bootsector -o three
	run ! cmp -s one three
}

@test "pack: what is there already stays as it is" {
	made
	sha256sum volume.img >before
	run -2 dk pack --kernel ./kernel -o volume.img
	same 'dkboot: pack: volume.img: is there already, and is not overwritten' "$output"
	sha256sum -c --quiet before
}

@test "pack: a file that cannot be written, and nothing is left" {
	made
	mkdir closed && chmod 555 closed
	run -2 dk pack --kernel ./kernel -o closed/v
	same 'dkboot: pack: closed/v: cannot be written: Permission denied' "$output"
	run -2 dk pack --kernel ./kernel -o missing/v
	same 'dkboot: pack: missing/v: cannot be written: No such file or directory' "$output"
	(
		ulimit -f 8
		run -3 dk pack --kernel ./kernel --initrd ./initrd -o small
		expect_has "File too large"
	)
	[ ! -e small ]
}

@test "pack: what is no kernel, a piece of one, or too large is refused, and nothing is written" {
	made
	head -c 400 kernel >short
	run -2 dk pack --kernel ./short -o v
	expect_has 'dkboot: pack: ' 'too few for a Linux setup header'
	head -c -4 kernel >half
	run -2 dk pack --kernel ./half -o v
	expect_has "dkboot: pack: ./half: truncated: 8204 bytes, its header says 8208"
	head -c 4096 /dev/zero >zeros
	run -2 dk pack --kernel ./zeros -o v
	expect_has 'no Linux image: boot_flag at 0x1fe is 0x0000'
	truncate -s 4G large
	run -2 dk pack --kernel ./kernel --initrd ./large -o v
	same 'dkboot: pack: ./large: 4294967296 bytes are too many for a volume, which takes 4294966784' "$output"
	run -2 dk pack --kernel ./nothing -o v
	expect_has 'nothing'
	run -2 dk pack --kernel ./kernel
	same 'dkboot: pack: -o FILE is missing' "$output"
	[ ! -e v ]
}
