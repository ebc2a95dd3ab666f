# peers.bash - what the interop tests share.

here=$BATS_TEST_DIRNAME
cd "$here/../.." || exit 1
bin=${OSIKIT_BIN:-$PWD/bin}
data=${OSIKIT_DATA:-$PWD/../shared/data}
export OSIKIT_BIN=$bin OSIKIT_DATA=$data TZ=UTC0 LC_ALL=C PYTHONDONTWRITEBYTECODE=1
PATH=$bin:$PATH:/usr/sbin:/sbin

# need PROGRAM...: skips the test, with the name of the first that is not here; tests/run makes that a failure in CI.
need() {
	local p
	for p; do command -v "$p" >/dev/null 2>&1 || skip "no $p here"; done
}

# Lists the captures of others; skips the test when there are none.
captures() {
	ls "$data"/pcaps/*/* 2>/dev/null || skip "no captures in $data/pcaps"
}

# counts COMMAND...: runs it; its comment lines go into the TAP output.
counts() {
	local status=0
	"$@" >"$BATS_TEST_TMPDIR/counts" || status=$?
	grep '^#' "$BATS_TEST_TMPDIR/counts" >&3
	return $status
}

# await COMMAND...: until it succeeds, 10 s at most.
await() {
	local n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 1000 ] || return 1
		sleep 0.01
	done
}
