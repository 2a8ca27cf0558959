/* SPDX-License-Identifier: Apache-2.0 */
/* What a YAML scalar means, for the reader and the writer alike: the YAML 1.2 core schema as far as JSON has values. */
#ifndef AGENT_DATA_YAML_SCALAR_H
#define AGENT_DATA_YAML_SCALAR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* New value of a scalar written without quotes. s is NUL-terminated behind its n bytes. Never NULL. */
json_t *yaml_scalar_plain(const char *s, size_t n);
/* May the string stand without quotes, as a value and as a key, and be read back as this string by any YAML parser? */
bool yaml_scalar_needs_quotes(const char *s, size_t n);

#endif
