#!/usr/bin/env bats
# `dkboot report`: what a reader sees of it, in a headless Chromium.
load lib
load browser

# One run and one browser serve all tests.
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
	"$DKBOOT" report run >said
}

teardown_file() { browser_stop; }

# A copy of the run, for a test that changes it.
copied() {
	cp -R "$BATS_FILE_TMPDIR/run" "${1:-run}"
}

# As harmless(), but the script of a page has tabs.
harmless_page() {
	tr -d '\t' <"$1" >"$BATS_TEST_TMPDIR/page.text"
	harmless "$BATS_TEST_TMPDIR/page.text"
}

fails=gate:rom=stock,memory=4m,kernel=image-2m,initrd=rnd-2.5m,cmdline=plain
panics=gate:rom=dkboot,memory=64m,kernel=panics,initrd=rnd-2.5m,cmdline=plain

# opened [FRAGMENT]: the report of the run, which nobody changes
opened() {
	browser_join
	cd "$BATS_FILE_TMPDIR" || return
	page "run/report.html${1:+#$1}"
}

@test "report: one file, beside the journal, that says what came of it" {
	opened
	same 'fail layout
fail panic
pass -
pass -
skip -' "$(judged run | cut -d' ' -f2- | sort)"
	[[ $(<said) =~ ^run/report.html:\ 5\ cells,\ [0-9]+\ KiB$ ]]
	harmless_page run/report.html
	output=$(js 'document.title + "\n" + document.querySelectorAll(".grid .c").length + " squares\n" + document.body.innerText')
	expect_has '2 of 5 cells not as expected - dkboot' '2 of 5 cells are not as expected' '2 failed' '1 skipped' '2 passed' \
		'layout I5d I6a' 'panic' 'is not <b>ours</b>' 'found ' 'The matrix' 'Where the time went' '5 squares'
}

@test "report: nothing is fetched, and no script but its own may run" {
	opened
	run ! grep -qE '(src|href)="(https?:|//)' run/report.html
	same '0 blocked' "$(js 'new Promise((done) => { const fetched = performance.getEntriesByType("resource").length;
		addEventListener("securitypolicyviolation", () => done(fetched + " blocked"));
		const script = document.createElement("script"); try { script.text = "window.owned = 1"; } catch { done(fetched + " blocked"); }
		document.body.append(script); setTimeout(() => done("owned: " + window.owned), 500); })')"
}

# filter_typed TEXT: the filter is TEXT; prints what the page says of it, and how many cells it shows
filter_typed() {
	js 'document.getElementById("filter").select()' >/dev/null
	type_text "$1"
	js '[document.getElementById("complaint").textContent, document.querySelectorAll(".grid .c").length, location.hash].join("; ")'
}

@test "report: a filter, by the address, typed, and by buttons" {
	opened 'filter=verdict=fail'
	same '2 of 5 cells; 2' "$(js '[document.getElementById("complaint").textContent, document.querySelectorAll(".grid .c").length].join("; ")')"
	same '1 of 5 cells; 1; #filter=memory%3C64M+and+rom=st*' "$(filter_typed 'memory<64M and rom=st*')"
	same 'filter: something is missing at the end; 1; #filter=kernel=panics+and+%28' "$(filter_typed 'kernel=panics and (')"
	same '0 of 5 cells; 0; #filter=not+%28verdict=pass+or+class=panic%29+and+-none-' "$(filter_typed 'not (verdict=pass or class=panic) and -none-')"
	same 'No cell fits the filter.|verdict=skip and kernel=panics|verdict=fail,skip and kernel=panics|2|kernel=panics' "$(js '
		const press = (where, text) => [...document.querySelectorAll(where)].find((button) => button.textContent.includes(text)).click();
		const seen = [document.getElementById("results").innerText.trim()];
		go({filter: "verdict=skip"}); document.getElementById("facets").open = true;
		new Promise((done) => document.getElementById("facets").addEventListener("toggle", done, {once: true})).then(() => {
			press(".value", "panics"); seen.push(view.filter);
			press(".chip", "failed"); seen.push(view.filter.replace("skip,fail", "fail,skip"));
			seen.push(document.querySelectorAll(".grid .c").length);
			press(".chip", "failed"); press(".chip", "skipped"); seen.push(view.filter);
			return seen.join("|"); })')"
}

@test "report: the language of the filter" {
	opened
	same '' "$(js '[["", 5], ["verdict=fail", 2], ["verdict=pass,skip", 3], ["not verdict=fail", 3], ["verdict!=fail", 3],
		["verdict=fail memory>=64M", 1], ["class=layout or kernel=panics and rom=dkboot", 2], ["rule=I5? or class:panic", 2],
		["(class=layout or kernel=panics) and rom=dkboot", 1], ["why=*ours*", 1], ["*kernel=panics*", 2], ["asked", 1],
		["memory < 4M", 0], ["seconds>0", 4], ["case=gate && ! verdict=skip", 4], ["colour=red", "error"], ["(verdict=fail", "error"],
		["verdict=fail)", "error"], ["memory<much", "error"], ["and", "error"]].map(([text, wanted]) => {
			let found = "error"; try { found = run.cells.filter(parseFilter(text)).length; } catch { }
			return found === wanted ? "" : text + ": expected " + wanted + ", found " + found + "\n"; }).join("")')"
	same '' "$(js '[["", "a=1"], ["x", "x and a=1"], ["a=1", ""], ["a=2", "a=2,1"], ["a=1,2 and b=1", "a=2 and b=1"], ["b=1 and a=1", "b=1"],
		["b=1 or c=1", "(b=1 or c=1) and a=1"], ["not a=1", "not a=1 and a=1"], ["(a=1)", "(a=1) and a=1"]].map(([text, wanted]) =>
			toggled(text, "a", "1") === wanted ? "" : text + ": " + toggled(text, "a", "1") + "\n").join("")')"
}

