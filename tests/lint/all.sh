#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every rule of the house that a script can check. Each prints what breaks it; all run before the verdict.
set -u
cd "$(dirname "$0")/../.." || exit 2
failed=0
for rule in floors banned sizes headers texts docs static; do
	if sh "tests/lint/$rule.sh"; then
		echo "lint: $rule ok"
	else
		echo "lint: $rule FAILED"
		failed=1
	fi
done
exit $failed
