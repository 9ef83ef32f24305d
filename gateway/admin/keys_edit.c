/* Editing keys: what a body may change, and what is different then. */
#include "admin/keys_edit.h"

#include <string.h>

#include "admin/keys_words.h"
#include "api/keylines.h"
#include "base/clock.h"

/* ---- reading ---- */

enum err_code keys_read_note(const json_t *o, struct store_key_edit *edit, struct err *e)
{
    const char *note = "";

    if (json_object_get(o, "note") == NULL)
        return ERR_OK;
    if (admin_text(o, "note", &note, e) != ERR_OK)
        return e->code;
    if (keylines_check_note(note, strlen(note)) != NULL)
        return err_param(e, ERR_BAD_FIELD, "note", "note: %s.",
                         keylines_check_note(note, strlen(note)));
    edit->note = note;
    edit->parts |= EDIT_NOTE;
    return ERR_OK;
}

static enum err_code read_username(const json_t *o, struct store_key_edit *edit, struct err *e)
{
    const char *name = "";

    if (json_object_get(o, "username") == NULL)
        return ERR_OK;
    if (admin_text(o, "username", &name, e) != ERR_OK)
        return e->code;
    if (keylines_check_username(name, strlen(name)) != NULL)
        return err_param(e, ERR_BAD_FIELD, "username", "username: %s.",
                         keylines_check_username(name, strlen(name)));
    edit->username = name;
    edit->parts |= EDIT_USERNAME;
    return ERR_OK;
}

static enum err_code read_expiry(const json_t *o, struct store_key_edit *edit, struct err *e)
{
    bool given;

    if (admin_expiry(o, "expires_at", "ttl", &edit->expires_at, &given, e) != ERR_OK)
        return e->code;
    if (given)
        edit->parts |= EDIT_EXPIRES_AT;
    return ERR_OK;
}

static enum err_code read_category(const json_t *o, struct store_key_edit *edit, struct err *e)
{
    const char *word = "";

    if (json_object_get(o, "category") == NULL)
        return ERR_OK;
    if (admin_text(o, "category", &word, e) != ERR_OK)
        return e->code;
    if (word[0] != '\0' && !keys_word_good(word))
        return err_param(e, ERR_BAD_FIELD, "category",
                         "category must be one word: 1 to %d letters, digits, dots, dashes and "
                         "underscores.",
                         KEY_WORD_MAX);
    edit->category = word;
    edit->parts |= EDIT_CATEGORY;
    return ERR_OK;
}

/* The whole list, or what is to be added to each and taken from it. */
static enum err_code read_tags(struct keys_change *c, const json_t *o, struct err *e)
{
    const json_t *tags = json_object_get(o, "tags");

    c->add = json_object_get(o, "add_tags");
    c->remove = json_object_get(o, "remove_tags");
    if (tags != NULL && (c->add != NULL || c->remove != NULL))
        return err_param(e, ERR_BAD_FIELD, "tags",
                         "Give tags, or add_tags and remove_tags, not both.");
    if ((c->add != NULL && keys_tags_check(c->add, "add_tags", e) != ERR_OK) ||
        (c->remove != NULL && keys_tags_check(c->remove, "remove_tags", e) != ERR_OK))
        return e->code;
    if (tags == NULL)
        return ERR_OK;
    if (keys_tags_check(tags, "tags", e) != ERR_OK)
        return e->code;
    c->edit.tags = keys_tags_merge(NULL, tags, NULL, &c->arena);
    c->edit.parts |= EDIT_TAGS;
    return ERR_OK;
}

static enum err_code read_models(struct keys_change *c, const json_t *o, struct err *e)
{
    const json_t *models = json_object_get(o, "models");

    if (models == NULL)
        return ERR_OK;
    c->edit.parts |= EDIT_MODELS;
    c->edit.models = "";
    return json_is_null(models) ? ERR_OK : keys_models_read(models, &c->arena, &c->edit.models, e);
}

enum err_code keys_change_read(struct keys_change *c, const json_t *o, struct err *e)
{
    *c = (struct keys_change){0};
    if (read_username(o, &c->edit, e) != ERR_OK || read_expiry(o, &c->edit, e) != ERR_OK ||
        keys_read_note(o, &c->edit, e) != ERR_OK || read_category(o, &c->edit, e) != ERR_OK ||
        read_tags(c, o, e) != ERR_OK || read_models(c, o, e) != ERR_OK)
        return e->code;
    if (c->edit.parts == 0 && c->add == NULL && c->remove == NULL)
        return err_set(e, ERR_BAD_FIELD,
                       "There is nothing to change: give username, expires_at, ttl, note, tags, "
                       "add_tags, remove_tags, category or models.");
    return ERR_OK;
}

void keys_change_done(struct keys_change *c)
{
    keys_edits_done(&c->edits);
    arena_done(&c->arena);
}

