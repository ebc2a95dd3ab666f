#!/usr/bin/env bats
# The commands that README shows print what it says they print.

@test "README's console blocks run as shown" {
	cd "$BATS_TEST_TMPDIR"
	PATH=$OSIKIT_BIN:$PATH
	awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' "$BATS_TEST_DIRNAME/../../README.md" >want
	[ "$(grep -c '^\$ ' want)" -ge 5 ]
	: >got
	grep '^\$ ' want | while IFS= read -r line; do
		printf '%s\n' "$line" >>got
		sh -c "${line#??}" >>got 2>&1 || true
	done
	diff -u want got
}
