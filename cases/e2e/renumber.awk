# Makes one TAP stream of several: numbers the points anew, and puts one plan at the end. A line "stream NAME" begins a
# stream; one that has no plan, or not as many points as it planned, brings a failed point. The last line of the input
# is "status N", of the tests' command.
function close_stream() {
	if (name != "" && (planned == "" || seen != planned))
		fail(name " ended after " seen + 0 " of " (planned == "" ? "unknown" : planned) " tests")
	planned = name = ""
	seen = 0
}
function fail(what) {
	print "not ok " ++number " " what
	bad = 1
}
/^stream / { close_stream(); name = $2; next }
/^1\.\.[0-9]+/ { planned = substr($1, 4) + 0; next }
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
