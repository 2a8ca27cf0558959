/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/face/cli.h"

#include "agent/face/commands.h"

#define AT(member) offsetof(struct options, member)
#define READS " ask triage toolset "

static const char *const history_actions[] = {"list", "show", "search", "delete", NULL};
static const char *const toolset_actions[] = {"list", "show", "test", NULL};
static const char *const runbook_actions[] = {"list", "show", NULL};
static const char *const shells[] = {"bash", "zsh", "fish", NULL};

const struct command cli_commands[] = {
	{
		.name = "ask",
		.args = "\"QUESTION\"",
		.summary = "one question, one answer",
		.text =
			"Reads the cluster (or a snapshot of one), runs the checks, lets the model look further "
			"with read-only tools, and prints an answer whose quotes were looked up in what was read. "
			"Without a model the answer comes from the checks alone. Text that is piped in, and files "
			"named with -f, are given to the model as attachments.",
		.examples = "dupin ask \"why is pod web-1 in shop not ready?\"\n"
			    "dupin ask --offline --snapshot ./dump \"what is broken?\"\n"
			    "kubectl describe pod web-1 | dupin ask -n shop \"why does this pod not start?\"",
		.run = command_ask,
	},
	{
		.name = "triage",
		.args = "",
		.summary = "deterministic checks only, no model",
		.text =
			"Runs every check over what may be read and prints root causes with the symptoms they "
			"explain, most likely first. What was changed shortly before a failure began stands beside its "
			"cause; --since lists all changes. --watch keeps looking: a "
			"finding that can no longer be read is said to be so and counts as resolved only when it was looked "
			"for in vain. Findings that the config suppresses (triage.suppress) are told and count for nothing.",
		.examples = "dupin triage -n shop\n"
			    "dupin triage --since 2h\n"
			    "dupin triage --snapshot ./dump.tar.gz -o json\n"
			    "dupin triage --fail-on critical -q\n"
			    "dupin triage -o junit > triage.xml\n"
			    "dupin triage --watch 1m",
		.run = command_triage,
	},
	{
		.name = "history",
		.args = "[list|show ID|search WORDS|delete ID]",
		.summary = "investigations that were recorded",
		.text =
			"Every investigation is kept with its question, tool calls, evidence and cost. ID may be "
			"any beginning of an id of at least four characters, or \"last\".",
		.examples = "dupin history\n"
			    "dupin history show last\n"
			    "dupin history search deviceclass",
		.actions = history_actions,
		.run = command_history,
	},
	{
		.name = "replay",
		.args = "ID",
		.summary = "a recorded investigation again, from what it read then",
		.text = "Asks the same question of the recorded answers of the cluster: with another model or none, "
			"at any time, without the cluster. What was not read then is a blind spot now. Attachments are "
			"not recorded apart and are left out. ID as for history.",
		.examples = "dupin replay last --offline\n"
			    "dupin replay 01M87VT3XJ --model gpt-5-mini",
		.run = command_replay,
	},
	{
		.name = "toolset",
		.args = "[list|show NAME|test NAME]",
		.summary = "what can be looked at: tools, checks, and whether their backend is there",
		.text =
			"list names the toolsets; show one with its tools and checks; test asks the cluster "
			"whether it can be used.",
		.examples = "dupin toolset list\n"
			    "dupin toolset show kubernetes\n"
			    "dupin toolset test dra --snapshot ./dump",
		.actions = toolset_actions,
		.run = command_toolset,
	},
	{
		.name = "runbook",
		.args = "[list|show NAME]",
		.summary = "runbooks that the model may fetch",
		.text =
			"Built-in runbooks and those of the folders in runbook_dirs (Markdown with front matter, "
			"HolmesGPT's catalog.json and SKILL.md folders).",
		.examples = "dupin runbook list\n"
			    "dupin runbook show pod-crash-loop",
		.actions = runbook_actions,
		.run = command_runbook,
	},
	{.name = "version", .args = "", .summary = "which program this is", .run = command_version},
	{
		.name = "help",
		.args = "[COMMAND]",
		.summary = "this text, or the help of a command",
		.examples = "dupin help ask\n"
			    "dupin help config",
		.run = command_help,
	},
	{
		.name = "completion",
		.args = "bash|zsh|fish",
		.summary = "a script that completes commands and options in your shell",
		.examples = "source <(dupin completion bash)",
		.actions = shells,
		.run = command_completion,
	},
	{0},
};

