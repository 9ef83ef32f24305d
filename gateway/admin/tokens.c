/* Client tokens: made, listed, shown. */
#include "admin/tokens.h"

#include <string.h>

#include "admin/page.h"
#include "auth/users.h"
#include "base/clock.h"
#include "crypto/secret.h"

enum { TOKEN_NAME_MAX = 100, TOKENS_PAGE = 50 };

void admin_write_token(struct jout *out, const struct token *t, int64_t now_ms)
{
    char id[DIGEST_ID_TEXT];
    struct store_tally tally;

    subject_read(&t->subject, &tally);
    jout_object(out, NULL);
    jout_str(out, "id", digest_id_text('t', t->id, id));
    jout_str(out, "token", t->hint);
    jout_str(out, "name", token_name(t));
    jout_str(out, "status", token_status_name(token_status_at(t, now_ms)));
    jout_str(out, "owner", t->owner != NULL ? digest_id_text('u', t->owner->id, id) : "");
    jout_str(out, "provider", provider_at(t->provider)->name);
    jout_time(out, "createdAt", t->created_at);
    jout_time(out, "expires_at", t->expires_at);
    jout_int(out, "requestCount", tally.requests);
    admin_write_tally(out, &tally);
    jout_time(out, "last_used", atomic_load(&t->subject.last_used));
    jout_object_end(out);
}

/* ---- lists ---- */

static enum err_code filter_status(const char *word, unsigned *statuses, struct err *e)
{
    static const char known[] =
#define X(NAME, name) " " name
        TOKEN_STATES(X);
#undef X

    for (int i = 0; i < TOKEN_STATUS_COUNT; i++)
        if (strcmp(word, token_status_name((enum token_status)i)) == 0) {
            *statuses = 1u << i;
            return ERR_OK;
        }
    return err_param(e, ERR_BAD_FIELD, "status", "status must be one of:%s", known);
}

static enum err_code filter_owner(const char *word, struct token_filter *f, struct err *e)
{
    if (strcmp(word, "none") == 0)
        f->owner = OWNER_NONE;
    else if (strcmp(word, "user") == 0)
        f->owner = OWNER_USER;
    else if (digest_id_parse('u', word, strlen(word), &f->owner_id))
        f->owner = OWNER_ONE;
    else
        return err_param(e, ERR_BAD_FIELD, "owner", "owner must be none, user or a user's id.");
    return ERR_OK;
}

static bool is_said(const char *word)
{
    return word != NULL && *word != '\0';
}

enum err_code tokens_filter(const struct admin_job *j, const struct tokens_words *w,
                            struct token_filter *f, struct err *e)
{
    *f = (struct token_filter){.provider = j->provider,
                               .search = w->search != NULL ? w->search : "",
                               .now_ms = clock_wall_ms()};
    if ((is_said(w->status) && filter_status(w->status, &f->statuses, e) != ERR_OK) ||
        (is_said(w->owner) && filter_owner(w->owner, f, e) != ERR_OK))
        return e->code;
    return ERR_OK;
}

static enum err_code list_read(struct admin_job *j, struct token_filter *f, struct token_part *part,
                               struct admin_page *p)
{
    static const char *const words[] = {
#define X(ID, field) #field,
        TOKEN_SORTS(X, X)
#undef X
            NULL};
    const struct tokens_words w = {
#define X(name) .name = j->name,
        TOKENS_FILTER(X)
#undef X
    };
    struct admin_order o;

    if (tokens_filter(j, &w, f, &j->e) != ERR_OK ||
        admin_order_read(j, words, false, &o, &j->e) != ERR_OK ||
        admin_page_read(j, TOKENS_PAGE, p, &j->e) != ERR_OK)
        return j->e.code;
    *part = (struct token_part){
        .sort = (enum token_sort)o.word,
        .down = o.down,
        .skip = (size_t)admin_page_offset(p),
        .max = p->whole ? ADMIN_WHOLE_MAX : (size_t)p->size,
    };
    return ERR_OK;
}

static enum err_code list_as(struct admin_job *j, const char *name)
{
    struct token_filter f;
    struct token_part part;
    struct token_refs found;
    struct admin_page p;
    size_t total;

    if (list_read(j, &f, &part, &p) != ERR_OK)
        return j->e.code;
    tokens_part(j->gw->tokens, &f, &part, &found, &total);
    if (admin_page_whole(&p, (int64_t)total, &j->e) == ERR_OK) {
        jout_object(&j->json, NULL);
        jout_array(&j->json, name);
        for (size_t i = 0; i < found.len; i++)
            admin_write_token(&j->json, found.list[i], f.now_ms);
        jout_array_end(&j->json);
        admin_page_write(&j->json, &p, (int64_t)total);
        jout_object_end(&j->json);
    }
    token_refs_done(&found);
    return j->e.code;
}

