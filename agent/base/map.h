/* SPDX-License-Identifier: Apache-2.0 */
/* String to pointer, insertion order kept, seeded hash. Values are borrowed unless a free function is given. */
#ifndef AGENT_BASE_MAP_H
#define AGENT_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map *map_new(void (*free_value)(void *)); /* NULL: values are not freed */
void map_free(struct map *m);                    /* NULL allowed */
size_t map_len(const struct map *m);
/* Copies the key. An existing value is freed and replaced at its old place in the order. */
void map_set(struct map *m, const char *key, void *value);
void *map_get(const struct map *m, const char *key); /* NULL when absent */
bool map_has(const struct map *m, const char *key);
bool map_remove(struct map *m, const char *key);     /* frees the value; true when it was there */
/* i-th in insertion order (removed ones left out), 0 <= i < map_len. *value may be NULL. */
const char *map_at(const struct map *m, size_t i, void **value);

#endif
