#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Docs against the program: every toolset has its README that names each of its tools and checks, the map names each folder.
bad=0
dupin=${DUPIN_BIN:-build/dupin}
[ -x "$dupin" ] || make --no-print-directory all >/dev/null || exit 1
for dir in toolsets/*/; do
	name=$(basename "$dir")
	[ "$name" = lib ] && continue
	if [ ! -f "$dir/README.md" ]; then
		echo "$dir has no README.md"
		bad=1
		continue
	fi
	for word in $($dupin toolset show "$name" -o json | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)
print(" ".join(x["name"] for x in d["tools"] + d["checks"]))'); do
		grep -q "$word" "$dir/README.md" || { echo "$dir/README.md does not name $word"; bad=1; }
	done
done
for dir in agent/*/; do
	grep -q "$(basename "$dir")/" agent/README.md || { echo "agent/README.md does not name $dir"; bad=1; }
done
for command in $($dupin completion bash | sed -n 's/.*compgen -W "\(ask [^"]*\)".*/\1/p' | head -1); do
	case $command in --*) continue ;; esac
	$dupin help "$command" >/dev/null || { echo "no help on $command"; bad=1; }
	grep -q "dupin $command" README.md || { echo "README.md does not name dupin $command"; bad=1; }
done
exit $bad
