/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/model/openai.h"

#include <string.h>

#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/io/url.h"

/* Forms of the limit of output tokens, tried in turn: the likelier name, the other name, none. */
enum { TOKENS_LIKELY = 0, TOKENS_OTHER, TOKENS_NONE };

char *openai_url(const struct model_settings *s)
{
	struct buf path = BUF_INIT(4096);
	char *url;

	if (!s->azure_version) {
		/* A base URL that is the whole address already is taken as it is. */
		size_t n = strcspn(s->base_url, "?#");

		while (n && s->base_url[n - 1] == '/')
			n--;
		if (n > 17 && memcmp(s->base_url + n - 17, "/chat/completions", 17) == 0)
			return mem_str(s->base_url);
		return url_join(s->base_url, "chat/completions");
	}
	buf_str(&path, "openai/deployments/");
	url_encode_to(&path, s->name);
	buf_str(&path, "/chat/completions?api-version=");
	url_encode_to(&path, s->azure_version);
	url = url_join(s->base_url, buf_cstr(&path));
	buf_fini(&path);
	return url;
}

bool openai_streams(const struct model *m)
{
	return m->stream && !m->quirks.no_stream;
}

bool openai_sends_tools(const struct model *m, const struct model_turn *t)
{
	return json_array_size(t->tools) > 0 && !m->quirks.no_tools;
}

static void add_key(struct buf *out, const char *key)
{
	buf_printf(out, ",\"%s\":", key);
}

static bool is_extra(const struct model *m, const char *key)
{
	return json_object_get(m->extra, key) != NULL;
}

static void add_tools(const struct model *m, const struct model_turn *t, struct buf *out)
{
	const char *choice = t->tool_choice;

	if (!openai_sends_tools(m, t))
		return;
	add_key(out, "tools");
	json_dump_to(out, t->tools, false);
	if (str_empty(choice) || str_eq(choice, "auto") || m->quirks.no_tool_choice)
		return;
	add_key(out, "tool_choice");
	if (str_eq(choice, "none") || str_eq(choice, "required")) {
		buf_printf(out, "\"%s\"", choice);
	} else {
		auto_json json_t *name = json_text0(choice);

		buf_str(out, "{\"type\":\"function\",\"function\":{\"name\":");
		json_dump_to(out, name, false);
		buf_str(out, "}}");
	}
}

static void add_limits(const struct model *m, struct buf *out)
{
	bool new_form = m->new_tokens_form != (m->quirks.tokens_form == TOKENS_OTHER);

	if (m->temperature >= 0 && !m->quirks.no_temperature && !is_extra(m, "temperature")) {
		auto_json json_t *t = json_real(m->temperature);

		add_key(out, "temperature");
		json_dump_to(out, t, false);
	}
	if (m->max_output_tokens > 0 && m->quirks.tokens_form != TOKENS_NONE && !is_extra(m, "max_tokens") &&
	    !is_extra(m, "max_completion_tokens")) {
		add_key(out, new_form ? "max_completion_tokens" : "max_tokens");
		buf_printf(out, "%lld", (long long)m->max_output_tokens);
	}
}

static void add_extra(const struct model *m, struct buf *out)
{
	static const char *const ours[] = {"model",  "messages",       "tools", "tool_choice",
					   "stream", "stream_options", NULL};
	const char *key;
	json_t *value;

	json_object_foreach (m->extra, key, value) {
		bool taken = false;

		for (const char *const *o = ours; *o; o++)
			taken = taken || str_eq(*o, key);
		if (taken)
			continue;
		auto_json json_t *name = json_text0(key);

		buf_char(out, ',');
		json_dump_to(out, name, false);
		buf_char(out, ':');
		json_dump_to(out, value, false);
	}
}

int openai_body(const struct model *m, const struct model_turn *t, struct buf *out, struct err *e)
{
	auto_json json_t *name = json_text0(m->name);

	buf_str(out, "{\"model\":");
	json_dump_to(out, name, false);
	add_key(out, "messages");
	json_dump_to(out, t->messages, false);
	add_tools(m, t, out);
	if (openai_streams(m)) {
		buf_str(out, ",\"stream\":true");
		if (!m->quirks.no_stream_options)
			buf_str(out, ",\"stream_options\":{\"include_usage\":true}");
	}
	add_limits(m, out);
	add_extra(m, out);
	buf_char(out, '}');
	if (out->over)
		return err_set(e, ERR_LIMIT,
			       "the request to the model would be over %zu MiB: ask a smaller question or shorten what "
			       "is attached",
			       out->max >> 20);
	return 0;
}
