# helper.bash - what the suites of tests/cli share: `load helper` is their first line.
# shellcheck shell=bash

setup() {
	PATH=${OSIKIT_BIN:?names the folder of the tools}:$PATH
	TZ=UTC LC_ALL=C
	export PATH TZ LC_ALL
	cd "$BATS_TEST_TMPDIR" || return 1
}

# is GOT WANT: the same, or both are shown.
is() {
	[ "$1" = "$2" ] || {
		printf '%s\n' "got:  $1" "want: $2"
		return 1
	}
}

# has TEXT PART: the part is in the text.
has() {
	[[ $1 == *"$2"* ]] || {
		printf '%s\n' "no \"$2\" in: $1"
		return 1
	}
}

# try COMMAND...: runs it; its output is in the files out and err, its exit status in $code.
try() {
	code=0
	"$@" >out 2>err || code=$?
}

# fails CODE MESSAGE: the command that was tried ended with CODE, and said just this line.
fails() {
	is "$code" "$1"
	is "$(cat err)" "$2"
}

# quiet_ok: the command that was tried ended with 0 and said nothing on stderr.
quiet_ok() {
	is "$code: $(cat err)" '0: '
}

# no COMMAND...: it does not succeed. (A plain ! is no test in bats.)
no() {
	if "$@"; then
		echo "succeeded: $*"
		return 1
	fi
}

# reads LINE WANT: pktcat's canonical form of the line is WANT.
reads() {
	is "$(pktcat <<<"$1")" "$2"
}

# stays LINE: the line is canonical.
stays() {
	reads "$1" "$1"
}

# refuses LINE MESSAGE: pktcat says "pktcat: -:1: MESSAGE" and writes nothing.
refuses() {
	try pktcat <<<"$1"
	fails 2 "pktcat: -:1: $2"
	[ ! -s out ]
}

# octets LINE: the packet's octets in hex, out of the capture file that it becomes (24 octets of file header, 16 of record header).
octets() {
	pktcat -w - <<<"$1" | od -An -v -tx1 -j40 | tr -d ' \n'
}

# sanitized: the tools were built with AddressSanitizer, which has a memory and a speed of its own.
sanitized() {
	grep -q __asan_init "$OSIKIT_BIN/pktcat"
}

# await COMMAND...: until it succeeds, 20 s at most. Waiting is a read from a pipe that nobody writes.
await() {
	local n=0
	[ -p never ] || mkfifo never
	exec 9<>never
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 400 ] || return 1
		read -r -t 0.05 -u 9 || :
	done
	exec 9<&-
}
