/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of this toolset. */
#ifndef TOOLSETS_DRA_CHECKS_H
#define TOOLSETS_DRA_CHECKS_H

#include "toolsets/toolset.h"

extern const struct check *const dra_checks[]; /* NULL-terminated */

extern const struct check dra_template_check;
extern const struct check dra_claim_check;
extern const struct check dra_creation_check;
extern const struct check dra_class_check;
extern const struct check dra_driver_check;
extern const struct check dra_pool_check;
extern const struct check dra_selector_check;
extern const struct check dra_taint_check;
extern const struct check dra_held_check;
extern const struct check dra_fit_check;
extern const struct check dra_error_check;
extern const struct check dra_prepare_check;

#endif
