/* SPDX-License-Identifier: Apache-2.0 */
/* The tables. A step, once released, is never edited: changes are further steps. */
#ifndef AGENT_STORE_SCHEMA_H
#define AGENT_STORE_SCHEMA_H

#include "agent/store/db.h"

extern const struct db_schema schema_dupin;

#endif
