#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Functions that are not used here, and the one place that may use malloc.
bad=0
for word in strcpy strcat sprintf vsprintf strtok atoi atol gets system popen fork vfork alloca localtime gmtime asctime ctime \
	curl_easy_perform setenv putenv rand srand; do
	if grep -rnE "(^|[^A-Za-z0-9_>.])$word\(" agent toolsets --include='*.c' --include='*.h'; then
		echo "banned: $word"
		bad=1
	fi
done
if grep -rnE '(^|[^A-Za-z0-9_])(malloc|calloc|realloc|strdup|strndup|asprintf|reallocarray)\(' agent --include='*.c' | grep -vE '^agent/base/mem\.c|\(malloc\(fn'; then
	echo "banned: only agent/base/mem.c allocates"
	bad=1
fi
if grep -rnE '(^|[^A-Za-z0-9_])signal\(' agent toolsets --include='*.c'; then
	echo "banned: signal(), use sigaction"
	bad=1
fi
if grep -rnE '^[^"]*[^:"]//|^//' agent toolsets tests/unit tests/fuzz tests/plugin --include='*.c' --include='*.h' | grep -vE '"[^"]*//[^"]*"|https?://|\* .*//'; then
	echo "banned: // comments"
	bad=1
fi
if grep -rnE '^typedef (struct|union|enum)' agent toolsets --include='*.h' --include='*.c'; then
	echo "banned: typedef of a struct, union or enum"
	bad=1
fi
if grep -rlE '(sqlite3|"agent/store/db)' agent toolsets --include='*.c' --include='*.h' | grep -v '^agent/store/'; then
	echo "banned: SQLite outside of agent/store/"
	bad=1
fi
exit $bad
