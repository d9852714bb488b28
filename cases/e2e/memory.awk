# Holds the table of rom/README.md against the memory of booted guests. Prints what does not agree; silent when all does.
# usage: awk -f memory.awk README REGIONS...    of each guest a file NAME.regions, lines "start end name" (decimal, end excluded)

function number(text, i, value) {
	if (text == "low" || text == "ram")
		return bound[text]
	for (i = 3; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}

function lowest(row) {
	return from[row] == "low" ? bound["low"] + 1 : number(from[row])
}

function trim(text) {
	gsub(/^ +| +$/, "", text)
	return text
}

# A row: what lies in a range, by that name, in which guests.
function read_row(line, cell, ends) {
	split(line, cell, "|")
	if (split(trim(cell[2]), ends, "-") != 2)
		return
	rows++
	from[rows] = ends[1]
	to[rows] = ends[2]
	names[rows] = "; " trim(cell[4]) "; "
	guests[rows] = ", " trim(cell[5]) ", "
	never[rows] = trim(cell[6]) == "never written"
	if (trim(cell[4]) != "")
		wanted[rows] = 1
}

function is_loaders(name) {
	return name !~ /^(interrupt vectors|extended BIOS|video memory|free|reserved|firmware|ACPI|where the kernel unpacks)/
}

function check(guest, start, end, name, row, fits) {
	for (row = 1; row <= rows; row++) {
		if (never[row] && start <= number(to[row]) && end > lowest(row))
			printf "%s: %s at 0x%x-0x%x is where nothing is written\n", guest, name, start, end - 1
		if (!index(names[row], "; " name "; ") || !index(guests[row], ", " guest ", "))
			continue
		seen[row, guest, name] = 1
		if (start >= lowest(row) && end - 1 <= number(to[row]))
			fits = 1
	}
	if (!fits)
		printf "%s: %s at 0x%x-0x%x is in no row of the table\n", guest, name, start, end - 1
}

function finish(guest, i) {
	for (i = 1; i <= count; i++)
		if (is_loaders(region[i]))
			check(guest, first[i], last[i], region[i])
	count = 0
	bound["low"] = bound["ram"] = 0
}

function row_was_seen(row, word, part, i, j) {
	split(trim(names[row]), part, /; */)
	split(trim(guests[row]), word, /, */)
	for (i in word)
		for (j in part)
			if (word[i] != "" && part[j] != "" && !((row, word[i], part[j]) in seen))
				printf "%s has no %s: row %s-%s\n", word[i], part[j], from[row], to[row]
}

FNR == 1 && NR > 1 {
	if (guest != "")
		finish(guest)
	guest = FILENAME
	sub(/.*\//, "", guest)
	sub(/\.regions$/, "", guest)
}

guest == "" {
	if (/^## /)
		inside = /byte range by byte range/
	if (inside && /^\| (0x|low)/)
		read_row($0)
	next
}

{
	start = $1
	end = $2
	sub(/^[0-9]+ [0-9]+ /, "")
	first[++count] = start
	last[count] = end
	region[count] = $0
	if ($0 == "extended BIOS data")
		bound["low"] = start - 1
	if (start >= 1048576 && start < 4026531840 && (is_loaders($0) || $0 == "free"))
		bound["ram"] = end - 1
}

END {
	finish(guest)
	for (row = 1; row <= rows; row++)
		if (row in wanted)
			row_was_seen(row)
	if (!rows)
		print "there is no table"
}
