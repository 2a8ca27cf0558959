/* SPDX-License-Identifier: Apache-2.0 */
/* One question over an open session: runs it, shows progress on standard error, prints the answer. */
#ifndef AGENT_FACE_ASKING_H
#define AGENT_FACE_ASKING_H

#include "agent/face/session.h"
#include <jansson.h>

/* A budget of money needs the prices of the models. 0, or the exit status after the error was printed. */
int asking_check_price(const struct session *s);
/* attachments: [{"name","text"}] or NULL. The exit status. */
int asking_run(struct session *s, const char *question, const json_t *attachments);

#endif
