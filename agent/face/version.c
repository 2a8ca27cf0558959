/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "agent/face/commands.h"

int command_version(struct options *o)
{
	(void)o;
	return puts("dupin " DUPIN_VERSION) < 0 ? EXIT_USAGE : EXIT_DONE;
}
