/* One change to many keys or users, in one call to the gateway. */
#include "key_change.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "base/clock.h"
#include "base/sentence.h"
#include "term/text.h"
#include "term/units.h"
#include "view/cell.h"

json_t *key_change_list(const char *text)
{
    json_t *list = json_array();

    while (*text != '\0') {
        size_t len = strcspn(text, ",");

        if (len > 0 && json_array_append_new(list, json_stringn(text, len)) != 0) {
            json_decref(list);
            return NULL;
        }
        text += len + (text[len] == ',');
    }
    return list;
}

static json_int_t number(const json_t *answer, const char *name)
{
    return json_integer_value(json_object_get(answer, name));
}

static enum err_code call(struct ctl *c, const struct which_kind *of, enum api_route route,
                          json_t *body, bool dry_run, json_t **answer, struct err *e)
{
    const struct api_request request = {
        .route = route,
        .json = body,
        .any_provider = of->any_provider && !args_has(&c->args, "provider"),
    };

    if (dry_run)
        json_object_set_new(body, "dry_run", json_true());
    return ctl_call(c, &request, answer, e);
}

/* ---- ids ---------------------------------------------------------------------------------------
 */

/* A part of the ids, one after the other. */
struct span {
    size_t from, len;
};

static json_t *body_of_span(const struct which_kind *of, const json_t *body, const struct ids *ids,
                            struct span s)
{
    json_t *copy = json_copy((json_t *)body), *list;

    /* of a single one the gateway keeps in its audit log which it was */
    if (s.len == 1) {
        json_object_set_new(copy, of->one, json_string(ids->list[s.from]));
        return copy;
    }
    list = json_array();
    for (size_t i = s.from; i < s.from + s.len; i++)
        if (!ids->missing[i])
            json_array_append_new(list, json_string(ids->list[i]));
    json_object_set_new(copy, of->list, list);
    return copy;
}

json_t *key_change_body(const struct which_kind *of, const json_t *body, const struct ids *ids)
{
    return body_of_span(of, body, ids, (struct span){0, ids->len});
}

/* How many of a part are missing. */
static enum err_code count_missing(struct ctl *c, const struct which_kind *of, enum api_route route,
                                   const json_t *body, const struct ids *ids, struct span s,
                                   size_t *missing, struct err *e)
{
    json_t *asked = body_of_span(of, body, ids, s), *answer;
    enum err_code code = call(c, of, route, asked, true, &answer, e);

    *missing = (size_t)number(answer, "missing");
    if (code == of->none) {
        *missing = 1;
        code = ERR_OK;
    }
    json_decref(asked);
    json_decref(answer);
    return code;
}

/* The gateway tells how many are missing, but not which: halves are asked for until that is clear,
 * which takes few calls where few are. */
static enum err_code find_in(struct ctl *c, const struct which_kind *of, enum api_route route,
                             const json_t *body, struct ids *ids, struct span s, struct err *e)
{
    size_t missing, half = s.len / 2;
    enum err_code code = count_missing(c, of, route, body, ids, s, &missing, e);

    if (code != ERR_OK || missing == 0)
        return code;
    if (missing == s.len) {
        memset(ids->missing + s.from, true, s.len);
        return ERR_OK;
    }
    code = find_in(c, of, route, body, ids, (struct span){s.from, half}, e);
    return code == ERR_OK
               ? find_in(c, of, route, body, ids, (struct span){s.from + half, s.len - half}, e)
               : code;
}

enum err_code key_change_find(struct ctl *c, const struct which_kind *of, enum api_route route,
                              const json_t *body, struct ids *ids, struct err *e)
{
    ids->missing = mem_array(ids->len, sizeof(*ids->missing));
    memset(ids->missing, false, ids->len);
    return find_in(c, of, route, body, ids, (struct span){0, ids->len}, e);
}

static bool all_missing(const struct ids *ids)
{
    for (size_t i = 0; i < ids->len; i++)
        if (!ids->missing[i])
            return false;
    return true;
}

static enum err_code change_ids(struct ctl *c, void *arg, struct ids *ids, struct err *e)
{
    const struct key_change *change = arg;
    enum err_code code = key_change_find(c, change->of, change->route, change->body, ids, e);
    json_t *body;

    if (code != ERR_OK || c->dry_run || all_missing(ids))
        return code;
    body = key_change_body(change->of, change->body, ids);
    code = call(c, change->of, change->route, body, false, NULL, e);
    json_decref(body);
    return code;
}

static enum err_code run_ids(struct ctl *c, const struct key_change *change, struct ids *ids,
                             struct err *e)
{
    const struct bulk bulk = {
        .type = change->of->type,
        .word = change->word,
        .text = change->text,
        .span = change->span,
        .all = change_ids,
        .all_arg = (void *)(uintptr_t)change,
        .none = change->of->none,
    };

