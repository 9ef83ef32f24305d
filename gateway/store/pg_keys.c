/* Keys in PostgreSQL: loading all, adding, changing, deleting. */
#include <stdlib.h>
#include <string.h>

#include "store/pg_db.h"

/* The order of the columns in KEYS_LOAD. */
static void take_state(struct pg_call *c, struct store_key_state *s)
{
    s->disabled = pg_take_int(c) != 0;
    s->disabled_auto = pg_take_int(c) != 0;
    s->disabled_until = pg_take_int(c);
    s->cooling_until = pg_take_int(c);
    snprintf(s->reason, sizeof(s->reason), "%s", pg_take_text(c));
    s->consecutive_failures = (int32_t)pg_take_int(c);
    s->limited = pg_take_int(c) != 0;
}

/* The server writes a blank after each comma and colon; the pool's own texts have none, and are
 * compared as texts. */
static const char *take_json(struct pg_call *c)
{
    char *text = (char *)(uintptr_t)pg_take_text(c), *to = text;
    bool quoted = false;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\\' && quoted && p[1] != '\0')
            *to++ = *p++;
        else if (*p == '"')
            quoted = !quoted;
        if (quoted || *p != ' ')
            *to++ = *p;
    }
    *to = '\0';
    return text;
}

bool pg_take_key(struct pg_call *c, struct store_key *k)
{
    k->id = pg_take_id(c, 'k');
    k->username = pg_take_text(c);
    k->sealed = pg_take_blob(c, &k->sealed_len);
    k->created_at = pg_take_int(c);
    k->expires_at = pg_take_int(c);
    take_state(c, &k->state);
    pg_take_tally(c, &k->tally);
    k->last_used = pg_take_int(c);
    k->last_success = pg_take_int(c);
    k->last_failure = pg_take_int(c);
    k->note = pg_take_text(c);
    k->tags = take_json(c);
    k->category = pg_take_text(c);
    k->models = take_json(c);
    k->checked_at = pg_take_int(c);
    k->place = pg_take_int(c);
    k->inserted = true;
    return c->rc == ERR_OK;
}

enum err_code pg_keys_load(void *db, int provider, store_key_fn *fn, void *arg, struct err *e)
{
    struct store_key key;
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_LOAD, "loading the keys");
    while (pg_step(&c))
        if (!pg_take_key(&c, &key) || !fn(arg, &key))
            break;
    return pg_done(&c, e);
}

/* The changes that a batch made; ids is freed. */
static enum err_code tell_keys(struct pg_db *db, int provider, uint64_t *ids, size_t len,
                               enum err_code rc, struct err *e)
{
    if (rc == ERR_OK)
        rc = pg_tell(db, CHANGE_KEYS, provider, 'k', ids, len, e);
    free(ids);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

/* ---- adding ---- */

static enum err_code queue_insert(struct pg_db *db, int provider, const struct store_key *rows,
                                  size_t len, void (*row)(void *arg, const char *id), void *arg,
                                  struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_INSERT, "adding keys");
    c.row = row;
    c.arg = arg;
    pg_rows(&c);
    for (const struct store_key *k = rows; k < rows + len; k++) {
        pg_give_id(&c, 'k', k->id);
        pg_give_text(&c, k->username);
        pg_give_blob(&c, k->sealed, k->sealed_len);
        pg_give_when(&c, k->created_at);
        pg_give_time(&c, k->expires_at);
        pg_give_state(&c, &k->state);
        pg_next(&c);
    }
    return pg_queue(&c, e);
}

/* Ids of inserted rows come back in the order of the rows, each with the first that has it. */
struct inserted {
    struct store_key *next, *end;
};

static void note_inserted(void *arg, const char *text)
{
    struct inserted *at = arg;
    uint64_t id;

    if (!digest_id_parse('k', text, strlen(text), &id))
        return;
    while (at->next < at->end && at->next->id != id)
        at->next++;
    if (at->next < at->end)
        (at->next++)->inserted = true;
}

