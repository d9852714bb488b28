# Makes one TAP stream of several: numbers the points anew, and puts one plan at the end. A stream that has fewer
# points than it planned brings a failed point. The last line of the input is "status N", of the tests' command.
function close_stream() {
	if (planned != "" && seen != planned)
		fail("a stream of " planned " tests ended after " seen)
	planned = ""
	seen = 0
}
function fail(what) {
	print "not ok " ++number " " what
	bad = 1
}
/^1\.\.[0-9]+/ { close_stream(); planned = substr($1, 4) + 0; next }
/^ok( |$)/ { sub(/^ok( [0-9]+)?/, "ok " ++number); seen++ }
/^not ok( |$)/ { sub(/^not ok( [0-9]+)?/, "not ok " ++number); seen++; if (!/# TODO/) bad = 1 }
/^status [0-9]+$/ { status = $2; next }
{ print; fflush() }
END {
	close_stream()
	if (status != "0" && !bad)
		fail("the tests ended with status " (status == "" ? "none" : status))
	print "1.." number + 0
	exit bad + 0
}
