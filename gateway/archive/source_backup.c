/* The records of a backup: read whole each time, so that nothing is taken of one that is damaged at
 * its end. */
#include <stdlib.h>
#include <string.h>

#include "archive/source.h"
#include "crypto/digest.h"

struct backup_source {
    struct source source;
    struct source_stream stream;
};

/* What a reading holds. */
struct reading {
    struct vault_reader *vault;
    struct arena arena;
    json_t *held;
    int64_t records;
    bool ended;
};

static enum err_code check_meta(const struct record *r, int64_t at, struct err *e)
{
    if ((r->kind == RECORD_META) != (at == 0))
        return err_set(e, ERR_BAD_REQUEST, "The backup does not begin as one.");
    if (r->kind == RECORD_META && r->meta.format != RECORD_FORMAT)
        return err_set(e, ERR_BAD_REQUEST,
                       "The backup was made by version %.20s, in a form that this version does not "
                       "know.",
                       r->meta.version);
    return ERR_OK;
}

static enum err_code check_secret(const struct record *r, struct err *e)
{
    struct digest d;
    uint64_t id = r->kind == RECORD_KEY ? r->key.id : r->user.key_id;

    digest_of(r->secret, strlen(r->secret), &d);
    if (r->secret[0] == '\0' || digest_id(&d) != id)
        return err_set(e, ERR_BAD_REQUEST, "The backup has a %s that is not what its id says.",
                       r->kind == RECORD_KEY ? "key" : "user's token");
    return ERR_OK;
}

static enum err_code check(struct reading *at, const struct record *r, struct err *e)
{
    if (at->ended)
        return err_set(e, ERR_BAD_REQUEST, "The backup goes on behind its end.");
    if (check_meta(r, at->records, e) != ERR_OK)
        return e->code;
    if (r->kind == RECORD_END && r->end.records != at->records)
        return err_set(e, ERR_BAD_REQUEST, "The backup holds fewer records than it should.");
    at->ended = r->kind == RECORD_END;
    at->records++;
    return r->kind == RECORD_KEY || r->kind == RECORD_USER ? check_secret(r, e) : ERR_OK;
}

static enum err_code take_line(struct reading *at, const char *line, size_t len, record_fn *fn,
                               void *arg, struct err *e)
{
    struct record r;
    enum err_code rc = record_read(line, len, &r, &at->held, &at->arena, e);

    if (rc == ERR_OK)
        rc = check(at, &r, e);
    if (rc == ERR_OK && r.kind != RECORD_META && r.kind != RECORD_END)
        rc = fn(arg, &r, e);
    json_decref(at->held);
    at->held = NULL;
    arena_reset(&at->arena);
    return rc;
}

static enum err_code backup_each(struct source *s, record_fn *fn, void *arg, struct err *e)
{
    struct backup_source *b = container_of(s, struct backup_source, source);
    struct reading at = {.records = 0};
    enum err_code rc;
    char *line;
    size_t len;

    b->stream.rewind(b->stream.arg);
    rc = vault_reader_new(&b->stream.key, b->stream.pull, b->stream.arg, &at.vault, e);
    while (rc == ERR_OK && (rc = vault_line(at.vault, &line, &len, e)) == ERR_OK && line != NULL)
        rc = take_line(&at, line, len, fn, arg, e);
    if (rc == ERR_OK && !at.ended)
        rc = err_set(e, ERR_BAD_REQUEST, "The backup has no end.");
    vault_reader_free(at.vault);
    arena_done(&at.arena);
    return rc;
}

static void backup_close(struct source *s)
{
    free(container_of(s, struct backup_source, source));
}

struct source *source_backup(const struct source_stream *stream)
{
    struct backup_source *b = mem_zalloc(sizeof(*b));

    b->source = (struct source){.each = backup_each, .close = backup_close};
    b->stream = *stream;
    return &b->source;
}