static enum err_code insert_once(struct pg_db *db, int provider, struct store_key *rows, size_t len,
                                 int tries, struct err *e)
{
    struct inserted at = {rows, rows + len};
    uint64_t *ids = mem_array(len, sizeof(*ids));
    enum err_code rc = pg_keys_begin(db, tries, e);

    for (size_t i = 0; i < len; i++) {
        rows[i].inserted = false;
        ids[i] = rows[i].id;
    }
    for (size_t i = 0; i < len && rc == ERR_OK; i += PG_ROWS_MAX)
        rc = queue_insert(db, provider, rows + i, len - i < PG_ROWS_MAX ? len - i : PG_ROWS_MAX,
                          note_inserted, &at, e);
    rc = tell_keys(db, provider, ids, len, rc, e);
    for (size_t i = 0; i < len && rc != ERR_OK; i++)
        rows[i].inserted = false;
    return rc;
}

/* Two gateways that add the same keys at a time wait for each other's rows. */
enum err_code pg_keys_insert(void *db, int provider, struct store_key *rows, size_t len,
                             struct err *e)
{
    enum err_code rc;
    int tries = 0;

    do {
        rc = insert_once(db, provider, rows, len, tries, e);
    } while (pg_again(db, rc, &tries, e));
    return rc;
}

/* ---- changing ---- */

static enum err_code queue_states(struct pg_db *db, int provider,
                                  const struct store_key_edit *edits, size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_STATE, "changing the state of keys");
    pg_rows(&c);
    for (const struct store_key_edit *d = edits; d < edits + len; d++) {
        if (!(d->parts & EDIT_STATE))
            continue;
        pg_give_state(&c, d->state);
        pg_give_id(&c, 'k', d->id);
        pg_next(&c);
    }
    return pg_queue(&c, e);
}

static enum err_code queue_edits(struct pg_db *db, int provider, const struct store_key_edit *edits,
                                 size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_EDIT, "changing keys");
    pg_rows(&c);
    for (const struct store_key_edit *d = edits; d < edits + len; d++) {
        if (!(d->parts & (EDIT_USERNAME | EDIT_EXPIRES_AT)))
            continue;
        pg_give_bool(&c, (d->parts & EDIT_USERNAME) != 0);
        pg_give_text(&c, d->username);
        pg_give_bool(&c, (d->parts & EDIT_EXPIRES_AT) != 0);
        pg_give_time(&c, d->expires_at);
        pg_give_id(&c, 'k', d->id);
        pg_next(&c);
    }
    return pg_queue(&c, e);
}

enum { ABOUT_PARTS = EDIT_NOTE | EDIT_TAGS | EDIT_CATEGORY | EDIT_MODELS | EDIT_CHECKED_AT };

/* Sees to it that there is a row to change. */
static enum err_code queue_known(struct pg_db *db, int provider, const struct store_key_edit *edits,
                                 size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_KNOWN, "changing what is known of keys");
    pg_rows(&c);
    for (const struct store_key_edit *d = edits; d < edits + len; d++)
        if (d->parts & ABOUT_PARTS) {
            pg_give_id(&c, 'k', d->id);
            pg_next(&c);
        }
    return pg_queue(&c, e);
}

static enum err_code queue_about(struct pg_db *db, int provider, const struct store_key_edit *edits,
                                 size_t len, struct err *e)
{
    struct pg_call c;

    pg_call(&c, db, provider, PG_KEYS_ABOUT, "changing what is known of keys");
    pg_rows(&c);
    for (const struct store_key_edit *d = edits; d < edits + len; d++) {
        if (!(d->parts & ABOUT_PARTS))
            continue;
        pg_give_id(&c, 'k', d->id);
        pg_give_bool(&c, (d->parts & EDIT_NOTE) != 0);
        pg_give_text(&c, d->note != NULL ? d->note : "");
        pg_give_bool(&c, (d->parts & EDIT_TAGS) != 0);
        pg_give_json(&c, d->tags);
        pg_give_bool(&c, (d->parts & EDIT_CATEGORY) != 0);
        pg_give_text(&c, d->category != NULL ? d->category : "");
        pg_give_bool(&c, (d->parts & EDIT_MODELS) != 0);
        pg_give_json(&c, d->models);
        pg_give_bool(&c, (d->parts & EDIT_CHECKED_AT) != 0);
        pg_give_time(&c, d->checked_at);
        pg_next(&c);
    }
    return pg_queue(&c, e);
}

