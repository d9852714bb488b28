# What is wrong with a template of ci/ (as JSON; $system is gitlab or github), a line each. Of a CI system's language it
# knows what the templates use: a key that it does not know is a complaint, not a pass.
def only($known; $path): if type == "object" then (keys - $known)[] | "\($path): has \(.)" else "\($path): is no map" end;
def needs($keys; $path): if type == "object" then ($keys - keys)[] | "\($path): lacks \(.)" else empty end;
def texts($path): if type != "array" or length == 0 or any(.[]; type != "string" or . == "")
	then "\($path): is no list of lines" else empty end;

def artifacts($path):
	only(["when", "paths", "expire_in", "reports"]; $path), needs(["paths"]; $path),
	(.paths | texts("\($path).paths")),
	(.reports // {} | only(["junit"]; "\($path).reports")),
	(if .when and (.when | IN("always", "on_success", "on_failure") | not) then "\($path).when: \(.when)" else empty end);

def gitlab_job($all; $path):
	only(["extends", "stage", "image", "before_script", "script", "parallel", "cache", "artifacts", "when"]; $path),
	(if .extends then .extends as $base | if $all | has($base) then empty else "\($path): extends \($base), which is not there" end else empty end),
	(if .script then .script | texts("\($path).script") else empty end),
	(if .before_script then .before_script | texts("\($path).before_script") else empty end),
	(if .parallel and (.parallel | test("^[1-9][0-9]*$") | not) then "\($path).parallel: \(.parallel)" else empty end),
	(if .artifacts then .artifacts | artifacts("\($path).artifacts") else empty end);

def gitlab:
	. as $all
	| needs(["stages", "variables"]; "file"),
	(to_entries[] | select(.key | IN("stages", "variables") | not)
		| .key as $name | .value
		| gitlab_job($all; $name),
		(if $name | startswith(".") then empty else
			needs(["stage", "script"]; $name),
			(.stage as $stage | if ($all.stages // []) | index($stage) then empty else "\($name): no stage \($stage)" end) end));

def step($path):
	only(["name", "uses", "run", "with", "if", "env"]; $path),
	(if (has("uses") and has("run")) or (has("uses") or has("run") | not) then "\($path): one of uses and run" else empty end),
	(if .uses and (.uses | test("^[a-z-]+/[a-z-]+@v[0-9]+$") | not) then "\($path): uses \(.uses)" else empty end);

def github_job($all; $path):
	only(["runs-on", "container", "strategy", "env", "needs", "if", "steps"]; $path),
	needs(["runs-on", "steps"]; $path),
	(if .needs then .needs as $other | if $all.jobs | has($other) then empty else "\($path): needs \($other), which is not there" end else empty end),
	(if .strategy then .strategy | only(["fail-fast", "matrix"]; "\($path).strategy") else empty end),
	(.steps | to_entries[] | .key as $i | .value | step("\($path).steps[\($i)]"));

def github:
	. as $all
	| only(["name", "on", "env", "defaults", "jobs"]; "file"), needs(["on", "jobs"]; "file"),
	(if (.jobs.boot.strategy.matrix.shard | length | tostring) != .env.SHARDS then "SHARDS is not the length of the list" else empty end),
	(.jobs | to_entries[] | .key as $name | .value | github_job($all; $name));

if $system == "gitlab" then gitlab else github end
