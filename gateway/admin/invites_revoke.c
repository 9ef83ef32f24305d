/* Invite codes revoked: one, several, or all that a filter finds. */
#include <stdlib.h>
#include <string.h>

#include "admin/invites.h"
#include "base/clock.h"
#include "base/hmap.h"

enum { INVITES_SAMPLE = 10, NOTE_BYTES = 512 };

static const struct meant_words words = {"invite", "invites", "every invite code"};

/* Which are to go. */
struct going {
    struct meant of;
    uint64_t *ids; /* owned */
    size_t len, room;
    /* The first few. */
    struct {
        uint64_t id;
        char note[NOTE_BYTES];
        const char *status;
    } sample[INVITES_SAMPLE];
    int64_t now_ms;
};

static bool take(void *arg, const struct store_invite *i)
{
    struct going *g = arg;

    if (g->len == g->room) {
        g->room = g->room > 0 ? g->room * 2 : INVITES_SAMPLE;
        g->ids = mem_resize(g->ids, g->room, sizeof(*g->ids));
    }
    if (g->len < INVITES_SAMPLE) {
        g->sample[g->len].id = i->id;
        g->sample[g->len].status = invite_status(i, g->now_ms);
        snprintf(g->sample[g->len].note, NOTE_BYTES, "%s", i->note);
    }
    g->ids[g->len++] = i->id;
    return true;
}

/* ---- which are meant ---- */

static enum err_code take_one(struct admin_job *j, struct store *s, const char *text,
                              struct going *g)
{
    uint64_t id;

    if (digest_id_parse('i', text, strlen(text), &id) &&
        s->ops->users->invites_some(s->db, &id, 1, take, g, &j->e) != ERR_OK)
        return j->e.code;
    if (g->len == 0)
        return err_set(&j->e, ERR_INVITE_NOT_FOUND, NULL);
    admin_audit_id(j, 'i', id);
    return ERR_OK;
}

static bool same_id(const void *item, const void *key)
{
    return *(const uint64_t *)item == *(const uint64_t *)key;
}

/* The ids of a list, each once; returns how many. Texts that are no ids count as missing. */
static size_t read_ids(struct admin_job *j, const json_t *list, uint64_t *ids, size_t *missing)
{
    struct hmap seen = {0};
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(list) && j->e.code == ERR_OK; i++) {
        const char *text = meant_item(j, &words, json_array_get(list, i));

        if (text == NULL || !digest_id_parse('i', text, strlen(text), &ids[n])) {
            *missing += text != NULL;
        } else if (hmap_get(&seen, ids[n], same_id, &ids[n]) == NULL) {
            hmap_put(&seen, ids[n], &ids[n]);
            n++;
        }
    }
    hmap_done(&seen);
    return n;
}

static enum err_code take_list(struct admin_job *j, struct store *s, const json_t *list,
                               struct going *g)
{
    uint64_t *ids = mem_array(g->of.given + 1, sizeof(*ids));
    size_t n = read_ids(j, list, ids, &g->of.missing);

    if (j->e.code == ERR_OK && s->ops->users->invites_some(s->db, ids, n, take, g, &j->e) == ERR_OK)
        g->of.missing += n > g->len ? n - g->len : 0;
    free(ids);
    return j->e.code;
}

static enum err_code take_filter(struct admin_job *j, struct store *s, const json_t *o, bool all,
                                 struct going *g)
{
    struct invites_words w = {.status = NULL};
    const struct meant_text texts[] = {
#define X(name) {#name, &w.name},
        INVITES_FILTER(X)
#undef X
    };
    struct store_invite_filter f;
    int64_t total;

    if (meant_filter_read(j, o, texts, ARRAY_LEN(texts)) != ERR_OK)
        return j->e.code;
    if (invites_filter(&w, &f, &j->e) != ERR_OK ||
        meant_check_filter(j, &words, *f.status == '\0' && *f.search == '\0', all) != ERR_OK)
        return j->e.code;
    return s->ops->users->invites_page(s->db, &f, "-created_at", INT64_MAX, 0, take, g, &total,
                                       &j->e);
}

static enum err_code going_read(struct admin_job *j, struct store *s, const json_t *o,
                                struct going *g)
{
    struct meant_body b;

    if (meant_read(j, o, &words, "invite", &g->of, &b) != ERR_OK)
        return j->e.code;
    if (b.filter != NULL)
        take_filter(j, s, b.filter, b.all, g);
    else if (b.list != NULL)
        take_list(j, s, b.list, g);
    else
        take_one(j, s, b.one, g);
    g->of.len = g->len;
    return j->e.code;
}

/* ---- what becomes of them ---- */

static enum err_code revoke_all(struct admin_job *j, struct store *s, const struct going *g)
{
    enum err_code rc = s->ops->users->invites_delete(s->db, g->ids, g->len, &j->e);

    if (rc == ERR_OK && g->of.how != MEANT_ONE)
        meant_audit_ids(j, "invites", 'i', g->ids, g->len);
    return rc;
}

static void write_sample(struct admin_job *j, const struct going *g)
{
    char id[DIGEST_ID_TEXT];

    jout_array(&j->json, "sample");
    for (size_t i = 0; i < g->len && i < INVITES_SAMPLE; i++) {
        jout_object(&j->json, NULL);
        jout_str(&j->json, "id", digest_id_text('i', g->sample[i].id, id));
        jout_str(&j->json, "note", g->sample[i].note);
        jout_str(&j->json, "status", g->sample[i].status);
        jout_object_end(&j->json);
    }
    jout_array_end(&j->json);
}

static enum err_code revoke_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct going g = {.now_ms = clock_wall_ms()};

    if (going_read(j, s, o, &g) == ERR_OK && g.of.dry_run) {
        meant_begin_dry(j, &g.of, g.of.len);
        write_sample(j, &g);
        jout_object_end(&j->json);
    } else if (j->e.code == ERR_OK && (g.len == 0 || revoke_all(j, s, &g) == ERR_OK)) {
        j->unchanged = g.len == 0;
        meant_begin(j, &g.of, g.of.len);
        jout_object_end(&j->json);
    }
    free(g.ids);
    return j->e.code;
}

static enum err_code work_revoke(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {MEANT_FIELDS("invite", "invites"), NULL};

    return admin_with_object(j, s, fields, revoke_checked);
}

void admin_invites_revoke(struct http_req *r)
{
    admin_run(r, work_revoke);
}

static enum err_code work_revoke_one(struct admin_job *j, struct store *s)
{
    struct going g = {.of = {.how = MEANT_ONE}, .now_ms = clock_wall_ms()};

    if (take_one(j, s, j->param, &g) == ERR_OK && revoke_all(j, s, &g) == ERR_OK)
        admin_success(j, NULL);
    free(g.ids);
    return j->e.code;
}

void admin_invite_revoke(struct http_req *r)
{
    admin_run(r, work_revoke_one);
}
