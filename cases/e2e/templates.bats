#!/usr/bin/env bats
# The templates for CI systems: what they say is in the systems' languages, and their commands do what they say.
load lib

json() { "$PRODUCT/build/tests/tool_yaml" "$1"; }
complaints() { json "$2" | jq -r --arg system "$1" -f "$BATS_TEST_DIRNAME/templates.jq"; }

# The commands of a job, as the system would run them.
gitlab_script() { json "$PRODUCT/ci/gitlab-ci.yml" | jq -r --arg job "$1" '.[$job].script[]'; }
github_script() { json "$PRODUCT/ci/github-actions.yml" | jq -r --arg job "$1" '.jobs[$job].steps[] | select(.name == $job).run'; }

# two: the cases of a project, one of its two cells fails; a `dkboot` to be found that fetches nothing.
two() {
	mkdir bin cases
	# shellcheck disable=SC2016 # of the script
	printf '#!/bin/sh\n[ "$1" = fetch ] || exec "%s" "$@"\n' "$DKBOOT" >bin/dkboot
	chmod +x bin/dkboot
	export PATH=$PWD/bin:$PATH DKBOOT_CASES=cases DKBOOT_OPTIONS='--vcpus 2' DKBOOT_BASELINE=''
	cat >cases/x.yaml <<-'END'
		about: two cells
		axes:
		  memory: [64M, 80M]
		  kernel: [{name: p, probe: {protocol: 2.15}}]
		expect: [{serial: '^dkprobe: end$'}]
		forbid: [{when: {memory: 80M}, serial: '^dkprobe: end$'}]
	END
}

# verdict_is STATUS: the last job, its artifacts.
verdict_is() {
	run -"$1" bash -eo pipefail <<<"$2"
	same 2 "$(xmllint --xpath 'count(//testcase)' dkboot.xml)"
	same 1 "$(xmllint --xpath 'count(//testcase[failure])' dkboot.xml)"
	grep -q '<html' dkboot.html
	grep -q -- '-smp 2 ' dkboot-run/cells/*/repro.sh
}

@test "templates: each is what its system reads, and commands that a shell reads" {
	run -0 complaints gitlab "$PRODUCT/ci/gitlab-ci.yml"
	same '' "$output"
	run -0 complaints github "$PRODUCT/ci/github-actions.yml"
	same '' "$output"
	json "$PRODUCT/ci/gitlab-ci.yml" | jq -r '.[] | objects | (.before_script // [])[], (.script // [])[]' | bash -n
	json "$PRODUCT/ci/github-actions.yml" | jq -r '.jobs[].steps[].run // empty' | bash -n
}

@test "templates: the check does complain" {
	for edit in 's/stage: boot/stage: bot/' 's/extends: .dkboot/extends: .dkbot/' 's/when: always/when: allways/' \
		's/    script:/    skript:/; s/^  script:/  skript:/' 's/^stages:.*//' 's/parallel: 4/parallel: four/'; do
		sed "$edit" "$PRODUCT/ci/gitlab-ci.yml" >edited.yml
		run -0 complaints gitlab edited.yml
		[ -n "$output" ] || { echo "$edit"; false; }
	done
	for edit in 's/needs: boot/needs: bot/' 's/SHARDS: 4/SHARDS: 5/' 's/runs-on/run-on/' 's/@v4/@main/' 's/run: |/runs: |/'; do
		sed "$edit" "$PRODUCT/ci/github-actions.yml" >edited.yml
		run -0 complaints github edited.yml
		[ -n "$output" ] || { echo "$edit"; false; }
	done
	echo 'stages: [a]' >>edited.yml
	echo 'stages: [b]' >>edited.yml
	run ! json edited.yml
}

@test "templates: GitLab: the jobs' commands give one run, one verdict, JUnit and a page" {
	two
	for CI_NODE_INDEX in 1 2; do
		CI_NODE_INDEX=$CI_NODE_INDEX CI_NODE_TOTAL=2 bash -eo pipefail <<<"$(gitlab_script boot)" >"log-$CI_NODE_INDEX"
		rm -rf "shard-$CI_NODE_INDEX" # what goes from one job to the next is its artifacts
	done
	verdict_is 1 "$(gitlab_script verdict)"
	# With a baseline that fails alike nothing has regressed.
	cp dkboot.xml before.xml
	rm -rf dkboot.html dkboot.xml dkboot-run shard-1 shard-2
	DKBOOT_BASELINE=before.xml verdict_is 0 "$(gitlab_script verdict)"
	# Wrong usage ends the job that it happens in.
	DKBOOT_OPTIONS=--nonsense CI_NODE_INDEX=1 CI_NODE_TOTAL=2 run ! bash -eo pipefail <<<"$(gitlab_script boot)"
	expect_has '--nonsense'
}

@test "templates: GitHub: likewise, a missing shard included" {
	two
	for SHARD in 1 2; do
		SHARD=$SHARD SHARDS=2 bash -eo pipefail <<<"$(github_script boot)" >"log-$SHARD"
		rm -rf "shard-$SHARD"
	done
	mv shard-2.tar kept
	run -2 bash -eo pipefail <<<"$(github_script verdict)"
	expect_has 'missing shard: 2/2'
	mv kept shard-2.tar
	verdict_is 1 "$(github_script verdict)"
}
