# damage.bash - streams of frames, a line a frame, damaged on their way: flips, drops, doubled pieces, frames without their flags.
# shellcheck shell=bash

# damage SEED: a line of "bits b=..." or "octets hex=..." in two is damaged, and a note @t.hurt=1 says so.
damage() {
	awk -v seed="$1" '
	BEGIN { srand(seed) }
	function rnd(n) { return int(rand() * n) }
	{
		split($0, word, "="); head = word[1] "="; s = word[2]
		unit = head ~ /hex/ ? 2 : 1
		if (rand() < 0.5) { print; next }
		for (k = 1 + rnd(3); k > 0; k--) {
			n = int(length(s) / unit)
			at = rnd(n - (unit == 2 ? 2 : 20))
			kind = rnd(5)
			a = substr(s, 1, at * unit)
			len = (1 + rnd(12)) * unit
			if (kind == 0) s = a substr(s, at * unit + len + 1)
			else if (kind == 1) s = a substr(s, at * unit + 1, len) substr(s, at * unit + 1)
			else if (kind == 2) s = substr(s, 1, length(s) - 8 / (unit == 2 ? 4 : 1))
			else if (unit == 1) s = a (1 - substr(s, at + 1, 1)) substr(s, at + 2)
			else s = a sprintf("%02x", rnd(256)) substr(s, at * 2 + 3)
		}
		print head s " @t.hurt=1"
	}'
}

# survives SEED N MADE TAKEN: N packets, each with its number, through `framer MADE`, damage and `framer -d TAKEN`: nothing comes out that did not
# go in, and all comes out that was not hurt.
survives() {
	seq "$2" | sed "s/.*/${4:-data str=&}/" >sent
	# shellcheck disable=SC2086 # options are words
	framer $3 sent | damage "$1" >air
	# shellcheck disable=SC2086
	framer -d -q ${5:-$3} air | sed 's/ @.*//' >got || :
	# shellcheck disable=SC2086
	framer $3 sent | framer -d -q ${5:-$3} >all
	is "$(wc -l <all)" "$2"
	paste -d ' ' all air | grep -v '@t.hurt' | sed 's/ \(bits b\|octets hex\)=.*//' >unhurt
	[ "$(wc -l <unhurt)" -gt $(($2 / 3)) ]
	is "$(sort -u got | comm -23 - <(sort -u all) | head -n 3)" ''
	is "$(sort -u unhurt | comm -23 - <(sort -u got) | head -n 3)" ''
}
