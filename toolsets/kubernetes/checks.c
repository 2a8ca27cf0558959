/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/checks.h"

const struct check *const kubernetes_checks[] = {
	NULL,
};
