/* Redis's words and answers: commands to bytes, bytes to answers. */
#include "store/redis_reply.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

/* More than anything that we keep there, or ask for. */
enum { REPLY_CAP_BYTES = 64 * 1024 * 1024, REPLY_ITEMS_MAX = 1024 * 1024 };

void redis_word_bytes(struct redis_words *w, const void *data, size_t len)
{
    if (w->count == REDIS_WORDS_MAX)
        abort();
    w->data[w->count] = data;
    w->len[w->count++] = len;
}

void redis_word(struct redis_words *w, const char *text)
{
    redis_word_bytes(w, text, strlen(text));
}

void redis_word_number(struct redis_words *w, int64_t number)
{
    char *text = w->numbers[w->numbers_len++ % REDIS_WORDS_MAX];

    redis_word_bytes(w, text, (size_t)snprintf(text, REDIS_NUMBER_BYTES, "%" PRId64, number));
}

char *redis_words_format(const struct redis_words *w, size_t *len)
{
    char *text;
    int n = redisFormatCommandArgv(&text, (int)w->count, (const char **)(uintptr_t)w->data, w->len);

    if (n < 0)
        abort();
    *len = (size_t)n;
    return text;
}

/* ---- objects, as hiredis's reader asks for them; those in a list lie in its items ---- */

static struct redis_reply *object(const redisReadTask *task, enum redis_type type)
{
    struct redis_reply *r;

    if (task->parent != NULL)
        r = &((struct redis_reply *)task->parent->obj)->items[task->idx];
    else
        r = mem_zalloc(sizeof(*r));
    r->type = type;
    return r;
}

static void *object_text(const redisReadTask *task, char *text, size_t len)
{
    struct redis_reply *r =
        object(task, task->type == REDIS_REPLY_ERROR ? REDIS_REFUSAL : REDIS_TEXT);

    r->text = mem_alloc(len + 1);
    memcpy(r->text, text, len);
    r->text[len] = '\0';
    r->len = len;
    return r;
}

static void *object_list(const redisReadTask *task, int len)
{
    struct redis_reply *r;

    if (len > REPLY_ITEMS_MAX)
        return NULL;
    r = object(task, REDIS_LIST);
    r->len = len > 0 ? (size_t)len : 0;
    r->items = mem_zalloc((r->len + 1) * sizeof(*r->items));
    return r;
}

static void *object_number(const redisReadTask *task, long long number)
{
    struct redis_reply *r = object(task, REDIS_NUMBER);

    r->number = number;
    return r;
}

static void *object_nil(const redisReadTask *task)
{
    return object(task, REDIS_NIL);
}

static void reply_done(struct redis_reply *r)
{
    free(r->text);
    for (size_t i = 0; r->items != NULL && i < r->len; i++)
        reply_done(&r->items[i]);
    free(r->items);
}

static void object_free(void *r)
{
    redis_reply_free(r);
}

void redis_reply_free(struct redis_reply *r)
{
    if (r == NULL)
        return;
    reply_done(r);
    free(r);
}

int64_t redis_reply_number(const struct redis_reply *r, size_t at, int64_t other)
{
    if (r == NULL || r->type != REDIS_LIST || at >= r->len || r->items[at].type != REDIS_NUMBER)
        return other;
    return r->items[at].number;
}

bool redis_reply_refused(const struct redis_reply *r, const char *word)
{
    return r->type == REDIS_REFUSAL && strncmp(r->text, word, strlen(word)) == 0;
}

/* ---- the reader ---- */

struct redisReader *redis_reader_new(void)
{
    static redisReplyObjectFunctions objects = {object_text, object_list, object_number, object_nil,
                                                object_free};
    struct redisReader *r = redisReaderCreateWithFunctions(&objects);

    if (r == NULL)
        abort();
    return r;
}

void redis_reader_free(struct redisReader *r)
{
    redisReaderFree(r);
}

bool redis_reader_feed(struct redisReader *r, const void *data, size_t len)
{
    return r->len - r->pos + len <= REPLY_CAP_BYTES && redisReaderFeed(r, data, len) == REDIS_OK;
}

bool redis_reader_next(struct redisReader *r, struct redis_reply **out)
{
    void *reply = NULL;
    bool good = redisReaderGetReply(r, &reply) == REDIS_OK;

    *out = reply;
    return good;
}
