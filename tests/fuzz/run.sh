#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh SECONDS TARGET...: each fuzz target for so many seconds; one line each, status 1 when one crashed.
# New inputs are kept under build/fuzz/work, what crashed stays in build/fuzz/work/TARGET/crash.
set -eu
bin=build/fuzz/bin
work=build/fuzz/work
[ $# -ge 2 ] || { echo "usage: run.sh SECONDS TARGET..." >&2; exit 2; }
seconds=$1
shift
failed=0
for target in "$@"; do
	name=${target#fuzz_}
	if [ ! -x "$bin/fuzz_$name" ]; then
		echo "fuzz_$name: no such target in $bin" >&2
		failed=1
		continue
	fi
	mkdir -p "$work/$name/corpus" "$work/$name/crash"
	[ ! -d "tests/fuzz/corpus/$name" ] || cp -r "tests/fuzz/corpus/$name/." "$work/$name/corpus/"
	set -- "$work/$name/corpus" -max_total_time="$seconds" -print_final_stats=1 -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$work/$name/crash/" -verbosity=1
	[ ! -f "tests/fuzz/$name.dict" ] || set -- "$@" -dict="tests/fuzz/$name.dict"
	result=ok
	UBSAN_OPTIONS=print_stacktrace=1 "$bin/fuzz_$name" "$@" >"$work/$name/log" 2>&1 || result=CRASH
	executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name/log")
	speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$work/$name/log")
	printf '%-24s %12s executions %8s exec/s  %s\n' "fuzz_$name" "${executions:-?}" "${speed:-?}" "$result"
	if [ "$result" = CRASH ]; then
		failed=1
		grep -E '^(==|SUMMARY|.*runtime error|artifact_prefix|Test unit written)' "$work/$name/log" | head -20 || true
		echo "  the whole log: $work/$name/log"
	fi
done
exit $failed
