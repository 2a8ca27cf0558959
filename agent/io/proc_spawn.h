/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a child with pipes: own process group, default signals, nothing of our descriptors but the three. */
#ifndef AGENT_IO_PROC_SPAWN_H
#define AGENT_IO_PROC_SPAWN_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include "agent/io/proc.h"
#include <sys/types.h>

/* Our ends, close-on-exec and non-blocking. in is -1 when there is nothing to feed (the child then reads /dev/null). */
struct proc_ends {
	pid_t pid;
	int in, out, err;
};

int proc_spawn(const struct proc_run *r, struct proc_ends *ends, struct err *e) MUST_CHECK;

#endif
