#!/usr/bin/env bats
# `dkboot report`: what a reader sees of it, in a headless Chromium.
load lib
load browser

# One run serves the tests; each works on a copy of its own.
setup_file() {
	browser_start
	cd "$BATS_FILE_TMPDIR" || return
	cat >gate.yaml <<-'EOF'
		about: a cell of each kind
		axes:
		  rom: [dkboot, stock]
		  memory: [4M, 64M]
		  kernel:
		    - {name: image-2m, probe: {protocol: 2.03, image_size: 2M}}
		    - {name: panics, probe: {protocol: 2.15, act: panic}}
		  initrd:
		    - {name: rnd-2.5m, random: 2621440, seed: 3}
		  cmdline: [{name: plain, text: "console=ttyS0 quiet"}]
		layout: full
		except:
		  - {when: {kernel: panics, memory: 4M}, why: "64M are enough"}
		  - {when: {kernel: image-2m, memory: 64M, rom: dkboot}, why: "the stock one is"}
		skip: [{when: {kernel: panics, rom: stock}, why: "is not <b>ours</b>"}]
		expect:
		  - {when: {rom: stock}, serial: '^dkprobe: end$'}
		  - {when: {kernel: panics}, serial: '^dkprobe: end$'}
		end:
		  - {when: {kernel: image-2m, rom: dkboot}, how: refused, refusal: 'no room for initrd'}
	EOF
	"$DKBOOT" run gate.yaml -q -o run >printed || true
}

teardown_file() { browser_stop; }

# The name of every test's copy of the run.
copied() {
	browser_join
	cp -R "$BATS_FILE_TMPDIR/run" "${1:-run}"
}

# As harmless(), but the script of a page has tabs.
harmless_page() {
	tr -d '\t' <"$1" >page.text
	harmless page.text
}

fails=gate:rom=stock,memory=4m,kernel=image-2m,initrd=rnd-2.5m,cmdline=plain
panics=gate:rom=dkboot,memory=64m,kernel=panics,initrd=rnd-2.5m,cmdline=plain

@test "report: one file, beside the journal, that says what came of it" {
	copied
	same 'fail layout
fail panic
pass -
pass -
skip -' "$(judged run | cut -d' ' -f2- | sort)"
	run -0 dk report run
	[[ $output =~ ^run/report.html:\ 5\ cells,\ [0-9]+\ KiB$ ]]
	harmless_page run/report.html
	page run/report.html
	same '2 of 5 cells not as expected - dkboot' "$(js document.title)"
	output=$(seen)
	expect_has '2 of 5 cells are not as expected' '2 failed' '1 skipped' '2 passed' 'layout I5d I6a' 'panic' \
		'is not <b>ours</b>' 'found ' 'The matrix' 'Where the time went'
	same 5 "$(js 'document.querySelectorAll(".grid .c").length')"
}

@test "report: nothing is fetched, and no script but its own may run" {
	copied
	dk report run
	run ! grep -qE '(src|href)="(https?:|//)' run/report.html
	page run/report.html
	js 'performance.getEntriesByType("resource").length' | grep -qx 0
	same blocked "$(js 'new Promise((done) => { addEventListener("securitypolicyviolation", () => done("blocked"));
		const script = document.createElement("script"); try { script.text = "window.owned = 1"; } catch { done("blocked"); }
		document.body.append(script); setTimeout(() => done(String(window.owned)), 500); })')"
}

@test "report: a filter, by the address, typed, and by buttons" {
	copied
	dk report run
	page 'run/report.html#filter=verdict=fail'
	same 2 "$(js 'document.querySelectorAll(".grid .c").length')"
	same '2 of 5 cells' "$(js 'document.getElementById("complaint").textContent')"
	js 'document.getElementById("filter").select()' >/dev/null
	type_text 'memory<64M and rom=st*'
	same 1 "$(js 'document.querySelectorAll(".grid .c").length')"
	same '#filter=memory%3C64M+and+rom=st*' "$(js location.hash)"
	js 'document.getElementById("filter").select()' >/dev/null
	type_text 'kernel=panics and ('
	same 'filter: something is missing at the end' "$(js 'document.getElementById("complaint").textContent')"
	same 1 "$(js 'document.querySelectorAll(".grid .c").length')"
	js 'document.getElementById("filter").select()' >/dev/null
	type_text 'not (verdict=pass or class=panic) and -none-'
	same 'No cell fits the filter.' "$(js 'document.querySelector("#results").innerText.trim()')"
	js '[...document.querySelectorAll(".chip")].find((chip) => chip.textContent.includes("skipped")).click()' >/dev/null
	same '(not (verdict=pass or class=panic) and -none-) and verdict=skip' "$(js view.filter)"
	js 'go({filter: ""})'
	js '[...document.querySelectorAll(".chip")].find((chip) => chip.textContent.includes("skipped")).click()' >/dev/null
	same '#filter=verdict=skip' "$(js location.hash)"
	same 1 "$(js 'document.querySelectorAll(".grid .c.skip").length')"
}

