/* SPDX-License-Identifier: Apache-2.0 */
/* Compiler help: attributes that make ownership and misuse visible to gcc and clang. */
#ifndef AGENT_BASE_ATTR_H
#define AGENT_BASE_ATTR_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#if defined(__GNUC__) && !defined(__clang__)
#define DEALLOC(fn) __attribute__((malloc(fn, 1)))
#else
#define DEALLOC(fn)
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/* Locals that free or close themselves: `auto_free char *s = str_printf(...)`, `auto_close int fd`. */
void attr_free_ptr(void *pointer_to_pointer);
void attr_close_fd(int *fd);
#define auto_free CLEANUP(attr_free_ptr)
#define auto_close CLEANUP(attr_close_fd)

#endif
