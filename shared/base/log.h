/* Structured log lines: an event name, then typed fields. Written by a thread of its own. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* One field. Strings are borrowed for the call only; NULL prints as "-" (null in JSON). A secret
 * has no field type on purpose: log the id of a key, the name of a token. */
struct log_field {
    const char *name;                       /* NULL ends the fields */
    enum { LOG_STR, LOG_INT, LOG_US } type; /* LOG_US: microseconds, printed as milliseconds */
    const char *str;
    int64_t num;
};
#define F_STR(n, v)                                                                                \
    {                                                                                              \
        .name = (n), .type = LOG_STR, .str = (v)                                                   \
    }
#define F_INT(n, v)                                                                                \
    {                                                                                              \
        .name = (n), .type = LOG_INT, .num = (int64_t)(v)                                          \
    }
#define F_US(n, v)                                                                                 \
    {                                                                                              \
        .name = (n), .type = LOG_US, .num = (int64_t)(v)                                           \
    }

/* Starts the log thread; lines go to fd (borrowed). Before it, and after log_stop(), lines are
 * written at once. A full ring drops lines and says how many. */
void log_start(int fd);
void log_stop(void);                                              /* writes all that is left */
void log_configure(enum log_level level, enum log_format format); /* any thread, any time */
bool log_enabled(enum log_level level);
uint64_t log_dropped(void); /* lines since the start; any thread */
/* Any thread; formats on the caller's stack, never blocks on the disk, never allocates. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

#define LOG(level, event, ...)                                                                     \
    do {                                                                                           \
        if (log_enabled(LOG_LEVEL_##level))                                                        \
            log_write(LOG_LEVEL_##level, event,                                                    \
                      (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.name = NULL}});       \
    } while (0)

#endif