@test "report: the language of the filter" {
	copied
	dk report run
	page run/report.html
	count() { js "run.cells.filter(parseFilter($(jq -n --arg text "$1" '$text'))).length"; }
	same 5 "$(count '')"
	same 2 "$(count 'verdict=fail')"
	same 3 "$(count 'verdict=pass,skip')"
	same 3 "$(count 'not verdict=fail')"
	same 3 "$(count 'verdict!=fail')"
	same 1 "$(count 'verdict=fail memory>=64M')"
	same 2 "$(count 'class=layout or kernel=panics and rom=dkboot')"
	same 2 "$(count 'rule=I5? or class:panic')"
	same 1 "$(count 'why=*ours*')"
	same 2 "$(count '*kernel=panics*')"
	same 1 "$(count 'asked')"
	same 0 "$(count 'memory < 4M')"
	run ! count 'colour=red'
	run ! count '(verdict=fail'
	run ! count 'memory<much'
}

@test "report: grouped, with other rows and columns" {
	copied
	dk report run
	page 'run/report.html#group=verdict&rows=memory&columns=rom'
	same 'verdict fail,verdict skip,verdict pass' "$(js '[...document.querySelectorAll(".group h3")].map((h) => h.firstChild.data.trim()).join()')"
	same '4m,64m' "$(js '[...document.querySelectorAll(".group")[0].querySelectorAll("tbody th")].map((th) => th.textContent).join()')"
	js 'const by = document.getElementById("group"); by.value = "kernel"; by.dispatchEvent(new Event("change"))' >/dev/null
	same 'kernel image-2m,kernel panics' "$(js '[...document.querySelectorAll(".group h3")].map((h) => h.firstChild.data.trim()).join()')"
}

@test "report: a failing cell opened: reason, command, map, log, files" {
	copied
	dk report run
	page "run/report.html#cell=$panics"
	output=$(js 'document.getElementById("cell").innerText')
	cell=$(jq -r --arg id "$panics" 'select(.id == $id).folder' run/journal.jsonl)
	expect_has "$panics" 'failed panic' 'asked to panic' "dkboot repro run/$cell" "sh run/$cell/repro.sh" 'firmware' \
		'Memory at the kernel' 'protected-mode image' 'initrd' '0 violations' 'dkprobe: begin' 'serial.timed'
	same 'Kernel panic - not syncing: dkprobe was asked to panic' "$(js 'document.querySelector("#cell .log mark").textContent')"
	[[ $(js 'document.querySelector("#cell .log time").textContent') =~ ^\ +[0-9]+\.[0-9]{6}$ ]]
	js '[...document.querySelectorAll("#cell .files a")].map((a) => a.href).join("\n")' >links
	while read -r link; do
		[ -e "${link#file://}" ]
	done <links
	grep -q 'serial.timed$' links
	js 'document.querySelector("#cell .command code").textContent' >command
	sed -i "s|^dkboot|$DKBOOT|" command
	run -1 sh -c "$(cat command) -o again"
	expect_has 'asked to panic'
}

