/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/yaml.h"

#include <limits.h>
#include <stdlib.h>

#include "agent/base/map.h"
#include "agent/base/mem.h"
#include "agent/data/yaml_build.h"

struct yaml_lines {
	struct map *by_pointer; /* the line itself is kept as the pointer */
};

struct yaml_lines *yaml_lines_new(void)
{
	struct yaml_lines *l = MEM_NEW(struct yaml_lines);

	l->by_pointer = map_new(NULL);
	return l;
}

void yaml_lines_add(struct yaml_lines *l, const char *pointer, size_t line)
{
	map_set(l->by_pointer, pointer, (void *)(uintptr_t)line);
}

int yaml_line_of(const struct yaml_lines *l, const char *pointer)
{
	uintptr_t line = l ? (uintptr_t)map_get(l->by_pointer, pointer) : 0;

	return line > INT_MAX ? INT_MAX : (int)line;
}

void yaml_lines_free(struct yaml_lines *l)
{
	if (!l)
		return;
	map_free(l->by_pointer);
	free(l);
}
