/* Answers that are kept in Redis, for all gateways. */
#include "proxy/cache_shared.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "providers.h"

enum { SHARED_HEAD_BYTES = 1024, SHARED_STATUS_DIGITS = 3, SHARED_STEPS_MAX = 100000 };

void shared_names_make(struct redis *r, int provider, const struct digest *key,
                       struct shared_names *out)
{
    char hex[2 * DIGEST_BYTES + 1] = "";

    if (key != NULL)
        hex_encode(key->bytes, sizeof(key->bytes), hex);
    out->begin = redis_key(r, "answer:");
    out->name = mem_printf("%s/%s", provider >= 0 ? provider_at(provider)->name : "*", hex);
    out->answer = mem_printf("%s%s", out->begin, out->name);
    out->ends = redis_key(r, "answers:ends");
    out->sizes = redis_key(r, "answers:sizes");
    out->counts = redis_key(r, "answers:counts");
}

void shared_names_done(struct shared_names *n)
{
    char *const names[] = {n->begin, n->name, n->answer, n->ends, n->sizes, n->counts};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        free(names[i]);
}

void shared_answer_words(struct redis *r, const struct shared_names *n, struct redis_words *w)
{
    redis_words_script(r, w, REDIS_SCRIPT_ANSWER_GET, 2);
    redis_word(w, n->answer);
    redis_word(w, n->counts);
}

/* "200 application/json" and a line end, then the body. */
void shared_answer_write(const struct cached_answer *a, struct buf *out)
{
    buf_addf(out, "%03d %s\n", a->status, a->type);
    buf_add(out, a->body, a->body_len);
}

bool shared_answer_read(char *text, size_t len, struct cached_answer *out)
{
    char *end = memchr(text, '\n', len), *after;

    if (end == NULL || end - text < SHARED_STATUS_DIGITS + 1)
        return false;
    *end = '\0';
    out->status = (int)strtol(text, &after, 10);
    out->type = text + SHARED_STATUS_DIGITS + 1;
    out->body = end + 1;
    out->body_len = len - (size_t)(out->body - text);
    return after == text + SHARED_STATUS_DIGITS && *after == ' ' && out->status >= 100;
}

void shared_answer_put(struct redis *r, int provider, const struct digest *key,
                       const struct cached_answer *a, int64_t ttl_ms, size_t cap_bytes)
{
    struct shared_names n;
    struct redis_words w;
    struct buf text;

    if (strchr(a->type, '\n') != NULL)
        return;
    shared_names_make(r, provider, key, &n);
    buf_init(&text, CACHE_ANSWER_BYTES + SHARED_HEAD_BYTES);
    shared_answer_write(a, &text);
    redis_words_script(r, &w, REDIS_SCRIPT_ANSWER_PUT, 3);
    redis_word(&w, n.answer);
    redis_word(&w, n.ends);
    redis_word(&w, n.sizes);
    redis_word(&w, n.begin);
    redis_word(&w, n.name);
    redis_word_bytes(&w, text.data, text.len);
    redis_word_number(&w, ttl_ms);
    redis_word_number(&w, (int64_t)cap_bytes);
    if (!text.overflowed)
        redis_tell(r, &w);
    buf_done(&text);
    shared_names_done(&n);
}

bool shared_answers_stats(struct redis *r, struct response_cache_stats *out)
{
    struct shared_names n;
    struct redis_words w;
    struct redis_reply *reply;
    bool good;

    shared_names_make(r, -1, NULL, &n);
    redis_words_script(r, &w, REDIS_SCRIPT_ANSWER_LOOK, 3);
    redis_word(&w, n.counts);
    redis_word(&w, n.ends);
    redis_word(&w, n.sizes);
    redis_word(&w, n.begin);
    reply = redis_wait(r, &w);
    good = reply != NULL;
    if (good)
        *out = (struct response_cache_stats){.entries = (size_t)redis_reply_number(reply, 0, 0),
                                             .bytes = (size_t)redis_reply_number(reply, 1, 0),
                                             .hits = (uint64_t)redis_reply_number(reply, 2, 0),
                                             .misses = (uint64_t)redis_reply_number(reply, 3, 0)};
    redis_reply_free(reply);
    shared_names_done(&n);
    return good;
}

/* One step; at is where it begins, and becomes where to go on, or "" when Redis is away. */
static size_t clear_step(struct redis *r, const struct shared_names *n, const char *pattern,
                         bool drop, char at[REDIS_NUMBER_BYTES])
{
    struct redis_words w;
    struct redis_reply *reply;
    size_t count = 0;

    redis_words_script(r, &w, REDIS_SCRIPT_ANSWER_CLEAR, 3);
    redis_word(&w, n->begin); /* stands in for a key that this script does not use */
    redis_word(&w, n->ends);
    redis_word(&w, n->sizes);
    redis_word(&w, n->begin);
    redis_word(&w, pattern);
    redis_word(&w, at);
    redis_word(&w, drop ? "drop" : "count");
    reply = redis_wait(r, &w);
    at[0] = '\0';
    if (reply != NULL && reply->type == REDIS_LIST && reply->len == 2 &&
        reply->items[0].type == REDIS_TEXT) {
        snprintf(at, REDIS_NUMBER_BYTES, "%s", reply->items[0].text);
        count = (size_t)redis_reply_number(reply, 1, 0);
    }
    redis_reply_free(reply);
    return count;
}

bool shared_answers_clear(struct redis *r, int provider, bool drop, size_t *count)
{
    char at[REDIS_NUMBER_BYTES] = "0";
    struct shared_names n;
    char *pattern;

    shared_names_make(r, provider, NULL, &n);
    pattern = mem_printf("%s*", n.name);
    *count = 0;
    for (int i = 0; i < SHARED_STEPS_MAX; i++) {
        *count += clear_step(r, &n, pattern, drop, at);
        if (at[0] == '\0' || strcmp(at, "0") == 0)
            break;
    }
    free(pattern);
    shared_names_done(&n);
    return strcmp(at, "0") == 0;
}
