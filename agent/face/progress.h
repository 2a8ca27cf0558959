/* SPDX-License-Identifier: Apache-2.0 */
/* What happens while an investigation runs, on standard error: one line a step, a live line on a terminal. */
#ifndef AGENT_FACE_PROGRESS_H
#define AGENT_FACE_PROGRESS_H

#include "agent/face/term.h"
#include <jansson.h>

struct progress {
	struct term term;
	bool quiet, show_output;
	bool line_open;      /* a model's text stands without newline */
	size_t column;
};

/* An on_event of inquiry.h. */
void progress_event(void *ctx, const char *kind, const json_t *data);

#endif
