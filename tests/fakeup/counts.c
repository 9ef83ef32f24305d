/* Per-thread counters of requests by key, path and status, and the last requests in short. */
#include "counts.h"

#include <stdatomic.h>
#include <stdlib.h>

static atomic_uint_least64_t next_seq = 1;

static uint64_t name_hash(struct span name)
{
    uint64_t h = 0x9e3779b97f4a7c15ull ^ name.len, word;
    const char *at = name.ptr;
    size_t left = name.len;

    for (; left >= 8; at += 8, left -= 8) {
        memcpy(&word, at, 8);
        h = (h ^ word) * 0xff51afd7ed558ccdull;
        h ^= h >> 32;
    }
    word = 0;
    if (left > 0)
        memcpy(&word, at, left);
    h = (h ^ word) * 0xc4ceb9fe1a85ec53ull;
    return h ^ h >> 29;
}

static struct tally *map_slot(struct tally_map *m, uint64_t hash, struct span name)
{
    size_t at = hash & (m->cap - 1);

    while (m->slots[at].name) {
        struct tally *t = &m->slots[at];

        if (t->hash == hash && t->len == name.len && memcmp(t->name, name.ptr, name.len) == 0)
            return t;
        at = (at + 1) & (m->cap - 1);
    }
    return &m->slots[at];
}

static void map_grow(struct tally_map *m)
{
    struct tally_map bigger = {.cap = m->cap ? m->cap * 2 : 64, .used = m->used};

    bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
    if (!bigger.slots)
        abort();
    for (size_t i = 0; i < m->cap; i++) {
        struct tally *t = &m->slots[i];

        if (t->name)
            *map_slot(&bigger, t->hash, (struct span){t->name, t->len}) = *t;
    }
    free(m->slots);
    *m = bigger;
}

static void map_add(struct tally_map *m, struct span name, uint64_t count)
{
    uint64_t hash = name_hash(name);
    struct tally *t;

    if (m->used * 2 >= m->cap)
        map_grow(m);
    t = map_slot(m, hash, name);
    if (!t->name) {
        t->name = malloc(name.len + 1);
        if (!t->name)
            abort();
        memcpy(t->name, name.ptr, name.len);
        t->name[name.len] = '\0';
        t->len = name.len;
        t->hash = hash;
        m->used++;
    }
    t->count += count;
}

static void map_free(struct tally_map *m)
{
    for (size_t i = 0; i < m->cap; i++)
        free(m->slots[i].name);
    free(m->slots);
    memset(m, 0, sizeof(*m));
}

void counts_init(struct counts *c)
{
    memset(c, 0, sizeof(*c));
    pthread_mutex_init(&c->lock, NULL);
}

static void counts_clear(struct counts *c)
{
    map_free(&c->by_key);
    map_free(&c->by_path);
    buf_free(&c->last);
    memset(c->by_status, 0, sizeof(c->by_status));
    memset(c->recent, 0, sizeof(c->recent));
    c->last_seq = c->answered = c->aborted = c->cut = 0;
    /* What is in flight will be counted when it ends, so it stays in the sum. */
    c->total = c->open;
    c->connections = c->connections_open;
}

void counts_free(struct counts *c)
{
    counts_clear(c);
    pthread_mutex_destroy(&c->lock);
}

static void copy_name(char *to, struct span from)
{
    size_t len = from.len < COUNTS_NAME_CAP - 1 ? from.len : COUNTS_NAME_CAP - 1;

    if (len > 0)
        memcpy(to, from.ptr, len);
    to[len] = '\0';
}

uint64_t counts_begin(struct counts *c, struct span key, struct span path, int first_on_connection)
{
    uint64_t seq = atomic_fetch_add_explicit(&next_seq, 1, memory_order_relaxed);
    struct recent *r;

    pthread_mutex_lock(&c->lock);
    c->total++;
    c->open++;
    c->connections += first_on_connection != 0;
    c->connections_open += first_on_connection != 0;
    map_add(&c->by_key, key, 1);
    map_add(&c->by_path, path, 1);
    r = &c->recent[seq % COUNTS_RECENT];
    r->seq = seq;
    r->status = 0;
    copy_name(r->key, key);
    copy_name(r->path, path);
    pthread_mutex_unlock(&c->lock);
    return seq;
}

void counts_keep_last(struct counts *c, uint64_t seq, struct span head, struct span body,
                      uint64_t body_total)
{
    pthread_mutex_lock(&c->lock);
    c->last_seq = seq;
    c->last.len = 0;
    buf_put(&c->last, head.ptr, head.len);
    buf_put(&c->last, body.ptr, body.len);
    c->last_head_len = head.len;
    c->last_body_total = body_total;
    pthread_mutex_unlock(&c->lock);
}

void counts_status(struct counts *c, uint64_t seq, int status)
{
    struct recent *r = &c->recent[seq % COUNTS_RECENT];

    pthread_mutex_lock(&c->lock);
    c->by_status[status]++;
    if (r->seq == seq)
        r->status = status;
    pthread_mutex_unlock(&c->lock);
}

void counts_end(struct counts *c, uint64_t *which)
{
    pthread_mutex_lock(&c->lock);
    ++*which;
    c->open--;
    pthread_mutex_unlock(&c->lock);
}

void counts_connection_closed(struct counts *c)
{
    pthread_mutex_lock(&c->lock);
    c->connections_open--;
    pthread_mutex_unlock(&c->lock);
}

void counts_reset(struct counts **all, int n)
{
    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&all[i]->lock);
        counts_clear(all[i]);
        pthread_mutex_unlock(&all[i]->lock);
    }
}

static void map_merge(struct tally_map *into, const struct tally_map *from)
{
    for (size_t i = 0; i < from->cap; i++) {
        const struct tally *t = &from->slots[i];

        if (t->name)
            map_add(into, (struct span){t->name, t->len}, t->count);
    }
}

