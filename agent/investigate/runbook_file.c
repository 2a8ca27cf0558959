/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/investigate/runbook_load.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/data/keys.h"
#include "agent/data/yaml.h"

#define NAME_MAX_BYTES 64
#define TITLE_MAX 120       /* ours: a line in a list */
#define MATCH_MAX 500
#define DESCRIPTION_MAX 240 /* others' descriptions serve as titles */

#define AT(field) offsetof(struct front, field)

static const struct key match_keys[] = {
	{.name = "alerts", .type = KEY_STRINGS, .offset = AT(alerts), .help = "alert names, * stands for any text"},
	{.name = "checks", .type = KEY_STRINGS, .offset = AT(checks), .help = "names of checks, * stands for any text"},
	{.name = "kinds", .type = KEY_STRINGS, .offset = AT(kinds), .help = "kinds of objects"},
	{.name = "words", .type = KEY_STRINGS, .offset = AT(words), .help = "words and phrases of a question"},
	{0},
};

static const struct key front_keys[] = {
	{.name = "title", .type = KEY_STRING, .offset = AT(title), .help = "what it helps with, one line"},
	{.name = "match", .type = KEY_GROUP, .help = "what it is offered for", .children = match_keys},
	{0},
};

static bool front_is_fence(const char *line, size_t n)
{
	while (n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		n--;
	return n == 3 && strncmp(line, "---", 3) == 0;
}

/*
 * Bytes of the front matter with its opening line, without the closing one; *body begins after that. 0: there is none,
 * -1: it is not closed.
 */
static long front_size(const char *text, const char **body)
{
	const char *line = text;
	size_t n = strcspn(line, "\n");

	*body = text;
	if (!front_is_fence(line, n))
		return 0;
	while (line[n] == '\n') {
		line += n + 1;
		n = strcspn(line, "\n");
		if (front_is_fence(line, n)) {
			*body = line + n + (line[n] == '\n');
			return line - text;
		}
	}
	return -1;
}

static int line_in(const char *text, const char *at)
{
	int line = 1;

	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	return line;
}

static bool is_blank(const char *s)
{
	return s[strspn(s, " \t\n")] == '\0';
}

static bool name_is_good(const char *s)
{
	size_t n = strlen(s);

	if (!n || n > NAME_MAX_BYTES || !isalnum((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("._-", *s))
			return false;
	return true;
}

static int set_name(struct volume *v, const char *name, const char *origin, struct err *e)
{
	if (!name_is_good(name))
		return err_set(e, ERR_CONFIG,
			       "%s: \"%.80s\" is no name for a runbook: use up to %d letters, digits, '.', '_' and '-'",
			       origin, name, NAME_MAX_BYTES);
	v->name = mem_str(name);
	v->origin = mem_str(origin);
	return 0;
}

/* Takes the body and points pub at what is there. */
static int finish(struct volume *v, const char *text, const char *body, struct err *e)
{
	static char *const none[] = {NULL};

	if (is_blank(body))
		return err_set(e, ERR_CONFIG, "%s:%d: the runbook has no steps: write them after the front matter",
			       v->origin, line_in(text, body));
	body += strspn(body, "\n");
	v->body = mem_str(body);
	v->pub = (struct runbook){
		.name = v->name,
		.title = v->front.title,
		.origin = v->origin,
		.body = v->body,
		.alerts = v->front.alerts ? v->front.alerts : none,
		.checks = v->front.checks ? v->front.checks : none,
		.kinds = v->front.kinds ? v->front.kinds : none,
		.words = v->front.words ? v->front.words : none,
	};
	return 0;
}

/* One line out of any text, cut at max bytes. */
static char *one_line(const char *s, size_t max)
{
	auto_buf struct buf b = BUF_INIT(TITLE_MAX + 64u * 1024);
	size_t cut;

	for (; *s && b.len <= max + 8; s++) {
		if (!isspace((unsigned char)*s))
			buf_char(&b, *s);
		else if (b.len && b.data[b.len - 1] != ' ')
			buf_char(&b, ' ');
	}
	if (b.len && b.data[b.len - 1] == ' ')
		buf_cut(&b, b.len - 1);
	cut = b.len > max ? utf8_cut(b.data, b.len, max) : b.len;
	if (cut < b.len) {
		buf_cut(&b, cut);
		buf_str(&b, "...");
	}
	return buf_steal(&b);
}

/* The front matter as JSON. NULL: missing, not closed, not YAML, not a mapping. */
static json_t *parse_front(const char *origin, const char *text, const char **body, struct yaml_lines **lines,
			   struct err *e)
{
	long n = front_size(text, body);
	json_t *doc;

	if (n == 0)
		err_set(e, ERR_CONFIG, "%s:1: a runbook begins with front matter: \"---\", \"title: ...\", \"---\"",
			origin);
	else if (n < 0)
		err_set(e, ERR_CONFIG, "%s:1: the front matter is not closed by a line \"---\"", origin);
	if (n <= 0)
		return NULL;
	doc = yaml_parse(text, (size_t)n, origin, lines, e);
	if (doc && !json_is_object(doc) && !json_is_null(doc)) {
		json_decref(doc);
		yaml_lines_free(*lines);
		*lines = NULL;
		err_set(e, ERR_CONFIG, "%s:2: the front matter must be a mapping with a title", origin);
		return NULL;
	}
	return doc;
}

static int check_lists(const struct volume *v, const struct yaml_lines *lines, struct err *e)
{
	char *const *lists[] = {v->front.alerts, v->front.checks, v->front.kinds, v->front.words};
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		for (char *const *s = lists[i]; s && *s; s++, n++) {
			auto_free char *at = mem_printf("/match/%s", match_keys[i].name);

			if (is_blank(*s))
				return err_set(e, ERR_CONFIG, "%s:%d: an entry of match.%s is empty", v->origin,
					       yaml_line_of(lines, at), match_keys[i].name);
		}
	}
	if (n > MATCH_MAX)
		return err_set(e, ERR_LIMIT, "%s:%d: match holds more than %d entries", v->origin,
			       yaml_line_of(lines, "/match"), MATCH_MAX);
	return 0;
}

static int load_ours(struct volume *v, const json_t *doc, const struct yaml_lines *lines, struct err *e)
{
	int line = yaml_line_of(lines, "/title");

	if (keys_load(front_keys, &v->front, doc, v->origin, lines, e) != 0 || check_lists(v, lines, e) != 0)
		return -1;
	if (!v->front.title || is_blank(v->front.title))
		return err_set(e, ERR_CONFIG, "%s:%d: the runbook has no title: add \"title: ...\" to its front matter",
			       v->origin, line ? line : 1);
	if (strlen(v->front.title) > TITLE_MAX || strchr(v->front.title, '\n'))
		return err_set(e, ERR_CONFIG, "%s:%d: the title must be one line of at most %d bytes", v->origin, line,
			       TITLE_MAX);
	return 0;
}

struct volume *volume_parse(const char *name, const char *origin, const char *text, struct err *e)
{
	struct volume *v = MEM_NEW(struct volume);
	struct yaml_lines *lines = NULL;
	const char *body = text;
	json_t *doc = NULL;
	int rc = -1;

	if (set_name(v, name, origin, e) == 0)
		doc = parse_front(origin, text, &body, &lines, e);
	if (doc)
		rc = load_ours(v, doc, lines, e);
	if (rc == 0)
		rc = finish(v, text, body, e);
	json_decref(doc);
	yaml_lines_free(lines);
	if (rc == 0)
		return v;
	volume_free(v);
	return NULL;
}

/* Skills hold more keys than we know (license, allowed-tools, ...): only ours are looked at. */
static int load_skill(struct volume *v, const json_t *doc, const struct yaml_lines *lines, struct err *e)
{
	const char *description = json_key_str(doc, "description");
	json_t *match = json_object_get(doc, "match");
	auto_json json_t *known = match ? json_pack("{s:O}", "match", match) : json_object();

	if (str_empty(description) || is_blank(description))
		return err_set(e, ERR_CONFIG, "%s:1: the skill has no description in its front matter", v->origin);
	if (keys_load(front_keys, &v->front, known, v->origin, lines, e) != 0 || check_lists(v, lines, e) != 0)
		return -1;
	v->front.title = one_line(description, DESCRIPTION_MAX);
	return 0;
}

struct volume *volume_parse_skill(const char *folder_name, const char *origin, const char *text, struct err *e)
{
	struct volume *v = MEM_NEW(struct volume);
	struct yaml_lines *lines = NULL;
	const char *body = text;
	json_t *doc = parse_front(origin, text, &body, &lines, e);
	int rc = -1;

	if (doc)
		rc = set_name(v, str_or(json_key_str(doc, "name"), folder_name), origin, e);
	if (rc == 0)
		rc = load_skill(v, doc, lines, e);
	if (rc == 0)
		rc = finish(v, text, body, e);
	json_decref(doc);
	yaml_lines_free(lines);
	if (rc == 0)
		return v;
	volume_free(v);
	return NULL;
}

struct volume *volume_parse_plain(const char *name, const char *origin, const char *title, const char *text,
				  struct err *e)
{
	struct volume *v = MEM_NEW(struct volume);
	const char *body = text;

	front_size(text, &body);
	v->front.title = one_line(title, DESCRIPTION_MAX);
	if (set_name(v, name, origin, e) == 0 && finish(v, text, body, e) == 0)
		return v;
	volume_free(v);
	return NULL;
}

void volume_free(struct volume *v)
{
	if (!v)
		return;
	keys_fini(front_keys, &v->front);
	free(v->name);
	free(v->origin);
	free(v->body);
	free(v);
}
