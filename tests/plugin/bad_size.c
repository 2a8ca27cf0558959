/* SPDX-License-Identifier: Apache-2.0 */
/* A toolset that must be refused: its size is not what this program speaks. */
#include "toolsets/toolset.h"

static const struct toolset bad = {
	.abi = TOOLSET_ABI,
	.size = offsetof(struct toolset, probe),
	.name = "bad_size",
	.help = "must not load",
};

TOOLSET_EXPORT const struct toolset *TOOLSET_ENTRY(void)
{
	return &bad;
}
