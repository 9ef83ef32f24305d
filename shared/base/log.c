/* Structured log lines: formatted by the caller, copied into a ring, written by
 * the log thread. */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"

enum {
    LOG_LINE_BYTES = 2048,
    LOG_VALUE_BYTES = 512, /* of a string, before escapes */
    LOG_RING_BYTES = 1 << 20,
    LOG_GATHER_MS = 10, /* how long lines may wait for company before one write
                           takes them all */
};

static const char *const level_names[] = {"error", "warn", "info", "debug"};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    char *ring; /* NULL: no log thread */
    size_t used;
    uint64_t dropped;
    int fd;
    bool stopping, idle;
} out = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .fd = 2};

static _Atomic uint64_t dropped_ever;
static atomic_int level_now = LOG_LEVEL_INFO;
static atomic_int format_now = LOG_FORMAT_TEXT;

void log_configure(enum log_level level, enum log_format format)
{
    atomic_store_explicit(&level_now, (int)level, memory_order_relaxed);
    atomic_store_explicit(&format_now, (int)format, memory_order_relaxed);
}

uint64_t log_dropped(void)
{
    return atomic_load_explicit(&dropped_ever, memory_order_relaxed);
}

bool log_enabled(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&level_now, memory_order_relaxed);
}

/* A line under construction. A long value is cut, and a field that does not fit
 * is left out, so that a line is whole and, as JSON, well formed whatever a
 * client made us log. */
struct line {
    char text[LOG_LINE_BYTES];
    size_t len;
    bool full; /* something did not fit */
};

/* Room is kept for the closing brace and the newline. */
static inline bool line_has_room(struct line *l, size_t len)
{
    if (len > sizeof(l->text) - l->len - 2)
        l->full = true;
    return !l->full;
}

static inline void line_add(struct line *l, const char *text, size_t len)
{
    if (!line_has_room(l, len))
        return;
    memcpy(l->text + l->len, text, len);
    l->len += len;
}

static inline void line_add_byte(struct line *l, char c)
{
    if (line_has_room(l, 1))
        l->text[l->len++] = c;
}

static void line_adds(struct line *l, const char *text)
{
    line_add(l, text, strlen(text));
}

/* Adds one character that cannot stand in a JSON string as it is, or that is no
 * UTF-8. */
static void line_add_escaped(struct line *l, unsigned char c)
{
    char esc[8];

    if (c == '"' || c == '\\')
        snprintf(esc, sizeof(esc), "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
        snprintf(esc, sizeof(esc), "\\u%04x", c);
    else
        snprintf(esc, sizeof(esc), "%s", UTF8_REPLACEMENT);
    line_adds(l, esc);
}

/* What an ASCII character needs, in rows of 16: '-' an escape, 'q' quotes around it, '.' nothing.
 */
static const char needs[] = "--------------------------------"
                            "q.-............." /* blank and '"' */
                            ".............q.." /* '=' */
                            "................"
                            "............-..." /* '\\' */
                            "................"
                            "...............-";

static bool is_safe(unsigned char c)
{
    return c < 0x80 && needs[c] != '-';
}

/* Adds the inside of a JSON string, which also keeps control bytes out of a
 * terminal. */
static void line_add_quoted(struct line *l, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = 0;

        while (i + n < len && is_safe((unsigned char)text[i + n]))
            n++;
        if (n == 0 && (unsigned char)text[i] >= 0x80)
            n = utf8_sequence(text + i, len - i);
        if (n > 0)
            line_add(l, text + i, n);
        else
            line_add_escaped(l, (unsigned char)text[i]);
        i += n ? n : 1;
    }
}

/* Digits of n, at least min of them; snprintf would be a third of the cost of a
 * line. */
static void line_add_digits(struct line *l, uint64_t n, size_t min)
{
    char digits[24];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0 || sizeof(digits) - at < min);
    line_add(l, digits + at, sizeof(digits) - at);
}

static void line_add_number(struct line *l, const struct log_field *f)
{
    uint64_t n = f->num < 0 ? -(uint64_t)f->num : (uint64_t)f->num;

    if (f->num < 0)
        line_add_byte(l, '-');
    if (f->type == LOG_INT) {
        line_add_digits(l, n, 1);
    } else {
        line_add_digits(l, n / 1000, 1);
        line_add_byte(l, '.');
        line_add_digits(l, n % 1000, 3);
    }
}

/* Text that needs no quotes: printable ASCII without blank, quote, backslash
 * and equals sign. */
static bool text_is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] >= 0x80 || needs[(unsigned char)text[i]] != '.')
            return false;
    return len > 0;
}

