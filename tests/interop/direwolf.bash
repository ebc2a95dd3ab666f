# direwolf.bash - what the tests of packets between modem-sim and direwolf share: `load direwolf` is their first line.
# shellcheck shell=bash

load peers

setup() {
	need gen_packets atest python3
	t=$BATS_TEST_TMPDIR
}

hdlc() { python3 "$here/hdlc.py" "$@"; }

# direwolf N WAVE OPTION...: N packets as direwolf sends them, without noise.
direwolf() { hdlc messages "$1" | gen_packets "${@:3}" -o "$2" - >/dev/null; }

# heard SCHEME WAVE: how many different packets we decode; fails where one is not a packet that was sent.
heard() {
	modem-sim rx -q --hard -m "$1" "$2" | hdlc receive | sort -u >"$t/heard" || true
	no grep -Eqv "${3:-^The quick brown fox jumps over the lazy dog! [0-9]{4}$}" "$t/heard"
	wc -l <"$t/heard"
}

no() { ! "$@"; }

# theirs WAVE OPTION...: how many direwolf decodes.
theirs() { atest "${@:2}" "$1" | grep -ao '[0-9]* packets decoded' | cut -d ' ' -f 1; }