static const struct {
    unsigned parts;
    enum err_code (*queue)(struct pg_db *db, int provider, const struct store_key_edit *edits,
                           size_t len, struct err *e);
} kinds[] = {
    {EDIT_STATE, queue_states},
    {EDIT_USERNAME | EDIT_EXPIRES_AT, queue_edits},
    {ABOUT_PARTS, queue_known},
    {ABOUT_PARTS, queue_about},
};

static enum err_code queue_kinds(struct pg_db *db, int provider, const struct store_key_edit *edits,
                                 size_t len, struct err *e)
{
    enum err_code rc = ERR_OK;
    unsigned parts = 0;

    for (size_t i = 0; i < len; i++)
        parts |= edits[i].parts;
    for (size_t i = 0; i < ARRAY_LEN(kinds) && rc == ERR_OK; i++)
        if (parts & kinds[i].parts)
            rc = kinds[i].queue(db, provider, edits, len, e);
    return rc;
}

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

size_t pg_rows_at_once(const uint64_t *ids, size_t len)
{
    uint64_t *sorted = mem_array(len, sizeof(*sorted));
    bool twice = false;

    memcpy(sorted, ids, len * sizeof(*ids));
    qsort(sorted, len, sizeof(*sorted), by_id);
    for (size_t i = 1; i < len; i++)
        twice |= sorted[i] == sorted[i - 1];
    free(sorted);
    return twice ? 1 : PG_ROWS_MAX;
}

static enum err_code edit_once(struct pg_db *db, int provider, const struct store_key_edit *edits,
                               size_t len, int tries, struct err *e)
{
    uint64_t *ids = mem_array(len, sizeof(*ids));
    enum err_code rc = pg_keys_begin(db, tries, e);
    size_t most;

    for (size_t i = 0; i < len; i++)
        ids[i] = edits[i].id;
    most = pg_rows_at_once(ids, len);
    for (size_t i = 0; i < len && rc == ERR_OK; i += most)
        rc = queue_kinds(db, provider, edits + i, len - i < most ? len - i : most, e);
    return tell_keys(db, provider, ids, len, rc, e);
}

enum err_code pg_keys_edit(void *db, int provider, const struct store_key_edit *edits, size_t len,
                           struct err *e)
{
    enum err_code rc;
    int tries = 0;

    do {
        rc = edit_once(db, provider, edits, len, tries, e);
    } while (pg_again(db, rc, &tries, e));
    return rc;
}

static enum err_code delete_once(struct pg_db *db, int provider, const uint64_t *ids, size_t len,
                                 int tries, struct err *e)
{
    enum err_code rc = pg_keys_begin(db, tries, e);

    for (size_t i = 0; i < len && rc == ERR_OK; i += PG_ROWS_MAX) {
        struct pg_call c;

        pg_call(&c, db, provider, PG_KEYS_DELETE, "deleting keys");
        pg_give_ids(&c, 'k', ids + i, len - i < PG_ROWS_MAX ? len - i : PG_ROWS_MAX);
        rc = pg_queue(&c, e);
    }
    if (rc == ERR_OK)
        rc = pg_tell(db, CHANGE_KEYS, provider, 'k', ids, len, e);
    return rc == ERR_OK ? pg_batch_end(db, e) : rc;
}

enum err_code pg_keys_delete(void *db, int provider, const uint64_t *ids, size_t len, struct err *e)
{
    enum err_code rc;
    int tries = 0;

    do {
        rc = delete_once(db, provider, ids, len, tries, e);
    } while (pg_again(db, rc, &tries, e));
    return rc;
}
