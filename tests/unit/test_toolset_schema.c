/* SPDX-License-Identifier: Apache-2.0 */
/* What the model is charged for before it asks anything: schemas and instructions of the Kubernetes and log tools. */
#include "tests/tap.h"
#include "toolsets/toolset.h"

#include "agent/tools/args.h"

const struct toolset *toolset_entry_kubernetes(void);
const struct toolset *toolset_entry_logs(void);

/* Four bytes of such JSON are a token, rather less: 2,500 tokens. */
#define BYTES_MAX 10000u

static size_t count(const struct toolset *t)
{
	size_t sum = strlen(t->instructions);

	is_int(t->abi, TOOLSET_ABI, t->name);
	for (size_t i = 0; t->tools[i]; i++) {
		json_t *schema = args_schema(t->tools[i], NULL);
		char *text = json_dumps(schema, JSON_COMPACT);

		ok(strncmp(t->tools[i]->name, t->name, strlen(t->name)) == 0, "%s begins with its toolset's name", t->tools[i]->name);
		printf("# %s: %zu bytes\n", t->tools[i]->name, strlen(text));
		sum += strlen(text);
		free(text);
		json_decref(schema);
	}
	return sum;
}

int main(void)
{
	size_t sum = count(toolset_entry_kubernetes()) + count(toolset_entry_logs());

	ok(sum <= BYTES_MAX, "%zu bytes of at most %u", sum, BYTES_MAX);
	return done();
}
