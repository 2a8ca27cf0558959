/* SPDX-License-Identifier: Apache-2.0 */
/* An object without what nobody reads: managedFields, last-applied, uids, empty things; huge values clipped. */
#ifndef TOOLSETS_KUBERNETES_PRUNE_H
#define TOOLSETS_KUBERNETES_PRUNE_H

#include <jansson.h>
#include <stddef.h>

/* New. Strings over text_max bytes and arrays over items_max are cut and say so. */
json_t *kubernetes_prune(json_t *value, size_t text_max, size_t items_max);

#endif