    return bulk_ids(c, &bulk, ids, e);
}

/* ---- a filter ----------------------------------------------------------------------------------
 */

void key_change_sample(const struct ctl *c, const struct which_kind *of, const json_t *answer)
{
    const json_t *sample = json_object_get(answer, "sample");
    json_int_t more = number(answer, "matched") - (json_int_t)json_array_size(sample);

    for (size_t i = 0; i < json_array_size(sample); i++) {
        const json_t *key = json_array_get(sample, i);
        const char *user = json_string_value(json_object_get(key, of->name));
        const char *status = json_string_value(json_object_get(key, "status"));
        char *line = mem_printf("  %s %s %s", json_string_value(json_object_get(key, "id")),
                                status ? _(status) : "", user ? user : "");

        printf("%s\n", text_defuse(line));
        free(line);
    }
    if (more > 0)
        printf(P_("  %s %lld more\n", "  %s %lld more\n", (unsigned long)more),
               c->term.utf8 ? "…" : "...", (long long)more);
}

static void print_change(const struct ctl *c, const struct key_change *change, const json_t *answer)
{
    json_int_t matched = number(answer, "matched"), changed = number(answer, "changed");

    const struct bulk_text *text = change->text;
    long long same = matched - changed;
    char count[24], *line;

    snprintf(count, sizeof(count), "%lld", (long long)matched);
    if (c->dry_run)
        line =
            SENTENCE(matched == 1 ? _(text->would_one) : _(text->would_many), count, change->span);
    else
        line = SENTENCE(matched == 1 ? _(text->one) : _(text->many), count, change->span);
    fputs(line, stdout);
    free(line);
    if (same > 0 && c->dry_run)
        printf(_("; for %lld of them nothing would change"), same);
    else if (same > 0)
        printf(_("; for %lld of them nothing changed"), same);
    putchar('\n');
    if (c->dry_run)
        key_change_sample(c, change->of, answer);
}

static void report(const struct ctl *c, const struct key_change *change, json_t *answer)
{
    struct out *o;

    if (out_is_table(c->format) && c->columns == NULL) {
        if (!c->quiet)
            print_change(c, change, answer);
        return;
    }
    if (c->format == OUT_NAME)
        return; /* the gateway does not say which they were */
    json_object_set_new(answer, "result",
                        json_sprintf("%s%s", c->dry_run ? "would be " : "", change->word));
    json_object_del(answer, "success");
    json_object_del(answer, "message");
    o = out_begin(c, RES_CHANGE);
    out_row(o, answer);
    out_end(o, true);
}

static enum err_code change_found(struct ctl *c, const struct key_change *change, json_t *body,
                                  json_t **answer, struct err *e)
{
    enum err_code code = call(c, change->of, change->route, body, true, answer, e);

    if (code != ERR_OK || c->dry_run || number(*answer, "matched") == 0 ||
        (code = ask_if_many(c, (size_t)number(*answer, "matched"), e)) != ERR_OK)
        return code;
    json_decref(*answer);
    json_object_del(body, "dry_run");
    return call(c, change->of, change->route, body, false, answer, e);
}

static enum err_code run_filter(struct ctl *c, const struct key_change *change,
                                const struct which *w, struct err *e)
{
    json_t *body = json_copy(change->body), *answer = NULL;
    enum err_code code;

    which_add_filter(w, body);
    code = change_found(c, change, body, &answer, e);
    if (code == ERR_OK && number(answer, "matched") == 0 && out_is_table(c->format))
        ctl_say(c, "%s", _(change->of->no_such));
    else if (code == ERR_OK)
        report(c, change, answer);
    json_decref(body);
    json_decref(answer);
    return code;
}

enum err_code key_change_run(struct ctl *c, const struct key_change *change, struct err *e)
{
    struct which w;
    enum err_code code = which_read(c, change->of, change->prefix, false, &w, e);

    if (code == ERR_OK)
        code = w.filter ? run_filter(c, change, &w, e) : run_ids(c, change, &w.ids, e);
    which_done(&w);
    json_decref(change->body);
    return code;
}

enum err_code key_change_expiry(const struct args *a, json_t *body, struct err *e)
{
    int64_t at_ms = args_num(a, "expires", 0), ttl_s = args_num(a, "ttl", 0);
    char iso[CLOCK_ISO_BYTES];

    if (args_has(a, "expires") && ttl_s > 0)
        return err_set(e, ERR_USAGE, _("--expires and --ttl do not go together"));
    if (args_has(a, "expires"))
        json_object_set_new(body, "expires_at",
                            at_ms > 0 ? json_string(clock_iso(at_ms, iso)) : json_null());
    if (ttl_s > 0)
        json_object_set_new(body, "ttl", json_integer(ttl_s));
    return ERR_OK;
}
