/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of the cluster are data. Some are written to be taken for orders by the model that reads them: "ignore the
 * previous instructions", marks of chat templates, a ready-made report. This finds the usual forms, so that they can be
 * flagged; that they cannot do anything is not its business.
 */
#ifndef AGENT_TEXT_SUSPECT_H
#define AGENT_TEXT_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>

/* Only the first 256 KiB are looked at. Thread-safe. */
bool suspect_text(const char *s, size_t n);

#endif
