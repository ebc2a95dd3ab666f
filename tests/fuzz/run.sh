#!/bin/sh
# run.sh - runs every libFuzzer target for FUZZ_SECONDS, starting from its corpus (`make fuzz` builds them first).
#
# New inputs go to bin/.obj/fuzz/new/NAME, what crashes to bin/.obj/fuzz/crash/NAME; a crash, made small with -minimize_crash=1, belongs in
# tests/fuzz/corpus/NAME, with the fix. Names given as arguments limit the targets.
set -u
cd "$(dirname "$0")/../.." || exit 2
obj=${OSIKIT_OBJ:-bin/.obj/fuzz}
[ $# -gt 0 ] || for f in tests/fuzz/*_fuzz.c; do
	f=${f##*/}
	[ "$f" = '*_fuzz.c' ] || set -- "$@" "${f%_fuzz.c}"
done
bad=0
for name in "$@"; do
	corpus=tests/fuzz/corpus/$name new=$obj/new/$name crash=$obj/crash/$name log=$obj/$name.log
	mkdir -p "$new" "$crash"
	dict=
	[ ! -f "tests/fuzz/$name.dict" ] || dict=-dict=tests/fuzz/$name.dict
	echo "fuzz $name, ${FUZZ_SECONDS:-60} s"
	set -- "$new"
	[ ! -d "$corpus" ] || set -- "$new" "$corpus"
	if "$obj/tests/fuzz/${name}_fuzz" ${dict:+"$dict"} -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$crash/" -print_final_stats=1 "$@" >"$log" 2>&1; then
		grep -E 'stat::number_of_executed|stat::new_units' "$log" | sed 's/^stat::/  /'
	else
		bad=$((bad + 1))
		tail -n 40 "$log"
		echo "  $name FAILED; the input is in $crash, all that was said in $log"
	fi
done
[ "$bad" -eq 0 ]