@test "report: grouped, with other rows and columns" {
	opened 'group=verdict&rows=memory&columns=rom'
	same 'verdict fail,verdict skip,verdict pass;4m,64m;kernel image-2m,kernel panics' "$(js '
		const names = (where) => [...document.querySelectorAll(where)].map((node) => node.firstChild.data.trim()).join();
		const seen = [names(".group h3"), names(".group:first-of-type tbody th")];
		const by = document.getElementById("group"); by.value = "kernel"; by.dispatchEvent(new Event("change"));
		[...seen, names(".group h3")].join(";")')"
}

@test "report: a failing cell opened: reason, command, map, log, files" {
	opened "cell=$panics"
	output=$(js 'document.getElementById("cell").innerText')
	cell=$(jq -r --arg id "$panics" 'select(.id == $id).folder' run/journal.jsonl)
	expect_has "$panics" 'failed panic' 'asked to panic' "dkboot repro run/$cell" "sh run/$cell/repro.sh" 'firmware' \
		'Memory at the kernel' 'protected-mode image' 'initrd' '0 violations' 'dkprobe: begin' 'serial.timed'
	output=$(js '[document.querySelector("#cell .log mark").textContent, document.querySelector("#cell .log time").textContent,
		document.querySelector("#cell .command code").textContent, ...[...document.querySelectorAll("#cell .files a")].map((a) => a.href)].join("\n")')
	readarray -t lines <<<"$output"
	same 'Kernel panic - not syncing: dkprobe was asked to panic' "${lines[0]}"
	[[ ${lines[1]} =~ ^\ +[0-9]+\.[0-9]{6}$ ]]
	for link in "${lines[@]:3}"; do
		[ -e "${link#file://}" ]
	done
	expect_has 'serial.timed' 'debug.timed' 'layout.svg'
	run -1 sh -c "${lines[2]/#dkboot/\"$DKBOOT\"} -o '$BATS_TEST_TMPDIR/again'"
	expect_has 'asked to panic'
}

