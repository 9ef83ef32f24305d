/* Invite codes: made, listed, revoked. */
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "crypto/secret.h"
#include "store/users.h"

enum {
    INVITE_RANDOM = 24, /* base62: 142 bits */
    INVITE_USES_MAX = 1000000,
    INVITE_NOTE_MAX = 200,
};
static const char invite_prefix[] = "inv-";

static bool write_invite(void *arg, const struct store_invite *i)
{
    struct jout *out = arg;
    char id[DIGEST_ID_TEXT];

    jout_object(out, NULL);
    jout_str(out, "id", digest_id_text('i', i->id, id));
    jout_str(out, "code", i->hint);
    jout_str(out, "note", i->note);
    jout_int(out, "uses", i->uses);
    jout_int(out, "uses_max", i->uses_max);
    jout_time(out, "created_at", i->created_at);
    jout_time(out, "expires_at", i->expires_at);
    jout_object_end(out);
    return true;
}

static enum err_code work_list(struct admin_job *j, struct store *s)
{
    jout_object(&j->json, NULL);
    jout_array(&j->json, "invites");
    if (s->ops->users->invites_list(s->db, write_invite, &j->json, &j->e) != ERR_OK)
        return j->e.code;
    jout_array_end(&j->json);
    jout_object_end(&j->json);
    return ERR_OK;
}

void admin_invites_list(struct http_req *r)
{
    admin_run(r, work_list);
}

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

static enum err_code work_revoke(struct admin_job *j, struct store *s)
{
    uint64_t id;
    bool found = false;

    if (digest_id_parse('i', j->param, strlen(j->param), &id) &&
        s->ops->users->invite_delete(s->db, id, &found, &j->e) != ERR_OK)
        return j->e.code;
    if (!found)
        return err_set(&j->e, ERR_INVITE_NOT_FOUND, NULL);
    admin_audit_id(j, 'i', id);
    admin_success(j, NULL);
    return ERR_OK;
}

void admin_invite_revoke(struct http_req *r)
{
    admin_run(r, work_revoke);
}
