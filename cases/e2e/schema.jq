# Holds the lines of a journal against its schema (--slurpfile schema FILE); prints what does not fit, or nothing.
# Of JSON Schema it knows what that file uses; a keyword that it does not know is a complaint, not a pass.
def known: ["$ref", "type", "const", "enum", "minimum", "pattern", "required", "properties",
	"additionalProperties", "items", "description"];

def complaints($rule; $path):
	. as $value
	| if $rule["$ref"] then complaints($schema[0]["$defs"][$rule["$ref"] | ltrimstr("#/$defs/")]; $path) else empty end,
	(($rule | keys) - known | .[] | "\($path): the schema has a keyword \(.)"),
	(if $rule.type and ($rule.type != (type | if . == "number" and $rule.type == "integer" and
		($value | floor) == $value then "integer" else . end))
		then "\($path): is \(type), not \($rule.type)" else empty end),
	(if ($rule | has("const")) and $rule.const != . then "\($path): is not \($rule.const)" else empty end),
	(if $rule.enum and ($rule.enum | index([$value]) | not) then "\($path): \($value) is none of \($rule.enum)" else empty end),
	(if $rule.minimum and . < $rule.minimum then "\($path): \(.) is too small" else empty end),
	(if $rule.pattern and (test($rule.pattern) | not) then "\($path): \(.) does not match" else empty end),
	(if type == "object" then
		((($rule.required // []) - keys)[] | "\($path): lacks \(.)"),
		(to_entries[] | . as $entry
			| if $rule.properties[.key] then .value | complaints($rule.properties[$entry.key]; "\($path).\($entry.key)")
			elif $rule.additionalProperties == false then "\($path): has \(.key)"
			elif $rule.additionalProperties then .value | complaints($rule.additionalProperties; "\($path).\($entry.key)")
			else empty end)
	elif type == "array" and $rule.items then
		(to_entries[] | . as $entry | .value | complaints($rule.items; "\($path)[\($entry.key)]"))
	else empty end);

. as $line
| if $schema[0]["$defs"][.type? // "?"] then complaints($schema[0]["$defs"][$line.type]; .type)
else "no line of a known type: \(.)" end
