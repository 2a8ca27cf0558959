/* SPDX-License-Identifier: Apache-2.0 */
/* A toolset that must be refused: its abi is not what this program speaks. */
#include "toolsets/toolset.h"

static const struct toolset bad = {
	.abi = TOOLSET_ABI + 1,
	.size = sizeof(struct toolset),
	.name = "bad_abi",
	.help = "must not load",
};

TOOLSET_EXPORT const struct toolset *TOOLSET_ENTRY(void)
{
	return &bad;
}
