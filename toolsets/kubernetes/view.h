/* SPDX-License-Identifier: Apache-2.0 */
/* What every piece of an answer needs to look things up: the host, the call, and now. */
#ifndef TOOLSETS_KUBERNETES_VIEW_H
#define TOOLSETS_KUBERNETES_VIEW_H

#include "toolsets/lib/reply.h"

struct view {
	const struct host *h;
	struct work *w;
	int64_t now_ms;
	struct reply *unread; /* NULL, or receives "secrets (denied), " for each list that did not work */
};

#define VIEW_INIT(host, work)                                                                                          \
	{                                                                                                              \
		.h = (host), .w = (work), .now_ms = (host)->now_ms(work)                                               \
	}

#endif
