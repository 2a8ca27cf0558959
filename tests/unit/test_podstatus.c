/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"
#include "toolsets/kubernetes/podstatus.h"

#include "agent/data/yaml.h"

static void status(const char *yaml, const char *want)
{
	struct err e = {0};
	json_t *pod = yaml_parse(yaml, strlen(yaml), "pod", NULL, &e);
	struct pod_status s = {0};
	char got[160];

	if (pod)
		kubernetes_pod_status(pod, &s);
	snprintf(got, sizeof(got), "%s %d/%d %lld", s.word, s.ready, s.total, (long long)s.restarts);
	is_str(pod ? got : e.msg, want, "status words");
	json_decref(pod);
}

int main(void)
{
	status("{spec: {containers: [{name: a}]}, status: {phase: Running, containerStatuses: [{name: a, ready: true, "
	       "state: {running: {}}}]}}",
	       "Running 1/1 0");
	status("{spec: {containers: [{name: a}]}, status: {phase: Pending}}", "Pending 0/1 0");
	status("{spec: {containers: [{name: a}]}, status: {phase: Failed, reason: Evicted}}", "Evicted 0/1 0");
	status("{spec: {containers: [{name: a}]}, status: {phase: Running, containerStatuses: [{name: a, restartCount: "
	       "5, state: {waiting: {reason: CrashLoopBackOff}}}]}}",
	       "CrashLoopBackOff 0/1 5");
	status("{spec: {containers: [{name: a}]}, status: {phase: Succeeded, containerStatuses: [{name: a, state: "
	       "{terminated: {reason: Completed, exitCode: 0}}}]}}",
	       "Completed 0/1 0");
	status("{spec: {containers: [{name: a}]}, status: {phase: Failed, containerStatuses: [{name: a, state: "
	       "{terminated: {exitCode: 3}}}]}}",
	       "ExitCode:3 0/1 0");
	status("{spec: {containers: [{name: a}]}, status: {phase: Failed, containerStatuses: [{name: a, state: "
	       "{terminated: {exitCode: 137, signal: 9}}}]}}",
	       "Signal:9 0/1 0");
	/* One container is done, another runs: Running when the pod is ready, else NotReady. */
	status("{spec: {containers: [{name: a}, {name: b}]}, status: {phase: Running, conditions: [{type: Ready, "
	       "status: 'True'}], containerStatuses: ["
	       "{name: a, state: {terminated: {reason: Completed, exitCode: 0}}}, {name: b, ready: true, state: "
	       "{running: {}}}]}}",
	       "Running 1/2 0");
	status("{spec: {containers: [{name: a}, {name: b}]}, status: {phase: Running, containerStatuses: ["
	       "{name: a, state: {terminated: {reason: Completed, exitCode: 0}}}, {name: b, ready: true, state: "
	       "{running: {}}}]}}",
	       "NotReady 1/2 0");
	status("{spec: {initContainers: [{name: i}, {name: j}], containers: [{name: a}]}, status: {phase: Pending, "
	       "initContainerStatuses: ["
	       "{name: i, state: {terminated: {exitCode: 0}}}, {name: j, state: {running: {}}}], containerStatuses: "
	       "[{name: a, state: {waiting: {reason: PodInitializing}}}]}}",
	       "Init:1/2 0/1 0");
	status("{spec: {initContainers: [{name: i}], containers: [{name: a}]}, status: {phase: Pending, "
	       "initContainerStatuses: [{name: i, restartCount: 4, state: {waiting: {reason: CrashLoopBackOff}}}]}}",
	       "Init:CrashLoopBackOff 0/1 4");
	status("{spec: {initContainers: [{name: i}], containers: [{name: a}]}, status: {phase: Failed, "
	       "initContainerStatuses: [{name: i, state: {terminated: {exitCode: 2, reason: Error}}}]}}",
	       "Init:Error 0/1 0");
	status("{spec: {initContainers: [{name: i}], containers: [{name: a}]}, status: {phase: Failed, "
	       "initContainerStatuses: [{name: i, state: {terminated: {exitCode: 2}}}]}}",
	       "Init:ExitCode:2 0/1 0");
	/* A sidecar counts as a container. */
	status("{spec: {initContainers: [{name: s, restartPolicy: Always}], containers: [{name: a}]}, status: {phase: "
	       "Running, initContainerStatuses: ["
	       "{name: s, started: true, ready: true, restartCount: 2, state: {running: {}}}], containerStatuses: "
	       "[{name: a, ready: true, restartCount: 1, state: {running: {}}}]}}",
	       "Running 2/2 3");
	status("{metadata: {deletionTimestamp: x}, spec: {containers: [{name: a}]}, status: {phase: Running}}",
	       "Terminating 0/1 0");
	status("{metadata: {deletionTimestamp: x}, spec: {containers: [{name: a}]}, status: {phase: Running, reason: "
	       "NodeLost}}",
	       "Unknown 0/1 0");
	status("{metadata: {deletionTimestamp: x}, spec: {containers: [{name: a}]}, status: {phase: Succeeded}}",
	       "Succeeded 0/1 0");
	status("{spec: {containers: [{name: a}]}, status: {phase: Pending, conditions: [{type: PodScheduled, status: "
	       "'False', reason: SchedulingGated}]}}",
	       "SchedulingGated 0/1 0");
	status("{}", "Unknown 0/0 0");
	return done();
}
