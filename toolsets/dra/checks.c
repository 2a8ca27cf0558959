/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/dra/checks.h"

const struct check *const dra_checks[] = {
	&dra_class_check,
	&dra_template_check,
	&dra_claim_check,
	&dra_creation_check,
	&dra_driver_check,
	&dra_pool_check,
	&dra_selector_check,
	&dra_taint_check,
	&dra_held_check,
	&dra_fit_check,
	&dra_error_check,
	&dra_prepare_check,
	NULL,
};
