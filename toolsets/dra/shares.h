/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that share something: counters of partitions, capacity of one device among claims. */
#ifndef TOOLSETS_DRA_SHARES_H
#define TOOLSETS_DRA_SHARES_H

#include "toolsets/dra/stock.h"

/* Is enough left for one more allocation of the device by this request? */
bool shares_left(const struct stock *s, const struct device *d, const json_t *request);

#endif
