/* Invite codes: made, and listed. */
#include "admin/invites.h"

#include <string.h>

#include "admin/page.h"
#include "base/clock.h"
#include "crypto/secret.h"

enum {
    INVITES_PAGE = 50,
    INVITE_RANDOM = 24, /* base62: 142 bits */
    INVITE_USES_MAX = 1000000,
    INVITE_NOTE_MAX = 200,
};
static const char invite_prefix[] = "inv-";

enum {
#define INVITE_STATE(ID, word) INVITE_##ID,
#include "api/user_words.def"
};
static const char *const states[] = {
#define INVITE_STATE(ID, word) word,
#include "api/user_words.def"
};

const char *invite_status(const struct store_invite *i, int64_t now_ms)
{
    if (i->uses >= i->uses_max)
        return states[INVITE_USED];
    return states[i->expires_at != 0 && i->expires_at <= now_ms ? INVITE_EXPIRED : INVITE_OPEN];
}

/* ---- lists ---- */

struct listing {
    struct jout *out;
    int64_t now_ms;
};

static bool write_invite(void *arg, const struct store_invite *i)
{
    const struct listing *l = arg;
    char id[DIGEST_ID_TEXT];

    jout_object(l->out, NULL);
    jout_str(l->out, "id", digest_id_text('i', i->id, id));
    jout_str(l->out, "code", i->hint);
    jout_str(l->out, "note", i->note);
    jout_str(l->out, "status", invite_status(i, l->now_ms));
    jout_int(l->out, "uses", i->uses);
    jout_int(l->out, "uses_max", i->uses_max);
    jout_time(l->out, "created_at", i->created_at);
    jout_time(l->out, "expires_at", i->expires_at);
    jout_object_end(l->out);
    return true;
}

static bool is_status(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (strcmp(states[i], word) == 0)
            return true;
    return false;
}

enum err_code invites_filter(const struct invites_words *w, struct store_invite_filter *f,
                             struct err *e)
{
    static const char known[] =
#define INVITE_STATE(ID, word) " " word
#include "api/user_words.def"
        ;

    *f = (struct store_invite_filter){.search = w->search != NULL ? w->search : "",
                                      .status = w->status != NULL ? w->status : "",
                                      .now = clock_wall_ms()};
    if (*f->status != '\0' && !is_status(f->status))
        return err_param(e, ERR_BAD_FIELD, "status", "status must be one of:%s", known);
    if (strlen(f->search) > INVITE_NOTE_MAX)
        return err_param(e, ERR_BAD_FIELD, "search", "search must have %d bytes at most.",
                         INVITE_NOTE_MAX);
    return ERR_OK;
}

static enum err_code list_read(struct admin_job *j, struct store_invite_filter *f, char sort[32],
                               struct admin_page *p)
{
    static const char *const words[] = {
#define INVITE_SORT(ID, word, ...) word,
#include "api/user_words.def"
        NULL};
    const struct invites_words w = {
#define X(name) .name = j->name,
        INVITES_FILTER(X)
#undef X
    };
    struct admin_order o;

    /* the latest first, where nothing is said */
    if (invites_filter(&w, f, &j->e) != ERR_OK ||
        admin_order_read(j, words, j->sort == NULL, &o, &j->e) != ERR_OK ||
        admin_page_read(j, INVITES_PAGE, p, &j->e) != ERR_OK)
        return j->e.code;
    snprintf(sort, 32, "%s%s", o.down ? "-" : "", words[o.word]);
    return ERR_OK;
}

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    struct listing l = {.out = &j->json};
    struct store_invite_filter f;
    struct admin_page p = {.page = 1, .size = INVITES_PAGE};
    int64_t total;
    char sort[32];

    if (list_read(j, &f, sort, &p) != ERR_OK)
        return j->e.code;
    l.now_ms = f.now;
    jout_object(&j->json, NULL);
    jout_array(&j->json, "invites");
    if (s->ops->users->invites_page(s->db, &f, sort, p.whole ? ADMIN_WHOLE_MAX : p.size,
                                    admin_page_offset(&p), write_invite, &l, &total,
                                    &j->e) != ERR_OK ||
        admin_page_whole(&p, total, &j->e) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    admin_page_write(&j->json, &p, total);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_invites_list(struct http_req *r)
{
    static const char *const query[] = {
#define X(name) #name,
        INVITES_FILTER(X)
#undef X
            "page",
        "pageSize", "sort", "order", NULL};

    admin_run_query(r, query, work_list);
}

/* ---- new ones ---- */

static enum err_code check_note(const char *note, struct err *e)
{
    if (strlen(note) > INVITE_NOTE_MAX)
        return err_param(e, ERR_BAD_FIELD, "note", "note must have %d bytes at most.",
                         INVITE_NOTE_MAX);
    for (; *note != '\0'; note++)
        if ((unsigned char)*note < 0x20 || *note == 0x7f)
            return err_param(e, ERR_BAD_FIELD, "note", "note must not hold control characters.");
    return ERR_OK;
}

static enum err_code create(struct admin_job *j, struct store *s, struct store_invite *i)
{
    char code[sizeof(invite_prefix) + INVITE_RANDOM], hint[SECRET_MASK_BYTES], id[DIGEST_ID_TEXT];
    struct digest d;

    memcpy(code, invite_prefix, sizeof(invite_prefix));
    secret_base62(code + strlen(invite_prefix), INVITE_RANDOM);
    digest_of(code, strlen(code), &d);
    i->id = digest_id(&d);
    memcpy(i->digest, d.bytes, sizeof(i->digest));
    i->hint = secret_mask(code, strlen(code), hint);
    if (s->ops->users->invite_insert(s->db, i, &j->e) == ERR_OK) {
        admin_audit_id(j, 'i', i->id);
        jout_str(&j->audit, "note", i->note);
        jout_int(&j->audit, "uses_max", i->uses_max);
        jout_time(&j->audit, "expires_at", i->expires_at);
        jout_object(&j->json, NULL);
        jout_str(&j->json, "code", code);
        jout_str(&j->json, "id", digest_id_text('i', i->id, id));
        jout_str(&j->json, "note", i->note);
        jout_int(&j->json, "uses_max", i->uses_max);
        jout_time(&j->json, "expires_at", i->expires_at);
        jout_object_end(&j->json);
    }
    secret_wipe(code, sizeof(code));
    return j->e.code;
}

static enum err_code create_checked(struct admin_job *j, struct store *s, const json_t *o)
{
    struct store_invite i = {.note = "", .uses_max = 1, .created_at = clock_wall_ms()};
    int64_t ttl_s = 0;

    if (admin_text(o, "note", &i.note, &j->e) != ERR_OK || check_note(i.note, &j->e) != ERR_OK ||
        admin_number(o, "uses", 1, INVITE_USES_MAX, &i.uses_max, &j->e) != ERR_OK ||
        admin_number(o, "expiresIn", 1, ADMIN_SECONDS_MAX, &ttl_s, &j->e) != ERR_OK)
        return j->e.code;
    if (ttl_s > 0)
        i.expires_at = i.created_at + ttl_s * 1000;
    return create(j, s, &i);
}

static enum err_code work_create(struct admin_job *j, struct store *s)
{
    static const char *const fields[] = {"uses", "expiresIn", "note", NULL};

    return j->body.len > 0 ? admin_with_object(j, s, fields, create_checked)
                           : create_checked(j, s, NULL);
}

void admin_invite_create(struct http_req *r)
{
    admin_run(r, work_create);
}
