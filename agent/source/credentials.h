/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proves to the API server who we are, kept fresh: token files are read again when they change and every minute,
 * credential plug-ins run when what they gave has expired. Thread-safe: a plug-in runs once, others wait for it.
 */
#ifndef AGENT_SOURCE_CREDENTIALS_H
#define AGENT_SOURCE_CREDENTIALS_H

#include "agent/base/attr.h"
#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include "agent/source/kubeconfig.h"
#include <stdbool.h>
#include <stdint.h>

struct credentials;

/* For one request. Copies, the caller's: login_fini wipes them. */
struct login {
	char *bearer;
	char *cert_pem, *key_pem;
	char *user, *password;
	uint64_t generation; /* which run of the plug-in, which reading of the file */
};

struct credentials *credentials_new(const struct kube_context *k); /* borrows k; runs and reads nothing yet */
void credentials_free(struct credentials *c);                      /* NULL allowed */
/* -1: ERR_CANCELED, ERR_TIMEOUT, else why nobody can be logged in (missing plug-in, its standard error, ...). */
int credentials_get(struct credentials *c, int64_t deadline, struct cancel *cancel, struct login *out,
		    struct err *e) MUST_CHECK;
/*
 * After a 401 to a request that went out with `used`: true when the next credentials_get may give something else (the
 * plug-in runs again, the file has other content). What was renewed a moment ago is not renewed again.
 */
bool credentials_renew(struct credentials *c, const struct login *used);
/* How we log in, for messages: "user \"x\" by the plug-in aws". */
void credentials_text(const struct credentials *c, char *out, size_t n);

void login_fini(struct login *l);

/* credentials_exec.c: runs the plug-in once. *expires is wall time, 0: never. */
int credentials_exec(const struct kube_context *k, int64_t deadline, struct cancel *cancel, struct login *out,
		     int64_t *expires, struct err *e) MUST_CHECK;
/* The parsing half of it, for text that a plug-in printed. */
int credentials_exec_parse(const struct kube_context *k, const char *text, size_t len, struct login *out,
			   int64_t *expires, struct err *e) MUST_CHECK;

#endif
