/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/checks.h"

const struct check *const kubernetes_checks[] = {
	&kubernetes_account_check,     &kubernetes_address_check,
	&kubernetes_certificate_check, &kubernetes_claim_check,
	&kubernetes_config_check,      &kubernetes_crash_check,
	&kubernetes_cron_check,	       &kubernetes_endpoints_check,
	&kubernetes_env_check,	       &kubernetes_errors_check,
	&kubernetes_evicted_check,     &kubernetes_forbidden_check,
	&kubernetes_image_check,       &kubernetes_ingress_check,
	&kubernetes_init_check,	       &kubernetes_job_check,
	&kubernetes_limits_check,      &kubernetes_mixed_check,
	&kubernetes_mount_check,       &kubernetes_node_check,
	&kubernetes_oom_check,	       &kubernetes_peer_check,
	&kubernetes_policy_check,      &kubernetes_port_check,
	&kubernetes_probe_check,       &kubernetes_quota_check,
	&kubernetes_refused_check,     &kubernetes_scaler_check,
	&kubernetes_schedule_check,    &kubernetes_scheduler_check,
	&kubernetes_security_check,    &kubernetes_selector_check,
	&kubernetes_short_check,       &kubernetes_sidecar_check,
	&kubernetes_start_check,       &kubernetes_taken_check,
	&kubernetes_terminating_check, &kubernetes_webhook_check,
	&kubernetes_zero_check,	       NULL,
};
