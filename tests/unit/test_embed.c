/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/data/embed.h"

#include "tests/tap.h"

int main(void)
{
	size_t n = 0;

	ok(!embed_find(NULL) && !embed_find("prompts/there-is-no-such-file.md"), "what is not there");
	for (const struct embed_file *f = embed_files; f->name; f++, n++) {
		char path[300];
		FILE *file;
		long size = -1;

		ok(embed_find(f->name) == f, "%s is found", f->name);
		ok(f->text[f->len] == '\0' && strlen(f->text) == f->len, "%s is one text that ends", f->name);
		ok(n == 0 || strcmp(f[-1].name, f->name) < 0, "%s is in order", f->name);
		snprintf(path, sizeof(path), "%s", f->name);
		file = fopen(path, "r");
		if (!file) {
			tap_skip("not run from the top of the tree");
			continue;
		}
		fseek(file, 0, SEEK_END);
		size = ftell(file);
		fclose(file);
		is_int(size, (long)f->len, "as long as the file");
	}
	return done();
}
