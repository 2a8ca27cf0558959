/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text/suspect.h"

#include <pthread.h>

#include "agent/data/regex.h"

#define LOOKED_AT ((size_t)256 << 10)

/* Orders to forget other orders; a new role; words to the model about its user; turns of chat templates; our own
 * report. */
static const char pattern[] =
	"\\b(?:ignore|disregard|forget|override)\\s+(?:all\\s+|any\\s+|of\\s+|the\\s+|your\\s+|my\\s+|these\\s+)*"
	"(?:previous|prior|above|earlier|preceding|existing|system)\\s+"
	"(?:instruction|prompt|message|rule|direction|context|guideline)"
	"|\\bforget\\s+(?:all\\s+|everything\\s+)*(?:your\\s+instructions|you\\s+were\\s+told)"
	"|\\byou\\s+are\\s+now\\s+(?:a|an|the|in)\\s+[a-z -]{0,40}(?:assistant|model|agent|mode|ai|bot)\\b"
	"|\\b(?:new|updated|important|additional)\\s+(?:system\\s+)?instructions?\\s*(?:for\\s+(?:the\\s+)?"
	"(?:ai|assistant|model|agent|llm|you)\\b|:)"
	"|\\b(?:ai|llm|language\\s+model)\\s*(?:assistant|agent)?s?\\s*(?:reading|analy[sz]ing|processing)\\s+this\\b"
	"|\\b(?:do\\s+not|don't|never)\\s+(?:tell|inform|mention\\s+this\\s+to|reveal\\s+(?:this\\s+)?to)\\s+the\\s+"
	"user"
	"|\\b(?:tell|instruct|ask|advise)\\s+the\\s+user\\s+to\\s+(?:run|execute|delete|paste|send|visit)\\b"
	"|<\\|(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\\|>"
	"|\\[/?INST\\]|<</?SYS>>|</?(?:tool_result|tool_call|system_prompt|function_results)>"
	"|\"root_causes\"\\s*:\\s*\\[|\\bcall\\s+(?:the\\s+)?`?report`?\\s+(?:tool|with|now)\\b";

static struct regex *regex;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void compile(void)
{
	regex = regex_new(pattern, REGEX_NOCASE, NULL);
}

bool suspect_text(const char *s, size_t n)
{
	pthread_once(&once, compile);
	return regex && regex_match(regex, s, n < LOOKED_AT ? n : LOOKED_AT, NULL, 0) > 0;
}
