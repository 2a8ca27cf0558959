/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/facts/list_decode.h"

#include "agent/base/buf.h"
#include "agent/base/mem.h"
#include "agent/base/str.h"
#include "agent/data/json.h"
#include "agent/facts/facts_private.h"
#include "agent/facts/prune.h"
#include "agent/facts/thin.h"
#include "agent/source/managed.h"

/* A page's caller has capped it; the copy of a part is never longer. */
enum { OBJECT_MAX = 256 << 20 };

static json_t *decode_item(const struct list_decoder *d, struct span item, struct buf *scratch, const char *api_version,
			   struct err *e)
{
	json_t *read, *whole;

	buf_clear(scratch);
	prune_copy(scratch, item, d->many && d->now ? prune_of_many(d->kind->resource, d->drop) : d->drop);
	read = json_parse(buf_cstr(scratch), scratch->len, d->kind->resource, e);
	if (!json_is_object(read))
		return read;
	if (d->many && d->now)
		thin_object(d->kind->resource, read, d->now);
	whole = facts_complete(read, api_version, d->kind->kind);
	json_decref(read);
	return share_steal(d->share, whole);
}

static json_t *decode_items(const struct list_decoder *d, struct span items, const char *api_version, struct err *e)
{
	struct buf scratch = BUF_INIT(OBJECT_MAX);
	json_t *out = json_array(), *item;
	struct span_walk w;
	struct span key, value;

	span_walk(&w, items);
	while (out && span_next(&w, &key, &value)) {
		item = decode_item(d, value, &scratch, api_version, e);
		if (item) {
			json_array_append_new(out, item);
		} else {
			json_decref(out);
			out = NULL;
		}
	}
	buf_fini(&scratch);
	return out;
}

/* Of a list, the members beside the items. NULL: it is none, or broken. */
static json_t *decode_beside(struct span top, struct span *items)
{
	json_t *page = json_object();
	struct span_walk w;
	struct span key, value;

	*items = (struct span){NULL, 0};
	span_walk(&w, top);
	while (span_next(&w, &key, &value)) {
		auto_free char *name = mem_strn(key.s, key.n);
		json_t *member;

		if (str_eq(name, "items") && *value.s == '[') {
			*items = value;
			continue;
		}
		member = json_parse(value.s, value.n, name, NULL);
		if (member)
			json_object_set_new(page, name, member);
	}
	if (!w.broken && items->s)
		return page;
	json_decref(page);
	return NULL;
}

static json_t *decode_text(struct list_decoder *d, const char *text, size_t len, struct err *e)
{
	struct span items;
	json_t *page = decode_beside(span_value(text, text + len), &items), *list;
	/* A "List" without a type has items that say for themselves what they are. */
	bool untyped = str_eq(json_key_str(page, "kind"), "List");
	const char *version = untyped ? NULL : json_key_str(page, "apiVersion");
	int64_t remaining = json_int_at(page, "metadata.remainingItemCount", 0);

	if (!page)
		return json_parse(text, len, d->kind->resource, e);
	d->unwanted = d->wanted && remaining > 0 && (uint64_t)remaining > d->wanted;
	d->many = d->many || !str_empty(json_str_at(page, "metadata.continue"));
	list = d->unwanted ? json_array() : decode_items(d, items, str_or(version, d->kind->api_version), e);
	if (list) {
		json_object_set_new(page, "items", list);
		return page;
	}
	json_decref(page);
	return json_parse(text, len, d->kind->resource, e); /* says where it is wrong */
}

json_t *list_decode_page(void *decoder, const char *text, size_t len, struct err *e)
{
	struct list_decoder *d = decoder;
	auto_free char *rest = NULL;

	if (d->drop)
		return decode_text(d, text, len, e);
	rest = mem_alloc(len + 1);
	len = managed_keep(text, len, rest);
	rest[len] = '\0';
	return decode_text(d, rest, len, e);
}

json_t *list_decode_object(void *decoder, const char *text, size_t len, struct err *e)
{
	struct list_decoder *d = decoder;
	struct buf scratch = BUF_INIT(OBJECT_MAX);
	struct span top = span_value(text, text + len);
	json_t *out = top.s ? decode_item(d, top, &scratch, d->kind->api_version, e)
			    : json_parse(text, len, d->kind->resource, e);

	buf_fini(&scratch);
	return out;
}
