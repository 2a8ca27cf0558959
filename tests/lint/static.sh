#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang's warnings and cppcheck's errors over the whole tree.
bad=0
flags=$(pkg-config --cflags libcurl jansson yaml-0.1 libpcre2-8 sqlite3 libutf8proc libcrypto)
if command -v clang >/dev/null 2>&1; then
	for f in $(find agent toolsets -name '*.c' | sort); do
		# shellcheck disable=SC2086
		clang -std=gnu17 -D_GNU_SOURCE -I. -DDUPIN_VERSION='"lint"' -Wall -Wextra -Wshadow -Wcast-qual -Wmissing-prototypes \
			-Wunreachable-code -Werror -fsyntax-only $flags "$f" || bad=1
	done
fi
if command -v cppcheck >/dev/null 2>&1; then
	cppcheck --quiet --std=c11 -j2 --enable=portability --inline-suppr --error-exitcode=1 -I. -D_GNU_SOURCE \
		-D__GNUC__ -DDUPIN_VERSION='"lint"' --suppress=missingInclude --suppress=missingIncludeSystem --suppress=unknownMacro \
		--suppress=normalCheckLevelMaxBranches --suppress=preprocessorErrorDirective --suppress=returnDanglingLifetime --suppress=arrayIndexThenCheck --suppress=syntaxError:agent/source/kinds_standard.c agent toolsets || bad=1
fi
exit $bad
