/* Allocation that never fails: for sizes that we choose, where running out of memory is the end. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Each returns owned memory for free(). They abort when there is none: a size that a client may
 * choose goes through a buf with a cap instead. Any thread. */
void *mem_alloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *mem_zalloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *mem_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_resize(void *p, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_strdup(const char *s) __attribute__((malloc, returns_nonnull, nonnull));
char *mem_strndup(const char *s, size_t len) __attribute__((malloc, returns_nonnull));
/* printf into owned memory. */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define ARRAY_LEN(a)                    (sizeof(a) / sizeof((a)[0]))
#define MUST_CHECK                      __attribute__((warn_unused_result))

#endif
