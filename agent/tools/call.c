/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/tools/call.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/base/utf8.h"
#include "agent/data/json.h"
#include "agent/text/mask.h"
#include "agent/text/suspect.h"
#include "agent/tools/args.h"
#include "agent/tools/timer.h"
#include "agent/tools/work.h"

struct call {
	struct call_setup setup;
	char *id, *name, *raw;
	const struct tool *tool;
	char *cluster;
	json_t *args;	/* NULL: not understood */
	struct err why; /* of a refusal */
	char *key, *source;
	struct work work;
	struct cancel *cancel; /* of this call: the deadline fires it too */
	char *text;	       /* masked; NULL before the end, and once it was taken */
	size_t text_len;
	bool ran, late, suspect;
	int64_t started_ms, duration_ms;
};

static char *make_key(const struct call *c)
{
	auto_free char *args = c->args ? json_dump(c->args, true) : mem_str(c->raw);

	return mem_printf("%s\x1f%s\x1f%s", c->name, str_or(c->cluster, ""), args);
}

struct call *call_new(const struct call_setup *s, const struct call_request *q)
{
	struct call *c = MEM_NEW(struct call);
	const char *near;

	c->setup = *s;
	c->id = mem_str(q->id);
	c->name = mem_str(str_or(q->name, "(no name)"));
	c->raw = mem_str(str_or(q->arguments, ""));
	c->tool = registry_tool(s->registry, c->name, NULL);
	near = c->tool ? NULL : registry_nearest_tool(s->registry, c->name);
	if (c->tool)
		c->args = args_parse(c->tool, c->raw, strlen(c->raw), &c->cluster, &c->why);
	else if (near)
		err_set(&c->why, ERR_ARG, "there is no tool \"%.64s\"; did you mean \"%s\"?", c->name, near);
	else
		err_set(&c->why, ERR_ARG, "there is no tool \"%.64s\": use only the tools that were offered", c->name);
	if (c->args && c->cluster && !world_cluster(s->world, c->cluster)) {
		err_set(&c->why, ERR_ARG, "there is no cluster \"%.64s\" here", c->cluster);
		json_decref(c->args);
		c->args = NULL;
	}
	c->key = make_key(c);
	return c;
}

void call_free(struct call *c)
{
	if (c->ran)
		work_fini(&c->work);
	cancel_free(c->cancel);
	json_decref(c->args);
	free(c->id);
	free(c->name);
	free(c->raw);
	free(c->cluster);
	free(c->key);
	free(c->source);
	free(c->text);
	free(c);
}

const char *call_key(const struct call *c)
{
	return c->key;
}

bool call_ready(const struct call *c)
{
	return c->args != NULL;
}

void call_refuse(struct call *c, struct call_result *r)
{
	r->status = TOOL_ERROR;
	r->started_ms = clock_wall_ms();
	r->text = mem_printf("Error: %s", c->why.msg);
	r->text_len = strlen(r->text);
}

/* Masked and made valid by the worker: there are several of them, and only one that takes results. */
static char *make_text(const struct call *c, size_t *len)
{
	auto_buf struct buf masked = BUF_INIT(WORK_TEXT_MAX * 2);
	auto_buf struct buf clean = BUF_INIT(WORK_TEXT_MAX * 2);

	if (c->late) {
		buf_printf(&clean, "This took longer than %g s and was stopped.%s", (double)c->setup.limit_ms / 1000,
			   c->work.answered ? " What had come by then:\n"
					    : " Ask for less: a namespace, a name, a limit.");
	}
	if (c->work.answered)
		utf8_clean(&clean, buf_cstr(&c->work.text), c->work.text.len);
	else if (!c->late)
		buf_str(&clean, "Error: the tool gave no answer.");
	mask_text(&masked, buf_cstr(&clean), clean.len);
	*len = masked.len;
	return buf_steal(&masked);
}

void call_run(struct call *c)
{
	int64_t start = clock_mono_ms();
	struct timer *timer;

	c->started_ms = clock_wall_ms();
	c->cancel = cancel_new(c->setup.cancel);
	work_init(&c->work, c->setup.world, world_cluster(c->setup.world, c->cluster), c->cancel);
	c->ran = true;
	timer = timer_start(c->setup.limit_ms, c->cancel);
	if (c->tool->run(&work_host, &c->work, c->args) < 0 && !c->work.answered)
		c->work.status = TOOL_ERROR;
	c->late = timer_stop(timer) && !cancel_fired(c->setup.cancel);
	c->suspect = suspect_text(buf_cstr(&c->work.text), c->work.text.len);
	c->duration_ms = clock_mono_ms() - start;
	c->text = make_text(c, &c->text_len);
}

void call_describe(const struct call *c, struct call_result *r)
{
	struct cluster *cluster = world_cluster(c->setup.world, c->cluster);

	r->id = mem_str(c->id);
	r->tool = mem_str(c->name);
	r->cluster = mem_str(cluster ? cluster->name : "");
	if (c->args)
		r->arguments = json_deep_copy(c->args);
	else {
		size_t n = strlen(c->raw);

		r->arguments = json_object();
		json_object_set_new(r->arguments, "raw", json_text(c->raw, utf8_cut(c->raw, n, n < 4096 ? n : 4096)));
	}
}

void call_finish(struct call *c, struct call_result *r)
{
	r->status = c->late ? TOOL_TIMEOUT : c->work.status;
	if (!c->late && r->status != TOOL_OK &&
	    cancel_fired(c->setup.cancel)) /* what it says is due to the interrupt */
		r->status = TOOL_ERROR;
	r->bytes = c->work.bytes;
	r->suspect = c->suspect;
	r->started_ms = c->started_ms;
	r->duration_ms = c->duration_ms;
	call_source(c); /* looks at what was touched: before it is given away */
	r->touches = c->work.touches;
	r->touch_count = c->work.touch_count;
	c->work.touches = NULL;
	c->work.touch_count = 0;
}

char *call_take_text(struct call *c, size_t *len)
{
	char *text = c->text;

	*len = c->text_len;
	c->text = NULL;
	return text;
}

const char *call_source(struct call *c)
{
	auto_free char *args = NULL;

	if (c->source)
		return c->source;
	if (c->work.touch_count == 1 && c->work.touches[0].path)
		c->source = mem_printf("GET %s", c->work.touches[0].path);
	else {
		args = json_dump(c->args, false);
		c->source = mem_printf("tool %s %s", c->name, args);
	}
	return c->source;
}

size_t call_cut(const char *s, size_t n, size_t max)
{
	const char *end;

	if (n <= max)
		return n;
	end = memrchr(s, '\n', max);
	if (end && (size_t)(end - s) > max / 2)
		return (size_t)(end - s) + 1;
	return utf8_cut(s, n, max);
}

const char *tool_status_name(enum tool_status s)
{
	static const char *const names[] = {"ok", "no_data", "error", "denied", "timeout"};

	return names[s];
}

void call_result_fini(struct call_result *r)
{
	free(r->id);
	free(r->tool);
	free(r->cluster);
	json_decref(r->arguments);
	free(r->text);
	work_touches_fini(r->touches, r->touch_count);
	*r = (struct call_result){0};
}
