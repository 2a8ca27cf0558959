/* SPDX-License-Identifier: Apache-2.0 */
/* The checks that triage runs over the core kinds: one file check_*.c each. */
#ifndef TOOLSETS_KUBERNETES_CHECKS_H
#define TOOLSETS_KUBERNETES_CHECKS_H

#include "toolsets/toolset.h"

extern const struct check *const kubernetes_checks[]; /* NULL-terminated */

#endif
