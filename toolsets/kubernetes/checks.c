/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/checks.h"

const struct check *const kubernetes_checks[] = {
	&kubernetes_crash_check,
	&kubernetes_schedule_check,
	&kubernetes_refused_check,
	&kubernetes_webhook_check,
	&kubernetes_limits_check,
	&kubernetes_security_check,
	&kubernetes_account_check,
	&kubernetes_quota_check,
	&kubernetes_endpoints_check,
	&kubernetes_port_check,
	&kubernetes_selector_check,
	&kubernetes_init_check,
	&kubernetes_probe_check,
	&kubernetes_config_check,
	&kubernetes_image_check,
	&kubernetes_oom_check,
	&kubernetes_start_check,
	&kubernetes_address_check,
	NULL,
};
