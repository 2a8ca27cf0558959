/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/store/owner.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"

#define SILENT_MS (15 * 60 * 1000)

struct who {
	char boot[40], space[40];
	int pid;
	unsigned long long start;
};

/*
 * Field 22 of /proc/PID/stat, in clock ticks since boot. The name in field 2 may hold anything, hence the search for
 * the last parenthesis.
 */
static unsigned long long start_time(pid_t pid)
{
	char path[48];
	unsigned long long ticks = 0;
	char state = 0;
	const char *after;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	auto_free char *stat = file_read(path, 8192, NULL, NULL);
	after = stat ? strrchr(stat, ')') : NULL;
	if (!after ||
	    sscanf(after + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &state, &ticks) != 2)
		return 0;
	/* A zombie has ended; its parent has merely not looked yet. */
	return state == 'Z' || state == 'X' ? 0 : ticks;
}

static void here(struct who *w)
{
	char link[sizeof(w->space)];
	ssize_t n;

	memset(w, 0, sizeof(*w));
	auto_free char *boot = file_read("/proc/sys/kernel/random/boot_id", 256, NULL, NULL);
	snprintf(w->boot, sizeof(w->boot), "%.36s", boot ? str_trim(boot) : "-");
	n = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = '\0';
	snprintf(w->space, sizeof(w->space), "%s", n > 0 ? link : "-");
}

static bool parse(const char *owner, struct who *w)
{
	memset(w, 0, sizeof(*w));
	return sscanf(owner, "%39s %39s %d %llu", w->boot, w->space, &w->pid, &w->start) == 4;
}

void owner_name(pid_t pid, char out[static OWNER_TEXT])
{
	struct who w;

	here(&w);
	snprintf(out, OWNER_TEXT, "%s %s %d %llu", w.boot, w.space, (int)pid, start_time(pid));
}

bool owner_alive(const char *owner, int64_t last_ms, int64_t now_ms)
{
	struct who theirs, ours;

	if (!owner || !parse(owner, &theirs))
		return false;
	here(&ours);
	if (!str_eq(theirs.boot, ours.boot))
		return false;
	if (!str_eq(theirs.space, ours.space))
		return now_ms - last_ms < SILENT_MS;
	return theirs.start != 0 && start_time(theirs.pid) == theirs.start;
}

pid_t owner_pid(const char *owner)
{
	struct who w;

	return owner && parse(owner, &w) ? w.pid : 0;
}
