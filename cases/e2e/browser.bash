# shellcheck shell=bash
# A headless Chromium that does what a reader does, over its debugging pipe: messages of JSON, a NUL behind each
# (chromedevtools.github.io/devtools-protocol). One browser serves a whole file of tests.

# browser_start: in setup_file
browser_start() {
	mkfifo "$BATS_FILE_TMPDIR/to" "$BATS_FILE_TMPDIR/from"
	chromium-headless-shell --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions \
		--user-data-dir="$BATS_FILE_TMPDIR/profile" --remote-debugging-pipe \
		3<>"$BATS_FILE_TMPDIR/to" 4<>"$BATS_FILE_TMPDIR/from" >"$BATS_FILE_TMPDIR/browser.log" 2>&1 &
	echo $! >"$BATS_FILE_TMPDIR/browser.pid"
}

# browser_stop: in teardown_file
browser_stop() {
	browser_join
	cdp Browser.close >/dev/null || kill -KILL "$(cat "$BATS_FILE_TMPDIR/browser.pid")"
	wait
}

# browser_join: the pipes, for one test
browser_join() {
	exec {browser_to}<>"$BATS_FILE_TMPDIR/to" {browser_from}<>"$BATS_FILE_TMPDIR/from"
	browser_session=
}

# cdp METHOD [PARAMETERS]: prints the answer; fails with the browser's words
cdp() {
	local id=$((RANDOM * 32768 + RANDOM)) message
	printf '{"id":%d,"method":"%s","params":%s%s}\0' "$id" "$1" "${2:-{\}}" \
		"${browser_session:+,\"sessionId\":\"$browser_session\"}" >&"$browser_to"
	while IFS= read -r -d '' -t 30 -u "$browser_from" message; do
		[[ $message == "{\"id\":$id,"* ]] || continue
		printf '%s\n' "$message"
		[[ $message != "{\"id\":$id,\"error\""* ]]
		return
	done
	echo "no answer to $1; $(tail -n 3 "$BATS_FILE_TMPDIR/browser.log")"
	return 1
}

# json_text TEXT: as JSON
json_text() {
	local text=${1//\\/\\\\}
	text=${text//\"/\\\"}
	text=${text//$'\n'/\\n}
	printf '"%s"' "${text//$'\t'/\\t}"
}

# page FILE[#FRAGMENT]: opens it in a tab of its own and waits until it is loaded
page() {
	local target
	browser_session=
	target=$(cdp Target.createTarget '{"url": "about:blank", "width": 1200, "height": 900}' | jq -r .result.targetId)
	browser_session=$(cdp Target.attachToTarget "{\"targetId\": \"$target\", \"flatten\": true}" | jq -r .result.sessionId)
	cdp Page.navigate "{\"url\": $(json_text "file://$(realpath "${1%%#*}")${1#"${1%%#*}"}")}" >/dev/null
	js 'new Promise((done) => document.readyState === "complete" ? done(1) : addEventListener("load", () => done(1)))' >/dev/null
}

# js EXPRESSION: its value: text as it is, all else as JSON
js() {
	local result
	result=$(cdp Runtime.evaluate "{\"expression\": $(json_text "$1"), \"returnByValue\": true, \"awaitPromise\": true}") || {
		echo "$result"
		return 1
	}
	jq -r '.result | if .exceptionDetails then error(.exceptionDetails.exception.description) else .result.value end' <<<"$result"
}

# key NAME [TEXT]: pressed and let go
key() {
	local code=0 text=${2:+, \"text\": $(json_text "$2")}
	case $1 in Enter) code=13 ;; Escape) code=27 ;; Tab) code=9 ;; esac
	cdp Input.dispatchKeyEvent "{\"type\": \"keyDown\", \"key\": $(json_text "$1"), \"windowsVirtualKeyCode\": $code$text}" >/dev/null
	cdp Input.dispatchKeyEvent "{\"type\": \"keyUp\", \"key\": $(json_text "$1"), \"windowsVirtualKeyCode\": $code}" >/dev/null
}

# type_text TEXT: into what has the focus
type_text() { cdp Input.insertText "{\"text\": $(json_text "$1")}" >/dev/null; }

# seen: the text of the page, as a reader sees it
seen() { js 'document.body.innerText'; }