static void map_render(struct tally_map *m, struct buf *out)
{
    const char *comma = "";

    buf_puts(out, "{");
    for (size_t i = 0; i < m->cap; i++) {
        if (!m->slots[i].name)
            continue;
        buf_puts(out, comma);
        buf_json(out, m->slots[i].name, m->slots[i].len);
        buf_puts(out, ":");
        buf_u64(out, m->slots[i].count);
        comma = ",";
    }
    buf_puts(out, "}");
}

static void status_render(const struct counts *sum, struct buf *out)
{
    const char *comma = "";

    buf_puts(out, "{");
    for (int i = 0; i < 1000; i++) {
        if (sum->by_status[i] == 0)
            continue;
        buf_printf(out, "%s\"%d\":", comma, i);
        buf_u64(out, sum->by_status[i]);
        comma = ",";
    }
    buf_puts(out, "}");
}

void counts_render(struct counts **all, int n, struct buf *out)
{
    struct counts sum;

    counts_init(&sum);
    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&all[i]->lock);
#define N(name) sum.name += all[i]->name;
        COUNTS_NUMBERS
#undef N
        for (int s = 0; s < 1000; s++)
            sum.by_status[s] += all[i]->by_status[s];
        map_merge(&sum.by_key, &all[i]->by_key);
        map_merge(&sum.by_path, &all[i]->by_path);
        pthread_mutex_unlock(&all[i]->lock);
    }
    buf_puts(out, "{");
#define N(name)                                                                                    \
    buf_puts(out, "\"" #name "\":");                                                               \
    buf_u64(out, sum.name);                                                                        \
    buf_puts(out, ",");
    COUNTS_NUMBERS
#undef N
    buf_puts(out, "\"by_key\":");
    map_render(&sum.by_key, out);
    buf_puts(out, ",\"by_path\":");
    map_render(&sum.by_path, out);
    buf_puts(out, ",\"by_status\":");
    status_render(&sum, out);
    buf_puts(out, "}\n");
    counts_free(&sum);
}

/* A header's name in lower case, its value as it came; repeated names follow one another. */
static void headers_render(const char *at, const char *end, struct buf *out)
{
    const char *comma = "";

    buf_puts(out, "{");
    while (at < end) {
        const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);
        const char *colon = stop ? memchr(at, ':', (size_t)(stop - at)) : NULL;
        size_t from;

        if (!colon)
            break;
        buf_puts(out, comma);
        from = out->len;
        buf_json(out, at, (size_t)(colon - at));
        for (; from < out->len; from++) {
            if (out->data[from] >= 'A' && out->data[from] <= 'Z')
                out->data[from] |= 0x20;
        }
        for (colon++; colon < stop && *colon == ' '; colon++)
            ;
        buf_puts(out, ":");
        buf_json(out, colon, (size_t)(stop - colon));
        comma = ",";
        at = stop + 2;
    }
    buf_puts(out, "}");
}

static void last_render(const struct counts *c, struct buf *out)
{
    const char *head = c->last.data;
    const char *head_end = head + c->last_head_len;
    const char *line_end = memmem(head, c->last_head_len, "\r\n", 2);
    const char *space = memchr(head, ' ', c->last_head_len);
    const char *target_end = memchr(space + 1, ' ', (size_t)(head_end - space - 1));

    buf_puts(out, "{\"method\":");
    buf_json(out, head, (size_t)(space - head));
    buf_puts(out, ",\"path\":");
    buf_json(out, space + 1, (size_t)(target_end - space - 1));
    buf_puts(out, ",\"headers\":");
    headers_render(line_end + 2, head_end, out);
    buf_puts(out, ",\"body_bytes\":");
    buf_u64(out, c->last_body_total);
    buf_puts(out, ",\"body\":");
    buf_json(out, head_end, c->last.len - c->last_head_len);
    buf_puts(out, "}\n");
}

void counts_render_last(struct counts **all, int n, struct buf *out)
{
    uint64_t newest = 0;
    size_t before = out->len;

    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&all[i]->lock);
        if (all[i]->last_seq > newest) {
            newest = all[i]->last_seq;
            out->len = before;
            last_render(all[i], out);
        }
        pthread_mutex_unlock(&all[i]->lock);
    }
    if (newest == 0)
        buf_puts(out, "null\n");
}

static int recent_compare(const void *a, const void *b)
{
    const struct recent *x = a, *y = b;

    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void counts_render_recent(struct counts **all, int n, struct buf *out)
{
    struct buf rows = {0};
    const struct recent *r;
    size_t have;

    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&all[i]->lock);
        for (int k = 0; k < COUNTS_RECENT; k++) {
            if (all[i]->recent[k].seq > 0)
                buf_put(&rows, &all[i]->recent[k], sizeof(struct recent));
        }
        pthread_mutex_unlock(&all[i]->lock);
    }
    have = rows.len / sizeof(struct recent);
    if (have > 0)
        qsort(rows.data, have, sizeof(struct recent), recent_compare);
    r = (const struct recent *)(const void *)rows.data;
    buf_puts(out, "[");
    for (size_t i = have > COUNTS_RECENT ? have - COUNTS_RECENT : 0; i < have; i++) {
        buf_puts(out, out->data[out->len - 1] == '[' ? "\n" : ",\n");
        buf_puts(out, "{\"key\":");
        buf_json(out, r[i].key, strlen(r[i].key));
        buf_puts(out, ",\"path\":");
        buf_json(out, r[i].path, strlen(r[i].path));
        buf_printf(out, ",\"status\":%d}", r[i].status);
    }
    buf_puts(out, "\n]\n");
    buf_free(&rows);
}
