#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A folder of agent/ includes itself and lower floors only; toolsets include the plug-in interface and their own library only.
floor() {
	case $1 in
	base) echo 0 ;;
	data | io) echo 1 ;;
	store | text | config) echo 2 ;;
	source | model) echo 3 ;;
	facts) echo 4 ;;
	tools) echo 5 ;;
	triage) echo 6 ;;
	investigate) echo 7 ;;
	face) echo 8 ;;
	*) echo 99 ;;
	esac
}
bad=0
for dir in agent/*/; do
	from=$(basename "$dir")
	own=$(floor "$from")
	for to in $(grep -rhoE '#include "agent/[a-z]+' "$dir" | sed 's|.*/||' | sort -u); do
		up=$(floor "$to")
		# the same floor only means the same folder: neighbours do not know each other, but text serves store, and config data
		if [ "$up" -gt "$own" ] || { [ "$up" -eq "$own" ] && [ "$to" != "$from" ]; }; then
			echo "agent/$from includes agent/$to:"
			grep -rn "#include \"agent/$to/" "$dir" | head -3
			bad=1
		fi
	done
	if grep -rn '#include "toolsets/' "$dir" | grep -vE 'agent/(tools|triage|investigate|face)/' ; then
		echo "agent/$from includes toolsets/"
		bad=1
	fi
done
if grep -rnE '#include "' toolsets | grep -vE '#include "toolsets/(toolset\.h|lib/|[a-z]+/)'; then
	echo "toolsets/ includes something that is not toolsets/"
	bad=1
fi
for dir in toolsets/*/; do
	name=$(basename "$dir")
	[ "$name" = lib ] && continue
	if grep -rnE '#include "toolsets/[a-z]+/' "$dir" | grep -vE "#include \"toolsets/(lib|$name)/"; then
		echo "toolsets/$name includes another toolset"
		bad=1
	fi
done
exit $bad
