/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes quantities, exact: an integer of billionths ("100m" = 100,000,000; "1Gi" = 2^30 * 10^9). Finer parts round
 * up. */
#ifndef TOOLSETS_LIB_QUANTITY_H
#define TOOLSETS_LIB_QUANTITY_H

#include <jansson.h>
#include <stdbool.h>

struct quantity {
	__int128 nano;
};

#define QUANTITY_SIZE 48

/* "1.5", "100m", "2Gi", "1e3", "5E". False: not a quantity, or beyond 2^63 - 1 units. */
bool quantity_parse(const char *text, struct quantity *q);
/* From a JSON string or number; zero when it is neither. */
struct quantity quantity_of(const json_t *value);
struct quantity quantity_sum(struct quantity a, struct quantity b);
struct quantity quantity_less(struct quantity a, struct quantity b); /* a - b */
int quantity_compare(struct quantity a, struct quantity b);
bool quantity_zero(struct quantity a);
/* Whole percent of a in b, rounded; 0 when b is zero. */
int quantity_percent(struct quantity a, struct quantity b);
/*
 * For people: memory and storage names get binary units with one decimal ("15.6Gi"), all others a number or milli
 * ("1500m" is "1.5", "250m" stays). Returns out.
 */
const char *quantity_text(struct quantity q, const char *resource, char out[static QUANTITY_SIZE]);

#endif
