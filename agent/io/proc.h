/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program by argv: no shell, own process group, standard input from /dev/null (or the given bytes), other
 * descriptors closed, output capped, deadline and cancel honoured (TERM to the group, KILL after 500 ms).
 */
#ifndef AGENT_IO_PROC_H
#define AGENT_IO_PROC_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include <stddef.h>
#include <stdint.h>

struct proc_run {
	const char *const *argv;     /* argv[0] is looked up in PATH unless it holds a slash */
	const char *const *env;      /* "K=V" added to the environment; NULL: none */
	const char *dir;             /* NULL: ours */
	const void *input;
	size_t input_len;
	int64_t deadline;            /* monotonic; 0: none */
	size_t max_out, max_err;     /* beyond: ERR_LIMIT; 0: 1 MiB, 64 KiB */
	struct cancel *cancel;
};

struct proc_result {
	int status;                  /* exit status, or 128 + signal */
	char *out, *err;             /* NUL-terminated, the caller's (proc_result_fini) */
	size_t out_len, err_len;
};

/*
 * 0 when it ran and ended by itself (any status). -1: could not start (names the program and why), timed out,
 * cancelled, over a cap; out is then empty. Descendants left behind that hold its output are waited for 200 ms at most.
 */
int proc_run(const struct proc_run *r, struct proc_result *out, struct err *e) MUST_CHECK;
void proc_result_fini(struct proc_result *r);

#endif
