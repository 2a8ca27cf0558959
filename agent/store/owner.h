/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a running investigation is: a process, named so that a reused process id, a reboot or another container's
 * numbering is not taken for it.
 */
#ifndef AGENT_STORE_OWNER_H
#define AGENT_STORE_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define OWNER_TEXT 128

/* "BOOT-ID PID-NAMESPACE PID START-TIME" of a process; the start time is 0 when there is no such process. */
void owner_name(pid_t pid, char out[static OWNER_TEXT]);
/*
 * false: the process is surely gone. A process that we cannot look at (another PID namespace of this machine, as two
 * containers with a shared volume) counts as alive while its last record is younger than 15 minutes: no single step of
 * an investigation takes as long.
 */
bool owner_alive(const char *owner, int64_t last_ms, int64_t now_ms);
/* Its process id, for messages; 0 when the name makes no sense. */
pid_t owner_pid(const char *owner);

#endif
