/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/base/attr.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void attr_free_ptr(void *pointer_to_pointer)
{
	void **p = pointer_to_pointer;

	free(*p);
	*p = NULL;
}

void attr_close_fd(int *fd)
{
	int keep = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = keep;
}
