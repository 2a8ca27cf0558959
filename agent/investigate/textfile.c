/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/textfile.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "agent/base/file.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **textfile_names(const char *folder, struct err *e)
{
	DIR *d = opendir(folder);
	char **names = NULL;
	size_t n = 0, cap = 0;
	const struct dirent *entry;

	if (!d) {
		err_sys(e, "folder %s cannot be read", folder);
		return NULL;
	}
	while ((entry = readdir(d))) {
		if (entry->d_name[0] == '.') /* hidden ones, and the ..data of a mounted ConfigMap */
			continue;
		MEM_GROW(names, n + 1, cap);
		names[n++] = mem_str(entry->d_name);
		names[n] = NULL;
		if (n > TEXTFILE_NAMES) {
			err_set(e, ERR_LIMIT, "folder %s holds more than %d files: name a folder of its own", folder,
				TEXTFILE_NAMES);
			str_list_free(names);
			closedir(d);
			return NULL;
		}
	}
	closedir(d);
	if (!names)
		return mem_zero(sizeof(*names));
	qsort(names, n, sizeof(*names), by_bytes);
	return names;
}

static int line_of(const char *text, size_t at)
{
	int line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return line;
}

/* Offset of the first byte that is not text, len when there is none. */
static size_t first_bad(const char *text, size_t len)
{
	size_t start = 0;

	while (start < len) {
		const char *nl = memchr(text + start, '\n', len - start);
		size_t end = nl ? (size_t)(nl - text) + 1 : len;

		if (!utf8_valid(text + start, end - start) || memchr(text + start, '\0', end - start))
			return start;
		start = end;
	}
	return len;
}

/* In place: \r\n to \n, no byte order mark. */
static void plain_lines(char *text)
{
	const char *in = str_starts(text, "\xef\xbb\xbf") ? text + 3 : text;
	char *out = text;

	for (; *in; in++)
		if (in[0] != '\r' || in[1] != '\n')
			*out++ = *in;
	*out = '\0';
}

char *textfile_read(const char *path, struct err *e)
{
	size_t len = 0, bad;
	char *text = file_read(path, TEXTFILE_MAX, &len, e);

	if (!text)
		return NULL;
	bad = first_bad(text, len);
	if (bad < len) {
		err_set(e, ERR_PARSE, "%s:%d: the line is not UTF-8 text", path, line_of(text, bad));
		free(text);
		return NULL;
	}
	plain_lines(text);
	return text;
}
