/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/attach.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"

#define ATTACH_MAX (8u << 20) /* of one; the model sees a clipped part */

static void add(json_t *list, const char *name, const char *text, size_t len)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", json_text0(name));
	json_object_set_new(o, "text", json_text(text, len));
	json_array_append_new(list, o);
}

/*
 * A pipe or a file as standard input is meant for us. Other kinds (a terminal, /dev/null, an idle socket of a CI
 * runner) are not, and
 * waiting for them would be a hang.
 */
static bool is_piped(void)
{
	struct stat st;

	if (isatty(STDIN_FILENO) || fstat(STDIN_FILENO, &st) < 0)
		return false;
	return S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode);
}

json_t *attach_all(const struct options *o, struct err *e)
{
	json_t *list = json_array();
	size_t len;

	for (size_t i = 0; i < o->attach.count; i++) {
		const char *path = o->attach.items[i];
		auto_free char *text = str_eq(path, "-")
					       ? file_read_fd(STDIN_FILENO, "standard input", ATTACH_MAX, &len, e)
					       : file_read(path, ATTACH_MAX, &len, e);

		if (!text) {
			err_wrap(e, "-f");
			json_decref(list);
			return NULL;
		}
		add(list, path, text, len);
	}
	if (is_piped()) {
		auto_free char *text = file_read_fd(STDIN_FILENO, "standard input", ATTACH_MAX, &len, e);

		if (!text) {
			json_decref(list);
			return NULL;
		}
		if (len)
			add(list, "standard input", text, len);
	}
	return list;
}