static void line_add_string(struct line *l, const char *text, bool json)
{
    size_t len = strnlen(text, LOG_VALUE_BYTES);
    bool cut = text[len] != '\0', plain = !json && text_is_plain(text, len);

    while (cut && len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--; /* not inside a character */
    if (plain) {
        line_add(l, text, len);
    } else {
        line_add_byte(l, '"');
        line_add_quoted(l, text, len);
    }
    if (cut)
        line_adds(l, "…");
    if (!plain)
        line_add_byte(l, '"');
}

static void line_add_value(struct line *l, const struct log_field *f, bool json)
{
    if (f->type != LOG_STR)
        line_add_number(l, f);
    else if (f->str == NULL)
        line_adds(l, json ? "null" : "-");
    else
        line_add_string(l, f->str, json);
}

/* The date and time to the second are formatted once a second by each thread.
 */
static void line_add_time(struct line *l)
{
    static _Thread_local char second_text[CLOCK_ISO_BYTES];
    static _Thread_local int64_t second_at = -1;
    int64_t now_ms = clock_wall_ms();

    if (now_ms / 1000 != second_at) {
        second_at = now_ms / 1000;
        clock_iso(second_at * 1000, second_text);
    }
    line_add(l, second_text, sizeof("2026-01-31T12:00:00.") - 1);
    line_add_digits(l, (uint64_t)(now_ms % 1000), 3);
    line_add_byte(l, 'Z');
}

static void line_add_head(struct line *l, enum log_level level, const char *event, bool json)
{
    const char *name = level_names[level];

    if (json)
        line_adds(l, "{\"time\":\"");
    line_add_time(l);
    line_adds(l, json ? "\",\"level\":\"" : " ");
    line_adds(l, name);
    line_adds(l, json ? "\",\"event\":\"" : &"      "[strlen(name)]);
    line_adds(l, event);
    if (json)
        line_add_byte(l, '"');
}

static void line_add_name(struct line *l, const char *name, bool json)
{
    if (json) {
        line_add(l, ",\"", 2);
        line_adds(l, name);
        line_add(l, "\":", 2);
    } else {
        line_add_byte(l, ' ');
        line_adds(l, name);
        line_add_byte(l, '=');
    }
}

static void line_format(struct line *l, enum log_level level, const char *event,
                        const struct log_field *fields)
{
    bool json = atomic_load_explicit(&format_now, memory_order_relaxed) == LOG_FORMAT_JSON;

    line_add_head(l, level, event, json);
    for (; fields->name != NULL; fields++) {
        size_t before = l->len;

        line_add_name(l, fields->name, json);
        line_add_value(l, fields, json);
        if (l->full)
            l->len = before;
        l->full = false;
    }
    if (json)
        l->text[l->len++] = '}';
    l->text[l->len++] = '\n';
}

static void write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nowhere left to say so */
        text += n;
        len -= (size_t)n;
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line line;
    bool wake = false;

    line.len = 0;
    line.full = false;
    line_format(&line, level, event, fields);
    pthread_mutex_lock(&out.lock);
    if (out.ring == NULL) {
        write_all(out.fd, line.text, line.len);
    } else if (out.used + line.len > LOG_RING_BYTES) {
        out.dropped++;
        atomic_fetch_add_explicit(&dropped_ever, 1, memory_order_relaxed);
    } else {
        memcpy(out.ring + out.used, line.text, line.len);
        out.used += line.len;
        wake = out.idle;
        out.idle = false;
    }
    pthread_mutex_unlock(&out.lock);
    if (wake)
        pthread_cond_signal(&out.wake);
}

/* Two buffers change places, so that writers never wait for the disk. */
static void *log_run(void *arg)
{
    char *spare = arg;
    bool stopping = false;

    while (!stopping) {
        struct timespec gather = {.tv_nsec = LOG_GATHER_MS * 1000000L};
        char *full;
        size_t len;
        uint64_t dropped;

        pthread_mutex_lock(&out.lock);
        while (out.used == 0 && !out.stopping) {
            out.idle = true;
            pthread_cond_wait(&out.wake, &out.lock);
        }
        stopping = out.stopping;
        pthread_mutex_unlock(&out.lock);
        if (!stopping)
            nanosleep(&gather, NULL);
        pthread_mutex_lock(&out.lock);
        full = out.ring;
        len = out.used;
        dropped = out.dropped;
        out.ring = spare;
        out.used = out.dropped = 0;
        pthread_mutex_unlock(&out.lock);
        spare = full;
        write_all(out.fd, full, len);
        if (dropped > 0)
            LOG(WARN, "log_dropped", F_INT("lines", dropped));
    }
    return spare;
}

void log_start(int fd)
{
    char *spare = mem_alloc(LOG_RING_BYTES);

    out.fd = fd;
    out.stopping = false;
    out.ring = mem_alloc(LOG_RING_BYTES);
    if (pthread_create(&out.thread, NULL, log_run, spare) != 0) {
        free(spare);
        free(out.ring);
        out.ring = NULL;
    }
}

void log_stop(void)
{
    void *spare;
    char *ring;
    bool running;

    pthread_mutex_lock(&out.lock);
    running = out.ring != NULL;
    out.stopping = true;
    pthread_mutex_unlock(&out.lock);
    if (!running)
        return;
    pthread_cond_signal(&out.wake);
    pthread_join(out.thread, &spare);
    pthread_mutex_lock(&out.lock);
    ring = out.ring;
    out.ring = NULL;
    write_all(out.fd, ring, out.used);
    out.used = 0;
    pthread_mutex_unlock(&out.lock);
    free(spare);
    free(ring);
}
