#!/usr/bin/env bats
# plot.bats - pictures of any subcommand: files that every browser reads, and errors.

load helper
code=0 # try sets it

# checked FILE: a figure, whole, self-contained, with words for those who do not see it.
checked() {
	has "$(head -n 1 "$1")" '<svg xmlns="http://www.w3.org/2000/svg" class="pl" role="img"'
	is "$(tail -n 1 "$1")" '</svg>'
	is "$(grep -c '<title>' "$1")" 1
	is "$(grep -c '<desc>.*</desc>' "$1")" 1
	has "$(cat "$1")" 'prefers-color-scheme:dark'
	no grep -qiE '<script|href=|url\(|@import|<image|nan|[^a-z]inf[^a-z]' "$1"
	LC_ALL=C.UTF-8 no grep -qvx '.*' "$1"
	[ "$(wc -c <"$1")" -lt 1000000 ]
}

@test 'figures are whole and self-contained' {
	modem-sim show eye -m qpsk --seed 1 --svg eye.svg
	modem-sim show trellis --svg trellis.svg
	modem-sim ber -m qpsk --ebn0 0:8:2 --bits 20000 --seed 1 --svg ber.svg >out
	for f in eye trellis ber; do checked $f.svg; done
}

@test 'figures are XML' {
	command -v xmllint >/dev/null || skip 'no xmllint'
	modem-sim show wave -m qpsk --seed 1 --svg a.svg
	modem-sim show spectrum -m bell202 --seed 1 --svg b.svg
	xmllint --noout a.svg b.svg
	# Names from outside are words in it, not markup.
	modem-sim tx -m bell103 -w '<&">.wav' <<<'bits b=0101'
	modem-sim show wave '<&">.wav' --svg c.svg
	xmllint --noout c.svg
	has "$(xmllint --xpath 'string(/*[local-name()="svg"]/*[local-name()="title"])' c.svg)" 'Signal in <&">.wav'
}

@test 'a locale with a comma changes nothing' {
	modem-sim show wave -m qpsk --seed 1 --svg a.svg
	LC_ALL=de_DE.UTF-8 modem-sim show wave -m qpsk --seed 1 --svg b.svg
	cmp a.svg b.svg
}

@test '--svg - is standard output; a full disk and a missing folder are errors' {
	has "$(modem-sim show trellis --svg - | head -n 1)" '<svg '
	try modem-sim show trellis --svg missing/a.svg
	is "$code" 2
	has "$(cat err)" 'missing/a.svg'
	[ -w /dev/full ] || skip 'no /dev/full'
	try modem-sim show trellis --svg /dev/full
	is "$code" 2
}

@test 'data: a line a value, as many columns as the header has' {
	modem-sim show constellation -m qpsk --seed 1 --bits 200 -T tsv >a
	is "$(head -n 1 a)" $'panel\tseries\tx\ty'
	is "$(awk -F '\t' '{ print NF }' a | sort -u)" 4
	is "$(grep -c $'\treceived\t' a)" 100
	is "$(grep -c $'\tideal\t' a)" 4
	modem-sim show trellis --data 1 -T tsv >a
	is "$(awk -F '\t' '{ print NF }' a | sort -u)" 6
}

@test 'a picture fits the terminal that COLUMNS says, in whatever width' {
	for n in 1 30 79 200 100000; do
		COLUMNS=$n LC_ALL=C modem-sim show wave -m qpsk --seed 1 >a
		[ "$(awk '{ if (length > n) n = length } END { print n }' a)" -le $((n < 40 ? 40 : n > 520 ? 520 : n)) ]
	done
}
