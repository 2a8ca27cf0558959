/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler's sentence: counts, reasons with commas and braces, sentences behind, texts without counts. */
#include "toolsets/kubernetes/schedule_message.h"

#include "tests/tap.h"

static struct schedule_message m;

static void counted(void)
{
	ok(schedule_message_parse("0/4 nodes are available: 1 node(s) had untolerated taint "
				  "{node-role.kubernetes.io/control-plane: }, "
				  "1 Insufficient nvidia.com/gpu, 2 node(s) didn't match Pod's node affinity/selector. "
				  "preemption: 0/4 nodes "
				  "are available: 4 Preemption is not helpful for scheduling.",
				  &m),
	   "the usual form");
	is_int(m.available, 0, "available");
	is_int(m.total, 4, "total");
	is_int(m.count, 3, "three reasons");
	is_int(m.counts[0].reason, SCHED_TAINT, "a taint");
	is_str(m.counts[0].text, "node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }",
	       "with its braces");
	is_int(m.counts[1].reason, SCHED_RESOURCE, "a resource");
	is_str(schedule_message_resource(&m.counts[1]), "nvidia.com/gpu", "its name");
	is_int(m.counts[2].reason, SCHED_AFFINITY, "a selector");
	is_int(m.counts[2].nodes, 2, "of two nodes");
	is_int(schedule_message_nodes(&m, SCHED_AFFINITY), 2, "nodes by reason");
	is_str(m.single, "", "nothing behind");
	ok(!schedule_message_resource(&m.counts[0]), "a taint is no resource");
}

static void odd(void)
{
	ok(schedule_message_parse(
		   "0/3 nodes are available: 3 node(s) had untolerated taint {a/b: c, d}, 1 Too many pods.", &m) &&
		   m.count == 2,
	   "a comma inside of braces does not part");
	is_str(m.counts[0].text, "node(s) had untolerated taint {a/b: c, d}", "the whole taint");
	ok(schedule_message_parse("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. "
				  "preemption: 0/3 nodes are "
				  "available: 3 Preemption is not helpful for scheduling.",
				  &m) &&
		   m.count == 0,
	   "no counts");
	is_str(m.single, "pod has unbound immediate PersistentVolumeClaims", "the text alone");
	is_int(m.single_reason, SCHED_VOLUME, "about volumes");
	ok(schedule_message_parse(
		   "0/5 nodes are available: request gpu: device class gpu-h100 does not exist. still not schedulable, "
		   "preemption: 0/5 nodes are available: 5 Preemption is not helpful for scheduling.",
		   &m),
	   "a refusal before nodes are looked at");
	is_str(m.single, "request gpu: device class gpu-h100 does not exist", "its text");
	is_int(m.single_reason, SCHED_DEVICES, "about devices");
	ok(schedule_message_parse("0/1 nodes are available: persistentvolumeclaim \"data\" not found. not found", &m),
	   "a claim");
	is_int(m.single_reason, SCHED_CLAIM_MISSING, "that is missing");
	ok(schedule_message_parse("0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) "
				  "didn't match pod anti-affinity "
				  "rules, 1 node(s) didn't match pod affinity rules.",
				  &m) &&
		   m.count == 3,
	   "three kinds of affinity");
	is_int(m.counts[0].reason, SCHED_VOLUME_NODE, "of volumes");
	is_int(m.counts[1].reason, SCHED_ANTI_AFFINITY, "against pods");
	is_int(m.counts[2].reason, SCHED_POD_AFFINITY, "for pods");
	ok(!schedule_message_parse(
		   "running \"VolumeBinding\" prebind plugin: binding volumes: context deadline exceeded", &m),
	   "another form");
	is_int(m.single_reason, SCHED_VOLUME, "about volumes");
	ok(!schedule_message_parse("", &m) && !*m.single, "nothing at all");
	ok(!schedule_message_parse("0/99999999999 nodes are available: 1 x", &m), "a number beyond reason");
	ok(schedule_message_parse("0/2 nodes are available: 7 Insufficient cpu.", &m) && m.count == 0,
	   "more nodes than there are");
}

static void cut(void)
{
	static const char text[] = "0/4 nodes are available: 1 node(s) had untolerated taint {a: b}, 1 node(s) were "
				   "unschedulable, 2 Insufficient cpu. "
				   "preemption: 0/4 nodes are available: 4 x.";

	for (size_t n = 0; n < sizeof(text); n++) {
		char *head = malloc(n + 1);

		memcpy(head, text, n);
		head[n] = '\0';
		schedule_message_parse(head, &m);
		free(head);
		if (m.count > 3)
			ok(0, "cut at %zu gives %zu reasons", n, m.count);
	}
	ok(1, "every beginning of a message can be read");
}

int main(void)
{
	counted();
	odd();
	cut();
	return done();
}
