/* SPDX-License-Identifier: Apache-2.0 */
/* The checks that triage runs over the core kinds: one file check_*.c each. */
#ifndef TOOLSETS_KUBERNETES_CHECKS_H
#define TOOLSETS_KUBERNETES_CHECKS_H

#include "toolsets/toolset.h"

extern const struct check *const kubernetes_checks[]; /* NULL-terminated */

extern const struct check kubernetes_account_check;
extern const struct check kubernetes_address_check;
extern const struct check kubernetes_aggregated_check;
extern const struct check kubernetes_balancer_check;
extern const struct check kubernetes_certificate_check;
extern const struct check kubernetes_claim_check;
extern const struct check kubernetes_clock_check;
extern const struct check kubernetes_config_check;
extern const struct check kubernetes_controller_check;
extern const struct check kubernetes_crash_check;
extern const struct check kubernetes_cron_check;
extern const struct check kubernetes_cron_schedule_check;
extern const struct check kubernetes_csr_check;
extern const struct check kubernetes_dependency_check;
extern const struct check kubernetes_disruption_check;
extern const struct check kubernetes_dns_check;
extern const struct check kubernetes_endpoints_check;
extern const struct check kubernetes_env_check;
extern const struct check kubernetes_errors_check;
extern const struct check kubernetes_evicted_check;
extern const struct check kubernetes_flag_check;
extern const struct check kubernetes_forbidden_check;
extern const struct check kubernetes_gate_check;
extern const struct check kubernetes_gateway_check;
extern const struct check kubernetes_hook_check;
extern const struct check kubernetes_image_check;
extern const struct check kubernetes_ingress_check;
extern const struct check kubernetes_init_check;
extern const struct check kubernetes_job_check;
extern const struct check kubernetes_lease_check;
extern const struct check kubernetes_limit_check;
extern const struct check kubernetes_limits_check;
extern const struct check kubernetes_mesh_check;
extern const struct check kubernetes_mesh_route_check;
extern const struct check kubernetes_mixed_check;
extern const struct check kubernetes_mount_check;
extern const struct check kubernetes_node_check;
extern const struct check kubernetes_node_memory_check;
extern const struct check kubernetes_olm_check;
extern const struct check kubernetes_oom_check;
extern const struct check kubernetes_operator_check;
extern const struct check kubernetes_paused_check;
extern const struct check kubernetes_peer_check;
extern const struct check kubernetes_policy_check;
extern const struct check kubernetes_port_check;
extern const struct check kubernetes_preempted_check;
extern const struct check kubernetes_probe_check;
extern const struct check kubernetes_quota_check;
extern const struct check kubernetes_readiness_gate_check;
extern const struct check kubernetes_refused_check;
extern const struct check kubernetes_rejected_check;
extern const struct check kubernetes_reports_check;
extern const struct check kubernetes_rights_check;
extern const struct check kubernetes_rollout_held_check;
extern const struct check kubernetes_scaler_check;
extern const struct check kubernetes_schedule_check;
extern const struct check kubernetes_scheduler_check;
extern const struct check kubernetes_security_check;
extern const struct check kubernetes_selector_check;
extern const struct check kubernetes_selects_check;
extern const struct check kubernetes_short_check;
extern const struct check kubernetes_sidecar_check;
extern const struct check kubernetes_space_check;
extern const struct check kubernetes_start_check;
extern const struct check kubernetes_storage_check;
extern const struct check kubernetes_taken_check;
extern const struct check kubernetes_terminating_check;
extern const struct check kubernetes_uncreated_check;
extern const struct check kubernetes_unused_check;
extern const struct check kubernetes_value_check;
extern const struct check kubernetes_webhook_check;
extern const struct check kubernetes_zero_check;
extern const struct check *const kubernetes_checks[]; /* NULL-terminated */


#endif
