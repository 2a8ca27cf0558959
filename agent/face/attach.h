/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that go with a question: files named with -f, and what is piped in. */
#ifndef AGENT_FACE_ATTACH_H
#define AGENT_FACE_ATTACH_H

#include "agent/base/err.h"
#include "agent/face/cli.h"
#include <jansson.h>

/* [{"name","text"}]. New reference; NULL: a file cannot be read. */
json_t *attach_all(const struct options *o, struct err *e);

#endif
