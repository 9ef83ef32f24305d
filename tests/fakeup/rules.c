/* The ordered list of rules that say which requests get which directives, and how often. */
#include "rules.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define RULE_NAME_CAP 256
#define RULE_FOREVER  UINT64_MAX

struct rule {
    char key[RULE_NAME_CAP];  /* a trailing * makes it a prefix */
    char path[RULE_NAME_CAP]; /* always a prefix */
    uint64_t times_left;
    uint64_t hits;
    char text[1024];
    struct plan plan;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rule *rules;
static size_t rule_count;
static size_t rule_cap;
/* Lets requests pass without the lock while there is no rule at all. */
static atomic_size_t rule_count_hint;

static int name_fits(const char *pattern, struct span name, int always_prefix)
{
    size_t len = strlen(pattern);
    int prefix = always_prefix;

    if (len > 0 && pattern[len - 1] == '*') {
        prefix = 1;
        len--;
    }
    if (prefix ? name.len < len : name.len != len)
        return 0;
    return len == 0 || memcmp(name.ptr, pattern, len) == 0;
}

int rules_match(struct span key, struct span path, struct plan *plan)
{
    int found = 0;

    if (atomic_load_explicit(&rule_count_hint, memory_order_acquire) == 0)
        return 0;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < rule_count && !found; i++) {
        struct rule *r = &rules[i];

        if (r->times_left == 0 || !name_fits(r->key, key, 0) || !name_fits(r->path, path, 1))
            continue;
        if (r->times_left != RULE_FOREVER)
            r->times_left--;
        r->hits++;
        *plan = r->plan;
        found = 1;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static int copy_field(char *to, size_t cap, struct span from)
{
    if (from.len == 0 || from.len >= cap)
        return -1;
    memcpy(to, from.ptr, from.len);
    to[from.len] = '\0';
    return 0;
}

static int parse_times(struct rule *r, struct span v)
{
    r->times_left = span_is(v, "inf") ? RULE_FOREVER : 0;
    if (r->times_left == RULE_FOREVER)
        return 0;
    for (size_t i = 0; i < v.len; i++) {
        if (v.ptr[i] < '0' || v.ptr[i] > '9' || v.len > 15)
            return -1;
        r->times_left = r->times_left * 10 + (uint64_t)(v.ptr[i] - '0');
    }
    return v.len > 0 ? 0 : -1;
}

static int parse_field(struct rule *r, struct span name, struct span v, char *reason, size_t cap)
{
    if (span_is(name, "key")) {
        snprintf(reason, cap, "key wants 1 to %d characters", RULE_NAME_CAP - 1);
        return copy_field(r->key, sizeof(r->key), v);
    }
    if (span_is(name, "path")) {
        snprintf(reason, cap, "path wants 1 to %d characters", RULE_NAME_CAP - 1);
        return copy_field(r->path, sizeof(r->path), v);
    }
    if (span_is(name, "times")) {
        snprintf(reason, cap, "times wants a number or inf");
        return parse_times(r, v);
    }
    if (span_is(name, "do")) {
        snprintf(reason, cap, "do wants at most %zu characters", sizeof(r->text) - 1);
        if (v.len > 0 && copy_field(r->text, sizeof(r->text), v) != 0)
            return -1;
        return plan_parse(&r->plan, v, ',', reason, cap);
    }
    snprintf(reason, cap, "unknown field %.*s", (int)(name.len < 64 ? name.len : 64), name.ptr);
    return -1;
}

/* `do` is last and runs to the end of the line, so that its values may hold blanks. */
static int parse_line(struct rule *r, struct span line, char *reason, size_t cap)
{
    int has_do = 0;

    *r = (struct rule){.key = "*", .path = "*", .times_left = RULE_FOREVER, .plan = plan_default};
    while (line.len > 0 && !has_do) {
        const char *equals, *end;
        struct span name, value;

        if (*line.ptr == ' ' || *line.ptr == '\t') {
            line.ptr++;
            line.len--;
            continue;
        }
        equals = memchr(line.ptr, '=', line.len);
        if (!equals) {
            snprintf(reason, cap, "a field without =");
            return -1;
        }
        name = (struct span){line.ptr, (size_t)(equals - line.ptr)};
        value = (struct span){equals + 1, line.len - name.len - 1};
        has_do = span_is(name, "do");
        end = has_do ? NULL : memchr(value.ptr, ' ', value.len);
        if (end)
            value.len = (size_t)(end - value.ptr);
        if (parse_field(r, name, value, reason, cap) != 0)
            return -1;
        line.ptr += name.len + 1 + value.len;
        line.len -= name.len + 1 + value.len;
    }
    if (!has_do)
        snprintf(reason, cap, "the field do is missing");
    return has_do ? 0 : -1;
}

static int parse_lines(struct span text, struct buf *parsed, char *reason, size_t cap)
{
    char why[160];
    struct rule r;
    int number = 0;

    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        struct span line = {text.ptr, end ? (size_t)(end - text.ptr) : text.len};
        size_t step = line.len + (end ? 1 : 0);

        number++;
        while (line.len > 0 && strchr("\r \t", line.ptr[line.len - 1]))
            line.len--;
        if (line.len > 0 && *line.ptr != '#') {
            if (parse_line(&r, line, why, sizeof(why)) != 0) {
                snprintf(reason, cap, "line %d: %s", number, why);
                return -1;
            }
            buf_put(parsed, &r, sizeof(r));
        }
        text.ptr += step;
        text.len -= step;
    }
    return (int)(parsed->len / sizeof(r));
}

int rules_add(struct span text, char *reason, size_t reason_cap)
{
    struct buf parsed = {0};
    int added = parse_lines(text, &parsed, reason, reason_cap);

    if (added > 0) {
        pthread_mutex_lock(&lock);
        if (rule_cap < rule_count + (size_t)added) {
            rule_cap = (rule_count + (size_t)added) * 2;
            rules = realloc(rules, rule_cap * sizeof(*rules));
            if (!rules)
                abort();
        }
        memcpy(rules + rule_count, parsed.data, parsed.len);
        rule_count += (size_t)added;
        atomic_store_explicit(&rule_count_hint, rule_count, memory_order_release);
        pthread_mutex_unlock(&lock);
    }
    buf_free(&parsed);
    return added;
}

void rules_clear(void)
{
    pthread_mutex_lock(&lock);
    free(rules);
    rules = NULL;
    rule_count = rule_cap = 0;
    atomic_store_explicit(&rule_count_hint, 0, memory_order_release);
    pthread_mutex_unlock(&lock);
}

void rules_render(struct buf *out)
{
    pthread_mutex_lock(&lock);
    buf_puts(out, "[");
    for (size_t i = 0; i < rule_count; i++) {
        const struct rule *r = &rules[i];

        buf_puts(out, i ? ",\n{\"key\":" : "\n{\"key\":");
        buf_json(out, r->key, strlen(r->key));
        buf_puts(out, ",\"path\":");
        buf_json(out, r->path, strlen(r->path));
        buf_puts(out, ",\"times_left\":");
        if (r->times_left == RULE_FOREVER)
            buf_puts(out, "null");
        else
            buf_u64(out, r->times_left);
        buf_puts(out, ",\"hits\":");
        buf_u64(out, r->hits);
        buf_puts(out, ",\"do\":");
        buf_json(out, r->text, strlen(r->text));
        buf_puts(out, "}");
    }
    buf_puts(out, "\n]\n");
    pthread_mutex_unlock(&lock);
}
