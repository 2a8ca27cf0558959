/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of lists from their text: object by object, each without what nobody looks at and with equal parts shared, so
 * that a page of many megabytes never stands decoded in memory.
 */
#ifndef AGENT_FACTS_LIST_DECODE_H
#define AGENT_FACTS_LIST_DECODE_H

#include "agent/base/err.h"
#include "agent/facts/share.h"
#include "agent/source/kinds.h"

struct list_decoder {
	const struct kind *kind;
	const char *const *drop; /* as in prune.h; NULL: only what managedFields hold beside writer and time */
	struct share *share;
	/* More objects would follow than are wanted: none of this page is decoded then. 0: any number is. */
	size_t wanted;
	bool unwanted; /* out: that was so */
	bool many;     /* out: there is more than one page, so that objects are made thin (thin.h) */
	int64_t now;   /* wall ms, for that; 0: they are not */
};

/* A source_request's decode. A page: what stands beside the items, and the items. */
json_t *list_decode_page(void *decoder, const char *text, size_t len, struct err *e);
/* The same for one object. */
json_t *list_decode_object(void *decoder, const char *text, size_t len, struct err *e);

#endif
