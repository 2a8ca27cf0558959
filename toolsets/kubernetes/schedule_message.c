/* SPDX-License-Identifier: Apache-2.0 */
#include "toolsets/kubernetes/schedule_message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum schedule_reason schedule_message_classify(const char *s)
{
	static const struct {
		const char *part;
		enum schedule_reason reason;
	} rules[] = {
		{"persistentvolumeclaim \"", SCHED_CLAIM_MISSING},
		{"taint", SCHED_TAINT},
		{"node affinity/selector", SCHED_AFFINITY},
		{"node affinity", SCHED_AFFINITY},
		{"node selector", SCHED_AFFINITY},
		{"were unschedulable", SCHED_CORDONED},
		{"was unschedulable", SCHED_CORDONED},
		{"Insufficient ", SCHED_RESOURCE},
		{"Too many pods", SCHED_PODS},
		{"free ports", SCHED_PORTS},
		{"anti-affinity", SCHED_ANTI_AFFINITY},
		{"pod affinity", SCHED_POD_AFFINITY},
		{"topology spread", SCHED_SPREAD},
		{"volume node affinity conflict", SCHED_VOLUME_NODE},
		{"unbound immediate PersistentVolumeClaims", SCHED_VOLUME},
		{"persistent volumes to bind", SCHED_VOLUME},
		{"available volume zone", SCHED_VOLUME_NODE},
		{"max volume count", SCHED_VOLUME},
		{"unbound PersistentVolumeClaims", SCHED_VOLUME},
		{"volume", SCHED_VOLUME},
		{"cannot allocate all claims", SCHED_DEVICES},
		{"ResourceClaim", SCHED_DEVICES},
		{"resourceclaim", SCHED_DEVICES},
		{"resource claim", SCHED_DEVICES},
		{"device class", SCHED_DEVICES},
		{"allocate devices", SCHED_DEVICES},
		{"DynamicResources", SCHED_DEVICES},
		{"requested node name", SCHED_NODE_NAME},
	};

	/* two that hold words of others */
	if (strstr(s, "volume node affinity") || strstr(s, "PersistentVolume's node affinity"))
		return SCHED_VOLUME_NODE;
	if (strstr(s, "didn't match pod affinity") || strstr(s, "pod affinity rules"))
		return strstr(s, "anti-affinity") ? SCHED_ANTI_AFFINITY : SCHED_POD_AFFINITY;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strstr(s, rules[i].part))
			return rules[i].reason;
	return SCHED_OTHER;
}

/* Where the part about nodes ends: before what preemption says. */
static size_t nodes_part(const char *s)
{
	static const char *const tails[] = {" preemption:", " Preemption:", " no new claims to deallocate",
					    " still not schedulable", NULL};
	size_t n = strlen(s);

	for (size_t i = 0; tails[i]; i++) {
		const char *at = strstr(s, tails[i]);

		if (at && (size_t)(at - s) < n)
			n = (size_t)(at - s);
	}
	while (n && (s[n - 1] == '.' || s[n - 1] == ',' || isspace((unsigned char)s[n - 1])))
		n--;
	return n;
}

/* A reason goes on to ", <digit>", or to ". " before the next sentence; braces hold anything. */
static size_t reason_length(const char *s, size_t n)
{
	int depth = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '{')
			depth++;
		else if (s[i] == '}' && depth)
			depth--;
		if (depth)
			continue;
		if (s[i] == ',' && i + 2 < n && s[i + 1] == ' ' && isdigit((unsigned char)s[i + 2]))
			return i;
		if (s[i] == '.' && i + 1 < n && s[i + 1] == ' ')
			return i;
	}
	return n;
}

static void add(struct schedule_message *m, int nodes, const char *s, size_t n)
{
	struct schedule_count *c;

	if (m->count >= SCHED_REASONS_MAX || !n)
		return;
	c = &m->counts[m->count++];
	c->nodes = nodes;
	snprintf(c->text, sizeof(c->text), "%.*s", (int)(n < sizeof(c->text) ? n : sizeof(c->text) - 1), s);
	c->reason = schedule_message_classify(c->text);
}

static void set_single(struct schedule_message *m, const char *s, size_t n)
{
	snprintf(m->single, sizeof(m->single), "%.*s", (int)(n < sizeof(m->single) ? n : sizeof(m->single) - 1), s);
	m->single_reason = schedule_message_classify(m->single);
}

bool schedule_message_parse(const char *text, struct schedule_message *out)
{
	char *end;
	const char *s;
	size_t n, at = 0;
	long available, total = -1;

	*out = (struct schedule_message){.total = -1};
	available = strtol(text, &end, 10);
	if (end != text && *end == '/')
		total = strtol(end + 1, &end, 10);
	s = total >= 0 && total < 1000000 && strncmp(end, " nodes are available: ", 22) == 0 ? end + 22 : NULL;
	if (!s) {
		set_single(out, text, strlen(text));
		return false;
	}
	out->available = (int)available;
	out->total = (int)total;
	n = nodes_part(s);
	while (at < n) {
		long nodes = strtol(s + at, &end, 10);
		size_t from = (size_t)(end - s), len;

		if (end == s + at || from >= n || s[from] != ' ' || nodes < 0 || nodes > total)
			break;
		from++;
		len = reason_length(s + from, n - from);
		add(out, (int)nodes, s + from, len);
		at = from + len;
		while (at < n && (s[at] == ',' || s[at] == ' ' || s[at] == '.'))
			at++;
	}
	if (at < n)
		set_single(out, s + at, n - at);
	return true;
}

int schedule_message_nodes(const struct schedule_message *m, enum schedule_reason reason)
{
	int sum = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->counts[i].reason == reason)
			sum += m->counts[i].nodes;
	return sum;
}

bool schedule_message_has(const struct schedule_message *m, enum schedule_reason reason)
{
	return schedule_message_nodes(m, reason) > 0 || (*m->single && m->single_reason == reason);
}

const char *schedule_message_resource(const struct schedule_count *c)
{
	return strncmp(c->text, "Insufficient ", 13) == 0 ? c->text + 13 : NULL;
}