const struct option cli_options[] = {
	{.name = "kubeconfig",
	 .value = "FILE",
	 .kind = OPTION_CONFIG,
	 .key = "cluster.kubeconfig",
	 .commands = READS,
	 .complete = "file",
	 .help = "kubeconfig to use instead of $KUBECONFIG and ~/.kube/config"},
	{.name = "context",
	 .value = "NAME",
	 .kind = OPTION_LIST,
	 .offset = AT(contexts),
	 .commands = READS,
	 .help = "context of the kubeconfig; repeat it for several clusters"},
	{.name = "snapshot",
	 .value = "PATH",
	 .kind = OPTION_LIST,
	 .offset = AT(snapshots),
	 .commands = READS,
	 .complete = "file",
	 .help = "a folder or .tar, .tar.gz, .tgz that holds a cluster's objects and logs, instead of a live one; "
		 "repeatable"},
	{.name = "namespace",
	 .letter = 'n',
	 .value = "NS",
	 .kind = OPTION_CONFIG,
	 .key = "cluster.namespace",
	 .commands = READS,
	 .help = "judge only this namespace"},
	{.name = "all-namespaces",
	 .letter = 'A',
	 .kind = OPTION_FLAG,
	 .offset = AT(all_namespaces),
	 .commands = READS,
	 .help = "all namespaces, whatever the config says"},
	{.name = "model",
	 .value = "NAME",
	 .kind = OPTION_CONFIG,
	 .key = "model.name",
	 .commands = " ask replay ",
	 .help = "model as the endpoint calls it"},
	{.name = "base-url",
	 .value = "URL",
	 .kind = OPTION_CONFIG,
	 .key = "model.base_url",
	 .commands = " ask replay ",
	 .help = "OpenAI-compatible endpoint"},
	{.name = "offline",
	 .kind = OPTION_FLAG,
	 .offset = AT(offline),
	 .commands = " ask replay ",
	 .help = "no model: answer from the checks"},
	{.name = "max-steps",
	 .value = "N",
	 .kind = OPTION_CONFIG,
	 .key = "budget.steps",
	 .commands = " ask replay ",
	 .help = "model turns at most; 0: no model"},
	{.name = "budget-tokens",
	 .value = "N",
	 .kind = OPTION_CONFIG,
	 .key = "budget.tokens",
	 .commands = " ask replay ",
	 .help = "tokens at most, in and out; 0: no model"},
	{.name = "budget-usd",
	 .value = "X",
	 .kind = OPTION_CONFIG,
	 .key = "budget.usd",
	 .commands = " ask replay ",
	 .help = "money at most, 0: no model; the model's price must be known"},
	{.name = "timeout",
	 .value = "DURATION",
	 .kind = OPTION_CONFIG,
	 .key = "budget.time",
	 .commands = " ask replay ",
	 .help = "wall time at most: 90s, 10m"},
	{.name = "no-stream",
	 .kind = OPTION_CONFIG,
	 .key = "model.stream",
	 .fixed = "false",
	 .commands = " ask replay ",
	 .help = "ask the model for whole answers"},
	{.name = "file",
	 .letter = 'f',
	 .value = "FILE",
	 .kind = OPTION_LIST,
	 .offset = AT(attach),
	 .commands = " ask ",
	 .complete = "file",
	 .help = "attach a text file; repeatable"},
	{.name = "show-tool-output",
	 .kind = OPTION_FLAG,
	 .offset = AT(show_tool_output),
	 .commands = " ask replay ",
	 .help = "print what each tool answered, on standard error"},
	{.name = "fail-on",
	 .value = "SEVERITY",
	 .kind = OPTION_TEXT,
	 .offset = AT(fail_on),
	 .commands = " triage ",
	 .choices = "critical warning info",
	 .help = "exit 1 when a finding is at least this severe"},
	{.name = "only",
	 .value = "CHECK,...",
	 .kind = OPTION_COMMAS,
	 .offset = AT(only),
	 .commands = " triage ",
	 .help = "run only these checks"},
	{.name = "skip",
	 .value = "CHECK,...",
	 .kind = OPTION_COMMAS,
	 .offset = AT(skip),
	 .commands = " triage ",
	 .help = "leave these checks out"},
	{.name = "since",
	 .value = "TIME",
	 .kind = OPTION_TEXT,
	 .offset = AT(since),
	 .commands = " triage ",
	 .help = "also list what changed since then, newest first (30m, 6h, 2d or 2026-01-31T10:00:00Z); what fails now is "
		 "told whenever it began"},
	{.name = "watch",
	 .value = "[TIME]",
	 .kind = OPTION_MAYBE,
	 .offset = AT(watch),
	 .commands = " triage ",
	 .help = "keep looking, every 30s or TIME, and print what becomes different: new, resolved, changed; with --fail-on it "
		 "ends once such a finding is there"},
	{.name = "output",
	 .letter = 'o',
	 .value = "FORMAT",
	 .kind = OPTION_TEXT,
	 .offset = AT(output),
	 .commands = " ask replay triage history toolset runbook ",
	 .choices = "text json markdown sarif junit",
	 .help = "how to print the answer; sarif and junit: triage only"},
	{.name = "config",
	 .value = "FILE",
	 .kind = OPTION_TEXT,
	 .offset = AT(config_file),
	 .complete = "file",
	 .help = "config file instead of $DUPIN_CONFIG and ~/.config/dupin/config.yaml"},
	{.name = "db",
	 .value = "FILE",
	 .kind = OPTION_CONFIG,
	 .key = "db",
	 .commands = " ask replay history ",
	 .complete = "file",
	 .help = "database of investigations instead of ~/.local/share/dupin/dupin.db"},
	{.name = "color",
	 .value = "WHEN",
	 .kind = OPTION_CONFIG,
	 .key = "color",
	 .choices = "auto always never",
	 .help = "colours: auto, always, never"},
	{.name = "quiet",
	 .letter = 'q',
	 .kind = OPTION_FLAG,
	 .offset = AT(quiet),
	 .help = "only the answer, no progress"},
	{.name = "verbose",
	 .letter = 'v',
	 .kind = OPTION_COUNT,
	 .offset = AT(verbose),
	 .help = "say more on standard error; -vv: still more"},
	{.name = "help", .letter = 'h', .kind = OPTION_FLAG, .offset = AT(help), .help = "help of the command"},
	{.name = "man",
	 .kind = OPTION_FLAG,
	 .offset = AT(man),
	 .commands = " help ",
	 .help = "the manual page, as roff"},
	{.name = "version", .kind = OPTION_FLAG, .offset = AT(version_flag), .help = "which program this is"},
	{0},
};
