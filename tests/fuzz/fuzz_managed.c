/* SPDX-License-Identifier: Apache-2.0 */
/* managedFields made short before decoding: never longer, and what was JSON stays JSON. */
#include "agent/base/mem.h"
#include "agent/data/json.h"
#include "agent/source/managed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *s, size_t n, size_t (*work)(const char *, size_t, char *))
{
	char *to = mem_alloc(n ? n : 1);
	size_t len = work(s, n, to);
	json_t *before = json_parse(s, n, "fuzz", NULL);
	json_t *after = json_parse(to, len, "fuzz", NULL);

	if (len > n || (before && !after))
		abort();
	json_decref(before);
	json_decref(after);
	free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = mem_alloc(n ? n : 1);

	if (n)
		memcpy(copy, data, n);
	check(copy, n, managed_cut);
	check(copy, n, managed_keep);
	free(copy);
	return 0;
}
