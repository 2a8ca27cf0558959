/* SPDX-License-Identifier: Apache-2.0 */
/* labelSelector and fieldSelector of list requests. */
#ifndef AGENT_SOURCE_SNAPSHOT_SELECT_H
#define AGENT_SOURCE_SNAPSHOT_SELECT_H

#include "agent/base/attr.h"
#include "agent/base/err.h"
#include <jansson.h>
#include <stdbool.h>

struct snap_select;

/* Either may be NULL. NULL with e: neither a label nor a field selector of Kubernetes. */
struct snap_select *snap_select_new(const char *labels, const char *fields, struct err *e);
void snap_select_free(struct snap_select *s); /* NULL allowed */
bool snap_select_match(const struct snap_select *s, const json_t *object);

#endif