static const char *const list_query[] = {
#define X(name) #name,
    TOKENS_FILTER(X)
#undef X
        "page",
    "pageSize", "sort", "order", NULL};

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    (void)s;
    return list_as(j, "tokens");
}

void admin_tokens_list(struct http_req *r)
{
    admin_run_query(r, list_query, work_list);
}

static enum err_code work_client_list(struct admin_job *j, struct store *s)
{
    (void)s;
    return list_as(j, "client_tokens");
}

void admin_client_tokens_list(struct http_req *r)
{
    admin_run_query(r, list_query, work_client_list);
}

/* ---- new ones ---- */

static enum err_code work_show(struct admin_job *j, struct store *s)
{
    struct tokens_meant m = {.refs = {.len = 0}};

    (void)s;
    if (tokens_meant_one(j, j->param, &m) == ERR_OK)
        admin_write_token(&j->json, m.refs.list[0], clock_wall_ms());
    tokens_meant_done(&m);
    return j->e.code;
}

void admin_token_show(struct http_req *r)
{
    admin_run(r, work_show);
}

enum err_code admin_token_name_check(const char *name, struct err *e)
{
    if (name[0] == '\0' || strlen(name) > TOKEN_NAME_MAX)
        return err_param(e, ERR_BAD_FIELD, "name", "name must have 1 to %d bytes.", TOKEN_NAME_MAX);
    for (; *name != '\0'; name++)
        if ((unsigned char)*name < 0x20 || *name == 0x7f)
            return err_param(e, ERR_BAD_FIELD, "name", "name must not hold control characters.");
    return ERR_OK;
}

static enum err_code create(struct admin_job *j, struct store *s, const char *name,
                            int64_t expires_s)
{
    char secret[SECRET_TOKEN_BYTES], hint[SECRET_MASK_BYTES], id[DIGEST_ID_TEXT];
    struct store_token row = {.name = name, .hint = hint, .created_at = clock_wall_ms()};
    struct digest d;

    secret_token(secret);
    digest_of(secret, strlen(secret), &d);
    row.id = digest_id(&d);
    memcpy(row.digest, d.bytes, sizeof(row.digest));
    secret_mask(secret, strlen(secret), hint);
    if (expires_s > 0)
        row.expires_at = row.created_at + expires_s * 1000;
    if (s->ops->token_insert(s->db, j->provider, &row, &j->e) == ERR_OK) {
        tokens_add(j->gw->tokens, j->provider, &row);
        admin_audit_id(j, 't', row.id);
        jout_str(&j->audit, "name", name);
        jout_time(&j->audit, "expires_at", row.expires_at);
        jout_object(&j->json, NULL);
        jout_str(&j->json, "token", secret);
        jout_str(&j->json, "id", digest_id_text('t', row.id, id));
        jout_str(&j->json, "name", name);
        jout_str(&j->json, "provider", provider_at(j->provider)->name);
        jout_time(&j->json, "expiresAt", row.expires_at);
        jout_object_end(&j->json);
    }
    explicit_bzero(secret, sizeof(secret));
    return j->e.code;
}

/* The two paths differ in what they call the time to live. */
static enum err_code create_with(struct admin_job *j, struct store *s, const char *ttl_field,
                                 const char *default_name)
{
    const char *const fields[] = {"name", ttl_field, NULL};
    const char *name = default_name;
    int64_t ttl_s = 0;
    json_t *o;

    if (admin_object(j, fields, &o, &j->e) != ERR_OK)
        return j->e.code;
    if (admin_text(o, "name", &name, &j->e) == ERR_OK &&
        admin_token_name_check(name, &j->e) == ERR_OK &&
        admin_number(o, ttl_field, 1, ADMIN_SECONDS_MAX, &ttl_s, &j->e) == ERR_OK)
        create(j, s, name, ttl_s);
    json_decref(o);
    return j->e.code;
}

static enum err_code work_create(struct admin_job *j, struct store *s)
{
    return create_with(j, s, "expiresIn", "");
}

void admin_tokens_create(struct http_req *r)
{
    admin_run(r, work_create);
}

static enum err_code work_client_create(struct admin_job *j, struct store *s)
{
    return create_with(j, s, "ttl", "unnamed");
}

void admin_client_tokens_create(struct http_req *r)
{
    admin_run(r, work_client_create);
}
