/* SPDX-License-Identifier: Apache-2.0 */
/* The `models` tree of the config: checked here, used by agent/model/price.h. */
#ifndef AGENT_CONFIG_CONFIG_MODELS_H
#define AGENT_CONFIG_CONFIG_MODELS_H

#include "agent/base/err.h"
#include "agent/data/yaml.h"

/* NULL is fine. The message names file, line and key. */
int config_check_models(const json_t *models, const char *file, const struct yaml_lines *lines, struct err *e) MUST_CHECK;

#endif
