/* SPDX-License-Identifier: Apache-2.0 */
/* The commands: each takes the parsed command line and returns the exit status. */
#ifndef AGENT_FACE_COMMANDS_H
#define AGENT_FACE_COMMANDS_H

#include "agent/face/cli.h"

int command_ask(struct options *o);
int command_triage(struct options *o);
int command_history(struct options *o);
int command_replay(struct options *o);
int command_toolset(struct options *o);
int command_runbook(struct options *o);
int command_version(struct options *o);
int command_help(struct options *o);
int command_completion(struct options *o);

#endif
