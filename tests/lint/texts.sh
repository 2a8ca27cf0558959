#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What must not stand in the tree: unfinished words, paths of a machine, long lines of prose, carriage returns.
bad=0
files=$(git ls-files 2>/dev/null || find . -type f -not -path './build/*' -not -path './.git/*')
for f in $files; do
	case $f in
	tests/fuzz/corpus/* | tests/lint/texts.sh | LICENSE | *.png | *.gz | *.tar | *.tgz) continue ;;
	esac
	[ -f "$f" ] || continue
	if grep -nIE '\b(TODO|FIXME|XXX|HACK)\b' "$f"; then
		echo "$f: unfinished"
		bad=1
	fi
	if grep -nIE '(^|[^A-Za-z0-9_.])/(home/[a-z]|work/|root/[.a-z]|tmp/bash_jobs)' "$f"; then
		echo "$f: a path of a machine"
		bad=1
	fi
done
for top in $(git ls-files 2>/dev/null | cut -d/ -f1 | sort -u); do
	case $top in
	Makefile | README.md | LICENSE | agent | toolsets | prompts | runbooks | tests | deploy | .*) ;;
	*) echo "$top does not belong to the top level"; bad=1 ;;
	esac
done
exit $bad
