/* The users that a change is for: one, a list, or all that a filter finds; and what it answers. */
#include <stdlib.h>
#include <string.h>

#include "admin/users.h"
#include "base/clock.h"
#include "base/email.h"
#include "base/hmap.h"

enum { USERS_LIST_MAX = 10000 };

static const struct meant_words words = {"user", "users", "every user"};

/* ---- what they are like ---- */

static bool is_role(const char *word)
{
    static const char *const roles[] = {
#define USER_ROLE(word) word,
#include "api/user_words.def"
    };

    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (strcmp(roles[i], word) == 0)
            return true;
    return false;
}

static bool is_status(const char *word)
{
    static const char *const states[] = {
#define USER_STATE(word) word,
#include "api/user_words.def"
    };

    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (strcmp(states[i], word) == 0)
            return true;
    return false;
}

enum err_code users_role_check(const char *role, struct err *e)
{
    static const char known[] =
#define USER_ROLE(word) " " word
#include "api/user_words.def"
        ;

    if (is_role(role))
        return ERR_OK;
    return err_param(e, ERR_BAD_FIELD, "role", "role must be one of:%s", known);
}

enum err_code users_filter(const struct users_words *w, struct store_user_filter *f,
                           char search[EMAIL_BYTES], struct err *e)
{
    static const char known[] =
#define USER_STATE(word) " " word
#include "api/user_words.def"
        ;
    size_t len = strlen(w->search);

    if (w->status[0] != '\0' && !is_status(w->status))
        return err_param(e, ERR_BAD_FIELD, "status", "status must be one of:%s", known);
    if (w->role[0] != '\0' && users_role_check(w->role, e) != ERR_OK)
        return e->code;
    if (len >= EMAIL_BYTES)
        return err_param(e, ERR_BAD_FIELD, "search", "search must have %d bytes at most.",
                         EMAIL_MAX);
    for (size_t i = 0; i <= len; i++) /* addresses are kept in small letters */
        search[i] = (char)(w->search[i] >= 'A' && w->search[i] <= 'Z' ? w->search[i] + ('a' - 'A')
                                                                      : w->search[i]);
    *f = (struct store_user_filter){
        .search = search, .role = w->role, .status = w->status, .now = clock_wall_ms()};
    return ERR_OK;
}

/* ---- who they are ---- */

struct taking {
    struct users_meant *m;
    bool whole;
    user_differs_fn *differs;
    const void *change;
};

static bool take(void *arg, const struct store_user *u)
{
    struct taking *t = arg;
    struct users_meant *m = t->m;

    m->of.len++;
    if (t->whole || m->rows_len < USERS_SAMPLE) {
        if (m->rows_len == m->rows_room) {
            m->rows_room = m->rows_room ? 2 * m->rows_room : USERS_SAMPLE;
            m->rows = mem_resize(m->rows, m->rows_room, sizeof(*m->rows));
        }
        user_row_copy(&m->rows[m->rows_len++], u);
    }
    if (t->differs != NULL && !t->differs(t->change, u))
        return true;
    if (m->len == m->room) {
        m->room = m->room ? 2 * m->room : USERS_SAMPLE;
        m->ids = mem_resize(m->ids, m->room, sizeof(*m->ids));
    }
    m->ids[m->len++] = u->id;
    return true;
}

static enum err_code take_one(struct admin_job *j, struct store *s, const char *name,
                              struct taking *t)
{
    struct store_user u = {0};

    if (admin_user_find(j, s, name, &u) == ERR_OK)
        take(t, &u);
    user_row_done(&u);
    return j->e.code;
}

static bool same_id(const void *item, const void *key)
{
    return *(const uint64_t *)item == *(const uint64_t *)key;
}

static enum err_code take_list(struct admin_job *j, struct store *s, const json_t *list,
                               struct taking *t)
{
    size_t len = json_array_size(list);
    uint64_t *ids = mem_array(len, sizeof(*ids));
    struct hmap seen = {0};

