/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that go with a question: files named with -f, and what is piped in. */
#ifndef AGENT_FACE_ATTACH_H
#define AGENT_FACE_ATTACH_H

#include "agent/base/cancel.h"
#include "agent/base/err.h"
#include "agent/face/cli.h"
#include <jansson.h>

/*
 * [{"name","text"}]. New reference; NULL: a file cannot be read, or ERR_CANCELED. slow (may be NULL) is called once when
 * standard input lets us wait.
 */
json_t *attach_all(const struct options *o, struct cancel *cancel, void (*slow)(void), struct err *e);

#endif