@test "report: a map with violations: in red, addresses by focus" {
	copied
	dk report run
	page "run/report.html#cell=$fails"
	same 2 "$(js 'document.querySelectorAll("#cell svg .bad").length')"
	same 'I5d I6a' "$(js '[...document.querySelectorAll("#cell svg .v .m")].map((t) => t.textContent).join(" ")')"
	same 'rgb(198, 40, 40)' "$(js 'document.documentElement.dataset.theme = "light"; getComputedStyle(document.querySelector("#cell svg .bad rect")).stroke')"
	js '[...document.querySelectorAll("#cell svg .r")].find((g) => g.textContent.includes("initrd")).focus()' >/dev/null
	same 'initrd: 0x160000 to 0x3dffff, 2.5 MiB; in a violation' "$(js 'document.querySelector("#cell .told").textContent')"
	output=$(js 'document.getElementById("cell").innerText')
	expect_has 'I6a protected-mode image 0x100000-0x2fffff and initrd 0x160000-0x3dffff overlap'
	for picture in run/cells/*/layout.svg; do
		xmllint --noout "$picture"
	done
}

@test "report: what passed is linked, not embedded" {
	copied
	dk report run
	page 'run/report.html'
	same 2 "$(js 'document.querySelectorAll("script[id^=d]:not(#data)").length')"
	js 'openCell(run.cells.find((cell) => cell.verdict === "pass" && cell.place.get("rom") === "stock"))'
	output=$(js 'document.getElementById("cell").innerText')
	expect_has 'passed' 'are in its files' 'serial.timed' 'layout.svg' 'repro.sh'
}

@test "report: by keyboard alone" {
	copied
	dk report run
	page run/report.html
	js 'document.querySelector(".grid .c").focus()' >/dev/null
	key ArrowRight
	first=$(js 'document.activeElement.dataset.n')
	key ArrowDown
	[ "$first" != "$(js 'document.activeElement.dataset.n')" ]
	[ "$(js 'document.activeElement.getAttribute("aria-label")')" != null ]
	key Home
	same "$(js 'document.querySelector(".grid .c").dataset.n')" "$(js 'document.activeElement.dataset.n')"
	key Enter
	same true "$(js 'document.getElementById("cell").open')"
	opened=$(js 'view.cell')
	key j j
	[ "$opened" != "$(js 'view.cell')" ]
	key k k
	same "$opened" "$(js 'view.cell')"
	key Escape
	same false "$(js 'document.getElementById("cell").open')"
	same c "$(js 'document.activeElement.classList[0]')"
	key / /
	same filter "$(js 'document.activeElement.id')"
	js 'history.back()' >/dev/null
	await 5 eval '[ "$(js "document.getElementById(\"cell\").open")" = true ]'
}

@test "report: fits a phone, and paper, and the dark" {
	copied
	dk report run
	page "run/report.html"
	for size in '360, "height": 740' '1200, "height": 900'; do
		cdp Emulation.setDeviceMetricsOverride "{\"width\": $size, \"deviceScaleFactor\": 1, \"mobile\": true}" >/dev/null
		same true "$(js 'document.documentElement.scrollWidth <= innerWidth')"
		js "openCell(byId.get('$fails'))"
		same true "$(js 'document.getElementById("cell").scrollWidth <= innerWidth')"
		js 'closeCell()'
	done
	for scheme in light dark; do
		cdp Emulation.setEmulatedMedia "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"$scheme\"}]}" >/dev/null
		js 'getComputedStyle(document.documentElement).backgroundColor' >"$scheme"
	done
	same 'rgb(247, 248, 250) rgb(17, 20, 24)' "$(cat light dark | xargs -d '\n')"
	js 'go({theme: "light"})'
	same 'rgb(247, 248, 250)' "$(js 'getComputedStyle(document.documentElement).backgroundColor')"
	cdp Emulation.setEmulatedMedia '{"media": "print"}' >/dev/null
	same none "$(js 'getComputedStyle(document.querySelector(".controls")).display')"
	output=$(seen)
	expect_has "dkboot repro run/cells/"
	js "openCell(byId.get('$fails'))"
	same none "$(js 'getComputedStyle(document.getElementById("main")).display')"
}

# hostile: a run whose guest, ids, folders and map are as bad as they come.
hostile() {
	fake_case n say
	printf 'forbid:\n  - serial: "trap"\n' >>n.yaml
	{
		printf 'all is well\n</script><script>window.owned=1</script><img src=x onerror="window.owned=1">\n'
		printf '\033[2J \000 ]]> <!-- </template> <svg onload=window.owned=1> \377 \342\200\256\n'
		printf 'trap </script><script>window.owned=1</script><img src=x onerror=window.owned=1> \033[31m &lt;\n'
	} >says
	run -1 fake n.yaml
	bad='"><img src=x onerror=window.owned=1></script><script>window.owned=1</script>'
	jq -c --arg bad "$bad" 'if .id then ., (.id = "n:memory=1m,kernel=" + $bad | .at.kernel = $bad | .why = $bad | .bug = $bad
		| .rules = [$bad] | .phases = {($bad): 1} | .kernel = $bad | .folder = "javascript:window.owned=1//x"),
		(.id = "javascript:" + $bad | .at = {__proto__: $bad, constructor: $bad} | .folder = "../../out/cells") else . end' \
		out/journal.jsonl >journal
	cp journal out/journal.jsonl
	printf '{"rules_checked": 1, "violations": [{"rule": "<img src=x onerror=window.owned=1>", "text": "</template><script>window.owned=1</script>",
		"start": 1, "end": 2}], "regions": [{"start": 0, "end": 99, "name": "<svg onload=window.owned=1>", "wrong": true}]}' >layout.json
	for cell in out/cells/*; do
		cp layout.json "$cell/"
	done
}

@test "report: a hostile guest, hostile ids and folders: all is text" {
	browser_join
	hostile
	dk report out
	harmless_page out/report.html
	same "$(grep -c '<script' <(dk report out -o -))" "$(grep -c '<script' out/report.html)"
	run ! grep -qE '<(img|svg onload)|<script>window' out/report.html
	page out/report.html
	output=$(seen)
	expect_has '3 of 3 cells' 'onerror=window.owned=1>'
	for i in 0 1 2; do
		js "openCell(run.cells[$i])" >/dev/null
		js 'document.getElementById("cell").innerText' >>opened
	done
	grep -qF '<img src=x onerror="window.owned=1">' opened
	grep -qF '\x1b[2J \x00 ]]> <!-- </template>' opened
	grep -qF '<svg onload=window.owned=1>' opened
	same 'undefined 0 0' "$(js 'typeof window.owned + " " + document.querySelectorAll("img").length + " " + document.querySelectorAll("svg[onload]").length')"
	same 0 "$(js '[...document.querySelectorAll("a[href]")].filter((a) => !/^(file:|$)/.test(a.protocol)).length')"
	same '' "$(js 'run.cells[2].folder || ""')"
}

@test "report: what has changed since another run" {
	copied
	mkdir old
	jq -c --arg fails "$fails" --arg panics "$panics" 'if .id == $fails then del(.failure, .rule, .rules, .reason) | .outcome = "pass"
		elif .outcome == "skip" then .id += "x" | .at.cmdline += "x" else . end' run/journal.jsonl >old/journal.jsonl
	dk report run --baseline old
	page run/report.html
	output=$(js 'document.getElementById("differences").innerText')
	expect_has 'to old' 'regressed' 'pass in' '→ fail layout I5d I6a' 'new' 'gone' 'cmdline=plainx: skip'
	same "$fails" "$(js 'run.cells.filter(parseFilter("change=regressed")).map((cell) => cell.id).join()')"
	same 1 "$(js 'document.querySelectorAll(".grid .c[data-change=regressed]").length')"
	js "openCell(byId.get('$fails'))"
	output=$(js 'document.getElementById("cell").innerText')
	expect_has 'regressed pass in'
	run -1 dk compare old run
	expect_has "$fails"
	run -2 dk report run --baseline nowhere
	expect_has 'dkboot: nowhere'
}

@test "report: where it is put, its links lead back to the run" {
	copied 'a run'
	mkdir -p pages/here
	dk report 'a run' -o pages/here/it.html
	dk report 'a run/' -o - >beside.html
	for file in pages/here/it.html beside.html 'a run/report.html'; do
		[ -e "$file" ] || dk report 'a run'
		page "$file"
		js "openCell(byId.get('$panics')); document.querySelector('#cell .files a').href" >link
		link=$(sed 's|^file://||; s|%20| |g' link)
		[ -e "$link" ]
		output=$(js 'document.getElementById("cell").innerText')
		expect_has "dkboot repro 'a run/cells/"
	done
}

@test "report: a run that was cut short says so; one without cells is a page, too" {
	copied
	sed -i '$d' run/journal.jsonl
	dk report run
	page run/report.html
	output=$(seen)
	expect_has 'did not come to its end' 'cells are done'
	mkdir none
	head -n 1 run/journal.jsonl >none/journal.jsonl
	dk report none
	page none/report.html
	output=$(seen)
	expect_has '0 cells' 'This run has no cells'
}

@test "report: wrong usage is one line" {
	copied
	run -2 dk report
	same 'dkboot: report: give one run'"'"'s folder' "$output"
	run -2 dk report run run
	run -2 dk report nowhere
	same 'dkboot: nowhere: not the folder of a run: it has no journal.jsonl' "$output"
	run -2 dk report run -o no/such/folder/x.html
	[[ $output == 'dkboot: no/such/folder/x.html: No such file or directory' ]]
	echo '{"type": "cell"' >>run/journal.jsonl
	run -2 dk report run
	[[ $output == 'dkboot: run/journal.jsonl:'* ]]
	same 1 "${#lines[@]}"
	[ ! -e run/report.html ]
}

# How much slower than the machine that the limit was measured on: the time that the browser takes to make and lay out
# a table, over what it took there.
pace() {
	js '(() => { const began = performance.now(); const table = document.createElement("table");
		for (let i = 0; i < 20000; i++) { const row = table.insertRow(); row.insertCell().textContent = i; row.insertCell().className = "c"; }
		document.body.append(table); table.getBoundingClientRect(); const took = performance.now() - began; table.remove();
		return Math.max(1, took / 100); })()'
}

@test "report: ten thousand cells are there in under two seconds" {
	browser_join
	"$PRODUCT/build/tests/tool_reports" 10000 html >big.html
	page big.html
	ready=$(js 'document.documentElement.dataset.ready')
	factor=$(pace)
	echo "a grid after $ready ms; factor $factor"
	awk -v ready="$ready" -v factor="$factor" 'BEGIN { exit !(ready > 0 && ready < 2000 * factor) }'
	same true "$(js 'document.querySelectorAll("*").length < 5000')"
	same 10000 "$(js 'fillAll(); document.querySelectorAll(".grid .c").length')"
	same '104 of 10000 cells' "$(js 'go({filter: "verdict=fail"}); document.getElementById("complaint").textContent')"
}
