#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Small rooms: files up to 500 lines (headers 300), functions up to 80, lines up to 130 columns, complexity up to 25.
bad=0
for f in $(find agent toolsets -name '*.c' -o -name '*.h' | sort); do
	n=$(wc -l < "$f")
	case $f in
	*.h) max=300 ;;
	*) max=500 ;;
	esac
	if [ "$n" -gt "$max" ]; then
		echo "$f: $n lines (at most $max)"
		bad=1
	fi
done
if awk 'BEGIN { bad = 0 } { line = $0; gsub(/\t/, "        ", line); if (length(line) > 132) { print FILENAME ":" FNR ": " length(line) " columns"; bad = 1 } } END { exit bad }' \
	$(find agent toolsets -name '*.c' -o -name '*.h' | sort); then :; else bad=1; fi
if command -v pmccabe >/dev/null 2>&1; then
	# modified McCabe, statements, first line, lines in function, file(line): name
	if pmccabe $(find agent toolsets -name '*.c' | sort) 2>/dev/null | awk '{ if ($1 > 25 || $5 > 80) { print $6 " " $7 ": complexity " $1 ", " $5 " lines"; bad = 1 } } END { exit bad }'; then :; else bad=1; fi
else
	echo "pmccabe is missing: function sizes were not checked"
	bad=1
fi
for f in $(find agent toolsets -name 'util*.[ch]' -o -name 'common*.[ch]' -o -name 'misc*.[ch]' -o -name 'helper*.[ch]'); do
	echo "$f: a room needs a noun for a name"
	bad=1
done
exit $bad