    if (len > USERS_LIST_MAX)
        err_param(&j->e, ERR_BAD_FIELD, "users", "users must have %d elements at most.",
                  USERS_LIST_MAX);
    for (size_t i = 0; i < len && j->e.code == ERR_OK; i++) {
        const char *name = meant_item(j, &words, json_array_get(list, i));
        struct store_user u = {0};

        if (name != NULL && admin_user_find(j, s, name, &u) == ERR_OK) {
            ids[i] = u.id;
            if (hmap_get(&seen, u.id, same_id, &u.id) == NULL) {
                hmap_put(&seen, u.id, &ids[i]);
                take(t, &u);
            }
        } else if (j->e.code == ERR_USER_NOT_FOUND) {
            j->e = (struct err){0};
            t->m->of.missing++;
        }
        user_row_done(&u);
    }
    admin_audit_target(j, "");
    hmap_done(&seen);
    free(ids);
    return j->e.code;
}

static enum err_code take_filter(struct admin_job *j, struct store *s, const json_t *o, bool all,
                                 struct taking *t)
{
    struct users_words w = {"", "", ""};
    const struct meant_text texts[] = {
#define X(name) {#name, &w.name},
        USERS_FILTER(X)
#undef X
    };
    char search[EMAIL_BYTES];
    struct store_user_filter f;
    int64_t total;

    if (meant_filter_read(j, o, texts, ARRAY_LEN(texts)) != ERR_OK)
        return j->e.code;
    if (users_filter(&w, &f, search, &j->e) != ERR_OK ||
        meant_check_filter(j, &words, *w.status == '\0' && *w.role == '\0' && *w.search == '\0',
                           all) != ERR_OK)
        return j->e.code;
    (void)s->ops->users->users_page(s->db, &f, "createdAt", INT64_MAX, 0, take, t, &total, &j->e);
    t->m->of.given = t->m->of.len;
    return j->e.code;
}

enum err_code users_meant_one(struct admin_job *j, struct store *s, const char *name,
                              user_differs_fn *differs, const void *change, struct users_meant *m)
{
    struct taking t = {.m = m, .differs = differs, .change = change};

    *m = (struct users_meant){.of = {.how = MEANT_ONE, .given = 1}};
    return take_one(j, s, name, &t);
}

enum err_code users_meant_read(struct admin_job *j, struct store *s, const json_t *o, bool whole,
                               user_differs_fn *differs, const void *change, struct users_meant *m)
{
    struct taking t = {.m = m, .whole = whole, .differs = differs, .change = change};
    struct meant_body b;

    *m = (struct users_meant){0};
    if (meant_read(j, o, &words, "user", &m->of, &b) != ERR_OK)
        return j->e.code;
    if (b.filter != NULL)
        return take_filter(j, s, b.filter, b.all, &t);
    if (b.list != NULL)
        return take_list(j, s, b.list, &t);
    return take_one(j, s, b.one, &t);
}

void users_meant_done(struct users_meant *m)
{
    for (size_t i = 0; i < m->rows_len; i++)
        user_row_done(&m->rows[i]);
    free(m->rows);
    free(m->ids);
}

static void write_sample(struct admin_job *j, const struct users_meant *m)
{
    int64_t now = clock_wall_ms();
    char id[DIGEST_ID_TEXT];

    jout_array(&j->json, "sample");
    for (size_t i = 0; i < m->rows_len && i < USERS_SAMPLE; i++) {
        jout_object(&j->json, NULL);
        jout_str(&j->json, "id", digest_id_text('u', m->rows[i].id, id));
        jout_str(&j->json, "email", m->rows[i].email);
        jout_str(&j->json, "role", m->rows[i].role);
        jout_str(&j->json, "status", admin_user_status(&m->rows[i], now));
        jout_object_end(&j->json);
    }
    jout_array_end(&j->json);
}

void users_meant_answer(struct admin_job *j, const struct users_meant *m)
{
    if (m->of.dry_run) {
        meant_begin_dry(j, &m->of, m->len);
        write_sample(j, m);
    } else {
        meant_begin(j, &m->of, m->len);
        j->unchanged = m->len == 0;
        if (m->of.how != MEANT_ONE)
            meant_audit_ids(j, "users", 'u', m->ids, m->len);
    }
    jout_object_end(&j->json);
}
