#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, has the guard of its path, and every source has a licence line.
bad=0
flags=$(pkg-config --cflags libcurl jansson yaml-0.1 libpcre2-8 sqlite3 libutf8proc libcrypto)
for h in $(find agent toolsets tests -name '*.h' | sort); do
	guard=$(echo "$h" | tr 'a-z/.' 'A-Z__')
	[ "$h" = toolsets/toolset.h ] && guard=DUPIN_TOOLSET_H
	grep -q "#ifndef $guard" "$h" || { echo "$h: guard is not $guard"; bad=1; }
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu17 -D_GNU_SOURCE -I. -Wall -Wextra -fsyntax-only -x c $flags "$h" || { echo "$h: does not compile alone"; bad=1; }
done
for f in $(find agent toolsets tests -name '*.c' -o -name '*.h' | sort); do
	head -1 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || { echo "$f: no SPDX line"; bad=1; }
done
exit $bad