/* ---- what is different ---- */

bool keys_note_differs(const struct key_look *k, const char *note)
{
    return strcmp(k->key->about != NULL ? k->key->about->note : "", note ? note : "") != 0;
}

static bool words_differ(const struct words *w, const char *json)
{
    return strcmp(w != NULL ? w->json : "", json) != 0;
}

static unsigned same_parts(const struct key_look *k, const struct store_key_edit *edit)
{
    unsigned same = 0;

    if (edit->parts & EDIT_USERNAME && strcmp(k->key->username, edit->username) == 0)
        same |= EDIT_USERNAME;
    if (edit->parts & EDIT_EXPIRES_AT && k->key->expires_at == edit->expires_at)
        same |= EDIT_EXPIRES_AT;
    if (edit->parts & EDIT_NOTE && !keys_note_differs(k, edit->note))
        same |= EDIT_NOTE;
    if (edit->parts & EDIT_CATEGORY && strcmp(k->profile->category, edit->category) == 0)
        same |= EDIT_CATEGORY;
    if (edit->parts & EDIT_TAGS && !words_differ(k->profile->tags, edit->tags))
        same |= EDIT_TAGS;
    if (edit->parts & EDIT_MODELS && !words_differ(k->profile->models, edit->models))
        same |= EDIT_MODELS;
    return same;
}

/* Many keys have one list of tags: what was made of it for the key before is kept. */
static const char *merged_tags(struct keys_change *c, const struct words *tags)
{
    if (c->merged == NULL || c->merged_from != tags) {
        c->merged = keys_tags_merge(tags, c->add, c->remove, &c->arena);
        c->merged_from = tags;
    }
    return c->merged;
}

enum err_code keys_change_one(void *change, const struct key_look *k, struct err *e)
{
    struct keys_change *c = change;
    struct store_key_edit edit = c->edit;
    char id[DIGEST_ID_TEXT];

    if (c->add != NULL || c->remove != NULL) {
        edit.tags = merged_tags(c, k->profile->tags);
        if (edit.tags == NULL)
            return err_param(e, ERR_BAD_FIELD, "add_tags",
                             "add_tags: %s would have more than %d tags; nothing was changed.",
                             digest_id_text('k', k->key->id, id), KEY_TAGS_MAX);
        edit.parts |= EDIT_TAGS;
    }
    edit.id = k->key->id;
    edit.parts &= ~same_parts(k, &edit);
    if (edit.parts != 0)
        keys_edits_add(&c->edits, &edit);
    return ERR_OK;
}

/* ---- the calls ---- */

static enum err_code edit_meant(struct admin_job *j, struct store *s, const json_t *o,
                                const struct keys_meant *m, size_t *changed)
{
    struct keys_change c;
    enum err_code rc = keys_change_read(&c, o, &j->e);

    if (rc == ERR_OK)
        rc = keys_meant_each(j, m, keys_change_one, &c);
    if (rc == ERR_OK && !m->of.dry_run)
        rc = keys_edits_make(j, s, &c.edits);
    *changed = c.edits.len;
    keys_change_done(&c);
    return rc;
}

static enum err_code edit_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct keys_meant m;
    size_t changed = 0;
    enum err_code rc = keys_meant_read(j, o, "apiKey", &m);

    if (rc == ERR_OK)
        rc = edit_meant(j, s, o, &m, &changed);
    if (rc == ERR_OK && m.of.dry_run) {
        keys_meant_dry(j, &m, changed);
    } else if (rc == ERR_OK) {
        meant_begin(j, &m.of, changed);
        jout_object_end(&j->json);
    }
    keys_meant_done(&m);
    return rc;
}

static enum err_code work_keys_edit(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {KEYS_MEANT_FIELDS, KEYS_CHANGE_FIELDS, NULL};

    return admin_with_object(j, s, fields, edit_checked);
}

void admin_keys_edit(struct http_req *r)
{
    admin_run(r, work_keys_edit);
}

/* The answer is the key as it is then. */
static enum err_code patch_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct keys_meant m;
    struct key_look look;
    size_t changed;
    enum err_code rc = keys_meant_one(j, j->param, &m);

    if (rc == ERR_OK)
        rc = edit_meant(j, s, o, &m, &changed);
    if (rc == ERR_OK) {
        pool_look(j->gw->pools[j->provider], m.slots, 1, clock_wall_ms(), &look);
        admin_write_key(&j->json, &look, true, NULL);
    }
    keys_meant_done(&m);
    return rc;
}

static enum err_code work_key_edit(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {KEYS_CHANGE_FIELDS, NULL};

    return admin_with_object(j, s, fields, patch_checked);
}

void admin_key_edit(struct http_req *r)
{
    admin_run(r, work_key_edit);
}
