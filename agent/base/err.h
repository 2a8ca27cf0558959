/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors by value. A fallible function takes `struct err *e` last and returns 0 or -1 (pointer functions: NULL).
 * NULL is allowed for e. On success e is untouched. Lower floors never log what they return: it is reported once,
 * at the top.
 */
#ifndef AGENT_BASE_ERR_H
#define AGENT_BASE_ERR_H

#include "agent/base/attr.h"

enum err_code {
	ERR_NONE = 0,
	ERR_ARG,       /* wrong usage */
	ERR_CONFIG,    /* a config, kubeconfig, prompt or runbook file is wrong */
	ERR_IO,        /* file, pipe, disk */
	ERR_NET,       /* no connection, TLS, DNS */
	ERR_HTTP,      /* an HTTP status that is not what was asked for; see err.http */
	ERR_TIMEOUT,
	ERR_CANCELED,
	ERR_PARSE,     /* outside bytes are not what they should be */
	ERR_DENIED,    /* 401, 403, EACCES */
	ERR_NOT_FOUND,
	ERR_LIMIT,     /* a cap, budget or quota of ours */
	ERR_STATE,     /* not possible now */
	ERR_TOOL,
	ERR_MODEL,
};

struct err {
	enum err_code code;
	int sys;       /* errno at the failure, or 0 */
	int http;      /* HTTP status, or 0 */
	char msg[480]; /* one sentence, UTF-8, no trailing newline; "..." at the end when cut */
};

/* Always returns -1, so that `return err_set(e, ERR_ARG, "...")` is the idiom. Keeps errno. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF(3, 4);
/* As err_set, with code ERR_IO (or DENIED, NOT_FOUND by errno) and ": strerror(errno)" appended. */
int err_sys(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Prefixes context to what e holds, "loading x.yaml: " + msg; code, sys and http stay. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Stable lower-case name of a code: "timeout", "not_found". Never NULL. */
const char *err_name(enum err_code code);
void err_clear(struct err *e);

#endif