@test "report: a map with violations: in red, addresses by focus" {
	opened "cell=$fails&theme=light"
	same '2|I5d I6a|rgb(198, 40, 40)|initrd: 0x160000 to 0x3dffff, 2.5 MiB; in a violation' "$(js '
		[...document.querySelectorAll("#cell svg .r")].find((g) => g.textContent.includes("initrd")).focus();
		[document.querySelectorAll("#cell svg .bad").length, [...document.querySelectorAll("#cell svg .v .m")].map((t) => t.textContent).join(" "),
		getComputedStyle(document.querySelector("#cell svg .bad rect")).stroke, document.querySelector("#cell .told").textContent].join("|")')"
	output=$(js 'document.getElementById("cell").innerText')
	expect_has 'I6a protected-mode image 0x100000-0x2fffff and initrd 0x160000-0x3dffff overlap'
	xmllint --noout run/cells/*/layout.svg
}

@test "report: what passed is linked, not embedded" {
	opened
	output=$(js 'openCell(run.cells.find((cell) => cell.verdict === "pass" && cell.place.get("rom") === "stock"));
		document.querySelectorAll("script[id^=d]:not(#data)").length + " embedded\n" + document.getElementById("cell").innerText')
	expect_has '2 embedded' 'passed' 'are in its files' 'serial.timed' 'layout.svg' 'repro.sh'
}

@test "report: by keyboard alone" {
	opened
	here() { js '[document.activeElement.id || document.activeElement.dataset.n, document.getElementById("cell").open, view.cell].join(" ")'; }
	first=$(js 'document.querySelector(".grid .c").focus(); document.activeElement.dataset.n')
	key ArrowRight
	second=$(js 'document.activeElement.getAttribute("aria-label").startsWith("gate:") ? document.activeElement.dataset.n : "unnamed"')
	[ "$first" != "$second" ]
	key ArrowDown
	[[ $(here) =~ ^[0-9]+\ false\ $ && $(here) != "$second "* ]]
	key Home
	same "$first false " "$(here)"
	key Enter
	opened=$(js 'run.cells[document.querySelector(".grid .c").dataset.n].id')
	same "cell-title true $opened" "$(here)"
	key j j
	[[ $(here) == 'cell-title true gate:'* && $(here) != *"$opened" ]]
	key k k
	key Escape
	same "$first false " "$(here)"
	key / /
	same 'filter false ' "$(here)"
}

@test "report: fits a phone, and paper, and the dark" {
	opened
	for size in '360, "height": 740' '1200, "height": 900'; do
		cdp Emulation.setDeviceMetricsOverride "{\"width\": $size, \"deviceScaleFactor\": 1, \"mobile\": true}" >/dev/null
		same 'true true' "$(js "{ const page = document.documentElement.scrollWidth <= innerWidth; openCell(byId.get('$fails'));
			const cell = document.getElementById('cell').scrollWidth <= innerWidth; closeCell(); page + ' ' + cell; }")"
	done
	ground='getComputedStyle(document.documentElement).backgroundColor'
	cdp Emulation.setEmulatedMedia '{"features": [{"name": "prefers-color-scheme", "value": "light"}]}' >/dev/null
	same 'rgb(247, 248, 250)' "$(js "$ground")"
	cdp Emulation.setEmulatedMedia '{"features": [{"name": "prefers-color-scheme", "value": "dark"}]}' >/dev/null
	same 'rgb(17, 20, 24) rgb(247, 248, 250)' "$(js "$ground + ' ' + (go({theme: 'light'}), $ground)")"
	cdp Emulation.setEmulatedMedia '{"media": "print"}' >/dev/null
	output=$(js 'getComputedStyle(document.querySelector(".controls")).display + document.body.innerText')
	expect_has 'none' 'dkboot repro run/cells/'
	same none "$(js "openCell(byId.get('$fails')); getComputedStyle(document.getElementById('main')).display")"
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
	same 3 "$(grep -o "<script" out/report.html | wc -l)"
	run ! grep -qE "<(img|svg onload)|<script>window" out/report.html
	page out/report.html
	output=$(js "document.body.innerText + [0, 1, 2].map((i) => { openCell(run.cells[i]); return document.getElementById(\"cell\").innerText; }).join()")
	expect_has "3 of 3 cells" "onerror=window.owned=1>" "<img src=x onerror=\"window.owned=1\">" "\\x1b[2J \\x00 ]]> <!-- </template>" \
		"<svg onload=window.owned=1>"
	same "undefined 0 0 0 " "$(js "[typeof window.owned, document.querySelectorAll(\"img\").length, document.querySelectorAll(\"svg[onload]\").length,
		[...document.querySelectorAll(\"a[href]\")].filter((a) => a.protocol !== \"file:\").length, run.cells[2].folder].join(\" \")")"
}

@test "report: what has changed since another run" {
	browser_join
	copied
	mkdir old
	jq -c --arg fails "$fails" --arg panics "$panics" 'if .id == $fails then del(.failure, .rule, .rules, .reason) | .outcome = "pass"
		elif .outcome == "pass" and .at.rom == "stock" then .id += "x" | .at.cmdline += "x" else . end' run/journal.jsonl >old/journal.jsonl
	dk report run --baseline old
	page run/report.html
	output=$(js 'document.getElementById("differences").textContent')
	expect_has 'to old' 'regressed' 'pass in' '→ fail layout I5d I6a' 'new' 'gone' 'plainx: pass'
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
	browser_join
	copied 'a run'
	mkdir -p pages/here
	dk report 'a run' -o pages/here/it.html
	dk report 'a run/' -o - >beside.html
	dk report 'a run'
	for file in pages/here/it.html beside.html 'a run/report.html'; do
		page "$file"
		js "openCell(byId.get('$panics')); document.querySelector('#cell .files a').href" >link
		link=$(sed 's|^file://||; s|%20| |g' link)
		[ -e "$link" ]
		output=$(js 'document.getElementById("cell").innerText')
		expect_has "dkboot repro 'a run/cells/"
	done
}

@test "report: a run that was cut short says so; one without cells is a page, too" {
	browser_join
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
	rm run/report.html
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

# How much slower than a machine at rest: the time that this browser takes to lay out ten tables, over 225 ms.
pace() {
	js '(() => { const began = performance.now();
		for (let round = 0; round < 10; round++) {
			const table = document.createElement("table");
			for (let i = 0; i < 500; i++) { const row = table.insertRow(); row.insertCell().textContent = "cell " + i; row.insertCell().textContent = i; }
			document.body.append(table); table.getBoundingClientRect(); table.remove();
		}
		return Math.max(1, (performance.now() - began) / 225); })()'
}

@test "report: ten thousand cells are there in under two seconds" {
	browser_join
	"$PRODUCT/build/tests/tool_reports" 10000 html >big.html
	echo '<!DOCTYPE html><body>' >blank.html
	page blank.html
	factor=$(pace)
	page big.html
	ready=$(js 'document.documentElement.dataset.ready')
	echo "# a grid of 10000 cells after $ready ms; limit 2000 ms x $factor" >&3
	awk -v ready="$ready" -v factor="$factor" 'BEGIN { exit !(ready > 0 && ready < 2000 * factor) }'
	same true "$(js 'document.querySelectorAll("*").length < 5000')"
	same 10000 "$(js 'fillAll(); document.querySelectorAll(".grid .c").length')"
	same '104 of 10000 cells' "$(js 'go({filter: "verdict=fail"}); document.getElementById("complaint").textContent')"
}
